"""Where residents go on from a figure: from an account or a fund to the page that tells what stands behind it.

每一元去了哪里 → the fund → the project with its photos, or the operator with the rule. What these pages say is the parts' own business.
"""

from __future__ import annotations

from plugins.revenue.dues.books import income_account
from plugins.revenue.dues.models import Contract
from plugins.revenue.dues.public import SHOWN
from plugins.revenue.giving.models import Gift, Pledge
from plugins.revenue.giving.pledges import income_of
from plugins.revenue.ledger import funds as fund_list
from plugins.revenue.reports.money_flow import BOOKED, FUND, SOURCE, USE, MoneyFlow, Node
from plugins.revenue.spending import lists, public
from plugins.revenue.spending.funding import COST
from plugins.revenue.spending.models import Proposal

Ways = dict[Node, str]


def ways(community: str, year: int) -> Ways:
    """For each node of the Sankey that has a page of its own the address of that page."""
    base = f"/c/{community}/revenue"
    found: Ways = {}
    for contract in Contract.of(community).where(Contract.state.in_(SHOWN)):
        found[Node(SOURCE, income_account(contract))] = f"{base}/operators/{contract.id}"
    arrived = Gift.of(community, Gift.pledge_id)
    for pledge in Pledge.of(community).where(Pledge.id.in_(arrived)):
        found[Node(SOURCE, income_of(pledge))] = f"{base}/giving/{pledge.id}"
    for proposal in Proposal.of(community):
        if lists.is_public(proposal):
            found[Node(USE, f"{COST}.{proposal.number_text}")] = f"{base}/projects/{proposal.id}"
    for fund in fund_list.funds(community):
        for layer in (BOOKED, FUND):
            found[Node(layer, fund.code)] = f"{base}/money/funds/{fund.code}?year={year}"
    return found


def came_to(found: MoneyFlow, fund: str) -> list[tuple[Node, int]]:
    """What a fund got in the year: from its own sources, then what other funds were to give it; 分, the largest first of each."""
    direct = [(source, amount) for source, target, amount in found.between(SOURCE) if target.code == fund]
    return direct + [(s, amount) for s, t, amount in found.between(BOOKED) if t.code == fund != s.code]


def went_from(found: MoneyFlow, fund: str) -> list[tuple[Node, int]]:
    """What became of all that: what it was to give to other funds, what it was spent on, what is left. The same sum as `came_to`."""
    passed = [(target, amount) for s, target, amount in found.between(BOOKED) if s.code == fund != target.code]
    return passed + [(target, amount) for source, target, amount in found.between(FUND) if source.code == fund]


def projects_of(community: str, fund: str) -> list[public.Shown]:
    """The projects paid from a fund, with photos and score, the newest first."""
    return [each for each in public.projects(community) if each.fund == fund]
