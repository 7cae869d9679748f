"""`revenue.LedgerService/1`: the ledger as another module gets it, by its name."""

from __future__ import annotations

import inspect

import pytest

from core.errors import Invalid, NotFound, Refused
from core.plugin.services import get_service
from core.store.db import transaction
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.revenue.contracts import LedgerService
from plugins.revenue.ledger import holds
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.ledger_service import Ledger
from tests.plugins.revenue.ledger.conftest import DAY, paid, received

NAME = "revenue.LedgerService/1"
FUND = "unallocated"
CASE = Ref("mediation.case", WEST_HILL, 17)


@pytest.fixture
def offered(plugins):
    """The service as another plugin gets it."""
    return get_service(NAME, WEST_HILL)


@pytest.fixture
def actor(plugins, store):
    """Somebody of 西山社区 without any right of this module: the caller's own page has asked."""
    return store.actor()


@pytest.fixture
def stranger(plugins, store):
    return store.actor(community=SOUTH_GARDEN)


@pytest.fixture
def post(offered, actor):
    """Post the lines for the case; `key` names the act."""

    def act(*lines, key="one", who=actor, **more):
        values = {"day": DAY, "purpose": "停车收费", "record": None if who is not actor else CASE, **more}
        return offered.post(who, key=key, lines=lines, **values)

    return act


@pytest.fixture
def hold(offered, actor):
    def act(amount, key="held", who=actor, **more):
        return offered.hold(who, key=key, **{"fund": FUND, "amount": amount, "record": CASE, "purpose": "修门", **more})

    return act


def test_posts_once_for_each_key(offered, post):
    first = post(received(1_000), evidence=["ab" * 32], approvals=["核准 李四"])
    assert post(received(1_000), evidence=["ab" * 32], approvals=["核准 李四"]) == first
    for other in (
        lambda: post(received(1_001), evidence=["ab" * 32], approvals=["核准 李四"]),
        lambda: post(received(1_000), evidence=["cd" * 32], approvals=["核准 李四"]),
        lambda: post(received(1_000), evidence=["ab" * 32], approvals=["核准 李四"], purpose="别的"),
        lambda: post(received(1_000), evidence=["ab" * 32], approvals=["核准 李四"], record=None),
    ):
        with pytest.raises(Refused):
            other()
    assert offered.balance(WEST_HILL, "1002") == 1_000 and verify(WEST_HILL) is None


def test_holds_once_for_each_key_and_nobody_else_spends_it(offered, post, hold):
    post(received(1_000))
    number = hold(700)
    assert hold(700) == number
    for other in (
        lambda: hold(701),
        lambda: hold(700, fund="reserve"),
        lambda: hold(700, purpose="别的"),
        lambda: hold(700, record=Ref("mediation.case", WEST_HILL, 18)),
        lambda: hold(301, key="more than is left"),
        lambda: post(paid(301), key="spent"),
    ):
        with pytest.raises(Refused):
            other()
    assert holds.held(WEST_HILL, FUND) == 700 and offered.balance(WEST_HILL, fund=FUND) == 1_000
    with pytest.raises(Invalid):
        hold(0, key="nothing")


def test_releases_once_for_each_key_and_no_more_than_is_held(offered, actor, post, hold):
    post(received(1_000))
    number, other = hold(600), hold(100, key="other")
    for _again in range(2):
        offered.release(actor, number, key="part", reason="付款", amount=250)
    assert holds.held(WEST_HILL, FUND) == 450
    for wrong in (
        lambda: offered.release(actor, number, key="part", reason="付款", amount=251),
        lambda: offered.release(actor, other, key="part", reason="付款"),
        lambda: offered.release(actor, number, key="too much", reason="付款", amount=351),
    ):
        with pytest.raises(Refused):
            wrong()
    for _again in range(2):
        offered.release(actor, number, key="rest", reason="完工")
    assert holds.held(WEST_HILL, FUND) == 100
    post(paid(900), key="spent")
    with pytest.raises(Invalid):
        offered.release(actor, other, key="why", reason=" ")
    assert verify(WEST_HILL) is None


