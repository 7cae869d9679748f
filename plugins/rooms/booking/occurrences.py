"""One occurrence and its slots: loading it with its booking, taking and freeing what it needs, telling others.

The acts of people on bookings are in `making`, `changes` and `decisions`; they use what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from core import Actor, Conflict, Forbidden, advance, emit, guest_codes, now
from plugins.rooms.booking import slots
from plugins.rooms.booking.rules import Organiser, Wish, time_text
from plugins.rooms.contracts import BookingCancelled, BookingConfirmed, BookingMoved
from plugins.rooms.finding.find import alternatives
from plugins.rooms.models import Booking, Occurrence, OccurrenceResource
from plugins.rooms.places.equipment import free_equipment
from plugins.rooms.places.hours import Plan
from plugins.rooms.states import last_minute
from plugins.rooms.texts import _

R = TypeVar("R")


@dataclass(frozen=True)
class Booked:
    """What came of a booking or a change. Times are UTC minutes, the end is the actual one; `state` is as in `states`.

    `code` is a new guest's short code, given only here.
    """

    booking_id: int
    occurrence_id: int
    room_id: int
    start_min: int
    end_min: int
    state: str
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The values as `request_key.once` keeps them, so that the answer to a double tap still shows the code."""
        return asdict(self)


def booked(occurrence: Occurrence, code: str = "") -> Booked:
    """The occurrence as the result of an act."""
    return Booked(
        occurrence.booking_id,
        occurrence.id,
        occurrence.room_id,
        occurrence.start_min,
        until(occurrence),
        occurrence.state,
        code,
    )


def until(occurrence: Occurrence) -> int:
    """The UTC minute until which the occurrence has its time (`states.last_minute`)."""
    return last_minute(occurrence.start_min, occurrence.end_min, occurrence.finished_at)


# --------------------------------------------------------------------------- whose it is


def load(actor: Actor, occurrence_id: int) -> tuple[Occurrence, Booking]:
    """An occurrence of the actor's community with its booking; raises `NotFound`."""
    occurrence = Occurrence.get_of(actor.community, occurrence_id)
    return occurrence, Booking.get_of(actor.community, occurrence.booking_id)


def owns(actor: Actor, booking: Booking, code: str = "") -> bool:
    """Whether the booking is the actor's own: by person, by account, or by a guest's code."""
    if booking.person is not None and booking.person == actor.person:
        return True
    if booking.account is not None and booking.account == actor.account:
        return True
    return bool(code) and booking.code_digest == guest_codes.digest("rooms", booking.community, code)


def require_own(actor: Actor, booking: Booking, permission: str, code: str = "") -> bool:
    """Whether it is the actor's own; raises `Forbidden` when it is not and they lack `permission`."""
    if owns(actor, booking, code):
        return True
    if not actor.can(permission):
        raise Forbidden
    return False


# --------------------------------------------------------------------------- slots


def resources_of(occurrence: Occurrence) -> list[int]:
    """The keys of everything the occurrence needs, in order."""
    query = OccurrenceResource.of(occurrence.community, OccurrenceResource.resource_id)
    return sorted(row[0] for row in query.where(OccurrenceResource.occurrence_id == occurrence.id).tuples())


def need(occurrence: Occurrence, resources: Iterable[int]) -> None:
    """Remember what the occurrence needs; the database refuses resources of another community."""
    for resource in sorted(set(resources)):
        OccurrenceResource.insert(
            community=occurrence.community, occurrence_id=occurrence.id, resource_id=resource
        ).execute()


def change_rooms(occurrence: Occurrence, plan: Plan, old_room_id: int) -> None:
    """After a move to another room: need its parts instead of the old room's, and keep people and equipment.

    The slots must have been freed before.
    """
    if occurrence.room_id == old_room_id:
        return
    others = slots.rows(
        "SELECT n.resource_id FROM rooms_occurrence_resource n JOIN rooms_resource r ON r.id=n.resource_id "
        "WHERE n.occurrence_id=? AND r.kind<>'room'",
        occurrence.id,
    )
    slots.run("DELETE FROM rooms_occurrence_resource WHERE occurrence_id=?", occurrence.id)
    need(occurrence, [*plan.resources(occurrence.room_id), *(row[0] for row in others)])


