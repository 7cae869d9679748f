"""The records of this part: fields only. Money is whole 分; what the database holds of it is in migration 0002_dues."""

from __future__ import annotations

from typing import Any

from core import CommunityModel, Day, Fen, Flag, Integer, Json, Text, Utc, now


class Operator(CommunityModel):
    """经营者: whoever runs something on the community's space."""

    kind = "revenue.operator"
    name = Text()
    operator_kind = Text()
    contact = Text(default="")
    phone = Text(default="")
    note = Text(default="")
    entered_at = Utc(default=now)

    @property
    def is_natural_person(self) -> bool:
        """Whether the name is that of a person, who can ask to be forgotten."""
        return self.operator_kind in ("person", "sole_trader")

    class Meta:
        table_name = "revenue_operator"


class OperatorAccount(CommunityModel):
    """An account that acts for an operator; `person` is the resident behind it. Whoever was linked once never reviews."""

    kind = "revenue.operator_account"
    operator_id = Integer()
    account = Integer()
    person = Integer(null=True)
    since = Utc(default=now)
    ended_at = Utc(null=True)

    class Meta:
        table_name = "revenue_operator_account"


class Contract(CommunityModel):
    """合同: what is run where, for how long, on whose space; its share is in `RuleVersion`.

    Only a draft may change. `room` is the `Ref` of a room or empty; `vote` holds the counts of the owners' vote.
    """

    kind = "revenue.contract"
    state = Text()
    workflow_version = Integer(default=0)
    year = Integer(null=True)
    number = Integer(null=True)
    operator_id = Integer()
    business = Text()
    place = Text()
    room = Text(default="")
    owner_class = Text()
    starts_on = Day()
    ends_on = Day()
    period = Text()
    declare_days = Integer(default=15)
    pay_days = Integer(default=15)
    evidence = Text(default="")
    approval = Text(default="")
    approval_kind = Text(default="minutes")
    vote = Json(null=True)
    deposit_fen = Fen(default=0)
    estimate_fen = Fen(null=True)
    holder = Text(default="community")
    signed_on = Day(null=True)
    ended_on = Day(null=True)
    ended_why = Text(default="")
    renews_id = Integer(null=True)
    entered_at = Utc(default=now)

    class Meta:
        table_name = "revenue_contract"

    @property
    def code(self) -> str:
        """The number as it stands in codes of accounts: `2026-3`."""
        return f"{self.year}-{self.number}"

    @property
    def is_owners(self) -> bool:
        """Whether the space, and so the money, belongs to the estate's owners."""
        return bool(self.owner_class == "owners")


class RuleVersion(CommunityModel):
    """分成规则 as it holds for periods that begin on `from_day` or later, until the next version. Never changed."""

    kind = "revenue.rule"
    contract_id = Integer()
    version = Integer()
    from_day = Day()
    rule = Json()
    reason = Text(default="")
    by_account = Integer(null=True)
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_rule"


class RuleChange(CommunityModel):
    """补充协议: the rule of a contract in force as it is to be from `from_day` on, proposed by one person, decided by another.

    Approved it is `version` of the contract's rule. `approval` names the minutes or the vote, `vote` holds the counts of the
    owners' vote where the space is theirs. What was proposed never changes.
    """

    kind = "revenue.rule_change"
    contract_id = Integer()
    state = Text()
    workflow_version = Integer(default=0)
    from_day = Day()
    rule = Json()
    reason = Text()
    approval = Text()
    vote = Json(null=True)
    asked_by = Integer()
    asked_person = Integer(null=True)
    asked_label = Text()
    asked_on = Day()
    at = Utc(default=now)
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_on = Day(null=True)
    refusal = Text(default="")
    version = Integer(null=True)

    class Meta:
        table_name = "revenue_rule_change"


class RuleChangeScan(CommunityModel):
    """A scan of the signed supplement with the SHA-256 it had then. Never changed; without one no change is approved."""

    kind = "revenue.rule_change_scan"
    change_id = Integer()
    file_use = Integer()
    sha256 = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_rule_change_scan"


class ContractScan(CommunityModel):
    """A scan of the signed paper with the SHA-256 it had then. Never changed; without one no contract comes into force."""

    kind = "revenue.contract_scan"
    contract_id = Integer()
    file_use = Integer()
    sha256 = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_contract_scan"


class Due(CommunityModel):
    """应缴: one period of a contract. `computation_id` is the share in force, `pending_id` one that waits for its review.

    `received_fen` is kept by the database from the parts, `paid_fen` is what was paid out for a due below nothing.
    `proposal` names the allocation that has claimed `claimed_fen` of it; `allocated_fen` went to funds before.
    """

    kind = "revenue.due"
    state = Text()
    workflow_version = Integer(default=0)
    contract_id = Integer()
    first_day = Day()
    last_day = Day()
    declare_by = Day()
    pay_by = Day(null=True)
    declaration_id = Integer(null=True)
    pending_id = Integer(null=True)
    computation_id = Integer(null=True)
    due_fen = Fen(null=True)
    received_fen = Fen(default=0)
    paid_fen = Fen(default=0)
    is_estimate = Flag(default=False)
    received_on = Day(null=True)
    proposal = Text(default="")
    claimed_fen = Fen(default=0)
    allocated_fen = Fen(default=0)

    class Meta:
        table_name = "revenue_due"

    @property
    def open_fen(self) -> int:
        """What is still to come in."""
        return max((self.due_fen or 0) - self.received_fen, 0)


