"""The records of the module: fields only. What a case, an obligation or a confirmation says of people lies in records beside it."""

from __future__ import annotations

import peewee

from core import CommunityModel, Day, Fen, Flag, Integer, Json, Text, Utc, now


class Mediator(CommunityModel):
    """调解员名册: somebody of the mediation committee; `office` is head, mediator or clerk. Who has left stays as history."""

    kind = "mediation.mediator"
    account = Integer(null=True)
    person = Integer(null=True)
    name = Text()
    office = Text(default="mediator")
    entered_at = Utc(default=now)
    left_at = Utc(null=True)

    class Meta:
        table_name = "mediation_mediator"


class Case(CommunityModel):
    """调解案件: where it stands and its days. It names nobody; see `Matter` and `Party`.

    `requested_on` is the day on the paper or of the call, `entered_at` when it was typed: applying interrupts limitation
    (《民法典》 §195), so both are kept. `handler_id` looks after it until mediators are assigned.
    """

    kind = "mediation.case"
    state = Text()
    workflow_version = Integer(default=0)
    register_year = Integer()
    register_number = Integer()
    file_year = Integer(null=True)
    file_number = Integer(null=True)
    source = Text()
    requested_on = Day()
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)
    handler_id = Integer(null=True)
    accepted_on = Day(null=True)
    complete_by = Day(null=True)
    effective_on = Day(null=True)
    performed_on = Day(null=True)
    closed_on = Day(null=True)
    archived_on = Day(null=True)
    archived_by = Text(default="")
    escalated_on = Day(null=True)
    suspended_until = Day(null=True)

    class Meta:
        table_name = "mediation_case"


class Matter(CommunityModel):
    """What a case is about, in words. `answer` is what the other side said, `ending` the reason code of its end, `explanation` the
    note 情况说明 in the file. Where the facts are `sensitive` (health, faith, violence, a child), each party consents separately.
    """

    kind = "mediation.matter"
    case_id = Integer(primary_key=True)
    dispute = Text(default="")
    facts = Text(default="")
    request = Text(default="")
    wished_time = Text(default="")
    answer = Text(default="")
    is_public = Flag(default=False)
    ending = Text(default="")
    ending_words = Text(default="")
    sensitive = Flag(default=False)
    explanation = Text(default="")

    class Meta:
        table_name = "mediation_matter"


class Ending(CommunityModel):
    """A case ended without an agreement of its own: `how` and on which day. One that ended without agreement may be opened again."""

    kind = "mediation.ending"
    case_id = Integer()
    how = Text()
    ended_on = Day()
    reopened_on = Day(null=True)

    class Meta:
        table_name = "mediation_ending"


class Prevention(CommunityModel):
    """防止激化: what a quarrel would have come to, and how many people were about to take part; the gravest thing of a case."""

    kind = "mediation.prevention"
    case_id = Integer(primary_key=True)
    what = Text()
    people = Integer()
    prevented_on = Day()

    class Meta:
        table_name = "mediation_prevention"


class Note(CommunityModel):
    """One line of what was done: whom was called, an extension both sides agreed to, a report. Never changed."""

    kind = "mediation.note"
    case_id = Integer()
    note_kind = Text()
    happened_on = Day()
    words = Text()
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "mediation_note"


class CaseView(CommunityModel):
    """Somebody looked at a case. Never changed."""

    kind = "mediation.view"
    case_id = Integer()
    at = Utc(default=now)
    account = Integer(null=True)
    by_label = Text()
    page = Text()

    class Meta:
        table_name = "mediation_view"


class Party(CommunityModel):
    """当事人: `side` is applicant, respondent or invitee. Of a paper of identity only that it was seen, by whom and when.

    Of an invitee `consented_on` is the day on which both sides agreed that they help (《人民调解法》 §20).
    """

    kind = "mediation.party"
    case_id = Integer()
    side = Text()
    name = Text()
    phone = Text(default="")
    address = Text(default="")
    sex = Text(default="")
    ethnicity = Text(default="")
    age = Integer(null=True)
    occupation = Text(default="")
    guardian = Text(default="")
    separate_consent_on = Day(null=True)
    person = Integer(null=True)
    consented_on = Day(null=True)
    refused_on = Day(null=True)
    rights_told_on = Day(null=True)
    identity_seen_on = Day(null=True)
    identity_seen_by = Text(default="")
    code_digest = Text(null=True)
    removed_at = Utc(null=True)

    class Meta:
        table_name = "mediation_party"


