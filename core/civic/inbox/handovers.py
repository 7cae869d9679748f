"""Handing over what somebody leaves behind (离岗交接): what is open under an account, given to colleagues or left, in one act.

Which open work there is, is told by sources (`handover_sources`); an account is not closed past them. The list on paper is in
`handover_sheet`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from core.actor import Actor, community_of
from core.civic.inbox import deputies
from core.civic.reaching.calls import CallTask
from core.errors import Invalid, Refused
from core.people import accounts, roles
from core.people.account_records import Account
from core.people.accounts import MANAGE
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Text, Utc, now, transactional
from core.text import Label, LazyText, _, ngettext

# What follows the hand-over: the account is closed, the roles end and the account stays, or nothing but the work changes.
CLOSE, ROLES, WORK = "close", "roles", "work"
FOLLOWS: Mapping[str, Label] = {
    CLOSE: _("Leaves for good: the account is closed"),
    ROLES: _("Gives up the post: all roles here end, the account stays"),
    WORK: _("Changes desks: only the work is handed over"),
}
LONGEST_REASON = 200
NOT_GIVEN = _("not handed over")


class Handover(CommunityModel):
    """That somebody's work was handed over, never changed. `label` is the name then, `follows` one of `FOLLOWS`."""

    kind = "core.handover"

    account_id = Integer()
    label = Text()
    follows = Text()
    reason = Text(default="")
    made_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "handover"


class HandoverItem(CommunityModel):
    """One piece of it: `subject` is a record in text form, or the address of a to-do; given to somebody, or left."""

    handover_id = Integer()
    source = Text()
    subject = Text()
    to_account = Integer(null=True)
    to_label = Text(default="")

    class Meta:
        table_name = "handover_item"


@dataclass(frozen=True)
class Item:
    """Open work under somebody's name. `takers` are the accounts it can be given to, with names; `left` says what becomes
    of it when nobody takes it. `must`: the account is not closed before this was decided; the rest ends by itself.
    """

    source: str
    subject: str
    title: Label
    left: Label
    detail: Label = ""
    href: str = ""
    takers: tuple[tuple[int, str], ...] = ()
    must: bool = True

    @property
    def key(self) -> str:
        """What the field of a form is called by."""
        return f"{self.source}_{hashlib.sha256(self.subject.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Source:
    """One kind of open work. `find(actor, account)` gives the `Item`s of the actor's community.

    `give(actor, item, taker)` and `leave(actor, item)` do it and write one entry of the audit log; without them the decision
    itself is entered and remembered, for what cannot be changed any more. `tell(actor, subject)` names a record as this
    reader may know it. `of_roles`: it is about what the roles allow, and stays as it is while they do. `left` is the word for
    what nobody took.
    """

    name: str
    label: Label
    find: Callable[[Actor, Account], Iterable[Item]]
    tell: Callable[[Actor, str], Label]
    give: Callable[[Actor, Item, int], None] | None = None
    leave: Callable[[Actor, Item], None] | None = None
    of_roles: bool = False
    left: Label = NOT_GIVEN


SOURCES: dict[str, Source] = {}


def add_source(source: Source) -> None:
    """Let a module of core tell what is open under an account."""
    SOURCES[source.name] = source


# --------------------------------------------------------------------------- what is open


def open_items(actor: Actor, account: Account, follows: str = CLOSE) -> list[Item]:
    """What is open under an account in the actor's community, in the order of the sources; without what was decided before."""
    decided = _decided(community_of(actor), account.id)
    return [
        item
        for source in SOURCES.values()
        if not (follows == WORK and source.of_roles)
        for item in source.find(actor, account)
        if (item.source, item.subject) not in decided
    ]


def _decided(community: str, account_id: int) -> set[tuple[str, str]]:
    """What stays under the name of somebody who has handed it over or left it: of the sources that change nothing."""
    remembered = [source.name for source in SOURCES.values() if source.give is None]
    made = Handover.of(community, Handover.id).where(Handover.account_id == account_id)
    query = HandoverItem.of(community, HandoverItem.source, HandoverItem.subject)
    return set(query.where(HandoverItem.handover_id.in_(made), HandoverItem.source.in_(remembered)).tuples())


def why_open(actor: Actor, account: Account) -> LazyText | None:
    """Why an account cannot be closed: open work under its name in one of its communities. None when there is none."""
    for code in _communities(account):
        items = [item for item in open_items(replace(actor, community=code), account) if item.must]
        if items:
            return ngettext(
                "%(num)d piece of open work is still under the name of %(name)s.",
                "%(num)d pieces of open work are still under the name of %(name)s.",
                len(items),
                name=account.label,
            )
    return None


accounts.CLOSE_BLOCKERS.append(why_open)


def open_work(actor: Actor, account_id: int) -> list[LazyText]:
    """For pages that end roles or close an account: a sentence that work is open under its name, none where there is none."""
    account = roles.account_here(actor, account_id)
    why = why_open(actor, account) if account.status != "closed" else None
    return [why, _("Hand it over first, on the page of the account.")] if why is not None else []


def changes_hands(actor: Actor, account_id: int) -> tuple[list[Item], list[Item]]:
    """What goes along when an account gets another holder, and what ends: standing in, absences and roles."""
    account = roles.account_here(actor, account_id)
    items = open_items(actor, account) if actor.community is not None and account.status != "closed" else []
    along = [item for item in items if item.source in ("calls", "todos")]
    return along, [item for item in items if item.source in ("deputies", "absences", "roles")]


