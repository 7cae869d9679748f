"""Looks at records are kept as they were written for half a year, and told to the director and to the person."""

from dataclasses import replace

import peewee
import pytest

from core.actor import Actor
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound
from core.people import areas, directory, disclosure, residents, view_log, view_report
from core.people.account_records import Account, RoleGrant
from core.people.directory import PHONE, VIEW
from core.people.permissions import PRIVACY
from core.people.view_log import PersonView
from core.store.audit import AuditEntry
from core.store.db import now, transaction
from core.store.violations import violated

OLD_MS = 190 * 86_400_000


def account(store, label, role="staff", person=None) -> int:
    with transaction(store.west):
        made = Account.create(
            kind="staff", community=store.west, username=f"user{label}", label=label, person_id=person and person.id
        )
        RoleGrant.create(account_id=made.id, community=store.west, role=role, from_day=today())
    return made.id


def at_work(store, label, *permissions, role="staff", person=None) -> Actor:
    """Somebody of the office under a name of their own."""
    number = account(store, label, role, person)
    return replace(store.actor(*permissions, account=number), label=label)


@pytest.fixture
def chief(store):
    """The director, who sees the report."""
    return at_work(store, "周主任", PRIVACY, VIEW, PHONE, "core.people.edit", role="director")


@pytest.fixture
def worker(store):
    """A member of staff who looks people up."""
    return at_work(store, "小王", VIEW, PHONE)


@pytest.fixture
def people(store, chief):
    """Two neighbours and somebody of another building."""
    estate = areas.add_estate(store.actor("core.people.edit"), "海城名家")
    return [
        residents.add_person(chief, name=name, phone=phone, birth_year=1953, estate_id=estate, door=door)
        for name, phone, door in (
            ("张三丰", "13800138000", "3-2-501"),
            ("李四", "13900139000", "3-2-502"),
            ("王五", "13700137000", "9-1-101"),
        )
    ]


def old_look(store, worker) -> PersonView:
    """A look of 190 days ago."""
    with transaction(store.west):
        return PersonView.create(
            community=store.west,
            at=now() - OLD_MS,
            account=worker.account,
            by_label="小王",
            way="list",
            people="p1",
            shown=1,
        )


def refused(act) -> str | None:
    with pytest.raises(peewee.IntegrityError) as error, transaction():
        act()
    return violated(error.value)


def test_a_look_is_one_row_with_all_who_were_shown(store, worker, people):
    view_log.seen(worker, view_log.SEARCH, [one.public_id for one in people])
    view_log.seen(worker, view_log.PAGE, [people[0].public_id])
    view_log.seen(worker, view_log.LIST, [])
    view_log.seen(Actor(kind="command", community=store.west), view_log.PAGE, [people[0].public_id])
    listed, opened = PersonView.select().order_by(PersonView.id)
    assert (listed.way, listed.person, listed.people.split(), listed.shown) == (
        "search", "", [one.public_id for one in people], 3,
    )  # fmt: skip
    assert (opened.way, opened.person, opened.people, opened.by_label) == ("page", people[0].public_id, "", "小王")


def test_a_look_is_never_changed_and_not_deleted_before_half_a_year(store, worker, people):
    view_log.seen(worker, view_log.PAGE, [people[0].public_id])
    old = old_look(store, worker)
    assert refused(lambda: PersonView.update(by_label="x").execute()) == "person_view_kept"
    assert refused(lambda: PersonView.update(at=1).where(PersonView.id == old.id).execute()) == "person_view_kept"
    assert refused(lambda: PersonView.delete().where(PersonView.way == "page").execute()) == "person_view_kept"
    with transaction(store.west):
        assert PersonView.delete().where(PersonView.id == old.id).execute() == 1


@pytest.mark.parametrize(
    "change, guard",
    [
        ({"way": "peek"}, "person_view_way_known"),
        ({"shown": 0}, "person_view_shown_counted"),
        ({"person": "p1"}, "person_view_of_whom"),
        ({"people": ""}, "person_view_of_whom"),
    ],
)
def test_the_database_refuses_looks_that_say_nothing(store, change, guard):
    whole = {"community": store.west, "account": 1, "by_label": "小王", "way": "list", "people": "p1", "shown": 1}
    assert refused(lambda: PersonView.insert(**{**whole, **change}).execute()) == guard


