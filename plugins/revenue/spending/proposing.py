"""Proposing, deciding, computing anew, sending back and ending: what happens to a proposal before anybody signs for money."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    Invalid,
    Label,
    Refused,
    advance,
    attach,
    begin,
    next_number,
    record,
    today,
    transactional,
)
from plugins.revenue.ledger.funds import fund
from plugins.revenue.shares.votes import MATTERS, THREE_QUARTERS, Vote, owners_vote
from plugins.revenue.spending import city, funding, limits, lists, notice_words, people, publishing
from plugins.revenue.spending.models import Decision, Proposal, Target
from plugins.revenue.spending.received import Received, allocatable, claim, unclaim
from plugins.revenue.spending.words import BODIES, PROPOSE, PUBLISH, SIGN
from plugins.revenue.texts import _

# Received dues of the community's space; what space of the estate owners brings in is theirs from the day it arrives.
UNALLOCATED = "unallocated"
MOST_TITLE, MOST_WORDS = 100, 2000
Uploads = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Wish:
    """What is proposed: its title and what it is for, in words for residents."""

    title: str
    words: str

    def check(self) -> None:
        """Raises `Invalid` by field."""
        errors: dict[str, list[Label]] = {}
        for name, text, most in (("title", self.title, MOST_TITLE), ("words", self.words, MOST_WORDS)):
            if not text.strip():
                errors[name] = [_("Please fill this in.")]
            elif len(text) > most:
                errors[name] = [_("At most %(most)d characters fit here.", most=most)]
        if errors:
            raise Invalid(errors)


@transactional
def propose_project(actor: Actor, wish: Wish, fund_code: str, amount: int, photos: Uploads = ()) -> Proposal:
    """Propose to spend `amount` 分 from a fund on a project; `photos` show how it is now. Raises `Invalid`, `Refused`."""
    proposal = _begun(actor, "project", wish, fund_code, amount)
    if photos:
        attach(actor, proposal.ref, "photo", photos, permission=PROPOSE)
    return proposal


@transactional
def propose_emergency(
    actor: Actor, wish: Wish, fund_code: str, amount: int, done_on: datetime.date, photos: Uploads = ()
) -> Proposal:
    """Enter an emergency repair that was done on `done_on`: the money is held at once. Raises `Invalid`, `Refused`."""
    if done_on > today():
        raise Invalid({"done_on": [_("This day cannot lie in the future.")]})
    by = done_on + datetime.timedelta(days=limits.days(limits.EMERGENCY_DAYS, str(actor.community)))
    proposal = _begun(actor, "emergency", wish, fund_code, amount, done_on=done_on, publish_by=by)
    if photos:
        attach(actor, proposal.ref, "photo", photos, permission=PROPOSE)
    _hold(actor, proposal)
    return proposal


@transactional
def propose_allocation(actor: Actor, wish: Wish, due_ids: Sequence[int]) -> Proposal:
    """Propose to allocate received dues to the funds that their rules name. Raises `Invalid`, `Refused`."""
    chosen = _chosen(str(actor.community), due_ids)
    amount = sum(each.amount for each in chosen)
    proposal = _begun(actor, "allocation", wish, UNALLOCATED, amount)
    _take_dues(actor, proposal, chosen)
    return proposal


def _chosen(community: str, due_ids: Sequence[int]) -> list[Received]:
    wanted = set(due_ids)
    found = [each for each in allocatable(community) if each.due_id in wanted]
    if not found or len(found) < len(wanted):
        raise Invalid({"dues": [_("Choose received dues that are not allocated or proposed yet.")]})
    if any(sum(each.split.values()) != each.amount for each in found):
        raise Refused(_("The split of a due does not add up to what was received."))
    return found


def _take_dues(actor: Actor, proposal: Proposal, chosen: Sequence[Received]) -> None:
    claim(actor, [each.due_id for each in chosen], proposal.ref)
    for each in chosen:
        for code, fen in each.split.items():
            if fen > 0:
                Target.create(
                    community=proposal.community, proposal_id=proposal.id, round=proposal.round, due_id=each.due_id,
                    due_title=each.title, fund=code, amount=fen,
                )  # fmt: skip


def _begun(actor: Actor, kind: str, wish: Wish, fund_code: str, amount: int, **more: object) -> Proposal:
    actor.require(PROPOSE)
    wish.check()
    community = str(actor.community)
    errors: dict[str, list[Label]] = {}
    if amount <= 0 or amount > 10**13:
        errors["amount"] = [_("The sum has to be more than 0.")]
    if errors:
        raise Invalid(errors)
    found = fund(community, fund_code)
    if not found.is_open:
        raise Invalid({"fund": [_("This fund is closed.")]})
    waits = city.against_spending(community, fund_code, amount)
    if waits:
        raise Invalid({"amount": [waits]})
    day = today()
    proposal: Proposal = begin(
        actor,
        Proposal(
            community=community, proposal_kind=kind, year=day.year,
            number=next_number(community, day.year, Proposal.kind), title=wish.title.strip(), words=wish.words.strip(),
            fund=fund_code, amount=amount, proposed_on=day, **more,
        ),
    )  # fmt: skip
    people.put_signature(actor, proposal, "propose")
    return proposal


def _hold(actor: Actor, proposal: Proposal) -> None:
    set_columns(proposal, hold_id=funding.place_hold(actor, proposal))


def set_columns(proposal: Proposal, **values: object) -> None:
    """Store columns that are not the state."""
    same = (Proposal.community == proposal.community) & (Proposal.id == proposal.id)
    Proposal.update(**values).where(same).execute()
    for name, value in values.items():
        setattr(proposal, name, value)


# --------------------------------------------------------------------------- deciding


@dataclass(frozen=True)
class Votes:
    """The owners' votes: all, those who voted, those in favour; by persons, and by area in 0.01 m²."""

    persons: tuple[int, int, int]
    area: tuple[int, int, int]


