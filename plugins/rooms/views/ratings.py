"""Rating a room: after one's own booking, from paper on the desk, and what households said of it."""

from __future__ import annotations

from flask import Response

from core import (
    PaperScoreForm,
    ScoreForm,
    after_post,
    current_actor,
    current_community,
    page,
    scores,
    status_of,
    toast,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.about import ratings
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, own_line


@blueprint.route("/booking/<int:occurrence_id>/rate", methods=["GET", "POST"])
@view(signed_in=True)
def rate(occurrence_id: int) -> Response:
    """Rate the room of one's own booking that is over, or change what was given."""
    actor, line = current_actor(), own_line(occurrence_id)
    room = ratings.room_ref(current_community().code, line.room_id)
    before = scores.given(room, actor.person) if actor.person is not None else None
    form = ScoreForm.from_request(**({"value": before.value, "words": before.words} if before else {}))
    if form.act_on_submit(lambda: ratings.rate_room(actor, line, form.value.data, form.words.data or "")):
        toast(_("Thank you. You can change it until the last day."))
        return after_post(url(".booking", occurrence_id=occurrence_id))
    return page(
        "rooms/rate.html",
        form=form,
        line=line,
        may_rate=ratings.may_rate(actor, line),
        question=scores.question_of(room),
        last_day=scores.last_day(room, actor.person),
        status=status_of(form),
    )


@blueprint.route("/desk/bookings/<int:occurrence_id>/rate", methods=["GET", "POST"])
@view("rooms.desk")
def desk_rate(occurrence_id: int) -> Response:
    """Enter what a resident wrote on paper about the room."""
    actor = current_actor()
    line = service.occurrence_line(actor, occurrence_id)
    room = ratings.room_ref(current_community().code, line.room_id)
    form = PaperScoreForm.from_request(asked_on=today())
    if form.act_on_submit(
        lambda: ratings.enter_rating(actor, occurrence_id, form.value.data, form.words.data or "", form.asked_on.data)
    ):
        toast(_("Entered."))
        return after_post(url(".desk_scores", room_id=line.room_id))
    return page(
        "rooms/desk/rate.html",
        form=form,
        line=line,
        question=scores.question_of(room),
        base=base(),
        status=status_of(form),
    )


@blueprint.get("/desk/rooms/<int:room_id>/scores")
@view("rooms.desk")
def desk_scores(room_id: int) -> Response:
    """What households said of a room."""
    room = service.find_room(current_community().code, room_id)
    return page("rooms/desk/scores.html", room=room, summary=scores.summary(room.ref), base=base())
