"""Standing in for a colleague: by local days, seen by the deputy, signed for both, never with more rights."""

from __future__ import annotations

import datetime
import threading
from dataclasses import replace
from secrets import token_hex

import peewee
import pytest

from core import clock
from core.actor import command
from core.civic.inbox import deputies, todos
from core.civic.inbox.deputies import Deputy
from core.civic.reaching import calls
from core.civic.reaching.calls import CallAttempt
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import accounts, grids, residents, roles, secrets, staff
from core.people.areas import add_estate
from core.plugin.declarations import Todo
from core.store.audit import AuditDetail, AuditEntry
from core.store.db import transaction
from core.store.ref import Ref
from core.store.violations import violated
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.web.office_cases import person

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch):
    """The rules are tested here, not the cost of a password."""
    monkeypatch.setattr(secrets, "_COST", 2)


@pytest.fixture
def sources(monkeypatch):
    """The sources of core, which a test may change."""
    changed = dict(todos._sources)
    monkeypatch.setattr(todos, "_sources", changed)
    return changed


def colleague(username, *grants, community=WEST_HILL):
    """A member of staff as an actor, as whoever signs in would be."""
    made = accounts.create_staff(
        command(community), username, f"{username}同志", PASSWORD, grants=grants or ("staff",), must_change=False
    )
    return staff.colleague(community, made.id)


def soon(days):
    """The day so many days from today."""
    return today() + datetime.timedelta(days=days)


def leave(one, other, first=0, last=0, by=None):
    """`one` is away from `first` until `last` days from today, `other` stands in."""
    return deputies.enter(by or one, one.account, other.account, soon(first), soon(last))


def given_call(to, number=1, **fields):
    """A call that is made by one colleague."""
    told = {"name": "王桂英", "phone": "13800138000", "why": "调解室已订好", **fields}
    task = calls.ask_to_call(command(WEST_HILL), Ref("rooms.booking", WEST_HILL, number), "x", **told)
    return calls.assign_call(command(WEST_HILL), task.id, to.account)


def named(found):
    """What waits, with the colleague whose work it is."""
    return [(each.title, each.instead_of) for each in found if "首个" not in each.title and "第一个" not in each.title]


# --------------------------------------------------------------------------- what the deputy sees


def test_the_deputy_sees_what_waits_for_whoever_is_away_and_only_on_these_days(monkeypatch):
    zhang, li = colleague("zhang"), colleague("lisi")
    given_call(zhang)
    leave(zhang, li, 1, 2)
    seen = []
    for noon in [_noon(day) for day in range(4)]:
        monkeypatch.setattr(clock.time, "time", noon)
        seen.append(named(todos.waiting(li)))
    expected = [("给王桂英打电话", "zhang同志")]
    assert seen == [[], expected, expected, []]


def _noon(days):
    moment = datetime.datetime.combine(soon(days), datetime.time(12), clock.local_zone()).timestamp()
    return lambda: moment


def test_it_begins_and_ends_at_local_midnight(monkeypatch):
    zhang, li = colleague("zhang"), colleague("lisi")
    day = soon(1)
    leave(zhang, li, 1, 1)
    midnight = datetime.datetime.combine(day, datetime.time(), clock.local_zone()).timestamp()
    for moment, in_force in ((midnight - 1, 0), (midnight, 1), (midnight + 86_399, 1), (midnight + 86_400, 0)):
        monkeypatch.setattr(clock.time, "time", lambda moment=moment: moment)
        assert len(deputies.stood_in_for(WEST_HILL, li.account)) == in_force
        assert len(deputies.away_today(WEST_HILL)) == in_force


def test_what_both_may_do_anyway_is_shown_once_and_not_as_somebody_else_s():
    zhang, li = colleague("zhang"), colleague("lisi")
    calls.ask_to_call(command(WEST_HILL), Ref("rooms.booking", WEST_HILL, 1), "x", name="王桂英", why="改到九点")
    leave(zhang, li)
    assert named(todos.waiting(li)) == [("有 1 个电话要打", "")]


def test_the_number_in_the_navigation_counts_what_waits_for_both():
    zhang, li = colleague("zhang"), colleague("lisi")
    given_call(zhang)
    before = todos.count(replace(li, session=token_hex())).all
    leave(zhang, li)
    assert todos.count(replace(li, session=token_hex())).all == before + 1


