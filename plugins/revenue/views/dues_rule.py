"""The page on which a version of a rule is entered, with what it would come to beside it before anybody signs."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response, request

from core import Invalid, Refused, after_post, current_actor, page, status_of, submit_once, toast, url, view
from plugins.revenue.dues import contracts, lists
from plugins.revenue.dues.access import CONTRACTS
from plugins.revenue.dues.computing import fund_names
from plugins.revenue.dues.models import Contract
from plugins.revenue.dues.spans import span_around, span_text
from plugins.revenue.ledger.funds import funds
from plugins.revenue.shares.compute import Period, Result, compute
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import rule_told, told
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.dues_forms import RuleForm, fen_in

_PLACES = 9


def _decimal(form: Any, name: str, places: int) -> str:
    """A typed number moved by so many decimal places, as a rule writes it; raises `Invalid`."""
    try:
        value = Decimal((form[name].data or "").strip().rstrip("%％"))
        text = format(value.scaleb(places).normalize(), "f") if value.is_finite() and abs(value) < 10**9 else "x"
    except InvalidOperation:
        text = "x"
    if text == "x" or text.startswith("-") or len(text.partition(".")[2]) > _PLACES:
        raise Invalid({name: [_("Please write a number, for example 35 or 12.5.")]})
    return text


def rule_in(form: RuleForm) -> Any:
    """The rule that the fields say; raises `Invalid`."""
    if form.whole.data:
        try:
            return json.loads(form.whole.data)
        except (ValueError, RecursionError):
            raise Invalid({"whole": [_("This is not JSON.")]}) from None
    components: list[dict[str, Any]] = []
    rent = fen_in(form, "fixed")
    if rent:
        components.append({"kind": "fixed", "annual_fen": rent})
    if form.percent_of.data:
        components.append({"kind": "percent", "of": form.percent_of.data, "rate": _decimal(form, "percent", -2)})
    if form.unit_of.data:
        components.append({"kind": "per_unit", "of": form.unit_of.data, "fen_per_unit": _decimal(form, "unit", 2)})
    if not components:
        raise Invalid({"fixed": [_("Enter a rent, a percentage or a sum for each.")]})
    bounds = {name: {"annual_fen": fen} if (fen := fen_in(form, name)) else None for name in ("minimum", "cap")}
    pairs = [(form[f"fund_{number}"].data, form[f"weight_{number}"].data) for number in (1, 2, 3)]
    return {
        "mode": "cumulative" if form.cumulative.data else "standalone", "loss": "carry" if form.loss.data else "none",
        "combine": "sum", "negative": "credit", "components": components, **bounds,
        "split": [{"to": fund, "weight": weight or 0} for fund, weight in pairs if fund],
    }  # fmt: skip


def _tried(form: RuleForm, contract: Contract, rule: Rule) -> tuple[str, Result]:
    """What a period of the contract would come to with the figures that were typed to try it."""
    first, last = span_around(form.from_day.data or contract.starts_on, contract.period)
    known = {
        "turnover_fen": fen_in(form, "try_turnover") or 0, "net_profit_fen": fen_in(form, "try_profit", negative=True) or 0,
        "gross_profit_fen": fen_in(form, "try_profit", negative=True) or 0, "fees_fen": fen_in(form, "try_turnover") or 0,
    }  # fmt: skip
    figures = {name: known.get(name, form.try_count.data or 0) for name in rule.figures}
    return span_text(first, last), compute(rule, [Period(first, last, figures)])[0]


@blueprint.route("/desk/contracts/<int:contract_id>/rule", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id")
def contract_rule(contract: Contract) -> Response:
    """Enter a version of the rule: first what it would come to, then keep it."""
    actor, code = current_actor(), contract.community
    versions = contracts.rule_versions(code, contract.id)
    form = RuleForm.from_request(from_day=contract.starts_on if contract.state == "draft" else None)
    choices = [("", ""), *((each.code, each.name) for each in funds(code) if each.is_open)]
    for number in (1, 2, 3):
        form[f"fund_{number}"].choices = choices
    tried, said = None, []
    if form.is_submitted() and form.validate():
        try:
            data = rule_in(form)
            rule = Rule.parse(data)
            said = rule_told(rule, fund_names(code))
            period, result = _tried(form, contract, rule)
            tried = (period, result, told(result.trace, fund_names(code)))
            if request.form.get("keep"):
                submit_once(
                    lambda: int(
                        contracts.add_rule(actor, contract.id, data, form.from_day.data, form.reason.data or "").id
                    )
                )
                toast(_("The rule is kept. It cannot be changed any more, only followed by a newer version."))
                return after_post(url(".contract", contract_id=contract.id))
        except (Invalid, Refused) as error:
            form.accept(error if isinstance(error, Invalid) else Invalid(message=error.message))
    return page(
        "revenue/desk/rule.html", form=form, contract=contract, line=lists.contract_line(contract), versions=versions, tried=tried,
        said=said, status=status_of(form),
    )  # fmt: skip
