"""Proof that a form was sent from one of our own pages: a token bound to the browser's visitor cookie, and Origin.

Tokens do not expire, so a page that lay open overnight can still be sent. Browsers leave Sec-Fetch out on plain-HTTP
LANs, so it is not used.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Response, current_app, g, request

from core.errors import Forbidden
from core.text import _

COOKIE = "linli_visitor"
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NotFromHere(Forbidden):
    """The form did not come from this page, or the browser keeps no cookies."""

    message = _("This form could not be checked, so nothing was saved.")
    advice = _("Go back, reload the page and send it again. The browser must accept cookies from this address.")


def csrf_token() -> str:
    """The token for a form on this page; makes the browser a visitor cookie when it has none."""
    token: str | None = g.get("csrf_token")
    if token is None:
        token = g.csrf_token = _sign(_visitor())
    return token


def _visitor() -> str:
    visitor = request.cookies.get(COOKIE, "")
    if not _is_visitor(visitor):
        visitor = g.get("new_visitor") or secrets.token_urlsafe(24)
        g.new_visitor = visitor
    return visitor


def protect() -> None:
    """Refuse an unsafe request whose token or origin is not ours; raises `NotFromHere`."""
    if request.method not in _SAFE and not is_from_here():
        raise NotFromHere


def is_from_here() -> bool:
    """Whether this form came from one of our own pages in this browser."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    visitor = request.cookies.get(COOKIE, "")
    return _is_visitor(visitor) and hmac.compare_digest(sent.encode(), _sign(visitor).encode())


def remember(response: Response) -> Response:
    """Set the visitor cookie when this page made one."""
    visitor = g.get("new_visitor")
    if visitor:
        response.set_cookie(COOKIE, visitor, max_age=400 * 86400, httponly=True, samesite="Lax")
    return response


def _is_visitor(value: str) -> bool:
    return len(value) == 32


def _sign(visitor: str) -> str:
    key = current_app.secret_key
    assert isinstance(key, bytes)
    return hmac.new(key, b"csrf:" + visitor.encode("utf-8", "replace"), sha256).hexdigest()
