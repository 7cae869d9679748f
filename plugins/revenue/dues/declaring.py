"""Declaring the figures of a period with evidence, correcting them later, and estimating where nobody declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core import (
    Actor,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    advance,
    attach,
    files_of,
    now,
    record,
    today,
    transactional,
)
from plugins.revenue.dues.access import CONTRACTS, DECLARE, by, is_own
from plugins.revenue.dues.computing import AGREED, compute_share, earlier, figures_needed, waits_for
from plugins.revenue.dues.contracts import open_periods, rule_on
from plugins.revenue.dues.models import Computation, Contract, Declaration, Due, Evidence
from plugins.revenue.dues.states import IN_FORCE
from plugins.revenue.shares.rules import MOST, Rule
from plugins.revenue.texts import _

SCAN = "scan"
MAY_BE_BELOW_NOTHING = ("net_profit_fen", "gross_profit_fen")


def declaration_of(due: Due) -> Declaration | None:
    """The newest declaration of a period."""
    return Declaration.get_of(due.community, due.declaration_id) if due.declaration_id else None


def why_not(actor: Actor, due: Due) -> Any:
    """Why nobody can declare this period now; None when it can be done."""
    newest = declaration_of(due)
    if due.last_day > today():
        return _("The period is not over yet.")
    if due.state == "computed" and newest is not None and not newest.is_estimate:
        return _("It is declared and waits to be reviewed.")
    if due.state in ("declared", "reviewed"):
        return _("It is declared and waits to be reviewed.")
    if due.proposal:
        return _("An allocation of this money is under way. Correct it when that is decided or given up.")
    return None


def needs_reason(due: Due) -> bool:
    """Whether declaring now corrects what somebody has declared and somebody has reviewed."""
    return due.state in IN_FORCE and not due.is_estimate


@transactional
def declare(
    actor: Actor, due_id: int, figures: Mapping[str, int | None], files: Sequence[tuple[str, str]], *, words: str = "",
    on_paper: bool = False, reason: str = "",
) -> Due:  # fmt: skip
    """Declare a period, or correct it with a `reason`; the share is computed at once and waits for somebody else's review.

    Operators declare for their own contracts; staff enter what came on paper (`on_paper`). At least one file of evidence.
    """
    community = str(actor.community)
    due: Due = Due.get_of(community, due_id)
    contract: Contract = Contract.get_of(community, due.contract_id)
    permission = _permission(actor, contract, on_paper)
    obstacle = why_not(actor, due)
    if obstacle:
        raise Refused(obstacle)
    given = _figures(due, figures)
    corrects = declaration_of(due)
    if needs_reason(due) and not reason.strip():
        raise Invalid({"reason": [_("Please say what was wrong. Everybody can read it.")]})
    if not files:
        raise Invalid({"files": [_("At least one photo or file is needed as evidence.")]})
    why = reason.strip() or (str(_("Declared, in place of the earlier one")) if corrects is not None else "")
    declaration: Declaration = Declaration.create(
        community=community, due_id=due.id, figures=given, words=words.strip(), on_paper=on_paper,
        corrects_id=corrects.id if corrects else None, reason=why, **by(actor),
    )  # fmt: skip
    attach(actor, declaration.ref, SCAN, files, permission=permission)
    for file in files_of(declaration.ref, SCAN):
        Evidence.insert(
            community=community, declaration_id=declaration.id, file_use=file.id, sha256=file.sha256
        ).execute()
    record(
        actor, "revenue.declaration.made", due.ref, after={**given, "on_paper": on_paper, "evidence_files": len(files)},
        reason="", permission=permission,
    )  # fmt: skip
    return _take(actor, due, declaration, why)


def _permission(actor: Actor, contract: Contract, on_paper: bool) -> str:
    """By which right it is declared; raises `NotFound` for a contract of somebody else, `Forbidden`."""
    if contract.state in ("draft", "dropped"):
        raise NotFound
    if on_paper:
        actor.require(CONTRACTS)
        return CONTRACTS
    if actor.account is None:
        raise Forbidden
    if not is_own(actor, contract):
        raise NotFound
    return DECLARE


def _figures(due: Due, given: Mapping[str, int | None]) -> dict[str, int]:
    """The figures the rule needs; raises `Invalid` at the one that is missing."""
    wrong: dict[str, list[Any]] = {}
    figures: dict[str, int] = {}
    for name in figures_needed(due):
        value = given.get(name)
        if value is None:
            wrong[name] = [_("Please fill in this figure; write 0 where there was nothing.")]
        elif abs(value) > MOST or (value < 0 and name not in MAY_BE_BELOW_NOTHING):
            wrong[name] = [_("This figure cannot be right.")]
        else:
            figures[name] = value
    if wrong:
        raise Invalid(wrong)
    return figures


def _take(actor: Actor, due: Due, declaration: Declaration, reason: str) -> Due:
    """The new declaration in the place of the one before, computed."""
    verb = "correct" if due.state in IN_FORCE else "declare"
    fields: dict[str, Any] = {"reason": reason} if verb == "correct" else {}
    advance(actor, due, verb, declaration_id=declaration.id, pending_id=None, **fields)
    computation: Computation = compute_share(actor, due, declaration)
    return advance(actor, due, "compute", pending_id=computation.id)


# --------------------------------------------------------------------------- nobody declares


@transactional
def estimate_missing(actor: Actor) -> int:
    """Open the periods that have begun, and estimate those nobody declared in time; gives how many were estimated.

    Also those that were returned and not declared again. A reviewed share is never put aside for an estimate, and a period whose
    figures count on one without a share waits for that one: it never keeps the others from being opened.
    """
    community = str(actor.community)
    for contract in list(Contract.of(community).where(Contract.state.in_(("active", "expiring")))):
        open_periods(actor, contract)
    late = Due.of(community).where(
        Due.state.in_(("draft", "returned")), Due.declare_by < today(), Due.computation_id.is_null()
    )
    made = 0
    for due in list(late.order_by(Due.contract_id, Due.first_day)):
        if waits_for(due) is None:
            estimate(actor, due)
            made += 1
    return made


def estimate(actor: Actor, due: Due) -> Due:
    """A share from the contract: the figures of the last period that was declared, else the agreed minimum, else figures of 0."""
    corrects = declaration_of(due)
    declaration: Declaration = Declaration.create(
        community=due.community, due_id=due.id, figures=_estimated(due), is_estimate=True, by_account=None, by_person=None,
        by_label=actor.signature, corrects_id=corrects.id if corrects else None,
        reason=str(_("Nobody declared in time")) if corrects else "", at=now(),
    )  # fmt: skip
    return _take(actor, due, declaration, "")


def _estimated(due: Due) -> dict[str, int]:
    version = rule_on(due.community, due.contract_id, due.first_day)
    needed = Rule.parse(version.rule).figures if version else ()
    before = earlier(due)
    while before is not None:
        declaration = declaration_of(before)
        if declaration is not None and not declaration.is_estimate and set(needed) <= set(declaration.figures):
            return {name: int(declaration.figures[name]) for name in needed}
        before = earlier(before)
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    if contract.estimate_fen is not None:
        return {AGREED: int(contract.estimate_fen)}
    return dict.fromkeys(needed, 0)


def was_declared(due: Due) -> bool:
    """Whether somebody declared it, and not only the estimate stands."""
    found = declaration_of(due)
    return found is not None and not found.is_estimate


def nothing_due(actor: Actor, due: Due, reason: str) -> Due:
    """A period after the end of its contract: the share is 0, marked as an estimate and reviewed as any other."""
    corrects = declaration_of(due)
    declaration: Declaration = Declaration.create(
        community=due.community, due_id=due.id, figures={AGREED: 0}, is_estimate=True, by_account=None, by_person=None,
        by_label=actor.signature, corrects_id=corrects.id if corrects else None, reason=reason, at=now(),
    )  # fmt: skip
    return _take(actor, due, declaration, reason)


def declare_again(actor: Actor, due: Due, reason: str) -> Due:
    """The same figures once more, because an earlier period was corrected; declared by who declared them, to be reviewed anew."""
    found = declaration_of(due)
    assert found is not None
    again: Declaration = Declaration.create(
        community=due.community, due_id=due.id, figures=found.figures, words=found.words, is_estimate=found.is_estimate,
        on_paper=found.on_paper, corrects_id=found.id, reason=reason, by_account=found.by_account, by_person=found.by_person,
        by_label=found.by_label,
    )  # fmt: skip
    for each in list(Evidence.of(due.community).where(Evidence.declaration_id == found.id)):
        Evidence.insert(
            community=due.community, declaration_id=again.id, file_use=each.file_use, sha256=each.sha256
        ).execute()
    return _take(actor, due, again, reason)
