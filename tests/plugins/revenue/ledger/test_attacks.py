"""The database itself refuses what must not be in the books, whoever writes it: raw statements on both engines."""

import datetime
import itertools

import peewee
import pytest

from core.actor import system
from core.store import db
from core.store.db import rows, transaction
from core.store.violations import violated
from plugins.revenue.ledger import holds, periods
from plugins.revenue.ledger.chain import record_head, verify
from tests.plugins.revenue.ledger.conftest import DAY, received
from tests.plugins.revenue.ledger.tampering import TABLES, columns, run

MOVE = (
    "INSERT INTO revenue_movement (community, entry, line, day, amount, source, source_fund, destination, destination_fund) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@pytest.fixture
def kept(books):
    """Books with two entries, a hold with a release, and a locked January."""
    books.post(received(1_000), day=datetime.date(2026, 2, 1))
    periods.lock(system(books.community, "test"), "2026-01")
    hold = holds.hold(books.actor, key="h", fund="unallocated", amount=300, record=books.ref(2), purpose="路灯")
    holds.release(books.actor, hold, reason="付款", amount=100)
    books.post(received(500))
    record_head(books.actor)
    return books


def refused(*statements):
    """The guard that refuses these statements, run in one transaction; None if they were stored."""
    try:
        with transaction():
            for statement, *values in statements:
                run(statement, *values)
    except peewee.IntegrityError as error:
        return violated(error)
    return None


def sealed(books, moved, *, verb="INSERT", **changes):
    """The statements of a raw entry after the newest one, as somebody would write them who knows the tables."""
    number, digest = rows(
        "SELECT number, digest FROM revenue_register WHERE community = ? ORDER BY number DESC LIMIT 1", books.community
    )[0]
    seq, previous = rows(
        "SELECT seq, digest FROM revenue_entry WHERE community = ? ORDER BY seq DESC LIMIT 1", books.community
    )[0]
    values = {
        "community": books.community, "seq": seq + 1, "day": DAY.isoformat(), "purpose": "x", "record": "", "key": "raw",
        "content": "0" * 64, "evidence": "[]", "approvals": "[]", "reverses": None, "replaces": None, "reason": "",
        "at": 1, "by_label": "x", "total": sum(line[0] for line in moved), "lines": len(moved), "records": number,
        "register": digest, "previous": previous, "digest": "1" * 64, **changes,
    }  # fmt: skip
    moves = [
        (MOVE, books.community, values["seq"], number, values["day"], *line) for number, line in enumerate(moved, 1)
    ]
    seal = f"{verb} INTO revenue_entry ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
    return [*moves, (seal, *values.values())]


GOOD = (10, "4301", "unallocated", "1002", "unallocated")


def test_a_raw_entry_that_keeps_every_rule_is_stored_but_its_digest_is_noticed(kept):
    assert refused(*sealed(kept, [GOOD])) is None
    assert verify(kept.community).seq == 3


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("total", "revenue_entry_sums"),
        ("count", "revenue_entry_sums"),
        ("no movements", "revenue_entry_sums"),
        ("line numbers", "revenue_entry_sums"),
        ("another day", "revenue_entry_sums"),
        ("gap", "revenue_entry_in_order"),
        ("previous", "revenue_entry_in_order"),
        ("same key", "revenue_entry_once"),
        ("locked", "revenue_period_open"),
        ("overdrawn", "revenue_fund_covered"),
        ("into a hold", "revenue_fund_covered"),
        ("new fund overdrawn", "revenue_fund_covered"),
        ("half a mirror", "revenue_entry_mirror"),
        ("register", "revenue_entry_register"),
        ("foreign account", "foreign_key"),
        ("foreign fund", "foreign_key"),
        ("nothing moved", "revenue_movement_amount"),
        ("to itself", "revenue_movement_moves"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused_by_the_database(kept, name, guard):
    changes = {
        "total": {"total": 11}, "count": {"lines": 2}, "gap": {"seq": 9}, "previous": {"previous": "2" * 64},
        "same key": {"key": rows("SELECT key FROM revenue_entry WHERE seq = 1")[0][0]}, "locked": {"day": "2026-01-31"},
        "half a mirror": {"reverses": 1, "reason": "x"}, "register": {"register": "3" * 64},
    }.get(name, {})  # fmt: skip
    lines = {
        "no movements": [],
        "overdrawn": [(1_301, "1002", "unallocated", "5201", "unallocated")],
        "into a hold": [(1_500, "1002", "unallocated", "5201", "unallocated")],
        "new fund overdrawn": [(1, "1002", "reserve", "5201", "reserve")],
        "foreign account": [(1, "4301", "unallocated", "1002.9", "unallocated")],
        "foreign fund": [(1, "4301", "nowhere", "1002", "unallocated")],
        "nothing moved": [(0, "4301", "unallocated", "1002", "unallocated")],
        "to itself": [(1, "1002", "unallocated", "1002", "unallocated")],
    }.get(name, [GOOD])
    statements = sealed(kept, lines, **changes)
    if name == "line numbers":
        statements.insert(1, (MOVE, kept.community, 3, 3, DAY.isoformat(), *GOOD))
        statements[-1] = sealed(kept, [GOOD, GOOD])[-1]
    if name == "another day":
        statements[0] = (MOVE, kept.community, 3, 1, "2026-01-05", *GOOD)
    assert refused(*statements) == guard
    assert verify(kept.community) is None


def test_a_movement_needs_its_seal_and_a_sealed_entry_takes_no_more(kept):
    movement = (MOVE, kept.community, 3, 1, DAY.isoformat(), *GOOD)
    assert refused(movement) == "foreign_key"
    assert refused((MOVE, kept.community, 2, 2, DAY.isoformat(), *GOOD)) == "revenue_movement_sealed"
    assert verify(kept.community) is None


def test_an_unknown_account_is_refused_by_the_seal_where_foreign_keys_are_off(kept):
    if db.engine_name() == "sqlite":
        db.database.obj.execute_sql("PRAGMA foreign_keys = OFF")
        assert refused(*sealed(kept, [(1, "4301", "unallocated", "1002.9", "unallocated")])) == "revenue_accounts_open"
        db.database.obj.execute_sql("PRAGMA foreign_keys = ON")
    else:
        db.database.obj.execute_sql("SET session_replication_role = replica")
        assert refused(*sealed(kept, [(1, "4301", "unallocated", "1002.9", "unallocated")])) == "revenue_accounts_open"
        db.database.obj.execute_sql("SET session_replication_role = origin")


def test_no_row_is_edited_deleted_or_emptied(kept):
    for table in TABLES:
        if table == "revenue_closing":
            continue
        for name in columns(table):
            value = "x" if isinstance(rows(f"SELECT {name} FROM {table} LIMIT 1")[0][0], str) else 9_000
            guard = refused((f"UPDATE {table} SET {name} = ?", value))
            assert guard in (f"{table}_append_only", f"{table}_derived", "revenue_fund_covered"), (table, name, guard)
        assert refused((f"DELETE FROM {table}",)) in (f"{table}_append_only", f"{table}_kept")
        if db.engine_name() == "postgresql":
            assert refused((f"TRUNCATE {table} CASCADE",)) is not None
    assert verify(kept.community) is None


def test_no_row_is_replaced_or_quietly_left_out(kept):
    if db.engine_name() == "postgresql":
        verbs = [("INSERT", " ON CONFLICT DO NOTHING")]
    else:
        verbs = [("INSERT OR REPLACE", ""), ("INSERT OR IGNORE", ""), ("REPLACE", "")]
    for table, (verb, tail) in itertools.product(TABLES, verbs):
        names = columns(table)
        before = rows(f"SELECT * FROM {table}")
        for row in before[:3]:
            changed = [
                9 if isinstance(value, int) and name not in KEYS else value
                for name, value in zip(names, row, strict=True)
            ]
            put = f"{verb} INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}){tail}"
            refused((put, *changed))
        assert rows(f"SELECT * FROM {table}") == before, (table, verb)
    assert verify(kept.community) is None


KEYS = ("seq", "entry", "line", "id", "number")


def test_an_overdraft_is_not_passed_by_ignoring_conflicts(kept):
    if db.engine_name() == "postgresql":
        return
    overdrawn = [(5_000, "1002", "unallocated", "5201", "unallocated")]
    for verb in ("INSERT OR IGNORE", "INSERT OR REPLACE", "INSERT OR FAIL", "INSERT OR ROLLBACK"):
        assert refused(*sealed(kept, overdrawn, verb=verb)) == "revenue_fund_covered", verb
    assert verify(kept.community) is None


def test_holds_and_locks_cannot_be_forged(kept):
    number = rows("SELECT max(number) FROM revenue_register WHERE community = ?", kept.community)[0][0] + 1
    previous = rows(
        "SELECT digest FROM revenue_register WHERE community = ? AND number = ?", kept.community, number - 1
    )[0][0]
    register = (
        "INSERT INTO revenue_register (community, number, kind, content, previous, digest) VALUES (?, ?, ?, ?, ?, ?)"
    )

    def entered(kind, shift=0):
        return (register, kept.community, number + shift, kind, "0" * 64, previous, "4" * 64)

    hold = (
        "INSERT INTO revenue_hold (community, id, at, by_label, key, fund, amount, record, purpose) "
        "VALUES (?, ?, 1, 'x', 'z', 'unallocated', ?, 'a.b:1', 'x')"
    )
    assert refused(entered("hold"), (hold, kept.community, number, 1_301)) == "revenue_fund_covered"
    assert refused((hold, kept.community, number, 1)) == "foreign_key"
    assert refused(entered("hold", 1)) == "revenue_register_in_order"
    of_hold = rows("SELECT id FROM revenue_hold WHERE community = ?", kept.community)[0][0]
    release = (
        "INSERT INTO revenue_hold_release (community, id, at, by_label, key, hold, amount, reason) "
        "VALUES (?, ?, 1, 'x', 'z', ?, ?, 'x')"
    )
    assert refused(entered("release"), (release, kept.community, number, of_hold, 201)) == "revenue_release_within"
    lock = "INSERT INTO revenue_period (community, id, at, by_label, month) VALUES (?, ?, 1, 'x', ?)"
    assert refused(entered("period"), (lock, kept.community, number, "2025-12")) == "revenue_period_forward"
    assert verify(kept.community) is None


def test_balances_take_nothing_but_the_change_of_the_newest_entry(kept):
    for statement in (
        "UPDATE revenue_balance SET fen = fen + 1, entry = entry + 1",
        "UPDATE revenue_balance SET fen = fen + 500, entry = 2 WHERE account = '1002'",
        "UPDATE revenue_flow SET fen = 1",
        "UPDATE revenue_fund_total SET fen = fen + 1",
        "UPDATE revenue_fund_total SET held = 0",
        "INSERT INTO revenue_balance (community, account, fund, fen, entry) SELECT community, '1001', fund, 5, 2 "
        "FROM revenue_balance WHERE account = '1002'",
    ):
        assert refused((statement,)) in (
            "revenue_balance_derived",
            "revenue_flow_derived",
            "revenue_fund_total_derived",
        ), statement
    assert verify(kept.community) is None
