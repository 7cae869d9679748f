"""The committee has one head, appointed by somebody else; a change opens no old log of looks, and nobody sees the own case."""

from __future__ import annotations

import dataclasses
import datetime

import peewee
import pytest

from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import residents
from core.store.audit import AuditDetail, AuditEntry
from core.store.db import now, transaction
from core.store.violations import violated
from plugins.mediation import service
from plugins.mediation.models import CaseView, Headship, Mediator, Review


def appoint(committee, name: str = "first", by: str = "director", **changes):
    given = {"decision": "居民会议推选", "on": today(), "confirmed": True, **changes}
    return service.appoint_head(
        committee.people[by], committee.mediators[name].id, given["decision"], given["on"], confirmed=given["confirmed"]
    )


def test_the_new_head_sees_every_case_and_the_old_one_the_own(committee):
    case, other = committee.applied(), committee.assigned("second")
    appoint(committee)
    assert service.head_of(committee.community).id == committee.mediators["first"].id
    assert service.may_see(committee.people["first"], case.id)
    assert not service.may_see(committee.head, other.id)
    entry = AuditEntry.select().where(AuditEntry.action == "mediation.head.appointed").get()
    detail = AuditDetail.select().where(AuditDetail.chain == entry.chain, AuditDetail.seq == entry.seq).get()
    assert "first某" in detail.payload and "head某" in detail.payload
    (latest, name), (first, _head) = service.headships(committee.community)
    assert (name, latest.decision, first.decision) == ("first某", "居民会议推选", "")


def test_what_the_page_asks_is_answered(committee):
    for changes in ({"decision": " "}, {"on": today() + datetime.timedelta(days=1)}, {"confirmed": False}):
        with pytest.raises(Invalid):
            appoint(committee, **changes)
    with pytest.raises(Forbidden):
        appoint(committee, by="head")
    with pytest.raises(Refused):
        appoint(committee, "head")
    plain = service.enter(committee.people["director"], None, "老娘舅", "mediator")
    with pytest.raises(Refused):
        service.appoint_head(committee.people["director"], plain.id, "居民会议", confirmed=True)
    assert service.head_of(committee.community).id == committee.mediators["head"].id


def test_nobody_makes_themselves_head_or_clerk(committee):
    keeps = dataclasses.replace(
        committee.people["stranger"], permissions=committee.people["stranger"].permissions | {"mediation.roster"}
    )
    for office in ("head", "clerk"):
        with pytest.raises(Refused):
            service.enter(keeps, keeps.account, "", office)
    mine = service.enter(keeps, keeps.account, "", "mediator")
    with pytest.raises(Refused):
        service.appoint_head(keeps, mine.id, "我自己", confirmed=True)


def test_there_is_one_head(committee):
    director = committee.people["director"]
    with pytest.raises(Refused):
        service.enter(director, committee.people["stranger"].account, "", "head")
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        Mediator.update(office="head").where(Mediator.id == committee.mediators["second"].id).execute()
    assert violated(caught.value) == "mediation_mediator_one_head"
    with pytest.raises(Refused):
        service.leave(director, committee.mediators["head"].id)
    appoint(committee)
    service.leave(director, committee.mediators["head"].id)
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        Headship.update(decision="别的").execute()
    assert violated(caught.value) == "mediation_headship_append_only"


def test_a_change_of_head_opens_no_log_that_was_reviewed(committee):
    case = committee.applied()
    service.look_at(committee.people["clerk"], case.id, "case")
    old = service.looks(committee.head)[0].id
    service.review(committee.head, old)
    assert [each.reviewed for each in service.looks(committee.head)] == [True]
    service.look_at(committee.people["clerk"], case.id, "record")
    appoint(committee)
    seen = [each.id for each in service.looks(committee.people["first"])]
    assert old not in seen and len(seen) == 1
    for other in ("head", "clerk", "second", "director"):
        with pytest.raises(Forbidden):
            service.looks(committee.people[other])
        with pytest.raises(Forbidden):
            service.review(committee.people[other], seen[0])
    with pytest.raises(NotFound):
        service.review(committee.people["first"], old)
    service.review(committee.people["first"], seen[0])
    with pytest.raises(NotFound):
        service.review(committee.people["first"], seen[0])
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        Review.update(up_to=1).execute()
    assert violated(caught.value) == "mediation_review_append_only"


def test_looks_that_wait_for_a_month_are_a_to_do(committee, clock):
    case = committee.applied()
    service.look_at(committee.people["clerk"], case.id, "case")
    assert not service.waits_for_review(committee.head)
    clock(now() // 60_000 + 32 * 1440)
    assert service.waits_for_review(committee.head)
    assert not service.waits_for_review(committee.people["clerk"])
    service.review(committee.head, CaseView.select().get().id)
    assert not service.waits_for_review(committee.head)


def test_nobody_sees_the_case_in_which_they_are_a_party(committee):
    person = residents.add_person(
        committee.store.actor("core.people.edit", "core.people.view"), name="甲方", phone="13900000001"
    )
    with transaction():
        Mediator.update(person=person.id).where(Mediator.id == committee.mediators["head"].id).execute()
    case = committee.applied(committee.people["clerk"])
    assert not service.may_see(committee.head, case.id)
    assert case.id not in [line.id for line in service.cases(committee.head)]
    assert service.may_see(committee.people["clerk"], case.id)
    assert not service.is_left_alone(committee.community)
    service.contact(committee.people["clerk"], case.id)
    for party in service.parties_of(case):
        service.answer_of(
            committee.people["clerk"], case.id, party.id, consents=True, rights_told=True, identity_seen=True
        )
    service.accept(committee.people["clerk"], case.id)
    with pytest.raises(Refused):
        service.assign(
            committee.people["clerk"], case.id, committee.mediators["head"].id, "committee", True, in_spite=True
        )
    assert committee.mediators["head"].id not in [each.id for each, _found in service.free_mediators(case)]
    service.leave(committee.people["director"], committee.mediators["clerk"].id)
    assert service.is_left_alone(committee.community)
