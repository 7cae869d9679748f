"""What the database itself refuses, on both engines, whoever asks."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.clock import today
from core.store.db import database, transaction
from core.store.violations import violated
from plugins.mediation import service
from plugins.mediation.models import (
    Agreement,
    Assignment,
    Case,
    CaseView,
    Confirmation,
    Duty,
    Note,
    Party,
    Session,
    Signature,
)


def refused(act) -> str | None:
    """The name of the guard that refuses an act."""
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        act()
    return violated(caught.value)


@pytest.fixture
def agreement(committee, clock) -> Agreement:
    """An agreement in writing that waits to be signed."""
    case = committee.in_mediation(clock)
    party = service.parties_of(case)[0]
    owed = service.Owed(party.id, "修好", today() + datetime.timedelta(days=3))
    return service.write_agreement(committee.head, case.id, service.Wording("漏水", "修好", duties=(owed,)))


def in_force(agreement: Agreement) -> peewee.Query:
    return Agreement.update(effective_on=today()).where(Agreement.id == agreement.id)


def test_an_agreement_is_in_force_only_with_every_signature_the_mediator_s_and_the_seal(agreement):
    update = Agreement.update(mediator_signed_on=today(), sealed_on=today()).where(Agreement.id == agreement.id)
    assert refused(in_force(agreement).execute) in ("mediation_agreement_all_signed", "mediation_agreement_signed")
    with transaction():
        update.execute()
    assert refused(in_force(agreement).execute) == "mediation_agreement_all_signed"
    rows = list(Signature.select().where(Signature.agreement_id == agreement.id))
    for row in rows[:-1]:
        _sign(row)
    assert refused(in_force(agreement).execute) == "mediation_agreement_all_signed"
    _sign(rows[-1])
    with transaction():
        Agreement.update(sealed_on=None).where(Agreement.id == agreement.id).execute()
    assert refused(in_force(agreement).execute) == "mediation_agreement_signed"
    with transaction():
        update.execute()
        in_force(agreement).execute()


def _sign(row: Signature) -> None:
    with transaction():
        Signature.update(signed_on=today(), manner="thumbprint").where(
            Signature.agreement_id == row.agreement_id, Signature.party_id == row.party_id
        ).execute()


def test_an_agreement_cannot_be_put_in_already_in_force(agreement):
    values = {**agreement.__data__, "id": None, "number": 99, "refused_on": None, "effective_on": today(),
              "mediator_signed_on": today(), "sealed_on": today()}  # fmt: skip
    with transaction():
        Agreement.update(refused_on=today()).where(Agreement.id == agreement.id).execute()
    values.pop("id")
    assert refused(Agreement.insert(**values).execute) == "mediation_agreement_all_signed"


def test_an_agreement_in_force_is_not_changed_any_more(agreement, committee):
    signed = {row.party_id: "signature" for row in service.signatures_of(agreement)}
    assert service.enter_signatures(committee.head, agreement.case_id, service.Signed(signed, "first某", sealed=True))
    mine = Agreement.id == agreement.id
    for change in ({"terms": "别的"}, {"effective_on": None}, {"amount": 5}, {"sealed_on": None}, {"number": 7}):
        assert refused(Agreement.update(**change).where(mine).execute) == "mediation_agreement_kept", change
    row = Signature.agreement_id == agreement.id
    assert refused(Signature.update(signed_on=None, manner="").where(row).execute) == "mediation_signature_kept"
    assert refused(Signature.delete().where(row).execute) == "mediation_signature_kept"
    assert (
        refused(Duty.update(due_on=today()).where(Duty.agreement_id == agreement.id).execute) == "mediation_duty_kept"
    )
    assert refused(Agreement.delete().where(mine).execute) == "mediation_agreement_kept"


def test_the_moment_of_entry_and_the_numbers_stay(committee):
    case = committee.accepted()
    mine = Case.id == case.id
    for change in (
        {"entered_at": 1}, {"register_number": 9}, {"register_year": 2020}, {"requested_on": today() - datetime.timedelta(1)}
    ):  # fmt: skip
        assert refused(Case.update(**change).where(mine).execute) == "mediation_case_kept", change
    assert refused(Case.delete().where(mine).execute) == "mediation_case_kept"


def test_the_day_of_the_application_may_be_put_right_before_acceptance(committee):
    case = committee.applied()
    day = today() - datetime.timedelta(days=4)
    service.describe(committee.head, case.id, facts="漏水", requested_on=day)
    assert Case.get_by_id(case.id).requested_on == day


def test_an_archived_case_has_a_number_and_keeps_it(committee):
    mine = Case.id == committee.applied().id
    assert refused(Case.update(state="archived").where(mine).execute) == "mediation_case_archived_has_number"
    with transaction():
        Case.update(file_year=2026, file_number=1).where(mine).execute()
    assert refused(Case.update(file_number=2).where(mine).execute) == "mediation_case_kept"


def test_the_log_of_looks_and_the_notes_are_never_changed(committee):
    case = committee.applied()
    service.look_at(committee.head, case.id, "case")
    service.note(committee.head, case.id, "contact", "打了电话")
    assert refused(CaseView.update(by_label="别人").execute) == "mediation_view_append_only"
    assert refused(CaseView.delete().execute) == "mediation_view_append_only"
    assert refused(Note.update(words="没打").execute) == "mediation_note_append_only"
    assert refused(Note.delete().execute) == "mediation_note_append_only"
    with transaction():
        Note.update(words="—").execute()


def test_a_case_has_one_open_confirmation(committee, clock):
    case = committee.in_mediation(clock)
    service.agree_orally(committee.head, case.id, service.Wording("漏水", "修好"))
    first = service.confirmation_of(case)
    again = {
        "community": case.community, "case_id": case.id, "agreement_id": first.agreement_id, "state": "open",
        "last_day": today(),
    }  # fmt: skip
    assert refused(Confirmation.insert(**again).execute) == "mediation_confirmation_open_once"
    with transaction():
        Confirmation.update(state="lapsed").where(Confirmation.id == first.id).execute()
        Confirmation.insert(**again).execute()


def test_a_case_has_one_planned_meeting_and_one_agreement(committee, agreement):
    case = Case.get_by_id(agreement.case_id)
    values = {"community": case.community, "case_id": case.id, "state": "planned", "start_min": 10, "end_min": 20}
    with transaction():
        Session.insert(**values).execute()
    assert refused(Session.insert(**values).execute) == "mediation_session_planned_once"
    other = {**agreement.__data__, "number": 99}
    other.pop("id")
    assert refused(Agreement.insert(**other).execute) == "mediation_agreement_draft_once"


def test_a_mediator_has_declared_and_is_assigned_once(committee):
    case = committee.assigned()
    ((assignment, mediator),) = service.assigned_to(case)
    values = {
        "community": case.community, "case_id": case.id, "mediator_id": mediator.id, "chosen_by": "committee",
        "by_label": "x",
    }  # fmt: skip
    assert refused(Assignment.insert(**values, declared=True).execute) == "mediation_assignment_once"
    other = {**values, "mediator_id": committee.mediators["second"].id}
    assert refused(Assignment.insert(**other, declared=False).execute) == "mediation_assignment_declared"
    assert assignment.declared


def test_a_child_does_not_agree_alone(committee):
    party = service.parties_of(committee.applied())[0]
    mine = Party.id == party.id
    assert refused(Party.update(age=15, consented_on=today()).where(mine).execute) == "mediation_party_guardian"
    young = Party.update(age=9, consented_on=today(), guardian="父").where(mine)
    assert refused(young.execute) == "mediation_party_child"


def test_nothing_in_a_case_is_a_price(plugins):
    """《人民调解法》 §4: free of charge. There is what the parties agree between them, and what the office gives mediators (§6)."""
    columns = {
        f"{table}.{column.name}"
        for table in database.obj.get_tables()
        if table.startswith("mediation_")
        for column in database.obj.get_columns(table)
    }
    money = {
        name for name in columns if any(word in name for word in ("fee", "price", "pay", "charge", "amount", "cost"))
    }
    assert money == {"mediation_agreement.amount", "mediation_claimed.amount"}
