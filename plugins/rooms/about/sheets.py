"""The module's A4 form: use of a room, with keys handed out and back, to sign by hand."""

from __future__ import annotations

from core import Actor, FileKind, Ref, SheetContent, SheetKind, day_text
from plugins.rooms.finding.lists import occurrence_line
from plugins.rooms.models import Occurrence
from plugins.rooms.texts import _


def _use(actor: Actor, ref: Ref) -> SheetContent:
    line = occurrence_line(actor, int(ref.id))
    facts = [
        (_("Room"), f"{line.venue} · {line.room}"),
        (_("Time"), f"{day_text(line.date, with_year=True)} {line.start}–{line.end}"),
        (_("What for"), str(_("confidential")) if line.confidential else line.title),
        (_("Booked by"), line.organiser if line.organisation in ("", line.organiser) else f"{line.organiser} · {line.organisation}"),
        (_("People"), str(line.people) if line.people else ""),
        (_("Phone"), line.guest_phone),
    ]  # fmt: skip
    return SheetContent(
        facts=tuple(fact for fact in facts if fact[1]),
        remarks=(_("The room is left as it was found: chairs back, windows shut, lights and air conditioning off."),),
        blanks=(
            (_("Keys out and back, at what time"), 1),
            (_("How many people came"), 1),
            (_("State of the room and equipment afterwards"), 2),
        ),
        signatures=(_("Who uses the room"), _("Staff")),
    )


USE = SheetKind("rooms.use", Occurrence.kind, _("Use of a room"), "房间", "rooms.desk", _use)


def _may_see(actor: Actor, _ref: Ref) -> bool:
    """Signed sheets hold names and handwriting: for the desk only."""
    return actor.can("rooms.desk")


SIGNED = FileKind(Occurrence.kind, "scan", _may_see, takes=("picture", "document"), keep_days=None)
