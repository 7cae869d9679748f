"""What happens to a gift afterwards: it is given back, re-purposed with the donor's signed consent, or a thing was handed out.

One person asks with a reason, a second one decides; only then is it posted. What was re-purposed may be re-purposed or given back
again: such a change names the one `after` which it comes, and takes no more than that one moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    Invalid,
    Label,
    NotFound,
    Refused,
    actions,
    advance,
    attach,
    begin,
    files_of,
    today,
    transactional,
)
from plugins.revenue.giving.models import Gift, GiftChange, Pledge
from plugins.revenue.giving.pledges import (
    IN_KIND,
    find_pledge,
    income_of,
    money_accounts,
    pledge_text,
    purposes,
)
from plugins.revenue.giving.states import GIVE
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.holds import release
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.persons import asker, decider
from plugins.revenue.texts import _

USED = "5101.gifts"
WHAT = {
    "refund": _("Given back to the donor"),
    "repurpose": _("Re-purposed with the donor's consent"),
    "used": _("Handed out or used up"),
}


@dataclass(frozen=True)
class Wish:
    """What is asked for: `amount` in 分 and the `account` the money lies in; for another purpose the fund and its words.

    `after` is the number of the change by which the money was re-purposed before, None for money that is where it was given.
    """

    what: str
    reason: str
    amount: int = 0
    account: str = ""
    to_fund: str = ""
    purpose: str = ""
    scans: Sequence[tuple[str, str]] = ()
    after: int | None = None


def find_gift(actor: Actor, gift_id: int) -> Gift:
    """A gift of the actor's community. Raises `NotFound`."""
    found: Gift = Gift.get_of(str(actor.community), gift_id)
    return found


def find_change(actor: Actor, change_id: int) -> GiftChange:
    """What was asked for. Raises `NotFound`."""
    found: GiftChange = GiftChange.get_of(str(actor.community), change_id)
    return found


def changes_of(pledge: Pledge) -> list[GiftChange]:
    """Everything that was asked for about a pledge, the first first."""
    return list(GiftChange.of(pledge.community).where(GiftChange.pledge_id == pledge.id).order_by(GiftChange.id))


def left_of(gift: Gift, after: GiftChange | None = None) -> int:
    """How much of a gift (分), or of what was re-purposed of it by the change `after`, nobody has asked to change yet."""
    changed = sum(each.amount for each in _standing(gift, after))
    return int(gift.amount if after is None else after.amount) - changed


def may_change(gift: Gift, after: GiftChange | None = None) -> bool:
    """Whether there is anything of it that can be given back, re-purposed or handed out."""
    if after is not None and (after.what != "repurpose" or after.state != "done"):
        return False
    return left_of(gift, after) > 0 if gift.amount else not _standing(gift, after)


def fund_of(gift: Gift, after: GiftChange | None = None) -> str:
    """The fund in which the money of a gift is, or is since the change `after`."""
    return str(gift.fund if after is None else after.to_fund)


def _standing(gift: Gift, after: GiftChange | None) -> list[GiftChange]:
    same = (GiftChange.gift_id == gift.id) & (GiftChange.state != "refused")
    then = GiftChange.after_change.is_null() if after is None else GiftChange.after_change == after.id
    return list(GiftChange.of(gift.community).where(same, then))


def _after(actor: Actor, gift: Gift, key: int | None) -> GiftChange | None:
    """The change of this gift with the number `key`; raises `NotFound` for one of another gift."""
    if key is None:
        return None
    found = find_change(actor, key)
    if found.gift_id != gift.id:
        raise NotFound
    return found


@transactional
def ask_change(actor: Actor, gift_id: int, wish: Wish) -> GiftChange:
    """Ask a second person for a change of a gift. Raises `Invalid`, `Refused`, `NotFound`, `Forbidden`."""
    actor.require(GIVE)
    gift = find_gift(actor, gift_id)
    pledge = find_pledge(actor, gift.pledge_id)
    after = _after(actor, gift, wish.after)
    if not may_change(gift, after):
        raise Refused(_("Nothing of this gift is left to be changed."))
    _check(gift, wish, after)
    is_thing = gift.manner == "in_kind"
    made = GiftChange(
        community=gift.community, pledge_id=pledge.id, gift_id=gift.id, what=wish.what,
        amount=gift.amount if is_thing else wish.amount, account=gift.account if is_thing else wish.account,
        to_fund=wish.to_fund if wish.what == "repurpose" else "", purpose=wish.purpose.strip(), reason=wish.reason.strip(),
        after_change=wish.after, **asker(actor),
    )  # fmt: skip
    begin(actor, made)
    if wish.scans:
        attach(actor, made.ref, "scan", list(wish.scans), permission=GIVE)
    return made


