"""The words for what is stored as a code in this part."""

from __future__ import annotations

from core import Label
from plugins.revenue.texts import _

PARTS: dict[str, Label] = {"income": _("Income"), "expense": _("What was spent")}
TOGETHER: dict[str, Label] = {"income": _("Income together"), "expense": _("Expenses together")}
