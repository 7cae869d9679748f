"""Posting, reversing and what is read afterwards."""

import datetime
import itertools

import pytest

from core.actor import system
from core.errors import Invalid, NotFound, Refused
from core.testing import SOUTH_GARDEN
from plugins.revenue.ledger import accounts, funds, holds, periods
from plugins.revenue.ledger.balances import available, balance, flows, statement, trial_balance
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.entries import EntryFilter, entries
from plugins.revenue.ledger.posting import Line, entries_about, entry, post, reverse
from tests.plugins.revenue.ledger.conftest import DAY, paid, received


def test_a_receipt_stands_in_both_accounts_and_in_its_fund(books):
    posted = books.post(received(12_345), record=books.ref(7), evidence=["ab" * 32], approvals=["review 张三"])
    assert (posted.seq, posted.total, posted.day) == (1, 12_345, DAY)
    assert balance(books.community, "1002") == 12_345
    assert balance(books.community, "4301", "unallocated") == -12_345
    assert balance(books.community, fund="unallocated") == 12_345 == available(books.community, "unallocated")
    assert flows(books.community, "2026-03", "2026-03") == [
        ("2026-03", "4301", "unallocated", "1002", "unallocated", 12_345)
    ]
    stored = entry(books.community, 1)
    assert (stored.evidence, stored.approvals, stored.by) == (("ab" * 32,), ("review 张三",), "张会计")
    assert entries_about(books.community, books.ref(7)) == [stored]
    assert sum(fen for _a, _f, fen in trial_balance(books.community)) == 0
    assert verify(books.community) is None


def test_the_same_key_is_the_same_posting_and_other_content_is_refused(books):
    first = books.post(received(100), key="once")
    assert books.post(received(100), key="once") == first
    with pytest.raises(Refused):
        books.post(received(101), key="once")
    assert balance(books.community, "1002") == 100


def test_a_fund_is_not_overdrawn_and_a_hold_counts(books):
    books.post(received(1_000))
    held = holds.hold(books.actor, key="h", fund="unallocated", amount=600, record=books.ref(), purpose="路灯")
    assert held == holds.hold(books.actor, key="h", fund="unallocated", amount=600, record=books.ref(), purpose="路灯")
    assert (available(books.community, "unallocated"), holds.held(books.community, "unallocated")) == (400, 600)
    for act in (
        lambda: books.post(paid(401)),
        lambda: books.post(paid(1, "reserve")),
        lambda: holds.hold(books.actor, key="h2", fund="unallocated", amount=401, record=books.ref(), purpose="x"),
    ):
        with pytest.raises(Refused):
            act()
    holds.release(books.actor, held, reason="付款", amount=500, key="part")
    holds.release(books.actor, held, reason="付款", amount=500, key="part")
    books.post(paid(900))
    with pytest.raises(Refused):
        holds.release(books.actor, held, reason="付款", amount=101)
    assert [line.open for line in holds.holds(books.community)] == [100]
    holds.release(books.actor, held, reason="完工")
    assert holds.holds(books.community) == []
    assert verify(books.community) is None


def test_a_wrong_receipt_that_was_spent_is_mirrored_and_posted_anew(books):
    books.post(received(1_000), record=books.ref(3))
    books.post(paid(500))
    mirror, fresh = reverse(
        books.actor, 1, key="r", day=DAY, reason="录错金额", approvals=["approve 李四"], fresh=[received(900)]
    )
    assert fresh is not None
    assert {mirror.seq, fresh.seq} == {3, 4}
    wrong, again = entry(books.community, 1), entry(books.community, fresh.seq)
    assert (wrong.reversed_by, wrong.replaced_by, again.replaces) == (mirror.seq, fresh.seq, 1)
    assert entry(books.community, mirror.seq).reason == again.reason == "录错金额"
    assert balance(books.community, fund="unallocated") == 400
    assert [line.seq for line in entries_about(books.community, books.ref(3))] == [1, 3, 4]
    assert reverse(
        books.actor, 1, key="r", day=DAY, reason="录错金额", approvals=["approve 李四"], fresh=[received(900)]
    ) == (mirror, fresh)
    for seq in (1, mirror.seq):
        with pytest.raises(Refused):
            reverse(books.actor, seq, key="again", day=DAY, reason="又错", approvals=[])
    assert verify(books.community) is None


def test_a_locked_month_takes_nothing_more(books):
    books.post(received(100))
    books.post(received(50), day=datetime.date(2026, 4, 1))
    director = system(books.community, "test")
    periods.lock(director, "2026-03")
    assert periods.is_locked(books.community, DAY)
    assert periods.locked_until(books.community) == "2026-03"
    for day in (DAY, datetime.date(2025, 12, 31)):
        with pytest.raises(Refused):
            books.post(received(1), day=day)
    for month in ("2026-03", "2026-01", "2999-01"):
        with pytest.raises(Refused):
            periods.lock(director, month)
    with pytest.raises(Invalid):
        periods.lock(director, "2026-13")
    reverse(books.actor, 1, key="r", day=datetime.date(2026, 4, 2), reason="错账", approvals=[])
    assert verify(books.community) is None


