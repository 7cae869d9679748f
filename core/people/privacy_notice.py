"""The privacy notice of a community in its versions, and what residents said to it (《个人信息保护法》 §13–17).

A text that somebody has read is kept for ever; each change is a new version, to which everybody is asked once more. Nobody
loses a service by declining: what the law and one's own requests need is kept all the same, and nothing beyond it.
"""

from __future__ import annotations

import datetime

import peewee

from core.actor import Actor, community_of
from core.clock import day_text, today
from core.errors import Invalid, NotFound, Refused
from core.people import children
from core.people.account_records import Account
from core.people.directory import EDIT, person_of
from core.people.permissions import PRIVACY
from core.people.person import Person
from core.plugin.declarations import DataSubject
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Flag, Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import LazyText, _, is_storable

LONGEST = 10_000
BUILT_IN = _(
    "We are the residents' committee. We keep what we need to know of you to do what the law asks of us and what you ask of "
    "us: your name, where you live, how to reach you, and what you brought to us.\n\n"
    "Everything stays on the computer in our office and is not sent to the internet. We ask for no identity-card number. We "
    "give nothing to others, unless the law demands it or you agree.\n\n"
    "Staff see only what their work needs; each look at your record is noted, and you can see on which days it was opened.\n\n"
    "You may see everything we keep about you, take a copy, have it corrected or erased, and take back your consent at any "
    "time: under “Mine”, or at the office. You lose no service by it, except what cannot be done without the data."
)
ACCOUNT, PAPER = "account", "paper"


class PrivacyNotice(CommunityModel):
    """One version of the text, never changed."""

    kind = "core.privacy_notice"

    version = Integer()
    body = Text()
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "privacy_notice"
        primary_key = peewee.CompositeKey("community", "version")


class PrivacyConsent(CommunityModel):
    """What somebody said to a version, never changed: the latest one counts. `asked_on` is the day it was said."""

    kind = "core.privacy_consent"

    person_id = Integer()
    version = Integer()
    given = Flag()
    way = Text()
    asked_on = Day()
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "privacy_consent"


def current(community: str) -> PrivacyNotice:
    """The text that holds now: the latest version, or version 1 as it is built in."""
    found: PrivacyNotice | None = (
        PrivacyNotice.of(community).order_by(PrivacyNotice.version.desc()).first()
    )  # fmt: skip
    return found or PrivacyNotice(community=community, version=1, body=str(BUILT_IN), by_label="system", at=None)


def version_of(community: str, version: int) -> PrivacyNotice:
    """One version; raises `NotFound`."""
    latest = current(community)
    if latest.version == version:
        return latest
    found: PrivacyNotice | None = PrivacyNotice.of(community).where(PrivacyNotice.version == version).first()
    if found is None:
        raise NotFound
    return found


@transactional
def publish(actor: Actor, body: str) -> int:
    """Let another text hold from now on; returns its version. Raises `Forbidden`, `Invalid` (body)."""
    actor.require(PRIVACY)
    text = body.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST or not is_storable(text):
        raise Invalid({"body": [_("Please write a text of at most %(longest)d characters.", longest=LONGEST)]})
    latest = _kept(community_of(actor))
    if text == latest.body:
        raise Invalid({"body": [_("This is the text that holds already.")]})
    made = PrivacyNotice.create(
        community=latest.community, version=latest.version + 1, body=text, by_account=actor.account,
        by_label=actor.signature,
    )  # fmt: skip
    subject = Ref(PrivacyNotice.kind, made.community, made.version)
    audit.record(actor, "core.privacy_notice.published", subject, after={"version": made.version}, permission=PRIVACY)
    return int(made.version)


def _kept(community: str) -> PrivacyNotice:
    """The text that holds, stored: what somebody is asked about, or what is replaced, is kept as it was."""
    latest = current(community)
    if latest.at is None:
        latest.at = now()
        latest.save(force_insert=True)
    return latest


