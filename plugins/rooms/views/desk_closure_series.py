"""Regular closures 定期停用: typing the repetition, seeing every date with the bookings in the way, opening again."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core import (
    DayField,
    Form,
    Invalid,
    SelectField,
    StringField,
    TimeField,
    after_post,
    current_actor,
    current_community,
    page,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.booking.rule_words import gap_words, rule_words
from plugins.rooms.clock import hhmm
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.series import kept_fields, skipped_days
from plugins.rooms.views.series_forms import RepeatFields, rule_of

MANAGE = "rooms.manage"
USUAL_WEEKS = 26


class RegularClosureForm(RepeatFields, Form):
    """A room that cannot be used at the same time again and again."""

    room_id = SelectField(_("Room"), required=True, coerce=int, choices=[])
    date = DayField(_("First day"), required=True)
    start = TimeField(_("From"), required=True)
    end = TimeField(_("To"), required=True)
    reason = StringField(
        _("Why"), required=True, longest=60, description=_("It stands on the room's page. For example: 打扫卫生")
    )


@blueprint.route("/desk/closures/regular", methods=["GET", "POST"])
@view(MANAGE)
def desk_closure_regular() -> Response:
    """Close a room regularly: the form, then every date; bookings in the way are moved first, or their dates left out."""
    form = _form()
    step = request.form.get("step", "look") if request.method == "POST" else "form"
    status = 200
    if step != "form":
        status = 422
        try:
            if form.validate():
                return _dates(form, rule_of(form), step)
        except Invalid as error:
            form.accept(error)
    return page("rooms/desk/closure_regular.html", form=form, base=base(), status=status)


def _form() -> RegularClosureForm:
    usual = {
        "date": today().isoformat(), "start": "08:00", "end": "12:00", "every": "week",
        "until": (today() + datetime.timedelta(weeks=USUAL_WEEKS)).isoformat(),
    }  # fmt: skip
    asked = MultiDict(request.args)
    for name, value in usual.items():
        asked.setdefault(name, value)
    form = RegularClosureForm(request.form if request.method == "POST" else asked)
    form.room_id.choices = [(room.id, room.name) for room in service.rooms(current_community().code)]
    return form


def _dates(form: RegularClosureForm, rule: Rule, step: str) -> Response:
    """The page with every date, or the closing of those that were ticked."""
    actor, room_id = current_actor(), form.room_id.data
    # Midnight as an end is the end of that day, because a browser's field for times knows no 24:00.
    time = {"date": form.date.data.isoformat(), "start": hhmm(form.start.data), "end": hhmm(form.end.data or 24 * 60)}
    found = service.look_at_closures(actor, room_id, rule, **time)
    skip = skipped_days(found.days) if step == "close" else set(found.taken)
    in_the_way, none_ticked = None, False
    if step == "close":
        try:
            submit_once(
                lambda: service.close_regularly(actor, room_id, rule, reason=form.reason.data, skip=skip, **time)
            )
        except service.BookingsInTheWay as error:
            in_the_way = error
        except Invalid as error:
            if "days" not in error.errors:
                raise
            none_ticked = True
        else:
            toast(_("The room is closed on these dates."))
            return after_post(url(".desk_closures"))
    return page(
        "rooms/desk/closure_dates.html",
        form=form,
        found=found,
        ticked=set(found.days) - skip,
        in_the_way=in_the_way,
        none_ticked=none_ticked,
        gaps=gap_words(found.gaps),
        rule=rule_words(rule, form.date.data),
        room=service.find_room(current_community().code, room_id),
        carried=kept_fields(),
        again=_again(),
        base=base(),
        status=409 if in_the_way else 422 if none_ticked else 200,
    )


def _again() -> str:
    """The address of this form as it was filled in, to come back to once the bookings are out of the way."""
    kept: list[tuple[str, Any]] = [(name, value) for name, value in kept_fields() if len(value) <= 200]
    return f"{base()}/desk/closures/regular?{urlencode(kept)}"


@blueprint.post("/desk/closures/regular/<int:closure_series_id>/lift")
@view(MANAGE)
def desk_closure_regular_lift(closure_series_id: int) -> Response:
    """Open the room again on all dates to come."""
    submit_once(lambda: service.lift_regular(current_actor(), closure_series_id))
    toast(_("The room can be booked again."))
    return after_post(url(".desk_closures"))
