"""The resident behind a staff account: found by name or door, told apart by the door, linked and unlinked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core.errors import Invalid, Refused
from core.people import account_list, accounts, directory
from core.people.disclosure import masked_view
from core.people.person import DECEASED
from core.text import _
from core.web import ui
from core.web.forms import RadioField, StringField, asked_text, status_of
from core.web.gate import current_actor, view
from core.web.reauth import ConfirmedForm, SureForm, sure_page

pages = Blueprint("admin_person", __name__)
MOST = 20


class ResidentForm(ConfirmedForm):
    """Who somebody is among the residents: typed as a name or a door, then chosen from those who fit.

    It is always chosen, even when one person fits: a name alone says too little.
    """

    resident = StringField(_("Resident of this community"), longest=60)
    person = RadioField(_("The person meant"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_many = False
        typed = asked_text("resident", 60)
        if not current_actor().can(directory.VIEW):
            del self.resident, self.person
        elif not typed:
            del self.person
        else:
            self._offer(typed)

    def _offer(self, query: str) -> None:
        found = directory.list_people(masked_view(current_actor()), query, limit=MOST)
        self.too_many = found.next is not None
        self.person.choices = [(row.public_id, _words(row)) for row in found.rows if row.status != DECEASED]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also whether one of those who fit was chosen, where somebody was named."""
        fits = super().validate(extra_validators)
        if "person" not in self._fields or self.person.data:
            return fits
        if not self.person.choices:
            self.resident.errors = [str(_("Nobody fits. Write the name, or the door such as 3-2-501."))]
            del self.person
        elif self.too_many:
            self.resident.errors = [str(_("More than %(most)d residents fit. Please add the door.", most=MOST))]
        else:
            self.person.errors = [str(_("Please choose the person by the door."))]
        if "password" in self._fields and self.password.data:
            self.confirmed()  # now, for it does not stay in the form while they choose
        return False

    @property
    def public_id(self) -> str | None:
        """The public id of who was chosen, None for nobody."""
        return self.person.data if "person" in self._fields else None


def _words(row: directory.PersonRow) -> str:
    return " · ".join(
        part for part in (row.name, "、".join(row.homes) or str(_("No home is known.")), row.phone) if part
    )


class LinkForm(ResidentForm):
    """The same where it is what the page is for."""

    resident = StringField(_("Resident of this community"), required=True, longest=60)


@pages.route("/admin/accounts/<int:account_id>/resident", methods=["GET", "POST"])
@view("core.accounts.manage")
def link(account_id: int) -> Response:
    """Say which resident works with a staff account."""
    actor = current_actor()
    actor.require(directory.VIEW)
    row = account_list.account_page(actor, account_id).row
    form: Any = LinkForm.from_request()
    if form.is_submitted() and form.validate() and form.confirmed():
        try:
            accounts.link_person(actor, account_id, form.public_id)
        except Refused as error:
            form.accept(Invalid(message=f"{error.message} {error.advice or ''}".strip()))
        else:
            ui.toast(_("The account is linked to the resident. It holds from the next page on."))
            return ui.after_post(ui.url("c.admin.account", account_id=account_id))
    return ui.page("desk/admin/link_person.html", status=status_of(form), form=form, row=row)


@pages.route("/admin/accounts/<int:account_id>/resident/remove", methods=["GET", "POST"])
@view("core.accounts.manage")
def unlink(account_id: int) -> Response:
    """Take the link away again."""
    actor = current_actor()
    row = account_list.account_page(actor, account_id).row
    form: Any = SureForm.from_request()
    back = ui.url("c.admin.account", account_id=account_id)
    if form.is_submitted() and form.validate() and form.confirmed():
        accounts.link_person(actor, account_id, None, form.reason.data or "")
        ui.toast(_("The link is removed."))
        return ui.after_post(back)
    return sure_page(
        form,
        _("Remove the link between the account of %(name)s and a resident?", name=row.label),
        _("Remove the link"),
        back,
        [
            _(
                "Nothing tells any more that both are the same person: a second account could be opened for the resident."
            ),
            _("The account keeps its roles; what was done with it stays as it is."),
        ],
    )
