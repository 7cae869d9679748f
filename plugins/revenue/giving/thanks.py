"""What everybody may read of donations: who gave as they wished to be shown, how much for what, what became of it.

No telephone, no receiver, no reason for a refund; whoever does not wish to be named is shown as a firm or a resident.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from core import Label, files_of
from plugins.revenue.giving.changes import WHAT
from plugins.revenue.giving.models import Donor, Gift, GiftChange, GiftNews, Pledge
from plugins.revenue.giving.pledges import IN_KIND, pledge_text
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _

MOST = 50
_UNNAMED = {"firm": _("A firm of our community"), "resident": _("A resident of our community")}


@dataclass(frozen=True)
class Given:
    """One donation as it is thanked for. Sums in 分; `things` are what was given in kind; `became` tells what came of it."""

    id: int
    number: str
    who: Label
    is_firm: bool
    purpose: str
    fund: str
    is_money: bool
    pledged: int
    received: int
    returned: int
    things: list[str]
    last_on: datetime.date
    became: list[tuple[datetime.date, str]]
    changes: list[tuple[datetime.date, Label, int]]
    photos: list[Any]


@dataclass(frozen=True)
class Purpose:
    """Everything given into one fund: money received less what went back, in 分, and how many donations."""

    name: str
    words: str
    donations: int
    amount: int


@dataclass(frozen=True)
class Thanks:
    """A page of thanks: the newest first; `older` is where the next page begins."""

    given: list[Given]
    purposes: list[Purpose]
    older: int | None


def shown_name(donor: Donor) -> Label:
    """How a donor wished to be shown."""
    return str(donor.name) if donor.shown == "name" else _UNNAMED[donor.donor_kind]


def thanks(community: str, before: int | None = None) -> Thanks:
    """The donations of which something has arrived, and the sum by purpose."""
    arrived = Gift.of(community, Gift.pledge_id)
    query = Pledge.of(community).where(Pledge.id.in_(arrived))
    if before is not None:
        query = query.where(Pledge.id < before)
    found = list(query.order_by(Pledge.id.desc()).limit(MOST + 1))
    page = found[:MOST]
    return Thanks(_given(community, page), sums(community), page[-1].id if len(found) > MOST else None)


def thanked(community: str, pledge_id: int) -> Given | None:
    """One of them, None where nothing has arrived yet."""
    found = list(Pledge.of(community).where(Pledge.id == pledge_id))
    if not found or not Gift.of(community, Gift.id).where(Gift.pledge_id == pledge_id).exists():
        return None
    return _given(community, found)[0]


def sums(community: str) -> list[Purpose]:
    """By fund, in the order the funds were opened; things without a value count as donations of 0."""
    names = {each.code: each for each in funds(community)}
    totals: dict[str, tuple[int, int]] = {}
    arrived = Gift.of(community, Gift.pledge_id)
    for pledge in Pledge.of(community).where(Pledge.id.in_(arrived)):
        count, amount = totals.get(pledge.fund, (0, 0))
        totals[pledge.fund] = (count + 1, amount + pledge.received - pledge.returned)
    moved = (GiftChange.what == "repurpose") & (GiftChange.state == "done")
    for change in GiftChange.of(community).where(moved):
        pledge_fund = Pledge.get_of(community, change.pledge_id).fund
        for code, amount in ((pledge_fund, -change.amount), (change.to_fund, change.amount)):
            count, known = totals.get(code, (0, 0))
            totals[code] = (count, known + amount)
    return [
        Purpose(names[code].name, names[code].purpose, *totals[code])
        for code in names
        if code in totals and (totals[code][0] or totals[code][1])
    ]


def _given(community: str, pledges: list[Pledge]) -> list[Given]:
    ids = [each.id for each in pledges]
    if not ids:
        return []
    donors = {each.id: each for each in Donor.of(community).where(Donor.id.in_([each.donor_id for each in pledges]))}
    gifts: dict[int, list[Gift]] = {key: [] for key in ids}
    for gift in Gift.of(community).where(Gift.pledge_id.in_(ids)).order_by(Gift.number):
        gifts[gift.pledge_id].append(gift)
    news: dict[int, list[tuple[datetime.date, str]]] = {key: [] for key in ids}
    for each in GiftNews.of(community).where(GiftNews.pledge_id.in_(ids)).order_by(GiftNews.id):
        if each.words not in ("", "—"):
            news[each.pledge_id].append((each.told_on, each.words))
    changes: dict[int, list[tuple[datetime.date, Label, int]]] = {key: [] for key in ids}
    done = GiftChange.pledge_id.in_(ids) & (GiftChange.state == "done")
    for change in GiftChange.of(community).where(done).order_by(GiftChange.id):
        changes[change.pledge_id].append((change.decided_on, WHAT[change.what], change.amount))
    names = {each.code: each.name for each in funds(community)}
    return [
        Given(
            each.id, pledge_text(each), shown_name(donors[each.donor_id]), donors[each.donor_id].donor_kind == "firm",
            each.purpose, "" if each.fund == IN_KIND else names.get(each.fund, each.fund), each.form == "money", each.amount,
            each.received, each.returned, [gift.item for gift in gifts[each.id] if gift.item],
            max(gift.received_on for gift in gifts[each.id]), news[each.id], changes[each.id], files_of(each.ref, "photo"),
        )
        for each in pledges
    ]  # fmt: skip
