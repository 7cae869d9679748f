"""One case from the first call to the archived file, and what each step asks for on the way."""

from __future__ import annotations

import datetime

import pytest

from core.civic.calendar.days import add_months, deadline, is_working_day
from core.civic.workflow.engine import actions, history
from core.clock import today, utc_minute
from core.errors import Invalid, NotFound, Refused
from plugins.mediation import service
from plugins.mediation.models import Agreement, Case, Confirmation
from plugins.rooms.booking.check import check as check_rooms


def fresh(case: Case) -> Case:
    return Case.get_by_id(case.id)


def wording(case: Case, days: int = 10) -> service.Wording:
    party = service.parties_of(case, "respondent")[0]
    owed = service.Owed(party.id, "修好卫生间", today() + datetime.timedelta(days=days))
    return service.Wording("楼上漏水", "乙方修好，甲方不再追究", amount=180_000, duties=(owed,))


def test_a_case_from_the_first_call_to_the_archived_file(committee, clock):
    head = committee.head
    case = committee.in_mediation(clock)
    assert case.state == "in_mediation"
    agreement = service.write_agreement(head, case.id, wording(case))
    assert fresh(case).state == "awaiting_signatures"
    signed = {party.id: "signature" for party in service.parties_of(case)}
    assert not service.enter_signatures(head, case.id, service.Signed(signed, "first某"))
    assert fresh(case).state == "awaiting_signatures"
    assert service.enter_signatures(head, case.id, service.Signed(signed, "first某", sealed=True))
    case = fresh(case)
    assert (case.state, case.effective_on) == ("performing", today())
    confirmation = service.confirmation_of(case)
    assert confirmation.last_day == confirmation.due_day == deadline(today(), 30, working=False, roll_over=True)
    service.confirm_step(head, case.id, "apply", court="海宁市人民法院")
    assert service.confirm_step(head, case.id, "confirm").state == "confirmed"
    (duty,) = service.obligations_of(case)
    assert service.mark(head, case.id, duty.id, "fulfil").state == "fulfilled"
    with pytest.raises(Refused):
        service.close(head, case.id)
    service.follow_up(head, case.id, performance="whole", satisfaction="satisfied", hidden_risk=False)
    assert service.close(head, case.id).state == "closed"
    with pytest.raises(Refused):
        service.archive(head, case.id)
    for item in ("confirmation", "covers"):
        service.tick(head, case.id, item, True)
    filed = service.archive(head, case.id)
    assert service.file_text(filed) == f"（{today().year}）西山人调字第1号"
    assert filed.archived_by == head.signature
    assert service.agreement_text(agreement) == f"（{today().year}）西山人调协字第1号"
    verbs = [step.verb for step in history(filed)]
    assert verbs == ["begin", "apply", "contact", "accept", "assign", "schedule", "hold", "write_agreement", "sign", "perform",
                     "fulfil", "close", "archive"]  # fmt: skip
    with pytest.raises(Refused):
        service.note(head, case.id, "other", "补一笔")
    assert check_rooms(committee.community) == []


def test_an_oral_agreement_is_in_force_at_once(committee, clock):
    case = committee.in_mediation(clock)
    made = service.agree_orally(committee.head, case.id, service.Wording("漏水", "下周修好"))
    assert made.effective_on == today() and fresh(case).state == "performing"
    assert service.fulfil_all(committee.head, case.id).state == "fulfilled"


def test_accepting_asks_for_both_words_the_rights_and_the_kind(committee):
    head = committee.head
    case = service.apply(head, service.Person("甲方"), service.Person("乙方"), service.Told("争吵"))
    service.contact(head, case.id)

    def obstacle() -> str:
        (step,) = [each for each in actions(head, fresh(case)) if each.verb == "accept"]
        return str(step.reason)

    assert not next(each for each in actions(head, fresh(case)) if each.verb == "accept").possible
    service.describe(head, case.id, facts="争吵", dispute="neighbours")
    assert "甲方" in obstacle()
    for party in service.parties_of(case):
        service.answer_of(head, case.id, party.id, consents=True, rights_told=False, identity_seen=False)
    assert "乙方" in obstacle()
    for party in service.parties_of(case):
        service.answer_of(head, case.id, party.id, consents=True, rights_told=True, identity_seen=False)
    found = service.accept(head, case.id)
    assert found.complete_by == add_months(today(), 1)


def test_whoever_refuses_is_not_mediated_with(committee):
    head, case = committee.head, committee.applied()
    service.contact(head, case.id)
    other = service.parties_of(case, "respondent")[0]
    service.answer_of(head, case.id, other.id, consents=False, rights_told=True, identity_seen=False)
    with pytest.raises(Refused):
        service.accept(head, case.id)
    with pytest.raises(Invalid):
        service.not_accept(head, case.id, "refused", " ")
    assert service.not_accept(head, case.id, "refused", "告知可以起诉").state == "not_accepted"


def test_a_child_acts_with_a_guardian_and_a_separate_consent(committee):
    head, case = committee.head, committee.applied()
    party = service.parties_of(case)[0]
    service.edit_party(head, case.id, party.id, service.Person("小甲"), age=12)

    def agree(separate: bool) -> None:
        service.answer_of(
            head, case.id, party.id, consents=True, rights_told=True, identity_seen=False, separate_consent=separate
        )

    with pytest.raises(Invalid):
        agree(True)
    service.edit_party(head, case.id, party.id, service.Person("小甲"), age=12, guardian="甲父")
    with pytest.raises(Invalid):
        agree(False)
    agree(True)
    assert service.parties_of(case)[0].consented_on == today()


