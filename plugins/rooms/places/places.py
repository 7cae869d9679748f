"""Venues, rooms and their quotas: what staff enter once (`rooms.manage`), and the lists of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import peewee

from core import Actor, CommunityModel, Invalid, NotFound, Refused, now, record, transaction, transactional, violated
from plugins.rooms.booking.slots import rows, write_closures
from plugins.rooms.clock import now_minute
from plugins.rooms.models import Quota, Resource, Room, Venue
from plugins.rooms.places.set_hours import enter_week_hours, keep_holidays
from plugins.rooms.texts import _

MANAGE = "rooms.manage"
VENUE_FIELDS = ("name", "address", "area_m2", "owner", "contact_name", "contact_phone", "note", "open_on_holidays")
ROOM_FIELDS = (
    "name", "floor", "area_m2", "seats", "features", "accessibility", "contact_name", "contact_phone", "tags", "note",
    "bookable_by", "needs_approval", "confidential", "buffer_before", "buffer_after", "min_minutes", "max_minutes",
    "ahead_days",
)  # fmt: skip
BOOKABLE_BY = ("anyone", "residents", "organisations", "staff")
USUAL_HOURS = (8 * 60, 21 * 60)
_BOUNDS = {
    "seats": (1, 100_000),
    "area_m2": (1, 1_000_000),
    "buffer_before": (0, 240),
    "buffer_after": (0, 240),
    "min_minutes": (5, 1440),
    "max_minutes": (5, 1440),
    "ahead_days": (0, 731),
}


# --------------------------------------------------------------------------- venues


def venues(community: str) -> list[Venue]:
    """The venues in use, in the order they were entered."""
    return list(Venue.of(community).where(Venue.removed_at.is_null()).order_by(Venue.id))


def find_venue(community: str, venue_id: int) -> Venue:
    """One venue that has not been removed; raises `NotFound`."""
    venue: Venue = Venue.get_of(community, venue_id)
    if venue.removed_at is not None:
        raise NotFound
    return venue


@transactional
def add_venue(actor: Actor, **fields: Any) -> Venue:
    """Enter a venue (`VENUE_FIELDS`); it opens 08:00–21:00 every day until its hours are set. Raises `Invalid`."""
    actor.require(MANAGE)
    venue = Venue(community=actor.community, **_checked(fields, VENUE_FIELDS))
    _save(venue)
    for weekday in range(7):
        enter_week_hours(venue, weekday, *USUAL_HOURS)
    record(actor, "rooms.venue.added", venue.ref, after=_json(venue, VENUE_FIELDS), permission=MANAGE)
    return venue


@transactional
def edit_venue(actor: Actor, venue_id: int, **fields: Any) -> Venue:
    """Change what is told of a venue; raises `Invalid`, `NotFound`."""
    actor.require(MANAGE)
    venue: Venue = Venue.get_of(actor.community, venue_id)
    if fields.get("open_on_holidays", venue.open_on_holidays) != venue.open_on_holidays:
        keep_holidays(venue, were_open=venue.open_on_holidays)
    _change(actor, venue, fields, VENUE_FIELDS, "rooms.venue.changed")
    return venue


@transactional
def remove_venue(actor: Actor, venue_id: int) -> None:
    """Take a venue out of use; its history stays. Raises `Refused` while it has rooms."""
    actor.require(MANAGE)
    venue: Venue = Venue.get_of(actor.community, venue_id)
    if Room.of(venue.community).where(Room.venue_id == venue.id, Room.removed_at.is_null()).exists():
        raise Refused(_("This venue still has rooms."), advice=_("Remove its rooms first."))
    venue.removed_at = now()
    venue.save()
    record(actor, "rooms.venue.removed", venue.ref, permission=MANAGE)


# --------------------------------------------------------------------------- rooms


def rooms(community: str, venue_id: int | None = None) -> list[Room]:
    """The rooms in use, venue by venue, each hall before its parts."""
    query = Room.of(community).where(Room.removed_at.is_null())
    if venue_id is not None:
        query = query.where(Room.venue_id == venue_id)
    hall = peewee.fn.COALESCE(Room.part_of, Room.id)
    return list(query.order_by(Room.venue_id, hall, Room.part_of.is_null(False), Room.id))


def find_room(community: str, room_id: int) -> Room:
    """One room that has not been removed; raises `NotFound`."""
    room: Room = Room.get_of(community, room_id)
    if room.removed_at is not None:
        raise NotFound
    return room


@transactional
def add_room(actor: Actor, venue_id: int, *, part_of: int | None = None, **fields: Any) -> Room:
    """Enter a room (`ROOM_FIELDS`), or a part of the hall `part_of` of the same venue.

    Raises `Invalid`, and `Refused` when the hall is itself a part or has bookings to come: from its first part on it has
    no slots of its own, and every new part would have to be free for them.
    """
    actor.require(MANAGE)
    venue: Venue = Venue.get_of(actor.community, venue_id)
    values = _checked(fields, ROOM_FIELDS)
    if part_of is not None:
        _check_hall(actor, venue, part_of)
    resource = Resource.create(
        community=venue.community, resource_kind="room", name=values.get("name", "").strip() or "?"
    )
    room = Room(id=resource.id, community=venue.community, venue_id=venue.id, part_of=part_of, **values)
    _save(room, new=True)
    write_closures(room.id)
    if part_of is not None:
        write_closures(part_of)
    record(actor, "rooms.room.added", room.ref, after=_json(room, ROOM_FIELDS), permission=MANAGE)
    return room


def _check_hall(actor: Actor, venue: Venue, hall_id: int) -> None:
    hall: Room = Room.get_of(actor.community, hall_id)
    if hall.venue_id != venue.id or hall.part_of is not None or hall.removed_at is not None:
        raise Refused(_("A part belongs to a hall of the same venue that is not a part itself."))
    if room_in_use(actor, hall_id):
        raise Refused(
            _("This room has bookings to come."),
            advice=_("Move or cancel them first, then divide the room into parts."),
        )


@transactional
def edit_room(actor: Actor, room_id: int, **fields: Any) -> Room:
    """Change a room's rules and description. Bookings already made keep their time and buffers. Raises `Invalid`."""
    actor.require(MANAGE)
    room: Room = Room.get_of(actor.community, room_id)
    _change(actor, room, fields, ROOM_FIELDS, "rooms.room.changed")
    Resource.update(name=room.name).where(Resource.id == room.id, Resource.community == room.community).execute()
    return room


