"""Two calculators for everybody: what an operator would owe by a rule, and what a stay on a parking space costs. Nothing is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request

from core import (
    Form,
    IntegerField,
    Invalid,
    StringField,
    asked_number,
    current_actor,
    current_community,
    page,
    status_of,
    today,
    view,
)
from plugins.revenue.dues import contracts, lists, public
from plugins.revenue.dues.access import CONTRACTS
from plugins.revenue.dues.computing import fund_names
from plugins.revenue.shares.compute import Period
from plugins.revenue.shares.parking import LONGEST_STAY, Tariff, stretches
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import rule_told
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.dues_forms import fen_in
from plugins.revenue.views.rule_form import Tried, asked_sheet, form_of, fund_choices, rule_in, tried
from plugins.revenue.views.rule_sheet import Sheet, period_row

EXAMPLE: dict[str, Any] = {
    "mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit", "minimum": None, "cap": None,
    "components": [{"kind": "percent", "of": "net_profit_fen", "rate": "0.35"}],
    "split": [{"to": "give_back", "weight": 60}, {"to": "operating", "weight": 25}, {"to": "reserve", "weight": 15}],
}  # fmt: skip
EXAMPLE_FIGURES = {
    "net_profit_fen": 86_432_17,
    "turnover_fen": 612_000_05,
    "gross_profit_fen": 240_000_00,
    "fees_fen": 90_000_00,
}


class ParkingForm(Form):
    """A stepped tariff and a stay."""

    hours = IntegerField(_("Hours parked"), maximum=LONGEST_STAY // 60, required=True)
    minutes = IntegerField(_("and minutes"), maximum=59)
    free_minutes = IntegerField(_("Free minutes"), maximum=1440, required=True)
    first_hours = IntegerField(_("First hours"), maximum=24, required=True)
    first_price = StringField(_("Yuan an hour in the first hours"), required=True, longest=20)
    then_price = StringField(_("Yuan an hour after them"), required=True, longest=20)
    cap = StringField(
        _("At most in 24 hours"), longest=20, description=_("In yuan. Leave it empty where there is none.")
    )


@blueprint.route("/try", methods=["GET", "POST"])
@view(public=True)
def try_rule() -> Response:
    """Change the figures or the rule, period after period, and see what would be due; the office takes it into a draft."""
    code = current_community().code
    names = fund_names(code)
    sheet, focus = asked_sheet() if request.method == "POST" else (_begun(code), None)
    form = form_of(sheet, fund_choices(code))
    found: list[Tried] = []
    said: list[str] = []
    if focus is None and form.validate():
        try:
            rule = Rule.parse(rule_in(form, sheet))
            said, found = rule_told(rule, names), tried(form, sheet, rule, names)
        except Invalid as error:
            form.accept(error)
    return page(
        "revenue/try.html", block="sheet", form=form, sheet=sheet, focus=focus, found=found, said=said, names=names,
        drafts=_drafts(code), status=status_of(form),
    )  # fmt: skip


def _begun(community: str) -> Sheet:
    """The rule of a contract that everybody may read, where one is asked for, else an example; with figures of last year."""
    asked = asked_number("contract")
    data = EXAMPLE
    if asked is not None and public.operator_shown(community, asked):
        data = contracts.rule_versions(community, asked)[-1].rule
    sheet = Sheet.of_rule(data)
    year = today().year - 1
    figures = {name: EXAMPLE_FIGURES.get(name, 1000) for name in sheet.figures}
    sheet.periods = [period_row(Period(date(year, 1, 1), date(year, 12, 31), figures))]
    return sheet


def _drafts(community: str) -> list[tuple[int, str]]:
    """The drafts into which the actor may take the rule: number and what is run."""
    if not current_actor().can(CONTRACTS):
        return []
    return [(each.contract.id, each.contract.business) for each in lists.contracts(community, state="draft")]


@blueprint.route("/parking", methods=["GET", "POST"])
@view(public=True)
def parking() -> Response:
    """What a stay costs by a tariff, for each 24 hours."""
    form = ParkingForm.from_request(
        hours=2, minutes=1, free_minutes=30, first_hours=2, first_price="3", then_price="2", cap="15"
    )
    return page("revenue/parking.html", form=form, found=_answer(form), status=status_of(form))


def _priced(form: ParkingForm) -> Any:
    tariff = Tariff(
        form.free_minutes.data, form.first_hours.data, fen_in(form, "first_price") or 0, fen_in(form, "then_price") or 0,
        fen_in(form, "cap"),
    )  # fmt: skip
    return stretches(tariff, form.hours.data * 60 + (form.minutes.data or 0))


def _answer(form: ParkingForm) -> Any:
    """What the filled form comes to, also of the example at the first look; None where something in it is wrong."""
    if request.method == "POST" and not form.validate():
        return None
    try:
        return _priced(form)
    except Invalid as error:
        form.accept(error)
        return None