def test_settled_at_the_door_takes_three_fields_and_no_room(committee):
    case = service.settled_at_the_door(
        committee.people["first"], [service.Person("甲"), service.Person("乙")], service.Told("停车"), "挪了车"
    )
    assert case.state == "settled_on_the_spot"
    with pytest.raises(Invalid):
        service.settled_at_the_door(committee.head, [], service.Told("停车"), " ")


def test_what_was_heard_of_is_handed_on_with_a_reply_or_applied_for(committee):
    head = committee.head
    heard = service.hear_of(head, [service.Person("甲")], service.Told("争地界"), source="police")
    for to, told_to, words in (("", "派出所", "已转"), ("司法所", "", "已转"), ("司法所", "派出所", " ")):
        with pytest.raises(Invalid):
            service.transfer(head, heard.id, to, told_to, words)
    assert service.transfer(head, heard.id, "街道司法所", "城东派出所", "已转街道司法所").state == "transferred"
    (told,) = service.replies_of(heard)
    assert (told.told_to, told.words) == ("城东派出所", "已转街道司法所")
    again = service.hear_of(head, [service.Person("甲")], service.Told("争地界"))
    day = today() - datetime.timedelta(days=2)
    assert service.apply_now(head, again.id, day).requested_on == day


def test_both_days_of_an_application_are_kept(committee, clock):
    day = today() - datetime.timedelta(days=3)
    case = service.apply(
        committee.head, service.Person("甲"), service.Person("乙"), service.Told("争吵"), requested_on=day
    )
    assert (case.requested_on, case.entered_at > 0) == (day, True)
    with pytest.raises(Invalid):
        service.apply(
            committee.head, service.Person("甲"), service.Person("乙"), service.Told("争吵"),
            requested_on=today() + datetime.timedelta(days=1),
        )  # fmt: skip


def test_numbers_of_the_register_have_no_gaps(committee):
    first, second = committee.applied(), committee.applied()
    with pytest.raises(Invalid):
        service.apply(committee.head, service.Person("甲"), service.Person(" "), service.Told("争吵"))
    third = committee.applied()
    assert [each.register_number for each in (first, second, third)] == [1, 2, 3]


def test_a_missed_meeting_is_arranged_again(committee, clock):
    case = committee.assigned()
    session = service.schedule(committee.head, case.id, committee.meeting())
    clock(session.end_min)
    one, other = service.parties_of(case)
    came = [service.Attended(one.id, True), service.Attended(other.id, False)]
    assert service.write_record(committee.head, case.id, came, "", recorder="").state == "assigned"
    assert service.schedule(committee.head, case.id, committee.meeting(days=3)).state == "planned"


def test_who_will_not_sign_brings_them_back_to_the_table(committee, clock):
    case = committee.in_mediation(clock)
    service.write_agreement(committee.head, case.id, wording(case))
    assert service.refuse_to_sign(committee.head, case.id).state == "in_mediation"
    again = service.write_agreement(committee.head, case.id, wording(case))
    assert Agreement.select().where(Agreement.case_id == case.id).count() == 2
    assert again.number == 2


def test_a_broken_duty_is_urged_then_waived_or_sued(committee, clock):
    head = committee.head
    case = committee.in_mediation(clock)
    service.agree_orally(head, case.id, wording(case, days=1))
    (duty,) = service.obligations_of(case)
    with pytest.raises(Refused):
        service.mark(head, case.id, duty.id, "breach")
    clock(utc_minute(duty.due_on + datetime.timedelta(days=1), 600))
    assert service.mark(head, case.id, duty.id, "breach").state == "breached"
    service.note(head, case.id, "urge", "上门催促")
    assert service.mark(head, case.id, duty.id, "sue").state == "fulfilled"


def test_mediation_ends_without_agreement_only_with_the_room_free(committee):
    head, case = committee.head, committee.assigned()
    service.schedule(head, case.id, committee.meeting())
    with pytest.raises(Refused):
        service.terminate(head, case.id, "no_agreement", "告知可以起诉")
    service.call_off(head, case.id)
    assert service.terminate(head, case.id, "no_agreement", "告知可以起诉").state == "terminated"
    assert service.close(head, case.id).state == "closed"
    assert service.reopen(head, case.id, "双方愿意再谈").state == "in_mediation"


def test_more_time_needs_both_sides(committee):
    head, case = committee.head, committee.accepted()
    later = case.complete_by + datetime.timedelta(days=10)
    with pytest.raises(Invalid):
        service.extend(head, case.id, later, "等鉴定", False)
    service.extend(head, case.id, later, "等鉴定", True)
    assert fresh(case).complete_by == later
    with pytest.raises(Invalid):
        service.extend(head, case.id, later, "再等", True)


def test_the_confirmation_lapses_by_itself_after_its_last_day(committee, clock):
    case = committee.in_mediation(clock)
    service.agree_orally(committee.head, case.id, service.Wording("漏水", "下周修好"))
    found = service.confirmation_of(case)
    with pytest.raises(Refused):
        service.confirm_step(committee.head, case.id, "lapse")
    clock(utc_minute(found.last_day, 600))
    assert service.lapse_confirmations(committee.store.actor(kind="system")) == 0
    clock(utc_minute(found.last_day + datetime.timedelta(days=1), 600))
    with pytest.raises(Invalid):
        service.confirm_step(committee.head, case.id, "apply", court="法院")
    assert service.lapse_confirmations(committee.store.actor(kind="system")) == 1
    assert Confirmation.get_by_id(found.id).state == "lapsed"
    assert is_working_day(found.last_day)


def test_a_party_of_another_case_is_not_there(committee):
    one, other = committee.applied(), committee.applied()
    party = service.parties_of(other)[0]
    with pytest.raises(NotFound):
        service.answer_of(committee.head, one.id, party.id, consents=True, rights_told=True, identity_seen=True)
