"""Sex, year of birth and grid as registers write them. What cannot be read is left out: nobody is told apart by them.

Names are read in `names`, phones in `phone`, doors in `door`.
"""

from __future__ import annotations

import re

from core.cells import is_nothing, plain
from core.clock import today

# Birth years are believed from here to the present year.
FIRST_YEAR = 1900
_LONGEST_GRID = 60
_SEXES = {
    "male": frozenset({"男", "男性", "m", "male"}),
    "female": frozenset({"女", "女性", "f", "female"}),
}
# 1977 · 1977.0 · 1977年… · 1977-05-03 … · 1977/5 · 1977.5.3 · 197705 · 19770503
_YEAR = re.compile(
    r"(\d{4})(?:\.0|\s*年.*|\s*[-./]\s*(?:0?[1-9]|1[0-2])(?!\d).*|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?)?"
)
_GRID = re.compile(".{1,20}网格")


def read_sex(text: str) -> str:
    """`male` or `female` from 男, 女, M, F …; empty for anything else."""
    word = plain(text).lower()
    return next((sex for sex, words in _SEXES.items() if word in words), "")


def read_birth_year(text: str) -> int | None:
    """The year from 1977, 1977年5月, 1977-05-03, 19770503 …; None for what is no year from 1900 to this one (77)."""
    found = _YEAR.fullmatch(plain(text))
    year = int(found[1]) if found else 0
    return year if FIRST_YEAR <= year <= today().year else None


def read_grid(text: str) -> str:
    """The name of a grid, without blanks; empty where a cell has none, or something too long or a number to call."""
    name = plain(text).replace(" ", "")
    if is_nothing(name) or len(name) > _LONGEST_GRID or re.search(r"\d{7}", name.replace("-", "")):
        return ""
    return name


def is_sex(text: str) -> bool:
    """Whether a cell says a sex."""
    return read_sex(text) != ""


def is_grid(text: str) -> bool:
    """Whether a cell can be nothing but the name of a grid, such as 第1网格 or 东山微网格."""
    return _GRID.fullmatch(plain(text)) is not None
