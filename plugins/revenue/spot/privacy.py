"""What spot checks keep about people: who inspected, whose name stays in the office and goes with the person; who drew belongs to the books."""

from __future__ import annotations

from collections.abc import Iterator

from core import CLEARED, Community, DataSubject, DataTable, PersonalField, Ref
from plugins.revenue.spot.models import Announced, Lot, Result, Spot
from plugins.revenue.spot.words import OUTCOMES
from plugins.revenue.texts import _

_FOR = _("So that the office can say who looked at which papers of the books.")
_KEPT = _("30 years, as account books must be kept (《会计档案管理办法》).")
_STAYS = _("The draw and its results belong to the account files; they are kept unchanged.")

PERSONAL = (
    PersonalField(
        Spot, ("drawn_label", "published_label"), _("Who entered the digits of a spot check, who published its results"), _FOR, "duty",
        _KEPT, stays=_STAYS,
    ),
    PersonalField(
        Spot, ("number", "occasion", "thrown_on"), _("Which digits residents threw, on what occasion"), _FOR, "duty", _KEPT,
        stays=_STAYS,
    ),
    PersonalField(
        Announced, ("place", "by_label"), _("Who told residents of a draw, where they throw"), _FOR, "duty", _KEPT, stays=_STAYS,
    ),
    PersonalField(
        Lot, ("last", "fingerprint"), _("Fingerprints of the books and of a secret of the computer"), _FOR, "duty", _KEPT, stays=_STAYS,
    ),
    PersonalField(
        Result, ("outcome", "words", "role", "by_label"), _("What an inspection of a voucher found, and who entered it"), _FOR, "duty",
        _KEPT, stays=_STAYS,
    ),
    PersonalField(Result, ("inspector",), _("Who looked at the papers of a voucher"), _FOR, "duty", _KEPT),
)  # fmt: skip


def data_about(community: Community, person: DataSubject) -> Iterator[DataTable]:
    """The vouchers somebody of that name looked at."""
    rows = tuple(
        (str(each.inspected_on), str(each.seq), str(OUTCOMES[each.outcome]), each.words)
        for each in Result.of(community.code).where(Result.inspector.in_(list(person.names))).order_by(Result.id)
    )
    if rows:
        heads = (_("Inspected on"), _("Number of the entry"), _("Result"), _("In words"))
        yield DataTable(_("Vouchers you looked at in a spot check"), heads, rows)


def erase_person(community: Community, person: DataSubject) -> Iterator[Ref]:
    """The name of whoever inspected goes; what was found and in what role stays."""
    for each in list(Result.of(community.code).where(Result.inspector.in_(list(person.names)))):
        same = (Result.community == each.community) & (Result.id == each.id)
        Result.update(inspector=CLEARED).where(same).execute()
        yield each.ref
