"""Posting: movements are written, then sealed by their entry in the same transaction. What the database refuses is said in words.

No permission is asked here: the service whose act is posted has asked. Reading lies in `entries.py`.
"""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core import Actor, Invalid, LazyText, NotFound, Ref, Refused, canonical, execute, now, rows, transaction, violated
from plugins.revenue.ledger.canonical import GENESIS, content_digest, entry_digest
from plugins.revenue.ledger.entries import EntryLine, Line, entries_about, entry
from plugins.revenue.texts import _

__all__ = ["EntryLine", "Line", "Posted", "entries_about", "entry", "post", "reverse"]

MOST = 100_000_000_000_000  # 分 in one movement: a number every browser counts exactly
_SHA256 = re.compile(r"[0-9a-f]{64}")
_AT_ONCE = 200
_KNOWN = "SELECT seq, day, total, digest, content FROM revenue_entry WHERE community = ? AND key = ?"
# The newest row of the register and the newest entry, in one question: a posting is asked for all day.
_NEWEST = (
    "SELECT r.number, r.digest, e.seq, e.digest FROM revenue_register r LEFT JOIN revenue_entry e ON e.community = r.community "
    "AND e.seq = (SELECT max(seq) FROM revenue_entry WHERE community = r.community) WHERE r.community = ? "
    "ORDER BY r.number DESC LIMIT 1"
)
_MOVE = (
    "INSERT INTO revenue_movement (community, entry, line, day, amount, source, source_fund, destination, destination_fund) "
    "VALUES "
)
_SEAL = (
    "INSERT INTO revenue_entry (community, seq, day, purpose, record, key, content, evidence, approvals, reverses, replaces, "
    "reason, at, by_label, salt, total, lines, records, register, previous, digest) VALUES ("
    + ", ".join("?" * 21)
    + ")"
)

_REASONS: Mapping[str, LazyText] = {
    "revenue_fund_covered": _("There is not enough money in this fund, or it is held for something else."),
    "revenue_period_open": _("The books of this month are locked."),
    "revenue_accounts_open": _("An account or a fund does not exist, or is closed."),
    "foreign_key": _("An account or a fund does not exist, or is closed."),
    "revenue_entry_reversed_once": _("This entry has been reversed already."),
    "revenue_entry_mirror": _("A reversal cannot be reversed. Post it anew."),
}


@dataclass(frozen=True)
class Posted:
    """An entry that stands in the books; `total` 分."""

    seq: int
    day: datetime.date
    total: int
    digest: str


@dataclass(frozen=True)
class _Draft:
    key: str
    day: datetime.date
    purpose: str
    lines: Sequence[Line]
    record: Ref | None = None
    evidence: Sequence[str] = ()
    approvals: Sequence[str] = ()
    reverses: int | None = None
    replaces: int | None = None
    reason: str = ""


def post(
    actor: Actor,
    *,
    key: str,
    day: datetime.date,
    purpose: str,
    lines: Sequence[Line],
    record: Ref | None = None,
    evidence: Sequence[str] = (),
    approvals: Sequence[str] = (),
) -> Posted:
    """Post one entry in the caller's transaction, or one of its own.

    `evidence` are SHA-256 of files in hexadecimal digits, `approvals` texts such as “审核：张三”. The same `key` with the
    same content gives the entry that stands already; with other content `Refused`, as are a locked month, a fund without
    cover and unknown or closed accounts. Raises `Invalid` for what cannot be an entry.
    """
    return _seal(actor, _Draft(key, day, purpose, lines, record, evidence, approvals))


def reverse(
    actor: Actor,
    seq: int,
    *,
    key: str,
    day: datetime.date,
    reason: str,
    approvals: Sequence[str],
    fresh: Sequence[Line] = (),
    purpose: str = "",
    record: Ref | None = None,
    evidence: Sequence[str] = (),
) -> tuple[Posted, Posted | None]:
    """Reverse an entry by its full mirror and post `fresh` in its place, both or neither; `day` lies in an open month.

    `evidence` stands in what is posted in its place, else in the mirror.
    Where the mirror alone would leave a fund without cover, `fresh` is posted first. Raises `Refused` for an entry that was
    reversed before or is a reversal itself, and as `post` does.
    """
    community = str(actor.community)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why.")]})
    with transaction(community):
        wrong = entry(community, seq)
        mirrored = [
            Line(line.amount, line.destination, line.source, line.destination_fund, line.source_fund)
            for line in wrong.lines
        ]
        mirror = _Draft(
            key, day, wrong.purpose, mirrored, wrong.record, () if fresh else evidence, approvals, reverses=seq,
            reason=reason.strip(),
        )  # fmt: skip
        if not fresh:
            return _seal(actor, mirror), None
        again = _Draft(
            f"{key}/fresh",
            day,
            purpose or wrong.purpose,
            fresh,
            record or wrong.record,
            evidence,
            approvals,
            replaces=seq,
            reason=reason.strip(),
        )
        try:
            with transaction(community):
                return _seal(actor, mirror), _seal(actor, again)
        except _Uncovered:
            fresh_posted = _seal(actor, again)
            return _seal(actor, mirror), fresh_posted


