"""The journey of an elderly resident: larger text with one tap, a room booked on a phone, the slip's code typed days later.

She has no account, her phone runs no scripts, and whatever page she meets must be readable and wide enough for a thumb.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.checks import MODES, measured
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day
from tests.browser.demo_site import zh

LARGE = MODES["large"]


def rooms(message: str) -> str:
    """A sentence of the module in Chinese."""
    return zh(message, "rooms")


def read(page: Any, name: str) -> None:
    """Look at the page as she does: nothing small, nothing narrow, nothing beside the screen."""
    look(page, f"elder-{name}")
    assert measured(page, LARGE) == [], name


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_an_elderly_resident_books_a_room_on_a_phone_in_large_text(visit: Callable[..., Any], javascript: bool) -> None:
    """From the portal's first page to the booking in five taps, two of them on the way there; and back by the code."""
    phone = visit(javascript=javascript, viewport=LARGE.viewport)
    phone.goto(HOME + "/")
    follow(phone, phone.get_by_role("button", name=zh("Larger text")))
    read(phone, "home")
    follow(phone, phone.get_by_role("navigation").get_by_role("link", name=rooms("Room bookings")))
    read(phone, "today")
    follow(phone, phone.locator(f'main a[href*="date={coming_day(2)}"]').first)
    read(phone, "day")

    phone.get_by_role("navigation", name=rooms("Go to a room")).get_by_role("link", name="书画室").click()
    assert phone.get_by_role("rowheader", name="书画室").is_visible()
    free = phone.get_by_role("row").filter(has=phone.get_by_role("rowheader", name="书画室"))
    follow(phone, free.get_by_role("link", name=rooms("free")).last)
    read(phone, "book")
    follow(phone, phone.get_by_role("button", name=rooms("Book")))
    assert phone.get_by_text(rooms("Please give a name, so that we know whom to expect.")).first.is_visible()
    read(phone, "name-missing")
    phone.get_by_label(rooms("Your name")).fill("王阿婆")
    follow(phone, phone.get_by_role("button", name=rooms("Book")))
    assert re.search(r"/rooms/booking/\d+$", phone.url)
    read(phone, "booked")
    code = phone.locator(".booking-code").inner_text()

    later = visit(mode="large", javascript=javascript)
    later.goto(f"{HOME}/rooms/code")
    read(later, "code")
    later.get_by_label(rooms("Booking code")).fill(f" {code.lower()} ")
    follow(later, later.get_by_role("button", name=rooms("Show my booking")))
    assert later.get_by_text("书画室").first.is_visible()
    read(later, "again")
    follow(later, later.get_by_role("link", name=rooms("Cancel booking")))
    read(later, "cancel")
    follow(later, later.get_by_role("button", name=rooms("Yes, cancel it")))
    assert later.get_by_text(rooms("Cancelled")).first.is_visible()
    assert not later.get_by_role("link", name=rooms("Into my calendar")).count()
    read(later, "cancelled")
