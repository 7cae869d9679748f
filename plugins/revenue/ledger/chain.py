"""The proof of the books under one name: canonical bytes, tree, heads, verification. CHAIN.md is the description."""

from __future__ import annotations

from plugins.revenue.ledger.canonical import (
    GENESIS,
    canonical_entry,
    entry_digest,
    head_digest,
    leaf_hash,
    merkle_root,
    node_hash,
    register_digest,
    short_code,
    typed_code,
)
from plugins.revenue.ledger.documents import entry_documents, register_documents
from plugins.revenue.ledger.heads import Head, head, heads, published, record_head
from plugins.revenue.ledger.verification import Break, verify

__all__ = [
    "GENESIS",
    "Break",
    "Head",
    "canonical_entry",
    "entry_digest",
    "entry_documents",
    "head",
    "head_digest",
    "heads",
    "leaf_hash",
    "merkle_root",
    "node_hash",
    "published",
    "record_head",
    "register_digest",
    "register_documents",
    "short_code",
    "typed_code",
    "verify",
]
