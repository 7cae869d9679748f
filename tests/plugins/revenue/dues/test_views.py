"""The pages: every one opens for whom it is and for nobody else, and the forms do what they say."""

import io
import re

import pytest

from core.actor import command
from core.clock import today
from core.people import roles
from core.people.account_records import Account
from core.testing import WEST_HILL
from plugins.revenue.dues import contracts, operators
from plugins.revenue.dues.models import Contract, Due, MoneyAct, Receipt, RuleChange
from tests import town as towns
from tests.pictures import picture

BASE = f"/c/{WEST_HILL}/revenue"


@pytest.fixture
def town(app):
    return towns.build(app, WEST_HILL, "西隐")


def newest(role):
    from core.people.staff import colleagues

    return max(int(each.account) for each in colleagues(WEST_HILL) if each.account and role in each.roles)


def desk_pages(town):
    contract, due, receipt = (town.values[name][0] for name in ("contract_id", "due_id", "receipt_id"))
    return [
        "contracts", "operators", "dues", "dues?state=open", "dues?state=late&year=2020", "receipts", "receipts/unknown", "acts",
        f"contracts/{contract}", f"dues/{due}", f"dues/{town.values['due_id'][1]}", f"receipts/{receipt}",
    ]  # fmt: skip


def test_the_desk_opens_every_page(town, as_role):
    browser = as_role("director", "bookkeeper")
    contract, due = town.values["contract_id"], town.values["due_id"]
    work = [
        "contracts/new", f"contracts/new?renews={contract[0]}", f"contracts/{contract[2]}/edit", f"contracts/{contract[2]}/rule",
        f"contracts/{contract[2]}/sign", f"contracts/{contract[0]}/end", f"contracts/{contract[0]}/scans", "operators/new", f"operators/{town.values['operator_id'][-1]}",
        f"operators/{town.values['operator_id'][-1]}/statement", f"operators/{town.values['operator_id'][-1]}/statement/print?year={today().year}",
        "receipts/new", f"receipts/new?due={due[0]}", f"acts/new?kind=deposit_in&contract={contract[0]}",
        f"acts/new?kind=receipt_undo&receipt={town.values['receipt_id'][0]}",
    ]  # fmt: skip
    for path in (*desk_pages(town), *work):
        answer = browser.get(f"{BASE}/desk/{path}")
        assert answer.status_code == 200, (path, answer.get_data(as_text=True)[-1500:])


def test_residents_see_who_runs_what_and_nothing_of_the_desk(town, client):
    contract = town.values["contract_id"][0]
    for path in ("operators", f"operators/{contract}"):
        text = client.get(f"{BASE}/{path}").get_data(as_text=True)
        assert "社区食堂" in text and "1,000.00" in text and "西隐" not in text
    assert client.get(f"{BASE}/operators/{town.values['contract_id'][2]}").status_code == 404
    for path in desk_pages(town):
        assert client.get(f"{BASE}/desk/{path}").status_code in (302, 303, 401, 403)


def test_an_operator_sees_only_the_own_contracts_and_declares_with_a_photo(town, as_role):
    mine, other = as_role("operator"), as_role("operator")
    accounts = sorted(key for key, _name in operators.choosable(WEST_HILL))[-2:]
    operators.link_accounts(command(WEST_HILL), town.values["operator_id"][-1], [accounts[0]])
    contract, waiting = town.values["contract_id"][0], town.values["due_id"][1]
    due = town.values["due_id"][0]
    for path in ("mine", f"mine/contracts/{contract}", f"mine/dues/{due}", f"mine/dues/{due}/declare"):
        assert mine.get(f"{BASE}/{path}").status_code == 200, path
        assert other.get(f"{BASE}/{path}").status_code == (200 if path == "mine" else 404), path
    assert "社区食堂" not in other.get(f"{BASE}/mine").get_data(as_text=True)
    assert mine.get(f"{BASE}/desk/dues").status_code == 403
    page = mine.get(f"{BASE}/mine/dues/{due}/declare").get_data(as_text=True)
    assert 'name="reason"' in page
    answer = mine.send(
        f"{BASE}/mine/dues/{due}/declare",
        turnover_fen="8000.00",
        reason="多记一天",
        files=(io.BytesIO(picture()), "小票.jpg"),
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)[-2500:]
    assert Due.get_of(WEST_HILL, due).state == "computed" != Due.get_of(WEST_HILL, waiting).id
    bad = mine.send(f"{BASE}/mine/dues/{due}/declare", turnover_fen="x")
    assert bad.status_code in (200, 422)


