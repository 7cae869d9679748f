"""Only declared steps move a record, one person at a time, and each leaves its step, audit entry, due day and event."""

from __future__ import annotations

import datetime
import itertools
import json
import threading
from dataclasses import replace

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.civic.calendar import days as calendar
from core.civic.workflow import engine as wf
from core.clock import today
from core.errors import Conflict, Forbidden, Invalid, LinliError, NotFound, PluginError, Refused
from core.plugin.declarations import Clock, State, Transition, Workflow
from core.plugin.events import EventOutbox, event
from core.store import audit, db, violations
from core.store.community import CommunityModel
from core.store.schema import create_table
from core.text import in_language


class Plot(CommunityModel):
    """A plot of a community garden, somebody's to tend: the example record of these tests."""

    kind = "garden.plot"

    title = db.Text(default="")
    gardener = db.Text(null=True)
    from_day = db.Day(null=True)
    state = db.Text()
    due_day = db.Day(null=True)
    workflow_version = db.Integer(default=0)

    class Meta:
        table_name = "garden_plot"


@event("garden.plot.lent/1")
class PlotLent:
    """A plot has found its gardener."""

    title: str
    gardener: str


def _has_title(actor, record, fields):
    return None if record.title else "这块地还没有名字。"


GARDEN = Workflow(
    "garden.plot",
    Plot,
    states=(
        State("free", "空闲"),
        State("asked", "已申请", tint="warn"),
        State("lent", "已认领", tint="ok"),
        State("retired", "已停用", final=True),
    ),
    transitions=(
        Transition("ask", "free", "asked", "garden.ask", "申请", clock_days=7),
        Transition("lend", "asked", "lent", "garden.lend", "同意", (_has_title,), ("gardener",), 365, PlotLent),
        Transition("decline", "asked", "free", "garden.lend", "不同意", required=("reason",)),
        Transition("give_back", "lent", "free", "", "归还"),
        Transition("retire", ("free", "lent"), "retired", "garden.lend", "停用"),
    ),
    initial="free",
    clock_days=30,
)


@pytest.fixture
def garden(store):
    """A store with the table of plots."""
    with db.transaction():
        create_table(
            db.database.obj,
            "garden_plot",
            """
            id INTEGER PRIMARY KEY,
            community TEXT NOT NULL REFERENCES community (code),
            title TEXT NOT NULL,
            gardener TEXT,
            from_day TEXT,
            state TEXT NOT NULL,
            due_day TEXT,
            workflow_version INTEGER NOT NULL
            """,
        )
    wf.install(GARDEN)
    return store


@pytest.fixture
def steward(garden):
    """Somebody who may do every step of the garden."""
    return garden.actor("garden.ask", "garden.lend", "core.workflows.override")


def plot(actor, **fields):
    """A plot that has begun."""
    return wf.begin(actor, Plot(**{"community": actor.community, "title": "东一块", **fields}))


def days(count):
    """The day that many days from today."""
    return today() + datetime.timedelta(days=count)


def stored(record):
    """The record as it lies in the database."""
    return Plot.get_by_id(record.id)


# --------------------------------------------------------------------------- beginning and advancing


def test_begins_in_the_initial_state_with_a_due_day_and_a_first_step(steward):
    record = plot(steward)

    assert (stored(record).state, stored(record).due_day) == ("free", days(30))
    [step] = wf.history(record)
    assert (step.verb, step.source, step.target, step.by_label) == ("begin", "", "free", "测试员")


def test_begins_a_stored_record_but_never_twice(steward):
    with db.transaction(steward.community):
        record = Plot.create(community=steward.community, title="西一块", state="?", workflow_version=0)
    wf.begin(steward, record)

    with pytest.raises(Refused):
        wf.begin(steward, record)
    assert stored(record).state == "free"
    assert len(wf.history(record)) == 1


