"""A seeded workload, checked after every step by an auditor who keeps books of their own and shares no code with the ledger.

`LINLI_LEDGER_OPERATIONS=100000` makes it a night's work. After each step every balance, every fund and the number of entries are
compared, which costs the same however many there were before; all movements are counted again every `RECOUNT` steps.
"""

from __future__ import annotations

import datetime
import os
import random
from collections import defaultdict

from core.actor import system
from core.errors import Refused
from core.store.db import rows, transaction
from plugins.revenue.ledger import holds, periods
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.posting import Line, reverse

OPERATIONS = int(os.environ.get("LINLI_LEDGER_OPERATIONS", "600"))
ACCOUNTS = {"1001": True, "1002": True, "4301": False, "4901": False, "5101": False, "2601": False}
FUNDS = ("unallocated", "operating", "reserve", "owners")
RECOUNT = 5000
A_NEW_DAY = min(0.05, 2000 / OPERATIONS)  # months to come cannot be locked


class Auditor:
    """Says beforehand whether an act may succeed, and afterwards what must stand where."""

    def __init__(self):
        self.balances = defaultdict(int)
        self.held = defaultdict(int)
        self.entries = []
        self.reversed = set()
        self.open = {}
        self.locked = ""

    def money(self, balances, fund):
        return sum(fen for (code, of), fen in balances.items() if of == fund and ACCOUNTS[code])

    def may_post(self, day, moves):
        after = defaultdict(int, self.balances)
        for amount, source, target, out_of, into in moves:
            after[source, out_of] -= amount
            after[target, into] += amount
        touched = {fund for move in moves for fund in move[3:]}
        return day[:7] > self.locked and all(self.money(after, fund) >= self.held[fund] for fund in touched)

    def post(self, moves, is_reversal=False):
        for amount, source, target, out_of, into in moves:
            self.balances[source, out_of] -= amount
            self.balances[target, into] += amount
        self.entries.append((moves, is_reversal))

    def compare(self, community):
        stored = {
            row[:2]: row[2]
            for row in rows("SELECT account, fund, fen FROM revenue_balance WHERE community = ?", community)
        }
        assert {key: fen for key, fen in stored.items() if fen} == {
            key: fen for key, fen in self.balances.items() if fen
        }
        assert sum(stored.values()) == 0
        totals = rows("SELECT fund, fen, held FROM revenue_fund_total WHERE community = ?", community)
        for fund, fen, held in totals:
            assert (fen, held) == (self.money(self.balances, fund), self.held[fund])
            assert fen >= held
        newest = rows("SELECT max(seq) FROM revenue_entry WHERE community = ?", community)[0][0]
        assert (newest or 0) == len(self.entries)

    def recount(self, community):
        """Every movement that is stored, against every act that succeeded: what a single step cannot see."""
        assert rows("SELECT count(*) FROM revenue_entry WHERE community = ?", community) == [(len(self.entries),)]
        stored = rows(
            "SELECT entry, amount, source, destination, source_fund, destination_fund FROM revenue_movement "
            "WHERE community = ? ORDER BY entry, line",
            community,
        )
        acted = [(seq, *move) for seq, (moves, _is_reversal) in enumerate(self.entries, 1) for move in moves]
        assert stored == acted


def _moves(chance):
    found = []
    for _each in range(chance.choice((1, 1, 1, 2, 4))):
        source, target = chance.sample(sorted(ACCOUNTS), 2)
        found.append((chance.randint(1, 5_000), source, target, chance.choice(FUNDS), chance.choice(FUNDS)))
    return found


def _succeeds(act):
    try:
        with transaction():
            return act() or True
    except Refused:
        return False


def test_every_step_of_a_seeded_workload_is_what_the_auditor_expects(books):
    chance, auditor = random.Random(20260101), Auditor()
    director, day = system(books.community, "test"), datetime.date(2020, 1, 1)
    done = defaultdict(int)
    for step in range(OPERATIONS):
        day += datetime.timedelta(chance.random() < A_NEW_DAY)
        what = chance.choices(("post", "income", "reverse", "hold", "release", "lock"), (40, 25, 10, 12, 10, 1))[0]
        if what in ("post", "income"):
            moves = (
                _moves(chance)
                if what == "post"
                else [(chance.randint(1, 9_000), "4301", "1002", *[chance.choice(FUNDS)] * 2)]
            )
            when = day - datetime.timedelta(chance.choice((0, 0, 0, 40)))
            expected = auditor.may_post(when.isoformat(), moves)
            happened = _succeeds(lambda moves=moves, when=when: books.post(*[Line(*move) for move in moves], day=when))
            assert bool(happened) == expected
            if expected:
                auditor.post(moves)
        elif what == "reverse" and auditor.entries:
            seq = chance.randint(1, len(auditor.entries))
            moves, is_reversal = auditor.entries[seq - 1]
            mirror = [(amount, target, source, into, out_of) for amount, source, target, out_of, into in moves]
            expected = not is_reversal and seq not in auditor.reversed and auditor.may_post(day.isoformat(), mirror)
            happened = _succeeds(
                lambda seq=seq, step=step, day=day: reverse(
                    books.actor, seq, key=f"r{step}", day=day, reason="错", approvals=[]
                )
            )
            assert bool(happened) == expected
            if expected:
                auditor.post(mirror, is_reversal=True)
                auditor.reversed.add(seq)
        elif what == "hold":
            fund, amount = chance.choice(FUNDS), chance.randint(1, 4_000)
            expected = auditor.money(auditor.balances, fund) - auditor.held[fund] >= amount
            number = _succeeds(
                lambda fund=fund, amount=amount, step=step: holds.hold(
                    books.actor, key=f"h{step}", fund=fund, amount=amount, record=books.ref(), purpose="x"
                )
            )
            assert bool(number) == expected
            if number:
                auditor.open[number] = [fund, amount]
                auditor.held[fund] += amount
        elif what == "release" and auditor.open:
            number = chance.choice(sorted(auditor.open))
            fund, rest = auditor.open[number]
            part = chance.randint(1, rest + 50)
            assert bool(
                _succeeds(lambda number=number, part=part: holds.release(books.actor, number, reason="x", amount=part))
            ) == (part <= rest)
            if part <= rest:
                auditor.held[fund] -= part
                auditor.open[number][1] -= part
                if part == rest:
                    del auditor.open[number]
        elif what == "lock":
            month = (day.replace(day=1) - datetime.timedelta(1)).isoformat()[:7]
            expected = month > auditor.locked
            assert bool(_succeeds(lambda month=month: periods.lock(director, month))) == expected
            auditor.locked = max(auditor.locked, month)
        done[what] += 1
        auditor.compare(books.community)
        if step % RECOUNT == RECOUNT - 1:
            auditor.recount(books.community)
    auditor.recount(books.community)
    assert min(done.values()) >= 1 and len(auditor.entries) > OPERATIONS / 10
    assert verify(books.community) is None
