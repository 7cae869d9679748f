"""Proposals as others name, open, follow and rate them; the files of their parts, and who may fetch those."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import Actor, FileKind, Label, Moment, NotFound, RecordKind, Ref, ScoreKind, acts_on, history, name_of, yuan
from plugins.revenue.spending import lists
from plugins.revenue.spending.models import Acceptance, Decision, Payment, Proposal, Publication, Signature
from plugins.revenue.spending.states import STATE
from plugins.revenue.spending.words import BODIES, SEE, masked
from plugins.revenue.texts import _

_TONES = {"ok": "ok", "warn": "warn", "bad": "bad"}
# What a step of one of these does tells the record of the signature already, or nobody outside the office.
_PARTS: Mapping[str, Any] = {each.kind: each for each in (Decision, Signature, Payment, Acceptance, Publication)}


def works_with(actor: Actor) -> bool:
    """Whether somebody works with proposals: the office, the supervision committee, the street."""
    return actor.can(SEE)


def may_see(actor: Actor, proposal: Proposal) -> bool:
    """Residents see a proposal from its decision on, an emergency from the beginning."""
    return works_with(actor) or lists.is_public(proposal)


def _proposal(actor: Actor, ref: Ref) -> Proposal:
    if actor.community != ref.community:
        raise NotFound
    found: Proposal = Proposal.get_of(str(ref.community), int(ref.id))
    return found


def _titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, Label]:
    ids = [int(ref.id) for ref in refs if ref.kind == Proposal.kind]
    found = Proposal.of(str(actor.community)).where(Proposal.id.in_(ids))
    return {each.ref: f"{each.number_text} {each.title}" for each in found if may_see(actor, each)}


def _path(actor: Actor, ref: Ref) -> str:
    return f"revenue/desk/spending/{ref.id}" if works_with(actor) else f"revenue/projects/{ref.id}"


def _sees(actor: Actor, ref: Ref) -> bool:
    return may_see(actor, _proposal(actor, ref))


def _story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    proposal = _proposal(actor, ref)
    inside = works_with(actor)
    for step in history(proposal):
        state = STATE[step.target]
        yield Moment(step.at, state.label, "", name_of(step.by_label) if inside else "", _TONES.get(state.tint, ""))
    for payment in lists.payments(proposal):
        if payment.payee_kind != "funds":
            payee = payment.payee if inside else masked(payment.payee, payment.payee_kind)
            told = f"{payee} · {payment.purpose}"
            yield Moment(payment.at, _("Paid %(sum)s yuan", sum=yuan(payment.amount)), told)
    for decision in lists.decisions(proposal):
        yield Moment(decision.at, BODIES[decision.body], decision.words if inside else "")
    for entry in acts_on(ref, "revenue.publication.withdrawn"):
        yield Moment(entry.at, _("A notice about it was withdrawn"), "", "", "warn")


def _related(community: str, refs: Sequence[Ref]) -> Iterator[tuple[Ref, str, Ref]]:
    """Its notices and the dues it allocates stand beside it."""
    ids = [int(ref.id) for ref in refs if ref.kind == Proposal.kind]
    notices = [int(ref.id) for ref in refs if ref.kind == "core.notice"]
    if ids or notices:
        found = Publication.of(community).where(Publication.proposal_id.in_(ids) | Publication.notice_id.in_(notices))
        for each in found:
            yield (
                Ref("core.notice", community, each.notice_id),
                "about",
                Ref(Proposal.kind, community, each.proposal_id),
            )


def _proposal_of_part(actor: Actor, ref: Ref) -> Proposal:
    if actor.community != ref.community:
        raise NotFound
    found: Any = _PARTS[ref.kind].get_of(str(ref.community), int(ref.id))
    proposal: Proposal = Proposal.get_of(found.community, found.proposal_id)
    return proposal


def _part(model: Any, word: Label, icon: str) -> RecordKind:
    return RecordKind(
        model, word, icon,
        lambda actor, refs: {ref: _proposal_of_part(actor, ref).title for ref in refs if may_see(actor, _proposal_of_part(actor, ref))},
        lambda actor, ref: _path(actor, _proposal_of_part(actor, ref).ref),
        lambda actor, ref: may_see(actor, _proposal_of_part(actor, ref)),
    )  # fmt: skip


RECORDS = (
    RecordKind(Proposal, _("Proposal on money"), "wallet", _titles, _path, _sees, _story, _related, publishes=True),
    _part(Decision, _("Decision on money"), "landmark"),
    _part(Signature, _("Signature under a proposal"), "signature"),
    _part(Payment, _("Payment"), "wallet"),
    _part(Acceptance, _("Acceptance of work"), "circle-check"),
)


def _inside(actor: Actor, ref: Ref) -> bool:
    return works_with(actor) and _proposal_of_part(actor, ref).community == ref.community


def _named(actor: Actor, ref: Ref) -> bool:
    """The scan of a signature: the office, and whoever it names."""
    found: Signature = Signature.get_of(str(ref.community), int(ref.id))
    return _inside(actor, ref) or (actor.account is not None and actor.account == found.account)


def _contract_seen(actor: Actor, ref: Ref) -> bool:
    return works_with(actor) and _proposal(actor, ref).community == ref.community


_PAPERS = ("picture", "document")
# Photos are for everybody who sees the proposal; minutes, contracts, invoices and signed forms name people.
FILES = (
    FileKind(Proposal.kind, "photo", _sees, most=6, keep_days=None),
    FileKind(Proposal.kind, "scan", _contract_seen, most=6, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Proposal.kind, "attachment", _contract_seen, most=6, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Decision.kind, "scan", _inside, most=6, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Signature.kind, "scan", _named, most=3, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Payment.kind, "scan", _inside, most=6, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Acceptance.kind, "photo", lambda actor, ref: may_see(actor, _proposal_of_part(actor, ref)), most=6, keep_days=None),
)  # fmt: skip


def _closes(ref: Ref, _person_id: int) -> datetime.date | None:
    """Every household may rate what was done with the money, until the day that was set when the work was accepted."""
    found = Proposal.of(str(ref.community)).where(Proposal.id == ref.id).first()
    return None if found is None else found.score_until


SCORES = (ScoreKind(Proposal.kind, _("How satisfied are you with what was done?"), _closes),)
