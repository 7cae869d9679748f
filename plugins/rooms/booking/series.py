"""Booking a series: all its dates in one transaction, or none. Changing one lies in `series_changes`.

The dates that are not to be booked are named by whoever books (they see every date first, see `look_at_series`), so that
nothing is left out silently; they are remembered and can be added back.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core import (
    Actor,
    Conflict,
    Invalid,
    Refused,
    advance_all,
    begin_all,
    get_setting,
    guest_codes,
    transactional,
)
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.making import APPROVE, Extras, add_booking, asked_on, read_extras
from plugins.rooms.booking.occurrences import (
    Booked,
    block,
    booked,
    or_alternatives,
    require_own,
    tell_confirmed,
)
from plugins.rooms.booking.recurrence import Rule, days_of, rule_text
from plugins.rooms.booking.rules import (
    OWN,
    BookingRequest,
    Errors,
    Organiser,
    Who,
    Wish,
    check_bookable,
    check_people,
    check_quota,
    check_time,
    check_title,
    collect,
    organiser_as_booked,
    organiser_of,
    read_time,
    shape_errors,
)
from plugins.rooms.booking.series_dates import SeriesConflict, SeriesDate, keep_skipped, look, refuse_unless_free
from plugins.rooms.models import Booking, Occurrence, OccurrenceResource, Series, Skipped
from plugins.rooms.places.equipment import check_equipment
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan
from plugins.rooms.texts import _

LIVE = ("requested", "held", "confirmed", "checked_in", "finished", "unattended")


@dataclass(frozen=True)
class BookedSeries:
    """What came of booking a series: its first occurrence, how many there are, and a new guest's code, given only here."""

    booking_id: int
    occurrence_id: int
    count: int
    state: str
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The values as `request_key.once` keeps them."""
        return asdict(self)


@dataclass(frozen=True)
class Looked:
    """All dates of a series that is not booked yet, and the months or years (year, month or 0) in which it has none."""

    dates: Sequence[SeriesDate]
    gaps: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class _Asked:
    """What is asked for, once it has been checked."""

    plan: Plan
    room: RoomFacts
    organiser: Organiser
    wish: Wish
    days: Sequence[datetime.date]
    gaps: Sequence[tuple[int, int]]

    @property
    def wishes(self) -> list[Wish]:
        return [Wish(day, self.wish.start, self.wish.end) for day in self.days]


# --------------------------------------------------------------------------- looking and booking


def look_at_series(
    actor: Actor, room_id: int, rule: Rule, asked: BookingRequest, *, skip: Collection[datetime.date] = ()
) -> Looked:
    """Every date of the series that starts on `asked.date`, with its state, as it would be booked now; writes nothing.

    Raises one `Invalid` with everything that must be corrected (the fields of `book`, and every, interval, until, times,
    dates of the rule), `Refused`, `Forbidden`, `NotFound`.
    """
    errors: Errors = {}
    collect(errors, lambda: check_title(asked.title))
    collect(errors, lambda: asked_on(asked.requested_on))
    chosen = collect(errors, lambda: check_equipment(actor, asked.equipment)) or ()
    wish = collect(errors, lambda: read_time(asked.date, asked.start, asked.end))
    if wish is None:
        collect(errors, lambda: organiser_of(actor, asked))
        raise Invalid(errors)
    checked = collect(errors, lambda: _asked(actor, room_id, wish, rule, asked.people, asked))
    if errors or checked is None:
        raise Invalid(errors)
    dates = look(actor, checked.plan, checked.room, checked.wishes, checked.organiser, resources=chosen, skip=skip)
    return Looked(dates, checked.gaps)


def book_series(
    actor: Actor, room_id: int, rule: Rule, asked: BookingRequest, *, skip: Collection[datetime.date] = ()
) -> BookedSeries:
    """Book a room on every day of the rule but those in `skip`, in one transaction: all of them or none.

    The rule starts on `asked.date`; equipment is taken together with the room on each of them. In a room that needs
    approval the whole series is one request, unless the actor may approve. Raises like `look_at_series`, and
    `SeriesConflict` when a date that is not skipped cannot be had.
    """
    extras, wish = read_extras(actor, asked), read_time(asked.date, asked.start, asked.end)
    return book_series_wish(actor, room_id, wish, rule, extras, asked, skip=skip)


def book_series_wish(
    actor: Actor,
    room_id: int,
    wish: Wish,
    rule: Rule,
    extras: Extras,
    who: Who = OWN,
    *,
    skip: Collection[datetime.date] = (),
) -> BookedSeries:
    """Like `book_series`, with the time read already; `extras.resources` are taken on each date too."""
    try:
        return _book(actor, room_id, wish, rule, extras, who, frozenset(skip))
    except slots.Taken:
        # Only where a second process books past our lock: the guard refused, and everything was rolled back.
        asked = _asked(actor, room_id, wish, rule, extras.people, who)
        dates = look(
            actor, asked.plan, asked.room, asked.wishes, asked.organiser, resources=extras.resources, skip=skip
        )
        raise SeriesConflict(dates) from None


def _asked(actor: Actor, room_id: int, wish: Wish, rule: Rule, people: int | None, who: Who) -> _Asked:
    errors: Errors = {}
    found = collect(errors, lambda: days_of(rule, wish.day))
    days = found.days if found is not None else (wish.day,)
    plan = load_plan(str(actor.community), days[0], days[-1])
    room = plan.room(room_id)
    organiser = collect(errors, lambda: organiser_of(actor, who))
    if organiser is not None:
        collect(errors, lambda: check_bookable(room, actor, organiser))
    collect(errors, lambda: check_people(people, room.seats))
    for name, texts in shape_errors(room, wish, get_setting("rooms.step", actor.community)).items():
        errors.setdefault(name, []).extend(texts)
    if errors or organiser is None or found is None:
        raise Invalid(errors)
    return _Asked(plan, room, organiser, wish, days, found.gaps)


@transactional
def _book(
    actor: Actor, room_id: int, wish: Wish, rule: Rule, extras: Extras, who: Who, skip: frozenset[datetime.date]
) -> BookedSeries:
    asked = _asked(actor, room_id, wish, rule, extras.people, who)
    room = asked.room
    lapse_holds(str(actor.community))
    dates = look(actor, asked.plan, room, asked.wishes, asked.organiser, resources=extras.resources, skip=skip)
    wanted = refuse_unless_free(dates, skip)
    if not wanted:
        raise Invalid({"days": [_("Please choose at least one date.")]})
    code = guest_codes.new_code() if asked.organiser.kind == "guest" else ""
    booking = add_booking(
        actor, asked.organiser, extras, code, confidential=bool(room.confidential), rule=rule_text(rule)
    )
    Series.insert(
        community=actor.community, booking_id=booking.id, room_id=room.id, first_day=wish.day, start_minute=wish.start,
        end_minute=wish.end,
    ).execute()  # fmt: skip
    keep_skipped(str(actor.community), booking.id, [date for date in dates if date.day in skip])
    resources = [*asked.plan.resources(room.id), *extras.resources]
    made = add_occurrences(actor, booking, room, wanted, resources)
    if not room.needs_approval or actor.can(APPROVE):
        confirm(actor, booking, made, resources, "book")
    return BookedSeries(booking.id, made[0].id, len(made), made[0].state, code)


def add_occurrences(
    actor: Actor,
    booking: Booking,
    room: RoomFacts,
    dates: Sequence[SeriesDate],
    resources: Sequence[int],
    replaces: Sequence[int | None] = (),
) -> list[Occurrence]:
    """New occurrences in the state `requested`, with what they need, in a few statements; `replaces` are those that each of
    them would move.
    """
    made = [
        Occurrence(
            community=booking.community, booking_id=booking.id, room_id=room.id, start_min=date.start_min,
            end_min=date.end_min, buffer_before=room.buffer_before, buffer_after=room.buffer_after, series_day=date.day,
            replaces=old,
        )
        for date, old in zip(dates, replaces or [None] * len(dates), strict=True)
    ]  # fmt: skip
    told = {"room_id": room.id, "days": [str(date.takes_place) for date in dates]}
    begin_all(actor, made, booking.ref, after=told)
    need_again(booking.community, [each.id for each in made], resources)
    return made


def need_again(community: str, occurrences: Sequence[int], resources: Sequence[int]) -> None:
    """Let many occurrences need exactly these resources; what they needed before must block nothing any more."""
    for first in range(0, len(occurrences), 200):
        some = occurrences[first : first + 200]
        OccurrenceResource.delete().where(
            OccurrenceResource.community == community, OccurrenceResource.occurrence_id.in_(some)
        ).execute()
        needs = [
            {"community": community, "occurrence_id": each, "resource_id": resource}
            for each in some
            for resource in sorted(set(resources))
        ]
        for place in range(0, len(needs), 200):
            OccurrenceResource.insert_many(needs[place : place + 200]).execute()


def confirm(
    actor: Actor,
    booking: Booking,
    occurrences: Sequence[Occurrence],
    resources: Sequence[int],
    verb: str,
    **fields: Any,
) -> None:
    """Take the slots of requests that need the same `resources`, then the step `verb` for all of them; raises
    `slots.Taken`.
    """
    slots.take_all(
        [
            (each.id, resources, each.start_min - each.buffer_before, each.end_min + each.buffer_after)
            for each in occurrences
        ]
    )
    advance_all(actor, occurrences, verb, booking.ref, **fields)
    for each in occurrences:
        tell_confirmed(each, booking)


# --------------------------------------------------------------------------- adding a date back


def add_back(
    actor: Actor,
    booking_id: int,
    day: datetime.date,
    *,
    room_id: int | None = None,
    wish: Wish | None = None,
    code: str = "",
) -> Booked:
    """Book a day that was skipped or cancelled after all: the organiser, a guest with `code`, or staff (`rooms.desk`).

    With a `wish` or a `room_id` at another time or in another room: it stands for that day, moved singly. Raises `Conflict`
    with `Alternatives` when it is taken, `Refused` when the series already takes place then or the room does not offer the
    time, `NotFound` for a day that is none of the series.
    """
    booking, series = load_series(actor, booking_id)
    require_own(actor, booking, "rooms.desk", code)
    where, when = room_id or series.room_id, wish or Wish(day, series.start_minute, series.end_minute)
    act = transactional(lambda actor: _add_back(actor, booking, series, day, where, when))
    others = others_of(booking)
    return or_alternatives(
        actor,
        where,
        when,
        lambda: act(actor),
        whose=lambda: organiser_as_booked(booking),
        people=booking.people or 0,
        also=others,
    )


def _add_back(actor: Actor, booking: Booking, series: Series, day: datetime.date, room_id: int, wish: Wish) -> Booked:
    of_series = Occurrence.of(booking.community).where(
        Occurrence.booking_id == booking.id, Occurrence.series_day == day
    )
    asked_for = Occurrence.replaces.is_null(False) & (Occurrence.state == "requested")
    if of_series.where(Occurrence.state.in_(LIVE), ~asked_for).exists():
        raise Refused(_("The series already takes place on this day."))
    skipped = Skipped.of(booking.community).where(Skipped.booking_id == booking.id, Skipped.day == day)
    if not skipped.exists() and not of_series.exists():
        raise Conflict(_("This day is none of the series."))
    plan = load_plan(booking.community, wish.day)
    room, organiser = plan.room(room_id), organiser_as_booked(booking)
    try:
        if room.id != series.room_id:
            check_bookable(room, actor, organiser)
            check_people(booking.people, room.seats)
        check_time(actor, plan, room, wish)
    except Invalid as error:
        raise Refused(str(error)) from None
    lapse_holds(booking.community)
    check_quota(booking.community, room, organiser, wish)
    Skipped.delete().where(Skipped.booking_id == booking.id, Skipped.day == day).execute()
    date = SeriesDate(day, wish.start_min, wish.end_min, "free")
    resources = [*plan.resources(room.id), *others_of(booking)]
    slots.refuse_taken(resources, wish.start_min - room.buffer_before, wish.end_min + room.buffer_after)
    (occurrence,) = add_occurrences(actor, booking, room, [date], resources)
    if room.needs_approval and not actor.can(APPROVE):
        return booked(occurrence)
    occurrence = block(actor, occurrence, "book")
    tell_confirmed(occurrence, booking)
    return booked(occurrence)


_OTHERS = """
    SELECT DISTINCT n.resource_id FROM rooms_occurrence o
        JOIN rooms_occurrence_resource n ON n.occurrence_id=o.id JOIN rooms_resource r ON r.id=n.resource_id
    WHERE o.community=? AND o.booking_id=? AND r.kind<>'room' ORDER BY n.resource_id
"""


def others_of(booking: Booking) -> list[int]:
    """The people and equipment a booking needs besides its room."""
    return [row[0] for row in slots.rows(_OTHERS, booking.community, booking.id)]


def load_series(actor: Actor, booking_id: int) -> tuple[Booking, Series]:
    """A booking of the actor's community with what makes it a series; raises `NotFound`."""
    return Booking.get_of(actor.community, booking_id), Series.get_of(actor.community, booking_id)
