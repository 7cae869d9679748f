"""Notices 公示: drafting, submitting, publishing, withdrawing and correcting them, and the files that hang with them.

How they are listed is in `lists`, double publications in `pairs`, what vouches for them in `digest`.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Actor, community_of
from core.civic import attachments
from core.civic.calendar.days import deadline
from core.civic.notices.categories import PUBLISH, WRITE, lengths_of
from core.civic.notices.digest import PUBLISHED, attached_to, code_of, code_text, digest_for
from core.civic.notices.news import tell_published
from core.civic.notices.records import Notice
from core.civic.notices.wording import NoticeWording, checked, number_text, told_of, wrong_days
from core.civic.threads.follows import tell_followers
from core.clock import local_day, today
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from core.plugin.declarations import FileKind
from core.plugin.events import emit, event
from core.store import audit
from core.store.community import Community
from core.store.db import canonical, now, transactional
from core.store.ref import Ref
from core.store.sequence import SequenceNumber, next_number
from core.text import Label, _, is_storable

SEQUENCE = "notice"
LONGEST_REASON = 500


# Asked before a draft is published: reasons why not yet.
Rule = Callable[[Actor, Notice, datetime.date], Sequence[Label]]
_before_publication: list[Rule] = []
# What of core follows from a withdrawal, in the same transaction; whoever asked for the records it returns was told.
_followers: list[Callable[[Actor, Notice], Sequence[Ref]]] = []


@event("core.notice.published/1")
class NoticePublished:
    """A notice was published; it is up from `publish_from` to `publish_until`. `subject` is what it is about, or empty."""

    notice: Ref
    number: str
    title: str
    category: str
    subject: str
    publish_from: datetime.date
    publish_until: datetime.date


@event("core.notice.withdrawn/1")
class NoticeWithdrawn:
    """A published notice was withdrawn for a reason."""

    notice: Ref
    subject: str
    reason: str


def phase(notice: Any, day: datetime.date | None = None) -> str:
    """Where a notice is: draft, discarded, waiting (published, not up yet), up, ended or withdrawn."""
    if notice.state != "published":
        return str(notice.state)
    day = day or today()
    if day < notice.publish_from:
        return "waiting"
    return "up" if day <= notice.publish_until else "ended"


# --------------------------------------------------------------------------- drafts


@transactional
def draft_notice(actor: Actor, wording: NoticeWording, *, subject: Ref | None = None) -> Notice:
    """Write a draft, which only staff see. `subject` is the record it is about. Raises `Invalid` by field, `NotFound`."""
    actor.require(WRITE)
    community = community_of(actor)
    if subject is not None and subject.community != community:
        raise NotFound
    notice = Notice.create(
        community=community,
        subject=str(subject) if subject else "",
        by_account=actor.account,
        by_label=actor.signature,
        **checked(community, wording),
    )
    audit.record(actor, "core.notice.drafted", notice.ref, after=told_of(notice), permission=WRITE)
    return notice


@transactional
def edit_draft(actor: Actor, notice_id: int, wording: NoticeWording) -> Notice:
    """Change a draft. Raises `Invalid` by field, `Conflict` when it is no draft any more."""
    actor.require(WRITE)
    notice = draft_of(actor, notice_id)
    before = told_of(notice)
    _set(notice, **checked(notice.community, wording))
    after = told_of(notice)
    if before != after:
        audit.record(actor, "core.notice.edited", notice.ref, before=before, after=after, permission=WRITE)
    return notice


@transactional
def discard_draft(actor: Actor, notice_id: int) -> None:
    """Put a draft away; it stays in the audit log only. Raises `Conflict`."""
    actor.require(WRITE)
    notice = draft_of(actor, notice_id)
    _set(notice, state="discarded")
    audit.record(actor, "core.notice.discarded", notice.ref, before={"title": notice.title}, permission=WRITE)


@transactional
def submit_draft(actor: Actor, notice_id: int, wanted: bool = True) -> None:
    """Hand a draft in for the signature of whoever publishes, or give it back (`wanted` False). Raises `Conflict`."""
    actor.require(WRITE)
    notice = draft_of(actor, notice_id)
    if bool(notice.submitted_at) == wanted:
        return
    _set(notice, submitted_at=now() if wanted else None)
    action = "core.notice.submitted" if wanted else "core.notice.given_back"
    audit.record(actor, action, notice.ref, after={"title": notice.title}, permission=WRITE)


def draft_of(actor: Actor, notice_id: int) -> Notice:
    """A draft of the actor's community; raises `Conflict` when it was published or put away meanwhile."""
    notice: Notice = Notice.get_of(community_of(actor), notice_id)
    if notice.state != "draft":
        raise Conflict(
            _("This is no draft any more."), advice=_("Open the list of notices: somebody else has dealt with it.")
        )
    return notice


