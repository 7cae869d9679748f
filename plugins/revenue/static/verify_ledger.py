#!/usr/bin/env python3
"""核对账目: checks a ledger downloaded from Linli without trusting the computer it came from. Python 3.8 or newer, nothing else.

    python3 verify_ledger.py ledger.jsonl
    python3 verify_ledger.py ledger.jsonl --code 7K2M-Q0XA-93ZT        the code printed on a notice you kept
    python3 verify_ledger.py ledger.jsonl --earlier old.jsonl           a file you downloaded before

Exit code 0: everything holds. 1: something was changed; the first bad entry is named. 2: the file cannot be read.
What is checked, and how, is described in CHAIN.md of the module `revenue`.
"""

from __future__ import annotations

# ruff: noqa: T201
import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
FORMAT = "linli-ledger/1"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HEAD = ("community", "last", "records", "register", "root", "seq", "total")


class Changed(Exception):
    """Something does not hold; `seq` is the first bad entry, 0 for the head of the file."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(why)
        self.seq = seq


def sha(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value: Any) -> str:
    """The one JSON text of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def code_of(digest: str) -> str:
    """The short code of a head: its first 60 bits in Crockford's letters."""
    number = int(digest[:15], 16)
    letters = "".join(LETTERS[(number >> shift) & 31] for shift in range(55, -1, -5))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def plain_code(typed: str) -> str:
    """A code as somebody typed it, in its one form."""
    kept = "".join(char for char in typed.upper() if char.isalnum())
    kept = kept.replace("O", "0").replace("I", "1").replace("L", "1")
    return "-".join((kept[:4], kept[4:8], kept[8:]))


class Tree:
    """The Merkle tree of RFC 6962 as it grows: whole subtrees, the largest first."""

    def __init__(self) -> None:
        self.peaks: list[tuple[int, bytes]] = []

    def add(self, digest: str) -> None:
        """Append an entry's digest."""
        size, node = 1, hashlib.sha256(b"\x00" + bytes.fromhex(digest)).digest()
        while self.peaks and self.peaks[-1][0] == size:
            node = hashlib.sha256(b"\x01" + self.peaks.pop()[1] + node).digest()
            size *= 2
        self.peaks.append((size, node))

    def root(self) -> str:
        """The root over all entries so far."""
        if not self.peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self.peaks[-1][1]
        for _size, left in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


def draw(digest: str, pool: list[int], count: int) -> list[int]:
    """The entries a spot check looks at: SHA-256 of what draws and 0, 1, 2, … names the place in what is left of the pool."""
    left, found = list(pool), []
    for number in range(min(count, len(left))):
        value = int(hashlib.sha256(f"{digest} {number}".encode()).hexdigest(), 16)
        found.append(left.pop(value % len(left)))
    return found


def check_draws(
    spots: list[dict[str, Any]], heads: list[dict[str, Any]], papers: dict[int, tuple[str, str, bool]]
) -> None:
    """Each spot check was drawn from all entries with evidence of its days; `papers` are digest, day and evidence by number."""
    for spot in spots:
        span = "抽查 {} 至 {} ".format(spot["first_day"], spot["last_day"])
        seq, digest = check_lot(spot, span, papers) if "secret" in spot else check_old_draw(spot, span, heads)
        days = (spot["first_day"], spot["last_day"])
        pool = [
            n for n, (_digest, day, has) in sorted(papers.items()) if has and n <= seq and days[0] <= day <= days[1]
        ]
        if draw(digest, pool, spot["count"]) != spot["drawn"]:
            raise Changed(0, span + "的凭证不是按公布的规则抽出来的")


def check_lot(spot: dict[str, Any], span: str, papers: dict[int, tuple[str, str, bool]]) -> tuple[int, str]:
    """The entry up to which is drawn, and what draws: the last digest before the lock, the secret, the digits residents threw."""
    if spot["seq"] not in papers or papers[spot["seq"]][0] != spot["last"]:
        raise Changed(spot["seq"], span + "锁账时的最后一笔与账本不符")
    if sha(spot["secret"]) != spot["fingerprint"]:
        raise Changed(0, span + "的密数与公示的指纹不符:密数被换过")
    return spot["seq"], sha("{} {} {}".format(spot["last"], spot["secret"], spot["number"]))


