"""Lists of accounts for the pages that look after them, and opening an account whose holder chooses the secret.

What may be done with a single account is in `accounts` and `credentials`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import accounts, credentials, directory, grids, reach, roles
from core.people.account_records import Account, RoleGrant
from core.people.accounts import MANAGE, OWNERS, RoleTerm
from core.people.credentials import OneTimeCode
from core.people.directory import PersonRow
from core.people.permissions import ROLES
from core.people.person import Person
from core.people.roles import Held
from core.store.community import all_communities
from core.store.db import transaction
from core.text import Label, LazyText, _

SITE = "core.site.admin"


@dataclass(frozen=True)
class AccountRow:
    """An account in a list. `waits`: its one-time code was not used yet. `place` names its community, empty for owners."""

    id: int
    label: str
    username: str
    kind: str
    status: str
    waits: bool
    roles: tuple[Held, ...]
    place: str = ""


@dataclass(frozen=True)
class ResidentAccount:
    """A resident's account in a list; `since` is milliseconds UTC."""

    id: int
    label: str
    public_id: str
    status: str
    waits: bool
    since: int


@dataclass(frozen=True)
class ResidentAccounts:
    """One page of residents' accounts; `after` starts the next, None on the last."""

    rows: tuple[ResidentAccount, ...]
    after: int | None


def staff_rows(actor: Actor, *, also_closed: bool = False) -> list[AccountRow]:
    """The staff of the actor's community with their roles there, by name. Needs `core.accounts.manage`."""
    held: dict[int, list[Held]] = {}
    for each in roles.grants_of(community_of(actor)):
        held.setdefault(each.account, []).append(each)
    found = accounts.staff_accounts(actor, also_closed=also_closed)
    return [_row(account, held.get(account.id, ())) for account in found]


def site_rows(actor: Actor) -> list[AccountRow]:
    """Owners, then the staff of every community that are not closed. Needs `core.site.admin`."""
    actor.require(SITE)
    names = {community.code: community.name for community in all_communities()}
    held: dict[int, list[Held]] = {}
    for code in names:
        for each in roles.grants_of(code):
            held.setdefault(each.account, []).append(each)
    query = Account.select().where((Account.kind != "resident") & (Account.status != "closed"))
    found = list(query.order_by(Account.community, Account.label, Account.id))
    found.sort(key=lambda account: account.kind != "owner")
    return [_row(each, held.get(each.id, ()), names.get(each.community or "", "")) for each in found]


def _row(account: Account, held: Iterable[Held], place: str = "") -> AccountRow:
    return AccountRow(
        account.id,
        account.label,
        account.username or "",
        account.kind,
        account.status,
        account.secret is None and account.status != "closed",
        tuple(held),
        place,
    )


