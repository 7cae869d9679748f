"""调解员名册: who is head, mediator or clerk of the mediation committee (《人民调解法》 §8–9, §13–14)."""

from __future__ import annotations

from peewee import IntegrityError

from core import Actor, Invalid, NotFound, Refused, colleagues, now, record, transactional, violated
from plugins.mediation.access import ROSTER, WORK
from plugins.mediation.models import Assignment, Mediator
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
    """Put somebody on the roster: a colleague with an account, or by name somebody who helps without one.

    Raises `Invalid` (account, name, office).
    """
    actor.require(ROSTER)
    community, person = str(actor.community), None
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
    try:
        made: Mediator = Mediator.create(
            community=community, account=account, person=person, name=name.strip(), office=office
        )
    except IntegrityError as error:
        if violated(error) != "mediation_mediator_account_unique":
            raise
        raise Refused(_("This colleague is on the roster already.")) from error
    record(actor, "mediation.mediator.added", made.ref, after={"name": made.name, "office": office}, permission=ROSTER)
    return made


@transactional
def leave(actor: Actor, mediator_id: int) -> None:
    """Take somebody off the roster; the past keeps the name. Raises `NotFound`, and `Refused` while cases are assigned."""
    actor.require(ROSTER)
    found: Mediator = Mediator.get_of(str(actor.community), mediator_id)
    if found.left_at is not None:
        raise NotFound
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
