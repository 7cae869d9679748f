"""The list of proposals as a file: what each is for, where it stands, what was decided and what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core import Actor, Export, yuan
from plugins.revenue.ledger.funds import funds
from plugins.revenue.spending import lists
from plugins.revenue.spending.states import STATE
from plugins.revenue.spending.words import KINDS, SEE
from plugins.revenue.texts import _

_PAGE = 200


def _proposals(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[object]]:
    community, before = str(actor.community), None
    names = {each.code: each.name for each in funds(community)}
    while True:
        found = lists.page_of(community, open_only=wanted.get("over") != "1", before=before, limit=_PAGE)
        for each in found.rows:
            paid_on = lists.paid_on(each)
            yield [
                each.number_text, each.title, str(KINDS[each.proposal_kind]), str(STATE[each.state].label),
                names.get(each.fund, each.fund), yuan(each.amount), yuan(lists.spent(each)), each.decided_on or "", paid_on or "",
            ]  # fmt: skip
        if found.older is None:
            return
        before = found.older


EXPORTS = (
    Export(
        "revenue.proposals", _("Proposals on money"), SEE,
        (_("Number"), _("What for"), _("Kind"), _("State"), _("From the fund"), _("Amount (yuan)"), _("Paid (yuan)"), _("Decided on"),
         _("Paid on")), _proposals, filters=("over",),
    ),
)  # fmt: skip
