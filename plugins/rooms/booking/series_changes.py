"""Changing a series: another time of day, room or title for all dates to come or for one date and those after it; ending it.

What is over never changes. A change from one date on splits the series, as calendar programs do: the rule of the first
part ends before it, and a new booking follows. Single dates are moved and cancelled by the acts of `changes`.
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
    advance_all,
    get_setting,
    guest_codes,
    now,
    record,
    tell_followers,
    transactional,
)
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import CANCEL
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.making import APPROVE
from plugins.rooms.booking.occurrences import decided, require_own, room_name, tell_cancelled, tell_moved
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
from plugins.rooms.booking.series import load_series, others_of
from plugins.rooms.booking.series_dates import SeriesConflict, SeriesDate, look
from plugins.rooms.booking.series_goes_on import answered
from plugins.rooms.booking.telling import CANCELLED, DECIDED, MOVED, no_longer_true, tell_organiser, this_move
from plugins.rooms.clock import hhmm, now_minute, span
from plugins.rooms.models import Booking, Occurrence, OccurrenceResource, Series, Skipped
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan
from plugins.rooms.texts import _


class ChangedDate(NamedTuple):
    """One date as it would be after the change: `moved_singly` says that it lies elsewhere than the series already."""

    date: SeriesDate
    moved_singly: bool


@dataclass(frozen=True)
class ChangedSeries:
    """What came of a change: the booking the changed dates belong to now, and the new code of a guest after a split."""

    booking_id: int
    count: int
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The values as `request_key.once` keeps them."""
        return asdict(self)


@dataclass(frozen=True)
class _Change:
    """A checked change: what it touches and where it leads."""

    booking: Booking
    series: Series
    plan: Plan
    room: RoomFacts
    start: int
    end: int
    occurrences: Sequence[Occurrence]
    dates: Sequence[SeriesDate]


# --------------------------------------------------------------------------- moving


def look_at_change(
    actor: Actor,
    booking_id: int,
    *,
    start: str,
    end: str,
    room_id: int | None = None,
    since: datetime.date | None = None,
    code: str = "",
) -> list[ChangedDate]:
    """Every date to come (from `since` on) as it would stand at another time of day or in another room; writes nothing.

    Raises `Invalid` (start, end, room_id), `Refused` when nothing is to come or the room needs approval, `Forbidden`,
    `NotFound`.
    """
    change = _checked(actor, booking_id, start, end, room_id, since, None, code)
    return [
        ChangedDate(date, _is_moved(occurrence, change.series))
        for date, occurrence in zip(change.dates, change.occurrences, strict=True)
    ]


def change_series(
    actor: Actor,
    booking_id: int,
    days: Collection[datetime.date],
    *,
    start: str,
    end: str,
    room_id: int | None = None,
    title: str | None = None,
    since: datetime.date | None = None,
    code: str = "",
    told: bool = False,
) -> ChangedSeries:
    """Give the dates of `days` another time of day or room, all of them or none; the others stay where they are.

    With `since` only what lies from that date on is changed, and the series is split before it. A new `title` is that of
    all dates to come. Changed by staff, the organiser is told unless they know already (`told`). Raises like
    `look_at_change`, and `SeriesConflict` when one of the days cannot be had.
    """
    act = transactional(
        lambda actor: _change(actor, booking_id, frozenset(days), start, end, room_id, title, since, code, told)
    )
    try:
        return act(actor)
    except slots.Taken:
        # Only where a second process books past our lock: the guard refused, and everything was rolled back.
        raise SeriesConflict(
            _checked(actor, booking_id, start, end, room_id, since, frozenset(days), code).dates
        ) from None


def _checked(
    actor: Actor,
    booking_id: int,
    start: str,
    end: str,
    room_id: int | None,
    since: datetime.date | None,
    days: frozenset[datetime.date] | None,
    code: str,
) -> _Change:
    booking, series = load_series(actor, booking_id)
    require_own(actor, booking, "rooms.desk", code)
    occurrences = to_come(booking, since)
    if not occurrences:
        raise Refused(_("No date of this series is to come."))
    first, last = _day_of(occurrences[0]), _day_of(occurrences[-1])
    time = read_time(first.isoformat(), start, end)
    plan = load_plan(booking.community, first, last)
    room = plan.room(room_id or series.room_id)
    organiser = organiser_as_booked(booking)
    if room.id != series.room_id:
        check_bookable(room, actor, organiser)
        check_people(booking.people, room.seats)
    errors = shape_errors(room, time, get_setting("rooms.step", actor.community))
    if errors:
        raise Invalid(errors)
    if room.needs_approval and not actor.can(APPROVE) and any(each.state == "confirmed" for each in occurrences):
        raise Refused(
            _("The office confirms each booking of this room."),
            advice=_("Please move single dates, or ask the office to move the series."),
        )
    wishes = [Wish(_day_of(each), time.start, time.end) for each in occurrences]
    skip = set() if days is None else {wish.day for wish in wishes} - days
    chosen = [each.id for each in occurrences if _day_of(each) not in skip]
    dates = look(actor, plan, room, wishes, organiser, resources=others_of(booking), skip=skip, leaving_out=chosen)
    return _Change(booking, series, plan, room, time.start, time.end, occurrences, dates)


