"""Holds and when they run out. A hold offered to the waiting list runs only from the moment its person is known to know.

Nobody at home can be reached by this server: until a call, a word at the counter or the person's own look at the page is
recorded (`told_at`), the time stays held, at the longest until it is over itself. Who is offered what is in `offering`.
"""

from __future__ import annotations

from core import Actor, advance, get_setting, now, record, system, told_at, transaction
from plugins.rooms.booking import slots
from plugins.rooms.booking.telling import OFFERED, no_longer_true
from plugins.rooms.models import Occurrence, Waiting

ANSWER_MINUTES = "rooms.answer_minutes"

_LAPSED = "SELECT id FROM rooms_occurrence WHERE community=? AND state='held' AND held_until<=? ORDER BY id"


def lapse_holds(community: str) -> int:
    """Free the slots of holds that have run out; the first thing every booking does. Returns how many."""
    clock = system(community, "rooms.lapse")
    with transaction(community):
        start_clocks(clock)
        lapsed = slots.rows(_LAPSED, community, now())
        for (occurrence_id,) in lapsed:
            slots.release(occurrence_id)
            occurrence = advance(clock, Occurrence.get_of(community, occurrence_id), "lapse")
            answer_offer(clock, occurrence, "lapse")
    return len(lapsed)


def start_clocks(actor: Actor) -> None:
    """Let the time to answer run for every offer whose person knows of it by now: from the moment they learned it."""
    waiting = Waiting.of(actor.community).where(Waiting.state == "offered", Waiting.contacted_at.is_null())
    for entry in list(waiting):
        occurrence: Occurrence = Occurrence.get_of(actor.community, entry.occurrence_id)
        known = told_at(occurrence.ref, OFFERED)
        if known is not None:
            _start_clock(actor, entry, occurrence, known)


def _start_clock(actor: Actor, entry: Waiting, occurrence: Occurrence, known: int) -> None:
    start, end = occurrence.start_min * 60_000, occurrence.end_min * 60_000
    until = known + get_setting(ANSWER_MINUTES, entry.community) * 60_000
    # Whoever is told before it begins decides before it begins, so that the room does not stand empty.
    until = min(until, start if known < start else end)
    Waiting.update(contacted_at=known).where(Waiting.id == entry.id, Waiting.community == entry.community).execute()
    if occurrence.state == "held":
        Occurrence.update(held_until=until).where(
            Occurrence.id == occurrence.id, Occurrence.community == entry.community
        ).execute()
    record(actor, "rooms.waiting.contacted", entry.ref, after={"held_until": until})


def offer_of(occurrence: Occurrence) -> Waiting | None:
    """The entry of the waiting list for which this occurrence is held now."""
    found: Waiting | None = (
        Waiting.of(occurrence.community)
        .where(Waiting.occurrence_id == occurrence.id, Waiting.state == "offered")
        .first()
    )
    return found


def answer_offer(actor: Actor, occurrence: Occurrence, verb: str) -> None:
    """Let the entry of the waiting list follow its hold: it was taken (`take`), given up (`decline`) or it ran out (`lapse`).

    Does nothing for an occurrence that was not held for the list.
    """
    entry = offer_of(occurrence)
    if entry is None:
        return
    known = {} if verb == "lapse" else {"contacted_at": entry.contacted_at or now()}
    advance(actor, entry, verb, **known)
    no_longer_true(actor, occurrence, OFFERED)
