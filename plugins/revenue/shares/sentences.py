"""A rule and the trace of a due told in plain sentences, each number as it stands in the trace. Nothing is computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from core import Label, yuan
from plugins.revenue.shares.rules import Amount, Component, Fixed, Percent, PerUnit, Rule, Tiered, exact
from plugins.revenue.texts import _, ngettext

Names = Mapping[str, Label]

# Figures operators declare; a rule may name others, which are shown as they are written.
FIGURES: dict[str, Label] = {
    "turnover_fen": _("Turnover"),
    "net_profit_fen": _("Net profit"),
    "gross_profit_fen": _("Gross profit"),
    "fees_fen": _("Fees taken"),
    "orders": _("Orders"),
    "meals": _("Meals sold"),
    "children": _("Children in care"),
    "days": _("Days in business"),
    "spaces": _("Parking spaces"),
    "stalls": _("Stalls"),
    "posters": _("Posters"),
}
# Funds every community begins with; names of others come from the ledger.
FUNDS: dict[str, Label] = {
    "give_back": _("Give-back fund"),
    "operating": _("Operating fund"),
    "reserve": _("Reserve fund"),
    "maintenance": _("Maintenance fund"),
    "owners": _("Common money of the owners"),
}
_SHOWN = 6  # decimals of yuan of a value that never ends


def exact_yuan(fen: Fraction) -> str:
    """Exact 分 as yuan: all decimals where they end (`30,251.2595`), else six and … (`7,101.369863…`), cut and not rounded."""
    value = abs(fen) / 100
    sign, rest, digits = "-" if fen < 0 else "", value % 1, ""
    while rest and len(digits) < _SHOWN:
        rest *= 10
        digits += str(int(rest))
        rest %= 1
    if rest and _ends(rest):
        while rest:
            rest *= 10
            digits += str(int(rest))
            rest %= 1
    return f"{sign}{int(value):,}.{digits.ljust(2, '0')}{'…' if rest else ''}"


def percent(rate: str) -> str:
    """A rate as people say it: `"0.125"` is `12.5%`."""
    value = exact(rate) * 100
    whole, rest = divmod(value, 1)
    digits = ""
    while rest:
        whole_digit, rest = divmod(rest * 10, 1)
        digits += str(whole_digit)
    return f"{whole}{'.' + digits if digits else ''}%"


def figure_word(name: str) -> str:
    """How a figure is called."""
    return str(FIGURES.get(name, name))


def fund_word(code: str, names: Names | None = None) -> str:
    """How a fund is called: by the ledger, or by the usual name of its code."""
    return str((names or {}).get(code) or FUNDS.get(code) or code)


def figure_text(name: str, value: int) -> str:
    """A figure with its unit: figures whose name ends with `_fen` are money."""
    if name.endswith("_fen"):
        return str(_("%(sum)s yuan", sum=yuan(value)))
    return f"{value:,}"


def _ends(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


# --------------------------------------------------------------------------- a due


def told(trace: Mapping[str, Any], names: Names | None = None) -> list[str]:
    """The steps of a due in order, without full stops at the end; `names` are the ledger's names of funds by code."""
    steps = [*_bases(trace), *(_component(each, trace) for each in trace["components"])]
    if len(trace["components"]) > 1:
        how = _("Together %(sum)s yuan") if trace["combine"] == "sum" else _("The larger of them counts: %(sum)s yuan")
        steps.append(str(how % {"sum": _exact(trace["combined"])}))
    steps += _limits(trace)
    if Fraction(trace["unrounded"]).denominator > 1:
        steps[-1] = str(_("%(step)s, rounded half up to %(sum)s yuan", step=steps[-1], sum=yuan(trace["rounded_fen"])))
    return [*steps, *_already(trace), *_split(trace, names)]


def in_one(trace: Mapping[str, Any], names: Names | None = None) -> str:
    """All steps as one sentence."""
    between = str(_("; "))
    return str(_("%(steps)s.", steps=between.join(told(trace, names))))


def _exact(value: str) -> str:
    return exact_yuan(Fraction(value))


def _bases(trace: Mapping[str, Any]) -> list[str]:
    steps: list[Label] = []
    if trace["mode"] == "cumulative" and trace["period"] > 1:
        steps.append(
            _(
                "Counted is the year so far, %(first)s to %(last)s",
                first=trace["first_day"],
                last=trace["to"],
            )
        )
    for base in trace["bases"]:
        name = figure_word(base["name"])
        value, counted = figure_text(base["name"], base["summed"]), figure_text(base["name"], base["base"])
        if base["given"] != base["summed"]:
            this = figure_text(base["name"], base["given"])
            steps.append(
                _("%(name)s so far %(value)s, of it %(this)s in this period", name=name, value=value, this=this)
            )
        if base["summed"] < 0 and trace["loss"] == "carry" and base["name"] == "net_profit_fen":
            steps.append(
                _(
                    "%(name)s %(value)s is a loss; it counts as 0, and is set off against later profits",
                    name=name,
                    value=value,
                )
            )
        elif base["summed"] < 0:
            steps.append(_("%(name)s %(value)s is less than 0 and counts as 0", name=name, value=value))
        if base["set_off"]:
            steps.append(
                _("From %(name)s %(value)s earlier losses of %(loss)s are taken off first; %(counted)s counts",
                  name=name, value=value, loss=figure_text(base["name"], base["set_off"]), counted=counted)
            )  # fmt: skip
    if trace["carried_loss_fen"]:
        steps.append(_("Losses carried on: %(sum)s yuan", sum=yuan(trace["carried_loss_fen"])))
    return [str(step) for step in steps]


