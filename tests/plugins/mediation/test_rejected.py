"""The court did not confirm the agreement: it is changed, talked about again, or sued on; the earlier one stays readable."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.civic import sheets
from core.civic.workflow.engine import actions
from core.clock import today, utc_minute
from core.errors import Invalid, Refused
from core.store.db import transaction
from core.store.violations import violated
from plugins.mediation import service
from plugins.mediation.models import Agreement, Case


def fresh(case: Case) -> Case:
    return Case.get_by_id(case.id)


def possible(committee, case: Case) -> set[str]:
    return {each.verb for each in actions(committee.head, fresh(case)) if each.possible}


def signed(committee, case: Case) -> bool:
    found = service.agreement_of(case)
    manners = {row.party_id: "signature" for row in service.signatures_of(found)}
    return service.enter_signatures(committee.head, case.id, service.Signed(manners, "first某", sealed=True))


@pytest.fixture
def rejected(committee, clock) -> Case:
    """A case whose agreement the court refused to confirm, with a duty that is still open."""
    head, case = committee.head, committee.in_mediation(clock)
    owed = service.Owed(service.parties_of(case)[1].id, "修好", today() + datetime.timedelta(days=20))
    service.write_agreement(head, case.id, service.Wording("漏水", "乙方赔钱", duties=(owed,)))
    signed(committee, case)
    assert possible(committee, case).isdisjoint({"amend", "mediate_again", "sue", "keep"})
    service.confirm_step(head, case.id, "apply", court="海宁市人民法院")
    assert possible(committee, case).isdisjoint({"amend", "mediate_again", "sue", "keep"})
    service.confirm_step(head, case.id, "reject")
    return fresh(case)


def test_all_three_ways_are_open_at_once(committee, rejected):
    assert {"amend", "mediate_again", "sue"} <= possible(committee, rejected)


def test_a_changed_agreement_takes_the_place_of_the_old_one_when_all_have_signed(committee, rejected):
    head, old = committee.head, service.in_force(rejected)
    owed = service.Owed(service.parties_of(rejected)[1].id, "先修再赔", today() + datetime.timedelta(days=30))
    new = service.amend(head, rejected.id, service.Wording("漏水", "修好后赔钱", duties=(owed,)))
    assert (fresh(rejected).state, new.replaces, new.number) == ("awaiting_signatures", old.id, old.number + 1)
    # Until then the old one binds both.
    assert service.in_force(rejected).id == old.id
    assert "乙方赔钱" in repr(sheets.form_of(head, "mediation.agreement", old.id).content)
    assert signed(committee, rejected)
    assert service.in_force(rejected).id == new.id
    assert Agreement.get_by_id(old.id).replaced_on == today()
    assert [each.id for each in service.earlier_agreements(rejected)] == [old.id]
    assert "乙方赔钱" in repr(sheets.form_of(head, "mediation.agreement", old.id).content)
    assert service.agreement_text(old) in repr(sheets.form_of(head, "mediation.agreement", new.id).content)
    states = {service.duty_words(rejected)[each.duty_id].words: each.state for each in service.obligations_of(rejected)}
    assert states == {"修好": "waived", "先修再赔": "open"}
    again = service.confirmation_of(rejected)
    assert (again.agreement_id, again.state, fresh(rejected).state) == (new.id, "open", "performing")
    service.confirm_step(head, rejected.id, "apply", court="海宁市人民法院")
    assert service.confirm_step(head, rejected.id, "confirm").state == "confirmed"


def test_who_will_not_sign_the_changed_one_leaves_the_old_one_standing(committee, rejected):
    head, old = committee.head, service.in_force(rejected)
    service.amend(head, rejected.id, service.Wording("漏水", "修好后赔钱"))
    assert service.refuse_to_sign(head, rejected.id).state == "in_mediation"
    with pytest.raises(Refused):
        service.terminate(head, rejected.id, "no_agreement", "告知可以起诉")
    assert service.keep_agreement(head, rejected.id).state == "performing"
    assert service.in_force(rejected).id == old.id
    assert len(service.earlier_agreements(rejected)) == 1


def test_they_mediate_again_and_agree_anew(committee, rejected, clock):
    head, old = committee.head, service.in_force(rejected)
    assert service.mediate_again(head, rejected.id).state == "in_mediation"
    session = service.schedule(head, rejected.id, committee.meeting(days=3))
    clock(session.end_min)
    came = [service.Attended(party.id, True, True) for party in service.parties_of(rejected)]
    service.write_record(head, rejected.id, came, "又谈了一次", recorder="")
    new = service.agree_orally(head, rejected.id, service.Wording("漏水", "修好就算了"))
    assert (fresh(rejected).state, new.replaces) == ("performing", old.id)
    assert Agreement.get_by_id(old.id).replaced_on == new.effective_on


def test_they_go_to_court_and_everything_stays_readable(committee, rejected):
    head, old = committee.head, service.in_force(rejected)
    with pytest.raises(Invalid):
        service.go_to_court(head, rejected.id, " ")
    assert service.go_to_court(head, rejected.id, "甲方起诉").state == "terminated"
    assert {each.state for each in service.obligations_of(rejected)} == {"sued"}
    assert service.in_force(rejected).id == old.id
    assert "甲方起诉" in repr(sheets.form_of(head, "mediation.termination", rejected.id).content)
    assert service.close(head, rejected.id).state == "closed"
    for item in ("confirmation", "covers"):
        service.tick(head, rejected.id, item, True)
    assert service.archive(head, rejected.id).state == "archived"


def test_a_case_that_was_closed_meanwhile_is_opened_again(committee, rejected):
    head = committee.head
    (duty,) = service.obligations_of(rejected)
    service.mark(head, rejected.id, duty.id, "fulfil")
    service.follow_up(head, rejected.id, performance="whole", satisfaction="satisfied", hidden_risk=False)
    service.close(head, rejected.id)
    assert service.reopen(head, rejected.id, "法院不予确认").state == "in_mediation"


def test_a_file_is_not_closed_over_papers_that_lie_with_the_court(committee, clock):
    head, case = committee.head, committee.in_mediation(clock)
    service.agree_orally(head, case.id, service.Wording("漏水", "修好"))
    service.confirm_step(head, case.id, "apply", court="海宁市人民法院")
    service.fulfil_all(head, case.id)
    service.follow_up(head, case.id, performance="whole", satisfaction="satisfied", hidden_risk=False)
    service.close(head, case.id)
    for item in ("confirmation", "covers"):
        service.tick(head, case.id, item, True)
    with pytest.raises(Refused):
        service.archive(head, case.id)
    service.confirm_step(head, case.id, "confirm")
    assert service.archive(head, case.id).state == "archived"


def test_an_agreement_that_was_confirmed_is_neither_changed_nor_talked_about_again(committee, clock):
    head, case = committee.head, committee.in_mediation(clock)
    service.agree_orally(head, case.id, service.Wording("漏水", "修好"))
    for act in (
        lambda: service.amend(head, case.id, service.Wording("漏水", "别的")),
        lambda: service.mediate_again(head, case.id),
        lambda: service.go_to_court(head, case.id, "起诉"),
    ):
        with pytest.raises(Refused):
            act()
    assert len(list(Agreement.select())) == 1


def test_the_database_keeps_one_in_force_and_what_was_replaced(committee, rejected):
    old = service.in_force(rejected)
    service.amend(committee.head, rejected.id, service.Wording("漏水", "修好后赔钱"))
    new = service.draft_of(rejected)

    def refused(**change: object) -> str | None:
        with pytest.raises(peewee.PeeweeException) as caught, transaction():
            Agreement.update(**change).where(Agreement.id == new.id).execute()
        return violated(caught.value)

    assert refused(replaced_on=today()) == "mediation_agreement_replaced"
    assert refused(replaces=None) == "mediation_agreement_replaced"
    signed(committee, rejected)
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        Agreement.update(replaced_on=None).where(Agreement.id == old.id).execute()
    assert violated(caught.value) in ("mediation_agreement_replaced", "mediation_agreement_in_force_once")


def test_who_does_not_keep_an_agreement_is_urged_before_it_is_waived_or_sued(committee, clock):
    head, case = committee.head, committee.in_mediation(clock)
    owed = service.Owed(service.parties_of(case)[1].id, "修好", today() + datetime.timedelta(days=1))
    service.agree_orally(head, case.id, service.Wording("漏水", "修好", duties=(owed,)))
    (duty,) = service.obligations_of(case)
    with pytest.raises(Refused):
        service.mark(head, case.id, duty.id, "sue")
    clock(utc_minute(duty.due_on + datetime.timedelta(days=1), 600))
    service.mark(head, case.id, duty.id, "breach")
    for verb in ("waive", "sue"):
        with pytest.raises(Refused):
            service.mark(head, case.id, duty.id, verb)
    service.note(head, case.id, "urge", "上门催促")
    assert service.mark(head, case.id, duty.id, "waive").state == "fulfilled"
