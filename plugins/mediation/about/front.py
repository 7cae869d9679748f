"""What the module puts on core's pages: entries of the navigations, and what waits. A to-do names a case by its number."""

from __future__ import annotations

from collections.abc import Iterator

from core import Actor, Community, NavItem, Todo
from plugins.mediation import service
from plugins.mediation.access import ENTER, LEADS, REPORT, ROSTER, WORK
from plugins.mediation.texts import _

_GROUP = _("Mediation")
MOST = 100
_PLACES = (
    NavItem(
        _("People's mediation"), "portal", "handshake", hint=_("A quarrel? Free of charge, in confidence"), order=30,
        covers=("own_case",),
    ),
    NavItem(_("Mediation cases"), "desk", "handshake", "desk", WORK, group=_GROUP, order=30, covers=("case",)),
    NavItem(_("Take an application"), "new", "file-text", "desk", ENTER, group=_GROUP, order=31),
    NavItem(_("Roster of mediators"), "roster", "users-round", "desk", ROSTER, group=_GROUP, order=33),
)  # fmt: skip
_REPORTS = NavItem(
    _("Reports of the committee"), "report", "chart-column", "desk", REPORT, group=_GROUP, order=32,
    covers=("register", "subsidy", "rates", "claim_new", "claim", "claim_withdraw"),
)  # fmt: skip
_LOOKS = NavItem(_("Who looked at cases"), "looks", "eye", "desk", WORK, group=_GROUP, order=34)


def nav_items(actor: Actor) -> list[NavItem]:
    """The places of the module; reports for the head and the clerk, the log of looks for the head alone."""
    me = service.member(actor)
    places = [*_PLACES, _REPORTS] if me is not None and me.office in LEADS else list(_PLACES)
    return [*places, _LOOKS] if me is not None and me.office == "head" else places


def _lacks_head(community: str) -> bool:
    """Whether somebody has the role of a mediator and nobody is the head."""
    return not any(each.office == "head" for each in service.roster(community)) and bool(service.candidates(community))


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """The roster while it names no head; then each own case with its nearest day.

    On the lists of colleagues and of those who see everybody's, a case is its number and nothing else: the step stands only
    where the one whose work it is looks (an actor with a session).
    """
    base = f"/c/{community.code}/mediation/desk"
    if actor.can(ROSTER) and _lacks_head(community.code):
        yield Todo(
            _("Enter the head and the mediators"), f"{base}/roster", icon="users-round", permission=ROSTER,
            detail=_("Nobody can open a case of mediation before."),
        )  # fmt: skip
    if actor.can(ROSTER) and service.is_left_alone(community.code):
        yield Todo(
            _("Enter another clerk of the mediation committee"), f"{base}/roster", icon="users-round", permission=ROSTER,
            detail=_("A case waits that nobody on the roster may open."),
        )  # fmt: skip
    if service.waits_for_review(actor):
        yield Todo(
            _("Review who looked at cases"), f"{base}/looks", icon="eye", permission=WORK, account=actor.account,
            detail=_("For a month nobody has."),
        )  # fmt: skip
    own_eyes = actor.session is not None and actor.viewer is None
    for line in service.cases(actor, limit=MOST):
        yield Todo(
            _("Mediation case %(number)s", number=line.number),
            f"{base}/cases/{line.id}",
            due=line.due.day.isoformat() if line.due is not None else "",
            detail=line.next_step if own_eyes else "",
            icon="handshake",
            permission=WORK,
            account=actor.account,
        )
