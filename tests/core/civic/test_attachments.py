"""Files of records: who may upload, take up and see them, in what order, and when they are cleared away."""

import dataclasses

import pytest

from core.actor import Actor, command, system
from core.civic import attachments
from core.civic.attachments import QUOTA, content_of, files_of, keep_upload, pending
from core.errors import Forbidden, Invalid, NotFound, Refused, SignInRequired
from core.plugin import current
from core.plugin.declarations import FileKind
from core.plugin.settings import set_setting
from core.store import files
from core.store.audit import AuditEntry, verify
from core.store.db import now
from core.store.files import FileUpload, FileUse, StoredFile
from core.store.media import FileRefused
from core.store.ref import Ref
from core.testing import switch_off
from plugins.rooms import service
from plugins.rooms.places.photos import PHOTOS
from tests.pictures import PDF, picture, prepare_once
from tests.plugins.rooms.conftest import house

__all__ = ["house"]
MANAGE = "rooms.manage"
PICTURES = ("picture",)


@pytest.fixture(autouse=True)
def decoded_once(monkeypatch):
    """Every picture of these tests is decoded once for all of them."""
    monkeypatch.setattr(attachments.media, "prepare", prepare_once)


@pytest.fixture
def staff(house):
    return dataclasses.replace(house.staff, account=7)


@pytest.fixture
def room(house, plugins):
    """The reference of 棋牌室, in a community where the module is published."""
    for code in (house.store.west, house.store.south):
        plugins.switch(system(code, "test"), "rooms", enabled=True, published=True)
    return house.rooms["棋牌室"].ref


def upload(actor, seed=0, name="棋牌室.jpg"):
    return keep_upload(actor, name, picture(seed=seed), PICTURES)


def add(actor, room, *captions):
    wishes = [(upload(actor, seed).token, caption) for seed, caption in enumerate(captions)]
    return attachments.attach(actor, room, "photo", wishes, permission=MANAGE)


def captions(room):
    return [file.caption for file in files_of(room)]


def use(room, number=0):
    return FileUse.get_of(room.community, files_of(room)[number].id)


# --------------------------------------------------------------------------- uploading


def test_an_upload_waits_for_the_account_that_sent_it(house, staff, room):
    kept = upload(staff)
    assert pending(staff, [kept.token]) == [kept]
    for other in (dataclasses.replace(staff, account=8), dataclasses.replace(staff, community=house.store.south)):
        assert pending(other, [kept.token]) == []
        with pytest.raises(NotFound):
            attachments.pending_content(other, kept.token)
    assert attachments.pending_content(staff, kept.token).inline
    assert pending(staff, ["", "x", "é" * 32, "0" * 32]) == []
    with pytest.raises(SignInRequired):
        upload(house.visitor)


def test_the_same_bytes_are_not_decoded_twice(staff, room, monkeypatch):
    one = upload(staff)
    monkeypatch.setattr(attachments.media, "prepare", lambda *_: pytest.fail("decoded again"))
    two = upload(staff, name="另一个.png")
    assert (two.width, two.name) == (one.width, "另一个.png") and StoredFile.select().count() == 1


def test_a_document_known_already_is_no_photo(staff, room):
    keep_upload(staff, "a.pdf", PDF, ("document",))
    with pytest.raises(FileRefused):
        keep_upload(staff, "a.pdf", PDF, PICTURES)
    document = keep_upload(staff, "a.pdf", PDF, ("document",))
    with pytest.raises(Refused):
        attachments.attach(staff, room, "photo", [(document.token, "表")], permission=MANAGE)


