"""A4 forms of records: which there are, what they say, and the number a record's form was given once and for ever.

Modules declare them with `SheetKind`. How they look on paper is in templates/print/form.html; the signed copy comes back as
a scan (`attachments`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.actor import Actor, community_of
from core.civic.attachments import FileOf, attach, files_of, remove_file
from core.civic.threads.records import Reader
from core.clock import today
from core.errors import LinliError, NotFound, Refused
from core.plugin.current import active
from core.plugin.declarations import SheetContent, SheetKind
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.store.sequence import next_number
from core.text import _

SCAN = "scan"
MOST_SCANS = 6

CORE_SHEETS: dict[str, SheetKind] = {}


class Sheet(CommunityModel):
    """The number of a record's form, never changed: `word` 来访, `year` 2026, `serial` 3 are 来访〔2026〕3号."""

    kind = "core.sheet"

    name = Text()
    subject = Text()
    word = Text()
    year = Integer()
    serial = Integer()
    made_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "sheet"

    @property
    def number(self) -> str:
        """The number as it stands on the paper."""
        return f"{self.word}〔{self.year}〕{self.serial}号"


@dataclass(frozen=True)
class Form:
    """A form as it is printed; `sheet` is None until it was given a number. `path` is the address of the record's page."""

    kind: SheetKind
    subject: Ref
    content: SheetContent
    path: str
    sheet: Sheet | None

    @property
    def signed(self) -> list[FileOf]:
        """Scans or photos of the sheet as it was signed."""
        return files_of(self.subject, SCAN)


def add_core_sheets(*kinds: SheetKind) -> None:
    """Make forms of core's own records known; their names start with `core.`."""
    for kind in kinds:
        if not kind.name.startswith("core."):
            raise ValueError(f"{kind.name}: forms of core start with core.")
        CORE_SHEETS[kind.name] = kind


def find_sheet(community: str, name: str) -> SheetKind | None:
    """The form `name` (`core.call_record`, `rooms.use`), if core or a plugin enabled in the community declares it."""
    if name in CORE_SHEETS:
        return CORE_SHEETS[name]
    registry = active()
    for plugin, kind in registry.declared("sheets"):
        if kind.name == name and registry.is_enabled(community, plugin):
            found: SheetKind = kind
            return found
    return None


def form_of(actor: Actor, name: str, key: int) -> Form:
    """The form `name` of the record with this key in the actor's community.

    Raises `NotFound` for a form nobody declares, one of a plugin that is off and a record that is not there, `Forbidden`
    without the form's permission.
    """
    community = community_of(actor)
    kind = find_sheet(community, name)
    if kind is None:
        raise NotFound
    actor.require(kind.permission)
    subject = Ref(kind.kind, community, key)
    return Form(kind, subject, _content(kind, actor, subject), Reader(actor).path(subject), _made(kind, subject))


def _content(kind: SheetKind, actor: Actor, subject: Ref) -> SheetContent:
    """What the form says; a fault of a plugin is shown to the administrator."""
    try:
        return kind.content(actor, subject)
    except LinliError:
        raise
    except Exception as error:
        if (registry := active()) and subject.owner in registry.plugins:
            registry.record_failure(subject.owner, subject.community, f"form {kind.name}", error)
        raise


def _made(kind: SheetKind, subject: Ref) -> Sheet | None:
    found: Sheet | None = (
        Sheet.of(str(subject.community)).where(Sheet.name == kind.name, Sheet.subject == str(subject)).first()
    )
    return found


def number_of(actor: Actor, kind: SheetKind, key: int) -> str:
    """The number the form of a record of the actor's community was given; empty while it has none."""
    made = _made(kind, Ref(kind.kind, community_of(actor), key))
    return made.number if made else ""


@transactional
def number_form(actor: Actor, name: str, key: int) -> str:
    """Give the record's form the next number of this year, unless it has one; returns the number. Raises as `form_of`."""
    form = form_of(actor, name, key)
    if form.sheet is not None:
        return form.sheet.number
    kind, year = form.kind, today().year
    sheet: Sheet = Sheet.create(
        community=form.subject.community,
        name=kind.name,
        subject=str(form.subject),
        word=kind.word,
        year=year,
        serial=next_number(str(form.subject.community), year, f"sheet.{kind.name}"),
        by_account=actor.account,
        by_label=actor.signature,
    )
    told = {"number": sheet.number}
    audit.record(actor, "core.sheet.numbered", form.subject, after=told, permission=kind.permission)
    return sheet.number


@transactional
def add_signed(actor: Actor, name: str, key: int, wishes: Sequence[tuple[str, str]]) -> list[int]:
    """Add scans of the signed sheet (`core.civic.attachments.attach`). Raises as `form_of` and `attach`.

    `Refused` while the form has no number: a sheet without one cannot have been printed from this record.
    """
    form = form_of(actor, name, key)
    if form.sheet is None:
        raise Refused(_("This form has no number yet."), advice=_("Print it first; then add the signed sheet."))
    return attach(actor, form.subject, SCAN, wishes, permission=form.kind.permission)


@transactional
def remove_signed(actor: Actor, name: str, key: int, use_id: int) -> None:
    """Take away a scan that was added by mistake; it stays in the audit log. Raises as `form_of`, and `NotFound`."""
    form = form_of(actor, name, key)
    remove_file(actor, form.subject, use_id, permission=form.kind.permission)
