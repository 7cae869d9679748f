"""Operators and the accounts that act for them. What they run is in `contracts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import Actor, Invalid, NotFound, Refused, colleagues, holders_named, now, record, transactional
from plugins.revenue.dues.access import CONTRACTS, DECLARE
from plugins.revenue.dues.models import Operator, OperatorAccount
from plugins.revenue.dues.words import OPERATOR_KINDS
from plugins.revenue.texts import _

_FIELDS = ("name", "operator_kind", "contact", "phone", "note")


@transactional
def save_operator(actor: Actor, operator_id: int | None, values: dict[str, str]) -> Operator:
    """Enter an operator, or change what is known of one. Raises `Invalid` for a name that is there already."""
    actor.require(CONTRACTS)
    community = str(actor.community)
    given = {name: (values.get(name) or "").strip() for name in _FIELDS}
    if not given["name"]:
        raise Invalid({"name": [_("Please write the name of the operator.")]})
    if given["operator_kind"] not in OPERATOR_KINDS:
        raise Invalid({"operator_kind": [_("Please choose what kind of operator it is.")]})
    same = Operator.of(community).where(Operator.name == given["name"]).first()
    if same is not None and same.id != operator_id:
        raise Invalid({"name": [_("An operator of this name is entered already.")]})
    if operator_id is None:
        made: Operator = Operator.create(community=community, **given)
        record(actor, "revenue.operator.added", made.ref, after=given, permission=CONTRACTS)
        return made
    found: Operator = Operator.get_of(community, operator_id)
    before = {name: getattr(found, name) for name in _FIELDS}
    if before != given:
        Operator.update(**given).where(Operator.community == community, Operator.id == operator_id).execute()
        record(actor, "revenue.operator.changed", found.ref, before=before, after=given, permission=CONTRACTS)
    return Operator.get_of(community, operator_id)


def accounts_of(community: str, operator_id: int) -> list[tuple[int, str]]:
    """The accounts that act for an operator today: (account, name)."""
    links = OperatorAccount.of(community, OperatorAccount.account).where(
        OperatorAccount.operator_id == operator_id, OperatorAccount.ended_at.is_null()
    )
    linked = {int(key) for (key,) in links.tuples()}
    named = {int(each.account): each.label for each in colleagues(community) if each.account}
    return sorted(((key, named.get(key, "")) for key in linked), key=lambda each: each[1])


def choosable(community: str) -> list[tuple[int, str]]:
    """The accounts that could act for an operator: they hold the role."""
    return holders_named(community, DECLARE)


@transactional
def link_accounts(actor: Actor, operator_id: int, accounts: Sequence[int]) -> None:
    """Say which accounts act for an operator from now on. Raises `Invalid` for one without the role of an operator."""
    actor.require(CONTRACTS)
    community = str(actor.community)
    operator: Operator = Operator.get_of(community, operator_id)
    wanted, now_linked = set(accounts), {key for key, _name in accounts_of(community, operator_id)}
    allowed = {key for key, _name in choosable(community)} | now_linked
    if not wanted <= allowed:
        raise Invalid({"accounts": [_("This account does not have the role of an operator.")]})
    if actor.account in wanted - now_linked:
        raise Refused(_("You cannot give yourself the contracts of an operator."))
    if wanted == now_linked:
        return
    people = {int(each.account): each.person for each in colleagues(community) if each.account}
    for key in sorted(wanted - now_linked):
        OperatorAccount.create(community=community, operator_id=operator.id, account=key, person=people.get(key))
    ended = (OperatorAccount.operator_id == operator.id) & OperatorAccount.account.in_(sorted(now_linked - wanted))
    OperatorAccount.update(ended_at=now()).where(
        OperatorAccount.community == community, ended, OperatorAccount.ended_at.is_null()
    ).execute()
    record(
        actor, "revenue.operator.linked", operator.ref, before={"accounts": sorted(now_linked)},
        after={"accounts": sorted(wanted)}, permission=CONTRACTS,
    )  # fmt: skip


def operators(community: str) -> list[Operator]:
    """Every operator, by name."""
    return list(Operator.of(community).order_by(Operator.name, Operator.id))


def operator_names(community: str) -> dict[int, str]:
    """Names by number."""
    found: Any = Operator.of(community, Operator.id, Operator.name).tuples()
    return {int(key): name for key, name in found}


def operator(community: str, operator_id: int | None) -> Operator:
    """One operator; raises `NotFound`."""
    if operator_id is None:
        raise NotFound
    return Operator.get_of(community, operator_id)
