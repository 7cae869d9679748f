"""The states of a contract and of a due, and the steps between them, as data (REVENUE.md, from declaration to money).

Who may take a step for which contract is decided by the services, and once more by the guards here: A ≠ B holds whoever asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Actor, Label, State, Transition, Workflow
from plugins.revenue.dues.access import CONTRACTS, REVIEW, was_operator
from plugins.revenue.dues.books import split_obstacle
from plugins.revenue.dues.models import Computation, Contract, ContractScan, Declaration, Due, RuleVersion
from plugins.revenue.persons import is_same
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.votes import THREE_QUARTERS, Vote, owners_vote
from plugins.revenue.texts import _

OPEN = ("due", "part_paid", "overdue")
"""States in which money is still to come in."""
IN_FORCE = (*OPEN, "received", "payable")
"""States in which a reviewed share stands."""


# --------------------------------------------------------------------------- contracts


def has_rule(_actor: Actor, contract: Contract, _fields: Mapping[str, Any]) -> Label | None:
    """A contract begins with the rule of its share."""
    rules = RuleVersion.of(contract.community).where(
        RuleVersion.contract_id == contract.id, RuleVersion.from_day <= contract.starts_on
    )
    return None if rules.exists() else _("Enter first how the share is computed, from the first day on.")


def is_split_rightly(_actor: Actor, contract: Contract, _fields: Mapping[str, Any]) -> Label | None:
    """Whose space it is may have been put right after a rule was entered; a newer version from the same day on replaces that one."""
    of_contract = RuleVersion.of(contract.community).where(RuleVersion.contract_id == contract.id)
    versions = list(of_contract.order_by(RuleVersion.version))
    holding = [
        each for at, each in enumerate(versions, 1) if all(later.from_day > each.from_day for later in versions[at:])
    ]
    return next((told for each in holding if (told := split_obstacle(contract, Rule.parse(each.rule)))), None)


def is_approved(_actor: Actor, contract: Contract, _fields: Mapping[str, Any]) -> Label | None:
    """Minutes, or a vote of the owners that carried; the owners' own space always takes their vote (《民法典》 §278)."""
    return why_undecided(contract.is_owners, contract.approval_kind, contract.approval, contract.vote)


def why_undecided(is_owners: bool, kind: str, approval: str, vote: Mapping[str, Any] | None) -> Label | None:
    """What is missing so that a contract, or a change of its rule, is decided; None where nothing is."""
    if not approval:
        return _("Enter first by which minutes or vote it was decided.")
    if kind == "minutes":
        return _("The owners' space takes a vote of the owners.") if is_owners else None
    if not vote:
        return _("Enter the counts of the owners' vote.")
    outcome = owners_vote(THREE_QUARTERS, *(Vote(*vote[how]) for how in ("persons", "area")))
    return None if outcome.passed else outcome.reasons[0]


def has_scan(_actor: Actor, contract: Contract, _fields: Mapping[str, Any]) -> Label | None:
    """The paper that both sides signed is kept with the contract."""
    scans = ContractScan.of(contract.community).where(ContractScan.contract_id == contract.id)
    return None if scans.exists() else _("Add a scan or photos of the signed paper.")


CONTRACT = Workflow(
    name="revenue.contract",
    model=Contract,
    states=(
        State("draft", _("Draft of a contract"), icon="pencil", tint="warn"),
        State("active", _("In force"), icon="badge-check", tint="ok"),
        State("expiring", _("Ends soon"), icon="clock-alert", tint="warn"),
        State("ended", _("Contract ended"), icon="archive", final=True),
        State("dropped", _("Draft dropped"), icon="circle-x", final=True),
    ),
    initial="draft",
    transitions=(
        Transition("sign", "draft", "active", CONTRACTS, _("Signed, in force"), (has_rule, is_split_rightly, is_approved, has_scan), ("signed_on", "number", "year")),
        Transition("drop", "draft", "dropped", CONTRACTS, _("Drop the draft")),
        Transition("near", "active", "expiring", "", _("Ends soon")),
        Transition("end", ("active", "expiring"), "ended", "", _("End the contract"), (), ("ended_on",)),
    ),
)  # fmt: skip


