"""Form fields with plain Chinese messages, and `submit_once`, which makes a double tap one act.

Forms check shape only; what the rules allow is decided by services. WTForms does the parsing; the token is checked by
the gate for every unsafe request, so no form carries its own.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any, Self

import wtforms
from flask import g, request
from wtforms import validators
from wtforms.fields import Field

from core.errors import Invalid
from core.store import request_key as keys
from core.text import LazyText, _, is_storable
from core.web import csrf

KEY_FIELD = "idempotency_key"
LONGEST_TEXT = 2_000
# Days outside are slips of the finger; calendars, clocks and time zones are sound within.
FIRST_YEAR, LAST_YEAR = 1900, 2199
_UNKEYED = frozenset({KEY_FIELD, csrf.FIELD})


# The messages of WTForms that our fields do not replace by their own.
_WTFORMS = {
    "Not a valid choice.": _("Please choose one of the given answers."),
    "Invalid Choice: could not coerce.": _("Please choose one of the given answers."),
    "Not a valid date value.": _("Please write the day as year-month-day, for example 2026-03-08."),
    "Not a valid integer value.": _("Please write a whole number."),
    "This field is required.": _("Please fill this in."),
}


class _Words:
    """WTForms' own messages in our words."""

    def gettext(self, string: str) -> str:
        return str(_WTFORMS.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class Form(wtforms.Form):
    """The base of every form: `Form(request.form)`; unknown fields are ignored, listed ones are parsed."""

    class Meta:
        """Our words instead of WTForms' catalogues."""

        def get_translations(self, form: Any) -> _Words:
            return _Words()

    @classmethod
    def from_request(cls, **defaults: Any) -> Self:
        """The form filled from a post, or from `defaults` for a first look."""
        if request.method == "POST":
            return cls(request.form, **defaults)
        return cls(**defaults)

    def is_submitted(self) -> bool:
        """Whether this request sent the form."""
        return request.method == "POST"

    def act_on_submit(self, act: Callable[[], Any]) -> bool:
        """Whether this request sent the form and `act` was done, once; what it refuses (`Invalid`) stands at the fields.

        For pages that go elsewhere afterwards; where the result of the act is needed there, call `submit_once`.
        """
        if not self.is_submitted() or not self.validate():
            return False
        try:
            submit_once(act)
        except Invalid as error:
            self.accept(error)
            return False
        return True

    def accept(self, error: Invalid) -> None:
        """Show a service's refusal at the fields it names; what names no field goes to the top."""
        for name, texts in error.errors.items():
            if name in self._fields:
                # Pages show one message at a field.
                self._fields[name].errors = [*self._fields[name].errors, " ".join(map(str, texts))]
            else:
                self.form_errors = [*self.form_errors, *map(str, texts)]
        if not error.errors:
            self.form_errors = [*self.form_errors, str(error)]


def _storable(form: wtforms.Form, field: Field) -> None:
    if isinstance(field.data, str) and not is_storable(field.data):
        raise validators.ValidationError(str(_("There is a character here that cannot be stored.")))


def _strip(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value


def _checks(required: bool, message: LazyText | None, extra: Sequence[Any]) -> list[Any]:
    first: Any = (
        validators.InputRequired(str(message or _("Please fill this in."))) if required else validators.Optional()
    )
    return [first, *extra]


class StringField(wtforms.StringField):
    """One line of text, stripped, at most `longest` characters."""

    data: Any

    def __init__(
        self, label: Any, *, required: bool = False, longest: int = 100, message: LazyText | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("validators", []).extend(
            [*_checks(required, message, ()), _not_blank(required, message), _at_most(longest), _storable]
        )
        super().__init__(label, filters=[_strip], **kwargs)


class TextAreaField(wtforms.TextAreaField):
    """Several lines of text, at most `longest` characters."""

    data: Any

    def __init__(self, label: Any, *, required: bool = False, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        kwargs.setdefault("validators", []).extend(
            [*_checks(required, None, ()), _not_blank(required, None), _at_most(longest), _storable]
        )
        super().__init__(label, filters=[_strip], **kwargs)


def _not_blank(required: bool, message: LazyText | None) -> Callable[[Any, Any], None]:
    def check(form: Any, field: Any) -> None:
        if required and not field.data:
            raise validators.StopValidation(str(message or _("Please fill this in.")))

    return check


def _at_most(longest: int) -> Callable[[Any, Any], None]:
    def check(form: Any, field: Any) -> None:
        if field.data and len(field.data) > longest:
            raise validators.ValidationError(str(_("At most %(longest)d characters fit here.", longest=longest)))

    return check


class SecretField(StringField):
    """A password or PIN; never shown again."""

    widget = wtforms.widgets.PasswordInput(hide_value=True)

    def __init__(self, label: Any, **kwargs: Any) -> None:
        kwargs.setdefault("required", True)
        super().__init__(label, longest=200, **kwargs)
        self.filters = ()


class PhoneField(StringField):
    """A mobile or landline number, stored without spaces."""

    widget = wtforms.widgets.TelInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, longest=40, **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        from core.people.phone import parse_phone

        if self.data and not validation_stopped:
            phone = parse_phone(self.data)
            if phone is None:
                message = _("Please write a mobile number (11 digits) or a landline with its area code.")
                raise validators.ValidationError(str(message))
            self.data = phone.number


class IntegerField(wtforms.IntegerField):
    """A whole number within `minimum` and `maximum` (64 bits at most)."""

    def __init__(
        self, label: Any, *, required: bool = False, minimum: int = 0, maximum: int = 2**62, **kwargs: Any
    ) -> None:
        message = str(_("Please write a number from %(minimum)d to %(maximum)d.", minimum=minimum, maximum=maximum))
        kwargs.setdefault("validators", []).extend(
            _checks(required, None, [validators.NumberRange(minimum, maximum, message)])
        )
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist or not valuelist[0].strip():
            return
        text = valuelist[0].strip()
        try:
            self.data = int(text[:19])
            if len(text) > 18:  # beyond what a column holds; Python itself would go on for ever
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(str(_("Please write a whole number."))) from None


class DayField(wtforms.DateField):
    """A calendar day."""

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("validators", []).extend(_checks(required, None, ()))
        super().__init__(label, format=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
            if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(str(_("Please write the day as year-month-day, for example 2026-03-08."))) from None


class TimeField(wtforms.StringField):
    """A wall-clock time `HH:MM`; `data` is the minute of the day (0…1440)."""

    data: Any
    widget = wtforms.widgets.TimeInput()

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("validators", []).extend(_checks(required, None, ()))
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = (valuelist[0] if valuelist else "").strip().replace("：", ":")
        if not text:
            self.data = None
            return
        hours, _colon, minutes = text.partition(":")
        if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
            raise ValueError(str(_("Please write the time as hours:minutes, for example 09:30.")))
        minute = int(hours) * 60 + int(minutes)
        if minute > 1440 or int(minutes) > 59:
            raise ValueError(str(_("Please write the time as hours:minutes, for example 09:30.")))
        self.data = minute

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data // 60:02d}:{self.data % 60:02d}"


class SelectField(wtforms.SelectField):
    """One of several choices: `[(value, label), …]`."""

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("validators", []).extend(_checks(required, None, ()))
        super().__init__(label, **kwargs)


class RadioField(wtforms.RadioField):
    """One of a few choices, as large rows."""

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("validators", []).extend(_checks(required, None, ()))
        super().__init__(label, **kwargs)


class SelectMultipleField(wtforms.SelectMultipleField):
    """Several of a few choices, as large rows with boxes."""

    widget = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget = wtforms.widgets.CheckboxInput()


class BooleanField(wtforms.BooleanField):
    """A box to tick."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)


class FileField(wtforms.FileField):
    """An upload; `data` is werkzeug's FileStorage."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)


def status_of(form: Form) -> int:
    """The status of a page with this form: 422 when something in it must be corrected, else 200."""
    return 422 if form.errors or form.form_errors else 200


def request_key() -> str | None:
    """The key the form was sent with, None when it carries none that can be used."""
    key = request.form.get(KEY_FIELD, "")
    return key if 8 <= len(key) <= 100 and key.isascii() and key.isprintable() else None


def submit_once(act: Callable[[], Any]) -> Any:
    """Run `act` once for this form however often it is sent; returns its result (a JSON value).

    Keys belong to who sends: the account, or the browser. The same key with other contents raises `Refused`.
    """
    asked = _asked()
    return act() if asked is None else keys.once(*asked, act)


def was_submitted() -> bool:
    """Whether `submit_once` did this very form before: asked before an act that takes seconds to prepare.

    Copies that arrive together both hear no; which of them acts is decided by `submit_once`. Raises like it.
    """
    asked = _asked()
    return asked is not None and keys.is_used(*asked)


def _asked() -> tuple[str | None, str, str] | None:
    """The community, the key and the digest of what this form asks for; None when it carries no key."""
    key = request_key()
    if key is None:
        return None
    who = f"a{g.actor.account}" if g.actor.is_signed_in else "v" + request.cookies.get(csrf.COOKIE, "")[:32]
    fields = sorted((name, values) for name, values in request.form.lists() if name not in _UNKEYED)
    community = g.community.code if g.get("community") else None
    return community, f"{who}:{key}"[:100], keys.digest_of(request.path, fields)


def parse_day(text: str | None, otherwise: datetime.date) -> datetime.date:
    """A day from a query string, or `otherwise` when it is missing or no day."""
    try:
        day = datetime.date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else otherwise


def asked_text(name: str, longest: int = 100) -> str:
    """A text of the query or the form, stripped and cut; empty when it is missing or cannot be stored."""
    value = request.values.get(name, "").strip()
    return value[:longest] if is_storable(value) else ""


def asked_number(name: str) -> int | None:
    """The number of a record in the query or the form, None when it is missing or no number of 64 bits."""
    return _record_number(request.values.get(name, ""))


# SQLite takes 32,766 values in one statement.
_MOST_TICKED = 10_000


def asked_numbers(name: str) -> list[int]:
    """The numbers of the ticked records; what is no number is left out."""
    found = (_record_number(value) for value in request.values.getlist(name))
    return [number for number in found if number is not None][:_MOST_TICKED]


def _record_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
