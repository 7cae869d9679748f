"""Reconciling and closing a month: both balances meet, and what keeps a month open, through services and raw SQL."""

import datetime
from dataclasses import replace

import peewee
import pytest

from core import Conflict, Invalid, Refused, execute, keep_upload, transaction, violated
from plugins.revenue.bank import accounts, booking, cash, reconciling
from plugins.revenue.bank.matching import match, undo
from plugins.revenue.bank.models import CashCount, Fee, Reconciled
from plugins.revenue.bank.statements import month_end
from plugins.revenue.ledger import journal, movable
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.chart import close_account_by_hand
from plugins.revenue.ledger.entries import entry
from plugins.revenue.ledger.periods import lock, locked_until
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import post, reverse
from plugins.revenue.ledger.register import enter
from tests.pictures import picture

JANUARY = "2026-01"


@pytest.fixture
def matched(office):
    """January: one posting, one line, matched."""
    seq = office.pay_in(100, 5)
    office.take((6, 100))
    match(office.clerk, office.bank.id, [1], [seq])
    return office


def raw_lock(office, month=JANUARY, label="某人"):
    """The row of a lock without asking any service."""
    with transaction(office.community):
        enter(replace(office.head, label=label), "period", {"month": month})


def refused_by(office, month=JANUARY, label="某人"):
    with pytest.raises(peewee.IntegrityError) as error:
        raw_lock(office, month, label)
    assert locked_until(office.community) == ""
    return violated(error.value)


def test_a_month_whose_lines_are_all_explained_closes(matched):
    reconciling.close_month(matched.head, JANUARY)
    assert locked_until(matched.community) == JANUARY
    kept, was_kept = reconciling.sheet_shown(matched.head, matched.bank, JANUARY)
    assert was_kept and kept.is_whole and kept.matched == 1 and kept.by == "李主任"
    assert (kept.statement_balance, kept.ledger_balance) == (100, 100)
    assert Reconciled.of(matched.community).count() == 1


def test_several_months_closed_at_once_keep_a_sheet_each(office):
    february = "2026-02"
    seq = office.pay_in(100, 5)
    office.take((6, 100), last_day=datetime.date(2026, 2, 28))
    match(office.clerk, office.bank.id, [1], [seq])
    reconciling.close_month(office.head, february)
    assert locked_until(office.community) == february
    shown = [reconciling.sheet_shown(office.head, office.bank, month) for month in (JANUARY, february)]
    assert all(was_kept and sheet.statement_balance == 100 for sheet, was_kept in shown)


def test_an_unexplained_line_keeps_the_month_open(office):
    office.pay_in(100, 5)
    office.take((6, 100))
    with pytest.raises(Refused) as error:
        reconciling.close_month(office.head, JANUARY)
    assert "社区户" in str(error.value.advice)
    with pytest.raises(Refused):
        lock(office.head, JANUARY)
    assert refused_by(office) == "revenue_bank_unexplained"
    assert refused_by(office, "2026-03") in ("revenue_bank_unexplained", "revenue_bank_without_statement")


def test_a_match_that_was_undone_opens_the_month_again(matched):
    undo(matched.clerk, 1, "配错了")
    assert reconciling.reasons_open(matched.community, JANUARY)
    assert refused_by(matched) == "revenue_bank_unexplained"


def test_money_that_moved_without_a_statement_keeps_the_month_open(office):
    office.pay_in(100, 5)
    assert len(reconciling.reasons_open(office.community, JANUARY)) == 1
    assert refused_by(office) == "revenue_bank_without_statement"


def test_a_statement_must_reach_the_end_of_the_month(office):
    seq = office.pay_in(100, 5)
    office.take((6, 100), last_day=datetime.date(2026, 1, 30))
    match(office.clerk, office.bank.id, [1], [seq])
    assert refused_by(office) == "revenue_bank_without_statement"


@pytest.mark.parametrize("month, last", [("2024-02", 29), ("2026-02", 28), ("2026-04", 30), ("2026-12", 31)])
def test_the_end_of_a_month(month, last):
    assert month_end(reconciling.month_of(month)).day == last


def test_a_money_account_nobody_entered_keeps_the_month_open(office):
    office.pay_in(100, 5, account="1901.1")
    assert accounts.unregistered(office.community) == [("1901.1", "受托代理资产：业主户")]
    with pytest.raises(Refused):
        lock(office.head, JANUARY)
    assert refused_by(office) == refused_by(office, "2026-03") == "revenue_money_without_bank"
    raw_lock(office, "2025-12")  # nothing had moved before


