"""One's own account as its holder sees it: name, roles with their dates, and the browsers that are signed in."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core.actor import Actor
from core.errors import NotFound, SignInRequired
from core.people import permissions, roles, sessions
from core.people.account_records import Account
from core.people.permissions import ROLES
from core.store.community import all_communities
from core.text import LazyText, _

# Enough of a session's digest to name it on a page of its own account.
_KEY = 16


@dataclass(frozen=True)
class OwnRole:
    """A role held now or from a day to come, in the community `code`; `until_day` is the last day, None without an end."""

    label: LazyText
    code: str
    community: str
    from_day: datetime.date
    until_day: datetime.date | None


@dataclass(frozen=True)
class OwnSession:
    """A browser that is signed in; `key` ends it, `since` and `seen` are milliseconds UTC."""

    key: str
    agent: str
    address: str
    since: int
    seen: int
    is_this: bool
    is_locked: bool


@dataclass(frozen=True)
class OwnAccount:
    """What the account page shows."""

    kind: str
    label: str
    username: str | None
    has_switch_pin: bool
    secret_changed_at: int | None
    roles: tuple[OwnRole, ...]
    sessions: tuple[OwnSession, ...]


def own_account(actor: Actor) -> OwnAccount:
    """The actor's own account; raises `SignInRequired` when there is none."""
    account = Account.get_or_none(Account.id == actor.account) if actor.account is not None else None
    if account is None:
        raise SignInRequired
    names = {community.code: community.name for community in all_communities()}
    return OwnAccount(
        kind=account.kind,
        label=account.label,
        username=account.username,
        has_switch_pin=account.pin is not None,
        secret_changed_at=account.secret_changed_at,
        roles=tuple(
            OwnRole(
                ROLES[grant.role].label,
                grant.community,
                names.get(grant.community, grant.community),
                grant.from_day,
                grant.until_day,
            )
            for grant in roles.open_grants(account.id)
        ),
        sessions=tuple(
            OwnSession(
                key=each.digest[:_KEY],
                agent=device(each.agent),
                address=each.address,
                since=each.created_at,
                seen=each.last_seen,
                is_this=each.digest == actor.session,
                is_locked=bool(each.locked),
            )
            for each in sessions.sessions_of(account.id)
        ),
    )


def first_page_of(account_id: int, wanted: str | None) -> str:
    """Where somebody with a password comes to after signing in: the desk of the community they chose, if they have a role
    there, else of one where they have. Whose roles do not work at the desk (operators, stewards) come to its first page.
    """
    codes = [grant.community for grant in roles.open_grants(account_id)]
    code = wanted if wanted in codes or not codes else codes[0]
    if not code:
        return "/"
    actor = permissions.actor_of(account_id, code) if codes else None
    return f"/c/{code}/" if actor is not None and not actor.can("core.desk") else f"/c/{code}/desk"


def end_session(actor: Actor, key: str) -> None:
    """Sign one of the actor's own browsers out; raises `NotFound` for a key that names none of them."""
    if actor.account is None:
        raise SignInRequired
    for each in sessions.sessions_of(actor.account):
        if each.digest[:_KEY] == key:
            sessions.end(each.digest)
            return
    raise NotFound


_DEVICES = (("MicroMessenger", _("WeChat")), ("iPad", "iPad"), ("iPhone", "iPhone"), ("HarmonyOS", "HarmonyOS"),
            ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def device(agent: str) -> str:
    """What people call the device of a browser's agent text; the text itself, shortened, when it is none we know."""
    names = [str(name) for sign, name in _DEVICES if sign in agent]
    if "Android" in names and "Linux" in names:
        names.remove("Linux")
    return " · ".join(names[:2]) or agent[:40] or "?"
