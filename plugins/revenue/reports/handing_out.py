"""The books of a year as a file for another program, for whoever keeps the books: as `linli revenue export` writes it, and audited.

There is nobody's name in it: entries carry their digest and not who entered and approved them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core import Actor, NotFound, Ref, record, rows, today, transactional
from plugins.revenue.reports.book_reading import book_of
from plugins.revenue.reports.books import Book
from plugins.revenue.reports.period import Period
from plugins.revenue.reports.plain_text import as_json, beancount, hledger
from plugins.revenue.reports.workbook import workbook

BOOKS, EXPORT = "revenue.books", "core.export"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class BookFile:
    """A file to keep."""

    content: bytes
    media_type: str
    filename: str


def _text(write: Callable[[Book], Iterable[str]]) -> Callable[[Book], bytes]:
    return lambda book: "".join(write(book)).encode()


# By form: the ending, the type, and what writes it.
FORMS: dict[str, tuple[str, str, Callable[[Book], bytes]]] = {
    "xlsx": ("xlsx", _XLSX, workbook),
    "beancount": ("beancount", "text/plain; charset=utf-8", _text(beancount)),
    "hledger": ("journal", "text/plain; charset=utf-8", _text(hledger)),
    "json": ("json", "application/json", _text(as_json)),
}


def may_export(actor: Actor) -> bool:
    """Whether the actor sees the books and may take lists along."""
    return actor.can(BOOKS) and actor.can(EXPORT)


def years(community: str) -> list[int]:
    """The years with entries, the newest first; this year where there is none."""
    found = rows("SELECT min(day), max(day) FROM revenue_entry WHERE community = ?", community)[0]
    first, last = (int(str(day)[:4]) if day else today().year for day in found)
    return list(range(last, first - 1, -1))


@transactional
def book_file(actor: Actor, form: str, year: int) -> BookFile:
    """The books of a year with the balances brought forward. Raises `NotFound` for another form or year, `Forbidden`."""
    actor.require(BOOKS)
    actor.require(EXPORT)
    community = str(actor.community)
    if form not in FORMS or year not in years(community):
        raise NotFound
    ending, media_type, write = FORMS[form]
    period = Period(year)
    content = write(book_of(community, period.first, period.last))
    record(
        actor, "revenue.books.exported", Ref("revenue.entry", community, "books"), after={"form": form, "year": year},
        permission=EXPORT,
    )  # fmt: skip
    return BookFile(content, media_type, f"{community}-{year}.{ending}")
