"""The forms of the desk: venues, rooms, quotas, hours, closures, decisions, screens. Shape only; services decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from wtforms.validators import ValidationError

from core import (
    BooleanField,
    DayField,
    Form,
    IntegerField,
    LazyText,
    PhoneField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    UploadField,
)
from plugins.rooms.booking.slots import Interval
from plugins.rooms.clock import DAY_END
from plugins.rooms.models import Quota, Room
from plugins.rooms.texts import _

INTERVALS = 3
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
BOOKABLE_BY = {
    "anyone": _("Anyone, also without an account"),
    "residents": _("Residents with an account"),
    "organisations": _("Organisations"),
    "staff": _("The staff only"),
}
QUOTAS = (
    ("person", "week", _("One person in a week")),
    ("person", "month", _("One person in a month")),
    ("organisation", "week", _("One organisation in a week")),
    ("organisation", "month", _("One organisation in a month")),
)


# --------------------------------------------------------------------------- decisions


class RefuseForm(Form):
    """Why a request is refused."""

    reason = StringField(
        _("Why not"),
        required=True,
        longest=200,
        description=_("The organiser is told this, by telephone or in person."),
    )


class DeskCancelForm(Form):
    """Why staff cancel somebody's booking."""

    reason = StringField(_("Why"), required=True, longest=200, description=_("It stands with the booking."))
    told = BooleanField(_("They know already, no call is needed"))


class RemoveWaitingForm(Form):
    """Why somebody is taken off the waiting list."""

    reason = StringField(_("Why"), required=True, longest=200, description=_("It stands with the entry."))


# --------------------------------------------------------------------------- coming and leaving


class CameForm(Form):
    """How many came."""

    people = IntegerField(
        _("How many people came"), minimum=1, maximum=9999, description=_("May stay empty when nobody counted.")
    )


class KeyForm(Form):
    """Who takes the key."""

    taker = StringField(_("Who takes the key"), required=True, longest=60)


class PastUseForm(Form):
    """A room was used and nobody had booked it."""

    room_id = SelectField(_("Room"), coerce=int, choices=[])
    date = DayField(_("Day"), required=True)
    start = SelectField(_("From"), required=True, choices=[], validate_choice=False)
    end = SelectField(_("To"), required=True, choices=[], validate_choice=False)
    title = StringField(_("What for"), longest=60)
    people = IntegerField(_("How many people came"), minimum=1, maximum=9999)
    guest_name = StringField(_("Who used it"), longest=30, description=_("Leave empty if the office itself used it."))


# --------------------------------------------------------------------------- places


class NewVenueForm(Form):
    """A venue that can be used at once: name, hours, first room."""

    name = StringField(_("Name of the venue"), required=True, longest=60, description=_("For example: 党群服务中心"))
    address = StringField(_("Address"), longest=120)
    opens = TimeField(_("Opens at"), required=True)
    closes = TimeField(_("Closes at"), required=True)
    weekend = BooleanField(_("Open on Saturday and Sunday too"))
    room = StringField(_("Name of its first room"), required=True, longest=60, description=_("For example: 活动室"))
    seats = IntegerField(_("Seats in this room"), minimum=1, maximum=100_000)


class VenueForm(Form):
    """What is told of a venue."""

    name = StringField(_("Name of the venue"), required=True, longest=60)
    address = StringField(_("Address"), longest=120)
    area_m2 = IntegerField(_("Floor area in m²"), minimum=1, maximum=1_000_000)
    owner = StringField(
        _("Whose it is"), longest=60, description=_("The community, or the unit that opened its space.")
    )
    contact_name = StringField(_("Contact person"), longest=30)
    contact_phone = PhoneField(_("Contact phone"), description=_("Everybody can read it. An office number is best."))
    note = TextAreaField(_("Note for visitors"), longest=500)
    open_on_holidays = BooleanField(_("Its usual hours also hold on statutory holidays"))


class ListField(StringField):
    """Several short words in one line; `data` is the list of them."""

    def process_data(self, value: Any) -> None:
        self.data = "、".join(value) if isinstance(value, (list, tuple)) else value

    def words(self) -> list[str]:
        """The words, without repetitions."""
        return list(dict.fromkeys(word for word in re.split(r"[、,，;；\s]+", self.data or "") if word))


