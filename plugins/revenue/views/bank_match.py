"""Matching at the desk: proposals with one button each, one line, a match, fees that wait for a second person."""

from __future__ import annotations

from flask import Response, request

from core import (
    Form,
    Invalid,
    after_post,
    current_actor,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
)
from plugins.revenue.bank import accounts, booking, matching, pairs
from plugins.revenue.bank.accounts import BOOKS, MATCH
from plugins.revenue.bank.models import BankAccount, BankPair, Fee, Line, Match
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _
from plugins.revenue.views.bank_forms import FeeForm, FundForm, ReturnedForm, WhyForm
from plugins.revenue.views.base import blueprint

REASONS = {
    "amount": _("same amount"),
    "day": _("days close together"),
    "name": _("name in common"),
    "reference": _("number in common"),
    "sum": _("together the same amount"),
}


@blueprint.get("/desk/bank/<int:bank_id>/match")
@view(BOOKS, kind=BankAccount, key="bank_id")
def bank_match(bank: BankAccount) -> Response:
    """Proposals on top, then lines without posting, then postings without line."""
    return _match_page(bank)


def _match_page(bank: BankAccount, error: Invalid | None = None) -> Response:
    actor = current_actor()
    proposed, lines, waiting = matching.proposals(actor, bank.id)
    returned = {each.id for _pair, *both in pairs.pairs_waiting(actor) for each in both}
    return page(
        "revenue/desk/bank/match.html", bank=bank, pairs=proposed, lines=lines, returned=returned, waiting=waiting, reasons=REASONS, error=error,
        actor=actor, fees={fee.line_id: fee for fee, _line, _bank in booking.fees_waiting(actor)},
        status=error.status if error else 200,
    )  # fmt: skip


@blueprint.post("/desk/bank/<int:bank_id>/match")
@view(MATCH, kind=BankAccount, key="bank_id")
def bank_match_save(bank: BankAccount) -> Response:
    """Confirm a proposal, or what was ticked on both sides."""
    way = request.form.get("way", "hand")
    try:
        submit_once(lambda: _matched(bank, way))
    except Invalid as error:
        return _match_page(bank, error)
    toast(_("Matched."))
    return after_post(url(".bank_match", bank_id=bank.id))


def _matched(bank: BankAccount, way: str) -> None:
    if way not in ("proposal", "hand", "opening"):
        way = "hand"
    matching.match(current_actor(), bank.id, _numbers("line"), _numbers("entry"), way)


def _numbers(name: str) -> list[int]:
    return [
        int(text) for text in request.form.getlist(name)[:100] if text.isascii() and text.isdigit() and len(text) < 18
    ]


@blueprint.post("/desk/bank/<int:bank_id>/match/sure")
@view(MATCH, kind=BankAccount, key="bank_id")
def bank_match_sure(bank: BankAccount) -> Response:
    """Confirm all proposals of this page that are sure."""
    done = submit_once(lambda: _all_sure(bank, frozenset(request.form.getlist("pair")[:400])))
    toast(_("%(count)d matched.", count=done))
    return after_post(url(".bank_match", bank_id=bank.id))


def _all_sure(bank: BankAccount, seen: frozenset[str]) -> int:
    """Only what stood on the page: what changed meanwhile is looked at anew."""
    proposed, _lines, _waiting = matching.proposals(current_actor(), bank.id)
    done = 0
    for pair in proposed:
        lines, entries = [line.id for line in pair.lines], [each.seq for each in pair.postings]
        if pair.is_sure and pair_code(lines, entries) in seen:
            matching.match(current_actor(), bank.id, lines, entries, "proposal")
            done += 1
    return done


def pair_code(lines: list[int], entries: list[int]) -> str:
    """A proposal in a form: `3:17`."""
    return f"{'-'.join(map(str, lines))}:{'-'.join(map(str, entries))}"


# --------------------------------------------------------------------------- one line


