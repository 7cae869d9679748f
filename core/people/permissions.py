"""Roles and permissions: what exists, who holds it by default, where a community departs from that, and who is asking.

Who holds which role is kept in `roles`. Plugins add permissions by declaration; none is known here by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.actor import Actor, community_of
from core.clock import today
from core.errors import NotFound, PluginError, Refused
from core.people import sessions
from core.people.account_records import Account, RoleGrant, RolePermission
from core.people.grids import areas_of_grids
from core.people.person import DECEASED, LIVING_HERE, Person
from core.people.secrets import token_digest
from core.plugin.declarations import Permission
from core.store import audit
from core.store.db import database, engine_name, now, transactional
from core.store.ref import Ref
from core.text import LazyText, _


@dataclass(frozen=True)
class Role:
    """A role of the community's work. `grantable`: by hand (residents have theirs by living here, screens by token).

    `by_pin`: may be held by an account that signs in with a six-digit PIN; the others need a password.
    `by_grid`: is given for a grid, and shows the residents of that grid only.
    """

    name: str
    label: LazyText
    grantable: bool = True
    by_pin: bool = False
    by_grid: bool = False


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role("secretary", _("Party secretary")),
        Role("director", _("Director")),
        Role("staff", _("Staff")),
        Role("bookkeeper", _("Bookkeeper")),
        Role("cashier", _("Cashier")),
        Role("grid_officer", _("Grid officer"), by_grid=True),
        Role("supervisor", _("Supervision committee")),
        Role("mediator", _("Mediator")),
        Role("steward", _("Building steward"), by_pin=True),
        Role("liaison", _("Street liaison")),
        Role("operator", _("Operator on the community's space"), by_pin=True),
        Role("resident", _("Resident"), grantable=False, by_pin=True),
        Role("screen", _("Hall screen"), grantable=False),
    )
}

_LEADS = ("secretary", "director")
_OFFICE = (*_LEADS, "staff")
_MONEY = ("bookkeeper", "cashier")

CORE_PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "core.desk", _("Work at the desk"), (*_OFFICE, *_MONEY, "grid_officer", "supervisor", "mediator", "liaison")
    ),
    Permission("core.inbox.all", _("See what waits for everybody"), _LEADS),
    Permission("core.deputies.manage", _("Say who stands in for a colleague who is away"), _LEADS),
    Permission("core.search", _("Use the search box"), (*_OFFICE, "grid_officer")),
    Permission("core.people.view", _("See residents and homes"), (*_OFFICE, "grid_officer")),
    Permission("core.people.phone", _("See whole phone numbers"), (*_OFFICE, "grid_officer")),
    Permission("core.people.children", _("Open the records of children under 14"), _OFFICE),
    Permission("core.people.edit", _("Change residents and homes"), _OFFICE),
    Permission("core.roster.import", _("Import a roster"), _OFFICE),
    Permission("core.accounts.manage", _("Open, reset and close accounts"), _OFFICE),
    Permission("core.slips.print", _("Print account slips"), _OFFICE),
    Permission("core.calls.take", _("Take calls"), (*_OFFICE, *_MONEY, "grid_officer", "mediator")),
    Permission("core.calls.work", _("Work through the call list"), (*_OFFICE, "grid_officer")),
    Permission("core.notices.write", _("Write notices"), _OFFICE),
    Permission("core.notices.publish", _("Publish and withdraw notices"), _LEADS),
    Permission("core.objections.enter", _("See objections and enter them for others"), _OFFICE),
    Permission("core.objections.answer", _("Answer objections"), _LEADS),
    Permission("core.threads.link", _("Link records with one another"), _OFFICE),
    Permission("core.messages.send", _("Tell residents something"), (*_OFFICE, "grid_officer")),
    Permission("core.export", _("Export lists to Excel"), (*_OFFICE, "bookkeeper", "mediator")),
    Permission("core.import", _("Bring lists in from tables"), _OFFICE),
    Permission("core.audit.view", _("See the audit log"), (*_LEADS, "supervisor")),
    Permission("core.privacy.manage", _("Look after personal data: its register and what people ask for"), _LEADS),
    Permission("core.roles.manage", _("Give roles and decide what they may do"), _LEADS),
    Permission("core.plugins.switch", _("Switch modules on and off"), _LEADS),
    Permission("core.settings.edit", _("Change settings"), _LEADS),
    Permission("core.calendar.edit", _("Load the official holiday list"), _LEADS),
    Permission("core.jobs.run", _("See what runs by itself, and run it now"), _LEADS),
    Permission("core.workflows.override", _("Change deadlines and names of work steps"), _LEADS),
    Permission("core.community.edit", _("Change the community's name, address and hours"), _LEADS),
    Permission("core.site.admin", _("Look after the installation")),
    Permission("core.site.communities", _("Add communities")),
    Permission("core.site.users", _("Add owners of the installation")),
)

MANAGE_ROLES = "core.roles.manage"
PRIVACY = "core.privacy.manage"
_VIEW = "core.people.view"
# What can be done grid by grid: the services behind these heed the actor's reach.
_BY_GRID = frozenset(
    {
        "core.desk",
        "core.search",
        _VIEW,
        "core.people.phone",
        "core.calls.take",
        "core.calls.work",
        "core.export",
        "core.messages.send",
    }
)
# What the owner of the installation holds in every community without a role there: the machine, not the cases.
OWNER_PERMISSIONS = frozenset(
    {
        "core.site.admin",
        "core.site.communities",
        "core.site.users",
        "core.plugins.switch",
        "core.settings.edit",
        "core.community.edit",
        "core.calendar.edit",
        "core.jobs.run",
        "core.accounts.manage",
        MANAGE_ROLES,
    }
)

Overrides = tuple[tuple[str, str, int], ...]


class PermissionTable:
    """Every declared permission with the roles that hold it by default.

    Raises `PluginError` for a permission declared twice or for a role that does not exist.
    """

    def __init__(self, core: Iterable[Permission] = CORE_PERMISSIONS, plugins: Iterable[Permission] = ()) -> None:
        self.permissions: dict[str, Permission] = {}
        defaults: dict[str, set[str]] = {role: set() for role in ROLES}
        for permission in (*core, *plugins):
            if permission.name in self.permissions:
                raise PluginError(_("The permission %(name)s is declared twice.", name=permission.name))
            self.permissions[permission.name] = permission
            for role in permission.roles:
                if role not in ROLES:
                    raise PluginError(_("%(name)s: there is no role “%(role)s”.", name=permission.name, role=role))
                defaults[role].add(permission.name)
        self.defaults = {role: frozenset(names) for role, names in defaults.items()}
        self.held = lru_cache(maxsize=1024)(self._held)

    def _held(self, roles: frozenset[str], overrides: Overrides) -> frozenset[str]:
        """The permissions of somebody with these roles in a community with these rows of `role_permission`."""
        names: set[str] = set()
        for role in roles:
            mine = set(self.defaults.get(role, ()))
            for row_role, permission, allowed in overrides:
                if row_role != role or permission not in self.permissions:
                    continue
                if not allowed:
                    mine.discard(permission)
                elif _why_not(role, permission) is None:
                    mine.add(permission)
            names |= mine
        return frozenset(names)


_table = PermissionTable()


def use(table: PermissionTable) -> None:
    """Make `table` the one this process decides by; called by the app once its plugins are loaded."""
    global _table
    _table = table


def current() -> PermissionTable:
    """The table this process decides by."""
    return _table


# --------------------------------------------------------------------------- who is asking

_SESSION = (
    "SELECT s.last_seen, s.expires_at, s.idle_ms, s.on_idle, s.locked, a.id, a.kind, a.must_change, a.label, a.person_id,"
    " a.community, p.status, g.role, g.grid_id FROM session s JOIN account a ON a.id = s.account_id"
    " LEFT JOIN person p ON p.id = a.person_id"
    " LEFT JOIN role_grant g ON g.account_id = a.id AND g.community = ? AND g.ended_at IS NULL AND g.from_day <= ?"
    " AND (g.until_day IS NULL OR g.until_day >= ?)"
    " WHERE s.digest = ? AND s.revoked_at IS NULL AND a.status = 'active'"
)
_OVERRIDES = "SELECT role, permission, allowed FROM role_permission WHERE community = ?"
_SESSION_PG, _OVERRIDES_PG = _SESSION.replace("?", "%s"), _OVERRIDES.replace("?", "%s")


def actor_for(token: str | None, community: str | None, origin: str) -> Actor:
    """Who is behind a request, with the roles and permissions held today in `community` (None: pages of the site).

    Anonymous without a token, and also when the session is revoked, ended or locked, or the account is not active: ask
    `sessions.find_session` which. Whoever must change the secret first is known but holds nothing. Two statements at
    most, three more for whoever works in a grid; runs on every request and is never cached, so every change is effective
    at the next one.
    """
    if not token:
        return Actor(community=community, origin=origin)
    sql, overrides_sql = (_SESSION_PG, _OVERRIDES_PG) if engine_name() == "postgresql" else (_SESSION, _OVERRIDES)
    day = today().isoformat()
    digest = token_digest(token)
    rows = database.obj.execute_sql(sql, (community, day, day, digest)).fetchall()
    if not rows:
        return Actor(community=community, origin=origin)
    last_seen, expires, idle, on_idle, locked, account, kind, must_change, label, person, home, status = rows[0][:12]
    at = sessions.moment()
    if status == "deceased" or sessions.phase(digest, last_seen, expires, idle, on_idle, locked, at) != "open":
        return Actor(community=community, origin=origin)
    sessions.seen(digest, at)
    belongs = person is not None and home == community
    granted = [(row[12], row[13]) for row in rows if row[12]]
    roles = {role for role, _grid in granted}
    if belongs and status == "living_here":
        roles.add("resident")
    permissions: frozenset[str] = frozenset()
    reach: frozenset[int] | None = None
    if must_change:
        roles, kind = set(), "staff" if kind == "owner" else kind
    elif roles:
        overrides = database.obj.execute_sql(overrides_sql, (community,)).fetchall()
        permissions = _table.held(frozenset(roles), tuple(overrides))
        if any(grid for _role, grid in granted):
            reach = reach_of(str(community), granted, tuple(overrides))
    if kind == "owner":
        permissions |= OWNER_PERMISSIONS
    return Actor(
        kind=kind,
        account=account,
        person=person if belongs or community is None else None,
        community=community,
        label=label,
        roles=frozenset(roles),
        permissions=permissions,
        origin=origin,
        session=digest,
        reach=reach,
    )


def actor_of(account_id: int, community: str) -> Actor | None:
    """An account as it would act in its community today, for deciding what may be told to it; None when it may not sign in."""
    account = Account.get_or_none(
        (Account.id == account_id) & (Account.community == community) & (Account.status == "active")
    )
    if account is None:
        return None
    person = Person.of(community).where(Person.id == account.person_id).first() if account.person_id else None
    if person is not None and person.status == DECEASED:
        return None
    day = today()
    in_force = RoleGrant.ended_at.is_null() & (RoleGrant.from_day <= day)
    not_over = RoleGrant.until_day.is_null() | (RoleGrant.until_day >= day)
    of_account = (RoleGrant.account_id == account_id) & (RoleGrant.community == community)
    granted = list(RoleGrant.select(RoleGrant.role, RoleGrant.grid_id).where(of_account, in_force, not_over).tuples())
    roles = {role for role, _grid in granted}
    if person is not None and person.status == LIVING_HERE:
        roles.add("resident")
    overrides = overrides_of(community)
    return Actor(
        kind=account.kind, account=account.id, person=account.person_id, community=community, label=account.label,
        roles=frozenset(roles), permissions=_table.held(frozenset(roles), overrides),
        reach=reach_of(community, granted, overrides) if any(grid for _role, grid in granted) else None,
    )  # fmt: skip


def reach_of(community: str, granted: Iterable[tuple[str, int | None]], overrides: Overrides) -> frozenset[int] | None:
    """The areas of the grids somebody works in; None when another role shows the residents of the whole community."""
    grids = {grid for role, grid in granted if _VIEW in _table.held(frozenset({role}), overrides)}
    if None in grids:
        return None
    return areas_of_grids(community, [grid for grid in grids if grid])


# --------------------------------------------------------------------------- what a role may do


@dataclass(frozen=True)
class Cell:
    """Whether a role may do something, whether that is as declared, and whether the page may offer to change it."""

    role: str
    allowed: bool
    is_default: bool
    changeable: bool


@dataclass(frozen=True)
class PermissionRow:
    """One line of the role × permission page; `owner` is `core` or the plugin's name."""

    permission: Permission
    owner: str
    cells: tuple[Cell, ...]


