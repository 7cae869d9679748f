"""The forms of donations, petty cash and opening balances: shape only; what the rules ask is decided by the services."""

from __future__ import annotations

from typing import Any

from core import DayField, Form, PhoneField, SelectField, StringField, TextAreaField, UploadField
from plugins.revenue.giving.pledges import DONORS, SHOWN
from plugins.revenue.texts import _

_PAPERS = ("picture", "document")
_YUAN = _("In yuan, for example 1200 or 88.50")


def _list(words: Any) -> list[Any]:
    return list(words.items())


class PledgeForm(Form):
    """Who gives what for what, and how they wish to be shown."""

    donor_kind = SelectField(_("Who gives"), choices=_list(DONORS), required=True)
    name = StringField(_("Name of the firm or resident"), required=True, longest=60)
    phone = PhoneField(_("Their phone"))
    shown = SelectField(
        _("How they wish to be shown"), choices=_list(SHOWN), required=True, default="anonymous",
        description=_("Ask the donor. On the page of thanks stands “a resident of our community” unless they want their name there."),
    )  # fmt: skip
    amount = StringField(_("Amount"), longest=20, description=_("In yuan. Leave it empty where a thing is given."))
    fund = SelectField(
        _("Into which fund"),
        description=_("A fund of donors is spent for its purpose only. For a thing this does not matter."),
    )
    item = StringField(
        _("Or which thing"),
        longest=200,
        description=_("What it is and how much of it, for example: a piano, brand and age"),
    )
    purpose = StringField(
        _("For what"), required=True, longest=200, description=_("Everybody can read this. No names, please.")
    )
    pledged_on = DayField(_("Promised on"), required=True)
    expected_on = DayField(_("Expected by"))


class MoneyForm(Form):
    """An instalment that arrived."""

    amount = StringField(_("Amount"), required=True, longest=20, description=_YUAN)
    account = SelectField(_("Where it arrived"))
    on = DayField(_("Arrived on"), required=True)
    papers = UploadField(_("Bank slip or agreement"), takes=_PAPERS, most=6, captions=False)


class ThingForm(Form):
    """A thing that was handed over."""

    item = StringField(_("What was handed over"), required=True, longest=200)
    value = StringField(
        _("Value"),
        longest=20,
        description=_("In yuan, from an invoice or an expert. Leave it empty where nobody can say."),
    )
    valued_by = StringField(
        _("By what it was valued"), longest=100, description=_("For example: invoice of 3 May 2026")
    )
    receiver = StringField(_("Who took it over"), required=True, longest=60)
    used_for = StringField(_("Where it is and who uses it"), longest=200)
    rest = SelectField(
        _("Is that all of it?"),
        choices=[("all", _("Yes, all of it")), ("more", _("No, more will come"))],
        required=True,
    )
    on = DayField(_("Handed over on"), required=True)


class ReasonForm(Form):
    """A step that is explained."""

    reason = TextAreaField(_("Why"), required=True, longest=300)


class NewsForm(Form):
    """What became of a donation, for everybody."""

    words = TextAreaField(
        _("What became of it"),
        required=True,
        longest=500,
        description=_("Two sentences for everybody. No names of children, please."),
    )
    photos = UploadField(_("Choose photos"), most=6)


class PurposeForm(Form):
    """A fund for one purpose of donors."""

    name = StringField(_("Name of the fund"), required=True, longest=60, description=_("For example: reading corner"))
    purpose = TextAreaField(_("What it may be spent for"), required=True, longest=300)


class RefundForm(Form):
    """Money goes back to the donor."""

    amount = StringField(_("Amount"), required=True, longest=20, description=_YUAN)
    account = SelectField(_("From which account"))
    reason = TextAreaField(_("Why"), required=True, longest=300)
    scans = UploadField(_("The donor's letter, if there is one"), takes=_PAPERS, most=4, captions=False)


class RepurposeForm(Form):
    """Money is used for something else than it was given for."""

    amount = StringField(_("Amount"), required=True, longest=20, description=_YUAN)
    account = SelectField(_("In which account it lies"))
    to_fund = SelectField(_("Into which fund"))
    purpose = StringField(_("For what from now on"), required=True, longest=200)
    reason = TextAreaField(_("Why"), required=True, longest=300)
    scans = UploadField(_("The donor's signed consent"), takes=_PAPERS, most=4, captions=False)


class ThingGoneForm(Form):
    """A thing goes back to the donor, or was handed out or used up."""

    reason = TextAreaField(_("To whom, when and why"), required=True, longest=300)
    scans = UploadField(
        _("List of those who received it, or the donor's letter"), takes=_PAPERS, most=4, captions=False
    )


class FloatForm(Form):
    """Petty cash for a colleague."""

    name = StringField(
        _("What it is called"), required=True, longest=60, description=_("For example: petty cash of the office")
    )
    holder = SelectField(
        _("Who holds it"), description=_("Colleagues with the role of a cashier. It is never you yourself.")
    )
    fund = SelectField(_("Out of which fund"))
    ceiling = StringField(_("Holds at most"), required=True, longest=20, description=_YUAN)
    payment_limit = StringField(_("One payment at most"), required=True, longest=20, description=_YUAN)


class CashForm(Form):
    """Cash comes from the bank or goes back to it."""

    amount = StringField(_("Amount"), required=True, longest=20, description=_YUAN)
    account = SelectField(_("Bank account"))
    words = StringField(_("Note"), longest=200)


class CountForm(Form):
    """The cash was counted."""

    counted = StringField(_("Counted in the box"), required=True, longest=20, description=_YUAN)
    words = TextAreaField(
        _("Where a difference comes from"),
        longest=300,
        description=_("Leave it empty where nothing is missing and nothing too much."),
    )


class VoucherForm(Form):
    """A payment from petty cash."""

    amount = StringField(_("Amount"), required=True, longest=20, description=_YUAN)
    what = StringField(
        _("What was bought"),
        required=True,
        longest=200,
        description=_("This stands in the books. No names of residents, please."),
    )
    payee = StringField(_("Bought where"), longest=60, description=_("The shop, as on the receipt"))
    account = SelectField(_("Kind of cost"))
    spent_on = DayField(_("Paid on"), required=True)
    photos = UploadField(_("Photo of the receipt"), takes=_PAPERS, most=4, captions=False)


class OpeningForm(Form):
    """The day the books begin."""

    opening_day = DayField(
        _("Opening day"),
        required=True,
        description=_("What was there at the end of this day. The first entry comes after it."),
    )


class LineForm(Form):
    """One line of opening balances."""

    account = SelectField(_("Account"))
    fund = SelectField(_("Fund"))
    amount = StringField(_("Amount"), required=True, longest=20, description=_YUAN)


class EvidenceForm(Form):
    """Papers that show what was there."""

    scans = UploadField(
        _("Bank statement, minutes of the cash count"), takes=_PAPERS, most=6, captions=False, required=True
    )


class CorrectForm(Form):
    """What is wrong with the opening balances in the books."""

    why = TextAreaField(_("What is wrong"), required=True, longest=300)
