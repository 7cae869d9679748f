"""The records of this part as others name, open and follow them, their files, the payment notice on A4, and the lists as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core import (
    Actor,
    Export,
    FileKind,
    Moment,
    NotFound,
    RecordKind,
    Ref,
    SheetContent,
    SheetKind,
    capital_figures,
    day_text,
    exact_yuan,
    history,
    name_of,
    today,
    yuan,
)  # fmt: skip
from plugins.revenue.dues import computing, lists
from plugins.revenue.dues.access import BOOKS, is_own, sees_books
from plugins.revenue.dues.models import (
    Computation,
    Contract,
    Declaration,
    Due,
    MoneyAct,
    Operator,
    OperatorAccount,
    Receipt,
    RuleChange,
    contract_number,
)  # fmt: skip
from plugins.revenue.dues.operators import operator_names
from plugins.revenue.dues.rule_states import RULE_CHANGE
from plugins.revenue.dues.statement import operator_statement
from plugins.revenue.dues.states import CONTRACT, DUE
from plugins.revenue.dues.words import ACTS, SOURCES
from plugins.revenue.texts import _

_TONES = {"ok": "ok", "warn": "warn", "bad": "bad"}
_SIGNED = ("active", "expiring", "ended")


def _of(model: Any, actor: Actor, refs: Sequence[Ref]) -> list[Any]:
    keys = [int(ref.id) for ref in refs if ref.kind == model.kind]
    return list(model.of(str(actor.community)).where(model.id.in_(keys))) if keys else []


# --------------------------------------------------------------------------- contracts and dues


def _contract_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    inside = sees_books(actor)
    return {
        each.ref: f"{each.business} {contract_number(each)}".strip()
        for each in _of(Contract, actor, refs)
        if inside or each.state in _SIGNED
    }


def _contract_path(actor: Actor, ref: Ref) -> str:
    return f"revenue/desk/contracts/{ref.id}" if actor.can(BOOKS) else f"revenue/operators/{ref.id}"


def _sees_contract(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and (
        sees_books(actor) or Contract.get_of(str(actor.community), ref.id).state in _SIGNED
    )


def _told(record: Any, workflow: Any, actor: Actor) -> Iterator[Moment]:
    states, inside = {state.name: state for state in workflow.states}, sees_books(actor)
    for step in history(record):
        state = states[step.target]
        yield Moment(
            step.at, state.label, step.reason, name_of(step.by_label) if inside else "", _TONES.get(state.tint, "")
        )


def _contract_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    return _told(Contract.get_of(str(actor.community), ref.id), CONTRACT, actor)


def _change_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not sees_books(actor):
        return {}
    found = [(each, Contract.get_of(each.community, each.contract_id)) for each in _of(RuleChange, actor, refs)]
    return {
        each.ref: str(_("New rule of the share: %(what)s", what=f"{of.business} {contract_number(of)}")) for each, of in found
    }  # fmt: skip


def _change_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    return _told(RuleChange.get_of(str(actor.community), ref.id), RULE_CHANGE, actor)


def _change_related(community: str, refs: Sequence[Ref]) -> Iterator[tuple[Ref, str, Ref]]:
    """A change is about its contract."""
    keys = [int(ref.id) for ref in refs if ref.kind == RuleChange.kind]
    contracts = [int(ref.id) for ref in refs if ref.kind == Contract.kind]
    for each in RuleChange.of(community).where(RuleChange.id.in_(keys) | RuleChange.contract_id.in_(contracts)):
        yield each.ref, "about", Ref(Contract.kind, community, each.contract_id)


def _due_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    found = [lists.due_line(each) for each in _of(Due, actor, refs)]
    return {each.due.ref: f"{each.contract.business} {each.period}" for each in found}


def _due_path(actor: Actor, ref: Ref) -> str:
    if actor.can(BOOKS):
        return f"revenue/desk/dues/{ref.id}"
    due: Due = Due.get_of(str(actor.community), ref.id)
    own = is_own(actor, Contract.get_of(due.community, due.contract_id))
    return f"revenue/mine/dues/{ref.id}" if own else f"revenue/operators/{due.contract_id}"


def _sees_due(actor: Actor, ref: Ref) -> bool:
    """What is due is public; the page of each reader shows as much as it should."""
    return actor.community == ref.community and bool(Due.get_of(str(actor.community), ref.id))


def _due_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    return _told(Due.get_of(str(actor.community), ref.id), DUE, actor)


def _due_related(community: str, refs: Sequence[Ref]) -> Iterator[tuple[Ref, str, Ref]]:
    """A due is about its contract."""
    dues = [int(ref.id) for ref in refs if ref.kind == Due.kind]
    contracts = [int(ref.id) for ref in refs if ref.kind == Contract.kind]
    found = Due.of(community).where(Due.id.in_(dues) | Due.contract_id.in_(contracts))
    for due in list(found.order_by(Due.id.desc()).limit(60)):
        yield due.ref, "about", Ref(Contract.kind, community, due.contract_id)


def _due_askers(ref: Ref) -> Iterator[tuple[int | None, int | None]]:
    """The operator's accounts follow their dues from the beginning."""
    due: Due = Due.get_of(str(ref.community), ref.id)
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    links = OperatorAccount.of(due.community).where(
        OperatorAccount.operator_id == contract.operator_id, OperatorAccount.ended_at.is_null()
    )
    for each in list(links):
        yield each.person, each.account


