"""Navigation and to-dos of this part."""

from __future__ import annotations

from collections.abc import Iterator

from core import Actor, Community, NavItem, Todo
from plugins.revenue.spot import checking, drawing
from plugins.revenue.spot.words import SPOT
from plugins.revenue.texts import _


def nav_items() -> Iterator[NavItem]:
    """The results for everybody, the draws for whoever may draw."""
    yield NavItem(
        _("Spot checks"), "spots", "search", hint=_("Vouchers drawn by lot that residents compared with the books"), order=62,
        covers=("spot_page",),
    )  # fmt: skip
    yield NavItem(
        _("Spot checks"), "desk_spots", "search", "desk", SPOT, group=_("Community revenue"), order=70,
        covers=("desk_spot", "desk_spot_voucher"),
    )  # fmt: skip


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """To draw, to inspect, to publish; for whoever does not keep the books."""
    if not actor.can(SPOT) or drawing.why_not(actor) is not None:
        return
    base = f"/c/{community.code}/revenue/desk/spot"
    for each in drawing.drawable(community.code):
        if each.head is not None:
            title = _("Draw the spot check %(span)s", span=checking.months_told(each.span.first, each.span.last))
            yield Todo(title, base, icon="search", permission=SPOT)
    for spot in checking.spots(community.code):
        if spot.notice_id is None:
            found = checking.vouchers(spot)
            left = sum(each.result is None for each in found)
            span = checking.span_told(spot)
            title = (
                _("Spot check %(span)s: %(left)d vouchers to look at", span=span, left=left)
                if left
                else _("Publish the results of the spot check %(span)s", span=span)
            )
            yield Todo(title, f"{base}/{spot.id}", icon="search", permission=SPOT)
