"""A posting by hand is two people's: it pays small fees, takes money in and moves it within; what residents must read first, it never does."""

from __future__ import annotations

import datetime
import re
import time

import pytest

from core.actor import Actor, command
from core.civic.attachments import keep_upload
from core.errors import Invalid, Refused
from core.plugin.settings import set_setting
from core.testing import WEST_HILL
from plugins.revenue.ledger import journal, movable
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.entries import entry
from plugins.revenue.ledger.models import Journal
from plugins.revenue.ledger.posting import Line, post
from tests.pictures import picture

DAY = datetime.date(2026, 3, 5)
NEXT = datetime.date(2026, 4, 1)


def somebody(account: int, person: int, permission: str) -> Actor:
    return Actor(
        kind="staff", account=account, person=person, community=WEST_HILL, label=f"账户{account}",
        permissions=frozenset({permission}),
    )  # fmt: skip


KEEPER, CHIEF = somebody(1, 7, "revenue.post"), somebody(2, 8, "revenue.approve")


@pytest.fixture
def books(app) -> None:
    """Money in three funds, the owners' in custody; a second account at the bank, a contract's income, cash of a float."""
    actor = command(WEST_HILL)
    open_account(actor, "1002.2", "定期户", "asset")
    open_account(actor, "1901.1", "业主户", "asset", "owners")
    open_account(actor, "4301.7", "食堂", "income")
    for fund, source, money in (
        ("general", "4901", "1002"),
        ("unallocated", "4901", "1002"),
        ("owners", "2601", "1901.1"),
    ):
        line = Line(1_000_000, source, money, fund, fund)
        post(actor, key=f"begin {fund}", day=DAY, purpose="年初", lines=[line])


@pytest.fixture
def later(monkeypatch):
    """Some weeks go by: another calendar month."""
    start, weeks = time.time(), 40 * 24 * 3600
    return lambda: monkeypatch.setattr(time, "time", lambda: start + weeks)


def entered(*lines: Line, day: datetime.date = DAY) -> Journal:
    slip = keep_upload(KEEPER, "回单.jpg", picture(), ("picture",)).token
    return journal.enter_posting(KEEPER, day=day, purpose="手续费", lines=lines, scans=[(slip, "")])


def line(amount: int, source: str, destination: str, fund: str = "general", into: str = "") -> Line:
    return Line(amount, source, destination, fund, into or fund)


@pytest.mark.parametrize(
    ("refused", "side"),
    [
        (line(50_001, "1002", "5101"), "amount"),
        (line(50_001, "1002", "4901"), "amount"),
        (line(50_001, "1002", "2202"), "amount"),
        (line(50_001, "1002", "1122"), "amount"),
        (line(50_001, "1901.1", "2601", "owners"), "amount"),
        (line(1, "1901.1", "5101", "owners"), "destination"),
        (line(1, "1901.1", "1002", "owners"), "destination"),
        (line(1, "1002", "1002", "unallocated", "general"), "destination_fund"),
        (line(1, "1901.1", "1901.1", "owners", "general"), "destination_fund"),
        (line(1, "1002", "4301.7"), "destination"),
        (line(1, "4301.7", "1002"), "source"),
        (line(1, "2209.deposits", "1002"), "source"),
        (line(1, "1002", "2203"), "destination"),
        (line(1, "4101", "1002"), "source"),
        (line(1, "4901", "3101"), "destination"),
        (line(1, "3101", "5101"), "source"),
    ],
    ids=str,
)
def test_what_residents_must_read_first_or_another_page_keeps_is_not_moved_by_hand(books, refused, side):
    with pytest.raises(movable.NotByHand) as error:
        entered(line(100, "4901", "1002"), refused)
    assert error.value.refusal.line == 1
    assert error.value.refusal.side == side
    assert list(error.value.errors) == [side]
    assert Journal.select().count() == 0


