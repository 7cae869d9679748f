"""The path of a case by the pages alone: what each page offers is followed, from the oral application to the archived file."""

from __future__ import annotations

import datetime
import re

import pytest

from core.actor import command
from core.clock import today
from core.people.staff import colleagues
from core.testing import WEST_HILL, Browser, sign_in_as
from plugins.mediation import service
from plugins.mediation.models import Case
from plugins.rooms import service as rooms

BASE = f"/c/{WEST_HILL}/mediation/desk"


@pytest.fixture
def head(app) -> Browser:
    """The head of a committee, and a room to meet in."""
    actor = command(WEST_HILL)
    venue = rooms.add_venue(actor, name="邻里中心")
    rooms.set_week(actor, venue.id, {day: [(480, 1260)] for day in range(7)})
    rooms.add_room(actor, venue.id, name="调解室一", seats=8, confidential=True)
    browser = sign_in_as(app, "mediator")
    newest = max(each.account for each in colleagues(WEST_HILL) if each.account)
    service.enter(actor, newest, "", "head")
    return browser


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_from_the_oral_application_to_the_archived_file(head, app):
    def case() -> Case:
        return Case.of(WEST_HILL).get()

    def offered(page: str) -> None:
        """The page of the case links to this step, as the next one or another."""
        text = head.get(f"{BASE}/cases/{case().id}").get_data(as_text=True)
        assert f"{BASE}/cases/{case().id}/{page}" in text, (page, case().state)

    def go(page: str, **fields: object) -> None:
        offered(page)
        path = f"{BASE}/cases/{case().id}/{page}"
        assert head.get(path).status_code == 200, page
        answer = head.send(path, **fields)
        assert answer.status_code == 303, (page, re.findall(r"field-error[^>]*>.*?<span>(.*?)</span>", answer.text))

    day = today().isoformat()
    form = {"name": "甲方", "phone": "13900000001", "other_name": "乙方", "facts": "漏水", "source": "resident"}
    answer = head.send(f"{BASE}/new", **form, dispute="neighbours", requested_on=day)
    assert answer.headers["Location"] == f"{BASE}/cases/{case().id}"
    go("do/contact")
    for party in service.parties_of(case()):
        go(f"parties/{party.id}/answer", consents="yes", on=day, rights_told="y", identity_seen="y")
    offered("do/not_accept")
    go("do/accept", on=day)
    mediator = service.roster(WEST_HILL)[0]
    go("do/assign", mediator_id=mediator.id, chosen_by="parties", declared="y")
    offered("do/terminate")
    soon = (today() + datetime.timedelta(days=1)).isoformat()
    room = rooms.rooms(WEST_HILL)[0].id
    go(
        "meeting",
        day=soon,
        start="14:00",
        end="15:00",
        room_id=room,
        **{f"later_{service.parties_of(case())[1].id}": 15},
    )
    go("do/unschedule")
    # At once, at the counter, yesterday.
    before = (today() - datetime.timedelta(days=1)).isoformat()
    assert head.send(
        f"{BASE}/cases/{case().id}/do/elsewhere", day=before, start="09:00", end="10:00", place="居委会"
    ).status_code == 303  # fmt: skip
    came = {f"came_{party.id}": "y" for party in service.parties_of(case())}
    go("record", **came, words="说清了", recorder="书记员")
    offered("agreement/oral")
    owing = service.parties_of(case())[1]
    go("agreement/written", facts="漏水", terms="修好", amount="1800", who_1=owing.id, what_1="修好", until_1=soon)
    offered("do/refuse_to_sign")
    agreement = service.agreement_of(case())
    manners = {f"manner_{row.party_id}": "signature" for row in service.signatures_of(agreement)}
    go("sign", **manners, mediator=mediator.name, sealed="y", on=day)
    assert case().state == "performing"
    go("court/apply", court="海宁市人民法院", on=day)
    go("court/confirm", on=day)
    duty = service.obligations_of(case())[0]
    assert head.send(f"{BASE}/cases/{case().id}/duties/{duty.id}", verb="fulfil").status_code == 303
    go("do/follow_up", on=day, performance="whole", satisfaction="satisfied")
    go("do/close")
    for item in ("confirmation", "covers"):
        assert head.send(f"{BASE}/cases/{case().id}/papers/{item}", wanted="1").status_code == 303
    go("do/archive")
    assert case().state == "archived"
    page = head.get(f"{BASE}/cases/{case().id}").get_data(as_text=True)
    assert f"（{today().year}）西山人调字第1号" in page
    for name in ("application", "acceptance", "rights", "cover", "contents", "back", "followup", "confirmation"):
        sheet = f"/c/{WEST_HILL}/forms/mediation.{name}/{case().id}"
        assert head.send(sheet).status_code == 303, name
        assert "甲方" in head.get(sheet).get_data(as_text=True) or name in ("contents", "back"), name


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whoever_only_enters_gets_the_number_and_nothing_else(head, app):
    staff = sign_in_as(app, "staff")
    form = {"name": "甲方", "other_name": "乙方", "facts": "漏水", "source": "resident", "dispute": ""}
    answer = staff.send(f"{BASE}/new", **form, requested_on=today().isoformat())
    assert answer.headers["Location"] == f"{BASE}/new"
    page = staff.get(f"{BASE}/new").get_data(as_text=True)
    assert "登记〔" in page and "漏水" not in page
    case = Case.of(WEST_HILL).get()
    assert staff.get(f"{BASE}/cases/{case.id}").status_code == 403
    assert head.get(f"{BASE}/cases/{case.id}").status_code == 200
