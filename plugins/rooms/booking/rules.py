"""What a booking must keep to: the form of what was typed, the room's own rules, opening hours, who may book, quotas.

Nothing is written here. Whether a time is still free is decided by the slot table alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core import Actor, Invalid, Label, Refused, day_text, get_setting, parse_phone, today, utc_minute
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import DAY_END, local_span, now_minute, parse_day, parse_time, span
from plugins.rooms.models import Booking, Quota
from plugins.rooms.places.hours import Plan, RoomFacts, hours_text
from plugins.rooms.texts import _, ngettext

R = TypeVar("R")

Errors = dict[str, list[Label]]
TITLE_LENGTH = 100


@dataclass(frozen=True)
class Wish:
    """A time on one local day: `start` and `end` in minutes of that day."""

    day: datetime.date
    start: int
    end: int

    @property
    def start_min(self) -> int:
        """The start in UTC minutes."""
        return utc_minute(self.day, self.start)

    @property
    def end_min(self) -> int:
        """The end in UTC minutes."""
        return utc_minute(self.day, self.end)

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.end_min - self.start_min


@dataclass(frozen=True)
class Who:
    """Whose booking it is, as typed; empty texts mean the actor's own. `organiser` is the name shown to staff."""

    guest_name: str = ""
    guest_phone: str = ""
    organisation: str = ""
    organiser: str = ""


OWN = Who()


@dataclass(frozen=True, kw_only=True)
class BookingRequest(Who):
    """What somebody who wants a room typed; nothing of it is checked yet.

    `date` and `requested_on` (the day it was asked for, today unless told) are YYYY-MM-DD, `start` and `end` HH:MM.
    `equipment` are the keys of what is taken together with the room, or none of it.
    """

    date: str
    start: str
    end: str
    title: str = ""
    purpose: str = ""
    people: int | None = None
    requested_on: str = ""
    equipment: Sequence[int] = ()


@dataclass(frozen=True)
class Organiser:
    """Whose booking it is. `kind` is resident, organisation, staff or guest; `phone` only a guest's."""

    kind: str
    name: str
    person: int | None = None
    account: int | None = None
    organisation: str = ""
    phone: str = ""


def collect(errors: Errors, check: Callable[[], R]) -> R | None:
    """What a check answers; when it refuses, what must be corrected is added to `errors` and there is no answer."""
    try:
        return check()
    except Invalid as invalid:
        for name, texts in invalid.errors.items():
            errors.setdefault(name, []).extend(texts)
        return None


def read_time(date: str, start: str, end: str) -> Wish:
    """What was typed as `YYYY-MM-DD` and twice `HH:MM`; raises `Invalid` with the fields date, start and end."""
    errors: Errors = {}
    day, last = parse_day(date), parse_time(end)
    first = None if parse_time(start) == DAY_END else parse_time(start)
    if day is None:
        errors["date"] = [_("Please choose a date.")]
    if first is None:
        errors["start"] = [_("Please give the start as hours and minutes, such as 14:00.")]
    if last is None:
        errors["end"] = [_("Please give the end as hours and minutes, such as 15:30.")]
    elif first is not None and last <= first:
        errors["end"] = [_("The end must be later than the start, on the same day. Midnight is 24:00.")]
    if errors or day is None or first is None or last is None:
        raise Invalid(errors)
    return Wish(day, first, last)


def check_time(actor: Actor, plan: Plan, room: RoomFacts, wish: Wish, *, running_since: int | None = None) -> None:
    """Raise `Invalid` (date, start, end) unless the room offers that time to anybody.

    `running_since` is the start (UTC minutes) of a booking that is being changed: keeping it is allowed though it is past.
    """
    errors: Errors = {}
    step = get_setting("rooms.step", actor.community)
    kept = wish.start_min == running_since
    if wish.day < today():
        errors["date"] = [_("This date is past.")]
    elif wish.start_min <= now_minute() - step and not kept:
        errors["start"] = [_("This time is past.")]
    elif wish.day > today() + datetime.timedelta(days=room.ahead_days):
        errors["date"] = [
            ngettext(
                "This room can be booked at most %(num)d day ahead.",
                "This room can be booked at most %(num)d days ahead.",
                room.ahead_days,
            )
        ]
    for name, texts in shape_errors(room, wish, 1 if kept else step).items():
        errors.setdefault(name, []).extend(texts)
    if "date" not in errors:
        for name, texts in _outside_hours(plan.hours(room.id, wish.day), wish).items():
            errors.setdefault(name, []).extend(texts)
    if errors:
        raise Invalid(errors)


def shape_errors(room: RoomFacts, wish: Wish, step: int) -> Errors:
    """What is wrong with the time of day on whatever day: off the grid of `step` minutes, too short, too long."""
    errors: Errors = {}
    if wish.start % step:
        errors["start"] = [_("Bookings start every %(step)d minutes, such as 14:00.", step=step)]
    if wish.minutes < room.min_minutes:
        errors["end"] = [_("This room is booked for at least %(minutes)d minutes.", minutes=room.min_minutes)]
    if wish.minutes > room.max_minutes:
        errors["end"] = [_("This room is booked for at most %(minutes)d minutes.", minutes=room.max_minutes)]
    return errors


