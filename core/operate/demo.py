"""The demo community: 西山社区 on its real administrative codes, a register of 28 estates, and what the plugins add.

All people are invented. Nothing has a default password: each run makes its own and prints them once.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.actor import Actor, command
from core.civic import intake
from core.civic.inbox import deputies
from core.civic.intake import CallIntake
from core.civic.notices.records import Notice
from core.civic.privacy import care_notes, consents
from core.civic.privacy import requests as privacy_requests
from core.civic.reaching import calls, contact, messages
from core.civic.threads import links
from core.clock import today, utc_minute
from core.errors import Invalid
from core.operate import demo_notices, demo_objections, setup
from core.people import account_list, accounts, grids, privacy_notice, residents, roster, staff
from core.people.areas import Home
from core.people.person import Person
from core.people.reach import within
from core.people.secrets import new_password
from core.plugin.registry import Registry
from core.store.community import Community
from core.text import Label, _

DATA = Path(__file__).parent / "demo_data"
CODE = "330481001009"
STAFF = (
    ("zhuren", "沈主任", ("director",)),
    ("shuji", "吴书记", ("secretary",)),
    ("shequ", "陆敏", ("staff",)),
    ("wangge", "钱小红", ("grid_officer",)),
    ("baozhang", "顾会计", ("bookkeeper",)),
    ("chuna", "金出纳", ("cashier",)),
    ("shitang", "郝经理", ("operator",)),
    ("jiandu", "徐监督", ("supervisor",)),
    ("jiandu2", "钟志华", ("supervisor",)),
    ("jiandu3", "方秀英", ("supervisor",)),
    ("tiaowei", "周调委", ("mediator",)),
    ("tiaojie", "陈调解", ("mediator",)),
)
# Under whose names the office has done what is there.
OWNER, CLERK = "装机管理员", "陆敏"
# Who is away this week, and who stands in.
AWAY, DEPUTY = "wangge", "shequ"
# Where no register is imported that names grids.
ONLY_GRID = "第1网格"
RESIDENTS_WITH_ACCOUNT = 3
Line = Label


def build(registry: Registry, residents: bool = True) -> Iterator[Line]:
    """Build everything in an empty instance; yields what was made and who can sign in, sentence by sentence.

    Raises `Refused` when the instance is set up already.
    """
    setup.refuse_second_time()
    password = new_password()
    community = _set_up(registry, password)
    yield _("%(name)s (%(code)s) is set up with its modules: %(modules)s.", name=community.name, code=CODE,
            modules=", ".join(registry.plugins))  # fmt: skip
    actor = replace(command(CODE), label=CLERK)
    if residents:
        yield from _register(actor)
    grid = _first_grid(actor)
    for username, label, roles in STAFF:
        grants = account_list.grants_for(actor, roles, grid)
        accounts.create_staff(replace(actor, label=OWNER), username, label, password, grants=grants, must_change=False)
    names = ", ".join(["admin", *(username for username, _label, _roles in STAFF)])
    yield _("Staff sign in with the password %(password)s: %(names)s", password=password, names=names)
    if residents:
        yield from _residents(actor)
    yield from _absence(actor)
    yield from demo_notices.build(actor)
    yield from demo_objections.build(actor)
    if residents:
        _link(actor)
    for _plugin, lines in registry.call("fill_demo", CODE, community=community, actor=actor):
        yield from lines
    yield _("Start it with: linli --instance %(folder)s serve", folder=str(registry.config.instance))


def _set_up(registry: Registry, password: str) -> Community:
    return setup.set_up(
        registry,
        setup.FirstRun(
            name="西山社区",
            code=CODE,
            owner="admin",
            owner_label=OWNER,
            password=password,
            divisions=(DATA / "divisions-330481001.csv").read_bytes(),
            plugins=tuple(registry.plugins),
            office_name="硖石街道西山社区居民委员会",
            address="海宁市硖石街道西山路 168 号邻里中心一楼",
            duty_phone="0573-87012345",
            office_hours="周一至周五 8:30–17:00，周末值班 9:00–16:00",
        ),
    )


def _register(actor: Actor) -> Iterator[Line]:
    found = roster.import_file(actor, "roster-community.xlsx", (DATA / "roster-community.xlsx").read_bytes())
    yield _("%(people)d residents of %(homes)d homes were imported.", people=found["people"], homes=found["households"])


def _first_grid(actor: Actor) -> str:
    """The first grid of the register, which names the grid of every door; without a register, one is made."""
    names = [row.name for row in grids.grid_rows(CODE)]
    if not names:
        grids.add_grid(actor, ONLY_GRID)
    return names[0] if names else ONLY_GRID


def _residents(actor: Actor) -> Iterator[Line]:
    for number, person in enumerate(_reachable(RESIDENTS_WITH_ACCOUNT)):
        pin = _open(actor, person)
        # The last one is asked when first signing in, as whoever opens an account with a slip.
        if number < RESIDENTS_WITH_ACCOUNT - 1:
            privacy_notice.enter_decision(actor, person.public_id, True, today())
        yield _(
            "%(name)s signs in with the phone %(phone)s and the PIN %(pin)s",
            name=person.name,
            phone=person.phone,
            pin=pin,
        )
    *_with_account, caller, neighbour = _reachable(RESIDENTS_WITH_ACCOUNT + 2)
    intake.take_call(
        actor,
        who=caller.name,
        what="楼道灯不亮，晚上老人上下楼不方便",
        where="3幢2单元",
        call_back=True,
        phone=caller.phone,
    )
    privacy_requests.enter(
        actor, neighbour.public_id, "correct", "登记的出生年份不对，应该是 1958 年", "in_person", today()
    )
    calls.ask_to_call(
        actor, neighbour.ref, "demo", name=neighbour.name, why="告诉他：周六上午的义诊改到九点", person_id=neighbour.id
    )
    consents.enter(actor, neighbour.public_id, care_notes.CARE, True, today())
    care_notes.write_care(actor, neighbour.public_id, "听力不好，打电话请说慢一点")
    _add_child(actor, _reachable(1)[0])
    _tell(actor, _reachable(RESIDENTS_WITH_ACCOUNT), neighbour)


def _absence(actor: Actor) -> Iterator[Line]:
    """A colleague is away this week and has left a call, so that a newcomer sees who stands in."""
    away, deputy = (accounts.account_named(name) for name in (AWAY, DEPUTY))
    officer = staff.colleague(CODE, away.id) if away is not None else None
    if away is None or deputy is None or officer is None:
        return
    deputies.enter(actor, away.id, deputy.id, today(), today() + datetime.timedelta(days=4))
    yield _("%(name)s is away this week; %(deputy)s stands in.", name=away.label, deputy=deputy.label)
    for person in _reachable(1, officer):
        task = calls.ask_to_call(
            actor, person.ref, "demo.away", name=person.name, why="回访：报修的楼道灯亮了没有", person_id=person.id
        )
        calls.assign_call(actor, task.id, away.id)


def _link(actor: Actor) -> None:
    """The call about the lamps in the stairs has to do with the notice on how the money is spent."""
    call = CallIntake.of(CODE).where(CallIntake.call_back == True).get()  # noqa: E712
    plan = Notice.of(CODE).where(Notice.stage == "before", Notice.title == demo_notices.PLAN_TITLE).get()
    links.link(actor, call.ref, "related", plan.ref)


def _add_child(actor: Actor, parent: Person) -> None:
    """A child in the parent's home, about whom nobody has been asked yet."""
    stay = residents.person_page(actor, parent.public_id).homes[0]
    home: Home = Home.get_of(CODE, stay.home_id)
    residents.add_person(
        actor, name=f"{parent.name[0]}小宝", birth_year=today().year - 8, estate_id=home.estate_id, door=home.door,
        relation="family",
    )  # fmt: skip


