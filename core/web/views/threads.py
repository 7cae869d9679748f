"""Threads 来龙去脉: a matter's whole life on one page and on A4, and linking its records by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic import search
from core.civic.threads import follows, links, records, threads
from core.civic.threads.links import CHOICES, LINK, LONGEST_REASON
from core.clock import today
from core.errors import Invalid, NotFound
from core.plugin import registry as kernel
from core.plugin.declarations import Hit
from core.store.ref import Ref
from core.text import _
from core.web import ui
from core.web.forms import Form, RadioField, StringField, asked_text, status_of, submit_once
from core.web.gate import current_actor, current_community, view

pages = Blueprint("threads", __name__)


def _ref(text: str) -> Ref:
    """The record in an address; raises `NotFound` for what names none."""
    try:
        return Ref.parse(text, current_community().code)
    except Invalid as error:
        raise NotFound from error


@pages.get("/threads/<ref>")
@view(public=True)
def show(ref: str) -> Response:
    """Everything that happened around a record, as this visitor may read it."""
    actor = current_actor()
    thread = threads.thread_of(actor, _ref(ref))
    template = "desk/threads/thread.html" if actor.is_staff else "threads/thread.html"
    return ui.page(template, thread=thread, may_link=actor.can(LINK))


@pages.get("/threads/<ref>/sheet")
@view(public=True)
def sheet(ref: str) -> Response:
    """The same on A4, with the code that leads back to the page."""
    thread = threads.thread_of(current_actor(), _ref(ref))
    address = ui.url(".show", ref=str(thread.first.ref))
    matrix = ui.qr_svg(ui.absolute_url(address))
    return ui.page("print/thread.html", thread=thread, address=address, matrix=matrix, printed_on=today())


# --------------------------------------------------------------------------- following


@pages.post("/threads/<ref>/follow")
@view(signed_in=True)
def follow(ref: str) -> Response:
    """Hear when something moves on a record (`wanted` 1), or no longer."""
    about, wanted = _ref(ref), request.form.get("wanted") == "1"
    submit_once(lambda: follows.follow(current_actor(), about, wanted))
    said = _("You will find a message under “Mine” when something moves.") if wanted else _("You no longer follow it.")
    ui.toast(said)
    back = ui.url(".show", ref=str(about)) if about in records.Reader(current_actor()) else ui.url(".following")
    return ui.after_post(ui.url(".following") if request.form.get("list") else back)


@pages.get("/mine/following")
@view(signed_in=True)
def following() -> Response:
    """What I follow, the latest first."""
    if not follows.may_follow(current_actor()):
        raise NotFound
    return ui.page("portal/following.html", parts=follows.followed_by(current_actor()))


# --------------------------------------------------------------------------- linking


class LinkForm(Form):
    """The other record and how the two hang together."""

    rel = RadioField(_("How they hang together"), required=True, choices=list(CHOICES.items()))
    target = RadioField(_("Link with"), required=True)


@pages.route("/threads/<ref>/link", methods=["GET", "POST"])
@view(LINK)
def link(ref: str) -> Response:
    """Look for another record by number, code or words, and link the two."""
    actor, src = current_actor(), _ref(ref)
    first = threads.thread_of(actor, src).first
    query = asked_text("q")
    found = _found(query, src)
    form = LinkForm.from_request(rel="related", target=str(found[0].ref) if len(found) == 1 else None)
    form.target.choices = [(str(hit.ref), f"{hit.title} · {hit.detail}".strip(" ·")) for hit in found]
    if form.act_on_submit(lambda: _link(src, form)):
        ui.toast(_("Linked. Both now stand in one thread."))
        return ui.after_post(ui.url(".show", ref=str(src)))
    return ui.page("desk/threads/link.html", form=form, first=first, query=query, found=found, status=status_of(form))


def _found(query: str, src: Ref) -> list[Hit]:
    """What the search box finds and can be linked: records with a story that this actor may see."""
    reader = records.Reader(current_actor())
    groups = search.find(kernel.active(), current_actor(), query) if query else []
    hits = {hit.ref: hit for group in groups for hit in group.hits if hit.ref is not None and hit.ref != src}
    return [hit for ref, hit in hits.items() if ref in reader]


def _link(src: Ref, form: LinkForm) -> int:
    return int(links.link_by_hand(current_actor(), src, form.rel.data, _ref(form.target.data)).id)


class EndForm(Form):
    """Why two records are no longer linked."""

    reason = StringField(_("Why they are no longer linked"), required=True, longest=LONGEST_REASON)


@pages.route("/threads/links/<int:link_id>/end", methods=["GET", "POST"])
@view(LINK)
def end(link_id: int) -> Response:
    """End a link for a reason; both records and the history stay."""
    actor, form = current_actor(), EndForm.from_request()
    found = links.link_for(actor, link_id)
    src, dst = found.ends
    if form.act_on_submit(lambda: links.end_by_hand(actor, link_id, form.reason.data or "").id):
        ui.toast(_("They are no longer linked. The log keeps it."))
        return ui.after_post(ui.url(".show", ref=str(src)))
    reader = records.Reader(actor)
    names = {"src": reader.named(src), "dst": reader.named(dst)}
    return ui.page("desk/threads/end.html", form=form, link=found, names=names, status=status_of(form))


# --------------------------------------------------------------------------- what other pages show of it


@pages.app_template_global()
def thread_address(kind: str, key: Any) -> str:
    """The address of a record's thread; empty for whoever may not see the record (`ui.thread` asks)."""
    ref = Ref(kind, current_community().code, key)
    return ui.url("c.threads.show", ref=str(ref)) if ref in records.Reader(current_actor()) else ""


@pages.app_template_global()
def followed(kind: str, key: Any) -> bool | None:
    """Whether somebody who has signed in follows a record; None for whoever cannot follow it (`ui.follow` asks)."""
    actor, ref = current_actor(), Ref(kind, current_community().code, key)
    if not follows.may_follow(actor) or ref not in records.Reader(actor):
        return None
    return follows.is_following(actor, ref)