def test_what_is_masked_is_shown_for_a_purpose_that_is_kept(store, worker, people):
    key = people[0].public_id
    page = directory.person_page(disclosure.masked_view(worker), key)
    assert (page.phones, page.birth_year, page.born) == (("138****8000",), None, "195*")
    shown = disclosure.unmask(worker, key, "contact")
    assert shown == (("138 0013 8000",), 1953)
    entry = AuditEntry.select().order_by(AuditEntry.seq.desc()).first()
    assert (entry.action, entry.reason) == ("core.person.phone_shown", str(disclosure.PURPOSES["contact"]))
    for purpose in ("", "curiosity"):
        with pytest.raises(Invalid):
            disclosure.unmask(worker, key, purpose)
    with pytest.raises(Forbidden):
        disclosure.unmask(disclosure.masked_view(worker), key, "contact")
    with pytest.raises(NotFound):
        disclosure.unmask(store.actor(PHONE, community=store.south), key, "contact")


def test_the_report_tells_each_look_once_and_what_stands_out(store, chief, people):
    curious = at_work(store, "小李", VIEW, PHONE, person=people[0])
    busy = at_work(store, "小赵", VIEW)
    old_look(store, curious)
    view_log.seen(curious, view_log.PAGE, [people[1].public_id])
    disclosure.unmask(curious, people[1].public_id, "check")
    view_log.seen(curious, view_log.LIST, [one.public_id for one in people])
    for _time in range(view_report.MANY_A_DAY):
        view_log.seen(busy, view_log.PAGE, [people[2].public_id])
    found = {habit.who: habit for habit in view_report.habits(chief, 30)}
    assert set(found) == {"小李", "小赵"}
    assert found["小李"][2:7] == (1, 1, 3, 0, 2)
    assert "1" in found["小李"].unusual[0] and len(found["小李"].unusual) == 1
    assert found["小赵"].busiest == view_report.MANY_A_DAY and len(found["小赵"].unusual) == 1
    looks = view_report.looks(chief, 30, account=curious.account)
    # Two looks may fall into one millisecond: then either may come first.
    assert sorted((look.whom, look.shown) for look in looks) == [("", 3), ("李四", 1), ("李四", 1)]
    assert [look.at for look in looks] == sorted((look.at for look in looks), reverse=True)
    assert len(view_report.looks(chief, 180, account=curious.account)) == 3
    with pytest.raises(Forbidden):
        view_report.looks(curious, 30)
    with pytest.raises(Forbidden):
        view_report.habits(curious, 30)


def test_the_list_goes_on_where_it_stopped_without_loss(store, chief, worker, people):
    for one in (*people, *people):
        view_log.seen(worker, view_log.PAGE, [one.public_id])
        disclosure.unmask(worker, one.public_id, "contact")
    whole = [look.key for look in view_report.looks(chief, 7)]
    parts, after = [], None
    while page := view_report.looks(chief, 7, after=after, limit=5):
        parts += [look.key for look in page]
        after = page[-1].key
    assert parts == whole and len(set(whole)) == 12
    for nonsense in ("x", "1.2", "1.2.x", "9" * 40 + ".0.0", "1.0.١"):
        with pytest.raises(Invalid):
            view_report.looks(chief, 7, after=nonsense)


def test_a_resident_sees_days_roles_and_purposes_of_the_own_record_only(store, worker, people):
    view_log.seen(worker, view_log.PAGE, [people[0].public_id])
    view_log.seen(worker, view_log.PAGE, [people[0].public_id])
    view_log.seen(worker, view_log.PAGE, [people[1].public_id])
    disclosure.unmask(worker, people[0].public_id, "service")
    me = store.actor(kind="resident", account=account(store, "我"), person=people[0].id)
    lines = view_report.looks_at_me(me)
    assert {(line.day, str(line.role), line.purpose, line.times) for line in lines} == {
        (today(), "工作人员", "", 2),
        (today(), "工作人员", str(disclosure.PURPOSES["service"]), 1),
    }
    assert "小王" not in repr(lines)
    with pytest.raises(NotFound):
        view_report.looks_at_me(store.actor(kind="resident", account=1))
    third = store.actor(kind="resident", account=account(store, "王"), person=people[2].id)
    assert view_report.looks_at_me(third) == []


def test_another_community_s_report_knows_nothing_of_it(store, worker, people):
    view_log.seen(worker, view_log.PAGE, [people[0].public_id])
    south = store.actor(PRIVACY, community=store.south)
    assert view_report.looks(south, 180) == [] and view_report.habits(south, 180) == []
