"""Reading a statement of the account holder 对账单: which column is what, days and amounts, and whether the balances run on.

Pure: rows of text in, lines in 分 out. Nothing here knows files, the database or the ledger.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from plugins.revenue.texts import _

FIELDS = {
    "day": _("Day"),
    "money_in": _("Money in"),
    "money_out": _("Money out"),
    "amount": _("Amount with its sign"),
    "direction": _("Whether in or out"),
    "balance": _("Balance after the line"),
    "payer": _("Other side"),
    "reference": _("Reference number"),
    "memo": _("What for, as the bank writes"),
}
MOST_LINES = 5_000
LONGEST = 200
# How far down the titles may stand: banks put account, period and currency above them.
_DEEPEST = 15
_TITLES: dict[str, tuple[str, ...]] = {
    "day": ("交易日期", "记账日期", "入账日期", "日期", "交易时间", "记账时间", "交易日", "凭证日期", "业务日期", "date"),
    "money_in": (
        "贷方发生额", "贷方金额", "贷方", "收入金额", "收入", "存入", "存入金额", "转入金额", "收款金额", "贷方发生金额", "credit",
    ),
    "money_out": (
        "借方发生额", "借方金额", "借方", "支出金额", "支出", "支取", "取出", "转出金额", "付款金额", "借方发生金额", "debit",
    ),
    "amount": ("交易金额", "发生额", "金额", "发生金额", "amount"),
    "direction": ("借贷标志", "借贷", "借贷方向", "收支", "收支方向", "方向", "收付", "存取", "收付标志"),
    "balance": ("余额", "账户余额", "当前余额", "本次余额", "交易后余额", "结余", "balance"),
    "payer": (
        "对方户名", "对方名称", "对方账户名称", "交易对方", "对方单位", "对方单位名称", "对手户名", "付款人", "收付款人名称", "户名", "对方",
        "payer", "counterparty",
    ),
    "reference": ("交易流水号", "流水号", "凭证号", "凭证号码", "交易序号", "业务编号", "回单编号", "凭证编号", "reference"),
    "memo": ("摘要", "用途", "附言", "备注", "交易摘要", "摘要说明", "说明", "memo"),
}  # fmt: skip
_FIELD_OF = {title: name for name, titles in _TITLES.items() for title in titles}
_IN = frozenset({"贷", "贷方", "收", "收入", "存", "存入", "转入", "入", "进", "c", "cr", "credit", "+", "in"})
_OUT = frozenset({"借", "借方", "付", "支", "支出", "取", "支取", "转出", "出", "d", "dr", "debit", "-", "out"})
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|(\d{4})(\d{2})(\d{2})(?!\d)|(\d{4})(\d{2})(\d{2})\d{6}$"
)
_AMOUNT = re.compile(r"([+-]?)(\d{1,12})(?:\.(\d{1,2})0*)?")
_NOTHING = frozenset({"", "-", "--", "—", "/", "0", "0.00", "0.0"})
_TOTAL = re.compile("(合计|总计|小计|本页|承前页|过次页|期初余额|期末余额|上期余额|本期余额|累计)")


@dataclass(frozen=True)
class StatementLine:
    """One line as the holder wrote it: `amount` in 分, more than nothing for money in; `balance` after it, None when not told."""

    row: int
    day: datetime.date
    amount: int
    balance: int | None = None
    payer: str = ""
    reference: str = ""
    memo: str = ""


@dataclass(frozen=True)
class Problem:
    """A row that cannot be read, or a balance that does not follow; `row` counts from 1 in the file, 0 is the whole file."""

    row: int
    text: str


@dataclass(frozen=True)
class Reading:
    """What a file says: lines from the oldest to the newest, and what is wrong with it. `columns` maps fields to columns."""

    columns: dict[str, int]
    header: int | None
    lines: tuple[StatementLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    opening: int | None = None
    closing: int | None = None
    titles: tuple[str, ...] = field(default=())


def plain(text: str) -> str:
    """A cell as it is compared: half width, no blanks at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


def day_of(text: str) -> datetime.date | None:
    """The day in a cell (`2026-01-05`, `20260105`, `2026年1月5日`, with or without a time behind), None if there is none."""
    found = _DAY.match(plain(text))
    if found is None:
        return None
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        day = datetime.date(*parts)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2199 else None


