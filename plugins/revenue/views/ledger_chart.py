"""科目与资金 at the desk: which accounts and funds the books have, who keeps each; one more is opened, one is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from core import (
    BooleanField,
    Form,
    Invalid,
    SelectField,
    StringField,
    TextAreaField,
    after_post,
    current_actor,
    current_community,
    page,
    submit_once,
    toast,
    url,
    view,
)
from plugins.revenue.bank.accounts import MATCH, choices
from plugins.revenue.giving.states import GIVE
from plugins.revenue.ledger import balances, chart
from plugins.revenue.ledger.accounts import KINDS, account, accounts
from plugins.revenue.ledger.chart import APPROVE
from plugins.revenue.ledger.funds import fund, funds
from plugins.revenue.ledger.holds import held
from plugins.revenue.ledger.words import ACCOUNT_KINDS, FUND_OWNERS, HOLDERS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, here, one_form
from plugins.revenue.views.giving_forms import ReasonForm
from plugins.revenue.views.ledger import BOOKS, desk

_WORDS = _("Everybody can read this for ever: no names, no phone numbers.")


class AccountForm(Form):
    """One account more, below one of the chart."""

    code = StringField(
        _("Code of the account"), required=True, longest=40,
        description=_("The code of the account above it, a point and a number: 1002.1 is the first account below 1002. It is of the same kind."),
    )  # fmt: skip
    name = StringField(_("Name of the account"), required=True, longest=120, description=_WORDS)
    holder = SelectField(
        _("Who keeps the money"), required=True, choices=list(HOLDERS.items()),
        default="community", description=_("In whose name the account is at the bank. Where no money lies in it: the community itself."),
    )  # fmt: skip


class FundForm(Form):
    """One fund more, of the community or of the owners."""

    name = StringField(_("Name of the fund"), required=True, longest=120, description=_WORDS)
    owner = SelectField(
        _("Whose money"), required=True, choices=[(key, FUND_OWNERS[key]) for key in chart.OWNERS_OF_FUNDS],
    )  # fmt: skip
    is_restricted = BooleanField(_("It is spent for its purpose only; the owners' money always is."))
    purpose = TextAreaField(_("What it is for"), required=True, longest=300, description=_WORDS)


@blueprint.get("/desk/accounts")
@view(BOOKS)
def desk_chart() -> Response:
    """Every account with its kind and holder, every fund with its owner and purpose, open or closed."""
    code, actor = current_community().code, current_actor()
    found = accounts(code)
    return page(
        "revenue/desk/chart.html", kinds=[(ACCOUNT_KINDS[kind], [each for each in found if each.kind == kind]) for kind in KINDS],
        funds=funds(code), holders=HOLDERS, owners=FUND_OWNERS, may=actor.can(APPROVE), may_give=actor.can(GIVE), base=desk(),
    )  # fmt: skip


@blueprint.route("/desk/accounts/new", methods=["GET", "POST"])
@view(APPROVE)
def desk_account_new() -> Response:
    """Open an account below one of the chart."""
    code, under = current_community().code, request.args.get("under", "")
    known = {each.code: each for each in accounts(code)}
    above = known.get(under)
    form = AccountForm.from_request(
        code=chart.free_code(code, under) if above else "",
        holder=chart.holders_below(under)[0] if above else "community",
    )
    made = _opened(
        form, lambda: chart.open_by_hand(current_actor(), form.code.data, form.name.data, form.holder.data).code
    )
    if made is not None:
        return after_post(url(".desk_account", account_code=made))
    return _form(form, _("Open an account"), _("Open the account"), desk("/accounts"), _NEVER, "plus")


_NEVER = _("Nothing is moved by this. Code, name and holder cannot be changed later; an empty account can be closed.")


@blueprint.get("/desk/accounts/<account_code>")
@view(BOOKS)
def desk_account(account_code: str) -> Response:
    """One account: what it is, who opened it, what stands below it, and whether it can be closed."""
    code, actor = current_community().code, current_actor()
    found = account(code, account_code)
    to_register = account_code in {each for each, _name in choices(code)}
    return page(
        "revenue/desk/chart_account.html", account=found, kind=ACCOUNT_KINDS[found.kind], holder=HOLDERS[found.holder],
        fen=balances.balance(code, account_code), below=[each for each in accounts(code) if each.code.startswith(f"{account_code}.")],
        may_open=actor.can(APPROVE) and chart.takes_more(code, found), to_register=to_register, may_register=actor.can(MATCH),
        base=desk(), **_state("account", account_code, chart.why_account_stays if found.is_open else None),
    )  # fmt: skip


@blueprint.route("/desk/accounts/<account_code>/close", methods=["GET", "POST"])
@view(APPROVE)
def desk_account_close(account_code: str) -> Response:
    """Close an account, and say why."""
    code = current_community().code
    found = account(code, account_code)
    if request.method == "GET":
        chart.check_account(code, account_code)
    form, back = ReasonForm.from_request(), desk(f"/accounts/{account_code}")
    if form.act_on_submit(lambda: chart.close_account_by_hand(current_actor(), account_code, form.reason.data)):
        toast(_("Closed. Nothing is posted in it any more."))
        return after_post(url(".desk_account", account_code=account_code))
    return _form(
        form, _("Close %(name)s", name=f"{found.code} {found.name}"), _("Close for good"), back, _GOOD, "lock", kind="danger"
    )  # fmt: skip


_GOOD = _(
    "It takes no more postings, for ever; what was posted stays readable. Everybody who keeps the books sees why."
)


@blueprint.route("/desk/funds/new", methods=["GET", "POST"])
@view(APPROVE)
def desk_fund_new() -> Response:
    """Open a fund of the community or of the owners."""
    form = FundForm.from_request(owner="community")
    made = _opened(form, lambda: _fund(form))
    if made is not None:
        return after_post(url(".desk_fund", fund_code=made))
    return _form(
        form, _("Open a fund"), _("Open the fund"), desk("/accounts"),
        _("Nothing is moved by this. Name, owner and purpose cannot be changed later. Funds of donors are opened with the donations."), "plus",
    )  # fmt: skip


def _fund(form: FundForm) -> str:
    restricted = bool(form.is_restricted.data)
    return chart.open_fund_by_hand(current_actor(), form.name.data, form.owner.data, restricted, form.purpose.data).code


@blueprint.get("/desk/funds/<fund_code>")
@view(BOOKS)
def desk_fund(fund_code: str) -> Response:
    """One fund: whose it is and what for, who opened it, and whether it can be closed."""
    code = current_community().code
    found = fund(code, fund_code)
    return page(
        "revenue/desk/chart_fund.html", fund=found, owner=FUND_OWNERS[found.owner], money=balances.balance(code, fund=fund_code),
        held=held(code, fund_code), base=desk(), public=here(f"/money/funds/{fund_code}"),
        **_state("fund", fund_code, chart.why_fund_stays if found.is_open else None),
    )  # fmt: skip


@blueprint.route("/desk/funds/<fund_code>/close", methods=["GET", "POST"])
@view(APPROVE)
def desk_fund_close(fund_code: str) -> Response:
    """Close a fund, and say why."""
    code = current_community().code
    found = fund(code, fund_code)
    if request.method == "GET":
        chart.check_fund(code, fund_code)
    form, back = ReasonForm.from_request(), desk(f"/funds/{fund_code}")
    if form.act_on_submit(lambda: chart.close_fund_by_hand(current_actor(), fund_code, form.reason.data)):
        toast(_("Closed. Nothing is posted in it any more."))
        return after_post(url(".desk_fund", fund_code=fund_code))
    return _form(form, _("Close %(name)s", name=found.name), _("Close for good"), back, _GOOD, "lock", kind="danger")


def _opened(form: Form, act: Callable[[], str]) -> str | None:
    """The code of what this form opened, once however often it is sent; None where something in it is refused."""
    if not form.is_submitted() or not form.validate():
        return None
    try:
        made = str(submit_once(act))
    except Invalid as error:
        form.accept(error)
        return None
    toast(_("Opened. Postings can name it now."))
    return made


def _state(what: str, code: str, why: Any) -> dict[str, Any]:
    """Who opened it, who closed it, and what keeps it open."""
    community = current_community().code
    stays = why(community, code) if why is not None else None
    return {
        "opened": chart.opened(community, what, code), "closed": chart.closed(community, what, code), "stays": stays,
        "stays_there": here(stays.page) if stays and stays.page else "", "may_close": current_actor().can(APPROVE),
    }  # fmt: skip


def _form(form: Form, title: Any, button: Any, back: str, advice: Any, icon: str, **more: Any) -> Response:
    return one_form(
        form,
        title,
        button,
        back,
        advice,
        icon=icon,
        crumb=_("Accounts and funds"),
        crumb_href=desk("/accounts"),
        **more,
    )
