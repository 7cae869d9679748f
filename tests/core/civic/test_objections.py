"""Objections: filed while the notice takes them, kept as they were, answered once and in public, late for everybody to see."""

from __future__ import annotations

import dataclasses
import threading

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import command
from core.civic.calendar import days as calendar
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices.categories import PUBLISH
from core.civic.notices.records import NoticePair
from core.civic.objections import answers as objection_answers
from core.civic.objections import filing as objections
from core.civic.objections import lists as objection_lists
from core.civic.objections.records import ANSWER, ENTER, OBJECTION, Objection, ObjectionDraft, Objector
from core.civic.reaching import calls, message_lists
from core.civic.workflow import engine as workflow
from core.civic.workflow.versions import OVERRIDE, Overrides
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people.account_records import Account
from core.plugin.declarations import Clock
from core.store import audit, db, violations
from core.store.audit import AuditDetail
from core.store.request_key import digest_of, once
from tests.core.civic.objection_cases import WORDS, answer, day, file, notice, office, resident, visitor
from tests.core.civic.test_calls import person


@pytest.fixture
def about(store):
    """A notice of 西山社区 that takes objections."""
    return notice(store.west)


@pytest.fixture
def leader(store):
    """Whoever answers."""
    return office(store)


@pytest.fixture
def member(store):
    """A resident with an account."""
    who = person(store.west)
    with db.transaction(store.west):
        account = Account.create(kind="resident", community=store.west, person_id=who, label="王桂英", secret=None)
    return resident(store, who, account.id)


def stored(filed):
    return Objection.get_by_id(filed.objection_id)


def move_clock(monkeypatch, to):
    """Let everybody believe that it is another day."""
    for module in (objections, objection_lists, workflow):
        monkeypatch.setattr(module, "today", lambda: to)
    for module in (objections, objection_answers, objection_lists):
        monkeypatch.setattr(module, "local_day", lambda _moment: to)


# --------------------------------------------------------------------------- filing


def test_a_guest_gets_a_number_and_a_code_and_the_clock_starts(store, about):
    one, two = file(visitor(store), about), file(visitor(store), about, name="李明", phone="")
    assert (one.serial, two.serial) == (1, 2)
    assert len(one.code) == 8 and one.code != two.code
    record = stored(one)
    assert (record.state, record.channel, record.asked_on, record.entered_by) == ("submitted", "guest", today(), "")
    assert record.due_day == record.answer_by == calendar.deadline(today(), 5, working=True)
    assert objection_lists.objection_by_code(visitor(store), one.code.lower()) == one.objection_id
    assert one.code not in repr(Objector.get_by_id(one.objection_id).__data__)


def test_numbers_count_within_each_notice(store, about):
    file(visitor(store), about)
    assert file(visitor(store), notice(store.west)).serial == 1


def test_a_resident_objects_in_the_own_name_and_needs_no_code(store, about, member):
    filed = objections.file_objection(member, about.id, WORDS, name="别人", phone="13900139000")
    who = Objector.get_by_id(filed.objection_id)
    assert (filed.code, who.name, who.phone, who.person_id) == ("", "王桂英", "", member.person)
    assert [each.words for each in objection_lists.my_objections(member)] == [WORDS]


def test_names_everything_that_must_be_corrected_at_once(store, about):
    with pytest.raises(Invalid) as refused:
        objections.file_objection(visitor(store), about.id, " ", name="", phone="12")
    assert set(refused.value.errors) == {"words", "name", "phone"}
    for words in ("长" * 2001, "甲\x00乙", "\ud800"):
        with pytest.raises(Invalid):
            file(visitor(store), about, words)
    assert Objection.select().count() == 0


