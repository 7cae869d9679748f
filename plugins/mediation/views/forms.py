"""The forms of the module: shape only; what the rules ask is decided by the services."""

from __future__ import annotations

from core import (
    BooleanField,
    DayField,
    Form,
    IntegerField,
    PhoneField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from plugins.mediation.texts import _
from plugins.mediation.words import (
    CHOSEN_BY,
    DANGERS,
    DISPUTES,
    ENDED_WHY,
    NOT_ACCEPTED,
    NOTES,
    OFFICES,
    PERFORMANCE,
    PREVENTED,
    SATISFACTION,
    SEXES,
    SIDES,
    SOURCES,
    TERMINATED,
)

_NONE = {"": ""}
# What has a page of its own is not a note.
_OWN_PAGE = ("recusal", "reopened", "extension", "escalation", "investigation", "evidence", "police")
_BY_HAND = {code: word for code, word in NOTES.items() if code not in _OWN_PAGE}


def _list(words: dict) -> list:
    return list(words.items())


class ApplyForm(Form):
    """An application told at the counter or on the telephone: names, numbers, what happened, when to meet."""

    name = StringField(_("Who applies"), required=True, longest=60)
    phone = PhoneField(_("Their phone"))
    address = StringField(_("Their address"), longest=100)
    other_name = StringField(_("With whom"), longest=60)
    other_phone = PhoneField(_("Phone of the other side"))
    other_address = StringField(_("Address of the other side"), longest=100)
    facts = TextAreaField(
        _("What happened"), required=True, description=_("In their own words. It can be added to later.")
    )
    request = StringField(_("What they ask for"), longest=300)
    wished_time = StringField(
        _("When they can come"), longest=100, description=_("For example: evenings, not on Wednesday")
    )
    dispute = SelectField(_("Kind of dispute"), choices=_list(_NONE | DISPUTES))
    source = SelectField(_("Where it comes from"), choices=_list(SOURCES))
    requested_on = DayField(
        _("Day of the application"), required=True, description=_("The day of the call, or the date on the paper.")
    )


class DoorForm(Form):
    """A quarrel settled on the spot: three fields, and a choice for the monthly report."""

    who = StringField(_("Who"), required=True, longest=120, description=_("Two names, with a comma between them"))
    facts = TextAreaField(_("What about"), required=True)
    dispute = SelectField(_("Kind of dispute"), choices=_list(_NONE | DISPUTES))
    how = TextAreaField(_("How it was settled"), required=True)


class HeardForm(Form):
    """A quarrel somebody tells us of, before anybody applies."""

    name = StringField(_("One side"), longest=60)
    phone = PhoneField(_("Their phone"))
    other_name = StringField(_("The other side"), longest=60)
    other_phone = PhoneField(_("Phone of the other side"))
    facts = TextAreaField(_("What about"), required=True)
    source = SelectField(_("Who told us"), choices=_list(SOURCES))
    requested_on = DayField(_("Told on"), required=True)


class ConfirmForm(Form):
    """A step that asks for nothing."""


class DayForm(Form):
    """A step that took place on a day."""

    on = DayField(_("On which day"), required=True)


class WordsForm(Form):
    """A step that is explained."""

    words = TextAreaField(_("In a few words"), required=True, longest=1000)


class NotAcceptForm(Form):
    """Why a case is not accepted."""

    why = SelectField(_("Reason"), required=True, choices=_list(NOT_ACCEPTED))
    words = TextAreaField(_("Which other ways they were told of"), required=True, longest=1000)


class TerminateForm(Form):
    """Why mediation ends."""

    why = SelectField(_("Reason"), required=True, choices=_list(TERMINATED))
    words = TextAreaField(_("Which other ways they were told of"), required=True, longest=1000)


class DescribeForm(Form):
    """What a case is about."""

    facts = TextAreaField(_("What happened"), required=True)
    request = TextAreaField(_("What they ask for"), longest=1000)
    dispute = SelectField(_("Kind of dispute"), choices=_list(_NONE | DISPUTES))
    answer = TextAreaField(_("What the other side says"), longest=1000)
    wished_time = StringField(_("When they can come"), longest=100)
    requested_on = DayField(_("Day of the application"), required=True)
    is_public = BooleanField(_("The parties want it open to listeners"))
    sensitive = BooleanField(
        _("The facts are sensitive"),
        description=_("Health, faith, violence at home, a child: then every party consents separately."),
    )


class PartyForm(Form):
    """Who somebody is, as the official form asks."""

    name = StringField(_("Name"), required=True, longest=60)
    phone = PhoneField(_("Phone"))
    address = StringField(_("Address"), longest=100)
    sex = SelectField(_("Sex"), choices=_list(SEXES))
    ethnicity = StringField(_("Ethnicity"), longest=20)
    age = IntegerField(_("Age"), minimum=0, maximum=130)
    occupation = StringField(_("Occupation"), longest=60)
    guardian = StringField(_("Guardian (under 18)"), longest=60)


class NewPartyForm(Form):
    """Somebody more in a case."""

    side = SelectField(_("On which side"), required=True, choices=_list(SIDES))
    name = StringField(_("Name"), required=True, longest=60)
    phone = PhoneField(_("Phone"))
    address = StringField(_("Address"), longest=100)
    both_agree = BooleanField(_("Invited to help: both sides agree"))


class AnswerForm(Form):
    """What a party answered and was shown."""

    consents = SelectField(
        _("Do they agree to mediation"), choices=[("", _("Not asked yet")), ("yes", _("Yes")), ("no", _("No"))]
    )
    on = DayField(_("On which day"), required=True)
    rights_told = BooleanField(_("The notice of rights and duties was given"))
    identity_seen = BooleanField(_("An identity card was seen (no number, no copy is kept)"))
    separate_consent = BooleanField(_("Separate consent given (sensitive facts; under 14 by the guardian)"))


class AssignForm(Form):
    """A mediator for a case."""

    mediator_id = SelectField(_("Mediator"), coerce=int, choices=[])
    chosen_by = SelectField(_("Chosen by"), choices=_list(CHOSEN_BY))
    declared = BooleanField(
        _("The mediator declares: no party is kin, no own interest, nothing else stands against it")
    )
    in_spite = BooleanField(_("The parties know what speaks against it and agree all the same"))


class ReplaceForm(Form):
    """A mediator gives a case up."""

    why = SelectField(_("Reason"), choices=_list(ENDED_WHY))
    words = TextAreaField(_("Who asked for it, and why"), required=True, longest=1000)


class NoteForm(Form):
    """What was done."""

    kind = SelectField(_("What was done"), choices=_list(_BY_HAND))
    on = DayField(_("On which day"), required=True)
    words = TextAreaField(_("In a few words"), required=True, longest=1000)


class PreventForm(Form):
    """A quarrel was kept from becoming something worse."""

    what = SelectField(_("What it would have come to"), required=True, choices=_list(PREVENTED))
    people = IntegerField(
        _("How many people"), required=True, minimum=1, maximum=100_000,
        description=_("Those who were about to take part or come to harm. It is counted in the monthly report."),
    )  # fmt: skip
    on = DayField(_("On which day"), required=True)
    words = TextAreaField(_("What you did about it"), required=True, longest=1000)


class InterviewForm(Form):
    """调查记录: who was asked, when, where, by whom, what they said."""

    asked = StringField(_("Who was asked"), required=True, longest=60)
    relation = StringField(
        _("What they have to do with it"),
        longest=100,
        description=_("For example: a neighbour, a witness, a party's son"),
    )
    on = DayField(_("On which day"), required=True)
    place = StringField(_("Where"), required=True, longest=100)
    asked_by = StringField(_("Asked by"), required=True, longest=60)
    recorder = StringField(_("Written by"), longest=60)
    words = TextAreaField(_("What the person said"), required=True, longest=10_000)


class EvidenceForm(Form):
    """证据材料: what, from whom, the original or a copy."""

    item = StringField(
        _("What it is"), required=True, longest=200, description=_("For example: three photos, a receipt")
    )
    given_by = StringField(_("From whom"), required=True, longest=60)
    is_original = SelectField(_("Original or copy"), choices=[("copy", _("Copy")), ("original", _("Original"))])
    pages = IntegerField(_("How many pages"), minimum=1, maximum=10_000)
    on = DayField(_("Received on"), required=True)


class GiveBackForm(Form):
    """Evidence is given back."""

    returned_to = StringField(_("To whom"), required=True, longest=60)
    on = DayField(_("On which day"), required=True)


class ReportForm(Form):
    """报告记录: what the police or another office was told."""

    danger = SelectField(_("Danger"), choices=_list(DANGERS))
    told_to = StringField(
        _("Reported to"), required=True, longest=100, description=_("Which office, and who took it; for example: police station, Officer Zhang")
    )  # fmt: skip
    on = DayField(_("On which day"), required=True)
    at = TimeField(_("At what time"), required=True)
    told_by = StringField(_("Reported by"), required=True, longest=60)
    words = TextAreaField(_("What was reported"), required=True)
    answer = TextAreaField(_("What they answered"), longest=1000)


class ReplyForm(Form):
    """What whoever sent the quarrel was told."""

    told_to = StringField(_("Who was told"), required=True, longest=100)
    on = DayField(_("On which day"), required=True)
    words = TextAreaField(_("What they were told"), required=True, longest=1000)


class TransferForm(Form):
    """A quarrel is handed on, and its source told so."""

    to = StringField(_("To whom it goes"), required=True, longest=100)
    told_to = StringField(_("Whoever sent it"), required=True, longest=100)
    words = TextAreaField(_("What they were told"), required=True, longest=1000)


class ExplainForm(Form):
    """情况说明: what a reader of the file has to know."""

    words = TextAreaField(_("Explanation"))


class SuspendForm(Form):
    """A case rests until a day."""

    until = DayField(_("Until"), required=True)
    words = TextAreaField(_("Why"), required=True, longest=900)


class HeadForm(Form):
    """Who decided that somebody is the head, and when."""

    decision = StringField(
        _("Decided by"), required=True, longest=100, description=_("For example: the residents' meeting, the residents' committee")
    )  # fmt: skip
    on = DayField(_("On which day"), required=True)
    confirmed = BooleanField(_("From now on this colleague sees every case and who looked at it"))


class ExtendForm(Form):
    """Both sides agree to go on."""

    until = DayField(_("Until"), required=True)
    words = TextAreaField(_("Why"), required=True, longest=1000)
    both_agree = BooleanField(_("Both sides agree"))


class WhenForm(Form):
    """When to meet."""

    day = DayField(_("Day"), required=True)
    start = TimeField(_("From"), required=True)
    end = TimeField(_("To"), required=True)


class MeetingForm(WhenForm):
    """When and where to meet."""

    room_id = SelectField(_("Room"), coerce=int, choices=[])
    second_room = SelectField(
        _("Second room, when the sides sit apart"), coerce=int, choices=[], default=0,
        description=_("Both rooms are taken together or not at all; each side is told only its own."),
    )  # fmt: skip
    court_invited = BooleanField(_("The court invited this mediation"))
    projector = BooleanField(_("Take the projector along"))


class ElsewhereForm(WhenForm):
    """A meeting without a room of ours."""

    place = StringField(_("Where"), required=True, longest=100)
    court_invited = BooleanField(_("The court invited this mediation"))


class FollowUpForm(Form):
    """A visit or call after the agreement."""

    on = DayField(_("On which day"), required=True)
    performance = SelectField(_("Is it kept"), choices=_list(PERFORMANCE))
    satisfaction = SelectField(_("Are they satisfied"), choices=_list(SATISFACTION))
    hidden_risk = BooleanField(_("Trouble may be left"))
    words = TextAreaField(_("What they said"), longest=1000)


class CourtForm(Form):
    """Both asked the court."""

    court = StringField(_("Court"), required=True, longest=60)
    on = DayField(_("On which day"), required=True)


class RosterForm(Form):
    """Somebody for the roster."""

    account = SelectField(_("Colleague"), coerce=int, choices=[])
    name = StringField(_("Or a name, for somebody without an account"), longest=60)
    office = SelectField(_("Office"), choices=_list(OFFICES))


class CodeForm(Form):
    """The code of a party's slip."""

    code = StringField(_("Code on your slip"), required=True, longest=20, description=_("For example ACDE 3467."))