def fen_in(text: str) -> int | None:
    """The amount in a cell in 分, with its sign; brackets are a minus. 0 for an empty one, None for what is no amount."""
    bare = re.sub(r"[,\s¥元]|CNY|RMB|人民币", "", plain(text))
    if bare in _NOTHING:
        return 0
    sign = 1
    if bare.startswith("(") and bare.endswith(")"):
        sign, bare = -1, bare[1:-1]
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        return None
    fen = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return sign * (-fen if found[1] == "-" else fen)


# --------------------------------------------------------------------------- columns


def _key(title: str) -> str:
    bare = re.sub(r"[（(\[].*?[)）\]]", "", plain(title).lower())
    return re.sub(r"[\s*:_#/]+", "", bare)


def guess(table: Sequence[Sequence[str]]) -> tuple[int | None, dict[str, int]]:
    """The row of the titles (from 0) and the column of each field that is recognised; (None, {}) for a table without titles."""
    best: tuple[int | None, dict[str, int]] = (None, {})
    for number, row in enumerate(table[:_DEEPEST]):
        columns: dict[str, int] = {}
        for column, title in enumerate(row):
            name = _FIELD_OF.get(_key(title))
            if name is not None and name not in columns:
                columns[name] = column
        if len(columns) > len(best[1]):
            best = number, columns
    header, columns = best
    if len(columns) < 2:
        return None, {}
    if "money_in" in columns and "money_out" in columns:
        columns.pop("amount", None)
        columns.pop("direction", None)
    return header, columns


def missing(columns: dict[str, int]) -> list[str]:
    """What must still be told before a table can be read: sentences for people."""
    said = []
    if "day" not in columns:
        said.append(str(_("Say which column holds the day.")))
    if "amount" not in columns and not {"money_in", "money_out"} <= columns.keys():
        said.append(
            str(_("Say which columns hold money in and money out, or which one holds the amount with its sign."))
        )
    used = list(columns.values())
    if len(used) != len(set(used)):
        said.append(str(_("One column cannot be two things.")))
    return said


# --------------------------------------------------------------------------- lines


def read(
    table: Sequence[Sequence[str]],
    columns: dict[str, int] | None = None,
    header: int | None = None,
    *,
    opening: int | None = None,
    closing: int | None = None,
) -> Reading:
    """The lines of a table, oldest first, with every problem found; `columns` and `header` are guessed when not given.

    `opening` and `closing` (分) are what somebody typed from the paper; where lines carry balances, they must agree with them.
    """
    if columns is None:
        header, columns = guess(table)
    titles = tuple(table[header]) if header is not None and header < len(table) else ()
    bare = Reading(columns, header, titles=titles, opening=opening, closing=closing)
    if said := missing(columns):
        return replace(bare, problems=tuple(Problem(0, text) for text in said))
    lines, problems = _lines(table, columns, header)
    if len(lines) > MOST_LINES:
        return replace(
            bare, problems=(Problem(0, str(_("At most %(most)d lines fit in one statement.", most=MOST_LINES))),)
        )
    ordered = _oldest_first(_signed(lines))
    return _balanced(replace(bare, lines=tuple(ordered), problems=tuple(problems)))


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and 0 <= column < len(row) else ""


def _lines(
    table: Sequence[Sequence[str]], columns: dict[str, int], header: int | None
) -> tuple[list[StatementLine], list[Problem]]:
    lines: list[StatementLine] = []
    problems: list[Problem] = []
    first = 0 if header is None else header + 1
    for number, row in enumerate(table[first:], start=first + 1):
        if not any(plain(cell) for cell in row) or _is_repeat(row, columns):
            continue
        day = day_of(_cell(row, columns["day"]))
        if day is None:
            if not _TOTAL.search("".join(plain(cell) for cell in row)) and _has_money(row, columns):
                problems.append(Problem(number, str(_("The day cannot be read."))))
            continue
        amount, trouble = _amount(row, columns)
        balance = fen_in(_cell(row, columns.get("balance"))) if _cell(row, columns.get("balance")).strip() else None
        if trouble or amount is None:
            problems.append(Problem(number, trouble or str(_("The amount cannot be read."))))
        elif amount:
            words = [
                " ".join(_cell(row, columns.get(name)).split())[:LONGEST] for name in ("payer", "reference", "memo")
            ]
            lines.append(StatementLine(number, day, amount, balance, *words))
    return lines, problems


