"""Taking postings back: the surplus of a due that was corrected downwards, and a receipt entered wrongly.

Always a full mirror of the stored posting and a fresh one, linked, with the reason and two people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from core import Actor, Refused, today, yuan
from plugins.revenue.dues import books
from plugins.revenue.dues.models import Contract, Due, Part, Receipt
from plugins.revenue.dues.receiving import purpose_of, settle
from plugins.revenue.dues.spans import span_text
from plugins.revenue.texts import _

Cuts = list[tuple[Due, int]]


def free_surplus(actor: Actor, due: Due, new_fen: int, reason: str, approvals: Sequence[str]) -> int:
    """Free what a due has received above its new sum, the newest part first: it becomes the operator's credit again.

    Inside the caller's transaction; gives the 分 freed. Raises `Refused` by the ledger, where the money is spent already.
    """
    surplus = due.received_fen - max(new_fen, 0)
    if surplus <= 0:
        return 0
    less: dict[tuple[int, int], int] = defaultdict(int)
    left = surplus
    for part in reversed(live_parts(due.community, due_id=due.id)):
        take = min(left, part.amount)
        less[part.receipt_id, part.seq] += take
        left -= take
        if not left:
            break
    for (receipt_id, seq), fen in less.items():
        _post_anew(actor, Receipt.get_of(due.community, receipt_id), seq, due, fen, reason, approvals)
    return surplus


def live_parts(community: str, *, due_id: int | None = None, receipt_id: int | None = None) -> list[Part]:
    """The parts that count, the oldest first."""
    found = Part.of(community).where(Part.undone_on.is_null())
    if due_id is not None:
        found = found.where(Part.due_id == due_id)
    if receipt_id is not None:
        found = found.where(Part.receipt_id == receipt_id)
    return list(found.order_by(Part.id))


def _post_anew(
    actor: Actor, receipt: Receipt, seq: int, due: Due, less: int, reason: str, approvals: Sequence[str]
) -> None:
    """Mirror one posting and post it with `less` for this due."""
    parts = [each for each in live_parts(due.community, receipt_id=receipt.id) if each.seq == seq]
    cuts: Cuts = []
    cut_down: list[tuple[Part, int]] = []
    for part in parts:
        take = min(less, part.amount) if part.due_id == due.id else 0
        less -= take
        if take:
            cut_down.append((part, part.amount - take))
        if part.amount > take:
            cuts.append((Due.get_of(due.community, part.due_id), part.amount - take))
    origin = _origin(receipt, seq)
    total = sum(fen for _due, fen in cuts) if origin == "credit" else int(receipt.amount)
    contracts = [(Contract.get_of(each.community, each.contract_id), fen) for each, fen in cuts]
    fresh = books.lines(origin, receipt, contracts, total)
    made = seq
    # The owners' money stands as theirs whatever is due of it: nothing in the books changes; nor for what lay in 待分配 before.
    if not receipt.moves_nothing:
        again = books.mirror(
            actor, seq, f"anew:{receipt.id}:{seq}:{due.id}", today(), reason, approvals, fresh,
            purpose_of(due.community, receipt.operator_id or 0, cuts),
        )  # fmt: skip
        made = again if again is not None else 0
        if seq == receipt.seq:
            Receipt.update(seq=made).where(Receipt.community == receipt.community, Receipt.id == receipt.id).execute()
        elif seq == receipt.assigned_seq:
            Receipt.update(assigned_seq=made).where(
                Receipt.community == receipt.community, Receipt.id == receipt.id
            ).execute()
    _undo([part for part, _left in cut_down])
    for _part, left in cut_down:
        if left:
            Part.insert(
                community=receipt.community, receipt_id=receipt.id, due_id=due.id, amount=left, seq=made, on_day=today()
            ).execute()
    # The others stand as they were, now by the fresh posting.
    whole = [part.id for part in parts if part not in [each for each, _left in cut_down]]
    Part.update(seq=made).where(Part.community == receipt.community, Part.id.in_(whole)).execute()


def _origin(receipt: Receipt, seq: int) -> str:
    if seq == receipt.assigned_seq:
        return "unknown"
    if seq == receipt.seq:
        return "deposit" if receipt.source == "deposit" else "money"
    return "credit"


def _undo(parts: Sequence[Part]) -> None:
    for part in parts:
        Part.update(undone_on=today()).where(Part.community == part.community, Part.id == part.id).execute()


def check_undoable(receipt: Receipt) -> None:
    """Whether a receipt can be taken back whole. Raises `Refused`: part of it was given back, or the funds have what it paid."""
    if receipt.given_back_fen:
        raise Refused(_("Part of it has been given back already."))
    taken: dict[int, int] = defaultdict(int)
    for part in live_parts(receipt.community, receipt_id=receipt.id):
        taken[part.due_id] += part.amount
    for due_id, fen in taken.items():
        due = Due.get_of(receipt.community, due_id)
        if due.proposal:
            raise Refused(_("An allocation of this money is under way. Correct it when that is decided or given up."))
        # Without it the funds would keep what nobody paid: the next allocation would be paid out of other operators' money.
        missing = due.allocated_fen - (due.received_fen - fen)
        if missing > 0:
            raise Refused(
                _(
                    "The funds have received %(missing)s yuan of this money already for the period %(period)s.",
                    missing=yuan(min(missing, fen)), period=span_text(due.first_day, due.last_day),
                ),
                advice=_(
                    "First have the share of this period corrected downwards, so that the funds give the money back. After that the "
                    "receipt can be taken back, and the share be corrected again."
                ),
            )  # fmt: skip


def undo_receipt(actor: Actor, receipt: Receipt, reason: str, approvals: Sequence[str]) -> int:
    """Take a receipt back that was entered wrongly, or a deposit that was set off wrongly: every posting of it is mirrored.

    Of what was there before the books began the opening balances stay; only what was made of it is mirrored. Gives the number of
    the entry of the receipt. Raises `Refused` (see `check_undoable`).
    """
    check_undoable(receipt)
    parts = live_parts(receipt.community, receipt_id=receipt.id)
    postings = {receipt.seq, receipt.assigned_seq, *(part.seq for part in parts)} - {None, 0}
    if receipt.opening_fund:
        postings -= {receipt.seq}
    for seq in sorted(postings, reverse=True):
        books.mirror(actor, int(seq), f"undo:{receipt.id}:{seq}", today(), reason, approvals)
    for due_id in dict.fromkeys(part.due_id for part in parts):
        settle(actor, due_id, less=sum(part.amount for part in parts if part.due_id == due_id))
    _undo(parts)
    Receipt.update(undone_on=today()).where(Receipt.community == receipt.community, Receipt.id == receipt.id).execute()
    return int(receipt.seq or 0)
