"""Double publication: the second notice waits for the first, its objections and every rule, and shows what was changed."""

from __future__ import annotations

import peewee
import pytest

from core.civic import attachments
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices import todos as notice_todos
from core.civic.notices.digest import check
from core.civic.notices.records import Notice, NoticePair
from core.civic.notices.wording import NoticeWording
from core.errors import Conflict, NotFound, Refused
from core.store import db, violations
from tests.core.civic.test_notice_digest import behind_the_guards
from tests.core.civic.test_notices import day, draft, office, published, wording

__all__ = ["office"]


@pytest.fixture
def first(office):
    """The first notice of a pair, published today."""
    notice = draft(office, body="甲方案\n\n每户 100 元", objection_days=7)
    notice_pairs.open_pair(office, notice.id)
    return notices.publish_notice(office, notice.id)


@pytest.fixture
def later(monkeypatch):
    """`later(20)`: for notices and pairs it is twenty days later."""

    def go(days):
        moment = day(days)
        for module in (notices, notice_pairs):
            monkeypatch.setattr(module, "today", lambda: moment)

    return go


def view(actor, notice):
    return notice_pairs.pair_of(actor, Notice.get_by_id(notice.id))


def test_the_second_notice_waits_until_the_first_is_over(office, first, later):
    second = notice_pairs.draft_after(office, first.pair_id)
    assert (second.stage, second.body, second.pair_id) == ("after", first.body, first.pair_id)
    assert notice_pairs.draft_after(office, first.pair_id).id == second.id
    assert view(office, first).step == 2
    for days in (0, 15):
        later(days)
        with pytest.raises(Refused):
            notices.publish_notice(office, second.id)
    later(16)
    assert view(office, first).step == 3
    assert notices.publish_notice(office, second.id).serial == 2
    assert view(office, first).step == 4 and view(office, first).is_unchanged
    assert all(check(Notice.get_by_id(key)).is_whole for key in (first.id, second.id))


def test_what_looks_after_objections_can_hold_the_second_notice_back(office, first, later, monkeypatch):
    second = notice_pairs.draft_after(office, first.pair_id)
    open_ones = ["还有 1 件异议没有答复。"]
    monkeypatch.setattr(notice_pairs, "_rules", [])
    notice_pairs.before_after_publication(lambda actor, pair: open_ones)
    later(16)
    with pytest.raises(Refused, match="没有答复"):
        notices.publish_notice(office, second.id)
    open_ones.clear()
    assert notices.publish_notice(office, second.id).state == "published"


def test_the_difference_names_every_changed_line(office, first, later):
    second = notice_pairs.draft_after(office, first.pair_id)
    notices.edit_draft(office, second.id, wording(title="停水结果", body="甲方案\n\n每户 80 元\n\n下月起收"))
    found = view(office, second)
    assert [(passage.kind, passage.before, passage.after) for passage in found.passages] == [
        ("same", ("甲方案",), ("甲方案",)),
        ("changed", ("每户 100 元",), ("每户 80 元", "下月起收")),
    ]
    assert [(before, after) for _what, before, after in found.changes] == [("停水通知", "停水结果")]
    assert not found.is_unchanged


def hang(office, notice, role, *files):
    """Hang text files with a draft: (name, contents)."""
    uploads = [attachments.keep_upload(office, name, words.encode(), ("document",)) for name, words in files]
    notices.add_files(office, notice.id, role, [(upload.token, "") for upload in uploads])


@pytest.mark.parametrize(
    "files, told",
    [
        ((("预算.txt", "甲"), ("说明.txt", "乙")), None),
        ((("说明.txt", "乙"), ("预算.txt", "甲")), None),
        ((("预算.txt", "丙"), ("说明.txt", "乙")), "说明.txt、预算.txt（换了内容）"),
        ((("预算.txt", "甲"),), "预算.txt"),
        ((), "无"),
    ],
    ids=["the same", "in another order", "exchanged under its name", "one less", "none"],
)
def test_the_difference_names_changed_attachments(office, later, files, told):
    notice = draft(office, objection_days=7)
    hang(office, notice, "attachment", ("预算.txt", "甲"), ("说明.txt", "乙"))
    hang(office, notice, "scan", ("会议纪要.txt", "丁"))
    pair = notice_pairs.open_pair(office, notice.id)
    notices.publish_notice(office, notice.id)
    second = notice_pairs.draft_after(office, pair.id)
    if files:
        hang(office, second, "attachment", *files)
    changes = [(before, after) for _what, before, after in view(office, second).changes]
    assert changes == ([] if told is None else [("说明.txt、预算.txt", told)])


