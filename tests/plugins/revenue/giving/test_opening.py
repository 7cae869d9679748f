"""Opening balances: once, with evidence, by two people, before everything else, corrected by a mirror and a fresh posting."""

import datetime
from dataclasses import replace

import peewee
import pytest

from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store.db import database, transaction
from core.store.violations import violated
from plugins.revenue.giving import opening
from plugins.revenue.giving.models import Opening
from plugins.revenue.giving.receipts import opening_sheet
from plugins.revenue.ledger.balances import balance, trial_balance
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.posting import Line, entry, post, reverse

DAY = datetime.date(2025, 1, 1)
LINES = (
    ("1002", "operating", 3_000_000), ("1001", "operating", 50_000), ("1002", "deposits", 200_000),
    ("2209.deposits", "deposits", 200_000), ("1901", "owners", 700_000), ("2202", "general", 10_000), ("1002", "general", 90_000),
)  # fmt: skip


def test_the_other_side_is_found_by_whose_money_it_is(office):
    made = office.opened(LINES)
    posted = entry(office.community, made.seq)
    assert (posted.day, len(posted.approvals), len(posted.evidence), posted.record) == (DAY, 2, 1, made.ref)
    assert balance(office.community, "3101", "operating") == -3_050_000
    assert balance(office.community, "2601", "owners") == -700_000
    assert balance(office.community, "3101", "general") == -80_000
    assert balance(office.community, "3102", "deposits") == 0
    assert sum(fen for _account, _fund, fen in trial_balance(office.community)) == 0
    assert verify(office.community) is None


def test_restricted_money_stands_against_restricted_net_assets(office):
    office.opened((("1002", "deposits", 5_000),))
    assert balance(office.community, "3102", "deposits") == -5_000


def test_only_somebody_else_approves(office):
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    with pytest.raises(Forbidden):
        opening.approve(office.bookkeeper, made.id)
    with pytest.raises(Refused):
        opening.approve(office.bookkeeper.with_rights("revenue.close"), made.id)
    assert opening.approve(office.secretary, made.id).state == "posted"


def test_a_second_account_of_the_bookkeeper_does_not_help(office):
    second = office.same_person("bookkeeper", "director")
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    with pytest.raises(Refused):
        opening.approve(second, made.id)


def test_whoever_hands_in_answers_for_it(office):
    made = office.written()
    other = office.staff.with_rights("revenue.opening", "revenue.close")
    opening.hand_in(other, made.id)
    with pytest.raises(Refused):
        opening.approve(other, made.id)


def test_without_lines_or_evidence_nothing_is_handed_in(office):
    made = opening.start(office.bookkeeper, DAY)
    with pytest.raises(Refused):
        opening.hand_in(office.bookkeeper, made.id)
    opening.set_line(office.bookkeeper, made.id, "1002", "general", 1)
    with pytest.raises(Refused):
        opening.hand_in(office.bookkeeper, made.id)
    opening.add_evidence(office.bookkeeper, made.id, [office.paper("bookkeeper")])
    assert opening.hand_in(office.bookkeeper, made.id).state == "handed_in"


def test_what_is_handed_in_does_not_change(office):
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    with pytest.raises(Refused):
        opening.set_line(office.bookkeeper, made.id, "1002", "general", 1)
    for statement in (
        "UPDATE revenue_opening_line SET amount = 1", "DELETE FROM revenue_opening_line",
        f"INSERT INTO revenue_opening_line (community, opening_id, account, fund, amount) "
        f"VALUES ('{office.community}', {made.id}, '1001', 'general', 5)",
    ):  # fmt: skip
        with pytest.raises(peewee.IntegrityError), transaction(office.community):
            database.execute_sql(statement)
    given = opening.give_back(office.director, made.id, "漏了现金")
    assert given.state == "draft"
    opening.set_line(office.bookkeeper, made.id, "1001", "general", 500)


def test_a_line_is_written_once_for_an_account_and_fund(office):
    made = opening.start(office.bookkeeper, DAY)
    first = opening.set_line(office.bookkeeper, made.id, "1002", "general", 1)
    opening.set_line(office.bookkeeper, made.id, "1002", "general", 7)
    (line,) = opening.lines_of(made)
    assert (line.id, line.amount) == (first.id, 7)
    opening.remove_line(office.bookkeeper, made.id, line.id)
    assert opening.lines_of(made) == []


@pytest.mark.parametrize("account, fund, amount, field", [
    ("3101", "general", 1, "account"), ("4101", "general", 1, "account"), ("2601", "owners", 1, "account"),
    ("nothing", "general", 1, "account"), ("1002", "nothing", 1, "fund"), ("1002", "general", 0, "amount"),
    ("1002", "general", -1, "amount"),
], ids=["net-assets", "income", "custody", "unknown", "fund", "zero", "negative"])  # fmt: skip
def test_what_a_line_must_be(office, account, fund, amount, field):
    made = opening.start(office.bookkeeper, DAY)
    with pytest.raises(Invalid) as error:
        opening.set_line(office.bookkeeper, made.id, account, fund, amount)
    assert list(error.value.errors) == [field]


