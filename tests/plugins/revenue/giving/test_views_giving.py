"""The pages of donations, petty cash and opening balances: who opens them, whole journeys by their forms, nothing of other communities."""

import io

import pytest

from core.actor import command
from core.clock import today
from core.people.account_records import Account
from core.people.staff import colleagues
from core.store.db import transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.revenue.giving import opening, pledges
from plugins.revenue.giving.models import Float, Gift, GiftChange, Opening, OpeningLine, Pledge, Voucher
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.posting import reverse
from tests.plugins.revenue.giving.conftest import PIXEL

BASE = f"/c/{WEST_HILL}/revenue"
DESK = f"{BASE}/desk"


def paper(name="回单.png"):
    return io.BytesIO(PIXEL), name


def sent(answer):
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)[-3000:]
    return answer.headers["Location"]


def opened(keeper, chief):
    """Opening balances by the forms: 10,000 yuan in the bank for daily work."""
    there = sent(keeper.send(f"{DESK}/opening/new", opening_day="2025-01-01"))
    sent(keeper.send(there, account="1002", fund="operating", amount="10,000"))
    sent(keeper.send(f"{there}/evidence", scans=paper()))
    sent(keeper.send(f"{there}/hand-in"))
    sent(chief.send(f"{there}/approve"))
    return there


@pytest.fixture
def people(as_role):
    """A bookkeeper, a cashier and a director at their browsers, each with a name of their own."""
    browsers = as_role("bookkeeper"), as_role("cashier"), as_role("director")
    with transaction(WEST_HILL):
        for each in list(Account.select()):
            Account.update(label=f"{each.label}{each.id}").where(Account.id == each.id).execute()
    return browsers


def test_two_accounts_under_one_name_are_one_person(as_role):
    keeper, chief = as_role("bookkeeper"), as_role("director")
    there = sent(keeper.send(f"{DESK}/opening/new", opening_day="2025-01-01"))
    sent(keeper.send(there, account="1002", fund="operating", amount="10"))
    sent(keeper.send(f"{there}/evidence", scans=paper()))
    sent(keeper.send(f"{there}/hand-in"))
    assert chief.send(f"{there}/approve").status_code == 409
    assert Opening.get().state == "handed_in"


def test_opening_balances_by_their_forms(people):
    keeper, _cashier, chief = people
    there = sent(keeper.send(f"{DESK}/opening/new", opening_day="2025-01-01"))
    bad = keeper.send(there, account="1002", fund="operating", amount="十万")
    assert bad.status_code == 422 and "十万" in bad.get_data(as_text=True)
    sent(keeper.send(there, account="1002", fund="operating", amount="10,000.50"))
    sent(keeper.send(there, account="1001", fund="operating", amount="1"))
    line = OpeningLine.get(OpeningLine.account == "1001")
    sent(keeper.send(f"{there}/lines/{line.id}/remove"))
    assert keeper.send(f"{there}/hand-in").status_code == 409
    sent(keeper.send(f"{there}/evidence", scans=paper()))
    sent(keeper.send(f"{there}/hand-in"))
    assert keeper.send(f"{there}/approve").status_code == 403
    sent(chief.send(f"{there}/give-back", reason="少了现金"))
    assert "少了现金" in keeper.get(there).get_data(as_text=True)
    sent(keeper.send(f"{there}/hand-in"))
    sent(chief.send(f"{there}/approve"))
    assert Opening.get().state == "posted"
    assert balance(WEST_HILL, "1002", "operating") == 1_000_050
    again = sent(keeper.send(f"{DESK}/opening/correct", why="抄错了"))
    assert keeper.get(again).status_code == 200
    sent(keeper.send(f"{again}/drop"))
    assert keeper.get(f"{DESK}/opening").status_code == 200


