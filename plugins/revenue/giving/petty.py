"""备用金: floats of cash, what comes into them, goes back and is counted. Vouchers are in `vouchers`, the journal in `journal`.

Each float is cash of one fund in an account of its own; the database keeps it between nothing and its ceiling. The holder asks,
somebody else decides, and never the holder.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from core import (
    Actor,
    Invalid,
    Refused,
    Setting,
    advance,
    begin,
    colleagues,
    get_setting,
    next_number,
    record,
    today,
    transactional,
    violated,
    yuan,
)
from plugins.revenue.giving.models import Float, FloatMove
from plugins.revenue.giving.pledges import money_accounts
from plugins.revenue.giving.states import APPROVE, PETTY
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.periods import booking_day
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.persons import account_of, asker, decider, is_same
from plugins.revenue.texts import _

CASH = "1001"
UNALLOCATED = "unallocated"
SHORT = "5401"
SURPLUS = "4901"
CEILING = "revenue.petty_ceiling"
PAYMENT = "revenue.petty_payment"
SETTINGS = (
    Setting(
        CEILING, _("Yuan that a float of petty cash may hold at most"), int, 5_000, minimum=100, maximum=100_000,
        hint=_("What the rules of the account holder allow. It holds for floats opened from now on."),
    ),
    Setting(
        PAYMENT, _("Yuan that one payment from petty cash may be at most"), int, 500, minimum=10, maximum=1_000,
        hint=_("What is more is paid by bank transfer. 《现金管理暂行条例》 §5 ends cash at 1,000 yuan."),
    ),
)  # fmt: skip
MOVES = {"advance": _("Advance"), "return": _("Back to the bank"), "count": _("Counted")}


# --------------------------------------------------------------------------- floats


@dataclass(frozen=True)
class NewFloat:
    """A float to be opened: whose it is (an account), out of which fund, and its limits in 分."""

    name: str
    holder: int
    fund: str
    ceiling: int
    payment_limit: int


def possible_holders(community: str) -> list[Actor]:
    """The colleagues who may hold cash."""
    return [each for each in colleagues(community) if each.account is not None and each.can(PETTY)]


def cash_funds(community: str) -> list[Any]:
    """The funds petty cash may come from: the community's own, tied to no purpose, and allocated already."""
    own = [each for each in funds(community) if each.is_open and each.owner == "community" and not each.is_restricted]
    return [each for each in own if each.code != UNALLOCATED]


@transactional
def open_float(actor: Actor, told: NewFloat) -> Float:
    """Entrust a colleague with petty cash. Raises `Invalid` (name, holder, fund, ceiling, payment_limit), `Forbidden`."""
    actor.require(APPROVE)
    account_of(actor)
    community = str(actor.community)
    holder = next((each for each in possible_holders(community) if each.account == told.holder), None)
    _check_float(actor, told, holder)
    assert holder is not None
    number = next_number(community, 0, Float.kind)
    account = f"{CASH}.{number}"
    open_account(actor, account, str(_("Petty cash %(number)d", number=number)), "asset")
    made: Float = Float.create(
        community=community, number=number, name=told.name.strip(), holder_account=holder.account,
        holder_person=holder.person, holder_name=holder.label, account=account, fund=told.fund, ceiling=told.ceiling,
        payment_limit=told.payment_limit, opened_on=today(), by_account=actor.account, by_label=actor.signature,
    )  # fmt: skip
    after = {"name": made.name, "ceiling": made.ceiling, "payment_limit": made.payment_limit, "fund": made.fund}
    record(actor, "revenue.float.opened", made.ref, after=after, permission=APPROVE)
    return made


