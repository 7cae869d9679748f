"""The journey of a yuan: an operator declares it with a photo, somebody else reviews it, it arrives at the bank, is allocated and
spent under the eyes of a resident, whose phone finds it in the books — and finds out whoever edits one row of the file afterwards.

One installation whose clock goes ahead by weeks. Everybody begins at a first page and goes on by what the pages offer."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.checks import MODES, measured
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day
from tests.browser.demo_site import BOOKKEEPER, CASHIER, DIRECTOR, OPERATOR, STAFF, Site, demo_site
from tests.browser.demo_site import zh as core_text
from tests.pictures import picture

SECRETARY, SUPERVISOR, RESIDENT = "shuji", "jiandu", "resident"
ALLOCATION, PROJECT = "社区食堂一季度分成分配", "北门口休息亭"
# 35 % of what the canteen earned, and what of it goes to the fund the project is paid from.
PROFIT, DUE, GIVEN_BACK = "86432.17", "30,251.26", "18,150.76"
DECIDED, PAID = "12,000.00", "11,800.00"
OBJECTION = "储备金留得太少，屋顶每年漏水。"
ANSWER = "储备金按合同占 15%，屋顶维修从维修资金支出，已列入明年计划。"
DAYS_PUBLIC = 15


def zh(message: str) -> str:
    """A sentence of the module in Chinese."""
    return core_text(message, "revenue")


@pytest.fixture
def house(tmp_path: Path, browser: Any) -> Iterator[Site]:
    """An installation of its own: its clock goes ahead by weeks, and its file is edited in the end."""
    running = demo_site(tmp_path / "instance")
    yield running
    running.stop()


@pytest.fixture
def enter(visit: Callable[..., Any], house: Site) -> Callable[..., Any]:
    """`enter("chuna")` is a page at the desk in a browser of its own, signed in to `house`."""

    def open_page(who: str, mode: str = "desktop") -> Any:
        page = visit(url=house.url, mode=mode)
        page.context.add_cookies(house.visitor(who).cookies())
        return page

    return open_page


def link(page: Any, message: str) -> None:
    """Follow a link in the middle of the page."""
    follow(page, page.get_by_role("main").get_by_role("link", name=zh(message), exact=True).first)


def press(page: Any, message: str) -> None:
    """Press the button of the form on the page."""
    follow(page, page.get_by_role("main").get_by_role("button", name=zh(message), exact=True))


def attach(page: Any, name: str, photo: Path) -> None:
    """Choose a photo or a scan for a field."""
    photo.write_bytes(picture(size=(1200, 900), seed=len(photo.stem)))
    page.locator(f"[name={name}][type=file]").first.set_input_files(photo)


def shown(page: Any) -> str:
    """What stands in the middle of the page."""
    return str(page.get_by_role("main").inner_text())


def todo(page: Any, what: str, about: str = "") -> None:
    """Begin at the desk, open the to-dos, and follow the one of these words."""
    page.goto(f"{HOME}/desk")
    follow(page, page.get_by_role("link", name=re.compile(f"^{core_text('To-dos')}")).first)
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text=what).filter(has_text=about)
    follow(page, row.get_by_role("link").first)


def step(page: Any, message: str, about: str) -> None:
    """Come to a proposal by its to-do, and open the step that is to be taken now."""
    todo(page, zh(message), about)
    link(page, message)


def look_at(phone: Any, name: str) -> None:
    """A page on the phone: nothing too small, nothing beside the screen."""
    look(phone, f"revenue-{name}")
    assert measured(phone, MODES["standard"]) == [], name


def test_from_the_receipt_in_the_till_to_the_shelter_at_the_gate(
    enter: Callable[..., Any], house: Site, tmp_path: Path
) -> None:
    period = f"社区食堂 {after_the_first_quarter(house)} 年第 1 季度"
    phone = enter(RESIDENT, "standard")
    look_at_the_books(phone, first=True)

    declare(enter, period, tmp_path)
    review(enter, period)
    house.turn_pages(2)
    receive(enter, house, tmp_path)

    propose_the_allocation(enter, period)
    decide_and_publish(enter, ALLOCATION, tmp_path)
    object_on_the_phone(phone, house)
    answer_the_objection(enter)
    house.turn_pages(DAYS_PUBLIC + 1)
    sign_and_check(enter, ALLOCATION)
    allocate(enter, house)
    read_of_the_allocation(phone, house)

    propose_the_project(enter, tmp_path)
    decide_and_publish(enter, PROJECT, tmp_path)
    house.turn_pages(DAYS_PUBLIC + 1)
    sign_and_check(enter, PROJECT)
    pay(enter, house, tmp_path)
    accept(enter, tmp_path)
    entry = rate_and_check_the_payment(phone, house)
    look_at_the_books(phone, first=False)
    house.linli("revenue", "verify")

    edit_one_row(house.folder / "linli.db", entry)
    find_the_edit(phone, entry)
    with pytest.raises(RuntimeError, match="ended with 1") as told:
        house.linli("revenue", "verify")
    assert re.search(rf"\b{entry}\b", str(told.value).partition("\n")[2])


def after_the_first_quarter(house: Site) -> int:
    """Let the first quarter of this year be over; the year."""
    today = datetime.date.fromisoformat(coming_day(0))
    days = (datetime.date(today.year, 4, 1) - today).days
    if days > 0:
        house.turn_pages(days)
    return today.year


# --------------------------------------------------------------------------- the money comes in


def declare(enter: Callable[..., Any], period: str, folder: Path) -> None:
    """The operator on the phone: the figure of the quarter and a photo of the receipt; the share is told step by step."""
    operator = enter(OPERATOR, "standard")
    operator.goto(f"{HOME}/")
    follow(operator, operator.get_by_role("main").get_by_role("link", name=re.compile(zh("My contracts and dues"))))
    look_at(operator, "own")
    follow(operator, operator.get_by_role("main").get_by_role("link", name=period.replace(" ", " · ", 1)))
    operator.fill("[name=net_profit_fen]", PROFIT)
    attach(operator, "files", folder / "收银机小票.jpg")
    look_at(operator, "declare")
    press(operator, "Declare")
    look_at(operator, "declared")
    assert f"{DUE} 元" in shown(operator) and "收银机小票.jpg" in shown(operator)
    assert zh("It is declared and waits to be reviewed.") in shown(operator)


def review(enter: Callable[..., Any], period: str) -> None:
    """Somebody of the office who has not declared it opens the photo and says that it is right."""
    clerk = enter(STAFF)
    todo(clerk, zh("Review what was declared: %(what)s") % {"what": period})
    look(clerk, "revenue-review")
    follow(clerk, clerk.get_by_role("link", name="收银机小票.jpg"))
    clerk.go_back()
    press(clerk, "It is right")
    assert zh("To be paid") in shown(clerk) and f"{DUE} 元" in shown(clerk)


def receive(enter: Callable[..., Any], house: Site, folder: Path) -> None:
    """The bookkeeper takes in the statement of the bank; its line is received for the due and matched in one step."""
    keeper = enter(BOOKKEEPER)
    keeper.goto(f"{HOME}/desk")
    follow(keeper, keeper.get_by_role("navigation").get_by_role("link", name=zh("Bank and cash")))
    follow(keeper, keeper.get_by_role("main").get_by_role("link", name="社区资金户"))
    link(keeper, "Take in a statement")
    there = re.search(r"余额 ([\d,]+\.\d\d) 元", shown(keeper))
    assert there
    fen = int(re.sub(r"\D", "", there[1])) + int(re.sub(r"\D", "", DUE))
    statement = folder / "对账单.csv"
    line = f"{coming_day(house.days_ahead - 1)},一季度分成,,{DUE.replace(',', '')},{fen // 100}.{fen % 100:02d},好味餐饮服务部"
    statement.write_text(f"交易日期,摘要,借方发生额,贷方发生额,余额,对方户名\n{line}\n", "gbk")
    keeper.locator("[name=file]").set_input_files(statement)
    press(keeper, "Look at the statement")
    press(keeper, "Take the statement in")
    row = keeper.get_by_role("row").filter(has_text="好味餐饮服务部")
    follow(keeper, row.get_by_role("link"))
    look(keeper, "revenue-line")
    press(keeper, "Received for this due")
    assert zh("Received for the due.") in shown(keeper)
    assert keeper.get_by_role("row").filter(has_text="好味餐饮服务部").count() == 0


# --------------------------------------------------------------------------- a proposal: who does what


def propose_the_allocation(enter: Callable[..., Any], period: str) -> None:
    """A clerk is asked to propose where the money that has arrived goes; the contract has said it already."""
    clerk = enter(STAFF)
    todo(clerk, zh("Propose how received dues are allocated"))
    clerk.fill("[name=title]", ALLOCATION)
    clerk.fill("[name=words]", "食堂一季度上缴的分成，按合同分到反哺、运营和储备三项资金。")
    look(clerk, "revenue-allocation")
    press(clerk, "Propose")
    assert GIVEN_BACK in shown(clerk) and clerk.locator(".cannot").is_visible()  # who proposed decides nothing


def propose_the_project(enter: Callable[..., Any], folder: Path) -> None:
    """A clerk proposes what the give-back fund pays for, with a photo of how it is now."""
    clerk = enter(STAFF)
    clerk.goto(f"{HOME}/desk")
    follow(clerk, clerk.get_by_role("navigation").get_by_role("link", name=zh("Proposals on money")))
    link(clerk, "New proposal")
    follow(clerk, clerk.get_by_role("main").get_by_role("link", name=re.compile(zh("A bench, lamps, a festival: paid from one fund"))))  # fmt: skip
    clerk.fill("[name=title]", PROJECT)
    clerk.fill("[name=words]", "等孩子放学的老人没有地方坐，在北门口搭一个带顶的休息亭。")
    clerk.locator("[name=fund]").select_option("give_back")
    clerk.fill("[name=amount]", DECIDED)
    attach(clerk, "photos", folder / "搭建前.jpg")
    press(clerk, "Propose")
    clerk.locator("[name^=photos-]").first.fill("现在的北门口，没有座位")
    press(clerk, "Propose")


def decide_and_publish(enter: Callable[..., Any], title: str, folder: Path) -> None:
    """The director enters what the council decided, with the scanned minutes, and publishes it: residents may object."""
    director = enter(DIRECTOR)
    step(director, "Enter the decision", title)
    director.locator("[name=body]").select_option("joint")
    director.fill("[name=words]", "到会人员一致同意。")
    attach(director, "minutes", folder / "会议纪要.jpg")
    press(director, "Enter the decision")
    assert director.get_by_role("link", name=zh("Make the result public")).count() == 0
    link(director, "Make it public")
    press(director, "Publish on the notice board")
    assert zh("Made public before the money moves") in shown(director)


def sign_and_check(enter: Callable[..., Any], title: str) -> None:
    """When the days are over: every objection has its answer; the secretary signs; the supervision committee checks."""
    clerk = enter(STAFF)
    step(clerk, "All objections are answered", title)
    press(clerk, "Go on to the signatures")
    secretary = enter(SECRETARY)
    step(secretary, "Sign it", title)
    press(secretary, "Sign it")
    supervisor = enter(SUPERVISOR)
    step(supervisor, "Check it", title)
    supervisor.get_by_label(zh("I am no near relative of anybody who took part in this proposal.")).check()
    press(supervisor, "Checked: it is right")
    assert zh("Checked, to be paid or allocated") in shown(supervisor)


def allocate(enter: Callable[..., Any], house: Site) -> None:
    """The cashier posts it, with the own password only; the director publishes what became of it."""
    cashier = enter(CASHIER)
    step(cashier, "Post the allocation", ALLOCATION)
    cashier.fill("[name=password]", "not-the-word")
    press(cashier, "Post the allocation")
    assert cashier.locator(".error-summary").is_visible()
    cashier.fill("[name=password]", house.password)
    look(cashier, "revenue-allocate")
    press(cashier, "Post the allocation")
    director = enter(DIRECTOR)
    step(director, "Make the result public", ALLOCATION)
    press(director, "Publish on the notice board")
    assert zh("Made public afterwards") in shown(director)


def pay(enter: Callable[..., Any], house: Site, folder: Path) -> None:
    """Nothing is paid without the contract; then the cashier pays, with the invoice, less than was decided."""
    clerk = enter(STAFF)
    step(clerk, "Add the contract", PROJECT)
    attach(clerk, "files", folder / "施工合同.jpg")
    press(clerk, "Add the paper")
    cashier = enter(CASHIER)
    step(cashier, "Pay", PROJECT)
    cashier.fill("[name=payee]", "海宁市安居建材店")
    cashier.fill("[name=purpose]", "休息亭材料和人工")
    cashier.fill("[name=amount]", PAID)
    attach(cashier, "invoices", folder / "发票.jpg")
    cashier.fill("[name=password]", house.password)
    look(cashier, "revenue-pay")
    press(cashier, "Pay")
    assert f"{PAID} 元" in shown(cashier)


def accept(enter: Callable[..., Any], folder: Path) -> None:
    """A clerk looks at the finished work and takes a photo of it."""
    clerk = enter(STAFF)
    step(clerk, "Accept the work", PROJECT)
    clerk.fill("[name=words]", "亭子牢固，能坐八个人。")
    attach(clerk, "photos", folder / "搭好以后.jpg")
    press(clerk, "Accept the work")
    clerk.locator("[name^=photos-]").first.fill("搭好的休息亭")
    press(clerk, "Accept the work")
    assert zh("How it is now") in shown(clerk)


# --------------------------------------------------------------------------- the resident


def home(phone: Any, house: Site, message: str) -> None:
    """Take up the phone again after days: sign in, and choose a tile of the first page."""
    phone.context.add_cookies(house.visitor(RESIDENT).cookies())
    phone.goto(f"{HOME}/")
    follow(phone, phone.get_by_role("main").get_by_role("link", name=re.compile(zh(message))))


def object_on_the_phone(phone: Any, house: Site) -> None:
    """The resident finds the notice on the first page, reads where the money is to go, and objects."""
    phone.context.add_cookies(house.visitor(RESIDENT).cookies())
    phone.goto(f"{HOME}/")
    follow(phone, phone.get_by_role("main").get_by_role("link", name=re.compile(ALLOCATION)).first)
    look_at(phone, "notice")
    assert GIVEN_BACK in shown(phone)
    follow(phone, phone.get_by_role("link", name=core_text("I object to this")))
    phone.get_by_label(core_text("What do you object to, and why?")).fill(OBJECTION)
    follow(phone, phone.get_by_role("button", name=core_text("Send the objection")))


def answer_the_objection(enter: Callable[..., Any]) -> None:
    """The director answers for everybody to read."""
    director = enter(DIRECTOR)
    todo(director, "异议", ALLOCATION)
    assert OBJECTION in shown(director)
    director.get_by_label(core_text("It stays as it was announced")).check()
    director.get_by_label(core_text("Answer, for everybody to read")).fill(ANSWER)
    follow(director, director.get_by_role("button", name=core_text("Publish the answer")))


def read_of_the_allocation(phone: Any, house: Site) -> None:
    """The resident reads what went to the give-back fund, and under the first publication the answer."""
    home(phone, house, "What the money is spent on")
    link(phone, "To the funds")
    follow(phone, phone.get_by_role("main").get_by_role("link", name=ALLOCATION))
    look_at(phone, "allocation-public")
    told = shown(phone)
    assert GIVEN_BACK in told and zh("%(all)d objections, %(done)d answered.") % {"all": 1, "done": 1} in told
    follow(phone, phone.get_by_role("link", name=re.compile(zh("First publication"))))
    assert ANSWER in shown(phone) and OBJECTION in shown(phone)


def rate_and_check_the_payment(phone: Any, house: Site) -> int:
    """The resident sees the project before and after, rates it, and checks its payment in the books. The voucher's number."""
    home(phone, house, "What the money is spent on")
    follow(phone, phone.get_by_role("main").get_by_role("link", name=PROJECT))
    look_at(phone, "project")
    assert (
        phone.get_by_alt_text("现在的北门口，没有座位").is_visible()
        and phone.get_by_alt_text("搭好的休息亭").is_visible()
    )
    link(phone, "Rate it")
    look_at(phone, "rate")
    phone.locator("[name=value][value='5']").check()
    press(phone, "Send")
    check = phone.get_by_role("main").get_by_role(
        "link", name=re.compile(zh("Check voucher %(seq)d").partition("%")[0])
    )
    number = int(re.sub(r"\D", "", check.inner_text()))
    follow(phone, check)
    assert computed(phone) == "ok"
    found = phone.locator("[data-step=entry]").inner_text()
    assert "休息亭材料和人工" in found and PAID in found
    return number


