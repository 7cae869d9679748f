"""The forms of the bank pages: shape only; what the rules ask is decided by the services."""

from __future__ import annotations

from typing import Any

from core import DayField, FileField, Form, Invalid, SelectField, StringField, TextAreaField, fen_of
from plugins.revenue.texts import _


def amount_of(form: Form, name: str) -> int | None:
    """The amount typed in a field in 分, None when it is empty; raises `Invalid` at that field."""
    text = (form[name].data or "").strip()
    sign = -1 if text.startswith("-") else 1
    try:
        fen = fen_of(text.removeprefix("-"))
    except ValueError as error:
        raise Invalid({name: [_("Please write the amount in yuan.")]}) from error
    return None if fen is None else sign * fen


class BankForm(Form):
    """An account at a bank, or the cash box."""

    account = SelectField(_("Money account of the ledger"), required=True)
    name = StringField(_("What people here call it"), required=True, longest=60)
    bank_name = StringField(_("Bank and branch"), longest=60)
    tail = StringField(_("Last four digits of its number"), longest=6)
    opens_on = DayField(_("Its statements begin on"), required=True)
    opening = StringField(_("What was there when this day began, in yuan"), required=True, longest=20, default="0")


class StatementForm(Form):
    """A statement: a file, or lines typed from paper."""

    file = FileField(_("Statement as a file"))
    typed = TextAreaField(_("Or type the lines from the paper"), longest=20_000)
    last_day = DayField(_("The statement reaches up to"))
    opening = StringField(_("Opening balance on it, in yuan"), longest=20)
    closing = StringField(_("Closing balance on it, in yuan"), longest=20)


class WhyForm(Form):
    """A reason."""

    why = StringField(_("Why"), required=True, longest=200)


class FundForm(Form):
    """Into or out of which fund."""

    fund = SelectField(_("Fund"), required=True)


class FeeForm(FundForm):
    """A fee of the bank."""

    words = StringField(_("What the bank took it for"), required=True, longest=100)


class ReturnedForm(Form):
    """Why money came and went back."""

    words = StringField(_("Why it came and went back"), required=True, longest=200)


class CountForm(Form):
    """What was in the cash box."""

    day = DayField(_("Counted on the evening of"), required=True)
    counted = StringField(_("Counted, in yuan"), required=True, longest=20)
    words = TextAreaField(_("If it is not what the books say: what you know about it"), longest=500)


def columns_form(options: list[tuple[str, str]], fields: dict[str, Any], chosen: dict[str, int], **post: Any) -> Form:
    """For each field of a statement the column that holds it."""
    parts: dict[str, Any] = {
        f"column_{name}": SelectField(label, choices=options, default=str(chosen.get(name, "")))
        for name, label in fields.items()
    }
    made: Form = type("ColumnsForm", (Form,), parts).from_request(**post)  # type: ignore[attr-defined]
    return made
