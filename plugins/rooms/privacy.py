"""What rooms keep about people: the register of their columns."""

from __future__ import annotations

from core import PersonalField
from plugins.rooms.models import Booking, Occurrence, Resource, Room, Venue
from plugins.rooms.texts import _

_BOOK = _("To keep the room for you and to tell you when something changes.")
_KEPT = _("As long as the booking, which stays as history of the room.")

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
        Occurrence, ("reason",), _("Why a booking was moved, refused or cancelled"), _BOOK, "request", _KEPT
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