def take_slots(occurrence: Occurrence) -> None:
    """Block everything the occurrence needs, buffers included; raises `slots.Taken`."""
    slots.take(
        occurrence.id,
        resources_of(occurrence),
        occurrence.start_min - occurrence.buffer_before,
        until(occurrence) + occurrence.buffer_after,
    )


def check_free(occurrence: Occurrence, leaving_out: int | None = None) -> None:
    """Raise `slots.Taken` unless everything the request needs is free now; `leaving_out` is the occurrence it replaces."""
    start, end = occurrence.start_min - occurrence.buffer_before, occurrence.end_min + occurrence.buffer_after
    for resource, _start, _end, blocker in slots.busy_of(resources_of(occurrence), start, end):
        if blocker is None or blocker != leaving_out:
            raise slots.Taken(resource)


def block(actor: Actor, occurrence: Occurrence, verb: str, **fields: Any) -> Occurrence:
    """Take the slots and then the step `verb` into a blocking state."""
    take_slots(occurrence)
    return advance(actor, occurrence, verb, **fields)


def decided(actor: Actor) -> dict[str, Any]:
    """The columns that say who decided and when."""
    return {"decided_at": now(), "decided_by": actor.account}


# --------------------------------------------------------------------------- telling


def tell_confirmed(occurrence: Occurrence, booking: Booking) -> None:
    """Emit `rooms.booking.confirmed/1`."""
    emit(
        occurrence.community,
        BookingConfirmed(
            occurrence_id=occurrence.id,
            booking_id=booking.id,
            room_id=occurrence.room_id,
            start_min=occurrence.start_min,
            end_min=occurrence.end_min,
            subject=booking.subject or "",
        ),
    )


def tell_cancelled(occurrence: Occurrence, booking: Booking, reason: str) -> None:
    """Emit `rooms.booking.cancelled/1`."""
    emit(
        occurrence.community,
        BookingCancelled(
            occurrence_id=occurrence.id,
            booking_id=booking.id,
            room_id=occurrence.room_id,
            start_min=occurrence.start_min,
            end_min=occurrence.end_min,
            reason=reason,
            subject=booking.subject or "",
        ),
    )


def tell_moved(before: tuple[int, int, int], occurrence: Occurrence, booking: Booking) -> None:
    """Emit `rooms.booking.moved/1`; `before` is the former room, start and end."""
    emit(
        occurrence.community,
        BookingMoved(
            occurrence_id=occurrence.id,
            booking_id=booking.id,
            from_room_id=before[0],
            from_start_min=before[1],
            from_end_min=before[2],
            room_id=occurrence.room_id,
            start_min=occurrence.start_min,
            end_min=until(occurrence),
            subject=booking.subject or "",
        ),
    )


# --------------------------------------------------------------------------- collisions


def or_alternatives(
    actor: Actor,
    room_id: int,
    wish: Wish,
    act: Callable[[], R],
    *,
    whose: Callable[[], Organiser],
    people: int = 0,
    leaving_out: int | None = None,
    also: Sequence[int] = (),
) -> R:
    """Run a transactional act; a taken resource becomes a `Conflict` with alternatives, looked for after the rollback.

    `whose` says whose booking it is: what is offered is open to them. `also` are the people and equipment it needs besides
    the room: what is offered instead has them too.
    """
    try:
        return act()
    except slots.Taken as taken:
        room = room_name(actor, taken.resource_id)
        found = alternatives(actor, room_id, wish, organiser=whose(), people=people, leaving_out=leaving_out, also=also)
        advice = _("Please choose one of the free times below, or another room.")
        if taken.resource_id in also:
            found = replace(found, equipment=room)
            others = free_equipment(actor, wish)
            advice = _("Please choose one of the free times below, or book without it.")
            if others:
                free = "、".join(others)
                advice = _("Free then: %(names)s. Or choose one of the times below, or book without it.", names=free)
        raise Conflict(
            _("%(room)s is already taken at %(time)s.", room=room, time=time_text(wish.start_min, wish.end_min)),
            alternatives=found,
            advice=advice,
        ) from None


def room_name(actor: Actor, resource_id: int) -> str:
    """The name of a room, person or piece of equipment; for a part, its own name."""
    found = slots.rows("SELECT name, kind FROM rooms_resource WHERE community=? AND id=?", actor.community, resource_id)
    # Who is needed for a meeting is nobody else's business.
    return str(found[0][0]) if found and found[0][1] != "person" else str(_("Somebody needed for this meeting"))
