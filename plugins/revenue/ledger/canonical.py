"""The canonical objects of entries, records and heads, and their digests. Pure: see CHAIN.md, which this follows word for word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from core import canonical

GENESIS = "0" * 64
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_CONTENT = ("approvals", "day", "evidence", "lines", "purpose", "reason", "record", "replaces", "reverses")

_SIGNED = ("approvals", "by", "salt")

# What is written of each kind of record in the register, besides `at` and `by`; also the columns of its table.
RECORD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "account": ("code", "name", "kind", "holder", "chart"),
    "fund": ("code", "name", "owner", "is_restricted", "purpose"),
    "closing": ("what", "code", "reason"),
    "hold": ("key", "fund", "amount", "record", "purpose"),
    "release": ("key", "hold", "amount", "reason"),
    "period": ("month",),
    "head": ("seq", "total", "last", "root", "records", "register", "digest", "code"),
}
RECORD_TABLES: Mapping[str, str] = {
    "account": "revenue_account",
    "fund": "revenue_fund",
    "closing": "revenue_closing",
    "hold": "revenue_hold",
    "release": "revenue_hold_release",
    "period": "revenue_period",
    "head": "revenue_head",
}


def sha(value: Any) -> str:
    """SHA-256 of the canonical bytes of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def content_digest(fields: Mapping[str, Any]) -> str:
    """The digest of what the poster said, by which a repeated key is recognised; `fields` as in an entry's object."""
    return sha({name: fields[name] for name in _CONTENT})


def canonical_entry(fields: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an entry; `fields` has every name of CHAIN.md's entry but `v` and `signed`, and instead of the
    latter `approvals`, `by` and `salt`: names stand in it as a salted digest, so that everybody may read it.
    """
    signed = sha({name: fields[name] for name in _SIGNED})
    told = {name: value for name, value in fields.items() if name not in _SIGNED}
    return canonical({**told, "signed": signed, "v": 1}).encode()


def entry_digest(fields: Mapping[str, Any]) -> str:
    """The digest of an entry, over everything in it and the digest of the entry before."""
    return hashlib.sha256(canonical_entry(fields)).hexdigest()


def register_digest(community: str, number: int, kind: str, content: str, previous: str) -> str:
    """The digest of a row of the register."""
    row = {"community": community, "number": number, "kind": kind, "content": content, "previous": previous}
    return sha(row)


def head_digest(community: str, seq: int, total: int, last: str, root: str, records: int, register: str) -> str:
    """The digest of a head: of all entries up to `seq` and the register up to row `records`."""
    return sha(
        {
            "community": community,
            "seq": seq,
            "total": total,
            "last": last,
            "root": root,
            "records": records,
            "register": register,
        }
    )


def short_code(digest: str) -> str:
    """The first 60 bits of a digest in three groups of four letters, as printed on notices."""
    number = int(digest[:15], 16)
    letters = "".join(_LETTERS[number >> shift & 31] for shift in range(55, -1, -5))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def typed_code(text: str) -> str:
    """A code as somebody read it off paper: small letters, blanks and the letters Crockford takes for digits are put right."""
    plain = "".join(text.upper().replace("O", "0").replace("I", "1").replace("L", "1").split()).replace("-", "")
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


# --------------------------------------------------------------------------- the tree of RFC 6962


def leaf_hash(digest: str) -> bytes:
    """The leaf of an entry's digest."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(digest)).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """A node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree that grows leaf by leaf; the root of the leaves so far costs log n."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, digest: str) -> None:
        """Append the next entry's digest."""
        size, node = 1, leaf_hash(digest)
        while self._peaks and self._peaks[-1][0] == size:
            node = node_hash(self._peaks.pop()[1], node)
            size *= 2
        self._peaks.append((size, node))

    def root(self) -> str:
        """The root of all leaves so far."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1][1]
        for _size, left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node.hex()


def merkle_root(digests: Iterable[str]) -> str:
    """The root of a tree over entry digests."""
    frontier = Frontier()
    for digest in digests:
        frontier.add(digest)
    return frontier.root()
