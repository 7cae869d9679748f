"""The module's records as others name, open and link them, and what threads tell of bookings and rooms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import Actor, Moment, RecordKind, Ref, acts_on, history, name_of, scores
from plugins.rooms.booking.rules import time_text
from plugins.rooms.finding.lists import Line, occurrence_line
from plugins.rooms.models import Booking, Closure, Occurrence, Room, Screen, Venue
from plugins.rooms.states import STATES
from plugins.rooms.texts import _

DESK = "rooms.desk"
MANAGE = "rooms.manage"
_STATE = {state.name: state for state in STATES}
_TONES = {"ok": "ok", "warn": "warn", "bad": "bad"}
_CHANGES = {
    "rooms.booking.moved": _("Given another time or room"),
    "rooms.booking.missed": _("Looked again whether they came"),
    "rooms.key.handed_out": _("Key handed out"),
    "rooms.key.taken_back": _("Key back"),
}


def _ids(refs: Sequence[Ref], model: Any) -> list[int]:
    return [int(ref.id) for ref in refs if ref.kind == model.kind]


def _named(model: Any) -> Any:
    """The titles of records that are called by their name."""

    def titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
        query = model.of(actor.community, model.id, model.name).where(model.id.in_(_ids(refs, model)))
        return {Ref(model.kind, actor.community, key): name for key, name in query.tuples()}

    return titles


# --------------------------------------------------------------------------- bookings


def _when_and_where(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    """Where and when: of whose booking it is and what for, a title says nothing."""
    query: Any = (
        Occurrence.of(actor.community, Occurrence.id, Room.name, Occurrence.start_min, Occurrence.end_min)
        .join(Room, on=((Room.community == Occurrence.community) & (Room.id == Occurrence.room_id)))
        .where(Occurrence.id.in_(_ids(refs, Occurrence)))
        .tuples()
    )
    return {
        Ref(Occurrence.kind, actor.community, key): f"{room} {time_text(start, end)}" for key, room, start, end in query
    }


def _booking_path(actor: Actor, ref: Ref) -> str:
    return f"rooms/desk/bookings/{ref.id}" if actor.can(DESK) else f"rooms/booking/{ref.id}"


def _sees_booking(actor: Actor, ref: Ref) -> bool:
    """Its organiser, with an account, and the desk."""
    return actor.can(DESK) or _is_own(actor, occurrence_line(actor, int(ref.id)))


def _is_own(actor: Actor, line: Line) -> bool:
    by_person = line.person is not None and line.person == actor.person
    return by_person or (line.account is not None and line.account == actor.account)


def _booking_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    line = occurrence_line(actor, int(ref.id))
    found: Occurrence = Occurrence.get_of(actor.community, ref.id)
    inside = actor.can(DESK)
    asked = _("Asked to change the time") if found.replaces else _("Booking entered")
    what = _("confidential") if line.confidential and not _is_own(actor, line) else line.title
    for step in history(found):
        if step.verb == "begin":
            yield Moment(step.at, asked, what, line.organiser if inside else "", "warn")
        else:
            state = _STATE[step.target]
            who = name_of(step.by_label) if inside else ""
            at = found.finished_at if step.target == found.state == "finished" else step.at
            yield Moment(at, state.label, _reason(step, found), who, _TONES.get(state.tint, ""))
    for at, action, who in acts_on(ref, *_CHANGES):
        yield Moment(at, _CHANGES[action], who=name_of(who) if inside else "")
    yield from _rating(actor, line)


def _reason(step: Any, found: Occurrence) -> str:
    """Why: only of the step that led to where it is now, for the record keeps no other reason."""
    return found.reason if step.target == found.state else ""


def _rating(actor: Actor, line: Line) -> Iterator[Moment]:
    """What the own household gave the room afterwards. Nobody else learns who rated."""
    if actor.person is None or line.person != actor.person or not line.is_over:
        return
    given = scores.given(Ref(Room.kind, str(actor.community), line.room_id), actor.person)
    if given is not None and given.at >= line.until * 60_000:
        yield Moment(given.at, _("You rated the room: %(score)s", score=scores.VALUES[given.value]), given.words)


def _bookings_related(community: str, refs: Sequence[Ref]) -> Iterator[tuple[Ref, str, Ref]]:
    """What a booking is for, and the booking which a request would change."""
    ids, subjects = _ids(refs, Occurrence), [str(ref) for ref in refs]
    same = (Booking.community == Occurrence.community) & (Booking.id == Occurrence.booking_id)
    touched = Occurrence.id.in_(ids) | Booking.subject.in_(subjects)
    query: Any = Occurrence.of(community, Occurrence.id, Booking.subject).join(Booking, on=same)
    for key, subject in list(query.where(Booking.subject.is_null(False), touched).order_by(Occurrence.id).tuples()):
        yield Ref(Occurrence.kind, community, key), "about", Ref.parse(subject, community)
    touched = Occurrence.id.in_(ids) | Occurrence.replaces.in_(ids)
    changes: Any = Occurrence.of(community, Occurrence.id, Occurrence.replaces)
    for key, replaced in list(
        changes.where(Occurrence.replaces.is_null(False), touched).order_by(Occurrence.id).tuples()
    ):
        yield Ref(Occurrence.kind, community, key), "replaces", Ref(Occurrence.kind, community, replaced)


def _organisers(ref: Ref) -> list[tuple[int | None, int | None]]:
    same = (Booking.community == Occurrence.community) & (Booking.id == Occurrence.booking_id)
    query: Any = Occurrence.of(str(ref.community), Booking.person, Booking.account).join(Booking, on=same)
    return list(query.where(Occurrence.id == ref.id).tuples())


# --------------------------------------------------------------------------- places


def _sees_room(actor: Actor, ref: Ref) -> bool:
    room: Room = Room.get_of(str(actor.community), ref.id)
    return room.removed_at is None or actor.can(DESK)


def _room_path(actor: Actor, ref: Ref) -> str:
    if Room.get_of(str(actor.community), ref.id).removed_at is not None:
        return ""
    return f"rooms/{ref.id}"


def _room_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    """When and why it could not be used."""
    closures = Closure.of(str(actor.community)).where(Closure.room_id == ref.id).order_by(Closure.id.desc()).limit(50)
    for each in list(closures):
        times = time_text(each.start_min, each.end_min)
        yield Moment(each.entered_at, _("Closed for a time: %(times)s", times=times), each.reason, tone="warn")
        if each.lifted_at is not None:
            yield Moment(each.lifted_at, _("Opened again"), tone="ok")


def _manages(actor: Actor, _ref: Ref) -> bool:
    return actor.can(MANAGE)


RECORDS = (
    RecordKind(
        Occurrence, _("Booking"), "calendar-days", _when_and_where, _booking_path, _sees_booking, _booking_story,
        _bookings_related, _organisers,
    ),
    RecordKind(Room, _("Room"), "door-open", _named(Room), _room_path, _sees_room, _room_story),
    RecordKind(Venue, _("Venue"), "building-2", _named(Venue), lambda _actor, _ref: "rooms/desk/venues", _manages),
    RecordKind(Screen, _("Screen"), "monitor", _named(Screen), lambda _actor, _ref: "rooms/desk/screens", _manages),
)  # fmt: skip
