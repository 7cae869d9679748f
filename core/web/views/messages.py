"""Telling residents something: what they were told and do not know yet, writing to one, slips to print, numbers for the hall,
how people want to be reached, and when they are left in peace. What a resident reads is in `own_messages`.
"""

from __future__ import annotations

import datetime
from typing import Any

from flask import Blueprint, Response, request

from core.civic.reaching import contact, message_lists, messages
from core.civic.reaching.calls import WORK
from core.civic.reaching.message_records import STATES, Message
from core.civic.reaching.messages import SEND
from core.clock import today, utc_minute
from core.errors import Invalid
from core.people import directory
from core.people.disclosure import masked_view
from core.store.ref import Ref
from core.text import _
from core.web import ui
from core.web.forms import (
    BooleanField,
    DayField,
    Form,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
    asked_numbers,
    asked_text,
    request_key,
    status_of,
    submit_once,
)
from core.web.gate import current_actor, current_community, view

pages = Blueprint("messages", __name__)
PAGE = 50
PER_SHEET = {"": 6, "a5": 2}


@pages.get("/messages")
@view(SEND)
def index() -> Response:
    """Who does not know yet, what is to be delivered later, what is over."""
    actor, shown = current_actor(), asked_text("show")
    shown = shown if shown in message_lists.SHOWN else "open"
    rows = message_lists.messages_of(actor, shown, asked_text("after") or None, PAGE + 1)
    more = message_lists.key_of(rows[PAGE - 1]) if len(rows) > PAGE else None
    return ui.page(
        "desk/messages/list.html",
        rows=rows[:PAGE],
        shown=shown,
        tabs=message_lists.SHOWN,
        states=STATES,
        today=today(),
        slips=len(message_lists.slips_to_print(actor)),
        numbers=message_lists.hall_numbers(current_community().code),
        next_url=ui.url(".index", show=shown, after=more) if more else None,
    )


# --------------------------------------------------------------------------- writing


