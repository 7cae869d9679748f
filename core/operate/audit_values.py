"""The values before and after of one audit entry, in words: what each is called, and what is stored as a code or a number.

Which entries there are and what each says is in `audit_log`; the plain word lists are in `audit_words`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from core.actor import Actor
from core.civic.intake import INTAKE
from core.civic.notices.records import Notice, NoticePair
from core.civic.objections.records import OBJECTION
from core.civic.threads import records
from core.clock import day_text, moment_text
from core.operate.audit_words import ABOUT_RECORDS, LISTS, NAMES, SUBJECTS, WORDS
from core.operate.core_jobs import core_jobs
from core.people import permissions
from core.people.account_records import Account
from core.people.areas import Area, Home
from core.people.directory import VIEW as SEE_PEOPLE
from core.people.grids import Grid
from core.people.person import Person
from core.people.reach import within
from core.plugin.declarations import AuditWords
from core.plugin.registry import Registry
from core.plugin.settings import declared_settings
from core.store.audit import AuditEntry
from core.text import Label, _

_REF = re.compile(r"[a-z_]+\.[a-z_]+:[\w-]+\Z")
MOST_NAMED = 30


def words_of(registry: Registry, name: str) -> AuditWords:
    """The words of the plugin whose name comes first in an action or a kind of record; none for core's own."""
    plugin = registry.plugins.get(name.partition(".")[0])
    return plugin.declaration.audit if plugin is not None else AuditWords()


def subject_word(registry: Registry, kind: str) -> Label:
    """What records of a kind are called, by whoever describes them; empty for one nobody knows."""
    return records.word_of(registry, kind) or words_of(registry, kind).subjects.get(kind) or SUBJECTS.get(kind) or ""


class Teller:
    """Tells the values of one entry to one reader, who sees the names of residents only if they may see residents."""

    def __init__(self, registry: Registry, actor: Actor, row: AuditEntry) -> None:
        self.registry = registry
        self.actor = actor
        self.row = row
        self.words = words_of(registry, row.action)
        workflow = registry.workflows().get(row.action.rpartition(".")[0]) or _core_workflow(row.action)
        self.states = {state.name: state.label for state in workflow.states} if workflow is not None else {}

    def values(self, payload: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
        """The values as (name, before, after); what is empty, or the same before and after, is left out."""
        before, after = _named(payload.get("before")), _named(payload.get("after"))
        found = []
        # As forms and pages have them: payloads are stored in the order of the alphabet.
        places = {name: place for place, name in enumerate(dict.fromkeys([*self.words.names, *NAMES]))}
        for name in sorted({*before, *after}, key=lambda name: (places.get(name, len(places)), name)):
            old, new = self.word(name, before.get(name)), self.word(name, after.get(name))
            if (old or new) and not (old == new and name in before and name in after):
                found.append((self.name(name), old, new))
        return tuple(found)

    def name(self, name: str) -> str:
        """What a value is called."""
        if self.row.action == "core.setting.changed":
            setting = self._setting()
            return str(setting.label) if setting is not None else str(_("Value"))
        known = permissions.current().permissions
        if name in known:
            return str(known[name].label)
        own = NAMES.get(f"{self.row.action}:{name}")
        return str(own or self.words.names.get(name) or NAMES.get(name) or name)

    def word(self, name: str, value: Any) -> str:
        """A value as people say it."""
        if value is None or value in ("", [], {}):
            return ""
        if isinstance(value, Mapping):
            parts = [(self.name(str(part)), self.word(str(part), each)) for part, each in value.items()]
            return "；".join(f"{title} {text}" for title, text in parts if text)
        told = self._by_list(name, value)
        if told is not None:
            return told
        if isinstance(value, (list, tuple)):
            more = f" … {len(value)}" if len(value) > MOST_NAMED else ""
            return "、".join(self.word(name, each) for each in value[:MOST_NAMED]) + more
        return self._plain(name, value)

    def _by_list(self, name: str, value: Any) -> str | None:
        """From a list of words, the plugin, or the record a number stands for; None where there is none of these."""
        if name == "state" and value in self.states:
            return str(self.states[value])
        if self.row.action == "core.setting.changed":
            setting = self._setting()
            return next((str(label) for choice, label in setting.choices if choice == value), None) if setting else None
        for lists in (self.words.values, WORDS):
            if isinstance(value, (str, int)) and value in lists.get(name, {}):
                return str(lists[name][value])
        if self.words.tell is not None:
            said = self.words.tell(str(self.actor.community), name, value)
            if said is not None:
                return str(said)
        kind = ABOUT_RECORDS.get(f"{self.row.action}:{name}") or ABOUT_RECORDS.get(name)
        if kind is not None and isinstance(value, (int, str)) and not isinstance(value, bool):
            return self._record(kind, value)
        return None

    def _plain(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, int) and name.endswith(("_at", "_until")):
            return moment_text(value)
        if isinstance(value, str) and _is_day(value):
            return day_text(value)
        if isinstance(value, str) and _REF.match(value):
            kind, _colon, key = value.partition(":")
            titles = records.titles_of(self.registry, self.actor, [value]) if self.actor.community else {}
            known = titles.get(value) or self._record(kind, key)
            return f"{subject_word(self.registry, kind)} {known or key}".strip()
        return str(value)

    def _setting(self) -> Any:
        key = self.row.subject.partition(":")[2]
        found = {name.replace(".", "-"): setting for name, setting in declared_settings().items()}
        return found.get(key)

    def _record(self, kind: str, key: int | str) -> str | None:
        """The name of a record of the community, by its number (a resident also by the public key)."""
        community = str(self.actor.community)
        if kind == "core.job":
            return job_labels(self.registry).get(str(key))
        if kind == "core.list":
            return _list_label(self.registry, str(key))
        if kind == "core.person":
            if not self.actor.can(SEE_PEOPLE):
                return str(_("a resident"))
            is_number = isinstance(key, int)
            same = (Person.id if is_number else Person.public_id) == key
            person = Person.of(community).where(same, within(self.actor, Person.id)).first()
            return str(person.name) if person is not None else str(_("a resident"))
        if not str(key).isdigit() or kind not in _NAMED_BY:
            return None
        model, field = _NAMED_BY[kind]
        record = model.get_or_none(model.id == int(key))
        if record is None or (kind != "core.account" and record.community != community):
            return None
        return str(getattr(record, field))


_NAMED_BY: Mapping[str, tuple[Any, str]] = {
    "core.account": (Account, "label"),
    "core.area": (Area, "name"),
    "core.grid": (Grid, "name"),
    "core.home": (Home, "door"),
    "core.notice": (Notice, "title"),
    "core.notice_pair": (NoticePair, "title"),
}


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _core_workflow(action: str) -> Any:
    return next((known for known in (INTAKE, OBJECTION) if action.startswith(f"{known.name}.")), None)


def job_labels(registry: Registry) -> dict[str, str]:
    """What the jobs of core and of every plugin are called, by name."""
    declared = [*core_jobs(), *(job for _plugin, job in registry.jobs())]
    return {job.name: str(job.label or job.name) for job in declared}


def _list_label(registry: Registry, name: str) -> str | None:
    declared = [*registry.declared("exports"), *registry.declared("imports")]
    labels = {**LISTS, **{item.name: item.label for _plugin, item in declared}}
    return str(labels[name]) if name in labels else None


def _named(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return {str(name): each for name, each in value.items()} if isinstance(value, Mapping) else {"": value}
