"""A share that turns out less than what was allocated of it: the difference comes back from the funds that received it.

The funds keep exactly the split of the corrected share (full mirror less fresh split, fund by fund: a difference is never split
anew). The reviewer of the correction asks for it, a second person approves, and only then the correction can take effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import Actor, Refused, now, record, today, yuan
from plugins.revenue.dues import books
from plugins.revenue.dues.access import by
from plugins.revenue.dues.models import Computation, Contract, Due, MoneyAct, Part, Receipt, contract_number
from plugins.revenue.dues.spans import span_text
from plugins.revenue.giving.models import float_accounts
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.balances import available, balance
from plugins.revenue.ledger.entries import entry
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.posting import Line
from plugins.revenue.spending.funding import COST
from plugins.revenue.spending.models import Proposal, Target
from plugins.revenue.texts import _

KIND = "fund_return"
MONEY = (books.CASH, books.BANK, books.KEPT)
_DONE = ("allocated", "post_published", "locked")


@dataclass(frozen=True)
class Returned:
    """What came back of a period after a correction: 分 by the name of each fund, the entry in the books, and why."""

    by_fund: Sequence[tuple[str, int]]
    seq: int
    reason: str
    at: int

    @property
    def told(self) -> str:
        """“反哺资金 36.00 元、运营资金 24.00 元（凭证 12 号）”."""
        sums = "、".join(f"{name} {yuan(fen)} {_('yuan')}" for name, fen in self.by_fund)
        return f"{sums}（{_('no. %(seq)d', seq=self.seq)}）"


def too_much(due: Due, new_fen: int) -> int:
    """What has been allocated of a due beyond the new sum, in 分."""
    return max(due.allocated_fen - max(new_fen, 0), 0)


def waiting(due: Due) -> MoneyAct | None:
    """The return that waits for its second person."""
    found: MoneyAct | None = (
        MoneyAct.of(due.community)
        .where(MoneyAct.due_id == due.id, MoneyAct.act_kind == KIND, MoneyAct.decision == "")
        .first()
    )
    return found


def ask(actor: Actor, due: Due, computation: Computation, reason: str) -> MoneyAct:
    """The reviewer asks that what was allocated too much comes back; in the caller's transaction.

    One that waits with another sum is refused by it: the figures were declared again meanwhile. Raises `Refused` where it
    waits already.
    """
    amount = too_much(due, computation.due_fen)
    before = waiting(due)
    if before is not None and before.amount == amount:
        raise Refused(
            _(
                "The money that was allocated too much has to come back from the funds first; that waits for the second person."
            ),
            advice=_("Once it is approved under “For the second person”, the correction can be reviewed here."),
        )
    withdraw(actor, due)
    act: MoneyAct = MoneyAct.create(
        community=due.community, act_kind=KIND, contract_id=due.contract_id, due_id=due.id, amount=amount, on_day=today(),
        reason=reason, **by(actor),
    )  # fmt: skip
    record(
        actor, "revenue.act.entered", act.ref,
        after={"act_kind": KIND, "amount": amount, "on_day": act.on_day.isoformat(), "account": ""},
    )  # fmt: skip
    return act


def withdraw(actor: Actor, due: Due) -> None:
    """A return that waits is not needed any more: the correction was returned, or its figures changed."""
    act = waiting(due)
    if act is None:
        return
    MoneyAct.update(
        decision="refused", decided_by=actor.account, decided_person=actor.person, decided_label=actor.signature, decided_at=now(),
    ).where(MoneyAct.community == act.community, MoneyAct.id == act.id).execute()  # fmt: skip
    record(actor, "revenue.act.decided", act.ref, before={"decision": ""}, after={"decision": "refused"})


def by_fund(due: Due, computation: Computation) -> dict[str, int]:
    """What each fund gives back so that it keeps its part of the corrected share; below 0 where it gets a leftover 分.

    Raises `Refused` where the allocations do not say what the funds got.
    """
    gave = given(due)
    if sum(gave.values()) != due.allocated_fen:
        raise Refused(_("The split of a due does not add up to what was received."))
    keeps = {code: int(fen) for code, fen in computation.split.items()} if computation.due_fen > 0 else {}
    found = {code: gave.get(code, 0) - keeps.get(code, 0) for code in {**gave, **keeps}}
    return {code: fen for code, fen in found.items() if fen}


def given(due: Due) -> dict[str, int]:
    """What each fund holds of a due: by the allocations that were carried out, less what came back since."""
    gave: dict[str, int] = {}
    for each in _targets(due):
        gave[each.fund] = gave.get(each.fund, 0) + each.amount
    for act in _approved(due):
        for code, fen in _moved(act).items():
            gave[code] = gave.get(code, 0) + fen
    return {code: fen for code, fen in gave.items() if code != "unallocated"}


def _moved(act: MoneyAct) -> dict[str, int]:
    """What a return that was posted brought to each fund: below 0 what it took."""
    sums: dict[str, int] = {}
    for line in entry(act.community, act.seq or 0).lines:
        if line.source.split(".")[0] in MONEY and line.destination.split(".")[0] in MONEY:
            sums[line.source_fund] = sums.get(line.source_fund, 0) - line.amount
            sums[line.destination_fund] = sums.get(line.destination_fund, 0) + line.amount
    return sums


def _targets(due: Due) -> list[Target]:
    """The targets of this due in allocations that were carried out, each in its last round."""
    done = {each.id: each.round for each in Proposal.of(due.community).where(Proposal.state.in_(_DONE))}
    found = Target.of(due.community).where(Target.due_id == due.id).order_by(Target.id)
    return [each for each in found if done.get(each.proposal_id) == each.round]


def _approved(due: Due) -> list[MoneyAct]:
    found = MoneyAct.of(due.community).where(
        MoneyAct.due_id == due.id, MoneyAct.act_kind == KIND, MoneyAct.decision == "approved"
    )
    return list(found.order_by(MoneyAct.id))


def check(act: MoneyAct) -> None:
    """Whether it can come back as things stand now; raises `Refused`, saying which fund lacks how much."""
    due, computation = _pending(act)
    names = {each.code: each.name for each in funds(act.community)}
    for code, fen in by_fund(due, computation).items():
        free = max(available(act.community, code), 0)
        if fen > free:
            raise Refused(
                _("Of %(fund)s %(fen)s yuan have to come back, but only %(free)s yuan in it are free.", fund=names[code], fen=yuan(fen), free=yuan(free)),
                advice=_(
                    "It can be approved once %(missing)s yuan more have come into this fund, for example by the next allocation; until "
                    "then the earlier share stands.",
                    missing=yuan(fen - free),
                ),
            )  # fmt: skip


def _pending(act: MoneyAct) -> tuple[Due, Computation]:
    due: Due = Due.get_of(act.community, act.due_id or 0)
    computation = Computation.get_of(act.community, due.pending_id) if due.pending_id else None
    if computation is None or due.state != "computed" or too_much(due, computation.due_fen) != act.amount:
        raise Refused(
            _("The correction changed meanwhile."),
            advice=_("Refuse this one; whoever reviews the new figures asks for it anew."),
        )
    return due, computation


def lines(actor: Actor, act: MoneyAct) -> list[Line]:
    """The movements: from each fund, where its money lies, back to 待分配; the owners' custody ends for what goes back."""
    due, computation = _pending(act)
    owners = {each.code for each in funds(act.community) if each.owner == "owners"}
    bank, kept = _bank(due), _kept(act.community)
    back: list[Line] = []
    forth: list[Line] = []
    for code, fen in by_fund(due, computation).items():
        theirs = code in owners
        if fen > 0:
            for place, part in _lying(act.community, code, fen, owners):
                back.append(Line(part, place, bank if theirs else place, code, "unallocated"))
            if theirs:
                back += [Line(part, cost, books.CUSTODY, "unallocated", code) for cost, part in _costs(due, code, fen)]
            continue
        forth.append(Line(-fen, bank, kept if theirs else bank, "unallocated", code))
        if theirs:
            forth.append(Line(-fen, books.CUSTODY, _cost(_targets(due)[-1]), code, "unallocated"))
    return back + forth


