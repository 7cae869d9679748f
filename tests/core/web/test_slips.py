"""Account slips: chosen by building or person, readable once, revoked; a slip opens the account it was printed for."""

import re

import pytest

from core.actor import command
from core.people import accounts, residents, slips
from core.people.account_records import AccountSlip
from core.people.areas import Area
from core.store.request_key import RequestKey
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.web.office_cases import HERE, estate, person, text

pytestmark = pytest.mark.usefixtures("app")
CODE = re.compile(r'class="slip-code num">([^<]+)<')


def building(name="3", community=WEST_HILL):
    return Area.of(community).where(Area.level == "building", Area.name == name).get().id


def print_building(browser, **fields):
    return browser.send(f"{HERE}/slips/print", **{"estate": estate(), "area": building(), **fields})


def test_shows_who_has_no_account_yet(as_role):
    person()
    with_account = person("李四", "", "3-2-502")
    accounts.open_account(command(WEST_HILL), with_account.public_id, "830174")
    browser = as_role("staff")
    row = re.search(r"<tr>.*?海城名家.*?</tr>", text(browser.get(f"{HERE}/slips")), re.DOTALL)
    assert ">1<" in row[0]
    assert "3幢" in text(browser.get(f"{HERE}/slips?estate={estate()}"))


def test_prints_a_sheet_per_building_that_is_kept_nowhere(as_role, monkeypatch):
    monkeypatch.setattr("core.lan.addresses", lambda: ["192.168.1.20"])
    person()
    person("李四", "", "3-2-502")
    person("王五", "", "5-1-101")
    browser = as_role("staff")
    answer = print_building(browser, area=[building("3"), building("5")])
    page = text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert page.count('class="sheet is-slips"') == 2
    assert page.index("张三丰") < page.index("李四") < page.index("王五")
    codes = CODE.findall(page)
    assert len(codes) == 3
    assert "192.168.1.20/slip" in page and "localhost/slip" not in page
    stored = str(list(AccountSlip.select().dicts())) + str(list(RequestKey.select().dicts()))
    for code in codes:
        assert code.replace(" ", "") not in stored.replace(" ", "")


def test_a_printed_slip_opens_the_account(as_role, client):
    person()
    code = CODE.search(text(print_building(as_role("staff"))))[1]
    opened = client.send(f"/slip/{code.replace(' ', '')}", secret="830174", secret_again="830174")
    assert opened.status_code == 303
    assert "1" in text(as_role("staff").get(f"{HERE}/slips"))


def test_sending_the_form_again_does_not_void_the_printed_sheets(as_role):
    person()
    browser = as_role("staff")
    code = CODE.search(text(print_building(browser, idempotency_key="the very same tap")))[1]
    again = text(print_building(browser, idempotency_key="the very same tap"))
    assert not CODE.search(again)
    assert "已经生成过" in again
    assert slips.redeem(code, "127.0.0.1").masked_name == "张*丰"


def test_a_second_tap_makes_no_codes(as_role, monkeypatch):
    who = person()
    browser = as_role("staff")
    made = []
    fresh = slips.fresh_code
    monkeypatch.setattr(slips, "fresh_code", lambda: made.append(1) or fresh())
    for tap in (
        lambda: print_building(browser, idempotency_key="the very same tap"),
        lambda: browser.send(f"{HERE}/slips/person/{who.public_id}", idempotency_key="another very same tap"),
    ):
        made.clear()
        assert CODE.search(text(tap()))
        assert "已经生成过" in text(tap())
        assert len(made) == 1
    answer = browser.send(f"{HERE}/slips/person/{who.public_id}", idempotency_key="the very same tap")
    assert answer.status_code == 409 and len(made) == 1


def test_printing_anew_makes_the_old_slips_worthless(as_role):
    person()
    browser = as_role("staff")
    print_building(browser)
    print_building(browser)
    assert AccountSlip.select().where(AccountSlip.revoked_at.is_null()).count() == 1


def test_nothing_ticked_is_said(as_role):
    person()
    answer = as_role("staff").send(f"{HERE}/slips/print", estate=estate())
    assert answer.status_code == 422
    assert "勾选" in text(answer)


def test_prints_for_one_person_after_asking(as_role):
    who = person()
    browser = as_role("staff")
    assert "张三丰" in text(browser.get(f"{HERE}/slips/person/{who.public_id}"))
    assert AccountSlip.select().count() == 0
    assert len(CODE.findall(text(browser.send(f"{HERE}/slips/person/{who.public_id}")))) == 1
    assert "作废" in text(browser.get(f"{HERE}/slips/person/{who.public_id}"))
    residents.set_status(command(WEST_HILL), who.public_id, "deceased")
    assert "没有人需要" in text(browser.send(f"{HERE}/slips/person/{who.public_id}"))


def test_revokes_a_printing_after_asking(as_role):
    person()
    browser = as_role("staff")
    print_building(browser)
    batch = AccountSlip.get().batch
    assert "海城名家 3幢" in text(browser.get(f"{HERE}/slips/batches/{batch}/revoke"))
    assert AccountSlip.get().revoked_at is None
    assert browser.send(f"{HERE}/slips/batches/{batch}/revoke").status_code == 303
    assert AccountSlip.get().revoked_at is not None
    assert browser.get(f"{HERE}/slips/batches/nothing/revoke").status_code == 404


def test_is_for_those_who_print_slips(as_role):
    who = person()
    browser = as_role("grid_officer")
    for path in ("", f"/person/{who.public_id}"):
        assert browser.get(f"{HERE}/slips{path}").status_code == 403
    assert print_building(browser).status_code == 403
    assert AccountSlip.select().count() == 0


def test_another_communitys_buildings_and_people_do_not_exist(as_role):
    who = person(community=SOUTH_GARDEN)
    browser = as_role("director")
    away = estate(community=SOUTH_GARDEN)
    assert browser.get(f"{HERE}/slips?estate={away}").status_code == 404
    assert browser.send(f"{HERE}/slips/print", estate=away, area=building(community=SOUTH_GARDEN)).status_code == 404
    assert browser.send(f"{HERE}/slips/person/{who.public_id}").status_code == 404
    assert AccountSlip.select().count() == 0


def test_printings_are_shown_a_page_at_a_time(as_role, monkeypatch):
    monkeypatch.setattr("core.web.views.slips.BATCHES", 2)
    actor = command(WEST_HILL)
    for number in range(3):
        who = person(f"居民{number}", "", f"{number + 1}-1-101")
        slips.issue(actor, slips.prepare(actor, [who.public_id]))
    browser = as_role("staff")
    first = text(browser.get(f"{HERE}/slips"))
    assert "3幢" in first and "2幢" in first and "1幢" not in first
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = text(browser.get(following))
    assert "1幢" in second and "2幢" not in second and 'rel="next"' not in second
    assert "/exports/core.slips.xlsx" in first
