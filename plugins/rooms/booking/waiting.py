"""The waiting list 候补: putting oneself on it, answering an offer, what staff decide about it, and its end.

A wish is a booking without a time as yet; the offer is a hold of that booking. Taking an offer is `take_hold`, giving it up
is `cancel`: the entry follows (`holds.answer_offer`). Who is offered what is decided in `offering`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core import (
    Actor,
    Invalid,
    Refused,
    advance,
    begin,
    emit,
    guest_codes,
    next_number,
    note_told,
    now,
    today,
    transactional,
)
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import APPROVE, cancel, organiser_as_booked
from plugins.rooms.booking.holds import lapse_holds, offer_of, start_clocks
from plugins.rooms.booking.making import Extras, add_booking, asked_on
from plugins.rooms.booking.occurrences import load, owns, require_own
from plugins.rooms.booking.offering import day_of, free_for, offer, offer_freed
from plugins.rooms.booking.rules import (
    Errors,
    Organiser,
    Who,
    Wish,
    check_bookable,
    check_people,
    check_time,
    check_title,
    collect,
    holder_of,
    organiser_of,
    read_time,
)
from plugins.rooms.booking.telling import OFFERED, no_longer_true
from plugins.rooms.clock import now_minute
from plugins.rooms.contracts import WaitingUnmet
from plugins.rooms.models import Booking, Occurrence, Waiting
from plugins.rooms.places.hours import Plan, load_plan
from plugins.rooms.places.units import decider, require_decider
from plugins.rooms.states import DECIDE
from plugins.rooms.texts import _

MOST_OPEN = 10
_AHEAD_DAYS = 731


@dataclass(frozen=True)
class Joined:
    """An entry just made: its number, and a new guest's short code, given only here."""

    waiting_id: int
    number: int
    code: str = ""


@dataclass(frozen=True)
class WaitingWish:
    """What somebody waits for, as typed: a day, the earliest start and the latest end (`HH:MM`), how long (None: all of it).

    Without `room_id` any room does that has the seats and `features`.
    """

    date: str
    start: str
    end: str
    minutes: int | None = None
    room_id: int | None = None
    features: tuple[str, ...] = ()


# --------------------------------------------------------------------------- getting on it


@transactional
def join_waiting(
    actor: Actor,
    wish: WaitingWish,
    *,
    who: Who,
    title: str = "",
    people: int | None = None,
    requested_on: str = "",
) -> Joined:
    """Put somebody on the waiting list; whose wish it is follows the same rules as a booking's (`making.book`).

    Raises `Invalid` (date, start, end, minutes, title, people, guest_name, guest_phone, requested_on), `Forbidden`,
    `NotFound`, and `Refused` for a time that is free, a room not for this organiser and somebody who waits already.
    """
    errors: Errors = {}
    community = str(actor.community)
    checked_title = collect(errors, lambda: check_title(title))
    asked = collect(errors, lambda: asked_on(requested_on))
    organiser = collect(errors, lambda: organiser_of(actor, who))
    window = collect(errors, lambda: read_time(wish.date, wish.start, wish.end))
    plan = load_plan(community, window.day if window else today())
    room = plan.room(wish.room_id) if wish.room_id is not None else None
    collect(errors, lambda: check_people(people, room.seats if room else None))
    if room and organiser:
        collect(errors, lambda: check_bookable(room, actor, organiser))
    if window:
        collect(errors, lambda: _check_window(actor, plan, wish, window))
    if errors or window is None or organiser is None:
        raise Invalid(errors)
    _refuse_twice(community, organiser, wish, window)
    code = guest_codes.new_code() if organiser.kind == "guest" else ""
    extras = Extras(checked_title or "", people=people, requested_on=asked)
    booking = add_booking(actor, organiser, extras, code, confidential=bool(room and room.confidential))
    entry = Waiting(
        community=community, number=next_number(community, today().year, "rooms.waiting"), booking_id=booking.id,
        room_id=wish.room_id, from_min=window.start_min, until_min=window.end_min,
        minutes=wish.minutes or window.minutes, features=list(wish.features), state="waiting",
    )  # fmt: skip
    _refuse_free(entry, booking, plan)
    entry = begin(actor, entry)
    return Joined(entry.id, entry.number, code)


