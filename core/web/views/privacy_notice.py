"""The privacy notice: reading it and its earlier versions, agreeing or declining, entering what was said on paper, changing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic.privacy import register as privacy_register
from core.clock import today
from core.errors import NotFound
from core.people import directory, privacy_notice
from core.people.disclosure import masked_view
from core.people.permissions import PRIVACY
from core.people.privacy_notice import SAID
from core.plugin import registry as kernel
from core.text import _
from core.web import ui
from core.web.forms import DayField, Form, RadioField, TextAreaField, asked_number, status_of
from core.web.gate import current_actor, current_community, view

pages = Blueprint("privacy_notice", __name__)
_WHAT_FOLLOWS = {
    True: _("Thank you. It is noted that you agree. You can change your mind under “Mine” at any time."),
    False: _(
        "It is noted that you decline. You can still do everything here; only what the law and your own requests need is kept."
    ),
}


@pages.get("/privacy")
@view(public=True)
def notice() -> Response:
    """The notice that holds, and the register of core and of every module, in words; with `all` nothing of it is folded."""
    code = current_community().code
    return ui.page(
        "portal/privacy.html",
        notice=privacy_notice.current(code),
        register=privacy_register.register(kernel.active(), code),
        unfolded=bool(asked_number("all")),
    )


@pages.get("/privacy/<int:version>")
@view(public=True)
def version(version: int) -> Response:
    """An earlier version."""
    code = current_community().code
    return ui.page(
        "portal/privacy_version.html",
        notice=privacy_notice.version_of(code, version),
        latest=privacy_notice.current(code).version,
    )


@pages.route("/mine/consent", methods=["GET", "POST"])
@view(signed_in=True)
def consent() -> Response:
    """Agree to the notice or decline it, and see what one said before; after signing in for the first time it leads on."""
    actor, code = current_actor(), current_community().code
    if actor.person is None:
        raise NotFound(_("No resident is behind this account."))
    form: Any = Form.from_request()
    if request.method == "POST":
        shown = request.form.get("version", type=int) or 0
        given = request.form.get("say") == "agree"
        if form.act_on_submit(lambda: privacy_notice.decide(actor, shown, given)):
            ui.toast(_WHAT_FOLLOWS[given])
            return ui.after_post(ui.safe_target(request.form.get("next"), ui.url("c.portal.mine")))
    return ui.page(
        "portal/consent.html",
        form=form,
        notice=privacy_notice.current(code),
        last=privacy_notice.decision_of(code, actor.person),
        said=SAID,
        next=ui.safe_target(request.values.get("next"), ""),
        status=status_of(form),
    )


class SaidForm(Form):
    """What somebody said on paper, and on which day."""

    given = RadioField(_("What was said"), choices=[("yes", _("Agreed")), ("no", _("Declined"))], required=True)
    asked_on = DayField(_("On which day"), required=True)


@pages.route("/people/<key>/consent", methods=["GET", "POST"])
@view("core.people.edit")
def enter(key: str) -> Response:
    """Enter what somebody said to the notice on paper."""
    actor = current_actor()
    person = directory.person_page(masked_view(actor), key)
    form: Any = SaidForm.from_request(asked_on=today())
    if form.act_on_submit(
        lambda: privacy_notice.enter_decision(actor, key, form.given.data == "yes", form.asked_on.data)
    ):
        ui.toast(_("Saved."))
        return ui.after_post(ui.url("c.people.detail", key=key))
    code = current_community().code
    return ui.page(
        "desk/admin/privacy_consent.html",
        form=form,
        person=person,
        last=privacy_notice.decision_of(code, person.id),
        said=SAID,
        status=status_of(form),
    )


class NoticeForm(Form):
    """The text, paragraph by paragraph."""

    body = TextAreaField(_("The text"), required=True, longest=privacy_notice.LONGEST)


@pages.route("/admin/privacy/notice", methods=["GET", "POST"])
@view(PRIVACY)
def edit() -> Response:
    """Write another version; everybody is asked once more."""
    actor, latest = current_actor(), privacy_notice.current(current_community().code)
    form = NoticeForm.from_request(body=latest.body)
    if form.act_on_submit(lambda: privacy_notice.publish(actor, form.body.data or "")):
        ui.toast(_("The new text holds from now on. Residents are asked once more."))
        return ui.after_post(ui.url(".edit"))
    return ui.page("desk/admin/privacy_notice.html", form=form, notice=latest, status=status_of(form))
