"""The records of this part as others name and open them, their stories, and who may see their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import Actor, FileKind, Moment, RecordKind, Ref, acts_on, history, name_of, yuan
from plugins.revenue.giving import thanks
from plugins.revenue.giving.changes import WHAT
from plugins.revenue.giving.models import Float, FloatMove, Gift, GiftChange, Opening, Pledge, Voucher
from plugins.revenue.giving.petty import MOVES
from plugins.revenue.giving.pledges import pledge_text
from plugins.revenue.giving.states import BOOKS, CHANGE, GIVE, MOVE, OPENINGS, PETTY, PLEDGE, VOUCHER
from plugins.revenue.giving.vouchers import voucher_text
from plugins.revenue.texts import _

_STATES = {
    flow.model.kind: {state.name: state for state in flow.states} for flow in (PLEDGE, CHANGE, VOUCHER, MOVE, OPENINGS)
}
_TONES = {"ok": "ok", "warn": "warn", "bad": "bad"}


def _of(model: Any, actor: Actor, refs: Sequence[Ref]) -> list[Any]:
    ids = [int(ref.id) for ref in refs if ref.kind == model.kind]
    return list(model.of(str(actor.community)).where(model.id.in_(ids)))


def _keeps_books(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and actor.can(BOOKS)


def _steps(model: Any, actor: Actor, ref: Ref) -> Iterator[Moment]:
    """The steps of a record, as those who keep the books read them."""
    for step in history(model.get_of(str(actor.community), int(ref.id))):
        state = _STATES[model.kind][step.target]
        yield Moment(step.at, state.label, step.reason, name_of(step.by_label), _TONES.get(state.tint, ""))


# --------------------------------------------------------------------------- donations


def _pledges(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    return {each.ref: pledge_text(each) for each in _of(Pledge, actor, refs) if _sees_pledge(actor, each.ref)}


def _sees_pledge(actor: Actor, ref: Ref) -> bool:
    """Those who keep the books; everybody else once something has arrived, as the donor wished to be shown."""
    if actor.community != ref.community:
        return False
    return actor.can(BOOKS) or thanks.thanked(str(ref.community), int(ref.id)) is not None


def _pledge_path(actor: Actor, ref: Ref) -> str:
    return f"revenue/desk/giving/{ref.id}" if actor.can(BOOKS) else f"revenue/giving/{ref.id}"


def _pledge_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    """What arrived and what became of it, for everybody; who did it for those who keep the books."""
    community, staff = str(actor.community), actor.can(BOOKS)
    if staff:
        yield from _steps(Pledge, actor, ref)
    for gift in Gift.of(community).where(Gift.pledge_id == int(ref.id)).order_by(Gift.number):
        what = gift.item or _("%(yuan)s yuan", yuan=yuan(gift.amount))
        yield Moment(gift.at, _("Received"), what, name_of(gift.by_label) if staff else "", "ok")
    for change in GiftChange.of(community).where(GiftChange.pledge_id == int(ref.id), GiftChange.state == "done"):
        steps = [step for step in history(change) if step.target == "done"]
        detail = _("%(yuan)s yuan", yuan=yuan(change.amount)) if change.amount else ""
        who = name_of(change.decided_label) if staff else ""
        yield Moment(steps[-1].at if steps else change.at, WHAT[change.what], detail, who)
    for at, _action, by in acts_on(ref, "revenue.gift.told"):
        yield Moment(at, _("What became of it was told"), "", name_of(by) if staff else "")


def _pledge_relations(community: str, refs: Sequence[Ref]) -> Iterator[tuple[Ref, str, Ref]]:
    """A change is about its donation, seen from either end."""
    for ref in refs:
        if ref.kind == Pledge.kind:
            for change in GiftChange.of(community).where(GiftChange.pledge_id == int(ref.id)):
                yield change.ref, "about", ref
        elif ref.kind == GiftChange.kind:
            found = GiftChange.of(community).where(GiftChange.id == int(ref.id)).first()
            if found is not None:
                yield ref, "about", Ref(Pledge.kind, community, found.pledge_id)


def _gifts(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not actor.can(BOOKS):
        return {}
    return {
        each.ref: f"{pledge_text(Pledge.get_of(each.community, each.pledge_id))}-{each.number}"
        for each in _of(Gift, actor, refs)
    }


def _gift_path(actor: Actor, ref: Ref) -> str:
    gift = Gift.get_of(str(actor.community), int(ref.id))
    return f"revenue/desk/giving/{gift.pledge_id}"


def _changes(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    return {each.ref: str(WHAT[each.what]) for each in _of(GiftChange, actor, refs)} if actor.can(BOOKS) else {}


# --------------------------------------------------------------------------- petty cash and opening balances


def _floats(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    return {each.ref: each.name for each in _of(Float, actor, refs)} if actor.can(BOOKS) else {}


def _float_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    for action, words in (("revenue.float.opened", _("Opened")), ("revenue.float.closed", _("Closed"))):
        for at, _action, by in acts_on(ref, action):
            yield Moment(at, words, "", name_of(by))
    for move in FloatMove.of(str(actor.community)).where(FloatMove.float_id == int(ref.id), FloatMove.state == "done"):
        sum_ = move.counted if move.what == "count" else move.amount
        yield Moment(move.at, MOVES[move.what], _("%(yuan)s yuan", yuan=yuan(sum_)), name_of(move.decided_label))


def _float_relations(community: str, refs: Sequence[Ref]) -> Iterator[tuple[Ref, str, Ref]]:
    """Vouchers and movements are about their float."""
    for ref in refs:
        for model in (Voucher, FloatMove):
            if ref.kind == model.kind:
                for row in model.of(community).where(model.id == int(ref.id)):
                    yield ref, "about", Ref(Float.kind, community, row.float_id)
            elif ref.kind == Float.kind:
                for row in model.of(community).where(model.float_id == int(ref.id)).order_by(model.id.desc()).limit(20):
                    yield row.ref, "about", ref


def _vouchers(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not actor.can(BOOKS):
        return {}
    boxes = {each.id: each for each in Float.of(str(actor.community))}
    return {each.ref: voucher_text(boxes[each.float_id], each) for each in _of(Voucher, actor, refs)}


def _moves(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    return {each.ref: str(MOVES[each.what]) for each in _of(FloatMove, actor, refs)} if actor.can(BOOKS) else {}


def _openings(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not actor.can(BOOKS):
        return {}
    return {each.ref: str(_("Opening balances of %(day)s", day=each.opening_day)) for each in _of(Opening, actor, refs)}


def _story_of(model: Any) -> Any:
    return lambda actor, ref: _steps(model, actor, ref)


RECORDS = (
    RecordKind(Pledge, _("Donation"), "hand-heart", _pledges, _pledge_path, _sees_pledge, _pledge_story, _pledge_relations),
    RecordKind(Gift, _("Instalment of a donation"), "hand-coins", _gifts, _gift_path, _keeps_books),
    RecordKind(
        GiftChange, _("Change of a donation"), "undo-2", _changes, lambda _actor, ref: f"revenue/desk/giving/changes/{ref.id}",
        _keeps_books, _story_of(GiftChange),
    ),
    RecordKind(
        Float, _("Float of petty cash"), "wallet", _floats, lambda _actor, ref: f"revenue/desk/petty/{ref.id}", _keeps_books,
        _float_story, _float_relations,
    ),
    RecordKind(
        Voucher, _("Payment from petty cash"), "receipt", _vouchers,
        lambda _actor, ref: f"revenue/desk/petty/vouchers/{ref.id}", _keeps_books, _story_of(Voucher),
    ),
    RecordKind(
        FloatMove, _("Movement of petty cash"), "wallet", _moves, lambda _actor, ref: f"revenue/desk/petty/moves/{ref.id}",
        _keeps_books, _story_of(FloatMove),
    ),
    RecordKind(
        Opening, _("Opening balances"), "book-open", _openings, lambda _actor, ref: f"revenue/desk/opening/{ref.id}",
        _keeps_books, _story_of(Opening),
    ),
)  # fmt: skip

_PAPERS = ("picture", "document")


def _sees_photos(_actor: Actor, ref: Ref) -> bool:
    """Photos of what became of a donation are for everybody."""
    return thanks.thanked(str(ref.community), int(ref.id)) is not None


def _sees_papers(actor: Actor, ref: Ref) -> bool:
    return _keeps_books(actor, ref) or actor.can(GIVE) or actor.can(PETTY)


FILES = (
    FileKind(Pledge.kind, "photo", _sees_photos, most=12, keep_days=None),
    FileKind(Pledge.kind, "scan", _sees_papers, most=24, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Gift.kind, "scan", _sees_papers, most=4, takes=_PAPERS, keep_days=None, private=True),
    FileKind(GiftChange.kind, "scan", _sees_papers, most=4, takes=_PAPERS, keep_days=None, private=True),
    FileKind(Voucher.kind, "scan", _sees_papers, most=4, takes=_PAPERS, keep_days=None),
    FileKind(Opening.kind, "scan", _sees_papers, most=12, takes=_PAPERS, keep_days=None),
)
