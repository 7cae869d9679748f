"""How a case ended, with its day, and what was prevented: kept as they were, whatever the case does later."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.actor import command
from core.clock import today
from core.errors import Invalid, NotFound, Refused
from core.plugin.declarations import CLEARED
from core.store.db import now, transaction
from core.store.violations import violated
from plugins.mediation import service
from plugins.mediation.about import privacy
from plugins.mediation.models import Case, Ending, Note, Prevention


def endings(case: Case) -> list[tuple[str, datetime.date, datetime.date | None]]:
    mine = Ending.select().where(Ending.case_id == case.id).order_by(Ending.id)
    return [(each.how, each.ended_on, each.reopened_on) for each in mine]


def refused(act) -> str | None:
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        act()
    return violated(caught.value)


@pytest.mark.parametrize(
    "how, act",
    [
        ("withdrawn", lambda head, case: service.withdraw(head, case)),
        ("not_accepted", lambda head, case: service.not_accept(head, case, "refused", "告知可以起诉")),
    ],
)
def test_each_end_keeps_its_day(committee, how, act):
    case = committee.applied()
    act(committee.head, case.id)
    assert endings(case) == [(how, today(), None)]


def test_what_we_heard_of_is_settled_or_handed_on(committee):
    heard = [service.hear_of(committee.head, [service.Person("甲")], service.Told("吵架")) for _each in range(2)]
    service.settle(committee.head, heard[0].id, "互相道歉")
    service.transfer(committee.head, heard[1].id, "物业", "来电人", "已转物业")
    assert [endings(case)[0][0] for case in heard] == ["settled", "transferred"]


def test_a_quarrel_settled_at_the_door_ended_on_the_day_it_was_told_of(committee):
    day = today() - datetime.timedelta(days=3)
    told = service.Told("堆杂物", dispute="neighbours")
    case = service.settled_at_the_door(committee.head, [service.Person("甲")], told, "搬走了", requested_on=day)
    assert endings(case) == [("settled", day, None)]


def test_a_case_that_is_opened_again_ended_all_the_same(committee, clock):
    case = committee.in_mediation(clock)
    service.terminate(committee.head, case.id, "no_agreement", "告知可以起诉")
    service.close(committee.head, case.id)
    service.reopen(committee.head, case.id, "双方又愿意谈")
    service.terminate(committee.head, case.id, "refused", "告知可以起诉")
    assert endings(case) == [("terminated", today(), today()), ("terminated", today(), None)]


def test_a_party_is_not_told_of_an_agreement_there_never_was(committee, clock):
    case = committee.in_mediation(clock)
    code = service.issue_code(committee.head, case.id, service.parties_of(case)[0].id)
    service.terminate(committee.head, case.id, "no_agreement", "告知可以起诉")
    before = str(service.by_code(committee.community, code).next_step)
    service.close(committee.head, case.id)
    assert str(service.by_code(committee.community, code).next_step) == before
    assert "约束" not in before


def test_what_was_heard_of_nobody_by_name_is_cleared_too_when_its_years_are_over(committee):
    case = service.hear_of(committee.head, [], service.Told("三楼那家打架"))
    service.settle(committee.head, case.id, "劝开了")
    later = now() + 1
    assert privacy._over(committee.community, later) == [case.id]
    with transaction(committee.community):
        privacy._clear(command(committee.community), later)
    assert service.matter_of(case).facts == CLEARED
    assert privacy._over(committee.community, later) == []


def test_the_database_keeps_endings(committee):
    case = committee.applied()
    service.withdraw(committee.head, case.id)
    mine = Ending.case_id == case.id
    again = Ending.insert(community=case.community, case_id=case.id, how="withdrawn", ended_on=today())
    assert refused(again.execute) == "mediation_ending_once"
    assert refused(Ending.update(ended_on=today() - datetime.timedelta(days=40)).where(mine).execute) == (
        "mediation_ending_kept"
    )
    assert refused(Ending.update(reopened_on=today()).where(mine).execute) == "mediation_ending_reopened"
    assert refused(Ending.delete().where(mine).execute) == "mediation_ending_kept"


def test_an_agreement_is_performed_when_every_duty_was_done_and_none_waived(committee, clock):
    days = []
    for settle in (("fulfil",), ("breach", "waive"), ("breach", "sue")):
        case = committee.in_mediation(clock)
        owed = service.Owed(service.parties_of(case)[0].id, "修好", today())
        service.agree_orally(committee.head, case.id, service.Wording("漏水", "修好", duties=(owed,)))
        (duty,) = service.obligations_of(case)
        if settle[0] == "breach":
            clock(_tomorrow())
            service.note(committee.head, case.id, "urge", "上门催促")
        for verb in settle:
            service.mark(committee.head, case.id, duty.id, verb)
        days.append(Case.get_by_id(case.id).performed_on)
    assert [each is not None for each in days] == [True, False, False]


def _tomorrow() -> int:
    from core.clock import utc_minute

    return utc_minute(today() + datetime.timedelta(days=1), 600)


# --------------------------------------------------------------------------- what was prevented


def test_what_was_prevented_is_entered_once_and_can_be_put_right(committee):
    case = committee.applied()
    service.prevent(committee.head, case.id, "brawl", 12, "劝散，约好周日再谈")
    service.prevent(committee.head, case.id, "petition", 7, "说明诉求渠道", today() - datetime.timedelta(days=1))
    kept = service.prevention_of(case)
    assert (kept.what, kept.people, kept.prevented_on) == ("petition", 7, today() - datetime.timedelta(days=1))
    assert Prevention.select().count() == 1
    assert Case.get_by_id(case.id).escalated_on == today()
    notes = [note.words for note in Note.select().where(Note.note_kind == "escalation")]
    assert notes == ["劝散，约好周日再谈", "说明诉求渠道"]


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"what": "war"}, {"what"}),
        ({"people": 0}, {"people"}),
        ({"people": 100_001, "what": ""}, {"people", "what"}),
        ({"on": datetime.date(9999, 1, 1)}, {"on"}),
        ({"words": "  "}, {"words"}),
    ],
)
def test_what_cannot_be_is_refused_by_name(committee, fields, wrong):
    case = committee.applied()
    with pytest.raises(Invalid) as caught:
        service.prevent(committee.head, case.id, **{"what": "crime", "people": 2, "words": "劝和", **fields})
    assert set(caught.value.errors) == wrong
    assert service.prevention_of(case) is None
    assert Case.get_by_id(case.id).escalated_on is None


def test_a_case_that_is_over_or_hidden_takes_no_prevention(committee):
    case = committee.applied()
    with pytest.raises(NotFound):
        service.prevent(committee.people["second"], case.id, "crime", 2, "劝和")
    service.withdraw(committee.head, case.id)
    with pytest.raises(Refused):
        service.prevent(committee.head, case.id, "crime", 2, "劝和")
    assert "escalation" not in {note.note_kind for note in Note.select()}


def test_only_its_own_step_writes_that_something_was_prevented(committee):
    with pytest.raises(Invalid):
        service.note(committee.head, committee.applied().id, "escalation", "劝和")
