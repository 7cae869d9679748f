"""期初余额: what was there when the books of a community began: entered once with evidence, approved by somebody else, posted first.

Lines name what is owned (assets) and owed (liabilities) by fund; the other side is found by the fund's owner: money of the
estate's owners stands against 2601, restricted money against 3102, all else against 3101. What is wrong is corrected by a
full mirror and a fresh posting, again by two persons.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    Invalid,
    NotFound,
    Refused,
    advance,
    attach,
    begin,
    files_of,
    record,
    today,
    transactional,
)
from plugins.revenue.giving.models import Opening, OpeningLine
from plugins.revenue.giving.states import OPENING
from plugins.revenue.ledger.accounts import account, accounts
from plugins.revenue.ledger.funds import fund, funds
from plugins.revenue.ledger.models import Entry
from plugins.revenue.ledger.periods import booking_day
from plugins.revenue.ledger.posting import Line, post, reverse
from plugins.revenue.persons import asker, decider
from plugins.revenue.texts import _

MOST_FEN = 1_000_000_000_000
_AGAINST = {"owners": "2601"}
_RESTRICTED = "3102"
_FREE = "3101"
# Asked before opening balances are handed in or approved; each raises `Refused`. By the part, which adds its own.
checks: dict[str, Callable[[Opening], None]] = {}
_KEPT_FOR_OPERATORS = ("2203", "2209.deposits")


# --------------------------------------------------------------------------- reading


def current(community: str) -> Opening | None:
    """The opening balances that are in the books."""
    found: Opening | None = Opening.of(community).where(Opening.state == "posted").first()
    return found


def in_preparation(community: str) -> Opening | None:
    """Those that are being written or wait to be approved."""
    found: Opening | None = Opening.of(community).where(Opening.state.in_(("draft", "handed_in"))).first()
    return found


def find_opening(actor: Actor, opening_id: int) -> Opening:
    """Opening balances of the actor's community. Raises `NotFound`."""
    found: Opening = Opening.get_of(str(actor.community), opening_id)
    return found


def openings(community: str) -> list[Opening]:
    """All that were ever written, the newest first."""
    return list(Opening.of(community).where(Opening.state != "dropped").order_by(Opening.id.desc()))


def lines_of(opening: Opening) -> list[OpeningLine]:
    """The lines, by account and fund."""
    same = OpeningLine.opening_id == opening.id
    return list(OpeningLine.of(opening.community).where(same).order_by(OpeningLine.account, OpeningLine.fund))


def balance_accounts(community: str) -> list[Any]:
    """What a line can be about: accounts of what is owned and owed, without the one that stands against owners' money."""
    return [
        each
        for each in accounts(community)
        if each.is_open and each.kind in ("asset", "liability") and each.code not in _AGAINST.values()
    ]


def open_funds(community: str) -> list[Any]:
    """The funds a line can be in."""
    return [each for each in funds(community) if each.is_open]


@dataclass(frozen=True)
class Against:
    """The other side of all lines of a fund: the account, and what is owned less what is owed, in 分."""

    fund: str
    account: str
    amount: int


def against(opening: Opening) -> list[Against]:
    """What stands against the lines of each fund; by fund."""
    sums: dict[str, int] = {}
    for line in lines_of(opening):
        is_owned = account(opening.community, line.account).kind == "asset"
        sums[line.fund] = sums.get(line.fund, 0) + (line.amount if is_owned else -line.amount)
    return [Against(code, _against(opening.community, code), net) for code, net in sorted(sums.items())]


def _against(community: str, code: str) -> str:
    found = fund(community, code)
    return _AGAINST.get(found.owner) or (_RESTRICTED if found.is_restricted else _FREE)


# --------------------------------------------------------------------------- writing


@transactional
def start(actor: Actor, day: datetime.date) -> Opening:
    """Begin to write the opening balances of a day. Raises `Invalid`, `Refused` where there are some already, `Forbidden`."""
    actor.require(OPENING)
    community = str(actor.community)
    if current(community) is not None:
        raise Refused(
            _("The opening balances are in the books already."),
            advice=_("What is wrong is corrected, not entered again."),
        )
    _nothing_in_preparation(community)
    if day > today():
        raise Invalid({"opening_day": [_("This day lies ahead.")]})
    _nothing_before(community, day)
    made = Opening(community=community, opening_day=day, **asker(actor))
    begin(actor, made)
    return made


