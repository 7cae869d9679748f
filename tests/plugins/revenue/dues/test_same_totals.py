"""收支表 and 每一元去了哪里 say the same of money of unknown payers, advances and deposits: no income before it is known whose it is."""

from core.actor import command
from core.clock import today
from core.plugin.settings import set_setting
from plugins.revenue.dues import receiving
from plugins.revenue.reports.book_reading import money_of_year
from plugins.revenue.reports.income import income_statement, totals
from plugins.revenue.reports.money_flow import LEFT, SOURCE, USE, Node
from plugins.revenue.reports.period import Period
from plugins.revenue.shares.deadlines import CITY
from plugins.revenue.spending import city
from tests.plugins.revenue.dues.conftest import VOTE, rule


def test_the_statement_and_the_money_flow_of_a_year_have_the_same_totals(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 1_000_000)  # 100 000 are due
    receiving.recognise(town.bookkeeper, town.paid(30_000, who=None).id, contract.operator_id)
    town.paid(8_800, who=None)
    town.act("deposit_in", amount=50_000, contract_id=contract.id)
    town.act("deposit_set_off", amount=20_000, due_id=due.id)
    town.paid(60_000)  # 50 000 of it are still open, 10 000 are in advance
    town.reviewed(town.due(contract, 1), 40_000)  # 4 000, paid out of the advance
    income = f"4301.{contract.code}"
    statement = income_statement(town.community, Period(today().year))
    said = {each.code: each.fen for each in (*statement.income, *statement.besides)}
    assert said == {income: 104_000, "2203": 6_000, "2209.deposits": 30_000, "2209.unknown": 8_800}
    assert (totals(statement.income)[0], statement.closing, statement.is_whole) == (104_000, 148_800, True)
    flow = money_of_year(town.community, today().year)
    assert {node.code: flow.of(node) for node, _target in flow.links if node.layer == SOURCE} == said
    assert flow.total == 148_800 == sum(fen for (_from, to), fen in flow.links.items() if to == Node(USE, LEFT))


def test_money_given_back_to_an_operator_is_not_the_owners_income_for_the_maintenance_fund(town):
    set_setting(command(town.community), CITY, "shanghai")
    to_owners = rule(split=[{"to": "owners", "weight": 1}])
    contract = town.contract(owner_class="owners", approval_kind="vote", vote=VOTE, data=to_owners)
    town.reviewed(town.due(contract), 400_000)
    receipt = town.paid(60_000, account="1901.1")
    asked = city.kept(town.community)
    assert (asked.income, asked.least) == (60_000, 30_001)
    town.act("credit_out", receipt_id=receipt.id, amount=20_000)
    asked = city.kept(town.community)
    assert (asked.income, asked.least) == (40_000, 20_001)
    town.act("receipt_undo", receipt_id=town.paid(5_000, account="1901.1").id)
    assert city.kept(town.community).income == 40_000
