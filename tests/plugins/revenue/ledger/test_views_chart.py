"""The pages of accounts and funds: opened and closed by their forms, refused in plain words, nothing of other communities."""

from __future__ import annotations

import pytest

from core.testing import SOUTH_GARDEN
from plugins.revenue.bank.models import BankAccount
from plugins.revenue.ledger.models import Account, Fund
from tests.plugins.revenue.giving.test_views_giving import DESK, people, sent

__all__ = ["people"]
NEW = {"code": "1002.1", "name": "农商银行户", "holder": "street"}
LAMPS = {"name": "路灯专款", "owner": "community", "purpose": "修路灯"}


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def accounts() -> int:
    return int(Account.select().count())


def test_an_account_by_its_form_takes_a_bank_account_and_is_closed_with_it(people):
    keeper, _cashier, chief = people
    shown = text(chief.get(f"{DESK}/accounts/new?under=1002"))
    assert 'value="1002.1"' in shown and "社区自管" in shown
    there = sent(chief.send(f"{DESK}/accounts/new", **NEW))
    assert there == f"{DESK}/accounts/1002.1"
    page = text(keeper.get(there))
    assert "街道代管" in page and f'href="{DESK}/bank/new?account=1002.1"' in page
    assert '<option selected value="1002.1">' in text(keeper.get(f"{DESK}/bank/new?account=1002.1"))
    bank = sent(keeper.send(f"{DESK}/bank/new", account="1002.1", name="社区户", opens_on="2026-01-01", opening="0"))
    assert "街道代管" in text(keeper.get(bank))
    assert f'href="{DESK}/accounts/1002.1/close"' in text(chief.get(there))
    sent(chief.send(f"{there}/close", reason="换了银行"))
    assert "换了银行" in text(keeper.get(there))
    assert BankAccount.get().closed_on is not None
    assert "1002.1" not in text(keeper.get(f"{DESK}/journal/new"))


def test_a_fund_by_its_form_is_offered_for_postings_until_it_is_closed(people):
    keeper, _cashier, chief = people
    there = sent(chief.send(f"{DESK}/funds/new", **LAMPS, is_restricted="y"))
    assert Fund.get(Fund.name == "路灯专款").is_restricted
    assert "修路灯" in text(keeper.get(there)) and "路灯专款" in text(keeper.get(f"{DESK}/journal/new"))
    assert "路灯专款" in text(keeper.get(f"{DESK}/accounts"))
    sent(chief.send(f"{there}/close", reason="修好了"))
    assert "修好了" in text(keeper.get(there)) and "路灯专款" not in text(keeper.get(f"{DESK}/journal/new"))


def test_one_form_sent_twice_opens_one(people):
    _keeper, _cashier, chief = people
    form = {**LAMPS, "csrf_token": chief.token(), "idempotency_key": "chart-fund-0001"}
    first, again = (sent(chief.post(f"{DESK}/funds/new", data=form)) for _each in range(2))
    assert first == again and Fund.select().where(Fund.name == "路灯专款").count() == 1
    form = {**NEW, "csrf_token": chief.token(), "idempotency_key": "chart-account-0001"}
    assert len({sent(chief.post(f"{DESK}/accounts/new", data=form)) for _each in range(2)}) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "8888.1"}, "没有上级科目 8888"),
        ({"code": "1002"}, "请写上级科目的编码"),
        ({"code": "1002.户"}, "编码只能用"),
        ({"code": "4301.9"}, "留给合同"),
        ({"code": "2209.deposits"}, "已经有科目 2209.deposits"),
        ({"holder": "nobody"}, "农商银行户"),
        ({"holder": "owners"}, "只能记在 1901"),
        ({"name": " "}, "1002.1"),
        ({"name": "银行存款"}, "科目 1002 已经叫这个名称"),
    ],
)
def test_what_cannot_be_opened_is_said_and_nothing_typed_is_lost(people, wrong, said):
    _keeper, _cashier, chief = people
    before, sending = accounts(), {**NEW, **wrong}
    shown = text(chief.send(f"{DESK}/accounts/new", **sending), 422)
    assert said in shown and f'value="{sending["code"]}"' in shown
    assert accounts() == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"name": "储备金"}, "同名"), ({"purpose": " "}, "路灯专款"), ({"owner": "donor"}, "路灯专款")],
)
def test_what_cannot_be_a_fund_is_said_and_nothing_typed_is_lost(people, wrong, said):
    _keeper, _cashier, chief = people
    before = Fund.select().count()
    assert said in text(chief.send(f"{DESK}/funds/new", **{**LAMPS, **wrong}), 422)
    assert Fund.select().count() == before


def test_what_stays_open_says_why(people):
    _keeper, _cashier, chief = people
    for page, said in (("accounts/1002", "基本科目"), ("funds/reserve", "基本资金")):
        assert said in text(chief.get(f"{DESK}/{page}"))
        assert said in text(chief.get(f"{DESK}/{page}/close"), 409)
        assert said in text(chief.send(f"{DESK}/{page}/close", reason="不用了"), 409)
    there = sent(chief.send(f"{DESK}/accounts/new", **NEW))
    assert "请" in text(chief.send(f"{there}/close", reason=" "), 422)
    assert f'href="{there}/close"' in text(chief.get(there))


def test_the_bank_page_leads_to_opening_another_account(people, as_role):
    keeper, _cashier, _chief = people
    assert f'href="{DESK}/accounts"' in text(keeper.get(f"{DESK}/bank/new"))
    both = as_role("director", "bookkeeper")
    assert f'href="{DESK}/accounts/new?under=1002"' in text(both.get(f"{DESK}/bank/new"))


def test_who_keeps_the_books_reads_and_only_the_secretary_and_the_director_change(people, as_role, client):
    keeper, cashier, chief = people
    there = sent(chief.send(f"{DESK}/accounts/new", **NEW))
    fund = sent(chief.send(f"{DESK}/funds/new", **LAMPS))
    for reader in (keeper, cashier, as_role("supervisor")):
        for page in (f"{DESK}/accounts", there, fund):
            shown = text(reader.get(page))
            assert "accounts/new" not in shown and "desk/funds/new" not in shown and "/close" not in shown
        for page in ("accounts/new", "funds/new", "accounts/1002.1/close", "funds/fund-1/close"):
            assert reader.get(f"{DESK}/{page}").status_code == 403
            assert reader.send(f"{DESK}/{page}", **{**LAMPS, **NEW}, reason="误").status_code == 403
    assert client.get(f"{DESK}/accounts").status_code in (302, 303, 401, 403)
    assert as_role("secretary").get(f"{DESK}/accounts/new").status_code == 200


def test_accounts_and_funds_of_another_community_are_not_found(people, as_role):
    _keeper, _cashier, chief = people
    there = sent(chief.send(f"{DESK}/accounts/new", **NEW))
    fund = sent(chief.send(f"{DESK}/funds/new", **LAMPS))
    south = as_role("director", community=SOUTH_GARDEN)
    for page in (there, fund, f"{there}/close", f"{fund}/close"):
        elsewhere = page.replace(DESK.split("/")[2], SOUTH_GARDEN)
        assert south.get(elsewhere).status_code == 404
    for page in (there, fund):
        assert south.send(f"{page.replace(DESK.split('/')[2], SOUTH_GARDEN)}/close", reason="误").status_code == 404
        assert south.get(page).status_code == 403
    assert chief.get(f"{DESK}/accounts/nowhere").status_code == 404
