"""The module's lists as workbooks: columns and rows. Who may have them, and the audit entry, are the business of core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core import Actor, Export, today
from plugins.rooms.clock import hhmm, local_span, parse_day
from plugins.rooms.finding.lists import Line, on_day, requests
from plugins.rooms.finding.monthly import VIEW, month_of, room_rows
from plugins.rooms.finding.series_lists import running_series
from plugins.rooms.finding.waiting_lists import all_waiting
from plugins.rooms.places.closures import closures
from plugins.rooms.places.imports import COLUMNS, listed
from plugins.rooms.places.places import MANAGE
from plugins.rooms.texts import _


def _line(line: Line) -> list[Any]:
    """What all lists of bookings show; a confidential room keeps the title."""
    who = line.organiser
    if line.organisation and line.organisation != who:
        who = f"{who} · {line.organisation}"
    title = str(_("confidential")) if line.confidential else line.title
    return [line.date, line.start, line.end, line.venue, line.room, title, who, line.guest_phone, line.people]


def _day(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    venue = wanted.get("venue", "")
    chosen = int(venue) if venue.isascii() and venue.isdecimal() else None
    for line in on_day(actor, parse_day(wanted.get("date", "")) or today(), chosen):
        yield [*_line(line), str(line.state_shown.label)]


def _requests(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    found = requests(actor)
    while found:
        yield from ([*_line(line), parse_day(line.requested_on)] for line in found)
        found = requests(actor, after=found[-1])


def _waiting(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    for line in all_waiting(actor):
        who = line.organiser
        if line.organisation and line.organisation != who:
            who = f"{who} · {line.organisation}"
        title = str(_("confidential")) if line.confidential else line.title
        yield [
            line.number, line.date, line.start, line.end, line.minutes, line.room, title, who, line.guest_phone,
            line.people, str(line.state_shown.label),
        ]  # fmt: skip


def _series(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    found = running_series(actor)
    while found:
        for each in found:
            line = each.line
            title = str(_("confidential")) if line.confidential else line.title
            yield [
                line.venue, line.room, each.rule, each.usual, title, line.organiser, line.guest_phone, each.ahead, each.last,
            ]  # fmt: skip
        found = running_series(actor, after=found[-1].line.booking_id)


def _closures(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    actor.require(MANAGE)
    for closed in closures(actor):
        first, start, _end = local_span(closed.start_min, closed.start_min)
        last, _start, end = local_span(closed.end_min - 1, closed.end_min)
        yield [closed.room, first, hhmm(start), last, hhmm(end), closed.reason]


def _rooms(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    """What the import reads again, so that a list can be corrected in Excel and brought back."""
    actor.require(MANAGE)
    for room in listed(actor):
        values = ((column.cell, room.values[column.field]) for column in _ROOM_COLUMNS)
        yield [value if type(value) is int else cell.show(value) for cell, value in values]


def _utilisation(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    """A hall stands before its parts, and is the sum of them."""
    first = month_of(wanted.get("month", "")) or today().replace(day=1)
    for venue, room, is_hall, minutes in room_rows(actor, first):
        name = f"{room}（{_('hall, the sum of its parts')}）" if is_hall else room
        figures = [round(each / 60, 2) for each in minutes]
        yield [first.isoformat()[:7], venue, name, *figures, minutes.percent]


_ROOM_COLUMNS = tuple(column for column in COLUMNS if column.field != "hours")

_BOOKING = (
    _("Day"), _("From"), _("To"), _("Venue"), _("Room"), _("What for"), _("Booked by"), _("Phone"), _("People"),
)  # fmt: skip
_PHONE = 7

EXPORTS = (
    Export(
        "rooms.day", _("Bookings of a day"), "rooms.desk", (*_BOOKING, _("State")), _day,
        filters=("date", "venue"), phones=(_PHONE,),
    ),
    Export(
        "rooms.requests", _("Booking requests"), "rooms.booking.approve", (*_BOOKING, _("Asked for on")), _requests,
        phones=(_PHONE,),
    ),
    Export(
        "rooms.waiting", _("Waiting list"), "rooms.desk",
        (
            _("No."), _("Day"), _("From"), _("To"), _("Minutes"), _("Room"), _("What for"), _("For whom"), _("Phone"),
            _("People"), _("State"),
        ),
        _waiting, phones=(8,),
    ),
    Export(
        "rooms.series", _("Regular bookings"), "rooms.desk",
        (_("Venue"), _("Room"), _("Repeat"), _("Time"), _("What for"), _("Booked by"), _("Phone"), _("Dates to come"),
         _("Until")), _series, phones=(6,),
    ),
    Export(
        "rooms.closures", _("Closures"), MANAGE,
        (_("Room"), _("First day"), _("From"), _("Last day"), _("To"), _("Why")), _closures,
    ),
    Export(
        "rooms.utilisation", _("Utilisation of rooms"), VIEW,
        (_("Month"), _("Venue"), _("Room"), _("Hours open"), _("Hours used"), _("Hours unconfirmed"), _("Used in %")),
        _utilisation, filters=("month",),
    ),
    Export(
        "rooms.rooms", _("Venues and rooms"), MANAGE, tuple(column.label for column in _ROOM_COLUMNS), _rooms,
    ),
)  # fmt: skip