def _component(step: Mapping[str, Any], trace: Mapping[str, Any]) -> str:
    amount = str(_("%(sum)s yuan", sum=_exact(step["amount"])))
    if step["kind"] == "fixed":
        return str(_("Rent: %(formula)s", formula=_over(step, trace)))
    name, base = figure_word(step["of"]), figure_text(step["of"], step["base"])
    if step["kind"] == "percent":
        return f"{name} {base} × {percent(step['rate'])} = {amount}"
    if step["kind"] == "per_unit":
        return f"{name} {base} × {_('%(sum)s yuan', sum=exact_yuan(exact(step['fen_per_unit'])))} = {amount}"
    if step["style"] == "whole":
        rate = percent(step["slices"][0]["rate"])
        return str(
            _(
                "All of %(name)s at the rate of its tier: %(base)s × %(rate)s = %(amount)s",
                name=name,
                base=base,
                rate=rate,
                amount=amount,
            )
        )
    parts = " + ".join(f"{figure_text(step['of'], each['fen'])} × {percent(each['rate'])}" for each in step["slices"])
    return str(_("%(name)s by tiers: %(parts)s = %(amount)s", name=name, parts=parts or base, amount=amount))


def _over(given: Mapping[str, Any], trace: Mapping[str, Any]) -> str:
    """An amount a year or a period, and what it comes to for the days at hand where that is another."""
    comes_to = str(_("%(sum)s yuan", sum=_exact(given["amount"])))
    if "per_period_fen" in given:
        text = str(_("%(sum)s yuan", sum=yuan(given["per_period_fen"])))
        if trace["periods"] == 1:
            return text
        return str(_("%(sum)s × %(number)d periods = %(all)s", sum=text, number=trace["periods"], all=comes_to))
    text = str(_("%(sum)s yuan a year", sum=yuan(given["annual_fen"])))
    if trace["year_fraction"] == "1/1":
        return text
    days = " + ".join(f"{days}/{length}" for _year, days, length in trace["year"])
    days = f"({days})" if len(trace["year"]) > 1 else days
    return str(_("%(sum)s × days %(days)s = %(all)s", sum=text, days=days, all=comes_to))


def _limits(trace: Mapping[str, Any]) -> list[str]:
    steps = []
    for name, holds, holds_not in (
        ("minimum", _("At least due: %(formula)s; that is more than computed, so %(sum)s yuan"), _("At least due: %(formula)s; that is reached")),
        ("cap", _("At most due: %(formula)s; that is less than computed, so %(sum)s yuan"), _("At most due: %(formula)s; that is not exceeded")),
    ):  # fmt: skip
        limit = trace[name]
        if limit:
            said = holds if limit["applied"] else holds_not
            steps.append(str(said % {"formula": _over(limit, trace), "sum": _exact(limit["amount"])}))
    result = Fraction(trace["unrounded"])
    if steps and not (trace["cap"] or trace["minimum"])["applied"] and result.denominator > 1:
        steps.append(str(_("So %(sum)s yuan", sum=exact_yuan(result))))
    return steps


def _already(trace: Mapping[str, Any]) -> list[str]:
    if trace["mode"] != "cumulative" or trace["period"] == 1:
        return []
    already = yuan(trace["already_due_fen"])
    if trace["credited_fen"]:
        credit = yuan(trace["credited_fen"])
        return [
            str(
                _(
                    "Due before in this year %(already)s yuan, which is %(credit)s yuan more: nothing is due now, the rest stays credited",
                    already=already,
                    credit=credit,
                )
            )
        ]
    if trace["due_fen"] < 0:
        back = yuan(-trace["due_fen"])
        return [
            str(_("Due before in this year %(already)s yuan: %(back)s yuan are paid back", already=already, back=back))
        ]
    return [
        str(
            _(
                "Due before in this year %(already)s yuan, so now %(due)s yuan",
                already=already,
                due=yuan(trace["due_fen"]),
            )
        )
    ]


