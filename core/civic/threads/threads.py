"""Threads 来龙去脉: a matter's whole life across modules, told to one reader.

From a record on, over links and over what follows from the records themselves, to every record the reader may see; what
happened to all of them stands in one order. What a reader may not see is neither told nor walked through: not even that
it exists. Which records there are is in `records`, what core's own tell in `stories`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.actor import Actor
from core.civic.reaching import call_moments
from core.civic.threads.links import LINK, RELATIONS
from core.civic.threads.records import Reader
from core.clock import local_day
from core.plugin.declarations import Moment, RecordKind
from core.store.db import now
from core.store.links import open_links
from core.store.ref import Ref
from core.text import Label

MOST_RECORDS = 60
MOST_STEPS = 6
MOST_MOMENTS = 500
LONGEST_WORDS = 200


@dataclass(frozen=True)
class Edge:
    """Two records in a relation; `link` is the number of the link, None where it follows from the records themselves."""

    src: Ref
    rel: str
    dst: Ref
    link: int | None = None

    def other(self, ref: Ref) -> Ref:
        """The record at the other end."""
        return self.dst if ref == self.src else self.src


@dataclass(frozen=True)
class Tie:
    """What a record is to one that stands before it; `link` is the number of the link that staff may end."""

    words: str
    link: int | None


@dataclass(frozen=True)
class Part:
    """One record of a thread, with the address of the reader's page about it (empty where there is none)."""

    ref: Ref
    word: Label
    icon: str
    title: str
    href: str
    ties: tuple[Tie, ...] = ()

    @property
    def name(self) -> str:
        """With its word: 公示 停车费收支分配方案."""
        return f"{self.word} {self.title}"


@dataclass(frozen=True)
class Told:
    """Something that happened, with the record it happened to."""

    moment: Moment
    part: Part

    @property
    def day(self) -> datetime.date:
        """The local day, for paper, which says the year."""
        return local_day(self.moment.at)


@dataclass(frozen=True)
class Thread:
    """A matter as one reader sees it. The first of the `parts` is the record that was asked for.

    `off` are the modules whose records are left out because they are switched off, for staff; `is_cut` says that there are
    more records or moments than are told.
    """

    parts: tuple[Part, ...]
    told: tuple[Told, ...]
    off: tuple[Label, ...] = ()
    is_cut: bool = False

    @property
    def first(self) -> Part:
        """The record that was asked for."""
        return self.parts[0]


@dataclass
class _Walk:
    """What was found so far: records in the order they were found, and what ties each to those before it."""

    reader: Reader
    found: dict[Ref, list[Edge]] = field(default_factory=dict)
    hidden: set[Ref] = field(default_factory=set)
    is_cut: bool = False


def thread_of(actor: Actor, ref: Ref) -> Thread:
    """The thread of a record as the actor may read it; raises `NotFound` unless the actor may see the record."""
    reader = Reader(actor)
    reader.find(ref)
    walk, fresh = _walk(reader, ref, MOST_STEPS)
    _next(walk, fresh, 0)
    parts = parts_of(reader, list(walk.found), walk.found)
    moments = _moments(reader, parts)
    told = tuple(moments[-MOST_MOMENTS:])
    return Thread(tuple(parts), told, _switched_off(walk), walk.is_cut or len(moments) > MOST_MOMENTS)


def near(reader: Reader, ref: Ref, steps: int) -> list[Ref]:
    """A record and those that so many steps lead to from it, as far as the reader may see them."""
    return list(_walk(reader, ref, steps)[0].found)


def _walk(reader: Reader, ref: Ref, steps: int) -> tuple[_Walk, list[Ref]]:
    """Everything within so many steps, and what was found with the last one."""
    walk, fresh = _Walk(reader, {ref: []}), [ref]
    for _step in range(steps):
        fresh = _next(walk, fresh, MOST_RECORDS)
    return walk, fresh


def _next(walk: _Walk, refs: Sequence[Ref], most: int) -> list[Ref]:
    """The records that are new one step further, to `most` in all; what joins known ones is kept with the later of them."""
    fresh: list[Ref] = []
    for edge in edges_of(walk.reader, refs):
        near, far = (edge.src, edge.dst) if edge.src in walk.found else (edge.dst, edge.src)
        if near not in walk.found or far in walk.hidden:
            continue
        if far in walk.found:
            _remember(walk, edge)
        elif walk.is_cut and len(walk.found) >= most and walk.reader.is_on(far.owner):
            continue  # it is told that there are more: who may see each of a thousand is not asked
        elif far not in walk.reader:
            walk.hidden.add(far)
        elif len(walk.found) >= most:
            walk.is_cut = True
        else:
            walk.found[far] = [edge]
            fresh.append(far)
    return fresh