@transactional
def decide(actor: Actor, version: int, given: bool) -> None:
    """Agree to the version that was shown, or decline it. Raises `NotFound` without a resident, `Invalid` for an old one."""
    if actor.person is None:
        raise NotFound
    if version != current(community_of(actor)).version:
        raise Invalid(message=_("The text was changed in the meantime. Please read it again."))
    _refuse_child(community_of(actor), actor.person)
    _store(actor, actor.person, given, ACCOUNT, today())


@transactional
def enter_decision(actor: Actor, public_id: str, given: bool, asked_on: datetime.date) -> None:
    """Enter what somebody said on paper, with the day. Raises `Forbidden`, `NotFound`, `Invalid` (asked_on)."""
    actor.require(EDIT)
    person = person_of(actor, public_id)
    _refuse_child(person.community, person.id)
    if asked_on > today():
        raise Invalid({"asked_on": [_("The day it was asked cannot lie in the future.")]})
    last = decision_of(community_of(actor), person.id)
    if last is not None and asked_on < last.asked_on:
        raise Invalid(
            {"asked_on": [_("Something was said on a later day: %(day)s. It holds.", day=day_text(last.asked_on))]}
        )
    _store(actor.for_person(person.id), person.id, given, PAPER, asked_on)


def _refuse_child(community: str, person_id: int) -> None:
    if children.is_child(Person.get_of(community, person_id)):
        raise Refused(
            _("Under 14 the father, mother or guardian answers for the child."),
            advice=_("They do so under “Mine”, or on paper at the office."),
        )


def _store(actor: Actor, person_id: int, given: bool, way: str, asked_on: datetime.date) -> None:
    notice = _kept(community_of(actor))
    made = PrivacyConsent.create(
        community=notice.community, person_id=person_id, version=notice.version, given=given, way=way,
        asked_on=asked_on, by_account=actor.account, by_label=actor.signature,
    )  # fmt: skip
    audit.record(
        actor, "core.privacy_consent.given" if given else "core.privacy_consent.declined", made.ref,
        after={"version": notice.version, "way": way},
    )  # fmt: skip


def decision_of(community: str, person_id: int) -> PrivacyConsent | None:
    """What this person said last; None if they were never asked."""
    query = PrivacyConsent.of(community).where(PrivacyConsent.person_id == person_id)
    found: PrivacyConsent | None = query.order_by(PrivacyConsent.id.desc()).first()
    return found


def is_asked(actor: Actor) -> bool:
    """Whether this resident has not answered the present version yet."""
    if actor.kind != "resident" or actor.person is None:
        return False
    return _has_not_answered(community_of(actor), actor.person)


def asking(account_id: int) -> str | None:
    """The community that asks whoever has just signed in with this account, before they go on; None for whoever answered
    its present version, and for accounts of the office."""
    account = Account.get_by_id(account_id)
    if (
        account.kind != "resident"
        or account.person_id is None
        or not _has_not_answered(account.community, account.person_id)
    ):
        return None
    return str(account.community)


def _has_not_answered(community: str, person_id: int) -> bool:
    if children.is_child(Person.get_of(community, person_id)):
        return False
    last = decision_of(community, person_id)
    return last is None or last.version != current(community).version


def decisions_of(community: str, person: DataSubject) -> list[PrivacyConsent]:
    """Everything this person said, in order."""
    query = PrivacyConsent.of(community).where(PrivacyConsent.person_id == person.id)
    return list(query.order_by(PrivacyConsent.id))


def erase(actor: Actor, person: DataSubject) -> list[Ref]:
    """Forget the name under which it was said; that it was said stays."""
    found = decisions_of(community_of(actor), person)
    mine = PrivacyConsent.by_label.in_(person.names)
    PrivacyConsent.update(by_label="").where(
        PrivacyConsent.community == actor.community, PrivacyConsent.person_id == person.id, mine
    ).execute()  # fmt: skip
    return [each.ref for each in found]


SAID: dict[bool, LazyText] = {True: _("Agreed"), False: _("Declined")}
