"""How a case ended and what was prevented, with the day of each: what the reports of the committee count (`figures`)."""

from __future__ import annotations

import datetime

from core import Actor, Invalid, today, transactional
from plugins.mediation.access import own_case
from plugins.mediation.cases.intake import still_open
from plugins.mediation.cases.steps import mark_escalated, write_note
from plugins.mediation.models import Case, Prevention
from plugins.mediation.texts import _
from plugins.mediation.words import PREVENTED

MOST_PEOPLE = 100_000


@transactional
def prevent(
    actor: Actor, case_id: int, what: str, people: int, words: str, on: datetime.date | None = None
) -> Prevention:
    """Enter that a quarrel was kept from becoming something worse (《人民调解法》 §25): what, how many people were about to take
    part, what was done. One thing per case, the gravest; entering it again puts it right while the case is open.

    Raises `Invalid` (what, people, words, on), `Refused`, `NotFound`.
    """
    case, day = own_case(actor, case_id), on or today()
    still_open(case)
    errors = {}
    if what not in PREVENTED:
        errors["what"] = [_("Please choose what was prevented.")]
    if not 1 <= people <= MOST_PEOPLE:
        errors["people"] = [_("Please write how many people, at least one.")]
    if day > today():
        errors["on"] = [_("That day is still to come.")]
    if errors:
        raise Invalid(errors)
    write_note(actor, case, "escalation", words, day)
    values = {"what": what, "people": people, "prevented_on": day}
    if not Prevention.update(values).where(Prevention.case_id == case.id).execute():
        Prevention.insert(case_id=case.id, community=case.community, **values).execute()
    mark_escalated(case)
    return Prevention(case_id=case.id, community=case.community, **values)


def prevention_of(case: Case) -> Prevention | None:
    """What was prevented in a case."""
    found: Prevention | None = Prevention.of(case.community).where(Prevention.case_id == case.id).first()
    return found
