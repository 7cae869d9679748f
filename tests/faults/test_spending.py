"""Paying while the process is killed: every acknowledged instalment is posted, no other is half there, what is held fits."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from core.actor import command
from core.store import audit
from core.store.db import now, open_database
from plugins.revenue.ledger import chain
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.holds import held
from plugins.revenue.ledger.posting import entries_about
from plugins.revenue.spending import lists, proposing
from tests.faults.serving import ROOT, environment
from tests.plugins.revenue.spending.conftest import BANK, MONEY, clock, house

__all__ = ["clock", "house"]
KILLS = 12
AMOUNT = 300_000
pytestmark = pytest.mark.faults

# Pays instalments of one fen each, and says which was paid once it is.
PAYER = """
import sys
from core.app import open_instance
from core.civic import attachments
from core.config import load_config
from core.people import permissions
from plugins.revenue.spending import lists, paying

config = load_config(sys.argv[1], database=sys.argv[2])
open_instance(config)
cashier, proposal = permissions.actor_of(int(sys.argv[3]), "330481001009"), int(sys.argv[4])
while True:
    serial = len(lists.payments(lists.proposal_of(cashier, proposal))) + 1
    kept = attachments.keep_upload(cashier, "发票.txt", f"发票 {serial}".encode(), ("document",))
    wish = paying.Instalment(serial, "灯具店", "firm", "灯", "1002.2", 1, [(kept.token, "")])
    print(paying.pay(cashier, proposal, wish, key=f"payment-{serial}").serial, flush=True)
"""


def pay_and_kill(house, proposal, chance) -> list[int]:
    """Let the payer work for a moment; the instalments it said were paid."""
    store = house.store
    payer = [sys.executable, "-c", PAYER, str(store.config.instance), store.config.database]
    payer += [str(house.actor("cashier").account), str(proposal.id)]
    process = subprocess.Popen(payer, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    told = [process.stdout.readline()]
    assert told[0], "the payer ended by itself"
    time.sleep(chance.random() * 0.1)
    process.kill()
    rest, _errors = process.communicate()
    return [int(line) for line in [*told, *rest.splitlines(True)] if line.endswith(b"\n")]


def test_killed_at_any_moment_a_payment_is_whole_or_not_there(house):
    decided = house.decided()
    proposing.publish(command(house.store.west), decided.id, "周主任", at=now() - 17 * 86_400_000)
    proposal = proposing.answered(house.actor("proposer"), decided.id)
    proposal = house.contracted(house.verified(house.signed(proposal)))
    open_database(house.store.config)
    chance, told = random.Random(20261122), []
    for _kill in range(KILLS):
        told += pay_and_kill(house, proposal, chance)
        paid = lists.payments(proposal)
        serials = [each.serial for each in paid]
        assert serials == list(range(1, len(paid) + 1)) and set(told) <= set(serials)
        assert len(entries_about(proposal.community, proposal.ref)) == len(paid)
        assert held(proposal.community, "give_back") == AMOUNT - len(paid)
        assert balance(proposal.community, account=BANK, fund="give_back") == MONEY - len(paid)
    assert len(told) >= KILLS
    assert chain.verify(proposal.community) is None and audit.verify(proposal.community) is None
