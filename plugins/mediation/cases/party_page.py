"""A party's own page: with the code from the printed slip the state, the next day, what to bring. Nothing of the other side."""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, Appointment, Label, NotFound, calendar_text, guest_codes, record, transactional
from plugins.mediation.access import WORK
from plugins.mediation.cases.arrivals import own_of
from plugins.mediation.cases.intake import own_party
from plugins.mediation.cases.lists import state_of
from plugins.mediation.cases.performance import confirmation_of, duty_words
from plugins.mediation.cases.register import register_text
from plugins.mediation.models import Case, Party
from plugins.mediation.rules import in_force, obligations_of, planned_session
from plugins.mediation.states import OBLIGATION
from plugins.mediation.texts import _

PURPOSE = "mediation"


@dataclass(frozen=True)
class OwnCase:
    """What a party is shown. `come_at` is the UTC minute at which this party is to come, `place` its own room."""

    number: str
    state: Label
    next_step: Label
    come_at: int | None
    until: int | None
    place: str
    bring: tuple[Label, ...]
    duties: tuple[tuple[str, str, Label], ...]
    last_day: object | None


_TOLD = {
    "lead": _("We have heard of it and will call you."),
    "applied": _("Your application is here. We ask the other side next and call you."),
    "contacting": _("We are asking the other side whether they agree to mediation. We will call you."),
    "accepted": _("The case is accepted. Mediators are being chosen; you may name one you trust, or refuse one."),
    "assigned": _("Your mediators will call you about a time to meet."),
    "scheduled": _("A meeting is arranged. If you cannot come, call the duty phone; another time is no trouble."),
    "in_mediation": _("Talks are going on. Your mediator will call you about the next step."),
    "awaiting_signatures": _("The agreement waits for signatures. Come and sign at the community's office."),
    "performing": _("The agreement is in force. What you have undertaken stands below."),
    "breached": _("Something of the agreement was not done. Your mediator will call you."),
    "not_accepted": _("The case was not accepted. You were told why and where else you can turn; you may also sue."),
    "terminated": _("Mediation has ended without agreement. You may go to court, to arbitration or to an office."),
    "withdrawn": _("The application was taken back."),
    "transferred": _("The matter was handed on; you were told to whom."),
}
_OVER = _("The case is closed. The agreement stays binding on both sides.")


def _told(case: Case) -> Label:
    """Where the case stands, in a sentence; one that ended without agreement is told so also when its file is closed."""
    over = case.state in ("closed", "archived") and in_force(case) is None
    return _TOLD.get("terminated" if over else case.state, _OVER)


@transactional
def issue_code(actor: Actor, case_id: int, party_id: int) -> str:
    """A new code for a party's slip; an older one stops working. It is shown once and kept as a digest. Raises `NotFound`."""
    case, party = own_party(actor, case_id, party_id)
    code = guest_codes.new_code()
    party.code_digest = guest_codes.digest(PURPOSE, case.community, code)
    party.save(only=[Party.code_digest])
    record(actor, "mediation.party.slip", case.ref, permission=WORK)
    return code


def by_code(community: str, code: str) -> OwnCase:
    """What the party with this code may read; raises `NotFound`. Guesses are for the page to slow."""
    digest = guest_codes.digest(PURPOSE, community, code)
    party: Party | None = Party.of(community).where(Party.code_digest == digest, Party.removed_at.is_null()).first()
    if party is None:
        raise NotFound
    case: Case = Case.get_of(community, party.case_id)
    planned = planned_session(case)
    own = own_of(planned, party) if planned is not None else None
    confirmation = confirmation_of(case)
    open_until = confirmation.last_day if confirmation is not None and confirmation.state == "open" else None
    return OwnCase(
        register_text(case), state_of(case).label, _told(case),
        own.come_min if own is not None else None, own.until_min if own is not None else None,
        own.place if own is not None else "", bring(case) if own is not None else (),
        _own_duties(case, party), open_until,
    )  # fmt: skip


def own_calendar(community: str, code: str) -> str:
    """The next meeting of the party with this code for its calendar: that time and that room. Raises `NotFound`."""
    found = by_code(community, code)
    if found.come_at is None or found.until is None:
        raise NotFound
    digest = guest_codes.digest(PURPOSE, community, code)
    return calendar_text(
        # Calendars are seen by others in the family: it says where to go, not why.
        [Appointment(f"appointment-{digest[:24]}-{found.come_at}", found.come_at, found.until, str(_("Appointment at the community")), found.place)]
    )  # fmt: skip


def bring(case: Case) -> tuple[Label, ...]:
    """What a party is to bring along."""
    papers = [_("Your identity card (it is looked at, not copied)"), _("Papers, photos or receipts about the matter")]
    if case.accepted_on is not None:
        papers.append(_("If somebody comes for you: your letter of authority"))
    return tuple(papers)


def _own_duties(case: Case, party: Party) -> tuple[tuple[str, str, Label], ...]:
    """What this party owes: the words, until when, whether it is done."""

    words, states = duty_words(case), {state.name: state.label for state in OBLIGATION.states}
    return tuple(
        (words[each.duty_id].words, each.due_on.isoformat(), states[each.state])
        for each in obligations_of(case)
        if words[each.duty_id].party_id == party.id
    )
