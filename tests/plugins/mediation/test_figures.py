"""The figures of the report: on random lives of cases they are those of a count by hand, and a month that is over stays as it is."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from core.clock import today
from core.errors import Forbidden
from plugins.mediation import service
from plugins.mediation.figures.counting import count
from plugins.mediation.figures.periods import Period
from plugins.mediation.models import Case
from plugins.mediation.words import DISPUTES, PREVENTED, SOURCES

# A November before a leap February: year end, 29 February, months of every length.
START = 28_345_000  # 2023-11-23 in Shanghai, in UTC minutes
MONTHS = [Period(2023, 11), Period(2023, 12), *(Period(2024, month) for month in range(1, 13))]
PEOPLE = service.Person("甲方", "13900000001"), service.Person("乙方", "13900000002")


def day_of(minute: int) -> str:
    """The day in Shanghai (UTC+8 all year), counted without the application's clock."""
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(minutes=minute + 480)).date().isoformat()


@dataclass
class Told:
    """What happened, written down as it was done: (what, day, ...)."""

    events: list[tuple] = field(default_factory=list)
    reopened: dict[tuple[int, str], str] = field(default_factory=dict)
    prevented: dict[int, tuple[str, str, int]] = field(default_factory=dict)

    def figures(self, month: str) -> dict[str, object]:
        """The figures of a month (`2024-02`), one event at a time."""
        mine = [each for each in self.events if each[1][:7] == month]
        accepted = [each for each in mine if each[0] in ("accepted", "spot")]
        agreed = [each for each in mine if each[0] == "agreed"]
        ended = [each for each in mine if each[0] == "ended"]
        prevented = [each for each in self.prevented.values() if each[0][:7] == month]
        return {
            "accepted": len(accepted),
            "on_the_spot": sum(each[0] == "spot" for each in mine),
            "written": sum(each[2] == "written" for each in agreed),
            "oral": sum(each[2] == "oral" for each in agreed) + sum(each[0] == "spot" for each in mine),
            "ended": sum(self.reopened.get((each[2], each[1]), "")[:7] != month for each in ended),
            "amount": sum(each[3] for each in agreed),
            "performed": sum(each[0] == "performed" for each in mine),
            "confirmed": sum(each[0] == "confirmed" for each in mine),
            "prevented_cases": len(prevented),
            "prevented_people": sum(people for _day, _what, people in prevented),
            "sources": {code: Counter(each[2] for each in accepted)[code] for code in SOURCES},
            "disputes": {code: Counter(each[3] or "other" for each in accepted)[code] for code in DISPUTES},
            "prevented": {code: Counter(what for _day, what, _people in prevented)[code] for code in PREVENTED},
        }


def counted(community: str, period: Period) -> dict[str, object]:
    """The same figures from the records."""
    found = count(community, period.first, period.last)
    names = ("accepted", "on_the_spot", "written", "oral", "ended", "amount", "performed", "confirmed", "prevented_cases",
             "prevented_people", "sources", "disputes")  # fmt: skip
    return {name: getattr(found, name) for name in names} | {"prevented": found.prevented_by}


