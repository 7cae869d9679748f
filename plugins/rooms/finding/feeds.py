"""Calendar feeds: their secret addresses, and what each shows. How an iCalendar text is written is core's (`core.calendar_text`).

A feed of a room or venue says 已占用 or 已关闭 and where, for a closure why, nothing else, whoever subscribes; what moved
to a room elsewhere is cancelled in it, under its own name and with the version of the move. A feed of one's own shows one's own titles,
those of confidential bookings excepted. What was given up stays in a feed as CANCELLED for `CANCELLED_DAYS` after the
change: calendars that come by once a week or after a holiday still hear of it; later it is only ballast, and whoever comes
then takes out what is no longer in the feed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any, NamedTuple

from core import Actor, Appointment, NotFound, account_is_active, calendar_text, now, record, transactional
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import now_minute
from plugins.rooms.models import Feed, Room, Venue
from plugins.rooms.states import BLOCKING
from plugins.rooms.texts import _

MANAGE = "rooms.manage"
PAST_DAYS = 30
AHEAD_DAYS = 731
CANCELLED_DAYS = 30
REFRESH_HOURS = 6
MOST_EVENTS = 3000
_TENTATIVE = ("requested", "held")
_GIVEN_UP = ("refused", "withdrawn", "expired", "lapsed", "cancelled", "displaced")
# A request takes no room: in a room's feed it never stood, so nothing of it can be cancelled there.
_TAKEN_UNTIL = ("lapsed", "cancelled", "displaced")


# --------------------------------------------------------------------------- addresses


class FeedLine(NamedTuple):
    """A room or venue for staff, with its feed where there is one; `created_at` in milliseconds."""

    kind: str
    key: int
    name: str
    feed_id: int | None
    created_at: int | None


def _digest(token: str) -> str:
    return hashlib.sha256(f"rooms.feed:{token}".encode()).hexdigest()


@transactional
def make_feed(actor: Actor, kind: str, key: int | None = None) -> tuple[Feed, str]:
    """A new secret address for a `room` or `venue` (`rooms.manage`) or for one's `own` bookings; an older one dies with it.

    Gives the feed and the secret part of the address, which nobody can look up again: only its digest is stored. Raises
    `Forbidden`, `NotFound`.
    """
    place = _place(actor, kind, key)
    for old in list(_in_use(str(actor.community), **place)):
        _revoke(actor, old)
    token = secrets.token_urlsafe(24)
    feed = Feed.create(
        community=actor.community, feed_kind=kind, **place, person=actor.person if kind == "own" else None,
        digest=_digest(token), created_by=actor.account,
    )  # fmt: skip
    record(actor, "rooms.feed.made", feed.ref, after={"kind": kind, **place})
    return feed, token


def _place(actor: Actor, kind: str, key: int | None) -> dict[str, int | None]:
    """The columns that say what a feed shows; raises `Forbidden` and `NotFound`."""
    if kind == "own":
        actor.require("rooms.book")
        if actor.account is None:
            raise NotFound
        return {"account": actor.account}
    actor.require(MANAGE)
    model: Any = {"room": Room, "venue": Venue}[kind]
    found = model.get_of(actor.community, key)
    if found.removed_at is not None:
        raise NotFound
    return {f"{kind}_id": found.id}


def _in_use(community: str, **place: int | None) -> Any:
    query = Feed.of(community).where(Feed.revoked_at.is_null())
    for column, value in place.items():
        query = query.where(getattr(Feed, column) == value)
    return query


def own_feed(actor: Actor) -> Feed | None:
    """The feed of one's own bookings, if there is one."""
    found: Feed | None = None
    if actor.account is not None:
        found = _in_use(str(actor.community), account=actor.account).first()
    return found


@transactional
def revoke_feed(actor: Actor, feed_id: int) -> None:
    """Make an address worthless: one's own, or that of a room or venue (`rooms.manage`). Once is enough.

    Raises `Forbidden`, `NotFound`.
    """
    feed: Feed = Feed.get_of(actor.community, feed_id)
    if feed.feed_kind == "own":
        if actor.account is None or feed.account != actor.account:
            raise NotFound
    else:
        actor.require(MANAGE)
    if feed.revoked_at is None:
        _revoke(actor, feed)


