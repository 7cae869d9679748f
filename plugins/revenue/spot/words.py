"""The words for codes of this part, its settings, and how the audit log tells what was done; never who inspected."""

from __future__ import annotations

import datetime

from core import AuditWords, Label, Setting
from plugins.revenue.texts import _

SPOT = "revenue.spot"
COUNT = "revenue.spot_vouchers"
OUTCOMES = {"matches": _("matches"), "differs": _("differs")}
ROLES = {
    "resident": _("a resident"),
    "owner": _("an owner"),
    "supervisor": _("a member of the supervision committee"),
}
SETTINGS = (
    Setting(
        COUNT, _("Vouchers drawn for residents to inspect, each period"), int, 5, minimum=1, maximum=50,
        hint=_("A period is as long as that of which the income is published. What is set when its last month is locked counts."),
    ),
)  # fmt: skip

SENTENCES = {
    "revenue.spot.fixed": _("Fixed with the lock what a spot check can draw"),
    "revenue.spot.announced": _("Told residents when they throw the lot of a spot check"),
    "revenue.spot.moved": _("Told residents of another day or place to throw the lot of a spot check"),
    "revenue.spot.drawn": _("Drew the vouchers for a spot check"),
    "revenue.spot.found": _("Entered what an inspection of a voucher found"),
    "revenue.spot.published": _("Published the results of a spot check"),
}
WORDS = AuditWords(
    subjects={
        "revenue.spot": _("Spot check"),
        "revenue.spot_lot": _("Lot of a spot check"),
        "revenue.spot_announced": _("Notice of a draw"),
        "revenue.spot_voucher": _("Voucher of a spot check"),
        "revenue.spot_result": _("Result of an inspection"),
    },
    names={
        "first_day": _("From"),
        "last_day": _("Up to"),
        "vouchers": _("Vouchers"),
        "code": _("Code of the books"),
        "seq": _("Number of the entry"),
        "outcome": _("Result"),
        "role": _("Who inspected"),
        "inspected_on": _("Inspected on"),
        "differs": _("Vouchers that differ"),
        "number": _("Digits thrown"),
        "pool": _("Vouchers with papers in the period"),
        "fingerprint": _("Fingerprint of the secret"),
        "on_day": _("Residents throw on"),
        "place": _("Where residents meet"),
    },
    values={"outcome": OUTCOMES, "role": ROLES},
)


def unbroken(span: Label) -> str:
    """Months as they stand in a heading of a page, where neither 2026 年 nor 7—9 月 may fall on two lines."""
    return str(span).replace(" ", "\u00a0").replace("—", "\u2060—\u2060")


def months_told(first: datetime.date, last: datetime.date) -> Label:
    """2026 年 7—9 月; a period that is published never leaves its year."""
    if first.month == last.month:
        return _("%(month)s/%(year)s", month=first.month, year=first.year)
    return _("months %(first)s to %(last)s of %(year)s", first=first.month, last=last.month, year=first.year)
