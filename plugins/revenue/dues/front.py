"""Navigation, to-dos and search of this part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core import Actor, Community, Hit, NavItem, SearchSource, Todo, found_in, today, yuan
from plugins.revenue.dues import acts, lists, receiving
from plugins.revenue.dues.access import APPROVE, BOOKS, CONTRACTS, DECLARE, RECEIVE, REVIEW, operators_of
from plugins.revenue.dues.models import Contract, Due, Operator, contract_number
from plugins.revenue.dues.operators import operator_names
from plugins.revenue.dues.states import OPEN, by_somebody_else
from plugins.revenue.texts import _

MOST = 50


def nav_items(actor: Actor) -> Iterator[NavItem]:
    """For residents who runs what; for operators their own; for the desk contracts, dues and receipts."""
    yield NavItem(
        _("Who runs what"), "operators_public", "store", hint=_("Canteen, child care, parking: what is due and what is paid"),
        order=60, covers=("contract_public",),
    )  # fmt: skip
    if operators_of(actor):
        yield NavItem(
            _("My contracts and dues"), "own", "receipt", permission=DECLARE, hint=_("Declare, see what is due and paid"), order=20,
            covers=("own_contract_page", "own_due", "own_declare", "own_statement"),
        )  # fmt: skip
    group = _("Community revenue")
    yield NavItem(
        _("Operators and contracts"), "contracts", "file-text", "desk", BOOKS, group=group, order=61,
        covers=("operators_list", "operator_new", "operator_edit", "operator_statement_desk", "contract", "contract_new", "contract_edit", "rule_change"),
    )  # fmt: skip
    yield NavItem(
        _("Dues"), "dues", "clipboard-check", "desk", BOOKS, group=group, order=62, covers=("due", "due_declare")
    )
    yield NavItem(
        _("Money received"), "receipts", "hand-coins", "desk", BOOKS, group=group, order=63,
        covers=("receipt", "receipt_new", "unknown_payers", "acts", "act_new"),
    )  # fmt: skip


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """What waits for this actor: to declare, to pay, to review, to approve, to find out, to renew."""
    code = community.code
    yield from _of_operator(code, actor)
    if actor.can(REVIEW):
        yield from _to_review(code, actor)
    if actor.can(RECEIVE):
        yield from _of_bookkeeper(code)
    if actor.can(APPROVE):
        for act in acts.waiting(code)[:MOST]:
            if actor.account is None or acts.why_not(actor, act) is None:
                yield Todo(
                    _("Approve as the second person: %(what)s", what=acts.ACTS[act.act_kind]), f"/c/{code}/revenue/desk/acts",
                    icon="hand-coins", permission=APPROVE,
                )  # fmt: skip
    if actor.can(CONTRACTS):
        followed = Contract.of(code, Contract.renews_id).where(
            Contract.renews_id.is_null(False), Contract.state.in_(("active", "expiring", "ended"))
        )
        expiring = Contract.of(code).where(Contract.state == "expiring", Contract.id.not_in(followed))
        for contract in expiring.limit(MOST):
            yield Todo(
                _("Renew or end: %(what)s", what=f"{contract.business} {contract_number(contract)}"),
                f"/c/{code}/revenue/desk/contracts/{contract.id}", due=contract.ends_on.isoformat(), icon="file-text",
                permission=CONTRACTS,
            )  # fmt: skip


def _of_operator(code: str, actor: Actor) -> Iterator[Todo]:
    mine = operators_of(actor) if actor.can(DECLARE) else []
    if not mine:
        return
    contracts = Contract.of(code, Contract.id).where(Contract.operator_id.in_(mine))
    waiting = Due.of(code).where(
        Due.contract_id.in_(contracts), Due.state.in_(("draft", "returned", "computed", *OPEN))
    )
    for due in list(waiting.order_by(Due.first_day).limit(MOST)):
        line = lists.due_line(due)
        what = f"{line.contract.business} {line.period}"
        if due.state in OPEN:
            yield Todo(
                _("Pay the share: %(what)s", what=what), f"/c/{code}/revenue/mine/dues/{due.id}", icon="hand-coins",
                due=due.pay_by.isoformat() if due.pay_by else "", account=actor.account,
            )  # fmt: skip
        elif line.is_undeclared and due.last_day <= today():
            yield Todo(
                _("Declare: %(what)s", what=what), f"/c/{code}/revenue/mine/dues/{due.id}/declare", icon="pencil",
                due=due.declare_by.isoformat(), account=actor.account,
            )  # fmt: skip


def _to_review(code: str, actor: Actor) -> Iterator[Todo]:
    waiting = Due.of(code).where(Due.state == "computed").order_by(Due.id).limit(MOST)
    for due in list(waiting):
        if by_somebody_else(actor, due, {}) is None:
            line = lists.due_line(due)
            yield Todo(
                _("Review what was declared: %(what)s", what=f"{line.contract.business} {line.period}"),
                f"/c/{code}/revenue/desk/dues/{due.id}", icon="clipboard-check", permission=REVIEW,
                detail=_("%(name)s, estimated: nobody declared", name=line.operator) if line.is_estimate else line.operator,
            )  # fmt: skip


def _of_bookkeeper(code: str) -> Iterator[Todo]:
    waiting = receiving.unknown(code)
    if waiting:
        yield Todo(
            _("Find out who paid: %(number)d receipts", number=len(waiting)), f"/c/{code}/revenue/desk/receipts/unknown",
            icon="search", permission=RECEIVE,
        )  # fmt: skip
    for due in list(Due.of(code).where(Due.state == "payable").order_by(Due.id).limit(MOST)):
        line = lists.due_line(due)
        yield Todo(
            _("Pay out to the operator: %(what)s", what=f"{line.contract.business} {line.period}"),
            f"/c/{code}/revenue/desk/dues/{due.id}", icon="hand-coins", permission=RECEIVE,
        )  # fmt: skip

    yield from _left_over(code)


def _left_over(code: str) -> Iterator[Todo]:
    """Deposits and advances that are still there when the contract has ended."""
    for contract in Contract.of(code).where(Contract.state == "ended").order_by(Contract.id):
        held = acts.deposit(code, contract.id)
        if held > 0:
            yield Todo(
                _("Give the deposit back or set it off: %(what)s", what=f"{contract.business} {contract_number(contract)}"),
                f"/c/{code}/revenue/desk/contracts/{contract.id}", icon="hand-coins", permission=RECEIVE,
                detail=_("The contract has ended, %(sum)s yuan are held.", sum=yuan(held)),
            )  # fmt: skip
    running = Contract.of(code).where(Contract.state.in_(("active", "expiring")))
    kept = {(each.operator_id, each.owner_class) for each in running}
    names = operator_names(code)
    for receipt in receiving.all_credits(code):
        if (receipt.operator_id, receipt.owner_class) not in kept:
            yield Todo(
                _("Give back what was paid too much: %(name)s", name=names.get(receipt.operator_id, "")),
                f"/c/{code}/revenue/desk/receipts/{receipt.id}", icon="hand-coins", permission=RECEIVE,
                detail=_("No contract is in force any more, %(sum)s yuan are left.", sum=yuan(receipt.credit_fen)),
            )  # fmt: skip


# --------------------------------------------------------------------------- search


def _contracts(actor: Actor, terms: Sequence[str], limit: int, inside: bool) -> list[Hit]:
    code, hits = str(actor.community), []
    names = operator_names(code)
    states = ("draft", "active", "expiring", "ended") if inside else ("active", "expiring", "ended")
    for each in Contract.of(code).where(Contract.state.in_(states)).order_by(Contract.id.desc()):
        name = names.get(each.operator_id, "")
        if found_in(terms, each.business, each.place, name, contract_number(each)):
            path = f"desk/contracts/{each.id}" if inside else f"operators/{each.id}"
            hits.append(
                Hit(each.business, f"{name} · {each.place}", f"/c/{code}/revenue/{path}", "file-text", each.ref)
            )
    return hits[:limit]


def _operators(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    code = str(actor.community)
    found = [
        each
        for each in Operator.of(code).order_by(Operator.name)
        if found_in(terms, each.name, each.contact, each.phone)
    ]
    return [
        Hit(each.name, each.contact, f"/c/{code}/revenue/desk/operators/{each.id}", "store", each.ref)
        for each in found[:limit]
    ]


SEARCH = (
    SearchSource(
        "revenue.found_contracts", _("Operators' contracts"), BOOKS, lambda a, t, n: _contracts(a, t, n, inside=True)
    ),
    SearchSource("revenue.found_operators", _("Operators on the community's space"), BOOKS, _operators),
    SearchSource(
        "revenue.found_public",
        _("Who runs what"),
        "",
        lambda a, t, n: _contracts(a, t, n, inside=False),
        place="portal",
    ),
)
