"""The states of a change of the rule of a contract in force, and from which day on a new rule can hold."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from core import Actor, Label, State, Todo, Transition, Workflow, WorkflowTodos, today
from plugins.revenue.dues.access import APPROVE, was_operator
from plugins.revenue.dues.contracts import rule_versions
from plugins.revenue.dues.models import Contract, Due, RuleChange, RuleChangeScan, contract_number
from plugins.revenue.dues.spans import span_around
from plugins.revenue.dues.states import why_undecided
from plugins.revenue.persons import not_the_asker
from plugins.revenue.texts import _

CHANGEABLE = ("active", "expiring")


# --------------------------------------------------------------------------- days


def day_obstacle(contract: Contract, day: datetime.date) -> Label | None:
    """Why a rule cannot hold from this day on; None where it can."""
    if day < today():
        return _("A new rule holds from today on at the earliest. Choose today or a later day.")
    if first_period(contract, day) is None:
        return _("No period of the contract begins on this day or later.")
    versions = rule_versions(contract.community, contract.id)
    if versions and day <= versions[-1].from_day:
        return _("It holds later than the version before it.")
    declared = (Due.contract_id == contract.id) & (Due.last_day >= day) & (Due.state != "draft")
    if Due.of(contract.community).where(declared).exists():
        return _(
            "A period that holds this day is declared already. Choose the first day of a period nobody has declared."
        )
    return None


def first_period(contract: Contract, day: datetime.date) -> datetime.date | None:
    """The first day of the first period that a rule from this day on is for; None where none begins any more."""
    first, last = span_around(day, contract.period)
    begins = day if day in (first, contract.starts_on) else last + datetime.timedelta(days=1)
    return begins if begins <= contract.ends_on else None


# --------------------------------------------------------------------------- guards


def by_second_person(actor: Actor, change: RuleChange, fields: Mapping[str, Any]) -> Label | None:
    """Whoever proposed it, with any account, and whoever acts for the operator cannot decide it."""
    if actor.account is None:
        return _("Only somebody who has signed in can do this: it must be known who it was.")
    contract: Contract = Contract.get_of(change.community, change.contract_id)
    if was_operator(actor, contract.operator_id):
        return _("You act for the operator, or did. Somebody else must approve it.")
    return not_the_asker(actor, change, fields)


def is_decided(_actor: Actor, change: RuleChange, _fields: Mapping[str, Any]) -> Label | None:
    """The new rule takes what the contract took: minutes, or a vote of the owners of its own."""
    is_owners = bool(Contract.get_of(change.community, change.contract_id).is_owners)
    return why_undecided(is_owners, "vote" if is_owners else "minutes", change.approval, change.vote)


def has_supplement(_actor: Actor, change: RuleChange, _fields: Mapping[str, Any]) -> Label | None:
    """The supplement that both sides signed is kept with the change."""
    scans = RuleChangeScan.of(change.community).where(RuleChangeScan.change_id == change.id)
    return None if scans.exists() else _("Add a scan or photos of the signed supplement.")


def is_in_time(_actor: Actor, change: RuleChange, _fields: Mapping[str, Any]) -> Label | None:
    """The contract still runs, and the day the rule holds from has neither passed nor been declared meanwhile."""
    contract: Contract = Contract.get_of(change.community, change.contract_id)
    if contract.state not in CHANGEABLE:
        return _("The contract has ended.")
    if day_obstacle(contract, change.from_day) is None:
        return None
    return _(
        "Its first day has passed or is declared meanwhile. Do not approve it, and have it proposed again with a later day."
    )


def _change_todo(change: RuleChange) -> Todo:
    contract: Contract = Contract.get_of(change.community, change.contract_id)
    return Todo(
        _("Decide on a new rule of the share: %(what)s", what=f"{contract.business} {contract_number(contract)}"),
        f"/c/{change.community}/revenue/desk/rule-changes/{change.id}", due=change.from_day.isoformat(), icon="scale",
    )  # fmt: skip


_TOLD = ("decided_by", "decided_on")

RULE_CHANGE = Workflow(
    name="revenue.rule_change",
    model=RuleChange,
    states=(
        State("asked", _("Waits for a second person"), icon="hourglass", tint="warn"),
        State("approved", _("New rule approved"), icon="circle-check", tint="ok", final=True),
        State("refused", _("Not approved"), icon="circle-x", tint="bad", final=True),
    ),
    initial="asked",
    transitions=(
        Transition("approve", "asked", "approved", APPROVE, _("Approve"), (by_second_person, is_decided, has_supplement, is_in_time), (*_TOLD, "version")),
        Transition("refuse", "asked", "refused", APPROVE, _("Do not approve"), (by_second_person,), (*_TOLD, "refusal")),
    ),
    todos=WorkflowTodos(_change_todo),
)  # fmt: skip
RULE_STATES = {state.name: state for state in RULE_CHANGE.states}
