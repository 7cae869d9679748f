"""Who works in a community today, as actors without a session: to ask whose work something is, never to act as somebody.

Who is asking is found out by `permissions`; which roles people hold is kept by `roles`.
"""

from __future__ import annotations

from dataclasses import replace

from core.actor import Actor
from core.clock import today
from core.people import permissions
from core.people.permissions import ROLES
from core.store.db import rows
from core.text import LazyText

_WORKING = (
    "SELECT a.id, a.label, a.person_id, a.community, g.role, g.grid_id FROM role_grant g JOIN account a ON a.id = g.account_id"
    " WHERE g.community = ? AND g.ended_at IS NULL AND g.from_day <= ? AND (g.until_day IS NULL OR g.until_day >= ?)"
    " AND a.status <> 'closed' ORDER BY a.label, a.id, g.id"
)


def colleagues(community: str) -> list[Actor]:
    """Everybody with a role in force today, by name, with what they may do and whose residents they may see.

    Frozen accounts are among them: the work of somebody on leave does not go away.
    """
    day, overrides = today().isoformat(), permissions.overrides_of(community)
    granted: dict[int, list[tuple[str, int | None]]] = {}
    people: dict[int, tuple[str, int | None]] = {}
    for account, label, person, home, role, grid in rows(_WORKING, community, day, day):
        granted.setdefault(account, []).append((role, grid))
        people[account] = (label, person if home == community else None)
    found = []
    for account, held in granted.items():
        roles = frozenset(role for role, _grid in held)
        by_grid = any(grid for _role, grid in held)
        found.append(
            Actor(
                kind="staff",
                account=account,
                person=people[account][1],
                community=community,
                label=people[account][0],
                roles=roles,
                permissions=permissions.current().held(roles, overrides),
                reach=permissions.reach_of(community, held, overrides) if by_grid else None,
            )
        )
    return found


def colleague(community: str, account_id: int) -> Actor | None:
    """One of them, None for somebody without a role in force."""
    return next((each for each in colleagues(community) if each.account == account_id), None)


def is_active(account_id: int) -> bool:
    """Whether this account can sign in: it is neither frozen nor closed."""
    return bool(rows("SELECT 1 FROM account WHERE id = ? AND status = 'active'", account_id))


def as_seen_by(viewer: Actor, other: Actor) -> Actor:
    """The other one as far as the viewer may follow: what both may do, the residents both may see.

    With this a deputy or a director reads what waits for somebody; it never gives them more than they have. What the other
    one may see only for having entered it stays unseen by a viewer who does not reach the whole community.
    """
    shared = other.permissions if viewer.kind in ("system", "command") else other.permissions & viewer.permissions
    if viewer.reach is None or other.reach is None:
        reach = other.reach if viewer.reach is None else viewer.reach
    else:
        reach = viewer.reach & other.reach
    looks = other.viewer if viewer.reach is None else viewer.account
    return replace(other, permissions=shared, reach=reach, origin=viewer.origin, viewer=looks)


def roles_with(community: str, permission: str) -> list[LazyText]:
    """The names of the roles that hold a permission in a community, in the order of `ROLES`."""
    overrides = permissions.overrides_of(community)
    held = permissions.current().held
    return [role.label for role in ROLES.values() if permission in held(frozenset({role.name}), overrides)]
