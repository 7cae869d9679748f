"""What is found, what is loaded, and every rule whose breach quarantines a plugin and those that need it."""

from __future__ import annotations

import logging

import pytest

from core.errors import PluginError
from core.store.db import database
from core.text import Domain, in_language
from tests.core.plugin.conftest import HEAD, Workshop

GARDEN_TABLE = """
    from core.store.schema import create_table

    def up(migrator, db):
        create_table(db, "garden_bed", "id INTEGER PRIMARY KEY,\\ncommunity TEXT NOT NULL,\\nname TEXT NOT NULL")
"""


def declaring(arguments: str, before: str = "") -> str:
    return f"{before}\n@hookimpl\ndef declare():\n    return Declaration({arguments})\n"


BLUEPRINT = "from flask import Blueprint\nbp = Blueprint('faulty', __name__)\n"
MODEL = "class Bed(CommunityModel):\n    kind = '{kind}'\n    class Meta:\n        table_name = '{table}'\n"
FLOW = (
    MODEL.format(kind="faulty.bed", table="faulty_bed")
    + "from core import State, Transition, Workflow\n"
    + "FLOW = Workflow('faulty.care', Bed, (State('new', 'New'),), ({step},), 'new')\n"
)

# stage, what the reason says, the plugin's code
BREACHES = [
    ("import", "cannot be imported. ZeroDivisionError", "1 / 0"),
    ("import", "cannot be imported. SystemExit", "raise SystemExit(3)"),
    ("import", "cannot be imported. SyntaxError", "def ("),
    ("hooks", "nav_itemz", "@hookimpl\ndef nav_itemz(community): ..."),
    ("hooks", "weather", "@hookimpl\ndef nav_items(community, weather): ..."),
    ("hooks", "wraps", "@hookimpl(wrapper=True)\ndef nav_items(community):\n    return (yield)"),
    ("declare", "declaration failed. KeyError", "@hookimpl\ndef declare(): return {}['x']"),
    ("declare", "must return a Declaration", "@hookimpl\ndef declare(): return 3"),
    ("declare", "must return a Declaration", "@hookimpl\ndef declare(): ..."),
    ("declare", "no CommunityModel", declaring("models=(int,)")),
    (
        "declare",
        "must start with faulty_",
        declaring("models=(Bed,)", MODEL.format(kind="faulty.bed", table="person")),
    ),
    (
        "declare",
        "“beds.bed” must look like",
        declaring("models=(Bed,)", MODEL.format(kind="beds.bed", table="faulty_b")),
    ),
    ("declare", "“garden.dig” must look like", declaring("permissions=(Permission('garden.dig', 'Dig'),)")),
    ("declare", "“Faulty dig” must look like", declaring("permissions=(Permission('Faulty dig', 'Dig'),)")),
    ("declare", "occurs twice", declaring("permissions=(Permission('faulty.a', 'A'), Permission('faulty.a', 'A'))")),
    ("declare", "In settings", declaring("settings=(Setting('core.size', 'Size'),)")),
    ("declare", "In jobs", declaring("jobs=(Job('water', print, 5),)")),
    ("declare", "In exports", declaring("exports=(Export('beds', 'Beds', 'faulty.dig', (), print),)")),
    ("declare", "must name a permission", declaring("exports=(Export('faulty.beds', 'Beds', '', (), print),)")),
    (
        "declare",
        "no such column of numbers",
        declaring(
            "permissions=(Permission('faulty.dig', 'Dig'),), "
            "exports=(Export('faulty.beds', 'Beds', 'faulty.dig', ('Bed',), print, phones=(1,)),)"
        ),
    ),
    (
        "declare",
        "In imports",
        declaring("imports=(Import('beds', 'Beds', 'faulty.dig', (), print, print, print, print),)"),
    ),
    (
        "declare",
        "one at least is a key",
        declaring(
            "permissions=(Permission('faulty.dig', 'Dig'),), imports=(Import('faulty.beds', 'Beds', 'faulty.dig', "
            "(ImportColumn('name', 'Bed'),), print, print, print, print),)"
        ),
    ),
    ("declare", "In services", declaring("services=(Service('faulty.Beds', object, None),)")),
    ("declare", "is no event", declaring("events=(int,)")),
    (
        "declare",
        "In events",
        declaring("events=(Grown,)", "@event('garden.bed.grown/1')\nclass Grown:\n    bed: int\n"),
    ),
    (
        "declare",
        "“faulty.nobody”, which nobody declares",
        declaring("widgets=(Widget('faulty.box', 'desk', 'faulty.nobody', print),)"),
    ),
    (
        "declare",
        "no state “dug”",
        declaring("models=(Bed,), workflows=(FLOW,)", FLOW.format(step="Transition('dig', 'new', 'dug')")),
    ),
    (
        "declare",
        "a model that is not declared",
        declaring("workflows=(FLOW,)", FLOW.format(step="Transition('x', 'new', 'new')")),
    ),
    ("declare", "no flask.Blueprint", declaring("blueprint=3")),
    ("declare", "must be named “faulty”", declaring("blueprint=bp", BLUEPRINT.replace("'faulty'", "'other'"))),
    (
        "declare",
        "static folder",
        declaring("blueprint=bp", BLUEPRINT.replace("__name__", "__name__, static_folder='static'")),
    ),
    (
        "declare",
        "whole application (before_app_request)",
        declaring("blueprint=bp", BLUEPRINT + "bp.before_app_request(print)\n"),
    ),
    (
        "declare",
        "whole application (app_errorhandler)",
        declaring("blueprint=bp", BLUEPRINT + "bp.app_errorhandler(404)(print)\n"),
    ),
    (
        "declare",
        "whole application (app_context_processor)",
        declaring("blueprint=bp", BLUEPRINT + "bp.app_context_processor(dict)\n"),
    ),
    (
        "declare",
        "whole application (add_app_template_filter)",
        declaring("blueprint=bp", BLUEPRINT + "bp.add_app_template_filter(print, 'x')\n"),
    ),
    (
        "declare",
        "whole application",
        declaring("blueprint=bp", BLUEPRINT + "bp.record_once(lambda state: state.app.route('/'))\n"),
    ),
    ("migration", "does not exist", "from pathlib import Path\n" + declaring("migrations=Path('/nowhere')")),
]


