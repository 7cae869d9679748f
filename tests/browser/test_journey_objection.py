"""The journey of issue and answer: a resident objects from a phone, another on paper, the director answers late, all see it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.operate.demo_notices import PLAN_TITLE
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day
from tests.browser.demo_site import DIRECTOR, STAFF, zh
from tests.pictures import picture

PHONE = {"width": 360, "height": 740}
DRAWER = "停车费为什么不按月公布？这张纸上个月就交到前台了。"


def test_a_guest_objects_from_a_small_phone_without_scripts_and_reads_the_answer(visit: Callable[..., Any]) -> None:
    """UX 9 for objecting."""
    phone = visit(javascript=False, viewport=PHONE)
    phone.goto(f"{HOME}/notices")
    follow(phone, phone.get_by_role("link", name="第三网格楼栋长人选公示").first)
    notice = phone.url
    follow(phone, phone.get_by_role("link", name=zh("I object to this")))
    assert phone.get_by_text(zh("Your name is not made public.")).is_visible()
    phone.get_by_label(zh("What do you object to, and why?")).fill("金阿姨不住在第三网格。")
    phone.get_by_label(zh("Your phone number")).fill("12")
    follow(phone, phone.get_by_role("button", name=zh("Send the objection")))
    assert phone.get_by_label(zh("What do you object to, and why?")).input_value() == "金阿姨不住在第三网格。"
    phone.get_by_label(zh("Your name")).fill("吴师傅")
    phone.get_by_label(zh("Your phone number")).fill("13857300033")
    follow(phone, phone.get_by_role("button", name=zh("Send the objection")))
    look(phone, "objection-thanks")
    code = phone.locator(".objection-code").inner_text()
    number = int(re.search(r"第 (\d+) 号", phone.locator("main").inner_text())[1])  # type: ignore[index]

    director = visit(DIRECTOR, mode="desktop")
    director.goto(f"{HOME}/inbox")
    name = zh("Answer objection no. %(number)d") % {"number": number}
    follow(director, director.get_by_role("link", name=name).first)
    director.get_by_label(zh("It stays as it was announced")).check()
    director.get_by_label(zh("Answer, for everybody to read")).fill("金阿姨今年三月搬到 3 幢，已核对。")
    follow(director, director.get_by_role("button", name=zh("Publish the answer")))
    director.goto(f"{HOME}/calls/today")
    assert director.get_by_role("link", name="吴师傅").first.is_visible()

    other = visit(javascript=False, viewport=PHONE)
    other.goto(f"{HOME}/objections/code")
    other.get_by_label(zh("Your objection code")).fill(code.lower())
    follow(other, other.get_by_role("button", name=zh("Show my objection")))
    assert other.get_by_text("金阿姨今年三月搬到 3 幢，已核对。").is_visible()
    other.goto(notice)
    assert other.get_by_text("金阿姨今年三月搬到 3 幢，已核对。").is_visible()
    assert "吴师傅" not in other.content() and "13857300033" not in other.content()


def test_paper_found_in_a_drawer_is_answered_late_and_everybody_sees_it(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    scan = tmp_path / "异议书.jpg"
    scan.write_bytes(picture(size=(900, 1200), seed=5))
    staff = visit(STAFF, mode="desktop")
    staff.goto(f"{HOME}/objections")
    follow(staff, staff.get_by_role("link", name=zh("Enter an objection")))
    staff.get_by_label(zh("Objection to which notice")).select_option(label=PLAN_TITLE)
    staff.get_by_role("radio", name=zh("On paper")).check()
    staff.get_by_label(zh("Day on which it was brought forward")).fill(coming_day(-30))
    staff.get_by_label(zh("Their words")).fill(DRAWER)
    staff.get_by_label(zh("Who objects")).fill("沈阿婆")
    staff.get_by_label(zh("Scan or photo of the paper")).set_input_files(scan)
    follow(staff, staff.get_by_role("button", name=zh("Enter it")))
    look(staff, "objection-entered")
    assert staff.get_by_alt_text(zh("Scan %(name)s") % {"name": "异议书.jpg"}).is_visible()
    entered = staff.url
    follow(staff, staff.get_by_role("link", name=zh("Print the slip")))
    assert staff.locator(".slip-code").is_visible()

    anyone = visit(javascript=False, viewport=PHONE)
    anyone.goto(f"{HOME}/notices?show=ended")
    follow(anyone, anyone.get_by_role("link", name=PLAN_TITLE).first)
    assert anyone.get_by_text(re.compile(r"已超过期限 \d+ 个工作日，尚未答复")).is_visible()
    assert DRAWER not in anyone.content() and "沈阿婆" not in anyone.content()

    director = visit(DIRECTOR, mode="desktop")
    director.goto(entered)
    director.get_by_label(zh("It is changed")).check()
    director.get_by_label(zh("Answer, for everybody to read")).fill(
        "采纳，从下个月起按月公布。纸交来后放错了地方，答复晚了，向您致歉。"
    )
    follow(director, director.get_by_role("button", name=zh("Publish the answer")))
    anyone.reload()
    assert anyone.get_by_text(DRAWER).is_visible() and "沈阿婆" not in anyone.content()
    assert anyone.get_by_text(re.compile(r"超过期限 \d+ 个工作日才答复")).count() >= 2
    look(anyone, "objection-late")
    follow(anyone, anyone.get_by_role("link", name=zh("All of them on A4")))
    assert str(datetime.date.today().year) in anyone.content()
    assert anyone.get_by_text(re.compile(r"超过期限 \d+ 个工作日才答复")).count() >= 2
