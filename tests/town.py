"""Two communities full of records, and the addresses of every page about one of them: what crawling tests walk over.

Private texts of a community carry its mark, so that an answer which leaks them is recognised.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from core.actor import command
from core.clock import today
from core.store.db import database, engine_name, now
from core.testing import WEST_HILL, Browser, sign_in_as
from tests import town_bank

# Parts of addresses that name no record of a community, with a value that fits everywhere.
COMMON = {
    "fund_code": "give_back",
    "place": 1,
    "name": "rooms",
    "form_name": "core.call_record",
    "role": "staff",
    "permission": "core.search",
    "way": "deny",
    "answer": "leave",
    "status": "moved_away",
    "digest": "0" * 16,
    "code": "ACDEFHJK",
    "question": "core.care",
    "listed": "core.people",
    "import_name": "rooms.rooms",
    "job": "rooms.expire",
    "workflow": "core.objection",
    "verb": "begin",
    "size": "full",
    "step": "note",
    "item": "evidence",
    "year": 2045,
    "month": "2026-01",
    "form": "json",
    "version": 1,
    "proposal_kind": "project",
    "act": "decide",
    "paper_step": "sign",
}
# A picture of one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
# A number in the community's own chain, not a key: the other community has an entry of the same number.
COUNTED = {"seq": 1}


@dataclass
class Town:
    """One community's records. `values` maps the argument of an address to the keys that fill it here."""

    code: str
    mark: str
    values: dict[str, list[Any]] = field(default_factory=dict)
    people: list[Any] = field(default_factory=list)
    booking_of: dict[int, int] = field(default_factory=dict)  # person -> occurrence
    screen: str = ""


def build(app: Flask, code: str, mark: str) -> Town:
    """Fill a community: people with homes, accounts, bookings, calls, a roster that waits, slips, rooms, grids."""
    town = Town(code, mark)
    _add_people(town)
    _add_accounts(town)
    _add_office(town)
    _add_rooms(town)
    _add_notices(town)
    _add_privacy(town)
    _add_absence(town)
    _add_links(town)
    town_bank.add(town)
    _add_handover(town)
    _add_mediation(town)
    _add_dues(town)
    _add_giving(town)
    _add_spending(town)
    _add_books(town)
    _add_budget(town)
    return town


def _add_people(town: Town) -> None:
    from core.people import areas, grids, residents

    actor = command(town.code)
    estate = areas.add_estate(actor, f"{town.mark}苑")
    for number in (1, 2, 3):
        person = residents.add_person(
            actor, name=f"{town.mark}居民{number}", phone=f"1380013{_tail(town)}{number}", note=f"{town.mark}独居",
            estate_id=estate, door=f"{number}-1-10{number}",
        )  # fmt: skip
        town.people.append(person)
    grid = grids.add_grid(actor, f"{town.mark}网格")
    homes = areas.homes_of(town.code, estate)
    town.values.update(
        key=[person.public_id for person in town.people],
        area_id=[estate, *(node.id for node in _below(areas.tree(town.code)))],
        home_id=[home.id for home in homes],
        grid_id=[grid],
    )


def _tail(town: Town) -> str:
    return town.code[-3:]


def _below(nodes: Any) -> Iterator[Any]:
    for node in nodes:
        yield node
        yield from _below(node.children)


def _add_accounts(town: Town) -> None:
    from core.people import account_list, accounts, roles, slip_batches, slips

    actor = command(town.code)
    account_list.open_staff(actor, f"office{_tail(town)}", f"{town.mark}干部", ["staff"])
    accounts.open_account(actor, town.people[0].public_id, "860957")
    slips.issue(actor, slips.prepare(actor, [town.people[2].public_id]))
    town.values.update(
        account_id=[each.id for each in accounts.staff_accounts(actor)]
        + [account.id for account in [accounts.account_of_person(town.code, town.people[0].id)] if account],
        grant_id=[each.grant for each in roles.grants_of(town.code)],
        batch=[each.batch for each in slip_batches.batches(actor)],
    )


