"""The table of separate consents (《个人信息保护法》 §29, §31) and reading the last word from it. Asking is in `core.civic.privacy.consents`."""

from __future__ import annotations

from collections.abc import Mapping

from core.store.community import CommunityModel
from core.store.db import Day, Flag, Integer, Text, Utc, now
from core.text import LazyText, _

ACCOUNT, GUARDIAN, PAPER = "account", "guardian", "paper"
# What a guardian is asked before anything of a child under fourteen is used beyond what the law demands.
CHILD = "core.child"
WAYS: Mapping[str, LazyText] = {
    ACCOUNT: _("with the own account"),
    GUARDIAN: _("by a guardian, with the guardian's account"),
    PAPER: _("on paper"),
}
RELATIONS: Mapping[str, LazyText] = {"parent": _("Father or mother"), "guardian": _("Other guardian")}


class SeparateConsent(CommunityModel):
    """What somebody said to one question, never changed: the last one counts.

    `name` and `version` are those of the declared `Consent`, `question` is what was read, `asked_on` the day it was said.
    For a child under fourteen `guardian` spoke as `relation`: with the account of `guardian_id`, or on paper.
    """

    kind = "core.separate_consent"

    person_id = Integer()
    name = Text()
    version = Integer()
    given = Flag()
    way = Text()
    question = Text()
    asked_on = Day()
    guardian = Text(default="")
    guardian_id = Integer(null=True)
    relation = Text(default="")
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "separate_consent"


def last_word(community: str, person_id: int, name: str) -> SeparateConsent | None:
    """What was said last to a question about this person; None if it was never asked."""
    query = SeparateConsent.of(community).where(SeparateConsent.person_id == person_id, SeparateConsent.name == name)
    found: SeparateConsent | None = query.order_by(SeparateConsent.id.desc()).first()
    return found