def _communities(account: Account) -> list[str]:
    """Where something may name an account: its own community, those of its roles, those of calls given to it."""
    found = {account.community, *(grant.community for grant in roles.open_grants(account.id))}
    given = CallTask.select(CallTask.community).where(CallTask.assigned_to == account.id, CallTask.state == "open")
    found |= {code for (code,) in given.distinct().tuples()}
    named = (deputies.Deputy.account_id == account.id) | (deputies.Deputy.deputy_id == account.id)
    rows = deputies.Deputy.select(deputies.Deputy.community).where(named, deputies.Deputy.ended_at.is_null())
    found |= {code for (code,) in rows.distinct().tuples()}
    return sorted(code for code in found if code)


def _end_absences(actor: Actor, account: Account) -> None:
    """Nobody stands in for an account that was closed or has another holder, nor does that account for others."""
    for code in _communities(account):
        deputies.end_all_of(actor, code, [account.id], permission=MANAGE)


accounts.LEAVERS.append(_end_absences)


# --------------------------------------------------------------------------- handing over


@transactional
def hand_over(
    actor: Actor, account_id: int, follows: str, choices: Mapping[str, int | None], reason: str = ""
) -> Handover:
    """Give or leave everything that is open under an account, then do what follows: all of it or nothing.

    `choices` has for each item (`Item.key`) the account that takes it, or None: it is left. Raises what
    `accounts.managed_account` and `close_account` raise, `Refused` while something is undecided or cannot be given to whom
    it was, `Invalid` for an unknown `follows`.
    """
    account = accounts.managed_account(actor, account_id)
    if follows not in FOLLOWS:
        raise Invalid({"follows": [_("Please choose what follows.")]})
    items = open_items(actor, account, follows)
    undecided = [item for item in items if item.must and item.key not in choices]
    if undecided:
        raise Refused(
            ngettext(
                "%(num)d piece of work is neither handed over nor left.",
                "%(num)d pieces of work are neither handed over nor left.",
                len(undecided),
            ),
            advice=_("Choose for each who takes it over, or that it is left."),
        )
    made: Handover = Handover.create(
        community=community_of(actor),
        account_id=account.id,
        label=account.label,
        follows=follows,
        reason=reason[:LONGEST_REASON],
        by_account=actor.account,
        by_label=actor.signature,
    )
    given = [_settle(actor, made, item, choices.get(item.key)) for item in items]
    told = {
        "colleague_leaving": account.id,
        "follows": follows,
        "given": sum(given),
        "left_open": len(given) - sum(given),
    }
    audit.record(actor, "core.handover.made", made.ref, after=told, reason=made.reason, permission=MANAGE)
    if follows != WORK:
        accounts.end_roles(actor, account, made.reason, community=made.community)
    if follows == CLOSE:
        accounts.close_account(actor, account.id, made.reason)
    return made


def _settle(actor: Actor, made: Handover, item: Item, taker: int | None) -> bool:
    """Give one piece to somebody, or leave it; whether it was given."""
    source, names = SOURCES[item.source], dict(item.takers)
    if taker is not None and taker not in names:
        raise Refused(
            _("“%(what)s” cannot be given to this colleague.", what=item.title),
            advice=_("Open the page again: somebody else may have changed it meanwhile."),
        )
    if taker is not None and source.give is not None:
        source.give(actor, item, taker)
    elif taker is None and source.leave is not None:
        source.leave(actor, item)
    else:
        decided = {"source": item.source, "record": item.subject, "assigned_to": taker}
        audit.record(actor, "core.handover.decided", made.ref, after=decided, permission=MANAGE)
    HandoverItem.create(
        community=made.community,
        handover_id=made.id,
        source=item.source,
        subject=item.subject,
        to_account=taker,
        to_label=names[taker] if taker is not None else "",
    )
    return taker is not None


# --------------------------------------------------------------------------- what was handed over


@dataclass(frozen=True)
class Settled:
    """One line of a hand-over as it is read; `to` is empty where nobody took it, and `left` says what became of it."""

    label: Label
    title: Label
    to: str
    left: Label


def settled(actor: Actor, made: Handover) -> list[Settled]:
    """What was handed over or left, in the order of the list."""
    query = HandoverItem.of(made.community).where(HandoverItem.handover_id == made.id).order_by(HandoverItem.id)
    return [
        Settled(source.label, source.tell(actor, row.subject), row.to_label, source.left)
        for row in list(query)
        if (source := SOURCES.get(row.source)) is not None
    ]


def hand_overs(actor: Actor, limit: int = 200) -> list[Handover]:
    """The hand-overs of the actor's community, the latest first. Needs `core.accounts.manage`."""
    actor.require(MANAGE)
    return list(Handover.of(community_of(actor)).order_by(Handover.id.desc()).limit(limit))


def taken_over(community: str, source: str, subject: str) -> HandoverItem | None:
    """Who took a record over last; None for nobody."""
    query = HandoverItem.of(community).where(HandoverItem.source == source, HandoverItem.subject == subject)
    found: HandoverItem | None = query.order_by(HandoverItem.id.desc()).first()
    return found if found is not None and found.to_account is not None else None
