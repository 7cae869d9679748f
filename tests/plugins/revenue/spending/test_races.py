"""Paying at the same moment: with one key or with many, there is one payment and one posting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import LinliError, Refused
from core.store.db import database
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.posting import entries_about
from plugins.revenue.spending import lists, paying, proposing
from tests.plugins.revenue.spending.conftest import BANK, MONEY

MANY = 20


def at_once(act) -> list[object]:
    """What each of twenty callers got: an id, or the error."""

    def one(number: int) -> object:
        try:
            return act(number)
        except LinliError as error:
            return error
        finally:
            database.obj.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


@pytest.mark.parametrize("keys", ["one key", "different keys"])
def test_twenty_payments_at_once_are_one(house, keys):
    proposal = house.contracted()
    cashier = house.actor("cashier")
    # Each caller with its own upload, as twenty browsers would have; the key is what the form carries.
    asked = [house.instalment(150_000) for _each in range(MANY)]

    def act(number: int) -> object:
        key = "payment-same" if keys == "one key" else f"payment-{number}"
        return paying.pay(cashier, proposal.id, asked[number], key=key).id

    got = at_once(act)
    made = {each for each in got if isinstance(each, int)}
    assert (
        len(made) == 1
        and len(lists.payments(proposal)) == 1
        and len(entries_about(proposal.community, proposal.ref)) == 1
    )
    assert balance(proposal.community, account=BANK, fund="give_back") == MONEY - 150_000
    if keys == "one key":
        assert all(isinstance(each, int) for each in got)
    else:
        assert sum(isinstance(each, Refused) for each in got) == MANY - 1


def test_twenty_allocations_at_once_are_one(house, dues):
    proposal = proposing.propose_allocation(house.actor("proposer"), proposing.Wish("分配", "食堂"), [3])
    proposal = house.verified(house.signed(house.answered(house.published(house.decided(proposal)))))
    got = at_once(lambda number: paying.allocate(house.actor("cashier"), proposal.id, key=f"allocate-{number}").id)
    assert sum(isinstance(each, int) for each in got) == 1
    assert balance(proposal.community, fund="unallocated") == MONEY - 100_001 and dues.done == [3]


def test_a_key_used_for_something_else_is_refused(house):
    proposal = house.paid(amount=100_000)
    with pytest.raises(Refused):
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(50_000, 2), key=f"payment-{proposal.id}-1")
    again = paying.pay(house.actor("cashier"), proposal.id, house.instalment(100_000), key=f"payment-{proposal.id}-1")
    assert again.serial == 1 and len(lists.payments(proposal)) == 1
    with pytest.raises(Refused):  # the number was paid meanwhile
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(50_000, 1), key="payment-serial")
