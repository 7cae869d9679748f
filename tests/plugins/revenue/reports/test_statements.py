"""Statements of a fund, of an account, and of income and expenses, against sums made of the movements one by one."""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
from decimal import Decimal

import openpyxl
import pytest

from core.actor import command, system
from core.errors import Invalid, NotFound
from core.operate import exports
from core.store.db import rows
from core.testing import WEST_HILL
from plugins.revenue.ledger import holds
from plugins.revenue.ledger.posting import Line
from plugins.revenue.reports import movements
from plugins.revenue.reports.income import income_statement, totals
from plugins.revenue.reports.period import Period, period_of
from tests.plugins.revenue.ledger.conftest import Books, books, paid, received

__all__ = ["books"]
BASE = f"/c/{WEST_HILL}/revenue"
PERIODS = [Period(2026, 3), Period(2026, quarter=1), Period(2026), Period(2025), Period(2026, 1)]
ASSETS = {"1001", "1002"}


def fill(books: Books, number: int = 60, seed: int = 4) -> None:
    """A year of movements of all kinds: in, out, from fund to fund, from the bank to the cash box, deposits, a reversal."""
    dice = random.Random(seed)
    day = datetime.date(2025, 11, 1)
    books.post(received(50_000_00, "give_back"), day=day)
    kinds = [
        lambda fen: received(fen, "give_back"), lambda fen: received(fen), lambda fen: paid(fen // 10 + 1, "give_back"),
        lambda fen: Line(fen // 5 + 1, "1002", "1001", "give_back", "give_back"),
        lambda fen: Line(fen // 7 + 1, "1002", "1002", "give_back", "operating"),
        lambda fen: Line(fen, "2209.deposits", "1002", "deposits", "deposits"),
    ]  # fmt: skip
    for _number in range(number):
        day += datetime.timedelta(dice.choice((0, 0, 1, 3, 5)))
        books.post(dice.choice(kinds)(dice.randint(1, 300_00)), day=day)


def moved(books: Books, first: datetime.date, last: datetime.date):
    """(day, amount, source, source fund, destination, destination fund) as they were written."""
    found = rows(
        "SELECT day, amount, source, source_fund, destination, destination_fund FROM revenue_movement "
        "WHERE community = ? ORDER BY day, entry, line",
        books.community,
    )
    return [row for row in found if first.isoformat() <= row[0] <= last.isoformat()]


def change(row, what, code):
    """What a movement does to a fund's money or to an account."""
    sides = ((row[4], row[5], 1), (row[2], row[3], -1))
    if what == "account":
        return sum(sign * row[1] for account, _fund, sign in sides if account == code)
    return sum(sign * row[1] for account, fund, sign in sides if account in ASSETS and fund == code)


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.code)
def test_a_statement_is_the_sum_of_its_movements(books, period):
    fill(books)
    before = period.first - datetime.timedelta(1)
    for what, code in (("fund", "give_back"), ("fund", "operating"), ("account", "1002"), ("account", "4301")):
        found = movements.statement(books.community, what, code, period)
        changes = [change(row, what, code) for row in moved(books, period.first, period.last)]
        opening = sum(change(row, what, code) for row in moved(books, datetime.date(2000, 1, 1), before))
        assert (found.opening, found.closing) == (opening, opening + sum(changes))
        assert (found.came, found.went) == (
            sum(each for each in changes if each > 0), -sum(each for each in changes if each < 0),
        )  # fmt: skip
        listed = list(movements.lines(found))
        assert [line.fen for line in listed] == [each for each in changes if each]
        assert (listed[-1].balance if listed else found.opening) == found.closing


def test_the_page_walks_back_from_the_end_to_the_beginning(books):
    fill(books, 230)
    found = movements.statement(books.community, "account", "1002", Period(2026))
    forward = list(movements.lines(found))
    assert len(forward) > 2 * movements.PAGE
    back, cursor = movements.newest(found)
    while cursor is not None:
        page, cursor = movements.newest(found, cursor)
        assert page and len(page) <= movements.PAGE
        back += page
    assert back == forward[::-1]
    with pytest.raises(Invalid):
        movements.newest(found, "no cursor")


def test_the_other_side_is_named_as_people_say_it(books):
    books.post(received(1000, "give_back"))
    books.post(Line(300, "1002", "1002", "give_back", "operating"))
    books.post(paid(50, "give_back"))
    found = movements.statement(books.community, "fund", "give_back", Period(2026, 3))
    assert [line.other for line in movements.lines(found)] == ["提供服务收入", "运营资金", "管理费用"]
    kept = holds.hold(books.actor, key="h", fund="give_back", amount=200, record=books.ref(), purpose="修灯")
    assert movements.statement(books.community, "fund", "give_back", Period(2026, 3)).held == 200 and kept


def test_what_is_not_there_has_no_statement(books):
    for what, code in (("fund", "nothing"), ("account", "9999"), ("bank", "1002")):
        with pytest.raises(NotFound):
            movements.statement(books.community, what, code, Period(2026))


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.code)
def test_income_expense_and_the_rest_lead_from_the_beginning_to_the_end(books, period):
    fill(books)
    found = income_statement(books.community, period)
    inside = moved(books, period.first, period.last)
    income = -sum(change(row, "account", "4301") for row in inside)
    expense = sum(change(row, "account", "5201") for row in inside)
    deposits = -sum(change(row, "account", "2209.deposits") for row in inside)
    assert (totals(found.income)[0], totals(found.expense)[0], totals(found.besides)[0]) == (income, expense, deposits)
    assert found.is_whole and found.closing == sum(
        change(row, "account", code) for row in moved(books, datetime.date(2000, 1, 1), period.last) for code in ASSETS
    )


def test_beside_a_month_stands_the_year_until_then_and_beside_a_year_the_year_before(books):
    for day, fen in (
        (datetime.date(2025, 12, 31), 1),
        (datetime.date(2026, 1, 2), 20),
        (datetime.date(2026, 3, 5), 300),
    ):
        books.post(received(fen), day=day)
    for period, sums in (
        (Period(2026, 3), (300, 320)), (Period(2026, quarter=1), (320, 320)), (Period(2026), (320, 1)), (Period(2026, 2), (0, 20)),
    ):  # fmt: skip
        assert totals(income_statement(books.community, period).income) == sums


def test_periods_of_addresses():
    quarter = period_of("2026-Q2")
    assert quarter == Period(2026, quarter=2) and quarter.span == "2026-04-01 – 2026-06-30"
    assert quarter.before.code == "2026-Q1" and quarter.before.before.code == "2025-Q4"
    assert [each.code for each in Period(2026, quarter=1).choices] == ["2026-03", "2026-Q1", "2026"]
    assert [period_of(each) for each in ("2026-Q5", "2026-13", "2099", "2026-Q", "x")] == [None] * 5


# --------------------------------------------------------------------------- files and pages


@pytest.fixture
def year(app) -> Books:
    made = Books(system(WEST_HILL, "test"))
    fill(made)
    return made


def exported(app, name, form, **filters):
    registry = app.extensions["linli_registry"]
    return exports.file_of(registry, command(WEST_HILL), name, form, filters).content


@pytest.mark.parametrize("period", ["2026-03", "2026-Q1", "2026"])
def test_files_hold_exact_sums_and_their_period_in_every_row(app, year, period):
    asked = period_of(period)
    found = movements.statement(WEST_HILL, "fund", "give_back", asked)
    sheet = openpyxl.load_workbook(
        io.BytesIO(exported(app, "revenue.statement", "xlsx", fund="give_back", period=period))
    ).active
    _head, *lines = sheet.iter_rows(values_only=True)
    assert {line[0] for line in lines} == {asked.span}
    assert round(lines[0][8] * 100) == found.opening and round(lines[-1][8] * 100) == found.closing
    text = exported(app, "revenue.statement", "csv", fund="give_back", period=period).decode("utf-8-sig")
    cells = list(csv.reader(io.StringIO(text)))
    assert Decimal(cells[-1][8]) * 100 == found.closing and len(cells[-1][8].partition(".")[2]) == 2
    told = json.loads(exported(app, "revenue.trial_balance", "json", period=period))
    assert told and not any(isinstance(value, float) for line in told for value in line.values())


def test_without_a_fund_or_account_the_file_is_empty(app, year):
    assert exported(app, "revenue.statement", "csv").decode("utf-8-sig").count("\n") == 1


def test_the_desk_shows_and_prints_the_statement_of_a_fund(app, year, as_role):
    found = movements.statement(WEST_HILL, "fund", "give_back", Period(2026, quarter=1))
    office = as_role("bookkeeper")
    for place in ("", "/print"):
        page = office.get(f"{BASE}/desk/statement{place}?fund=give_back&period=2026-Q1").get_data(as_text=True)
        assert "2026-01-01 – 2026-03-31" in page and f"{found.closing / 100:,.2f}" in page and "反哺资金" in page
    assert "2026-01-01 – 2026-03-31" in office.get(f"{BASE}/desk/statement?period=2026-Q1").get_data(as_text=True)
    assert "待分配" in office.get(f"{BASE}/desk/statement").get_data(as_text=True)
    for wrong in ("fund=nothing", "account=99", f"fund={'x' * 50}"):
        assert office.get(f"{BASE}/desk/statement?{wrong}").status_code == 404
    assert office.get(f"{BASE}/desk/statement?fund=give_back&before=zzz").status_code == 422
    assert as_role("liaison").get(f"{BASE}/desk/statement").status_code == 403


def test_everybody_reads_income_and_expenses_and_prints_them_for_the_board(app, year, client, as_role):
    found = income_statement(WEST_HILL, Period(2026))
    for place in ("", "/print"):
        page = client.get(f"{BASE}/money/statement{place}?period=2026").get_data(as_text=True)
        assert f"{totals(found.income)[0] / 100:,.2f}" in page and f"{found.closing / 100:,.2f}" in page
    assert "2026-01-01 – 2026-12-31" in page
    assert "本期没有" in client.get(f"{BASE}/money/statement?period=2025-10").get_data(as_text=True)
    assert "导出" in as_role("bookkeeper").get(f"{BASE}/desk/statements/income?period=2026").get_data(as_text=True)
    assert client.get(f"{BASE}/desk/statements/income").status_code == 303
