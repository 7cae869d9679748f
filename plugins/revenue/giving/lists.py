"""Lists of this part for the desk, and the word, icon and tint of a record's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import State
from plugins.revenue.giving.models import Donor, Float, Pledge, Voucher
from plugins.revenue.giving.pledges import pledge_text
from plugins.revenue.giving.states import WORKFLOWS
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _

_PAGE = 50
_STATES = {flow.model: {state.name: state for state in flow.states} for flow in WORKFLOWS}


TAKEN_BACK = State("taken_back", _("Taken back"), icon="undo-2", tint="warn")


def state_of(record: Any) -> State:
    """The state of a record of this part. A payment from petty cash whose entry was reversed is taken back."""
    if isinstance(record, Voucher) and record.undone_seq is not None:
        return TAKEN_BACK
    return _STATES[type(record)][record.state]


@dataclass(frozen=True)
class PledgeLine:
    """A pledge in the list: its donor's name and its fund's."""

    pledge: Pledge
    number: str
    donor: Donor
    fund: str
    state: State


@dataclass(frozen=True)
class PledgePage:
    """A page of the list; `older` is where the next one begins."""

    lines: list[PledgeLine]
    older: int | None


def pledge_lines(community: str, state: str = "", before: int | None = None) -> PledgePage:
    """Pledges, the newest first."""
    query = Pledge.of(community)
    if state:
        query = query.where(Pledge.state == state)
    if before is not None:
        query = query.where(Pledge.id < before)
    found = list(query.order_by(Pledge.id.desc()).limit(_PAGE + 1))
    shown = found[:_PAGE]
    donors = (
        {each.id: each for each in Donor.of(community).where(Donor.id.in_([each.donor_id for each in shown]))}
        if shown
        else {}
    )
    names = {each.code: each.name for each in funds(community)}
    lines = [
        PledgeLine(each, pledge_text(each), donors[each.donor_id], names.get(each.fund, each.fund), state_of(each))
        for each in shown
    ]
    return PledgePage(lines, shown[-1].id if len(found) > _PAGE else None)


def waiting_vouchers(community: str) -> dict[int, int]:
    """How many vouchers of each float wait to be checked."""
    counts: dict[int, int] = {}
    boxes = Float.of(community, Float.id)
    for voucher in Voucher.of(community).where(Voucher.state == "entered", Voucher.float_id.in_(boxes)):
        counts[voucher.float_id] = counts.get(voucher.float_id, 0) + 1
    return counts
