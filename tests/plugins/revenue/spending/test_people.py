"""Who proposes, decides, signs, checks, approves and pays are different people, whatever somebody tries."""

from __future__ import annotations

from dataclasses import replace

import peewee
import pytest

from core.actor import command, system
from core.errors import Forbidden, Invalid, Refused
from core.people import accounts, areas, permissions, residents
from core.people.account_records import Account, RoleGrant
from core.plugin.settings import set_setting
from core.store.db import database, engine_name, transaction
from core.store.violations import violated
from plugins.revenue.spending import limits, paying, people, proposing, signing
from plugins.revenue.spending.models import Payment, Proposal, Signature

EVERY = (
    "revenue.propose",
    "revenue.sign",
    "revenue.verify",
    "revenue.approve_street",
    "revenue.pay",
    "core.notices.publish",
    "core.notices.write",
)


def all_rights(actor):
    """The same person with every role of the money: what a role change would give."""
    return replace(actor, permissions=actor.permissions | frozenset(EVERY))


def step(house, name: str, actor, proposal):
    """Take one step as this actor, on a proposal that stands before it."""
    return {
        "decide": lambda: proposing.decide(
            actor, proposal.id, "meeting", proposal.proposed_on, "同意", [("x" * 32, "")]
        ),
        "sign": lambda: signing.sign(actor, proposal.id),
        "verify": lambda: signing.verify(actor, proposal.id, declared=True),
        "approve": lambda: signing.approve(actor, proposal.id),
        "pay": lambda: paying.pay(actor, proposal.id, house.instalment(1_000), key=f"attack-{actor.account}"),
    }[name]()


def before(house, name: str) -> Proposal:
    """A proposal that waits for a step."""
    if name == "decide":
        return house.project()
    if name == "sign":
        return house.answered()
    if name == "verify":
        return house.signed()
    if name == "approve":
        set_setting(command(house.store.west), limits.STREET_APPROVES, True)
        return house.verified()
    return house.contracted()


EARLIER = {
    "decide": ("proposer",),
    "sign": ("proposer", "decider"),
    "verify": ("proposer", "decider", "director"),
    "approve": ("proposer", "decider", "director", "supervisor"),
    "pay": ("proposer", "decider", "director", "supervisor"),
}


@pytest.mark.parametrize("name", EARLIER)
def test_nobody_who_took_a_step_takes_another_whatever_role_they_have_now(house, name):
    proposal = before(house, name)
    for earlier in EARLIER[name]:
        with pytest.raises(Refused):
            step(house, name, all_rights(house.actor(earlier)), proposal)
    assert house.again(proposal).state == proposal.state


@pytest.mark.parametrize("name", ["sign", "verify", "pay"])
def test_a_second_account_of_the_same_person_is_the_same_person(house, name):
    """By the name on both, by the resident behind both, and when an account is joined with its resident afterwards."""
    west = house.store.west
    proposal = before(house, name)
    first = house.actor("proposer")
    same_name = replace(all_rights(house.actor("other")), label=first.label)
    with pytest.raises(Refused):
        step(house, name, same_name, proposal)
    estate = areas.add_estate(command(west), "名家")
    resident = residents.add_person(command(west), name="提某", phone="13800130001", estate_id=estate, door="1-1-101")
    with transaction(west):
        Account.update(person_id=resident.id).where(Account.id == first.account).execute()
    with pytest.raises(Refused):
        step(house, name, replace(all_rights(house.actor("other")), person=resident.id), proposal)


@pytest.mark.parametrize("kind", ["command", "system", "anonymous"])
def test_programs_and_nobody_sign_nothing(house, kind):
    proposal = house.answered()
    actor = {"command": command, "system": lambda code: system(code, "test")}.get(kind, command)(house.store.west)
    actor = replace(actor, kind=kind)
    with pytest.raises((Refused, Forbidden)):
        signing.sign(actor, proposal.id)
    with pytest.raises((Refused, Forbidden)):
        proposing.propose_project(actor, proposing.Wish("a", "b"), "give_back", 100)
    contracted = house.contracted(house.verified(house.signed(proposal)))
    with pytest.raises((Refused, Forbidden)):
        paying.pay(actor, contracted.id, house.instalment(1_000), key="attack-kind")


