"""The demo's money: received dues allocated to the funds, stairway lamps paid and rated, a pipe mended at night, one plan open to objections."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core import Actor, Community, colleagues, keep_upload, now, today
from plugins.revenue import demo_pictures
from plugins.revenue.ledger.balances import available
from plugins.revenue.spending import funding, lists, paying, proposing, signing
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.received import allocatable
from plugins.revenue.spending.words import PAY, PROPOSE, SIGN, VERIFY
from plugins.revenue.texts import _

_DAY_MS = 86_400_000
_FUND = "give_back"


@dataclass(frozen=True)
class _People:
    """One colleague for each step; `office` publishes at the office PC, also with a date in the past."""

    proposer: Actor
    decider: Actor
    signer: Actor
    checker: Actor
    cashier: Actor
    office: Actor


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Everything of this part; nothing where the demo has too few colleagues, or nothing was received."""
    people = _people(community, actor)
    dues = [each.due_id for each in allocatable(community.code)]
    if people is None or not dues:
        return
    _allocate(people, dues)
    yield str(_("Received dues were allocated to the funds, with both publications."))
    free = available(community.code, _FUND)
    if free < 100_000:
        return
    _lamps(people, free // 4)
    _pipe(people, free // 8)
    _benches(people, free // 5)
    yield str(_("Three projects: lamps that residents rate, a pipe mended at night, benches open to objections."))


def _people(community: Community, actor: Actor) -> _People | None:
    taken: list[Actor] = []
    for role, permission in (
        ("staff", PROPOSE), ("director", PROPOSE), ("secretary", SIGN), ("supervisor", VERIFY), ("cashier", PAY),
    ):  # fmt: skip
        found = next((each for each in colleagues(community.code) if role in each.roles and each.can(permission)), None)
        if found is None:
            return None
        taken.append(found)
    return _People(taken[0], taken[1], taken[2], taken[3], taken[4], actor)


def _paper(actor: Actor, name: str) -> list[tuple[str, str]]:
    return _photo(actor, name, demo_pictures.paper(len(name)), "")


def _photo(actor: Actor, name: str, picture: bytes, caption: str) -> list[tuple[str, str]]:
    return [(keep_upload(actor, f"{name}.png", picture, ("picture", "document")).token, caption)]


def _decided(people: _People, proposal: Proposal, body: str, held_on: datetime.date) -> None:
    minutes = _paper(people.decider, "会议纪要")
    proposing.decide(people.decider, proposal.id, body, held_on, "到会人员一致同意。", minutes)


def _published(people: _People, proposal: Proposal, days_ago: int) -> None:
    at = now() - days_ago * _DAY_MS
    proposing.publish(replace(people.office, label="沈主任"), proposal.id, "沈主任", at)


def _signed(people: _People, proposal: Proposal) -> None:
    proposing.answered(people.proposer, proposal.id)
    signing.sign(people.signer, proposal.id)
    signing.verify(people.checker, proposal.id, declared=True)


def _allocate(people: _People, dues: list[int]) -> None:
    wish = proposing.Wish(
        "本年度经营收益分配", "食堂、托育、停车和团购上缴的款项，按合同分到反哺、业主共有和运营等资金。"
    )
    proposal = proposing.propose_allocation(people.proposer, wish, dues)
    _decided(people, proposal, "joint", today() - datetime.timedelta(days=40))
    _published(people, proposal, 36)
    _signed(people, proposal)
    paying.allocate(people.cashier, proposal.id, key=f"demo-allocation-{proposal.id}")
    paying.publish_after(replace(people.office, label="沈主任"), proposal.id, "沈主任")


def _instalment(
    people: _People, proposal: Proposal, serial: int, payee: str, kind: str, purpose: str, amount: int
) -> None:
    account = max(funding.payable_from(proposal), key=lambda each: each[2])[0]
    wish = paying.Instalment(serial, payee, kind, purpose, account, amount, _paper(people.cashier, f"发票{serial}"))
    paying.pay(people.cashier, proposal.id, wish, key=f"demo-payment-{proposal.id}-{serial}")


def _lamps(people: _People, amount: int) -> None:
    photos = _photo(people.proposer, "楼道", demo_pictures.stairway(lit=False), "换灯以前的三号楼楼道")
    wish = proposing.Wish("三号楼楼道灯更换", "三号楼楼道灯常年不亮，老人晚上下楼不安全，换成感应灯 24 盏。")
    proposal = proposing.propose_project(people.proposer, wish, _FUND, amount, photos)
    _decided(people, proposal, "joint", today() - datetime.timedelta(days=30))
    _published(people, proposal, 26)
    _signed(people, proposal)
    paying.add_contract(people.proposer, proposal.id, _paper(people.proposer, "合同"))
    _instalment(people, proposal, 1, "海宁市光明灯具店", "firm", "感应灯 24 盏", amount * 6 // 10)
    _instalment(people, proposal, 2, "王建国", "person", "安装人工", amount * 3 // 10)
    paying.accept(
        people.proposer,
        proposal.id,
        today(),
        "24 盏灯全部亮，物业已签收。",
        _photo(people.proposer, "新灯", demo_pictures.stairway(lit=True), "换好的感应灯"),
    )


def _pipe(people: _People, amount: int) -> None:
    photos = _photo(people.proposer, "水管", demo_pictures.burst_pipe(), "爆裂的水管")
    wish = proposing.Wish("一号楼水管抢修", "一号楼底层水管夜里爆裂，当晚抢修，避免整栋楼停水。")
    done = today() - datetime.timedelta(days=2)
    proposal = proposing.propose_emergency(people.proposer, wish, _FUND, amount, done, photos)
    _published(people, proposal, 1)
    signing.sign(people.signer, lists.proposal_of(people.signer, proposal.id).id)


def _benches(people: _People, amount: int) -> None:
    photos = _photo(people.proposer, "空地", demo_pictures.empty_square(), "现在没有座椅的小广场")
    wish = proposing.Wish("小广场添置长椅", "小广场添置六张带靠背的长椅，方便老人歇脚。")
    proposal = proposing.propose_project(people.proposer, wish, _FUND, amount, photos)
    _decided(people, proposal, "meeting", today() - datetime.timedelta(days=3))
    _published(people, proposal, 2)
