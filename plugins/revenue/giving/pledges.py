"""Donations and pledges: who promised what for what, and each instalment as it arrives and is posted.

Only firms and residents of the community are asked (《慈善法》: appealing to the public at large is for charities alone), so there is
no page on which anybody could give. The ledger names no donor: its purpose is the number of the pledge. Giving back and
re-purposing are in `changes`.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    Invalid,
    Refused,
    advance,
    attach,
    begin,
    files_of,
    known_resident,
    next_number,
    record,
    today,
    transactional,
)  # fmt: skip
from plugins.revenue.giving.models import Donor, Gift, GiftNews, Pledge
from plugins.revenue.giving.states import GIVE
from plugins.revenue.ledger.accounts import accounts, open_account
from plugins.revenue.ledger.funds import funds, open_fund
from plugins.revenue.ledger.holds import hold
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.persons import account_of
from plugins.revenue.texts import _

INCOME = "4101"
THINGS = "1201"
IN_KIND = "in_kind"
GIVE_BACK = "give_back"
MOST_FEN = 10_000_000_000
DONORS = {"firm": _("A firm"), "resident": _("A resident")}
SHOWN = {"name": _("By name"), "anonymous": _("Not by name")}
MANNERS = {"bank": _("Bank transfer"), "cash": _("Cash"), "in_kind": _("In kind")}


@dataclass(frozen=True)
class Told:
    """A pledge as it was told. `amount` in 分 for money, 0 with an `item` for a thing; `person` is the resident, where known."""

    donor_kind: str
    name: str
    fund: str
    purpose: str
    amount: int = 0
    item: str = ""
    phone: str = ""
    person: int | None = None
    shown: str = "anonymous"
    pledged_on: datetime.date | None = None
    expected_on: datetime.date | None = None


# --------------------------------------------------------------------------- purposes


def purposes(community: str) -> list[Any]:
    """The funds somebody can give money into: those of donors, each for its purpose, and 反哺资金."""
    return [
        each
        for each in funds(community)
        if each.is_open and each.code != IN_KIND and (each.owner == "donor" or each.code == GIVE_BACK)
    ]


@transactional
def open_purpose(actor: Actor, name: str, purpose: str) -> str:
    """Open a fund that is restricted to one purpose of donors; its code. Raises `Invalid`, `Forbidden`."""
    actor.require(GIVE)
    if any(each.name == name.strip() for each in funds(str(actor.community))):
        raise Invalid({"name": [_("There is a fund of this name already.")]})
    number = next_number(str(actor.community), 0, "revenue.gift_fund")
    code = f"gift-{number}"
    open_fund(actor, code, name.strip(), owner="donor", is_restricted=True, purpose=purpose.strip())
    return code


# --------------------------------------------------------------------------- pledges


def pledge_text(pledge: Pledge) -> str:
    """The number of a pledge: 捐〔2026〕3号."""
    return f"捐〔{pledge.number_year}〕{pledge.number}号"


def income_of(pledge: Pledge) -> str:
    """The income account of a pledge."""
    return f"{INCOME}.{pledge.number_year}-{pledge.number}"


@transactional
def pledge(actor: Actor, told: Told) -> Pledge:
    """Write down what somebody promised to give. Raises `Invalid`, `Forbidden`, `Refused` for an actor without account."""
    actor.require(GIVE)
    account_of(actor)
    _check(actor, told)
    community, year = str(actor.community), today().year
    if told.item:
        _open_in_kind(actor)
    person = told.person
    if person is None and told.donor_kind == "resident":
        person = known_resident(community, told.name.strip(), told.phone)
    donor: Donor = Donor.create(
        community=community, donor_kind=told.donor_kind, name=told.name.strip(), phone=told.phone, person=person,
        shown=told.shown,
    )  # fmt: skip
    made = Pledge(
        community=community, number_year=year, number=next_number(community, year, Pledge.kind), donor_id=donor.id,
        form="in_kind" if told.item else "money", fund=IN_KIND if told.item else told.fund, purpose=told.purpose.strip(),
        item=told.item.strip(), amount=0 if told.item else told.amount, pledged_on=told.pledged_on or today(),
        expected_on=told.expected_on, by_account=actor.account, by_person=actor.person, by_label=actor.signature,
    )  # fmt: skip
    begin(actor, made)
    open_account(actor, income_of(made), str(_("Donation %(number)s", number=pledge_text(made))), "income")
    return made


def _check(actor: Actor, told: Told) -> None:
    errors: dict[str, list[Any]] = {}
    if told.donor_kind not in DONORS:
        errors["donor_kind"] = [_("Please choose one of these.")]
    if told.shown not in SHOWN:
        errors["shown"] = [_("Please choose one of these.")]
    if not told.name.strip():
        errors["name"] = [_("Please write who gives.")]
    if not told.purpose.strip():
        errors["purpose"] = [_("Please write what it is for.")]
    if not told.item and not 0 < told.amount <= MOST_FEN:
        errors["amount"] = [_("Please write an amount in yuan, or the thing that is given.")]
    if told.item and told.amount:
        errors["item"] = [_("Money and things are written down as two donations.")]
    if not told.item and told.fund not in {each.code for each in purposes(str(actor.community))}:
        errors["fund"] = [_("Please choose into which fund it is given.")]
    day = told.pledged_on or today()
    if day > today():
        errors["pledged_on"] = [_("This day lies ahead.")]
    if told.expected_on and told.expected_on < day:
        errors["expected_on"] = [_("This is before the day of the pledge.")]
    if errors:
        raise Invalid(errors)


def _open_in_kind(actor: Actor) -> None:
    """The fund of things given, apart from money, so that nobody spends a piano."""
    if all(each.code != IN_KIND for each in funds(str(actor.community))):
        open_fund(
            actor, IN_KIND, str(_("Things given")), owner="donor", is_restricted=True,
            purpose=str(_("Each thing for what its donor gave it for. Its value cannot be spent.")),
        )  # fmt: skip


@transactional
def cancel_pledge(actor: Actor, pledge_id: int, reason: str) -> Pledge:
    """The donor takes a pledge back of which nothing was given yet. Raises `Refused`, `NotFound`, `Forbidden`, `Invalid`."""
    found: Pledge = advance(actor, find_pledge(actor, pledge_id), "cancel", reason=reason.strip())
    return found


@transactional
def end_pledge(actor: Actor, pledge_id: int, reason: str) -> Pledge:
    """The rest will not be given; what was given stays. Raises `Refused`, `NotFound`, `Forbidden`, `Invalid`."""
    found: Pledge = advance(actor, find_pledge(actor, pledge_id), "end", reason=reason.strip())
    return found


def find_pledge(actor: Actor, pledge_id: int) -> Pledge:
    """A pledge of the actor's community. Raises `NotFound`."""
    found: Pledge = Pledge.get_of(str(actor.community), pledge_id)
    return found


