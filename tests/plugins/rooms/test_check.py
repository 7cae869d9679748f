"""`linli rooms check` finds every difference between bookings and slots, and says nothing when there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.store import db
from plugins.rooms import service
from plugins.rooms.about import audit_words
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.states import OCCURRENCE


@pytest.fixture
def booked(house):
    service.close(
        house.staff, house.rooms["棋牌室"].id, date=house.day.isoformat(), start="09:00", end="10:00", reason="维修"
    )
    return house.book("大厅", "14:00", "15:00")


def change(statement, *params):
    with db.transaction():
        slots.run(statement, *params)


def found(house):
    return [(item.kind, item.resource_id) for item in check(house.community)]


def test_finds_nothing_where_all_is_well(house, booked):
    assert found(house) == []


def test_finds_a_missing_slot(house, booked):
    change("DELETE FROM rooms_slot WHERE resource_id=?", house.rooms["东厅"].id)
    assert found(house) == [("missing", house.rooms["东厅"].id)]


def test_finds_a_slot_without_a_reason(house, booked):
    change("INSERT INTO rooms_slot VALUES (?, 1, 2, NULL)", house.rooms["会议室"].id)
    assert found(house) == [("extra", house.rooms["会议室"].id)]
    assert check(house.store.south) == []


def test_finds_a_slot_that_should_have_gone(house, booked):
    change("UPDATE rooms_occurrence SET state='cancelled'")
    assert {kind for kind, _resource in found(house)} == {"extra"}


def test_finds_a_shifted_slot(house, booked):
    change("UPDATE rooms_slot SET end_min=end_min+5 WHERE resource_id=?", house.rooms["棋牌室"].id)
    assert sorted(kind for kind, _resource in found(house)) == ["extra", "missing"]


def test_finds_an_overlap_where_somebody_removed_the_guard(house, booked):
    east = house.rooms["东厅"].id
    if db.engine_name() == "sqlite":
        change("DROP TRIGGER rooms_slot_free_insert")
    else:
        change("ALTER TABLE rooms_slot DROP CONSTRAINT rooms_slot_free")
    change("INSERT INTO rooms_slot VALUES (?, ?, ?, NULL)", east, house.at(870), house.at(930))
    assert found(house) == [("extra", east), ("overlap", east)]


def linli(config, *arguments):
    lines = [f'database = "{config.database}"'] if config.database else []
    (config.instance / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "core", "--instance", str(config.instance), "rooms", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_the_command_lists_differences_and_exits_with_1(house, booked):
    config = house.store.config
    well = linli(config)
    assert (well.returncode, well.stderr) == (0, ""), well.stderr
    change("DELETE FROM rooms_slot WHERE resource_id=?", house.rooms["东厅"].id)
    broken = linli(config, "--community", house.community)
    assert broken.returncode == 1
    assert len(broken.stdout.splitlines()) == 1 and house.community in broken.stdout
    assert linli(config, "--community", house.store.south).returncode == 0
    assert linli(config, "--community", "1").returncode == 2


def test_every_act_has_words_in_the_audit_log(house, booked):
    service.cancel(house.resident(), booked.occurrence_id)
    acts = {row[0] for row in slots.rows("SELECT DISTINCT action FROM audit_entry WHERE action LIKE ?", "rooms.%")}
    assert {"rooms.booking.made", "rooms.occurrence.cancel", "rooms.room.added"} <= acts
    assert acts <= set(audit_words.SENTENCES)
    assert set(audit_words.SENTENCES) >= {f"rooms.occurrence.{step.verb}" for step in OCCURRENCE.transitions}
