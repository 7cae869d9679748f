"""Objections of one person: what is held of them, and erasing who objected. What was published stays (`records`)."""

from __future__ import annotations

import peewee

from core.actor import Actor, community_of
from core.civic.notices.records import Notice
from core.civic.objections.records import OBJECTION, Objection, ObjectionDraft, ObjectionWord, Objector
from core.people.account_records import Account
from core.plugin.declarations import CLEARED, DataSubject, DataTable
from core.store.ref import Ref
from core.text import _


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """The person's objections in their own words, further words and drafts."""
    states = {state.name: str(state.label) for state in OBJECTION.states}
    titles = dict(Notice.of(community, Notice.id, Notice.title).tuples())
    objections = {each.id: each for each in Objection.of(community).where(Objection.id.in_(_ids(community, person)))}
    words = {each.objection_id: each.words for each in Objector.of(community).where(_of(person))}
    filed = tuple(
        (each.asked_on, titles.get(each.notice_id, ""), words[key], states[each.state], each.answer)
        for key, each in sorted(objections.items())
    )
    further = tuple(
        (titles.get(objections[each.objection_id].notice_id, ""), each.words)
        for each in ObjectionWord.of(community).where(
            ObjectionWord.objection_id.in_(list(objections)), ObjectionWord.side == "objector"
        )
    )
    drafts = tuple(
        (titles.get(each.notice_id, ""), each.words)
        for each in ObjectionDraft.of(community).where(ObjectionDraft.account_id.in_(_accounts(community, person)))
    )
    notice, own = _("Notice"), _("In your words")
    return [
        DataTable(_("Objections"), (_("Asked for on"), notice, own, _("Status"), _("Answer")), filed),
        DataTable(_("What you added to an objection"), (notice, own), further),
        DataTable(_("Objections not sent yet"), (notice, own), drafts),
    ]


def are_open(community: str, person: DataSubject) -> bool:
    """Whether an objection of the person still waits for its answer."""
    query = Objection.of(community).where(
        Objection.state == "submitted", Objection.id.in_(_ids(community, person))
    )  # fmt: skip
    return bool(query.exists())


def erase(actor: Actor, person: DataSubject) -> list[Ref]:
    """Forget who objected, the number and the own words; returns the objections."""
    community = community_of(actor)
    ids = _ids(community, person)
    ObjectionDraft.delete().where(
        ObjectionDraft.community == community, ObjectionDraft.account_id.in_(_accounts(community, person))
    ).execute()  # fmt: skip
    ObjectionWord.update(words=CLEARED, by_label="").where(
        ObjectionWord.community == community, ObjectionWord.objection_id.in_(ids), ObjectionWord.side == "objector"
    ).execute()  # fmt: skip
    Objector.update(name=person.pseudonym, phone="", person_id=None, account_id=None, words="", code_digest=None).where(
        Objector.community == community, Objector.objection_id.in_(ids)
    ).execute()  # fmt: skip
    return [Ref(Objection.kind, community, key) for key in ids]


def _ids(community: str, person: DataSubject) -> list[int]:
    return [key for (key,) in Objector.of(community, Objector.objection_id).where(_of(person)).tuples()]


def _of(person: DataSubject) -> peewee.Expression:
    """Objections of a person; also those nobody tied to the register, under the same name and number."""
    alike = Objector.person_id.is_null() & Objector.name.in_(person.names) & Objector.phone.in_(person.phones or ("—",))
    return (Objector.person_id == person.id) | alike


def _accounts(community: str, person: DataSubject) -> list[int]:
    query = Account.select(Account.id).where(Account.community == community, Account.person_id == person.id)
    return [key for (key,) in query.tuples()]
