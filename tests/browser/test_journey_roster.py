"""The clerk's journey: a roster with three bad rows of a hundred goes in, the bad ones come back, all is taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser import checks
from tests.browser.checks import DESKTOP
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME
from tests.browser.demo_site import STAFF, zh

BAD = {7: ("", "13900001107"), 40: ("赵无门", ""), 77: ("钱电话", "139")}


def roster(path: Path) -> Path:
    """A hundred people of one estate; one has no name, one no door, one a phone that cannot be."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["小区", "房号", "户主姓名", "联系电话"])
    for number in range(1, 101):
        name, phone = BAD.get(
            number, (f"测{'甲乙丙丁戊'[number % 5]}{'一二三四五六七八九十'[number % 10]}", f"139000{11000 + number}")
        )
        door = "" if number == 40 else f"{1 + number // 25}-{1 + number % 2}-{101 + number}"
        book.active.append(["浏览器花园", door, name, phone])
    book.save(path)
    return path


def test_a_clerk_imports_a_roster_corrects_it_and_takes_it_back(visit: Callable[..., Any], tmp_path: Path) -> None:
    """UX 16 in the browser: preview names row, column and reason; 97 go in; one click reverts all."""
    import openpyxl

    page = visit(STAFF, mode="desktop")
    page.goto(f"{HOME}/roster")
    page.locator("#file").set_input_files(roster(tmp_path / "名册.xlsx"))
    follow(page, page.get_by_role("button", name=zh("Look at the file")))
    look(page, "roster-preview")
    told = page.locator("#bad").inner_text()
    for line, word in ((8, zh("Row %(line)s").replace("%(line)s", "8")), (41, "41"), (78, "78")):
        assert word in told, line
    assert "联系电话" in told
    assert not [*checks.violations(page), *checks.measured(page, DESKTOP)]

    follow(page, page.get_by_role("button", name="97"))
    look(page, "roster-imported")
    assert page.get_by_text("97", exact=True).first.is_visible()
    assert not [*checks.violations(page), *checks.measured(page, DESKTOP)]
    with page.expect_download() as coming:
        page.get_by_role("link", name=zh("These rows as a workbook")).click()
    assert coming.value.suggested_filename.startswith("名册")
    coming.value.save_as(tmp_path / "errors.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "errors.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == 1 + len(BAD) and all(row[-1] for row in rows)

    page.goto(f"{HOME}/roster")
    follow(page, page.get_by_role("row").filter(has_text="名册.xlsx").get_by_role("link", name=zh("Take back")))
    follow(page, page.get_by_role("button", name=zh("Yes, take everything back")))
    look(page, "roster-taken-back")
    assert page.get_by_text(zh("Taken back"), exact=True).first.is_visible()
    page.goto(f"{HOME}/search?q=测甲六")
    assert not page.locator("#results").get_by_role("link", name="测甲六").count()