def _outside_hours(hours: Sequence[tuple[int, int]], wish: Wish) -> Errors:
    if any(first <= wish.start and wish.end <= last for first, last in hours):
        return {}
    if not hours:
        return {"date": [_("The room is closed on this day. Please choose another date.")]}
    open_at_start = any(first <= wish.start < last for first, last in hours)
    return {
        "end" if open_at_start else "start": [
            _("The room is not open then. On this day it is open %(hours)s.", hours=hours_text(hours))
        ]
    }


def check_people(people: int | None, seats: int | None = None) -> None:
    """Raise `Invalid` (people) for less than one person or more than the seats."""
    if people is not None and people < 1:
        raise Invalid({"people": [_("Please give the number of people, at least 1.")]})
    if people is not None and seats is not None and people > seats:
        raise Invalid({"people": [_("This room is for at most %(seats)d people.", seats=seats)]})


def check_title(title: str) -> str:
    """The title without blanks around it; raises `Invalid` (title) when it is too long."""
    title = title.strip()
    if len(title) > TITLE_LENGTH:
        raise Invalid({"title": [_("Please use at most %(length)d characters.", length=TITLE_LENGTH)]})
    return title


# --------------------------------------------------------------------------- who


def organiser_of(actor: Actor, who: Who) -> Organiser:
    """Whose booking this is, by who types it and what was typed.

    Somebody without an account is a guest and gives a name. Staff (`rooms.desk`) may name a guest or enter the wish of
    `actor.on_behalf_of`. Without a name for staff it is the actor's own label. Raises `Invalid` (guest_name, guest_phone)
    and `Forbidden`.
    """
    organisation, name = who.organisation.strip(), who.organiser
    if actor.on_behalf_of is not None and actor.on_behalf_of != actor.person:
        actor.require("rooms.desk")
        kind = "organisation" if organisation else "resident"
        return Organiser(kind, name or organisation, actor.on_behalf_of, None, organisation)
    if not actor.is_signed_in and not actor.can("rooms.book"):
        return _guest(who, organisation)
    if not actor.can("rooms.desk"):
        actor.require("rooms.book")
    elif who.guest_name.strip():
        return _guest(who, organisation)
    kind = "organisation" if organisation else "staff" if actor.can("rooms.desk") else "resident"
    return Organiser(kind, name or actor.label, actor.person, actor.account, organisation)


def _guest(who: Who, organisation: str) -> Organiser:
    errors: Errors = {}
    name, phone = who.guest_name.strip(), who.guest_phone.strip()
    if not name:
        errors["guest_name"] = [_("Please give a name, so that we know whom to expect.")]
    elif len(name) > 30:
        errors["guest_name"] = [_("Please use at most %(length)d characters.", length=30)]
    number = parse_phone(phone) if phone else None
    if phone and number is None:
        errors["guest_phone"] = [_("Please give a mobile number of 11 digits or a landline number, or leave it empty.")]
    if errors:
        raise Invalid(errors)
    return Organiser("guest", name, organisation=organisation, phone=number.number if number else "")


def organiser_as_booked(booking: Booking) -> Organiser:
    """The organiser of a stored booking."""
    return Organiser(
        booking.organiser_kind,
        booking.organiser,
        booking.person,
        booking.account,
        booking.organisation,
        booking.guest_phone,
    )


def check_bookable(room: RoomFacts, actor: Actor, organiser: Organiser) -> None:
    """Raise unless the room is open to this kind of organiser: `Invalid` (guest_name), `Refused` or `Forbidden`."""
    if room.bookable_by == "staff" and not actor.can("rooms.desk"):
        raise Refused(
            _("This room is booked by the staff only."),
            advice=_("Please choose another room, or ask at the service hall."),
        )
    if room.bookable_by == "organisations" and not organiser.organisation and organiser.kind != "staff":
        raise Refused(
            _("This room is for organisations."),
            advice=_("Please name your organisation, or choose another room."),
        )
    if room.bookable_by == "residents" and organiser.kind == "guest":
        raise Invalid({"guest_name": [_("Only residents can book this room. Please sign in, or choose another room.")]})


def is_open_to(room: RoomFacts, organiser: Organiser) -> bool:
    """Whether the room may be offered to this organiser unasked: staff may give anybody any room, but offer only these."""
    return {
        "anyone": True,
        "residents": organiser.kind != "guest",
        "organisations": bool(organiser.organisation) or organiser.kind == "staff",
        "staff": organiser.kind == "staff",
    }[room.bookable_by]


def may_book(room: RoomFacts, actor: Actor) -> bool:
    """Whether it makes sense to offer the room to this actor at all."""
    if actor.can("rooms.desk") or room.bookable_by in ("anyone", "organisations"):
        return True
    return room.bookable_by == "residents" and actor.is_signed_in


# --------------------------------------------------------------------------- quotas

