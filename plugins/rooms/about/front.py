"""What the module puts on core's pages: entries of the navigations, to-dos, and the blocks of the two first pages."""

from __future__ import annotations

import datetime
from typing import Any

from core import Actor, Community, NavItem, Todo, Widget, day_text, local_day, today
from plugins.rooms import service
from plugins.rooms.texts import _

MOST_SHOWN = 6
_GROUP = _("Rooms")


_DESK, _MANAGE = "rooms.desk", "rooms.manage"
# Pages of one venue or room whose addresses do not lie under those of the venues.
_OF_VENUES = (
    "desk_room_edit", "desk_room_remove", "desk_quotas", "desk_hours", "desk_room_hours", "desk_date_hours",
    "desk_photos", "desk_photo_words", "desk_scores", "desk_pin",
)  # fmt: skip
_OF_SERIES = ("desk_series", "desk_series_change", "desk_series_cancel")
_PLACES = (
    NavItem(_("Room bookings"), "day", "calendar-days", hint=_("See free times and book"), order=10),
    NavItem(_("My bookings"), "mine", "calendar-check", place="mine", order=10),
    NavItem(
        _("Our rooms"),
        "unit",
        "clipboard-check",
        place="mine",
        permission="rooms.unit.decide",
        order=12,
    ),
    NavItem(_("Rooms today"), "desk", "calendar-days", "desk", _DESK, group=_GROUP, order=10),
    NavItem(_("Requests"), "desk_requests", "clipboard-check", "desk", "rooms.booking.approve", group=_GROUP, order=11),
    NavItem(_("Waiting list"), "desk_waiting", "hourglass", "desk", _DESK, group=_GROUP, order=11),
    NavItem(
        _("Regular bookings"), "desk_series_list", "repeat", "desk", _DESK, group=_GROUP, order=11, covers=_OF_SERIES
    ),
    NavItem(
        _("Venues and rooms"), "desk_venues", "door-open", "desk", _MANAGE, group=_GROUP, order=12, covers=_OF_VENUES
    ),
    NavItem(_("Closures"), "desk_closures", "calendar-off", "desk", _MANAGE, group=_GROUP, order=13),
    NavItem(
        _("Utilisation"), "desk_utilisation", "chart-column", "desk", "rooms.utilisation.view", group=_GROUP, order=16
    ),
    NavItem(_("Posters"), "desk_posters", "qr-code", "desk", _DESK, group=_GROUP, order=14),
    NavItem(
        _("Equipment to lend"),
        "desk_equipment",
        "projector",
        "desk",
        _MANAGE,
        group=_GROUP,
        order=13,
        covers=("desk_equipment_edit", "desk_equipment_remove"),
    ),
    NavItem(
        _("Calendar feeds"),
        "desk_calendars",
        "repeat",
        "desk",
        _MANAGE,
        group=_GROUP,
        order=16,
        covers=("desk_room_calendar", "desk_venue_calendar"),
    ),
    NavItem(_("Screens"), "desk_screens", "monitor", "desk", _MANAGE, group=_GROUP, order=15),
)


def nav_items() -> list[NavItem]:
    """The places of the module; core shows each to whoever may open it."""
    return list(_PLACES)


def todo_items(community: Community, actor: Actor) -> list[Todo]:
    """Each request that waits for this actor, due on the day before it would take place; before all, the first venue.

    Then keys that are late, and whoever waits for a room that needs approval and is free by now.
    """
    base = f"/c/{community.code}/rooms/desk"
    found = []
    if actor.can("rooms.manage") and not service.venues(community.code):
        detail = _("Then residents can see when its rooms are free and book them.")
        found.append(Todo(_("Enter the first venue"), base, detail=detail, icon="door-open", permission=_MANAGE))
    if actor.can(_DESK):
        found += [
            Todo(
                _("Ask for the key of %(room)s: %(taker)s", room=key.room, taker=key.taker),
                f"{base}/bookings/{key.occurrence_id}",
                due=local_day(key.end_min * 60_000).isoformat(),
                icon="key-round",
                permission=_DESK,
            )
            for key in service.keys_out(actor)
            if key.is_late
        ]
    if actor.can("rooms.booking.approve"):
        found += [
            Todo(
                _("Decide: %(room)s, %(start)s–%(end)s", room=line.room, start=line.start, end=line.end),
                f"{base}/requests",
                due=_due(line),
                detail=f"{day_text(line.date)} · {line.organiser}",
                icon="clipboard-check",
                permission="rooms.booking.approve",
            )
            for line in service.requests(actor)
        ]
    if actor.can("rooms.waiting.decide") and actor.can("rooms.booking.approve"):
        found += [
            Todo(
                _("Waiting list: %(room)s is free for no. %(number)d", room=line.room, number=line.number),
                f"{base}/waiting",
                due=today().isoformat(),
                detail=f"{day_text(line.date)} {line.start}–{line.end}",
                icon="hourglass",
                permission="rooms.waiting.decide",
            )
            for line in service.for_decision(actor)
        ]
    return found


def _due(line: service.Line) -> str:
    """The day before it, but not before the day on which it was asked for."""
    eve = line.date - datetime.timedelta(days=1)
    return max(eve.isoformat(), str(line.requested_on))


def _free_now(community: Community, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    days = service.day(actor, today())
    if not days:
        return None
    free = service.free_now(actor, days)
    return "rooms/widgets/free_now.html", {"free": free[:MOST_SHOWN], "base": f"/c/{community.code}/rooms"}


def _today(community: Community, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    if not service.venues(community.code):
        return None
    lines = [line for line in service.on_day(actor, today()) if line.state != "requested" and not line.is_over]
    return "rooms/widgets/today.html", {"lines": lines[:MOST_SHOWN], "base": f"/c/{community.code}/rooms"}


WIDGETS = (
    Widget("rooms.free_now", "portal", "", _free_now, order=20),
    Widget("rooms.today", "desk", "rooms.desk", _today, order=20),
)
