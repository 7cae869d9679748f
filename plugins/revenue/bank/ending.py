"""销户: a bank account ends with its account of the books, when its last month is locked and nothing is left on either side."""

from __future__ import annotations

from core import Actor, record, today
from plugins.revenue.bank.accounts import last_statement, unexplained_count
from plugins.revenue.bank.models import BankAccount
from plugins.revenue.bank.reconciling import has_moved
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.periods import locked_until
from plugins.revenue.texts import _

APPROVE = "revenue.approve"


def _behind(community: str, code: str) -> BankAccount | None:
    found: BankAccount | None = (
        BankAccount.of(community).where(BankAccount.account == code, BankAccount.closed_on.is_null()).first()
    )
    return found


def of_account(community: str, code: str) -> Elsewhere | None:
    """Why the account of the books stays open for its bank account; None where none is open, or it can end with it."""
    bank = _behind(community, code)
    if bank is None:
        return None
    page, last = f"/desk/bank/{bank.id}", last_statement(bank)
    if unexplained_count(bank):
        return Elsewhere(
            _("Lines of the bank account %(name)s are not matched yet.", name=bank.name), _("Match them first."), page
        )
    if last.closing if last else bank.opening:
        return Elsewhere(
            _("By its last statement, money is still in the bank account %(name)s.", name=bank.name),
            _("Take in the statement on which nothing is left."), page,
        )  # fmt: skip
    if has_moved(bank, today().isoformat(), locked_until(community)):
        return Elsewhere(
            _("Money moved in the bank account %(name)s in a month that is not locked.", name=bank.name),
            _("Lock that month first: afterwards no statement is taken in any more."), page,
        )  # fmt: skip
    return None


def end(actor: Actor, code: str) -> None:
    """The account of the books is closed: its bank account takes no statements any more."""
    bank = _behind(str(actor.community), code)
    if bank is None:
        return
    bank.closed_on = today()
    bank.save()
    record(actor, "revenue.bank.closed", bank.ref, after={"closed_on": bank.closed_on.isoformat()}, permission=APPROVE)