@pytest.mark.parametrize(("stage", "reason", "code"), BREACHES, ids=[f"{row[0]}-{row[1][:24]}" for row in BREACHES])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_breach_quarantines_the_plugin_and_its_dependants(
    workshop: Workshop, stage: str, reason: str, code: str
) -> None:
    workshop.plugin("faulty", code)
    workshop.plugin("needing", meta="requires=('faulty',)")
    workshop.plugin("further", meta="requires=('needing',)")
    workshop.plugin("sound")

    with in_language("en"):
        registry = workshop.load()

        assert set(registry.plugins) == {"sound"}
        assert registry.quarantined["faulty"].stage == stage
        assert reason in str(registry.quarantined["faulty"].reason)
        assert registry.quarantined["faulty"].detail
        assert "“faulty”, which is faulty" in str(registry.quarantined["needing"].reason)
        assert "“needing”, which is faulty" in str(registry.quarantined["further"].reason)
        assert registry.call("nav_items", workshop.west, actor=None) == []
        with pytest.raises(PluginError, match="faulty"):
            workshop.load(strict=True)


METAS = [
    ("has no manifest", "META = 'garden'"),
    ("has no manifest", ""),
    ("says “other”", "META = Meta('other', 'Other', '1')"),
    ("title and a version", "META = Meta('faulty', ' ', '1')"),
    ("must be a tuple", "META = Meta('faulty', 'F', '1', requires='sound')"),
    ("plugin API >=2", "META = Meta('faulty', 'F', '1', api='>=2')"),
    ("plugin API <1", "META = Meta('faulty', 'F', '1', api='<1')"),
    ("no version range", "META = Meta('faulty', 'F', '1', api='latest')"),
    ("not installed", "META = Meta('faulty', 'F', '1', requires=('absent',))"),
    ("in a circle: faulty → faulty", "META = Meta('faulty', 'F', '1', requires=('faulty',))"),
]


@pytest.mark.parametrize(("reason", "line"), METAS)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_bad_manifest_quarantines(workshop: Workshop, reason: str, line: str) -> None:
    workshop.plugin("faulty", head=f"{HEAD}{line}\n")
    workshop.plugin("sound")
    with in_language("en"):
        registry = workshop.load()
        assert set(registry.plugins) == {"sound"}
        assert reason in str(registry.quarantined["faulty"].reason)
        with pytest.raises(PluginError):
            workshop.load(strict=True)


