"""Bringing a list in in the browser: upload, columns, differences, import, the rows to correct, taking back; for whom."""

import io
import json

import openpyxl
import pytest

from core.actor import command
from core.spreadsheet import XLSX, Sheet, read_table, write_workbook
from core.store.audit import AuditEntry
from core.store.import_batches import ImportBatch, ImportMapping
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from plugins.rooms import service
from plugins.rooms.models import Room, Venue
from tests.core.web.office_cases import HERE, THERE, csv, text

pytestmark = pytest.mark.usefixtures("app")

TITLES = "阵地,房间,座位数,设备,是否开放"
NEW = f"{HERE}/imports/new/rooms.rooms"
ROWS = ("邻里中心,书画室,30,投影、音响,是", "邻里中心,棋牌室,20人,,居民", "东苑,茶室,12,茶具,否")


def upload(browser, *rows, titles=TITLES, encoding="utf-8", name="清单.csv"):
    content = "\n".join([titles, *rows]).encode(encoding)
    return browser.send(NEW, file=(io.BytesIO(content), name))


def seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


def run(browser, where):
    return browser.send(f"{where}/run", seen=seen(text(browser.get(where))))


def names():
    return [room.name for room in service.rooms(WEST_HILL)]


def only():
    return ImportBatch.select().order_by(ImportBatch.id.desc()).first()


def test_a_table_is_previewed_imported_and_taken_back(as_role):
    browser = as_role("director")
    where = upload(browser, *ROWS).headers["Location"]
    page = text(browser.get(where))
    assert "书画室" in page and "设备：投影、音响" in page and "座位" in page
    assert names() == []
    done = run(browser, where)
    assert done.status_code == 303
    rooms = {room.name: room for room in service.rooms(WEST_HILL)}
    assert (rooms["书画室"].seats, rooms["书画室"].features) == (30, ["投影", "音响"])
    assert [rooms[name].bookable_by for name in ("书画室", "棋牌室", "茶室")] == ["anyone", "residents", "staff"]
    assert [venue.name for venue in service.venues(WEST_HILL)] == ["邻里中心", "东苑"]
    result = text(browser.get(done.headers["Location"]))
    assert f'href="{where}/take-back"' in result
    assert "整批撤回" in text(browser.get(f"{where}/take-back"))
    browser.send(f"{where}/take-back")
    assert names() == [] and service.venues(WEST_HILL) == []
    assert "已撤回" in text(browser.get(f"{HERE}/imports"))
    actions = [row.action for row in AuditEntry.select()]
    assert actions.count("core.import.done") == actions.count("core.import.taken_back") == 1


