"""Taking statements in: they run on, nothing is stored twice, and what the database itself refuses."""

import datetime
import threading

import peewee
import pytest

from core import Conflict, Invalid, NotFound, Refused, execute, now, transaction, violated
from core.store import db
from plugins.revenue.bank import matching, statements
from plugins.revenue.bank.models import Line, Statement, Upload
from tests.plugins.revenue.bank.conftest import table


def problems(office, upload_id):
    return [problem.text for problem in statements.preview(office.clerk, upload_id).problems]


def test_a_gbk_file_of_a_bank_is_taken_in(office):
    made = office.take((5, 1_200_000), (8, -1_000))
    assert (made.opening, made.closing, made.line_count, made.sealed) == (0, 1_199_000, 2, True)
    assert made.last_day == datetime.date(2026, 1, 31)
    assert [(line.amount, line.balance, line.payer) for line in office.lines()] == [
        (1_200_000, 1_200_000, "好味道食堂"), (-1_000, 1_199_000, "好味道食堂"),
    ]  # fmt: skip
    assert Upload.of(office.community).count() == 0


def test_the_next_statement_goes_on_where_the_last_one_ended(office):
    first = office.take((5, 100))
    second = office.take((3, 50), month=2, opening=100)
    assert second.follows == first.id
    assert second.first_day == datetime.date(2026, 2, 1)


def test_a_statement_that_leaves_something_out_is_refused(office):
    office.take((5, 100))
    upload = office.upload((3, 50), month=3, opening=150)
    assert problems(office, upload)
    with pytest.raises(Invalid):
        statements.take_in(office.clerk, upload)
    assert Statement.of(office.community).count() == 1


def test_a_wrong_balance_stores_nothing(office):
    wrong = table((5, 100), (6, 200)).replace(",3.00,", ",3.01,")
    upload = statements.upload(office.clerk, office.bank.id, filename="a.csv", data=wrong.encode())
    with pytest.raises(Invalid):
        statements.take_in(office.clerk, upload)
    assert Line.of(office.community).count() == 0


def test_the_same_file_is_refused(office):
    office.take((5, 100))
    with pytest.raises(Refused):
        office.upload((5, 100))


def test_the_same_line_is_refused(office):
    office.take((5, 100), (6, 100), last_day=datetime.date(2026, 1, 6))
    data = table((6, 100), (7, 30), opening=100).replace("2026010600001", "2026010600002")
    upload = statements.upload(office.clerk, office.bank.id, filename="b.csv", data=data.encode())
    assert len(problems(office, upload)) >= 2


def test_lines_typed_from_paper(office):
    upload = statements.upload(
        office.clerk, office.bank.id, typed="2026-01-05,1200.00,好味道食堂,一月分成\n2026-01-08,-10.00,,手续费",
        closing=119_000, last_day=datetime.date(2026, 1, 31),
    )  # fmt: skip
    made = statements.take_in(office.clerk, upload)
    assert (made.line_count, made.closing) == (2, 119_000)


def test_thousands_with_commas_are_not_read_as_something_else(office):
    with pytest.raises(Invalid):
        statements.upload(office.clerk, office.bank.id, typed="2026-01-05,1,200.00,食堂,分成", closing=120_000)


def test_a_month_in_which_nothing_moved(office):
    office.take((5, 100))
    upload = statements.upload(office.clerk, office.bank.id, closing=100, last_day=datetime.date(2026, 2, 28))
    made = statements.take_in(office.clerk, upload)
    assert (made.line_count, made.opening, made.closing) == (0, 100, 100)


def test_lines_without_balance_need_the_closing_balance(office):
    upload = statements.upload(office.clerk, office.bank.id, typed="2026-01-05,1200.00,食堂,分成")
    assert problems(office, upload)


