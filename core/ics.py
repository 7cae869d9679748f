"""Appointments as an iCalendar text (RFC 5545) for common phone and desktop calendars. Written by hand: it is small.

What an appointment says is the business of whoever makes it; no database and no HTTP here.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Appointment:
    """A time and a place: `uid` never changes, `start` and `end` are UTC minutes.

    `status` is CONFIRMED, TENTATIVE or CANCELLED. `sequence` is the version (RFC 5545 §3.8.7.4), raised with each change of
    time or place and with a cancellation; `changed_at` (ms UTC) when it last changed: in a text without METHOD that is both
    DTSTAMP and LAST-MODIFIED (§3.8.7.2). Without it the stamp is now.
    """

    uid: str
    start: int
    end: int
    summary: str
    place: str = ""
    note: str = ""
    status: str = "CONFIRMED"
    sequence: int = 0
    changed_at: int | None = None


def calendar_text(
    appointments: Iterable[Appointment], *, name: str = "", product: str = "linli", refresh_hours: int = 0
) -> str:
    """A VCALENDAR with one event per appointment; lines end with CRLF. Times are UTC, so no time-zone table is needed.

    `refresh_hours` asks a calendar that subscribes to it to come back that often (RFC 7986 §5.7).
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Linli//{product}//ZH", "CALSCALE:GREGORIAN"]
    if name:
        lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    if refresh_hours:
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:PT{refresh_hours}H", f"X-PUBLISHED-TTL:PT{refresh_hours}H"]
    stamp = _utc(int(time.time()) // 60)
    for each in appointments:
        lines += _event(each, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(each: Appointment, now: str) -> list[str]:
    stamp = now if each.changed_at is None else _utc_second(each.changed_at // 1000)
    return [
        "BEGIN:VEVENT",
        f"UID:{each.uid}@linli",
        f"DTSTAMP:{stamp}",
        *([] if each.changed_at is None else [f"LAST-MODIFIED:{stamp}"]),
        f"SEQUENCE:{each.sequence}",
        f"DTSTART:{_utc(each.start)}",
        f"DTEND:{_utc(each.end)}",
        f"SUMMARY:{_escaped(each.summary)}",
        *([f"DESCRIPTION:{_escaped(each.note)}"] if each.note else []),
        f"LOCATION:{_escaped(each.place)}",
        f"STATUS:{each.status}",
        "END:VEVENT",
    ]


def _utc(minute: int) -> str:
    return _utc_second(minute * 60)


def _utc_second(second: int) -> str:
    moment = datetime.datetime.fromtimestamp(second, datetime.UTC)
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
