"""Series at the desk: the list of them, one of them, deciding on one that was asked for. Changing lies in `series_changes`."""

from __future__ import annotations

from flask import Response, request

from core import (
    Conflict,
    Invalid,
    after_post,
    asked_number,
    current_actor,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
    was_submitted,
)
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import RefuseForm
from plugins.rooms.views.series import add_instead, added_back, skipped_days

APPROVE = "rooms.booking.approve"
DESK = "rooms.desk"
PAGE = 50


@blueprint.get("/desk/series")
@view(DESK)
def desk_series_list() -> Response:
    """Every series with dates to come."""
    found = service.running_series(current_actor(), asked_number("after") or 0, PAGE + 1)
    more = url(".desk_series_list", after=found[PAGE - 1].line.booking_id) if len(found) > PAGE else None
    return page("rooms/desk/series_list.html", found=found[:PAGE], next_url=more, base=base())


@blueprint.get("/desk/series/<int:booking_id>")
@view(DESK)
def desk_series(booking_id: int) -> Response:
    """All dates of one series, and what can be done with it."""
    return _series(booking_id)


def _series(booking_id: int, taken: Conflict | None = None) -> Response:
    actor = current_actor()
    series = service.series_page(actor, booking_id)
    return page(
        "rooms/desk/series.html",
        series=series,
        needed=service.needed_by(actor, series.first.id),
        taken=taken,
        again=add_instead(taken),
        base=base(),
        status=409 if taken else 200,
    )


@blueprint.post("/desk/series/<int:booking_id>/add")
@view(DESK)
def desk_series_add(booking_id: int) -> Response:
    """Add a left-out date after all; a taken one is answered with free times (409)."""
    try:
        added_back(booking_id)
    except Conflict as conflict:
        return _series(booking_id, conflict)
    toast(_("Booked."))
    return after_post(url(".desk_series", booking_id=booking_id))


@blueprint.post("/desk/series/<int:booking_id>/goes-on")
@view(DESK)
def desk_series_goes_on(booking_id: int) -> Response:
    """Record that the organiser said that it goes on."""
    submit_once(lambda: service.goes_on(current_actor(), booking_id))
    toast(_("Noted: it goes on."))
    return after_post(url(".desk_series", booking_id=booking_id))


# --------------------------------------------------------------------------- requests


@blueprint.route("/desk/series/<int:booking_id>/decide", methods=["GET", "POST"])
@view(APPROVE)
def desk_series_decide(booking_id: int) -> Response:
    """Approve the ticked dates of a series; those taken meanwhile are shown first (409)."""
    if was_submitted():
        return after_post(url(".desk_requests"))
    series = service.series_page(current_actor(), booking_id)
    return decide_on(series, "rooms/desk/series_decide.html", url(".desk_requests"))


def decide_on(series: service.SeriesPage, template: str, back: str) -> Response:
    """The page with every date that waits, or the approval of those that were ticked and the way `back`."""
    actor, key = current_actor(), series.booking_id
    dates = service.waiting_dates(actor, key)
    taken: Conflict | None = None
    skip = skipped_days(date.day for date in dates) if request.method == "POST" else set()
    none_ticked = False
    if request.method == "POST":
        try:
            submit_once(lambda: service.approve_series(actor, key, skip))
        except service.SeriesConflict as conflict:
            taken, dates = conflict, conflict.dates
        except Invalid:
            none_ticked = True
        else:
            toast(_("Approved."))
            return after_post(back)
    return page(
        template,
        series=series,
        dates=dates,
        free=[date for date in dates if date.is_free],
        ticked={date.day for date in dates if date.is_free and date.day not in skip},
        taken=taken,
        none_ticked=none_ticked,
        here=request.path,
        back=back,
        base=base(),
        status=409 if taken else 422 if none_ticked else 200,
    )


@blueprint.route("/desk/series/<int:booking_id>/refuse", methods=["GET", "POST"])
@view(APPROVE)
def desk_series_refuse(booking_id: int) -> Response:
    """Refuse all dates that wait; the organiser is told why."""
    if was_submitted():
        return after_post(url(".desk_requests"))
    series = service.series_page(current_actor(), booking_id)
    return refuse_all(series, "rooms/desk/series_refuse.html", url(".desk_requests"))


def refuse_all(series: service.SeriesPage, template: str, back: str) -> Response:
    """The question and the reason, or the refusal of all that waits and the way `back`."""
    actor, form = current_actor(), RefuseForm.from_request()
    if form.act_on_submit(lambda: service.refuse_series(actor, series.booking_id, form.reason.data)):
        toast(_("Refused."))
        return after_post(back)
    decide = f"{request.path.rpartition('/')[0]}/decide"
    return page(template, series=series, form=form, back=decide, base=base(), status=status_of(form))
