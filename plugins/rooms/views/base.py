"""The blueprint, and what several pages of the module share: the choice of times, a guest's codes in the browser."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Blueprint, request, session

from core import Actor, current_actor, current_community, person_of, today
from plugins.rooms import service
from plugins.rooms.clock import hhmm, parse_day
from plugins.rooms.service import Line
from plugins.rooms.texts import _

blueprint = Blueprint("rooms", __name__)
_CODES = "rooms_codes"
_MOST_CODES = 20
_HALF_HOUR = 30


def base() -> str:
    """The address under which the module's pages lie here; for links in loops, where `url` would be slow."""
    return f"/c/{current_community().code}/rooms"


def asked_day() -> datetime.date:
    """The day of the query, today when it names none."""
    return parse_day(request.args.get("date", "")) or today()


def times(chosen: str | None, first: int = 7 * 60, last: int = 22 * 60) -> list[tuple[str, str]]:
    """The choices of a time, every half hour, and whatever is chosen already."""
    found = {hhmm(minute) for minute in range(first, last + 1, _HALF_HOUR)}
    return [(value, value) for value in sorted(found | ({chosen} if chosen else set()))]


def length_text(minutes: int) -> str:
    """How long something takes, as people say it: `45 分钟`, `1.5 小时`."""
    if minutes < 60 or minutes % 30:
        return str(_("%(num)d minutes", num=minutes))
    return str(_("%(hours)s hours", hours=f"{minutes / 60:g}"))


def remember_code(key: int | str, code: str) -> None:
    """Keep a guest's code in this browser, so that the guest need not type it again here.

    `key` is that of the occurrence, `w` and that of an entry of the waiting list, or `s` and the booking of a series.
    """
    codes = dict(session.get(_CODES, {}))
    codes[str(key)] = code
    session[_CODES] = dict(list(codes.items())[-_MOST_CODES:])
    session.permanent = True


def known_codes() -> dict[str, str]:
    """The codes kept in this browser, by what they open (see `remember_code`)."""
    return dict(session.get(_CODES, {}))


def code_of(key: int | str) -> str:
    """The code this browser knows for an occurrence, its series or an entry of the waiting list, else empty."""
    codes = known_codes()
    found = codes.get(str(key), "")
    if not found and isinstance(key, int) and any(each.startswith("s") for each in codes):
        found = codes.get(f"s{service.booking_of(current_community().code, key)}", "")
    return found


def for_whom(actor: Actor) -> Any:
    """The resident staff are acting for, from the person's page; None for everybody else."""
    key = request.values.get("for", "")
    return person_of(actor, key) if key and actor.can("rooms.desk") and actor.can("core.people.view") else None


def own_line(occurrence_id: int) -> Line:
    """The booking, for whoever may see it: organiser, guest with a code, or the desk."""
    return service.occurrence_line(current_actor(), occurrence_id, code_of(occurrence_id))


def this_browser() -> str:
    """What tells this browser from others within a day, for counts: never stored (see `finding.unmet`)."""
    return f"{request.remote_addr}\x1f{request.user_agent.string}"
