"""PINs and passwords of accounts: changed by their people, asked for again, reset and handed over by their keepers.

Hashing takes a tenth of a second, so every function hashes first and opens its transaction afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from core.actor import Actor
from core.errors import Forbidden, Invalid, Refused, SignInRequired
from core.people import accounts, secrets, sessions, throttle
from core.people.account_records import Account, AccountSlip
from core.people.directory import find_person
from core.people.person import Person
from core.store import audit
from core.store.db import now, transaction
from core.text import _

RESET_DAYS = 7
_DAY = 86_400_000


@dataclass(frozen=True)
class OneTimeCode:
    """A code that is shown once and sets a new secret for `label` until `expires_at` (milliseconds UTC)."""

    code: str
    label: str
    expires_at: int


class FreshCode(NamedTuple):
    """A one-time code that nobody has yet, with what is stored of it."""

    code: str
    digest: str


def change_secret(actor: Actor, old: str, new: str) -> None:
    """Change one's own PIN or password; every other session of the account ends.

    Raises `Invalid` (`old_secret`, `pin`, `password`), `Throttled`.
    """
    account = _own(actor)
    confirm_secret(actor, old, field="old_secret")
    person = Person.get_or_none(Person.id == account.person_id) if account.person_id else None
    accounts.check_new_secret(account.kind, new, person=person, account=account)
    if secrets.normal(old) == secrets.normal(new):
        raise Invalid({"pin" if account.kind == "resident" else "password": [_("This is the old one.")]})
    stored = secrets.hash_secret(new)
    with transaction(account.community):
        Account.update(secret=stored, must_change=False, secret_changed_at=now()).where(
            Account.id == account.id
        ).execute()
        sessions.revoke_all(account.id, but=actor.session)
        audit.record(actor, "core.account.secret_changed", account.ref)


def set_switch_pin(actor: Actor, password: str, pin: str) -> None:
    """Set the six digits with which staff unlock their screen and switch users (换人). Raises `Invalid`, `Throttled`."""
    account = _own(actor)
    if account.kind == "resident":
        raise Forbidden
    confirm_secret(actor, password)
    secrets.check_pin(pin)
    stored = secrets.hash_secret(pin)
    with transaction(account.community):
        Account.update(pin=stored).where(Account.id == account.id).execute()
        audit.record(actor, "core.account.pin_set", account.ref)


def confirm_secret(actor: Actor, secret: str, *, field: str = "secret") -> None:
    """Ask again who is there, before money, roles or a phone are changed: the PIN of residents, the password of staff.

    Raises `Invalid` under `field`, `Throttled`.
    """
    account = _own(actor)
    attempt = throttle.begin(throttle.claim_key("confirm", account.id), actor.origin)
    if not secrets.verify(account.secret, secret):
        raise Invalid({field: [_("That is not right. Please try again.")]})
    throttle.succeeded(attempt)


def fresh_code() -> FreshCode:
    """A code to be issued; its digest takes some milliseconds, so it is made before a transaction begins."""
    code = secrets.new_code()
    return FreshCode(code, secrets.code_digest(code))


def reset_secret(actor: Actor, account_id: int, *, code: FreshCode | None = None) -> OneTimeCode:
    """Make the old PIN or password worthless at once and return a one-time code with which the person sets a new one.

    The secret of somebody with roles may be reset only by those who give roles, of an owner only by an owner or a command.
    `code` is given by whoever calls from inside a transaction.
    """
    account = accounts.managed_account(actor, account_id)
    return _issue_reset(actor, account, {}, "core.account.reset", code)


def reset_by_name(actor: Actor, username: str) -> OneTimeCode:
    """`reset_secret` of the staff or owner account with this user name; raises `Invalid` when there is none."""
    account = accounts.account_named(username)
    if account is None:
        raise Invalid({"name": [_("There is no account with the user name “%(name)s”.", name=username)]})
    return reset_secret(actor, account.id)


def hand_over(actor: Actor, account_id: int, label: str, *, public_id: str | None = None) -> OneTimeCode:
    """Give a staff account (its user name) to another person: roles end, secret and PIN are worthless, sessions end.

    Returns the code for the new person; `public_id` names the resident of the account's community they are. Raises
    `Refused` if nobody would be left who can give roles, and for a resident who has another account.
    """
    account = accounts.managed_account(actor, account_id)
    if account.kind == "resident":
        raise Refused(_("A resident's account belongs to that person. Open one for the other person."))
    if public_id and account.community is None:
        raise Refused(_("Only the account of a member of staff can be linked to a resident."))
    person = find_person(account.community, public_id) if public_id else None
    if person is not None and accounts.account_of_person(person.community, person.id) not in (None, account):
        raise Refused(_("%(name)s has an account already.", name=person.name))
    shown = label.strip()[:40] or (person.name if person is not None else "")
    if not shown:
        raise Invalid({"label": [_("Please give the name that others see.")]})
    fields = {"label": shown, "person_id": person.id if person is not None else None}
    return _issue_reset(actor, account, fields, "core.account.handed_over")


def _issue_reset(
    actor: Actor, account: Account, fields: dict[str, Any], action: str, code: FreshCode | None = None
) -> OneTimeCode:
    fresh, expires = code or fresh_code(), now() + RESET_DAYS * _DAY
    with transaction(account.community):
        if fields:
            accounts.end_roles(actor, account, action)
            for follow in accounts.LEAVERS:
                follow(actor, account)
        Account.update(secret=None, pin=None, must_change=False, **fields).where(Account.id == account.id).execute()
        sessions.revoke_all(account.id)
        accounts.revoke_codes(AccountSlip.account_id == account.id)
        AccountSlip.insert(
            community=account.community,
            person_id=None,
            account_id=account.id,
            code_digest=fresh.digest,
            expires_at=expires,
            batch="reset",
            by_account=actor.account,
        ).execute()
        label = fields.get("label", account.label)
        audit.record(
            actor,
            action,
            account.ref,
            before={"name": account.label},
            after={"name": label},
            permission=accounts.MANAGE,
        )
    return OneTimeCode(fresh.code, label, expires)


def _own(actor: Actor) -> Account:
    account = Account.get_or_none(Account.id == actor.account) if actor.account is not None else None
    if account is None or account.status != "active":
        raise SignInRequired
    return account
