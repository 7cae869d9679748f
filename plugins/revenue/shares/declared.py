"""What this part declares to core."""

from __future__ import annotations

from core import Declaration
from plugins.revenue.part import Part


class Shares(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Nothing stored; `linli revenue compute` joins the group of commands, which `ledger` declares."""
        from plugins.revenue.shares import commands

        assert commands.compute_file.name == "compute"
        return Declaration()


PART = Shares()
