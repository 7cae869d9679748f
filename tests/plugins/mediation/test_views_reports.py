"""The pages of the reports: who may open them, what stands there, what is exported; the subsidy by the pages alone."""

from __future__ import annotations

import json
import re

import pytest

from core.actor import command
from core.clock import today
from core.people.staff import colleagues
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from plugins.mediation import service
from plugins.mediation.figures.periods import period_with
from plugins.mediation.models import CaseView, Claim, Rate

BASE = f"/c/{WEST_HILL}/mediation/desk"
EXPORTS = f"/c/{WEST_HILL}/exports"
PAGES = ("/report", "/report/print", "/register", "/register/print", "/subsidy", "/subsidy/rates")
RATES = {"simple": "50", "ordinary": "200", "complex": "500.5", "major": "1,000", "words": "街道〔2026〕1号"}


def signed_in(app, office: str) -> Browser:
    """A colleague with the role of a mediator, on the roster as `office`."""
    browser = sign_in_as(app, "mediator")
    newest = max(each.account for each in colleagues(WEST_HILL) if each.account)
    service.enter(command(WEST_HILL), newest, "", office)
    return browser


@pytest.fixture
def head(app) -> Browser:
    return signed_in(app, "head")


@pytest.fixture
def settled(head) -> None:
    """A quarrel the head settled at the door, by the page for it."""
    told = {"who": "隐名甲，隐名乙", "facts": "隐事堆物", "dispute": "neighbours", "how": "隐终搬走"}
    assert head.send(f"{BASE}/door", **told).status_code == 303


def text(answer) -> str:
    return answer.get_data(as_text=True)


def mediator_id() -> int:
    return int(service.roster(WEST_HILL)[0].id)


def test_the_head_and_the_clerk_open_every_page_and_nobody_else_does(app, head, settled, client):
    clerk, mediator = signed_in(app, "clerk"), signed_in(app, "mediator")
    stranger = sign_in_as(app, "mediator")
    for path in PAGES:
        assert head.get(BASE + path).status_code == 200, path
        assert clerk.get(BASE + path).status_code == 200, path
        for who in (mediator, stranger, *(sign_in_as(app, role) for role in ("director", "staff", "bookkeeper"))):
            assert who.get(BASE + path).status_code == 403, path
        assert client.get(BASE + path).status_code in (302, 303, 401)
    for who, has in ((head, True), (clerk, True), (mediator, False), (stranger, False)):
        assert (f'href="{BASE}/report"' in text(who.get(f"/c/{WEST_HILL}/desk"))) == has


def test_the_head_of_another_community_sees_its_own(app, head, settled):
    other = sign_in_as(app, "mediator", community=SOUTH_GARDEN)
    newest = max(each.account for each in colleagues(SOUTH_GARDEN) if each.account)
    service.enter(command(SOUTH_GARDEN), newest, "", "head")
    assert "没有受理纠纷" in text(other.get(f"/c/{SOUTH_GARDEN}/mediation/desk/report"))
    assert other.get(f"{BASE}/report").status_code in (403, 404)


@pytest.mark.parametrize(
    "query", ["", "period=abc", "period=2999-01", "period=" + "9" * 5000, "period=2026-q4", "period=2026"]
)
def test_any_address_shows_a_period(head, settled, query):
    for path in PAGES:
        assert head.get(f"{BASE}{path}?{query}").status_code == 200, path


def test_the_report_shows_figures_and_nothing_of_the_case(head, settled):
    for path in ("/report", "/report/print", "/register", "/subsidy"):
        page = text(head.get(BASE + path))
        assert not re.search("隐[名事终]", page), path
    report = text(head.get(f"{BASE}/report"))
    assert "受理纠纷 1 件，调解成功 1 件，成功率 100%" in report
    assert f'{period_with(today()).before.code}"' in report


def test_the_register_names_the_parties_and_is_logged(head, settled):
    page = text(head.get(f"{BASE}/register/print"))
    assert "隐名甲" in page and "第 1 页，共 1 页" in page
    assert CaseView.select().where(CaseView.page == "register").count() == 1
    assert "打印登记簿" in text(head.get(f"{BASE}/looks"))


