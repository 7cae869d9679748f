"""Transactions are whole or nothing, wait their turn, and tell the name of what a refused write ran into."""

import datetime
import decimal
import subprocess
import sys
import threading

import peewee
import pytest

from core.errors import Refused, Unavailable
from core.store import db, violations
from core.store.community import Community, CommunityModel, find_community
from core.store.db import after_commit, before_commit, in_transaction, transaction
from core.store.fair_lock import FairLock
from core.store.schema import create_index, create_table, make_append_only


class Garden(CommunityModel):
    """A record with one field of each type."""

    kind = "garden.garden"

    title = db.Text()
    price = db.Fen(null=True)
    opened = db.Day(null=True)
    public = db.Flag(null=True)
    extra = db.Json(null=True)

    class Meta:
        table_name = "garden"


@pytest.fixture
def garden(store):
    """A store with gardens, beds in them, and a diary."""
    with transaction():
        create_table(
            db.database.obj,
            "garden",
            """
            id INTEGER PRIMARY KEY,
            community TEXT NOT NULL REFERENCES community (code),
            title TEXT NOT NULL,
            price INTEGER,
            opened TEXT,
            public INTEGER,
            extra TEXT,
            CONSTRAINT garden_price_positive CHECK (price > 0),
            UNIQUE (community, title)
            """,
        )
        create_index(db.database.obj, "garden_one_public", "garden", "community", unique=True, where="public = 1")
        create_table(
            db.database.obj,
            "bed",
            "garden INTEGER NOT NULL REFERENCES garden (id),\nnumber INTEGER NOT NULL,\nPRIMARY KEY (garden, number)",
        )
        create_table(db.database.obj, "diary", "id INTEGER PRIMARY KEY,\nline TEXT NOT NULL")
        make_append_only(db.database.obj, "diary")
    return store


def run(statement):
    """Raw SQL in a transaction."""
    with transaction():
        db.database.execute_sql(statement)


def titles():
    """What is stored."""
    return sorted(row[0] for row in Garden.select(Garden.title).tuples())


def make(store, title="东园", **fields):
    """A stored garden."""
    with transaction(store.west):
        return Garden.create(community=store.west, title=title, **fields)


# --------------------------------------------------------------------------- fields


def test_fields_come_back_as_they_were_stored(garden):
    made = make(
        garden, price=12_345, opened=datetime.date(2026, 2, 28), public=True, extra={"b": [1, None], "a": "王桂英"}
    )
    found = Garden.get_of(garden.west, made.id)
    assert (found.price, found.opened, found.public) == (12_345, datetime.date(2026, 2, 28), True)
    assert found.extra == {"b": [1, None], "a": "王桂英"}
    [raw] = db.database.execute_sql("SELECT opened, public, extra FROM garden").fetchall()
    assert tuple(raw) == ("2026-02-28", 1, '{"a":"王桂英","b":[1,null]}')


@pytest.mark.parametrize("price", [1.0, decimal.Decimal(1), True, "1"])
def test_money_is_whole_fen(garden, price):
    with pytest.raises(TypeError):
        make(garden, price=price)
    assert titles() == []


def test_a_record_is_found_in_its_own_community_only(garden):
    made = make(garden)
    assert list(Garden.of(garden.south)) == []
    assert Garden.of(find_community(garden.west)).count() == 1
    with pytest.raises(Exception, match=r".") as caught:
        Garden.get_of(garden.south, made.id)
    assert caught.value.status == 404
    assert str(made.ref) == f"garden.garden:{made.id}"


