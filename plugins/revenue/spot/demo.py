"""The demo's spot check: the oldest period is locked and published, a member of the supervision committee draws, residents looked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from core import Actor, Community, Refused, colleagues, rows, today
from plugins.revenue.ledger import heads, periods
from plugins.revenue.shares import deadlines
from plugins.revenue.shares.packs import period_of
from plugins.revenue.spot import checking, drawing
from plugins.revenue.spot.words import SPOT
from plugins.revenue.texts import _

# Fewer vouchers are no draw worth showing.
_ENOUGH = 3
_NAMES = ("李阿姨", "周师傅", "陈老师")


def fill(community: Community) -> Iterator[str]:
    """One draw with its results, published; nothing where the demo has nobody who may draw, or nothing to lock."""
    code = community.code
    drawer = next((each for each in colleagues(code) if each.can(SPOT) and drawing.why_not(each) is None), None)
    closer = next((each for each in colleagues(code) if each.can("revenue.close")), None)
    if drawer is None or closer is None or checking.spots(code) or not _locked(closer):
        return
    heads.record_head(closer)
    waiting = [each for each in drawing.drawable(code) if each.head is not None]
    if not waiting:
        return
    spot = drawing.begin(replace(drawer, origin="demo"), waiting[-1].span.first.isoformat())
    for number, each in enumerate(checking.vouchers(spot)):
        role, name = ("owner", "resident", "resident")[number % 3], _NAMES[number % 3]
        outcome, words = "matches", "金额、日期、盖章都对得上。"
        if number == _ENOUGH:
            outcome, words = "differs", "发票日期比记账晚两天，其余一致，已请报账员补说明。"
        found = checking.Found(outcome, words, role, name, today())
        checking.enter_result(drawer, spot.id, each.entry.seq, found)
    checking.publish(drawer, spot.id, "监督委员会")
    yield str(_("A spot check was drawn, looked at by residents and published."))


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
