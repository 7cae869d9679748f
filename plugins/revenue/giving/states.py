"""The states of pledges, of what is asked of a second person, and of opening balances, and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Actor, Label, State, Todo, Transition, Workflow, WorkflowTodos, files_of, yuan
from plugins.revenue.giving.models import Float, FloatMove, GiftChange, Opening, OpeningLine, Pledge, Voucher
from plugins.revenue.persons import is_same, not_the_asker
from plugins.revenue.texts import _

GIVE = "revenue.give"
PETTY = "revenue.petty"
OPENING = "revenue.opening"
APPROVE = "revenue.approve"
CLOSE = "revenue.close"
BOOKS = "revenue.books"

_DONE = ("decided_by",)
_OWED = ("pledged", "part_received")


def _not_the_holder(actor: Actor, record: Any, _fields: Mapping[str, Any]) -> Label | None:
    """Guard: who holds the cash does not approve what is done with it."""
    box: Float = Float.get_of(record.community, record.float_id)
    if is_same(actor, box.holder_account, box.holder_person, box.holder_name):
        return _("You hold this cash. Somebody else has to decide it.")
    return None


def _has_consent(_actor: Actor, change: Any, _fields: Mapping[str, Any]) -> Label | None:
    """Guard: what a donor gave for one thing is used for another only with a signed consent in the file."""
    if change.what == "repurpose" and not files_of(change.ref, "scan"):
        return _("The donor's signed consent is missing. Add a scan or photo of it first.")
    return None


def _has_receipt(_actor: Actor, voucher: Any, _fields: Mapping[str, Any]) -> Label | None:
    """Guard: no cash is written off without a receipt."""
    if not files_of(voucher.ref, "scan"):
        return _("The photo of the receipt is missing.")
    return None


def _has_lines(_actor: Actor, opening: Any, _fields: Mapping[str, Any]) -> Label | None:
    if not OpeningLine.of(opening.community, OpeningLine.id).where(OpeningLine.opening_id == opening.id).exists():
        return _("There is no line yet.")
    return None


def _has_evidence(_actor: Actor, opening: Any, _fields: Mapping[str, Any]) -> Label | None:
    """Guard: what was there is shown by a paper: the last statement of the bank, the minutes of the cash count."""
    if not files_of(opening.ref, "scan"):
        return _("The evidence is missing. Add a scan or photo of it first.")
    return None


PLEDGE = Workflow(
    name="revenue.pledge",
    model=Pledge,
    states=(
        State("pledged", _("Pledged"), icon="hand-heart", tint="info"),
        State("part_received", _("Received in part"), icon="hourglass", tint="warn"),
        State("received", _("Received in full"), icon="circle-check", tint="ok", final=True),
        State("ended", _("The rest is not given"), icon="circle-minus", tint="ok", final=True),
        State("cancelled", _("Pledge taken back"), icon="undo-2", final=True),
    ),
    initial="pledged",
    transitions=(
        Transition("part", _OWED, "part_received", GIVE, _("Part of it was received")),
        Transition("fill", _OWED, "received", GIVE, _("All of it was received")),
        Transition("cancel", "pledged", "cancelled", GIVE, _("The pledge was taken back"), required=("reason",)),
        Transition("end", "part_received", "ended", GIVE, _("The rest will not be given"), required=("reason",)),
    ),
)


def _change_todo(change: GiftChange) -> Todo:
    return Todo(
        _("Decide on a change of a donation"), f"/c/{change.community}/revenue/desk/giving/changes/{change.id}",
        detail=_("%(yuan)s yuan", yuan=yuan(change.amount)), icon="hand-heart",
    )  # fmt: skip


CHANGE = Workflow(
    name="revenue.gift_change",
    model=GiftChange,
    states=(
        State("asked", _("Waits for a second person"), icon="hourglass", tint="warn"),
        State("done", _("Approved and posted"), icon="circle-check", tint="ok", final=True),
        State("refused", _("Not approved"), icon="circle-x", tint="bad", final=True),
    ),
    initial="asked",
    transitions=(
        Transition("approve", "asked", "done", APPROVE, _("Approve"), (not_the_asker, _has_consent), _DONE),
        Transition("refuse", "asked", "refused", APPROVE, _("Do not approve"), (not_the_asker,), (*_DONE, "refusal")),
    ),
    todos=WorkflowTodos(_change_todo),
)


def _voucher_todo(voucher: Voucher) -> Todo:
    return Todo(
        _("Check a payment from petty cash"), f"/c/{voucher.community}/revenue/desk/petty/vouchers/{voucher.id}",
        detail=f"{voucher.what} {yuan(voucher.amount)}", icon="receipt",
    )  # fmt: skip


VOUCHER = Workflow(
    name="revenue.voucher",
    model=Voucher,
    states=(
        State("entered", _("Waits to be checked"), icon="hourglass", tint="warn"),
        State("approved", _("Checked and posted"), icon="circle-check", tint="ok", final=True),
        State("returned", _("Not accepted"), icon="circle-x", tint="bad", final=True),
    ),
    initial="entered",
    transitions=(
        Transition(
            "approve", "entered", "approved", APPROVE, _("It is right: post it"), (not_the_asker, _not_the_holder, _has_receipt), _DONE
        ),
        Transition("return", "entered", "returned", APPROVE, _("Do not accept"), (not_the_asker, _not_the_holder), (*_DONE, "reason")),
    ),
    todos=WorkflowTodos(_voucher_todo),
)  # fmt: skip

MOVE_TITLES: Mapping[str, Label] = {
    "advance": _("Approve an advance of petty cash"),
    "return": _("Confirm that petty cash came back"),
    "count": _("Confirm a count of petty cash"),
}


def _move_todo(move: FloatMove) -> Todo:
    return Todo(
        MOVE_TITLES[move.what], f"/c/{move.community}/revenue/desk/petty/moves/{move.id}",
        detail=_("%(yuan)s yuan", yuan=yuan(move.counted if move.what == "count" else move.amount)), icon="wallet",
    )  # fmt: skip


MOVE = Workflow(
    name="revenue.float_move",
    model=FloatMove,
    states=(
        State("asked", _("Waits for a second person"), icon="hourglass", tint="warn"),
        State("done", _("Confirmed"), icon="circle-check", tint="ok", final=True),
        State("refused", _("Not approved"), icon="circle-x", tint="bad", final=True),
    ),
    initial="asked",
    transitions=(
        Transition("approve", "asked", "done", APPROVE, _("Confirm"), (not_the_asker, _not_the_holder), _DONE),
        Transition("refuse", "asked", "refused", APPROVE, _("Do not approve"), (not_the_asker, _not_the_holder), (*_DONE, "reason")),
    ),
    todos=WorkflowTodos(_move_todo),
)  # fmt: skip


def _opening_todo(opening: Opening) -> Todo:
    words = {"draft": _("Finish the opening balances"), "handed_in": _("Approve the opening balances")}
    return Todo(words[opening.state], f"/c/{opening.community}/revenue/desk/opening/{opening.id}", icon="book-open")


OPENINGS = Workflow(
    name="revenue.opening",
    model=Opening,
    states=(
        State("draft", _("Being written"), icon="pencil", tint="info"),
        State("handed_in", _("Waits to be approved"), icon="hourglass", tint="warn"),
        State("posted", _("In the books"), icon="circle-check", tint="ok"),
        State("reversed", _("Reversed and replaced"), icon="undo-2", final=True),
        State("dropped", _("Thrown away"), icon="trash-2", final=True),
    ),
    initial="draft",
    transitions=(
        Transition("hand_in", "draft", "handed_in", OPENING, _("Hand in"), (_has_lines, _has_evidence)),
        Transition("approve", "handed_in", "posted", CLOSE, _("Approve and post"), (not_the_asker, _has_evidence), (*_DONE, "seq")),
        Transition("give_back", "handed_in", "draft", CLOSE, _("Give back to be corrected"), (not_the_asker,), ("reason",)),
        Transition("drop", "draft", "dropped", OPENING, _("Throw away")),
        # Only when its correction is approved.
        Transition("reverse", "posted", "reversed", CLOSE, _("Reverse"), required=("replaced_by",)),
    ),
    todos=WorkflowTodos(_opening_todo, lambda _actor: Opening.state.in_(("draft", "handed_in"))),
)  # fmt: skip

WORKFLOWS = (PLEDGE, CHANGE, VOUCHER, MOVE, OPENINGS)
