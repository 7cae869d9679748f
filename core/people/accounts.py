"""Accounts: found, opened, frozen, closed. Their secrets are changed and reset in `credentials`, signing in is in `sign_in`,
printed slips are in `slips`, roles in `roles`.

Hashing takes a tenth of a second, so every function hashes first and opens its transaction afterwards.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.errors import Forbidden, Invalid, Refused
from core.people import permissions, roles, secrets, sessions
from core.people.account_records import Account, AccountSlip
from core.people.children import refuse_child
from core.people.directory import find_person
from core.people.permissions import MANAGE_ROLES
from core.people.person import DECEASED, TAKE_BACK_BLOCKERS, Person
from core.store import audit
from core.store.community import Community
from core.store.db import now, transaction, transactional
from core.store.violations import violated
from core.text import Label, LazyText, _

MANAGE = "core.accounts.manage"
# What higher floors know of an account (`core.civic.inbox.handovers`): why it cannot be closed yet, None when it can; and what
# follows once it is closed or has another holder, in the same transaction.
CLOSE_BLOCKERS: list[Callable[[Actor, Account], LazyText | None]] = []
LEAVERS: list[Callable[[Actor, Account], None]] = []
OWNERS = "core.site.users"
# Half of all user names in offices are Chinese names; a name of digits only could be taken for a phone.
_USERNAME = re.compile(r"(?!\d+$)[a-z0-9._\-\u4e00-\u9fff]{2,40}")


class RoleTerm(NamedTuple):
    """A role to be given, as `roles.grant_role` takes it."""

    role: str
    from_day: datetime.date | None = None
    until_day: datetime.date | None = None
    grid_id: int | None = None


# --------------------------------------------------------------------------- finding


def account_named(username: str) -> Account | None:
    """The account with this user name, closed ones as well."""
    return Account.get_or_none(Account.username == _username(username))


def account_of_person(community: str, person_id: int) -> Account | None:
    """The account of a resident; None if they have none that is in use."""
    return Account.get_or_none((Account.community == community) & (Account.person_id == person_id))


def account_is_active(community: str, account_id: int, person: int | None) -> bool:
    """Whether an account of the community, or the owner's, can be used and still is that of `person` (None: of nobody in
    the roster): neither closed nor frozen, nor given to another resident.

    For modules, about what outlives a session, such as the address of a calendar feed.
    """
    here = (Account.community == community) | Account.community.is_null()
    found = Account.get_or_none((Account.id == account_id) & here & (Account.status == "active"))
    return found is not None and found.person_id == person


def has_owner() -> bool:
    """Whether anybody owns the installation."""
    return Account.select().where((Account.kind == "owner") & (Account.status == "active")).exists()


def staff_accounts(actor: Actor, *, also_closed: bool = False) -> list[Account]:
    """Staff accounts opened in the actor's community or with a role in it (the owner sees owners as well), by name."""
    actor.require(MANAGE)
    with_role = roles.RoleGrant.select(roles.RoleGrant.account_id).where(roles.RoleGrant.community == actor.community)
    here = (Account.kind == "staff") & ((Account.community == actor.community) | Account.id.in_(with_role))
    query = Account.select().where(here | (Account.kind == "owner") if actor.can(OWNERS) else here)
    if not also_closed:
        query = query.where(Account.status != "closed")
    return list(query.order_by(Account.label, Account.id))


# --------------------------------------------------------------------------- opening


def create_owner(
    actor: Actor, username: str, label: str, password: str | None, *, stored: str | None = None
) -> Account:
    """Make an owner of the installation; by set-up, a command or another owner. Raises `Invalid`.

    Without a password nobody can sign in until a one-time code has been used. Whoever calls from inside a transaction
    gives the hash of the password as `stored`, computed before.
    """
    actor.require(OWNERS)
    return _create(actor, "owner", None, username, label, password, stored=stored, must_change=False)


