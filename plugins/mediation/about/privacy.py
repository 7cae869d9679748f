"""What mediation keeps about people and for how long. A case is erased by no request while the law keeps its file."""

from __future__ import annotations

from core import CLEARED, Actor, DataTable, PersonalField, Ref, Retention, local_day
from plugins.mediation.about.limits import keep_days
from plugins.mediation.models import (
    Agreement,
    Assignment,
    Case,
    CaseView,
    Claim,
    Claimed,
    Confirmation,
    Duty,
    Ending,
    Evidence,
    FileItem,
    FollowUp,
    Headship,
    Interview,
    Matter,
    Mediator,
    Note,
    OfficeReport,
    Party,
    Prevention,
    Rate,
    Reply,
    Review,
    Session,
    Signature,
)
from plugins.mediation.texts import _

_FOR = _("To mediate between you, and to prove what was agreed.")
_FILE = _(
    "The file of a case is kept for as many years as the community has set (30 unless it decides otherwise), then cleared."
)
_STAYS = _("The file of a case is kept by law; nobody but its mediators reads it.")


def _field(model: type, fields: tuple[str, ...], label: object, sensitive: bool = False) -> PersonalField:
    return PersonalField(model, fields, label, _FOR, "duty", _FILE, sensitive=sensitive, stays=_STAYS)


PERSONAL = (
    _field(Party, ("name", "phone", "address", "guardian"), _("Who the parties of a mediation are and how to reach them")),
    _field(
        Party, ("sex", "ethnicity", "age", "occupation"), _("Particulars the official form asks for"), sensitive=True
    ),
    _field(Party, ("side", "identity_seen_by", "code_digest"), _("On which side, that an identity card was seen, the code made unreadable")),
    _field(
        Matter, ("dispute", "facts", "request", "wished_time", "answer", "ending", "ending_words", "explanation"),
        _("What a quarrel is about, and what both sides said"), sensitive=True,
    ),
    _field(Note, ("note_kind", "words", "by_label"), _("What was done in a case, by whom"), sensitive=True),
    _field(
        Session, ("words", "recorder", "invitees", "place", "second_place"), _("Records of meetings, and who wrote them"), sensitive=True
    ),
    _field(
        Agreement, ("form", "facts", "issues", "terms", "mediator_signed_by"), _("What was agreed"), sensitive=True
    ),
    _field(Signature, ("manner",), _("How an agreement was signed")),
    _field(Duty, ("words",), _("What somebody owes by an agreement")),
    _field(Confirmation, ("court",), _("Which court was asked to confirm it")),
    _field(FollowUp, ("performance", "satisfaction", "words", "by_label"), _("What a follow-up visit found")),
    _field(Assignment, ("chosen_by", "warnings", "by_label", "ended_why"), _("Why a mediator was chosen or replaced")),
    _field(FileItem, ("item", "by_label"), _("Who put a paper into the file")),
    _field(Ending, ("how",), _("How a case ended")),
    _field(Prevention, ("what",), _("What a quarrel was kept from becoming")),
    _field(
        Interview, ("asked", "relation", "asked_by", "recorder", "place", "words", "by_label"),
        _("Who was asked about a quarrel, and what they said"), sensitive=True,
    ),
    _field(
        Evidence, ("item", "given_by", "returned_to", "by_label"), _("Evidence: what, from whom, to whom it was given back"),
        sensitive=True,
    ),
    _field(
        OfficeReport, ("danger", "told_to", "told_by", "words", "answer", "by_label"),
        _("What the police or another office was told of a danger"), sensitive=True,
    ),
    _field(Reply, ("told_to", "words", "by_label"), _("What whoever sent a quarrel was told"), sensitive=True),
    _field(Case, ("archived_by",), _("Who filed the case")),
    _field(Rate, ("words", "by_label"), _("The rule of the subsidy for mediators, and who entered it")),
    _field(Claim, ("by_label",), _("Who made out a claim for the subsidy")),
    _field(Claimed, ("grade",), _("In which grade a case was claimed")),
    PersonalField(
        CaseView, ("by_label", "page"), _("Who looked at a case of mediation, and when"),
        _("So that the head of the committee sees who read what."), "security", _("As long as the file."), stays=_STAYS,
    ),
    PersonalField(
        Mediator, ("name", "office"), _("Who serves as a mediator"), _("The law has the roster made known."), "duty",
        _("As long as somebody serves; afterwards as history of the cases."), stays=_STAYS,
    ),
    PersonalField(
        Headship, ("decision", "by_label"), _("Who made somebody head of the committee"),
        _("So that it is known who decided it."), "duty", _("As long as the file."), stays=_STAYS,
    ),
    PersonalField(
        Review, ("by_label",), _("Which head has reviewed the looks"), _("So that the looks are reviewed."), "security",
        _("As long as the file."), stays=_STAYS,
    ),
)  # fmt: skip


