"""The homes of one person: moving in and out, correcting a stay; and two records that turn out to be one person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.clock import today
from core.errors import Invalid, NotFound
from core.people import areas, directory, residents
from core.people.directory import PersonPage, Stay
from core.people.disclosure import RELATION_LABELS, STATUS_LABELS, masked_view
from core.text import _
from core.web import ui
from core.web.forms import DayField, Form, SelectField, StringField, asked_text, status_of, submit_once
from core.web.gate import current_actor, current_community, view

pages = Blueprint("homes", __name__)


def estate_choices() -> list[tuple[Any, Any]]:
    """Every estate for a select, with nothing chosen first."""
    return [("", _("Choose the estate")), *((row[0], row[1]) for row in areas.estates(current_community().code))]


def _id(value: Any) -> int | None:
    return int(value) if value else None


def _person(key: str) -> PersonPage:
    return directory.person_page(masked_view(current_actor()), key)


def _back(key: str) -> Response:
    return ui.after_post(ui.url("c.people.detail", key=key))


class MoveInForm(Form):
    """A home for somebody."""

    estate_id = SelectField(_("Estate"), required=True, coerce=_id)
    door = StringField(_("Door"), required=True, longest=60)
    relation = SelectField(_("Is there as"), choices=list(RELATION_LABELS.items()), default="unknown")
    from_day = DayField(_("Living there since"))


@pages.route("/people/<key>/move-in", methods=["GET", "POST"])
@view("core.people.edit")
def move_in(key: str) -> Response:
    """Give somebody one more home, or their first."""
    person, actor = _person(key), current_actor()
    form = MoveInForm.from_request()
    form.estate_id.choices = estate_choices()
    if request.method == "POST" and form.validate():
        try:
            submit_once(lambda: residents.move_in(actor, key, **form.data))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("%(name)s now has the home %(door)s.", name=person.name, door=form.door.data))
            return _back(key)
    return ui.page("desk/people/move_in.html", form=form, person=person, status=status_of(form))


class MoveOutForm(Form):
    """The last day somewhere."""

    until_day = DayField(_("Last day there"), required=True)


@pages.route("/people/<key>/homes/<int:home_id>/move-out", methods=["GET", "POST"])
@view("core.people.edit")
def move_out(key: str, home_id: int) -> Response:
    """End a stay; who leaves the last home has moved away."""
    person = _person(key)
    stay = _stay(person, home_id)
    form = MoveOutForm.from_request(until_day=today())
    if request.method == "POST" and form.validate():
        try:
            submit_once(lambda: residents.move_out(current_actor(), key, home_id, form.until_day.data))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("%(name)s has left %(door)s.", name=person.name, door=stay.door))
            return _back(key)
    others = len([each for each in person.homes if each.until_day is None]) - 1
    return ui.page(
        "desk/people/move_out.html",
        form=form,
        person=person,
        stay=stay,
        others=others,
        status=status_of(form),
    )


class StayForm(Form):
    """What somebody is of a home, and since when."""

    relation = SelectField(_("Is there as"), choices=list(RELATION_LABELS.items()))
    from_day = DayField(_("Living there since"))


@pages.route("/people/<key>/homes/<int:home_id>/edit", methods=["GET", "POST"])
@view("core.people.edit")
def correct_stay(key: str, home_id: int) -> Response:
    """Correct what somebody is of a home they have."""
    person = _person(key)
    stay = _stay(person, home_id)
    form = StayForm.from_request(relation=stay.relation, from_day=stay.from_day)
    if request.method == "POST" and form.validate():
        try:
            submit_once(lambda: residents.correct_stay(current_actor(), key, home_id, **form.data))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("Saved."))
            return _back(key)
    return ui.page("desk/people/stay.html", form=form, person=person, stay=stay, status=status_of(form))


def _stay(person: PersonPage, home_id: int) -> Stay:
    found = next((stay for stay in person.homes if stay.home_id == home_id and stay.until_day is None), None)
    if found is None:
        raise NotFound
    return found


@pages.route("/people/<key>/same", methods=["GET", "POST"])
@view("core.people.edit")
def same(key: str) -> Response:
    """Two records are one person: look for the other one, compare, and put them together."""
    person, actor = _person(key), masked_view(current_actor())
    if request.method == "POST":
        kept = submit_once(lambda: residents.link_homes(current_actor(), key, asked_text("other")).public_id)
        ui.toast(_("The two records are now one."))
        return _back(kept)
    if asked_text("other"):
        other = _person(asked_text("other"))
        return ui.page("desk/people/same_confirm.html", person=person, other=other, relations=RELATION_LABELS)
    query = asked_text("q")
    found = directory.list_people(actor, query, limit=20).rows if query else directory.same_name(actor, person.name)
    return ui.page(
        "desk/people/same.html",
        block="results",
        person=person,
        query=query,
        found=[row for row in found if row.public_id != person.public_id],
        statuses=STATUS_LABELS,
    )