def create_staff(
    actor: Actor,
    username: str,
    label: str,
    password: str | None,
    *,
    public_id: str | None = None,
    grants: Iterable[RoleTerm | str] = (),
    must_change: bool = True,
) -> Account:
    """Make a staff account in the actor's community with roles (names, or terms of them).

    `public_id` names the resident behind it, whose own account becomes this one. With `must_change` the password given
    here opens nothing but the page to choose another; without a password nobody can sign in until a one-time code has
    been used. Raises `Invalid`, `Refused`.
    """
    actor.require(MANAGE)
    community = community_of(actor)
    person = find_person(community, public_id) if public_id else None
    if person is not None and person.status == DECEASED:
        raise Refused(_("%(name)s is recorded as deceased.", name=person.name))
    return _create(actor, "staff", person, username, label, password, must_change=must_change, grants=grants)


def _create(
    actor: Actor,
    kind: str,
    person: Person | None,
    username: str,
    label: str,
    password: str | None,
    *,
    must_change: bool,
    stored: str | None = None,
    grants: Iterable[RoleTerm | str] = (),
) -> Account:
    name, shown, community = (_username(username), label.strip()[:40], None if kind == "owner" else actor.community)
    errors: dict[str, list[Label]] = {}
    if not _USERNAME.fullmatch(name):
        errors["username"] = [
            _("2 to 40 small letters, digits or Chinese characters, also . _ and -, but not digits alone.")
        ]
    elif Account.select().where(Account.username == name).exists():
        errors["username"] = [_("This user name is taken.")]
    if not shown:
        errors["label"] = [_("Please give the name that others see.")]
    if password is not None:
        _collect(errors, lambda: secrets.check_password(password, names=_words(community, name, shown)))
    if errors:
        raise Invalid(errors)
    if password is not None and stored is None:
        stored = secrets.hash_secret(password)
    fields: dict[str, Any] = {
        "kind": kind,
        "username": name,
        "label": shown,
        "secret": stored,
        "must_change": must_change and password is not None,
        "secret_changed_at": None if password is None else now(),
    }
    with transaction(community):
        account = _store(community, person, fields)
        audit.record(
            actor, f"core.{kind}.created", account.ref, after={"username": name, "name": shown}, permission=MANAGE
        )
        for grant in grants:
            roles.grant_role(actor, account.id, *((grant,) if isinstance(grant, str) else grant))
    return account


def _store(community: str | None, person: Person | None, fields: dict[str, Any]) -> Account:
    """Insert an account, or turn the resident's own account into it, so that nobody has two."""
    existing = account_of_person(person.community, person.id) if person is not None else None
    if existing is not None and existing.kind != "resident":
        raise Refused(_("%(name)s has a staff account already: %(user)s.", name=existing.label, user=existing.username))
    try:
        if existing is not None:
            sessions.revoke_all(existing.id)
            Account.update(**fields).where(Account.id == existing.id).execute()
            return Account.get_by_id(existing.id)
        return Account.create(community=community, person_id=person.id if person is not None else None, **fields)
    except peewee.IntegrityError as error:
        if violated(error) == "account_username_unique":
            raise Invalid({"username": [_("This user name is taken.")]}) from error
        raise


def open_account(actor: Actor, public_id: str, pin: str) -> Account:
    """Open the account of a resident who stands at the counter and has typed a PIN of their own.

    Raises `Invalid` for a PIN that others would guess, `Refused` if there is an account already or the person is deceased.
    """
    actor.require(MANAGE)
    person = find_person(community_of(actor), public_id)
    return open_for(actor, person, pin, permission=MANAGE)


def open_for(
    actor: Actor, person: Person, pin: str, *, permission: str = "", first: Callable[[], None] | None = None
) -> Account:
    """Open a resident's account with a PIN; the caller has checked by what right (`permission`, or a slip).

    `first` is called at the beginning of the transaction (the slip is used up there).
    """
    refuse_second_account(person)
    check_new_secret("resident", pin, person=person)
    stored = secrets.hash_secret(pin)
    with transaction(person.community):
        if first is not None:
            first()
        refuse_second_account(person)
        account = Account.create(
            kind="resident",
            community=person.community,
            person_id=person.id,
            label=person.name,
            secret=stored,
            secret_changed_at=now(),
        )
        audit.record(actor, "core.account.opened", account.ref, after={"name": person.name}, permission=permission)
    return account


