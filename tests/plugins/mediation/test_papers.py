"""What comes into the file: who was asked, evidence, reports to offices, replies, the note; its completeness and its forms."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.civic import sheets
from core.clock import local_day, today
from core.errors import Invalid, NotFound, Refused
from core.store.db import now, transaction
from core.store.violations import violated
from plugins.mediation import service
from plugins.mediation.models import Case, Evidence, Interview, OfficeReport, Party, Reply, Session

TOMORROW = datetime.timedelta(days=1)


def refused(act) -> str | None:
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        act()
    return violated(caught.value)


def asked(words: str = "听见楼上吵架", **changes: str) -> service.Asked:
    return service.Asked(**{"asked": "邻居老王", "place": "3号楼道", "words": words, "asked_by": "first某", **changes})


def alarm(**changes: str) -> service.Alarm:
    given = {"danger": "crime", "told_to": "城东派出所", "told_by": "first某", "words": "扬言放火", **changes}
    return service.Alarm(**given)


def said(actor, name: str, key: int) -> str:
    """What a form says, as one text."""
    found = sheets.form_of(actor, name, key).content
    return "\n".join(str(each) for part in (found.facts, found.remarks, found.signatures) for each in part)


def there(case: Case) -> set[str]:
    return {paper.item for paper in service.checklist(case) if paper.there}


def test_who_was_asked_stays_as_it_was_written_and_is_signed_once(committee):
    head, case = committee.head, committee.accepted()
    made = service.interview(head, case.id, asked(relation="邻居"), today() - TOMORROW)
    assert "investigation" in there(case)
    text = said(head, "mediation.interview", made.id)
    assert "邻居老王" in text and "听见楼上吵架" in text
    service.sign_interview(head, case.id, made.id)
    with pytest.raises(Refused):
        service.sign_interview(head, case.id, made.id)
    mine = Interview.id == made.id
    for change in ({"words": "没听见"}, {"asked": "别人"}, {"signed_on": None}, {"asked_on": today()}):
        assert refused(Interview.update(**change).where(mine).execute) == "mediation_interview_kept", change
    assert refused(Interview.delete().where(mine).execute) == "mediation_interview_kept"


@pytest.mark.parametrize("field", ["asked", "place", "words", "asked_by"])
def test_who_was_asked_when_where_and_by_whom_is_needed(committee, field):
    case = committee.accepted()
    with pytest.raises(Invalid) as missing:
        service.interview(committee.head, case.id, asked(**{field: " "}))
    assert list(missing.value.errors) == [field]
    with pytest.raises(Invalid):
        service.interview(committee.head, case.id, asked(), today() + TOMORROW)


def test_evidence_is_listed_and_given_back_once(committee):
    head, case = committee.head, committee.accepted()
    day = today() - TOMORROW
    piece = service.receive(head, case.id, service.Piece("漏水照片三张", "甲方", True, 3), day)
    service.receive(head, case.id, service.Piece("收条", "乙方", False))
    assert "evidence" in there(case)
    with pytest.raises(Invalid):
        service.give_back(head, case.id, piece.id, "甲方", day - TOMORROW)
    with pytest.raises(Invalid):
        service.give_back(head, case.id, piece.id, " ")
    service.give_back(head, case.id, piece.id, "甲方")
    with pytest.raises(Refused):
        service.give_back(head, case.id, piece.id, "乙方")
    text = said(head, "mediation.evidence", case.id)
    assert "漏水照片三张" in text and "收条" in text and "甲方" in text
    mine = Evidence.id == piece.id
    for change in ({"item": "别的"}, {"is_original": False}, {"returned_on": None, "returned_to": ""}):
        assert refused(Evidence.update(**change).where(mine).execute) == "mediation_evidence_kept", change
    assert refused(Evidence.update(returned_on=today()).where(Evidence.id == piece.id + 1).execute) in (
        "mediation_evidence_returned_to", "mediation_evidence_kept",
    )  # fmt: skip


def test_a_case_without_evidence_has_no_list(committee):
    with pytest.raises(NotFound):
        sheets.form_of(committee.head, "mediation.evidence", committee.accepted().id)


def test_what_the_police_were_told_is_never_changed_and_marks_the_case(committee):
    head, case = committee.head, committee.accepted()
    an_hour_ago = now() - 3_600_000
    made = service.report_danger(head, case.id, alarm(answer="已出警"), an_hour_ago)
    assert Case.get_by_id(case.id).escalated_on == local_day(an_hour_ago)
    text = said(head, "mediation.report", made.id)
    for word in ("城东派出所", "first某", "扬言放火", "已出警", "甲方"):
        assert word in text
    assert refused(OfficeReport.update(told_to="别处").execute) == "mediation_office_report_append_only"
    assert refused(OfficeReport.delete().execute) == "mediation_office_report_append_only"
    with pytest.raises(Invalid):
        service.report_danger(head, case.id, alarm(), now() + 3_600_000)
    for field in ("told_to", "told_by", "words", "danger"):
        with pytest.raises(Invalid):
            service.report_danger(head, case.id, alarm(**{field: ""}))
    with pytest.raises(Invalid):
        service.note(head, case.id, "police", "报告了")


def test_whoever_sent_it_is_answered_before_it_is_handed_on_or_filed(committee):
    head = committee.head
    heard = service.hear_of(head, [service.Person("甲")], service.Told("争地界"), source="hotline")
    assert refused(Case.update(state="transferred").where(Case.id == heard.id).execute) == "mediation_case_reply"
    assert "reply" in {paper.item for paper in service.checklist(heard) if paper.required}
    service.reply(head, heard.id, "12345 热线", "已受理")
    assert "reply" in there(heard)
    assert refused(Reply.update(words="没有").execute) == "mediation_reply_append_only"
    patrol = service.hear_of(head, [service.Person("甲")], service.Told("争地界"))
    assert "reply" not in {paper.item for paper in service.checklist(patrol) if paper.required}


def test_what_court_or_police_entrust_is_not_refused_because_it_is_in_hand(committee):
    head = committee.head
    for source, taken in (("court", True), ("police", True), ("resident", False)):
        case = service.apply(head, service.Person("甲"), service.Person("乙"), service.Told("争吵"), source=source)
        if taken:
            with pytest.raises(Invalid):
                service.not_accept(head, case.id, "elsewhere", "告知另行处理")
        else:
            assert service.not_accept(head, case.id, "elsewhere", "告知另行处理").state == "not_accepted"
            assert "告知另行处理" in said(head, "mediation.refusal", case.id)
            with pytest.raises(NotFound):
                sheets.form_of(head, "mediation.termination", case.id)


def test_the_explanatory_note_is_printed_or_left_for_the_pen(committee):
    head, case = committee.head, committee.accepted()
    assert sheets.form_of(head, "mediation.explanation", case.id).content.blanks
    service.explain(head, case.id, "当事人外出，延期办理。")
    assert "当事人外出" in said(head, "mediation.explanation", case.id)
    assert "note" in there(case)


def test_a_case_rests_until_a_day_and_goes_on_with_a_meeting(committee):
    head, case = committee.head, committee.assigned()
    until = today() + datetime.timedelta(days=5)
    for day in (today(), today() + datetime.timedelta(days=400)):
        with pytest.raises(Invalid):
            service.suspend(head, case.id, day, "等鉴定")
    service.suspend(head, case.id, until, "等鉴定")
    assert until in [due.day for due in service.dues(Case.get_by_id(case.id))]
    service.schedule(head, case.id, committee.meeting())
    assert Case.get_by_id(case.id).suspended_until is None
    with pytest.raises(Refused):
        service.suspend(head, case.id, until, "等鉴定")


def test_sensitive_facts_need_a_separate_consent_of_everybody(committee):
    head, case = committee.head, committee.applied()
    service.contact(head, case.id)
    service.describe(head, case.id, facts="家暴", dispute="family", sensitive=True)
    for party in service.parties_of(case):
        service.answer_of(head, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    with pytest.raises(Refused) as why:
        service.accept(head, case.id)
    assert "甲方" in str(why.value) and "乙方" in str(why.value)
    assert refused(Case.update(state="accepted").where(Case.id == case.id).execute) == "mediation_case_sensitive"
    for party in service.parties_of(case):
        service.answer_of(
            head, case.id, party.id, consents=True, rights_told=True, identity_seen=True, separate_consent=True
        )
    assert service.accept(head, case.id).state == "accepted"
    other = committee.accepted()
    with pytest.raises(Invalid):
        service.describe(head, other.id, facts="家暴", dispute="family", sensitive=True)


def test_helpers_are_invited_only_when_both_sides_agree(committee, clock):
    head, case = committee.head, committee.assigned()
    with pytest.raises(Invalid):
        service.name_party(head, case.id, "invitee", service.Person("舅舅"))
    key = service.name_party(head, case.id, "invitee", service.Person("舅舅"), both_agree=True)
    alone = {"community": case.community, "case_id": case.id, "side": "invitee", "name": "邻居"}
    assert refused(Party.insert(**alone).execute) == "mediation_party_invited"
    assert refused(Party.update(consented_on=None).where(Party.id == key).execute) == "mediation_party_invited"
    session = service.schedule(head, case.id, committee.meeting())
    clock(session.end_min)
    came = [service.Attended(party.id, True) for party in service.parties_of(case, "applicant", "respondent")]
    with pytest.raises(Invalid):
        service.write_record(head, case.id, came, "谈了", recorder="", invitees="舅舅")
    assert (
        refused(Session.update(invitees="舅舅").where(Session.id == session.id).execute) == "mediation_session_invited"
    )
    service.write_record(head, case.id, came, "谈了", recorder="", invitees="舅舅", invitees_agreed=True)


def test_the_court_s_invitation_is_printed_on_the_record(committee, clock):
    head, case = committee.head, committee.assigned()
    plain = service.schedule(head, case.id, committee.meeting())
    line = "法院"
    assert line not in said(head, "mediation.record", plain.id)
    service.call_off(head, case.id)
    start = now() // 60_000 - 60
    invited = service.meet_elsewhere(head, case.id, start, start + 30, "居委会", court_invited=True)
    assert line in said(head, "mediation.record", invited.id)


def test_nobody_joins_a_case_unasked(committee, clock):
    head, case = committee.head, committee.in_mediation(clock)
    service.name_party(head, case.id, "respondent", service.Person("丙方"))
    with pytest.raises(Refused) as why:
        service.agree_orally(head, case.id, service.Wording("漏水", "修好"))
    assert "丙方" in str(why.value)


def test_papers_of_another_case_are_not_there(committee):
    head, one, other = committee.head, committee.accepted(), committee.accepted()
    made = service.interview(head, one.id, asked())
    piece = service.receive(head, one.id, service.Piece("收条", "乙方", False))
    with pytest.raises(NotFound):
        service.sign_interview(head, other.id, made.id)
    with pytest.raises(NotFound):
        service.give_back(head, other.id, piece.id, "乙方")
    stranger = committee.people["stranger"]
    for act in (
        lambda: service.interview(stranger, one.id, asked()),
        lambda: service.receive(stranger, one.id, service.Piece("收条", "乙方", False)),
        lambda: service.report_danger(stranger, one.id, alarm()),
        lambda: service.reply(stranger, one.id, "热线", "已受理"),
        lambda: service.explain(stranger, one.id, "说明"),
        lambda: service.suspend(stranger, one.id, today() + TOMORROW, "等"),
        lambda: sheets.form_of(stranger, "mediation.interview", made.id),
        lambda: sheets.form_of(stranger, "mediation.evidence", one.id),
    ):
        with pytest.raises(NotFound):
            act()
