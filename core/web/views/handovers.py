"""Leaving and handing over (离岗交接): the checklist of what is open under an account, and what was handed over."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, request

from core.civic.inbox import handover_sheet, handovers
from core.civic.inbox.handovers import CLOSE, FOLLOWS, WORK, Handover, Item
from core.errors import Invalid, Refused
from core.people import account_list, accounts
from core.text import _
from core.web import ui
from core.web.forms import RadioField, SelectField, StringField, asked_text, status_of, submit_once, was_submitted
from core.web.gate import current_actor, view
from core.web.reauth import ConfirmedForm

pages = Blueprint("handovers", __name__)
LEFT = "left"


class LeaveForm(ConfirmedForm):
    """What follows, who takes everything for which nobody else is chosen, and the reason; a field for each item is added."""

    follows = RadioField(_("What follows?"), required=True)
    to_all = SelectField(_("Hand everything to"))
    reason = StringField(_("Reason"), longest=handovers.LONGEST_REASON)

    def pairs(self, items: list[Item]) -> list[tuple[Item, Any]]:
        """Each item with its field."""
        return [(item, self._fields[item.key]) for item in items]

    def choices(self, items: list[Item]) -> dict[str, int | None]:
        """What was chosen, as `handovers.hand_over` takes it; says at the fields what was not."""
        chosen: dict[str, int | None] = {}
        for item, field in self.pairs(items):
            answer = field.data or self._for_all(item)
            if answer:
                chosen[item.key] = None if answer == LEFT else int(answer)
            elif item.must:
                field.errors = [str(_("Choose who takes it over, or that it is left."))]
        return chosen

    def _for_all(self, item: Item) -> str:
        wanted = self.to_all.data or ""
        if wanted != LEFT and handovers.SOURCES[item.source].of_roles:
            return ""  # nobody is given a role without being chosen for it
        return wanted if wanted == LEFT or wanted in {str(key) for key, _name in item.takers} else ""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left undecided."""
        return not any(field.errors for field in self)


def _form(items: list[Item]) -> LeaveForm:
    """The form with a field for each item; those of roles may stay empty where only the work is handed over."""
    made: Any = type("LeaveFormOfItems", (LeaveForm,), {item.key: SelectField(str(item.title)) for item in items})
    form = cast(LeaveForm, made.from_request(follows=asked_text("follows") or CLOSE))
    for item, field in form.pairs(items):
        field.choices = [
            ("", str(_("please choose") if handovers.SOURCES[item.source].of_roles else _("as above"))),
            *((str(key), str(_("to %(name)s", name=name))) for key, name in item.takers),
            (LEFT, str(_("left: %(what)s", what=item.left))),
        ]
    form.follows.choices = [(name, str(label)) for name, label in FOLLOWS.items()]
    everybody = dict(pair for item in items for pair in item.takers)
    form.to_all.choices = [
        ("", str(_("nobody yet: choose for each line"))),
        *((str(key), name) for key, name in sorted(everybody.items(), key=lambda pair: pair[1])),
        (LEFT, str(_("leave everything"))),
    ]
    return form


@pages.route("/admin/accounts/<int:account_id>/leave", methods=["GET", "POST"])
@view("core.accounts.manage")
def leave(account_id: int) -> Response:
    """What is open under an account, line by line with a choice; then the hand-over in one act."""
    if request.method == "POST" and was_submitted():  # the second of two taps finds nothing open any more
        return ui.after_post(ui.url(".show", handover_id=submit_once(int)))
    actor = current_actor()
    row = account_list.account_page(actor, account_id).row
    items = handovers.open_items(actor, accounts.managed_account(actor, account_id))
    form = _form(items)
    if form.is_submitted() and form.validate():
        concerned = [
            item for item in items if not (form.follows.data == WORK and handovers.SOURCES[item.source].of_roles)
        ]
        choices = form.choices(concerned)
        if form.is_complete and form.confirmed():
            try:
                made = submit_once(
                    lambda: (
                        handovers.hand_over(actor, account_id, form.follows.data, choices, form.reason.data or "").id
                    )
                )
            except Invalid as error:
                form.accept(error)
            except Refused as error:
                form.accept(Invalid(message=f"{error.message} {error.advice or ''}".strip()))
            else:
                ui.toast(_("The work of %(name)s is handed over.", name=row.label))
                return ui.after_post(ui.url(".show", handover_id=made))
    return ui.page("desk/admin/leave.html", status=status_of(form), form=form, row=row, lines=form.pairs(items))


@pages.get("/admin/handovers")
@view("core.accounts.manage")
def index() -> Response:
    """What was handed over, the latest first."""
    return ui.page("desk/admin/handovers.html", rows=handovers.hand_overs(current_actor()), follows=FOLLOWS)


@pages.get("/admin/handovers/<int:handover_id>")
@view("core.accounts.manage", kind=Handover, key="handover_id")
def show(handover: Handover) -> Response:
    """One hand-over: who took what, and the list to sign."""
    return ui.page(
        "desk/admin/handover.html",
        made=handover,
        lines=handovers.settled(current_actor(), handover),
        follows=FOLLOWS,
        sheet=handover_sheet.SHEET,
    )
