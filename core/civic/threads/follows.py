"""Followers of records 关注: whoever wants to hear when something moves, and whoever asked for the record in the first place.

Followers inherit along links: whoever follows a need hears when the project that came from it moves. They are told in the
application only, once for each moment, and only what they may see then. Whose request it was is told by the record's own
module; nothing here calls anybody. Who follows what is for nobody else to see, and not in the log.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.actor import Actor, community_of, system
from core.civic.reaching import messages
from core.civic.threads import threads
from core.civic.threads.records import Reader, word_of
from core.errors import Forbidden, NotFound
from core.people import accounts, permissions
from core.people.account_records import ACCOUNT, Account
from core.plugin.current import find_active
from core.plugin.declarations import DataSubject, DataTable, Retention
from core.store.community import CommunityModel
from core.store.db import Flag, Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import Label, _

# How far from a record its followers hear of others.
INHERITED_STEPS = 3
KEEP_DAYS = 365
MOST_LISTED = 200
_AT_ONCE = 500
_LONGEST_TEXT = 2000


class Follower(CommunityModel):
    """An account follows the record `subject`, or (`wanted` False) no longer does although it asked for it."""

    kind = "core.follower"

    subject = Text()
    account_id = Integer()
    wanted = Flag(default=True)
    at = Utc(default=now)

    class Meta:
        table_name = "follower"


def may_follow(actor: Actor) -> bool:
    """Whether somebody has signed in who lives or works here."""
    return actor.is_signed_in and actor.kind != "owner" and (actor.person is not None or bool(actor.roles))


@transactional
def follow(actor: Actor, ref: Ref, wanted: bool = True) -> None:
    """Follow a record that the actor may see, or no longer. Raises `Forbidden`, `NotFound`."""
    if not may_follow(actor) or ref.community != actor.community:
        raise Forbidden
    known = _own(actor, ref).execute()
    if wanted or not known:  # what can no longer be seen may still be let go
        Reader(actor).find(ref)
    if wanted != _asked_for(actor, ref):
        Follower.create(community=ref.community, subject=str(ref), account_id=actor.account, wanted=wanted)


def _own(actor: Actor, ref: Ref) -> Any:
    return Follower.delete().where(
        Follower.community == ref.community, Follower.subject == str(ref), Follower.account_id == actor.account
    )


def is_following(actor: Actor, ref: Ref) -> bool:
    """Whether the actor hears of a record: it was asked for, or is followed since."""
    same = (Follower.subject == str(ref)) & (Follower.account_id == actor.account)
    found = Follower.of(community_of(actor)).where(same).first()
    return bool(found.wanted) if found is not None else _asked_for(actor, ref)


def followed_by(actor: Actor) -> list[threads.Part]:
    """The records somebody follows, the latest first, as far as they may still be seen."""
    mine = (Follower.account_id == actor.account) & (Follower.wanted == True)  # noqa: E712
    rows = list(Follower.of(community_of(actor)).where(mine).order_by(Follower.id.desc()).limit(MOST_LISTED))
    reader = Reader(actor)
    refs = [ref for ref in (Ref.parse(row.subject, row.community) for row in rows) if ref in reader]
    return threads.parts_of(reader, refs)


# --------------------------------------------------------------------------- telling


@transactional
def tell_followers(actor: Actor, ref: Ref, key: str, text: Label, knowing: Sequence[Ref] = ()) -> int:
    """Tell whoever follows a record, or one it is linked with, that something moved; `text` says what.

    For modules, in the transaction of the change: each follower who may see the record now gets one message in the
    application, once per `key`, never a call. The actor, and whoever asked for this record (or one of those `knowing`), are
    left out: the module itself tells them. Returns how many were told. Raises `NotFound` for a record of another community.
    """
    community = community_of(actor)
    if ref.community != community:
        raise NotFound
    if find_active() is None:  # before the modules are loaded no record has a kind that could be followed
        return 0
    told, followed = 0, _listening(community, ref, knowing)
    visitor = Reader(Actor(community=community))
    open_way = functools.cache(lambda: frozenset(threads.near(visitor, ref, INHERITED_STEPS)))
    for account in sorted(followed.keys() - {actor.account or 0}):
        reader = permissions.actor_of(account, community)
        if reader is not None and ref in (own := Reader(reader)) and _leads(own, ref, followed[account], open_way):
            messages.tell(
                actor, Ref(ACCOUNT, community, account), ref, f"followed.{key}", str(text)[:_LONGEST_TEXT],
                title=_("News of something you follow"), only_here=True,
            )  # fmt: skip
            told += 1
    return told


def _leads(reader: Reader, ref: Ref, followed: set[Ref], open_way: Callable[[], frozenset[Ref]]) -> bool:
    """Whether a record leads to one of those followed over records that everybody, or at least this reader, may see."""
    if ref in followed or followed & open_way():
        return True
    return bool(followed.intersection(threads.near(reader, ref, INHERITED_STEPS)))


def _listening(community: str, ref: Ref, knowing: Sequence[Ref]) -> dict[int, set[Ref]]:
    """The accounts that follow a record or some near it, with these; without those who asked for the record itself."""
    reader = Reader(system(community, "core.follows"))
    near = threads.near(reader, ref, INHERITED_STEPS)
    rows = list(Follower.of(community).where(Follower.subject.in_([str(each) for each in near])))
    unwanted = {(row.subject, row.account_id) for row in rows if not row.wanted}
    pairs = {(row.account_id, Ref.parse(row.subject, community)) for row in rows if row.wanted}
    # Who asked for another record of the same kind asked for something else: whoever objected hears of the own answer.
    for each in near:
        askers = _askers(reader, each) if each.kind != ref.kind else set()
        pairs |= {(account, each) for account in askers if (str(each), account) not in unwanted}
    told = set[int]().union(*(_askers(reader, each) for each in (ref, *knowing)))
    found: dict[int, set[Ref]] = {}
    for account, each in pairs:
        if account not in told:
            found.setdefault(account, set()).add(each)
    return found


def _askers(reader: Reader, ref: Ref) -> set[int]:
    """The accounts of those who asked for a record."""
    asked = _asked_by(reader, ref)
    people = [person for person, _account in asked if person is not None]
    accounts = {account for _person, account in asked if account is not None}
    if people:
        of_people = (Account.community == reader.community) & Account.person_id.in_(people)
        accounts |= {key for (key,) in Account.select(Account.id).where(of_people).tuples()}
    return accounts


def _asked_by(reader: Reader, ref: Ref) -> list[tuple[int | None, int | None]]:
    kind, found = reader.kinds.get(ref.kind), []
    if kind is not None and kind.askers is not None and reader.exists(ref):
        with reader.contained(kind):
            found = list(kind.askers(ref))
    return found


def _asked_for(actor: Actor, ref: Ref) -> bool:
    return any(
        (person is not None and person == actor.person) or (account is not None and account == actor.account)
        for person, account in _asked_by(Reader(actor), ref)
    )


# --------------------------------------------------------------------------- what is held about somebody


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """What the accounts of a person follow, for the copy of everything that is held about somebody.

    What they may not see any more is told by its word alone: a call that somebody took at work names whoever called.
    """
    found = []
    for account in _accounts(community, person):
        reader = Reader(permissions.actor_of(account, community) or Actor(community=community))
        rows = list(Follower.of(community).where(Follower.account_id == account).order_by(Follower.id))
        refs = [Ref.parse(row.subject, community) for row in rows if row.wanted]
        found += [reader.named(ref) if ref in reader else str(word_of(reader.registry, ref.kind)) for ref in refs]
    named = tuple((each,) for each in found)
    return [DataTable(_("What you follow"), (_("Record"),), named)]


def erase(actor: Actor, person: DataSubject) -> list[Ref]:
    """Forget what a person follows."""
    community = community_of(actor)
    of_person = Follower.account_id.in_(_accounts(community, person))
    Follower.delete().where(Follower.community == community, of_person).execute()
    return []


def _let_go(_actor: Actor, account: Account) -> None:
    """An account that was closed or has another holder follows nothing: nobody inherits what somebody wanted to hear."""
    Follower.delete().where(Follower.account_id == account.id).execute()


accounts.LEAVERS.append(_let_go)


def _accounts(community: str, person: DataSubject) -> list[int]:
    of_person = (Account.community == community) & (Account.person_id == person.id)
    return [key for (key,) in Account.select(Account.id).where(of_person).tuples()]


def _over(community: str, before: int) -> list[Follower]:
    """What is followed although nothing has happened to it since."""
    reader = Reader(system(community, "core.follows"))
    found, last = [], functools.cache(lambda ref: threads.last_moment(reader, ref))
    for row in Follower.of(community).where(Follower.at < before).order_by(Follower.id):
        ref = Ref.parse(row.subject, community)
        if reader.is_on(ref.owner) and last(ref) < before:
            found.append(row)
            if len(found) == _AT_ONCE:
                break
    return found


def _clear(actor: Actor, before: int) -> Iterable[Ref]:
    found = _over(community_of(actor), before)
    Follower.delete().where(Follower.id.in_([each.id for each in found])).execute()
    return [each.ref for each in found]


RETENTION = Retention(
    "core.follows", _("What somebody follows, once nothing more happens to it"), KEEP_DAYS,
    lambda community, before: len(_over(community, before)), lambda actor, before: list(_clear(actor, before)),
)  # fmt: skip
