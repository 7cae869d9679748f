"""Which periods of income are to be published by when, and which are late (超期未公示), by the city's pack or the community's own choice.

A period counts as published when the office published the state of the books with all its months locked: then every line of the bank
is explained and nothing in it changes any more. What had ended before the first entry was written is not asked for: opening balances
and what is entered later bear days of before. Publishing itself is the ledger's business (`ledger.heads`), spending has both its
publications of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core import Actor, Community, Setting, Todo, get_setting, local_day, today
from plugins.revenue.ledger import heads
from plugins.revenue.ledger.models import Entry
from plugins.revenue.shares.packs import CYCLE_WORDS, Pack, Span, pack, packs, periods_between
from plugins.revenue.texts import _

CITY, CYCLE, WITHIN = "revenue.city_pack", "revenue.publication_cycle", "revenue.publication_days"
CLOSE = "revenue.close"
SETTINGS = (
    Setting(
        CITY, _("Rules of the city for shared revenue"), str, "",
        choices=(("", _("No rules of a city")), *((each.code, each.name) for each in packs())),
        hint=_("Sets how often the income is published. The text in force at your place comes first."),
    ),
    Setting(
        CYCLE, _("How often the income is published"), str, "quarter", choices=tuple(CYCLE_WORDS.items()),
        hint=_("Counts only where the city's rules do not say it."),
    ),
    Setting(
        WITHIN, _("Days after the end of a period until its income is published"), int, 30, minimum=1, maximum=180,
        hint=_("After that day it is late, and the to-do list says so."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Publication:
    """A period whose income nobody has published yet: `due` is the last day for it."""

    span: Span
    due: date

    @property
    def is_late(self) -> bool:
        """Whether that day is over."""
        return today() > self.due


def city(community: str) -> Pack | None:
    """The pack the community has chosen; None for none, and for one that is no longer delivered."""
    code = str(get_setting(CITY, community))
    return pack(code) if any(each.code == code for each in packs()) else None


def cycle(community: str) -> str:
    """How often the income is published: what the city says, else the community's choice."""
    chosen = city(community)
    return (chosen.cycle if chosen else None) or str(get_setting(CYCLE, community))


def unpublished(community: str) -> list[Publication]:
    """The periods since the books began here that have ended and are not published, the oldest first."""
    begun = Entry.of(community, Entry.at).order_by(Entry.seq).limit(1).scalar()
    if begun is None:
        return []
    published = heads.published_until(community)
    within = timedelta(days=int(get_setting(WITHIN, community)))
    ended = periods_between(cycle(community), local_day(begun), today() - timedelta(days=1))
    return [Publication(span, span.last + within) for span in ended if span.months[1] > published]


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """One entry for all periods that wait, because one publication of the books settles them all."""
    if not actor.can(CLOSE):
        return
    waiting = unpublished(community.code)
    if not waiting:
        return
    first, last = waiting[0], waiting[-1]
    told = {"first": first.span.months[0], "last": last.span.months[1]}
    title = _("Not published in time: income %(first)s to %(last)s", **told)
    if not first.is_late:
        title = _("Publish the income %(first)s to %(last)s", **told)
    yield Todo(
        title, f"/c/{community.code}/revenue/desk/locks", due=first.due.isoformat(), icon="megaphone", permission=CLOSE,
        detail=_("Lock the months first, then publish the state of the books."),
    )  # fmt: skip
