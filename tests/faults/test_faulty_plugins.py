"""A plugin that fails at any moment of its life leaves every other page working and is shown as faulty with the reason."""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.actor import command
from core.app import create_app
from core.clock import today
from core.plugin import current
from core.store.community import Community
from core.store.db import database
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, Store, mark_set_up, sign_in_as
from tests.core.plugin.conftest import Workshop, workshop

__all__ = ["workshop"]

# What comes with the product; what is left out stands in the instance.
SHIPPED = {path.parent.name for path in (Path(__file__).parents[2] / "plugins").glob("*/__init__.py")}
BASE = f"/c/{WEST_HILL}"
PAGES = (
    "/",
    "/mine",
    "/desk",
    "/search?q=王",
    "/people",
    "/calls/today",
    "/admin/accounts",
    "/admin/plugins",
    "/rooms/day",
)

# What the test plugin declares around the fault that is put into it.
BLUEPRINT = """
from flask import Blueprint
pages = Blueprint("faulty", __name__)

@pages.get("/sound")
@view(public=True)
def sound():
    return "sound"

def _hours(actor, record):
    return 1 / 0
"""


def declaring(fault: str, arguments: str = "blueprint=pages") -> str:
    """A plugin with pages that declares `arguments`."""
    return f"{BLUEPRINT}\n{fault}\n\n@hookimpl\ndef declare():\n    return Declaration({arguments})\n"


@pytest.fixture
def start(workshop: Workshop, store: Store) -> Iterator[Callable[[], Flask]]:
    """Start the application, not strict, with every plugin that loads published in 西山 (and the shipped ones in 南苑)."""

    def _start() -> Flask:
        mark_set_up()
        app = create_app(dataclasses.replace(store.config, strict=False))
        registry = app.extensions["linli_registry"]
        for name in registry.plugins:
            registry.switch(command(WEST_HILL), name, enabled=True, published=True)
        registry.switch(command(SOUTH_GARDEN), "rooms", enabled=True, published=True)
        return app

    yield _start
    current.set_active(None)


def assert_all_else_works(app: Flask) -> None:
    """Every other page answers, in both communities, and a room can be booked."""
    director = sign_in_as(app, "director", "staff", community=WEST_HILL)
    for page in PAGES:
        assert director.get(BASE + page).status_code == 200, page
    for browser, base in ((Browser(app), BASE), (Browser(app), f"/c/{SOUTH_GARDEN}")):
        for page in ("/", "/office", "/rooms/day"):
            assert browser.get(base + page).status_code == 200, page
    assert _book(app) == 303


def _book(app: Flask) -> int:
    from plugins.rooms import service

    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="新馆")
    service.set_week(actor, venue.id, {day: [(8 * 60, 20 * 60)] for day in range(7)})
    room = service.add_room(actor, venue.id, name="新房间")
    day = (today() + datetime.timedelta(days=2)).isoformat()
    guest = {"date": day, "start": "09:00", "end": "10:00", "guest_name": "钱多多"}
    return Browser(app).send(f"{BASE}/rooms/{room.id}/book", **guest).status_code


def assert_shown(app: Flask, *reasons: str) -> None:
    """The office of the community and the owner of the installation are told that it is faulty, and why."""
    for browser, page in (
        (sign_in_as(app, "director", community=WEST_HILL), f"{BASE}/admin/plugins"),
        (sign_in_as(app, "owner"), "/admin/plugins"),
    ):
        text = browser.get(page).get_data(as_text=True)
        for reason in ("faulty", *reasons):
            assert reason in text, (page, reason)


# --------------------------------------------------------------------------- faults at start: the plugin is left out

AT_START = {
    "import": ("1 / 0", "ZeroDivisionError"),
    "exit at import": ("raise SystemExit(3)", "SystemExit"),
    "syntax": ("def (", "SyntaxError"),
    "missing module": ("import nowhere_to_be_found", "nowhere_to_be_found"),
    "declaration": ("@hookimpl\ndef declare():\n    return {}['rooms']", "KeyError"),
    "no declaration": ("@hookimpl\ndef declare():\n    return 3", "Declaration"),
    "unknown hook": ("@hookimpl\ndef nav_itemz(community): ...", "nav_itemz"),
    "open page": (declaring("@pages.get('/open')\ndef open_page():\n    return 'x'"), "does not declare its access"),
    "every request": (declaring("pages.before_app_request(lambda: 1 / 0)"), "before_app_request"),
    "twice": (declaring("def sound2(): ...\npages.add_url_rule('/x', 'sound', view(public=True)(sound2))"), "sound"),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("code", "reason"), AT_START.values(), ids=AT_START)
