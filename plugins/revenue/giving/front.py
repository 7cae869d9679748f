"""What this part puts on core's pages: entries of the navigations, and what waits that no workflow tells."""

from __future__ import annotations

from collections.abc import Iterator

from core import Actor, Community, NavItem, Todo, holders_named, today
from plugins.revenue.giving import opening
from plugins.revenue.giving.models import Float, Pledge
from plugins.revenue.giving.pledges import pledge_text
from plugins.revenue.giving.states import APPROVE, BOOKS, GIVE, OPENING
from plugins.revenue.ledger.models import Entry
from plugins.revenue.texts import _

_GROUP = _("Community revenue")
_MOST = 50

NAV = (
    NavItem(
        _("Thanks to donors"), "giving", "hand-heart", hint=_("What neighbours and firms gave, and what became of it"), order=46,
        covers=("giving_one",),
    ),
    NavItem(
        _("Donations and pledges"), "desk_giving", "hand-heart", "desk", BOOKS, group=_GROUP, order=46,
        covers=("desk_gift_change",),
    ),
    NavItem(
        _("Petty cash"), "desk_petty", "wallet", "desk", BOOKS, group=_GROUP, order=47,
        covers=("desk_voucher", "desk_float_move"),
    ),
    NavItem(_("Opening balances"), "desk_opening", "book-open", "desk", BOOKS, group=_GROUP, order=48),
)  # fmt: skip


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """Instalments that were expected by now; opening balances that nobody has entered; cash left with somebody who left."""
    base = f"/c/{community.code}/revenue/desk"
    if actor.can(GIVE):
        late = (Pledge.state.in_(("pledged", "part_received"))) & (Pledge.expected_on <= today())
        for pledge in Pledge.of(community).where(late).order_by(Pledge.expected_on).limit(_MOST):
            yield Todo(
                _("Ask after a pledge: %(number)s", number=pledge_text(pledge)), f"{base}/giving/{pledge.id}",
                due=pledge.expected_on.isoformat(), icon="hand-heart", permission=GIVE,
            )  # fmt: skip
    if actor.can(OPENING) and _lacks_opening(community.code):
        yield Todo(
            _("Enter the opening balances"), f"{base}/opening", icon="book-open", permission=OPENING,
            detail=_("What was there when the books began. It comes before everything else."),
        )  # fmt: skip
    if actor.can(APPROVE):
        for box in _left_behind(community.code):
            yield Todo(
                _("Petty cash has nobody who may hold it: %(name)s", name=box.name), f"{base}/petty/{box.id}", icon="wallet",
                permission=APPROVE,
            )  # fmt: skip


def _lacks_opening(community: str) -> bool:
    """Whether the books have not begun; not asked before the community has a bookkeeper who could begin them."""
    if not holders_named(community, OPENING):
        return False
    if opening.current(community) is not None or opening.in_preparation(community) is not None:
        return False
    return not Entry.of(community, Entry.seq).exists()


def _left_behind(community: str) -> list[Float]:
    from plugins.revenue.giving.petty import possible_holders

    open_ones = list(Float.of(community).where(Float.state == "open"))
    if not open_ones:
        return []
    holders = {each.account for each in possible_holders(community)}
    return [each for each in open_ones if each.holder_account not in holders]
