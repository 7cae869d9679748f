"""The general journal: one person enters a posting or a reversal, another approves it, and then it is posted.

The database keeps the two apart by account and by resident; the guard here also by who an account belongs to today.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from core import (
    Actor,
    Invalid,
    Ref,
    Refused,
    State,
    Todo,
    Transition,
    Workflow,
    WorkflowTodos,
    advance,
    attach,
    begin,
    files_of,
    today,
    transactional,
)
from plugins.revenue.ledger import by_hand, movable
from plugins.revenue.ledger.entries import EntryLine, entry
from plugins.revenue.ledger.models import Journal
from plugins.revenue.ledger.periods import is_locked
from plugins.revenue.ledger.posting import Line, post, reverse
from plugins.revenue.persons import asker, decider, not_the_asker
from plugins.revenue.texts import _

POST = "revenue.post"
APPROVE = "revenue.approve"
SCAN = "scan"
MOST_LINES = 20


def _todo(journal: Journal) -> Todo:
    return Todo(
        _("Approve a posting"),
        f"/c/{journal.community}/revenue/desk/journal/{journal.id}",
        detail=journal.purpose,
        icon="circle-check",
    )


JOURNAL = Workflow(
    name="revenue.journal",
    model=Journal,
    states=(
        State("drafted", _("Waits for a second person"), icon="hourglass", tint="warn"),
        State("posted", _("Approved and posted"), icon="circle-check", tint="ok", final=True),
        State("refused", _("Not approved"), icon="circle-x", tint="bad", final=True),
    ),
    initial="drafted",
    transitions=(
        Transition("approve", "drafted", "posted", APPROVE, _("Approve"), (not_the_asker,), ("decided_by", "seq")),
        Transition(
            "refuse", "drafted", "refused", APPROVE, _("Do not approve"), (not_the_asker,), ("decided_by", "refusal")
        ),
    ),
    todos=WorkflowTodos(_todo),
)


def find_journal(actor: Actor, journal_id: int) -> Journal:
    """A journal of the actor's community. Raises `NotFound`."""
    found: Journal = Journal.get_of(str(actor.community), journal_id)
    return found


def journals(community: str, before: int | None = None, limit: int = 50) -> list[Journal]:
    """What was entered, newest first, below the number `before`."""
    found = Journal.of(community).order_by(Journal.id.desc()).limit(limit)
    return list(found if before is None else found.where(Journal.id < before))


def movements(journal: Journal) -> list[Line]:
    """The movements as they will be posted."""
    return [
        Line(amount, source, destination, source_fund, destination_fund)
        for amount, source, source_fund, destination, destination_fund in journal.lines
    ]


@transactional
def enter_posting(
    actor: Actor, *, day: datetime.date, purpose: str, lines: Sequence[Line], scans: Sequence[tuple[str, str]] = ()
) -> Journal:
    """Enter a posting of one or more movements for a second person; `scans` are tokens of uploads that show it.

    Their digests stand in the entry; money does not come or go without one. Raises `NotByHand` for what another page is for,
    `Invalid`, `Refused`, `Forbidden`.
    """
    actor.require(POST)
    if not purpose.strip() or len(purpose.strip()) > 500:
        raise Invalid({"purpose": [_("Please say in at most 500 characters what the money is for.")]})
    if not lines:
        raise Invalid({"amount": [_("Please enter at least one movement.")]})
    if len(lines) > MOST_LINES:
        raise Invalid({"amount": [_("At most %(most)d movements go into one posting.", most=MOST_LINES)]})
    made = _draft(actor, day, purpose.strip(), lines, shown=bool(scans))
    if scans:
        attach(actor, made.ref, SCAN, scans, permission=POST)
    return made


def scans_of(journal: Journal) -> list[Any]:
    """The papers that show it, each with its SHA-256."""
    return list(files_of(journal.ref, SCAN))


def reversible(actor: Actor, seq: int, replaced: bool = False) -> EntryLine:
    """An entry that may be reversed by hand. Raises `Refused`, with where it is taken back instead, and `NotFound`."""
    found = entry(str(actor.community), seq)
    if found.reversed_by is not None:
        raise Refused(_("This entry has been reversed already."))
    if found.reverses is not None:
        raise Refused(_("A reversal cannot be reversed. Post it anew."))
    by_hand.check(actor, found, replaced)
    return found


