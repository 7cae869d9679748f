"""The demo's operators: a canteen, a child-care centre and group-buying on the community's space, parking on the owners'."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from core import Actor, Community, colleagues, holders_named, keep_upload, today
from plugins.revenue import demo_pictures
from plugins.revenue.dues import contracts, declaring, operators, receiving, reviewing, rule_changes
from plugins.revenue.dues.access import APPROVE, CONTRACTS, DECLARE, RECEIVE, REVIEW
from plugins.revenue.dues.models import Contract, Due
from plugins.revenue.dues.rule_states import first_period
from plugins.revenue.texts import _

Rule = dict[str, Any]
_SPLIT = [{"to": "give_back", "weight": 60}, {"to": "operating", "weight": 25}, {"to": "reserve", "weight": 15}]
_VOTE = {"persons": [612, 455, 398], "area": [5_508_000_000, 4_102_000_000, 3_644_000_000]}


def _rule(*components: Rule, **other: Any) -> Rule:
    return {"mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit", "components": list(components),
            "minimum": None, "cap": None, "split": _SPLIT, **other}  # fmt: skip


# Name, business, place, whose space, period, rule, figures of each period in turn.
_BUSINESSES: tuple[tuple[str, str, str, str, str, Rule, list[dict[str, int]]], ...] = (
    ("好味餐饮服务部", "社区食堂", "邻里中心一楼", "community", "quarter",
     _rule({"kind": "percent", "of": "net_profit_fen", "rate": "0.35"}, loss="carry", minimum={"annual_fen": 1_200_000}),
     [{"net_profit_fen": -412_000}, {"net_profit_fen": 2_318_650}, {"net_profit_fen": 3_105_217}, {"net_profit_fen": 2_876_430}]),
    ("小芽托育中心", "社区托育", "邻里中心二楼", "community", "half",
     _rule({"kind": "fixed", "annual_fen": 3_600_000}, {"kind": "percent", "of": "turnover_fen", "rate": "0.03"}),
     [{"turnover_fen": 28_640_000}, {"turnover_fen": 31_255_000}]),
    ("邻家优选", "社区团购", "便民服务点", "community", "quarter",
     _rule({"kind": "per_unit", "of": "orders", "fen_per_unit": "50"}),
     [{"orders": 4_218}, {"orders": 5_036}, {"orders": 4_877}, {"orders": 6_120}]),
    ("安泊停车管理公司", "小区公共车位停车", "海城名家地面车位", "owners", "quarter",
     _rule({"kind": "percent", "of": "turnover_fen", "rate": "0.7"}, split=[{"to": "owners", "weight": 1}]),
     [{"turnover_fen": 5_420_000}, {"turnover_fen": 5_811_500}, {"turnover_fen": 5_630_200}, {"turnover_fen": 5_902_000}]),
)  # fmt: skip


def _with(people: list[Actor], permission: str, *others: Actor) -> Actor | None:
    return next((each for each in people if each.can(permission) and each not in others), None)


def fill(community: Community, _actor: Actor) -> Iterator[str]:
    """Four contracts of last year with what was declared, reviewed and paid; nothing where nobody could do it."""
    people = colleagues(community.code)
    clerk = _with(people, CONTRACTS)
    reviewer = _with(people, REVIEW, clerk) if clerk else None
    keeper = _with(people, RECEIVE)
    if clerk is None or reviewer is None or keeper is None:
        return
    first = datetime.date(today().year - 1, 1, 1)
    for name, business, place, owner_class, period, rule, figures in _BUSINESSES:
        operator = operators.save_operator(
            clerk, None, {"name": name, "operator_kind": "company", "contact": "", "phone": ""}
        )
        if business == _BUSINESSES[0][1]:
            operators.link_accounts(
                clerk, operator.id, [number for number, _name in holders_named(community.code, DECLARE)][:1]
            )
        draft = contracts.save_draft(clerk, None, {
            "operator_id": operator.id, "business": business, "place": place, "owner_class": owner_class, "starts_on": first,
            "ends_on": first.replace(year=first.year + 3) - datetime.timedelta(days=1), "period": period, "declare_days": 20,
            "pay_days": 15, "evidence": "收银机报表或台账照片", "approval": "居民会议纪要" if owner_class == "community" else "业主大会表决",
            "approval_kind": "minutes" if owner_class == "community" else "vote",
            "vote": _VOTE if owner_class == "owners" else None, "holder": "community" if owner_class == "community" else "owners",
            "deposit_fen": 500_000,
        })  # fmt: skip
        contracts.add_rule(clerk, draft.id, rule, first)
        paper = keep_upload(clerk, "合同扫描件.txt", f"{business} 合同 {first}".encode(), ("document",))
        contract = contracts.sign(clerk, draft.id, first + datetime.timedelta(days=3), [(paper.token, "")])
        _year(clerk, reviewer, keeper, contract, figures)
        if business == _BUSINESSES[0][1]:
            _propose(_with(people, CONTRACTS, *(each for each in people if each.can(APPROVE))) or clerk, contract, rule)
    yield str(_("Four operators with the shares of a year, declared, reviewed and paid."))


def _propose(clerk: Actor, contract: Contract, rule: Rule) -> None:
    """A new rule of the canteen, from its next period on, that waits for the second person."""
    begins = first_period(contract, today() + datetime.timedelta(days=1))
    if begins is None:
        return
    paper = keep_upload(clerk, "补充协议扫描件.txt", f"{contract.business} 补充协议 {begins}".encode(), ("document",))
    wish = rule_changes.Wish(
        rule={**rule, "components": [{"kind": "percent", "of": "net_profit_fen", "rate": "0.4"}]}, from_day=begins,
        reason="食堂连续三个季度盈利，居民会议同意提高分成比例", approval=f"{today().year}年居民会议纪要", vote=None, scans=[(paper.token, "")],
    )  # fmt: skip
    rule_changes.propose(clerk, contract.id, wish)


def _year(clerk: Actor, reviewer: Actor, keeper: Actor, contract: Contract, figures: list[dict[str, int]]) -> None:
    """Every period but the last is paid; the last one is paid in part."""
    dues = list(Due.of(contract.community).where(Due.contract_id == contract.id).order_by(Due.first_day))
    account = "1901" if contract.is_owners else "1002"
    for number, (due, said) in enumerate(zip(dues, figures, strict=False), start=1):
        file = keep_upload(clerk, "报表.txt", f"{contract.business} {due.first_day} {said}".encode(), ("document",))
        declaring.declare(clerk, due.id, said, [(file.token, "")], on_paper=True)
        done = reviewing.approve(reviewer, due.id)
        whole = done.open_fen if number < len(figures) else done.open_fen // 2
        if whole:
            receiving.receive(
                keeper,
                amount=whole,
                arrived_on=today(),
                account=account,
                operator_id=contract.operator_id,
                payer="银行转账",
                scans=[(keep_upload(keeper, "银行回单.png", demo_pictures.paper(number), ("picture",)).token, "")],
            )