def test_interest_that_is_reversed_by_two_leaves_its_line_open(office):
    office.take((6, 80_000))
    (line,) = office.lines()
    made = booking.as_interest(office.clerk, line.id, "operating")
    undo(office.clerk, made.id, "不是利息")
    # The statement has its day and no line that is it: it never came, and taking it back is no payment.
    asked = journal.request_reversal(office.clerk, 1, "不是利息", scans=slip(office.clerk))
    mirror = journal.approve(office.head, asked.id).seq
    assert booking.is_open(line) and movable.paid(office.community, journal.today()) == 0
    for seq in (1, mirror):
        with pytest.raises(Invalid):
            match(office.clerk, office.bank.id, [line.id], [seq])
    booking.as_unknown(office.clerk, line.id)
    assert balance(office.community, account="1002.1", fund="unknown") == 80_000


def slip(actor):
    return [(keep_upload(actor, "回单.jpg", picture(), ("picture",)).token, "")]


def test_money_that_a_statement_has_is_put_under_another_account_and_never_taken_out(office):
    office.take((6, 321))
    booking.as_interest(office.clerk, 1, "operating")
    lines = {fen: [Movement(fen, "4401", "1002.1", "operating", "operating")] for fen in (320, 321)}
    for fresh in ([], lines[320]):
        with pytest.raises(Refused) as refused:
            journal.request_reversal(office.clerk, 1, "不是利息", fresh, scans=slip(office.clerk))
        assert refused.value.advice
    asked = journal.request_reversal(office.clerk, 1, "不是利息", lines[321])
    right = journal.approve(office.head, asked.id).seq
    assert balance(office.community, account="4401") == -321
    assert match(office.clerk, office.bank.id, [1], [right]).id


def test_a_line_that_is_matched_meanwhile_is_seen_by_the_second_person_and_by_the_database(office):
    seq = office.pay_in(100, 5)
    asked = journal.request_reversal(office.clerk, seq, "记错了", scans=slip(office.clerk))
    office.take((6, 100))
    match(office.clerk, office.bank.id, [1], [seq])
    with pytest.raises(Refused):
        journal.approve(office.head, asked.id)
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        mirror, _fresh = reverse(
            office.head, seq, key="journal:9", day=datetime.date(2026, 1, 9), reason="记错了", approvals=[]
        )
        execute("UPDATE revenue_journal SET state = 'posted', decided_by = 12, seq = ?", mirror.seq)
    assert violated(error.value) == "revenue_journal_keeps_money"
    assert booking.is_open(office.lines()[0]) is False


def test_the_database_matches_nothing_with_what_was_taken_back_by_hand(office):
    seq = office.pay_in(100, 5)
    mirror, _fresh = reverse(
        office.head, seq, key="journal:9", day=datetime.date(2026, 1, 9), reason="记错了", approvals=[]
    )
    office.take((6, 100), (20, -100))
    for line, posted in ((1, seq), (2, mirror.seq)):
        with pytest.raises(Invalid):
            match(office.clerk, office.bank.id, [line], [posted])
    assert reconciling.reasons_open(office.community, JANUARY)


def test_whoever_matched_does_not_close(matched):
    both = replace(matched.clerk, permissions=matched.clerk.permissions | matched.head.permissions)
    with pytest.raises(Refused):
        reconciling.close_month(both, JANUARY)
    second_account = replace(matched.head, label="陈会计")
    with pytest.raises(Refused):
        reconciling.close_month(second_account, JANUARY)
    assert refused_by(matched, label="陈会计") == "revenue_matcher_closes"
    with pytest.raises(Refused):
        reconciling.close_month(replace(matched.head, account=matched.clerk.account), JANUARY)
    reconciling.close_month(matched.head, JANUARY)


def test_money_in_transit_does_not_keep_a_month_open_and_both_balances_meet(matched):
    late = matched.pay_in(-30, 31, purpose="付维修费")
    sheet = reconciling.sheet(matched.bank, JANUARY)
    assert (sheet.statement_balance, sheet.ledger_balance) == (100, 70)
    assert sheet.adjusted_statement == sheet.adjusted_ledger == 70
    assert [item.amount for item in sheet.only_ledger] == [-30] and sheet.is_whole
    reconciling.close_month(matched.head, JANUARY)
    matched.take((2, -30), month=2, opening=100)
    match(matched.clerk, matched.bank.id, [2], [late])
    shown, kept = reconciling.sheet_shown(matched.head, matched.bank, JANUARY)
    assert kept and not shown.only_ledger[0].is_explained
    later = reconciling.sheet(matched.bank, JANUARY)
    assert later.only_ledger[0].is_explained and later.adjusted_statement == later.adjusted_ledger