def test_three_bad_rows_come_back_with_their_reason(as_role):
    browser = as_role("director")
    where = upload(
        browser, *ROWS, "邻里中心,,5,,", "邻里中心,健身房,很多,,", "邻里中心,书画室,8,,", "邻里中心,琴房,8,,随便"
    ).headers["Location"]
    page = text(browser.get(where))
    for row, column, reason in (("第 5 行", "B 房间", "没有填"), ("第 6 行", "C 座位数", "1 到 100000"),
                                ("第 7 行", "A 阵地", "第 2 行"), ("第 8 行", "E 是否开放", "其中之一")):  # fmt: skip
        line = page.split(row)[1].split("</tr>")[0]
        assert column in line and reason in line
    book = browser.get(f"{where}/errors.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.data)).active.iter_rows(values_only=True))
    assert rows[0] == ("阵地", "房间", "座位数", "设备", "是否开放", "错误原因")
    assert [row[1] for row in rows[1:]] == [None, "健身房", "书画室", "琴房"]
    run(browser, where)
    assert names() == ["书画室", "棋牌室", "茶室"]
    assert "4 行没有导入" in text(browser.get(where))
    assert browser.get(f"{where}/errors.xlsx").status_code == 200
    # The corrected workbook goes in as it is, with the column of reasons still there.
    rows[1:] = [("邻里中心", "健身房", 9, None, "是", "改好了")]
    again = browser.send(NEW, file=(io.BytesIO(write_workbook([Sheet("改", rows[0], rows[1:])])), "改.xlsx"))
    run(browser, again.headers["Location"])
    assert "健身房" in names()


def test_what_is_stored_is_compared_and_changed_from_to(as_role):
    browser = as_role("director")
    run(browser, upload(browser, *ROWS).headers["Location"])
    where = upload(browser, "邻里中心,书画室,40,,", "邻里中心,棋牌室,20,无,", "东苑,茶室,,茶具,").headers["Location"]
    line = text(browser.get(where)).split('id="changed"')[1].split("</table>")[0]
    assert "座位：30" in line and "座位：40" in line
    assert "棋牌室" not in line and "茶室" not in line
    run(browser, where)
    assert {room.name: room.seats for room in service.rooms(WEST_HILL)} == {"书画室": 40, "棋牌室": 20, "茶室": 12}
    assert service.rooms(WEST_HILL)[0].features == ["投影", "音响"]
    browser.send(f"{where}/take-back")
    assert service.rooms(WEST_HILL)[0].seats == 30


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_an_exported_list_is_the_same_when_it_comes_back(as_role, form):
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心", address="海州路 1 号")
    hall = service.add_room(actor, venue.id, name="=1+1 大厅", note="一行\r\n二行", seats=80, accessibility="无")
    service.add_room(
        actor, venue.id, name="西厅", part_of=hall.id, features=["投影"], confidential=True, contact_phone="87654321"
    )
    browser = as_role("director")
    exported = browser.send(f"{HERE}/exports/rooms.rooms.{form}").data
    where = browser.send(NEW, file=(io.BytesIO(exported), f"清单.{form}")).headers["Location"]
    page = text(browser.get(where))
    assert 'name="seen"' not in page
    assert only().summary == {"rows": 2, "bad": {"missing": 0, "unreadable": 0, "duplicate": 0, "refused": 0}}
    assert 'id="changed"' not in page and 'id="new"' not in page and 'id="bad"' not in page


def test_columns_are_corrected_and_remembered(as_role):
    browser = as_role("director")
    titles = "甲,乙,丙"
    where = upload(browser, "书画室,30,随便", titles=titles).headers["Location"]
    page = text(browser.get(where))
    assert "/run" not in page and "A 甲：书画室" in page
    assert browser.send(f"{where}/run", seen="").status_code == 422
    chosen = {"column-name": 0, "column-seats": 1, "all-venue": "邻里中心"}
    assert browser.send(f"{where}/columns", **chosen).status_code == 303
    run(browser, where)
    assert [(room.name, room.seats) for room in service.rooms(WEST_HILL)] == [("书画室", 30)]
    assert ImportMapping.select().count() == 1
    again = upload(browser, "琴房,5,随便", titles=titles).headers["Location"]
    assert '<option value="1" selected>B 乙' in text(browser.get(again))
    for nonsense in ({"column-name": "77"}, {"column-name": "x", "all-venue": "长" * 2000}, {}):
        assert browser.send(f"{again}/columns", **nonsense).status_code in (303, 422)


def test_two_rows_for_one_place_in_other_writing_are_one(as_role):
    browser = as_role("director")
    where = upload(browser, "邻里中心,A 室,3,,", "邻里中心,Ａ 室,4,,").headers["Location"]
    assert "第 2 行" in text(browser.get(where)).split('id="bad"')[1]
    run(browser, where)
    assert names() == ["A 室"]


def test_what_changed_meanwhile_is_shown_again(as_role):
    browser = as_role("director")
    run(browser, upload(browser, *ROWS).headers["Location"])
    where = upload(browser, "邻里中心,书画室,40,,").headers["Location"]
    before = seen(text(browser.get(where)))
    service.edit_room(command(WEST_HILL), service.rooms(WEST_HILL)[0].id, seats=35)
    answer = browser.send(f"{where}/run", seen=before)
    assert answer.status_code == 409 and "35" in text(answer)
    assert service.rooms(WEST_HILL)[0].seats == 35
    assert browser.send(f"{where}/run", seen=seen(text(answer))).status_code == 303
    assert service.rooms(WEST_HILL)[0].seats == 40


def test_a_row_that_the_service_refuses_is_found_when_it_is_tried(as_role):
    browser = as_role("director")
    where = upload(
        browser, "邻里中心,东厅,大厅,,", "邻里中心,小间,,90,60", "邻里中心,大厅,,,", "邻里中心,西厅,大厅,,",
        titles="阵地,房间,所属大厅,最短分钟,最长分钟",
    ).headers["Location"]  # fmt: skip
    page = text(browser.get(where)).split('id="bad"')[1]
    assert "东厅" in page and "小间" in page and names() == []
    run(browser, where)
    assert names() == ["大厅", "西厅"]


def test_importing_twice_is_once(as_role):
    browser = as_role("director")
    where = upload(browser, *ROWS).headers["Location"]
    key = seen(text(browser.get(where)))
    assert [browser.send(f"{where}/run", seen=key).status_code for _ in range(2)] == [303, 303]
    assert len(names()) == 3


def test_taking_back_refuses_what_was_used_or_changed_since(as_role):
    browser = as_role("director")
    where = upload(browser, *ROWS).headers["Location"]
    run(browser, where)
    rooms = {room.name: room.id for room in service.rooms(WEST_HILL)}
    service.edit_room(command(WEST_HILL), rooms["茶室"], note="下午关")
    refused = browser.send(f"{where}/take-back")
    assert refused.status_code == 409 and "茶室" in text(refused)
    service.edit_room(command(WEST_HILL), rooms["茶室"], note="")
    service.set_quota(command(WEST_HILL), rooms["书画室"], "person", "week", bookings=2)
    refused = browser.send(f"{where}/take-back")
    assert refused.status_code == 409 and "书画室" in text(refused)
    service.set_quota(command(WEST_HILL), rooms["书画室"], "person", "week")
    other = service.add_room(command(WEST_HILL), Venue.get(Venue.name == "东苑").id, name="后加的")
    assert browser.send(f"{where}/take-back").status_code == 409
    assert len(names()) == 4
    service.remove_room(command(WEST_HILL), other.id)
    assert browser.send(f"{where}/take-back").status_code == 303
    assert names() == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 no table", b"PK\x03\x04 damaged", b"[1, 2", b'[{"a": {"b": 1}}]',
                                     b"[{}]", b"[]", b'{"a": 1}' * 3, b"[" * 50_000, b"[{" * 20_000])  # fmt: skip
