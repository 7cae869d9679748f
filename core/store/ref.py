"""`Ref` names any record of any module: audit, workflows, calls and files take one. It holds no data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import Invalid
from core.text import _

_FORM = re.compile(r"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*):([A-Za-z0-9_-]{1,64})")

_MOST = 2**63 - 1  # what an id column holds


@dataclass(frozen=True, slots=True)
class Ref:
    """`kind` is `<owner>.<record>` as declared with the model, `community` the 12-digit code or None for the site."""

    kind: str
    community: str | None
    id: int | str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def owner(self) -> str:
        """The plugin (or `core`) the record belongs to."""
        return self.kind.partition(".")[0]

    @classmethod
    def parse(cls, text: str, community: str | None) -> Ref:
        """Read the text form (`rooms.booking:17`); raises `Invalid` for anything else."""
        found = _FORM.fullmatch(text)
        if found is None or (found[2].isdigit() and int(found[2]) > _MOST):
            raise Invalid(message=_("“%(text)s” names no record.", text=text[:80]))
        key = found[2]
        return cls(found[1], community, int(key) if key.isdigit() else key)