class Assignment(CommunityModel):
    """A mediator has a case, chosen by the committee or the parties, after declaring no conflict; `warnings` as they stood."""

    kind = "mediation.assignment"
    case_id = Integer()
    mediator_id = Integer()
    chosen_by = Text()
    declared = Flag()
    warnings = Json(default=list)
    at = Utc(default=now)
    by_label = Text()
    ended_at = Utc(null=True)
    ended_why = Text(default="")

    class Meta:
        table_name = "mediation_assignment"


class Session(CommunityModel):
    """A meeting: planned, held, missed or withdrawn. Times are UTC minutes. With a second room (背对背) the sides sit apart;
    who comes when and where is in `Arrival`. `invitees` helped, and both sides had agreed to it."""

    kind = "mediation.session"
    case_id = Integer()
    state = Text()
    occurrence_id = Integer(null=True)
    room_id = Integer(null=True)
    place = Text(default="")
    start_min = Integer()
    end_min = Integer()
    second_occurrence_id = Integer(null=True)
    second_room_id = Integer(null=True)
    second_place = Text(default="")
    court_invited = Flag(default=False)
    recorder = Text(default="")
    invitees = Text(default="")
    invitees_agreed = Flag(default=False)
    words = Text(default="")
    recorded_at = Utc(null=True)

    class Meta:
        table_name = "mediation_session"


class Arrival(CommunityModel):
    """通知: when a party is to come to a meeting (UTC minute), whether to the second room (`apart`), and when they were told."""

    kind = "mediation.arrival"
    session_id = Integer()
    party_id = Integer()
    come_min = Integer()
    apart = Flag(default=False)
    told_on = Day(null=True)

    class Meta:
        table_name = "mediation_arrival"


class Attendance(CommunityModel):
    """Whether a party came to a meeting, and signed its record."""

    kind = "mediation.attendance"
    session_id = Integer()
    party_id = Integer()
    came = Flag()
    signed = Flag(default=False)

    class Meta:
        table_name = "mediation_attendance"
        primary_key = peewee.CompositeKey("session_id", "party_id")


class Agreement(CommunityModel):
    """调解协议, oral or written. `amount` is what was agreed between the parties, in 分; the committee takes nothing.

    After a court refused to confirm it a later version `replaces` it; `replaced_on` is the day that one took effect.
    """

    kind = "mediation.agreement"
    case_id = Integer()
    form = Text()
    number_year = Integer()
    number = Integer()
    agreed_on = Day()
    facts = Text()
    issues = Text(default="")
    terms = Text()
    amount = Fen(null=True)
    mediator_signed_on = Day(null=True)
    mediator_signed_by = Text(default="")
    sealed_on = Day(null=True)
    effective_on = Day(null=True)
    refused_on = Day(null=True)
    replaces = Integer(null=True)
    replaced_on = Day(null=True)

    class Meta:
        table_name = "mediation_agreement"


class Signature(CommunityModel):
    """Whose name is to stand under an agreement, and when and how it was put there: signature, seal or thumbprint."""

    kind = "mediation.signature"
    agreement_id = Integer()
    party_id = Integer()
    signed_on = Day(null=True)
    manner = Text(default="")

    class Meta:
        table_name = "mediation_signature"
        primary_key = peewee.CompositeKey("agreement_id", "party_id")


class Duty(CommunityModel):
    """What a party owes by an agreement, until when. Whether it was done is in `Obligation`."""

    kind = "mediation.duty"
    agreement_id = Integer()
    party_id = Integer()
    words = Text()
    due_on = Day()

    class Meta:
        table_name = "mediation_duty"


class Obligation(CommunityModel):
    """The performance of a duty of an agreement in force."""

    kind = "mediation.obligation"
    case_id = Integer()
    duty_id = Integer()
    state = Text()
    due_on = Day()
    settled_on = Day(null=True)

    class Meta:
        table_name = "mediation_obligation"