def test_a_draft_or_a_published_notice_that_takes_objections_can_be_the_first(office):
    plain = draft(office)
    pair = notice_pairs.open_pair(office, plain.id)
    plain = Notice.get_by_id(plain.id)
    assert (plain.stage, plain.takes_objections, plain.objection_days) == ("before", True, 7)
    assert notice_pairs.open_pair(office, plain.id).id == pair.id
    notice_pairs.leave_pair(office, plain.id)
    assert Notice.get_by_id(plain.id).pair_id is None
    silent, hanging = published(office), published(office, objection_days=7)
    with pytest.raises(Refused):
        notice_pairs.open_pair(office, silent.id)
    pair = notice_pairs.open_pair(office, hanging.id)
    hanging = Notice.get_by_id(hanging.id)
    assert hanging.pair_id == pair.id and check(hanging).is_whole
    with pytest.raises(Conflict):
        notice_pairs.leave_pair(office, hanging.id)


def test_a_first_notice_without_objections_is_not_published(office):
    notice = draft(office, objection_days=7)
    notice_pairs.open_pair(office, notice.id)
    notices.edit_draft(office, notice.id, wording(objection_days=0))
    with pytest.raises(Refused):
        notices.publish_notice(office, notice.id)


def test_the_place_in_a_pair_is_kept_and_taken_once(office, first):
    other = draft(office)
    pair = notice_pairs.open_pair(office, other.id)
    with pytest.raises(peewee.IntegrityError) as refused, db.transaction(first.community):
        Notice.update(pair_id=pair.id).where(Notice.id == first.id).execute()
    assert violations.violated(refused.value) == "notice_kept"
    with pytest.raises(peewee.IntegrityError) as refused, db.transaction(first.community):
        Notice.update(pair_id=first.pair_id).where(Notice.id == other.id).execute()
    assert "_stage_" in violations.violated(refused.value)


def test_the_second_vouches_for_the_first(office, first, later):
    second = notice_pairs.draft_after(office, first.pair_id)
    later(16)
    notices.publish_notice(office, second.id)
    behind_the_guards(first, digest="0" * 64)
    assert "text" in check(Notice.get_by_id(second.id)).problems


def test_a_withdrawn_first_notice_is_corrected_in_its_place(office, first):
    with pytest.raises(NotFound):
        notice_pairs.draft_after(office, 999)
    notices.withdraw_notice(office, first.id, "金额写错")
    with pytest.raises(Refused):
        notice_pairs.draft_after(office, first.pair_id)
    fresh = notices.correct_notice(office, first.id)
    assert (fresh.pair_id, fresh.stage) == (first.pair_id, "before")
    notices.publish_notice(office, fresh.id)
    assert view(office, fresh).before.id == fresh.id and view(office, fresh).step == 2
    second = notice_pairs.draft_after(office, first.pair_id)
    assert second.stage == "after"


def test_a_first_notice_that_ended_asks_for_the_second(store, office, first, later):
    assert list(notice_todos.second_notices(office)) == []
    later(16)
    [todo] = notice_todos.second_notices(office)
    assert "停水通知" in str(todo.title) and todo.href.endswith(f"/{first.id}")
    assert list(notice_todos.second_notices(store.actor())) == []
    notice_pairs.draft_after(office, first.pair_id)
    assert list(notice_todos.second_notices(office)) == []


def test_pairs_of_another_community_do_not_exist(store, office, first):
    stranger = store.actor("core.notices.write", community=store.south)
    for act in (
        lambda: notice_pairs.draft_after(stranger, first.pair_id),
        lambda: notice_pairs.open_pair(stranger, first.id),
    ):
        with pytest.raises(NotFound):
            act()
    own = notices.draft_notice(stranger, NoticeWording("general", "甲", "乙", "丙"))
    with pytest.raises(peewee.IntegrityError), db.transaction(store.south):
        Notice.update(pair_id=first.pair_id, stage="after").where(Notice.id == own.id).execute()
    assert NoticePair.of(store.south).count() == 0
