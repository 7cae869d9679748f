"""Residents are found in every way people search, changed under audit, never merged by themselves, and never leave their community."""

import datetime

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import areas, grids, residents
from core.people.person import TAKE_BACK_BLOCKERS
from core.store import audit
from core.store.audit import AuditEntry
from core.store.db import transaction

VIEW, EDIT, PHONE = "core.people.view", "core.people.edit", "core.people.phone"
DAY = datetime.date(2026, 3, 1)


@pytest.fixture
def staff(store):
    return store.actor(VIEW, EDIT, PHONE)


@pytest.fixture
def estate(staff):
    return areas.add_estate(staff, "海城名家")


def names(page):
    return [row.name for row in page.rows]


def actions():
    return [row.action for row in AuditEntry.select().order_by(AuditEntry.seq)]


# --- adding and changing ---------------------------------------------------------------------------------------------


def test_adds_somebody_at_a_door(staff, estate):
    person = residents.add_person(
        staff, name=" 张三丰 ", phone="138 0013 8000", estate_id=estate, door="3幢2单元501室", relation="owner",
        from_day=DAY, birth_year=1950, sex="male",
    )  # fmt: skip
    page = residents.person_page(staff, person.public_id)
    assert (page.name, page.phones, page.sex, page.birth_year) == ("张三丰", ("138 0013 8000",), "male", 1950)
    assert [(stay.estate, stay.door, stay.relation, stay.from_day, stay.until_day) for stay in page.homes] == [
        ("海城名家", "3-2-501", "owner", DAY, None)
    ]
    assert actions()[-1] == "core.person.added"
    assert audit.verify(staff.community) is None


def test_public_ids_are_random(staff):
    first, second = residents.add_person(staff, name="张三"), residents.add_person(staff, name="李四")
    assert first.public_id != second.public_id
    assert str(first.id) not in (first.public_id, second.public_id)
    assert str(first.ref) == f"core.person:{first.public_id}"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "张" * 61}, "name"),
        ({"name": "张\x00三", "note": "\ud800"}, "note"),
        ({"name": "张三", "phone": "12345"}, "phone"),
        ({"name": "张三", "phone_2": "138"}, "phone_2"),
        ({"name": "张三", "sex": "x"}, "sex"),
        ({"name": "张三", "birth_year": 1700}, "birth_year"),
        ({"name": "张三", "note": "长" * 501}, "note"),
        ({"name": "张三", "door": "3-2", "estate_id": 1}, "door"),
        ({"name": "张三", "door": "3-2-501"}, "estate_id"),
        ({"name": "张三", "relation": "friend"}, "relation"),
    ],
)
def test_refuses_what_cannot_be_stored(staff, fields, wrong):
    with pytest.raises(Invalid) as caught:
        residents.add_person(staff, **fields)
    assert wrong in caught.value.errors
    assert residents.list_people(staff).rows == ()


def test_a_phone_is_optional_and_may_be_shared(staff):
    residents.add_person(staff, name="张三", phone="13800138000")
    residents.add_person(staff, name="李四", phone="13800138000")
    residents.add_person(staff, name="王五")
    assert len(residents.list_people(staff, "8000").rows) == 2


def test_a_renamed_person_keeps_the_former_name(staff):
    person = residents.add_person(staff, name="张三")
    residents.edit_person(staff, person.public_id, name="张三丰")
    page = residents.person_page(staff, person.public_id)
    assert page.name == "张三丰"
    assert [name for name, _day in page.former_names] == ["张三"]
    residents.edit_person(staff, person.public_id, name="李四", keep_former_name=False)
    assert names(residents.list_people(staff, "张三")) == ["李四"]
    assert names(residents.list_people(staff, "三丰")) == []
    assert actions().count("core.person.edited") == 2


def test_editing_nothing_leaves_no_trace(staff):
    person = residents.add_person(staff, name="张三", phone="13800138000")
    residents.edit_person(staff, person.public_id, phone="138-0013-8000")
    assert actions() == ["core.person.added"]


def test_a_second_phone_moves_up_when_the_first_goes(staff):
    person = residents.add_person(staff, name="张三", phone="13800138000", phone_2="0573-87000001")
    residents.edit_person(staff, person.public_id, phone="")
    assert residents.person_page(staff, person.public_id).phones == ("0573-87000001",)


def test_status_is_said_and_taken_back(staff):
    person = residents.add_person(staff, name="张三")
    residents.set_status(staff, person.public_id, "deceased", reason="家属来电")
    assert not residents.may_be_contacted(staff.community, person.id)
    assert names(residents.list_people(staff, status="living_here")) == []
    residents.set_status(staff, person.public_id, "living_here")
    assert residents.may_be_contacted(staff.community, person.id)
    with pytest.raises(Invalid):
        residents.set_status(staff, person.public_id, "gone")


# --- homes -----------------------------------------------------------------------------------------------------------


