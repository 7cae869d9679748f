"""A call that is a quarrel: in a few taps an application with what the caller said, and nothing of it left among the calls."""

from __future__ import annotations

import re

import pytest

from core.actor import command
from core.civic import attachments, intake, sheets
from core.civic.intake import CallIntake
from core.civic.reaching.calls import CallTask
from core.clock import today
from core.operate import audit_log
from core.people.residents import add_person
from core.people.staff import colleagues
from core.plugin.current import active
from core.store.audit import AuditDetail, verify
from core.store.db import rows
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from plugins.mediation import service
from plugins.mediation.models import Case, Party
from plugins.mediation.views.enter import MORE
from tests.pictures import PDF

BASE = f"/c/{WEST_HILL}"
WORDS = ("秘密来电人", "13911114444", "秘密漏水打架", "秘密3幢")


@pytest.fixture
def staff(app) -> Browser:
    sign_in_as(app, "mediator")
    newest = max(each.account for each in colleagues(WEST_HILL) if each.account)
    service.enter(command(WEST_HILL), newest, "", "head")
    return sign_in_as(app, "staff")


def call(back: bool = True) -> CallIntake:
    who, phone, what, where = WORDS
    return intake.take_call(command(WEST_HILL), who=who, what=what, where=where, call_back=back, phone=phone)


def value(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', text
    )
    return found[1] if found else ""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_pages_of_calls_offer_it(staff):
    here = f'{BASE}/mediation/desk/from-call"'
    assert f'formaction="{here}' in staff.get(f"{BASE}/calls/new").text
    assert f'action="{here}' in staff.get(f"{BASE}/calls/{call().id}").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_was_typed_is_in_the_form_and_nothing_is_stored(staff):
    who, phone, what, where = WORDS
    before = rows("SELECT count(*) FROM call_intake"), rows("SELECT count(*) FROM mediation_case")
    page = staff.send(f"{BASE}/mediation/desk/from-call", who=who, phone=phone, what=what, where=where)
    assert page.status_code == 200
    assert value(page.text, "name") == who and what in page.text and where in page.text
    assert value(page.text, "phone").replace(" ", "") == phone
    assert (rows("SELECT count(*) FROM call_intake"), rows("SELECT count(*) FROM mediation_case")) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("applies", [True, False])
