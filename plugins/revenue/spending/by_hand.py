"""What is asked of this part before an entry of it is reversed by hand: what was published and signed is not undone by two."""

from __future__ import annotations

from core import Actor
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.entries import EntryLine
from plugins.revenue.texts import _


def of_proposal(_actor: Actor, found: EntryLine, _replaced: bool) -> Elsewhere:
    """A payment or an allocation stands as residents read it."""
    return Elsewhere(
        _("This entry was paid or allocated by a proposal that residents have read and several people have signed."),
        _(
            "It stays. Money that comes back is entered as a posting of its own; another use of it takes a new proposal."
        ),
        f"/desk/spending/{found.record.id if found.record else ''}",
    )


OWNERS = {"revenue.proposal": of_proposal}
