"""What a module shows on pages of core: navigation, to-dos, blocks of the first pages, search results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.text import Label

if TYPE_CHECKING:
    from core.actor import Actor
    from core.store.ref import Ref


@dataclass(frozen=True)
class NavItem:
    """An entry of the portal's tiles or the desk's side navigation. `place` is `portal` or `desk`.

    `endpoint` is relative to the plugin's blueprint (`day`). Shown to holders of `permission` ("" = everyone). The entry is
    marked on its own page, on those whose addresses lie under it, and on those of the endpoints it `covers`.
    """

    label: Label
    endpoint: str
    icon: str
    place: str = "portal"
    permission: str = ""
    hint: Label = ""
    group: Label = ""
    order: int = 100
    values: Mapping[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class CallUse:
    """What else a call that comes in can become: a button on its page, and beside “Save” while it is written down.

    `endpoint` is relative to the plugin's blueprint. The page gets a post with what was typed (`who`, `phone`, `where`, `what`,
    `requested_on`), or with the number of a call that is stored (`call`; see `call_told`), stores nothing and shows its own
    form filled with it. Shown to holders of `permission`.
    """

    label: Label
    endpoint: str
    permission: str
    icon: str = "file-text"


@dataclass(frozen=True)
class NoticeMark:
    """What a module vouches for beside a published notice: `label` says of what, `code` is what people compare, `words` says how
    it stood then. `href` is a path of this site that checks the code; the sheet has it as a QR code.
    """

    label: Label
    code: str
    words: Label
    href: str


@dataclass(frozen=True)
class Todo:
    """Something that waits for the actor, derived from records, never stored. `due` is `YYYY-MM-DD` or empty.

    `permission` says that whoever holds it may do this, `account` that it is the work of this account alone. `href` is a
    path of this site.
    """

    title: Label
    href: str
    due: str = ""
    detail: Label = ""
    icon: str = "circle-check"
    permission: str = ""
    account: int | None = None


@dataclass(frozen=True)
class Widget:
    """A block of the portal's or the desk's first page: `render(community, actor)` returns (template, context) or None."""

    name: str
    place: str
    permission: str
    render: Callable[[Any, Actor], tuple[str, dict[str, Any]] | None]
    order: int = 100


@dataclass(frozen=True)
class SearchSource:
    """What a search box finds: `find(actor, terms, limit)` gives at most `limit` `Hit`s, the most useful first.

    `terms` are what was typed, as `search_terms` puts it; all of them must be found. `place` is the `desk`, where it runs
    only for holders of `permission`, or the residents' `portal`, where "" means everybody: public things only.
    """

    name: str
    label: Label
    permission: str
    find: Callable[[Actor, Sequence[str], int], Sequence[Hit]]
    place: str = "desk"


@dataclass(frozen=True)
class Hit:
    """One line of search results; `href` is an address of this site (`/c/<community>/…`), `ref` the record it is, if any."""

    title: Label
    detail: Label
    href: str
    icon: str = "search"
    ref: Ref | None = None
