"""The states of a proposal and the steps between them, as data, with what keeps somebody from each (REVENUE.md).

Who the people are is in `people`; a step is taken by the services beside this file, which put the signature first: the database takes
no state without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core import Actor, Label, State, Transition, Workflow, day_text, files_of, today
from plugins.revenue.spending import limits, lists, people, publishing
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.words import PAY, PROPOSE, PUBLISH, SIGN, STREET, VERIFY
from plugins.revenue.texts import _

STATES = (
    State("proposed", _("Proposed"), icon="pencil", tint="info"),
    State("decided", _("Decided, to be made public"), icon="landmark", tint="warn"),
    State("pre_published", _("Made public before the money moves"), icon="megaphone", tint="info"),
    State("answered", _("Objections answered, to be signed"), icon="message-square-text", tint="warn"),
    State("signed", _("Signed, to be checked"), icon="signature", tint="warn"),
    State("verified", _("Checked, to be paid or allocated"), icon="shield-check", tint="info"),
    State("approved", _("Approved by the street, to be paid or allocated"), icon="circle-check", tint="info"),
    State("paying", _("Being paid"), icon="wallet", tint="info"),
    State("paid", _("Paid, to be made public again"), icon="wallet", tint="warn"),
    State("allocated", _("Allocated, to be made public again"), icon="scale", tint="warn"),
    State("post_published", _("Made public afterwards"), icon="megaphone", tint="ok"),
    State("locked", _("Closed after both publications"), icon="lock", tint="ok", final=True),
    State("returned", _("Sent back"), icon="undo-2", tint="warn"),
    State("void", _("Ended without payment"), icon="ban", final=True),
)
STATE = {state.name: state for state in STATES}
UNPAID = ("pre_published", "answered", "signed", "verified", "approved")
_BEFORE_PAYMENT = ("proposed", "decided", *UNPAID, "returned")
Guard = Callable[[Actor, Any, Mapping[str, Any]], Label | None]


def _is_emergency(proposal: Proposal) -> bool:
    return proposal.proposal_kind == "emergency"


def _person(step: str) -> Guard:
    def check(actor: Actor, proposal: Proposal, fields: Mapping[str, Any]) -> Label | None:
        # Whoever enters a paper is not who signed it: that one was asked when the signature was written.
        return None if fields.get("on_paper") else people.obstacle(actor, proposal, step)

    return check


def _public_and_over(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    if _is_emergency(proposal):
        if publishing.late(proposal, publishing.standing_notices(proposal)) == "before":
            return _("The emergency repair is not public in time: publish it first.")
        return None
    return publishing.against_going_on(proposal)


def _nothing_upheld(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    if _is_emergency(proposal):
        return None
    found = publishing.outcomes(proposal)
    if "withdrawn" in found:
        return _("An objection was upheld: end the proposal.")
    if "amended" in found:
        return _("An objection was upheld in part: compute the sum anew and publish it again.")
    return None


def _ready_to_sign(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    if proposal.state == "proposed" and not _is_emergency(proposal):
        return _("Only an emergency repair is signed before it was decided and made public.")
    return None


def _papers_settled(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    waiting = next(people.contestable(proposal), None)
    if waiting is not None and waiting.contest_until is not None:
        return _(
            "A signature was entered from paper: whoever it names may contest it until %(day)s.",
            day=day_text(waiting.contest_until),
        )
    return None


def _street_has_approved(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    if proposal.state == "verified" and limits.street_approves(proposal.community):
        return _("The street approves first.")
    return None


def _street_is_asked(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    return None if limits.street_approves(proposal.community) else _("Here the street is not asked.")


def _of_kind(*kinds: str) -> Guard:
    def check(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
        return None if proposal.proposal_kind in kinds else _("This step belongs to another kind of proposal.")

    return check


def lacks_contract(proposal: Proposal) -> bool:
    """Whether nothing can be paid before somebody adds the contract."""
    return proposal.proposal_kind == "project" and not files_of(proposal.ref, "attachment")


def _has_contract(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    return _("The contract is missing: add it first.") if lacks_contract(proposal) else None


def _has_photo_before(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    return None if files_of(proposal.ref, "photo") else _("A photo of how it was before is missing.")


def _is_decided(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    if not lists.decisions(proposal):
        return _("No meeting has decided on the emergency repair yet: enter its decision.")
    return None


def _scores_are_in(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    if proposal.score_until is not None and today() <= proposal.score_until:
        return _("Residents rate it until %(day)s; then the result is made public.", day=day_text(proposal.score_until))
    return None


def _first_is_over(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    return publishing.against_going_on(proposal)


def _both_are_over(_actor: Actor, proposal: Proposal, _fields: Mapping[str, Any]) -> Label | None:
    found = publishing.standing_notices(proposal)
    if found.before is None:
        return _("The first publication does not stand: publish it again.")
    if found.after is None:
        return _("The second publication does not stand: publish it again.")
    over = max(found.before.over_on, found.after.over_on)
    return _("The publications are up until %(day)s.", day=day_text(over)) if today() <= over else None


def _by_contest(_actor: Actor, _proposal: Proposal, fields: Mapping[str, Any]) -> Label | None:
    return None if fields.get("contested") else _("This follows when somebody contests a signature from paper.")


_GOES_ON = (_public_and_over, _nothing_upheld)
PROPOSAL = Workflow(
    name="revenue.proposal",
    model=Proposal,
    states=STATES,
    initial="proposed",
    transitions=(
        Transition("decide", ("proposed", "returned"), "decided", PROPOSE, _("Enter the decision"), (_person("decide"),)),
        Transition("publish", "decided", "pre_published", PUBLISH, _("Make it public")),
        Transition("answer", "pre_published", "answered", PROPOSE, _("All objections are answered"), _GOES_ON),
        Transition("sign", ("answered", "proposed"), "signed", SIGN, _("Sign it"), (_ready_to_sign, _person("sign"), *_GOES_ON)),
        Transition("verify", "signed", "verified", VERIFY, _("Checked: it is right"), (_person("verify"), *_GOES_ON)),
        Transition("approve", "verified", "approved", STREET, _("Approve for the street"), (_street_is_asked, _person("approve"), *_GOES_ON)),
        Transition(
            "pay", ("verified", "approved", "paying"), "paying", PAY, _("Pay"),
            (_of_kind("project", "emergency"), _street_has_approved, _person("pay"), _papers_settled, *_GOES_ON, _has_contract),
        ),
        Transition(
            "allocate", ("verified", "approved"), "allocated", PAY, _("Post the allocation"),
            (_of_kind("allocation"), _street_has_approved, _person("pay"), _papers_settled, *_GOES_ON),
        ),
        Transition("accept", "paying", "paid", PROPOSE, _("Accept the work"), (_has_photo_before,)),
        Transition("publish_after", ("paid", "allocated"), "post_published", PUBLISH, _("Make the result public"), (_is_decided, _scores_are_in, _first_is_over)),
        Transition("lock", "post_published", "locked", SIGN, _("Close it"), (_both_are_over,)),
        Transition("recompute", UNPAID, "decided", SIGN, _("Compute the sum anew"), (_of_kind("allocation", "project"),)),
        Transition("refuse_sign", ("answered", "proposed"), "returned", SIGN, _("Do not sign"), (_ready_to_sign, _person("sign"))),
        Transition("refuse_verify", "signed", "returned", VERIFY, _("Not right: send it back"), (_person("verify"),)),
        Transition("refuse_approve", "verified", "returned", STREET, _("The street does not approve"), (_street_is_asked, _person("approve"))),
        Transition("void", _BEFORE_PAYMENT, "void", SIGN, _("End it without payment")),
        Transition("contest_sign", ("signed", "verified", "approved"), "answered", "", _("Contested"), (_by_contest,)),
        Transition("contest_sign_emergency", ("signed", "verified", "approved"), "proposed", "", _("Contested"), (_by_contest,)),
        Transition("contest_verify", ("verified", "approved"), "signed", "", _("Contested"), (_by_contest,)),
        Transition("contest_approve", "approved", "verified", "", _("Contested"), (_by_contest,)),
    ),
)  # fmt: skip