@pytest.mark.parametrize(
    "words", ["\u202eאבג مرحبا\u202c", "👨‍👩‍👧‍👦🏠", "<script>alert(1)</script>", "长" * 2000, "=1+1"]
)
def test_keeps_words_as_they_were_written(store, about, leader, words):
    filed = file(visitor(store), about, words)
    answer(leader, filed.objection_id, words)
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.wording, shown.shortened) == (words, False)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft", "published_at": None, "year": None, "serial": None, "code": None, "digest": None,
         "chain_seq": None, "chain_digest": None, "published_by": None},
        {"takes_objections": False, "objections_until": None, "objection_days": 0},
        {"since": 1, "until": 20},
        {"since": -30, "until": -1},
        {"state": "withdrawn", "withdrawn_at": 1, "withdrawn_by": "沈主任", "withdrawn_reason": "有误"},
    ],
    ids=["draft", "takes none", "not yet", "over", "withdrawn"],
)  # fmt: skip
def test_only_while_the_notice_takes_objections(store, fields):
    about = notice(store.west, **fields)
    with pytest.raises((Refused, NotFound)):
        file(visitor(store), about)
    with pytest.raises(peewee.PeeweeException) as refused, db.transaction(store.west):
        Objection.create(
            community=store.west, notice_id=about.id, serial=1, channel="guest", asked_on=today(), state="submitted"
        )
    assert violations.violated(refused.value) == "objection_while_open"


def test_only_a_command_may_say_that_it_was_earlier(store, leader):
    about, earlier = notice(store.west), db.now() - 3 * 86_400_000
    with pytest.raises(Forbidden):
        file(visitor(store), about, at=earlier)
    filed = file(command(store.west), about, at=earlier)
    assert stored(filed).asked_on == day(-3) and stored(filed).entered_at == earlier
    with pytest.raises(Forbidden):
        answer(leader, filed.objection_id, at=earlier)


def test_the_last_day_counts(store):
    assert file(visitor(store), notice(store.west, until=0)).serial == 1


def test_another_community_s_notice_does_not_exist(store, about):
    with pytest.raises(NotFound):
        file(visitor(store, store.south), about)


def test_one_request_key_makes_one_objection(store, about):
    results, barrier = [], threading.Barrier(6)

    def tap():
        barrier.wait()
        act = lambda: file(visitor(store), about).as_json()  # noqa: E731
        results.append(once(store.west, "one and the same tap", digest_of("object"), act))
        db.database.close()

    threads = [threading.Thread(target=tap) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Objection.select().count() == 1
    assert len({result["code"] for result in results}) == 1 and len(results) == 6


# --------------------------------------------------------------------------- on paper


def test_paper_handed_in_on_time_is_entered_later_and_its_clock_runs_from_that_day(store, leader):
    about = notice(store.west, since=-30, until=-8)
    given = {"channel": "paper", "asked_on": day(-9), "name": "陈阿婆"}
    filed = objections.enter_objection(leader, about.id, WORDS, **given)
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.asked_on, shown.entered_on, shown.was_entered_later) == (day(-9), today(), True)
    assert shown.answer_by == calendar.deadline(day(-9), 5, working=True)
    assert stored(filed).entered_by == "测试员"
    with pytest.raises(Refused):
        objections.enter_objection(leader, about.id, WORDS, channel="paper", asked_on=day(-7))


def test_entering_for_others_needs_its_permission_and_sound_fields(store, about, leader):
    with pytest.raises(Forbidden):
        objections.enter_objection(store.actor(ANSWER), about.id, WORDS, channel="paper")
    for wrong in ({"channel": "guest"}, {"channel": "paper", "asked_on": day(1)}):
        with pytest.raises(Invalid):
            objections.enter_objection(leader, about.id, WORDS, **wrong)
    with pytest.raises(NotFound):
        objections.enter_objection(leader, about.id, WORDS, channel="paper", person_id=person(store.south))


def test_an_anonymous_letter_is_answered_too_and_nobody_is_called(store, about, leader):
    filed = objections.enter_objection(leader, about.id, WORDS, channel="paper")
    answer(leader, filed.objection_id)
    assert calls.CallTask.select().count() == 0


