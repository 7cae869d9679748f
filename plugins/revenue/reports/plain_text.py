"""The books as text files of beancount and of hledger, and as JSON. The first two end with our balances as assertions, so that
the program itself finds a difference of one 分."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator

from plugins.revenue.reports.books import Book, Entry, Place, amount_text, legal_names

CURRENCY = "CNY"
_TYPES = {"Assets": "A", "Liabilities": "L", "Equity": "E", "Income": "R", "Expenses": "X"}


def beancount(book: Book) -> Iterator[str]:
    """The lines of a beancount file, each with its line end. `bean-check` accepts it without a word."""
    names = _names(book)
    yield f'option "title" "{_quoted(book.title)}"\n'
    yield f'option "operating_currency" "{CURRENCY}"\n\n'
    yield f"{book.first} commodity {CURRENCY}\n\n"
    chart = {account.code: account.name for account in book.accounts}
    for (account, fund), name in names.items():
        yield f"{book.first} open {name} {CURRENCY}\n"
        yield f'  code: "{_quoted(account)}"\n  name: "{_quoted(chart[account])}"\n'
        yield f'  fund: "{_quoted(fund)}"\n  fund-name: "{_quoted(book.funds.get(fund, fund))}"\n'
    yield "\n"
    for day, purpose, meta, postings in _transactions(book, names):
        yield f'{day} * "{_quoted(purpose)}"\n'
        yield from (f'  {key}: "{value}"\n' for key, value in meta)
        yield from (f"  {name}  {amount_text(fen)} {CURRENCY}\n" for name, fen in postings)
        yield "\n"
    after = book.last + datetime.timedelta(days=1)
    for place, name in names.items():
        yield f"{after} balance {name}  {amount_text(book.closing.get(place, 0))} ~ 0 {CURRENCY}\n"


def hledger(book: Book) -> Iterator[str]:
    """The lines of an hledger journal, each with its line end. `hledger check` accepts it without a word."""
    names = _names(book)
    yield f"; {_commented(book.title)}\n"
    yield f"commodity 1000.00 {CURRENCY}\n\n"
    chart = {account.code: account.name for account in book.accounts}
    for (account, fund), name in names.items():
        kind = _TYPES[name.partition(":")[0]]
        words = f"code:{_commented(account)}, name:{_commented(chart[account])}, fund:{_commented(book.funds.get(fund, fund))}"
        yield f"account {name}  ; type:{kind}, {words}\n"
    yield "\n"
    for day, purpose, meta, postings in _transactions(book, names):
        number = next((value for key, value in meta if key == "entry"), "0")
        yield f"{day} * ({number}) {_commented(purpose)}\n"
        yield from (f"    ; {key}: {value}\n" for key, value in meta if key != "entry")
        yield from (f"    {name}  {amount_text(fen)} {CURRENCY}\n" for name, fen in postings)
        yield "\n"
    yield f"{book.last} * balances\n"
    for place, name in names.items():
        yield f"    {name}  0.00 {CURRENCY} = {amount_text(book.closing.get(place, 0))} {CURRENCY}\n"


def _names(book: Book) -> dict[Place, str]:
    """Names of every place with a balance at either end; one that only money passes through has a balance of 0 at the end and
    stands in `closing` for that reason."""
    found = legal_names(book, book.places)
    return {place: found[place] for place in book.places}


_Transaction = tuple[datetime.date, str, list[tuple[str, str]], list[tuple[str, int]]]


def _transactions(book: Book, names: dict[Place, str]) -> Iterator[_Transaction]:
    """The balances brought forward as one transaction, then every entry."""
    if book.opening:
        yield book.first, "opening balances", [], [(names[place], fen) for place, fen in book.opening.items()]
    for entry in book.entries:
        yield entry.day, entry.purpose, _meta(entry), _postings(entry, names)


def _meta(entry: Entry) -> list[tuple[str, str]]:
    reversed_one = [("reverses", str(entry.reverses))] if entry.reverses else []
    return [("entry", str(entry.seq)), ("digest", entry.digest), *reversed_one]


def _postings(entry: Entry, names: dict[Place, str]) -> list[tuple[str, int]]:
    return [
        side
        for movement in entry.movements
        for side in ((names[movement.source], -movement.amount), (names[movement.destination], movement.amount))
    ]


def _quoted(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _commented(text: str) -> str:
    """Text that no reader of hledger takes for a comment, a tag's end or a payee."""
    return _one_line(text).translate({ord(";"): "；", ord("|"): "｜", ord(","): "，", ord(":"): "："})


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()


def as_json(book: Book) -> Iterator[str]:
    """One JSON object: accounts, funds, balances at both ends in 分, and every entry."""

    def told(balances: object) -> list[list[object]]:
        return [[account, fund, fen] for (account, fund), fen in sorted(dict(balances).items())]  # type: ignore[call-overload]

    head = {
        "community": book.community,
        "first": str(book.first),
        "last": str(book.last),
        "accounts": [[account.code, account.name, account.kind] for account in book.accounts],
        "funds": dict(book.funds),
        "opening": told(book.opening),
        "closing": told(book.closing),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "entries": [\n'
    comma = ""
    for entry in book.entries:
        lines = [[each.amount, *each.source, *each.destination] for each in entry.movements]
        said = {
            "seq": entry.seq, "day": str(entry.day), "purpose": entry.purpose, "reverses": entry.reverses or None,
            "digest": entry.digest, "lines": lines,
        }  # fmt: skip
        yield comma + json.dumps(said, ensure_ascii=False)
        comma = ",\n"
    yield "\n]}\n"
