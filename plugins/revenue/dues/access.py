"""Who may do what with contracts and dues, and who ever acted for an operator."""

from __future__ import annotations

from typing import Any

from core import Actor, Forbidden, NotFound, Refused
from plugins.revenue.dues.models import Contract, OperatorAccount
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _

BOOKS = "revenue.books"
CONTRACTS = "revenue.contracts"
DECLARE = "revenue.declare"
REVIEW = "revenue.review"
RECEIVE = "revenue.receive"
APPROVE = "revenue.approve"
DESK = (BOOKS, CONTRACTS, REVIEW, RECEIVE)


def signer(actor: Actor) -> int:
    """The account that answers for an act; raises `Refused` for programs, which are nobody."""
    if actor.account is None:
        raise Refused(_("Only somebody who has signed in can do this: it must be known who it was."))
    return actor.account


def by(actor: Actor) -> dict[str, Any]:
    """The columns that say who did something."""
    return {"by_account": actor.account, "by_person": actor.person, "by_label": actor.signature}


def was_operator(actor: Actor, operator_id: int) -> bool:
    """Whether the actor acts, or ever acted, for this operator."""
    links = OperatorAccount.of(str(actor.community)).where(OperatorAccount.operator_id == operator_id)
    return any(is_same(actor, each.account, each.person) for each in list(links))


def operators_of(actor: Actor) -> list[int]:
    """The operators for whom the actor's account acts today."""
    if actor.account is None:
        return []
    mine = OperatorAccount.of(str(actor.community), OperatorAccount.operator_id).where(
        OperatorAccount.account == actor.account, OperatorAccount.ended_at.is_null()
    )
    return sorted({int(key) for (key,) in mine.tuples()})


def sees_books(actor: Actor) -> bool:
    """Whether the actor sees every contract and due at the desk."""
    return any(actor.can(each) for each in DESK)


def is_own(actor: Actor, contract: Contract) -> bool:
    """Whether it is a contract of an operator for whom the actor acts."""
    return actor.can(DECLARE) and int(contract.operator_id) in operators_of(actor)


def own_contract(actor: Actor, contract_id: int) -> Contract:
    """A contract of the actor's own operator that has been signed; raises `NotFound` for every other, as if there were none."""
    contract: Contract = Contract.get_of(str(actor.community), contract_id)
    if contract.state in ("draft", "dropped") or not is_own(actor, contract):
        raise NotFound
    return contract


def require_any(actor: Actor, *permissions: str) -> None:
    """Raise `Forbidden` unless the actor holds one of them."""
    if not any(actor.can(each) for each in permissions):
        raise Forbidden
