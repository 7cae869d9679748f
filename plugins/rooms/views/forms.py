"""The forms of the module: shape only; what may be booked is decided by the services."""

from __future__ import annotations

from core import DayField, Form, IntegerField, PhoneField, SelectField, SelectMultipleField, StringField
from plugins.rooms.texts import _


class ChosenField(SelectMultipleField):
    """Several of a list; also as one value with commas, as a button that takes another time sends them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([part for value in valuelist for part in value.split(",") if part])


class BookForm(Form):
    """A booking. Times are `HH:MM`; guests give a name, the phone may stay empty."""

    date = DayField(_("Day"), required=True)
    start = SelectField(_("From"), required=True, choices=[], validate_choice=False)
    end = SelectField(_("To"), required=True, choices=[], validate_choice=False)
    title = StringField(_("What for"), longest=60, description=_("For example: choir practice, family meeting"))
    people = IntegerField(_("How many people"), minimum=1, maximum=2000)
    equipment = ChosenField(
        _("Equipment to lend"),
        choices=[],
        validate_choice=False,
    )
    organisation = StringField(
        _("For which organisation"), longest=60, description=_("Its name, always written the same way.")
    )
    guest_name = StringField(_("Your name"), longest=30)
    guest_phone = PhoneField(
        _("Your phone"), description=_("So that we can reach you if something changes. May stay empty.")
    )


class StaffBookForm(BookForm):
    """The same typed in by staff for a caller or a paper form, with the day it was asked for."""

    guest_name = StringField(
        _("For whom (name)"), longest=30, description=_("Leave empty for a booking of the office itself.")
    )
    guest_phone = PhoneField(_("Their phone"))
    requested_on = DayField(_("Asked for on"), description=_("The day of the call or the date on the paper."))


class WaitForm(Form):
    """What somebody waits for: a room or any, a time or a window in which it may lie."""

    room_id = SelectField(_("Room"), coerce=int, choices=[])
    date = DayField(_("Day"), required=True)
    start = SelectField(_("Not before"), required=True, choices=[], validate_choice=False)
    end = SelectField(_("Not after"), required=True, choices=[], validate_choice=False)
    minutes = SelectField(_("For how long"), coerce=int, default=0, choices=[])
    people = IntegerField(_("How many people"), minimum=1, maximum=2000)
    features = SelectMultipleField(_("What the room must have"), choices=[])
    title = StringField(_("What for"), longest=60, description=_("For example: choir practice, family meeting"))
    organisation = StringField(
        _("For which organisation"), longest=60, description=_("Its name, always written the same way.")
    )
    guest_name = StringField(_("Your name"), longest=30)
    guest_phone = PhoneField(
        _("Your phone"), description=_("We call when a time becomes free. Without a number please ask at the counter.")
    )


class StaffWaitForm(WaitForm):
    """The same typed in by staff for a caller or a paper form."""

    guest_name = StringField(
        _("For whom (name)"), longest=30, description=_("Leave empty for a wish of the office itself.")
    )
    guest_phone = PhoneField(_("Their phone"))
    requested_on = DayField(_("Asked for on"), description=_("The day of the call or the date on the paper."))


class MoveForm(Form):
    """Another time, and another room if wanted."""

    room_id = SelectField(_("Room"), coerce=int, choices=[])
    date = DayField(_("Day"), required=True)
    start = SelectField(_("From"), required=True, choices=[], validate_choice=False)
    end = SelectField(_("To"), required=True, choices=[], validate_choice=False)


class RenameForm(Form):
    """What a booking is for."""

    title = StringField(_("What for"), longest=60)


class FindForm(Form):
    """When, for how many and with what a room is needed."""

    date = DayField(_("Day"), required=True)
    start = SelectField(_("From"), required=True, choices=[], validate_choice=False)
    end = SelectField(_("To"), required=True, choices=[], validate_choice=False)
    people = IntegerField(_("How many people"), minimum=1, maximum=2000)
    features = ChosenField(_("What the room must have"), choices=[], validate_choice=False)


class CodeForm(Form):
    """The short code of a guest's booking."""

    code = StringField(
        _("Booking code"), required=True, longest=20, description=_("It stands on your slip, for example ACDE 3467.")
    )


class ReasonForm(Form):
    """Why somebody's booking is cancelled or a request refused."""

    reason = StringField(_("Reason"), longest=200)
