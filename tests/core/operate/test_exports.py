"""Every list that can be exported, on both engines: what is in it, for whom, masked or whole, and what the log says."""

from __future__ import annotations

import datetime
import io
import json
from dataclasses import replace

import openpyxl
import pytest

from core.actor import command
from core.civic import intake
from core.civic.reaching import calls
from core.civic.reaching.calls import OUTCOMES
from core.clock import today
from core.errors import Forbidden, NotFound
from core.operate import audit_log, audit_words, export_lists, exports
from core.operate.audit_log import LogFilter
from core.operate.audit_words import LISTS, SENTENCES, SUBJECTS
from core.operate.export_lists import CORE_EXPORTS, every
from core.people import account_list, accounts, areas, grids, residents, slips
from core.people.disclosure import RELATION_LABELS
from core.people.permissions import ROLES
from core.plugin.declarations import Export
from core.spreadsheet import read_table
from core.store import audit
from core.store.audit import AuditDetail, AuditEntry
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from core.text import Domain, _
from tests import town as towns

PHONES = "core.people.phone"
DESK = ("rooms.desk", "rooms.booking.approve", "rooms.manage", "rooms.utilisation.view")
NAMELESS = ("rooms.closures", "rooms.rooms", "rooms.utilisation")
ROOMS = ("rooms.day", "rooms.requests", "rooms.waiting", "rooms.series", *NAMELESS)
rooms_words = Domain("rooms").gettext
# These are for the head and the clerk of mediation alone: tests/plugins/mediation/test_views_reports.py.
MEDIATION = ("mediation.report", "mediation.claims")
NAMES = [export.name for export in CORE_EXPORTS] + list(ROOMS)


@pytest.fixture
def registry(app):
    """The plugins of the application."""
    return app.extensions["linli_registry"]


@pytest.fixture
def west(app):
    """西山社区 with records of every kind."""
    return towns.build(app, WEST_HILL, "西隐")


@pytest.fixture
def here(registry, west):
    """`here("core.calls", show="finished")`: the rows that a director of 西山 gets, the header first."""

    def rows(name, *without, community=WEST_HILL, **filters):
        made = exports.file_of(registry, director(registry, *without, community=community), name, "xlsx", filters)
        return read(made.content)

    return rows


def director(registry, *without, community=WEST_HILL):
    """Somebody who may see everything of a community but what `without` names."""
    needed = {export.permission for export in CORE_EXPORTS} | {exports.EXPORT, PHONES, *DESK}
    return replace(command(community), kind="staff", label="王主任", permissions=frozenset(needed - set(without)))


def declared(registry, name):
    """The declaration of a list."""
    found = exports.find_export(registry, WEST_HILL, name)
    assert found is not None, name
    return found