def test_the_space_is_a_setting_of_the_community(house, staff, room, monkeypatch):
    set_setting(command(house.community), QUOTA, 10)
    kept = upload(staff)
    monkeypatch.setattr(attachments, "MEGABYTE", files.used_bytes(house.community) // 10 + 1)
    with pytest.raises(FileRefused):
        upload(staff, seed=4)
    assert pending(staff, [kept.token])
    upload(staff, name="同一张.jpg")


# --------------------------------------------------------------------------- files of a record


def test_a_room_has_its_photos_in_the_order_given(staff, room):
    one, two, three = add(staff, room, "门口", "全景", "窗边")
    assert captions(room) == ["门口", "全景", "窗边"]
    attachments.move_file(staff, room, three, -1, permission=MANAGE)
    attachments.move_file(staff, room, one, -1, permission=MANAGE)  # it is the first
    assert captions(room) == ["门口", "窗边", "全景"]
    attachments.move_file(staff, room, one, 1, permission=MANAGE)
    assert captions(room) == ["窗边", "门口", "全景"]
    attachments.remove_file(staff, room, one, permission=MANAGE)
    assert captions(room) == ["窗边", "全景"]
    attachments.put_back_file(staff, room, one, permission=MANAGE)
    attachments.put_back_file(staff, room, one, permission=MANAGE)
    assert captions(room) == ["窗边", "门口", "全景"]
    attachments.describe_file(staff, room, two, "  从门口看 \n 全景 ", permission=MANAGE)
    assert captions(room) == ["窗边", "门口", "从门口看 全景"]


def test_every_act_is_in_the_log_and_the_chain_is_whole(staff, room):
    (one,) = add(staff, room, "门口")
    attachments.describe_file(staff, room, one, "正门", permission=MANAGE)
    attachments.describe_file(staff, room, one, "正门", permission=MANAGE)
    attachments.remove_file(staff, room, one, permission=MANAGE)
    attachments.put_back_file(staff, room, one, permission=MANAGE)
    query = AuditEntry.select().where(AuditEntry.action.startswith("core.file.")).order_by(AuditEntry.seq)
    entries = [(entry.action, entry.subject, entry.permission) for entry in query]
    told = ["added", "described", "removed", "put_back"]
    assert entries == [(f"core.file.{word}", str(room), MANAGE) for word in told]
    assert verify(room.community) is None


def test_a_photo_without_words_is_not_taken(staff, room):
    for words in ("", "  ", "字" * 201, "甲\x00"):
        with pytest.raises(Invalid):
            add(staff, room, words)
    assert files_of(room) == [] and FileUse.select().count() == 0


def test_a_room_has_at_most_six_photos(staff, room):
    made = add(staff, room, *"一二三四五六")
    with pytest.raises(Refused):
        add(staff, room, "七")
    attachments.remove_file(staff, room, made[0], permission=MANAGE)
    add(staff, room, "七")
    with pytest.raises(Refused):
        attachments.put_back_file(staff, room, made[0], permission=MANAGE)
    assert len(files_of(room)) == 6


def test_an_upload_is_taken_once(staff, room):
    kept = upload(staff)
    attachments.attach(staff, room, "photo", [(kept.token, "门口")], permission=MANAGE)
    with pytest.raises(Refused):
        attachments.attach(staff, room, "photo", [(kept.token, "门口")], permission=MANAGE)
    assert len(files_of(room)) == 1


def test_nobody_without_the_permission_and_no_other_record_reaches_them(house, staff, room):
    (one,) = add(staff, room, "门口")
    other = house.rooms["会议室"].ref
    stranger = dataclasses.replace(staff, community=house.store.south)
    acts = [
        lambda actor, ref: attachments.describe_file(actor, ref, one, "x", permission=MANAGE),
        lambda actor, ref: attachments.move_file(actor, ref, one, 1, permission=MANAGE),
        lambda actor, ref: attachments.remove_file(actor, ref, one, permission=MANAGE),
        lambda actor, ref: attachments.put_back_file(actor, ref, one, permission=MANAGE),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act(staff, other)
        with pytest.raises(NotFound):
            act(stranger, Ref(room.kind, house.store.south, room.id))
        with pytest.raises(Forbidden):
            act(house.resident(), room)
    assert captions(room) == ["门口"]


def test_records_that_declare_no_files_have_none(house, staff, room):
    with pytest.raises(ValueError, match="nobody declares"):
        attachments.attach(staff, Ref("rooms.closure", house.community, 1), "photo", [], permission=MANAGE)


# --------------------------------------------------------------------------- who may see them


def replace_kind(monkeypatch, **changes):
    """Let the rooms' photos be declared otherwise."""
    kind = dataclasses.replace(PHOTOS, **changes)
    monkeypatch.setattr(
        type(current.active()), "declared", lambda _self, what: [("rooms", kind)] if what == "files" else []
    )


def test_everybody_sees_the_photos_of_a_room_in_use(house, staff, room):
    add(staff, room, "门口")
    seen = content_of(house.visitor, use(room))
    assert seen.for_everyone and seen.inline and seen.media_type == "image/jpeg" and seen.name == "棋牌室.jpg"
    assert files.digest_of(seen.data) == seen.digest != content_of(house.visitor, use(room), thumb=True).digest
    found = use(room)
    service.remove_room(staff, int(room.id))
    with pytest.raises(NotFound):
        content_of(staff, found)


def test_a_removed_photo_is_no_longer_sent(house, staff, room):
    (one,) = add(staff, room, "门口")
    found = use(room)
    attachments.remove_file(staff, room, one, permission=MANAGE)
    with pytest.raises(NotFound):
        content_of(staff, FileUse.get_of(room.community, found.id))


def test_the_switch_of_the_module_holds(house, staff, plugins, room):
    add(staff, room, "门口")
    desk = dataclasses.replace(staff, permissions=staff.permissions | {"core.desk"})
    switcher = system(house.community, "test")
    plugins.switch(switcher, "rooms", published=False)
    with pytest.raises(NotFound):
        content_of(house.visitor, use(room))
    assert content_of(desk, use(room)).for_everyone is False
    switch_off(switcher, "rooms")
    with pytest.raises(NotFound):
        content_of(desk, use(room))


def test_only_whom_the_module_lets_see_them(house, staff, room, monkeypatch):
    add(staff, room, "门口")
    replace_kind(monkeypatch, may_see=lambda actor, ref: actor.can(MANAGE))
    assert content_of(staff, use(room)).for_everyone is False
    for other in (house.visitor, house.resident(), Actor()):
        with pytest.raises(NotFound):
            content_of(other, use(room))


@pytest.mark.parametrize("answer", ["yes", 1, None, RuntimeError("broken rule")])
def test_anything_but_true_denies(house, staff, room, plugins, monkeypatch, answer):
    add(staff, room, "门口")

    def rule(actor, ref):
        if isinstance(answer, Exception):
            raise answer
        return answer

    replace_kind(monkeypatch, may_see=rule)
    with pytest.raises(NotFound):
        content_of(staff, use(room))
    assert bool(plugins.failures("rooms")) == isinstance(answer, Exception)


def test_a_kind_nobody_declares_any_more_is_seen_by_nobody(house, staff, room, monkeypatch):
    add(staff, room, "门口")
    replace_kind(monkeypatch, role="scan")
    with pytest.raises(NotFound):
        content_of(staff, use(room))


# --------------------------------------------------------------------------- clearing away


def age(**columns):
    """Make uses that ended end as many days earlier."""
    FileUse.update(ended_at=now() - columns["days"] * 86_400_000).where(FileUse.ended_at.is_null(False)).execute()


def dropped():
    return StoredFile.select().where(StoredFile.dropped_at.is_null(False)).count()


def test_what_is_removed_is_cleared_after_its_days_and_told(staff, room):
    one, _two = add(staff, room, "门口", "全景")
    attachments.remove_file(staff, room, one, permission=MANAGE)
    attachments.tidy(system(None, "job"))
    assert dropped() == 0
    age(days=31)
    attachments.tidy(system(None, "job"))
    assert dropped() == 1 and captions(room) == ["全景"]
    assert AuditEntry.select().where(AuditEntry.action == "core.file.cleared").count() == 1
    with pytest.raises(Refused):
        attachments.put_back_file(staff, room, one, permission=MANAGE)
    add(staff, room, "门口")
    assert dropped() == 0 and captions(room) == ["全景", "门口"]


def test_a_kind_kept_for_ever_and_one_nobody_knows_are_not_cleared(staff, room, monkeypatch):
    (one,) = add(staff, room, "门口")
    attachments.remove_file(staff, room, one, permission=MANAGE)
    age(days=4000)
    replace_kind(monkeypatch, keep_days=None)
    attachments.tidy(system(None, "job"))
    replace_kind(monkeypatch, kind="rooms.venue")
    attachments.tidy(system(None, "job"))
    assert dropped() == 0


def test_what_another_record_uses_stays(house, staff, room):
    (one,) = add(staff, room, "门口")
    add(staff, house.rooms["会议室"].ref, "同一张")
    attachments.remove_file(staff, room, one, permission=MANAGE)
    age(days=31)
    attachments.tidy(system(None, "job"))
    assert dropped() == 0 and captions(house.rooms["会议室"].ref) == ["同一张"]


def test_an_upload_nobody_took_goes_without_a_word(staff, room):
    upload(staff)
    FileUpload.update(at=now() - 25 * 3_600_000).execute()
    attachments.tidy(system(None, "job"))
    assert dropped() == 1 and FileUpload.select().count() == 0
    assert AuditEntry.select().where(AuditEntry.action == "core.file.cleared").count() == 0


def test_the_loader_refuses_files_that_nobody_answers_for(plugins):
    from core.errors import PluginError
    from core.plugin.checks import check_files

    declaration = plugins.plugins["rooms"].declaration
    wrong = [
        FileKind("rooms.nothing", "photo", PHOTOS.may_see),
        FileKind("rooms.room", "portrait", PHOTOS.may_see),
        FileKind("rooms.room", "scan", PHOTOS.may_see, takes=("film",)),
        FileKind("rooms.room", "scan", PHOTOS.may_see, takes=()),
        FileKind("rooms.room", "scan", None),
        FileKind("rooms.room", "scan", PHOTOS.may_see, most=0),
        PHOTOS,
    ]
    for item in wrong:
        with pytest.raises(PluginError):
            check_files(dataclasses.replace(declaration, files=(PHOTOS, item)))
    check_files(declaration)
