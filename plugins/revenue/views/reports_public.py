"""What everybody may read of the books: where the money of a year went, 核对账目, and the ledger as a file."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from flask import Response, jsonify, request

from core import asked_number, asset, current_community, get_setting, page, today, url, view
from plugins.revenue.dues.books import ADVANCE, CUSTODY, DEPOSITS, UNKNOWN
from plugins.revenue.ledger import accounts as chart
from plugins.revenue.ledger import chain
from plugins.revenue.ledger import funds as fund_list
from plugins.revenue.ledger.holds import held
from plugins.revenue.ledger.words import FUND_OWNERS
from plugins.revenue.reports import verification, ways
from plugins.revenue.reports.book_reading import money_of_year
from plugins.revenue.reports.income import own_name
from plugins.revenue.reports.money_flow import BEFORE, BOOKED, FUND, LEFT, SOURCE, USE, MoneyFlow, Node
from plugins.revenue.reports.period import Period
from plugins.revenue.reports.sankey import Picture, draw
from plugins.revenue.shares import deadlines
from plugins.revenue.shares.packs import CYCLE_WORDS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.paper import paper_seal
from plugins.revenue.views.reports_desk import income_shown

AT_ONCE = 200
WHOLE_AT_ONCE = 3000
"""A phone goes through so many entries by itself; more when it is asked to."""
STAGES = (
    (SOURCE, _("Where it came from")),
    (BOOKED, _("How it was allotted")),
    (FUND, _("What became of it")),
)


@blueprint.get("/money")
@view(public=True)
def money() -> Response:
    """每一元去了哪里: the money of a year by source, fund and use."""
    year = _year()
    community = current_community().code
    found = money_of_year(community, year)
    names = _names(community)
    stages = [
        (words, found.between(layer), _picture(found, layer))
        for layer, words in STAGES
        if layer != BOOKED or found.passes_on
    ]
    return page(
        "revenue/money.html", year=year, period=Period(year), found=found, stages=stages, names=names,
        before=year - 1 if year > 2000 else None, after=year + 1 if year < today().year else None,
        ways=ways.ways(community, year), waiting=deadlines.unpublished(community), city=deadlines.city(community),
        cycle=CYCLE_WORDS[deadlines.cycle(community)], within=get_setting(deadlines.WITHIN, community),
    )  # fmt: skip


@blueprint.get("/money/funds/<fund_code>")
@view(public=True)
def money_fund(fund_code: str) -> Response:
    """One fund: what it is for, what it got in a year, what became of that, and the projects it paid with their photos."""
    community = current_community().code
    year = _year()
    found = money_of_year(community, year)
    return page(
        "revenue/money_fund.html", fund=fund_list.fund(community, fund_code), year=year, period=Period(year), names=_names(community),
        came=ways.came_to(found, fund_code), went=ways.went_from(found, fund_code), ways=ways.ways(community, year),
        projects=ways.projects_of(community, fund_code), held=held(community, fund_code), owners=FUND_OWNERS,
    )  # fmt: skip


def _year() -> int:
    asked = asked_number("year") or today().year
    return asked if 2000 <= asked <= today().year else today().year


def _names(community: str) -> dict[Node, str]:
    own = {account.code: own_name(account.code, account.name) for account in chart.accounts(community)}
    named: dict[Node, str] = {Node(layer, code): name for layer in (SOURCE, USE) for code, name in own.items()}
    for fund in fund_list.funds(community):
        named[Node(BOOKED, fund.code)] = named[Node(FUND, fund.code)] = fund.name
    for layer in (SOURCE, USE):  # residents read no name of an account for what is only kept
        named[Node(layer, CUSTODY)], named[Node(layer, ADVANCE)] = (
            str(_("kept for the owners")),
            str(_("paid in advance")),
        )
    for code in own.keys() & {
        ADVANCE,
        DEPOSITS,
        UNKNOWN,
    }:  # money of earlier years that was given back, or counts as income now
        named[Node(USE, code)] = str(_("%(name)s: given back or set off", name=named[Node(SOURCE, code)]))
    named[Node(SOURCE, BEFORE)], named[Node(USE, LEFT)] = str(_("from the year before")), str(_("still there"))
    return named


def _picture(found: MoneyFlow, layer: int) -> Picture:
    """One stage of the way, narrow enough for a phone."""
    links: dict[tuple[Hashable, Hashable], int] = {(a, b): amount for a, b, amount in found.between(layer)}
    columns = [
        sorted({pair[side] for pair in links}, key=lambda node: (-_size(links, node, side), node)) for side in (0, 1)
    ]
    order: dict[Hashable, int] = {node: place % 6 for place, node in enumerate(columns[0])}
    return draw(columns, links, width=340, tint_of=lambda node: order.get(node, 6))


def _size(links: dict[tuple[Hashable, Hashable], int], node: Hashable, side: int) -> int:
    return sum(amount for pair, amount in links.items() if pair[side] == node)


@blueprint.get("/money/statement")
@view(public=True)
def money_statement() -> Response:
    """收支表 of a month, quarter or year for everybody."""
    return page("revenue/money_statement.html", **income_shown())


@blueprint.get("/money/statement/print")
@view(public=True)
def money_statement_print() -> Response:
    """The same on A4, to be hung on the board."""
    return page("revenue/money_statement_print.html", seal=paper_seal(), **income_shown())


@blueprint.get("/verify")
@view(public=True)
def verify() -> Response:
    """核对账目: the phone recomputes the books; without scripts, the code to compare and what to download."""
    community = current_community().code
    typed = request.args.get("code", "")[:40]
    seq = asked_number("entry") or 0
    head = chain.head(community)
    known = verification.published_head(community, typed) if typed else None
    return page(
        "revenue/verify.html", head=head, published=chain.heads(community, limit=20), typed=typed, known=known, seq=seq,
        most=WHOLE_AT_ONCE, verifier=asset("revenue/verify_ledger.py"),
        addresses={"head": url(".verify_head"), "entry": url(".verify_entry", seq=0), "entries": url(".verify_entries"), "paper": url(".verify_paper")},
    )  # fmt: skip


@blueprint.get("/verify/head.json")
@view(public=True)
def verify_head() -> Response:
    """The head as it stands, and that the head of `since` entries is its beginning."""
    community = current_community().code
    head = verification.present_head(community)
    proof = verification.consistency(community, asked_number("since") or 0, head["seq"])
    return _fresh({"head": head, "consistency": proof})


@blueprint.get("/verify/entries/<int:seq>")
@view(public=True)
def verify_entry(seq: int) -> Response:
    """An entry and its path in the tree of `size` entries; without it, of all."""
    community = current_community().code
    size = asked_number("size") or chain.head(community).seq
    return _fresh(verification.proven_entry(community, seq, size))


@blueprint.get("/verify/entries.json")
@view(public=True)
def verify_entries() -> Response:
    """Some entries from number `from` on, up to `until`."""
    first, until = asked_number("from") or 1, asked_number("until") or 2**62
    found = verification.entries(current_community().code, first, min(until, first + AT_ONCE - 1))
    return _fresh({"entries": list(found)})


@blueprint.get("/verify/paper.json")
@view(public=True)
def verify_paper() -> Response:
    """The published head a code on paper stands for, and that it is the beginning of the present one."""
    community = current_community().code
    found = verification.published_head(community, request.args.get("code", "")[:40])
    size = chain.head(community).seq
    proof = verification.consistency(community, found["seq"], size) if found else None
    return _fresh({"published": found, "consistency": proof})


@blueprint.get("/ledger.json")
@view(public=True)
def ledger_json() -> Response:
    """The whole ledger, one line of JSON for each entry, without names of persons; the verifier reads it."""
    community = current_community()
    response = Response(verification.ledger_file(community.code, community.name), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="ledger-{community.code}-{today()}.jsonl"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _fresh(said: dict[str, Any]) -> Response:
    response: Response = jsonify(said)
    response.headers["Cache-Control"] = "no-store"
    return response
