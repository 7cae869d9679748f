"""Contents on the disk and the rows that name them: stored once, all or nothing, checked, cleared away safely."""

import errno
import os
import time

import peewee
import pytest

from core.errors import Unavailable
from core.store import files
from core.store.db import database, now, transaction
from core.store.file_check import verify
from core.store.files import FileLost, FileUpload, FileUse, StoredFile
from core.store.media import FileRefused
from core.store.violations import violated
from tests.pictures import PDF, picture, prepare_once

ROOMY = 100 * 1024 * 1024
DAY = 86_400


@pytest.fixture
def staff(store):
    return store.actor("x", account=7)


def keep(actor, name="房间.jpg", data=None, most=ROOMY):
    """Upload as the service does; the row of the upload."""
    data = data or picture()
    return files.keep(actor, name, files.digest_of(data), prepare_once(name, data, ("picture", "document")), most)


def contents(store):
    """The names of everything in the folder."""
    return sorted(path.name for path in (store.config.instance / "files").rglob("*") if path.is_file())


def make_old(store):
    for path in (store.config.instance / "files").rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 2 * DAY,) * 2)


def test_a_file_lies_under_its_digest_and_the_row_tells_of_it(store, staff):
    upload = keep(staff)
    stored = StoredFile.get_of(store.west, upload.file_id)
    assert (stored.name, stored.media_type, stored.width, stored.height) == ("房间.jpg", "image/jpeg", 640, 480)
    assert (stored.thumb_width, stored.thumb_height, stored.by_account) == (400, 300, 7)
    path = store.config.instance / "files" / stored.digest[:2] / stored.digest
    assert files.digest_of(path.read_bytes()) == stored.digest and path.stat().st_size == stored.size
    assert files.read_content(stored.digest, stored.size) == path.read_bytes()
    assert contents(store) == sorted([stored.digest, stored.thumb_digest])


def test_the_same_picture_twice_is_stored_once_in_each_community(store, staff):
    one, two = keep(staff), keep(staff, name="另一个名字.jpg")
    other = keep(store.actor(community=store.south, account=8))
    assert one.file_id == two.file_id != other.file_id and one.token != two.token
    assert StoredFile.select().count() == 2 and len(contents(store)) == 2


def test_what_was_uploaded_before_is_recognised_by_its_bytes(store, staff):
    data = picture(seed=3)
    keep(staff, data=data)
    assert files.known_source(store.west, files.digest_of(data)) is not None
    assert files.known_source(store.south, files.digest_of(data)) is None
    make_old(store)
    for path in (store.config.instance / "files").rglob("??*/*"):
        path.unlink()
    assert files.known_source(store.west, files.digest_of(data)) is None


def test_a_damaged_content_is_healed_by_uploading_it_again(store, staff):
    stored = StoredFile.get_of(store.west, keep(staff).file_id)
    path = files.path_of(stored.digest)
    path.write_bytes(b"\x00" * stored.size)
    assert [found.problem for found in verify() if found] == ["changed"]
    keep(staff)
    assert [found for found in verify() if found] == []


def test_the_space_of_a_community_ends(store, staff):
    keep(staff)
    used = files.used_bytes(store.west)
    assert used > 0 and files.used_bytes(store.south) == 0
    keep(staff, name="又一次.jpg", most=used)  # nothing new
    with pytest.raises(FileRefused) as refused:
        keep(staff, data=picture(seed=5), most=used + 10)
    assert str(refused.value.advice)
    assert StoredFile.select().count() == 1 and FileUpload.select().count() == 2 and len(contents(store)) == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_disk_that_cannot_take_it_leaves_no_half_file(store, staff, monkeypatch, code):
    monkeypatch.setattr(files.os, "fsync", lambda _descriptor: (_ for _ in ()).throw(OSError(code, "no")))
    with pytest.raises(Unavailable) as refused:
        keep(staff)
    assert refused.value.status == 503
    assert contents(store) == [] and StoredFile.select().count() == 0


def test_a_missing_or_shorter_content_is_told_when_it_is_read_and_when_all_are_checked(store, staff):
    stored = StoredFile.get_of(store.west, keep(staff).file_id)
    keep(staff, name="a.pdf", data=PDF)
    assert list(verify()) == [None, None]
    files.path_of(stored.digest).write_bytes(b"short")
    with pytest.raises(FileLost):
        files.read_content(stored.digest, stored.size)
    assert [(found.name, found.digest, found.problem) for found in verify() if found] == [
        ("房间.jpg", stored.digest, "changed")
    ]
    files.path_of(stored.digest).unlink()
    with pytest.raises(FileLost):
        files.read_content(stored.digest, stored.size)
    assert [found.problem for found in verify() if found] == ["missing"]