@transactional
def remove_room(actor: Actor, room_id: int) -> None:
    """Take a room out of use; its history stays. Raises `Refused` while it has parts or bookings to come."""
    actor.require(MANAGE)
    room: Room = Room.get_of(actor.community, room_id)
    if Room.of(room.community).where(Room.part_of == room.id, Room.removed_at.is_null()).exists():
        raise Refused(_("This hall still has parts."), advice=_("Remove its parts first."))
    if room_in_use(actor, room_id):
        raise Refused(_("This room has bookings to come."), advice=_("Move or cancel them first."))
    room.removed_at = now()
    room.save()
    for changed in (room.id, room.part_of):
        if changed is not None:
            write_closures(changed)
    record(actor, "rooms.room.removed", room.ref, permission=MANAGE)


_IN_USE = """
    SELECT count(*) FROM rooms_occurrence o JOIN rooms_occurrence_resource n ON n.occurrence_id=o.id
    WHERE o.community=? AND n.resource_id=? AND o.end_min>? AND o.state IN ('requested', 'held', 'confirmed', 'checked_in')
"""


def room_in_use(actor: Actor, room_id: int) -> bool:
    """Whether bookings, holds or requests of the room lie ahead or are going on (a hall's count for each part)."""
    return bool(rows(_IN_USE, actor.community, room_id, now_minute())[0][0])


# --------------------------------------------------------------------------- quotas


