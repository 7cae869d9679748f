"""JSON as a table: a list of objects becomes rows of text under a row of titles. Files are told apart in `core.spreadsheet`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from core.workbook_reader import MAX_COLUMNS, MAX_ROWS, clean


class NotAList(ValueError):
    """The text is no list of objects."""


def looks_like_json(text: str) -> bool:
    """Whether a text begins as a list of objects does (or as an empty list); no .csv of ours does."""
    return re.match(r"\s*\[\s*[{\]]", text) is not None


def read_objects(text: str) -> list[list[str]]:
    """The objects as rows of text, the names of their values as titles in the order they first occur.

    Lists become text with 、 between, true and false 是 and 否, as the lists we export; one more row or column than the
    limits is still read, so that whoever checks them sees that there are too many. Raises `NotAList`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAList from error
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise NotAList
    titles: dict[str, None] = {}
    for each in found[: MAX_ROWS + 1]:
        titles.update(dict.fromkeys(each))
        if len(titles) > MAX_COLUMNS:  # no table: a row for each object under so many names would fill the memory
            return [[clean(name) for name in islice(titles, MAX_COLUMNS + 1)]]
    rows = [[_text(each.get(name)) for name in titles] for each in found[:MAX_ROWS]]
    return [[clean(name) for name in titles], *rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        if any(isinstance(each, list) for each in value):
            raise NotAList
        return "、".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        raise NotAList
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return clean(str(value))
