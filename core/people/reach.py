"""Whose residents somebody may see: everybody's, or (a grid officer) those behind the doors of their own grids.

That they may see residents at all is a permission; services ask for both.
"""

from __future__ import annotations

from typing import Any

import peewee

from core.actor import Actor
from core.errors import Forbidden
from core.people.areas import Home
from core.people.person import Person, PersonHome
from core.text import _


class OutOfReach(Forbidden):
    """The home lies in somebody else's grid."""

    message = _("This home does not belong to your grid.")
    advice = _("Ask the office, or the officer of that grid.")


def require_home(actor: Actor, area_id: int) -> None:
    """Raise `OutOfReach` unless homes of this estate, building or unit are the actor's to see."""
    if actor.reach is not None and area_id not in actor.reach:
        raise OutOfReach


def require_person(actor: Actor, person_id: int | None) -> None:
    """Raise `OutOfReach` unless the person lives, by a present stay, where the actor may see residents.

    None is somebody who is no resident: the office's business.
    """
    if actor.reach is not None and (person_id is None or not covers(actor, person_id)):
        raise OutOfReach


def covers(actor: Actor, person_id: int) -> bool:
    """Whether the actor may see this person of the community."""
    return Person.select().where(Person.id == person_id, within(actor, Person.id)).exists()


def within(actor: Actor, person_id: Any) -> peewee.ColumnBase:
    """A condition on a column with ids of people of the actor's community: those whom the actor may see."""
    if actor.reach is None:
        return peewee.SQL("1 = 1")
    inside = (
        PersonHome.select(PersonHome.person_id)
        .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
        .where(
            PersonHome.community == actor.community,
            PersonHome.until_day.is_null(),
            Home.area_id.in_(sorted(actor.reach)),
        )
    )
    return person_id.in_(inside)
