"""Every error becomes one kind of page here: what happened and what to do now, never a traceback.

What was typed is kept in hidden fields where sending it again can help, without passwords, PINs, codes and files.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

import peewee
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, InternalServerError

from core.actor import Actor
from core.errors import Forbidden, LinliError, NotFound, SignInRequired, Unavailable
from core.people import sessions
from core.plugin import registry as kernel
from core.store import db, violations
from core.text import LazyText, _
from core.web import csrf, forms, gate, ui

log = logging.getLogger("linli")
_SECRET = ("pin", "password", "secret", "code", "token")
_NO_LOOK_ALIKES = "ACDEFHJKLMNPQRTUVWXY34679"

_HTTP: dict[int, tuple[LazyText, LazyText]] = {
    400: (_("The browser sent something we cannot read."), _("Go back and try again.")),
    404: (NotFound.message, NotFound.advice),
    405: (_("This page cannot be used that way."), _("Go back and use the buttons on the page.")),
    413: (
        _("This file or text is too large."),
        _("A file may have up to 10 MB, a photo up to 12 MB. Send several large ones one after another."),
    ),
}


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(LinliError, _told)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(peewee.OperationalError, _store_down)
    app.register_error_handler(peewee.InterfaceError, _store_down)
    app.register_error_handler(OverflowError, _beyond)
    app.register_error_handler(peewee.DataError, _beyond)
    app.register_error_handler(Exception, _unexpected)


def _told(error: LinliError) -> Response:
    door = _door(error)
    if door and request.method == "GET":
        return ui.after_post(f"{door}?next={ui.quoted_here()}")
    return error_page(error.status, error.message, error.advice, door=door if error.status == 401 else "")


def _door(error: LinliError) -> str:
    """The page on which whoever was refused can say who they are; empty where that would not help."""
    if not isinstance(error, (SignInRequired, Forbidden)):
        return ""
    session = sessions.find_session(request.cookies.get(gate.SESSION_COOKIE))
    doors = {"locked": "/hide", "must_change": "/me/secret"}
    usual = "/login" if isinstance(error, SignInRequired) else ""
    return doors.get(session.phase if session is not None else "", usual)


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):  # raised outside a view, for example by one that returned nothing
        return _unexpected(error.original_exception or error)  # type: ignore[arg-type]
    title, advice = _HTTP.get(error.code, _HTTP[400])
    response = error_page(error.code, title, advice)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _beyond(error: Exception) -> Response:
    """A number or a day in an address that no store can hold names nothing."""
    if isinstance(error, peewee.DataError) and not violations.is_out_of_range(error):
        return _unexpected(error)
    return error_page(404, NotFound.message, NotFound.advice)


def _store_down(error: peewee.PeeweeException) -> Response:
    if not db.cannot_write(error):
        return _unexpected(error)
    reference = _reference()
    log.error("%s store: %s %s: %s", reference, request.method, _path(), error)
    told = Unavailable()
    return error_page(told.status, told.message, told.advice, reference)


def _unexpected(error: Exception) -> Response:
    reference = _reference()
    log.exception("%s: %s %s", reference, request.method, _path())
    plugin = gate.failed_plugin()
    if plugin:
        community = g.get("community")
        try:
            kernel.active().record_failure(plugin, community.code if community else None, request.endpoint or "", error)
        except peewee.PeeweeException:
            log.exception("%s: the failure could not be recorded", reference)
    return error_page(
        500, _("Something went wrong on our side. Nothing was changed."), _("Please try again in a minute."), reference
    )


def error_page(status: int, title: Any, advice: Any, reference: str = "", *, door: str = "") -> Response:
    """The page of an error. Works when the store does not: then the navigation is left out.

    Behind `door` whoever filled in a form can say who they are, in another window, and then send the form again here.
    """
    kept = _kept() if status >= 500 or door else None
    context = {
        "title": title,
        "advice": advice,
        "status": status,
        "reference": reference,
        "again": kept,
        "again_to": request.full_path.rstrip("?"),
        "left_out": _leaves_out() if kept else False,
        "door": f"{door}?next=/signed-in" if door and kept else "",
    }
    if not hasattr(g, "actor"):
        g.actor = Actor()
    try:
        html = _render(context, "portal" if status < 500 else "bare")
    except (peewee.PeeweeException, LinliError):
        html = _render(context, "bare")
    response = Response(html, status=status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def _render(context: dict[str, Any], face: str) -> str:
    values = {**ui.shared(face), **context}
    if context["status"] not in (401, 403) and not context["again"]:
        # There is nothing to come back to, and the address is something that was typed.
        values["here"] = values["urls"]["portal"] or "/"
        values["urls"] |= {"login": "/login", "switch_user": values["urls"]["switch_user"] and "/switch"}
    return current_app.jinja_env.get_template("errors/error.html").render(values)


def _kept() -> list[tuple[str, str]] | None:
    """The fields of a form that was sent, so that one tap sends it again; nothing secret among them.

    They go into hidden fields: without scripts the browser has left the form, and its contents must not be lost. None
    when there is nothing to send, and for a form of another site, which one tap must not make ours.
    """
    if request.method != "POST" or not request.form or not csrf.is_from_here():
        return None
    pairs = request.form.items(multi=True)
    return [(name, value) for name, value in pairs if name != csrf.FIELD and not _is_secret(name)]


def _leaves_out() -> bool:
    """Whether something that was sent is not kept."""
    return bool(request.files) or any(_is_secret(name) for name in request.form)


def _is_secret(name: str) -> bool:
    return name not in (csrf.FIELD, forms.KEY_FIELD) and any(word in name for word in _SECRET)


def _path() -> str:
    """The path for the log, without what is secret in it (the token of a screen, the code of a slip)."""
    secrets_in_it = [str(value) for name, value in (request.view_args or {}).items() if name in _SECRET and value]
    path = request.path
    for secret in secrets_in_it:
        path = path.replace(secret, "…")
    return path


def _reference() -> str:
    return "".join(secrets.choice(_NO_LOOK_ALIKES) for _i in range(6))