def _set(notice: Notice, **values: Any) -> None:
    Notice.update(**values).where(Notice.community == notice.community, Notice.id == notice.id).execute()
    for name, value in values.items():
        setattr(notice, name, value)


# --------------------------------------------------------------------------- files


@transactional
def add_files(actor: Actor, notice_id: int, role: str, wishes: Sequence[tuple[str, str]]) -> None:
    """Hang uploads with a draft as `attachment` or `scan`. Raises `Refused`, `Conflict`."""
    notice = draft_of(actor, notice_id)
    attachments.attach(actor, notice.ref, role, wishes, permission=WRITE)


@transactional
def remove_file(actor: Actor, notice_id: int, use_id: int) -> None:
    """Take a file off a draft. Raises `NotFound`, `Conflict`."""
    notice = draft_of(actor, notice_id)
    attachments.remove_file(actor, notice.ref, use_id, permission=WRITE)


def may_see(actor: Actor, notice: Notice) -> str:
    """What an actor sees of a notice: `all`, `stub` (withdrawn) or nothing (empty)."""
    where = phase(notice)
    if actor.can(WRITE) or actor.can(PUBLISH):
        return "all"
    if where in ("up", "ended"):
        return "all"
    return "stub" if where == "withdrawn" and notice.publish_from <= today() else ""


def _may_see_files(actor: Actor, subject: Ref) -> bool:
    notice: Notice = Notice.get_of(str(subject.community), subject.id)
    return may_see(actor, notice) == "all"


MOST_FILES = 10
attachments.add_core_files(
    *(
        FileKind(Notice.kind, role, _may_see_files, most=MOST_FILES, takes=("picture", "document"), keep_days=None)
        for role in ("attachment", "scan")
    )
)


# --------------------------------------------------------------------------- publishing


@dataclass(frozen=True)
class Outlook:
    """What a publication today would make of a draft. `number` may be taken by another until then.

    `reasons` say why it cannot be published now; `seen` is what the confirmation hands back, so that nothing else is
    published than was shown.
    """

    number: str
    publish_from: datetime.date
    publish_until: datetime.date
    objections_until: datetime.date | None
    reasons: tuple[Label, ...]
    seen: str


def outlook(actor: Actor, notice: Notice, day: datetime.date | None = None) -> Outlook:
    """What publishing a draft would say: today, unless another day is given."""
    day = day or today()
    first = max(notice.publish_from or day, day)
    same = (SequenceNumber.community == notice.community) & (SequenceNumber.kind == SEQUENCE)
    last = SequenceNumber.get_or_none(same & (SequenceNumber.year == day.year))
    return Outlook(
        number_text(day.year, last.last + 1 if last else 1),
        first,
        _last_day(first, notice.days),
        _last_day(first, notice.objection_days) if notice.takes_objections else None,
        tuple(_reasons_against(actor, notice, day)),
        _seen(notice, first),
    )


def _last_day(first: datetime.date, days: int) -> datetime.date:
    """The first day is not counted (《民法典》 §201), so a notice of seven days hangs for seven whole days after it."""
    return deadline(first, days, working=False, roll_over=False)


def _seen(notice: Notice, first: datetime.date) -> str:
    files = [each.told() for each in attached_to(notice)]
    told = [told_of(notice), notice.pair_id, notice.stage, notice.replaces, str(first), files]
    return hashlib.sha256(canonical(told).encode()).hexdigest()[:16]


def _reasons_against(actor: Actor, notice: Notice, day: datetime.date) -> list[Label]:
    lengths = lengths_of(notice.community, notice.category)
    reasons: list[Label] = []
    for texts in wrong_days(notice.days, notice.objection_days, lengths.least, lengths.objections).values():
        reasons += texts
    for rule in _before_publication:
        reasons += rule(actor, notice, day)
    return reasons


def before_publication(rule: Rule) -> None:
    """Let `rule(actor, draft, day)` name reasons why a draft cannot be published on a day."""
    _before_publication.append(rule)


