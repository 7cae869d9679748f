"""The records of this part: fields only. Amounts are 分 with a sign: more than nothing is money in."""

from __future__ import annotations

from core import CommunityModel, Day, Fen, Flag, Integer, Json, Text, Utc, now


class BankAccount(CommunityModel):
    """银行账户: an account at a bank, or the cash box, behind one money account of the ledger.

    `opening` is what was on it when the day `opens_on` began; statements run on from there. Of its number only the last digits
    (`tail`) are kept.
    """

    kind = "revenue.bank"
    account = Text()
    name = Text()
    bank_name = Text(default="")
    tail = Text(default="")
    is_cash = Flag(default=False)
    opens_on = Day()
    opening = Fen(default=0)
    closed_on = Day(null=True)
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "revenue_bank"


class Statement(CommunityModel):
    """对账单: what the account holder's books say, from `first_day` to `last_day`; it follows the one before without a gap.

    `sealed` once all its lines are there and lead from `opening` to `closing`. Only the newest can be withdrawn.
    """

    kind = "revenue.statement"
    bank_id = Integer()
    follows = Integer(null=True)
    first_day = Day()
    last_day = Day()
    opening = Fen()
    closing = Fen()
    line_count = Integer()
    sealed = Flag(default=False)
    filename = Text(default="")
    sha256 = Text()
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)
    by_label = Text()
    withdrawn_at = Utc(null=True)
    withdrawn_by = Integer(null=True)
    withdrawn_label = Text(default="")
    withdrawn_why = Text(default="")

    class Meta:
        table_name = "revenue_statement"


class Line(CommunityModel):
    """A line of a statement; `balance` after it is checked by the database against the line before."""

    kind = "revenue.line"
    bank_id = Integer()
    statement_id = Integer()
    position = Integer()
    day = Day()
    amount = Fen()
    balance = Fen()
    payer = Text(default="")
    reference = Text(default="")
    memo = Text(default="")
    fingerprint = Text()
    withdrawn = Flag(default=False)

    class Meta:
        table_name = "revenue_line"


class Match(CommunityModel):
    """勾对: lines and postings that are the same money. Undone it stays as history, and both can be matched anew."""

    kind = "revenue.match"
    bank_id = Integer()
    way = Text()
    sealed = Flag(default=False)
    matched_at = Utc(default=now)
    matched_by = Integer(null=True)
    matched_person = Integer(null=True)
    by_label = Text()
    undone_at = Utc(null=True)
    undone_by = Integer(null=True)
    undone_label = Text(default="")
    undone_why = Text(default="")

    class Meta:
        table_name = "revenue_match"


class MatchLine(CommunityModel):
    """A line in a match; a line is in one match that holds at most."""

    kind = "revenue.match_line"
    match_id = Integer()
    line_id = Integer()
    undone = Flag(default=False)

    class Meta:
        table_name = "revenue_match_line"


class MatchEntry(CommunityModel):
    """An entry of the ledger in a match: `amount` is all it did to this money account."""

    kind = "revenue.match_entry"
    match_id = Integer()
    bank_id = Integer()
    seq = Integer()
    amount = Fen()
    undone = Flag(default=False)

    class Meta:
        table_name = "revenue_match_entry"


class Fee(CommunityModel):
    """A fee the bank took, written down by one person and posted once another has approved it."""

    kind = "revenue.bank_fee"
    line_id = Integer()
    fund = Text()
    words = Text()
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)
    entered_person = Integer(null=True)
    by_label = Text()
    decided_at = Utc(null=True)
    decided_by = Integer(null=True)
    decided_label = Text(default="")
    is_approved = Flag(null=True)
    seq = Integer(null=True)

    class Meta:
        table_name = "revenue_bank_fee"


class BankPair(CommunityModel):
    """Money that came and went back (退汇、冲正): two lines of one counterparty that cancel, with the reason.

    One person asks, another confirms; then `match_id` is the match that explains both lines.
    """

    kind = "revenue.bank_pair"
    bank_id = Integer()
    first_line = Integer()
    second_line = Integer()
    words = Text()
    entered_at = Utc(default=now)
    entered_by = Integer()
    entered_person = Integer(null=True)
    by_label = Text()
    decided_at = Utc(null=True)
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    is_approved = Flag(null=True)
    match_id = Integer(null=True)

    class Meta:
        table_name = "revenue_bank_pair"


class CashCount(CommunityModel):
    """现金盘点: what was in the box on a day beside what the books said, counted by one person and seen by a second."""

    kind = "revenue.cash_count"
    bank_id = Integer()
    day = Day()
    counted = Fen()
    booked = Fen()
    words = Text(default="")
    counted_at = Utc(default=now)
    counted_by = Integer(null=True)
    counted_person = Integer(null=True)
    counted_label = Text()
    seen_at = Utc(null=True)
    seen_by = Integer(null=True)
    seen_label = Text(default="")
    is_right = Flag(null=True)

    class Meta:
        table_name = "revenue_cash_count"


class Reconciled(CommunityModel):
    """余额调节表 as it stood when a month was closed; never changed."""

    kind = "revenue.reconciled"
    bank_id = Integer()
    month = Text()
    content = Json()
    closed_at = Utc(default=now)
    closed_by = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "revenue_reconciled"


class Upload(CommunityModel):
    """A file that was chosen and not taken in yet: its rows wait while its columns are looked at, then go."""

    kind = "revenue.statement_upload"
    bank_id = Integer()
    filename = Text()
    sha256 = Text()
    table_rows = Json()
    chosen = Json()
    header = Integer(null=True)
    opening = Fen(null=True)
    closing = Fen(null=True)
    last_day = Day(null=True)
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)

    class Meta:
        table_name = "revenue_statement_upload"