def _change(
    actor: Actor,
    booking_id: int,
    days: frozenset[datetime.date],
    start: str,
    end: str,
    room_id: int | None,
    title: str | None,
    since: datetime.date | None,
    code: str,
    told: bool,
) -> ChangedSeries:
    lapse_holds(str(actor.community))
    change = _checked(actor, booking_id, start, end, room_id, since, days, code)
    booking, series = change.booking, change.series
    chosen = [
        (each, date) for each, date in zip(change.occurrences, change.dates, strict=True) if _day_of(each) in days
    ]
    if not chosen:
        raise Invalid({"days": [_("Please choose at least one date.")]})
    if not all(date.is_free for _occurrence, date in chosen):
        raise SeriesConflict(change.dates)
    knows = require_own(actor, booking, "rooms.desk", code) or told
    answered(actor, booking, series)
    renamed = title is not None and check_title(title) != booking.title
    if since is None and renamed and _has_past(booking):
        since = _day_of(change.occurrences[0])
    new_code = ""
    if since is not None and _days_before(booking, since):
        booking, series, new_code = _split(actor, booking, series, since)
        for each in change.occurrences:
            each.booking_id = booking.id
            each._dirty.clear()
    before = {"room_id": series.room_id, "start": hhmm(series.start_minute), "end": hhmm(series.end_minute)}
    _move(actor, booking, change, chosen)
    Series.update(room_id=change.room.id, start_minute=change.start, end_minute=change.end).where(
        Series.booking_id == booking.id
    ).execute()
    after: dict[str, Any] = {"room_id": change.room.id, "start": hhmm(change.start), "end": hhmm(change.end)}
    if renamed:
        before["title"], after["title"] = booking.title, check_title(title or "")
        _rename(booking, after["title"])
    after["days"] = sorted(str(day) for day in days)
    record(actor, "rooms.series.changed", booking.ref, before=before, after=after)
    _tell_changed(actor, booking, change, [each for each, _date in chosen], knows)
    return ChangedSeries(booking.id, len(chosen), new_code)


def _move(actor: Actor, booking: Booking, change: _Change, chosen: Sequence[tuple[Occurrence, SeriesDate]]) -> None:
    """Delete and insert the slots in this transaction: all of them move, or none."""
    room, keys = change.room, [each.id for each, _date in chosen]
    _withdraw_changes(actor, booking, keys)
    slots.release_all([each.id for each, _date in chosen if each.state != "requested"])
    needed = [*change.plan.resources(room.id), *others_of(booking)]
    before = {each.id: (each.room_id, each.start_min, each.end_min) for each, _date in chosen}
    for first in range(0, len(keys), 200):
        some = keys[first : first + 200]
        OccurrenceResource.delete().where(OccurrenceResource.occurrence_id.in_(some)).execute()
        OccurrenceResource.insert_many(
            [
                {"community": booking.community, "occurrence_id": key, "resource_id": resource}
                for key in some
                for resource in sorted(set(needed))
            ]
        ).execute()
    for each, date in chosen:
        each.room_id, each.start_min, each.end_min = room.id, date.start_min, date.end_min
        each.buffer_before, each.buffer_after = room.buffer_before, room.buffer_after
        each.save()
    blocking = [each for each, _date in chosen if each.state != "requested"]
    slots.take_all(
        [(each.id, needed, each.start_min - each.buffer_before, each.end_min + each.buffer_after) for each in blocking]
    )
    for each in blocking:
        if before[each.id] != (each.room_id, each.start_min, each.end_min):
            tell_moved(before[each.id], each, booking)


def _rename(booking: Booking, title: str) -> None:
    booking.title = title
    booking.save()
    slots.run(
        "UPDATE rooms_occurrence SET sequence=sequence+1 WHERE community=? AND booking_id=? AND start_min>?",
        booking.community,
        booking.id,
        now_minute(),
    )


