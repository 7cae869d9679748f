"""人民调解登记簿: every case that was registered in a period, with the columns of the Ministry of Justice, as it stands today.

It names the parties: it stays in the office, is made out for the head and the clerk alone, and is a look at each of its cases.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core import Actor, Label, local_day, transaction, utc_minute
from plugins.mediation.access import lead_of, visible
from plugins.mediation.cases.agreements import agreement_text
from plugins.mediation.cases.register import file_text, register_text
from plugins.mediation.figures.periods import Period
from plugins.mediation.models import Agreement, Assignment, Case, CaseView, Ending, Matter, Mediator, Party
from plugins.mediation.rules import SIDES
from plugins.mediation.states import CASE
from plugins.mediation.texts import _
from plugins.mediation.words import DISPUTES, SOURCES

ROWS = 8
"""Cases on a sheet: each has the same height, so that every sheet is one page of paper."""
LOOK = "register"
_STATE = {state.name: state.label for state in CASE.states}
# An ending's word is that of the state it leads to.
_ENDED = {"settled": "settled_on_the_spot"}
_FORMS = {"written": _("Settled in writing"), "oral": _("Settled orally")}


@dataclass(frozen=True)
class BookLine:
    """A case in the register; `day` is when it was entered."""

    number: str
    day: datetime.date
    source: Label
    dispute: Label
    applicants: str
    respondents: str
    facts: str
    accepted_on: datetime.date | None
    mediators: str
    outcome: str
    performed: Label
    file_number: str


def registered(actor: Actor, period: Period) -> int:
    """How many cases were entered in a period. Raises `Forbidden`."""
    lead_of(actor)
    return int(_entered(actor, period).count())


def register_book(actor: Actor, period: Period) -> list[BookLine]:
    """The cases that were entered in a period, by their numbers; the look at each is written down first. Raises `Forbidden`."""
    lead_of(actor)
    community = str(actor.community)
    found = list(_entered(actor, period).order_by(Case.register_year, Case.register_number))
    if found:
        rows = [
            {
                "community": community,
                "case_id": case.id,
                "account": actor.account,
                "by_label": actor.signature,
                "page": LOOK,
            }
            for case in found
        ]
        with transaction(community):
            for start in range(0, len(rows), 200):
                CaseView.insert_many(rows[start : start + 200]).execute()
    beside = _Beside(community, [case.id for case in found])
    return [beside.line(case) for case in found]


def _entered(actor: Actor, period: Period) -> Any:
    first, last = (utc_minute(day, 0) * 60_000 for day in (period.first, period.after.first))
    in_time = (Case.entered_at >= first) & (Case.entered_at < last)
    # Also a lead reads nothing of the case in which they are a party.
    return Case.of(str(actor.community)).where(in_time, visible(actor))


class _Beside:
    """What lies beside the cases of a register, read at once."""

    def __init__(self, community: str, ids: list[int]) -> None:
        self.matters = {each.case_id: each for each in _of(Matter, community, ids)}
        self.parties = _by_case(each for each in _of(Party, community, ids) if each.removed_at is None)
        self.agreements = {
            each.case_id: each
            for each in _of(Agreement, community, ids)
            if each.effective_on is not None and each.replaced_on is None
        }
        self.endings = {each.case_id: each for each in _of(Ending, community, ids) if each.reopened_on is None}
        self.assignments = _by_case(each for each in _of(Assignment, community, ids) if each.ended_at is None)
        self.mediators = {each.id: each.name for each in Mediator.of(community)}

    def line(self, case: Case) -> BookLine:
        """One case as the register has it."""
        matter = self.matters[case.id]
        given = [each.mediator_id for each in self.assignments.get(case.id, [])]
        mediators = given or ([case.handler_id] if case.handler_id is not None else [])
        return BookLine(
            number=register_text(case), day=local_day(case.entered_at), source=SOURCES[case.source],
            dispute=DISPUTES.get(matter.dispute, ""), applicants=self._names(case, SIDES[0]),
            respondents=self._names(case, SIDES[1]), facts=matter.facts, accepted_on=case.accepted_on,
            mediators="、".join(self.mediators[each] for each in mediators), outcome=self._outcome(case),
            performed=self._performed(case), file_number=file_text(case),
        )  # fmt: skip

    def _names(self, case: Case, side: str) -> str:
        return "、".join(each.name for each in self.parties.get(case.id, []) if each.side == side)

    def _outcome(self, case: Case) -> str:
        agreement, ending = self.agreements.get(case.id), self.endings.get(case.id)
        if agreement is not None:
            return f"{_FORMS[agreement.form]} {agreement_text(agreement)}"
        if ending is not None:
            return f"{_STATE[_ENDED.get(ending.how, ending.how)]} {ending.ended_on.isoformat()}"
        return str(_STATE[case.state])

    def _performed(self, case: Case) -> Label:
        if case.performed_on is not None:
            return _("Kept on %(day)s", day=case.performed_on.isoformat())
        if case.id in self.agreements and case.state in ("performing", "breached"):
            return _STATE[case.state]
        return ""


def _of(model: Any, community: str, ids: list[int]) -> list[Any]:
    return list(model.of(community).where(model.case_id.in_(ids)).order_by(model._meta.primary_key)) if ids else []


def _by_case(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def sheets(lines: list[BookLine]) -> list[list[BookLine]]:
    """The lines by sheet of paper; one empty sheet where there is none."""
    return [lines[start : start + ROWS] for start in range(0, len(lines), ROWS)] or [[]]
