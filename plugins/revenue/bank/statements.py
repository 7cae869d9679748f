"""Taking statements in: a file or typed lines wait as an upload, are looked at, and become a statement that runs on from the last."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core import Actor, Conflict, Invalid, Refused, now, read_table, record, rows, today, transactional, violated
from plugins.revenue.bank import reading
from plugins.revenue.bank.accounts import BOOKS, MATCH, bank_of, last_statement
from plugins.revenue.bank.models import BankAccount, Line, Statement, Upload
from plugins.revenue.bank.reading import FIELDS, Problem, Reading, fingerprints
from plugins.revenue.texts import _

KEEP_UPLOADS_DAYS = 14
# What people write on paper into four columns, with a comma or a tab between.
TYPED_TITLES = ["日期", "金额", "对方户名", "摘要"]


@dataclass(frozen=True)
class Preview:
    """An upload as it is understood: what would be stored, and everything that stands in the way."""

    upload: Upload
    bank: BankAccount
    reading: Reading
    problems: tuple[Problem, ...]
    first_day: datetime.date | None
    last_day: datetime.date | None
    expected: int
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_good(self) -> bool:
        """Whether it can be taken in."""
        return not self.problems


@transactional
def upload(
    actor: Actor,
    bank_id: int,
    *,
    filename: str = "",
    data: bytes = b"",
    typed: str = "",
    opening: int | None = None,
    closing: int | None = None,
    last_day: datetime.date | None = None,
) -> int:
    """Keep a file, or lines typed from paper, until it is looked at; gives its number. Nothing is stored of it yet.

    Raises `Invalid`, `Refused` for a file that was taken in before, `NotFound`.
    """
    actor.require(MATCH)
    bank = bank_of(str(actor.community), bank_id)
    if bank.is_cash or bank.closed_on is not None:
        raise Refused(
            _("The cash box has no statements: it is counted.") if bank.is_cash else _("This account is closed.")
        )
    if data:
        table = read_table(data, filename)
        header, columns = reading.guess(table)
    else:
        table = typed_table(typed)
        header, columns = 0, {"day": 0, "amount": 1, "payer": 2, "memo": 3}
        data = repr((table, opening, closing, str(last_day))).encode()
        filename = str(_("typed from paper"))
    digest = hashlib.sha256(data).hexdigest()
    taken = Statement.of(bank.community).where(
        Statement.bank_id == bank.id, Statement.sha256 == digest, Statement.withdrawn_at.is_null()
    )
    if taken.exists():
        raise Refused(_("This very file has been taken in already."))
    Upload.delete().where(
        Upload.community == bank.community, Upload.entered_at < now() - KEEP_UPLOADS_DAYS * 86_400_000
    ).execute()
    made = Upload.create(
        community=bank.community, bank_id=bank.id, filename=filename[:120], sha256=digest, table_rows=table, chosen=columns,
        header=header, opening=opening, closing=closing, last_day=last_day, entered_by=actor.account,
    )  # fmt: skip
    return int(made.id)


def typed_table(text: str) -> list[list[str]]:
    """Lines typed from paper, `day, amount, other side, words` each; empty text is a statement on which nothing moved."""
    split = [line.replace("，", ",").replace("\t", ",").split(",", 3) for line in text.splitlines() if line.strip()]
    # Thousands are set apart by commas on paper: 2026-01-05,1,200.00 would be read as one yuan.
    for parts in split:
        if len(parts) > 2 and parts[1].strip().lstrip("+-").isdigit() and _is_rest_of_number(parts[2]):
            raise Invalid({"typed": [_("Write amounts without commas: 1200.00.")]})
    return [list(TYPED_TITLES), *split]


def _is_rest_of_number(text: str) -> bool:
    head = text.strip().partition(".")
    return len(head[0]) == 3 and head[0].isdigit() and (not head[1] or head[2].isdigit())


def preview(actor: Actor, upload_id: int) -> Preview:
    """How an upload is understood now. Raises `NotFound`."""
    actor.require(MATCH)
    kept: Upload = Upload.get_of(str(actor.community), upload_id)
    bank = bank_of(kept.community, kept.bank_id)
    last = last_statement(bank)
    expected = last.closing if last else bank.opening
    columns = {str(name): int(column) for name, column in kept.chosen.items()}
    nothing = len(kept.table_rows) <= 1
    opening = kept.opening if kept.opening is not None or "balance" in columns else expected
    found = reading.read(kept.table_rows, columns, kept.header, opening=opening, closing=kept.closing)
    since, until = _span(bank, last, found, kept.last_day)
    unproved = "balance" not in columns and kept.closing is None
    asked = (
        [Problem(0, str(_("The lines carry no balance: write the closing balance from the paper.")))]
        if unproved
        else []
    )
    problems = [*found.problems, *asked, *_against_books(bank, last, found, expected, since, until, nothing)]
    shown = tuple(tuple(str(cell) for cell in row) for row in kept.table_rows[: (kept.header or 0) + 6])
    return Preview(kept, bank, found, tuple(problems), since, until, expected, shown)


def _span(
    bank: BankAccount, last: Statement | None, found: Reading, told: datetime.date | None
) -> tuple[datetime.date | None, datetime.date | None]:
    """From the day after the last statement to the day that was told: else the end of the last line's month, once it is over."""
    first = last.last_day + datetime.timedelta(days=1) if last else bank.opens_on
    if found.lines and found.lines[0].day < first:
        first = found.lines[0].day
    if told is not None:
        return first, told
    if not found.lines:
        return first, None
    newest = found.lines[-1].day
    end = month_end(newest)
    return first, end if end < today() else newest


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month of `day`."""
    following = (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    return following - datetime.timedelta(days=1)


def _against_books(
    bank: BankAccount,
    last: Statement | None,
    found: Reading,
    expected: int,
    since: datetime.date | None,
    until: datetime.date | None,
    nothing: bool,
) -> list[Problem]:
    """What the account knows already speaks against it: the balance before, days, lines that are stored."""
    said: list[Problem] = []
    if found.opening is not None and found.opening != expected:
        said.append(Problem(0, str(_("It does not begin with the balance with which the statement before ended."))))
    if not found.lines and not nothing and not found.problems:
        said.append(Problem(0, str(_("No line was found in it."))))
    if until is None:
        said.append(Problem(0, str(_("Write up to which day the statement reaches."))))
    elif until > today():
        said.append(Problem(0, str(_("It reaches into the future."))))
    elif since is not None and (until < since or (found.lines and found.lines[-1].day > until)):
        said.append(Problem(0, str(_("It ends before its last line, or before the statement before."))))
    begins = last.last_day if last else bank.opens_on
    said += [
        Problem(line.row, str(_("This day is on an earlier statement."))) for line in found.lines if line.day < begins
    ]
    marks = fingerprints(found.lines)
    known = {mark for (mark,) in _stored(bank, marks)}
    seen: set[str] = set()
    for line, mark in zip(found.lines, marks, strict=True):
        if mark in known:
            said.append(Problem(line.row, str(_("This line is stored already."))))
        elif mark in seen:
            said.append(Problem(line.row, str(_("This line stands twice in the file."))))
        seen.add(mark)
    return said


def _stored(bank: BankAccount, marks: Sequence[str]) -> list[tuple[str]]:
    found: list[tuple[str]] = []
    for at in range(0, len(marks), 500):
        held = Line.of(bank.community, Line.fingerprint).where(
            Line.bank_id == bank.id, Line.withdrawn == False, Line.fingerprint.in_(marks[at : at + 500])  # noqa: E712
        )  # fmt: skip
        found += list(held.tuples())
    return found


@transactional
def choose_columns(actor: Actor, upload_id: int, chosen: Mapping[str, int | None], header: int | None) -> None:
    """Read an upload with these columns from now on. Raises `Invalid`, `NotFound`."""
    actor.require(MATCH)
    kept: Upload = Upload.get_of(str(actor.community), upload_id)
    width = max((len(row) for row in kept.table_rows), default=0)
    columns = {name: column for name, column in chosen.items() if name in FIELDS and column is not None}
    if any(not 0 <= column < width for column in columns.values()):
        raise Invalid({"columns": [_("There is no such column.")]})
    if said := reading.missing(columns):
        raise Invalid({"columns": said})
    if header is not None and not 0 <= header < len(kept.table_rows):
        raise Invalid({"header": [_("There is no such row.")]})
    kept.chosen, kept.header = columns, header
    kept.save()


@transactional
def take_in(actor: Actor, upload_id: int) -> Statement:
    """Store the statement with all its lines. Raises `Invalid` with what stands in the way, `Conflict`, `NotFound`."""
    found = preview(actor, upload_id)
    if not found.is_good or found.first_day is None or found.last_day is None:
        raise Invalid({"": [problem.text for problem in found.problems[:5]]})
    bank, read = found.bank, found.reading
    last = last_statement(bank)
    opening = found.expected if read.opening is None else read.opening
    try:
        made = Statement.create(
            community=bank.community, bank_id=bank.id, follows=last.id if last else None, first_day=found.first_day,
            last_day=found.last_day, opening=opening, closing=opening if read.closing is None else read.closing,
            line_count=len(read.lines), filename=found.upload.filename, sha256=found.upload.sha256,
            entered_by=actor.account, by_label=actor.signature,
        )  # fmt: skip
        _store_lines(made, read)
        Statement.update(sealed=True).where(Statement.id == made.id).execute()
    except peewee.IntegrityError as error:
        raise _who_was_first(error) from error
    Upload.delete().where(Upload.community == bank.community, Upload.id == upload_id).execute()
    after = {
        "lines": made.line_count,
        "opening": made.opening,
        "closing": made.closing,
        "last_day": made.last_day.isoformat(),
    }
    record(actor, "revenue.statement.taken", made.ref, after=after, permission=MATCH)
    return statement_of(bank.community, made.id)


def _store_lines(made: Statement, read: Reading) -> None:
    marks = fingerprints(read.lines)
    stored: list[dict[str, Any]] = [
        {
            "community": made.community, "bank_id": made.bank_id, "statement_id": made.id, "position": position,
            "day": line.day, "amount": line.amount, "balance": line.balance, "payer": line.payer,
            "reference": line.reference, "memo": line.memo, "fingerprint": mark, "withdrawn": False,
        }
        for position, (line, mark) in enumerate(zip(read.lines, marks, strict=True), start=1)
    ]  # fmt: skip
    for at in range(0, len(stored), 200):
        Line.insert_many(stored[at : at + 200]).execute()


# By the name of the index, and by its columns as SQLite says it.
_TAKEN = (
    "revenue_statement_once", "revenue_statement_bank_id_sha256_unique", "revenue_statement_one_next", "revenue_line_once",
    "revenue_line_bank_id_fingerprint_unique",
)  # fmt: skip


def _who_was_first(error: peewee.IntegrityError) -> Exception:
    if violated(error) in _TAKEN:
        return Conflict(_("Somebody else has just taken in a statement of this account. Look at it again."))
    return error


@transactional
def withdraw(actor: Actor, statement_id: int, why: str) -> None:
    """Take the newest statement back, as long as none of its lines is matched and its month is open.

    Raises `Refused`, `Invalid`, `NotFound`.
    """
    actor.require(MATCH)
    found = statement_of(str(actor.community), statement_id)
    if not why.strip():
        raise Invalid({"why": [_("Say why.")]})
    try:
        Statement.update(
            withdrawn_at=now(), withdrawn_by=actor.account, withdrawn_label=actor.signature, withdrawn_why=why.strip()
        ).where(Statement.id == found.id, Statement.withdrawn_at.is_null()).execute()
    except peewee.IntegrityError as error:
        reasons = {
            "revenue_statement_followed": _("A newer statement follows it. Withdraw that one first."),
            "revenue_line_is_matched": _("Lines of it are matched. Undo these first."),
            "revenue_statement_locked": _("Its month is closed."),
        }
        reason = reasons.get(violated(error) or "")
        if reason is None:
            raise
        raise Refused(reason) from error
    record(actor, "revenue.statement.withdrawn", found.ref, after={"why": why.strip()}, permission=MATCH)


@transactional
def discard(actor: Actor, upload_id: int) -> None:
    """Throw an upload away. Raises `NotFound`."""
    actor.require(MATCH)
    kept: Upload = Upload.get_of(str(actor.community), upload_id)
    kept.delete_instance()


def statement_of(community: str, statement_id: int) -> Statement:
    """One statement; raises `NotFound`."""
    found: Statement = Statement.get_of(community, statement_id)
    return found


def statements(actor: Actor, bank_id: int, limit: int = 60) -> list[Statement]:
    """The statements of an account, the newest first, also those withdrawn."""
    actor.require(BOOKS)
    bank = bank_of(str(actor.community), bank_id)
    held = Statement.of(bank.community).where(Statement.bank_id == bank.id, Statement.sealed == True)  # noqa: E712
    return list(held.order_by(Statement.id.desc()).limit(limit))


_LINES = """SELECT l.id, l.day, l.amount, l.balance, l.payer, l.reference, l.memo, x.match_id FROM revenue_line l
LEFT JOIN revenue_match_line x ON x.line_id = l.id AND x.undone = 0
WHERE l.community = ? AND l.statement_id = ? ORDER BY l.position LIMIT ?"""


@dataclass(frozen=True)
class ShownLine:
    """A line of a statement on a page; `match_id` is the match it is in."""

    id: int
    day: str
    amount: int
    balance: int
    payer: str
    reference: str
    memo: str
    match_id: int | None


def lines_of(actor: Actor, statement_id: int, limit: int = 2_000) -> list[ShownLine]:
    """The lines of a statement in their order. Raises `NotFound`."""
    actor.require(BOOKS)
    found = statement_of(str(actor.community), statement_id)
    return [ShownLine(*row) for row in rows(_LINES, found.community, found.id, limit)]
