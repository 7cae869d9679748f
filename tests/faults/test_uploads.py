"""Uploads and faults of the machine: killed at any moment, a full disk, a bit that turned. All or nothing is visible."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import pytest

from core.store import files
from core.store.db import open_database
from core.store.file_check import verify
from core.store.files import FileUpload, FileUse, StoredFile
from tests.faults.serving import ROOT, environment, linli

KILLS = 12
pytestmark = pytest.mark.faults

# Uploads a new document again and again and gives it to a room; says which one was stored once it is.
WRITER = """
import secrets, sys
from core.actor import Actor
from core.app import open_instance
from core.civic import attachments
from core.config import load_config
from core.plugin.current import active
from core.plugin.declarations import FileKind
from core.store.ref import Ref

open_instance(load_config(sys.argv[1], database=sys.argv[2]))
kind = FileKind("rooms.room", "attachment", lambda actor, ref: True, most=100_000, takes=("document",))
type(active()).declared = lambda _self, what: [("rooms", kind)] if what == "files" else []
actor = Actor(kind="staff", account=1, community="330481001009", permissions=frozenset({"x"}), label="测试员")
while True:
    text = secrets.token_hex(200_000).encode()
    upload = attachments.keep_upload(actor, "a.txt", text, ("document",))
    attachments.attach(actor, Ref("rooms.room", "330481001009", 1), "attachment", [(upload.token, "")], permission="x")
    print(attachments.files.digest_of(text), flush=True)
"""


def write_and_kill(store, chance) -> list[str]:
    """Let the writer work for a moment; the digests it said were stored."""
    command = [sys.executable, "-c", WRITER, str(store.config.instance), store.config.database]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    told = [process.stdout.readline().strip().decode()]
    assert told[0], "the writer ended by itself"
    time.sleep(chance.random() * 0.15)
    process.kill()
    rest, _errors = process.communicate()
    return [*told, *(line.decode() for line in rest.split(b"\n") if len(line) == 64)]


def test_killed_at_any_moment_an_upload_is_whole_or_not_there(store):
    chance, told = random.Random(20261122), []
    for _kill in range(KILLS):
        told += write_and_kill(store, chance)
        assert [found for found in verify() if found] == []
    stored = {row.digest for row in StoredFile.select()}
    assert len(told) >= KILLS and set(told) <= stored
    used = {StoredFile.get_by_id(use.file_id).digest for use in FileUse.select()}
    assert set(told) <= used
    assert {row.file_id for row in FileUpload.select()} == {row.id for row in StoredFile.select()}
    _assert_leftovers_are_swept(store, stored)


def _assert_leftovers_are_swept(store, stored: set[str]) -> None:
    """Half-written contents and those whose row was never written go; everything named stays."""
    folder = store.config.instance / "files"
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))
    files.sweep()
    assert {path.name for path in folder.rglob("*") if path.is_file()} == stored
    assert [found for found in verify() if found] == []


# Uploads one document with a limit on the size of files, as a full disk has it.
FULL = """
import resource, signal, sys
from core.actor import Actor
from core.app import open_instance
from core.civic import attachments
from core.config import load_config
from core.errors import Unavailable

open_instance(load_config(sys.argv[1], database=sys.argv[2]))
actor = Actor(kind="staff", account=1, community="330481001009", label="测试员")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
try:
    attachments.keep_upload(actor, "a.txt", b"x" * 300_000, ("document",))
except Unavailable as error:
    print(error.status, error.message)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
attachments.keep_upload(actor, "a.txt", b"x" * 300_000, ("document",))
print("stored")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_is_said_leaves_nothing_and_goes_on_when_there_is_room(store):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(store.config.instance), store.config.database],
        cwd=ROOT, env=environment(), capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["503 办公电脑的硬盘满了，文件没有保存。", "stored"], done.stderr
    assert list(verify()) == [None]
    assert len([path for path in (store.config.instance / "files").rglob("*") if path.is_file()]) == 1


def test_linli_verify_names_the_file_whose_byte_changed_and_the_one_that_is_missing(store):
    if store.engine == "postgresql":
        text = f'database = "{store.config.database}"\n'
        (store.config.instance / "config.toml").write_text(text, encoding="utf-8")
    from tests.core.store.test_files import keep

    actor = store.actor(account=1)
    kept = [
        StoredFile.get_by_id(keep(actor, f"{name}.txt", name.encode() * 50).file_id) for name in ("one", "two", "six")
    ]
    whole = linli(store.config.instance, "verify")
    assert whole.returncode == 0 and "文件：3 个" in whole.stdout, whole.stderr
    path = files.path_of(kept[0].digest)
    path.write_bytes(b"O" + path.read_bytes()[1:])
    files.path_of(kept[2].digest).unlink()
    broken = linli(store.config.instance, "verify")
    assert broken.returncode == 1
    lines = [line for line in broken.stderr.splitlines() if "files/" in line]
    assert len(lines) == 2
    assert f"{kept[0].digest} (one.txt): changed" in lines[0] and f"{kept[2].digest} (six.txt): missing" in lines[1]
    open_database(store.config)
