"""The module's reports as workbooks: figures and numbers of cases, never a party. Who may have them, and the entry in the log, are
the business of core; that they are for the head and the clerk is asked where they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core import Actor, Export, today
from plugins.mediation.access import REPORT
from plugins.mediation.figures import monthly, subsidy
from plugins.mediation.figures.periods import Period, period_of, period_with
from plugins.mediation.texts import _
from plugins.mediation.words import GRADES


def _period(wanted: Mapping[str, str]) -> Period:
    return period_of(wanted.get("period", "")) or period_with(today())


def _number(line: monthly.Line, value: int | None) -> float | int | None:
    """A value as a number to calculate with: yuan, percent, else whole."""
    if value is None:
        return None
    return value / 100 if line.unit == "fen" else value / 10 if line.unit == "rate" else value


def _report(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    found = monthly.report(actor, _period(wanted))
    for group, line in found.lines:
        yield [
            found.period.code, str(group), str(line.label), _number(line, line.now), _number(line, line.before),
            found.change_before(line), _number(line, line.last_year), found.change_last_year(line),
        ]  # fmt: skip


def _claims(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    """Case by case, those of claims that were taken back left out."""
    for line in reversed(subsidy.claims(actor, _period(wanted))):
        if line.claim.withdrawn_on is None:
            for case in subsidy.claim_sheet(actor, line.claim.id).cases:
                yield [
                    line.number, line.claim.made_on, line.mediator, case.number, case.file_number, case.done_on,
                    str(GRADES[case.grade]), case.amount / 100,
                ]  # fmt: skip


EXPORTS = (
    Export(
        "mediation.report", _("Report of the mediation committee"), REPORT,
        (
            _("Period"), _("Group"), _("Figure"), _("In this period"), _("The period before"), _("Against the one before"),
            _("A year ago"), _("Against a year ago"),
        ),
        _report, filters=("period",),
    ),
    Export(
        "mediation.claims", _("Claims for the subsidy"), REPORT,
        (
            _("Number of the claim"), _("Made on"), _("Mediator"), _("Number in the register"), _("Number of the file"),
            _("Filed or settled on"), _("Grade"), _("Yuan"),
        ),
        _claims, filters=("period",),
    ),
)  # fmt: skip
