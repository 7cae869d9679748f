"""Grid officers see and call the residents of their own grids only, whatever way they come."""

import pytest
from peewee import IntegrityError

from core.actor import command
from core.civic import intake
from core.civic.reaching import calls
from core.errors import Invalid, NotFound, Refused
from core.people import areas, directory, disclosure, grids, households, permissions, residents, roles
from core.people.account_records import RoleGrant
from core.people.areas import Area, Home
from core.people.permissions import ROLES
from core.people.reach import OutOfReach
from core.store import db
from core.store.violations import violated
from tests.core.people.account_cases import grant, sign_in_staff, staff
from tests.core.people.account_cases import person as somebody

PHONE = "13800138000"


@pytest.fixture
def town(store):
    """Two buildings of one estate, each a grid of its own, one person in each; a third person without a home."""
    here = command(store.west)
    estate = areas.add_estate(here, "海城名家")
    inside = residents.add_person(here, name="张三丰", phone=PHONE, estate_id=estate, door="1-1-101")
    outside = residents.add_person(here, name="李建平", phone="13900139000", estate_id=estate, door="2-1-101")
    given = []
    for name in ("1", "2"):
        building = Area.of(store.west).where(Area.level == "building", Area.name == name).get()
        given.append(grids.add_grid(here, f"第{name}网格"))
        grids.assign_grid(here, given[-1], [building.id])
    return estate, given, inside, outside


def officer(store, *given):
    """A grid officer as the next request would know them."""
    account = staff(store, "wangge", "钱小红")
    for grid in given:
        grant(store, account, "grid_officer", None, None, grid)
    return permissions.actor_for(sign_in_staff(account), store.west, "127.0.0.1")


def test_lists_search_and_pages_end_at_the_grid(store, town):
    _estate, given, inside, outside = town
    actor = officer(store, given[0])

    assert [row.name for row in directory.list_people(actor).rows] == ["张三丰"]
    assert [row.name for row in directory.list_people(actor, "李建平").rows] == []
    assert directory.same_name(actor, "李建平") == ()
    assert directory.person_page(actor, inside.public_id).name == "张三丰"
    for look in (
        lambda: directory.person_page(actor, outside.public_id),
        lambda: directory.person_row(actor, outside.id),
        lambda: disclosure.unmask(actor, outside.public_id, "contact"),
    ):
        with pytest.raises(OutOfReach):
            look()


def test_doors_end_at_the_grid(store, town):
    estate, given, _inside, _outside = town
    actor = officer(store, given[0])
    there = Home.of(store.west).where(Home.door == "2-1-101").get()

    assert [row.door for row in households.doors_of(actor, estate)] == ["1-1-101"]
    assert households.doors_of(actor, there.area_id) == []
    for look in (lambda: households.household(actor, there.id), lambda: directory.people_of_home(actor, there.id)):
        with pytest.raises(OutOfReach):
            look()


def test_who_has_left_or_has_no_home_is_the_offices_business(store, town):
    _estate, given, inside, _outside = town
    actor, homeless = officer(store, given[0]), somebody(store, "赵无家")
    residents.move_out(
        command(store.west), inside.public_id, Home.of(store.west).where(Home.door == "1-1-101").get().id
    )
    for person in (inside, homeless):
        with pytest.raises(OutOfReach):
            directory.person_page(actor, person.public_id)


def test_a_member_of_the_household_elsewhere_is_not_shown(store, town):
    estate, given, inside, _outside = town
    residents.move_in(command(store.west), inside.public_id, estate, "2-1-101")
    actor = officer(store, given[0])
    assert directory.person_page(actor, inside.public_id).household == ()
    assert [each.name for each in directory.person_page(command(store.west), inside.public_id).household] == ["李建平"]


