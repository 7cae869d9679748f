"""The audit chain: append-only, broken visibly by any change, whole after an erasure."""

import peewee
import pytest

from core.actor import system
from core.store import audit, db, violations
from core.store.ref import Ref


def write(store, count=5, community=None):
    """Some entries in a community's chain."""
    community = community or store.west
    actor = store.actor(community=community, account=7).for_person(3)
    for number in range(1, count + 1):
        with db.transaction(community):
            audit.record(
                actor,
                "garden.plot.lent",
                Ref("garden.plot", community, number),
                before={"gardener": None},
                after={"gardener": f"王桂英{number}"},
                reason="轮到她",
                permission="garden.lend",
            )


TRIGGERS = {
    "sqlite": [f"DROP TRIGGER audit_entry_append_only_{act}" for act in ("update", "delete", "insert")],
    "postgresql": [
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "ALTER TABLE audit_detail DROP CONSTRAINT audit_detail_of_entry",
    ],
}


def tamper(*statements):
    """Change rows behind the program's back, as somebody with the database in hand could."""
    if db.engine_name() == "sqlite":
        db.database.execute_sql("PRAGMA foreign_keys = 0")
    with db.transaction():
        for statement in (*TRIGGERS[db.engine_name()], *statements):
            db.database.execute_sql(statement)


def test_an_entry_says_who_what_when_where_why_and_for_whom(store):
    before = db.now()
    write(store, 1)
    entry = audit.AuditEntry.get()
    assert (entry.chain, entry.seq, entry.actor, entry.account, entry.on_behalf_of) == (store.west, 1, "测试员", 7, 3)
    assert (entry.action, entry.subject, entry.origin) == ("garden.plot.lent", "garden.plot:1", "test")
    assert (entry.permission, entry.reason, entry.previous) == ("garden.lend", "轮到她", audit.GENESIS)
    assert before <= entry.at <= db.now()


def test_the_values_stand_only_in_the_detail(store):
    write(store, 1)
    assert "王桂英" not in str(audit.AuditEntry.get().__data__)
    assert "王桂英1" in audit.AuditDetail.get().payload


def test_each_community_and_the_site_have_a_chain_of_their_own(store):
    write(store, 2)
    write(store, 3, store.south)
    with db.transaction():
        audit.record(system(None, "test"), "core.started", Ref("core.site", None, 1))
    assert audit.chains() == [store.west, store.south, audit.SITE]
    assert [audit.head(chain)[0] for chain in audit.chains()] == [2, 3, 1]
    assert [audit.verify(chain) for chain in audit.chains()] == [None] * 3


def test_refuses_to_write_outside_the_transaction_of_the_change(store):
    with pytest.raises(RuntimeError):
        audit.record(store.actor(), "garden.plot.lent", Ref("garden.plot", store.west, 1))


def test_a_change_that_is_rolled_back_leaves_no_entry(store):
    with pytest.raises(ZeroDivisionError), db.transaction(store.west):
        audit.record(store.actor(), "garden.plot.lent", Ref("garden.plot", store.west, 1))
        raise ZeroDivisionError
    write(store, 1)
    assert audit.head(store.west)[0] == 1
    assert audit.verify(store.west) is None


ATTACKS = {
    "sqlite": (
        "UPDATE audit_entry SET reason = 'x' WHERE seq = 2",
        "UPDATE OR REPLACE audit_entry SET seq = 1 WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2",
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2 ON CONFLICT DO UPDATE SET reason = 'x'",
    ),
    "postgresql": (
        "UPDATE audit_entry SET reason = 'x' WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2 "
        "ON CONFLICT (chain, seq) DO UPDATE SET reason = 'x'",
        "SET LOCAL session_replication_role = replica; UPDATE audit_entry SET reason = 'x'",
    ),
}


