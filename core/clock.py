"""Local time of the installation: days and minutes as people read them, from the UTC values that are stored.

`set_zone` is called once at start with the configured IANA zone. Days are written in the reader's language, here and
nowhere else. No database and no HTTP here.
"""

from __future__ import annotations

import datetime
import time
from zoneinfo import ZoneInfo

from core.text import current_language

_WEEKDAYS = {"zh_Hans": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}

_zone: datetime.tzinfo = ZoneInfo("Asia/Shanghai")


def set_zone(name: str) -> None:
    """Choose the installation's time zone; an unknown name raises `ZoneInfoNotFoundError`."""
    global _zone
    _zone = ZoneInfo(name)


def local_zone() -> datetime.tzinfo:
    """The installation's time zone."""
    return _zone


def local_now() -> datetime.datetime:
    """This moment, with the local zone."""
    return datetime.datetime.fromtimestamp(time.time(), _zone)


def today() -> datetime.date:
    """Today's date where the community is."""
    return local_now().date()


def local_text(moment: int) -> datetime.datetime:
    """A stored moment (milliseconds UTC) as local date and time."""
    return datetime.datetime.fromtimestamp(moment / 1000, _zone)


def local_day(moment: int) -> datetime.date:
    """The local calendar day of a stored moment (milliseconds UTC)."""
    return local_text(moment).date()


def utc_minute(day: datetime.date, minute: int) -> int:
    """The UTC minute (since 1970) of a local wall-clock minute (0…1440) of a day."""
    midnight = datetime.datetime.combine(day, datetime.time(), _zone)
    wall = midnight + datetime.timedelta(minutes=minute)
    return int(wall.timestamp()) // 60


def local_minute(utc_minutes: int) -> tuple[datetime.date, int]:
    """The local day and wall-clock minute (0…1439) of a UTC minute."""
    moment = datetime.datetime.fromtimestamp(utc_minutes * 60, _zone)
    return moment.date(), moment.hour * 60 + moment.minute


# --------------------------------------------------------------------------- as people read them


def day_text(value: datetime.date | str | None, *, with_year: bool = False) -> str:
    """`2026年11月21日 周六`; the year is left out when it is this one, unless `with_year` (paper is kept for years).

    Takes a date or `YYYY-MM-DD`.
    """
    if not value:
        return ""
    date = datetime.date.fromisoformat(value) if isinstance(value, str) else value
    if current_language() == "en":
        year = f" {date.year}"
        return f"{weekday_text(date)} {date.day} {date:%b}" + (year if with_year else _unless_this_year(date, year))
    year = f"{date.year}年"
    return (year if with_year else _unless_this_year(date, year)) + f"{date.month}月{date.day}日 {weekday_text(date)}"


def short_day_text(value: datetime.date | str | None) -> str:
    """`11-21 周六`, for dense tables."""
    if not value:
        return ""
    date = datetime.date.fromisoformat(value) if isinstance(value, str) else value
    return f"{date:%m-%d} {weekday_text(date)}"


def weekday_text(date: datetime.date) -> str:
    """`周六`, or `Sat`."""
    name = _WEEKDAYS[current_language()][date.weekday()]
    return name if current_language() == "en" else "周" + name


def _unless_this_year(date: datetime.date, text: str) -> str:
    return "" if date.year == today().year else text


def moment_text(value: int | None) -> str:
    """A stored moment (milliseconds UTC) as local day and time: `11月21日 周六 09:30`."""
    if value is None:
        return ""
    local = local_text(value)
    return f"{day_text(local.date())} {local:%H:%M}"
