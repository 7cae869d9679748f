"""From a declaration to the money: computed, reviewed, due, paid in parts, in advance, late, corrected."""

import datetime

import peewee
import pytest

from core.civic.attachments import content_of
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store.db import transaction
from core.store.files import FileUse
from core.store.ref import Ref
from plugins.revenue.dues import allocatable, contracts, declaring, lists, public, receiving, reviewing
from plugins.revenue.dues.models import Computation, Contract, ContractScan, Due, Evidence, Operator, Part, Receipt
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.entries import entries_about
from plugins.revenue.ledger.posting import entry
from tests.plugins.revenue.dues.conftest import PERCENT, TO_OWNERS, VOTE, month, rule


def test_a_contract_gets_numbers_without_gaps_and_periods_that_have_begun(town):
    dropped = town.contract(signed=False)
    contracts.drop(town.clerk, dropped.id)
    one, two = town.contract(months=3), town.contract(months=0)
    assert (one.number, two.number) == (1, 2)
    assert [town.due(one, number).first_day for number in range(4)] == [month(-3), month(-2), month(-1), month(0)]
    assert contracts.open_periods(town.clerk, one) == 0


def test_a_signed_contract_and_its_rule_do_not_change(town):
    contract = town.contract()
    with pytest.raises(Refused):
        contracts.save_draft(town.clerk, contract.id, {name: getattr(contract, name) for name in contracts.FIELDS})
    for day in (contract.starts_on, month(0), month(1)):
        with pytest.raises(Refused):
            contracts.add_rule(town.clerk, contract.id, rule(), day)
    assert [each.version for each in contracts.rule_versions(town.community, contract.id)] == [1]


def test_the_owners_space_takes_a_vote_that_carried(town):
    contract = town.contract(signed=False, owner_class="owners")
    with pytest.raises(Refused):
        contracts.sign(town.clerk, contract.id, today())
    few = {**VOTE, "persons": [300, 199, 199]}
    for vote in (None, few):
        draft = town.contract(signed=False, owner_class="owners", approval_kind="vote", vote=vote)
        with pytest.raises(Refused):
            contracts.sign(town.clerk, draft.id, today())
    assert town.contract(owner_class="owners", approval_kind="vote", vote=VOTE).state == "active"


def test_no_contract_comes_into_force_without_a_scan_of_the_signed_paper(town):
    draft = town.contract(signed=False)
    with pytest.raises(Refused):
        contracts.sign(town.clerk, draft.id, today())
    for state in ("active", "expiring"):
        with pytest.raises(peewee.IntegrityError, match="revenue_contract_scanned"), transaction(town.community):
            Contract.update(state=state, signed_on=today(), year=2026, number=99).where(
                Contract.id == draft.id
            ).execute()
    contracts.add_scans(town.clerk, draft.id, town.files(town.clerk))
    signed = contracts.sign(town.clerk, draft.id, today(), town.files(town.clerk))
    scans = contracts.scans_of(signed)
    kept = list(ContractScan.of(town.community).where(ContractScan.contract_id == signed.id).order_by(ContractScan.id))
    assert (
        signed.state == "active"
        and [each.sha256 for each in kept] == [each.sha256 for each in scans]
        and len(scans) == 2
    )
    with pytest.raises(peewee.IntegrityError, match="append_only"), transaction(town.community):
        ContractScan.update(sha256="0" * 64).where(ContractScan.id == kept[0].id).execute()
    use = FileUse.get_of(town.community, scans[0].id)
    assert content_of(town.reviewer, use) is not None
    for who in (town.boss, town.rival):
        with pytest.raises(NotFound):
            content_of(who, use)


def test_declared_computed_reviewed_and_paid_in_two_parts(town):
    contract = town.contract()
    due = town.declared(town.due(contract), 1_234_567)
    assert (due.state, due.due_fen) == ("computed", None)
    evidence = Evidence.of(town.community).first()
    assert len(evidence.sha256) == 64
    due = reviewing.approve(town.reviewer, due.id)
    assert (due.state, due.due_fen) == ("due", 123_457)
    town.paid(100_000)
    assert Due.get_of(town.community, due.id).state == "part_paid"
    town.paid(23_457)
    due = Due.get_of(town.community, due.id)
    assert (due.state, due.received_fen, due.received_on) == ("received", 123_457, today())
    assert town.books("1002.1", "unallocated") == town.income(contract) == 123_457
    assert lists.shares_of(due)[0].steps
    assert verify(town.community) is None


