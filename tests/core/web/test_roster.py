"""Importing a register in the browser: preview with reasons, columns corrected, import, error workbook, take back."""

import io

import openpyxl
import pytest

from core.actor import command
from core.people import residents
from core.people.grids import Grid
from core.people.person import Person
from core.people.roster_records import RosterImport
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.web.office_cases import HERE, csv, text

pytestmark = pytest.mark.usefixtures("app")


def upload(browser, *rows, estate="海城名家", **kwargs):
    return browser.send(f"{HERE}/roster", file=csv(*rows, **kwargs), estate=estate)


def hundred(bad=3):
    """A hundred rows of which the last three cannot be imported: door, name, phone."""
    rows = [f"{number}-1-101,王{chr(0x4E00 + number)},138{number:08d}" for number in range(1, 101 - bad)]
    return [*rows, "3幢2单元,李四,13800138000", "98-1-101,,13800138001", "99-1-101,赵六,1380013"][: 100 if bad else 97]


def only():
    return RosterImport.select().order_by(RosterImport.id.desc()).first()


def test_three_bad_rows_of_a_hundred(as_role):
    """Acceptance point 16."""
    browser = as_role("staff")
    answer = upload(browser, *hundred())
    assert answer.status_code == 303
    page = text(browser.get(answer.headers["Location"]))
    for row, column, reason in (("第 99 行", "A 房号", "不完整"), ("第 100 行", "B 业主姓名", "没有填姓名"),
                                ("第 101 行", "C 联系电话", "是 7 位")):  # fmt: skip
        line = page.split(row)[1].split("</tr>")[0]
        assert column in line
        assert reason in line
    assert Person.select().count() == 0
    done = browser.send(f"{answer.headers['Location']}/import", leave="keep", changed="take")
    assert Person.select().count() == 97
    result = text(browser.get(done.headers["Location"]))
    assert f'action="{HERE}/roster/{only().id}/take-back"' in result
    browser.send(f"{HERE}/roster/{only().id}/take-back")
    assert Person.select().count() == 0
    assert "已撤回" in text(browser.get(f"{HERE}/roster"))


