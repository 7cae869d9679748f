"""What waits for whom: to-dos, derived from records each time they are asked for and stored nowhere.

They come from the sources of core (`add_source`), from workflows that declare `todos`, and from the hook `todo_items`.
Their owners decide what is to be done; here it is put in order, by person and by role.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.actor import Actor, community_of, in_place_of
from core.civic.inbox import deputies
from core.civic.workflow import engine as workflow
from core.civic.workflow.shape import transitions_from
from core.clock import today
from core.people import permissions, staff
from core.plugin import registry as kernel
from core.plugin.declarations import Todo, Workflow
from core.store.community import find_community
from core.text import Label, LazyText, _, is_storable

CORE = "core"
EVERYBODY = "core.inbox.all"
# Of one workflow; an office with more has another problem than the length of this list.
MOST_RECORDS = 200
_LONGEST = 300
_REMEMBERED_SECONDS = 60.0
_MOST_REMEMBERED = 500

Source = Callable[[Actor], Iterable[Todo]]
_sources: dict[str, Source] = {}


def add_source(name: str, find: Source) -> None:
    """Let a module of core tell what waits: `find(actor)` gives the `Todo`s of that actor. Plugins have `todo_items`."""
    _sources[name] = find


@dataclass(frozen=True)
class Waiting:
    """A to-do ready to be shown. `owner` is `core` or a plugin's name.

    `account` is the only account that can do it, None where everybody with `permission` can. `instead_of` names the
    colleague who is away and whose work it is, for the deputy.
    """

    title: str
    href: str
    due: datetime.date | None
    detail: str
    icon: str
    owner: str
    permission: str = ""
    account: int | None = None
    people: tuple[str, ...] = ()
    instead_of: str = ""

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.due is not None and self.due < today()

    @property
    def same(self) -> tuple[Any, ...]:
        """What makes the to-dos of several people one."""
        return (self.owner, self.href, self.title, self.due, self.detail)

    @property
    def order(self) -> tuple[Any, ...]:
        """By due day, the longest overdue first; without a day last."""
        return (self.due or datetime.date.max, self.owner, self.title)


@dataclass(frozen=True)
class Count:
    """How many to-dos wait for somebody, and how many of them are late."""

    all: int
    late: int


# --------------------------------------------------------------------------- asking


def waiting(actor: Actor) -> list[Waiting]:
    """What waits for the actor, late things first, then by due day.

    What waits for a colleague who is away waits for the deputy as well, as far as both may do it. A source that fails is
    recorded as its owner's and left out; a plugin that is not enabled has no to-dos.
    """
    return sorted(_found_for(actor), key=lambda each: each.order)


def waiting_for_everybody(actor: Actor) -> list[Waiting]:
    """What waits for anybody who works here, as far as the actor may see it, each with the people who can do it.

    A deputy is named beside the colleague who is away. Needs `core.inbox.all`.
    """
    actor.require(EVERYBODY)
    community = community_of(actor)
    merged: dict[tuple[Any, ...], Waiting] = {}
    for colleague in staff.colleagues(community):
        for each in _found(staff.as_seen_by(actor, colleague)):
            known = merged.get(each.same, each)
            merged[each.same] = replace(known, people=(*known.people, colleague.label))
    for deputy, away in deputies.pairs(community):
        for each in _found(staff.as_seen_by(actor, staff.as_seen_by(deputy, away))):
            known = merged.get(each.same, each)
            if deputy.label not in known.people:
                people = (*known.people, in_place_of(deputy.label, away.label))
                merged[each.same] = replace(known, people=people, instead_of=away.label)
    return sorted(merged.values(), key=lambda each: each.order)


def unseen_by(actor: Actor, away: Actor, deputy: Actor) -> list[Waiting]:
    """What waits for a colleague, as far as the actor may see it, and would be seen by nobody but those who see everybody's
    while the deputy stands in: work of that one alone which the deputy may not do, or which only that role may."""
    others = [each for each in staff.colleagues(community_of(actor)) if each.account != away.account]
    covered = {(each.owner, each.href) for other in others for each in _found(other)}
    covered |= {(each.owner, each.href) for each in _found(staff.as_seen_by(deputy, away))}
    found = _found(away if actor.account == away.account else staff.as_seen_by(actor, away))
    return sorted((each for each in found if (each.owner, each.href) not in covered), key=lambda each: each.order)


def only_for(community: str, account_id: int) -> list[Waiting]:
    """What waits for one colleague and nobody else: tied to the account, or to a permission that no other account holds.

    Tells everything, whoever asks: for the hand-over of whoever leaves, which is the business of those who give roles.
    """
    colleague = staff.colleague(community, account_id)
    if colleague is None:
        return []

    def alone(permission: str) -> bool:
        return bool(permission) and set(permissions.holders(community, permission)) <= {account_id}

    found = [each for each in _found(colleague) if each.account == account_id or alone(each.permission)]
    return sorted(found, key=lambda each: each.order)


def roles_of(actor: Actor, found: Iterable[Waiting]) -> dict[str, str]:
    """For each permission of these to-dos the names of the roles that hold it here, joined."""
    names = {each.permission for each in found if each.permission}
    return {name: "、".join(str(label) for label in staff.roles_with(community_of(actor), name)) for name in names}


def _found_for(actor: Actor) -> list[Waiting]:
    """One's own, and what is seen only by standing in for somebody."""
    found = _found(actor)
    known = {(each.owner, each.href) for each in found}
    community = community_of(actor)
    for absence in deputies.stood_in_for(community, actor.account):
        colleague = staff.colleague(community, absence.account)
        for each in _found(staff.as_seen_by(actor, colleague)) if colleague is not None else ():
            if (each.owner, each.href) not in known:
                known.add((each.owner, each.href))
                found.append(replace(each, instead_of=absence.label))
    return found


