"""Who holds which role in a community, from which day until which: given, ended, listed. What a role may do is decided in
`permissions`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.clock import today
from core.errors import Invalid, NotFound, Refused
from core.people import permissions
from core.people.account_records import Account, RoleGrant
from core.people.grids import Grid
from core.people.permissions import MANAGE_ROLES, ROLES
from core.store import audit
from core.store.db import now, transactional
from core.store.ref import Ref
from core.text import _

# 城市居民委员会组织法 and 村务监督 practice: the supervision committee is neither the office nor its purse.
SUPERVISED = frozenset({"secretary", "director", "staff", "bookkeeper", "cashier"})
_NO_END = datetime.date(9999, 12, 31)


@dataclass(frozen=True)
class Held:
    """A role somebody holds, held or will hold, in the grid of this name or (empty) everywhere. `is_current`: in force today."""

    grant: int
    account: int
    label: str
    role: str
    from_day: datetime.date
    until_day: datetime.date | None
    is_current: bool
    is_ended: bool
    grid: str = ""


@transactional
def grant_role(
    actor: Actor,
    account_id: int,
    role: str,
    from_day: datetime.date | None = None,
    until_day: datetime.date | None = None,
    grid_id: int | None = None,
) -> RoleGrant:
    """Give a role in the actor's community, from today unless told, until `until_day` (inclusive) or until ended.

    A role that is given by grid needs `grid_id`, the others must not have one: `Invalid`. Raises `Refused` when the
    account signs in without a password, holds the role in that time already, or is on the other side of supervision;
    `NotFound` for an account or grid of another community (only the owner may bring an account in).
    """
    actor.require(MANAGE_ROLES)
    community, account = community_of(actor), account_here(actor, account_id)
    start = from_day or today()
    if role not in ROLES or not ROLES[role].grantable:
        raise Invalid({"role": [_("This role cannot be given by hand.")]})
    _check_grid(community, role, grid_id)
    if until_day is not None and until_day < start:
        raise Invalid({"until_day": [_("The last day lies before the first.")]})
    if account.status == "closed":
        raise Refused(_("The account of %(name)s is closed.", name=account.label))
    if account.kind == "resident" and not ROLES[role].by_pin:
        raise Refused(
            _("%(name)s signs in with a PIN; the role “%(role)s” needs a password.", name=account.label, role=ROLES[role].label),
            advice=_("Make it a staff account first."),
        )  # fmt: skip
    _refuse_clash(community, account, role, start, until_day, grid_id)
    grant = RoleGrant.create(
        account_id=account.id,
        community=community,
        role=role,
        from_day=start,
        until_day=until_day,
        grid_id=grid_id,
        granted_by=actor.account,
    )
    _tell(actor, "core.role.granted", grant, account)
    return grant


def _check_grid(community: str, role: str, grid_id: int | None) -> None:
    if ROLES[role].by_grid and grid_id is None:
        raise Invalid({"grid_id": [_("Choose the grid: this role shows the residents of one grid only.")]})
    if grid_id is not None:
        if not ROLES[role].by_grid:
            raise Invalid({"grid_id": [_("The role “%(role)s” is not tied to a grid.", role=ROLES[role].label)]})
        Grid.get_of(community, grid_id)


@transactional
def end_role(actor: Actor, grant_id: int, reason: str = "") -> None:
    """End a role at once. Raises `Refused` if nobody would be left who can give roles."""
    actor.require(MANAGE_ROLES)
    community = community_of(actor)
    grant = RoleGrant.get_or_none((RoleGrant.id == grant_id) & (RoleGrant.community == community))
    if grant is None:
        raise NotFound
    if grant.ended_at is not None:
        return
    had_holders = bool(permissions.holders(community, MANAGE_ROLES))
    end(actor, grant, reason)
    permissions.keep_a_holder(community, had_holders)


def end(actor: Actor, grant: RoleGrant, reason: str) -> None:
    """Mark a grant as ended now and tell it; inside the caller's transaction."""
    RoleGrant.update(ended_at=now(), ended_by=actor.account).where(RoleGrant.id == grant.id).execute()
    _tell(actor, "core.role.ended", grant, Account.get_by_id(grant.account_id), reason)


