"""Ending a series: giving up every date to come, or those from one on, and taking back a change that was asked for."""

from __future__ import annotations

import datetime

from core import Actor, Invalid, Refused, advance_all, tell_followers, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import CANCEL
from plugins.rooms.booking.occurrences import decided, require_own, room_name, tell_cancelled
from plugins.rooms.booking.recurrence import read_rule, rule_text, split_rule
from plugins.rooms.booking.series import load_series
from plugins.rooms.booking.series_goes_on import answered
from plugins.rooms.booking.series_place import changes_asked_for, days_before, to_come, withdraw_all_changes
from plugins.rooms.booking.telling import CANCELLED, DECIDED, MOVED, REMINDER, no_longer_true, tell_organiser
from plugins.rooms.models import Skipped
from plugins.rooms.texts import _


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
    withdraw_all_changes(actor, booking, [each.id for each in ended])
    confirmed = [each for each in ended if each.state == "confirmed"]
    slots.release_all([each.id for each in confirmed])
    fields = {"reason": reason.strip(), **decided(actor)}
    advance_all(actor, confirmed, "cancel", booking.ref, **fields)
    advance_all(actor, [each for each in ended if each.state == "requested"], "withdraw", booking.ref)
    if since is not None and days_before(booking, since):
        before, _after, _begins = split_rule(read_rule(booking.rule), series.first_day, since)
        booking.rule = rule_text(before)
        booking.save()
        Skipped.delete().where(Skipped.booking_id == booking.id, Skipped.day >= since).execute()
    for each in ended:
        no_longer_true(actor, each, DECIDED, MOVED, REMINDER)
    for each in confirmed:
        tell_cancelled(each, booking, reason.strip())
    room = room_name(actor, series.room_id)
    what = _("%(room)s, %(count)d dates", room=room, count=len(ended))
    why = _("Regular booking cancelled: %(what)s. Reason: %(reason)s", what=what, reason=reason.strip() or "—")
    if not own and not told:
        tell_organiser(actor, ended[0], booking, CANCELLED, why)
    tell_followers(actor, ended[0].ref, CANCELLED, why)
    return len(ended)


@transactional
def withdraw_series_change(actor: Actor, booking_id: int, *, code: str = "") -> int:
    """Take back the changes that were asked for and wait for a decision; the dates stay as they are. Returns how many.

    The organiser, a guest with `code`, or staff (`rooms.desk`). Raises `Refused` when nothing waits, `Forbidden`, `NotFound`.
    """
    booking, _series = load_series(actor, booking_id)
    require_own(actor, booking, "rooms.desk", code)
    waiting = changes_asked_for(booking)
    if not waiting:
        raise Refused(_("No change of this series waits for a decision."))
    advance_all(actor, waiting, "withdraw", booking.ref)
    return len(waiting)