@transactional
def decide(
    actor: Actor,
    proposal_id: int,
    body: str,
    held_on: datetime.date,
    words: str,
    minutes: Uploads,
    votes: Votes | None = None,
    matter: str = "",
) -> Proposal:
    """Enter what a meeting or the owners decided, with the scanned minutes. For owners' money only their vote counts.

    A vote of the owners says what it was about (`matter`, a key of `MATTERS`), which tells the majority it takes. An emergency repair that was done already keeps its state: the meeting decides afterwards. Raises `Invalid`, `Refused`.
    """
    actor.require(PROPOSE)
    proposal = lists.proposal_of(actor, proposal_id)
    _check_decision(proposal, body, held_on, words, minutes, votes, matter)
    afterwards = proposal.proposal_kind == "emergency" and proposal.state != "returned"
    if afterwards and (lists.decisions(proposal) or proposal.state == "void"):
        raise Refused(_("A decision on the emergency repair is entered already."))
    people.put_signature(actor, proposal, "decide")
    counted: dict[str, Any] = {}
    if body == "owners" and votes is not None:
        names = ("persons_total", "persons_part", "persons_yes", "area_total", "area_part", "area_yes")
        counted = {**dict(zip(names, (*votes.persons, *votes.area), strict=True)), "matter": matter}
    decision = Decision.create(
        community=proposal.community, proposal_id=proposal.id, round=proposal.round, body=body, held_on=held_on,
        words=words.strip(), by_label=actor.signature, **counted,
    )  # fmt: skip
    attach(actor, decision.ref, "scan", minutes, permission=PROPOSE)
    told = {"body": body, "held_on": str(held_on), **counted}
    record(actor, "revenue.decision.entered", proposal.ref, after=told, permission=PROPOSE)
    if afterwards:
        set_columns(proposal, decided_on=held_on)
        return proposal
    by = today() + datetime.timedelta(days=limits.days(limits.PUBLISH_DAYS, proposal.community))
    advance(actor, proposal, "decide", decided_on=held_on, publish_by=by)
    return proposal


def _check_decision(
    proposal: Proposal,
    body: str,
    held_on: datetime.date,
    words: str,
    minutes: Uploads,
    votes: Votes | None,
    matter: str,
) -> None:
    errors: dict[str, list[Label]] = {}
    if body not in BODIES:
        errors["body"] = [_("Choose who decided.")]
    if held_on > today():
        errors["held_on"] = [_("This day cannot lie in the future.")]
    if not words.strip():
        errors["words"] = [_("Please fill this in.")]
    if not minutes:
        errors["minutes"] = [_("Add the minutes as a scan or photo.")]
    if funding.needs_vote(proposal) and body != "owners":
        errors["body"] = [_("This is the estate owners' money: only their vote decides (《民法典》 §278, §282).")]
    if body == "owners":
        if matter not in MATTERS:
            errors["matter"] = [_("Please choose what the vote is about.")]
        if votes is None:
            errors["persons_total"] = [_("Enter the votes by persons and by area.")]
        elif "matter" not in errors:
            errors |= _not_carried(matter, votes)
    elif matter == THREE_QUARTERS:
        errors["body"] = [
            _(
                "Only the owners' vote decides about that: three quarters of those taking part have to agree (《民法典》 §278)."
            )
        ]
    if errors:
        raise Invalid(errors)


def _not_carried(matter: str, votes: Votes) -> dict[str, list[Label]]:
    """Why the vote decided nothing, with what it would have taken, at the first count that fell short; empty where it carried.

    Raises `Invalid` for no such counts.
    """
    persons, area = Vote(*votes.persons), Vote(*votes.area)
    outcome = owners_vote(matter, persons, area)
    if outcome.passed:
        return {}
    why = " ".join(str(each) for each in outcome.reasons)
    if outcome.why == "quorum":
        short = "area_part" if persons.has_quorum else "persons_part"
        return {short: [_("The owners' vote did not carry: %(why)s", why=why)]}
    short, least = "area_yes" if persons.carries(matter) else "persons_yes", notice_words.least(matter, persons, area)
    return {short: [_("The owners' vote did not carry: %(why)s It takes %(least)s.", why=why, least=least)]}


