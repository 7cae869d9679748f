"""Changing a series: another time of day, weekday, room or title for all dates to come or for one date and those after it.

What is over never changes. A change from one date on splits the series, as calendar programs do: the rule of the first
part ends before it, and a new booking follows. It is split when the change is made, also where it must be approved: then
the later part keeps its old times until somebody decides, and for good when it is refused. Single dates are moved and
cancelled by the acts of `changes`, series ended in `series_ending`.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from core import (
    Actor,
    Invalid,
    Refused,
    get_setting,
    guest_codes,
    now,
    record,
    tell_followers,
    transactional,
)
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.making import APPROVE
from plugins.rooms.booking.occurrences import require_own, tell_moved
from plugins.rooms.booking.recurrence import read_rule, rule_text, split_rule
from plugins.rooms.booking.rules import (
    Wish,
    check_bookable,
    check_people,
    check_title,
    organiser_as_booked,
    read_time,
    shape_errors,
)
from plugins.rooms.booking.series import add_occurrences, load_series, need_again, others_of
from plugins.rooms.booking.series_dates import SeriesConflict, SeriesDate, look
from plugins.rooms.booking.series_goes_on import answered
from plugins.rooms.booking.series_place import day_of, days_before, follow, is_moved, to_come, withdraw_all_changes
from plugins.rooms.booking.telling import DECIDED, MOVED, REMINDER, no_longer_true, tell_organiser, this_move
from plugins.rooms.booking.weekdays import on_weekday, weekday_of
from plugins.rooms.clock import hhmm, now_minute, span
from plugins.rooms.models import Booking, Occurrence, Series, Skipped
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan
from plugins.rooms.texts import _


class ChangedDate(NamedTuple):
    """One date as it would be after the change: `moved_singly` says that it lies elsewhere than the series already."""

    date: SeriesDate
    moved_singly: bool


@dataclass(frozen=True, kw_only=True)
class SeriesChange:
    """What is to become of the dates to come, or of those from `since` (a day of the series) on, as typed.

    `start` and `end` are HH:MM; without a `room_id`, `weekday` (0 = Monday) or `title` that stays as it is. The title is
    that of all these dates.
    """

    start: str
    end: str
    room_id: int | None = None
    weekday: int | None = None
    since: datetime.date | None = None
    title: str | None = None


@dataclass(frozen=True)
class ChangedSeries:
    """What came of a change: the booking the changed dates belong to now, how many were moved, for how many it was asked
    for, and the new code of a guest after a split.
    """

    booking_id: int
    count: int
    asked: int = 0
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The values as `request_key.once` keeps them."""
        return asdict(self)


@dataclass(frozen=True)
class _Checked:
    """A checked change: what it touches and where it leads, date by date."""

    booking: Booking
    series: Series
    plan: Plan
    room: RoomFacts
    time: Wish
    pairs: Sequence[tuple[Occurrence, SeriesDate]]

    @property
    def dates(self) -> list[SeriesDate]:
        return [date for _occurrence, date in self.pairs]


# --------------------------------------------------------------------------- moving


def look_at_change(actor: Actor, booking_id: int, change: SeriesChange, *, code: str = "") -> list[ChangedDate]:
    """Every date the change is about as it would stand after it; writes nothing.

    Raises `Invalid` (start, end, room_id, weekday), `Refused` when nothing is to come, `Forbidden`, `NotFound`.
    """
    checked = _check(actor, booking_id, change, None, code)
    return [ChangedDate(date, is_moved(occurrence, checked.series)) for occurrence, date in checked.pairs]


def change_series(
    actor: Actor,
    booking_id: int,
    days: Collection[datetime.date],
    change: SeriesChange,
    *,
    code: str = "",
    told: bool = False,
) -> ChangedSeries:
    """Move the dates that would then be on `days`, all of them or none; the others stay where they are.

    In a room that needs approval what is confirmed stays as well: the new times are asked for, and decided together. With
    `since` the series is split before that date, at once. Changed by staff, the organiser is told unless they know already
    (`told`). Raises like `look_at_change`, and `SeriesConflict` when one of the days cannot be had.
    """
    act = transactional(lambda actor: _change(actor, booking_id, frozenset(days), change, code, told))
    try:
        return act(actor)
    except slots.Taken:
        # Only where a second process books past our lock: the guard refused, and everything was rolled back.
        raise SeriesConflict(_check(actor, booking_id, change, frozenset(days), code).dates) from None


