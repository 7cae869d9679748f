"""What bank statements say about people. Statements are account files: they stay as long as the law says, and longer nowhere."""

from __future__ import annotations

import functools
import operator

from core import Actor, DataSubject, DataTable, PersonalField, Ref, Retention, yuan
from plugins.revenue.bank.models import (
    BankAccount,
    BankPair,
    CashCount,
    Fee,
    Line,
    Match,
    Reconciled,
    Statement,
    Upload,
)
from plugins.revenue.texts import _

# 银行存款余额调节表、银行对账单: 10 years (《会计档案管理办法》附表).
_WHY = _("To compare the books with what the bank says, so that no money is lost.")
_KEPT = _("10 years, as statements of banks must be kept (《会计档案管理办法》).")
_STAYS = _("Statements are part of the account files: they are kept unchanged as long as the law says.")


def _field(model: type, fields: tuple[str, ...], label: object) -> PersonalField:
    return PersonalField(model, fields, label, _WHY, "duty", _KEPT, stays=_STAYS)


PERSONAL = (
    _field(Line, ("payer", "reference", "memo", "fingerprint"), _("Who paid money in or got it, as the bank writes it")),
    _field(BankAccount, ("account", "name", "bank_name", "tail", "by_label"), _("Who entered a bank account, and its words")),
    _field(Statement, ("filename", "by_label", "withdrawn_label", "withdrawn_why"), _("Who took a statement in or withdrew it")),
    _field(Match, ("way", "by_label", "undone_label", "undone_why"), _("Who matched lines with the books, or undid it")),
    _field(Fee, ("fund", "words", "by_label", "decided_label"), _("Who wrote a fee of the bank down, and who approved it")),
    _field(BankPair, ("words", "by_label", "decided_label"), _("Who said that money came and went back, why, and who confirmed it")),
    _field(CashCount, ("words", "counted_label", "seen_label"), _("Who counted the cash, and who looked at it")),
    _field(Reconciled, ("month", "content", "by_label"), _("Reconciliations with lines of statements, and who closed the month")),
    PersonalField(
        Upload, ("filename", "table_rows", "chosen"), _("Rows of a statement that is being looked at"), _WHY, "duty",
        _("Until it is taken in or thrown away, 14 days at most."),
    ),
)  # fmt: skip


def _waiting(community: str, before: int) -> int:
    return int(Upload.of(community).where(Upload.entered_at < before).count())


def _clear(actor: Actor, before: int) -> list[Ref]:
    """Throw away the uploads nobody has taken in."""
    community = str(actor.community)
    found = list(Upload.of(community).where(Upload.entered_at < before))
    for each in found:
        each.delete_instance()
    return [each.ref for each in found]


RETENTION = (Retention("revenue.uploads", _("Statements that were not taken in"), 14, overdue=_waiting, clear=_clear),)


def data_about(community: str, person: DataSubject) -> list[DataTable]:
    """Lines of statements that name the person."""
    names = [name for name in person.names if len(name) > 1]
    if not names:
        return []
    named = [Line.payer.contains(name) | Line.memo.contains(name) for name in names]
    found = Line.of(community).where(Line.withdrawn == False, functools.reduce(operator.or_, named))  # noqa: E712
    told = tuple((line.day, yuan(line.amount), line.payer, line.memo) for line in found.order_by(Line.day).limit(500))
    columns = (_("Day"), _("Yuan"), _("Other side"), _("What for, as the bank writes"))
    return [DataTable(_("Lines of bank statements that name you"), columns, told)] if told else []


def forget(community: str, person: DataSubject) -> list[Ref]:
    """Uploads in which the person is named go; statements stay as they are."""
    found = [
        each for each in Upload.of(community) if any(name and name in str(each.table_rows) for name in person.names)
    ]
    for each in found:
        each.delete_instance()
    return [each.ref for each in found]
