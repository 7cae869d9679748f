"""The forms of proposals on money: shape only."""

from __future__ import annotations

from typing import Any

from core import (
    BooleanField,
    ConfirmedForm,
    DayField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    UploadField,
    fen_of,
)
from plugins.revenue.shares.votes import MAJORITIES, MATTERS
from plugins.revenue.spending.proposing import Votes
from plugins.revenue.spending.words import BODIES, PAYEES
from plugins.revenue.texts import _

_PAPERS = ("picture", "document")
_MOST = 10**13


class YuanField(StringField):
    """A sum in yuan as people write it; `data` is whole 分 after validation."""

    data: Any
    errors: Any

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, longest=20, **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if not self.data or validation_stopped or isinstance(self.data, int):
            return
        try:
            fen = fen_of(self.data)
        except ValueError:
            fen = 0
        if not 0 < fen <= _MOST:
            self.errors = [*self.errors, str(_("Please write a sum in yuan, for example 1200 or 1200.50."))]
        else:
            self.data = fen

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else str(self.data)


def pairs(words: Any) -> list[tuple[str, str]]:
    """Codes and their words for a field of choices."""
    return [(code, str(word)) for code, word in words.items()]


class _WishForm(Form):
    title = StringField(_("Title"), required=True, longest=100)
    words = TextAreaField(_("What it is for, in words for residents"), required=True, longest=2000)


class AllocationForm(_WishForm):
    """Which received dues are allocated."""

    dues = SelectMultipleField(_("Received dues"))


class ProjectForm(_WishForm):
    """What is to be paid from which fund."""

    fund = SelectField(_("From the fund"), required=True)
    amount = YuanField(_("At most, in yuan"), required=True)
    photos = UploadField(_("How it is now"), most=6)


class EmergencyForm(ProjectForm):
    """A repair that was done already."""

    done_on = DayField(_("Repaired on"), required=True)


class DecideForm(Form):
    """Who decided what, with the minutes; the votes for a vote of owners."""

    body = SelectField(_("Who decided"), required=True)
    held_on = DayField(_("Day of the meeting, or last day of the vote"), required=True)
    words = TextAreaField(_("What was decided"), required=True, longest=1000)
    matter = RadioField(_("What the owners voted on"), validate_choice=False)
    persons_total = IntegerField(_("Owners in all"), minimum=1, maximum=10**9)
    persons_part = IntegerField(_("Owners who voted"), maximum=10**9)
    persons_yes = IntegerField(_("Owners in favour"), maximum=10**9)
    area_total = StringField(_("Area in all, in m²"), longest=15)
    area_part = StringField(_("Area that voted, in m²"), longest=15)
    area_yes = StringField(_("Area in favour, in m²"), longest=15)
    minutes = UploadField(_("Minutes, scanned"), takes=_PAPERS, captions=False, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body.choices = pairs(BODIES)
        self.matter.choices = [(code, f"{word}（{MAJORITIES[code]}）") for code, word in MATTERS.items()]

    def votes(self) -> Votes | None:
        """The votes, None where they are not complete; says at a field what is no area."""
        persons = [each.data for each in (self.persons_total, self.persons_part, self.persons_yes)]
        area: list[int | None] = []
        for field in (self.area_total, self.area_part, self.area_yes):
            try:
                area.append(fen_of(field.data) if field.data else None)
            except ValueError:
                area.append(None)
        if any(each is None for each in (*persons, *area)):
            return None
        return Votes(tuple(persons), tuple(area))  # type: ignore[arg-type]


class PublishForm(Form):
    """Who answers for the notice."""

    responsible = StringField(_("Responsible, as it stands on the notice"), required=True, longest=50)


class SureForm(Form):
    """Nothing but the button."""


class VerifyForm(Form):
    """The declaration of whoever checks."""

    declared = BooleanField(_("I am no near relative of anybody who took part in this proposal."))


class ReasonForm(Form):
    """Why."""

    words = TextAreaField(_("Reason"), required=True, longest=300)


class RecomputeForm(ReasonForm):
    """A smaller sum, and why."""

    amount = YuanField(_("At most, in yuan"), required=True)


class RechooseForm(ReasonForm):
    """The dues as they are now, and why."""

    dues = SelectMultipleField(_("Received dues"))


class AcceptForm(Form):
    """The work was looked at."""

    accepted_on = DayField(_("Looked at on"), required=True)
    words = TextAreaField(_("What was found"), required=True, longest=500)
    photos = UploadField(_("How it is now"), most=6, required=True)


class PapersForm(Form):
    """A contract, or another paper."""

    files = UploadField(_("Contract, scanned"), takes=_PAPERS, captions=False, required=True)


class PhotosForm(Form):
    """Photos of how it was before."""

    photos = UploadField(_("How it was before"), most=6, required=True)


class PayForm(ConfirmedForm):
    """One instalment, with the password."""

    payee = StringField(_("Paid to"), required=True, longest=60)
    payee_kind = SelectField(_("Who that is"), required=True)
    purpose = StringField(_("Paid for"), required=True, longest=100)
    amount = YuanField(_("Sum in yuan"), required=True)
    account_code = SelectField(_("From the account"), required=True)
    paid_on = DayField(_("Paid on"), required=True)
    serial = IntegerField(_("Number of the payment"), required=True, minimum=1, maximum=10_000)
    invoices = UploadField(_("Invoice or receipt, scanned"), takes=_PAPERS, captions=False, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payee_kind.choices = [pair for pair in pairs(PAYEES) if pair[0] != "funds"]


class AllocateForm(ConfirmedForm):
    """The posting of an allocation, with the password."""


class PaperForm(Form):
    """A signature on paper."""

    account = SelectField(_("Who signed"), required=True)
    signed_on = DayField(_("Signed on"), required=True)
    scans = UploadField(_("The signed form, scanned"), takes=_PAPERS, captions=False, required=True)


class ContestForm(Form):
    """The named did not sign."""

    words = TextAreaField(_("What you want to say about it"), longest=300)
