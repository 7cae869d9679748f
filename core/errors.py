"""Every error Linli raises on purpose: a class with a plain sentence for the person and an HTTP status.

Services raise them; `core.web.gate` renders them as pages and `core.cli` prints them and exits with 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.text import Label, _


class LinliError(Exception):
    """Something went wrong that a person can be told about.

    `message` says what happened, `advice` what to do instead; both are shown as they are.
    """

    status = 500
    message: Label = _("Something went wrong.")
    advice: Label | None = None

    def __init__(self, message: Label | None = None, *, advice: Label | None = None) -> None:
        if message is not None:
            self.message = message
        if advice is not None:
            self.advice = advice
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Refused(LinliError):
    """A rule does not allow this act now; nothing was changed."""

    status = 409
    message = _("This cannot be done now.")


class Conflict(Refused):
    """Somebody else was first. `alternatives` is what the person can take instead."""

    def __init__(self, message: Label | None = None, *, alternatives: Any = None, advice: Label | None = None) -> None:
        super().__init__(message, advice=advice)
        self.alternatives = alternatives


class Invalid(LinliError):
    """What was typed cannot be used. `errors` maps a field name to its sentences."""

    status = 422
    message = _("Please correct the marked fields.")

    def __init__(self, errors: Mapping[str, Sequence[Label]] | None = None, message: Label | None = None) -> None:
        self.errors: dict[str, list[Label]] = {name: list(texts) for name, texts in (errors or {}).items()}
        if message is None and len(self.errors) == 1:
            message = next(iter(self.errors.values()))[0]
        super().__init__(message)


class SignInRequired(LinliError):
    """The page is for people who have signed in."""

    status = 401
    message = _("Please sign in first.")


class Forbidden(LinliError):
    """The person is known, but this is not theirs to see or do."""

    status = 403
    message = _("You are not allowed to open this page.")
    advice = _("If you need it for your work, ask the director to give you the role.")


class NotFound(LinliError):
    """There is no such page or record here."""

    status = 404
    message = _("This page does not exist.")
    advice = _("The address may be mistyped, or the record was removed. Start again from the first page.")


class Throttled(LinliError):
    """Too many attempts. `seconds` is how long to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        minutes = max(1, -(-seconds // 60))
        super().__init__(
            _("Too many attempts. Please wait %(minutes)d min and try again.", minutes=minutes),
            advice=_("If you have forgotten your PIN, the staff at the service hall can set a new one."),
        )


class Unavailable(LinliError):
    """The data store cannot take this now (busy, full disk, restarting); nothing was changed."""

    status = 503
    message = _("The system cannot save right now. Nothing was changed.")
    advice = _("Please try again in a minute. If it happens again, tell the staff.")


class InstanceError(LinliError):
    """The instance folder cannot be used; commands exit with 2 and change nothing."""


class ConfigError(InstanceError):
    """`config.toml` holds something that cannot be used."""


class PluginError(LinliError):
    """A plugin breaks a rule of the loader; it is quarantined with this reason."""
