"""What residents and operators see: who runs what, and the operator's own contracts, declarations, dues and receipts."""

from __future__ import annotations

from typing import Any

from flask import Response

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
    url,
    view,
    was_submitted,
)  # fmt: skip
from plugins.revenue.dues import declaring, lists, public, receiving, rule_changes
from plugins.revenue.dues.access import DECLARE, operators_of, own_contract
from plugins.revenue.dues.computing import figures_needed
from plugins.revenue.dues.models import Contract, Due
from plugins.revenue.dues.rule_states import RULE_STATES
from plugins.revenue.dues.words import OWNER_CLASSES, PERIODS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.dues_forms import declare_form, figures_in


@blueprint.get("/operators")
@view(public=True)
def operators_public() -> Response:
    """Who runs what on the community's space, what was due and what was paid."""
    shown = public.operators_shown(current_community().code)
    return page("revenue/operators.html", shown=shown, classes=OWNER_CLASSES)


@blueprint.get("/operators/<int:contract_id>")
@view(public=True)
def contract_public(contract_id: int) -> Response:
    """One contract: the rule in words, every period with what was due and paid, and what was corrected and why."""
    code = current_community().code
    shown = public.operator_shown(code, contract_id)
    contract: Contract = Contract.get_of(code, contract_id)
    return page(
        "revenue/operator.html", shown=shown, contract=contract, versions=public.versions_shown(contract), classes=OWNER_CLASSES,
        periods=PERIODS, held=public.deposit_held(contract),
    )  # fmt: skip


# --------------------------------------------------------------------------- the operator's own


@blueprint.get("/mine")
@view(DECLARE)
def own() -> Response:
    """The contracts of the actor's operators, what is to be declared and to be paid."""
    actor, code = current_actor(), current_community().code
    mine = operators_of(actor)
    found = [
        each for key in mine for each in lists.contracts(code, operator_id=key) if each.number and each.contract.number
    ]
    waiting = lists.to_do(code, mine)
    credit = sum(receiving.credit(code, key) for key in mine)
    return page(
        "revenue/own.html",
        contracts=found,
        waiting=waiting,
        credit=credit,
        why_not=lambda due: declaring.why_not(actor, due),
    )


@blueprint.get("/mine/contracts/<int:contract_id>")
@view(DECLARE, kind=Contract, key="contract_id")
def own_contract_page(contract: Contract) -> Response:
    """One of them: the rule, its periods and what was paid."""
    mine = own_contract(current_actor(), contract.id)
    return page(
        "revenue/own_contract.html", contract=mine, line=lists.contract_line(mine), dues=lists.dues_of(mine),
        versions=public.versions_shown(mine), receipts=lists.receipts(mine.community, mine.operator_id, limit=20),
        credit=receiving.credit(mine.community, mine.operator_id), held=public.deposit_held(mine), periods=PERIODS,
        changes=[(each, lists.rule_words(each.community, each)) for each in rule_changes.changes_of(mine) if each.state != "approved"], change_states=RULE_STATES,
    )  # fmt: skip


@blueprint.get("/mine/dues/<int:due_id>")
@view(DECLARE, kind=Due, key="due_id")
def own_due(due: Due) -> Response:
    """One period: how the share was computed, what was paid, what is still open."""
    actor = current_actor()
    contract = own_contract(actor, due.contract_id)
    return page(
        "revenue/own_due.html", due=due, line=lists.due_line(due, contract), shares=lists.shares_of(due), parts=lists.parts_of(due),
        corrections=lists.corrections_of(due), obstacle=declaring.why_not(actor, due), steps=lists.steps_of(due, inside=False),
    )  # fmt: skip


@blueprint.route("/mine/dues/<int:due_id>/declare", methods=["GET", "POST"])
@view(DECLARE, kind=Due, key="due_id", uploads=True)
def own_declare(due: Due) -> Response:
    """Declare a period on the phone, with photos of the receipts."""
    own_contract(current_actor(), due.contract_id)
    return declare_page(due, on_paper=False)


def declare_page(due: Due, *, on_paper: bool) -> Response:
    """The same form for the operator and for staff who enter what came on paper."""
    actor, back = current_actor(), url(".due" if on_paper else ".own_due", due_id=due.id)
    form: Any = declare_form(figures_needed(due), declaring.needs_reason(due)).from_request()
    if form.is_submitted() and was_submitted():
        return after_post(back)
    obstacle = declaring.why_not(actor, due)
    if not obstacle and form.is_submitted() and form.validate():
        try:
            submit_once(lambda: _declared(form, due, on_paper))
            toast(_("Declared. The share is computed; somebody else reviews it now."))
            return after_post(back)
        except Invalid as error:
            form.accept(error)
    return page(
        "revenue/desk/declare.html" if on_paper else "revenue/declare.html", form=form, due=due, line=lists.due_line(due),
        obstacle=obstacle, contract=Contract.get_of(due.community, due.contract_id), back=back, status=status_of(form),
        names=[name for name in (*figures_needed(due), "reason") if name in form],
    )  # fmt: skip


def _declared(form: Any, due: Due, on_paper: bool) -> int:
    done = declaring.declare(
        current_actor(), due.id, figures_in(form, figures_needed(due)), form.files.data or [], words=form.words.data or "",
        on_paper=on_paper, reason=form.reason.data if "reason" in form else "",
    )  # fmt: skip
    return int(done.id)


def found_or_none(model: Any, key: int | None) -> Any:
    """A record of this community by a number in the query, None without one; raises `NotFound` for another community's."""
    if key is None:
        return None
    found = model.of(current_community().code).where(model.id == key).first()
    if found is None:
        raise NotFound
    return found
