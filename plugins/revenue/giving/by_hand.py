"""What is asked of this part before people change the books by hand: donations, petty cash and opening balances."""

from __future__ import annotations

import re

from core import Actor, Label, yuan
from plugins.revenue.giving.changes import USED
from plugins.revenue.giving.models import Float, GiftChange, Pledge, Voucher, float_accounts
from plugins.revenue.giving.petty import CASH
from plugins.revenue.giving.pledges import IN_KIND, INCOME, THINGS, pledge_text
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.entries import EntryLine
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _


def of_pledge(_actor: Actor, found: EntryLine, _replaced: bool) -> Elsewhere:
    """A gift is given back, re-purposed or handed out by two people; the thanks and the receipt follow."""
    return Elsewhere(
        _("This entry belongs to a donation."),
        _(
            "Ask on the page of the donation for it to be given back, and write there what was wrong. A second person agrees."
        ),
        f"/desk/giving/{found.record.id if found.record else ''}",
    )


def of_float(_actor: Actor, found: EntryLine, _replaced: bool) -> Elsewhere:
    """Cash comes, goes back and is counted with the float, whose sum the database keeps."""
    return Elsewhere(
        _("This entry belongs to a float of petty cash."),
        _("On the page of the float, cash goes back to the bank, comes as a new advance, or is counted."),
        f"/desk/petty/{found.record.id if found.record else ''}",
    )


def of_opening(_actor: Actor, _found: EntryLine, _replaced: bool) -> Elsewhere:
    """Opening balances are corrected as a whole."""
    return Elsewhere(
        _("This entry holds the opening balances."),
        _("They are corrected on their own page: the whole entry is mirrored and the corrected one posted."),
        "/desk/opening",
    )


def of_voucher(actor: Actor, found: EntryLine, replaced: bool) -> Elsewhere | None:
    """A payment from petty cash may be taken back by hand: its cash is in the float again, and the voucher says so."""
    if found.record is None:
        return None
    voucher: Voucher = Voucher.get_of(found.record.community, int(found.record.id))
    box: Float = Float.get_of(voucher.community, voucher.float_id)
    page = f"/desk/petty/{box.id}"

    def not_so(advice: Label) -> Elsewhere:
        return Elsewhere(_("This entry belongs to a payment from petty cash."), advice, page)

    if replaced:
        return not_so(_("Reverse it without another posting in its place, and write a new voucher for what is right."))
    if box.state != "open":
        return not_so(_("The float is closed and its cash went back. Enter by itself what puts it right."))
    if box.balance + voucher.amount > box.ceiling:
        return not_so(
            _("The float would hold more than its %(yuan)s yuan. First some of it goes back to the bank.", yuan=yuan(box.ceiling))
        )  # fmt: skip
    if is_same(actor, box.holder_account, box.holder_person, box.holder_name):
        return not_so(_("You hold this cash. Somebody else has to take it back."))
    return None


def of_account(community: str, account: str) -> Elsewhere | None:
    """Gifts and the cash of a float are moved where their papers are."""
    if account.startswith(INCOME):
        return Elsewhere(
            _("This account belongs to donations."), _("Enter the gift on the page of donations."), "/desk/giving"
        )
    if account in float_accounts(community):
        return Elsewhere(
            _("This account is a float of petty cash."),
            _("Advances, payments and cash that goes back are entered on its page."),
            "/desk/petty",
        )
    return None


_STAYS = _("It is opened there by the program, and stays as it is.")


def of_code(_community: str, code: str) -> Elsewhere | None:
    """Petty cash, donations and things given have accounts of their own, numbered here."""
    if code.startswith(f"{CASH}."):
        return Elsewhere(_("This code is one of petty cash."), _STAYS, "/desk/petty")
    if code == USED or code.startswith(f"{INCOME}.") or re.fullmatch(rf"{THINGS}\.\d{{4}}-\d+", code):
        return Elsewhere(_("This code is one of donations."), _STAYS, "/desk/giving")
    return None


def of_fund(community: str, code: str) -> Elsewhere | None:
    """A fund that donations are still to come into, or petty cash is paid out of, stays open; so does that of things given."""
    if code == IN_KIND:
        return Elsewhere(_("Things that are given stand in this fund."), _("It stays open."), "/desk/giving")
    awaited = Pledge.of(community).where(Pledge.fund == code, Pledge.state.in_(("pledged", "part_received"))).first()
    if awaited is not None:
        return Elsewhere(
            _("The donation %(number)s is still to come into this fund.", number=pledge_text(awaited)),
            _("End it there, if the rest is not given."), f"/desk/giving/{awaited.id}",
        )  # fmt: skip
    asked = GiftChange.of(community).where(GiftChange.to_fund == code, GiftChange.state == "asked").first()
    if asked is not None:
        return Elsewhere(
            _("A donation is to be re-purposed into this fund, and waits for its second person."),
            _("Approve it first, or not."), f"/desk/giving/changes/{asked.id}",
        )  # fmt: skip
    box = Float.of(community).where(Float.fund == code, Float.state == "open").first()
    if box is not None:
        return Elsewhere(
            _("The petty cash %(name)s is paid out of this fund.", name=box.name), _("Close the petty cash first."),
            f"/desk/petty/{box.id}",
        )  # fmt: skip
    return None


def of_expense(community: str, code: str) -> Elsewhere | None:
    """A payment from petty cash that waits to be checked names the account it will stand in."""
    found = Voucher.of(community).where(Voucher.account == code, Voucher.state == "entered").first()
    if found is None:
        return None
    return Elsewhere(
        _("A payment from petty cash waits to be checked: %(what)s", what=found.what), _("Approve it first, or not."),
        f"/desk/petty/vouchers/{found.id}",
    )  # fmt: skip


OWNERS = {
    "revenue.pledge": of_pledge,
    "revenue.float": of_float,
    "revenue.opening": of_opening,
    "revenue.voucher": of_voucher,
}