# --------------------------------------------------------------------------- dues


def pending(due: Due) -> tuple[Computation, Declaration] | None:
    """The share that waits for its review, and the declaration it was computed from."""
    if due.pending_id is None:
        return None
    computation: Computation = Computation.get_of(due.community, due.pending_id)
    return computation, Declaration.get_of(due.community, computation.declaration_id)


def by_somebody_else(actor: Actor, due: Due, _fields: Mapping[str, Any]) -> Label | None:
    """A ≠ B: whoever declared it, with any account, and whoever acts for the operator cannot review it."""
    found = pending(due)
    if found is None:
        return _("Nothing waits to be reviewed.")
    if actor.account is None:
        return _("Only somebody who has signed in can do this: it must be known who it was.")
    if is_same(actor, found[1].by_account, found[1].by_person, found[1].by_label):
        return _("You declared it yourself. Somebody else must review it.")
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    if was_operator(actor, contract.operator_id):
        return _("You act for the operator, or did. Somebody else must review it.")
    return None


def is_computed(_actor: Actor, due: Due, fields: Mapping[str, Any]) -> Label | None:
    """The share was computed in the same step."""
    return None if fields.get("pending_id") or due.pending_id else _("The share is not computed yet.")


def has_share(_actor: Actor, due: Due, _fields: Mapping[str, Any]) -> Label | None:
    """A reviewed share is in force."""
    return None if due.computation_id else _("No reviewed share is in force.")


_SETTLED = (has_share,)

DUE = Workflow(
    name="revenue.due",
    model=Due,
    states=(
        State("draft", _("To be declared"), icon="pencil", tint="warn"),
        State("declared", _("Declared"), icon="file-text", tint="info"),
        State("computed", _("Computed, to be reviewed"), icon="clipboard-check", tint="warn"),
        State("returned", _("Returned to be declared again"), icon="undo-2", tint="bad"),
        State("reviewed", _("Reviewed"), icon="badge-check", tint="info"),
        State("due", _("To be paid"), icon="hourglass", tint="warn"),
        State("part_paid", _("Paid in part"), icon="hourglass", tint="warn"),
        State("received", _("Settled in full"), icon="circle-check", tint="ok"),
        State("overdue", _("Overdue for payment"), icon="clock-alert", tint="bad"),
        State("payable", _("To be paid to the operator"), icon="hand-coins", tint="warn"),
    ),
    initial="draft",
    transitions=(
        Transition("declare", ("draft", "returned", "computed"), "declared", "", _("Declare")),
        Transition("correct", IN_FORCE, "declared", "", _("Declare again, with the reason"), (), ("reason",)),
        Transition("compute", "declared", "computed", "", _("Compute the share"), (is_computed,)),
        Transition("review", "computed", "reviewed", REVIEW, _("It is right"), (by_somebody_else,)),
        Transition("give_back", "computed", "returned", REVIEW, _("Return it"), (by_somebody_else,), ("reason",)),
        Transition("fall_due", ("reviewed", "returned", "part_paid", "received", "overdue"), "due", "", _("Falls due"), _SETTLED),
        Transition("part", ("reviewed", "returned", "due", "received"), "part_paid", "", _("Paid in part"), _SETTLED),
        Transition("settle", ("reviewed", "returned", "due", "part_paid", "overdue", "payable"), "received", "", _("Settled in full"), _SETTLED),
        Transition("lapse", ("reviewed", "returned", "due", "part_paid", "received"), "overdue", "", _("Becomes overdue"), _SETTLED),
        Transition("owe", ("reviewed", "returned", "received"), "payable", "", _("To be paid to the operator"), _SETTLED),
    ),
)  # fmt: skip
