"""Services: how plugins use each other without importing each other, by a versioned name and a Protocol."""

from __future__ import annotations

from typing import Any

from core.plugin.current import active


def get_service(name: str, community: str) -> Any:
    """The implementation of a service (`rooms.RoomService/1`) for a community.

    None when no plugin offers it or the one that does is not enabled there: the caller then goes on without it.
    """
    registry = active()
    found = registry.services().get(name)
    if found is None or not registry.is_enabled(community, found[0]):
        return None
    return found[1].implementation


get = get_service
