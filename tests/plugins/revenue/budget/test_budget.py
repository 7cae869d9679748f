"""The budget of a year: two people, minutes, versions that are never edited, and what is compared with it."""

from __future__ import annotations

import csv
import datetime
import io
import random
from decimal import Decimal

import peewee
import pytest

from core.actor import command
from core.civic.attachments import keep_upload
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.operate import exports
from core.store.db import database, rows, transaction
from core.store.violations import violated
from plugins.revenue.budget import versions
from plugins.revenue.budget.comparing import comparison, percent
from plugins.revenue.budget.models import Budget
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.posting import Line, post
from tests.pictures import picture
from tests.plugins.revenue.dues.conftest import Town, town

__all__ = ["town"]
YEAR = today().year
SCANNED = picture()


def minutes(actor):
    return [(keep_upload(actor, "纪要.jpg", SCANNED, ("picture", "document")).token, "")]


def written(town: Town, why: str = "", lines=(("5201", "operating", 50_000, "办公"),)) -> Budget:
    """A version of this year with its meeting, ready to be handed in."""
    made = versions.start(town.bookkeeper, YEAR, why)
    for line in lines:
        versions.set_line(town.bookkeeper, made.id, *line)
    return versions.set_meeting(town.bookkeeper, made.id, "居民会议", today(), minutes(town.bookkeeper))


def decided(town: Town, why: str = "", **more) -> Budget:
    made = written(town, why, **more)
    versions.hand_in(town.bookkeeper, made.id)
    return versions.decide(town.director, made.id)


def test_one_enters_and_another_decides(town):
    made = written(town)
    with pytest.raises(Refused):
        versions.decide(town.director, made.id)
    versions.hand_in(town.bookkeeper, made.id)
    with pytest.raises(Forbidden):
        versions.decide(town.bookkeeper, made.id)
    with pytest.raises((Refused, Forbidden)):
        versions.decide(town.bookkeeper.with_rights("revenue.approve"), made.id)
    assert versions.decide(town.director, made.id).state == "in_force"
    assert versions.in_force(town.community, YEAR).id == made.id


def test_without_lines_meeting_or_minutes_nothing_is_handed_in(town):
    made = versions.start(town.bookkeeper, YEAR)
    with pytest.raises(Refused):
        versions.hand_in(town.bookkeeper, made.id)
    versions.set_line(town.bookkeeper, made.id, "5201", "operating", 1)
    versions.set_meeting(town.bookkeeper, made.id, "居民会议", today(), [])
    with pytest.raises(Refused):
        versions.hand_in(town.bookkeeper, made.id)
    for meeting, day in (("", today()), ("会", today() + datetime.timedelta(1))):
        with pytest.raises(Invalid):
            versions.set_meeting(town.bookkeeper, made.id, meeting, day, [])


def test_a_change_is_a_new_version_with_its_reason_and_the_old_one_stays(town):
    first = decided(town)
    with pytest.raises(Invalid):
        versions.start(town.bookkeeper, YEAR)
    second = versions.start(town.bookkeeper, YEAR, "多了一项活动")
    assert second.version == 2 and [line.amount for line in versions.lines_of(second)] == [50_000]
    with pytest.raises(Refused):
        versions.start(town.bookkeeper, YEAR, "再来")
    versions.drop(town.bookkeeper, second.id)
    third = decided(town, "多了一项活动", lines=(("5201", "operating", 70_000, "办公和活动"),))
    assert third.version == 2 and versions.find_budget(town.director, first.id).state == "replaced"
    assert [line.amount for line in versions.lines_of(first)] == [50_000]
    assert [line.amount for line in versions.lines_of(third)] == [70_000]
    assert [each.version for each in versions.versions(town.community, YEAR)] == [2, 1]


def test_what_was_handed_in_is_given_back_before_it_changes(town):
    made = written(town)
    versions.hand_in(town.bookkeeper, made.id)
    with pytest.raises(Refused):
        versions.set_line(town.bookkeeper, made.id, "5201", "operating", 1)
    versions.give_back(town.director, made.id, "金额与纪要不符")
    versions.set_line(town.bookkeeper, made.id, "5201", "operating", 60_000)
    assert [line.amount for line in versions.lines_of(made)] == [60_000]


def test_a_line_is_about_income_or_expense_in_a_fund_of_the_community(town):
    made = versions.start(town.bookkeeper, YEAR)
    for account, fund, fen in (
        ("1002", "operating", 1),
        ("5201", "owners", 1),
        ("5201", "operating", 0),
        ("9", "x", 1),
    ):
        with pytest.raises(Invalid):
            versions.set_line(town.bookkeeper, made.id, account, fund, fen)
    with pytest.raises(Forbidden):
        versions.set_line(town.boss, made.id, "5201", "operating", 1)
    line = versions.set_line(town.bookkeeper, made.id, "5201", "operating", 1)
    with pytest.raises(NotFound):
        versions.remove_line(town.bookkeeper, made.id + 1, line.id)
    versions.remove_line(town.bookkeeper, made.id, line.id)
    assert versions.lines_of(made) == []


