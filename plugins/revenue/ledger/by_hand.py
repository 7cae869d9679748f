"""Whose an entry or an account is: the part it belongs to says whether it is reversed, or moved, by hand.

An entry reversed behind the back of its record would leave a receipt that reads “received” without its money. So the journal asks
the owner first; where the record has a way of its own to be taken back, the owner names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core import Actor, Label, Refused
from plugins.revenue.ledger.entries import EntryLine


@dataclass(frozen=True)
class Elsewhere:
    """Why an entry is not reversed by hand, what is done instead, and the page of it, below the module's address."""

    reason: Label
    advice: Label
    page: str


# By the kind of the record, asked with who wants it, the entry, and whether another posting shall stand in its place; None where
# it may be reversed. The other parts add their own.
owners: dict[str, Callable[[Actor, EntryLine, bool], Elsewhere | None]] = {}
# Asked with a community and the code of an account; None where the account is nobody's. By the part, which adds its own.
keepers: dict[str, Callable[[str, str], Elsewhere | None]] = {}
# What the statements of an account say of an entry, asked with a community, the entry's number and the account: `MATCHED` where a
# line is this money, `ABSENT` where they cover its day and no line is, else empty. By the part that keeps statements.
statements: list[Callable[[str, int, str], str]] = []
MATCHED, ABSENT = "matched", "absent"


def on_statement(community: str, seq: int, account: str) -> str:
    """What the statements say of an entry's money in an account; empty where there are none."""
    return next((said for each in statements if (said := each(community, seq, account))), "")


def keeper(community: str, account: str) -> Elsewhere | None:
    """Where money of an account is moved properly; None where a posting by hand may."""
    return next((found for each in keepers.values() if (found := each(community, account)) is not None), None)


def elsewhere(actor: Actor, found: EntryLine, replaced: bool = False) -> Elsewhere | None:
    """Where an entry is taken back properly; None where its reversal by hand is right."""
    owner = owners.get(found.record.kind) if found.record is not None else None
    return owner(actor, found, replaced) if owner is not None else None


def check(actor: Actor, found: EntryLine, replaced: bool) -> None:
    """Raise `Refused`, with where it is taken back, for an entry that is not reversed by hand."""
    said = elsewhere(actor, found, replaced)
    if said is not None:
        raise Refused(said.reason, advice=said.advice)