def test_a_step_writes_state_fields_due_day_history_audit_and_event_together(steward):
    record = plot(steward)
    wf.advance(steward, record, "ask")
    wf.advance(steward, record, "lend", gardener="王桂英", from_day=datetime.date(2026, 3, 1), reason="轮到她")

    now = stored(record)
    assert (now.state, now.gardener, now.from_day) == ("lent", "王桂英", datetime.date(2026, 3, 1))
    assert (record.state, record.due_day) == ("lent", days(365)) == (now.state, now.due_day)
    last = wf.history(record)[-1]
    assert (last.source, last.target, last.verb, last.reason, last.due_day) == (
        "asked",
        "lent",
        "lend",
        "轮到她",
        days(365),
    )
    entry = audit.AuditEntry.select().order_by(audit.AuditEntry.seq.desc()).get()
    assert (entry.action, entry.subject, entry.permission) == ("garden.plot.lend", str(record.ref), "garden.lend")
    detail = json.loads(audit.AuditDetail.get(audit.AuditDetail.seq == entry.seq).payload)
    assert (detail["before"]["state"], detail["after"]["state"]) == ("asked", "lent")
    assert EventOutbox.select().get().payload == {"title": "东一块", "gardener": "王桂英"}
    assert audit.verify(steward.community) is None


def test_a_step_without_a_clock_takes_the_due_day_away(steward):
    record = plot(steward)
    wf.advance(steward, record, "ask")
    wf.advance(steward, record, "lend", gardener="王桂英")
    wf.advance(steward, record, "give_back")

    assert stored(record).due_day is None


def test_the_caller_may_make_the_event(steward):
    record = plot(steward)
    wf.advance(steward, record, "ask")
    wf.advance(steward, record, "lend", gardener="王桂英", event=lambda now: PlotLent(now.title, now.state))

    assert EventOutbox.select().get().payload["gardener"] == "lent"


def test_a_wrong_event_undoes_the_whole_step(steward):
    record = plot(steward)
    wf.advance(steward, record, "ask")
    with pytest.raises(TypeError):
        wf.advance(steward, record, "lend", gardener="王桂英", event=lambda now: "something else")

    assert stored(record).state == record.state == "asked"
    assert len(wf.history(record)) == 2
    assert not EventOutbox.select().exists()


def test_refuses_a_step_that_does_not_lead_out_of_the_state(steward):
    record = plot(steward)
    with pytest.raises(Refused):
        wf.advance(steward, record, "lend", gardener="王桂英")
    with pytest.raises(Refused):
        wf.advance(steward, record, "burn")
    assert stored(record).state == "free"


def test_refuses_whoever_lacks_the_permission(garden, steward):
    record = plot(steward)
    with pytest.raises(Forbidden):
        wf.advance(garden.actor("garden.lend"), record, "ask")
    with pytest.raises(Forbidden):
        wf.advance(garden.actor("garden.ask"), record, "lend", gardener="王桂英")
    assert stored(record).state == "free"


def test_refuses_with_the_reason_of_a_guard(steward):
    record = plot(steward, title="")
    wf.advance(steward, record, "ask")
    with pytest.raises(Refused, match="还没有名字"):
        wf.advance(steward, record, "lend", gardener="王桂英")
    assert stored(record).state == "asked"


@pytest.mark.parametrize("given_fields", [{}, {"gardener": None}, {"gardener": "  "}])
def test_names_the_required_field_that_is_missing(steward, given_fields):
    record = plot(steward)
    wf.advance(steward, record, "ask")
    with pytest.raises(Invalid) as caught:
        wf.advance(steward, record, "lend", **given_fields)
    assert set(caught.value.errors) == {"gardener"}


def test_a_guard_sees_the_record_as_it_is_stored_now(steward):
    record = plot(steward)
    wf.advance(steward, record, "ask")
    with db.transaction(steward.community):
        Plot.update(title="").where(Plot.id == record.id).execute()
    with pytest.raises(Refused, match="还没有名字"):
        wf.advance(steward, record, "lend", gardener="王桂英")


def test_does_not_touch_another_communitys_record(garden, steward):
    record = plot(steward)
    stranger = garden.actor("garden.ask", "garden.lend", community=garden.south)
    with pytest.raises(NotFound):
        wf.advance(stranger, record, "ask")
    with pytest.raises(NotFound):
        wf.actions(stranger, record)
    with pytest.raises(NotFound):
        wf.advance(stranger, Plot(id=record.id, community=garden.south, state="free"), "ask")