@pytest.mark.parametrize(
    "statement, name",
    [
        ("UPDATE revenue_budget_line SET amount = amount + 1", "revenue_budget_line_draft_update"),
        ("DELETE FROM revenue_budget_line", "revenue_budget_line_draft_delete"),
        ("UPDATE revenue_budget SET meeting = '别的会'", "revenue_budget"),
        ("UPDATE revenue_budget SET state = 'draft'", "revenue_budget"),
        ("DELETE FROM revenue_budget", "revenue_budget"),
    ],
)
def test_the_database_keeps_what_was_decided(town, statement, name):
    decided(town)
    with pytest.raises(peewee.DatabaseError) as caught, transaction(town.community):
        database.execute_sql(statement)
    assert name in (violated(caught.value) or str(caught.value))
    assert [line.amount for line in versions.lines_of(versions.in_force(town.community, YEAR))] == [50_000]


def test_the_database_wants_two_people(town):
    made = written(town)
    versions.hand_in(town.bookkeeper, made.id)
    with pytest.raises(peewee.DatabaseError), transaction(town.community):
        database.execute_sql("UPDATE revenue_budget SET state = 'in_force', decided_by = asked_by")


# --------------------------------------------------------------------------- against actual


def test_actual_is_the_sum_of_the_movements_of_the_year(town):
    books, dice = town.bookkeeper, random.Random(7)
    for code in ("4301.7", "5201.1", "5201.10"):
        open_account(books.with_rights("revenue.post"), code, f"明细{code}", "income" if code[0] == "4" else "expense")
    decided(town, lines=(
        ("4301", "operating", 90_000, "分成"), ("5201", "operating", 50_000, "办公"), ("5201.1", "operating", 20_000, "打印"),
        ("5401", "general", 100, "手续费"),
    ))  # fmt: skip
    places = ("4301", "4301.7", "4101", "5201", "5201.1", "5201.10", "5101")
    for number in range(60):
        code = dice.choice(places) if number > 3 else "4301.7"
        fen = dice.randint(1, 900) * (100 if code[0] == "4" else 1)
        line = (
            Line(fen, code, "1002", "operating", "operating")
            if code[0] == "4"
            else Line(fen, "1002", code, "operating", "operating")
        )
        day = datetime.date(YEAR - (number % 9 == 4), 1, 1 + number % 9)
        post(books, key=f"b{number}", day=day, purpose="试", lines=[line])
    sums: dict[str, int] = {}
    for source, target, fen in rows(
        "SELECT source, destination, amount FROM revenue_movement WHERE community = ? AND day BETWEEN ? AND ?",
        town.community, f"{YEAR}-01-01", f"{YEAR}-12-31",
    ):  # fmt: skip
        code = source if source[0] == "4" else target
        sums[code] = sums.get(code, 0) + fen
    found = comparison(versions.in_force(town.community, YEAR))
    assert {(line.account, line.fund): line.actual for line in (*found.income, *found.expense)} == {
        ("4101", "operating"): sums["4101"], ("4301", "operating"): sums["4301"] + sums["4301.7"],
        ("5101", "operating"): sums["5101"], ("5201", "operating"): sums["5201"] + sums["5201.10"],
        ("5201.1", "operating"): sums["5201.1"], ("5401", "general"): 0,
    }  # fmt: skip
    together = [total for _side, _lines, total in found.parts]
    assert [each.actual for each in together] == [
        sum(fen for code, fen in sums.items() if code[0] == side) for side in "45"
    ]
    assert [each.planned for each in together] == [90_000, 70_100]


@pytest.mark.parametrize(
    "actual, planned, said",
    [
        (0, 100, "0.0%"),
        (1, 3, "33.3%"),
        (99_999, 100_000, "99.9%"),
        (100, 100, "100.0%"),
        (250, 100, "250.0%"),
        (-1, 8, "-12.5%"),
        (5, 0, ""),
    ],
)
def test_percent_reaches_a_hundred_only_when_it_is(actual, planned, said):
    assert percent(actual, planned) == said


def test_the_file_has_exact_sums(town, plugins):
    decided(town)
    content = exports.file_of(plugins, command(town.community), "revenue.budget", "csv", {"year": str(YEAR)}).content
    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [Decimal(cell) for cell in cells[2][6:9]] == [Decimal("500.00"), Decimal("0.00"), Decimal("500.00")]
    assert str(YEAR) in cells[2][0]