def test_everybody_s_list_names_both():
    zhang, li, chief = colleague("zhang"), colleague("lisi"), colleague("shen", "director")
    given_call(zhang)
    leave(zhang, li)
    [found] = [each for each in todos.waiting_for_everybody(chief) if each.account == zhang.account]
    assert (found.people, found.instead_of) == (("zhang同志", "lisi同志（代zhang同志）"), "zhang同志")


def test_work_goes_on_to_the_deputy_of_a_deputy():
    zhang, li, wang = colleague("zhang"), colleague("lisi"), colleague("wang")
    given_call(zhang)
    leave(zhang, li, 0, 5)
    leave(li, wang, 0, 2)
    assert named(todos.waiting(wang)) == [("给王桂英打电话", "zhang同志")]
    assert [(each.label, each.until_day) for each in deputies.stood_in_for(WEST_HILL, wang.account)] == [
        ("lisi同志", soon(2)),
        ("zhang同志", soon(2)),
    ]


# --------------------------------------------------------------------------- no right is gained


def test_a_deputy_without_the_right_sees_and_does_nothing_of_it(sources):
    chief, books = colleague("shen", "director"), colleague("guji", "cashier")
    sources["test"] = lambda actor: (
        [Todo("签字", "/sign", permission="core.notices.publish")] * actor.can("core.notices.publish")
    )
    task = given_call(chief)
    leave(chief, books)
    assert todos.waiting(books) == []
    with pytest.raises(Forbidden):
        calls.record_attempt(books, task.id, "told")
    assert deputies.on_behalf(books, chief.account).permissions == books.permissions
    assert {each.title for each in todos.unseen_by(chief, chief, books)} >= {"签字", "给王桂英打电话"}


def test_the_setting_up_tells_only_what_nobody_else_sees(sources):
    zhang, li, books = colleague("zhang"), colleague("lisi"), colleague("guji", "bookkeeper")
    given_call(zhang)
    assert [each.title for each in todos.unseen_by(zhang, zhang, books)] == ["给王桂英打电话"]
    assert todos.unseen_by(zhang, zhang, li) == []


def test_the_reach_of_a_grid_officer_does_not_grow():
    actor, officers = command(WEST_HILL), []
    for number, name in enumerate(("一", "二")):
        estate = add_estate(actor, f"{name}苑")
        who = residents.add_person(actor, name=f"{name}阿姨", phone="", estate_id=estate, door="1-1-101")
        grid = grids.add_grid(actor, f"{name}网格")
        grids.assign_grid(actor, grid, [estate])
        officers.append(colleague(f"grid{number}", accounts.RoleTerm("grid_officer", grid_id=grid)))
        given_call(officers[-1], number, name=who.name, person_id=who.id)
    one, two = officers
    # A caller who is in no register: seen by whoever entered it and by the office, by no other officer.
    mine = calls.ask_to_call(one, Ref("rooms.booking", WEST_HILL, 9), "x", name="过路人", why="问路")
    calls.assign_call(one, mine.id, one.account)
    leave(one, two, by=command(WEST_HILL))
    assert named(todos.waiting(two)) == [("给二阿姨打电话", "")]
    clerk = colleague("lisi")
    deputies.end(command(WEST_HILL), deputies.absences(WEST_HILL)[0].id)
    leave(one, clerk, by=command(WEST_HILL))
    assert {title for title, of in named(todos.waiting(clerk)) if of} == {"给一阿姨打电话", "给过路人打电话"}


@pytest.mark.parametrize("stop", ["freeze", "close", "role"])
def test_somebody_who_cannot_work_here_any_more_stands_in_for_nobody(stop):
    zhang, li, chief = colleague("zhang"), colleague("lisi"), colleague("shen", "director")
    given_call(zhang)
    leave(zhang, li, 0, 3)
    if stop == "freeze":
        accounts.freeze_account(command(WEST_HILL), li.account, "休假")
    elif stop == "role":
        roles.end_role(command(WEST_HILL), roles.grants_of(WEST_HILL, li.account)[0].grant)
    else:
        with transaction(WEST_HILL):
            accounts.Account.update(status="closed").where(accounts.Account.id == li.account).execute()
    assert deputies.stood_in_for(WEST_HILL, li.account) == []
    assert [each.able for each in deputies.absences_of(WEST_HILL, zhang.account)] == [False]
    assert todos.waiting(li) == [] or all(not each.instead_of for each in todos.waiting(li))
    assert "给王桂英打电话" in [each.title for each in todos.waiting_for_everybody(chief)]


