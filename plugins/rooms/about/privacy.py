"""What rooms keep about people: the register of their columns, what is held about one person, and erasing it."""

from __future__ import annotations

from collections.abc import Sequence

from core import CLEARED, Actor, DataSubject, DataTable, PersonalField, Ref, Refused, Retention, local_text, now
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import hhmm, local_span, now_minute
from plugins.rooms.finding.unmet import KEPT_DAYS, forget, overdue
from plugins.rooms.models import Booking, Feed, KeyLoan, Occurrence, Resource, Room, Venue, Waiting
from plugins.rooms.states import AHEAD, STATES, WAITING_STATES
from plugins.rooms.texts import _

_BOOK = _("To keep the room for you and to tell you when something changes.")
_KEPT = _("As long as the booking, which stays as history of the room; of guests without an account 1 year.")

PERSONAL = (
    PersonalField(
        Booking, ("organiser", "person", "account"), _("Who booked, by the name given"), _BOOK, "request", _KEPT
    ),
    PersonalField(Booking, ("organisation",), _("For which organisation"), _BOOK, "request", _KEPT),
    PersonalField(
        Booking, ("guest_phone", "code_digest"),
        _("Telephone number of somebody who booked without an account, and the code made unreadable"), _BOOK, "request",
        _KEPT,
    ),
    PersonalField(
        Booking, ("title", "purpose"), _("What a room was booked for"),
        _("So that the room fits; on public pages it never stands."), "request", _KEPT,
    ),
    PersonalField(
        Occurrence, ("title",), _("What one date of a regular booking is for"),
        _("So that the room fits; on public pages it never stands."), "request", _KEPT,
    ),
    PersonalField(
        Occurrence, ("reason",), _("Why a booking was moved, refused or cancelled"), _BOOK, "request", _KEPT
    ),
    PersonalField(
        Waiting, ("reason",), _("Why somebody was taken off the waiting list"), _BOOK, "request", _KEPT
    ),
    PersonalField(
        Feed, ("person", "account"), _("That somebody reads their bookings in their own calendar"),
        _("So that the calendar shows the own bookings and nobody else's."), "request",
        _("Until it is switched off or the account is closed."),
    ),
    PersonalField(
        KeyLoan, ("taker",), _("Who took the key of a room"), _("So that the key comes back."), "request", _KEPT
    ),
    PersonalField(
        Venue, ("owner", "contact_name", "contact_phone"), _("Whom to ask about a venue, and the number"),
        _("So that people know whom to ask."), "duty", _("As long as the venue is listed."),
    ),
    PersonalField(
        Room, ("contact_name", "contact_phone"), _("Whom to ask about a room, and the number"),
        _("So that people know whom to ask."), "duty", _("As long as the room is listed."),
    ),
    PersonalField(
        Resource, ("name",), _("Name of a person who can be booked together with a room, such as a mediator"),
        _("So that nobody is booked twice at a time."), "duty", _("As long as the person can be booked."),
    ),
)  # fmt: skip

_OF_PERSON = """
    SELECT b.requested_on, COALESCE(o.title, b.title), b.purpose, b.organisation, r.name, o.start_min, o.end_min, o.state, o.reason
    FROM rooms_booking b JOIN rooms_occurrence o ON o.community=b.community AND o.booking_id=b.id
        JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
    WHERE b.community=? AND (b.person=? OR (b.organiser=? AND b.guest_phone<>'' AND b.guest_phone IN (?, ?)))
    ORDER BY o.start_min, o.id
"""
_IDS_OF_PERSON = """
    SELECT b.id, o.id, o.end_min, o.state FROM rooms_booking b
        LEFT JOIN rooms_occurrence o ON o.community=b.community AND o.booking_id=b.id
    WHERE b.community=? AND (b.person=? OR (b.organiser=? AND b.guest_phone<>'' AND b.guest_phone IN (?, ?)))
"""

