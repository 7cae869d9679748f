"""The tables of accounts: fields only. What may be done with them is in `accounts`, `sign_in`, `sessions`, `permissions`,
`roles`, `slips`, `setup_code` and `throttle`."""

from __future__ import annotations

import peewee

from core.store.db import BaseModel, Day, Flag, Integer, Text, Utc, now
from core.store.ref import Ref

ACCOUNT = "core.account"


class Account(BaseModel):
    """Somebody who can sign in: a resident (by name or phone and PIN), staff or the owner (by user name and password).

    `community` is where the account was opened (None for the owner); `person_id` the resident behind it. `secret` is a
    PIN or password as scrypt text, None until the slip was used; `pin` is what staff switch users with.
    """

    id = peewee.BigAutoField()
    kind = Text()
    community = Text(null=True)
    username = Text(null=True)
    person_id = Integer(null=True)
    secret = Text(null=True)
    pin = Text(null=True)
    must_change = Flag(default=False)
    status = Text(default="active")
    label = Text()
    created_at = Utc(default=now)
    secret_changed_at = Utc(null=True)

    class Meta:
        table_name = "account"

    @property
    def ref(self) -> Ref:
        """The reference to this account; its acts are told in the chain of its community, or the site's."""
        return Ref(ACCOUNT, self.community, self.id)


class RoleGrant(BaseModel):
    """A role that an account holds in a community, from a day until a day (inclusive) or until it is ended.

    `grid_id`: the role holds for the homes of this grid only.
    """

    id = peewee.BigAutoField()
    account_id = Integer()
    community = Text()
    role = Text()
    from_day = Day()
    until_day = Day(null=True)
    granted_by = Integer(null=True)
    granted_at = Utc(default=now)
    ended_at = Utc(null=True)
    ended_by = Integer(null=True)
    grid_id = Integer(null=True)

    class Meta:
        table_name = "role_grant"


class RolePermission(BaseModel):
    """Where a community departs from the declared roles of a permission."""

    community = Text()
    role = Text()
    permission = Text()
    allowed = Flag()
    by_account = Integer(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "role_permission"
        primary_key = peewee.CompositeKey("community", "role", "permission")


class Session(BaseModel):
    """A signed-in browser. `digest` is SHA-256 of its token; `on_idle` says whether `idle_ms` locks or ends it."""

    digest = Text(primary_key=True)
    account_id = Integer()
    opened_with = Text()
    created_at = Utc()
    last_seen = Utc()
    expires_at = Utc()
    idle_ms = Integer()
    on_idle = Text()
    locked = Flag(default=False)
    revoked_at = Utc(null=True)
    address = Text()
    agent = Text()

    class Meta:
        table_name = "session"


class SignInAttempt(BaseModel):
    """One attempt to prove something: `key` is what was claimed, as a digest."""

    id = peewee.BigAutoField()
    key = Text()
    address = Text()
    at = Utc(default=now)
    ok = Flag(default=False)

    class Meta:
        table_name = "sign_in_attempt"


class AccountSlip(BaseModel):
    """A one-time code for one named person (opens the account) or for one account (sets a new secret)."""

    id = peewee.BigAutoField()
    community = Text(null=True)
    person_id = Integer(null=True)
    account_id = Integer(null=True)
    code_digest = Text()
    issued_at = Utc(default=now)
    expires_at = Utc()
    used_at = Utc(null=True)
    revoked_at = Utc(null=True)
    batch = Text()
    by_account = Integer(null=True)

    class Meta:
        table_name = "account_slip"


class Installation(BaseModel):
    """What is true of the installation as a whole, by key."""

    key = Text(primary_key=True)
    value = Text()

    class Meta:
        table_name = "installation"