def resident_accounts(actor: Actor, query: str = "", *, after: int | None = None, limit: int = 50) -> ResidentAccounts:
    """Residents' accounts in the actor's community, newest first, whose name holds `query`. Needs `core.accounts.manage`."""
    actor.require(MANAGE)
    chosen = (
        Account.select(
            Account.id, Account.label, Person.public_id, Account.status, Account.secret.is_null(), Account.created_at
        )
        .join(Person, on=((Person.community == Account.community) & (Person.id == Account.person_id)))
        .where((Account.community == community_of(actor)) & (Account.kind == "resident"))
        .order_by(Account.id.desc())
    )
    if query:
        escaped = query.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        like = (Account.label, peewee.SQL("LIKE"), peewee.Value(f"%{escaped}%"), peewee.SQL("ESCAPE '!'"))
        chosen = chosen.where(peewee.NodeList(like))
    if after is not None:
        chosen = chosen.where(Account.id < after)
    rows: Any = chosen.limit(limit + 1).tuples()
    found = [
        ResidentAccount(key, label, public_id, status, bool(waits), since)
        for key, label, public_id, status, waits, since in rows
    ]
    return ResidentAccounts(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


@dataclass(frozen=True)
class AccountPage:
    """Everything the page of one account shows. `why_not` says why the actor may not act on it, None when they may.

    `is_linked`: there is a resident behind it; `person` is that resident where the actor may see residents.
    """

    row: AccountRow
    is_linked: bool
    person: PersonRow | None
    history: tuple[Held, ...]
    created_at: int
    why_not: Label | None
    can_roles: bool
    can_link: bool


def account_page(actor: Actor, account_id: int) -> AccountPage:
    """One account with its roles, past ones too; raises `NotFound` for one of another community."""
    actor.require(MANAGE)
    account = roles.account_here(actor, account_id)
    community = actor.community or account.community
    history = tuple(roles.grants_of(community, account.id, also_past=True)) if community else ()
    current = tuple(each for each in history if not each.is_ended)
    why_not = _why_not(actor, account_id)
    person, sees_residents = account.person_id, account.community == actor.community and actor.can(directory.VIEW)
    sees_person = sees_residents and person is not None and reach.covers(actor, person)
    return AccountPage(
        row=_row(account, current),
        is_linked=account.person_id is not None,
        person=directory.person_row(actor, person) if person is not None and sees_person else None,
        history=history,
        created_at=account.created_at,
        why_not=why_not,
        can_roles=actor.can(roles.MANAGE_ROLES) and actor.community is not None and account.status != "closed",
        can_link=sees_residents and not why_not and account.kind == "staff" and account.id != actor.account,
    )


def _why_not(actor: Actor, account_id: int) -> Label | None:
    try:
        accounts.managed_account(actor, account_id)
    except (Forbidden, Refused) as error:
        return error.message
    return None


def grantable_roles(account: AccountRow) -> list[tuple[str, LazyText]]:
    """The roles that can be given to this account by hand, with their names."""
    return [
        (role.name, role.label)
        for role in ROLES.values()
        if role.grantable and (role.by_pin or account.kind != "resident")
    ]


def grants_for(actor: Actor, wanted: Sequence[str], grid: str | None = None) -> list[RoleTerm]:
    """Roles from today for `open_staff`, those that are given by grid for the grid of this name. Raises `Invalid`."""
    grid_id = None
    if grid is not None:
        named = {row.name: row.id for row in grids.grid_rows(community_of(actor))}
        if grid not in named:
            raise Invalid({"grid_id": [_("There is no grid called %(name)s.", name=grid)]})
        grid_id = named[grid]
    by_grid = {name for name in wanted if name in ROLES and ROLES[name].by_grid}
    return [RoleTerm(name, grid_id=grid_id if name in by_grid else None) for name in wanted]


def open_staff(
    actor: Actor, username: str, label: str, grants: Iterable[RoleTerm | str] = (), *, public_id: str | None = None
) -> OneTimeCode:
    """Open a staff account in the actor's community; returns the code with which its holder chooses a password.

    Raises what `accounts.create_staff` raises.
    """
    code = credentials.fresh_code()
    with transaction(actor.community):
        account = accounts.create_staff(actor, username, label, None, public_id=public_id, grants=grants)
        return credentials.reset_secret(actor, account.id, code=code)


def open_owner(actor: Actor, username: str, label: str) -> OneTimeCode:
    """Open another owner's account; returns the code with which that person chooses a password. Needs `core.site.users`."""
    actor.require(OWNERS)
    code = credentials.fresh_code()
    with transaction():
        account = accounts.create_owner(actor, username, label, None)
        return credentials.reset_secret(actor, account.id, code=code)


def grant_of(actor: Actor, grant_id: int) -> Held:
    """A role held in the actor's community by its number; raises `NotFound`."""
    community = community_of(actor)
    account = RoleGrant.select(RoleGrant.account_id).where(RoleGrant.id == grant_id).tuples().first()
    for each in roles.grants_of(community, account[0], also_past=True) if account else ():
        if each.grant == grant_id:
            return each
    raise NotFound
