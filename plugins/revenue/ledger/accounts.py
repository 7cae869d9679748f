"""The chart of accounts of a community: read, open, close. An account is never changed, only closed."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core import Actor, Invalid, NotFound, Refused, rows, transaction, transactional
from plugins.revenue.ledger.register import enter
from plugins.revenue.texts import _

KINDS = ("asset", "liability", "net_assets", "income", "expense")
HOLDERS = ("community", "street", "company", "owners")
CHART = "npo-2024"
_CHARTS = Path(__file__).parent / "charts"
CODE = re.compile(r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*")
_SELECT = (
    "SELECT a.code, a.name, a.kind, a.holder, c.code IS NULL FROM revenue_account a LEFT JOIN revenue_closing c "
    "ON c.community = a.community AND c.what = 'account' AND c.code = a.code WHERE a.community = ?"
)


@dataclass(frozen=True)
class AccountLine:
    """An account: `kind` and `holder` as in KINDS and HOLDERS."""

    code: str
    name: str
    kind: str
    holder: str
    is_open: bool


def accounts(community: str) -> list[AccountLine]:
    """Every account of a community, by code."""
    return sorted((_line(row) for row in rows(_SELECT, community)), key=lambda line: line.code)


def account(community: str, code: str) -> AccountLine:
    """One account; raises `NotFound`."""
    found = rows(f"{_SELECT} AND a.code = ?", community, code)
    if not found:
        raise NotFound
    return _line(found[0])


def _line(row: tuple[str, str, str, str, int]) -> AccountLine:
    return AccountLine(*row[:4], is_open=bool(row[4]))


@transactional
def open_account(actor: Actor, code: str, name: str, kind: str, holder: str = "community") -> None:
    """Add an account to the chart; a sub-account's code is its parent's, a point and more, and it is of the parent's kind.

    Asked again with the same content it does nothing. Raises `Invalid`, and `Refused` where the code stands for another one.
    """
    community, name = str(actor.community), name.strip()
    _check(community, code, name, kind, holder)
    same = AccountLine(code, name, kind, holder, is_open=True)
    found = rows(f"{_SELECT} AND a.code = ?", community, code)
    if found:
        if _line(found[0]) != same:
            raise Refused(_("The account %(code)s exists already, with another name or kind.", code=code))
        return
    enter(actor, "account", {"code": code, "name": name, "kind": kind, "holder": holder, "chart": CHART})


def _check(community: str, code: str, name: str, kind: str, holder: str) -> None:
    if not CODE.fullmatch(code) or len(code) > 40:
        raise Invalid({"code": [_("A code has letters without accents, digits and points, at most 40.")]})
    if not name or len(name) > 120:
        raise Invalid({"name": [_("Please give the account a name of at most 120 characters.")]})
    if kind not in KINDS or holder not in HOLDERS:
        raise Invalid({"kind": [_("There is no such kind of account.")]})
    parent, point, _rest = code.rpartition(".")
    if not point:
        return
    found = rows(f"{_SELECT} AND a.code = ?", community, parent)
    if not found:
        raise Invalid({"code": [_("There is no account %(code)s above it.", code=parent)]})
    if found[0][2] != kind:
        raise Invalid({"kind": [_("A sub-account is of the same kind as the account above it.")]})


@transactional
def close_account(actor: Actor, code: str, reason: str) -> None:
    """Take no more postings in an account. Raises `Refused` while anything stands in it; closed twice is closed once.

    What came in and went out over the years stands in accounts of income and expense for ever, and keeps none of them open.
    """
    community = str(actor.community)
    if not account(community, code).is_open:
        return
    if stands_in(community, code):
        raise Refused(_("Money still stands in this account."), advice=_("Post it to another account first."))
    _close(actor, "account", code, reason)


def stands_in(community: str, code: str) -> bool:
    """Whether an account has a balance in any fund; never one of income or expense."""
    if account(community, code).kind in ("income", "expense"):
        return False
    found = "SELECT 1 FROM revenue_balance WHERE community = ? AND account = ? AND fen <> 0 LIMIT 1"
    return bool(rows(found, community, code))


def _close(actor: Actor, what: str, code: str, reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why.")]})
    enter(actor, "closing", {"what": what, "code": code, "reason": reason.strip()})


@cache
def beginning() -> tuple[AccountLine, ...]:
    """The accounts every community begins with, from the chart of 《民间非营利组织会计制度》. Postings of the program name them."""
    with (_CHARTS / f"{CHART}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            AccountLine(row["code"], row["name"], row["kind"], row["holder"], is_open=True)
            for row in csv.DictReader(file)
        )


def open_chart(actor: Actor) -> None:
    """The accounts every community begins with; those it has stay as they are."""
    with transaction(actor.community):
        known = {line.code for line in accounts(str(actor.community))}
        for each in beginning():
            if each.code not in known:
                open_account(actor, each.code, each.name, each.kind, each.holder)
