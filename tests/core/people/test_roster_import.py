"""A register goes in whole or not at all, twice is once, a newer one asks, and one act takes it all back, on both engines."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import areas, grids, residents, roster
from core.people.person import TAKE_BACK_BLOCKERS
from core.spreadsheet import read_table
from core.store import audit, db
from core.store.audit import AuditEntry
from core.store.db import database
from core.store.import_batches import KEEP_FILE_DAYS

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "roster-expected.json").read_text(encoding="utf-8"))
ESTATES = {"roster-property.xlsx": "海城名家", "roster-community.xlsx": None, "roster-gbk.csv": None}
PERMISSIONS = ("core.roster.import", "core.people.view", "core.people.edit", "core.people.phone")
TABLES = ("area", "grid", "grid_area", "home", "person", "former_name", "person_home")

OLD = """房号,业主姓名,联系电话
1-1-101,张三,13800138001
1-1-102,李四、王五,13800138002
1-1-201,赵六,
2-1-101,钱七,13800138004
"""
NEW = """房号,业主姓名,联系电话
1-1-101,张三,13900139001
1-1-102,李四,13800138002
1-1-201,赵六,
1-1-202,孙八,13800138005
"""


@pytest.fixture
def staff(store):
    return store.actor(*PERMISSIONS)


def rows_of(*tables):
    return {
        table: sorted(database.obj.execute_sql(f"SELECT * FROM {table}").fetchall(), key=str)
        for table in tables or TABLES
    }


def count(table):
    return database.obj.execute_sql(f"SELECT count(*) FROM {table}").fetchall()[0][0]


def people(actor, query=""):
    return {row.name: row for row in residents.list_people(actor, query, limit=1000).rows}


def load(actor, text, estate="海城名家", filename="名单.csv"):
    return roster.import_file(actor, filename, text.encode(), estate)


# --- the sample files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filename", sorted(EXPECTED))
def test_a_sample_file_is_imported_as_expected(staff, filename):
    content = (DATA / filename).read_bytes()
    expected = EXPECTED[filename]
    assert roster.import_file(staff, filename, content, ESTATES[filename], dry_run=True) == expected
    assert count("person") == count("import_batch") == 0
    assert roster.import_file(staff, filename, content, ESTATES[filename]) == expected
    assert count("home") == expected["households"]
    assert count("person") == count("person_home") == expected["people"]
    reached = database.obj.execute_sql(
        "SELECT count(DISTINCT home_id) FROM person_home JOIN person ON person.id = person_id WHERE phone <> ''"
    ).fetchall()
    assert reached[0][0] == expected["phones"]
    assert sum(homes for _id, _name, homes in areas.estates(staff.community)) == expected["households"]
    assert audit.verify(staff.community) is None


def test_importing_the_same_file_twice_changes_nothing(staff):
    content = (DATA / "roster-gbk.csv").read_bytes()
    first = roster.import_file(staff, "a.csv", content)
    before = rows_of()
    shown = roster.preview(staff, "a.csv", content)
    assert shown.imported_before is not None
    assert shown.difference.is_empty
    assert shown.difference.counts["people"] == {"new": 0, "changed": 0, "left": 0, "unchanged": 330}
    roster.run(staff, shown.batch, leave="mark_moved")
    assert roster.import_file(staff, "a.csv", content) == first
    assert rows_of() == before


# --- preview, columns, errors ----------------------------------------------------------------------------------------


def test_a_preview_imports_nothing(staff):
    shown = roster.preview(staff, "名单.csv", OLD.encode(), "海城名家")
    assert shown.questions == ()
    assert shown.summary["people"] == 5
    assert shown.difference.new_estates == ("海城名家",)
    assert shown.first_rows[1] == ("1-1-101", "张三", "13800138001")
    assert [row.door.text for row in shown.rows] == ["1-1-101", "1-1-102", "1-1-201", "2-1-101"]
    assert count("person") == 0
    assert roster.reopen(staff, shown.batch) == shown


def test_the_relation_comes_from_the_title(staff):
    load(staff, OLD)
    load(staff, "房号,租户姓名\n3-1-101,周九\n", estate="海城名家")
    relations = {
        row.name: residents.person_page(staff, row.public_id).homes[0].relation for row in people(staff).values()
    }
    assert relations["张三"] == "owner"
    assert relations["周九"] == "tenant"


def test_bad_rows_block_nothing_and_come_back_as_a_workbook(staff):
    text = OLD + "3-2,无门,13800138006\n3-1-101,,13800138007\n3-1-102,坏号,1380013\n1-1-101,张三,13800138001\n"
    shown = roster.preview(staff, "名单.csv", text.encode(), "海城名家")
    assert [(bad.line, bad.reason) for bad in shown.bad] == [(6, "door"), (7, "name"), (8, "phone"), (9, "duplicate")]
    roster.run(staff, shown.batch)
    assert len(people(staff)) == 5
    table = read_table(roster.error_workbook(staff, shown.batch), "错误.xlsx")
    assert len(table) == 5
    assert table[0][:3] == ["房号", "业主姓名", "联系电话"]
    assert table[3][1] == "坏号"
    assert table[3][3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_other_titles_orders_and_encodings_are_understood(staff, encoding):
    text = "手机,住户,楼栋,单元,室,所属小区\n13800138001,张三,3幢,2单元,501室,海城名家\n13800138002,李四,3,2,502,海城名家\n"
    assert load(staff, text.encode(encoding).decode(encoding), estate=None)["people"] == 2
    assert [row.homes for row in people(staff).values()] == [("海城名家 3-2-502",), ("海城名家 3-2-501",)]


def test_asks_for_columns_it_cannot_guess(staff):
    text = "甲,乙,丙\n一,x1,蓝\n二,x2,红\n三,x3,绿\n"
    with pytest.raises(Invalid) as caught:
        load(staff, text)
    assert "甲" in str(caught.value)
    assert {"name", "door"} <= set(caught.value.errors)
    shown = roster.preview(staff, "名单.csv", text.encode(), "海城名家")
    assert shown.questions
    with pytest.raises(Invalid):
        roster.run(staff, shown.batch)
    assert count("person") == 0


def test_asks_for_the_estate_where_the_file_has_none(staff):
    with pytest.raises(Invalid) as caught:
        load(staff, OLD, estate=None)
    assert set(caught.value.errors) == {"estate"}
    shown = roster.preview(staff, "名单.csv", OLD.encode())
    assert [question.field for question in shown.questions] == ["estate"]
    shown = roster.correct(staff, shown.batch, None, "海城名家")
    assert shown.questions == ()
    roster.run(staff, shown.batch)
    assert len(people(staff)) == 5


def test_asks_for_the_estate_of_rows_that_name_none(staff):
    text = "小区,房号,姓名\n海城名家,1-1-101,张三\n,1-1-102,李四\n"
    with pytest.raises(Invalid) as caught:
        load(staff, text, estate=None)
    assert set(caught.value.errors) == {"estate"}
    assert load(staff, text, estate="白漾小区")["people"] == 2
    assert people(staff)["李四"].homes == ("白漾小区 1-1-102",)


def test_corrected_columns_are_remembered_for_these_titles(staff):
    text = "编码,称呼,数\n1-1-101,张三,13800138001\n1-1-102,李四,13800138002\n"
    shown = roster.preview(staff, "名单.csv", text.encode(), "海城名家")
    wanted = {"door": 0, "name": 1, "phone": None}
    shown = roster.correct(staff, shown.batch, wanted, "海城名家")
    assert shown.columns.phone is None
    assert roster.reopen(staff, shown.batch).columns.phone is None
    again = roster.preview(staff, "另一份.csv", text.replace("张三", "赵一").encode(), "海城名家")
    assert again.columns == shown.columns
    roster.run(staff, again.batch)
    assert people(staff)["赵一"].phone == ""


def test_a_preview_is_imported_once(staff):
    shown = roster.preview(staff, "名单.csv", OLD.encode(), "海城名家")
    roster.run(staff, shown.batch)
    for act in (roster.run, roster.discard):
        with pytest.raises(Refused):
            act(staff, shown.batch)
    with pytest.raises(Refused):
        roster.correct(staff, shown.batch, None, "海城名家")


def test_a_discarded_upload_is_gone(staff):
    shown = roster.preview(staff, "名单.csv", OLD.encode(), "海城名家")
    roster.discard(staff, shown.batch)
    assert roster.history(staff) == []
    for act in (roster.run, roster.reopen, roster.error_workbook):
        with pytest.raises(Refused):
            act(staff, shown.batch)


def test_old_files_are_dropped(staff):
    shown = roster.preview(staff, "名单.csv", OLD.encode(), "海城名家")
    old = db.now() - (KEEP_FILE_DAYS + 1) * 86_400_000
    with db.transaction():
        roster.RosterImport.update(created_at=old).where(roster.RosterImport.id == shown.batch).execute()
    roster.preview(staff, "新.csv", NEW.encode(), "海城名家")
    with pytest.raises(Refused):
        roster.error_workbook(staff, shown.batch)


# --- a newer register ------------------------------------------------------------------------------------------------


def test_a_newer_register_shows_who_is_new_changed_and_missing(staff):
    load(staff, OLD)
    shown = roster.preview(staff, "新.csv", NEW.encode(), "海城名家")
    difference = shown.difference
    assert [person.name for person in difference.new] == ["孙八"]
    assert [(change.who.name, change.before[0], change.after[0]) for change in difference.changed] == [
        ("张三", "13800138001", "13900139001")
    ]
    # Building 2 is not in the file at all, so nothing is said of 钱七.
    assert [stay.who.name for stay in difference.left] == ["王五"]
    assert difference.counts == {
        "households": {"new": 1, "changed": 2, "left": 0, "unchanged": 1},
        "people": {"new": 1, "changed": 1, "left": 1, "unchanged": 2},
    }


def test_nobody_leaves_without_an_explicit_choice(staff):
    load(staff, OLD)
    load(staff, NEW)
    everybody = people(staff)
    assert everybody["王五"].status == "living_here"
    assert everybody["王五"].homes == ("海城名家 1-1-102",)
    assert everybody["张三"].phone == "139 0013 9001"


def test_who_is_missing_moves_away_when_staff_say_so(staff):
    load(staff, OLD)
    before = rows_of()
    shown = roster.preview(staff, "新.csv", NEW.encode(), "海城名家")
    roster.run(staff, shown.batch, leave="mark_moved", changed="keep")
    everybody = people(staff)
    assert everybody["王五"].status == "moved_away"
    assert everybody["王五"].homes == ()
    assert everybody["张三"].phone == "138 0013 8001"
    back = roster.preview(staff, "旧.csv", OLD.encode(), "海城名家")
    assert [stay.who.name for stay in back.difference.returning] == ["王五"]
    roster.run(staff, back.batch)
    assert people(staff)["王五"].status == "living_here"
    roster.take_back(staff, back.batch)
    assert people(staff)["王五"].status == "moved_away"
    roster.take_back(staff, shown.batch)
    assert rows_of() == before


def test_only_chosen_people_move_away(staff):
    load(staff, OLD)
    shown = roster.preview(staff, "新.csv", "房号,业主姓名\n1-1-201,赵六\n".encode(), "海城名家")
    stays = {stay.who.name: stay.stay_id for stay in shown.difference.left}
    assert set(stays) == {"张三", "李四", "王五"}
    assert shown.difference.counts["households"]["left"] == 2
    roster.run(staff, shown.batch, leave="mark_moved", only={stays["李四"]})
    assert {row.name for row in people(staff).values() if row.status == "moved_away"} == {"李四"}


def test_people_of_bad_rows_are_not_missing(staff):
    load(staff, OLD)
    text = "房号,业主姓名,联系电话\n1-1-101,张三,1380013\n1-1-20,赵六,\n1-1-102,李四,13800138002\n1-1-102,王五,13800138002\n"
    shown = roster.preview(staff, "新.csv", text.replace("1-1-20,", "1-1,").encode(), "海城名家")
    assert len(shown.bad) == 2
    assert shown.difference.left == []


def test_what_staff_recorded_outweighs_an_old_register(staff):
    load(staff, OLD)
    person = people(staff)["赵六"]
    home = residents.person_page(staff, person.public_id).homes[0].home_id
    residents.move_out(staff, person.public_id, home)
    residents.set_status(staff, people(staff)["钱七"].public_id, "deceased")
    residents.edit_person(staff, people(staff)["李四"].public_id, name="李思")
    shown = roster.preview(staff, "旧.csv", OLD.replace("13800138004", "13900139004").encode(), "海城名家")
    assert [who.name for who in shown.difference.moved_out] == ["赵六"]
    assert shown.difference.is_empty
    roster.run(staff, shown.batch)
    assert people(staff)["赵六"].status == "moved_away"


def test_a_namesake_elsewhere_is_somebody_else_until_linked(staff):
    text = "房号,业主姓名,联系电话\n1-1-101,张三,13800138001\n5-1-101,张三,13900139001\n"
    load(staff, text)
    first, second = residents.list_people(staff, "张三").rows
    residents.link_homes(staff, first.public_id, second.public_id)
    shown = roster.preview(staff, "名单.csv", text.encode(), "海城名家")
    assert shown.difference.is_empty
    assert shown.difference.left == []
    assert len(residents.list_people(staff, "张三").rows) == 1


def test_a_register_without_phones_takes_none_away(staff):
    load(staff, OLD)
    load(staff, "房号,业主姓名\n1-1-101,张三\n")
    assert people(staff)["张三"].phone == "138 0013 8001"


# --- sex and year of birth -------------------------------------------------------------------------------------------


def told(actor):
    return {
        row.name: (page.sex, page.birth_year)
        for row in people(actor).values()
        for page in [residents.person_page(actor, row.public_id)]
    }


def test_sex_and_year_of_birth_are_those_of_who_is_named_first(staff):
    load(staff, "房号,姓名,性别,出生年份\n1-1-101,张三、李四,男,1977\n1-1-102,王五,F,1950-08-01\n1-1-103,赵六,?,77\n")
    assert told(staff) == {"张三": ("male", 1977), "李四": ("", None), "王五": ("female", 1950), "赵六": ("", None)}


def test_the_community_s_register_tells_everybody_s_sex_and_year(staff):
    roster.import_file(staff, "r.xlsx", (DATA / "roster-community.xlsx").read_bytes())
    found = database.obj.execute_sql(
        "SELECT count(*), min(birth_year), max(birth_year) FROM person WHERE sex <> '' AND birth_year IS NOT NULL"
    ).fetchall()[0]
    assert tuple(found) == (1959, 1932, 2004)


OLDER = "房号,姓名,电话,性别,出生年份\n1-1-101,张三,13800138001,男,1977\n1-1-102,李四,13800138002,,\n"
NEWER = "房号,姓名,电话,性别,出生年份\n1-1-101,张三,13800138001,女,1978\n1-1-102,李四,13900139002,女,1950\n"


def test_a_newer_register_fills_what_is_empty_without_asking(staff):
    load(staff, OLDER)
    shown = roster.preview(
        staff, "新.csv", NEWER.replace("女,1978", ",").replace("13900139002", "").encode(), "海城名家"
    )
    (change,) = shown.difference.changed
    assert (change.who.name, change.before[2:], change.after[2:]) == ("李四", ("", None), ("female", 1950))
    assert not shown.difference.is_disputed and not shown.difference.is_empty
    roster.run(staff, shown.batch, changed="keep")
    assert told(staff) == {"张三": ("male", 1977), "李四": ("female", 1950)}


@pytest.mark.parametrize(
    ("changed", "expected", "phone"),
    [("take", ("female", 1978), "139 0013 9002"), ("keep", ("male", 1977), "138 0013 8002")],
)
def test_what_differs_is_asked_for(staff, changed, expected, phone):
    load(staff, OLDER)
    before = rows_of()
    shown = roster.preview(staff, "新.csv", NEWER.encode(), "海城名家")
    assert shown.difference.is_disputed
    assert shown.difference.counts["people"] == {"new": 0, "changed": 2, "left": 0, "unchanged": 0}
    assert {change.who.name: change.before[2:] for change in shown.difference.changed} == {
        "张三": ("male", 1977), "李四": ("", None),
    }  # fmt: skip
    roster.run(staff, shown.batch, changed=changed)
    assert told(staff) == {"张三": expected, "李四": ("female", 1950)}
    assert people(staff)["李四"].phone == phone
    roster.take_back(staff, shown.batch)
    assert rows_of() == before


def test_a_register_without_sex_and_year_takes_none_away(staff):
    load(staff, OLDER)
    load(staff, OLD)
    assert told(staff)["张三"] == ("male", 1977)


# --- taking back -----------------------------------------------------------------------------------------------------


def test_taking_back_restores_the_exact_state(staff):
    estate = areas.add_estate(staff, "海城名家")
    residents.add_person(staff, name="张三", phone="0573-87000001", estate_id=estate, door="1-1-101")
    before = rows_of()
    load(staff, OLD)
    assert len(people(staff)) == 5
    assert rows_of() != before
    batch = roster.history(staff)[0]
    assert (batch.state, batch.summary["people"]) == ("imported", 5)
    roster.take_back(staff, batch.id)
    assert rows_of() == before
    assert roster.history(staff)[0].state == "taken_back"
    assert [row.action for row in AuditEntry.select().order_by(AuditEntry.seq)][-2:] == [
        "core.roster.imported", "core.roster.taken_back",
    ]  # fmt: skip
    with pytest.raises(Refused):
        roster.take_back(staff, batch.id)


def refused_take_back(staff):
    before = rows_of()
    batch = roster.history(staff)[-1].id
    with pytest.raises(Refused) as caught:
        roster.take_back(staff, batch)
    assert rows_of() == before
    return str(caught.value)


def test_is_not_taken_back_after_an_edit(staff):
    load(staff, OLD)
    residents.edit_person(staff, people(staff)["张三"].public_id, note="独居")
    assert "张三" in refused_take_back(staff)


def test_is_not_taken_back_after_somebody_moved_in(staff):
    load(staff, OLD)
    estate = areas.estates(staff.community)[0][0]
    residents.add_person(staff, name="新人", estate_id=estate, door="1-1-101")
    assert "1-1-101" in refused_take_back(staff)


def test_is_not_taken_back_after_a_home_or_grid_was_added(staff):
    load(staff, OLD)
    estate = areas.estates(staff.community)[0][0]
    grid = grids.add_grid(staff, "第1网格")
    grids.assign_grid(staff, grid, [estate])
    assert "海城名家" in refused_take_back(staff)
    grids.assign_grid(staff, grid, [])
    residents.add_person(staff, name="新人", estate_id=estate, door="9-1-101")
    assert "9" in refused_take_back(staff)


def test_is_not_taken_back_before_a_later_import(staff):
    load(staff, OLD)
    load(staff, NEW, filename="新名单.csv")
    assert "新名单.csv" in refused_take_back(staff)
    for batch in roster.history(staff):
        roster.take_back(staff, batch.id)
    assert rows_of() == {table: [] for table in TABLES}


def test_is_not_taken_back_under_an_account(staff):
    load(staff, OLD)
    asked = []

    def blocker(community, person_ids, home_ids):
        asked.append((community, len(person_ids), len(home_ids)))
        return "张三已开户"

    TAKE_BACK_BLOCKERS.append(blocker)
    try:
        assert roster.TAKE_BACK_BLOCKERS is TAKE_BACK_BLOCKERS
        assert "张三已开户" in refused_take_back(staff)
    finally:
        TAKE_BACK_BLOCKERS.remove(blocker)
    assert asked == [(staff.community, 5, 4)]


def test_is_not_taken_back_under_records_that_refer_to_its_people(staff):
    load(staff, OLD)
    person = residents.find_person(staff.community, people(staff)["张三"].public_id)
    with db.transaction(staff.community):
        database.obj.execute_sql("CREATE TABLE pet (person_id INTEGER REFERENCES person (id))")
        database.obj.execute_sql(f"INSERT INTO pet VALUES ({person.id})")
    refused_take_back(staff)


# --- crashes, communities, permissions -------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from core.actor import command
from core.config import load_config
from core.people import roster, roster_store
from core.store import db

def killed(*_args):
    assert db.database.obj.execute_sql("SELECT count(*) FROM person").fetchall()[0][0] == 2189
    assert db.database.obj.execute_sql("SELECT count(*) FROM grid_area").fetchall()[0][0] > 0
    os.kill(os.getpid(), signal.SIGKILL)

roster_store._change_people = killed
db.open_database(load_config(sys.argv[1], database=sys.argv[2] or None))
roster.import_file(command(sys.argv[3]), "a.xlsx", open(sys.argv[4], "rb").read())
"""


