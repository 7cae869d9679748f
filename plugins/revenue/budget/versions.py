"""Budgets as they are written, handed in, decided and replaced by a newer version. A version that was decided never changes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from core import Actor, Invalid, NotFound, Refused, advance, attach, begin, record, today, transactional
from plugins.revenue.budget.models import Budget, BudgetLine
from plugins.revenue.budget.states import ENTER, MINUTES
from plugins.revenue.ledger.accounts import AccountLine, accounts
from plugins.revenue.ledger.funds import FundLine, funds
from plugins.revenue.persons import asker, decider
from plugins.revenue.texts import _

MOST_FEN = 1_000_000_000_000


# --------------------------------------------------------------------------- reading


def find_budget(actor: Actor, budget_id: int) -> Budget:
    """A version of the actor's community. Raises `NotFound`."""
    found: Budget = Budget.get_of(str(actor.community), budget_id)
    return found


def in_force(community: str, year: int) -> Budget | None:
    """The version that holds for a year."""
    found: Budget | None = Budget.of(community).where(Budget.year == year, Budget.state == "in_force").first()
    return found


def in_preparation(community: str, year: int) -> Budget | None:
    """The version that is being written or waits to be decided."""
    states = Budget.state.in_(("draft", "handed_in"))
    found: Budget | None = Budget.of(community).where(Budget.year == year, states).first()
    return found


def versions(community: str, year: int | None = None, decided_only: bool = False) -> list[Budget]:
    """Every version of a year, or of all, the newest first; without what was thrown away."""
    found = Budget.of(community).where(Budget.state != "dropped")
    if year is not None:
        found = found.where(Budget.year == year)
    if decided_only:
        found = found.where(Budget.state.in_(("in_force", "replaced")))
    return list(found.order_by(Budget.year.desc(), Budget.version.desc()))


def lines_of(budget: Budget) -> list[BudgetLine]:
    """The lines, by account and fund."""
    same = BudgetLine.budget_id == budget.id
    return list(BudgetLine.of(budget.community).where(same).order_by(BudgetLine.account, BudgetLine.fund))


def budget_accounts(community: str) -> list[AccountLine]:
    """What a line can be about: open accounts of income and expense."""
    return [each for each in accounts(community) if each.is_open and each.kind in ("income", "expense")]


def budget_funds(community: str) -> list[FundLine]:
    """The funds a line can be in; the owners' money is theirs to vote on, so it stands in no budget of the community."""
    return [each for each in funds(community) if each.is_open and each.owner != "owners"]


# --------------------------------------------------------------------------- writing


@transactional
def start(actor: Actor, year: int, why: str = "") -> Budget:
    """Begin to write the budget of a year; where one is in force, a new version with its lines and the reason `why`.

    Raises `Invalid` (year, why), `Refused` where one is being written already, `Forbidden`.
    """
    actor.require(ENTER)
    community = str(actor.community)
    if not today().year - 1 <= year <= today().year + 1:
        raise Invalid({"year": [_("A budget is written for last year, this year or the next.")]})
    if in_preparation(community, year) is not None:
        raise Refused(
            _("A budget of this year is being written already."), advice=_("Finish that one, or throw it away.")
        )
    before = in_force(community, year)
    if before is not None and not why.strip():
        raise Invalid({"why": [_("Please say why the budget changes.")]})
    made = Budget(
        community=community, year=year, version=before.version + 1 if before else 1, why=why.strip() if before else "",
        **asker(actor),
    )  # fmt: skip
    begin(actor, made)
    for line in lines_of(before) if before else ():
        BudgetLine.create(
            community=community, budget_id=made.id, account=line.account, fund=line.fund, amount=line.amount, purpose=line.purpose
        )  # fmt: skip
    return made


