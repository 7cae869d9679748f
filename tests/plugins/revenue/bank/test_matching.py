"""Lines and postings that are the same money: proposed, confirmed, undone; a reversed entry never stays matched."""

import datetime
import threading

import peewee
import pytest

from core import Conflict, Invalid, NotFound, Refused, execute, transaction, violated
from core.store import db
from plugins.revenue.bank import matching, pairs, reconciling
from plugins.revenue.bank.matching import match, match_page, proposals, undo
from plugins.revenue.bank.models import BankPair, Match, MatchEntry, MatchLine
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import post, reverse


def open_seqs(office):
    return [each.seq for each in matching.open_postings(office.bank)]


def test_a_line_and_its_posting_are_proposed_and_confirmed(office):
    seq = office.pay_in(100, 4, purpose="好味道食堂一月分成")
    office.take((5, 100))
    pairs, lines, waiting = proposals(office.clerk, office.bank.id)
    assert [([line.id for line in each.lines], [p.seq for p in each.postings]) for each in pairs] == [([1], [seq])]
    assert lines == waiting == []
    made = match(office.clerk, office.bank.id, [1], [seq], "proposal")
    assert proposals(office.clerk, office.bank.id) == ([], [], [])
    page = match_page(office.clerk, made.id)
    assert (page.lines[0].amount, page.postings[0].amount) == (100, 100)


def test_one_line_for_several_postings_and_several_lines_for_one(office):
    seqs = [office.pay_in(30, 5, purpose="甲"), office.pay_in(70, 5, purpose="乙"), office.pay_in(80, 7)]
    office.take((6, 100), (7, 50), (8, 30))
    first, second, third = (line.id for line in office.lines())
    match(office.clerk, office.bank.id, [first], seqs[:2])
    match(office.clerk, office.bank.id, [second, third], seqs[2:])
    assert open_seqs(office) == []


@pytest.mark.parametrize(
    "lines, entries",
    [((1,), (2,)), ((1, 2), (1, 2)), ((1,), ()), ((), (1,)), ((1, 2), ())],
    ids=["other amount", "many to many", "no entry", "no line", "two lines that do not cancel"],
)
def test_what_is_not_the_same_money_is_refused(office, lines, entries):
    seqs = [office.pay_in(100, 5), office.pay_in(50, 5)]
    office.take((5, 100), (6, 50))
    with pytest.raises(Invalid):
        match(office.clerk, office.bank.id, list(lines), [seqs[number - 1] for number in entries])
    assert Match.of(office.community).count() == 0


def test_two_lines_by_which_the_bank_corrected_itself_take_a_reason_and_a_second_person(office):
    office.take((5, 100), (6, -100))
    with pytest.raises(Invalid):
        match(office.clerk, office.bank.id, [1, 2], [])
    with pytest.raises(Invalid):
        pairs.ask_pair(office.clerk, 1, 2, " ")
    asked = pairs.ask_pair(office.clerk, 1, 2, "户名写错，银行退回")
    with pytest.raises(Refused):
        pairs.decide_pair(office.clerk.with_rights("revenue.approve"), asked.id, True)
    assert len(matching.open_lines(office.bank)) == 2
    assert pairs.decide_pair(office.head, asked.id, True).match_id
    assert matching.open_lines(office.bank) == []
    (shown,) = reconciling.sheet(office.bank, "2026-01").returned
    assert (shown.amount, shown.words, shown.by, shown.confirmed_by) == (100, "户名写错，银行退回", "陈会计", "李主任")


def test_two_lines_of_different_people_never_explain_each_other(office):
    office.take((6, 100), payer="好味道食堂", last_day=datetime.date(2026, 1, 10))
    office.take((20, -100), payer="某人", opening=100)
    with pytest.raises(Invalid):
        pairs.ask_pair(office.clerk, 1, 2, "退了")
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        BankPair.create(
            community=office.community,
            bank_id=office.bank.id,
            first_line=1,
            second_line=2,
            words="退了",
            entered_by=11,
            by_label="陈会计",
        )
    assert violated(error.value) == "revenue_bank_pair_one_side"


def test_the_database_wants_two_people_for_two_lines_without_a_posting(office):
    office.take((5, 100), (6, -100))
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        made = Match.create(community=office.community, bank_id=office.bank.id, way="hand", by_label="x")
        for line in (1, 2):
            MatchLine.create(community=office.community, match_id=made.id, line_id=line)
        execute("UPDATE revenue_match SET sealed = 1")
    assert violated(error.value) == "revenue_match_pair_confirmed"
    pairs.ask_pair(office.clerk, 1, 2, "退汇")
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        made = Match.create(community=office.community, bank_id=office.bank.id, way="hand", by_label="x")
        BankPair.update(
            decided_at=1, decided_by=11, decided_label="陈会计", is_approved=True, match_id=made.id
        ).execute()
    assert violated(error.value) == "revenue_bank_pair_two_people"