def test_moves_in_and_out_with_dates(staff, estate):
    person = residents.add_person(staff, name="张三")
    first = residents.move_in(staff, person.public_id, estate, "3-2-501", "owner", DAY)
    second = residents.move_in(staff, person.public_id, estate, "3-2-502", "owner")
    with pytest.raises(Refused):
        residents.move_in(staff, person.public_id, estate, "3幢2单元501")
    with pytest.raises(Invalid):
        residents.move_out(staff, person.public_id, first, DAY - datetime.timedelta(days=1))
    residents.move_out(staff, person.public_id, first, DAY + datetime.timedelta(days=9))
    assert residents.person_page(staff, person.public_id).status == "living_here"
    residents.move_out(staff, person.public_id, second)
    page = residents.person_page(staff, person.public_id)
    assert page.status == "moved_away"
    assert [stay.until_day for stay in page.homes][-1] == DAY + datetime.timedelta(days=9)
    assert residents.list_people(staff, "3-2-501").rows == ()
    with pytest.raises(NotFound):
        residents.move_out(staff, person.public_id, first)
    residents.move_in(staff, person.public_id, estate, "3-2-501", "tenant")
    assert residents.person_page(staff, person.public_id).status == "living_here"


def test_the_deceased_move_nowhere(staff, estate):
    person = residents.add_person(staff, name="张三")
    residents.set_status(staff, person.public_id, "deceased")
    with pytest.raises(Refused):
        residents.move_in(staff, person.public_id, estate, "3-2-501")


def test_a_stay_can_be_corrected(staff, estate):
    person = residents.add_person(staff, name="张三", estate_id=estate, door="3-2-501")
    home = residents.person_page(staff, person.public_id).homes[0].home_id
    residents.correct_stay(staff, person.public_id, home, "tenant", DAY)
    stay = residents.person_page(staff, person.public_id).homes[0]
    assert (stay.relation, stay.from_day) == ("tenant", DAY)


def test_the_household_is_who_shares_a_home_today(staff, estate):
    first = residents.add_person(staff, name="张三", estate_id=estate, door="3-2-501", relation="owner")
    residents.add_person(staff, name="李四", estate_id=estate, door="3-2-501", relation="tenant")
    residents.add_person(staff, name="王五", estate_id=estate, door="3-2-502")
    page = residents.person_page(staff, first.public_id)
    assert [(member.name, member.relation) for member in page.household] == [("李四", "tenant")]
    home = page.homes[0].home_id
    assert [row.name for row in residents.people_of_home(staff, home)] == ["李四", "张三"]


# --- one person, two records -----------------------------------------------------------------------------------------


def test_namesakes_are_warned_of_and_stay_apart(staff, estate):
    residents.add_person(staff, name="张三", estate_id=estate, door="3-2-501")
    second = residents.add_person(staff, name="张三", estate_id=estate, door="5-1-101")
    renamed = residents.add_person(staff, name="张三")
    residents.edit_person(staff, renamed.public_id, name="张四")
    assert sorted(row.homes for row in residents.same_name(staff, "张三")) == [
        (), ("海城名家 3-2-501",), ("海城名家 5-1-101",),
    ]  # fmt: skip
    assert residents.person_page(staff, second.public_id).household == ()


def test_staff_link_two_records_of_one_person(staff, estate):
    kept = residents.add_person(staff, name="张三", phone="13800138000", estate_id=estate, door="3-2-501")
    double = residents.add_person(
        staff, name="张三", phone="13900139000", birth_year=1960, estate_id=estate, door="5-1-101"
    )
    residents.link_homes(staff, kept.public_id, double.public_id)
    page = residents.person_page(staff, double.public_id)
    assert page.public_id == kept.public_id
    assert [stay.door for stay in page.homes] == ["3-2-501", "5-1-101"]
    assert (page.birth_year, page.phones) == (1960, ("138 0013 8000", "139 0013 9000"))
    assert names(residents.list_people(staff, "张三")) == ["张三"]
    assert names(residents.list_people(staff, "5-1-101")) == ["张三"]
    with pytest.raises(Refused):
        residents.link_homes(staff, kept.public_id, double.public_id)


def test_a_record_that_others_rest_on_is_not_linked_away(staff):
    kept, double = residents.add_person(staff, name="张三"), residents.add_person(staff, name="张三")

    def blocker(community, people, homes):
        return "有账号" if double.id in people else None

    TAKE_BACK_BLOCKERS.append(blocker)
    try:
        with pytest.raises(Refused, match="有账号"):
            residents.link_homes(staff, kept.public_id, double.public_id)
        residents.link_homes(staff, double.public_id, kept.public_id)
    finally:
        TAKE_BACK_BLOCKERS.remove(blocker)


