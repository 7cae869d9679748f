"""The states of an occurrence and the steps between them, as data (ROOMS.md, "States of an occurrence").

Who may take a step on whose booking is decided in the services; here stands which steps exist.
"""

from __future__ import annotations

from core import State, Transition, Workflow
from plugins.rooms.models import Occurrence, Waiting
from plugins.rooms.texts import _

BLOCKING = ("held", "confirmed", "checked_in", "finished", "unattended")
"""States in which an occurrence has its slots (the past keeps them); everything else blocks nothing."""

AHEAD = ("requested", "held", "confirmed", "checked_in")
"""States in which something is still to come of an occurrence, while its time is not over."""

OVER = ("finished", "unattended")
"""States in which it is over, though its time may not be: who finished early left the rest to others."""

STATES = (
    State("requested", _("Waiting for approval"), icon="clock", tint="warn"),
    State("held", _("Held for you"), icon="clock", tint="info"),
    State("confirmed", _("Confirmed"), icon="circle-check", tint="ok"),
    State("checked_in", _("Checked in"), icon="user-round-check", tint="ok"),
    State("finished", _("Finished"), icon="square-check", final=True),
    State("unattended", _("Nobody checked in"), icon="user-x", tint="warn"),
    State("refused", _("Refused"), icon="circle-x", tint="bad", final=True),
    State("withdrawn", _("Withdrawn"), icon="undo-2", final=True),
    State("expired", _("Not decided in time"), icon="clock", tint="bad", final=True),
    State("lapsed", _("Offer lapsed"), icon="clock", final=True),
    State("cancelled", _("Cancelled"), icon="circle-x", final=True),
    State("displaced", _("Needed by the community"), icon="circle-alert", tint="bad", final=True),
)

OCCURRENCE = Workflow(
    name="rooms.occurrence",
    model=Occurrence,
    states=STATES,
    initial="requested",
    transitions=(
        Transition("book", "requested", "confirmed", label=_("Book")),
        Transition("hold", "requested", "held", label=_("Hold"), required=("held_until",)),
        Transition("take", "held", "confirmed", label=_("Take the offer")),
        Transition("lapse", "held", "lapsed", label=_("Let the offer lapse")),
        Transition("approve", "requested", "confirmed", permission="rooms.booking.approve", label=_("Approve")),
        Transition(
            "refuse",
            "requested",
            "refused",
            permission="rooms.booking.approve",
            label=_("Refuse"),
            required=("reason",),
        ),
        Transition("withdraw", "requested", "withdrawn", label=_("Withdraw")),
        Transition("expire", "requested", "expired", label=_("Expire")),
        Transition("cancel", ("held", "confirmed"), "cancelled", label=_("Cancel")),
        Transition("check_in", "confirmed", "checked_in", label=_("Check in"), required=("checked_in_at",)),
        Transition("undo_check_in", "checked_in", "confirmed", permission="rooms.desk", label=_("Undo the check-in")),
        Transition("finish", ("confirmed", "checked_in"), "finished", label=_("Finish"), required=("finished_at",)),
        Transition(
            "enter_past",
            "requested",
            "finished",
            permission="rooms.desk",
            label=_("Enter past use"),
            required=("finished_at",),
        ),
        Transition("miss", "confirmed", "unattended", label=_("Nobody checked in")),
        Transition("expect_again", "unattended", "confirmed", permission="rooms.desk", label=_("They may still come")),
        Transition(
            "attest",
            "unattended",
            "finished",
            permission="rooms.desk",
            label=_("They were there"),
            required=("finished_at",),
        ),
        Transition(
            "displace",
            "confirmed",
            "displaced",
            permission="rooms.booking.displace",
            label=_("The community needs the room"),
            required=("reason",),
        ),
    ),
)

DECIDE = "rooms.waiting.decide"

WAITING_STATES = (
    State("waiting", _("Waiting"), icon="hourglass", tint="warn"),
    State("offered", _("A time is held"), icon="bell", tint="info"),
    State("taken", _("Took the time"), icon="circle-check", tint="ok", final=True),
    State("declined", _("Did not want it"), icon="undo-2", final=True),
    State("lapsed", _("Did not answer in time"), icon="clock", final=True),
    State("left", _("Left the list"), icon="undo-2", final=True),
    State("removed", _("Taken off the list"), icon="circle-x", tint="bad", final=True),
    State("unmet", _("No time became free"), icon="calendar-x", tint="bad", final=True),
)

WAITING = Workflow(
    name="rooms.waiting",
    model=Waiting,
    states=WAITING_STATES,
    initial="waiting",
    transitions=(
        Transition("offer", "waiting", "offered", label=_("Offer a time"), required=("occurrence_id",)),
        Transition("take", "offered", "taken", label=_("Take the offer")),
        Transition("decline", "offered", "declined", label=_("Decline the offer")),
        Transition("lapse", "offered", "lapsed", label=_("Let the offer lapse")),
        Transition("skip", "offered", "waiting", permission=DECIDE, label=_("Skip")),
        Transition("leave", "waiting", "left", label=_("Leave the list")),
        Transition(
            "remove", ("waiting", "offered"), "removed", permission=DECIDE, label=_("Take off the list"),
            required=("reason",),
        ),
        Transition("close", "waiting", "unmet", label=_("Close without a time")),
    ),
)  # fmt: skip


def last_minute(start_min: int, end_min: int, finished_at: int | None) -> int:
    """The UTC minute until which an occurrence has its time: the booked end, or the actual one where that was earlier.

    `finished_at` (ms) is when they left or, where nobody came, when the rest was given to others; at least one minute
    remains. The slots reach from `start_min` less the buffer before to this minute plus the buffer after.
    """
    if finished_at is None:
        return end_min
    return min(end_min, max(start_min + 1, -(-finished_at // 60_000)))
