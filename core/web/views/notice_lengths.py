"""How long notices of each kind are up and take objections in this community."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core.civic.notices.categories import CATEGORIES, MOST_DAYS, Lengths, lengths_of, set_lengths
from core.errors import Invalid
from core.plugin.settings import CHANGE
from core.store.db import transaction
from core.text import _
from core.web import ui
from core.web.forms import Form, IntegerField, status_of
from core.web.gate import current_actor, current_community, view

pages = Blueprint("notice_lengths", __name__)
PARTS = {"usual": _("Days up unless told"), "least": _("Days up at least"), "objections": _("Objections at least")}


class LengthsForm(Form):
    """Three numbers of days for each kind."""


for _category in CATEGORIES:
    for _part, _label in PARTS.items():
        _field = IntegerField(_label, required=True, minimum=1, maximum=MOST_DAYS)
        setattr(LengthsForm, f"{_category}_{_part}", _field)


@pages.route("/notices/desk/lengths", methods=["GET", "POST"])
@view(CHANGE)
def index() -> Response:
    """The lengths of every kind, to be changed together."""
    code = current_community().code
    form = LengthsForm.from_request(
        **{f"{name}_{part}": getattr(lengths_of(code, name), part) for name in CATEGORIES for part in PARTS}
    )
    if form.act_on_submit(lambda: _save(form)):
        ui.toast(_("Saved."))
        return ui.after_post(ui.url(".index"))
    kinds = [(each.label, [form[f"{each.name}_{part}"] for part in PARTS]) for each in CATEGORIES.values()]
    return ui.page("desk/notices/lengths.html", form=form, kinds=kinds, status=status_of(form))


def _save(form: Any) -> None:
    """All of them or none; what is wrong stands at its field."""
    errors: dict[str, Any] = {}
    with transaction(current_community().code):
        for name in CATEGORIES:
            try:
                set_lengths(current_actor(), name, Lengths(*(form[f"{name}_{part}"].data for part in PARTS)))
            except Invalid as error:
                errors |= {f"{name}_{part}": texts for part, texts in error.errors.items()}
        if errors:
            raise Invalid(errors)
