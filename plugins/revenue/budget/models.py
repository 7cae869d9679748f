"""The records of this part: fields only. Money is whole 分; what the database holds of it is in migration 0006_budget."""

from __future__ import annotations

from core import CommunityModel, Day, Fen, Integer, Text, Utc, now


class Budget(CommunityModel):
    """预算: one version of the budget of a year. From the second on it says in `why` for what reason it takes the place of the one before."""

    kind = "revenue.budget"
    year = Integer()
    version = Integer()
    why = Text(default="")
    state = Text()
    workflow_version = Integer(default=0)
    meeting = Text(default="")
    met_on = Day(null=True)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_on = Day(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_budget"


class BudgetLine(CommunityModel):
    """So much in the year through an account of income or expense (with its sub-accounts) in a fund; `purpose` for everybody."""

    kind = "revenue.budget_line"
    budget_id = Integer()
    account = Text()
    fund = Text()
    amount = Fen()
    purpose = Text(default="")

    class Meta:
        table_name = "revenue_budget_line"
