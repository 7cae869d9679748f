"""The words of a notice: Markdown as safe HTML and as plain text, and the difference between two of them.

This is the only place where something a person typed becomes HTML. No records here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# What clerks do not mean when they type it: four spaces as code, dashes under a line as a heading, references.
_LEFT_OUT = ("image", "html_block", "html_inline", "code", "fence", "lheading", "reference", "backticks")
_FIRST_HEADING = 2  # the page's own title is the h1
_KEPT = 256


@lru_cache(maxsize=_KEPT)
def rendered(body: str) -> Markup:
    """A notice's text as HTML: no HTML of its own, no pictures, links to http(s) and own pages only."""
    reader = _reader()
    tokens = reader.parse(body)
    _put_headings_below_the_title(tokens)
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704  (html=False escapes whatever is typed)


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    # Loaded when the first notice is read: the program starts without it.
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False, "typographer": False})
    reader.enable("table").disable(list(_LEFT_OUT))
    reader.validateLink = is_safe_link  # type: ignore[method-assign, assignment]
    reader.add_render_rule("link_open", _link_open)
    return reader


def is_safe_link(address: str) -> bool:
    """Whether a notice may link there: http(s), or a path of this site (`/c/…`), and nothing else."""
    if any(ord(char) < 33 or ord(char) == 127 for char in address) or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme or parts.netloc:
        return parts.scheme in ("http", "https") and bool(parts.netloc)
    return address.startswith("/c/")


def _link_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    if not str(tokens[index].attrGet("href")).startswith("/"):
        tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return str(renderer.renderToken(tokens, index, options, env))


def _put_headings_below_the_title(tokens: Sequence[Token]) -> None:
    """No heading is above h2, and none goes down by more than one step: readers of the page jump along them."""
    last = _FIRST_HEADING - 1
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            if token.type == "heading_open":
                last = min(int(token.tag[1]) + _FIRST_HEADING - 1, last + 1, 6)
            token.tag = f"h{last}"


# --------------------------------------------------------------------------- plain words


@lru_cache(maxsize=_KEPT)
def plain(body: str) -> str:
    """A notice's text without any marks, line by line, as it is copied into a chat group."""
    lines: list[str] = []
    numbers: list[int] = []
    for token in _reader().parse(body):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            numbers.append(int(token.attrGet("start") or 1) if token.type.startswith("o") else 0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            lines.append(f"{numbers[-1]}. " if numbers[-1] else "· ")
            numbers[-1] += 1 if numbers[-1] else 0
        elif token.type == "inline":
            words = "".join(_words(token))
            if lines and (lines[-1] in ("· ",) or re.fullmatch(r"\d+\. ", lines[-1])):
                lines[-1] += words
            elif token.level and lines and lines[-1].endswith("\t"):
                lines[-1] += words + "\t"
            else:
                lines.append(words)
        elif token.type == "tr_open":
            lines.append("\t")
        elif token.type == "tr_close":
            lines[-1] = "  ".join(lines[-1].strip("\t").split("\t"))
        elif token.type == "hr":
            lines.append("————")
    return "\n".join(lines)


def _words(token: Token) -> Iterator[str]:
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            yield "\n"
        else:
            yield child.content


def excerpt(body: str, longest: int = 80) -> str:
    """The beginning of a notice in one line."""
    words = " ".join(plain(body).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


# --------------------------------------------------------------------------- the difference


@dataclass(frozen=True)
class Passage:
    """Lines that are the `same`, or `removed`, `added` or `changed` (then `before` and `after` differ)."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def difference(before: str, after: str) -> list[Passage]:
    """What became of a text, line by line without the marks; a single `same` passage when nothing was changed."""
    old, new = _lines(before), _lines(after)
    found = []
    for way, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        kind = {"equal": "same", "delete": "removed", "insert": "added", "replace": "changed"}[way]
        found.append(Passage(kind, tuple(old[first:last]), tuple(new[start:end])))
    return found


def _lines(body: str) -> list[str]:
    return [line.strip() for line in plain(body).splitlines() if line.strip()]
