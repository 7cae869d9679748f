"""Spot checks as others name and open them; everybody sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import Actor, Label, RecordKind, Ref
from plugins.revenue.spot.checking import span_told
from plugins.revenue.spot.models import Spot
from plugins.revenue.spot.words import SPOT
from plugins.revenue.texts import _


def _titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, Label]:
    ids = [int(ref.id) for ref in refs if ref.kind == Spot.kind]
    found = Spot.of(str(actor.community)).where(Spot.id.in_(ids))
    return {each.ref: _("Spot check %(span)s", span=span_told(each)) for each in found}


def _path(actor: Actor, ref: Ref) -> str:
    return f"revenue/desk/spot/{ref.id}" if actor.can(SPOT) else f"revenue/spot/{ref.id}"


RECORDS = (
    RecordKind(Spot, _("Spot check"), "search", _titles, _path, lambda actor, ref: actor.community == ref.community),
)