@blueprint.get("/desk/bank/lines/<int:line_id>")
@view(BOOKS, kind=Line, key="line_id")
def bank_line(line: Line) -> Response:
    """What can be done with a line."""
    return _line_page(line)


def _line_page(line: Line, shown: Form | None = None, error: Invalid | None = None) -> Response:
    bank, actor = accounts.bank_of(line.community, line.bank_id), current_actor()
    interest, fee = FundForm(fund="operating"), FeeForm(fund="operating", words=line.memo)
    is_open = not line.withdrawn and booking.is_open(line)
    returned = shown if isinstance(shown, ReturnedForm) else ReturnedForm()
    if isinstance(shown, FeeForm):
        fee = shown
    elif isinstance(shown, FundForm):
        interest = shown
    for form in (interest, fee):
        form.fund.choices = _fund_choices(bank)
    waiting = [each for each in matching.open_postings(bank) if (each.amount > 0) == (line.amount > 0)]
    near = sorted(waiting, key=lambda each: (each.amount != line.amount, abs((each.day - line.day).days)))[:30]
    return page(
        "revenue/desk/bank/line.html", line=line, bank=bank, is_open=is_open, near=near,
        back=pairs.candidates(line) if is_open else [], returned=returned, chosen=_numbers("other"),
        goes_back=pairs.waiting_of(line.community, line.id),
        interest=interest, fee=fee, custody=booking.is_custody(bank), actor=actor, dues=booking.dues_for(line),
        waits=next((each for each, its, _bank in booking.fees_waiting(actor) if its.id == line.id), None), error=error,
        status=error.status if error else status_of(shown) if shown else 200,
    )  # fmt: skip


def _fund_choices(bank: BankAccount) -> list[tuple[str, str]]:
    owned = "owners" if booking.is_custody(bank) else ""
    return [
        (each.code, each.name)
        for each in funds(bank.community)
        if each.is_open and (each.owner == "owners") == bool(owned)
    ]


@blueprint.post("/desk/bank/lines/<int:line_id>/match")
@view(MATCH, kind=Line, key="line_id")
def bank_line_match(line: Line) -> Response:
    """Match a line with the postings that were ticked."""
    try:
        submit_once(lambda: _line_matched(line))
    except Invalid as error:
        return _line_page(line, error=error)
    return _done(line, _("Matched."))


def _line_matched(line: Line) -> None:
    matching.match(current_actor(), line.bank_id, [line.id], _numbers("entry"), "hand")


@blueprint.post("/desk/bank/lines/<int:line_id>/unknown")
@view(MATCH, kind=Line, key="line_id")
def bank_line_unknown(line: Line) -> Response:
    """Post it as money of an unknown payer."""
    submit_once(lambda: booking.as_unknown(current_actor(), line.id).id)
    return _done(line, _("Posted as money of an unknown payer."))


@blueprint.post("/desk/bank/lines/<int:line_id>/due")
@view(MATCH, kind=Line, key="line_id")
def bank_line_due(line: Line) -> Response:
    """Receive it for a due."""
    chosen = _numbers("due")
    try:
        if len(chosen) != 1:
            raise Invalid({"": [_("Choose the due it was paid for.")]})
        submit_once(lambda: booking.as_due(current_actor(), line.id, chosen[0]).id)
    except Invalid as error:
        return _line_page(line, error=error)
    return _done(line, _("Received for the due."))


@blueprint.post("/desk/bank/lines/<int:line_id>/interest")
@view(MATCH, kind=Line, key="line_id")
def bank_line_interest(line: Line) -> Response:
    """Post it as interest."""
    form = FundForm.from_request()
    form.fund.choices = _fund_choices(accounts.bank_of(line.community, line.bank_id))
    if not form.act_on_submit(lambda: booking.as_interest(current_actor(), line.id, form.fund.data).id):
        return _line_page(line, form)
    return _done(line, _("Posted as interest."))


