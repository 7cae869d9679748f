"""The records of residents: a person, the names they had, and their stays in homes. What may be done is in `residents`."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from core.people.areas import Area, Home
from core.people.names import pinyin, search_text
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text, Utc
from core.store.ref import Ref

LIVING_HERE, MOVED_AWAY, DECEASED = "living_here", "moved_away", "deceased"
STATUSES = (LIVING_HERE, MOVED_AWAY, DECEASED)
RELATIONS = ("owner", "tenant", "family", "unknown")
SEXES = ("", "male", "female")

# Higher modules append `blocker(community, person_ids, home_ids) -> reason | None`: whether something of theirs (an account,
# a booking …) rests on these records, so that they can be neither taken back nor declared a double.
Blocker = Callable[[str, list[int], list[int]], Any]
TAKE_BACK_BLOCKERS: list[Blocker] = []


class Person(CommunityModel):
    """A resident. `public_id` is random and the only id that leaves the server; phones are in canonical form or empty.

    `status` is living_here, moved_away or deceased (never contacted again). `same_as` points from a record that turned out
    to be a second one of somebody to the one that is kept; lists leave it out.
    """

    public_id = Text()
    name = Text()
    sex = Text(default="")
    birth_year = Integer(null=True)
    phone = Text(default="")
    phone_2 = Text(default="")
    note = Text(default="")
    status = Text(default=LIVING_HERE)
    same_as = Integer(null=True)
    sort_key = Text()
    search_text = Text()
    import_id = Integer(null=True)
    created_at = Utc()
    updated_at = Utc()

    kind = "core.person"

    class Meta:
        table_name = "person"

    @property
    def ref(self) -> Ref:
        """Names the person by `public_id`, so that references may be shown."""
        return Ref(self.kind, self.community, self.public_id)


class FormerName(CommunityModel):
    """A name a person had until a day."""

    person_id = Integer()
    name = Text()
    until_day = Day()

    class Meta:
        table_name = "former_name"


class PersonHome(CommunityModel):
    """A stay: a person is owner, tenant or family of a home from a day (None: unknown) until a day (None: still)."""

    person_id = Integer()
    home_id = Integer()
    relation = Text(default="unknown")
    from_day = Day(null=True)
    until_day = Day(null=True)
    import_id = Integer(null=True)

    class Meta:
        table_name = "person_home"


def new_public_id() -> str:
    """A random id of a person: p and 16 hexadecimal digits."""
    return "p" + secrets.token_hex(8)


def name_sort_key(name: str) -> str:
    """Orders people by pinyin, and people with the same pinyin by their characters."""
    return f"{' '.join(pinyin(name)[0])} {name}".strip()


def searchable(people: Iterable[Person]) -> dict[int, str]:
    """What the search box looks through, by person id: names, former names, phones, and the doors they have today."""
    wanted = {person.id: person for person in people}
    former: dict[int, list[str]] = defaultdict(list)
    doors: dict[int, list[str]] = defaultdict(list)
    ids = list(wanted)
    for start in range(0, len(ids), 1000):
        some = ids[start : start + 1000]
        names = FormerName.select(FormerName.person_id, FormerName.name).where(FormerName.person_id.in_(some))
        for person_id, name in names.order_by(FormerName.id).tuples():
            former[person_id].append(name)
        stays = (
            PersonHome.select(PersonHome.person_id, Area.name, Home.door)
            .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
            .join(Area, on=((Area.community == Home.community) & (Area.id == Home.estate_id)))
            .where(PersonHome.person_id.in_(some), PersonHome.until_day.is_null())
            .order_by(PersonHome.id)
        )
        for person_id, estate, door in stays.tuples():
            doors[person_id] += [estate, door]
    return {
        person.id: search_text(
            person.name, former[person.id], filter(None, (person.phone, person.phone_2)), doors[person.id]
        )
        for person in wanted.values()
    }
