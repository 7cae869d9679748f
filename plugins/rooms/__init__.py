"""`rooms`: venues, rooms and bookings that cannot collide. Here stands what the plugin adds; see README.md for the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core import (
    Actor,
    Community,
    DataSubject,
    DataTable,
    Declaration,
    Job,
    Meta,
    NavItem,
    Permission,
    Ref,
    Service,
    Setting,
    Todo,
    hookimpl,
)  # fmt: skip
from plugins.rooms.texts import _

META = Meta(
    name="rooms",
    title=_("Room bookings"),
    version="1.0",
    description=_("Find and book the community's rooms; two bookings never collide."),
    data_held=_("Who booked which room and when; of guests the name and, if they give it, the phone number."),
    icon="door-open",
)

STAFF = ("secretary", "director", "staff")

PERMISSIONS = (
    Permission("rooms.book", _("Book rooms"), (*STAFF, "bookkeeper", "cashier", "grid_officer", "supervisor",
               "mediator", "steward", "resident")),
    Permission("rooms.desk", _("See bookings with names, enter them for others"), STAFF),
    Permission("rooms.booking.approve", _("Decide on booking requests"), STAFF),
    Permission("rooms.booking.displace", _("Take a booked room back for the community"), ("secretary", "director")),
    Permission("rooms.waiting.decide", _("Decide on the waiting list"), STAFF),
    Permission("rooms.unit.decide", _("Decide on requests for the rooms of one's own unit"),
               ("secretary", "director", "steward")),
    Permission("rooms.booking.cancel", _("Cancel bookings of others"), STAFF),
    Permission("rooms.utilisation.view", _("See how rooms are used"), (*STAFF, "supervisor")),
    Permission("rooms.manage", _("Edit venues, rooms, hours, closures and quotas"), ("secretary", "director")),
)  # fmt: skip

SETTINGS = (
    Setting(
        "rooms.step",
        _("Bookings start every … minutes"),
        int,
        15,
        choices=(
            (5, _("5 minutes")),
            (10, _("10 minutes")),
            (15, _("15 minutes")),
            (30, _("30 minutes")),
            (60, _("1 hour")),
        ),
        hint=_("A coarser step leaves fewer gaps that nobody can use."),
    ),
    Setting(
        "rooms.check_in_before",
        _("Check-in opens … minutes before the start"),
        int,
        15,
        choices=(
            (5, _("5 minutes")),
            (10, _("10 minutes")),
            (15, _("15 minutes")),
            (30, _("30 minutes")),
            (60, _("1 hour")),
        ),
    ),
    Setting(
        "rooms.release_after",
        _("Release a room by itself when nobody has checked in"),
        int,
        0,
        choices=(
            (0, _("never")),
            (15, _("15 minutes after the start")),
            (30, _("30 minutes after the start")),
            (60, _("1 hour after the start")),
        ),
        hint=_("Best left at “never”: a group that forgot to check in must not be put out of its room."),
    ),
    Setting(
        "rooms.remind",
        _("Remind people of their bookings the day before"),
        int,
        2,
        choices=(
            (0, _("not at all")),
            (1, _("with a message on this website")),
            (2, _("as they like it best: a call, a notice on paper, a message")),
        ),
        hint=_("Of regular bookings only with a message: nobody is called every week."),
    ),
    Setting(
        "rooms.answer_minutes",
        _("Waiting list: how long people have to answer an offer"),
        int,
        120,
        choices=(
            (30, _("30 minutes")),
            (60, _("1 hour")),
            (120, _("2 hours")),
            (240, _("4 hours")),
            (720, _("12 hours")),
            (1440, _("24 hours")),
        ),
        hint=_("Counted from the moment they were told; until then the time stays held."),
    ),
)


@hookimpl
def declare() -> Declaration:
    """At start: everything the plugin adds."""
    from plugins.rooms import models, service
    from plugins.rooms.about import audit_words, exports, front, privacy, ratings, records, sheets
    from plugins.rooms.commands import rooms
    from plugins.rooms.contracts import BookingCancelled, BookingConfirmed, BookingMoved, RoomService, WaitingUnmet
    from plugins.rooms.finding import search
    from plugins.rooms.places import imports, photos, plans
    from plugins.rooms.room_service import Rooms
    from plugins.rooms.states import OCCURRENCE, WAITING
    from plugins.rooms.views import blueprint

    return Declaration(
        models=(
            models.Venue,
            models.Resource,
            models.Room,
            models.Pin,
            models.Quota,
            models.Opening,
            models.Closure,
            models.ClosureSeries,
            models.Booking,
            models.Series,
            models.Skipped,
            models.Occurrence,
            models.KeyLoan,
            models.OccurrenceResource,
            models.Screen,
            models.Waiting,
            models.Feed,
            models.Equipment,
            models.Steward,
        ),
        blueprint=blueprint,
        permissions=PERMISSIONS,
        settings=SETTINGS,
        workflows=(OCCURRENCE, WAITING),
        events=(BookingConfirmed, BookingCancelled, BookingMoved, WaitingUnmet),
        services=(Service("rooms.RoomService/1", RoomService, Rooms()),),
        jobs=(
            Job(
                "rooms.goes_on",
                service.ask_whether_it_goes_on,
                24 * 60,
                _("Ask every eight weeks whether a regular booking goes on"),
            ),
            Job(
                "rooms.expire",
                service.expire,
                10,
                _("Close requests nobody decided in time, free places held too long"),
            ),
            Job("rooms.unmet", service.write_counts, 5, _("Store how often no room was found")),
            Job("rooms.remind", service.remind, 20, _("Remind people of tomorrow's bookings")),
            Job("rooms.finish", service.finish_due, 5, _("End bookings whose time is over")),
            Job("rooms.waiting", service.tend_waiting, 10, _("Offer free times to those who wait")),
        ),
        commands=(rooms,),
        exports=exports.EXPORTS,
        imports=(imports.ROOMS,),
        search=search.SOURCES,
        widgets=front.WIDGETS,
        files=(photos.PHOTOS, plans.PLANS, sheets.SIGNED),
        scores=(ratings.SCORES,),
        sheets=(sheets.USE,),
        records=records.RECORDS,
        personal=privacy.PERSONAL,
        retention=privacy.RETENTION,
        audit=audit_words.WORDS,
        migrations=Path(__file__).parent / "migrations",
    )


@hookimpl
def nav_items(community: Community, actor: Actor) -> list[NavItem]:
    """The entries of the portal, of 我的 and of the desk."""
    from plugins.rooms.about import front

    return front.nav_items()


@hookimpl
def todo_items(community: Community, actor: Actor) -> list[Todo]:
    """Requests that wait for a decision."""
    from plugins.rooms.about import front

    return front.todo_items(community, actor)


@hookimpl
def fill_demo(community: Community, actor: Actor) -> list[str]:
    """`linli demo`: the centre with twelve zones and a week of bookings."""
    from plugins.rooms import demo

    return list(demo.fill(community, actor))


@hookimpl
def data_about(community: Community, person: DataSubject) -> list[DataTable]:
    """The bookings of a person."""
    from plugins.rooms.about import privacy

    return privacy.bookings_of(community.code, person)


@hookimpl
def erase_person(community: Community, person: DataSubject) -> list[Ref]:
    """Take a person out of the bookings; the times of the rooms stay."""
    from plugins.rooms.about import privacy

    return privacy.erase_bookings(community.code, person)


@hookimpl
def describe_audit(entry: Any) -> str | None:
    """The plain sentence of an audit entry of this module."""
    from plugins.rooms.about import audit_words

    return audit_words.describe(entry)
