"""The pages of the module: residents' in `find`, `booking` and `mine`, the desk's in the modules named `desk_…`."""

from plugins.rooms.views import (
    booking,
    desk_booking,
    desk_closures,
    desk_hours,
    desk_photos,
    desk_places,
    desk_posters,
    desk_screens,
    desk_series,
    desk_today,
    desk_waiting,
    find,
    mine,
    ratings,
    screens,
    series,
    waiting,
)
from plugins.rooms.views.base import blueprint

__all__ = [
    "blueprint",
    "booking",
    "desk_booking",
    "desk_closures",
    "desk_hours",
    "desk_photos",
    "desk_places",
    "desk_posters",
    "desk_screens",
    "desk_series",
    "desk_today",
    "desk_waiting",
    "find",
    "mine",
    "ratings",
    "screens",
    "series",
    "waiting",
]