# --------------------------------------------------------------------------- what a refused write ran into


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("INSERT INTO garden (community, title, price) VALUES ('{west}', 'x', 0)", "garden_price_positive"),
        ("INSERT INTO garden (community, title) VALUES ('{west}', '东园')", "garden_community_title_unique"),
        ("INSERT INTO garden (id, community, title) VALUES (100, '{west}', 'x')", "garden_id_unique"),
        ("INSERT INTO garden (community) VALUES ('{west}')", "garden_title_required"),
        ("INSERT INTO garden (community, title) VALUES ('000000000000', 'x')", "foreign_key"),
        ("INSERT INTO bed VALUES (100, 1)", "bed_garden_number_unique"),
        ("INSERT INTO bed VALUES (9, 1)", "foreign_key"),
        ("DELETE FROM garden", "foreign_key"),
        ("UPDATE diary SET line = 'x'", "diary_append_only"),
        ("DELETE FROM diary", "diary_append_only"),
    ],
)
def test_both_engines_name_a_violation_alike(garden, statement, name):
    run(f"INSERT INTO garden (id, community, title) VALUES (100, '{garden.west}', '东园')")
    run("INSERT INTO bed VALUES (100, 1)")
    run("INSERT INTO diary (line) VALUES ('浇水')")
    with pytest.raises(peewee.IntegrityError) as caught:
        run(statement.format(west=garden.west))
    assert violations.violated(caught.value) == name


def test_a_wrong_statement_violates_nothing(garden):
    with pytest.raises(peewee.PeeweeException) as caught:
        run("SELECT nonsense FROM garden")
    assert violations.violated(caught.value) is None


def test_replacing_and_truncating_append_only_rows_has_the_same_name(garden):
    run("INSERT INTO diary (line) VALUES ('浇水')")
    attack = "INSERT OR REPLACE INTO diary SELECT * FROM diary" if garden.engine == "sqlite" else "TRUNCATE diary"
    with pytest.raises(peewee.IntegrityError) as caught:
        run(attack)
    assert violations.violated(caught.value) == "diary_append_only"


# --------------------------------------------------------------------------- whole or nothing


def test_an_error_undoes_everything(garden):
    with pytest.raises(Refused), transaction(garden.west):
        Garden.create(community=garden.west, title="东园")
        raise Refused
    assert titles() == []
    assert not in_transaction()


def test_an_inner_transaction_can_fail_alone(garden):
    with transaction(garden.west):
        Garden.create(community=garden.west, title="东园")
        with pytest.raises(Refused), transaction(garden.west):
            Garden.create(community=garden.west, title="西园")
            raise Refused
        assert in_transaction()
    assert titles() == ["东园"]


def test_a_violation_inside_is_survived_by_the_outer_transaction(garden):
    with transaction(garden.west):
        Garden.create(community=garden.west, title="东园")
        with pytest.raises(peewee.IntegrityError), transaction(garden.west):
            Garden.create(community=garden.west, title="东园")
    assert titles() == ["东园"]


def test_callbacks_run_after_commit_in_order_and_not_after_a_rollback(garden):
    told = []
    with transaction(garden.west):
        after_commit(lambda: told.append(("first", in_transaction(), len(titles()))))
        with pytest.raises(Refused), transaction(garden.west):
            after_commit(lambda: told.append("never"))
            raise Refused
        after_commit(lambda: told.append("second"))
        Garden.create(community=garden.west, title="东园")
        assert told == []
    assert told == [("first", False, 1), "second"]
    with pytest.raises(Refused), transaction(garden.west):
        after_commit(lambda: told.append("never"))
        raise Refused
    after_commit(lambda: told.append("at once"))
    assert told[2:] == ["at once"]


def test_what_is_to_be_done_at_the_end_is_done_once_and_stored_with_the_rest(garden):
    told = []

    def at_the_end():
        told.append((in_transaction(), titles()))
        Garden.create(community=garden.west, title="西园")
        before_commit(more)

    def more():
        told.append("more")

    def never():
        told.append("never")

    with transaction(garden.west):
        before_commit(at_the_end)
        before_commit(at_the_end)
        with pytest.raises(Refused), transaction(garden.west):
            before_commit(never)
            raise Refused
        Garden.create(community=garden.west, title="东园")
    assert told == [(True, ["东园"]), "more"]
    assert titles() == ["东园", "西园"]
    with pytest.raises(RuntimeError):
        before_commit(more)


