"""What one step of a case is, for the pages at `/do/<step>`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import Actor, Form, Label
from plugins.mediation.models import Case
from plugins.mediation.texts import _

_DONE = _("Done.")


@dataclass(frozen=True)
class Step:
    """One page: what it is called, what it asks for (`form(actor, case)`), what it does (`act(actor, case_id, form)`)."""

    title: Label
    button: Label
    form: Callable[[Actor, Case], Form]
    act: Callable[[Actor, int, Any], object]
    advice: Label = ""
    icon: str = "check"
    kind: str = "primary"
    done: Label = _DONE
