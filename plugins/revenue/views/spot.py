"""The pages of spot checks: for everybody what was drawn and found, for whoever may draw the draw, each voucher, publishing."""

from __future__ import annotations

import datetime

from flask import Response, request

from core import (
    DayField,
    Form,
    NotFound,
    SelectField,
    StringField,
    TextAreaField,
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    toast,
    today,
    url,
    view,
)
from plugins.revenue.spot import announcing, checking, drawing, lots, people
from plugins.revenue.spot.models import Lot, Spot
from plugins.revenue.spot.words import OUTCOMES, ROLES, SPOT, months_told, unbroken
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint


class ResultForm(Form):
    """What somebody saw who held the papers beside the entry."""

    outcome = SelectField(_("Do the papers match the entry?"), required=True)
    words = TextAreaField(_("In words"), longest=500)
    role = SelectField(_("Who looked at the papers"), required=True)
    inspector = StringField(_("Name of whoever looked"), required=True, longest=60)
    inspected_on = DayField(_("Inspected on"), required=True)


class AnnounceForm(Form):
    """When and where residents throw, and who answers for the notice."""

    on_day = DayField(_("Residents throw on"), required=True)
    place = StringField(_("Where residents meet"), required=True, longest=100)
    responsible = StringField(_("Responsible"), required=True, longest=60)


class ThrownForm(Form):
    """What residents threw."""

    number = StringField(_("Digits thrown"), required=True, longest=20)
    thrown_on = DayField(_("Thrown on"), required=True)
    occasion = StringField(_("How the digits came about"), required=True, longest=200)


class ResponsibleForm(Form):
    """Who answers for the notice."""

    responsible = StringField(_("Responsible"), required=True, longest=60)


@blueprint.get("/spot")
@view(public=True)
def spots() -> Response:
    """Every spot check with its result, and how it is drawn."""
    code = current_community().code
    found = [(each, checking.vouchers(each)) for each in checking.spots(code)]
    return page(
        "revenue/spots.html",
        found=found,
        waiting=[each for each in lots.waiting(code) if each.announced],
        months=_months,
        span=_span,
        differing=checking.differing,
        complete=checking.is_complete,
    )


@blueprint.get("/spot/<int:spot_id>")
@view(public=True, kind=Spot, key="spot_id")
def spot_page(spot: Spot) -> Response:
    """One of them: the head that drew, the vouchers, what was found by whom in what role."""
    return page("revenue/spot.html", **_shown(spot))


def _months(first: datetime.date, last: datetime.date) -> str:
    return unbroken(months_told(first, last))


def _span(spot: Spot) -> str:
    return unbroken(checking.span_told(spot))


def _shown(spot: Spot) -> dict[str, object]:
    found = checking.vouchers(spot)
    return {
        "spot": spot, "found": found, "head": drawing.head_of(spot), "span": _span(spot), **_drawn_by(spot),
        "complete": checking.is_complete(found), "differing": checking.differing(found),
    }  # fmt: skip


def _drawn_by(spot: Spot) -> dict[str, object]:
    """What drew, for whoever repeats it; nothing for a draw from before there were lots."""
    lot = drawing.lot_of(spot)
    if lot is None:
        return {"lot": None}
    secret = lots.secret_of(lot)
    return {
        "lot": lot, "secret": secret, "seed": drawing.seed(lot.last, secret, spot.number), "notices": lots.notices_of(lot),
    }  # fmt: skip


@blueprint.get("/desk/spot")
@view(SPOT)
def desk_spots() -> Response:
    """What can be drawn now, and the draws there were."""
    code = current_community().code
    found = [(each, checking.vouchers(each)) for each in checking.spots(code)]
    return page(
        "revenue/desk/spots.html", found=found, waiting=lots.waiting(code), why_not=people.why_not(current_actor()),
        span=_span, months=_months, complete=checking.is_complete,
    )  # fmt: skip


@blueprint.route("/desk/spot/lots/<int:lot_id>", methods=["GET", "POST"])
@view(SPOT, kind=Lot, key="lot_id")
def desk_lot(lot: Lot) -> Response:
    """What was fixed at the lock: first a notice tells when residents throw, then their digits are entered and draw."""
    actor, told = current_actor(), lots.announced_of(lot)
    form: Form
    # A first notice that is sent twice is answered like the first time.
    if told is None or "place" in request.form:
        form = AnnounceForm.from_request(responsible=actor.label)
        if form.act_on_submit(lambda: announcing.announce(actor, lot.id, _meeting(form))):
            toast(_("Published. After the meeting the digits are entered here."))
            return after_post(url(".desk_lot", lot_id=lot.id))
    else:
        form = ThrownForm.from_request(thrown_on=today())
        if form.act_on_submit(lambda: drawing.begin(actor, lot.id, _thrown(form))):
            toast(_("Drawn. Ask residents into the office to look at the papers."))
            return after_post(url(".desk_spot", spot_id=_spot_of(lot)))
    return page(
        "revenue/desk/spot_lot.html", form=form, announces=isinstance(form, AnnounceForm), status=status_of(form), **_told_of(lot),
    )  # fmt: skip


