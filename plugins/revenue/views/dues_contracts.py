"""Operators and contracts at the desk: entered, changed as drafts, signed, renewed, ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from core import (
    Form,
    Invalid,
    Refused,
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
    was_submitted,
)  # fmt: skip
from plugins.revenue.dues import contracts as services
from plugins.revenue.dues import lists, opening, operators, public, receiving, rule_changes
from plugins.revenue.dues.access import BOOKS, CONTRACTS
from plugins.revenue.dues.acts import acts_of
from plugins.revenue.dues.books import scans_of
from plugins.revenue.dues.models import Contract, Operator
from plugins.revenue.dues.rule_states import RULE_STATES
from plugins.revenue.dues.states import has_rule, is_approved, is_split_rightly
from plugins.revenue.dues.words import ACTS, APPROVALS, DECISIONS, HOLDERS, OPERATOR_KINDS, OWNER_CLASSES, PERIODS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.dues_forms import (
    SQUARE,
    VOTE_FIELDS,
    ContractForm,
    EndForm,
    OperatorForm,
    ScanForm,
    SignForm,
    fen_in,
    vote_in,
    yuan_or_empty,
)
from plugins.revenue.views.dues_portal import found_or_none


@blueprint.get("/desk/operators")
@view(BOOKS)
def operators_list() -> Response:
    """Every operator, with how much each has paid in advance."""
    code = current_community().code
    found = [
        (each, receiving.credit(code, each.id), len(lists.contracts(code, operator_id=each.id)))
        for each in operators.operators(code)
    ]
    return page("revenue/desk/operators.html", operators=found, kinds=OPERATOR_KINDS)


@blueprint.route("/desk/operators/new", methods=["GET", "POST"])
@view(CONTRACTS)
def operator_new() -> Response:
    """Enter an operator."""
    return _operator_page(None)


@blueprint.route("/desk/operators/<int:operator_id>", methods=["GET", "POST"])
@view(CONTRACTS, kind=Operator, key="operator_id")
def operator_edit(operator: Operator) -> Response:
    """Change what is known of an operator, and which accounts act for it."""
    return _operator_page(operator)


def _operator_page(operator: Operator | None) -> Response:
    code = current_community().code
    linked = operators.accounts_of(code, operator.id) if operator else []
    known = (
        {name: getattr(operator, name) for name in ("name", "operator_kind", "contact", "phone", "note")}
        if operator
        else {}
    )
    form = OperatorForm.from_request(accounts=[key for key, _name in linked], **known)
    form.accounts.choices = sorted({*operators.choosable(code), *linked})
    if form.act_on_submit(lambda: _saved_operator(form, operator)):
        toast(_("Saved."))
        return after_post(url(".operators_list"))
    found = lists.contracts(code, operator_id=operator.id) if operator else []
    return page(
        "revenue/desk/operator.html",
        form=form,
        operator=operator,
        contracts=found,
        status=status_of(form),
        tint=lists.tint,
    )


def _saved_operator(form: OperatorForm, operator: Operator | None) -> None:
    values = {name: form[name].data or "" for name in ("name", "operator_kind", "contact", "phone", "note")}
    made = operators.save_operator(current_actor(), operator.id if operator else None, values)
    operators.link_accounts(current_actor(), made.id, form.accounts.data or [])


# --------------------------------------------------------------------------- contracts


@blueprint.get("/desk/contracts")
@view(BOOKS)
def contracts() -> Response:
    """Every contract, the newest first."""
    return page("revenue/desk/contracts.html", contracts=lists.contracts(current_community().code), tint=lists.tint)


@blueprint.route("/desk/contracts/new", methods=["GET", "POST"])
@view(CONTRACTS)
def contract_new() -> Response:
    """Enter a draft; with `renews` it begins with what the earlier contract said."""
    earlier = found_or_none(Contract, asked_number("renews"))
    values = services.renewal_of(earlier) if earlier else {"declare_days": 15, "pay_days": 15, "starts_on": today()}
    return _draft_page(None, values, earlier)


@blueprint.route("/desk/contracts/<int:contract_id>/edit", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id")
def contract_edit(contract: Contract) -> Response:
    """Change a draft."""
    if contract.state != "draft":
        raise Refused(
            _("A contract that is signed is not changed any more."),
            advice=_("Propose a new rule with the signed supplement, or enter a new contract."),
        )
    return _draft_page(contract, {name: getattr(contract, name) for name in services.FIELDS}, None)


def _draft_page(contract: Contract | None, values: dict[str, Any], earlier: Contract | None) -> Response:
    code = current_community().code
    form = ContractForm.from_request(**_shown(values))
    form.operator_id.choices = [(each.id, each.name) for each in operators.operators(code)]
    form.room.choices = [("", ""), *services.rooms_to_choose(code)]
    if form.is_submitted() and form.validate():
        try:
            made = submit_once(lambda: _saved(form, contract, earlier))
            toast(_("Saved as a draft."))
            return after_post(url(".contract", contract_id=made))
        except Invalid as error:
            form.accept(error)
    return page(
        "revenue/desk/contract_edit.html", form=form, contract=contract, earlier=earlier, votes=VOTE_FIELDS, status=status_of(form),
        has_operators=bool(form.operator_id.choices),
    )  # fmt: skip


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """What a contract says, as it is typed."""
    shown = {
        **values,
        "deposit": yuan_or_empty(values.get("deposit_fen")),
        "estimate": yuan_or_empty(values.get("estimate_fen")),
    }
    vote = values.get("vote") or {}
    for how, name in (("persons", "persons"), ("area", "area")):
        for part, count in zip(("all", "part", "yes"), vote.get(how, ()), strict=False):
            shown[f"{part}_{name}"] = count if how == "persons" else f"{count // SQUARE}.{count % SQUARE // 100:02d}"
    return shown


def _saved(form: ContractForm, contract: Contract | None, earlier: Contract | None) -> int:
    values: dict[str, Any] = {name: form[name].data for name in services.FIELDS if name in form}
    values.update(deposit_fen=fen_in(form, "deposit"), estimate_fen=fen_in(form, "estimate"), vote=vote_in(form))
    made = services.save_draft(
        current_actor(), contract.id if contract else None, values, renews=earlier.id if earlier else None
    )
    return int(made.id)


@blueprint.get("/desk/contracts/<int:contract_id>")
@view(BOOKS, kind=Contract, key="contract_id")
def contract(contract: Contract) -> Response:
    """One contract: what it says, its rule, its periods, its deposit."""
    actor, code = current_actor(), contract.community
    obstacles = [why for guard in (has_rule, is_split_rightly, is_approved) if (why := guard(actor, contract, {}))]
    return page(
        "revenue/desk/contract.html", contract=contract, line=lists.contract_line(contract), dues=lists.dues_of(contract),
        versions=public.versions_shown(contract), held=public.deposit_held(contract), before=opening.unassigned(code), assigned=opening.deposits_assigned(code, contract.id), acts=[(each, scans_of(each)) for each in acts_of(code, contract.id)], act_words=ACTS,
        decisions=DECISIONS, obstacles=obstacles if contract.state == "draft" else [], room=services.room_name(code, contract.room),
        classes=OWNER_CLASSES, periods=PERIODS, holders=HOLDERS, approvals=APPROVALS, tint=lists.tint,
        changes=rule_changes.changes_of(contract), change_states=RULE_STATES, outcome=services.vote_outcome(contract), scans=services.scans_of(contract), may_edit=actor.can(CONTRACTS), may_receive=actor.can("revenue.receive"),
    )  # fmt: skip


@blueprint.route("/desk/contracts/<int:contract_id>/sign", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id", uploads=True)
def contract_sign(contract: Contract) -> Response:
    """Both sides have signed: the contract is in force."""
    form = SignForm.from_request(signed_on=today())
    act = lambda: services.sign(current_actor(), contract.id, form.signed_on.data, form.files.data) and None  # noqa: E731
    if (form.is_submitted() and was_submitted()) or form.act_on_submit(act):
        toast(_("The contract is in force and has its number."))
        return after_post(url(".contract", contract_id=contract.id))
    advice = _("Afterwards it cannot be changed any more.")
    return _step(contract, form, _("The contract is signed"), advice, scans=services.scans_of(contract))


@blueprint.route("/desk/contracts/<int:contract_id>/scans", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id", uploads=True)
def contract_scans(contract: Contract) -> Response:
    """Keep the signed paper, or an annex, with the contract."""
    form = ScanForm.from_request()
    act = lambda: services.add_scans(current_actor(), contract.id, form.files.data) and None  # noqa: E731
    if (form.is_submitted() and was_submitted()) or form.act_on_submit(act):
        toast(_("The paper is kept with the contract."))
        return after_post(url(".contract", contract_id=contract.id))
    advice = _("What is added stays; a better scan is added beside it.")
    return _step(contract, form, _("Add the signed paper"), advice, scans=services.scans_of(contract))


@blueprint.route("/desk/contracts/<int:contract_id>/end", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id")
def contract_end(contract: Contract) -> Response:
    """The contract ends before its term, or on its last day."""
    form = EndForm.from_request(ended_on=today())
    if form.act_on_submit(
        lambda: services.end(current_actor(), contract.id, form.ended_on.data, form.reason.data) and None
    ):
        toast(_("The contract has ended. What is still due stays due."))
        return after_post(url(".contract", contract_id=contract.id))
    return _step(contract, form, _("End this contract"), _("What is due until that day stays due."))


def _step(contract: Contract, form: Form, title: Any, advice: Any, scans: Sequence[Any] = ()) -> Response:
    return page(
        "revenue/desk/contract_step.html", form=form, contract=contract, line=lists.contract_line(contract), title=title, advice=advice,
        scans=scans, status=status_of(form),
    )  # fmt: skip


@blueprint.post("/desk/contracts/<int:contract_id>/drop")
@view(CONTRACTS, kind=Contract, key="contract_id")
def contract_drop(contract: Contract) -> Response:
    """A draft came to nothing."""
    submit_once(lambda: int(services.drop(current_actor(), contract.id).id))
    toast(_("The draft is dropped."))
    return after_post(url(".contracts"))
