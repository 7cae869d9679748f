"""What the register, accounts and traces hold about one person, as that person reads it (《个人信息保护法》 §45).

What calls and procedures hold is in `core.civic.privacy.person_data`, where it is brought together.
"""

from __future__ import annotations

from typing import Any

from core.clock import local_text
from core.people import phone as phones
from core.people import privacy_notice
from core.people.account_records import Account, Session
from core.people.areas import Area, Home
from core.people.disclosure import RELATION_LABELS, STATUS_LABELS
from core.people.own_account import device
from core.people.permissions import ROLES
from core.people.person import FormerName, Person, PersonHome
from core.people.roles import grants_of
from core.plugin.declarations import DataSubject, DataTable
from core.text import _

SEXES = {"": "", "male": _("Male"), "female": _("Female")}


def subject_of(community: str, person_id: int) -> DataSubject:
    """The person with the names and numbers records may know them by; raises `NotFound`."""
    person: Person = Person.get_of(community, person_id)
    former = FormerName.of(community, FormerName.name).where(FormerName.person_id == person_id).tuples()
    names = dict.fromkeys([person.name, *(name for (name,) in former)])
    phones_known = tuple(filter(None, (person.phone, person.phone_2)))
    # The same for one person in all records, and for no other: what is left can be told apart, but leads to nobody.
    pseudonym = str(_("erased %(mark)s", mark=person.public_id[-4:]))
    return DataSubject(person.id, person.public_id, tuple(names), phones_known, pseudonym)


def moment(at: int | None) -> str:
    """A moment (ms UTC) as people write it."""
    return local_text(at).strftime("%Y-%m-%d %H:%M") if at else ""


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """The register's own facts, homes, account and sign-ins."""
    return [
        _facts(community, person),
        _former_names(community, person),
        _homes(community, person),
        *_account(community, person),
        _consents(community, person),
    ]


def _facts(community: str, person: DataSubject) -> DataTable:
    known: Person = Person.get_of(community, person.id)
    numbers = "、".join(phones.grouped(number) for number in (known.phone, known.phone_2) if number)
    facts: list[tuple[Any, Any]] = [
        (_("Name"), known.name),
        (_("Phone"), numbers),
        (_("Sex"), SEXES[known.sex]),
        (_("Year of birth"), known.birth_year),
        (_("Status"), STATUS_LABELS[known.status]),
        (_("Note"), known.note),
        (_("Entered"), moment(known.created_at)),
        (_("Last changed"), moment(known.updated_at)),
    ]
    rows = tuple((str(label), str(value)) for label, value in facts if value)
    return DataTable(_("Residents' register"), (_("What"), _("Content")), rows)


def _former_names(community: str, person: DataSubject) -> DataTable:
    found = FormerName.of(community, FormerName.name, FormerName.until_day).where(FormerName.person_id == person.id)
    return DataTable(_("Former names"), (_("Name"), _("Until")), tuple(found.order_by(FormerName.id).tuples()))


def _homes(community: str, person: DataSubject) -> DataTable:
    found = (
        PersonHome.select(Area.name, Home.door, PersonHome.relation, PersonHome.from_day, PersonHome.until_day)
        .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
        .join(Area, on=((Area.community == Home.community) & (Area.id == Home.estate_id)))
        .where(PersonHome.community == community, PersonHome.person_id == person.id)
        .order_by(PersonHome.id)
    )
    rows = tuple(
        (estate, door, str(RELATION_LABELS[relation]), since, until)
        for estate, door, relation, since, until in found.tuples()
    )
    return DataTable(_("Homes"), (_("Estate"), _("Door"), _("Is there as"), _("From"), _("Until")), rows)


def _consents(community: str, person: DataSubject) -> DataTable:
    rows = tuple(
        (each.asked_on, each.version, str(privacy_notice.SAID[bool(each.given)]))
        for each in privacy_notice.decisions_of(community, person)
    )
    return DataTable(_("My consent"), (_("Day"), _("Version"), _("What was said")), rows)


def _account(community: str, person: DataSubject) -> list[DataTable]:
    account = Account.get_or_none((Account.community == community) & (Account.person_id == person.id))
    if account is None:
        return []
    facts = ((account.username or account.label, moment(account.created_at), moment(account.secret_changed_at)),)
    sessions = Session.select().where(Session.account_id == account.id).order_by(Session.created_at.desc())
    devices = tuple((moment(each.created_at), device(each.agent), each.address) for each in sessions)
    held = tuple(
        (str(ROLES[each.role].label), each.from_day, each.until_day)
        for each in grants_of(community, account.id, also_past=True)
    )
    return [
        DataTable(_("Account"), (_("Name"), _("Opened"), _("PIN or password set")), facts),
        DataTable(_("Signed in"), (_("When"), _("Device"), _("From where")), devices),
        DataTable(_("Roles"), (_("Role"), _("From"), _("Until")), held),
    ]
