"""Static files, the first address `/`, and the reading preferences that one tap sets without an account."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from core.store.community import all_communities
from core.web import ui
from core.web.gate import view
from core.web.i18n import languages

pages = Blueprint("prefs", __name__)
_TWO_YEARS = 400 * 86400
_CHOICES = {
    "size": ("linli_size", ui.SIZES),
    "theme": ("linli_theme", ui.THEMES),
    "lang": ("linli_lang", tuple(code for code, _label in languages())),
}


@pages.get("/static/<digest>/<path:name>")
@view(public=True)
def static(digest: str, name: str) -> Response:
    """A static file of core or of a plugin."""
    return current_app.extensions["assets"].serve(digest, name)


@pages.get("/")
@view(public=True)
def home() -> Response:
    """The portal of the only community, or the list of communities."""
    communities = all_communities()
    if len(communities) == 1:
        return Response(status=302, headers={"Location": f"/c/{communities[0].code}/"})
    return ui.page("communities.html", communities=communities)


@pages.post("/prefs")
@view(public=True)
def change() -> Response:
    """Remember a size, colours or language in this browser and go back to the page."""
    response = ui.after_post(ui.safe_target(request.form.get("next"), "/"))
    for field, (cookie, allowed) in _CHOICES.items():
        value = request.form.get(field)
        if value in allowed:
            response.set_cookie(cookie, value, max_age=_TWO_YEARS, samesite="Lax", httponly=True)
    return response
