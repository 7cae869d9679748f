"""The module's records as others name and open them: a number for the mediators of a case, nothing for anybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import Actor, FileKind, Moment, RecordKind, Ref, history, name_of
from plugins.mediation.access import ROSTER, may_see, visible
from plugins.mediation.cases.register import register_text
from plugins.mediation.models import Agreement, Arrival, Case, Interview, Mediator, OfficeReport, Session
from plugins.mediation.states import CASE
from plugins.mediation.texts import _

_STATE = {state.name: state for state in CASE.states}
_TONES = {"ok": "ok", "warn": "warn", "bad": "bad"}


_PARTS: Mapping[str, Any] = {each.kind: each for each in (Session, Agreement, Arrival, Interview, OfficeReport)}


def _ids(refs: Sequence[Ref], kind: str) -> list[int]:
    return [int(ref.id) for ref in refs if ref.kind == kind]


def _numbers(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    """The numbers of the cases the actor may see."""
    found = Case.of(str(actor.community)).where(Case.id.in_(_ids(refs, Case.kind)), visible(actor))
    return {case.ref: register_text(case) for case in list(found)}


def _sees(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and may_see(actor, int(ref.id))


def _story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    """The steps of a case, without a word of what was said."""
    case: Case = Case.get_of(str(actor.community), int(ref.id))
    for step in history(case):
        state = _STATE[step.target]
        yield Moment(step.at, state.label, "", name_of(step.by_label), _TONES.get(state.tint, ""))


def _case_of(actor: Actor, ref: Ref) -> int:
    """The case of a part of it; raises `NotFound`."""
    found: Any = _PARTS[ref.kind].get_of(str(actor.community), int(ref.id))
    if isinstance(found, Arrival):
        found = Session.get_of(found.community, found.session_id)
    return int(found.case_id)


def _sees_part(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and may_see(actor, _case_of(actor, ref))


def _unnamed(_actor: Actor, _refs: Sequence[Ref]) -> Mapping[Ref, str]:
    return {}


def _part(model: Any, word: Any, icon: str) -> RecordKind:
    """A part of a case that has a form of its own: it leads to the case."""
    return RecordKind(
        model, word, icon, _unnamed, lambda actor, ref: f"mediation/desk/cases/{_case_of(actor, ref)}", _sees_part
    )


def _mediators(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    found: Any = Mediator.of(str(actor.community), Mediator.id, Mediator.name).where(
        Mediator.id.in_(_ids(refs, Mediator.kind))
    )
    return {Ref(Mediator.kind, actor.community, key): name for key, name in list(found.tuples())}


def _keeps_roster(actor: Actor, _ref: Ref) -> bool:
    return actor.can(ROSTER)


RECORDS = (
    RecordKind(
        Case, _("Mediation case"), "handshake", _numbers, lambda _actor, ref: f"mediation/desk/cases/{ref.id}", _sees, _story
    ),
    _part(Session, _("Meeting of mediation"), "messages-square"),
    _part(Agreement, _("Mediation agreement"), "handshake"),
    _part(Arrival, _("Notice of a meeting of mediation"), "calendar-check"),
    _part(Interview, _("Record of an investigation"), "messages-square"),
    _part(OfficeReport, _("Report to an office"), "triangle-alert"),
    RecordKind(
        Mediator, _("Mediator"), "users-round", _mediators, lambda _actor, _ref: "mediation/desk/roster", _keeps_roster
    ),
)  # fmt: skip

# Signed sheets lie with the case and are seen by whoever sees the case.
FILES = tuple(
    FileKind(model.kind, "scan", sees, most=6, takes=("picture", "document"), keep_days=None, private=True)
    for model, sees in ((Case, _sees), *((part, _sees_part) for part in _PARTS.values()))
)