def test_a_donation_by_its_forms(people, client):
    keeper, _cashier, chief = people
    sent(keeper.send(f"{DESK}/giving/funds/new", name="阅览角专款", purpose="买书"))
    sent(keeper.send(f"{DESK}/giving/funds/new", name="助老专款", purpose="加餐"))
    one, other = [each.code for each in pledges.purposes(WEST_HILL)][-2:]
    told = {
        "donor_kind": "firm",
        "name": "新光印务",
        "phone": "13800138000",
        "shown": "name",
        "fund": one,
        "purpose": "买书",
    }
    bad = keeper.send(f"{DESK}/giving/new", **told, amount="", pledged_on="2026-01-02")
    assert bad.status_code == 422 and "新光印务" in bad.get_data(as_text=True)
    there = sent(keeper.send(f"{DESK}/giving/new", **told, amount="1,000", pledged_on="2026-01-02"))
    assert client.get(f"{BASE}/giving/{Pledge.get().id}").status_code == 404
    sent(keeper.send(f"{there}/money", amount="600", account="1002", on="2026-01-05", papers=paper()))
    gift = Gift.get()
    asked = sent(
        keeper.send(
            f"{DESK}/giving/gifts/{gift.id}/repurpose", amount="200", account="1002", to_fund=other, purpose="加餐", reason="书够了",
            scans=paper("同意书.png"),
        )
    )  # fmt: skip
    assert keeper.send(f"{asked}/approve").status_code == 403
    sent(chief.send(f"{asked}/approve"))
    assert GiftChange.get().state == "done"
    refund = sent(keeper.send(f"{DESK}/giving/gifts/{gift.id}/refund", amount="100", account="1002", reason="有困难"))
    sent(chief.send(f"{refund}/refuse", reason="先核实"))
    sent(keeper.send(f"{there}/news", words="书已上架"))
    sent(keeper.send(f"{there}/end", reason="公司搬走了"))
    for page in (there, asked, refund, f"{DESK}/giving", f"{DESK}/giving?state=ended"):
        assert chief.get(page).status_code == 200, page
    shown = client.get(f"{BASE}/giving/{Pledge.get().id}").get_data(as_text=True)
    assert "新光印务" in shown and "书已上架" in shown
    assert "13800138000" not in shown and "138 0013 8000" not in shown
    assert "新光印务" in client.get(f"{BASE}/giving").get_data(as_text=True)


def test_a_thing_by_its_form_and_its_receipt(people):
    keeper, _cashier, _chief = people
    there = sent(
        keeper.send(
            f"{DESK}/giving/new", donor_kind="resident", name="邵老师", shown="anonymous", item="钢琴一架", purpose="合唱队",
            pledged_on="2026-01-02",
        )
    )  # fmt: skip
    sent(
        keeper.send(
            f"{there}/thing",
            item="钢琴一架",
            value="6000",
            valued_by="估价单",
            receiver="夏老师",
            rest="all",
            on="2026-01-05",
        )
    )
    assert Gift.get().amount == 600_000
    printed = sent(keeper.send(f"/c/{WEST_HILL}/forms/revenue.gift_receipt/{Gift.get().id}"))
    text = keeper.get(printed).get_data(as_text=True)
    assert "陆仟元整" in text and "邵老师" in text
    assert keeper.get(there).status_code == 200
    other = sent(
        keeper.send(
            f"{DESK}/giving/new",
            donor_kind="resident",
            name="赵",
            shown="name",
            item="书",
            purpose="看",
            pledged_on="2026-01-02",
        )
    )
    sent(keeper.send(f"{other}/cancel", reason="不捐了"))
    assert Pledge.select().where(Pledge.state == "cancelled").count() == 1


def test_petty_cash_by_its_forms(people):
    keeper, cashier, chief = people
    opened(keeper, chief)
    holder = accounts_with("cashier")
    box = sent(
        chief.send(
            f"{DESK}/petty/new", name="备用金", holder=holder, fund="operating", ceiling="2000", payment_limit="300"
        )
    )
    asked = sent(cashier.send(f"{box}/advance", amount="1000", account="1002"))
    assert cashier.send(f"{asked}/approve").status_code == 403
    sent(chief.send(f"{asked}/approve"))
    bought = {"amount": "88.50", "what": "打印纸", "account": "5201", "spent_on": Float.get().opened_on.isoformat()}
    assert cashier.send(f"{box}/vouchers/new", **bought).status_code == 422
    one = sent(cashier.send(f"{box}/vouchers/new", **bought, photos=paper("小票.png")))
    two = sent(cashier.send(f"{box}/vouchers/new", **bought, photos=paper("小票.png")))
    sent(chief.send(f"{one}/approve"))
    sent(chief.send(f"{two}/return", reason="看不清"))
    counted = sent(cashier.send(f"{box}/count", counted="911.50"))
    sent(chief.send(f"{counted}/approve"))
    back = sent(cashier.send(f"{box}/return", amount="100", account="1002"))
    sent(chief.send(f"{back}/refuse", reason="没收到"))
    sent(chief.send(f"{sent(cashier.send(f'{box}/return', amount='911.50', account='1002'))}/approve"))
    journal = keeper.get(f"{box}/journal")
    assert journal.status_code == 200 and "打印纸" in journal.get_data(as_text=True)
    for page in (box, one, two, counted, f"{DESK}/petty"):
        assert keeper.get(page).status_code == 200, page
    sent(chief.send(f"{box}/close"))
    assert (Float.get().state, Voucher.select().count()) == ("closed", 2)


