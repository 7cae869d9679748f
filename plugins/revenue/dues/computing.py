"""The share of a declared period, computed by the rule in force and frozen with everything it came from.

Sums and carried losses go on from the period before, also across versions of the rule; sums begin anew with the calendar year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from core import Actor, Refused
from plugins.revenue.dues.contracts import rule_on
from plugins.revenue.dues.models import Computation, Contract, Declaration, Due
from plugins.revenue.dues.spans import span_text
from plugins.revenue.ledger.funds import funds
from plugins.revenue.shares.allocate import portions
from plugins.revenue.shares.compute import Period, Result, State, compute, ratio
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import told
from plugins.revenue.texts import _

AGREED = "agreed_fen"
"""The figure of an estimate by the agreed minimum of the contract: it is the share itself."""


def earlier(due: Due) -> Due | None:
    """The period of the same contract before this one."""
    found: Due | None = (
        Due.of(due.community)
        .where(Due.contract_id == due.contract_id, Due.first_day < due.first_day)
        .order_by(Due.first_day.desc())
        .first()
    )
    return found


def share_of(due: Due) -> Computation | None:
    """The newest share of a period: the one that waits for its review, or the one in force."""
    key = due.pending_id or due.computation_id
    return Computation.get_of(due.community, key) if key else None


def waits_for(due: Due, rule: Rule | None = None) -> Due | None:
    """The period before, where the rule counts on its figures and it has no share yet; None where nothing is in the way."""
    version = rule_on(due.community, due.contract_id, due.first_day)
    rule = rule or (Rule.parse(version.rule) if version else None)
    before = earlier(due)
    if rule is None or before is None or share_of(before) is not None:
        return None
    return before if rule.mode == "cumulative" or rule.loss == "carry" else None


def state_before(due: Due, rule: Rule) -> State:
    """What goes on into a period. Raises `Refused` where the rule needs the period before and nobody has declared it."""
    before = earlier(due)
    share = share_of(before) if before is not None else None
    if before is None or share is None:
        missing = waits_for(due, rule)
        if missing is not None:
            raise Refused(
                _(
                    "%(period)s must be declared first: its figures count on.",
                    period=span_text(missing.first_day, missing.last_day),
                )
            )
        return State()
    state = State.from_json(share.state_after)
    if before.first_day.year != due.first_day.year:
        return State(carried_loss_fen=state.carried_loss_fen)
    return state


def figures_needed(due: Due) -> tuple[str, ...]:
    """The figures that the rule asks for this period, in order."""
    version = rule_on(due.community, due.contract_id, due.first_day)
    return Rule.parse(version.rule).figures if version else ()


def result_of(due: Due, figures: Mapping[str, int], data: object) -> Result:
    """What a rule makes of figures for this period, without storing it: for the pages that show it beforehand."""
    rule = Rule.parse(data)
    return compute(rule, [Period(due.first_day, due.last_day, dict(figures))], state_before(due, rule))[0]


def compute_share(actor: Actor, due: Due, declaration: Declaration) -> Computation:
    """Compute and freeze; inside the caller's transaction."""
    version = rule_on(due.community, due.contract_id, due.first_day)
    if version is None:
        raise Refused(_("The contract has no rule."))
    rule = Rule.parse(version.rule)
    ended = is_after_end(due)
    before = State() if ended else state_before(due, rule)
    if declaration.is_estimate and AGREED in declaration.figures:
        result = _agreed(rule, due, before, int(declaration.figures[AGREED]))
        if ended:
            result = replace(result, trace={**result.trace, "ended": True})
    else:
        result = compute(rule, [Period(due.first_day, due.last_day, declaration.figures)], before)[0]
    made: Computation = Computation.create(
        community=due.community, contract_id=due.contract_id, due_id=due.id, declaration_id=declaration.id, rule_id=version.id,
        due_fen=result.due_fen, unrounded=ratio(result.unrounded), carried_loss_fen=result.carried_loss_fen,
        split=dict(result.split), trace=dict(result.trace), state_before=before.as_json(), state_after=result.state.as_json(),
    )  # fmt: skip
    return made


def is_after_end(due: Due) -> bool:
    """Whether the contract had ended when the period began."""
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    return bool(contract.ended_on is not None and contract.ended_on < due.first_day)


def _agreed(rule: Rule, due: Due, before: State, fen: int) -> Result:
    """The agreed minimum of the contract as the share; sums of figures stand still."""
    parts = portions(fen, [part.weight for part in rule.split])
    split = {part.to: each.fen for part, each in zip(rule.split, parts, strict=True)}
    trace = {
        "version": 1,
        "agreed_fen": fen,
        "due_fen": fen,
        "split": [{"to": to, "fen": sum_} for to, sum_ in split.items()],
    }
    after = State(
        before.carried_loss_fen, before.already_due_fen + fen, before.sums, before.first or due.first_day, due.last_day,
        before.periods + 1,
    )  # fmt: skip
    return Result(fen, Fraction(fen), before.carried_loss_fen, split, trace, after)


def fund_names(community: str) -> dict[str, str]:
    """The names of funds by code."""
    return {each.code: each.name for each in funds(community)}


def steps_told(community: str, trace: Mapping[str, Any]) -> list[str]:
    """The trace as plain sentences."""
    if "ended" in trace:
        return [str(_("The contract had ended before this period: nothing is due."))]
    if "agreed_fen" in trace:
        return [str(_("Nobody has declared: the minimum agreed in the contract counts until somebody does."))]
    return told(trace, fund_names(community))


def split_told(community: str, split: Mapping[str, int]) -> list[tuple[str, int]]:
    """Which fund gets how much: (name, 分)."""
    names = fund_names(community)
    return [(names.get(code, code), int(fen)) for code, fen in split.items()]


def is_stale(due: Due) -> bool:
    """Whether a later period was computed from what has been corrected since."""
    share = share_of(due)
    if share is None or "ended" in share.trace:
        return False
    version = rule_on(due.community, due.contract_id, due.first_day)
    rule = Rule.parse(version.rule) if version else None
    if rule is None or (rule.mode != "cumulative" and rule.loss != "carry"):
        return False
    return state_before(due, rule).as_json() != share.state_before