def test_nothing_is_declared_without_evidence_or_by_strangers(town):
    due = town.due(town.contract())
    with pytest.raises(Invalid):
        declaring.declare(town.boss, due.id, {"turnover_fen": 1}, [])
    with pytest.raises(NotFound):
        town.declared(due, 1, town.rival)
    with pytest.raises(Forbidden):
        town.declared(due, 1, town.bookkeeper, on_paper=True)
    assert town.declared(due, 5_000, town.clerk, on_paper=True).state == "computed"


def test_a_receipt_over_several_dues_and_the_rest_is_credit_for_the_next(town):
    contract = town.contract()
    for number in (0, 1):
        town.reviewed(town.due(contract, number), 1_000_000)
    receipt = town.paid(250_000)
    assert [town.due(contract, number).state for number in (0, 1)] == ["received", "received"]
    assert receiving.credit(town.community, town.operators["boss"].id) == 50_000 == receipt.credit_fen
    assert (-town.books("2203"), town.books(fund="deposits"), town.books(fund="unallocated")) == (
        50_000,
        50_000,
        200_000,
    )
    due = town.reviewed(town.due(contract, 2), 600_000)
    assert (due.state, due.received_fen) == ("part_paid", 50_000)
    assert town.books("2203") == 0 and town.books(fund="unallocated") == 250_000
    assert verify(town.community) is None


def test_money_of_the_owners_space_is_custody(town):
    contract = town.contract(owner_class="owners", approval_kind="vote", vote=VOTE)
    town.reviewed(town.due(contract), 1_000_000)
    town.paid(80_000, account="1901.1")
    due = town.due(contract)
    assert (due.state, town.books("1901.1", "owners"), -town.books("2601")) == ("part_paid", 80_000, 80_000)
    assert allocatable.allocatable(town.community) == []


def test_a_rule_that_splits_the_owners_money_is_told_to_nobody(town):
    contract = town.contract(signed=False, owner_class="owners", approval_kind="vote", vote=VOTE)
    with pytest.raises(Invalid, match="业主"):
        contracts.add_rule(town.clerk, contract.id, PERCENT, contract.starts_on)
    later = town.contract(signed=False)  # whose space it is was entered wrongly and is put right after the rule
    values = {"owner_class": "owners", "approval_kind": "vote", "vote": VOTE}
    contracts.save_draft(town.clerk, later.id, {**{name: getattr(later, name) for name in contracts.FIELDS}, **values})
    with pytest.raises(Refused, match="业主"):
        contracts.sign(town.clerk, later.id, today(), town.files(town.clerk))
    contracts.add_rule(town.clerk, later.id, TO_OWNERS, later.starts_on)
    assert contracts.sign(town.clerk, later.id, today(), town.files(town.clerk)).state == "active"


