"""Account slips: choose buildings or one person, print the sheets, see what became of them, make lost ones worthless.

A code is readable only in the answer to the form that issued it, which is never stored by us or kept by the browser.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from core.clock import today
from core.errors import Invalid, NotFound
from core.people import areas, children, directory, privacy_notice, slip_batches, slips
from core.people.areas import Area
from core.people.disclosure import masked_view
from core.people.slips import PRINT, Printing, Slip
from core.text import _
from core.web import ui
from core.web.forms import asked_number, asked_numbers, submit_once, was_submitted
from core.web.gate import current_actor, current_community, view

pages = Blueprint("slips", __name__)
BATCHES = 20


@pages.get("/slips")
@view(PRINT)
def index() -> Response:
    """The estates, or the buildings of one, with who has no account yet; the printings so far."""
    actor, estate = current_actor(), asked_number("estate")
    return _choose(estate, slip_batches.waiting_buildings(actor, estate) if estate else [])


def _choose(estate: int | None, buildings: list[slip_batches.Waiting], error: Invalid | None = None) -> Response:
    actor, code = current_actor(), current_community().code
    batches = slip_batches.batches(actor, after=asked_number("after"), limit=BATCHES + 1)
    more = batches[BATCHES - 1].key if len(batches) > BATCHES else None
    return ui.page(
        "desk/slips/choose.html",
        estate=areas.find_estate(code, estate) if estate else None,
        estates=slip_batches.waiting_estates(actor) if not estate else [],
        buildings=buildings,
        batches=batches[:BATCHES],
        next_url=ui.url(".index", estate=estate, after=more) if more else None,
        error=error,
        days=slips.VALID_DAYS,
        status=422 if error else 200,
    )


@pages.post("/slips/print")
@view(PRINT)
def issue() -> Response:
    """Issue slips for everybody without an account in the ticked buildings, and show the sheets once."""
    actor, code = current_actor(), current_community().code
    estate = areas.find_estate(code, asked_number("estate") or 0)
    known = slip_batches.waiting_buildings(actor, estate.id)
    wanted = asked_numbers("area")
    chosen = [building for building in known if building.area_id in wanted]
    if not chosen:
        return _choose(estate.id, known, Invalid({"area": [_("Tick at least one building.")]}))

    sheets, issued_before = _issue_once(
        lambda: [(building.name, slips.prepare_for_area(actor, building.area_id)) for building in chosen]
    )
    return _sheets(estate, sheets, issued_before, ui.url(".index", estate=estate.id))


@pages.route("/slips/person/<key>", methods=["GET", "POST"])
@view(PRINT)
def one(key: str) -> Response:
    """A slip for one person, after asking whether the old one may become worthless; with it what the person said on paper
    to the privacy notice they were told."""
    actor = current_actor()
    person = directory.person_page(masked_view(actor), key)
    record = directory.person_of(actor, key)
    children.refuse_child(record)
    # For a child the guardian has answered: there is nothing to be entered in the child's name.
    asks = actor.can(directory.EDIT) and not children.is_child(record)
    if request.method == "GET":
        until = slip_batches.slip_of(actor, key)
        return ui.page("desk/slips/one.html", person=person, slip_until=until, asks=asks, days=slips.VALID_DAYS)
    told = "told" in request.form and asks
    sheets, issued_before = _issue_once(
        lambda: [("", slips.prepare(actor, [person.public_id]))],
        first=lambda: privacy_notice.enter_decision(actor, key, True, today()) if told else None,
    )
    return _sheets(None, sheets, issued_before, ui.url("c.people.detail", key=person.public_id))


def _issue_once(
    prepare: Callable[[], list[tuple[str, Printing]]], first: Callable[[], None] = lambda: None
) -> tuple[list[tuple[str, list[Slip]]], bool]:
    """The sheets, place by place; none, and True, when this very form issued them before: the first sheets stay valid.

    `first` is done in the same transaction, before they are issued.

    A second tap prepares nothing: hundreds of codes take seconds.
    """
    if was_submitted():
        return [], True
    prepared = prepare()
    made: list[list[tuple[str, list[Slip]]]] = []

    def first_time() -> bool:
        first()
        made.append([(place, slips.issue(current_actor(), printing)) for place, printing in prepared])
        return True

    submit_once(first_time)
    return (made[-1], False) if made else ([], True)


def _sheets(estate: Area | None, sheets: list[tuple[str, list[Slip]]], issued_before: bool, back: str) -> Response:
    """The A4 sheets, eight slips each, building by building; never kept by a browser or on a disk of ours."""
    printed = [
        (building, [[(slip, ui.qr_svg(_address(slip.code))) for slip in part] for part in _by_sheet(made)], len(made))
        for building, made in sheets
        if made
    ]
    response = ui.page(
        "print/slips.html",
        estate=estate,
        printed=printed,
        address=urlsplit(ui.absolute_url("/")).netloc,
        issued_before=issued_before,
        back=back,
        count=sum(count for _building, _sheets, count in printed),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(code: str) -> str:
    """Where the QR code leads: this computer by an address that phones can open."""
    return ui.absolute_url(f"/slip/{code.replace(' ', '')}")


def _by_sheet(made: list[Slip], most: int = 8) -> list[list[Slip]]:
    return [[slip for _place, slip in part] for _sheet, part in groupby(enumerate(made), lambda each: each[0] // most)]


@pages.route("/slips/batches/<batch>/revoke", methods=["GET", "POST"])
@view(PRINT)
def revoke(batch: str) -> Response:
    """Make the unused slips of one printing worthless, after asking."""
    found = next((each for each in slip_batches.batches(current_actor(), limit=1000) if each.batch == batch), None)
    if found is None:
        raise NotFound
    if request.method == "POST":
        count = submit_once(lambda: slips.revoke_batch(current_actor(), batch))
        ui.toast(_("%(count)d slips are worthless now.", count=count))
        return ui.after_post(ui.url(".index"))
    return ui.page("desk/slips/revoke.html", batch=found)
