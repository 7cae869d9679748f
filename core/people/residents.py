"""Residents as staff keep them: adding, correcting, renaming, moving in and out, and saying who is the same person.

Every change is audited in its transaction. Looking people up is in `directory`, whose functions are offered here too.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from core.actor import Actor, community_of
from core.cells import plain
from core.clock import today
from core.errors import Invalid, NotFound, Refused
from core.people.areas import ensure_home
from core.people.directory import (
    EDIT,
    PHONE,
    VIEW,
    Member,
    PeoplePage,
    PersonPage,
    PersonRow,
    Stay,
    find_person,
    list_people,
    may_be_contacted,
    people_of_home,
    person_of,
    person_page,
    same_name,
)
from core.people.door import Door, parse_door
from core.people.names import LONGEST_NAME
from core.people.person import (
    DECEASED,
    LIVING_HERE,
    MOVED_AWAY,
    RELATIONS,
    SEXES,
    STATUSES,
    TAKE_BACK_BLOCKERS,
    FormerName,
    Person,
    PersonHome,
    name_sort_key,
    new_public_id,
    searchable,
)
from core.people.phone import parse_phone
from core.store import audit
from core.store.db import now, transactional
from core.text import Label, _, is_storable

__all__ = [
    "DECEASED", "EDIT", "LIVING_HERE", "MOVED_AWAY", "PHONE", "RELATIONS", "SEXES", "STATUSES", "VIEW", "FormerName",
    "Member", "PeoplePage", "Person", "PersonHome", "PersonPage", "PersonRow", "Stay", "add_person",
    "correct_stay", "edit_person", "find_person", "link_homes", "list_people", "may_be_contacted", "move_in", "move_out",
    "people_of_home", "person_page", "same_name", "set_status",
]  # fmt: skip

LONGEST_NOTE = 500
_FIELDS = ("name", "sex", "birth_year", "phone", "phone_2", "note")


@transactional
def add_person(
    actor: Actor,
    *,
    name: str,
    phone: str = "",
    phone_2: str = "",
    sex: str = "",
    birth_year: int | None = None,
    note: str = "",
    estate_id: int | None = None,
    door: str = "",
    relation: str = "unknown",
    from_day: datetime.date | None = None,
) -> Person:
    """Enter somebody, at a door of an estate if one is given; returns the record.

    Raises `Invalid` with the fields that cannot be used. A namesake is no obstacle: `same_name` warns beforehand.
    """
    actor.require(EDIT)
    community = community_of(actor)
    given = {"name": name, "sex": sex, "birth_year": birth_year, "phone": phone, "phone_2": phone_2, "note": note}
    fields, errors = _check(given)
    place = _check_door(estate_id, door, errors) if door.strip() or estate_id is not None else None
    _check_relation(relation, errors)
    if errors:
        raise Invalid(errors)
    moment = now()
    person = Person.create(
        community=community,
        public_id=new_public_id(),
        **fields,
        sort_key=name_sort_key(fields["name"]),
        search_text="",
        created_at=moment,
        updated_at=moment,
    )
    if place is not None:
        _open_stay(community, person, ensure_home(community, *place), relation, from_day)
    _save(person)
    after = {**fields, "door": place[1].text if place else "", "relation": relation if place else ""}
    audit.record(actor, "core.person.added", person.ref, after=after, permission=EDIT)
    return person


@transactional
def edit_person(
    actor: Actor,
    public_id: str,
    *,
    name: str | None = None,
    sex: str | None = None,
    birth_year: int | str | None = "",
    phone: str | None = None,
    phone_2: str | None = None,
    note: str | None = None,
    keep_former_name: bool = True,
) -> Person:
    """Change what is given (None and, for the year, '' leave a field as it is); a renamed person keeps the former name.

    `keep_former_name=False` is for a misspelt name. Raises `Invalid`, `NotFound`.
    """
    actor.require(EDIT)
    person = person_of(actor, public_id)
    given = {"name": name, "sex": sex, "phone": phone, "phone_2": phone_2, "note": note}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if birth_year != "":
        changes["birth_year"] = birth_year
    before = {key: getattr(person, key) for key in _FIELDS}
    fields, errors = _check({**before, **changes})
    if errors:
        raise Invalid(errors)
    changed = [key for key in _FIELDS if fields[key] != before[key]]
    if not changed:
        return person
    if "name" in changed and keep_former_name:
        FormerName.create(community=person.community, person_id=person.id, name=person.name, until_day=today())
    for key in changed:
        setattr(person, key, fields[key])
    _save(person)
    audit.record(
        actor,
        "core.person.edited",
        person.ref,
        before={key: before[key] for key in changed},
        after={key: fields[key] for key in changed},
        permission=EDIT,
    )
    return person


@transactional
def set_status(actor: Actor, public_id: str, status: str, reason: str = "") -> Person:
    """Say that somebody lives here, moved away or is deceased; their homes and history stay. Raises `Invalid`."""
    actor.require(EDIT)
    if status not in STATUSES:
        raise Invalid({"status": [_("Choose living here, moved away or deceased.")]})
    person = person_of(actor, public_id)
    before = person.status
    if before != status:
        person.status = status
        _save(person)
        audit.record(
            actor,
            "core.person.status",
            person.ref,
            before={"status": before},
            after={"status": status},
            reason=reason,
            permission=EDIT,
        )
    return person


@transactional
def move_in(
    actor: Actor,
    public_id: str,
    estate_id: int,
    door: str,
    relation: str = "unknown",
    from_day: datetime.date | None = None,
) -> int:
    """Give somebody a home, one more or their first, made if it is new; returns the home's id.

    `from_day` None means unknown. Who had moved away lives here again. Raises `Refused` for the deceased and for a home
    they already have, `Invalid` for a door that cannot be read.
    """
    actor.require(EDIT)
    community = community_of(actor)
    person = person_of(actor, public_id)
    errors: dict[str, list[Label]] = {}
    place = _check_door(estate_id, door, errors)
    _check_relation(relation, errors)
    if errors or place is None:
        raise Invalid(errors)
    if person.status == DECEASED:
        raise Refused(_("%(name)s is recorded as deceased.", name=person.name))
    home_id = ensure_home(community, *place)
    if _open_stays(person).where(PersonHome.home_id == home_id).exists():
        raise Refused(_("%(name)s already has the home %(door)s.", name=person.name, door=place[1].text))
    _open_stay(community, person, home_id, relation, from_day)
    person.status = LIVING_HERE
    _save(person)
    after = {"home": home_id, "door": place[1].text, "relation": relation, "from": _iso(from_day)}
    audit.record(actor, "core.person.moved_in", person.ref, after=after, permission=EDIT)
    return home_id


@transactional
def move_out(actor: Actor, public_id: str, home_id: int, until_day: datetime.date | None = None) -> None:
    """End a stay on a day (today unless told). Whoever leaves their last home has moved away.

    Raises `NotFound` when they do not have that home now, `Invalid` for a day before they came.
    """
    actor.require(EDIT)
    person = person_of(actor, public_id)
    stay = _stay(person, home_id)
    day = until_day or today()
    if stay.from_day is not None and day < stay.from_day:
        raise Invalid({"until_day": [_("The last day lies before the first one.")]})
    stay.until_day = day
    stay.save()
    if person.status == LIVING_HERE and not _open_stays(person).exists():
        person.status = MOVED_AWAY
    _save(person)
    after = {"home": home_id, "until": day.isoformat(), "status": person.status}
    audit.record(actor, "core.person.moved_out", person.ref, after=after, permission=EDIT)


@transactional
def correct_stay(
    actor: Actor, public_id: str, home_id: int, relation: str, from_day: datetime.date | None = None
) -> None:
    """Correct what somebody is of a home they have now, and since when. Raises `NotFound`, `Invalid`."""
    actor.require(EDIT)
    errors: dict[str, list[Label]] = {}
    _check_relation(relation, errors)
    if errors:
        raise Invalid(errors)
    person = person_of(actor, public_id)
    stay = _stay(person, home_id)
    before = {"home": home_id, "relation": stay.relation, "from": _iso(stay.from_day)}
    stay.relation, stay.from_day = relation, from_day
    stay.save()
    _save(person)
    after = {"home": home_id, "relation": relation, "from": _iso(from_day)}
    audit.record(actor, "core.person.stay_corrected", person.ref, before=before, after=after, permission=EDIT)


@transactional
def link_homes(actor: Actor, keep: str, other: str) -> Person:
    """Two records are one person: `keep` receives the homes and missing facts of `other`, which lists no longer show.

    Returns the kept record. Raises `Refused` when something else (an account, a booking …) already refers to `other`.
    """
    actor.require(EDIT)
    community = community_of(actor)
    kept, double = person_of(actor, keep), person_of(actor, other)
    if kept.id == double.id:
        raise Refused(_("This is already one person."))
    for blocker in TAKE_BACK_BLOCKERS:
        if reason := blocker(community, [double.id], []):
            raise Refused(reason, advice=_("Keep the other one of the two records instead."))
    moved = _move_stays(kept, double)
    for key in ("sex", "birth_year", "phone", "phone_2", "note"):
        if not getattr(kept, key):
            setattr(kept, key, getattr(double, key))
    if kept.phone_2 in ("", kept.phone):
        kept.phone_2 = double.phone if double.phone != kept.phone else ""
    if double.name != kept.name:
        FormerName.create(community=community, person_id=kept.id, name=double.name, until_day=today())
    double.same_as = kept.id
    _save(double)
    _save(kept)
    audit.record(
        actor,
        "core.person.linked",
        kept.ref,
        before={"other": str(double.ref)},
        after={"homes": moved},
        permission=EDIT,
    )
    return kept


def _move_stays(kept: Person, double: Person) -> list[int]:
    present = {row[0] for row in _open_stays(kept, PersonHome.home_id).tuples()}
    moved = []
    for stay in list(PersonHome.of(kept.community).where(PersonHome.person_id == double.id)):
        if stay.until_day is None and stay.home_id in present:
            stay.delete_instance()
            continue
        stay.person_id = kept.id
        stay.save()
        moved.append(stay.home_id)
    return moved


# --- checks ----------------------------------------------------------------------------------------------------------


def _check(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Label]]]:
    """The fields in the form they are stored, and what is wrong with them."""
    errors: dict[str, list[Label]] = {}
    fields: dict[str, Any] = {"sex": given["sex"], "birth_year": given["birth_year"]}
    fields["name"] = plain(given["name"])
    if not fields["name"] or not is_storable(fields["name"]):
        errors["name"] = [_("Give a name.")]
    elif len(fields["name"]) > LONGEST_NAME:
        errors["name"] = [_("The name is longer than %(limit)d characters.", limit=LONGEST_NAME)]
    for key in ("phone", "phone_2"):
        fields[key] = _check_phone(key, given[key], errors)
    if fields["phone_2"] == fields["phone"]:
        fields["phone_2"] = ""
    if not fields["phone"]:
        fields["phone"], fields["phone_2"] = fields["phone_2"], ""
    if fields["sex"] not in SEXES:
        errors["sex"] = [_("Choose male, female or nothing.")]
    year = fields["birth_year"]
    if year is not None and not 1850 <= year <= today().year:
        errors["birth_year"] = [_("Give the year of birth with four digits, such as 1958.")]
    fields["note"] = given["note"].strip()
    if len(fields["note"]) > LONGEST_NOTE or not is_storable(fields["note"]):
        errors["note"] = [_("The note is longer than %(limit)d characters.", limit=LONGEST_NOTE)]
    return fields, errors


def _check_phone(key: str, text: str, errors: dict[str, list[Label]]) -> str:
    if not text.strip():
        return ""
    found = parse_phone(text)
    if found is None:
        errors[key] = [
            _("This is neither a mobile number (11 digits beginning with 13–19) nor a landline such as 0573-87000001.")
        ]
        return ""
    return found.number


def _check_door(estate_id: int | None, text: str, errors: dict[str, list[Label]]) -> tuple[int, Door] | None:
    door = parse_door(text)
    if estate_id is None:
        errors["estate_id"] = [_("Choose the estate.")]
    if door is None:
        errors["door"] = [_("The door is not complete. Write it like 3-2-501 or 3幢2单元501室.")]
    return (estate_id, door) if estate_id is not None and door is not None else None


def _check_relation(relation: str, errors: dict[str, list[Label]]) -> None:
    if relation not in RELATIONS:
        errors["relation"] = [_("Choose owner, tenant, family or unknown.")]


# --- records ---------------------------------------------------------------------------------------------------------


def _open_stay(community: str, person: Person, home_id: int, relation: str, from_day: datetime.date | None) -> None:
    PersonHome.insert(
        community=community, person_id=person.id, home_id=home_id, relation=relation, from_day=from_day
    ).execute()


def _open_stays(person: Person, *columns: Any) -> Any:
    return PersonHome.of(person.community, *columns).where(
        PersonHome.person_id == person.id, PersonHome.until_day.is_null()
    )


def _stay(person: Person, home_id: int) -> PersonHome:
    stay: PersonHome | None = _open_stays(person).where(PersonHome.home_id == home_id).first()
    if stay is None:
        raise NotFound
    return stay


def _save(person: Person) -> None:
    """Store a person with what is derived from their facts. The time of change always grows: a roster import that is
    taken back looks at it to see whether somebody was edited since."""
    person.sort_key = name_sort_key(person.name)
    person.search_text = searchable([person])[person.id]
    person.updated_at = max(now(), person.updated_at + 1)
    person.save()


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
