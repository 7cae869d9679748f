"""The address of every exported list: who may send there, what comes back; and that no list is without its button."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from core.actor import command
from core.clock import today
from core.operate.audit_words import LISTS
from core.operate.export_lists import CORE_EXPORTS
from core.people.disclosure import STATUS_LABELS
from core.people.permissions import set_permission
from core.spreadsheet import XLSX, read_table
from core.store.audit import AuditEntry
from core.testing import WEST_HILL, switch_off
from core.text import _
from tests.core.web.office_cases import HERE, person, text

ROOT = Path(__file__).resolve().parents[3]
# Lists with pages that are not exported, and why.
WITHOUT = {
    "plugins/mediation/templates/mediation/desk/cases.html": "cases leave the system on their own forms only (《人民调解法》 §15)",
    "plugins/mediation/templates/mediation/desk/looks.html": "who looked at cases stays with the head of the committee",
    "plugins/revenue/templates/revenue/giving.html": "residents read the thanks; the office exports its list of donations",
    "plugins/revenue/templates/revenue/projects.html": "residents read the projects; the office exports its list of proposals",
    "plugins/rooms/templates/rooms/mine.html": "one's own bookings go into one's own calendar and are taken along with all of one's data",
    "plugins/rooms/templates/rooms/mine_past.html": "those of the past as well",
    "templates/portal/messages.html": "one's own messages are taken along with all of one's data (core.civic.privacy.person_data)",
}


def test_a_list_comes_as_a_workbook_with_a_chinese_name(as_role):
    person()
    person("李四", "13900139999", "1-1-101")
    answer = as_role("director").send(f"{HERE}/exports/core.people.xlsx", q="8000")
    assert answer.status_code == 200 and answer.mimetype == XLSX
    assert answer.headers["Cache-Control"] == "no-store"
    named = answer.headers["Content-Disposition"]
    assert unquote(named.partition("filename*=UTF-8''")[2]) == f"{LISTS['core.people']}-{today().isoformat()}.xlsx"
    assert read_table(answer.data, "list.xlsx")[1:] == [
        ["张三丰", "海城名家 3-2-501", "13800138000", str(STATUS_LABELS["living_here"])]
    ]
    assert AuditEntry.select().where(AuditEntry.action == "core.list.exported").count() == 1


def test_only_a_form_of_our_own_exports(as_role):
    director = as_role("director")
    address = f"{HERE}/exports/core.people.xlsx"
    assert director.get(address).status_code == 405
    assert director.post(address, data={"q": ""}).status_code == 403
    assert director.send(f"{HERE}/exports/core.nothing.xlsx").status_code == 404
    assert director.send(f"{HERE}/exports/rooms.nothing.xlsx").status_code == 404
    assert AuditEntry.select().where(AuditEntry.action == "core.list.exported").count() == 0


@pytest.mark.parametrize(
    "role, listed, status",
    [
        ("staff", "core.people", 200),
        ("staff", "core.audit_log", 403),
        ("bookkeeper", "core.calls", 200),
        ("bookkeeper", "core.people", 403),
        ("bookkeeper", "rooms.day", 403),
        ("grid_officer", "core.people", 403),
        ("supervisor", "core.audit_log", 403),
        ("owner", "core.staff", 403),
    ],
)
def test_exporting_needs_both_permissions(as_role, role, listed, status):
    assert as_role(role).send(f"{HERE}/exports/{listed}.xlsx").status_code == status


def test_strangers_and_residents_export_nothing(client, as_role):
    assert client.send(f"{HERE}/exports/core.people.xlsx").status_code == 401
    resident = as_role("resident", person=person().id)
    assert resident.send(f"{HERE}/exports/core.people.xlsx").status_code == 403


def test_numbers_are_masked_for_those_who_may_not_see_them(as_role):
    person()
    set_permission(command(WEST_HILL), "staff", "core.people.phone", False)
    answer = as_role("staff").send(f"{HERE}/exports/core.people.xlsx")
    assert read_table(answer.data, "list.xlsx")[1][2] == "138****8000"


def test_a_list_of_a_module_that_is_off_is_not_there_and_of_a_paused_one_is(app, as_role):
    director = as_role("director")
    registry = app.extensions["linli_registry"]
    registry.switch(command(WEST_HILL), "rooms", paused=True)
    assert director.send(f"{HERE}/exports/rooms.day.xlsx").status_code == 200
    switch_off(command(WEST_HILL), "rooms")
    assert director.send(f"{HERE}/exports/rooms.day.xlsx").status_code == 404


def test_the_button_is_for_those_who_may_and_keeps_the_filter(as_role):
    person()
    page = text(as_role("director").get(f"{HERE}/people?q=zsf&status=living_here"))
    form = page.split(f'action="{HERE}/exports/core.people.xlsx"')[1].split("</form>")[0]
    assert 'name="q" value="zsf"' in form and 'name="status" value="living_here"' in form
    assert 'name="estate"' not in form and " data-again" in form
    assert str(_("The whole list as chosen above, not only this page. The export is noted in the audit log.")) in page
    assert "/exports/" not in text(as_role("grid_officer").get(f"{HERE}/people"))


# --------------------------------------------------------------------------- no list without its export


def templates():
    """Every page of core and of the shipped plugins: path and text."""
    for folder in (ROOT / "templates", *sorted((ROOT / "plugins").glob("*/templates"))):
        for path in sorted(folder.rglob("*.html")):
            if path.name != "_ui.html":
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_every_list_with_pages_is_exported():
    found = {path: page for path, page in templates() if "ui.pager(" in page}
    assert len(found) >= 7
    assert sorted(path for path, page in found.items() if "ui.export(" not in page) == sorted(WITHOUT)


def test_every_declared_list_has_a_button_and_every_button_a_list(app):
    shown = {name for _path, page in templates() for name in re.findall(r'ui\.export\("([^"]+)"', page)}
    plugins = app.extensions["linli_registry"].declared("exports")
    assert shown == {item.name for item in (*CORE_EXPORTS, *(item for _plugin, item in plugins))}


def test_every_button_gives_only_filters_that_the_list_knows(app):
    lists = {item.name: item for item in CORE_EXPORTS}
    lists |= {item.name: item for _plugin, item in app.extensions["linli_registry"].declared("exports")}
    for path, page in templates():
        for name, given in re.findall(r'ui\.export\("([^"]+)"((?:[^()]|\([^()]*\))*)\)', page):
            assert set(re.findall(r"[,\s](\w+)=", given)) <= set(lists[name].filters), (path, name)