def table(community: str) -> list[PermissionRow]:
    """Every permission that roles can hold, with a cell for each role in the order of `ROLES`."""
    overrides = overrides_of(community)
    held = {role: _table.held(frozenset({role}), overrides) for role in ROLES}
    rows = []
    for permission in _table.permissions.values():
        if permission.name.startswith("core.site."):
            continue
        cells = tuple(
            Cell(
                role,
                permission.name in held[role],
                (permission.name in held[role]) == (role in permission.roles),
                _why_not(role, permission.name) is None,
            )
            for role in ROLES
        )
        rows.append(PermissionRow(permission, permission.name.partition(".")[0], cells))
    return rows


def overrides_of(community: str) -> Overrides:
    """The rows in which a community departs from the declared roles: (role, permission, 0 or 1)."""
    mark = "%s" if engine_name() == "postgresql" else "?"
    rows = database.obj.execute_sql(_OVERRIDES.replace("?", mark), (community,)).fetchall()
    return tuple(tuple(row) for row in rows)


@transactional
def set_permission(actor: Actor, role: str, permission: str, allowed: bool) -> None:
    """Decide for the actor's community whether a role may do something; effective at the next request.

    Raises `NotFound` for an unknown role or permission, `Refused` where the rules do not allow it or where nobody would
    be left who can give roles.
    """
    actor.require(MANAGE_ROLES)
    community = community_of(actor)
    if role not in ROLES or permission not in _table.permissions:
        raise NotFound
    if allowed and (reason := _why_not(role, permission)):
        raise Refused(reason)
    before = permission in _table.held(frozenset({role}), overrides_of(community))
    if before == allowed:
        return
    had_holders = bool(holders(community, MANAGE_ROLES))
    key = {"community": community, "role": role, "permission": permission}
    RolePermission.delete().where(
        RolePermission.community == community, RolePermission.role == role, RolePermission.permission == permission
    ).execute()
    if allowed != (role in _table.permissions[permission].roles):
        RolePermission.insert(**key, allowed=allowed, by_account=actor.account, at=now()).execute()
    keep_a_holder(community, had_holders)
    audit.record(
        actor,
        "core.permission.set",
        Ref("core.role", community, role),
        before={permission: before},
        after={permission: allowed},
        permission=MANAGE_ROLES,
    )


