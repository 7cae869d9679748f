"""What this part declares to core."""

from __future__ import annotations

from plugins.revenue.part import Part


class Spending(Part):
    """See the folder's docstring."""


PART = Spending()