def test_an_opening_balance_that_was_never_posted_keeps_the_month_open(office):
    accounts.rename(
        office.clerk,
        office.bank.id,
        name="社区户",
        bank_name="",
        tail="",
        opens_on=datetime.date(2026, 1, 1),
        opening=500,
    )
    office.bank = accounts.bank_of(office.community, office.bank.id)
    seq = office.pay_in(100, 5)
    office.take((6, 100), opening=500)
    match(office.clerk, office.bank.id, [1], [seq])
    assert reconciling.sheet(office.bank, JANUARY).difference == 500
    assert refused_by(office) == "revenue_bank_differs"
    opening = [Movement(500, "3101", "1002.1", "general", "general")]
    posted = post(office.clerk, key="opening", day=datetime.date(2026, 1, 1), purpose="期初余额", lines=opening)
    assert refused_by(office) == "revenue_bank_differs"
    match(office.clerk, office.bank.id, [], [posted.seq], "opening")
    sheet = reconciling.sheet(office.bank, JANUARY)
    assert sheet.is_whole and sheet.adjusted_statement == sheet.adjusted_ledger == 600
    reconciling.close_month(office.head, JANUARY)


def test_a_closed_month_keeps_its_matches_but_a_reversal_opens_the_line(matched):
    reconciling.close_month(matched.head, JANUARY)
    with pytest.raises(Refused):
        undo(matched.clerk, 1, "配错了")
    _mirror, fresh = reverse(
        matched.clerk, 1, key="r", day=datetime.date(2026, 2, 3), reason="科目用错", approvals=["李主任"],
        fresh=[Movement(100, "4901", "1002.1", "unallocated", "unallocated")],
    )  # fmt: skip
    matched.take((27, 7), month=2, opening=100, payer="")
    booking.as_interest(matched.clerk, 2, "operating")
    assert refused_by_next(matched) == "revenue_bank_unexplained"
    match(matched.clerk, matched.bank.id, [1], [fresh.seq])
    sheet = reconciling.sheet(matched.bank, "2026-02")
    assert sheet.adjusted_statement == sheet.adjusted_ledger == 107 and not sheet.only_ledger


def refused_by_next(office):
    with pytest.raises(peewee.IntegrityError) as error:
        raw_lock(office, "2026-02")
    return violated(error.value)


def test_a_month_that_runs_or_is_closed_is_not_closed(matched):
    with pytest.raises(Refused):
        reconciling.close_month(matched.head, datetime.date.today().strftime("%Y-%m"))
    reconciling.close_month(matched.head, JANUARY)
    with pytest.raises(Refused):
        reconciling.close_month(matched.head, JANUARY)


# --------------------------------------------------------------------------- posting from a line


def test_interest_is_posted_and_matched(office):
    statement = office.take((21, 321), payer="")
    made = booking.as_interest(office.clerk, 1, "operating")
    assert made.way == "interest" and entry(office.community, 1).evidence == (statement.sha256,)
    assert balance(office.community, account="4901", fund="operating") == -321
    assert reconciling.sheet(office.bank, JANUARY).is_whole


def test_what_stands_in_the_place_of_a_posting_rests_on_the_same_statement(office):
    statement = office.take((21, 321), payer="")
    booking.as_interest(office.clerk, 1, "operating")
    fresh = [Movement(321, "4901", "1002.1", "general", "general")]
    done = journal.approve(office.head, journal.request_reversal(office.clerk, 1, "基金选错", fresh).id)
    assert entry(office.community, done.seq).evidence == (statement.sha256,)


def test_interest_on_the_owners_account_is_theirs(office):
    office.bank = accounts.register(office.clerk, account="1901.1", name="业主户", opens_on=datetime.date(2026, 1, 1))
    office.take((21, 321), payer="")
    booking.as_interest(office.clerk, 1, "operating")
    assert balance(office.community, fund="owners") == 321
    assert balance(office.community, account="2601") == -321
    assert balance(office.community, account="4901") == 0


def test_a_fee_takes_two_people(office):
    seq = office.pay_in(5_000, 5)
    statement = office.take((5, 5_000), (8, -1_000))
    match(office.clerk, office.bank.id, [1], [seq])
    with pytest.raises(Refused):
        booking.ask_fee(office.clerk, 1, "unallocated", "不是手续费")
    fee = booking.ask_fee(office.clerk, 2, "unallocated", "转账手续费")
    with pytest.raises(Conflict):
        booking.ask_fee(office.clerk, 2, "unallocated", "再来一次")
    with pytest.raises(Refused):
        booking.decide_fee(replace(office.clerk, permissions=frozenset({"revenue.approve"})), fee.id, True)
    paid = booking.decide_fee(office.head, fee.id, True).seq
    assert paid is not None and entry(office.community, paid).evidence == (statement.sha256,)
    with pytest.raises(Conflict):
        booking.decide_fee(office.head, fee.id, True)
    assert balance(office.community, account="5401") == 1_000
    # Whoever approved a fee did not match, and may close.
    reconciling.close_month(office.head, JANUARY)


