"""The journey of a quarrel: told on the telephone, mediated in a room, agreed in writing, confirmed by the court, visited again,
filed, and counted in the committee's report. One installation whose clock goes ahead; every step is one that a page offers, and nobody else reads a word of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.checks import MODES, measured
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day
from tests.browser.demo_site import DIRECTOR, MEDIATOR, STAFF, Site, demo_site
from tests.browser.demo_site import zh as text

WANTS, OTHER = "钱桂芳", "蒋国平"
FACTS = "楼上卫生间漏水，泡坏了吊顶"
SECRETS = (WANTS, OTHER, FACTS, "13957300101", "13957300202")


def zh(message: str) -> str:
    """A sentence of the module in Chinese."""
    return text(message, "mediation")


@pytest.fixture
def house(tmp_path: Path, browser: Any) -> Iterator[Site]:
    """An installation of its own: its clock goes ahead by weeks."""
    running = demo_site(tmp_path / "instance")
    yield running
    running.stop()


@pytest.fixture
def enter(visit: Callable[..., Any], house: Site) -> Callable[..., Any]:
    """`enter("tiaowei", mode="desktop")` is a page in a browser of its own, signed in to `house`."""

    def open_page(who: str = "", **options: Any) -> Any:
        page = visit(url=house.url, **options)
        if who:
            page.context.add_cookies(house.visitor(who).cookies())
        return page

    return open_page


def press(page: Any, message: str) -> None:
    """Press the button of the form on the page."""
    follow(page, page.get_by_role("main").get_by_role("button", name=zh(message), exact=True))


def fill(page: Any, **values: str) -> None:
    """Type into the fields of the form on the page, by their names."""
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def step(page: Any, message: str) -> None:
    """Follow a step that the page of the case offers."""
    follow(page, page.get_by_role("main").get_by_role("link", name=zh(message), exact=True).first)


def state(page: Any) -> str:
    """The state of the case, as its page says it."""
    return str(page.locator("main .status").first.inner_text()).strip()


def test_from_the_oral_application_to_the_archived_file(enter: Callable[..., Any], house: Site) -> None:
    number = tell_on_the_telephone(enter)
    head = enter(MEDIATOR, mode="desktop")
    case = accept(head, number)
    slip = meet(head, case)
    read_the_slip(enter, slip)
    house.turn_pages(2)
    head = enter(MEDIATOR, mode="desktop")
    agree(head, case)
    look(head, "mediation-in-force")
    assert state(head) == zh("Being kept")
    house.turn_pages(12)
    head = enter(MEDIATOR, mode="desktop")
    confirm_and_file(head, case)
    look(head, "mediation-filed")
    assert state(head) == zh("Filed")
    assert re.search(r"（\d{4}）西山人调字第\d+号", head.locator("main").inner_text())
    print_the_report(head)
    nobody_else_reads_it(enter, case)
    house.linli("rooms", "check")
    house.linli("verify")


def tell_on_the_telephone(enter: Callable[..., Any]) -> str:
    """The clerk at the telephone writes it down; of the case she gets its number and nothing else."""
    clerk = enter(STAFF, mode="desktop")
    clerk.goto(f"{HOME}/mediation/desk/new")
    fill(
        clerk, name=WANTS, phone="13957300101", other_name=OTHER, other_phone="13957300202", facts=FACTS,
        wished_time="晚上",
    )  # fmt: skip
    clerk.locator("[name=dispute]").select_option("neighbours")
    look(clerk, "mediation-told")
    # The button stands below what everybody is asked, and once more below what is asked of those who know it.
    follow(clerk, clerk.get_by_role("main").get_by_role("button", name=zh("Enter"), exact=True).first)
    found = re.search(r"登记〔\d+〕\d+ ?号", clerk.locator("main").inner_text())
    assert found and FACTS not in clerk.content()
    return found[0]


def accept(head: Any, number: str) -> str:
    """The head asks both sides, accepts the case and takes it on. Its address."""
    head.goto(f"{HOME}/mediation/desk")
    follow(head, head.get_by_role("link", name=number))
    case = str(head.url)
    step(head, "Ask the other side")
    press(head, "Begin")
    for party in (WANTS, OTHER):
        follow(head, head.get_by_role("link", name=zh("What does %(name)s say?") % {"name": party}))
        head.locator("[name=consents]").select_option("yes")
        for name in ("rights_told", "identity_seen"):
            head.locator(f"[name={name}]").check()
        press(head, "Save")
    step(head, "Accept the case")
    press(head, "Accept the case")
    step(head, "Assign mediators")
    head.locator("[name=mediator_id]").select_option(label="周调委")
    head.locator("[name=declared]").check()
    press(head, "Assign")
    assert state(head) == zh("Mediators assigned")
    return case


def meet(head: Any, case: str) -> str:
    """A room for tomorrow, taken with the mediator; a slip with a code for one of the parties. The code."""
    step(head, "Arrange a meeting")
    head.goto(f"{head.url}?day={coming_day(1)}&start=19:00&end=20:00")
    head.locator("select[name^=later_]").last.select_option("15")
    look(head, "mediation-room")
    press(head, "Arrange the meeting")
    assert state(head) == zh("Meeting arranged")
    look(head, "mediation-case")
    follow(head, head.get_by_role("button", name=zh("New slip with a code")).first)
    code = re.search(r"\b[0-9A-Z]{4} [0-9A-Z]{4}\b", head.locator("body").inner_text())
    look(head, "mediation-slip")
    assert code
    head.goto(case)
    return code[0]


def read_the_slip(enter: Callable[..., Any], code: str) -> None:
    """The party on a phone in large text, without scripts: the day, what to bring, nothing of the other side."""
    phone = enter(mode="large", javascript=False)
    phone.goto(f"{HOME}/mediation/own")
    fill(phone, code=code.lower())
    press(phone, "Show my case")
    look(phone, "mediation-own")
    shown = phone.locator("main").inner_text()
    assert "19:00" in shown and OTHER not in shown and FACTS not in shown
    assert measured(phone, MODES["large"]) == []


def agree(head: Any, case: str) -> None:
    """The record of the meeting, and an agreement that is in force once everybody signed and the seal is on it."""
    head.goto(case)
    step(head, "Write the record")
    for name in (WANTS, OTHER):
        head.get_by_label(re.compile(f"{name}.*到场")).check()
    fill(head, words="双方同意先修管道，再修吊顶。")
    press(head, "Save the record")
    step(head, "Write the agreement")
    terms = "蒋国平修好管道，并承担吊顶修理费 1800 元。"
    fill(head, terms=terms, amount="1800", what_1="修好管道，付 1800 元", until_1=coming_day(10))
    head.locator("[name=who_1]").select_option(label=OTHER)
    press(head, "Save the agreement")
    assert state(head) == zh("To be signed")
    look(head, "mediation-to-sign")
    step(head, "Enter signatures")
    for manner in head.locator("select[name^=manner_]").all():
        manner.select_option("signature")
    head.locator("[name=mediator]").select_option(label="周调委")
    head.locator("[name=sealed]").check()
    look(head, "mediation-signatures")
    press(head, "Save")


def confirm_and_file(head: Any, case: str) -> None:
    """Both ask the court; the duty is done; a visit; the papers; the number of the file."""
    head.goto(case)
    step(head, "Both asked the court")
    fill(head, court="海宁市人民法院")
    press(head, "Save")
    step(head, "Confirmed")
    press(head, "Save")
    follow(head, head.get_by_role("button", name=zh("Done"), exact=True).first)
    assert state(head) == zh("Kept")
    step(head, "Follow-up visit")
    fill(head, words="管道不漏了。")
    press(head, "Write it down")
    step(head, "Close the case")
    press(head, "Close the case")
    for paper in ("Papers of the judicial confirmation", "Cover, list of contents and back"):
        follow(head, head.get_by_role("button", name=f"{zh('It is there')}：{zh(paper)}"))
    step(head, "File the case")
    press(head, "File the case")


def print_the_report(head: Any) -> None:
    """The month in figures, on one sheet of paper; nothing in it tells of the case."""
    follow(head, head.get_by_role("link", name=zh("Reports of the committee")))
    look(head, "mediation-report")
    assert zh("What the figures say") in head.locator("main").inner_text()
    step(head, "Print")
    look(head, "mediation-report-print")
    shown = head.locator("main").inner_text()
    assert not [word for word in SECRETS if word in shown]
    for name in ("Confirmed by the court (cases)", "Agreements kept (cases)"):
        row = head.get_by_role("row", name=re.compile(re.escape(zh(name))))
        assert int(row.get_by_role("cell").first.inner_text()) >= 1, name
    assert len(re.findall(rb"/Type /Page\b", head.pdf(prefer_css_page_size=True))) == 1


def nobody_else_reads_it(enter: Callable[..., Any], case: str) -> None:
    """The director and a visitor: rooms, log, board and search know at most a number."""
    for who in (DIRECTOR, ""):
        page = enter(who, mode="desktop")
        for path in (f"/rooms/desk?date={coming_day(1)}", f"/rooms/day?date={coming_day(1)}", "/admin/audit", "/inbox/all",
                     "/calls/today", "/board", f"/search?q={WANTS}", f"/mediation/desk/cases/{case.rpartition('/')[2]}"):  # fmt: skip
            page.goto(HOME + path)
            shown = page.content().replace(f'value="{WANTS}"', "")
            assert not [word for word in SECRETS if word in shown and word != WANTS], (who, path)
            assert WANTS not in shown or path.startswith("/search"), (who, path)
