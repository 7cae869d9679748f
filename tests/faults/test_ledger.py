"""The books under force: the same posting a hundred times at once, and a process that is killed while it posts."""

from __future__ import annotations

import datetime
import os
import random
import signal
import subprocess
import sys
import threading

import pytest

from core.actor import system
from core.store import db
from core.store.db import rows
from core.testing import WEST_HILL
from plugins.revenue.ledger.accounts import open_chart
from plugins.revenue.ledger.balances import trial_balance
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.funds import open_funds
from plugins.revenue.ledger.posting import Line, post

pytestmark = pytest.mark.faults

TIMES, KILLS = 100, 6
LINE = Line(100, "4301", "1002", "unallocated", "unallocated")
DAY = datetime.date(2026, 3, 5)
# Posts under numbered keys for ever and says each number only when the posting is safe.
CHILD = """
import datetime, sys
from pathlib import Path
from core.actor import system
from core.config import load_config
from core.store import db
from plugins.revenue.ledger.posting import Line, post
db.open_database(load_config(Path(sys.argv[1]), database=sys.argv[2], strict=True))
number = int(sys.argv[3])
while True:
    post(system(sys.argv[4], "test"), key=f"k{number}", day=datetime.date(2026, 3, 5), purpose="x",
         lines=[Line(100, "4301", "1002", "unallocated", "unallocated")])
    print(number, flush=True)
    number += 1
"""


@pytest.fixture
def actor(store):
    actor = system(WEST_HILL, "test")
    open_chart(actor)
    open_funds(actor)
    return actor


def test_the_same_key_a_hundred_times_at_once_is_one_posting(actor):
    gate, posted, failed = threading.Barrier(TIMES // 5), [], []

    def tap():
        try:
            gate.wait()
            for _each in range(5):
                posted.append(post(actor, key="once", day=DAY, purpose="食堂", lines=[LINE]))
        except Exception as error:
            failed.append(error)
        finally:
            db.database.obj.close()

    threads = [threading.Thread(target=tap) for _each in range(TIMES // 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(posted) == TIMES and len(set(posted)) == 1
    assert rows("SELECT count(*), sum(total) FROM revenue_entry") == [(1, 100)]
    assert verify(WEST_HILL) is None


def test_a_killed_process_loses_no_posting_that_it_acknowledged(actor, both_engines):
    chance, acknowledged = random.Random(5), 0
    for _kill in range(KILLS):
        child = subprocess.Popen(
            [
                sys.executable,
                "-c",
                CHILD,
                both_engines.instance,
                both_engines.database or "",
                str(acknowledged + 1),
                WEST_HILL,
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.stdout is not None
        for _line in range(chance.randint(1, 40)):
            acknowledged = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in child.stdout.read().split("\n")[:-1])])
        child.wait()
        stored = {key for (key,) in rows("SELECT key FROM revenue_entry WHERE community = ?", WEST_HILL)}
        assert {f"k{number}" for number in range(1, acknowledged + 1)} <= stored
        assert len(stored) <= acknowledged + 1  # at most the one that was not yet said
        assert sum(fen for _account, _fund, fen in trial_balance(WEST_HILL)) == 0
        assert verify(WEST_HILL) is None
