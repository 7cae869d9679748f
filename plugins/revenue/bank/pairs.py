"""退汇、冲正: money that came and went back. Two lines of a statement explain each other, and nothing is posted.

So nobody reads of it in the books: both are of one counterparty, one person says why, another confirms, and the pair stands on
the reconciliation sheet of its month. Everything else that came in and went out is posted, line by line.
"""

from __future__ import annotations

from core import Actor, Conflict, Invalid, Refused, now, record, transactional
from plugins.revenue.bank.accounts import BOOKS, MATCH
from plugins.revenue.bank.booking import APPROVE, is_open, open_line
from plugins.revenue.bank.matching import Matcher, join
from plugins.revenue.bank.models import BankPair, Line, Match
from plugins.revenue.persons import account_of, is_same
from plugins.revenue.texts import _

MOST_OFFERED = 30


def _plain(name: str) -> str:
    """A counterparty without what banks write in one way or another; as the guard of migration 0018 reads it."""
    return name.replace(" ", "").replace("（", "(").replace("）", ")")


def why_not(one: Line, other: Line) -> object | None:
    """Why two lines are not money that came and went back; None where they may be."""
    if one.id == other.id or one.bank_id != other.bank_id or one.amount + other.amount:
        return _("Choose a line of the same account with the same amount the other way.")
    if one.payer and _plain(one.payer) == _plain(other.payer):
        return None
    # A bank may leave the other side of a returned transfer empty; its words say then what it was.
    if any(not each.payer and each.memo + each.reference for each in (one, other)):
        return None
    return _("The two lines name different people or firms. Post each of them by itself.")


def candidates(line: Line) -> list[Line]:
    """Open lines that can be the same money on its way back, the nearest day first."""
    held = Line.of(line.community).where(
        Line.bank_id == line.bank_id, Line.amount == -line.amount, Line.withdrawn == False  # noqa: E712
    )  # fmt: skip
    found = [each for each in held if why_not(line, each) is None and is_open(each)]
    return sorted(found, key=lambda each: (abs((each.day - line.day).days), each.id))[:MOST_OFFERED]


@transactional
def ask_pair(actor: Actor, line_id: int, other_id: int, words: str) -> BankPair:
    """Say that two lines are money that came and went back, and why; somebody else confirms it.

    Raises `Invalid`, `Conflict` when one of them is matched or waits already, `NotFound`.
    """
    actor.require(MATCH)
    community = str(actor.community)
    one, bank = open_line(community, line_id)
    other, _bank = open_line(community, other_id)
    reason = why_not(one, other)
    if reason is not None:
        raise Invalid({"": [reason]})
    if not words.strip():
        raise Invalid({"words": [_("Say why it came and went back.")]})
    if any(waiting_of(community, each.id) for each in (one, other)):
        raise Conflict(_("This waits for its second person already."))
    first, second = sorted((one.id, other.id))
    made = BankPair.create(
        community=community, bank_id=bank.id, first_line=first, second_line=second, words=words.strip(),
        entered_by=account_of(actor), entered_person=actor.person, by_label=actor.signature,
    )  # fmt: skip
    record(actor, "revenue.bank_pair.asked", made.ref, after={"amount": abs(one.amount)}, permission=MATCH)
    return made


@transactional
def decide_pair(actor: Actor, pair_id: int, approve: bool) -> BankPair:
    """The second person confirms that the money went back (both lines are explained) or refuses it (they stay open).

    Raises `Refused` for whoever said it, `Conflict` when it is decided or a line is matched meanwhile, `NotFound`.
    """
    actor.require(APPROVE)
    pair: BankPair = BankPair.get_of(str(actor.community), pair_id)
    if pair.decided_at is not None:
        raise Conflict(_("This is decided already."))
    if is_same(actor, pair.entered_by, pair.entered_person, pair.by_label):
        raise Refused(_("You wrote it down yourself: somebody else approves it."))
    account_of(actor)
    if approve:
        # The match is the bookkeeper's, as with fees: whoever confirms it may still close the month.
        by = Matcher(pair.entered_by, pair.entered_person, pair.by_label)
        join(
            actor, pair.bank_id, [pair.first_line, pair.second_line], [], "hand", by,
            confirmed=lambda made: _decide(actor, pair, made.id),
        )  # fmt: skip
    else:
        _decide(actor, pair, None)
    said = "revenue.bank_pair.approved" if approve else "revenue.bank_pair.refused"
    record(actor, said, pair.ref, permission=APPROVE)
    decided: BankPair = BankPair.get_of(pair.community, pair.id)
    return decided


def _decide(actor: Actor, pair: BankPair, match_id: int | None) -> None:
    BankPair.update(
        decided_at=now(), decided_by=actor.account, decided_person=actor.person, decided_label=actor.signature,
        is_approved=match_id is not None, match_id=match_id,
    ).where(BankPair.id == pair.id, BankPair.decided_at.is_null()).execute()  # fmt: skip


def waiting_of(community: str, line_id: int) -> BankPair | None:
    """The pair a line waits in for its second person."""
    found: BankPair | None = (
        BankPair.of(community)
        .where(BankPair.decided_at.is_null(), (BankPair.first_line == line_id) | (BankPair.second_line == line_id))
        .first()
    )
    return found


def pairs_waiting(actor: Actor) -> list[tuple[BankPair, Line, Line]]:
    """Pairs nobody has decided on with their lines, the oldest first."""
    actor.require(BOOKS)
    community = str(actor.community)
    held = BankPair.of(community).where(BankPair.decided_at.is_null()).order_by(BankPair.id)
    return [(pair, Line.get_of(community, pair.first_line), Line.get_of(community, pair.second_line)) for pair in held]


def pair_of(match: Match) -> BankPair | None:
    """What was said and confirmed of a match of two lines."""
    found: BankPair | None = BankPair.of(match.community).where(BankPair.match_id == match.id).first()
    return found
