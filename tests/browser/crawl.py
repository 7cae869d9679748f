"""The list of all pages: found by following every link as five kinds of visitors, and compared with the application's
own list of addresses, so that no page is forgotten. Used by the acceptance tests and by `make screenshots`."""

from __future__ import annotations

import datetime
import html
import re
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.browser.demo_site import (
    BOOKKEEPER,
    CASHIER,
    CODE,
    DIRECTOR,
    MEDIATOR,
    OPERATOR,
    OWNER,
    SUPERVISOR,
    Answer,
    Site,
    Visitor,
    routes,
)
from tests.browser.demo_site import zh as text
from tests.pictures import picture

HOME = f"/c/{CODE}"
# Pages that no visitor of a site that is set up can see (they have tests of their own), or that are no pages.
ELSEWHERE = {
    "setup.community", "setup.code", "setup.office", "setup.modules", "setup.owner", "prefs.static",
    "c.rooms.own_feed", "c.rooms.room_feed", "c.rooms.venue_feed",  # read by calendars
    "c.revenue.verify_head", "c.revenue.verify_entry", "c.revenue.verify_entries", "c.revenue.verify_paper",  # read by verify.js
    # Between two steps of a proposal that are days apart: tests/plugins/revenue/spending/test_views.py.
    "c.revenue.spending_contest", "c.revenue.spending_pay",
    # Only between the notice and the draw, which the demo has behind it: tests/plugins/revenue/spot/test_meetings.py.
    "c.revenue.desk_lot_move",
}  # fmt: skip
_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')


@dataclass(frozen=True)
class Stop:
    """One page as one visitor sees it: who is `""` (nobody), `resident`, or a user name."""

    endpoint: str
    path: str
    who: str
    status: int = 200

    @property
    def name(self) -> str:
        """A file name: the endpoint and the visitor."""
        return f"{self.endpoint}-{self.who or 'anyone'}" + (f"-{self.status}" if self.status != 200 else "")


@dataclass
class Plan:
    """Where to go, what could not be found, and what answered with an error it should not have."""

    stops: list[Stop]
    missing: list[str]
    broken: list[str]


def plan(site: Site) -> Plan:
    """Walk the site as nobody, a resident, the director, the owner, a mediator and those who keep, pay and check the books; each page is kept for the first who may see it,
    and once more for a resident where everybody may."""
    rules = routes(site.folder)
    table = Map([Rule(each["rule"], endpoint=each["endpoint"]) for each in rules]).bind("127.0.0.1")
    found: dict[str, dict[str, Stop]] = {}
    others: set[str] = set()
    broken: list[str] = []
    unlinked = furnish(site)
    for who in ("", "resident", DIRECTOR, OWNER, MEDIATOR, BOOKKEEPER, CASHIER, OPERATOR, SUPERVISOR):
        for endpoint, (path, answer) in _walk(site.visitor(who), table, unlinked.get(who, [])).items():
            if answer.status >= 500 or endpoint.startswith("nowhere"):
                broken.append(f"{who or 'anyone'} {path}: {answer.status}")
            elif answer.status < 400 and (answer.kind != "text/html" or answer.url != site.url + path):
                others.add(endpoint)
            elif answer.status == 200:
                found.setdefault(endpoint, {})[who] = Stop(endpoint, path, who)
    stops = [stop for endpoint in sorted(found) for stop in list(found[endpoint].values())[: _views(found[endpoint])]]
    known = {*found, *others, *ELSEWHERE}
    return Plan(stops + REFUSALS, sorted(each["endpoint"] for each in rules if each["endpoint"] not in known), broken)


def _views(by_visitor: dict[str, Stop]) -> int:
    return 2 if "" in by_visitor else 1


# Refusals that a GET can bring about.
REFUSALS = [
    Stop("error.community", "/c/990000000000/", "", 404),
    Stop("error.page", f"{HOME}/nothing-here", "", 404),
    Stop("error.booking", f"{HOME}/rooms/booking/999999", "resident", 404),
    Stop("error.forbidden", f"{HOME}/desk", "resident", 403),
    Stop("error.method", f"{HOME}/rooms/booking/1/end", DIRECTOR, 405),
]


