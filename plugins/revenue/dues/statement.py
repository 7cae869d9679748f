"""结算单 of an operator for a year: what was due for each period, what was paid when, deposit, credit, what is owed. Reads only.

Periods belong to the year in which they begin; what is owed, held and in credit is as it stands today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import NotFound
from plugins.revenue.dues import lists
from plugins.revenue.dues.acts import deposit
from plugins.revenue.dues.contracts import rule_versions
from plugins.revenue.dues.models import Contract, Due, MoneyAct, RuleVersion
from plugins.revenue.dues.operators import operator
from plugins.revenue.dues.receiving import credit

SIGNED = ("active", "expiring", "ended")
_DEPOSIT = ("deposit_in", "deposit_opening", "deposit_opening_undo", "deposit_set_off", "deposit_out", "receipt_undo")


@dataclass(frozen=True)
class PeriodLine:
    """A period with what was paid for it and when; what was taken back or posted anew is not among it."""

    line: lists.DueLine
    payments: Sequence[lists.PartLine]

    @property
    def due(self) -> Due:
        """The period itself."""
        return self.line.due


@dataclass(frozen=True)
class ContractStatement:
    """A contract in a year, 分. `before` is what is still owed for periods of earlier years."""

    contract: Contract
    number: str
    rules: Sequence[tuple[RuleVersion, Sequence[str]]]
    periods: Sequence[PeriodLine]
    deposits: Sequence[MoneyAct]
    held: int
    before: int

    @property
    def due(self) -> int:
        """What was due for the periods of the year, as far as they are reviewed."""
        return sum(each.due.due_fen or 0 for each in self.periods)

    @property
    def received(self) -> int:
        """What of it has arrived."""
        return sum(each.due.received_fen for each in self.periods)

    @property
    def owed(self) -> int:
        """What is still to be paid, for this year and those before it."""
        return self.before + sum(each.due.open_fen for each in self.periods)


@dataclass(frozen=True)
class OperatorStatement:
    """An operator in a year; `credit` is what was paid in advance and not used, 分."""

    operator_id: int
    name: str
    year: int
    contracts: Sequence[ContractStatement]
    credit: int

    @property
    def owed(self) -> int:
        """What is still to be paid for all contracts."""
        return sum(each.owed for each in self.contracts)


def operator_statement(community: str, operator_id: int, year: int) -> OperatorStatement:
    """The statement of an operator. Raises `NotFound`."""
    name = operator(community, operator_id).name
    found = Contract.of(community).where(Contract.operator_id == operator_id, Contract.state.in_(SIGNED))
    told = [_contract(each, year) for each in found.order_by(Contract.id)]
    running = [each for each in told if each.periods or each.before or _runs(each.contract, year)]
    return OperatorStatement(operator_id, name, year, running, credit(community, operator_id))


def _runs(contract: Contract, year: int) -> bool:
    return bool(contract.starts_on.year <= year <= (contract.ended_on or contract.ends_on).year)


def _contract(contract: Contract, year: int) -> ContractStatement:
    lines = lists.dues_of(contract)[::-1]
    periods = [
        PeriodLine(each, [part for part in lists.parts_of(each.due) if part.undone_on is None])
        for each in lines
        if each.due.first_day.year == year
    ]
    deposits = MoneyAct.of(contract.community).where(
        MoneyAct.contract_id == contract.id, MoneyAct.decision == "approved", MoneyAct.act_kind.in_(_DEPOSIT)
    )
    return ContractStatement(
        contract, lists.contract_line(contract, {}).number,
        [(each, lists.rule_words(contract.community, each)) for each in rule_versions(contract.community, contract.id)], periods,
        [each for each in deposits.order_by(MoneyAct.on_day, MoneyAct.id) if each.on_day.year == year],
        deposit(contract.community, contract.id),
        sum(each.due.open_fen for each in lines if each.due.first_day.year < year),
    )  # fmt: skip


def first_operator(mine: Sequence[int], asked: int | None) -> int:
    """The operator asked for among those the reader acts for, else the first; raises `NotFound` for any other."""
    if asked is not None and asked not in mine:
        raise NotFound
    if not mine:
        raise NotFound
    return mine[0] if asked is None else asked
