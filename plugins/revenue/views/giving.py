"""Donations at the desk: pledges, what arrives, receipts, what became of it, and what a second person has to agree to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from core import (
    Form,
    after_post,
    asked_number,
    current_actor,
    current_community,
    history,
    page,
    submit_once,
    toast,
    today,
    url,
    view,
    yuan,
)
from plugins.revenue.giving import changes, pledges, thanks
from plugins.revenue.giving.lists import pledge_lines, state_of
from plugins.revenue.giving.states import APPROVE, BOOKS, GIVE, PLEDGE
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, fen_in, here, one_form, sent
from plugins.revenue.views.giving_forms import (
    MoneyForm,
    NewsForm,
    PledgeForm,
    PurposeForm,
    ReasonForm,
    RefundForm,
    RepurposeForm,
    ThingForm,
    ThingGoneForm,
)

STATES = tuple(state.name for state in PLEDGE.states)


def fund_names() -> dict[str, str]:
    """The funds by code."""
    return {each.code: each.name for each in funds(current_community().code)}


def choices(found: list[Any], with_code: bool = False) -> list[tuple[str, str]]:
    """Accounts or funds for a field."""
    return [(each.code, f"{each.code} {each.name}" if with_code else each.name) for each in found]


def form_page(form: Form, title: Any, button: Any, back: str, advice: Any = "", **more: Any) -> Response:
    """A page with one form, below donations."""
    crumbs = {"crumb": _("Donations and pledges"), "crumb_href": here("/desk/giving")}
    return one_form(form, title, button, back, advice, **{**crumbs, **more})


# --------------------------------------------------------------------------- lists and one donation


@blueprint.get("/desk/giving")
@view(BOOKS)
def desk_giving() -> Response:
    """Pledges, newest first, in any state or in one."""
    wanted = request.args.get("state", "")
    wanted = wanted if wanted in STATES else ""
    before = asked_number("before")
    code = current_community().code
    found = pledge_lines(code, wanted, before)
    return page(
        "revenue/desk/giving.html", found=found, wanted=wanted, states=PLEDGE.states, sums=thanks.sums(code),
        may_give=current_actor().can(GIVE), base=here("/desk/giving"),
    )  # fmt: skip


@blueprint.get("/desk/giving/<int:pledge_id>")
@view(BOOKS)
def desk_pledge(pledge_id: int) -> Response:
    """One donation: who, what for, what arrived, what was asked for, what became of it."""
    actor = current_actor()
    found = pledges.find_pledge(actor, pledge_id)
    gifts = pledges.gifts_of(found)
    return page(
        "revenue/desk/giving_pledge.html", pledge=found, number=pledges.pledge_text(found), state=state_of(found),
        donor=pledges.donor_of(found), gifts=gifts, changeable={each.id for each in gifts if changes.may_change(each)},
        changes=changes.changes_of(found), what=changes.WHAT, manners=pledges.MANNERS, donors=pledges.DONORS,
        shown=pledges.SHOWN, names=fund_names(), given=thanks.thanked(found.community, found.id), steps=history(found),
        papers=pledges.papers_of(found), state_of=state_of, may_give=actor.can(GIVE), base=here("/desk/giving"),
        public=here(f"/giving/{found.id}"),
    )  # fmt: skip


@blueprint.route("/desk/giving/new", methods=["GET", "POST"])
@view(GIVE)
def desk_pledge_new() -> Response:
    """Write down who promised what."""
    form = PledgeForm.from_request(pledged_on=today())
    form.fund.choices = choices(pledges.purposes(current_community().code))

    def act() -> Any:
        told = pledges.Told(
            donor_kind=form.donor_kind.data, name=form.name.data, phone=form.phone.data or "", shown=form.shown.data,
            amount=fen_in(form, "amount"), fund=form.fund.data or "", item=form.item.data or "", purpose=form.purpose.data,
            pledged_on=form.pledged_on.data, expected_on=form.expected_on.data,
        )  # fmt: skip
        return pledges.pledge(current_actor(), told)

    made = sent(form, act)
    if made is not None:
        toast(_("Written down. When it arrives, say so here."))
        return after_post(url(".desk_pledge", pledge_id=made))
    return form_page(
        form, _("Write down a donation"), _("Write it down"), here("/desk/giving"),
        _("Only firms and residents of this community are asked. Asking the public at large is for charities alone (《慈善法》)."),
        privacy=True,
    )  # fmt: skip


@blueprint.route("/desk/giving/funds/new", methods=["GET", "POST"])
@view(GIVE)
def desk_purpose_new() -> Response:
    """Open a fund for one purpose of donors."""
    form = PurposeForm.from_request()
    if form.act_on_submit(lambda: pledges.open_purpose(current_actor(), form.name.data, form.purpose.data)):
        toast(_("Opened. Donations can go into it now."))
        return after_post(url(".desk_giving"))
    return form_page(
        form, _("Open a fund for a purpose"), _("Open the fund"), here("/desk/giving"),
        _("Money in it is spent for this purpose only; name and purpose cannot be changed later."),
    )  # fmt: skip


# --------------------------------------------------------------------------- what arrives


@blueprint.route("/desk/giving/<int:pledge_id>/money", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_gift_money(pledge_id: int) -> Response:
    """An instalment has arrived."""
    actor = current_actor()
    found = pledges.find_pledge(actor, pledge_id)
    form = MoneyForm.from_request(on=today(), account="1002", amount=yuan(found.amount - found.received))
    form.account.choices = choices(pledges.money_accounts(found.community), True)

    def act() -> Any:
        amount = fen_in(form, "amount")
        return pledges.receive_money(actor, pledge_id, amount, form.account.data, form.on.data, form.papers.data)

    if sent(form, act) is not None:
        toast(_("Posted. Print the receipt for the donor."))
        return after_post(url(".desk_pledge", pledge_id=pledge_id))
    return _about(form, found, _("Money has arrived"), _("Post it"))


@blueprint.route("/desk/giving/<int:pledge_id>/thing", methods=["GET", "POST"])
@view(GIVE)
def desk_gift_thing(pledge_id: int) -> Response:
    """A thing was handed over."""
    actor = current_actor()
    found = pledges.find_pledge(actor, pledge_id)
    form = ThingForm.from_request(on=today(), item=found.item)

    def act() -> Any:
        thing = pledges.Thing(
            form.item.data, fen_in(form, "value"), form.valued_by.data or "", form.receiver.data, form.used_for.data or "",
            form.rest.data == "all",
        )  # fmt: skip
        return pledges.receive_thing(actor, pledge_id, thing, form.on.data)

    if sent(form, act) is not None:
        toast(_("Entered. Print the receipt for the donor."))
        return after_post(url(".desk_pledge", pledge_id=pledge_id))
    return _about(form, found, _("A thing was handed over"), _("Enter it"))


def _about(form: Form, found: Any, title: Any, button: Any, advice: Any = "", **more: Any) -> Response:
    number = pledges.pledge_text(found)
    return form_page(form, title, button, here(f"/desk/giving/{found.id}"), advice, eyebrow=number, **more)


@blueprint.route("/desk/giving/<int:pledge_id>/cancel", methods=["GET", "POST"])
@view(GIVE)
def desk_pledge_cancel(pledge_id: int) -> Response:
    """The donor takes the pledge back."""
    return _explained(
        pledge_id,
        pledges.cancel_pledge,
        _("The pledge is taken back"),
        _("Nothing of it has arrived, so nothing is posted."),
    )


@blueprint.route("/desk/giving/<int:pledge_id>/end", methods=["GET", "POST"])
@view(GIVE)
def desk_pledge_end(pledge_id: int) -> Response:
    """The rest will not be given."""
    return _explained(pledge_id, pledges.end_pledge, _("The rest is not given"), _("What has arrived stays as it is."))


def _explained(pledge_id: int, act: Callable[..., Any], title: Any, advice: Any) -> Response:
    found = pledges.find_pledge(current_actor(), pledge_id)
    form = ReasonForm.from_request()
    if sent(form, lambda: act(current_actor(), pledge_id, form.reason.data)) is not None:
        toast(_("Noted."))
        return after_post(url(".desk_pledge", pledge_id=pledge_id))
    return _about(form, found, title, _("Enter it"), advice)


@blueprint.route("/desk/giving/<int:pledge_id>/news", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_pledge_news(pledge_id: int) -> Response:
    """Tell everybody what became of it."""
    actor = current_actor()
    found = pledges.find_pledge(actor, pledge_id)
    form = NewsForm.from_request()
    if sent(form, lambda: pledges.tell_news(actor, pledge_id, form.words.data, form.photos.data)) is not None:
        toast(_("Everybody can read it now on the page of thanks."))
        return after_post(url(".desk_pledge", pledge_id=pledge_id))
    return _about(form, found, _("What became of it"), _("Show it to everybody"), upload_word=True)


# --------------------------------------------------------------------------- what a second person agrees to


@blueprint.route("/desk/giving/gifts/<int:gift_id>/refund", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_gift_refund(gift_id: int) -> Response:
    """Ask for a gift to be given back."""
    return _ask(gift_id, "refund", _("Give it back to the donor"))


@blueprint.route("/desk/giving/changes/<int:change_id>/refund", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_gift_refund_again(change_id: int) -> Response:
    """Ask for money that was re-purposed to be given back."""
    change = changes.find_change(current_actor(), change_id)
    return _ask(change.gift_id, "refund", _("Give it back to the donor"), change)


@blueprint.route("/desk/giving/gifts/<int:gift_id>/repurpose", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_gift_repurpose(gift_id: int) -> Response:
    """Ask for money to be used for something else, with the donor's consent."""
    return _ask(gift_id, "repurpose", _("Use it for something else"))


