"""The notice on the pages: read before any field, agreed to or declined, changed by the director, entered from paper."""

import pytest

from core.people.privacy_notice import PrivacyConsent, PrivacyNotice
from core.testing import WEST_HILL
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
    assert "如果不同意" in page and 'name="version" value="1"' in page
    assert mine.send(f"{HERE}/mine/consent", version="1", say=say).status_code == 303
    assert PrivacyConsent.get().given is given
    assert "去看看" not in text(mine.get(f"{HERE}/mine"))
    for nonsense in ("0", "x", "9" * 30):
        assert mine.send(f"{HERE}/mine/consent", version=nonsense, say=say).status_code == 422
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
    from core.actor import command
    from core.people import slips
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
