"""Who stands in for a colleague who is away: entered, ended early, passed on, and asked for. By local days; nothing runs.

What a deputy is shown is put together in `todos`. A deputy acts with the own permissions alone: standing in for somebody
shows what waits and signs for both, it allows nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import peewee

from core.actor import Actor, community_of
from core.clock import day_text, today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import staff
from core.people.roles import SUPERVISED
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text, Utc, now, rows, transactional
from core.store.violations import violated
from core.text import _

MANAGE = "core.deputies.manage"
DESK = "core.desk"
# Whoever is away longer does not come back to the same work: that is a hand-over for good.
LONGEST_DAYS = 366


class Deputy(CommunityModel):
    """Somebody stands in for a colleague from a day until a day (inclusive), or until it was ended early."""

    kind = "core.deputy"

    account_id = Integer()
    deputy_id = Integer()
    from_day = Day()
    until_day = Day()
    created_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    ended_at = Utc(null=True)
    ended_by = Text(default="")

    class Meta:
        table_name = "deputy"


@dataclass(frozen=True)
class Absence:
    """`label` (of `account`) is away, `deputy_label` stands in. `able`: can sign in and holds a role, as of today."""

    id: int
    account: int
    label: str
    deputy: int
    deputy_label: str
    from_day: datetime.date
    until_day: datetime.date
    able: bool

    @property
    def is_today(self) -> bool:
        """Whether it is today that somebody is away."""
        return self.from_day <= today() <= self.until_day


# --------------------------------------------------------------------------- asking

_COMING = (
    "SELECT d.id, d.account_id, a.label, d.deputy_id, b.label, d.from_day, d.until_day, CASE WHEN b.status = 'active' AND"
    " EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = b.id AND g.community = d.community AND g.ended_at IS NULL"
    " AND g.from_day <= ? AND (g.until_day IS NULL OR g.until_day >= ?)) THEN 1 ELSE 0 END"
    " FROM deputy d JOIN account a ON a.id = d.account_id JOIN account b ON b.id = d.deputy_id"
    " WHERE d.community = ? AND d.ended_at IS NULL AND d.until_day >= ? AND a.status <> 'closed' ORDER BY d.from_day, d.id"
)


def absences(community: str) -> list[Absence]:
    """Who is or will be away, the first one first; without what is over or was ended."""
    day, read = today().isoformat(), datetime.date.fromisoformat
    return [
        Absence(key, account, label, deputy, deputy_label, read(first), read(last), bool(able))
        for key, account, label, deputy, deputy_label, first, last, able in rows(_COMING, day, day, community, day)
    ]


def away_today(community: str) -> dict[int, Absence]:
    """Who is away today, by account."""
    return {each.account: each for each in absences(community) if each.is_today}


def absences_of(community: str, account_id: int | None) -> list[Absence]:
    """When one colleague is or will be away."""
    return [each for each in absences(community) if each.account == account_id]


def stood_in_for(community: str, account_id: int | None) -> list[Absence]:
    """Whom this colleague stands in for today; also those whose own deputy is away, until the first of the days is over.

    Nobody for an account that cannot act: it is frozen, closed or without a role in force.
    """
    today_ = [each for each in absences(community) if each.is_today and each.able]
    found: dict[int, Absence] = {}
    waiting: list[tuple[int | None, datetime.date]] = [(account_id, datetime.date.max)]
    while waiting:
        deputy, last = waiting.pop()
        for each in today_:
            if each.deputy == deputy and each.account not in found and each.account != account_id:
                found[each.account] = replace(each, until_day=min(each.until_day, last))
                waiting.append((each.account, found[each.account].until_day))
    return sorted(found.values(), key=lambda each: (each.until_day, each.label))


def on_behalf(actor: Actor, account_id: int | None) -> Actor:
    """The actor who does the work of a colleague: signing for both where the actor stands in for that one today.

    The permissions are the actor's own either way.
    """
    if account_id is None or account_id == actor.account or actor.account is None:
        return actor
    for each in stood_in_for(community_of(actor), actor.account):
        if each.account == account_id:
            return replace(actor, stands_in_for=each.label)
    return actor


def pairs(community: str) -> Iterator[tuple[Actor, Actor]]:
    """Everybody who stands in for somebody today, with that colleague."""
    working = {each.account: each for each in staff.colleagues(community)}
    for account, deputy in working.items():
        for each in stood_in_for(community, account):
            if each.account in working:
                yield deputy, working[each.account]


def get_absence(actor: Actor, key: int) -> Absence:
    """One that is not over, of the actor's community; raises `NotFound`."""
    for each in absences(community_of(actor)):
        if each.id == key:
            return each
    raise NotFound


