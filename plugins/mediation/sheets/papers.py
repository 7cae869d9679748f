"""The papers of a file that are no step of a case: notices of meetings, investigation, evidence, reports to offices, the note."""

from __future__ import annotations

from core import Actor, NotFound, Ref, SheetContent, SheetKind, moment_text
from plugins.mediation import service
from plugins.mediation.models import Arrival, Case, Interview, OfficeReport, Party, Session
from plugins.mediation.sheets.parts import Facts, case_of, content, day, mediators_of, people_of, sheet
from plugins.mediation.sheets.texts import EVIDENCE_FOOT, INTERVIEW_HEAD, NOTICE_FOOT, REPORT_FOOT
from plugins.mediation.texts import _
from plugins.mediation.words import DANGERS, DISPUTES


def _notice(actor: Actor, ref: Ref) -> SheetContent:
    """To one party: its own time and room, and nothing of the other side's."""
    found: Arrival = Arrival.get_of(str(actor.community), int(ref.id))
    session: Session = Session.get_of(found.community, found.session_id)
    case = service.look_at(actor, session.case_id, "form notice")
    party: Party = Party.get_of(found.community, found.party_id)
    own = service.own_of(session, party)
    if own is None or session.state != "planned":
        raise NotFound
    matter = service.matter_of(case)
    opened = _("open to listeners, as the parties wish") if matter.is_public else _("not open to listeners")
    facts: Facts = [
        (_("To the party"), party.name), (_("Guardian"), party.guardian), (_("Number in the register"), service.register_text(case)),
        (_("Kind of dispute"), str(DISPUTES.get(matter.dispute, ""))), (_("Please come at"), moment_text(own.come_min * 60_000)),
        (_("It lasts until about"), moment_text(own.until_min * 60_000)), (_("Place"), own.place),
        (_("Mediators"), mediators_of(case)), (_("The meeting is"), str(opened)),
        (_("Please bring"), "；".join(str(each) for each in service.bring(case))),
    ]  # fmt: skip
    return content(facts, *NOTICE_FOOT, signatures=(_("Notice received by"), _("Mediation committee")))


def _interview(actor: Actor, ref: Ref) -> SheetContent:
    found: Interview = Interview.get_of(str(actor.community), int(ref.id))
    service.look_at(actor, found.case_id, "form interview")
    facts: Facts = [
        (_("Day of the investigation"), day(found.asked_on)), (_("Place"), found.place), (_("Who was asked"), found.asked),
        (_("What they have to do with it"), found.relation), (_("Asked by"), found.asked_by),
        (_("Recorded by"), found.recorder), (_("What the person said"), found.words),
    ]  # fmt: skip
    closing = _("The record was read to me; it is right.")
    signatures = (_("Who was asked"), _("Who asked"), _("Recorder"))
    return content(facts, INTERVIEW_HEAD, closing, signatures=signatures)


def _evidence(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "evidence")
    found = service.evidence_of(case)
    if not found:
        raise NotFound
    facts: Facts = [(_("Number in the register"), service.register_text(case))]
    for number, each in enumerate(found, start=1):
        parts = [each.item, str(_("original") if each.is_original else _("copy"))]
        parts += [str(_("%(pages)d pages", pages=each.pages))] if each.pages else []
        parts += [str(_("from %(who)s on %(day)s", who=each.given_by, day=day(each.received_on)))]
        if each.returned_on is not None:
            parts += [str(_("given back to %(who)s on %(day)s", who=each.returned_to, day=day(each.returned_on)))]
        facts.append((str(number), "；".join(parts)))
    return content(facts, EVIDENCE_FOOT, signatures=(_("Who handed it in"), _("Who received it")))


def _report(actor: Actor, ref: Ref) -> SheetContent:
    found: OfficeReport = OfficeReport.get_of(str(actor.community), int(ref.id))
    case = service.look_at(actor, found.case_id, "form report")
    facts: Facts = [
        (_("Number in the register"), service.register_text(case)), *people_of(case),
        (_("Danger"), str(DANGERS[found.danger])), (_("Reported at"), moment_text(found.told_at)),
        (_("Reported to"), found.told_to), (_("Reported by"), found.told_by), (_("What was reported"), found.words),
        (_("What they answered"), found.answer),
    ]  # fmt: skip
    blanks = () if found.answer else ((_("What they answered"), 3),)
    return content(facts, REPORT_FOOT, blanks=blanks, signatures=(_("Who reported it"), _("Mediation committee")))


def _explanation(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "explanation")
    words = service.matter_of(case).explanation
    facts: Facts = [
        (_("Number of the file"), service.file_text(case)), (_("Number in the register"), service.register_text(case)),
        (_("Explanation"), words),
    ]  # fmt: skip
    blanks = () if words else ((_("Explanation"), 14),)
    return content(facts, blanks=blanks, signatures=(_("Who put it together"), _("Who checked it")))


SHEETS: tuple[SheetKind, ...] = (
    sheet("notice", Arrival.kind, _("Notice of a meeting of mediation"), "人调通", _notice),
    sheet("interview", Interview.kind, _("Record of an investigation"), "人调查", _interview),
    sheet("evidence", Case.kind, _("List of evidence"), "人调证", _evidence),
    sheet("report", OfficeReport.kind, _("Record of a report to an office"), "人调报", _report),
    sheet("explanation", Case.kind, _("Explanatory note"), "人调说", _explanation),
)
