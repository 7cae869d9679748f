"""Money at the desk: what arrived, unknown payers, deposits and what else takes two people."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    Invalid,
    NotFound,
    after_post,
    asked_number,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)  # fmt: skip
from plugins.revenue.dues import acts as services
from plugins.revenue.dues import books, lists, opening, operators, receiving, returning
from plugins.revenue.dues.access import APPROVE, BOOKS, RECEIVE
from plugins.revenue.dues.models import Contract, Due, MoneyAct, Receipt
from plugins.revenue.dues.words import ACTS, DECISIONS, SOURCES
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.dues_forms import ActForm, AssignForm, ReceiptForm, fen_in, yuan_or_empty
from plugins.revenue.views.dues_portal import found_or_none

NEEDS = {
    "deposit_in": "contract", "deposit_opening": "contract", "deposit_opening_undo": "contract", "credit_opening": "contract", "deposit_out": "contract",
    "deposit_set_off": "due", "payout": "due",
}  # fmt: skip
"""What an act is about; the others are about a receipt."""


def _accounts() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name, _class in books.money_accounts(current_community().code)]


@blueprint.get("/desk/receipts")
@view(BOOKS)
def receipts() -> Response:
    """Money that arrived, the newest first."""
    code = current_community().code
    found = lists.receipts(code, before=asked_number("before"), limit=lists.PAGE + 1)
    shown = found[: lists.PAGE]
    older = url(".receipts", before=shown[-1][0].id) if len(found) > len(shown) else None
    return page(
        "revenue/desk/receipts.html", receipts=shown, older=older, unknown=len(receiving.unknown(code)), waiting=len(services.waiting(code)),
        may_receive=current_actor().can(RECEIVE), sources=SOURCES,
    )  # fmt: skip


@blueprint.route("/desk/receipts/new", methods=["GET", "POST"])
@view(RECEIVE, uploads=True)
def receipt_new() -> Response:
    """Money arrived: entered once, posted at once, put to what is due."""
    code = current_community().code
    due = found_or_none(Due, asked_number("due"))
    contract = Contract.get_of(code, due.contract_id) if due else None
    form = ReceiptForm.from_request(
        arrived_on=today(),
        operator_id=str(contract.operator_id) if contract else "",
        amount=yuan_or_empty(due.open_fen) if due else "",
    )
    form.account.choices = _accounts()
    form.operator_id.choices = [
        ("", str(_("not known"))),
        *((str(each.id), each.name) for each in operators.operators(code)),
    ]
    if form.is_submitted() and form.validate():
        try:
            made = submit_once(lambda: _received(form, due))
            toast(_("Entered and posted."))
            return after_post(url(".receipt", receipt_id=made))
        except Invalid as error:
            form.accept(error)
    return page(
        "revenue/desk/receipt_new.html",
        form=form,
        due=due,
        line=lists.due_line(due) if due else None,
        status=status_of(form),
    )


def _received(form: ReceiptForm, due: Due | None) -> int:
    chosen = form.operator_id.data or ""
    if chosen and not (chosen.isdecimal() and len(chosen) < 19):
        raise NotFound
    made = receiving.receive(
        current_actor(), amount=fen_in(form, "amount"), arrived_on=form.arrived_on.data, account=form.account.data,
        operator_id=int(chosen) if chosen else None, dues=[due.id] if due is not None and chosen else (), payer=form.payer.data or "",
        words=form.words.data or "", scans=form.scans.data or (),
    )  # fmt: skip
    return int(made.id)


@blueprint.get("/desk/receipts/unknown")
@view(BOOKS)
def unknown_payers() -> Response:
    """Money of which nobody knows who paid it."""
    return page(
        "revenue/desk/unknown.html",
        receipts=receiving.unknown(current_community().code),
        may_receive=current_actor().can(RECEIVE),
    )


@blueprint.route("/desk/receipts/<int:receipt_id>", methods=["GET", "POST"])
@view(BOOKS, kind=Receipt, key="receipt_id")
def receipt(receipt: Receipt) -> Response:
    """One receipt: where it went and what is left; of an unknown payer, whose it is."""
    actor, code = current_actor(), receipt.community
    form = AssignForm.from_request()
    form.operator_id.choices = [(each.id, each.name) for each in operators.operators(code)]
    if form.act_on_submit(lambda: receiving.recognise(actor, receipt.id, form.operator_id.data) and None):
        toast(_("Assigned. It went to what is due, the rest is paid in advance."))
        return after_post(url(".receipt", receipt_id=receipt.id))
    name = operators.operator_names(code).get(receipt.operator_id, "")
    return page(
        "revenue/desk/receipt.html", receipt=receipt, name=name, parts=lists.parts_of_receipt(receipt), form=form, sources=SOURCES,
        may_receive=actor.can(RECEIVE), may_go_back=opening.may_go_back(receipt), status=status_of(form), tint=lists.tint,
        scans=books.scans_of(receipt), acts=[(each, books.scans_of(each)) for each in services.acts_about(receipt)], words=ACTS, decisions=DECISIONS,
    )  # fmt: skip


# --------------------------------------------------------------------------- two people


@blueprint.get("/desk/acts")
@view(BOOKS)
def acts() -> Response:
    """What waits for the second person, with its papers."""
    actor = current_actor()
    found = [
        (each, services.why_not(actor, each) if actor.can(APPROVE) else _("The secretary or the director approves it."), books.scans_of(each))
        for each in services.waiting(current_community().code)
    ]  # fmt: skip
    return page("revenue/desk/acts.html", acts=found, words=ACTS, decisions=DECISIONS)


@blueprint.route("/desk/acts/new", methods=["GET", "POST"])
@view(RECEIVE, uploads=True)
def act_new() -> Response:
    """Enter a deposit, a payout, or what else a second person approves."""
    kind = request.values.get("kind", "")
    about: dict[str, Any] = {
        "contract": found_or_none(Contract, asked_number("contract")), "due": found_or_none(Due, asked_number("due")),
        "receipt": found_or_none(Receipt, asked_number("receipt")),
    }  # fmt: skip
    needs = NEEDS.get(kind, "receipt")
    if kind == opening.CREDIT and about["contract"] is None:
        needs = "due"
    if kind not in ACTS or kind == returning.KIND or about[needs] is None:
        raise NotFound
    form = ActForm.from_request(on_day=today(), amount=yuan_or_empty(_usual(kind, about)))
    form.account.choices = _accounts()
    if kind not in services.TAKES_SCANS:
        del form.scans
    elif kind in services.GOES_OUT:
        form.scans.description = _(
            "No money goes out without it. Its digest stands in the entry; only those who keep the books see it."
        )
    if form.act_on_submit(lambda: _entered(form, kind, about)):
        toast(_("Entered. It is posted when a second person has approved it."))
        return after_post(url(".acts"))
    fixed = kind in ("payout", "receipt_undo")
    return page(
        "revenue/desk/act_new.html", form=form, kind=kind, word=ACTS[kind], is_opening=kind in (opening.DEPOSIT, opening.CREDIT), is_undone=kind == opening.UNDO, asks_amount=not fixed, status=status_of(form),
        asks_account=kind not in ("receipt_undo", "credit_out", opening.DEPOSIT, opening.UNDO), about=about,
        line=lists.due_line(about["due"]) if about["due"] else None,
    )  # fmt: skip


def _usual(kind: str, about: dict[str, Any]) -> int:
    if kind == "deposit_in":
        return int(about["contract"].deposit_fen)
    if kind == opening.DEPOSIT:
        contract = about["contract"]
        return min(int(contract.deposit_fen), opening.unassigned(contract.community).deposits)
    if kind == opening.CREDIT:
        found = about["due"] or about["contract"]
        left = opening.unassigned(found.community)
        if about["due"] is None:
            return left.advances
        theirs = Contract.get_of(found.community, found.contract_id).is_owners
        return min(int(found.open_fen), left.owners if theirs else left.shares)
    if kind == opening.UNDO:
        contract = about["contract"]
        assigned = opening.deposits_assigned(contract.community, contract.id)
        return min(assigned, services.deposit(contract.community, contract.id))
    if kind == "deposit_out":
        return services.deposit(about["contract"].community, about["contract"].id)
    if kind == "deposit_set_off":
        due = about["due"]
        return min(due.open_fen, services.deposit(due.community, due.contract_id))
    if kind == "payout":
        return -(about["due"].due_fen or 0)
    receipt = about["receipt"]
    return int(opening.may_go_back(receipt) if kind == "credit_out" else receipt.amount)


def _entered(form: ActForm, kind: str, about: dict[str, Any]) -> None:
    services.enter(
        current_actor(), kind, reason=form.reason.data, on_day=form.on_day.data, amount=fen_in(form, "amount"),
        account=form.account.data or "", scans=form.scans.data or () if "scans" in form else (),
        **{f"{name}_id": found.id for name, found in about.items() if found is not None},
    )  # fmt: skip


@blueprint.post("/desk/acts/<int:act_id>/<string:way>")
@view(APPROVE, kind=MoneyAct, key="act_id")
def act_decide(act: MoneyAct, way: str) -> Response:
    """The second person approves or refuses."""
    if way not in ("approve", "deny"):
        raise NotFound
    submit_once(lambda: int(services.decide(current_actor(), act.id, way == "approve").id))
    toast(_("Approved and posted.") if way == "approve" else _("Refused. Nothing was posted."))
    return after_post(url(".acts"))
