"""Series at the desk: deciding on one that was asked for."""

from __future__ import annotations

from flask import Response, request

from core import Conflict, Invalid, after_post, current_actor, page, status_of, submit_once, toast, url, view
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import RefuseForm
from plugins.rooms.views.series import skipped_days

APPROVE = "rooms.booking.approve"


@blueprint.route("/desk/series/<int:booking_id>/decide", methods=["GET", "POST"])
@view(APPROVE)
def desk_series_decide(booking_id: int) -> Response:
    """Approve the ticked dates of a series; those taken meanwhile are shown first (409)."""
    actor = current_actor()
    series, dates = service.series_page(actor, booking_id), service.waiting_dates(actor, booking_id)
    taken: Conflict | None = None
    skip = skipped_days(date.day for date in dates) if request.method == "POST" else set()
    none_ticked = False
    if request.method == "POST":
        try:
            submit_once(lambda: service.approve_series(actor, booking_id, skip))
        except service.SeriesConflict as conflict:
            taken, dates = conflict, conflict.dates
        except Invalid:
            none_ticked = True
        else:
            toast(_("Approved."))
            return after_post(url(".desk_requests"))
    return page(
        "rooms/desk/series_decide.html",
        series=series,
        dates=dates,
        free=[date for date in dates if date.is_free],
        ticked={date.day for date in dates if date.is_free and date.day not in skip},
        taken=taken,
        none_ticked=none_ticked,
        here=f"{base()}/desk/series/{booking_id}/decide",
        base=base(),
        status=409 if taken else 422 if none_ticked else 200,
    )


@blueprint.route("/desk/series/<int:booking_id>/refuse", methods=["GET", "POST"])
@view(APPROVE)
def desk_series_refuse(booking_id: int) -> Response:
    """Refuse all dates that wait; the organiser is told why."""
    actor, form = current_actor(), RefuseForm.from_request()
    series = service.series_page(actor, booking_id)
    if form.act_on_submit(lambda: service.refuse_series(actor, booking_id, form.reason.data)):
        toast(_("Refused."))
        return after_post(url(".desk_requests"))
    return page("rooms/desk/series_refuse.html", series=series, form=form, base=base(), status=status_of(form))
