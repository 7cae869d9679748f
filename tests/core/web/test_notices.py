"""Notices on the pages: writing and publishing at the desk, reading without an account, the board, the sheet, the check."""

import datetime
import io
import re
from collections import Counter

import pytest

from core.actor import command
from core.civic.attachments import files_of
from core.civic.notices import digest as notice_digest
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices import reads as notice_reads
from core.civic.notices.records import Notice
from core.civic.notices.wording import NoticeWording
from core.clock import today
from core.store import db
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.web.office_cases import HERE, text

pytestmark = pytest.mark.usefixtures("app")
DESK = f"{HERE}/notices/desk"
FORM = {"category": "money", "title": "第三季度收支", "body": "# 收入\n\n停车费 **1200** 元", "responsible": "顾会计"}


def publish(browser, key):
    """Publish a draft after the last look at it."""
    page = f"{DESK}/{key}/publish"
    seen = re.search(r'name="seen" value="(\w+)"', text(browser.get(page)))
    return browser.send(page, seen=seen[1] if seen else "0")


def published(title="停水通知", body="周六上午停水。", community=WEST_HILL, **fields):
    actor = command(community)
    draft = notices.draft_notice(actor, NoticeWording("general", title, body, "陆敏", **fields))
    return notices.publish_notice(actor, draft.id)


def only():
    [notice] = Notice.select()
    return notice


# --------------------------------------------------------------------------- at the desk


def test_a_clerk_drafts_the_director_signs_and_everybody_reads(as_role, client):
    clerk, director = as_role("staff"), as_role("director")
    assert clerk.send(f"{DESK}/new", takes_objections="y", **FORM).status_code == 303
    draft = only()
    assert (draft.days, draft.objection_days) == (15, 15)
    page = f"{HERE}/notices/{draft.id}"
    assert client.get(page).status_code == client.get(f"{page}/sheet").status_code == 404
    assert clerk.get(f"{DESK}/{draft.id}/publish").status_code == 403
    assert clerk.send(f"{DESK}/{draft.id}/submit").status_code == 303
    assert "待签发：第三季度收支" in text(director.get(f"{HERE}/desk"))
    shown = text(director.get(f"{DESK}/{draft.id}/publish"))
    assert re.search(r"公示〔\d{4}〕1号", shown) and "<strong>1200</strong>" in shown
    seen = re.search(r'name="seen" value="(\w+)"', shown)[1]
    assert director.send(f"{DESK}/{draft.id}/publish", seen=seen).status_code == 303
    read = text(client.get(page))
    assert "<h2>收入</h2>" in read and "顾会计" in read and notice_digest.code_text(only().code) in read
    assert "第三季度收支" in text(client.get(f"{HERE}/")) and "第三季度收支" in text(client.get(f"{HERE}/notices"))


def test_what_was_typed_stays_when_something_is_wrong_and_when_it_is_previewed(as_role):
    clerk = as_role("staff")
    answer = clerk.send(f"{DESK}/new", **FORM, days="3")
    assert answer.status_code == 422 and "第三季度收支" in text(answer) and "停车费" in text(answer)
    answer = clerk.send(f"{DESK}/new", **FORM, step="preview")
    assert answer.status_code == 200 and "<strong>1200</strong>" in text(answer)
    assert Notice.select().count() == 0


def test_a_double_tap_publishes_once_and_what_changed_meanwhile_is_not_published(as_role):
    director = as_role("director")
    director.send(f"{DESK}/new", **FORM)
    key = only().id
    seen = re.search(r'name="seen" value="(\w+)"', text(director.get(f"{DESK}/{key}/publish")))[1]
    director.send(f"{DESK}/{key}/edit", **{**FORM, "title": "另一个标题"})
    assert director.send(f"{DESK}/{key}/publish", seen=seen).status_code == 409
    assert only().state == "draft"
    seen = re.search(r'name="seen" value="(\w+)"', text(director.get(f"{DESK}/{key}/publish")))[1]
    for _tap in range(2):
        assert director.send(f"{DESK}/{key}/publish", seen=seen, idempotency_key="the very same tap").status_code == 303
    assert only().serial == 1
    assert director.send(f"{DESK}/{key}/edit", **FORM).status_code == 409


