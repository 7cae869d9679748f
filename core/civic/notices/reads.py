"""How often notices are opened, per day and without anybody's name. Who opened one is written down nowhere.

Within a day a browser counts once: it is known by a keyed digest of its address and its name for itself, which exists in
the memory of this process only, with a key that is forgotten with the day. Counts wait there and are written every minute.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import threading
from collections import Counter

from core.civic.notices.records import Notice, NoticeRead
from core.clock import today
from core.store.db import transaction

# Enough for every phone of a large community; beyond that a day counts no more new ones.
MOST_KNOWN = 200_000

_lock = threading.Lock()
_waiting: Counter[tuple[str, int, datetime.date]] = Counter()
_known: set[bytes] = set()
_key = b""
_day: datetime.date | None = None


def opened(community: str, notice_id: int, address: str, agent: str) -> None:
    """A browser shows a notice; counted later, once per browser and day."""
    global _key, _day
    day = today()
    with _lock:
        if day != _day:
            _known.clear()
            _day, _key = day, secrets.token_bytes(32)
        text = f"{community}\x1f{notice_id}\x1f{address}\x1f{agent}"
        mark = hashlib.blake2b(text.encode("utf-8", "replace"), key=_key, digest_size=8).digest()
        if mark in _known or len(_known) >= MOST_KNOWN:
            return
        _known.add(mark)
        _waiting[(community, notice_id, day)] += 1


def write_counts() -> int:
    """Store what waits; returns for how many notices and days. What cannot be stored waits on."""
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
    left = sorted(taken.items())
    try:
        while left:
            key, count = left[-1]
            _write(*key, count)
            left.pop()
    finally:
        with _lock:
            _waiting.update(dict(left))
    return len(taken)


def _write(community: str, notice_id: int, day: datetime.date, count: int) -> None:
    with transaction(community):
        same = (NoticeRead.community == community) & (NoticeRead.notice_id == notice_id) & (NoticeRead.day == day)
        if NoticeRead.update(count=NoticeRead.count + count).where(same).execute():
            return
        # A notice that a restored backup does not hold has nothing to be counted for.
        if Notice.of(community).where(Notice.id == notice_id).exists():
            NoticeRead.insert(community=community, notice_id=notice_id, day=day, count=count).execute()


def reads_by_day(community: str, notice_id: int) -> list[tuple[datetime.date, int]]:
    """How often a notice was opened on each day, the last day first, with what is not stored yet."""
    same = (NoticeRead.community == community) & (NoticeRead.notice_id == notice_id)
    found: Counter[datetime.date] = Counter(
        dict(NoticeRead.select(NoticeRead.day, NoticeRead.count).where(same).tuples())
    )
    with _lock:
        for (where, which, day), count in _waiting.items():
            if (where, which) == (community, notice_id):
                found[day] += count
    return sorted(found.items(), reverse=True)


def reads(community: str, notice_id: int) -> int:
    """How often a notice was opened altogether."""
    return sum(count for _day, count in reads_by_day(community, notice_id))
