"""Keys out and in: one at a time, who comes for it has come, who brings it back has left, a late one is a to-do."""

from __future__ import annotations

import pytest

from core.actor import system
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.plugin.declarations import DataSubject
from core.store.community import find_community
from core.store.db import transaction
from plugins.rooms import service
from plugins.rooms.about import front, privacy
from plugins.rooms.models import KeyLoan, Occurrence

START, END = 14 * 60, 16 * 60


@pytest.fixture
def booked(house):
    return house.book("棋牌室", "14:00", "16:00").occurrence_id


def state(key):
    return Occurrence.get_by_id(key).state


def test_who_comes_for_the_key_has_come_and_who_brings_it_has_left(house, booked, clock):
    clock(house.at(START - 10))
    service.hand_out_key(house.staff, booked, " 王阿姨 ")
    assert (state(booked), KeyLoan.get().taker) == ("checked_in", "王阿姨")
    clock(house.at(END - 30))
    assert service.take_key_back(house.staff, booked) is True
    assert (state(booked), service.keys_out(house.staff)) == ("finished", [])
    assert KeyLoan.get().back_at == house.at(END - 30) * 60_000


def test_a_key_fetched_long_before_checks_nobody_in(house, booked, clock):
    clock(house.at(START - 120))
    service.hand_out_key(house.staff, booked, "王阿姨")
    assert state(booked) == "confirmed"
    assert service.take_key_back(house.staff, booked) is False
    assert state(booked) == "confirmed"


def test_one_key_at_a_time(house, booked):
    service.hand_out_key(house.staff, booked, "王阿姨")
    with pytest.raises(Refused):
        service.hand_out_key(house.staff, booked, "李叔叔")
    service.take_key_back(house.staff, booked)
    with pytest.raises(Refused):
        service.take_key_back(house.staff, booked)
    service.hand_out_key(house.staff, booked, "李叔叔")
    assert [loan.taker for loan in service.key_loans(house.staff, booked)] == ["李叔叔", "王阿姨"]


def test_a_late_key_is_a_to_do_for_the_desk(house, booked, clock):
    community = find_community(house.community)
    service.hand_out_key(house.staff, booked, "王阿姨")
    for minute, late in ((END + 29, False), (END + 30, True)):
        clock(house.at(minute))
        assert [key.is_late for key in service.keys_out(house.staff)] == [late]
        found = [todo for todo in front.todo_items(community, house.staff) if todo.icon == "key-round"]
        assert bool(found) is late
    assert front.todo_items(community, house.resident()) == []
    service.take_key_back(house.staff, booked)
    assert service.keys_out(house.staff) == []


def test_only_the_desk_of_the_community_and_with_a_name(house, booked):
    for act in (service.key_loans, service.take_key_back, lambda actor, key: service.hand_out_key(actor, key, "王")):
        with pytest.raises(Forbidden):
            act(house.resident(), booked)
    with pytest.raises(NotFound):
        service.hand_out_key(house.store.actor("rooms.desk", community=house.store.south), booked, "王")
    for taker in (" ", "王" * 61):
        with pytest.raises(Invalid):
            service.hand_out_key(house.staff, booked, taker)
    service.cancel(house.resident(), booked)
    with pytest.raises(Refused):
        service.hand_out_key(house.staff, booked, "王")
    assert KeyLoan.select().count() == 0


# --------------------------------------------------------------------------- whose name it is


def subject(house, *names):
    return DataSubject(id=1001, public_id="resident1", names=names, phones=(), pseudonym="注销-1")


def test_names_of_keys_are_told_and_erased_with_their_person_but_not_while_a_key_is_out(house, booked, clock):
    who = subject(house, "居民1")
    service.hand_out_key(house.staff, booked, "居民1的女儿")
    clock(house.at(END + 60))
    service.finish_due(system(house.community, "rooms.finish"))
    assert "居民1的女儿" in str([table.rows for table in privacy.bookings_of(house.community, who)])
    with transaction(house.community), pytest.raises(Refused):
        privacy.erase_bookings(house.community, who)
    service.take_key_back(house.staff, booked)
    with transaction(house.community):
        privacy.erase_bookings(house.community, who)
    assert KeyLoan.get().taker == "注销-1"


def test_names_of_keys_are_cleared_after_a_year(house, booked, clock):
    clock(house.at(START))
    service.hand_out_key(house.staff, booked, "王阿姨")
    service.take_key_back(house.staff, booked)
    [kept] = [each for each in privacy.RETENTION if each.name == "rooms.keys"]
    back = house.at(START) * 60_000
    assert (kept.overdue(house.community, back), kept.overdue(house.community, back + 1)) == (0, 1)
    with transaction(house.community):
        kept.clear(house.staff, back + 1)
    assert (KeyLoan.get().taker, kept.overdue(house.community, back + 1)) == ("—", 0)
