"""Growing waits for those who guess: at sign-in, at switching users, at slips and at the set-up code.

Three counts, so that no one can lock out others: failures of one claim from one address; failures of one claim from all
addresses; failures of one address over all claims (a whole building may stand behind one). The last two do not bind a
claim that has succeeded from the same address before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from core.errors import Throttled
from core.people.account_records import SignInAttempt
from core.store.db import database, engine_name, now, transaction

KEEP_DAYS = 30
_DAY = 86_400_000


@dataclass(frozen=True)
class Limit:
    """`free` failures within `window` seconds cost nothing; then waits double from `first` to `longest` seconds."""

    free: int
    first: int
    longest: int
    window: int

    def wait(self, failures: int, since_last: int) -> int:
        """The seconds still to wait after `failures`, the last of them `since_last` milliseconds ago."""
        if failures < self.free:
            return 0
        whole = min(self.longest, self.first * 2 ** min(failures - self.free, 20))
        return max(0, -((since_last - whole * 1000) // 1000))


@dataclass(frozen=True)
class Limits:
    """The three counts of one kind of claim."""

    here: Limit
    everywhere: Limit
    address: Limit


SIGN_IN = Limits(
    here=Limit(free=5, first=30, longest=1800, window=86_400),
    everywhere=Limit(free=20, first=30, longest=900, window=86_400),
    address=Limit(free=30, first=2, longest=60, window=600),
)
# 35 bits cannot be guessed within sixty days at this pace; the waits only keep the machine free.
SLIP = Limits(
    here=Limit(free=8, first=15, longest=300, window=3600),
    everywhere=Limit(free=200, first=1, longest=5, window=600),
    address=Limit(free=60, first=2, longest=60, window=600),
)


def claim_key(kind: str, *parts: str | int | None) -> str:
    """The key of a claim; a digest, so that mistyped passwords in the name field are not kept readable."""
    text = "\x1f".join([kind, *("" if part is None else str(part) for part in parts)])
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"


def begin(key: str, address: str, limits: Limits = SIGN_IN) -> int:
    """Enter an attempt before it is examined, so that parallel ones all count; returns its number for `succeeded`.

    Raises `Throttled` with the seconds to wait; a refused attempt is not counted.
    """
    with transaction():
        moment = now()
        seconds = _seconds_to_wait(key, address, limits, moment)
        if seconds:
            raise Throttled(seconds)
        return int(SignInAttempt.insert(key=key, address=address, at=moment).execute())


def succeeded(attempt: int) -> None:
    """What was claimed in `attempt` was proved: the failures before it no longer count here."""
    with transaction():
        SignInAttempt.update(ok=True).where(SignInAttempt.id == attempt).execute()


def withdrawn(attempt: int) -> None:
    """Neither right nor wrong (the examination could not be done): take the attempt back."""
    with transaction():
        SignInAttempt.delete().where(SignInAttempt.id == attempt).execute()


def forget_old() -> int:
    """Delete attempts older than `KEEP_DAYS`; returns how many."""
    with transaction():
        return int(SignInAttempt.delete().where(SignInAttempt.at < now() - KEEP_DAYS * _DAY).execute())


_HERE = "SELECT count(*), max(at) FROM sign_in_attempt WHERE key = ? AND address = ? AND ok = 0 AND at BETWEEN ? AND ? AND id > ?"
_LAST_SUCCESS = "SELECT max(id) FROM sign_in_attempt WHERE key = ? AND address = ? AND ok = 1 AND at BETWEEN ? AND ?"
_EVERYWHERE = "SELECT count(*), max(at) FROM sign_in_attempt WHERE key = ? AND ok = 0 AND at BETWEEN ? AND ?"
_ADDRESS = "SELECT count(*), max(at) FROM sign_in_attempt WHERE address = ? AND ok = 0 AND at BETWEEN ? AND ?"


def _seconds_to_wait(key: str, address: str, limits: Limits, moment: int) -> int:
    # What a wrong clock has written into the future is left out, or people would wait for that day.
    known = _row(_LAST_SUCCESS, key, address, moment - KEEP_DAYS * _DAY, moment)[0] or 0
    waits = [_wait(limits.here, moment, _HERE, (key, address), (known,))]
    if not known:
        waits.append(_wait(limits.everywhere, moment, _EVERYWHERE, (key,)))
        waits.append(_wait(limits.address, moment, _ADDRESS, (address,)))
    return max(waits)


def _wait(limit: Limit, moment: int, statement: str, who: tuple[str, ...], after: tuple[int, ...] = ()) -> int:
    failures, last = _row(statement, *who, moment - limit.window * 1000, moment, *after)
    return limit.wait(failures, moment - last) if last else 0


def _row(statement: str, *values: str | int) -> tuple[int, int]:
    if engine_name() == "postgresql":
        statement = statement.replace("?", "%s")
    return (*database.obj.execute_sql(statement, values).fetchall()[0], 0)[:2]
