"""For residents: what mediation is and how to ask for it; a party's own page behind the code of the printed slip."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Response, request

from core import NotFound, current_community, download, guest_codes, page, status_of, throttle, view
from plugins.mediation import service
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint
from plugins.mediation.views.forms import CodeForm

T = TypeVar("T")


@blueprint.get("/")
@view(public=True)
def portal() -> Response:
    """What mediation is, and how to ask for it."""
    return page("mediation/portal.html", base=base())


@blueprint.route("/own", methods=["GET", "POST"])
@view(public=True)
def own_case() -> Response:
    """The own case: type the code, read where it stands. Nothing of it is kept in the browser."""
    form, found = CodeForm.from_request(), None
    if request.method == "POST" and form.validate():
        found = _with_code(form, service.by_code)
    code = guest_codes.grouped(guest_codes.normalised(form.code.data)) if found is not None else ""
    answer = page("mediation/own.html", form=form, found=found, code=code, base=base(), status=status_of(form))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _with_code(form: CodeForm, asked: Callable[[str, str], T]) -> T | None:
    """What the code that was typed opens; guesses are slowed."""
    typed = guest_codes.normalised(form.code.data)
    attempt = throttle.begin(throttle.claim_key("mediation.code", typed), request.remote_addr or "")
    try:
        found = asked(current_community().code, typed)
    except NotFound:
        form.code.errors = [*form.code.errors, str(_("No slip has this code. Please compare it letter by letter."))]
        return None
    throttle.succeeded(attempt)
    return found


@blueprint.post("/own/calendar")
@view(public=True)
def own_calendar() -> Response:
    """The own meeting for the calendar of a phone: the code comes in the form, so that no address carries it."""
    form = CodeForm.from_request()
    text = _with_code(form, service.own_calendar) if form.validate() else None
    if text is None:
        answer = page("mediation/own.html", form=form, found=None, code="", base=base(), status=422)
    else:
        answer = download(text.encode(), "text/calendar; charset=utf-8", "appointment.ics")
    answer.headers["Cache-Control"] = "no-store"
    return answer
