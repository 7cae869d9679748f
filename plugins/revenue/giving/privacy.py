"""What this part keeps about people. Donors' names and numbers stand in its tables alone and go with the person; sums stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core import DataSubject, DataTable, PersonalField, Ref, day_text, yuan
from plugins.revenue.giving.models import (
    Donor,
    Float,
    FloatMove,
    Gift,
    GiftChange,
    GiftNews,
    Opening,
    OpeningLine,
    Pledge,
    Voucher,
)
from plugins.revenue.giving.pledges import DONORS, SHOWN, pledge_text
from plugins.revenue.texts import _

_BOOKS = _("As long as the books are kept: thirty years (《会计档案管理办法》).")
_STAYS = _("Who moved money and who agreed to it belongs to the books.")
_THINGS = _("What a thing is, where it came from in the books and what money was spent on says nothing about a person.")
_MONEY = _("So that money is moved by two people and everybody can be asked afterwards.")
_GIVEN = _("To thank donors, give receipts, and use each gift for what it was given for.")


def _staff(model: type, fields: tuple[str, ...], label: Any, stays: Any = _STAYS) -> PersonalField:
    return PersonalField(model, fields, label, _MONEY, "duty", _BOOKS, stays=stays)


PERSONAL = (
    PersonalField(
        Donor, ("name", "phone", "donor_kind", "shown"), _("Who gave something, their telephone, whether they are named"), _GIVEN,
        "request", _BOOKS,
    ),
    PersonalField(Pledge, ("purpose",), _("What a donation is for"), _GIVEN, "request", _BOOKS),
    PersonalField(GiftNews, ("words",), _("What became of a donation"), _GIVEN, "request", _BOOKS),
    PersonalField(Gift, ("receiver",), _("Who took over a thing that was given"), _GIVEN, "request", _BOOKS),
    PersonalField(
        GiftChange, ("reason", "refusal", "purpose"), _("Why a donation was given back or re-purposed"), _GIVEN, "request", _BOOKS
    ),
    _staff(Pledge, ("form", "fund", "item"), _("Money or which thing was pledged"), _THINGS),
    _staff(Gift, ("manner", "account", "fund", "item", "valued_by", "used_for"), _("How a gift arrived"), _THINGS),
    _staff(GiftChange, ("what", "account", "to_fund"), _("What was done with a gift"), _THINGS),
    _staff(Pledge, ("by_label",), _("Who wrote down a pledge")),
    _staff(Gift, ("by_label",), _("Who received a gift")),
    _staff(GiftNews, ("by_label",), _("Who told what became of a donation")),
    _staff(GiftChange, ("asked_label", "decided_label"), _("Who asked for a change of a donation, who decided")),
    _staff(Float, ("holder_name", "name", "by_label"), _("Who holds petty cash, who entrusted it")),
    _staff(Float, ("account", "fund"), _("Out of which fund petty cash is"), _THINGS),
    _staff(Voucher, ("asked_label", "decided_label", "reason"), _("Who paid from petty cash, who checked it")),
    _staff(Voucher, ("what", "payee", "account"), _("What was bought from petty cash, and where"), _THINGS),
    _staff(FloatMove, ("asked_label", "decided_label", "words", "reason"), _("Who moved or counted petty cash, who confirmed it")),
    _staff(FloatMove, ("what", "account"), _("What was done with petty cash"), _THINGS),
    _staff(OpeningLine, ("account", "fund"), _("Accounts and funds of opening balances"), _THINGS),
    _staff(Opening, ("asked_label", "decided_label", "why"), _("Who entered opening balances, who approved them")),
)  # fmt: skip


# --------------------------------------------------------------------------- a person


def _donors(community: str, person: DataSubject) -> list[Donor]:
    """The donors that are this person: by number, or by name and telephone together."""
    known = Donor.person == person.id
    if person.phones:
        known |= Donor.person.is_null() & Donor.name.in_(person.names) & Donor.phone.in_(person.phones)
    return list(Donor.of(community).where(known).order_by(Donor.id))


def data_about(community: str, person: DataSubject) -> Iterator[DataTable]:
    """The person's donations."""
    donors = {each.id: each for each in _donors(community, person)}
    if not donors:
        return
    lines = [
        (
            pledge_text(each), day_text(each.pledged_on, with_year=True), donors[each.donor_id].name,
            donors[each.donor_id].phone, str(DONORS[donors[each.donor_id].donor_kind]), str(SHOWN[donors[each.donor_id].shown]),
            each.item or yuan(each.amount), yuan(each.received), each.purpose,
        )
        for each in Pledge.of(community).where(Pledge.donor_id.in_(list(donors))).order_by(Pledge.id)
    ]  # fmt: skip
    heads = (
        _("Number"), _("Pledged on"), _("Name"), _("Telephone"), _("Firm or resident"), _("How it is shown"),
        _("What was pledged"), _("Received (yuan)"), _("For what"),
    )  # fmt: skip
    yield DataTable(_("Your donations"), heads, tuple(lines))


def erase_person(community: str, person: DataSubject) -> Iterator[Ref]:
    """Take a donor's name, number and words out; sums, funds and entries stay as they are."""
    for donor in _donors(community, person):
        Donor.update(name=person.pseudonym or "—", phone="", person=None, shown="anonymous").where(
            Donor.community == community, Donor.id == donor.id
        ).execute()
        yield donor.ref
        for pledge in list(Pledge.of(community).where(Pledge.donor_id == donor.id)):
            Pledge.update(purpose="—").where(Pledge.community == community, Pledge.id == pledge.id).execute()
            GiftNews.update(words="—").where(GiftNews.community == community, GiftNews.pledge_id == pledge.id).execute()
            yield pledge.ref
            same = (GiftChange.community == community) & (GiftChange.pledge_id == pledge.id)
            for change in list(GiftChange.of(community).where(same)):
                GiftChange.update(reason="—", refusal="", purpose="").where(same, GiftChange.id == change.id).execute()
                yield change.ref
    for gift in list(Gift.of(community).where(Gift.receiver.in_(person.names))):
        Gift.update(receiver="—").where(Gift.community == community, Gift.id == gift.id).execute()
        yield gift.ref