def test_whoever_declared_cannot_review_by_address_either(town, app, as_role):
    due = Due.get_of(WEST_HILL, town.values["due_id"][1])
    from plugins.revenue.dues.models import Declaration

    declarer = Declaration.get_of(WEST_HILL, due.declaration_id).by_account
    browser = as_role("owner", "director", "bookkeeper", "staff")
    sessions = browser.get_cookie("linli_session")
    assert sessions
    from core.people.sessions import open_session
    from core.store.db import transaction
    from core.testing import Browser

    with transaction(WEST_HILL):
        roles.grant_role(command(WEST_HILL), declarer, "bookkeeper")
        token = open_session(Account.get_by_id(declarer), opened_with="password", address="127.0.0.1", agent="test")
    own = Browser(app)
    own.set_cookie("linli_session", token)
    assert own.send(f"{BASE}/desk/dues/{due.id}/approve", declaration=due.declaration_id).status_code == 409
    assert own.send(f"{BASE}/desk/dues/{due.id}/return", declaration=due.declaration_id, reason="x").status_code == 409
    assert Due.get_of(WEST_HILL, due.id).state == "computed"
    assert browser.send(f"{BASE}/desk/dues/{due.id}/approve", declaration=due.declaration_id).status_code == 303
    assert Due.get_of(WEST_HILL, due.id).state in ("due", "part_paid", "received")


def test_a_rule_is_tried_before_it_is_kept_and_the_contract_is_signed(town, as_role):
    browser, draft = as_role("director"), town.values["contract_id"][2]
    first = Contract.get_of(WEST_HILL, draft).starts_on.isoformat()
    here = f"{BASE}/desk/contracts/{draft}/rule"
    fields = {"c1_kind": "percent", "c1_of": "net_profit_fen", "c1_rate": "35", "f1_to": "give_back", "f1_weight": "60",
              "f2_to": "operating", "f2_weight": "25", "f3_to": "reserve", "f3_weight": "15", "p1_first": "2025-01-01",
              "p1_last": "2025-12-31", "p1_net_profit_fen": "86432.17"}  # fmt: skip
    public = browser.send(f"{BASE}/try", **fields).get_data(as_text=True)
    assert f'formaction="{here}"' in public
    taken = browser.send(here, **fields, step="take").get_data(as_text=True)
    assert 'value="86432.17"' in taken and first in taken and "30,251.26" not in taken
    fields["from_day"] = first
    tried = browser.send(here, **fields).get_data(as_text=True)
    assert "30,251.26" in tried and "18,150.76" in tried
    count = len(contracts.rule_versions(WEST_HILL, draft))
    for _again in range(2):
        kept = browser.send(here, **fields, keep="1", idempotency_key="fedcba9876543210")
        assert kept.status_code == 303
    versions = contracts.rule_versions(WEST_HILL, draft)
    assert len(versions) == count + 1 and versions[-1].rule["components"][0]["rate"] == "0.35"
    again = browser.get(here).get_data(as_text=True)
    assert re.search(r'name="c1_rate"[^>]*value="35"|value="35"[^>]*name="c1_rate"', again)
    assert browser.send(here, **{**fields, "c1_rate": "130"}).status_code == 422
    sign = f"{BASE}/desk/contracts/{draft}/sign"
    assert browser.send(sign, signed_on=today().isoformat()).status_code in (409, 422)
    paper = (io.BytesIO(picture()), "合同.jpg")
    assert browser.send(sign, signed_on=today().isoformat(), files=paper).status_code == 303
    assert Contract.get_of(WEST_HILL, draft).state == "active"
    annex = (io.BytesIO(picture()), "附件.jpg")
    assert browser.send(f"{BASE}/desk/contracts/{draft}/scans", files=annex).status_code == 303
    seen = browser.get(f"{BASE}/desk/contracts/{draft}").get_data(as_text=True)
    assert "合同.jpg" in seen and "附件.jpg" in seen
    assert "合同.jpg" not in browser.get(f"{BASE}/operators/{draft}").get_data(as_text=True)


def test_money_is_entered_once_assigned_and_approved_by_a_second_person(town, as_role):
    keeper, chief = as_role("bookkeeper"), as_role("secretary")
    count = Receipt.of(WEST_HILL).count()
    operator = str(town.values["operator_id"][-1])
    fields = {
        "account": "1001",
        "arrived_on": today().isoformat(),
        "amount": "12.50",
        "operator_id": operator,
        "payer": "好味",
    }
    for _again in range(3):
        assert keeper.send(f"{BASE}/desk/receipts/new", **fields, idempotency_key="0123456789abcdef").status_code == 303
    assert Receipt.of(WEST_HILL).count() == count + 1
    unknown = town.values["receipt_id"][1]
    assert keeper.send(f"{BASE}/desk/receipts/{unknown}", operator_id=operator).status_code == 303
    assert Receipt.get_of(WEST_HILL, unknown).operator_id == int(operator)
    act = town.values["act_id"][-1]
    assert keeper.send(f"{BASE}/desk/acts/{act}/approve").status_code == 403
    assert chief.send(f"{BASE}/desk/acts/{act}/approve").status_code == 303
    assert MoneyAct.get_of(WEST_HILL, act).decision == "approved"
    assert re.search(
        r"1,000\.00", chief.get(f"{BASE}/desk/contracts/{town.values['contract_id'][0]}").get_data(as_text=True)
    )