def test_a_kill_in_the_middle_leaves_nothing(store):
    arguments = [str(store.config.instance), store.config.database, store.west, str(DATA / "roster-community.xlsx")]
    root = Path(roster.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert rows_of() == {table: [] for table in TABLES}
    assert count("import_batch") == count("roster_change") == count("audit_entry") == 0
    staff = store.actor(*PERMISSIONS)
    assert roster.import_file(staff, "a.csv", (DATA / "roster-gbk.csv").read_bytes()) == EXPECTED["roster-gbk.csv"]


def test_an_error_in_the_middle_leaves_the_preview(staff, monkeypatch):
    shown = roster.preview(staff, "名单.csv", OLD.encode(), "海城名家")

    def fail(*_args):
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("core.people.roster_store._change_people", fail)
        roster.run(staff, shown.batch)
    assert count("person") == 0
    roster.run(staff, shown.batch)
    assert count("person") == 5


def test_two_communities_do_not_see_each_others_imports(staff, store):
    load(staff, OLD)
    before = rows_of()
    other = store.actor(*PERMISSIONS, community=store.south)
    batch = roster.history(staff)[0].id
    assert roster.history(other) == []
    for act in (roster.run, roster.take_back, roster.reopen, roster.error_workbook, roster.discard):
        with pytest.raises(NotFound):
            act(other, batch)
    with pytest.raises(NotFound):
        roster.correct(other, batch, None)
    assert roster.preview(other, "名单.csv", OLD.encode(), "海城名家").difference.counts["people"]["new"] == 5
    load(other, OLD)
    roster.take_back(other, roster.history(other)[0].id)
    assert rows_of() == before


def test_importing_needs_its_permission(store):
    reader = store.actor("core.people.view", "core.people.edit")
    for act in (
        lambda: roster.preview(reader, "a.csv", OLD.encode()),
        lambda: roster.import_file(reader, "a.csv", OLD.encode(), "海城名家", dry_run=True),
        lambda: roster.run(reader, 1),
        lambda: roster.take_back(reader, 1),
        lambda: roster.discard(reader, 1),
        lambda: roster.correct(reader, 1, None),
        lambda: roster.reopen(reader, 1),
        lambda: roster.error_workbook(reader, 1),
        lambda: roster.history(reader),
    ):
        with pytest.raises(Forbidden):
            act()
