"""Records of core and of every module as one person may know of them: whether they exist, what they are called, where they stand.

Modules declare theirs with `RecordKind` (`Declaration.records`). How records hang together is in `links` and `threads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property
from typing import Any

from core.actor import Actor, community_of
from core.errors import LinliError, NotFound
from core.plugin.current import active
from core.plugin.declarations import RecordKind
from core.plugin.registry import Registry
from core.plugin.states import SwitchState
from core.store.ref import Ref
from core.text import Label

_CORE: dict[str, RecordKind] = {}


def add_core_records(*kinds: RecordKind) -> None:
    """Make core's own kinds of records known; the app hands them in."""
    for kind in kinds:
        _CORE[kind.model.kind] = kind


def declared(registry: Registry) -> dict[str, RecordKind]:
    """Every kind of record that core or a loaded plugin describes, by name, whatever is switched on."""
    return _CORE | {kind.model.kind: kind for _plugin, kind in registry.declared("records")}


def publishes(subject: str) -> bool:
    """Whether the module of a record, in its text form, writes both notices about it itself; False for no record."""
    kind = declared(active()).get(subject.partition(":")[0]) if subject else None
    return kind is not None and kind.publishes


def word_of(registry: Registry, kind: str) -> Label:
    """What records of a kind are called; empty for one nobody describes."""
    found = declared(registry).get(kind)
    return found.word if found is not None else ""


def titles_of(registry: Registry, actor: Actor, subjects: Iterable[str]) -> dict[str, str]:
    """The names of records by their text forms, also of modules that are off: for the log of what was done."""
    kinds, found = declared(registry), Reader(actor, registry)
    refs = [Ref.parse(each, community_of(actor)) for each in subjects if each.partition(":")[0] in kinds]
    return {str(ref): title for ref, title in found.titles(refs, kinds).items()}


class Reader:
    """The records one actor may know of in the actor's community. Made for one page: switches are read once."""

    def __init__(self, actor: Actor, registry: Registry | None = None) -> None:
        self.actor = actor
        self.community = community_of(actor)
        self.registry = registry or active()

    @cached_property
    def _states(self) -> dict[str, SwitchState]:
        return self.registry.states(self.community)

    def is_on(self, owner: str) -> bool:
        """Whether the records of core or of a plugin can be read here: it is on, and for residents published."""
        if owner == "core":
            return True
        state = self._states.get(owner)
        inside = self.actor.is_staff or self.actor.kind == "system"
        return state is not None and state.enabled and (state.published or inside)

    @cached_property
    def kinds(self) -> dict[str, RecordKind]:
        """Every kind of record that is switched on for this reader, by name."""
        return {
            name: kind
            for name, kind in declared(self.registry).items()
            if self.is_on(kind.model.kind.partition(".")[0])
        }

    @contextmanager
    def contained(self, kind: RecordKind) -> Iterator[None]:
        """Around what a module says of its records: its fault is recorded, and the page goes on without it."""
        owner = kind.model.kind.partition(".")[0]
        with self.registry.contained(owner, self.community, "records") if owner != "core" else nullcontext():
            yield

    # ------------------------------------------------------------------- one record

    def exists(self, ref: Ref) -> bool:
        """Whether there is such a record in the community, of a kind that is described, whoever asks."""
        kind = declared(self.registry).get(ref.kind)
        if kind is None or ref.community != self.community or not isinstance(ref.id, int):
            return False
        key: Any = kind.model._meta.primary_key
        return bool(kind.model.of(self.community).where(key == ref.id).exists())

    def is_told(self, ref: Ref) -> bool:
        """Whether records of this kind stand in threads, whatever is switched on."""
        kind = declared(self.registry).get(ref.kind)
        return kind is not None and kind.story is not None

    def may_see(self, ref: Ref) -> bool:
        """Whether the reader may know of a record; also False for one that does not exist or whose module is off."""
        kind = self.kinds.get(ref.kind)
        if kind is None or not self.exists(ref):
            return False
        seen: Any = False
        with self.contained(kind), suppress(LinliError):  # a rule may refuse instead of saying no
            seen = kind.may_see(self.actor, ref)
        return seen is True

    def __contains__(self, ref: object) -> bool:
        """Whether a record stands in threads, and the reader may see it there."""
        return isinstance(ref, Ref) and self.is_told(ref) and self.may_see(ref)

    def find(self, ref: Ref) -> RecordKind:
        """The kind of a record that stands in threads and that the reader may see; raises `NotFound`."""
        if ref not in self:
            raise NotFound
        return self.kinds[ref.kind]

    def path(self, ref: Ref) -> str:
        """The address of the reader's page about a record; empty where there is none."""
        kind, path = self.kinds.get(ref.kind), ""
        if kind is not None:
            with self.contained(kind):
                path = kind.path(self.actor, ref)
        return f"/c/{self.community}/{path}" if path else ""

    def named(self, ref: Ref) -> str:
        """A record with its word, as staff and residents say it: 房间 棋牌室; empty where the reader may not know of it."""
        title = self.titles([ref]).get(ref, "")
        return f"{self.kinds[ref.kind].word} {title}" if title else ""

    # ------------------------------------------------------------------- several

    def titles(self, refs: Sequence[Ref], kinds: dict[str, RecordKind] | None = None) -> dict[Ref, str]:
        """The names of records; of kinds that are on, unless others are given."""
        known = self.kinds if kinds is None else kinds
        found: dict[Ref, Label] = {}
        for name in dict.fromkeys(ref.kind for ref in refs):
            some = [ref for ref in refs if ref.kind == name and isinstance(ref.id, int)]
            if name in known and some:
                with self.contained(known[name]):
                    found |= dict(known[name].titles(self.actor, some))
        return {ref: str(title) for ref, title in found.items() if str(title)}
