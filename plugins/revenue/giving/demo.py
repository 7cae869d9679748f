"""The demo's donations: opening balances of 西山社区, a firm's pledge in instalments, a piano in kind, petty cash with three vouchers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from core import Actor, Community, colleagues, keep_upload, today
from plugins.revenue.demo_pictures import paper
from plugins.revenue.giving import changes, opening, petty, pledges, vouchers
from plugins.revenue.giving.states import APPROVE, CLOSE, GIVE, OPENING, PETTY
from plugins.revenue.texts import _


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Everything of this part, by two people at least; nothing where the demo has no colleagues to do it."""
    keeper, cashier, chief = (_one(community, permission) for permission in (OPENING, PETTY, CLOSE))
    if keeper is None or cashier is None or chief is None or chief.account in (keeper.account, cashier.account):
        return
    _open_books(keeper, chief)
    _donate(keeper, chief)
    _spend_cash(cashier, chief)
    yield str(_("Opening balances, three donations and petty cash with its receipts."))


def _one(community: Community, permission: str) -> Actor | None:
    found = next(
        (each for each in colleagues(community.code) if each.can(permission) and each.account is not None), None
    )
    wanted = (GIVE, PETTY, OPENING, APPROVE, CLOSE)
    return None if found is None else replace(found, permissions=found.permissions & frozenset(wanted))


def _paper(actor: Actor, name: str) -> tuple[str, str]:
    return keep_upload(actor, f"{name}.png", paper(len(name)), ("picture", "document")).token, ""


def _open_books(keeper: Actor, chief: Actor) -> None:
    made = opening.start(keeper, datetime.date(today().year - 1, 1, 1))
    for account, fund, amount in (
        ("1002", "general", 8_650_000),
        ("1001", "operating", 236_050),
        ("1002", "operating", 3_120_000),
        ("1002", "give_back", 4_280_035),
        ("1002", "deposits", 2_000_000),
        ("2209.deposits", "deposits", 2_000_000),
    ):
        opening.set_line(keeper, made.id, account, fund, amount)
    opening.add_evidence(keeper, made.id, [_paper(keeper, "银行对账单"), _paper(keeper, "现金盘点表")])
    opening.hand_in(keeper, made.id)
    opening.approve(chief, made.id)


def _donate(keeper: Actor, chief: Actor) -> None:
    reading = pledges.open_purpose(keeper, "阅览角专款", "为社区阅览角添置图书和桌椅")
    firm = pledges.pledge(
        keeper,
        pledges.Told(
            "firm", "海城新光印务有限公司", reading, "给阅览角买书", 2_000_000, phone="0573-87650011", shown="name",
            pledged_on=_ago(200), expected_on=_ago(-40),
        ),
    )  # fmt: skip
    for days, amount in ((190, 800_000), (90, 700_000)):
        pledges.receive_money(keeper, firm.id, amount, "1002", _ago(days), [_paper(keeper, "银行回单")])
    pledges.tell_news(keeper, firm.id, "第一批 312 册图书已上架，最受欢迎的是绘本和养生书。", [])
    piano = pledges.pledge(
        keeper,
        pledges.Told("resident", "邵老师", "", "给合唱队排练用", item="珠江牌立式钢琴一架，2009 年购", pledged_on=_ago(120)),
    )  # fmt: skip
    thing = pledges.Thing("珠江牌立式钢琴一架", 600_000, "琴行估价单", "文化站夏老师", "邻里中心二楼排练厅，合唱队使用")
    pledges.receive_thing(keeper, piano.id, thing, _ago(110))
    pledges.tell_news(keeper, piano.id, "钢琴已调音，合唱队每周二、四排练都用它。", [])
    meal = pledges.pledge(
        keeper,
        pledges.Told("resident", "葛阿婆", "give_back", "给独居老人加餐", 50_000, shown="name", pledged_on=_ago(60)),
    )
    gift = pledges.receive_money(keeper, meal.id, 50_000, "1002", _ago(60))
    wish = changes.Wish(
        "repurpose",
        "加餐已由街道补贴，葛阿婆同意改买图书",
        20_000,
        "1002",
        reading,
        "给阅览角买大字书",
        [_paper(keeper, "同意书")],
    )
    changes.approve_change(chief, changes.ask_change(keeper, gift.id, wish).id)


def _spend_cash(cashier: Actor, chief: Actor) -> None:
    box = petty.open_float(
        chief, petty.NewFloat("居委会备用金", int(cashier.account or 0), "operating", 300_000, 50_000)
    )
    petty.approve_move(chief, petty.ask_advance(cashier, box.id, 200_000, "1002", "").id)
    bought = (("5201", "打印纸和硒鼓", "晨光文具店", 18_600), ("5101", "端午活动包粽子的糯米和粽叶", "西山菜场", 32_850),
              ("5201", "楼道灯泡六只", "便民五金店", 9_000))  # fmt: skip
    for number, (account, what, payee, amount) in enumerate(bought):
        paid = vouchers.Paid(amount, account, what, today(), payee, [_paper(cashier, f"小票{number + 1}")])
        made = vouchers.enter_voucher(cashier, box.id, paid)
        if number < 2:
            vouchers.approve_voucher(chief, made.id)


def _ago(days: int) -> datetime.date:
    return today() - datetime.timedelta(days=days)
