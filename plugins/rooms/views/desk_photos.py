"""The photos of a room on the desk: adding, describing, ordering, removing."""

from __future__ import annotations

from flask import Response

from core import (
    NotFound,
    after_post,
    asked_number,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
)  # fmt: skip
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import CaptionForm, PhotosForm

MANAGE = "rooms.manage"


@blueprint.route("/desk/rooms/<int:room_id>/photos", methods=["GET", "POST"])
@view(MANAGE, uploads=True)
def desk_photos(room_id: int) -> Response:
    """The photos a room has, and adding some: first they are chosen, then each gets its words."""
    code = current_community().code
    room, photos = service.find_room(code, room_id), service.photos(code, room_id)
    form = PhotosForm.from_request()
    form.photos.most = service.MOST_PHOTOS - len(photos)
    if form.act_on_submit(lambda: service.add_photos(current_actor(), room_id, form.photos.data)):
        toast(_("Added. Residents see it on the room's page."))
        return after_post(url(".desk_photos", room_id=room_id))
    return page("rooms/desk/photos.html", form=form, room=room, photos=photos, base=base(), status=status_of(form))


@blueprint.route("/desk/rooms/<int:room_id>/photos/<int:use_id>/words", methods=["GET", "POST"])
@view(MANAGE)
def desk_photo_words(room_id: int, use_id: int) -> Response:
    """The words of one photo."""
    code = current_community().code
    room = service.find_room(code, room_id)
    photo = next((each for each in service.photos(code, room_id) if each.id == use_id), None)
    if photo is None:
        raise NotFound
    form = CaptionForm.from_request(caption=photo.caption)
    if form.act_on_submit(lambda: service.describe_photo(current_actor(), room_id, use_id, form.caption.data)):
        toast(_("Saved."))
        return after_post(url(".desk_photos", room_id=room_id))
    return page("rooms/desk/photo_words.html", form=form, room=room, photo=photo, base=base(), status=status_of(form))


@blueprint.post("/desk/rooms/<int:room_id>/photos/<int:use_id>/move")
@view(MANAGE)
def desk_photo_move(room_id: int, use_id: int) -> Response:
    """One place forward, or with `back` one place back."""
    step = 1 if asked_number("back") else -1
    submit_once(lambda: service.move_photo(current_actor(), room_id, use_id, step))
    return after_post(url(".desk_photos", room_id=room_id))


@blueprint.post("/desk/rooms/<int:room_id>/photos/<int:use_id>/remove")
@view(MANAGE)
def desk_photo_remove(room_id: int, use_id: int) -> Response:
    """Show a photo no longer; the next page offers to take that back."""
    submit_once(lambda: service.remove_photo(current_actor(), room_id, use_id))
    toast(_("The photo is no longer shown."), undo_url=url(".desk_photo_put_back", room_id=room_id, use_id=use_id))
    return after_post(url(".desk_photos", room_id=room_id))


@blueprint.post("/desk/rooms/<int:room_id>/photos/<int:use_id>/put-back")
@view(MANAGE)
def desk_photo_put_back(room_id: int, use_id: int) -> Response:
    """Take the removal of a photo back."""
    submit_once(lambda: service.put_back_photo(current_actor(), room_id, use_id))
    toast(_("The photo is shown again."))
    return after_post(url(".desk_photos", room_id=room_id))