# --- looking up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "张三", "三丰", "张三丰", "zsf", "zhangsanfeng", "ZhangSan", "8000", "13800138000", "138 0013 8000", "3-2-501",
        "3幢2单元501室", "3幢", "海城名家", "海城名家3-2-501", "张三丰 3-2-501", "  张三  ",
    ],
)  # fmt: skip
def test_finds_a_person_in_every_way_people_search(staff, estate, query):
    residents.add_person(staff, name="张三丰", phone="13800138000", estate_id=estate, door="3-2-501")
    residents.add_person(staff, name="李四", phone="13912345678")
    assert names(residents.list_people(staff, query)) == ["张三丰"]


@pytest.mark.parametrize("query", ["王五", "%", "_", "'", "\\", "9999", "13-2-501", "!"])
def test_finds_nobody_by_what_nobody_has(staff, estate, query):
    residents.add_person(staff, name="张三丰", phone="13800138000", estate_id=estate, door="3-2-501")
    assert names(residents.list_people(staff, query)) == []


def test_pages_by_keyset_in_the_order_of_pinyin(staff):
    for name in ("周七", "李四", "张三", "单五", "张三", "欧阳娜"):
        residents.add_person(staff, name=name)
    seen, after = [], None
    while True:
        page = residents.list_people(staff, after=after, limit=2)
        seen += names(page)
        assert len(page.rows) <= 2
        after = page.next
        if after is None:
            break
    assert seen == ["李四", "欧阳娜", "单五", "张三", "张三", "周七"]


def test_narrows_by_estate_status_and_grid(staff, estate):
    residents.add_person(staff, name="张三", estate_id=estate, door="3-2-501")
    other = areas.add_estate(staff, "白漾小区")
    fourth = residents.add_person(staff, name="李四", estate_id=other, door="1-1-101")
    grid = grids.add_grid(staff, "第1网格")
    grids.assign_grid(staff, grid, [other])
    assert names(residents.list_people(staff, estate=estate)) == ["张三"]
    assert names(residents.list_people(staff, grid=grid)) == ["李四"]
    residents.set_status(staff, fourth.public_id, "moved_away")
    assert names(residents.list_people(staff, status="moved_away")) == ["李四"]


def test_phones_are_masked_unless_permitted(staff, store):
    person = residents.add_person(staff, name="张三", phone="13800138000", phone_2="0573-87000001")
    reader = store.actor(VIEW)
    page = residents.person_page(reader, person.public_id)
    assert not page.phones_shown
    assert page.phones == ("138****8000", "0573-****0001")
    assert residents.list_people(reader).rows[0].phone == "138****8000"
    assert residents.list_people(staff).rows[0].phone == "138 0013 8000"


# --- who may ---------------------------------------------------------------------------------------------------------


def test_every_act_needs_its_permission(staff, store, estate):
    person = residents.add_person(staff, name="张三")
    nobody, reader = store.actor(), store.actor(VIEW)
    for act in (
        lambda: residents.list_people(nobody),
        lambda: residents.person_page(nobody, person.public_id),
        lambda: residents.same_name(nobody, "张三"),
        lambda: residents.add_person(reader, name="李四"),
        lambda: residents.edit_person(reader, person.public_id, name="李四"),
        lambda: residents.set_status(reader, person.public_id, "deceased"),
        lambda: residents.move_in(reader, person.public_id, estate, "3-2-501"),
        lambda: residents.move_out(reader, person.public_id, 1),
        lambda: residents.correct_stay(reader, person.public_id, 1, "owner"),
        lambda: residents.link_homes(reader, person.public_id, person.public_id),
        lambda: residents.people_of_home(nobody, 1),
    ):
        with pytest.raises(Forbidden):
            act()


def test_two_communities_do_not_see_each_other(staff, store, estate):
    person = residents.add_person(staff, name="张三", phone="13800138000", estate_id=estate, door="3-2-501")
    home = residents.person_page(staff, person.public_id).homes[0].home_id
    other = store.actor(VIEW, EDIT, PHONE, community=store.south)
    mine = residents.add_person(other, name="李四")
    assert names(residents.list_people(other)) == ["李四"]
    assert residents.list_people(other, estate=estate).rows == ()
    assert residents.same_name(other, "张三") == ()
    for act in (
        lambda: residents.person_page(other, person.public_id),
        lambda: residents.edit_person(other, person.public_id, name="李四"),
        lambda: residents.set_status(other, person.public_id, "deceased"),
        lambda: residents.move_in(other, mine.public_id, estate, "3-2-501"),
        lambda: residents.move_out(other, person.public_id, home),
        lambda: residents.link_homes(other, mine.public_id, person.public_id),
        lambda: residents.people_of_home(other, home),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_failed_change_leaves_nothing(staff, estate):
    with pytest.raises(RuntimeError), transaction(staff.community):
        residents.add_person(staff, name="张三", estate_id=estate, door="3-2-501")
        raise RuntimeError
    assert residents.list_people(staff).rows == ()
    assert areas.tree(staff.community)[0].homes == 0
    assert actions() == ["core.area.added"]