@blueprint.route("/desk/giving/changes/<int:change_id>/repurpose", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_gift_repurpose_again(change_id: int) -> Response:
    """Ask for money that was re-purposed to be used for something else again, with the donor's consent."""
    change = changes.find_change(current_actor(), change_id)
    return _ask(change.gift_id, "repurpose", _("Use it for something else"), change)


@blueprint.route("/desk/giving/gifts/<int:gift_id>/used", methods=["GET", "POST"])
@view(GIVE, uploads=True)
def desk_gift_used(gift_id: int) -> Response:
    """Say that a thing was handed out or used up."""
    return _ask(gift_id, "used", _("It was handed out or used up"))


def _ask(gift_id: int, what: str, title: Any, after: Any = None) -> Response:
    actor = current_actor()
    gift = changes.find_gift(actor, gift_id)
    found = pledges.find_pledge(actor, gift.pledge_id)
    form = _change_form(gift, what, after)

    def act() -> Any:
        is_thing = gift.manner == "in_kind"
        wish = changes.Wish(
            what, form.reason.data, 0 if is_thing else fen_in(form, "amount"), "" if is_thing else form.account.data or "",
            form.to_fund.data or "" if what == "repurpose" else "", form.purpose.data if what == "repurpose" else "",
            form.scans.data, after.id if after else None,
        )  # fmt: skip
        return changes.ask_change(actor, gift_id, wish)

    made = sent(form, act)
    if made is not None:
        toast(_("Written down. A second person has to agree before anything moves."))
        return after_post(url(".desk_gift_change", change_id=made))
    return _about(
        form, found, title, _("Ask a second person"), _("Somebody else decides it; until then nothing is posted.")
    )


def _change_form(gift: Any, what: str, after: Any) -> Any:
    if gift.manner == "in_kind":
        return ThingGoneForm.from_request()
    left = yuan(changes.left_of(gift, after))
    kind: Any = RepurposeForm if what == "repurpose" else RefundForm
    form = kind.from_request(amount=left, account=after.account if after else gift.account)
    form.account.choices = choices(pledges.money_accounts(gift.community), True)
    if what == "repurpose":
        lies = changes.fund_of(gift, after)
        form.to_fund.choices = [each for each in choices(pledges.purposes(gift.community)) if each[0] != lies]
    return form


@blueprint.get("/desk/giving/changes/<int:change_id>")
@view(BOOKS)
def desk_gift_change(change_id: int) -> Response:
    """What was asked for, with its papers, and who decides."""
    actor = current_actor()
    change = changes.find_change(actor, change_id)
    found = pledges.find_pledge(actor, change.pledge_id)
    gift = changes.find_gift(actor, change.gift_id)
    return page(
        "revenue/desk/giving_change.html", change=change, pledge=found, number=pledges.pledge_text(found), gift=gift,
        may_change=actor.can(GIVE) and changes.may_change(gift, change), what=changes.WHAT, state=state_of(change), names=fund_names(),
        papers=changes.papers_of(change), waits=changes.waits_for(actor, change), may_approve=actor.can(APPROVE),
        form=ReasonForm.from_request(), base=here("/desk/giving"),
    )  # fmt: skip


@blueprint.post("/desk/giving/changes/<int:change_id>/approve")
@view(APPROVE)
def desk_gift_change_approve(change_id: int) -> Response:
    """A second person agrees."""
    submit_once(lambda: changes.approve_change(current_actor(), change_id).id)
    toast(_("Approved."))
    return after_post(url(".desk_gift_change", change_id=change_id))


@blueprint.route("/desk/giving/changes/<int:change_id>/refuse", methods=["GET", "POST"])
@view(APPROVE)
def desk_gift_change_refuse(change_id: int) -> Response:
    """A second person does not agree, and says why."""
    actor = current_actor()
    change = changes.find_change(actor, change_id)
    form = ReasonForm.from_request()
    if sent(form, lambda: changes.refuse_change(actor, change_id, form.reason.data)) is not None:
        toast(_("Noted."))
        return after_post(url(".desk_gift_change", change_id=change_id))
    return form_page(
        form, _("Do not agree"), _("Do not approve"), here(f"/desk/giving/changes/{change.id}"), icon="x", kind="danger"
    )