def test_a_plugin_that_fails_at_start_is_left_out(workshop: Workshop, start, code: str, reason: str) -> None:
    workshop.plugin("faulty", code)
    app = start()
    assert set(app.extensions["linli_registry"].plugins) == SHIPPED
    assert_all_else_works(app)
    assert_shown(app, reason)
    assert Browser(app).get(f"{BASE}/faulty/sound").status_code == 404


@pytest.mark.parametrize("failure", ["1 / 0", "raise SystemExit(1)", "db.execute_sql('SELECT nothing FROM nowhere')"])
def test_a_migration_that_fails_leaves_no_trace(workshop: Workshop, start, failure: str) -> None:
    migration = f"""
        from core.store.schema import create_table

        def up(migrator, db):
            create_table(db, "faulty_bed", "id INTEGER PRIMARY KEY,\\ncommunity TEXT NOT NULL")
            {failure}
    """
    workshop.plugin("faulty", declaring(""), migrations={"0001_beds.py": migration})
    app = start()
    assert set(app.extensions["linli_registry"].plugins) == SHIPPED
    assert "faulty_bed" not in database.get_tables()
    assert_all_else_works(app)
    assert_shown(app, "数据库升级失败，原有数据没有改动")


# --------------------------------------------------------------------------- faults while it runs

NAV = "@hookimpl\ndef nav_items(community, actor):\n    return "
TODO = "@hookimpl\ndef todo_items(community, actor):\n    return "
WIDGET = "blueprint=pages, widgets=(Widget('faulty.box', '{place}', '', {render}),)"

WHILE_RUNNING = {
    "navigation": (declaring(NAV + "1 / 0"), "ZeroDivisionError"),
    "navigation exits": (
        declaring("@hookimpl\ndef nav_items(community, actor):\n    raise SystemExit(1)"),
        "SystemExit",
    ),
    "navigation of nothing": (declaring(NAV + "3"), "TypeError"),
    "navigation of strings": (declaring(NAV + "['day']"), "AttributeError"),
    "navigation to no page": (declaring(NAV + "[NavItem('x', 'nowhere', 'sun')]"), "BuildError"),
    "desk navigation to no page": (declaring(NAV + "[NavItem('x', 'nowhere', 'sun', place='desk')]"), "BuildError"),
    "navigation that covers no page": (
        declaring(NAV + "[NavItem('x', 'sound', 'sun', covers=('sound', 'nowhere'))]"),
        "LookupError",
    ),
    "navigation without words": (
        declaring(NAV + "[NavItem(Domain('faulty').gettext('%(x)s', y=1), 'sound', 'sun')]"),
        "KeyError",
    ),
    "to-do": (declaring(TODO + "1 / 0"), "ZeroDivisionError"),
    "to-do of nothing": (declaring(TODO + "3"), "TypeError"),
    "to-do of strings": (declaring(TODO + "['dig']"), "TypeError"),
    "to-do due on a date object": (
        declaring("import datetime\n" + TODO + "[Todo('dig', '/', due=datetime.date(2026, 3, 8)), Todo('x', '/')]"),
        "TypeError",
    ),
    "portal widget": (declaring("", WIDGET.format(place="portal", render="lambda c, a: 1 / 0")), "ZeroDivisionError"),
    "desk widget": (declaring("", WIDGET.format(place="desk", render="lambda c, a: 1 / 0")), "ZeroDivisionError"),
    "widget without a template": (
        declaring("", WIDGET.format(place="portal", render="lambda c, a: ('faulty/none.html', {})")),
        "TemplateNotFound",
    ),
    "widget of nothing": (declaring("", WIDGET.format(place="desk", render="lambda c, a: 3")), "TypeError"),
    "search": (
        declaring(
            "", "blueprint=pages, search=(SearchSource('faulty.beds', 'Beds', 'core.search', lambda a, t, n: 1 / 0),)"
        ),
        "ZeroDivisionError",
    ),
    "reason against disabling": (
        declaring("@hookimpl\ndef can_disable(community):\n    return 1 / 0"),
        "ZeroDivisionError",
    ),
    "reasons of numbers": (declaring("@hookimpl\ndef can_disable(community):\n    return 3"), ""),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("code", "reason"), WHILE_RUNNING.values(), ids=WHILE_RUNNING)