def look_at_the_books(phone: Any, *, first: bool) -> None:
    """From the first page to where each yuan went and to the check; at the next visit the phone remembers the first."""
    phone.goto(f"{HOME}/")
    follow(phone, phone.get_by_role("main").get_by_role("link", name=re.compile(zh("Where each yuan went"))))
    link(phone, "Check the books yourself")
    assert computed(phone) == "ok"
    look_at(phone, "books-first" if first else "books-again")
    assert phone.locator("[data-whole]").is_hidden()  # it has gone through all entries by itself
    remembered = phone.locator("[data-step=history] [data-state=ok]")
    assert remembered.is_hidden() if first else remembered.is_visible()


def computed(phone: Any) -> str | None:
    """What the phone found when it had gone through all entries."""
    phone.wait_for_selector("[data-step=whole] [data-state]:not([data-state=wait]):not([hidden])", state="visible")
    phone.wait_for_selector("#verify[data-done]")
    return str(phone.get_attribute("#verify", "data-done"))


# --------------------------------------------------------------------------- the attacker


def edit_one_row(file: Path, entry: int) -> None:
    """Somebody with the file in hand, while the server runs: the guards are dropped, and of one payment one digit changes."""
    with sqlite3.connect(file, timeout=30) as stolen:
        guards = stolen.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'revenue%'")
        for (name,) in guards.fetchall():
            stolen.execute(f"DROP TRIGGER {name}")
        done = stolen.execute("UPDATE revenue_movement SET amount = amount - 100000 WHERE entry = ?", (entry,))
        assert done.rowcount == 1
    stolen.close()


def find_the_edit(phone: Any, entry: int) -> None:
    """The same phone, the same way: it says in red what happened, and which voucher does not fit."""
    phone.goto(f"{HOME}/")
    follow(phone, phone.get_by_role("main").get_by_role("link", name=re.compile(zh("Where each yuan went"))))
    link(phone, "Check the books yourself")
    assert computed(phone) == "bad"
    look_at(phone, "books-edited")
    assert phone.get_by_text(zh("The books were changed!")).is_visible()
    red = phone.locator("[data-step=whole].is-bad")
    assert red.is_visible() and re.search(rf"\b{entry}\b", red.inner_text())
    assert phone.locator("[data-result=ok]").is_hidden()
