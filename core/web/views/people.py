"""Residents as staff keep them: the list with its search, one person's page, adding, correcting, status.

Homes (moving in and out) and records that are one person are in `people_homes`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic.privacy import care_notes
from core.civic.reaching import contact
from core.clock import today
from core.errors import Invalid
from core.people import accounts, areas, children, directory, disclosure, residents, slip_batches, view_log
from core.people.disclosure import RELATION_LABELS, STATUS_LABELS, masked_view
from core.people.person import DECEASED, LIVING_HERE, MOVED_AWAY, STATUSES
from core.text import LazyText, _
from core.web import ui
from core.web.forms import (
    BooleanField,
    DayField,
    Form,
    IntegerField,
    PhoneField,
    SelectField,
    StringField,
    TextAreaField,
    asked_number,
    asked_text,
    status_of,
    submit_once,
)
from core.web.gate import current_actor, current_community, view
from core.web.views import people_homes

pages = Blueprint("people", __name__)
pages.register_blueprint(people_homes.pages)

_SEXES = [("", _("not given")), ("female", _("Female")), ("male", _("Male"))]
_STATUS = f"<any({', '.join(STATUSES)}):status>"
_STATUS_SAID: dict[str, LazyText] = {
    LIVING_HERE: _("%(name)s is recorded as living here."),
    MOVED_AWAY: _("%(name)s is recorded as moved away."),
    DECEASED: _("%(name)s is recorded as deceased and will not be contacted again."),
}


# --------------------------------------------------------------------------- the list


def _filter() -> dict[str, Any]:
    """What the list is narrowed to: `query`, `estate` (an id) and `status`; nonsense counts as nothing."""
    status = asked_text("status")
    return {
        "query": asked_text("q"),
        "estate": asked_number("estate"),
        "status": status if status in STATUSES else None,
    }


@pages.get("/people")
@view("core.people.view")
def index() -> Response:
    """Fifty residents at a time, by pinyin, with numbers masked."""
    chosen, after = _filter(), asked_text("after") or None
    actor = current_actor()
    found = directory.list_people(masked_view(actor), after=after, **chosen)
    view_log.seen(actor, view_log.SEARCH if chosen["query"] else view_log.LIST, [row.public_id for row in found.rows])
    address = {"q": chosen["query"] or None, "estate": chosen["estate"], "status": chosen["status"]}
    return ui.page(
        "desk/people/list.html",
        block="results",
        found=found,
        chosen=chosen,
        estates=areas.estate_names(current_community().code),
        statuses=STATUS_LABELS,
        next_url=ui.url(".index", after=found.next, **address) if found.next else None,
    )


# --------------------------------------------------------------------------- one person


@pages.get("/people/<key>")
@view("core.people.view")
def detail(key: str) -> Response:
    """All that is known of one person; of two records that are one, the one that is kept."""
    actor = current_actor()
    person = directory.person_page(masked_view(actor), key)
    if person.public_id != key:
        return ui.after_post(ui.url("c.people.detail", key=person.public_id))
    view_log.seen(actor, view_log.PAGE, [person.public_id])
    return _show(person)


@pages.route("/people/<key>/phone", methods=["GET", "POST"])
@view("core.people.phone")
def phone(key: str) -> Response:
    """Show what is masked for this one view; the look and its purpose are in the audit log."""
    if request.method == "GET":
        return ui.after_post(ui.url(".detail", key=key))
    actor, shown, asked_again = current_actor(), None, False
    try:
        shown = disclosure.unmask(actor, key, request.form.get("purpose", ""))
    except Invalid:
        asked_again = True
    return _show(directory.person_page(masked_view(actor), key), shown, asked_again)


def _show(person: directory.PersonPage, shown: disclosure.Shown | None = None, asked_again: bool = False) -> Response:
    actor, code = current_actor(), current_community().code
    return ui.page(
        "desk/people/person.html",
        block="masked",
        person=person,
        shown=shown,
        purposes=disclosure.PURPOSES,
        asked_again=asked_again,
        account=accounts.account_of_person(code, person.id),
        slip_until=slip_batches.slip_of(actor, person.public_id) if actor.can("core.slips.print") else None,
        statuses=STATUS_LABELS,
        relations=RELATION_LABELS,
        this_year=today().year,
        care=care_notes.care_of(actor, person.id),
        needs_guardian=children.need_guardian(directory.person_of(actor, person.public_id)),
        status=422 if asked_again else 200,
        way=contact.WAYS[contact.way_of(code, person.id)],
    )


# --------------------------------------------------------------------------- adding and correcting


def _year(value: Any) -> int | None:
    return int(value) if value else None


class PersonForm(Form):
    """What is known of a person."""

    name = StringField(_("Name"), required=True, longest=60)
    phone = PhoneField(_("Phone"))
    phone_2 = PhoneField(_("Second phone"))
    sex = SelectField(_("Sex"), choices=_SEXES, default="")
    birth_year = IntegerField(_("Year of birth"), minimum=1850, maximum=2200)
    note = TextAreaField(_("Note"), longest=residents.LONGEST_NOTE)


class NewPersonForm(PersonForm):
    """A person with the first home."""

    estate_id = SelectField(_("Estate"), coerce=_year)
    door = StringField(_("Door"), longest=60)
    relation = SelectField(_("Is there as"), choices=list(RELATION_LABELS.items()), default="unknown")
    from_day = DayField(_("Living there since"))


@pages.route("/people/new", methods=["GET", "POST"])
@view("core.people.edit")
def new() -> Response:
    """Add somebody; of the same name as somebody else only after a second look, and never as the same person."""
    form = NewPersonForm.from_request(
        name=asked_text("name", 60),
        estate_id=asked_number("estate"),
        door=asked_text("door", 60),
    )
    form.estate_id.choices = people_homes.estate_choices()
    namesakes: tuple[directory.PersonRow, ...] = ()
    if request.method == "POST" and form.validate():
        try:
            key = submit_once(lambda: _add(form))
        except Invalid as error:
            form.accept(error)
        except SameName as error:
            namesakes = error.people
        else:
            ui.toast(_("%(name)s is added.", name=form.name.data))
            return ui.after_post(ui.url(".detail", key=key))
    return ui.page(
        "desk/people/new.html",
        form=form,
        namesakes=namesakes,
        statuses=STATUS_LABELS,
        status=422 if namesakes else status_of(form),
    )


class SameName(Exception):
    """Somebody of this name is entered already, and staff have not said yet that this is another person."""

    def __init__(self, people: tuple[directory.PersonRow, ...]) -> None:
        super().__init__()
        self.people = people


def _add(form: NewPersonForm) -> str:
    """Inside the one act of the form, so that its second copy does not find the first one's person."""
    actor = current_actor()
    if request.form.get("another") != form.name.data:
        namesakes = directory.same_name(masked_view(actor), form.name.data or "")
        if namesakes:
            raise SameName(namesakes)
    return str(residents.add_person(actor, **_given(form)).public_id)


