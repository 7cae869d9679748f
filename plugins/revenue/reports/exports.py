"""The statements as files: each line with its period, so that it stands on every page; sums are exact yuan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core import Actor, Export, exact_yuan
from plugins.revenue.reports.income import income_statement, totals
from plugins.revenue.reports.movements import lines, statement
from plugins.revenue.reports.period import Period, period_of, this_month
from plugins.revenue.reports.statements import trial_balance
from plugins.revenue.texts import _

BOOKS = "revenue.books"


def _period(filters: Mapping[str, str]) -> Period:
    return period_of(filters.get("period", "")) or this_month()


def _trial_balance(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[Any]]:
    period = _period(filters)
    for line in trial_balance(str(actor.community), period).lines:
        sums = [exact_yuan(fen) for fen in (line.opening, line.debit, line.credit, line.closing)]
        yield [period.span, line.account, line.name, *sums]


def _statement(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[Any]]:
    """The statement of a fund, else of an account; nothing without either."""
    what = "fund" if filters.get("fund") else "account"
    if not filters.get(what):
        return
    found = statement(str(actor.community), what, filters[what], _period(filters))
    head = [found.period.span, found.title]
    yield [*head, None, None, str(_("At the beginning")), None, None, None, exact_yuan(found.opening)]
    for line in lines(found):
        came, went = (exact_yuan(line.fen), None) if line.fen > 0 else (None, exact_yuan(-line.fen))
        yield [*head, line.day, line.seq, line.purpose, line.other, came, went, exact_yuan(line.balance)]
    yield [
        *head, None, None, str(_("At the end")), None, exact_yuan(found.came), exact_yuan(found.went), exact_yuan(found.closing),
    ]  # fmt: skip


def _income(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Income, expense and the rest with their sums, then the funds: what they changed by, beginning and end."""
    found = income_statement(str(actor.community), _period(filters))
    span = found.period.span
    parts: tuple[tuple[Any, Any, Any], ...] = (
        (_("Income"), found.income, _("Income together")),
        (_("What was spent"), found.expense, _("Expenses together")),
        (_("Besides"), found.besides, _("Besides together")),
    )
    for part, items, together in parts:
        listed = [(item.name, item.fen, item.beside) for item in items] + [(str(together), *totals(items))]
        for name, fen, beside in listed:
            yield [span, str(part), name, exact_yuan(fen), exact_yuan(beside), None, None]
    for fund in found.funds:
        sums = exact_yuan(fund.came - fund.went), None, exact_yuan(fund.opening), exact_yuan(fund.closing)
        yield [span, str(_("Money of the funds")), fund.name, *sums]


def column_beside(period: Period) -> Any:
    """The head of the second column: 本年累计, for a year 上年数."""
    return _("The year before (yuan)") if period.code == str(period.year) else _("The year until then (yuan)")


EXPORTS = (
    Export(
        "revenue.trial_balance", _("Trial balance"), BOOKS,
        (_("Period"), _("Account"), _("Name"), _("At the beginning"), _("Debit"), _("Credit"), _("At the end")),
        _trial_balance, ("period",),
    ),
    Export(
        "revenue.statement", _("Statement of a fund or account"), BOOKS,
        (
            _("Period"), _("Fund or account"), _("Day"), _("Entry number"), _("What for"), _("Other side"), _("Came in (yuan)"),
            _("Went out (yuan)"), _("Left (yuan)"),
        ),
        _statement, ("fund", "account", "period"),
    ),
    Export(
        "revenue.income_statement", _("Statement of income and expenses"), BOOKS,
        (
            _("Period"), _("Part"), _("Item"), _("This period (yuan)"), _("The year until then, of a year the year before (yuan)"),
            _("At the beginning"), _("At the end"),
        ),
        _income, ("period",),
    ),
)  # fmt: skip
