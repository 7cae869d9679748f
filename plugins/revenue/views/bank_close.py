"""Counting cash, the reconciliation of a month on screen and on A4, and closing a month."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    Invalid,
    NotFound,
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.revenue.bank import accounts, cash, reconciling
from plugins.revenue.bank.accounts import BOOKS, CLOSE, COUNT
from plugins.revenue.bank.models import BankAccount, CashCount
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.periods import locked_until, locks
from plugins.revenue.ledger.words import HOLDERS
from plugins.revenue.texts import _
from plugins.revenue.views.bank_forms import CountForm, amount_of
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.paper import paper_seal


@blueprint.route("/desk/bank/<int:bank_id>/count", methods=["GET", "POST"])
@view(COUNT, kind=BankAccount, key="bank_id")
def bank_count(bank: BankAccount) -> Response:
    """Write down what was in the cash box."""
    if not bank.is_cash:
        raise NotFound
    form = CountForm.from_request(day=today())
    if form.act_on_submit(lambda: _counted(form, bank)):
        toast(_("Written down. Now a second person looks at it."))
        return after_post(url(".bank", bank_id=bank.id))
    booked = balance(bank.community, account=bank.account, as_of=today())
    return page("revenue/desk/bank/count.html", form=form, bank=bank, booked=booked, status=status_of(form))


def _counted(form: CountForm, bank: BankAccount) -> int:
    counted = amount_of(form, "counted")
    if counted is None:
        raise Invalid({"counted": [_("Please write the amount in yuan.")]})
    made = cash.count(current_actor(), bank.id, day=form.day.data, counted=counted, words=form.words.data or "")
    return int(made.id)


@blueprint.post("/desk/bank/counts/<int:cash_count_id>")
@view(CLOSE, kind=CashCount, key="cash_count_id")
def bank_count_seen(cash_count: CashCount) -> Response:
    """The second person: it was so, or not."""
    is_right = request.form.get("answer") == "right"
    submit_once(lambda: cash.see(current_actor(), cash_count.id, is_right).id)
    toast(
        _("Thank you. The count is confirmed.") if is_right else _("Noted that it was not so. Count it again together.")
    )
    return after_post(url(".bank", bank_id=cash_count.bank_id))


@blueprint.get("/desk/bank/<int:bank_id>/months/<month>")
@view(BOOKS, kind=BankAccount, key="bank_id")
def bank_month(bank: BankAccount, month: str) -> Response:
    """The reconciliation of an account for a month."""
    return _month(bank, month, "revenue/desk/bank/month.html")


@blueprint.get("/desk/bank/<int:bank_id>/months/<month>/print")
@view(BOOKS, kind=BankAccount, key="bank_id")
def bank_month_print(bank: BankAccount, month: str) -> Response:
    """银行存款余额调节表 on A4."""
    return _month(bank, month, "revenue/bank_month_print.html", seal=paper_seal())


def _month(bank: BankAccount, month: str, template: str, **more: Any) -> Response:
    if bank.is_cash:
        raise NotFound
    sheet, kept = reconciling.sheet_shown(current_actor(), bank, month)
    return page(
        template, bank=bank, sheet=sheet, is_kept=kept, holders=HOLDERS, before=_next(month, -1), after=_next(month, 1),
        locked=locked_until(bank.community), printed=today(), old_days=reconciling.OLD_DAYS, **more,
    )  # fmt: skip


def _next(month: str, by: int) -> str:
    """The month before or after; empty outside of what is shown."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    found = f"{year:04d}-{number + 1:02d}"
    return found if "2000-01" <= found <= today().strftime("%Y-%m") else ""


@blueprint.route("/desk/bank/close", methods=["GET", "POST"])
@view(BOOKS)
def bank_close() -> Response:
    """Close the oldest open month: what still stands in the way, and the button."""
    actor, community = current_actor(), current_community().code
    month = reconciling.next_month(community)
    if request.method == "POST":
        actor.require(CLOSE)
        asked = request.form.get("month", "")
        submit_once(lambda: reconciling.close_month(actor, asked))
        toast(_("The month is closed. Nothing is posted into it any more."))
        return after_post(url(".bank_close"))
    over = bool(month) and month < today().strftime("%Y-%m")
    return page(
        "revenue/desk/bank/close.html", month=month, over=over, reasons=reconciling.reasons_open(community, month) if over else [],
        mine=reconciling.may_not_close(actor, month) if over else "", banks=accounts.banks(community), actor=actor,
        locks=locks(community)[:24],
    )  # fmt: skip
