"""`linli revenue …`: the one group; each command lies in its part's own file and is added in the part's `declared.py`."""

from __future__ import annotations

import click

from core import UnopenedGroup


@click.group(cls=UnopenedGroup)
def revenue() -> None:
    """Shared revenue: compute shares, verify and export the books."""
