"""Several rooms taken for one thing at the same time: booked, moved, given up and displaced together, or none of them.

What is booked for the same record of a module at the same time goes together: a mediation in which the sides sit apart. Acts on
one room lie in `making`, `changes` and `displacing`.
"""

from __future__ import annotations

from dataclasses import replace

from core import Actor, Invalid, Ref, Refused, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import give_up, move_one
from plugins.rooms.booking.companions import companions
from plugins.rooms.booking.making import Extras, book_one
from plugins.rooms.booking.occurrences import Booked, booked, load, or_alternatives
from plugins.rooms.booking.rules import OWN, Wish, organiser_as_booked, organiser_of
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.places.hours import load_plan
from plugins.rooms.texts import _


def book_rooms(actor: Actor, room_id: int, second_room: int, wish: Wish, extras: Extras) -> Booked:
    """Book two rooms for `extras.subject` at one time, or neither; people and equipment go with the first.

    Raises `Invalid` (second_room) for twice the same room, and what booking one room raises.
    """
    _two(room_id, second_room)
    return or_alternatives(
        actor,
        room_id,
        wish,
        lambda: _book(actor, room_id, second_room, wish, extras),
        whose=lambda: organiser_of(actor, OWN),
        people=extras.people or 0,
        also=(*extras.resources, *load_plan(str(actor.community), wish.day).resources(second_room)),
    )


def _two(room_id: int, second_room: int | None) -> None:
    if room_id == second_room:
        raise Invalid({"second_room": [_("Please choose two different rooms.")]})


@transactional
def _book(actor: Actor, room_id: int, second_room: int, wish: Wish, extras: Extras) -> Booked:
    made = book_one(actor, room_id, wish, extras)
    book_one(actor, second_room, wish, replace(extras, resources=()))
    return made


def move_rooms(actor: Actor, occurrence_id: int, wish: Wish, room_id: int, second_room: int | None) -> Booked:
    """Give a booking another time, room and second room (None: it needs none any more), or leave all of it as it is."""
    _two(room_id, second_room)
    also = load_plan(str(actor.community), wish.day).resources(second_room) if second_room is not None else ()
    return or_alternatives(
        actor,
        room_id,
        wish,
        lambda: _move(actor, occurrence_id, wish, room_id, second_room),
        whose=lambda: organiser_as_booked(load(actor, occurrence_id)[1]),
        leaving_out=occurrence_id,
        also=tuple(also),
    )


@transactional
def _move(actor: Actor, occurrence_id: int, wish: Wish, room_id: int, second_room: int | None) -> Booked:
    occurrence, booking = load(actor, occurrence_id)
    others = companions(occurrence, booking)
    for other, _booking in others:
        # Freed first, so that the two may change places.
        slots.release(other.id)
    moved = move_one(actor, occurrence_id, wish, room_id=room_id)
    for other, its_booking in others if second_room is None else others[1:]:
        give_up(actor, other, its_booking)
    also = []
    if second_room is not None and others:
        also = [move_one(actor, others[0][0].id, wish, room_id=second_room)]
    elif second_room is not None:
        subject = Ref.parse(booking.subject, booking.community) if booking.subject else None
        again = Extras(booking.title, subject=subject, confidential=bool(booking.confidential))
        also = [book_one(actor, second_room, wish, again)]
    if (others or also) and "requested" in {each.state for each in (moved, *also)}:
        # A request leaves one room where it is, and its time was freed above.
        raise Refused(
            _("Several rooms are booked together here."),
            advice=_("Whoever may approve bookings moves them; or give them up and book again."),
        )
    return moved


def rooms_of(community: str, occurrence_id: int) -> list[Booked]:
    """Everything that is booked together with an occurrence, that one first; nothing for one that is not there any more."""
    found: Occurrence | None = Occurrence.of(community).where(Occurrence.id == occurrence_id).first()
    if found is None:
        return []
    others = companions(found, Booking.get_of(community, found.booking_id))
    return [booked(each) for each in (found, *(other for other, _booking in others))]


def held_for(community: str, subject: Ref) -> list[Booked]:
    """The times that are held for a record of a module in place of one that was taken back, the first room booked first."""
    theirs = Booking.of(community, Booking.id).where(Booking.subject == str(subject))
    held = Occurrence.of(community).where(
        Occurrence.booking_id.in_(theirs), Occurrence.state == "held", Occurrence.replaces.is_null(False)
    )
    return [booked(each) for each in held.order_by(Occurrence.replaces, Occurrence.id)]
