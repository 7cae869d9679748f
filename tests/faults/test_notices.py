"""Publishing while the process is killed: all of a publication is there or nothing, and numbers have no gaps."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from core.civic.notices import digest as notice_digest
from core.civic.notices.records import Notice
from core.plugin.events import EventOutbox
from core.store import audit
from core.store.db import open_database
from tests.faults.serving import ROOT, environment

KILLS = 12
pytestmark = pytest.mark.faults

# Drafts with a file and publishes again and again, and corrects every third; says which number is public once it is.
WRITER = """
import secrets, sys
from core.actor import Actor
from core.app import open_instance
from core.civic import attachments
from core.civic.notices import publishing as notices
from core.config import load_config

open_instance(load_config(sys.argv[1], database=sys.argv[2]))
may = frozenset({"core.notices.write", "core.notices.publish"})
actor = Actor(kind="staff", account=1, community="330481001009", permissions=may, label="测试员")
while True:
    draft = notices.draft_notice(actor, notices.NoticeWording("general", "停水", secrets.token_hex(2000), "陆敏"))
    upload = attachments.keep_upload(actor, "a.txt", secrets.token_hex(2000).encode(), ("document",))
    notices.add_files(actor, draft.id, "attachment", [(upload.token, "")])
    serial = notices.publish_notice(actor, draft.id).serial
    print(serial, flush=True)
    if serial % 3 == 0:
        notices.withdraw_notice(actor, draft.id, "有误")
"""


def publish_and_kill(store, chance) -> list[int]:
    """Let the writer work for a moment; the numbers it said were public."""
    command = [sys.executable, "-c", WRITER, str(store.config.instance), store.config.database]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    told = [process.stdout.readline()]
    assert told[0], "the writer ended by itself"
    time.sleep(chance.random() * 0.1)
    process.kill()
    rest, _errors = process.communicate()
    return [int(line) for line in [*told, *rest.splitlines(True)] if line.endswith(b"\n")]


def test_killed_at_any_moment_a_publication_is_whole_or_not_there(store):
    open_database(store.config)
    chance, told = random.Random(20261122), []
    for _kill in range(KILLS):
        told += publish_and_kill(store, chance)
        assert [found for found in notice_digest.verify() if not found.is_whole] == []
        assert audit.verify(store.west) is None
    public = list(Notice.select().where(Notice.published_at.is_null(False)).order_by(Notice.serial))
    assert [notice.serial for notice in public] == list(range(1, len(public) + 1))
    assert len(told) >= KILLS and set(told) <= {notice.serial for notice in public}
    entries = audit.AuditEntry.select().where(audit.AuditEntry.action == notice_digest.PUBLISHED).count()
    events = EventOutbox.select().where(EventOutbox.name == "core.notice.published/1").count()
    assert entries == events == len(public)
    drafts = Notice.select().where(Notice.state == "draft")
    assert all(notice.code is None and notice.serial is None for notice in drafts)
