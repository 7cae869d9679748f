"""What was re-purposed is changed again from its page, and a payment from petty cash that was reversed says so."""

from core.clock import today
from plugins.revenue.giving.models import Float, Gift, GiftChange, Voucher
from tests.plugins.revenue.giving.test_views_giving import DESK, accounts_with, opened, paper, people, sent

__all__ = ["people"]


def test_re_purposed_money_is_given_back_from_the_page_of_the_change(people):
    keeper, _cashier, chief = people
    there = sent(
        keeper.send(
            f"{DESK}/giving/new", donor_kind="firm", name="新光印务", shown="anonymous", amount="500", fund="give_back",
            purpose="买书", pledged_on="2026-01-02",
        )
    )  # fmt: skip
    sent(keeper.send(f"{there}/money", amount="500", account="1002", on=str(today())))
    sent(keeper.send(f"{DESK}/giving/funds/new", name="助老", purpose="加餐"))
    asked = sent(
        keeper.send(
            f"{DESK}/giving/gifts/{Gift.get().id}/repurpose", amount="200", account="1002", to_fund="gift-1", purpose="加餐",
            reason="书够了", scans=paper("同意书.png"),
        )
    )  # fmt: skip
    assert f"{asked}/refund" not in keeper.get(asked).get_data(as_text=True)
    sent(chief.send(f"{asked}/approve"))
    assert f"{asked}/refund" in keeper.get(asked).get_data(as_text=True)
    assert "200" in keeper.get(f"{asked}/refund").get_data(as_text=True)
    assert 'value="give_back"' in keeper.get(f"{asked}/repurpose").get_data(as_text=True)
    again = sent(keeper.send(f"{asked}/refund", amount="50", account="1002", reason="有困难"))
    sent(chief.send(f"{again}/approve"))
    assert asked in keeper.get(again).get_data(as_text=True)
    assert [each.after_change for each in GiftChange.select().order_by(GiftChange.id)] == [None, 1]


def test_a_payment_that_was_reversed_by_two_is_shown_as_taken_back(people):
    keeper, cashier, chief = people
    opened(keeper, chief)
    holder = accounts_with("cashier")
    box = sent(
        chief.send(
            f"{DESK}/petty/new", name="备用金", holder=holder, fund="operating", ceiling="3000", payment_limit="500"
        )
    )
    sent(chief.send(sent(cashier.send(f"{box}/advance", amount="1000", account="1002")) + "/approve"))
    paid = sent(
        cashier.send(
            f"{box}/vouchers/new",
            amount="88.50",
            account="5201",
            what="打印纸",
            spent_on=str(today()),
            photos=paper("小票.png"),
        )
    )
    sent(chief.send(f"{paid}/approve"))
    seq = Voucher.get().seq
    asked = sent(keeper.send(f"{DESK}/entries/{seq}/reverse", reason="记了两次", day=str(today())))
    sent(chief.send(f"{asked}/approve"))
    assert Float.get().balance == 100_000
    shown = chief.get(paid).get_data(as_text=True)
    assert str(Voucher.get().undone_seq) in shown and "undo-2" in shown
    assert chief.get(f"{box}/journal").status_code == 200
