"""The notices of the demo community: one pair that is finished, one that takes objections, one that ended, one withdrawn.

What has hung was published in the past: the command that builds the demo may say so.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.actor import Actor
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices.records import Notice
from core.civic.notices.wording import NoticeWording
from core.store.db import now
from core.text import LazyText, _

DAY_MS = 86_400_000
PLAN_TITLE = "海城名家小区停车费收支分配方案"
PLAN = """海城名家小区地面停车费收支由业委会提出、社区审核，分配方案如下：

# 收入

| 项目 | 金额（元） |
|---|---|
| 地面停车费 | 126,000.00 |
| 电梯广告 | 30,000.00 |

# 怎么用

- 楼道灯更换：每个单元 2,180.00 元
- 绿化补种：14,000.00 元
- 其余转入小区公共收益账户

有意见请在异议期内提出，社区逐条答复。"""
RESULT = PLAN.replace("绿化补种：14,000.00 元", "绿化补种：9,000.00 元\n- 非机动车棚加装充电桩：5,000.00 元").replace(
    "有意见请在异议期内提出，社区逐条答复。", "公示期内收到 2 条意见，已答复；采纳 1 条，增加充电桩。"
)
CANDIDATES = """经居民小组推荐、资格审查，拟推荐下列人员为第三网格楼栋长人选：

1. 金阿姨，62 岁，3 幢 2 单元，退休教师
2. 马师傅，58 岁，5 幢 1 单元，水电工

对人选有不同意见的，请向社区反映。"""
REPAIR = """# 做什么

更换 1 幢至 6 幢楼道窗，预算 48,600.00 元，由社区微实事资金支出。

# 什么时候

10 月 8 日开工，预计 20 天。施工期间请把楼道里的杂物收好。"""


def build(actor: Actor) -> Iterator[LazyText]:
    """Write them all; yields a sentence on what was made."""
    first = _published(actor, 40, "money", PLAN_TITLE, PLAN, "顾会计", objections=15, pair=True)
    second = notice_pairs.draft_after(actor, first.pair_id)
    said = NoticeWording("money", "海城名家小区停车费收支分配结果", RESULT, "顾会计")
    notices.edit_draft(actor, second.id, said)
    notices.publish_notice(actor, second.id, at=_ago(20))
    _published(actor, 30, "project", "楼道窗更换工程公示", REPAIR, "陆敏", days=10)
    wrong = _published(actor, 5, "general", "国庆期间服务大厅开放时间", "10 月 1 日至 7 日服务大厅照常开放。", "陆敏")
    notices.withdraw_notice(actor, wrong.id, "值班安排有变，日期写错了")
    _published(actor, 1, "persons", "第三网格楼栋长人选公示", CANDIDATES, "沈主任", objections=7, pair=True)
    said = NoticeWording("general", "重阳节活动安排", "时间、地点待定。", "陆敏")
    notices.submit_draft(actor, notices.draft_notice(actor, said).id)
    yield _("6 notices, two of them a finished double publication.")


def _ago(days: int) -> int:
    """The moment (ms UTC) that many days ago."""
    return now() - days * DAY_MS


def _published(
    actor: Actor,
    ago: int,
    category: str,
    title: str,
    body: str,
    responsible: str,
    *,
    days: int | None = None,
    objections: int = 0,
    pair: bool = False,
) -> Notice:
    """A notice published that many days ago, as the first of a pair where told."""
    said = NoticeWording(category, title, body, responsible, days=days, objection_days=objections)
    draft = notices.draft_notice(actor, said)
    if pair:
        notice_pairs.open_pair(actor, draft.id)
    return notices.publish_notice(actor, draft.id, at=_ago(ago))
