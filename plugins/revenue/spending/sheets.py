"""The A4 form of a proposal 审批单: what was decided, who signed, with room for signatures by hand."""

from __future__ import annotations

from core import Actor, NotFound, Ref, SheetContent, SheetKind, capital_figures, day_text, yuan
from plugins.revenue.spending import lists, people
from plugins.revenue.spending.limits import street_approves
from plugins.revenue.spending.models import Payment, Proposal
from plugins.revenue.spending.notice_words import fund_names, vote_told
from plugins.revenue.spending.words import BODIES, KINDS, SEE, STEPS
from plugins.revenue.texts import _


def _money(fen: int) -> str:
    return f"{yuan(fen)} {_('yuan')}（{capital_figures(fen)}）"


def _approval(actor: Actor, ref: Ref) -> SheetContent:
    proposal = lists.proposal_of(actor, int(ref.id))
    names = fund_names(proposal.community)
    facts = [
        (_("Number"), proposal.number_text),
        (_("Kind"), str(KINDS[proposal.proposal_kind])),
        (_("Title"), proposal.title),
        (_("What it is for"), proposal.words),
        (_("From the fund"), names.get(proposal.fund, proposal.fund)),
        (_("Sum"), _money(proposal.amount)),
    ]
    if proposal.proposal_kind == "allocation":
        facts += [(names.get(code, code), _money(fen)) for code, fen in lists.by_fund(proposal).items()]
    for decision in lists.decisions(proposal)[:1]:
        facts.append(
            (_("Which body decided"), f"{BODIES[decision.body]}，{day_text(decision.held_on, with_year=True)}")
        )
        if decision.body == "owners":
            facts += [(name, str(value)) for name, value in vote_told(decision)]
    there = {each.step: each for each in people.standing(proposal) if each.agreed and each.round in (1, proposal.round)}
    for step, each in there.items():
        how = _("signed in Linli") if each.entered_account is None else _("signed on paper")
        facts.append((STEPS[step], f"{each.name}，{day_text(each.signed_on, with_year=True)}，{how}"))
    wanted = ["sign", "verify", *(["approve"] if street_approves(proposal.community) else []), "pay"]
    signatures = tuple(STEPS[step] for step in wanted if step not in there)
    return SheetContent(
        tuple(facts),
        (
            _("Each of these is another person; the one who checks works for the supervision committee and is no near relative."),
            _("Whoever signs by hand can contest it when it was entered wrongly."),
        ),
        signatures=signatures,
    )  # fmt: skip


def _voucher(actor: Actor, ref: Ref) -> SheetContent:
    found: Payment = Payment.get_of(str(actor.community), int(ref.id))
    if found.payee_kind == "funds":
        raise NotFound
    proposal: Proposal = Proposal.get_of(found.community, found.proposal_id)
    facts = (
        (_("Number"), f"{proposal.number_text}-{found.serial}"),
        (_("Project"), proposal.title),
        (_("Paid to"), found.payee),
        (_("Paid for"), found.purpose),
        (_("Sum"), _money(found.amount)),
        (_("From the fund"), fund_names(found.community).get(proposal.fund, proposal.fund)),
        (_("From the account"), found.account_code),
        (_("Paid on"), day_text(found.paid_on, with_year=True)),
    )
    return SheetContent(facts, signatures=(_("Received by"), _("Paid by the cashier"), _("Bookkeeper")))


SHEETS = (
    SheetKind("revenue.approval", Proposal.kind, _("Approval of money"), "收支批", SEE, _approval),
    SheetKind("revenue.voucher", Payment.kind, _("Payment voucher"), "付款", SEE, _voucher),
)
