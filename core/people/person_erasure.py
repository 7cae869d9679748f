"""Erasing a resident from the register and the accounts (《个人信息保护法》 §47). The whole act is `core.civic.privacy.erasure`.

The row stays under a pseudonym, so that ledgers and references to it stay whole; everything that tells who it was goes.
"""

from __future__ import annotations

from core.actor import Actor, community_of, system
from core.people.account_records import Account, AccountSlip, Session
from core.people.accounts import CLOSE_BLOCKERS, LEAVERS, revoke_codes
from core.people.person import DECEASED, MOVED_AWAY, FormerName, Person, PersonHome
from core.people.roles import open_grants
from core.people.roster_records import RosterChange
from core.plugin.declarations import DataSubject
from core.store import import_batches
from core.store.db import now
from core.store.ref import Ref
from core.text import LazyText, _

# Behind every name in lists.
_LAST = "~"


def obstacles(community: str, person: DataSubject) -> list[LazyText]:
    """What must be ended before this person can be erased."""
    account = _account(community, person)
    if account is None:
        return []
    if account.kind != "resident":
        return [_("%(name)s works with a staff account. Unlink it from the resident first.", name=account.label)]
    if open_grants(account.id):
        return [_("%(name)s holds a role. End it first.", name=account.label)]
    reasons = (block(system(community, "erasure"), account) for block in CLOSE_BLOCKERS)
    return [reason for reason in reasons if reason is not None]


def erase(actor: Actor, person: DataSubject) -> list[Ref]:
    """Take the person out of the register, imports and accounts; returns the records."""
    community = community_of(actor)
    _erase_imports(community, person)
    PersonHome.delete().where(PersonHome.community == community, PersonHome.person_id == person.id).execute()
    FormerName.delete().where(FormerName.community == community, FormerName.person_id == person.id).execute()
    known: Person = Person.get_of(community, person.id)
    Person.update(
        name=person.pseudonym, sort_key=f"{_LAST} {person.public_id}", search_text="", sex="", birth_year=None, phone="",
        phone_2="", note="", status=DECEASED if known.status == DECEASED else MOVED_AWAY, import_id=None, updated_at=now(),
    ).where(Person.community == community, Person.id == person.id).execute()  # fmt: skip
    return [known.ref, *_erase_account(actor, community, person)]


def _erase_imports(community: str, person: DataSubject) -> None:
    """What imports remember of the person; and the uploaded files, for nobody can look into each of them."""
    stays = PersonHome.select(PersonHome.id).where(PersonHome.community == community, PersonHome.person_id == person.id)
    own = (RosterChange.record == "person") & (RosterChange.record_id == person.id)
    homes = (RosterChange.record == "person_home") & RosterChange.record_id.in_(stays)
    RosterChange.delete().where(RosterChange.community == community, own | homes).execute()
    import_batches.forget_person(community, person.names, person.pseudonym)


def _erase_account(actor: Actor, community: str, person: DataSubject) -> list[Ref]:
    revoke_codes((AccountSlip.community == community) & (AccountSlip.person_id == person.id))
    account = _account(community, person)
    if account is None:
        return []
    Session.delete().where(Session.account_id == account.id).execute()
    revoke_codes(AccountSlip.account_id == account.id)
    for follow in LEAVERS:
        follow(actor, account)
    Account.update(
        label=person.pseudonym, person_id=None, secret=None, pin=None, status="closed"
    ).where(Account.id == account.id).execute()  # fmt: skip
    return [account.ref]


def _account(community: str, person: DataSubject) -> Account | None:
    return Account.get_or_none((Account.community == community) & (Account.person_id == person.id))