def open_grants(account_id: int) -> list[RoleGrant]:
    """The grants of an account in any community that are neither ended nor over."""
    return list(
        RoleGrant.select()
        .where((RoleGrant.account_id == account_id) & RoleGrant.ended_at.is_null() & _not_over())
        .order_by(RoleGrant.id)
    )


def grants_of(community: str, account_id: int | None = None, *, also_past: bool = False) -> list[Held]:
    """The roles held in a community (by one account), by role and name; with `also_past` those that ended as well."""
    columns = (RoleGrant.id, Account.id, Account.label, RoleGrant.role, RoleGrant.from_day, RoleGrant.until_day)
    query = (
        RoleGrant.select(*columns, RoleGrant.ended_at, Grid.name)
        .join(Account, on=(Account.id == RoleGrant.account_id))
        .join(
            Grid,
            peewee.JOIN.LEFT_OUTER,
            on=((Grid.community == RoleGrant.community) & (Grid.id == RoleGrant.grid_id)),
        )
        .where(RoleGrant.community == community)
        .order_by(RoleGrant.role, Account.label, RoleGrant.id)
    )
    if account_id is not None:
        query = query.where(RoleGrant.account_id == account_id)
    if not also_past:
        query = query.where(RoleGrant.ended_at.is_null() & _not_over())
    day = today()
    rows: Any = query.tuples()
    return [
        Held(
            grant,
            account,
            label,
            role,
            start,
            end,
            not ended and start <= day <= (end or _NO_END),
            bool(ended),
            grid or "",
        )
        for grant, account, label, role, start, end, ended, grid in rows
    ]


def account_here(actor: Actor, account_id: int) -> Account:
    """The account, if it belongs to the actor's community by opening or by a role; the owner finds every one.

    Raises `NotFound` otherwise, so that numbers tell nothing about other communities.
    """
    account = Account.get_or_none(Account.id == account_id)
    if account is None:
        raise NotFound
    if actor.is_owner or (actor.community is not None and account.community == actor.community):
        return account
    has_role = RoleGrant.select().where((RoleGrant.account_id == account_id) & (RoleGrant.community == actor.community))
    if actor.community is None or not has_role.exists():
        raise NotFound
    return account


def _refuse_clash(
    community: str,
    account: Account,
    role: str,
    start: datetime.date,
    until: datetime.date | None,
    grid_id: int | None,
) -> None:
    for held in RoleGrant.select().where(
        (RoleGrant.account_id == account.id) & (RoleGrant.community == community) & RoleGrant.ended_at.is_null()
    ):
        if not (held.from_day <= (until or _NO_END) and start <= (held.until_day or _NO_END)):
            continue
        if held.role == role and held.grid_id == grid_id:
            raise Refused(_("%(name)s holds this role in that time already.", name=account.label))
        if {role, held.role} & {"supervisor"} and {role, held.role} & SUPERVISED:
            raise Refused(
                _(
                    "Whoever supervises cannot belong to those supervised: %(name)s would be “%(one)s” and “%(other)s”.",
                    name=account.label,
                    one=ROLES[held.role].label,
                    other=ROLES[role].label,
                )
            )


def _not_over() -> object:
    return RoleGrant.until_day.is_null() | (RoleGrant.until_day >= today())


def _tell(actor: Actor, action: str, grant: RoleGrant, account: Account, reason: str = "") -> None:
    term = {"role": grant.role, "from": str(grant.from_day), "until": str(grant.until_day or "")}
    if grant.grid_id is not None:
        term["grid"] = Grid.get_of(grant.community, grant.grid_id).name
    audit.record(
        actor,
        action,
        Ref(account.ref.kind, grant.community, account.id),
        after={**term, "name": account.label},
        reason=reason,
        permission=MANAGE_ROLES,
    )
