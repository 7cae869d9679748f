"""The demo's year: statements match what was posted, and one line of this month is left."""

import datetime

import pytest

from core import today
from core.actor import command
from core.people import accounts as people
from core.store.community import Community
from plugins.revenue.bank import demo, reconciling
from plugins.revenue.bank.accounts import banks
from plugins.revenue.bank.matching import open_lines, open_postings
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import post


@pytest.fixture
def year(office):
    actor = command(office.store.west)
    for name, label, role in (("baozhang", "顾会计", "bookkeeper"), ("zhuren", "沈主任", "director")):
        people.create_staff(actor, name, label, None, grants=(role,), must_change=False)
    first = today().replace(day=1)
    for back in range(8):
        day = (first - datetime.timedelta(days=28 * back)).replace(day=1)
        moved = [Movement(1_234_500 + back, "2601", "1901.1", "owners", "owners")]
        post(actor, key=f"demo{back}", day=day, purpose=f"好味道食堂（业主共有部位）： 第 {back} 期分成", lines=moved)
    return office


def test_a_year_of_statements_is_matched(year):
    community = Community.get_by_id(year.community)
    said = list(demo.fill(community, command(year.community)))
    assert len(said) == 1
    made = next(bank for bank in banks(year.community) if bank.account == "1901.1")
    assert open_lines(made) == [] and open_postings(made) == []
    last = today().replace(day=1) - datetime.timedelta(days=1)
    assert reconciling.sheet(made, last.strftime("%Y-%m")).is_whole