@blueprint.post("/desk/bank/lines/<int:line_id>/fee")
@view(MATCH, kind=Line, key="line_id")
def bank_line_fee(line: Line) -> Response:
    """Write it down as a fee; somebody else approves it."""
    form = FeeForm.from_request()
    form.fund.choices = _fund_choices(accounts.bank_of(line.community, line.bank_id))
    if not form.act_on_submit(lambda: booking.ask_fee(current_actor(), line.id, form.fund.data, form.words.data).id):
        return _line_page(line, form)
    return _done(line, _("Written down. It is posted once the secretary or the director approves it."))


@blueprint.post("/desk/bank/lines/<int:line_id>/returned")
@view(MATCH, kind=Line, key="line_id")
def bank_line_returned(line: Line) -> Response:
    """Say that it is money that came and went back; somebody else confirms it."""
    form, chosen = ReturnedForm.from_request(), _numbers("other")

    def act() -> int:
        if len(chosen) != 1:
            raise Invalid({"": [_("Choose a line of the same account with the same amount the other way.")]})
        return int(pairs.ask_pair(current_actor(), line.id, chosen[0], form.words.data).id)

    if not form.act_on_submit(act):
        return _line_page(line, form)
    return _done(line, _("Written down. Both lines are explained once the secretary or the director confirms it."))


def _done(line: Line, said: object) -> Response:
    toast(said)
    return after_post(url(".bank_match", bank_id=line.bank_id))


@blueprint.get("/desk/bank/fees")
@view(BOOKS)
def bank_fees() -> Response:
    """Fees that wait for a second person."""
    actor = current_actor()
    return page(
        "revenue/desk/bank/fees.html", fees=booking.fees_waiting(actor), pairs=pairs.pairs_waiting(actor), actor=actor,
        names={each.id: each.name for each in accounts.banks(str(actor.community))},
    )  # fmt: skip


@blueprint.post("/desk/bank/returned/<int:bank_pair_id>")
@view(booking.APPROVE, kind=BankPair, key="bank_pair_id")
def bank_pair_decide(bank_pair: BankPair) -> Response:
    """Confirm that money came and went back, or not."""
    approve = request.form.get("answer") == "approve"
    submit_once(lambda: pairs.decide_pair(current_actor(), bank_pair.id, approve).id)
    toast(_("Confirmed. Both lines are explained.") if approve else _("Refused. The two lines are open again."))
    return after_post(url(".bank_fees"))


@blueprint.post("/desk/bank/fees/<int:bank_fee_id>")
@view(booking.APPROVE, kind=Fee, key="bank_fee_id")
def bank_fee_decide(bank_fee: Fee) -> Response:
    """Approve a fee, or refuse it."""
    approve = request.form.get("answer") == "approve"
    submit_once(lambda: booking.decide_fee(current_actor(), bank_fee.id, approve).id)
    toast(_("Approved and posted.") if approve else _("Refused. The line is open again."))
    return after_post(url(".bank_fees"))


# --------------------------------------------------------------------------- a match


@blueprint.get("/desk/bank/matches/<int:match_id>")
@view(BOOKS, kind=Match, key="match_id")
def bank_matched(match: Match) -> Response:
    """A match with both its sides."""
    return _matched_page(match, WhyForm())


def _matched_page(match: Match, form: WhyForm) -> Response:
    actor = current_actor()
    return page(
        "revenue/desk/bank/matched.html", found=matching.match_page(actor, match.id), pair=pairs.pair_of(match), ways=matching.WAYS, form=form,
        actor=actor, status=status_of(form),
    )  # fmt: skip


@blueprint.post("/desk/bank/matches/<int:match_id>")
@view(MATCH, kind=Match, key="match_id")
def bank_unmatch(match: Match) -> Response:
    """Undo a match."""
    form = WhyForm.from_request()
    if form.act_on_submit(lambda: matching.undo(current_actor(), match.id, form.why.data)):
        toast(_("Undone. Both sides are open again."))
        return after_post(url(".bank_match", bank_id=match.bank_id))
    return _matched_page(match, form)
