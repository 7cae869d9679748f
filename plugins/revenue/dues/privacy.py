"""What this part keeps about people: who runs something, who declared, reviewed and entered. The sums stay, the names go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core import CLEARED, Community, DataSubject, DataTable, PersonalField, Ref, day_text
from plugins.revenue.dues.models import (
    Computation,
    Contract,
    Declaration,
    Due,
    MoneyAct,
    Operator,
    OperatorAccount,
    Receipt,
    Review,
    RuleChange,
    RuleVersion,
)  # fmt: skip
from plugins.revenue.texts import _

_FOR = _("So that everybody can see who pays what for the community's space, and who checked it.")
_BOOKS_KEPT = _("As long as the books: 30 years (《会计档案管理办法》).")
_STAYS = _("The books of the community keep what was decided and paid; names of people are taken out.")


def _field(model: Any, fields: tuple[str, ...], label: Any, stays: Any = "") -> PersonalField:
    return PersonalField(model, fields, label, _FOR, "duty", _BOOKS_KEPT, stays=stays)


PERSONAL = (
    _field(Operator, ("name", "operator_kind", "contact", "phone", "note"), _("Operators: name, contact and telephone")),
    _field(OperatorAccount, ("account", "person"), _("Which account acts for an operator"), _STAYS),
    _field(
        Contract, ("business", "place", "room", "owner_class", "evidence", "approval", "approval_kind", "vote", "ended_why"),
        _("What is run where, and who decided it"), _STAYS,
    ),
    _field(RuleVersion, ("reason", "by_label"), _("Who entered the rule of a share, and why"), _STAYS),
    _field(
        RuleChange, ("reason", "approval", "vote", "asked_label", "decided_label", "refusal"),
        _("Who proposed and who decided a new rule of a share, and why"), _STAYS,
    ),
    _field(Declaration, ("figures", "words", "reason", "by_label"), _("What an operator declared, and why it was corrected"), _STAYS),
    _field(Review, ("reason", "by_label"), _("Who reviewed a declaration, and why it was returned"), _STAYS),
    _field(Receipt, ("payer", "words", "account", "owner_class", "opening_fund", "by_label"), _("Who paid, as the bank says")),
    _field(MoneyAct, ("act_kind", "account", "reason", "decision", "by_label", "decided_label"), _("Who entered and approved deposits and payouts"), _STAYS),
    _field(
        Computation, ("unrounded", "split", "trace", "state_before", "state_after"), _("How the share of an operator was computed"), _STAYS
    ),
    _field(Due, ("proposal",), _("In which allocation a share is"), _STAYS),
)  # fmt: skip


def _operators_of(community: str, person: DataSubject) -> list[Operator]:
    links = OperatorAccount.of(community, OperatorAccount.operator_id).where(OperatorAccount.person == person.id)
    keys = {int(key) for (key,) in links.tuples()}
    named = Operator.of(community).where(Operator.operator_kind.in_(("person", "sole_trader")))
    for each in list(named):
        if each.name in person.names or (each.contact in person.names and each.phone in person.phones):
            keys.add(int(each.id))
    return list(Operator.of(community).where(Operator.id.in_(sorted(keys)))) if keys else []


def data_about(community: Community, person: DataSubject) -> Iterator[DataTable]:
    """Operators a person is or acts for, and what was declared and due."""
    found = _operators_of(community.code, person)
    if not found:
        return
    yield DataTable(
        _("Operators"),
        (_("Name"), _("Contact person"), _("Phone")),
        tuple((each.name, each.contact, each.phone) for each in found),
    )
    rows = []
    for contract in Contract.of(community.code).where(Contract.operator_id.in_([each.id for each in found])):
        for due in Due.of(community.code).where(Due.contract_id == contract.id).order_by(Due.first_day):
            rows.append(
                (
                    contract.business,
                    day_text(due.first_day, with_year=True),
                    str(due.due_fen or ""),
                    str(due.received_fen),
                )
            )
    if rows:
        yield DataTable(
            _("Dues of operators"),
            (_("Business"), _("First day of the period"), _("Due, in 分"), _("Received, in 分")),
            tuple(rows),
        )


def erase_person(community: Community, person: DataSubject) -> Iterator[Ref]:
    """Names, numbers and free words go; contracts, shares and receipts stay under a name nobody bears."""
    code = community.code
    accounts: set[int] = set()
    for link in list(OperatorAccount.of(code).where(OperatorAccount.person == person.id)):
        accounts.add(int(link.account))
    for each in _operators_of(code, person):
        linked_only = not each.is_natural_person and each.contact not in person.names
        values: dict[str, Any] = {"note": ""}
        if not linked_only:
            values.update(contact="", phone="")
        if each.name in person.names:
            values["name"] = person.pseudonym
        Operator.update(**values).where(Operator.community == code, Operator.id == each.id).execute()
        yield each.ref
        if not linked_only:
            yield from _slips_of(each)
    yield from _blank_labels(code, person, accounts)
    for receipt in [each for each in Receipt.of(code) if any(name in each.payer + each.words for name in person.names)]:
        Receipt.update(payer=CLEARED, words="").where(Receipt.community == code, Receipt.id == receipt.id).execute()
        yield receipt.ref


def _slips_of(operator: Operator) -> Iterator[Ref]:
    """What was paid by and to somebody who is this operator: the name is on the slips, and their scans end with it."""
    paid = [each.id for each in Receipt.of(operator.community).where(Receipt.operator_id == operator.id)]
    held = [each.id for each in Contract.of(operator.community).where(Contract.operator_id == operator.id)]
    about = MoneyAct.receipt_id.in_(paid or [0]) | MoneyAct.contract_id.in_(held or [0])
    yield from (Ref(Receipt.kind, operator.community, key) for key in paid)
    yield from (each.ref for each in MoneyAct.of(operator.community).where(about))


def _blank_labels(code: str, person: DataSubject, accounts: set[int]) -> Iterator[Ref]:
    """Take the name out of what this person signed; who of the two people it was stays as a number."""
    for model in (RuleVersion, Declaration, Review):
        mine = (model.by_person == person.id) | model.by_account.in_(sorted(accounts) or [0])
        for row in list(model.of(code).where(mine | model.by_label.in_(person.names))):
            values = {"by_label": CLEARED} | ({"words": ""} if model is Declaration else {})
            model.update(**values).where(model.community == code, model.id == row.id).execute()
            yield row.ref
    signed = (
        (Receipt, Receipt.by_label, Receipt.by_person),
        (MoneyAct, MoneyAct.by_label, MoneyAct.by_person),
        (MoneyAct, MoneyAct.decided_label, MoneyAct.decided_person),
        (RuleChange, RuleChange.asked_label, RuleChange.asked_person),
        (RuleChange, RuleChange.decided_label, RuleChange.decided_person),
    )
    for model, label, who in signed:
        for row in list(model.of(code).where(label.in_(person.names) | (who == person.id))):
            model.update({label: CLEARED}).where(model.community == code, model.id == row.id).execute()
            # Whoever signed for the community goes from the record; the bank's slip it rests on is not about them.
            if model is RuleChange:
                yield row.ref
