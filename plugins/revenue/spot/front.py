"""Navigation and to-dos of this part."""

from __future__ import annotations

from collections.abc import Iterator

from core import Actor, Community, NavItem, Todo
from plugins.revenue.spot import checking, lots, people
from plugins.revenue.spot.words import SPOT, months_told
from plugins.revenue.texts import _


def nav_items() -> Iterator[NavItem]:
    """The results for everybody, the draws for whoever may draw."""
    yield NavItem(
        _("Spot checks"), "spots", "search", hint=_("Vouchers drawn by lot that residents compared with the books"), order=62,
        covers=("spot_page",),
    )  # fmt: skip
    yield NavItem(
        _("Spot checks"), "desk_spots", "search", "desk", SPOT, group=_("Community revenue"), order=70,
        covers=("desk_lot", "desk_lot_move", "desk_spot", "desk_spot_voucher"),
    )  # fmt: skip


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """To draw, to inspect, to publish; for whoever does not keep the books."""
    if not actor.can(SPOT) or people.why_not(actor) is not None:
        return
    base = f"/c/{community.code}/revenue/desk/spot"
    for each in lots.waiting(community.code):
        lot, told = each.lot, each.announced
        if people.why_not_here(actor, lot.first_day, lot.last_day) is not None:
            continue
        span, address = months_told(lot.first_day, lot.last_day), f"{base}/lots/{lot.id}"
        if told is None:
            title = _("Tell residents when they throw the lot of the spot check %(span)s", span=span)
            yield Todo(title, address, icon="megaphone", permission=SPOT)
        else:
            title = _("Draw the spot check %(span)s", span=span)
            yield Todo(title, address, due=told.on_day.isoformat(), icon="search", permission=SPOT)
    for spot in checking.spots(community.code):
        if spot.notice_id is not None or people.why_not_here(actor, spot.first_day, spot.last_day) is not None:
            continue
        left = sum(each.result is None for each in checking.vouchers(spot))
        span, address = checking.span_told(spot), f"{base}/{spot.id}"
        if left:
            title = _("Spot check %(span)s: %(left)d vouchers to look at", span=span, left=left)
            yield Todo(title, address, icon="search", permission=SPOT)
        elif checking.why_not_publish(actor, spot) is None:
            title = _("Publish the results of the spot check %(span)s", span=span)
            yield Todo(title, address, icon="search", permission=SPOT)
