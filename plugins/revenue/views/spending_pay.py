"""The cashier's page: an instalment or the posting of an allocation, with the own password."""

from __future__ import annotations

from flask import Response

from core import (
    ConfirmedForm,
    Invalid,
    after_post,
    current_actor,
    page,
    request_key,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
    was_submitted,
    yuan,
)
from plugins.revenue.spending import funding, lists, paying
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.notice_words import fund_names
from plugins.revenue.spending.words import PAY
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.spending_forms import AllocateForm, PayForm


@blueprint.route("/desk/spending/<int:proposal_id>/pay", methods=["GET", "POST"])
@view(PAY, kind=Proposal, key="proposal_id", uploads=True)
def spending_pay(proposal: Proposal) -> Response:
    """Pay the next instalment, or post the allocation."""
    form: ConfirmedForm = _allocate_form() if proposal.proposal_kind == "allocation" else _pay_form(proposal)
    if _is_paid(proposal, form):
        toast(_("Posted in the ledger."))
        return after_post(url(".spending_proposal", proposal_id=proposal.id))
    left = proposal.amount - lists.spent(proposal)
    return page(
        "revenue/desk/spending_pay.html", form=form, proposal=proposal, left=left, status=status_of(form),
        by_fund=lists.by_fund(proposal), funds=fund_names(proposal.community),
    )  # fmt: skip


def _allocate_form() -> ConfirmedForm:
    return AllocateForm.from_request()


def _pay_form(proposal: Proposal) -> PayForm:
    paid = lists.payments(proposal)
    left = proposal.amount - sum(each.amount for each in paid)
    last = paid[-1] if paid else None
    form = PayForm.from_request(
        serial=len(paid) + 1, paid_on=today(), amount=yuan(left).replace(",", ""), payee=last.payee if last else "",
        payee_kind=last.payee_kind if last else "firm",
    )  # fmt: skip
    form.account_code.choices = [
        (code, f"{code} {name}（{yuan(fen)} {_('yuan')}）") for code, name, fen in funding.payable_from(proposal)
    ]
    return form


def _is_paid(proposal: Proposal, form: ConfirmedForm) -> bool:
    """Whether the form was sent and the money is posted; what is wrong stands at the fields."""
    if not form.is_submitted():
        return False
    if was_submitted():
        return True
    if not form.validate() or not form.confirmed():
        return False
    try:
        submit_once(lambda: _act(proposal, form))
    except Invalid as error:
        form.accept(error)
        return False
    return True


def _act(proposal: Proposal, form: ConfirmedForm) -> int:
    actor, key = current_actor(), request_key() or ""
    if not isinstance(form, PayForm):
        return int(paying.allocate(actor, proposal.id, key=key).id)
    instalment = paying.Instalment(
        form.serial.data or 0, form.payee.data or "", form.payee_kind.data, form.purpose.data or "", form.account_code.data,
        form.amount.data, form.invoices.data,
    )  # fmt: skip
    return int(paying.pay(actor, proposal.id, instalment, key=key, paid_on=form.paid_on.data).id)
