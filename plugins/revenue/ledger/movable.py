"""What a posting by hand may move: two people enter and approve it, and nobody has read about it before.

So money leaves that way only for what a bank takes by itself, up to a sum a month; everything else is paid by a proposal
(published, signed, published again) or from petty cash. Money comes in, moves between the community's own accounts, and costs
are put under another account. What another part keeps (a contract's income, deposits, gifts, petty cash) it moves itself.

A reversal by hand is asked the same: what its mirror takes out, and nothing in its place brings in, has gone out.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core import Invalid, Label, Refused, Setting, get_setting, local_day, rows, today, utc_minute, yuan
from plugins.revenue.ledger.accounts import AccountLine, account
from plugins.revenue.ledger.by_hand import ABSENT, MATCHED, keeper, on_statement
from plugins.revenue.ledger.entries import EntryLine, Line, entry
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
KEPT, CUSTODY = "1901", "2601"
MAINTENANCE = "maintenance"
# 1001 现金, 1002 银行存款, 1009 其他货币资金, 1901 受托代理资产: the accounts of money in the chart npo-2024.
_MONEY = ("1001", "1002", "1009", "1901")
# By the key, as what stands in the place of an entry is about that entry's record; as the index of migration 0018 says it.
_BY_HAND = "(substr(e.key, 1, 8) = 'journal:' OR substr(e.record, 1, 13) = 'revenue.line:')"
_IN_TIME = {"day": "e.day >= ? AND e.day <= ?", "at": "e.at >= ? AND e.at < ?"}
# What is mirrored counts for nothing any more; what a mirror itself takes out is counted by `taken_out`.
_PAID = f"""
SELECT COALESCE(sum(m.amount), 0)
FROM revenue_entry e JOIN revenue_movement m ON m.community = e.community AND m.entry = e.seq
WHERE e.community = ? AND {{time}} AND {_BY_HAND} AND e.reverses IS NULL AND e.seq <> ?
AND substr(m.source, 1, 4) IN ('1001', '1002', '1009', '1901')
AND substr(m.destination, 1, 4) NOT IN ('1001', '1002', '1009', '1901')
AND NOT EXISTS (SELECT 1 FROM revenue_entry r WHERE r.community = e.community AND r.reverses = e.seq)
"""
_MIRRORS = f"""SELECT e.reverses, n.seq FROM revenue_entry e
LEFT JOIN revenue_entry n ON n.community = e.community AND n.replaces = e.reverses
WHERE e.community = ? AND {{time}} AND {_BY_HAND} AND e.reverses IS NOT NULL"""


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


def is_custody(found: AccountLine) -> bool:
    """Whether what an account holds is the owners' and only kept for them, whoever keeps it."""
    return found.code.split(".")[0] in (KEPT, CUSTODY) or found.holder == "owners"


def leaves(line: Line) -> bool:
    """Whether money goes out by a movement."""
    return is_money(line.source) and not is_money(line.destination)


def arrives(line: Line) -> bool:
    """Whether money comes in by a movement."""
    return is_money(line.destination) and not is_money(line.source)


def touches_money(lines: Sequence[Line]) -> bool:
    """Whether money comes or goes by one of the movements: then a paper shows it."""
    return any(is_money(line.source) or is_money(line.destination) for line in lines)


def mirror_of(wrong: EntryLine) -> list[Line]:
    """The movements that take an entry back."""
    return [
        Line(line.amount, line.destination, line.source, line.destination_fund, line.source_fund)
        for line in wrong.lines
    ]


def moved(lines: Sequence[Line]) -> dict[str, int]:
    """What movements do to each account of money, in 分 with its sign; those they leave as they were are left out."""
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        if is_money(line.source):
            found[line.source] -= line.amount
        if is_money(line.destination):
            found[line.destination] += line.amount
    return {code: fen for code, fen in found.items() if fen}


def needs_paper(wrong: EntryLine, fresh: Sequence[Line]) -> bool:
    """Whether a reversal takes money out or puts another sum in its place: the papers of what was wrong do not show that."""
    changed = moved([*mirror_of(wrong), *fresh])
    return bool(changed) if fresh else any(fen < 0 for fen in changed.values())


