"""The holiday calendar in the browser: a year, a list given as text or table, checked, loaded once, taken back."""

import datetime
import io

import pytest

from core.civic.calendar import holiday_list
from core.civic.calendar.holiday_list import HolidayList
from core.spreadsheet import Sheet, write_workbook
from core.testing import SOUTH_GARDEN
from core.web.views import desk
from tests.core.web.office_cases import HERE, text

pytestmark = pytest.mark.usefixtures("app")
PAGE, LOAD = f"{HERE}/admin/calendar", f"{HERE}/admin/calendar/load"
LINES = "2045-01-01..2045-01-03 元旦 放假\n2045-01-07 上班"


@pytest.fixture
def director(as_role):
    """Somebody who may load lists."""
    return as_role("director")


def loaded(year=2045):
    return holiday_list.loaded_list(year)


@pytest.mark.parametrize("roles", [("director",), ("secretary",), ("owner",)])
def test_a_year_with_its_days_and_where_they_come_from(as_role, roles):
    page = text(as_role(*roles).get(f"{PAGE}?year=2026"))
    for wanted in ("系统自带", "02-15 周日", "春节", "放假 9 天", "02-14 周六", "调休上班", "248 天"):
        assert wanted in page


@pytest.mark.parametrize("roles", [("staff",), ("supervisor",), ("grid_officer",)])
def test_only_those_it_is_entrusted_to(as_role, roles):
    browser = as_role(*roles)
    assert browser.get(PAGE).status_code == 403
    assert browser.send(LOAD, step="load", year=2045, lines=LINES).status_code == 403
    assert browser.send(f"{PAGE}/2045/take-back").status_code == 403
    assert loaded() is None


def test_a_year_that_is_not_loaded_says_so(director):
    page = text(director.get(f"{PAGE}?year=2045"))
    assert "2045 年的放假安排还没有导入" in page
    assert f"{LOAD}?year=2045" in page


@pytest.mark.parametrize("year", ["1", "99999", "x", "-1", "2200"])
def test_a_year_that_cannot_be_asked_for_is_this_year(director, year):
    assert director.get(PAGE, query_string={"year": year}).status_code == 200
    assert director.get(LOAD, query_string={"year": year}).status_code == 200


def test_a_list_is_checked_before_it_is_loaded(director):
    answer = director.send(LOAD, year=2045, notice="国办发明电〔2044〕1号", lines=LINES)
    page = text(answer)
    assert answer.status_code == 200
    assert "01-01 周日" in page
    assert "确认导入，共 4 天" in page
    assert "国庆节" in page  # the law names it, the list does not
    assert loaded() is None


def test_loading_it_shows_it_to_every_community(director, as_role):
    answer = director.send(LOAD, step="load", year=2045, notice="国办发明电〔2044〕1号", lines=LINES)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?year=2045")
    page = text(director.get(answer.headers["Location"]))
    for wanted in ("已导入", "国办发明电〔2044〕1号", "测试员", "放假 3 天", f'action="{PAGE}/2045/take-back"'):
        assert wanted in page
    south = as_role("secretary", community=SOUTH_GARDEN)
    assert "国办发明电〔2044〕1号" in text(south.get(f"/c/{SOUTH_GARDEN}/admin/calendar?year=2045"))


def test_a_double_tap_loads_it_once(director):
    fields = {"step": "load", "year": 2045, "lines": LINES, "idempotency_key": "once-and-no-more"}
    answers = [director.send(LOAD, **fields).status_code for _tap in range(2)]
    assert answers == [303, 303]
    assert HolidayList.select().count() == 1


def test_refused_lines_say_why_and_nothing_typed_is_lost(director):
    answer = director.send(LOAD, step="load", year=2045, notice="1号", lines=f"{LINES}\n2045-02-30 春节 放假\n随便")
    page = text(answer)
    assert answer.status_code == 422
    for wanted in (
        "有 2 行没有看懂",
        "第 3 行",
        "没有这一天",
        "第 4 行",
        "没有日期",
        "2045-01-07 上班",
        'value="1号"',
        'value="2045"',
    ):
        assert wanted in page
    assert "确认导入" not in page
    assert loaded() is None


