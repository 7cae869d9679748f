"""单位开放空间: venues that a unit opened, and whose accounts decide for their rooms, and for no others: on requests and
series, on the waiting list for them, and on taking a booked room back.

A steward holds `rooms.unit.decide` by role, which alone decides nothing: the venue has to be theirs by a row. Whoever holds
`rooms.booking.approve` decides everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from core import Actor, Forbidden, Invalid, holders_named, record, transactional
from plugins.rooms.booking.slots import rows
from plugins.rooms.models import Steward
from plugins.rooms.places.places import MANAGE, find_venue
from plugins.rooms.states import DECIDE
from plugins.rooms.texts import _

APPROVE = "rooms.booking.approve"
DECIDE_UNIT = "rooms.unit.decide"
OF_THE_OFFICE = (APPROVE, DECIDE, "rooms.booking.displace", "rooms.desk", MANAGE)
"""What deciding for a room takes: approving, the waiting list, taking it back for the unit (closing or booking it)."""

_STEWARD = """
    SELECT 1 FROM rooms_room r JOIN rooms_steward s ON s.community=r.community AND s.venue_id=r.venue_id
    WHERE r.community=? AND r.id=? AND s.account=?
"""


def require_decider(actor: Actor, right: str = APPROVE) -> None:
    """Raise `Forbidden` for whoever can decide so for no room at all."""
    if not actor.can(right):
        actor.require(DECIDE_UNIT)


def decider(actor: Actor, room_id: int, right: str = APPROVE) -> Actor:
    """The actor with the rights of the office for this room, for the one act that follows.

    Raises `Forbidden` for a steward of other venues, and for whoever has neither `right` nor a venue.
    """
    if actor.can(right):
        return actor
    actor.require(DECIDE_UNIT)
    if actor.account is None or not rows(_STEWARD, actor.community, room_id, actor.account):
        raise Forbidden
    return actor.with_rights(*OF_THE_OFFICE)


def stewards(actor: Actor, venue_id: int) -> list[tuple[int, str, bool]]:
    """Who could decide for the venue, and who does (`rooms.manage`): account, name, chosen. Raises `NotFound`."""
    actor.require(MANAGE)
    venue = find_venue(str(actor.community), venue_id)
    chosen = {row.account for row in Steward.of(venue.community).where(Steward.venue_id == venue.id)}
    return [(account, name, account in chosen) for account, name in holders_named(venue.community, DECIDE_UNIT)]


@transactional
def set_stewards(actor: Actor, venue_id: int, accounts: Sequence[int]) -> None:
    """Let exactly these accounts decide for the venue. Raises `Invalid` (stewards) for one that has not the role."""
    actor.require(MANAGE)
    venue = find_venue(str(actor.community), venue_id)
    wanted, names = set(accounts), dict(holders_named(venue.community, DECIDE_UNIT))
    if not wanted <= set(names):
        raise Invalid({"stewards": [_("Please choose from the list.")]})
    of_venue = (Steward.community == venue.community) & (Steward.venue_id == venue.id)
    before = {row.account for row in Steward.select().where(of_venue)}
    if before == wanted:
        return
    Steward.delete().where(of_venue).execute()
    for account in sorted(wanted):
        Steward.insert(community=venue.community, venue_id=venue.id, account=account).execute()
    told = {"stewards": "、".join(names[account] for account in sorted(wanted))}
    record(actor, "rooms.venue.stewards_set", venue.ref, after=told, permission=MANAGE)
