"""The objections of the demo community: from a phone and answered in time, on paper and answered late, and one that waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.actor import Actor, community_of
from core.civic.notices.records import Notice
from core.civic.objections import answers as objection_answers
from core.civic.objections import filing as objections
from core.civic.reaching import calls
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.clock import local_day
from core.operate.demo_notices import DAY_MS
from core.store.db import now
from core.text import LazyText, _

LAMPS = "楼道灯每个单元要 2180 元，比网上买贵，我是 3 幢 501 的张桂英，请说明。"
LAMPS_SHOWN = "楼道灯每个单元要 2180 元，比网上买贵，……请说明。"
LAMPS_ANSWER = "2180 元包含拆旧、布线和三年保修，三家报价中最低。报价单放在服务大厅，可以随时看。"
SHEDS = "绿化年年补，车棚里充电老是跳闸没人管，钱应该先用在充电桩上。"
SHEDS_ANSWER = "采纳。绿化减少 5000 元，改为加装非机动车棚充电桩，第二次公示按调整后的方案公布。"
STEWARD = "马师傅平时要出去做工，当楼栋长忙得过来吗？"


def build(actor: Actor) -> Iterator[LazyText]:
    """Write them all, by the day they came; yields a sentence on what was made."""
    code, answerer, guest = community_of(actor), replace(actor, label="沈主任"), replace(actor, label="guest")
    plan = Notice.of(code).where(Notice.stage == "before", Notice.category == "money").get()
    paper = objections.enter_objection(
        actor, plan.id, SHEDS, channel="paper", name="陈阿婆", phone="0573-87011223",
        asked_on=local_day(_ago(39)), at=_ago(38),
    )  # fmt: skip
    phone = objections.file_objection(guest, plan.id, LAMPS, name="张桂英", phone="13857300011", at=_ago(34))
    _answer(answerer, phone.objection_id, LAMPS_SHOWN, LAMPS_ANSWER, "stands", 33)
    _answer(answerer, paper.objection_id, SHEDS, SHEDS_ANSWER, "amended", 21)
    stewards = Notice.of(code).where(Notice.stage == "before", Notice.category == "persons").get()
    objections.file_objection(guest, stewards.id, STEWARD, name="周阿姨", phone="13857300022")
    yield _("3 objections: one answered in time, one late, one waits.")


def _ago(days: int) -> int:
    """The moment (ms UTC) that many days ago."""
    return now() - days * DAY_MS


def _answer(actor: Actor, objection_id: int, wording: str, answer: str, outcome: str, ago: int) -> None:
    """Answer that many days ago; whoever objected has been told since."""
    done = objection_answers.answer_objection(
        actor, objection_id, wording=wording, answer=answer, outcome=outcome, at=_ago(ago)
    )
    told = Message.of(done.community).where(Message.subject == str(done.ref)).get()
    call = CallTask.of(done.community).where(CallTask.subject == str(told.ref)).get()
    calls.record_attempt(actor, call.id, "told")
