"""Changing and ending a series: the same pages for its organiser and, in the desk's face, for staff."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Response, request

from core import (
    Actor,
    BooleanField,
    Conflict,
    Form,
    Invalid,
    Refused,
    SelectField,
    StringField,
    after_post,
    current_actor,
    current_community,
    day_text,
    guest_codes,
    page,
    status_of,
    submit_once,
    toast,
    view,
)
from plugins.rooms import service
from plugins.rooms.clock import parse_day
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, code_of, remember_code, times
from plugins.rooms.views.desk_forms import WEEKDAYS

DESK = "rooms.desk"


class SeriesChangeForm(Form):
    """Another weekday, time of day, room or title, for all dates to come or from one of them on."""

    since = SelectField(_("Which dates"), choices=[])
    weekday = SelectField(_("Weekday"), coerce=int, choices=list(enumerate(WEEKDAYS)))
    start = SelectField(_("From"), required=True, choices=[], validate_choice=False)
    end = SelectField(_("To"), required=True, choices=[], validate_choice=False)
    room_id = SelectField(_("Room"), coerce=int, choices=[])
    title = StringField(_("What for"), longest=60)
    told = BooleanField(_("They know already, no call is needed"))


class SeriesCancelForm(Form):
    """Which dates are given up, and why."""

    since = SelectField(_("Which dates"), choices=[])
    reason = StringField(_("Reason"), longest=200)
    told = BooleanField(_("They know already, no call is needed"))


def _face(desk: bool) -> tuple[str, str]:
    """The folder of the templates and the address below which the pages of series lie."""
    return ("rooms/desk", f"{base()}/desk/series") if desk else ("rooms", f"{base()}/series")


def _choices(series: service.SeriesPage) -> list[tuple[str, str]]:
    """All dates to come, or from each of them on."""
    days = [line.series_day for line in series.ahead if line.series_day and line.is_ahead]
    return [("", str(_("All dates to come")))] + [
        (str(day), str(_("From %(day)s on", day=day_text(day)))) for day in days[1:]
    ]


# --------------------------------------------------------------------------- changing


@blueprint.route("/series/<int:booking_id>/change", methods=["GET", "POST"])
@view(public=True)
def series_change(booking_id: int) -> Response:
    """Another time, room or title for the dates of one's own series."""
    return _change(booking_id, desk=False)


@blueprint.route("/desk/series/<int:booking_id>/change", methods=["GET", "POST"])
@view(DESK)
def desk_series_change(booking_id: int) -> Response:
    """The same by staff; the organiser is called unless they know."""
    return _change(booking_id, desk=True)


def _change(booking_id: int, *, desk: bool) -> Response:
    actor = current_actor()
    series = service.series_page(actor, booking_id, code_of(f"s{booking_id}"))
    form, folder, refused = _change_form(series, desk), _face(desk)[0], None
    step = request.form.get("step", "look") if request.method == "POST" else "form"
    status = 200
    if step != "form":
        try:
            if form.validate():
                return _changed_dates(actor, series, form, step, desk)
        except Invalid as error:
            form.accept(error)
        except Refused as error:
            status, refused = error.status, error
        status = status if refused else 422
    return page(
        f"{folder}/series_change.html", series=series, form=form, refused=refused, asks=_asks(actor, series.room_id), back=f"{_face(desk)[1]}/{booking_id}",
        base=base(), status=status,
    )  # fmt: skip


def _asks(actor: Actor, room_id: int) -> bool:
    """Whether the office has to confirm another time in this room."""
    room = service.find_room(current_community().code, room_id)
    return bool(room.needs_approval) and not actor.can("rooms.booking.approve")


def _change_form(series: service.SeriesPage, desk: bool) -> SeriesChangeForm:
    start, _dash, end = series.usual.partition("–")
    usual = {
        "since": request.args.get("from", ""), "start": start, "end": end, "room_id": series.room_id,
        "weekday": series.weekday,
    }  # fmt: skip
    form = SeriesChangeForm(request.form if request.method == "POST" else None, **usual, title=series.title)
    form.since.choices = _choices(series)
    form.room_id.choices = [(room.id, room.name) for room in service.rooms(current_community().code)]
    for field in (form.start, form.end):
        field.choices = times(field.data)
    if series.first.confidential:
        # What a confidential booking is for is read by nobody at the desk.
        del form.title
    if series.weekday is None:
        del form.weekday
    if not desk:
        del form.told
    return form


