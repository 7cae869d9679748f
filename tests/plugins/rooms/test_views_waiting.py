"""Pages of the waiting list: from a taken time onto the list, one's place, taking and giving up, the desk."""

import re

import pytest

from core.actor import command
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service
from plugins.rooms.models import Booking, Occurrence, Waiting
from tests.plugins.rooms.test_views_book import BASE, DAY, book, room, wish

__all__ = ["room"]


@pytest.fixture
def held(client, room):
    """Somebody who found the room taken waits, and is offered the time; gives the browser's occurrence and entry."""
    taken = service.book(
        command(WEST_HILL), room.id, service.BookingRequest(date=DAY, start="09:00", end="10:00", title="例会")
    )
    answer = client.send(f"{BASE}/wait", room_id=room.id, minutes=0, people=4, title="合唱", **wish())
    assert answer.status_code == 303
    key = int(answer.location.rsplit("/", 1)[1])
    service.cancel(command(WEST_HILL), taken.occurrence_id, reason="改期")
    return Waiting.get_by_id(key)


def text(answer):
    return answer.get_data(as_text=True)


def test_from_a_taken_time_one_tap_leads_onto_the_list_with_all_that_was_typed(client, room):
    book(client, room)
    page = text(book(client, room, title="合唱团", people="6", guest_phone="13800138000"))
    form = page.split(f'action="{BASE}/wait"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = client.send(f"{BASE}/wait", **{name: value for name, value in fields.items() if "csrf" not in name})
    assert answer.status_code == 303
    shown = text(client.get(answer.location))
    assert "合唱团" in shown and re.search(r'class="booking-code num">\w{4} \w{4}<', shown)


def test_bad_input_keeps_what_was_typed(client, room):
    answer = client.send(f"{BASE}/wait", room_id=room.id, minutes=0, title="<b>合唱", **wish(guest_name=""))
    assert answer.status_code == 422 and 'value="&lt;b&gt;合唱"' in text(answer)
    free = client.send(f"{BASE}/wait", room_id=room.id, minutes=0, **wish())
    assert free.status_code == 409 and 'value="张阿姨"' in text(free)
    assert client.send(f"{BASE}/wait", room_id=99999, minutes=0, **wish()).status_code == 422


def test_opening_the_page_starts_the_clock_and_one_tap_takes_it(client, room, held):
    assert text(client.get(f"{BASE}/mine")).count(f"{BASE}/waiting/{held.id}") == 1
    page = text(client.get(f"{BASE}/booking/{held.occurrence_id}"))
    assert f"{BASE}/booking/{held.occurrence_id}/take" in page
    assert Waiting.get_by_id(held.id).contacted_at is not None
    assert client.send(f"{BASE}/booking/{held.occurrence_id}/take").status_code == 303
    assert Occurrence.get_by_id(held.occurrence_id).state == "confirmed"


def test_giving_it_up_is_asked_once(client, held):
    leave = f"{BASE}/waiting/{held.id}/leave"
    assert client.get(leave).status_code == 200
    assert Waiting.get_by_id(held.id).state == "offered"
    assert client.send(leave).status_code == 303
    assert Waiting.get_by_id(held.id).state == "declined"


def test_nobody_else_sees_or_answers_it(app, as_role, held):
    stranger, resident = app.test_client(), as_role("resident")
    for browser in (stranger, resident):
        for path in (f"waiting/{held.id}", f"waiting/{held.id}/leave", f"booking/{held.occurrence_id}"):
            assert browser.get(f"{BASE}/{path}").status_code in (302, 303, 403), path
    assert Waiting.get_by_id(held.id).contacted_at is None
    assert resident.get(f"/c/{SOUTH_GARDEN}/rooms/waiting/{held.id}").status_code == 404


def test_the_code_opens_the_entry_in_another_browser(app, as_role, client, room, held):
    code = re.search(r'booking-code num">(\w{4} \w{4})<', text(client.get(f"{BASE}/waiting/{held.id}")))[1]
    other = as_role("resident")
    answer = other.send(f"{BASE}/code", code=code)
    assert answer.location.endswith(f"/booking/{held.occurrence_id}")


def test_the_desk_sees_who_waits_and_decides(as_role, client, room, held):
    staff = as_role("director")
    page = text(staff.get(f"{BASE}/desk/waiting"))
    assert "张阿姨" in page and f"{BASE}/desk/waiting/{held.id}/told" in page
    assert staff.send(f"{BASE}/desk/waiting/{held.id}/told").status_code == 303
    assert Waiting.get_by_id(held.id).contacted_at is not None
    assert staff.send(f"{BASE}/desk/waiting/{held.id}/skip").status_code == 303
    assert Waiting.get_by_id(held.id).state == "waiting"
    assert staff.send(f"{BASE}/desk/waiting/{held.id}/offer").status_code == 303
    again = Waiting.get_by_id(held.id)
    assert staff.send(f"{BASE}/booking/{again.occurrence_id}/take", back="desk").location.endswith("/desk/waiting")
    assert Waiting.get_by_id(held.id).state == "taken"


def test_taking_off_the_list_needs_a_reason_and_the_right(as_role, held):
    address = f"{BASE}/desk/waiting/{held.id}/remove"
    assert as_role("resident").get(address).status_code == 403
    staff = as_role("director")
    assert staff.send(address, reason="").status_code == 422
    assert staff.send(address, reason="重复登记").status_code == 303
    assert Waiting.get_by_id(held.id).reason == "重复登记"


def test_staff_enter_somebody_for_any_room(as_role, room):
    staff = as_role("director")
    service.book(
        command(WEST_HILL), room.id, service.BookingRequest(date=DAY, start="09:00", end="10:00", title="例会")
    )
    answer = staff.send(f"{BASE}/wait", room_id=0, minutes=30, people=3, **wish(guest_name="李大爷", requested_on=""))
    entry = Waiting.get_by_id(int(answer.location.rsplit("/", 1)[1]))
    assert (entry.room_id, entry.minutes) == (None, 30)


def test_the_name_of_an_organisation_steps_around_nothing_where_none_is_asked(client, room):
    other = service.add_room(command(WEST_HILL), room.venue_id, name="社团室", bookable_by="organisations")
    for room_id, kept in ((room.id, ""), (other.id, "随便社")):
        taken = service.BookingRequest(date=DAY, start="09:00", end="10:00", title="例会")
        service.book(command(WEST_HILL), room_id, taken)
        answer = client.send(f"{BASE}/wait", room_id=room_id, minutes=0, organisation="随便社", **wish())
        assert answer.status_code == 303
        assert Booking.select().order_by(Booking.id.desc()).first().organisation == kept
