"""An entry reversed by hand never leaves its record behind: the owner of the record follows, or says where it is taken back."""

import peewee
import pytest

from core.clock import today
from core.errors import Refused
from core.store.db import transaction
from core.store.violations import violated
from plugins.revenue.giving import petty, pledges, vouchers
from plugins.revenue.giving.journal import journal as cash_journal
from plugins.revenue.giving.lists import state_of
from plugins.revenue.giving.models import Float, Voucher
from plugins.revenue.ledger import journal
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.entries import entry
from plugins.revenue.ledger.posting import Line


@pytest.fixture
def box(office):
    office.opened()
    return office.float(100_000)


def paid(office, box, amount=8_850):
    wish = vouchers.Paid(amount, "5201", "打印纸", today(), "文具店", [office.paper("cashier", "小票", amount)])
    return vouchers.approve_voucher(office.director, vouchers.enter_voucher(office.cashier, box.id, wish).id)


def test_a_payment_from_petty_cash_that_is_reversed_by_two_is_taken_back_and_its_cash_is_there_again(office, box):
    voucher = paid(office, box)
    asked = journal.request_reversal(office.bookkeeper, voucher.seq, "同一张小票记了两次")
    assert Voucher.get_by_id(voucher.id).undone_seq is None
    mirror = journal.approve(office.director, asked.id).seq
    voucher = Voucher.get_by_id(voucher.id)
    assert (voucher.undone_seq, state_of(voucher).name) == (mirror, "taken_back")
    assert Float.get().balance == balance(office.community, box.account) == 100_000
    found = cash_journal(Float.get(), today().isoformat()[:7])
    assert ([line.left for line in found.lines], found.after) == ([100_000, 91_150, 100_000], 100_000)


def test_a_payment_from_petty_cash_is_not_replaced_by_hand_nor_taken_back_by_its_holder(office, box):
    voucher = paid(office, box)
    right = Line(880, box.account, "5201", "operating", "operating")
    with pytest.raises(Refused):
        journal.request_reversal(office.bookkeeper, voucher.seq, "多记了", [right])
    asked = journal.request_reversal(office.bookkeeper, voucher.seq, "多记了")
    with pytest.raises(Refused):
        journal.approve(office.cashier.with_rights("revenue.approve"), asked.id)
    assert entry(office.community, voucher.seq).reversed_by is None


def test_a_payment_is_not_taken_back_into_a_float_that_is_full_or_closed(office, box):
    voucher = paid(office, box, 50_000)
    petty.approve_move(office.director, petty.ask_advance(office.cashier, box.id, 250_000, "1002", "").id)
    with pytest.raises(Refused) as full:
        journal.request_reversal(office.bookkeeper, voucher.seq, "记错")
    assert "3,000.00" in str(full.value.advice)
    petty.approve_move(office.director, petty.ask_return(office.cashier, box.id, 300_000, "1002", "").id)
    asked = journal.request_reversal(office.bookkeeper, voucher.seq, "记错")
    petty.close_float(office.director, box.id)
    with pytest.raises(Refused):
        journal.approve(office.director, asked.id)
    assert (Float.get().balance, balance(office.community, box.account)) == (0, 0)


def test_no_payment_is_taken_back_without_its_mirror(office, box):
    voucher = paid(office, box)
    for seq in (voucher.seq, 1):
        with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
            Voucher.update(undone_seq=seq).where(Voucher.id == voucher.id).execute()
        assert violated(error.value) == "revenue_voucher_undone"
    assert Float.get().balance == 91_150


def test_donations_floats_and_opening_balances_are_taken_back_on_their_own_pages(office, box):
    pledge = office.pledged(100_000)
    gift = pledges.receive_money(office.bookkeeper, pledge.id, 100_000, "1002", today())
    (advance,) = petty.moves_of(box)
    for seq in (gift.seq, advance.seq, 1):
        with pytest.raises(Refused) as refused:
            journal.request_reversal(office.bookkeeper, seq, "记错")
        assert refused.value.advice
    assert pledges.find_pledge(office.bookkeeper, pledge.id).received == 100_000