def test_what_is_no_table_is_said_at_the_field(as_role, content):
    browser = as_role("director")
    answer = browser.send(NEW, file=(io.BytesIO(content), "清单.xlsx"))
    assert answer.status_code in (303, 422)
    assert answer.status_code == 303 or 'href="#file"' in text(answer)
    assert browser.send(NEW).status_code == 422


def test_hostile_cells_are_only_text(as_role):
    browser = as_role("director")
    rows = [
        ["邻里中心", '=HYPERLINK("http://x")', "", "\u202eאבג"],
        ["邻里中心", "<script>alert(1)</script>", "", "👨‍👩‍👧‍👦"],
        ["长" * 30_000, "长" * 30_000, "9" * 400, "长" * 30_000],
        ["邻里中心", "{{7*7}}%(name)s", "٣", "-"],
    ]
    book = write_workbook([Sheet("表", ["阵地", "房间", "座位数", "设备"], rows)])
    where = browser.send(NEW, file=(io.BytesIO(book), "=1+1<script>.xlsx")).headers["Location"]
    page = text(browser.get(where))
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page
    assert run(browser, where).status_code == 303
    assert {'=HYPERLINK("http://x")', "<script>alert(1)</script>"} <= set(names())
    exported = browser.send(f"{HERE}/exports/rooms.rooms.xlsx").data
    assert openpyxl.load_workbook(io.BytesIO(exported)).active.cell(2, 2).data_type == "s"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_odd_encodings_are_read(as_role, encoding):
    browser = as_role("director")
    run(browser, upload(browser, *ROWS, encoding=encoding).headers["Location"])
    assert names() == ["书画室", "棋牌室", "茶室"]


def test_json_is_read_by_the_names_of_fields_and_labels(as_role):
    browser = as_role("director")
    listed = [{"venue": "邻里中心", "name": "书画室", "seats": 30, "features": ["投影"], "needs_approval": True}]
    content = json.dumps(listed).encode()
    run(browser, browser.send(NEW, file=(io.BytesIO(content), "list.json")).headers["Location"])
    (room,) = service.rooms(WEST_HILL)
    assert (room.seats, room.features, room.needs_approval) == (30, ["投影"], True)