def _check(
    actor: Actor, booking_id: int, change: SeriesChange, days: frozenset[datetime.date] | None, code: str
) -> _Checked:
    booking, series = load_series(actor, booking_id)
    require_own(actor, booking, "rooms.desk", code)
    occurrences = to_come(booking, change.since)
    if not occurrences:
        raise Refused(_("No date of this series is to come."))
    wanted = _days(booking, series, occurrences, change.weekday)
    time = read_time(wanted[0].isoformat(), change.start, change.end)
    plan = load_plan(booking.community, min(wanted), max(wanted))
    room = plan.room(change.room_id or series.room_id)
    organiser = organiser_as_booked(booking)
    if room.id != series.room_id:
        check_bookable(room, actor, organiser)
        check_people(booking.people, room.seats)
    errors = shape_errors(room, time, get_setting("rooms.step", actor.community))
    if errors:
        raise Invalid(errors)
    wishes = [Wish(day, time.start, time.end) for day in wanted]
    skip = set() if days is None else set(wanted) - days
    chosen = [each.id for each, day in zip(occurrences, wanted, strict=True) if day not in skip]
    dates = look(actor, plan, room, wishes, organiser, resources=others_of(booking), skip=skip, leaving_out=chosen)
    return _Checked(booking, series, plan, room, time, list(zip(occurrences, dates, strict=True)))


def _days(
    booking: Booking, series: Series, occurrences: Sequence[Occurrence], weekday: int | None
) -> list[datetime.date]:
    """The day of each date, on another weekday if one is wanted."""
    days = [day_of(each) for each in occurrences]
    rule = read_rule(booking.rule)
    now_on = weekday_of(rule, series.first_day)
    if weekday is None or weekday == now_on:
        return days
    if now_on is None or not 0 <= weekday <= 6:
        raise Invalid({"weekday": [_("This repetition cannot be moved to another weekday.")]})
    return [on_weekday(rule, day, weekday) for day in days]


def _change(
    actor: Actor, booking_id: int, days: frozenset[datetime.date], change: SeriesChange, code: str, told: bool
) -> ChangedSeries:
    lapse_holds(str(actor.community))
    checked = _check(actor, booking_id, change, days, code)
    booking, series = checked.booking, checked.series
    chosen = [(each, date) for each, date in checked.pairs if date.day in days]
    if not chosen:
        raise Invalid({"days": [_("Please choose at least one date.")]})
    if not all(date.is_free for _occurrence, date in chosen):
        raise SeriesConflict(checked.dates)
    knows = require_own(actor, booking, "rooms.desk", code) or told
    answered(actor, booking, series)
    title = None if change.title is None else check_title(change.title)
    renamed = title is not None and title != booking.title
    since, new_code = change.since, ""
    if since is None and renamed and _has_past(booking):
        since = day_of(checked.pairs[0][0])
    if since is not None and days_before(booking, since):
        booking, series, new_code = _split(actor, booking, series, since)
        for each, _date in checked.pairs:
            each.booking_id = booking.id
            each._dirty.clear()
    before: dict[str, Any] = {
        "room_id": series.room_id,
        "start": hhmm(series.start_minute),
        "end": hhmm(series.end_minute),
    }
    after: dict[str, Any] = {"room_id": checked.room.id, "start": change.start, "end": change.end}
    asking = [pair for pair in chosen if _needs_approval(actor, checked.room, *pair)]
    moving = [pair for pair in chosen if pair not in asking]
    withdraw_all_changes(actor, booking, [each.id for each, _date in chosen])
    _move(booking, checked, moving)
    _ask(actor, booking, checked, asking)
    if renamed:
        before["title"], after["title"] = booking.title, title
        _rename(booking, title or "")
    if moving or renamed:
        after["days"] = sorted(str(date.day) for _each, date in moving)
        record(actor, "rooms.series.changed", booking.ref, before=before, after=after)
    if moving:
        follow(booking, series, [each for each, _date in moving])
        _tell_moved(actor, booking, checked, [each for each, _date in moving], knows)
    return ChangedSeries(booking.id, len(moving), len(asking), new_code)


def _needs_approval(actor: Actor, room: RoomFacts, occurrence: Occurrence, date: SeriesDate) -> bool:
    """Whether the office has to confirm this move: not that of a request, and not of what only becomes shorter."""
    if occurrence.state != "confirmed" or not room.needs_approval or actor.can(APPROVE):
        return False
    same_room = room.id == occurrence.room_id
    return not (same_room and occurrence.start_min <= date.start_min and date.end_min <= occurrence.end_min)


