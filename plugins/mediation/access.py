"""Who sees a case: the one place that decides it, for every act, page, list, sheet and file of the module (《人民调解法》 §15).

The head of the committee and its clerk see every case; a mediator those assigned to them and, until mediators are assigned,
those they look after. Nobody sees the case in which they are a party. Directors and the owner of the installation see none of
it. Every look is kept for ever.
"""

from __future__ import annotations

from typing import Any

from core import Actor, Forbidden, NotFound, transaction
from plugins.mediation.models import Assignment, Case, CaseView, Mediator, Party
from plugins.mediation.texts import _

WORK = "mediation.work"
ENTER = "mediation.enter"
ROSTER = "mediation.roster"
REPORT = "mediation.report"
LEADS = ("head", "clerk")
# Before mediators are assigned a case is with whoever took it.
UNASSIGNED = (
    "lead", "applied", "contacting", "accepted", "settled_on_the_spot", "transferred", "not_accepted", "withdrawn"
)  # fmt: skip


def member(actor: Actor) -> Mediator | None:
    """The actor's place in the committee; None for everybody else, whatever their role in the community."""
    if actor.account is None or not actor.can(WORK):
        return None
    mine = (Mediator.account == actor.account) & Mediator.left_at.is_null()
    found: Mediator | None = Mediator.of(str(actor.community)).where(mine).first()
    return found


def visible(actor: Actor) -> Any:
    """A condition on `Case`: what the actor may see."""
    me = member(actor)
    if me is None:
        return Case.id < 0
    not_own = Case.id.not_in(_as_party(me)) if me.person is not None else Case.id > 0
    if me.office in LEADS:
        return not_own
    mine = (Assignment.mediator_id == me.id) & Assignment.ended_at.is_null()
    assigned = Assignment.of(str(actor.community), Assignment.case_id).where(mine)
    return not_own & (Case.id.in_(assigned) | ((Case.handler_id == me.id) & Case.state.in_(UNASSIGNED)))


def _as_party(me: Mediator) -> Any:
    """The cases in which somebody of the committee is a party, as far as they are known as a resident."""
    mine = (Party.person == me.person) & Party.removed_at.is_null() & (Party.side != "invitee")
    return Party.of(me.community, Party.case_id).where(mine)


def is_left_alone(community: str) -> bool:
    """Whether the leads of the committee are all parties to a case that nobody else has: then it needs another clerk."""
    leads = list(Mediator.of(community).where(Mediator.office.in_(LEADS), Mediator.left_at.is_null()))
    if not leads or any(each.person is None for each in leads):
        return False
    assigned = Assignment.of(community, Assignment.case_id).where(Assignment.ended_at.is_null())
    nobody_s = Case.of(community, Case.id).where(
        Case.state.in_(UNASSIGNED[:4]), Case.handler_id.is_null(), Case.id.not_in(assigned)
    )
    for each in leads:
        nobody_s = nobody_s.where(Case.id.in_(_as_party(each)))
    return bool(nobody_s.exists())


def may_see(actor: Actor, case_id: int) -> bool:
    """Whether the actor may see this case."""
    if actor.kind == "system":
        return True
    return bool(Case.of(str(actor.community), Case.id).where(Case.id == case_id, visible(actor)).count())


def own_case(actor: Actor, case_id: int) -> Case:
    """The case, for an act on it; raises `NotFound` for whoever may not see it, as if there were none."""
    case: Case = Case.get_of(str(actor.community), case_id)
    if not may_see(actor, case.id):
        raise NotFound
    return case


def look_at(actor: Actor, case_id: int, page: str) -> Case:
    """The case, for showing it: the look is written down first, in a transaction of its own. Raises `NotFound`."""
    case = own_case(actor, case_id)
    with transaction(actor.community):
        CaseView.insert(
            community=case.community, case_id=case.id, account=actor.account, by_label=actor.signature, page=page
        ).execute()
    return case


def is_lead(actor: Actor) -> bool:
    """Whether the actor is the head or the clerk, who arrange the work of the others."""
    me = member(actor)
    return me is not None and me.office in LEADS


def lead_of(actor: Actor) -> Mediator:
    """The actor's place as head or clerk, who alone count and list all cases; raises `Forbidden` for everybody else."""
    me = member(actor)
    if me is None or me.office not in LEADS or not actor.can(REPORT):
        raise Forbidden(_("Reports are for the head and the clerk of the mediation committee."))
    return me


def is_head(actor: Actor) -> bool:
    """Whether the actor is the head of the committee, who reviews the looks."""
    me = member(actor)
    return me is not None and me.office == "head"
