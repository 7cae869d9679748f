"""Real pages of the demo community, uncached and through the whole gate, against Flask's "hello" on the same waitress.

The two servers take turns (A B A B), so that both see the same machine. "By processor time" is what the servers' own
clocks say, which a busy machine disturbs less.
"""

from __future__ import annotations

import datetime
import statistics
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from bench import client
from bench.client import Measured, quantile, rate
from core.actor import command
from core.app import open_instance
from core.clock import today
from core.config import load_config
from core.operate import demo
from core.people import sessions
from core.people.account_records import Account
from core.store.db import close_database
from core.web import csrf
from core.web.gate import SESSION_COOKIE
from plugins.rooms import service
from plugins.rooms.demo import ROOMS, WEEK

TURNS, SECONDS = 5, 1.2
CROWD, CROWD_SECONDS = 16, 4.0
MANY_ROOMS = 50
# What a browser sends from its second page on.
BROWSER = f"{csrf.COOKIE}={'v' * 32}"


class _Pair(NamedTuple):
    """A page and hello, measured in turns: medians of the ratios, the page's size and milliseconds."""

    share: float
    processor: float
    size: int
    milliseconds: float


def figures() -> Iterator[str]:
    """The residents list as staff, the day view with the demo's rooms and with fifty, and the spread under sixteen callers."""
    with tempfile.TemporaryDirectory() as folder:
        cookie = _prepare(folder)
        people = f"/c/{demo.CODE}/people"
        day = f"/c/{demo.CODE}/rooms/day?date={_a_weekday().isoformat()}"
        with client.hello() as hello, client.linli(folder) as linli:
            rate(hello[0], "/", 0.3)
            few = _against(hello, linli, day)
            staff = _against(hello, linli, people, cookie)
            _add_rooms(folder)
            many = _against(hello, linli, day)
            yield _line(f"50-row page, anonymous (day view of {MANY_ROOMS} rooms)", many, 0.30)
            yield _line("50-row page with session, permissions and gate (residents list as staff)", staff, 0.25)
            yield _line(f"day view, anonymous, {len(ROOMS)} rooms", few, 0.30)
            yield _spread("day view", rate(linli[0], day, CROWD_SECONDS, cookie=BROWSER, connections=CROWD))
            yield _spread("residents list", rate(linli[0], people, CROWD_SECONDS, cookie=cookie, connections=CROWD))
            yield _spread("Flask hello", rate(hello[0], "/", CROWD_SECONDS, connections=CROWD))


def _prepare(folder: str) -> str:
    """Build the demo community in `folder`; returns the cookie of a member of staff."""
    registry = open_instance(load_config(folder))
    for _sentence in demo.build(registry):
        pass
    account = Account.get(Account.username == demo.STAFF[1][0])
    token = sessions.open_session(account, address="127.0.0.1", agent="bench", opened_with="password")
    close_database()
    return f"{BROWSER}; {SESSION_COOKIE}={token}"


def _add_rooms(folder: str) -> None:
    """Enter further rooms into a venue of their own, until there are `MANY_ROOMS`."""
    open_instance(load_config(folder))
    actor = command(demo.CODE)
    venue = service.add_venue(actor, name="邻里分中心", address="硖石街道")
    service.set_week(actor, venue.id, WEEK)
    for number in range(MANY_ROOMS - len(ROOMS)):
        service.add_room(actor, venue.id, name=f"活动室 {number + 1}", floor="一楼", seats=20)
    close_database()


def _a_weekday() -> datetime.date:
    """A day with bookings in the coming week: the demo books every other day from today."""
    days = (today() + datetime.timedelta(days=offset) for offset in (2, 4, 6))
    return next(day for day in days if day.weekday() < 5)


def _against(hello: tuple[int, int], linli: tuple[int, int], path: str, cookie: str = BROWSER) -> _Pair:
    rate(linli[0], path, 0.3, cookie=cookie)
    theirs, ours = [], []
    for _turn in range(TURNS):
        theirs.append(rate(hello[0], "/", SECONDS, pid=hello[1]))
        ours.append(rate(linli[0], path, SECONDS, cookie=cookie, pid=linli[1]))
    pairs = list(zip(theirs, ours, strict=True))
    return _Pair(
        statistics.median(mine.per_second / limit.per_second for limit, mine in pairs),
        statistics.median(limit.processor / mine.processor for limit, mine in pairs),
        ours[0].size,
        statistics.median(mine.processor for mine in ours) * 1000,
    )


def _line(what: str, pair: _Pair, goal: float) -> str:
    return (
        f"{what}: {pair.size / 1000:.1f} kB, ratio {pair.share:.2f} of Flask hello (goal ≥ {goal:.2f}), "
        f"by processor time {pair.processor:.2f}; {pair.milliseconds:.2f} ms of processor"
    )


def _spread(what: str, measured: Measured) -> str:
    middle, late = quantile(measured.latencies, 0.5), quantile(measured.latencies, 0.99)
    return (
        f"{CROWD} connections, {what}: p50 {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms, "
        f"ratio {late / middle:.2f} (goal ≤ 3)"
    )