def test_a_hook_or_widget_that_fails_is_left_out_of_the_page(workshop: Workshop, start, code: str, reason: str) -> None:
    workshop.plugin("faulty", code)
    app = start()
    assert "faulty" in app.extensions["linli_registry"].plugins
    assert_all_else_works(app)
    assert Browser(app).get(f"{BASE}/faulty/sound").get_data(as_text=True) == "sound"
    assert_shown(app, reason)


VIEWS = {
    "raises": ("@view(public=True)\ndef broken():\n    return {}['bed']", "KeyError"),
    "exits": ("@view(public=True)\ndef broken():\n    raise SystemExit(1)", "SystemExit"),
    "returns nothing": ("@view(public=True)\ndef broken(): ...", "TypeError"),
    "has no template": ("@view(public=True)\ndef broken():\n    return page('faulty/none.html')", "TemplateNotFound"),
    "breaks the store": (
        "@view(public=True)\ndef broken():\n    database.execute_sql('SELECT a FROM nowhere')",
        "nowhere",
    ),
}


@pytest.mark.parametrize(("code", "reason"), VIEWS.values(), ids=VIEWS)
def test_a_page_that_fails_is_the_only_one(workshop: Workshop, start, code: str, reason: str) -> None:
    workshop.plugin("faulty", declaring(f"@pages.get('/broken')\n{code}\n"))
    app = start()
    visitor = Browser(app)
    answer = visitor.get(f"{BASE}/faulty/broken")
    assert answer.status_code in (500, 503)
    text = answer.get_data(as_text=True)
    assert "Traceback" not in text and reason not in text and "nowhere" not in text
    assert visitor.get(f"{BASE}/faulty/sound").status_code == 200
    assert_all_else_works(app)
    assert_shown(app, reason)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_page_that_fails_inside_a_transaction_leaves_nothing_behind(workshop: Workshop, start) -> None:
    code = """
        @pages.get("/broken")
        @view(public=True)
        def broken():
            with transaction(current_community().code):
                Community.update(name="坏了").execute()
                1 / 0
    """
    workshop.plugin("faulty", declaring(_flat(code)))
    app = start()
    assert Browser(app).get(f"{BASE}/faulty/broken").status_code == 500
    assert "坏了" not in [each.name for each in Community.select()]
    assert_all_else_works(app)


