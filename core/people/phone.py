"""Telephone numbers: read from what people type, kept in one form, shown grouped or masked.

Who may see a number unmasked is decided in `core.people.privacy`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.cells import is_nothing, join_notes, plain, split_remarks

Kind = Literal["mobile", "landline"]

_SEPARATORS = re.compile(r"[/、,;|\\\n]|或")
_COUNTRY = re.compile(r"^(?:\+|00)86")
_MOBILE = re.compile(r"0?(1[3-9]\d{9})")
# 010 and 02x are the three-digit area codes; all others have four digits. Local numbers never start with 0 or 1.
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})?([2-9]\d{6,7})")
_EXTENSION = re.compile(r"(.*\d)\s*(?:-|转|分机|ext\.?|x|\*|#)\s*(?:分机)?(\d{1,6})", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+", re.UNICODE)
_MOST_TOKENS = 12


@dataclass(frozen=True)
class Phone:
    """One usable number. `number` is 13800138000, 0573-82385872, 0573-82385872-803 or, without area code, 82385872."""

    number: str
    kind: Kind
    note: str = ""


@dataclass(frozen=True)
class PhoneCell:
    """What a cell holds: usable numbers in their order, pieces that are no number, and remarks beside neither."""

    phones: tuple[Phone, ...]
    rejected: tuple[str, ...]
    note: str

    @property
    def ok(self) -> bool:
        """Whether the cell is empty or holds a usable number."""
        return bool(self.phones) or not self.rejected


def parse_phone(text: str) -> Phone | None:
    """One mobile (1[3-9] and nine digits) or landline (area code and 7–8 digits, or 7–8 digits, with or without an
    extension), with blanks, dashes, +86 and full-width digits tolerated; None for anything else."""
    cleaned, note = split_remarks(_unwrap_area(plain(text[:200])))
    phone = _read(cleaned)
    return Phone(phone.number, phone.kind, note) if phone and note else phone


def parse_phones(text: str) -> PhoneCell:
    """All numbers of a cell, between / 、 , ; or blanks; brackets and words beside a number are its note."""
    phones: dict[str, Phone] = {}
    rejected: list[str] = []
    notes: list[str] = []
    for piece in _SEPARATORS.split(_unwrap_area(plain(text[:2000]))):
        cleaned, note = split_remarks(piece)
        found, rest, words = _read_piece(cleaned)
        note = join_notes(note, words)
        if found:
            for phone in found:
                phones.setdefault(phone.number, Phone(phone.number, phone.kind, note))
        elif note:
            notes.append(note)
        if rest:
            rejected.append(rest)
    return PhoneCell(tuple(phones.values()), tuple(rejected), join_notes(*notes))


def grouped(number: str) -> str:
    """For showing: 138 0013 8000; a landline as it is kept."""
    if len(number) == 11 and number.isdigit():
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return number


def masked(number: str) -> str:
    """For those who may not see it: 138****8000, 0573-****5872."""
    if len(number) == 11 and number.isdigit():
        return f"{number[:3]}****{number[7:]}"
    area, local, _extension = _landline_parts(number)
    return f"{area}-" * bool(area) + "****" + local[-4:]


def tail(number: str, digits: int = 4) -> str:
    """The last digits, by which people recognise a number; an extension does not count."""
    local = number if number.isdigit() else _landline_parts(number)[1]
    return local[-digits:] if digits > 0 else ""


def _landline_parts(number: str) -> tuple[str, str, str]:
    parts = number.split("-")
    if not parts[0].startswith("0"):
        parts.insert(0, "")
    parts += ["", ""]
    return parts[0], parts[1], parts[2]


def _unwrap_area(text: str) -> str:
    """(0573)82385872 → 0573-82385872, before brackets are taken for remarks."""
    return re.sub(r"[(\[]\s*(\+?(?:86|0\d{2,3}))\s*[)\]]\s*-?", r"\1-", text)


def _read_piece(text: str) -> tuple[list[Phone], str, str]:
    """Numbers of one piece, what is left that should have been one, and the words beside them."""
    if is_nothing(text):
        return [], "", ""
    phone = _read(text)
    if phone:
        return [phone], "", ""
    words = join_notes(*_WORDS.findall(text))
    bare = re.sub(r"\s+", " ", _WORDS.sub(" ", text)).strip(" :.-+_")
    if not bare:
        # Words without a number are no telephone; inside brackets they would be a remark.
        return [], words, ""
    found = _partition(bare.split(" ")[:_MOST_TOKENS])
    if found:
        return found, "", words
    usable = [phone for token in bare.split(" ")[:_MOST_TOKENS] if (phone := _read(token)) and len(token) >= 11]
    if usable:
        kept = {phone.number.replace("-", "") for phone in usable}
        rest = " ".join(token for token in bare.split(" ") if re.sub(r"\D", "", token) not in kept)
        return usable, rest, words
    return [], text, ""


def _partition(tokens: list[str]) -> list[Phone]:
    """Join blank-separated groups of digits into as few whole numbers as possible; empty if any is left over."""
    best: list[list[Phone] | None] = [[]] + [None] * len(tokens)
    for end in range(1, len(tokens) + 1):
        for start in range(max(0, end - 5), end):
            before = best[start]
            if before is None:
                continue
            phone = _read(" ".join(tokens[start:end]))
            current = best[end]
            if phone and (current is None or len(before) + 1 < len(current)):
                best[end] = [*before, phone]
    return best[-1] or []


def _read(text: str) -> Phone | None:
    number = _number(text)
    if number:
        return number
    match = _EXTENSION.fullmatch(text)
    if match:
        main = _number(match[1])
        if main and main.kind == "landline":
            return Phone(f"{main.number}-{match[2]}", "landline")
    return None


def _number(text: str) -> Phone | None:
    # A number kept as a decimal comes out of some exports with its decimals.
    text = re.sub(r"\.0+$", "", text.strip())
    if not re.fullmatch(r"\+?[\d\s\-.]+", text) or not text.isascii():
        return None
    digits = _COUNTRY.sub("", re.sub(r"[\s\-.]", "", text))
    if re.fullmatch(r"861[3-9]\d{9}", digits):
        digits = digits[2:]
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return Phone(mobile[1], "mobile")
    landline = _LANDLINE.fullmatch(digits)
    if landline:
        return Phone(f"{landline[1]}-{landline[2]}" if landline[1] else landline[2], "landline")
    return None