def _add_office(town: Town) -> None:
    from core.actor import Actor
    from core.civic import intake
    from core.civic.reaching import calls, messages
    from core.people import roster, view_log

    actor = command(town.code)
    call = intake.take_call(
        actor, who=f"{town.mark}来电人", what=f"{town.mark}楼道灯坏了", where=f"{town.mark}楼", call_back=True,
        phone=f"1390013{_tail(town)}9", person_id=town.people[1].id,
    )  # fmt: skip
    sheet = f"姓名,小区,门牌,电话\n{town.mark}新人,{town.mark}苑,9-1-901,13700137{_tail(town)}\n".encode()
    preview = roster.preview(actor, f"{town.mark}.csv", sheet)
    told = messages.tell(
        actor, town.people[0].ref, call.ref, "test", f"{town.mark}领体检单", title=f"{town.mark}通知", start_min=30_000_000,
        end_min=30_000_060,
    )  # fmt: skip
    looker = Actor(kind="staff", account=town.values["account_id"][0], community=town.code, label=f"{town.mark}干部")
    view_log.seen(looker, view_log.LIST, [person.public_id for person in town.people])
    town.values.update(
        message_id=[told.id],
        call_id=[call.id],
        record_id=[call.id],
        task_id=[task.id for task in calls.todays_calls(actor)],
        batch_id=[preview.batch],
    )


def _add_rooms(town: Town) -> None:
    from dataclasses import replace

    from core.operate import imports
    from core.plugin.registry import active
    from plugins.rooms import service
    from plugins.rooms.booking.recurrence import Rule

    actor = command(town.code)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {day: [(8 * 60, 20 * 60)] for day in range(7)})
    room = service.add_room(actor, venue.id, name="棋牌室", seats=20)
    asked = service.add_room(actor, venue.id, name="会议室", needs_approval=True)
    day = (today() + datetime.timedelta(days=2)).isoformat()
    for hour, person in enumerate(town.people, start=9):
        booked = service.book(
            replace(actor, on_behalf_of=person.id),
            room.id,
            service.BookingRequest(
                date=day,
                start=f"{hour:02d}:00",
                end=f"{hour + 1:02d}:00",
                title=f"{town.mark}家宴",
                organiser=person.name,
            ),
        )
        town.booking_of[person.id] = booked.occurrence_id
    keyed = town.booking_of[town.people[1].id]
    service.hand_out_key(actor, keyed, f"{town.mark}领钥匙")
    service.take_key_back(actor, keyed)
    visitor = replace(actor, kind="anonymous")
    wish = service.book(
        visitor,
        asked.id,
        service.BookingRequest(
            date=day, start="13:00", end="14:00", title=f"{town.mark}议事", guest_name=f"{town.mark}客"
        ),
    )
    listed = service.join_waiting(
        visitor, service.WaitingWish(day, "09:00", "10:00", None, room.id), who=service.Who(f"{town.mark}候补"),
        title=f"{town.mark}聚会",
    )  # fmt: skip
    series = service.book_series(
        replace(actor, on_behalf_of=town.people[0].id),
        asked.id,
        Rule(count=3),
        service.BookingRequest(
            date=day, start="17:00", end="18:00", title=f"{town.mark}合唱", organiser=town.people[0].name
        ),
        skip={today() + datetime.timedelta(days=9)},
    )
    service.make_feed(actor, "room", room.id)
    lent = service.add_equipment(actor, name="投影仪", kept_at="值班室", bookable_by="anyone")
    closure = service.close(actor, room.id, date=day, start="16:00", end="18:00", reason="检修")
    # Why a room is closed stands on its page, for everybody: no private word.
    service.close_regularly(actor, room.id, Rule(count=2), date=day, start="18:00", end="19:00", reason="打扫")
    regular = next(each.series_id for each in service.closures(actor) if each.series_id)
    photos = [service.add_photos(actor, each.id, [(_photo(actor), "全景")])[0] for each in (room, asked)]
    plan = service.add_plans(actor, venue.id, [(_photo(actor), "二楼")])[0]
    service.set_pin(actor, room.id, plan, 300, 400)
    screen, token = service.add_screen(actor, "hall", name="大厅屏", venue_id=venue.id)
    town.screen = token
    table = f"阵地,房间,备注\n邻里中心,棋牌室,{town.mark}清单\n".encode()
    waiting = imports.upload(active(), actor, "rooms.rooms", f"{town.mark}清单.csv", table)
    town.values.update(
        upload_id=[waiting],
        venue_id=[venue.id],
        room_id=[room.id, asked.id],
        occurrence_id=[*town.booking_of.values(), wish.occurrence_id],
        booking_id=[series.booking_id],
        closure_id=[closure.id],
        closure_series_id=[regular],
        waiting_id=[listed.waiting_id],
        equipment_id=[lent.id],
        screen_id=[screen.id],
        use_id=photos,
        plan_id=[plan],
        upload=[_photo(replace(actor, kind="staff", account=town.values["account_id"][0]))],
        token=[token],
    )


