"""以案定补: what waits to be claimed, the claim of a mediator, its sheet on A4, and the rates."""

from __future__ import annotations

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
    fen_of,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
    yuan,
)
from plugins.mediation import service
from plugins.mediation.access import REPORT
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint, choices
from plugins.mediation.views.reports import around, asked_period
from plugins.mediation.words import GRADES


@blueprint.get("/desk/subsidy")
@view(REPORT)
def subsidy() -> Response:
    """By mediator, what waits to be claimed until the end of the period and what is claimed in it; the claims made."""
    actor, period = current_actor(), asked_period()
    return page(
        "mediation/desk/subsidy.html", shares=service.overview(actor, period), claims=service.claims(actor, period),
        rate=service.current_rate(str(actor.community)), grades=GRADES, **around(period, "subsidy"),
    )  # fmt: skip


# --------------------------------------------------------------------------- rates


class RatesForm(Form):
    """What a case of each grade is given, in yuan."""

    simple = StringField(
        GRADES["simple"], required=True, longest=20, description=_("Agreed orally, or settled on the spot.")
    )
    ordinary = StringField(GRADES["ordinary"], required=True, longest=20, description=_("Agreed in writing."))
    complex = StringField(
        GRADES["complex"],
        required=True,
        longest=20,
        description=_("Something worse was prevented, many parties, many meetings."),
    )
    major = StringField(GRADES["major"], required=True, longest=20, description=_("As the rule says; chosen by hand."))
    words = TextAreaField(
        _("By which rule"), required=True, longest=1000, description=_("Name and number of the rule of the district or street. It is printed on each claim.")
    )  # fmt: skip


@blueprint.route("/desk/subsidy/rates", methods=["GET", "POST"])
@view(REPORT)
def rates() -> Response:
    """Enter the rates; claims made before keep theirs."""
    actor = current_actor()
    service.lead_of(actor)
    known = service.current_rate(str(actor.community))
    given = {grade: yuan(service.amount_of(known, grade)) for grade in GRADES} if known else {}
    form = RatesForm.from_request(words=known.words if known else "", **given)
    if form.act_on_submit(lambda: _rated(form)):
        toast(_("Saved. From now on claims are made by these rates."))
        return after_post(url(".subsidy"))
    return page("mediation/desk/rates.html", form=form, known=known, base=base(), status=status_of(form))


def _rated(form: RatesForm) -> None:
    amounts, errors = {}, {}
    for grade in GRADES:
        try:
            amounts[grade] = fen_of(form[grade].data) or 0
        except ValueError:
            errors[grade] = [_("Please write the amount in yuan.")]
    if errors:
        raise Invalid(errors)
    service.set_rates(current_actor(), amounts, form.words.data)


# --------------------------------------------------------------------------- a claim


def _claim_form(cases: list[service.Claimable], rate: Any) -> Any:
    """For each case whether it is claimed, and in which grade."""
    grades = [(grade, f"{word} {yuan(service.amount_of(rate, grade))}") for grade, word in choices(GRADES)]
    fields: dict[str, Any] = {}
    for case in cases:
        fields[f"take_{case.case_id}"] = BooleanField(_("Claim %(number)s", number=case.number), default=True)
        fields[f"grade_{case.case_id}"] = SelectField(
            _("Grade of %(number)s", number=case.number), choices=grades, default=case.grade
        )
    return type("ClaimForm", (Form,), fields)


@blueprint.route("/desk/subsidy/of/<int:mediator_id>", methods=["GET", "POST"])
@view(REPORT)
def claim_new(mediator_id: int) -> Response:
    """Choose the cases of a mediator and their grades, and make out the claim."""
    actor, period = current_actor(), asked_period()
    cases = service.claimable(actor, mediator_id, period)
    rate = service.current_rate(current_community().code)
    form = _claim_form(cases, rate).from_request() if rate else Form()
    if rate is not None and request.method == "POST" and form.validate():
        try:
            made = submit_once(lambda: _claimed(form, mediator_id, cases))
        except Invalid as error:
            form.accept(error)
        else:
            toast(_("Made out. Print it and have it signed."))
            return after_post(url(".claim", claim_id=made))
    return page(
        "mediation/desk/claim_new.html", form=form, cases=cases, rate=rate, status=status_of(form),
        mediator=service.mediator_named(current_community().code, mediator_id), **around(period, "subsidy"),
    )  # fmt: skip


def _claimed(form: Any, mediator_id: int, cases: list[service.Claimable]) -> int:
    grades = {case.case_id: form[f"grade_{case.case_id}"].data for case in cases if form[f"take_{case.case_id}"].data}
    return int(service.claim(current_actor(), mediator_id, asked_period(), grades).id)


@blueprint.get("/desk/subsidy/claims/<int:claim_id>")
@view(REPORT)
def claim(claim_id: int) -> Response:
    """A claim as it was made."""
    return page(
        "mediation/desk/claim.html", sheet=service.claim_sheet(current_actor(), claim_id), grades=GRADES, base=base()
    )


@blueprint.get("/desk/subsidy/claims/<int:claim_id>/print")
@view(REPORT)
def claim_print(claim_id: int) -> Response:
    """The claim on A4, to be signed: numbers of cases, no party."""
    return page(
        "mediation/claim_print.html", sheet=service.claim_sheet(current_actor(), claim_id), grades=GRADES, printed=today(),
        base=base(),
    )  # fmt: skip


@blueprint.route("/desk/subsidy/claims/<int:claim_id>/withdraw", methods=["GET", "POST"])
@view(REPORT)
def claim_withdraw(claim_id: int) -> Response:
    """Take a claim back that was made by mistake."""
    actor = current_actor()
    sheet = service.claim_sheet(actor, claim_id)
    if request.method == "POST":
        submit_once(lambda: _withdrawn(claim_id))
        toast(_("Taken back. Its cases can be claimed again."))
        return after_post(url(".claim", claim_id=claim_id))
    return page("mediation/desk/claim_withdraw.html", sheet=sheet, base=base())


def _withdrawn(claim_id: int) -> None:
    service.withdraw_claim(current_actor(), claim_id)
