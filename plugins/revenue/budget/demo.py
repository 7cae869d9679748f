"""The demo's budget of this year: entered by the bookkeeper, decided by the director on minutes, changed once with its reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from core import Actor, Community, colleagues, today
from plugins.revenue.budget import versions
from plugins.revenue.budget.states import DECIDE, ENTER
from plugins.revenue.giving.demo import _paper
from plugins.revenue.texts import _

LINES = (
    ("4301", "unallocated", 12_000_000, "食堂、托育、团购和停车的分成"),
    ("4901", "operating", 5_000, "银行利息"),
    ("4101", "give_back", 500_000, "居民和企业捐赠"),
    ("5101", "give_back", 4_000_000, "楼道灯、活动室等为居民办的实事"),
    ("5101", "operating", 300_000, "节日活动"),
    ("5201", "operating", 800_000, "办公用品和小修小补"),
    ("5401", "general", 6_000, "银行手续费"),
)


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Two versions, by two people; nothing where the demo has no colleagues to do it."""
    chief = _one(community, DECIDE)
    keeper = _one(community, ENTER)
    if keeper is None or chief is None or keeper.account == chief.account:
        return
    first = versions.start(keeper, today().year)
    for line in LINES:
        versions.set_line(keeper, first.id, *line)
    _decided(keeper, chief, first.id, "居民会议", "居民会议纪要")
    second = versions.start(keeper, today().year, "楼道灯更换比预计多，居民会议同意从反哺资金增加 5,000 元")
    versions.set_line(keeper, second.id, "5101", "give_back", 4_500_000, "楼道灯、活动室等为居民办的实事")
    _decided(keeper, chief, second.id, "居民代表会议", "居民代表会议纪要")
    yield str(_("The budget of this year, changed once by a meeting."))


def _one(community: Community, permission: str) -> Actor | None:
    found = next(
        (each for each in colleagues(community.code) if each.can(permission) and each.account is not None), None
    )
    return None if found is None else replace(found, permissions=found.permissions & {ENTER, DECIDE})


def _decided(keeper: Actor, chief: Actor, budget_id: int, meeting: str, paper: str) -> None:
    met_on = today() - datetime.timedelta(days=3)
    versions.set_meeting(keeper, budget_id, f"{today().year} 年{meeting}", met_on, [_paper(keeper, paper)])
    versions.hand_in(keeper, budget_id)
    versions.decide(chief, budget_id)
