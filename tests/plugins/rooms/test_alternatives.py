"""What is offered instead of a taken time: only what this organiser may have, and what serves the same."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from plugins.rooms import service


@pytest.fixture
def only(house):
    """`only(name, …)`: of the house's rooms these alone suit; the others are too small."""

    def keep(*names):
        for name in house.rooms:
            if name not in (*names, "棋牌室"):
                house.edit(name, seats=1)

    return keep


def elsewhere(house, actor=None, **fields):
    """The other room offered to whoever wants 棋牌室 at a taken time; None where there is none."""
    house.book("棋牌室", "14:00", "15:00", house.resident(9))
    with pytest.raises(Conflict) as taken:
        house.book("棋牌室", "14:00", "15:00", actor, people=5, **fields)
    found = taken.value.alternatives
    assert len(found.times) == 3 and {each.room for each in found.times} == {"棋牌室"}
    return found.elsewhere.room if found.elsewhere else None


ALL = ("anyone", "residents", "organisations", "staff")
WHO = {
    "guest": (lambda house: house.visitor, {"guest_name": "张阿姨"}, {"anyone"}),
    "guest at the counter": (lambda house: house.staff, {"guest_name": "张阿姨"}, {"anyone"}),
    "guest of an organisation": (
        lambda house: house.visitor, {"guest_name": "张阿姨", "organisation": "合唱队"}, {"anyone", "organisations"},
    ),
    "resident": (lambda house: house.resident(), {}, {"anyone", "residents"}),
    "organisation": (lambda house: house.resident(), {"organisation": "合唱队"}, {"anyone", "residents", "organisations"}),
    "office": (lambda house: house.staff, {}, set(ALL)),
}  # fmt: skip


@pytest.mark.parametrize("by", ALL)
@pytest.mark.parametrize("who", WHO)
def test_a_room_is_offered_to_those_it_is_for(house, only, who, by):
    only("东厅")
    house.edit("东厅", bookable_by=by)
    actor, fields, theirs = WHO[who]
    assert elsewhere(house, actor(house), **fields) == ("东厅" if by in theirs else None)


@pytest.mark.parametrize(
    ("tags", "others", "offered"),
    [
        ([], [], True),
        (["棋牌"], [], True),
        (["棋牌"], ["棋牌", "书画"], True),
        (["棋牌"], ["调解"], False),
        ([], ["调解"], False),
    ],
)
def test_a_room_for_another_purpose_is_not_offered(house, only, tags, others, offered):
    only("东厅")
    house.edit("棋牌室", tags=tags)
    house.edit("东厅", tags=others)
    assert elsewhere(house) == ("东厅" if offered else None)


def test_a_confidential_room_is_offered_only_instead_of_one(house, only):
    only("东厅")
    house.edit("东厅", confidential=True)
    assert elsewhere(house, house.staff) is None
    house.edit("棋牌室", confidential=True)
    with pytest.raises(Conflict) as taken:
        house.book("棋牌室", "14:00", "15:00", house.staff, people=5)
    assert taken.value.alternatives.elsewhere.room == "东厅"


def test_moving_approving_and_taking_back_offer_by_whose_booking_it_is(house, only):
    only("东厅")
    house.edit("东厅", bookable_by="residents")
    house.book("棋牌室", "14:00", "15:00", house.resident(9))
    guest = house.book("棋牌室", "16:00", "17:00", house.visitor, guest_name="张阿姨", people=5)
    mine = house.book("棋牌室", "17:00", "18:00", people=5)
    times = {"date": house.day.isoformat(), "start": "14:00", "end": "15:00"}
    for booked, offered in ((guest, None), (mine, "东厅")):
        with pytest.raises(Conflict) as taken:
            service.move(house.staff, booked.occurrence_id, **times)
        found = taken.value.alternatives.elsewhere
        assert (found.room if found else None) == offered
        line = service.occurrence_line(house.staff, booked.occurrence_id)
        rooms = {each.room for each in service.offers_instead(house.staff, line)}
        assert rooms == {"棋牌室", offered} - {None}


def test_any_suitable_room_is_never_a_confidential_one(house, only):
    only("东厅")
    house.edit("东厅", confidential=True)
    house.edit("棋牌室", seats=1)
    wish = service.WaitingWish(house.day.isoformat(), "14:00", "15:00")
    entry = service.join_waiting(house.visitor, wish, who=service.Who("张阿姨"), people=5)
    service.tend_waiting(house.staff)
    assert service.waiting_line(house.staff, entry.waiting_id).state == "waiting"
