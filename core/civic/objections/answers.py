"""Answering objections in public, explaining an answer further, and telling whoever objected.

Filing and taking back is in `filing`.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.actor import Actor, community_of
from core.civic.notices.pairs import before_after_publication
from core.civic.notices.publishing import when_withdrawn
from core.civic.notices.records import Notice, NoticePair
from core.civic.objections.filing import check_text, keep_word, moment_of, tidy
from core.civic.objections.lists import days_late
from core.civic.objections.records import (
    ANSWER,
    MOST_ANSWER,
    MOST_WORDS,
    OUTCOMES,
    Objection,
    ObjectionAnswered,
    Objector,
)
from core.civic.reaching.messages import tell
from core.civic.threads.follows import tell_followers
from core.civic.workflow.engine import advance
from core.clock import local_day
from core.errors import Invalid, Refused
from core.store import audit
from core.store.db import transactional
from core.store.ref import Ref
from core.text import Label, _, ngettext

TOLD_BY_TELEPHONE = 80
# What may stand in place of what was left out of somebody's words.
_LEFT_OUT = frozenset("×*＊…某○□略（）()【】[]_")


@transactional
def answer_objection(
    actor: Actor, objection_id: int, *, wording: str, answer: str, outcome: str, at: int | None = None
) -> Objection:
    """Give the public answer, what follows from it (one of `OUTCOMES`) and what is published of the objector's words.

    From these only something may be left out. Whoever objected is told. `at` as in `file_objection`. Raises `Invalid` (wording,
    answer, outcome), `Refused` for one's own objection and one that has its answer, `Conflict`, `Forbidden`, `NotFound`.
    """
    actor.require(ANSWER)
    objection: Objection = Objection.get_of(community_of(actor), objection_id)
    objector: Objector = Objector.get_of(objection.community, objection.id)
    if _is_objector(actor, objector):
        raise Refused(_("This objection is your own: somebody else has to answer it."))
    _check_answer(objector.words, wording, answer, outcome)
    published, moment = tidy(wording), moment_of(actor, at)
    notice: Notice = Notice.get_of(objection.community, objection.notice_id)
    advance(
        actor, objection, "answer",
        event=lambda record: ObjectionAnswered(record.id, notice.id, record.serial, outcome, notice.subject),
        wording=published, shortened=published != objector.words, answer=tidy(answer), outcome=outcome,
        answered_at=moment, answered_by=actor.signature, answered_account=actor.account,
        days_late=days_late(objection, local_day(moment)),
    )  # fmt: skip
    if objection.shortened:
        audit.record(
            actor, "core.objection.shortened", objection.ref,
            before={"wording": objector.words}, after={"wording": published}, permission=ANSWER,
        )  # fmt: skip
    words = _(
        "Your objection no. %(number)d to “%(title)s” has its answer: %(outcome)s. %(answer)s",
        number=objection.serial, title=notice.title, outcome=OUTCOMES[outcome], answer=_beginning(answer),
    )  # fmt: skip
    _tell(actor, objection, objector, "answered", _("Answer to your objection"), words)
    news = _(
        "An objection to “%(title)s” has its answer: %(outcome)s", title=notice.title, outcome=OUTCOMES[outcome]
    )  # fmt: skip
    if at is None:
        tell_followers(actor, objection.ref, "answered", news)
    return objection


def _beginning(answer: str) -> str:
    """The beginning of an answer, as much as is said on the telephone."""
    whole = " ".join(answer.split())
    return whole if len(whole) <= TOLD_BY_TELEPHONE else f"{whole[:TOLD_BY_TELEPHONE]}……"


def _check_answer(words: str, wording: str, answer: str, outcome: str) -> None:
    errors: dict[str, list[Label]] = {}
    check_text(errors, "answer", answer, MOST_ANSWER)
    check_text(errors, "wording", wording, MOST_WORDS)
    if "wording" not in errors and not only_left_out(words, wording):
        errors["wording"] = [
            _(
                "Only leave personal details out here and write … in their place: the words must stay the objector's own."
            )
        ]
    if outcome not in OUTCOMES:
        errors["outcome"] = [_("Please choose what follows from the objection.")]
    if errors:
        raise Invalid(errors)


def only_left_out(original: str, wording: str) -> bool:
    """Whether a wording is the original with something left out, marked by … or 某 or not at all, and something remains."""
    kept = [sign for sign in wording if not sign.isspace() and sign not in _LEFT_OUT]
    rest = iter(original)
    return bool(kept or wording.strip() == original.strip()) and all(sign in rest for sign in kept)


def _is_objector(actor: Actor, objector: Objector) -> bool:
    return (actor.account is not None and actor.account == objector.account_id) or (
        actor.person is not None and actor.person == objector.person_id
    )


@transactional
def explain(actor: Actor, objection_id: int, words: str) -> None:
    """Add a public word of explanation to an answer, which itself never changes. Raises `Invalid` (words), `Refused`."""
    actor.require(ANSWER)
    objection: Objection = Objection.get_of(community_of(actor), objection_id)
    if objection.state != "answered":
        raise Refused(_("An explanation is added to an answer; this objection has none yet."))
    keep_word(objection, "office", words, by_account=actor.account, by_label=actor.signature)
    audit.record(actor, "core.objection.explained", objection.ref, after={"words": words.strip()}, permission=ANSWER)


# --------------------------------------------------------------------------- telling


def _unanswered(_actor: Actor, pair: NoticePair) -> Sequence[Label]:
    """Why the second publication of a pair has to wait: objections to the first that have no answer yet."""
    first = Notice.of(pair.community, Notice.id).where(
        Notice.pair_id == pair.id, Notice.stage == "before", Notice.state == "published"
    )
    waiting = (Objection.notice_id.in_(first)) & (Objection.state == "submitted")
    count = Objection.of(pair.community).where(waiting).count()
    if not count:
        return ()
    return (
        ngettext(
            "%(num)d objection to the first publication is not answered yet.",
            "%(num)d objections to the first publication are not answered yet.",
            count,
        ),
    )


def _notice_withdrawn(actor: Actor, notice: Notice) -> list[Ref]:
    """Tell everybody whose objection is still open; returns these objections."""
    same = (Objection.notice_id == notice.id) & (Objection.state == "submitted")
    found = list(Objection.of(notice.community).where(same).order_by(Objection.id))
    for objection in found:
        words = _(
            "The notice “%(title)s” to which you objected (no. %(number)d) was withdrawn.",
            title=notice.title, number=objection.serial,
        )  # fmt: skip
        objector = Objector.get_of(objection.community, objection.id)
        _tell(actor, objection, objector, "notice_withdrawn", _("About your objection"), words)
    return [objection.ref for objection in found]


def _tell(actor: Actor, objection: Objection, objector: Objector, key: str, title: Label, words: Label) -> None:
    """Tell the objector, whatever they prefer: an answer is owed to them. Not when nobody knows who it was."""
    if not objector.name and not objector.phone and objector.person_id is None:
        return
    to = objection.ref if objector.person_id is None else objector.person_id
    name = objector.name or str(_("Objector (name not given)"))
    tell(actor, to, objection.ref, key, words, title=title, name=name, phone=objector.phone, required=True)


before_after_publication(_unanswered)
when_withdrawn(_notice_withdrawn)
