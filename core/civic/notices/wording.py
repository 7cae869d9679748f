"""What a notice says as it is written, and what it must be: its fields, their lengths, its days. Changes nothing."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from core.civic.notices.categories import CATEGORIES, MOST_DAYS, lengths_of
from core.civic.notices.records import Notice
from core.clock import today
from core.errors import Invalid
from core.text import Label, _, is_storable

LONGEST_TITLE = 100
_NUMBER = re.compile(r"(?:公示)?[〔\[(（【]((?:19|20)\d\d)[〕\])）】]第?(\d{1,6})号?")
LONGEST_NAME = 50
LONGEST_BODY = 20_000
MOST_AHEAD = 180


@dataclass(frozen=True)
class NoticeWording:
    """What a draft says. `days` and `objection_days` None: as usual in its category, `objection_days` 0: takes none.

    `publish_from` None: from the day of its publication.
    """

    category: str
    title: str
    body: str
    responsible: str
    days: int | None = None
    objection_days: int | None = 0
    publish_from: datetime.date | None = None


def number_text(year: int | None, serial: int | None) -> str:
    """A notice's number as it is printed, in every language: 公示〔2026〕12号."""
    return f"公示〔{year}〕{serial}号"


def read_number(text: str) -> tuple[int, int] | None:
    """The year and the serial number in a notice's number as it is typed (公示〔2026〕12号, [2026]12号); None for other words."""
    found = _NUMBER.fullmatch(text.strip())
    return (int(found[1]), int(found[2])) if found else None


def checked(community: str, wording: NoticeWording) -> dict[str, Any]:
    """The columns of a draft; raises `Invalid` naming every field that must be corrected."""
    errors: dict[str, list[Label]] = {}
    texts = {
        "title": (" ".join(wording.title.split()), LONGEST_TITLE),
        "body": (wording.body.replace("\r\n", "\n").strip(), LONGEST_BODY),
        "responsible": (" ".join(wording.responsible.split()), LONGEST_NAME),
    }
    for field, (text, longest) in texts.items():
        if not text:
            errors[field] = [_("Please fill this in.")]
        elif len(text) > longest:
            errors[field] = [_("At most %(longest)d characters fit here.", longest=longest)]
        elif not is_storable(text):
            errors[field] = [_("There is a character here that cannot be stored.")]
    if wording.category not in CATEGORIES:
        raise Invalid({**errors, "category": [_("Please choose one of the given answers.")]})
    lengths = lengths_of(community, wording.category)
    days = lengths.usual if wording.days is None else wording.days
    objections = lengths.objections if wording.objection_days is None else wording.objection_days
    errors |= wrong_days(days, objections, lengths.least, lengths.objections)
    if wording.publish_from is not None and not 0 <= (wording.publish_from - today()).days <= MOST_AHEAD:
        errors["publish_from"] = [_("The first day lies between today and %(days)d days from now.", days=MOST_AHEAD)]
    if errors:
        raise Invalid(errors)
    return {
        **{field: text for field, (text, _longest) in texts.items()},
        "category": wording.category,
        "days": days,
        "objection_days": objections,
        "takes_objections": objections > 0,
        "publish_from": wording.publish_from,
    }


def wrong_days(days: int, objections: int, least: int, least_objections: int) -> dict[str, list[Label]]:
    """What is wrong with the days a notice is up and takes objections, by field."""
    if not least <= days <= MOST_DAYS:
        return {"days": [_("A notice of this kind is up for %(least)d to %(most)d days.", least=least, most=MOST_DAYS)]}
    if objections and not least_objections <= objections <= days:
        return {
            "objection_days": [
                _(
                    "Objections are taken for %(least)d days at least, and no longer than the notice is up.",
                    least=least_objections,
                )
            ]
        }
    return {}


def told_of(notice: Notice) -> dict[str, Any]:
    """What the audit log keeps of a draft."""
    return {
        "category": notice.category,
        "title": notice.title,
        "body": notice.body,
        "responsible": notice.responsible,
        "days": notice.days,
        "objection_days": notice.objection_days,
        "publish_from": str(notice.publish_from or ""),
        "subject": notice.subject,
    }
