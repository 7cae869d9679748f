"""Notices as pages list them: up now, ended by year, on the board, for the desk, as search hits.

What may happen to a notice is in `publishing`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.civic.notices.categories import CATEGORIES, WRITE
from core.civic.notices.publishing import phase
from core.civic.notices.records import Notice
from core.civic.notices.text import excerpt
from core.civic.notices.wording import number_text, read_number
from core.clock import today
from core.errors import Invalid
from core.plugin.declarations import Hit
from core.store.db import rows
from core.store.ref import Ref
from core.text import LazyText, _

# What the desk's list is divided into.
SHOWN: Mapping[str, LazyText] = {
    "drafts": _("Drafts"),
    "up": _("Up now"),
    "waiting": _("Up later"),
    "ended": _("Ended"),
    "withdrawn": _("Withdrawn"),
}
# Where a notice is: tint, word and icon.
PHASES: Mapping[str, tuple[str, LazyText, str]] = {
    "draft": ("info", _("Draft"), "pencil"),
    "discarded": ("off", _("Put away"), "trash-2"),
    "waiting": ("info", _("Up later"), "calendar-clock"),
    "up": ("ok", _("Up now"), "megaphone"),
    "ended": ("off", _("Ended"), "archive"),
    "withdrawn": ("bad", _("Withdrawn"), "ban"),
}


@dataclass(frozen=True)
class Line:
    """A notice in a list. `key` continues the list after it."""

    id: int
    community: str
    category: str
    title: str
    state: str
    stage: str
    year: int | None
    serial: int | None
    responsible: str
    submitted_at: int | None
    publish_from: datetime.date | None
    publish_until: datetime.date | None
    objections_until: datetime.date | None

    @property
    def number(self) -> str:
        """公示〔2026〕12号; empty for a draft."""
        return number_text(self.year, self.serial) if self.year else ""

    @property
    def href(self) -> str:
        """The address of its public page."""
        return f"/c/{self.community}/notices/{self.id}"

    @property
    def ref(self) -> Ref:
        """The reference to the notice."""
        return Ref(Notice.kind, self.community, self.id)

    @property
    def desk_href(self) -> str:
        """The address of its page on the desk."""
        return f"/c/{self.community}/notices/desk/{self.id}"

    @property
    def label(self) -> LazyText:
        """The word of its category."""
        return CATEGORIES[self.category].label

    @property
    def phase(self) -> str:
        """Where it is; see `notices.phase`."""
        return phase(self)

    @property
    def status(self) -> tuple[str, LazyText, str]:
        """The same as tint, word and icon."""
        return PHASES[self.phase]

    @property
    def key(self) -> str:
        """What to give as `after` for the rows that follow."""
        return f"{self.publish_from or ''}.{self.id}"

    @property
    def takes_objections_now(self) -> bool:
        """Whether objections can be raised today."""
        return self.phase == "up" and self.objections_until is not None and today() <= self.objections_until


COLUMNS = (
    Notice.id, Notice.community, Notice.category, Notice.title, Notice.state, Notice.stage, Notice.year, Notice.serial,
    Notice.responsible, Notice.submitted_at, Notice.publish_from, Notice.publish_until, Notice.objections_until,
)  # fmt: skip


def lines(query: Any) -> list[Line]:
    """The lines of a query that selects `COLUMNS`."""
    return [Line(*row) for row in query.tuples()]


def _where(shown: str, day: datetime.date) -> Any:
    """The condition of one of `SHOWN`."""
    published = Notice.state == "published"
    return {
        "drafts": Notice.state == "draft",
        "up": published & (Notice.publish_from <= day) & (Notice.publish_until >= day),
        "waiting": published & (Notice.publish_from > day),
        "ended": published & (Notice.publish_until < day),
        "withdrawn": Notice.state == "withdrawn",
    }[shown]


def _matching(query: Any, terms: Sequence[str], *, also_withdrawn_text: bool) -> Any:
    """The notices with every word in title or text, or with that number; a withdrawn one is not found by its text, which
    is not shown."""
    for term in terms:
        number = read_number(term)
        if number is not None:
            query = query.where(Notice.year == number[0], Notice.serial == number[1])
            continue
        text = Notice.body.contains(term)
        if not also_withdrawn_text:
            text &= Notice.state == "published"
        query = query.where(Notice.title.contains(term) | text)
    return query


def words_of(query: str) -> list[str]:
    """What was typed into a search box, as the words that must all occur."""
    return [word for word in query[:100].replace("%", " ").replace("_", " ").replace("\\", " ").split() if word][:5]


def _newest(query: Any, after: str, limit: int) -> list[Line]:
    """A page of a list, by first day, the newest first; raises `Invalid` for an `after` that is none."""
    if after:
        first, _dot, last = after.partition(".")
        try:
            day, key = datetime.date.fromisoformat(first), int(last[:18])
        except ValueError as error:
            raise Invalid(message=_("This list cannot be continued there.")) from error
        query = query.where((Notice.publish_from < day) | ((Notice.publish_from == day) & (Notice.id < key)))
    return lines(query.order_by(Notice.publish_from.desc(), Notice.id.desc()).limit(limit))


# --------------------------------------------------------------------------- for everybody


def up_now(
    community: str, *, category: str = "", terms: Sequence[str] = (), after: str = "", limit: int = 20
) -> list[Line]:
    """What hangs today, the newest first."""
    if not (category or terms or after):
        return _up_now(community, limit)
    query = Notice.of(community, *COLUMNS).where(_where("up", today()))
    if category:
        query = query.where(Notice.category == category)
    return _newest(_matching(query, terms, also_withdrawn_text=False), after, limit)


_UP_NOW = (
    f"SELECT {', '.join(column.name for column in COLUMNS)} FROM notice WHERE community = ? AND state = 'published' "
    "AND publish_from <= ? AND publish_until >= ? ORDER BY publish_from DESC, id DESC LIMIT ?"
)


def _up_now(community: str, limit: int) -> list[Line]:
    """The same without any filter, as the portal's first page and the board ask for it all day."""
    day = today().isoformat()
    return [
        Line(*row[:-3], *(datetime.date.fromisoformat(each) if each else None for each in row[-3:]))
        for row in rows(_UP_NOW, community, day, day, limit)
    ]


