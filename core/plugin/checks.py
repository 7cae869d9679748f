"""The loader's rules for one plugin: manifest, hooks, names, permissions, models and blueprint. Each breach is a `PluginError`.

The database is not touched here, and HTTP is known only as far as a blueprint records what it will do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from types import ModuleType
from typing import Any

import pluggy

from core.config import API
from core.errors import PluginError
from core.plugin import hookspecs
from core.plugin.declarations import Declaration, Meta, Workflow
from core.plugin.events import name_of
from core.store.community import CommunityModel
from core.store.db import BaseModel
from core.text import _

# First words of core's pages, and what would read as a table of core's.
_WORDS = (
    "board inbox search static admin setup desk me login logout people roster calls accounts slips prefs privacy plugin c "
    "core schema"
)
RESERVED = frozenset(re.findall(r"\w+", _WORDS))

_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
_ITEM = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_SERVICE = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+/[1-9][0-9]*")
_CLAUSE = re.compile(r"(>=|<=|==|<|>)\s*([0-9]+(?:\.[0-9]+)*)")
_BASES = frozenset({"duty", "request", "consent", "security"})
_FILE_ROLES = frozenset({"photo", "scan", "attachment"})
_FILE_TAKES = frozenset({"picture", "document"})
_NAMED = (
    "permissions",
    "settings",
    "workflows",
    "jobs",
    "exports",
    "imports",
    "search",
    "widgets",
    "sheets",
    "retention",
    "consents",
)


def check_meta(module: ModuleType, name: str, reserved: Collection[str]) -> Meta:
    """The manifest of a module found under `name`."""
    meta = getattr(module, "META", None)
    if not isinstance(meta, Meta):
        raise PluginError(_("It has no manifest: META must be a Meta."))
    if meta.name != name:
        raise PluginError(
            _("Its manifest says “%(meta)s”, but it was found as “%(name)s”.", meta=str(meta.name), name=name)
        )
    check_name(name, reserved)
    if not str(meta.title).strip() or not isinstance(meta.version, str) or not meta.version.strip():
        raise PluginError(_("Its manifest must give a title and a version."))
    for field in ("requires", "uses"):
        names = getattr(meta, field)
        if not isinstance(names, tuple) or not all(isinstance(item, str) for item in names):
            raise PluginError(_("In its manifest, “%(field)s” must be a tuple of plugin names.", field=field))
    if not in_range(API, meta.api):
        raise PluginError(_("It works with plugin API %(range)s; this is API %(api)s.", range=str(meta.api), api=API))
    return meta


def check_name(name: str, reserved: Collection[str]) -> None:
    """Refuse a plugin name that is no short lower-case word, is reserved, or would share core's table names."""
    if not _NAME.fullmatch(name):
        raise PluginError(
            _("“%(name)s” is no plugin name: 2 to 30 small letters and digits, a letter first.", name=name)
        )
    if name in RESERVED or name in reserved or name in _core_prefixes():
        raise PluginError(_("The name “%(name)s” is reserved.", name=name))


def _core_prefixes() -> set[str]:
    """The first words of core's table names."""
    tables: set[str] = set()
    waiting: list[Any] = [BaseModel]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith("core.") and model not in (BaseModel, CommunityModel):
            tables.add(model._meta.table_name.partition("_")[0])
    return tables


def in_range(version: str, wanted: str) -> bool:
    """Whether `version` (`1.0`) satisfies every clause of `wanted` (`>=1,<2`); raises `PluginError` for an odd range."""
    for clause in str(wanted).split(","):
        found = _CLAUSE.fullmatch(clause.strip())
        if found is None:
            raise PluginError(_("“%(range)s” is no version range such as >=1,<2.", range=str(wanted)))
        left, right = _parts(version), _parts(found[2])
        holds = {
            ">=": left >= right, "<=": left <= right, "==": left == right, "<": left < right, ">": left > right,
        }[found[1]]  # fmt: skip
        if not holds:
            return False
    return True