def _check_window(actor: Actor, plan: Plan, wish: WaitingWish, window: Wish) -> None:
    minutes = wish.minutes or window.minutes
    if not 5 <= minutes <= window.minutes:
        raise Invalid({"minutes": [_("It must fit between the earliest start and the latest end.")]})
    if wish.room_id is not None:
        first = Wish(window.day, window.start, window.start + minutes)
        check_time(actor, plan, plan.room(wish.room_id), first)
    elif window.end_min <= now_minute() or window.day < today():
        raise Invalid({"date": [_("This date is past.")]})
    elif window.day > today() + datetime.timedelta(days=_AHEAD_DAYS):
        raise Invalid({"date": [_("This is too far ahead.")]})


def _refuse_twice(community: str, organiser: Organiser, wish: WaitingWish, window: Wish) -> None:
    """One wish waits once: whoever asks for three rooms at a time takes “any suitable room”."""
    if organiser.kind == "staff":
        return
    ahead = Waiting.of(community).where(Waiting.state.in_(("waiting", "offered")), Waiting.until_min > now_minute())
    mine = [entry for entry in list(ahead) if _holder(entry) == holder_of(organiser)]
    same = [
        entry
        for entry in mine
        if entry.from_min < window.end_min
        and entry.until_min > window.start_min
        and (entry.room_id is None or wish.room_id is None or entry.room_id == wish.room_id)
    ]
    if same:
        raise Refused(
            _("This is on the waiting list already, as number %(number)d.", number=same[0].number),
            advice=_("Nothing more needs to be done: we let you know as soon as a time becomes free."),
        )
    if len(mine) >= MOST_OPEN:
        raise Refused(
            _("You wait for %(count)d times already.", count=len(mine)),
            advice=_("Please leave the list for one of them first."),
        )


def _holder(entry: Waiting) -> tuple[str, str | int]:
    return holder_of(organiser_as_booked(Booking.get_of(entry.community, entry.booking_id)))


def _refuse_free(entry: Waiting, booking: Booking, plan: Plan) -> None:
    """Whoever can have it now shall not wait for it."""
    free = next(iter(free_for(entry, booking, plan, approved=True)), None)
    if free is not None:
        raise Refused(
            _("%(room)s is free then: nobody has to wait.", room=free.room.name),
            advice=_("Please book it."),
        )


# --------------------------------------------------------------------------- the person


def note_opened(actor: Actor, occurrence_id: int, code: str = "") -> None:
    """The person looks at the page of what is held for them: they know now, and their time to answer runs.

    A trace like the log of views; does nothing for staff, for a booking that is not an offer, and the second time.
    """
    occurrence, booking = load(actor, occurrence_id)
    entry = offer_of(occurrence)
    if entry is not None and entry.contacted_at is None and owns(actor, booking, code):
        _note_told(actor, occurrence, "read")


@transactional
def _note_told(actor: Actor, occurrence: Occurrence, how: str) -> None:
    note_told(actor, occurrence.ref, OFFERED, how)
    start_clocks(actor)


@transactional
def leave_waiting(actor: Actor, waiting_id: int, *, code: str = "") -> None:
    """Leave the list, or give up what is offered: the person, or a guest with `code`. Raises `Forbidden`, `Refused`."""
    entry, booking = _load(actor, waiting_id)
    require_own(actor, booking, DECIDE, code)
    if entry.state == "offered":
        cancel(actor, entry.occurrence_id, reason=str(_("Declined")), code=code)
    else:
        advance(actor, entry, "leave")


def _load(actor: Actor, waiting_id: int) -> tuple[Waiting, Booking]:
    entry: Waiting = Waiting.get_of(actor.community, waiting_id)
    return entry, Booking.get_of(actor.community, entry.booking_id)


# --------------------------------------------------------------------------- staff, and stewards for their rooms