@transactional
def correct(actor: Actor, why: str) -> Opening:
    """Begin to write in place of those in the books; the lines are taken over. Raises `Invalid`, `Refused`, `Forbidden`."""
    actor.require(OPENING)
    community = str(actor.community)
    wrong = current(community)
    if wrong is None:
        raise Refused(_("There are no opening balances in the books yet."))
    _nothing_in_preparation(community)
    if not why.strip():
        raise Invalid({"why": [_("Please write what is wrong.")]})
    made = Opening(
        community=community, opening_day=wrong.opening_day, replaces=wrong.id, why=why.strip(), **asker(actor)
    )
    begin(actor, made)
    for line in lines_of(wrong):
        OpeningLine.create(
            community=community, opening_id=made.id, account=line.account, fund=line.fund, amount=line.amount
        )
    return made


def _nothing_in_preparation(community: str) -> None:
    if in_preparation(community) is not None:
        raise Refused(_("Opening balances are being written already."), advice=_("Finish those, or throw them away."))


def _nothing_before(community: str, day: datetime.date) -> None:
    """What was there on a day is no opening balance any more once the books know of something before it."""
    if Entry.of(community, Entry.seq).where(Entry.day < day).exists():
        raise Refused(
            _("Something is in the books for an earlier day."),
            advice=_("Opening balances come first. Choose the day before the first entry, or correct the entries."),
        )


@transactional
def set_line(actor: Actor, opening_id: int, code: str, fund_code: str, amount: int) -> OpeningLine:
    """Write a line (分), or change it. Raises `Invalid` (account, fund, amount), `Refused` once handed in, `Forbidden`."""
    opening = _draft(actor, opening_id)
    community = opening.community
    errors: dict[str, list[Any]] = {}
    if code not in {each.code for each in balance_accounts(community)}:
        errors["account"] = [_("Please choose an account.")]
    if fund_code not in {each.code for each in open_funds(community)}:
        errors["fund"] = [_("Please choose a fund.")]
    if code.startswith(_KEPT_FOR_OPERATORS) and fund_code != "deposits":
        errors["fund"] = [_("Deposits of operators and what they paid in advance stand in the fund for deposits.")]
    if not 0 < amount <= MOST_FEN:
        errors["amount"] = [_("Please write the amount in yuan.")]
    if errors:
        raise Invalid(errors)
    same = (OpeningLine.opening_id == opening.id) & (OpeningLine.account == code) & (OpeningLine.fund == fund_code)
    line: OpeningLine | None = OpeningLine.of(community).where(same).first()
    if line is None:
        line = OpeningLine.create(
            community=community, opening_id=opening.id, account=code, fund=fund_code, amount=amount
        )
    else:
        OpeningLine.update(amount=amount).where(OpeningLine.community == community, OpeningLine.id == line.id).execute()
    after = {"account": code, "fund": fund_code, "amount": amount}
    record(actor, "revenue.opening.line_set", opening.ref, after=after, permission=OPENING)
    return line


@transactional
def remove_line(actor: Actor, opening_id: int, line_id: int) -> None:
    """Take a line out. Raises `Refused` once handed in, `NotFound`, `Forbidden`."""
    # Whoever asks for what is not there hears that it is not there, whatever they may do.
    line: OpeningLine = OpeningLine.get_of(find_opening(actor, opening_id).community, line_id)
    if line.opening_id != opening_id:
        raise NotFound
    opening = _draft(actor, opening_id)
    OpeningLine.delete().where(OpeningLine.community == opening.community, OpeningLine.id == line.id).execute()
    before = {"account": line.account, "fund": line.fund, "amount": line.amount}
    record(actor, "revenue.opening.line_removed", opening.ref, before=before, permission=OPENING)


