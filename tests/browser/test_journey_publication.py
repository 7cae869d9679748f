"""The whole life of a double publication, over three weeks, in one installation: from the draft with a scan to two A4 sheets
whose codes the office PC confirms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME
from tests.browser.demo_site import DIRECTOR, STAFF, Site, demo_site, zh
from tests.browser.test_notices import sheets
from tests.pictures import picture

PHONE = {"width": 360, "height": 740}
TITLE = "三号楼公共收益怎么用"
FIRST = "公共收益 **9,600 元**，拟用于：\n\n- 更换单元门 6,000 元\n- 楼道灯 3,600 元"
SECOND = "公共收益 **9,600 元**，用于：\n\n- 更换单元门 5,000 元\n- 楼道灯 3,600 元\n- 坡道扶手 1,000 元"
LATE = re.compile(r"超过期限 (\d+) 个工作日才答复")


@pytest.fixture
def house(tmp_path: Path, browser: Any) -> Iterator[Site]:
    """An installation of its own: its clock goes ahead by weeks."""
    running = demo_site(tmp_path / "instance")
    yield running
    running.stop()


@pytest.fixture
def enter(visit: Callable[..., Any], house: Site) -> Callable[..., Any]:
    """`enter("zhuren", mode="desktop")` is a page in a browser of its own, signed in to `house`."""

    def open_page(who: str = "", **options: Any) -> Any:
        page = visit(url=house.url, **options)
        page.context.add_cookies(house.visitor(who).cookies())
        return page

    return open_page


def test_from_the_draft_to_two_sheets_that_the_office_confirms(
    enter: Callable[..., Any], house: Site, tmp_path: Path
) -> None:
    notice = publish_with_a_scan(enter, tmp_path)
    object_from_a_phone(enter, notice)
    house.turn_pages(2)
    object_on_paper(enter, tmp_path)
    house.turn_pages(19)
    answer_both(enter)
    for reader in (enter(javascript=False, viewport=PHONE), enter(mode="desktop")):
        reader.goto(notice)
        assert len(set(LATE.findall(reader.locator("main").inner_text()))) == 2
        assert "吴师傅" not in reader.content() and "沈阿婆" not in reader.content()
        assert reader.get_by_text("坡道上没有扶手").is_visible()
    look(reader, "publication-late")
    second = publish_the_second(enter, notice)
    codes = [print_on_one_sheet(enter, each) for each in (notice, second)]
    assert codes[0] != codes[1]
    for code in codes:
        assert zh("This is what was published: %(notice)s").partition("%")[0] in house.linli("verify", "--code", code)
    house.linli("verify")


def publish_with_a_scan(enter: Callable[..., Any], folder: Path) -> str:
    """The clerk writes it, with the signed minutes as a scan, to be published twice; the director signs. Its address."""
    scan = folder / "会议纪要.jpg"
    scan.write_bytes(picture(size=(900, 1200), seed=11))
    clerk = enter(STAFF, mode="desktop")
    clerk.goto(f"{HOME}/notices/desk/new")
    clerk.fill("[name=title]", TITLE)
    clerk.fill("[name=body]", FIRST)
    clerk.locator("[name=scans]").first.set_input_files(scan)
    follow(clerk, clerk.get_by_role("button", name=zh("Save the draft")))
    follow(clerk, clerk.get_by_role("button", name=zh("Publish it twice")))
    follow(clerk, clerk.get_by_role("button", name=zh("Hand in for the signature")))
    director = enter(DIRECTOR, mode="desktop")
    director.goto(f"{HOME}/desk")
    follow(director, director.get_by_role("link", name=f"待签发：{TITLE}"))
    follow(director, director.get_by_role("link", name=zh("Sign and publish"), exact=True).first)
    assert director.get_by_text("会议纪要.jpg").first.is_visible()
    follow(director, director.get_by_role("button", name=zh("Publish now")))
    follow(director, director.get_by_role("link", name=zh("As residents see it")))
    return str(director.url)


def object_from_a_phone(enter: Callable[..., Any], notice: str) -> None:
    """A neighbour without an account, on a small phone without scripts."""
    phone = enter(javascript=False, viewport=PHONE)
    phone.goto(notice)
    follow(phone, phone.get_by_role("link", name=zh("I object to this")))
    phone.get_by_label(zh("What do you object to, and why?")).fill("坡道上没有扶手，先装扶手。")
    phone.get_by_label(zh("Your name")).fill("吴师傅")
    phone.get_by_label(zh("Your phone number")).fill("13857300033")
    follow(phone, phone.get_by_role("button", name=zh("Send the objection")))
    assert phone.locator(".objection-code").is_visible()


def object_on_paper(enter: Callable[..., Any], folder: Path) -> None:
    """Two days later somebody brings a letter to the office; a clerk enters it with its scan."""
    scan = folder / "异议书.jpg"
    scan.write_bytes(picture(size=(900, 1200), seed=12))
    clerk = enter(STAFF, mode="desktop")
    clerk.goto(f"{HOME}/objections")
    follow(clerk, clerk.get_by_role("link", name=zh("Enter an objection")))
    clerk.get_by_label(zh("Objection to which notice")).select_option(label=TITLE)
    clerk.get_by_role("radio", name=zh("On paper")).check()
    clerk.get_by_label(zh("Their words")).fill("单元门报价太高，请再比一家。")
    clerk.get_by_label(zh("Who objects")).fill("沈阿婆")
    clerk.get_by_label(zh("Scan or photo of the paper")).set_input_files(scan)
    follow(clerk, clerk.get_by_role("button", name=zh("Enter it")))


def answer_both(enter: Callable[..., Any]) -> None:
    """Weeks later the director finds both among what is late."""
    director = enter(DIRECTOR, mode="desktop")
    for answer in ("采纳，加装扶手。", "采纳，已请第二家报价。"):
        director.goto(f"{HOME}/inbox?show=late")
        late = director.get_by_role("listitem").filter(has_text=TITLE)
        follow(director, late.get_by_role("link", name=re.compile("异议")).first)
        director.get_by_label(zh("It is changed")).check()
        director.get_by_label(zh("Answer, for everybody to read")).fill(answer)
        follow(director, director.get_by_role("button", name=zh("Publish the answer")))


def publish_the_second(enter: Callable[..., Any], notice: str) -> str:
    """The second notice, with what was changed; its address."""
    director = enter(DIRECTOR, mode="desktop")
    director.goto(notice.replace("/notices/", "/notices/desk/"))
    follow(director, director.get_by_role("button", name=zh("Write the second notice")))
    if "/edit" not in director.url:
        follow(director, director.get_by_role("link", name=zh("Edit"), exact=True).first)
    director.fill("[name=body]", SECOND)
    follow(director, director.get_by_role("button", name=zh("Save the draft")))
    follow(director, director.get_by_role("link", name=zh("Sign and publish"), exact=True).first)
    assert director.locator("ins", has_text="坡道扶手").first.is_visible()
    follow(director, director.get_by_role("button", name=zh("Publish now")))
    follow(director, director.get_by_role("link", name=zh("As residents see it")))
    return str(director.url)


def print_on_one_sheet(enter: Callable[..., Any], notice: str) -> str:
    """Print a notice; the code at its foot."""
    page = enter(mode="desktop")
    page.goto(f"{notice}/sheet")
    look(page, f"publication-sheet-{notice.rpartition('/')[2]}")
    assert len(sheets(page)) == 1
    return str(page.locator(".sheet-foot b").last.inner_text())  # after those of modules
