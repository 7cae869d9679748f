"""捐赠收据: what a donor takes home, on A4, with the sum in capital figures; and the sheet of opening balances to be signed."""

from __future__ import annotations

from core import Actor, NotFound, Ref, SheetContent, SheetKind, capital_figures, day_text, yuan
from plugins.revenue.giving.changes import find_gift
from plugins.revenue.giving.models import Gift, Opening
from plugins.revenue.giving.opening import against, find_opening, lines_of
from plugins.revenue.giving.pledges import MANNERS, donor_of, find_pledge, pledge_text
from plugins.revenue.giving.states import BOOKS, GIVE
from plugins.revenue.ledger.accounts import account
from plugins.revenue.ledger.funds import fund
from plugins.revenue.texts import _


def receipt(actor: Actor, ref: Ref) -> SheetContent:
    """The receipt of one gift. Raises `NotFound`."""
    gift = find_gift(actor, int(ref.id))
    pledge = find_pledge(actor, gift.pledge_id)
    facts = [
        (_("Donor"), donor_of(pledge).name),
        (_("Number of the donation"), pledge_text(pledge)),
        (_("Received on"), day_text(gift.received_on, with_year=True)),
        (_("How"), str(MANNERS[gift.manner])),
        *_what(gift),
        (_("Given for"), pledge.purpose),
    ]
    if gift.manner == "in_kind":
        facts += [(_("Taken over by"), gift.receiver), (_("Used for"), gift.used_for)]
    if gift.seq is not None:
        facts.append((_("Entry in the books"), f"No. {gift.seq}"))
    remarks = (
        _(
            "Every donation stands in the books of the community with its number; what became of it is shown to everybody."
        ),
        _(
            "This is no receipt for tax relief (公益事业捐赠票据), which only charities and public institutions can give."
        ),
    )
    return SheetContent(
        tuple((label, str(value)) for label, value in facts if value), remarks,
        signatures=(_("Received by"), _("Bookkeeper"), _("Donor")),
    )  # fmt: skip


def _what(gift: Gift) -> list[tuple[object, str]]:
    value = f"{yuan(gift.amount)} {_('yuan')}（{capital_figures(gift.amount)}）" if gift.amount else ""
    if gift.manner != "in_kind":
        return [(_("Amount"), value)]
    worth = f"{value} {gift.valued_by}" if value else str(_("not valued"))
    return [(_("Thing"), gift.item), (_("Value"), worth)]


def opening_sheet(actor: Actor, ref: Ref) -> SheetContent:
    """The opening balances as they were handed in, to be signed by both. Raises `NotFound`."""
    opening = find_opening(actor, int(ref.id))
    lines = lines_of(opening)
    if not lines or opening.state == "dropped":
        raise NotFound
    facts = [(_("Opening day"), day_text(opening.opening_day, with_year=True))]
    facts += [
        (f"{each.account} {account(opening.community, each.account).name}",
         f"{fund(opening.community, each.fund).name}　{yuan(each.amount)} {_('yuan')}")
        for each in lines
    ]  # fmt: skip
    facts += [
        (f"{each.account} {account(opening.community, each.account).name}",
         f"{fund(opening.community, each.fund).name}　{yuan(each.amount)} {_('yuan')}（{_('the other side')}）")
        for each in against(opening)
    ]  # fmt: skip
    return SheetContent(
        tuple((label, str(value)) for label, value in facts),
        (_("What is entered agrees with the statements of the bank and the count of the cash on that day."),),
        signatures=(_("Bookkeeper"), _("Approved by")),
    )


SHEETS = (
    SheetKind("revenue.gift_receipt", Gift.kind, _("Receipt for a donation"), "捐赠", GIVE, receipt),
    SheetKind("revenue.opening_sheet", Opening.kind, _("Opening balances"), "期初", BOOKS, opening_sheet),
)
