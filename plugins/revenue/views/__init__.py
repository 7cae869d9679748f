"""The pages of the module: the desk's for those who keep the books, the portal's for everybody."""

from plugins.revenue.views import (
    bank,
    bank_close,
    bank_match,
    dues_contracts,
    dues_desk,
    dues_money,
    dues_portal,
    dues_rule,
    giving,
    giving_opening,
    giving_petty,
    giving_public,
    shares_try,
    spending,
    spending_pay,
    spending_public,
    spending_steps,
)
from plugins.revenue.views.base import blueprint

__all__ = [
    "bank",
    "bank_close",
    "bank_match",
    "blueprint",
    "dues_contracts",
    "dues_desk",
    "dues_money",
    "dues_portal",
    "dues_rule",
    "giving",
    "giving_opening",
    "giving_petty",
    "giving_public",
    "shares_try",
    "spending",
    "spending_pay",
    "spending_public",
    "spending_steps",
]
