"""A community lives through one year, and its books are what the year comes to by hand: to the 分, account by account."""

import csv
import datetime
import io
import json
import subprocess

import pytest
from click.testing import CliRunner

from core.cli import main
from core.store import db
from plugins.revenue.bank.reconciling import next_month
from plugins.revenue.dues import receiving
from plugins.revenue.ledger.balances import balance, trial_balance
from plugins.revenue.ledger.entries import entries
from plugins.revenue.ledger.periods import locked_until
from plugins.revenue.reports.book_reading import book_of
from plugins.revenue.reports.books import amount_text, legal_names
from tests.plugins.revenue import year_numbers as numbers
from tests.plugins.revenue.reports.test_exports import tool
from tests.plugins.revenue.year_numbers import D
from tests.plugins.revenue.year_town import NAMES, clock, year

__all__ = ["clock", "year"]


def diary(year):
    """(day, what is done), as it happens."""
    written = []

    def on(month, day, *acts, of=2025):
        written.extend((D(of, month, day), act) for act in acts)

    def declared(name, number):
        return lambda: year.declare(name, number)

    def paid(name, number, amount, day, then=None, code="1002.1"):
        return lambda: year.comes(day, amount, NAMES[name], then or year.for_due(name, number), code)

    canteen, care, group, parking = numbers.canteen(), numbers.care(), numbers.group(), numbers.parking()
    on(1, 3, year.pledged)
    on(2, 18, lambda: year.given(0), year.deposit)
    on(9, 9, lambda: year.given(1))
    on(2, 14, year.advance)
    for number, month in enumerate((2, 6, 10)):
        on(month, 20, lambda number=number: year.spend_cash(number))
    on(12, 22, year.cash_back)
    # Every quarter: three businesses declare, and pay as they can.
    for number, month in enumerate((1, 4, 7, 10)):
        on(month, 7, *(declared(name, number) for name in ("canteen", "care", "parking")))
        interest, owners = numbers.INTEREST[number], numbers.OWNERS_INTEREST[number]
        on(month + 2, 21, *(
            lambda args=args: year.comes(*args)
            for args in (
                (D(2025, month + 2, 21), interest, "结息", year.interest),
                (D(2025, month + 2, 21), -numbers.FEE, "", year.fee),
                (D(2025, month + 2, 21), owners, "结息", year.interest, "1901.1"),
            )
        ))  # fmt: skip
    for number, month in enumerate((1, 4, 7, 10)):
        before = numbers.canteen(corrected=False)[1] if number == 1 else canteen[number]
        fen = before - (numbers.surplus() if number == 2 else 0)
        on(month, 14, paid("canteen", number, fen, D(2025, month, 14)))
    on(1, 14, paid("care", 0, care[0], D(2025, 1, 14)))
    on(4, 14, paid("care", 1, numbers.CARE_FIRST_PART, D(2025, 4, 14)))
    on(5, 12, paid("care", 1, care[1] - numbers.CARE_FIRST_PART, D(2025, 5, 12)))
    on(7, 14, paid("care", 2, care[2], D(2025, 7, 14)))
    on(
        10,
        14,
        lambda: receive_by_hand(year, "care", 3, care[3]),
        paid("care", 3, care[3], D(2025, 10, 14), year.posted()),
    )
    for number, day in enumerate((D(2025, 1, 15), D(2025, 4, 15), D(2025, 8, 11), D(2025, 10, 15))):
        on(day.month, day.day, paid("parking", number, parking[number], day, code="1901.1"))
    on(4, 17, lambda: state_is(year, "care", 1, "part_paid"))
    on(5, 2, lambda: state_is(year, "care", 1, "overdue"))
    on(8, 2, lambda: state_is(year, "parking", 2, "overdue"))
    # Group-buying declares each month; the money for March comes from somebody nobody knows.
    for number in range(12):
        day = D(2025, number + 1, 12)
        on(number + 1, 5, declared("group", number))
        on(number + 1, 12, paid("group", number, group[number], day, year.unknown if number == 3 else None))
    on(4, 28, lambda: recognise(year))
    on(5, 9, year.correct_canteen)
    # A statement in the middle of each month and one at its end, and then the month is closed.
    for month in range(1, 13):
        on(month, 16, lambda month=month: year.statement(D(2025, month, 15)))
        end = D(2025 + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)
        on(end.month % 12 + 1, 3, lambda end=end: year.statement(end), of=end.year + end.month // 12)
        on(end.month % 12 + 1, 8, lambda end=end: year.close(f"{end:%Y-%m}"), of=end.year + end.month // 12)
        on(month, 1 if month > 1 else 2, year.nightly)
    # Four allocations and a project, each published before and after.
    dates = ((D(2025, 1, 20), D(2025, 2, 10)), (D(2025, 5, 20), D(2025, 6, 10)), (D(2025, 8, 20), D(2025, 9, 10)),
             (D(2025, 11, 17), D(2025, 12, 4)))  # fmt: skip
    for which, (proposed, posted) in enumerate(dates):
        code, shown, locked = numbers.NUMBERS[which], posted + datetime.timedelta(1), posted + datetime.timedelta(20)
        on(proposed.month, proposed.day, lambda which=which: year.propose_allocation(which))
        on(posted.month, posted.day, lambda which=which: year.allocate(which))
        on(shown.month, shown.day, lambda code=code: year.show_after(code))
        on(locked.month, locked.day, lambda code=code: year.lock(code))
    on(3, 4, year.propose_project)
    on(4, 2, lambda: year.pay(1))
    on(4, 22, lambda: year.pay(2))
    on(4, 25, year.accept)
    on(5, 10, lambda: year.show_after(numbers.PROJECT_NUMBER))
    on(6, 2, lambda: year.lock(numbers.PROJECT_NUMBER))
    return sorted(written, key=lambda each: each[0])


def receive_by_hand(year, name, number, amount):
    """A bank slip comes before the statement: the bookkeeper enters it, and matches the line later."""
    due = year.due(name, number)
    receiving.receive(
        year.bookkeeper, amount=amount, arrived_on=D(2025, 10, 14), account="1002.1",
        operator_id=year.contracts[name].operator_id, dues=[due.id], payer=NAMES[name],
    )  # fmt: skip


def recognise(year):
    """Group-buying calls: the money for March was theirs."""
    (waiting,) = receiving.unknown(year.community)
    receiving.recognise(year.bookkeeper, waiting.id, year.contracts["group"].operator_id)
    state_is(year, "group", 3, "received")


def state_is(year, name, number, state):
    assert year.due(name, number).state == state, (name, number)


@pytest.fixture
def closed(year):
    """The whole year, its twelve months closed."""
    for day, act in diary(year):
        year.clock.to(day)
        act()
    return year


def linli(year, *words):
    done = CliRunner().invoke(main, ["--instance", str(year.store.config.instance), "revenue", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_year_of_four_businesses_comes_to_what_is_reckoned_by_hand(closed, tmp_path):
    community = closed.community
    assert (locked_until(community), next_month(community)) == ("2025-12", "2026-01")
    expected = numbers.books()
    ours = {(account, fund): fen for account, fund, fen in trial_balance(community)}
    assert {place: fen for place, fen in ours.items() if fen} == expected
    # What the banks say is what the books say, and every due of the year has come in.
    assert {code: balance(community, account=code) for code in closed.there} == closed.there == numbers.bank_lines()
    settled = [
        closed.due(name, n).state
        for name, many in (("canteen", 4), ("care", 4), ("parking", 4), ("group", 12))
        for n in range(many)
    ]
    assert set(settled) == {"received"}
    corrected = [each for each in entries(community, limit=1_000) if each.reverses or each.replaces]
    assert [each.reason for each in corrected] == ["漏记一张进货单"] * 2
    names = legal_names(book_of(community, D(2025, 1, 1), D(2025, 12, 31)), ours)
    config = closed.store.config
    if config.database:
        (config.instance / "config.toml").write_text(f"database = {json.dumps(config.database)}\n")
    db.close_database()

    # hledger and beancount reckon the same from the entries alone.
    journal = tmp_path / "books.journal"
    journal.write_text(linli(closed, "export", "--format", "hledger", "--year", "2025", "--community", community))
    assert hledger(journal) == {names[place]: amount_text(fen) for place, fen in expected.items()}
    beans = tmp_path / "books.beancount"
    beans.write_text(linli(closed, "export", "--format", "beancount", "--year", "2025", "--community", community))
    answer = subprocess.run([tool("bean-check"), beans], capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert asserted(beans.read_text()) == {names[place]: amount_text(fen) for place, fen in expected.items()}
    linli(closed, "verify", "--community", community)


def hledger(journal):
    """What each account of the journal holds, by hledger itself; accounts with nothing are left out."""
    command = [tool("hledger"), "-f", journal, "balance", "--flat", "--no-total", "-O", "csv"]
    answer = subprocess.run(command, capture_output=True, text=True, env={"LANG": "C.UTF-8"})
    assert answer.returncode == 0, answer.stderr
    found = {row[0]: row[1].removesuffix(" CNY") for row in csv.reader(io.StringIO(answer.stdout))}
    found.pop("account")
    return {name: amount for name, amount in found.items() if amount not in ("0", "0.00")}


def asserted(text):
    """The balances that stand in a beancount file as assertions, which `bean-check` has found true."""
    lines = [line.split() for line in text.splitlines() if line[10:].startswith(" balance ")]
    return {line[2]: line[3] for line in lines if line[3] != "0.00"}
