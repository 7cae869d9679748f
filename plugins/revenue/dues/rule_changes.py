"""A new rule for a contract in force: one person proposes it with the signed supplement 补充协议, a second one approves it or not.

Only what is approved is a version of the rule, and never for a day that is over or a period that is declared. The first version and
the other ones of a draft are in `contracts`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    Invalid,
    Label,
    Refused,
    actions,
    advance,
    attach,
    begin,
    day_text,
    files_of,
    tell_followers,
    today,
    transactional,
)  # fmt: skip
from plugins.revenue.dues.access import APPROVE, CONTRACTS, signer, was_operator
from plugins.revenue.dues.contracts import SCAN, check_rule, rule_added, rule_versions, vote_errors
from plugins.revenue.dues.models import Contract, RuleChange, RuleChangeScan, RuleVersion
from plugins.revenue.dues.rule_states import CHANGEABLE, day_obstacle
from plugins.revenue.dues.states import why_undecided
from plugins.revenue.persons import asker, decider
from plugins.revenue.texts import _


@dataclass(frozen=True)
class Wish:
    """What is proposed: the rule as data, the first day it holds, why, and the minutes or vote `approval` that decided it.

    `vote` are the counts of the owners' vote, `{"persons": [all, part, yes], "area": [...]}`; `scans` tokens of uploads with
    captions: the supplement that both sides have signed.
    """

    rule: object
    from_day: datetime.date
    reason: str
    approval: str
    vote: Mapping[str, Sequence[int]] | None
    scans: Sequence[tuple[str, str]]


# --------------------------------------------------------------------------- proposing


@transactional
def propose(actor: Actor, contract_id: int, wish: Wish) -> RuleChange:
    """Propose a rule for periods that begin on its first day or later. Raises `Invalid` at the fields, `Refused`, `Forbidden`."""
    actor.require(CONTRACTS)
    signer(actor)
    community = str(actor.community)
    contract: Contract = Contract.get_of(community, contract_id)
    if contract.state not in CHANGEABLE:
        raise Refused(_("Only the rule of a contract in force is changed in this way."))
    if waiting_for(contract) is not None:
        raise Refused(
            _("A new rule of this contract waits for the second person already."),
            advice=_("Only when that one is decided can another one be proposed."),
        )
    if was_operator(actor, contract.operator_id):
        raise Refused(_("You act for the operator, or did. Somebody else must propose it."))
    check_rule(contract, wish.rule)
    _check(contract, wish)
    made = RuleChange(
        community=community, contract_id=contract.id, from_day=wish.from_day, rule=wish.rule, reason=wish.reason.strip(),
        approval=wish.approval.strip(), vote=wish.vote if contract.is_owners else None, asked_on=today(), **asker(actor),
    )  # fmt: skip
    begin(actor, made)
    attach(actor, made.ref, SCAN, list(wish.scans), permission=CONTRACTS)
    for file in papers_of(made):
        RuleChangeScan.create(community=community, change_id=made.id, file_use=file.id, sha256=file.sha256)
    return made


def _check(contract: Contract, wish: Wish) -> None:
    errors: dict[str, list[Any]] = {}
    obstacle = day_obstacle(contract, wish.from_day)
    if obstacle:
        errors["from_day"] = [obstacle]
    if not wish.reason.strip():
        errors["reason"] = [_("Please say why the rule changes.")]
    if not wish.scans:
        errors["files"] = [_("Add a scan or photos of the signed supplement.")]
    wrong_vote = vote_errors(wish.vote) if contract.is_owners else {}
    kind = "vote" if contract.is_owners else "minutes"
    missing = None if wrong_vote else why_undecided(bool(contract.is_owners), kind, wish.approval.strip(), wish.vote)
    if missing:
        errors["approval"] = [missing]
    errors |= wrong_vote
    if errors:
        raise Invalid(errors)


# --------------------------------------------------------------------------- deciding


@transactional
def approve(actor: Actor, change_id: int) -> RuleChange:
    """A second person agrees: the rule is the next version of the contract. Raises `Refused` (own proposal, operator, day)."""
    change = find_change(actor, change_id)
    contract: Contract = Contract.get_of(change.community, change.contract_id)
    check_rule(contract, change.rule)
    versions = rule_versions(change.community, contract.id)
    found: RuleChange = advance(
        actor, change, "approve", **decider(actor), decided_on=today(), version=len(versions) + 1
    )
    made: RuleVersion = RuleVersion.create(
        community=found.community, contract_id=contract.id, version=found.version, from_day=found.from_day, rule=found.rule,
        reason=found.reason, by_account=found.asked_by, by_person=found.asked_person, by_label=found.asked_label,
    )  # fmt: skip
    rule_added(actor, contract, made, APPROVE)
    tell_followers(
        actor, contract.ref, f"rule.{found.id}",
        _("A new rule of the share holds for periods from %(day)s.", day=day_text(found.from_day, with_year=True)),
    )  # fmt: skip
    return found


@transactional
def refuse(actor: Actor, change_id: int, refusal: str) -> RuleChange:
    """A second person does not agree, and says why; the rule stays as it is. Raises `Invalid`, `Refused`, `Forbidden`."""
    change = find_change(actor, change_id)
    found: RuleChange = advance(actor, change, "refuse", **decider(actor), decided_on=today(), refusal=refusal.strip())
    return found


# --------------------------------------------------------------------------- reading


def find_change(actor: Actor, change_id: int) -> RuleChange:
    """A change of the actor's community. Raises `NotFound`."""
    found: RuleChange = RuleChange.get_of(str(actor.community), change_id)
    return found


def changes_of(contract: Contract) -> list[RuleChange]:
    """What was proposed for a contract, the newest first."""
    found = RuleChange.of(contract.community).where(RuleChange.contract_id == contract.id)
    return list(found.order_by(RuleChange.id.desc()))


def waiting_for(contract: Contract) -> RuleChange | None:
    """What waits for its second person; there is one at most."""
    waits = (RuleChange.contract_id == contract.id) & (RuleChange.state == "asked")
    found: RuleChange | None = RuleChange.of(contract.community).where(waits).first()
    return found


def papers_of(change: RuleChange) -> list[Any]:
    """The scans of the signed supplement, for those who keep the books; each says its SHA-256."""
    return list(files_of(change.ref, SCAN))


def waits_for(actor: Actor, change: RuleChange, verb: str = "approve") -> Label | None:
    """Why the actor cannot approve it, or `refuse` it; None where they can."""
    return next((each.reason for each in actions(actor, change) if each.verb == verb and not each.possible), None)
