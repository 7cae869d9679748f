"""Notices in the browser: written, signed and read; on A4; on the board; copied; all of it without scripts where residents read."""

from __future__ import annotations

import re
import zlib

from playwright.sync_api import expect

from tests.browser.checks import PHONE, measured, violations
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME
from tests.browser.demo_site import DIRECTOR, STAFF, zh

A4_WIDTH_PT = 595
LONG = "\n\n".join(
    f"{number}. 第 {number} 户，已核对，金额 {number * 100} 元，由居民小组长签字确认后入账。" for number in range(1, 61)
)


def write(page, title: str, body: str) -> str:
    """Write a draft as the staff do; the address of its page on the desk."""
    page.goto(f"{HOME}/notices/desk/new")
    page.fill("[name=title]", title)
    page.fill("[name=body]", body)
    page.fill("[name=responsible]", "陆敏")
    follow(page, page.get_by_role("button", name=zh("Save the draft")))
    return str(page.url)


def publish(page, address: str) -> str:
    """Sign a draft; the public address of the notice."""
    page.goto(f"{address}/publish")
    follow(page, page.get_by_role("button", name=zh("Publish now")))
    return address.replace("/notices/desk/", "/notices/")


def sheets(page) -> list[bytes]:
    """The pages of the PDF that printing makes: what is drawn on each, one entry per A4 sheet."""
    data = page.pdf(prefer_css_page_size=True)
    assert {round(float(width)) for width in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ", data)} == {A4_WIDTH_PT}
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.S):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:
            continue
        if b" Tf" in drawn:
            found.append(drawn)
    assert len(found) == len(re.findall(rb"/Type /Page\b", data))
    return found


def test_a_notice_is_written_by_one_and_signed_by_another_and_read_without_scripts(visit):
    clerk, director = visit(STAFF, mode="desktop"), visit(DIRECTOR, mode="desktop")
    address = write(clerk, "便民理发日", "# 时间\n\n每月 **第一个周六** 上午")
    follow(clerk, clerk.get_by_role("button", name=zh("Hand in for the signature")))
    director.goto(f"{HOME}/desk")
    follow(director, director.get_by_role("link", name="待签发：便民理发日"))
    follow(director, director.get_by_role("link", name=zh("Sign and publish"), exact=True).first)
    expect(director.locator("main")).to_contain_text("便民理发日")
    follow(director, director.get_by_role("button", name=zh("Publish now")))
    look(director, "notice-published")
    reader = visit(javascript=False)
    reader.goto(f"{HOME}/")
    follow(reader, reader.get_by_role("link", name="便民理发日"))
    expect(reader.get_by_role("heading", level=2, name="时间")).to_be_visible()
    follow(reader, reader.get_by_role("link", name=zh("Check this sheet")))
    expect(reader.locator("main")).to_contain_text(zh("This is what was published."))
    again = visit()
    again.goto(address.replace("/desk/", "/"))
    assert violations(again) == [] and measured(again, PHONE) == []


def test_a_short_notice_is_one_sheet_and_a_long_one_carries_its_code_on_each(visit):
    director = visit(DIRECTOR, mode="desktop")
    short = publish(director, write(director, "停电通知", "周六上午停电。"))
    director.goto(f"{short}/sheet")
    assert len(sheets(director)) == 1
    long = publish(director, write(director, "逐户核对结果", LONG))
    director.goto(f"{long}/sheet")
    pages = sheets(director)
    assert 3 <= len(pages) <= 8
    code = director.locator(".sheet-foot b").last.inner_text()  # after those of modules
    assert (director.locator(".sheet-each p").text_content() or "").endswith(code)
    # The glyphs that the last sheet ends with are drawn on every sheet.
    drawn = [b" ".join(re.findall(rb"<([0-9A-F]+)> ?Tj", each)) for each in pages]
    end = drawn[-1].split(b" ")[-len(code) :]
    assert all(b" ".join(end) in each for each in drawn)


def test_the_text_for_the_group_is_marked_as_a_whole_and_copied(visit, site):
    page = visit()
    page.goto(f"{HOME}/notices")
    follow(page, page.locator("a.row-title").first)
    follow(page, page.get_by_role("link", name=zh("Copy for WeChat")))
    page.get_by_role("button", name=zh("Copy"), exact=True).click()
    chosen = page.evaluate(
        "() => { const t = document.getElementById('notice-copy'); return t.selectionEnd - t.selectionStart === t.value.length }"
    )
    assert chosen
    expect(page.locator("#live")).to_have_text(zh("Copied. Paste it into the group."))


def test_the_board_is_read_on_a_wall_and_on_a_phone_with_and_without_scripts(visit):
    for options in (
        {"mode": "desktop"},
        {"mode": "standard"},
        {"mode": "large"},
        {"mode": "standard", "javascript": False},
    ):
        page = visit(**options)
        page.goto(f"{HOME}/board")
        expect(page.locator(".board-title").first).to_be_visible()
        if options.get("javascript", True):
            assert violations(page) == []
    assert measured(visit_board(visit), PHONE) == []


def visit_board(visit):
    """The board on a phone."""
    page = visit()
    page.goto(f"{HOME}/board")
    return page


def test_a_difference_is_told_by_words_and_marks(visit):
    page = visit()
    page.goto(f"{HOME}/notices?show=ended&q=分配结果")
    follow(page, page.locator("a.row-title").first)
    part = page.locator("#change")
    expect(part.locator("del", has_text="14,000.00")).to_be_visible()
    expect(part.locator("ins", has_text="充电桩").first).to_be_visible()
    expect(part).to_contain_text(zh("was:"))
    assert violations(page) == [] and measured(page, PHONE) == []
