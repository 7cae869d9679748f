"""Acceptance points about booking (UX.md 9 and 11): without scripts, with a double click, and twenty at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.browser.conftest import follow
from tests.browser.crawl import HOME, coming_day, room
from tests.browser.demo_site import Site, Visitor, zh

AT_ONCE = 20


def rooms(message: str) -> str:
    """A sentence of the module in Chinese."""
    return zh(message, "rooms")


def free_hour(page: Any, name: str, hour: str) -> Any:
    """The link of a free hour of a room on the page of a day."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name)).get_by_role("link", name=hour)


def test_a_resident_books_reads_and_cancels_without_scripts(visit: Callable[..., Any]) -> None:
    """UX 9; objecting is in `test_journey_objection`."""
    page = visit("resident", javascript=False)
    page.goto(HOME + "/")
    follow(page, page.get_by_role("navigation").get_by_role("link", name=rooms("Room bookings")))
    page.goto(f"{HOME}/rooms/day?date={coming_day(1)}")
    follow(page, free_hour(page, "书画室", "09:00"))
    page.get_by_label(rooms("What for")).fill("写春联")
    follow(page, page.get_by_role("button", name=rooms("Book")))
    assert re.search(r"/rooms/booking/\d+$", page.url)
    booking = page.url
    assert page.get_by_text("写春联").is_visible()
    follow(page, page.get_by_role("link", name=rooms("My bookings")).last)
    follow(page, page.get_by_role("link", name="书画室").first)
    page.goto(booking)
    follow(page, page.get_by_role("link", name=rooms("Cancel booking")))
    follow(page, page.get_by_role("button", name=rooms("Yes, cancel it")))
    assert page.url == booking and page.get_by_text(rooms("Cancelled")).first.is_visible()
    page.goto(f"{HOME}/rooms/day?date={coming_day(1)}")
    assert free_hour(page, "书画室", "09:00").is_visible()


def test_a_guest_books_without_scripts_and_finds_the_booking_by_its_code(visit: Callable[..., Any]) -> None:
    """UX 9, for somebody without an account."""
    page = visit(javascript=False)
    page.goto(f"{HOME}/rooms/day?date={coming_day(1)}")
    follow(page, free_hour(page, "书画室", "11:00"))
    page.get_by_label(rooms("Your name")).fill("来客")
    follow(page, page.get_by_role("button", name=rooms("Book")))
    code = page.locator(".booking-code").inner_text()
    other = visit(javascript=False)
    other.goto(f"{HOME}/rooms/code")
    other.get_by_label(rooms("Booking code")).fill(code.lower())
    follow(other, other.get_by_role("button", name=rooms("Show my booking")))
    assert other.get_by_text("书画室").first.is_visible()


def test_a_double_click_makes_one_booking(visit: Callable[..., Any], site: Site) -> None:
    """UX 11, first half."""
    page = visit("neighbour")
    page.goto(f"{HOME}/rooms/{room(site, '书画室')}/book?date={coming_day(1)}&start=10:00&end=11:00")
    page.get_by_label(rooms("What for")).fill("只订一次")
    page.get_by_role("button", name=rooms("Book")).dblclick()
    page.wait_for_url("**/rooms/booking/*")
    page.goto(f"{HOME}/rooms/mine")
    assert page.get_by_role("listitem").filter(has_text=re.compile("书画室.*10:00")).count() == 1


def test_the_same_form_sent_twice_makes_one_booking(site: Site) -> None:
    """UX 11: where no script stops the second tap, the form's own key does."""
    tapper = Visitor(site).sign_in(*site.credentials("neighbour"))
    form = {
        "date": coming_day(2),
        "start": "10:00",
        "end": "11:00",
        "title": "两次",
        "idempotency_key": "one form, tapped twice",
    }
    path = f"{HOME}/rooms/{room(site, '书画室')}/book"
    first, second = (tapper.post(path, **form) for _tap in range(2))
    assert first.status == second.status == 200 and first.url == second.url


def test_twenty_at_once_make_one_booking_and_the_others_are_one_tap_from_another(
    visit: Callable[..., Any], site: Site
) -> None:
    """UX 11, second half."""
    path, day = f"{HOME}/rooms/{room(site, '乒乓球室')}/book", coming_day(1)
    guests = [Visitor(site) for _guest in range(AT_ONCE)]
    tokens = [guest.token() for guest in guests]
    assert len(set(tokens)) == AT_ONCE

    def book(number: int) -> tuple[int, str]:
        when = {"date": day, "start": "09:00", "end": "10:00", "title": "打球", "guest_name": f"客人{number}"}
        answer = guests[number].post(path, **when)
        return answer.status, answer.text

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        answers = list(crowd.map(book, range(AT_ONCE)))
    statuses = sorted(status for status, _text in answers)
    assert statuses == [200] + [409] * (AT_ONCE - 1)
    assert all(text.count('name="guest_name"') > 1 for status, text in answers if status == 409)

    page = visit()
    page.goto(f"{path}?date={day}&start=09:00&end=10:00")
    page.get_by_label(rooms("Your name")).fill("迟到的人")
    follow(page, page.get_by_role("button", name=rooms("Book"), exact=True))
    assert page.get_by_label(rooms("Your name")).input_value() == "迟到的人"
    follow(page, page.get_by_role("button", name=rooms("Take this")).first)
    assert "/rooms/booking/" in page.url
    assert page.get_by_text("迟到的人").is_visible()
