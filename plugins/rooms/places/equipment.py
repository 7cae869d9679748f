"""Equipment that is booked together with a room (a projector, loudspeakers): entered by staff, chosen by whoever may.

It is a resource like a room: one slot at a time, taken in the booking's own transaction or not at all. What stands in a
room for good is one of the room's `features`, not equipment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import peewee

from core import Actor, Invalid, NotFound, Refused, now, record, transaction, transactional, violated
from plugins.rooms.booking.rules import Wish
from plugins.rooms.booking.slots import is_free, rows
from plugins.rooms.models import Equipment, Resource
from plugins.rooms.places.places import MANAGE, room_in_use
from plugins.rooms.texts import _

EQUIPMENT_BY = ("anyone", "residents", "staff")
MOST_CHOSEN = 20


def equipment(community: str) -> list[Equipment]:
    """What can be booked, by name."""
    return list(Equipment.of(community).where(Equipment.removed_at.is_null()).order_by(Equipment.name, Equipment.id))


def find_equipment(community: str, equipment_id: int) -> Equipment:
    """One piece that is in use; raises `NotFound`."""
    found: Equipment = Equipment.get_of(community, equipment_id)
    if found.removed_at is not None:
        raise NotFound
    return found


def offered_equipment(actor: Actor) -> list[Equipment]:
    """What this actor may choose with a room."""
    return [each for each in equipment(str(actor.community)) if _may_choose(actor, each)]


def _may_choose(actor: Actor, item: Equipment) -> bool:
    if actor.can("rooms.desk") or item.bookable_by == "anyone":
        return True
    return bool(item.bookable_by == "residents" and actor.is_signed_in)


def check_equipment(actor: Actor, chosen: Sequence[int]) -> tuple[int, ...]:
    """The keys of what was chosen, once each; raises `Invalid` (equipment) for what this actor may not choose."""
    known = {item.id for item in offered_equipment(actor)} if chosen else set()
    keys = tuple(dict.fromkeys(chosen))
    if not set(keys) <= known or len(keys) > MOST_CHOSEN:
        raise Invalid({"equipment": [_("This cannot be chosen any more. Please look at the list again.")]})
    return keys


def free_equipment(actor: Actor, wish: Wish) -> list[str]:
    """The names of what this actor may choose that is free for the whole wish."""
    return [item.name for item in offered_equipment(actor) if is_free(item.id, wish.start_min, wish.end_min)]


# --------------------------------------------------------------------------- staff


@transactional
def add_equipment(actor: Actor, *, name: str, kept_at: str = "", bookable_by: str = "staff") -> Equipment:
    """Enter a piece of equipment (`rooms.manage`). Raises `Invalid` (name, kept_at, bookable_by)."""
    actor.require(MANAGE)
    values = _checked(name, kept_at, bookable_by)
    resource = Resource.create(community=actor.community, resource_kind="equipment", name=values["name"])
    item = Equipment(id=resource.id, community=actor.community, **values)
    _save(item, new=True)
    record(actor, "rooms.equipment.added", item.ref, after=values, permission=MANAGE)
    return item


@transactional
def edit_equipment(actor: Actor, equipment_id: int, *, name: str, kept_at: str, bookable_by: str) -> None:
    """Rename it, say where it is kept and who may choose it; bookings keep it. Raises `Invalid`, `NotFound`."""
    actor.require(MANAGE)
    item = find_equipment(str(actor.community), equipment_id)
    values = _checked(name, kept_at, bookable_by)
    before = {column: getattr(item, column) for column in values}
    for column, value in values.items():
        setattr(item, column, value)
    _save(item)
    Resource.update(name=item.name).where(Resource.id == item.id, Resource.community == item.community).execute()
    if values != before:
        record(actor, "rooms.equipment.changed", item.ref, before=before, after=values, permission=MANAGE)


@transactional
def remove_equipment(actor: Actor, equipment_id: int) -> None:
    """Take it out of use; past bookings keep it. Raises `Refused` while bookings to come need it."""
    actor.require(MANAGE)
    item = find_equipment(str(actor.community), equipment_id)
    if room_in_use(actor, item.id):
        raise Refused(_("Bookings to come need %(name)s.", name=item.name), advice=_("Move or cancel them first."))
    item.removed_at = now()
    _save(item)
    record(actor, "rooms.equipment.removed", item.ref, permission=MANAGE)


def _checked(name: str, kept_at: str, bookable_by: str) -> dict[str, str]:
    errors: dict[str, list[object]] = {}
    name, kept_at = name.strip(), kept_at.strip()
    if not 1 <= len(name) <= 60:
        errors["name"] = [_("Please give a name of at most 60 characters.")]
    if len(kept_at) > 60:
        errors["kept_at"] = [_("Please use at most %(length)d characters.", length=60)]
    if bookable_by not in EQUIPMENT_BY:
        errors["bookable_by"] = [_("Please choose one of the list.")]
    if errors:
        raise Invalid(errors)
    return {"name": name, "kept_at": kept_at, "bookable_by": bookable_by}


def _save(item: Equipment, new: bool = False) -> None:
    try:
        with transaction(item.community):
            item.save(force_insert=new)
    except peewee.IntegrityError as error:
        if violated(error) == "rooms_equipment_name_unique":
            raise Invalid({"name": [_("There is one with this name already.")]}) from None
        raise


# --------------------------------------------------------------------------- with a booking


class Needed(NamedTuple):
    """What an occurrence needs besides its room: equipment by name and place, and how many people (never who)."""

    equipment: tuple[tuple[str, str], ...]
    people: int


_NEEDED = """
    SELECT r.kind, r.name, COALESCE(e.kept_at, '') FROM rooms_occurrence_resource n
        JOIN rooms_resource r ON r.community=n.community AND r.id=n.resource_id
        LEFT JOIN rooms_equipment e ON e.community=r.community AND e.id=r.id
    WHERE n.community=? AND n.occurrence_id=? AND r.kind<>'room' ORDER BY r.name, r.id
"""


def needed_by(actor: Actor, occurrence_id: int) -> Needed:
    """What one occurrence needs; for whoever may see that booking."""
    found = rows(_NEEDED, actor.community, occurrence_id)
    things = tuple((name, kept_at) for kind, name, kept_at in found if kind == "equipment")
    return Needed(things, sum(1 for kind, _name, _kept_at in found if kind == "person"))
