"""Petty cash: limits the database keeps, a receipt for each payment, never the holder's own approval, the journal."""

import datetime

import peewee
import pytest

from core.clock import today
from core.errors import Forbidden, Invalid, Refused
from core.plugin.settings import set_setting
from core.store.db import database, transaction
from core.store.violations import violated
from plugins.revenue.dues import books
from plugins.revenue.giving import petty, vouchers
from plugins.revenue.giving.journal import journal, months
from plugins.revenue.giving.models import Float, FloatMove, Voucher
from plugins.revenue.giving.petty import NewFloat
from plugins.revenue.giving.vouchers import Paid
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.periods import lock
from plugins.revenue.ledger.posting import entry
from tests.plugins.revenue.ledger.conftest import kept_elsewhere

TODAY = today()


@pytest.fixture
def box(office):
    """A float with 1,000 yuan in it."""
    office.opened()
    return office.float(100_000)


def paid(office, amount=8_850, account="5201", what="打印纸", who="cashier", photos=None, on=TODAY):
    photos = [office.paper(who, "小票")] if photos is None else photos
    return Paid(amount, account, what, on, "文具店", photos)


def pay(office, box, *args, **more):
    return vouchers.enter_voucher(office.cashier, box.id, paid(office, *args, **more))


def state(office, box):
    found = petty.find_float(office.cashier, box.id)
    return found.balance, found.pending


def test_cash_comes_from_the_bank_into_an_account_of_the_float(office, box):
    assert state(office, box) == (100_000, 0)
    assert box.account not in {code for code, _name, _owner in books.money_accounts(office.community)}
    assert balance(office.community, box.account, "operating") == 100_000
    assert balance(office.community, "1002", "operating") == 900_000
    assert balance(office.community, None, "operating") == 1_000_000


def test_a_payment_is_posted_when_somebody_else_has_checked_it(office, box):
    made = pay(office, box)
    assert (made.state, state(office, box)) == ("entered", (100_000, 8_850))
    done = vouchers.approve_voucher(office.director, made.id)
    assert (done.state, state(office, box)) == ("approved", (91_150, 0))
    posted = entry(office.community, done.seq)
    assert (posted.lines[0].amount, posted.lines[0].destination, len(posted.evidence)) == (8_850, "5201", 1)


def test_a_payment_that_is_not_accepted_frees_the_cash(office, box):
    made = pay(office, box)
    found = vouchers.return_voucher(office.secretary, made.id, "小票看不清")
    assert (found.state, found.reason, found.seq, state(office, box)) == ("returned", "小票看不清", None, (100_000, 0))


@pytest.mark.parametrize("values, fields", [
    ({"amount": 50_001}, {"amount"}), ({"amount": 0}, {"amount"}), ({"photos": []}, {"photos"}), ({"account": "1002"}, {"account"}),
    ({"what": " "}, {"what"}), ({"on": TODAY + datetime.timedelta(days=1)}, {"spent_on"}),
    ({"on": TODAY - datetime.timedelta(days=1)}, {"spent_on"}),
], ids=["limit", "nothing", "receipt", "account", "what", "ahead", "before"])  # fmt: skip
def test_what_a_payment_must_be(office, box, values, fields):
    with pytest.raises(Invalid) as error:
        pay(office, box, **values)
    assert set(error.value.errors) == fields


def test_nobody_pays_more_than_is_in_the_box(office, box):
    pay(office, box, 50_000)
    pay(office, box, 40_000)
    with pytest.raises(Invalid):
        pay(office, box, 10_001)
    assert state(office, box) == (100_000, 90_000)


def test_the_holder_approves_nothing_with_whatever_role(office, box):
    made = pay(office, box)
    promoted = office.cashier.with_rights("revenue.approve")
    with pytest.raises(Refused):
        vouchers.approve_voucher(promoted, made.id)
    with pytest.raises(Forbidden):
        vouchers.approve_voucher(office.cashier, made.id)


def test_a_voucher_of_a_deputy_is_not_approved_by_the_holder(office, box):
    deputy = office.staff.with_rights("revenue.petty")
    office.people["staff"] = deputy
    made = vouchers.enter_voucher(deputy, box.id, paid(office, who="staff"))
    with pytest.raises(Refused):
        vouchers.approve_voucher(office.cashier.with_rights("revenue.approve"), made.id)
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        Voucher.update(state="approved", decided_by=office.cashier.account, seq=1).where(
            Voucher.id == made.id
        ).execute()
    assert violated(error.value) == "revenue_voucher_holder"


