"""How receipts, deposits and payouts stand in the ledger: the postings of this part, and nothing else of it.

Space of the community: income 4301.<contract> in the fund `unallocated`; what no due has taken yet is 2203 (received in advance)
and lies in `deposits`. Space of the owners: custody, 1901 and 2601 in the fund `owners`, whatever is due.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core import Actor, Invalid, LazyText, Ref, files_of
from plugins.revenue.dues.models import Contract, MoneyAct, Receipt, contract_number
from plugins.revenue.giving.models import float_accounts
from plugins.revenue.ledger.accounts import accounts, open_account
from plugins.revenue.ledger.entries import entry
from plugins.revenue.ledger.posting import Line, Posted, post, reverse
from plugins.revenue.shares.rules import Rule
from plugins.revenue.texts import _

ADVANCE, DEPOSITS, UNKNOWN, CUSTODY, INCOME = "2203", "2209.deposits", "2209.unknown", "2601", "4301"
CASH, BANK, KEPT, FREE = "1001", "1002", "1901", "3101"
OWNERS_FUND = "owners"

SCAN = "scan"

Cut = tuple[Contract, int]
"""What of a receipt goes to a due of this contract, in 分."""


def income_account(contract: Contract) -> str:
    """The account of what a contract brings in."""
    return f"{INCOME}.{contract.code}"


def open_accounts(actor: Actor, contract: Contract) -> None:
    """A contract that is signed has its own account of income."""
    if not contract.is_owners:
        name = str(
            _(
                "Income from services: %(business)s %(number)s",
                business=contract.business,
                number=contract_number(contract),
            )
        )
        open_account(actor, income_account(contract), name[:120], "income")


def money_accounts(community: str) -> list[tuple[str, str, str]]:
    """Where money can arrive: (code, name, class of ownership), open accounts only."""
    floats = float_accounts(community)
    found = [
        each
        for each in accounts(community)
        if each.is_open and each.code.split(".")[0] in (CASH, BANK, KEPT) and each.code not in floats
    ]
    return [(each.code, each.name, class_of(each.code)) for each in found]


def class_of(code: str) -> str:
    """Whose money an account holds."""
    return "owners" if code.split(".")[0] == KEPT else "community"


def check_account(community: str, code: str) -> str:
    """The class of ownership of an account for money; raises `Invalid` for any other account."""
    for known, _name, owner_class in money_accounts(community):
        if known == code:
            return owner_class
    raise Invalid({"account": [_("Choose an account in which money can arrive.")]})


@dataclass(frozen=True)
class Origin:
    """Where the money of a posting comes from: `money` that arrives, an `unknown` payer, a `deposit`, the operator's `credit`."""

    name: str

    @property
    def account(self) -> str:
        return {"unknown": UNKNOWN, "deposit": DEPOSITS, "credit": ADVANCE}[self.name]

    @property
    def fund(self) -> str:
        return "unknown" if self.name == "unknown" else "deposits"


def lines(origin: str, receipt: Receipt, cuts: Sequence[Cut], total: int) -> list[Line]:
    """The movements by which `total` of a receipt goes to dues (`cuts`), and the rest to what the operator has paid in advance."""
    if receipt.opening_fund == "unallocated":
        return []
    bank, rest = receipt.account, total - sum(amount for _contract, amount in cuts)
    if receipt.owner_class == "owners":
        return _owners(origin, bank, total)
    if origin == "money":
        made = [Line(fen, income_account(each), bank, "unallocated", "unallocated") for each, fen in cuts]
        return made + ([Line(rest, ADVANCE, bank, "deposits", "deposits")] if rest else [])
    source = Origin(origin)
    made = [Line(fen, income_account(each), source.account, "unallocated", source.fund) for each, fen in cuts]
    if total > rest:
        made.append(Line(total - rest, bank, bank, source.fund, "unallocated"))
    if rest and origin != "credit":
        made.append(Line(rest, ADVANCE, source.account, "deposits", source.fund))
        if source.fund != "deposits":
            made.append(Line(rest, bank, bank, source.fund, "deposits"))
    return made


