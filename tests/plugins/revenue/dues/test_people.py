"""Different people stay different: a second account, another role, a command and raw SQL cannot get round it."""

from dataclasses import replace

import peewee
import pytest

from core.actor import command
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import accounts, residents
from core.store.db import database, transaction
from core.store.violations import violated
from plugins.revenue.dues import acts, declaring, operators, receiving, reviewing
from plugins.revenue.dues.models import Computation, Declaration, Due, MoneyAct, Part, Receipt, Review


def test_the_declarer_cannot_review_whatever_the_role(town):
    due = town.declared(town.due(town.contract()), 100_000, town.clerk, on_paper=True)
    everything = replace(town.clerk, permissions=town.clerk.permissions | town.director.permissions)
    for actor in (town.clerk, everything, replace(everything, kind="owner"), command(town.community)):
        with pytest.raises(Refused):
            reviewing.approve(actor, due.id)
        with pytest.raises(Refused):
            reviewing.give_back(actor, due.id, "不对")
    with pytest.raises(Forbidden):
        reviewing.approve(town.boss, due.id)
    assert reviewing.approve(town.reviewer, due.id).state == "due"


def test_the_second_account_of_the_same_resident_cannot_review(town):
    person = residents.add_person(command(town.community), name="张三丰", phone="13800138000")
    due = town.declared(town.due(town.contract()), 100_000, replace(town.boss, person=person.id))
    with pytest.raises(Refused):
        reviewing.approve(replace(town.reviewer, person=person.id), due.id)


def test_one_name_is_one_person_where_no_resident_is_known_behind_the_account(town):
    due = town.declared(town.due(town.contract(deposit_fen=50_000)), 100_000, town.clerk, on_paper=True)
    with pytest.raises(Refused):
        reviewing.approve(replace(town.reviewer, label=town.clerk.label), due.id)
    made = acts.enter(
        town.bookkeeper, "deposit_in", reason="押金", amount=50_000, account="1002.1", contract_id=due.contract_id
    )
    with pytest.raises(Refused):
        acts.decide(replace(town.director, label=town.bookkeeper.label), made.id, approved=True)


def test_an_account_joined_with_its_resident_afterwards_is_found_out(town):
    person = residents.add_person(command(town.community), name="张三丰", phone="13800138000")
    due = town.declared(town.due(town.contract()), 100_000, town.clerk, on_paper=True)
    accounts.link_person(command(town.community), town.clerk.account, person.public_id)
    with pytest.raises(Refused):
        reviewing.approve(replace(town.reviewer, person=person.id), due.id)


def test_who_acts_for_the_operator_never_reviews_even_after_leaving_it(town):
    due = town.declared(town.due(town.contract()), 100_000, town.clerk, on_paper=True)
    operators.link_accounts(town.clerk, town.operators["boss"].id, [])
    with pytest.raises(Refused):
        reviewing.approve(replace(town.boss, permissions=town.reviewer.permissions), due.id)


def test_nobody_gives_themselves_an_operator(town):
    both = replace(town.clerk, account=town.rival.account)
    with pytest.raises(Refused):
        operators.link_accounts(both, town.operators["boss"].id, [town.rival.account])
    with pytest.raises(Invalid):
        operators.link_accounts(town.clerk, town.operators["boss"].id, [town.director.account])


def test_an_operator_reaches_nothing_of_another_one(town):
    contract = town.contract()
    for act in (
        lambda: town.declared(town.due(contract), 1, town.rival),
        lambda: declaring.declare(replace(town.rival, community=town.store.south), town.due(contract).id, {}, []),
    ):
        with pytest.raises(NotFound):
            act()
    for act in (lambda: receiving.receive(town.boss, amount=1, arrived_on=None, account="1002.1"),
                lambda: acts.enter(town.boss, "deposit_in", reason="x")):  # fmt: skip
        with pytest.raises(Forbidden):
            act()


def test_money_acts_take_two_people_and_never_more_than_there_is(town):
    contract = town.contract(deposit_fen=50_000)
    made = acts.enter(
        town.bookkeeper, "deposit_in", reason="押金", amount=50_000, account="1002.1", contract_id=contract.id
    )
    both = replace(town.bookkeeper, permissions=town.bookkeeper.permissions | town.director.permissions)
    for actor in (both, command(town.community)):
        with pytest.raises(Refused):
            acts.decide(actor, made.id, approved=True)
    with pytest.raises(Forbidden):
        acts.decide(town.clerk, made.id, approved=True)
    acts.decide(town.director, made.id, approved=True)
    with pytest.raises(Refused):
        acts.decide(town.secretary, made.id, approved=True)
    assert acts.deposit(town.community, contract.id) == 50_000 == -town.books("2209.deposits")
    due = town.reviewed(town.due(contract), 300_000)
    town.act("deposit_set_off", amount=30_000, due_id=due.id)
    assert Due.get_of(town.community, due.id).state == "received" and town.income(contract) == 30_000
    with pytest.raises(Refused):
        acts.enter(
            town.bookkeeper, "deposit_out", reason="退", amount=20_001, account="1002.1", contract_id=contract.id,
            scans=town.files(town.bookkeeper),
        )  # fmt: skip
    town.act("deposit_out", amount=20_000, contract_id=contract.id)
    assert (acts.deposit(town.community, contract.id), town.books("2209.deposits"), town.books("1002.1")) == (
        0,
        0,
        30_000,
    )


