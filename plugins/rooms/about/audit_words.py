"""The plain words for the module's acts, records and values in the audit log (the hook `describe_audit`, `AuditWords`)."""

from __future__ import annotations

from typing import Any

from core import AuditWords, CommunityModel, day_text, moment_text
from plugins.rooms.booking.recurrence import read_rule
from plugins.rooms.booking.rule_words import rule_words
from plugins.rooms.clock import span
from plugins.rooms.models import Room, Venue
from plugins.rooms.texts import _
from plugins.rooms.views.desk_forms import BOOKABLE_BY, WEEKDAYS

SENTENCES = {
    "rooms.booking.made": _("Entered a booking"),
    "rooms.booking.moved": _("Moved a booking"),
    "rooms.booking.renamed": _("Changed what a booking is for"),
    "rooms.booking.missed": _("Noted whether somebody came"),
    "rooms.booking.people_noted": _("Noted how many came"),
    "rooms.series.changed": _("Changed a regular booking"),
    "rooms.series.goes_on": _("Noted that a regular booking goes on"),
    "rooms.series.split": _("Split a regular booking"),
    "rooms.occurrence.begin": _("Asked for a time"),
    "rooms.occurrence.book": _("Confirmed the booking at once"),
    "rooms.occurrence.hold": _("Held a time"),
    "rooms.occurrence.take": _("Took a held time"),
    "rooms.occurrence.lapse": _("A hold ran out"),
    "rooms.occurrence.approve": _("Approved a booking request"),
    "rooms.occurrence.refuse": _("Refused a booking request"),
    "rooms.occurrence.withdraw": _("Withdrew a booking request"),
    "rooms.occurrence.expire": _("A booking request was not decided in time"),
    "rooms.occurrence.cancel": _("Cancelled a booking"),
    "rooms.occurrence.check_in": _("Checked in"),
    "rooms.occurrence.undo_check_in": _("Took back a check-in"),
    "rooms.occurrence.finish": _("Finished a booking"),
    "rooms.occurrence.miss": _("Nobody had checked in to a booking"),
    "rooms.occurrence.expect_again": _("Waits for an organiser again"),
    "rooms.occurrence.attest": _("Noted that they were there"),
    "rooms.occurrence.enter_past": _("Entered past use of a room"),
    "rooms.key.handed_out": _("Handed out a key"),
    "rooms.key.taken_back": _("Took a key back"),
    "rooms.occurrence.displace": _("Took a room back for the community"),
    "rooms.waiting.begin": _("Put somebody on the waiting list"),
    "rooms.waiting.offer": _("Held a free time for somebody who waits"),
    "rooms.waiting.contacted": _("Somebody who waits knows of the offer"),
    "rooms.waiting.take": _("Took the time that was held"),
    "rooms.waiting.decline": _("Did not want the time that was held"),
    "rooms.waiting.lapse": _("Did not answer in time"),
    "rooms.waiting.skip": _("Skipped somebody on the waiting list"),
    "rooms.waiting.leave": _("Left the waiting list"),
    "rooms.waiting.remove": _("Took somebody off the waiting list"),
    "rooms.waiting.close": _("Waited until the time was over"),
    "rooms.closure.made": _("Closed a room for a time"),
    "rooms.closure.lifted": _("Opened a closed room again"),
    "rooms.closure_series.made": _("Closed a room regularly"),
    "rooms.closure_series.lifted": _("Opened a regularly closed room again"),
    "rooms.hours.changed": _("Changed opening hours"),
    "rooms.quota.set": _("Changed a quota"),
    "rooms.venue.added": _("Entered a venue"),
    "rooms.venue.changed": _("Changed a venue"),
    "rooms.venue.stewards_set": _("Chose who decides for a venue"),
    "rooms.venue.removed": _("Took a venue out of use"),
    "rooms.room.added": _("Entered a room"),
    "rooms.room.pinned": _("Said where a room is"),
    "rooms.room.changed": _("Changed a room"),
    "rooms.room.removed": _("Took a room out of use"),
    "rooms.equipment.added": _("Entered equipment"),
    "rooms.equipment.changed": _("Changed equipment"),
    "rooms.equipment.removed": _("Took equipment out of use"),
    "rooms.feed.made": _("Made the address of a calendar feed"),
    "rooms.feed.revoked": _("Switched a calendar feed off"),
    "rooms.screen.added": _("Set up a screen"),
    "rooms.screen.revoked": _("Switched a screen off"),
}


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act that is not the module's."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None


