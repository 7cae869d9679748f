"""The states of an occurrence and the steps between them, as data (ROOMS.md, "States of an occurrence").

Who may take a step on whose booking is decided in the services; here stands which steps exist.
"""

from __future__ import annotations

from core import State, Transition, Workflow
from plugins.rooms.models import Occurrence
from plugins.rooms.texts import _

BLOCKING = ("held", "confirmed")
"""States in which an occurrence has its slots; everything else blocks nothing."""

STATES = (
    State("requested", _("Waiting for approval"), icon="clock", tint="warn"),
    State("held", _("Held for you"), icon="clock", tint="info"),
    State("confirmed", _("Confirmed"), icon="circle-check", tint="ok"),
    State("refused", _("Refused"), icon="circle-x", tint="bad", final=True),
    State("withdrawn", _("Withdrawn"), icon="undo-2", final=True),
    State("expired", _("Not decided in time"), icon="clock", tint="bad", final=True),
    State("lapsed", _("Offer lapsed"), icon="clock", final=True),
    State("cancelled", _("Cancelled"), icon="circle-x", final=True),
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
    ),
)
