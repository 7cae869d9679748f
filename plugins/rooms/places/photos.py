"""The photos of a room: what it looks like, in the order the office gives them. Storing and serving them is core's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import Actor, FileKind, Ref, attach, describe_file, files_of, move_file, put_back_file, remove_file
from plugins.rooms.models import Room
from plugins.rooms.places.places import MANAGE, find_room

MOST_PHOTOS = 6
ROLE = "photo"


def may_see(actor: Actor, room: Ref) -> bool:
    """Whoever looks may see a room that is in use."""
    return find_room(str(room.community), int(room.id)) is not None


PHOTOS = FileKind(Room.kind, ROLE, may_see, most=MOST_PHOTOS)


def photos(community: str, room_id: int) -> list[Any]:
    """The photos of a room, the first one first."""
    return files_of(Ref(Room.kind, community, room_id), ROLE)


def add_photos(actor: Actor, room_id: int, wishes: Sequence[tuple[str, str]]) -> list[int]:
    """Add uploads by their tokens, each with words for those who cannot see it. Raises `Invalid`, `Refused`, `NotFound`."""
    return attach(actor, _room(actor, room_id), ROLE, wishes, permission=MANAGE)


def describe_photo(actor: Actor, room_id: int, use_id: int, caption: str) -> None:
    """Change the words of a photo. Raises `Invalid`, `NotFound`."""
    describe_file(actor, _room(actor, room_id), use_id, caption, permission=MANAGE)


def move_photo(actor: Actor, room_id: int, use_id: int, step: int) -> None:
    """Put a photo one place forward (-1) or back (1). Raises `NotFound`."""
    move_file(actor, _room(actor, room_id), use_id, step, permission=MANAGE)


def remove_photo(actor: Actor, room_id: int, use_id: int) -> None:
    """Show a photo no longer. Raises `NotFound`."""
    remove_file(actor, _room(actor, room_id), use_id, permission=MANAGE)


def put_back_photo(actor: Actor, room_id: int, use_id: int) -> None:
    """Take that back. Raises `NotFound`, and `Refused` when there are six others by now."""
    put_back_file(actor, _room(actor, room_id), use_id, permission=MANAGE)


def _room(actor: Actor, room_id: int) -> Ref:
    return find_room(str(actor.community), room_id).ref
