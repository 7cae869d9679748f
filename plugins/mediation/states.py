"""The states of a case, of an obligation and of a judicial confirmation, and the steps between them, as data (MEDIATION.md).

Who may touch a case at all is decided in `access`; what a step asks for is in `rules`. Acts and obstacles are told in the
audit log, so no step is given a reason in words: those are kept in the case.
"""

from __future__ import annotations

from core import Clock, State, Transition, Workflow
from plugins.mediation import rules
from plugins.mediation.models import Case, Confirmation, Obligation
from plugins.mediation.texts import _

WORK = "mediation.work"
OPEN_STATES = (
    "lead", "applied", "contacting", "accepted", "assigned", "scheduled", "in_mediation", "agreed_oral",
    "awaiting_signatures", "agreed_written", "performing", "fulfilled", "breached", "terminated", "closed",
)  # fmt: skip
"""States in which somebody still has something to do."""

STATES = (
    State("lead", _("A quarrel we heard of"), icon="info", tint="info"),
    State("applied", _("Applied for"), icon="file-text", tint="warn"),
    State("contacting", _("Asking the other side"), icon="phone", tint="warn"),
    State("accepted", _("Accepted"), icon="clipboard-check", tint="info"),
    State("assigned", _("Mediators assigned"), icon="user-round-check", tint="info"),
    State("scheduled", _("Meeting arranged"), icon="calendar-check", tint="info"),
    State("in_mediation", _("In mediation"), icon="messages-square", tint="info"),
    State("agreed_oral", _("Agreed orally"), icon="handshake", tint="ok"),
    State("awaiting_signatures", _("To be signed"), icon="signature", tint="warn"),
    State("agreed_written", _("Agreed in writing"), icon="handshake", tint="ok"),
    State("performing", _("Being kept"), icon="hourglass", tint="info"),
    State("fulfilled", _("Kept"), icon="circle-check", tint="ok"),
    State("breached", _("Not kept"), icon="circle-x", tint="bad"),
    State("closed", _("Closed, to be filed"), icon="archive", tint="info"),
    State("archived", _("Filed"), icon="archive", tint="ok", final=True),
    State("settled_on_the_spot", _("Settled on the spot"), icon="circle-check", tint="ok", final=True),
    State("transferred", _("Handed on"), icon="arrow-right", final=True),
    State("not_accepted", _("Not accepted"), icon="circle-x", final=True),
    State("withdrawn", _("Withdrawn"), icon="undo-2", final=True),
    State("terminated", _("Ended without agreement"), icon="circle-minus", tint="bad"),
)

_HERE = rules.by_this_step
# Given by the act when what the step is about is stored.
_DONE = ("done",)
# Whoever was entered after the acceptance is asked as well.
_AGREED_BY_ALL = (rules.all_consent, rules.consents_to_sensitive, rules.all_know_their_rights)
_IN_FORCE = ("performing", "fulfilled", "breached")
_BEFORE_END = ("accepted", "assigned", "scheduled", "in_mediation", "awaiting_signatures")

