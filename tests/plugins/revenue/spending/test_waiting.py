"""What a proposal waits for, and whom it asks: nothing that cannot be done yet, and no step that nobody is asked for."""

from core.civic.notices.todos import second_notices
from core.testing import WEST_HILL
from plugins.revenue.dues.allocatable import Allocatable
from plugins.revenue.spending import waiting
from tests.plugins.revenue.spending.conftest import give_money
from tests.plugins.revenue.spending.test_views import DESK, named, send


def verbs(proposal):
    return [each.verb for each in waiting.waits(proposal)]


def asked(house, name):
    return [str(each.title) for each in waiting.todos(house.actor(name))]


def test_what_is_only_decided_waits_for_its_first_publication_alone(house):
    assert verbs(house.decided()) == ["publish"]


def test_a_project_without_contract_asks_the_office_for_it_and_not_the_cashier(house):
    proposal = house.verified()
    assert verbs(proposal) == ["contract", "pay"]
    assert asked(house, "other") == ["添加合同"] and asked(house, "cashier") == []
    house.contracted(proposal)
    assert asked(house, "other") == [] and asked(house, "cashier") == ["付款"]


def test_work_that_cost_less_than_decided_asks_to_be_accepted(house):
    proposal = house.paid(amount=250_000)
    assert verbs(proposal) == ["pay", "accept"] and asked(house, "other") == ["验收"]


def test_received_dues_ask_whoever_proposes_until_somebody_has(house, monkeypatch):
    monkeypatch.setattr(waiting, "allocatable", lambda _code: [Allocatable(1, "食堂", 100_001, {"give_back": 100_001})])
    [todo] = waiting.todos(house.actor("other"))
    assert "1,000.01" in str(todo.detail) and todo.href.endswith("/desk/spending/new/allocation")
    assert asked(house, "cashier") == []
    monkeypatch.setattr(waiting, "allocatable", lambda _code: [])
    assert asked(house, "other") == []


def test_the_board_asks_nobody_for_the_second_notice_of_a_proposal(house):
    proposal = house.published()
    house.clock.on(16)
    assert proposal.state == "pre_published"
    assert list(second_notices(house.actor("secretary"))) == list(second_notices(house.actor("other"))) == []


def test_who_proposed_reads_why_somebody_else_decides(app):
    give_money(WEST_HILL, {"give_back": 500_000})
    proposer, other = named(app, "甲", "staff"), named(app, "乙", "staff")
    form = proposer.get(f"{DESK}/new/project").get_data(as_text=True)
    assert "可用 5,000.00 元" in form and "free" not in form
    made = send(proposer, f"{DESK}/new/project", title="楼道灯", words="换灯", fund="give_back", amount="100")
    own, theirs = (each.get(made.location).get_data(as_text=True) for each in (proposer, other))
    assert "/do/decide" not in own and 'class="cannot"' in own and "/paper/sign" not in own
    assert "/do/decide" in theirs
