"""The documents say what the code does: hooks and their words, commands, make targets, settings of the process."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

import core
from core import config
from core.cli import main
from core.operate.exports import MOST_ROWS
from core.plugin import hookspecs
from core.plugin.declarations import Consent, Export, FileKind, PersonalField, ScoreKind
from core.plugin.declarations.imports import Import, ImportColumn

ROOT = Path(__file__).resolve().parent.parent
PLUGIN_GUIDE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def hooks():
    """Every hook specification: name and function."""
    return [(name, item) for name, item in vars(hookspecs).items() if hasattr(item, "linli_spec")]


@pytest.mark.parametrize("name, hook", hooks())
def test_the_plugin_guide_tells_of_every_hook_as_it_is(name, hook):
    arguments = ", ".join(inspect.signature(hook).parameters)
    assert f"| `{name}({arguments})` | {' '.join(hook.__doc__.split())} |" in PLUGIN_GUIDE


def test_the_plugin_guide_tells_of_no_other_hook():
    told = re.findall(r"^\| `(\w+)\(", PLUGIN_GUIDE, flags=re.MULTILINE)
    assert told == [name for name, _hook in hooks()]


def test_the_plugin_guide_tells_of_the_calendar_as_it_is():
    told = re.findall(r"^- `(\w+)\(([\w, ]+)\)` — (.+)$", PLUGIN_GUIDE, flags=re.MULTILINE)
    assert {name for name, _arguments, _words in told} == set(core._SOURCES["core.civic.calendar.days"])
    for name, arguments, words in told:
        function = getattr(core, name)
        assert ", ".join(inspect.signature(function).parameters) == arguments
        assert " ".join(function.__doc__.split()).startswith(words), name


def test_the_plugin_guide_shows_every_field_of_an_export():
    shown = PLUGIN_GUIDE.split("\nExport(\n")[1].split("\n)\n")[0]
    assert re.findall(r"^    (\w+)=", shown, flags=re.MULTILINE) == [field.name for field in fields(Export)]
    assert f"after {MOST_ROWS:,} and says so" in " ".join(PLUGIN_GUIDE.split())


def test_the_plugin_guide_shows_every_field_of_an_import():
    shown = PLUGIN_GUIDE.split("\nImport(\n")[1].split("\n)\n")[0]
    assert re.findall(r"^    (\w+)=", shown, flags=re.MULTILINE) == [field.name for field in fields(Import)]
    known = {field.name for field in fields(ImportColumn)}
    assert set(re.findall(r"[(,] (\w+)=", shown)) - {"least", "most"} <= known


def test_the_plugin_guide_shows_every_field_of_a_kind_of_files():
    shown = PLUGIN_GUIDE.split("\nFileKind(\n")[1].split("\n)\n")[0]
    assert re.findall(r"^    (\w+)=", shown, flags=re.MULTILINE) == [field.name for field in fields(FileKind)]


def test_the_plugin_guide_shows_every_field_of_a_kind_of_scores():
    shown = PLUGIN_GUIDE.split("\nScoreKind(\n")[1].split("\n)\n")[0]
    assert re.findall(r"^    (\w+)=", shown, flags=re.MULTILINE) == [field.name for field in fields(ScoreKind)]


def test_the_plugin_guide_shows_every_field_of_the_register_of_personal_data():
    shown = PLUGIN_GUIDE.split("\nPersonalField(\n")[1].split("\n)\n")[0]
    assert re.findall(r"^    (\w+)=", shown, flags=re.MULTILINE) == [field.name for field in fields(PersonalField)]


def test_the_plugin_guide_shows_every_field_of_a_question_for_consent():
    shown = PLUGIN_GUIDE.split("\nConsent(\n")[1].split("\n)\n")[0]
    assert re.findall(r"^    (\w+)=", shown, flags=re.MULTILINE) == [field.name for field in fields(Consent)]


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_readme_names_every_command(name):
    command = main.commands[name]
    names = [f"{name} {sub}" for sub in command.commands] if isinstance(command, click.Group) else [name]
    for each in names:
        word = each.split()[-1]
        assert f"linli {each}" in README or re.search(rf"linli {name} [\w|\\]*{word}", README), each


def test_the_readme_names_every_make_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[0].split():
        assert f"make {target}" in README or f"{target}:" in makefile, target


def test_the_administrators_manual_names_every_setting_of_the_process():
    manual = (ROOT / "docs" / "管理员手册.md").read_text(encoding="utf-8")
    for name in config._FIELDS:
        assert re.search(rf"^{name} = ", manual, flags=re.MULTILINE), name


def test_the_changelog_begins_with_this_version():
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert first[1] == config.VERSION
