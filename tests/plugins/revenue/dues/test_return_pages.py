"""The pages of what comes back from the funds, and of what operators had paid before the books began."""

from types import SimpleNamespace

import pytest

from core.testing import WEST_HILL
from plugins.revenue.dues import acts, returning
from plugins.revenue.dues.models import MoneyAct
from plugins.revenue.giving import opening as balances
from tests.plugins.revenue.dues.conftest import VOTE, month, settle
from tests.plugins.revenue.dues.test_opening import LINES, begun
from tests.plugins.revenue.dues.test_returning import allocated, house_of

__all__ = ["begun"]
DESK = f"/c/{WEST_HILL}/revenue/desk"


@pytest.fixture
def town(app):
    return settle(SimpleNamespace(west=WEST_HILL))


def test_a_correction_that_takes_money_back_says_where_it_waits_and_everybody_reads_it(
    town, app, as_role, client, monkeypatch
):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    town.paid(10_000)
    allocated(house_of(town, monkeypatch), due)
    town.declared(town.due(contract), 40_000, reason="漏记一张进货单")
    reviewer, chief = as_role("bookkeeper"), as_role("director")
    page = f"{DESK}/dues/{due.id}"
    assert reviewer.send(f"{page}/approve", declaration=str(town.due(contract).declaration_id)).status_code == 303
    text = reviewer.get(page).get_data(as_text=True)
    assert "更正以后，这一期多分配了 60.00 元。" in text and "第二个人还没有核准。" in text
    act = returning.waiting(town.due(contract))
    assert "漏记一张进货单" in chief.get(f"{DESK}/acts").get_data(as_text=True)
    acts.decide(town.director, act.id, approved=True)
    assert reviewer.send(f"{page}/approve").status_code == 303
    for seen in (reviewer.get(page), client.get(f"/c/{WEST_HILL}/revenue/operators/{contract.id}")):
        text = seen.get_data(as_text=True)
        assert (
            "更正后从资金收回的钱" in text
            and "反哺资金 36.00 元、运营资金 24.00 元" in text
            and "漏记一张进货单" in text
        )


def test_whose_the_opening_balances_are_is_entered_on_the_page_of_the_contract_and_of_the_period(town, app, as_role):
    made = balances.start(town.bookkeeper, month(-4))
    for account, fund, fen in LINES:
        balances.set_line(town.bookkeeper, made.id, account, fund, fen)
    balances.add_evidence(town.bookkeeper, made.id, town.files(town.bookkeeper))
    balances.hand_in(town.bookkeeper, made.id)
    balances.approve(town.director, made.id)
    contract = town.contract(deposit_fen=50_000)
    due = town.reviewed(town.due(contract), 400_000)
    browser = as_role("bookkeeper", "director")
    text = browser.get(f"{DESK}/contracts/{contract.id}").get_data(as_text=True)
    assert "建账以前收的押金" in text and "建账以前预收的钱" in text
    assert "建账以前已缴的钱" in browser.get(f"{DESK}/dues/{due.id}").get_data(as_text=True)
    for asked, amount in (
        (f"kind=deposit_opening&contract={contract.id}", "500.00"),
        (f"kind=credit_opening&contract={contract.id}", "300.00"),
        (f"kind=credit_opening&due={due.id}", "400.00"),
    ):
        form = f"{DESK}/acts/new?{asked}"
        assert amount in browser.get(form).get_data(as_text=True)
        too_much = browser.send(form, amount="900", on_day=month(0).isoformat(), account="1002.1", reason="旧账")
        assert too_much.status_code == 409 and "期初余额里还没有认定" in too_much.get_data(as_text=True)
        sent = browser.send(form, amount=amount, on_day=month(0).isoformat(), account="1002.1", reason="旧账")
        assert sent.status_code == 303
    assert MoneyAct.of(WEST_HILL).where(MoneyAct.decision == "").count() == 3
    assert browser.get(f"{DESK}/acts/new?kind=fund_return&due={due.id}").status_code == 404


def test_a_deposit_assigned_to_the_wrong_contract_is_taken_back_on_its_page(begun, as_role):
    contract = begun.contract(deposit_fen=50_000)
    page = f"{DESK}/contracts/{contract.id}"
    browser = as_role("bookkeeper", "director")
    assert "撤回认错的旧押金" not in browser.get(page).get_data(as_text=True)
    begun.act("deposit_opening", amount=40_000, contract_id=contract.id)
    assert "撤回认错的旧押金" in browser.get(page).get_data(as_text=True)
    form = f"{DESK}/acts/new?kind=deposit_opening_undo&contract={contract.id}"
    text = browser.get(form).get_data(as_text=True)
    assert "400.00" in text and "不记账" in text
    sent = browser.send(form, amount="400.00", on_day=month(0).isoformat(), reason="认错合同")
    assert sent.status_code == 303
    assert "撤回建账以前认错的押金" in browser.get(page).get_data(as_text=True)


def test_the_owners_money_from_before_is_entered_on_the_page_of_a_period(begun, as_role):
    data = {"owner_class": "owners", "approval_kind": "vote", "vote": VOTE}
    contract = begun.contract(**data)
    due = begun.reviewed(begun.due(contract), 200_000)
    browser = as_role("bookkeeper", "director")
    assert "建账以前预收的钱" not in browser.get(f"{DESK}/contracts/{contract.id}").get_data(as_text=True)
    assert "建账以前已缴的钱" in browser.get(f"{DESK}/dues/{due.id}").get_data(as_text=True)
    form = f"{DESK}/acts/new?kind=credit_opening&due={due.id}"
    assert "200.00" in browser.get(form).get_data(as_text=True)
    sent = browser.send(form, amount="200.01", on_day=month(0).isoformat(), account="1901.1", reason="旧账")
    assert sent.status_code == 409 and "这一期不需要缴这么多" in sent.get_data(as_text=True)
