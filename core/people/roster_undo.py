"""Taking a whole import of a register back, unless something has been built on it since."""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from core.actor import Actor, community_of
from core.clock import local_day
from core.errors import Refused
from core.people import roster_store
from core.people.areas import Home
from core.people.directory import IMPORT
from core.people.grids import release_officers
from core.people.person import TAKE_BACK_BLOCKERS, Person
from core.people.roster_records import RosterImport
from core.store import audit
from core.store.db import now, transactional
from core.store.import_batches import IMPORTED, TAKEN_BACK
from core.text import _, ngettext

_NAMES_SHOWN = 5


@transactional
def take_back(actor: Actor, batch: int) -> None:
    """Undo a whole import: what it added goes, what it changed is as before.

    Raises `Refused` saying what, when something has been built on it since: a later import of the same estates, edits of
    its people, more people or homes where it made homes, areas or an officer in the grids it made, or records of other
    modules (`TAKE_BACK_BLOCKERS`).
    """
    actor.require(IMPORT)
    community = community_of(actor)
    record: RosterImport = RosterImport.get_of(community, batch)
    if record.state != IMPORTED or record.imported_at is None:
        raise Refused(_("This file is not imported, so there is nothing to take back."))
    _refuse_if_built_on(record)
    people = roster_store.added(Person, community, batch)
    homes = roster_store.added(Home, community, batch)
    for blocker in TAKE_BACK_BLOCKERS:
        if reason := blocker(community, people, homes):
            raise Refused(reason, advice=_("Correct single people instead."))
    made = roster_store.grids_made(community, batch)
    for grid in made:
        release_officers(community, grid)
    try:
        roster_store.undo(community, batch)
    except peewee.IntegrityError as error:
        raise Refused(
            _("Other records already refer to people or homes of this import."),
            advice=_("Correct single people instead."),
        ) from error
    record.state, record.taken_back_at = TAKEN_BACK, now()
    record.save()
    audit.record(
        actor,
        "core.roster.taken_back",
        record.ref,
        before={"people": len(people), "homes": len(homes), "grids_made": [grid.name for grid in made]},
        permission=IMPORT,
    )


def _refuse_if_built_on(record: RosterImport) -> None:
    later = _later_import(record)
    if later is not None:
        raise Refused(
            _("“%(file)s” was imported into the same estates afterwards, on %(day)s.",
              file=later.filename, day=local_day(later.imported_at or 0).isoformat()),
            advice=_("Take that import back first."),
        )  # fmt: skip
    edited = roster_store.edited_since(record.community, record.id, record.imported_at or 0)
    if edited:
        raise Refused(
            ngettext(
                "%(num)d person of this import was edited since: %(names)s.",
                "%(num)d people of this import were edited since: %(names)s.",
                len(edited),
                names=_some(edited),
            ),
            advice=_("Correct single people instead."),
        )
    places = roster_store.built_on(record.community, record.id)
    if places:
        raise Refused(
            _(
                "Homes, people or grids were added since where this import made homes: %(places)s.",
                places=_some(places),
            ),
            advice=_("Correct single people instead."),
        )
    grids = roster_store.grids_built_on(record.community, record.id)
    if grids:
        raise Refused(
            _("Areas or micro-grids were added since to grids that this import made: %(names)s.", names=_some(grids)),
            advice=_("Take them out of the grid again first, or keep the import."),
        )


def _later_import(record: RosterImport) -> RosterImport | None:
    estates = set(record.summary["estates"])
    later = (
        RosterImport.of(
            record.community, RosterImport.id, RosterImport.filename, RosterImport.summary, RosterImport.imported_at
        )
        .where(
            RosterImport.state == IMPORTED, RosterImport.imported_at >= record.imported_at, RosterImport.id != record.id
        )
        .order_by(RosterImport.imported_at.desc(), RosterImport.id.desc())
    )
    return next((each for each in later if estates & set(each.summary["estates"])), None)


def _some(names: Sequence[str]) -> str:
    shown = "、".join(names[:_NAMES_SHOWN])
    return shown + " …" if len(names) > _NAMES_SHOWN else shown