def _check_float(actor: Actor, told: NewFloat, holder: Actor | None) -> None:
    community = str(actor.community)
    most, payment = (int(get_setting(each, community)) * 100 for each in (CEILING, PAYMENT))
    errors: dict[str, list[Any]] = {}
    if not told.name.strip():
        errors["name"] = [_("Please write what it is called.")]
    if holder is None:
        errors["holder"] = [_("Please choose a colleague who may hold cash.")]
    elif is_same(actor, holder.account, holder.person, holder.label):
        errors["holder"] = [_("Nobody entrusts cash to themselves.")]
    if told.fund not in {each.code for each in cash_funds(community)}:
        errors["fund"] = [_("Please choose from which fund it is.")]
    if not 0 < told.ceiling <= most:
        errors["ceiling"] = [_("Please write an amount up to %(yuan)s yuan.", yuan=yuan(most))]
    if not 0 < told.payment_limit <= min(payment, told.ceiling):
        errors["payment_limit"] = [
            _("Please write an amount up to %(yuan)s yuan.", yuan=yuan(min(payment, told.ceiling)))
        ]
    if errors:
        raise Invalid(errors)


@transactional
def close_float(actor: Actor, float_id: int) -> Float:
    """A float is not needed any more; its cash has gone back. Raises `Refused` while cash is in it, `Forbidden`, `NotFound`."""
    actor.require(APPROVE)
    account_of(actor)
    box = find_float(actor, float_id)
    if box.state == "closed":
        raise Refused(_("This float is closed already."))
    if box.balance or waiting_move(box) is not None:
        raise Refused(
            _("There is still cash in it."), advice=_("First it goes back to the bank, and somebody confirms it.")
        )
    Float.update(state="closed", closed_on=today()).where(
        Float.id == box.id, Float.community == box.community
    ).execute()
    record(actor, "revenue.float.closed", box.ref, permission=APPROVE)
    return find_float(actor, float_id)


def find_float(actor: Actor, float_id: int) -> Float:
    """A float of the actor's community. Raises `NotFound`."""
    found: Float = Float.get_of(str(actor.community), float_id)
    return found


def floats(community: str) -> list[Float]:
    """All floats, those in use first."""
    return list(Float.of(community).order_by(Float.state.desc(), Float.number))


# --------------------------------------------------------------------------- what comes in, goes back, is counted


def find_move(actor: Actor, move_id: int) -> FloatMove:
    """An advance, return or count. Raises `NotFound`."""
    found: FloatMove = FloatMove.get_of(str(actor.community), move_id)
    return found


def moves_of(box: Float, limit: int = 50) -> list[FloatMove]:
    """The latest advances, returns and counts of a float, newest first."""
    return list(
        FloatMove.of(box.community).where(FloatMove.float_id == box.id).order_by(FloatMove.id.desc()).limit(limit)
    )


def waiting_move(box: Float) -> FloatMove | None:
    """What waits for a second person; there is one at most."""
    return next(iter(FloatMove.of(box.community).where(FloatMove.float_id == box.id, FloatMove.state == "asked")), None)


@transactional
def ask_advance(actor: Actor, float_id: int, amount: int, account: str, words: str) -> FloatMove:
    """Ask for cash (分) from a bank account, up to the ceiling. Raises `Invalid`, `Refused`, `NotFound`, `Forbidden`."""
    box = _for_move(actor, float_id)
    errors = _account_errors(box.community, account)
    if not 0 < amount <= box.ceiling - box.balance:
        errors["amount"] = [_("At most %(yuan)s yuan fit into this float now.", yuan=yuan(box.ceiling - box.balance))]
    if errors:
        raise Invalid(errors)
    return _ask(actor, box, "advance", amount=amount, account=account, words=words)


@transactional
def ask_return(actor: Actor, float_id: int, amount: int, account: str, words: str) -> FloatMove:
    """Cash (分) was paid into a bank account; somebody confirms it. Raises `Invalid`, `Refused`, `NotFound`, `Forbidden`."""
    box = _for_move(actor, float_id)
    errors = _account_errors(box.community, account)
    if not 0 < amount <= box.balance - box.pending:
        errors["amount"] = [_("There are %(yuan)s yuan in this float now.", yuan=yuan(box.balance - box.pending))]
    if errors:
        raise Invalid(errors)
    return _ask(actor, box, "return", amount=amount, account=account, words=words)


