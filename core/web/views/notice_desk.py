"""Notices on the desk: the list, drafting with a preview, the signature, publishing after a last look, withdrawing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic.attachments import files_of
from core.civic.inbox import handovers
from core.civic.notices import digest as notice_digest
from core.civic.notices import lists as notice_lists
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices import reads as notice_reads
from core.civic.notices import text as notice_text
from core.civic.notices.categories import CATEGORIES, MOST_DAYS, PUBLISH, WRITE, lengths_of
from core.civic.notices.publishing import LONGEST_REASON, MOST_FILES
from core.civic.notices.records import Notice
from core.civic.notices.wording import LONGEST_BODY, LONGEST_NAME, LONGEST_TITLE, NoticeWording, number_text
from core.civic.threads.records import Reader, publishes
from core.errors import Invalid, NotFound, Refused
from core.store.ref import Ref
from core.text import _
from core.web import ui
from core.web.forms import (
    BooleanField,
    DayField,
    Form,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    asked_text,
    status_of,
    submit_once,
)
from core.web.gate import current_actor, current_community, view
from core.web.uploads import UploadField

pages = Blueprint("notice_desk", __name__)
PAGE = 50


@pages.get("/notices/desk")
@view(WRITE)
def index() -> Response:
    """Every notice by where it is: drafts, up now, up later, ended, withdrawn."""
    shown = asked_text("show") if asked_text("show") in notice_lists.SHOWN else "drafts"
    category = asked_text("category") if asked_text("category") in CATEGORIES else ""
    query = asked_text("q")
    actor = current_actor()
    lines = notice_lists.desk_list(
        actor,
        shown,
        category=category,
        terms=notice_lists.words_of(query),
        after=asked_text("after"),
        limit=PAGE + 1,
    )
    chosen = {"show": shown, "category": category or None, "q": query or None}
    return ui.page(
        "desk/notices/list.html",
        block="results",
        lines=lines[:PAGE],
        shown=shown,
        parts=notice_lists.SHOWN,
        counts=notice_lists.counts(actor),
        category=category,
        categories=CATEGORIES.values(),
        query=query,
        phases=notice_lists.PHASES,
        next_url=ui.url(".index", **chosen, after=lines[PAGE - 1].key) if len(lines) > PAGE else None,
    )


# --------------------------------------------------------------------------- writing


class NoticeForm(Form):
    """What a notice says."""

    category = SelectField(_("Kind"), required=True, choices=[(each.name, each.label) for each in CATEGORIES.values()])
    title = StringField(_("Title"), required=True, longest=LONGEST_TITLE)
    body = TextAreaField(_("Text"), required=True, longest=LONGEST_BODY)
    responsible = StringField(_("Responsible"), required=True, longest=LONGEST_NAME)
    days = IntegerField(_("Days up"), minimum=1, maximum=MOST_DAYS)
    publish_from = DayField(_("First day"))
    takes_objections = BooleanField(_("Residents can raise objections"))
    objection_days = IntegerField(_("Days for objections"), minimum=1, maximum=MOST_DAYS)
    attachments = UploadField(_("Attachments"), takes=("picture", "document"), most=MOST_FILES, captions=False)
    scans = UploadField(
        _("Signed or sealed paper, scanned"), takes=("picture", "document"), most=MOST_FILES, captions=False
    )

    def wording(self) -> NoticeWording:
        """The same as the service takes it."""
        takes = bool(self.takes_objections.data)
        return NoticeWording(
            category=self.category.data,
            title=self.title.data or "",
            body=self.body.data or "",
            responsible=self.responsible.data or "",
            days=self.days.data,
            objection_days=self.objection_days.data if takes else 0,
            publish_from=self.publish_from.data,
        )


@pages.route("/notices/desk/new", methods=["GET", "POST"])
@view(WRITE, uploads=True)
def new() -> Response:
    """Write a draft; only staff see it."""
    form = NoticeForm.from_request(responsible=current_actor().label, takes_objections=request.method == "GET")
    return _write(form, None, _asked_subject())


def _asked_subject() -> Ref | None:
    """The record a new notice is about, from the address of the page (`?about=rooms.room:5`); None for one nobody knows."""
    community = current_community().code
    try:
        subject = Ref.parse(asked_text("about"), community)
    except Invalid:
        return None
    return subject if Reader(current_actor()).named(subject) else None


@pages.route("/notices/desk/<int:notice_id>/edit", methods=["GET", "POST"])
@view(WRITE, uploads=True, kind=Notice, key="notice_id")
def edit(notice: Notice) -> Response:
    """Change a draft."""
    notices.draft_of(current_actor(), notice.id)
    form = NoticeForm.from_request(
        category=notice.category,
        title=notice.title,
        body=notice.body,
        responsible=notice.responsible,
        days=notice.days,
        publish_from=notice.publish_from,
        takes_objections=notice.takes_objections and request.method == "GET",
        objection_days=notice.objection_days or None,
    )
    return _write(form, notice)


def _write(form: NoticeForm, notice: Notice | None, subject: Ref | None = None) -> Response:
    """The form of a draft: shown, previewed without being stored, or stored."""
    preview = request.form.get("step") == "preview"
    if request.method == "POST" and form.validate() and not preview:
        try:
            notice_id = submit_once(lambda: _save(form, notice, subject))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("The draft is saved. Only staff see it until it is published."))
            return ui.after_post(ui.url(".detail", notice_id=notice_id))
    community = current_community().code
    return ui.page(
        "desk/notices/edit.html",
        form=form,
        notice=notice,
        about=_about(str(subject) if subject else notice.subject if notice else ""),
        preview=notice_text.rendered((form.body.data or "")[:LONGEST_BODY]) if preview else None,
        lengths=[(each.label, lengths_of(community, each.name)) for each in CATEGORIES.values()],
        status=status_of(form),
    )


def _about(subject: str) -> str:
    """What a notice is about, in words."""
    return Reader(current_actor()).named(Ref.parse(subject, current_community().code)) if subject else ""


def _save(form: NoticeForm, notice: Notice | None, subject: Ref | None) -> int:
    actor, wording = current_actor(), form.wording()
    if notice is None:
        saved = notices.draft_notice(actor, wording, subject=subject)
    else:
        saved = notices.edit_draft(actor, notice.id, wording)
    for role, field in (("attachment", form.attachments), ("scan", form.scans)):
        if field.data:
            notices.add_files(actor, saved.id, role, field.data)
    return int(saved.id)


# --------------------------------------------------------------------------- one notice


@pages.get("/notices/desk/<int:notice_id>")
@view(WRITE, kind=Notice, key="notice_id")
def detail(notice: Notice) -> Response:
    """One notice with what can be done next, as everybody will read it or reads it."""
    is_draft = notice.state == "draft"
    return ui.page(
        "desk/notices/notice.html",
        **_words(notice),
        taken_over=handovers.taken_over(notice.community, "notices", str(notice.ref)),
        may_publish=current_actor().can(PUBLISH),
        outlook=notices.outlook(current_actor(), notice) if is_draft else None,
        reads=notice_reads.reads_by_day(notice.community, notice.id) if notice.published_at else [],
        finding=notice_digest.check(notice) if notice.published_at else None,
        problems=notice_digest.PROBLEMS,
        successor=notices.successor(notice),
        second_comes=publishes(notice.subject),
        replaced=Notice.get_of(notice.community, notice.replaces) if notice.replaces else None,
    )


def _words(notice: Notice) -> dict[str, Any]:
    """What pages about one notice show of it."""
    return {
        "notice": notice,
        "number": number_text(notice.year, notice.serial) if notice.year else "",
        "about": _about(notice.subject),
        "code": notice_digest.code_text(notice.code) if notice.code else "",
        "category": CATEGORIES[notice.category],
        "phase": notice_lists.PHASES[notices.phase(notice)],
        "body": notice_text.rendered(notice.body),
        "double": notice_pairs.pair_of(current_actor(), notice),
        "steps": notice_pairs.STEPS,
        "files": [(role, files_of(notice.ref, role)) for role in notice_digest.ROLES],
    }


@pages.post("/notices/desk/<int:notice_id>/files/<int:use_id>/remove")
@view(WRITE, kind=Notice, key="notice_id")
def remove_file(notice: Notice, use_id: int) -> Response:
    """Take a file off a draft."""
    submit_once(lambda: notices.remove_file(current_actor(), notice.id, use_id))
    ui.toast(_("The file is removed."))
    return ui.after_post(ui.url(".detail", notice_id=notice.id))


@pages.post("/notices/desk/<int:notice_id>/submit")
@view(WRITE, kind=Notice, key="notice_id")
def submit(notice: Notice) -> Response:
    """Hand a draft in for the signature, or give it back."""
    wanted = request.form.get("back") != "1"
    submit_once(lambda: notices.submit_draft(current_actor(), notice.id, wanted))
    ui.toast(_("The draft waits for the signature.") if wanted else _("The draft is given back."))
    return ui.after_post(ui.url(".detail", notice_id=notice.id))


@pages.route("/notices/desk/<int:notice_id>/discard", methods=["GET", "POST"])
@view(WRITE, kind=Notice, key="notice_id")
def discard(notice: Notice) -> Response:
    """Put a draft away, after asking once more."""
    if request.method == "POST":
        submit_once(lambda: notices.discard_draft(current_actor(), notice.id))
        ui.toast(_("The draft is put away."))
        return ui.after_post(ui.url(".index"))
    notices.draft_of(current_actor(), notice.id)
    return ui.page("desk/notices/discard.html", notice=notice)


# --------------------------------------------------------------------------- double publication


@pages.post("/notices/desk/<int:notice_id>/pair")
@view(WRITE, kind=Notice, key="notice_id")
def pair(notice: Notice) -> Response:
    """Make a notice the first of two, or take a draft out of its pair again (`leave`)."""
    actor = current_actor()
    if request.form.get("leave") == "1":
        submit_once(lambda: notice_pairs.leave_pair(actor, notice.id))
        ui.toast(_("The draft stands alone again."))
    else:
        submit_once(lambda: notice_pairs.open_pair(actor, notice.id).id)
        ui.toast(_("It is the first of two notices now: objections first, then the second notice."))
    return ui.after_post(ui.url(".detail", notice_id=notice.id))


@pages.post("/notices/desk/<int:notice_id>/second")
@view(WRITE, kind=Notice, key="notice_id")
def second(notice: Notice) -> Response:
    """The draft of the second notice with the words of the first."""
    if notice.pair_id is None:
        raise NotFound
    pair_id = notice.pair_id
    draft = submit_once(lambda: notice_pairs.draft_after(current_actor(), pair_id).id)
    ui.toast(_("A draft with the words of the first notice is ready: write what became of it."))
    return ui.after_post(ui.url(".edit", notice_id=draft))


# --------------------------------------------------------------------------- publishing and withdrawing


@pages.route("/notices/desk/<int:notice_id>/publish", methods=["GET", "POST"])
@view(PUBLISH, kind=Notice, key="notice_id")
def publish(notice: Notice) -> Response:
    """A last look at all that will be public; then the signature."""
    actor = current_actor()
    if request.method == "POST":
        seen = request.form.get("seen", "")[:64]
        if not seen:
            raise Refused(_("Have a last look at the notice, then publish it."))
        submit_once(lambda: notices.publish_notice(actor, notice.id, seen=seen).code)
        ui.toast(_("The notice is published. Print the sheet and hang it up."))
        return ui.after_post(ui.url(".detail", notice_id=notice.id))
    notices.draft_of(actor, notice.id)
    return ui.page("desk/notices/publish.html", **_words(notice), outlook=notices.outlook(actor, notice))


class WithdrawForm(Form):
    """Why a notice is withdrawn."""

    reason = TextAreaField(_("Why it is withdrawn"), required=True, longest=LONGEST_REASON)


@pages.route("/notices/desk/<int:notice_id>/withdraw", methods=["GET", "POST"])
@view(PUBLISH, kind=Notice, key="notice_id")
def withdraw(notice: Notice) -> Response:
    """Take a notice down with a reason that everybody can read."""
    form = WithdrawForm.from_request()
    reason = form.reason
    if form.act_on_submit(lambda: notices.withdraw_notice(current_actor(), notice.id, reason.data or "").state):
        ui.toast(_("The notice is withdrawn. Take the sheet off the wall."))
        return ui.after_post(ui.url(".detail", notice_id=notice.id))
    return ui.page("desk/notices/withdraw.html", **_words(notice), form=form, status=status_of(form))


@pages.post("/notices/desk/<int:notice_id>/correct")
@view(WRITE, kind=Notice, key="notice_id")
def correct(notice: Notice) -> Response:
    """A draft that will replace a withdrawn notice."""
    draft = submit_once(lambda: notices.correct_notice(current_actor(), notice.id).id)
    ui.toast(_("A draft with the same words is ready to be corrected."))
    return ui.after_post(ui.url(".edit", notice_id=draft))