def _revoke(actor: Actor, feed: Feed) -> None:
    feed.revoked_at = now()
    feed.save()
    record(actor, "rooms.feed.revoked", feed.ref)


def find_feed(community: str, kind: str, token: str, key: int | None = None) -> Feed:
    """The feed with this secret for this room or venue, or one's own; raises `NotFound` for any other.

    Whose account was closed, frozen or given to another resident, whose room or venue was taken out of use, has none.
    """
    found: Feed | None = Feed.of(community).where(
        Feed.digest == _digest(token), Feed.feed_kind == kind, Feed.revoked_at.is_null()
    ).first()  # fmt: skip
    if found is None or (kind != "own" and key != (found.room_id if kind == "room" else found.venue_id)):
        raise NotFound
    if kind == "own":
        gone = not account_is_active(community, found.account, found.person)
    else:
        model: Any = Room if kind == "room" else Venue
        gone = model.get_of(community, key).removed_at is not None
    if gone:
        raise NotFound
    return found


_PLACES = """
    SELECT p.kind, p.id, p.name, f.id, f.created_at FROM (
        SELECT 'venue' AS kind, id, name, id AS venue, 0 AS nth FROM rooms_venue WHERE community=? AND removed_at IS NULL
        UNION ALL
        SELECT 'room' AS kind, id, name, venue_id AS venue, id AS nth FROM rooms_room
            WHERE community=? AND removed_at IS NULL
    ) p LEFT JOIN rooms_feed f ON f.community=? AND f.kind=p.kind AND f.revoked_at IS NULL
        AND (f.room_id=p.id OR f.venue_id=p.id)
    ORDER BY p.venue, p.nth
"""


def feeds(actor: Actor) -> list[FeedLine]:
    """Every venue with its rooms, and which have a feed (`rooms.manage`)."""
    actor.require(MANAGE)
    return [FeedLine(*row) for row in rows(_PLACES, *[actor.community] * 3)]


# --------------------------------------------------------------------------- what they show

_EVENT = """
    SELECT o.id, o.start_min, o.end_min, o.state, o.sequence, o.changed_at, r.name, r.floor, v.name,
        COALESCE(o.title, b.title), b.confidential
    FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id
        JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
        JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
    WHERE o.community=? AND o.start_min>=? AND o.start_min<? AND
"""
_OF_ROOM = "(r.id=? OR r.part_of=? OR r.id=(SELECT h.part_of FROM rooms_room h WHERE h.id=?))"
_WHERE = {
    "room": _OF_ROOM,
    "venue": "r.venue_id=?",
    "own": "(b.account=? OR (b.person IS NOT NULL AND b.person=?))",
}
# The rooms whose bookings take a room of the feed: booking a hall takes its parts, and with any part the hall is taken.
_INSIDE = {
    "room": f"SELECT r.id FROM rooms_room r WHERE r.community=? AND {_OF_ROOM}",
    "venue": "SELECT r.id FROM rooms_room r WHERE r.community=? AND r.venue_id=?",
}
_LEFT = """
    SELECT o.id, l.start_min, l.end_min, 'cancelled', l.sequence, l.left_at, r.name, r.floor, v.name, '', 0,
        l.room_id, o.room_id
    FROM rooms_left l JOIN rooms_occurrence o ON o.community=l.community AND o.id=l.occurrence_id
        JOIN rooms_room r ON r.community=l.community AND r.id=l.room_id
        JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
    WHERE l.community=? AND l.left_at>=? ORDER BY l.id
"""
_CLOSED = """
    SELECT c.id, c.start_min, c.end_min, CASE WHEN c.lifted_at IS NULL THEN 'closed' ELSE 'lifted' END, c.sequence,
        c.changed_at, r.name, r.floor, v.name, c.reason, 0, c.room_id
    FROM rooms_closure c JOIN rooms_room r ON r.community=c.community AND r.id=c.room_id
        JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
    WHERE c.community=? AND c.end_min>=? AND c.start_min<? AND (c.lifted_at IS NULL OR c.changed_at>=?)
    ORDER BY c.start_min, c.id
"""
_ORDER = f" ORDER BY o.start_min, o.id LIMIT {MOST_EVENTS}"


