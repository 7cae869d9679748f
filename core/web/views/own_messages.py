"""A resident's own messages (我的 → 消息): reading them, keeping an appointment in the phone, saying how to be reached."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core.actor import Actor
from core.civic.reaching import contact, message_lists, messages
from core.civic.reaching.message_records import Message
from core.errors import NotFound
from core.text import _
from core.web import ui
from core.web.forms import asked_number, status_of
from core.web.gate import current_actor, current_community, view
from core.web.views.messages import WayForm

pages = Blueprint("own_messages", __name__)
PAGE = 20


def _reader() -> Actor:
    """Whoever has signed in and lives or works here; raises `NotFound` for people of other communities."""
    actor = current_actor()
    if actor.person is None and not actor.roles:
        raise NotFound
    return actor


@pages.get("/mine/messages")
@view(signed_in=True)
def index() -> Response:
    """My messages, the latest first."""
    actor = _reader()
    rows = message_lists.read_by(actor, asked_number("after"), PAGE + 1)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return ui.page(
        "portal/messages.html",
        rows=rows[:PAGE],
        unread=message_lists.unread(actor),
        has_person=actor.person is not None,
        told_how=messages.TOLD_HOW,
        next_url=ui.url(".index", after=more) if more else None,
    )


@pages.post("/mine/messages/<int:message_id>/read")
@view(signed_in=True)
def read(message_id: int) -> Response:
    """知道了."""
    messages.mark_read(current_actor(), message_id)
    return ui.after_post(ui.url(".index"))


@pages.post("/mine/messages/read")
@view(signed_in=True)
def read_all() -> Response:
    """All of them."""
    messages.mark_all_read(_reader())
    ui.toast(_("All messages are marked as read."))
    return ui.after_post(ui.url(".index"))


@pages.get("/mine/messages/<int:message_id>.ics")
@view(signed_in=True)
def calendar(message_id: int) -> Response:
    """The appointment of a message for the calendar of a phone."""
    found = messages.of_reader(current_actor()).where(Message.id == message_id).first()
    if found is None:
        raise NotFound
    return ui.download(
        message_lists.appointment_of(found).encode(), "text/calendar; charset=utf-8", f"{found.title[:40]}.ics"
    )


@pages.route("/mine/contact", methods=["GET", "POST"])
@view(signed_in=True)
def preference() -> Response:
    """How I want to be reached."""
    actor = current_actor()
    if actor.person is None:
        raise NotFound
    person_id = actor.person
    form: Any = WayForm.offered(contact.way_of(current_community().code, person_id))
    form.way.label.text = str(_("How should we reach you?"))
    if form.act_on_submit(lambda: contact.prefer(actor, person_id, form.way.data)):
        ui.toast(_("Saved. It holds from the next message on."))
        return ui.after_post(ui.url(".index"))
    return ui.page(
        "portal/contact.html", form=form, hours=contact.hours_text(current_community().code), status=status_of(form)
    )
