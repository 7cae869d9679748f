"""What is told of a due is true: every number in the sentences stands in the trace, and the sum is the one that is due."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from pathlib import Path

import pytest

from core import yuan
from core.text import add_domain
from plugins import revenue
from plugins.revenue.shares.compute import compute_data
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import exact_yuan, in_one, percent, rule_told, told
from tests.plugins.revenue.shares.oracle import random_periods, random_rule
from tests.plugins.revenue.shares.test_vectors import VECTORS

CATALOGUE = Path(revenue.__file__).parent / "translations"
_NUMBER = re.compile(r"-?[\d,]*\d(?:\.\d+)?…?")


@pytest.fixture(autouse=True)
def chinese():
    """The catalogue as it is when the module is loaded."""
    add_domain("revenue", CATALOGUE)


def results():
    """Those of the worked cases, and of seeded random rules."""
    chance = random.Random(4_711)
    for case in VECTORS["share"]:
        yield from compute_data({"rule": case["rule"], "periods": case["periods"]})
    for _each in range(300):
        yield from compute_data({"rule": random_rule(chance), "periods": random_periods(chance)})


def numbers_of(value: object) -> set[str]:
    """Every number of a trace in each way in which it may be told."""
    if isinstance(value, dict):
        return {each for part in value.values() for each in numbers_of(part)}
    if isinstance(value, list):
        return {each for part in value for each in numbers_of(part)}
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return {value[:4], *value.split("-"), *(f"-{part}" for part in value.split("-"))}
    if isinstance(value, int):
        return {str(value), f"{value:,}", yuan(value), yuan(-value)}
    if isinstance(value, str) and re.fullmatch(r"-?\d+/\d+", value):
        return {exact_yuan(Fraction(value))}
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
        return {percent(value).rstrip("%"), exact_yuan(Fraction(value))}
    return set()


def test_every_number_told_of_a_due_stands_in_its_trace():
    for result in results():
        known = numbers_of(result.trace) | {"0", "1"}
        for step in told(result.trace):
            text = re.sub(r"fund_\d+", "", step)
            for number in _NUMBER.findall(text):
                assert number in known, (number, step, result.trace)
                known |= {str(sum(1 for part in result.trace["split"] if part["extra"]))}


def test_what_is_due_and_each_part_of_it_are_told():
    for result in results():
        sentence = in_one(result.trace)
        if result.due_fen:
            assert yuan(abs(result.due_fen)) in sentence
            for fen in result.split.values():
                assert yuan(fen) in sentence


def test_the_first_worked_case_reads_as_the_specification_says():
    case = VECTORS["share"][0]
    sentence = in_one(compute_data({"rule": case["rule"], "periods": case["periods"]})[0].trace)
    assert sentence.startswith(
        "净利润 86,432.17 元 × 35% = 30,251.2595 元，四舍五入 30,251.26 元；其中反哺资金 18,150.76 元"
    )


def test_funds_bear_the_names_of_the_ledger():
    case = VECTORS["share"][0]
    trace = compute_data({"rule": case["rule"], "periods": case["periods"]})[0].trace
    assert "为老服务金 18,150.76 元" in in_one(trace, {"give_back": "为老服务金"})


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        pytest.param("60502519/20", "30,251.2595", id="ends"),
        pytest.param("51840000/73", "7,101.369863…", id="never-ends"),
        pytest.param("0/1", "0.00", id="nought"),
        pytest.param("-5/1", "-0.05", id="negative"),
        pytest.param("1/128", "0.000078125", id="ends-late"),
    ],
)
def test_exact_values_are_never_rounded_to_be_shown(fen, text):
    assert exact_yuan(Fraction(fen)) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        pytest.param("0.35", "35%", id="whole"),
        pytest.param("0.125", "12.5%", id="half"),
        pytest.param("1", "100%", id="all"),
        pytest.param("0.000001", "0.0001%", id="tiny"),
    ],
)
def test_rates_are_told_as_percent(rate, text):
    assert percent(rate) == text


def test_a_rule_is_told_with_every_rate_bound_and_part():
    chance = random.Random(99)
    for _each in range(300):
        data = random_rule(chance)
        said = " ".join(rule_told(Rule.parse(data)))
        for component in data["components"]:
            if "rate" in component:
                assert percent(component["rate"]) in said
            for tier in component.get("tiers", []):
                assert percent(tier["rate"]) in said
        for part in data["split"]:
            assert part["to"] in said
        for bound in (data["minimum"], data["cap"]):
            assert bound is None or yuan(next(iter(bound.values()))) in said
