"""通知: when and to which room each party of a meeting is to come, and that they were told. Each is told only its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core import Actor, NotFound, record, today, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.models import Arrival, Case, Party, Session
from plugins.mediation.rules import SIDES, parties_of


@dataclass(frozen=True)
class Own:
    """A party at a meeting: from when to when (UTC minutes) and where, as this party is told."""

    arrival_id: int
    party: Party
    come_min: int
    until_min: int
    place: str
    is_told: bool


def set_arrivals(case: Case, session: Session, later: Mapping[int, int], apart: frozenset[int]) -> None:
    """Write when each party comes, in the caller's transaction: `later` are minutes after the start, `apart` who goes to the
    second room. Whoever has another time or room than before is to be told again."""
    known = {each.party_id: each for each in arrivals_of(session)}
    for party in parties_of(case, *SIDES):
        come = int(session.start_min) + later.get(party.id, 0)
        aside = party.id in apart and session.second_room_id is not None
        _write(session, party.id, come, aside, known.pop(party.id, None))
    for gone in known.values():
        Arrival.delete().where(Arrival.id == gone.id, Arrival.community == session.community).execute()


def _write(session: Session, party_id: int, come: int, apart: bool, before: Arrival | None) -> None:
    if before is None:
        Arrival.insert(
            community=session.community, session_id=session.id, party_id=party_id, come_min=come, apart=apart
        ).execute()
        return
    if (before.come_min, before.apart) != (come, apart):
        before.told_on = None
    before.come_min, before.apart = come, apart
    before.save()


def shift_arrivals(session: Session, minutes: int) -> None:
    """Let everybody come so much later (or earlier), in the caller's transaction: the meeting was moved."""
    for each in arrivals_of(session):
        each.come_min, each.told_on = each.come_min + minutes, None
        each.save()


def tell_again(session: Session) -> None:
    """A room changed: everybody is to be told again, in the caller's transaction."""
    Arrival.update(told_on=None).where(
        Arrival.community == session.community, Arrival.session_id == session.id
    ).execute()


def arrivals_of(session: Session) -> list[Arrival]:
    """Who is to come to a meeting when, in the order of entry."""
    return list(Arrival.of(session.community).where(Arrival.session_id == session.id).order_by(Arrival.id))


def own_of(session: Session, party: Party) -> Own | None:
    """What this party is told of a meeting; None where it is not to come."""
    mine = (Arrival.session_id == session.id) & (Arrival.party_id == party.id)
    found: Arrival | None = Arrival.of(session.community).where(mine).first()
    return _own(session, party, found) if found is not None else None


def _own(session: Session, party: Party, found: Arrival) -> Own:
    place = str(session.second_place if found.apart else session.place)
    return Own(found.id, party, int(found.come_min), int(session.end_min), place, found.told_on is not None)


def own_times(case: Case, session: Session) -> list[Own]:
    """The same for everybody who is to come."""
    parties = {party.id: party for party in parties_of(case, *SIDES)}
    return [_own(session, parties[each.party_id], each) for each in arrivals_of(session) if each.party_id in parties]


@transactional
def mark_told(actor: Actor, case_id: int, arrival_id: int) -> None:
    """A party was told when and where to come. Raises `NotFound`."""
    case = own_case(actor, case_id)
    found: Arrival = Arrival.get_of(case.community, arrival_id)
    if Session.get_of(case.community, found.session_id).case_id != case.id:
        raise NotFound
    found.told_on = today()
    found.save()
    record(actor, "mediation.session.told", case.ref, permission=WORK)
