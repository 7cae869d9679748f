"""The forms of a case on A4: what each says, its blanks and signatures. Numbers and looks are core's (`SheetKind`).

After the standard set of the Ministry of Justice. Whoever may not see the case finds no form; printing one is a look at it.
"""

from __future__ import annotations

import datetime

from core import Actor, NotFound, Ref, SheetContent, get_setting, moment_text, today, yuan
from plugins.mediation import service
from plugins.mediation.about.limits import KEEP_YEARS
from plugins.mediation.models import Agreement, Case, Session
from plugins.mediation.rules import SIDES
from plugins.mediation.sheets import papers
from plugins.mediation.sheets.parts import Facts, case_of, content, day, mediators_of, people_of, sheet
from plugins.mediation.sheets.texts import AGREEMENT_FOOT, COURT_LINE, EXCLUDED, REFUSED_FOOT, RIGHTS, TERMINATED_FOOT
from plugins.mediation.texts import _
from plugins.mediation.words import (
    DISPUTES,
    NOT_ACCEPTED,
    PERFORMANCE,
    SATISFACTION,
    SOURCES,
    SUED,
    TERMINATED,
)
from plugins.mediation.words import SIDES as SIDE_WORDS

_BOTH = (_("Applicant"), _("The other side"))


def _application(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "application")
    matter = service.matter_of(case)
    facts = [*people_of(case), (_("What happened"), matter.facts), (_("Request"), matter.request),
             (_("Day of the application"), day(case.requested_on))]  # fmt: skip
    closing = _("The applicants ask the mediation committee to mediate. Mediation is voluntary and free of charge.")
    return content(facts, closing, signatures=(_("Applicant"),))


def _acceptance(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "acceptance")
    matter = service.matter_of(case)
    facts = [
        (_("Number in the register"), service.register_text(case)), (_("Where it came from"), str(SOURCES[case.source])),
        (_("Day of the application"), day(case.requested_on)), (_("Entered at"), moment_text(case.entered_at)),
        *people_of(case), (_("Kind of dispute"), str(DISPUTES.get(matter.dispute, ""))), (_("What happened"), matter.facts),
        (_("Request"), matter.request), (_("What the other side answered"), matter.answer),
        (_("Accepted on"), day(case.accepted_on)), (_("To be settled by"), day(case.complete_by)),
        (_("Mediators"), mediators_of(case)),
    ]  # fmt: skip
    return content(facts, signatures=(*_BOTH, _("Who registered it")))


def _rights(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "rights")
    facts = [*people_of(case), (_("Mediators"), mediators_of(case))]
    return content(facts, *RIGHTS, signatures=_BOTH)


def _record(actor: Actor, ref: Ref) -> SheetContent:
    session: Session = Session.get_of(str(actor.community), int(ref.id))
    case = service.look_at(actor, session.case_id, "form record")
    came = {row.party_id: row.came for row in service.attendance_of(session)}
    people = [
        (SIDE_WORDS[party.side], f"{party.name}（{_('came') if came.get(party.id) else _('did not come')}）")
        for party in service.parties_of(case, *SIDES)
    ]
    facts = [
        (_("Time"), f"{moment_text(session.start_min * 60_000)} – {moment_text(session.end_min * 60_000)}"),
        (_("Place"), session.place), *people, (_("Mediators"), mediators_of(case)), (_("Invited to help"), session.invitees),
        (_("Recorded by"), session.recorder), (_("Record"), session.words),
    ]  # fmt: skip
    blanks = () if session.words else ((_("Record"), 16),)
    if session.second_place:
        facts.insert(2, (_("Second room"), session.second_place))
    facts = [(label, str(value)) for label, value in facts]
    remarks = (COURT_LINE,) if session.court_invited else ()
    closing = _("The record was read to all who were there; it is right.")
    return content(facts, *remarks, closing, blanks=blanks, signatures=(*_BOTH, _("Mediator"), _("Recorder")))


def _agreement_of(actor: Actor, ref: Ref, form: str) -> tuple[Case, Agreement]:
    agreement: Agreement = Agreement.get_of(str(actor.community), int(ref.id))
    case = service.look_at(actor, agreement.case_id, f"form {form}")
    if agreement.form != form:
        raise NotFound
    return case, agreement