def test_columns_are_chosen_by_hand(office):
    data = "甲,乙,丙\n2026-01-05,x,100.00\n".encode()
    upload = statements.upload(office.clerk, office.bank.id, filename="c.csv", data=data, closing=10_000)
    assert problems(office, upload)
    statements.choose_columns(office.clerk, upload, {"day": 0, "amount": 2}, 0)
    assert problems(office, upload) == []
    with pytest.raises(Invalid):
        statements.choose_columns(office.clerk, upload, {"day": 0, "amount": 99}, 0)


def test_the_newest_statement_can_be_withdrawn_and_taken_in_anew(office):
    first = office.take((5, 100))
    second = office.take((3, 50), month=2, opening=100)
    with pytest.raises(Refused):
        statements.withdraw(office.clerk, first.id, "拿错了")
    statements.withdraw(office.clerk, second.id, "拿错了")
    statements.withdraw(office.clerk, first.id, "拿错了")
    assert office.lines() == []
    assert office.take((5, 100)).follows is None


def test_a_statement_with_matched_lines_is_not_withdrawn(office):
    seq = office.pay_in(100, 5)
    made = office.take((5, 100))
    matching.match(office.clerk, office.bank.id, [office.lines()[0].id], [seq])
    with pytest.raises(Refused):
        statements.withdraw(office.clerk, made.id, "拿错了")


def test_another_community_has_no_such_account(office):
    stranger = office.store.actor("revenue.match", "revenue.books", community=office.store.south)
    with pytest.raises(NotFound):
        statements.upload(stranger, office.bank.id, typed="", closing=0)


# --------------------------------------------------------------------------- the database itself


@pytest.mark.parametrize(
    "statement, guard",
    [
        ("UPDATE revenue_line SET amount = amount + 1", "revenue_line_kept"),
        ("UPDATE revenue_line SET payer = '别人'", "revenue_line_kept"),
        ("DELETE FROM revenue_line", "revenue_line_kept"),
        ("UPDATE revenue_line SET withdrawn = 1", "revenue_line_is_matched"),
        ("UPDATE revenue_statement SET closing = closing + 1", "revenue_statement_kept"),
        ("DELETE FROM revenue_statement", "revenue_statement_kept"),
        ("UPDATE revenue_bank SET opening = 5", "revenue_bank_begun"),
        ("UPDATE revenue_bank SET account = '1901.1'", "revenue_bank_kept"),
        ("INSERT INTO revenue_line (community, bank_id, statement_id, position, day, amount, balance, payer, reference, memo, "
         "fingerprint, withdrawn) SELECT community, bank_id, statement_id, 3, day, 5, balance + 5, '', '', '', 'x', 0 "
         "FROM revenue_line WHERE position = 2", "revenue_line_runs_on"),
    ],
    ids=["amount", "payer", "delete line", "withdraw line", "closing", "delete statement", "opening", "account", "late line"],
)  # fmt: skip
def test_the_database_keeps_statements(office, statement, guard):
    office.take((5, 100), (6, -40))
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        execute(statement)
    assert violated(error.value) == guard


def test_the_database_refuses_a_statement_that_does_not_add_up(office):
    office.take((5, 100))
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        made = Statement.create(
            community=office.community, bank_id=office.bank.id, follows=Statement.of(office.community).get().id,
            first_day="2026-02-01", last_day="2026-02-28", opening=100, closing=500, line_count=0, sha256="b", by_label="x",
            entered_at=now(),
        )  # fmt: skip
        Statement.update(sealed=True).where(Statement.id == made.id).execute()
    assert violated(error.value) == "revenue_statement_adds_up"


def test_of_two_people_who_take_in_at_once_one_is_first(office):
    uploads = [office.upload((5, 100 + number)) for number in range(2)]
    said: list[str] = []

    def take(upload_id):
        try:
            statements.take_in(office.clerk, upload_id)
            said.append("taken")
        except (Conflict, Invalid):
            said.append("refused")
        finally:
            db.database.obj.close()

    threads = [threading.Thread(target=take, args=(upload,)) for upload in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["refused", "taken"]
    assert Line.of(office.community).count() == 1