def read(content):
    """The cells of the first sheet, row by row."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]


def told():
    """What the log says of the latest export in 西山: the entry, and the values."""
    entry = AuditEntry.select().where(AuditEntry.chain == WEST_HILL).order_by(AuditEntry.seq.desc()).first()
    detail = AuditDetail.get((AuditDetail.chain == WEST_HILL) & (AuditDetail.seq == entry.seq))
    return entry, json.loads(detail.payload)["after"]


def test_every_declared_list_is_tested_here(registry):
    """Those of revenue are in `tests/plugins/revenue/test_exports.py`: its records come from many hands."""
    declared_by_modules = [item.name for plugin, item in registry.declared("exports") if plugin != "revenue"]
    assert sorted([*NAMES, *MEDIATION]) == sorted([*(item.name for item in CORE_EXPORTS), *declared_by_modules])


@pytest.mark.parametrize("name", NAMES)
def test_a_list_has_its_header_its_rows_and_an_entry_in_the_log(registry, west, here, name):
    day = str(today() + datetime.timedelta(days=2)) if name == "rooms.day" else None
    filters = {"date": day} if day else {}
    export = declared(registry, name)
    if name == "core.grids":
        grids.assign_grid(command(WEST_HILL), west.values["grid_id"][0], west.values["area_id"][:1])
    header, *rows = here(name, **filters)
    assert header == [str(title) for title in export.columns]
    assert rows and all(len(row) == len(header) for row in rows)
    entry, values = told()
    assert (entry.action, entry.actor, entry.permission) == ("core.list.exported", "王主任", "core.export")
    assert values["list"] == name and values["rows"] == len(rows)
    assert values.get("date") == day and ("whole_numbers" in values) == bool(export.phones)
    assert audit.verify(WEST_HILL) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_list_needs_its_permission_and_the_one_to_export(registry, west, here, name):
    before = AuditEntry.select().count()
    for missing in (exports.EXPORT, declared(registry, name).permission):
        with pytest.raises(Forbidden):
            here(name, missing)
        assert not exports.may_export(registry, director(registry, missing), name)
    assert exports.may_export(registry, director(registry), name)
    assert AuditEntry.select().count() == before


@pytest.mark.parametrize("name", NAMES)
def test_a_list_holds_nothing_of_another_community(app, registry, west, here, name):
    south = towns.build(app, SOUTH_GARDEN, "南隐")
    day = str(today() + datetime.timedelta(days=2))
    wanted = {"q": "", "date": day}
    cells = json.dumps(here(name, **wanted), ensure_ascii=False, default=str)
    assert "南隐" not in cells and f"{SOUTH_GARDEN[-3:]}1" not in cells
    for filters in (
        {"estate": south.values["area_id"][0], "venue": south.values["venue_id"][0]},
        {"area": south.values["area_id"][0], "grid": south.values["grid_id"][0]},
    ):
        try:
            rows = here(name, **{"date": day, **{key: str(value) for key, value in filters.items()}})
        except NotFound:
            assert name in ("core.doors", "core.grids")
        else:
            assert "南隐" not in json.dumps(rows, ensure_ascii=False, default=str)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NAMELESS])
def test_numbers_are_whole_only_for_those_who_may_see_them(registry, west, here, name):
    from plugins.rooms import service
    from plugins.rooms.booking.recurrence import Rule

    day = (today() + datetime.timedelta(days=3)).isoformat()
    visitor = replace(command(WEST_HILL), kind="anonymous", permissions=frozenset())
    guest = {"guest_name": "客", "guest_phone": "13800138000"}
    for room in west.values["room_id"]:
        service.book(visitor, room, service.BookingRequest(date=day, start="09:00", end="10:00", **guest))
    room = west.values["room_id"][0]
    again = service.WaitingWish(day, "09:00", "10:00", room_id=room)
    service.join_waiting(visitor, again, who=service.Who(**guest))
    service.book_series(
        visitor, room, Rule(count=2), service.BookingRequest(date=day, start="11:00", end="12:00", **guest)
    )
    residents.edit_person(command(WEST_HILL), west.people[0].public_id, phone="13800138000")
    residents.edit_person(command(WEST_HILL), west.people[2].public_id, phone="0573-82385872")
    export = declared(registry, name)
    whole, hidden = here(name, date=day), here(name, PHONES, date=day)
    if name == "core.audit_log":
        assert hidden.pop(1)[3] == str(SENTENCES["core.list.exported"]), "the first of the two exports, newest first"
    assert len(whole) > 1 or name == "core.grids"
    for full, masked in zip(whole[1:], hidden[1:], strict=True):
        for column, (open_cell, masked_cell) in enumerate(zip(full, masked, strict=True)):
            if column in export.phones and open_cell:
                assert "*" not in open_cell and " " not in open_cell
                assert "****" in masked_cell and masked_cell[-4:] == open_cell[-4:]
            else:
                assert open_cell == masked_cell
    if export.phones:
        assert told()[1]["whole_numbers"] is False
        assert any(row[export.phones[0]] for row in whole[1:])
    else:
        assert not any("138001" in str(cell) for row in whole for cell in row)


def test_a_list_of_a_module_that_is_off_does_not_exist(registry, west, here):
    switch_off(command(WEST_HILL), "rooms")
    for name in (*ROOMS, "core.nothing", "garden.beds", ""):
        with pytest.raises(NotFound):
            here(name)
        assert not exports.may_export(registry, director(registry), name)
    assert all(exports.may_export(registry, director(registry, community=SOUTH_GARDEN), name) for name in ROOMS)
    with pytest.raises(NotFound):
        exports.file_of(registry, replace(command(), kind="owner"), "core.people", "xlsx", {})
    assert exports.find_export(registry, SOUTH_GARDEN, "rooms.day") is not None


# --------------------------------------------------------------------------- what each is narrowed by


def test_residents_are_narrowed_as_on_their_page(here, west):
    assert [row[0] for row in here("core.people", q="居民2")[1:]] == ["西隐居民2"]
    assert told()[1] == {"list": "core.people", "form": "xlsx", "rows": 1, "q": "居民2", "whole_numbers": True}
    residents.set_status(command(WEST_HILL), west.people[0].public_id, "moved_away")
    assert [row[0] for row in here("core.people", status="moved_away")[1:]] == ["西隐居民1"]
    estate = west.values["area_id"][0]
    residents.add_person(command(WEST_HILL), name="西隐无房")
    assert len(here("core.people", estate=str(estate))) == 4
    assert len(here("core.people", estate="999999")) == 1
    assert len(here("core.people", estate="x", status="nonsense", after="nobody", unheard="of")) == 5
    assert set(told()[1]) == {"list", "form", "rows", "estate", "status", "whole_numbers"}


def test_doors_have_their_people_a_row_each(here, west):
    actor, estate = command(WEST_HILL), west.values["area_id"][0]
    residents.add_person(actor, name="西隐租客", estate_id=estate, door="1-1-101", relation="tenant")
    gone = residents.add_person(actor, name="西隐旧人", estate_id=estate, door="7-1-701")
    residents.move_out(actor, gone.public_id, areas.homes_of(WEST_HILL, estate)[-1].id, today())
    rows = here("core.doors")[1:]
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("1-1-101", "西隐居民1", None), ("1-1-101", "西隐租客", str(RELATION_LABELS["tenant"])), ("2-1-102", "西隐居民2", None),
        ("3-1-103", "西隐居民3", None), ("7-1-701", None, None),
    ]  # fmt: skip
    building = next(node.children[0] for node in areas.tree(WEST_HILL))
    assert [row[2] for row in here("core.doors", area=str(building.id))[1:]] == ["西隐居民1", "西隐租客"]
    with pytest.raises(NotFound):
        here("core.doors", area="999999")


def test_homes_stand_once_under_their_own_grid(here, west):
    actor, grid = command(WEST_HILL), west.values["grid_id"][0]
    micro = grids.add_grid(actor, "微一", grid)
    other = grids.add_grid(actor, "空网格")
    (estate,) = areas.tree(WEST_HILL)
    grids.assign_grid(actor, grid, [estate.id])
    grids.assign_grid(actor, micro, [estate.children[0].id])
    expected = [["西隐网格", "西隐苑", "2-1-102"], ["西隐网格", "西隐苑", "3-1-103"], ["微一", "西隐苑", "1-1-101"]]
    assert here("core.grids")[1:] == expected == here("core.grids", grid=str(grid))[1:]
    assert here("core.grids", grid=str(micro))[1:] == expected[2:]
    assert here("core.grids", grid=str(other))[1:] == []
    with pytest.raises(NotFound):
        here("core.grids", grid="999999")


def test_calls_are_the_open_or_the_finished_ones(here, west):
    actor = command(WEST_HILL)
    intake.take_call(actor, who="西隐王姐", what="停水", requested_on=today() - datetime.timedelta(days=1))
    assert [row[1] for row in here("core.calls")[1:]] == ["西隐王姐", "西隐来电人"]
    intake.finish_intake(actor, west.values["call_id"][0], "answer", "已修")
    assert [row[1] for row in here("core.calls")[1:]] == ["西隐王姐"]
    (row,) = here("core.calls", show="finished")[1:]
    assert row[1] == "西隐来电人" and row[7] == "已修"


def test_calls_to_make_leave_out_those_that_are_over(here, west):
    others = len(here("core.calls_to_make")[1:]) - 1

    def back():
        return [row for row in here("core.calls_to_make")[1:] if row[0] == "西隐来电人"]

    (row,) = back()
    assert row[4:] == [0, None]
    calls.record_attempt(command(WEST_HILL), west.values["task_id"][0], "wrong_number")
    (row,) = back()
    assert row[4:] == [1, str(OUTCOMES["wrong_number"])]
    calls.set_aside(command(WEST_HILL), west.values["task_id"][0], "已上门")
    assert back() == [] and len(here("core.calls_to_make")[1:]) == others


def test_accounts_with_roles_and_state(here, west):
    actor = command(WEST_HILL)
    names = [row[0] for row in here("core.staff")[1:]]
    row = next(row for row in here("core.staff")[1:] if row[0] == "西隐干部")
    assert row == ["西隐干部", f"office{WEST_HILL[-3:]}", str(ROLES["staff"].label), str(_("code not used yet"))]
    accounts.close_account(actor, west.values["account_id"][0], "离职")
    others = [name for name in names if name != "西隐干部"]
    assert [row[0] for row in here("core.staff")[1:]] == others
    assert {row[3] for row in here("core.staff", closed="1")[1:] if row[0] not in others} == {str(_("account closed"))}
    assert [row[0] for row in here("core.accounts", q="居民1")[1:]] == ["西隐居民1"]
    assert here("core.accounts", q="居民2")[1:] == []
    account_list.open_staff(actor, "term", "西隐临时", [("staff", None, today())])
    (held,) = (row[2] for row in here("core.staff")[1:] if row[0] == "西隐临时")
    assert today().isoformat() in held
    grid = west.values["grid_id"][0]
    account_list.open_staff(actor, "wangge", "西隐网格员", [("grid_officer", None, today(), grid)])
    (held,) = (row[2] for row in here("core.staff")[1:] if row[0] == "西隐网格员")
    until = _("until %(day)s", day=today().isoformat())
    assert held == f"{ROLES['grid_officer'].label} (西隐网格) ({until})"


def test_printings_of_slips_the_latest_first(here, west):
    slips.issue(
        command(WEST_HILL), slips.prepare(command(WEST_HILL), [west.people[1].public_id, west.people[2].public_id])
    )
    rows = here("core.slips")[1:]
    assert [row[3:] for row in rows] == [[2, 0, 2, 0], [1, 0, 0, 1]]
    assert "2幢" in rows[0][2] and "3幢" in rows[0][2]


def test_the_log_is_narrowed_and_names_the_lists_that_were_exported(registry, west, here):
    here("core.people", q="居民1")
    here("rooms.day")
    rows = here("core.audit_log", action="core.list", **{"from": str(today()), "until": str(today())})[1:]
    labels = [declared(registry, name).label for name in ("rooms.day", "core.people")]
    assert [row[4] for row in rows] == [f"{SUBJECTS['core.list']} {label}" for label in labels]
    assert {row[3] for row in rows} == {str(SENTENCES["core.list.exported"])}
    assert here("core.audit_log", until=str(today() - datetime.timedelta(days=1)))[1:] == []
    assert here("core.audit_log", who="王主任", **{"from": "nonsense"})[1:]
    (entry,) = audit_log.log_page(registry, director(registry), LogFilter(), limit=1).entries
    detail = audit_log.log_detail(registry, director(registry), entry.seq)
    assert (str(audit_words.NAMES["list"]), "", str(LISTS["core.audit_log"])) in detail.values


def test_bookings_of_a_day_keep_a_confidential_title(registry, here, west):
    from plugins.rooms import service

    day = (today() + datetime.timedelta(days=2)).isoformat()
    assert [row[5] for row in here("rooms.day", date=day)[1:]] == ["西隐家宴"] * 3 + ["西隐议事", "西隐合唱"]
    actor, (room, _asked) = command(WEST_HILL), west.values["room_id"]
    service.edit_room(actor, room, confidential=True)
    service.book(
        actor, room, service.BookingRequest(date=day, start="19:00", end="20:00", title="西隐调解", organiser="西隐某")
    )
    (row,) = (row for row in here("rooms.day", date=day)[1:] if row[1] == "19:00")
    assert row[5:7] == [str(rooms_words("confidential")), "西隐某"]
    assert here("rooms.day", date=day, venue="999")[1:] == [] == here("rooms.day")[1:]


# --------------------------------------------------------------------------- the workbook


def test_text_stays_text(registry, west, here):
    actor = command(WEST_HILL)
    residents.add_person(actor, name="=1+1", phone="01088881234")
    intake.take_call(actor, who="@SUM(1)", what="+1", where="-1", phone="0573-82385872")
    for name, value in (("core.people", "=1+1"), ("core.calls", "@SUM(1)")):
        made = exports.file_of(registry, director(registry), name, "xlsx", {})
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(made.content)).active.iter_rows() for cell in row]
        (found,) = (cell for cell in cells if cell.value == value)
        assert found.data_type == "s" and found.quotePrefix
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert here("core.people", q="01088881234")[1][2] == "010-88881234"


def test_the_file_is_named_after_the_list_and_the_day(registry, west):
    made = exports.file_of(registry, director(registry), "core.people", "xlsx", {})
    assert made.filename == f"{LISTS['core.people']}-{today().isoformat()}.xlsx"


def test_a_list_too_long_says_so_in_the_workbook_its_name_and_the_log(registry, west, here, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    made = exports.file_of(registry, director(registry), "core.people", "xlsx", {})
    rows = read(made.content)
    assert len(rows) == 4 and "2" in rows[-1][0] and rows[-1][1] is None
    assert made.filename == f"{LISTS['core.people']}-{today().isoformat()}-{_('first %(most)d rows', most=2)}.xlsx"
    assert told()[1] == {"list": "core.people", "form": "xlsx", "rows": 2, "cut": True, "whole_numbers": True}
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    assert len(here("core.people")) == 4 and "cut" not in told()[1]


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_lists_are_read_page_by_page_without_loss_or_repetition(registry, west, here, monkeypatch, at_once):
    actor = command(WEST_HILL)
    grids.assign_grid(actor, west.values["grid_id"][0], west.values["area_id"][:1])
    slips.issue(actor, slips.prepare(actor, [west.people[1].public_id]))
    for number in range(3):
        call = intake.take_call(actor, who=f"西隐{number}", what="停电", call_back=True)
        if number:
            intake.finish_intake(actor, call.id, "answer", "好")
    lists = [(name, {}) for name in NAMES] + [("core.calls", {"show": "finished"})]
    whole = [here(name, **filters) for name, filters in lists if name != "core.audit_log"]
    monkeypatch.setattr(every, "__defaults__", (at_once,))
    assert export_lists.AT_ONCE > 100
    assert [here(name, **filters) for name, filters in lists if name != "core.audit_log"] == whole
    numbers = [row[0] for row in here("core.audit_log")[1:]]
    assert numbers == list(range(len(numbers), 0, -1)) and len(numbers) > 30


def test_a_fault_in_a_module_s_list_is_shown_to_the_administrator(registry, west, monkeypatch):
    def broken(_actor, _wanted):
        yield ["甲"]
        raise KeyError("bed")

    export = Export("rooms.broken", "坏", "rooms.desk", ("一",), broken)
    monkeypatch.setattr(registry, "declared", lambda kind: [("rooms", export)] if kind == "exports" else [])
    before = AuditEntry.select().count()
    with pytest.raises(KeyError):
        exports.file_of(registry, director(registry), "rooms.broken", "xlsx", {})
    assert any(fault.place == "export rooms.broken" for fault in registry.failures("rooms"))
    assert AuditEntry.select().count() == before


# --------------------------------------------------------------------------- the other forms


def test_csv_opens_in_excel_and_keeps_text_text(registry, west):
    residents.add_person(command(WEST_HILL), name="=1+1", phone="01088881234")
    made = exports.file_of(registry, director(registry), "core.people", "csv", {"q": "01088881234"})
    assert made.content.startswith(b"\xef\xbb\xbf") and made.filename.endswith(".csv")
    assert read_table(made.content, "list.csv")[1][0] == "=1+1"  # our own reader takes the apostrophe away
    assert "'=1+1" in made.content.decode("utf-8-sig")


def test_json_holds_the_same_cells_by_column(registry, west, here):
    for name in ("core.people", "core.calls"):
        listed = json.loads(exports.file_of(registry, director(registry), name, "json", {}).content)
        header, *rows = here(name)
        assert [list(line) for line in listed] == [header] * len(rows) and rows
        assert [str(line[header[1]]) for line in listed] == [str(row[1]) for row in rows]


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_no_form_holds_a_whole_number_for_whoever_may_not_see_one(registry, west, form):
    residents.add_person(command(WEST_HILL), name="张三丰", phone="13812345678")
    made = exports.file_of(registry, director(registry, PHONES), "core.people", form, {})
    assert b"13812345678" not in made.content
    assert form == "xlsx" or b"5678" in made.content
    assert told()[1]["form"] == form


def test_there_are_no_other_forms(registry, west):
    with pytest.raises(NotFound):
        exports.file_of(registry, director(registry), "core.people", "html", {})


def test_no_list_has_two_columns_of_one_name(registry):
    for export in (*CORE_EXPORTS, *(item for _plugin, item in registry.declared("exports"))):
        names = [str(column) for column in export.columns]
        assert len(set(names)) == len(names), export.name
