"""The tables of messages to residents and of how people want to be reached: fields only. See `messages` and `contact`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import peewee

from core.clock import local_day
from core.plugin.declarations import State
from core.store.community import CommunityModel
from core.store.db import BaseModel, Day, Flag, Integer, Text, Utc, now
from core.text import _

MESSAGE = "core.message"
STATES: Mapping[str, State] = {
    state.name: state
    for state in (
        State("waiting", _("To be delivered later"), "clock", "info"),
        State("delivered", _("Delivered"), "mail", "ok"),
        State("silent", _("Not told: has died or moved away"), "ban", "plain", final=True),
        State("withdrawn", _("Withdrawn"), "undo-2", "plain", final=True),
    )
}
# A delivery this much later than asked for says so: the computer slept, or its clock was wrong.
LATE_MS = 60 * 60_000


class Message(CommunityModel):
    """Something one person is to be told: one per subject, `reason_key` and `recipient`, delivered at `due_at` (ms UTC).

    `recipient` is the text form of a `Ref`: of a resident, an account, or of the record in which a guest left name and
    phone. `state`: waiting (in the outbox), delivered, silent (the person had died or moved away) or withdrawn. `know_by`
    is the day by which the person should know, `required` what the law makes us tell whatever they prefer. `start_min` and
    `end_min` (UTC minutes) make it an appointment. `only_here`: read in the application or not at all; nobody is called. `hall_number` is a number of `hall_day` for the screen in the hall.
    """

    kind = MESSAGE

    subject = Text()
    reason_key = Text()
    recipient = Text()
    person_id = Integer(null=True)
    account_id = Integer(null=True)
    name = Text()
    phone = Text(default="")
    title = Text()
    text = Text()
    required = Flag(default=False)
    start_min = Integer(null=True)
    end_min = Integer(null=True)
    place = Text(default="")
    due_at = Utc()
    know_by = Day(null=True)
    state = Text(default="waiting")
    delivered_at = Utc(null=True)
    in_hall = Flag(default=False)
    hall_day = Day(null=True)
    hall_number = Integer(null=True)
    read_at = Utc(null=True)
    told_at = Utc(null=True)
    told_how = Text(default="")
    printed_at = Utc(null=True)
    only_here = Flag(default=False)
    note = Text(default="")
    created_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "message"

    @property
    def is_late(self) -> bool:
        """Whether it was delivered, or is still waiting, more than an hour after its time."""
        return (now() if self.delivered_at is None else self.delivered_at) - self.due_at > LATE_MS

    @property
    def due_day(self) -> datetime.date:
        """The local day on which it was to be delivered."""
        return local_day(self.due_at)

    @property
    def is_told(self) -> bool:
        """Whether the person knows: was told, or read it."""
        return self.told_at is not None or self.read_at is not None


class ContactPreference(BaseModel):
    """How a person wants to be reached: `way` is phone, paper, in_app or none; `asked_how` self or counter."""

    community = Text()
    person_id = Integer()
    way = Text()
    asked_how = Text()
    by_account = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "contact_preference"
        primary_key = peewee.CompositeKey("community", "person_id")