@transactional
def set_line(actor: Actor, budget_id: int, account: str, fund: str, amount: int, purpose: str = "") -> BudgetLine:
    """Write a line (分), or change it. Raises `Invalid` (account, fund, amount, purpose), `Refused` once handed in, `Forbidden`."""
    budget = _draft(actor, budget_id)
    community, purpose = budget.community, purpose.strip()
    errors: dict[str, list[Any]] = {}
    if account not in {each.code for each in budget_accounts(community)}:
        errors["account"] = [_("Please choose an account.")]
    if fund not in {each.code for each in budget_funds(community)}:
        errors["fund"] = [_("Please choose a fund.")]
    if not 0 < amount <= MOST_FEN:
        errors["amount"] = [_("Please write the amount in yuan.")]
    if len(purpose) > 200:
        errors["purpose"] = [_("Please use at most 200 characters.")]
    if errors:
        raise Invalid(errors)
    same = (BudgetLine.budget_id == budget.id) & (BudgetLine.account == account) & (BudgetLine.fund == fund)
    line: BudgetLine | None = BudgetLine.of(community).where(same).first()
    if line is None:
        line = BudgetLine.create(
            community=community, budget_id=budget.id, account=account, fund=fund, amount=amount, purpose=purpose
        )
    else:
        BudgetLine.update(amount=amount, purpose=purpose).where(
            BudgetLine.community == community, BudgetLine.id == line.id
        ).execute()
    after = {"account": account, "fund": fund, "amount": amount, "purpose": purpose}
    record(actor, "revenue.budget.line_set", budget.ref, after=after, permission=ENTER)
    return line


@transactional
def remove_line(actor: Actor, budget_id: int, line_id: int) -> None:
    """Take a line out. Raises `Refused` once handed in, `NotFound`, `Forbidden`."""
    line: BudgetLine = BudgetLine.get_of(find_budget(actor, budget_id).community, line_id)
    if line.budget_id != budget_id:
        raise NotFound
    budget = _draft(actor, budget_id)
    BudgetLine.delete().where(BudgetLine.community == budget.community, BudgetLine.id == line.id).execute()
    before = {"account": line.account, "fund": line.fund, "amount": line.amount}
    record(actor, "revenue.budget.line_removed", budget.ref, before=before, permission=ENTER)


@transactional
def set_meeting(
    actor: Actor, budget_id: int, meeting: str, met_on: datetime.date, scans: Sequence[tuple[str, str]]
) -> Budget:
    """Say which meeting decided it and add the scan of its minutes. Raises `Invalid`, `Refused` once handed in, `Forbidden`."""
    budget = _draft(actor, budget_id)
    if not meeting.strip() or len(meeting.strip()) > 200:
        raise Invalid({"meeting": [_("Please name the meeting in at most 200 characters.")]})
    if met_on > today():
        raise Invalid({"met_on": [_("This day lies ahead.")]})
    Budget.update(meeting=meeting.strip(), met_on=met_on).where(
        Budget.community == budget.community, Budget.id == budget.id
    ).execute()
    after = {"meeting": meeting.strip(), "met_on": met_on.isoformat()}
    record(actor, "revenue.budget.meeting_set", budget.ref, after=after, permission=ENTER)
    if scans:
        attach(actor, budget.ref, MINUTES, list(scans), permission=ENTER)
    return find_budget(actor, budget_id)


def _draft(actor: Actor, budget_id: int) -> Budget:
    actor.require(ENTER)
    budget = find_budget(actor, budget_id)
    if budget.state != "draft":
        raise Refused(
            _("This version of the budget does not change any more."),
            advice=_("A change is a new version, with its reason."),
        )
    return budget


# --------------------------------------------------------------------------- deciding


@transactional
def hand_in(actor: Actor, budget_id: int) -> Budget:
    """Give it to the second person; whoever hands in answers for it. Raises `Refused` without lines, meeting or minutes."""
    found: Budget = advance(actor, find_budget(actor, budget_id), "hand_in", **asker(actor))
    return found


@transactional
def give_back(actor: Actor, budget_id: int, reason: str) -> Budget:
    """It is not as the meeting decided; whoever entered it goes on. Raises `Invalid`, `Refused`, `Forbidden`."""
    found: Budget = advance(actor, find_budget(actor, budget_id), "give_back", reason=reason.strip())
    return found


@transactional
def drop(actor: Actor, budget_id: int) -> Budget:
    """Throw away what is not in force. Raises `Refused`, `Forbidden`, `NotFound`."""
    found: Budget = advance(actor, find_budget(actor, budget_id), "drop")
    return found


@transactional
def decide(actor: Actor, budget_id: int) -> Budget:
    """The second person finds it as the meeting decided: it is in force, and the version before it is replaced.

    Raises `Refused` (own work, no minutes), `Forbidden`, `NotFound`.
    """
    budget = find_budget(actor, budget_id)
    before = in_force(budget.community, budget.year)
    if before is not None and budget.state == "handed_in":
        advance(actor, before, "replace")
    found: Budget = advance(actor, budget, "decide", **decider(actor), decided_on=today())
    return found
