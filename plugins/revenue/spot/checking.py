"""What residents found who looked at the papers of a draw, and publishing it. What is drawn is in `drawing`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from core import (
    LONGEST_BODY,
    Actor,
    Invalid,
    Label,
    NotFound,
    NoticeWording,
    Refused,
    day_text,
    draft_notice,
    local_day,
    publish_notice,
    record,
    today,
    transactional,
    yuan,
)
from plugins.revenue.ledger.entries import EntryLine, entry
from plugins.revenue.spot.announcing import NOTICES
from plugins.revenue.spot.models import Result, Spot, Voucher
from plugins.revenue.spot.people import is_worker, is_written, plain, why_not_here
from plugins.revenue.spot.words import OUTCOMES, ROLES, SPOT, months_told
from plugins.revenue.texts import _

# What the form takes, and by how much remarks become shorter until the notice fits.
_LONGEST_WORDS = 500
_LESS = 20


@dataclass(frozen=True)
class Drawn:
    """A drawn voucher with its entry and what was found about it, None before anybody looked."""

    place: int
    entry: EntryLine
    result: Result | None

    @property
    def outcome(self) -> Label:
        """What was found, in a word."""
        return OUTCOMES[self.result.outcome] if self.result is not None else ""

    @property
    def role(self) -> Label:
        """Who looked at it; never by name."""
        return ROLES[self.result.role] if self.result is not None else ""


@dataclass(frozen=True)
class Found:
    """What somebody saw who held the papers beside the entry. `inspector` stays in the office."""

    outcome: str
    words: str
    role: str
    inspector: str
    inspected_on: datetime.date


def spot_of(community: str, spot_id: int) -> Spot:
    """A draw of the community; raises `NotFound`."""
    found: Spot = Spot.get_of(community, spot_id)
    return found


def spots(community: str, limit: int = 60) -> list[Spot]:
    """The draws, the newest period first."""
    return list(Spot.of(community).order_by(Spot.first_day.desc()).limit(limit))


def vouchers(spot: Spot) -> list[Drawn]:
    """What was drawn, in that order, each with its result: the newest one that found a difference, else the newest."""
    query = Result.of(spot.community).where(Result.spot_id == spot.id).order_by(Result.id)
    counted = {each.seq: each for each in query} | {each.seq: each for each in query if each.outcome == "differs"}
    drawn = Voucher.of(spot.community).where(Voucher.spot_id == spot.id).order_by(Voucher.place)
    return [Drawn(each.place, entry(spot.community, each.seq), counted.get(each.seq)) for each in drawn]


def drawn_at(spot: Spot, place: int) -> Drawn:
    """The voucher drawn as number `place`; raises `NotFound`."""
    found = next((each for each in vouchers(spot) if each.place == place), None)
    if found is None:
        raise NotFound
    return found


def is_complete(found: Sequence[Drawn]) -> bool:
    """Whether every voucher was looked at."""
    return all(each.result is not None for each in found)


@transactional
def enter_result(actor: Actor, spot_id: int, seq: int, found: Found) -> Result:
    """Write down what an inspection found; a difference that was found once is published, whatever is entered after it. Raises `Invalid`, `Refused`."""
    actor.require(SPOT)
    spot = spot_of(str(actor.community), spot_id)
    if seq not in {each.seq for each in Voucher.of(spot.community).where(Voucher.spot_id == spot.id)}:
        raise NotFound
    if spot.notice_id is not None:
        raise Refused(_("The results are public already."))
    reason = why_not_here(actor, spot.first_day, spot.last_day)
    if reason is not None:
        raise Refused(reason)
    words, inspector = " ".join(found.words.split()), " ".join(found.inspector.split())
    errors: dict[str, list[Label]] = {}
    if found.outcome not in OUTCOMES:
        errors["outcome"] = [_("Please say whether the papers match the entry.")]
    if found.outcome == "differs" and not words:
        errors["words"] = [_("Please write in a sentence what differs; everybody can read that.")]
    if found.role not in ROLES:
        errors["role"] = [_("Please say who looked at the papers.")]
    if not inspector:
        errors["inspector"] = [_("Please write the name of whoever looked; it stays in the office.")]
    elif plain(inspector) in (plain(actor.signature), plain(spot.drawn_label)):
        errors["inspector"] = [
            _("Whoever draws or enters the result is not the one who looks: write who held the papers.")
        ]
    elif is_worker(spot.community, inspector, spot.first_day, spot.last_day):
        errors["inspector"] = [_("This person worked on the books of the period: somebody else looks.")]
    if inspector and inspector in words:
        errors["words"] = [_("Everybody can read these words: leave the name out.")]
    if not spot_day(spot) <= found.inspected_on <= today():
        errors["inspected_on"] = [_("The day lies between the draw and today.")]
    if errors:
        raise Invalid(errors)
    made: Result = Result.create(
        community=spot.community, spot_id=spot.id, seq=seq, outcome=found.outcome, words=words, role=found.role,
        inspector=inspector, inspected_on=found.inspected_on, by_account=actor.account, by_person=actor.person,
        by_label=actor.signature,
    )  # fmt: skip
    told = {"seq": seq, "outcome": found.outcome, "role": found.role, "inspected_on": str(found.inspected_on)}
    record(actor, "revenue.spot.found", spot.ref, after=told, permission=SPOT)
    return made


def spot_day(spot: Spot) -> datetime.date:
    """The day of the draw."""
    return local_day(spot.at)


def why_not_publish(actor: Actor, spot: Spot) -> Label | None:
    """Why this actor does not publish the results of a draw, None if they may: what one enters another publishes."""
    reason = why_not_here(actor, spot.first_day, spot.last_day)
    if reason is not None:
        return reason
    for each in Result.of(spot.community).where(Result.spot_id == spot.id):
        if is_written(actor, each.by_account, each.by_person, each.by_label) or plain(each.inspector) == plain(
            actor.label
        ):
            return _(
                "You have entered or found results of this spot check: somebody else compares them with the signed sheet and publishes."
            )
    return None


@transactional
def publish(actor: Actor, spot_id: int, responsible: str) -> Spot:
    """Publish the results as a notice, by somebody who entered none of them; published once, it stays.

    Raises `Refused` while a voucher waits for somebody to look.
    """
    actor.require(SPOT)
    spot = spot_of(str(actor.community), spot_id)
    if spot.notice_id is not None:
        return spot
    found = vouchers(spot)
    if not is_complete(found):
        raise Refused(_("Not every voucher was looked at yet."))
    reason = why_not_publish(actor, spot)
    if reason is not None:
        raise Refused(reason)
    # That results are published is no choice of the board's.
    allowed = actor.with_rights(*NOTICES)
    title, body = told(spot, found)
    draft = draft_notice(allowed, NoticeWording("money", title, body, responsible, objection_days=0), subject=spot.ref)
    made = publish_notice(allowed, draft.id)
    who = {"published_by": actor.account, "published_person": actor.person, "published_label": actor.signature}
    Spot.update(notice_id=made.id, **who).where(Spot.community == spot.community, Spot.id == spot.id).execute()
    counted = {"differs": differing(found), "vouchers": len(found)}
    record(actor, "revenue.spot.published", spot.ref, after=counted, permission=SPOT)
    return spot_of(spot.community, spot.id)


def differing(found: Sequence[Drawn]) -> int:
    """How many vouchers were found not to match."""
    return sum(each.result is not None and each.result.outcome == "differs" for each in found)


def span_told(spot: Spot) -> Label:
    """The months of a draw, see `months_told`."""
    return months_told(spot.first_day, spot.last_day)


def told(spot: Spot, found: Sequence[Drawn]) -> tuple[str, str]:
    """Title and text of the notice, in Markdown; no name stands in it. Remarks are shortened as far as they must be to fit."""
    title, body = str(_("Results of the spot check %(span)s", span=span_told(spot))), _body(spot, found)
    for longest in range(_LONGEST_WORDS - _LESS, 0, -_LESS):
        if len(body) <= LONGEST_BODY:
            break
        body = _body(spot, found, longest)
    return title, body


def _body(spot: Spot, found: Sequence[Drawn], longest: int = _LONGEST_WORDS) -> str:
    parts = [
        str(
            _(
                "The digits %(number)s thrown by residents drew %(drawn)d of %(pool)d vouchers. Residents compared the papers in the office with the entries: %(differs)d differ.",
                number=spot.number, drawn=len(found), pool=spot.pool, differs=differing(found),
            )
        ),
        "\n".join(
            [
                f"| {_('Number of the entry')} | {_('Day')} | {_('Yuan')} | {_('Result')} | {_('Who inspected')} |",
                "|---|---|---|---|---|",
                *(
                    f"| {each.entry.seq} | {day_text(each.entry.day)} | {yuan(each.entry.total)} | {each.outcome} | {each.role} |"
                    for each in found
                ),
            ]
        ),
    ]  # fmt: skip
    words = [(each.entry.seq, each.result.words) for each in found if each.result and each.result.words]
    if words:
        remarks = [
            f"- {seq}：{said if len(said) <= longest else said[:longest].rstrip() + '……'}" for seq, said in words
        ]
        parts += [str(_("In their words:")), "\n".join(remarks)]
    if any(len(said) > longest for _seq, said in words):
        parts.append(str(_("Long remarks are shortened here. The whole words stand on the page “Spot checks”.")))
    parts.append(
        str(_("Anybody can repeat the draw: download the books and the checking program under “Check the books”."))
    )
    return "\n\n".join(parts)