@transactional
def ask_count(actor: Actor, float_id: int, counted: int, words: str) -> FloatMove:
    """The cash was counted (分): vouchers that wait count as paid. Somebody who saw it confirms. Raises like the others."""
    box = _for_move(actor, float_id)
    if not 0 <= counted <= 10 * box.ceiling:
        raise Invalid({"counted": [_("Please write what was counted, in yuan.")]})
    difference = counted - (box.balance - box.pending)
    if difference and not words.strip():
        raise Invalid({"words": [_("Please write where the difference comes from, as far as it is known.")]})
    if not 0 <= box.balance + difference <= box.ceiling:
        raise Invalid({"counted": [_("So much cannot be in this float. Take what is too much to the bank first.")]})
    return _ask(actor, box, "count", amount=difference, counted=counted, words=words)


def _for_move(actor: Actor, float_id: int) -> Float:
    actor.require(PETTY)
    box = find_float(actor, float_id)
    if box.state != "open":
        raise Refused(_("This float is closed already."))
    if waiting_move(box) is not None:
        raise Refused(
            _("Something about this float waits for a second person."), advice=_("It has to be decided first.")
        )
    return box


def _account_errors(community: str, account: str) -> dict[str, list[Any]]:
    if account in {each.code for each in bank_accounts(community)}:
        return {}
    return {"account": [_("Please choose a bank account.")]}


def bank_accounts(community: str) -> list[Any]:
    """Where cash comes from and goes back to."""
    return [each for each in money_accounts(community) if each.code != CASH]


def _ask(actor: Actor, box: Float, what: str, **values: Any) -> FloatMove:
    words = str(values.pop("words", "")).strip()
    made = FloatMove(
        community=box.community, float_id=box.id, what=what, day=today(), words=words, **values, **asker(actor)
    )
    begin(actor, made)
    return made


@transactional
def approve_move(actor: Actor, move_id: int) -> FloatMove:
    """A second person, who does not hold the cash, confirms it; now it is posted. Raises `Refused`, `Forbidden`, `NotFound`."""
    move = find_move(actor, move_id)
    who = decider(actor)
    box = find_float(actor, move.float_id)
    booked = booking_day(box.community, move.day)
    seq = _post(actor, box, move, booked) if move.amount else None
    try:
        found: FloatMove = advance(actor, move, "approve", **who, decided_on=today(), booked_on=booked, seq=seq)
    except IntegrityError as error:
        if violated(error) not in ("revenue_float_within", "revenue_float_pending"):
            raise
        raise Refused(_("The float would hold more than its limit, or less than nothing.")) from error
    return found


@transactional
def refuse_move(actor: Actor, move_id: int, reason: str) -> FloatMove:
    """A second person does not confirm it, and says why. Raises `Invalid`, `Refused`, `Forbidden`, `NotFound`."""
    found: FloatMove = advance(
        actor, find_move(actor, move_id), "refuse", **decider(actor), decided_on=today(), reason=reason.strip()
    )
    return found


def _post(actor: Actor, box: Float, move: FloatMove, day: datetime.date) -> int:
    words = {
        "advance": _("Advance of petty cash %(number)d", number=box.number),
        "return": _("Petty cash %(number)d back to the bank", number=box.number),
        "count": _("Difference found when petty cash %(number)d was counted", number=box.number),
    }
    if move.what == "advance":
        if balance(box.community, move.account, box.fund) < move.amount:
            raise Refused(_("The bank account does not have so much of this fund."))
        ends: Iterable[str] = (move.account, box.account)
    elif move.what == "return":
        ends = (box.account, move.account)
    else:
        ends = (SURPLUS, box.account) if move.amount > 0 else (box.account, SHORT)
    source, destination = ends
    approvals = [
        str(_("asked: %(name)s", name=move.asked_label)), str(_("approved: %(name)s", name=actor.signature)),
    ]  # fmt: skip
    line = Line(abs(move.amount), source, destination, box.fund, box.fund)
    return post(
        actor, key=f"float-move:{move.id}", day=day, purpose=str(words[move.what]), lines=[line], record=box.ref,
        approvals=approvals,
    ).seq  # fmt: skip