SUBJECTS = {
    "rooms.booking": _("Booking"),
    "rooms.closure": _("Closure"),
    "rooms.feed": _("Calendar feed"),
    "rooms.equipment": _("Equipment to lend"),
    "rooms.closure_series": _("Regular closure"),
    "rooms.waiting": _("Entry of the waiting list"),
}

NAMES = {
    "name": _("Name"),
    "address": _("Address"),
    "area_m2": _("Floor area in m²"),
    "owner": _("Whose it is"),
    "contact_name": _("Contact person"),
    "contact_phone": _("Contact phone"),
    "note": _("Note"),
    "open_on_holidays": _("Its usual hours also hold on statutory holidays"),
    "plan": _("Plan"),
    "x": _("From the left (thousandths)"),
    "y": _("From the top (thousandths)"),
    "floor": _("Floor"),
    "seats": _("Seats"),
    "features": _("Equipment"),
    "accessibility": _("Access without steps"),
    "tags": _("Good for"),
    "bookable_by": _("Who may book"),
    "needs_approval": _("The office approves each booking"),
    "confidential": _("confidential"),
    "buffer_before": _("Minutes kept free before"),
    "buffer_after": _("Minutes kept free after"),
    "min_minutes": _("Shortest booking in minutes"),
    "max_minutes": _("Longest booking in minutes"),
    "ahead_days": _("How many days ahead"),
    "title": _("What for"),
    "organiser": _("Booked by"),
    "phone": _("Phone"),
    "people": _("People"),
    "room": _("Room"),
    "room_id": _("Room"),
    "venue_id": _("Venue"),
    "start_min": _("From"),
    "end_min": _("To"),
    "booking_id": _("Number of the booking"),
    "state": _("State"),
    "reason": _("Reason"),
    "replaces": _("Instead of booking no."),
    "held_until": _("Held until"),
    "decided_at": _("Decided on"),
    "decided_by": _("Decided by"),
    "hours": _("Opening hours"),
    "holder": _("Limit for"),
    "period": _("in a"),
    "bookings": _("Bookings"),
    "minutes": _("Minutes"),
    "kind": _("Where it stands"),
    "checked_in_at": _("Came"),
    "finished_at": _("Left"),
    "people_came": _("People who came"),
    "sequence": _("Version in calendars"),
    "rule": _("Repeat"),
    "days": _("Dates"),
    "goes_on_at": _("Goes on, said on"),
    "start": _("From"),
    "end": _("To"),
    "series_day": _("Date of the regular booking"),
    "series_id": _("Number of the regular closure"),
    "taker": _("Who has the key"),
    "missed_at": _("Nobody came, noted on"),
    "account": _("Account"),
    "kept_at": _("Where it is kept"),
    "stewards": _("Who decides on its requests"),
    "number": _("No."),
    "from_min": _("Not before"),
    "until_min": _("Not after"),
    "occurrence_id": _("Number of the occurrence"),
    "offered_at": _("Held on"),
    "contacted_at": _("Knows since"),
    "skipped_at": _("Skipped on"),
    "entered_at": _("Entered on"),
    "date": _("Day"),
    "venue": _("Venue"),
}

VALUES = {
    "bookable_by": BOOKABLE_BY,
    "holder": {"person": _("one person"), "organisation": _("one organisation")},
    "period": {"week": _("week"), "month": _("month")},
    "kind": {
        "hall": _("hall"),
        "door": _("at a door"),
        "room": _("a room"),
        "venue": _("a venue"),
        "own": _("own bookings"),
    },
}


def tell(community: str, name: str, value: Any) -> str | None:
    """What a number stands for: a room or venue, a UTC minute, opening hours as `hours._told` keeps them."""
    if name in ("start_min", "end_min", "from_min", "until_min"):
        return moment_text(value * 60_000)
    if name == "rule":
        return rule_words(read_rule(value), None) if value else ""
    if name in ("days", "skipped"):
        return "、".join(day_text(day) for day in value)
    if name == "hours":
        return "；".join(_hours(*each) for each in value)
    if name == "room_id":
        return _name(Room, community, value)
    if name in ("venue_id", "venue") and str(value).isdigit():
        return _name(Venue, community, int(value))
    return None


def _hours(weekday: int | None, day: str | None, start: int, end: int) -> str:
    when = day_text(day) if weekday is None else str(WEEKDAYS[weekday])
    return f"{when} {span(start, end) if end else _('closed')}"


def _name(model: type[CommunityModel], community: str, key: int) -> str | None:
    found: Any = list(model.of(community, model.name).where(model.id == key).tuples())
    return str(found[0][0]) if found else None


WORDS = AuditWords(subjects=SUBJECTS, names=NAMES, values=VALUES, tell=tell)
