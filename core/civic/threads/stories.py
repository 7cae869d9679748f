"""What core's own records tell in threads: notices, objections to them, calls received. Modules tell theirs themselves."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

from core.actor import Actor, community_of, name_of
from core.civic.intake import INTAKE, CallIntake
from core.civic.notices.categories import PUBLISH, WRITE
from core.civic.notices.publishing import may_see as sees_notice
from core.civic.notices.records import Notice
from core.civic.notices.wording import number_text
from core.civic.objections import lists as objection_lists
from core.civic.objections.records import CHANNELS, ENTER, OUTCOMES, Objection, ObjectionWord, Objector
from core.civic.reaching.calls import TAKE, WORK, require_seen, seen_by
from core.civic.workflow import engine as workflow
from core.clock import day_text, today, utc_minute
from core.plugin.declarations import Moment, RecordKind
from core.store.ref import Ref
from core.text import Label, _

Edges = Iterator[tuple[Ref, str, Ref]]


def _ids(refs: Sequence[Ref], kind: str) -> list[int]:
    """The keys of those records that are of a kind."""
    return [int(ref.id) for ref in refs if ref.kind == kind]


def _after(day: datetime.date) -> int:
    """The moment (ms UTC) at which a local day is over."""
    return utc_minute(day, 24 * 60) * 60_000


# --------------------------------------------------------------------------- notices


def _notice(ref: Ref) -> Notice:
    found: Notice = Notice.get_of(str(ref.community), ref.id)
    return found


def _notice_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    query = Notice.of(community_of(actor)).where(Notice.id.in_(_ids(refs, Notice.kind)))
    return {each.ref: each.title for each in query if sees_notice(actor, each)}


def _notice_path(actor: Actor, ref: Ref) -> str:
    if actor.can(WRITE):
        return f"notices/desk/{ref.id}"
    return f"notices/{ref.id}" if _notice(ref).published_at is not None else ""


def _notice_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    notice = _notice(ref)
    inside = actor.can(WRITE) or actor.can(PUBLISH)
    if inside:
        written = min(notice.created_at, notice.published_at or notice.created_at)
        yield Moment(written, _("Draft written"), who=name_of(notice.by_label))
    if notice.published_at is not None:
        yield Moment(
            max(notice.published_at, utc_minute(notice.publish_from, 0) * 60_000), _("Published"),
            _(
                "%(number)s, up until %(day)s",
                number=number_text(notice.year, notice.serial),
                day=day_text(notice.publish_until, with_year=True),
            ),
            name_of(notice.published_by) if inside else notice.responsible, "ok",
        )  # fmt: skip
    if notice.withdrawn_at is not None:
        yield Moment(notice.withdrawn_at, _("Withdrawn"), notice.withdrawn_reason, name_of(notice.withdrawn_by), "bad")
    elif notice.state == "published":
        if notice.objections_until is not None and notice.objections_until < min(today(), notice.publish_until):
            yield Moment(_after(notice.objections_until), _("The days for objections are over"))
        if notice.publish_until < today():
            yield Moment(_after(notice.publish_until), _("The days of the notice are over"))


def _notices_related(community: str, refs: Sequence[Ref]) -> Edges:
    """What a notice is about, which one it corrects, and the first notice of its pair."""
    ids, subjects = _ids(refs, Notice.kind), [str(ref) for ref in refs]
    alive = Notice.state != "discarded"
    touched = Notice.id.in_(ids) | Notice.replaces.in_(ids) | Notice.subject.in_(subjects)
    for each in list(Notice.of(community).where(alive, touched).order_by(Notice.id)):
        if each.subject:
            yield each.ref, "about", Ref.parse(each.subject, community)
        if each.replaces is not None:
            yield each.ref, "corrects", Ref(Notice.kind, community, each.replaces)
    pairs = [each for (each,) in Notice.of(community, Notice.pair_id).where(Notice.id.in_(ids)).tuples() if each]
    both = list(Notice.of(community).where(alive, Notice.pair_id.in_(pairs)).order_by(Notice.id)) if pairs else []
    for first in (each for each in both if each.stage == "before"):
        for second in (each for each in both if each.stage == "after" and each.pair_id == first.pair_id):
            yield second.ref, "second_of", first.ref


# --------------------------------------------------------------------------- objections


def _objection(ref: Ref) -> Objection:
    found: Objection = Objection.get_of(str(ref.community), ref.id)
    return found


def _objections_seen(actor: Actor, ref: Ref) -> bool:
    """Whoever may see the notice may see that somebody objected to it, without a name."""
    return bool(sees_notice(actor, Notice.get_of(str(ref.community), _objection(ref).notice_id)))


def _objection_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, Label]:
    query = Objection.of(community_of(actor)).where(Objection.id.in_(_ids(refs, Objection.kind)))
    return {each.ref: _("no. %(number)d", number=each.serial) for each in query}


def _is_own(actor: Actor, ref: Ref) -> bool:
    objector = Objector.get_of(str(ref.community), ref.id)
    by_account = actor.account is not None and actor.account == objector.account_id
    return by_account or (actor.person is not None and actor.person == objector.person_id)


def _objection_path(actor: Actor, ref: Ref) -> str:
    if actor.can(ENTER):
        return f"objections/{ref.id}/answer"
    return f"objections/{ref.id}" if _is_own(actor, ref) else f"notices/{_objection(ref).notice_id}"


def _objection_story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    objection = _objection(ref)
    shown = objection_lists.public_objection(objection)
    inside = actor.can(ENTER) and actor.reach is None
    yield Moment(
        objection.entered_at, _("Objection brought forward: %(way)s", way=CHANNELS[shown.channel]),
        _("Handed in on %(day)s, entered later.", day=day_text(shown.asked_on)) if shown.was_entered_later else shown.wording,
        Objector.get_of(objection.community, objection.id).name if inside else _("You") if _is_own(actor, ref) else "",
        "warn",
    )  # fmt: skip
    if objection.answered_at is not None:
        late = f"（{shown.lateness}）" if shown.is_late else ""
        yield Moment(
            objection.answered_at, _("Answered: %(outcome)s", outcome=f"{OUTCOMES[objection.outcome]}{late}"),
            objection.answer, name_of(objection.answered_by), "bad" if shown.is_late else "ok",
        )  # fmt: skip
    if objection.withdrawn_at is not None:
        yield Moment(objection.withdrawn_at, _("Taken back by the objector"))
    sides = ["office", "objector"] if actor.can(ENTER) or _is_own(actor, ref) else ["office"]
    words = ObjectionWord.of(objection.community).where(ObjectionWord.objection_id == objection.id)
    for word in list(words.where(ObjectionWord.side.in_(sides)).order_by(ObjectionWord.id)):
        by_office = word.side == "office"
        text = _("Answer explained further") if by_office else _("Something added for the office")
        yield Moment(word.at, text, word.words, name_of(word.by_label) if by_office else "")


def _notice_of(objection: Objection) -> Ref:
    return Ref(Notice.kind, objection.community, objection.notice_id)


def _objections_related(community: str, refs: Sequence[Ref]) -> Edges:
    """To which notice somebody objected."""
    touched = Objection.id.in_(_ids(refs, Objection.kind)) | Objection.notice_id.in_(_ids(refs, Notice.kind))
    for each in list(Objection.of(community).where(touched).order_by(Objection.id)):
        yield each.ref, "objects_to", _notice_of(each)


def _objectors(ref: Ref) -> list[tuple[int | None, int | None]]:
    objector = Objector.get_of(str(ref.community), ref.id)
    return [(objector.person_id, objector.account_id)]


# --------------------------------------------------------------------------- calls received


def _sees_call(actor: Actor, ref: Ref) -> bool:
    if not (actor.can(TAKE) or actor.can(WORK)):
        return False
    require_seen(actor, CallIntake.get_of(str(ref.community), ref.id))
    return True


def _call_titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not (actor.can(TAKE) or actor.can(WORK)):
        return {}
    of_these = CallIntake.id.in_(_ids(refs, CallIntake.kind))
    query = CallIntake.of(community_of(actor)).where(of_these, seen_by(actor, CallIntake))
    return {each.ref: each.caller for each in query}


def _call_path(_actor: Actor, ref: Ref) -> str:
    return f"calls/{ref.id}"


def _callers(ref: Ref) -> list[tuple[int | None, int | None]]:
    return [(CallIntake.get_of(str(ref.community), ref.id).person_id, None)]


def _call_story(_actor: Actor, ref: Ref) -> Iterator[Moment]:
    call: CallIntake = CallIntake.get_of(str(ref.community), ref.id)
    states = {state.name: state for state in INTAKE.states}
    for step in workflow.history(call):
        if step.verb == "begin":
            yield Moment(step.at, _("Call received"), call.matter, name_of(step.by_label), "warn")
        else:
            state = states[step.target]
            yield Moment(step.at, state.label, call.note, name_of(step.by_label), "ok" if state.tint == "ok" else "")


CORE_RECORDS = (
    RecordKind(
        Notice, _("Notice"), "megaphone", _notice_titles, _notice_path,
        lambda actor, ref: bool(sees_notice(actor, _notice(ref))), _notice_story, _notices_related,
    ),
    RecordKind(
        Objection, _("Objection"), "message-square-text", _objection_titles, _objection_path, _objections_seen,
        _objection_story, _objections_related, _objectors,
    ),
    RecordKind(CallIntake, _("Incoming call"), "phone-incoming", _call_titles, _call_path, _sees_call, _call_story, None, _callers),
)  # fmt: skip
