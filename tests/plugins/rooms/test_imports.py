"""The resource list as a table, on both engines: all or nothing, whatever ends it; two at once; many rows; the chain whole."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import core
from core.actor import command
from core.errors import Forbidden, Refused
from core.operate import imports
from core.store import audit, db
from core.store.import_batches import ImportBatch, forget_person
from plugins.rooms import service
from plugins.rooms.models import Resource, Room, Venue

TITLES = "阵地,房间,座位数,联系人\n"
ROWS = "东苑,茶室,12,张三\n东苑,琴房,3,\n新馆,画室,20,李四\n"


@pytest.fixture
def clerk(house, plugins):
    plugins.switch(command(house.community), "rooms", enabled=True)
    return house.store.actor("core.import", "rooms.manage", account=1)


def upload(plugins, actor, rows=ROWS):
    return imports.upload(plugins, actor, "rooms.rooms", "清单.csv", (TITLES + rows).encode())


def count(model):
    return model.select().count()


KILLED = """
import os, signal, sys
from core.app import open_instance
from core.actor import command
from core.config import load_config
from core.operate import imports
from plugins.rooms.places import places
from plugins.rooms.models import Room

real, made = places.add_room, []

def killing(*args, **fields):
    if len(made) == 2:
        assert Room.select().count() == int(sys.argv[4]) + 2
        os.kill(os.getpid(), signal.SIGKILL)
    made.append(real(*args, **fields))
    return made[-1]