def donor_of(pledge: Pledge) -> Donor:
    """Who gives it."""
    found: Donor = Donor.get_of(pledge.community, pledge.donor_id)
    return found


def gifts_of(pledge: Pledge) -> list[Gift]:
    """What has arrived of a pledge, the first instalment first."""
    return list(Gift.of(pledge.community).where(Gift.pledge_id == pledge.id).order_by(Gift.number))


# --------------------------------------------------------------------------- what arrives


def money_accounts(community: str) -> list[Any]:
    """The accounts money can lie in: cash and bank, without the floats of petty cash and custody."""
    return [
        each
        for each in accounts(community)
        if each.is_open and (each.code in ("1001", "1002") or each.code.startswith("1002."))
    ]


@transactional
def receive_money(
    actor: Actor, pledge_id: int, amount: int, account: str, day: datetime.date, papers: Sequence[tuple[str, str]] = ()
) -> Gift:
    """An instalment (分) has arrived in a bank account or in cash, and is posted into the fund of the pledge.

    `papers` (a bank slip, an agreement) are kept with the pledge and vouch for the entry.

    Raises `Invalid` (amount, account, on), `Refused`, `NotFound`, `Forbidden`.
    """
    actor.require(GIVE)
    found = find_pledge(actor, pledge_id)
    _still_owed(found)
    if found.form != "money":
        raise Refused(_("A thing was pledged, not money."))
    errors: dict[str, list[Any]] = {}
    rest = found.amount - found.received
    if not 0 < amount <= rest:
        errors["amount"] = [_("Please write an amount up to what is still pledged. Who gives more makes a new pledge.")]
    if account not in {each.code for each in money_accounts(found.community)}:
        errors["account"] = [_("Please choose where the money arrived.")]
    if day > today():
        errors["on"] = [_("This day lies ahead.")]
    if errors:
        raise Invalid(errors)
    if papers:
        attach(actor, found.ref, "scan", list(papers), permission=GIVE)
    number = _next_instalment(found)
    line = Line(amount, income_of(found), account, found.fund, found.fund)
    posted = _post(actor, found, number, day, line)
    gift = _gift(
        actor, found, number=number, received_on=day, manner="cash" if account == "1001" else "bank", amount=amount,
        account=account, fund=found.fund, seq=posted,
    )  # fmt: skip
    advance(actor, found, "fill" if amount == rest else "part")
    return gift


@dataclass(frozen=True)
class Thing:
    """A thing as it was handed over: `value` in 分 and by what it was `valued_by` (an invoice, an expert), or 0 and empty."""

    item: str
    value: int = 0
    valued_by: str = ""
    receiver: str = ""
    used_for: str = ""
    is_all: bool = True


