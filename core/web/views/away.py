"""Who is away and who stands in (请假交接): the list, entering it for oneself or a colleague, ending it early."""

from __future__ import annotations

from typing import Any, Self

from flask import Blueprint, Response, request

from core.civic.inbox import deputies, todos
from core.clock import today
from core.errors import Invalid, Refused
from core.people import staff
from core.people.permissions import ROLES
from core.text import _
from core.web import ui
from core.web.forms import DayField, Form, SelectField, asked_number, asked_text, status_of, submit_once
from core.web.gate import current_actor, current_community, view

pages = Blueprint("away", __name__)


@pages.get("/away")
@view("core.desk")
def index() -> Response:
    """Who is or will be away, and who stands in."""
    actor, code = current_actor(), current_community().code
    known = deputies.absences(code)
    return ui.page(
        "desk/away/list.html",
        known=known,
        mine={each.id for each in known if deputies.may_enter_for(actor, each.account)},
        today=today(),
    )


def _key(value: str | None) -> int | None:
    return int(value) if value else None


class AwayForm(Form):
    """Who is away, from when until when, and who stands in."""

    account = SelectField(_("Away"), coerce=_key, required=True)
    from_day = DayField(_("First day"), required=True)
    until_day = DayField(_("Last day"), required=True)
    deputy = SelectField(_("Who stands in"), coerce=_key, required=True)

    @classmethod
    def offered(cls) -> Self:
        """The form with the colleagues who work here; whoever enters it for themselves alone is not asked who is away."""
        actor, code = current_actor(), current_community().code
        form = cls.from_request(from_day=today(), account=asked_number("account") or actor.account)
        named = [(each.account, _named(each)) for each in staff.colleagues(code)]
        able = [(key, name) for key, name in named if staff.is_active(int(key or 0))]
        form.account.choices = named
        form.deputy.choices = [("", str(_("please choose"))), *(each for each in able if each[0] != form.away)]
        if not actor.can(deputies.MANAGE):
            del form.account
        return form

    @property
    def away(self) -> int:
        """The account of whoever is away."""
        field = self._fields.get("account")
        chosen = field.data if field is not None else current_actor().account
        return int(chosen or 0)

    @property
    def asked(self) -> tuple[int, int, Any, Any]:
        """What is to be entered, as `deputies.enter` takes it."""
        return self.away, int(self.deputy.data or 0), self.from_day.data, self.until_day.data

    @property
    def mark(self) -> str:
        """What was looked at: once it is changed, it is looked at again."""
        return ".".join(map(str, self.asked))


def _named(colleague: Any) -> str:
    held = "、".join(str(role.label) for name, role in ROLES.items() if name in colleague.roles)
    return f"{colleague.label}（{held}）"


@pages.route("/away/new", methods=["GET", "POST"])
@view("core.desk")
def new() -> Response:
    """Enter who is away: first what the deputy would and would not see, then for good."""
    actor, form = current_actor(), AwayForm.offered()
    looked, unseen = False, []
    if request.method == "POST" and form.validate():
        try:
            if asked_text("looked") == form.mark:
                submit_once(lambda: deputies.enter(actor, *form.asked).id)
                ui.toast(_("It is entered. On these days the work is shown to the deputy as well."))
                return ui.after_post(ui.url(".index"))
            deputies.check(actor, *form.asked)
            unseen, looked = _unseen(form), True
        except Invalid as error:
            form.accept(error)
        except Refused as error:
            form.accept(Invalid(message=f"{error.message} {error.advice or ''}".strip()))
    return ui.page("desk/away/new.html", form=form, looked=looked, unseen=unseen, status=status_of(form))


def _unseen(form: AwayForm) -> list[todos.Waiting]:
    """What nobody would see but those who see everybody's."""
    actor, code = current_actor(), current_community().code
    away, deputy = (staff.colleague(code, key) for key in form.asked[:2])
    return todos.unseen_by(actor, away, deputy) if away is not None and deputy is not None else []


@pages.post("/away/<int:deputy_id>/end")
@view("core.desk")
def end(deputy_id: int) -> Response:
    """Somebody is back earlier than entered, or does not go."""
    submit_once(lambda: deputies.end(current_actor(), deputy_id))
    ui.toast(_("It has ended. The work is shown as before."))
    return ui.after_post(ui.url(".index"))
