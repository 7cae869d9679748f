"""调解员名册: who is head, mediator or clerk of the mediation committee (《人民调解法》 §8–9, §13–14). It has one head (§8)."""

from __future__ import annotations

import datetime

from peewee import IntegrityError

from core import Actor, Invalid, Label, NotFound, Refused, colleagues, now, record, today, transactional, violated
from plugins.mediation.access import LEADS, ROSTER, WORK
from plugins.mediation.models import Assignment, Headship, Mediator
from plugins.mediation.texts import _
from plugins.mediation.words import OFFICES


def roster(community: str) -> list[Mediator]:
    """Everybody who serves today: the head, the clerk, the mediators by name."""
    order = {"head": 0, "clerk": 1, "mediator": 2}
    found = list(Mediator.of(community).where(Mediator.left_at.is_null()))
    return sorted(found, key=lambda each: (order[each.office], each.name))


def candidates(community: str) -> list[Actor]:
    """The colleagues whose role lets them mediate and who are not on the roster yet."""
    known = {each.account for each in roster(community)}
    return [each for each in colleagues(community) if WORK in each.permissions and each.account not in known]


@transactional
def enter(actor: Actor, account: int | None, name: str, office: str) -> Mediator:
    """Put somebody on the roster: a colleague with an account, or by name somebody who helps without one; as head only while
    there is none (`appoint_head`). Raises `Invalid` (account, name, office), `Refused`.
    """
    actor.require(ROSTER)
    community, person = str(actor.community), None
    if office in LEADS:
        _not_oneself(actor, account)
    if office not in OFFICES:
        raise Invalid({"office": [_("Please choose one of the offices.")]})
    if account is not None:
        found = next((each for each in candidates(community) if each.account == account), None)
        if found is None:
            raise Invalid(
                {"account": [_("This colleague has not the role of a mediator, or is on the roster already.")]}
            )
        name, person = found.label, found.person
    elif office != "mediator":
        raise Invalid({"account": [_("The head and the clerk need an account, because they see every case.")]})
    if not name.strip():
        raise Invalid({"name": [_("Please write the name.")]})
    if office == "head" and head_of(community) is not None:
        raise Refused(_("The committee has a head."), advice=_("Enter the colleague as a mediator, then appoint them."))
    try:
        made: Mediator = Mediator.create(
            community=community, account=account, person=person, name=name.strip(), office=office
        )
    except IntegrityError as error:
        if violated(error) != "mediation_mediator_account_unique":
            raise
        raise Refused(_("This colleague is on the roster already.")) from error
    record(actor, "mediation.mediator.added", made.ref, after={"name": made.name, "office": office}, permission=ROSTER)
    if office == "head":
        _write_headship(actor, made, today(), "")
    return made


def _not_oneself(actor: Actor, account: int | None) -> None:
    """Whoever keeps the roster must not open every case to themselves."""
    if account is not None and account == actor.account:
        raise Refused(
            _("Nobody makes themselves head or clerk of the committee: they see every case."),
            advice=_("Another colleague who may keep the roster enters you."),
        )


# --------------------------------------------------------------------------- the head


def head_of(community: str) -> Mediator | None:
    """The head of the committee."""
    found: Mediator | None = Mediator.of(community).where(Mediator.office == "head", Mediator.left_at.is_null()).first()
    return found


def own_mediator(actor: Actor, mediator_id: int) -> Mediator:
    """Somebody who serves; raises `Forbidden`, `NotFound`."""
    actor.require(ROSTER)
    found: Mediator = Mediator.get_of(str(actor.community), mediator_id)
    if found.left_at is not None:
        raise NotFound
    return found


@transactional
def appoint_head(
    actor: Actor, mediator_id: int, decision: str, on: datetime.date | None = None, *, confirmed: bool
) -> Mediator:
    """Make somebody of the roster the head, as the residents' meeting decided (《人民调解法》 §9). The head until now goes on as a
    mediator: sees the own cases alone, and no longer who looked at cases.

    Raises `Invalid` (decision, on, confirmed), `Refused`, `Forbidden`, `NotFound`.
    """
    new, day = own_mediator(actor, mediator_id), on or today()
    _not_oneself(actor, new.account)
    if new.office == "head":
        raise Refused(_("%(name)s is the head already.", name=new.name))
    if new.account is None:
        raise Refused(_("The head and the clerk need an account, because they see every case."))
    errors: dict[str, list[Label]] = {}
    if not decision.strip():
        errors["decision"] = [_("Please write who decided it.")]
    if day > today():
        errors["on"] = [_("That day is still to come.")]
    if not confirmed:
        errors["confirmed"] = [_("Please confirm that from now on this colleague sees every case.")]
    if errors:
        raise Invalid(errors)
    old = head_of(new.community)
    if old is not None:
        old.office = "mediator"
        old.save()
    new.office = "head"
    new.save()
    _write_headship(actor, new, day, decision.strip())
    told = {"name": new.name}
    before = {"name": old.name} if old is not None else None
    record(actor, "mediation.head.appointed", new.ref, before=before, after=told, permission=ROSTER)
    return new


def _write_headship(actor: Actor, head: Mediator, on: datetime.date, decision: str) -> None:
    Headship.insert(
        community=head.community, mediator_id=head.id, decided_on=on, decision=decision, by_account=actor.account,
        by_label=actor.signature,
    ).execute()  # fmt: skip


def headships(community: str) -> list[tuple[Headship, str]]:
    """Who became head when, with their names, the latest first."""
    found = list(Headship.of(community).order_by(Headship.id.desc()).limit(20))
    names = {each.id: each.name for each in Mediator.of(community)}
    return [(each, names[each.mediator_id]) for each in found]


@transactional
def leave(actor: Actor, mediator_id: int) -> None:
    """Take somebody off the roster; the past keeps the name. Raises `NotFound`, and `Refused` while cases are assigned."""
    actor.require(ROSTER)
    found: Mediator = Mediator.get_of(str(actor.community), mediator_id)
    if found.left_at is not None:
        raise NotFound
    if found.office == "head" and any(each.id != found.id and each.account for each in roster(found.community)):
        raise Refused(_("The committee has one head."), advice=_("Appoint somebody else as head first."))
    mine = (Assignment.mediator_id == found.id) & Assignment.ended_at.is_null()
    if _open_assignments(found, mine):
        raise Refused(
            _("%(name)s still has cases.", name=found.name),
            advice=_("The head of the committee gives them to somebody else first."),
        )
    found.left_at = now()
    found.save()
    record(
        actor,
        "mediation.mediator.left",
        found.ref,
        before={"name": found.name, "office": found.office},
        permission=ROSTER,
    )


def _open_assignments(mediator: Mediator, mine: object) -> bool:
    from plugins.mediation.models import Case

    over = ("archived", "settled_on_the_spot", "transferred", "not_accepted", "withdrawn")
    same = (Case.community == Assignment.community) & (Case.id == Assignment.case_id)
    query = Assignment.of(mediator.community, Assignment.id).join(Case, on=same)
    assigned = query.where(mine, Case.state.not_in(over)).count()
    handled = Case.of(mediator.community, Case.id).where(
        Case.handler_id == mediator.id, Case.state.in_(("lead", "applied", "contacting", "accepted"))
    )
    return bool(assigned or handled.count())