def test_a_second_account_of_the_holder_does_not_help(office):
    office.opened()
    second = office.same_person("cashier", "director")
    box = office.float()
    asked = petty.ask_advance(office.cashier, box.id, 10_000, "1002", "")
    with pytest.raises(Refused):
        petty.approve_move(second, asked.id)


def test_nobody_entrusts_cash_to_themselves(office):
    both = office.cashier.with_rights("revenue.approve")
    with pytest.raises(Invalid) as error:
        petty.open_float(both, NewFloat("备用金", both.account, "operating", 1_000, 1_000))
    assert list(error.value.errors) == ["holder"]


def test_limits_are_those_of_the_community(office):
    set_setting(office.director.with_rights("core.settings.edit"), petty.CEILING, 100)
    with pytest.raises(Invalid) as error:
        office.float(ceiling=10_001, limit=60_000)
    assert set(error.value.errors) == {"ceiling", "payment_limit"}
    assert office.float(ceiling=10_000, limit=10_000).ceiling == 10_000


def test_no_float_comes_out_of_restricted_or_other_peoples_money(office):
    for fund in ("owners", "deposits", "maintenance", "unallocated", "nothing"):
        with pytest.raises(Invalid):
            petty.open_float(office.director, NewFloat("备用金", office.cashier.account, fund, 1_000, 1_000))


def test_an_advance_never_lifts_a_float_over_its_ceiling(office, box):
    with pytest.raises(Invalid):
        petty.ask_advance(office.cashier, box.id, 200_001, "1002", "")
    asked = petty.ask_advance(office.cashier, box.id, 200_000, "1002", "")
    petty.approve_move(office.secretary, asked.id)
    assert state(office, box) == (300_000, 0)
    with pytest.raises(Invalid):
        petty.ask_advance(office.cashier, box.id, 1, "1002", "")


def test_one_thing_waits_at_a_time(office, box):
    petty.ask_advance(office.cashier, box.id, 1_000, "1002", "")
    for act in (petty.ask_advance, petty.ask_return):
        with pytest.raises(Refused):
            act(office.cashier, box.id, 1_000, "1002", "")
    with pytest.raises(Refused):
        petty.ask_count(office.cashier, box.id, 100_000, "")


def test_the_bank_must_have_it(office):
    office.opened((("1002", "operating", 5_000), ("1002", "general", 500_000)))
    box = office.float()
    asked = petty.ask_advance(office.cashier, box.id, 5_001, "1002", "")
    with pytest.raises(Refused):
        petty.approve_move(office.director, asked.id)


@pytest.mark.parametrize(
    "counted, account, left", [(91_150, None, 100_000), (90_000, "5401", 98_850), (92_000, "4901", 100_850)]
)
def test_a_count_finds_what_is_missing_or_too_much(office, box, counted, account, left):
    pay(office, box)
    asked = petty.ask_count(office.cashier, box.id, counted, "零钱" if account else "")
    done = petty.approve_move(office.director, asked.id)
    assert state(office, box) == (left, 8_850)
    assert (done.seq is None) == (account is None)
    if account:
        lines = entry(office.community, done.seq).lines
        assert account in (lines[0].source, lines[0].destination)


def test_a_difference_is_explained(office, box):
    with pytest.raises(Invalid) as error:
        petty.ask_count(office.cashier, box.id, 99_999, "")
    assert list(error.value.errors) == ["words"]


def test_a_float_goes_back_and_is_closed(office, box):
    with pytest.raises(Refused):
        petty.close_float(office.director, box.id)
    petty.approve_move(office.director, petty.ask_return(office.cashier, box.id, 100_000, "1002", "").id)
    assert balance(office.community, "1002", "operating") == 1_000_000
    assert petty.close_float(office.director, box.id).state == "closed"
    with pytest.raises(Refused):
        pay(office, box)
    with pytest.raises(Refused):
        petty.ask_advance(office.cashier, box.id, 1, "1002", "")


def test_a_move_that_is_refused_moves_nothing(office, box):
    asked = petty.ask_advance(office.cashier, box.id, 1_000, "1002", "")
    found = petty.refuse_move(office.secretary, asked.id, "够用")
    assert (found.state, found.reason, state(office, box)) == ("refused", "够用", (100_000, 0))


