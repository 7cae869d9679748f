"""The books of a span of days as other programs read them: one neutral shape, and the names accounts have there.

Pure: what is asked of the database is in `book_reading.py`; the formats are in `plain_text.py` and `workbook.py`.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "net_assets": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
"""The five kinds as beancount and hledger call them."""
_PLAIN = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*")

Place = tuple[str, str]
"""An account and a fund, both by their code: what a balance is of."""


@dataclass(frozen=True)
class Account:
    """An account as the chart has it; `kind` is one of `ROOTS`."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Movement:
    """`amount` 分 (> 0) from a place to another."""

    amount: int
    source: Place
    destination: Place


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger; `reverses` is the number of the entry it takes back, 0 if none."""

    seq: int
    day: datetime.date
    purpose: str
    movements: Sequence[Movement]
    digest: str
    reverses: int = 0


@dataclass(frozen=True)
class Book:
    """A community's books from `first` to `last`. Balances are 分, debits positive, without zeros; each side adds up to 0."""

    community: str
    title: str
    first: datetime.date
    last: datetime.date
    accounts: Sequence[Account]
    funds: Mapping[str, str]
    opening: Mapping[Place, int]
    closing: Mapping[Place, int]
    entries: Iterable[Entry]

    @property
    def places(self) -> list[Place]:
        """Every account and fund with a balance or movement at either end of the span, in the order of the chart."""
        order = {account.code: place for place, account in enumerate(self.accounts)}
        return sorted({*self.opening, *self.closing}, key=lambda place: (order[place[0]], place[0], place[1]))


def legal_names(book: Book, places: Iterable[Place]) -> dict[Place, str]:
    """What beancount and hledger may call each place: `Assets:1002:2:Fund-GiveBack`. No two places share a name."""
    kinds = {account.code: account.kind for account in book.accounts}
    names: dict[Place, str] = {}
    taken: set[str] = set()
    for account, fund in sorted(places):
        parts = [_part(part) for part in account.split(".")]
        name = ":".join([ROOTS[kinds[account]], *parts, f"Fund-{_part(fund)}"])
        if name in taken:
            name += f"-{_mark(account + ' ' + fund)}"
        taken.add(name)
        names[account, fund] = name
    return names


def _part(code: str) -> str:
    """A part of a name: a capital letter or digit first, then Latin letters, digits and hyphens; others carry their digest."""
    if _PLAIN.fullmatch(code):
        return code
    if _SNAKE.fullmatch(code):
        return "".join(word.capitalize() for word in code.split("_"))
    kept = re.sub(r"[^A-Za-z0-9]", "", code)
    return f"{kept[:1].upper() or 'X'}{kept[1:]}-{_mark(code)}"


def _mark(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()[:8]


def amount_text(fen: int) -> str:
    """`-1234.50`: yuan with two decimals and no grouping, as programs read it."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
