"""Who is acting: the first argument of every service function. A value, not a database row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.errors import Forbidden, NotFound
from core.text import Label, LazyText, _


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program behind an act, as far as services need to know.

    kind: `anonymous`, `guest` (a person with a booking code), `resident`, `staff`, `owner` (of the installation),
    `command` (someone at the office PC) or `system` (jobs, events).
    `community` is the 12-digit code the act happens in; `roles` and `permissions` are those held in that community today.
    `origin` says where from (`192.168.1.7`, `command`, `job rooms.expire`).
    `on_behalf_of` is the person whose wish is entered by somebody else (代录).
    `reach` are the areas whose residents the actor may see (a grid officer's grids), None for the whole community.
    `stands_in_for` names the colleague who is away and whose work this is; the permissions stay the actor's own.
    `viewer` is the account that looks, where this is a colleague as somebody with less reach may see them.
    """

    kind: str = "anonymous"
    account: int | None = None
    person: int | None = None
    community: str | None = None
    label: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    origin: str = ""
    on_behalf_of: int | None = None
    session: str | None = field(default=None, repr=False)
    reach: frozenset[int] | None = None
    stands_in_for: str = ""
    viewer: int | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether this is a known account."""
        return self.account is not None

    @property
    def is_owner(self) -> bool:
        """Whether this is the owner of the installation or a command at the office PC."""
        return self.kind in ("owner", "command", "system")

    @property
    def is_staff(self) -> bool:
        """Whether the desk is this actor's first page in this community."""
        return self.kind in ("owner", "command") or "core.desk" in self.permissions

    @property
    def signature(self) -> str:
        """What records say of who did something: the name, or of nobody in particular the kind.

        A deputy signs as one signs on paper: 李四（代张三）.
        """
        name = self.label or self.kind
        return in_place_of(name, self.stands_in_for) if self.stands_in_for else name

    @property
    def eyes(self) -> int | None:
        """The account whose own entries may be shown to whoever looks."""
        return self.account if self.viewer is None else self.viewer

    def can(self, permission: str) -> bool:
        """Whether the actor holds `permission` in the community of the act; unknown names are simply not held."""
        return self.kind in ("system", "command") or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise `Forbidden` unless the actor holds `permission`."""
        if not self.can(permission):
            raise Forbidden

    def for_person(self, person: int) -> Actor:
        """The same actor, entering the wish of `person` (代录)."""
        return replace(self, on_behalf_of=person)

    def with_rights(self, *permissions: str) -> Actor:
        """The same actor with more permissions, for the one act that follows.

        Whoever asks for it has checked that the act is theirs: it hangs on more than a role, such as whose room it is.
        """
        return replace(self, permissions=self.permissions | set(permissions))


def in_place_of(deputy: str, colleague: str) -> str:
    """How a deputy signs, in every language of the pages: 李四（代张三）."""
    return f"{deputy}（代{colleague}）"


# Those who act without a name of their own. What they do is stored under these words and put into the reader's language.
UNNAMED: Mapping[str, LazyText] = {
    "anonymous": _("a visitor"),
    "guest": _("a visitor"),
    "command": _("Command at this computer"),
    "system": _("Linli by itself"),
}


def name_of(label: str) -> Label:
    """The name under which somebody's acts are stored, as people read it."""
    return UNNAMED.get(label, label)


def community_of(actor: Actor) -> str:
    """The community an actor acts in; raises `NotFound` without one."""
    if actor.community is None:
        raise NotFound
    return actor.community


def system(community: str | None, origin: str) -> Actor:
    """The actor of jobs, events and migrations."""
    return Actor(kind="system", community=community, label="system", origin=origin)


def command(community: str | None = None) -> Actor:
    """The actor of a command typed at the office PC: whoever can run it can read the database file anyway."""
    return Actor(kind="command", community=community, label="command", origin="command")
