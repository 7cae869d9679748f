"""What people type into a cell of a table, made plain before it is understood: widths, dashes, blanks, remarks.

The meaning of a cell is decided elsewhere: of a register in `core.people`, of other lists by the cells of their columns.
"""

from __future__ import annotations

import re
import unicodedata

_DASHES = re.compile("[\u2010-\u2015\u2212\u2500\u2501\u30fc\ufe58\ufe63\u2043]")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u00a0]+")
_REMARK = re.compile(r"[(\[【〔<{]([^()\[\]【】〔〕<>{}]*)[)\]】〕>}]")

# What offices write for "nothing here".
NOTHING = frozenset(
    {
        "无",
        "没有",
        "暂无",
        "未知",
        "不详",
        "空",
        "未登记",
        "none",
        "null",
        "n/a",
        "nan",
        "-",
        "--",
        "---",
        "/",
        "\\",
        "?",
        ".",
    }
)


def plain(text: str) -> str:
    """The text with half-width letters and digits, one kind of dash, single blanks and nothing invisible."""
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return _BLANKS.sub(" ", _DASHES.sub("-", text)).strip()


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, 无, 暂无, a lone dash …"""
    text = plain(text)
    return not text or text.lower() in NOTHING


def split_remarks(text: str) -> tuple[str, str]:
    """Take the remarks in brackets out of a plain text: `13800138000(儿子)` → (`13800138000`, `儿子`)."""
    remarks: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match[1].strip():
            remarks.append(match[1].strip())
        return " "

    previous = None
    while previous != text:
        previous = text
        text = _REMARK.sub(keep, text)
    return _BLANKS.sub(" ", text).strip(), join_notes(*remarks)


def join_notes(*notes: str) -> str:
    """Several notes as one, each said once, with the Chinese semicolon between."""
    return ";".join(dict.fromkeys(note.strip() for note in notes if note.strip())).replace(";", "；")