# --------------------------------------------------------------------------- the rest


def _operator_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    return {each.ref: each.name for each in _of(Operator, actor, refs)}


def _receipt_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not sees_books(actor):
        return {}
    return {
        each.ref: f"{SOURCES[each.origin]} {each.arrived_on.isoformat()} {yuan(each.amount)}"
        for each in _of(Receipt, actor, refs)
    }


def _act_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not sees_books(actor):
        return {}
    return {each.ref: f"{ACTS[each.act_kind]} {yuan(each.amount)}" for each in _of(MoneyAct, actor, refs)}


def _inside(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and sees_books(actor)


def _sees_declaration(actor: Actor, ref: Ref) -> bool:
    """Receipts and till rolls of a business: the operator's own and for those who keep the books."""
    if actor.community != ref.community:
        return False
    declaration: Declaration = Declaration.get_of(str(actor.community), ref.id)
    due: Due = Due.get_of(declaration.community, declaration.due_id)
    return sees_books(actor) or is_own(actor, Contract.get_of(due.community, due.contract_id))


def _declaration_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    made = {}
    for each in _of(Declaration, actor, refs):
        if _sees_declaration(actor, each.ref):
            line = lists.due_line(Due.get_of(each.community, each.due_id))
            made[each.ref] = f"{line.contract.business} {line.period}"
    return made


def _declaration_path(actor: Actor, ref: Ref) -> str:
    declaration: Declaration = Declaration.get_of(str(actor.community), ref.id)
    return _due_path(actor, Ref(Due.kind, ref.community, declaration.due_id))


RECORDS = (
    RecordKind(Contract, _("Contract of an operator"), "file-text", _contract_titles, _contract_path, _sees_contract, _contract_story),
    RecordKind(
        RuleChange, _("New rule of a share"), "scale", _change_titles, lambda _actor, ref: f"revenue/desk/rule-changes/{ref.id}", _inside,
        _change_story, _change_related,
    ),
    RecordKind(Due, _("Due of an operator"), "clipboard-check", _due_titles, _due_path, _sees_due, _due_story, _due_related, _due_askers),
    RecordKind(Operator, _("Operator on the space"), "store", _operator_titles, lambda _actor, ref: f"revenue/desk/operators/{ref.id}", _inside),
    RecordKind(Receipt, _("Receipt of money"), "hand-coins", _receipt_titles, lambda _actor, ref: f"revenue/desk/receipts/{ref.id}", _inside),
    RecordKind(MoneyAct, _("Money act of two people"), "hand-coins", _act_titles, lambda _actor, _ref: "revenue/desk/acts", _inside),
    RecordKind(Declaration, _("Declaration of an operator"), "file-text", _declaration_titles, _declaration_path, _sees_declaration),
)  # fmt: skip

FILES = (
    FileKind(
        Declaration.kind,
        "scan",
        _sees_declaration,
        most=12,
        takes=("picture", "document"),
        keep_days=None,
        private=True,
    ),
    FileKind(Contract.kind, "scan", _inside, most=20, takes=("picture", "document"), keep_days=None, private=True),
    FileKind(RuleChange.kind, "scan", _inside, most=20, takes=("picture", "document"), keep_days=None, private=True),
    FileKind(MoneyAct.kind, "scan", _inside, most=6, takes=("picture", "document"), keep_days=None, private=True),
    FileKind(Receipt.kind, "scan", _inside, most=6, takes=("picture", "document"), keep_days=None, private=True),
    FileKind(Due.kind, "scan", _inside, most=6, takes=("picture", "document"), keep_days=None, private=True),
)


# --------------------------------------------------------------------------- paper and files


def _notice(actor: Actor, ref: Ref) -> SheetContent:
    """缴款通知单: what is to be paid, how it was computed, until when."""
    due: Due = Due.get_of(str(actor.community), ref.id)
    if due.computation_id is None or (due.due_fen or 0) <= 0:
        raise NotFound
    line = lists.due_line(due)
    computation: Computation = Computation.get_of(due.community, due.computation_id)
    facts = (
        (_("To the operator"), line.operator),
        (_("Contract of an operator"), f"{line.contract.business} {line.number} · {line.contract.place}"),
        (_("Accounting period"), f"{line.period}（{due.first_day.isoformat()}–{due.last_day.isoformat()}）"),
        (_("Share due"), f"{yuan(due.due_fen)} {_('yuan')}（{capital_figures(due.due_fen or 0)}）"),
        (_("Arrived so far"), f"{yuan(due.received_fen)} {_('yuan')}"),
        (_("Still to be paid"), f"{yuan(due.open_fen)} {_('yuan')}（{capital_figures(due.open_fen)}）"),
        (_("To be paid by"), day_text(due.pay_by, with_year=True)),
        (
            _("Estimated"),
            str(_("Yes: nobody declared in time. It is replaced once you declare.")) if due.is_estimate else "",
        ),
    )
    steps = computing.steps_told(due.community, computation.trace)
    return SheetContent(
        facts=tuple(fact for fact in facts if fact[1]), remarks=tuple(f"{number}. {step}" for number, step in enumerate(steps, 1)),
        signatures=(_("Made out by"), _("Received by the operator")),
    )  # fmt: skip


SHEETS = (SheetKind("revenue.payment_notice", Due.kind, _("Payment notice"), "缴款", BOOKS, _notice),)


def _due_rows(actor: Actor, wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    operator, year = wanted.get("operator", ""), wanted.get("year", "")
    chosen = {
        "state": wanted.get("state", ""), "operator_id": int(operator) if operator.isdecimal() and len(operator) < 19 else None,
        "year": int(year) if year.isdecimal() and len(year) == 4 and int(year) < 2200 else None,
    }  # fmt: skip
    found = lists.dues(str(actor.community), **chosen)  # type: ignore[arg-type]
    while found:
        for line in found:
            due = line.due
            yield [
                line.operator, line.contract.business, line.number, due.first_day, due.last_day, str(line.state.label),
                _yuan(due.due_fen), str(_("estimated")) if due.is_estimate else "", _yuan(due.received_fen), _yuan(due.open_fen),
                due.pay_by,
            ]  # fmt: skip
        found = lists.dues(str(actor.community), before=found[-1].id, **chosen)  # type: ignore[arg-type]


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else exact_yuan(fen)


def _receipt_rows(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    found = lists.receipts(str(actor.community))
    while found:
        for receipt, name in found:
            yield [
                receipt.arrived_on, name or str(_("payer not known")), receipt.payer, str(SOURCES[receipt.origin]), _yuan(receipt.amount),
                _yuan(receipt.applied_fen), _yuan(receipt.credit_fen), receipt.account, receipt.undone_on,
            ]  # fmt: skip
        found = lists.receipts(str(actor.community), before=found[-1][0].id)


def _contract_rows(actor: Actor, _wanted: Mapping[str, str]) -> Iterator[list[Any]]:
    names = operator_names(str(actor.community))
    for line in lists.contracts(str(actor.community)):
        each = line.contract
        yield [
            line.number, names.get(each.operator_id, ""), each.business, each.place, each.starts_on, each.ends_on,
            str(line.state.label), _yuan(each.deposit_fen),
        ]  # fmt: skip


def _statement_rows(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[Any]]:
    """A year of one operator, a line for each period; nothing without the operator."""
    asked, year = filters.get("operator", ""), filters.get("year", "")
    if not asked.isdecimal() or len(asked) > 9:
        return
    wanted = int(year) if year.isdecimal() and len(year) == 4 else today().year
    found = operator_statement(str(actor.community), int(asked), wanted)
    for each in found.contracts:
        head = [f"{wanted}-01-01 – {wanted}-12-31", found.name, each.number, each.contract.business]
        if each.before:
            yield [*head, str(_("Owed from the years before")), None, None, None, _yuan(each.before), None]
        for line in each.periods:
            due = line.due
            paid = "；".join(f"{part.arrived_on} {yuan(part.amount)}" for part in line.payments)
            yield [
                *head, line.line.period, _yuan(due.due_fen), paid,
                _yuan(due.received_fen), _yuan(due.open_fen), str(line.line.state.label),
            ]  # fmt: skip


EXPORTS = (
    Export(
        "revenue.dues", _("Dues of operators"), BOOKS,
        (_("Operator on the space"), _("Business"), _("Contract number"), _("First day of the period"), _("Last day of the period"), _("State"), _("Due, yuan"), _("Estimated"),
         _("Received, yuan"), _("Still open, yuan"), _("To be paid by")), _due_rows, filters=("state", "operator", "year"),
    ),
    Export(
        "revenue.receipts", _("Receipts from operators"), BOOKS,
        (_("Arrived on"), _("Operator on the space"), _("Payer by the bank"), _("Where from"), _("Amount, yuan"), _("Put to dues, yuan"),
         _("Paid in advance, yuan"), _("Account"), _("Taken back on")), _receipt_rows,
    ),
    Export(
        "revenue.contracts", _("Contracts of operators"), BOOKS,
        (_("Contract number"), _("Operator on the space"), _("Business"), _("Place"), _("From day"), _("To day"), _("State"), _("Deposit, yuan")),
        _contract_rows,
    ),
    Export(
        "revenue.operator_statement", _("Statement of the operator"), BOOKS,
        (_("Period"), _("Operator on the space"), _("Contract number"), _("Business"), _("Accounting period"), _("Due, yuan"), _("Paid on"),
         _("Received, yuan"), _("Still to be paid, yuan"), _("State")), _statement_rows, filters=("operator", "year"),
    ),
)  # fmt: skip