def test_a_float_that_the_books_contradict_says_so(people):
    keeper, cashier, chief = people
    opened(keeper, chief)
    box = sent(
        chief.send(
            f"{DESK}/petty/new", name="备用金", holder=accounts_with("cashier"), fund="operating", ceiling="2000", payment_limit="300"
        )
    )  # fmt: skip
    asked = sent(cashier.send(f"{box}/advance", amount="1000", account="1002"))
    sent(chief.send(f"{asked}/approve"))
    assert "请与会计核对" not in keeper.get(box).get_data(as_text=True)
    reverse(command(WEST_HILL), 2, key="direct", day=today(), reason="误", approvals=["复核"])
    assert "请与会计核对" in keeper.get(box).get_data(as_text=True)


def accounts_with(role):
    """The account of the only colleague with a role."""
    return next(each.account for each in colleagues(WEST_HILL) if role in each.roles)


def test_an_administrator_who_asked_does_not_decide(as_role):
    owner = as_role("owner", "bookkeeper", "director")
    there = sent(owner.send(f"{DESK}/opening/new", opening_day="2025-01-01"))
    sent(owner.send(there, account="1002", fund="operating", amount="10"))
    sent(owner.send(f"{there}/evidence", scans=paper()))
    sent(owner.send(f"{there}/hand-in"))
    assert owner.send(f"{there}/approve").status_code == 409
    assert Opening.get().state == "handed_in"


@pytest.mark.parametrize("role, page, status", [
    ("bookkeeper", "/desk/petty/new", 403), ("cashier", "/desk/giving/new", 403), ("cashier", "/desk/opening/new", 403),
    ("director", "/desk/opening/new", 403), ("supervisor", "/desk/giving", 200), ("supervisor", "/desk/petty", 200),
    ("supervisor", "/desk/giving/new", 403), ("bookkeeper", "/desk/giving/new", 200), ("director", "/desk/petty/new", 200),
])  # fmt: skip
def test_who_opens_what(as_role, role, page, status):
    assert as_role(role).get(f"{BASE}{page}").status_code == status


def test_visitors_read_the_thanks_and_nothing_else(client):
    assert client.get(f"{BASE}/giving").status_code == 200
    for page in ("/desk/giving", "/desk/petty", "/desk/opening"):
        assert client.get(f"{BASE}{page}").status_code in (302, 303, 401, 403)


def test_there_is_no_way_to_pay_on_the_page_of_thanks(client):
    text = client.get(f"{BASE}/giving").get_data(as_text=True)
    assert "不向社会公开募捐" in text
    assert 'name="amount"' not in text


def test_records_of_another_community_are_not_found(people, as_role):
    keeper, _cashier, chief = people
    there = opened(keeper, chief)
    stranger = as_role("bookkeeper", "director", "cashier", community=SOUTH_GARDEN)
    number = Opening.get().id
    assert there.endswith(str(number))
    assert stranger.get(f"/c/{SOUTH_GARDEN}/revenue/desk/opening/{number}").status_code == 404
    assert opening.current(SOUTH_GARDEN) is None


def test_the_page_of_an_entry_leads_to_where_it_is_taken_back(people):
    keeper, _cashier, chief = people
    opened(keeper, chief)
    shown = keeper.get(f"{DESK}/entries/1").get_data(as_text=True)
    assert f'href="{DESK}/opening"' in shown and "/entries/1/reverse" not in shown
    assert keeper.get(f"{DESK}/entries/1/reverse").status_code == 409
    answer = keeper.send(f"{DESK}/entries/1/reverse", reason="记错", day=str(today()))
    assert answer.status_code == 409
