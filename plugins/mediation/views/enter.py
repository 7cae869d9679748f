"""Entering: an oral application in three minutes, a quarrel heard of, one settled at the door. Those who enter without being
of the committee get the number and nothing else."""

from __future__ import annotations

import datetime
import re
from typing import Any

from flask import Response, request

from core import (
    Conflict,
    Invalid,
    NotFound,
    after_post,
    call_told,
    current_actor,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.mediation import service
from plugins.mediation.access import ENTER
from plugins.mediation.service import Person, Told
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint
from plugins.mediation.views.forms import ApplyForm, DoorForm, HeardForm

# What may wait: the rest of the official form, below the button, so that what is asked in three minutes fits one screen.
MORE = ("address", "other_address", "request", "dispute", "source", "requested_on")
_BETWEEN = re.compile(r"[,，、;；/\s]+|和|与")


@blueprint.route("/desk/new", methods=["GET", "POST"])
@view(ENTER)
def new() -> Response:
    """Names, phones, what happened, when to meet: one page, by keyboard."""
    form = ApplyForm.from_request(requested_on=today(), source="resident")
    if request.method == "POST" and form.validate():
        try:
            made = submit_once(lambda: _apply(form))
        except Invalid as error:
            form.accept(error)
        except Conflict as error:
            # Somebody answered the call meanwhile: what was typed stays, and can be entered without it.
            form.accept(Invalid(message=f"{error}{error.advice or ''}"))
            return _shown(form, None, error.status)
        else:
            return _entered(made)
    return _shown(form, _call(), status_of(form))


def _shown(form: ApplyForm, call: int | None, status: int = 200) -> Response:
    return page(
        "mediation/desk/new.html",
        form=form,
        base=base(),
        way="new",
        more=MORE,
        call=call,
        status=status,
    )


def _apply(form: ApplyForm) -> list[object]:
    actor, heard = current_actor(), request.form.get("as") == "heard"
    one = Person(form.name.data, form.phone.data or "", form.address.data or "")
    other = Person(form.other_name.data or "", form.other_phone.data or "", form.other_address.data or "")
    told = Told(form.facts.data, form.request.data or "", form.wished_time.data or "", form.dispute.data or "")
    kept: dict[str, Any] = {"source": form.source.data, "requested_on": form.requested_on.data, "call": _call()}
    if heard:
        case = service.hear_of(actor, [one, other], told, **kept)
    elif not other.name:
        raise Invalid({"other_name": [_("Please write with whom. If nobody applies yet, keep it as heard of.")]})
    else:
        case = service.apply(actor, one, other, told, **kept)
    return [case.id, service.register_text(case)]


@blueprint.post("/desk/from-call")
@view(ENTER)
def from_call() -> Response:
    """A call is a quarrel: the form of an application with what the call said. Nothing is stored yet; of a call that is stored
    nothing is left once the application is entered."""
    typed = {name: request.form.get(name, "").strip() for name in ("who", "phone", "where", "what", "requested_on")}
    day = _day(typed["requested_on"])
    known: dict[str, Any] = {
        "name": typed["who"][:60], "phone": typed["phone"][:30], "address": typed["where"][:100], "facts": typed["what"],
        "requested_on": day or today(), "source": "resident",
    }  # fmt: skip
    if (key := _call()) is not None:
        call = call_told(current_actor(), key)
        known |= {"name": call.caller[:60], "phone": call.phone, "address": call.place[:100], "facts": call.matter,
                  "requested_on": call.requested_on}  # fmt: skip
    return _shown(ApplyForm(**known), key)


def _call() -> int | None:
    """The call received that the form comes from; raises `NotFound` for what is no number."""
    typed = request.form.get("call", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 19):
        raise NotFound
    return int(typed)


def _day(text: str) -> datetime.date | None:
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return found if datetime.date(1900, 1, 1) <= found <= today() else None


def _entered(made: list) -> Response:
    """On to the case for whoever sees it; for the others the number, to be written on the paper."""
    case_id, number = made
    if service.may_see(current_actor(), case_id):
        toast(_("Entered as %(number)s.", number=number))
        return after_post(url(".case", case_id=case_id))
    toast(_("Entered as %(number)s. The mediation committee takes it from here; it is confidential.", number=number))
    return after_post(url(".new"))


@blueprint.route("/desk/heard", methods=["GET", "POST"])
@view(ENTER)
def heard() -> Response:
    """A quarrel somebody told us of, before anybody applies."""
    form = HeardForm.from_request(requested_on=today(), source="patrol")
    if request.method == "POST" and form.validate():
        try:
            made = submit_once(lambda: _hear(form))
        except Invalid as error:
            form.accept(error)
        else:
            return _entered(made)
    return page("mediation/desk/new.html", form=form, base=base(), way="heard", status=status_of(form))


def _hear(form: HeardForm) -> list[object]:
    people = [
        Person(form.name.data or "", form.phone.data or ""),
        Person(form.other_name.data or "", form.other_phone.data or ""),
    ]
    case = service.hear_of(
        current_actor(), people, Told(form.facts.data), source=form.source.data, requested_on=form.requested_on.data
    )
    return [case.id, service.register_text(case)]


@blueprint.route("/desk/door", methods=["GET", "POST"])
@view(ENTER)
def door() -> Response:
    """Three fields for a quarrel that is settled already."""
    form = DoorForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            made = submit_once(lambda: _settled(form))
        except Invalid as error:
            form.accept(error)
        else:
            return _entered(made)
    return page("mediation/desk/new.html", form=form, base=base(), way="door", status=status_of(form))


def _settled(form: DoorForm) -> list[object]:
    names = [name[:60] for name in _BETWEEN.split(form.who.data) if name][:2]
    case = service.settled_at_the_door(
        current_actor(), [Person(name) for name in names], Told(form.facts.data, dispute=form.dispute.data or ""),
        form.how.data,
    )  # fmt: skip
    return [case.id, service.register_text(case)]