@transactional
def publish_notice(actor: Actor, notice_id: int, *, seen: str = "", at: int | None = None) -> Notice:
    """Publish a draft: number, days, digest and code are made, and from now on nothing of it changes.

    `seen` is the `Outlook.seen` that was confirmed. `at` (ms UTC) is a moment in the past, which only a command at the
    office PC may give: the demo community has a history. Raises `Refused` when there are reasons against it or the draft is not
    what was seen, `Conflict` when it is no draft any more.
    """
    actor.require(PUBLISH)
    if at is not None and actor.kind != "command":
        raise Forbidden
    notice = draft_of(actor, notice_id)
    day = today() if at is None else local_day(at)
    expected = outlook(actor, notice, day)
    if seen and seen != expected.seen:
        raise Refused(
            _("The draft was changed after you looked at it."), advice=_("Look at it again, then publish it.")
        )
    if expected.reasons:
        raise Refused(" ".join(str(reason) for reason in expected.reasons))
    chain_seq, chain_digest = audit.head(notice.community)
    notice.state = "published"
    notice.year, notice.serial = day.year, next_number(notice.community, day.year, SEQUENCE)
    notice.publish_from, notice.publish_until = expected.publish_from, expected.publish_until
    notice.objections_until = expected.objections_until
    notice.published_at, notice.published_by = at or now(), actor.signature
    notice.chain_seq, notice.chain_digest = chain_seq, chain_digest
    notice.digest = digest_for(notice)
    notice.code = code_of(notice.digest)
    notice.save()
    # The very next entry of the chain after the one it vouches for (see `digest`).
    audit.record(actor, PUBLISHED, notice.ref, after=_published(notice), permission=PUBLISH)
    number = number_text(notice.year, notice.serial)
    told = NoticePublished(
        notice.ref, number, notice.title, notice.category, notice.subject, notice.publish_from, notice.publish_until
    )
    emit(notice.community, told)
    if at is None:
        tell_published(actor, notice)
    _residents_see_something_new(notice.community)
    return notice


def _published(notice: Notice) -> dict[str, Any]:
    return {
        "number": number_text(notice.year, notice.serial),
        "title": notice.title,
        "publish_from": str(notice.publish_from),
        "publish_until": str(notice.publish_until),
        "objections_until": str(notice.objections_until or ""),
        "code": code_text(notice.code),
        "digest": notice.digest,
    }


def _residents_see_something_new(community: str) -> None:
    Community.update(version=Community.version + 1).where(Community.code == community).execute()


# --------------------------------------------------------------------------- withdrawing and correcting


def when_withdrawn(follow: Callable[[Actor, Notice], Sequence[Ref]]) -> None:
    """Let `follow(actor, notice)` do what follows from a withdrawal, in the same transaction; it returns the records whose
    askers it told. Modules listen to the event."""
    _followers.append(follow)


@transactional
def withdraw_notice(actor: Actor, notice_id: int, reason: str) -> Notice:
    """Take a published notice down: title, number, days and the reason stay to be read, its text does not.

    Raises `Invalid` without a reason, `Conflict` when it is not published (any more).
    """
    actor.require(PUBLISH)
    words = " ".join(reason.split())
    if not words or len(words) > LONGEST_REASON or not is_storable(words):
        raise Invalid({"reason": [_("Please write in a sentence why it is withdrawn; everybody can read that.")]})
    notice: Notice = Notice.get_of(community_of(actor), notice_id)
    if notice.state != "published":
        raise Conflict(_("Only a published notice can be withdrawn."))
    _set(notice, state="withdrawn", withdrawn_at=now(), withdrawn_by=actor.signature, withdrawn_reason=words)
    audit.record(
        actor, "core.notice.withdrawn", notice.ref, after={"title": notice.title}, reason=words, permission=PUBLISH
    )
    told = [ref for follow in _followers for ref in follow(actor, notice)]
    news = _("“%(title)s” was withdrawn. Reason: %(reason)s", title=notice.title, reason=words)
    tell_followers(actor, notice.ref, "withdrawn", news, told)
    emit(notice.community, NoticeWithdrawn(notice.ref, notice.subject, words))
    _residents_see_something_new(notice.community)
    return notice


@transactional
def correct_notice(actor: Actor, notice_id: int) -> Notice:
    """A draft with the words of a withdrawn notice, which it will replace; the one that is there, if it was begun before.

    Files are not taken over: they may be what was wrong. Raises `Refused` for a notice that was not withdrawn.
    """
    actor.require(WRITE)
    notice: Notice = Notice.get_of(community_of(actor), notice_id)
    if notice.state != "withdrawn":
        raise Refused(_("Withdraw the notice first; then a corrected one can be written."))
    begun: Notice | None = successor(notice)
    if begun is not None:
        return begun
    fields = ("category", "title", "body", "responsible", "subject", "days", "objection_days", "takes_objections")
    place = {"pair_id": notice.pair_id, "stage": notice.stage} if _place_is_free(notice) else {}
    draft = Notice.create(
        community=notice.community,
        replaces=notice.id,
        by_account=actor.account,
        by_label=actor.signature,
        **{field: getattr(notice, field) for field in fields},
        **place,
    )
    audit.record(actor, "core.notice.drafted", draft.ref, after=told_of(draft), permission=WRITE)
    return draft


def _place_is_free(notice: Notice) -> bool:
    same = (Notice.pair_id == notice.pair_id) & (Notice.stage == notice.stage)
    alive = Notice.state.in_(("draft", "published"))
    return notice.pair_id is None or not Notice.of(notice.community).where(same, alive).exists()


def successor(notice: Notice) -> Notice | None:
    """The notice, or the draft of one, that replaces a withdrawn notice."""
    query = Notice.of(notice.community).where(Notice.replaces == notice.id, Notice.state != "discarded")
    return query.order_by(Notice.id.desc()).first()
