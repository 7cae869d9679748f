"""停用 that comes again and again (每周二上午打扫): its dates are closures of their own, made and lifted together.

So the slot table, the pages and `linli rooms check` need to know nothing of rules. Bookings in the way are moved first, or
their dates left out by name.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core import Actor, Invalid, NotFound, Refused, now, record, today, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.recurrence import Rule, days_of, rule_text
from plugins.rooms.booking.rules import Wish, read_time
from plugins.rooms.clock import now_minute
from plugins.rooms.finding.lists import Line, lines_of
from plugins.rooms.models import Closure, ClosureSeries
from plugins.rooms.places.closures import BookingsInTheWay, write_slots
from plugins.rooms.places.hours import Plan, load_plan
from plugins.rooms.texts import _

MANAGE = "rooms.manage"


@dataclass(frozen=True)
class ClosureDates:
    """The dates of a closure that is not entered yet: those with bookings in the way, and these bookings."""

    days: Sequence[datetime.date]
    taken: frozenset[datetime.date]
    bookings: Sequence[Line]
    gaps: Sequence[tuple[int, int]]


def look_at_closures(actor: Actor, room_id: int, rule: Rule, *, date: str, start: str, end: str) -> ClosureDates:
    """On which days the room would be closed, and the bookings in the way; writes nothing (`rooms.manage`).

    Raises `Invalid` (date, start, end and the fields of the rule), `Forbidden`, `NotFound`.
    """
    actor.require(MANAGE)
    plan, wishes, gaps = _asked(actor, room_id, rule, date, start, end)
    in_the_way = _in_the_way(plan, room_id, wishes)
    bookings = sorted({occurrence for found in in_the_way.values() for occurrence in found})
    return ClosureDates([wish.day for wish in wishes], frozenset(in_the_way), lines_of(actor, bookings), gaps)


@transactional
def close_regularly(
    actor: Actor,
    room_id: int,
    rule: Rule,
    *,
    date: str,
    start: str,
    end: str,
    reason: str,
    skip: Collection[datetime.date] = (),
) -> int:
    """Close a room (or a hall with all its parts) on every day of the rule but those in `skip`; returns on how many.

    All of them or none: raises `BookingsInTheWay`, `Invalid` (date, start, end, reason, days and the fields of the rule),
    `Forbidden`, `NotFound`.
    """
    actor.require(MANAGE)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why: it stands on the room's page.")]})
    lapse_holds(str(actor.community))
    plan, wishes, _gaps = _asked(actor, room_id, rule, date, start, end)
    wanted = [wish for wish in wishes if wish.day not in skip]
    if not wanted:
        raise Invalid({"days": [_("Please choose at least one date.")]})
    in_the_way = _in_the_way(plan, room_id, wanted)
    if in_the_way:
        raise BookingsInTheWay(lines_of(actor, sorted({key for found in in_the_way.values() for key in found})))
    series = ClosureSeries.create(
        community=actor.community, room_id=room_id, rule=rule_text(rule), first_day=wishes[0].day,
        entered_by=actor.account,
    )  # fmt: skip
    values = [
        {
            "community": actor.community, "room_id": room_id, "start_min": wish.start_min, "end_min": wish.end_min,
            "reason": reason.strip(), "entered_by": actor.account, "entered_at": now(), "series_id": series.id,
        }
        for wish in wanted
    ]  # fmt: skip
    for first in range(0, len(values), 200):
        Closure.insert_many(values[first : first + 200]).execute()
    write_slots(plan, room_id)
    after = {"room_id": room_id, "rule": series.rule, "days": [str(wish.day) for wish in wanted]}
    record(actor, "rooms.closure_series.made", series.ref, after=after, reason=reason.strip(), permission=MANAGE)
    return len(wanted)


@transactional
def lift_regular(actor: Actor, series_id: int) -> int:
    """Open the room again on every date to come; one that is going on ends now. Returns how many there were.

    Raises `Refused` when none is to come, `Forbidden`, `NotFound`.
    """
    actor.require(MANAGE)
    series: ClosureSeries = ClosureSeries.get_of(actor.community, series_id)
    this_minute = now_minute()
    left = Closure.of(series.community).where(
        Closure.series_id == series.id, Closure.lifted_at.is_null(), Closure.end_min > this_minute
    )
    found = list(left)
    if not found:
        raise Refused(_("This closure is over."))
    for closure in found:
        if closure.start_min < this_minute:
            closure.end_min = this_minute
        else:
            closure.lifted_at = now()
        closure.save()
    plan = load_plan(series.community, today())
    if series.room_id in plan.rooms:
        write_slots(plan, series.room_id)
    record(actor, "rooms.closure_series.lifted", series.ref, before={"room_id": series.room_id}, permission=MANAGE)
    return len(found)


def _asked(
    actor: Actor, room_id: int, rule: Rule, date: str, start: str, end: str
) -> tuple[Plan, list[Wish], Sequence[tuple[int, int]]]:
    time = read_time(date, start, end)
    found = days_of(rule, time.day)
    wishes = [Wish(day, time.start, time.end) for day in found.days]
    if wishes[0].end_min <= now_minute():
        raise Invalid({"date": [_("This time is past.")]})
    plan = load_plan(str(actor.community), today())
    if room_id not in plan.rooms:
        raise NotFound
    return plan, wishes, found.gaps


def _in_the_way(plan: Plan, room_id: int, wishes: Sequence[Wish]) -> dict[datetime.date, set[int]]:
    """The bookings in the wished times, by day: one query per room, whatever the number of days."""
    busy = [
        (start, end, occurrence)
        for _resource, start, end, occurrence in slots.busy_of(
            plan.resources(room_id), wishes[0].start_min, wishes[-1].end_min
        )
        if occurrence is not None
    ]
    found: dict[datetime.date, set[int]] = {}
    for wish in wishes:
        for start, end, occurrence in busy:
            if start < wish.end_min and end > wish.start_min:
                found.setdefault(wish.day, set()).add(occurrence)
    return found