class RoomForm(Form):
    """Every field of a room."""

    name = StringField(_("Name of the room"), required=True, longest=60)
    floor = StringField(_("Floor"), longest=20, description=_("For example: 2 楼"))
    seats = IntegerField(_("Seats"), minimum=1, maximum=100_000)
    area_m2 = IntegerField(_("Floor area in m²"), minimum=1, maximum=1_000_000)
    features = ListField(_("Equipment"), longest=200, description=_("For example: 投影、音响、白板"))
    tags = ListField(_("Good for"), longest=200, description=_("For example: 会议、排练、书画"))
    accessibility = StringField(_("Access without steps"), longest=100, description=_("For example: 有电梯，无台阶"))
    note = TextAreaField(
        _("Rules and notes for users"), longest=500, description=_("They stand on the poster at the door.")
    )
    contact_name = StringField(_("Contact person"), longest=30)
    contact_phone = PhoneField(_("Contact phone"), description=_("Everybody can read it. An office number is best."))
    bookable_by = SelectField(_("Who may book"), required=True, choices=list(BOOKABLE_BY.items()))
    needs_approval = BooleanField(_("The office approves each booking"))
    confidential = BooleanField(_("Confidential: papers and lists say only “taken”"))
    min_minutes = IntegerField(_("Shortest booking in minutes"), required=True, minimum=5, maximum=1440)
    max_minutes = IntegerField(_("Longest booking in minutes"), required=True, minimum=5, maximum=1440)
    ahead_days = IntegerField(_("How many days ahead"), required=True, minimum=0, maximum=731)
    buffer_before = IntegerField(_("Minutes kept free before"), required=True, minimum=0, maximum=240)
    buffer_after = IntegerField(_("Minutes kept free after"), required=True, minimum=0, maximum=240)

    @classmethod
    def of(cls, room: Room) -> RoomForm:
        """The form filled from a room."""
        return cls(obj=room)

    def values(self) -> dict[str, Any]:
        """What the service takes: lists as lists, empty texts as empty."""
        found = {name: "" if value is None else value for name, value in self.data.items() if name not in _NUMBERS}
        found |= {name: self.data[name] for name in _NUMBERS}
        return {**found, "features": self.features.words(), "tags": self.tags.words()}


_NUMBERS = (
    "seats", "area_m2", "min_minutes", "max_minutes", "ahead_days", "buffer_before", "buffer_after",
)  # fmt: skip


