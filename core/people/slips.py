"""Account slips 开户凭条: one-time codes on paper, each for one named person (or, after a reset, for one account).

A code is readable only on the sheet on which it was issued: the database has digests, so printing again means issuing
anew. A slip opens an account and shows nothing of the household's records.
"""

from __future__ import annotations

import datetime
import secrets as random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.clock import today
from core.errors import Invalid, Refused
from core.people import accounts, children, secrets, sign_in, throttle
from core.people.account_records import Account, AccountSlip
from core.people.areas import Area, Home
from core.people.credentials import FreshCode, fresh_code
from core.people.person import DECEASED, LIVING_HERE, Person, PersonHome
from core.store import audit
from core.store.db import now, transaction
from core.store.ref import Ref
from core.text import _

PRINT = "core.slips.print"
VALID_DAYS = 60
MOST_AT_ONCE = 2000
_DAY = 86_400_000
_CHUNK = 500

_Row = tuple[int, str, str, str]


@dataclass(frozen=True)
class Slip:
    """What is printed on one slip. `code` exists nowhere else; `home` is “estate door” or empty; `batch` is the printing."""

    code: str
    public_id: str
    name: str
    home: str
    valid_until: datetime.date
    batch: str


@dataclass(frozen=True)
class SlipHolder:
    """Whose slip was shown: enough to confirm, not more. `secret` is `pin` or `password`: what is to be chosen now."""

    masked_name: str
    community: str | None
    secret: str


class Printing(NamedTuple):
    """Slips ready to be issued: for whom, in the order of doors, and a code for each. Nothing is stored of it yet."""

    community: str
    people: list[_Row]
    codes: list[FreshCode]


def prepare_for_area(actor: Actor, area_id: int) -> Printing:
    """Slips for everybody who lives in an estate, building or unit and has no account, in the order of doors.

    Raises like `prepare`.
    """
    actor.require(PRINT)
    community = community_of(actor)
    area = Area.get_of(community, area_id)
    if area.level == "estate":
        inside = Home.estate_id == area.id
    else:
        units = Area.of(community, Area.id).where(Area.parent_id == area.id)
        inside = (Home.area_id == area.id) | Home.area_id.in_(units)
    return _prepare(community, _people(community, inside))


def prepare(actor: Actor, public_ids: Iterable[str]) -> Printing:
    """Slips for these people, in the order of doors; those who have an account, moved away or died get none.

    Making a code takes milliseconds, so this is done before the transaction in which they are issued. Raises `Refused`
    for more than 2,000 at once. Nor do children under fourteen for whom no guardian has agreed.
    """
    actor.require(PRINT)
    community = community_of(actor)
    wanted = list(dict.fromkeys(public_ids))
    found: list[_Row] = []
    for start in range(0, len(wanted), _CHUNK):
        found += _people(community, Person.public_id.in_(wanted[start : start + _CHUNK]))
    return _prepare(community, found)


def _people(community: str, which: peewee.Expression) -> list[_Row]:
    """(id, public id, name, home) of residents without an account, each once, by door."""
    estate = Area.alias()
    query = (
        Person.of(community, Person.id, Person.public_id, Person.name, estate.name, Home.door)
        .join(
            PersonHome,
            peewee.JOIN.LEFT_OUTER,
            on=(
                (PersonHome.community == Person.community)
                & (PersonHome.person_id == Person.id)
                & PersonHome.until_day.is_null()
            ),
        )
        .join(
            Home,
            peewee.JOIN.LEFT_OUTER,
            on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)),
        )
        .join(estate, peewee.JOIN.LEFT_OUTER, on=((estate.community == Home.community) & (estate.id == Home.estate_id)))
        .where(which & _needs_slip(community))
        .order_by(estate.sort_key, Home.sort_key, Person.sort_key, Person.id)
    )
    rows: Any = query.tuples()
    people: dict[int, _Row] = {}
    for key, public_id, name, estate_name, door in rows:
        people.setdefault(key, (key, public_id, name, f"{estate_name} {door}" if door else ""))
    for key in _without_guardian(community, list(people)):
        del people[key]
    return list(people.values())