def _agreed(case: Case, agreement: Agreement) -> Facts:
    names = {party.id: party.name for party in service.parties_of(case, *SIDES)}
    duties = "；".join(
        str(
            _(
                "%(name)s: %(words)s, by %(day)s",
                name=names.get(duty.party_id, ""),
                words=duty.words,
                day=day(duty.due_on),
            )
        )
        for duty in service.duties_of(agreement)
    )
    amount = str(_("%(yuan)s yuan", yuan=yuan(agreement.amount))) if agreement.amount else ""
    return [
        (_("Number of the agreement"), service.agreement_text(agreement)),
        (_("In place of"), _replaced(agreement)), *people_of(case),
        (_("Kind of dispute"), str(DISPUTES.get(service.matter_of(case).dispute, ""))), (_("Facts"), agreement.facts),
        (_("Issues"), agreement.issues), (_("What they agreed"), agreement.terms), (_("Amount agreed"), amount),
        (_("Who does what until when"), duties), (_("Agreed on"), day(agreement.agreed_on)),
    ]  # fmt: skip


def _replaced(agreement: Agreement) -> str:
    """The number of the version the court did not confirm."""
    if agreement.replaces is None:
        return ""
    earlier: Agreement = Agreement.get_of(agreement.community, agreement.replaces)
    return service.agreement_text(earlier)


def _written(actor: Actor, ref: Ref) -> SheetContent:
    case, agreement = _agreement_of(actor, ref, "written")
    copies = len(service.parties_of(case, *SIDES)) + 1
    made = _("Made out in %(copies)d copies: one for each party, one for the committee.", copies=copies)
    signatures = (
        *(f"{party.name}" for party in service.parties_of(case, *SIDES)),
        _("Mediator"),
        _("Seal of the committee"),
    )
    return content(_agreed(case, agreement), *AGREEMENT_FOOT, made, signatures=signatures)


def _oral(actor: Actor, ref: Ref) -> SheetContent:
    case, agreement = _agreement_of(actor, ref, "oral")
    closing = _("An oral agreement is in force from the day on which the parties agreed.")
    return content(_agreed(case, agreement), closing, signatures=(_("Mediator"), _("Recorder")))


def _confirmation(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "confirmation")
    confirmation = service.confirmation_of(case)
    if confirmation is None:
        raise NotFound
    agreement: Agreement = Agreement.get_of(case.community, confirmation.agreement_id)
    facts = [
        *people_of(case), (_("Number of the agreement"), service.agreement_text(agreement)),
        (_("In force since"), day(agreement.effective_on)), (_("Last day to ask"), day(confirmation.last_day)),
        (_("Court"), confirmation.court), (_("What they agreed"), agreement.terms),
    ]  # fmt: skip
    asks = _(
        "The parties ask together that the agreement be confirmed. It was made freely, harms nobody, and its contents are true."
    )
    annexes = _(
        "Annexes: the agreement, identity papers of both, a certificate of the committee, papers on the property concerned."
    )
    return content(facts, asks, EXCLUDED, annexes, signatures=_BOTH)


def _termination(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "termination")
    matter = service.matter_of(case)
    reason = {**TERMINATED, **SUED}.get(matter.ending)
    if reason is None or case.accepted_on is None:
        raise NotFound
    facts = [*people_of(case), (_("Reason"), str(reason)), (_("Explanation"), matter.ending_words)]
    return content(facts, TERMINATED_FOOT, signatures=(_("Mediation committee"),))


def _refusal(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "refusal")
    matter = service.matter_of(case)
    if case.state != "not_accepted":
        raise NotFound
    facts = [
        *people_of(case), (_("Day of the application"), day(case.requested_on)),
        (_("Reason"), str(NOT_ACCEPTED.get(matter.ending, ""))), (_("Explanation"), matter.ending_words),
    ]  # fmt: skip
    return content(facts, REFUSED_FOOT, TERMINATED_FOOT, signatures=(_("Notice received by"), _("Mediation committee")))


