"""Whatever sequence of acts Hypothesis thinks of, the slot table holds the minutes that a brute-force model holds.

Single bookings, series, holds, moves, cancellations, closures, halls with parts, equipment and the waiting list together. The
model knows quarters of an hour of a few days in a dictionary and nothing else.
"""

from __future__ import annotations

import datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.errors import Conflict
from core.store.db import now
from core.store.ref import Ref
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.booking.making import Extras, book_wish
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.booking.rules import Wish
from plugins.rooms.models import Occurrence, Waiting
from plugins.rooms.places.closures import BookingsInTheWay
from plugins.rooms.room_service import Rooms

STEP = 30
DAYS = 4
HOUR = 3_600_000

Cell = tuple[int, int]
rooms = st.sampled_from(("棋牌室", "大厅", "东厅", "西厅"))
days = st.integers(0, DAYS - 1)
starts = st.integers(16, 24).map(lambda step: step * STEP)
lengths = st.integers(1, 4).map(lambda step: step * STEP)


class Sequences(RuleBasedStateMachine):
    """`taken` says which minute of which resource belongs to which occurrence, or to which closure (negative)."""

    house: object
    projector: int
    held = Bundle("held")
    closed = Bundle("closed")
    booked = Bundle("booked")

    def __init__(self) -> None:
        super().__init__()
        ids = {name: room.id for name, room in self.house.rooms.items()}
        self.resources = {
            ids["棋牌室"]: (ids["棋牌室"],),
            ids["大厅"]: (ids["东厅"], ids["西厅"]),
            ids["东厅"]: (ids["东厅"],),
            ids["西厅"]: (ids["西厅"],),
        }
        self.taken: dict[Cell, int] = {}
        self.closures: dict[int, set[Cell]] = {}

    # ----------------------------------------------------------------------- the model

    def room(self, name: str) -> int:
        return int(self.house.rooms[name].id)

    def day(self, offset: int) -> datetime.date:
        return self.house.day + datetime.timedelta(days=offset)

    def cells(self, resources, offset: int, start: int, length: int) -> set[Cell]:
        first = Wish(self.day(offset), start, start + length).start_min
        return {(resource, first + minute) for resource in resources for minute in range(0, length, STEP)}

    def is_free(self, cells: set[Cell], leaving_out: int | None = None) -> bool:
        blocked = set().union(*self.closures.values()) if self.closures else set()
        return not cells & blocked and all(self.taken.get(cell, leaving_out) == leaving_out for cell in cells)

    def put(self, occurrence: int, cells: set[Cell]) -> None:
        self.taken.update(dict.fromkeys(cells, occurrence))

    def drop(self, occurrence: int) -> None:
        self.taken = {cell: key for cell, key in self.taken.items() if key != occurrence}

    def is_live(self, occurrence: int) -> bool:
        return occurrence in self.taken.values()

    def adopt_offers(self) -> None:
        """What the waiting list was offered meanwhile: never anything that was taken."""
        offered = Occurrence.of(self.house.community).where(Occurrence.state == "held")
        for occurrence in list(offered):
            if not self.is_live(occurrence.id):
                cells = {
                    (resource, minute)
                    for resource in self.resources[occurrence.room_id]
                    for minute in range(occurrence.start_min, occurrence.end_min, STEP)
                }
                assert self.is_free(cells), "a time that was taken was offered"
                self.put(occurrence.id, cells)

    def text(self, offset: int, start: int, length: int) -> dict[str, str]:
        end = start + length
        clock = lambda minute: f"{minute // 60:02d}:{minute % 60:02d}"  # noqa: E731
        return {"date": self.day(offset).isoformat(), "start": clock(start), "end": clock(end)}

    # ----------------------------------------------------------------------- acts

    @rule(target=booked, name=rooms, offset=days, start=starts, length=lengths, projector=st.booleans())
    def book(self, name, offset, start, length, projector):
        room, others = self.room(name), (self.projector,) if projector else ()
        cells = self.cells((*self.resources[room], *others), offset, start, length)
        wish = Wish(self.day(offset), start, start + length)
        try:
            made = book_wish(self.house.staff, room, wish, Extras(resources=others))
        except Conflict:
            assert not self.is_free(cells)
            return 0
        assert self.is_free(cells)
        self.put(made.occurrence_id, cells)
        return made.occurrence_id

    @rule(target=booked, name=rooms, start=starts, length=lengths, count=st.integers(2, DAYS))
    def book_every_day(self, name, start, length, count):
        room = self.room(name)
        dates = [self.cells(self.resources[room], offset, start, length) for offset in range(count)]
        every_day = Rule(freq="DAILY", count=count)
        try:
            made = service.book_series(
                self.house.staff, room, every_day, service.BookingRequest(**self.text(0, start, length))
            )
        except Conflict:
            assert not all(self.is_free(cells) for cells in dates)
            return 0
        assert all(self.is_free(cells) for cells in dates)
        query = Occurrence.of(self.house.community).where(Occurrence.booking_id == made.booking_id)
        for occurrence, cells in zip(list(query.order_by(Occurrence.start_min)), dates, strict=True):
            self.put(occurrence.id, cells)
        return made.occurrence_id

    @rule(target=held, name=rooms, offset=days, start=starts, length=lengths)
    def hold(self, name, offset, start, length):
        room = self.room(name)
        cells = self.cells(self.resources[room], offset, start, length)
        wish = Wish(self.day(offset), start, start + length)
        try:
            made = book_wish(self.house.staff, room, wish, Extras(), held_until=now() + HOUR)
        except Conflict:
            assert not self.is_free(cells)
            return 0
        assert self.is_free(cells)
        self.put(made.occurrence_id, cells)
        return made.occurrence_id

    @rule(occurrence=held)
    def take(self, occurrence):
        if self.is_live(occurrence) and Occurrence.get_by_id(occurrence).state == "held":
            service.take_hold(self.house.staff, occurrence)

    @rule(occurrence=booked, name=rooms, offset=days, start=starts, length=lengths)
    def move(self, occurrence, name, offset, start, length):
        if not self.is_live(occurrence):
            return
        room = self.room(name)
        others = (self.projector,) if any(cell[0] == self.projector for cell in self.cells_of(occurrence)) else ()
        cells = self.cells((*self.resources[room], *others), offset, start, length)
        try:
            service.move(self.house.staff, occurrence, room_id=room, **self.text(offset, start, length))
        except Conflict:
            assert not self.is_free(cells, occurrence)
            return
        assert self.is_free(cells, occurrence)
        self.drop(occurrence)
        self.put(occurrence, cells)
        self.adopt_offers()

    def cells_of(self, occurrence: int) -> set[Cell]:
        return {cell for cell, key in self.taken.items() if key == occurrence}

    @rule(occurrence=st.one_of(booked, held))
    def cancel(self, occurrence):
        if self.is_live(occurrence):
            service.cancel(self.house.staff, occurrence)
            self.drop(occurrence)
            self.adopt_offers()

    @rule(target=closed, name=rooms, offset=days, start=starts, length=lengths)
    def close(self, name, offset, start, length):
        cells = self.cells(self.resources[self.room(name)], offset, start, length)
        try:
            made = service.close(self.house.staff, self.room(name), reason="维修", **self.text(offset, start, length))
        except BookingsInTheWay:
            assert cells & set(self.taken)
            return 0
        assert not cells & set(self.taken)
        self.closures[made.id] = cells
        return made.id

    @rule(closure=closed)
    def lift(self, closure):
        if closure in self.closures:
            service.lift(self.house.staff, closure)
            del self.closures[closure]
            self.adopt_offers()

    @rule(number=st.integers(0, 9), name=rooms, offset=days, start=starts, length=lengths)
    def wait(self, number, name, offset, start, length):
        room = self.room(name)
        cells = self.cells(self.resources[room], offset, start, length)
        if self.is_free(cells) or self.waits(number):
            return
        wish = service.WaitingWish(room_id=room, **self.text(offset, start, length))
        service.join_waiting(self.house.resident(number), wish, who=service.Who())

    def waits(self, number: int) -> bool:
        query = (
            "SELECT 1 FROM rooms_waiting w JOIN rooms_booking b ON b.id=w.booking_id WHERE b.person=? AND w.state IN "
        )
        return bool(slots.rows(query + "('waiting', 'offered')", 1000 + number))

    @rule()
    def look_after_the_waiting(self):
        service.tend_waiting(self.house.store.actor(kind="job", account=None))
        self.adopt_offers()

    # ----------------------------------------------------------------------- what always holds

    @invariant()
    def the_slots_are_the_minutes(self):
        first, last = Wish(self.day(0), 0, 1).start_min, Wish(self.day(DAYS), 0, 1).start_min
        resources = sorted({part for parts in self.resources.values() for part in parts} | {self.projector})
        stored: dict[Cell, int | None] = {}
        for resource, start, end, occurrence in slots.busy_of(resources, first, last):
            for minute in range(start, end, STEP):
                assert (resource, minute) not in stored, "two slots overlap"
                stored[resource, minute] = occurrence
        blocked = set().union(*self.closures.values()) if self.closures else set()
        assert stored == {**dict.fromkeys(blocked, None), **self.taken}
        assert check(self.house.community) == []

    def teardown(self):
        """The next sequence starts with everything free and nobody waiting."""
        for entry in list(Waiting.of(self.house.community).where(Waiting.state.in_(("waiting", "offered")))):
            service.remove_waiting(self.house.staff, entry.id, "试完了")
        for occurrence in set(self.taken.values()):
            if Occurrence.get_by_id(occurrence).state in ("held", "confirmed"):
                service.cancel(self.house.staff, occurrence)
        for closure in self.closures:
            service.lift(self.house.staff, closure)


def test_any_sequence_of_acts_agrees_with_a_brute_force_model(house):
    projector = Rooms().resource(house.staff, "equipment", "投影仪", Ref("core.account", house.community, 8))
    machine = type("Machine", (Sequences,), {"house": house, "projector": projector})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
