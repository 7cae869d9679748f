"""停用: closing a room for a time and opening it again. In the slot table the closures of a room stand as their union."""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, Invalid, Label, Refused, now, record, today, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.rules import Wish, read_time
from plugins.rooms.clock import now_minute
from plugins.rooms.finding.lists import Line, lines_of
from plugins.rooms.models import Closure
from plugins.rooms.places.hours import Plan, load_plan
from plugins.rooms.texts import _


class BookingsInTheWay(Refused):
    """A closure waits until the bookings in its time are moved or cancelled; `bookings` lists them."""

    def __init__(self, bookings: list[Line]) -> None:
        super().__init__(
            _("There are bookings in this time."),
            advice=_("Move or cancel them first; then the room can be closed."),
        )
        self.bookings = bookings


@dataclass(frozen=True)
class Closed:
    """A closure as staff see it; times are UTC minutes. `series_id` names those that come again and again."""

    id: int
    room_id: int
    room: str
    start_min: int
    end_min: int
    reason: str
    series_id: int | None


@transactional
def close(actor: Actor, room_id: int, *, date: str, start: str, end: str, reason: str, last_date: str = "") -> Closure:
    """Close a room (or a hall with all its parts) from `date` `start` to `last_date` (the same day unless told) `end`.

    What is past is not closed: it begins now at the earliest, and where today's last users have just left, with their
    buffer.
    Raises `Invalid` (date, start, end, last_date, reason), `BookingsInTheWay`, `Forbidden`, `NotFound`.
    """
    actor.require("rooms.manage")
    first_min, last_min = _interval(date, start, end, last_date)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why: it stands on the room's page.")]})
    if last_min <= now_minute():
        raise Invalid({"date": [_("This time is past.")]})
    plan = load_plan(str(actor.community), today())
    room = plan.room(room_id)
    lapse_holds(str(actor.community))
    first_min = _after_the_past(plan, room_id, first_min, last_min)
    _refuse_over_bookings(actor, plan, room_id, first_min, last_min)
    closure: Closure = Closure.create(
        community=actor.community,
        room_id=room.id,
        start_min=first_min,
        end_min=last_min,
        reason=reason.strip(),
        entered_by=actor.account,
    )
    write_slots(plan, room_id)
    after = {"room": room.name, "start_min": first_min, "end_min": last_min}
    record(actor, "rooms.closure.made", closure.ref, after=after, reason=closure.reason, permission="rooms.manage")
    return closure


def _interval(date: str, start: str, end: str, last_date: str) -> tuple[int, int]:
    if not last_date or last_date == date:
        wish = read_time(date, start, end)
        return wish.start_min, wish.end_min
    first: Wish = read_time(date, start, "24:00")
    try:
        last = read_time(last_date, "00:00", end)
    except Invalid as error:
        renamed: dict[str, list[Label]] = {
            {"date": "last_date"}.get(name, name): texts for name, texts in error.errors.items()
        }
        raise Invalid(renamed) from None
    if last.end_min <= first.start_min:
        raise Invalid({"last_date": [_("The last day must not be before the first.")]})
    return first.start_min, last.end_min


_OVER = "SELECT id FROM rooms_occurrence WHERE id=? AND state IN ('finished', 'unattended')"


def _after_the_past(plan: Plan, room_id: int, start: int, end: int) -> int:
    """Where a closure begins: after what is over, for nobody can move or cancel that."""
    busy = slots.busy_of(plan.resources(room_id), start, end)
    over = [until for _resource, _start, until, occurrence in busy if occurrence and slots.rows(_OVER, occurrence)]
    return min(max(start, now_minute(), *over), end - 1)


def _refuse_over_bookings(actor: Actor, plan: Plan, room_id: int, start: int, end: int) -> None:
    busy = slots.busy_of(plan.resources(room_id), start, end)
    found = sorted({occurrence for _resource, _start, _end, occurrence in busy if occurrence is not None})
    if found:
        raise BookingsInTheWay(lines_of(actor, found))


def write_slots(plan: Plan, room_id: int) -> None:
    """Bring the slots of every room the closure touches up to date: halls have none, their parts do."""
    for resource in plan.resources(room_id):
        slots.write_closures(resource)


@transactional
def lift(actor: Actor, closure_id: int) -> None:
    """Open the room again: a closure to come disappears, one that has begun ends now, a past one stays.

    Raises `Refused` for a closure that is over or lifted.
    """
    actor.require("rooms.manage")
    closure: Closure = Closure.get_of(actor.community, closure_id)
    this_minute = now_minute()
    if closure.lifted_at is not None or closure.end_min <= this_minute:
        raise Refused(_("This closure is over."))
    before = {"start_min": closure.start_min, "end_min": closure.end_min}
    if closure.start_min < this_minute:
        closure.end_min = this_minute
    else:
        closure.lifted_at = now()
    closure.save()
    write_slots(load_plan(str(actor.community), today()), closure.room_id)
    record(actor, "rooms.closure.lifted", closure.ref, before=before, permission="rooms.manage")


_CLOSURES = """
    SELECT c.id, c.room_id, r.name, c.start_min, c.end_min, c.reason, c.series_id
    FROM rooms_closure c JOIN rooms_room r ON r.community=c.community AND r.id=c.room_id
    WHERE c.community=? AND c.lifted_at IS NULL AND c.end_min>? ORDER BY c.start_min, c.id
"""


def closures(actor: Actor, room_id: int | None = None) -> list[Closed]:
    """Closures that are not over, soonest first; of one room and of the hall it is part of, when one is named."""
    found = [Closed(*row) for row in slots.rows(_CLOSURES, actor.community, now_minute())]
    if room_id is None:
        return found
    part_of = load_plan(str(actor.community), today()).room(room_id).part_of
    return [closure for closure in found if closure.room_id in (room_id, part_of)]