@pytest.mark.parametrize("statement, name", [
    ("UPDATE revenue_float SET balance = 300001", "revenue_float_within"),
    ("UPDATE revenue_float SET balance = -1, pending = 0", "revenue_float_within"),
    ("UPDATE revenue_float SET pending = balance + 1", "revenue_float_pending"),
    ("UPDATE revenue_float SET ceiling = 900000", "revenue_float_kept"),
    ("UPDATE revenue_float SET payment_limit = 300000", "revenue_float_kept"),
    ("UPDATE revenue_voucher SET amount = 1", "revenue_voucher_kept"),
    ("DELETE FROM revenue_voucher", "revenue_voucher_kept"),
    ("DELETE FROM revenue_float_move", "revenue_float_move_kept"),
], ids=["over", "under", "pending", "ceiling", "limit", "amount", "voucher", "move"])  # fmt: skip
def test_the_database_itself_keeps_the_limits(office, box, statement, name):
    pay(office, box)
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        database.execute_sql(statement)
    # An empty box breaks two rules at once, and the engines name one or the other.
    assert violated(error.value) in (name, "revenue_float_pending" if "-1" in statement else name)


@pytest.mark.parametrize("statement, name", [
    ("UPDATE revenue_float SET balance = balance - 1", "revenue_float_explained"),
    ("UPDATE revenue_float SET pending = pending + 1", "revenue_float_explained"),
    ("UPDATE revenue_float SET pending = 0, balance = balance - 8850", "revenue_float_explained"),
    ("UPDATE revenue_float SET holder_person = 77", "revenue_float_holder"),
    ("UPDATE revenue_float SET holder_name = '别人'", "revenue_float_holder"),
    ("UPDATE revenue_float SET holder_account = holder_account + 1", "revenue_float_kept"),
    ("UPDATE revenue_voucher SET state = 'approved', decided_by = 99, seq = 1", "revenue_voucher_entry_true"),
    ("UPDATE revenue_float_move SET state = 'done', decided_by = 99, seq = 1 WHERE state = 'asked'", "revenue_float_move_entry_true"),
], ids=["balance", "pending", "both", "person", "name", "account", "voucher", "move"])  # fmt: skip
def test_cash_changes_only_with_the_paper_and_the_entry_that_explain_it(office, box, statement, name):
    pay(office, box)
    petty.ask_return(office.cashier, box.id, 1_000, "1002", "")
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        database.execute_sql(statement)
    assert violated(error.value) == name


def test_one_entry_does_not_explain_two_payments(office, box):
    done = vouchers.approve_voucher(office.director, pay(office, box).id)
    second = pay(office, box)
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        Voucher.update(state="approved", decided_by=office.director.account, seq=done.seq).where(
            Voucher.id == second.id
        ).execute()
    assert violated(error.value) == "revenue_voucher_entry_true"


def test_a_float_begins_empty(office, box):
    values = {**box.__data__, "number": 9, "balance": 5, "account": "1001"}
    values.pop("id")
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        Float.create(**values)
    assert violated(error.value) == "revenue_float_begins_empty"


def test_a_payment_over_the_limit_is_refused_by_the_database(office, box):
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        Voucher.create(
            community=office.community, float_id=box.id, number=9, spent_on=TODAY, amount=50_001, account="5201", what="x",
            state="entered", asked_by=1, asked_label="x",
        )  # fmt: skip
    assert violated(error.value) == "revenue_voucher_limit"
    assert (Float.get().pending, FloatMove.select().count()) == (0, 1)


def test_the_journal_adds_up_to_what_is_in_the_box(office, box):
    for amount in (8_850, 1_200):
        vouchers.approve_voucher(office.director, pay(office, box, amount).id)
    petty.approve_move(office.director, petty.ask_count(office.cashier, box.id, 89_000, "少了").id)
    found = journal(petty.find_float(office.cashier, box.id), TODAY.isoformat()[:7])
    assert (found.before, found.came, found.went, found.after) == (0, 100_000, 11_000, 89_000)
    assert [line.left for line in found.lines] == [100_000, 91_150, 89_950, 89_000]
    assert found.after == balance(office.community, box.account, "operating")
    assert months(box) == [TODAY.isoformat()[:7]]
    assert journal(box, "2099-01").before == 89_000


def test_what_is_checked_after_its_month_was_locked_is_booked_today(office, monkeypatch):
    office.opened()
    box = office.float(100_000)
    past = (TODAY.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    database.execute_sql(
        f"DROP TRIGGER revenue_float_kept_update{' ON revenue_float' if office.store.engine == 'postgresql' else ''}"
    )
    Float.update(opened_on=past).execute()
    made = pay(office, box, on=past)
    monkeypatch.setattr("plugins.revenue.ledger.periods.lock_checks", [])  # what the part `bank` asks of a month
    kept_elsewhere(office.community, "1002", box.account)
    lock(office.director, past.isoformat()[:7])
    done = vouchers.approve_voucher(office.director, made.id)
    assert (done.spent_on, done.booked_on, entry(office.community, done.seq).day) == (past, TODAY, TODAY)