def test_what_the_office_entered_for_a_resident_is_among_the_own(store, about, leader, member):
    filed = objections.enter_objection(leader, about.id, WORDS, channel="telephone", person_id=member.person)
    assert [each.public.id for each in objection_lists.my_objections(member)] == [filed.objection_id]
    answer(leader, filed.objection_id)
    [call] = calls.todays_calls(store.actor(calls.WORK))
    assert (call.name, call.phone) == ("王桂英", "13800138000")
    [told] = message_lists.read_by(member)
    assert about.title in told.text and told.title == "您的异议有答复了"
    assert message_lists.read_by(resident(store, person(store.west, name="李明"), 4711)) == []


# --------------------------------------------------------------------------- answering


def test_the_answer_is_public_and_whoever_objected_is_called(store, about, leader):
    filed = file(visitor(store), about)
    answer(leader, filed.objection_id)
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.state, shown.wording, shown.outcome) == ("answered", WORDS, "amended")
    assert (shown.answered_by, shown.answered_on, shown.lateness) == ("测试员", today(), "")
    assert objection_lists.open_objections(about.ref) == []
    [call] = calls.todays_calls(store.actor(calls.WORK))
    assert (call.name, call.phone) == ("王桂英", "13800138000")
    assert about.title in call.why and "1200" in call.why
    assert calls.contacted_at(stored(filed).ref) is None


def test_answering_needs_its_permission_and_every_field(store, about, leader):
    filed = file(visitor(store), about)
    with pytest.raises(Forbidden):
        answer(store.actor(ENTER), filed.objection_id)
    with pytest.raises(Invalid) as refused:
        answer(leader, filed.objection_id, "", answer=" ", outcome="perhaps")
    assert set(refused.value.errors) == {"wording", "answer", "outcome"}
    with pytest.raises(NotFound):
        answer(office(store, community=store.south), filed.objection_id)


def test_nobody_answers_the_own_objection(store, about, member):
    filed = objections.file_objection(member, about.id, WORDS)
    with pytest.raises(Refused):
        answer(dataclasses.replace(member, permissions=frozenset({ANSWER})), filed.objection_id)


def test_an_answer_is_given_once(store, about, leader):
    filed = file(visitor(store), about)
    answer(leader, filed.objection_id)
    with pytest.raises(Refused):
        answer(leader, filed.objection_id, answer="改口")
    assert stored(filed).answer != "改口"


@pytest.mark.parametrize(
    "original, wording, fits",
    [
        ("我是 3 幢张桂英，停车费不对", "我是……，停车费不对", True),
        ("我是张桂英，停车费不对", "我是某某某，停车费不对", True),
        ("停车费不对", "停车费不对", True),
        ("停车费\n不对", "停车费\r\n不对", True),
        ("停车费不对", "停车费很对", False),
        ("停车费不对", "不对停车费", False),
        ("停车费不对", "停车费不对不对", False),
        ("停车费不对", "……", False),
        ("？！…", "？！…", True),
    ],
)
def test_the_office_may_only_leave_out(original, wording, fits):
    assert objection_answers.only_left_out(original, wording) is fits


def test_what_was_left_out_is_marked_and_the_objector_sees_the_own_words(store, about, leader):
    original = "我是 3 幢 501 张桂英，停车费不对。"
    filed = file(visitor(store), about, original)
    with pytest.raises(Invalid):
        answer(leader, filed.objection_id, "停车费没有问题。")
    answer(leader, filed.objection_id, "我是……，停车费不对。")
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.wording, shown.shortened) == ("我是……，停车费不对。", True)
    assert objection_lists.read_own(visitor(store), filed.objection_id, filed.code).words == original
    assert audit.AuditEntry.select().where(audit.AuditEntry.action == "core.objection.shortened").count() == 1


def test_lines_that_browsers_end_otherwise_count_as_unchanged(store, about, leader):
    filed = file(visitor(store), about, "第一\r\n第二")
    answer(leader, filed.objection_id, "第一\r\n第二")
    assert not objection_lists.objections_of(about.ref)[0].shortened


