"""A series in a room that needs approval is one request, and so are changes of its dates: approved or refused together, by
whoever decides for the rooms (`places.units`).

Dates that were taken meanwhile are shown to whoever approves; they may be left out, by name, never silently.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence

from core import Actor, Invalid, Refused, advance_all, tell_followers, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.occurrences import decided, room_name, tell_confirmed, tell_moved
from plugins.rooms.booking.recurrence import read_rule
from plugins.rooms.booking.rule_words import rule_words
from plugins.rooms.booking.rules import time_text
from plugins.rooms.booking.series import load_series, others_of
from plugins.rooms.booking.series_dates import (
    CLOSED,
    FREE,
    PAST,
    TAKEN,
    Obstacle,
    SeriesConflict,
    SeriesDate,
    keep_skipped,
    obstacles,
    refuse_unless_free,
)
from plugins.rooms.booking.series_place import follow
from plugins.rooms.booking.telling import CANCELLED, DECIDED, MOVED, REMINDER, no_longer_true, tell_organiser
from plugins.rooms.clock import now_minute, span
from plugins.rooms.models import Booking, Occurrence, OccurrenceResource
from plugins.rooms.places.units import decider, require_decider
from plugins.rooms.texts import _


def waiting_dates(actor: Actor, booking_id: int) -> list[SeriesDate]:
    """How the dates that wait for a decision stand now: free, taken, closed or past; with `was` those that would be moved."""
    booking, _series = load_series(actor, booking_id)
    waiting = _waiting(booking)
    _decider(actor, waiting)
    return _look(actor, waiting, frozenset())


def approve_series(actor: Actor, booking_id: int, skip: Collection[datetime.date] = ()) -> int:
    """Confirm every waiting date but those in `skip`, which are refused as taken; returns how many are confirmed.

    A change that is approved moves its date; one that is left out leaves it where it was. Raises `SeriesConflict` when a
    date that is not skipped cannot be had, `Refused` when nothing waits, `Invalid` (days) when all are skipped, `Forbidden`,
    `NotFound`.
    """
    require_decider(actor)
    days = frozenset(skip)
    try:
        return _approve(actor, booking_id, days)
    except slots.Taken:
        # Only where a second process books past our lock: the guard refused, and everything was rolled back.
        booking, _series = load_series(actor, booking_id)
        raise SeriesConflict(_look(actor, _waiting(booking), days)) from None


@transactional
def _approve(actor: Actor, booking_id: int, skip: frozenset[datetime.date]) -> int:
    booking, series = load_series(actor, booking_id)
    lapse_holds(booking.community)
    waiting = _waiting(booking)
    actor = _decider(actor, waiting)
    dates = _look(actor, waiting, skip)
    wanted = {date.day for date in refuse_unless_free(dates, skip)}
    if not wanted:
        raise Invalid({"days": [_("Please choose at least one date.")]})
    approved = [each for each in waiting if each.series_day in wanted]
    _confirm(actor, booking, approved)
    follow(booking, series, [each for each in approved if each.replaces is not None])
    left = [date for date in dates if date.day not in wanted]
    keep_skipped(booking.community, booking.id, [date for date in left if not date.was])
    for reason in sorted({_reason(date) for date in left}):
        days = {date.day for date in left if _reason(date) == reason}
        out = [each for each in waiting if each.series_day in days]
        advance_all(actor, out, "refuse", booking.ref, reason=reason, **decided(actor))
    _tell(actor, booking, approved[0], _("Booking approved: %(what)s.", what=_what(actor, booking, len(approved))))
    return len(approved)


def _reason(date: SeriesDate) -> str:
    return str(_("left out by the office") if date.is_free else date.why)


def _confirm(actor: Actor, booking: Booking, approved: Sequence[Occurrence]) -> None:
    """Take the slots of all of them; those they replace give theirs up in the same moment."""
    replaced = _replaced(approved)
    slots.release_all([old.id for old in replaced.values()])
    needs = _needs(approved)
    slots.take_all(
        [
            (each.id, needs[each.id], each.start_min - each.buffer_before, each.end_min + each.buffer_after)
            for each in approved
        ]
    )
    moved = str(_("Moved to another time"))
    advance_all(actor, list(replaced.values()), "cancel", booking.ref, reason=moved, **decided(actor))
    advance_all(actor, approved, "approve", booking.ref, **decided(actor))
    for each in approved:
        old = replaced.get(each.id)
        if old is None:
            tell_confirmed(each, booking)
        else:
            tell_moved((old.room_id, old.start_min, old.end_min), each, booking)
            no_longer_true(actor, old, DECIDED, CANCELLED, MOVED, REMINDER)


@transactional
def refuse_series(actor: Actor, booking_id: int, reason: str) -> bool:
    """Refuse every waiting date; returns whether somebody is to be told of it.

    Raises `Invalid` (reason) without a reason, `Refused` when nothing waits, `Forbidden`, `NotFound`.
    """
    require_decider(actor)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why, so that the organiser understands.")]})
    booking, _series = load_series(actor, booking_id)
    waiting = _waiting(booking)
    actor = _decider(actor, waiting)
    advance_all(actor, waiting, "refuse", booking.ref, reason=reason.strip(), **decided(actor))
    what = _what(actor, booking, len(waiting))
    why = _("Booking not approved: %(what)s. Reason: %(reason)s", what=what, reason=reason.strip())
    return _tell(actor, booking, waiting[-1], why)


def _waiting(booking: Booking) -> list[Occurrence]:
    """What waits for a decision: new dates, and changes of dates that are confirmed; raises `Refused` when nothing does."""
    query = Occurrence.of(booking.community).where(Occurrence.booking_id == booking.id, Occurrence.state == "requested")
    found = list(query.order_by(Occurrence.start_min, Occurrence.id))
    if not found:
        raise Refused(_("No date of this series waits for a decision."))
    return found


def _decider(actor: Actor, waiting: Sequence[Occurrence]) -> Actor:
    """The actor with the right to decide on all of them; raises `Forbidden` where one is not theirs to decide."""
    for room in {each.room_id for each in waiting}:
        actor = decider(actor, room)
    return actor


def _replaced(waiting: Sequence[Occurrence]) -> dict[int, Occurrence]:
    """The confirmed dates that waiting changes would move, by the change."""
    changes = {each.replaces: each.id for each in waiting if each.replaces is not None}
    query = Occurrence.of(waiting[0].community).where(Occurrence.id.in_(list(changes)), Occurrence.state == "confirmed")
    return {changes[old.id]: old for old in list(query)} if changes else {}


def _needs(occurrences: Sequence[Occurrence]) -> dict[int, list[int]]:
    needs: dict[int, list[int]] = defaultdict(list)
    keys = [each.id for each in occurrences]
    community = occurrences[0].community
    query = OccurrenceResource.of(community, OccurrenceResource.occurrence_id, OccurrenceResource.resource_id)
    for occurrence, resource in query.where(OccurrenceResource.occurrence_id.in_(keys)).tuples():
        needs[occurrence].append(resource)
    return needs


def _look(actor: Actor, waiting: Sequence[Occurrence], skip: frozenset[datetime.date]) -> list[SeriesDate]:
    """Only what the slots say: hours and quotas were kept when it was asked for, and the office may go beyond them.

    What the changes would give up is free for the others, but of those in `skip`: they stay where they are.
    """
    replaced, needs = _replaced(waiting), _needs(waiting)
    given_up = [replaced[each.id].id for each in waiting if each.id in replaced and each.series_day not in skip]
    others = set(others_of(Booking.get_of(waiting[0].community, waiting[0].booking_id)))
    groups: dict[tuple[int, ...], list[Occurrence]] = defaultdict(list)
    for each in waiting:
        groups[tuple(sorted(needs[each.id]))].append(each)
    states: dict[int, str] = {}
    lent: dict[int, Obstacle] = {}
    for resources, some in groups.items():
        spans = [(each.start_min - each.buffer_before, each.end_min + each.buffer_after) for each in some]
        for place, obstacle in obstacles(actor, sorted(others & set(resources)), spans, given_up).items():
            states[some[place].id], lent[some[place].id] = TAKEN, obstacle
        for place, blocker in slots.blockers(set(resources) - others, spans, given_up).items():
            states[some[place].id] = CLOSED if blocker is None else TAKEN
            lent.pop(some[place].id, None)
    moment = now_minute()
    found = []
    for each in waiting:
        old = replaced.get(each.id)
        begun = min(each.start_min, old.start_min if old else each.start_min) <= moment
        state = PAST if begun else states.get(each.id, FREE)
        was = time_text(old.start_min, old.end_min) if old else ""
        found.append(SeriesDate(each.series_day, each.start_min, each.end_min, state, was, lent.get(each.id)))
    return found


def _what(actor: Actor, booking: Booking, count: int) -> str:
    """Where and when a series is by now, for what is said on the telephone."""
    _booking, series = load_series(actor, booking.id)
    room, rule = room_name(actor, series.room_id), rule_words(read_rule(booking.rule), series.first_day)
    time = span(series.start_minute, series.end_minute)
    return str(_("%(room)s %(rule)s %(time)s (%(count)d dates)", room=room, rule=rule, time=time, count=count))


def _tell(actor: Actor, booking: Booking, about: Occurrence, words: object) -> bool:
    """Tell the organiser and followers once, about one occurrence of the series."""
    tell_followers(actor, about.ref, DECIDED, words)
    return tell_organiser(actor, about, booking, DECIDED, words)
