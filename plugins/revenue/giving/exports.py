"""Lists of this part as workbooks: donations for those who receive them, the journal of a float for those who keep the books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core import Actor, Export, exact_yuan, today
from plugins.revenue.giving.journal import journal
from plugins.revenue.giving.models import Donor, Float, Pledge
from plugins.revenue.giving.pledges import DONORS, pledge_text
from plugins.revenue.giving.states import BOOKS, GIVE, PLEDGE
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _

_STATE = {state.name: state.label for state in PLEDGE.states}
_PAGE = 500


def _donations(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    community, last = str(actor.community), 0
    names = {each.code: each.name for each in funds(community)}
    while True:
        query = Pledge.of(community).where(Pledge.id > last)
        if wanted.get("state"):
            query = query.where(Pledge.state == wanted["state"])
        found = list(query.order_by(Pledge.id).limit(_PAGE))
        if not found:
            return
        donors = {each.id: each for each in Donor.of(community).where(Donor.id.in_([each.donor_id for each in found]))}
        for each in found:
            donor = donors[each.donor_id]
            yield [
                pledge_text(each), each.pledged_on, donor.name, donor.phone, str(DONORS[donor.donor_kind]), each.purpose,
                names.get(each.fund, each.fund), each.item, exact_yuan(each.amount), exact_yuan(each.received), exact_yuan(each.returned),
                str(_STATE[each.state]),
            ]  # fmt: skip
        last = found[-1].id


def _journal(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    number = wanted.get("float", "")
    box = (
        Float.of(str(actor.community))
        .where(Float.number == (int(number) if number.isdecimal() and len(number) < 9 else 0))
        .first()
    )
    if box is None:
        return
    for line in journal(box, wanted.get("month") or today().isoformat()[:7]).lines:
        yield [
            line.day,
            line.number,
            str(line.what),
            exact_yuan(line.came),
            exact_yuan(line.went),
            exact_yuan(line.left),
            line.seq,
        ]


EXPORTS = (
    Export(
        "revenue.donations", _("Donations and pledges"), GIVE,
        (
            _("Number"), _("Pledged on"), _("Donor"), _("Telephone"), _("Firm or resident"), _("For what"), _("Fund"), _("Thing"),
            _("Pledged (yuan)"), _("Received (yuan)"), _("Given back (yuan)"), _("State"),
        ),
        _donations, filters=("state",), phones=(3,),
    ),
    Export(
        "revenue.cash_journal", _("Cash journal"), BOOKS,
        (_("Day"), _("Voucher"), _("What for"), _("Came in (yuan)"), _("Went out (yuan)"), _("Left (yuan)"), _("Entry in the books")),
        _journal, filters=("float", "month"),
    ),
)  # fmt: skip
