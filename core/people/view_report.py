"""What the traces tell: who looked at whom lately and what stands out, for the director; who looked at me, for a resident.

Looks at pages and lists come from `view_log`; what was masked and shown, and exports, from the audit log, where they stand as
acts. Nothing is written here.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from core.actor import Actor, community_of
from core.clock import local_day, today
from core.errors import Invalid, NotFound
from core.people.account_records import RoleGrant
from core.people.disclosure import SHOWN
from core.people.permissions import PRIVACY, ROLES
from core.people.person import Person
from core.people.view_log import PAGE, WAYS
from core.store.db import now, rows
from core.text import LazyText, _, ngettext

DAYS = (7, 30, 180)
# From here on a day's looks are worth a question; the officer of a large grid opens forty records on a busy day.
MANY_A_DAY = 60
_DAY_MS = 86_400_000
_EXPORTED = "core.list.exported"
UNMASK, EXPORT = "unmask", "export"
LABELS: Mapping[str, LazyText] = {
    **WAYS,
    UNMASK: _("was shown what is masked"),
    EXPORT: _("exported a list"),
}


class Look(NamedTuple):
    """One look. `whom` is a name, or the number of people of a list; `key` continues the list after this one."""

    at: int
    account: int | None
    who: str
    way: LazyText
    public_id: str
    whom: str
    shown: int
    purpose: str
    key: str


class Habit(NamedTuple):
    """What one account did in the time: records opened, masked facts shown, people in lists, exports.

    `busiest` is the largest number of records and masked facts on one day; `unusual` says what stands out.
    """

    account: int
    who: str
    pages: int
    unmasked: int
    listed: int
    exports: int
    busiest: int
    unusual: tuple[str, ...]


class OwnLook(NamedTuple):
    """That somebody of the office looked at me: the day, in which role, how, how often."""

    day: datetime.date
    role: LazyText
    way: LazyText
    purpose: str
    times: int


_UNION = (
    "SELECT at, src, n, account, who, way, person, shown, purpose FROM ("
    " SELECT at, 0 AS src, id AS n, account, by_label AS who, way, person, shown, '' AS purpose"
    " FROM person_view WHERE community = ? AND at >= ?"
    " UNION ALL"
    " SELECT at, 1 AS src, seq AS n, account, actor AS who,"
    " CASE action WHEN 'core.list.exported' THEN 'export' ELSE 'unmask' END AS way, subject AS person, 1 AS shown,"
    " reason AS purpose FROM audit_entry WHERE chain = ? AND seq > ? AND account IS NOT NULL AND action IN (?, ?)"
    ") AS looks"
)


def looks(
    actor: Actor, days: int, *, account: int | None = None, after: str | None = None, limit: int = 50
) -> list[Look]:
    """The looks of the last `days`, the latest first, of one account or all, behind the key `after`.

    Raises `Forbidden`, `Invalid` for a key that is none.
    """
    actor.require(PRIVACY)
    community = community_of(actor)
    where, params = "at >= ?", [_since(days)]
    if account is not None:
        where, params = f"{where} AND account = ?", [*params, account]
    if after is not None:
        where, params = f"{where} AND (at, src, n) < (?, ?, ?)", [*params, *_key(after)]
    statement = f"{_UNION} WHERE {where} ORDER BY at DESC, src DESC, n DESC LIMIT ?"
    found = rows(statement, *_from(community, days), *params, limit)
    names = _names(community, [row[6] for row in found])
    return [
        Look(at, who_id, who, LABELS[way], _id(person), names.get(_id(person), ""), shown, purpose, f"{at}.{src}.{n}")
        for at, src, n, who_id, who, way, person, shown, purpose in found
    ]


def habits(actor: Actor, days: int) -> list[Habit]:
    """What every account did in the last `days`: what stands out first, then by number of records opened."""
    actor.require(PRIVACY)
    community = community_of(actor)
    names: dict[int, str] = {}
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    by_day: dict[int, Counter[datetime.date]] = defaultdict(Counter)
    opened: dict[int, set[str]] = defaultdict(set)
    for at, _src, _n, account, who, way, person, shown, _purpose in rows(
        f"{_UNION} WHERE at >= ? ORDER BY at", *_from(community, days), _since(days)
    ):
        names[account] = who
        single = way in (PAGE, UNMASK)
        counts[account][way if single or way == EXPORT else "listed"] += 1 if way == EXPORT else shown
        if single:
            by_day[account][local_day(at)] += 1
            opened[account].add(_id(person))
    near = _neighbours(community, list(names))
    found = []
    for account, who in names.items():
        busiest = max(by_day[account].values(), default=0)
        unusual = _unusual(busiest, len(opened[account] & near.get(account, set())))
        did = counts[account]
        found.append(Habit(account, who, did[PAGE], did[UNMASK], did["listed"], did[EXPORT], busiest, unusual))
    return sorted(found, key=lambda habit: (not habit.unusual, -habit.pages - habit.unmasked, habit.account))


def looks_at_me(actor: Actor, days: int = 180) -> list[OwnLook]:
    """Who of the office opened the actor's own record in the last `days`, without names: day, role, how, how often.

    Lists in which one stood among others are not told singly. Raises `NotFound` for an account without a resident.
    """
    if actor.person is None:
        raise NotFound
    community = community_of(actor)
    public_id = Person.get_of(community, actor.person).public_id
    since = _since(days)
    found = rows(
        "SELECT at, account, way, '' FROM person_view WHERE community = ? AND person = ? AND at >= ? UNION ALL"
        " SELECT at, account, 'unmask', reason FROM audit_entry WHERE chain = ? AND subject = ? AND action = ? AND at >= ?",
        community, public_id, since, community, f"{Person.kind}:{public_id}", SHOWN, since,
    )  # fmt: skip
    counted: Counter[tuple[datetime.date, int | None, str, str]] = Counter()
    for at, account, way, purpose in found:
        if account != actor.account:
            counted[local_day(at), account, way, purpose] += 1
    roles = _roles(community, {account for _day, account, _way, _purpose in counted if account is not None})
    lines = [
        OwnLook(day, _role_on(roles.get(account or 0, []), day), LABELS[way], purpose, times)
        for (day, account, way, purpose), times in counted.items()
    ]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), str(line.role), str(line.way)))


# --------------------------------------------------------------------------- reading


def _since(days: int) -> int:
    return now() - days * _DAY_MS


def _from(community: str, days: int) -> tuple[Any, ...]:
    """What the marks of `_UNION` stand for; the audit log has no index by time, but is written in its order."""
    older = rows(
        "SELECT seq FROM audit_entry WHERE chain = ? AND at < ? ORDER BY seq DESC LIMIT 1", community, _since(days)
    )
    return (community, _since(days), community, older[0][0] if older else 0, SHOWN, _EXPORTED)


def _key(text: str) -> tuple[int, int, int]:
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise Invalid(message=_("This list cannot be continued there."))
    return int(parts[0]), int(parts[1]), int(parts[2])


def _id(subject: str) -> str:
    """The public id in `core.person:p…`, or itself; nothing for a list."""
    kind, colon, key = subject.rpartition(":")
    return key if not colon or kind == Person.kind else ""


def _names(community: str, subjects: Iterable[str]) -> dict[str, str]:
    ids = {_id(subject) for subject in subjects} - {""}
    found: Any = Person.of(community, Person.public_id, Person.name).where(Person.public_id.in_(sorted(ids))).tuples()
    return dict(found)


def _neighbours(community: str, accounts: list[int]) -> dict[int, set[str]]:
    """By account: the public ids of people with a home in the same building or unit as the resident behind the account."""
    marks = ", ".join("?" * len(accounts)) or "NULL"
    found = rows(
        "SELECT a.id, p.public_id FROM account a"
        " JOIN person_home s ON s.community = ? AND s.person_id = a.person_id AND s.until_day IS NULL"
        " JOIN home h ON h.community = s.community AND h.id = s.home_id"
        " JOIN home n ON n.community = h.community AND n.area_id = h.area_id"
        " JOIN person_home t ON t.community = n.community AND t.home_id = n.id AND t.until_day IS NULL"
        " JOIN person p ON p.community = t.community AND p.id = t.person_id"
        f" WHERE a.id IN ({marks})",
        community, *accounts,
    )  # fmt: skip
    near: dict[int, set[str]] = defaultdict(set)
    for account, public_id in found:
        near[account].add(public_id)
    return near


def _unusual(busiest: int, neighbours: int) -> tuple[str, ...]:
    said = []
    if busiest >= MANY_A_DAY:
        said.append(str(_("%(count)d records on one day", count=busiest)))
    if neighbours:
        near = ngettext("%(num)d person of the own building", "%(num)d people of the own building", neighbours)
        said.append(str(near))
    return tuple(said)


def _roles(community: str, accounts: set[int]) -> dict[int, list[tuple[str, datetime.date, datetime.date]]]:
    """By account: role, first and last day; one that was ended, until then."""
    found: dict[int, list[tuple[str, datetime.date, datetime.date]]] = defaultdict(list)
    for grant in RoleGrant.select().where(RoleGrant.community == community, RoleGrant.account_id.in_(sorted(accounts))):
        last = local_day(grant.ended_at) if grant.ended_at else grant.until_day or today()
        found[grant.account_id].append((grant.role, grant.from_day, last))
    return found


def _role_on(grants: list[tuple[str, datetime.date, datetime.date]], day: datetime.date) -> LazyText:
    held = [role for role, first, last in grants if first <= day <= last]
    return ROLES[held[0]].label if held else _("Staff")
