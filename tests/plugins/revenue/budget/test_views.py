"""The pages of the budget: entered and decided by their forms, read by everybody, nothing of other communities."""

import pytest

from core.clock import today
from core.testing import SOUTH_GARDEN
from plugins.revenue.budget.models import Budget, BudgetLine
from tests.plugins.revenue.giving.test_views_giving import BASE, DESK, paper, people, sent

__all__ = ["people"]
YEAR = today().year
MEETING = {"meeting": "居民会议 2026 年第 2 次", "met_on": today().isoformat()}


def text(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def written(people):
    """The address of a draft with a line of 1,200.50 yuan for paper and a meeting with its minutes."""
    keeper, _cashier, _chief = people
    there = sent(keeper.send(f"{DESK}/budget/new", year=str(YEAR)))
    sent(keeper.send(there, account="5201", fund="operating", amount="1,200.50", purpose="打印纸"))
    sent(keeper.send(f"{there}/meeting", minutes=paper("纪要.png"), **MEETING))
    return there


def test_a_budget_by_its_forms_is_read_by_everybody_once_it_is_decided(people, written, client):
    keeper, _cashier, chief = people
    public = f"{BASE}/money/budget?year={YEAR}"
    assert "1,200.50" not in text(client.get(public))
    assert keeper.send(f"{written}/decide").status_code == 403
    assert chief.send(f"{written}/decide").status_code == 409
    sent(keeper.send(f"{written}/hand-in"))
    sent(chief.send(f"{written}/give-back", reason="会议定的是 1,300 元"))
    assert "会议定的是 1,300 元" in text(keeper.get(written))
    sent(keeper.send(written, account="5201", fund="operating", amount="1300", purpose="打印纸"))
    sent(keeper.send(f"{written}/hand-in"))
    sent(chief.send(f"{written}/decide"))
    assert Budget.get().state == "in_force"
    for page in (public, f"{BASE}/money/budget/print?year={YEAR}"):
        shown = text(client.get(page))
        assert "1,300.00" in shown and "1,200.50" not in shown and "居民会议 2026 年第 2 次" in shown
    assert keeper.send(written, account="5201", fund="operating", amount="1").status_code == 409
    assert keeper.send(f"{DESK}/budget/new", year=str(YEAR)).status_code == 422


@pytest.mark.parametrize("amount", ["一千", "-5", "1.005", ""])
def test_a_line_that_cannot_be_used_keeps_what_was_typed(people, written, amount):
    keeper, _cashier, _chief = people
    answer = keeper.send(written, account="5201", fund="operating", amount=amount, purpose="窗帘")
    assert answer.status_code == 422
    assert "窗帘" in answer.get_data(as_text=True) and f'value="{amount}"' in answer.get_data(as_text=True)
    assert BudgetLine.select().count() == 1


def test_a_line_is_taken_out_and_a_draft_thrown_away(people, written):
    keeper, _cashier, _chief = people
    sent(keeper.send(f"{written}/lines/{BudgetLine.get().id}/remove"))
    assert BudgetLine.select().count() == 0
    assert keeper.send(f"{written}/hand-in").status_code == 409
    sent(keeper.send(f"{written}/drop"))
    assert str(YEAR) in text(keeper.get(f"{DESK}/budget?year={YEAR}"))


def test_nobody_else_writes_and_no_other_community_sees_it(people, written, as_role, client):
    _keeper, cashier, _chief = people
    for visitor in (cashier, as_role("supervisor")):
        assert visitor.send(f"{DESK}/budget/new", year=str(YEAR)).status_code == 403
        assert visitor.send(f"{written}/hand-in").status_code == 403
    assert client.get(written).status_code in (303, 401, 403)
    south = as_role("bookkeeper", community=SOUTH_GARDEN)
    elsewhere = written.replace(BASE.split("/")[2], SOUTH_GARDEN)
    assert south.get(elsewhere).status_code == 404
    assert south.send(f"{elsewhere}/hand-in").status_code == 404
