"""What the ledger says about people: who posted and who approved. It is kept as long as the law keeps account books."""

from __future__ import annotations

from core import PersonalField
from plugins.revenue.ledger.models import (
    Account,
    Closing,
    Entry,
    Fund,
    Hold,
    HoldRelease,
    Journal,
    Period,
    PublishedHead,
)
from plugins.revenue.texts import _

_WHY = _("So that everybody can see who is answerable for the books.")
_KEPT = _("30 years, as account books must be kept (《会计档案管理办法》).")
_STAYS = _("The books cannot be changed afterwards: the proof that they are whole covers every word of them.")


def _kept(model: type, fields: tuple[str, ...], label: str) -> PersonalField:
    return PersonalField(model, fields, label, _WHY, "duty", _KEPT, stays=_STAYS)


PERSONAL = (
    _kept(Entry, ("by_label", "approvals"), _("Who posted an entry and who approved it")),
    _kept(Entry, ("purpose", "reason"), _("What money was moved for, in words")),
    _kept(
        Entry, ("key", "content", "evidence", "register", "salt"), _("Numbers and digests of an entry and its evidence")
    ),
    _kept(Account, ("by_label", "name", "kind_of", "chart"), _("Who opened an account of the books, and its name")),
    _kept(Fund, ("by_label", "name", "owner", "purpose"), _("Who opened a fund, its name and purpose")),
    _kept(Closing, ("by_label", "what", "reason"), _("Who closed an account or a fund, and why")),
    _kept(Hold, ("by_label", "key", "fund", "purpose"), _("Who held money of a fund, and what for")),
    _kept(HoldRelease, ("by_label", "key", "reason"), _("Who released money that was held, and why")),
    _kept(
        Journal,
        ("asked_label", "decided_label", "purpose", "lines", "reason", "refusal"),
        _("Who entered a posting and who approved it"),
    ),
    _kept(Period, ("by_label", "month"), _("Who locked the books of a month")),
    _kept(PublishedHead, ("by_label", "last", "root", "register"), _("Who published the state of the books")),
)
