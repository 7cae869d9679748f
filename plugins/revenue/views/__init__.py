"""The pages of the module: the desk's for those who keep the books, the portal's for everybody."""

from plugins.revenue.views import (
    bank,
    bank_close,
    bank_match,
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
