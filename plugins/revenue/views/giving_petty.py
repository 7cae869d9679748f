"""Petty cash at the desk: floats, what comes in and goes back, counts, payments with their receipts, the journal on A4."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from core import (
    actions,
    after_post,
    current_actor,
    current_community,
    files_of,
    get_setting,
    page,
    submit_once,
    toast,
    today,
    url,
    view,
    yuan,
)
from plugins.revenue.giving import petty, vouchers
from plugins.revenue.giving.journal import journal, months
from plugins.revenue.giving.lists import state_of, waiting_vouchers
from plugins.revenue.giving.states import APPROVE, BOOKS, PETTY
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.balances import balance
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, fen_in, here, sent
from plugins.revenue.views.giving import choices, form_page, fund_names
from plugins.revenue.views.giving_forms import (
    CashForm,
    CountForm,
    FloatForm,
    ReasonForm,
    VoucherForm,
)
from plugins.revenue.views.paper import paper_seal

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def _month() -> str:
    wanted = request.args.get("month", "")
    return wanted if _MONTH.fullmatch(wanted) else today().isoformat()[:7]


def _form(form: Any, title: Any, button: Any, back: str, advice: Any = "", **more: Any) -> Response:
    return form_page(
        form, title, button, here(back), advice, crumb=_("Petty cash"), crumb_href=here("/desk/petty"), **more
    )


# --------------------------------------------------------------------------- floats


@blueprint.get("/desk/petty")
@view(BOOKS)
def desk_petty() -> Response:
    """All floats, with what is in them."""
    code = current_community().code
    return page(
        "revenue/desk/petty.html", boxes=petty.floats(code), waiting=waiting_vouchers(code), names=fund_names(),
        may_open=current_actor().can(APPROVE), base=here("/desk/petty"),
    )  # fmt: skip


@blueprint.route("/desk/petty/new", methods=["GET", "POST"])
@view(APPROVE)
def desk_float_new() -> Response:
    """Entrust a colleague with petty cash."""
    actor, code = current_actor(), current_community().code
    most, payment = (int(get_setting(each, code)) * 100 for each in (petty.CEILING, petty.PAYMENT))
    form = FloatForm.from_request(fund="operating", ceiling=yuan(most), payment_limit=yuan(payment))
    form.holder.choices = [(str(each.account), each.label) for each in petty.possible_holders(code)]
    form.fund.choices = choices(petty.cash_funds(code))

    def act() -> Any:
        holder = int(form.holder.data) if (form.holder.data or "").isdecimal() else 0
        told = petty.NewFloat(
            form.name.data, holder, form.fund.data or "", fen_in(form, "ceiling"), fen_in(form, "payment_limit")
        )
        return petty.open_float(actor, told)

    made = sent(form, act)
    if made is not None:
        toast(_("Opened. Whoever holds it asks for an advance now."))
        return after_post(url(".desk_float", float_id=made))
    return _form(
        form, _("Open a float of petty cash"), _("Open it"), "/desk/petty", _("Limits, holder and fund stay as they are; another float has others.")
    )  # fmt: skip


@blueprint.get("/desk/petty/<int:float_id>")
@view(BOOKS)
def desk_float(float_id: int) -> Response:
    """One float: what is in it, what waits, payments, movements, months of the journal."""
    actor = current_actor()
    box = petty.find_float(actor, float_id)
    return page(
        "revenue/desk/petty_float.html", box=box, vouchers=vouchers.vouchers_of(box), moves=petty.moves_of(box),
        waits=petty.waiting_move(box), months=months(box), number_of=vouchers.voucher_text, words=petty.MOVES,
        state_of=state_of, names=fund_names(), in_books=balance(box.community, box.account, box.fund), may_hold=actor.can(PETTY), may_approve=actor.can(APPROVE),
        base=here("/desk/petty"),
    )  # fmt: skip


@blueprint.post("/desk/petty/<int:float_id>/close")
@view(APPROVE)
def desk_float_close(float_id: int) -> Response:
    """The float is not needed any more."""
    submit_once(lambda: petty.close_float(current_actor(), float_id).id)
    toast(_("Closed."))
    return after_post(url(".desk_float", float_id=float_id))


@blueprint.get("/desk/petty/<int:float_id>/journal")
@view(BOOKS)
def desk_cash_journal(float_id: int) -> Response:
    """The cash journal of a month on A4."""
    box = petty.find_float(current_actor(), float_id)
    names = {each.code: each.name for each in accounts(box.community)}
    return page(
        "revenue/cash_journal_print.html", found=journal(box, _month()), names=names, funds=fund_names(), printed=today(), seal=paper_seal(),
        base=here(f"/desk/petty/{box.id}"),
    )  # fmt: skip


# --------------------------------------------------------------------------- what comes in, goes back, is counted


@blueprint.route("/desk/petty/<int:float_id>/advance", methods=["GET", "POST"])
@view(PETTY)
def desk_float_advance(float_id: int) -> Response:
    """Ask for cash from the bank."""
    box = petty.find_float(current_actor(), float_id)
    form = CashForm.from_request(account="1002", amount=yuan(box.ceiling - box.balance))
    return _moved(box, form, petty.ask_advance, _("Ask for an advance"), _("Ask for it"))


@blueprint.route("/desk/petty/<int:float_id>/return", methods=["GET", "POST"])
@view(PETTY)
def desk_float_return(float_id: int) -> Response:
    """Cash was paid into the bank."""
    box = petty.find_float(current_actor(), float_id)
    form = CashForm.from_request(account="1002", amount=yuan(box.balance - box.pending))
    return _moved(box, form, petty.ask_return, _("Cash goes back to the bank"), _("It was paid in"))


def _moved(box: Any, form: Any, act: Callable[..., Any], title: Any, button: Any) -> Response:
    form.account.choices = choices(petty.bank_accounts(box.community), True)
    made = sent(
        form,
        lambda: act(current_actor(), box.id, fen_in(form, "amount"), form.account.data or "", form.words.data or ""),
    )
    if made is not None:
        toast(_("Written down. Somebody else has to confirm it."))
        return after_post(url(".desk_float_move", float_move_id=made))
    return _form(form, title, button, f"/desk/petty/{box.id}", eyebrow=box.name)


@blueprint.route("/desk/petty/<int:float_id>/count", methods=["GET", "POST"])
@view(PETTY)
def desk_float_count(float_id: int) -> Response:
    """The cash was counted, with somebody looking on."""
    box = petty.find_float(current_actor(), float_id)
    form = CountForm.from_request()
    made = sent(form, lambda: petty.ask_count(current_actor(), box.id, fen_in(form, "counted"), form.words.data or ""))
    if made is not None:
        toast(_("Written down. Somebody else has to confirm it."))
        return after_post(url(".desk_float_move", float_move_id=made))
    advice = _(
        "By the books %(yuan)s yuan should be in the box; receipts that wait to be checked count as paid. Count with a colleague looking on.",
        yuan=yuan(box.balance - box.pending),
    )
    return _form(form, _("Count the cash"), _("That was counted"), f"/desk/petty/{box.id}", advice, eyebrow=box.name)


@blueprint.get("/desk/petty/moves/<int:float_move_id>")
@view(BOOKS)
def desk_float_move(float_move_id: int) -> Response:
    """An advance, a return or a count, and who confirms it."""
    actor = current_actor()
    move = petty.find_move(actor, float_move_id)
    return page(
        "revenue/desk/petty_move.html", move=move, box=petty.find_float(actor, move.float_id), words=petty.MOVES,
        state=state_of(move), waits=_waits(actor, move), may_approve=actor.can(APPROVE), base=here("/desk/petty"),
    )  # fmt: skip


def _waits(actor: Any, record: Any) -> Any:
    return next((each.reason for each in actions(actor, record) if not each.possible), None)


@blueprint.post("/desk/petty/moves/<int:float_move_id>/approve")
@view(APPROVE)
def desk_float_move_approve(float_move_id: int) -> Response:
    """Somebody else confirms it."""
    submit_once(lambda: petty.approve_move(current_actor(), float_move_id).id)
    toast(_("Confirmed."))
    return after_post(url(".desk_float_move", float_move_id=float_move_id))


@blueprint.route("/desk/petty/moves/<int:float_move_id>/refuse", methods=["GET", "POST"])
@view(APPROVE)
def desk_float_move_refuse(float_move_id: int) -> Response:
    """Somebody else does not confirm it."""
    move = petty.find_move(current_actor(), float_move_id)
    form = ReasonForm.from_request()
    if sent(form, lambda: petty.refuse_move(current_actor(), move.id, form.reason.data)) is not None:
        toast(_("Noted."))
        return after_post(url(".desk_float_move", float_move_id=move.id))
    return _form(form, _("Do not agree"), _("Do not approve"), f"/desk/petty/moves/{move.id}", icon="x", kind="danger")


# --------------------------------------------------------------------------- payments


@blueprint.route("/desk/petty/<int:float_id>/vouchers/new", methods=["GET", "POST"])
@view(PETTY, uploads=True)
def desk_voucher_new(float_id: int) -> Response:
    """Write down a payment with the photo of its receipt."""
    box = petty.find_float(current_actor(), float_id)
    form = VoucherForm.from_request(spent_on=today(), account="5201")
    form.account.choices = choices(vouchers.cost_accounts(box.community), True)

    def act() -> Any:
        paid = vouchers.Paid(
            fen_in(form, "amount"), form.account.data or "", form.what.data, form.spent_on.data, form.payee.data or "",
            form.photos.data,
        )  # fmt: skip
        return vouchers.enter_voucher(current_actor(), box.id, paid)

    made = sent(form, act)
    if made is not None:
        toast(_("Written down. Somebody else checks it now."))
        return after_post(url(".desk_voucher", voucher_id=made))
    advice = _(
        "One payment is at most %(limit)s yuan, and there are %(left)s yuan in this float.",
        limit=yuan(box.payment_limit),
        left=yuan(box.balance - box.pending),
    )
    return _form(form, _("Write down a payment"), _("Write it down"), f"/desk/petty/{box.id}", advice, eyebrow=box.name)


@blueprint.get("/desk/petty/vouchers/<int:voucher_id>")
@view(BOOKS)
def desk_voucher(voucher_id: int) -> Response:
    """One payment with its receipt, and who checks it."""
    actor = current_actor()
    found = vouchers.find_voucher(actor, voucher_id)
    box = petty.find_float(actor, found.float_id)
    names = {each.code: each.name for each in accounts(found.community)}
    return page(
        "revenue/desk/petty_voucher.html", voucher=found, box=box, number=vouchers.voucher_text(box, found), names=names,
        state=state_of(found), papers=files_of(found.ref, "scan"), waits=_waits(actor, found), may_approve=actor.can(APPROVE),
        base=here("/desk/petty"),
    )  # fmt: skip


@blueprint.post("/desk/petty/vouchers/<int:voucher_id>/approve")
@view(APPROVE)
def desk_voucher_approve(voucher_id: int) -> Response:
    """The payment is right: it is posted."""
    submit_once(lambda: vouchers.approve_voucher(current_actor(), voucher_id).id)
    toast(_("Posted."))
    return after_post(url(".desk_voucher", voucher_id=voucher_id))


@blueprint.route("/desk/petty/vouchers/<int:voucher_id>/return", methods=["GET", "POST"])
@view(APPROVE)
def desk_voucher_return(voucher_id: int) -> Response:
    """The payment is not accepted."""
    found = vouchers.find_voucher(current_actor(), voucher_id)
    form = ReasonForm.from_request()
    if sent(form, lambda: vouchers.return_voucher(current_actor(), found.id, form.reason.data)) is not None:
        toast(_("Noted. The cash has to be in the box again."))
        return after_post(url(".desk_voucher", voucher_id=found.id))
    return _form(
        form, _("Do not accept this payment"), _("Do not accept"), f"/desk/petty/vouchers/{found.id}", icon="x", kind="danger"
    )  # fmt: skip
