"""The first run: one community, the owner of the installation and the first modules, stored together or not at all.

The pages are in `core.web.views.setup`, the command in `core.cli`; both call `set_up`. Further communities are added
by the owner with `core.operate.communities`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.actor import Actor, command
from core.errors import Invalid, Refused
from core.operate import communities
from core.operate.communities import NewCommunity
from core.people import accounts, roles, secrets, setup_code
from core.people.account_records import Account
from core.people.divisions import load_divisions
from core.people.permissions import OWNER_PERMISSIONS
from core.plugin.registry import Registry
from core.store.community import Community
from core.store.db import run_in_transaction
from core.text import _

DIRECTOR = "director"


@dataclass(frozen=True)
class FirstRun:
    """What the first run asks for.

    `name` and `code` (12 digits) of the community; `owner` the user name, `owner_label` the person's name (the user
    name when empty) and `password` of the owner, who also becomes director there; `divisions` the content of a CSV of
    administrative codes; `plugins` the modules to switch on and open to residents.
    """

    name: str
    code: str
    owner: str
    password: str
    divisions: bytes | None = None
    plugins: tuple[str, ...] = ()
    office_name: str = ""
    address: str = ""
    duty_phone: str = ""
    office_hours: str = ""
    owner_label: str = ""


def set_up(registry: Registry, first_run: FirstRun, origin: str = "command") -> Community:
    """Set the installation up in one transaction; `origin` says from where (`127.0.0.1`, `command`).

    Raises `Refused` when it is set up already, `Invalid` with the field names of `FirstRun` for bad input; then
    nothing is stored.
    """
    refuse_second_time()
    for plugin in first_run.plugins:
        _check_plugin(registry, plugin)
    stored = secrets.hash_secret(first_run.password)
    return run_in_transaction(None, lambda: _store(registry, first_run, stored, origin))


def refuse_second_time() -> None:
    """Raise `Refused` when the installation is set up."""
    if setup_code.installation_is_set_up():
        raise Refused(
            _("This installation is already set up."),
            advice=_("Sign in as its owner. Further communities are added under Administration, Communities."),
        )


def _store(registry: Registry, first_run: FirstRun, stored: str, origin: str) -> Community:
    # Asked again inside the write lock: two first runs at once must not make two owners.
    refuse_second_time()
    if first_run.divisions is not None:
        load_divisions(first_run.divisions)
    machine = replace(command(), origin=origin)
    community = communities.add_community(machine, _community_of(first_run))
    owner = _create_owner(machine, first_run, stored)
    actor = owner_actor(owner, origin, community.code)
    roles.grant_role(actor, owner.id, DIRECTOR)
    setup_code.mark_set_up()
    for plugin in first_run.plugins:
        registry.switch(actor, plugin, enabled=True, published=True)
    return community


def _community_of(first_run: FirstRun) -> NewCommunity:
    return NewCommunity(
        name=first_run.name,
        code=first_run.code,
        office_name=first_run.office_name,
        address=first_run.address,
        duty_phone=first_run.duty_phone,
        office_hours=first_run.office_hours,
    )


def _create_owner(machine: Actor, first_run: FirstRun, stored: str) -> Account:
    try:
        label = first_run.owner_label or first_run.owner
        return accounts.create_owner(machine, first_run.owner, label, first_run.password, stored=stored)
    except Invalid as error:
        names = {"username": "owner", "label": "owner_label"}
        raise Invalid({names.get(field, field): texts for field, texts in error.errors.items()}) from error


def owner_actor(owner: Account, origin: str, community: str | None = None) -> Actor:
    """The owner, acting in a community (None: on the site) before there is a session."""
    return Actor(
        kind="owner",
        account=owner.id,
        community=community,
        label=owner.label,
        permissions=OWNER_PERMISSIONS,
        origin=origin,
    )


def _check_plugin(registry: Registry, name: str) -> None:
    if name in registry.plugins:
        return
    faulty = registry.quarantined.get(name)
    if faulty is not None:
        reason = _("The module “%(name)s” cannot be used: %(reason)s", name=name, reason=faulty.reason)
    else:
        known = ", ".join(registry.plugins) or "–"
        reason = _("There is no module “%(name)s”. Installed: %(known)s", name=name, known=known)
    raise Invalid({"plugins": [reason]})