CASE = Workflow(
    name="mediation.case",
    model=Case,
    states=STATES,
    initial="lead",
    transitions=(
        Transition("apply", "lead", "applied", WORK, _("Take the application")),
        Transition("settle", "lead", "settled_on_the_spot", WORK, _("Settled on the spot"), (_HERE(rules.has_settlement),), _DONE),
        Transition("transfer", "lead", "transferred", WORK, _("Hand it on"), (_HERE(rules.has_reply),), _DONE),
        Transition("contact", "applied", "contacting", WORK, _("Ask the other side"), (rules.has_two_sides,)),
        Transition(
            "accept",
            "contacting",
            "accepted",
            WORK,
            _("Accept the case"),
            (rules.has_dispute, rules.all_consent, rules.consents_to_sensitive, rules.all_know_their_rights),
            required=("accepted_on", "complete_by"),
        ),
        Transition(
            "not_accept", ("applied", "contacting"), "not_accepted", WORK, _("Do not accept"), (_HERE(rules.has_ending),), _DONE
        ),
        Transition(
            "withdraw", ("lead", "applied", "contacting"), "withdrawn", WORK, _("Withdrawn by the applicant")
        ),
        Transition("assign", "accepted", "assigned", WORK, _("Assign mediators"), (_HERE(rules.has_mediator),), _DONE),
        Transition(
            "schedule",
            ("assigned", "in_mediation"),
            "scheduled",
            WORK,
            _("Arrange a meeting"),
            (rules.has_mediator, _HERE(rules.has_meeting)), _DONE,
        ),
        Transition("unschedule", "scheduled", "assigned", WORK, _("Call the meeting off"), (_HERE(rules.has_no_meeting),), _DONE),
        Transition("hold", "scheduled", "in_mediation", WORK, _("Write the record"), (_HERE(rules.has_record),), _DONE),
        Transition(
            "agree_orally",
            "in_mediation",
            "agreed_oral",
            WORK,
            _("Enter an oral agreement"),
            (*_AGREED_BY_ALL, _HERE(rules.has_effective_agreement),),
            required=("effective_on",),
        ),
        Transition(
            "write_agreement", "in_mediation", "awaiting_signatures", WORK, _("Write the agreement"), (*_AGREED_BY_ALL, _HERE(rules.has_draft)), _DONE
        ),
        Transition(
            "sign",
            "awaiting_signatures",
            "agreed_written",
            WORK,
            _("Enter signatures"),
            (_HERE(rules.has_effective_agreement),),
            required=("effective_on",),
        ),
        Transition(
            "refuse_to_sign", "awaiting_signatures", "in_mediation", WORK, _("Somebody will not sign"), (_HERE(rules.has_no_draft),), _DONE
        ),
        Transition("perform", ("agreed_oral", "agreed_written"), "performing", WORK, _("Watch that it is kept")),
        Transition("fulfil", ("performing", "breached"), "fulfilled", WORK, _("All of it is kept"), (rules.all_settled,)),
        Transition("breach", "performing", "breached", WORK, _("Something is not kept"), (rules.something_breached,)),
        Transition(
            "terminate", _BEFORE_END, "terminated", WORK, _("End without agreement"),
            (_HERE(rules.has_ending), rules.has_no_meeting, rules.has_none_in_force), _DONE,
        ),
        # After the court did not confirm the agreement: change it, talk again, or sue.
        Transition(
            "mediate_again", _IN_FORCE, "in_mediation", WORK, _("Mediate again"), (rules.court_refused,), _DONE
        ),
        Transition(
            "amend", _IN_FORCE, "awaiting_signatures", WORK, _("Change the agreement"),
            (rules.court_refused, *_AGREED_BY_ALL, _HERE(rules.has_draft)), _DONE,
        ),
        Transition(
            "sue", (*_IN_FORCE, "assigned", "in_mediation"), "terminated", WORK, _("They go to court"),
            (rules.court_refused, _HERE(rules.has_ending)), _DONE,
        ),
        Transition(
            "keep", ("assigned", "in_mediation"), "performing", WORK, _("The earlier agreement stands"),
            (rules.has_agreement_in_force,), _DONE,
        ),
        Transition(
            "close",
            ("fulfilled", "breached", "terminated"),
            "closed",
            WORK,
            _("Close the case"),
            (rules.is_followed_up,),
            required=("closed_on",),
        ),
        Transition(
            "archive",
            "closed",
            "archived",
            WORK,
            _("File the case"),
            (rules.file_is_complete, rules.court_has_decided, rules.is_replied),
            required=("archived_on", "archived_by", "file_year", "file_number"),
        ),
        Transition("reopen", "closed", "in_mediation", WORK, _("Open it again"), (rules.has_no_agreement, _HERE(rules.says_why)), _DONE),
    ),
)  # fmt: skip

OBLIGATION = Workflow(
    name="mediation.obligation",
    model=Obligation,
    states=(
        State("open", _("To be done"), icon="hourglass", tint="warn"),
        State("fulfilled", _("Done"), icon="circle-check", tint="ok", final=True),
        State("breached", _("Not done"), icon="circle-x", tint="bad"),
        State("waived", _("Waived"), icon="circle-minus", final=True),
        State("sued", _("Taken to court"), icon="scale", final=True),
    ),
    initial="open",
    transitions=(
        Transition("fulfil", ("open", "breached"), "fulfilled", WORK, _("Done"), required=("settled_on",)),
        Transition("breach", "open", "breached", WORK, _("Not done"), (rules.is_due,)),
        Transition("waive", "breached", "waived", WORK, _("Waived"), (rules.is_urged,), ("settled_on",)),
        Transition("sue", ("open", "breached"), "sued", WORK, _("Taken to court"), (rules.may_sue,), ("settled_on",)),
        Transition(
            "replace",
            ("open", "breached"),
            "waived",
            WORK,
            _("Replaced by a later agreement"),
            (rules.is_replaced,),
            ("settled_on",),
        ),
    ),
)

CONFIRMATION = Workflow(
    name="mediation.confirmation",
    model=Confirmation,
    states=(
        State("open", _("May be asked for"), icon="hourglass", tint="warn"),
        State("applied", _("Before the court"), icon="landmark", tint="info"),
        State("confirmed", _("Confirmed by the court"), icon="badge-check", tint="ok", final=True),
        State("rejected", _("Rejected by the court"), icon="circle-x", tint="bad", final=True),
        State("lapsed", _("Not asked for in time"), icon="clock", final=True),
    ),
    initial="open",
    # 《人民调解法》 §33, 《民事诉讼法》(2023) §205: 30 days from the day on which the agreement takes effect. That day is not counted
    # and a last day off work gives way to the next working day: 《民事诉讼法》 §85. `begin` is given the effective day.
    clock_days=Clock(30, roll_over=True),
    transitions=(
        Transition("apply", "open", "applied", WORK, _("Both asked the court"), required=("applied_on",)),
        Transition("confirm", "applied", "confirmed", WORK, _("Confirmed"), required=("decided_on",)),
        Transition("reject", "applied", "rejected", WORK, _("Rejected"), required=("decided_on",)),
        Transition("lapse", "open", "lapsed", WORK, _("They do not ask"), (rules.nobody_asked,)),
    ),
)
