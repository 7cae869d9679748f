"""The calculators for everybody: right at the first look and after a change, and what is wrong stands at its field."""

from __future__ import annotations

import pytest

from core.testing import WEST_HILL

BASE = f"/c/{WEST_HILL}/revenue"
RULE = {
    "c1_kind": "percent", "c1_of": "net_profit_fen", "c1_rate": "35", "f1_to": "give_back", "f1_weight": "60", "f2_to": "operating",
    "f2_weight": "25", "f3_to": "reserve", "f3_weight": "15", "p1_first": "2025-01-01", "p1_last": "2025-12-31",
    "p1_net_profit_fen": "86432.17",
}  # fmt: skip
TIERS = {
    "c1_kind": "tiered", "c1_of": "turnover_fen", "c1_style": "marginal", "c1_t1_upto": "100000", "c1_t1_rate": "10", "c1_t2_upto": "",
    "c1_t2_rate": "15", "c1_t3_upto": "", "c1_t3_rate": "", "p1_turnover_fen": "250000.10",
}  # fmt: skip
STAY = {
    "hours": "24", "minutes": "31", "free_minutes": "30", "first_hours": "2", "first_price": "3", "then_price": "2", "cap": "15",
}  # fmt: skip


def tried(client, page, typed):
    return client.send(f"{BASE}/{page}", **typed)


@pytest.mark.parametrize("page", ["try", "parking"])
def test_everybody_may_look_and_sees_an_example(client, page):
    assert client.get(f"{BASE}/{page}").status_code == 200


@pytest.mark.parametrize(
    ("change", "due"),
    [
        pytest.param({}, "30,251.26", id="share-of-profit"),
        pytest.param({"p1_net_profit_fen": "－100"}, "0.00", id="loss"),
        pytest.param(
            {
                "c1_of": "turnover_fen",
                "c1_rate": "6",
                "p1_turnover_fen": "612000.05",
                "c2_kind": "fixed",
                "c2_amount": "36000",
                "c2_per": "year",
                "combine": "max",
            },
            "36,720.00",
            id="larger",
        ),
        pytest.param({"c1_kind": "fixed", "c1_amount": "3000", "c1_per": "period"}, "3,000.00", id="rent-each-period"),
        pytest.param({"minimum": "24000", "c1_rate": "1"}, "24,000.00", id="minimum"),
        pytest.param({"cap": "10000", "cap_per": "period"}, "10,000.00", id="cap"),
        pytest.param(TIERS, "32,500.02", id="tiers-by-slice"),
        pytest.param({**TIERS, "c1_style": "whole"}, "37,500.02", id="tiers-of-all"),
        pytest.param(
            {"c1_kind": "per_unit", "c1_of": "orders", "c1_price": "0.5", "p1_orders": "86421"}, "43,210.50", id="each"
        ),
        pytest.param({"loss": "carry", "carried": "80000"}, "2,251.26", id="earlier-loss"),
    ],
)
def test_a_rule_is_tried_out(client, change, due):
    answer = tried(client, "try", {**RULE, **change})
    assert answer.status_code == 200
    assert due in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"c1_rate": "nan"}, id="rate-nan"),
        pytest.param({"c1_rate": "101"}, id="rate-above-all"),
        pytest.param({"c1_rate": "0.00000000001"}, id="rate-too-fine"),
        pytest.param({"c1_of": "turnover_fen"}, id="figure-missing"),
        pytest.param({"c1_of": "Turn over"}, id="figure-that-cannot-be"),
        pytest.param({"c1_kind": "magic"}, id="no-component"),
        pytest.param({"p1_net_profit_fen": "much"}, id="figure-word"),
        pytest.param({"p1_last": "2024-12-31"}, id="ends-before"),
        pytest.param({"p1_first": "1025-01-01"}, id="a-thousand-years"),
        pytest.param({"p2_first": "2025-12-31", "p2_last": "2026-12-31", "p2_net_profit_fen": "1"}, id="overlap"),
        pytest.param({"f1_weight": "0", "f2_weight": "0", "f3_weight": "0"}, id="nobody-gets-it"),
        pytest.param({"f2_to": "give_back"}, id="fund-twice"),
        pytest.param({"f1_to": "abroad"}, id="no-such-fund"),
        pytest.param({**TIERS, "c1_t1_upto": ""}, id="open-tier-in-the-middle"),
        pytest.param({**TIERS, "c1_t2_upto": "200000"}, id="no-open-tier"),
        pytest.param({**TIERS, "c1_t1_rate": "", "c1_t1_upto": "", "c1_t2_rate": ""}, id="no-tier"),
        pytest.param({"loss": "carry", "mode": "cumulative"}, id="loss-twice"),
    ],
)
def test_what_cannot_be_computed_is_said(client, change):
    assert tried(client, "try", {**RULE, **change}).status_code == 422


