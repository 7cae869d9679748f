"""Statements as banks, streets and people write them: columns, days, amounts, order, and balances line by line."""

import datetime

import pytest

from core import read_table
from plugins.revenue.bank.reading import day_of, fen_in, fingerprints, guess, read

BANK = """账号：3300********0018,,,,,,
币种：人民币,,,,,,
交易日期,摘要,借方发生额,贷方发生额,余额,对方户名,交易流水号
2026-01-05,分成款,,"12,000.00","15,000.00",好味道食堂,2026010500012
2026-01-08,转账手续费,10.00,,"14,990.00",,2026010800077
2026-01-21,利息,,3.21,"14,993.21",,2026012100001
合计,,10.00,"12,003.21",,,
"""


def table(text: str, encoding: str = "utf-8"):
    return read_table(text.encode(encoding), "流水.csv")


def told(reading):
    return [(line.day.day, line.amount, line.balance) for line in reading.lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_file_of_a_bank_is_read_as_it_comes(encoding):
    found = read(table(BANK, encoding))
    assert found.problems == ()
    assert told(found) == [(5, 1_200_000, 1_500_000), (8, -1_000, 1_499_000), (21, 321, 1_499_321)]
    assert (found.opening, found.closing) == (300_000, 1_499_321)
    assert found.lines[0].payer == "好味道食堂" and found.lines[0].reference == "2026010500012"


def test_the_newest_line_may_stand_first():
    lines = BANK.splitlines()
    turned = "\n".join([*lines[:3], *lines[5:2:-1]])
    assert told(read(table(turned))) == told(read(table(BANK)))


def test_in_the_books_of_a_street_debit_is_money_in():
    street = "日期,摘要,借方,贷方,余额\n2026-01-05,代管款,100.00,,500.00\n2026-01-06,付款,,50.00,450.00\n"
    assert told(read(table(street))) == [(5, 10_000, 50_000), (6, -5_000, 45_000)]


@pytest.mark.parametrize("words", ["贷,借", "收,付", "收入,支出", "存,取"])
def test_a_direction_beside_the_amount_is_heeded(words):
    came, went = words.split(",")
    text = f"日期,收支,金额\n2026/1/5,{came},100\n2026/1/6,{went},30\n"
    assert told(read(table(text), opening=0)) == [(5, 10_000, 10_000), (6, -3_000, 7_000)]


def test_a_signed_amount_is_enough():
    assert told(read(table("日期,金额\n20260105,100\n20260106,-30.5\n"), opening=500)) == [
        (5, 10_000, 10_500), (6, -3_050, 7_450),
    ]  # fmt: skip


def test_a_wrong_balance_is_named_by_its_row_and_only_there():
    wrong = BANK.replace('"14,990.00"', '"14,900.00"').replace('"14,993.21"', '"14,903.21"')
    problems = read(table(wrong)).problems
    assert [problem.row for problem in problems] == [5]


def test_a_line_left_out_is_noticed():
    lines = BANK.splitlines()
    assert [problem.row for problem in read(table("\n".join([*lines[:4], *lines[5:]]))).problems] == [5]


def test_what_was_typed_must_agree_with_the_lines():
    assert read(table(BANK), opening=300_000, closing=1_499_321).problems == ()
    assert len(read(table(BANK), opening=1).problems) == 1
    assert len(read(table(BANK), closing=1).problems) == 1


def test_without_balances_the_opening_balance_is_asked_for():
    text = "日期,金额\n2026-01-05,100\n"
    assert len(read(table(text)).problems) == 1
    found = read(table(text), opening=50, closing=10_050)
    assert found.problems == () and found.closing == 10_050


@pytest.mark.parametrize("row", ["2026-13-05,1.00", "昨天,1.00", "2026-01-05,一百", "2026-01-05,1.005"])
def test_a_row_that_cannot_be_read_is_never_left_out_in_silence(row):
    found = read(table(f"日期,金额\n2026-01-04,2.00\n{row}\n"), opening=0)
    assert [problem.row for problem in found.problems] == [3]


def test_columns_can_be_told_by_hand():
    odd = [["甲", "乙", "丙"], ["x", "2026-01-05", "100.00"]]
    assert guess(odd) == (None, {})
    assert told(read(odd, {"day": 1, "amount": 2}, 0, opening=0)) == [(5, 10_000, 10_000)]
    assert read(odd, {"day": 1, "amount": 1}, 0, opening=0).problems
    assert read(odd, {"day": 99, "amount": 2}, 0, opening=0).lines == ()


def test_one_line_is_told_from_another_by_all_it_says():
    found = read(table(BANK)).lines
    assert len(set(fingerprints(found))) == 3
    assert fingerprints(found) == fingerprints(read(table(BANK, "gbk")).lines)


@pytest.mark.parametrize(
    "text, fen",
    [("1,234.50", 123_450), ("￥12", 1_200), ("-3.1", -310), ("(8.00)", -800), ("+5", 500), ("—", 0), ("", 0),
     ("１２．３４", 1_234), ("1.2.3", None), ("12元", 1_200), ("NaN", None), ("1e5", None)],
)  # fmt: skip
def test_amounts(text, fen):
    assert fen_in(text) == fen


@pytest.mark.parametrize(
    "text", ["2026-01-05", "2026/1/5", "2026年1月5日", "20260105", "2026-01-05 10:22:33", "20260105102233"]
)
def test_days(text):
    assert day_of(text) == datetime.date(2026, 1, 5)
