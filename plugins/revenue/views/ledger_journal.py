"""The general journal at the desk: one person enters a posting or asks for a reversal, another approves it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    DayField,
    Form,
    Invalid,
    SelectField,
    StringField,
    TextAreaField,
    UploadField,
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
from plugins.revenue.ledger import journal
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.entries import Line
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.movable import NotByHand, arrives, leaves
from plugins.revenue.persons import not_the_asker
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, fen_in, one_form, sent
from plugins.revenue.views.ledger import BOOKS, POST, desk, names

APPROVE = "revenue.approve"
_PER_PAGE = 50


class PostingForm(Form):
    """What a posting says of all its movements; theirs are added by `posting_form`."""

    day = DayField(_("Day of the posting"), required=True)
    purpose = StringField(
        _("What for"),
        required=True,
        longest=200,
        description=_("Everybody can read this for ever: no names, no phone numbers."),
    )
    scans = UploadField(
        _("Scan or photo of the voucher"), takes=("picture", "document"), most=12, captions=False,
        description=_("The digest of each paper stands in the entry; only those who keep the books see it."),
    )  # fmt: skip


SIDES = ("source", "destination", "source_fund", "destination_fund")


def posting_form(movements: int, code: str) -> Any:
    """The form with the fields of so many movements, filled from the request; those of the first have no number."""
    of_accounts = [("", ""), *((each.code, f"{each.code} {each.name}") for each in accounts(code) if each.is_open)]
    of_funds = [("", ""), *((each.code, each.name) for each in funds(code) if each.is_open)]
    fields: dict[str, Any] = {}
    for number in range(1, movements + 1):
        end, first = suffix(number), number == 1
        fields["amount" + end] = StringField(
            _("Amount"), required=first, longest=20, description=_("In yuan, for example 1200 or 88.50")
        )
        fields["source" + end] = SelectField(_("Out of the account"), required=first, choices=of_accounts)
        fields["source_fund" + end] = SelectField(_("Out of the fund"), required=first, choices=of_funds)
        fields["destination" + end] = SelectField(_("Into the account"), required=first, choices=of_accounts)
        fields["destination_fund" + end] = SelectField(_("Into the fund"), required=first, choices=of_funds)
    filled: Any = type("MovementsForm", (PostingForm,), fields)
    return filled.from_request(day=today())


def suffix(number: int) -> str:
    """What the names of the fields of a movement end with."""
    return "" if number == 1 else f"_{number}"


def _lines(form: Any, movements: int) -> dict[str, Line]:
    """The movements that are filled in by the end of their fields' names; one without an amount is left out.

    Raises `Invalid` at the field.
    """
    found = {}
    for end in map(suffix, range(1, movements + 1)):
        if not form["amount" + end].data:
            continue
        empty = [name + end for name in SIDES if not form[name + end].data]
        if empty:
            raise Invalid({name: [_("Please fill this in.")] for name in empty})
        found[end] = Line(fen_in(form, "amount" + end), *(form[name + end].data for name in SIDES))
    return found


class ReversalForm(Form):
    """Why an entry is wrong, and what is right."""

    reason = TextAreaField(_("What is wrong"), required=True, longest=300)
    day = DayField(_("Day of the posting"), required=True)
    amount = StringField(
        _("The right amount"),
        longest=20,
        description=_("Leave it empty where nothing stands in its place: then enter the right posting by itself."),
    )
    account = SelectField(
        _("The right account"),
        description=_("Only where the money was right and stood under the wrong account. The amount stays as it was."),
    )
    scans = UploadField(
        _("Scan or photo that shows it"), takes=("picture", "document"), most=12, captions=False,
        description=_("Needed where money goes out by the correction, or the amount is another one."),
    )  # fmt: skip


class RefusalForm(Form):
    """Why something is not posted."""

    refusal = TextAreaField(_("Why not"), required=True, longest=300)


@blueprint.get("/desk/journal")
@view(BOOKS)
def desk_journal() -> Response:
    """What was entered by hand, newest first."""
    found = journal.journals(current_community().code, asked_number("before"), _PER_PAGE + 1)
    older = found[_PER_PAGE - 1].id if len(found) > _PER_PAGE else None
    return page(
        "revenue/desk/journal.html", journals=found[:_PER_PAGE], older=older, states=_states(), base=desk(),
        may_post=current_actor().can(POST), total=_total,
    )  # fmt: skip


@blueprint.route("/desk/journal/new", methods=["GET", "POST"])
@view(POST, uploads=True)
def desk_journal_new() -> Response:
    """Enter a posting of one or more movements for a second person."""
    code = current_community().code
    movements = sum(f"amount{suffix(number)}" in request.form for number in range(1, journal.MOST_LINES + 1)) or 1
    is_adding = request.form.get("step") == "add"
    movements = min(movements + is_adding, journal.MOST_LINES)
    form = posting_form(movements, code)

    def act() -> journal.Journal:
        filled = _lines(form, movements)
        try:
            return journal.enter_posting(
                current_actor(), day=form.day.data, purpose=form.purpose.data, lines=list(filled.values()),
                scans=form.scans.data,
            )  # fmt: skip
        except NotByHand as error:
            end = list(filled)[error.refusal.line]
            raise Invalid({error.refusal.side + end: [error.refusal.words]}) from error

    made = None if is_adding else sent(form, act)
    if made is not None:
        toast(_("Entered. Somebody else has to approve it before it stands in the books."))
        return after_post(url(".desk_journal_one", journal_id=made))
    return page(
        "revenue/desk/posting.html", block="movements", form=form, movements=movements, suffix=suffix, base=desk(),
        most=journal.MOST_LINES, status=status_of(form),
    )  # fmt: skip


@blueprint.route("/desk/entries/<int:entry_seq>/reverse", methods=["GET", "POST"])
@view(POST, uploads=True)
def desk_entry_reverse(entry_seq: int) -> Response:
    """Ask for a reversal, and for the right posting in its place."""
    wrong = journal.reversible(current_actor(), entry_seq)
    form = ReversalForm.from_request(day=today())
    form.account.choices = [
        ("", ""),
        *((each.code, f"{each.code} {each.name}") for each in accounts(current_community().code) if each.is_open),
    ]
    if len(wrong.lines) > 1:
        del form.amount
    if len(wrong.lines) > 1 or not (leaves(wrong.lines[0]) or arrives(wrong.lines[0])):
        del form.account

    def act() -> journal.Journal:
        try:
            return journal.request_reversal(
                current_actor(), entry_seq, form.reason.data, _instead(form, wrong.lines[0]), day=form.day.data,
                scans=form.scans.data,
            )  # fmt: skip
        except NotByHand as error:
            where = error.refusal.side if error.refusal.side in form else "account"
            raise Invalid({where: [error.refusal.words]}) from error

    made = sent(form, act)
    if made is not None:
        toast(_("Entered. Somebody else has to approve it before it stands in the books."))
        return after_post(url(".desk_journal_one", journal_id=made))
    return _form(
        form, _("Reverse entry %(seq)d", seq=entry_seq), _("Hand in for approval"), desk(f"/entries/{entry_seq}"),
        _("The wrong entry stays readable; its mirror takes it back, and everybody can see why."),
    )  # fmt: skip


def _instead(form: ReversalForm, was: Line) -> list[Line]:
    """What stands in the place of a wrong movement: another amount, or the same money under another account."""
    amount = fen_in(form, "amount") if "amount" in form else 0
    other = form.account.data if "account" in form else ""
    if other:
        was = was._replace(destination=other) if leaves(was) else was._replace(source=other)
    return [was._replace(amount=amount or was.amount)] if amount or other else []


@blueprint.get("/desk/journal/<int:journal_id>")
@view(BOOKS)
def desk_journal_one(journal_id: int) -> Response:
    """One posting by two persons."""
    return _one(journal_id, RefusalForm())


@blueprint.post("/desk/journal/<int:journal_id>/approve")
@view(APPROVE)
def desk_journal_approve(journal_id: int) -> Response:
    """It is right: post it."""
    submit_once(lambda: journal.approve(current_actor(), journal_id).id)
    toast(_("Approved and posted."))
    return after_post(url(".desk_journal_one", journal_id=journal_id))


@blueprint.route("/desk/journal/<int:journal_id>/refuse", methods=["GET", "POST"])
@view(APPROVE)
def desk_journal_refuse(journal_id: int) -> Response:
    """It is not posted, and why."""
    form = RefusalForm.from_request()
    if sent(form, lambda: journal.refuse(current_actor(), journal_id, form.refusal.data)) is not None:
        toast(_("Not approved. The bookkeeper sees why."))
        return after_post(url(".desk_journal_one", journal_id=journal_id))
    journal.find_journal(current_actor(), journal_id)
    return _form(form, _("Do not approve"), _("Do not approve"), desk(f"/journal/{journal_id}"), icon="circle-x")


def _one(journal_id: int, form: Form) -> Response:
    actor = current_actor()
    found = journal.find_journal(actor, journal_id)
    waits = found.state == "drafted"
    return page(
        "revenue/desk/journal_one.html", journal=found, form=form, lines=journal.movements(found), names=names(), scans=journal.scans_of(found),
        state=_states()[found.state], base=desk(), may_decide=waits and actor.can(APPROVE),
        cannot=not_the_asker(actor, found, {}) if waits else None,
    )  # fmt: skip


def _form(form: Form, title: object, button: object, back: str, advice: object = "", icon: str = "check") -> Response:
    return one_form(
        form, title, button, back, advice, icon=icon, crumb=_("Books"), crumb_href=desk("/books"),
    )  # fmt: skip


def _states() -> dict[str, object]:
    return {state.name: state for state in journal.JOURNAL.states}


def _total(found: journal.Journal) -> int:
    return sum(line.amount for line in journal.movements(found))
