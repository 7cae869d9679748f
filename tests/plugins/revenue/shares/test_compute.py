"""Dues are exact: against an independent computation, and over a change of the rule within a year."""

from __future__ import annotations

import json
import random
from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.revenue.shares.compute import Period, State, compute, compute_data, rounded, year_fraction
from plugins.revenue.shares.rules import Rule
from tests.plugins.revenue.shares.oracle import expected, part_of_year, random_periods, random_rule

RULES, SEED = 1_500, 7_318


def test_random_rules_are_due_what_an_independent_computation_says():
    chance = random.Random(SEED)
    for number in range(RULES):
        rule, periods = random_rule(chance), random_periods(chance)
        results = [each.as_json() for each in compute_data({"rule": rule, "periods": periods})]
        assert results == expected(rule, periods), (number, rule, periods)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), figures=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=4))
def test_any_figures_are_due_what_an_independent_computation_says(seed, figures):
    chance = random.Random(seed)
    rule, periods = random_rule(chance), random_periods(chance)
    for period, figure in zip(periods, figures, strict=False):
        period["figures"]["turnover_fen"] = figure
    results = compute_data({"rule": rule, "periods": periods})
    assert [each.as_json() for each in results] == expected(rule, periods)
    for result in results:
        assert sum(result.split.values()) == result.due_fen
        assert json.loads(json.dumps(result.trace)) == result.trace


@settings(max_examples=200, deadline=None)
@given(first=st.dates(date(1999, 1, 1), date(2035, 1, 1)), days=st.integers(0, 1500))
def test_a_part_of_a_year_is_its_days_one_by_one(first, days):
    last = date.fromordinal(first.toordinal() + days)
    assert year_fraction(first, last) == part_of_year(first, last)


@given(value=st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_is_half_up_and_at_most_half_a_fen(value):
    assert -Fraction(1, 2) < rounded(value) - value <= Fraction(1, 2)


def test_three_percent_of_every_small_sum_is_rounded_half_up():
    rule = Rule.parse(plain({"kind": "percent", "of": "turnover_fen", "rate": "0.03"}))
    for fen in range(3_000):
        due = compute(rule, [period("2025-01-01", "2025-12-31", turnover_fen=fen)])[0].due_fen
        assert due == (3 * fen + 50) // 100


def plain(component: dict, **more: object) -> dict:
    return {
        "mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit", "components": [component],
        "split": [{"to": "give_back", "weight": 1}], **more,
    }  # fmt: skip


def period(first: str, last: str, **figures: int) -> Period:
    return Period.parse({"from": first, "to": last, "figures": figures})


QUARTERS = (
    ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30"), ("2025-07-01", "2025-09-30"), ("2025-10-01", "2025-12-31"),
)  # fmt: skip


def test_a_sequence_cut_anywhere_and_continued_by_its_state_is_due_the_same():
    chance = random.Random(SEED + 1)
    for _each in range(300):
        rule, periods = Rule.parse(random_rule(chance)), [Period.parse(each) for each in random_periods(chance)]
        whole = compute(rule, periods)
        cut = chance.randint(0, len(periods))
        before = compute(rule, periods[:cut])
        kept = State.from_json(json.loads(json.dumps(before[-1].state.as_json()))) if before else None
        assert [*before, *compute(rule, periods[cut:], kept)] == whole


def test_a_new_version_of_the_rule_within_the_year_takes_over_sums_and_what_was_due():
    old = Rule.parse(plain({"kind": "percent", "of": "turnover_fen", "rate": "0.10"}, mode="cumulative"))
    new = Rule.parse(plain({"kind": "percent", "of": "turnover_fen", "rate": "0.20"}, mode="cumulative"))
    first = compute(old, [period(*QUARTERS[0], turnover_fen=100_000)])
    second = compute(new, [period(*QUARTERS[1], turnover_fen=50_000)], first[-1].state)
    assert first[0].due_fen == 10_000
    assert second[0].unrounded == 30_000
    assert second[0].due_fen == 20_000


def test_a_carried_loss_outlives_a_new_version_of_the_rule():
    old = Rule.parse(plain({"kind": "percent", "of": "net_profit_fen", "rate": "0.10"}, loss="carry"))
    new = Rule.parse(plain({"kind": "percent", "of": "net_profit_fen", "rate": "0.20"}, loss="carry"))
    first = compute(old, [period(*QUARTERS[0], net_profit_fen=-40_000)])
    second = compute(new, [period(*QUARTERS[1], net_profit_fen=100_000)], first[-1].state)
    assert second[0].due_fen == 12_000


def test_a_new_accounting_year_keeps_the_carried_loss_and_nothing_else():
    rule = Rule.parse(plain({"kind": "percent", "of": "turnover_fen", "rate": "0.10"}, mode="cumulative"))
    last = compute(rule, [period("2025-01-01", "2025-12-31", turnover_fen=100_000)])[-1].state
    fresh = compute(rule, [period("2026-01-01", "2026-03-31", turnover_fen=50_000)], last.next_year())
    assert fresh[0].due_fen == 5_000
    assert State(carried_loss_fen=77, already_due_fen=5).next_year().carried_loss_fen == 77


def test_the_trace_says_who_got_the_fen_that_was_left_over():
    rule = Rule.parse(
        {
            **plain({"kind": "fixed", "per_period_fen": 100}),
            "split": [{"to": name, "weight": 1} for name in ("a", "b", "c")],
        }
    )
    trace = compute(rule, [period("2025-01-01", "2025-12-31")])[0].trace
    assert [(each["to"], each["extra"], each["fen"], each["quota"]) for each in trace["split"]] == [
        ("a", 1, 34, "100/3"), ("b", 0, 33, "100/3"), ("c", 0, 33, "100/3"),
    ]  # fmt: skip