@transactional
def receive_thing(actor: Actor, pledge_id: int, thing: Thing, day: datetime.date) -> Gift:
    """A thing has arrived. One with a value is posted to an account of its own, and its value held; one without is registered.

    Raises `Invalid`, `Refused`, `NotFound`, `Forbidden`.
    """
    actor.require(GIVE)
    found = find_pledge(actor, pledge_id)
    _still_owed(found)
    if found.form != "in_kind":
        raise Refused(_("Money was pledged, not a thing."))
    _check_thing(thing, day)
    number = _next_instalment(found)
    account, seq, hold_id = "", None, None
    if thing.value:
        account = f"{THINGS}.{found.number_year}-{found.number}"
        open_account(actor, account, str(_("Thing given, %(number)s", number=pledge_text(found))), "asset")
        seq = _post(actor, found, number, day, Line(thing.value, income_of(found), account, IN_KIND, IN_KIND))
        hold_id = hold(
            actor, key=f"gift:{found.id}:{number}", fund=IN_KIND, amount=thing.value, record=found.ref,
            purpose=str(_("A thing, not money: %(number)s", number=pledge_text(found))),
        )  # fmt: skip
    gift = _gift(
        actor, found, number=number, received_on=day, manner="in_kind", amount=thing.value, account=account, fund=IN_KIND,
        item=thing.item.strip(), valued_by=thing.valued_by.strip(), receiver=thing.receiver.strip(),
        used_for=thing.used_for.strip(), hold_id=hold_id, seq=seq,
    )  # fmt: skip
    advance(actor, found, "fill" if thing.is_all else "part")
    return gift


def _check_thing(thing: Thing, day: datetime.date) -> None:
    errors: dict[str, list[Any]] = {}
    if not thing.item.strip():
        errors["item"] = [_("Please write what was handed over, and how much of it.")]
    if not 0 <= thing.value <= MOST_FEN:
        errors["value"] = [_("Please write the value in yuan, or nothing.")]
    if bool(thing.value) != bool(thing.valued_by.strip()):
        errors["valued_by"] = [_("A value has a ground, such as an invoice; without value there is none.")]
    if not thing.receiver.strip():
        errors["receiver"] = [_("Please write who took it over.")]
    if day > today():
        errors["on"] = [_("This day lies ahead.")]
    if errors:
        raise Invalid(errors)


def _still_owed(pledge: Pledge) -> None:
    if pledge.state not in ("pledged", "part_received"):
        raise Refused(_("Nothing more is pledged here."), advice=_("Who gives more makes a new pledge."))


def _next_instalment(pledge: Pledge) -> int:
    return len(gifts_of(pledge)) + 1


def _post(actor: Actor, pledge: Pledge, number: int, day: datetime.date, line: Line) -> int:
    purpose = _("Donation %(number)s, instalment %(which)d", number=pledge_text(pledge), which=number)
    evidence = [each.sha256 for each in files_of(pledge.ref, "scan")]
    return post(
        actor, key=f"gift:{pledge.id}:{number}", day=day, purpose=str(purpose), lines=[line], record=pledge.ref,
        evidence=evidence,
    ).seq  # fmt: skip


def _gift(actor: Actor, pledge: Pledge, **values: Any) -> Gift:
    made: Gift = Gift.create(
        community=pledge.community, pledge_id=pledge.id, by_account=account_of(actor), by_person=actor.person,
        by_label=actor.signature, **values,
    )  # fmt: skip
    told = {name: made.__data__[name] for name in ("number", "amount", "manner", "seq")}
    record(
        actor,
        "revenue.gift.received",
        made.ref,
        after={**told, "received_on": made.received_on.isoformat()},
        permission=GIVE,
    )
    return made


# --------------------------------------------------------------------------- what became of it


@transactional
def tell_news(actor: Actor, pledge_id: int, words: str, photos: list[tuple[str, str]]) -> GiftNews:
    """Tell everybody what became of a donation, with photos. Raises `Invalid`, `Refused` before anything was received."""
    actor.require(GIVE)
    found = find_pledge(actor, pledge_id)
    if not gifts_of(found):
        raise Refused(_("Nothing of it has arrived yet."))
    if not words.strip():
        raise Invalid({"words": [_("Please write what became of it.")]})
    made: GiftNews = GiftNews.create(
        community=found.community, pledge_id=found.id, told_on=today(), words=words.strip(), by_label=actor.signature
    )
    if photos:
        attach(actor, found.ref, "photo", photos, permission=GIVE)
    record(actor, "revenue.gift.told", found.ref, after={"words": made.words}, permission=GIVE)
    return made


def papers_of(pledge: Pledge) -> list[Any]:
    """Bank slips and agreements."""
    return files_of(pledge.ref, "scan")
