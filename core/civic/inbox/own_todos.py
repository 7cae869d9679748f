"""The to-dos of core itself: calls to make, and roles whose term runs out. Every other module tells its own (`todos`)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.civic.inbox import todos
from core.civic.reaching.calls import WORK, CallTask, callers, seen_by
from core.clock import day_text, today
from core.people import roles
from core.people.permissions import MANAGE_ROLES, ROLES
from core.people.person import DECEASED, Person
from core.plugin.declarations import Todo
from core.text import _, ngettext

# How long before its last day the office should think about a role.
NOTICE_DAYS = 30
_MOST_CALLS = 100


def calls_to_make(actor: Actor) -> Iterator[Todo]:
    """Each call that was given to the actor by name; those that are everybody's together, due with the oldest."""
    if not actor.can(WORK):
        return
    community = community_of(actor)
    mine = _due_calls(actor).where(CallTask.assigned_to.is_null(False), CallTask.assigned_to == actor.account)
    for call in list(mine.order_by(CallTask.due_day, CallTask.id).limit(_MOST_CALLS)):
        yield Todo(
            _("Call %(name)s", name=call.name), f"/c/{community}/calls/today/{call.id}", due=call.due_day.isoformat(),
            detail=call.why, icon="phone-outgoing", permission=WORK, account=actor.account,
        )  # fmt: skip
    known = callers(community)
    shared = _due_calls(actor).where(CallTask.assigned_to.is_null() | CallTask.assigned_to.not_in(known))
    [(number, first)] = list(shared.select(peewee.fn.COUNT(CallTask.id), peewee.fn.MIN(CallTask.due_day)).tuples())
    if number:
        yield Todo(
            ngettext("%(num)d call to make", "%(num)d calls to make", number), f"/c/{community}/calls/today",
            due=str(first), icon="phone-outgoing", permission=WORK,
        )  # fmt: skip


def _due_calls(actor: Actor) -> Any:
    """The open calls whose day has come, without those to the deceased."""
    deceased = Person.of(community_of(actor), Person.id).where(Person.status == DECEASED)
    return CallTask.select().where(
        CallTask.community == actor.community,
        CallTask.state == "open",
        CallTask.next_day <= today(),
        CallTask.person_id.is_null() | CallTask.person_id.not_in(deceased),
        seen_by(actor, CallTask),
    )


def roles_that_end(actor: Actor) -> Iterator[Todo]:
    """Roles whose last day is near, for whoever gives roles: to be prolonged, or handed over."""
    if not actor.can(MANAGE_ROLES):
        return
    community, last = community_of(actor), today() + datetime.timedelta(days=NOTICE_DAYS)
    for held in roles.grants_of(community):
        if held.until_day is not None and held.until_day <= last and held.is_current:
            yield Todo(
                _("The role “%(role)s” of %(name)s ends", role=ROLES[held.role].label, name=held.label),
                f"/c/{community}/admin/accounts/{held.account}",
                due=held.until_day.isoformat(),
                detail=_(
                    "Last day: %(day)s. Give it anew, or hand the work over in time.", day=day_text(held.until_day)
                ),
                icon="calendar-clock",
                permission=MANAGE_ROLES,
            )


def install() -> None:
    """Make these sources known."""
    todos.add_source("calls", calls_to_make)
    todos.add_source("roles", roles_that_end)
