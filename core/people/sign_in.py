"""Signing in, switching users (换人) and unlocking the screen: secret against account, throttled, and a new session.

An absent user costs the same time and gets the same answer as a wrong secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.cells import plain
from core.errors import Invalid, NotFound, Refused, SignInRequired, Unavailable
from core.people import secrets, sessions, throttle
from core.people.account_records import Account, Session
from core.people.children import refuse_child
from core.people.person import DECEASED, Person
from core.people.phone import parse_phone
from core.store import audit
from core.store.db import now, transaction
from core.text import LazyText, _

# A family of one phone, or the people of one name; beyond that the other identifier is asked for.
MOST_CANDIDATES = 6
SWITCH_DAYS = 30
_DAY = 86_400_000


@dataclass(frozen=True)
class SignIn:
    """What a successful sign-in gives: the session's token for the cookie, and whose it is."""

    token: str
    account: int
    kind: str
    label: str
    must_change: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody who can take over this browser by PIN."""

    account: int
    label: str


def sign_in(community: str | None, name: str, secret: str, address: str, agent: str, *, kiosk: bool = False) -> SignIn:
    """Sign in a resident of `community` by name or phone and PIN, or staff and owners by user name and password.

    Raises `Invalid` (the same for a wrong secret and for an unknown name, or when two accounts fit), `Throttled`,
    `Refused` for a frozen account, and for a child's for whom no guardian agrees (any more).
    """
    typed = plain(name[:80])
    attempt = throttle.begin(throttle.claim_key("sign_in", typed.lower().replace(" ", "")), address)
    candidates = _candidates(community, typed)
    matching = [each for each in candidates if _verify(attempt, each.secret, secret)]
    if not candidates:
        _verify(attempt, None, secret)
    if len(matching) > 1 or (len(candidates) == MOST_CANDIDATES and not matching):
        raise Invalid({"name": [_other_identifier(typed)]})
    if not matching:
        raise Invalid({"secret": [_("The name or the secret is not right.")]})
    account = matching[0]
    throttle.succeeded(attempt)
    if account.status == "frozen":
        raise Refused(_("This account is frozen."), advice=_("Please ask the staff at the service hall."))
    if account.kind == "resident":
        refuse_child(Person.get_by_id(account.person_id))
    return open_for(account, address, agent, "password", kiosk=kiosk)


def open_for(
    account: Account,
    address: str,
    agent: str,
    opened_with: str,
    *,
    kiosk: bool = False,
    expires_at: int | None = None,
    instead_of: str | None = None,
) -> SignIn:
    """Open a session for somebody who has proved who they are (`instead_of` a token, which ends); staff are audited."""
    with transaction(account.community):
        sessions.sign_out(instead_of)
        token = sessions.open_session(
            account, address=address, agent=agent, opened_with=opened_with, kiosk=kiosk, expires_at=expires_at
        )
        if account.kind != "resident":
            actor = Actor(kind=account.kind, account=account.id, label=account.label, origin=address)
            audit.record(actor, "core.signed_in", account.ref, after={"with": opened_with})
    return SignIn(token, account.id, account.kind, account.label, account.must_change)


def switchable(token: str | None, address: str) -> list[Colleague]:
    """Who can take over this browser by PIN: staff with a PIN who signed in here by password in the last 30 days.

    Owners are left out: six digits must not open the installation. Empty without a session of staff.
    """
    session = _staff_session(token)
    if session is None:
        return []
    used_here = Session.select(Session.account_id).where(
        (Session.address == address[:64])
        & (Session.opened_with == "password")
        & (Session.created_at > now() - SWITCH_DAYS * _DAY)
    )
    query = Account.select(Account.id, Account.label).where(
        (Account.kind == "staff")
        & (Account.status == "active")
        & Account.pin.is_null(False)
        & (Account.id != session.account_id)
        & Account.id.in_(used_here)
    )
    rows: Any = query.order_by(Account.label).limit(50).tuples()
    return [Colleague(*row) for row in rows]


def switch_user(token: str, account_id: int, pin: str, address: str, agent: str) -> SignIn:
    """换人: hand this browser to a colleague by their PIN. The old session ends; the new one lasts no longer than it would.

    Raises `SignInRequired` without a session of staff, `NotFound` for somebody not in `switchable`, `Invalid`, `Throttled`.
    """
    session = _staff_session(token)
    if session is None:
        raise SignInRequired
    if account_id not in [each.account for each in switchable(token, address)]:
        raise NotFound
    account = Account.get_by_id(account_id)
    _prove(account, account.pin, pin, address)
    return open_for(account, address, agent, "pin", expires_at=session.expires_at, instead_of=token)


def unlock(token: str, secret: str, address: str) -> None:
    """Open a locked screen again with the PIN or the password of whoever locked it.

    Raises `SignInRequired` if the session has ended, `Invalid`, `Throttled`.
    """
    session = sessions.find_session(token)
    if session is None or session.phase == "ended":
        raise SignInRequired
    if session.phase != "locked":
        return
    account = Account.get_by_id(session.account_id)
    is_pin = account.pin is not None and len(secrets.normal(secret)) == secrets.PIN_LENGTH
    _prove(account, account.pin if is_pin else account.secret, secret, address)
    sessions.reopen(session.digest)


def _prove(account: Account, stored: str | None, secret: str, address: str) -> None:
    attempt = throttle.begin(throttle.claim_key("pin", account.id), address)
    if not _verify(attempt, stored, secret):
        raise Invalid({"secret": [_("That is not right. Please try again.")]})
    throttle.succeeded(attempt)


def _verify(attempt: int, stored: str | None, secret: str) -> bool:
    try:
        return secrets.verify(stored, secret)
    except Unavailable:
        throttle.withdrawn(attempt)
        raise


def _staff_session(token: str | None) -> sessions.OpenSession | None:
    session = sessions.find_session(token)
    if session is None or session.phase not in ("open", "locked"):
        return None
    is_staff = Account.select().where((Account.id == session.account_id) & (Account.kind != "resident"))
    return session if is_staff.exists() else None


def _candidates(community: str | None, typed: str) -> list[Account]:
    """The accounts that `typed` may mean, at most `MOST_CANDIDATES`; those without a secret cannot be meant."""
    can_sign_in = Account.secret.is_null(False) & (Account.status != "closed")
    named = Account.select().where(can_sign_in & (Account.username == typed.lower()))
    found = list(named)
    if community is None or not typed:
        return found
    phone = parse_phone(typed)
    if phone is not None:
        is_meant = (Person.phone == phone.number) | ((Person.phone_2 != "") & (Person.phone_2 == phone.number))
    else:
        is_meant = Person.name.in_((typed, typed.replace(" ", "")))
    residents = (
        Account.select(Account)
        .join(Person, on=((Person.community == Account.community) & (Person.id == Account.person_id)))
        .where(
            can_sign_in
            & (Account.kind == "resident")
            & (Account.community == community)
            & (Person.community == community)
            & (Person.status != DECEASED)
            & is_meant
        )
        .order_by(Account.id)
        .limit(MOST_CANDIDATES - len(found))
    )
    return found + list(residents)


def _other_identifier(typed: str) -> LazyText:
    if parse_phone(typed) is not None:
        return _("Several people use this phone number. Please sign in with your name.")
    return _("Several people have this name. Please sign in with your phone number.")
