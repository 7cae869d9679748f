"""Notices: drafting, the signature, publishing whole and for good, withdrawing and correcting, and what it takes."""

from __future__ import annotations

import datetime
import threading

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import command
from core.civic import attachments
from core.civic.notices import lists as notice_lists
from core.civic.notices import publishing as notices
from core.civic.notices import todos as notice_todos
from core.civic.notices.categories import CATEGORIES, PUBLISH, WRITE, Lengths, set_lengths
from core.civic.notices.digest import check
from core.civic.notices.records import Notice
from core.civic.notices.wording import NoticeWording
from core.clock import today
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from core.plugin.events import EventOutbox
from core.plugin.settings import CHANGE
from core.store import audit, db, violations
from core.store.ref import Ref
from core.store.sequence import SequenceNumber


@pytest.fixture
def office(store):
    """Somebody who may write, publish and set the lengths."""
    return store.actor(WRITE, PUBLISH, CHANGE, account=7)


def wording(**fields):
    said = {"category": "general", "title": "停水通知", "body": "本周六上午停水。", "responsible": "陆敏", **fields}
    return NoticeWording(**said)


def draft(actor, **fields):
    return notices.draft_notice(actor, wording(**fields))


def published(actor, **fields):
    return notices.publish_notice(actor, draft(actor, **fields).id)


def day(distance):
    return today() + datetime.timedelta(days=distance)


def update(notice, **values):
    with db.transaction(notice.community):
        Notice.update(**values).where(Notice.id == notice.id).execute()


# --------------------------------------------------------------------------- drafts


def test_a_draft_takes_the_lengths_of_its_kind(office):
    found = draft(office, category="money", objection_days=None)
    assert (found.state, found.days, found.objection_days, found.takes_objections) == ("draft", 15, 15, True)
    assert draft(office).objection_days == 0
    assert found.publish_from is None and found.digest is None and found.serial is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "}, {"title": "长" * 101}, {"body": ""}, {"body": "长" * 20_001}, {"body": "甲\x00乙"}, {"responsible": ""},
        {"category": "gossip"}, {"days": 6}, {"days": 366}, {"objection_days": 6}, {"days": 10, "objection_days": 11},
        {"publish_from": datetime.date(2020, 1, 1)}, {"publish_from": datetime.date(2199, 1, 1)},
    ],
)  # fmt: skip
def test_what_cannot_be_a_notice_is_named_at_its_field(office, wrong):
    with pytest.raises(Invalid) as refused:
        draft(office, **wrong)
    assert set(refused.value.errors) <= set(wrong)
    assert Notice.select().count() == 0


def test_only_who_may_write_drafts_and_only_who_may_publish_publishes(store, office):
    with pytest.raises(Forbidden):
        draft(store.actor())
    found = draft(office)
    for act in (notices.publish_notice, lambda actor, key: notices.withdraw_notice(actor, key, "误")):
        with pytest.raises(Forbidden):
            act(store.actor(WRITE), found.id)


def test_a_draft_is_changed_submitted_given_back_and_put_away(store, office):
    found = draft(office)
    notices.edit_draft(office, found.id, wording(title="停电通知"))
    notices.submit_draft(office, found.id)
    [todo] = notice_todos.to_sign(office)
    assert "停电通知" in str(todo.title) and todo.href.endswith(f"/notices/desk/{found.id}")
    assert list(notice_todos.to_sign(store.actor(WRITE))) == []
    notices.submit_draft(office, found.id, wanted=False)
    assert list(notice_todos.to_sign(office)) == []
    notices.discard_draft(office, found.id)
    for act in (notices.discard_draft, notices.publish_notice, notices.submit_draft):
        with pytest.raises(Conflict):
            act(office, found.id)
    actions = [row.action for row in audit.AuditEntry.select().order_by(audit.AuditEntry.seq)]
    assert actions == [f"core.notice.{word}" for word in ("drafted", "edited", "submitted", "given_back", "discarded")]