def _move(booking: Booking, checked: _Checked, moving: Sequence[tuple[Occurrence, SeriesDate]]) -> None:
    """Delete and insert the slots in this transaction: all of them move, or none."""
    room, needed = checked.room, [*checked.plan.resources(checked.room.id), *others_of(booking)]
    slots.release_all([each.id for each, _date in moving if each.state != "requested"])
    before = {each.id: (each.room_id, each.start_min, each.end_min) for each, _date in moving}
    need_again(booking.community, [each.id for each, _date in moving], needed)
    for each, date in moving:
        each.room_id, each.start_min, each.end_min = room.id, date.start_min, date.end_min
        each.buffer_before, each.buffer_after = room.buffer_before, room.buffer_after
        each.save()
    blocking = [each for each, _date in moving if each.state != "requested"]
    slots.take_all(
        [(each.id, needed, each.start_min - each.buffer_before, each.end_min + each.buffer_after) for each in blocking]
    )
    for each in blocking:
        if before[each.id] != (each.room_id, each.start_min, each.end_min):
            tell_moved(before[each.id], each, booking)


def _ask(actor: Actor, booking: Booking, checked: _Checked, asking: Sequence[tuple[Occurrence, SeriesDate]]) -> None:
    """Requests that would replace the confirmed dates, which stay until they are approved (`series_decisions`)."""
    if not asking:
        return
    needed = [*checked.plan.resources(checked.room.id), *others_of(booking)]
    dates = [date._replace(day=day_of(each)) for each, date in asking]
    add_occurrences(actor, booking, checked.room, dates, needed, replaces=[each.id for each, _date in asking])


def _rename(booking: Booking, title: str) -> None:
    booking.title = title
    booking.save()
    slots.run(
        "UPDATE rooms_occurrence SET sequence=sequence+1 WHERE community=? AND booking_id=? AND start_min>?",
        booking.community,
        booking.id,
        now_minute(),
    )


def _tell_moved(actor: Actor, booking: Booking, checked: _Checked, moved: Sequence[Occurrence], knows: bool) -> None:
    for each in moved:
        no_longer_true(actor, each, DECIDED, MOVED, REMINDER)
    what = _("%(room)s %(time)s, %(count)d dates", room=checked.room.name,
             time=span(checked.time.start, checked.time.end), count=len(moved))  # fmt: skip
    why, key = _("Regular booking moved to: %(what)s.", what=what), this_move()
    if not knows:
        tell_organiser(actor, moved[0], booking, key, why)
    tell_followers(actor, moved[0].ref, key, why)


# --------------------------------------------------------------------------- splitting


def _split(actor: Actor, booking: Booking, series: Series, since: datetime.date) -> tuple[Booking, Series, str]:
    """A new booking for what lies from `since` on; the rule of the old one ends before. A guest gets a new code for it."""
    before, after, begins = split_rule(read_rule(booking.rule), series.first_day, since)
    code = guest_codes.new_code() if booking.organiser_kind == "guest" else ""
    values = {name: value for name, value in booking.__data__.items() if name != "id"}
    digest = guest_codes.digest("rooms", booking.community, code) if code else None
    new: Booking = Booking.create(**values | {"rule": rule_text(after), "code_digest": digest})
    made = Series(
        booking_id=new.id, community=booking.community, room_id=series.room_id, first_day=begins,
        start_minute=series.start_minute, end_minute=series.end_minute, follows=booking.id, goes_on_at=now(),
    )  # fmt: skip
    made.save(force_insert=True)
    booking.rule = rule_text(before)
    booking.save()
    later = (Occurrence.community == booking.community) & (Occurrence.booking_id == booking.id)
    Occurrence.update(booking_id=new.id).where(later, Occurrence.series_day >= since).execute()
    Skipped.update(booking_id=new.id).where(Skipped.booking_id == booking.id, Skipped.day >= since).execute()
    record(actor, "rooms.series.split", new.ref, after={"booking_id": booking.id, "date": since.isoformat()})
    return new, made, code


def _has_past(booking: Booking) -> bool:
    query = Occurrence.of(booking.community).where(Occurrence.booking_id == booking.id)
    return bool(query.where(Occurrence.start_min <= now_minute()).exists())
