"""The demo's committee: a roster of colleagues who mediate, and invented cases in different states."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from core import Actor, Community, Conflict, Invalid, Refused, add_working_days, colleagues, today
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.models import Case
from plugins.mediation.service import Person, Told
from plugins.mediation.texts import _


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Put the colleagues with the role of a mediator on the roster, the first as head; then four cases."""
    people = [each for each in colleagues(community.code) if WORK in each.permissions]
    if not people:
        return
    for number, each in enumerate(people):
        service.enter(actor, each.account, "", "head" if number == 0 else "mediator")
    service.enter(actor, None, "老娘舅沈伯", "mediator")
    head = people[0]
    _new(head)
    _asking(head)
    _meeting(head, community.code)
    service.settled_at_the_door(
        head, [Person("章阿姨"), Person("吕师傅")], Told("楼道里放电瓶车，挡了路"), "当场把车推到车棚，互相道歉"
    )
    yield str(_("A mediation committee of %(people)d with four invented cases.", people=len(people) + 1))


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
    _arrange(head, case)


def _arrange(head: Actor, case: Case) -> None:
    """The first afternoon on which a confidential room is free; in a demo without rooms there is no meeting."""
    for days in range(1, 6):
        day = add_working_days(today(), days)
        try:
            free = service.free_rooms(head, day, 14 * 60, 15 * 60 + 30)
            if free:
                service.schedule(
                    head, case.id, service.Meeting(free[0].room_id, day, 14 * 60, 15 * 60 + 30, stagger=15)
                )
                return
        except (Conflict, Invalid, Refused):
            continue