def _remember(walk: _Walk, edge: Edge) -> None:
    order = list(walk.found)
    later = max((edge.src, edge.dst), key=order.index)
    if edge not in walk.found[later]:
        walk.found[later].append(edge)


def edges_of(reader: Reader, refs: Sequence[Ref]) -> list[Edge]:
    """Every relation in which one of the records is an end: links first, then what the kinds of records tell."""
    if not refs:
        return []
    found: list[Edge] = [Edge(*_ends(each.ends, each.rel), each.id) for each in open_links(reader.community, refs)]
    for kind in reader.kinds.values():
        if kind.related is not None:
            with reader.contained(kind):
                told = [Edge(src, rel, dst) for src, rel, dst in kind.related(reader.community, refs)]
                found += [edge for edge in told if edge.rel in RELATIONS and edge.src != edge.dst]
    return list(dict.fromkeys(found))


def _ends(ends: tuple[Ref, Ref], rel: str) -> tuple[Ref, str, Ref]:
    return ends[0], rel, ends[1]


# --------------------------------------------------------------------------- what is told


def parts_of(reader: Reader, refs: Sequence[Ref], edges: Mapping[Ref, list[Edge]] | None = None) -> list[Part]:
    """Records that the reader may see, as pages list them, with what ties them to one another."""
    titles = reader.titles(refs)
    names = {ref: titles.get(ref) or str(ref.id) for ref in refs}
    may_end = reader.actor.can(LINK)
    parts = []
    for ref in refs:
        kind = reader.kinds[ref.kind]
        ties = tuple(
            Tie(_tie(edge, ref, names[edge.other(ref)]), edge.link if may_end else None)
            for edge in (edges or {}).get(ref, ())
            if edge.other(ref) in names
        )
        parts.append(Part(ref, kind.word, kind.icon, names[ref], reader.path(ref), ties))
    return parts


def _tie(edge: Edge, ref: Ref, other: str) -> str:
    """What the record is to the other one, in words."""
    relation = RELATIONS[edge.rel] if edge.rel in RELATIONS else RELATIONS["related"]
    words = relation.out if ref == edge.src else relation.back
    return str(words) % {"other": other}


def _moments(reader: Reader, parts: Iterable[Part]) -> list[Told]:
    """What happened to the records until now, in order of time; of one moment by record, from whichever end a matter is read."""
    moment, found = now(), []
    for part in parts:
        kind = reader.kinds[part.ref.kind]
        told = [*_story(reader, kind, part.ref), *_put(call_moments.about(reader.actor, part.ref))]
        found += [Told(each, part) for each in told if each.at <= moment]
    return sorted(found, key=lambda each: (each.moment.at, str(each.part.ref)))


def last_moment(reader: Reader, ref: Ref) -> int:
    """When something last happened to a record (ms UTC), as far as the reader knows; 0 for one that is not there."""
    kind = reader.kinds.get(ref.kind)
    told = _story(reader, kind, ref) if kind is not None and ref in reader else []
    return max((each.at for each in told), default=0)


def _story(reader: Reader, kind: RecordKind, ref: Ref) -> list[Moment]:
    """What a kind tells of a record, put into words here, so that what cannot be shown is left out with its module."""
    told: list[Moment] = []
    if kind.story is not None:
        with reader.contained(kind):
            told = _put(kind.story(reader.actor, ref))
    return told


def _put(moments: Iterable[Moment]) -> list[Moment]:
    return [
        Moment(int(each.at), str(each.text), _beginning(str(each.detail)), str(each.who), each.tone) for each in moments
    ]


def _beginning(words: str) -> str:
    """As much of what was said as a thread tells; the whole stands with its record."""
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}……"


def _switched_off(walk: _Walk) -> tuple[Label, ...]:
    """The modules that are off and to whose records something leads: for staff only, who can switch them on again."""
    reader = walk.reader
    if not reader.actor.is_staff:
        return ()
    owners = {ref.owner for ref in walk.hidden if not reader.is_on(ref.owner)}
    plugins = reader.registry.plugins
    return tuple(plugins[name].meta.title for name in sorted(owners) if name in plugins)
