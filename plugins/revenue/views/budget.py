"""The budget of a year: at the desk written, decided and compared, for everybody beside what really came and went."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import (
    DayField,
    Form,
    SelectField,
    StringField,
    TextAreaField,
    UploadField,
    actions,
    after_post,
    asked_number,
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
from plugins.revenue.budget import versions
from plugins.revenue.budget.comparing import comparison
from plugins.revenue.budget.records import budget_text
from plugins.revenue.budget.states import BOOKS, BUDGET, DECIDE, ENTER, MINUTES
from plugins.revenue.budget.words import PARTS, TOGETHER
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.reports.period import Period
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, fen_in, here, one_form, sent
from plugins.revenue.views.giving import choices, fund_names
from plugins.revenue.views.giving_forms import ReasonForm

_STATES = {state.name: state for state in BUDGET.states}


class NewBudgetForm(Form):
    """Which year; where a budget is in force, why it changes."""

    year = SelectField(_("Year"), required=True)
    why = TextAreaField(
        _("Why it changes"), longest=300, description=_("Only where a budget of this year is in force already. Everybody can read this.")
    )  # fmt: skip


class BudgetLineForm(Form):
    """One line of a budget."""

    account = SelectField(_("Income or expense"), required=True)
    fund = SelectField(_("Fund"), required=True)
    amount = StringField(
        _("Amount of the year"), required=True, longest=20, description=_("In yuan, for example 1200 or 88.50")
    )
    purpose = StringField(_("What for"), longest=200, description=_("Everybody can read this. No names, please."))


class MeetingForm(Form):
    """The meeting that decided it, with the minutes."""

    meeting = StringField(
        _("Which meeting"), required=True, longest=200, description=_("For example: residents' meeting of 2026")
    )
    met_on = DayField(_("Day of the meeting"), required=True)
    minutes = UploadField(_("Scan of the minutes"), takes=("picture", "document"), most=6, captions=False)


def _compared(year: int) -> dict[str, Any]:
    """What the desk, the page for everybody and the paper say of a year."""
    code = current_community().code
    budget = versions.in_force(code, year)
    return {
        "year": year, "period": Period(year), "budget": budget, "found": comparison(budget) if budget else None, "parts": PARTS,
        "together": TOGETHER, "versions": versions.versions(code, year, decided_only=True), "states": _STATES, "printed": today(),
        "text": budget_text, "base": here(),
    }  # fmt: skip


def _asked_year() -> int:
    asked = asked_number("year") or today().year
    return asked if 2000 <= asked <= today().year + 1 else today().year


# --------------------------------------------------------------------------- for everybody


@blueprint.get("/money/budget")
@view(public=True)
def money_budget() -> Response:
    """What was planned for a year and what really came and went."""
    return page("revenue/money_budget.html", **_compared(_asked_year()))


@blueprint.get("/money/budget/print")
@view(public=True)
def money_budget_print() -> Response:
    """The same on A4, for the board."""
    return page("revenue/money_budget_print.html", **_compared(_asked_year()))


# --------------------------------------------------------------------------- the desk


@blueprint.get("/desk/budget")
@view(BOOKS)
def desk_budget() -> Response:
    """The budget of a year against actual, and every version."""
    year = _asked_year()
    shown = {**_compared(year), "versions": versions.versions(current_community().code, year)}
    return page("revenue/desk/budget.html", may_enter=current_actor().can(ENTER), **shown)


@blueprint.route("/desk/budget/new", methods=["GET", "POST"])
@view(ENTER)
def desk_budget_new() -> Response:
    """Begin to write a budget, or a new version of the one in force."""
    form: Any = NewBudgetForm.from_request(year=str(_asked_year()))
    form.year.choices = [(str(year), str(year)) for year in range(today().year - 1, today().year + 2)]
    made = sent(form, lambda: versions.start(current_actor(), int(form.year.data), form.why.data or ""))
    if made is not None:
        return after_post(url(".desk_budget_one", budget_id=made))
    return _form(
        form, _("Write a budget"), _("Continue"), "/desk/budget",
        _("One person enters what the meeting decided, another one puts it in force. Afterwards it changes only by a new version."),
    )  # fmt: skip


@blueprint.route("/desk/budget/<int:budget_id>", methods=["GET", "POST"])
@view(BOOKS)
def desk_budget_one(budget_id: int) -> Response:
    """A version: its lines, the meeting, and who decides; while it is written, one more line."""
    actor = current_actor()
    found = versions.find_budget(actor, budget_id)
    form: Any = BudgetLineForm.from_request()
    form.account.choices = choices(versions.budget_accounts(found.community), True)
    form.fund.choices = choices(versions.budget_funds(found.community))
    if sent(form, lambda: _line(form, budget_id)) is not None:
        return after_post(url(".desk_budget_one", budget_id=budget_id))
    lines, kinds = versions.lines_of(found), {each.code: each for each in accounts(found.community)}
    return page(
        "revenue/desk/budget_one.html", budget=found, title=budget_text(found), form=form, kinds=kinds, funds=fund_names(),
        parts=[(PARTS[side], TOGETHER[side], [line for line in lines if kinds[line.account].kind == side]) for side in PARTS],
        papers=files_of(found.ref, MINUTES), state=_STATES[found.state], steps=[step for step in history(found) if step.reason],
        can={each.verb: each for each in actions(actor, found)}, may_enter=actor.can(ENTER) and found.state == "draft",
        may_decide=actor.can(DECIDE), base=here("/desk/budget"), status=status_of(form),
    )  # fmt: skip


def _line(form: Any, budget_id: int) -> Any:
    return versions.set_line(
        current_actor(), budget_id, form.account.data or "", form.fund.data or "", fen_in(form, "amount"),
        form.purpose.data or "",
    )  # fmt: skip


def _form(form: Any, title: Any, button: Any, back: str, advice: Any = "", **more: Any) -> Response:
    return one_form(form, title, button, here(back), advice, crumb=_("Budget"), crumb_href=here("/desk/budget"), **more)


@blueprint.post("/desk/budget/<int:budget_id>/lines/<int:budget_line_id>/remove")
@view(BOOKS)
def desk_budget_line_remove(budget_id: int, budget_line_id: int) -> Response:
    """Take a line out."""
    submit_once(lambda: versions.remove_line(current_actor(), budget_id, budget_line_id))
    return after_post(url(".desk_budget_one", budget_id=budget_id))


@blueprint.route("/desk/budget/<int:budget_id>/meeting", methods=["GET", "POST"])
@view(ENTER, uploads=True)
def desk_budget_meeting(budget_id: int) -> Response:
    """Which meeting decided it, with the scan of the minutes."""
    found = versions.find_budget(current_actor(), budget_id)
    form: Any = MeetingForm.from_request(meeting=found.meeting, met_on=found.met_on)
    act = sent(
        form,
        lambda: versions.set_meeting(
            current_actor(), budget_id, form.meeting.data, form.met_on.data, form.minutes.data or []
        ),
    )
    if act is not None:
        return after_post(url(".desk_budget_one", budget_id=budget_id))
    return _form(form, _("The meeting that decided it"), _("Save"), f"/desk/budget/{found.id}")


@blueprint.post("/desk/budget/<int:budget_id>/hand-in")
@view(ENTER)
def desk_budget_hand_in(budget_id: int) -> Response:
    """Give it to the second person."""
    submit_once(lambda: versions.hand_in(current_actor(), budget_id).id)
    toast(_("Handed in. Somebody else decides it now."))
    return after_post(url(".desk_budget_one", budget_id=budget_id))


@blueprint.post("/desk/budget/<int:budget_id>/decide")
@view(DECIDE)
def desk_budget_decide(budget_id: int) -> Response:
    """It is as the meeting decided: it holds from now on."""
    submit_once(lambda: versions.decide(current_actor(), budget_id).id)
    toast(_("In force. Everybody can read it now."))
    return after_post(url(".desk_budget_one", budget_id=budget_id))


@blueprint.route("/desk/budget/<int:budget_id>/give-back", methods=["GET", "POST"])
@view(DECIDE)
def desk_budget_give_back(budget_id: int) -> Response:
    """It is not as the meeting decided."""
    found = versions.find_budget(current_actor(), budget_id)
    form = ReasonForm.from_request()
    if sent(form, lambda: versions.give_back(current_actor(), found.id, form.reason.data)) is not None:
        toast(_("Given back. The bookkeeper sees why."))
        return after_post(url(".desk_budget_one", budget_id=found.id))
    return _form(form, _("Give back to be corrected"), _("Give back"), f"/desk/budget/{found.id}", icon="undo-2")


@blueprint.post("/desk/budget/<int:budget_id>/drop")
@view(ENTER)
def desk_budget_drop(budget_id: int) -> Response:
    """Throw away what is not in force."""
    submit_once(lambda: versions.drop(current_actor(), budget_id).id)
    toast(_("Thrown away."))
    return after_post(url(".desk_budget"))