def check_statement(community: str, wrong: EntryLine, fresh: Sequence[Line]) -> None:
    """Raise `Refused` where a reversal takes out money of which a line of a statement says that it is there."""
    for code, fen in moved([*mirror_of(wrong), *fresh]).items():
        if fen < 0 and on_statement(community, wrong.seq, code) == MATCHED:
            raise Refused(
                _("This money is on the statement of the bank: it cannot be taken out of the books."),
                advice=_(
                    "Choose the right account and leave the amount as it is. If the line is matched with the wrong posting, undo the match first."
                ),
            )


def taken_out(community: str, wrong: EntryLine, fresh: Sequence[Line]) -> int:
    """What a reversal takes out by its mirror and does not bring in again in the same fund, in 分.

    What never came counts for nothing: the statements cover its day, and no line is, or ever will be, matched with it.
    """
    gone: dict[str, int] = defaultdict(int)
    for line in mirror_of(wrong):
        if leaves(line) and on_statement(community, wrong.seq, line.source) != ABSENT:
            gone[line.source_fund] += line.amount
    for line in fresh:
        if arrives(line):
            gone[line.destination_fund] -= line.amount
    return sum(fen for fen in gone.values() if fen > 0)


def refusal(
    community: str,
    day: datetime.date,
    lines: Sequence[Line],
    journal: int | None = None,
    wrong: EntryLine | None = None,
) -> Refusal | None:
    """Why these movements are not made by hand on a day; None where they are.

    `journal` is the one they stand in, `wrong` the entry in whose place they are put. Raises `NotFound` for an account or a
    fund that is not there.
    """
    for number, line in enumerate(lines):
        found = _of(community, number, line)
        if found is not None:
            return found
    going = [number for number, line in enumerate(lines) if leaves(line)]
    amount = sum(lines[number].amount for number in going) + (taken_out(community, wrong, lines) if wrong else 0)
    words = too_much(community, day, amount, journal, wrong.seq if wrong else 0) if amount else None
    if words is None:
        return None
    return Refusal(going[-1], "amount", words) if going else Refusal(0, "reason", words)


def too_much(
    community: str, day: datetime.date, amount: int, journal: int | None = None, wrong: int = 0
) -> Label | None:
    """Why so much more, in 分, is not paid by hand in the month of a day, or in this one; None where it is."""
    most, before = int(get_setting(MOST, community)) * 100, paid(community, day, journal, wrong)
    if before + amount <= most:
        return None
    return _(
        "By hand, at most %(most)s yuan a month are paid (bank fees and the like); %(before)s yuan are entered already. Pay by a proposal, or from petty cash.",
        most=yuan(most), before=yuan(before),
    )  # fmt: skip


def paid(community: str, day: datetime.date, journal: int | None = None, wrong: int = 0) -> int:
    """What went out by hand in a month, in 分: bank fees, postings, reversals, and what waits for its second person.

    The more of what is dated in the month of `day` and what was entered in the present month: no day that is chosen freely
    makes room. `journal` and the entry `wrong`, which it takes back, are left out.
    """
    return max(_paid(community, "day", day, journal, wrong), _paid(community, "at", today(), journal, wrong))


def _paid(community: str, by: str, day: datetime.date, journal: int | None, wrong: int) -> int:
    first = day.replace(day=1)
    following = (first + datetime.timedelta(days=31)).replace(day=1)
    time: tuple[object, object] = (first.isoformat(), (following - datetime.timedelta(days=1)).isoformat())
    if by == "at":
        time = (utc_minute(first, 0) * 60_000, utc_minute(following, 0) * 60_000)
    total = int(rows(_PAID.format(time=_IN_TIME[by]), community, *time, wrong)[0][0])
    for mirrored, replaced in rows(_MIRRORS.format(time=_IN_TIME[by]), community, *time):
        total += taken_out(community, entry(community, mirrored), entry(community, replaced).lines if replaced else ())
    for each in Journal.of(community).where(Journal.state == "drafted", Journal.id != (journal or 0)):
        if first <= (each.day if by == "day" else local_day(each.at)) < following:
            lines = [Line(row[0], row[1], row[3], row[2], row[4]) for row in each.lines]
            total += sum(line.amount for line in lines if leaves(line))
            total += taken_out(community, entry(community, each.reverses), lines) if each.reverses else 0
    return total


def _of(community: str, number: int, line: Line) -> Refusal | None:
    sides = {"source": account(community, line.source), "destination": account(community, line.destination)}
    for side, each in sides.items():
        found = _of_side(community, each)
        if found is not None:
            return Refusal(number, side, found)
    if is_custody(sides["source"]) != is_custody(sides["destination"]):
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