def test_state_and_due_day_cannot_be_given_as_fields(steward):
    record = plot(steward)
    for name in ("state", "due_day", "workflow_version", "community"):
        with pytest.raises(TypeError):
            wf.advance(steward, record, "ask", **{name: "x"})


def test_a_stale_page_is_told_that_somebody_else_was_first(steward):
    record = plot(steward)
    seen_earlier = stored(record)
    wf.advance(steward, record, "ask")
    with pytest.raises(Conflict):
        wf.advance(steward, seen_earlier, "retire")
    assert stored(record).state == "asked"


def test_of_two_people_at_once_exactly_one_moves_the_record(garden, steward):
    record = plot(steward)
    barrier, outcomes = threading.Barrier(6), []

    def move(verb):
        mine = stored(record)
        db.database.close()
        barrier.wait()
        try:
            wf.advance(steward, mine, verb)
            outcomes.append("moved")
        except Refused:
            outcomes.append("refused")
        finally:
            db.database.close()

    threads = [threading.Thread(target=move, args=(verb,)) for verb in ("ask", "retire") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved"] + ["refused"] * 5
    assert len(wf.history(record)) == 2
    assert audit.verify(garden.west) is None


# --------------------------------------------------------------------------- next actions


def test_lists_next_actions_with_the_reason_why_one_is_not_possible(garden, steward):
    record = plot(steward, title="")
    wf.advance(steward, record, "ask")
    listed = {action.verb: action for action in wf.actions(steward, record)}

    assert list(listed) == ["lend", "decline"]
    assert (listed["lend"].possible, listed["lend"].reason) == (False, "这块地还没有名字。")
    assert (listed["decline"].possible, listed["decline"].required) == (True, ("reason",))
    for action in wf.actions(garden.actor("garden.ask"), record):
        assert not action.possible
        assert str(action.reason)


def test_a_final_state_has_no_next_action(steward):
    record = plot(steward)
    wf.advance(steward, record, "retire")
    assert wf.actions(steward, record) == []


def test_a_broken_guard_closes_its_step_and_leaves_the_others(steward):
    def broken(actor, record, fields):
        raise KeyError("boom")

    lend = replace(GARDEN.transitions[1], guards=(broken,))
    wf.install(replace(GARDEN, transitions=(GARDEN.transitions[0], lend, *GARDEN.transitions[2:])))
    record = plot(steward)
    wf.advance(steward, record, "ask")

    listed = {action.verb: action for action in wf.actions(steward, record)}
    assert not listed["lend"].possible
    assert listed["decline"].possible
    with pytest.raises(KeyError):
        wf.advance(steward, record, "lend", gardener="王桂英")
    assert stored(record).state == "asked"


# --------------------------------------------------------------------------- versions


def test_an_override_leaves_running_records_at_their_version(steward):
    running = plot(steward)
    assert (
        wf.override(steward, GARDEN, wf.Overrides({"ask": 2, "begin": None}, {"asked": "等候"}, {"ask": "想要"})) == 1
    )
    new = plot(steward)

    wf.advance(steward, running, "ask")
    assert (stored(running).due_day, stored(running).workflow_version) == (days(7), 0)
    assert wf.state_of(running).label == "已申请"

    assert (stored(new).due_day, stored(new).workflow_version) == (None, 1)
    assert wf.actions(steward, new)[0].label == "想要"
    wf.advance(steward, new, "ask")
    assert stored(new).due_day == days(2)
    assert wf.state_of(new).label == "等候"


def test_a_clock_may_count_working_days(garden, steward, monkeypatch):
    monkeypatch.setattr(wf, "today", lambda: datetime.date(2026, 9, 29))
    tuesday = replace(GARDEN, clock_days=Clock(3, working=True))
    wf.install(
        replace(
            tuesday,
            transitions=(replace(GARDEN.transitions[0], clock_days=Clock(3, roll_over=True)), *GARDEN.transitions[1:]),
        )
    )
    record = plot(steward)
    assert record.due_day == datetime.date(2026, 10, 9)  # seven days of National Day between
    wf.advance(steward, record, "ask")
    assert record.due_day == datetime.date(2026, 10, 8)  # the third day, 2 October, gives way


def test_an_override_may_count_working_days_and_older_ones_mean_what_they_meant(steward):
    wf.override(steward, GARDEN, wf.Overrides({"begin": 4}))
    old = wf.overrides_of(steward.community, GARDEN, 1)
    assert plot(steward).due_day == days(4)
    wf.override(steward, GARDEN, wf.Overrides({"begin": Clock(4, working=True), "ask": None}))
    assert plot(steward).due_day == calendar.add_working_days(today(), 4)
    assert wf.overrides_of(steward.community, GARDEN, 2).clock_days == {"begin": Clock(4, working=True), "ask": None}
    assert wf.overrides_of(steward.community, GARDEN, 1) == old == wf.Overrides({"begin": 4})
    with pytest.raises(Invalid):
        wf.override(steward, GARDEN, wf.Overrides({"begin": Clock(-1, working=True)}))


@pytest.mark.parametrize(
    "clock, zh, en",
    [
        (5, "5 天", "5 days"),
        (Clock(1), "1 天", "1 day"),
        (Clock(5, working=True), "5 个工作日", "5 working days"),
        (Clock(15, roll_over=True), "15 天（最后一天遇休息日顺延）", "15 days, or the next working day"),
        (None, "", ""),
    ],
)
def test_a_clock_in_words(clock, zh, en):
    for language, wanted in (("zh_Hans", zh), ("en", en)):
        with in_language(language):
            assert str(wf.clock_text(clock)) == wanted


def test_overrides_count_up_and_belong_to_one_community(garden, steward):
    wf.override(steward, GARDEN, wf.Overrides({"ask": 2}))
    wf.override(steward, GARDEN, wf.Overrides({"ask": 3}), "节前加快")
    assert wf.current_version(garden.west, GARDEN) == 2
    assert wf.current_version(garden.south, GARDEN) == 0

    neighbour = garden.actor("garden.ask", community=garden.south)
    record = wf.advance(neighbour, plot(neighbour), "ask")
    assert record.due_day == days(7)


@pytest.mark.parametrize(
    "overrides",
    [
        wf.Overrides({"burn": 2}),
        wf.Overrides({"ask": -1}),
        wf.Overrides({"ask": 9999}),
        wf.Overrides(state_labels={"burnt": "烧了"}),
        wf.Overrides(verb_labels={"burn": "烧"}),
        wf.Overrides(state_labels={"free": " "}),
    ],
)
def test_refuses_overrides_that_cannot_be_meant(steward, overrides):
    with pytest.raises(Invalid):
        wf.override(steward, GARDEN, overrides)
    assert wf.current_version(steward.community, GARDEN) == 0


def test_overriding_needs_its_permission(garden):
    with pytest.raises(Forbidden):
        wf.override(garden.actor("garden.lend"), GARDEN, wf.Overrides({"ask": 2}))


# --------------------------------------------------------------------------- what the database holds


ATTACKS = {
    "sqlite": ("UPDATE {} SET by_label = 'x'", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"),
    "postgresql": ("UPDATE {} SET by_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"),
}


@pytest.mark.parametrize("table", ["workflow_step", "workflow_version"])
def test_history_and_versions_are_append_only_in_raw_sql(steward, table):
    plot(steward)
    wf.override(steward, GARDEN, wf.Overrides({"ask": 2}))
    for attack in ATTACKS[db.engine_name()]:
        with pytest.raises(peewee.IntegrityError) as caught, db.transaction():
            db.database.execute_sql(attack.format(table))
        assert violations.violated(caught.value) == f"{table}_append_only"


def test_the_database_itself_lets_a_record_begin_once(steward):
    record = plot(steward)
    first = wf.history(record)[0]
    with pytest.raises(peewee.IntegrityError), db.transaction():
        wf.WorkflowStep.insert(
            community=first.community, workflow="x", subject=first.subject, target="free", verb="begin", by_label="x"
        ).execute()


# --------------------------------------------------------------------------- declarations


class Stateless(CommunityModel):
    """A record without a state."""

    kind = "garden.stateless"


class Nameless(CommunityModel):
    """A record without a kind."""

    state = db.Text()


class Timeless(CommunityModel):
    """A record without a due day."""

    kind = "garden.timeless"
    state = db.Text()


def _plus(*transitions, states=(), **changes):
    return replace(GARDEN, states=(*GARDEN.states, *states), transitions=(*GARDEN.transitions, *transitions), **changes)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_plus(states=(State("lost", "遗失", final=True),)), "cannot be reached"),
        (_plus(states=(State("free", "空闲"),)), "declared twice"),
        (_plus(Transition("stick", "free", "stuck"), states=(State("stuck", ""),)), "no way out"),
        (_plus(initial="nowhere"), "initial state"),
        (_plus(Transition("burn", "free", "burnt")), "unknown state “burnt”"),
        (_plus(Transition("burn", "nowhere", "free")), "unknown state “nowhere”"),
        (_plus(Transition("ask", "free", "lent")), "declared twice from"),
        (_plus(Transition("revive", "retired", "free")), "final state"),
        (_plus(Transition("begin", "free", "lent")), "cannot be a verb"),
        (_plus(Transition("not a verb", "free", "lent")), "cannot be a verb"),
        (_plus(Transition("burn", (), "free")), "starts from no state"),
        (_plus(Transition("burn", "free", "lent", required=("state",))), "set by the workflow"),
        (_plus(Transition("burn", "free", "lent", event=str)), "not a dataclass"),
        (_plus(Transition("burn", "free", "lent", clock_days=-1)), "negative"),
        (_plus(Transition("burn", "free", "lent", clock_days=Clock(-1, working=True))), "negative"),
        (_plus(model=Stateless), "no column “state”"),
        (_plus(model=Nameless), "no kind"),
        (_plus(model=Timeless), "no column “due_day”"),
        (_plus(name=""), "no name"),
    ],
)
def test_refuses_a_broken_declaration_by_name(broken, told):
    with in_language("en"), pytest.raises(PluginError, match=told):
        wf.install(broken)


