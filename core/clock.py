"""Local time of the installation: days and minutes as people read them, from the UTC values that are stored.

`set_zone` is called once at start with the configured IANA zone. No database and no HTTP here.
"""

from __future__ import annotations

import datetime
import time
from zoneinfo import ZoneInfo

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
