"""The kinds of notices, how long each is up and takes objections, and who may write and publish.

How long is a matter of practice (7 or 15 days), so each community may set its own lengths. No records here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.actor import Actor
from core.errors import Invalid
from core.plugin.declarations import Setting
from core.plugin.settings import add_core_settings, get_setting, set_setting
from core.store.db import transactional
from core.text import Label, LazyText, _

WRITE = "core.notices.write"
PUBLISH = "core.notices.publish"
# What a form may ask for; ten years is a slip of the finger, not a notice.
MOST_DAYS = 365


@dataclass(frozen=True)
class Lengths:
    """How many days a notice is up unless told, at least, and for how many it takes objections at least."""

    usual: int
    least: int
    objections: int


@dataclass(frozen=True)
class Category:
    """A kind of notice with its word, its icon and the lengths practice has it."""

    name: str
    label: LazyText
    icon: str
    lengths: Lengths


CATEGORIES: Mapping[str, Category] = {
    each.name: each
    for each in (
        Category("general", _("Announcement"), "megaphone", Lengths(15, 7, 7)),
        Category("money", _("Money made public"), "wallet", Lengths(15, 15, 15)),
        Category("decision", _("Decision"), "landmark", Lengths(15, 7, 7)),
        Category("persons", _("Candidates"), "users-round", Lengths(7, 7, 7)),
        Category("project", _("Project"), "clipboard-list", Lengths(15, 7, 7)),
        Category("other", _("Other notice"), "file-text", Lengths(7, 7, 7)),
    )
}
_PARTS: Mapping[str, LazyText] = {
    "usual": _("%(category)s: days up unless told"),
    "least": _("%(category)s: days up at least"),
    "objections": _("%(category)s: days for objections at least"),
}


def setting_name(category: str, part: str) -> str:
    """The setting of one length (`usual`, `least`, `objections`) of a category."""
    return f"core.notices.{category}.{part}"


add_core_settings(
    *(
        Setting(
            setting_name(each.name, part),
            label % {"category": each.label},
            int,
            getattr(each.lengths, part),
            minimum=1,
            maximum=MOST_DAYS,
        )
        for each in CATEGORIES.values()
        for part, label in _PARTS.items()
    )
)


def lengths_of(community: str, category: str) -> Lengths:
    """The lengths of a category in a community."""
    return Lengths(*(int(get_setting(setting_name(category, part), community)) for part in _PARTS))


@transactional
def set_lengths(actor: Actor, category: str, lengths: Lengths) -> None:
    """Set the lengths of a category in the actor's community; raises `Invalid` under the name of a length."""
    errors: dict[str, list[Label]] = {}
    if lengths.usual < lengths.least:
        errors["usual"] = [_("This is shorter than the least.")]
    if lengths.objections > lengths.least:
        errors["objections"] = [_("Objections must end before the notice comes down.")]
    if errors:
        raise Invalid(errors)
    for part in _PARTS:
        set_setting(actor, setting_name(category, part), getattr(lengths, part))