def test_an_answer_never_changes_but_an_explanation_may_follow(store, about, leader):
    filed = file(visitor(store), about)
    with pytest.raises(Refused):
        objection_answers.explain(leader, filed.objection_id, "补充")
    answer(leader, filed.objection_id)
    objection_answers.explain(leader, filed.objection_id, "合同已贴在门厅。")
    [shown] = objection_lists.objections_of(about.ref)
    assert [(word.words, word.who) for word in shown.explanations] == [("合同已贴在门厅。", "测试员")]


# --------------------------------------------------------------------------- late


def test_an_overdue_objection_says_so_to_everybody_and_the_late_answer_for_ever(store, about, leader, monkeypatch):
    filed = file(visitor(store), about)
    due = stored(filed).answer_by
    move_clock(monkeypatch, due)
    assert objection_lists.objections_of(about.ref)[0].lateness == ""
    late = calendar.add_working_days(due, 3)
    move_clock(monkeypatch, late)
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.days_late, shown.answer_by, str(shown.lateness)) == (3, due, "已超过期限 3 个工作日，尚未答复")
    answer(leader, filed.objection_id)
    move_clock(monkeypatch, late.replace(year=late.year + 2))
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.days_late, str(shown.lateness)) == (3, "超过期限 3 个工作日才答复")


def test_taking_it_back_does_not_wipe_out_that_nobody_answered(store, about, monkeypatch):
    filed = file(visitor(store), about)
    move_clock(monkeypatch, calendar.add_working_days(stored(filed).answer_by, 2))
    objections.take_back(visitor(store), filed.objection_id, code=filed.code)
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.state, shown.days_late) == ("withdrawn", 2)


def test_a_community_may_give_another_deadline_and_running_ones_keep_theirs(store, about):
    before = stored(file(visitor(store), about))
    clocks = Overrides(clock_days={"begin": Clock(3, working=True, roll_over=True)})
    workflow.override(store.actor(OVERRIDE), OBJECTION, clocks)
    after = stored(file(visitor(store), about))
    assert (before.workflow_version, after.workflow_version) == (0, 1)
    assert stored_again(before).answer_by == before.answer_by
    assert after.answer_by == calendar.deadline(today(), 3, working=True)


def stored_again(record):
    return Objection.get_by_id(record.id)


