"""What nobody declared: the operator is asked for it first, also while an estimate stands in its place."""

from core.clock import today
from core.store.community import Community
from plugins.revenue.dues import declaring, front, lists


def test_an_estimate_that_waits_asks_the_operator_to_declare_and_tells_the_reviewer(town):
    contract = town.contract(estimate_fen=30_000)
    declaring.estimate_missing(town.store.actor("x", kind="system"))
    due, community = town.due(contract), Community.get(Community.code == town.community)
    line = lists.due_line(due)
    assert due.state == "computed" and line.is_estimate and line.is_undeclared
    assert [each for each in front.todo_items(community, town.boss) if each.href.endswith(f"/{due.id}/declare")]
    [review] = [each for each in front.todo_items(community, town.reviewer) if each.href.endswith(f"/dues/{due.id}")]
    assert "估算" in str(review.detail)
    line = lists.due_line(town.declared(due, 500_000))
    assert not line.is_estimate and not line.is_undeclared
    assert not [each for each in front.todo_items(community, town.boss) if f"/{due.id}/" in each.href]
    [review] = [each for each in front.todo_items(community, town.reviewer) if each.href.endswith(f"/dues/{due.id}")]
    assert "估算" not in str(review.detail)


def test_the_operator_reads_the_most_urgent_first_and_not_what_still_runs(town):
    contract = town.contract(months=2, pay_days=100)
    paid_late, declared_soon, running = (town.due(contract, number) for number in range(3))
    town.reviewed(paid_late, 500_000)
    found = lists.to_do(town.community, [town.operators["boss"].id])
    assert [line.id for line in found] == [declared_soon.id, paid_late.id] and running.last_day > today()
    assert lists.to_do(town.community, [town.operators["rival"].id]) == []
