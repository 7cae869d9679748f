"""What each date of a series comes to before it is booked or moved: free, taken, closed, outside the hours, over a quota.

Nothing is written here. It is asked again inside the transaction that books, so that nothing is skipped unseen.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from core import Actor, Conflict, LazyText, get_setting, is_holiday, today
from plugins.rooms.booking import slots
from plugins.rooms.booking.occurrences import room_name
from plugins.rooms.booking.rules import Organiser, Wish, allowance_of
from plugins.rooms.clock import local_span, now_minute, span
from plugins.rooms.models import Skipped
from plugins.rooms.places.hours import Plan, RoomFacts
from plugins.rooms.texts import _

MANAGE = "rooms.manage"

FREE, TAKEN, CLOSED, OUTSIDE, HOLIDAY, QUOTA, PAST, FAR = (
    "free", "taken", "closed", "outside", "holiday", "quota", "past", "far",
)  # fmt: skip
UNWANTED = "unwanted"
WHY = {
    FREE: _("free"),
    TAKEN: _("taken"),
    CLOSED: _("room out of use"),
    OUTSIDE: _("room not open then"),
    HOLIDAY: _("statutory holiday"),
    QUOTA: _("more than one may book"),
    PAST: _("past"),
    FAR: _("too far ahead"),
    UNWANTED: _("not wanted"),
}
"""What stands beside a date, by its state."""


class Obstacle(NamedTuple):
    """Equipment that is lent out then, or (without a name) somebody who is needed elsewhere."""

    resource_id: int
    name: str


def lent_out(name: str) -> LazyText:
    """That something besides the room is taken."""
    return _("%(name)s: taken", name=name)


class SeriesDate(NamedTuple):
    """One date of a series and its `state` (the keys of `WHY`); times are UTC minutes. `day` is the day of the rule.

    `was` says where the date is until a change that was asked for is approved, `obstacle` what is taken where it is not
    the room.
    """

    day: datetime.date
    start_min: int
    end_min: int
    state: str
    was: str = ""
    obstacle: Obstacle | None = None

    @property
    def takes_place(self) -> datetime.date:
        """The local day, which is another one after it was moved."""
        return local_span(self.start_min, self.end_min)[0]

    @property
    def time(self) -> str:
        """Start and end, `9:00–10:00` as they are written here."""
        _day, start, end = local_span(self.start_min, self.end_min)
        return span(start, end)

    @property
    def is_free(self) -> bool:
        """Whether it can be booked."""
        return self.state == FREE

    @property
    def why(self) -> Any:
        """The state in words."""
        return WHY[self.state] if self.obstacle is None else lent_out(self.obstacle.name)


class SeriesConflict(Conflict):
    """Some of the dates that were chosen are not free (any more); `dates` is how all of them stand now."""

    def __init__(self, dates: Sequence[SeriesDate]) -> None:
        super().__init__(
            _("Not all of these dates are free any more. Nothing has been booked."),
            advice=_("Please look at the dates once more: those that cannot be had are marked."),
        )
        self.dates = list(dates)


def look(
    actor: Actor,
    plan: Plan,
    room: RoomFacts,
    wishes: Sequence[Wish],
    organiser: Organiser,
    *,
    resources: Sequence[int] = (),
    skip: Collection[datetime.date] = (),
    leaving_out: Sequence[int] = (),
) -> list[SeriesDate]:
    """How the wished times stand, in their order: with a `plan` of all their days, a few statements whatever their number.

    `skip` are days that will not be booked and so take nothing of a quota; `leaving_out` the occurrences that give up their
    time for it.
    """
    spans = [(wish.start_min - room.buffer_before, wish.end_min + room.buffer_after) for wish in wishes]
    busy = slots.blockers(plan.resources(room.id), spans, leaving_out)
    lent = obstacles(actor, resources, spans, leaving_out)
    days = [wish.day for wish in wishes]
    allowance = allowance_of(str(actor.community), room, organiser, min(days), max(days), frozenset(leaving_out))
    step = get_setting("rooms.step", actor.community)
    reach = None if actor.can(MANAGE) else today() + datetime.timedelta(days=room.ahead_days)
    found = []
    until = 0
    for place, wish in enumerate(wishes):
        state = _offered(plan, room, wish, step, reach)
        if state == FREE and (place in busy or spans[place][0] < until):
            state = CLOSED if place in busy and busy[place] is None else TAKEN
        if state == FREE and place in lent:
            found.append(SeriesDate(wish.day, wish.start_min, wish.end_min, TAKEN, obstacle=lent[place]))
            continue
        if state == FREE and allowance.refuses(wish) is not None:
            state = QUOTA
        if state == FREE and wish.day not in skip:
            allowance.take(wish.day, wish.minutes)
            until = spans[place][1]
        found.append(SeriesDate(wish.day, wish.start_min, wish.end_min, state))
    return found


def obstacles(
    actor: Actor, resources: Sequence[int], spans: Sequence[tuple[int, int]], leaving_out: Sequence[int] = ()
) -> dict[int, Obstacle]:
    """What of the people and equipment is taken, by the place of the interval in `spans` (UTC minutes, buffers included)."""
    found: dict[int, Obstacle] = {}
    for resource in resources:
        taken = slots.blockers([resource], spans, leaving_out)
        if taken:
            obstacle = Obstacle(resource, room_name(actor, resource))
            found.update(dict.fromkeys(taken, obstacle))
    return found


def _offered(plan: Plan, room: RoomFacts, wish: Wish, step: int, reach: datetime.date | None) -> str:
    """Whether the room offers that time to anybody."""
    if wish.day < today() or wish.start_min <= now_minute() - step:
        return PAST
    if reach is not None and wish.day > reach:
        return FAR
    hours = plan.opened(room.id, wish.day).local
    if any(first <= wish.start and wish.end <= last for first, last in hours):
        return FREE
    return HOLIDAY if not hours and is_holiday(wish.day) else OUTSIDE


def refuse_unless_free(dates: Sequence[SeriesDate], skip: Collection[datetime.date]) -> list[SeriesDate]:
    """The dates that are not skipped; raises `SeriesConflict` unless each of them is free."""
    wanted = [date for date in dates if date.day not in skip]
    if not all(date.is_free for date in wanted):
        raise SeriesConflict(dates)
    return wanted


def keep_skipped(community: str, booking_id: int, dates: Sequence[SeriesDate]) -> None:
    """Remember days on which a series does not take place, and why; they can be added back."""
    values = [
        {
            "community": community,
            "booking_id": booking_id,
            "day": date.day,
            "state": UNWANTED if date.is_free else date.state,
            "resource_id": date.obstacle.resource_id if date.obstacle else None,
        }
        for date in dates
    ]
    for first in range(0, len(values), 200):
        Skipped.insert_many(values[first : first + 200]).execute()