# --------------------------------------------------------------------------- publishing


def test_publishing_makes_number_days_code_and_digest_in_one_go(store, office):
    found = published(office, category="persons", objection_days=7)
    head = audit.head(store.west)
    assert (found.year, found.serial, found.publish_from, found.publish_until) == (today().year, 1, today(), day(7))
    assert found.objections_until == day(7)
    assert len(found.code) == 12 and len(found.digest) == 64
    assert found.chain_seq == head[0] - 1
    assert audit.AuditEntry.get(audit.AuditEntry.seq == found.chain_seq).digest == found.chain_digest
    [event] = EventOutbox.select()
    assert event.name == "core.notice.published/1" and event.payload["title"] == "停水通知"
    assert check(Notice.get_by_id(found.id)).is_whole
    assert published(office).serial == 2


def test_what_was_not_seen_is_not_published(office):
    found = draft(office)
    seen = notices.outlook(office, found).seen
    notices.edit_draft(office, found.id, wording(body="本周日停水。"))
    with pytest.raises(Refused):
        notices.publish_notice(office, found.id, seen=seen)
    assert (
        notices.publish_notice(office, found.id, seen=notices.outlook(office, Notice.get_by_id(found.id)).seen).serial
        == 1
    )


def test_a_first_day_that_has_passed_becomes_today_and_one_to_come_is_waited_for(store, office):
    late, early = draft(office, publish_from=today()), draft(office, publish_from=day(3))
    update(late, publish_from=day(-2))
    assert notices.publish_notice(office, late.id).publish_from == today()
    waiting = notices.publish_notice(office, early.id)
    assert (waiting.publish_from, waiting.publish_until) == (day(3), day(18))
    assert notices.phase(waiting) == "waiting"
    assert notices.may_see(store.actor(), waiting) == ""
    assert [line.id for line in notice_lists.up_now(store.west)] == [late.id]


def test_lengths_that_were_raised_meanwhile_hold_at_publication(office):
    found = draft(office, days=7)
    set_lengths(office, "general", Lengths(20, 20, 7))
    assert notices.outlook(office, found).reasons
    with pytest.raises(Refused):
        notices.publish_notice(office, found.id)
    assert SequenceNumber.select().count() == 0


def test_only_a_command_at_the_office_pc_gives_the_demo_a_past(store, office):
    found, week_ago = draft(office), db.now() - 7 * 86_400_000
    with pytest.raises(Forbidden):
        notices.publish_notice(office, found.id, at=week_ago)
    assert notices.publish_notice(command(store.west), found.id, at=week_ago).publish_from == day(-7)


@pytest.mark.parametrize("lengths", [Lengths(5, 7, 3), Lengths(9, 7, 8)])
def test_lengths_that_contradict_each_other_are_refused(office, lengths):
    with pytest.raises(Invalid):
        set_lengths(office, "general", lengths)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(CATEGORIES)),
    st.none() | st.integers(-3, 400),
    st.none() | st.integers(-3, 400),
    st.none() | st.integers(-5, 200),
)
def test_whatever_is_asked_for_no_notice_is_shorter_than_its_kind_allows(office, category, days, objections, start):
    lengths = CATEGORIES[category].lengths
    first = None if start is None else day(start)
    try:
        found = published(office, category=category, days=days, objection_days=objections, publish_from=first)
    except Invalid:
        return
    assert found.publish_from == max(first or today(), today())
    assert (found.publish_until - found.publish_from).days >= lengths.least
    if found.takes_objections:
        assert (found.objections_until - found.publish_from).days >= lengths.objections
        assert found.publish_from < found.objections_until <= found.publish_until


