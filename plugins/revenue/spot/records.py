"""Spot checks as others name and open them; everybody sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import Actor, Label, RecordKind, Ref
from plugins.revenue.spot.checking import span_told
from plugins.revenue.spot.models import Lot, Spot
from plugins.revenue.spot.words import SPOT, months_told
from plugins.revenue.texts import _


def _titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, Label]:
    ids = [int(ref.id) for ref in refs if ref.kind == Spot.kind]
    found = Spot.of(str(actor.community)).where(Spot.id.in_(ids))
    return {each.ref: _("Spot check %(span)s", span=span_told(each)) for each in found}


def _path(actor: Actor, ref: Ref) -> str:
    return f"revenue/desk/spot/{ref.id}" if actor.can(SPOT) else f"revenue/spot/{ref.id}"


def _lot_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, Label]:
    ids = [int(ref.id) for ref in refs if ref.kind == Lot.kind]
    found = Lot.of(str(actor.community)).where(Lot.id.in_(ids))
    return {each.ref: _("Spot check %(span)s", span=months_told(each.first_day, each.last_day)) for each in found}


def _lot_path(actor: Actor, ref: Ref) -> str:
    return f"revenue/desk/spot/lots/{ref.id}" if actor.can(SPOT) else "revenue/spot"


RECORDS = (
    RecordKind(
        Lot,
        _("Lot of a spot check"),
        "search",
        _lot_titles,
        _lot_path,
        lambda actor, ref: actor.community == ref.community,
    ),
    RecordKind(Spot, _("Spot check"), "search", _titles, _path, lambda actor, ref: actor.community == ref.community),
)
