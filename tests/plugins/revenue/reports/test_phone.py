"""The page on the phone, in a real Chromium whose requests the application answers: it finds an edited row and a rewritten past."""

from urllib.parse import urlsplit

import pytest

from core.actor import system
from core.testing import WEST_HILL
from plugins.revenue.ledger import chain
from tests.plugins.revenue.ledger.conftest import Books, received
from tests.plugins.revenue.reports.test_verification import edit_a_row, fill

SITE = "http://127.0.0.1"
PAGE = f"{SITE}/c/{WEST_HILL}/revenue/verify"


@pytest.fixture
def phone(browser, client):
    def answer(route):
        parts = urlsplit(route.request.url)
        got = client.get(f"{parts.path}?{parts.query}")
        route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.data)

    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


def result(page, address=PAGE):
    page.goto(address)
    page.wait_for_selector("#verify[data-done]", timeout=30_000)
    page.wait_for_selector('[data-step="whole"] [data-state]:not([data-state="wait"]):not([hidden])', timeout=30_000)
    return page.get_attribute("#verify", "data-done")


pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def kept(app):
    books = Books(system(WEST_HILL, "test"))
    fill(books)
    return books


def test_whole_books_are_in_order_now_and_at_the_next_visit(kept, phone):
    printed = chain.record_head(kept.actor).code
    assert result(phone) == "ok"
    kept.post(received(3))
    assert result(phone, f"{PAGE}?entry=4&code={printed}") == "ok"
    shown = phone.inner_text(".verify-steps")
    assert "食堂分成" in shown and printed in shown and phone.locator(".verify-steps > .is-bad").count() == 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_edited_row_is_red(kept, phone):
    assert result(phone) == "ok"
    edit_a_row(4)
    assert result(phone) == "bad"
    assert "账目被改过" in phone.inner_text("#verify") and phone.locator('[data-step="whole"].is-bad').count() == 1
    result(phone, f"{PAGE}?entry=4")
    assert phone.locator('[data-step="entry"].is-bad').count() == 1


def test_a_past_this_phone_saw_otherwise_is_red(kept, phone):
    assert result(phone) == "ok"
    key = f"linli-head-{WEST_HILL}"
    phone.evaluate(
        "key => { const h = JSON.parse(localStorage[key]); h.root = 'ab'.repeat(32); localStorage[key] = JSON.stringify(h); }",
        key,
    )
    phone.goto(PAGE)
    phone.wait_for_selector("#verify[data-done=bad]")
    assert phone.locator('[data-step="history"].is-bad').count() == 1


@pytest.mark.parametrize("what", ["records", "seq"])
def test_books_shorter_than_this_phone_saw_before_are_refused_in_plain_words(kept, phone, what):
    assert result(phone) == "ok"
    key = f"linli-head-{WEST_HILL}"
    phone.evaluate(
        "([key, what]) => { const h = JSON.parse(localStorage[key]); h[what] += 5; localStorage[key] = JSON.stringify(h); }",
        [key, what],
    )
    before = phone.evaluate("key => localStorage[key]", key)
    phone.goto(PAGE)
    phone.wait_for_selector("#verify[data-done=bad]")
    said = phone.inner_text('[data-step="history"]')
    assert "账被截短了" in said and "不要相信" in said
    assert phone.evaluate("key => localStorage[key]", key) == before  # what is refused is not kept
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_sha_256_of_the_bundled_script_is_that_of_python(kept, phone):
    import hashlib

    phone.goto(PAGE)
    for text in ("", "abc", "每一元" * 40, *("x" * length for length in range(50, 70))):
        assert phone.evaluate("t => LinliMerkle.digest(t)", text) == hashlib.sha256(text.encode()).hexdigest()
