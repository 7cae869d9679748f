"""人民调解月报表, the figures: which case counts where, and on which of its days. No words and no comparison here.

Each figure hangs on one day of a case that does not change any more, in local time, so that whoever counts a month later finds
the same. What is entered late with its own day (an acceptance, a signature of last week) counts where that day lies, and a kind
of dispute that is put right counts under the right one: such corrections are the only way in which a past month changes. The
figures of a quarter or a year are the sums of its months.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from core import today
from plugins.mediation.models import Agreement, Case, Confirmation, Ending, Matter, Prevention
from plugins.mediation.words import DISPUTES, PREVENTED, SOURCES


@dataclass(frozen=True)
class Figures:
    """What happened in a span of days. A case that was only heard of, handed on, refused or taken back counts nowhere.

    - `accepted` 受理: the day the committee accepted the case; a quarrel settled on the spot is accepted on the day it was
      settled. A case that is opened again is not accepted again. `sources` and `disputes` split this figure; a quarrel
      settled on the spot for which no kind was chosen is of the kind `other`.
    - `on_the_spot` 当场化解: of these, settled on the spot.
    - `written`, `oral`: the day an agreement took effect (《人民调解法》 §29, §30), once per case; settled on the spot is oral.
    - `ended` 调解不成: the day mediation ended without agreement. Opened again in the same month it did not end; opened again in
      a later month it ended in the first and may be agreed on in the second.
    - `amount` 协议金额: what was agreed between the parties in these agreements, in 分.
    - `performed` 履行: the day the last duty was done, where every duty was; `confirmed` 司法确认: the day the court confirmed.
    - `prevented` 防止激化: by what was prevented, how many cases and how many people, on the day it was.
    """

    on_the_spot: int
    written: int
    oral: int
    ended: int
    amount: int
    performed: int
    confirmed: int
    prevented: Mapping[str, tuple[int, int]]
    sources: Mapping[str, int]
    disputes: Mapping[str, int]

    @property
    def accepted(self) -> int:
        """Accepted, with those settled on the spot."""
        return sum(self.sources.values())

    @property
    def succeeded(self) -> int:
        """调解成功: in writing or orally, on the spot included."""
        return self.written + self.oral

    @property
    def rate(self) -> int | None:
        """成功率 in tenths of a percent: what succeeded of all that came to an end; None when nothing did. Never above 1000."""
        concluded = self.succeeded + self.ended
        return (self.succeeded * 2000 + concluded) // (2 * concluded) if concluded else None

    @property
    def prevented_by(self) -> Mapping[str, int]:
        """Cases by what was prevented."""
        return {what: cases for what, (cases, _people) in self.prevented.items()}

    @property
    def prevented_cases(self) -> int:
        """Cases in which something worse was prevented."""
        return sum(cases for cases, _people in self.prevented.values())

    @property
    def prevented_people(self) -> int:
        """The people who were about to take part in it."""
        return sum(people for _cases, people in self.prevented.values())


def count(community: str, first: datetime.date, last: datetime.date) -> Figures:
    """The figures of the days from `first` to `last`, both included."""
    sources, disputes, on_the_spot = _accepted(community, first, last)
    agreed = _agreed(community, first, last)
    return Figures(
        on_the_spot=on_the_spot,
        written=agreed.get("written", (0, 0))[0],
        oral=agreed.get("oral", (0, 0))[0] + on_the_spot,
        ended=_ended(community, first, last),
        amount=sum(amount for _cases, amount in agreed.values()),
        performed=_cases(community, Case.performed_on.between(first, last)),
        confirmed=Confirmation.of(community)
        .where(Confirmation.state == "confirmed", Confirmation.decided_on.between(first, last))
        .count(),
        prevented=_prevented(community, first, last),
        sources={code: sources.get(code, 0) for code in SOURCES},
        disputes={code: disputes.get(code, 0) for code in DISPUTES},
    )


def _cases(community: str, wanted: Any) -> int:
    return int(Case.of(community).where(wanted).count())


def _accepted(community: str, first: datetime.date, last: datetime.date) -> tuple[Counter[str], Counter[str], int]:
    """By source, by kind of dispute, and how many were settled on the spot."""
    settled = Ending.of(community, Ending.case_id).where(Ending.how == "settled", Ending.ended_on.between(first, last))
    sources: Counter[str] = Counter()
    disputes: Counter[str] = Counter()
    on_the_spot = 0
    for wanted, spot in ((Case.accepted_on.between(first, last), False), (Case.id.in_(settled), True)):
        query = (
            Case.of(community, Case.source, Matter.dispute, fn.COUNT(Case.id))
            .join(Matter, on=(Matter.case_id == Case.id))
            .where(wanted)
            .group_by(Case.source, Matter.dispute)
        )
        for source, dispute, number in list(query.tuples()):
            sources[source] += number
            disputes[dispute or "other"] += number
            on_the_spot += number if spot else 0
    return sources, disputes, on_the_spot


def _agreed(community: str, first: datetime.date, last: datetime.date) -> dict[str, tuple[int, int]]:
    """Agreements in force by form: how many, and the sum of what was agreed."""
    query = (
        Agreement.of(community, Agreement.form, fn.COUNT(Agreement.id), fn.SUM(Agreement.amount))
        # A version that took the place of one the court did not confirm is no second agreement.
        .where(Agreement.effective_on.between(first, last), Agreement.replaces.is_null())
        .group_by(Agreement.form)
    )
    return {form: (number, int(amount or 0)) for form, number, amount in list(query.tuples())}


def _ended(community: str, first: datetime.date, last: datetime.date) -> int:
    month = fn.SUBSTR(Ending.reopened_on, 1, 7) == fn.SUBSTR(Ending.ended_on, 1, 7)
    query = Ending.of(community).where(
        Ending.how == "terminated", Ending.ended_on.between(first, last), Ending.reopened_on.is_null() | ~month
    )
    return int(query.count())


def _prevented(community: str, first: datetime.date, last: datetime.date) -> dict[str, tuple[int, int]]:
    query = (
        Prevention.of(community, Prevention.what, fn.COUNT(Prevention.case_id), fn.SUM(Prevention.people))
        .where(Prevention.prevented_on.between(first, last))
        .group_by(Prevention.what)
    )
    found = {what: (number, int(people)) for what, number, people in list(query.tuples())}
    return {code: found.get(code, (0, 0)) for code in PREVENTED}


def kept_since(community: str) -> datetime.date:
    """The first day of the month from which on cases are kept here: that of the earliest application. Today's month before any.

    Whatever lies before was counted by other means: it is unknown, not nought.
    """
    earliest: Any = Case.of(community, fn.MIN(Case.requested_on)).tuples().first()
    found = earliest[0] if earliest and earliest[0] else today()
    day = found if isinstance(found, datetime.date) else datetime.date.fromisoformat(found)
    return day.replace(day=1)