def test_a_refused_fee_leaves_the_line_open(office):
    office.pay_in(5_000, 5)
    office.take((5, 5_000), (8, -1_000))
    fee = booking.ask_fee(office.clerk, 2, "unallocated", "转账手续费")
    assert booking.decide_fee(office.head, fee.id, False).seq is None
    assert booking.ask_fee(office.clerk, 2, "unallocated", "再报一次").id != fee.id
    assert Fee.of(office.community).count() == 2


def test_the_owners_fund_is_not_taken_for_the_community(office):
    office.take((21, 321))
    with pytest.raises(Invalid):
        booking.as_interest(office.clerk, 1, "owners")
    with pytest.raises(Invalid):
        booking.as_interest(office.clerk, 1, "no such fund")


# --------------------------------------------------------------------------- cash


@pytest.fixture
def box(office):
    made = accounts.register(office.clerk, account="1001", name="库存现金", opens_on=datetime.date(2026, 1, 1))
    office.pay_in(3_000, 9, account="1001")
    return made


def test_cash_that_moved_is_counted_by_two_before_the_month_closes(office, box):
    assert refused_by(office) == "revenue_cash_uncounted"
    made = cash.count(office.cashier, box.id, day=datetime.date(2026, 1, 31), counted=3_000)
    assert refused_by(office) == "revenue_cash_uncounted"
    with pytest.raises(Refused):
        cash.see(replace(office.cashier, permissions=frozenset({"revenue.close"})), made.id, True)
    cash.see(office.head, made.id, True)
    with pytest.raises(Conflict):
        cash.see(office.head, made.id, False)
    reconciling.close_month(office.head, JANUARY)


def test_a_count_that_differs_keeps_the_month_open(office, box):
    with pytest.raises(Invalid):
        cash.count(office.cashier, box.id, day=datetime.date(2026, 1, 31), counted=2_990)
    made = cash.count(office.cashier, box.id, day=datetime.date(2026, 1, 31), counted=2_990, words="少十角，原因不明")
    cash.see(office.head, made.id, True)
    assert refused_by(office) == "revenue_cash_uncounted"


def test_a_count_before_the_last_movement_is_not_enough(office, box):
    made = cash.count(office.cashier, box.id, day=datetime.date(2026, 1, 9), counted=3_000)
    cash.see(office.head, made.id, True)
    office.pay_in(-500, 20, account="1001")
    assert refused_by(office) == "revenue_cash_uncounted"


def test_the_database_wants_the_true_balance_and_two_people(office, box):
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        CashCount.create(
            community=office.community, bank_id=box.id, day="2026-01-31", counted=9, booked=9, counted_label="x"
        )
    assert violated(error.value) == "revenue_cash_count_true"
    made = cash.count(office.cashier, box.id, day=datetime.date(2026, 1, 31), counted=3_000)
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        CashCount.update(seen_at=1, seen_by=office.cashier.account, is_right=True).where(
            CashCount.id == made.id
        ).execute()
    assert violated(error.value) == "revenue_cash_count_two_people"


# --------------------------------------------------------------------------- an account ends


def test_a_bank_account_ends_with_its_account_of_the_books_when_its_last_month_is_locked(office):
    chief = replace(office.head, permissions=office.head.permissions | {"revenue.approve"})
    seqs = [office.pay_in(100, 5), office.pay_in(-100, 9)]
    office.take((5, 100), (9, -100))

    def refused() -> str:
        with pytest.raises(Refused) as error:
            close_account_by_hand(chief, "1002.1", "销户")
        return str(error.value)

    assert "勾对" in refused()
    for line, seq in enumerate(seqs, 1):
        match(office.clerk, office.bank.id, [line], [seq])
    assert "锁账" in refused()
    reconciling.close_month(office.head, JANUARY)
    close_account_by_hand(chief, "1002.1", "销户")
    ended = accounts.bank_of(office.community, office.bank.id)
    assert ended.closed_on == datetime.date.today()
    with pytest.raises(Refused):
        office.take((3, 100), month=2)
    assert office.bank.account not in {each.account for each in accounts.banks(office.community, also_closed=False)}
