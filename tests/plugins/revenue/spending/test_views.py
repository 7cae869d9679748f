"""The pages of proposals: each opens and does its step; who may not, is refused; residents see no name."""

from __future__ import annotations

import datetime
import io
import re

import pytest

from core.actor import command
from core.civic.attachments import files_of
from core.civic.scores import Score
from core.clock import today
from core.people.account_records import Account
from core.testing import WEST_HILL, sign_in_as
from plugins.revenue.spending import lists
from plugins.revenue.spending.models import Proposal, Signature
from plugins.revenue.views.spending_steps import STEPS_OF
from tests import town as towns
from tests.core.web.office_cases import person
from tests.plugins.revenue.spending.conftest import PIXEL, give_money

DESK = f"/c/{WEST_HILL}/revenue/desk/spending"
PORTAL = f"/c/{WEST_HILL}/revenue/projects"


@pytest.fixture
def town(app):
    return towns.build(app, WEST_HILL, "西隐")


def send(browser, path: str, file: str = "", content: bytes = PIXEL, name: str = "照片.png", **fields):
    """Post a form with a file in one field, as a browser does: first it is taken in, then it gets its caption."""
    data = {"csrf_token": browser.token(), "idempotency_key": f"key-{path[-20:]}-{len(str(fields))}", **fields}
    if file:
        data[file] = (io.BytesIO(content), name)
    answer = browser.post(path, data=data, content_type="multipart/form-data")
    token = re.search(rf'name="{file}" value="([0-9a-f]{{32}})"', answer.get_data(as_text=True)) if file else None
    if answer.status_code in (200, 422) and token:
        data |= {file: token[1], f"{file}-{token[1]}": "现场", "idempotency_key": data["idempotency_key"] + "b"}
        answer = browser.post(path, data=data, content_type="multipart/form-data")
    return answer


def named(app, label: str, *roles: str):
    """A browser of somebody with a name of their own: people of one name count as one."""
    browser = sign_in_as(app, *roles)
    newest = Account.select().order_by(Account.id.desc()).get()
    Account.update(label=label).where(Account.id == newest.id).execute()
    return browser


def test_a_project_is_proposed_decided_and_published_over_the_pages(app):
    give_money(WEST_HILL, {"give_back": 500_000})
    staff, decider, chief = (named(app, *who) for who in (("甲", "staff"), ("乙", "staff"), ("丙", "director")))
    assert staff.get(f"{DESK}/new").status_code == staff.get(f"{DESK}/new/emergency").status_code == 200
    wrong = send(staff, f"{DESK}/new/project", title="", words="x", fund="give_back", amount="abc")
    assert wrong.status_code == 422 and "abc" in wrong.get_data(as_text=True)
    made = send(
        staff, f"{DESK}/new/project", "photos", title="楼道灯", words="换灯", fund="give_back", amount="1,200.50"
    )
    assert made.status_code == 303, made.get_data(as_text=True)[:3000]
    proposal = Proposal.of(WEST_HILL).get()
    assert proposal.amount == 120_050 and len(files_of(proposal.ref, "photo")) == 1
    here = f"{DESK}/{proposal.id}"
    assert staff.get(here).status_code == staff.get(DESK).status_code == staff.get(f"{DESK}?over=1").status_code == 200
    decision = {"body": "joint", "held_on": str(proposal.proposed_on), "words": "同意"}
    own = send(staff, f"{here}/do/decide", "minutes", **decision)
    assert own.status_code == 409
    assert send(decider, f"{here}/do/decide", **decision).status_code == 422
    assert send(decider, f"{here}/do/decide", "minutes", **decision).status_code == 303
    assert app.test_client().get(f"{PORTAL}/{proposal.id}").status_code == 200
    published = send(chief, f"{here}/do/publish", responsible="周主任")
    assert published.status_code == 303, published.get_data(as_text=True)[:2000]
    page = app.test_client().get(f"{PORTAL}/{proposal.id}").get_data(as_text=True)
    assert "楼道灯" in page and "1,200.50" in page and "甲" not in page


