"""What dues offer for allocation, by the names that part gives it. It is asked when it is needed, so that neither part loads the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from core import Actor, Ref

_OFFER = "plugins.revenue.dues.allocatable"


class Received(Protocol):
    """A due whose money has arrived: `amount` in 分, `split` to funds by the rule under which it was computed."""

    due_id: int
    title: str
    amount: int
    split: Mapping[str, int]


def _offer() -> Any:
    return import_module(_OFFER) if find_spec(_OFFER) is not None else None


def allocatable(community: str) -> list[Received]:
    """What can be proposed for allocation now, the oldest first."""
    offer = _offer()
    return list(offer.allocatable(community)) if offer is not None else []


def claim(actor: Actor, due_ids: Sequence[int], proposal: Ref) -> None:
    """A proposal takes these dues. Raises `Refused` when one of them cannot be allocated."""
    _offer().claim(actor, due_ids, proposal)


def unclaim(actor: Actor, proposal: Ref) -> None:
    """The proposal came to nothing: its dues are free again."""
    _offer().unclaim(actor, proposal)


def mark_allocated(actor: Actor, proposal: Ref) -> None:
    """The dues of a proposal have gone to their funds."""
    _offer().mark_allocated(actor, proposal)
