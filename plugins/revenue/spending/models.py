"""The records of spending: fields only. What a proposal may do is in `states`, who may do it in `people`."""

from __future__ import annotations

from core import CommunityModel, Day, Fen, Flag, Integer, Text, Utc, now
from plugins.revenue.shares.votes import MORE_THAN_HALF


class Proposal(CommunityModel):
    """收支议题: an allocation of received dues, a project paid from a fund, or an emergency repair. It names nobody.

    `amount` (分) is what was decided at most; a new `round` is published and signed anew. `publish_by` and `after_by` are the last
    days for the two publications, `done_on` the day of an emergency repair, `score_until` the last day for residents' scores.
    """

    kind = "revenue.proposal"
    state = Text()
    workflow_version = Integer(default=0)
    proposal_kind = Text()
    year = Integer()
    number = Integer()
    title = Text()
    words = Text()
    fund = Text()
    amount = Fen()
    round = Integer(default=1)
    proposed_on = Day()
    decided_on = Day(null=True)
    publish_by = Day(null=True)
    after_by = Day(null=True)
    hold_id = Integer(null=True)
    done_on = Day(null=True)
    score_until = Day(null=True)
    ended_on = Day(null=True)
    ended_words = Text(default="")

    class Meta:
        table_name = "revenue_proposal"

    @property
    def number_text(self) -> str:
        """2026-7, as it stands in papers and in the code of the project's account."""
        return f"{self.year}-{self.number}"


class Target(CommunityModel):
    """What an allocation gives of one received due to one fund, in a round. Never changed."""

    kind = "revenue.target"
    proposal_id = Integer()
    round = Integer()
    due_id = Integer()
    due_title = Text()
    fund = Text()
    amount = Fen()

    class Meta:
        table_name = "revenue_target"


class Decision(CommunityModel):
    """决议: which body decided on which day, with the votes of owners by persons and by area (in 0.01 m²). Never changed.

    `matter` is a key of `shares.votes.MATTERS`: which majority of the owners it takes. The minutes are its scans.
    """

    kind = "revenue.decision"
    proposal_id = Integer()
    round = Integer()
    body = Text()
    held_on = Day()
    words = Text()
    persons_total = Integer(null=True)
    persons_part = Integer(null=True)
    persons_yes = Integer(null=True)
    area_total = Integer(null=True)
    area_part = Integer(null=True)
    area_yes = Integer(null=True)
    matter = Text(default=MORE_THAN_HALF)
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "revenue_decision"


class Signature(CommunityModel):
    """Who took a step of a proposal, as account and resident; `agreed` or refused. Never changed.

    One given on paper was entered by somebody uninvolved, and whoever it names may contest it until `contest_until`.
    """

    kind = "revenue.signature"
    proposal_id = Integer()
    round = Integer()
    step = Text()
    agreed = Flag(default=True)
    words = Text(default="")
    account = Integer()
    person = Integer(null=True)
    name = Text()
    signed_on = Day()
    entered_account = Integer(null=True)
    entered_person = Integer(null=True)
    entered_name = Text(null=True)
    contest_until = Day(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_signature"


class SignatureVoid(CommunityModel):
    """That a signature does not stand any more: the person it names contested it, or its round is over. Never changed."""

    kind = "revenue.signature_void"
    signature_id = Integer(primary_key=True)
    words = Text()
    contested = Flag(default=False)
    by_account = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_signature_void"


class Publication(CommunityModel):
    """One of the publications of a proposal: which notice, for which sum, until when objections and days run (`over_on`)."""

    kind = "revenue.publication"
    proposal_id = Integer()
    round = Integer()
    stage = Text()
    notice_id = Integer()
    amount = Fen()
    published_on = Day()
    over_on = Day()
    was_late = Flag(default=False)
    withdrawn_on = Day(null=True)

    class Meta:
        table_name = "revenue_publication"


class Payment(CommunityModel):
    """An instalment that was paid, or the posting of an allocation (`payee_kind` funds). Its scans are the invoice. Never changed.

    `serial` counts within the proposal, `key` is that of the form, so that two taps are one payment.
    """

    kind = "revenue.payment"
    proposal_id = Integer()
    round = Integer()
    serial = Integer()
    key = Text()
    payee = Text()
    payee_kind = Text()
    purpose = Text()
    account_code = Text()
    amount = Fen()
    paid_on = Day()
    by_account = Integer()
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_payment"


class Acceptance(CommunityModel):
    """验收: the work was looked at and accepted. Its photos show it afterwards; those of the proposal, before. Never changed."""

    kind = "revenue.acceptance"
    proposal_id = Integer()
    accepted_on = Day()
    words = Text()
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_acceptance"
