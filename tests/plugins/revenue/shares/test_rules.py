"""Rules are read strictly: each fault has its one reason, and what is read can be computed."""

from __future__ import annotations

import copy

import pytest

from plugins.revenue.shares.compute import MOST_DUE, Period, compute, compute_data
from plugins.revenue.shares.rules import MOST, Rule, RuleError

GOOD = {
    "mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit",
    "components": [
        {"kind": "fixed", "annual_fen": 3_600_000},
        {"kind": "percent", "of": "net_profit_fen", "rate": "0.35"},
        {
            "kind": "tiered", "of": "turnover_fen", "style": "marginal",
            "tiers": [{"up_to_fen": 10_000_000, "rate": "0.10"}, {"rate": "0.15"}],
        },
        {"kind": "per_unit", "of": "orders", "fen_per_unit": "50"},
    ],
    "minimum": {"annual_fen": 2_400_000}, "cap": None,
    "split": [{"to": "give_back", "weight": 6000}, {"to": "owners", "weight": 2500}],
}  # fmt: skip
FIGURES = {"net_profit_fen": 100, "turnover_fen": 200, "orders": 3}

FAULTS = {
    "rule-is-a-list": ((), []),
    "unknown-key": (("tax",), 5),
    "mode-unknown": (("mode",), "monthly"),
    "mode-no-text": (("mode",), 1),
    "loss-unknown": (("loss",), "forget"),
    "combine-unknown": (("combine",), "min"),
    "negative-unknown": (("negative",), "ignore"),
    "components-none": (("components",), []),
    "components-no-list": (("components",), {}),
    "components-too-many": (("components",), [{"kind": "fixed", "annual_fen": 1}] * 21),
    "component-no-object": (("components", 0), "fixed"),
    "component-kind-unknown": (("components", 0, "kind"), "rent"),
    "fixed-both": (("components", 0, "per_period_fen"), 5),
    "fixed-negative": (("components", 0, "annual_fen"), -1),
    "fixed-float": (("components", 0, "annual_fen"), 1.5),
    "fixed-text": (("components", 0, "annual_fen"), "100"),
    "fixed-yes": (("components", 0, "annual_fen"), True),
    "fixed-huge": (("components", 0, "annual_fen"), MOST + 1),
    "fixed-unknown-key": (("components", 0, "note"), "x"),
    "percent-rate-number": (("components", 1, "rate"), 0.35),
    "percent-rate-percent": (("components", 1, "rate"), "35%"),
    "percent-rate-negative": (("components", 1, "rate"), "-0.1"),
    "percent-rate-exponent": (("components", 1, "rate"), "1e-1"),
    "percent-rate-bare": (("components", 1, "rate"), ".35"),
    "percent-rate-above-one": (("components", 1, "rate"), "35"),
    "percent-rate-other-digits": (("components", 1, "rate"), "٠.٣"),
    "percent-of-empty": (("components", 1, "of"), ""),
    "percent-of-spaces": (("components", 1, "of"), "net profit"),
    "tiers-none": (("components", 2, "tiers"), []),
    "tiers-last-closed": (("components", 2, "tiers", 1, "up_to_fen"), 20_000_000),
    "tiers-first-open": (("components", 2, "tiers", 0), {"rate": "0.1"}),
    "tiers-falling": (("components", 2, "tiers"), [{"up_to_fen": 5, "rate": "0"}, {"up_to_fen": 5, "rate": "0"}, {"rate": "1"}]),
    "tiers-nought": (("components", 2, "tiers", 0, "up_to_fen"), 0),
    "tiers-unknown-key": (("components", 2, "tiers", 0, "from_fen"), 0),
    "style-unknown": (("components", 2, "style"), "slab"),
    "per-unit-number": (("components", 3, "fen_per_unit"), 50),
    "per-unit-negative": (("components", 3, "fen_per_unit"), "-5"),
    "minimum-empty": (("minimum",), {}),
    "minimum-both": (("minimum",), {"annual_fen": 1, "per_period_fen": 1}),
    "minimum-number": (("minimum",), 100),
    "cap-below-minimum": (("cap",), {"annual_fen": 2_399_999}),
    "split-none": (("split",), []),
    "split-all-nought": (("split",), [{"to": "give_back", "weight": 0}]),
    "split-negative": (("split", 0, "weight"), -1),
    "split-float": (("split", 0, "weight"), 0.6),
    "split-twice": (("split", 1, "to"), "give_back"),
    "split-name-no-text": (("split", 0, "to"), 7),
    "split-name-spaces": (("split", 0, "to"), "give back"),
    "split-unknown-key": (("split", 0, "name"), "x"),
}  # fmt: skip


def changed(path: tuple[object, ...], value: object) -> object:
    if not path:
        return value
    rule = copy.deepcopy(GOOD)
    place = rule
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return rule