def _is_repeat(row: Sequence[str], columns: dict[str, int]) -> bool:
    """The titles again, as on every page of a printed statement."""
    return _FIELD_OF.get(_key(_cell(row, columns["day"]))) == "day"


def _has_money(row: Sequence[str], columns: dict[str, int]) -> bool:
    return any(fen_in(_cell(row, columns.get(name))) for name in ("money_in", "money_out", "amount"))


def _amount(row: Sequence[str], columns: dict[str, int]) -> tuple[int | None, str]:
    if "amount" in columns:
        amount = fen_in(_cell(row, columns["amount"]))
        if amount is not None and "direction" in columns:
            word = _key(_cell(row, columns["direction"]))
            if word in _OUT:
                return -abs(amount), ""
            if word in _IN:
                return abs(amount), ""
            return None, str(_("It does not say whether money came in or went out."))
        return amount, ""
    came, went = fen_in(_cell(row, columns["money_in"])), fen_in(_cell(row, columns["money_out"]))
    if came is None or went is None:
        return None, ""
    if came and went:
        return None, str(_("Money came in and went out in one line."))
    return came - went, ""


def _signed(lines: list[StatementLine]) -> list[StatementLine]:
    """As the balances tell: in the books of a street, unlike at a bank, 借方 is money in."""
    if len(lines) < 2 or any(line.balance is None for line in lines):
        return lines
    turned = [replace(line, amount=-line.amount) for line in lines]
    return turned if _breaks(_oldest_first(turned)) < _breaks(_oldest_first(lines)) else lines


def _breaks(lines: Sequence[StatementLine]) -> int:
    pairs = itertools.pairwise(lines)
    return sum((before.balance or 0) + after.amount != after.balance for before, after in pairs)


def _oldest_first(lines: list[StatementLine]) -> list[StatementLine]:
    """Banks list either way. Within one day the balances decide, else the order of the file is kept."""
    turned = lines[::-1]
    days = [line.day for line in lines]
    if days == sorted(days) and days != sorted(days, reverse=True):
        return lines
    if days == sorted(days, reverse=True) and days != sorted(days):
        return turned
    if days == sorted(days):  # one day only
        return turned if _breaks(turned) < _breaks(lines) else lines
    return sorted(lines, key=lambda line: line.day)


def _balanced(reading: Reading) -> Reading:
    """With the balance after every line: as the file says, checked one by one, or counted on from the opening balance."""
    problems = list(reading.problems)
    opening, lines = reading.opening, list(reading.lines)
    told = next((line for line in lines if line.balance is not None), None)
    if told is not None:
        before = (told.balance or 0) - sum(line.amount for line in lines[: lines.index(told) + 1])
        if opening is not None and opening != before:
            problems.append(Problem(told.row, str(_("The first balance does not follow from the opening balance."))))
        opening = before
    if opening is None:
        problems.append(Problem(0, str(_("The lines carry no balance: write the opening balance from the paper."))))
        return replace(reading, problems=tuple(problems))
    running, checked = opening, []
    for line in lines:
        running += line.amount
        if line.balance is not None and line.balance != running:
            problems.append(
                Problem(
                    line.row,
                    str(_("The balance does not follow from the line before: a line is missing, twice or wrong.")),
                )
            )
            running = line.balance
        checked.append(replace(line, balance=running))
    if reading.closing is not None and reading.closing != running:
        problems.append(Problem(0, str(_("The lines do not lead to the closing balance."))))
    return replace(reading, lines=tuple(checked), problems=tuple(problems), opening=opening, closing=running)


# --------------------------------------------------------------------------- the same line twice


def fingerprints(lines: Iterable[StatementLine]) -> list[str]:
    """What tells each line from all others of an account: SHA-256 of day, amount, balance, reference, other side and words."""
    found = []
    for line in lines:
        told = (line.day.isoformat(), str(line.amount), str(line.balance), line.reference, line.payer, line.memo)
        found.append(hashlib.sha256("\x1f".join(told).encode()).hexdigest())
    return found
