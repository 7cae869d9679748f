"""The pages of the module: residents' in `find`, `booking` and `mine`, the desk's in the modules named `desk_…`."""

from plugins.rooms.views import booking, find, mine
from plugins.rooms.views.base import blueprint

__all__ = ["blueprint", "booking", "find", "mine"]