def _flat(code: str) -> str:
    import textwrap

    return textwrap.dedent(code)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_permission_rule_that_fails_denies(workshop: Workshop, start) -> None:
    """`own` raises: the record stays shut for those without the permission, and the fault is shown."""
    code = """
        @pages.get("/of/<int:community_id>")
        @view("faulty.see", kind=Bed, key="community_id", own=_hours)
        def of(community):
            return "secret"
    """
    bed = "class Bed(CommunityModel):\n    kind = 'faulty.bed'\n    class Meta:\n        table_name = 'faulty_bed'\n"
    migration = """
        from core.store.schema import create_table

        def up(migrator, db):
            create_table(db, "faulty_bed", "id INTEGER PRIMARY KEY,\\ncommunity TEXT NOT NULL")
            db.execute_sql("INSERT INTO faulty_bed (id, community) VALUES (1, '330481001009')")
    """
    arguments = "blueprint=pages, models=(Bed,), permissions=(Permission('faulty.see', 'See'),)"
    workshop.plugin("faulty", declaring(bed + _flat(code), arguments), migrations={"0001_beds.py": migration})
    app = start()
    resident = sign_in_as(app, "staff", community=WEST_HILL)
    answer = resident.get(f"{BASE}/faulty/of/1")
    assert answer.status_code == 403
    assert "secret" not in answer.get_data(as_text=True)
    assert Browser(app).get(f"{BASE}/faulty/of/1").status_code in (303, 401, 403)
    assert_all_else_works(app)
    assert_shown(app, "ZeroDivisionError")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_job_that_fails_stops_no_other(workshop: Workshop, start) -> None:
    from core.plugin import jobs

    fault = "DONE = []\ndef bad(actor):\n    1 / 0\ndef good(actor):\n    DONE.append(actor.community)\n"
    arguments = "blueprint=pages, jobs=(Job('faulty.bad', bad, 1), Job('faulty.good', good, 1))"
    workshop.plugin("faulty", declaring(fault, arguments))
    app = start()
    jobs.run_due(app.extensions["linli_registry"])
    assert workshop.module("faulty").DONE == [WEST_HILL]
    assert_all_else_works(app)
    assert_shown(app, "ZeroDivisionError")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_switching_on_works_though_the_plugin_fails_to_greet(workshop: Workshop, start) -> None:
    workshop.plugin("faulty", declaring("@hookimpl\ndef enabled(community, actor):\n    raise OSError('no bed')"))
    app = start()
    assert app.extensions["linli_registry"].is_enabled(WEST_HILL, "faulty")
    assert_all_else_works(app)
    assert_shown(app, "no bed")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_clerk_can_switch_a_faulty_plugin_off_and_mark_its_faults_as_dealt_with(workshop: Workshop, start) -> None:
    workshop.plugin("faulty", declaring(TODO + "1 / 0"))
    app = start()
    director = sign_in_as(app, "director", community=WEST_HILL)
    assert director.get(f"{BASE}/desk").status_code == 200
    assert "ZeroDivisionError" in director.get(f"{BASE}/admin/plugins").get_data(as_text=True)
    assert director.send(f"{BASE}/admin/plugins/faulty/switch?enabled=0").status_code == 303
    assert director.send(f"{BASE}/admin/plugins/faulty/faults-seen").status_code == 303
    assert director.get(f"{BASE}/desk").status_code == 200
    assert "ZeroDivisionError" not in director.get(f"{BASE}/admin/plugins").get_data(as_text=True)


@pytest.mark.parametrize("safe", [False, True], ids=["faulty", "safe mode"])
def test_whoever_comes_to_a_stopped_service_with_a_paper_is_told_so(
    start, workshop: Workshop, store: Store, safe: bool
) -> None:
    workshop.plugin("faulty", declaring(""))
    assert Browser(start()).get(f"{BASE}/faulty/sound").status_code == 200
    [module] = Path(store.config.instance).rglob("linli_faulty/__init__.py")
    module.write_text("1 / 0", encoding="utf-8")
    sys.modules.pop("linli_faulty")
    app = create_app(dataclasses.replace(store.config, strict=False, safe=safe)) if safe else start()
    for page in ("/faulty/sound?code=AB12", "/faulty/sound/deeper/", "/faulty"):
        answer = Browser(app).get(BASE + page)
        told = answer.get_data(as_text=True)
        assert answer.status_code == 503, page
        assert (
            "这项服务因故障暂停" in told
            and "服务大厅" in told
            and Community.get_by_id(WEST_HILL).duty_phone[-4:] in told
        )
    assert Browser(app).get(f"/c/{SOUTH_GARDEN}/faulty/sound").status_code == 404  # never switched on there
    assert Browser(app).get(f"{BASE}/fault").status_code == 404
    assert Browser(app).get(f"{BASE}/").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_safe_mode_starts_the_core_alone(workshop: Workshop, store: Store) -> None:
    workshop.plugin("faulty", "1 / 0")
    mark_set_up()
    app = create_app(dataclasses.replace(store.config, strict=False, safe=True))
    director = sign_in_as(app, "director", community=WEST_HILL)
    assert app.extensions["linli_registry"].quarantined == {}
    for page in PAGES:
        assert director.get(BASE + page).status_code == (404 if page.startswith("/rooms") else 200), page
    current.set_active(None)