def test_an_unknown_payer_becomes_known(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    receipt = town.paid(150_000, None)
    assert town.books(fund="unknown") == 150_000
    receiving.recognise(town.bookkeeper, receipt.id, town.operators["boss"].id)
    assert Due.get_of(town.community, due.id).state == "received"
    assert (town.books(fund="unknown"), town.books(fund="unallocated"), town.books(fund="deposits")) == (
        0,
        100_000,
        50_000,
    )
    with pytest.raises(Refused):
        receiving.recognise(town.bookkeeper, receipt.id, town.operators["rival"].id)


def test_a_correction_downwards_is_mirrored_posted_anew_and_shown(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    first_pay_by = due.pay_by
    receipt = town.paid(100_000)
    with pytest.raises(Invalid):
        town.declared(due, 700_000)
    due = town.declared(due, 700_000, reason="退货漏记")
    assert (due.state, due.due_fen, due.received_fen) == ("computed", 100_000, 100_000)
    due = reviewing.approve(town.reviewer, due.id)
    assert (due.state, due.due_fen, due.received_fen, due.pay_by) == ("received", 70_000, 70_000, first_pay_by)
    assert receiving.credit(town.community, contract.operator_id) == 30_000
    assert (town.income(contract), -town.books("2203")) == (70_000, 30_000)
    old, new = entry(town.community, receipt.seq), entry(town.community, Receipt.get_of(town.community, receipt.id).seq)
    assert old.reversed_by and len(new.approvals) == 2 and new.total == 100_000
    (shown,) = public.operators_shown(town.community)
    correction = shown.periods[-1].corrections[0]
    assert (correction.before, correction.after, correction.reason) == (100_000, 70_000, "退货漏记")
    later = town.reviewed(town.due(contract, 1), 500_000)
    assert (later.state, later.received_fen) == ("part_paid", 30_000)
    assert verify(town.community) is None


def test_a_correction_upwards_leaves_the_rest_to_be_paid(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    town.paid(100_000)
    town.declared(due, 1_500_000, reason="漏报一天")
    due = reviewing.approve(town.reviewer, due.id)
    assert (due.state, due.open_fen) == ("part_paid", 50_000)


def test_a_refused_correction_leaves_the_earlier_share_in_force(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    town.paid(100_000)
    town.declared(due, 100, reason="改小")
    due = reviewing.give_back(town.reviewer, due.id, "凭证对不上")
    assert (due.state, due.due_fen, due.pending_id) == ("received", 100_000, None)


def test_a_correction_after_credit_was_spent_is_posted_anew_in_the_right_order(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 600_000)
    town.paid(100_000)
    town.reviewed(town.due(contract, 1), 400_000)
    assert town.due(contract, 1).state == "received"
    town.declared(due, 500_000, reason="多报")
    reviewing.approve(town.reviewer, due.id)
    assert receiving.credit(town.community, contract.operator_id) == 10_000
    assert (town.income(contract), town.books(fund="deposits")) == (90_000, 10_000)
    town.declared(town.due(contract, 1), 300_000, reason="多报")
    reviewing.approve(town.reviewer, town.due(contract, 1).id)
    assert (town.income(contract), -town.books("2203")) == (80_000, 20_000)
    assert verify(town.community) is None


def test_nobody_declares_and_an_estimate_stands_until_somebody_does(town, later):
    contract = town.contract(estimate_fen=30_000)
    assert declaring.estimate_missing(town.store.actor("x", kind="system")) >= 1
    due = town.due(contract)
    assert due.state == "computed" and declaring.declaration_of(due).is_estimate
    due = reviewing.approve(town.reviewer, due.id)
    assert (due.state, due.due_fen, due.is_estimate) == ("due", 30_000, True)
    assert public.operators_shown(town.community)[0].periods[-1].is_estimate
    pay_by = due.pay_by
    town.declared(due, 500_000)
    due = reviewing.approve(town.reviewer, due.id)
    assert (due.due_fen, due.is_estimate, due.pay_by) == (50_000, False, pay_by)


def test_what_was_returned_and_not_declared_again_is_estimated_from_the_period_before(town, later):
    contract = town.contract()
    town.reviewed(town.due(contract), 900_000)
    town.declared(town.due(contract, 1), 10)
    due = reviewing.give_back(town.reviewer, town.due(contract, 1).id, "没有小票")
    assert due.state == "returned"
    later(40)
    declaring.estimate_missing(town.store.actor("x", kind="system"))
    due = reviewing.approve(town.reviewer, due.id)
    assert (due.due_fen, due.is_estimate) == (90_000, True)


def test_a_period_that_counts_on_one_without_a_share_waits_and_keeps_no_other_contract_waiting(town):
    contract = town.contract(months=4, data=rule(mode="cumulative"))
    town.reviewed(town.due(contract), 900_000)
    town.declared(town.due(contract, 1), 10)
    reviewing.give_back(town.reviewer, town.due(contract, 1).id, "没有小票")
    other = town.contract(months=4, who="rival", estimate_fen=30_000)
    declaring.estimate_missing(town.store.actor("x", kind="system"))
    assert [town.due(contract, number).state for number in (1, 2)] == ["returned", "draft"]
    assert declaring.declaration_of(town.due(other, 2)).is_estimate


def test_the_public_ledger_never_names_a_person_who_runs_something(town):
    Operator.update(operator_kind="sole_trader", name="张三丰").where(
        Operator.id == town.operators["boss"].id
    ).execute()
    town.reviewed(town.due(town.contract()), 1_000_000)
    for receipt in (town.paid(100_000), town.paid(5_000)):
        said = entries_about(town.community, receipt.ref)
        assert said and not any("张三丰" in each.purpose for each in said)


def test_what_is_not_paid_in_time_is_overdue_and_then_received(town, later):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    later(30)
    assert receiving.mark_overdue(town.store.actor("x", kind="system")) == 1
    assert Due.get_of(town.community, due.id).state == "overdue"
    assert receiving.mark_overdue(town.store.actor("x", kind="system")) == 0
    town.paid(40_000)
    assert Due.get_of(town.community, due.id).state == "overdue"
    town.paid(60_000)
    assert Due.get_of(town.community, due.id).state == "received"


def test_sums_of_the_year_go_on_across_versions_and_less_than_nothing_is_paid_out(town):
    data = rule(
        mode="cumulative", negative="pay", components=[{"kind": "percent", "of": "net_profit_fen", "rate": "0.5"}]
    )
    first = datetime.date(today().year - 1, 1, 1)
    changed = {**data, "components": [{"kind": "percent", "of": "net_profit_fen", "rate": "0.25"}]}
    contract = town.contract(
        data=data, later={first.replace(month=2): changed}, starts_on=first, ends_on=first.replace(year=first.year + 2), declare_days=120
    )  # fmt: skip
    assert town.reviewed(town.due(contract), 0, figures={"net_profit_fen": 200_000}).due_fen == 100_000
    due = town.reviewed(town.due(contract, 1), 0, figures={"net_profit_fen": 100_000})
    assert (due.due_fen, due.state) == (-25_000, "payable")
    town.paid(100_000)
    town.act("payout", due_id=due.id)
    assert Due.get_of(town.community, due.id).state == "received"
    assert town.income(contract) == 75_000


def test_losses_go_on_and_a_corrected_period_has_the_later_ones_declared_again(town):
    data = rule(loss="carry", components=[{"kind": "percent", "of": "net_profit_fen", "rate": "0.5"}])
    contract = town.contract(data=data)
    town.reviewed(town.due(contract), 0, figures={"net_profit_fen": -50_000})
    later = town.reviewed(town.due(contract, 1), 0, figures={"net_profit_fen": 80_000})
    assert later.due_fen == 15_000
    town.declared(town.due(contract), 0, figures={"net_profit_fen": -20_000}, reason="算错了亏损")
    reviewing.approve(town.reviewer, town.due(contract).id)
    later = town.due(contract, 1)
    assert later.state == "computed"
    assert reviewing.approve(town.reviewer, later.id).due_fen == 30_000


def test_a_correction_of_one_of_several_dues_paid_together_leaves_the_others_paid(town):
    contract = town.contract()
    for number in (0, 1):
        town.reviewed(town.due(contract, number), 1_000_000)
    town.paid(200_000)
    town.declared(town.due(contract), 900_000, reason="多报")
    reviewing.approve(town.reviewer, town.due(contract).id)
    assert [town.due(contract, number).state for number in (0, 1)] == ["received", "received"]
    assert (town.income(contract), -town.books("2203")) == (190_000, 10_000)
    town.declared(town.due(contract, 1), 800_000, reason="多报")
    reviewing.approve(town.reviewer, town.due(contract, 1).id)
    assert (town.income(contract), -town.books("2203")) == (170_000, 30_000)
    assert verify(town.community) is None


def test_what_is_received_can_be_allocated_once(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_005)
    town.paid(100_001)
    (line,) = allocatable.allocatable(town.community)
    assert (line.due_id, line.amount, sum(line.split.values())) == (due.id, 100_001, 100_001)
    proposal = Ref("revenue.proposal", town.community, 1)
    allocatable.claim(town.director, [due.id], proposal)
    assert allocatable.allocatable(town.community) == []
    with pytest.raises(Refused):
        allocatable.claim(town.director, [due.id], Ref("revenue.proposal", town.community, 2))
    with pytest.raises(Refused):
        town.declared(due, 1, reason="改")
    allocatable.unclaim(town.director, proposal)
    allocatable.claim(town.director, [due.id], proposal)
    allocatable.mark_allocated(town.director, proposal)
    assert allocatable.allocatable(town.community) == []
    assert Due.get_of(town.community, due.id).allocated_fen == 100_001
    assert (
        Computation.of(town.community).count() == Part.of(town.community).count() == Contract.of(town.community).count()
    )
