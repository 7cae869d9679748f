"""`linli revenue export`: the books as files for beancount, hledger, Excel and other programs."""

from __future__ import annotations

from typing import IO

import click

from core import Invalid, all_communities, opened
from plugins.revenue.commands import revenue
from plugins.revenue.reports.book_reading import book_of, whole_book
from plugins.revenue.reports.period import Period
from plugins.revenue.reports.plain_text import as_json, beancount, hledger
from plugins.revenue.reports.workbook import workbook
from plugins.revenue.texts import _


@revenue.command("export")
@click.option("--format", "form", type=click.Choice(["beancount", "hledger", "xlsx", "json"]), required=True)
@click.option("--community", help="12-digit code; needed only when there are several.")
@click.option("--year", type=click.IntRange(2000, 2099), help="One year, with the balances brought forward; else all.")
@click.option("--output", type=click.File("wb"), default="-", help="The file to write; else standard output.")
@click.pass_context
def export(context: click.Context, form: str, community: str | None, year: int | None, output: IO[bytes]) -> None:
    """Write the books for another program; the balances it finds are ours to the fen."""
    with opened(context):
        code = _chosen(community)
        book = book_of(code, Period(year).first, Period(year).last) if year else whole_book(code)
        if form == "xlsx":
            output.write(workbook(book))
            return
        for line in {"beancount": beancount, "hledger": hledger, "json": as_json}[form](book):
            output.write(line.encode())


def _chosen(community: str | None) -> str:
    codes = [item.code for item in all_communities()]
    if community is None and len(codes) == 1:
        return str(codes[0])
    if community not in codes:
        raise Invalid(message=_("There is no community with the code %(code)s here.", code=community or ""))
    return str(community)