def _walk(visitor: Visitor, table: Any, unlinked: list[str]) -> dict[str, tuple[str, Answer]]:
    """The first address of each endpoint that links lead to, with its answer."""
    waiting = deque([*unlinked, f"{HOME}/", "/", f"{HOME}/desk", "/me", "/login", "/slip", "/admin/communities"])
    seen: dict[str, tuple[str, Answer]] = {}
    while waiting:
        path = waiting.popleft()
        try:
            endpoint, _arguments = table.match(path.partition("?")[0], method="GET")
        except HTTPException:
            endpoint = f"nowhere {path}"
        if endpoint in seen or endpoint == "prefs.static":
            continue
        seen[endpoint] = (path, answer := visitor.get(path))
        waiting.extend(link for link in map(html.unescape, _LINK.findall(answer.text)) if link.startswith("/"))
    return seen


# --------------------------------------------------------------------------- what the demo does not hold


def furnish(site: Site) -> dict[str, list[str]]:
    """Make a grid, a slip, a screen, photos, bookings, a request and a holiday list; returns the addresses that no link leads
    to, by visitor."""
    director, resident = site.visitor(DIRECTOR), site.visitor("resident")
    grid = _made(director.post(f"{HOME}/areas/grids", name="第九网格", parent_id=""), r"/areas/grids/(\d+)/")
    person = _in(director.get(f"{HOME}/people"), r"/people/(p\w{10,})")
    slip = _in(director.post(f"{HOME}/slips/person/{person}"), r"slip-code[^>]*>\s*([A-Z0-9 ]{8,})")
    account = _in(director.get(f"{HOME}/admin/accounts"), r"/admin/accounts/(\d+)")
    resident.post(f"{HOME}/mine/data/erase", wish="搬走了")
    director.post(f"{HOME}/people/{person}/consents/core.care", given="yes", asked_on=coming_day(0))
    director.post(f"{HOME}/people/{person}/care", words="听力不好，请说慢一点")
    asked = _in(director.get(f"{HOME}/admin/privacy"), r"/admin/privacy/requests/(\d+)")
    screen = director.post(f"{HOME}/rooms/desk/screens", name="大厅屏", shows="hall")
    director.post(f"{HOME}/admin/privacy/notice", body="我们只登记办事需要的信息。\n\n您可以随时查看、更正或要求删除。")
    call = _in(director.get(f"{HOME}/calls"), r"/calls/(\d+)")
    director.post(f"{HOME}/forms/core.call_record/{call}")
    director.upload(f"{HOME}/forms/core.call_record/{call}/signed", "files", "签字.jpg", picture(seed=2))
    when = {"date": coming_day(6), "start": "09:00", "end": "10:00", "title": "合唱排练", "people": "6"}
    resident.post(f"{HOME}/rooms/{room(site, '议事厅')}/book", **when)
    director.post(f"{HOME}/admin/calendar/load", step="load", year="2025", lines="2025-01-01 元旦 放假")
    booking = resident.post(f"{HOME}/rooms/{room(site, '书画室')}/book", **when)
    dance = room(site, "舞蹈排练室")
    paints = str(room(site, "书画室"))
    wishes = {"room_id": paints, "minutes": "0", "date": when["date"], "start": "09:00", "end": "10:00"}
    waits = urlsplit(site.visitor("").post(f"{HOME}/rooms/wait", guest_name="潘阿姨", **wishes).url).path
    regular = {"every": "week", "until": coming_day(27), "step": "book", "day": [coming_day(6), coming_day(20)]}
    series = resident.post(f"{HOME}/rooms/{paints}/series", **when | {"start": "16:00", "end": "17:00"} | regular)
    wished = resident.post(
        f"{HOME}/rooms/{room(site, '议事厅')}/series", **when | {"start": "16:00", "end": "17:00"} | regular
    )
    decide = f"{HOME}/rooms/desk/series/{urlsplit(wished.url).path.rsplit('/', 1)[1]}"
    # What was approved is asked for at another time: the pages show the old dates, and the change that waits.
    director.post(f"{decide}/decide", day=regular["day"])
    later = {"since": "", "start": "15:00", "end": "16:00", "room_id": str(room(site, "议事厅")), "step": "save"}
    resident.post(f"{decide.replace('/desk/', '/')}/change", **later, day=regular["day"])
    photos, waiting = _add_photos(director, dance)
    plans = f"{HOME}/rooms/desk/venues/1/plans"
    chosen = director.upload(plans, "plans", "二楼.jpg", picture(size=(1200, 900), seed=5))
    token = _in(chosen, r'name="plans" value="([0-9a-f]{32})"')
    director.post(plans, plans=token, **{f"plans-{token}": "二楼平面图"})
    tap = _in(director.get(f"{HOME}/rooms/desk/rooms/{dance}/pin"), r'action="[^"]*(/rooms/desk/rooms/\d+/pin/\d+)"')
    director.post(f"{HOME}{tap}", **{"at.x": "200", "at.y": "150"})
    resident.post(f"{HOME}/rooms/mine/calendar")
    deciders = f"{HOME}/rooms/desk/venues/1/stewards"
    director.post(deciders, stewards=_in(director.get(deciders), r'value="(\d+)"[^>]*>\s*<span>沈主任'))
    director.post(f"{HOME}/rooms/desk/calendars/room/{dance}")
    table = "阵地,房间,座位数\n党群服务中心,议事厅,45\n东苑小站,茶室,12\n东苑小站,,3\n".encode()
    brought = director.upload(f"{HOME}/imports/new/rooms.rooms", "file", "资源清单.csv", table)
    done = director.upload(
        f"{HOME}/imports/new/rooms.rooms", "file", "新阵地.csv", "阵地,房间\n西苑小站,茶室\n".encode()
    )
    seen = _in(done, r'name="seen" value="(\w+)"')
    director.post(f"{urlsplit(done.url).path}/run", seen=seen)
    left = _hand_over(site, director)
    objected = _object(site.visitor(""))
    unsigned = _in(director.get(f"{HOME}/notices/desk?show=drafts"), r"/notices/desk/(\d+)")
    rated = _in(site.visitor("").get(f"{HOME}/revenue/projects"), r"/projects/(\d+)\"[^>]*>三号楼楼道灯更换")
    drafted, posted = _of_books(site.visitor(BOOKKEEPER), director)
    opened = _opened(director)
    return {
        "": [objected, waits, "/slip/" + slip.replace(" ", ""), "/signed-in", f"{HOME}/rooms/{dance}"],
        "resident": [
            f"{HOME}/rooms/mine/calendar",
            urlsplit(booking.url).path,
            urlsplit(booking.url).path + "/rate",
            urlsplit(series.url).path,
            f"{HOME}/rooms/{paints}/series?date={coming_day(6)}&start=09:00&end=10:00",
            f"{HOME}/rooms/{paints}/here",
            f"{HOME}/revenue/projects/{rated}/rate",
        ],
        BOOKKEEPER: [
            *(f"{HOME}/revenue/desk/giving/1/{step}" for step in ("money", "thing", "cancel", "end", "news")),
            *(f"{HOME}/revenue/desk/giving/gifts/{gift}" for gift in ("1/refund", "1/repurpose", "3/used")),
            *(f"{HOME}/revenue/desk/giving/changes/1/{step}" for step in ("refund", "repurpose")),
            f"{posted}/reverse",
            *(f"{HOME}/revenue/desk/opening/{step}" for step in ("new", "correct", "1/evidence")),
            f"{HOME}/revenue/desk/budget/2/meeting",
            *_of_bank(site.visitor(BOOKKEEPER)),
        ],
        CASHIER: [f"{HOME}/revenue/desk/petty/1/{step}" for step in ("advance", "return", "count", "vouchers/new")],
        DIRECTOR: [
            *(f"{HOME}/notices/desk/{unsigned}/{step}" for step in ("edit", "discard", "publish")),
            *(
                f"{HOME}/revenue/desk/contracts/{step}"
                for step in (f"{drafted}/edit", f"{drafted}/sign", "1/end", "1/scans")
            ),
            *opened,
            f"{HOME}/revenue/desk/spending/{rated}/score",
            f"{HOME}/revenue/desk/giving/changes/1/refuse",
            f"{HOME}/revenue/desk/petty/moves/1/refuse",
            f"{HOME}/revenue/desk/petty/vouchers/3/return",
            f"{HOME}/revenue/desk/opening/1/give-back",
            f"{HOME}/revenue/desk/budget/2/give-back",
            urlsplit(brought.url).path,
            f"{urlsplit(done.url).path}/take-back",
            photos,
            waiting,
            f"{HOME}/rooms/desk/calendars/room/{dance}",
            f"{HOME}/areas/grids/{grid}",
            f"{HOME}/areas/grids/{grid}/areas",
            f"{HOME}/areas/grids/{grid}/remove",
            f"{HOME}/search?q=%E5%BC%A0",
            f"{HOME}/people/{person}/phone",
            f"{HOME}/people/{person}/contact",
            f"{HOME}/people/{person}/consents",
            f"{HOME}/people/{person}/consents/core.care",
            f"{HOME}/people/{person}/care",
            f"{HOME}/people/{person}/consents/print",
            f"{HOME}/messages/new?person={person}",
            f"{HOME}/messages/slips",
            f"{HOME}/calls/today/hours",
            f"{HOME}/admin/privacy/requests/{asked}/erase",
            f"{HOME}/admin/accounts/{account}/resident/remove",
            f"{HOME}/admin/accounts/{account}/close",
            f"{HOME}/rooms/desk/venues/1/remove",
            f"{decide}/decide",
            f"{decide}/refuse",
            f"{HOME}/admin/calendar/2025/take-back",
            left,
            f"{HOME}/mediation/desk/roster/2/head",
            f"{HOME}/notices/desk/5/withdraw",
            f"{HOME}/threads/core.notice:1/link?q=%E6%A5%BC%E9%81%93",
            f"{HOME}/threads/links/1/end",
            *(urlsplit(booking.url).path.replace("/booking/", "/desk/bookings/") + end for end in ("/rate", "/came")),
            # The first that the page of the unit lists may begin before the browser gets there.
            urlsplit(booking.url).path.replace("/booking/", "/unit/bookings/") + "/displace",
            urlsplit(screen.url).path,
            "/c/" + _in(screen, r"/c/(\d+/rooms/screen/[\w-]+)"),
        ],
        MEDIATOR: _of_mediation(site.visitor(MEDIATOR)),
        OPERATOR: [_to_declare(site.visitor(OPERATOR))],
    }


