"""What the tests of accounts start from: people, accounts, roles and tokens."""

from core.actor import Actor, command
from core.people import accounts, residents, roles, sign_in

PASSWORD = "maple bridge tin 42"
OTHER_PASSWORD = "copper lantern 9 rain"
PIN, OTHER_PIN = "830174", "940285"
OFFICE, PHONE, ELSEWHERE = "127.0.0.1", "192.168.1.7", "192.168.1.8"


def person(store, name="张三丰", phone="", *, community=None, **fields):
    """Somebody of the community, as staff enter them."""
    actor = store.actor("core.people.edit", "core.people.view", community=community)
    return residents.add_person(actor, name=name, phone=phone, **fields)


def resident(store, name="张三丰", phone="", pin=PIN, *, community=None):
    """A resident with an account."""
    who = person(store, name, phone, community=community)
    return accounts.open_account(command(who.community), who.public_id, pin)


def staff(store, username="wangfang", label="王芳", *roles_held, community=None, password=PASSWORD, **fields):
    """A staff account with a password of its own and roles from today."""
    actor = command(community or store.west)
    return accounts.create_staff(actor, username, label, password, grants=roles_held, must_change=False, **fields)


def owner(username="owner"):
    """An owner of the installation."""
    return accounts.create_owner(command(), username, "装机员", PASSWORD)


def sign_in_staff(account, *, address=OFFICE, password=PASSWORD):
    """The token of a staff session."""
    return sign_in.sign_in(None, account.username, password, address, "browser").token


def own(account, *permissions, community=None):
    """The account itself as an actor."""
    return Actor(
        kind=account.kind,
        account=account.id,
        person=account.person_id,
        community=community or account.community,
        label=account.label,
        permissions=frozenset(permissions),
        origin=OFFICE,
    )


def grant(store, account, role, *term, community=None):
    """A role given by the office PC."""
    return roles.grant_role(command(community or store.west), account.id, role, *term)
