"""A proposal from its beginning to its end: what is held, posted, published and told on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.civic.notices import publishing as notices
from core.civic.notices.records import Notice
from core.clock import today
from core.errors import Invalid, Refused
from core.store import audit
from plugins.revenue.ledger import chart, journal
from plugins.revenue.ledger.balances import available, balance
from plugins.revenue.ledger.holds import held
from plugins.revenue.ledger.posting import Line, entries_about, post
from plugins.revenue.spending import lists, paying, proposing, public, publishing, waiting
from plugins.revenue.spending.words import STEPS
from tests.plugins.revenue.spending.conftest import BANK, MONEY


def body_of(publication) -> str:
    return str(Notice.get_of(publication.community, publication.notice_id).body)


def test_a_project_goes_all_the_way(house):
    west = house.store.west
    proposal = house.published()
    assert proposal.state == "pre_published" and held(west, "give_back") == 300_000
    assert available(west, "give_back") == MONEY - 300_000
    proposal = house.paid(house.contracted(house.verified(house.signed(house.answered(proposal)))))
    assert proposal.state == "paying" and held(west, "give_back") == 50_000
    assert balance(west, account=f"5101.{proposal.number_text}") == 250_000
    (entry,) = entries_about(west, proposal.ref)
    taken = [str(STEPS[step]) for step in ("propose", "decide", "sign", "verify", "pay")]
    assert [approval.partition("：")[0] for approval in entry.approvals] == taken
    assert len(entry.evidence) == 3  # minutes, contract, invoice
    proposal = house.shown_again(house.accepted(proposal))
    found = publishing.standing_notices(proposal)
    assert held(west, "give_back") == 0 and balance(west, fund="give_back") == MONEY - 250_000
    assert "2,500.00" in body_of(found.after) and "500.00" in body_of(found.after)
    proposal = house.locked(proposal)
    assert proposal.state == "locked"
    assert list(waiting.waits(proposal)) == [] and audit.verify(west) is None


def test_an_allocation_goes_to_the_funds_of_the_rules(house, dues):
    west = house.store.west
    proposal = proposing.propose_allocation(
        house.actor("proposer"), proposing.Wish("一季度分配", "食堂上缴的钱"), [3, 4]
    )
    assert proposal.amount == 150_001 and dues.free == {}
    proposal = house.verified(house.signed(house.answered(house.published(house.decided(proposal)))))
    assert held(west, "unallocated") == 150_001
    payment = paying.allocate(house.actor("cashier"), proposal.id, key="allocate-1")
    proposal = house.again(proposal)
    assert proposal.state == "allocated" and payment.amount == 150_001 and dues.done == [3, 4]
    assert balance(west, fund="give_back") == MONEY + 90_001
    assert balance(west, fund="operating") == MONEY + 22_500
    assert balance(west, fund="unallocated") == MONEY - 150_001 and held(west, "unallocated") == 0
    # What the owners get of it is theirs from now on: custody, never income of the community.
    assert balance(west, fund="owners") == MONEY + 37_500
    assert balance(west, account="2601") == -(MONEY + 37_500) and balance(west, account="1901.2") == MONEY + 37_500
    proposal = paying.publish_after(house.actor("secretary"), proposal.id)
    assert proposal.state == "post_published" and house.locked(proposal).state == "locked"


def test_an_emergency_is_done_first_and_published_within_days(house):
    west = house.store.west
    proposal = house.project(kind="emergency")
    assert held(west, "give_back") == 300_000 and lists.is_public(proposal)
    proposal = house.verified(house.signed(proposal))
    proposal = house.paid(proposal)
    house.clock.on(4)
    assert public.shown(proposal).late
    with pytest.raises(Refused):  # late: no further instalment before residents know
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(10_000, 2), key="key-late-1")
    proposing.publish(house.actor("secretary"), proposal.id)
    assert not public.shown(proposal).late
    paying.pay(house.actor("cashier"), proposal.id, house.instalment(10_000, 2), key="key-late-2")
    proposal = house.accepted(house.again(proposal))
    house.clock.on(16)
    with pytest.raises(Refused):  # no meeting has decided yet
        paying.publish_after(house.actor("secretary"), proposal.id)
    proposal = house.decided(proposal)
    assert proposal.state == "paid"
    proposal = paying.publish_after(house.actor("secretary"), proposal.id)
    assert house.locked(proposal).state == "locked"


def test_nothing_is_signed_before_the_days_are_over_and_nothing_closed_before_both_publications(house):
    proposal = house.published()
    with pytest.raises(Refused):
        proposing.answered(house.actor("proposer"), proposal.id)
    proposal = house.accepted(house.paid(house.contracted(house.verified(house.signed(house.answered(proposal))))))
    with pytest.raises(Refused):
        paying.lock(house.actor("director"), proposal.id)
    with pytest.raises(Refused):  # residents rate it first
        paying.publish_after(house.actor("secretary"), proposal.id)
    proposal = house.shown_again(proposal)
    with pytest.raises(Refused):
        paying.lock(house.actor("director"), proposal.id)


def test_a_late_publication_is_told_to_residents(house):
    proposal = house.decided()
    assert not public.shown(proposal).late
    house.clock.on(8)
    assert "overdue" in str(public.shown(proposal).late).lower() or "超期" in str(public.shown(proposal).late)
    proposal = house.published(proposal)
    found = publishing.standing_notices(proposal)
    assert found.before.was_late and not public.shown(proposal).late


def test_ending_a_proposal_frees_money_and_dues(house, dues):
    west = house.store.west
    proposal = proposing.propose_allocation(house.actor("proposer"), proposing.Wish("分配", "食堂"), [3])
    proposal = house.published(house.decided(proposal))
    assert held(west, "unallocated") == 100_001
    first = publishing.standing_notices(proposal).before
    proposal = proposing.end(house.actor("director"), proposal.id, "合同有误")
    assert proposal.state == "void" and held(west, "unallocated") == 0 and set(dues.free) == {3, 4}
    assert notices.phase(Notice.get_of(west, first.notice_id)) == "withdrawn"
    paid = house.paid()
    with pytest.raises(Refused):
        proposing.end(house.actor("director"), paid.id, "不想做了")


def test_a_contract_an_invoice_and_the_sum_are_asked_for(house):
    proposal = house.verified()
    cashier = house.actor("cashier")
    with pytest.raises(Refused):  # no contract
        paying.pay(cashier, proposal.id, house.instalment(1_000), key="key-000001")
    house.contracted(proposal)
    for wrong in (
        paying.Instalment(1, "店", "firm", "灯", BANK, 1_000, ()),
        paying.Instalment(1, "", "firm", "灯", BANK, 1_000, house.paper("cashier")),
        paying.Instalment(1, "店", "funds", "灯", BANK, 1_000, house.paper("cashier")),
        paying.Instalment(1, "店", "firm", "灯", "1901.2", 1_000, house.paper("cashier")),
        paying.Instalment(1, "店", "firm", "灯", BANK, 300_001, house.paper("cashier")),
        paying.Instalment(1, "店", "firm", "灯", BANK, 0, house.paper("cashier")),
    ):
        with pytest.raises(Invalid):
            paying.pay(cashier, proposal.id, wrong, key="key-000002")
    paying.pay(cashier, proposal.id, house.instalment(300_000), key="key-000003")
    assert house.again(proposal).state == "paying"


def test_more_than_a_fund_has_is_not_published(house):
    proposal = house.decided(house.project(amount=MONEY + 1))
    with pytest.raises(Refused):
        proposing.publish(house.actor("secretary"), proposal.id)
    assert house.again(proposal).state == "decided" and publishing.standing_notices(proposal).before is None


def test_what_was_paid_by_a_proposal_is_not_reversed_by_hand(house):
    proposal = house.paid()
    (entry,) = entries_about(house.store.west, proposal.ref)
    keeper = house.actor("other").with_rights("revenue.post")
    with pytest.raises(Refused) as refused:
        journal.request_reversal(keeper, entry.seq, "付错了")
    assert refused.value.advice and lists.spent(house.again(proposal)) == 250_000


def test_scores_are_told_with_the_result(house):
    from core import scores

    proposal = house.accepted()
    assert scores.last_day(proposal.ref, 1) == proposal.score_until
    assert public.shown(proposal, whole=True).score.count == 0
    assert len(public.projects(house.store.west)) == 1 and public.allocations(house.store.west) == []


def test_a_fund_stays_open_while_a_proposal_is_about_it(house):
    chief = replace(house.actor("secretary"), permissions=house.actor("secretary").permissions | {"revenue.approve"})
    fund = chart.open_fund_by_hand(chief, "为老服务", "community", False, "助餐")
    lines = [Line(1_00, "4901", BANK, fund.code, fund.code)]
    post(chief, key="for-elders", day=today(), purpose="到账", lines=lines)
    proposal = house.project(amount=1_00, fund=fund.code)
    post(chief, key="no-more", day=today(), purpose="退回", lines=[Line(1_00, BANK, "4901", fund.code, fund.code)])
    with pytest.raises(Refused, match=proposal.number_text):
        chart.close_fund_by_hand(chief, fund.code, "不用了")
    with pytest.raises(Invalid):
        chart.open_by_hand(chief, f"5101.{proposal.number_text}", "路灯", "community")