def test_undone_both_sides_are_open_and_the_history_stays(office):
    seq = office.pay_in(100, 5)
    office.take((5, 100))
    made = match(office.clerk, office.bank.id, [1], [seq])
    with pytest.raises(Invalid):
        undo(office.clerk, made.id, " ")
    undo(office.clerk, made.id, "配错了")
    with pytest.raises(Conflict):
        undo(office.clerk, made.id, "再来")
    assert open_seqs(office) == [seq]
    again = match(office.clerk, office.bank.id, [1], [seq])
    assert [each.id for each in matching.matches(office.clerk, office.bank.id)] == [again.id, made.id]
    assert match_page(office.clerk, made.id).match.undone_why == "配错了"


def test_nothing_is_matched_twice(office):
    seqs = [office.pay_in(100, 5, purpose="甲"), office.pay_in(100, 5, purpose="乙")]
    office.take((5, 100), (6, 100))
    match(office.clerk, office.bank.id, [1], seqs[:1])
    with pytest.raises(Conflict):
        match(office.clerk, office.bank.id, [1], seqs[1:])
    with pytest.raises(Conflict):
        match(office.clerk, office.bank.id, [2], seqs[:1])


def test_a_reversed_entry_is_unmatched_and_its_mirror_waits_for_no_line(office):
    seq = office.pay_in(100, 5)
    office.take((5, 100))
    made = match(office.clerk, office.bank.id, [1], [seq])
    fresh = [Movement(100, "4901", "1002.1", "unallocated", "unallocated")]
    _mirror, right = reverse(
        office.clerk, seq, key="r", day=datetime.date(2026, 1, 9), reason="科目用错", approvals=["李主任"], fresh=fresh
    )
    held = match_page(office.clerk, made.id).match
    assert held.undone_at is not None and held.undone_why == "科目用错"
    assert right is not None and open_seqs(office) == [right.seq]
    assert match(office.clerk, office.bank.id, [1], [right.seq]).id


def test_what_only_moves_between_funds_of_one_account_waits_for_no_line(office):
    seq = office.pay_in(100, 5)
    moved = [Movement(100, "1002.1", "1002.1", "unallocated", "give_back")]
    post(office.clerk, key="move", day=datetime.date(2026, 1, 6), purpose="划转", lines=moved)
    assert open_seqs(office) == [seq]


def test_matches_of_another_account_or_community_are_not_found(office):
    seq = office.pay_in(100, 5, account="1901.1")
    office.take((5, 100))
    with pytest.raises(NotFound):
        match(office.clerk, office.bank.id, [1], [seq])
    stranger = office.store.actor("revenue.match", "revenue.books", community=office.store.south)
    with pytest.raises(NotFound):
        match(stranger, office.bank.id, [1], [seq])


def test_the_database_refuses_a_match_whose_sides_differ_or_whose_amount_is_invented(office):
    seq = office.pay_in(100, 5)
    office.take((5, 101))
    begun = (
        "INSERT INTO revenue_match (id, community, bank_id, way, sealed, matched_at, by_label, undone_label, undone_why) "
        "VALUES (9, ?, ?, 'hand', 0, 1, 'x', '', '')"
    )
    line = "INSERT INTO revenue_match_line (community, match_id, line_id, undone) VALUES (?, 9, 1, 0)"
    entry = (
        "INSERT INTO revenue_match_entry (community, match_id, bank_id, seq, amount, undone) VALUES (?, 9, ?, ?, ?, 0)"
    )
    for amount, guard in ((100, "revenue_match_balanced"), (101, "revenue_match_entry_true")):
        with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
            execute(begun, office.community, office.bank.id)
            execute(line, office.community)
            execute(entry, office.community, office.bank.id, seq, amount)
            execute("UPDATE revenue_match SET sealed = 1")
        assert violated(error.value) == guard


@pytest.mark.parametrize(
    "statement, guard",
    [
        ("UPDATE revenue_match_line SET undone = 1", "revenue_match_line_holds"),
        ("UPDATE revenue_match_entry SET undone = 1", "revenue_match_entry_holds"),
        ("UPDATE revenue_match_entry SET amount = 7", "revenue_match_entry_kept"),
        ("DELETE FROM revenue_match", "revenue_match_kept"),
        ("UPDATE revenue_match SET matched_by = 99", "revenue_match_kept"),
    ],
    ids=["line", "entry", "amount", "delete", "who"],
)
def test_the_database_keeps_matches(office, statement, guard):
    seq = office.pay_in(100, 5)
    office.take((5, 100))
    match(office.clerk, office.bank.id, [1], [seq])
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        execute(statement)
    assert violated(error.value) == guard


def test_of_two_people_who_match_one_line_one_is_first(office):
    seqs = [office.pay_in(100, 5, purpose="甲"), office.pay_in(100, 5, purpose="乙")]
    office.take((5, 100))
    said: list[str] = []

    def go(seq):
        try:
            match(office.clerk, office.bank.id, [1], [seq])
            said.append("matched")
        except Conflict:
            said.append("refused")
        finally:
            db.database.obj.close()

    threads = [threading.Thread(target=go, args=(seq,)) for seq in seqs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["matched", "refused"]
    assert MatchEntry.of(office.community).count() == 1
