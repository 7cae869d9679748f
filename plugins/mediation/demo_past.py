"""The past fourteen months of the demo's committee: filed cases and quarrels settled on the spot, so that the report of the month
has something to compare. All invented, and the same each time for one day. Written straight into the records, as they stand
when a file is closed; how a case gets there is shown by those of `demo`.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass

from core import Actor, add_months, next_number, today, transaction, utc_minute
from plugins.mediation import service
from plugins.mediation.figures.periods import period_with
from plugins.mediation.models import (
    Agreement,
    Assignment,
    Case,
    Confirmation,
    Ending,
    FollowUp,
    Matter,
    Mediator,
    Party,
    Prevention,
    Signature,
)

MONTHS = 14
RATES = {"simple": 5_000, "ordinary": 20_000, "complex": 50_000, "major": 100_000}
RULE = "示例：《人民调解以案定补办法》，请按本街道的文件修改"
# Kind, source, what about, amount agreed in yuan (None: none).
QUARRELS: tuple[tuple[str, str, str, int | None], ...] = (
    ("neighbours", "resident", "楼上空调滴水，影响楼下晾晒", None),
    ("neighbours", "patrol", "楼道堆放杂物，邻居多次争吵", None),
    ("property", "hotline", "地下车库漏水淋湿车辆，物业与车主说法不一", 1_200),
    ("family", "resident", "兄弟分担老人护工费意见不一", 2_400),
    ("damage", "police", "遛狗未牵绳，老人被绊倒受伤", 3_600),
    ("contract", "resident", "租房到期，押金扣多少谈不拢", 1_500),
    ("consumer", "hotline", "小区门口理发店关门，卡里余额未退", 800),
    ("labour", "petition", "装修工人工钱被拖欠", 9_600),
    ("housing", "resident", "卫生间渗水，上下两家维修费分担不清", 4_500),
    ("property", "court", "拖欠两年物业费，法院委派调解", 5_280),
    ("neighbours", "patrol", "电瓶车占用他人车棚位置", None),
    ("traffic", "police", "小区内倒车刮擦，赔多少谈不拢", 700),
)
PEOPLE = (
    "陶阿姨",
    "顾师傅",
    "俞家明",
    "严秀珍",
    "汤建国",
    "金阿婆",
    "褚小勇",
    "费丽华",
    "计师傅",
    "钮阿姨",
    "柏志强",
    "戚阿婆",
)
# Cases of each month, the earliest first: they grow, as such work does once it is kept in one place.
MONTHLY = (2, 3, 2, 3, 4, 3, 3, 4, 5, 4, 5, 4, 5, 5)


@dataclass(frozen=True)
class _Story:
    """One past case: when it was asked for, and which of the quarrels it was."""

    day: datetime.date
    number: int
    mediator: Mediator


def fill_past(head: Actor, mediators: Sequence[Mediator]) -> int:
    """The filed cases of fourteen months, the rates of the subsidy, and a claim of each mediator; returns how many cases."""
    chance = random.Random(11)  # noqa: S311 -- a demo, the same each time
    stories: list[_Story] = []
    first = period_with(today()).shifted(1 - MONTHS)
    last = today() - datetime.timedelta(days=3)
    for month, number in enumerate(MONTHLY):
        start = first.shifted(month).first
        for day in sorted(chance.sample(range(27), number)):
            asked = start + datetime.timedelta(days=day)
            if asked <= last:
                stories.append(_Story(asked, len(stories), mediators[len(stories) % len(mediators)]))
    with transaction(str(head.community)):
        for story in stories:
            _write(head, story)
    service.set_rates(head, RATES, RULE)
    _claim(head, mediators)
    return len(stories)


def _claim(head: Actor, mediators: Sequence[Mediator]) -> None:
    """Everybody claimed what was filed until the end of the quarter before."""
    period = period_with(today(), "quarter").before
    for mediator in mediators:
        grades = {case.case_id: case.grade for case in service.claimable(head, mediator.id, period)}
        if grades:
            service.claim(head, mediator.id, period, grades)


def _write(head: Actor, story: _Story) -> None:
    """Every fourth is settled on the spot, every ninth ends without agreement, the others are agreed on."""
    dispute, source, facts, yuan = QUARRELS[story.number % len(QUARRELS)]
    on_the_spot, failed = story.number % 4 == 1, story.number % 9 == 7
    settled = min(story.day + datetime.timedelta(days=0 if on_the_spot else 2 + story.number % 9), today())
    filed = min(settled + datetime.timedelta(days=6), today())
    case = _case(head, story, source, settled, filed, on_the_spot=on_the_spot, failed=failed)
    Matter.insert(
        case_id=case.id, community=case.community, dispute=dispute, facts=facts,
        ending="settled" if on_the_spot else "no_agreement" if failed else "",
        ending_words="当场劝和" if on_the_spot else "告知可以向法院起诉" if failed else "",
    ).execute()  # fmt: skip
    parties = [
        Party.create(
            community=case.community, case_id=case.id, side=side, name=PEOPLE[(story.number + step) % len(PEOPLE)],
            consented_on=story.day, rights_told_on=story.day, identity_seen_on=story.day, identity_seen_by=head.label,
        )
        for side, step in (("applicant", 0), ("respondent", 5))
    ]  # fmt: skip
    if on_the_spot or failed:
        Ending.insert(
            community=case.community, case_id=case.id, how="settled" if on_the_spot else "terminated", ended_on=settled
        ).execute()
    if not on_the_spot:
        Assignment.insert(
            community=case.community, case_id=case.id, mediator_id=story.mediator.id, chosen_by="committee",
            declared=True, by_label=head.signature,
        ).execute()  # fmt: skip
    if not (on_the_spot or failed):
        _agreed(head, story, case, parties, facts, yuan, settled)
    if story.number % 5 == 2:
        Prevention.insert(
            case_id=case.id, community=case.community, what=("petition", "brawl", "crime")[story.number % 3],
            people=4 + story.number % 17, prevented_on=settled,
        ).execute()  # fmt: skip


def _case(
    head: Actor,
    story: _Story,
    source: str,
    settled: datetime.date,
    filed: datetime.date,
    *,
    on_the_spot: bool,
    failed: bool,
) -> Case:
    community, day = str(head.community), story.day
    made: Case = Case(
        community=community, register_year=day.year,
        register_number=next_number(community, day.year, "mediation.register"), source=source, requested_on=day,
        entered_at=utc_minute(day, 9 * 60 + 30) * 60_000, entered_by=head.account,
    )  # fmt: skip
    if on_the_spot:
        made.state, made.handler_id = "settled_on_the_spot", story.mediator.id
    else:
        made.state, made.accepted_on, made.complete_by = "archived", day, add_months(day, 1)
        made.effective_on = None if failed else settled
        made.performed_on = None if failed or story.number % 11 == 10 else filed
        made.closed_on = made.archived_on = filed
        made.archived_by, made.file_year = head.signature, filed.year
        made.file_number = next_number(community, filed.year, "mediation.file")
    made.save(force_insert=True)
    return made


def _agreed(
    head: Actor, story: _Story, case: Case, parties: Sequence[Party], facts: str, yuan: int | None, day: datetime.date
) -> None:
    """Every third orally; of those in writing a few were confirmed by the court."""
    form = "oral" if story.number % 3 == 0 else "written"
    made: Agreement = Agreement.create(
        community=case.community, case_id=case.id, form=form, number_year=day.year,
        number=next_number(case.community, day.year, "mediation.agreement"), agreed_on=day, facts=facts,
        terms="双方互相体谅，按商定的办法办，今后有事先商量", amount=yuan and yuan * 100,
        effective_on=day if form == "oral" else None,
    )  # fmt: skip
    if form == "written":
        for party in parties:
            Signature.insert(
                community=case.community, agreement_id=made.id, party_id=party.id, signed_on=day, manner="signature"
            ).execute()
        made.mediator_signed_on, made.mediator_signed_by = day, story.mediator.name
        made.sealed_on = made.effective_on = day
        made.save()
        if story.number % 6 == 2:
            Confirmation.insert(
                community=case.community, case_id=case.id, agreement_id=made.id, state="confirmed", court="海宁市人民法院",
                last_day=day + datetime.timedelta(days=30), applied_on=day, decided_on=case.archived_on,
            ).execute()  # fmt: skip
    FollowUp.insert(
        community=case.community, case_id=case.id, visited_on=case.archived_on, performance="whole",
        satisfaction="satisfied", hidden_risk=False, by_label=head.signature,
    ).execute()  # fmt: skip
