"""What leaves the masked view of residents: one person's whole numbers, and the list as a workbook. Both are audited.

Looking people up with masked numbers is in `directory`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.actor import Actor
from core.clock import today
from core.people import phone as phones
from core.people.directory import PHONE, VIEW, PersonRow, community_of, find_person, list_people
from core.people.person import DECEASED, LIVING_HERE, MOVED_AWAY
from core.spreadsheet import Sheet, write_workbook
from core.store import audit
from core.store.db import transactional
from core.store.ref import Ref
from core.text import LazyText, _

EXPORT = "core.export"
STATUS_LABELS: dict[str, LazyText] = {
    LIVING_HERE: _("Living here"),
    MOVED_AWAY: _("Moved away"),
    DECEASED: _("Deceased"),
}
RELATION_LABELS: dict[str, LazyText] = {
    "owner": _("Owner of the home"),
    "tenant": _("Tenant"),
    "family": _("Family"),
    "unknown": _("Not known"),
}
_ROWS_AT_ONCE = 1_000


def masked_view(actor: Actor) -> Actor:
    """The same actor without the right to whole numbers: lists and pages are masked until somebody asks to see one."""
    return replace(actor, permissions=actor.permissions - {PHONE})


@transactional
def show_phones(actor: Actor, public_id: str) -> tuple[str, ...]:
    """The whole numbers of one person, grouped for reading; the look is audited. Raises `Forbidden`, `NotFound`."""
    actor.require(PHONE)
    person = find_person(community_of(actor), public_id)
    audit.record(actor, "core.person.phone_shown", person.ref, permission=PHONE)
    return tuple(phones.grouped(number) for number in (person.phone, person.phone_2) if number)


def people_workbook(actor: Actor, query: str = "", *, estate: int | None = None, status: str | None = None) -> bytes:
    """The list of residents with this filter as .xlsx; numbers are whole only for who may see them.

    Raises `Forbidden`. Who exported how many rows, and by which filter, is audited.
    """
    actor.require(EXPORT)
    actor.require(VIEW)
    rows = list(_all_rows(actor, query, estate, status))
    header = [str(title) for title in (_("Name"), _("Homes"), _("Phone"), _("Status"))]
    cells = [
        [row.name, "、".join(row.homes), row.phone.replace(" ", ""), str(STATUS_LABELS[row.status])] for row in rows
    ]
    content = write_workbook([Sheet(str(_("Residents")), header, cells)])
    _record_export(actor, len(rows), {"query": query, "estate": estate, "status": status})
    return content


def _all_rows(actor: Actor, query: str, estate: int | None, status: str | None) -> Iterator[PersonRow]:
    after: str | None = None
    while True:
        page = list_people(actor, query, estate=estate, status=status, after=after, limit=_ROWS_AT_ONCE)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


@transactional
def _record_export(actor: Actor, count: int, wanted: dict[str, object]) -> None:
    audit.record(
        actor,
        "core.people.exported",
        Ref("core.people", community_of(actor), today().isoformat()),
        after={"rows": count, "whole_numbers": actor.can(PHONE), **wanted},
        permission=EXPORT,
    )