def test_entries_are_append_only_in_raw_sql(store):
    write(store)
    for attack in ATTACKS[store.engine]:
        with pytest.raises(peewee.IntegrityError) as caught, db.transaction():
            db.database.execute_sql(attack)
        assert violations.violated(caught.value) == "audit_entry_append_only", attack
    assert audit.verify(store.west) is None


@pytest.mark.parametrize(
    "column", ["reason", "actor", "action", "subject", "origin", "permission", "digest", "previous"]
)
def test_a_changed_byte_is_found_at_its_entry(store, column):
    write(store)
    tamper(f"UPDATE audit_entry SET {column} = {column} || 'x' WHERE seq = 3")
    assert audit.verify(store.west) == audit.Break(store.west, 3, "changed")


@pytest.mark.parametrize("column", ["at", "account", "on_behalf_of"])
def test_a_changed_number_is_found_at_its_entry(store, column):
    write(store)
    tamper(f"UPDATE audit_entry SET {column} = {column} + 1 WHERE seq = 3")
    assert audit.verify(store.west) == audit.Break(store.west, 3, "changed")


def test_a_removed_entry_is_found_where_it_is_missing(store):
    write(store)
    tamper("DELETE FROM audit_entry WHERE seq = 3")
    assert audit.verify(store.west) == audit.Break(store.west, 3, "missing")


def test_a_long_chain_is_read_in_batches_to_its_end(store, monkeypatch):
    monkeypatch.setattr(audit, "_BATCH", 2)
    write(store, 5)
    assert audit.verify(store.west) is None
    tamper("UPDATE audit_entry SET reason = 'x' WHERE seq = 5")
    assert audit.verify(store.west) == audit.Break(store.west, 5, "changed")


def test_a_removed_beginning_is_found(store):
    write(store)
    tamper("DELETE FROM audit_entry WHERE seq < 3")
    assert audit.verify(store.west) == audit.Break(store.west, 1, "missing")


def test_removing_an_entry_and_closing_the_gap_is_found(store):
    write(store)
    tamper(
        "DELETE FROM audit_entry WHERE seq = 3",
        "UPDATE audit_entry SET seq = 3 WHERE seq = 4",
        "UPDATE audit_entry SET seq = 4 WHERE seq = 5",
    )
    assert audit.verify(store.west) == audit.Break(store.west, 3, "changed")


def test_swapped_entries_are_found_at_the_first_of_them(store):
    write(store)
    tamper(
        "UPDATE audit_entry SET seq = 99 WHERE seq = 2",
        "UPDATE audit_entry SET seq = 2 WHERE seq = 4",
        "UPDATE audit_entry SET seq = 4 WHERE seq = 99",
    )
    assert audit.verify(store.west) == audit.Break(store.west, 2, "changed")


def test_an_entry_moved_to_another_community_is_found(store):
    write(store)
    write(store, 2, store.south)
    tamper(f"UPDATE audit_entry SET chain = '{store.south}', seq = 3 WHERE seq = 3 AND chain = '{store.west}'")
    assert audit.verify(store.south) == audit.Break(store.south, 3, "changed")
    assert audit.verify(store.west) == audit.Break(store.west, 3, "missing")


@pytest.mark.parametrize("change", ["payload = payload || ' '", "salt = 'f' || salt"])
def test_a_changed_detail_is_found_at_its_entry(store, change):
    write(store)
    with db.transaction():
        db.database.execute_sql(f"UPDATE audit_detail SET {change} WHERE seq = 4")
    assert audit.verify(store.west) == audit.Break(store.west, 4, "detail")


def test_an_erased_detail_leaves_the_chain_whole_and_going(store):
    write(store)
    with db.transaction(store.west):
        audit.erase_detail(store.west, 3)
    assert audit.verify(store.west) is None
    assert audit.AuditDetail.select().where(audit.AuditDetail.seq == 3).count() == 0
    write(store, 1)
    assert audit.head(store.west)[0] == 6
    assert audit.verify(store.west) is None