def refuse_second_account(person: Person) -> None:
    """Raise `Refused` when no account can be opened for this person."""
    if person.status == DECEASED:
        raise Refused(_("%(name)s is recorded as deceased.", name=person.name))
    refuse_child(person)
    if account_of_person(person.community, person.id) is not None:
        raise Refused(
            _("%(name)s has an account already.", name=person.name), advice=_("If the PIN is forgotten, reset it.")
        )


# --------------------------------------------------------------------------- the resident behind it


@transactional
def link_person(actor: Actor, account_id: int, public_id: str | None, reason: str = "") -> None:
    """Say which resident works with a staff account (None: nobody any more); effective at the next page.

    No resident is behind two accounts (the table refuses it too), so what one person must not hold together
    (`roles.SUPERVISED`) is looked for in one account. Raises what `managed_account` raises, `NotFound` for somebody of
    another community, `Refused` for one's own account, one that is not of the staff, and a resident who is deceased or
    has an account.
    """
    account = managed_account(actor, account_id)
    if account.kind != "staff":
        raise Refused(_("Only the account of a member of staff can be linked to a resident."))
    if account.id == actor.account:
        raise Refused(_("Somebody else has to do this with your own account."))
    person = find_person(str(account.community), public_id) if public_id else None
    if person is not None:
        _refuse_other_account(person, account)
    before = Person.get_or_none(Person.id == account.person_id) if account.person_id else None
    if (before and before.id) == (person and person.id):
        return
    Account.update(person_id=person.id if person is not None else None).where(Account.id == account.id).execute()
    audit.record(
        actor,
        "core.account.linked" if person is not None else "core.account.unlinked",
        account.ref,
        before={"name": before.name} if before is not None else None,
        after={"name": person.name} if person is not None else None,
        reason=reason,
        permission=MANAGE,
    )


def _refuse_other_account(person: Person, account: Account) -> None:
    if person.status == DECEASED:
        raise Refused(_("%(name)s is recorded as deceased.", name=person.name))
    other = account_of_person(person.community, person.id)
    if other is not None and other.id != account.id:
        raise Refused(
            _("%(name)s has an account already.", name=person.name),
            advice=_("Nobody has two: close that account first, then link this one."),
        )


# --------------------------------------------------------------------------- secrets


def check_new_secret(kind: str, secret: str, *, person: Person | None = None, account: Account | None = None) -> None:
    """Raise `Invalid` (under `pin` or `password`) if this secret would be guessed, knowing whose it will be."""
    if kind == "resident":
        phones = (person.phone, person.phone_2) if person is not None else ()
        secrets.check_pin(secret, phones=phones, birth_year=person.birth_year if person is not None else None)
    else:
        names = (account.username, account.label) if account is not None else ()
        secrets.check_password(secret, names=_words(account.community if account is not None else None, *names))


def revoke_codes(which: peewee.Expression) -> None:
    """Make unused codes worthless; inside the caller's transaction."""
    AccountSlip.update(revoked_at=now()).where(
        which & AccountSlip.used_at.is_null() & AccountSlip.revoked_at.is_null()
    ).execute()


# --------------------------------------------------------------------------- freezing and closing


@transactional
def close_account(actor: Actor, account_id: int, reason: str = "") -> None:
    """End an account for good: sessions, roles and codes end, a resident may open another one later.

    Raises `Refused` while open work stands under its name.
    """
    account = managed_account(actor, account_id)
    if account.kind == "owner" and _is_last_owner(account):
        raise Refused(_("This is the only owner of the installation. First make another one."))
    for block in CLOSE_BLOCKERS:
        if (why := block(actor, account)) is not None:
            raise Refused(why, advice=_("Open the page of this account and choose “Hand over and leave”."))
    end_roles(actor, account, reason)
    for follow in LEAVERS:
        follow(actor, account)
    _set_status(actor, account, "closed", reason, person_id=None, secret=None, pin=None)


