"""Who looked at which case when, for the head of the committee: read, and marked as reviewed up to a look.

A head reads the looks of the own term and what nobody had reviewed before; what a former head has reviewed stays closed, so that a
change of head opens no old log.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, Forbidden, NotFound, now, record, transactional
from plugins.mediation.access import WORK, member
from plugins.mediation.cases.register import register_text
from plugins.mediation.models import Case, CaseView, Mediator, Review
from plugins.mediation.texts import _

PAGE = 50
WAIT_MS = 30 * 86_400_000


@dataclass(frozen=True)
class Look:
    """One look at a case; `reviewed` by the head who reads it now."""

    id: int
    at: int
    who: str
    case_id: int
    number: str
    page: str
    reviewed: bool


def _head(actor: Actor) -> Mediator:
    me = member(actor)
    if me is None or me.office != "head":
        raise Forbidden(_("The head of the mediation committee reviews who looked at cases."))
    return me


def _reviewed(head: Mediator, *, by_others: bool) -> int:
    """Up to which look a former head has reviewed (`by_others`), or this one; 0 for none."""
    theirs = Review.mediator_id != head.id if by_others else Review.mediator_id == head.id
    found = Review.of(head.community, Review.up_to).where(theirs).order_by(Review.up_to.desc()).limit(1).tuples()
    return next((int(up_to) for (up_to,) in found), 0)


def looks(actor: Actor, case_id: int | None = None, after: int | None = None, limit: int = PAGE) -> list[Look]:
    """Who looked at which case when, the latest first; for the head alone. Raises `Forbidden`."""
    head = _head(actor)
    query = CaseView.of(head.community).where(CaseView.id > _reviewed(head, by_others=True))
    if case_id is not None:
        query = query.where(CaseView.case_id == case_id)
    if after is not None:
        query = query.where(CaseView.id < after)
    found = list(query.order_by(CaseView.id.desc()).limit(limit))
    known = {case.id: case for case in Case.of(head.community).where(Case.id.in_({each.case_id for each in found}))}
    done = _reviewed(head, by_others=False)
    return [
        Look(each.id, each.at, each.by_label, each.case_id, register_text(known[each.case_id]), each.page, each.id <= done)
        for each in found
    ]  # fmt: skip


@transactional
def review(actor: Actor, up_to: int) -> None:
    """The head has read the log up to this look. Raises `Forbidden`, `NotFound`."""
    head = _head(actor)
    CaseView.get_of(head.community, up_to)
    if up_to <= max(_reviewed(head, by_others=True), _reviewed(head, by_others=False)):
        raise NotFound
    Review.insert(community=head.community, mediator_id=head.id, up_to=up_to, by_label=actor.signature).execute()
    record(actor, "mediation.looks.reviewed", head.ref, permission=WORK)


def waits_for_review(actor: Actor) -> bool:
    """Whether looks have waited for the head for a month."""
    head = member(actor)
    if head is None or head.office != "head":
        return False
    done = max(_reviewed(head, by_others=True), _reviewed(head, by_others=False))
    old = CaseView.of(head.community).where(CaseView.id > done, CaseView.at < now() - WAIT_MS)
    return bool(old.exists())