# --------------------------------------------------------------------------- publishing


@transactional
def publish(actor: Actor, proposal_id: int, responsible: str = "", at: int | None = None) -> Proposal:
    """Make a decided proposal public and hold its money; also again, whenever its notice was withdrawn at the board.

    An emergency repair is published whatever its state. Raises `Refused`.
    """
    actor.require(PUBLISH)
    proposal = lists.proposal_of(actor, proposal_id)
    if publishing.refresh(actor, proposal).before is not None:
        raise Refused(_("It is public already."))
    emergency = proposal.proposal_kind == "emergency"
    if proposal.state in ("void", "returned") or (proposal.state == "proposed" and not emergency):
        raise Refused(_("It is not decided yet, so there is nothing to make public."))
    publishing.publish_first(actor, proposal, responsible or actor.label, at)
    if proposal.state == "decided":
        if proposal.hold_id is None:
            _hold(actor, proposal)
        advance(actor, proposal, "publish")
    return proposal


@transactional
def answered(actor: Actor, proposal_id: int) -> Proposal:
    """The days are over and every objection has its public answer. Raises `Refused`."""
    proposal = lists.proposal_of(actor, proposal_id)
    publishing.refresh(actor, proposal)
    return _advanced(actor, proposal, "answer")


def _advanced(actor: Actor, proposal: Proposal, verb: str, **fields: Any) -> Proposal:
    found: Proposal = advance(actor, proposal, verb, **fields)
    return found


# --------------------------------------------------------------------------- anew, back, or not at all


@transactional
def recompute(
    actor: Actor, proposal_id: int, words: str, amount: int | None = None, due_ids: Sequence[int] = ()
) -> Proposal:
    """After an objection that was upheld in part: a smaller sum, or the dues computed anew; it is published again.

    Nothing may become more than was decided. Raises `Invalid` (words, amount, dues), `Refused`.
    """
    actor.require(SIGN)
    proposal = lists.proposal_of(actor, proposal_id)
    reason = _said(words)
    if proposal.proposal_kind == "allocation":
        unclaim(actor, proposal.ref)
        chosen = _chosen(proposal.community, due_ids)
        amount = sum(each.amount for each in chosen)
    if amount is None or amount <= 0:
        raise Invalid({"amount": [_("The sum has to be more than 0.")]})
    if amount > proposal.amount:
        raise Invalid(
            {"amount": [_("More than was decided needs a new decision: end this proposal and propose it anew.")]}
        )
    publishing.take_down(actor, proposal, reason)
    funding.drop_hold(actor, proposal, reason)
    by = today() + datetime.timedelta(days=limits.days(limits.PUBLISH_DAYS, proposal.community))
    _advanced(actor, proposal, "recompute", round=proposal.round + 1, amount=amount, hold_id=None, publish_by=by)
    if proposal.proposal_kind == "allocation":
        _take_dues(actor, proposal, chosen)
    record(actor, "revenue.proposal.recomputed", proposal.ref, after={"amount": amount, "why": reason}, permission=SIGN)
    return proposal


@transactional
def end(actor: Actor, proposal_id: int, words: str) -> Proposal:
    """End a proposal from which nothing was paid: the hold and the dues are free again. Raises `Invalid`, `Refused`."""
    proposal = lists.proposal_of(actor, proposal_id)
    reason = _said(words)
    actor.require(SIGN)
    publishing.take_down(actor, proposal, reason)
    give_back(actor, proposal, reason)
    return _advanced(actor, proposal, "void", hold_id=None, ended_on=today(), ended_words=reason)


def send_back(actor: Actor, proposal: Proposal, verb: str, words: str) -> Proposal:
    """Return a proposal to be decided anew, in a new round: nothing is held or claimed meanwhile. In a transaction."""
    publishing.take_down(actor, proposal, words)
    if proposal.hold_id is not None:
        funding.drop_hold(actor, proposal, words)
    return _advanced(actor, proposal, verb, round=proposal.round + 1, hold_id=None)


def give_back(actor: Actor, proposal: Proposal, reason: str) -> None:
    """Free what a proposal holds and claims. In a transaction."""
    if proposal.hold_id is not None:
        funding.drop_hold(actor, proposal, reason)
    if proposal.proposal_kind == "allocation":
        unclaim(actor, proposal.ref)


def _said(words: str) -> str:
    text = " ".join(words.split())
    if not text or len(text) > 300:
        raise Invalid({"words": [_("Please say why in one or two sentences; everybody can read it.")]})
    return text
