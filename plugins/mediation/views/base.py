"""The blueprint, and what several pages of the module share."""

from __future__ import annotations

from flask import Blueprint, Response

from core import after_post, current_actor, current_community, url
from plugins.mediation import service

blueprint = Blueprint("mediation", __name__)


def base() -> str:
    """The address under which the module's pages lie here."""
    return f"/c/{current_community().code}/mediation"


def back_to(case_id: int) -> Response:
    """To the case, or to the list for whoever does not see it any more."""
    if service.may_see(current_actor(), case_id):
        return after_post(url(".case", case_id=case_id))
    return after_post(url(".desk"))


def choices(words: dict[str, object]) -> list[tuple[str, str]]:
    """Codes and their words for a field of choices."""
    return [(code, str(word)) for code, word in words.items()]
