"""Whatever sequence of acts Hypothesis thinks of, the slot table holds the minutes that a brute-force model holds.

Single bookings, series, holds, moves, cancellations, closures, halls with parts, equipment, the waiting list, and what
happens on the day while the clock goes on: coming, leaving early, nobody came and its undoing, past use, a room taken back.
The model knows quarters of an hour of a few days in a dictionary, the states, and nothing else.
"""

from __future__ import annotations

import datetime
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.clock import utc_minute
from core.errors import Refused
from core.store.db import now
from core.store.ref import Ref
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.booking.making import Extras, book_wish
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.booking.rules import Wish
from plugins.rooms.models import Occurrence
from plugins.rooms.places.closures import BookingsInTheWay
from plugins.rooms.room_service import Rooms
from tests.plugins.rooms.conftest import DESK

CELL = 15
DAYS = 3
HOUR = 3_600_000
OVER = ("finished", "unattended", "missed")
MORNING, EVENING = 7 * 60 + 15, 16 * 60 + 15

Cell = tuple[int, int]
rooms = st.sampled_from(("棋牌室", "大厅", "东厅", "西厅"))
# Most of it is about the first day, on which the clock goes on.
days = st.sampled_from((0, 0, 0, 1, 2))
starts = st.integers(16, 24).map(lambda step: step * 30)
lengths = st.integers(1, 4).map(lambda step: step * 30)
which = st.integers(0, 50)