def test_what_fails_at_the_end_takes_the_rest_back(garden):
    def fails():
        raise Refused

    with pytest.raises(Refused), transaction(garden.west):
        Garden.create(community=garden.west, title="东园")
        before_commit(fails)
    assert titles() == []
    with transaction(garden.west):
        Garden.create(community=garden.west, title="西园")
    assert titles() == ["西园"]


def test_a_callback_that_fails_after_commit_does_not_hide_that_the_change_is_stored(garden):
    told = []
    with transaction(garden.west):
        Garden.create(community=garden.west, title="东园")
        after_commit(lambda: 1 / 0)
        after_commit(lambda: told.append("next"))
    assert titles() == ["东园"]
    assert told == ["next"]


def test_a_callback_may_write_again(garden):
    with transaction(garden.west):
        after_commit(lambda: make(garden, "西园"))
        Garden.create(community=garden.west, title="东园")
    assert titles() == ["东园", "西园"]


# --------------------------------------------------------------------------- taking turns


def test_writers_at_once_all_get_their_turn(garden):
    failed, barrier = [], threading.Barrier(8)

    def write(number):
        barrier.wait()
        try:
            for step in range(5):
                with transaction(garden.west):
                    seen = Garden.of(garden.west).count()
                    Garden.create(community=garden.west, title=f"{seen}", price=number * 10 + step + 1)
        except Exception as error:
            failed.append(error)
        finally:
            db.database.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert titles() == sorted(str(number) for number in range(40))


def test_the_lock_is_served_in_the_order_of_asking():
    lock, served = FairLock(), []
    assert lock.acquire(1)

    def wait(number):
        if lock.acquire(10):
            served.append(number)
            lock.release()

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(lock._queue) <= number:
            pass
    lock.release()
    for thread in threads:
        thread.join()
    assert served == list(range(6))


def test_the_lock_is_not_lost_by_one_who_gives_up():
    lock = FairLock()
    assert lock.acquire(1)
    assert not lock.acquire(0.01)
    lock.release()
    assert lock.acquire(0.01)


HOLD = """
import sys, apsw
connection = apsw.Connection(sys.argv[1])
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_store_held_by_another_process_is_told_as_unavailable(both_engines, monkeypatch):
    monkeypatch.setattr(db, "_BUSY_SECONDS", 0.2)
    db.open_database(both_engines)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(both_engines.database_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Unavailable), transaction():
            pass
        holder.communicate("\n")
    with transaction():
        assert in_transaction()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_as_unavailable_and_loses_nothing(garden):
    make(garden)
    pages = db.database.execute_sql("PRAGMA page_count").fetchone()[0]
    db.database.execute_sql(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(Unavailable):
        make(garden, "西园" * 100_000)
    assert titles() == ["东园"]
    db.database.execute_sql("PRAGMA max_page_count = 4294967294").fetchall()
    make(garden, "西园")
    assert titles() == ["东园", "西园"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_lost_connection_is_told_as_unavailable_and_found_again(garden):
    make(garden)
    with pytest.raises(Unavailable), transaction(garden.west):
        Garden.create(community=garden.west, title="西园")
        db.database.execute_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    db.database.close()
    db.database.connect()
    assert titles() == ["东园"]
    make(garden, "南园")
    assert titles() == ["东园", "南园"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_the_victim_of_a_deadlock_is_run_again(garden):
    barrier, done, tries = threading.Barrier(2), [], []

    def cross(first, second):
        def act():
            tries.append(first)
            if len(tries) <= 2:
                barrier.wait()
            with transaction(second):
                Garden.create(community=first, title=f"从{first}到{second}")

        try:
            db.run_in_transaction(first, act)
            done.append(first)
        finally:
            db.database.close()

    ways = [(garden.west, garden.south), (garden.south, garden.west)]
    threads = [threading.Thread(target=cross, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted((garden.west, garden.south))
    assert len(tries) == 3
    assert len(titles()) == 2


def test_the_version_of_a_community_counts_up(store):
    with transaction(store.west):
        Community.update(version=Community.version + 1).where(Community.code == store.west).execute()
    assert find_community(store.west).version == 1