def _add_notices(town: Town) -> None:
    """A draft, which is private, one that is up and one that was withdrawn, whose text is private again."""
    from core.civic.notices import publishing as notices

    actor = command(town.code)
    keys = []
    for title, body in (
        (f"{town.mark}草稿", f"{town.mark}未定"),
        ("停水通知", "周六停水"),
        ("旧通知", f"{town.mark}写错"),
    ):
        draft = notices.draft_notice(actor, notices.NoticeWording("general", title, body, "陆敏", objection_days=7))
        keys.append(draft.id)
    for key in keys[1:]:
        notices.publish_notice(actor, key)
    notices.withdraw_notice(actor, keys[2], "写错了")
    town.values.update(notice_id=keys)
    _add_objections(town, keys[1])


def _add_objections(town: Town, notice_id: int) -> None:
    """One of a guest that waits, and one on paper that is answered: who objects and in which words is private."""
    from dataclasses import replace

    from core.civic.objections import answers as objection_answers
    from core.civic.objections import filing as objections

    actor = command(town.code)
    words = f"{town.mark}的车位费不对"
    filed = objections.file_objection(
        replace(actor, kind="anonymous"), notice_id, words, name=f"{town.mark}阿姨", phone=f"1360013{_tail(town)}6"
    )
    paper = objections.enter_objection(actor, notice_id, words, channel="paper", name=f"{town.mark}阿婆")
    objection_answers.answer_objection(
        actor, paper.objection_id, wording="……的车位费不对", outcome="stands", answer="已当面说明。"
    )
    town.values.update(objection_id=[filed.objection_id, paper.objection_id])


def _add_privacy(town: Town) -> None:
    """A request for the own data that waits, and one that was answered; what somebody agreed to, and what is kept by it."""
    from core.civic.privacy import care_notes, consents
    from core.civic.privacy import requests as privacy_requests
    from core.clock import today

    actor, keys = command(town.code), []
    for person, what in ((town.people[0], "erase"), (town.people[1], "copy")):
        asked = privacy_requests.enter(actor, person.public_id, what, f"{town.mark}请删除", "paper", today())
        keys.append(asked.id)
    privacy_requests.answer(actor, keys[1], "refuse", f"{town.mark}已当面给过")
    town.values.update(request_id=keys)
    consents.enter(actor, town.people[1].public_id, care_notes.CARE, True, today())
    care_notes.write_care(actor, town.people[1].public_id, f"{town.mark}听力不好")


def _add_absence(town: Town) -> None:
    """Somebody is away this week, and a colleague stands in."""
    from core.civic.inbox import deputies
    from core.clock import today
    from core.people import account_list, accounts

    actor = command(town.code)
    account_list.open_staff(actor, f"deputy{_tail(town)}", f"{town.mark}代理", ["staff"])
    deputy, away = (accounts.account_named(f"{name}{_tail(town)}") for name in ("deputy", "office"))
    assert deputy and away
    until = today() + datetime.timedelta(days=5)
    town.values.update(deputy_id=[deputies.enter(actor, away.id, deputy.id, today(), until).id])


def _add_links(town: Town) -> None:
    """A call, which is private, linked with a booking and with a notice everybody reads; every kind of record as a thread."""
    from core.civic.threads import links
    from core.store.ref import Ref

    actor = command(town.code)
    call = Ref("core.call_intake", town.code, town.values["call_id"][0])
    booking = Ref("rooms.occurrence", town.code, town.values["occurrence_id"][0])
    notice = Ref("core.notice", town.code, town.values["notice_id"][1])
    made = [links.link(actor, booking, "follows", call), links.link(actor, notice, "answers", call)]
    others = (f"core.objection:{town.values['objection_id'][0]}", f"core.notice:{town.values['notice_id'][0]}")
    town.values.update(link_id=[each.id for each in made], ref=[str(call), str(booking), str(notice), *others])