def check_old_draw(spot: dict[str, Any], span: str, heads: list[dict[str, Any]]) -> tuple[int, str]:
    """A draw from before residents threw: a published head drew."""
    seq = next((int(head["seq"]) for head in heads if head["digest"] == spot["digest"]), None)
    if seq is None:
        raise Changed(0, span + "不是由公布过的账本抽出来的")
    return seq, spot["digest"]


def check_head(head: dict[str, Any]) -> None:
    """A head's digest follows from what it says, and its code from the digest."""
    if sha(canonical({name: head[name] for name in HEAD})) != head["digest"]:
        raise Changed(0, "账本编号对应的摘要与内容不符")
    if code_of(head["digest"]) != head["code"]:
        raise Changed(0, "核对码与摘要不符")


def check_not_less(before: dict[str, Any], head: dict[str, Any], when: str, own: int = 0) -> None:
    """What there was does not become less: neither entries nor records of the register (locks, funds, published heads).

    `own` is 1 for a published head: it stands in the register itself, right after what it covers.
    """
    records = before["records"] + own
    told = "账被截短了:{}有 {} 笔账、{} 条登记,这个文件里只有 {} 笔、{} 条,后面的被拿掉了。请不要相信这个文件"
    if before["seq"] > head["seq"] or records > head["records"]:
        raise Changed(0, told.format(when, before["seq"], records, head["seq"], head["records"]))
    if records == head["records"] and not own and before["register"] != head["register"]:
        raise Changed(0, f"登记被改过:与{when}不同")