def _without_guardian(community: str, keys: list[int]) -> list[int]:
    """Those of these people who are children for whom no guardian has agreed."""
    found = []
    for start in range(0, len(keys), _CHUNK):
        part = Person.of(community).where(Person.id.in_(keys[start : start + _CHUNK]), children.can_be_child())
        found += [each.id for each in part if children.need_guardian(each)]
    return found


def _needs_slip(community: str) -> peewee.Expression:
    """Of a query over `Person`: lives here and has no account."""
    has_account = Account.select(Account.person_id).where(
        (Account.community == community) & Account.person_id.is_null(False)
    )
    return (Person.status == LIVING_HERE) & Person.same_as.is_null() & Person.id.not_in(has_account)


def _prepare(community: str, people: list[_Row]) -> Printing:
    if len(people) > MOST_AT_ONCE:
        raise Refused(
            _("These are %(count)d slips; at most %(most)d can be printed at once.", count=len(people), most=MOST_AT_ONCE),
            advice=_("Print them building by building."),
        )  # fmt: skip
    return Printing(community, people, [fresh_code() for _person in people])


def issue(actor: Actor, printing: Printing) -> list[Slip]:
    """Issue the slips; the codes issued to these people before are worthless from now on.

    Whoever got an account, moved away or died since the slips were prepared gets none.
    """
    actor.require(PRINT)
    community = printing.community
    at, batch = now(), f"{today():%Y%m%d}-{random.token_hex(3)}"
    fields = [
        AccountSlip.community,
        AccountSlip.person_id,
        AccountSlip.code_digest,
        AccountSlip.issued_at,
        AccountSlip.expires_at,
        AccountSlip.batch,
        AccountSlip.by_account,
    ]
    with transaction(community):
        given = _still_needed(printing)
        for start in range(0, len(given), _CHUNK):
            part = given[start : start + _CHUNK]
            accounts.revoke_codes(
                (AccountSlip.community == community) & AccountSlip.person_id.in_([person[0] for person, _code in part])
            )
            rows = [
                (community, person[0], code.digest, at, at + VALID_DAYS * _DAY, batch, actor.account)
                for person, code in part
            ]
            AccountSlip.insert_many(rows, fields=fields).execute()
        if given:
            audit.record(
                actor,
                "core.slips.issued",
                Ref("core.slip_batch", community, batch),
                after={"count": len(given), "people": [person[1] for person, _code in given]},
                permission=PRINT,
            )
    valid_until = today() + datetime.timedelta(days=VALID_DAYS)
    return [Slip(code.code, public_id, name, home, valid_until, batch) for (_key, public_id, name, home), code in given]


def _still_needed(printing: Printing) -> list[tuple[_Row, FreshCode]]:
    """Each person of a printing who needs a slip at this moment, with the code made for them."""
    community, people, codes = printing
    needed: set[int] = set()
    for start in range(0, len(people), _CHUNK):
        which = Person.id.in_([person[0] for person in people[start : start + _CHUNK]])
        rows: Any = Person.of(community, Person.id).where(which & _needs_slip(community)).tuples()
        needed.update(key for (key,) in rows)
    needed.difference_update(_without_guardian(community, sorted(needed)))
    return [(person, code) for person, code in zip(people, codes, strict=True) if person[0] in needed]


def redeem(code: str, address: str) -> SlipHolder:
    """Whose slip this is, for "is that you?" before a PIN is chosen; uses nothing up.

    Raises `Invalid` under `code` for one that is wrong, used, replaced or too old, `Throttled`.
    """
    slip, person, account = _find(code, address)
    name = person.name if person is not None else account.label if account is not None else ""
    kind = "pin" if account is None or account.kind == "resident" else "password"
    return SlipHolder(masked_name(name), slip.community, kind)