def test_balances_and_statements_tell_the_same(offered, post):
    for number, line in enumerate((received(1_000), paid(300), received(50, "reserve"))):
        post(line, key=f"k{number}")
    assert offered.balance(WEST_HILL, "1002") == 750 and offered.balance(WEST_HILL, "1002", FUND) == 700
    assert (
        offered.balance(WEST_HILL, fund="reserve") == 50 and offered.balance(WEST_HILL, as_of=DAY.replace(day=1)) == 0
    )
    newest = offered.statement(WEST_HILL, account="1002", limit=2)
    older = offered.statement(WEST_HILL, account="1002", limit=2, before=newest.older)
    assert [line.balance for line in (*newest.lines, *older.lines)] == [750, 700, 1_000] and older.older is None
    assert [line.balance for line in offered.statement(WEST_HILL, fund=FUND).lines] == [700, 1_000]
    with pytest.raises(Invalid):
        offered.statement(WEST_HILL, account="1002", before="no cursor")


def test_reverses_an_entry_once_and_posts_anew_in_its_place(offered, actor, post):
    wrong = post(received(1_000))
    said = {"key": "undo", "day": DAY, "reason": "录错金额", "approvals": ["核准 李四"], "fresh": [received(900)]}
    made = offered.reverse(actor, wrong.seq, **said)
    assert offered.reverse(actor, wrong.seq, **said) == made
    for other in ({"fresh": [received(901)]}, {"reason": "别的"}, {"key": "a second time"}):
        with pytest.raises(Refused):
            offered.reverse(actor, wrong.seq, **{**said, **other})
    assert offered.balance(WEST_HILL, "1002") == 900 and verify(WEST_HILL) is None
    mirror, fresh = made
    assert fresh is not None and (mirror.total, fresh.total) == (1_000, 900)


def test_joins_the_callers_transaction(offered, post, hold):
    with pytest.raises(ZeroDivisionError), transaction(WEST_HILL):
        post(received(1_000))
        hold(400)
        raise ZeroDivisionError
    assert offered.balance(WEST_HILL, "1002") == 0 == holds.held(WEST_HILL, FUND)
    post(received(5))
    assert offered.balance(WEST_HILL, "1002") == 5


def test_touches_nothing_of_another_community(offered, post, hold, stranger):
    posted, number = post(received(1_000)), hold(700)
    elsewhere = {"key": "undo", "day": DAY, "reason": "录错", "approvals": ["核准 李四"]}
    for wrong in (
        lambda: post(received(1), key="a", who=stranger, record=CASE),
        lambda: hold(1, key="b", who=stranger),
        lambda: offered.release(stranger, number, key="c", reason="付款"),
        lambda: offered.reverse(stranger, posted.seq, **elsewhere),
    ):
        with pytest.raises(NotFound):
            wrong()
    assert holds.held(WEST_HILL, FUND) == 700
    # The same keys are free there, and its books are its own.
    assert post(received(30), who=stranger).seq == 1
    assert offered.balance(SOUTH_GARDEN, "1002") == 30 and offered.balance(WEST_HILL, "1002") == 1_000
    assert [line.balance for line in offered.statement(SOUTH_GARDEN, account="1002").lines] == [30]
    assert verify(SOUTH_GARDEN) is None and verify(WEST_HILL) is None


def test_the_implementation_takes_what_the_protocol_says():
    acts = [name for name in vars(LedgerService) if not name.startswith("_")]
    assert sorted(acts) == ["balance", "hold", "post", "release", "reverse", "statement"]
    for name in acts:
        promised = list(inspect.signature(getattr(LedgerService, name)).parameters.values())[1:]
        given = inspect.signature(getattr(Ledger(), name)).parameters
        assert [(each.name, each.kind, each.default) for each in promised] == [
            (given[each.name].name, given[each.name].kind, given[each.name].default) for each in promised
        ], name


def test_is_absent_where_the_module_is_off(plugins, store, offered):
    off = store.actor("core.plugins.switch", community=SOUTH_GARDEN, kind="system")
    plugins.switch(off, "revenue", enabled=False)
    assert get_service(NAME, SOUTH_GARDEN) is None
    assert get_service(NAME, WEST_HILL) is offered
