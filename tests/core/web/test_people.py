"""Residents: the list with its search, the person page, adding, correcting, status, homes."""

import pytest

from core.actor import command
from core.people import accounts, residents
from core.people.directory import find_person
from core.people.person import FormerName, Person, PersonHome
from core.store.audit import AuditEntry
from core.testing import WEST_HILL
from tests.core.web.office_cases import HERE, THERE, estate, person, text

pytestmark = pytest.mark.usefixtures("app")


def actions():
    return [row.action for row in AuditEntry.select().order_by(AuditEntry.seq)]


# --------------------------------------------------------------------------- the list


@pytest.mark.parametrize("query", ["张三", "三丰", "zsf", "zhangsanfeng", "8000", "3-2-501"])
def test_finds_a_person_by(as_role, query):
    person()
    person("李四", "13900139999", "1-1-101")
    page = text(as_role("staff").get(f"{HERE}/people", query_string={"q": query}))
    assert "张三丰" in page
    assert "李四" not in page


def test_the_live_search_sends_only_the_rows(as_role):
    person()
    page = text(as_role("staff").get(f"{HERE}/people?q=zsf", headers={"HX-Request": "true"}))
    assert "张三丰" in page
    assert "<html" not in page


def test_numbers_are_masked_in_the_list_also_for_who_may_see_them(as_role):
    person()
    page = text(as_role("director").get(f"{HERE}/people"))
    assert "138 **** 8000" in page
    assert "138 0013 8000" not in page


def test_narrows_by_estate_and_status(as_role):
    person()
    moved = person("李四", door="1-1-101")
    residents.set_status(command(WEST_HILL), moved.public_id, "moved_away")
    browser = as_role("staff")
    assert "李四" not in text(browser.get(f"{HERE}/people?status=living_here"))
    assert "张三丰" not in text(browser.get(f"{HERE}/people?status=moved_away"))
    assert "张三丰" in text(browser.get(f"{HERE}/people?estate={estate()}"))
    assert "张三丰" not in text(browser.get(f"{HERE}/people?estate={estate('桃园里')}"))
    assert browser.get(f"{HERE}/people?estate=x&status=nonsense&after=nobody").status_code == 200


def test_pages_by_fifty(as_role):
    for number in range(51):
        person(f"王{chr(0x4E00 + number)}", door="")
    browser = as_role("staff")
    first = text(browser.get(f"{HERE}/people"))
    assert first.count('<th scope="row">') == 50
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert text(browser.get(following)).count('<th scope="row">') == 1


@pytest.mark.parametrize("role", ["resident", "bookkeeper", "supervisor"])
def test_is_for_those_who_work_with_residents(as_role, role):
    browser = as_role(role, person=person().id) if role == "resident" else as_role(role)
    assert browser.get(f"{HERE}/people").status_code == 403


def test_asks_strangers_to_sign_in(client):
    assert client.get(f"{HERE}/people").status_code == 303


# --------------------------------------------------------------------------- one person


def test_shows_a_person_masked_until_the_number_is_asked_for(as_role):
    who = person()
    browser = as_role("staff")
    assert "138 **** 8000" in text(browser.get(f"{HERE}/people/{who.public_id}"))
    address = f"{HERE}/people/{who.public_id}/phone"
    shown = text(browser.send(address, htmx=True, purpose="contact"))
    assert "tel:13800138000" in shown
    assert "<html" not in shown
    assert actions()[-1] == "core.person.phone_shown"
    assert "tel:13800138000" in text(browser.send(address, purpose="urgent"))
    assert browser.get(f"{HERE}/people/{who.public_id}/phone").status_code == 303


def test_shows_household_former_names_and_account(as_role):
    who = person()
    person("李秀英", "", "3-2-501")
    residents.edit_person(command(WEST_HILL), who.public_id, name="张三峰")
    accounts.open_account(command(WEST_HILL), who.public_id, "830174")
    page = text(as_role("director").get(f"{HERE}/people/{who.public_id}"))
    for word in ("张三峰", "张三丰", "李秀英", "海城名家", "已开户"):
        assert word in page