registry = open_instance(load_config(sys.argv[1], database=sys.argv[2] or None))
import plugins.rooms.places.imports as rooms
rooms.add_room = killing
imports.run(registry, command(sys.argv[3]), int(sys.argv[5]))
"""


def test_a_kill_in_the_middle_leaves_nothing(house, plugins, clerk):
    batch, before = upload(plugins, clerk), (count(Room), count(Venue), count(Resource))
    store = house.store
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(store.config.instance), store.config.database, store.west, str(before[0]),
         str(batch)],
        env={**os.environ, "PYTHONPATH": str(Path(core.__file__).parents[1])}, capture_output=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (count(Room), count(Venue), count(Resource)) == before
    assert ImportBatch.get_by_id(batch).state == "previewed"
    imports.run(plugins, clerk, batch)
    assert count(Room) == before[0] + 3
    assert audit.verify(house.community) is None


def test_an_upload_leaves_no_trace_of_what_was_tried(house, plugins, clerk):
    before = (count(Room), count(Venue), count(Resource))
    chain = audit.AuditEntry.select().count()
    upload(plugins, clerk)
    assert (count(Room), count(Venue), count(Resource)) == before
    assert audit.AuditEntry.select().count() == chain


def test_a_row_refused_at_the_last_moment_imports_nothing_and_is_marked(house, plugins, clerk, monkeypatch):
    batch, before = upload(plugins, clerk, ROWS + "东苑,东厅,5,\n"), count(Room)
    real = service.add_room

    def refusing(actor, venue, **fields):
        if fields["name"] == "东厅":
            raise Refused("今天不行")
        return real(actor, venue, **fields)

    monkeypatch.setattr("plugins.rooms.places.imports.add_room", refusing)
    with pytest.raises(imports.RowsRefused):
        imports.run(plugins, clerk, batch)
    assert count(Room) == before
    shown = imports.reopen(plugins, clerk, batch)
    assert [(row.line, str(row.message)) for row in shown.bad] == [(5, "今天不行")]
    imports.run(plugins, clerk, batch, shown.plan.digest)
    assert count(Room) == before + 3
    assert ImportBatch.get_by_id(batch).summary["bad"]["refused"] == 1


def test_an_error_of_the_module_imports_nothing_and_is_shown(house, plugins, clerk, monkeypatch):
    batch, before = upload(plugins, clerk), count(Room)

    def broken(*_args, **_fields):
        raise RuntimeError("kaputt")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("plugins.rooms.places.imports.set_week", broken)
        patch.setattr("plugins.rooms.places.imports.add_venue", broken)
        imports.run(plugins, clerk, batch)
    assert count(Room) == before
    assert "rooms.rooms" in plugins.failures("rooms")[0].place
    imports.run(plugins, clerk, batch)
    assert count(Room) == before + 3


def test_of_two_at_once_one_imports(house, plugins, clerk):
    batch, before = upload(plugins, clerk), count(Room)
    start, results = threading.Barrier(2), []

    def act():
        start.wait()
        try:
            imports.run(plugins, clerk, batch)
            results.append("done")
        except Refused:
            results.append("refused")
        finally:
            db.database.obj.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    assert count(Room) == before + 3


def test_two_files_with_one_list_make_each_room_once(house, plugins, clerk):
    first, second = upload(plugins, clerk), upload(plugins, clerk)
    seen = imports.reopen(plugins, clerk, second).plan.digest
    imports.run(plugins, clerk, first)
    with pytest.raises(imports.Changed):
        imports.run(plugins, clerk, second, seen)
    with pytest.raises(Refused):
        imports.run(plugins, clerk, second)
    assert imports.reopen(plugins, clerk, second).imported_before == first


def test_ten_thousand_rows_are_read_and_compared(house, plugins, clerk):
    rows = "".join(f"馆{number % 50},室{number},{number % 99 + 1},\n" for number in range(10_000))
    batch = upload(plugins, clerk, rows)
    shown = imports.reopen(plugins, clerk, batch)
    assert (len(shown.plan.new), shown.bad, shown.summary["rows"]) == (10_000, (), 10_000)
    before = count(Room)
    with pytest.raises(imports.TooManyRows):
        imports.run(plugins, clerk, batch)
    assert count(Room) == before


def test_names_in_other_writing_are_the_venue_that_is_there(house, plugins, clerk):
    imports.run(plugins, clerk, upload(plugins, clerk, "A馆,茶室,12,\n"))
    imports.run(plugins, clerk, upload(plugins, clerk, "Ａ馆,琴房,12,\na馆,画室,3,\n"))
    assert Venue.of(house.community).where(Venue.name.contains("馆")).count() == 1


def test_a_later_import_of_the_same_rooms_is_taken_back_first(house, plugins, clerk):
    first = upload(plugins, clerk)
    imports.run(plugins, clerk, first)
    second = upload(plugins, clerk, "东苑,茶室,15,\n")
    imports.run(plugins, clerk, second)
    with pytest.raises(Refused, match="茶室"):
        imports.take_back(clerk, plugins, first)
    imports.take_back(clerk, plugins, second)
    imports.take_back(clerk, plugins, first)
    assert Venue.of(house.community).where(Venue.name == "东苑", Venue.removed_at.is_null()).count() == 0
    with pytest.raises(Refused):
        imports.take_back(clerk, plugins, first)
    assert audit.verify(house.community) is None


def test_a_booked_room_is_not_taken_back(house, plugins, clerk):
    batch = upload(plugins, clerk)
    imports.run(plugins, clerk, batch)
    house.rooms["茶室"] = Room.of(house.community).where(Room.name == "茶室").get()
    booked = house.book("茶室", "14:00", "15:00", title="喝茶")
    with pytest.raises(Refused, match="东苑 茶室"):
        imports.take_back(clerk, plugins, batch)
    service.cancel(house.resident(), booked.occurrence_id)
    with pytest.raises(Refused):
        imports.take_back(clerk, plugins, batch)
    assert ImportBatch.get_by_id(batch).state == "imported"


def test_who_is_erased_is_in_no_upload(house, plugins, clerk):
    batch, other = upload(plugins, clerk), upload(plugins, clerk, "东苑,书房,1,\n")
    imports.run(plugins, clerk, batch)
    imports.run(plugins, clerk, other)
    with db.transaction(house.community):
        forget_person(house.community, ["张三"], "居民已删除")
    kept = ImportBatch.get_by_id(batch)
    assert kept.content is None and kept.written is None
    with pytest.raises(Refused):
        imports.take_back(clerk, plugins, batch)
    imports.take_back(clerk, plugins, other)


@pytest.mark.parametrize("held", [("core.import",), ("rooms.manage",), ()])
def test_both_permissions_are_needed(house, plugins, clerk, held):
    batch = upload(plugins, clerk)
    actor = house.store.actor(*held, account=2)
    for act in (
        lambda: upload(plugins, actor),
        lambda: imports.run(plugins, actor, batch),
        lambda: imports.correct(plugins, actor, batch, {}, {}),
        lambda: imports.discard(actor, plugins, batch),
        lambda: imports.take_back(actor, plugins, batch),
        lambda: imports.bad_rows(plugins, actor, batch),
    ):
        with pytest.raises(Forbidden):
            act()
