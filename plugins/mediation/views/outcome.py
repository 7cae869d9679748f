"""The agreement and what comes after: written, signed, kept; the court's confirmation."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    Actor,
    BooleanField,
    DayField,
    Form,
    Invalid,
    NotFound,
    SelectField,
    StringField,
    TextAreaField,
    current_actor,
    fen_of,
    page,
    status_of,
    submit_once,
    toast,
    today,
    view,
)
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.models import Agreement, Case
from plugins.mediation.rules import SIDES
from plugins.mediation.service import Owed, Signed, Wording
from plugins.mediation.sheets.texts import EXCLUDED
from plugins.mediation.texts import _
from plugins.mediation.views import forms
from plugins.mediation.views.base import back_to, base, blueprint, choices
from plugins.mediation.words import MANNERS

DUTIES = 4


def _agreement_form(case: Case) -> type[Form]:
    """Facts, issues, what was agreed, and up to four duties with a day."""
    who = [(0, "—"), *((party.id, party.name) for party in service.parties_of(case, *SIDES))]
    fields: dict[str, Any] = {
        "facts": TextAreaField(_("Facts"), required=True),
        "issues": TextAreaField(_("Issues"), longest=1000),
        "terms": TextAreaField(_("What they agreed"), required=True),
        "amount": StringField(
            _("Amount agreed between them, in yuan"), longest=20, description=_("Mediation itself costs nothing.")
        ),
    }
    for number in range(1, DUTIES + 1):
        fields[f"who_{number}"] = SelectField(
            _("Duty %(number)d: who", number=number), coerce=int, choices=who, default=0
        )
        fields[f"what_{number}"] = StringField(_("Duty %(number)d: what", number=number), longest=200)
        fields[f"until_{number}"] = DayField(_("Duty %(number)d: until when", number=number))
    return type("AgreementForm", (Form,), fields)


def _wording(form: Any) -> Wording:
    duties = []
    for number in range(1, DUTIES + 1):
        party, words, until = (form[f"{name}_{number}"].data for name in ("who", "what", "until"))
        if not party and not words and not until:
            continue
        if not (party and words and until):
            raise Invalid({f"what_{number}": [_("A duty names who, what, and until when.")]})
        duties.append(Owed(party, words, until))
    return Wording(
        form.facts.data, form.terms.data, form.issues.data or "", _fen(form.amount.data or ""), tuple(duties)
    )


def _fen(text: str) -> int | None:
    try:
        return fen_of(text)
    except ValueError as error:
        raise Invalid({"amount": [_("Please write the amount in yuan.")]}) from error


@blueprint.route("/desk/cases/<int:case_id>/agreement/<way>", methods=["GET", "POST"])
@view(WORK)
def agreement(case_id: int, way: str) -> Response:
    """Write what they agreed: `oral`, in force at once, `written`, to be signed, or `changed`: a new version of an agreement
    that the court did not confirm, with the words of that one to begin with."""
    if way not in _WAYS:
        raise NotFound
    actor = current_actor()
    case = service.look_at(actor, case_id, "agreement")
    form = _agreement_form(case).from_request(**_to_begin_with(case))
    act = _WAYS[way]
    if form.act_on_submit(lambda: _made(act, actor, case_id, form)):
        toast(
            _("The agreement is in force.")
            if way == "oral"
            else _("Print it, have everybody sign, then enter the signatures.")
        )
        return back_to(case_id)
    return page(
        "mediation/desk/agreement.html", form=form, case=case, number=service.register_text(case), base=base(), way=way,
        earlier=service.in_force(case), duties=range(1, DUTIES + 1), status=status_of(form),
    )  # fmt: skip


_WAYS = {"oral": service.agree_orally, "written": service.write_agreement, "changed": service.amend}


def _to_begin_with(case: Case) -> dict[str, Any]:
    """What stands in the form: the facts as told, or the agreement that is to be changed."""
    earlier = service.in_force(case)
    if earlier is None:
        return {"facts": service.matter_of(case).facts}
    amount = f"{earlier.amount / 100:.2f}" if earlier.amount is not None else ""
    found: dict[str, Any] = {"facts": earlier.facts, "issues": earlier.issues, "terms": earlier.terms, "amount": amount}
    for number, duty in enumerate(service.duties_of(earlier)[:DUTIES], start=1):
        found |= {f"who_{number}": duty.party_id, f"what_{number}": duty.words, f"until_{number}": duty.due_on}
    return found


def _made(act: Any, actor: Actor, case_id: int, form: Any) -> None:
    act(actor, case_id, _wording(form))


# --------------------------------------------------------------------------- signatures


def _sign_form(case: Case, found: Agreement) -> Any:
    """How each party signed, the mediator, the seal; as it stands."""
    manners = [("", str(_("not yet"))), *choices(MANNERS)]
    names = {party.id: party.name for party in service.parties_of(case, *SIDES)}
    mediators = [(each.name, each.name) for _assignment, each in service.assigned_to(case)]
    fields: dict[str, Any] = {
        f"manner_{row.party_id}": SelectField(names.get(row.party_id, "—"), choices=manners, default=row.manner)
        for row in service.signatures_of(found)
    }
    fields["mediator"] = SelectField(
        _("Mediator"), choices=[("", str(_("not yet"))), *mediators], default=found.mediator_signed_by
    )
    fields["sealed"] = BooleanField(_("The seal of the committee is on it"), default=found.sealed_on is not None)
    fields["on"] = DayField(_("On which day"), required=True, default=today)
    return type("SignForm", (Form,), fields)


@blueprint.route("/desk/cases/<int:case_id>/sign", methods=["GET", "POST"])
@view(WORK)
def sign(case_id: int) -> Response:
    """Enter who signed; when nobody is missing the agreement is in force."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "sign")
    found = service.agreement_of(case)
    if found is None or found.form != "written":
        raise NotFound
    form = _sign_form(case, found).from_request()
    if form.act_on_submit(lambda: _signed(actor, case_id, form, found)):
        toast(_("Saved. It is in force once every party, a mediator and the seal are there."))
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=_("Who has signed?"),
        advice=_("It is in force only when every party and a mediator have signed and the seal is on it."), button=_("Save"),
        icon="signature", kind="primary", status=status_of(form),
    )  # fmt: skip


