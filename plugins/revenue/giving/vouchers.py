"""Payments from petty cash: each with a photo of the receipt, checked by somebody else, then posted to what it was for."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import Actor, Invalid, Refused, advance, attach, begin, files_of, today, transactional, yuan
from plugins.revenue.giving.models import Float, Voucher
from plugins.revenue.giving.petty import find_float
from plugins.revenue.giving.states import PETTY
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.periods import booking_day
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.persons import asker, decider
from plugins.revenue.texts import _


@dataclass(frozen=True)
class Paid:
    """A payment as it was made: `amount` in 分, `account` what kind of cost it is, `photos` of the receipt."""

    amount: int
    account: str
    what: str
    spent_on: datetime.date
    payee: str = ""
    photos: Sequence[tuple[str, str]] = ()


def cost_accounts(community: str) -> list[Any]:
    """The kinds of cost a payment can be."""
    return [each for each in accounts(community) if each.is_open and each.kind == "expense"]


def find_voucher(actor: Actor, voucher_id: int) -> Voucher:
    """A voucher of the actor's community. Raises `NotFound`."""
    found: Voucher = Voucher.get_of(str(actor.community), voucher_id)
    return found


def vouchers_of(box: Float, limit: int = 100) -> list[Voucher]:
    """The latest vouchers of a float, newest first."""
    return list(
        Voucher.of(box.community).where(Voucher.float_id == box.id).order_by(Voucher.number.desc()).limit(limit)
    )


def voucher_text(box: Float, voucher: Voucher) -> str:
    """The number of a voucher: 备1-03."""
    return f"备{box.number}-{voucher.number:02d}"


@transactional
def enter_voucher(actor: Actor, float_id: int, paid: Paid) -> Voucher:
    """Write down a payment from petty cash, with the photo of its receipt. It waits for somebody else.

    Raises `Invalid` (amount, account, what, spent_on, photos), `Refused`, `NotFound`, `Forbidden`.
    """
    actor.require(PETTY)
    box = find_float(actor, float_id)
    if box.state != "open":
        raise Refused(_("This float is closed already."))
    _check(box, paid)
    number = 1 + Voucher.of(box.community).where(Voucher.float_id == box.id).count()
    made = Voucher(
        community=box.community, float_id=box.id, number=number, spent_on=paid.spent_on, amount=paid.amount,
        account=paid.account, what=paid.what.strip(), payee=paid.payee.strip(), **asker(actor),
    )  # fmt: skip
    begin(actor, made)
    attach(actor, made.ref, "scan", list(paid.photos), permission=PETTY)
    return made


def _check(box: Float, paid: Paid) -> None:
    errors: dict[str, list[Any]] = {}
    most = min(box.payment_limit, box.balance - box.pending)
    if not 0 < paid.amount <= most:
        errors["amount"] = [
            _("One payment is at most %(limit)s yuan, and there are %(left)s yuan in this float.",
              limit=yuan(box.payment_limit), left=yuan(box.balance - box.pending))
        ]  # fmt: skip
    if paid.account not in {each.code for each in cost_accounts(box.community)}:
        errors["account"] = [_("Please choose what kind of cost it is.")]
    if not paid.what.strip():
        errors["what"] = [_("Please write what was bought.")]
    if paid.spent_on > today():
        errors["spent_on"] = [_("This day lies ahead.")]
    elif paid.spent_on < box.opened_on:
        errors["spent_on"] = [_("The float was not open yet on that day.")]
    if not paid.photos:
        errors["photos"] = [_("The photo of the receipt is missing.")]
    if errors:
        raise Invalid(errors)


@transactional
def approve_voucher(actor: Actor, voucher_id: int) -> Voucher:
    """Somebody else, who does not hold the cash, finds it right; now it is posted. Raises `Refused`, `Forbidden`, `NotFound`."""
    voucher = find_voucher(actor, voucher_id)
    box = find_float(actor, voucher.float_id)
    who, day = decider(actor), booking_day(voucher.community, voucher.spent_on)
    approvals = [
        str(_("asked: %(name)s", name=voucher.asked_label)), str(_("approved: %(name)s", name=actor.signature)),
    ]  # fmt: skip
    number = voucher_text(box, voucher)
    posted = post(
        actor, key=f"voucher:{voucher.id}", day=day,
        purpose=str(_("Petty cash %(number)s: %(what)s", number=number, what=voucher.what)),
        lines=[Line(voucher.amount, box.account, voucher.account, box.fund, box.fund)], record=voucher.ref,
        evidence=[each.sha256 for each in files_of(voucher.ref, "scan")], approvals=approvals,
    )  # fmt: skip
    found: Voucher = advance(actor, voucher, "approve", **who, decided_on=today(), booked_on=day, seq=posted.seq)
    return found


@transactional
def return_voucher(actor: Actor, voucher_id: int, reason: str) -> Voucher:
    """It is not accepted: the cash has to be put back, or a new voucher written. Raises `Invalid`, `Refused`, `Forbidden`."""
    found: Voucher = advance(
        actor, find_voucher(actor, voucher_id), "return", **decider(actor), decided_on=today(), reason=reason.strip()
    )
    return found