class Sequences(RuleBasedStateMachine):
    """`taken` says which quarter of an hour of which resource belongs to which occurrence; closures have their own."""

    house: object
    projector: int
    clock: object
    begins: object
    closed = Bundle("closed")

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
        self.whole: dict[int, set[Cell]] = {}
        self.state: dict[int, str] = {}
        self.closures: dict[int, set[Cell]] = {}
        # Each sequence has days of its own, so that the past of others is not in its way.
        self.first = self.house.day + datetime.timedelta(days=next(self.begins) * (DAYS + 1))
        self.director = self.house.store.actor(*DESK, "rooms.booking.displace", account=1, person=None)
        self.set_clock(MORNING)

    # ----------------------------------------------------------------------- the model

    def set_clock(self, minute: int) -> None:
        self.minute = minute
        self.now = utc_minute(self.first, minute)
        self.clock(self.now)
        system = self.house.store.actor(kind="system", account=None)
        for job in (service.finish_due, service.expire, service.tend_waiting):
            job(system)

    def room(self, name: str) -> int:
        return int(self.house.rooms[name].id)

    def wish(self, offset: int, start: int, length: int) -> Wish:
        return Wish(self.first + datetime.timedelta(days=offset), start, start + length)

    def cells(self, resources, wish: Wish) -> set[Cell]:
        return {(key, minute) for key in resources for minute in range(wish.start_min, wish.end_min, CELL)}

    def is_free(self, cells: set[Cell], leaving_out: int | None = None) -> bool:
        blocked = set().union(*self.closures.values()) if self.closures else set()
        return not cells & blocked and all(self.taken.get(cell, leaving_out) == leaving_out for cell in cells)

    def put(self, occurrence: int, cells: set[Cell], state: str) -> int:
        self.taken.update(dict.fromkeys(cells, occurrence))
        self.whole[occurrence], self.state[occurrence] = cells, state
        return occurrence

    def drop(self, occurrence: int, since: int = 0) -> None:
        self.taken = {cell: key for cell, key in self.taken.items() if key != occurrence or cell[1] < since}

    def start_of(self, occurrence: int) -> int:
        return min(minute for _key, minute in self.whole[occurrence])

    def end_of(self, occurrence: int) -> int:
        return max(minute for _key, minute in self.whole[occurrence]) + CELL

    def one(self, number: int, *states: str, also: tuple[str, ...] = (), going_on: bool = False) -> int | None:
        """One of the occurrences in these states, mostly one that is going on if it is asked; now and then one in a state
        (`also`) in which the act is refused.
        """
        likely = [key for key, state in self.state.items() if state in states]
        running = [key for key in likely if self.start_of(key) - 15 <= self.now < self.end_of(key)]
        found = (running if going_on else []) or likely
        if number % 5 == 0:
            found = [key for key, state in self.state.items() if state in (*states, *also)]
        return found[number % len(found)] if found else None

    def adopt_offers(self) -> None:
        """What the waiting list was offered meanwhile: never anything that was taken."""
        offered = Occurrence.of(self.house.community).where(Occurrence.state == "held", Occurrence.end_min > self.now)
        for occurrence in list(offered):
            if occurrence.id not in self.state:
                span = range(occurrence.start_min, occurrence.end_min, CELL)
                cells = {(key, minute) for key in self.resources[occurrence.room_id] for minute in span}
                assert self.is_free(cells), "a time that was taken was offered"
                self.put(occurrence.id, cells, "held")

    def let_time_decide(self) -> None:
        """What the jobs did: holds ran out, what is over ended by itself."""
        for key, state in list(self.state.items()):
            if state == "held" and Occurrence.get_by_id(key).state == "lapsed":
                assert Occurrence.get_by_id(key).held_until <= now()
                self.drop(key)
                self.state[key] = "lapsed"
            elif state == "confirmed" and self.end_of(key) <= self.now:
                self.state[key] = "unattended"
            elif state == "checked_in" and self.end_of(key) + 15 <= self.now:
                self.state[key] = "finished"
        self.adopt_offers()

    def text(self, wish: Wish) -> dict[str, str]:
        clock = lambda minute: f"{minute // 60:02d}:{minute % 60:02d}"  # noqa: E731
        return {"date": wish.day.isoformat(), "start": clock(wish.start), "end": clock(wish.end)}

    def done(self, allowed: bool, act) -> object:
        """What an act gave; it is refused exactly where the model does not allow it."""
        try:
            made = act()
        except Refused:
            assert not allowed
            return None
        assert allowed
        return made

    # ----------------------------------------------------------------------- booking

    @rule(name=rooms, offset=days, start=starts, length=lengths, projector=st.booleans())
    def book(self, name, offset, start, length, projector):
        room, others, wish = self.room(name), (self.projector,) if projector else (), self.wish(offset, start, length)
        if wish.start_min <= self.now:
            return
        cells = self.cells((*self.resources[room], *others), wish)
        act = lambda: book_wish(self.house.staff, room, wish, Extras(resources=others))  # noqa: E731
        made = self.done(self.is_free(cells), act)
        if made:
            self.put(made.occurrence_id, cells, "confirmed")

    @rule(name=rooms, start=starts, length=lengths, times=st.integers(2, DAYS))
    def book_every_day(self, name, start, length, times):
        room, wishes = self.room(name), [self.wish(offset, start, length) for offset in range(times)]
        if wishes[0].start_min <= self.now:
            return
        dates = [self.cells(self.resources[room], wish) for wish in wishes]
        asked = service.BookingRequest(**self.text(wishes[0]))
        act = lambda: service.book_series(self.house.staff, room, Rule(freq="DAILY", count=times), asked)  # noqa: E731
        made = self.done(all(self.is_free(cells) for cells in dates), act)
        if made:
            query = Occurrence.of(self.house.community).where(Occurrence.booking_id == made.booking_id)
            for occurrence, cells in zip(list(query.order_by(Occurrence.start_min)), dates, strict=True):
                self.put(occurrence.id, cells, "confirmed")

    @rule(name=rooms, offset=days, start=starts, length=lengths)
    def hold(self, name, offset, start, length):
        room, wish = self.room(name), self.wish(offset, start, length)
        if wish.start_min <= self.now:
            return
        cells = self.cells(self.resources[room], wish)
        act = lambda: book_wish(self.house.staff, room, wish, Extras(), held_until=now() + HOUR)  # noqa: E731
        made = self.done(self.is_free(cells), act)
        if made:
            self.put(made.occurrence_id, cells, "held")

    @rule(number=which)
    def take(self, number):
        occurrence = self.one(number, "held")
        if occurrence:
            service.take_hold(self.house.staff, occurrence)
            self.state[occurrence] = "confirmed"

    @rule(number=which, name=rooms, offset=days, start=starts, length=lengths)
    def move(self, number, name, offset, start, length):
        occurrence, wish = self.one(number, "held", "confirmed"), self.wish(offset, start, length)
        if occurrence is None or self.start_of(occurrence) <= self.now or wish.start_min <= self.now:
            return
        room = self.room(name)
        others = (self.projector,) if any(cell[0] == self.projector for cell in self.whole[occurrence]) else ()
        cells = self.cells((*self.resources[room], *others), wish)
        act = lambda: service.move(self.house.staff, occurrence, room_id=room, **self.text(wish))  # noqa: E731
        if self.done(self.is_free(cells, occurrence), act):
            self.drop(occurrence)
            self.put(occurrence, cells, self.state[occurrence])
            self.adopt_offers()

    @rule(number=which)
    def cancel(self, number):
        occurrence = self.one(number, "held", "confirmed", also=("checked_in", *OVER))
        if occurrence is None:
            return
        state, begun = self.state[occurrence], self.start_of(occurrence) <= self.now
        allowed = state == "held" or (state == "confirmed" and not begun)
        if self.done(allowed, lambda: service.cancel(self.house.staff, occurrence, reason="不用了") or True):
            self.drop(occurrence)
            self.state[occurrence] = "cancelled"
            self.adopt_offers()

    # ----------------------------------------------------------------------- closing, waiting

    @rule(target=closed, name=rooms, offset=st.integers(1, DAYS - 1), start=starts, length=lengths)
    def close(self, name, offset, start, length):
        wish = self.wish(offset, start, length)
        cells = self.cells(self.resources[self.room(name)], wish)
        try:
            made = service.close(self.house.staff, self.room(name), reason="维修", **self.text(wish))
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
        room, wish = self.room(name), self.wish(offset, start, length)
        if wish.start_min <= self.now or self.is_free(self.cells(self.resources[room], wish)) or self.waits(number):
            return
        asked = service.WaitingWish(room_id=room, **self.text(wish))
        service.join_waiting(self.house.resident(number), asked, who=service.Who())

    def waits(self, number: int) -> bool:
        query = (
            "SELECT 1 FROM rooms_waiting w JOIN rooms_booking b ON b.id=w.booking_id WHERE b.person=? AND w.state IN "
        )
        return bool(slots.rows(query + "('waiting', 'offered')", 1000 + number))

    # ----------------------------------------------------------------------- on the day

    @initialize(names=st.lists(rooms, min_size=2, max_size=4), start=starts, length=lengths)
    def something_is_booked_today(self, names, start, length):
        for place, name in enumerate(names):
            self.book(name, 0, min(start + place * 30, 24 * 30), length, place == 1)

    @precondition(lambda self: self.minute < EVENING)
    @rule(step=st.integers(1, 4))
    def time_goes_on(self, step):
        self.set_clock(min(EVENING, self.minute + step * 30))
        self.let_time_decide()

    @rule(number=which)
    def the_next_one_begins(self, number):
        """A quarter of an hour after the start of one that is still to come today."""
        tonight = utc_minute(self.first, EVENING)
        ahead = sorted({self.start_of(key) for key in self.state if self.now < self.start_of(key) < tonight})
        if ahead:
            self.set_clock(self.minute + ahead[number % len(ahead)] + 15 - self.now)
            self.let_time_decide()

    @rule(number=which, soon_gone=st.booleans())
    def check_in(self, number, soon_gone):
        occurrence = self.one(number, "confirmed", also=(*OVER, "held", "checked_in", "cancelled"), going_on=True)
        if occurrence is None:
            return
        open_now = self.start_of(occurrence) - 15 <= self.now < self.end_of(occurrence)
        state = self.state[occurrence]
        allowed = state == "checked_in" or (state == "confirmed" and open_now)
        if self.done(allowed, lambda: service.check_in(self.house.staff, occurrence)):
            self.state[occurrence] = "checked_in"
            if soon_gone and self.start_of(occurrence) < self.now:
                self.end(occurrence)

    @rule(number=which)
    def undo_check_in(self, number):
        occurrence = self.one(number, "checked_in")
        if occurrence:
            service.undo_check_in(self.house.staff, occurrence)
            self.state[occurrence] = "confirmed"

    @rule(number=which)
    def leave(self, number):
        occurrence = self.one(number, "confirmed", "checked_in", also=OVER, going_on=True)
        if occurrence and not (self.state[occurrence] == "checked_in" and self.start_of(occurrence) > self.now):
            self.end(occurrence)

    def end(self, occurrence: int) -> None:
        runs = self.start_of(occurrence) <= self.now < self.end_of(occurrence)
        allowed = self.state[occurrence] == "checked_in" or (self.state[occurrence] == "confirmed" and runs)
        if self.done(allowed, lambda: service.finish(self.house.staff, occurrence)):
            self.drop(occurrence, since=self.now)
            self.state[occurrence] = "finished"
            self.adopt_offers()

    @rule(number=which, by_mistake=st.booleans())
    def nobody_came(self, number, by_mistake):
        occurrence = self.one(number, "confirmed", "unattended", also=OVER, going_on=True)
        if occurrence is None:
            return
        state = self.state[occurrence]
        allowed = state == "unattended" or (state == "confirmed" and self.start_of(occurrence) <= self.now)
        if self.done(allowed, lambda: service.mark_missed(self.house.staff, occurrence)):
            if state == "confirmed":
                self.drop(occurrence, since=self.now)
            self.state[occurrence] = "missed"
            self.adopt_offers()
            if by_mistake:
                self.undo_missed(occurrence)

    @rule(number=which)
    def they_came_after_all(self, number):
        occurrence = self.one(number, "missed", also=OVER)
        if occurrence is not None:
            self.undo_missed(occurrence)

    def undo_missed(self, occurrence: int) -> None:
        allowed = self.state[occurrence] == "missed" and self.is_free(
            {cell for cell in self.whole[occurrence] if self.taken.get(cell) != occurrence}
        )
        if self.done(allowed, lambda: service.undo_missed(self.house.staff, occurrence)):
            again = "confirmed" if self.end_of(occurrence) > self.now else "unattended"
            self.put(occurrence, self.whole[occurrence], again)

    @rule(number=which)
    def they_had_forgotten(self, number):
        occurrence = self.one(number, "unattended", also=OVER)
        if occurrence is None:
            return
        allowed = self.state[occurrence] == "unattended"
        if self.done(allowed, lambda: service.attest(self.house.staff, occurrence)):
            self.state[occurrence] = "finished"

    @rule(name=rooms, start=starts, length=lengths)
    def enter_past_use(self, name, start, length):
        room, wish = self.room(name), self.wish(0, start, length)
        if wish.end_min > self.now:
            return
        cells, used = self.cells(self.resources[room], wish), service.BookingRequest(**self.text(wish))
        act = lambda: service.enter_past_use(self.house.staff, room, used)  # noqa: E731
        made = self.done(self.is_free(cells), act)
        if made:
            self.put(made.occurrence_id, cells, "finished")

    @rule(number=which, name=rooms, offset=days, start=starts, length=lengths)
    def take_back(self, number, name, offset, start, length):
        """The community books the time itself, and whoever loses it is held another one."""
        lost, wish = self.one(number, "confirmed", also=("checked_in", *OVER)), self.wish(offset, start, length)
        if lost is None or wish.start_min <= self.now:
            return
        room, old_room = self.room(name), Occurrence.get_by_id(lost).room_id
        others = (self.projector,) if any(cell[0] == self.projector for cell in self.whole[lost]) else ()
        own = {cell for cell in self.whole[lost] if cell[0] != self.projector}
        cells = self.cells((*self.resources[room], *others), wish)
        allowed = (
            self.state[lost] == "confirmed"
            and self.start_of(lost) > self.now
            and not cells & own
            and self.is_free(cells, lost)
        )
        act = lambda: service.displace(  # noqa: E731
            self.director, lost, reason="开会", title="会议", room_id=room, **self.text(wish)
        )
        offer = self.done(allowed, act)
        if offer:
            self.drop(lost)
            self.state[lost] = "displaced"
            newest = Occurrence.of(self.house.community).where(
                Occurrence.room_id == old_room, Occurrence.state == "confirmed", Occurrence.id > lost
            )
            self.put(newest.order_by(Occurrence.id.desc()).first().id, own, "confirmed")
            self.put(offer.occurrence_id, cells, "held")
            self.adopt_offers()

    # ----------------------------------------------------------------------- what always holds

    @invariant()
    def the_slots_are_the_minutes(self):
        first, last = utc_minute(self.first, 0), utc_minute(self.first + datetime.timedelta(days=DAYS), 0)
        resources = sorted({part for parts in self.resources.values() for part in parts} | {self.projector})
        stored: dict[Cell, int | None] = {}
        for resource, start, end, occurrence in slots.busy_of(resources, first, last):
            for minute in range(start, end, CELL):
                assert (resource, minute) not in stored, "two slots overlap"
                stored[resource, minute] = occurrence
        blocked = set().union(*self.closures.values()) if self.closures else set()
        assert stored == {**dict.fromkeys(blocked, None), **self.taken}

    @invariant()
    def the_states_are_the_same(self):
        kept = {"missed": "unattended"}
        query = Occurrence.of(self.house.community, Occurrence.id, Occurrence.state)
        found = dict(query.where(Occurrence.id.in_(list(self.state))).tuples())
        assert found == {key: kept.get(state, state) for key, state in self.state.items()}

    def teardown(self):
        assert check(self.house.community) == []


def test_any_sequence_of_acts_agrees_with_a_brute_force_model(house, clock):
    projector = Rooms().resource(house.staff, "equipment", "投影仪", Ref("core.account", house.community, 8))
    around = {"house": house, "projector": projector, "clock": staticmethod(clock), "begins": count()}
    run_state_machine_as_test(
        type("Machine", (Sequences,), around),
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            # A failure is read as it came: making it smaller would take minutes.
            phases=(Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