def test_another_communitys_person_does_not_exist(as_role):
    who = person(community="330481001012")
    browser = as_role("director")
    for path in ("", "/edit", "/phone", "/deceased", "/move-in", "/same"):
        answer = browser.get(f"{HERE}/people/{who.public_id}{path}")
        assert answer.status_code in (303, 404), path
    assert browser.send(f"{HERE}/people/{who.public_id}/phone", purpose="contact").status_code == 404
    assert browser.send(f"{HERE}/people/{who.public_id}/status/deceased").status_code == 404
    assert browser.get(f"{THERE}/people/{who.public_id}").status_code == 403


# --------------------------------------------------------------------------- adding


def test_adds_a_person_with_a_home_once_for_a_double_tap(as_role):
    browser = as_role("staff")
    fields = {"name": "王芳", "phone": "139 0013 9000", "estate_id": estate(), "door": "3幢2单元501室",
              "relation": "owner", "idempotency_key": "the very same tap"}  # fmt: skip
    first = browser.send(f"{HERE}/people/new", **fields)
    second = browser.send(f"{HERE}/people/new", **fields)
    assert first.status_code == second.status_code == 303
    assert Person.select().where(Person.name == "王芳").count() == 1
    page = text(browser.get(first.headers["Location"]))
    assert "3-2-501" in page
    assert "业主" in page


def test_warns_of_the_same_name_and_never_merges(as_role):
    person()
    browser = as_role("staff")
    warned = browser.send(f"{HERE}/people/new", name="张三丰", phone="13900139999")
    assert warned.status_code == 422
    assert "海城名家 3-2-501" in text(warned)
    assert 'value="13900139999"' in text(warned)
    assert Person.select().count() == 1
    other = browser.send(f"{HERE}/people/new", name="张三丰", phone="13900139999", another="张三丰")
    assert other.status_code == 303
    assert Person.select().count() == 2
    assert browser.send(f"{HERE}/people/new", name="张三丰", another="李四").status_code == 422


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"name": ""}, "请填写"),
        ({"name": "王芳", "phone": "12345"}, "手机"),
        ({"name": "王芳", "birth_year": "85"}, "1850"),
        ({"name": "王芳", "door": "3-2-501"}, "小区"),
        ({"name": "王芳", "note": "x\x00"}, "字符"),
    ],
)
def test_bad_input_keeps_what_was_typed(as_role, fields, word):
    answer = as_role("staff").send(f"{HERE}/people/new", **{"note": "住在弟弟家", **fields})
    assert answer.status_code == 422
    assert "error-summary" in text(answer)
    assert word in text(answer)
    assert fields.get("note", "住在弟弟家")[:1] in text(answer)
    assert Person.select().count() == 0


def test_grid_officers_look_but_do_not_change(as_role):
    who = person()
    browser = as_role("grid_officer")
    assert browser.get(f"{HERE}/people/{who.public_id}").status_code == 200
    for path in ("new", f"{who.public_id}/edit", f"{who.public_id}/move-in", f"{who.public_id}/deceased"):
        assert browser.get(f"{HERE}/people/{path}").status_code == 403
    assert browser.send(f"{HERE}/people/{who.public_id}/status/deceased").status_code == 403


# --------------------------------------------------------------------------- correcting


def test_a_new_name_keeps_the_former_one_unless_misspelt(as_role):
    who = person()
    browser = as_role("staff")
    form = text(browser.get(f"{HERE}/people/{who.public_id}/edit"))
    assert 'value="13800138000"' in form.replace("138 0013 8000", "13800138000")
    assert actions()[-1] == "core.person.phone_shown"
    browser.send(f"{HERE}/people/{who.public_id}/edit", name="张三峰", phone="13800138000", misspelt="y")
    assert FormerName.select().count() == 0
    browser.send(f"{HERE}/people/{who.public_id}/edit", name="张君宝", phone="", note="队长")
    assert [row.name for row in FormerName.select()] == ["张三峰"]
    stored = find_person(WEST_HILL, who.public_id)
    assert (stored.name, stored.phone, stored.note) == ("张君宝", "", "队长")


