"""The implementation of `rooms.RoomService/1` (see `contracts.py`): the same acts as the pages', for other plugins."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import Unpack

from core import Actor, Invalid, Ref, transactional
from plugins.rooms.booking.changes import cancel, move_wish
from plugins.rooms.booking.making import Extras, book_wish, take_hold
from plugins.rooms.booking.occurrences import Booked
from plugins.rooms.booking.recurrence import read_rule
from plugins.rooms.booking.rules import Wish, check_title
from plugins.rooms.booking.series import book_series_wish
from plugins.rooms.booking.together import book_rooms, held_for, move_rooms, rooms_of
from plugins.rooms.contracts import Also, FreeRoom, Reserved, ReservedSeries, RoomUse
from plugins.rooms.finding.find import free_rooms
from plugins.rooms.finding.utilisation import measure
from plugins.rooms.models import Resource
from plugins.rooms.places.hours import load_plan
from plugins.rooms.places.places import find_room, find_venue
from plugins.rooms.texts import _


def _reserved(result: Booked) -> Reserved:
    return Reserved(
        result.occurrence_id, result.booking_id, result.room_id, result.start_min, result.end_min, result.state
    )


def _wish(day: datetime.date, start: int, end: int) -> Wish:
    if not 0 <= start < end <= 1440:
        raise Invalid({"end": [_("The end must be later than the start, on the same day. Midnight is 24:00.")]})
    return Wish(day, start, end)


def _extras(title: str, also: Also) -> Extras:
    return Extras(
        check_title(title),
        people=also.get("people"),
        resources=tuple(also.get("resources", ())),
        subject=also.get("subject"),
        confidential=also.get("confidential", False),
    )


class Rooms:
    """See `contracts.RoomService` for what each act takes, gives and raises."""

    def find_free(
        self, community: str, day: datetime.date, start: int, end: int, people: int = 0, features: Sequence[str] = ()
    ) -> list[FreeRoom]:
        plan = load_plan(community, day)
        found = free_rooms(community, plan, plan.rooms.values(), _wish(day, start, end), people, features)
        return [
            FreeRoom(item.room.id, item.room.name, item.room.venue, item.room.seats, bool(item.room.needs_approval))
            for item in found
        ]

    def room_name(self, community: str, room_id: int) -> str:
        room = find_room(community, room_id)
        return f"{find_venue(community, room.venue_id).name} {room.name}"

    def resource(self, actor: Actor, kind: str, name: str, subject: Ref) -> int:
        return resource(actor, kind, name, subject)

    def hold(
        self,
        actor: Actor,
        room_id: int,
        day: datetime.date,
        start: int,
        end: int,
        *,
        until: int,
        title: str,
        **also: Unpack[Also],
    ) -> Reserved:
        return _reserved(book_wish(actor, room_id, _wish(day, start, end), _extras(title, also), held_until=until))

    def take(self, actor: Actor, occurrence_id: int) -> Reserved:
        return _reserved(take_hold(actor, occurrence_id))

    def book(
        self,
        actor: Actor,
        room_id: int,
        day: datetime.date,
        start: int,
        end: int,
        *,
        title: str,
        second_room: int | None = None,
        **also: Unpack[Also],
    ) -> Reserved:
        wish, extras = _wish(day, start, end), _extras(title, also)
        if second_room is None:
            return _reserved(book_wish(actor, room_id, wish, extras))
        if extras.subject is None:
            raise ValueError("two rooms are held together by the record they are booked for")
        return _reserved(book_rooms(actor, room_id, second_room, wish, extras))

    def book_series(
        self,
        actor: Actor,
        room_id: int,
        rule: str,
        day: datetime.date,
        start: int,
        end: int,
        *,
        title: str,
        skip: Collection[datetime.date] = (),
        **also: Unpack[Also],
    ) -> ReservedSeries:
        extras = _extras(title, also)
        made = book_series_wish(actor, room_id, _wish(day, start, end), read_rule(rule), extras, skip=skip)
        return ReservedSeries(made.booking_id, made.occurrence_id, made.count, made.state)

    def move(
        self, actor: Actor, occurrence_id: int, day: datetime.date, start: int, end: int, room_id: int | None = None
    ) -> Reserved:
        return _reserved(move_wish(actor, occurrence_id, _wish(day, start, end), room_id=room_id))

    def move_rooms(
        self,
        actor: Actor,
        occurrence_id: int,
        day: datetime.date,
        start: int,
        end: int,
        room_id: int,
        second_room: int | None,
    ) -> Reserved:
        return _reserved(move_rooms(actor, occurrence_id, _wish(day, start, end), room_id, second_room))

    def rooms_of(self, community: str, occurrence_id: int) -> list[Reserved]:
        return [_reserved(each) for each in rooms_of(community, occurrence_id)]

    def held_for(self, community: str, subject: Ref) -> list[Reserved]:
        return [_reserved(each) for each in held_for(community, subject)]

    def cancel(self, actor: Actor, occurrence_id: int, reason: str = "") -> None:
        cancel(actor, occurrence_id, reason=reason)

    def utilisation(self, community: str, first: datetime.date, last: datetime.date) -> list[RoomUse]:
        found = measure(community, first, last)
        return [
            RoomUse(room.id, room.name, room.venue, room.id in found.plan.parts, *found.of_room(room.id))
            for room in found.plan.rooms.values()
        ]


@transactional
def resource(actor: Actor, kind: str, name: str, subject: Ref) -> int:
    """The key of the `person` or `equipment` that `subject` stands for; made at first use, its name kept up to date."""
    if kind not in ("person", "equipment") or subject.community != actor.community:
        raise ValueError("a resource is a person or equipment of the actor's community")
    found = Resource.of(actor.community).where(Resource.subject == str(subject)).first()
    if found is None:
        made = Resource.create(community=actor.community, resource_kind=kind, name=name, subject=str(subject))
        return int(made.id)
    if found.name != name:
        found.name = name
        found.save()
    return int(found.id)