@blueprint.route("/desk/spot/lots/<int:lot_id>/move", methods=["GET", "POST"])
@view(SPOT, kind=Lot, key="lot_id")
def desk_lot_move(lot: Lot) -> Response:
    """The meeting is on another day or at another place: a further notice, which holds instead of the one before."""
    told = lots.announced_of(lot)
    if told is None:
        raise NotFound
    form = AnnounceForm.from_request(place=told.place, responsible=current_actor().label)
    known = request.form.get("known", told.id, type=int)
    if form.act_on_submit(lambda: announcing.announce(current_actor(), lot.id, _meeting(form), known)):
        toast(_("Published. Everybody sees that the meeting was moved."))
        return after_post(url(".desk_lot", lot_id=lot.id))
    return page("revenue/desk/spot_move.html", form=form, status=status_of(form), **_told_of(lot))


def _told_of(lot: Lot) -> dict[str, object]:
    """A lot at the desk: what was told of it, the last day that can be told, whether it is drawn, why not by this actor."""
    return {
        "lot": lot, "notices": lots.notices_of(lot), "spot_id": _spot_of(lot), "span": _months(lot.first_day, lot.last_day),
        "why_not": people.why_not_here(current_actor(), lot.first_day, lot.last_day), "most_ahead": announcing.MOST_AHEAD,
    }  # fmt: skip


def _meeting(form: Form) -> announcing.Meeting:
    return announcing.Meeting(form.on_day.data, form.place.data or "", form.responsible.data or "")


def _thrown(form: Form) -> drawing.Thrown:
    return drawing.Thrown(form.number.data or "", form.thrown_on.data, form.occasion.data or "")


def _spot_of(lot: Lot) -> int | None:
    found = Spot.of(lot.community).where(Spot.lot_id == lot.id).first()
    return found.id if found is not None else None


@blueprint.route("/desk/spot/<int:spot_id>", methods=["GET", "POST"])
@view(SPOT, kind=Spot, key="spot_id")
def desk_spot(spot: Spot) -> Response:
    """One draw: what is to be looked at, and publishing when all was."""
    form = ResponsibleForm.from_request(responsible=current_actor().label)
    if form.act_on_submit(lambda: checking.publish(current_actor(), spot.id, form.responsible.data or "")):
        toast(_("Published."))
        return after_post(url(".desk_spot", spot_id=spot.id))
    return page(
        "revenue/desk/spot.html",
        form=form,
        why_not=checking.why_not_publish(current_actor(), spot),
        status=status_of(form),
        **_shown(spot),
    )


@blueprint.route("/desk/spot/<int:spot_id>/vouchers/<int:place>", methods=["GET", "POST"])
@view(SPOT, kind=Spot, key="spot_id")
def desk_spot_voucher(spot: Spot, place: int) -> Response:
    """One voucher: the entry, and what was found."""
    drawn = checking.drawn_at(spot, place)
    found = drawn.result
    before = (
        {"outcome": found.outcome, "words": found.words, "role": found.role, "inspector": found.inspector, "inspected_on": found.inspected_on}
        if found is not None
        else {"inspected_on": today()}
    )  # fmt: skip
    form = ResultForm.from_request(**before)
    form.outcome.choices = [(code, str(word)) for code, word in OUTCOMES.items()]
    form.role.choices = [(code, str(word)) for code, word in ROLES.items()]
    if form.act_on_submit(lambda: checking.enter_result(current_actor(), spot.id, drawn.entry.seq, _found(form))):
        toast(_("Written down."))
        return after_post(url(".desk_spot", spot_id=spot.id))
    return page(
        "revenue/desk/spot_voucher.html",
        form=form,
        spot=spot,
        each=drawn,
        span=_span(spot),
        status=status_of(form),
    )


def _found(form: ResultForm) -> checking.Found:
    return checking.Found(
        form.outcome.data, form.words.data or "", form.role.data, form.inspector.data or "", form.inspected_on.data
    )
