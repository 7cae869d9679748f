"""To-dos: derived from what is open, in order, by person and by role; a source that fails takes nobody down."""

from __future__ import annotations

import datetime
from dataclasses import replace
from secrets import token_hex

import pytest

from core.actor import command
from core.civic import intake
from core.civic.inbox import todos
from core.civic.reaching import calls
from core.clock import today
from core.errors import Forbidden
from core.people import accounts, roles, staff
from core.people.permissions import MANAGE_ROLES
from core.plugin.declarations import Todo
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from plugins.rooms import service
from tests.core.web.office_cases import person

PASSWORD = "correct horse battery"


@pytest.fixture
def app(app):
    """An office whose rooms are entered, so that no module has a first step left to do there."""
    service.add_venue(command(WEST_HILL), name="邻里中心")
    return app


@pytest.fixture
def sources(monkeypatch):
    """The sources of core, which a test may change."""
    changed = dict(todos._sources)
    monkeypatch.setattr(todos, "_sources", changed)
    return changed


@pytest.fixture
def lenient(app, monkeypatch):
    """The registry of an installation at work: faults are recorded, not raised."""
    registry = app.extensions["linli_registry"]
    monkeypatch.setattr(registry, "config", replace(registry.config, strict=False))
    return registry


def day(distance):
    """The day that many days from today, as a to-do has it."""
    return (today() + datetime.timedelta(days=distance)).isoformat()


def colleague(username, *grants, community=WEST_HILL):
    """A member of staff as an actor, as whoever signs in would be."""
    actor = command(community)
    made = accounts.create_staff(actor, username, f"{username}同志", PASSWORD, grants=grants, must_change=False)
    return staff.colleague(community, made.id)


def call(number=1, community=WEST_HILL, due=0, **fields):
    """A call that some module asks for."""
    given = {"name": "王桂英", "phone": "13800138000", "why": "调解室已订好", **fields}
    ref = Ref("rooms.booking", community, number)
    return calls.ask_to_call(command(community), ref, "x", due_day=today() + datetime.timedelta(days=due), **given)


def titles(found):
    """What is to be done, in order."""
    return [each.title for each in found]


# --------------------------------------------------------------------------- order and shape


def test_late_things_come_first_then_by_day_and_those_without_a_day_last(app, sources):
    days = {"无": "", "后天": day(2), "上周": day(-7), "今天": day(0), "昨天": day(-1)}
    sources["test"] = lambda actor: [Todo(title, "/x", due=due) for title, due in days.items()]

    found = todos.waiting(command(WEST_HILL))
    assert titles(found) == ["上周", "昨天", "今天", "后天", "无"]
    assert titles(todos.late(found)) == ["上周", "昨天"]
    assert set(titles(todos.this_week(found))) >= {"上周", "昨天", "今天"}
    assert "无" not in titles(todos.this_week(found))


@pytest.mark.parametrize(
    "wrong",
    [
        "no to-do",
        Todo("x", "/x", due="soon"),
        Todo("x", "javascript:alert(1)"),
        Todo("x", "//elsewhere.example"),
        Todo("x\x00", "/x"),
    ],
)
def test_a_source_whose_to_dos_cannot_be_shown_is_left_out_whole_and_the_others_stay(lenient, sources, wrong):
    sources["broken"] = lambda actor: [Todo("好的", "/x"), wrong]
    sources["sound"] = lambda actor: [Todo("在", "/y")]

    assert titles(todos.waiting(command(WEST_HILL))) == ["在"]
    assert [failure.place for failure in lenient.failures("core")] == ["to-dos broken"]


def test_a_source_that_raises_takes_nobody_down(lenient, sources):
    def fail(actor):
        yield Todo("先说一句", "/x")
        raise RuntimeError("out of order")

    sources["broken"] = fail
    intake.take_call(command(WEST_HILL), who="李阿姨", what="楼道灯坏了")
    assert titles(todos.waiting(command(WEST_HILL))) == ["答复李阿姨的来电"]


def test_long_texts_are_cut_for_the_list(app, sources):
    sources["test"] = lambda actor: [Todo("长" * 100_000, "/x", detail="\u202e倒" * 5_000)]
    [found] = todos.waiting(command(WEST_HILL))
    assert len(found.title) == len(found.detail) == 300


# --------------------------------------------------------------------------- what core tells


def test_calls_that_came_in_wait_until_they_are_answered(app):
    actor = colleague("luming", "staff")
    taken = intake.take_call(actor, who="李阿姨", what="楼道灯坏了")
    [found] = todos.waiting(actor)
    assert (found.title, found.due, found.detail, found.permission) == (
        "答复李阿姨的来电", today(), "楼道灯坏了", calls.WORK,
    )  # fmt: skip
    assert found.href == f"/c/{WEST_HILL}/calls/{taken.id}"
    intake.finish_intake(actor, taken.id, "answer", "已派人")
    assert todos.waiting(actor) == []


def test_who_wants_to_be_called_back_waits_among_the_calls_to_make_only(app):
    actor = colleague("luming", "staff")
    intake.take_call(actor, who="李阿姨", what="问养老金", call_back=True, phone="13800138000")
    assert titles(todos.waiting(actor)) == ["有 1 个电话要打"]


def test_calls_to_make_are_one_to_do_due_with_the_oldest(app):
    actor = colleague("luming", "staff")
    call(1, due=-3)
    call(2)
    call(3, due=5)
    [found] = todos.waiting(actor)
    assert (found.title, found.due, found.is_late) == ("有 2 个电话要打", today() - datetime.timedelta(days=3), True)