def may_enter_for(actor: Actor, account_id: int | None) -> bool:
    """Whether the actor may say who stands in for this colleague: for oneself, or with `core.deputies.manage`."""
    return actor.can(MANAGE) or (account_id is not None and account_id == actor.account and actor.can(DESK))


# --------------------------------------------------------------------------- entering and ending


@transactional
def enter(actor: Actor, account_id: int, deputy_id: int, from_day: datetime.date, until_day: datetime.date) -> Deputy:
    """Say that a colleague is away on these days (both inclusive) and who stands in.

    Raises `Invalid` by field (`account`, `deputy`, `from_day`, `until_day`), `Forbidden` for whoever may not, `Refused`
    where somebody stands in on these days already, or the work would come back to whoever is away.
    """
    _require(actor, account_id)
    check(actor, account_id, deputy_id, from_day, until_day)
    made = _create(actor, account_id, deputy_id, from_day, until_day)
    audit.record(
        actor, "core.deputy.entered", made.ref, after={"colleague": account_id, **_told(made)}, permission=MANAGE
    )
    return made


def check(actor: Actor, account_id: int, deputy_id: int, from_day: datetime.date, until_day: datetime.date) -> None:
    """Raise what `enter` would: for the page that asks once more."""
    community = community_of(actor)
    _check_days(from_day, until_day)
    away = staff.colleague(community, account_id)
    if away is None:
        raise Invalid({"account": [_("Please choose a colleague who works here.")]})
    check_deputy(community, away, deputy_id)
    for each in absences(community):
        if each.account == account_id and each.from_day <= until_day and each.until_day >= from_day:
            raise Refused(
                _("%(deputy)s stands in for %(name)s from %(first)s until %(last)s already.", deputy=each.deputy_label,
                  name=each.label, first=day_text(each.from_day), last=day_text(each.until_day)),
                advice=_("Choose other days, or end that first."),
            )  # fmt: skip
    _refuse_circle(community, account_id, deputy_id, from_day, until_day)


def check_deputy(community: str, away: Actor, deputy_id: int) -> None:
    """Raise `Invalid` for somebody who cannot stand in for a colleague (field `deputy`), `Refused` across supervision."""
    if deputy_id == away.account:
        raise Invalid({"deputy": [_("Please choose another person: nobody stands in for themselves.")]})
    deputy = staff.colleague(community, deputy_id)
    if deputy is None or not staff.is_active(deputy_id):
        raise Invalid({"deputy": [_("Please choose a colleague who works here and can sign in.")]})
    for one, other in ((away, deputy), (deputy, away)):
        if "supervisor" in one.roles and other.roles & SUPERVISED:
            raise Refused(
                _("Whoever supervises cannot stand in for those supervised, nor they for the committee."),
                advice=_("Choose a colleague from the same side."),
            )


def _check_days(from_day: datetime.date, until_day: datetime.date) -> None:
    if until_day < from_day:
        raise Invalid({"until_day": [_("The last day lies before the first.")]})
    if from_day < today():
        raise Invalid({"from_day": [_("The first day is today or later.")]})
    if until_day - from_day > datetime.timedelta(days=LONGEST_DAYS):
        raise Invalid({"until_day": [_("A year at most. Whoever is away longer hands the work over for good.")]})