# --------------------------------------------------------------------------- acting


def test_who_acts_for_somebody_signs_for_both():
    zhang, li, wang = colleague("zhang"), colleague("lisi"), colleague("wang")
    leave(zhang, li)
    calls.record_attempt(li, given_call(zhang, 1).id, "told")
    calls.correct_phone(li, given_call(zhang, 2).id, "13700137000")
    calls.set_aside(li, given_call(zhang, 3).id, "已当面说过")
    calls.assign_call(li, given_call(zhang, 4).id, li.account)
    calls.record_attempt(wang, given_call(zhang, 5).id, "no_answer")
    calls.record_attempt(li, given_call(li, 6).id, "told")
    signed = [row.actor for row in AuditEntry.select().where(AuditEntry.account == li.account).order_by(AuditEntry.seq)]
    both = "lisi同志（代zhang同志）"
    assert signed == [both, both, both, both, "lisi同志"]
    assert [row.by_label for row in CallAttempt.select().order_by(CallAttempt.id)] == [both, "wang同志", "lisi同志"]


def test_after_the_last_day_one_signs_for_oneself_again(monkeypatch):
    zhang, li = colleague("zhang"), colleague("lisi")
    leave(zhang, li)
    monkeypatch.setattr(clock.time, "time", _noon(1))
    assert deputies.on_behalf(li, zhang.account).signature == "lisi同志"


# --------------------------------------------------------------------------- entering and ending


def test_everybody_enters_it_for_themselves_and_the_director_for_others():
    zhang, li, chief = colleague("zhang"), colleague("lisi"), colleague("shen", "director")
    leave(zhang, li, 0, 0)
    leave(zhang, li, 2, 3, by=chief)
    with pytest.raises(Forbidden):
        leave(zhang, chief, 5, 6, by=li)
    entry = AuditEntry.select().where(AuditEntry.action == "core.deputy.entered").order_by(AuditEntry.seq).get()
    detail = AuditDetail.get(AuditDetail.chain == entry.chain, AuditDetail.seq == entry.seq)
    assert (entry.account, entry.permission) == (zhang.account, deputies.MANAGE)
    assert f'"colleague":{zhang.account}' in detail.payload and f'"deputy":{li.account}' in detail.payload


def test_it_is_ended_early_by_either_once_and_stays_in_the_records():
    zhang, li, chief = colleague("zhang"), colleague("lisi"), colleague("shen", "director")
    given_call(zhang)
    first = leave(zhang, li, 0, 3)
    with pytest.raises(Forbidden):
        deputies.end(li, first.id)
    deputies.end(zhang, first.id)
    assert named(todos.waiting(li)) == []
    with pytest.raises(NotFound):
        deputies.end(zhang, first.id)
    deputies.end(chief, leave(zhang, li, 0, 3).id)
    assert [(row.ended_by, row.ended_at is not None) for row in Deputy.select().order_by(Deputy.id)] == [
        ("zhang同志", True),
        ("shen同志", True),
    ]
    assert AuditEntry.select().where(AuditEntry.action == "core.deputy.ended").count() == 2


@pytest.mark.parametrize(("first", "last", "field"), [(-1, 2, "from_day"), (2, 1, "until_day"), (0, 367, "until_day")])
def test_days_that_cannot_be_meant_are_refused(first, last, field):
    zhang, li = colleague("zhang"), colleague("lisi")
    with pytest.raises(Invalid) as refused:
        leave(zhang, li, first, last)
    assert list(refused.value.errors) == [field]


def test_who_cannot_stand_in():
    zhang, frozen, elsewhere = colleague("zhang"), colleague("lisi"), colleague("nan", community=SOUTH_GARDEN)
    without = accounts.create_staff(command(WEST_HILL), "wuzhi", "无职", PASSWORD, must_change=False)
    accounts.freeze_account(command(WEST_HILL), frozen.account, "")
    for number in (zhang.account, frozen.account, elsewhere.account, without.id, 999_999):
        with pytest.raises(Invalid) as refused:
            deputies.enter(zhang, zhang.account, number, today(), today())
        assert list(refused.value.errors) == ["deputy"]
    with pytest.raises(Invalid) as refused:
        deputies.enter(command(WEST_HILL), elsewhere.account, zhang.account, today(), today())
    assert list(refused.value.errors) == ["account"]
    watch = colleague("jiandu", "supervisor")
    for one, other in ((zhang, watch), (watch, zhang)):
        with pytest.raises(Refused):
            leave(one, other)