def test_numbers_have_no_gaps_when_many_publish_at_once_and_some_are_refused(store, office):
    drafts = [draft(office, title=f"第 {number} 件").id for number in range(12)]
    refused = draft(office)
    update(refused, days=1)
    outcomes = []

    def work(mine):
        for key in mine:
            try:
                outcomes.append(notices.publish_notice(office, key).serial)
            except (Conflict, Refused):
                outcomes.append(None)
        db.database.close()

    threads = [
        threading.Thread(target=work, args=([*drafts[number::3], refused.id, drafts[0]],)) for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(serial for serial in outcomes if serial) == list(range(1, 13))
    assert outcomes.count(None) == len(outcomes) - 12
    assert all(check(each).is_whole for each in Notice.select().where(Notice.published_at.is_null(False)))


# --------------------------------------------------------------------------- kept by the database


@pytest.mark.parametrize(
    "change",
    [
        {"body": "改了"}, {"title": "改了"}, {"publish_until": "2199-01-01"}, {"serial": 99}, {"digest": "0" * 64},
        {"code": "ACEFHJKMNPRT"}, {"state": "draft"}, {"responsible": "别人"}, {"chain_digest": "0" * 64}, {"category": "other"},
        {"published_by": "别人"}, {"replaces": 1}, {"takes_objections": True, "objection_days": 7, "objections_until": "2199-01-01"},
    ],
)  # fmt: skip
def test_the_database_keeps_a_published_notice_word_for_word(office, change):
    found = published(office)
    with pytest.raises(peewee.PeeweeException) as refused, db.transaction(found.community):
        Notice.update(**change).where(Notice.id == found.id).execute()
    assert violations.violated(refused.value).startswith("notice_")


def test_the_database_deletes_no_notice_and_puts_no_withdrawn_one_up_again(office):
    one, two = draft(office), published(office)
    notices.withdraw_notice(office, two.id, "写错了")
    for key in (one.id, two.id):
        with pytest.raises(peewee.IntegrityError) as refused, db.transaction(one.community):
            Notice.delete().where(Notice.id == key).execute()
        assert violations.violated(refused.value) == "notice_kept"
    with pytest.raises(peewee.IntegrityError) as refused, db.transaction(one.community):
        Notice.update(state="published", withdrawn_at=None, withdrawn_by=None, withdrawn_reason="").where(
            Notice.id == two.id
        ).execute()
    assert violations.violated(refused.value) == "notice_kept"


def hang(actor, notice, text=b"minutes", name="a.txt"):
    upload = attachments.keep_upload(actor, name, text, ("document",))
    notices.add_files(actor, notice.id, "attachment", [(upload.token, "")])
    return attachments.files_of(notice.ref, "attachment")[-1]


def test_what_hangs_with_a_published_notice_stays_as_it_is(office):
    found = draft(office)
    file, other = hang(office, found), hang(office, found, b"other")
    notices.remove_file(office, found.id, other.id)
    notices.publish_notice(office, found.id)
    upload = attachments.keep_upload(office, "b.txt", b"late", ("document",))
    for act in (
        lambda: attachments.attach(office, found.ref, "attachment", [(upload.token, "")], permission=WRITE),
        lambda: attachments.describe_file(office, found.ref, file.id, "改了", permission=WRITE),
        lambda: attachments.remove_file(office, found.ref, file.id, permission=WRITE),
        lambda: attachments.put_back_file(office, found.ref, other.id, permission=WRITE),
    ):
        with pytest.raises(peewee.IntegrityError) as refused:
            act()
        assert violations.violated(refused.value) == "notice_files_kept"
    for act in (lambda: hang(office, found), lambda: notices.remove_file(office, found.id, file.id)):
        with pytest.raises(Conflict):
            act()
    assert [each.name for each in attachments.files_of(found.ref, "attachment")] == ["a.txt"]


# --------------------------------------------------------------------------- withdrawing


def test_a_withdrawn_notice_leaves_a_stub_and_is_replaced_by_a_corrected_one(store, office):
    found = published(office)
    with pytest.raises(Refused):
        notices.correct_notice(office, found.id)
    with pytest.raises(Invalid):
        notices.withdraw_notice(office, found.id, " ")
    notices.withdraw_notice(office, found.id, "时间写错了")
    with pytest.raises(Conflict):
        notices.withdraw_notice(office, found.id, "又错了")
    found = Notice.get_by_id(found.id)
    assert notices.may_see(store.actor(), found) == "stub"
    assert notices.may_see(store.actor(WRITE), found) == "all"
    fresh = notices.correct_notice(office, found.id)
    assert (fresh.replaces, fresh.body, fresh.state) == (found.id, found.body, "draft")
    assert notices.correct_notice(office, found.id).id == fresh.id
    assert notices.publish_notice(office, fresh.id).serial == 2
    assert notices.successor(found).id == fresh.id
    assert all(check(Notice.get_by_id(key)).is_whole for key in (found.id, fresh.id))
    assert [row.name for row in EventOutbox.select().order_by(EventOutbox.id)][1] == "core.notice.withdrawn/1"


# --------------------------------------------------------------------------- lists


def test_lists_are_paged_from_the_newest_and_found_by_kind_year_and_words(store, office):
    for number in range(5):
        published(office, title=f"第 {number} 件", category="project" if number % 2 else "general")
    first = notice_lists.up_now(store.west, limit=3)
    rest = notice_lists.up_now(store.west, after=first[-1].key, limit=3)
    assert [line.title for line in first + rest] == [f"第 {number} 件" for number in (4, 3, 2, 1, 0)]
    assert len(notice_lists.up_now(store.west, category="project")) == 2
    assert [line.title for line in notice_lists.up_now(store.west, terms=["停水", "3"])] == ["第 3 件"]
    assert notice_lists.up_now(store.west, terms=["%"]) == []
    with pytest.raises(Invalid):
        notice_lists.up_now(store.west, after="yesterday")
    assert notice_lists.up_now(store.south) == []


def test_a_withdrawn_text_is_not_found_by_its_words(store, office):
    found = published(office, title="公告", body="张三欠费")
    notices.withdraw_notice(office, found.id, "涉及隐私")
    assert notice_lists.archived(store.west, terms=["欠费"]) == []
    assert [line.id for line in notice_lists.archived(store.west, terms=["公告"])] == [found.id]
    assert [line.id for line in notice_lists.desk_list(office, "withdrawn", terms=["欠费"])] == [found.id]


def test_ended_ones_are_in_the_archive_of_their_year(store, office, monkeypatch):
    found = published(office)
    monkeypatch.setattr(notice_lists, "today", lambda: day(400))
    assert notice_lists.up_now(store.west) == []
    assert [line.id for line in notice_lists.archived(store.west, year=found.year)] == [found.id]
    assert notice_lists.archived(store.west, year=found.year + 1) == []
    assert notice_lists.years(store.west) == [found.year]


def test_the_notices_about_a_record_are_found_by_it(store, office):
    subject = Ref("rooms.room", store.west, 5)
    one = notices.draft_notice(office, wording(), subject=subject)
    anybody = store.actor()
    assert notice_lists.notices_about(anybody, subject) == []
    assert [line.id for line in notice_lists.notices_about(office, subject)] == [one.id]
    notices.publish_notice(office, one.id)
    assert [line.id for line in notice_lists.notices_about(anybody, subject)] == [one.id]
    assert notice_lists.notices_about(anybody, Ref("rooms.room", store.south, 5)) == []
    with pytest.raises(NotFound):
        notices.draft_notice(office, wording(), subject=Ref("rooms.room", store.south, 5))


def test_nobody_reaches_a_notice_of_another_community(store, office):
    found = draft(office)
    stranger = store.actor(WRITE, PUBLISH, community=store.south)
    for act in (notices.publish_notice, notices.discard_draft, notices.submit_draft, notices.correct_notice):
        with pytest.raises(NotFound):
            act(stranger, found.id)
    assert notice_lists.desk_list(stranger, "drafts") == []
