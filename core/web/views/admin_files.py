"""How much the photos and files of a community may take, and how much they take."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core.civic.attachments import LEAST_SPACE, MEGABYTE, MOST_SPACE, QUOTA
from core.errors import Invalid
from core.plugin.settings import CHANGE, find_setting, get_setting, set_setting
from core.store.files import used_bytes
from core.text import _
from core.web import ui
from core.web.forms import Form, IntegerField, status_of
from core.web.gate import current_actor, current_community, view

pages = Blueprint("admin_files", __name__)


class SpaceForm(Form):
    """The limit, in MB."""

    space = IntegerField(find_setting(QUOTA).label, required=True, minimum=LEAST_SPACE, maximum=MOST_SPACE)


@pages.route("/admin/community/files", methods=["GET", "POST"])
@view(CHANGE)
def index() -> Response:
    """The space for files: what is used, and the limit to change."""
    code = current_community().code
    limit = int(get_setting(QUOTA, code))
    form = SpaceForm.from_request(space=limit)
    if form.act_on_submit(lambda: _change(form.space.data)):
        ui.toast(_("Saved."))
        return ui.after_post(ui.url(".index"))
    used = used_bytes(code)
    return ui.page(
        "desk/admin/files.html",
        form=form,
        used=f"{used / MEGABYTE:.1f}",
        limit=limit,
        is_full=used > limit * MEGABYTE * 0.9,
        status=status_of(form),
    )


def _change(space: Any) -> None:
    try:
        set_setting(current_actor(), QUOTA, space)
    except Invalid as error:
        raise Invalid({"space": error.errors.get(QUOTA, [error.message])}) from error
