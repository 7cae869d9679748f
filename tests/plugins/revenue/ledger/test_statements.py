"""Balances of earlier days and statements page by page, against sums over every movement."""

import datetime
import random

import pytest

from plugins.revenue.ledger import balances
from plugins.revenue.ledger.posting import Line

ASSETS = ("1001", "1002")
ACCOUNTS = (*ASSETS, "4301", "5101")
FUNDS = ("operating", "reserve")
FIRST = datetime.date(2026, 1, 28)


@pytest.fixture
def posted(books):
    """Forty entries over seven weeks, each fund always covered: (day, entry, line number, line)."""
    chance, found = random.Random(7), []
    for number in range(40):
        day = FIRST + datetime.timedelta(chance.randrange(50))
        lines = [Line(9_000, "4301", "1002", *[FUNDS[number % 2]] * 2)]
        for _each in range(chance.randrange(4)):
            source, target = chance.sample(ACCOUNTS, 2)
            lines.append(Line(chance.randint(1, 900), source, target, chance.choice(FUNDS), chance.choice(FUNDS)))
        seq = books.post(*lines, day=day).seq
        found += [(day, seq, place, line) for place, line in enumerate(lines, 1)]
    return found


def moved(line, account, fund):
    """What a movement brings to an account, to an account in a fund, or to a fund's money."""

    def is_there(code, of):
        return (code == account or (account is None and code in ASSETS)) and fund in (None, of)

    return line.amount * (is_there(line.destination, line.destination_fund) - is_there(line.source, line.source_fund))


PLACES = [("1002", None), ("1002", "reserve"), (None, "operating"), ("4301", None), ("5101", "operating")]


@pytest.mark.parametrize("account, fund", PLACES)
def test_the_balance_of_a_day_is_the_sum_of_all_movements_until_then(books, posted, account, fund):
    for days in range(-1, 52, 4):
        day = FIRST + datetime.timedelta(days)
        expected = sum(moved(line, account, fund) for when, _seq, _place, line in posted if when <= day)
        assert balances.balance(books.community, account, fund, as_of=day) == expected


def test_the_trial_balance_of_a_day_has_each_place_once(books, posted):
    day = FIRST + datetime.timedelta(20)
    found = balances.trial_balance(books.community, day)
    expected = {
        (account, fund): sum(moved(line, account, fund) for when, _seq, _place, line in posted if when <= day)
        for account in ACCOUNTS
        for fund in FUNDS
    }
    assert {(account, fund): fen for account, fund, fen in found} == expected
    assert sum(fen for _account, _fund, fen in found) == 0 and len(found) == len(expected)


@pytest.mark.parametrize("account, fund", PLACES)
def test_every_page_of_a_statement_goes_on_where_the_one_above_ended(books, posted, account, fund):
    expected, running = [], 0
    for _day, seq, place, line in sorted(posted, key=lambda each: each[:3]):
        fen = moved(line, account, fund)
        running += fen
        if fen:
            expected.append((seq, place, fen, running))
    shown, cursor = [], None
    while True:
        page = balances.statement(books.community, account=account, fund=fund, before=cursor, limit=7)
        shown += [(line.seq, line.line, line.fen, line.balance) for line in page.lines]
        cursor = page.older
        if cursor is None:
            break
    assert shown == expected[::-1]
