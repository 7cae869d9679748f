"""The chart of accounts and the funds as people change them at the desk: open one more, close one that is done with.

What the books allow is said in `accounts.py` and `funds.py`. Here is who may, which codes are free for people, and what still uses
one: the other parts open accounts of their own (for a contract, a donation, a float, a project), which stay with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import Actor, Invalid, Label, NotFound, Ref, Refused, next_number, record, rows, transactional
from plugins.revenue.ledger.accounts import (
    HOLDERS,
    AccountLine,
    account,
    accounts,
    close_account,
    open_account,
    stands_in,
)
from plugins.revenue.ledger.accounts import beginning as first_accounts
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.funds import FundLine, close_fund, fund, funds, has_money, open_fund
from plugins.revenue.ledger.funds import beginning as first_funds
from plugins.revenue.ledger.models import Journal
from plugins.revenue.ledger.movable import CUSTODY, KEPT
from plugins.revenue.texts import _

APPROVE = "revenue.approve"
OWNERS_OF_FUNDS = ("community", "owners")

# Asked with a community and a code; None where the part has nothing to do with it. By the part, which adds its own.
codes_of_parts: dict[str, Callable[[str, str], Elsewhere | None]] = {}
account_users: dict[str, Callable[[str, str], Elsewhere | None]] = {}
fund_users: dict[str, Callable[[str, str], Elsewhere | None]] = {}
# What follows in the transaction in which an account is closed, called with who did it and its code.
account_follows: dict[str, Callable[[Actor, str], None]] = {}


@dataclass(frozen=True)
class Mark:
    """Who opened or closed something, when (ms UTC), and why it was closed."""

    at: int
    by: str
    reason: str = ""


def opened(community: str, what: str, code: str) -> Mark:
    """Who opened an `account` or a `fund`; raises `NotFound`."""
    table = {"account": "revenue_account", "fund": "revenue_fund"}[what]
    found = rows(f"SELECT at, by_label FROM {table} WHERE community = ? AND code = ?", community, code)
    if not found:
        raise NotFound
    return Mark(*found[0])


def closed(community: str, what: str, code: str) -> Mark | None:
    """Who closed an `account` or a `fund`, and why; None while it is open."""
    found = rows(
        "SELECT at, by_label, reason FROM revenue_closing WHERE community = ? AND what = ? AND code = ?",
        community, what, code,
    )  # fmt: skip
    return Mark(*found[0]) if found else None


def _first(asked: dict[str, Callable[[str, str], Elsewhere | None]], community: str, code: str) -> Elsewhere | None:
    return next((found for each in asked.values() if (found := each(community, code)) is not None), None)


# --------------------------------------------------------------------------- accounts


def takes_more(community: str, parent: AccountLine) -> bool:
    """Whether people open accounts below this one."""
    code = f"{parent.code}.1"
    return parent.is_open and parent.kind != "net_assets" and _first(codes_of_parts, community, code) is None


def free_code(community: str, parent: str) -> str:
    """The next free number below an account: 1002.3 after 1002.2."""
    head = f"{parent}."
    tails = [each.code.removeprefix(head) for each in accounts(community) if each.code.startswith(head)]
    return f"{head}{1 + max((int(tail) for tail in tails if tail.isdecimal() and len(tail) < 10), default=0)}"


def holders_below(parent: str) -> Sequence[str]:
    """Who can keep what stands below an account: the owners' own only what is theirs."""
    head = parent.split(".")[0]
    if head == CUSTODY:
        return ("owners",)
    return HOLDERS if head == KEPT else tuple(each for each in HOLDERS if each != "owners")


@transactional
def open_by_hand(actor: Actor, code: str, name: str, holder: str) -> AccountLine:
    """Open an account below one of the chart, of its kind. Raises `Invalid` (code, name, holder), `Forbidden`."""
    actor.require(APPROVE)
    community, code, name = str(actor.community), code.strip(), name.strip()
    known = {each.code: each for each in accounts(community)}
    parent = _parent(community, known, code)
    errors: dict[str, list[Label]] = {}
    same = next((each for each in known.values() if each.is_open and each.name == name), None)
    if same is not None:
        errors["name"] = [_("The account %(code)s is called so already.", code=same.code)]
    if holder not in HOLDERS:
        errors["holder"] = [_("Please choose one of these.")]
    elif holder not in holders_below(parent.code):
        errors["holder"] = [
            _("What stands below %(code)s is the owners' own.", code=CUSTODY)
            if parent.code.split(".")[0] == CUSTODY
            else _("The owners' money is kept in accounts below %(code)s only.", code=KEPT)
        ]
    if errors:
        raise Invalid(errors)
    open_account(actor, code, name, parent.kind, holder)
    after = {"account": code, "name": name, "holder": holder}
    record(actor, "revenue.account.opened", _ref(community, "account", code), after=after, permission=APPROVE)
    return account(community, code)


def _parent(community: str, known: dict[str, AccountLine], code: str) -> AccountLine:
    def wrong(words: Label) -> Invalid:
        return Invalid({"code": [words]})

    above, point, last = code.rpartition(".")
    if not point or not above or not last:
        raise wrong(
            _(
                "Write the code of an account of the chart, a point and a number: 1002.1 is the first account below 1002."
            )
        )
    if above not in known:
        raise wrong(_("There is no account %(code)s above it.", code=above))
    if code in known:
        raise wrong(_("There is an account %(code)s already: %(name)s.", code=code, name=known[code].name))
    if not known[above].is_open:
        raise wrong(_("The account %(code)s is closed.", code=above))
    if known[above].kind == "net_assets":
        raise wrong(_("Nothing is opened below net assets: the reports reckon each year by itself."))
    part = _first(codes_of_parts, community, code)
    if part is not None:
        raise wrong(_("%(why)s %(what)s", why=part.reason, what=part.advice))
    return known[above]