def test_an_owner_of_the_installation_holds_none_of_these_rights(house):
    owner = house.store.actor(*permissions.OWNER_PERMISSIONS, kind="owner", account=house.actor("other").account)
    proposal = house.answered()
    for act in (
        lambda: signing.sign(owner, proposal.id),
        lambda: signing.verify(owner, proposal.id, declared=True),
        lambda: paying.pay(owner, proposal.id, house.instalment(1_000), key="attack-owner"),
        lambda: proposing.publish(owner, proposal.id),
        lambda: proposing.end(owner, proposal.id, "x"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_whoever_works_for_the_committee_does_not_check_its_money(house):
    west = house.store.west
    proposal = house.signed()
    both = house.actor("second_supervisor")
    with pytest.raises(Refused):
        signing.verify(replace(both, roles=both.roles | {"staff"}), proposal.id, declared=True)
    # The other account of the same person works at the desk.
    accounts.create_staff(command(west), "usertwice", both.label, None, grants=("bookkeeper",), must_change=False)
    with pytest.raises(Refused):
        signing.verify(both, proposal.id, declared=True)
    with pytest.raises(Invalid):
        signing.verify(house.actor("supervisor"), proposal.id, declared=False)


def test_near_kin_does_not_check(house):
    west = house.store.west
    estate = areas.add_estate(command(west), "名家")
    kin = [
        residents.add_person(
            command(west), name=f"王{number}", phone=f"1380013000{number}", estate_id=estate, door="1-1-101"
        )
        for number in (1, 2)
    ]
    house.people["proposer"] = replace(house.actor("proposer"), person=kin[0].id)
    proposal = house.signed()
    with pytest.raises(Refused):
        signing.verify(replace(house.actor("supervisor"), person=kin[1].id), proposal.id, declared=True)
    other = residents.add_person(command(west), name="李三", phone="13800130003", estate_id=estate, door="9-1-101")
    signing.verify(replace(house.actor("supervisor"), person=other.id), proposal.id, declared=True)


def test_a_refusal_sends_it_back_to_be_decided_and_published_anew(house):
    from plugins.revenue.ledger.holds import held
    from plugins.revenue.spending import publishing

    proposal = house.signed()
    with pytest.raises(Invalid):
        signing.refuse(house.actor("supervisor"), proposal.id, "verify", " ")
    proposal = signing.refuse(house.actor("supervisor"), proposal.id, "verify", "报价只有一家")
    assert (proposal.state, proposal.round) == ("returned", 2) and held(house.store.west, "give_back") == 0
    assert publishing.standing_notices(proposal).before is None
    # The same people take the same steps again; nobody changes places.
    with pytest.raises(Refused):
        signing.sign(house.actor("director"), proposal.id)
    proposal = house.verified(house.signed(house.answered(house.published(house.decided(proposal)))))
    assert proposal.state == "verified" and proposal.round == 2
    proposal = house.locked(house.shown_again(house.accepted(house.paid(house.contracted(proposal)))))
    assert proposal.state == "locked"


def test_the_street_approves_where_the_community_says_so(house):
    set_setting(command(house.store.west), limits.STREET_APPROVES, True)
    proposal = house.contracted()
    with pytest.raises(Refused):
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(1_000), key="payment-early")
    proposal = signing.approve(house.actor("street"), proposal.id)
    assert house.paid(proposal).state == "paying"
    second = house.verified(house.signed(house.answered(house.published(house.decided(house.project())))))
    assert signing.refuse(house.actor("street"), second.id, "approve", "超出预算").state == "returned"


def test_another_cashier_pays_another_instalment(house):
    proposal = house.paid(amount=100_000)
    paying.pay(
        house.actor("second_cashier"), proposal.id, house.instalment(100_000, 2, "second_cashier"), key="payment-two"
    )
    assert [each.step for each in people.standing(proposal)].count("pay") == 2


# --------------------------------------------------------------------------- the database by itself


def refused_by(statement: str, *values: object) -> str | None:
    if engine_name() == "postgresql":
        statement = statement.replace("?", "%s")
    with pytest.raises(peewee.IntegrityError) as caught, transaction():
        database.execute_sql(statement, values)
    return violated(caught.value)


PUT = (
    "INSERT INTO revenue_signature (community, proposal_id, round, step, agreed, words, account, person, name, signed_on, at) "
    "VALUES (?, ?, 1, ?, 1, '', ?, ?, ?, '2026-01-01', 1)"
)
MOVE = "UPDATE revenue_proposal SET state = ? WHERE id = ?"


def test_the_database_refuses_a_second_step_of_one_person(house):
    west, proposal = house.store.west, house.answered()
    first = house.actor("proposer")
    assert refused_by(PUT, west, proposal.id, "sign", first.account, None, "别名") == "revenue_signature_people"
    assert refused_by(PUT, west, proposal.id, "sign", 999, None, first.label) == "revenue_signature_people"
    signing.sign(house.actor("director"), proposal.id)
    again = house.actor("secretary")
    assert refused_by(PUT, west, proposal.id, "sign", again.account, None, again.label) == "revenue_signature_once"
    assert refused_by("UPDATE revenue_signature SET name = 'x'") == "revenue_signature_append_only"
    assert refused_by("DELETE FROM revenue_signature") == "revenue_signature_append_only"
    assert refused_by(PUT, house.store.south, proposal.id, "verify", 999, None, "外人") == "foreign_key"


def test_the_database_refuses_states_without_their_signatures(house):
    proposal = house.answered()
    assert refused_by(MOVE, "signed", proposal.id) == "revenue_proposal_signed"
    proposal = house.signed(proposal)
    assert refused_by(MOVE, "verified", proposal.id) == "revenue_proposal_verified"
    proposal = house.verified(proposal)
    assert refused_by(MOVE, "approved", proposal.id) == "revenue_proposal_approved"
    assert refused_by(MOVE, "paying", proposal.id) == "revenue_proposal_paid"
    proposal = house.paid(house.contracted(proposal))
    assert refused_by(MOVE, "locked", proposal.id) == "revenue_proposal_published_twice"
    assert refused_by(MOVE, "void", proposal.id) == "revenue_proposal_kept"
    assert refused_by("UPDATE revenue_proposal SET amount = 1") == "revenue_proposal_kept"
    assert refused_by("DELETE FROM revenue_proposal") == "revenue_proposal_kept"


def test_the_database_refuses_payments_without_signatures_and_beyond_what_was_decided(house):
    west, proposal = house.store.west, house.signed()
    pay = (
        "INSERT INTO revenue_payment (community, proposal_id, round, serial, key, payee, payee_kind, purpose, account_code, amount, "
        "paid_on, by_account, by_label, at) VALUES (?, ?, 1, 9, 'raw', '店', 'firm', '灯', '1002.2', ?, '2026-01-01', ?, 'x', 1)"
    )
    cashier = house.actor("cashier").account
    assert refused_by(pay, west, proposal.id, 1_000, cashier) in ("revenue_payment_signed", "revenue_payment_within")
    proposal = house.contracted(house.verified(proposal))
    assert refused_by(pay, west, proposal.id, 1_000, cashier) == "revenue_payment_signed"
    house.paid(proposal)
    assert refused_by(pay, west, proposal.id, 50_001, cashier) == "revenue_payment_within"
    assert refused_by(pay, west, proposal.id, 1_000, house.actor("second_cashier").account) == "revenue_payment_signed"
    assert refused_by("UPDATE revenue_payment SET amount = 1") == "revenue_payment_append_only"
    assert refused_by("DELETE FROM revenue_payment") == "revenue_payment_append_only"


def test_proposals_of_another_community_are_not_there(house):
    from core.errors import NotFound

    proposal = house.answered()
    stranger = replace(all_rights(house.actor("other")), community=house.store.south)
    for act in (
        lambda: signing.sign(stranger, proposal.id),
        lambda: proposing.publish(stranger, proposal.id),
        lambda: paying.pay(stranger, proposal.id, house.instalment(1_000), key="attack-south"),
        lambda: proposing.end(stranger, proposal.id, "x"),
    ):
        with pytest.raises(NotFound):
            act()
    assert Payment.of(house.store.south).count() == 0 and Signature.of(house.store.south).count() == 0
    assert RoleGrant.select().where(RoleGrant.community == house.store.south).count() == 0
