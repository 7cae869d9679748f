"""A resident's score of a finished project that came on paper, entered at the desk. Nobody learns who rated how."""

from __future__ import annotations

from flask import Response

from core import (
    Invalid,
    PaperScoreForm,
    PhoneField,
    StringField,
    after_post,
    current_actor,
    known_resident,
    page,
    scores,
    status_of,
    toast,
    today,
    url,
    view,
)
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.words import PROPOSE
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint


class ProjectScoreForm(PaperScoreForm):
    """Who wrote the paper, and what stands on it."""

    name = StringField(_("Name of the resident"), required=True, longest=60)
    phone = PhoneField(
        _("Telephone of the resident"), required=True, description=_("As both stand in the list of residents.")
    )


@blueprint.route("/desk/spending/<int:proposal_id>/score", methods=["GET", "POST"])
@view(PROPOSE, kind=Proposal, key="proposal_id")
def spending_score(proposal: Proposal) -> Response:
    """Enter what a resident wrote on paper about a finished project, for the household."""
    form = ProjectScoreForm.from_request(asked_on=today())
    is_open = proposal.score_until is not None
    if is_open and form.act_on_submit(lambda: _entered(form, proposal)):
        toast(_("Entered."))
        return after_post(url(".spending_proposal", proposal_id=proposal.id))
    return page(
        "revenue/desk/spending_score.html", form=form, proposal=proposal, question=scores.question_of(proposal.ref),
        is_open=is_open, until=proposal.score_until, status=status_of(form),
    )  # fmt: skip


def _entered(form: ProjectScoreForm, proposal: Proposal) -> None:
    """Raises `Invalid` where the list has no such resident, and as `scores.enter_score` does."""
    person = known_resident(proposal.community, form.name.data, form.phone.data)
    if person is None:
        raise Invalid({"name": [_("The list of residents has nobody with exactly this name and number.")]})
    scores.enter_score(
        current_actor(), proposal.ref, person, form.value.data, form.words.data or "", asked_on=form.asked_on.data,
        permission=PROPOSE,
    )  # fmt: skip
