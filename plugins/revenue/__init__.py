"""`revenue`: the community's ledger of shared revenue 社区经济收益分成台账. See README.md."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import Actor, Community, DataSubject, DataTable, Declaration, Meta, NavItem, NoticeMark, Ref, Todo, hookimpl
from plugins.revenue.texts import _

if TYPE_CHECKING:
    from plugins.revenue.part import Part

META = Meta(
    name="revenue",
    title=_("Community revenue"),
    version="1.0",
    uses=("rooms",),
    description=_(
        "Where the money of the community's space comes from, who gets which share, and proof that nobody changed it."
    ),
    data_held=_("Who runs what on the community's space, what was paid, and who decided on it."),
    icon="scale",
)

# In the order in which they build on one another; each is a folder with its own `declared.py`.
PARTS = ("ledger", "shares", "giving", "dues", "spending", "bank", "spot", "budget", "reports")


def _parts() -> list[Part]:
    return [import_module(f"plugins.revenue.{name}.declared").PART for name in PARTS]


@hookimpl
def declare() -> Declaration:
    """At start: everything the plugin adds."""
    from plugins.revenue.part import joined
    from plugins.revenue.views import blueprint

    return joined(
        (part.declaration() for part in _parts()), blueprint=blueprint, migrations=Path(__file__).parent / "migrations"
    )


@hookimpl
def nav_items(community: Community, actor: Actor) -> list[NavItem]:
    """The entries of the portal and of the desk."""
    return [item for part in _parts() for item in part.nav_items(community, actor)]


@hookimpl
def todo_items(community: Community, actor: Actor) -> list[Todo]:
    """What waits for this actor in any part."""
    return [item for part in _parts() for item in part.todo_items(community, actor)]


@hookimpl
def on_event(community: Community, event: Any) -> None:
    """Something happened that a part heeds."""
    for part in _parts():
        part.on_event(community, event)


@hookimpl
def enabled(community: Community, actor: Actor) -> None:
    """Accounts and funds that every community begins with."""
    for part in _parts():
        part.enabled(community, actor)


@hookimpl
def can_disable(community: Community) -> list[str]:
    """What is under way and would be out of sight."""
    return [reason for part in _parts() for reason in part.can_disable(community)]


@hookimpl
def data_about(community: Community, person: DataSubject) -> list[DataTable]:
    """What the module holds about a person."""
    return [table for part in _parts() for table in part.data_about(community, person)]


@hookimpl
def erase_person(community: Community, person: DataSubject) -> list[Ref]:
    """Take a person out of the records; the ledger keeps its rows."""
    return [ref for part in _parts() for ref in part.erase_person(community, person)]


@hookimpl
def describe_audit(entry: Any) -> str | None:
    """The plain sentence of an audit entry of this module."""
    return next((said for part in _parts() if (said := part.describe_audit(entry)) is not None), None)


@hookimpl
def fill_demo(community: Community, actor: Actor) -> list[str]:
    """`linli demo`: a year of a canteen, a child-care centre, parking and group-buying."""
    return [said for part in _parts() for said in part.fill_demo(community, actor)]


@hookimpl
def notice_marks(community: Community, notice: Ref) -> list[NoticeMark]:
    """What stands beside a published notice: the head of the books."""
    return [mark for part in _parts() for mark in part.notice_marks(community, notice)]