def test_a_call_given_to_somebody_is_theirs_and_not_everybody_s(app):
    lu, qian = colleague("luming", "staff"), colleague("qian", "staff")
    task = call()
    calls.assign_call(lu, task.id, qian.account)
    assert todos.waiting(lu) == []
    [found] = todos.waiting(qian)
    assert (found.title, found.account) == ("给王桂英打电话", qian.account)


def test_a_call_of_somebody_who_makes_calls_no_more_is_everybody_s_again(app):
    lu, qian = colleague("luming", "staff"), colleague("qian", "staff")
    calls.assign_call(lu, call().id, qian.account)
    roles.end_role(command(WEST_HILL), roles.grants_of(WEST_HILL, qian.account)[0].grant)
    assert titles(todos.waiting(lu)) == ["有 1 个电话要打"]


def test_calls_to_the_deceased_wait_for_nobody(app):
    from core.people import residents

    who, actor = person(), colleague("luming", "staff")
    call(person_id=who.id)
    residents.set_status(command(WEST_HILL), who.public_id, "deceased")
    assert todos.waiting(actor) == []


def test_roles_that_end_within_thirty_days_wait_for_whoever_gives_roles(app):
    chief, clerk = colleague("shen", "director"), colleague("luming", "staff")
    for name, days in (("soon", 30), ("later", 31), ("now", 0)):
        made = accounts.create_staff(command(WEST_HILL), name, name, PASSWORD, must_change=False)
        roles.grant_role(command(WEST_HILL), made.id, "mediator", until_day=today() + datetime.timedelta(days=days))
    # The module of mediation asks for its roster as well.
    found = [each for each in todos.waiting(chief) if each.permission == MANAGE_ROLES]
    assert titles(found) == ["now的“调解员”角色快到期了", "soon的“调解员”角色快到期了"]
    assert todos.waiting(clerk) == []


# --------------------------------------------------------------------------- whose


def test_everybody_s_names_the_people_and_keeps_what_the_asker_may_not_see(app, sources):
    chief, clerk = colleague("shen", "director"), colleague("luming", "staff")
    keeper = colleague("baozhang", "bookkeeper")
    sources["test"] = lambda actor: [
        Todo(f"{name}的", "/x", permission=name) for name in ("core.desk", "core.secret") if actor.can(name)
    ]
    sources["own"] = lambda actor: [Todo("记账", "/money", account=keeper.account)] * (actor.account == keeper.account)

    found = {each.title: set(each.people) for each in todos.waiting_for_everybody(chief)}
    assert found == {
        "core.desk的": {chief.label, clerk.label, keeper.label},
        "记账": {keeper.label},
    }
    with pytest.raises(Forbidden):
        todos.waiting_for_everybody(clerk)


def test_communities_know_nothing_of_each_other(app):
    chief = colleague("shen", "director")
    call(community=SOUTH_GARDEN)
    intake.take_call(command(SOUTH_GARDEN), who="南苑人", what="x")
    colleague("nan", "director", community=SOUTH_GARDEN)
    assert todos.waiting(chief) == []
    assert todos.waiting_for_everybody(chief) == []
    assert staff.colleagues(WEST_HILL) == [chief]


def test_whoever_follows_somebody_sees_no_more_than_both_may(app):
    from core.people import grids
    from core.people.areas import add_estate

    actor = command(WEST_HILL)
    one, two = add_estate(actor, "海城名家"), add_estate(actor, "西山苑")
    grid_ids = [grids.add_grid(actor, name) for name in ("一网格", "二网格")]
    for grid, estate in zip(grid_ids, (one, two), strict=True):
        grids.assign_grid(actor, grid, [estate])
    first = colleague("gridone", accounts.RoleTerm("grid_officer", grid_id=grid_ids[0]))
    second = colleague("gridtwo", accounts.RoleTerm("grid_officer", grid_id=grid_ids[1]))
    chief = colleague("shen", "director")

    assert first.reach == frozenset({one})
    assert staff.as_seen_by(first, second).reach == frozenset()
    assert staff.as_seen_by(chief, second).reach == staff.as_seen_by(second, chief).reach == frozenset({two})
    assert staff.as_seen_by(second, chief).permissions == second.permissions & chief.permissions


def test_to_dos_of_a_module_that_is_off_are_absent(app):
    elsewhere = command(SOUTH_GARDEN)
    assert titles(todos.waiting(elsewhere)) == ["添加第一个阵地"]
    switch_off(elsewhere, "rooms")
    assert todos.waiting(elsewhere) == []


# --------------------------------------------------------------------------- the number in the navigation


def test_the_number_is_kept_for_the_session_until_something_changes(app, sources, monkeypatch):
    asked: list[int] = []
    sources.clear()
    sources["test"] = lambda actor: asked.append(1) or [Todo("旧", "/x", due=day(-1)), Todo("新", "/y")]
    actor = replace(colleague("baozhang", "cashier"), session=token_hex())

    assert (todos.count(actor), todos.count(actor)) == (todos.Count(2, 1),) * 2
    assert len(asked) == 1
    todos.forget_counts(SOUTH_GARDEN)
    todos.count(actor)
    assert len(asked) == 1
    todos.forget_counts(WEST_HILL)
    todos.count(replace(actor, session=token_hex()))
    todos.count(actor)
    assert len(asked) == 3
    later = todos.time.monotonic() + 61
    monkeypatch.setattr(todos.time, "monotonic", lambda: later)
    todos.count(actor)
    assert len(asked) == 4