def _refuse_circle(
    community: str, account_id: int, deputy_id: int, from_day: datetime.date, until_day: datetime.date
) -> None:
    """Refuse where the deputy of the deputy (of the deputy …) would be whoever is away, on one of these days."""
    known = absences(community)
    waiting, seen = [(deputy_id, from_day, until_day)], set()
    while waiting:
        at, first, last = waiting.pop()
        for each in known:
            start, end = max(first, each.from_day), min(last, each.until_day)
            if each.account != at or start > end or (each.id, start, end) in seen:
                continue
            if each.deputy == account_id:
                raise Refused(
                    _("%(name)s is away on %(day)s, too, and the work would come back to %(back)s.", name=each.label,
                      day=day_text(start), back=each.deputy_label),
                    advice=_("Choose somebody else, or other days."),
                )  # fmt: skip
            seen.add((each.id, start, end))
            waiting.append((each.deputy, start, end))


def _create(actor: Actor, account_id: int, deputy_id: int, from_day: datetime.date, until_day: datetime.date) -> Deputy:
    try:
        made: Deputy = Deputy.create(
            community=community_of(actor),
            account_id=account_id,
            deputy_id=deputy_id,
            from_day=from_day,
            until_day=until_day,
            by_account=actor.account,
            by_label=actor.signature,
        )
    except peewee.IntegrityError as error:
        if violated(error) in ("deputy_one_at_a_time", "deputy_not_mutual"):
            raise Refused(
                _("Somebody stands in on these days already."), advice=_("Choose other days, or end that first.")
            ) from error
        raise
    return made


@transactional
def end(actor: Actor, key: int) -> None:
    """End one early, at once: by whoever is away, or with `core.deputies.manage`. Raises `NotFound`, `Forbidden`."""
    absence = get_absence(actor, key)
    _require(actor, absence.account)
    end_now(actor, absence, permission=MANAGE)


def end_now(actor: Actor, absence: Absence, *, permission: str) -> None:
    """End one as part of another act, whose caller has checked the right to it; inside the caller's transaction."""
    ended = _end(actor, absence)
    audit.record(
        actor,
        "core.deputy.ended",
        ended.ref,
        before={"colleague": absence.account, **_told(ended)},
        permission=permission,
    )


def pass_on(actor: Actor, absence: Absence, deputy_id: int, *, permission: str) -> None:
    """Let another colleague stand in for the days that are left, as part of another act; inside its transaction.

    Raises `Invalid`, `Refused` for somebody who cannot.
    """
    community = community_of(actor)
    away = staff.colleague(community, absence.account)
    if away is None:
        end_now(actor, absence, permission=permission)
        return
    first = max(absence.from_day, today())
    check_deputy(community, away, deputy_id)
    before = _end(actor, absence)
    _refuse_circle(community, absence.account, deputy_id, first, absence.until_day)
    made = _create(actor, absence.account, deputy_id, first, absence.until_day)
    audit.record(
        actor, "core.deputy.passed_on", made.ref, before=_told(before), after={"colleague": absence.account, **_told(made)},
        permission=permission,
    )  # fmt: skip


def end_all_of(actor: Actor, community: str, account_ids: Iterable[int], *, permission: str) -> None:
    """End whatever names these accounts on either side, as part of another act; inside its transaction."""
    named = set(account_ids)
    for each in absences(community):
        if {each.account, each.deputy} & named:
            end_now(replace(actor, community=community), each, permission=permission)


def _end(actor: Actor, absence: Absence) -> Deputy:
    changes = {"ended_at": now(), "ended_by": actor.signature}
    Deputy.update(**changes).where(Deputy.id == absence.id, Deputy.ended_at.is_null()).execute()
    return Deputy.get_by_id(absence.id)


def _require(actor: Actor, account_id: int) -> None:
    if not may_enter_for(actor, account_id):
        raise Forbidden(
            _("Only the colleague concerned and the director say who stands in."),
            advice=_("Ask the director to enter it."),
        )


def _told(deputy: Deputy) -> dict[str, object]:
    return {"deputy": deputy.deputy_id, "from": str(deputy.from_day), "until": str(deputy.until_day)}