def _given(form: Form) -> dict[str, Any]:
    """The fields of a form as the service takes them: empty texts instead of None."""
    given = dict(form.data)
    for name in ("phone", "phone_2", "note", "door"):
        if name in given:
            given[name] = given[name] or ""
    return given


class EditPersonForm(PersonForm):
    """Corrections; a new name keeps the former one unless that was only misspelt."""

    misspelt = BooleanField(_("The name was only misspelt: do not keep the old spelling"))


@pages.route("/people/<key>/edit", methods=["GET", "POST"])
@view("core.people.edit")
def edit(key: str) -> Response:
    """Correct a person. What is masked stands in the form for whoever may see it, which counts as a look."""
    actor = current_actor()
    person = directory.person_page(actor, key)
    form = EditPersonForm.from_request(name=person.name, sex=person.sex, birth_year=person.birth_year, note=person.note)
    if not person.phones_shown:
        del form.phone, form.phone_2, form.birth_year
    elif request.method == "GET":
        numbers = [*disclosure.unmask_to_correct(actor, key).phones, "", ""]
        form.phone.data, form.phone_2.data = numbers[0], numbers[1]
    if request.method == "POST" and form.validate():
        given = _given(form)
        keep_former_name = not given.pop("misspelt")
        try:
            submit_once(lambda: _edit(key, given, keep_former_name))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("Saved."))
            return ui.after_post(ui.url(".detail", key=key))
    return ui.page("desk/people/edit.html", form=form, person=person, status=status_of(form))


def _edit(key: str, given: dict[str, Any], keep_former_name: bool) -> None:
    residents.edit_person(current_actor(), key, keep_former_name=keep_former_name, **given)


# --------------------------------------------------------------------------- living here, moved away, deceased


@pages.get("/people/<key>/deceased")
@view("core.people.edit")
def deceased(key: str) -> Response:
    """Ask once more before somebody is recorded as deceased."""
    return ui.page("desk/people/deceased.html", person=directory.person_page(masked_view(current_actor()), key))


@pages.post(f"/people/<key>/status/{_STATUS}")
@view("core.people.edit")
def set_status(key: str, status: str) -> Response:
    """Say that somebody lives here, moved away or is deceased; offered back in the message."""
    actor = current_actor()
    before = directory.person_page(masked_view(actor), key)
    submit_once(lambda: residents.set_status(actor, key, status).public_id)
    undo = ui.url(".set_status", key=key, status=before.status) if before.status != status else ""
    ui.toast(_STATUS_SAID[status] % {"name": before.name}, undo_url=undo)
    return ui.after_post(ui.url(".detail", key=key))