def test_lists_are_taken_along_and_the_notice_is_printed(town, as_role):
    browser = as_role("director", "bookkeeper")
    for name in ("revenue.dues", "revenue.receipts", "revenue.contracts"):
        answer = browser.send(f"/c/{WEST_HILL}/exports/{name}.csv")
        assert answer.status_code == 200 and "好味餐饮" in answer.get_data(as_text=True)


def changed_rule(contract, **other):
    """The sheet of a contract in force with a rent of 200 yuan a year, the minutes and the signed supplement."""
    return {
        "c1_kind": "fixed", "c1_amount": "200", "c1_per": "year", "f1_to": "give_back", "f1_weight": "1", "p1_first": "2026-01-01",
        "p1_last": "2026-12-31", "from_day": today().replace(year=today().year + 1, month=1, day=1).isoformat(), "reason": "改为固定租金",
        "approval": "2026年11月居民会议", "files": (io.BytesIO(picture()), "补充协议.jpg"), **other,
    }  # fmt: skip


def test_a_new_rule_of_a_contract_in_force_is_proposed_and_approved_by_another(town, as_role, client):
    clerk, contract = as_role("staff"), town.values["contract_id"][0]
    Account.update(label="陈文书").where(Account.id == newest("staff")).execute()
    chief = as_role("director")
    here = f"{BASE}/desk/contracts/{contract}/rule"
    assert "补充协议" in clerk.get(here).get_data(as_text=True)
    tried = clerk.send(here, **changed_rule(contract)).get_data(as_text=True)
    assert "200.00" in tried and "补充协议.jpg" in tried and 'name="keep"' in tried
    past = clerk.send(here, **changed_rule(contract, from_day="2025-01-01", reason="", keep="1"))
    text = past.get_data(as_text=True)
    assert (
        past.status_code == 422 and "最早从今天起用" in text and "为什么改规则" in text and 'value="2025-01-01"' in text
    )
    before = RuleChange.of(WEST_HILL).count()
    for _again in range(2):
        sent = changed_rule(contract, keep="1", idempotency_key="fedcba9876543211")
        assert clerk.send(here, **sent).status_code == 303
    assert RuleChange.of(WEST_HILL).count() == before + 1
    change = RuleChange.of(WEST_HILL).order_by(RuleChange.id.desc()).first()
    page, public = f"{BASE}/desk/rule-changes/{change.id}", f"{BASE}/operators/{contract}"
    assert "改为固定租金" not in client.get(public).get_data(as_text=True)
    assert clerk.send(f"{page}/approve").status_code == 403
    assert f"/revenue/desk/rule-changes/{change.id}" in chief.get(f"/c/{WEST_HILL}/inbox").get_data(as_text=True)
    assert "补充协议.jpg" in chief.get(page).get_data(as_text=True)
    assert chief.send(f"{page}/approve").status_code == 303
    shown = client.get(public).get_data(as_text=True)
    assert (
        "改为固定租金" in shown
        and "2026年11月居民会议" in shown
        and "以后起用" in shown
        and "补充协议.jpg" not in shown
    )
    assert "现在用的" in chief.get(f"{BASE}/desk/contracts/{contract}").get_data(as_text=True)


def test_a_new_rule_is_not_approved_and_everybody_concerned_reads_why(town, as_role):
    chief, mine, change = as_role("director"), as_role("operator"), town.values["rule_change_id"][0]
    account = sorted(key for key, _name in operators.choosable(WEST_HILL))[-1]
    operators.link_accounts(command(WEST_HILL), town.values["operator_id"][-1], [account])
    own = f"{BASE}/mine/contracts/{RuleChange.get_of(WEST_HILL, change).contract_id}"
    page = f"{BASE}/desk/rule-changes/{change}"
    assert "同意后才算数" in mine.get(own).get_data(as_text=True)
    assert chief.get(f"{page}/refuse").status_code == 200
    assert chief.send(f"{page}/refuse", reason="").status_code == 422
    assert chief.send(f"{page}/refuse", reason="签字页缺一页").status_code == 303
    for browser, path in ((mine, own), (chief, page)):
        assert "签字页缺一页" in browser.get(path).get_data(as_text=True)
    assert mine.get(page).status_code == 403
