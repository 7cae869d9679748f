"""Entering: an oral application in three minutes, a quarrel heard of, one settled at the door. Those who enter without being
of the committee get the number and nothing else."""

from __future__ import annotations

import re

from flask import Response, request

from core import Invalid, after_post, current_actor, page, status_of, submit_once, toast, today, url, view
from plugins.mediation import service
from plugins.mediation.access import ENTER
from plugins.mediation.service import Person, Told
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint
from plugins.mediation.views.forms import ApplyForm, DoorForm, HeardForm

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
        else:
            return _entered(made)
    return page("mediation/desk/new.html", form=form, base=base(), way="new", status=status_of(form))


def _apply(form: ApplyForm) -> list[object]:
    case = service.apply(
        current_actor(),
        Person(form.name.data, form.phone.data or "", form.address.data or ""),
        Person(form.other_name.data, form.other_phone.data or "", form.other_address.data or ""),
        Told(form.facts.data, form.request.data or "", form.wished_time.data or "", form.dispute.data or ""),
        source=form.source.data,
        requested_on=form.requested_on.data,
    )
    return [case.id, service.register_text(case)]


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