@pytest.mark.parametrize("name", ["board", "serve", "community", "audit", "event", "a", "big_garden", "Garden"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_refuses_a_reserved_or_odd_name(workshop: Workshop, name: str) -> None:
    workshop.plugin(name)
    registry = workshop.load(reserved=("serve",))
    assert registry.plugins == {}
    assert registry.quarantined[name].stage == "meta"


def test_quarantines_a_circle_and_what_hangs_on_it(workshop: Workshop) -> None:
    workshop.plugin("hen", meta="requires=('egg',)")
    workshop.plugin("egg", meta="requires=('hen',)")
    workshop.plugin("cake", meta="requires=('egg',)")
    workshop.plugin("sound")
    with in_language("en"):
        registry = workshop.load()
        assert set(registry.plugins) == {"sound"}
        assert "egg → hen → egg" in str(registry.quarantined["egg"].reason)
        assert "hen → egg → hen" in str(registry.quarantined["hen"].reason)
        assert "“egg”, which is faulty" in str(registry.quarantined["cake"].reason)


def test_loads_a_plugin_after_those_it_requires(workshop: Workshop) -> None:
    workshop.plugin("alpha", meta="requires=('omega',)")
    workshop.plugin("omega")
    assert list(workshop.load().plugins) == ["omega", "alpha"]


def test_of_two_plugins_with_one_name_the_first_is_kept(workshop: Workshop) -> None:
    workshop.plugin("garden", version="1.0")
    workshop.plugin("garden", version="2.0")
    with in_language("en"):
        registry = workshop.load()
        assert registry.plugins["garden"].meta.version == "1.0"
        (second,) = registry.quarantined.values()
        assert "already taken" in str(second.reason)
        assert second.where == "plugins/garden-2.0"


def test_a_wheel_cannot_take_the_place_of_another_package(workshop: Workshop) -> None:
    workshop.plugin("garden", point="json")
    with in_language("en"):
        assert "“json” is already taken" in str(workshop.load().quarantined["garden"].reason)


def test_names_a_folder_without_a_plugin(workshop: Workshop) -> None:
    (workshop.store.config.folder("plugins") / "stray-1.0").mkdir()
    with in_language("en"):
        assert "holds no plugin" in str(workshop.load().quarantined["stray"].reason)


def test_finds_shipped_folders(workshop: Workshop, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from core.plugin.discovery import discover

    for name in ("pond", "_draft"):
        (tmp_path / "plugins" / name).mkdir(parents=True)
        (tmp_path / "plugins" / name / "__init__.py").touch()
    (tmp_path / "plugins" / "leftover").mkdir()
    found = [(item.name, item.target) for item in discover(workshop.store.config, tmp_path / "plugins")]
    assert ("pond", "plugins.pond") in found
    assert not {"_draft", "leftover"} & {name for name, _target in found}


def test_safe_loads_nothing(workshop: Workshop) -> None:
    workshop.plugin("garden", migrations={"0001_beds.py": GARDEN_TABLE})
    registry = workshop.load(safe=True)
    assert registry.plugins == {} == registry.quarantined
    assert "garden_bed" not in database.obj.get_tables()


def test_a_failed_import_leaves_no_module_behind(workshop: Workshop) -> None:
    package = workshop.plugin("garden", "from linli_garden import part\n1 / 0")
    (package / "part.py").write_text("x = 1")
    workshop.load()
    with pytest.raises(KeyError):
        workshop.module("garden")
    with pytest.raises(KeyError):
        workshop.module("garden.part")


def test_migrates_every_installed_plugin_enabled_or_not(workshop: Workshop) -> None:
    workshop.plugin("garden", migrations={"0001_beds.py": GARDEN_TABLE})
    assert "garden" in workshop.load().plugins
    assert "garden_bed" in database.obj.get_tables()


def test_a_failing_migration_leaves_the_schema_as_it_was(workshop: Workshop) -> None:
    workshop.plugin("sound")
    workshop.load()
    before = set(database.obj.get_tables())
    workshop.plugin("garden", migrations={"0001_beds.py": GARDEN_TABLE + "        raise OSError('no luck')\n"})
    workshop.plugin("needing", meta="requires=('garden',)")
    with in_language("en"):
        registry = workshop.load()
        assert set(registry.plugins) == {"sound"}
        assert registry.quarantined["garden"].stage == "migration"
        assert "OSError: no luck" in str(registry.quarantined["garden"].reason)
        # The loader's own list of what has run is made before the first migration; it is empty.
        assert set(database.obj.get_tables()) - before <= {"schema_history_garden"}
        with pytest.raises(PluginError):
            workshop.load(strict=True)


def test_refuses_data_of_a_newer_version(workshop: Workshop) -> None:
    package = workshop.plugin("garden", migrations={"0001_beds.py": GARDEN_TABLE, "0002_more.py": "def up(m, db): ..."})
    workshop.load()
    (package / "migrations" / "0002_more.py").unlink()
    with in_language("en"):
        assert "newer version (0002_more)" in str(workshop.load().quarantined["garden"].reason)


def test_asks_for_a_backup_before_an_existing_schema_changes(workshop: Workshop) -> None:
    backups: list[str] = []
    package = workshop.plugin("garden", migrations={"0001_beds.py": GARDEN_TABLE})
    workshop.load(before_migration=lambda: backups.append("x"))
    assert backups == []
    (package / "migrations" / "0002_more.py").write_text("def up(migrator, db): ...")
    workshop.load(before_migration=lambda: backups.append("x"))
    assert backups == ["x"]


def test_the_scratch_registration_is_the_callers(workshop: Workshop) -> None:
    workshop.plugin(
        "garden", declaring("blueprint=bp", BLUEPRINT.replace("'faulty'", "'garden'") + "bp.route('/')(print)")
    )

    def check(declaration) -> None:  # type: ignore[no-untyped-def]
        raise ValueError(f"{declaration.blueprint.name} clashes")

    with in_language("en"):
        assert "ValueError: garden clashes" in str(workshop.load(check=check).quarantined["garden"].reason)
    assert "garden" in workshop.load().plugins


def test_collects_what_is_declared(workshop: Workshop) -> None:
    workshop.plugin(
        "garden",
        declaring(
            "models=(Bed,), permissions=(Permission('garden.dig', 'Dig', ('staff',)),), "
            "settings=(Setting('garden.size', 'Size', int, 3),), jobs=(Job('garden.water', print, 5),), "
            "services=(Service('garden.Beds/1', object, 'beds'),), events=(Grown,)",
            MODEL.format(kind="garden.bed", table="garden_bed")
            + "@event('garden.bed.grown/1')\nclass Grown:\n    bed: int\n",
        ),
    )
    workshop.plugin(
        "needing",
        declaring("widgets=(Widget('needing.box', 'desk', 'garden.dig', print),)"),
        meta="requires=('garden',)",
    )
    registry = workshop.load(strict=True)
    assert registry.permissions()["garden.dig"].roles == ("staff",)
    assert registry.settings()["garden.size"].default == 3
    assert registry.events() == {"garden.bed.grown/1": workshop.module("garden").Grown}
    assert registry.services()["garden.Beds/1"][0] == "garden"
    assert [(plugin, item.name) for plugin, item in registry.jobs()] == [("garden", "garden.water")]
    assert [plugin for plugin, _item in registry.declared("widgets")] == ["needing"]
    assert registry.workflows() == {}


def test_an_unknown_permission_raises(workshop: Workshop) -> None:
    workshop.plugin("garden", declaring("permissions=(Permission('garden.dig', 'Dig'),)"))
    registry = workshop.load()
    registry.check_permission("garden.dig")
    registry.check_permission("core.desk")
    with pytest.raises(PluginError):
        registry.check_permission("garden.digg")


def test_a_plugin_has_texts_of_its_own(workshop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    package = workshop.plugin("garden")
    folder = package / "translations" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    from babel.messages import Catalog
    from babel.messages.mofile import write_mo

    catalogue = Catalog(locale="zh_Hans")
    catalogue.add("Vegetable bed", "菜畦")
    with (folder / "garden.mo").open("wb") as file:
        write_mo(file, catalogue)
    workshop.load()
    with in_language("zh_Hans"):
        assert str(Domain("garden").gettext("Vegetable bed")) == "菜畦"
