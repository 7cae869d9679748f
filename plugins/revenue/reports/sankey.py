"""A Sankey picture as coordinates: bars in columns and bands between them, in whole pixels. Pure; the SVG is in the templates.

Widths are in proportion to the 分, never less than a pixel. Every bar keeps the room of its two lines of words, so that they
never lie on one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

BAR = 12
LINE = 52  # two lines of 16 px words and air
TALLEST = 300


@dataclass(frozen=True)
class Bar:
    """One node: where its bar stands and its words (`side` start, middle or end: which way they run)."""

    key: Hashable
    x: int
    y: int
    height: int
    label_x: int
    label_y: int
    side: str
    tint: int


@dataclass(frozen=True)
class Band:
    """One link: `path` is the outline of its band, as the attribute `d` of an SVG path."""

    source: Hashable
    target: Hashable
    path: str
    tint: int


@dataclass(frozen=True)
class Picture:
    """Bars and bands in a field of `width` × `height`."""

    width: int
    height: int
    bars: Sequence[Bar]
    bands: Sequence[Band]


def draw(
    columns: Sequence[Sequence[Hashable]],
    links: Mapping[tuple[Hashable, Hashable], int],
    *,
    width: int,
    gutter: int = 0,
    tint_of: Callable[[Hashable], int] = lambda key: 0,
) -> Picture:
    """Columns of nodes from left to right, each in its order, and the links between neighbouring columns.

    `gutter` is the room for words left of the first and right of the last column; without it they stand over the bands.
    """
    through = _through(columns, links)
    most = max((sum(through[key] for key in column) for column in columns), default=0) or 1
    tall = {key: max(1, through[key] * TALLEST // most) for column in columns for key in column}
    room = [sum(max(tall[key], LINE) for key in column) for column in columns]
    height = max(room, default=0)
    step = (width - 2 * gutter - BAR) // max(1, len(columns) - 1)
    bars: dict[Hashable, Bar] = {}
    for place, column in enumerate(columns):
        side = "end" if place == len(columns) - 1 else "start"
        y = (height - room[place]) // 2
        for key in column:
            x = gutter + place * step
            slot = max(tall[key], LINE)
            bars[key] = Bar(
                key, x, y + (slot - tall[key]) // 2, tall[key], *_words(x, y + slot // 2, place, side, gutter), tint_of(key)
            )  # fmt: skip
            y += slot
    return Picture(width, height, tuple(bars.values()), _bands(columns, links, bars, through, tint_of))


def _through(
    columns: Sequence[Sequence[Hashable]], links: Mapping[tuple[Hashable, Hashable], int]
) -> dict[Hashable, int]:
    """The larger of what goes in and comes out of each node."""
    into: dict[Hashable, int] = defaultdict(int)
    out_of: dict[Hashable, int] = defaultdict(int)
    for (source, target), amount in links.items():
        out_of[source] += amount
        into[target] += amount
    return {key: max(into[key], out_of[key]) for column in columns for key in column}


def _words(x: int, y: int, place: int, side: str, gutter: int) -> tuple[int, int, str]:
    """Where the words of a bar stand and which way they run."""
    if gutter and side == "end":
        return x + BAR + 8, y, "start"
    if gutter and place == 0:
        return x - 8, y, "end"
    return (x - 8, y, "end") if side == "end" else (x + BAR + 8, y, "start")


def _bands(
    columns: Sequence[Sequence[Hashable]],
    links: Mapping[tuple[Hashable, Hashable], int],
    bars: Mapping[Hashable, Bar],
    through: Mapping[Hashable, int],
    tint_of: Callable[[Hashable], int],
) -> tuple[Band, ...]:
    rank = {key: (place, number) for place, column in enumerate(columns) for number, key in enumerate(column)}
    left: dict[Hashable, int] = defaultdict(int)
    right: dict[Hashable, int] = defaultdict(int)
    found = []
    for (source, target), amount in sorted(links.items(), key=lambda link: (rank[link[0][0]], rank[link[0][1]])):
        first, last = bars[source], bars[target]
        edges = []
        for bar, taken, key in ((first, right, source), (last, left, target)):
            top = bar.y + taken[key] * bar.height // through[key]
            taken[key] += amount
            edges.append((top, max(top + 1, bar.y + taken[key] * bar.height // through[key])))
        found.append(Band(source, target, _outline(first.x + BAR, last.x, *edges), tint_of(source)))
    return tuple(found)


def _outline(start: int, end: int, left: tuple[int, int], right: tuple[int, int]) -> str:
    middle = (start + end) // 2
    return (
        f"M{start} {left[0]}C{middle} {left[0]} {middle} {right[0]} {end} {right[0]}"
        f"V{right[1]}C{middle} {right[1]} {middle} {left[1]} {start} {left[1]}Z"
    )