_WAITING_OF = """
    SELECT b.requested_on, b.title, COALESCE(r.name, ''), w.from_min, w.until_min, w.minutes, w.state, w.reason
    FROM rooms_booking b JOIN rooms_waiting w ON w.community=b.community AND w.booking_id=b.id
        LEFT JOIN rooms_room r ON r.community=w.community AND r.id=w.room_id
    WHERE b.community=? AND (b.person=? OR (b.organiser=? AND b.guest_phone<>'' AND b.guest_phone IN (?, ?)))
    ORDER BY w.from_min, w.id
"""


_KEYS_OF_PERSON = """
    SELECT k.out_at, k.back_at, r.name, k.taker
    FROM rooms_booking b JOIN rooms_occurrence o ON o.community=b.community AND o.booking_id=b.id
        JOIN rooms_key_loan k ON k.community=o.community AND k.occurrence_id=o.id
        JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
    WHERE b.community=? AND (b.person=? OR (b.organiser=? AND b.guest_phone<>'' AND b.guest_phone IN (?, ?)))
    ORDER BY k.out_at, k.id
"""


def bookings_of(community: str, person: DataSubject) -> list[DataTable]:
    """The bookings of a person; also those made without an account under the same name and telephone number."""
    states = {state.name: str(state.label) for state in STATES}
    found = []
    for asked, title, purpose, organisation, room, start, end, state, reason in rows(
        _OF_PERSON, *_known_by(community, person)
    ):
        day, first, last = local_span(start, end)
        found.append((asked, day, hhmm(first), hhmm(last), room, title, purpose, organisation, states[state], reason))
    columns = (
        _("Asked for on"), _("Day"), _("From"), _("Until"), _("Room"), _("Title"), _("Purpose"), _("Organisation"),
        _("State"), _("Reason"),
    )  # fmt: skip
    return [
        DataTable(_("Room bookings"), columns, tuple(found)),
        _waiting_of(community, person),
        _keys_of(community, person),
    ]


def _waiting_of(community: str, person: DataSubject) -> DataTable:
    states = {state.name: str(state.label) for state in WAITING_STATES}
    found = []
    for asked, title, room, start, end, minutes, state, reason in rows(_WAITING_OF, *_known_by(community, person)):
        day, first, last = local_span(start, end)
        found.append((asked, day, hhmm(first), hhmm(last), minutes, room, title, states[state], reason))
    columns = (
        _("Asked for on"), _("Day"), _("Not before"), _("Not after"), _("Minutes"), _("Room"), _("Title"), _("State"),
        _("Reason"),
    )  # fmt: skip
    return DataTable(_("Waiting list"), columns, tuple(found))


def _keys_of(community: str, person: DataSubject) -> DataTable:
    found = [
        (local_text(out), local_text(back) if back else "", room, taker)
        for out, back, room, taker in rows(_KEYS_OF_PERSON, *_known_by(community, person))
    ]
    columns = (_("Handed out"), _("Given back"), _("Room"), _("Who has the key"))
    return DataTable(_("Keys of rooms"), columns, tuple(found))


def _known_by(community: str, person: DataSubject) -> tuple[object, ...]:
    phones = [*person.phones, "", ""]
    return (community, person.id, person.names[0], phones[0], phones[1])


def erase_bookings(community: str, person: DataSubject) -> list[Ref]:
    """Take a person out of the bookings: name, number and words go, the times of the room stay.

    Raises `Refused` while one is still to come: somebody waits for that room, or for that person.
    """
    found = rows(_IDS_OF_PERSON, *_known_by(community, person))
    if any(state in AHEAD and end > now_minute() for _booking, _occurrence, end, state in found):
        raise Refused(
            _("%(name)s has a booking that is still to come.", name=person.names[0]), advice=_("Cancel it first.")
        )
    bookings = sorted({booking for booking, *_rest in found})
    occurrences = sorted({occurrence for _booking, occurrence, *_rest in found if occurrence is not None})
    _erase_keys(community, person, occurrences)
    waiting = Waiting.of(community).where(Waiting.booking_id.in_(bookings))
    if any(entry.state in ("waiting", "offered") for entry in list(waiting)):
        raise Refused(
            _("%(name)s is on the waiting list for a room.", name=person.names[0]), advice=_("Take them off it first.")
        )
    Booking.update(
        organiser=person.pseudonym, guest_phone="", title=CLEARED, purpose="", person=None, account=None
    ).where(Booking.community == community, Booking.id.in_(bookings)).execute()  # fmt: skip
    Occurrence.update(reason="", title=None).where(
        Occurrence.community == community, Occurrence.id.in_(occurrences)
    ).execute()
    Feed.update(revoked_at=now(), person=None).where(Feed.community == community, Feed.person == person.id).execute()
    Waiting.update(reason=CLEARED).where(
        Waiting.community == community, Waiting.booking_id.in_(bookings), Waiting.reason != ""
    ).execute()
    return [
        *(Ref(Booking.kind, community, key) for key in bookings),
        *(Ref(Occurrence.kind, community, key) for key in occurrences),
    ]