def _of_books(keeper: Visitor, director: Visitor) -> tuple[str, str]:
    """Postings by hand, one that waits for its second person and one that has them, and a contract that is not signed.

    Gives the contract's number and the address of the entry.
    """
    account = {"source": "4901", "source_fund": "general", "destination": "1002", "destination_fund": "general"}
    said = {"day": coming_day(0), "amount": "3.21", "purpose": "结息", **account}
    keeper.upload(f"{HOME}/revenue/desk/journal/new", "scans", "回单.jpg", picture(seed=9), **said)
    done = keeper.upload(f"{HOME}/revenue/desk/journal/new", "scans", "回单.jpg", picture(seed=10), **said)
    posted = director.post(f"{urlsplit(done.url).path}/approve")
    terms = {
        "operator_id": _in(director.get(f"{HOME}/revenue/desk/operators"), r"/desk/operators/(\d+)"), "business": "便民菜店",
        "place": "邻里中心东侧", "owner_class": "community", "starts_on": coming_day(10), "ends_on": coming_day(700), "period": "month",
        "declare_days": "15", "pay_days": "10", "evidence": "收银机报表", "approval": "居民会议纪要", "approval_kind": "minutes",
        "holder": "community", "deposit": "0",
    }  # fmt: skip
    contract = _made(director.post(f"{HOME}/revenue/desk/contracts/new", **terms), r"/desk/contracts/(\d+)")
    return contract, _in(posted, rf'href="({HOME}/revenue/desk/entries/\d+)"')