def _found(actor: Actor) -> list[Waiting]:
    """All that the sources tell, in no order. The to-dos of a source come together or, when it fails, not at all."""
    registry, code = kernel.active(), community_of(actor)
    found: list[Waiting] = []
    for name, find in _sources.items():
        with registry.contained(CORE, code, f"to-dos {name}"):
            found += _checked(CORE, find(actor))
    for each in workflow.installed():
        owner = each.name.partition(".")[0]
        if each.todos is not None and (owner == CORE or registry.is_enabled(code, owner)):
            with registry.contained(owner, code, f"to-dos {each.name}"):
                found += _checked(owner, _of_workflow(actor, each))
    community = find_community(code)
    for plugin, todos in registry.call("todo_items", code, community=community, actor=actor):
        with registry.contained(plugin, code, "todo_items"):
            found += _checked(plugin, todos)
    return found


def _of_workflow(actor: Actor, declared: Workflow) -> Iterator[Todo]:
    """The records in a state from which the actor may take a step that no guard forbids."""
    rule: Any = declared.todos
    states = [
        state.name
        for state in declared.states
        if not state.final
        and any(not step.permission or actor.can(step.permission) for step in transitions_from(declared, state.name))
    ]
    if not states:
        return
    query = declared.model.of(community_of(actor)).where(declared.model.state.in_(states))  # type: ignore[attr-defined]
    if rule.seen is not None:
        query = query.where(rule.seen(actor))
    key = declared.model._meta.primary_key
    for record in list(query.order_by(key).limit(MOST_RECORDS)):
        if any(action.possible for action in workflow.actions(actor, record)):
            told = rule.tell(record)
            due = getattr(record, "due_day", None)
            yield replace(told, due=told.due or (due.isoformat() if due else ""))


def _checked(owner: str, found: Iterable[Any]) -> list[Waiting]:
    """The to-dos of one owner, all of them or none: what is wrong with one is raised."""
    return [_ready(owner, todo) for todo in found]


def _ready(owner: str, todo: Any) -> Waiting:
    if not isinstance(todo, Todo) or not isinstance(todo.due, str):
        raise TypeError(f"a to-do is a Todo whose due day is a text, not {todo!r}")
    if not todo.href.startswith("/") or todo.href.startswith("//"):
        raise ValueError(f"the address of a to-do is a path of this site, not {todo.href[:80]!r}")
    due = datetime.date.fromisoformat(todo.due) if todo.due else None
    return Waiting(
        _short(todo.title), todo.href, due, _short(todo.detail), todo.icon, owner, todo.permission, todo.account
    )


def _short(text: Label) -> str:
    """A text for one line of a list; what cannot be shown at all is an error of its owner."""
    whole = str(text)
    if not is_storable(whole):
        raise ValueError("a to-do has characters that cannot be shown")
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"


# --------------------------------------------------------------------------- the number in the navigation

_remembered: dict[str, tuple[float, str, Count]] = {}


def count(actor: Actor) -> Count:
    """How much waits for whoever is signed in, for the navigation of every page: a minute old at most.

    Asking all sources takes as long as a whole page, so the answer is kept for the session until `forget_counts`.
    """
    moment, key = time.monotonic(), actor.session or ""
    known = _remembered.get(key)
    if known is not None and known[0] > moment and known[1] == actor.community:
        return known[2]
    found = _found_for(actor)
    counted = Count(len(found), sum(each.is_late for each in found))
    if key:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = (moment + _REMEMBERED_SECONDS, str(actor.community), counted)
    return counted


def forget_counts(community: str) -> None:
    """Something was changed in a community: the numbers in its navigations are made anew."""
    for key, (_until, where, _counted) in list(_remembered.items()):
        if where == community:
            _remembered.pop(key, None)


# --------------------------------------------------------------------------- narrowing


def late(found: Iterable[Waiting]) -> list[Waiting]:
    """Those whose day has passed."""
    return [each for each in found if each.is_late]


def this_week(found: Iterable[Waiting]) -> list[Waiting]:
    """Those due until Sunday, late ones too."""
    sunday = today() + datetime.timedelta(days=6 - today().weekday())
    return [each for each in found if each.due is not None and each.due <= sunday]


SHOWN: dict[str, tuple[LazyText, Callable[[Iterable[Waiting]], list[Waiting]]]] = {
    "": (_("All"), list),
    "late": (_("Late"), late),
    "week": (_("This week"), this_week),
}
