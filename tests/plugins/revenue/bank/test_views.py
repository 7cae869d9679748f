"""The pages: from the file to the closed month through the browser alone, and who may open what."""

import datetime
import io
import re

import pytest

from core.actor import command
from core.people.account_records import Account
from core.store import db
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.periods import locked_until
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import post
from tests.plugins.revenue.bank.conftest import table

BASE = f"/c/{WEST_HILL}/revenue/desk/bank"


def signed_in(app, label: str, *roles: str) -> Browser:
    """Somebody with a name of their own: one name is one person here."""
    browser = sign_in_as(app, *roles)
    with db.transaction():
        newest = Account.select().order_by(Account.id.desc()).get()
        Account.update(label=label).where(Account.id == newest.id).execute()
    return browser


@pytest.fixture
def clerk(app) -> Browser:
    open_account(command(WEST_HILL), "1002.1", "银行存款：社区户", "asset")
    return signed_in(app, "陈会计", "bookkeeper")


@pytest.fixture
def head(app) -> Browser:
    return signed_in(app, "李主任", "director")


@pytest.fixture
def bank(clerk) -> str:
    """The address of an account entered on its page."""
    asked = {"account": "1002.1", "name": "社区户", "tail": "0018", "opens_on": "2026-01-01", "opening": "0"}
    answer = clerk.send(f"{BASE}/new", **asked)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def text(answer) -> str:
    return answer.get_data(as_text=True)


def pay_in(amount: int, day: int, purpose: str = "好味道食堂分成") -> int:
    movement = Movement(amount, "4301", "1002.1", "unallocated", "unallocated")
    when = datetime.date(2026, 1, day)
    return post(command(WEST_HILL), key=f"{day}:{amount}", day=when, purpose=purpose, lines=[movement]).seq


def uploaded(clerk, bank, data: bytes, **fields) -> str:
    answer = clerk.send(f"{bank}/import", file=(io.BytesIO(data), "流水.csv"), **fields)
    assert answer.status_code == 303, text(answer)
    return str(answer.headers["Location"])


def test_from_the_file_to_the_closed_month(clerk, head, bank):
    pay_in(100_00, 4)
    preview = uploaded(clerk, bank, table((5, 100_00), (8, -10_00)).encode("gbk"))
    assert "好味道食堂" in text(clerk.get(preview))
    assert clerk.send(f"{preview}/take").headers["Location"] == f"{bank}/match"
    shown = text(clerk.get(f"{bank}/match"))
    assert re.findall(r'name="line" value="(\d+)"', shown) == ["1"]
    assert clerk.send(f"{bank}/match", way="proposal", line="1", entry="1").status_code == 303
    assert clerk.send(f"{BASE}/lines/2/fee", fund="unallocated", words="转账手续费").status_code == 303
    assert "转账手续费" in text(head.get(f"{BASE}/fees"))
    assert head.send(f"{BASE}/close", month="2026-01").status_code == 409
    assert clerk.send(f"{BASE}/fees/1", answer="approve").status_code == 403
    assert head.send(f"{BASE}/fees/1", answer="approve").status_code == 303
    assert "90.00" in text(clerk.get(f"{bank}/months/2026-01"))
    assert clerk.send(f"{BASE}/close", month="2026-01").status_code == 403
    assert head.send(f"{BASE}/close", month="2026-01").status_code == 303
    assert locked_until(WEST_HILL) == "2026-01"
    sheet = text(head.get(f"{bank}/months/2026-01/print"))
    assert "90.00" in sheet and "0018" in sheet


def test_all_sure_proposals_are_confirmed_at_once_and_only_those_seen(clerk, bank):
    for day in (4, 9, 14):
        pay_in(day * 1_00, day)
    clerk.send(f"{uploaded(clerk, bank, table((5, 400), (9, 900), (14, 1_400)).encode())}/take")
    pairs = re.findall(r'name="pair" value="([\d:-]+)"', text(clerk.get(f"{bank}/match")))
    assert len(pairs) == 3
    clerk.send(f"{bank}/match/sure", pair=pairs[:2])
    left = text(clerk.get(f"{bank}/match"))
    assert re.findall(r'name="line" value="(\d+)"', left) == [pairs[2].split(":")[0]]


