"""What the figures of a period say, in two to four plain sentences. Nothing is counted here, and no case is told of."""

from __future__ import annotations

from typing import NamedTuple

from core import Label, LazyText, yuan
from plugins.mediation.figures.monthly import Report, in_percent
from plugins.mediation.texts import _
from plugins.mediation.words import DISPUTES

MOST = 2


class Sentence(NamedTuple):
    """One finding. `kind` is what it is about: total, change, most or prevented."""

    kind: str
    text: LazyText


def sentences(report: Report) -> list[Sentence]:
    """The findings of a period, the most important first."""
    return [Sentence("total", _total(report)), *_change(report), *_most(report), *_prevented(report)]


def _total(report: Report) -> LazyText:
    now = report.now
    if not now.accepted and now.rate is None:
        return _("No case was accepted, and none came to an end.")
    if now.rate is None:
        return _("%(accepted)d cases were accepted; none has come to an end yet.", accepted=now.accepted)
    given = {"accepted": now.accepted, "succeeded": now.succeeded, "rate": in_percent(now.rate)}
    if now.amount:
        return _(
            "%(accepted)d cases were accepted and %(succeeded)d settled, a success rate of %(rate)s%%; the parties agreed on %(yuan)s yuan.",
            **given,
            yuan=yuan(now.amount),
        )
    return _("%(accepted)d cases were accepted and %(succeeded)d settled, a success rate of %(rate)s%%.", **given)


_MORE = {
    "month": _("%(number)d more were accepted than the month before (%(before)d)"),
    "quarter": _("%(number)d more were accepted than the quarter before (%(before)d)"),
    "year": _("%(number)d more were accepted than the year before (%(before)d)"),
}
_FEWER = {
    "month": _("%(number)d fewer were accepted than the month before (%(before)d)"),
    "quarter": _("%(number)d fewer were accepted than the quarter before (%(before)d)"),
    "year": _("%(number)d fewer were accepted than the year before (%(before)d)"),
}
_AS_MANY = {
    "month": _("As many were accepted as the month before"),
    "quarter": _("As many were accepted as the quarter before"),
    "year": _("As many were accepted as the year before"),
}


def _against(report: Report, number: int) -> Label:
    kind, more = report.period.kind, report.now.accepted - number
    if not more:
        return _AS_MANY[kind]
    return (_MORE if more > 0 else _FEWER)[kind] % {"number": abs(more), "before": number}


def _change(report: Report) -> list[Sentence]:
    """Against the period before, and against last year where it was kept."""
    if report.before is None:
        return []
    first = _against(report, report.before.accepted)
    if report.period.kind == "year" or report.last_year is None:
        return [Sentence("change", _("%(change)s.", change=first))]
    then = report.last_year.accepted
    return [Sentence("change", _("%(change)s; a year ago it was %(then)d.", change=first, then=then))]


def _most(report: Report) -> list[Sentence]:
    """The kinds of dispute with the most cases."""
    ranked = sorted(
        ((number, code) for code, number in report.now.disputes.items() if number), key=lambda each: -each[0]
    )
    if len(ranked) < MOST:
        return []
    named = "、".join(
        str(_("%(kind)s (%(number)d)", kind=DISPUTES[code], number=number)) for number, code in ranked[:MOST]
    )
    return [Sentence("most", _("Most were about: %(kinds)s.", kinds=named))]


def _prevented(report: Report) -> list[Sentence]:
    now = report.now
    if not now.prevented_cases:
        return []
    words = _(
        "%(cases)d quarrels with %(people)d people were kept from becoming something worse.",
        cases=now.prevented_cases,
        people=now.prevented_people,
    )
    return [Sentence("prevented", words)]