def check(
    lines: Iterator[str], earlier: Iterable[dict[str, Any]] = ()
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Go through the whole file; gives its head, all heads that were published and all draws. `earlier` are heads somebody kept. Raises `Changed`, or `ValueError`."""
    first = json.loads(next(lines))
    if first.get("format") != FORMAT:
        raise ValueError("not a file of the format " + FORMAT)
    head, published = first["head"], sorted(first["published"], key=lambda each: int(each["seq"]))
    for each in [head, *published]:
        if each["community"] != first["community"]:
            raise Changed(0, "文件里混有别的社区的账")
        check_head(each)
    for each in published:
        check_not_less(each, head, "公布 {} 时".format(each["code"]), own=1)
    for each in earlier:
        check_head(each)
        if each["community"] != first["community"]:
            raise Changed(0, "您手里那份是别的社区的账")
        check_not_less(each, head, "您手里那份")
    waiting = sorted([*published, *earlier], key=lambda each: int(each["seq"]))
    tree, total, last = Tree(), 0, GENESIS
    papers: dict[int, tuple[str, str, bool]] = {}
    seq = 0
    waiting = settle(waiting, seq, total, last, tree)
    for line in lines:
        row = json.loads(line)
        seq += 1
        total += check_entry(row, seq, last, first["community"])
        last = row["digest"]
        tree.add(last)
        entry = json.loads(row["entry"])
        papers[seq] = (last, entry["day"], bool(entry["evidence"]))
        waiting = settle(waiting, seq, total, last, tree)
    if waiting:
        raise Changed(seq + 1, "公布过的账本有 {} 笔,文件里只有 {} 笔:后面的被删掉了".format(waiting[0]["seq"], seq))
    if (head["seq"], head["total"], head["last"], head["root"]) != (seq, total, last, tree.root()):
        raise Changed(seq, "全部分录加起来与账本的总编号、合计或摘要不符")
    spots = first.get("spot_checks", [])
    check_draws(spots, published, papers)
    return head, published, spots


def check_entry(row: dict[str, Any], seq: int, last: str, community: str) -> int:
    """One entry: its digest, its number, what it follows. Gives the sum of its movements in 分."""
    if sha(row["entry"]) != row["digest"]:
        raise Changed(seq, "内容被改过:与它的摘要不符")
    entry = json.loads(row["entry"])
    if canonical(entry) != row["entry"]:
        raise Changed(seq, "写法不合规定")
    if entry["seq"] != seq:
        raise Changed(seq, "编号不连续:这里应是第 {} 笔,却是第 {} 笔".format(seq, entry["seq"]))
    if entry["previous"] != last:
        raise Changed(seq, "接不上前一笔:前一笔被换过,或这一笔不是原来的")
    if entry["community"] != community:
        raise Changed(seq, "是别的社区的账")
    amounts = [line[0] for line in entry["lines"]]
    if not amounts or any(not isinstance(each, int) or each <= 0 for each in amounts):
        raise Changed(seq, "金额不合规定")
    return sum(amounts)


def settle(waiting: list[dict[str, Any]], seq: int, total: int, last: str, tree: Tree) -> list[dict[str, Any]]:
    """Compare the published heads of this many entries; gives those that are still to come."""
    while waiting and waiting[0]["seq"] <= seq:
        head = waiting.pop(0)
        if (head["total"], head["last"], head["root"]) != (total, last, tree.root()):
            raise Changed(seq, "与核对码 {} 的账本不同:这一笔或它之前的账被改过".format(head["code"]))
    return waiting


def read(path: str) -> Iterator[str]:
    """The lines of a file."""
    with Path(path).open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.strip():
                yield line


def kept(path: str) -> list[dict[str, Any]]:
    """The heads of a file downloaded before: its own and those published by then."""
    first = json.loads(next(read(path)))
    if first.get("format") != FORMAT:
        raise ValueError("not a file of the format " + FORMAT)
    return [first["head"], *first["published"]]


def compare(codes: Iterable[str], known: list[dict[str, Any]]) -> str | None:
    """The first code that belongs to no head of the file, None if all do."""
    there = {each["code"] for each in known}
    return next((code for code in codes if plain_code(code) not in there), None)


def main() -> int:
    """Check the file of the command line and say what was found."""
    parser = argparse.ArgumentParser(description="核对从社区下载的账本。")
    parser.add_argument("file", help="下载的账本文件")
    parser.add_argument("--code", action="append", default=[], help="印在公示上的核对码,可以写几个")
    parser.add_argument("--earlier", help="您以前下载的账本文件,看后来有没有少了什么")
    given = parser.parse_args()
    try:
        earlier = kept(given.earlier) if given.earlier else []
        head, published, spots = check(read(given.file), earlier)
    except Changed as error:
        print(f"账目有问题。第 {error.seq} 笔:{error}" if error.seq else f"账目有问题。{error}")
        print(f"first bad entry: {error.seq}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        print(f"文件读不出来,请重新下载:{error!r}", file=sys.stderr)
        return 2
    unknown = compare(given.code, [head, *published])
    if unknown is not None:
        print(f"账目有问题。纸上的核对码 {unknown} 不属于这本账:账在公示之后被改过,或纸上的码抄错了。")
        return 1
    total = "{}.{:02d}".format(head["total"] // 100, head["total"] % 100)
    print("这本账前后一致:共 {} 笔,合计 {} 元,公布过 {} 次核对码。".format(head["seq"], total, len(published)))
    for spot in spots:
        if "secret" in spot:
            print("抽查 {first_day} 至 {last_day}:居民报的数字 {number},与公示上印的指纹比一比:".format(**spot))
            print("    {fingerprint}".format(**spot))
    if earlier:
        print("您以前下载的账本都还在,没有少,也没有改。")
    if given.code:
        print("公示上的核对码 {} 属于这本账,那以前的账没有被改过。".format("、".join(given.code)))
    elif not earlier:
        print("要知道账有没有被改过,请加 --code 和公示上印的核对码再核对一次。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
