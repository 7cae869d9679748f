"""What somebody needs help with (hard of hearing, cannot climb stairs), so that whoever calls or visits minds it.

It tells of health, so it is sensitive (《个人信息保护法》 §28): kept only while the person agrees, which the database holds too.
"""

from __future__ import annotations

import peewee

from core.actor import Actor, community_of
from core.civic.privacy.consents import add_core_consents, has_consented
from core.errors import Invalid, Refused
from core.people import reach
from core.people.directory import EDIT, VIEW, person_of
from core.plugin.declarations import Consent, DataSubject, DataTable
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import _, is_storable

CARE = "core.care"
LONGEST = 500


class CareNote(CommunityModel):
    """The words about one person, in the office's wording."""

    kind = "core.care_note"

    person_id = Integer()
    words = Text()
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "care_note"
        primary_key = peewee.CompositeKey("community", "person_id")


def care_of(actor: Actor, person_id: int | None) -> str:
    """What this person needs help with; empty unless they agreed that it is kept, and for whoever may not see residents."""
    if person_id is None or not actor.can(VIEW) or not reach.covers(actor, person_id):
        return ""
    community = community_of(actor)
    if not has_consented(community, person_id, CARE):
        return ""
    return next((str(each.words) for each in _of(community, person_id)), "")


def _of(community: str, person_id: int) -> list[CareNote]:
    return list(CareNote.of(community).where(CareNote.person_id == person_id))


@transactional
def write_care(actor: Actor, public_id: str, words: str) -> None:
    """Write what somebody needs help with, or with nothing forget it. The words stand in no log.

    Raises `Refused` without the person's consent, `Invalid` (words), `Forbidden`, `NotFound`.
    """
    actor.require(EDIT)
    person = person_of(actor, public_id)
    text = words.strip()
    if len(text) > LONGEST or not is_storable(text):
        raise Invalid({"words": [_("At most %(longest)d characters fit here.", longest=LONGEST)]})
    if not has_consented(person.community, person.id, CARE):
        raise Refused(
            _("%(name)s has not agreed that this is kept.", name=person.name),
            advice=_("Ask first: the answer is given under “Mine”, or on paper."),
        )
    CareNote.delete().where(CareNote.community == person.community, CareNote.person_id == person.id).execute()
    if text:
        CareNote.insert(
            community=person.community,
            person_id=person.id,
            words=text,
            by_account=actor.account,
            by_label=actor.signature,
        ).execute()
    subject = Ref(CareNote.kind, person.community, person.public_id)
    audit.record(actor, "core.care_note.written" if text else "core.care_note.cleared", subject, permission=EDIT)


def clear(actor: Actor, person: DataSubject) -> list[Ref]:
    """Forget the words about a person."""
    community = community_of(actor)
    gone = CareNote.delete().where(CareNote.community == community, CareNote.person_id == person.id).execute()
    return [Ref(CareNote.kind, community, person.public_id)] if gone else []


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """The words as the person reads them."""
    rows = tuple((each.words,) for each in _of(community, person.id))
    return [DataTable(_("What help is needed with"), (_("Words"),), rows)]


add_core_consents(
    Consent(
        CARE,
        _("May the office note what you need help with?"),
        _("So that whoever calls or visits you minds it: hard of hearing, bad on your feet, a long illness."),
        _("Until you take it back or it is erased at your request."),
        _("Nothing is noted, and you tell us each time. You lose no service."),
        clear,
    )
)