def open_with_slip(code: str, secret: str, address: str, agent: str, *, kiosk: bool = False) -> sign_in.SignIn:
    """Open the account of the slip's person with the PIN they chose (or set the new secret of a reset account) and sign
    them in. The slip is used up.

    Raises `Invalid` (`code`, `pin`, `password`), `Refused` if there is an account by now, `Throttled`.
    """
    slip, person, account = _find(code, address)
    label = person.name if person is not None else account.label if account is not None else ""
    actor = Actor(kind="guest", community=slip.community, label=label, origin=address)
    if account is not None:
        _set_secret(actor, slip, account, secret)
    elif person is not None:
        account = accounts.open_for(actor, person, secret, first=lambda: _use_up(slip))
    assert account is not None
    return sign_in.open_for(Account.get_by_id(account.id), address, agent, "slip", kiosk=kiosk)


def _set_secret(actor: Actor, slip: AccountSlip, account: Account, secret: str) -> None:
    person = Person.get_or_none(Person.id == account.person_id) if account.person_id else None
    accounts.check_new_secret(account.kind, secret, person=person, account=account)
    stored = secrets.hash_secret(secret)
    with transaction(slip.community):
        _use_up(slip)
        Account.update(secret=stored, must_change=False, secret_changed_at=now()).where(
            Account.id == account.id
        ).execute()
        audit.record(actor, "core.account.secret_set", account.ref)


def _use_up(slip: AccountSlip) -> None:
    """Of two browsers with one slip the second finds it used."""
    unused = AccountSlip.used_at.is_null() & AccountSlip.revoked_at.is_null()
    if not AccountSlip.update(used_at=now()).where((AccountSlip.id == slip.id) & unused).execute():
        raise _not_valid()


def _find(typed: str, address: str) -> tuple[AccountSlip, Person | None, Account | None]:
    """The usable slip of a code with the person or the account it is for; throttled per address."""
    attempt = throttle.begin(throttle.claim_key("slip"), address, throttle.SLIP)
    code = secrets.normal_code(typed)
    digest = secrets.code_digest(code or "")
    slip = AccountSlip.get_or_none(AccountSlip.code_digest == digest) if code else None
    if slip is None or slip.used_at is not None or slip.revoked_at is not None or slip.expires_at <= now():
        raise _not_valid()
    if slip.account_id is not None:
        person, account = None, Account.get_by_id(slip.account_id)
        usable = account.status == "active"
    else:
        person, account = _kept(slip), None
        usable = person is not None and person.status != DECEASED
    if not usable:
        raise _not_valid()
    throttle.succeeded(attempt)
    if person is not None:
        accounts.refuse_second_account(person)
    return slip, person, account


def _kept(slip: AccountSlip) -> Person | None:
    """The slip's person, or the record that is kept where this one turned out to be a double."""
    person: Person | None = Person.get_or_none((Person.community == slip.community) & (Person.id == slip.person_id))
    while person is not None and person.same_as is not None:
        person = Person.get_or_none((Person.community == slip.community) & (Person.id == person.same_as))
    return person


def _not_valid() -> Invalid:
    return Invalid({"code": [_("This code is not valid (any more). The staff can print a new slip.")]})


def masked_name(name: str) -> str:
    """Enough for the person to recognise: 张*丰, 张*, M***y."""
    return name[:1] + "*" * max(1, min(len(name) - 2, 6)) + (name[-1:] if len(name) > 2 else "")


def revoke_batch(actor: Actor, batch: str) -> int:
    """Make the unused slips of one printing worthless (sheets were lost); returns how many."""
    actor.require(PRINT)
    community = community_of(actor)
    with transaction(community):
        count = int(
            AccountSlip.update(revoked_at=now())
            .where(
                (AccountSlip.community == community)
                & (AccountSlip.batch == batch)
                & AccountSlip.used_at.is_null()
                & AccountSlip.revoked_at.is_null()
            )
            .execute()
        )
        audit.record(
            actor,
            "core.slips.revoked",
            Ref("core.slip_batch", community, batch),
            after={"count": count},
            permission=PRINT,
        )
    return count
