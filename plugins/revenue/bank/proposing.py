"""Which postings a line of a statement may be: proposals for the bookkeeper, best first.

Pure: it compares amounts, days and words, and knows neither the database nor who confirms.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

# Banks book within a few days; a cheque or a payment over a long holiday takes longer.
NEAR_DAYS = 5
FAR_DAYS = 15
# Several postings that make up one line, or the other way round: so many are tried at once.
MOST_TOGETHER = 4
MOST_TRIED = 14


@dataclass(frozen=True)
class Line:
    """A line of a statement without posting; `amount` in 分 with its sign."""

    id: int
    day: datetime.date
    amount: int
    words: str = ""


@dataclass(frozen=True)
class Posting:
    """What one entry of the ledger did to the money account; `amount` in 分 with its sign."""

    seq: int
    day: datetime.date
    amount: int
    words: str = ""


@dataclass(frozen=True)
class Proposal:
    """Lines and entries that belong together. `reasons` are codes: amount, day, name, reference, sum."""

    lines: tuple[int, ...]
    entries: tuple[int, ...]
    score: int
    reasons: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether it can be confirmed without looking twice: amount, near day and a word in common, or the only one."""
        return self.score >= 80


def propose(lines: Sequence[Line], postings: Sequence[Posting]) -> list[Proposal]:
    """At most one proposal for each line and each entry, the surest first; those of one to one before sums."""
    pairs = sorted(_pairs(lines, postings), key=lambda each: (-each.score, each.lines, each.entries))
    chosen, used_lines, used_entries = [], set[int](), set[int]()
    for each in pairs:
        if each.lines[0] not in used_lines and each.entries[0] not in used_entries:
            chosen.append(each)
            used_lines.update(each.lines)
            used_entries.update(each.entries)
    for line in (each for each in lines if each.id not in used_lines):
        rest = [each for each in postings if each.seq not in used_entries]
        if entries := _sum_of(line.amount, line.day, [(each.seq, each.day, each.amount) for each in rest]):
            chosen.append(Proposal((line.id,), entries, 60, ("sum",)))
            used_lines.add(line.id)
            used_entries.update(entries)
    for posting in (each for each in postings if each.seq not in used_entries):
        left = [(each.id, each.day, each.amount) for each in lines if each.id not in used_lines]
        if together := _sum_of(posting.amount, posting.day, left):
            chosen.append(Proposal(together, (posting.seq,), 55, ("sum",)))
            used_lines.update(together)
            used_entries.add(posting.seq)
    return chosen


def _pairs(lines: Sequence[Line], postings: Sequence[Posting]) -> Iterable[Proposal]:
    by_amount: dict[int, list[Posting]] = {}
    for posting in postings:
        by_amount.setdefault(posting.amount, []).append(posting)
    same = {line.amount: sum(other.amount == line.amount for other in lines) for line in lines}
    for line in lines:
        for posting in by_amount.get(line.amount, ()):
            apart = abs((line.day - posting.day).days)
            if apart > FAR_DAYS:
                continue
            reasons, score = ["amount"], 50
            if apart <= NEAR_DAYS:
                reasons.append("day")
                score += 20 - 2 * apart
            if shared_reference(line.words, posting.words):
                reasons.append("reference")
                score += 30
            elif shared_name(line.words, posting.words):
                reasons.append("name")
                score += 20
            if len(by_amount[line.amount]) == 1 and same[line.amount] == 1:
                score += 12
            yield Proposal((line.id,), (posting.seq,), score, tuple(reasons))


def _sum_of(wanted: int, day: datetime.date, given: Sequence[tuple[int, datetime.date, int]]) -> tuple[int, ...] | None:
    """The keys of two to four amounts of the same direction near that day which make up `wanted`; None when none or several do."""
    near = [
        each for each in given
        if abs((each[1] - day).days) <= NEAR_DAYS and 0 < abs(each[2]) < abs(wanted) and (each[2] > 0) == (wanted > 0)
    ]  # fmt: skip
    near = sorted(near, key=lambda each: (abs((each[1] - day).days), each[0]))[:MOST_TRIED]
    found = [
        tuple(sorted(each[0] for each in some))
        for count in range(2, MOST_TOGETHER + 1)
        for some in combinations(near, count)
        if sum(each[2] for each in some) == wanted
    ]
    return found[0] if len(found) == 1 else None


def shared_reference(one: str, other: str) -> bool:
    """Whether both name the same number of six digits or more."""
    return bool(set(re.findall(r"\d{6,}", one)) & set(re.findall(r"\d{6,}", other)))


def shared_name(one: str, other: str) -> bool:
    """Whether three Chinese characters in a row (or a word of four letters) stand in both: 好味道食堂 and 食堂好味道公司."""
    return bool(_pieces(one) & _pieces(other))


_COMMON = frozenset(
    {
        "有限公",
        "限公司",
        "社区居",
        "居委会",
        "居民委",
        "民委员",
        "委员会",
        "分公司",
        "中心支",
        "个体工",
        "体工商",
        "工商户",
    }
)


def _pieces(text: str) -> set[str]:
    bare = unicodedata.normalize("NFKC", text).lower()
    pieces = set(re.findall(r"[a-z]{4,}", bare))
    for run in re.findall(r"[\u4e00-\u9fff]{3,}", bare):
        pieces.update(run[at : at + 3] for at in range(len(run) - 2))
    return pieces - _COMMON
