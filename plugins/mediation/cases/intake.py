"""Before a case is accepted: what it is about, who the parties are, what they answered, that they know their rights."""

from __future__ import annotations

import datetime
from typing import Any

from core import Actor, Invalid, NotFound, Refused, known_resident, now, record, today, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.register import Person, add_party, party_ref
from plugins.mediation.models import Case, Matter, Party, Signature
from plugins.mediation.rules import SIDES, parties_of
from plugins.mediation.texts import _
from plugins.mediation.words import DISPUTES, SEXES

MOST_PARTIES = 30
# 《民法典》 §17; 《个人信息保护法》 §31.
OF_AGE, CHILD = 18, 14
OVER = ("archived", "settled_on_the_spot", "transferred", "not_accepted", "withdrawn")
PARTICULARS = ("sex", "ethnicity", "age", "occupation", "guardian")


def still_open(case: Case) -> None:
    """Raise `Refused` for a case in which nothing is written any more."""
    if case.state in OVER:
        raise Refused(_("This case is over; what is in it stays as it is."))


@transactional
def describe(
    actor: Actor,
    case_id: int,
    *,
    facts: str,
    request: str = "",
    dispute: str = "",
    answer: str = "",
    wished_time: str = "",
    is_public: bool = False,
    sensitive: bool = False,
    requested_on: datetime.date | None = None,
) -> None:
    """Write what the case is about and what the other side answered; open to listeners only as the parties choose. Where the
    facts are `sensitive`, it is accepted only with a separate consent of every party (《个人信息保护法》 §29).

    `requested_on` puts the day of the application right, until the case is accepted. Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    still_open(case)
    if not facts.strip():
        raise Invalid({"facts": [_("Please write what happened.")]})
    if dispute and dispute not in DISPUTES:
        raise Invalid({"dispute": [_("Please choose one of the kinds.")]})
    if requested_on is not None and requested_on != case.requested_on:
        date_again(case, requested_on)
    if sensitive and case.accepted_on is not None:
        _ask_separately(case)
    Matter.update(
        facts=facts.strip(), request=request.strip(), dispute=dispute, answer=answer.strip(),
        wished_time=wished_time.strip(), is_public=is_public, sensitive=sensitive,
    ).where(Matter.case_id == case.id).execute()  # fmt: skip
    record(actor, "mediation.case.described", case.ref, permission=WORK)


def _ask_separately(case: Case) -> None:
    waiting = [party.name for party in parties_of(case, *SIDES) if party.separate_consent_on is None]
    if waiting:
        names = "、".join(waiting)
        raise Invalid({"sensitive": [_("Ask first for the separate consent of: %(names)s.", names=names)]})


def date_again(case: Case, requested_on: datetime.date) -> None:
    """Put the day of the application right, in the caller's transaction. Raises `Invalid` (requested_on)."""
    if case.state not in ("lead", "applied", "contacting"):
        raise Invalid({"requested_on": [_("The case is accepted; limitation counts from the day that stands here.")]})
    if requested_on > today():
        raise Invalid({"requested_on": [_("That day is still to come.")]})
    case.requested_on = requested_on
    case.save(only=[Case.requested_on])