class Lives:
    """Cases that live at random; each step is one that the services offer."""

    def __init__(self, committee, clock, seed: int) -> None:
        self.committee, self.clock, self.chance = committee, clock, random.Random(seed)
        self.told, self.minute, self.open = Told(), START, []

    @property
    def today(self) -> str:
        return day_of(self.minute)

    def go_on(self) -> None:
        """Some time later: often at the first or last minute of a day, and at the hour at which the day turns in UTC."""
        day = (self.minute + 480) // 1440 + self.chance.randint(0, 4)
        hour = self.chance.choice((0, 1, 8 * 60 - 1, 8 * 60, 12 * 60, 16 * 60, 1438, 1439))
        self.minute = max(self.minute + 1, day * 1440 - 480 + hour)
        self.clock(self.minute)
        assert today().isoformat() == self.today

    def step(self) -> None:
        self.go_on()
        fresh = [Case.get_by_id(key) for key in self.open]
        self.open = [case.id for case in fresh if case.state not in ("fulfilled", "archived")]
        if len(self.open) < 3 or self.chance.random() < 0.4:
            self.begin()
        else:
            self.carry_on(Case.get_by_id(self.chance.choice(self.open)))

    def begin(self) -> None:
        head, kind = self.committee.head, self.chance.choice(("spot", "gone", "case", "case", "case"))
        told = service.Told(
            "吵架", dispute=self.chance.choice(("", *DISPUTES)) if kind == "spot" else self.chance.choice([*DISPUTES])
        )
        if kind == "spot":
            service.settled_at_the_door(head, PEOPLE, told, "和好")
            self.told.events.append(("spot", self.today, "patrol", told.dispute))
            return
        source = self.chance.choice([*SOURCES])
        if kind == "gone":
            heard = service.hear_of(head, PEOPLE, told, source=source)
            self.chance.choice(
                (
                    lambda: service.transfer(head, heard.id, "物业", "来电人", "已转物业"),
                    lambda: service.withdraw(head, heard.id),
                )
            )()
            return
        case = service.apply(head, *PEOPLE, told, source=source)
        service.contact(head, case.id)
        if self.chance.random() < 0.15:
            service.not_accept(head, case.id, "refused", "告知")
            return
        for party in service.parties_of(case):
            service.answer_of(head, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
        service.accept(head, case.id)
        service.assign(head, case.id, self.committee.mediators["first"].id, "committee", True, in_spite=True)
        self.told.events.append(("accepted", self.today, source, told.dispute))
        self.open.append(case.id)

    def carry_on(self, case: Case) -> None:
        head, chance = self.committee.head, self.chance
        # Entering it again would be a correction, which moves it to the day then given.
        if chance.random() < 0.2 and case.id not in self.told.prevented:
            what, people = chance.choice([*PREVENTED]), chance.randint(1, 40)
            service.prevent(head, case.id, what, people, "劝和")
            self.told.prevented[case.id] = (self.today, what, people)
        elif case.state == "assigned":
            self.meet(case)
        elif case.state == "in_mediation":
            self.chance.choice((self.agree, self.agree, self.end))(case)
        elif case.state == "terminated":
            service.close(head, case.id)
        elif case.state == "closed":
            service.reopen(head, case.id, "又愿意谈")
            ended = next(each for each in reversed(self.told.events) if each[0] == "ended" and each[2] == case.id)
            self.told.reopened[case.id, ended[1]] = self.today
        elif case.state == "performing":
            self.perform(case)

    def meet(self, case: Case) -> None:
        service.meet_elsewhere(self.committee.head, case.id, self.minute - 60, self.minute - 1, "家里")
        came = [service.Attended(party.id, True) for party in service.parties_of(case)]
        service.write_record(self.committee.head, case.id, came, "谈了", recorder="")

    def end(self, case: Case) -> None:
        service.terminate(self.committee.head, case.id, "no_agreement", "告知")
        self.told.events.append(("ended", self.today, case.id))

    def agree(self, case: Case) -> None:
        head, amount = self.committee.head, self.chance.choice((None, 0, 1, 123_456))
        parties = service.parties_of(case)
        duties = [service.Owed(parties[0].id, "还钱", today())] * self.chance.randint(0, 2)
        wording = service.Wording("吵架", "和好", amount=amount, duties=duties)
        if self.chance.random() < 0.5:
            service.agree_orally(head, case.id, wording)
            form = "oral"
        else:
            service.write_agreement(head, case.id, wording)
            self.go_on()
            manners = {party.id: "signature" for party in parties}
            service.enter_signatures(head, case.id, service.Signed(manners, "first某", sealed=True))
            form = "written"
        self.told.events.append(("agreed", self.today, form, amount or 0))

    def perform(self, case: Case) -> None:
        head = self.committee.head
        found = service.confirmation_of(case)
        if found.state == "open" and found.last_day >= today() and self.chance.random() < 0.9:
            service.confirm_step(head, case.id, "apply", court="法院")
            return
        if found.state == "applied":
            verb = self.chance.choice(("confirm", "confirm", "reject"))
            service.confirm_step(head, case.id, verb)
            if verb == "confirm":
                self.told.events.append(("confirmed", self.today))
            return
        waiting = [each for each in service.obligations_of(case) if each.state == "open"]
        if not waiting:
            service.fulfil_all(head, case.id)
            self.told.events.append(("performed", self.today))
            return
        if self.chance.random() < 0.2 and waiting[0].due_on < today():
            service.mark(head, case.id, waiting[0].id, "breach")
            return
        service.mark(head, case.id, waiting[0].id, "fulfil")
        if len(waiting) == 1:
            self.told.events.append(("performed", self.today))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_figures_are_those_of_a_count_by_hand_and_a_month_that_is_over_stays(committee, clock, seed):
    clock(START)
    lives, closed = Lives(committee, clock, seed), {}
    for _step in range(120):
        lives.step()
        for period in MONTHS:
            if period.last < today() and period.code not in closed:
                closed[period.code] = counted(committee.community, period)
    assert len(closed) >= 5
    for period in MONTHS:
        assert counted(committee.community, period) == lives.told.figures(period.code), period
    assert {code: counted(committee.community, Period(int(code[:4]), int(code[5:]))) for code in closed} == closed
    assert sum(counted(committee.community, period)["accepted"] for period in MONTHS) > 10
    kinds = {"accepted", "spot", "agreed", "ended", "performed", "confirmed"}
    assert kinds == {each[0] for each in lives.told.events} and lives.told.reopened and lives.told.prevented
    for period in (Period(2024, 1, 3), Period(2024, 1, 12), Period(2023, 1, 12)):
        months = [each for each in MONTHS if period.first <= each.first <= period.last]
        sums = [counted(committee.community, each) for each in months]
        whole = counted(committee.community, period)
        assert {name: whole[name] for name in ("accepted", "ended", "amount", "prevented_people")} == {
            name: sum(each[name] for each in sums) for name in ("accepted", "ended", "amount", "prevented_people")
        }


def test_a_case_opened_again_in_the_same_month_did_not_end_and_in_a_later_one_it_did(committee, clock):
    case = committee.in_mediation(clock)
    here = Period(today().year, today().month)
    service.terminate(committee.head, case.id, "no_agreement", "告知可以起诉")
    service.close(committee.head, case.id)
    assert count(committee.community, here.first, here.last).ended == 1
    service.reopen(committee.head, case.id, "又愿意谈")
    assert count(committee.community, here.first, here.last).ended == 0
    service.terminate(committee.head, case.id, "no_agreement", "告知可以起诉")
    service.close(committee.head, case.id)
    clock(_noon(here.after.first))
    service.reopen(committee.head, case.id, "又愿意谈")
    service.agree_orally(committee.head, case.id, service.Wording("漏水", "修好"))
    first, second = (count(committee.community, each.first, each.last) for each in (here, here.after))
    assert (first.ended, first.succeeded, first.rate) == (1, 0, 0)
    assert (second.ended, second.succeeded, second.accepted, second.rate) == (0, 1, 0, 1000)


def test_what_is_entered_late_counts_on_its_own_day(committee, clock):
    clock(_noon(datetime.date(2024, 2, 29)))
    case = committee.applied()
    service.contact(committee.head, case.id)
    for party in service.parties_of(case):
        service.answer_of(committee.head, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    clock(_noon(datetime.date(2024, 3, 4)))
    service.accept(committee.head, case.id, datetime.date(2024, 2, 29))
    february, march = (count(committee.community, each.first, each.last) for each in (Period(2024, 2), Period(2024, 3)))
    assert (february.accepted, march.accepted) == (1, 0)


def _noon(day: datetime.date) -> int:
    return (day - datetime.date(1970, 1, 1)).days * 1440 + 4 * 60


def test_only_the_head_and_the_clerk_count(committee):
    here = Period(today().year, today().month)
    for name in ("head", "clerk"):
        assert service.report(committee.people[name], here).now.accepted == 0
    for name in ("first", "stranger", "director"):
        for act in (service.report, service.trend, service.registered, service.register_book, service.overview):
            with pytest.raises(Forbidden):
                act(committee.people[name], here)


def test_another_community_counts_its_own(committee):
    committee.accepted()
    here = Period(today().year, today().month)
    assert count(committee.community, here.first, here.last).accepted == 1
    assert count(committee.store.south, here.first, here.last).accepted == 0