def test_what_another_module_finds_against_locking_is_heard(books, monkeypatch):
    monkeypatch.setattr(periods, "lock_checks", [lambda community, month: [f"{month} 有不明流水"]])
    with pytest.raises(Refused, match="不明流水"):
        periods.lock(system(books.community, "test"), "2026-03")


def test_what_cannot_be_an_entry_is_said(books):
    books.post(received(100))
    for lines in ([], [received(0)], [received(-1)], [Line(1, "1002", "1002", "owners", "owners")]):
        with pytest.raises(Invalid):
            books.post(*lines)
    with pytest.raises(Invalid):
        post(books.actor, key="k", day=DAY, purpose=" ", lines=[received(1)])
    with pytest.raises(TypeError):
        books.post(received(1.0))
    for line in (Line(1, "4301", "1002.9", "unallocated", "unallocated"), received(1, "nowhere")):
        with pytest.raises(Refused):
            books.post(line)
    with pytest.raises(NotFound):
        entry(SOUTH_GARDEN, 1)
    with pytest.raises(NotFound):
        entry(books.community, 2**70)


def test_accounts_and_funds_are_opened_once_and_closed_for_good(books):
    books.post(received(100))
    accounts.open_account(books.actor, "4301.7", "食堂", "income")
    accounts.open_account(books.actor, "4301.7", "食堂", "income")
    funds.open_fund(books.actor, "lamps", "路灯", owner="donor", is_restricted=True, purpose="修路灯")
    with pytest.raises(Refused):
        accounts.open_account(books.actor, "4301.7", "别的", "income")
    for code, kind in (("4301.8", "asset"), ("9999.1", "income"), ("a b", "income"), ("x" * 41, "income")):
        with pytest.raises(Invalid):
            accounts.open_account(books.actor, code, "食堂", kind)
    with pytest.raises(Refused):
        accounts.close_account(books.actor, "1002", "不用了")
    accounts.close_account(books.actor, "4301.7", "合同到期")
    funds.close_fund(books.actor, "lamps", "项目完成")
    assert not accounts.account(books.community, "4301.7").is_open
    for line in (Line(1, "4301.7", "1002", "unallocated", "unallocated"), received(1, "lamps")):
        with pytest.raises(Refused):
            books.post(line)
    assert verify(books.community) is None


def test_a_statement_walks_back_from_the_total(books):
    for number in range(1, 26):
        books.post(received(number * 10), day=datetime.date(2026, 1 + number % 5, number))
    books.post(paid(77), received(5), day=datetime.date(2026, 2, 3))
    books.post(Line(40, "1002", "1001", "unallocated", "unallocated"))  # inside the fund: its money does not change
    for where in (
        {"account": "1002"},
        {"fund": "unallocated"},
        {"account": "1002", "fund": "unallocated"},
    ):
        seen, before = [], None
        while True:
            page = statement(books.community, **where, before=before, limit=4)
            seen += page.lines
            before = page.older
            if before is None:
                break
        total = balance(books.community, **where)
        assert seen[0].balance == total
        assert seen[-1].balance == seen[-1].fen
        assert all(a.balance - a.fen == b.balance for a, b in itertools.pairwise(seen))
        assert [(s.day, s.seq, s.line) for s in seen] == sorted([(s.day, s.seq, s.line) for s in seen], reverse=True)
        for line in seen[::5]:
            later_that_day = sum(s.fen for s in seen if s.day <= line.day)
            assert balance(books.community, **where, as_of=line.day) == later_that_day
            assert balance(books.community, as_of=line.day) == 0, "what came in somewhere went out elsewhere"
    with pytest.raises(Invalid):
        statement(books.community, fund="unallocated", before="2026-02-30_1_1")


def test_entries_are_listed_newest_first_and_narrowed(books):
    for number in range(1, 8):
        books.post(received(number, "reserve" if number % 2 else "unallocated"), day=datetime.date(2026, 1, number))
    assert [e.seq for e in entries(books.community, limit=3)] == [7, 6, 5]
    assert [e.seq for e in entries(books.community, before=5, limit=3)] == [4, 3, 2]
    assert [e.seq for e in entries(books.community, EntryFilter(fund="reserve"))] == [7, 5, 3, 1]
    days = EntryFilter(datetime.date(2026, 1, 2), datetime.date(2026, 1, 3), account="1002")
    assert [e.seq for e in entries(books.community, days)] == [3, 2]