def _bank(due: Due) -> str:
    """The account of the community into which the money of the period arrived; what still counts before what was taken back."""
    parts = Part.of(due.community).where(Part.due_id == due.id)
    part = parts.order_by(Part.undone_on.is_null(False), Part.id.desc()).first()
    if part is None:
        raise Refused(_("The books do not say into which account the money of this period arrived."))
    return str(Receipt.get_of(due.community, part.receipt_id).account)


def _kept(community: str) -> str:
    return next(
        (each.code for each in accounts(community) if each.is_open and each.code.startswith(f"{books.KEPT}.")),
        books.KEPT,
    )


def _lying(community: str, code: str, fen: int, owners: set[str]) -> list[tuple[str, int]]:
    """From which accounts a fund gives so much, the first one first. Raises `Refused` when they hold less."""
    heads = (books.KEPT,) if code in owners else (books.CASH, books.BANK)
    floats, found = float_accounts(community), []
    for each in accounts(community):
        if not each.is_open or each.code.split(".")[0] not in heads or each.code in floats:
            continue
        part = min(max(balance(community, account=each.code, fund=code), 0), fen)
        if part:
            found.append((each.code, part))
            fen -= part
    if fen:
        raise Refused(_("The accounts of the fund lack %(sum)s yuan.", sum=yuan(fen)))
    return found