class _Event(NamedTuple):
    id: int
    start: int
    end: int
    state: str
    sequence: int
    changed_at: int
    room: str
    floor: str
    venue: str
    title: str
    confidential: int


def feed_text(feed: Feed) -> str:
    """The VCALENDAR of a feed: the last month and whatever lies ahead."""
    return calendar_text(_appointments(feed), name=_name(feed), product="rooms", refresh_hours=REFRESH_HOURS)


def _name(feed: Feed) -> str:
    if feed.feed_kind == "own":
        return str(_("My bookings"))
    model: Any = Room if feed.feed_kind == "room" else Venue
    return str(model.get_of(feed.community, feed.room_id or feed.venue_id).name)


def _appointments(feed: Feed) -> Iterator[Appointment]:
    own, minute = feed.feed_kind == "own", now_minute()
    whose = {
        "room": (feed.room_id,) * 3, "venue": (feed.venue_id,), "own": (feed.account, feed.person),
    }[feed.feed_kind]  # fmt: skip
    window = (minute - PAST_DAYS * 1440, minute + AHEAD_DAYS * 1440)
    since = now() - CANCELLED_DAYS * 86_400_000
    for row in rows(_EVENT + _WHERE[feed.feed_kind] + _ORDER, feed.community, *window, *whose):
        event = _Event(*row)
        status = _status(event, own)
        if status and (status != "CANCELLED" or event.changed_at >= since):
            yield _appointment(event, status, own)
    if not own:
        inside = {key for (key,) in rows(_INSIDE[feed.feed_kind], feed.community, *whose)}
        yield from _gone(str(feed.community), inside, since)
        yield from _closed(str(feed.community), inside, window, since)


def _gone(community: str, inside: Set[int], since: int) -> Iterator[Appointment]:
    """What moved out of the rooms of a feed and is still elsewhere, as it stood there last."""
    last = {}
    for *row, was, is_now in rows(_LEFT, community, since):
        if was in inside and is_now not in inside:
            last[row[0]] = _Event(*row)
    for event in last.values():
        yield _appointment(event, "CANCELLED", own=False)


def _closed(community: str, inside: Set[int], window: tuple[int, int], since: int) -> Iterator[Appointment]:
    """When rooms of a feed are out of use, and closures that were lifted lately."""
    for *row, room in rows(_CLOSED, community, *window, since):
        if room in inside:
            event = _Event(*row)
            status = "CANCELLED" if event.state == "lifted" else "CONFIRMED"
            yield replace(
                _appointment(event, status, own=False),
                uid=f"rooms-closure-{event.id}", summary=str(_("Room closed")), note=event.title,
            )  # fmt: skip


def _status(event: _Event, own: bool) -> str:
    """How it stands in a calendar; empty for what does not. To all but its organiser a time that is held is just taken."""
    if event.state in (_GIVEN_UP if own else _TAKEN_UNTIL):
        return "CANCELLED"
    if event.state in BLOCKING and not (own and event.state in _TENTATIVE):
        return "CONFIRMED"
    return "TENTATIVE" if own and event.state in _TENTATIVE else ""


def _appointment(event: _Event, status: str, own: bool) -> Appointment:
    summary = str(_("taken"))
    if own:
        summary = str(_("Booking")) if event.confidential or not event.title else event.title
    return Appointment(
        uid=f"rooms-occurrence-{event.id}",
        start=event.start,
        end=event.end,
        summary=summary,
        place="，".join(part for part in (event.venue, event.floor, event.room) if part),
        status=status,
        sequence=event.sequence,
        changed_at=event.changed_at,
    )