def test_calls_end_at_the_grid_but_for_ones_own(store, town):
    _estate, given, inside, outside = town
    office, actor = command(store.west), officer(store, given[0])
    for person in (inside, outside):
        calls.ask_to_call(office, person.ref, "news", name=person.name, why="通知", person_id=person.id)
    elsewhere = intake.take_call(office, who="李建平", what="灯不亮", person_id=outside.id)
    mine = intake.take_call(actor, who="过路人", what="井盖松了", call_back=True, phone=PHONE)

    assert sorted(row.name for row in calls.todays_calls(actor)) == ["张三丰", "过路人"]
    assert [row.id for row in intake.open_intakes(actor)] == [mine.id]
    theirs = calls.CallTask.get(calls.CallTask.person_id == outside.id)
    for act in (
        lambda: calls.attempts(actor, theirs.id),
        lambda: calls.record_attempt(actor, theirs.id, "told"),
        lambda: calls.correct_phone(actor, theirs.id, PHONE),
        lambda: calls.set_aside(actor, theirs.id, "不打了"),
        lambda: calls.require_seen(actor, elsewhere),
        lambda: intake.finish_intake(actor, elsewhere.id, "answer", "好了"),
    ):
        with pytest.raises(OutOfReach):
            act()
    assert len(calls.todays_calls(office)) == 3


def test_two_grids_are_seen_together(store, town):
    _estate, given, *_people = town
    actor = officer(store, *given)
    assert len(directory.list_people(actor).rows) == 2


def test_another_role_that_shows_everybody_wins(store, town):
    _estate, given, *_people = town
    account = staff(store, "wangge", "钱小红", "staff")
    grant(store, account, "grid_officer", None, None, given[0])
    actor = permissions.actor_for(sign_in_staff(account), store.west, "127.0.0.1")
    assert actor.reach is None
    assert len(directory.list_people(actor).rows) == 2


def test_a_building_given_to_another_grid_is_gone_at_the_next_request(store, town):
    _estate, given, *_people = town
    account = staff(store, "wangge", "钱小红")
    grant(store, account, "grid_officer", None, None, given[0])
    token = sign_in_staff(account)
    first = Area.of(store.west).where(Area.level == "building", Area.name == "1").get()
    grids.assign_grid(command(store.west), given[1], [first.id])
    assert directory.list_people(permissions.actor_for(token, store.west, "127.0.0.1")).rows == ()


def test_the_role_names_its_grid(store, town):
    _estate, given, *_people = town
    account = staff(store, "wangge", "钱小红")
    held = grant(store, account, "grid_officer", None, None, given[0])
    assert [held.grid for held in roles.grants_of(store.west, account.id)] == ["第1网格"]
    with pytest.raises(Refused):
        grant(store, account, "grid_officer", None, None, given[0])
    with pytest.raises(Refused, match="第1网格"):
        grids.remove_grid(command(store.west), given[0])
    roles.end_role(command(store.west), held.id)
    grids.remove_grid(command(store.west), given[0])
    assert [held.grid for held in roles.grants_of(store.west, account.id, also_past=True)] == [""]


def test_only_roles_for_a_grid_have_one(store, town):
    _estate, given, *_people = town
    account = staff(store, "wangge", "钱小红")
    with pytest.raises(Invalid) as refused:
        grant(store, account, "grid_officer")
    assert "grid_id" in refused.value.errors
    with pytest.raises(Invalid):
        grant(store, account, "staff", None, None, given[0])
    with pytest.raises(NotFound):
        grant(store, account, "grid_officer", None, None, 10**6)


def test_the_database_knows_no_officer_without_a_grid(store, town):
    account = staff(store, "wangge", "钱小红")
    with pytest.raises(IntegrityError) as refused, db.transaction(store.west):
        RoleGrant.insert(
            account_id=account.id, community=store.west, role="grid_officer", from_day="2026-01-01"
        ).execute()
    assert violated(refused.value) == "role_grant_grid_given"


def test_what_concerns_everybody_cannot_be_given_to_a_grid(store):
    director = command(store.west)
    for permission in ("core.people.edit", "core.slips.print", "core.roster.import", "core.accounts.manage"):
        with pytest.raises(Refused):
            permissions.set_permission(director, "grid_officer", permission, True)
    assert ROLES["grid_officer"].by_grid