def _check(gift: Gift, wish: Wish, after: GiftChange | None) -> None:
    errors: dict[str, list[Any]] = {}
    is_thing = gift.manner == "in_kind"
    if wish.what not in WHAT or (wish.what == "used") > is_thing or (wish.what == "repurpose") > (not is_thing):
        raise Refused(_("This is not possible with this gift."))
    if not wish.reason.strip():
        errors["reason"] = [_("Please write why.")]
    if not is_thing:
        if not 0 < wish.amount <= left_of(gift, after):
            errors["amount"] = [_("Please write an amount up to what is left of the gift.")]
        if wish.account not in {each.code for each in money_accounts(gift.community)}:
            errors["account"] = [_("Please choose where the money lies.")]
    if wish.what == "repurpose":
        if wish.to_fund == fund_of(gift, after) or wish.to_fund not in {each.code for each in purposes(gift.community)}:
            errors["to_fund"] = [_("Please choose another fund.")]
        if not wish.purpose.strip():
            errors["purpose"] = [_("Please write what it is for from now on.")]
        if not wish.scans:
            errors["scans"] = [_("The donor's signed consent is missing. Add a scan or photo of it first.")]
    if errors:
        raise Invalid(errors)


@transactional
def approve_change(actor: Actor, change_id: int) -> GiftChange:
    """A second person agrees: it is posted now. Raises `Refused` (own request, no consent, no money there), `Forbidden`."""
    change = find_change(actor, change_id)
    gift, pledge = find_gift(actor, change.gift_id), find_pledge(actor, change.pledge_id)
    who = decider(actor)
    seq = _post(actor, change, gift, pledge) if change.amount else None
    found: GiftChange = advance(actor, change, "approve", **who, decided_on=today(), seq=seq)
    return found


@transactional
def refuse_change(actor: Actor, change_id: int, refusal: str) -> GiftChange:
    """A second person does not agree, and says why. Raises `Invalid`, `Refused`, `Forbidden`, `NotFound`."""
    change = find_change(actor, change_id)
    found: GiftChange = advance(actor, change, "refuse", **decider(actor), decided_on=today(), refusal=refusal.strip())
    return found


def _post(actor: Actor, change: GiftChange, gift: Gift, pledge: Pledge) -> int:
    community, number = change.community, pledge_text(pledge)
    fund = fund_of(gift, _after(actor, gift, change.after_change))
    if change.what == "used":
        open_account(actor, USED, str(_("Things given, handed out")), "expense")
        line = Line(change.amount, change.account, USED, IN_KIND, IN_KIND)
        purpose = _("Thing given handed out, %(number)s", number=number)
    elif change.what == "refund":
        line = Line(change.amount, change.account, income_of(pledge), fund, fund)
        purpose = _("Donation given back, %(number)s", number=number)
    else:
        line = Line(change.amount, change.account, change.account, fund, change.to_fund)
        purpose = _("Donation re-purposed with consent, %(number)s", number=number)
    if balance(community, change.account, fund) < change.amount:
        raise Refused(
            _("So much of this fund is not there any more."),
            advice=_("It lies in another account, or was spent. Look at the fund in the books."),
        )
    if gift.hold_id is not None:
        release(actor, gift.hold_id, reason=str(WHAT[change.what]))
    evidence = [each.sha256 for each in files_of(change.ref, "scan")]
    approvals = [
        str(_("asked: %(name)s", name=change.asked_label)), str(_("approved: %(name)s", name=actor.signature)),
    ]  # fmt: skip
    return post(
        actor, key=f"gift-change:{change.id}", day=today(), purpose=str(purpose), lines=[line], record=pledge.ref,
        evidence=evidence, approvals=approvals,
    ).seq  # fmt: skip


# --------------------------------------------------------------------------- reading


def papers_of(change: GiftChange) -> list[Any]:
    """The donor's letter or consent."""
    return files_of(change.ref, "scan")


def waits_for(actor: Actor, change: GiftChange) -> Label | None:
    """Why the actor cannot decide it; None where they can."""
    return next((each.reason for each in actions(actor, change) if not each.possible), None)
