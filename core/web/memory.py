"""What only this browser keeps, in Flask's signed cookie: messages for the next page, the codes of guests' bookings.

Who has signed in is not among it: that is a row of `core.people.sessions`.
"""

from __future__ import annotations

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class BrowserMemory(SecureCookieSessionInterface):
    """Reads and writes the cookie only where there is one or something to put in it: most requests have neither.

    `ui.page` says `Vary: Cookie` for all pages.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the browser sent; empty without making a signer where it sent nothing."""
        if app.config["SESSION_COOKIE_NAME"] not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send what is to be kept, or take the cookie back when nothing is left."""
        if session or session.modified:
            super().save_session(app, session, response)