def _declared_for(permission: str) -> tuple[str, ...]:
    """The roles that hold a permission by default: whoever declared it has thought of them."""
    declared = _table.permissions.get(permission)
    return tuple(declared.roles) if declared is not None else ()


def _why_not(role: str, permission: str) -> LazyText | None:
    """Why a role can never be given a permission; None when it can."""
    if permission.startswith("core.site."):
        return _("Only the owner of the installation can have this.")
    if permission.startswith("core.") and (not ROLES[role].grantable or ROLES[role].by_pin):
        return _("This role signs in without a password, so it cannot be given the work of the office.")
    if ROLES[role].by_grid and permission not in _BY_GRID and role not in _declared_for(permission):
        return _("This role is for one grid, and this concerns the whole community.")
    return None


def holders(community: str, permission: str) -> list[int]:
    """The active accounts that hold a permission in a community today by a role, by number."""
    day = today().isoformat()
    mark = "%s" if engine_name() == "postgresql" else "?"
    rows = database.obj.execute_sql(
        "SELECT g.account_id, g.role FROM role_grant g JOIN account a ON a.id = g.account_id WHERE g.community = ? "
        "AND g.ended_at IS NULL AND g.from_day <= ? AND (g.until_day IS NULL OR g.until_day >= ?) "
        "AND a.status = 'active'".replace("?", mark),
        (community, day, day),
    ).fetchall()
    overrides = overrides_of(community)
    return sorted({account for account, role in rows if permission in _table.held(frozenset({role}), overrides)})


def holders_named(community: str, permission: str) -> list[tuple[int, str]]:
    """The same with their names, for choosing one of them."""
    query = Account.select(Account.id, Account.label).where(Account.id.in_(holders(community, permission)))
    return list(query.order_by(Account.label, Account.id).tuples())


def keep_a_holder(community: str, had_holders: bool) -> None:
    """Raise `Refused` if `had_holders` and now nobody in the community can give roles any more."""
    if had_holders and not holders(community, MANAGE_ROLES):
        raise Refused(
            _("Then nobody in this community could give roles any more."),
            advice=_("First give another person the role of director or secretary."),
        )
