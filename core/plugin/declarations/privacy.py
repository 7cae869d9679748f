"""What a module says of the personal data it holds: what for, for how long, with whose consent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.text import Label

if TYPE_CHECKING:
    from core.actor import Actor
    from core.store.db import BaseModel
    from core.store.ref import Ref


@dataclass(frozen=True)
class PersonalField:
    """Columns of `model` that say something about people: what it is, what for, on what ground, for how long.

    `label`, `purpose` and `kept` stand on the public privacy page as they are. `basis` is `duty` (what the law gives the
    committee to do), `request` (what the person asked for), `consent` or `security` (《个人信息保护法》 §13). `sensitive`
    marks what its §28 calls so; on the ground of `consent` it names the `Consent` that is asked for it. `group` is the
    heading; a plugin's own title unless given. `stays` says why it is not erased with the person, empty where it is.
    """

    model: type[BaseModel]
    fields: tuple[str, ...]
    label: Label
    purpose: Label
    basis: str
    kept: Label
    group: Label = ""
    sensitive: bool = False
    stays: Label = ""
    consent: str = ""


@dataclass(frozen=True)
class Consent:
    """A question of its own, asked before something sensitive of a person is kept (《个人信息保护法》 §29).

    `question` is what is asked, `purpose` and `kept` say what for and for how long, `without` what follows from declining:
    never the loss of a service. What is kept are the `PersonalField`s that name it; nothing may be kept or shown unless
    `has_consented` says so. When the consent is taken back, `clear(actor, person)` removes it at once and returns the
    records; it is called again every day, and has nothing to do then. With a higher `version` everybody is asked anew.
    """

    name: str
    question: Label
    purpose: Label
    kept: Label
    without: Label
    clear: Callable[[Actor, DataSubject], list[Ref]]
    version: int = 1


CLEARED = "—"
"""What stands where personal words were: they were erased, or their time was over."""


@dataclass(frozen=True)
class Retention:
    """How long something personal is kept: `days` after it was over, then the daily job clears it. Where a community decides
    about it, `days_in(community)` says how many there; `days` are then the usual.

    `overdue(community, before)` counts what was over before that moment (ms UTC); `clear(actor, before)` takes names, numbers
    and words out of it and returns the records. Both may stop at 500 at a time: the rest goes the next day.
    """

    name: str
    label: Label
    days: int
    overdue: Callable[[str, int], int]
    clear: Callable[[Actor, int], list[Ref]]
    days_in: Callable[[str], int] | None = None

    def kept(self, community: str) -> int:
        """For how many days it is kept in a community."""
        return self.days_in(community) if self.days_in is not None else self.days


@dataclass(frozen=True)
class DataSubject:
    """Whose data are asked for: the number, names and telephone numbers by which records know this person.

    `pseudonym` is what stands for the name where an erasure leaves a record.
    """

    id: int
    public_id: str
    names: tuple[str, ...]
    phones: tuple[str, ...] = ()
    pseudonym: str = ""


@dataclass(frozen=True)
class DataTable:
    """What is held about one person in one place, as that person reads it; cells are text, numbers, days or None."""

    title: Label
    columns: tuple[Label, ...]
    rows: tuple[tuple[Any, ...], ...]