def test_the_error_workbook_has_the_rows_with_their_reason(as_role):
    browser = as_role("staff")
    upload(browser, *hundred())
    answer = browser.get(f"{HERE}/roster/{only().id}/errors.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][-1] == "错误原因"
    assert [row[0] for row in rows[1:]] == ["3幢2单元", "98-1-101", "99-1-101"]
    browser.send(f"{HERE}/roster/{only().id}/import")
    assert browser.get(f"{HERE}/roster/{only().id}/errors.xlsx").status_code == 200


def test_asks_for_the_estate_and_the_columns_it_cannot_guess(as_role):
    browser = as_role("staff")
    where = upload(browser, "3-2-501,张三,13800138000", estate="").headers["Location"]
    page = text(browser.get(where))
    assert "哪个小区" in page
    assert f"{where}/import" not in page
    assert browser.send(f"{where}/import").status_code == 422
    columns = {"door": 0, "name": 1, "phone": 2}
    assert browser.send(f"{where}/columns", **columns, estate_name="海城名家").status_code == 303
    assert "/import" in text(browser.get(where))
    browser.send(f"{where}/import")
    assert Person.get().name == "张三"


def test_columns_are_shown_with_titles_and_first_values_and_can_be_corrected(as_role):
    browser = as_role("staff")
    rows = [f"3-2-{100 + number},王{chr(0x4E00 + number)},13800138{number:03d},随便" for number in range(5)]
    where = upload(browser, *rows, titles="甲,乙,丙,丁").headers["Location"]
    page = text(browser.get(where))
    assert "A 甲：3-2-100，3-2-101，3-2-102" in page
    browser.send(f"{where}/columns", door=0, name=1, phone=2, note=3, estate_name="海城名家")
    browser.send(f"{where}/import")
    assert Person.select().where(Person.note == "随便").count() == 5
    again = upload(browser, *rows, titles="甲,乙,丙,丁").headers["Location"]
    assert '<option value="3" selected>D 丁' in text(browser.get(again))
    wrong = browser.send(f"{again}/columns", door=77, name="x", estate_name="海城名家")
    assert wrong.status_code in (303, 422)


def test_asks_about_those_who_are_missing_and_about_other_phones(as_role):
    browser = as_role("staff")
    first = upload(browser, "3-2-501,张三,13800138000", "3-2-502,李四,13900139000").headers["Location"]
    browser.send(f"{first}/import")
    second = upload(browser, "3-2-501,张三,13700137000").headers["Location"]
    page = text(browser.get(second))
    assert "李四" in page
    assert "137 0013 7000" in page
    browser.send(f"{second}/import", leave="keep", changed="keep")
    assert {row.name: (row.status, row.phone) for row in Person.select()} == {
        "张三": ("living_here", "13800138000"),
        "李四": ("living_here", "13900139000"),
    }
    third = upload(browser, "3-2-501,张三,13700137000").headers["Location"]
    stay = text(browser.get(third)).split('name="left" value="')[1].split('"')[0]
    browser.send(f"{third}/import", leave="some", left=stay, changed="take")
    assert {row.name: (row.status, row.phone) for row in Person.select()} == {
        "张三": ("living_here", "13700137000"),
        "李四": ("moved_away", "13900139000"),
    }


TITLES = "幢,单元,室,姓名,性别,出生年份,网格"


def test_shows_what_happens_to_grids_and_takes_them_back(as_role):
    browser = as_role("staff")
    first = upload(browser, "1,1,101,张三,男,1977,第1网格", "2,1,101,李四,女,1950,第2网格", titles=TITLES)
    page = text(browser.get(first.headers["Location"]))
    assert "新建网格：第1网格、第2网格" in page
    assert "网格 ← G 网格" in page and "出生年份 ← F 出生年份" in page and "性别 ← E 性别" in page
    done = browser.send(f"{first.headers['Location']}/import")
    assert "2 处小区、楼栋、单元划入网格" in text(browser.get(done.headers["Location"]))
    second = upload(
        browser,
        "1,1,101,张三,女,1978,第2网格",
        "3,1,101,王五,,,第1网格",
        "3,1,102,赵六,,,第2网格",
        titles=TITLES,
    ).headers["Location"]
    page = text(browser.get(second))
    for shown in ("1977 年生", "1978 年生", "以哪边为准", "不会移动", "几行写了不同的网格", "第1网格（第 3 行）"):
        assert shown in page
    browser.send(f"{second}/discard")
    imported = first.headers["Location"]
    assert "第1网格、第2网格" in text(browser.get(f"{imported}/take-back"))
    browser.send(f"{imported}/take-back")
    assert Grid.select().count() == 0


def test_filling_what_is_empty_asks_nothing(as_role):
    browser = as_role("staff")
    browser.send(f"{upload(browser, '1,1,101,张三,,,', titles=TITLES).headers['Location']}/import")
    second = upload(browser, "1,1,101,张三,男,1977,", titles=TITLES).headers["Location"]
    page = text(browser.get(second))
    assert "1977 年生" in page and "以哪边为准" not in page
    browser.send(f"{second}/import")
    assert (Person.get().sex, Person.get().birth_year) == ("male", 1977)


def test_importing_twice_is_once(as_role):
    browser = as_role("staff")
    where = upload(browser, "3-2-501,张三,13800138000").headers["Location"]
    assert browser.send(f"{where}/import").status_code == browser.send(f"{where}/import").status_code == 303
    assert Person.select().count() == 1


def test_take_back_asks_and_refuses_with_the_reason(as_role):
    browser = as_role("staff")
    where = upload(browser, "3-2-501,张三,13800138000").headers["Location"]
    browser.send(f"{where}/import")
    assert "整批撤回" in text(browser.get(f"{where}/take-back"))
    residents.edit_person(command(WEST_HILL), Person.get().public_id, note="队长")
    refused = browser.send(f"{where}/take-back")
    assert refused.status_code == 409
    assert "张三" in text(refused)
    assert Person.select().count() == 1


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 no table", b"PK\x03\x04 damaged"])
def test_what_is_no_table_is_said_at_the_field(as_role, content):
    answer = as_role("staff").send(f"{HERE}/roster", file=(io.BytesIO(content), "名册.xlsx"), estate="海城名家")
    assert answer.status_code == 422
    assert 'href="#file"' in text(answer)
    assert 'value="海城名家"' in text(answer)
    assert RosterImport.select().count() == 0


def test_no_file_is_said(as_role):
    assert as_role("staff").send(f"{HERE}/roster", estate="").status_code == 422


def test_throws_an_upload_away(as_role):
    browser = as_role("staff")
    where = upload(browser, "3-2-501,张三,13800138000").headers["Location"]
    browser.send(f"{where}/discard")
    assert only().state == "discarded"
    assert only().content is None
    assert browser.get(where).status_code == 303
    assert browser.send(f"{where}/import").status_code == 303
    assert Person.select().count() == 0


def test_is_for_those_who_import(as_role, client):
    browser = as_role("staff")
    where = upload(browser, "3-2-501,张三,13800138000").headers["Location"]
    officer = as_role("grid_officer")
    for path in ("", "/errors.xlsx", "/take-back"):
        assert officer.get(where + path).status_code == 403
        assert client.get(where + path).status_code == 303
    assert officer.send(f"{where}/import").status_code == 403
    assert officer.get(f"{HERE}/roster").status_code == 403
    assert browser.get(f"{where}/import").status_code == 405


def test_uploads_of_another_community_do_not_exist(as_role):
    where = upload(as_role("staff"), "3-2-501,张三,13800138000").headers["Location"]
    away = where.replace(WEST_HILL, SOUTH_GARDEN)
    browser = as_role("director", community=SOUTH_GARDEN)
    for path in ("", "/errors.xlsx", "/take-back"):
        assert browser.get(away + path).status_code == 404
    for path in ("/import", "/columns", "/discard", "/take-back"):
        assert browser.send(away + path).status_code == 404
