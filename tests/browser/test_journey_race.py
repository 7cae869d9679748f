"""The journey everything else exists for: two phones race for one room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day
from tests.browser.demo_site import zh
from tests.browser.test_acceptance_booking import free_hour


def test_two_phones_race_for_one_room(visit: Callable[..., Any]) -> None:
    """One wins; the other, in large letters, keeps what was typed, sees free times and books one of them with a tap."""
    day = coming_day(3)
    fast, slow = visit("resident"), visit("neighbour", mode="large")
    for phone, purpose in ((fast, "打球"), (slow, "也想打球")):
        phone.goto(f"{HOME}/rooms/day?date={day}")
        follow(phone, free_hour(phone, "乒乓球室", "09:00"))
        phone.locator("#title").fill(purpose)
    for phone in (fast, slow):
        follow(phone, phone.get_by_role("button", name=zh("Book", "rooms"), exact=True))
    assert "/rooms/booking/" in fast.url
    assert slow.get_by_role("button", name=zh("Take this", "rooms")).count() >= 2
    assert slow.locator("#title").input_value() == "也想打球"
    look(fast, "race-winner")
    look(slow, "race-alternatives")
    offer = slow.get_by_role("listitem").filter(has=slow.get_by_role("button", name=zh("Take this", "rooms"))).first
    when = offer.locator(".num").inner_text()
    follow(slow, offer.get_by_role("button"))
    assert "/rooms/booking/" in slow.url
    look(slow, "race-second-choice")
    assert slow.get_by_text("也想打球").is_visible() and slow.get_by_text(when).first.is_visible()
    fast.goto(f"{HOME}/rooms/day?date={day}")
    row = fast.get_by_role("row").filter(has=fast.get_by_role("rowheader", name="乒乓球室"))
    assert row.locator("td.mine").first.is_visible() and row.locator("td.busy").first.is_visible()
    assert "也想打球" not in fast.content()