@transactional
def name_party(actor: Actor, case_id: int, side: str, person: Person, *, both_agree: bool = False) -> int:
    """Enter another party, or somebody to help whom both sides agree to invite (《人民调解法》 §20); returns the number.

    Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    still_open(case)
    if side not in (*SIDES, "invitee"):
        raise Invalid({"side": [_("Please choose one of the sides.")]})
    if side != "invitee":
        _before_signing(case)
    elif not both_agree:
        raise Invalid({"both_agree": [_("Somebody is invited to help only when both sides agree.")]})
    if len(parties_of(case)) >= MOST_PARTIES:
        raise Refused(_("A case has at most %(most)d people.", most=MOST_PARTIES))
    return int(add_party(actor, case, side, person).id)


def _before_signing(case: Case) -> None:
    if case.state in ("awaiting_signatures", "agreed_written", "agreed_oral", "performing", "fulfilled", "breached"):
        raise Refused(_("The agreement names its parties already."), advice=_("A quarrel with others is a new case."))


def own_party(actor: Actor, case_id: int, party_id: int) -> tuple[Case, Party]:
    """A party of a case the actor may touch; raises `NotFound`."""
    case = own_case(actor, case_id)
    party: Party = Party.get_of(case.community, party_id)
    if party.case_id != case.id or party.removed_at is not None:
        raise NotFound
    return case, party


@transactional
def edit_party(actor: Actor, case_id: int, party_id: int, person: Person, **particulars: Any) -> None:
    """Put right who a party is: name, number, address, and of the `PARTICULARS` those that are given.

    Raises `Invalid`, `Refused`, `NotFound`.
    """
    case, party = own_party(actor, case_id, party_id)
    still_open(case)
    if not person.name.strip():
        raise Invalid({"name": [_("Please write the name.")]})
    if particulars.get("sex", "") not in SEXES:
        raise Invalid({"sex": [_("Please choose one of the given answers.")]})
    party.name, party.phone, party.address = person.name.strip(), person.phone.strip(), person.address.strip()
    party.person = known_resident(case.community, party.name, party.phone)
    for field, value in particulars.items():
        if field not in PARTICULARS:
            raise TypeError(f"{field} is no particular of a party")
        setattr(party, field, value.strip() if isinstance(value, str) else value)
    _check_guardian(party)
    party.save()
    record(actor, "mediation.party.changed", party_ref(party), permission=WORK)


@transactional
def remove_party(actor: Actor, case_id: int, party_id: int) -> None:
    """Take out somebody entered by mistake; nothing has been signed by them. Raises `Refused`, `NotFound`."""
    case, party = own_party(actor, case_id, party_id)
    still_open(case)
    _before_signing(case)
    if Signature.of(case.community).where(Signature.party_id == party.id).count():
        raise Refused(_("This name stands under a paper of the case."))
    party.removed_at = now()
    party.code_digest = None
    party.save()
    record(actor, "mediation.party.removed", party_ref(party), permission=WORK)


@transactional
def answer_of(
    actor: Actor,
    case_id: int,
    party_id: int,
    *,
    consents: bool | None,
    rights_told: bool,
    identity_seen: bool,
    separate_consent: bool = False,
    on: datetime.date | None = None,
) -> None:
    """Enter what a party said and was shown, as of `on` (today): whether they agree to mediation (None: not yet), that they got the
    notice of rights and duties (《人民调解法》 §23), that a paper of identity was seen (nothing of it is kept), and for a child
    under 14 or sensitive facts the separate consent (《个人信息保护法》 §29, §31).

    Raises `Invalid`, `Refused`, `NotFound`.
    """
    case, party = own_party(actor, case_id, party_id)
    still_open(case)
    day = on or today()
    if day > today():
        raise Invalid({"on": [_("That day is still to come.")]})
    party.consented_on = (party.consented_on or day) if consents is True else None
    party.refused_on = (party.refused_on or day) if consents is False else None
    party.rights_told_on = (party.rights_told_on or day) if rights_told else None
    party.separate_consent_on = (party.separate_consent_on or day) if separate_consent else None
    if identity_seen and party.identity_seen_on is None:
        party.identity_seen_on, party.identity_seen_by = day, actor.label or "—"
    elif not identity_seen:
        party.identity_seen_on, party.identity_seen_by = None, ""
    _check_guardian(party)
    party.save()
    record(actor, "mediation.party.answered", party_ref(party), permission=WORK)


def _check_guardian(party: Party) -> None:
    """Under 18 somebody acts with a guardian, under 14 with a separate consent of that one."""
    if party.consented_on is None or party.age is None or party.age >= OF_AGE:
        return
    if not party.guardian:
        raise Invalid({"consents": [_("Under 18: enter the guardian first, under “Change”.")]})
    if party.age < CHILD and party.separate_consent_on is None:
        raise Invalid({"separate_consent": [_("Under 14: the guardian agrees separately.")]})