def _parts(version: str) -> list[int]:
    """A version as numbers without trailing zeros, so that 1 equals 1.0."""
    parts = [int(part) for part in version.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return parts


def check_hooks(module: ModuleType) -> Callable[[], Any]:
    """Refuse hooks that do not exist, ask for arguments that are not offered, or wrap those of others.

    Returns the module's `declare`; a plugin without one declares nothing.
    """
    scratch = pluggy.PluginManager(hookspecs.PROJECT)
    scratch.add_hookspecs(hookspecs)
    try:
        scratch.register(module)
        scratch.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(
            _("It has a hook that does not exist or asks for too much: %(reason)s", reason=str(error))
        ) from error
    for caller in scratch.get_hookcallers(module) or ():
        for implementation in caller.get_hookimpls():
            if implementation.wrapper or implementation.hookwrapper:
                raise PluginError(_("Its hook “%(hook)s” wraps those of other plugins.", hook=caller.name))
    declare = scratch.hook.declare.get_hookimpls()
    return declare[0].function if declare else Declaration


def check_declaration(name: str, declaration: Any, is_offered: Callable[[str], bool]) -> Declaration:
    """Apply every naming rule to what `declare()` returned.

    `is_offered` tells whether the plugin may use a permission that is not its own.
    """
    if not isinstance(declaration, Declaration):
        raise PluginError(_("declare() must return a Declaration."))
    check_models(name, declaration.models)
    for kind in _NAMED:
        check_names(name, kind, (item.name for item in getattr(declaration, kind)), _ITEM)
    check_names(name, "services", (service.name for service in declaration.services), _SERVICE)
    check_names(name, "events", (name_of(event) for event in declaration.events), _SERVICE)
    for workflow in declaration.workflows:
        check_workflow(workflow, declaration)
    own = {permission.name for permission in declaration.permissions}
    for used in sorted(used_permissions(declaration) - own):
        if not is_offered(used):
            raise PluginError(_("It uses the permission “%(name)s”, which nobody declares.", name=used))
    for export in declaration.exports:
        if not export.permission:
            raise PluginError(_("The export “%(name)s” must name a permission.", name=export.name))
        if any(not 0 <= column < len(export.columns) for column in export.phones):
            raise PluginError(_("The export “%(name)s” has no such column of numbers.", name=export.name))
    for source in declaration.search:
        if source.place not in ("desk", "portal") or (source.place == "desk" and not source.permission):
            raise PluginError(_("The search “%(name)s” must name a permission.", name=source.name))
    check_records(declaration)
    check_imports(declaration)
    check_files(declaration)
    check_sheets(declaration)
    check_scores(declaration)
    check_personal(declaration)
    check_consents(declaration)
    if declaration.blueprint is not None:
        check_blueprint(name, declaration.blueprint)
    return declaration


def check_names(plugin: str, kind: str, names: Iterable[str], form: re.Pattern[str]) -> None:
    """Every name starts with `<plugin>.`, is well formed and occurs once."""
    counted = Counter(names)
    for name, count in counted.items():
        if not str(name).startswith(f"{plugin}.") or not form.fullmatch(name):
            raise PluginError(
                _(
                    "In %(kind)s, the name “%(name)s” must look like %(plugin)s.…",
                    kind=kind,
                    name=str(name),
                    plugin=plugin,
                )
            )
        if count > 1:
            raise PluginError(_("In %(kind)s, the name “%(name)s” occurs twice.", kind=kind, name=name))


def check_models(plugin: str, models: Iterable[type]) -> None:
    """Every model is a `CommunityModel` with a table `<plugin>_…` and a kind `<plugin>.…` of its own."""
    kinds = []
    for model in models:
        if not (isinstance(model, type) and issubclass(model, CommunityModel)):
            raise PluginError(
                _("The model %(model)s is no CommunityModel.", model=getattr(model, "__name__", str(model)))
            )
        table = model._meta.table_name
        if not table.startswith(f"{plugin}_"):
            raise PluginError(_("The table “%(table)s” must start with %(plugin)s_", table=table, plugin=plugin))
        kinds.append(model.kind)
    check_names(plugin, "models", kinds, _ITEM)


def check_imports(declaration: Declaration) -> None:
    """A list that can be brought in is for somebody, and its columns have names of their own and tell records apart."""
    for item in declaration.imports:
        fields = [column.field for column in item.columns]
        if not item.permission or len(set(fields)) != len(fields) or not any(column.key for column in item.columns):
            raise PluginError(
                _("The import “%(name)s” must name a permission, and columns of which one at least is a key.",
                  name=item.name)
            )  # fmt: skip


def check_files(declaration: Declaration) -> None:
    """Files belong to records that are declared, in a role there is, and somebody says who may see them."""
    kinds = {model.kind for model in declaration.models}
    seen = set()
    for item in declaration.files:
        if item.kind not in kinds or (item.kind, item.role) in seen:
            raise PluginError(
                _("It declares files of “%(kind)s”, which is no record of its own, or twice.", kind=item.kind)
            )
        if item.role not in _FILE_ROLES or not item.takes or not set(item.takes) <= _FILE_TAKES:
            raise PluginError(_("It declares files of “%(kind)s” in a role or of a kind there is not.", kind=item.kind))
        if not callable(item.may_see) or item.most < 1:
            raise PluginError(_("It does not say who may see the files of “%(kind)s”.", kind=item.kind))
        seen.add((item.kind, item.role))


def check_scores(declaration: Declaration) -> None:
    """What households rate are records that are declared, once each, and somebody says who may and until when."""
    kinds, seen = {model.kind for model in declaration.models}, set()
    for item in declaration.scores:
        if item.kind not in kinds or item.kind in seen or not callable(item.closes):
            raise PluginError(
                _("It lets “%(kind)s” be rated, which is no record of its own, or twice.", kind=item.kind)
            )
        seen.add(item.kind)


def check_sheets(declaration: Declaration) -> None:
    """Forms are about records that can be opened, so that they lead back to the record, and for somebody."""
    kinds = {item.model.kind for item in declaration.records}
    for item in declaration.sheets:
        if item.kind not in kinds or not item.permission:
            raise PluginError(_("The form “%(name)s” must name a permission and records with a page.", name=item.name))


def check_records(declaration: Declaration) -> None:
    """Records that can be named and opened are declared, once each, have a word, and somebody says who may see them."""
    seen: set[type] = set()
    for item in declaration.records:
        if item.model not in declaration.models or item.model in seen:
            raise PluginError(
                _("It describes the record “%(kind)s”, which is not its own, or twice.", kind=str(item.model))
            )
        if not str(item.word).strip() or not all(map(callable, (item.titles, item.path, item.may_see))):
            raise PluginError(_("It does not say who may see the record “%(kind)s” and where.", kind=item.model.kind))
        seen.add(item.model)


def check_personal(declaration: Declaration) -> None:
    """What is said about personal data names columns that are there, and nothing of it is left open."""
    for item in declaration.personal:
        known = set(item.model._meta.fields) if item.model in declaration.models else set()
        if not item.fields or not set(item.fields) <= known:
            raise PluginError(
                _("Its register of personal data names columns that are not there: %(names)s.",
                  names=", ".join(sorted(set(item.fields) - known)) or str(item.label))
            )  # fmt: skip
        if item.basis not in _BASES or not all(str(text).strip() for text in (item.label, item.purpose, item.kept)):
            raise PluginError(_("Its register of personal data does not say all of “%(name)s”.", name=str(item.label)))


def check_consents(declaration: Declaration) -> None:
    """What is sensitive and kept by consent names the question that is asked for it, and every question is for something."""
    asked = {item.name for item in declaration.consents}
    named = {item.consent for item in declaration.personal if item.consent}
    without = [item for item in declaration.personal if item.sensitive and item.basis == "consent" and not item.consent]
    if without or named != asked:
        names = ", ".join(sorted(named ^ asked) or [str(item.label) for item in without])
        raise PluginError(
            _("Its register of personal data and its questions for consent do not fit: %(names)s.", names=names)
        )
    for item in declaration.consents:
        told = (item.question, item.purpose, item.kept, item.without)
        if item.version < 1 or not callable(item.clear) or not all(str(text).strip() for text in told):
            raise PluginError(_("Its question for consent “%(name)s” leaves something open.", name=item.name))


def check_workflow(workflow: Workflow, declaration: Declaration) -> None:
    """A workflow's model and events are declared, and its transitions join states that exist."""
    if workflow.model not in declaration.models:
        raise PluginError(_("The workflow “%(name)s” is over a model that is not declared.", name=workflow.name))
    states = {state.name for state in workflow.states}
    used = {workflow.initial}
    for transition in workflow.transitions:
        sources = (transition.source,) if isinstance(transition.source, str) else transition.source
        used |= {*sources, transition.target}
        if transition.event is not None and transition.event not in declaration.events:
            raise PluginError(
                _("“%(verb)s” in the workflow “%(name)s” emits an event that is not declared.",
                  verb=transition.verb, name=workflow.name)
            )  # fmt: skip
    if unknown := sorted(used - states):
        raise PluginError(_("The workflow “%(name)s” has no state “%(state)s”.", name=workflow.name, state=unknown[0]))


def used_permissions(declaration: Declaration) -> set[str]:
    """The names of permissions the declaration relies on."""
    items: tuple[Any, ...] = (
        *declaration.exports, *declaration.imports, *declaration.search, *declaration.calls, *declaration.widgets, *declaration.sheets,
    )  # fmt: skip
    steps = [transition for workflow in declaration.workflows for transition in workflow.transitions]
    return {item.permission for item in (*items, *steps) if item.permission}


def check_blueprint(plugin: str, blueprint: Any) -> None:
    """Refuse a blueprint that reaches beyond its own pages, has static files, or another name than the plugin.

    A blueprint records everything it will do to the application. Of that only routes are its own; all the rest
    (`before_app_request`, `app_errorhandler`, template filters, `record`) holds for every page of the installation.
    """
    if not hasattr(blueprint, "deferred_functions"):
        raise PluginError(_("Its blueprint is no flask.Blueprint."))
    if blueprint.name != plugin:
        raise PluginError(_("Its blueprint must be named “%(name)s”.", name=plugin))
    waiting = [blueprint]
    while waiting:
        part = waiting.pop()
        waiting += [child for child, _options in part._blueprints]
        if part.has_static_folder:
            raise PluginError(_("Its blueprint has a static folder; core serves the files in “static”."))
        for recorded in part.deferred_functions:
            origin = getattr(recorded, "__qualname__", "")
            if not origin.startswith("Blueprint.add_url_rule.") or not recorded.__module__.startswith("flask."):
                what = origin.split(".")[1] if origin.startswith("Blueprint.") else origin
                raise PluginError(_("Its blueprint changes the whole application (%(what)s).", what=what or "record"))
