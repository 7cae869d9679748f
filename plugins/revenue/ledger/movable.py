"""What a posting by hand may move: two people enter and approve it, and nobody has read about it before.

So money leaves that way only for what a bank takes by itself, up to a sum a month; everything else is paid by a proposal
(published, signed, published again) or from petty cash. Money comes in, moves between the community's own accounts, and costs
are put under another account. What another part keeps (a contract's income, deposits, gifts, petty cash) it moves itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from core import Invalid, Label, Setting, get_setting, rows, yuan
from plugins.revenue.ledger.accounts import AccountLine, account
from plugins.revenue.ledger.by_hand import keeper
from plugins.revenue.ledger.entries import Line
from plugins.revenue.ledger.funds import fund
from plugins.revenue.ledger.models import Journal
from plugins.revenue.texts import _

MOST = "revenue.by_hand_most"
SETTINGS = (
    Setting(
        MOST, _("What may be paid by hand in a month, in yuan"), int, 500, minimum=0, maximum=5_000,
        hint=_("Bank fees and postings by hand together. What is more is paid by a proposal or from petty cash."),
    ),
)  # fmt: skip
CUSTODY = "2601"
MAINTENANCE = "maintenance"
# 1001 现金, 1002 银行存款, 1009 其他货币资金, 1901 受托代理资产: the accounts of money in the chart npo-2024.
_MONEY = ("1001", "1002", "1009", "1901")
_BY_HAND = ("revenue.journal:%", "revenue.line:%")
# A mirror takes back what it mirrors; what is mirrored and the mirror itself count for nothing.
_PAID = """
SELECT COALESCE(sum(m.amount), 0)
FROM revenue_movement m JOIN revenue_entry e ON e.community = m.community AND e.seq = m.entry
WHERE m.community = ? AND m.day BETWEEN ? AND ? AND (e.record LIKE ? OR e.record LIKE ?) AND e.reverses IS NULL
AND substr(m.source, 1, 4) IN ('1001', '1002', '1009', '1901')
AND substr(m.destination, 1, 4) NOT IN ('1001', '1002', '1009', '1901')
AND NOT EXISTS (SELECT 1 FROM revenue_entry r WHERE r.community = e.community AND r.reverses = e.seq)
"""


@dataclass(frozen=True)
class Refusal:
    """Why a movement is not made by hand: its place in the posting, the side it is about, and the words."""

    line: int
    side: str
    words: Label


class NotByHand(Invalid):
    """A movement that is made elsewhere. `refusal` has its place, for a form with several."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__({refusal.side: [refusal.words]})
        self.refusal = refusal


def is_money(code: str) -> bool:
    """Whether an account holds money."""
    return code.split(".")[0] in _MONEY


def leaves(line: Line) -> bool:
    """Whether money goes out by a movement."""
    return is_money(line.source) and not is_money(line.destination)


def touches_money(lines: Sequence[Line]) -> bool:
    """Whether money comes or goes by one of the movements: then a paper shows it."""
    return any(is_money(line.source) or is_money(line.destination) for line in lines)


def refusal(community: str, day: datetime.date, lines: Sequence[Line], journal: int | None = None) -> Refusal | None:
    """Why these movements are not made by hand on a day, `journal` being the one they stand in; None where they are.

    Raises `NotFound` for an account or a fund that is not there.
    """
    for number, line in enumerate(lines):
        found = _of(community, number, line)
        if found is not None:
            return found
    going = [number for number, line in enumerate(lines) if leaves(line)]
    words = too_much(community, day, sum(lines[number].amount for number in going), journal) if going else None
    return None if words is None else Refusal(going[-1], "amount", words)


def too_much(community: str, day: datetime.date, amount: int, journal: int | None = None) -> Label | None:
    """Why so much more, in 分, is not paid by hand in the month of a day; None where it is."""
    most, before = int(get_setting(MOST, community)) * 100, paid(community, day, journal)
    if before + amount <= most:
        return None
    return _(
        "By hand, at most %(most)s yuan a month are paid (bank fees and the like); %(before)s yuan are entered already. Pay by a proposal, or from petty cash.",
        most=yuan(most), before=yuan(before),
    )  # fmt: skip


def paid(community: str, day: datetime.date, journal: int | None = None) -> int:
    """What went out by hand in the month of a day, in 分: bank fees, postings, and what waits for its second person."""
    first = day.replace(day=1)
    last = (first + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
    posted = int(rows(_PAID, community, first.isoformat(), last.isoformat(), *_BY_HAND)[0][0])
    waiting = Journal.of(community).where(
        Journal.state == "drafted", Journal.day >= first, Journal.day <= last, Journal.id != (journal or 0)
    )
    drafted = [Line(row[0], row[1], row[3], row[2], row[4]) for each in waiting for row in each.lines]
    return posted + sum(line.amount for line in drafted if leaves(line))


def _of(community: str, number: int, line: Line) -> Refusal | None:
    sides = {"source": account(community, line.source), "destination": account(community, line.destination)}
    for side, each in sides.items():
        found = _of_side(community, each)
        if found is not None:
            return Refusal(number, side, found)
    if (sides["source"].holder == "owners") != (sides["destination"].holder == "owners"):
        return Refusal(number, "destination", _("The owners' money and the community's are never mixed."))
    if line.source_fund == line.destination_fund:
        return None
    both = fund(community, line.source_fund), fund(community, line.destination_fund)
    # The city's least share of the owners' income goes to the maintenance fund: both are theirs.
    if line.source == line.destination and both[1].code == MAINTENANCE and both[0].owner == both[1].owner:
        return None
    words = _("Money moves from one fund to another by an allocation: it is published before it is posted.")
    return Refusal(number, "destination_fund", words)


def _of_side(community: str, found: AccountLine) -> Label | None:
    if found.kind == "net_assets":
        return _(
            "Nothing is posted to net assets by hand. No year is closed by hand: the reports reckon each year by itself."
        )
    kept = keeper(community, found.code)
    return None if kept is None else _("%(why)s %(what)s", why=kept.reason, what=kept.advice)