def why_account_stays(community: str, code: str) -> Elsewhere | None:
    """What speaks against closing an account that is open; None where it can be closed. Raises `NotFound`."""
    account(community, code)
    if any(each.code == code for each in first_accounts()):
        return Elsewhere(_("Every community has this account, and the program posts in it."), _("It stays open."), "")
    part = _first(codes_of_parts, community, code)
    if part is not None:
        return part
    below = next((each for each in accounts(community) if each.is_open and each.code.startswith(f"{code}.")), None)
    if below is not None:
        return Elsewhere(
            _("The account %(code)s stands below it and is open.", code=below.code), _("Close that one first."),
            f"/desk/accounts/{below.code}",
        )  # fmt: skip
    if stands_in(community, code):
        return Elsewhere(_("Money still stands in this account."), _("Post it to another account first."), "")
    return _waiting(community, code, (1, 3)) or _first(account_users, community, code)


@transactional
def close_account_by_hand(actor: Actor, code: str, reason: str) -> None:
    """Close an account for good. Raises `Refused` with what still uses it, `Invalid` (reason), `NotFound`, `Forbidden`."""
    actor.require(APPROVE)
    community = str(actor.community)
    if not account(community, code).is_open:
        return
    check_account(community, code)
    close_account(actor, code, reason)
    for follow in account_follows.values():
        follow(actor, code)
    _tell_closing(actor, "account", code, reason)


# --------------------------------------------------------------------------- funds


@transactional
def open_fund_by_hand(actor: Actor, name: str, owner: str, is_restricted: bool, purpose: str) -> FundLine:
    """Open a fund of the community or of the owners; those of donors are opened with the donations. Its code is given.

    The owners' money is always restricted: they vote on it. Raises `Invalid` (name, owner, purpose), `Forbidden`.
    """
    actor.require(APPROVE)
    community, name, purpose = str(actor.community), name.strip(), purpose.strip()
    errors: dict[str, list[Label]] = {}
    if any(each.is_open and each.name == name for each in funds(community)):
        errors["name"] = [_("There is a fund of this name already.")]
    if owner not in OWNERS_OF_FUNDS:
        errors["owner"] = [_("Please say whose money it is.")]
    if not purpose:
        errors["purpose"] = [_("Please write what it is for.")]
    if errors:
        raise Invalid(errors)
    code = f"fund-{next_number(community, 0, 'revenue.fund')}"
    open_fund(actor, code, name, owner, is_restricted or owner == "owners", purpose)
    made = fund(community, code)
    after = {"fund": code, "name": name, "owner": owner, "is_restricted": made.is_restricted, "purpose": purpose}
    record(actor, "revenue.fund.opened", _ref(community, "fund", code), after=after, permission=APPROVE)
    return made


def why_fund_stays(community: str, code: str) -> Elsewhere | None:
    """What speaks against closing a fund that is open; None where it can be closed. Raises `NotFound`."""
    fund(community, code)
    if any(each.code == code for each in first_funds()):
        return Elsewhere(_("Every community has this fund, and the program posts in it."), _("It stays open."), "")
    if has_money(community, code):
        return Elsewhere(_("Money still stands in this fund."), _("Move it to another fund first."), "")
    return _waiting(community, code, (2, 4)) or _first(fund_users, community, code)


@transactional
def close_fund_by_hand(actor: Actor, code: str, reason: str) -> None:
    """Close a fund for good. Raises `Refused` with what still uses it, `Invalid` (reason), `NotFound`, `Forbidden`."""
    actor.require(APPROVE)
    community = str(actor.community)
    if not fund(community, code).is_open:
        return
    check_fund(community, code)
    close_fund(actor, code, reason)
    _tell_closing(actor, "fund", code, reason)


# --------------------------------------------------------------------------- both


def _waiting(community: str, code: str, columns: tuple[int, int]) -> Elsewhere | None:
    """A posting that waits for its second person and names the code in one of these columns of its lines."""
    for each in Journal.of(community).where(Journal.state == "drafted"):
        if any(code == line[column] for line in each.lines for column in columns):
            return Elsewhere(
                _("A posting that waits for its second person names it: %(purpose)s", purpose=each.purpose),
                _("Approve it first, or not."), f"/desk/journal/{each.id}",
            )  # fmt: skip
    return None


def check_account(community: str, code: str) -> None:
    """Raise `Refused` with what speaks against closing an account, and `NotFound`."""
    _nothing_against(why_account_stays(community, code))


def check_fund(community: str, code: str) -> None:
    """Raise `Refused` with what speaks against closing a fund, and `NotFound`."""
    _nothing_against(why_fund_stays(community, code))


def _nothing_against(found: Elsewhere | None) -> None:
    if found is not None:
        raise Refused(found.reason, advice=found.advice)


def _tell_closing(actor: Actor, what: str, code: str, reason: str) -> None:
    # The reason stands in the register for everybody who keeps the books; a log that is kept as long repeats it.
    action = {"account": "revenue.account.closed", "fund": "revenue.fund.closed"}[what]
    after = {what: code, "reason": reason.strip()}
    record(actor, action, _ref(str(actor.community), what, code), after=after, permission=APPROVE)


def _ref(community: str, what: str, code: str) -> Ref:
    table = {"account": "revenue_account", "fund": "revenue_fund"}[what]
    number = rows(f"SELECT id FROM {table} WHERE community = ? AND code = ?", community, code)[0][0]
    return Ref(f"revenue.{what}", community, number)