def test_one_deputy_at_a_time_and_no_work_that_comes_back():
    zhang, li, wang = colleague("zhang"), colleague("lisi"), colleague("wang")
    leave(zhang, li, 2, 5)
    with pytest.raises(Refused) as refused:
        leave(zhang, wang, 5, 6)
    assert "lisi同志" in str(refused.value) and refused.value.advice
    leave(zhang, wang, 6, 6)
    with pytest.raises(Refused) as refused:
        leave(li, zhang, 5, 9)
    assert refused.value.advice
    leave(li, wang, 4, 5)
    with pytest.raises(Refused):
        leave(wang, zhang, 5, 7)
    leave(wang, zhang, 7, 8)
    assert Deputy.select().count() == 4


def test_two_at_once_make_one():
    zhang, li, wang = colleague("zhang"), colleague("lisi"), colleague("wang")
    answers = []

    def ask(other):
        try:
            answers.append(leave(zhang, other).id)
        except Refused:
            answers.append(None)

    threads = [threading.Thread(target=ask, args=(other,)) for other in (li, wang)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2 and answers.count(None) == 1
    assert Deputy.select().count() == 1


def test_communities_know_nothing_of_each_other():
    zhang, li = colleague("zhang"), colleague("lisi")
    there = colleague("nan", "director", community=SOUTH_GARDEN)
    made = leave(zhang, li, 0, 3)
    assert deputies.absences(SOUTH_GARDEN) == []
    with pytest.raises(NotFound):
        deputies.end(there, made.id)
    assert deputies.stood_in_for(SOUTH_GARDEN, li.account) == []


# --------------------------------------------------------------------------- the database


def row(one, other, first="2026-03-01", last="2026-03-05", **fields):
    """A row as it is stored, past the service."""
    given = {"community": WEST_HILL, "account_id": one.account, "deputy_id": other.account, "from_day": first,
             "until_day": last, "by_label": "x", **fields}  # fmt: skip
    with transaction(WEST_HILL):
        return Deputy.create(**given)


def test_the_database_holds_the_rules():
    zhang, li, wang = colleague("zhang"), colleague("lisi"), colleague("wang")
    kept = row(zhang, li)
    ended = row(zhang, li, "2026-04-01", "2026-04-02", ended_at=1, ended_by="x")
    row(zhang, wang, "2026-04-01", "2026-04-02")
    wrong = {
        "deputy_is_another": lambda: row(wang, wang),
        "deputy_days_in_order": lambda: row(wang, li, "2026-03-05", "2026-03-01"),
        "deputy_ended_by_somebody": lambda: row(wang, li, ended_at=1),
        "deputy_one_at_a_time": lambda: row(zhang, wang, "2026-03-05", "2026-03-06"),
        "deputy_not_mutual": lambda: row(li, zhang, "2026-03-05", "2026-03-06"),
    }
    for guard, attempt in wrong.items():
        with pytest.raises(peewee.IntegrityError) as refused:
            attempt()
        assert violated(refused.value) == guard
    changes = (
        Deputy.update(deputy_id=wang.account).where(Deputy.id == kept.id),
        Deputy.update(until_day="2027-01-01").where(Deputy.id == kept.id),
        Deputy.update(ended_at=None, ended_by="").where(Deputy.id == ended.id),
        Deputy.update(ended_by="y").where(Deputy.id == ended.id),
        Deputy.delete().where(Deputy.id == kept.id),
    )
    for change in changes:
        with pytest.raises(peewee.IntegrityError) as refused, transaction(WEST_HILL):
            change.execute()
        assert violated(refused.value) == "deputy_kept"


def test_a_call_to_the_deceased_waits_for_no_deputy_either():
    zhang, li, who = colleague("zhang"), colleague("lisi"), person()
    given_call(zhang, person_id=who.id)
    leave(zhang, li)
    residents.set_status(command(WEST_HILL), who.public_id, "deceased")
    assert named(todos.waiting(li)) == []