@transactional
def add_evidence(actor: Actor, opening_id: int, scans: Sequence[tuple[str, str]]) -> Opening:
    """Add the papers that show it: statements of the bank, minutes of the cash count. Raises `Refused` once handed in."""
    opening = _draft(actor, opening_id)
    attach(actor, opening.ref, "scan", list(scans), permission=OPENING)
    return opening


def _draft(actor: Actor, opening_id: int) -> Opening:
    actor.require(OPENING)
    opening = find_opening(actor, opening_id)
    if opening.state != "draft":
        raise Refused(_("These opening balances were handed in and do not change any more."))
    return opening


@transactional
def hand_in(actor: Actor, opening_id: int) -> Opening:
    """Give them to the second person; whoever hands in answers for them.

    Raises `Refused` without lines or evidence, or with less than another part has assigned of it.
    """
    opening = find_opening(actor, opening_id)
    _check(opening)
    found: Opening = advance(actor, opening, "hand_in", **asker(actor))
    return found


def _check(opening: Opening) -> None:
    _check_funds(opening)
    for each in checks.values():
        each(opening)


def _check_funds(opening: Opening) -> None:
    short = [each.fund for each in against(opening) if each.amount < 0]
    if short:
        names = "、".join(fund(opening.community, each).name for each in short)
        raise Refused(
            _("More is owed than there is in: %(names)s.", names=names), advice=_("No fund begins below nothing.")
        )


@transactional
def give_back(actor: Actor, opening_id: int, reason: str) -> Opening:
    """The second person finds something wrong; the bookkeeper goes on. Raises `Invalid`, `Refused`, `Forbidden`."""
    found: Opening = advance(actor, find_opening(actor, opening_id), "give_back", reason=reason.strip())
    return found


@transactional
def drop(actor: Actor, opening_id: int) -> Opening:
    """Throw away what is not in the books yet. Raises `Refused`, `Forbidden`, `NotFound`."""
    found: Opening = advance(actor, find_opening(actor, opening_id), "drop")
    return found


@transactional
def approve(actor: Actor, opening_id: int) -> Opening:
    """The second person finds it right: now it is posted, or the wrong ones are mirrored and these posted in their place.

    Raises `Refused` (own work, something earlier in the books, no evidence, less than was assigned of it), `Forbidden`, `NotFound`.
    """
    opening = find_opening(actor, opening_id)
    _check(opening)
    evidence = [each.sha256 for each in files_of(opening.ref, "scan")]
    approvals = [
        str(_("entered: %(name)s", name=opening.asked_label)), str(_("approved: %(name)s", name=actor.signature)),
    ]  # fmt: skip
    lines = posting_lines(opening)
    purpose = str(_("Opening balances"))
    if opening.replaces is None:
        _nothing_before(opening.community, opening.opening_day)
        seq = post(
            actor, key=f"opening:{opening.id}", day=opening.opening_day, purpose=purpose, lines=lines, record=opening.ref,
            evidence=evidence, approvals=approvals,
        ).seq  # fmt: skip
    else:
        wrong = find_opening(actor, opening.replaces)
        advance(actor, wrong, "reverse", replaced_by=opening.id)
        _mirror, fresh = reverse(
            actor, wrong.seq, key=f"opening:{opening.id}", day=booking_day(opening.community, opening.opening_day),
            reason=opening.why, approvals=approvals, fresh=lines, purpose=purpose, record=opening.ref, evidence=evidence,
        )  # fmt: skip
        assert fresh is not None
        seq = fresh.seq
    found: Opening = advance(actor, opening, "approve", **decider(actor), decided_on=today(), seq=seq)
    return found


def posting_lines(opening: Opening) -> list[Line]:
    """The movements: each line against the account of its fund's owner. What is owed comes last, so that it is covered."""
    owned, owed = [], []
    for line in lines_of(opening):
        other = _against(opening.community, line.fund)
        if account(opening.community, line.account).kind == "asset":
            owned.append(Line(line.amount, other, line.account, line.fund, line.fund))
        else:
            owed.append(Line(line.amount, line.account, other, line.fund, line.fund))
    return owned + owed