def _opened(director: Visitor) -> list[str]:
    """An account and a fund opened by hand, whose pages lead on to closing them."""
    account = {"code": "4901.9", "name": "书报亭电费", "holder": "community"}
    fund = {"name": "加装扶手专款", "owner": "community", "is_restricted": "y", "purpose": "给老楼加装扶手"}
    made = (
        director.post(f"{HOME}/revenue/desk/accounts/new", **account),
        director.post(f"{HOME}/revenue/desk/funds/new", **fund),
    )
    return [urlsplit(each.url).path for each in made]


def _to_declare(operator: Visitor) -> str:
    """The form of a due that its operator has not declared yet."""
    contract = _in(operator.get(f"{HOME}/revenue/mine"), rf'href="({HOME}/revenue/mine/contracts/\d+)"')
    dues = re.findall(rf'href="({HOME}/revenue/mine/dues/\d+)"', operator.get(contract).text)
    return next(f"{due}/declare" for due in dues if operator.get(f"{due}/declare").url.endswith("/declare"))


def _of_bank(clerk: Visitor) -> list[str]:
    """A statement that is looked at and not taken in, and pages of the account and its newest statement."""
    bank = _in(clerk.get(f"{HOME}/revenue/desk/bank"), r'/desk/bank/(\d+)/match"')
    base = f"{HOME}/revenue/desk/bank/{bank}"
    waits = clerk.post(f"{base}/import", typed=f"{coming_day(0)},1.00,某某,转账", closing="1")
    statement = _in(clerk.get(base), r"/desk/bank/statements/(\d+)")
    return [urlsplit(waits.url).path, f"{HOME}/revenue/desk/bank/statements/{statement}/withdraw", f"{base}/edit"]


