"""A rule in plain words, and what is said about months that have no such day. How it is typed lies in the forms."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from core import LazyText, day_text, weekday_text
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.texts import _, ngettext

_MONDAY = datetime.date(2024, 1, 1)
_NTH = {
    1: _("the first %(weekday)s of the month"),
    2: _("the second %(weekday)s of the month"),
    3: _("the third %(weekday)s of the month"),
    4: _("the fourth %(weekday)s of the month"),
    5: _("the fifth %(weekday)s of the month"),
    -1: _("the last %(weekday)s of the month"),
}


def rule_words(rule: Rule, first: datetime.date | None) -> str:
    """`每周二、周四，到 2027 年 1 月 1 日为止` for a rule that starts on `first`; without it less can be said."""
    if rule.dates:
        return str(ngettext("%(num)d chosen date", "%(num)d chosen dates", len(rule.dates)))
    parts: list[object] = [_how_often(rule, "、".join(_when(rule, first)))]
    if rule.count is not None:
        parts.append(ngettext("%(num)d time", "%(num)d times", rule.count))
    elif rule.until is not None:
        parts.append(_("until %(day)s", day=day_text(rule.until)))
    return "，".join(str(part) for part in parts)


def _how_often(rule: Rule, when: str) -> str:
    if rule.freq == "WEEKLY" and when:
        if rule.interval == 1:
            return str(_("every week on %(days)s", days=when))
        return str(_("every %(num)d weeks on %(days)s", num=rule.interval, days=when))
    every = str(_every(rule))
    # Chinese words follow each other directly; a number, or a word in letters, is set off.
    blank = " " if when[:1] < "\u2e80" else ""
    return f"{every}{blank}{when}".strip()


def _every(rule: Rule) -> LazyText:
    every = {
        "DAILY": (_("every day"), _("every %(num)d days", num=rule.interval)),
        "WEEKLY": (_("every week"), _("every %(num)d weeks", num=rule.interval)),
        "MONTHLY": (_("every month"), _("every %(num)d months", num=rule.interval)),
        "YEARLY": (_("every year"), _("every %(num)d years", num=rule.interval)),
    }[rule.freq]
    return every[rule.interval > 1]


def _when(rule: Rule, first: datetime.date | None) -> list[str]:
    if rule.freq == "WEEKLY":
        days = [_weekday(day) for day, _nth in rule.weekdays]
        return days or ([weekday_text(first)] if first is not None else [])
    if rule.freq == "YEARLY" and first is not None:
        return [str(_("on %(month)d/%(day)d", month=first.month, day=first.day))]
    if rule.freq != "MONTHLY":
        return []
    if rule.weekdays:
        return [
            str(_NTH[nth]) % {"weekday": _weekday(day)} if nth in _NTH else _weekday(day) for day, nth in rule.weekdays
        ]
    numbers = rule.month_days or ((first.day,) if first is not None else ())
    return [str(_("on the last day") if day == -1 else _("on day %(day)d", day=day)) for day in numbers]


def _weekday(weekday: int) -> str:
    return str(weekday_text(_MONDAY + datetime.timedelta(days=weekday)))


def gap_words(gaps: Sequence[tuple[int, int]]) -> str:
    """`2027年2月、2027年4月` for the months and years in which a rule has no day."""
    return "、".join(
        str(_("%(year)d/%(month)d", year=year, month=month) if month else _("the year %(year)d", year=year))
        for year, month in gaps
    )