def _cost(target: Target) -> str:
    """The cost by which the community handed its part to the owners: each allocation has an account of its own."""
    proposal: Proposal = Proposal.get_of(target.community, target.proposal_id)
    return f"{COST}.{proposal.number_text}"


def _costs(due: Due, code: str, fen: int) -> list[tuple[str, int]]:
    """From which costs so much comes back: the newest allocation first, from each at most what it brought and still stands."""
    left: dict[str, int] = {}
    for each in reversed(_targets(due)):
        if each.fund == code:
            left[_cost(each)] = left.get(_cost(each), 0) + each.amount
    for act in _approved(due):
        for line in entry(act.community, act.seq or 0).lines:
            if line.source in left and line.destination == books.CUSTODY:
                left[line.source] -= line.amount
            elif line.destination in left and line.source == books.CUSTODY:
                left[line.destination] += line.amount
    found = []
    for cost, there in left.items():
        part = min(max(there, 0), fen)
        if part:
            found.append((cost, part))
            fen -= part
    if fen:
        raise Refused(_("The split of a due does not add up to what was received."))
    return found


def post(actor: Actor, act: MoneyAct, said: Sequence[str]) -> int:
    """Post it; gives the number of the entry."""
    due: Due = Due.get_of(act.community, act.due_id or 0)
    contract: Contract = Contract.get_of(act.community, due.contract_id)
    what = f"{contract.business} {contract_number(contract)} {span_text(due.first_day, due.last_day)}"
    purpose = str(_("Back from the funds after a correction: %(what)s", what=what))
    return books.enter(actor, f"act:{act.id}", act.on_day, purpose[:200], lines(actor, act), act.ref, said)


def follow(actor: Actor, act: MoneyAct) -> None:
    """Of the due only what the funds keep is allocated."""
    due: Due = Due.get_of(act.community, act.due_id or 0)
    left = due.allocated_fen - act.amount
    Due.update(allocated_fen=left).where(Due.community == act.community, Due.id == due.id).execute()
    record(
        actor, "revenue.due.returned", due.ref, before={"allocated_fen": due.allocated_fen}, after={"allocated_fen": left},
    )  # fmt: skip


def returns_of(due: Due) -> list[Returned]:
    """What came back of a period, the oldest first: everybody sees it with the reason."""
    names = {each.code: each.name for each in funds(due.community)}
    made = []
    for act in _approved(due):
        sums = [(names[code], -fen) for code, fen in _moved(act).items() if code != "unallocated"]
        made.append(Returned(sums, int(act.seq or 0), act.reason, int(act.decided_at or 0)))
    return made
