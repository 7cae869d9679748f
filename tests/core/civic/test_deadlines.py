"""Deadlines of a community: shown in words, changed with a reason for what begins from now on, never for what runs."""

from __future__ import annotations

import pytest

from core.civic.calendar import days as calendar
from core.civic.objections.records import ANSWER_CLOCK, OBJECTION, Objection
from core.civic.workflow import deadlines
from core.civic.workflow.versions import OVERRIDE, Overrides, current_version, override, overrides_of
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound
from core.plugin.declarations import Clock
from tests.core.civic.objection_cases import file, notice, visitor

NAME, VERB = OBJECTION.name, "begin"


@pytest.fixture
def lead(store):
    """Whoever decides on deadlines in 西山社区."""
    return store.actor(OVERRIDE)


def found(actor):
    return deadlines.find_deadline(actor, NAME, VERB)


def due(filed):
    return Objection.get_by_id(filed.objection_id).due_day


def test_as_declared_until_somebody_decides(lead):
    deadline = found(lead)
    assert (deadline.clock, deadline.is_changed, str(deadline.text)) == (ANSWER_CLOCK, False, "5 个工作日")
    assert deadlines.changes(lead, deadline) == []


def test_a_change_holds_for_what_begins_from_now_on(store, lead):
    about = notice(store.west)
    before = file(visitor(store), about)
    deadlines.set_deadline(lead, NAME, VERB, 3, True, "居民代表会议决定")
    after = file(visitor(store), about)
    assert due(before) == calendar.deadline(today(), 5, working=True)
    assert due(after) == calendar.deadline(today(), 3, working=True)
    assert str(found(lead).text) == "3 个工作日" and found(lead).is_changed


def test_calendar_days_may_not_end_on_a_day_off(store, lead):
    deadlines.set_deadline(lead, NAME, VERB, 10, False, "按自然日算")
    assert due(file(visitor(store), notice(store.west))) == calendar.deadline(
        today(), 10, working=False, roll_over=True
    )


def test_the_other_community_keeps_its_own(store, lead):
    deadlines.set_deadline(lead, NAME, VERB, 3, True, "居民代表会议决定")
    assert found(store.actor(OVERRIDE, community=store.south)).clock == ANSWER_CLOCK


def test_what_else_was_decided_stays(store, lead):
    override(lead, OBJECTION, Overrides({"answer": Clock(2)}, state_labels={"submitted": "待答复"}))
    deadlines.set_deadline(lead, NAME, VERB, 3, True, "居民代表会议决定")
    kept = overrides_of(store.west, OBJECTION, current_version(store.west, OBJECTION))
    assert (kept.state_labels, kept.clock_days["answer"]) == ({"submitted": "待答复"}, Clock(2))


def test_every_decision_stands_with_its_reason_the_latest_first(lead):
    for days, reason in ((3, "试行"), (7, "人手不足")):
        deadlines.set_deadline(lead, NAME, VERB, days, True, reason)
    told = deadlines.changes(lead, found(lead))
    assert [(str(each.text), each.reason) for each in told] == [("7 个工作日", "人手不足"), ("3 个工作日", "试行")]


@pytest.mark.parametrize(
    "days, reason, field",
    [(0, "原因", "days"), (367, "原因", "days"), (5, "原因", "days"), (3, "  ", "reason")],
    ids=["none", "too many", "as it is", "no reason"],
)
def test_what_cannot_be_meant_is_named(lead, days, reason, field):
    with pytest.raises(Invalid) as refused:
        deadlines.set_deadline(lead, NAME, VERB, days, True, reason)
    assert set(refused.value.errors) == {field}


def test_only_whoever_may_decide(store):
    with pytest.raises(Forbidden):
        deadlines.deadlines(store.actor())


def test_a_procedure_without_a_name_is_not_the_community_s_to_change(lead):
    with pytest.raises(NotFound):
        deadlines.find_deadline(lead, "core.privacy_request", VERB)