class HoursField(StringField):
    """Hours, also halves, as people write them (`1.5`)."""

    def show(self, minutes: int | None) -> None:
        """Put minutes into the field."""
        self.data = "" if minutes is None else f"{minutes / 60:g}"

    def minutes(self) -> int | None:
        """What was typed, in minutes; raises `ValueError` for what is no number of hours."""
        if not self.data:
            return None
        hours = float(self.data)
        if not 0 < hours <= 1000:
            raise ValueError
        return round(hours * 60)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Whether it is a number of hours."""
        try:
            self.minutes()
        except ValueError:
            message = str(_("Please write a number of hours, for example 4 or 1.5."))
            raise ValidationError(message) from None


class _QuotaForm(Form):
    """How often and how long one person or organisation may have a room; empty means no limit."""

    def fill(self, quotas: Sequence[Quota]) -> None:
        """Show the limits that hold."""
        for quota in quotas:
            self[f"{quota.holder}_{quota.period}_bookings"].data = quota.bookings
            self[f"{quota.holder}_{quota.period}_minutes"].show(quota.minutes)

    def lines(self) -> list[tuple[LazyText, Any, Any]]:
        """Each line of the form: its words, the field for bookings, the field for hours."""
        return [
            (label, self[f"{holder}_{period}_bookings"], self[f"{holder}_{period}_minutes"])
            for holder, period, label in QUOTAS
        ]

    def limits(self) -> list[tuple[str, str, int | None, int | None]]:
        """The limits as typed: holder, period, bookings, minutes."""
        return [
            (holder, period, self[f"{holder}_{period}_bookings"].data, self[f"{holder}_{period}_minutes"].minutes())
            for holder, period, _label in QUOTAS
        ]


def _quota_fields() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for holder, period, label in QUOTAS:
        found[f"{holder}_{period}_bookings"] = IntegerField(
            _("%(whose)s: bookings", whose=label), minimum=1, maximum=1000
        )
        found[f"{holder}_{period}_minutes"] = HoursField(_("%(whose)s: hours", whose=label), longest=10)
    return found


QuotaForm = cast("type[_QuotaForm]", type("QuotaForm", (_QuotaForm,), _quota_fields()))


# --------------------------------------------------------------------------- hours


class _IntervalsForm(Form):
    """Pairs of times `<row>_<number>_from` and `<row>_<number>_to`; midnight as an end is the end of the day."""

    def show(self, row: str, intervals: Sequence[Interval]) -> None:
        """Put intervals into the pairs of a row."""
        for number in range(INTERVALS):
            start, end = intervals[number] if number < len(intervals) else (None, None)
            first, last = self._pair(row, number)
            first.data, last.data, first.raw_data, last.raw_data = start, end and end % DAY_END, None, None

    def pairs(self, row: str) -> list[tuple[Any, Any]]:
        """The fields of a row, pair by pair."""
        return [self._pair(row, number) for number in range(INTERVALS)]

    def intervals(self, row: str) -> list[Interval]:
        """What was typed in a row, in minutes of the day, in order."""
        typed = [(first.data, last.data or DAY_END) for first, last in self.pairs(row) if first.data is not None]
        return sorted(typed)

    def check_rows(self, rows: Sequence[str]) -> bool:
        """Whether each pair is whole and in order; writes what is wrong at its field."""
        for row in rows:
            for first, last in self.pairs(row):
                if first.errors or last.errors:
                    continue
                if (first.data is None) != (last.data is None):
                    empty = first if first.data is None else last
                    empty.errors = [*empty.errors, str(_("Please give both times, or neither."))]
                elif first.data is not None and first.data >= (last.data or DAY_END):
                    last.errors = [*last.errors, str(_("The end must be later than the start."))]
        return not self.errors

    def _pair(self, row: str, number: int) -> tuple[Any, Any]:
        return self[f"{row}_{number}_from"], self[f"{row}_{number}_to"]


def _pair_fields(row: str, label: LazyText) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number in range(INTERVALS):
        words = {"when": label, "number": number + 1}
        found[f"{row}_{number}_from"] = TimeField(_("%(when)s, %(number)d: from", **words))
        found[f"{row}_{number}_to"] = TimeField(_("%(when)s, %(number)d: to", **words))
    return found


class _WeekForm(_IntervalsForm):
    """The hours of each weekday."""

    def fill(self, week: dict[int, list[Interval]]) -> None:
        """Show the hours that hold."""
        for weekday in range(7):
            self.show(f"d{weekday}", week.get(weekday, ()))

    def lines(self) -> list[tuple[LazyText, list[tuple[Any, Any]]]]:
        """Each weekday's name and pairs of fields."""
        return [(WEEKDAYS[weekday], self.pairs(f"d{weekday}")) for weekday in range(7)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also whether every pair is whole."""
        super().validate(extra_validators)
        return self.check_rows([f"d{weekday}" for weekday in range(7)])

    def week(self) -> dict[int, list[Interval]]:
        """The hours as typed, by weekday (0 = Monday)."""
        return {weekday: self.intervals(f"d{weekday}") for weekday in range(7)}

    def copy_monday(self, weekdays: Sequence[int]) -> None:
        """Give other weekdays the hours of Monday."""
        monday = self.intervals("d0")
        for weekday in weekdays:
            self.show(f"d{weekday}", monday)


def _week_fields() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for weekday, label in enumerate(WEEKDAYS):
        found |= _pair_fields(f"d{weekday}", label)
    return found


WeekForm = cast("type[_WeekForm]", type("WeekForm", (_WeekForm,), _week_fields()))


class _DayForm(_IntervalsForm):
    """The hours of one date."""

    day = DayField(_("Date"), required=True)
    room_id = SelectField(_("For"), choices=[], coerce=int)
    reason = StringField(_("Why"), longest=60, description=_("For example: 国庆值班、停电检修"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also whether every pair is whole."""
        super().validate(extra_validators)
        return self.check_rows(["day"])

    def lines(self) -> list[tuple[Any, Any]]:
        """The pairs of fields."""
        return self.pairs("day")


DayHoursForm = cast("type[_DayForm]", type("DayHoursForm", (_DayForm,), _pair_fields("day", _("On this date"))))


class ClosureForm(Form):
    """A room that cannot be used for a time."""

    room_id = SelectField(_("Room"), required=True, coerce=int, choices=[])
    date = DayField(_("From day"), required=True)
    start = TimeField(_("From"), required=True)
    last_date = DayField(_("To day"), description=_("Leave empty if it is one day."))
    end = TimeField(_("To"), required=True)
    reason = StringField(
        _("Why"), required=True, longest=60, description=_("It stands on the room's page. For example: 墙面维修")
    )


# --------------------------------------------------------------------------- photos


class PhotosForm(Form):
    """Photos to add to a room, each with its words."""

    photos = UploadField(_("Choose photos"), required=True)


class PlansForm(Form):
    """Plans to add to a venue, each with its words."""

    plans = UploadField(_("Choose plans"), required=True)


class PinForm(Form):
    """Where a room is on a plan, in percent."""

    plan = SelectField(_("On which plan"), coerce=int, choices=[])
    left = IntegerField(_("From the left, in percent"), required=True, minimum=0, maximum=100)
    top = IntegerField(_("From the top, in percent"), required=True, minimum=0, maximum=100)

    def pin(self) -> tuple[int, int, int]:
        """The plan and the place in thousandths."""
        return self.plan.data, self.left.data * 10, self.top.data * 10


class CaptionForm(Form):
    """The words of a photo."""

    caption = StringField(
        _("What does the photo show?"),
        required=True,
        longest=200,
        description=_("It is read aloud to those who cannot see it. For example: 舞蹈室全景，三面镜墙，木地板"),
    )


# --------------------------------------------------------------------------- screens


EQUIPMENT_BY = {
    "anyone": _("Anyone, also without an account"),
    "residents": _("Residents with an account"),
    "staff": _("The staff only"),
}


class EquipmentForm(Form):
    """A piece of equipment that is booked together with a room."""

    name = StringField(_("Name"), required=True, longest=60, description=_("For example: 投影仪一号、移动音响"))
    kept_at = StringField(_("Where it is kept"), longest=60, description=_("For example: 一楼值班室柜子"))
    bookable_by = SelectField(_("Who may choose it"), choices=[], default="staff")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bookable_by.choices = list(EQUIPMENT_BY.items())


class ScreenForm(Form):
    """A screen: what it shows and what staff call it."""

    shows = SelectField(_("What it shows"), required=True, choices=[])
    name = StringField(_("Name"), longest=60, description=_("So that you know it again. For example: 一楼大厅电视"))
