"""The books as an Excel workbook: balances and movements, each sheet with the period and the number of the page at its foot."""

from __future__ import annotations

import io
from typing import Any

from plugins.revenue.reports.books import Book
from plugins.revenue.texts import _


def workbook(book: Book) -> bytes:
    """The workbook; sums are yuan in cells of two decimals. Text stays text, also where it looks like a formula."""
    import xlsxwriter

    out = io.BytesIO()
    made = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    named = {account.code: account.name for account in book.accounts}
    balances = [
        [account, named[account], book.funds.get(fund, fund), *_yuan(book.opening.get((account, fund), 0), book.closing.get((account, fund), 0))]
        for account, fund in book.places
    ]  # fmt: skip
    _sheet(
        made,
        book,
        str(_("Trial balance")),
        [_("Account"), _("Name"), _("Fund"), _("At the beginning"), _("At the end")],
        balances,
    )
    movements = [
        [entry.seq, str(entry.day), entry.purpose, *_named(named, book, movement.source), *_named(named, book, movement.destination), *_yuan(movement.amount)]
        for entry in book.entries
        for movement in entry.movements
    ]  # fmt: skip
    heads = [_("Number"), _("Day"), _("What for"), _("From"), _("Its fund"), _("To"), _("Fund it goes to"), _("Yuan")]
    _sheet(made, book, str(_("Movements")), heads, movements)
    made.close()
    return out.getvalue()


def _named(named: dict[str, str], book: Book, place: tuple[str, str]) -> list[str]:
    return [f"{place[0]} {named[place[0]]}", book.funds.get(place[1], place[1])]


def _yuan(*amounts: int) -> list[float]:
    """Excel keeps numbers as floats of 15 digits, which hold every sum of the ledger to the 分."""
    return [amount / 100 for amount in amounts]


def _sheet(made: Any, book: Book, title: str, heads: list[Any], lines: list[list[Any]]) -> None:
    sheet = made.add_worksheet(title)
    bold, money, text = (
        made.add_format({"bold": True}),
        made.add_format({"num_format": "#,##0.00"}),
        made.add_format({"num_format": "@"}),
    )
    for column, head in enumerate(heads):
        sheet.write_string(0, column, str(head), bold)
    for row, cells in enumerate(lines, 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, float):
                sheet.write_number(row, column, cell, money)
            elif isinstance(cell, int):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, cell, text)
    sheet.set_column(0, len(heads) - 1, 18)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&L" + f"{title} {book.title}".replace("&", "&&"))
    sheet.set_footer("&C&P / &N")
