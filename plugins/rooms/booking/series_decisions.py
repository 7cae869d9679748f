"""A series in a room that needs approval is one request: approved or refused as a whole (`rooms.booking.approve`).

Dates that were taken meanwhile are shown to whoever approves; they may be left out, by name, never silently.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence

from core import Actor, Invalid, Refused, advance_all, tell_followers, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.decisions import APPROVE
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.occurrences import decided, room_name, tell_confirmed
from plugins.rooms.booking.recurrence import read_rule
from plugins.rooms.booking.rule_words import rule_words
from plugins.rooms.booking.series import load_series
from plugins.rooms.booking.series_dates import (
    CLOSED,
    FREE,
    PAST,
    TAKEN,
    WHY,
    SeriesConflict,
    SeriesDate,
    keep_skipped,
    refuse_unless_free,
)
from plugins.rooms.booking.telling import DECIDED, tell_organiser
from plugins.rooms.clock import now_minute, span
from plugins.rooms.models import Booking, Occurrence, OccurrenceResource, Series
from plugins.rooms.texts import _


def waiting_dates(actor: Actor, booking_id: int) -> list[SeriesDate]:
    """How the dates that wait for a decision stand now: free, taken, closed or past."""
    actor.require(APPROVE)
    booking, _series = load_series(actor, booking_id)
    return _look(_waiting(booking))


def approve_series(actor: Actor, booking_id: int, skip: Collection[datetime.date] = ()) -> int:
    """Confirm every waiting date but those in `skip`, which are refused as taken; returns how many are confirmed.

    Raises `SeriesConflict` when a date that is not skipped cannot be had, `Refused` when nothing waits, `Invalid` (days)
    when all are skipped, `Forbidden`, `NotFound`.
    """
    actor.require(APPROVE)
    try:
        return _approve(actor, booking_id, frozenset(skip))
    except slots.Taken:
        # Only where a second process books past our lock: the guard refused, and everything was rolled back.
        raise SeriesConflict(waiting_dates(actor, booking_id)) from None


@transactional
def _approve(actor: Actor, booking_id: int, skip: frozenset[datetime.date]) -> int:
    booking, series = load_series(actor, booking_id)
    lapse_holds(booking.community)
    waiting = _waiting(booking)
    dates = _look(waiting)
    wanted = {date.day for date in refuse_unless_free(dates, skip)}
    if not wanted:
        raise Invalid({"days": [_("Please choose at least one date.")]})
    approved = [each for each in waiting if each.series_day in wanted]
    needs = _needs(approved)
    slots.take_all(
        [
            (each.id, needs[each.id], each.start_min - each.buffer_before, each.end_min + each.buffer_after)
            for each in approved
        ]
    )
    advance_all(actor, approved, "approve", booking.ref, **decided(actor))
    for each in approved:
        tell_confirmed(each, booking)
    left = [date for date in dates if date.day not in wanted]
    keep_skipped(booking.community, booking.id, left)
    for state in sorted({date.state for date in left}):
        days = {date.day for date in left if date.state == state}
        reason = str(WHY[state] if state != FREE else _("left out by the office"))
        out = [each for each in waiting if each.series_day in days]
        advance_all(actor, out, "refuse", booking.ref, reason=reason, **decided(actor))
    _tell(
        actor, booking, approved[0], _("Booking approved: %(what)s.", what=_what(actor, series, booking, len(approved)))
    )
    return len(approved)


@transactional
def refuse_series(actor: Actor, booking_id: int, reason: str) -> bool:
    """Refuse every waiting date; returns whether somebody is to be told of it.

    Raises `Invalid` (reason) without a reason, `Refused` when nothing waits, `Forbidden`, `NotFound`.
    """
    actor.require(APPROVE)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why, so that the organiser understands.")]})
    booking, series = load_series(actor, booking_id)
    waiting = _waiting(booking)
    advance_all(actor, waiting, "refuse", booking.ref, reason=reason.strip(), **decided(actor))
    what = _what(actor, series, booking, len(waiting))
    why = _("Booking not approved: %(what)s. Reason: %(reason)s", what=what, reason=reason.strip())
    return _tell(actor, booking, waiting[-1], why)


def _waiting(booking: Booking) -> list[Occurrence]:
    """The dates that wait for a decision, without changes of single ones; raises `Refused` when there are none."""
    query = Occurrence.of(booking.community).where(
        Occurrence.booking_id == booking.id, Occurrence.state == "requested", Occurrence.replaces.is_null()
    )
    found = list(query.order_by(Occurrence.start_min))
    if not found:
        raise Refused(_("No date of this series waits for a decision."))
    return found


def _needs(occurrences: Sequence[Occurrence]) -> dict[int, list[int]]:
    needs: dict[int, list[int]] = defaultdict(list)
    keys = [each.id for each in occurrences]
    community = occurrences[0].community
    query = OccurrenceResource.of(community, OccurrenceResource.occurrence_id, OccurrenceResource.resource_id)
    for occurrence, resource in query.where(OccurrenceResource.occurrence_id.in_(keys)).tuples():
        needs[occurrence].append(resource)
    return needs


def _look(waiting: Sequence[Occurrence]) -> list[SeriesDate]:
    """Only what the slots say: hours and quotas were kept when it was asked for, and the office may go beyond them."""
    needs = _needs(waiting)
    groups: dict[tuple[int, ...], list[Occurrence]] = defaultdict(list)
    for each in waiting:
        groups[tuple(sorted(needs[each.id]))].append(each)
    states: dict[int, str] = {}
    for resources, some in groups.items():
        spans = [(each.start_min - each.buffer_before, each.end_min + each.buffer_after) for each in some]
        for place, blocker in slots.blockers(resources, spans).items():
            states[some[place].id] = CLOSED if blocker is None else TAKEN
    moment = now_minute()
    return [
        SeriesDate(
            each.series_day,
            each.start_min,
            each.end_min,
            PAST if each.start_min <= moment else states.get(each.id, FREE),
        )
        for each in waiting
    ]


def _what(actor: Actor, series: Series, booking: Booking, count: int) -> str:
    """Where and when a series is, for what is said on the telephone."""
    room, rule = room_name(actor, series.room_id), rule_words(read_rule(booking.rule), series.first_day)
    time = span(series.start_minute, series.end_minute)
    return str(_("%(room)s %(rule)s %(time)s (%(count)d dates)", room=room, rule=rule, time=time, count=count))


def _tell(actor: Actor, booking: Booking, about: Occurrence, words: object) -> bool:
    """Tell the organiser and followers once, about one occurrence of the series."""
    tell_followers(actor, about.ref, DECIDED, words)
    return tell_organiser(actor, about, booking, DECIDED, words)
