"""What is asked of this part before people change the books by hand: what was published and signed is not undone by two."""

from __future__ import annotations

import re

from core import Actor
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.entries import EntryLine
from plugins.revenue.spending.funding import COST
from plugins.revenue.spending.lists import targets
from plugins.revenue.spending.models import Proposal
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


def of_code(_community: str, code: str) -> Elsewhere | None:
    """Each proposal that pays has an account of costs of its own, numbered here."""
    if not re.fullmatch(rf"{COST}\.\d{{4}}-\d+", code):
        return None
    return Elsewhere(
        _("This code is one of proposals."),
        _("It is opened there by the program, and stays as it is."),
        "/desk/spending",
    )


def of_fund(community: str, code: str) -> Elsewhere | None:
    """A fund stays open while a proposal that is not over pays from it or gives it money."""
    for each in Proposal.of(community).where(Proposal.state.not_in(("locked", "void"))).order_by(Proposal.id):
        if each.fund == code or any(target.fund == code for target in targets(each)):
            return Elsewhere(
                _("The proposal %(number)s is about this fund: %(title)s", number=each.number_text, title=each.title),
                _("It can be closed when the proposal is over."), f"/desk/spending/{each.id}",
            )  # fmt: skip
    return None


OWNERS = {"revenue.proposal": of_proposal}
