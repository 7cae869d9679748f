"""The two publications of a proposal: which notices stand, publishing one, and what follows when one is withdrawn at the board.

What a notice says is written in `notice_words`; the notices themselves, their days and objections are core's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    Community,
    Label,
    NoticeWording,
    Ref,
    Refused,
    correct_notice,
    day_text,
    draft_after,
    draft_notice,
    edit_draft,
    notices_about,
    objections_of,
    open_objections,
    open_pair,
    publish_notice,
    record,
    system,
    today,
    transactional,
    withdraw_notice,
)
from plugins.revenue.spending import lists, notice_words
from plugins.revenue.spending.models import Proposal, Publication
from plugins.revenue.spending.words import PUBLISH
from plugins.revenue.texts import _

NOTICE = "core.notice"
CATEGORY = "money"
_ORIGIN = "revenue.spending"
# From here on money has moved: a notice that is withdrawn is published again, and nothing else goes back.
PAID_STATES = ("paying", "paid", "allocated", "post_published", "locked")


@dataclass(frozen=True)
class Standing:
    """What is public of a proposal in its round: the publications that stand, None where there is none (any more)."""

    before: Publication | None
    after: Publication | None


def standing_notices(proposal: Proposal) -> Standing:
    """The publications that stand now, as the board has it; writes nothing."""
    rows = _rows(proposal)
    if any(each.withdrawn_on is None for each in rows.values()):
        down = {line.id for line in _lines(proposal) if line.state == "withdrawn"}
    else:
        down = set()
    alive = [
        each
        for each in rows.values()
        if each.withdrawn_on is None and each.notice_id not in down and each.round == proposal.round
    ]
    latest = {each.stage: each for each in sorted(alive, key=lambda each: each.id)}
    return Standing(latest.get("before"), latest.get("after"))


def _rows(proposal: Proposal) -> dict[int, Publication]:
    query = Publication.of(proposal.community).where(Publication.proposal_id == proposal.id)
    return {each.notice_id: each for each in query.order_by(Publication.id)}


def _lines(proposal: Proposal) -> list[Any]:
    return notices_about(system(proposal.community, _ORIGIN), proposal.ref)


def refresh(actor: Actor, proposal: Proposal) -> Standing:
    """Take over what happened at the board: notices withdrawn there, and corrected ones published there. In a transaction."""
    rows = _rows(proposal)
    for line in sorted(_lines(proposal), key=lambda each: each.id):
        row = rows.get(line.id)
        if row is None and rows and line.state == "published" and _belongs(proposal, line):
            _keep(actor, proposal, line.stage, line.id, line.publish_from, line.publish_until, line.objections_until)
        elif row is not None and row.withdrawn_on is None and line.state == "withdrawn":
            same = (Publication.community == row.community) & (Publication.id == row.id)
            Publication.update(withdrawn_on=today()).where(same).execute()
            record(actor, "revenue.publication.withdrawn", proposal.ref, after={"stage": row.stage, "round": row.round})
    return standing_notices(proposal)


def _belongs(proposal: Proposal, line: Any) -> bool:
    """Whether a notice that was published at the board itself is one of the two: a second one tells what was paid."""
    paid = lists.paid_on(proposal)
    return line.stage == "before" or (line.stage == "after" and paid is not None and line.publish_from >= paid)


@transactional
def heard(actor: Actor, subject: str) -> None:
    """Something happened to a notice about a proposal. Idempotent."""
    ref = Ref.parse(subject, actor.community) if subject.startswith(f"{Proposal.kind}:") else None
    if ref is not None:
        found = Proposal.of(str(actor.community)).where(Proposal.id == ref.id).first()
        if found is not None:
            refresh(actor, found)


def on_notice(community: Community, event: Any) -> None:
    """The hook for `NoticePublished` and `NoticeWithdrawn`."""
    heard(system(community.code, _ORIGIN), event.subject)


def _keep(
    actor: Actor,
    proposal: Proposal,
    stage: str,
    notice_id: int,
    first: datetime.date,
    last: datetime.date,
    objections_until: datetime.date | None,
) -> None:
    by = proposal.publish_by if stage == "before" else proposal.after_by
    late = by is not None and first > by
    Publication.create(
        community=proposal.community, proposal_id=proposal.id, round=proposal.round, stage=stage, notice_id=notice_id,
        amount=proposal.amount, published_on=first, over_on=max(last, objections_until or last), was_late=late,
    )  # fmt: skip
    told = {"stage": stage, "round": proposal.round, "amount": proposal.amount, "was_late": late}
    record(actor, "revenue.publication.made", proposal.ref, after=told, permission=PUBLISH)


# --------------------------------------------------------------------------- publishing


def publish_first(actor: Actor, proposal: Proposal, responsible: str, at: int | None = None) -> None:
    """Publish what is proposed, open to objections; after a withdrawal in place of what was there. In a transaction."""
    wording = _wording(notice_words.before(proposal), responsible, takes_objections=True)
    notice = _in_place_of_withdrawn(actor, proposal, "before", wording)
    if notice is None:
        notice = draft_notice(actor, wording, subject=proposal.ref)
        open_pair(actor, notice.id)
    elif notice.state == "published":
        return
    made = publish_notice(actor, notice.id, at=at)
    _keep(actor, proposal, "before", made.id, made.publish_from, made.publish_until, made.objections_until)


def publish_second(actor: Actor, proposal: Proposal, responsible: str, at: int | None = None) -> None:
    """Publish what became of it, beside the first. In a transaction. Raises `Refused` while core sees reasons against it."""
    first = standing_notices(proposal).before
    if first is None:
        raise Refused(_("The first publication does not stand: publish it again before the second."))
    if refresh(actor, proposal).after is not None:
        return
    pair = open_pair(actor, first.notice_id)
    notice = draft_after(actor, pair.id)
    if notice.state == "published":  # at the board, before anything was paid: it could not tell what became of it
        withdraw_notice(actor, notice.id, str(_("It was published before the money was paid.")))
        notice = draft_after(actor, pair.id)
    edit_draft(actor, notice.id, _wording(notice_words.after(proposal), responsible, takes_objections=False))
    made = publish_notice(actor, notice.id, at=at)
    _keep(actor, proposal, "after", made.id, made.publish_from, made.publish_until, made.objections_until)


def _wording(text: tuple[str, str], responsible: str, takes_objections: bool) -> NoticeWording:
    title, body = text
    return NoticeWording(CATEGORY, title, body, responsible, objection_days=None if takes_objections else 0)


def _in_place_of_withdrawn(actor: Actor, proposal: Proposal, stage: str, wording: NoticeWording) -> Any:
    """The draft that replaces the last notice of a stage that was withdrawn, with these words; None where there is none."""
    keys = sorted(each.notice_id for each in _rows(proposal).values() if each.stage == stage)
    if not keys:
        return None
    notice: Any = None
    key = keys[-1]
    while True:
        notice = correct_notice(actor, key)
        if notice.state != "withdrawn":
            break
        key = notice.id
    if notice.state == "draft":
        edit_draft(actor, notice.id, wording)
    else:
        refresh(actor, proposal)
    return notice


def take_down(actor: Actor, proposal: Proposal, reason: str) -> None:
    """Withdraw the first notice of the round: what it announces will not happen like that. In a transaction.

    That a proposal returns or ends takes its notice down, whoever returns it.
    """
    allowed = actor.with_rights(PUBLISH)
    first = refresh(actor, proposal).before
    if first is not None:
        withdraw_notice(allowed, first.notice_id, reason)
        refresh(actor, proposal)


# --------------------------------------------------------------------------- what waits, what is late


def against_going_on(proposal: Proposal) -> Label | None:
    """Why nobody may sign, check or pay: the first publication is not there, not over, or not answered."""
    first = standing_notices(proposal).before
    if first is None:
        return _("It is not public now: the first publication was withdrawn or is missing. Publish it again.")
    if today() <= first.over_on:
        return _("The first publication and its objections run until %(day)s.", day=day_text(first.over_on))
    if open_objections(_notice(first)):
        return _("An objection to the first publication is not answered yet.")
    return None


def _notice(publication: Publication) -> Ref:
    return Ref(NOTICE, publication.community, publication.notice_id)


def outcomes(proposal: Proposal) -> set[str]:
    """What followed from the objections to the first publication that stands: `stands`, `amended`, `withdrawn`."""
    first = standing_notices(proposal).before
    return {each.outcome for each in objections_of(_notice(first)) if each.outcome} if first is not None else set()


def counted(proposal: Proposal) -> tuple[int, int]:
    """How many objections the first publication that stands has, and how many are answered."""
    first = standing_notices(proposal).before
    found = objections_of(_notice(first)) if first is not None else []
    alive = [each for each in found if each.state != "withdrawn"]
    return len(alive), sum(each.state == "answered" for each in alive)


def late(proposal: Proposal, rows: Standing) -> str:
    """Which publication is overdue today: `before`, `after` or none (empty)."""
    if proposal.state in ("void", "returned", "proposed") and proposal.proposal_kind != "emergency":
        return ""
    if proposal.state == "void":
        return ""
    if rows.before is None and proposal.publish_by is not None and proposal.publish_by < today():
        return "before"
    if rows.after is None and proposal.after_by is not None and proposal.after_by < today():
        return "after"
    return ""
