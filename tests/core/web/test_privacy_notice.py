"""The notice on the pages: read before any field, agreed to or declined, changed by the director, entered from paper."""

import re

import pytest

from core.actor import command
from core.people import slips
from core.people.privacy_notice import PrivacyConsent, PrivacyNotice
from core.testing import WEST_HILL, Browser
from tests.core.web.office_cases import HERE, person, text

pytestmark = pytest.mark.usefixtures("app")
HOSTILE = "<script>alert(1)</script>\u202e\u2028😀"


def test_everybody_reads_the_notice_and_its_versions(client, as_role):
    assert "居民委员会" in text(client.get(f"{HERE}/privacy")) and "第 1 版" in text(client.get(f"{HERE}/privacy"))
    director = as_role("director")
    assert director.send(f"{HERE}/admin/privacy/notice", body=f"新的说明 {HOSTILE}\n\n第二段").status_code == 303
    page = text(client.get(f"{HERE}/privacy"))
    assert "新的说明" in page and "第 2 版" in page and "<script>alert" not in page
    assert "已不再使用" in text(client.get(f"{HERE}/privacy/1")) and client.get(f"{HERE}/privacy/3").status_code == 404
    assert client.get(f"{HERE}/privacy/99999999999999999999").status_code == 404
    assert "新的说明" not in text(client.get("/c/330481001012/privacy"))


def test_the_register_is_folded_by_heading_and_opens_for_the_printer(client):
    page = text(client.get(f"{HERE}/privacy"))
    assert page.count('<details class="fold">') > 5 and "来电" in page and "all=1" in page
    assert "未满 14 周岁孩子的信息都按敏感信息保护" in page
    assert text(client.get(f"{HERE}/privacy?all=1")).count('<details class="fold" open>') > 5


def test_a_text_that_is_too_long_or_unchanged_stays_in_the_form(as_role):
    director = as_role("director")
    long = director.send(f"{HERE}/admin/privacy/notice", body="长" * 100_000)
    assert long.status_code == 422 and "长长长" in text(long) and PrivacyNotice.select().count() == 0
    assert as_role("staff").send(f"{HERE}/admin/privacy/notice", body="x").status_code == 403


@pytest.mark.parametrize("say, given", [("agree", True), ("decline", False)])
def test_a_resident_is_asked_once_and_may_decline(as_role, say, given):
    mine = as_role("resident", person=person().id)
    assert "去看看" in text(mine.get(f"{HERE}/mine"))
    page = text(mine.get(f"{HERE}/mine/consent"))
    assert "不同意也不影响" in page and 'name="version" value="1"' in page
    assert mine.send(f"{HERE}/mine/consent", version="1", say=say).status_code == 303
    assert PrivacyConsent.get().given is given
    assert "去看看" not in text(mine.get(f"{HERE}/mine"))
    for nonsense in ("0", "x", "9" * 30):
        assert mine.send(f"{HERE}/mine/consent", version=nonsense, say=say).status_code == 422
    assert PrivacyConsent.select().count() == 1


@pytest.mark.parametrize("say, told", [("agree", "已记下您同意"), ("decline", "已记下您不同意")])
def test_a_slip_asks_before_going_on_and_only_once_per_version(client, app, as_role, say, told):
    who, actor = person(), command(WEST_HILL)
    [slip] = slips.issue(actor, slips.prepare(actor, [who.public_id]))
    opened = client.send(f"/slip/{slip.code.replace(' ', '')}", secret="830174", secret_again="830174")
    asked = f"{HERE}/mine/consent?next={HERE}/"
    assert opened.location == asked
    page = text(client.get(asked))
    assert page.index("随时可以") < page.index('value="agree"') < page.index('value="decline"') < page.index("<details")
    assert client.send(f"{HERE}/mine/consent", version="1", say=say, next=f"{HERE}/").location == f"{HERE}/"
    assert told in text(client.get(f"{HERE}/"))
    credentials = {"community": WEST_HILL, "name": who.name, "secret": "830174"}
    assert Browser(app).send("/login", **credentials).location == f"{HERE}/"
    as_role("director").send(f"{HERE}/admin/privacy/notice", body="新的说明")
    again = Browser(app)
    assert (
        again.send("/login", **credentials, next=f"{HERE}/rooms/day").location
        == f"{HERE}/mine/consent?next={HERE}/rooms/day"
    )
    assert '<details class="fold" open>' in text(again.get(f"{HERE}/mine/consent"))
    assert again.send("/login", **credentials, next="/signed-in").location == "/signed-in"
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil"):
        sent = again.send(f"{HERE}/mine/consent", version="2", say=say, next=elsewhere)
        assert sent.location == f"{HERE}/mine"


def test_whoever_agreed_on_paper_over_the_counter_is_not_asked_again(client, as_role):
    who, staff = person(), as_role("staff")
    address = f"{HERE}/slips/person/{who.public_id}"
    assert "已当面告知并同意（纸质）" in text(staff.get(address))
    sheet = text(staff.send(address, told="1"))
    assert (PrivacyConsent.get().given, PrivacyConsent.get().way) == (True, "paper")
    code = re.search(r"([A-Z0-9]{4}) ([A-Z0-9]{4})<", sheet)
    opened = client.send(f"/slip/{code[1]}{code[2]}", secret="830174", secret_again="830174")
    assert opened.location == f"{HERE}/"


def test_a_slip_without_the_tick_says_nothing_for_the_person(as_role):
    as_role("staff").send(f"{HERE}/slips/person/{person().public_id}")
    assert PrivacyConsent.select().count() == 0


def test_what_was_said_later_holds_against_an_older_paper(as_role):
    who, staff = person(), as_role("staff")
    mine, address = as_role("resident", person=who.id), f"{HERE}/people/{who.public_id}/consent"
    mine.send(f"{HERE}/mine/consent", version="1", say="decline")
    refused = staff.send(address, given="yes", asked_on="2026-01-05")
    assert refused.status_code == 422 and "以后面那次为准" in text(refused)
    assert PrivacyConsent.select().count() == 1


def test_staff_enter_what_was_said_on_paper(as_role):
    who, staff = person(), as_role("staff")
    address = f"{HERE}/people/{who.public_id}/consent"
    assert staff.send(address, given="maybe", asked_on="2026-01-05").status_code == 422
    assert staff.send(address, given="yes", asked_on="2999-01-05").status_code == 422
    assert staff.send(address, given="no", asked_on="2026-01-05").status_code == 303
    assert (PrivacyConsent.get().given, PrivacyConsent.get().way) == (False, "paper")
    assert "不同意" in text(staff.get(address))
    assert (
        as_role("director", community="330481001012").get(address.replace(WEST_HILL, "330481001012")).status_code == 404
    )


def test_the_notice_is_named_above_the_fields(client, as_role):
    from plugins.rooms import service

    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {day: [(480, 1260)] for day in range(7)})
    room = service.add_room(actor, venue.id, name="书画室", seats=20)
    [slip] = slips.issue(actor, slips.prepare(actor, [person().public_id]))
    for path in (f"{HERE}/rooms/{room.id}/book", f"/slip/{slip.code.replace(' ', '')}"):
        page = text(client.get(path))
        assert page.index("只用来办这件事") < page.index('class="field"'), path
        assert f"{HERE}/privacy" in page


def test_who_has_no_resident_behind_the_account_says_nothing(client, as_role):
    assert client.get(f"{HERE}/mine/consent").status_code == 303
    assert as_role("director").get(f"{HERE}/mine/consent").status_code == 404