def test_a_record_without_a_workflow_is_told_so():
    with pytest.raises(PluginError):
        wf.workflow_of(Stateless)


def test_the_diagram_shows_every_state_step_and_clock():
    picture = wf.diagram(GARDEN).splitlines()

    assert picture[0] == "stateDiagram-v2"
    assert '    state "已申请" as asked' in picture
    assert "    [*] --> free: ≤ 30 天" in picture
    assert "    free --> asked: 申请 ≤ 7 天" in picture
    assert "    free --> retired: 停用" in picture
    assert "    lent --> retired: 停用" in picture
    assert "    retired --> [*]" in picture


# --------------------------------------------------------------------------- any workflow at all

NAMES = ("a", "b", "c", "d", "e")
VERBS = ("go", "turn", "stop", "back")


@st.composite
def _workflows(draw):
    """A sound workflow: random steps over a chain a → b → … that reaches every state; the last one may be final."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    steps = {(source, "next"): target for source, target in itertools.pairwise(names)}
    steps[(names[-1], "again")] = names[0]
    for source in names:
        for verb in draw(st.sets(st.sampled_from(VERBS))):
            steps[(source, verb)] = draw(st.sampled_from(names))
    return Workflow(
        "garden.random",
        Plot,
        tuple(State(name, name) for name in names),
        tuple(Transition(verb, source, target) for (source, verb), target in steps.items()),
        names[0],
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workflow=_workflows(), tries=st.lists(st.sampled_from((*VERBS, "next", "again", "fly")), max_size=12))
def test_only_declared_steps_ever_succeed(garden, workflow, tries):
    wf.install(workflow)
    actor = garden.actor()
    declared = {(step.source, step.verb): step.target for step in workflow.transitions}
    record = plot(actor)
    path = [workflow.initial]
    for verb in tries:
        before = record.state
        possible = {action.verb for action in wf.actions(actor, record)}
        try:
            wf.advance(actor, record, verb)
        except LinliError:
            assert (before, verb) not in declared
            assert stored(record).state == record.state == before
        else:
            assert stored(record).state == record.state == declared[(before, verb)]
            path.append(record.state)
        assert (verb in possible) == ((before, verb) in declared)
    steps = wf.history(record)
    assert [step.target for step in steps] == path
    assert [step.source for step in steps[1:]] == path[:-1]
