"""以案定补: the subsidy for mediators by the case (《人民调解法》 §6, §16). What a case of each grade is given stands in rates that the
head enters and that never change; a claim names the cases of one mediator and keeps the rate it was made by.

A case is claimed once (the database sees to it): when its file is closed with an agreement, or when it was settled on the spot.
Claims leave the office: they name numbers, never a party. That money is paid out is no business of this module.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from core import Actor, Invalid, Refused, next_number, record, today, transactional, violated
from plugins.mediation.access import REPORT, lead_of
from plugins.mediation.cases.register import file_text, prefix_of, register_text
from plugins.mediation.figures.periods import Period, period_of
from plugins.mediation.models import Agreement, Assignment, Case, Claim, Claimed, Ending, Mediator, Prevention, Rate
from plugins.mediation.texts import _
from plugins.mediation.words import GRADES

MOST_FEN = 10_000_000
MOST_CASES = 500


# --------------------------------------------------------------------------- rates


def current_rate(community: str) -> Rate | None:
    """The rates that hold today; None until the head has entered some."""
    found: Rate | None = Rate.of(community).order_by(Rate.id.desc()).first()
    return found


@transactional
def set_rates(actor: Actor, amounts: Mapping[str, int], words: str) -> Rate:
    """Enter what a case of each grade is given, in 分 (0: nothing), and the rule it goes by; from now on, claims made before keep
    theirs. Raises `Invalid` (by grade, words), `Forbidden`."""
    lead_of(actor)
    errors: dict[str, list[Any]] = {
        grade: [_("Please write an amount up to 100,000 yuan.")]
        for grade in GRADES
        if not 0 <= amounts.get(grade, -1) <= MOST_FEN
    }
    if not words.strip():
        errors["words"] = [_("Please write which rule says so.")]
    if errors:
        raise Invalid(errors)
    made: Rate = Rate.create(
        community=str(actor.community), words=words.strip(), by_label=actor.signature,
        **{grade: amounts[grade] for grade in GRADES},
    )  # fmt: skip
    told = {grade: amounts[grade] for grade in GRADES} | {"words": made.words}
    record(actor, "mediation.rate.set", made.ref, after=told, permission=REPORT)
    return made


def amount_of(rate: Rate, grade: str) -> int:
    """What a case of this grade is given, in 分."""
    return int(getattr(rate, grade))


# --------------------------------------------------------------------------- what can be claimed


@dataclass(frozen=True)
class Claimable:
    """A case nobody has claimed: `grade` is the one that suggests itself, `done_on` the day it was filed or settled on the spot."""

    case_id: int
    number: str
    file_number: str
    on_the_spot: bool
    is_written: bool
    done_on: datetime.date
    grade: str


def claimable(actor: Actor, mediator_id: int, period: Period) -> list[Claimable]:
    """The cases of a mediator that were done until the end of the period and are in no claim, in the order they were done.

    Those of a mediator are the ones assigned to them at the end; settled on the spot those they took or entered. Raises
    `Forbidden`, `NotFound`.
    """
    lead_of(actor)
    return _claimable(mediator_named(str(actor.community), mediator_id), period)


def mediator_named(community: str, mediator_id: int) -> Mediator:
    """Somebody who serves or served on the committee. Raises `NotFound`."""
    found: Mediator = Mediator.get_of(community, mediator_id)
    return found


def _claimable(mediator: Mediator, period: Period) -> list[Claimable]:
    community = mediator.community
    claimed = Claimed.of(community, Claimed.case_id).where(Claimed.withdrawn_on.is_null())
    assigned = Assignment.of(community, Assignment.case_id).where(
        Assignment.mediator_id == mediator.id, Assignment.ended_at.is_null()
    )
    filed = (Case.state == "archived") & Case.effective_on.is_null(False) & (Case.archived_on <= period.last)
    mine = Case.handler_id == mediator.id
    if mediator.account is not None:
        mine |= Case.handler_id.is_null() & (Case.entered_by == mediator.account)
    settled = Ending.of(community, Ending.case_id).where(Ending.how == "settled", Ending.ended_on <= period.last)
    done = (filed & Case.id.in_(assigned)) | ((Case.state == "settled_on_the_spot") & mine & Case.id.in_(settled))
    cases = list(Case.of(community).where(done, Case.id.not_in(claimed)).order_by(Case.id).limit(MOST_CASES))
    return sorted(_described(community, cases), key=lambda each: (each.done_on, each.case_id))


def _described(community: str, cases: list[Case]) -> list[Claimable]:
    ids = [case.id for case in cases]
    if not ids:
        return []
    settled = {
        each.case_id: each.ended_on
        for each in Ending.of(community).where(Ending.case_id.in_(ids), Ending.how == "settled")
    }
    written = {
        each.case_id
        for each in Agreement.of(community).where(
            Agreement.case_id.in_(ids), Agreement.form == "written", Agreement.effective_on.is_null(False)
        )
    }
    grave = {each.case_id for each in Prevention.of(community).where(Prevention.case_id.in_(ids))}
    return [
        Claimable(
            case.id, register_text(case), file_text(case), case.id in settled, case.id in written,
            settled.get(case.id) or case.archived_on,
            "complex" if case.id in grave else "ordinary" if case.id in written else "simple",
        )
        for case in cases
    ]  # fmt: skip


@dataclass(frozen=True)
class Share:
    """A mediator in the overview of a period: how many cases wait to be claimed, how many are claimed in it and for how much (分)."""

    mediator: Mediator
    waiting: int
    claimed: int
    amount: int


def overview(actor: Actor, period: Period) -> list[Share]:
    """Everybody of the committee who serves, or has something to claim or claimed in the period; by name. Raises `Forbidden`."""
    lead_of(actor)
    community = str(actor.community)
    sums: dict[int, tuple[int, int]] = {}
    for line in claims(actor, period):
        if line.claim.withdrawn_on is None:
            number, amount = sums.get(line.claim.mediator_id, (0, 0))
            sums[line.claim.mediator_id] = (number + line.cases, amount + line.amount)
    found = []
    for mediator in Mediator.of(community).order_by(Mediator.name, Mediator.id):
        waiting, (number, amount) = len(_claimable(mediator, period)), sums.get(mediator.id, (0, 0))
        if mediator.left_at is None or waiting or number:
            found.append(Share(mediator, waiting, number, amount))
    return found


# --------------------------------------------------------------------------- claims


@dataclass(frozen=True)
class ClaimLine:
    """A claim in a list: its number, whose it is, how many cases, the sum in 分."""

    claim: Claim
    number: str
    mediator: str
    cases: int
    amount: int


@dataclass(frozen=True)
class ClaimedCase:
    """A case on a claim sheet: numbers, grade and amount (分)."""

    number: str
    file_number: str
    done_on: datetime.date
    grade: str
    amount: int


@dataclass(frozen=True)
class ClaimSheet:
    """A claim as it is printed, by the rate it was made by."""

    line: ClaimLine
    period: Period | None
    rate: Rate
    cases: list[ClaimedCase]


class AlreadyClaimed(Refused):
    """A case of the claim stands in another one by now."""

    message = _("One of these cases is claimed already.")
    advice = _("Open the page again: it shows what is left.")


@transactional
def claim(actor: Actor, mediator_id: int, period: Period, grades: Mapping[int, str]) -> Claim:
    """Make out a claim of a mediator for these cases, each with its grade, by the rate that holds today.

    Raises `Invalid` (cases), `AlreadyClaimed`, `Refused` when no rate is entered, `Forbidden`, `NotFound`.
    """
    lead_of(actor)
    community = str(actor.community)
    mediator = mediator_named(community, mediator_id)
    rate = current_rate(community)
    if rate is None:
        raise Refused(_("No rates are entered yet."), advice=_("Enter first what a case is given."))
    _check(rate, grades)
    known = {each.case_id for each in _claimable(mediator, period)}
    if not known.issuperset(grades):
        raise AlreadyClaimed
    year = today().year
    made: Claim = Claim.create(
        community=community, number_year=year, number=next_number(community, year, "mediation.claim"),
        mediator_id=mediator.id, rate_id=rate.id, period=period.code, made_on=today(), by_label=actor.signature,
    )  # fmt: skip
    try:
        for case_id, grade in sorted(grades.items()):
            Claimed.insert(
                community=community, claim_id=made.id, case_id=case_id, grade=grade, amount=amount_of(rate, grade)
            ).execute()
    except IntegrityError as error:
        if violated(error) != "mediation_claimed_once":
            raise
        raise AlreadyClaimed from error
    told = {"number": claim_text(made), "mediator_id": mediator.id, "cases": len(grades)}
    record(actor, "mediation.claim.made", made.ref, after=told, permission=REPORT)
    return made


def _check(rate: Rate, grades: Mapping[int, str]) -> None:
    if not grades:
        raise Invalid({"cases": [_("Choose at least one case.")]})
    if any(grade not in GRADES for grade in grades.values()):
        raise Invalid({"cases": [_("Please choose one of the grades.")]})
    empty = sorted({grade for grade in grades.values() if not amount_of(rate, grade)})
    if empty:
        raise Invalid(
            {"cases": [_("Nothing is given for the grade “%(grade)s”.", grade=GRADES[each]) for each in empty]}
        )


@transactional
def withdraw_claim(actor: Actor, claim_id: int) -> Claim:
    """Take a claim back that was made by mistake: its cases can be claimed again, its number is not given again.

    Raises `Refused` when it was taken back before, `Forbidden`, `NotFound`.
    """
    lead_of(actor)
    found: Claim = Claim.get_of(str(actor.community), claim_id)
    if found.withdrawn_on is not None:
        raise Refused(_("This claim was taken back already."))
    found.withdrawn_on = today()
    found.save(only=[Claim.withdrawn_on])
    Claimed.update(withdrawn_on=today()).where(Claimed.claim_id == found.id).execute()
    record(actor, "mediation.claim.withdrawn", found.ref, permission=REPORT)
    return found


def claim_text(found: Claim) -> str:
    """The number of a claim: （2026）西山人调补字第3号."""
    return f"（{found.number_year}）{prefix_of(found.community)}人调补字第{found.number}号"


def claims(actor: Actor, period: Period) -> list[ClaimLine]:
    """The claims that were made for a period, those that were taken back included; the latest first. Raises `Forbidden`."""
    lead_of(actor)
    community = str(actor.community)
    found = list(Claim.of(community).where(Claim.period == period.code).order_by(Claim.id.desc()))
    return _lines(community, found)


def _lines(community: str, found: list[Claim]) -> list[ClaimLine]:
    sums: dict[int, list[int]] = {each.id: [] for each in found}
    for row in Claimed.of(community).where(Claimed.claim_id.in_(list(sums))) if sums else ():
        sums[row.claim_id].append(row.amount)
    names = {each.id: each.name for each in Mediator.of(community)}
    return [
        ClaimLine(each, claim_text(each), names[each.mediator_id], len(sums[each.id]), sum(sums[each.id]))
        for each in found
    ]


def claim_sheet(actor: Actor, claim_id: int) -> ClaimSheet:
    """A claim with its cases. Raises `Forbidden`, `NotFound`."""
    lead_of(actor)
    community = str(actor.community)
    found: Claim = Claim.get_of(community, claim_id)
    rows = list(Claimed.of(community).where(Claimed.claim_id == found.id).order_by(Claimed.case_id))
    cases = list(Case.of(community).where(Case.id.in_([row.case_id for row in rows])))
    known = {each.case_id: each for each in _described(community, cases)}
    listed = [
        ClaimedCase(
            known[row.case_id].number, known[row.case_id].file_number, known[row.case_id].done_on, row.grade, row.amount
        )
        for row in rows
    ]
    (line,) = _lines(community, [found])
    return ClaimSheet(line, period_of(found.period), Rate.get_of(community, found.rate_id), listed)
