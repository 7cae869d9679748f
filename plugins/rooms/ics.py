"""Bookings as an iCalendar text (RFC 5545) for common phone and desktop calendars. Written by hand: it is small."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from core import now
from plugins.rooms.lists import Line
from plugins.rooms.texts import _

_STATUS = {"confirmed": "CONFIRMED", "requested": "TENTATIVE", "held": "TENTATIVE"}


def calendar_text(bookings: Iterable[Line], *, name: str = "") -> str:
    """A VCALENDAR with one event per booking that is confirmed or may become so; lines end with CRLF.

    A confidential booking is only called 预约. Times are UTC, so no time-zone table is needed.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Linli//rooms//ZH", "CALSCALE:GREGORIAN"]
    if name:
        lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    stamp = _utc(now() // 60_000)
    for booking in bookings:
        if booking.state in _STATUS:
            lines += _event(booking, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(booking: Line, stamp: str) -> list[str]:
    summary = str(_("Booking")) if booking.confidential or not booking.title else booking.title
    place = "，".join(part for part in (booking.venue, booking.floor, booking.room) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:rooms-occurrence-{booking.id}@linli",
        f"DTSTAMP:{stamp}",
        f"DTSTART:{_utc(booking.start_min)}",
        f"DTEND:{_utc(booking.end_min)}",
        f"SUMMARY:{_escaped(summary)}",
        f"LOCATION:{_escaped(place)}",
        f"STATUS:{_STATUS[booking.state]}",
        "END:VEVENT",
    ]


def _utc(minute: int) -> str:
    moment = datetime.datetime.fromtimestamp(minute * 60, datetime.UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line breaks escaped; other control characters left out (§3.3.11)."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(character for character in text if character >= " " and character != "\x7f")


def _folded(line: str) -> str:
    """Content lines are at most 75 octets (§3.1); a fold never cuts a character in two."""
    pieces, piece, room = [], "", 75
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", 74
        piece += character
        room -= size
    return "\r\n ".join([*pieces, piece])