def test_a_vote_that_misses_three_quarters_keeps_what_was_typed_and_the_one_that_carries_is_told(app):
    give_money(WEST_HILL, {"owners": 500_000})
    staff, decider = (named(app, *who) for who in (("甲", "staff"), ("乙", "staff")))
    wish = {"title": "充电棚", "words": "利用空地经营充电棚", "fund": "owners", "amount": "1200"}
    assert send(staff, f"{DESK}/new/project", "photos", **wish).status_code == 303
    proposal = Proposal.of(WEST_HILL).get()
    here = f"{DESK}/{proposal.id}/do/decide"
    typed = {
        "body": "owners", "held_on": str(proposal.proposed_on), "words": "业主大会表决", "persons_total": "300", "persons_part": "200",
        "persons_yes": "149", "area_total": "30000", "area_part": "20000.00", "area_yes": "17000.5",
    }  # fmt: skip
    assert re.search(r'<option[^>]*selected[^>]*value="owners"', decider.get(here).get_data(as_text=True))
    unsaid = send(decider, here, "minutes", **typed)
    assert unsaid.status_code == 422 and "请选择表决事项" in unsaid.get_data(as_text=True)
    missed = send(decider, here, "minutes", **typed, matter="three_quarters")
    page = missed.get_data(as_text=True)
    assert missed.status_code == 422 and "不到参加表决的四分之三" in page and "至少 150 人、15,000 平方米" in page
    for kept in ("业主大会表决", 'value="149"', 'value="20000.00"', 'value="17000.5"', "照片.png"):
        assert kept in page, kept
    assert re.search(r'<input[^>]*checked[^>]*value="three_quarters"', page)
    assert send(decider, here, "minutes", **{**typed, "persons_yes": "150"}, matter="three_quarters").status_code == 303
    told = app.test_client().get(f"{PORTAL}/{proposal.id}").get_data(as_text=True)
    desk = staff.get(f"{DESK}/{proposal.id}").get_data(as_text=True)
    for page in (told, desk):
        assert "利用共有部分从事经营活动" in page and "四分之三以上" in page and "同意 150 人" in page
    wrong = send(decider, here, "minutes", **{**typed, "body": "joint"}, matter="three_quarters")
    assert wrong.status_code in (409, 422)


def test_every_page_of_a_step_opens_or_refuses_in_words(app, town):
    office = sign_in_as(app, "director", "secretary", "staff", "supervisor", "cashier", "liaison")
    for key in town.values["proposal_id"]:
        for act in STEPS_OF:
            path = f"{DESK}/{key}/do/{act}"
            assert office.get(path).status_code == 200, act
            answer = office.send(path, words="x", responsible="x", declared="y", amount="1", body="joint")
            assert answer.status_code in (303, 403, 409, 422), (act, answer.status_code)
        assert office.get(f"{DESK}/{key}/pay").status_code == 200
        for step in ("sign", "verify", "approve"):
            assert office.get(f"{DESK}/{key}/paper/{step}").status_code == 200
            assert office.send(f"{DESK}/{key}/paper/{step}", signed_on="2026-01-01").status_code == 422
        assert office.get(f"{DESK}/{key}/paper/pay").status_code == 404
        assert office.get(f"{DESK}/{key}/do/nothing").status_code == 404
    assert office.get(f"{DESK}/new/nothing").status_code == 404


def test_residents_see_what_is_public_and_no_name(app, town):
    from core.testing import Browser

    visitor = Browser(app)
    public, secret = town.values["proposal_id"]
    page = visitor.get(f"{PORTAL}/{public}").get_data(as_text=True)
    assert "水管抢修" in page and town.mark not in page
    assert visitor.get(f"{PORTAL}/{secret}").status_code == 404
    assert visitor.get(f"{PORTAL}?allocations=1").status_code == visitor.get(PORTAL).status_code == 200
    assert visitor.get(f"{DESK}/{public}").status_code in (303, 401)
    resident = towns.resident(app, town, 0)
    assert resident.get(f"{DESK}/{public}").status_code == 403
    assert resident.get(f"{PORTAL}/{public}/rate").status_code == 404
    accepted_until = today() + datetime.timedelta(days=3)
    Proposal.update(score_until=accepted_until).where(Proposal.id == public).execute()
    assert resident.get(f"{PORTAL}/{public}/rate").status_code == 200
    assert resident.send(f"{PORTAL}/{public}/rate", value="5").status_code == 303
    assert "我要评分" not in visitor.get(f"{PORTAL}/{public}").get_data(as_text=True)


