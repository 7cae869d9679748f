"""Plans of a venue, and where on one of them a room is found. Storing and serving the pictures is core's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from core import Actor, FileKind, Invalid, Ref, attach, files_of, put_back_file, record, remove_file, transactional
from plugins.rooms.models import Pin, Venue
from plugins.rooms.places.places import MANAGE, find_room, find_venue
from plugins.rooms.texts import _

MOST_PLANS = 6
ROLE = "photo"
WHOLE = 1000


def may_see(actor: Actor, venue: Ref) -> bool:
    """Whoever looks may see the plan of a venue that is in use."""
    return find_venue(str(venue.community), int(venue.id)) is not None


PLANS = FileKind(Venue.kind, ROLE, may_see, most=MOST_PLANS)


class Place(NamedTuple):
    """Where a room is: the plan (a picture), and the pin in thousandths of its width from the left and height from the top."""

    plan: Any
    x: int
    y: int

    @property
    def pixels(self) -> tuple[int, int]:
        """The pin in pixels of the plan's picture."""
        return self.plan.width * self.x // WHOLE, self.plan.height * self.y // WHOLE


def plans(community: str, venue_id: int) -> list[Any]:
    """The plans of a venue, the first one first; each with its words (which floor)."""
    return files_of(Ref(Venue.kind, community, venue_id), ROLE)


def add_plans(actor: Actor, venue_id: int, wishes: Sequence[tuple[str, str]]) -> list[int]:
    """Add uploads by their tokens, each with its words. Raises `Invalid`, `Refused`, `NotFound`."""
    return attach(actor, find_venue(str(actor.community), venue_id).ref, ROLE, wishes, permission=MANAGE)


def remove_plan(actor: Actor, venue_id: int, use_id: int) -> None:
    """Show a plan no longer; pins on it wait until it is put back. Raises `NotFound`."""
    remove_file(actor, find_venue(str(actor.community), venue_id).ref, use_id, permission=MANAGE)


def put_back_plan(actor: Actor, venue_id: int, use_id: int) -> None:
    """Take that back. Raises `NotFound`, and `Refused` when there are six others by now."""
    put_back_file(actor, find_venue(str(actor.community), venue_id).ref, use_id, permission=MANAGE)


def place_of(community: str, room_id: int) -> Place | None:
    """Where a room is found; None while nobody has said so, or its plan was removed."""
    pin = Pin.of(community).where(Pin.room_id == room_id).first()
    if pin is None:
        return None
    venue_id = find_room(community, room_id).venue_id
    plan = next((each for each in plans(community, venue_id) if each.id == pin.plan), None)
    return Place(plan, pin.x, pin.y) if plan else None


@transactional
def set_pin(actor: Actor, room_id: int, plan: int, x: int, y: int) -> None:
    """Say where on a plan of its venue a room is, in thousandths. Raises `Invalid` (plan, x, y), `NotFound`, `Forbidden`."""
    actor.require(MANAGE)
    community = str(actor.community)
    room = find_room(community, room_id)
    errors: dict[str, list[Any]] = {}
    chosen = next((each for each in plans(community, room.venue_id) if each.id == plan), None)
    if chosen is None:
        errors["plan"] = [_("Please choose a plan of this venue.")]
    for name, value in (("x", x), ("y", y)):
        if not 0 <= value <= WHOLE:
            errors[name] = [_("This place is not on the plan.")]
    if errors or chosen is None:
        raise Invalid(errors)
    Pin.delete().where(Pin.room_id == room_id, Pin.community == community).execute()
    Pin.insert(room_id=room_id, community=community, plan=plan, x=x, y=y).execute()
    record(actor, "rooms.room.pinned", room.ref, after={"plan": chosen.caption, "x": x, "y": y})


@transactional
def remove_pin(actor: Actor, room_id: int) -> None:
    """Forget where a room is. Raises `NotFound`, `Forbidden`."""
    actor.require(MANAGE)
    room = find_room(str(actor.community), room_id)
    if Pin.delete().where(Pin.room_id == room_id, Pin.community == room.community).execute():
        record(actor, "rooms.room.pinned", room.ref, after={"plan": ""})
