"""Opening balances at the desk: written line by line with evidence, approved by somebody else, corrected by mirror and repost."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import (
    actions,
    after_post,
    current_actor,
    current_community,
    files_of,
    history,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.revenue.giving import opening
from plugins.revenue.giving.lists import state_of
from plugins.revenue.giving.states import BOOKS, CLOSE, OPENING
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, fen_in, here, sent
from plugins.revenue.views.giving import choices, form_page, fund_names
from plugins.revenue.views.giving_forms import (
    CorrectForm,
    EvidenceForm,
    LineForm,
    OpeningForm,
    ReasonForm,
)


def _form(form: Any, title: Any, button: Any, back: str, advice: Any = "", **more: Any) -> Response:
    return form_page(
        form, title, button, here(back), advice, crumb=_("Opening balances"), crumb_href=here("/desk/opening"), **more
    )


@blueprint.get("/desk/opening")
@view(BOOKS)
def desk_opening() -> Response:
    """The opening balances in the books, those being written, and those that were replaced."""
    code, actor = current_community().code, current_actor()
    return page(
        "revenue/desk/opening.html", found=opening.openings(code), current=opening.current(code),
        preparing=opening.in_preparation(code), state_of=state_of, may_enter=actor.can(OPENING), base=here("/desk/opening"),
    )  # fmt: skip


@blueprint.route("/desk/opening/new", methods=["GET", "POST"])
@view(OPENING)
def desk_opening_new() -> Response:
    """Begin: choose the day."""
    form = OpeningForm.from_request(opening_day=today().replace(month=1, day=1))
    made = sent(form, lambda: opening.start(current_actor(), form.opening_day.data))
    if made is not None:
        return after_post(url(".desk_opening_one", opening_id=made))
    return _form(
        form, _("Enter the opening balances"), _("Continue"), "/desk/opening",
        _("What was there when the books began, once for all. Somebody else approves it; afterwards it is corrected, never changed."),
    )  # fmt: skip


@blueprint.route("/desk/opening/<int:opening_id>", methods=["GET", "POST"])
@view(BOOKS)
def desk_opening_one(opening_id: int) -> Response:
    """The lines, what stands against them, the evidence; while it is written, one more line."""
    actor = current_actor()
    found = opening.find_opening(actor, opening_id)
    form: Any = LineForm.from_request()
    form.account.choices = choices(opening.balance_accounts(found.community), True)
    form.fund.choices = choices(opening.open_funds(found.community))
    if sent(form, lambda: _line(form, opening_id)) is not None:
        return after_post(url(".desk_opening_one", opening_id=opening_id))
    names = {each.code: each.name for each in accounts(found.community)}
    return page(
        "revenue/desk/opening_one.html", opening=found, form=form, lines=opening.lines_of(found), names=names,
        against=opening.against(found), funds=fund_names(), papers=files_of(found.ref, "scan"), state=state_of(found),
        steps=[step for step in history(found) if step.reason], can={each.verb: each for each in actions(actor, found)},
        may_enter=actor.can(OPENING) and found.state == "draft", may_approve=actor.can(CLOSE), base=here("/desk/opening"),
        status=status_of(form),
    )  # fmt: skip


def _line(form: Any, opening_id: int) -> Any:
    return opening.set_line(
        current_actor(), opening_id, form.account.data or "", form.fund.data or "", fen_in(form, "amount")
    )


@blueprint.post("/desk/opening/<int:opening_id>/lines/<int:opening_line_id>/remove")
@view(BOOKS)
def desk_opening_line_remove(opening_id: int, opening_line_id: int) -> Response:
    """Take a line out."""
    submit_once(lambda: opening.remove_line(current_actor(), opening_id, opening_line_id))
    return after_post(url(".desk_opening_one", opening_id=opening_id))


@blueprint.route("/desk/opening/<int:opening_id>/evidence", methods=["GET", "POST"])
@view(OPENING, uploads=True)
def desk_opening_evidence(opening_id: int) -> Response:
    """Add papers."""
    found = opening.find_opening(current_actor(), opening_id)
    form = EvidenceForm.from_request()
    if sent(form, lambda: opening.add_evidence(current_actor(), opening_id, form.scans.data)) is not None:
        toast(_("Added."))
        return after_post(url(".desk_opening_one", opening_id=opening_id))
    return _form(form, _("Add evidence"), _("Add it"), f"/desk/opening/{found.id}")


@blueprint.post("/desk/opening/<int:opening_id>/hand-in")
@view(OPENING)
def desk_opening_hand_in(opening_id: int) -> Response:
    """Give it to the second person."""
    submit_once(lambda: opening.hand_in(current_actor(), opening_id).id)
    toast(_("Handed in. Somebody else approves it now."))
    return after_post(url(".desk_opening_one", opening_id=opening_id))


@blueprint.post("/desk/opening/<int:opening_id>/approve")
@view(CLOSE)
def desk_opening_approve(opening_id: int) -> Response:
    """It is right: it is posted."""
    submit_once(lambda: opening.approve(current_actor(), opening_id).id)
    toast(_("Posted."))
    return after_post(url(".desk_opening_one", opening_id=opening_id))


@blueprint.route("/desk/opening/<int:opening_id>/give-back", methods=["GET", "POST"])
@view(CLOSE)
def desk_opening_give_back(opening_id: int) -> Response:
    """Something is wrong; the bookkeeper goes on."""
    found = opening.find_opening(current_actor(), opening_id)
    form = ReasonForm.from_request()
    if sent(form, lambda: opening.give_back(current_actor(), found.id, form.reason.data)) is not None:
        toast(_("Given back. The bookkeeper sees why."))
        return after_post(url(".desk_opening_one", opening_id=found.id))
    return _form(form, _("Give back to be corrected"), _("Give back"), f"/desk/opening/{found.id}", icon="undo-2")


@blueprint.post("/desk/opening/<int:opening_id>/drop")
@view(OPENING)
def desk_opening_drop(opening_id: int) -> Response:
    """Throw away what is not in the books yet."""
    submit_once(lambda: opening.drop(current_actor(), opening_id).id)
    toast(_("Thrown away."))
    return after_post(url(".desk_opening"))


@blueprint.route("/desk/opening/correct", methods=["GET", "POST"])
@view(OPENING)
def desk_opening_correct() -> Response:
    """Begin to write in place of those in the books."""
    form = CorrectForm.from_request()
    made = sent(form, lambda: opening.correct(current_actor(), form.why.data))
    if made is not None:
        return after_post(url(".desk_opening_one", opening_id=made))
    return _form(
        form, _("Correct the opening balances"), _("Continue"), "/desk/opening",
        _("The old entry is mirrored in full and the corrected one posted; both stay visible, with the reason."),
    )  # fmt: skip