@pytest.mark.parametrize(
    "allowed",
    [
        line(50_000, "1002", "5401"),
        line(50_000, "1901.1", "2601", "owners"),
        line(900_000, "1002", "1002.2"),
        line(900_000, "1002", "1001"),
        line(900_000, "4901", "1002"),
        line(900_000, "4401", "1002"),
        line(900_000, "5201", "1002"),
        line(900_000, "2601", "1901.1", "owners"),
        line(900_000, "1901.1", "1901.1", "owners", "maintenance"),
        line(900_000, "5101", "5201"),
        line(900_000, "2202", "5201"),
    ],
    ids=str,
)
def test_fees_arrivals_and_what_stays_within_are_entered_by_hand(books, allowed):
    assert journal.approve(CHIEF, entered(allowed).id).state == "posted"


def test_a_month_has_one_sum_however_it_is_split_and_a_mirror_gives_it_back(books):
    first = journal.approve(CHIEF, entered(line(20_000, "1002", "5401")).id)
    entered(line(20_000, "1002", "5401"))
    assert movable.paid(WEST_HILL, DAY) == 40_000
    with pytest.raises(Invalid):
        entered(line(10_001, "1002", "5401"))
    with pytest.raises(Invalid):
        entered(line(5_000, "1002", "5401"), line(5_001, "1002", "5201"))
    asked = journal.request_reversal(KEEPER, first.seq, "记重了", day=DAY)
    journal.approve(CHIEF, asked.id)
    assert movable.paid(WEST_HILL, DAY) == 20_000


def test_no_day_that_is_chosen_freely_makes_room_in_a_month(books):
    journal.approve(CHIEF, entered(line(30_000, "1002", "5401")).id)
    entered(line(20_000, "1002", "5401"), day=NEXT)
    for day in (DAY, NEXT, datetime.date(2026, 1, 2)):
        with pytest.raises(movable.NotByHand):
            entered(line(1, "1002", "5401"), day=day)


def test_a_new_month_has_room_again_but_not_for_days_of_the_old_one(books, later):
    journal.approve(CHIEF, entered(line(50_000, "1002", "5401")).id)
    later()
    with pytest.raises(movable.NotByHand):
        entered(line(1, "1002", "5401"))
    journal.approve(CHIEF, entered(line(50_000, "1002", "5401"), day=NEXT).id)
    assert balance(WEST_HILL, "5401") == 100_000


def test_what_stands_in_the_place_of_a_mirrored_posting_is_asked_the_same(books):
    first = journal.approve(CHIEF, entered(line(100, "4901", "1002")).id)
    with pytest.raises(movable.NotByHand):
        journal.request_reversal(KEEPER, first.seq, "抄错", [line(60_000, "1002", "5101")], day=DAY)


def slip() -> list[tuple[str, str]]:
    return [(keep_upload(KEEPER, "回单.jpg", picture(), ("picture",)).token, "")]


def test_a_reversal_takes_out_no_more_than_a_payment_does_and_with_a_paper(books):
    big, small = (journal.approve(CHIEF, entered(line(fen, "4901", "1002")).id) for fen in (50_001, 30_000))
    with pytest.raises(movable.NotByHand):
        journal.request_reversal(KEEPER, big.seq, "记错了", day=DAY, scans=slip())
    with pytest.raises(Invalid) as error:
        journal.request_reversal(KEEPER, small.seq, "记错了", day=DAY)
    assert list(error.value.errors) == ["scans"]
    asked = journal.request_reversal(KEEPER, small.seq, "记错了", day=DAY, scans=slip())
    assert movable.paid(WEST_HILL, DAY) == 30_000
    mirror = journal.approve(CHIEF, asked.id).seq
    assert len(entry(WEST_HILL, mirror).evidence) == 1
    assert movable.paid(WEST_HILL, DAY) == 30_000
    with pytest.raises(movable.NotByHand):
        entered(line(20_001, "1002", "5401"))
    with pytest.raises(movable.NotByHand):
        journal.request_reversal(KEEPER, big.seq, "抄错", [line(30_000, "4901", "1002")], day=DAY, scans=slip())
    asked = journal.request_reversal(KEEPER, big.seq, "抄错", [line(30_001, "4901", "1002")], day=DAY, scans=slip())
    journal.approve(CHIEF, asked.id)
    assert movable.paid(WEST_HILL, DAY) == 50_000