def test_a_match_is_undone_on_its_page(clerk, bank):
    pay_in(100_00, 4)
    clerk.send(f"{uploaded(clerk, bank, table((5, 100_00)).encode())}/take")
    clerk.send(f"{BASE}/lines/1/match", entry="1")
    assert clerk.send(f"{BASE}/matches/1", why="").status_code == 422
    assert clerk.send(f"{BASE}/matches/1", why="配错了").status_code == 303
    assert "配错了" in text(clerk.get(f"{BASE}/matches/1"))


def test_a_wrong_file_says_in_which_row(clerk, bank):
    data = table((5, 100_00), (8, -10_00)).replace("90.00", "91.00").encode()
    preview = uploaded(clerk, bank, data)
    assert "3" in text(clerk.get(preview))
    assert clerk.send(f"{preview}/take").status_code == 422
    assert clerk.send(f"{preview}/columns", column_day="1", column_amount="1").status_code == 422
    assert clerk.send(f"{preview}/discard").status_code == 303
    assert clerk.get(preview).status_code == 404


def test_what_is_no_table_is_told_at_the_field(clerk, bank):
    for data in (b"\x00\x01\x02", b""):
        answer = clerk.send(f"{bank}/import", file=(io.BytesIO(data), "流水.xlsx"))
        assert answer.status_code == 422
    assert clerk.send(f"{bank}/import", typed="2026-01-05,1200.00", closing="多少").status_code == 422


@pytest.mark.parametrize("month", ["2026-13", "1999-01", "x", "2026-1", "２０２６-01"])
def test_what_is_no_month_is_not_found(clerk, bank, month):
    assert clerk.get(f"{bank}/months/{month}").status_code == 404


def test_cash_is_counted_by_one_and_seen_by_another(app, clerk, head):
    clerk.send(f"{BASE}/new", account="1001", name="库存现金", opens_on="2026-01-01", opening="0")
    box = f"{BASE}/1"
    cashier = signed_in(app, "王出纳", "cashier")
    assert clerk.send(f"{box}/count", day="2026-01-31", counted="0").status_code == 403
    assert cashier.send(f"{box}/count", day="2026-01-31", counted="5").status_code == 422
    assert cashier.send(f"{box}/count", day="2026-01-31", counted="0").status_code == 303
    assert cashier.send(f"{BASE}/counts/1", answer="right").status_code == 403
    assert head.send(f"{BASE}/counts/1", answer="right").status_code == 303
    assert "李主任" in text(clerk.get(box))


@pytest.mark.parametrize("role, status", [("staff", 200), ("supervisor", 200), ("cashier", 200), ("liaison", 403)])
def test_who_may_look(app, clerk, bank, role, status):
    browser = sign_in_as(app, role)
    for path in (BASE, bank, f"{bank}/match", f"{bank}/matches", f"{BASE}/fees", f"{BASE}/close"):
        assert browser.get(path).status_code == status, path
    assert browser.get(f"{bank}/import").status_code == 403


def test_another_community_finds_nothing(app, clerk, bank):
    stranger = sign_in_as(app, "bookkeeper", community=SOUTH_GARDEN)
    foreign = bank.replace(WEST_HILL, SOUTH_GARDEN)
    for path in (foreign, f"{foreign}/match", f"{foreign}/import", f"{foreign}/months/2026-01"):
        assert stranger.get(path).status_code == 404


def test_the_bookkeeper_is_reminded_at_the_beginning_of_a_month(clerk, bank):
    shown = text(clerk.get(f"/c/{WEST_HILL}/inbox/todos", follow_redirects=True))
    assert f"{bank}/import" in shown or f"{bank}/import" in text(clerk.get(f"/c/{WEST_HILL}/desk"))
