"""Bank accounts, statements and matches as records with a page of their own."""

from __future__ import annotations

from collections.abc import Sequence

from core import Actor, Moment, RecordKind, Ref, day_text, yuan
from plugins.revenue.bank.accounts import BOOKS
from plugins.revenue.bank.matching import WAYS
from plugins.revenue.bank.models import BankAccount, Line, Match, Statement
from plugins.revenue.texts import _


def _keys(refs: Sequence[Ref]) -> list[int]:
    return [int(ref.id) for ref in refs]


def _banks(actor: Actor, refs: Sequence[Ref]) -> dict[Ref, str]:
    if not refs or not actor.can(BOOKS):
        return {}
    return {each.ref: each.name for each in BankAccount.of(refs[0].community).where(BankAccount.id.in_(_keys(refs)))}


def _statements(actor: Actor, refs: Sequence[Ref]) -> dict[Ref, str]:
    if not refs or not actor.can(BOOKS):
        return {}
    found = Statement.of(refs[0].community).where(Statement.id.in_(_keys(refs)))
    return {each.ref: str(_("Statement up to %(day)s", day=day_text(each.last_day, with_year=True))) for each in found}


def _matches(actor: Actor, refs: Sequence[Ref]) -> dict[Ref, str]:
    if not refs or not actor.can(BOOKS):
        return {}
    found = Match.of(refs[0].community).where(Match.id.in_(_keys(refs)))
    return {each.ref: str(_("Match %(number)d", number=each.id)) for each in found}


def _lines(actor: Actor, refs: Sequence[Ref]) -> dict[Ref, str]:
    if not refs or not actor.can(BOOKS):
        return {}
    found = Line.of(refs[0].community).where(Line.id.in_(_keys(refs)))
    return {each.ref: f"{day_text(each.day, with_year=True)} {yuan(each.amount)}" for each in found}


def _match_story(actor: Actor, ref: Ref) -> list[Moment]:
    match: Match = Match.get_of(ref.community, int(ref.id))
    told = [Moment(match.matched_at, _("Matched"), str(WAYS[match.way]), match.by_label, "ok")]
    if match.undone_at is not None:
        told.append(Moment(match.undone_at, _("Undone"), match.undone_why, match.undone_label, "warn"))
    return told


def _sees(actor: Actor, ref: Ref) -> bool:
    return actor.can(BOOKS)


RECORDS = (
    RecordKind(
        model=BankAccount, word=_("Account at a bank"), icon="landmark", titles=_banks,
        path=lambda actor, ref: f"revenue/desk/bank/{ref.id}", may_see=_sees,
    ),
    RecordKind(
        model=Statement, word=_("Statement"), icon="file-spreadsheet", titles=_statements,
        path=lambda actor, ref: f"revenue/desk/bank/statements/{ref.id}", may_see=_sees,
    ),
    RecordKind(
        model=Line, word=_("Line of a statement"), icon="list-todo", titles=_lines,
        path=lambda actor, ref: f"revenue/desk/bank/lines/{ref.id}", may_see=_sees,
    ),
    RecordKind(
        model=Match, word=_("Match"), icon="link", titles=_matches,
        path=lambda actor, ref: f"revenue/desk/bank/matches/{ref.id}", may_see=_sees, story=_match_story,
    ),
)  # fmt: skip