def _erase_keys(community: str, person: DataSubject, occurrences: Sequence[int]) -> None:
    """Take the names off the keys of their bookings; raises `Refused` while one is out."""
    own = KeyLoan.of(community).where(KeyLoan.occurrence_id.in_(occurrences))
    if own.where(KeyLoan.back_at.is_null()).exists():
        raise Refused(
            _("%(name)s has the key of a room.", name=person.names[0]), advice=_("Note first that it came back.")
        )
    named = KeyLoan.occurrence_id.in_(occurrences) | KeyLoan.taker.in_(list(person.names))
    KeyLoan.update(taker=person.pseudonym).where(
        KeyLoan.community == community, KeyLoan.back_at.is_null(False), named
    ).execute()  # fmt: skip


# --------------------------------------------------------------------------- guests and keys of long ago

_GUESTS_OVER = """
    SELECT b.id FROM rooms_booking b WHERE b.community=? AND b.organiser_kind='guest' AND b.organiser<>?
        AND (EXISTS (SELECT 1 FROM rooms_occurrence o WHERE o.community=b.community AND o.booking_id=b.id)
            OR EXISTS (SELECT 1 FROM rooms_waiting w WHERE w.community=b.community AND w.booking_id=b.id))
        AND NOT EXISTS (SELECT 1 FROM rooms_waiting w WHERE w.community=b.community AND w.booking_id=b.id AND w.until_min>=?)
        AND NOT EXISTS (SELECT 1 FROM rooms_occurrence o WHERE o.community=b.community AND o.booking_id=b.id AND o.end_min>=?)
    ORDER BY b.id LIMIT 500
"""


def _guests_over(community: str, before: int) -> list[int]:
    return [key for (key,) in rows(_GUESTS_OVER, community, CLEARED, *[before // 60_000] * 2)]


def _clear_guests(actor: Actor, before: int) -> list[Ref]:
    community = str(actor.community)
    found = _guests_over(community, before)
    Booking.update(organiser=CLEARED, guest_phone="", title=CLEARED, purpose="").where(
        Booking.community == community, Booking.id.in_(found)
    ).execute()  # fmt: skip
    Occurrence.update(title=None).where(
        Occurrence.community == community, Occurrence.booking_id.in_(found), Occurrence.title.is_null(False)
    ).execute()
    return [Ref(Booking.kind, community, key) for key in found]


_KEYS_OVER = """
    SELECT id, occurrence_id FROM rooms_key_loan WHERE community=? AND back_at<? AND taker<>? ORDER BY id LIMIT 500
"""


def _clear_keys(actor: Actor, before: int) -> list[Ref]:
    community = str(actor.community)
    found = rows(_KEYS_OVER, community, before, CLEARED)
    KeyLoan.update(taker=CLEARED).where(
        KeyLoan.community == community, KeyLoan.id.in_([key for key, _occurrence in found])
    ).execute()  # fmt: skip
    return [Ref(Occurrence.kind, community, occurrence) for _key, occurrence in found]


RETENTION = (
    Retention(
        "rooms.guests", _("Guests of past bookings: name, number, what for"), 365,
        lambda community, before: len(_guests_over(community, before)), _clear_guests,
    ),
    Retention("rooms.unmet", _("How often no room was found: counts, no names"), KEPT_DAYS, overdue, forget),
    Retention(
        "rooms.keys", _("Who took the key of a room"), 365,
        lambda community, before: len(rows(_KEYS_OVER, community, before, CLEARED)), _clear_keys,
    ),
)  # fmt: skip
