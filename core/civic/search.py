"""The search box: what core and the plugins find for somebody, each only for those who may see it.

How residents are matched and ordered is in `people.directory`; what pages make of the groups is their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.actor import Actor, community_of
from core.civic import intake
from core.civic.notices import lists as notice_lists
from core.civic.reaching.calls import TAKE
from core.people import account_list, areas, directory, households, view_log
from core.people.accounts import MANAGE
from core.people.directory import VIEW, terms_of
from core.people.disclosure import STATUS_LABELS, masked_view
from core.people.names import found_in
from core.people.person import LIVING_HERE
from core.plugin.declarations import Hit, SearchSource
from core.plugin.registry import Registry
from core.text import Label, _

SEARCH = "core.search"
MOST_HITS = 10
_CORE: list[SearchSource] = []


@dataclass(frozen=True)
class Group:
    """What one source found: at most `MOST_HITS`; `more` says that there are others."""

    label: str
    hits: tuple[Hit, ...]
    more: bool


def offer(source: SearchSource) -> None:
    """Add a source of core's own, at import of the module whose records it finds."""
    _CORE.append(source)


def find(registry: Registry, actor: Actor, query: str, place: str = "desk") -> list[Group]:
    """What was found for `query` in the actor's community, source by source, without those that found nothing.

    On the `desk` it needs `core.search`, and each source its own permission; on the residents' `portal` only the sources
    declared for it are asked, those of plugins once they are published. A plugin's fault is recorded and leaves its
    group out. Raises `Forbidden`.
    """
    if place == "desk":
        actor.require(SEARCH)
    terms = terms_of(query)
    if not terms:
        return []
    groups = []
    for owner, source in _sources(registry, actor, place):
        if owner is None:
            groups.append(_group(source, actor, terms))
        else:
            with registry.contained(owner, actor.community, f"search {source.name}"):
                groups.append(_group(source, actor, terms))
    return [group for group in groups if group.hits]


def searchable(registry: Registry, actor: Actor, place: str = "desk") -> list[Label]:
    """The names of what this actor can search, for the page that found nothing."""
    return [source.label for _owner, source in _sources(registry, actor, place)]


def _sources(registry: Registry, actor: Actor, place: str) -> list[tuple[str | None, SearchSource]]:
    """What this actor may search, with the plugin it belongs to (None: core)."""
    states = registry.states(community_of(actor))
    found: list[tuple[str | None, SearchSource]] = [(None, source) for source in _CORE]
    for name, source in registry.declared("search"):
        state = states.get(name)
        if state is not None and state.enabled and (place == "desk" or state.published or actor.is_staff):
            found.append((name, source))
    return [
        (owner, source)
        for owner, source in found
        if source.place == place and (not source.permission or actor.can(source.permission))
    ]


def _group(source: SearchSource, actor: Actor, terms: Sequence[str]) -> Group:
    hits = [_checked(hit) for hit in source.find(actor, terms, MOST_HITS + 1)]
    return Group(str(source.label), tuple(hits[:MOST_HITS]), len(hits) > MOST_HITS)


def _checked(hit: Hit) -> Hit:
    """Put into words here, so that what cannot be shown is left out together with its source."""
    if not isinstance(hit, Hit) or not hit.href.startswith("/c/"):
        raise TypeError(f"a search gives Hits with an address under /c/, not {hit!r}")
    return replace(hit, title=str(hit.title), detail=str(hit.detail))


# --------------------------------------------------------------------------- core's own


def _residents(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    hits, found = [], directory.find_people(masked_view(actor), terms, limit)
    view_log.seen(actor, view_log.SEARCH, [row.public_id for row in found])
    for row in found:
        known = [*row.homes] if row.status == LIVING_HERE else [*row.homes, str(STATUS_LABELS[row.status])]
        # The number last: it tells people of one name apart.
        detail = " · ".join(["、".join(known), row.phone] if row.phone else ["、".join(known)])
        hits.append(Hit(row.name, detail.strip(" ·"), f"/c/{actor.community}/people/{row.public_id}", "user-round"))
    return hits


def _doors(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    if not any(character.isdigit() for term in terms for character in term):
        return []  # a name alone finds the estate, not each of its doors
    return [
        Hit(f"{row.estate} {row.door}", "", f"/c/{actor.community}/areas/homes/{row.id}", "door-open")
        for row in households.find_doors(actor, terms, limit)
    ]


def _estates(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    found = [(key, name) for key, name in areas.estate_names(str(actor.community)) if found_in(terms, name)]
    return [Hit(name, "", f"/c/{actor.community}/areas/{key}", "building-2") for key, name in found[:limit]]


def _calls(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    return [
        Hit(
            call.caller, f"{call.matter[:80]} · {call.requested_on}", f"/c/{actor.community}/calls/{call.id}", "phone",
            call.ref,
        )
        for call in intake.find_intakes(actor, terms, limit)
    ]  # fmt: skip


def _staff(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    found = [row for row in account_list.staff_rows(actor) if row.kind == "staff"]
    hits = [
        Hit(row.label, row.username, f"/c/{actor.community}/admin/accounts/{row.id}", "key-round")
        for row in found
        if found_in(terms, row.label, row.username)
    ]
    return hits[:limit]


offer(SearchSource("core.residents", _("Residents"), VIEW, _residents))
offer(SearchSource("core.estates", _("Estates"), VIEW, _estates))
offer(SearchSource("core.doors", _("Doors"), VIEW, _doors))
offer(SearchSource("core.notices", _("Notices"), "", notice_lists.hits))
offer(SearchSource("core.public_notices", _("Notices"), "", notice_lists.hits, place="portal"))
offer(SearchSource("core.calls", _("Calls received"), TAKE, _calls))
offer(SearchSource("core.staff", _("Staff"), MANAGE, _staff))
