"""The rows of the ledger: fields only. They are written by the services of this folder with fixed statements, never by `create`."""

from __future__ import annotations

from core import CommunityModel, Day, Fen, Flag, Integer, Json, Text, Utc, now


class Account(CommunityModel):
    """会计科目, with who keeps the money (`holder`). `id` is its number in the register."""

    kind = "revenue.account"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    code = Text()
    name = Text()
    kind_of = Text(column_name="kind")
    holder = Text()
    chart = Text()

    class Meta:
        table_name = "revenue_account"


class Fund(CommunityModel):
    """资金: whose the money is and what it is for."""

    kind = "revenue.fund"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    code = Text()
    name = Text()
    owner = Text()
    is_restricted = Flag()
    purpose = Text()

    class Meta:
        table_name = "revenue_fund"


class Closing(CommunityModel):
    """An account or a fund that takes no more postings."""

    kind = "revenue.closing"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    what = Text()
    code = Text()
    reason = Text()

    class Meta:
        table_name = "revenue_closing"


class Entry(CommunityModel):
    """凭证: the sealed transaction. `key` makes it unique, `record` is what it is about, `reverses` the entry it mirrors."""

    kind = "revenue.entry"
    seq = Integer(primary_key=True)
    day = Day()
    purpose = Text()
    record = Text(default="")
    key = Text()
    content = Text()
    evidence = Json()
    approvals = Json()
    reverses = Integer(null=True)
    replaces = Integer(null=True)
    reason = Text(default="")
    at = Utc()
    by_label = Text()
    salt = Text(default="")
    total = Fen()
    lines = Integer()
    records = Integer()
    register = Text()
    previous = Text()
    digest = Text()

    class Meta:
        table_name = "revenue_entry"


class Hold(CommunityModel):
    """Money of a fund that is promised and not spent."""

    kind = "revenue.hold"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    key = Text()
    fund = Text()
    amount = Fen()
    record = Text()
    purpose = Text()

    class Meta:
        table_name = "revenue_hold"


class HoldRelease(CommunityModel):
    """Part or all of a hold given back."""

    kind = "revenue.hold_release"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    key = Text()
    hold = Integer()
    amount = Fen()
    reason = Text()

    class Meta:
        table_name = "revenue_hold_release"


class Period(CommunityModel):
    """锁账: this month and all before it take no more postings."""

    kind = "revenue.period"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    month = Text()

    class Meta:
        table_name = "revenue_period"


class PublishedHead(CommunityModel):
    """A head of the chain that was printed or shown. `records` and `register` are the newest row of the register then."""

    kind = "revenue.head"
    id = Integer(primary_key=True)
    at = Utc()
    by_label = Text()
    seq = Integer()
    total = Fen()
    last = Text()
    root = Text()
    records = Integer()
    register = Text()
    digest = Text()
    code = Text()

    class Meta:
        table_name = "revenue_head"


class Seal(CommunityModel):
    """With which published head (`head_id`, its row of the register) a notice was published. Never changed."""

    kind = "revenue.seal"
    notice_id = Integer()
    head_id = Integer()
    at = Utc()

    class Meta:
        table_name = "revenue_seal"


class Journal(CommunityModel):
    """记账申请: what one person enters and another approves; `lines` as in CHAIN.md, `reverses` the entry to be mirrored first.

    `seq` is the entry it became: the fresh one, or the mirror where nothing stands in its place.
    """

    kind = "revenue.journal"
    state = Text()
    workflow_version = Integer(default=0)
    day = Day()
    purpose = Text()
    lines = Json()
    reverses = Integer(null=True)
    reason = Text(default="")
    record = Text(default="")
    at = Utc(default=now)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    refusal = Text(default="")
    seq = Integer(null=True)

    class Meta:
        table_name = "revenue_journal"