def test_one_changed_bit_of_a_thumbnail_is_found(store, staff):
    stored = StoredFile.get_of(store.west, keep(staff).file_id)
    path = files.path_of(stored.thumb_digest)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert [(found.digest, found.problem) for found in verify() if found] == [(stored.thumb_digest, "changed")]


# --------------------------------------------------------------------------- clearing away


def test_a_sweep_removes_only_what_is_old_and_named_by_no_row(store, staff):
    stored = StoredFile.get_of(store.west, keep(staff).file_id)
    orphan = files.write_content(b"nobody names this")
    half = files.path_of(orphan).with_name(".00.half")
    half.write_bytes(b"half")
    assert files.sweep() == 0 and len(contents(store)) == 4  # an upload may be on its way
    make_old(store)
    files.write_content(b"nobody names this")  # and now it is on its way again
    assert files.sweep() == 1 and half.exists() is False
    assert contents(store) == sorted([stored.digest, stored.thumb_digest, orphan])


def test_contents_that_two_communities_have_stay_until_neither_needs_them(store, staff):
    mine = keep(staff)
    theirs = keep(store.actor(community=store.south, account=8))
    make_old(store)
    FileUpload.delete().execute()
    with transaction(store.west):
        files.drop_contents(store.west, mine.file_id)
    assert files.sweep() == 0
    with transaction(store.south):
        files.drop_contents(store.south, theirs.file_id)
    assert files.sweep() == 2 and contents(store) == []
    assert list(verify()) == []
    again = keep(staff)
    assert again.file_id == mine.file_id and list(verify()) == [None]


def test_a_content_swept_while_it_is_entered_is_written_again(store, staff, monkeypatch):
    """The sweep comes after the upload has found the content on the disk and before its row."""
    made = prepare_once("a.pdf", PDF, ("document",))
    real = files.lock_contents

    def sweep_first():
        for path in (store.config.instance / "files").rglob("??*/*"):
            path.unlink()
        real()

    monkeypatch.setattr(files, "lock_contents", sweep_first)
    files.keep(staff, "a.pdf", files.digest_of(PDF), made, ROOMY)
    assert list(verify()) == [None]


def test_uploads_are_forgotten_after_a_day(store, staff):
    old, young = keep(staff), keep(staff)
    FileUpload.update(at=now() - 25 * 3_600_000).where(FileUpload.token == old.token).execute()
    assert files.forget_uploads() == 1
    assert [row.token for row in FileUpload.select()] == [young.token]


# --------------------------------------------------------------------------- what the database holds by itself


def refused_by(act) -> str | None:
    with pytest.raises(peewee.IntegrityError) as error, transaction():
        act()
    return violated(error.value)


def test_what_a_file_is_and_who_used_it_never_changes(store, staff):
    upload = keep(staff)
    row = {"community": store.west, "file_id": upload.file_id, "subject": "rooms.room:1", "role": "photo", "place": 1,
           "caption": "门口", "name": "a.jpg", "by_label": "测试员"}  # fmt: skip
    use = FileUse.create(**row)
    assert refused_by(lambda: StoredFile.update(digest="0" * 64).execute()) == "file_kept"
    assert refused_by(lambda: StoredFile.update(size=1).execute()) == "file_kept"
    assert refused_by(lambda: StoredFile.delete().execute()) == "file_kept"
    assert refused_by(lambda: FileUse.update(subject="rooms.room:2").execute()) == "file_use_kept"
    assert refused_by(lambda: FileUse.delete().execute()) == "file_use_kept"
    assert refused_by(lambda: FileUse.create(**{**row, "caption": ""})) == "file_use_photo_described"
    assert refused_by(lambda: FileUse.create(**{**row, "role": "other"})) == "file_use_role_known"
    assert refused_by(lambda: FileUse.create(**{**row, "community": store.south})) == "foreign_key"
    assert refused_by(lambda: FileUse.update(ended_at=1).execute()) == "file_use_ended_by_whom"
    FileUse.update(ended_at=1, ended_by="x", caption="窗边", place=2).where(FileUse.id == use.id).execute()
    if store.engine == "postgresql":
        assert refused_by(lambda: database.execute_sql("TRUNCATE file_use")) == "file_use_kept"
