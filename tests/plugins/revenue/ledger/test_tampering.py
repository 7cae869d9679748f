"""Whatever is changed behind the program's back is found, and the first bad entry is named."""

import datetime

import peewee
import pytest

from core.actor import system
from core.store.db import rows, transaction
from plugins.revenue.ledger import accounts, holds, periods
from plugins.revenue.ledger.chain import record_head, verify
from plugins.revenue.ledger.posting import reverse
from tests.plugins.revenue.ledger.conftest import paid, received
from tests.plugins.revenue.ledger.tampering import TABLES, columns, primary_key, run, without_guards


class _Back(Exception):
    """Takes what was done to the books back."""


@pytest.fixture
def full(books):
    """Books in which every table of the ledger has rows; the newest head covers all five entries."""
    january = datetime.date(2026, 1, 9)
    books.post(received(1_000), received(70, "reserve"), day=january, record=books.ref(), evidence=["0a" * 32])
    books.post(received(500), approvals=["review 张三"])
    periods.lock(system(books.community, "test"), "2026-01")
    hold = holds.hold(books.actor, key="h", fund="unallocated", amount=300, record=books.ref(2), purpose="路灯")
    holds.release(books.actor, hold, reason="付款", amount=100)
    accounts.open_account(books.actor, "4301.7", "食堂", "income")
    accounts.close_account(books.actor, "4301.7", "合同到期")
    record_head(books.actor)
    books.post(paid(200))
    reverse(
        books.actor, 2, key="r", day=datetime.date(2026, 3, 9), reason="录错", approvals=["x"], fresh=[received(50)]
    )
    record_head(books.actor)
    assert verify(books.community) is None
    return books


def after(books, statement, *values, code=""):
    """What verification says once a raw statement was run; the statement is taken back."""
    found = None
    try:
        with transaction():
            run(statement, *values)
            found = verify(books.community, code)
            raise _Back
    except _Back:
        return found
    except peewee.IntegrityError:
        return "refused"


def other(value):
    """The value with one byte changed."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value + 1_000
    return ("y" if value[:1] == "x" else "x") + value[1:]


def test_one_changed_byte_in_any_column_of_any_row_is_found(full):
    tried = 0
    with without_guards():
        for table in TABLES:
            names, key = columns(table), primary_key(table)
            assert {"community", *key} <= set(names)
            found = rows(f"SELECT {', '.join(names)} FROM {table} WHERE community = ?", full.community)
            assert found, table
            for row in found:
                stored = dict(zip(names, row, strict=True))
                where = " AND ".join(f"{name} = ?" for name in key)
                for name in names:
                    broken = after(
                        full,
                        f"UPDATE {table} SET {name} = ? WHERE {where}",
                        other(stored[name]),
                        *(stored[k] for k in key),
                    )
                    assert broken not in (None, "refused"), (table, name, stored)
                    seq = stored.get("seq" if table == "revenue_entry" else "entry")
                    if table in ("revenue_entry", "revenue_movement"):
                        assert broken.seq == seq, (table, name, broken)
                    tried += 1
    assert tried > 500
    assert verify(full.community) is None


def test_a_row_taken_away_or_put_in_is_found(full):
    with without_guards():
        for table in TABLES:
            names, key = columns(table), primary_key(table)
            where = " AND ".join(f"{name} = ?" for name in key)
            for row in rows(f"SELECT {', '.join(names)} FROM {table} WHERE community = ?", full.community):
                stored = dict(zip(names, row, strict=True))
                values = [stored[name] for name in key]
                assert after(full, f"DELETE FROM {table} WHERE {where}", *values) is not None, (table, stored)
                unique = ("key", "reverses", "month", "code")
                copy = {
                    **stored,
                    key[-1]: other(stored[key[-1]]),
                    **{name: other(stored[name]) for name in unique if stored.get(name) is not None},
                }
                put = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
                broken = after(full, put, *(copy[name] for name in names))
                assert broken not in (None, "refused"), (table, copy)


def test_entries_that_changed_places_are_found(full):
    with without_guards(), pytest.raises(_Back), transaction():
        for old, new in ((2, 90), (3, 2), (90, 3)):
            run("UPDATE revenue_entry SET seq = ? WHERE community = ? AND seq = ?", new, full.community, old)
            run("UPDATE revenue_movement SET entry = ? WHERE community = ? AND entry = ?", new, full.community, old)
        assert verify(full.community).seq == 2
        raise _Back


def test_a_tail_cut_off_with_everything_that_hangs_on_it_is_caught_by_a_published_head(full):
    newest = record_head(full.actor)
    with without_guards(), pytest.raises(_Back), transaction():
        _cut(full.community, 3)
        assert verify(full.community).seq == 4
        raise _Back
    # Even when the published heads are cut off as well, and all of the register after them, the printed code tells.
    with pytest.raises(_Back), transaction():
        _cut(full.community, 3)
        kept = rows("SELECT records FROM revenue_entry WHERE community = ? AND seq = 3", full.community)[0][0]
        for table, number in (("revenue_head", "id"), ("revenue_register", "number")):
            run(f"DELETE FROM {table} WHERE community = ? AND {number} > ?", full.community, kept)
        assert verify(full.community) is None
        assert verify(full.community, newest.code).seq == 4
        raise _Back
    assert verify(full.community, newest.code) is None


def _cut(community, last):
    """Take every entry after `last` away and make the derived sums fit again, as a careful thief would."""
    run("DELETE FROM revenue_movement WHERE community = ? AND entry > ?", community, last)
    run("DELETE FROM revenue_entry WHERE community = ? AND seq > ?", community, last)
    for table in ("revenue_balance", "revenue_flow"):
        run(f"DELETE FROM {table} WHERE community = ?", community)
    sides = (
        "SELECT community, destination AS account, destination_fund AS fund, amount AS fen, entry FROM revenue_movement "
        "UNION ALL SELECT community, source, source_fund, -amount, entry FROM revenue_movement"
    )
    run(
        "INSERT INTO revenue_balance (community, account, fund, fen, entry) SELECT community, account, fund, sum(fen), "
        f"max(entry) FROM ({sides}) AS sides WHERE community = ? GROUP BY community, account, fund",
        community,
    )
    run(
        "INSERT INTO revenue_flow (community, month, source, source_fund, destination, destination_fund, fen, entry) "
        "SELECT community, substr(day, 1, 7), source, source_fund, destination, destination_fund, sum(amount), max(entry) "
        "FROM revenue_movement WHERE community = ? GROUP BY 1, 2, 3, 4, 5, 6",
        community,
    )
    run(
        "UPDATE revenue_fund_total SET fen = (SELECT sum(b.fen) FROM revenue_balance b JOIN revenue_account a "
        "ON a.community = b.community AND a.code = b.account AND a.kind = 'asset' WHERE b.community = "
        "revenue_fund_total.community AND b.fund = revenue_fund_total.fund), entry = (SELECT max(b.entry) "
        "FROM revenue_balance b JOIN revenue_account a ON a.community = b.community AND a.code = b.account "
        "AND a.kind = 'asset' WHERE b.community = revenue_fund_total.community AND b.fund = revenue_fund_total.fund) "
        "WHERE community = ?",
        community,
    )
