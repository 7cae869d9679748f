"""The forms of operators, contracts, declarations and receipts: shape only."""

from __future__ import annotations

from typing import Any

from core import (
    DayField,
    Form,
    IntegerField,
    Invalid,
    PhoneField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    UploadField,
    fen_of,
    yuan,
)  # fmt: skip
from plugins.revenue.dues.words import APPROVALS, HOLDERS, OPERATOR_KINDS, OWNER_CLASSES, PERIODS
from plugins.revenue.shares.sentences import figure_word
from plugins.revenue.texts import _


def words(known: dict[str, Any]) -> list[tuple[str, Any]]:
    """Codes and their words for a field of choices; the words are told in the language of whoever looks."""
    return list(known.items())


def fen_in(form: Any, name: str, *, negative: bool = False) -> int | None:
    """A typed amount in 分; raises `Invalid` at its field."""
    text = (form[name].data or "").strip().replace("−", "-").replace("－", "-")
    below = negative and text.startswith("-")
    try:
        fen = fen_of(text[1:] if below else text)
    except ValueError:
        raise Invalid({name: [_("Please write the amount in yuan, for example 1234.50.")]}) from None
    return -fen if below and fen is not None else fen


class OperatorForm(Form):
    """An operator, and the accounts that act for it."""

    name = StringField(_("Name of the operator"), required=True, longest=80)
    operator_kind = SelectField(_("Kind of operator"), required=True, choices=words(OPERATOR_KINDS))
    contact = StringField(_("Contact person"), longest=60)
    phone = PhoneField(_("Phone of the contact person"))
    note = StringField(_("Remark"), longest=200)
    accounts = SelectMultipleField(
        _("Accounts that act for it"), coerce=int, validate_choice=False,
        description=_("Only accounts with the role of an operator are listed. They see the contracts of this operator and no others."),
    )  # fmt: skip


class VoteFields(Form):
    """The counts of an owners' vote, by persons and by area."""

    all_persons = IntegerField(_("Owners in all"))
    part_persons = IntegerField(_("Owners who took part"))
    yes_persons = IntegerField(_("Owners who agreed"))
    all_area = StringField(_("Area in all, m²"), longest=20)
    part_area = StringField(_("Area of those who took part, m²"), longest=20)
    yes_area = StringField(_("Area of those who agreed, m²"), longest=20)


SQUARE = 10_000  # cm² in a m²
VOTE_FIELDS = ("all_persons", "part_persons", "yes_persons", "all_area", "part_area", "yes_area")


def vote_in(form: Any) -> dict[str, list[int]] | None:
    """The counts of a vote, None where nothing is entered; areas are typed in m² with two decimals. Raises `Invalid`."""
    if not any(form[name].data for name in VOTE_FIELDS):
        return None
    counts: list[int] = []
    for name in VOTE_FIELDS:
        value = form[name].data
        try:
            number = value if isinstance(value, int) else (fen_of(value or "") or 0) * 100
        except ValueError:
            raise Invalid({name: [_("Please write the area in m², for example 24000.50.")]}) from None
        counts.append(number or 0)
    return {"persons": counts[:3], "area": counts[3:]}


class ContractForm(VoteFields):
    """A contract as a draft."""

    operator_id = SelectField(_("Operator"), required=True, coerce=int, validate_choice=False)
    business = StringField(_("What is run"), required=True, longest=60, description=_("For example: community canteen"))
    place = StringField(_("Where"), required=True, longest=80)
    room = SelectField(_("Room in the module of rooms"), validate_choice=False)
    owner_class = SelectField(
        _("Whose space is it"), required=True, choices=words(OWNER_CLASSES),
        description=_("Income from the owners' common space belongs to the owners (《民法典》 §282)."),
    )  # fmt: skip
    starts_on = DayField(_("First day"), required=True)
    ends_on = DayField(_("Last day"), required=True)
    period = SelectField(_("How often it is settled"), required=True, choices=words(PERIODS))
    declare_days = IntegerField(_("Days to declare after the period"), required=True, minimum=1, maximum=120)
    pay_days = IntegerField(_("Days to pay after the review"), required=True, minimum=1, maximum=120)
    evidence = StringField(
        _("Which evidence is asked for"), longest=200, description=_("For example: the monthly printout of the till")
    )
    holder = SelectField(_("Who keeps the account"), required=True, choices=words(HOLDERS))
    deposit = StringField(_("Agreed deposit in yuan"), longest=20)
    estimate = StringField(
        _("Agreed minimum for an estimate in yuan"), longest=20,
        description=_("Counts when nobody declares and there is no earlier period to go by."),
    )  # fmt: skip
    approval_kind = SelectField(_("How was it decided"), required=True, choices=words(APPROVALS))
    approval = StringField(_("Which minutes or vote"), longest=200, description=_("Title and day"))


