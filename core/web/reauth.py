"""Asking once more before roles and accounts are changed: the page, and the password, good for ten minutes in a session."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, session

from core.errors import Invalid
from core.people import credentials
from core.text import _
from core.web import ui
from core.web.forms import Form, SecretField, StringField, status_of
from core.web.gate import current_actor

MINUTES = 10
_KEY = "confirmed"


def is_fresh() -> bool:
    """Whether this session has proved its password in the last ten minutes."""
    actor = current_actor()
    noted = session.get(_KEY)
    if not isinstance(noted, list) or len(noted) != 2 or actor.session is None or noted[0] != actor.session:
        return False
    return 0 <= time.time() - float(noted[1]) < MINUTES * 60


class ConfirmedForm(Form):
    """A form that also asks for the sender's password, unless it was asked a moment ago."""

    password = SecretField(_("Your own password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_fresh():
            del self.password

    def confirmed(self) -> bool:
        """Whether the sender has proved to be there; says so at the field where not. Raises `Throttled`."""
        if "password" not in self._fields:
            return True
        actor = current_actor()
        try:
            credentials.confirm_secret(actor, self.password.data or "", field="password")
        except Invalid as error:
            self.accept(error)
            return False
        session[_KEY] = [actor.session, int(time.time())]
        del self.password
        return True

    @property
    def answers(self) -> dict[str, Any]:
        """The fields without the password."""
        return {name: value for name, value in self.data.items() if name != "password"}


class SureForm(ConfirmedForm):
    """A second thought: the reason, and the password."""

    reason = StringField(_("Reason"), longest=200)


def sure_page(form: ConfirmedForm, heading: Any, label: Any, back: str, points: list[Any]) -> Response:
    """The page that asks once more before an act that reaches far: `points` say what it does, `label` is its button."""
    return ui.page(
        "desk/admin/sure.html",
        status=status_of(form),
        form=form,
        heading=heading,
        label=label,
        back=back,
        points=points,
    )
