"""Residents' way through the money: from a source to its operator, from a fund to its projects, and what is overdue."""

from __future__ import annotations

import pytest

from core.actor import command
from core.clock import today
from core.plugin.settings import set_setting
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.revenue.reports import ways
from plugins.revenue.reports.book_reading import money_of_year
from plugins.revenue.reports.money_flow import FUND, USE, Node
from plugins.revenue.shares import deadlines
from tests.core.web.office_cases import HERE, text
from tests.plugins.revenue.spending.conftest import MONEY, clock, give_money, house

__all__ = ["clock", "house"]
PAGES = ("money", "operators", "projects", "giving", "spot", "verify")


def test_a_paid_project_is_reached_from_the_fund_and_from_the_picture(house):
    proposal = house.accepted()
    community, year = proposal.community, today().year
    found = ways.ways(community, year)
    base = f"/c/{community}/revenue"
    assert found[Node(USE, f"5101.{proposal.number_text}")] == f"{base}/projects/{proposal.id}"
    assert found[Node(FUND, "give_back")] == f"{base}/money/funds/give_back?year={year}"
    [shown] = ways.projects_of(community, "give_back")
    assert shown.id == proposal.id and shown.before_photos and shown.photos
    assert ways.projects_of(community, "operating") == []


def test_what_a_fund_got_is_what_became_of_it_to_the_fen(house):
    proposal = house.paid()
    flow = money_of_year(proposal.community, today().year)
    for fund in ("give_back", "operating", "owners", "unallocated"):
        came, went = ways.came_to(flow, fund), ways.went_from(flow, fund)
        assert sum(fen for _node, fen in came) == sum(fen for _node, fen in went) == MONEY


def test_what_is_not_public_yet_is_not_reached(house):
    proposal = house.project()
    assert Node(USE, f"5101.{proposal.number_text}") not in ways.ways(proposal.community, today().year)


def test_the_bar_of_the_way_stands_on_every_page_of_it(app, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    for name in PAGES:
        page = text(client.get(f"{HERE}/revenue/{name}"))
        assert all(f'href="{HERE}/revenue/{each}"' in page for each in PAGES), name


def test_a_fund_has_a_page_and_an_unknown_one_has_none(app, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    page = text(client.get(f"{HERE}/revenue/money/funds/give_back"))
    assert "反哺资金" in page and "5,000.00" in page
    assert client.get(f"{HERE}/revenue/money/funds/nothing").status_code == 404
    assert "5,000.00" not in text(client.get(f"/c/{SOUTH_GARDEN}/revenue/money/funds/give_back"))


@pytest.fixture
def late(monkeypatch):
    """The books began long ago and nothing was published."""
    monkeypatch.setattr(deadlines, "today", lambda: today().replace(year=today().year + 1))


def test_everybody_reads_which_income_is_overdue_and_who_demands_it(app, client, late):
    give_money(WEST_HILL, {"give_back": 500_000})
    set_setting(command(WEST_HILL), deadlines.CITY, "shanghai")
    page = text(client.get(f"{HERE}/revenue/money"))
    assert "超期未公示" in page and "上海市住宅物业管理规定" in page and "每季度" in page
    assert "以现行文件为准" in page


def test_nothing_overdue_is_said_plainly(app, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    page = text(client.get(f"{HERE}/revenue/money"))
    assert "超期未公示" not in page and "没有超期的" in page and "由社区自行规定" in page
