"""What everybody sees of operators: who runs what where, the rule in words, what was due and what was paid. For `reports` too."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from core import NotFound, today
from plugins.revenue.dues import lists, returning
from plugins.revenue.dues.acts import deposit
from plugins.revenue.dues.contracts import rule_on, rule_versions
from plugins.revenue.dues.models import Contract, Declaration, RuleChange, RuleVersion
from plugins.revenue.dues.operators import operator_names
from plugins.revenue.dues.rule_changes import changes_of

SHOWN = ("active", "expiring", "ended")


@dataclass(frozen=True)
class PeriodShown:
    """One period: what was due (None: not reviewed yet), what of it has arrived, in which state, how it was corrected and what came back."""

    due_id: int
    period: str
    due: int | None
    received: int
    state: str
    label: str
    icon: str
    tint: str
    is_estimate: bool
    is_being_corrected: bool
    corrections: Sequence[lists.Correction]
    returns: Sequence[returning.Returned]


@dataclass(frozen=True)
class OperatorShown:
    """A contract as residents read it; sums are 分 over all its periods. `contract_id` opens its public page."""

    contract_id: int
    name: str
    business: str
    place: str
    number: str
    owner_class: str
    state: str
    rule: Sequence[str]
    due: int
    received: int
    periods: Sequence[PeriodShown]


@dataclass(frozen=True)
class VersionShown:
    """A version of a rule in words, for periods that begin `since` … `until` (both days included; None: until the contract ends).

    `when` is before, now or later, or never where the draft had a newer one from the same day on.
    `change` is what two people agreed to, None for what the contract was signed with.
    """

    version: RuleVersion
    since: datetime.date
    until: datetime.date | None
    when: str
    said: Sequence[str]
    change: RuleChange | None


def operators_shown(community: str, year: int | None = None) -> list[OperatorShown]:
    """Every contract that was signed, the running ones first; with a `year` only the periods that begin in it."""
    names = operator_names(community)
    found = Contract.of(community).where(Contract.state.in_(SHOWN)).order_by(Contract.state == "ended", Contract.id)
    return [_shown(each, names.get(each.operator_id, ""), year) for each in found]


def operator_shown(community: str, contract_id: int) -> OperatorShown:
    """One of them; raises `NotFound` for a draft."""
    contract: Contract = Contract.get_of(community, contract_id)
    if contract.state not in SHOWN:
        raise NotFound
    return _shown(contract, operator_names(community).get(contract.operator_id, ""), None)


def _shown(contract: Contract, name: str, year: int | None) -> OperatorShown:
    lines = [each for each in lists.dues_of(contract) if year is None or each.due.first_day.year == year]
    due, received = lists.totals(lines)
    newest = rule_on(contract.community, contract.id, lines[0].due.first_day if lines else contract.starts_on)
    return OperatorShown(
        int(contract.id), name, contract.business, contract.place, lists.contract_line(contract, {}).number, contract.owner_class,
        contract.state, lists.rule_words(contract.community, newest), due, received, [_period(each) for each in lines],
    )  # fmt: skip


def _period(line: lists.DueLine) -> PeriodShown:
    due = line.due
    waits = due.pending_id is not None and due.computation_id is None
    estimated = bool(due.is_estimate)
    if waits and due.declaration_id:
        estimated = bool(Declaration.get_of(due.community, due.declaration_id).is_estimate)
    return PeriodShown(
        line.id, line.period, due.due_fen, due.received_fen, due.state, str(line.state.label), line.state.icon,
        lists.tint(line.state), estimated, due.computation_id is not None and due.pending_id is not None,
        lists.corrections_of(due), returning.returns_of(due),
    )  # fmt: skip


def versions_shown(contract: Contract) -> list[VersionShown]:
    """Every version of the rule in words with the days it holds for, the newest first."""
    changes = {each.version: each for each in changes_of(contract) if each.version is not None}
    shown: list[VersionShown] = []
    until = None
    for each in reversed(rule_versions(contract.community, contract.id)):
        since = max(each.from_day, contract.starts_on)
        last = until or contract.ended_on or contract.ends_on
        when = "never" if last < since else "before" if last < today() else "later" if since > today() else "now"
        said = lists.rule_words(contract.community, each)
        shown.append(VersionShown(each, since, until, when, said, changes.get(each.version)))
        until = min(last, each.from_day - datetime.timedelta(days=1))
    return shown


def deposit_held(contract: Contract) -> int:
    """What the community holds of the deposit, in 分."""
    return deposit(contract.community, contract.id)
