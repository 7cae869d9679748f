"""What the pages show: lines of contracts, dues and receipts with their words. Reads only; who may look the views and `access` say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core import Actor, State, files_of, history, name_of, today
from plugins.revenue.dues import computing
from plugins.revenue.dues.declaring import SCAN
from plugins.revenue.dues.models import (
    Computation,
    Contract,
    Declaration,
    Due,
    Evidence,
    Operator,
    Part,
    Receipt,
    Review,
    RuleChange,
    RuleVersion,
    contract_number,
)  # fmt: skip
from plugins.revenue.dues.operators import operator_names
from plugins.revenue.dues.spans import span_text
from plugins.revenue.dues.states import CONTRACT, DUE, OPEN
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import figure_text, figure_word, rule_told
from plugins.revenue.texts import _

PAGE = 50
_CONTRACT_STATES = {state.name: state for state in CONTRACT.states}
_DUE_STATES = {state.name: state for state in DUE.states}


@dataclass(frozen=True)
class ContractLine:
    """A contract with the name of its operator and its state."""

    contract: Contract
    number: str
    operator: str
    state: State


@dataclass(frozen=True)
class DueLine:
    """A period of a contract as lists show it; `is_late`: nobody declared, or it is not paid, in time."""

    due: Due
    period: str
    contract: Contract
    number: str
    operator: str
    state: State
    is_late: bool

    @property
    def id(self) -> int:
        return int(self.due.id)

    @property
    def is_estimate(self) -> bool:
        """Whether the share that stands, or that waits for its review, is an estimate because nobody declared."""
        if self.due.state == "computed" and self.due.declaration_id is not None:
            return bool(Declaration.get_of(self.due.community, self.due.declaration_id).is_estimate)
        return bool(self.due.is_estimate)

    @property
    def is_undeclared(self) -> bool:
        """Whether the operator has still to declare: nothing was declared, it was returned, or an estimate stands in its place."""
        return self.due.state in ("draft", "returned") or (self.due.state == "computed" and self.is_estimate)


def contract_state(contract: Contract) -> State:
    """Its state with word, icon and tint."""
    return _CONTRACT_STATES[contract.state]


def due_state(due: Due) -> State:
    """Its state with word, icon and tint."""
    if due.state == "received" and due.due_fen == 0:
        return State("received", _("Nothing to pay"), icon="circle-check", tint="ok", final=True)
    return _DUE_STATES[due.state]


def tint(state: State) -> str:
    """The tint of a state for `ui.status`."""
    return state.tint if state.tint != "plain" else "off"


def contracts(community: str, state: str = "", operator_id: int | None = None) -> list[ContractLine]:
    """Contracts, the newest first; without a `state` all but the dropped ones."""
    found = Contract.of(community)
    found = found.where(Contract.state == state) if state else found.where(Contract.state != "dropped")
    if operator_id is not None:
        found = found.where(Contract.operator_id == operator_id)
    names = operator_names(community)
    return [contract_line(each, names) for each in found.order_by(Contract.id.desc())]


def contract_line(contract: Contract, names: Mapping[int, str] | None = None) -> ContractLine:
    """One of them."""
    known = names if names is not None else operator_names(contract.community)
    return ContractLine(
        contract,
        contract_number(contract) or str(_("draft")),
        known.get(contract.operator_id, ""),
        contract_state(contract),
    )


def due_line(due: Due, contract: Contract | None = None, names: Mapping[int, str] | None = None) -> DueLine:
    """One line of a list of dues."""
    of = contract or Contract.get_of(due.community, due.contract_id)
    known = names if names is not None else operator_names(due.community)
    undeclared = due.state in ("draft", "returned") and due.declare_by < today()
    return DueLine(
        due, span_text(due.first_day, due.last_day), of, contract_number(of), known.get(of.operator_id, ""), due_state(due),
        undeclared or due.state == "overdue",
    )  # fmt: skip


def to_do(community: str, operator_ids: Sequence[int]) -> list[DueLine]:
    """What these operators have to do or wait for, the most urgent first; not a period that is still running."""
    found = [line for key in operator_ids for line in dues(community, operator_id=key, limit=60) if _asks(line.due)]
    return sorted(found, key=lambda line: (_deadline(line), line.id))


def _asks(due: Due) -> bool:
    if due.state == "draft":
        return bool(due.last_day <= today())
    return due.state in ("returned", "computed", *OPEN)


def _deadline(line: DueLine) -> datetime.date:
    day: datetime.date | None = line.due.declare_by if line.is_undeclared else line.due.pay_by
    return day or datetime.date.max


def dues_of(contract: Contract) -> list[DueLine]:
    """The periods of a contract, the newest first."""
    names = operator_names(contract.community)
    found = Due.of(contract.community).where(Due.contract_id == contract.id).order_by(Due.first_day.desc())
    return [due_line(each, contract, names) for each in found]


def dues(
    community: str, *, state: str = "", operator_id: int | None = None, year: int | None = None, before: int | None = None,
    limit: int = PAGE,
) -> list[DueLine]:  # fmt: skip
    """Dues of all contracts, the newest number first. `state` may be `open` or `late`; `before` is the key to go on from."""
    found = Due.of(community)
    if state == "open":
        found = found.where(Due.state.in_(("due", "part_paid", "overdue", "payable")))
    elif state == "late":
        undeclared = Due.state.in_(("draft", "returned")) & (Due.declare_by < today())
        found = found.where((Due.state == "overdue") | undeclared)
    elif state:
        found = found.where(Due.state == state)
    if operator_id is not None:
        found = found.where(
            Due.contract_id.in_(Contract.of(community, Contract.id).where(Contract.operator_id == operator_id))
        )
    if year is not None:
        first, after = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
        found = found.where(Due.first_day >= first, Due.first_day < after)
    if before is not None:
        found = found.where(Due.id < before)
    names = operator_names(community)
    known = {each.id: each for each in Contract.of(community)}
    return [due_line(each, known[each.contract_id], names) for each in found.order_by(Due.id.desc()).limit(limit)]


# --------------------------------------------------------------------------- one due with everything about it


@dataclass(frozen=True)
class Share:
    """A computation as pages tell it: inputs, steps and split in words, and how it came about."""

    computation: Computation
    declaration: Declaration
    figures: Sequence[tuple[str, str]]
    steps: Sequence[str]
    split: Sequence[tuple[str, int]]
    files: Sequence[Any]
    digests: Sequence[str]
    review: Review | None
    version: int

    @property
    def is_estimate(self) -> bool:
        return bool(self.declaration.is_estimate)


def shares_of(due: Due) -> list[Share]:
    """Every share that was computed for a period, the newest first: what was corrected stays to be seen."""
    found = Computation.of(due.community).where(Computation.due_id == due.id).order_by(Computation.id.desc())
    versions = {
        each.id: each.version
        for each in RuleVersion.of(due.community).where(RuleVersion.contract_id == due.contract_id)
    }
    return [_share(each, versions) for each in found]


def _share(computation: Computation, versions: Mapping[int, int]) -> Share:
    community = computation.community
    declaration: Declaration = Declaration.get_of(community, computation.declaration_id)
    evidence = list(Evidence.of(community).where(Evidence.declaration_id == declaration.id).order_by(Evidence.id))
    return Share(
        computation, declaration, figures_told(declaration.figures), computing.steps_told(community, computation.trace),
        computing.split_told(community, computation.split), files_of(declaration.ref, SCAN), [each.sha256 for each in evidence],
        Review.of(community).where(Review.declaration_id == declaration.id).first(), versions.get(computation.rule_id, 0),
    )  # fmt: skip


def figures_told(figures: Mapping[str, int]) -> list[tuple[str, str]]:
    """Declared figures with their words and units."""
    return [
        (str(_("Agreed minimum")) if name == computing.AGREED else figure_word(name), figure_text(name, int(value)))
        for name, value in figures.items()
    ]


@dataclass(frozen=True)
class Correction:
    """What was due before and after a correction, and why; both were reviewed."""

    before: int
    after: int
    reason: str
    at: int


def corrections_of(due: Due) -> list[Correction]:
    """The reviewed shares of a period that took the place of one another, the oldest first, each with its reason."""
    community = due.community
    passed = {each.declaration_id: each for each in Review.of(community).where(Review.passed == 1)}
    found = list(Computation.of(community).where(Computation.due_id == due.id).order_by(Computation.id))
    stood = [each for each in found if each.declaration_id in passed]
    made = []
    for before, after in pairwise(stood):
        declaration: Declaration = Declaration.get_of(community, after.declaration_id)
        made.append(Correction(before.due_fen, after.due_fen, declaration.reason, passed[after.declaration_id].at))
    return made


@dataclass(frozen=True)
class PartLine:
    """Money put to a due: `undone_on` when its posting was mirrored."""

    amount: int
    arrived_on: datetime.date
    on_day: datetime.date
    undone_on: datetime.date | None
    source: str
    receipt_id: int
    seq: int


def parts_of(due: Due) -> list[PartLine]:
    """The parts of a due, the oldest first, with those that were undone."""
    found = list(Part.of(due.community).where(Part.due_id == due.id).order_by(Part.id))
    receipts = {
        each.id: each for each in Receipt.of(due.community).where(Receipt.id.in_([part.receipt_id for part in found]))
    }
    return [
        PartLine(
            part.amount, receipts[part.receipt_id].arrived_on, part.on_day, part.undone_on, receipts[part.receipt_id].origin,
            part.receipt_id, part.seq,
        )
        for part in found
    ]  # fmt: skip


def steps_of(due: Due, inside: bool) -> list[tuple[int, State, str, str]]:
    """What happened to a due: (ms, state, reason, who); names of staff only for staff."""
    return [
        (step.at, _DUE_STATES[step.target], step.reason, str(name_of(step.by_label)) if inside else "")
        for step in history(due)
    ]


# --------------------------------------------------------------------------- contracts, receipts


def rule_words(community: str, version: RuleVersion | RuleChange | None) -> list[str]:
    """A version of a rule, or one that was proposed, in words."""
    return rule_told(Rule.parse(version.rule), computing.fund_names(community)) if version is not None else []


def receipts(
    community: str, operator_id: int | None = None, before: int | None = None, limit: int = PAGE
) -> list[tuple[Receipt, str]]:
    """Receipts with the name of who paid, the newest first."""
    found = Receipt.of(community)
    if operator_id is not None:
        found = found.where(Receipt.operator_id == operator_id)
    if before is not None:
        found = found.where(Receipt.id < before)
    names = operator_names(community)
    return [(each, names.get(each.operator_id, "")) for each in found.order_by(Receipt.id.desc()).limit(limit)]


def parts_of_receipt(receipt: Receipt) -> list[tuple[Part, DueLine]]:
    """Where a receipt went, the oldest part first."""
    found = Part.of(receipt.community).where(Part.receipt_id == receipt.id).order_by(Part.id)
    return [(part, due_line(Due.get_of(receipt.community, part.due_id))) for part in found]


def totals(lines: Sequence[DueLine]) -> tuple[int, int]:
    """What was due and what was received of these periods, in 分."""
    return sum(each.due.due_fen or 0 for each in lines), sum(each.due.received_fen for each in lines)


def operator_of(actor: Actor, operator_id: int) -> Operator:
    """An operator of the actor's community; raises `NotFound`."""
    return Operator.get_of(str(actor.community), operator_id)