class MessageForm(Form):
    """What one person is to be told, by when, and in the hall."""

    title = StringField(_("Heading"), required=True, longest=100)
    text = TextAreaField(_("Text"), required=True)
    know_by = DayField(_("Should know by"))
    send_on = DayField(_("Deliver on"))
    on_day = DayField(_("Day of the appointment"))
    start = TimeField(_("From"))
    end = TimeField(_("To"))
    place = StringField(_("Place"), longest=200)
    in_hall = BooleanField(_("The person waits in the hall: show a number on the screen"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that the times make an appointment or none at all, and that nothing lies in the past."""
        fits = super().validate(extra_validators)
        times = (self.on_day.data, self.start.data, self.end.data)
        if any(each is not None for each in times) and None in times:
            self.on_day.errors = [str(_("Please give day, start and end, or none of them."))]
            return False
        for field in (self.know_by, self.send_on):
            if field.data is not None and field.data < today():
                field.errors = [str(_("This day has passed."))]
                fits = False
        return fits


@pages.route("/messages/new", methods=["GET", "POST"])
@view(SEND)
def new() -> Response:
    """Write to one resident."""
    person = directory.person_page(masked_view(current_actor()), asked_text("person"))
    form: Any = MessageForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            key = submit_once(lambda: _send(form, person))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("%(name)s will be told.", name=person.name))
            return ui.after_post(ui.url(".detail", message_id=key))
    return ui.page(
        "desk/messages/new.html",
        form=form,
        person=person,
        way=contact.WAYS[contact.way_of(current_community().code, person.id)],
        may_be_told=contact.may_be_told(current_community().code, person.id),
        status=status_of(form),
    )


def _send(form: Any, person: directory.PersonPage) -> int:
    """Each message written by hand is about the resident, with the key of the form it came with."""
    whom = Ref("core.person", current_community().code, person.public_id)
    day: datetime.date | None = form.on_day.data
    times = [utc_minute(day, minute) for minute in (form.start.data, form.end.data)] if day else [None, None]
    due = utc_minute(form.send_on.data, 0) * 60_000 if form.send_on.data and form.send_on.data > today() else None
    made = messages.tell(
        current_actor(), whom, whom, f"by_hand.{request_key()}", form.text.data, title=form.title.data,
        know_by=form.know_by.data, due_at=due, start_min=times[0], end_min=times[1], place=form.place.data or "",
        in_hall=form.in_hall.data,
    )  # fmt: skip
    return int(made.id)


# --------------------------------------------------------------------------- one message


class WithdrawForm(Form):
    """Why a message no longer holds."""

    note = StringField(_("Why it is withdrawn"), required=True, longest=200)


@pages.get("/messages/<int:message_id>")
@view(SEND, kind=Message, key="message_id")
def detail(message: Message) -> Response:
    """One message: what was said, when it was delivered, whether the person knows."""
    return _show(message, WithdrawForm())


def _show(message: Message, form: Form) -> Response:
    message = messages.message_for(current_actor(), message.id)
    return ui.page(
        "desk/messages/message.html",
        message=message,
        resident=message_lists.resident_of(current_actor(), message),
        form=form,
        way=contact.WAYS[contact.way_of(message.community, message.person_id)],
        state=STATES[message.state],
        told_how=messages.TOLD_HOW,
        status=status_of(form),
    )


@pages.post("/messages/<int:message_id>/told")
@view(SEND, kind=Message, key="message_id")
def told(message: Message) -> Response:
    """Told in person, at the counter or with the slip."""
    submit_once(lambda: messages.told_here(current_actor(), message.id).told_how)
    ui.toast(_("%(name)s was told in person.", name=message.name))
    return ui.after_post(ui.url(".index"))


@pages.post("/messages/<int:message_id>/withdraw")
@view(SEND, kind=Message, key="message_id")
def withdraw(message: Message) -> Response:
    """It no longer holds."""
    form: Any = WithdrawForm.from_request()
    if form.act_on_submit(lambda: messages.withdraw(current_actor(), message.id, form.note.data or "")):
        ui.toast(_("The message is withdrawn."))
        return ui.after_post(ui.url(".index"))
    return _show(message, form)


# --------------------------------------------------------------------------- slips


@pages.get("/messages/slips")
@view(SEND)
def slips() -> Response:
    """Today's notices on paper: several to a sheet, or two of A5; with `message` those chosen."""
    size = asked_text("size")
    size = size if size in PER_SHEET else ""
    chosen = asked_numbers("message")
    found = message_lists.slips_to_print(current_actor(), chosen or None)
    each = PER_SHEET[size]
    return ui.page(
        "print/message_slips.html",
        sheets=[found[start : start + each] for start in range(0, len(found), each)],
        ids=[slip.message.id for slip in found],
        size=size,
        chosen=chosen,
        today=today(),
    )


@pages.post("/messages/slips/printed")
@view(SEND)
def printed() -> Response:
    """They lie in the printer: next time only new ones are printed."""
    ids = asked_numbers("message")
    submit_once(lambda: messages.note_printed(current_actor(), ids))
    ui.toast(_("Noted. They are on the list until the people were told."))
    return ui.after_post(ui.url(".index"))


# --------------------------------------------------------------------------- how and when to reach people


class WayForm(Form):
    """How a person wants to be reached."""

    way = RadioField(_("How to reach the person"), choices=[], required=True)

    @classmethod
    def offered(cls, way: str) -> Any:
        """The form with every way, `way` chosen at a first look."""
        form: Any = cls.from_request(way=way)
        form.way.choices = [(name, str(label)) for name, label in contact.WAYS.items()]
        return form


@pages.route("/people/<key>/contact", methods=["GET", "POST"])
@view(SEND)
def preference(key: str) -> Response:
    """Ask a resident at the counter how they want to be reached."""
    person = directory.person_page(masked_view(current_actor()), key)
    form = WayForm.offered(contact.way_of(current_community().code, person.id))
    if form.act_on_submit(lambda: contact.prefer(current_actor(), person.id, form.way.data)):
        ui.toast(_("Saved. It holds from the next message on."))
        return ui.after_post(ui.url("c.people.detail", key=person.public_id))
    return ui.page("desk/messages/preference.html", form=form, person=person, status=status_of(form))


class HoursForm(Form):
    """When people may be called."""

    first = TimeField(_("Calls from"), required=True)
    noon = TimeField(_("Rest at noon from"), required=True)
    after = TimeField(_("Rest at noon until"), required=True)
    last = TimeField(_("Calls until"), required=True)


@pages.route("/calls/today/hours", methods=["GET", "POST"])
@view("core.settings.edit")
def hours() -> Response:
    """The hours in which nobody is called."""
    names = ("first", "noon", "after", "last")
    form: Any = HoursForm.from_request(**dict(zip(names, contact.call_hours(current_community().code), strict=True)))
    if form.act_on_submit(lambda: contact.set_call_hours(current_actor(), *(form.data[name] for name in names))):
        ui.toast(_("Saved. The call list goes by it from now on."))
        return ui.after_post(ui.url("c.calls.todays") if current_actor().can(WORK) else ui.url(".hours"))
    return ui.page("desk/calls/hours.html", form=form, status=status_of(form))