_USED_BY = """
    SELECT o.id, o.start_min, o.end_min - o.start_min
    FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id
    WHERE o.room_id=? AND o.start_min>=? AND o.start_min<?
        AND (o.replaces IS NULL OR o.state<>'requested')
        AND o.state IN ('requested', 'held', 'confirmed', 'checked_in', 'finished', 'unattended') AND
"""
_HOLDERS = {
    "organisation": _USED_BY + "b.organisation=?",
    "person": _USED_BY + "b.person=?",
    "phone": _USED_BY + "b.organiser_kind='guest' AND b.guest_phone=?",
    "guest": _USED_BY + "b.organiser_kind='guest' AND b.guest_phone='' AND b.organiser=?",
}


def check_quota(community: str, room: RoomFacts, organiser: Organiser, wish: Wish, leaving_out: int = 0) -> None:
    """Raise `Refused` when this booking would take the organiser over a quota of the room.

    Counts occurrences and minutes in the week (from Monday) or month of the wished day; runs inside the booking's
    transaction. `leaving_out` is the occurrence that is being moved. Staff bookings have no quota.
    """
    allowance = allowance_of(community, room, organiser, wish.day, wish.day, {leaving_out})
    short = allowance.refuses(wish)
    if short is not None:
        quota, used = short
        over = quota.bookings is not None and used[0] + 1 > quota.bookings
        raise Refused(_too_many(quota) if over else _too_long(quota, used[1]), advice=_other_period(quota.period))


@dataclass
class Allowance:
    """What the quotas of a room still leave one organiser; `used` counts bookings and minutes by quota and period."""

    quotas: Sequence[Quota]
    used: dict[tuple[str, datetime.date], tuple[int, int]]

    def refuses(self, wish: Wish) -> tuple[Quota, tuple[int, int]] | None:
        """The first quota that one more booking would go over, with what is used of it; None when all allow it."""
        for quota in self.quotas:
            used = self.used.get((quota.period, _period(quota.period, wish.day)[0]), (0, 0))
            if quota.bookings is not None and used[0] + 1 > quota.bookings:
                return quota, used
            if quota.minutes is not None and used[1] + wish.minutes > quota.minutes:
                return quota, used
        return None

    def take(self, day: datetime.date, minutes: int) -> None:
        """Count one more booking."""
        for period in ("week", "month"):
            key = (period, _period(period, day)[0])
            bookings, used = self.used.get(key, (0, 0))
            self.used[key] = (bookings + 1, used + minutes)


def allowance_of(
    community: str,
    room: RoomFacts,
    organiser: Organiser,
    first: datetime.date,
    last: datetime.date,
    leaving_out: Collection[int] = (),
) -> Allowance:
    """What the quotas of a room leave an organiser in the weeks and months of `first`…`last`, without some occurrences."""
    if organiser.kind == "staff":
        return Allowance((), {})
    kind, key = holder_of(organiser)
    holder = "organisation" if kind == "organisation" else "person"
    allowance = Allowance(list(Quota.of(community).where(Quota.room_id == room.id, Quota.holder == holder)), {})
    if allowance.quotas:
        begin = min(_period(period, first)[0] for period in ("week", "month"))
        end = max(_period(period, last)[1] for period in ("week", "month"))
        for occurrence, start, minutes in rows(_HOLDERS[kind], room.id, utc_minute(begin, 0), utc_minute(end, 0), key):
            if occurrence not in leaving_out:
                allowance.take(local_span(start, start)[0], minutes)
    return allowance


def holder_of(organiser: Organiser) -> tuple[str, str | int]:
    """How a quota recognises the organiser: organisation, person, or a guest's phone or name."""
    if organiser.organisation:
        return "organisation", organiser.organisation
    if organiser.person is not None:
        return "person", organiser.person
    return ("phone", organiser.phone) if organiser.phone else ("guest", organiser.name)


def _period(period: str, day: datetime.date) -> tuple[datetime.date, datetime.date]:
    if period == "week":
        monday = day - datetime.timedelta(days=day.weekday())
        return monday, monday + datetime.timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + datetime.timedelta(days=31)).replace(day=1)


def _too_many(quota: Quota) -> Label:
    if quota.period == "week":
        return _(
            "This room can be booked %(count)d times a week by the same person or organisation.", count=quota.bookings
        )
    return _(
        "This room can be booked %(count)d times a month by the same person or organisation.", count=quota.bookings
    )


def _too_long(quota: Quota, used: int) -> Label:
    left = max(0, quota.minutes - used)
    if quota.period == "week":
        return _("Your time in this room for this week is used up: %(left)d minutes are left.", left=left)
    return _("Your time in this room for this month is used up: %(left)d minutes are left.", left=left)


def _other_period(period: str) -> Label:
    if period == "week":
        return _("Please choose another week or another room.")
    return _("Please choose another month or another room.")


def time_text(start_min: int, end_min: int) -> str:
    """An interval in UTC minutes as people read it: `11月21日 周六 14:00–16:00`."""
    day, start, end = local_span(start_min, end_min)
    return f"{day_text(day)} {span(start, end)}"