def _changed_dates(actor: Actor, series: service.SeriesPage, form: SeriesChangeForm, step: str, desk: bool) -> Response:
    """The page with every date as it would be, or the change of those that were ticked."""
    key, code = series.booking_id, code_of(f"s{series.booking_id}")
    change = service.SeriesChange(
        start=form.start.data, end=form.end.data, room_id=form.room_id.data, weekday=form.data.get("weekday"),
        since=parse_day(form.since.data or ""), title=form.data.get("title"),
    )  # fmt: skip
    ticked = {day for day in (parse_day(value) for value in request.form.getlist("day")) if day is not None}
    taken: Conflict | None = None
    none_ticked = False
    if step == "save":
        told = bool(form.data.get("told"))
        try:
            result = submit_once(
                lambda: service.change_series(actor, key, ticked, change, code=code, told=told).as_json()
            )
        except service.SeriesConflict as conflict:
            taken = conflict
        except Invalid as error:
            if "days" not in error.errors:
                raise
            none_ticked = True
        else:
            return _changed(result, desk)
    found = service.look_at_change(actor, key, change, code=code)
    free = {each.date.day for each in found if each.date.is_free}
    chosen = ticked if step == "save" else {each.date.day for each in found if not each.moved_singly}
    folder, place = _face(desk)
    return page(
        f"{folder}/series_change_dates.html",
        series=series,
        form=form,
        dates=[each.date for each in found],
        moved_singly={each.date.day for each in found if each.moved_singly},
        free=free,
        ticked=chosen & free,
        asks=_asks(actor, form.room_id.data),
        carried=[(name, request.form.get(name, "")) for name in form.data if name in request.form],
        taken=taken,
        none_ticked=none_ticked,
        back=f"{place}/{key}",
        base=base(),
        status=409 if taken else 422 if none_ticked else 200,
    )


def _changed(result: dict[str, Any], desk: bool) -> Response:
    if result["code"]:
        if not desk:
            remember_code(f"s{result['booking_id']}", result["code"])
        toast(_("The code for these dates is %(code)s.", code=guest_codes.grouped(result["code"])))
    if result["asked"]:
        toast(_("Your request has been sent. The dates stay as they are until the office has decided."))
    else:
        toast(_("Changed."))
    return after_post(f"{_face(desk)[1]}/{result['booking_id']}")


@blueprint.post("/series/<int:booking_id>/change/withdraw")
@view(public=True)
def series_change_withdraw(booking_id: int) -> Response:
    """Take back the change one asked for."""
    return _withdraw_change(booking_id, desk=False)


@blueprint.post("/desk/series/<int:booking_id>/change/withdraw")
@view(DESK)
def desk_series_change_withdraw(booking_id: int) -> Response:
    """The same for whoever called."""
    return _withdraw_change(booking_id, desk=True)


def _withdraw_change(booking_id: int, *, desk: bool) -> Response:
    submit_once(lambda: service.withdraw_series_change(current_actor(), booking_id, code=code_of(f"s{booking_id}")))
    toast(_("Withdrawn. The dates stay as they are."))
    return after_post(f"{_face(desk)[1]}/{booking_id}")


# --------------------------------------------------------------------------- ending


@blueprint.route("/series/<int:booking_id>/cancel", methods=["GET", "POST"])
@view(public=True)
def series_cancel(booking_id: int) -> Response:
    """Give up the dates to come of one's own series."""
    return _cancel(booking_id, desk=False)


@blueprint.route("/desk/series/<int:booking_id>/cancel", methods=["GET", "POST"])
@view("rooms.booking.cancel")
def desk_series_cancel(booking_id: int) -> Response:
    """The same by staff, who say why; the organiser is called unless they know."""
    return _cancel(booking_id, desk=True)


def _cancel(booking_id: int, *, desk: bool) -> Response:
    actor, code = current_actor(), code_of(f"s{booking_id}")
    series = service.series_page(actor, booking_id, code)
    form = SeriesCancelForm(request.form if request.method == "POST" else None, since=request.args.get("from", ""))
    form.since.choices = _choices(series)
    if not desk:
        del form.told
    folder, place = _face(desk)
    if form.act_on_submit(lambda: _give_up(actor, booking_id, form, code)):
        toast(_("Cancelled. The room is free for others now."))
        return after_post(f"{place}/{booking_id}")
    return page(
        f"{folder}/series_cancel.html", series=series, form=form, back=f"{place}/{booking_id}", base=base(),
        status=status_of(form),
    )  # fmt: skip


def _give_up(actor: Actor, booking_id: int, form: SeriesCancelForm, code: str) -> int:
    since: datetime.date | None = parse_day(form.since.data or "")
    told = bool(form.data.get("told"))
    return service.cancel_series(actor, booking_id, since=since, reason=form.reason.data or "", code=code, told=told)
