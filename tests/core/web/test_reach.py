"""Every page a grid officer can open ends at the grid: no name, number or door's people of another grid stands on it."""

import io

import pytest
from openpyxl import load_workbook

from core.actor import command
from core.civic import intake
from core.civic.reaching import calls
from core.operate.export_lists import CORE_EXPORTS
from core.people import grids, permissions, residents
from core.people.areas import Area, Home
from core.testing import WEST_HILL, sign_in_as
from tests.core.web.office_cases import HERE, estate, person, text, told

OUTSIDE, THEIR_NUMBER = "欧阳震华", "13911112222"


@pytest.fixture
def there(app):
    """The person outside the grid, who once lived inside; their call and the call to make; the officer's browser."""
    here = command(WEST_HILL)
    person("张三丰", "13800138000", "1-1-101")
    outside = person(OUTSIDE, THEIR_NUMBER, "2-1-101")
    residents.move_in(here, outside.public_id, estate(), "1-1-101")
    inner = Home.get(Home.door == "1-1-101")
    residents.move_out(here, outside.public_id, inner.id)
    building = Area.of(WEST_HILL).where(Area.level == "building", Area.name == "1").get()
    grid = grids.add_grid(here, "第一网格")
    grids.assign_grid(here, grid, [building.id])
    for permission in ("core.export", "rooms.desk"):
        if permission in permissions.current().permissions:
            _allow(here, permission)
    asked = calls.ask_to_call(here, outside.ref, "x", name=OUTSIDE, why="通知", person_id=outside.id)
    call = intake.take_call(here, who=OUTSIDE, what="灯不亮", person_id=outside.id)
    return sign_in_as(app, "grid_officer", grid=grid), outside, asked, call, inner


def _allow(actor, permission):
    """Give the role what can be given; the rest is refused, which is as good."""
    try:
        permissions.set_permission(actor, "grid_officer", permission, True)
    except permissions.Refused:
        assert permission == "rooms.desk"


def test_no_page_shows_anybody_outside(there):
    browser, outside, asked, call, inner = there
    key, outer = outside.public_id, Home.get(Home.door == "2-1-101")
    pages = {
        f"{HERE}/people": 200,
        f"{HERE}/people?q={OUTSIDE[:2]}": 200,
        f"{HERE}/people?q={THEIR_NUMBER[-3:]}": 200,
        f"{HERE}/people/{key}": 403,
        f"{HERE}/areas/{outer.estate_id}": 200,
        f"{HERE}/areas/{outer.area_id}": 200,
        f"{HERE}/areas/homes/{outer.id}": 403,
        f"{HERE}/areas/homes/{inner.id}": 200,
        f"{HERE}/areas/grids": 200,
        f"{HERE}/search?q=ouyang": 200,
        f"{HERE}/calls": 200,
        f"{HERE}/calls/{call.id}": 403,
        f"{HERE}/calls/today": 200,
        f"{HERE}/calls/today/{asked.id}": 403,
        f"{HERE}/calls/new?person={key}": 403,
        f"{HERE}/desk": 200,
        f"{HERE}/rooms/1/book?for={key}": 404,
    }
    for address, status in pages.items():
        answer = browser.get(address)
        shown = text(answer)
        assert answer.status_code == status, address
        assert THEIR_NUMBER[-4:] not in told(answer), address
        assert OUTSIDE not in shown, address
        assert f"/people/{key}" not in shown or address.endswith(key), address


def test_no_export_holds_anybody_outside(there):
    browser, *_rest = there
    for export in CORE_EXPORTS:
        answer = browser.send(f"{HERE}/exports/{export.name}.xlsx")
        if answer.status_code == 403:
            continue
        assert answer.status_code == 200, export.name
        sheet = load_workbook(io.BytesIO(answer.data)).active
        cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
        assert not any(OUTSIDE in cell or THEIR_NUMBER in cell or "2-1-101" in cell for cell in cells), export.name


def test_acts_on_people_outside_are_refused(there):
    browser, outside, asked, call, _inner = there
    acts = (
        f"{HERE}/people/{outside.public_id}/phone",
        f"{HERE}/calls/today/{asked.id}",
        f"{HERE}/calls/today/{asked.id}/number",
        f"{HERE}/calls/today/{asked.id}/aside",
        f"{HERE}/calls/{call.id}",
    )
    for address in acts:
        answer = browser.send(address, outcome="told", phone="13800138001", reason="x", note="x", verb="answer")
        assert answer.status_code == 403, address
        assert THEIR_NUMBER not in text(answer).replace(" ", "")
