"""Exported books balance to the 分 under bean-check and hledger, account by account equal to ours."""

import csv
import datetime
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.actor import command
from core.store.audit import AuditEntry
from core.testing import WEST_HILL, do_without
from plugins.revenue.ledger import balances
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.posting import Line, post, reverse
from plugins.revenue.reports.book_reading import book_of, whole_book
from plugins.revenue.reports.books import amount_text, legal_names
from plugins.revenue.reports.plain_text import as_json, beancount, hledger
from plugins.revenue.reports.workbook import workbook
from tests.plugins.revenue.ledger.conftest import books, paid, received

__all__ = ["books"]


def tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or do_without(name, f"{name} is not installed")


@pytest.fixture
def year(books):
    """Two years with odd sums, odd accounts and a correction."""
    open_account(books.actor, "4301.canteen-1", '食堂"一"\\;|', "income")
    books.post(received(100_001), day=datetime.date(2025, 12, 31))
    books.post(Line(33_333, "4301.canteen-1", "1002", "unallocated", "unallocated"), received(1))
    books.post(Line(50_001, "1002", "1002", "unallocated", "give_back"))
    books.post(paid(17_777, "give_back"))
    reverse(
        books.actor,
        4,
        key="r",
        day=datetime.date(2026, 4, 1),
        reason="错",
        approvals=[],
        fresh=[paid(1_777, "give_back")],
    )
    return books


def spans(community):
    return [whole_book(community), book_of(community, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))]


@pytest.mark.parametrize("which", [0, 1], ids=["whole", "year"])
def test_bean_check_accepts_the_books_and_finds_one_fen(year, tmp_path, which):
    file = tmp_path / "books.beancount"
    text = "".join(beancount(spans(year.community)[which]))
    file.write_text(text, encoding="utf-8")
    answer = subprocess.run([tool("bean-check"), file], capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
    fen = f"{amount_text(48_224)} ~ 0 CNY"
    assert text.count(fen) == 1
    file.write_text(text.replace(fen, f"{amount_text(48_225)} ~ 0 CNY"), encoding="utf-8")
    assert subprocess.run([tool("bean-check"), file], capture_output=True).returncode != 0


@pytest.mark.parametrize("which", [0, 1], ids=["whole", "year"])
def test_hledger_finds_our_balances_in_every_account(year, tmp_path, which):
    book = spans(year.community)[which]
    file = tmp_path / "books.journal"
    file.write_text("".join(hledger(book)), encoding="utf-8")
    command = [tool("hledger"), "-f", file, "balance", "--flat", "--empty", "--no-total", "-O", "csv"]
    answer = subprocess.run(command, capture_output=True, text=True, env={"LANG": "C.UTF-8"})
    assert answer.returncode == 0, answer.stderr
    found = {row[0]: row[1].removesuffix(" CNY") for row in csv.reader(io.StringIO(answer.stdout))}
    found.pop("account")
    ours = {(account, fund): fen for account, fund, fen in balances.trial_balance(year.community)}
    names = legal_names(book, ours)
    shown = {name: "0" if found[name] in ("0", "0.00") else found[name] for name in found}
    assert shown == {names[place]: amount_text(fen) if fen else "0" for place, fen in ours.items()}


def test_json_and_the_workbook_hold_the_same_entries(year):
    told = json.loads("".join(as_json(whole_book(year.community))))
    assert [entry["seq"] for entry in told["entries"]] == [1, 2, 3, 4, 5, 6]
    assert sum(fen for _account, _fund, fen in told["closing"]) == 0
    import openpyxl

    made = openpyxl.load_workbook(io.BytesIO(workbook(whole_book(year.community))))
    assert made.worksheets[1].max_row == 8
    assert "2025-12-31" in made.worksheets[0].oddHeader.left.text


def test_a_year_is_taken_along_at_the_desk_without_names_and_audited(app, as_role):
    actor = command(WEST_HILL).with_rights("revenue.post")
    for number, day in enumerate((datetime.date(2025, 12, 31), datetime.date(2026, 3, 5))):
        post(
            actor, key=f"k{number}", day=day, purpose="食堂分成", lines=[received(100_001)], approvals=["enter 王会计"]
        )
    pages = f"/c/{WEST_HILL}/revenue/desk/books"
    keeper, supervisor = as_role("bookkeeper"), as_role("supervisor")
    shown = keeper.get(pages).get_data(as_text=True)
    assert 'value="beancount"' in shown and 'value="2025"' in shown
    assert 'value="beancount"' not in supervisor.get(pages).get_data(as_text=True)
    for form, ending in (("xlsx", "xlsx"), ("beancount", "beancount"), ("hledger", "journal"), ("json", "json")):
        answer = keeper.send(f"{pages}/export", form=form, year="2026")
        assert answer.status_code == 200 and f"2026.{ending}" in answer.headers["Content-Disposition"]
        assert "王会计".encode() not in answer.get_data()
    book = book_of(WEST_HILL, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    assert keeper.send(f"{pages}/export", form="hledger", year="2026").get_data(as_text=True) == "".join(hledger(book))
    entry = json.loads(keeper.send(f"{pages}/export", form="json", year="2026").get_data(as_text=True))["entries"][0]
    assert set(entry) == {"seq", "day", "purpose", "reverses", "digest", "lines"}
    assert keeper.send(f"{pages}/export", form="pdf", year="2026").status_code == 404
    assert keeper.send(f"{pages}/export", form="json", year="1999").status_code == 404
    assert supervisor.send(f"{pages}/export", form="json", year="2026").status_code == 403
    assert AuditEntry.select().where(AuditEntry.action == "revenue.books.exported").count() == 6