def archived(
    community: str,
    *,
    year: int | None = None,
    category: str = "",
    terms: Sequence[str] = (),
    after: str = "",
    limit: int = 20,
) -> list[Line]:
    """What has hung, with those withdrawn since; `year` is that of the number."""
    day = today()
    over = _where("ended", day) | (_where("withdrawn", day) & (Notice.publish_from <= day))
    query = Notice.of(community, *COLUMNS).where(over)
    if category:
        query = query.where(Notice.category == category)
    if year:
        query = query.where(Notice.year == year)
    return _newest(_matching(query, terms, also_withdrawn_text=False), after, limit)


def years(community: str) -> list[int]:
    """The years notices were published in, the latest first."""
    query = Notice.of(community, Notice.year).where(Notice.year.is_null(False)).distinct()
    return sorted((row[0] for row in query.tuples()), reverse=True)


@dataclass(frozen=True)
class Hanging:
    """A notice on the board with the beginning of its text."""

    line: Line
    words: str


def board(community: str, limit: int) -> tuple[list[Hanging], int]:
    """What the board shows, the newest first, and how many more hang."""
    up = up_now(community, limit=limit + 100)
    bodies = dict(
        Notice.of(community, Notice.id, Notice.body).where(Notice.id.in_([each.id for each in up[:limit]])).tuples()
    )
    return [Hanging(each, excerpt(bodies[each.id])) for each in up[:limit]], len(up[limit:])


def notices_about(actor: Actor, subject: Ref) -> list[Line]:
    """The notices about a record that the actor may read, the newest first; drafts only for those who write them."""
    query = Notice.of(community_of(actor), *COLUMNS).where(
        Notice.subject == str(subject), Notice.state.in_(("draft", "published", "withdrawn"))
    )
    if subject.community != actor.community:
        return []
    day = today()
    return [
        each
        for each in lines(query.order_by(Notice.id.desc()))
        if actor.can(WRITE) or (each.publish_from is not None and each.publish_from <= day)
    ]


def hits(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    """What the search boxes find: those that hang first, then those that have hung."""
    community, terms = community_of(actor), words_of(" ".join(terms))
    found = up_now(community, terms=terms, limit=limit) if terms else []
    found += archived(community, terms=terms, limit=limit - len(found)) if terms and len(found) < limit else []
    return [
        Hit(each.title, f"{each.number} · {PHASES[each.phase][1]}", each.href, "megaphone", each.ref) for each in found
    ]


# --------------------------------------------------------------------------- for the desk


def desk_list(
    actor: Actor, shown: str, *, category: str = "", terms: Sequence[str] = (), after: str = "", limit: int = 50
) -> list[Line]:
    """One part (`SHOWN`) of the desk's list; drafts by number, all others by their first day, the newest first."""
    actor.require(WRITE)
    query = Notice.of(community_of(actor), *COLUMNS).where(_where(shown, today()))
    if category:
        query = query.where(Notice.category == category)
    query = _matching(query, terms, also_withdrawn_text=True)
    if shown != "drafts":
        return _newest(query, after, limit)
    if after:
        last = after.rpartition(".")[2]
        if not last.isdecimal() or len(last) > 18:
            raise Invalid(message=_("This list cannot be continued there."))
        query = query.where(Notice.id < int(last))
    return lines(query.order_by(Notice.id.desc()).limit(limit))


def counts(actor: Actor) -> dict[str, int]:
    """How many notices are in each part of the desk's list that asks for work: drafts, up now, up later."""
    actor.require(WRITE)
    query = Notice.of(community_of(actor), peewee.fn.COUNT(Notice.id))
    return {shown: int(query.where(_where(shown, today())).scalar()) for shown in ("drafts", "up", "waiting")}
