"""The records of objections 异议 to notices, and their declared life. What may be done with them is in `filing`.

What everybody may read stands in `objection`; who objected, how they are reached and their own words in `objector`, so that
they can be erased without touching what was published. A draft is no objection yet: it lies in `objection_draft`, belongs
to one account and is neither numbered nor audited.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.plugin.declarations import Clock, State, Transition, Workflow
from core.plugin.events import event
from core.store.community import CommunityModel
from core.store.db import Day, Flag, Integer, Text, Utc, now
from core.text import Label, _

ENTER = "core.objections.enter"
ANSWER = "core.objections.answer"

MOST_WORDS, MOST_ANSWER = 2_000, 4_000
# How an objection came in. Those of `BY_STAFF` were entered by the office on somebody's behalf (代录).
CHANNELS: Mapping[str, Label] = {
    "account": _("With an account"),
    "guest": _("From a phone, without an account"),
    "paper": _("On paper"),
    "telephone": _("By telephone"),
    "counter": _("At the counter"),
}
BY_STAFF = ("paper", "telephone", "counter")
# What follows from an objection for what the notice said.
OUTCOMES: Mapping[str, Label] = {
    "stands": _("It stays as it was announced"),
    "amended": _("It is changed"),
    "withdrawn": _("It is taken back"),
}
ANSWER_CLOCK = Clock(5, working=True, roll_over=True)


class Objection(CommunityModel):
    """What everybody may read of an objection. The database keeps it from the moment it was filed.

    `serial` counts within the notice; `asked_on` is the day it was brought forward, `entered_at` the moment of entry and
    `entered_by` the member of staff who entered it (empty: the objector). `answer_by` is the last day for the answer, as it
    was when the clock began. `wording` is what is published of the objector's own words, with the answer, `shortened` whether
    something was left out of them. `days_late` counts the working days by which the answer (or the withdrawal) came after `answer_by`; None where it was in time.
    """

    kind = "core.objection"

    notice_id = Integer()
    serial = Integer()
    channel = Text()
    asked_on = Day()
    entered_at = Utc(default=now)
    entered_by = Text(default="")
    state = Text()
    due_day = Day(null=True)
    workflow_version = Integer(default=0)
    answer_by = Day(null=True)
    wording = Text(default="")
    shortened = Flag(default=False)
    answer = Text(default="")
    outcome = Text(default="")
    answered_at = Utc(null=True)
    answered_by = Text(default="")
    answered_account = Integer(null=True)
    withdrawn_at = Utc(null=True)
    days_late = Integer(null=True)

    class Meta:
        table_name = "objection"


class Objector(CommunityModel):
    """Who objected and in which words: for the office and the objector only. One for each objection."""

    kind = "core.objector"

    objection_id = Integer(primary_key=True)
    name = Text(default="")
    phone = Text(default="")
    person_id = Integer(null=True)
    account_id = Integer(null=True)
    code_digest = Text(null=True)
    words = Text()

    class Meta:
        table_name = "objector"


class ObjectionWord(CommunityModel):
    """A further word, never changed. `side` is `office` (an explanation, public) or `objector` (for the office only)."""

    kind = "core.objection_word"

    objection_id = Integer()
    side = Text()
    words = Text()
    by_account = Integer(null=True)
    by_label = Text(default="")
    at = Utc(default=now)

    class Meta:
        table_name = "objection_word"


class ObjectionDraft(CommunityModel):
    """What an account has written so far about a notice; seen by that account and nobody else."""

    kind = "core.objection_draft"

    account_id = Integer()
    notice_id = Integer()
    words = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "objection_draft"


# --------------------------------------------------------------------------- its life


@event("core.objection.filed/1")
class ObjectionFiled:
    """Somebody objected to a notice; `subject` is the text form of what the notice is about, or empty."""

    objection_id: int
    notice_id: int
    serial: int
    subject: str


@event("core.objection.answered/1")
class ObjectionAnswered:
    """An objection has its public answer; `outcome` is stands, amended or withdrawn."""

    objection_id: int
    notice_id: int
    serial: int
    outcome: str
    subject: str


OBJECTION = Workflow(
    "core.objection",
    Objection,
    states=(
        State("submitted", _("Waits for its answer"), "clock", "warn"),
        State("answered", _("Answered"), "check", "ok", final=True),
        State("withdrawn", _("Taken back by the objector"), "undo-2", "plain", final=True),
    ),
    transitions=(
        Transition(
            "answer", "submitted", "answered", ANSWER, _("Answer"), required=("wording", "answer", "outcome"),
            event=ObjectionAnswered,
        ),
        Transition("withdraw", "submitted", "withdrawn", "", _("Take back")),
    ),
    initial="submitted",
    clock_days=ANSWER_CLOCK,
    label=_("Objections to notices"),
)  # fmt: skip