class Declaration(CommunityModel):
    """申报: the figures of a period. Never changed: who corrects declares anew, with the reason."""

    kind = "revenue.declaration"
    due_id = Integer()
    figures = Json()
    words = Text(default="")
    is_estimate = Flag(default=False)
    on_paper = Flag(default=False)
    corrects_id = Integer(null=True)
    reason = Text(default="")
    by_account = Integer(null=True)
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_declaration"


class Evidence(CommunityModel):
    """A file of a declaration with the SHA-256 it had then. Never changed."""

    kind = "revenue.evidence"
    declaration_id = Integer()
    file_use = Integer()
    sha256 = Text()

    class Meta:
        table_name = "revenue_evidence"


class Computation(CommunityModel):
    """The share as it was computed: version of the rule, inputs and every step. Never changed."""

    kind = "revenue.computation"
    contract_id = Integer()
    due_id = Integer()
    declaration_id = Integer()
    rule_id = Integer()
    due_fen = Fen()
    unrounded = Text()
    carried_loss_fen = Fen()
    split = Json()
    trace = Json()
    state_before = Json()
    state_after = Json()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_computation"


class Review(CommunityModel):
    """审核: somebody else than the declarer says that a declaration is right, or why not. Never changed."""

    kind = "revenue.review"
    declaration_id = Integer()
    passed = Flag()
    reason = Text(default="")
    by_account = Integer(null=True)
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_review"


class Receipt(CommunityModel):
    """到账: money that arrived, or a deposit that was set off. What no due has taken is the operator's credit 预收.

    Without an operator nobody knows yet who paid. `seq` is its posting in the ledger, `assigned_seq` the one by which money of an
    unknown payer was recognised; `applied_fen` is kept by the database. With an `opening_fund` it was there before the books began:
    in that fund of the opening balances, whose entry `seq` is.
    """

    kind = "revenue.receipt"
    source = Text(default="money")
    operator_id = Integer(null=True)
    owner_class = Text(default="community")
    amount = Fen()
    arrived_on = Day()
    account = Text()
    payer = Text(default="")
    words = Text(default="")
    applied_fen = Fen(default=0)
    given_back_fen = Fen(default=0)
    seq = Integer(null=True)
    assigned_seq = Integer(null=True)
    was_unknown = Flag(default=False)
    opening_fund = Text(default="")
    undone_on = Day(null=True)
    by_account = Integer(null=True)
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_receipt"

    @property
    def origin(self) -> str:
        """Where it is from, as in `words.SOURCES`."""
        return "opening" if self.opening_fund else str(self.source)

    @property
    def moves_nothing(self) -> bool:
        """Whether the books stay as they are when it is put to a due: the owners' money, and what lay in 待分配 at the beginning."""
        return self.owner_class == "owners" or self.opening_fund == "unallocated"

    @property
    def credit_fen(self) -> int:
        """What is left of it for coming dues."""
        return 0 if self.undone_on or self.operator_id is None else self.amount - self.applied_fen - self.given_back_fen


class Part(CommunityModel):
    """What of a receipt went to which due, by which posting. It can only be undone, when a posting is mirrored."""

    kind = "revenue.part"
    receipt_id = Integer()
    due_id = Integer()
    amount = Fen()
    seq = Integer()
    on_day = Day()
    undone_on = Day(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_part"


class MoneyAct(CommunityModel):
    """What takes two people: a deposit in, set off or back, a credit given back, a payout, a receipt entered wrongly.

    One enters it, another one approves, and only then it is posted.
    """

    kind = "revenue.act"
    act_kind = Text()
    contract_id = Integer(null=True)
    due_id = Integer(null=True)
    receipt_id = Integer(null=True)
    amount = Fen()
    on_day = Day()
    account = Text(default="")
    reason = Text()
    by_account = Integer(null=True)
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)
    decision = Text(default="")
    decided_by = Integer(null=True)
    decided_person = Integer(null=True)
    decided_label = Text(default="")
    decided_at = Utc(null=True)
    seq = Integer(null=True)

    class Meta:
        table_name = "revenue_act"


def contract_number(contract: Contract) -> str:
    """The number as it is printed: 合〔2026〕3号; empty for a draft."""
    return f"合〔{contract.year}〕{contract.number}号" if contract.number else ""


MODELS: tuple[Any, ...] = (
    Operator, OperatorAccount, Contract, RuleVersion, RuleChange, RuleChangeScan, ContractScan, Due, Declaration, Evidence, Computation, Review, Receipt, Part,
    MoneyAct,
)  # fmt: skip