@transactional
def freeze_account(actor: Actor, account_id: int, reason: str) -> None:
    """Stop an account at once, for example when a phone was stolen; roles stay and `thaw_account` gives them back."""
    account = managed_account(actor, account_id)
    if account.id == actor.account:
        raise Refused(_("You cannot freeze your own account."))
    _set_status(actor, account, "frozen", reason)


@transactional
def thaw_account(actor: Actor, account_id: int) -> None:
    """Let a frozen account be used again."""
    account = managed_account(actor, account_id)
    if account.status == "frozen":
        _set_status(actor, account, "active", "")


def managed_account(actor: Actor, account_id: int) -> Account:
    """The account, if the actor may act on it as its keeper.

    Raises `NotFound` for one of another community, `Forbidden` for an owner's or (without the right to give roles) one with
    roles, `Refused` for somebody who also works in another community, or whose account is closed.
    """
    actor.require(MANAGE)
    account = roles.account_here(actor, account_id)
    if account.status == "closed":
        raise Refused(_("The account of %(name)s is closed.", name=account.label))
    if actor.is_owner:
        return account
    held = roles.open_grants(account.id)
    if account.kind == "owner" or (held and not actor.can(MANAGE_ROLES)):
        raise Forbidden(
            _("Only those who give roles may do this with the account of somebody who has one."),
            advice=_("Ask the director or the owner of the installation."),
        )
    if account.community != actor.community or any(grant.community != actor.community for grant in held):
        raise Refused(
            _("%(name)s also works in another community.", name=account.label),
            advice=_("Ask the owner of the installation."),
        )
    return account


def end_roles(actor: Actor, account: Account, reason: str, community: str | None = None) -> None:
    """End the roles of an account (in one community, or everywhere) as part of another act; inside its transaction."""
    for grant in roles.open_grants(account.id):
        if community not in (None, grant.community):
            continue
        had_holders = bool(permissions.holders(grant.community, MANAGE_ROLES))
        roles.end(actor, grant, reason)
        permissions.keep_a_holder(grant.community, had_holders)


def _set_status(actor: Actor, account: Account, status: str, reason: str, **fields: Any) -> None:
    Account.update(status=status, **fields).where(Account.id == account.id).execute()
    sessions.revoke_all(account.id)
    if status == "closed":
        revoke_codes(AccountSlip.account_id == account.id)
    audit.record(
        actor,
        f"core.account.{status}",
        account.ref,
        before={"status": account.status},
        after={"status": status},
        reason=reason,
        permission=MANAGE,
    )


def _is_last_owner(account: Account) -> bool:
    others = Account.select().where(
        (Account.kind == "owner") & (Account.status == "active") & (Account.id != account.id)
    )
    return not others.exists()


# --------------------------------------------------------------------------- details


def _rests_on_account(community: str, person_ids: list[int], _home_ids: list[int]) -> LazyText | None:
    """Why these people cannot be taken back or declared doubles: somebody signs in as one of them."""
    found = Account.get_or_none((Account.community == community) & Account.person_id.in_(person_ids))
    return _("%(name)s has an account; close it first.", name=found.label) if found is not None else None


TAKE_BACK_BLOCKERS.append(_rests_on_account)


def _username(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:80]).strip().lower()


def _words(community: str | None, *names: str | None) -> list[str]:
    """What a password must not be made of: names of the person and of the communities here, without 社区."""
    found = [name for name in names if name]
    query = Community.select(Community.name, Community.duty_phone)
    if community is not None:
        query = query.where(Community.code == community)
    rows: Any = query.limit(50).tuples()
    for name, phone in rows:
        found += [name, re.sub(r"(社区)?(居民委员会|居委会|社区)$", "", name), re.sub(r"\D", "", phone)]
    return found


def _collect(errors: dict[str, list[Label]], check: Callable[[], None]) -> None:
    try:
        check()
    except Invalid as invalid:
        errors.update(invalid.errors)
