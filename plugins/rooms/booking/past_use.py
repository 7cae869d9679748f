"""补录: use of a room that nobody booked, entered afterwards. It is a finished occurrence, and stands where nothing else did."""

from __future__ import annotations

import datetime

from core import Actor, Invalid, Refused, advance, begin, guest_codes, today, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.attendance import DESK, check_came
from plugins.rooms.booking.making import Extras, add_booking
from plugins.rooms.booking.occurrences import Booked, booked, need, take_slots
from plugins.rooms.booking.rules import BookingRequest, Wish, check_title, organiser_of, read_time, time_text
from plugins.rooms.clock import now_minute
from plugins.rooms.finding.lists import lines_of
from plugins.rooms.models import Occurrence
from plugins.rooms.places.hours import Plan, load_plan
from plugins.rooms.texts import _

OLDEST_DAYS = 366


@transactional
def enter_past_use(actor: Actor, room_id: int, used: BookingRequest) -> Booked:
    """Enter that a room was used (`rooms.desk`): when, what for, by whom, how many came. Opening hours do not matter.

    Raises `Invalid` (date, end, title, people, guest_name), `Refused` where another use or a closure stands,
    `Forbidden`, `NotFound`.
    """
    actor.require(DESK)
    check_came(used.people)
    title, wish = check_title(used.title), read_time(used.date, used.start, used.end)
    if wish.day < today() - datetime.timedelta(days=OLDEST_DAYS):
        raise Invalid({"date": [_("Please choose a day of the last twelve months.")]})
    if wish.end_min > now_minute():
        raise Invalid({"end": [_("This is for use that is over. What is still to come is booked.")]})
    plan = load_plan(str(actor.community), wish.day)
    room = plan.room(room_id)
    organiser = organiser_of(actor, used)
    _refuse_another_use(actor, plan, room_id, wish)
    code = guest_codes.new_code() if organiser.kind == "guest" else ""
    booking = add_booking(actor, organiser, Extras(title), code, confidential=bool(room.confidential))
    occurrence = begin(
        actor,
        Occurrence(
            community=actor.community,
            booking_id=booking.id,
            room_id=room.id,
            start_min=wish.start_min,
            end_min=wish.end_min,
        ),
    )
    need(occurrence, plan.resources(room.id))
    ended = wish.end_min * 60_000
    occurrence = advance(actor, occurrence, "enter_past", finished_at=ended, people_came=used.people)
    take_slots(occurrence)
    return booked(occurrence)


def _refuse_another_use(actor: Actor, plan: Plan, room_id: int, wish: Wish) -> None:
    """Say what stands there. Two entered at once meet in the slot table, whose guard is the last word."""
    for _resource, start, end, occurrence in slots.busy_of(plan.resources(room_id), wish.start_min, wish.end_min):
        if occurrence is None:
            raise Refused(
                _("The room was closed then: %(times)s.", times=time_text(start, end)),
                advice=_("Please look at the time again."),
            )
        line = lines_of(actor, [occurrence])[0]
        who = _("confidential") if line.confidential else line.organiser
        what = _("Another use stands there: %(times)s, %(who)s.", times=time_text(start, end), who=who)
        if line.state == "unattended":
            raise Refused(what, advice=_("If it was these people, open their booking and say that they were there."))
        raise Refused(what, advice=_("Please look at the time again."))
