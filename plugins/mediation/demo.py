"""The demo's committee: a roster of colleagues who mediate, and invented cases in different states; those of the past are in
`demo_past`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from core import Actor, Community, Conflict, Invalid, Refused, add_working_days, colleagues, today, utc_minute
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.demo_past import fill_past
from plugins.mediation.models import Case
from plugins.mediation.service import Person, Told
from plugins.mediation.texts import _


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Put the colleagues with the role of a mediator on the roster, the first as head; then the past year and five cases."""
    people = [each for each in colleagues(community.code) if WORK in each.permissions]
    if not people:
        return
    for number, each in enumerate(people):
        service.enter(actor, each.account, "", "head" if number == 0 else "mediator")
    service.enter(actor, None, "老娘舅沈伯", "mediator")
    head = people[0]
    past = fill_past(head, service.roster(community.code))
    _new(head)
    _asking(head)
    _agreed(head, community.code)
    _meeting(head, community.code)
    service.settled_at_the_door(
        head, [Person("章阿姨"), Person("吕师傅")], Told("楼道里放电瓶车，挡了路"), "当场把车推到车棚，互相道歉"
    )
    yield str(
        _(
            "A mediation committee of %(people)d with five invented cases and %(past)d of the past year.",
            people=len(people) + 1,
            past=past,
        )
    )


def _new(head: Actor) -> None:
    service.apply(
        head, Person("邱国庆", "13957301122", "3幢1单元401"), Person("葛小燕", "13957303344", "3幢1单元501"),
        Told("楼上卫生间漏水，楼下客厅顶面发霉，说了三次没修", "修好并重新刷顶", "晚上或周末", "neighbours"),
        requested_on=today() - datetime.timedelta(days=1),
    )  # fmt: skip


def _asking(head: Actor) -> Case:
    case = service.apply(
        head, Person("孟阿宝", "13957305566"), Person("孟立新", "13957307788"),
        Told("兄弟两家为老母亲的赡养费争了半年", "每家每月出多少，谁陪看病", "周日上午", "family"),
    )  # fmt: skip
    service.contact(head, case.id)
    return case


def _meeting(head: Actor, community: str) -> None:
    case = service.apply(
        head, Person("祝师傅", "13957309911", "5幢102"), Person("晨光物业公司", "0573-87654321"),
        Told("车在小区里被掉下来的瓷砖砸坏，物业不肯赔", "赔修车费 1800 元", "工作日下午", "property"),
    )  # fmt: skip
    service.contact(head, case.id)
    for party in service.parties_of(case):
        service.answer_of(head, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    service.accept(head, case.id)
    mediator = next(each for each in service.roster(community) if each.account == head.account)
    service.assign(head, case.id, mediator.id, "parties", True)
    asked = service.Asked(
        "郁阿姨", "5幢楼下", "那天风大，听见很响一声，下楼看见瓷砖碎在车顶上。", head.label, "住在 5 幢 201 的邻居", head.label
    )  # fmt: skip
    service.sign_interview(head, case.id, service.interview(head, case.id, asked).id)
    _arrange(head, case)


def _agreed(head: Actor, community: str) -> None:
    """Agreed at once at the counter two days ago: in force, with a duty to watch and the thirty days running."""
    case = service.apply(
        head, Person("阮丽", "13957302233"), Person("丁建华", "13957304455"),
        Told("借款 6000 元到期未还，双方说法不一", "还钱", "随时", "contract"), requested_on=today() - datetime.timedelta(days=3),
    )  # fmt: skip
    service.contact(head, case.id)
    parties = service.parties_of(case)
    for party in parties:
        service.answer_of(head, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    service.accept(head, case.id)
    mine = next(each for each in service.roster(community) if each.account == head.account)
    service.assign(head, case.id, mine.id, "committee", True)
    receipt = service.receive(
        head, case.id, service.Piece("借条", "阮丽", is_original=True, pages=1), today() - datetime.timedelta(days=2)
    )
    service.give_back(head, case.id, receipt.id, "阮丽")
    service.receive(head, case.id, service.Piece("借条复印件", "阮丽", is_original=False, pages=1))
    met = utc_minute(today() - datetime.timedelta(days=2), 10 * 60)
    service.meet_elsewhere(head, case.id, met, met + 60, "居委会接待室")
    came = [service.Attended(party.id, True, True) for party in parties]
    service.write_record(head, case.id, came, "丁建华承认借款，希望分两次还；阮丽同意，不要利息。", recorder=head.label)
    owed = [service.Owed(parties[1].id, "还款 3000 元", today() + datetime.timedelta(days=days)) for days in (6, 36)]
    service.write_agreement(
        head, case.id, service.Wording("借款 6000 元未还", "分两次还清，不计利息", amount=600_000, duties=owed)
    )
    manners = {party.id: "thumbprint" if party.side == "respondent" else "signature" for party in parties}
    service.enter_signatures(head, case.id, service.Signed(manners, head.label, sealed=True))


def _arrange(head: Actor, case: Case) -> None:
    """The first afternoon on which a confidential room is free; in a demo without rooms there is no meeting."""
    for days in range(1, 6):
        day = add_working_days(today(), days)
        try:
            free = service.free_rooms(head, day, 14 * 60, 15 * 60 + 30)
            if free:
                second = free[1].room_id if len(free) > 1 else None
                wish = service.Meeting(free[0].room_id, day, 14 * 60, 15 * 60 + 30, stagger=15, second_room=second)
                service.schedule(head, case.id, wish)
                return
        except (Conflict, Invalid, Refused):
            continue
