"""Paying in instalments, posting an allocation, accepting the work, the second publication, closing: what follows the signatures."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import peewee

from core import Actor, Invalid, Label, Refused, advance, attach, files_of, record, today, transactional, violated
from plugins.revenue.spending import funding, limits, lists, people, publishing
from plugins.revenue.spending.models import Acceptance, Decision, Payment, Proposal, Signature
from plugins.revenue.spending.proposing import Uploads
from plugins.revenue.spending.received import mark_allocated
from plugins.revenue.spending.words import PAY, PROPOSE, PUBLISH, SIGN
from plugins.revenue.texts import _

LONGEST_PAYEE, LONGEST_PURPOSE = 60, 100


@dataclass(frozen=True)
class Instalment:
    """What is paid: the number of the instalment as the form showed it, to whom, what for, from which account, 分, the invoice."""

    serial: int
    payee: str
    payee_kind: str
    purpose: str
    account_code: str
    amount: int
    invoices: Uploads = ()

    def check(self, paid_on: datetime.date) -> None:
        """Raises `Invalid` by field."""
        errors: dict[str, list[Label]] = {}
        if not self.payee.strip() or len(self.payee) > LONGEST_PAYEE:
            errors["payee"] = [_("Write who is paid, in at most %(most)d characters.", most=LONGEST_PAYEE)]
        if self.payee_kind not in ("firm", "person"):
            errors["payee_kind"] = [_("Choose whether it is a firm or a person.")]
        if not self.purpose.strip() or len(self.purpose) > LONGEST_PURPOSE:
            errors["purpose"] = [_("Write what it is paid for, in at most %(most)d characters.", most=LONGEST_PURPOSE)]
        if self.amount <= 0:
            errors["amount"] = [_("The sum has to be more than 0.")]
        if not self.invoices:
            errors["invoices"] = [_("Add the invoice or receipt as a scan or photo.")]
        if paid_on > today():
            errors["paid_on"] = [_("This day cannot lie in the future.")]
        if errors:
            raise Invalid(errors)


@transactional
def pay(
    actor: Actor, proposal_id: int, instalment: Instalment, *, key: str, paid_on: datetime.date | None = None
) -> Payment:
    """Pay an instalment: as much of the hold is released and posted, in one transaction.

    The same `key` with the same contents is the same payment, with others `Refused`; so is a number that was paid meanwhile, and
    more than was decided. Raises `Invalid`, `Forbidden`.
    """
    actor.require(PAY)
    proposal = lists.proposal_of(actor, proposal_id)
    day = paid_on or today()
    known = _known(proposal, key, instalment.amount, instalment.payee.strip())
    if known is not None:
        return known
    instalment.check(day)
    if instalment.account_code not in {code for code, _name, _fen in funding.payable_from(proposal)}:
        raise Invalid({"account_code": [_("Choose an account in which the fund has money.")]})
    left = proposal.amount - lists.spent(proposal)
    if instalment.amount > left:
        raise Invalid({"amount": [_("More than was decided and made public cannot be paid.")]})
    publishing.refresh(actor, proposal)
    _sign_for_payment(actor, proposal)
    payment = _written(
        actor, proposal, key=key, serial=instalment.serial, payee=instalment.payee.strip(), payee_kind=instalment.payee_kind,
        purpose=instalment.purpose.strip(), account_code=instalment.account_code, amount=instalment.amount, paid_on=day,
    )  # fmt: skip
    attach(actor, payment.ref, "scan", instalment.invoices, permission=PAY)
    funding.spend(actor, proposal, payment, day, _evidence(proposal, payment))
    advance(actor, proposal, "pay")
    return payment


@transactional
def allocate(actor: Actor, proposal_id: int, *, key: str, paid_on: datetime.date | None = None) -> Payment:
    """Post an allocation to its funds. Once, whatever is sent; raises like `pay`."""
    actor.require(PAY)
    proposal = lists.proposal_of(actor, proposal_id)
    known = _known(proposal, key, proposal.amount, "")
    if known is not None:
        return known
    publishing.refresh(actor, proposal)
    _sign_for_payment(actor, proposal)
    day = paid_on or today()
    payment = _written(
        actor, proposal, key=key, serial=1, payee="", payee_kind="funds", purpose=proposal.title, account_code="",
        amount=proposal.amount, paid_on=day,
    )  # fmt: skip
    funding.spend(actor, proposal, payment, day, _evidence(proposal, payment))
    mark_allocated(actor, proposal.ref)
    by = day + datetime.timedelta(days=limits.days(limits.AFTER_DAYS, proposal.community))
    advance(actor, proposal, "allocate", after_by=by)
    return payment


def _known(proposal: Proposal, key: str, amount: int, payee: str) -> Payment | None:
    """The payment that this key made before; raises `Refused` where it was another."""
    if not 8 <= len(key) <= 200:
        raise Refused(_("This form was not sent from its page. Open the page again."))
    found: Payment | None = Payment.of(proposal.community).where(Payment.key == key).first()
    if found is not None and (found.proposal_id, found.amount, found.payee) != (proposal.id, amount, payee):
        raise Refused(_("This form was sent before with other contents. Open the page again."))
    return found


def _sign_for_payment(actor: Actor, proposal: Proposal) -> None:
    """The cashier signs once for all instalments of a round; another cashier signs for theirs."""
    me = people.who(actor)
    there: list[Signature] = [
        each for each in people.standing(proposal) if each.step == "pay" and each.round == proposal.round
    ]
    if any(each.account == me.account for each in there):
        return
    people.put_signature(actor, proposal, "pay")


def _written(actor: Actor, proposal: Proposal, **values: object) -> Payment:
    me = people.who(actor)
    try:
        payment: Payment = Payment.create(
            community=proposal.community, proposal_id=proposal.id, round=proposal.round, by_account=me.account,
            by_label=actor.signature, **values,
        )  # fmt: skip
    except peewee.IntegrityError as error:
        name = violated(error)
        if name in ("revenue_payment_community_proposal_id_serial_unique", "revenue_payment_community_key_unique"):
            raise Refused(
                _("Somebody has just paid this."), advice=_("Open the proposal again to see what was paid.")
            ) from error
        if name == "revenue_payment_within":
            raise Refused(_("More than was decided and made public cannot be paid.")) from error
        if name == "revenue_payment_signed":
            raise Refused(_("The signatures under this proposal are not complete.")) from error
        raise
    told = {
        name: str(value) if isinstance(value, datetime.date) else value
        for name, value in values.items()
        if name != "key"
    }
    record(actor, "revenue.payment.made", proposal.ref, after=told, permission=PAY)
    return payment


def _evidence(proposal: Proposal, payment: Payment) -> list[str]:
    """The digests of the papers behind a payment: minutes, contract, signed forms, invoice."""
    minutes = Decision.of(proposal.community).where(Decision.proposal_id == proposal.id)
    refs = [(each.ref, "scan") for each in minutes.order_by(Decision.id)]
    refs += [(each.ref, "scan") for each in people.standing(proposal) if each.entered_account is not None]
    refs += [(proposal.ref, "attachment"), (payment.ref, "scan")]
    found = [each.sha256 for ref, role in refs for each in files_of(ref, role)]
    return list(dict.fromkeys(found))


# --------------------------------------------------------------------------- afterwards


@transactional
def add_contract(actor: Actor, proposal_id: int, files: Uploads) -> Proposal:
    """Add the contract, or another paper of a project, while it is open. Raises `Refused`."""
    actor.require(PROPOSE)
    proposal = lists.proposal_of(actor, proposal_id)
    _check_open(proposal)
    attach(actor, proposal.ref, "attachment", files, permission=PROPOSE)
    return proposal


@transactional
def add_photos(actor: Actor, proposal_id: int, photos: Uploads) -> Proposal:
    """Add photos of how it was before, until the work is accepted. Raises `Refused`."""
    actor.require(PROPOSE)
    proposal = lists.proposal_of(actor, proposal_id)
    _check_open(proposal)
    attach(actor, proposal.ref, "photo", photos, permission=PROPOSE)
    return proposal


def _check_open(proposal: Proposal) -> None:
    if proposal.proposal_kind == "allocation" or proposal.state in ("paid", "post_published", "locked", "void"):
        raise Refused(_("Nothing can be added to this proposal any more."))


@transactional
def accept(actor: Actor, proposal_id: int, accepted_on: datetime.date, words: str, photos: Uploads) -> Proposal:
    """Accept the work with photos of it; from now on residents rate it. Raises `Invalid`, `Refused`."""
    actor.require(PROPOSE)
    proposal = lists.proposal_of(actor, proposal_id)
    errors: dict[str, list[Label]] = {}
    if not proposal.proposed_on <= accepted_on <= today() and proposal.proposal_kind == "project":
        errors["accepted_on"] = [_("The day lies between the proposal and today.")]
    elif accepted_on > today():
        errors["accepted_on"] = [_("This day cannot lie in the future.")]
    if not words.strip():
        errors["words"] = [_("Please fill this in.")]
    if not photos:
        errors["photos"] = [_("Add a photo of how it is now.")]
    if errors:
        raise Invalid(errors)
    scores_until = today() + datetime.timedelta(days=limits.days(limits.SCORE_DAYS, proposal.community))
    after_by = scores_until + datetime.timedelta(days=limits.days(limits.AFTER_DAYS, proposal.community))
    advance(actor, proposal, "accept", score_until=scores_until, after_by=after_by)
    acceptance = Acceptance.create(
        community=proposal.community, proposal_id=proposal.id, accepted_on=accepted_on, words=words.strip(), by_label=actor.signature
    )  # fmt: skip
    attach(actor, acceptance.ref, "photo", photos, permission=PROPOSE)
    return proposal


@transactional
def publish_after(actor: Actor, proposal_id: int, responsible: str = "", at: int | None = None) -> Proposal:
    """The second publication; what was not spent goes back to the fund. Also again, when it was withdrawn at the board."""
    actor.require(PUBLISH)
    proposal = lists.proposal_of(actor, proposal_id)
    found = publishing.refresh(actor, proposal)
    if proposal.state in ("post_published", "locked"):
        if found.after is not None:
            raise Refused(_("It is public already."))
        publishing.publish_second(actor, proposal, responsible or actor.label, at)
        return proposal
    publishing.publish_second(actor, proposal, responsible or actor.label, at)
    funding.drop_hold(actor, proposal, str(_("What was left over.")))
    advance(actor, proposal, "publish_after")
    return proposal


@transactional
def lock(actor: Actor, proposal_id: int) -> Proposal:
    """Close a proposal that was made public before and after for its days. Raises `Refused`."""
    actor.require(SIGN)
    proposal = lists.proposal_of(actor, proposal_id)
    publishing.refresh(actor, proposal)
    advance(actor, proposal, "lock", ended_on=today())
    return proposal