def test_a_payment_entered_too_high_is_put_right_whatever_is_left_of_the_month(books):
    first = journal.approve(CHIEF, entered(line(40_000, "1002", "5101")).id)
    asked = journal.request_reversal(KEEPER, first.seq, "多记", [line(30_000, "1002", "5101")], day=DAY, scans=slip())
    done = journal.approve(CHIEF, asked.id)
    assert movable.paid(WEST_HILL, DAY) == balance(WEST_HILL, "5101") == 30_000
    with pytest.raises(movable.NotByHand):
        journal.request_reversal(KEEPER, done.seq, "又错", [line(50_001, "1002", "5101")], day=DAY, scans=slip())


def test_another_sum_takes_a_new_paper_and_the_same_money_keeps_the_one_it_had(books):
    first = journal.approve(CHIEF, entered(line(100, "1002", "5101")).id)
    for fen in (99, 101):
        with pytest.raises(Invalid) as error:
            journal.request_reversal(KEEPER, first.seq, "抄错", [line(fen, "1002", "5101")], day=DAY)
        assert list(error.value.errors) == ["scans"]
    moved = journal.request_reversal(KEEPER, first.seq, "科目错", [line(100, "1002", "5201")], day=DAY)
    moved = journal.approve(CHIEF, moved.id)
    assert entry(WEST_HILL, moved.seq).evidence == entry(WEST_HILL, first.seq).evidence != ()
    more = journal.request_reversal(KEEPER, moved.seq, "少记", [line(101, "1002", "5201")], day=DAY, scans=slip())
    digests = tuple(file.sha256 for file in journal.scans_of(more))
    assert entry(WEST_HILL, journal.approve(CHIEF, more.id).seq).evidence == digests
    assert len(digests) == 1


def test_what_replaces_an_entry_of_no_record_counts_as_well(books):
    other = post(command(WEST_HILL), key="x", day=DAY, purpose="别处", lines=[line(1, "4901", "1002")])
    fresh = [line(49_999, "1002", "5101")]
    asked = journal.request_reversal(KEEPER, other.seq, "改", fresh, day=DAY, scans=slip())
    journal.approve(CHIEF, asked.id)
    assert movable.paid(WEST_HILL, DAY) == 50_000


def test_the_second_person_meets_the_rules_as_they_are_then(books):
    waits = entered(line(40_000, "1002", "5401"))
    set_setting(
        Actor(kind="staff", community=WEST_HILL, label="主任", permissions=frozenset({"core.settings.edit"})),
        movable.MOST,
        300,
    )
    with pytest.raises(Refused):
        journal.approve(CHIEF, waits.id)
    assert balance(WEST_HILL, "5401") == 0


def test_the_page_says_it_at_the_movement_and_keeps_what_was_typed(books, as_role):
    form = {
        "day": "2026-03-05", "purpose": "结息", "amount": "1.50", "source": "4901", "source_fund": "general",
        "destination": "1002", "destination_fund": "general", "amount_2": "", "amount_3": "900", "source_3": "1002",
        "source_fund_3": "general", "destination_3": "5101", "destination_fund_3": "general",
    }  # fmt: skip
    answer = as_role("bookkeeper").send(f"/c/{WEST_HILL}/revenue/desk/journal/new", **form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    wrong = [found[0] for found in re.finditer('<input[^>]*aria-invalid="true"[^>]*>', page)]
    assert [re.search('name="(\\w+)"', each)[1] for each in wrong] == ["amount_3"]
    assert 'value="900"' in page and "500.00" in page