def test_the_report_is_exported_as_a_workbook_and_for_programs(app, head, settled):
    assert "mediation.report.xlsx" in text(head.get(f"{BASE}/report"))
    for form in ("xlsx", "csv", "json"):
        assert head.send(f"{EXPORTS}/mediation.report.{form}", period=period_with(today()).code).status_code == 200
    rows = json.loads(head.send(f"{EXPORTS}/mediation.report.json").get_data())
    first = rows[0]
    assert (first["项目"], first["本期"], first["环比"]) == ("受理（件）", 1, "—")
    rate = next(row for row in rows if row["项目"] == "调解成功率")
    assert rate["本期"] == 100
    stranger = sign_in_as(app, "mediator", "director")
    for name in ("mediation.report", "mediation.claims"):
        assert stranger.send(f"{EXPORTS}/{name}.json").status_code == 403


# --------------------------------------------------------------------------- the subsidy


def test_from_the_rates_to_the_signed_claim_by_the_pages_alone(head, settled):
    page = f"{BASE}/subsidy"
    assert f"{page}/rates" in text(head.get(page))
    assert head.send(f"{page}/rates", **RATES).headers["Location"] == page
    rate = Rate.get()
    assert (rate.simple, rate.ordinary, rate.complex, rate.major) == (5_000, 20_000, 50_050, 100_000)
    offered = re.search(rf"{page}/of/\d+\?period=[\d-]+", text(head.get(page)))
    (case,) = service.claimable(_head(), mediator_id(), period_with(today()))
    fields = {f"take_{case.case_id}": "y", f"grade_{case.case_id}": "complex"}
    answer = head.send(offered[0], **fields)
    claim = Claim.get()
    assert answer.headers["Location"] == f"{page}/claims/{claim.id}"
    sheet = text(head.get(f"{page}/claims/{claim.id}/print"))
    assert "伍佰元伍角整" in sheet and "￥500.50" in sheet
    assert "街道〔2026〕1号" in sheet and not re.search("隐[名事终]", sheet)
    assert case.number in sheet
    rows = json.loads(head.send(f"{EXPORTS}/mediation.claims.json").get_data())
    assert [(row["档次"], row["金额（元）"]) for row in rows] == [("复杂", 500.5)]
    assert head.send(offered[0], **fields).status_code == 422
    assert head.get(f"{page}/claims/{claim.id}/withdraw").status_code == 200
    assert head.send(f"{page}/claims/{claim.id}/withdraw").status_code == 303
    assert head.send(f"{page}/claims/{claim.id}/withdraw").status_code == 409
    assert "作废" in text(head.get(f"{page}/claims/{claim.id}/print"))
    assert json.loads(head.send(f"{EXPORTS}/mediation.claims.json").get_data()) == []


def _head():
    from core.people import permissions

    return permissions.actor_of(service.roster(WEST_HILL)[0].account, WEST_HILL)


def test_a_double_tap_makes_one_claim(head, settled):
    head.send(f"{BASE}/subsidy/rates", **RATES)
    (case,) = service.claimable(_head(), mediator_id(), period_with(today()))
    fields = {f"take_{case.case_id}": "y", f"grade_{case.case_id}": "simple", "idempotency_key": "doppelt-getippt"}
    path = f"{BASE}/subsidy/of/{mediator_id()}"
    answers = [head.send(path, **fields) for _tap in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Claim.select().count() == 1


@pytest.mark.parametrize(
    "field, value", [("simple", "五十"), ("major", "-1"), ("complex", "100000.01"), ("ordinary", ""), ("words", "  ")]
)
def test_rates_that_are_none_keep_what_was_typed(head, field, value):
    answer = head.send(f"{BASE}/subsidy/rates", **{**RATES, field: value})
    kept = "街道〔2026〕1号" if field != "words" else "1,000"
    assert answer.status_code == 422 and kept in text(answer)
    assert Rate.select().count() == 0


def test_nothing_chosen_is_said_at_the_top(head, settled):
    head.send(f"{BASE}/subsidy/rates", **RATES)
    answer = head.send(f"{BASE}/subsidy/of/{mediator_id()}")
    assert answer.status_code == 422 and "请至少选一件案件" in text(answer)


def test_claims_of_nobody_are_not_found(head):
    for path in ("/subsidy/of/99", "/subsidy/claims/99", "/subsidy/claims/99/print", "/subsidy/claims/99/withdraw"):
        assert head.get(BASE + path).status_code == 404, path