@pytest.mark.parametrize(
    "fields, told",
    [
        ({"year": "1999", "lines": LINES}, "2001"),
        ({"year": "", "lines": LINES}, "2045-01-07 上班"),
        ({"year": "2045", "lines": ""}, "请选择表格文件"),
        ({"year": "2045", "lines": "2045-01-07 上班", "step": "load"}, "一天放假也没有"),
        ({"year": "2045", "lines": "x\n" * 401}, "最多 400 行"),
        ({"year": "2045", "lines": LINES, "notice": "长" * 101}, "2045-01-07 上班"),
    ],
)
def test_a_form_that_cannot_be_used_is_kept(director, fields, told):
    answer = director.send(LOAD, **fields)
    assert answer.status_code == 422
    assert told in text(answer)
    assert loaded() is None


def workbook(*rows):
    """An upload of a table with these rows."""
    return io.BytesIO(write_workbook([Sheet("放假安排", rows[0], rows[1:])])), "2045.xlsx"


def test_a_workbook_becomes_lines_that_can_be_corrected(director):
    day = datetime.date(2045, 1, 1)
    table = workbook(("开始", "结束", "类型", "名称"), (day, datetime.date(2045, 1, 3), "休", "元旦"),
                     (datetime.date(2045, 1, 7), "", "班", ""))  # fmt: skip
    page = text(director.send(LOAD, year=2045, file=table))
    assert "2045-01-01..2045-01-03 元旦 放假\n2045-01-07 上班" in page.replace("\r\n", "\n")
    assert "确认导入，共 4 天" in page


def test_a_csv_in_gbk_is_read_too(director):
    table = io.BytesIO("日期,类型,名称\n2045-01-01,放假,元旦\n2045-01-07,上班,\n".encode("gbk")), "2045.csv"
    assert "确认导入，共 2 天" in text(director.send(LOAD, year=2045, file=table))


def test_a_damaged_file_is_told_and_the_text_stays(director):
    answer = director.send(LOAD, year=2045, lines=LINES, file=(io.BytesIO(b"PK\x03\x04broken"), "x.xlsx"))
    assert answer.status_code == 422
    assert "2045-01-07 上班" in text(answer)


def test_a_list_is_taken_back_after_asking(director):
    assert director.get(f"{PAGE}/2045/take-back").status_code == 303
    director.send(LOAD, step="load", year=2045, lines=LINES)
    assert "撤回 2045 年导入的放假安排" in text(director.get(f"{PAGE}/2045/take-back"))
    assert loaded() is not None
    director.send(f"{PAGE}/2045/take-back")
    assert loaded() is None
    assert "改回系统自带的安排" in text(director.get(f"{PAGE}?year=2045"))
    assert director.get(f"{PAGE}/1999/take-back").status_code == 404


# --------------------------------------------------------------------------- the desk


@pytest.mark.parametrize(
    "now, told", [("2026-10-01", "国庆节"), ("2026-10-10", "调休上班"), ("2026-03-03", ""), ("2045-03-03", "")]
)
def test_the_desk_names_the_day_and_the_missing_year(director, as_role, monkeypatch, now, told):
    day = datetime.date.fromisoformat(now)
    monkeypatch.setattr(desk, "today", lambda: day)
    page = text(director.get(f"{HERE}/desk"))
    eyebrow = page.split('class="eyebrow">')[1].split("</p>")[0]
    assert eyebrow.endswith(f" · {told}") == bool(told)
    assert ("2045 年的放假安排还没有导入" in page) == (day.year == 2045)
    assert (f"{LOAD}?year=2045" in page) == (day.year == 2045)
    assert f"{LOAD}?year=2045" not in text(as_role("staff").get(f"{HERE}/desk"))