def split_obstacle(contract: Contract, rule: Rule) -> LazyText | None:
    """What is wrong about a rule for the owners' space. The money is theirs whole from the moment it arrives: a rule that promised
    the community a part of it would be told to everybody and followed by nobody. The reasonable cost of whoever runs the
    business is what the share leaves them.
    """
    if not contract.is_owners or {part.to for part in rule.split} == {OWNERS_FUND}:
        return None
    return _(
        "This is the owners' space: the whole share goes to the owners' fund. Their vote decides what it is spent on."
    )


def _owners(origin: str, bank: str, total: int) -> list[Line]:
    """The owners' money is theirs from the moment it arrives: what is due of it moves nothing."""
    if origin == "money":
        return [Line(total, CUSTODY, bank, OWNERS_FUND, OWNERS_FUND)]
    if origin == "deposit":
        return [
            Line(total, CUSTODY, DEPOSITS, OWNERS_FUND, "deposits"),
            Line(total, bank, bank, "deposits", OWNERS_FUND),
        ]
    return []


def unknown_lines(receipt: Receipt) -> list[Line]:
    """Money of which nobody knows who paid it: 待查款项, owed to somebody and no income until it is known."""
    if receipt.owner_class == "owners":
        return _owners("money", receipt.account, receipt.amount)
    return [Line(receipt.amount, UNKNOWN, receipt.account, "unknown", "unknown")]


def act_lines(kind: str, contract: Contract | None, receipt: Receipt | None, bank: str, amount: int) -> list[Line]:
    """The movements of what two people did: a deposit in or out, a credit given back, a payout."""
    if kind == "deposit_in":
        return [Line(amount, DEPOSITS, bank, "deposits", "deposits")]
    if kind == "deposit_out":
        return [Line(amount, bank, DEPOSITS, "deposits", "deposits")]
    if kind == "credit_out" and receipt is not None:
        if receipt.owner_class == "owners":
            return [Line(amount, bank, CUSTODY, "owners", "owners")]
        if receipt.opening_fund == "unallocated":
            return [Line(amount, bank, FREE, "unallocated", "unallocated")]
        return [Line(amount, bank, ADVANCE, "deposits", "deposits")]
    assert contract is not None
    if contract.is_owners:
        return [Line(amount, bank, CUSTODY, "owners", "owners")]
    return [Line(amount, bank, income_account(contract), "unallocated", "unallocated")]


def enter(
    actor: Actor, key: str, day: datetime.date, purpose: str, made: Sequence[Line], record: Ref,
    approvals: Iterable[str] = (), evidence: Iterable[str] = (),
) -> int:  # fmt: skip
    """Post; gives the sequence number. Raises what the ledger refuses: a locked month, a fund that would be overdrawn."""
    posted: Posted = post(
        actor, key=f"dues:{key}", day=day, purpose=purpose, lines=list(made), record=record,
        evidence=tuple(evidence), approvals=tuple(approvals),
    )  # fmt: skip
    return posted.seq


def scans_of(found: Receipt | MoneyAct) -> list[Any]:
    """The scans of the bank's slip or of what was signed for it, each with its SHA-256."""
    return list(files_of(found.ref, SCAN))


def digests_of(found: Receipt | MoneyAct) -> tuple[str, ...]:
    """The digests of these scans, each once."""
    return tuple(dict.fromkeys(each.sha256 for each in scans_of(found)))


def evidence_of(receipt: Receipt) -> tuple[str, ...]:
    """The digests under which a receipt came in: what is posted of it later rests on the same papers."""
    return entry(receipt.community, receipt.seq).evidence if receipt.seq else ()


def mirror(
    actor: Actor, seq: int, key: str, day: datetime.date, reason: str, approvals: Iterable[str], fresh: Sequence[Line] = (),
    purpose: str = "",
) -> int | None:  # fmt: skip
    """Mirror a posting and post what is right instead, on the same papers; gives the number of the fresh posting, None without one."""
    _mirrored, made = reverse(
        actor,
        seq,
        key=f"dues:{key}",
        day=day,
        reason=reason,
        approvals=tuple(approvals),
        fresh=list(fresh),
        purpose=purpose,
        evidence=entry(str(actor.community), seq).evidence,
    )
    return made.seq if made is not None else None
