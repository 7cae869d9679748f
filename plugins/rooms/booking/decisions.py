"""What staff decide about requests, and what time decides: approve, refuse, expire."""

from __future__ import annotations

from core import Actor, Invalid, LazyText, Refused, advance, tell_followers, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import lapse_holds
from plugins.rooms.booking.occurrences import (
    Booked,
    block,
    booked,
    decided,
    load,
    or_alternatives,
    room_name,
    tell_confirmed,
    tell_moved,
)
from plugins.rooms.booking.rules import Wish, organiser_as_booked
from plugins.rooms.booking.telling import (
    CANCELLED,
    DECIDED,
    EXPIRED,
    MOVED,
    REMINDER,
    no_longer_true,
    place_and_time,
    tell_organiser,
)
from plugins.rooms.clock import local_span, now_minute
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.places.units import decider, require_decider
from plugins.rooms.texts import _

APPROVE = "rooms.booking.approve"


def approve(actor: Actor, occurrence_id: int) -> Booked:
    """Confirm a request, or the change of a booking that a request stands for.

    Whoever holds `rooms.booking.approve`, and the steward of the room's venue (`places.units`). Raises `Conflict` with
    `Alternatives` when the time was taken meanwhile, `Refused` when it is past, `Forbidden`.
    """
    require_decider(actor)
    occurrence, booking = load(actor, occurrence_id)
    wish = Wish(*local_span(occurrence.start_min, occurrence.end_min))
    return or_alternatives(
        actor,
        occurrence.room_id,
        wish,
        lambda: _approve(actor, occurrence_id),
        whose=lambda: organiser_as_booked(booking),
        people=booking.people or 0,
        leaving_out=occurrence.replaces,
    )


@transactional
def _approve(actor: Actor, occurrence_id: int) -> Booked:
    occurrence, booking = load(actor, occurrence_id)
    actor = decider(actor, occurrence.room_id)
    _refuse_part(occurrence, booking)
    if occurrence.state == "requested" and occurrence.start_min <= now_minute():
        raise Refused(_("The time of this request is past."), advice=_("Ask the organiser to choose another time."))
    lapse_holds(occurrence.community)
    old = Occurrence.get_of(actor.community, occurrence.replaces) if occurrence.replaces else None
    if old is None or old.state != "confirmed":
        occurrence = block(actor, occurrence, "approve", **decided(actor))
        tell_confirmed(occurrence, booking)
        _call_approved(actor, occurrence, booking)
        return booked(occurrence)
    slots.release(old.id)
    advance(actor, old, "cancel", reason=str(_("Moved to another time")), **decided(actor))
    occurrence = block(actor, occurrence, "approve", **decided(actor))
    tell_moved((old.room_id, old.start_min, old.end_min), occurrence, booking)
    no_longer_true(actor, old, DECIDED, CANCELLED, MOVED, REMINDER)
    _call_approved(actor, occurrence, booking)
    return booked(occurrence)


def _call_approved(actor: Actor, occurrence: Occurrence, booking: Booking) -> None:
    what = place_and_time(room_name(actor, occurrence.room_id), occurrence)
    why = _("Booking approved: %(what)s.", what=what)
    tell_organiser(actor, occurrence, booking, DECIDED, why)
    tell_followers(actor, occurrence.ref, DECIDED, why)


@transactional
def refuse(actor: Actor, occurrence_id: int, reason: str) -> bool:
    """Refuse a request; returns whether somebody is to be told of it (`tell_organiser`). Who may is as in `approve`.

    Raises `Invalid` (reason) without a reason, `Forbidden`, `Refused` when it is decided already.
    """
    require_decider(actor)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why, so that the organiser understands.")]})
    occurrence, booking = load(actor, occurrence_id)
    actor = decider(actor, occurrence.room_id)
    _refuse_part(occurrence, booking)
    occurrence = advance(actor, occurrence, "refuse", reason=reason.strip(), **decided(actor))
    what = place_and_time(room_name(actor, occurrence.room_id), occurrence)
    why = _("Booking not approved: %(what)s. Reason: %(reason)s", what=what, reason=reason.strip())
    tell_followers(actor, occurrence.ref, DECIDED, why)
    return tell_organiser(actor, occurrence, booking, DECIDED, why)


def _refuse_part(occurrence: Occurrence, booking: Booking) -> None:
    """What waits of a series is decided together, also changes of its dates (`series_decisions`)."""
    if booking.rule and occurrence.state == "requested":
        raise Refused(
            _("This is one date of a regular booking."), advice=_("Please decide on all of its dates together.")
        )


@transactional
def expire(actor: Actor) -> int:
    """The job `rooms.expire`: requests whose time has come without a decision, and holds that have run out.

    Whoever asked and got no answer is owed one: they come onto the list of calls.
    """
    lapsed = lapse_holds(str(actor.community))
    query = Occurrence.of(actor.community).where(Occurrence.state == "requested", Occurrence.start_min <= now_minute())
    expired = list(query)
    for each in expired:
        occurrence, booking = load(actor, each.id)
        advance(actor, occurrence, "expire")
        what = place_and_time(room_name(actor, occurrence.room_id), occurrence)
        tell_organiser(actor, occurrence, booking, EXPIRED, _not_decided(occurrence, booking, what))
    return lapsed + len(expired)


def _not_decided(occurrence: Occurrence, booking: Booking, what: str) -> LazyText:
    """A series expires date by date: whoever waits for the others must not think that all is lost."""
    if occurrence.replaces is not None:
        return _("We did not decide on this change in time, and we are sorry: %(what)s. Your booking stays as it was.",
                 what=what)  # fmt: skip
    of_series = Occurrence.of(booking.community).where(
        Occurrence.booking_id == booking.id, Occurrence.start_min > now_minute()
    )
    left = of_series.where(Occurrence.state == "requested").count()
    # Of a series that goes on one date is missing, as of a single booking: it was not the last one.
    if not booking.rule or (not left and of_series.where(Occurrence.state == "confirmed").exists()):
        return _("We did not decide on this request in time, and we are sorry: %(what)s.", what=what)
    if not left:
        return _("We did not decide on the last date of your regular booking in time, and we are sorry: %(what)s.",
                 what=what)  # fmt: skip
    return _("We did not decide on one date of your regular booking in time, and we are sorry: %(what)s. %(left)d later "
             "dates still wait for a decision.", what=what, left=left)  # fmt: skip