@given(st.dates(min_value=day(0).replace(year=2024), max_value=day(0).replace(year=2029)), st.integers(0, 60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lateness_counts_working_days_across_holidays_and_years(start, passed):
    """A day is late exactly when more than five working days lie behind the filing, and by just those."""
    due = calendar.deadline(start, 5, working=True, roll_over=True)
    assert calendar.is_working_day(due)
    assert calendar.working_days_between(start, due) == 5
    then = start + (day(passed) - day(0))
    record = Objection(answer_by=due)
    late = objection_lists.days_late(record, then)
    worked = calendar.working_days_between(start, then)
    assert (late is None) == (then <= due)
    assert late is None or late == worked - 5


# --------------------------------------------------------------------------- the objector


def test_the_code_opens_the_own_objection_and_nothing_else(store, about):
    mine, other = file(visitor(store), about), file(visitor(store), about)
    assert objection_lists.read_own(visitor(store), mine.objection_id, mine.code).words == WORDS
    for wrong in ("", other.code, "ACDEFHJK"):
        with pytest.raises(NotFound):
            objection_lists.read_own(visitor(store), mine.objection_id, wrong)
        with pytest.raises(NotFound):
            objections.take_back(visitor(store), mine.objection_id, code=wrong)
        with pytest.raises(NotFound):
            objections.add_word(visitor(store), mine.objection_id, "补充", code=wrong)
    with pytest.raises(NotFound):
        objection_lists.objection_by_code(visitor(store, store.south), mine.code)


def test_a_word_added_reaches_the_office_and_not_the_public(store, about, leader):
    filed = file(visitor(store), about)
    objections.add_word(visitor(store), filed.objection_id, "我家住 3 幢", code=filed.code)
    assert [word.words for word in objection_lists.desk_objection(leader, filed.objection_id).added] == ["我家住 3 幢"]
    assert "3 幢" not in repr(objection_lists.objections_of(about.ref))
    for _number in range(objections.MOST_FURTHER_WORDS - 1):
        objections.add_word(visitor(store), filed.objection_id, "又", code=filed.code)
    with pytest.raises(Refused):
        objections.add_word(visitor(store), filed.objection_id, "再", code=filed.code)


def test_what_was_taken_back_stays_to_be_seen_and_is_over(store, about, leader):
    filed = file(visitor(store), about)
    objections.take_back(visitor(store), filed.objection_id, code=filed.code)
    [shown] = objection_lists.objections_of(about.ref)
    assert (shown.state, shown.wording, shown.withdrawn_on) == ("withdrawn", "", today())
    with pytest.raises(Refused):
        answer(leader, filed.objection_id)
    with pytest.raises(Refused):
        objections.add_word(visitor(store), filed.objection_id, "补充", code=filed.code)


def test_an_answered_objection_cannot_be_taken_back(store, about, leader):
    filed = file(visitor(store), about)
    answer(leader, filed.objection_id)
    with pytest.raises(Refused):
        objections.take_back(visitor(store), filed.objection_id, code=filed.code)


def test_whoever_objected_is_told_when_the_notice_is_withdrawn(store, about, leader):
    file(visitor(store), about)
    done = file(visitor(store), about, name="李明")
    answer(leader, done.objection_id)
    notices.withdraw_notice(store.actor(PUBLISH), about.id, "数字有误")
    told = [(call.name, "撤回" in call.why) for call in calls.todays_calls(store.actor(calls.WORK))]
    assert sorted(told) == [("李明", False), ("王桂英", True)]


def test_the_second_publication_waits_until_every_objection_to_the_first_is_answered(store, about, leader):
    with db.transaction(store.west):
        pair = NoticePair.create(community=store.west, title="公共收益", by_label="沈主任")
    first = notice(store.west, pair_id=pair.id, stage="before")
    filed = file(visitor(store), first)
    file(visitor(store), about)
    assert [str(reason) for reason in against(pair)] == ["第一次公示还有 1 条异议没有答复。"]
    answer(leader, filed.objection_id)
    assert against(pair) == []


def against(pair):
    """The reasons against a second publication that come from objections."""
    return [reason for rule in notice_pairs._rules for reason in rule(None, pair)]


# --------------------------------------------------------------------------- drafts


def test_a_draft_is_seen_by_its_account_only_and_leaves_no_trace(store, about, member, leader):
    entries = audit.AuditEntry.select().count()
    objections.save_draft(member, about.id, "还没想好")
    objections.save_draft(member, about.id, "还没想好，再写")
    assert objections.draft_of(member, about.id) == "还没想好，再写"
    assert objection_lists.my_drafts(member) == [(about.id, about.title)]
    for other in (leader, visitor(store), dataclasses.replace(member, account=99)):
        assert objections.draft_of(other, about.id) == ""
        assert objection_lists.my_drafts(other) == []
    assert audit.AuditEntry.select().count() == entries
    assert objection_lists.objections_of(about.ref) == [] == objection_lists.desk_list(leader)


def test_filing_uses_the_draft_up_and_an_empty_one_is_none(store, about, member):
    objections.save_draft(member, about.id, "写了一半")
    objections.save_draft(member, about.id, " ")
    assert ObjectionDraft.select().count() == 0
    objections.save_draft(member, about.id, "写了一半")
    objections.file_objection(member, about.id, WORDS)
    assert ObjectionDraft.select().count() == 0


# --------------------------------------------------------------------------- the office's list


def test_lists_open_ones_with_the_longest_overdue_first(store, leader):
    about = notice(store.west, since=-60)
    for distance in (0, -40, -20):
        objections.enter_objection(leader, about.id, WORDS, channel="paper", asked_on=day(distance), name=f"{distance}")
    first = objection_lists.desk_list(leader, limit=2)
    rest = objection_lists.desk_list(leader, after=first[-1].key)
    assert [row.name for row in (*first, *rest)] == ["-40", "-20", "0"]
    assert [todo.due for todo in objections_todos(leader)] == sorted(todo.due for todo in objections_todos(leader))
    assert objection_lists.to_answer(store.actor(ENTER)) == []
    answer(leader, first[0].public.id)
    assert [row.name for row in objection_lists.desk_list(leader, finished=True)] == ["-40"]


def objections_todos(actor):
    return objection_lists.to_answer(actor)


def test_numbers_are_masked_for_whoever_may_not_see_them_and_names_beyond_a_grid(store, about):
    file(visitor(store), about)
    [row] = objection_lists.desk_list(office(store))
    assert (row.name, row.phone) == ("王桂英", "138****8000")
    assert objection_lists.desk_list(office(store, "core.people.phone"))[0].phone == "13800138000"
    [row] = objection_lists.desk_list(office(store, "core.people.phone", reach=frozenset({1})))
    assert (row.name, row.phone) == ("", "")
    with pytest.raises(Forbidden):
        objection_lists.desk_list(store.actor("core.desk"))


def test_another_community_sees_nothing(store, about):
    filed = file(visitor(store), about)
    stranger = office(store, community=store.south)
    assert objection_lists.desk_list(stranger) == [] == objections_todos(stranger)
    for act in (
        lambda: objection_lists.desk_objection(stranger, filed.objection_id),
        lambda: objection_answers.explain(stranger, filed.objection_id, "话"),
        lambda: objection_lists.read_own(visitor(store, store.south), filed.objection_id, filed.code),
    ):
        with pytest.raises(NotFound):
            act()


# --------------------------------------------------------------------------- what the database keeps


def refused(statement, store):
    with pytest.raises(peewee.PeeweeException) as error, db.transaction(store.west):
        statement()
    return violations.violated(error.value)


def test_the_database_keeps_what_was_filed_and_answered(store, about, leader):
    filed = file(visitor(store), about)
    same = Objection.id == filed.objection_id
    for change in ({"serial": 9}, {"asked_on": day(-1)}, {"answer_by": day(90)}, {"channel": "account"}):
        assert (
            refused(lambda change=change: Objection.update(**change).where(same).execute(), store) == "objection_kept"
        )
    assert refused(lambda: Objection.delete().where(same).execute(), store) == "objection_kept"
    answer(leader, filed.objection_id)
    for change in ({"answer": "改口"}, {"days_late": 1}, {"state": "submitted"}, {"answered_by": "别人"}):
        assert (
            refused(lambda change=change: Objection.update(**change).where(same).execute(), store) == "objection_kept"
        )


def test_the_database_keeps_the_objector_s_words_which_only_an_erasure_takes_away(store, about):
    filed = file(visitor(store), about)
    same = Objector.objection_id == filed.objection_id
    assert refused(lambda: Objector.update(words="别的话").where(same).execute(), store) == "objector_kept"
    assert refused(lambda: Objector.delete().where(same).execute(), store) == "objector_kept"
    with db.transaction(store.west):
        Objector.update(words="", name="", phone="").where(same).execute()
    assert objection_lists.objections_of(about.ref)[0].serial == 1


def test_further_words_are_only_added(store, about, leader):
    filed = file(visitor(store), about)
    answer(leader, filed.objection_id)
    objection_answers.explain(leader, filed.objection_id, "解释")
    from core.civic.objections.records import ObjectionWord

    assert refused(lambda: ObjectionWord.update(words="改").execute(), store) == "objection_word_append_only"


def test_neither_name_nor_number_nor_words_stand_in_what_everybody_reads(store, about):
    file(visitor(store), about)
    record = repr(Objection.get().__data__) + repr(objection_lists.objections_of(about.ref))
    trail = "".join(row.payload for row in AuditDetail.select())
    for private in ("王桂英", "13800138000", WORDS):
        assert private not in record and private not in trail