def _split(trace: Mapping[str, Any], names: Names | None) -> list[str]:
    if not trace["due_fen"]:
        return []
    parts = str(_(", ")).join(
        str(_("%(fund)s %(sum)s yuan", fund=fund_word(part["to"], names), sum=yuan(part["fen"])))
        for part in trace["split"]
    )
    steps = [str(_("Of it %(parts)s", parts=parts))]
    lucky = [part for part in trace["split"] if part["extra"]]
    if lucky:
        weights = " : ".join(str(part["weight"]) for part in trace["split"])
        funds = str(_(", ")).join(fund_word(part["to"], names) for part in lucky)
        steps.append(
            str(
                ngettext(
                    "By the weights %(weights)s one fen is left over; it goes to %(funds)s, whose exact share has the largest rest%(tie)s",
                    "By the weights %(weights)s %(num)d fen are left over; they go to %(funds)s, whose exact shares have the largest rests%(tie)s",
                    len(lucky), weights=weights, funds=funds, tie=_(" (of equal rests the one listed first)") if _is_tie(trace) else "",
                )
            )
        )  # fmt: skip
    return steps


def _is_tie(trace: Mapping[str, Any]) -> bool:
    """Whether somebody with the same remainder went without."""
    rests: dict[bool, set[Fraction]] = {True: set(), False: set()}
    for part in trace["split"]:
        rests[bool(part["extra"])].add(abs(Fraction(part["quota"])) % 1)
    return bool(rests[True] & rests[False])


# --------------------------------------------------------------------------- a rule


def rule_told(rule: Rule, names: Names | None = None) -> list[str]:
    """A rule in words for residents and for the operator who signs it."""
    said: list[Label] = []
    if len(rule.components) > 1 and rule.combine == "max":
        said.append(_("Due is the largest of the following:"))
    elif len(rule.components) > 1:
        said.append(_("Due is the sum of the following:"))
    said += [_rule_component(each) for each in rule.components]
    if rule.minimum:
        said.append(_("At least %(sum)s.", sum=_rule_amount(rule.minimum)))
    if rule.cap:
        said.append(_("At most %(sum)s.", sum=_rule_amount(rule.cap)))
    if rule.loss == "carry":
        said.append(_("A loss is carried on and taken off later net profits first."))
    if rule.mode == "cumulative":
        said.append(_("Figures are added up over the accounting year; what was due before in the year is taken off."))
        if rule.negative == "pay":
            said.append(_("Where that leaves less than nothing, the operator is paid back."))
        else:
            said.append(_("Where that leaves less than nothing, it stays credited for the rest of the year."))
    said.append(_("It is split: %(parts)s.", parts=_rule_split(rule, names)))
    return [str(each) for each in said]


def _rule_component(component: Component) -> Label:
    match component:
        case Fixed(amount):
            return _("A rent of %(sum)s.", sum=_rule_amount(amount))
        case Percent(of, rate):
            return _("%(rate)s of %(name)s.", rate=percent(rate), name=_named(of))
        case PerUnit(of, price):
            return _("%(sum)s yuan for each of: %(name)s.", sum=exact_yuan(exact(price)), name=_named(of))
        case Tiered():
            return _tiers_told(component)
    raise AssertionError(component)


def _named(of: str) -> str:
    return figure_word(of)


def _rule_amount(amount: Amount) -> Label:
    if amount.annual_fen is not None:
        return _("%(sum)s yuan a year, by the day", sum=yuan(amount.annual_fen))
    return _("%(sum)s yuan each period", sum=yuan(amount.per_period_fen))


def _tiers_told(tiered: Tiered) -> Label:
    parts, lower = [], 0
    for tier in tiered.tiers:
        if tier.up_to_fen is None:
            word = _("more than %(lower)s yuan: %(rate)s") if lower else _("any: %(rate)s")
        else:
            word = (
                _("more than %(lower)s to %(upper)s yuan: %(rate)s") if lower else _("up to %(upper)s yuan: %(rate)s")
            )
        parts.append(str(word % {"lower": yuan(lower), "upper": yuan(tier.up_to_fen), "rate": percent(tier.rate)}))
        lower = tier.up_to_fen or 0
    told_parts = str(_(", ")).join(parts)
    if tiered.style == "whole":
        return _("Of all of %(name)s, by its height: %(parts)s.", name=_named(tiered.of), parts=told_parts)
    return _("Of %(name)s, each slice at its rate: %(parts)s.", name=_named(tiered.of), parts=told_parts)


def _rule_split(rule: Rule, names: Names | None) -> str:
    weights: Sequence[int] = [part.weight for part in rule.split]
    total = sum(weights)
    said = []
    for part in rule.split:
        share = Fraction(part.weight * 100, total)
        text = percent(_decimal(share / 100)) if _ends(share) else f"{part.weight}/{total}"
        said.append(f"{fund_word(part.to, names)} {text}")
    return str(_(", ")).join(said)


def _decimal(value: Fraction) -> str:
    """A fraction that ends, as the decimal it is."""
    whole, rest = divmod(value, 1)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, 1)
        digits += str(digit)
    return f"{whole}.{digits}" if digits else str(whole)
