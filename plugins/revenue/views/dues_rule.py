"""The page on which a version of a rule is entered: tried with figures, period after period, before anybody signs it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import Invalid, Refused, after_post, current_actor, page, status_of, submit_once, toast, url, view
from plugins.revenue.dues import contracts, lists
from plugins.revenue.dues.access import CONTRACTS
from plugins.revenue.dues.computing import fund_names
from plugins.revenue.dues.models import Contract
from plugins.revenue.dues.spans import span_around
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import rule_told
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.rule_form import DeskSheetForm, Tried, asked_sheet, form_of, fund_choices, rule_in, tried
from plugins.revenue.views.rule_sheet import Sheet

_SPLIT = (("give_back", "60"), ("operating", "25"), ("reserve", "15"))


@blueprint.route("/desk/contracts/<int:contract_id>/rule", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id")
def contract_rule(contract: Contract) -> Response:
    """Take the rule as it is, change it and the figures, see what it comes to, and keep it as a version of the contract."""
    code, names = contract.community, fund_names(contract.community)
    sheet, focus = asked_sheet() if request.method == "POST" else (_begun(contract), "")
    sheet.one["from_day"] = sheet.one.get("from_day") or _from_day(contract)
    form = form_of(sheet, fund_choices(code), DeskSheetForm)
    found: list[Tried] = []
    said: list[str] = []
    if focus is None and form.validate():
        try:
            data = rule_in(form, sheet)
            rule = Rule.parse(data)
            if request.form.get("keep"):
                submit_once(lambda: _kept(contract, data, form))
                toast(_("The rule is kept. It cannot be changed any more, only followed by a newer version."))
                return after_post(url(".contract", contract_id=contract.id))
            said, found = rule_told(rule, names), tried(form, sheet, rule, names)
        except (Invalid, Refused) as error:
            form.accept(error if isinstance(error, Invalid) else Invalid(message=error.message))
    return page(
        "revenue/desk/rule.html", block="sheet", form=form, sheet=sheet, focus=focus, found=found, said=said, names=names,
        contract=contract, line=lists.contract_line(contract), status=status_of(form),
    )  # fmt: skip


def _kept(contract: Contract, data: dict[str, Any], form: Any) -> int:
    made = contracts.add_rule(current_actor(), contract.id, data, form.from_day.data, form.reason.data or "")
    return int(made.id)


def _begun(contract: Contract) -> Sheet:
    """The newest version of the contract's rule to go on from, else an empty one; with the first period of the contract."""
    versions = contracts.rule_versions(contract.community, contract.id)
    sheet = Sheet.of_rule(versions[-1].rule) if versions else Sheet()
    if not versions:
        sheet.edited("add:percent")
        sheet.funds = [{"to": fund, "weight": weight} for fund, weight in _SPLIT]
    first, last = span_around(contract.starts_on, contract.period)
    sheet.periods = [{"first": max(first, contract.starts_on).isoformat(), "last": last.isoformat()}]
    return sheet


def _from_day(contract: Contract) -> str:
    return str(contract.starts_on.isoformat()) if contract.state == "draft" else ""