def test_no_fund_begins_below_nothing(office):
    made = office.written((("1002", "general", 100), ("2202", "general", 101)))
    with pytest.raises(Refused):
        opening.hand_in(office.bookkeeper, made.id)


def test_they_are_entered_once(office):
    office.opened()
    with pytest.raises(Refused):
        opening.start(office.bookkeeper, DAY)
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        Opening.create(community=office.community, opening_day=DAY, state="posted", asked_by=1, asked_label="x", decided_by=2,
                       decided_label="y", seq=1)  # fmt: skip
    assert violated(error.value) == "revenue_opening_once"


def test_one_is_written_at_a_time(office):
    made = opening.start(office.bookkeeper, DAY)
    with pytest.raises(Refused):
        opening.start(office.bookkeeper, DAY)
    assert opening.drop(office.bookkeeper, made.id).state == "dropped"
    assert opening.start(office.bookkeeper, DAY).state == "draft"


def test_nothing_is_opened_after_something_earlier_is_in_the_books(office):
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    income = Line(100, "4901", "1002", "general", "general")
    post(office.bookkeeper, key="early", day=DAY - datetime.timedelta(days=1), purpose="早", lines=[income])
    with pytest.raises(Refused):
        opening.approve(office.director, made.id)
    opening.give_back(office.director, made.id, "有更早的账")
    opening.drop(office.bookkeeper, made.id)
    with pytest.raises(Refused):
        opening.start(office.bookkeeper, DAY)


def test_a_day_that_lies_ahead_is_no_opening_day(office):
    with pytest.raises(Invalid):
        opening.start(office.bookkeeper, today() + datetime.timedelta(days=1))


def test_a_correction_mirrors_all_of_it_and_posts_anew(office):
    wrong = office.opened((("1002", "operating", 1_000_000), ("1002", "general", 500)))
    post(
        office.bookkeeper,
        key="spent",
        day=today(),
        purpose="用了",
        lines=[Line(900_000, "1002", "5201", "operating", "operating")],
    )
    again = opening.correct(office.bookkeeper, "银行存款抄错了")
    assert [(line.account, line.amount) for line in opening.lines_of(again)] == [("1002", 500), ("1002", 1_000_000)]
    opening.set_line(office.bookkeeper, again.id, "1002", "operating", 1_200_000)
    opening.add_evidence(office.bookkeeper, again.id, [office.paper("bookkeeper")])
    opening.hand_in(office.bookkeeper, again.id)
    with pytest.raises(Refused):
        opening.approve(office.bookkeeper.with_rights("revenue.close"), again.id)
    done = opening.approve(office.director, again.id)
    assert opening.find_opening(office.director, wrong.id).state == "reversed"
    assert entry(office.community, wrong.seq).reversed_by is not None
    assert entry(office.community, done.seq).evidence
    assert balance(office.community, "1002", "operating") == 300_000
    assert opening.current(office.community).id == again.id
    assert verify(office.community) is None


def test_a_correction_says_what_is_wrong(office):
    with pytest.raises(Refused):
        opening.correct(office.bookkeeper, "没有")
    office.opened()
    with pytest.raises(Invalid):
        opening.correct(office.bookkeeper, " ")


def test_what_the_ledger_has_reversed_is_not_reversed_again(office):
    wrong = office.opened()
    reverse(office.bookkeeper, wrong.seq, key="own", day=DAY, reason="误", approvals=["复核"])
    again = opening.correct(office.bookkeeper, "再改")
    opening.add_evidence(office.bookkeeper, again.id, [office.paper("bookkeeper")])
    opening.hand_in(office.bookkeeper, again.id)
    with pytest.raises(Refused):
        opening.approve(office.director, again.id)
    assert opening.find_opening(office.director, wrong.id).state == "posted"


def test_another_community_has_none_of_it(office):
    made = office.written()
    stranger = office.store.actor("revenue.opening", "revenue.close", community=office.store.south, account=9)
    for act in (opening.hand_in, opening.approve, opening.drop):
        with pytest.raises(NotFound):
            act(stranger, made.id)


def test_the_sheet_to_sign_has_every_line_and_the_other_side(office):
    made = office.opened(LINES)
    said = [text for _label, text in opening_sheet(office.bookkeeper, made.ref).facts]
    assert len(said) == 1 + len(LINES) + 4
    with pytest.raises(NotFound):
        opening_sheet(
            office.bookkeeper,
            opening.correct(office.bookkeeper, "x").ref.__class__("revenue.opening", office.community, 99),
        )


def test_a_second_account_under_the_same_name_does_not_help_where_no_resident_is_known(office):
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    second = replace(office.director, label=office.bookkeeper.label)
    for deputy in (second, replace(second, stands_in_for="沈主任")):
        with pytest.raises(Refused):
            opening.approve(deputy, made.id)
    assert opening.approve(replace(second, label="顾会"), made.id).state == "posted"


def test_two_residents_of_one_name_are_two_people(office):
    office.people["bookkeeper"] = replace(office.bookkeeper, person=5)
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    assert opening.approve(replace(office.director, label=office.bookkeeper.label, person=6), made.id).state == "posted"
