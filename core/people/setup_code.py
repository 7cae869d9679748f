"""Before set-up: the one-time code that lets another machine open the first-run pages, and whether set-up is done.

Both live in the database, so that deleting a file never opens the first-run pages again.
"""

from __future__ import annotations

import hmac
import secrets as random

from core.errors import Invalid, Refused
from core.people import secrets, throttle
from core.people.account_records import Installation
from core.store.db import now, transaction
from core.text import _

CODE_MINUTES = 30
TOKEN_MINUTES = 60
_MINUTE = 60_000
_SET_UP, _CODE, _TOKEN = "set_up_at", "setup_code", "setup_token"


def installation_is_set_up() -> bool:
    """Whether the first-run pages are gone for good."""
    return Installation.get_or_none(Installation.key == _SET_UP) is not None


def mark_set_up() -> None:
    """Close the first-run pages for good; code and token are worthless. Called in the transaction that ends set-up."""
    with transaction():
        Installation.insert(key=_SET_UP, value=str(now())).on_conflict_ignore().execute()
        Installation.delete().where(Installation.key.in_((_CODE, _TOKEN))).execute()


def new_setup_code() -> str:
    """A fresh code to print at start, valid for 30 minutes; the one before is worthless. Raises `Refused` after set-up."""
    code = secrets.new_code()
    digest = secrets.code_digest(code)
    with transaction():
        _refuse_after_set_up()
        _keep(_CODE, digest, CODE_MINUTES)
    return code


def exchange_setup_code(typed: str, address: str) -> str:
    """Take the printed code, once, for a token (a cookie) that opens the first-run pages for an hour.

    Raises `Invalid` for a wrong, used or old code, `Throttled`, `Refused` after set-up.
    """
    attempt = throttle.begin(throttle.claim_key("setup"), address, throttle.SLIP)
    code = secrets.normal_code(typed)
    digest = secrets.code_digest(code or "")
    token = random.token_urlsafe(32)
    with transaction():
        _refuse_after_set_up()
        fits = code is not None and _matches(_CODE, digest)
        if fits:
            Installation.delete().where(Installation.key == _CODE).execute()
            _keep(_TOKEN, secrets.token_digest(token), TOKEN_MINUTES)
    if not fits:
        raise Invalid({"code": [_("This code is not valid. Start Linli again to get a new one.")]})
    throttle.succeeded(attempt)
    return token


def may_set_up(token: str | None) -> bool:
    """Whether the first-run pages are open for a browser with this token (this machine itself needs none)."""
    return bool(token) and not installation_is_set_up() and _matches(_TOKEN, secrets.token_digest(token or ""))


def _refuse_after_set_up() -> None:
    if installation_is_set_up():
        raise Refused(_("This installation is set up already."))


def _keep(key: str, digest: str, minutes: int) -> None:
    value = f"{digest} {now() + minutes * _MINUTE}"
    Installation.delete().where(Installation.key == key).execute()
    Installation.insert(key=key, value=value).execute()


def _matches(key: str, digest: str) -> bool:
    found = Installation.get_or_none(Installation.key == key)
    if found is None:
        return False
    stored, expires = found.value.split(" ")
    return hmac.compare_digest(stored, digest) and now() < int(expires)