def _tell_changed(actor: Actor, booking: Booking, change: _Change, moved: Sequence[Occurrence], knows: bool) -> None:
    for each in moved:
        no_longer_true(actor, each, DECIDED, MOVED)
    what = _("%(room)s %(time)s, %(count)d dates", room=change.room.name, time=span(change.start, change.end),
             count=len(moved))  # fmt: skip
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


# --------------------------------------------------------------------------- ending


@transactional
def cancel_series(
    actor: Actor,
    booking_id: int,
    *,
    since: datetime.date | None = None,
    reason: str = "",
    code: str = "",
    told: bool = False,
) -> int:
    """Give up every date to come, or those from `since` on; requests are withdrawn. Returns how many there were.

    The organiser, a guest with `code`, or staff who may cancel bookings of others and say why. Raises `Refused` when
    nothing is to come, `Invalid` (reason), `Forbidden`, `NotFound`.
    """
    booking, series = load_series(actor, booking_id)
    own = require_own(actor, booking, CANCEL, code)
    if not own and not reason.strip():
        raise Invalid({"reason": [_("Please say why, so that the organiser understands.")]})
    ended = to_come(booking, since)
    if not ended:
        raise Refused(_("No date of this series is to come."))
    answered(actor, booking, series)
    _withdraw_changes(actor, booking, [each.id for each in ended])
    confirmed = [each for each in ended if each.state == "confirmed"]
    slots.release_all([each.id for each in confirmed])
    fields = {"reason": reason.strip(), **decided(actor)}
    advance_all(actor, confirmed, "cancel", booking.ref, **fields)
    advance_all(actor, [each for each in ended if each.state == "requested"], "withdraw", booking.ref)
    if since is not None and _days_before(booking, since):
        before, _after, _begins = split_rule(read_rule(booking.rule), series.first_day, since)
        booking.rule = rule_text(before)
        booking.save()
        Skipped.delete().where(Skipped.booking_id == booking.id, Skipped.day >= since).execute()
    for each in ended:
        no_longer_true(actor, each, DECIDED, MOVED)
    for each in confirmed:
        tell_cancelled(each, booking, reason.strip())
    room = room_name(actor, series.room_id)
    what = _("%(room)s, %(count)d dates", room=room, count=len(ended))
    why = _("Regular booking cancelled: %(what)s. Reason: %(reason)s", what=what, reason=reason.strip() or "—")
    if not own and not told:
        tell_organiser(actor, ended[0], booking, CANCELLED, why)
    tell_followers(actor, ended[0].ref, CANCELLED, why)
    return len(ended)


# --------------------------------------------------------------------------- what is to come


def to_come(booking: Booking, since: datetime.date | None = None) -> list[Occurrence]:
    """The dates that can still be changed (from `since` on), without changes that wait for approval."""
    query = Occurrence.of(booking.community).where(
        Occurrence.booking_id == booking.id,
        Occurrence.series_day.is_null(False),
        Occurrence.replaces.is_null(),
        Occurrence.state.in_(("requested", "confirmed")),
        Occurrence.start_min > now_minute(),
    )
    if since is not None:
        query = query.where(Occurrence.series_day >= since)
    return list(query.order_by(Occurrence.series_day, Occurrence.id))


def _day_of(occurrence: Occurrence) -> datetime.date:
    day: datetime.date = occurrence.series_day
    return day


def _is_moved(occurrence: Occurrence, series: Series) -> bool:
    usual = Wish(_day_of(occurrence), series.start_minute, series.end_minute)
    return (occurrence.room_id, occurrence.start_min, occurrence.end_min) != (
        series.room_id,
        usual.start_min,
        usual.end_min,
    )


def _has_past(booking: Booking) -> bool:
    query = Occurrence.of(booking.community).where(Occurrence.booking_id == booking.id)
    return bool(query.where(Occurrence.start_min <= now_minute()).exists())


def _days_before(booking: Booking, since: datetime.date) -> bool:
    """Whether the rule has days before a date: else a change from there on is one of all."""
    query = Occurrence.of(booking.community).where(Occurrence.booking_id == booking.id, Occurrence.series_day < since)
    skipped = Skipped.of(booking.community).where(Skipped.booking_id == booking.id, Skipped.day < since)
    return bool(query.exists() or skipped.exists())


def _withdraw_changes(actor: Actor, booking: Booking, keys: Sequence[int]) -> None:
    """A change that waits for approval is overtaken by what happens to the date it would move."""
    for first in range(0, len(keys), 200):
        waiting = Occurrence.of(booking.community).where(
            Occurrence.replaces.in_(keys[first : first + 200]), Occurrence.state == "requested"
        )
        advance_all(actor, list(waiting), "withdraw", booking.ref)