def _add_handover(town: Town) -> None:
    """Somebody has left and handed the work over."""
    from core.civic.inbox import handovers
    from core.people import account_list, accounts

    actor = command(town.code)
    account_list.open_staff(actor, f"left{_tail(town)}", f"{town.mark}离岗人", ["staff"])
    account = accounts.account_named(f"left{_tail(town)}")
    assert account
    made = handovers.hand_over(actor, account.id, handovers.CLOSE, {}, f"{town.mark}调走")
    town.values.update(handover_id=[made.id])


def _add_mediation(town: Town) -> None:
    """A case of mediation in performance: everything in it is private, also from the own office."""
    from core.people import account_list, accounts, permissions
    from plugins.mediation import service

    actor = command(town.code)
    account_list.open_staff(actor, f"mediator{_tail(town)}", f"{town.mark}调解员", ["mediator"])
    account = accounts.account_named(f"mediator{_tail(town)}")
    assert account
    head = service.enter(actor, account.id, "", "head")
    me = permissions.actor_of(account.id, town.code)
    assert me
    person = service.Person(f"{town.mark}甲方", f"1350013{_tail(town)}5", f"{town.mark}苑1-1-101")
    case = service.apply(
        me, person, service.Person(f"{town.mark}乙方"), service.Told(f"{town.mark}漏水", dispute="neighbours")
    )
    service.contact(me, case.id)
    parties = service.parties_of(case)
    for party in parties:
        service.answer_of(me, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    service.accept(me, case.id)
    service.assign(me, case.id, head.id, "committee", True)
    ((assignment, _mediator),) = service.assigned_to(case)
    asked = service.interview(
        me, case.id, service.Asked(f"{town.mark}邻居", f"{town.mark}楼道", f"{town.mark}听见吵架", "调解员")
    )
    piece = service.receive(me, case.id, service.Piece(f"{town.mark}照片", f"{town.mark}甲方", is_original=True))
    service.report_danger(
        me, case.id, service.Alarm("intensify", f"{town.mark}派出所", "调解员", f"{town.mark}扬言报复")
    )
    service.reply(me, case.id, f"{town.mark}网格员", f"{town.mark}已受理")
    service.explain(me, case.id, f"{town.mark}情况说明")
    tomorrow = now() // 60_000 + 1440
    arrivals = service.arrivals_of(service.meet_elsewhere(me, case.id, tomorrow, tomorrow + 60, f"{town.mark}家里"))
    town.values.update(
        interview_id=[asked.id],
        evidence_id=[piece.id],
        arrival_id=[each.id for each in arrivals],
        case_id=[case.id],
        party_id=[party.id for party in parties],
        mediator_id=[head.id],
        assignment_id=[assignment.id],
        obligation_id=[_duty_of(me, head.id, town.mark)],
        claim_id=[_claim_of(me, town.mark)],
    )


def _add_spending(town: Town) -> None:
    """A project that is public and signed on paper, and one that was only proposed, which is private."""
    from core.civic.attachments import keep_upload
    from core.people import account_list, accounts, permissions
    from plugins.revenue.ledger.accounts import open_account
    from plugins.revenue.ledger.posting import Line, post
    from plugins.revenue.spending import proposing, signing

    office, people = command(town.code), []
    for number, role in enumerate(("staff", "staff", "staff", "director")):
        account_list.open_staff(office, f"spend{number}{_tail(town)}", f"{town.mark}经办{number}", [role])
        account = accounts.account_named(f"spend{number}{_tail(town)}")
        assert account
        people.append(permissions.actor_of(account.id, town.code))
    proposer, decider, enterer, signer = people
    assert proposer and decider and enterer and signer and signer.account
    open_account(office, "1002.spend", "收支户", "asset")
    post(
        office, key="town-spending", day=today(), purpose="年初",
        lines=[Line(500_000, "4901", "1002.spend", "give_back", "give_back")],
    )  # fmt: skip

    def paper(actor: Any, words: str) -> list[tuple[str, str]]:
        return [(keep_upload(actor, f"{words}.png", PIXEL, ("picture", "document")).token, "")]

    wish = proposing.Wish("水管抢修", "一号楼水管夜里爆裂")
    photo = [(paper(proposer, "水管")[0][0], "水管")]
    urgent = proposing.propose_emergency(proposer, wish, "give_back", 20_000, today(), photo)
    proposing.publish(office, urgent.id, "陆敏")
    page = signing.Paper("sign", signer.account, today(), paper(enterer, f"{town.mark}签字页"))
    signature = signing.enter_paper(enterer, urgent.id, page)
    proposing.decide(decider, urgent.id, "joint", today(), f"{town.mark}同意", paper(decider, f"{town.mark}纪要"))
    secret = proposing.propose_project(
        proposer, proposing.Wish(f"{town.mark}长椅", f"{town.mark}还没定"), "give_back", 30_000
    )
    town.values.update(proposal_id=[urgent.id, secret.id], signature_id=[signature.id])


def _duty_of(me: Any, mediator_id: int, mark: str) -> int:
    """A second case as it stands after an oral agreement, made without waiting for its meeting."""
    from plugins.mediation import service
    from plugins.mediation.models import Obligation

    case = service.apply(
        me, *(service.Person(f"{mark}{name}") for name in ("丙", "丁")), service.Told(f"{mark}欠款", dispute="other")
    )
    service.contact(me, case.id)
    for party in service.parties_of(case):
        service.answer_of(me, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    service.accept(me, case.id)
    service.assign(me, case.id, mediator_id, "parties", True)
    yesterday = now() // 60_000 - 1440
    service.meet_elsewhere(me, case.id, yesterday, yesterday + 60, "居委会")
    came = [service.Attended(party.id, True) for party in service.parties_of(case)]
    service.write_record(me, case.id, came, f"{mark}记录", recorder="")
    owed = service.Owed(service.parties_of(case)[0].id, f"{mark}还钱", today() + datetime.timedelta(days=9))
    service.agree_orally(me, case.id, service.Wording(f"{mark}欠款", f"{mark}分期还", duties=(owed,)))
    found = Obligation.of(case.community).where(Obligation.case_id == case.id).first()
    return int(found.id)


def _claim_of(me: Any, mark: str) -> int:
    """A quarrel settled on the spot, and the subsidy claimed for it."""
    from plugins.mediation import service
    from plugins.mediation.figures.periods import period_with

    service.set_rates(me, {"simple": 5_000, "ordinary": 20_000, "complex": 50_000, "major": 100_000}, "街道文件")
    service.settled_at_the_door(me, [service.Person(f"{mark}戊")], service.Told(f"{mark}堆物"), f"{mark}搬走")
    mine, period = service.member(me), period_with(today())
    grades = {each.case_id: each.grade for each in service.claimable(me, mine.id, period)}
    return int(service.claim(me, mine.id, period, grades).id)


def _add_dues(town: Town) -> None:
    """A canteen with a period in force and paid, one that waits for its review, money of an unknown payer, and a deposit."""
    from core.civic.attachments import keep_upload
    from plugins.revenue.dues import acts, contracts, declaring, operators, receiving, reviewing, rule_changes

    clerk, reviewer, keeper = (_hand(town, role) for role in ("secretary", "director", "bookkeeper"))
    operator = operators.save_operator(
        clerk,
        None,
        {"name": "好味餐饮", "operator_kind": "company", "contact": f"{town.mark}老板", "note": f"{town.mark}备注"},
    )
    first = today().replace(month=1, day=1).replace(year=today().year - 1)
    said = {
        "operator_id": operator.id, "business": "社区食堂", "place": "邻里中心一楼", "owner_class": "community", "starts_on": first,
        "ends_on": first.replace(year=first.year + 5), "period": "year", "declare_days": 15, "pay_days": 15, "approval": "会议纪要",
        "approval_kind": "minutes", "holder": "community", "deposit_fen": 100_000,
    }  # fmt: skip
    rule = {
        "mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit", "minimum": None, "cap": None,
        "components": [{"kind": "percent", "of": "turnover_fen", "rate": "0.10"}], "split": [{"to": "give_back", "weight": 1}],
    }  # fmt: skip
    signed, waiting, draft = (contracts.save_draft(clerk, None, said) for _each in range(3))
    dues = []
    for contract in (signed, waiting):
        contracts.add_rule(clerk, contract.id, rule, first)
        paper = keep_upload(clerk, f"{town.mark}合同.txt", f"{town.mark}合同{contract.id}".encode(), ("document",))
        contracts.sign(clerk, contract.id, today(), [(paper.token, "")])
        due = _first_due(town.code, contract.id)
        file = keep_upload(clerk, f"{town.mark}流水.txt", f"{town.mark}{contract.id}".encode(), ("document",))
        declaring.declare(
            clerk, due, {"turnover_fen": 1_000_000}, [(file.token, "")], words=f"{town.mark}说明", on_paper=True
        )
        dues.append(due)
    reviewing.approve(reviewer, dues[0])
    paid = receiving.receive(
        keeper, amount=150_000, arrived_on=today(), account="1001", operator_id=operator.id, payer=f"{town.mark}付款人"
    )
    unknown = receiving.receive(keeper, amount=700, arrived_on=today(), account="1001", payer=f"{town.mark}不明")
    asked = [
        acts.enter(
            keeper, "deposit_in", reason=f"{town.mark}押金", amount=100_000, account="1001", contract_id=signed.id
        ).id
        for _each in range(2)
    ]
    paper = keep_upload(clerk, f"{town.mark}补充协议.txt", f"{town.mark}补充协议".encode(), ("document",))
    wish = rule_changes.Wish(rule, today(), f"{town.mark}改约", "会议纪要", None, [(paper.token, "")])
    change = rule_changes.propose(clerk, waiting.id, wish)
    for name, keys in (("rule_change_id", [change.id]), ("contract_id", [signed.id, waiting.id, draft.id]), ("operator_id", [operator.id]), ("due_id", dues),
                       ("receipt_id", [paid.id, unknown.id]), ("act_id", asked)):  # fmt: skip
        town.values[name] = [*town.values.get(name, []), *keys]


def _hand(town: Town, role: str) -> Any:
    """A colleague who works with operators."""
    from core.people import account_list, accounts, permissions

    account_list.open_staff(command(town.code), f"dues{role}{_tail(town)}", f"{town.mark}缴款{role}", [role])
    account = accounts.account_named(f"dues{role}{_tail(town)}")
    assert account
    return permissions.actor_of(account.id, town.code)


def _first_due(community: str, contract_id: int) -> int:
    from plugins.revenue.dues.models import Due

    return int(Due.of(community).where(Due.contract_id == contract_id).order_by(Due.first_day).first().id)


def _add_giving(town: Town) -> None:
    """Donations, petty cash and opening balances: who gave is private where they wish it so, and so is why anything changed."""
    from plugins.revenue.giving import changes, opening, petty, pledges, vouchers

    keeper, cashier, chief = (_clerk(town, role) for role in ("bookkeeper", "cashier", "secretary"))
    first = opening.start(keeper, datetime.date(2025, 1, 1))
    opening.set_line(keeper, first.id, "1002", "operating", 1_000_000)
    opening.add_evidence(keeper, first.id, [(_photo(keeper), "")])
    opening.hand_in(keeper, first.id)
    opening.approve(chief, first.id)
    second = opening.correct(keeper, f"{town.mark}抄错了")
    told = pledges.Told("resident", f"{town.mark}捐赠人", "give_back", "买书", 10_000, phone=f"1370013{_tail(town)}8")
    given, open_one = (pledges.pledge(keeper, told) for _each in range(2))
    piano = pledges.pledge(keeper, pledges.Told("resident", f"{town.mark}捐赠人", "", "合唱队", item="钢琴一架"))
    thing = pledges.receive_thing(
        keeper, piano.id, pledges.Thing("钢琴一架", 600_000, "估价", f"{town.mark}接收人"), today()
    )
    gift = pledges.receive_money(keeper, given.id, 10_000, "1002", today())
    asked = [
        changes.ask_change(keeper, gift.id, changes.Wish("refund", f"{town.mark}有困难", 1_000, "1002")).id
        for _each in range(2)
    ]
    changes.approve_change(chief, asked[0])
    box = petty.open_float(chief, petty.NewFloat("备用金", int(cashier.account or 0), "operating", 100_000, 10_000))
    advance = petty.ask_advance(cashier, box.id, 50_000, "1002", f"{town.mark}备用")
    petty.approve_move(chief, advance.id)
    counted = petty.ask_count(cashier, box.id, 50_000, f"{town.mark}盘点")
    paid = [
        vouchers.enter_voucher(
            cashier, box.id, vouchers.Paid(100, "5201", "打印纸", today(), f"{town.mark}小店", [(_photo(cashier), "")])
        ).id
        for _each in range(2)
    ]
    vouchers.approve_voucher(chief, paid[0])
    town.values.update(
        pledge_id=[given.id, open_one.id, piano.id],
        gift_id=[gift.id, thing.id],
        change_id=asked[::-1],
        float_id=[box.id],
        float_move_id=[counted.id, advance.id],
        voucher_id=paid[::-1],
        opening_id=[second.id, first.id],
        opening_line_id=[line.id for line in opening.lines_of(second)],
    )


def _add_budget(town: Town) -> None:
    """A budget that is in force, and a version of it that waits to be decided."""
    from plugins.revenue.budget import versions

    keeper, chief = (_clerk(town, role, "3") for role in ("bookkeeper", "secretary"))
    made = []
    for why in ("", f"{town.mark}多一项"):
        budget = versions.start(keeper, today().year, why)
        line = versions.set_line(keeper, budget.id, "5201", "operating", 50_000, "办公用品")
        versions.set_meeting(keeper, budget.id, "居民会议", today(), [(_photo(keeper), "")])
        versions.hand_in(keeper, budget.id)
        made.append((budget.id, line.id))
        if not why:
            versions.decide(chief, budget.id)
    town.values.update(
        budget_id=[key for key, _line in made[::-1]], budget_line_id=[key for _budget, key in made[::-1]]
    )


def _add_books(town: Town) -> None:
    """An account opened by hand, a posting that waits, one that was approved, and a reversal that was asked for."""
    from core.civic.attachments import keep_upload
    from plugins.revenue.ledger import chart, journal
    from plugins.revenue.ledger.posting import Line, post

    keeper, chief = (_clerk(town, role, "2") for role in ("bookkeeper", "secretary"))
    opened = chart.open_by_hand(chief, f"4901.{town.code}", "利息", "community")
    line = Line(100, "4901", "1002", "general", "general")
    slips = [keep_upload(keeper, f"回单{each}.png", PIXEL, ("picture",)).token for each in range(2)]
    waits, done = (
        journal.enter_posting(keeper, day=today(), purpose="结息", lines=[line], scans=[(slip, "")]) for slip in slips
    )
    seq = journal.approve(chief, done.id).seq
    # Entries are numbered from 1 in each community: 西山 has some that 南苑 has not.
    for number in range(30 if town.code == WEST_HILL else 0):
        seq = post(keeper, key=f"town:{number}", day=today(), purpose="结息", lines=[line]).seq
    town.values.update(journal_id=[waits.id, done.id], entry_seq=[seq], account_code=[opened.code])
    _add_spot_check(town, chief)


def _add_spot_check(town: Town, chief: Any) -> None:
    """A draw from the books of long ago, with one voucher that was looked at."""
    from plugins.revenue.ledger import periods
    from plugins.revenue.ledger.posting import Line, post
    from plugins.revenue.spot import announcing, checking, drawing, lots

    first = datetime.date(today().year - 2, 1, 1)
    line = Line(200, "4901", "1121", "general", "general")
    post(command(town.code), key="town:spot", day=first, purpose="结息", lines=[line], evidence=["ab" * 32])
    periods.lock(chief, f"{first.year}-03")
    drawer = _clerk(town, "supervisor", "3")
    [waiting] = lots.waiting(town.code)
    announcing.announce(drawer, waiting.lot.id, announcing.Meeting(today(), "会议室", "监督委员会"))
    spot = drawing.begin(drawer, waiting.lot.id, drawing.Thrown("361452", today(), "居民报数"))
    found = checking.Found("matches", "核对无误", "resident", f"{town.mark}查账人", today())
    checking.enter_result(drawer, spot.id, checking.vouchers(spot)[0].entry.seq, found)
    town.values.update(spot_id=[spot.id], lot_id=[waiting.lot.id])


def _clerk(town: Town, role: str, more: str = "") -> Any:
    """A colleague with one role, as they act when they have signed in."""
    from core.people import account_list, accounts, permissions

    account_list.open_staff(command(town.code), f"{role}{_tail(town)}{more}", f"{town.mark}{role}", [role])
    account = accounts.account_named(f"{role}{_tail(town)}{more}")
    assert account
    found = permissions.actor_of(account.id, town.code)
    assert found
    return found


def _photo(actor: Any) -> str:
    """A photo chosen for a room: the token under which it waits for the account that sent it."""
    from core.civic.attachments import keep_upload

    return keep_upload(actor, "棋牌室.png", PIXEL, ("picture",)).token


# --------------------------------------------------------------------------- addresses


def is_about_a_record(rule: Rule) -> bool:
    """Whether an address of a community names a record of it."""
    return bool(rule.arguments - {"community"} - set(COMMON) - set(COUNTED))


def values_for(rule: Rule, town: Town, nth: int = 0) -> dict[str, Any]:
    """Arguments for one address of `town`, about its nth record of each kind (the last one, if there are fewer).

    Fails for an argument it does not know, so that a new kind of record cannot be forgotten here.
    """
    found: dict[str, Any] = {}
    for name in rule.arguments - {"community"}:
        if name in town.values:
            assert town.values[name], f"{town.code} has no {name}"
            found[name] = town.values[name][min(nth, len(town.values[name]) - 1)]
        else:
            assert name in COMMON or name in COUNTED, f"{rule.rule}: tests/town.py does not know what {name!r} is"
            found[name] = COMMON.get(name, COUNTED.get(name))
    return found


def count_for(rule: Rule, town: Town) -> int:
    """How many different addresses `values_for` can give."""
    return max((len(town.values.get(name, [0])) for name in rule.arguments), default=1)


def address(app: Flask, rule: Rule, community: str, values: dict[str, Any]) -> str:
    """The path of a rule."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        filled = dict(values, community=community) if "community" in rule.arguments else values
        return str(adapter.build(rule.endpoint, filled, method=_method(rule)))


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


def methods(rule: Rule) -> list[str]:
    """GET and POST, as far as the rule has them."""
    return sorted((rule.methods or set()) & {"GET", "POST"})


def community_rules(app: Flask) -> list[Rule]:
    """Every address below `/c/<community>/`."""
    return [rule for rule in app.url_map.iter_rules() if "community" in rule.arguments]


# --------------------------------------------------------------------------- people and what is stored


def resident(app: Flask, town: Town, number: int) -> Browser:
    """A browser signed in as one of the residents; uses the account that is there."""
    from core.people import accounts
    from core.people.sessions import open_session
    from core.web.gate import SESSION_COOKIE

    person = town.people[number]
    account = accounts.account_of_person(town.code, person.id)
    if account is None:
        return sign_in_as(app, "resident", community=town.code, person=person.id)
    browser = Browser(app)
    token = open_session(account, opened_with="pin", address="127.0.0.1", agent="test")
    browser.set_cookie(SESSION_COOKIE, token)
    return browser


def rows_of(community: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that belongs to a community, by table: what must be the same after strangers have tried."""
    mark = "?" if engine_name() == "sqlite" else "%s"
    stored = {}
    for table in sorted(database.obj.get_tables()):
        columns = [column.name for column in database.obj.get_columns(table)]
        if "community" in columns and table not in ("request_key", "plugin_failure"):
            names = ", ".join(f'"{name}"' for name in columns)
            rows = database.execute_sql(
                f'SELECT {names} FROM "{table}" WHERE community={mark}', (community,)
            ).fetchall()
            stored[table] = sorted(rows, key=repr)
    return stored
