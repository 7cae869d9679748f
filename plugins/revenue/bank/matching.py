"""勾对: lines of statements and postings of the ledger that are the same money. Confirmed by people, undone with a reason, never
erased. What is posted from a line (fees, interest, unknown payers) is in `booking`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core import Actor, Conflict, Invalid, NotFound, Refused, now, record, rows, transactional, violated
from plugins.revenue.bank.accounts import BOOKS, MATCH, bank_of
from plugins.revenue.bank.models import BankAccount, Match, MatchEntry, MatchLine
from plugins.revenue.bank.proposing import Line as Offered
from plugins.revenue.bank.proposing import Posting, propose
from plugins.revenue.texts import _

WAYS = {
    "proposal": _("as proposed"),
    "hand": _("chosen by hand"),
    "due": _("received for a due"),
    "unknown": _("payer not known yet"),
    "fee": _("a fee of the bank"),
    "interest": _("interest"),
    "opening": _("there when the account began"),
}
MOST_OPEN = 400
MOST_PARTS = 40


@dataclass(frozen=True)
class OpenLine:
    """A line without posting (未达: the bank has it, the ledger has not)."""

    id: int
    day: datetime.date
    amount: int
    payer: str
    reference: str
    memo: str
    statement_id: int


@dataclass(frozen=True)
class OpenPosting:
    """What an entry did to the account, without line (在途: the ledger has it, the bank has not). `match_id` where it has one."""

    seq: int
    day: datetime.date
    amount: int
    purpose: str


@dataclass(frozen=True)
class ProposedPair:
    """A proposal with all it names, as the page shows it."""

    lines: tuple[OpenLine, ...]
    postings: tuple[OpenPosting, ...]
    reasons: tuple[str, ...]
    is_sure: bool


_OPEN_LINES = """SELECT l.id, l.day, l.amount, l.payer, l.reference, l.memo, l.statement_id FROM revenue_line l
JOIN revenue_statement s ON s.id = l.statement_id AND s.sealed = 1
WHERE l.community = ? AND l.bank_id = ? AND l.withdrawn = 0
AND NOT EXISTS (SELECT 1 FROM revenue_match_line x WHERE x.line_id = l.id AND x.undone = 0)
ORDER BY l.day, l.id LIMIT ?"""
# A reversed entry and its mirror are nothing together: neither waits for a line, unless one of them is matched.
_POSTINGS = """WITH moved AS (
SELECT entry, sum(fen) AS fen FROM (
SELECT entry, amount AS fen FROM revenue_movement WHERE community = ? AND destination = ? AND day >= ? AND day <= ?
UNION ALL SELECT entry, -amount FROM revenue_movement WHERE community = ? AND source = ? AND day >= ? AND day <= ?) AS sides
GROUP BY entry HAVING sum(fen) <> 0)
SELECT e.seq, e.day, m.fen, e.purpose, e.reverses, x.match_id FROM moved m
JOIN revenue_entry e ON e.community = ? AND e.seq = m.entry
LEFT JOIN revenue_match_entry x ON x.bank_id = ? AND x.seq = e.seq AND x.undone = 0
ORDER BY e.day, e.seq"""
_LAST_DAY = "9999-12-31"


def open_lines(bank: BankAccount, most: int = MOST_OPEN) -> list[OpenLine]:
    """Lines no posting explains, the oldest first."""
    return [_open_line(row) for row in rows(_OPEN_LINES, bank.community, bank.id, most)]


def _open_line(row: tuple[Any, ...]) -> OpenLine:
    return OpenLine(row[0], datetime.date.fromisoformat(row[1]), row[2], row[3], row[4], row[5], row[6])


def postings(bank: BankAccount, until: str = _LAST_DAY) -> list[tuple[OpenPosting, int | None, int | None]]:
    """Every entry that moved the account since its beginning, with what it reverses and the match it is in."""
    since, side = bank.opens_on.isoformat(), (bank.community, bank.account)
    found = rows(_POSTINGS, *side, since, until, *side, since, until, bank.community, bank.id)
    return [
        (OpenPosting(int(row[0]), datetime.date.fromisoformat(row[1]), int(row[2]), row[3]), row[4], row[5])
        for row in found
    ]


def open_postings(bank: BankAccount, until: str = _LAST_DAY) -> list[OpenPosting]:
    """Postings that wait for a line, the oldest first: an entry and its mirror cancel while neither is matched."""
    found = postings(bank, until)
    waiting = {each.seq: each for each, _reverses, match_id in found if match_id is None}
    for each, reverses, match_id in found:
        if reverses is not None and match_id is None and reverses in waiting:
            waiting.pop(reverses)
            waiting.pop(each.seq, None)
    return list(waiting.values())


def proposals(actor: Actor, bank_id: int) -> tuple[list[ProposedPair], list[OpenLine], list[OpenPosting]]:
    """What probably belongs together, the surest first; the lines that are left; the postings that are left."""
    actor.require(BOOKS)
    bank = bank_of(str(actor.community), bank_id)
    lines = {line.id: line for line in open_lines(bank)}
    waiting = {each.seq: each for each in open_postings(bank)}
    offered = propose(
        [
            Offered(each.id, each.day, each.amount, f"{each.payer} {each.reference} {each.memo}")
            for each in lines.values()
        ],
        [Posting(each.seq, each.day, each.amount, each.purpose) for each in waiting.values()],
    )
    pairs = []
    for each in offered:
        taken = tuple(lines.pop(key) for key in each.lines)
        pairs.append(ProposedPair(taken, tuple(waiting.pop(seq) for seq in each.entries), each.reasons, each.is_sure))
    return pairs, list(lines.values()), list(waiting.values())


# --------------------------------------------------------------------------- acts


@transactional
def match(actor: Actor, bank_id: int, lines: Sequence[int], entries: Sequence[int], way: str = "hand") -> Match:
    """Say that these lines and entries are the same money: one of one side, and both sides alike to the 分.

    Two lines alone, money that came and went back, take a second person (`pairs`); entries alone are what was there when the
    account began (`way` opening). Raises `Invalid`, `Conflict` when somebody was first, `NotFound`.
    """
    actor.require(MATCH)
    if not entries and way != "opening" and len(set(lines)) == 2:
        raise Invalid({"": [_("Two lines without a posting: open one of them and say why the money went back.")]})
    return join(actor, bank_id, lines, entries, way, Matcher(actor.account, actor.person, actor.signature))


@dataclass(frozen=True)
class Matcher:
    """Who found that lines and postings belong together: the one who may not close the month."""

    account: int | None
    person: int | None
    label: str


def join(
    actor: Actor,
    bank_id: int,
    lines: Sequence[int],
    entries: Sequence[int],
    way: str,
    by: Matcher,
    confirmed: Callable[[Match], None] | None = None,
) -> Match:
    """The same for services of this folder that have checked who may; in the caller's transaction.

    `confirmed` writes down, before the match holds, who has confirmed two lines without a posting.
    """
    bank = bank_of(str(actor.community), bank_id)
    wanted, seqs = sorted(set(lines)), sorted(set(entries))
    _check_parts(wanted, seqs, way)
    amounts = {each.seq: each.amount for each, _reverses, _match in postings(bank)}
    if any(seq not in amounts for seq in seqs):
        raise NotFound
    try:
        made = Match.create(
            community=bank.community, bank_id=bank.id, way=way, matched_by=by.account, matched_person=by.person,
            by_label=by.label,
        )  # fmt: skip
        for line_id in wanted:
            MatchLine.create(community=bank.community, match_id=made.id, line_id=line_id)
        for seq in seqs:
            MatchEntry.create(community=bank.community, match_id=made.id, bank_id=bank.id, seq=seq, amount=amounts[seq])
        if confirmed is not None:
            confirmed(made)
        Match.update(sealed=True).where(Match.id == made.id).execute()
    except peewee.IntegrityError as error:
        raise _told(error) from error
    after = {"way": way, "lines": len(wanted), "entries": seqs}
    record(actor, "revenue.match.made", made.ref, after=after, permission=MATCH)
    return made


def _check_parts(lines: Sequence[int], entries: Sequence[int], way: str) -> None:
    if way not in WAYS:
        raise NotFound
    if len(lines) + len(entries) > MOST_PARTS:
        raise Invalid({"": [_("So many at once cannot be matched.")]})
    if way == "opening":
        if lines or not entries:
            raise Invalid({"": [_("Choose the postings of the opening balance, and no line.")]})
    elif not lines or (not entries and len(lines) != 2):
        raise Invalid({"": [_("Choose what belongs together on both sides.")]})
    elif len(lines) > 1 and len(entries) > 1:
        raise Invalid({"": [_("One line with several postings, or one posting with several lines.")]})


# By the name of the index, and by its columns as SQLite says it.
_TAKEN = (
    "revenue_line_matched_once", "revenue_match_line_line_id_unique", "revenue_entry_matched_once",
    "revenue_match_entry_bank_id_seq_unique",
)  # fmt: skip


def _told(error: peewee.IntegrityError) -> Exception:
    name = violated(error)
    if name in _TAKEN:
        return Conflict(_("Somebody else has just matched one of these. Look at the list again."))
    if name == "revenue_match_balanced":
        return Invalid({"": [_("The two sides are not the same amount.")]})
    if name == "revenue_match_entry_stands":
        return Invalid(
            {"": [_("This posting was taken back as wrong: no line is its money. Post what the line is by itself.")]}
        )
    if name in ("revenue_match_line_fits", "revenue_match_entry_fits", "revenue_match_entry_true", "foreign_key"):
        return NotFound()
    return error


@transactional
def undo(actor: Actor, match_id: int, why: str) -> None:
    """Undo a match: both sides are open again, the match stays as history.

    Raises `Invalid` without a reason, `Refused` for a closed month, `Conflict` when it is undone already, `NotFound`.
    """
    actor.require(MATCH)
    found: Match = Match.get_of(str(actor.community), match_id)
    if not why.strip():
        raise Invalid({"why": [_("Say why.")]})
    try:
        done = (
            Match.update(undone_at=now(), undone_by=actor.account, undone_label=actor.signature, undone_why=why.strip())
            .where(Match.id == found.id, Match.undone_at.is_null())
            .execute()
        )
    except peewee.IntegrityError as error:
        if violated(error) == "revenue_match_locked":
            raise Refused(
                _("The month of this line is closed."),
                advice=_("Correct the posting instead: a reversal opens the line again."),
            ) from error
        raise
    if not done:
        raise Conflict(_("Somebody else has just undone this."))
    record(actor, "revenue.match.undone", found.ref, after={"why": why.strip()}, permission=MATCH)


# --------------------------------------------------------------------------- looking at matches


@dataclass(frozen=True)
class MatchPage:
    """A match with both its sides."""

    match: Match
    bank: BankAccount
    lines: tuple[OpenLine, ...]
    postings: tuple[OpenPosting, ...]


_ITS_LINES = """SELECT l.id, l.day, l.amount, l.payer, l.reference, l.memo, l.statement_id FROM revenue_match_line x
JOIN revenue_line l ON l.id = x.line_id WHERE x.community = ? AND x.match_id = ? ORDER BY l.day, l.id"""
_ITS_ENTRIES = """SELECT e.seq, e.day, x.amount, e.purpose FROM revenue_match_entry x
JOIN revenue_entry e ON e.community = x.community AND e.seq = x.seq
WHERE x.community = ? AND x.match_id = ? ORDER BY e.seq"""


def match_page(actor: Actor, match_id: int) -> MatchPage:
    """One match. Raises `NotFound`."""
    actor.require(BOOKS)
    found: Match = Match.get_of(str(actor.community), match_id)
    lines = rows(_ITS_LINES, found.community, found.id)
    entries = rows(_ITS_ENTRIES, found.community, found.id)
    return MatchPage(
        found,
        bank_of(found.community, found.bank_id),
        tuple(_open_line(row) for row in lines),
        tuple(OpenPosting(row[0], datetime.date.fromisoformat(row[1]), row[2], row[3]) for row in entries),
    )


def matches(actor: Actor, bank_id: int, before: int | None = None, limit: int = 50) -> list[Match]:
    """The matches of an account, newest first, also those undone; `before` is the last one of the page before."""
    actor.require(BOOKS)
    bank = bank_of(str(actor.community), bank_id)
    held = Match.of(bank.community).where(Match.bank_id == bank.id, Match.sealed == True)  # noqa: E712
    if before is not None:
        held = held.where(Match.id < before)
    return list(held.order_by(Match.id.desc()).limit(limit))


def match_of_entry(community: str, seq: int) -> list[int]:
    """The matches an entry of the ledger is in, for its page."""
    held = MatchEntry.of(community, MatchEntry.match_id).where(MatchEntry.seq == seq, MatchEntry.undone == False)  # noqa: E712
    return [int(key) for (key,) in held.tuples()]