def quotas(community: str, room_id: int) -> list[Quota]:
    """The quotas of a room."""
    return list(Quota.of(community).where(Quota.room_id == room_id).order_by(Quota.holder, Quota.period))


@transactional
def set_quota(
    actor: Actor, room_id: int, holder: str, period: str, *, bookings: int | None = None, minutes: int | None = None
) -> None:
    """Limit what one `person` or `organisation` may take of a room per `week` or `month`; two Nones lift the limit."""
    actor.require(MANAGE)
    room: Room = Room.get_of(actor.community, room_id)
    errors = {
        name: [_("Please give a whole number above 0, or leave it empty.")]
        for name, value in (("bookings", bookings), ("minutes", minutes))
        if value is not None and value < 1
    }
    if errors:
        raise Invalid(errors)
    same = (Quota.room_id == room.id) & (Quota.holder == holder) & (Quota.period == period)
    Quota.delete().where(Quota.community == room.community, same).execute()
    if bookings is not None or minutes is not None:
        Quota.insert(
            community=room.community,
            room_id=room.id,
            holder=holder,
            period=period,
            bookings=bookings,
            minutes=minutes,
        ).execute()
    after = {"holder": holder, "period": period, "bookings": bookings, "minutes": minutes}
    record(actor, "rooms.quota.set", room.ref, after=after, permission=MANAGE)


@transactional
def set_quotas(actor: Actor, room_id: int, limits: Sequence[tuple[str, str, int | None, int | None]]) -> None:
    """Set several limits of a room at once: (holder, period, bookings, minutes) each; only what differs is written."""
    known = {
        (quota.holder, quota.period): (quota.bookings, quota.minutes) for quota in quotas(str(actor.community), room_id)
    }
    for holder, period, bookings, minutes in limits:
        if known.get((holder, period), (None, None)) != (bookings, minutes):
            set_quota(actor, room_id, holder, period, bookings=bookings, minutes=minutes)


# --------------------------------------------------------------------------- storing


def _checked(fields: Mapping[str, Any], allowed: Sequence[str]) -> dict[str, Any]:
    """The fields, texts without blanks around them; raises `Invalid` by field and `TypeError` for an unknown name."""
    unknown = set(fields) - set(allowed)
    if unknown:
        raise TypeError(f"unknown fields: {', '.join(sorted(unknown))}")
    values = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    errors: dict[str, list[Any]] = {}
    for name, (least, most) in _BOUNDS.items():
        value: Any = values.get(name)
        if value is not None and not least <= value <= most:
            errors[name] = [_("Please give a number from %(least)d to %(most)d.", least=least, most=most)]
    if "name" in values and not 1 <= len(values["name"]) <= 60:
        errors["name"] = [_("Please give a name of at most 60 characters.")]
    if values.get("bookable_by", "anyone") not in BOOKABLE_BY:
        errors["bookable_by"] = [_("Please choose one of the list.")]
    if errors:
        raise Invalid(errors)
    return values


def _change(actor: Actor, item: CommunityModel, fields: Mapping[str, Any], allowed: Sequence[str], action: str) -> None:
    before = _json(item, allowed)
    for name, value in _checked(fields, allowed).items():
        setattr(item, name, value)
    _save(item)
    changed = [name for name, value in _json(item, allowed).items() if value != before[name]]
    if changed:
        was = {name: before[name] for name in changed}
        record(actor, action, item.ref, before=was, after=_json(item, changed), permission=MANAGE)


def _save(item: CommunityModel, new: bool = False) -> None:
    if not getattr(item, "name", ""):
        raise Invalid({"name": [_("Please give a name of at most 60 characters.")]})
    if isinstance(item, Room) and item.min_minutes > item.max_minutes:
        raise Invalid({"max_minutes": [_("The longest booking must not be shorter than the shortest.")]})
    try:
        with transaction(item.community):
            item.save(force_insert=new)
    except peewee.IntegrityError as error:
        if str(violated(error)).endswith("_name_unique"):
            raise Invalid({"name": [_("There is one with this name already.")]}) from None
        raise


def _json(item: CommunityModel, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}
