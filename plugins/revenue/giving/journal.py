"""现金日记账: what came into a float and went out in a month, in the order it was booked, with what was left after each line."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core import Label
from plugins.revenue.giving.models import Float, FloatMove, Voucher
from plugins.revenue.giving.petty import MOVES
from plugins.revenue.giving.vouchers import voucher_text
from plugins.revenue.ledger.entries import entry
from plugins.revenue.texts import _


@dataclass(frozen=True)
class JournalLine:
    """A line: what came in or went out (分) and what was left. `seq` is the entry in the ledger."""

    day: datetime.date
    number: str
    what: Label
    seq: int
    came: int
    went: int
    left: int


@dataclass(frozen=True)
class Journal:
    """A month of a float: what was left before, the lines, the sums."""

    box: Float
    month: str
    before: int
    lines: list[JournalLine]

    @property
    def came(self) -> int:
        """Everything that came in, in 分."""
        return sum(each.came for each in self.lines)

    @property
    def went(self) -> int:
        """Everything that went out, in 分."""
        return sum(each.went for each in self.lines)

    @property
    def after(self) -> int:
        """What was left at the end, in 分."""
        return self.before + self.came - self.went


def journal(box: Float, month: str) -> Journal:
    """The journal of a float for a month (`YYYY-MM`)."""
    before, lines, left = 0, [], 0
    for day, number, what, seq, amount in sorted(_booked(box), key=lambda each: (each[0], each[3])):
        left += amount
        if day.isoformat()[:7] < month:
            before = left
        elif day.isoformat()[:7] == month:
            lines.append(JournalLine(day, number, what, seq, max(amount, 0), max(-amount, 0), left))
    return Journal(box, month, before, lines)


def months(box: Float) -> list[str]:
    """The months in which something was booked, the latest first."""
    return sorted({day.isoformat()[:7] for day, *_rest in _booked(box)}, reverse=True)


def _booked(box: Float) -> list[tuple[datetime.date, str, Label, int, int]]:
    found: list[tuple[datetime.date, str, Label, int, int]] = []
    for move in FloatMove.of(box.community).where(FloatMove.float_id == box.id, FloatMove.seq.is_null(False)):
        amount = -move.amount if move.what == "return" else move.amount
        words = MOVES[move.what] if move.what != "count" else _("Difference found when counting")
        found.append((move.booked_on, "", words, move.seq, amount))
    for voucher in Voucher.of(box.community).where(Voucher.float_id == box.id, Voucher.seq.is_null(False)):
        found.append((voucher.booked_on, voucher_text(box, voucher), voucher.what, voucher.seq, -voucher.amount))
        if voucher.undone_seq is not None:
            back = entry(box.community, voucher.undone_seq)
            words = _("Taken back: %(what)s", what=voucher.what)
            found.append((back.day, voucher_text(box, voucher), words, back.seq, voucher.amount))
    return found
