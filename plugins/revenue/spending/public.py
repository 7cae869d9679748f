"""What residents see of proposals, for the pages of this part and for the reports: no name of anybody, payees masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core import Label, files_of, scores
from core import State as StateOf
from plugins.revenue.ledger.posting import entries_about
from plugins.revenue.spending import lists, publishing
from plugins.revenue.spending.models import Payment, Proposal, Publication
from plugins.revenue.spending.states import STATE
from plugins.revenue.spending.words import KINDS, masked
from plugins.revenue.texts import _

LATE = {"before": _("Overdue: not made public before"), "after": _("Overdue: result not made public")}


@dataclass(frozen=True)
class Paid:
    """A payment as residents see it; `papers` is how many scans vouch for it."""

    number: int
    paid_on: object
    payee: str
    purpose: str
    amount: int
    papers: int


@dataclass(frozen=True)
class Shown:
    """A proposal as residents see it. `amount` and `spent` in 分; `late` says which publication is overdue, or is empty."""

    id: int
    number: str
    kind: str
    kind_word: Label
    title: str
    words: str
    fund: str
    state: StateOf
    amount: int
    spent: int
    before: Publication | None
    after: Publication | None
    late: Label
    objections: tuple[int, int]
    before_photos: tuple[object, ...] = ()
    photos: tuple[object, ...] = ()
    score: scores.Summary | None = None

    @property
    def left(self) -> int:
        """What was announced and not spent."""
        return self.amount - self.spent


def shown(proposal: Proposal, whole: bool = False) -> Shown:
    """A proposal for residents; with `whole` also its photos, score and objections."""
    found = publishing.standing_notices(proposal)
    late = publishing.late(proposal, found)
    accepted = lists.acceptance_of(proposal) if whole else None
    return Shown(
        proposal.id, proposal.number_text, proposal.proposal_kind, KINDS[proposal.proposal_kind], proposal.title,
        proposal.words, proposal.fund, STATE[proposal.state], proposal.amount, lists.spent(proposal), found.before,
        found.after, LATE[late] if late else "", publishing.counted(proposal) if whole else (0, 0),
        tuple(files_of(proposal.ref, "photo")) if whole else (),
        tuple(files_of(accepted.ref, "photo")) if accepted is not None else (),
        scores.summary(proposal.ref) if accepted is not None else None,
    )  # fmt: skip


def projects(community: str, limit: int = 100) -> list[Shown]:
    """Projects and emergency repairs that residents see, the newest first, with photos and score."""
    return _shown(community, ("project", "emergency"), limit)


def allocations(community: str, limit: int = 100) -> list[Shown]:
    """Allocations of received dues that residents see, the newest first."""
    return _shown(community, ("allocation",), limit)


def _shown(community: str, kinds: Iterable[str], limit: int) -> list[Shown]:
    page = lists.page_of(community, kinds=tuple(kinds), public=True, limit=limit)
    return [shown(each, whole=True) for each in page.rows]


def paid(proposal: Proposal) -> list[Paid]:
    """The payments of a project, payees masked."""
    return [_paid(each) for each in lists.payments(proposal) if each.payee_kind != "funds"]


def _paid(payment: Payment) -> Paid:
    papers = len(files_of(payment.ref, "scan"))
    payee = masked(payment.payee, payment.payee_kind)
    return Paid(payment.serial, payment.paid_on, payee, payment.purpose, payment.amount, papers)


def entries(proposal: Proposal) -> list[int]:
    """The numbers of its entries in the ledger, which residents can verify."""
    return [each.seq for each in entries_about(proposal.community, proposal.ref)]
