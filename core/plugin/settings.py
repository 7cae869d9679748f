"""Typed settings that the office changes while the system runs: of one community, or of the whole site.

What a process must know before it opens the database is in `config.toml` (`core.config`).
"""

from __future__ import annotations

import json
from typing import Any

import peewee

from core.actor import Actor
from core.errors import Invalid, Refused
from core.plugin.current import find_active
from core.plugin.declarations import Setting
from core.store import audit
from core.store.community import Community, find_community
from core.store.db import BaseModel, Json, Text, Utc, database, now, transactional
from core.store.ref import Ref
from core.text import LazyText, _, is_storable

CHANGE = "core.settings.edit"
CHANGE_SITE = "core.site.admin"

SITE = "site"
_TEXT_LENGTH = 2_000
_INTEGERS = (-(2**63), 2**63 - 1)

# Core's own settings, by name; the floors above enter theirs with `add_core_settings`.
CORE_SETTINGS: dict[str, Setting] = {}


class SettingValue(BaseModel):
    """A setting that differs from its default. `scope` is a community's code or `site`."""

    scope = Text()
    name = Text()
    value = Json()
    changed_by = Text()
    at = Utc()

    class Meta:
        table_name = "setting"
        primary_key = peewee.CompositeKey("scope", "name")


_SELECT = "SELECT value FROM setting WHERE scope = {0} AND name = {0}"
_STATEMENTS = {mark: _SELECT.format(mark) for mark in ("?", "%s")}


def add_core_settings(*settings: Setting) -> None:
    """Make settings of core known; their names start with `core.`."""
    for setting in settings:
        if not setting.name.startswith("core."):
            raise ValueError(f"{setting.name}: settings of core start with core.")
        CORE_SETTINGS[setting.name] = setting


def declared_settings() -> dict[str, Setting]:
    """Every setting there is, by name: core's and those of the loaded plugins."""
    registry = find_active()
    return {**CORE_SETTINGS, **(registry.settings() if registry is not None else {})}


def find_setting(name: str) -> Setting:
    """The declaration of a setting; raises `KeyError` for a name nobody declares."""
    found = CORE_SETTINGS.get(name)
    if found is None:
        found = declared_settings().get(name)
    if found is None:
        raise KeyError(f"nobody declares the setting {name}")
    return found


def get_setting(name: str, community: str | Community | None = None) -> Any:
    """The value of a setting, its default when nobody changed it.

    A setting of communities needs the `community` (its code or itself); raises `KeyError` for an unknown name.
    """
    setting = find_setting(name)
    scope = _scope(setting, community.code if isinstance(community, Community) else community)
    engine = database.obj
    row = engine.execute_sql(_STATEMENTS[engine.param], (scope, name)).fetchall()
    return json.loads(row[0][0]) if row else setting.default


def _scope(setting: Setting, community: str | None) -> str:
    if setting.scope == SITE:
        return SITE
    if community is None:
        raise ValueError(f"{setting.name} is a setting of communities: say of which")
    return community


def set_setting(actor: Actor, name: str, value: Any) -> None:
    """Change a setting of the actor's community (needs `core.settings.edit`) or of the site (`core.site.admin`); audited.

    Raises `Invalid` for a value of the wrong type, outside its bounds or not among its choices, `KeyError` for an unknown
    name.
    """
    _set(actor, find_setting(name), value)


@transactional
def _set(actor: Actor, setting: Setting, value: Any) -> None:
    permission = CHANGE_SITE if setting.scope == SITE else CHANGE
    actor.require(permission)
    check_value(setting, value)
    if setting.scope != SITE and actor.community is None:
        raise Refused(_("Choose a community first."))
    scope = _scope(setting, actor.community)
    community = None if scope == SITE else find_community(scope).code
    before = get_setting(setting.name, community)
    if before == value:
        return
    same = (SettingValue.scope == scope) & (SettingValue.name == setting.name)
    row = {"value": value, "changed_by": actor.signature, "at": now()}
    if not SettingValue.update(row).where(same).execute():
        SettingValue.insert(scope=scope, name=setting.name, **row).execute()
    subject = Ref("core.setting", community, setting.name.replace(".", "-"))
    audit.record(actor, "core.setting.changed", subject, before=before, after=value, permission=permission)
    changed = Community.update(version=Community.version + 1)
    (changed if community is None else changed.where(Community.code == community)).execute()


def check_value(setting: Setting, value: Any) -> None:
    """Raise `Invalid`, naming the setting, unless `value` is one it can have. A yes is no number, nor a number a yes."""
    reason = _problem(setting, value)
    if reason is not None:
        raise Invalid({setting.name: [reason]})


def _problem(setting: Setting, value: Any) -> LazyText | None:
    if type(value) is not setting.type:
        return {
            int: _("“%(label)s” must be a whole number.", label=setting.label),
            bool: _("“%(label)s” must be yes or no.", label=setting.label),
        }.get(setting.type, _("“%(label)s” must be a text.", label=setting.label))
    if setting.choices and value not in [choice for choice, _label in setting.choices]:
        return _("“%(label)s” must be one of the choices.", label=setting.label)
    if isinstance(value, str):
        shortest, longest = setting.minimum or 0, _TEXT_LENGTH if setting.maximum is None else setting.maximum
        if not is_storable(value):
            return _("“%(label)s” has characters that cannot be stored.", label=setting.label)
        if len(value) < shortest:
            return _("“%(label)s” needs %(minimum)d characters at least.", label=setting.label, minimum=shortest)
        if len(value) > longest:
            return _("“%(label)s” may have %(maximum)d characters at most.", label=setting.label, maximum=longest)
        return None
    least = _INTEGERS[0] if setting.minimum is None else setting.minimum
    most = _INTEGERS[1] if setting.maximum is None else setting.maximum
    if type(value) is int and not least <= value <= most:
        return _("“%(label)s” must lie between %(least)d and %(most)d.", label=setting.label, least=least, most=most)
    return None