@transactional
def request_reversal(
    actor: Actor,
    seq: int,
    reason: str,
    fresh: Sequence[Line] = (),
    record: Ref | None = None,
    day: datetime.date | None = None,
    scans: Sequence[tuple[str, str]] = (),
) -> Journal:
    """Ask for an entry to be mirrored and `fresh` posted in its place; `scans` are tokens of uploads that show why.

    Where money goes out by it, or another sum than before stands in its place, it takes a paper. Raises `Refused` where the
    record it is about is taken back elsewhere or a statement says that the money is there, `Invalid`, `NotFound`, `Forbidden`.
    """
    actor.require(POST)
    wrong = reversible(actor, seq, bool(fresh))
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why.")]})
    movable.check_statement(str(actor.community), wrong, fresh)
    about = record or wrong.record
    made = _draft(
        actor,
        day or today(),
        wrong.purpose,
        fresh,
        shown=bool(scans),
        wrong=wrong,
        reason=reason.strip(),
        record=str(about) if about else "",
    )
    if scans:
        attach(actor, made.ref, SCAN, scans, permission=POST)
    return made


def _draft(
    actor: Actor,
    day: datetime.date,
    purpose: str,
    lines: Sequence[Line],
    *,
    shown: bool,
    wrong: EntryLine | None = None,
    **more: Any,
) -> Journal:
    """A posting that waits; `shown` where a paper shows it, `wrong` the entry it takes back."""
    if day > today():
        raise Invalid({"day": [_("This day lies ahead.")]})
    if is_locked(str(actor.community), day):
        raise Invalid({"day": [_("The books of this month are locked.")]})
    for line in lines:
        if line.amount <= 0:
            raise Invalid({"amount": [_("Each amount must be more than zero.")]})
        if (line.source, line.source_fund) == (line.destination, line.destination_fund):
            raise Invalid({"destination": [_("Money moves from one place to another: the two sides are the same.")]})
    refused = movable.refusal(str(actor.community), day, lines, wrong=wrong)
    if refused is not None:
        raise movable.NotByHand(refused)
    if not shown and (movable.needs_paper(wrong, lines) if wrong else movable.touches_money(lines)):
        raise Invalid({"scans": [_("Please add a photo or scan of the paper that shows it, such as the bank's slip.")]})
    said = [[line.amount, line.source, line.source_fund, line.destination, line.destination_fund] for line in lines]
    made = Journal(
        community=str(actor.community), day=day, purpose=purpose, lines=said, reverses=wrong.seq if wrong else None, **more,
        **asker(actor),
    )  # fmt: skip
    begin(actor, made)
    return made


@transactional
def approve(actor: Actor, journal_id: int) -> Journal:
    """The second person finds it right: it is posted. Raises `Refused` (own work, no cover, locked), `Forbidden`, `NotFound`."""
    actor.require(APPROVE)
    journal = find_journal(actor, journal_id)
    if journal.state != "drafted":
        raise Refused(_("This has been decided already."))
    reason = not_the_asker(actor, journal, {})
    if reason:
        raise Refused(reason)
    approvals = [
        str(_("entered: %(name)s", name=journal.asked_label)), str(_("approved: %(name)s", name=actor.signature)),
    ]  # fmt: skip
    key, lines = f"journal:{journal.id}", movements(journal)
    wrong = entry(journal.community, journal.reverses) if journal.reverses is not None else None
    papers = tuple(file.sha256 for file in scans_of(journal))
    # Asked again: another posting may have gone out meanwhile, and an account may have got its keeper.
    refused = movable.refusal(journal.community, journal.day, lines, journal.id, wrong)
    if refused is not None:
        raise Refused(refused.words)
    if wrong is None:
        posted = post(
            actor,
            key=key,
            day=journal.day,
            purpose=journal.purpose,
            lines=lines,
            record=journal.ref,
            evidence=papers,
            approvals=approvals,
        )
    else:
        # Asked again: what the entry is about may have changed since, and now somebody else acts.
        by_hand.check(actor, wrong, bool(lines))
        movable.check_statement(journal.community, wrong, lines)
        mirror, fresh = reverse(
            actor,
            wrong.seq,
            key=key,
            day=journal.day,
            reason=journal.reason,
            approvals=approvals,
            fresh=lines,
            record=Ref.parse(journal.record, journal.community) if journal.record else None,
            # Where the money stays as it was, what showed it before shows it still.
            evidence=papers or (wrong.evidence if lines else ()),
        )
        posted = fresh or mirror
    found: Journal = advance(actor, journal, "approve", **decider(actor), seq=posted.seq)
    return found


@transactional
def refuse(actor: Actor, journal_id: int, why: str) -> Journal:
    """It is not posted, and why. Raises `Refused`, `Invalid`, `Forbidden`, `NotFound`."""
    found: Journal = advance(actor, find_journal(actor, journal_id), "refuse", **decider(actor), refusal=why.strip())
    return found
