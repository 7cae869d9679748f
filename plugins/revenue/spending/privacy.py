"""What spending keeps about people: names under decisions, signatures and payments belong to the books and stay with them."""

from __future__ import annotations

from core import Community, DataSubject, DataTable, PersonalField
from plugins.revenue.spending.models import Acceptance, Decision, Payment, Proposal, Signature, SignatureVoid
from plugins.revenue.spending.words import STEPS
from plugins.revenue.texts import _

_FOR = _("So that everybody sees that different people proposed, signed, checked and paid.")
_KEPT = _("As long as the books of the money are kept (《会计档案管理办法》: 30 years).")
_STAYS = _("Vouchers of the books are kept by law (《会计档案管理办法》); the name under one cannot be taken out.")


def _field(model: type, fields: tuple[str, ...], label: object) -> PersonalField:
    return PersonalField(model, fields, label, _FOR, "duty", _KEPT, stays=_STAYS)


PERSONAL = (
    _field(Proposal, ("title", "words", "ended_words"), _("What money is proposed for, and why a proposal ended")),
    _field(Decision, ("words", "by_label"), _("What a meeting decided on money, and who entered it")),
    _field(
        Signature, ("step", "words", "name", "entered_name"),
        _("Who proposed, signed, checked, approved and paid, and who entered it from paper"),
    ),
    _field(SignatureVoid, ("words", "by_label"), _("Why a signature does not stand any more, and who said so")),
    _field(Payment, ("payee", "purpose", "by_label"), _("Who was paid what for, and by whom")),
    _field(Acceptance, ("words", "by_label"), _("Who accepted the work of a project")),
)  # fmt: skip


def data_about(community: Community, person: DataSubject) -> list[DataTable]:
    """The steps a resident took, and what was paid to somebody of that name."""
    found = Signature.of(community.code).where(Signature.person == person.id).order_by(Signature.id)
    titles = {each.id: each for each in Proposal.of(community.code)}
    rows = tuple(
        (
            titles[each.proposal_id].number_text,
            titles[each.proposal_id].title,
            str(STEPS[each.step]),
            str(each.signed_on),
        )
        for each in list(found)
    )
    if not rows:
        return []
    heads = (_("Number"), _("Title"), _("Step"), _("Day"))
    return [DataTable(_("Steps you took in proposals on money"), heads, rows)]
