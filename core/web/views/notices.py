"""Notices for everybody: what hangs, what has hung, one notice on screen, on A4 and as plain text, the board, and whether
a printed sheet is genuine. Nothing here needs an account.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic.attachments import files_of
from core.civic.notices import digest as notice_digest
from core.civic.notices import lists as notice_lists
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices import reads as notice_reads
from core.civic.notices import text as notice_text
from core.civic.notices.categories import CATEGORIES, WRITE
from core.civic.notices.digest import PROBLEMS
from core.civic.notices.records import Notice
from core.civic.notices.wording import number_text
from core.clock import local_day, local_now, today
from core.errors import NotFound
from core.people import throttle
from core.plugin import registry as kernel
from core.plugin.declarations import NoticeMark
from core.web import ui
from core.web.forms import asked_number, asked_text
from core.web.gate import current_actor, current_community, view

pages = Blueprint("notices", __name__)
PAGE = 20
ON_BOARD = 8
# A code has 52 bits: nobody guesses one; the waits only keep the machine free.
LOOK_UPS = throttle.Limits(
    here=throttle.Limit(free=60, first=5, longest=300, window=3600),
    everywhere=throttle.Limit(free=1000, first=1, longest=5, window=600),
    address=throttle.Limit(free=60, first=2, longest=60, window=600),
)


@pages.get("/notices")
@view(public=True)
def index() -> Response:
    """What hangs now, or what has hung (`show=ended`), by kind, year and words."""
    code = current_community().code
    ended, year, query = asked_text("show") == "ended", asked_number("year"), asked_text("q")
    category = asked_text("category") if asked_text("category") in CATEGORIES else ""
    wanted: dict[str, Any] = {
        "category": category,
        "terms": notice_lists.words_of(query),
        "after": asked_text("after"),
        "limit": PAGE + 1,
    }
    lines = notice_lists.archived(code, year=year, **wanted) if ended else notice_lists.up_now(code, **wanted)
    chosen = {"show": "ended" if ended else None, "category": category or None, "q": query or None, "year": year}
    return ui.page(
        "notices/list.html",
        block="results",
        lines=lines[:PAGE],
        ended=ended,
        year=year,
        years=notice_lists.years(code) if ended else [],
        query=query,
        category=category,
        categories=CATEGORIES.values(),
        chosen=chosen,
        phases=notice_lists.PHASES,
        next_url=ui.url(".index", **chosen, after=lines[PAGE - 1].key) if len(lines) > PAGE else None,
    )


@pages.get("/notices/<int:notice_id>")
@view(public=True, kind=Notice, key="notice_id")
def show(notice: Notice) -> Response:
    """One notice; of a withdrawn one only the stub. Opening it is counted, without a name."""
    seen = _seen(notice)
    if seen == "all" and notice.state == "published":
        notice_reads.opened(notice.community, notice.id, request.remote_addr or "", request.user_agent.string)
    return ui.page("notices/show.html", **_whole(notice, seen))


@pages.get("/notices/<int:notice_id>/sheet")
@view(public=True, kind=Notice, key="notice_id")
def sheet(notice: Notice) -> Response:
    """The same on A4, with the code that vouches for it."""
    seen = _seen(notice)
    address = _check_address(notice)
    shown = _whole(notice, seen)
    first = shown["double"].before if shown["double"] else None
    return ui.page(
        "print/notice.html",
        **shown,
        mark_codes=[ui.qr_svg(ui.absolute_url(mark.href)) for mark in shown["marks"]],
        first_number=number_text(first.year, first.serial) if first is not None else "",
        matrix=ui.qr_svg(address),
    )


@pages.get("/notices/<int:notice_id>/text")
@view(public=True, kind=Notice, key="notice_id")
def plain(notice: Notice) -> Response:
    """The same as plain text, to be copied into the WeChat group."""
    if _seen(notice) != "all" or notice.state != "published":
        raise NotFound
    here = ui.absolute_url(ui.url(".show", notice_id=notice.id))
    return ui.page("notices/text.html", notice=notice, **_words(notice), here_address=here, marks=_marks(notice))


def _seen(notice: Notice) -> str:
    """What this visitor sees of it; raises `NotFound` for drafts and what is not up yet."""
    seen = notices.may_see(current_actor(), notice)
    if not seen or notice.published_at is None:
        raise NotFound
    return seen


def _words(notice: Notice) -> dict[str, Any]:
    return {
        "number": number_text(notice.year, notice.serial),
        "code": notice_digest.code_text(notice.code),
        "words": notice_text.plain(notice.body),
    }


def _whole(notice: Notice, seen: str) -> dict[str, Any]:
    """What a page about one notice shows."""
    replaced = Notice.get_of(notice.community, notice.replaces) if notice.replaces else None
    successor = notices.successor(notice) if notice.state == "withdrawn" else None
    return {
        "notice": notice,
        "number": number_text(notice.year, notice.serial),
        "code": notice_digest.code_text(notice.code),
        "category": CATEGORIES[notice.category],
        "phase": notice_lists.PHASES[notices.phase(notice)],
        "whole": seen == "all",
        "may_write": current_actor().can(WRITE),
        "body": notice_text.rendered(notice.body) if seen == "all" else "",
        "files": [each for role in notice_digest.ROLES for each in files_of(notice.ref, role)],
        "double": notice_pairs.pair_of(current_actor(), notice, public=True) if seen == "all" else None,
        "steps": notice_pairs.STEPS,
        "reads": notice_reads.reads(notice.community, notice.id),
        "replaced": replaced
        if replaced is not None and notices.phase(replaced) != "draft" and replaced.publish_from <= today()
        else None,
        "successor": successor
        if successor is not None and notices.phase(successor) not in ("draft", "waiting")
        else None,
        "published_on": local_day(notice.published_at) if notice.published_at else None,
        "marks": _marks(notice) if seen == "all" else [],
    }


def _marks(notice: Notice) -> list[NoticeMark]:
    """What modules vouched for when it was published."""
    registry, found = kernel.active(), []
    for plugin, marks in registry.call("notice_marks", notice.community, notice=notice.ref):
        with registry.contained(plugin, notice.community, "notice_marks"):
            found += list(marks)
    return found


def _check_address(notice: Notice) -> str:
    path = ui.url(".check", code=notice_digest.code_text(notice.code))
    return ui.absolute_url(path)


# --------------------------------------------------------------------------- is a sheet genuine?


@pages.get("/notices/check")
@view(public=True)
def check() -> Response:
    """Whether the sheet in somebody's hands says what was published."""
    typed = asked_text("code")
    notice = _look_up(typed) if typed else None
    finding = notice_digest.check(notice) if notice is not None else None
    return ui.page(
        "notices/check.html",
        typed=typed,
        notice=notice,
        finding=finding,
        problems=[PROBLEMS[problem] for problem in finding.problems] if finding else [],
        number=number_text(notice.year, notice.serial) if notice else "",
        phase=notice_lists.PHASES[notices.phase(notice)] if notice else None,
    )


def _look_up(typed: str) -> Notice | None:
    """The notice with a code that this visitor may know of; too many codes have to wait (`Throttled`): each is worked out anew."""
    community = current_community().code
    throttle.begin(throttle.claim_key("notice", community), request.remote_addr or "", LOOK_UPS)
    code = notice_digest.read_code(typed)
    for notice in notice_digest.find_by_code(code, community) if code else ():
        if notices.may_see(current_actor(), notice):
            return notice
    return None


# --------------------------------------------------------------------------- the board in the hall


@pages.get("/board")
@view(public=True)
def board() -> Response:
    """What hangs now in letters for the hall's screen; asks for news by itself, 304 while there is none."""
    moment = local_now()
    found, more = notice_lists.board(current_community().code, ON_BOARD)
    address = ui.absolute_url(ui.url(".index"))
    response = ui.page(
        "notices/board.html",
        found=found,
        more=more,
        date=moment.date(),
        now=moment.strftime("%H:%M"),
        address=address,
        matrix=ui.qr_svg(address),
    )
    if not current_actor().is_signed_in:
        response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
