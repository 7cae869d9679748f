"""What is asked of the books at 10⁶ movements, against reading every movement once; and the head and a proof for the phone.

The scans give the same answers, which is compared.
"""

from __future__ import annotations

import datetime
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from bench.posted_books import CODE, fill, open_books
from core.app import create_app
from core.config import load_config
from core.store.db import close_database, rows
from plugins.revenue.ledger import balances, heads, tree
from plugins.revenue.ledger.canonical import merkle_root
from plugins.revenue.ledger.ledger_service import Ledger
from plugins.revenue.ledger.verification import verify
from plugins.revenue.reports.book_reading import money_of_year
from plugins.revenue.reports.money_flow import Flow, MoneyFlow, money_flow
from plugins.revenue.reports.verification import proven_entry

MOVEMENTS = 1_000_000
ROUNDS, CALLS = 5, 20
ACCOUNT, YEAR, DAY = "1002", 2024, datetime.date(2024, 5, 17)
PAGE = 50

_TWO_SIDES = (
    "SELECT destination AS account, destination_fund AS fund, day, entry, line, amount AS fen FROM revenue_movement "
    "WHERE community = ? UNION ALL SELECT source, source_fund, day, entry, line, -amount FROM revenue_movement WHERE community = ?"
)
_TRIAL = f"SELECT account, fund, sum(fen) FROM ({_TWO_SIDES}) AS m GROUP BY account, fund"
_AS_OF = f"SELECT sum(fen) FROM ({_TWO_SIDES}) AS m WHERE account = '{ACCOUNT}' AND day <= ?"
_PAGE = (
    f"SELECT entry, line, fen, sum(fen) OVER (ORDER BY day, entry, line) FROM ({_TWO_SIDES}) AS m "
    f"WHERE account = '{ACCOUNT}' ORDER BY day DESC, entry DESC, line DESC LIMIT ? OFFSET ?"
)
_FLOWS = (
    "SELECT substr(day, 1, 4), source, source_fund, destination, destination_fund, sum(amount) FROM revenue_movement "
    "WHERE community = ? AND day <= ? GROUP BY 1, 2, 3, 4, 5"
)


def figures() -> Iterator[str]:
    """Milliseconds of processor, medians of rounds in which the product and the scan take turns; the ratios are what counts."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(load_config(folder))
        begun = time.process_time()
        entries = fill(open_books(), MOVEMENTS)
        took = time.process_time() - begun
        yield f"{MOVEMENTS} movements in {entries} entries posted with all triggers: {took:.0f} s of processor"
        begun = time.process_time()
        if verify(CODE) is not None:
            raise AssertionError("the books are not whole")
        yield f"verified from the first entry: {time.process_time() - begun:.0f} s"
        yield from _questions()
        yield from _proofs(entries)
        close_database()


def _questions() -> Iterator[str]:
    ledger = Ledger()
    for name, goal, ask, scan in (
        (
            "trial balance",
            " (goal ≥ 500)",
            lambda: balances.trial_balance(CODE),
            lambda: sorted(rows(_TRIAL, CODE, CODE)),
        ),
        (
            "newest statement page",
            "",
            lambda: _shown(ledger.statement(CODE, account=ACCOUNT)),
            lambda: rows(_PAGE, CODE, CODE, PAGE, 0),
        ),
        (
            f"balance as of {DAY}",
            "",
            lambda: ledger.balance(CODE, ACCOUNT, as_of=DAY),
            lambda: rows(_AS_OF, CODE, CODE, DAY.isoformat())[0][0],
        ),
        (f"Sankey of {YEAR}", "", lambda: money_of_year(CODE, YEAR), _scanned_year),
    ):
        taken, scanned = _turns(ask, scan)
        yield f"{name}: {taken:.2f} ms, the scan {scanned:.0f} ms, {scanned / taken:.0f} × faster{goal}"
    newest = ledger.statement(CODE, account=ACCOUNT)
    deep = _deep(newest.lines[0].seq // 2)
    first, far = (
        _times(lambda: ledger.statement(CODE, account=ACCOUNT)),
        _times(lambda: ledger.statement(CODE, account=ACCOUNT, before=deep)),
    )
    yield f"statement page in the middle: {far:.2f} ms, {far / first:.2f} × the newest one (goal ≤ 1.5)"


def _shown(page: balances.StatementPage) -> list[tuple[int, int, int, int]]:
    return [(line.seq, line.line, line.fen, line.balance) for line in page.lines]


def _deep(seq: int) -> str:
    """The cursor of a page that begins after the first movement of an entry."""
    day = rows("SELECT day FROM revenue_entry WHERE community = ? AND seq = ?", CODE, seq)[0][0]
    return f"{day}_{seq}_1"


def _scanned_year() -> MoneyFlow:
    """The same layers, from all movements until the end of the year."""
    assets = {code for (code,) in rows("SELECT code FROM revenue_account WHERE community = ? AND kind = 'asset'", CODE)}
    before: dict[str, int] = defaultdict(int)
    flows: list[Flow] = []
    for year, source, source_fund, target, target_fund, fen in rows(_FLOWS, CODE, f"{YEAR}-12-31"):
        if int(year) == YEAR:
            flows.append(Flow(source, source_fund, target, target_fund, fen))
            continue
        before[target_fund] += fen * (target in assets)
        before[source_fund] -= fen * (source in assets)
    return money_flow(flows, assets, {fund: fen for fund, fen in before.items() if fen})


def _proofs(entries: int) -> Iterator[str]:
    """Remembered nodes against counting the whole tree, as it is done at the first question after a start."""

    def whole() -> str:
        return merkle_root(digest for (digest,) in rows(_DIGESTS, CODE))

    tree.forget(CODE)
    begun = time.process_time()
    head = heads.head(CODE)
    yield f"head of {entries} entries, at the first question: {(time.process_time() - begun) * 1000:.0f} ms"
    if head.root != whole():
        raise AssertionError("another root")
    counted = _times(whole, 1)
    for name, ask in (
        ("head", lambda: heads.head(CODE)),
        ("one entry with its proof", lambda: proven_entry(CODE, entries // 3, entries)),
    ):
        taken = _times(ask)
        yield f"{name}: {taken:.2f} ms, the tree counted from every digest {counted:.0f} ms, {counted / taken:.0f} × faster"


_DIGESTS = "SELECT digest FROM revenue_entry WHERE community = ? ORDER BY seq"


def _turns(ask: Callable[[], Any], scan: Callable[[], Any]) -> tuple[float, float]:
    if ask() != scan():
        raise AssertionError("the scan says something else")
    taken, scanned = [], []
    for _round in range(ROUNDS):
        taken.append(_times(ask))
        scanned.append(_times(scan, 1))
    return statistics.median(taken), statistics.median(scanned)


def _times(act: Callable[[], Any], calls: int = CALLS) -> float:
    begun = time.process_time()
    for _call in range(calls):
        act()
    return (time.process_time() - begun) / calls * 1000