@pytest.mark.parametrize(("path", "value"), [pytest.param(*fault, id=name) for name, fault in FAULTS.items()])
def test_a_faulty_rule_is_refused_with_one_reason(path, value):
    with pytest.raises(RuleError) as refused:
        Rule.parse(changed(path, value))
    assert list(refused.value.errors) == ["rule"]
    assert len(refused.value.errors["rule"]) == 1
    assert str(refused.value.message)


@pytest.mark.parametrize("key", sorted(set(GOOD) - {"minimum", "cap"}))
def test_a_rule_without_one_of_its_entries_is_refused(key):
    with pytest.raises(RuleError):
        Rule.parse({name: value for name, value in GOOD.items() if name != key})


@pytest.mark.parametrize(
    "lacking", [("kind",), ("of",), ("rate",)], ids=["kind", "of", "rate"]
)  # fmt: skip
def test_a_component_without_one_of_its_entries_is_refused(lacking):
    component = {"kind": "percent", "of": "turnover_fen", "rate": "0.1"}
    for key in lacking:
        del component[key]
    with pytest.raises(RuleError):
        Rule.parse({**GOOD, "components": [component]})


def test_a_good_rule_is_read_and_says_which_figures_it_needs():
    rule = Rule.parse(GOOD)
    assert rule.figures == ("net_profit_fen", "turnover_fen", "orders")
    assert rule.minimum is not None and rule.minimum.annual_fen == 2_400_000
    assert rule.cap is None


def test_minimum_and_cap_may_be_left_out():
    rule = Rule.parse({name: value for name, value in GOOD.items() if name not in ("minimum", "cap")})
    assert rule.minimum is rule.cap is None


def test_losses_are_not_carried_where_figures_are_summed():
    with pytest.raises(RuleError) as refused:
        Rule.parse({**GOOD, "mode": "cumulative", "loss": "carry"})
    assert "sum" in str(refused.value) or "累计" in str(refused.value)


def test_a_cap_a_period_below_a_minimum_a_year_is_refused_in_the_period_in_which_it_is():
    rule = Rule.parse({**GOOD, "minimum": {"annual_fen": 36_500}, "cap": {"per_period_fen": 1_000}})
    assert compute(rule, [period("2025-01-01", "2025-01-10")])[0].due_fen == 1_000
    with pytest.raises(RuleError):
        compute(rule, [period("2025-01-01", "2025-01-11")])


def period(first: str, last: str, **figures: int) -> Period:
    return Period.parse({"from": first, "to": last, "figures": {**FIGURES, **figures}})


PERIODS = {
    "no-object": [],
    "lacks-figures": {"from": "2025-01-01", "to": "2025-12-31"},
    "unknown-key": {"from": "2025-01-01", "to": "2025-12-31", "figures": {}, "note": ""},
    "ends-before": {"from": "2025-01-02", "to": "2025-01-01", "figures": FIGURES},
    "no-day": {"from": "2025-02-29", "to": "2025-12-31", "figures": FIGURES},
    "week-day": {"from": "2025-W01-1", "to": "2025-12-31", "figures": FIGURES},
    "day-number": {"from": 20250101, "to": "2025-12-31", "figures": FIGURES},
    "figure-float": {"from": "2025-01-01", "to": "2025-12-31", "figures": {**FIGURES, "orders": 1.5}},
    "figure-yes": {"from": "2025-01-01", "to": "2025-12-31", "figures": {**FIGURES, "orders": True}},
    "figure-huge": {"from": "2025-01-01", "to": "2025-12-31", "figures": {**FIGURES, "orders": MOST + 1}},
    "figure-lacks": {"from": "2025-01-01", "to": "2025-12-31", "figures": {"orders": 1}},
    "figures-list": {"from": "2025-01-01", "to": "2025-12-31", "figures": []},
    "figure-name": {"from": "2025-01-01", "to": "2025-12-31", "figures": {**FIGURES, "Net Profit": 1}},
}  # fmt: skip


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in PERIODS.items()])
def test_a_faulty_period_is_refused(data):
    with pytest.raises(RuleError):
        compute_data({"rule": GOOD, "periods": [data]})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param([], id="list"),
        pytest.param({"rule": GOOD}, id="no-periods"),
        pytest.param({"rule": GOOD, "periods": {}}, id="periods-no-list"),
        pytest.param({"rule": GOOD, "periods": [], "more": 1}, id="more"),
    ],
)
def test_a_faulty_file_is_refused(data):
    with pytest.raises(RuleError):
        compute_data(data)


def test_periods_that_overlap_or_go_back_are_refused():
    rule = Rule.parse(GOOD)
    with pytest.raises(RuleError):
        compute(rule, [period("2025-01-01", "2025-03-31"), period("2025-03-31", "2025-06-30")])


def test_a_due_beyond_all_money_is_refused():
    component = {"kind": "per_unit", "of": "orders", "fen_per_unit": "999999999"}
    rule = Rule.parse({**GOOD, "components": [component]})
    with pytest.raises(RuleError):
        compute(rule, [period("2025-01-01", "2025-12-31", orders=MOST_DUE // 10**4)])