def _tell(actor: Actor, signing_in: list[Person], neighbour: Person) -> None:
    """Messages of every kind, and a call that nobody has answered for three days."""
    intake.take_call(actor, who="李阿姨", what="想报名老年食堂", requested_on=today() - datetime.timedelta(days=3))
    contact.prefer(actor, neighbour.id, contact.PAPER)
    start = utc_minute(today() + datetime.timedelta(days=2), 9 * 60)
    told: tuple[tuple[Person, str, str, dict[str, Any]], ...] = (
        (signing_in[0], "免费体检", "请空腹到社区卫生站抽血，带上身份证和医保卡。", {"start_min": start, "end_min": start + 60,
         "place": "社区卫生站二楼"}),
        (signing_in[1], "老年卡办好了", "请来一楼 3 号窗口领取，带上身份证。", {"in_hall": True}),
        (signing_in[2], "明天停水", "明天 8:00–12:00 检修水管，请提前储水。", {"due_at": (start - 24 * 60) * 60_000}),
        (neighbour, "燃气安检", "周四下午有人上门，请留人在家。", {}),
    )  # fmt: skip
    for number, (person, title, words, more) in enumerate(told):
        messages.tell(actor, person.ref, person.ref, f"demo.{number}", words, title=title, **more)


def _reachable(count: int, seen_by: Actor | None = None) -> list[Person]:
    """The first people with a phone nobody shares, whom this colleague may see."""
    phones = Person.of(CODE, Person.phone).where(Person.phone != "").group_by(Person.phone)
    query = Person.of(CODE).where(Person.phone.in_(phones), Person.phone.startswith("1"))
    if seen_by is not None:
        query = query.where(within(seen_by, Person.id))
    return list(query.order_by(Person.id).limit(count))


def _open(actor: Actor, person: Person) -> str:
    """Open an account with a PIN made up until one is not refused as too easy; returns it."""
    for _attempt in range(50):
        pin = f"{secrets.randbelow(1_000_000):06d}"
        try:
            accounts.open_account(actor, person.public_id, pin)
        except Invalid:
            continue
        return pin
    raise AssertionError("no PIN was accepted")
