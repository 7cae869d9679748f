"""Double publication 双公示: a first notice, its objections, and a second notice that says what became of it.

The second can be published when the days and the objections of the first are over and nothing speaks against it; what
speaks against it is told by rules (`before_after_publication`). What a notice itself may do is in `publishing`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Actor, community_of
from core.civic.notices import publishing as notices
from core.civic.notices.categories import PUBLISH, WRITE, lengths_of
from core.civic.notices.digest import Attached, attached_to
from core.civic.notices.publishing import draft_of, phase
from core.civic.notices.records import Notice, NoticePair
from core.civic.notices.text import Passage, difference
from core.clock import day_text, today
from core.errors import Conflict, Refused
from core.store import audit
from core.store.db import transactional
from core.text import Label, LazyText, _

BEFORE, AFTER = "before", "after"
STEPS: tuple[LazyText, ...] = (_("First publication"), _("Objections"), _("Second publication"), _("Finished"))

Rule = Callable[[Actor, NoticePair], Sequence[Label]]
_rules: list[Rule] = []


def before_after_publication(rule: Rule) -> None:
    """Let `rule(actor, pair)` name reasons why the second notice of a pair cannot be published now."""
    _rules.append(rule)


@dataclass(frozen=True)
class PairView:
    """A pair as pages show it. `step` counts `STEPS` from 1; `reasons` say why the second notice has to wait.

    `before` and `after` are the notices that hold, drafts included; None where there is none yet.
    """

    pair: NoticePair
    before: Notice | None
    after: Notice | None
    step: int
    reasons: tuple[Label, ...]

    @property
    def is_comparable(self) -> bool:
        """Whether both texts may be read: that of a withdrawn notice may not."""
        return all(each is not None and each.state != "withdrawn" for each in (self.before, self.after))

    @property
    def passages(self) -> list[Passage]:
        """What was changed from the first text to the second; empty without both."""
        if self.before is None or self.after is None:
            return []
        return difference(self.before.body, self.after.body)

    @property
    def changes(self) -> list[tuple[LazyText, str, str]]:
        """What was changed besides the text: (what, before, after)."""
        if self.before is None or self.after is None:
            return []
        parts = (
            (_("Title"), self.before.title, self.after.title),
            (_("Responsible"), self.before.responsible, self.after.responsible),
            (_("Attachments"), *_files(_attachments(self.before), _attachments(self.after))),
        )
        return [part for part in parts if part[1] != part[2]]

    @property
    def is_unchanged(self) -> bool:
        """Whether the second notice says what the first said."""
        return not self.changes and all(passage.kind == "same" for passage in self.passages)


def _attachments(notice: Notice) -> list[Attached]:
    """The files that say something. Scans are not compared: each publication has the signed paper of its own."""
    return [each for each in attached_to(notice) if each.role == "attachment"]


def _files(before: Sequence[Attached], after: Sequence[Attached]) -> tuple[str, str]:
    """The names of two lists of files. One that was exchanged under the same name is marked, one that only moved is not."""
    known = {(each.name, each.sha256) for each in before}
    names = {each.name for each in before}

    def told(each: Attached) -> str:
        exchanged = each.name in names and (each.name, each.sha256) not in known
        return str(_("%(name)s (another file)", name=each.name)) if exchanged else each.name

    first, second = sorted(each.name for each in before), sorted(told(each) for each in after)
    return ("、".join(first) or str(_("none"))), ("、".join(second) or str(_("none")))


def pair_of(actor: Actor, notice: Notice, public: bool = False) -> PairView | None:
    """The pair a notice belongs to; None when it stands alone."""
    return (
        None if notice.pair_id is None else view_of(actor, NoticePair.get_of(notice.community, notice.pair_id), public)
    )


def view_of(actor: Actor, pair: NoticePair, public: bool = False) -> PairView:
    """A pair with its notices, where it is, and what the second notice waits for."""
    found = _notices_of(pair)
    if public:
        found = [each for each in found if phase(each) not in ("draft", "waiting")]
    before, after = _holding(found, BEFORE), _holding(found, AFTER)
    published = after is not None and after.state == "published"
    reasons = () if published else tuple(_reasons(actor, pair, before, today()))
    if published:
        step = 4
    elif before is None or before.state != "published" or today() < before.publish_from:
        step = 1
    else:
        step = 2 if reasons else 3
    return PairView(pair, before, after, step, reasons)


def _notices_of(pair: NoticePair) -> list[Notice]:
    query = Notice.of(pair.community).where(Notice.pair_id == pair.id, Notice.state != "discarded")
    return list(query.order_by(Notice.id))


def _holding(found: Sequence[Notice], stage: str) -> Notice | None:
    """The notice of a stage that is a draft or published, else the last one that was withdrawn."""
    known = [notice for notice in found if notice.stage == stage]
    alive = [notice for notice in known if notice.state != "withdrawn"]
    return next(iter((alive or known)[-1:]), None)


def first_of(notice: Notice) -> Notice | None:
    """The first notice of the pair whose second one this is; None for every other notice."""
    if notice.stage != "after" or notice.pair_id is None:
        return None
    found = _notices_of(NoticePair.get_of(notice.community, notice.pair_id))
    return _holding([each for each in found if phase(each) not in ("draft", "waiting")], BEFORE)


def reasons_against_after(actor: Actor, pair: NoticePair, day: datetime.date) -> list[Label]:
    """Why the second notice of a pair cannot be published on a day; empty when it can."""
    return _reasons(actor, pair, _holding(_notices_of(pair), BEFORE), day)


def _reasons(actor: Actor, pair: NoticePair, before: Notice | None, day: datetime.date) -> list[Label]:
    if before is None or before.state != "published":
        return [_("The first notice is not published.")]
    reasons: list[Label] = []
    over = max(before.publish_until, before.objections_until or before.publish_until)
    if day <= over:
        reasons.append(_("The first notice is up until %(day)s.", day=day_text(over)))
    for rule in _rules:
        reasons += rule(actor, pair)
    return reasons


# --------------------------------------------------------------------------- acting


@transactional
def open_pair(actor: Actor, notice_id: int) -> NoticePair:
    """Make a draft or a published notice the first of a pair; the pair it has, when there is one already.

    A draft that takes no objections takes them from now on; a published one must take them. Raises `Refused`, `Conflict`.
    """
    actor.require(WRITE)
    notice: Notice = Notice.get_of(community_of(actor), notice_id)
    if notice.pair_id is not None:
        found: NoticePair = NoticePair.get_of(notice.community, notice.pair_id)
        return found
    if notice.state not in ("draft", "published"):
        raise Conflict(_("Only a draft or a published notice can be the first of two."))
    if notice.state == "published" and not notice.takes_objections:
        raise Refused(
            _("This notice takes no objections, so nothing can follow from them."),
            advice=_("Withdraw it and publish a corrected one that takes objections."),
        )
    pair = NoticePair.create(
        community=notice.community,
        title=notice.title,
        subject=notice.subject,
        by_account=actor.account,
        by_label=actor.signature,
    )
    values: dict[str, Any] = {"pair_id": pair.id, "stage": BEFORE}
    if not notice.takes_objections:
        least = lengths_of(notice.community, notice.category).objections
        values |= {"takes_objections": True, "objection_days": least, "days": max(notice.days, least)}
    Notice.update(**values).where(Notice.community == notice.community, Notice.id == notice.id).execute()
    told = {"title": pair.title, "first_notice": notice.id}
    audit.record(actor, "core.notice_pair.opened", pair.ref, after=told, permission=WRITE)
    return pair


@transactional
def draft_after(actor: Actor, pair_id: int) -> Notice:
    """The draft of the second notice with the words of the first; the one that is there, when it was begun before.

    Raises `Refused` as long as the first is not published.
    """
    actor.require(WRITE)
    pair: NoticePair = NoticePair.get_of(community_of(actor), pair_id)
    found = _notices_of(pair)
    before, begun = _holding(found, BEFORE), _holding(found, AFTER)
    if begun is not None and begun.state != "withdrawn":
        return begun
    if before is None or before.state != "published":
        raise Refused(_("The first notice is not published."), advice=_("Publish it first."))
    draft = Notice.create(
        community=pair.community,
        pair_id=pair.id,
        stage=AFTER,
        replaces=begun.id if begun is not None else None,
        by_account=actor.account,
        by_label=actor.signature,
        **{field: getattr(before, field) for field in ("category", "title", "body", "responsible", "subject", "days")},
    )
    told = {"title": draft.title, "first_notice": before.id}
    audit.record(actor, "core.notice.drafted", draft.ref, after=told, permission=WRITE)
    return draft


@transactional
def leave_pair(actor: Actor, notice_id: int) -> None:
    """Take the draft of a first notice out of its pair, so that it stands alone again. Raises `Refused`, `Conflict`."""
    actor.require(WRITE)
    notice = draft_of(actor, notice_id)
    if notice.pair_id is None:
        return
    if notice.stage == AFTER:
        raise Refused(_("A second notice belongs to the first."), advice=_("Put the draft away instead."))
    before = {"title": notice.title, "first_notice": notice.id}
    pair = NoticePair.get_of(notice.community, notice.pair_id)
    Notice.update(pair_id=None, stage="").where(Notice.community == notice.community, Notice.id == notice.id).execute()
    audit.record(actor, "core.notice_pair.left", pair.ref, before=before, permission=WRITE)


def _rule_of_pairs(actor: Actor, notice: Notice, day: datetime.date) -> Sequence[Label]:
    """What `publishing` asks before it publishes a draft."""
    if notice.pair_id is None:
        return ()
    if notice.stage == AFTER:
        return reasons_against_after(actor, NoticePair.get_of(notice.community, notice.pair_id), day)
    return () if notice.takes_objections else (_("The first of two notices takes objections: set their days."),)


notices.before_publication(_rule_of_pairs)


# --------------------------------------------------------------------------- what waits


def waiting_for_second(actor: Actor) -> list[tuple[NoticePair, Notice, datetime.date]]:
    """The pairs whose first notice has ended and whose second is not begun, with the day it ended on."""
    if not (actor.can(WRITE) or actor.can(PUBLISH)):
        return []
    community = community_of(actor)
    follows = Notice.of(community, Notice.pair_id).where(
        Notice.stage == AFTER, Notice.state.in_(("draft", "published"))
    )
    query = Notice.of(community).where(
        Notice.stage == BEFORE,
        Notice.state == "published",
        Notice.publish_until < today(),
        Notice.pair_id.not_in(follows),
    )
    return [
        (NoticePair.get_of(community, each.pair_id), each, each.publish_until)
        for each in query.order_by(Notice.publish_until)
        if phase(each) == "ended"
    ]