def test_files_come_with_the_draft_and_are_open_to_all_once_it_is_published(as_role, client):
    director = as_role("director")
    answer = director.post(
        f"{DESK}/new",
        data={**FORM, "csrf_token": director.token(), "attachments": (io.BytesIO(b"minutes"), "会议记录.txt"),
              "scans": (io.BytesIO(b"signed"), "签字.txt")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 303
    draft = only()
    [file], [scan] = files_of(draft.ref, "attachment"), files_of(draft.ref, "scan")
    address = f"{HERE}/files/{file.id}/full/{file.id}.txt"
    assert client.get(address).status_code == 404 and director.get(address).status_code == 200
    assert director.send(f"{DESK}/{draft.id}/files/{scan.id}/remove").status_code == 303
    publish(director, draft.id)
    assert client.get(address).data == b"minutes"
    assert "会议记录.txt" in text(client.get(f"{HERE}/notices/{draft.id}"))
    assert director.send(f"{DESK}/{draft.id}/files/{file.id}/remove").status_code == 409
    director.send(f"{DESK}/{draft.id}/withdraw", reason="有误")
    assert client.get(address).status_code == 404


def test_the_list_of_the_desk_shows_each_where_it_is_and_goes_to_excel(as_role):
    director = as_role("director")
    up, gone = published(), published("作废的")
    director.send(f"{DESK}/new", **FORM)
    director.send(f"{DESK}/{gone.id}/withdraw", reason="有误")
    for shown, title in (("drafts", "第三季度收支"), ("up", "停水通知"), ("withdrawn", "作废的")):
        page = text(director.get(f"{DESK}?show={shown}"))
        assert [title in page for title in ("第三季度收支", "停水通知", "作废的")].count(True) == 1 and title in page
    assert "没有符合的公示" in text(director.get(f"{DESK}?show=up&q=电梯"))
    assert director.send(f"{HERE}/exports/core.notices.xlsx", show="up").data[:2] == b"PK"
    assert f"/notices/desk/{up.id}" in text(director.get(f"{DESK}?show=up&q=停水"))


def test_who_may_not_write_sees_nothing_of_the_desk(as_role, client):
    draft = notices.draft_notice(command(WEST_HILL), NoticeWording("general", "未定", "未定", "陆敏"))
    for browser in (as_role("grid_officer"), as_role("supervisor"), as_role("bookkeeper")):
        assert browser.get(DESK).status_code == 403
        assert browser.get(f"{DESK}/{draft.id}").status_code == 403
        assert browser.get(f"{HERE}/notices/{draft.id}").status_code == 404
    assert client.get(DESK).status_code == 303


# --------------------------------------------------------------------------- everybody


def test_a_withdrawn_notice_is_a_stub_for_residents_and_whole_for_staff(as_role, client):
    notice, director = published(body="不该公开的话"), as_role("director")
    director.send(f"{DESK}/{notice.id}/withdraw", reason="涉及他人隐私")
    page = f"{HERE}/notices/{notice.id}"
    stub = text(client.get(page))
    assert "涉及他人隐私" in stub and "停水通知" in stub and "不该公开的话" not in stub
    assert "不该公开的话" in text(director.get(page))
    for part in ("sheet", "text"):
        assert "不该公开的话" not in text(client.get(f"{page}/{part}"))
    assert "不该公开的话" not in text(director.get(f"{page}/sheet"))
    assert director.send(f"{DESK}/{notice.id}/correct").status_code == 303
    fresh = Notice.get(Notice.replaces == notice.id)
    assert f"notices/{fresh.id}" not in text(client.get(page))
    publish(director, fresh.id)
    assert f"notices/{fresh.id}" in text(client.get(page))
    assert f"notices/{notice.id}" in text(client.get(f"{HERE}/notices/{fresh.id}"))


def test_opening_is_counted_once_per_browser_and_day(app, monkeypatch):
    from core.testing import Browser

    monkeypatch.setattr(notice_reads, "_waiting", Counter())
    monkeypatch.setattr(notice_reads, "_known", set())
    notice = published()
    page = f"{HERE}/notices/{notice.id}"
    for agent in ("one", "one", "two"):
        assert Browser(app).get(page, headers={"User-Agent": agent}).status_code == 200
    assert notice_reads.reads(WEST_HILL, notice.id) == 2
    assert notice_reads.write_counts() >= 1
    Browser(app).get(page, headers={"User-Agent": "three"})
    assert notice_reads.reads(WEST_HILL, notice.id) == 3
    notice_reads.write_counts()
    assert [count for _day, count in notice_reads.reads_by_day(WEST_HILL, notice.id)] == [3]


def test_the_board_shows_what_hangs_and_answers_304_while_nothing_is_new(client):
    published("停水通知")
    answer = client.get(f"{HERE}/board")
    assert "停水通知" in text(answer) and "周六上午停水" in text(answer) and 'http-equiv="refresh"' in text(answer)
    assert client.get(f"{HERE}/board", headers={"If-None-Match": answer.headers["ETag"]}).status_code in (200, 304)
    assert "停水通知" not in text(client.get(f"/c/{SOUTH_GARDEN}/board"))


def test_the_text_for_the_group_has_no_marks(client):
    notice = published(body="# 时间\n\n**周六** [详情](https://example.org)")
    page = text(client.get(f"{HERE}/notices/{notice.id}/text"))
    copied = page[page.index("<textarea") : page.index("</textarea>")]
    assert "时间\n周六 详情" in copied and "*" not in copied and "验真码" in copied


# --------------------------------------------------------------------------- is it genuine


def test_a_code_is_checked_whole_changed_and_unknown(client):
    notice = published()
    code = notice_digest.code_text(notice.code)
    good = text(client.get(f"{HERE}/notices/check?code={code.lower()}"))
    assert "与公示原件一致" in good and notice.digest in good
    assert "没有验真码" in text(client.get(f"{HERE}/notices/check?code=AAAA-AAAA-AAAA"))
    assert "没有验真码" in text(client.get(f"/c/{SOUTH_GARDEN}/notices/check?code={code}"))
    from tests.core.civic.test_notice_digest import behind_the_guards

    behind_the_guards(notice, body="周日上午停水。")
    bad = text(client.get(f"{HERE}/notices/check?code={code}"))
    assert "与公示原件一致" not in bad and "与发布时不一致" in bad


def test_guessing_codes_has_to_wait(client):
    answers = [client.get(f"{HERE}/notices/check?code=AAAA-AAAA-AAA{letter}").status_code for letter in "ACEF" * 16]
    assert answers[0] == 200 and answers[-1] == 429


def test_another_community_s_notice_does_not_exist_here(client):
    notice = published(community=SOUTH_GARDEN)
    for part in ("", "/sheet", "/text"):
        assert client.get(f"{HERE}/notices/{notice.id}{part}").status_code == 404


def test_reading_writes_nothing(client):
    from tests import town

    notice = published()
    before = town.rows_of(WEST_HILL)
    for path in ("notices", f"notices/{notice.id}", f"notices/{notice.id}/sheet", f"notices/{notice.id}/text", "board"):
        assert client.get(f"{HERE}/{path}").status_code == 200
    assert town.rows_of(WEST_HILL) == before


# --------------------------------------------------------------------------- lengths and pairs


def test_the_office_sets_how_long_notices_of_a_kind_are_up(as_role):
    director, page = as_role("director"), f"{DESK}/lengths"
    assert as_role("staff").get(page).status_code == 403
    form = dict(re.findall(r'name="(\w+_(?:usual|least|objections))"[^>]*value="(\d+)"', text(director.get(page))))
    assert len(form) == 18
    wrong = director.send(page, **{**form, "general_usual": "5", "money_least": "14"})
    assert wrong.status_code == 422 and "比最少天数还短" in text(wrong) and 'value="14"' in text(wrong)
    assert director.send(page, **{**form, "general_usual": "20"}).status_code == 303
    director.send(f"{DESK}/new", **{**FORM, "category": "general"})
    assert only().days == 20


def test_a_pair_is_opened_followed_and_its_difference_read_by_everybody(as_role, client, monkeypatch):
    from core.civic.notices import pairs as notice_pairs
    from tests.core.civic.test_notices import day

    director = as_role("director")
    director.send(f"{DESK}/new", **FORM)
    first = only().id
    assert director.send(f"{DESK}/{first}/pair").status_code == 303
    assert director.send(f"{DESK}/{first}/second").status_code == 409
    publish(director, first)
    assert "双公示" in text(client.get(f"{HERE}/notices/{first}"))
    assert director.send(f"{DESK}/{first}/second").status_code == 303
    second = Notice.get(Notice.stage == "after").id
    director.send(f"{DESK}/{second}/edit", **{**FORM, "body": "# 收入\n\n停车费 1300 元"})
    assert "现在还不能发布" in text(director.get(f"{DESK}/{second}/publish"))
    assert publish(director, second).status_code == 409
    for module in (notices, notice_pairs):
        monkeypatch.setattr(module, "today", lambda: day(16))
    shown = text(director.get(f"{DESK}/{second}/publish"))
    assert "原来：" in shown and "改为：" in shown
    assert publish(director, second).status_code == 303
    for page in (f"{HERE}/notices/{second}", f"{HERE}/notices/{second}/sheet"):
        read = text(director.get(page))
        assert "<del>停车费 1200 元</del>" in read and "<ins>停车费 1300 元</ins>" in read
    assert f"/notices/{first}" in text(director.get(f"{HERE}/notices/{second}"))


def test_a_notice_that_stands_alone_has_no_second_one(as_role):
    director = as_role("director")
    notice = published(objection_days=7)
    assert director.send(f"{DESK}/{notice.id}/second").status_code == 404
    assert director.send(f"{DESK}/{notice.id}/pair").status_code == 303
    assert director.send(f"{DESK}/{notice.id}/pair", leave="1").status_code == 409


def test_a_notice_about_a_room_stands_on_the_page_of_the_room(as_role, client):
    from core.store.ref import Ref
    from plugins.rooms import service

    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    room = service.add_room(actor, venue.id, name="棋牌室", seats=20)
    director, address = as_role("director"), f"{DESK}/new?about=rooms.room:{room.id}"
    assert address.removeprefix(HERE) in text(director.get(f"{HERE}/rooms/desk/rooms/{room.id}/edit")).replace(HERE, "")
    assert "房间 棋牌室" in text(director.get(address))
    assert director.send(address, **FORM).status_code == 303
    assert only().subject == str(Ref("rooms.room", WEST_HILL, room.id))
    page = f"{HERE}/rooms/{room.id}"
    assert "第三季度收支" in text(director.get(page)) and "第三季度收支" not in text(client.get(page))
    publish(director, only().id)
    assert f"/notices/{only().id}" in text(client.get(page))


@pytest.mark.parametrize(
    "about", ["", "rooms.room:999", "core.person:1", "nothing", "rooms.room:1' --", "mediation.case:1"]
)
def test_a_record_nobody_knows_is_left_out(as_role, about):
    director = as_role("director")
    assert director.get(f"{DESK}/new", query_string={"about": about}).status_code == 200
    assert director.send(f"{DESK}/new?about={about}", **FORM).status_code == 303
    assert only().subject == ""


# --------------------------------------------------------------------------- what was taken down stays down


def published_pair(actor):
    """A pair of notices, both published: the first says what the second leaves out."""
    said = NoticeWording("money", "第一次", "共同\n\n张三欠费 9999 元\n\n结尾", "沈主任", None, None)
    first = notices.draft_notice(actor, said)
    pair = notice_pairs.open_pair(actor, first.id)
    notices.publish_notice(actor, first.id, at=db.now() - 80 * 86_400_000)
    second = notice_pairs.draft_after(actor, pair.id)
    notices.edit_draft(
        actor, second.id, NoticeWording("money", "第二次", "共同\n\n已更正\n\n结尾", "沈主任", None, None)
    )
    notices.publish_notice(actor, second.id, at=db.now() - 86_400_000)
    return first, second


def test_the_second_notice_no_longer_shows_what_was_withdrawn(client):
    actor = command(WEST_HILL)
    first, second = published_pair(actor)
    pages = (f"{HERE}/notices/{second.id}", f"{HERE}/notices/{second.id}/sheet")
    assert all("张三欠费" in text(client.get(page)) for page in pages)
    notices.withdraw_notice(actor, first.id, "有个人信息")
    assert not any("张三欠费" in text(client.get(page)) for page in pages)

    draft = notices.correct_notice(actor, first.id)
    notices.edit_draft(actor, draft.id, NoticeWording("money", "草稿标题", "草稿内容", "沈主任", None, None))
    for page in pages:
        shown = text(client.get(page))
        assert not any(word in shown for word in ("草稿标题", "草稿内容", "None"))


def test_nobody_reads_the_title_of_what_is_not_up_yet(client):
    actor = command(WEST_HILL)
    hung = notices.draft_notice(actor, NoticeWording("money", "现在的", "x", "沈主任", None, None))
    notices.publish_notice(actor, hung.id)
    notices.withdraw_notice(actor, hung.id, "写错了")
    coming = notices.correct_notice(actor, hung.id)
    later = today() + datetime.timedelta(days=9)
    notices.edit_draft(actor, coming.id, NoticeWording("money", "将来的", "x", "沈主任", None, None, later))
    notices.publish_notice(actor, coming.id)
    assert "将来的" not in text(client.get(f"{HERE}/notices/{hung.id}"))
    assert client.get(f"{HERE}/notices/{coming.id}").status_code == 404


def test_nothing_is_published_without_the_last_look(as_role):
    actor = command(WEST_HILL)
    draft = notices.draft_notice(actor, NoticeWording("money", "账目", "x", "沈主任", None, None))
    assert as_role("director").send(f"{HERE}/notices/desk/{draft.id}/publish").status_code == 409
    assert Notice.get_by_id(draft.id).published_at is None