def test_who_may_not_see_numbers_leaves_them_as_they_are(as_role):
    from core.people.permissions import set_permission

    who = person()
    set_permission(command(WEST_HILL), "staff", "core.people.phone", False)
    browser = as_role("staff")
    assert "138 0013 8000" not in text(browser.get(f"{HERE}/people/{who.public_id}/edit"))
    browser.send(f"{HERE}/people/{who.public_id}/edit", name="张三丰", phone="13900139999", note="x")
    assert find_person(WEST_HILL, who.public_id).phone == "13800138000"
    assert browser.send(f"{HERE}/people/{who.public_id}/phone", purpose="contact").status_code == 403


def test_deceased_is_asked_once_more_and_can_be_taken_back(as_role):
    who = person()
    browser = as_role("staff")
    assert "不再联系" in text(browser.get(f"{HERE}/people/{who.public_id}/deceased"))
    assert find_person(WEST_HILL, who.public_id).status == "living_here"
    answer = browser.send(f"{HERE}/people/{who.public_id}/status/deceased")
    page = text(browser.get(answer.headers["Location"]))
    assert "已故" in page
    assert f"/people/{who.public_id}/status/living_here" in page
    browser.send(f"{HERE}/people/{who.public_id}/status/living_here")
    assert find_person(WEST_HILL, who.public_id).status == "living_here"
    assert browser.send(f"{HERE}/people/{who.public_id}/status/missing").status_code == 404
    assert browser.get(f"{HERE}/people/{who.public_id}/status/deceased").status_code == 405


# --------------------------------------------------------------------------- homes


def test_moves_in_corrects_and_moves_out(as_role):
    who = person(door="")
    browser, path = as_role("staff"), f"{HERE}/people/{who.public_id}"
    bad = browser.send(f"{path}/move-in", estate_id=estate(), door="没有门")
    assert bad.status_code == 422
    assert 'value="没有门"' in text(bad)
    browser.send(f"{path}/move-in", estate_id=estate(), door="5-101", relation="tenant", from_day="2024-05-01")
    stay = PersonHome.get()
    assert (stay.relation, str(stay.from_day)) == ("tenant", "2024-05-01")
    browser.send(f"{path}/homes/{stay.home_id}/edit", relation="owner", from_day="2024-06-01")
    assert PersonHome.get().relation == "owner"
    early = browser.send(f"{path}/homes/{stay.home_id}/move-out", until_day="2023-01-01")
    assert early.status_code == 422
    browser.send(f"{path}/homes/{stay.home_id}/move-out", until_day="2025-01-31")
    assert find_person(WEST_HILL, who.public_id).status == "moved_away"
    assert browser.get(f"{path}/homes/{stay.home_id}/move-out").status_code == 404


def test_makes_two_entries_of_one_person_one(as_role):
    first, second = person(), person("张三丰", "", "1-1-101")
    browser, path = as_role("staff"), f"{HERE}/people/{first.public_id}/same"
    assert second.public_id in text(browser.get(path))
    assert second.public_id in text(browser.get(f"{path}?q=1-1-101"))
    assert "1-1-101" in text(browser.get(f"{path}?other={second.public_id}"))
    answer = browser.send(path, other=second.public_id)
    page = text(browser.get(answer.headers["Location"]))
    assert "1-1-101" in page
    assert "3-2-501" in page
    assert browser.get(f"{HERE}/people/{second.public_id}").headers["Location"].endswith(first.public_id)
    assert browser.send(path, other="nobody").status_code == 404


HUGE = 10**30


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"people?estate={HUGE}", 200),
        ("people?q=%00", 404),
        ("people?after=%00", 404),
        ("people/%00", 404),
        (f"people/new?estate={HUGE}&name=%00", 404),
        (f"areas/{HUGE}", 404),
        (f"areas/homes/{HUGE}", 404),
        (f"areas/grids/{HUGE}", 404),
        (f"roster/{HUGE}", 404),
        (f"slips?estate={HUGE}", 200),
        (f"calls/{HUGE}", 404),
        (f"calls/today/{HUGE}", 404),
        ("calls/new?person=%00", 404),
        ("calls?after=2026-01-01.99999999999999999999", 422),
        (f"calls?show=finished&after={HUGE}.{HUGE}", 422),
    ],
)
def test_addresses_nobody_wrote_break_nothing(as_role, path, status):
    assert as_role("director").get(f"{HERE}/{path}").status_code == status