def test_the_office_enters_a_score_from_paper_for_whoever_stands_in_the_list(app, town):
    public = town.values["proposal_id"][0]
    staff, path = sign_in_as(app, "staff"), f"{DESK}/{public}/score"
    who = person(phone="13800138123")
    said = {"value": "4", "words": "亮了", "asked_on": today().isoformat(), "name": who.name, "phone": "138 0013 8123"}
    assert staff.get(path).status_code == 200
    staff.send(path, **said)
    assert not Score.select().exists()
    Proposal.update(score_until=today()).where(Proposal.id == public).execute()
    for wrong in ({"name": "没有这人"}, {"phone": "13800138124"}, {"value": "9"}, {"asked_on": "2199-01-01"}):
        assert staff.send(path, **{**said, **wrong}).status_code == 422, wrong
    assert not Score.select().exists()
    for _again in range(2):
        assert staff.send(path, **said).status_code == 303
    (kept,) = Score.select()
    assert (kept.value, kept.words) == (4, "亮了") and kept.entered_by
    assert who.name not in staff.get(f"{DESK}/{public}").get_data(as_text=True)
    assert sign_in_as(app, "bookkeeper").get(path).status_code == 403


@pytest.mark.parametrize("role", ["staff", "bookkeeper", "supervisor", "liaison", "director", "grid_officer"])
def test_only_the_cashier_opens_the_page_to_pay(app, town, role):
    key = town.values["proposal_id"][0]
    assert sign_in_as(app, role).get(f"{DESK}/{key}/pay").status_code == 403
    assert sign_in_as(app, role).send(f"{DESK}/{key}/pay", amount="1").status_code == 403


def test_paying_asks_for_the_password_again(app, town):
    key = town.values["proposal_id"][0]
    page = sign_in_as(app, "cashier").get(f"{DESK}/{key}/pay").get_data(as_text=True)
    assert 'type="password"' in page


def test_only_the_named_opens_the_page_to_contest(app, town):
    from core.people.sessions import open_session
    from core.testing import Browser
    from core.web.gate import SESSION_COOKIE

    signature = Signature.get_of(WEST_HILL, town.values["signature_id"][0])
    path = f"{DESK}/{signature.proposal_id}/signatures/{signature.id}/contest"
    assert sign_in_as(app, "director").get(path).status_code == 404
    browser = Browser(app)
    account = Account.get_by_id(signature.account)
    browser.set_cookie(SESSION_COOKIE, open_session(account, opened_with="password", address="127.0.0.1", agent="test"))
    assert browser.get(path).status_code == 200
    assert "这不是我签的" in browser.get(f"{DESK}/{signature.proposal_id}").get_data(as_text=True)
    assert browser.send(path, words="没签过").status_code == 303
    assert lists.proposal_of(command(WEST_HILL), signature.proposal_id).state == "proposed"


def test_the_form_to_sign_is_printed(app, town):
    office = sign_in_as(app, "director")
    key = town.values["proposal_id"][0]
    assert office.send(f"/c/{WEST_HILL}/forms/revenue.approval/{key}").status_code == 303
    sheet = re.search(r'href="([^"]*revenue\.approval[^"]*)"', office.get(f"{DESK}/{key}").get_data(as_text=True))
    assert sheet
    text = office.get(sheet[1]).get_data(as_text=True)
    assert "水管抢修" in text and "监督委员会" in text and "贰佰元整" in text
