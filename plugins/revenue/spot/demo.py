"""The demo's spot check: the oldest period is locked, residents threw six digits, looked at the papers, and the results are published."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from core import Actor, Community, Refused, colleagues, rows, today
from plugins.revenue.ledger import periods
from plugins.revenue.shares import deadlines
from plugins.revenue.shares.packs import period_of
from plugins.revenue.spot import announcing, checking, drawing, lots, people
from plugins.revenue.spot.words import SPOT
from plugins.revenue.texts import _

# Fewer vouchers are no draw worth showing.
_ENOUGH = 3
_TWO = 2
_PLACE = "服务大厅会议室，19:00"
_OCCASION = "居民议事会上六位居民各报一个数字"
_NAMES = ("李阿姨", "周师傅", "陈老师")


def fill(community: Community) -> Iterator[str]:
    """One draw with its results, published; nothing where the demo has no two who may, or nothing to lock."""
    code = community.code
    able = [
        replace(each, origin="demo") for each in colleagues(code) if each.can(SPOT) and people.why_not(each) is None
    ]
    closer = next((each for each in colleagues(code) if each.can("revenue.close")), None)
    if closer is None or checking.spots(code) or not _locked(closer):
        return
    waiting = [each.lot for each in lots.waiting(code) if each.lot.pool >= _ENOUGH] or [
        each.lot for each in lots.waiting(code)
    ]
    for lot in waiting[-1:]:
        able = [each for each in able if people.why_not_here(each, lot.first_day, lot.last_day) is None]
        if len(able) < _TWO:
            return
        drawer, other = able[:_TWO]
        announcing.announce(drawer, lot.id, announcing.Meeting(today(), _PLACE, "监督委员会"))
        spot = drawing.begin(drawer, lot.id, drawing.Thrown("361452", today(), _OCCASION))
        for number, each in enumerate(checking.vouchers(spot)):
            checking.enter_result(drawer, spot.id, each.entry.seq, _found(number))
        checking.publish(other, spot.id, "监督委员会")
        yield str(_("A spot check was drawn, looked at by residents and published."))


def _found(number: int) -> checking.Found:
    role, name = ("owner", "resident", "resident")[number % 3], _NAMES[number % 3]
    if number == _ENOUGH:
        words = "发票日期比记账晚两天，其余一致，已请报账员补说明。"
        return checking.Found("differs", words, role, name, today())
    return checking.Found("matches", "金额、日期、盖章都对得上。", role, name, today())


def _locked(closer: Actor) -> bool:
    """Lock the oldest period with enough papers, as far as nothing speaks against it."""
    code = str(closer.community)
    found = rows("SELECT day FROM revenue_entry WHERE community = ? AND evidence <> '[]' ORDER BY day", code)
    spans = [period_of(deadlines.cycle(code), datetime.date.fromisoformat(day)) for (day,) in found]
    over = [span for span in spans if span.last < today()]
    if not over:
        return False
    span = max(over, key=lambda each: (over.count(each) >= _ENOUGH, -each.last.toordinal()))
    try:
        periods.lock(closer, span.months[1])
    except Refused:
        return bool(periods.locked_until(code) >= span.months[1])
    return True