class Confirmation(CommunityModel):
    """司法确认: the parties may ask the court together until `last_day`; `due_day` is that day while nobody has asked."""

    kind = "mediation.confirmation"
    case_id = Integer()
    agreement_id = Integer()
    state = Text()
    due_day = Day(null=True)
    last_day = Day()
    court = Text(default="")
    applied_on = Day(null=True)
    decided_on = Day(null=True)

    class Meta:
        table_name = "mediation_confirmation"


class FollowUp(CommunityModel):
    """回访: whether the agreement was kept, whether they are satisfied, whether trouble is left. Never changed."""

    kind = "mediation.followup"
    case_id = Integer()
    visited_on = Day()
    performance = Text()
    satisfaction = Text()
    hidden_risk = Flag()
    words = Text(default="")
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_followup"


class FileItem(CommunityModel):
    """A paper that lies in the file, ticked by hand; what the records themselves show is not kept twice."""

    kind = "mediation.file_item"
    case_id = Integer()
    item = Text()
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_file_item"
        primary_key = peewee.CompositeKey("case_id", "item")


class Rate(CommunityModel):
    """以案定补: what a case of each grade is subsidised with, in 分, and the rule it goes by. Never changed: the latest one holds."""

    kind = "mediation.rate"
    simple = Fen()
    ordinary = Fen()
    complex = Fen()
    major = Fen()
    words = Text()
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_rate"


class Claim(CommunityModel):
    """申领: the cases a mediator claims the subsidy for, by the rate that held. `period` is `2026-11`, `2026-q4` or `2026`."""

    kind = "mediation.claim"
    number_year = Integer()
    number = Integer()
    mediator_id = Integer()
    rate_id = Integer()
    period = Text()
    made_on = Day()
    by_label = Text()
    withdrawn_on = Day(null=True)

    class Meta:
        table_name = "mediation_claim"


class Claimed(CommunityModel):
    """A case in a claim, with its grade and the amount in 分. While the claim stands, no other names the case."""

    kind = "mediation.claimed"
    claim_id = Integer()
    case_id = Integer()
    grade = Text()
    amount = Fen()
    withdrawn_on = Day(null=True)

    class Meta:
        table_name = "mediation_claimed"


class Interview(CommunityModel):
    """调查记录: who was asked, when, where, by whom, what they said; `signed_on` when they put their name under it."""

    kind = "mediation.interview"
    case_id = Integer()
    asked_on = Day()
    place = Text()
    asked = Text()
    relation = Text(default="")
    asked_by = Text()
    recorder = Text(default="")
    words = Text()
    signed_on = Day(null=True)
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_interview"


class Evidence(CommunityModel):
    """证据材料: one line of the list of evidence, an original or a copy, and to whom it was given back when."""

    kind = "mediation.evidence"
    case_id = Integer()
    item = Text()
    given_by = Text()
    is_original = Flag()
    pages = Integer(null=True)
    received_on = Day()
    returned_on = Day(null=True)
    returned_to = Text(default="")
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_evidence"


class OfficeReport(CommunityModel):
    """报告记录: the police or another office was told of a danger: when (`told_at`, ms UTC), whom, by whom, what. Never changed."""

    kind = "mediation.office_report"
    case_id = Integer()
    danger = Text()
    told_at = Utc()
    told_to = Text()
    told_by = Text()
    words = Text()
    answer = Text(default="")
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_office_report"


class Reply(CommunityModel):
    """What whoever sent a quarrel to the committee was told of it: when, who, what. Never changed."""

    kind = "mediation.reply"
    case_id = Integer()
    told_on = Day()
    told_to = Text()
    words = Text()
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_reply"


class Headship(CommunityModel):
    """Somebody became head of the committee: by which decision of which day, entered by whom. Never changed."""

    kind = "mediation.headship"
    mediator_id = Integer()
    decided_on = Day()
    decision = Text(default="")
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "mediation_headship"


class Review(CommunityModel):
    """A head has reviewed who looked at cases, `up_to` this look. Never changed."""

    kind = "mediation.review"
    mediator_id = Integer()
    up_to = Integer()
    at = Utc(default=now)
    by_label = Text()

    class Meta:
        table_name = "mediation_review"