def test_periods_go_on_from_one_another_and_sums_begin_anew_with_the_year(client):
    losses = {
        **RULE, "loss": "carry", "c1_rate": "10", "p1_last": "2025-06-30", "p1_net_profit_fen": "-1000", "p2_first": "2025-07-01",
        "p2_last": "2025-12-31", "p2_net_profit_fen": "1500", "p3_first": "2026-01-01", "p3_last": "2026-06-30",
        "p3_net_profit_fen": "700",
    }  # fmt: skip
    text = tried(client, "try", losses).get_data(as_text=True)
    assert "120.00" in text  # 0 + (1,500 − 1,000) × 10 % + 700 × 10 %
    summed = tried(client, "try", {**losses, "loss": "none", "mode": "cumulative"}).get_data(as_text=True)
    assert "120.00" in summed  # 0 + (1,500 − 1,000) × 10 %, and in the new year 700 × 10 %
    assert tried(client, "try", {**losses, "loss": "none"}).get_data(as_text=True).count("220.00") == 1


@pytest.mark.parametrize(
    ("step", "name", "count"),
    [
        pytest.param("add:fixed", "c2_amount", 1, id="rent"),
        pytest.param("add:tiered", "c2_t3_rate", 1, id="tiers"),
        pytest.param("add:fund", "f4_to", 1, id="fund"),
        pytest.param("add:period", "p2_first", 1, id="period"),
        pytest.param("drop:f3", "f3_to", 0, id="fund-out"),
        pytest.param("drop:c1", "c1_of", 0, id="part-out"),
        pytest.param("drop:c9", "c1_of", 1, id="nothing-out"),
    ],
)
def test_rows_are_added_and_taken_out_without_losing_what_was_typed(client, step, name, count):
    text = tried(client, "try", {**RULE, "minimum": "12.34", "step": step}).get_data(as_text=True)
    assert text.count(f'name="{name}"') == count
    assert 'value="12.34"' in text and 'value="2025-12-31"' in text


def test_a_row_comes_alone_to_a_browser_with_scripts(client):
    answer = client.send(f"{BASE}/try", htmx=True, **RULE, step="add:percent")
    text = answer.get_data(as_text=True)
    assert "<html" not in text and 'name="c2_rate"' in text


def test_the_rest_of_the_year_is_added_month_by_month(client):
    month = {**RULE, "p1_first": "2024-01-01", "p1_last": "2024-01-31", "step": "add:year"}
    text = tried(client, "try", month).get_data(as_text=True)
    assert 'value="2024-02-29"' in text and 'value="2024-12-31"' in text and "2025-01" not in text


def test_a_stay_is_priced(client):
    answer = tried(client, "parking", STAY)
    assert answer.status_code == 200
    assert "18.00" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "change", [pytest.param({"cap": "x"}, id="cap"), pytest.param({"first_hours": "25"}, id="hours")]
)
def test_a_faulty_tariff_is_said(client, change):
    assert tried(client, "parking", {**STAY, **change}).status_code == 422