def _extension(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "extension")
    found = next((note for note in service.notes_of(case) if note.note_kind == "extension"), None)
    if found is None:
        raise NotFound
    facts = [*people_of(case), (_("Accepted on"), day(case.accepted_on)), (_("Why"), found.words),
             (_("Extended until"), day(case.complete_by))]  # fmt: skip
    return content(
        facts, _("Both sides agree that mediation goes on until that day."), signatures=(*_BOTH, _("Mediator"))
    )


def _follow_up(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "follow-up")
    facts = people_of(case)
    for visit in reversed(service.followups_of(case)):
        risk = _("trouble may be left") if visit.hidden_risk else _("no trouble is left")
        told = f"{PERFORMANCE[visit.performance]}；{SATISFACTION[visit.satisfaction]}；{risk}"
        facts.append((day(visit.visited_on), "。".join(part for part in (told, visit.words) if part)))
    return content(facts, blanks=((_("What they said"), 3),), signatures=(_("Who was visited"), _("Who visited")))


def _cover(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "cover")
    agreement = service.in_force(case)
    result = str(service.state_of(case).label) if agreement is None else str(_("Agreed"))
    kept = str(
        _("%(years)d years, until %(day)s", years=get_setting(KEEP_YEARS, case.community), day=_kept_until(case))
    )
    facts = [
        (_("Number of the file"), service.file_text(case)), (_("Kind of dispute"), str(DISPUTES.get(service.matter_of(case).dispute, ""))),
        (_("Parties"), "、".join(party.name for party in service.parties_of(case, *SIDES))), (_("Mediators"), mediators_of(case)),
        (_("Accepted on"), day(case.accepted_on)), (_("Closed on"), day(case.closed_on)), (_("Outcome"), result),
        (_("Filed on"), day(case.archived_on)), (_("Filed by"), case.archived_by), (_("Kept"), kept if case.archived_on else ""),
    ]  # fmt: skip
    blanks = ((_("Remarks"), 2),) if case.archived_on else ((_("Kept"), 1), (_("Remarks"), 2))
    return content(facts, blanks=blanks)


def _kept_until(case: Case) -> str:
    """The last day of the year in which its years are over."""
    filed = case.archived_on or today()
    return day(datetime.date(filed.year + get_setting(KEEP_YEARS, case.community), 12, 31))


def _contents(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "contents")
    papers = [paper for paper in service.checklist(case) if paper.there]
    facts: Facts = [(str(number), str(paper.label)) for number, paper in enumerate(papers, start=1)]
    return content(facts, blanks=((_("Pages from – to"), 2),), signatures=(_("Who put it together"),))


def _back(actor: Actor, ref: Ref) -> SheetContent:
    case = case_of(actor, ref, "back")
    facts = [
        (_("Number of the file"), service.file_text(case)),
        (_("Number in the register"), service.register_text(case)),
    ]
    blanks = ((_("Pages in all"), 1), (_("Explanatory note"), 6))
    return content(facts, blanks=blanks, signatures=(_("Who put it together"), _("Who checked it")))


SHEETS = (
    sheet("application", Case.kind, _("Application for people's mediation"), "人调申", _application),
    sheet("acceptance", Case.kind, _("Acceptance of a dispute"), "人调受", _acceptance),
    sheet("rights", Case.kind, _("Notice of rights and duties"), "人调告", _rights),
    sheet("record", Session.kind, _("Record of mediation"), "人调录", _record),
    sheet("agreement", Agreement.kind, _("Mediation agreement"), "人调协", _written),
    sheet("oral", Agreement.kind, _("Register of an oral agreement"), "人调口", _oral),
    sheet("confirmation", Case.kind, _("Application for judicial confirmation"), "人调确", _confirmation),
    sheet("termination", Case.kind, _("Notice that mediation has ended"), "人调终", _termination),
    sheet("refusal", Case.kind, _("Notice that a dispute is not accepted"), "人调不", _refusal),
    sheet("extension", Case.kind, _("Extension of mediation"), "人调延", _extension),
    sheet("followup", Case.kind, _("Record of follow-up visits"), "人调访", _follow_up),
    sheet("cover", Case.kind, _("Cover of the file"), "人调卷", _cover),
    sheet("contents", Case.kind, _("List of contents of the file"), "人调目", _contents),
    sheet("back", Case.kind, _("Back of the file"), "人调底", _back),
    *papers.SHEETS,
)