def data_about() -> list[DataTable]:
    """The same words for everybody: the copy passes through the hands of the office, and must not tell who has a case."""
    words = _(
        "Cases of mediation are confidential and not listed here. If you have one, its mediator shows you your own papers."
    )
    return [DataTable(_("People's mediation"), (_("Note"),), ((str(words),),))]


# --------------------------------------------------------------------------- when its years are over

_DAYS = 30 * 365


def _over(community: str, before: int) -> list[int]:
    """The cases that were filed, or ended otherwise, before that moment and still name somebody or say what happened."""
    day = local_day(before)
    ended = Case.state.in_(("archived", "settled_on_the_spot", "transferred", "not_accepted", "withdrawn"))
    named = Party.of(community, Party.case_id).where(Party.name != CLEARED)
    told = Matter.of(community, Matter.case_id).where(Matter.facts != CLEARED)
    query = Case.of(community, Case.id).where(
        ended,
        Case.entered_at < before,
        (Case.archived_on.is_null() | (Case.archived_on < day)),
        Case.id.in_(named) | Case.id.in_(told),
    )
    return [key for (key,) in query.order_by(Case.id).limit(500).tuples()]


def _clear(actor: Actor, before: int) -> list[Ref]:
    community = str(actor.community)
    found = _over(community, before)
    agreements = Agreement.of(community, Agreement.id).where(Agreement.case_id.in_(found))
    for model, values in (
        (Party, {"name": CLEARED, "phone": "", "address": "", "occupation": "", "ethnicity": "", "sex": "", "age": None,
                 "guardian": CLEARED, "person": None, "code_digest": None}),
        (Matter, {"facts": CLEARED, "request": "", "answer": "", "wished_time": "", "ending_words": "",
                  "explanation": ""}),
        (Session, {"words": CLEARED, "invitees": "", "recorder": "", "place": CLEARED, "second_place": ""}),
        (Interview, dict.fromkeys(("asked", "relation", "asked_by", "recorder", "place", "words"), CLEARED)),
        (Evidence, {"item": CLEARED, "given_by": CLEARED}),
        (OfficeReport, dict.fromkeys(("told_to", "told_by", "words", "answer"), CLEARED)),
        (Reply, {"told_to": CLEARED, "words": CLEARED}),
        (Agreement, {"facts": CLEARED, "issues": CLEARED, "terms": CLEARED}),
        (Note, {"words": CLEARED}),
        (FollowUp, {"words": CLEARED}),
    ):  # fmt: skip
        model.update(**values).where(model.community == community, model.case_id.in_(found)).execute()
    Evidence.update(returned_to=CLEARED).where(
        Evidence.community == community, Evidence.case_id.in_(found), Evidence.returned_on.is_null(False)
    ).execute()
    Duty.update(words=CLEARED).where(Duty.community == community, Duty.agreement_id.in_(agreements)).execute()
    return [Ref(Case.kind, community, key) for key in found]


RETENTION = (
    Retention(
        "mediation.files", _("Files of mediation cases: names, words, agreements"), _DAYS,
        lambda community, before: len(_over(community, before)), _clear, days_in=keep_days,
    ),
)  # fmt: skip
