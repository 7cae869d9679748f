"""The page of deadlines."""

from __future__ import annotations

import pytest

from core.civic.objections.records import OBJECTION
from core.civic.workflow.versions import WorkflowVersion
from tests.core.web.office_cases import HERE, text

PAGE = f"{HERE}/admin/deadlines"
ONE = f"{PAGE}/{OBJECTION.name}/begin"


@pytest.mark.parametrize("role, status", [("director", 200), ("staff", 403), ("grid_officer", 403)])
def test_the_page_is_for_the_lead(as_role, role, status):
    assert as_role(role).get(PAGE).status_code == as_role(role).get(ONE).status_code == status


def test_a_deadline_is_changed_and_the_decision_can_be_read(as_role):
    director = as_role("director")
    assert director.send(ONE, days="3", kind="working", reason="居民代表会议决定").status_code == 303
    assert "3 个工作日" in text(director.get(PAGE))
    assert "居民代表会议决定" in text(director.get(ONE))


def test_bad_input_keeps_what_was_typed(as_role):
    answer = as_role("director").send(ONE, days="0", kind="working", reason="试行一个月")
    assert answer.status_code == 422 and "试行一个月" in text(answer)
    assert WorkflowVersion.select().count() == 0


@pytest.mark.parametrize("name", ["core.privacy_request/begin", "core.objection/answer", "nothing/begin"])
def test_there_is_nothing_else_to_change(as_role, name):
    assert as_role("director").get(f"{PAGE}/{name}").status_code == 404
