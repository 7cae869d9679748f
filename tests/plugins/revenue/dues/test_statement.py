"""The statement of an operator: what was due, what was paid when, deposit, credit, what is owed; for the desk and the operator."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from core.actor import command
from core.clock import today
from core.errors import NotFound
from core.operate import exports
from core.store.db import rows
from plugins.revenue.dues.models import Due
from plugins.revenue.dues.statement import first_operator, operator_statement


def one(town, year):
    return operator_statement(town.community, town.operators["boss"].id, year)


def test_due_paid_owed_deposit_and_credit_are_those_of_the_records(town):
    contract = town.contract(months=3, deposit_fen=50_000)
    town.act("deposit_in", amount=50_000, contract_id=contract.id)
    for number, turnover in enumerate((1_000_000, 2_000_000)):
        town.reviewed(town.due(contract, number), turnover)
    town.paid(130_000)
    years = sorted({due.first_day.year for due in Due.of(town.community)})
    found = {year: one(town, year).contracts[0] for year in years}
    assert sum(each.due for each in found.values()) == 300_000
    assert sum(each.received for each in found.values()) == 130_000
    last = one(town, years[-1])
    assert last.owed == 170_000 and last.credit == 0 and last.contracts[0].held == 50_000
    paid = [
        (part.arrived_on, part.amount) for each in found.values() for line in each.periods for part in line.payments
    ]
    assert sorted(paid, key=lambda each: each[1]) == [(today(), 30_000), (today(), 100_000)]
    parts = rows("SELECT sum(amount) FROM revenue_part WHERE community = ? AND undone_on IS NULL", town.community)
    assert sum(fen for _day, fen in paid) == parts[0][0]
    assert [act.amount for act in one(town, today().year).contracts[0].deposits] == [50_000]
    town.paid(180_000)
    last = one(town, years[-1])
    assert (last.owed, last.credit) == (0, 10_000)


def test_the_rule_is_told_in_words_and_a_draft_has_no_statement(town):
    town.contract(signed=False)
    assert one(town, today().year).contracts == []
    town.contract()
    (told,) = one(town, today().year).contracts
    assert any("10%" in words for _version, said in told.rules for words in said)
    assert operator_statement(town.community, town.operators["rival"].id, today().year).contracts == []


def test_an_operator_reads_only_the_own_statement(town):
    mine = town.operators["boss"].id
    assert first_operator([mine], None) == mine == first_operator([mine], mine)
    for readers, asked in (([mine], town.operators["rival"].id), ([], None)):
        with pytest.raises(NotFound):
            first_operator(readers, asked)
    with pytest.raises(NotFound):
        operator_statement(town.store.south, mine, today().year)


def test_the_file_has_exact_sums(town, plugins):
    contract = town.contract(months=2)
    due = town.reviewed(town.due(contract), 1_234_560)
    town.paid(100_001)
    wanted = {"operator": str(town.operators["boss"].id), "year": str(due.first_day.year)}
    content = exports.file_of(plugins, command(town.community), "revenue.operator_statement", "csv", wanted).content
    line = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1]
    assert [Decimal(cell) for cell in (line[5], line[7], line[8])] == [
        Decimal("1234.56"), Decimal("1000.01"), Decimal("234.55"),
    ]  # fmt: skip
    assert str(today()) in line[6] and line[0].startswith(str(due.first_day.year))
