"""The funds of a community: whose money it is and what for. A fund is never changed, only closed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core import Actor, Invalid, NotFound, Refused, rows, transaction, transactional
from plugins.revenue.ledger.accounts import CODE, _close
from plugins.revenue.ledger.register import enter
from plugins.revenue.texts import _

OWNERS = ("community", "owners", "donor")
_FUNDS = Path(__file__).parent / "charts" / "funds.csv"
_SELECT = (
    "SELECT f.code, f.name, f.owner, f.is_restricted, f.purpose, c.code IS NULL FROM revenue_fund f "
    "LEFT JOIN revenue_closing c ON c.community = f.community AND c.what = 'fund' AND c.code = f.code WHERE f.community = ?"
)


@dataclass(frozen=True)
class FundLine:
    """A fund: `owner` as in OWNERS; a restricted one is spent for its purpose only."""

    code: str
    name: str
    owner: str
    is_restricted: bool
    purpose: str
    is_open: bool


def funds(community: str) -> list[FundLine]:
    """Every fund of a community, in the order in which they were opened."""
    return [_line(row) for row in rows(f"{_SELECT} ORDER BY f.id", community)]


def fund(community: str, code: str) -> FundLine:
    """One fund; raises `NotFound`."""
    found = rows(f"{_SELECT} AND f.code = ?", community, code)
    if not found:
        raise NotFound
    return _line(found[0])


def _line(row: tuple[str, str, str, int, str, int]) -> FundLine:
    return FundLine(row[0], row[1], row[2], bool(row[3]), row[4], is_open=bool(row[5]))


@transactional
def open_fund(
    actor: Actor, code: str, name: str, owner: str = "community", is_restricted: bool = False, purpose: str = ""
) -> None:
    """Add a fund. Asked again with the same content it does nothing.

    Raises `Invalid`, and `Refused` where the code stands for another fund.
    """
    community, name, purpose = str(actor.community), name.strip(), purpose.strip()
    if not CODE.fullmatch(code) or len(code) > 40:
        raise Invalid({"code": [_("A code has letters without accents, digits and points, at most 40.")]})
    if not name or len(name) > 120:
        raise Invalid({"name": [_("Please give the fund a name of at most 120 characters.")]})
    if owner not in OWNERS:
        raise Invalid({"owner": [_("Please say whose money it is.")]})
    found = rows(f"{_SELECT} AND f.code = ?", community, code)
    if found:
        if _line(found[0]) != FundLine(code, name, owner, is_restricted, purpose, is_open=True):
            raise Refused(_("The fund %(code)s exists already, with another name or owner.", code=code))
        return
    values = {"code": code, "name": name, "owner": owner, "is_restricted": int(is_restricted), "purpose": purpose}
    enter(actor, "fund", values)


@transactional
def close_fund(actor: Actor, code: str, reason: str) -> None:
    """Take no more postings in a fund. Raises `Refused` while anything stands in it; closed twice is closed once.

    A fund that is used up has no money and owes none; what came in and went out stands in its accounts of income and expense.
    """
    community = str(actor.community)
    if not fund(community, code).is_open:
        return
    if has_money(community, code):
        raise Refused(_("Money still stands in this fund."), advice=_("Move it to another fund first."))
    _close(actor, "fund", code, reason)


def has_money(community: str, code: str) -> bool:
    """Whether anything stands in one of a fund's accounts of assets or liabilities."""
    found = rows(
        "SELECT 1 FROM revenue_balance b JOIN revenue_account a ON a.community = b.community AND a.code = b.account "
        "WHERE b.community = ? AND b.fund = ? AND b.fen <> 0 AND a.kind IN ('asset', 'liability') LIMIT 1",
        community, code,
    )  # fmt: skip
    return bool(found)


@cache
def beginning() -> tuple[FundLine, ...]:
    """The funds every community begins with. Postings of the program name them."""
    with _FUNDS.open(encoding="utf-8", newline="") as file:
        return tuple(
            FundLine(row["code"], row["name"], row["owner"], row["is_restricted"] == "1", row["purpose"], is_open=True)
            for row in csv.DictReader(file)
        )


def open_funds(actor: Actor) -> None:
    """The funds every community begins with; those it has stay as they are."""
    with transaction(actor.community):
        known = {line.code for line in funds(str(actor.community))}
        for each in beginning():
            if each.code not in known:
                open_fund(actor, each.code, each.name, each.owner, each.is_restricted, each.purpose)
