"""The report in words, the subsidy, the register: what stands there, what is claimed once, who is logged."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.clock import local_day, today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store.db import transaction
from core.store.violations import violated
from plugins.mediation import service
from plugins.mediation.figures.counting import Figures
from plugins.mediation.figures.monthly import Line, Report
from plugins.mediation.figures.periods import Period, period_of, period_with
from plugins.mediation.models import Case, CaseView, Claim, Claimed, Rate
from plugins.mediation.words import DISPUTES, PREVENTED, SOURCES

RATES = {"simple": 5_000, "ordinary": 20_000, "complex": 50_000, "major": 0}
NONE = "上月没有"


# --------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    "code, first, last, before, year_before",
    [
        ("2024-02", "2024-02-01", "2024-02-29", "2024-01", "2023-02"),
        ("2024-01", "2024-01-01", "2024-01-31", "2023-12", "2023-01"),
        ("2023-12", "2023-12-01", "2023-12-31", "2023-11", "2022-12"),
        ("2024-q1", "2024-01-01", "2024-03-31", "2023-q4", "2023-q1"),
        ("2023-q4", "2023-10-01", "2023-12-31", "2023-q3", "2022-q4"),
        ("2023", "2023-01-01", "2023-12-31", "2022", "2022"),
    ],
)
def test_periods_begin_and_end_where_the_calendar_says(code, first, last, before, year_before):
    period = period_of(code)
    assert (period.first.isoformat(), period.last.isoformat(), period.code) == (first, last, code)
    assert (period.before.code, period.year_before.code, period.before.after) == (before, year_before, period)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-q5", "2026-1", "26-01", "2099", "2026-01'", "２０２６", "x" * 9999]
)
def test_other_addresses_name_no_period(text):
    assert period_of(text) is None


def test_the_period_of_a_day():
    day = datetime.date(2024, 8, 31)
    assert [period_with(day, kind).code for kind in ("month", "quarter", "year")] == ["2024-08", "2024-q3", "2024"]


# --------------------------------------------------------------------------- comparing


def line(now, before, unit="cases"):
    return Line("accepted", "受理", unit, now, before, None)


@pytest.mark.parametrize(
    "now, before, unit, words",
    [
        (6, 4, "cases", "+50%"), (4, 6, "cases", "-33.3%"), (5, 5, "cases", "持平"), (3, 0, "cases", NONE), (0, 0, "cases", "—"),
        (0, 3, "cases", "-100%"), (2, 3, "cases", "-33.3%"), (917, 800, "rate", "+11.7 个百分点"), (800, 917, "rate", "-11.7 个百分点"),
        (917, None, "rate", NONE), (None, 800, "rate", "—"), (500, 500, "rate", "持平"), (300_050, 200_000, "fen", "+50%"),
    ],
)  # fmt: skip
def test_a_change_is_told_as_people_say_it(now, before, unit, words):
    assert line(now, before, unit).change(before, NONE) == words


def test_values_as_they_are_read():
    assert [line(917, None, "rate").shown(each) for each in (917, 1000, 0, None)] == ["91.7%", "100%", "0%", "—"]
    assert line(1, 1, "fen").shown(123_456_70) == "123,456.70"
    assert line(1, 1).shown(1234) == "1,234"


def figures(**values) -> Figures:
    known = {
        "on_the_spot": 0, "written": 0, "oral": 0, "ended": 0, "amount": 0, "performed": 0, "confirmed": 0,
        "prevented": dict.fromkeys(PREVENTED, (0, 0)), "sources": dict.fromkeys(SOURCES, 0),
        "disputes": dict.fromkeys(DISPUTES, 0),
    }  # fmt: skip
    return Figures(**{**known, **values})


def told(now, before=None, last_year=None, code="2024-02") -> list[str]:
    return [str(each.text) for each in service.sentences(Report(period_of(code), now, before, last_year, ()))]


def test_the_sentences_say_what_there_is():
    now = figures(
        written=2, oral=1, ended=1, amount=180_050, sources={"resident": 4}, disputes={"family": 1, "neighbours": 3},
        prevented={"brawl": (1, 12), "crime": (1, 2)},
    )  # fmt: skip
    assert told(now, figures(sources={"resident": 6}), figures()) == [
        "受理纠纷 4 件，调解成功 3 件，成功率 75%，协议涉及金额 1,800.50 元。",
        "比上月（6 件）少受理 2 件；去年同期受理 0 件。",
        "受理最多的类型：邻里纠纷 3 件、婚姻家庭纠纷 1 件。",
        "防止矛盾激化 2 件，涉及 14 人。",
    ]


def test_the_sentences_keep_silent_about_what_nobody_kept():
    assert told(figures()) == ["没有受理纠纷，也没有办结的案件。"]
    started = figures(sources={"police": 1}, disputes={"damage": 1})
    assert told(started, figures(), code="2023-q4") == [
        "受理纠纷 1 件，还没有办结的。",
        "比上季度（0 件）多受理 1 件。",
    ]
    assert told(started, started, started, code="2023")[1] == "受理件数与上年持平。"


def test_before_cases_were_kept_here_nothing_is_claimed_to_have_been_nought(committee):
    committee.accepted()
    found = service.report(committee.head, period_with(today()))
    assert (found.before, found.last_year) == (None, None)
    accepted = next(each for _group, each in found.lines if each.name == "accepted")
    assert (accepted.now, accepted.before, found.change_before(accepted), found.change_last_year(accepted)) == (
        1,
        None,
        "—",
        "—",
    )
    assert [month.code for month, _figures in service.trend(committee.head, found.period)] == [found.period.code]


# --------------------------------------------------------------------------- the subsidy


@pytest.fixture
def here() -> Period:
    return period_with(today())


def filed(committee, clock, form="written") -> Case:
    """A case of the mediator `first`, agreed on and filed."""
    head, case = committee.head, committee.in_mediation(clock)
    wording = service.Wording("漏水", "修好", amount=180_000)
    if form == "oral":
        service.agree_orally(head, case.id, wording)
    else:
        service.write_agreement(head, case.id, wording)
        manners = {party.id: "signature" for party in service.parties_of(case)}
        service.enter_signatures(head, case.id, service.Signed(manners, "first某", sealed=True))
    service.fulfil_all(head, case.id)
    service.follow_up(head, case.id, performance="whole", satisfaction="satisfied", hidden_risk=False)
    service.close(head, case.id)
    service.tick(head, case.id, "covers", True)
    return service.archive(head, case.id)


def spot(committee, actor=None) -> Case:
    told_of = service.Told("堆杂物", dispute="neighbours")
    return service.settled_at_the_door(actor or committee.people["first"], [service.Person("甲方")], told_of, "搬走了")


def test_a_filed_case_can_be_claimed_once_with_the_rate_that_held(committee, clock):
    case, head, mine = filed(committee, clock), committee.head, committee.mediators["first"].id
    here = period_with(today())
    with pytest.raises(Refused):
        service.claim(head, mine, here, {case.id: "ordinary"})
    service.set_rates(head, RATES, "硖石街道〔2026〕1号")
    (waiting,) = service.claimable(head, mine, here)
    assert (waiting.case_id, waiting.grade, waiting.is_written, waiting.done_on) == (case.id, "ordinary", True, today())
    made = service.claim(head, mine, here, {case.id: "complex"})
    service.set_rates(head, {**RATES, "complex": 90_000}, "新规定")
    sheet = service.claim_sheet(head, made.id)
    assert (sheet.line.amount, sheet.rate.words, sheet.rate.complex) == (50_000, "硖石街道〔2026〕1号", 50_000)
    assert sheet.line.number == f"（{today().year}）西山人调补字第1号"
    assert [each.file_number for each in sheet.cases] == [service.file_text(case)]
    assert service.claimable(head, mine, here) == []
    with pytest.raises(Refused):
        service.claim(head, mine, here, {case.id: "ordinary"})
    assert Claim.select().count() == 1


def test_the_database_lets_no_case_be_claimed_twice(committee, here):
    case = spot(committee)
    service.set_rates(committee.head, RATES, "规定")
    mine = committee.mediators["first"].id
    made = service.claim(committee.head, mine, here, {case.id: "simple"})
    again = Claimed.insert(community=case.community, claim_id=made.id, case_id=case.id, grade="simple", amount=1)
    assert _refused(again.execute) == "mediation_claimed_once"
    assert _refused(Claimed.update(amount=99).where(Claimed.case_id == case.id).execute) == "mediation_claimed_kept"
    assert _refused(Claim.update(mediator_id=2).where(Claim.id == made.id).execute) == "mediation_claim_kept"
    assert _refused(Rate.update(simple=1).execute) == "mediation_rate_append_only"


def _refused(act) -> str | None:
    with pytest.raises(peewee.PeeweeException) as caught, transaction():
        act()
    return violated(caught.value)


def test_a_claim_made_by_mistake_is_taken_back_and_its_cases_are_free_again(committee, here):
    case, head, mine = spot(committee), committee.head, committee.mediators["first"].id
    service.set_rates(head, RATES, "规定")
    made = service.claim(head, mine, here, {case.id: "simple"})
    service.withdraw_claim(head, made.id)
    with pytest.raises(Refused):
        service.withdraw_claim(head, made.id)
    assert service.claimable(head, mine, here)[0].case_id == case.id
    second = service.claim(head, mine, here, {case.id: "ordinary"})
    assert [line.number[-2] for line in service.claims(head, here)] == ["2", "1"]
    (share,) = [each for each in service.overview(head, here) if each.mediator.id == mine]
    assert (share.waiting, share.claimed, share.amount) == (0, 1, 20_000)
    assert service.claim_sheet(head, second.id).line.amount == 20_000


def test_what_can_be_claimed_belongs_to_whoever_did_it(committee, clock, here):
    head = committee.head
    filed_case, at_the_door, by_head = filed(committee, clock, "oral"), spot(committee), spot(committee, head)
    here = period_with(today())
    unsettled = committee.applied()
    service.withdraw(head, unsettled.id)

    def of(name: str) -> set[int]:
        return {each.case_id for each in service.claimable(head, committee.mediators[name].id, here)}

    assert of("first") == {filed_case.id, at_the_door.id}
    assert of("head") == {by_head.id}
    assert of("second") == set()
    assert service.claimable(head, committee.mediators["first"].id, here.before) == []
    suggested = {each.case_id: each.grade for each in service.claimable(head, committee.mediators["first"].id, here)}
    assert set(suggested.values()) == {"simple"}
    service.set_rates(head, RATES, "规定")
    with pytest.raises(Refused):
        service.claim(head, committee.mediators["second"].id, here, {filed_case.id: "simple"})
    with pytest.raises(NotFound):
        service.claimable(head, 9999, here)


@pytest.mark.parametrize("grades", [(), ("gold",), ("major",)])
def test_a_claim_needs_cases_and_grades_that_give_something(committee, here, grades):
    case = spot(committee)
    service.set_rates(committee.head, RATES, "规定")
    chosen = dict(zip([case.id], grades, strict=False))
    with pytest.raises(Invalid) as caught:
        service.claim(committee.head, committee.mediators["first"].id, here, chosen)
    assert set(caught.value.errors) == {"cases"}


def test_rates_are_whole_sums_within_reason(committee):
    with pytest.raises(Invalid) as caught:
        service.set_rates(committee.head, {"simple": -1, "ordinary": 10_000_001, "complex": 1}, " ")
    assert set(caught.value.errors) == {"simple", "ordinary", "major", "words"}
    assert service.current_rate(committee.community) is None


def test_the_subsidy_is_arranged_by_the_head_and_the_clerk_of_the_own_community(committee, here):
    service.set_rates(committee.people["clerk"], RATES, "规定")
    case = spot(committee)
    made = service.claim(committee.people["clerk"], committee.mediators["first"].id, here, {case.id: "simple"})
    for name in ("first", "stranger", "director"):
        who = committee.people[name]
        for act in (
            lambda who=who: service.set_rates(who, RATES, "规定"),
            lambda who=who: service.claimable(who, committee.mediators["first"].id, here),
            lambda who=who: service.claim(who, committee.mediators["first"].id, here, {case.id: "simple"}),
            lambda who=who: service.claims(who, here),
            lambda who=who: service.claim_sheet(who, made.id),
            lambda who=who: service.withdraw_claim(who, made.id),
        ):
            with pytest.raises(Forbidden):
                act()


# --------------------------------------------------------------------------- the register


def test_the_register_holds_every_case_by_its_number_and_is_a_look_at_each(committee, clock):
    case, door, gone = filed(committee, clock), spot(committee), committee.applied()
    service.withdraw(committee.head, gone.id)
    here = period_with(today())
    before = CaseView.select().count()
    lines = service.register_book(committee.head, here)
    if here.first <= local_day(case.entered_at):
        assert [each.number for each in lines] == [service.register_text(each) for each in (case, door, gone)]
    by_number = {each.number: each for each in lines}
    done = by_number[service.register_text(door)]
    assert (done.applicants, done.respondents, done.mediators) == ("甲方", "", "first某")
    assert done.outcome == f"当场化解 {today().isoformat()}"
    looks = list(CaseView.select().where(CaseView.page == "register"))
    assert len(looks) == len(lines) == CaseView.select().count() - before
    assert {each.case_id for each in looks} >= {door.id, gone.id}
    assert service.registered(committee.head, here) == len(lines)


def test_an_agreement_stands_in_the_register_with_its_number_and_how_it_is_kept(committee, clock):
    case = filed(committee, clock)
    period = period_with(local_day(case.entered_at))
    (line,) = service.register_book(committee.head, period)
    assert line.outcome == f"调解成功（书面） （{today().year}）西山人调协字第1号"
    assert str(line.performed) == f"{today().isoformat()} 履行完毕"
    assert line.file_number == service.file_text(case)
    assert (line.applicants, line.respondents, line.mediators) == ("甲方", "乙方", "first某")


def test_sheets_hold_as_many_cases_as_fit_a_page(committee):
    for _each in range(9):
        spot(committee)
    lines = service.register_book(committee.head, period_with(today()))
    assert [len(sheet) for sheet in service.register_sheets(lines)] == [8, 1]
    assert service.register_sheets([]) == [[]]