def test_of_a_stored_call_nothing_is_left(staff, applies):
    who, phone, what, _where = WORDS
    made = call()
    page = staff.send(f"{BASE}/mediation/desk/from-call", call=made.id)
    assert value(page.text, "call") == str(made.id) and what in page.text
    form = {"name": who, "phone": phone, "facts": what, "call": made.id, "source": "resident", "dispute": "",
            "requested_on": today().isoformat()}  # fmt: skip
    answer = staff.send(f"{BASE}/mediation/desk/new", **form, **({"other_name": "乙"} if applies else {"as": "heard"}))
    assert answer.status_code == 303
    case = Case.of(WEST_HILL).get()
    assert (case.state, Party.of(WEST_HILL).where(Party.name == who).count()) == ("applied" if applies else "lead", 1)
    kept = CallIntake.get_by_id(made.id)
    assert (kept.state, kept.caller, kept.matter, kept.phone, kept.place) == ("answered", "—", "—", "", "")
    assert {(task.state, task.name, task.why, task.phone) for task in CallTask.select()} == {
        ("set_aside", "—", "—", "")
    }
    tables = (
        "call_intake",
        "call_task",
        "call_attempt",
        "workflow_step",
        "audit_entry",
        "audit_detail",
        "link",
        "message",
    )
    whole = "\n".join(repr(row) for table in tables for row in rows(f"SELECT * FROM {table}"))
    assert [word for word in WORDS if word in whole] == []
    assert AuditDetail.select().count() and verify(WEST_HILL) is None
    for path in (
        "calls",
        "calls?show=finished",
        f"calls/{made.id}",
        "calls/today",
        "search?q=秘密",
        f"threads/core.call_intake:{made.id}",
    ):
        assert what not in staff.get(f"{BASE}/{path}").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_application_that_is_refused_leaves_the_call_as_it_was(staff):
    made = call(back=False)
    form = {
        "name": "甲",
        "facts": "漏水",
        "call": made.id,
        "source": "resident",
        "dispute": "",
        "requested_on": today().isoformat(),
    }
    answer = staff.send(f"{BASE}/mediation/desk/new", **form)
    assert answer.status_code == 422 and value(answer.text, "call") == str(made.id)
    assert CallIntake.get_by_id(made.id).caller == WORDS[0]
    assert not Case.of(WEST_HILL).count()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_call_that_is_closed_is_not_taken_over_and_what_was_typed_stays(staff):
    """Another tab, another colleague: nothing that was answered is wiped, and nothing of it is entered twice."""
    made = call()
    form = {"name": "甲", "other_name": "乙", "facts": "漏水", "call": made.id, "source": "resident", "dispute": "",
            "requested_on": today().isoformat()}  # fmt: skip
    intake.finish_intake(command(WEST_HILL), made.id, "answer", "已经回电说清")
    answer = staff.send(f"{BASE}/mediation/desk/new", **form)
    assert answer.status_code == 409 and value(answer.text, "name") == "甲" and value(answer.text, "call") == ""
    kept = CallIntake.get_by_id(made.id)
    assert (kept.caller, kept.matter, kept.note) == (WORDS[0], WORDS[2], "已经回电说清")
    assert staff.send(f"{BASE}/mediation/desk/from-call", call=made.id).status_code == 409
    assert not Case.of(WEST_HILL).count()
    del form["call"]
    assert staff.send(f"{BASE}/mediation/desk/new", **form).status_code == 303


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_for_whom_the_call_was_taken_and_its_signed_sheet_are_not_shown_any_more(staff):
    clerk = command(WEST_HILL)
    caller = add_person(clerk, name="秘密来电人", phone="13911114444")
    made = intake.take_call(clerk, who=caller.name, what="秘密漏水打架", person_id=caller.id)
    sheets.number_form(clerk, "core.call_record", made.id)
    scan = attachments.keep_upload(clerk, "scan.pdf", PDF, ("document",))
    sheets.add_signed(clerk, "core.call_record", made.id, [(scan.token, "")])
    assert caller.name in told_for()
    form = {"name": caller.name, "other_name": "乙", "facts": "漏水", "call": made.id, "source": "resident", "dispute": "",
            "requested_on": today().isoformat()}  # fmt: skip
    assert staff.send(f"{BASE}/mediation/desk/new", **form).status_code == 303
    assert attachments.files_of(made.ref, sheets.SCAN) == []
    assert caller.name not in told_for() and verify(WEST_HILL) is None


def told_for() -> set[str]:
    """For whom something was entered, as the audit log tells it."""
    return {
        each.on_behalf_of for each in audit_log.log_page(active(), command(WEST_HILL), audit_log.LogFilter()).entries
    }


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_calls_of_others_are_not_there(app, staff):
    made = call()
    south = sign_in_as(app, "staff", community=SOUTH_GARDEN)
    form = {"name": "甲", "other_name": "乙", "facts": "漏水", "call": made.id, "source": "resident", "dispute": "",
            "requested_on": today().isoformat()}  # fmt: skip
    assert south.send(f"/c/{SOUTH_GARDEN}/mediation/desk/from-call", call=made.id).status_code == 404
    assert south.send(f"/c/{SOUTH_GARDEN}/mediation/desk/new", **form).status_code == 404
    assert Browser(app).send(f"{BASE}/mediation/desk/from-call", call=made.id).status_code in (303, 401, 403)
    assert CallIntake.get_by_id(made.id).state == "open"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_oral_application_asks_six_things(staff):
    """Three minutes: names, phones, what happened, when to meet. All else waits below the button."""
    text = staff.get(f"{BASE}/mediation/desk/new").text
    main = text[text.index("<main") :]
    names = re.findall(r'<(?:input|textarea|select)[^>]*name="(\w+)"', main[: main.index("<fieldset")])
    asked = [name for name in names if name not in ("csrf_token", "idempotency_key")]
    assert asked == ["name", "phone", "other_name", "other_phone", "facts", "wished_time"]
    below = main[main.index("<fieldset") :]
    assert all(f'name="{name}"' in below for name in MORE)
