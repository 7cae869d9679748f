"""Communities of an installation: added by the owner, their names, addresses and hours changed by their own office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.actor import Actor
from core.errors import Invalid, Refused
from core.people import phone
from core.people.divisions import Division, short_name
from core.store import audit
from core.store.community import Community, find_community
from core.store.db import transactional
from core.store.ref import Ref
from core.text import Label, LazyText, _, is_storable

ADD = "core.site.communities"
EDIT = "core.community.edit"
LONGEST = {"name": 40, "office_name": 60, "address": 100, "office_hours": 100}
_ENDING = re.compile(r"(?:社区|村)?(?:居民委员会|居委会|村民委员会|村委会|社区|村)?$")


@dataclass(frozen=True)
class NewCommunity:
    """A community as its office names it; `code` has 12 digits and never changes."""

    name: str
    code: str
    office_name: str = ""
    address: str = ""
    duty_phone: str = ""
    office_hours: str = ""


@transactional
def add_community(actor: Actor, new: NewCommunity) -> Community:
    """Add a community to the installation. Needs `core.site.communities`.

    Raises `Invalid` (fields of `NewCommunity`) for a code that is not a community's, is unknown to the loaded list of
    divisions or belongs to another name there; `Refused` when the community is here already.
    """
    actor.require(ADD)
    values = _tidy(asdict(new))
    check_code(values["name"], values["code"])
    if Community.get_or_none(Community.code == values["code"]) is not None:
        raise Refused(_("The community %(code)s is here already.", code=values["code"]))
    community = Community.create(**values)
    audit.record(actor, "core.community.added", _ref(community.code, None), after=values, permission=ADD)
    return community


@transactional
def change_community(actor: Actor, changes: Mapping[str, str]) -> Community:
    """Change what every page shows of the actor's community (name, office name, address, duty phone, hours).

    Needs `core.community.edit`; raises `Invalid` with the names of the fields.
    """
    actor.require(EDIT)
    community = find_community(actor.community or "")
    fields = ("name", "office_name", "address", "duty_phone", "office_hours")
    values = _tidy({field: changes.get(field, getattr(community, field)) for field in fields})
    before = {field: getattr(community, field) for field in fields if getattr(community, field) != values[field]}
    if before:
        Community.update(**values, version=Community.version + 1).where(Community.code == community.code).execute()
        after = {field: values[field] for field in before}
        subject = _ref(community.code, community.code)
        audit.record(actor, "core.community.changed", subject, before=before, after=after, permission=EDIT)
    return find_community(community.code)


def _ref(code: str, chain: str | None) -> Ref:
    return Ref("core.community", chain, code)


# --------------------------------------------------------------------------- what is accepted


def check_code(name: str, code: str) -> None:
    """Raise `Invalid` unless `code` can be the code of the community called `name`.

    A code is for ever (it is the key of every record), so a slip of one digit is refused wherever the list of
    divisions can show it. 西山社区, 西山 and 西山社区居民委员会 are the same community.
    """
    if not re.fullmatch(r"[0-9]{12}", code):
        raise Invalid({"code": [_code_problem(code)]})
    if not Division.select(Division.code).where(Division.level == "community").limit(1).tuples().first():
        return
    found = Division.select(Division.name).where(Division.code == code, Division.level == "community").tuples().first()
    if found is None:
        raise Invalid(
            {
                "code": [
                    _(
                        "The list of divisions has no community with the code %(code)s. Please compare the digits.",
                        code=code,
                    )
                ]
            }
        )
    if not same_name(name, found[0]):
        raise Invalid(
            {
                "code": [
                    _(
                        "In the list of divisions %(code)s is the code of %(official)s, not of %(name)s.",
                        code=code,
                        official=found[0],
                        name=name,
                    )
                ]
            }
        )


def _code_problem(code: str) -> LazyText:
    digits = re.sub(r"\D", "", code)
    if code != digits:
        return _("The code has digits only, for example 330481001009.")
    if len(digits) in (2, 4, 6, 9):
        return _("This is the code of a street, county, city or province; the community's own code has 12 digits.")
    return _("The code has 12 digits; these are %(count)d.", count=len(digits))


def same_name(typed: str, official: str) -> bool:
    """Whether two names mean one community, whatever ending they are written with (and with or without the street)."""
    one, other = _stem(typed), _stem(official)
    return bool(one) and one.endswith(other)


def _stem(name: str) -> str:
    bare = re.sub(r"\s", "", name)
    return _ENDING.sub("", short_name(bare)) or bare


def _tidy(values: dict[str, str]) -> dict[str, str]:
    """The values without blanks around them; raises `Invalid` naming each field that cannot be used."""
    tidy = {field: value.strip() for field, value in values.items()}
    errors: dict[str, list[Label]] = {}
    if not tidy["name"]:
        errors["name"] = [_("Please write the name of the community, for example 西山社区.")]
    for field, longest in LONGEST.items():
        if len(tidy[field]) > longest:
            errors[field] = [_("At most %(longest)d characters fit here.", longest=longest)]
        elif not is_storable(tidy[field]):
            errors[field] = [_("There is a character here that cannot be stored.")]
    if tidy["duty_phone"]:
        number = phone.parse_phone(tidy["duty_phone"])
        if number is None:
            errors["duty_phone"] = [_("Please write a mobile number (11 digits) or a landline with its area code.")]
        else:
            tidy["duty_phone"] = number.number
    if errors:
        raise Invalid(errors)
    return tidy
