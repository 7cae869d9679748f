"""The worked cases of the specification (`data/revenue.json`): every one of them, to the last 分."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from plugins.revenue.shares.allocate import allocate
from plugins.revenue.shares.compute import compute_data
from plugins.revenue.shares.packs import legal_minimum
from plugins.revenue.shares.parking import Tariff, price
from plugins.revenue.shares.votes import Vote, owners_vote

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "revenue.json").read_text(encoding="utf-8"))


def numbered(name: str) -> list[object]:
    return [pytest.param(case, id=f"{name}-{number}") for number, case in enumerate(VECTORS[name])]


@pytest.mark.parametrize("case", numbered("allocate"))
def test_a_total_is_shared_out_as_worked(case):
    assert allocate(case["total_fen"], case["weights"]) == case["parts_fen"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in VECTORS["share"]])
def test_a_due_is_computed_as_worked(case):
    results = compute_data({"rule": case["rule"], "periods": case["periods"]})
    assert [result.as_json() for result in results] == case["expect"]


@pytest.mark.parametrize("case", numbered("legal_minimum"))
def test_the_least_for_the_maintenance_fund_is_as_worked(case):
    assert legal_minimum(case["total_fen"], Fraction(case["share"]), strict=case["strict"]) == case["least_fen"]


@pytest.mark.parametrize(
    ("minutes", "fen"), [pytest.param(*case, id=f"{case[0]}-minutes") for case in VECTORS["parking"]["cases"]]
)
def test_a_stay_costs_as_worked(minutes, fen):
    rule = {name: value for name, value in VECTORS["parking"]["rule"].items() if name != "note"}
    assert price(Tariff(**rule), minutes) == fen


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"vote-{number}") for number, case in enumerate(VECTORS["owner_vote"]["cases"])],
)
def test_a_vote_of_the_owners_ends_as_worked(case):
    total = VECTORS["owner_vote"]["total"]
    outcome = owners_vote(
        case["matter"],
        Vote(total["persons"], case["part_persons"], case["yes_persons"]),
        Vote(total["area_cm2"], case["part_area_cm2"], case["yes_area_cm2"]),
    )
    assert outcome.passed == case["pass"]
    assert outcome.why == case.get("why", "" if case["pass"] else "agreement")


def test_a_reversal_is_the_mirror_and_a_fresh_split_never_a_split_of_the_difference():
    case, first = VECTORS["reversal"], VECTORS["share"][0]
    weights = [part["weight"] for part in first["rule"]["split"]]
    stored = list(first["expect"][0]["split"].values())
    mirror = [-part for part in stored]
    again = compute_data(
        {
            "rule": first["rule"],
            "periods": [{"from": "2025-01-01", "to": "2025-12-31", "figures": {"net_profit_fen": 8443219}}],
        }
    )[0]
    fresh = list(again.split.values())
    assert mirror == case["reversed"] == allocate(-sum(stored), weights)
    assert fresh == case["reposted"]
    assert [back + now for back, now in zip(mirror, fresh, strict=True)] == case["net"]
    assert allocate(sum(case["net"]), weights) != case["net"]
