"""The form in which a rule of any kind is written and tried with figures: the same for everybody and at the desk.

Its rows are those of a `Sheet`. Nothing is computed here, and nothing kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from core import DayField, Form, IntegerField, Invalid, SelectField, StringField, UploadField
from plugins.revenue.dues.spans import span_text
from plugins.revenue.ledger.funds import funds
from plugins.revenue.shares.compute import Period, Result, State, compute
from plugins.revenue.shares.rules import MOST, Rule
from plugins.revenue.shares.sentences import FIGURES, figure_word, told
from plugins.revenue.texts import _
from plugins.revenue.views.dues_forms import VoteFields, fen_in, words
from plugins.revenue.views.rule_sheet import Row, Sheet

_PLACES = 9
_LONGEST_PERIOD = 3660
_YUAN = _("In yuan, for example 1200 or 88.50")
_PER = {"year": _("a year, by the day"), "period": _("each period")}
_STYLES = {"marginal": _("each slice at its rate"), "whole": _("the whole figure at the rate of its tier")}
_CHOICES = {
    "combine": (_("Several parts"), {"sum": _("are added up"), "max": _("only the largest counts")}),
    "mode": (
        _("How the periods of a year go together"),
        {"standalone": _("each period by itself"), "cumulative": _("figures are summed over the year")},
    ),
    "loss": (_("A loss"), {"none": _("counts as 0"), "carry": _("is carried on and set off first")}),
    "negative": (
        _("Where the year comes to less than was due before"),
        {"credit": _("it stays credited"), "pay": _("the operator is paid back")},
    ),
}


@dataclass(frozen=True)
class Tried:
    """A period that was tried: what is due, and the steps in plain sentences."""

    name: str
    period: Period
    result: Result
    steps: Sequence[str]


class SheetForm(Form):
    """The fields that every sheet has; those of its rows are added by `form_of`."""

    minimum = StringField(_("At least due"), longest=20, description=_("In yuan. Leave it empty where there is none."))
    minimum_per = SelectField(_("At least: a year or a period"), choices=words(_PER))
    cap = StringField(_("At most due"), longest=20, description=_("In yuan. Leave it empty where there is none."))
    cap_per = SelectField(_("At most: a year or a period"), choices=words(_PER))
    combine = SelectField(_CHOICES["combine"][0], choices=words(_CHOICES["combine"][1]))
    mode = SelectField(_CHOICES["mode"][0], choices=words(_CHOICES["mode"][1]))
    loss = SelectField(_CHOICES["loss"][0], choices=words(_CHOICES["loss"][1]))
    negative = SelectField(_CHOICES["negative"][0], choices=words(_CHOICES["negative"][1]))
    carried = StringField(
        _("Loss carried on from before"), longest=20, description=_("In yuan. Leave it empty where there is none.")
    )


class DeskSheetForm(SheetForm):
    """The same for the draft of a contract: from when on the version holds."""

    from_day = DayField(_("For periods that begin on or after"), required=True)


class SupplementSheetForm(VoteFields, DeskSheetForm):
    """The same for a contract in force: why the rule changes, who decided it, and the signed supplement."""

    reason = StringField(
        _("Why the rule changes"), longest=200, description=_("Everybody can read this. No names, please.")
    )
    approval = StringField(_("Which minutes or vote"), longest=200, description=_("Title and day"))
    files = UploadField(
        _("Scan or photos of the signed supplement"), takes=("picture", "document"), most=20, captions=False,
        description=_("Every page, with the signatures and seals. Only those who keep the books see it."),
    )  # fmt: skip


def asked_sheet() -> tuple[Sheet, str | None]:
    """What was sent, with the button for a row carried out; and the field to go on with, None where it is to be computed."""
    sheet = Sheet.read(request.form.to_dict())
    step = request.form.get("step", "")
    if step in ("take", "figures"):
        return sheet, ""
    return sheet, sheet.edited(step)


def form_of(
    sheet: Sheet, funds: Sequence[tuple[str, str]], base: type[SheetForm] = SheetForm, files: Sequence[str] = ()
) -> Any:
    """The form with the rows of a sheet, filled with what it says. `funds` are codes and names, `files` tokens of uploads."""
    fields: dict[str, Any] = {}
    for number, row in enumerate(sheet.components, 1):
        fields |= _component_fields(f"c{number}", row)
    for number in range(1, len(sheet.funds) + 1):
        fields[f"f{number}_to"] = SelectField(_("Fund %(number)d", number=number), choices=[("", ""), *funds])
        fields[f"f{number}_weight"] = IntegerField(_("Weight of fund %(number)d", number=number), maximum=MOST)
    for number in range(1, len(sheet.periods) + 1):
        fields[f"p{number}_first"] = DayField(_("First day of the period"), required=True)
        fields[f"p{number}_last"] = DayField(_("Last day of the period"), required=True)
        fields |= {f"p{number}_{name}": _figure_field(name) for name in sheet.figures}
    cls = type("FilledSheetForm", (base,), fields)
    typed: MultiDict[str, str] = MultiDict({name: value for name, value in sheet.values().items() if value})
    typed.setlist("files", list(files))
    return cls(typed)


def _component_fields(prefix: str, row: Row) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    kind = row["kind"]
    if kind == "fixed":
        fields[f"{prefix}_amount"] = StringField(_("Rent"), required=True, longest=20, description=_YUAN)
        fields[f"{prefix}_per"] = SelectField(_("a year or a period"), choices=words(_PER))
        return fields
    known = [*words(FIGURES), *([(row["of"], row["of"])] if row["of"] and row["of"] not in FIGURES else [])]
    fields[f"{prefix}_of"] = SelectField(_("Of which figure"), required=True, choices=[("", ""), *known])
    if kind == "percent":
        fields[f"{prefix}_rate"] = StringField(
            _("Percent"), required=True, longest=14, description=_("For example 35 or 12.5")
        )
    elif kind == "per_unit":
        fields[f"{prefix}_price"] = StringField(_("Yuan for each"), required=True, longest=20)
    else:
        fields[f"{prefix}_style"] = SelectField(_("How the tiers count"), choices=words(_STYLES))
        for nth in range(1, len(row["tiers"]) + 1):
            fields[f"{prefix}_t{nth}_upto"] = StringField(_("Tier %(number)d: up to, in yuan", number=nth), longest=20)
            fields[f"{prefix}_t{nth}_rate"] = StringField(_("Tier %(number)d: percent", number=nth), longest=14)
    return fields


def _figure_field(name: str) -> Any:
    word = figure_word(name)
    if name.endswith("_fen"):
        return StringField(_("%(figure)s in yuan", figure=word), required=True, longest=20)
    return IntegerField(word, required=True, maximum=10**9)


# --------------------------------------------------------------------------- what the fields say


def rule_in(form: Any, sheet: Sheet) -> dict[str, Any]:
    """The rule as JSON; raises `Invalid` at the field that is wrong. `Rule.parse` judges the whole."""
    if not sheet.components:
        raise Invalid(message=_("Add a rent, a percentage, tiers or a sum for each."))
    return {
        **{name: form[name].data or next(iter(_CHOICES[name][1])) for name in _CHOICES},
        "components": [_component_in(form, f"c{number}", row) for number, row in enumerate(sheet.components, 1)],
        **{name: _amount_in(form, name, f"{name}_per") for name in ("minimum", "cap")},
        "split": [
            {"to": form[f"f{number}_to"].data, "weight": form[f"f{number}_weight"].data or 0}
            for number in range(1, len(sheet.funds) + 1)
            if form[f"f{number}_to"].data
        ],
    }  # fmt: skip


def _component_in(form: Any, prefix: str, row: Row) -> dict[str, Any]:
    kind = row["kind"]
    if kind == "fixed":
        return {"kind": kind, **(_amount_in(form, f"{prefix}_amount", f"{prefix}_per") or {"annual_fen": 0})}
    of = form[f"{prefix}_of"].data
    if kind == "percent":
        return {"kind": kind, "of": of, "rate": _decimal(form, f"{prefix}_rate", -2)}
    if kind == "per_unit":
        return {"kind": kind, "of": of, "fen_per_unit": _decimal(form, f"{prefix}_price", 2)}
    return {
        "kind": kind,
        "of": of,
        "style": form[f"{prefix}_style"].data or "marginal",
        "tiers": _tiers_in(form, prefix, row),
    }


def _tiers_in(form: Any, prefix: str, row: Any) -> list[dict[str, Any]]:
    """The tiers that are filled in; the last one is open, so its upper end stays empty."""
    tiers: list[dict[str, Any]] = []
    names = [f"{prefix}_t{nth}" for nth in range(1, len(row["tiers"]) + 1)]
    used = [name for name in names if form[f"{name}_upto"].data or form[f"{name}_rate"].data]
    for name in used:
        tier: dict[str, Any] = {"rate": _decimal(form, f"{name}_rate", -2)}
        upper = fen_in(form, f"{name}_upto")
        if upper is None and name != used[-1]:
            raise Invalid({f"{name}_upto": [_("Only the last tier stays open.")]})
        if upper is not None and name == used[-1]:
            raise Invalid({f"{name}_upto": [_("The last tier stays open: leave it empty, or fill in one more tier.")]})
        tiers.append(tier if upper is None else {"up_to_fen": upper, **tier})
    if not tiers:
        raise Invalid({f"{prefix}_t1_rate": [_("Fill in at least one tier.")]})
    return tiers


def _amount_in(form: Any, name: str, per: str) -> dict[str, int] | None:
    fen = fen_in(form, name)
    if fen is None:
        return None
    return {"per_period_fen" if form[per].data == "period" else "annual_fen": fen}


def _decimal(form: Any, name: str, places: int) -> str:
    """A typed number moved by so many decimal places, as a rule writes it; raises `Invalid`."""
    try:
        value = Decimal((form[name].data or "").strip().rstrip("%％"))
        text = format(value.scaleb(places).normalize(), "f") if value.is_finite() and abs(value) < 10**9 else "x"
    except InvalidOperation:
        text = "x"
    if text == "x" or text.startswith("-") or len(text.partition(".")[2]) > _PLACES:
        raise Invalid({name: [_("Please write a number, for example 35 or 12.5.")]})
    if places < 0 and Decimal(text) > 1:
        raise Invalid({name: [_("Please write a percentage from 0 to 100, for example 35 or 12.5.")]})
    return text


def periods_in(form: Any, sheet: Sheet) -> list[Period]:
    """The periods with their figures; raises `Invalid` at the field that is wrong."""
    found: list[Period] = []
    for number in range(1, len(sheet.periods) + 1):
        first, last = form[f"p{number}_first"].data, form[f"p{number}_last"].data
        if last < first:
            raise Invalid({f"p{number}_last": [_("The period ends before it begins.")]})
        if (last - first).days > _LONGEST_PERIOD:
            raise Invalid({f"p{number}_last": [_("A period is ten years at most.")]})
        if found and first <= found[-1].last:
            raise Invalid({f"p{number}_first": [_("It begins before the period above it has ended.")]})
        found.append(Period(first, last, {name: _figure_in(form, f"p{number}_{name}") for name in sheet.figures}))
    return found


def _figure_in(form: Any, name: str) -> int:
    if not name.endswith("_fen"):
        return int(form[name].data or 0)
    fen = fen_in(form, name, negative="profit" in name) or 0
    if abs(fen) > MOST:
        raise Invalid({name: [_("This figure is too large to be true.")]})
    return fen


def tried(form: Any, sheet: Sheet, rule: Rule, names: Any = None) -> list[Tried]:
    """What the periods come to one after the other; with a new calendar year sums begin anew and only a loss goes on.

    Raises `Invalid` at the fields, `RuleError` for what cannot be computed. `names` are the ledger's names of funds by code.
    """
    found: list[Tried] = []
    for period in periods_in(form, sheet):
        before = found[-1].result.state if found else State(carried_loss_fen=fen_in(form, "carried") or 0)
        if found and found[-1].period.first.year != period.first.year:
            before = before.next_year()
        result = compute(rule, [period], before)[0]
        found.append(Tried(span_text(period.first, period.last), period, result, told(result.trace, names)))
    return found


def fund_choices(community: str) -> list[tuple[str, str]]:
    """The open funds as codes and names."""
    return [(each.code, each.name) for each in funds(community) if each.is_open]
