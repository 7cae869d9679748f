"""Traces of looks on the pages: the desk's report, the resident's own list, and what is masked until a purpose is given."""

import pytest

from core.people import residents
from core.people.view_log import PersonView
from core.testing import WEST_HILL
from tests.core.web.office_cases import HERE, person, text, told

pytestmark = pytest.mark.usefixtures("app")


def looks():
    return [(row.way, row.person or row.people) for row in PersonView.select().order_by(PersonView.id)]


def test_every_page_that_shows_a_person_leaves_a_trace_first(as_role):
    who = person()
    browser = as_role("staff")
    home = residents.person_page(browser_actor(), who.public_id).homes[0].home_id
    for path in ("people", "people?q=zsf", f"people/{who.public_id}", "search?q=zsf", f"areas/homes/{home}"):
        assert "张三丰" in text(browser.get(f"{HERE}/{path}"))
    key = who.public_id
    assert looks() == [("list", key), ("search", key), ("page", key), ("search", key), ("home", key)]


def browser_actor():
    from core.actor import command

    return command(WEST_HILL)


def test_pages_without_people_and_refused_ones_leave_none(as_role):
    who = person()
    browser = as_role("staff")
    browser.get(f"{HERE}/people?q=nobodyofthisname")
    browser.get(f"{HERE}/people/p0000000000000000")
    as_role("bookkeeper").get(f"{HERE}/people/{who.public_id}")
    as_role("director", community="330481001012").get(f"/c/330481001012/people/{who.public_id}")
    assert looks() == []


def test_what_is_masked_needs_a_purpose_with_and_without_scripts(as_role):
    who = person()
    residents.edit_person(browser_actor(), who.public_id, birth_year=1953)
    browser, address = as_role("staff"), f"{HERE}/people/{who.public_id}"
    page = told(browser.get(address))
    assert "195*" in page and "1953" not in page and 'name="purpose" value="contact"' in page
    for htmx in (True, False):
        answer = browser.send(f"{address}/phone", htmx=htmx, purpose="<b>x</b>")
        assert answer.status_code == 422 and "请选择用途" in text(answer) and "1953" not in told(answer)
        shown = text(browser.send(f"{address}/phone", htmx=htmx, purpose="urgent"))
        assert "1953" in shown and "13800138000" in shown and ("<html" in shown) is not htmx


def test_who_may_not_see_the_year_of_birth_leaves_it_as_it_is(as_role):
    from core.people.permissions import set_permission

    who = person()
    residents.edit_person(browser_actor(), who.public_id, birth_year=1953)
    set_permission(browser_actor(), "staff", "core.people.phone", False)
    browser = as_role("staff")
    form = told(browser.get(f"{HERE}/people/{who.public_id}/edit"))
    assert "1953" not in form and "birth_year" not in form
    browser.send(f"{HERE}/people/{who.public_id}/edit", name="张三丰", note="x", birth_year="1900")
    assert residents.person_page(browser_actor(), who.public_id).birth_year == 1953


def test_the_director_sees_who_looked_and_exports_it(as_role):
    who = person()
    as_role("staff").get(f"{HERE}/people/{who.public_id}")
    director = as_role("director")
    page = text(director.get(f"{HERE}/admin/privacy/views"))
    assert "张三丰" in page and "打开了登记" in page
    assert director.get(f"{HERE}/admin/privacy/views?days=7&account=1&after=x").status_code == 422
    assert director.get(f"{HERE}/admin/privacy/views?days=99999999999999999999&account=x").status_code == 200
    answer = director.send(f"{HERE}/exports/core.person_views.xlsx", days="7")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    assert as_role("staff").get(f"{HERE}/admin/privacy/views").status_code == 403
    assert "张三丰" not in text(
        as_role("director", community="330481001012").get("/c/330481001012/admin/privacy/views")
    )


def test_a_resident_sees_who_looked_and_a_neighbour_does_not(as_role):
    one, other = person(), person("李四", "13900139000", "1-1-101")
    as_role("staff").get(f"{HERE}/people/{one.public_id}")
    mine, theirs = as_role("resident", person=one.id), as_role("resident", person=other.id)
    assert "谁看过我的信息" in text(mine.get(f"{HERE}/mine"))
    assert "打开了登记" in text(mine.get(f"{HERE}/mine/looks"))
    assert "打开了登记" not in text(theirs.get(f"{HERE}/mine/looks"))
    assert mine.get(f"{HERE}/admin/privacy/views").status_code == 403


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(f"{HERE}/mine/looks").status_code == 303
    assert client.get(f"{HERE}/admin/privacy/views").status_code == 303
