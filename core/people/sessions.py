"""Sessions of signed-in browsers: opened, seen, locked, ended. Who may sign in is decided in `sign_in`.

Only the SHA-256 of a token is stored. That a browser was seen is noted in memory and written once a minute
(`write_seen`, called by the job thread of each process), so that reading a page writes nothing.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Literal

from core.people.account_records import Account, Session
from core.people.secrets import token_digest
from core.store.db import database, engine_name, now, transaction

MINUTE = 60_000
STAFF_IDLE = 15 * MINUTE
RESIDENT_IDLE = 30 * MINUTE
KIOSK_IDLE = 2 * MINUTE
LONGEST = 12 * 60 * MINUTE
KEEP_DAYS = 60

Phase = Literal["open", "locked", "must_change", "ended"]

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)
_seen: dict[str, int] = {}
_seen_guard = threading.Lock()


def _since_boot() -> int:
    """Milliseconds of a clock that nobody sets; it goes on while the computer sleeps, where the system offers that."""
    return (time.clock_gettime_ns(_BOOT_CLOCK) if _BOOT_CLOCK is not None else time.monotonic_ns()) // 1_000_000


_offset = now() - _since_boot()


def moment() -> int:
    """Now, in milliseconds UTC as the clock was when this process started: setting the clock logs nobody out."""
    return _since_boot() + _offset


def open_session(
    account: Account, *, address: str, agent: str, opened_with: str, kiosk: bool = False, expires_at: int | None = None
) -> str:
    """Open a session and return its token, which is known to the browser only.

    Staff sessions lock after 15 min without a page, residents' end after 30 min, at a kiosk all end after 2 min; none
    lasts longer than 12 h (or beyond `expires_at`, milliseconds).
    """
    token = secrets.token_urlsafe(32)
    at = moment()
    is_resident = account.kind == "resident"
    with transaction():
        Session.insert(
            digest=token_digest(token),
            account_id=account.id,
            opened_with=opened_with,
            created_at=at,
            last_seen=at,
            expires_at=min(at + LONGEST, expires_at or at + LONGEST),
            idle_ms=KIOSK_IDLE if kiosk else RESIDENT_IDLE if is_resident else STAFF_IDLE,
            on_idle="end" if kiosk or is_resident else "lock",
            locked=False,
            address=address[:64],
            agent=agent[:200],
        ).execute()
    return token


def phase(digest: str, last_seen: int, expires_at: int, idle_ms: int, on_idle: str, locked: int, at: int) -> Phase:
    """What a stored session that was not revoked is at the moment `at`: open, locked or ended."""
    if at >= expires_at:
        return "ended"
    if at - max(last_seen, _seen.get(digest, 0)) > idle_ms:
        return "locked" if on_idle == "lock" else "ended"
    return "locked" if locked else "open"


def seen(digest: str, at: int) -> None:
    """Note that a browser asked for something at `at`."""
    _seen[digest] = at


def write_seen() -> int:
    """Store what `seen` noted since the last call; returns how many sessions. To be called about once a minute."""
    global _seen
    with _seen_guard:
        noted, _seen = _seen, {}
        if not noted:
            return 0
        try:
            _store_seen(noted)
        except BaseException:
            _seen = {**noted, **_seen}
            raise
    return len(noted)


def _store_seen(noted: dict[str, int]) -> None:
    # A session of a day to come (the clock was wrong) gets an end that comes.
    statement = (
        "UPDATE session SET last_seen = ?, expires_at = CASE WHEN expires_at > ? THEN ? ELSE expires_at END "
        "WHERE digest = ? AND revoked_at IS NULL"
    )
    if engine_name() == "postgresql":
        statement = statement.replace("?", "%s")
    with transaction():
        for digest, at in sorted(noted.items()):
            database.obj.execute_sql(statement, (at, at + LONGEST, at + LONGEST, digest))


@dataclass(frozen=True)
class OpenSession:
    """A session as its pages need it; `phase` is `open`, `locked`, `must_change` or `ended`."""

    digest: str
    account_id: int
    label: str
    phase: Phase
    expires_at: int
    address: str
    has_pin: bool


def find_session(token: str | None) -> OpenSession | None:
    """The session of a token, also a locked or idle one; None when there is none or it was revoked.

    Asked only where a page was refused, at the lock screen and when switching users; requests use `actor_for`.
    """
    if not token:
        return None
    digest = token_digest(token)
    session = Session.get_or_none((Session.digest == digest) & Session.revoked_at.is_null())
    if session is None:
        return None
    account = Account.get_by_id(session.account_id)
    if account.status != "active":
        return None
    found = phase(
        digest, session.last_seen, session.expires_at, session.idle_ms, session.on_idle, session.locked, moment()
    )
    if found == "open" and account.must_change:
        found = "must_change"
    return OpenSession(
        digest, account.id, account.label, found, session.expires_at, session.address, account.pin is not None
    )


def sign_out(token: str | None) -> None:
    """End the session of a token on the server; a token that is not known does nothing."""
    if token:
        _revoke(Session.digest == token_digest(token))


def revoke_all(account_id: int, *, but: str | None = None) -> int:
    """End every session of an account (except the one with the digest `but`); returns how many."""
    return _revoke((Session.account_id == account_id) & (Session.digest != (but or "")))


def end(digest: str) -> None:
    """End the session with this digest; the caller has checked whose it is."""
    _revoke(Session.digest == digest)


def lock(token: str) -> None:
    """Hide the screen: the session opens again with the PIN or password only."""
    with transaction():
        Session.update(locked=True).where(Session.digest == token_digest(token)).execute()


def reopen(digest: str) -> None:
    """Unlock a session whose person has proved to be there (see `sign_in.unlock`)."""
    with transaction():
        Session.update(locked=False, last_seen=moment()).where(Session.digest == digest).execute()
    seen(digest, moment())


def sessions_of(account_id: int) -> list[Session]:
    """The sessions of an account that are not ended, latest first; for "where am I signed in"."""
    at = moment()
    rows = Session.select().where(
        (Session.account_id == account_id) & Session.revoked_at.is_null() & (Session.expires_at > at)
    )
    return [
        row
        for row in rows.order_by(Session.created_at.desc())
        if phase(row.digest, row.last_seen, row.expires_at, row.idle_ms, row.on_idle, row.locked, at) != "ended"
    ]


def forget_old() -> int:
    """Delete sessions that began more than `KEEP_DAYS` ago; returns how many."""
    with transaction():
        return int(Session.delete().where(Session.created_at < now() - KEEP_DAYS * 24 * 60 * MINUTE).execute())


def _revoke(which: object) -> int:
    with transaction():
        return int(Session.update(revoked_at=moment()).where(Session.revoked_at.is_null() & which).execute())
