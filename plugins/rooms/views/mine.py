"""My bookings, with an account or with a guest's code."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    Forbidden,
    NotFound,
    after_post,
    asked_number,
    current_actor,
    guest_codes,
    page,
    throttle,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.finding import ics
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, code_of, known_codes, remember_code
from plugins.rooms.views.forms import CodeForm
from plugins.rooms.views.waiting import remember_waiting

PAGE = 50
FEW_PAST = 5


@blueprint.get("/mine")
@view(public=True)
def mine() -> Any:
    """What I have booked: to come and past; for guests what this browser has a code for."""
    if request.args.get("show") == "past":
        return _past()
    actor, after = current_actor(), _after()
    plans = service.my_plans(actor, after, PAGE + 1)
    more = url(".mine", after=plans[PAGE - 1][0].id) if len(plans) > PAGE else None
    shown = {line.booking_id for line, _more in plans}
    guests = [] if after else _by_booking([line for line in _guest_lines() if line.booking_id not in shown])
    past = service.my_bookings(actor, past=True, limit=FEW_PAST + 1)
    return page(
        "rooms/mine.html",
        ahead=sorted([*plans[:PAGE], *guests], key=lambda pair: (pair[0].start_min, pair[0].id)),
        next_url=more,
        past=past[:FEW_PAST],
        past_url=url(".mine", show="past") if len(past) > FEW_PAST else None,
        waiting=[*service.my_waiting(actor), *_guest_waiting()],
        base=base(),
        today=today(),
    )


def _past() -> Any:
    """What is over, the latest first."""
    found = service.my_bookings(current_actor(), past=True, after=_after(), limit=PAGE + 1)
    more = url(".mine", show="past", after=found[PAGE - 1].id) if len(found) > PAGE else None
    return page("rooms/mine_past.html", past=found[:PAGE], next_url=more, base=base())


def _after() -> service.Line | None:
    """The booking behind which the list goes on; one's own, or 404."""
    key = asked_number("after")
    return service.occurrence_line(current_actor(), key) if key is not None else None


def _by_booking(lines: list[service.Line]) -> list[tuple[service.Line, int]]:
    """Each booking once, in order of time: of a series only the next date, with how many more are to come."""
    series: dict[int, list[service.Line]] = {}
    for line in lines:
        if line.rule:
            series.setdefault(line.booking_id, []).append(line)
    found = []
    for line in lines:
        if not line.rule:
            found.append((line, 0))
        elif line.booking_id in series:
            dates = series.pop(line.booking_id)
            ahead = [each for each in dates if each.is_ahead or each.is_running] or dates[-1:]
            found.append((ahead[0], len(ahead) - 1))
    return sorted(found, key=lambda pair: pair[0].start_min)


def _guest_lines() -> list[service.Line]:
    found = []
    for code in dict.fromkeys(known_codes().values()):
        try:
            lines = service.booking_by_code(current_actor(), code)
        except NotFound:
            continue
        for line in lines:
            key = f"s{line.booking_id}" if line.rule else line.id
            if not code_of(key):  # held for an entry of the waiting list: the code of the entry opens it
                remember_code(key, code)
        found += lines
    return found


def _guest_waiting() -> list[service.WaitingLine]:
    found = []
    for key, code in known_codes().items():
        if key.startswith("w"):
            try:
                found.append(service.waiting_line(current_actor(), int(key[1:]), code))
            except (NotFound, Forbidden):
                continue
    return found


@blueprint.get("/mine.ics")
@view("rooms.book")
def mine_calendar() -> Response:
    """My bookings to come, for the phone's calendar."""
    text = ics.calendar_text(service.all_my_bookings(current_actor()))
    return Response(text, mimetype="text/calendar", headers={"Content-Disposition": 'attachment; filename="linli.ics"'})


@blueprint.route("/code", methods=["GET", "POST"])
@view(public=True)
def code() -> Any:
    """A guest types the code from the slip."""
    form = CodeForm.from_request()
    if request.method == "POST" and form.validate():
        typed = guest_codes.normalised(form.code.data)
        attempt = throttle.begin(throttle.claim_key("rooms.code", typed), request.remote_addr or "")
        try:
            address = _opened(typed)
        except NotFound:
            form.code.errors = [
                *form.code.errors,
                str(_("No booking has this code. Please compare it with your slip, letter by letter.")),
            ]
        else:
            throttle.succeeded(attempt)
            return after_post(address)
    return page("rooms/code.html", form=form, base=base(), status=422 if form.errors else 200)


def _opened(code: str) -> str:
    """The address of what a code opens: the booking, the series, or the entry of the waiting list as long as it is no booking.

    Keeps the code in this browser; raises `NotFound`.
    """
    actor = current_actor()
    try:
        lines = service.booking_by_code(actor, code)
    except NotFound:
        entry = service.waiting_by_code(actor, code)
        remember_waiting(entry.id, code)
        return url(".waiting", waiting_id=entry.id)
    if lines[0].rule:
        remember_code(f"s{lines[0].booking_id}", code)
        return url(".series", booking_id=lines[0].booking_id)
    for line in lines:
        remember_code(line.id, code)
    # The one that is going on or comes next: that is what somebody at the door has come for.
    chosen = next((line for line in lines if not line.is_over), lines[-1])
    return url(".booking", occurrence_id=chosen.id)
