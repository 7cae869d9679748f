"""Every page of a case, in every state, with what nobody means well by: no failure, what was typed stays, nothing unescaped."""

from __future__ import annotations

import secrets

import pytest

from core.actor import command
from core.people.staff import colleagues
from core.store.db import transaction
from core.testing import WEST_HILL, Browser, sign_in_as
from plugins.mediation import service
from plugins.mediation.models import Case, CaseView
from plugins.mediation.views.steps import STEPS
from tests import town as towns
from tests.test_form_fuzz import VALUES, Forms, filled, is_sound

PAGES = (
    "meeting",
    "record",
    "agreement/oral",
    "agreement/written",
    "agreement/changed",
    "sign",
    "court/apply",
    "court/confirm",
    "court/lapse",
    "court/reject",
)
BASE = f"/c/{WEST_HILL}/mediation/desk/cases"
STATES = (
    "lead",
    "applied",
    "contacting",
    "accepted",
    "in_mediation",
    "awaiting_signatures",
    "performing",
    "breached",
    "closed",
)


@pytest.fixture
def clerk(app) -> tuple[Browser, list[int]]:
    """The clerk, and the cases of the town."""
    towns.build(app, WEST_HILL, "西隐")
    browser = sign_in_as(app, "mediator")
    newest = max(each.account for each in colleagues(WEST_HILL) if each.account)
    service.enter(command(WEST_HILL), newest, "", "clerk")
    return browser, [case.id for case in Case.of(WEST_HILL)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_papers_that_are_finished_later_take_nothing_ill(app, clerk):
    browser, (case, other, *_rest) = clerk
    found = service.evidence_of(Case.get_by_id(case))[0].id
    for value in VALUES.values():
        answer = browser.send(f"{BASE}/{case}/evidence/{found}/back", returned_to=value, on=value)
        assert is_sound(answer), value[:20]
    assert browser.send(f"{BASE}/{case}/evidence/{found}/back", returned_to="", on="2026-01-05").status_code == 422
    for path in (f"evidence/{found}/back", "interviews/1/sign", "arrivals/1/told", "interviews/999999/sign"):
        assert browser.send(f"{BASE}/{other}/{path}", returned_to="甲").status_code == 404, path
    for answer, status in (("take", 409), ("leave", 409), ("x", 404)):
        assert browser.send(f"{BASE}/{case}/held/{answer}").status_code == status


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_call_that_becomes_an_application_takes_nothing_ill(app, clerk):
    browser, _cases = clerk
    path = f"/c/{WEST_HILL}/mediation/desk/from-call"
    for value in VALUES.values():
        answer = browser.send(path, who=value, phone=value, where=value, what=value, requested_on=value)
        assert is_sound(answer) and answer.status_code == 200, value[:20]
    for call in ("x", "-1", "9" * 40, "999999", "１"):
        assert browser.send(path, call=call).status_code == 404, call
    assert browser.get(path).status_code == 405


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_of_the_head_takes_nothing_ill(app, clerk):
    browser = sign_in_as(app, "director")
    roster = f"/c/{WEST_HILL}/mediation/desk/roster"
    head, other = service.head_of(WEST_HILL), service.enter(command(WEST_HILL), None, "没有账号", "mediator")
    for value in VALUES.values():
        assert is_sound(browser.send(f"{roster}/{head.id}/head", decision=value, on=value, confirmed=value)), value[:20]
    assert (
        browser.send(f"{roster}/{other.id}/head", decision="居民会议", on="2026-01-05", confirmed="y").status_code
        == 409
    )
    assert browser.get(f"{roster}/999999/head").status_code == 404
    assert service.head_of(WEST_HILL).id == head.id
    clerks_browser, _found = clerk
    for up_to in ("", "x", "-1", "9" * 40):
        assert clerks_browser.send(f"/c/{WEST_HILL}/mediation/desk/looks/review", up_to=up_to).status_code in (403, 404)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_step_fails_whatever_the_state(app, clerk):
    browser, cases = clerk
    token, wrong, sent = browser.token(), [], 0
    words = list(VALUES.values())
    for number, page in enumerate((*(f"do/{step}" for step in STEPS), *PAGES)):
        for turn, case in enumerate(cases):
            with transaction(WEST_HILL):
                Case.update(state=STATES[(number + turn * 4) % len(STATES)]).where(Case.id == case).execute()
            path = f"{BASE}/{case}/{page}"
            shown = browser.get(path)
            if not is_sound(shown):
                wrong.append(("GET", path, shown.status_code))
            for action, fields in Forms(shown.get_data(as_text=True)).found:
                if action and not action.startswith(f"{BASE}/"):
                    continue
                typed = [name for name in fields if name not in ("csrf_token", "idempotency_key")]
                for offset in range(3):
                    value = words[(number * 3 + offset) % len(words)]
                    data = filled(fields, token) | dict.fromkeys(typed, value)
                    data["idempotency_key"] = secrets.token_urlsafe(12)
                    answer, sent = browser.post(action or path, data=data), sent + 1
                    if not is_sound(answer):
                        wrong.append(("POST", path, value[:20], answer.status_code))
            looked = browser.get(f"{BASE}/{case}")
            if looked.status_code != 200:
                wrong.append(("after", path, looked.status_code))
    assert wrong == []
    assert sent > 50


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_was_typed_stays(app, clerk):
    browser, cases = clerk
    path = f"/c/{WEST_HILL}/mediation/desk/new"
    answer = browser.send(path, name="甲", facts="邻居装修太吵", other_name="", requested_on="2026-02-30")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "邻居装修太吵" in text and "2026-02-30" in text
    answer = browser.send(f"{BASE}/{cases[0]}/do/note", kind="contact", on="2026-01-01", words="")
    assert answer.status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_double_tap_enters_one_application(app, clerk):
    browser, _cases = clerk
    before = Case.of(WEST_HILL).count()
    form = {
        "name": "甲",
        "other_name": "乙",
        "facts": "争吵",
        "requested_on": "2026-01-05",
        "source": "resident",
        "dispute": "",
    }
    key = secrets.token_urlsafe(12)
    for _tap in range(2):
        answer = browser.send(f"/c/{WEST_HILL}/mediation/desk/new", idempotency_key=key, **form)
        assert answer.status_code == 303
    assert Case.of(WEST_HILL).count() == before + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_printing_a_slip_is_a_look_at_the_case(app, clerk):
    """It shows a name, a time and a room, also to whoever sends the address by hand."""
    browser, cases = clerk
    case = Case.get_by_id(cases[0])
    before = CaseView.select().where(CaseView.case_id == case.id).count()
    path = f"{BASE}/{case.id}/parties/{service.parties_of(case)[0].id}/slip"
    assert browser.send(path).status_code == 200
    assert CaseView.select().where(CaseView.case_id == case.id).count() == before + 1