def _to_decide(actor: Actor, waiting_id: int) -> tuple[Actor, Waiting, Booking]:
    """The actor with the right to decide on an entry, and the entry: any for whoever holds `rooms.waiting.decide`, for a
    unit's steward (`places.units`) those that wait for a room of theirs, not for any suitable one.
    """
    require_decider(actor, DECIDE)
    entry, booking = _load(actor, waiting_id)
    if entry.room_id is None:
        actor.require(DECIDE)
        return actor, entry, booking
    return decider(actor, entry.room_id, DECIDE), entry, booking


@transactional
def told_waiting(actor: Actor, waiting_id: int) -> None:
    """Somebody of the office has told the person of the offer at the counter: the time to answer runs from now.

    Raises `Forbidden`, `Refused` when nothing is offered or they know already.
    """
    actor, entry, _booking = _to_decide(actor, waiting_id)
    if entry.state != "offered" or entry.contacted_at is not None:
        raise Refused(_("There is nothing to tell."))
    _note_told(actor, Occurrence.get_of(actor.community, entry.occurrence_id), "in_person")


@transactional
def offer_waiting(actor: Actor, waiting_id: int) -> None:
    """Offer a time to this one now, in turn or not; with the right to approve also in a room that needs approval.

    Raises `Forbidden`, and `Refused` while nothing that suits is free.
    """
    actor, _entry, _booking = _to_decide(actor, waiting_id)
    lapse_holds(str(actor.community))
    entry, booking = _load(actor, waiting_id)
    plan = load_plan(str(actor.community), day_of(entry))
    if entry.state != "waiting" or offer(actor, entry, booking, plan, approved=actor.can(APPROVE)) is None:
        raise Refused(
            _("Nothing that suits is free now."),
            advice=_("It stays on the list and is offered a time as soon as one becomes free."),
        )


@transactional
def skip_waiting(actor: Actor, waiting_id: int) -> None:
    """Take an offer back and ask the next one, because nobody can be reached; the entry stays, to be offered by hand only."""
    actor, entry, _booking = _to_decide(actor, waiting_id)
    advance(actor, entry, "skip", skipped_at=now())
    _drop_hold(actor, entry, "lapse")


@transactional
def remove_waiting(actor: Actor, waiting_id: int, reason: str) -> None:
    """Take somebody off the list; `reason` says why. What was held for them is offered to the next one.

    Raises `Invalid` (reason), `Forbidden`, `Refused` for an entry that is closed.
    """
    actor, entry, _booking = _to_decide(actor, waiting_id)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why.")]})
    was_offered = entry.state == "offered"
    advance(actor, entry, "remove", reason=reason.strip()[:200])
    if was_offered:
        _drop_hold(actor, entry, "cancel")


def _drop_hold(actor: Actor, entry: Waiting, verb: str) -> None:
    occurrence: Occurrence = Occurrence.get_of(actor.community, entry.occurrence_id)
    slots.release(occurrence.id)
    advance(actor, occurrence, verb)
    no_longer_true(actor, occurrence, OFFERED)


# --------------------------------------------------------------------------- time


def tend_waiting(actor: Actor) -> str:
    """The job `rooms.waiting`: the safety net under the offers made when something becomes free.

    Holds that ran out go to the next one, what opened otherwise (longer hours, a new room) is offered, and entries whose
    time is over are closed; who was never offered anything counts as unmet demand. Returns how many were offered a time.
    """
    community = str(actor.community)
    lapse_holds(community)
    _close_past(actor)
    offered = _offer_all(actor)
    return str(offered) if offered else ""


@transactional
def _offer_all(actor: Actor) -> int:
    first = now_minute()
    return offer_freed(str(actor.community), first, first + _AHEAD_DAYS * 1440)


@transactional
def _close_past(actor: Actor) -> None:
    """Whose latest start is past cannot be served any more."""
    over = Waiting.of(actor.community).where(
        Waiting.state == "waiting", Waiting.until_min - Waiting.minutes < now_minute()
    )
    for entry in list(over):
        never = entry.offered_at is None
        advance(actor, entry, "close")
        if never:
            people = Booking.get_of(entry.community, entry.booking_id).people
            emit(
                entry.community,
                WaitingUnmet(
                    waiting_id=entry.id, room_id=entry.room_id, from_min=entry.from_min, until_min=entry.until_min,
                    minutes=entry.minutes, people=people,
                ),
            )  # fmt: skip
