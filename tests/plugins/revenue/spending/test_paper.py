"""A signature on paper: who may enter it, that it counts, and that whoever it names can contest it."""

from __future__ import annotations

import datetime
from dataclasses import replace

import peewee
import pytest

from core.civic.reaching.messages import Message
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store.db import database, transaction
from core.store.violations import violated
from plugins.revenue.spending import paying, people, signing, waiting
from plugins.revenue.spending.models import Signature


def paper(house, step: str, signer: str, enterer: str = "enterer", **changed) -> signing.Paper:
    values = {
        "step": step,
        "account": house.actor(signer).account,
        "signed_on": today(),
        "scans": house.paper(enterer, "签字页"),
    }
    return signing.Paper(**{**values, **changed})


def enter(
    house, proposal, step: str = "sign", signer: str = "director", enterer: str = "enterer", **changed
) -> Signature:
    return signing.enter_paper(house.actor(enterer), proposal.id, paper(house, step, signer, enterer, **changed))


def test_a_signature_from_paper_counts_and_the_named_is_told(house):
    proposal = house.answered()
    made = enter(house, proposal)
    assert house.again(proposal).state == "signed" and made.entered_name == "enterer某"
    told = [each for each in Message.of(proposal.community) if "楼道灯" in str(each.text)]
    assert len(told) == 1
    (todo,) = [each for each in waiting.todos(house.actor("director")) if "contest" in each.href]
    assert todo.account == house.actor("director").account


def test_it_is_paid_only_when_the_days_for_contesting_are_over(house):
    proposal = house.answered()
    enter(house, proposal)
    proposal = house.contracted(house.verified(house.again(proposal)))
    with pytest.raises(Refused):
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(1_000), key="payment-paper")
    house.clock.on(4)
    paying.pay(house.actor("cashier"), proposal.id, house.instalment(1_000), key="payment-paper")


def test_only_somebody_uninvolved_enters_it_and_nobody_two(house):
    proposal = house.answered()
    for involved in ("proposer", "decider", "director"):
        with pytest.raises((Refused, Invalid, Forbidden)):
            enter(house, proposal, enterer=involved)
    for outside in ("supervisor", "cashier", "street"):
        with pytest.raises(Forbidden):
            enter(house, proposal, enterer=outside)
    enter(house, proposal)
    with pytest.raises(Refused):
        enter(house, house.again(proposal), "verify", "supervisor")
    enter(house, house.again(proposal), "verify", "supervisor", "other")
    # Who entered one takes no step either, with whatever role.
    rights = frozenset({"revenue.pay", "revenue.verify"})
    enterer = replace(house.actor("enterer"), permissions=house.actor("enterer").permissions | rights)
    house.people["enterer"] = enterer
    house.clock.on(4)
    proposal = house.contracted(house.again(proposal))
    with pytest.raises(Refused):
        paying.pay(enterer, proposal.id, house.instalment(1_000, who="enterer"), key="payment-enterer")


def test_only_who_may_take_the_step_can_be_named(house):
    proposal = house.answered()
    for wrong in ("other", "cashier", "proposer"):
        with pytest.raises(Invalid):
            enter(house, proposal, signer=wrong)
    for changed in ({"scans": []}, {"signed_on": today() + datetime.timedelta(days=1)}, {"account": 999}):
        with pytest.raises(Invalid):
            enter(house, proposal, **changed)
    with pytest.raises(NotFound):
        enter(house, proposal, step="pay")


def test_contested_it_is_void_and_the_proposal_goes_back_to_that_step(house):
    proposal = house.answered()
    made = enter(house, proposal)
    proposal = house.verified(house.again(proposal))
    for stranger in ("enterer", "supervisor", "secretary"):
        with pytest.raises(NotFound):
            signing.contest(house.actor(stranger), proposal.id, made.id, "")
    proposal = signing.contest(house.actor("director"), proposal.id, made.id, "我没有签")
    assert proposal.state == "answered"
    assert {each.step for each in people.standing(proposal)} == {"propose", "decide"}
    with pytest.raises(NotFound):
        signing.contest(house.actor("director"), proposal.id, made.id, "")
    with pytest.raises(Refused):  # whose entry was contested enters no other
        enter(house, proposal)
    enter(house, proposal, enterer="other")
    assert house.verified(house.again(proposal)).state == "verified"


def test_the_check_can_be_contested_by_itself(house):
    proposal = house.signed()
    made = enter(house, proposal, "verify", "supervisor")
    proposal = signing.contest(house.actor("supervisor"), proposal.id, made.id, "")
    assert proposal.state == "signed"
    assert signing.verify(house.actor("second_supervisor"), proposal.id, declared=True).state == "verified"


def test_an_emergency_goes_back_to_where_it_was_signed(house):
    proposal = house.project(kind="emergency")
    made = enter(house, proposal)
    assert signing.contest(house.actor("director"), proposal.id, made.id, "").state == "proposed"


def test_after_its_days_it_stands(house):
    proposal = house.answered()
    made = enter(house, proposal)
    house.clock.on(4)
    with pytest.raises(Refused):
        signing.contest(house.actor("director"), proposal.id, made.id, "")


def test_the_database_refuses_two_entries_of_one_colleague_and_an_entry_of_ones_own(house):
    proposal = house.answered()
    enter(house, proposal)
    enterer, supervisor = house.actor("enterer"), house.actor("supervisor")
    columns = "community, proposal_id, round, step, agreed, words, account, name, signed_on, at, entered_account, entered_name, contest_until"
    for signer, entered, name in (
        (supervisor.account, enterer.account, "revenue_signature_people"),
        (supervisor.account, house.actor("proposer").account, "revenue_signature_people"),
        (supervisor.account, supervisor.account, "revenue_signature_own"),
    ):
        with pytest.raises(peewee.IntegrityError) as caught, transaction():
            database.execute_sql(
                f"INSERT INTO revenue_signature ({columns}) VALUES ('{proposal.community}', {proposal.id}, 1, 'verify', 1, '', "
                f"{signer}, '甲', '2026-01-01', 1, {entered}, '乙', '2026-01-02')"
            )
        assert violated(caught.value) == name
