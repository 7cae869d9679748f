"""Separate consents: a resident's own and those for the children of the home, what the office enters from paper, and what
somebody needs help with. The general notice is in `privacy_notice`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic.attachments import files_of
from core.civic.privacy import care_notes, consents
from core.civic.privacy.consents import SAID
from core.clock import today
from core.people import children, directory, view_log
from core.people.consent_records import RELATIONS, WAYS
from core.people.disclosure import masked_view
from core.text import _
from core.web import ui
from core.web.forms import DayField, Form, RadioField, StringField, TextAreaField, asked_text, status_of, submit_once
from core.web.gate import current_actor, current_community, view
from core.web.uploads import UploadField

pages = Blueprint("consents", __name__)


# --------------------------------------------------------------------------- one's own, and one's children's


@pages.get("/mine/consents")
@view(signed_in=True)
def mine() -> Response:
    """Every question with what I said, and those about the children who live with me."""
    actor = current_actor()
    return ui.page(
        "portal/consents.html",
        own=consents.own_questions(actor),
        children=[(child, consents.questions(child)) for child in children.own_children(actor)],
        said=SAID,
    )


class AnswerForm(Form):
    """Nothing is chosen beforehand: both answers are buttons."""


class GuardianForm(AnswerForm):
    """The same for a child."""

    relation = RadioField(_("What are you to the child?"), choices=list(RELATIONS.items()), required=True)


@pages.route("/mine/consents/<question>", methods=["GET", "POST"])
@view(signed_in=True)
def one(question: str) -> Response:
    """One question by itself, about me or with `child` about a child of mine: agree, decline, take back."""
    actor, key = current_actor(), asked_text("child", 40) or request.form.get("child", "")
    child = children.own_child(actor, key) if key else None
    own = consents.own_questions(actor) if child is None else consents.questions(child)
    asked = consents.pick(own, question)
    form: Any = (GuardianForm if child else AnswerForm).from_request()
    given = request.form.get("say") == "agree"
    if form.act_on_submit(lambda: _say(child, question, given, form)):
        ui.toast(
            _("It is noted that you agree.")
            if given
            else _("It is noted that you do not agree. Nothing of it is kept.")
        )
        return ui.after_post(ui.url(".mine"))
    return ui.page(
        "portal/consent_question.html", asked=asked, child=child, form=form, said=SAID, status=status_of(form)
    )


def _say(child: Any, name: str, given: bool, form: Any) -> None:
    if child is None:
        consents.answer(current_actor(), name, given)
    else:
        consents.answer_for_child(current_actor(), child.public_id, name, given, form.relation.data)


# --------------------------------------------------------------------------- the office


@pages.get("/people/<key>/consents")
@view("core.people.edit")
def of_person(key: str) -> Response:
    """What somebody was asked and said, the general notice among it; entering what came on paper."""
    actor = current_actor()
    record = directory.person_of(actor, key)
    asked = consents.questions(record)
    view_log.seen(actor, view_log.PAGE, [record.public_id])
    return ui.page(
        "desk/people/consents.html",
        person=directory.person_page(masked_view(actor), key),
        is_child=children.is_child(record),
        may_be_either=children.may_be_either(record.birth_year) and not children.has_turned(record),
        asked=asked,
        scans={each.consent.name: files_of(each.last.ref, "scan") for each in asked if each.last},
        said=SAID,
        ways=WAYS,
        relations=RELATIONS,
    )


@pages.get("/people/<key>/consents/print")
@view("core.people.edit")
def paper(key: str) -> Response:
    """The questions on A4, to be ticked and signed by hand."""
    record = directory.person_of(current_actor(), key)
    return ui.page(
        "print/consents.html",
        person=record,
        is_child=children.is_child(record),
        asked=consents.questions(record),
        relations=RELATIONS,
        made_on=today(),
    )


class PaperForm(Form):
    """What somebody said on paper, on which day, with the paper itself."""

    given = RadioField(
        _("The answer given"), choices=[("yes", _("Agreed")), ("no", _("Declined or taken back"))], required=True
    )
    asked_on = DayField(_("On which day"), required=True)
    guardian = StringField(_("Who signed for the child"), longest=consents.LONGEST_NAME)
    relation = RadioField(_("What they are to the child"), choices=list(RELATIONS.items()))
    scans = UploadField(_("Scan of the signed paper"), takes=("picture", "document"), most=5, captions=False)


@pages.route("/people/<key>/consents/<question>", methods=["GET", "POST"])
@view("core.people.edit", uploads=True)
def enter(key: str, question: str) -> Response:
    """Enter what was said on paper to one question."""
    actor = current_actor()
    record = directory.person_of(actor, key)
    asked = consents.question(record, question)
    form: Any = PaperForm.from_request(asked_on=today())
    is_child = children.is_child(record)
    if not is_child:
        del form.guardian, form.relation
    if form.act_on_submit(lambda: _enter(key, question, form, is_child)):
        ui.toast(_("Saved."))
        return ui.after_post(ui.url(".of_person", key=key))
    return ui.page("desk/people/consent_paper.html", person=record, asked=asked, form=form, status=status_of(form))


def _enter(key: str, name: str, form: Any, is_child: bool) -> None:
    spoke = {"guardian": form.guardian.data or "", "relation": form.relation.data or ""} if is_child else {}
    given = form.given.data == "yes"
    consents.enter(current_actor(), key, name, given, form.asked_on.data, scans=form.scans.data or (), **spoke)


@pages.post("/people/<key>/fourteen")
@view("core.people.edit")
def fourteen(key: str) -> Response:
    """Somebody who may be thirteen or fourteen is fourteen."""
    submit_once(lambda: consents.say_turned_fourteen(current_actor(), key))
    ui.toast(_("Noted: from now on this person answers for themselves."))
    return ui.after_post(ui.url(".of_person", key=key))


class CareForm(Form):
    """In the office's words; empty forgets it."""

    words = TextAreaField(_("What help is needed with"), longest=care_notes.LONGEST)


@pages.route("/people/<key>/care", methods=["GET", "POST"])
@view("core.people.edit")
def care(key: str) -> Response:
    """Write what somebody needs help with, if they agreed."""
    actor = current_actor()
    person = directory.person_page(masked_view(actor), key)
    form: Any = CareForm.from_request(words=care_notes.care_of(actor, person.id))
    if form.act_on_submit(lambda: care_notes.write_care(actor, key, form.words.data or "")):
        ui.toast(_("Saved."))
        return ui.after_post(ui.url("c.people.detail", key=key))
    view_log.seen(actor, view_log.PAGE, [person.public_id])
    agreed = consents.has_consented(current_community().code, person.id, care_notes.CARE)
    return ui.page("desk/people/care.html", person=person, agreed=agreed, form=form, status=status_of(form))
