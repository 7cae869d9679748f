"""For residents: what mediation is and how to ask for it; a party's own page behind the code of the printed slip."""

from __future__ import annotations

from flask import Response, request

from core import NotFound, current_community, guest_codes, page, status_of, throttle, view
from plugins.mediation import service
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint
from plugins.mediation.views.forms import CodeForm


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
        typed = guest_codes.normalised(form.code.data)
        attempt = throttle.begin(throttle.claim_key("mediation.code", typed), request.remote_addr or "")
        try:
            found = service.by_code(current_community().code, typed)
        except NotFound:
            form.code.errors = [*form.code.errors, str(_("No slip has this code. Please compare it letter by letter."))]
        else:
            throttle.succeeded(attempt)
    answer = page("mediation/own.html", form=form, found=found, base=base(), status=status_of(form))
    answer.headers["Cache-Control"] = "no-store"
    return answer