def test_a_wrong_receipt_is_taken_back_and_credit_given_back(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    receipt = town.paid(100_000)
    town.act("receipt_undo", receipt_id=receipt.id)
    assert Due.get_of(town.community, due.id).state == "due" and town.books("1002.1") == 0
    assert Receipt.get_of(town.community, receipt.id).undone_on is not None
    right = town.paid(130_000)
    town.act("credit_out", receipt_id=right.id, amount=30_000)
    assert (town.books("1002.1"), town.books("2203"), receiving.credit(town.community, contract.operator_id)) == (
        100_000,
        0,
        0,
    )
    with pytest.raises(Refused):
        town.act("receipt_undo", receipt_id=right.id)


# --------------------------------------------------------------------------- what the database itself refuses


def refused(statement: str) -> str | None:
    with pytest.raises(peewee.IntegrityError) as found, transaction():
        database.obj.execute_sql(statement)
    return violated(found.value)


def test_the_database_refuses_a_review_by_the_declarer(town):
    due = town.declared(town.due(town.contract()), 100_000, town.clerk, on_paper=True)
    for account in (town.clerk.account, town.boss.account):
        with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
            Review.create(
                community=town.community,
                declaration_id=due.declaration_id,
                passed=True,
                by_account=account,
                by_label="x",
            )
        assert violated(found.value) == "revenue_review_other_person"


def test_the_database_refuses_other_sums_than_the_parts(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)
    receipt = town.paid(60_000)
    assert refused(f"UPDATE revenue_due SET received_fen = 100000 WHERE id = {due.id}") == "revenue_due_received"
    assert refused(f"UPDATE revenue_receipt SET applied_fen = 1 WHERE id = {receipt.id}") == "revenue_receipt_applied"
    assert refused(f"UPDATE revenue_receipt SET amount = 90000 WHERE id = {receipt.id}") == "revenue_receipt_kept"
    assert refused(f"UPDATE revenue_due SET due_fen = 60000 WHERE id = {due.id}") == "revenue_due_as_computed"
    assert refused(f"UPDATE revenue_due SET state = 'received' WHERE id = {due.id}") == "revenue_due_in_full"
    with pytest.raises(peewee.IntegrityError), transaction(town.community):
        Part.create(
            community=town.community, receipt_id=receipt.id, due_id=due.id, amount=1, seq=1, on_day=receipt.arrived_on
        )


def test_the_database_keeps_versions_declarations_and_shares(town):
    contract = town.contract()
    town.reviewed(town.due(contract), 1_000_000)
    for table in ("revenue_rule", "revenue_declaration", "revenue_computation", "revenue_evidence", "revenue_review"):
        assert refused(f"DELETE FROM {table}") == f"{table}_append_only"
    assert refused("UPDATE revenue_rule SET rule = '{}'") == "revenue_rule_append_only"
    assert refused("UPDATE revenue_computation SET due_fen = 1") == "revenue_computation_append_only"
    assert refused("UPDATE revenue_declaration SET figures = '{}'") == "revenue_declaration_append_only"
    assert refused(f"UPDATE revenue_contract SET place = 'x' WHERE id = {contract.id}") == "revenue_contract_kept"


def test_the_database_refuses_a_share_without_evidence_and_one_person_as_two(town):
    due = town.due(town.contract())
    declaration = Declaration.create(
        community=town.community, due_id=due.id, figures={"turnover_fen": 1}, by_account=1, by_label="x"
    )
    with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
        Computation.create(
            community=town.community, contract_id=due.contract_id, due_id=due.id, declaration_id=declaration.id, rule_id=1,
            due_fen=1, unrounded="1/1", carried_loss_fen=0, split={}, trace={}, state_before={}, state_after={},
        )  # fmt: skip
    assert violated(found.value) == "revenue_computation_evidence"
    act = acts.enter(
        town.bookkeeper, "deposit_in", reason="押金", amount=5, account="1002.1", contract_id=due.contract_id
    )
    assert (
        refused(
            f"UPDATE revenue_act SET decision = 'approved', decided_by = {act.by_account}, decided_at = 1, seq = 1 WHERE id = {act.id}"
        )
        == "revenue_act_two_people"
    )
    assert MoneyAct.get_of(town.community, act.id).decision == ""
