"""City packs: each delivered file is whole, says its source, and gives the periods and the least share it says."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from core.errors import Invalid, NotFound
from plugins.revenue.shares import packs


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in sorted(packs.FOLDER.glob("*.json"))])
def test_a_delivered_pack_bears_its_file_name_and_its_source(path):
    found = packs.pack(path.stem)
    assert found.name
    assert found.document
    assert found.said


@pytest.mark.parametrize(
    ("code", "cycle", "share", "strict", "below"),
    [
        pytest.param("shanghai", "quarter", Fraction(1, 2), True, None, id="shanghai"),
        pytest.param("beijing", None, Fraction(1, 2), False, Fraction(3, 10), id="beijing"),
        pytest.param("huzhou", None, Fraction(1, 2), False, None, id="huzhou"),
        pytest.param("qingyuan", "quarter", None, False, None, id="qingyuan"),
        pytest.param("weifang", "half_year", None, False, None, id="weifang"),
    ],
)
def test_a_pack_asks_what_the_specification_says(code, cycle, share, strict, below):
    found = packs.pack(code)
    assert (found.cycle, found.share, found.strict, found.fund_below) == (cycle, share, strict, below)


def test_an_unknown_city_is_not_found():
    with pytest.raises(NotFound):
        packs.pack("atlantis")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"cycle": "week"}, id="cycle"),
        pytest.param({"more": 1}, id="unknown-entry"),
        pytest.param({"source": "heard"}, id="source"),
        pytest.param({"maintenance": {"share": "1", "more_than": False, "fund_below": None}}, id="all-of-it"),
        pytest.param({"maintenance": {"share": "0", "more_than": False, "fund_below": None}}, id="nothing-of-it"),
    ],
)
def test_a_faulty_pack_is_refused(fault):
    good = json.loads((packs.FOLDER / "shanghai.json").read_text(encoding="utf-8"))
    assert packs.read(good) == packs.pack("shanghai")
    with pytest.raises(ValueError, match=r"pack|cycle|share"):
        packs.read({**good, **fault})


@pytest.mark.parametrize(
    ("code", "fund", "first_paid", "least"),
    [
        pytest.param("shanghai", 0, 0, 501, id="more-than-half"),
        pytest.param("huzhou", 0, 0, 500, id="at-least-half"),
        pytest.param("weifang", 0, 0, 0, id="nothing-asked"),
        pytest.param("beijing", 299, 1000, 500, id="fund-below"),
        pytest.param("beijing", 300, 1000, 0, id="fund-just-reached"),
        pytest.param("beijing", 300, 0, 500, id="first-payment-unknown"),
    ],
)
def test_the_least_for_the_maintenance_fund_of_ten_yuan(code, fund, first_paid, least):
    assert packs.least_for_maintenance(packs.pack(code), 1000, fund=fund, first_paid=first_paid) == least


def test_a_negative_income_has_no_least():
    with pytest.raises(Invalid):
        packs.legal_minimum(-1, Fraction(1, 2), strict=False)


@pytest.mark.parametrize(
    ("cycle", "day", "first", "last"),
    [
        pytest.param("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29), id="leap-february"),
        pytest.param("quarter", date(2025, 12, 31), date(2025, 10, 1), date(2025, 12, 31), id="last-quarter"),
        pytest.param("half_year", date(2025, 7, 1), date(2025, 7, 1), date(2025, 12, 31), id="second-half"),
        pytest.param("year", date(2025, 3, 3), date(2025, 1, 1), date(2025, 12, 31), id="year"),
    ],
)
def test_a_day_lies_in_its_period(cycle, day, first, last):
    assert packs.period_of(cycle, day) == packs.Span(first, last)


@pytest.mark.parametrize("cycle", sorted(packs.CYCLES))
def test_periods_follow_one_another_without_gap_and_only_ended_ones_count(cycle):
    found = packs.periods_between(cycle, date(2023, 5, 7), date(2026, 8, 30))
    assert found[0].first <= date(2023, 5, 7) <= found[0].last
    assert all((after.first - before.last).days == 1 for before, after in pairwise(found))
    assert found[-1].last <= date(2026, 8, 30) < packs.period_of(cycle, date(2026, 8, 30)).last


def test_a_pack_without_a_cycle_takes_the_one_given():
    assert packs.publication_due(packs.pack("shanghai"), date(2025, 5, 1), 30) == date(2025, 7, 30)
    assert packs.publication_due(packs.pack("beijing"), date(2025, 5, 1), 30, cycle="month") == date(2025, 6, 30)