def _signed(actor: Actor, case_id: int, form: Any, found: Agreement) -> None:
    manners = {row.party_id: form[f"manner_{row.party_id}"].data or "" for row in service.signatures_of(found)}
    service.enter_signatures(
        actor, case_id, Signed(manners, form.mediator.data or "", bool(form.sealed.data)), form.on.data
    )


# --------------------------------------------------------------------------- afterwards


@blueprint.post("/desk/cases/<int:case_id>/duties/<int:obligation_id>")
@view(WORK)
def duty(case_id: int, obligation_id: int) -> Response:
    """What became of a duty."""
    verb = request.form.get("verb", "")
    if verb not in ("fulfil", "breach", "waive", "sue"):
        raise NotFound
    submit_once(lambda: _marked(case_id, obligation_id, verb))
    toast(_("Noted."))
    return back_to(case_id)


def _marked(case_id: int, obligation_id: int, verb: str) -> None:
    service.mark(current_actor(), case_id, obligation_id, verb)


@blueprint.route("/desk/cases/<int:case_id>/court/<way>", methods=["GET", "POST"])
@view(WORK)
def court(case_id: int, way: str) -> Response:
    """Both asked the court; what it decided. That a court does not confirm everything is a warning, never an obstacle."""
    if way not in ("apply", "confirm", "reject", "lapse"):
        raise NotFound
    actor = current_actor()
    case = service.look_at(actor, case_id, "court")
    found = service.confirmation_of(case)
    if found is None:
        raise NotFound
    form = (forms.CourtForm if way == "apply" else forms.DayForm).from_request(on=today(), court=found.court)
    if form.act_on_submit(lambda: _asked(actor, case_id, way, form)):
        toast(_("Saved."))
        return back_to(case_id)
    titles = {
        "apply": _("Both asked the court"), "confirm": _("The court confirmed it"), "reject": _("The court rejected it"),
        "lapse": _("They do not ask"),
    }  # fmt: skip
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=titles[way], advice=EXCLUDED if way == "apply" else _("If the court does not confirm it, they may change the agreement, mediate again or sue; the case shows all three."),
        button=_("Save"), icon="landmark", kind="primary", status=status_of(form),
    )  # fmt: skip


def _asked(actor: Actor, case_id: int, way: str, form: Any) -> None:
    service.confirm_step(actor, case_id, way, court=form.data.get("court") or "", on=form.on.data)