class SignForm(Form):
    """The day a contract was signed."""

    signed_on = DayField(_("Day on which both sides signed"), required=True)
    files = UploadField(
        _("Scan or photos of the signed paper"), takes=("picture", "document"), most=20, captions=False,
        description=_("Every page, with the signatures and seals. Only those who keep the books see it."),
    )  # fmt: skip


class ScanForm(Form):
    """More of the signed paper: an annex, a better scan."""

    files = UploadField(
        _("Scan or photos of the signed paper"), takes=("picture", "document"), most=20, captions=False, required=True,
        description=_("Every page, with the signatures and seals. Only those who keep the books see it."),
    )  # fmt: skip


class EndForm(Form):
    """When and why a contract ends."""

    ended_on = DayField(_("Last day of business"), required=True)
    reason = StringField(_("Why it ends"), required=True, longest=200)


def declare_form(figures: tuple[str, ...], with_reason: bool) -> type[Form]:
    """The figures a rule asks for, the evidence, and for a correction the reason."""
    fields: dict[str, Any] = {}
    for name in figures:
        word = figure_word(name)
        if name.endswith("_fen"):
            fields[name] = StringField(_("%(figure)s in yuan", figure=word), required=True, longest=20)
        else:
            fields[name] = IntegerField(word, required=True, maximum=10**9)
    if with_reason:
        fields["reason"] = StringField(
            _("What was wrong before"),
            required=True,
            longest=200,
            description=_("Everybody can read it on the public page."),
        )
    fields["words"] = TextAreaField(_("Remark for the reviewer"), longest=500)
    fields["files"] = UploadField(
        _("Photo of the receipts"), takes=("picture", "document"), most=12, captions=False,
        description=_("Take a photo of the printout of the till or the list; tables and PDF are taken too."),
    )  # fmt: skip
    return type("DeclareForm", (Form,), fields)


def figures_in(form: Any, figures: tuple[str, ...]) -> dict[str, int | None]:
    """The typed figures; raises `Invalid` at the first that is no number."""
    return {
        name: fen_in(form, name, negative="profit" in name) if name.endswith("_fen") else form[name].data
        for name in figures
    }


class ReasonForm(Form):
    """Why something is returned or done."""

    reason = TextAreaField(_("What is not right"), required=True, longest=500, description=_("The operator reads it."))


class RefuseForm(Form):
    """Why a new rule is not approved."""

    reason = TextAreaField(_("What is not right"), required=True, longest=300, description=_("The operator reads it."))


class ReceiptForm(Form):
    """Money that arrived."""

    account = SelectField(_("Account in which it arrived"), required=True, validate_choice=False)
    arrived_on = DayField(_("Arrived on"), required=True)
    amount = StringField(_("Amount in yuan"), required=True, longest=20)
    operator_id = SelectField(
        _("Who paid"), coerce=str, validate_choice=False,
        description=_("Leave it open when nobody knows: the money waits under the unknown payers."),
    )  # fmt: skip
    payer = StringField(_("Payer as the bank writes it"), longest=80)
    words = StringField(_("Remark"), longest=200)
    scans = UploadField(
        _("Scan or photo of the bank's slip"), takes=("picture", "document"), most=6, captions=False,
        description=_("If there is one. Its digest stands in the entry; only those who keep the books see it."),
    )  # fmt: skip


class AssignForm(Form):
    """Whose money it is."""

    operator_id = SelectField(_("Who paid"), required=True, coerce=int, validate_choice=False)


class ActForm(Form):
    """A money act that a second person approves."""

    amount = StringField(_("Amount in yuan"), longest=20)
    on_day = DayField(_("Day"), required=True)
    account = SelectField(_("Account"), validate_choice=False)
    reason = StringField(_("Why"), required=True, longest=200)
    scans = UploadField(
        _("Scan or photo of the bank's slip or of the signed receipt"), takes=("picture", "document"), most=6, captions=False,
        description=_("If there is one. Its digest stands in the entry; only those who keep the books see it."),
    )  # fmt: skip


def yuan_or_empty(fen: int | None) -> str:
    """A stored amount as it is typed."""
    return "" if not fen else yuan(fen).replace(",", "")