def test_the_empty_table_imports_nothing_and_filled_in_it_works(as_role):
    browser = as_role("director")
    answer = browser.get(f"{NEW}/template.xlsx")
    assert answer.mimetype == XLSX
    table = read_table(answer.data, "空.xlsx")
    assert "党群服务中心" in table[1][0]
    where = browser.send(NEW, file=(io.BytesIO(answer.data), "空.xlsx")).headers["Location"]
    assert only().summary["rows"] == 0 and 'name="seen"' not in text(browser.get(where))
    rows = [table[1], ["邻里中心", "书画室"], ["邻里中心", "茶室", *[""] * 18, "东路", "工作日 9:00-17:30"]]
    filled = write_workbook([Sheet("表", table[0], rows)])
    run(browser, browser.send(NEW, file=(io.BytesIO(filled), "填.xlsx")).headers["Location"])
    assert names() == ["书画室", "茶室"]


def test_a_new_venue_gets_its_hours_from_the_table(as_role):
    browser = as_role("director")
    run(
        browser,
        upload(browser, "东苑,茶室,工作日 9:00-17:30,东路 3 号", titles="阵地,房间,开放时间,地址").headers["Location"],
    )
    (venue,) = service.venues(WEST_HILL)
    hours = service.weekly_hours(WEST_HILL, venue.id)
    assert venue.address == "东路 3 号" and hours[0] == [(540, 1050)] and not hours[6]


def test_is_for_those_who_may(as_role, client):
    browser = as_role("director")
    where = upload(browser, *ROWS).headers["Location"]
    run(browser, where)
    staff, officer = as_role("staff"), as_role("grid_officer")
    assert staff.get(f"{HERE}/imports").status_code == 200
    for path in (where, f"{where}/errors.xlsx", f"{where}/take-back", NEW, f"{NEW}/template.xlsx"):
        assert staff.get(path).status_code == 403
        assert officer.get(path).status_code == 403
        assert client.get(path).status_code == 303
    for act in ("run", "columns", "discard", "take-back"):
        assert staff.send(f"{where}/{act}").status_code == 403
    assert browser.get(f"{where}/run").status_code == 405
    assert names() == ["书画室", "棋牌室", "茶室"]
    assert NEW in text(browser.get(f"{HERE}/rooms/desk/venues"))
    assert browser.get(f"{HERE}/imports/new/rooms.nothing").status_code == 404


def test_uploads_of_another_community_do_not_exist(as_role):
    where = upload(as_role("director"), *ROWS).headers["Location"]
    away = where.replace(WEST_HILL, SOUTH_GARDEN)
    browser = as_role("director", community=SOUTH_GARDEN)
    for path in ("", "/errors.xlsx", "/take-back"):
        assert browser.get(away + path).status_code == 404
    for act in ("run", "columns", "discard", "take-back"):
        assert browser.send(f"{away}/{act}").status_code == 404
    assert "清单.csv" not in text(browser.get(f"{THERE}/imports"))
    assert Room.select().count() == 0


def test_a_module_that_is_off_or_paused_takes_nothing(as_role, app):
    registry, owner = app.extensions["linli_registry"], command(WEST_HILL)
    browser = as_role("director")
    where = upload(browser, *ROWS).headers["Location"]
    registry.switch(owner, "rooms", paused=True)
    assert browser.send(f"{where}/run", seen="").status_code == 409
    assert browser.get(where).status_code == 200
    switch_off(owner, "rooms")
    assert browser.get(where).status_code == 404 and browser.get(NEW).status_code == 404
    assert "清单.csv" not in text(browser.get(f"{HERE}/imports"))
    assert Room.select().count() == 0


def test_the_uploads_of_registers_are_not_those_of_other_lists(as_role):
    browser = as_role("director")
    roster = browser.send(f"{HERE}/roster", file=csv("3-2-501,张三,13800138000"), estate="海城名家").headers["Location"]
    rooms = upload(browser, *ROWS).headers["Location"]
    assert browser.get(rooms.replace("/imports/", "/roster/")).status_code == 404
    assert browser.get(roster.replace("/roster/", "/imports/")).status_code == 404
    page = text(browser.get(f"{HERE}/imports"))
    assert roster in page and rooms in page
    assert rooms not in text(browser.get(f"{HERE}/roster"))


def test_throws_an_upload_away(as_role):
    browser = as_role("director")
    where = upload(browser, *ROWS).headers["Location"]
    browser.send(f"{where}/discard")
    assert (only().state, only().content) == ("discarded", None)
    assert browser.get(where).status_code == 303
    assert browser.send(f"{where}/run", seen="").status_code == 303
    assert names() == []
