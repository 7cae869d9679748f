"""The books at the desk: accounts and funds with their balances, entries, one entry, locked months and published states."""

from __future__ import annotations

import datetime

from flask import Response, request

from core import (
    Form,
    SelectField,
    after_post,
    asked_number,
    current_actor,
    current_community,
    download,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.revenue.bank.reconciling import close_month
from plugins.revenue.ledger import balances, by_hand, heads, nightly, periods
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.entries import EntryFilter, entries, entry
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.holds import held
from plugins.revenue.ledger.words import ACCOUNT_KINDS, FUND_OWNERS, HOLDERS
from plugins.revenue.reports import handing_out
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, here

BOOKS = "revenue.books"
CLOSE = "revenue.close"
POST = "revenue.post"
_PER_PAGE = 50


class LockForm(Form):
    """Which month is locked."""

    month = SelectField(_("Month to lock, with all before it"), required=True)


def desk(tail: str = "") -> str:
    """An address of the desk's part of this module."""
    return f"/c/{current_community().code}/revenue/desk{tail}"


def names() -> dict[str, str]:
    """Accounts and funds by code, as pages name them."""
    code = current_community().code
    return {
        **{each.code: f"{each.code} {each.name}" for each in accounts(code)},
        **{f"fund:{each.code}": each.name for each in funds(code)},
    }


@blueprint.get("/desk/books")
@view(BOOKS)
def desk_books() -> Response:
    """Funds with money and holds, accounts with balances, and in red what the last check found."""
    code = current_community().code
    lines = [(each, balances.balance(code, fund=each.code), held(code, each.code)) for each in funds(code)]
    of_account = [(each, balances.balance(code, each.code)) for each in accounts(code)]
    return page(
        "revenue/desk/books.html", funds=lines, accounts=of_account, kinds=ACCOUNT_KINDS, holders=HOLDERS,
        owners=FUND_OWNERS, broken=nightly.broken_entry(code), head=heads.head(code), base=desk(),
        may_post=current_actor().can(POST), years=handing_out.years(code) if handing_out.may_export(current_actor()) else [],
    )  # fmt: skip


@blueprint.post("/desk/books/export")
@view(BOOKS)
def desk_books_export() -> Response:
    """The books of a year for Excel, beancount, hledger or another program; told to the audit log."""
    made = handing_out.book_file(current_actor(), request.form.get("form", ""), asked_number("year") or 0)
    return download(made.content, made.media_type, made.filename)


@blueprint.get("/desk/entries")
@view(BOOKS)
def desk_entries() -> Response:
    """Entries, newest first, of all or of one account or fund."""
    code = current_community().code
    known = names()
    account = request.args.get("account", "")
    fund = request.args.get("fund", "")
    wanted = EntryFilter(account=account if account in known else "", fund=fund if f"fund:{fund}" in known else "")
    found = entries(code, wanted, before=asked_number("before"), limit=_PER_PAGE + 1)
    older = found[_PER_PAGE - 1].seq if len(found) > _PER_PAGE else None
    return page(
        "revenue/desk/entries.html", entries=found[:_PER_PAGE], older=older, wanted=wanted, names=known, base=desk(),
    )  # fmt: skip


@blueprint.get("/desk/entries/<int:entry_seq>")
@view(BOOKS)
def desk_entry(entry_seq: int) -> Response:
    """One entry: movements, evidence, who posted and approved, and what became of it."""
    found = entry(current_community().code, entry_seq)
    actor = current_actor()
    may_reverse = actor.can(POST) and found.reverses is None and found.reversed_by is None
    elsewhere = by_hand.elsewhere(actor, found) if may_reverse else None
    return page(
        "revenue/desk/entry.html", entry=found, names=names(), base=desk(), may_reverse=may_reverse, elsewhere=elsewhere,
        there=here(elsewhere.page) if elsewhere else "",
    )  # fmt: skip


@blueprint.route("/desk/locks", methods=["GET", "POST"])
@view(BOOKS)
def desk_locks() -> Response:
    """Locked months, and the published states of the books; whoever may locks one more."""
    code, actor = current_community().code, current_actor()
    form = LockForm.from_request()
    form.month.choices = [(month, month) for month in _open_months(code)]
    if request.method == "POST":
        actor.require(CLOSE)
    if form.act_on_submit(lambda: close_month(actor, form.month.data)):
        toast(_("Locked. Nothing can be posted in this month any more."))
        return after_post(url(".desk_locks"))
    return page(
        "revenue/desk/locks.html", form=form, locks=periods.locks(code), heads=heads.heads(code, limit=_PER_PAGE),
        may_lock=actor.can(CLOSE) and bool(form.month.choices), may_publish=actor.can(CLOSE), base=desk(),
        status=status_of(form),
    )  # fmt: skip


@blueprint.post("/desk/heads")
@view(CLOSE)
def desk_head_new() -> Response:
    """Publish the state of the books as it is."""
    submit_once(lambda: heads.record_head(current_actor()).seq)
    toast(_("Published. The code can be printed on notices now."))
    return after_post(url(".desk_locks"))


def _open_months(code: str) -> list[str]:
    """The months that are over and not locked, the last one first, at most three years back."""
    locked, month, found = periods.locked_until(code), today().replace(day=1), []
    for _each in range(36):
        month = (month - datetime.timedelta(1)).replace(day=1)
        if month.isoformat()[:7] <= locked:
            break
        found.append(month.isoformat()[:7])
    return found
