"""Names of people: split out of a cell, read in pinyin, and the text that the search box looks through.

Queries themselves are written where the tables are (`core.people.residents`, `core.civic.search`).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from core.cells import is_nothing, plain, split_remarks
from core.people.door import Door, door_prefix, parse_door
from core.people.phone import parse_phone, tail
from core.people.surnames import COMPOUND, GIVEN_READINGS, READINGS, SINGLE

_SEPARATORS = re.compile(r"[/、,;|&\\\n]")
_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003134f"
_HAN_ONLY = re.compile(f"[{_HAN}]+")
_HAS_LETTER = re.compile(r"[^\W\d_]")
LONGEST_NAME = 60
# A name of four characters with two readings each would have sixteen; the first few are the common ones.
_MOST_READINGS = 6


@dataclass(frozen=True)
class PersonName:
    """One person of a cell; `note` is what stood in brackets beside the name."""

    name: str
    note: str = ""


def split_names(text: str) -> tuple[PersonName, ...]:
    """The people of one cell, in order, each once: `张三、李四（已故）`. Empty when there is no name in it.

    、 / , ; | & and line breaks part names. A blank does so only between whole Chinese names (张三 李四); otherwise it
    is spacing (张 三) or belongs to the name (欧阳 娜娜, Mary Smith).
    """
    people: dict[str, PersonName] = {}
    # Brackets first: a separator inside a remark parts nothing.
    for piece in _split_outside_brackets(_keep_lines(text)):
        bare, note = split_remarks(piece)
        for name in _by_blanks(bare.strip(" .:-_*")):
            if not is_nothing(name) and _HAS_LETTER.search(name):
                people.setdefault(name, PersonName(name[:LONGEST_NAME], note))
    return tuple(people.values())


def looks_like_name(text: str) -> bool:
    """Whether a cell reads like Chinese names: each of two to four characters and beginning with a known surname."""
    people = split_names(text)
    return bool(people) and all(_is_whole_name(person.name) or "·" in person.name for person in people)


def pinyin(name: str) -> tuple[tuple[str, ...], ...]:
    """How a name may be read: one tuple of toneless syllables per reading, the likeliest first (`ü` is written v).

    Surnames follow `surnames.READINGS`; what is not Chinese stays as it is, in lower case.
    """
    choices = _choices(name)
    return tuple(islice(product(*choices), _MOST_READINGS))


def search_text(
    name: str, former_names: Iterable[str] = (), phones: Iterable[str] = (), doors: Iterable[str | Door] = ()
) -> str:
    """The lower-case text of one person in which every term of `search_terms` is looked for with LIKE '%term%'.

    Holds names, their pinyin and initials, the last four digits of phones, and doors in canonical form. A whole number
    is kept with dots between its digits, so that four typed digits find only the ends of numbers, and each entry begins
    with a blank, so that a door is found from its beginning (3-2-501 is not 13-2-501).
    """
    entries: dict[str, None] = {}
    for each in (name, *former_names):
        spoken = _squeeze(each)
        entries[spoken] = None
        for syllables in pinyin(spoken):
            entries["".join(syllables)] = None
            entries["".join(syllable[0] for syllable in syllables if syllable)] = None
    for phone in phones:
        entries[tail(phone)] = None
        entries[_dotted(re.sub(r"\D", "", phone))] = None
    for door in doors:
        entries[str(parse_door(str(door)) or _squeeze(str(door))).lower()] = None
    return "".join(f" {entry}" for entry in entries if entry)


def found_in(terms: Iterable[str], name: str, *others: str) -> bool:
    """Whether every term of `search_terms` is found in a name, its pinyin or one of the other texts: for short lists."""
    text = search_text(name, others)
    return all(term.strip() in text for term in terms)


def search_terms(query: str) -> list[str]:
    """What a person typed, as the terms that must all be found in `search_text`.

    Full width, capitals and the notations of doors and phones do not matter; a door becomes ` 3-2-501` with a leading
    blank. The wildcards of LIKE (% _) never occur in a term. Empty when nothing searchable was typed.
    """
    cleaned = re.sub(r"[%\\'’\"]", "", plain(query[:200]))
    whole = _door_term(cleaned) or _phone_term(cleaned)
    if whole:
        return [whole]
    terms = []
    for part in re.split(r"[\s,、;]+", cleaned):
        terms.append(_door_term(part) or _phone_term(part) or part.replace("_", "").lower())
    return [term for term in dict.fromkeys(terms) if term.strip(" -.")]


def _door_term(text: str) -> str | None:
    if re.match(r"[A-Za-z]+ ", text):
        # "li 501" is the beginning of a name and the end of a number, not building Li.
        return None
    door = parse_door(text)
    if door is not None:
        return f" {door}".lower()
    if re.fullmatch(r"[A-Za-z]?\d{1,3}[A-Za-z]?-(\d{1,2}-?)?", text):
        return f" {text}".lower()
    # Two letters are more often a name's initials than a building: only an unmistakable beginning counts.
    prefix = door_prefix(text) if re.search(r"\d|[幢栋座]|单元", text) else None
    return f" {prefix}".lower() if prefix else None


def _phone_term(text: str) -> str | None:
    phone = parse_phone(text)
    digits = re.sub(r"\D", "", phone.number if phone else text)
    # Without letters and longer than an end of a number: part of a whole number.
    if phone or (len(digits) >= 5 and re.fullmatch(r"[\d\s+-]+", text)):
        return _dotted(digits)
    return None


def _dotted(digits: str) -> str:
    return ".".join(digits)


def _squeeze(name: str) -> str:
    """A name as it is searched: lower case, half width, without blanks between Chinese characters."""
    text = plain(name).lower()
    return re.sub(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])", "", text)


def _keep_lines(text: str) -> str:
    return "\n".join(plain(line) for line in text[:2000].splitlines())


def _split_outside_brackets(text: str) -> list[str]:
    pieces, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character in "([【〔<{":
            depth += 1
        elif character in ")]】〕>}":
            depth = max(0, depth - 1)
        elif depth == 0 and _SEPARATORS.match(character):
            pieces.append(text[start:position])
            start = position + 1
    # A bracket that is never closed must not swallow the names behind it.
    rest = text[start:]
    return [*pieces, *(_SEPARATORS.split(rest) if depth else [rest])]


def _by_blanks(text: str) -> list[str]:
    parts = text.split(" ")
    if len(parts) == 1:
        return parts
    if not all(_HAN_ONLY.fullmatch(part) for part in parts):
        return [text]
    spaced = all(len(part) == 1 for part in parts)
    if not spaced and parts[0] not in COMPOUND and all(_is_whole_name(part) for part in parts):
        return parts
    joined = "".join(parts)
    if len(joined) <= 5 and (spaced or parts[0] in COMPOUND or parts[0] in SINGLE):
        return [joined]
    return [text]


def _is_whole_name(text: str) -> bool:
    return (
        2 <= len(text) <= 5
        and _HAN_ONLY.fullmatch(text) is not None
        and (text[0] in SINGLE or (text[:2] in COMPOUND and len(text) > 2))
    )


def _choices(name: str) -> list[tuple[str, ...]]:
    text = _squeeze(name)
    choices: list[tuple[str, ...]] = []
    if text[:2] in COMPOUND and len(text) > 2:
        choices = [(syllable,) for syllable in COMPOUND[text[:2]]]
    elif text[:1] in READINGS:
        choices = [READINGS[text[0]]]
    for character in text[len(choices) :]:
        if "a" <= character <= "z":
            choices.append((character,))
        elif readings := GIVEN_READINGS.get(character) or _read_character(character):
            choices.append(readings)
    return [_spellings(readings) for readings in choices]


def _spellings(readings: tuple[str, ...]) -> tuple[str, ...]:
    """吕 is typed lv, printed in passports as lyu, and known to many as lu: the last two are searchable as well."""
    if not any("v" in reading and len(reading) > 1 for reading in readings):
        return readings
    return tuple(
        dict.fromkeys(
            form for reading in readings for form in (reading, reading.replace("v", "yu"), reading.replace("v", "u"))
        )
    )


@cache
def _read_character(character: str) -> tuple[str, ...]:
    found = _dictionary().get(ord(character))
    if not found:
        return ()
    toned = unicodedata.normalize("NFD", found.split(",")[0]).replace("u\u0308", "v")
    return ("".join(letter for letter in toned if letter.isascii() and letter.isalpha()),)


@cache
def _dictionary() -> dict[int, str]:
    """The characters' readings of pypinyin, loaded at the first search and without its phrases.

    Imported as usual pypinyin also loads 2.5 MB of phrases (as long as starting Flask takes); a name is no phrase.
    """
    lean = {"PYPINYIN_NO_PHRASES": "1", "PYPINYIN_NO_DICT_COPY": "1"}
    before = {key: os.environ.get(key) for key in lean}
    os.environ.update(lean)
    try:
        from pypinyin.pinyin_dict import pinyin_dict
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value
    return pinyin_dict
