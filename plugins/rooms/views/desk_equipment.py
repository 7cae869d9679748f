"""Equipment on the desk: the list, a new piece, renaming, where it is kept, taking it out of use."""

from __future__ import annotations

from flask import Response, request

from core import (
    Refused,
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import EQUIPMENT_BY, EquipmentForm

MANAGE = "rooms.manage"


@blueprint.route("/desk/equipment", methods=["GET", "POST"])
@view(MANAGE)
def desk_equipment() -> Response:
    """What there is, and the form for a new piece."""
    form = EquipmentForm.from_request()
    if form.act_on_submit(lambda: _add(form)):
        toast(_("Entered. It can be chosen when a room is booked."))
        return after_post(url(".desk_equipment"))
    return page(
        "rooms/desk/equipment.html",
        form=form,
        items=service.equipment(current_community().code),
        by=EQUIPMENT_BY,
        base=base(),
        status=status_of(form),
    )


def _add(form: EquipmentForm) -> int:
    return int(service.add_equipment(current_actor(), **_given(form)).id)


def _given(form: EquipmentForm) -> dict[str, str]:
    return {
        "name": form.name.data or "", "kept_at": form.kept_at.data or "", "bookable_by": form.bookable_by.data,
    }  # fmt: skip


@blueprint.route("/desk/equipment/<int:equipment_id>", methods=["GET", "POST"])
@view(MANAGE)
def desk_equipment_edit(equipment_id: int) -> Response:
    """Another name or place, or who may choose it."""
    item = service.find_equipment(current_community().code, equipment_id)
    form = EquipmentForm(request.form) if request.method == "POST" else EquipmentForm(obj=item)
    if form.act_on_submit(lambda: service.edit_equipment(current_actor(), equipment_id, **_given(form))):
        toast(_("Saved."))
        return after_post(url(".desk_equipment"))
    return page("rooms/desk/equipment_edit.html", form=form, item=item, base=base(), status=status_of(form))


@blueprint.route("/desk/equipment/<int:equipment_id>/remove", methods=["GET", "POST"])
@view(MANAGE)
def desk_equipment_remove(equipment_id: int) -> Response:
    """Take it out of use, after one question."""
    item, refused = service.find_equipment(current_community().code, equipment_id), None
    if request.method == "POST":
        try:
            submit_once(lambda: service.remove_equipment(current_actor(), equipment_id))
        except Refused as error:
            refused = error
        else:
            toast(_("Taken out of use."))
            return after_post(url(".desk_equipment"))
    return page(
        "rooms/desk/equipment_remove.html", item=item, refused=refused, base=base(), status=409 if refused else 200
    )
