"""The A4 list of a hand-over (交接清单), to be signed by whoever hands over, whoever takes over and a witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.actor import Actor, community_of
from core.civic.attachments import add_core_files
from core.civic.inbox import handovers
from core.civic.inbox.handovers import FOLLOWS, Handover
from core.civic.sheets import MOST_SCANS, SCAN, add_core_sheets
from core.civic.threads.records import add_core_records
from core.clock import day_text, local_day
from core.people.accounts import MANAGE
from core.plugin.declarations import FileKind, RecordKind, SheetContent, SheetKind
from core.store.ref import Ref
from core.text import Label, _

SHEET = "core.handover"


def _on_paper(actor: Actor, ref: Ref) -> SheetContent:
    made: Handover = Handover.get_of(community_of(actor), int(ref.id))
    facts: list[tuple[Label, str]] = [
        (_("Hands over"), made.label),
        (_("Day"), day_text(local_day(made.made_at), with_year=True)),
        (_("What follows"), str(FOLLOWS[made.follows])),
        (_("Reason"), made.reason),
    ]
    for number, line in enumerate(handovers.settled(actor, made), start=1):
        taken = _("→ %(name)s", name=line.to) if line.to else f"→ {line.left}"
        facts.append((f"{number}. {line.label}", f"{line.title} {taken}"))
    return SheetContent(
        facts=tuple(fact for fact in facts if fact[1]),
        remarks=(_("Whoever takes over has been told what is going on with each line."),),
        blanks=((_("Keys, seals, papers, devices handed over"), 3), (_("Remarks"), 2)),
        signatures=(_("Hands over"), _("Takes over"), _("Witness to the hand-over")),
    )


def _may_see(actor: Actor, _ref: Ref) -> bool:
    """Signed lists are seen by whoever looks after accounts."""
    return actor.can(MANAGE)


def _titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    """Who handed over, for whoever looks after accounts."""
    if not actor.can(MANAGE):
        return {}
    made = Handover.of(community_of(actor)).where(Handover.id.in_([int(ref.id) for ref in refs]))
    return {each.ref: each.label for each in made}


def install() -> None:
    """Make hand-overs, the list and its signed scans known."""
    add_core_records(
        RecordKind(
            Handover, _("Hand-over"), "handshake", _titles, lambda _actor, ref: f"admin/handovers/{ref.id}", _may_see
        )
    )
    add_core_files(
        FileKind(Handover.kind, SCAN, _may_see, most=MOST_SCANS, takes=("picture", "document"), keep_days=None)
    )
    add_core_sheets(SheetKind(SHEET, Handover.kind, _("Hand-over list"), "交接", MANAGE, _on_paper))