def _of_mediation(head: Visitor) -> list[str]:
    """Pages of the demo's case with an agreement in force, and of a claim for the subsidy."""
    kept = text("Being kept", "mediation")
    case = _in(head.get(f"{HOME}/mediation/desk"), rf'cases/(\d+)">(?:(?!</tr>)[\s\S])*?{kept}')
    pages = (
        "", "/agreement/written", "/agreement/changed", "/sign", "/court/apply", "/record", "/meeting", "/do/prevent",
        "/do/interview", "/do/evidence", "/do/report", "/evidence/2/back",
    )  # fmt: skip
    subsidy = f"{HOME}/mediation/desk/subsidy"
    return [
        *(f"{HOME}/mediation/desk/cases/{case}{page}" for page in pages),
        subsidy,
        *(f"{subsidy}/claims/1{page}" for page in ("", "/print", "/withdraw")),
        f"{HOME}/mediation/desk/report?period={coming_day(0)[:4]}",
    ]


def _hand_over(site: Site, director: Visitor) -> str:
    """Open an account for somebody who leaves at once; the address of what was handed over."""
    director.post(
        f"{HOME}/admin/accounts/new", label="何离岗", username="heligang", role="staff", password=site.password
    )
    account = _in(director.get(f"{HOME}/admin/accounts"), r'/admin/accounts/(\d+)">何离岗<')
    return urlsplit(director.post(f"{HOME}/admin/accounts/{account}/leave", follows="close", reason="退休").url).path


def _object(guest: Visitor) -> str:
    """Object to a notice as a guest, in whose browser the code stays; the address of the page that thanks."""
    listed = re.findall(rf'href="({HOME}/notices/\d+)"', guest.get(f"{HOME}/notices").text)
    found = next(each for about in listed for each in re.findall(rf'href="({about}/object)"', guest.get(about).text))
    return urlsplit(guest.post(found, words="请说明标准", name="来客", phone="").url).path


def _add_photos(director: Visitor, room_id: int) -> tuple[str, str]:
    """Give a room three photos; the addresses of its page on the desk and of a photo that waits to be added."""
    page = f"{HOME}/rooms/desk/rooms/{room_id}/photos"
    for number, words in enumerate(("舞蹈室全景，三面镜墙，木地板", "从门口看", "音响和电源")):
        chosen = director.upload(page, "photos", f"{number}.jpg", picture(size=(1200, 900), seed=number * 3))
        token = _in(chosen, r'name="photos" value="([0-9a-f]{32})"')
        director.post(page, photos=token, **{f"photos-{token}": words})
    chosen = director.upload(page, "photos", "4.jpg", picture(seed=7))
    return page, f"{HOME}/files/uploads/" + _in(chosen, r'name="photos" value="([0-9a-f]{32})"')


def room(site: Site, name: str) -> int:
    """The key of a room of the demo, from the page of the day."""
    found = re.search(rf'rooms/(\d+)\?[^"]*">{name}<', site.visitor(DIRECTOR).get(f"{HOME}/rooms/day").text)
    assert found, name
    return int(found[1])


def _in(answer: Answer, pattern: str) -> str:
    found = re.search(pattern, answer.text)
    assert found, f"{pattern} is not in the answer {answer.status} of {answer.url}:\n{answer.text[:5000]}"
    return found[1]


def _made(answer: Answer, pattern: str) -> str:
    found = re.search(pattern, answer.url)
    assert found, f"{pattern} is not in {answer.url} ({answer.status})"
    return found[1]


def coming_day(days: int) -> str:
    """The day so many days from the server's today, as addresses and forms have it."""
    today = datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return (today + datetime.timedelta(days=days)).isoformat()