class _Uncovered(Refused):
    """A fund would have less money than is held in it."""


def _seal(actor: Actor, draft: _Draft) -> Posted:
    community = str(actor.community)
    if actor.community is None:
        raise NotFound
    _check(community, draft)
    said: dict[str, Any] = {
        "approvals": list(draft.approvals),
        "day": draft.day.isoformat(),
        "evidence": list(draft.evidence),
        "lines": [
            [line.amount, line.source, line.source_fund, line.destination, line.destination_fund]
            for line in draft.lines
        ],
        "purpose": draft.purpose.strip(),
        "reason": draft.reason,
        "record": str(draft.record) if draft.record else "",
        "replaces": draft.replaces,
        "reverses": draft.reverses,
    }
    content = content_digest(said)
    try:
        with transaction(community):
            known = rows(_KNOWN, community, draft.key)
            return _again(known[0], content) if known else _write(actor, community, draft.key, said, content)
    except peewee.IntegrityError as error:
        name = violated(error)
        if name not in _REASONS:
            raise
        raise (_Uncovered if name == "revenue_fund_covered" else Refused)(_REASONS[name]) from error


def _write(actor: Actor, community: str, key: str, said: dict[str, Any], content: str) -> Posted:
    newest = rows(_NEWEST, community)
    records, register, last, previous = newest[0] if newest else (0, GENESIS, None, None)
    seq = (last or 0) + 1
    total = sum(line[0] for line in said["lines"])
    fields = {
        **said,
        "at": now(),
        "by": actor.signature,
        "salt": secrets.token_hex(16),
        "community": community,
        "key": key,
        "previous": previous or GENESIS,
        "records": records,
        "register": register,
        "seq": seq,
    }
    digest = entry_digest(fields)
    _move(community, seq, said["day"], said["lines"])
    execute(
        _SEAL,
        community,
        seq,
        said["day"],
        said["purpose"],
        said["record"],
        key,
        content,
        canonical(said["evidence"]),
        canonical(said["approvals"]),
        said["reverses"],
        said["replaces"],
        said["reason"],
        fields["at"],
        fields["by"],
        fields["salt"],
        total,
        len(said["lines"]),
        records,
        register,
        fields["previous"],
        digest,
    )
    return Posted(seq, datetime.date.fromisoformat(said["day"]), total, digest)


def _move(community: str, seq: int, day: str, lines: list[list[Any]]) -> None:
    for first in range(0, len(lines), _AT_ONCE):
        some = lines[first : first + _AT_ONCE]
        values = [value for line, moved in enumerate(some, first + 1) for value in (community, seq, line, day, *moved)]
        execute(_MOVE + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(some)), *values)


def _again(known: tuple[int, str, int, str, str], content: str) -> Posted:
    seq, day, total, digest, before = known
    if before != content:
        raise Refused(
            _("Something else has been posted under this number already."),
            advice=_("Open the page anew and enter it again."),
        )
    return Posted(seq, datetime.date.fromisoformat(day), total, digest)


def _check(community: str, draft: _Draft) -> None:
    purpose = draft.purpose.strip()
    if not purpose or len(purpose) > 500:
        raise Invalid({"purpose": [_("Please say in at most 500 characters what the money is for.")]})
    if not 1 <= len(draft.key) <= 200:
        raise Invalid({"key": [_("This page was opened without its number. Please open it anew.")]})
    if not draft.lines:
        raise Invalid({"lines": [_("Please enter at least one movement.")]})
    for line in draft.lines:
        if type(line.amount) is not int:
            raise TypeError(f"a movement takes whole 分, not {line.amount!r}")
        if not 0 < line.amount <= MOST:
            raise Invalid({"lines": [_("Each amount must be more than zero.")]})
        if line.source == line.destination and line.source_fund == line.destination_fund:
            raise Invalid({"lines": [_("Money moves from one place to another: the two sides are the same.")]})
    if not all(_SHA256.fullmatch(each) for each in draft.evidence):
        raise ValueError("evidence is SHA-256 in lower-case hexadecimal digits")
    if draft.record is not None and draft.record.community != community:
        raise NotFound
