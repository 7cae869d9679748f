"""The roster of mediators, and for the head the log of who looked at which case."""

from __future__ import annotations

from flask import Response, request

from core import (
    NotFound,
    after_post,
    asked_number,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.mediation import service
from plugins.mediation.access import ROSTER, WORK
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint
from plugins.mediation.views.forms import HeadForm, RosterForm
from plugins.mediation.words import OFFICES

PAGE = 50


@blueprint.route("/desk/roster", methods=["GET", "POST"])
@view(ROSTER)
def roster() -> Response:
    """Who is head, clerk and mediator; somebody new."""
    community, form = current_community().code, RosterForm.from_request(account=0, office="mediator")
    form.account.choices = [(0, "—"), *((each.account, each.label) for each in service.candidates(community))]
    if form.act_on_submit(lambda: _enter(form)):
        toast(_("On the roster."))
        return after_post(url(".roster"))
    return page(
        "mediation/desk/roster.html", people=service.roster(community), form=form, offices=OFFICES, base=base(),
        headships=service.headships(community), me=current_actor().account,
        status=status_of(form),
    )  # fmt: skip


def _enter(form: RosterForm) -> None:
    service.enter(current_actor(), form.account.data or None, form.name.data or "", form.office.data)


@blueprint.route("/desk/roster/<int:mediator_id>/head", methods=["GET", "POST"])
@view(ROSTER)
def roster_head(mediator_id: int) -> Response:
    """Make somebody the head: who decided it, and what changes with it, on a page of its own."""
    actor = current_actor()
    new, old = service.own_mediator(actor, mediator_id), service.head_of(current_community().code)
    form = HeadForm.from_request(on=today())
    if form.act_on_submit(lambda: _appoint(mediator_id, form)):
        toast(_("%(name)s is the head of the committee.", name=new.name))
        return after_post(url(".roster"))
    return page("mediation/desk/head.html", new=new, old=old, form=form, base=base(), status=status_of(form))


def _appoint(mediator_id: int, form: HeadForm) -> None:
    service.appoint_head(
        current_actor(), mediator_id, form.decision.data, form.on.data, confirmed=bool(form.confirmed.data)
    )


@blueprint.post("/desk/roster/<int:mediator_id>/leave")
@view(ROSTER)
def roster_leave(mediator_id: int) -> Response:
    """Somebody serves no longer."""
    submit_once(lambda: service.leave(current_actor(), mediator_id))
    toast(_("Off the roster. The past keeps the name."))
    return after_post(url(".roster"))


@blueprint.get("/desk/looks")
@view(WORK)
def looks() -> Response:
    """Who looked at which case when: for the head of the committee alone."""
    found = service.looks(current_actor(), asked_number("case"), asked_number("after"), PAGE + 1)
    wanted = {"case": asked_number("case")} if asked_number("case") else {}
    return page(
        "mediation/desk/looks.html", looks=found[:PAGE], base=base(), whole=not asked_number("case"),
        next_url=url(".looks", after=found[PAGE - 1].id, **wanted) if len(found) > PAGE else None,
    )  # fmt: skip


@blueprint.post("/desk/looks/review")
@view(WORK)
def looks_review() -> Response:
    """The head has read the log up to a look."""
    typed = request.form.get("up_to", "")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 19):
        raise NotFound
    submit_once(lambda: service.review(current_actor(), int(typed)))
    toast(_("Noted: reviewed until here."))
    return after_post(url(".looks"))
