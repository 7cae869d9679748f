"""What lies in the file of a case, what is still missing, and how complete it is (MEDIATION.md, file checklist)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import Label
from plugins.mediation.models import (
    Case,
    Confirmation,
    Evidence,
    FileItem,
    FollowUp,
    Interview,
    Note,
    OfficeReport,
    Reply,
    Session,
)
from plugins.mediation.rules import ANSWERED, SIDES, in_force, matter_of, parties_of
from plugins.mediation.texts import _

LABELS = {
    "application": _("Application or acceptance form"),
    "rights": _("Notice of rights and duties"),
    "identity": _("Identity seen"),
    "authority": _("Letter of authority"),
    "investigation": _("Records of investigation"),
    "evidence": _("List of evidence"),
    "notice": _("Notices of the meetings"),
    "record": _("Record of mediation"),
    "report": _("Report to the police or another office"),
    "agreement": _("Agreement"),
    "performance": _("Proof of performance"),
    "followup": _("Follow-up"),
    "confirmation": _("Papers of the judicial confirmation"),
    "ending": _("Notice that it was not accepted or has ended"),
    "extension": _("Extension of mediation"),
    "reply": _("What its source was told"),
    "note": _("Explanatory note"),
    "covers": _("Cover, list of contents and back"),
}


@dataclass(frozen=True)
class Paper:
    """A line of the checklist; `by_hand` ones are ticked, the others follow from the records."""

    item: str
    label: Label
    required: bool
    there: bool
    by_hand: bool


def checklist(case: Case) -> list[Paper]:
    """Every paper of the file, in the order in which it is bound."""
    community = case.community
    parties = parties_of(case, *SIDES)
    ticked = {row.item for row in FileItem.of(community).where(FileItem.case_id == case.id)}
    noted = {row.note_kind for row in Note.of(community).where(Note.case_id == case.id)}
    sessions = {row.state for row in Session.of(community).where(Session.case_id == case.id)}
    agreement, matter = in_force(case), matter_of(case)
    agreed = case.effective_on is not None and matter.ending != "sued"
    asked = Confirmation.of(community).where(
        Confirmation.case_id == case.id, Confirmation.state.in_(("applied", "confirmed", "rejected"))
    )
    found = {
        "application": case.accepted_on is not None,
        "rights": bool(parties) and all(party.rights_told_on for party in parties),
        "identity": bool(parties) and all(party.identity_seen_on for party in parties),
        "investigation": _any(Interview, case) or "investigation" in noted,
        "evidence": _any(Evidence, case) or "evidence" in noted,
        "notice": bool(sessions - {"withdrawn"}),
        "record": "held" in sessions,
        "report": _any(OfficeReport, case) or "police" in noted,
        "agreement": agreement is not None,
        "followup": _any(FollowUp, case),
        "ending": bool(matter.ending) and case.effective_on is None,
        "extension": "extension" in noted,
        "reply": _any(Reply, case),
        "note": bool(matter.explanation) or "note" in ticked,
    }
    # A case that ended without agreement needs none in its file, and perhaps never came to a meeting.
    required = {"application", "rights", "identity", "covers"}
    required |= {"record", "agreement", "followup"} if agreed else set()
    required |= {"confirmation"} if asked.count() else set()
    required |= {"reply"} if case.source in ANSWERED else set()
    return [
        Paper(
            item,
            label,
            item in required,
            found.get(item, item in ticked),
            item not in found,
        )
        for item, label in LABELS.items()
    ]


def _any(model: Any, case: Case) -> bool:
    return bool(model.of(case.community).where(model.case_id == case.id).exists())


def missing(case: Case) -> list[Paper]:
    """What must still come into the file before it is archived."""
    return [paper for paper in checklist(case) if paper.required and not paper.there]


def completeness(papers: list[Paper]) -> tuple[int, int]:
    """How many of the required papers are there, and how many are required."""
    required = [paper for paper in papers if paper.required]
    return sum(paper.there for paper in required), len(required)
