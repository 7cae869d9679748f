"""Two calculators for everybody: what an operator would owe by a rule, and what a stay on a parking space costs. Nothing is kept."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response, request

from core import DayField, Form, IntegerField, Invalid, SelectField, StringField, fen_of, page, status_of, today, view
from plugins.revenue.shares.compute import Period, Result, compute
from plugins.revenue.shares.parking import LONGEST_STAY, Tariff, stretches
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import FUNDS, in_one, rule_told, told
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint

_YUAN = _("In yuan, for example 1200 or 88.50")
_SHARES = ("give_back", "operating", "reserve")
_HOW = {
    "net_profit_fen": _("A share of the net profit"),
    "turnover_fen": _("A share of the turnover"),
    "rent": _("A rent only"),
    "larger": _("The rent, or a share of the turnover if that is more"),
}


class TryForm(Form):
    """A rule of the usual kinds, and the figures of one period."""

    how = SelectField(_("How the share is counted"), choices=list(_HOW.items()), required=True)
    rate = StringField(_("Share in percent"), longest=12, description=_("For example 35 or 12.5"))
    rent = StringField(_("Rent a year"), longest=20, description=_YUAN)
    minimum = StringField(
        _("At least due a year"), longest=20, description=_("In yuan. Leave it empty where there is none.")
    )
    figure = StringField(
        _("Net profit or turnover of the period"), required=True, longest=20,
        description=_("In yuan; a loss is written with a minus."),
    )  # fmt: skip
    first = DayField(_("First day of the period"), required=True)
    last = DayField(_("Last day of the period"), required=True)
    give_back = IntegerField(_("Weight of the give-back fund"), maximum=10_000)
    operating = IntegerField(_("Weight of the operating fund"), maximum=10_000)
    reserve = IntegerField(_("Weight of the reserve fund"), maximum=10_000)


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


def _fen(form: Form, name: str, signed: bool = False) -> int | None:
    text = (form[name].data or "").strip()
    is_loss = signed and text[:1] in ("-", "－", "−")
    try:
        fen = fen_of(text[1:] if is_loss else text)
    except ValueError:
        raise Invalid({name: [_("Please write the amount in yuan.")]}) from None
    return -fen if is_loss and fen else fen


def _rate(form: TryForm) -> str:
    try:
        value = Decimal((form.rate.data or "0").strip().rstrip("%％"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 100 or value != round(value, 6):
        raise Invalid({"rate": [_("Please write a percentage from 0 to 100, for example 35 or 12.5.")]})
    return format(value.scaleb(-2), "f")


def _rule(form: TryForm) -> Rule:
    how, of = form.how.data, "net_profit_fen" if form.how.data == "net_profit_fen" else "turnover_fen"
    share = {"kind": "percent", "of": of, "rate": _rate(form)}
    rent = {"kind": "fixed", "annual_fen": _fen(form, "rent") or 0}
    minimum = _fen(form, "minimum")
    components = {"rent": [rent], "larger": [rent, share]}.get(how, [share])
    return Rule.parse(
        {
            "mode": "standalone", "loss": "none", "combine": "max" if how == "larger" else "sum", "negative": "credit",
            "components": components, "minimum": None if minimum is None else {"annual_fen": minimum},
            "split": [{"to": name, "weight": form[name].data or 0} for name in _SHARES],
        }
    )  # fmt: skip


def _tried(form: TryForm) -> tuple[Rule, Result]:
    rule = _rule(form)
    name = "net_profit_fen" if form.how.data == "net_profit_fen" else "turnover_fen"
    if form.last.data < form.first.data:
        raise Invalid({"last": [_("The period ends before it begins.")]})
    if (form.last.data - form.first.data).days > 3660:
        raise Invalid({"last": [_("A period is ten years at most.")]})
    figures = {name: _fen(form, "figure", signed=True) or 0}
    return rule, compute(rule, [Period(form.first.data, form.last.data, figures)])[0]


@blueprint.route("/try", methods=["GET", "POST"])
@view(public=True)
def try_rule() -> Response:
    """Change the figures or the rule and see what would be due."""
    year = today().year - 1
    form = TryForm.from_request(
        how="net_profit_fen", rate="35", figure="86432.17", give_back=60, operating=25, reserve=15,
        first=today().replace(year=year, month=1, day=1), last=today().replace(year=year, month=12, day=31),
    )  # fmt: skip
    found = _answer(form, _tried)
    shown: dict[str, Any] = {}
    if found:
        rule, result = found
        shown = {
            "result": result,
            "said": told(result.trace),
            "sentence": in_one(result.trace),
            "rule": rule_told(rule),
        }
    return page("revenue/try.html", form=form, funds=FUNDS, status=status_of(form), **shown)


@blueprint.route("/parking", methods=["GET", "POST"])
@view(public=True)
def parking() -> Response:
    """What a stay costs by a tariff, for each 24 hours."""
    form = ParkingForm.from_request(
        hours=2, minutes=1, free_minutes=30, first_hours=2, first_price="3", then_price="2", cap="15"
    )
    return page("revenue/parking.html", form=form, found=_answer(form, _priced), status=status_of(form))


def _priced(form: ParkingForm) -> Any:
    tariff = Tariff(
        form.free_minutes.data, form.first_hours.data, _fen(form, "first_price") or 0, _fen(form, "then_price") or 0,
        _fen(form, "cap"),
    )  # fmt: skip
    return stretches(tariff, form.hours.data * 60 + (form.minutes.data or 0))


def _answer(form: Any, compute_it: Any) -> Any:
    """What the filled form comes to, also of the example at the first look; None where something in it is wrong."""
    if request.method == "POST" and not form.validate():
        return None
    try:
        return compute_it(form)
    except Invalid as error:
        form.accept(error)
        return None
