"""The calculators for everybody: right at the first look and after a change, and what is wrong stands at its field."""

from __future__ import annotations

import pytest

from core.testing import WEST_HILL

BASE = f"/c/{WEST_HILL}/revenue"
RULE = {
    "how": "net_profit_fen", "rate": "35", "rent": "", "minimum": "", "figure": "86432.17", "first": "2025-01-01",
    "last": "2025-12-31", "give_back": "60", "operating": "25", "reserve": "15",
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
        pytest.param({"figure": "-100"}, "0.00", id="loss"),
        pytest.param({"how": "larger", "rent": "36000", "rate": "6", "figure": "612000.05"}, "36,720.00", id="larger"),
        pytest.param({"how": "rent", "rent": "36000", "rate": ""}, "36,000.00", id="rent"),
        pytest.param({"minimum": "24000", "rate": "1"}, "24,000.00", id="minimum"),
    ],
)
def test_a_rule_is_tried_out(client, change, due):
    answer = tried(client, "try", {**RULE, **change})
    assert answer.status_code == 200
    assert due in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"rate": "nan"}, id="rate-nan"),
        pytest.param({"rate": "101"}, id="rate-above-all"),
        pytest.param({"rate": "0.00000000001"}, id="rate-too-fine"),
        pytest.param({"figure": "much"}, id="figure-word"),
        pytest.param({"last": "2024-12-31"}, id="ends-before"),
        pytest.param({"first": "1025-01-01"}, id="a-thousand-years"),
        pytest.param({"give_back": "0", "operating": "0", "reserve": "0"}, id="nobody-gets-it"),
    ],
)
def test_what_cannot_be_computed_is_said(client, change):
    assert tried(client, "try", {**RULE, **change}).status_code == 422


def test_a_stay_is_priced(client):
    answer = tried(client, "parking", STAY)
    assert answer.status_code == 200
    assert "18.00" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "change", [pytest.param({"cap": "x"}, id="cap"), pytest.param({"first_hours": "25"}, id="hours")]
)
def test_a_faulty_tariff_is_said(client, change):
    assert tried(client, "parking", {**STAY, **change}).status_code == 422
