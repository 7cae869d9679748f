"""What other plugins may rely on: the events of bookings and the Protocol of the service `rooms.RoomService/1`."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypedDict, Unpack

from core import Actor, Ref, event


@event("rooms.booking.confirmed/1")
class BookingConfirmed:
    """A time in a room is now somebody's. Times are UTC minutes; `subject` is the linked record's text form or empty."""

    occurrence_id: int
    booking_id: int
    room_id: int
    start_min: int
    end_min: int
    subject: str = ""


@event("rooms.booking.cancelled/1")
class BookingCancelled:
    """A confirmed time was given up; `reason` is empty when the organiser did it."""

    occurrence_id: int
    booking_id: int
    room_id: int
    start_min: int
    end_min: int
    reason: str = ""
    subject: str = ""


@event("rooms.booking.moved/1")
class BookingMoved:
    """A confirmed time changed: where and when it was, and where and when it is now."""

    occurrence_id: int
    booking_id: int
    from_room_id: int
    from_start_min: int
    from_end_min: int
    room_id: int
    start_min: int
    end_min: int
    subject: str = ""


@event("rooms.waiting.unmet/1")
class WaitingUnmet:
    """Somebody waited for a time that never became free: `minutes` anywhere in `from_min`…`until_min` (UTC minutes).

    `room_id` is None where any suitable room would have done. Who waited is not told.
    """

    waiting_id: int
    room_id: int | None
    from_min: int
    until_min: int
    minutes: int
    people: int | None = None


@dataclass(frozen=True)
class FreeRoom:
    """A room that is free for the whole time asked for."""

    room_id: int
    name: str
    venue: str
    seats: int | None
    needs_approval: bool


@dataclass(frozen=True)
class Reserved:
    """An occurrence made or changed through the service. `state` is `confirmed`, `requested` or `held`."""

    occurrence_id: int
    booking_id: int
    room_id: int
    start_min: int
    end_min: int
    state: str


@dataclass(frozen=True)
class ReservedSeries:
    """A series made through the service: its booking, its first occurrence, how many there are, and their `state`."""

    booking_id: int
    occurrence_id: int
    count: int
    state: str


@dataclass(frozen=True)
class RoomUse:
    """How a room was used in some days, in minutes: offered (open and past), used, and booked without a check-in.

    A hall (`is_hall`) is the sum of its parts, which are listed too.
    """

    room_id: int
    name: str
    venue: str
    is_hall: bool
    offered: int
    used: int
    unconfirmed: int


class Also(TypedDict, total=False):
    """What a booking may carry besides room, time and title: the keys of `resources` (people and equipment) it takes too,
    how many `people` are expected, the record it belongs to, and whether nobody reads what it is for.
    """

    resources: Sequence[int]
    people: int | None
    subject: Ref | None
    confidential: bool


class RoomService(Protocol):
    """`rooms.RoomService/1`: rooms with the people and equipment a meeting needs, all of them or none.

    Times are local: a date and minutes of that day (0…1440). Every act joins the caller's transaction, so that a case and
    its room are stored together. `Conflict` (with `alternatives` for the room) when anything needed is taken, `Invalid`
    for a time the room does not offer, `NotFound` for a room of another community.
    """

    def find_free(
        self, community: str, day: datetime.date, start: int, end: int, people: int = 0, features: Sequence[str] = ()
    ) -> list[FreeRoom]:
        """The rooms that are free for the whole time, the least-used suitable one first."""

    def room_name(self, community: str, room_id: int) -> str:
        """Where to go, for people who are told: venue and room."""

    def resource(self, actor: Actor, kind: str, name: str, subject: Ref) -> int:
        """The key of the `person` or `equipment` that `subject` stands for; made at first use."""

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
        """Keep a time until `until` (milliseconds UTC); `take` makes it a booking, otherwise it lapses."""

    def take(self, actor: Actor, occurrence_id: int) -> Reserved:
        """Turn a hold into a booking; raises `Refused` when it has lapsed."""

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
        """Book a room together with the resources of `also` in one transaction, and with a `second_room` for the same
        `subject`: what is booked for one record at one time is moved, given up and displaced together. Returns the first
        room's.
        """

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
        """Book a room together with the resources of `also` on every day of an RFC 5545 `rule` (`FREQ=WEEKLY;COUNT=8`) that
        starts on `day`, but not on those in `skip`: all of them, or none and a `Conflict` whose `dates` say how each stands.
        """

    def move(
        self, actor: Actor, occurrence_id: int, day: datetime.date, start: int, end: int, room_id: int | None = None
    ) -> Reserved:
        """Move an occurrence with everything it needs and what was booked together with it, or leave all of it where it is."""

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
        """The same, and say which rooms it needs from now on: a second one more, another one, or none."""

    def rooms_of(self, community: str, occurrence_id: int) -> list[Reserved]:
        """What is booked together with an occurrence, that one first."""

    def held_for(self, community: str, subject: Ref) -> list[Reserved]:
        """The times held for a record because the community took its room back; `take` or `cancel` the first one."""

    def cancel(self, actor: Actor, occurrence_id: int, reason: str = "") -> None:
        """Give an occurrence up and free everything it took, with what was booked together with it."""

    def utilisation(self, community: str, first: datetime.date, last: datetime.date) -> list[RoomUse]:
        """How every room was used on the local days `first`…`last`; what is still to come counts for nothing."""
