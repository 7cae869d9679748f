"""`mediation`: people's mediation 人民调解, from the first call to the archived file. See README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core import (
    Actor,
    CallUse,
    Community,
    DataSubject,
    DataTable,
    Declaration,
    Job,
    Meta,
    NavItem,
    Permission,
    Setting,
    Todo,
    hookimpl,
)
from plugins.mediation.texts import _

META = Meta(
    name="mediation",
    title=_("People's mediation"),
    version="1.0",
    requires=("rooms",),
    description=_("A quarrel from the first call to the archived file, seen by the mediators alone."),
    data_held=_("Who quarrels about what, what was said and agreed; seen by the mediators of the case alone."),
    icon="handshake",
)

PERMISSIONS = (
    Permission("mediation.work", _("Mediate: the own cases only"), ("mediator",)),
    Permission(
        "mediation.enter", _("Enter an application for mediation, without seeing it afterwards"),
        ("secretary", "director", "staff", "mediator"),
    ),
    Permission("mediation.report", _("Reports, register and subsidy of mediation: for the head and the clerk alone"), ("mediator",)),
    Permission("mediation.roster", _("Say who is on the roster of mediators"), ("secretary", "director")),
)  # fmt: skip

SETTINGS = (
    Setting(
        "mediation.prefix",
        _("What stands before 人调字 in the numbers of files"),
        str,
        "",
        hint=_("Usually the short name of the community. Empty: its name without 社区."),
    ),
    Setting(
        "mediation.projector",
        _("The committee has a projector of its own"),
        bool,
        False,
        hint=_("Then it can be taken together with the room and the mediators."),
    ),
)


@hookimpl
def declare() -> Declaration:
    """At start: everything the plugin adds."""
    from plugins.mediation import models, service
    from plugins.mediation.about import audit_words, exports, limits, privacy, records
    from plugins.mediation.sheets import forms
    from plugins.mediation.states import CASE, CONFIRMATION, OBLIGATION
    from plugins.mediation.views import blueprint

    return Declaration(
        models=(
            models.Mediator,
            models.Case,
            models.Matter,
            models.Ending,
            models.Prevention,
            models.Note,
            models.CaseView,
            models.Party,
            models.Assignment,
            models.Session,
            models.Arrival,
            models.Attendance,
            models.Agreement,
            models.Signature,
            models.Duty,
            models.Obligation,
            models.Confirmation,
            models.FollowUp,
            models.FileItem,
            models.Rate,
            models.Claim,
            models.Claimed,
            models.Interview,
            models.Evidence,
            models.OfficeReport,
            models.Reply,
            models.Headship,
            models.Review,
        ),
        blueprint=blueprint,
        permissions=PERMISSIONS,
        settings=(*SETTINGS, *limits.SETTINGS),
        workflows=(CASE, OBLIGATION, CONFIRMATION),
        jobs=(
            Job(
                "mediation.confirmations",
                service.lapse_confirmations,
                360,
                _("Close judicial confirmations that nobody asked for in thirty days"),
            ),
        ),
        exports=exports.EXPORTS,
        calls=(CallUse(_("A quarrel: application for mediation"), "from_call", "mediation.enter", "handshake"),),
        files=records.FILES,
        sheets=forms.SHEETS,
        records=records.RECORDS,
        personal=privacy.PERSONAL,
        retention=privacy.RETENTION,
        audit=audit_words.WORDS,
        migrations=Path(__file__).parent / "migrations",
    )


@hookimpl
def nav_items(community: Community, actor: Actor) -> list[NavItem]:
    """The entries of the portal and of the desk."""
    from plugins.mediation.about import front

    return front.nav_items(actor)


@hookimpl
def todo_items(community: Community, actor: Actor) -> list[Todo]:
    """The next step of each of the actor's cases; before all, the roster."""
    from plugins.mediation.about import front

    return list(front.todo_items(community, actor))


@hookimpl
def on_event(community: Community, event: Any) -> None:
    """A booking of a meeting was moved or cancelled at the desk of rooms."""
    from plugins.mediation import service

    service.heard(community.code, event)


@hookimpl
def fill_demo(community: Community, actor: Actor) -> list[str]:
    """`linli demo`: a roster and a few invented cases."""
    from plugins.mediation import demo

    return list(demo.fill(community, actor))


@hookimpl
def data_about(community: Community, person: DataSubject) -> list[DataTable]:
    """The same words for everybody: whether somebody has a case, the copy of one's data does not tell."""
    from plugins.mediation.about import privacy

    return privacy.data_about()


@hookimpl
def describe_audit(entry: Any) -> str | None:
    """The plain sentence of an audit entry of this module."""
    from plugins.mediation.about import audit_words

    return audit_words.describe(entry)
