"""Donors, pledges and gifts; floats of petty cash and their vouchers; opening balances: fields only.

Sums are 分. `seq` is the number of the entry in the ledger. Who asked and who decided are kept as account, person and name, so
that two accounts of one person stay one. Donors' names stand here alone: the ledger names none.
"""

from __future__ import annotations

from core import CommunityModel, Day, Fen, Integer, Text, Utc, now


class Donor(CommunityModel):
    """捐赠人: a firm or a resident (`person`, where known), and how they wish to be shown: by name or not."""

    kind = "revenue.donor"
    donor_kind = Text()
    name = Text()
    phone = Text(default="")
    person = Integer(null=True)
    shown = Text()

    class Meta:
        table_name = "revenue_donor"


class Pledge(CommunityModel):
    """认捐: what somebody promised to give into which fund for what; money (`amount`) or a thing (`item`).

    `received` and `returned` are kept by the database from the gifts and what became of them.
    """

    kind = "revenue.pledge"
    number_year = Integer()
    number = Integer()
    donor_id = Integer()
    form = Text()
    fund = Text()
    purpose = Text()
    item = Text(default="")
    amount = Fen()
    received = Fen(default=0)
    returned = Fen(default=0)
    pledged_on = Day()
    expected_on = Day(null=True)
    state = Text()
    workflow_version = Integer(default=0)
    by_account = Integer()
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_pledge"


class Gift(CommunityModel):
    """到账: one instalment of a pledge as it arrived. A thing has a value and how it was valued, or `amount` 0: then it is only
    registered. `hold_id` keeps the value of a thing from being spent as money. Never changed.
    """

    kind = "revenue.gift"
    pledge_id = Integer()
    number = Integer()
    received_on = Day()
    manner = Text()
    amount = Fen()
    account = Text(default="")
    fund = Text(default="")
    item = Text(default="")
    valued_by = Text(default="")
    receiver = Text(default="")
    used_for = Text(default="")
    hold_id = Integer(null=True)
    seq = Integer(null=True)
    by_account = Integer()
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_gift"


class GiftNews(CommunityModel):
    """What became of a donation, for everybody to read. Never changed."""

    kind = "revenue.gift_news"
    pledge_id = Integer()
    told_on = Day()
    words = Text()
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_gift_news"


class GiftChange(CommunityModel):
    """A gift is given back (`refund`), re-purposed with the donor's consent, or a thing was handed out or used up (`used`).

    One person asks, another decides. `account` is where the money lies, `to_fund` and `purpose` what it is for from now on;
    `after_change` is the change by which it was re-purposed before.
    """

    kind = "revenue.gift_change"
    pledge_id = Integer()
    gift_id = Integer()
    what = Text()
    amount = Fen()
    account = Text(default="")
    to_fund = Text(default="")
    purpose = Text(default="")
    reason = Text()
    refusal = Text(default="")
    state = Text()
    workflow_version = Integer(default=0)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_on = Day(null=True)
    seq = Integer(null=True)
    after_change = Integer(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_gift_change"


def float_accounts(community: str) -> set[str]:
    """The accounts of petty cash: nothing is paid into or out of them but by their holders."""
    return {each.account for each in Float.of(community, Float.account)}


class Float(CommunityModel):
    """备用金: cash that one person holds up to `ceiling`, for payments of at most `payment_limit`, out of one fund.

    `balance` is what the books say is in the box, `pending` what vouchers that wait have taken out already.
    """

    kind = "revenue.float"
    number = Integer()
    name = Text()
    holder_account = Integer()
    holder_person = Integer(null=True)
    holder_name = Text()
    account = Text()
    fund = Text()
    ceiling = Fen()
    payment_limit = Fen()
    balance = Fen(default=0)
    pending = Fen(default=0)
    state = Text(default="open")
    opened_on = Day()
    closed_on = Day(null=True)
    by_account = Integer()
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_float"


class Voucher(CommunityModel):
    """备用金凭单: cash that was paid out, with a photo of the receipt; posted to `account` once another person approved it.

    `undone_seq` is the entry that mirrors its own: the database writes it down and puts the cash into the float again.
    """

    kind = "revenue.voucher"
    float_id = Integer()
    number = Integer()
    spent_on = Day()
    amount = Fen()
    account = Text()
    what = Text()
    payee = Text(default="")
    state = Text()
    workflow_version = Integer(default=0)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_on = Day(null=True)
    reason = Text(default="")
    booked_on = Day(null=True)
    seq = Integer(null=True)
    undone_seq = Integer(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_voucher"


class FloatMove(CommunityModel):
    """Cash comes into a float (`advance`), goes back (`return`), or is counted: `counted`, and as `amount` what is too much or,
    below nothing, missing."""

    kind = "revenue.float_move"
    float_id = Integer()
    what = Text()
    day = Day()
    amount = Fen()
    counted = Fen(null=True)
    account = Text(default="")
    words = Text(default="")
    state = Text()
    workflow_version = Integer(default=0)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_on = Day(null=True)
    reason = Text(default="")
    booked_on = Day(null=True)
    seq = Integer(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_float_move"


class Opening(CommunityModel):
    """期初余额: what was there when the books began, on `opening_day`; one that corrects another `replaces` it and says why."""

    kind = "revenue.opening"
    opening_day = Day()
    replaces = Integer(null=True)
    why = Text(default="")
    state = Text()
    workflow_version = Integer(default=0)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_on = Day(null=True)
    seq = Integer(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_opening"


class OpeningLine(CommunityModel):
    """One line of opening balances: so much in an account (what is owned, or owed) and a fund."""

    kind = "revenue.opening_line"
    opening_id = Integer()
    account = Text()
    fund = Text()
    amount = Fen()

    class Meta:
        table_name = "revenue_opening_line"
