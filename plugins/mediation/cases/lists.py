"""Cases as lists and what is due: for the page of the committee, for to-dos and for colours. Reading only.

Lines name a case by its number; who and why stand on the page of the case alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from core import Action, Actor, Label, State, actions, get_setting, local_day, today
from plugins.mediation.about.limits import ANSWER_DAYS, FOLLOW_UP_DAYS
from plugins.mediation.access import visible
from plugins.mediation.cases.heard import held_for
from plugins.mediation.cases.performance import confirmation_of
from plugins.mediation.cases.register import file_text, register_text
from plugins.mediation.models import Case, FollowUp
from plugins.mediation.rules import in_force, is_replied, obligations_of, planned_session
from plugins.mediation.states import CASE, OPEN_STATES
from plugins.mediation.texts import _

WARN_DAYS = 7
PAGE = 50
_STATE = {state.name: state for state in CASE.states}
# The step that leads on, where several are possible.
NEXT = {
    "lead": "apply", "applied": "contact", "contacting": "accept", "accepted": "assign", "assigned": "schedule",
    "scheduled": "hold", "in_mediation": "write_agreement", "awaiting_signatures": "sign", "performing": "fulfil",
    "breached": "fulfil", "fulfilled": "close", "terminated": "close", "closed": "archive",
}  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A day by which something should be done. `kind` is an ok/warn/bad tint by how near it is."""

    day: datetime.date
    what: Label

    @property
    def kind(self) -> str:
        """Red when it has passed, amber in the week before."""
        if self.day < today():
            return "bad"
        return "warn" if self.day <= today() + datetime.timedelta(days=WARN_DAYS) else "info"


@dataclass(frozen=True)
class CaseLine:
    """A case in a list: numbers, state, the next step and the nearest day."""

    id: int
    number: str
    file_number: str
    state: State
    requested_on: datetime.date
    next_step: Label
    due: Due | None
    escalated: bool


def state_of(case: Case) -> State:
    """The state with its word, icon and tint."""
    return _STATE[case.state]


def dues(case: Case) -> list[Due]:
    """What has a day: the first answer, the month, the meeting, each duty, the visit, the confirmation; the nearest first."""
    found = [*_before_acceptance(case), *_in_mediation(case), *_agreed(case)]
    found += [Due(each.due_on, _("A duty is due")) for each in obligations_of(case) if each.state == "open"]
    confirmation = confirmation_of(case)
    if confirmation is not None and confirmation.state == "open" and case.state != "archived":
        found.append(Due(confirmation.last_day, _("Last day for the judicial confirmation")))
    return sorted(found, key=lambda each: each.day)


def _before_acceptance(case: Case) -> Iterator[Due]:
    if case.state in ("lead", "applied", "contacting"):
        first = local_day(case.entered_at) + datetime.timedelta(days=get_setting(ANSWER_DAYS, case.community))
        yield Due(first, _("Answer whether it is accepted"))
    elif case.state not in ("archived", "settled_on_the_spot", "transferred") and _is_over_without_word(case):
        yield Due(case.closed_on or today(), _("Tell whoever sent it what became of it"))


def _is_over_without_word(case: Case) -> bool:
    over = case.state in ("not_accepted", "withdrawn", "terminated", "closed", "fulfilled")
    return over and is_replied(None, case, {}) is not None


def _in_mediation(case: Case) -> Iterator[Due]:
    if case.state not in ("accepted", "assigned", "scheduled", "in_mediation", "awaiting_signatures"):
        return
    if case.complete_by is not None and in_force(case) is None:
        yield Due(case.complete_by, _("The month for mediation ends"))
    planned = planned_session(case)
    if planned is not None:
        yield Due(local_day(planned.start_min * 60_000), _("Meeting"))
    elif case.suspended_until is not None:
        yield Due(case.suspended_until, _("It rests until then"))
    for held in held_for(case)[:1] if planned is None else ():
        yield Due(local_day(held.start_min * 60_000), _("Another room is held: take it or not"))


def _agreed(case: Case) -> Iterator[Due]:
    if case.effective_on is None or case.state not in ("performing", "breached", "fulfilled"):
        return
    if not FollowUp.of(case.community).where(FollowUp.case_id == case.id).exists():
        days = datetime.timedelta(days=get_setting(FOLLOW_UP_DAYS, case.community))
        yield Due(case.effective_on + days, _("Follow-up visit"))


def next_action(actor: Actor, case: Case) -> Action | None:
    """The step that leads on: possible, or with the reason why it is not; None when nothing is left to do."""
    steps = {each.verb: each for each in actions(actor, case)}
    wanted = NEXT.get(case.state)
    return steps.get(wanted) if wanted else None


def _line(actor: Actor, case: Case) -> CaseLine:
    step, found = next_action(actor, case), dues(case)
    return CaseLine(
        case.id, register_text(case), file_text(case), state_of(case), case.requested_on,
        step.label if step is not None else "", found[0] if found else None, case.escalated_on is not None,
    )  # fmt: skip


def cases(actor: Actor, *, over: bool = False, after: int | None = None, limit: int = PAGE) -> list[CaseLine]:
    """The cases the actor may see: those with something left to do, or (`over`) the others; the latest first.

    `after` is the number of the last line of the page before.
    """
    wanted = Case.state.not_in(OPEN_STATES) if over else Case.state.in_(OPEN_STATES)
    query = Case.of(str(actor.community)).where(wanted, visible(actor))
    if after is not None:
        query = query.where(Case.id < after)
    return [_line(actor, case) for case in list(query.order_by(Case.id.desc()).limit(limit))]
