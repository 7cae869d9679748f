"""What a plugin declares so that one of its lists can be brought in from a table: the columns, and four functions.

Reading the file, the preview, the pages and taking back are the business of `core.operate.imports`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.cells import plain
from core.errors import Invalid
from core.text import Label, LazyText, _

if TYPE_CHECKING:
    from core.actor import Actor
    from core.store.ref import Ref


_YES = frozenset(
    {"是", "有", "要", "需", "需要", "可", "可以", "能", "对", "√", "✓", "y", "yes", "true", "1", "☑", "开放"}
)
_NO = frozenset({"否", "没", "不", "不要", "不需", "不需要", "不可", "不可以", "不能", "×", "x", "✗", "n", "no", "false", "0", "☐", "不开放"})  # fmt: skip


@dataclass(frozen=True)
class TextCell:
    """A text of at most `longest` characters, as it was typed. Other kinds of cells derive from it.

    `empty` is the value that stands for nothing: what a cell with 无 says.
    """

    longest: int = 200

    @property
    def empty(self) -> Any:
        """The value of a cell that says there is nothing."""
        return ""

    def read(self, text: str) -> Any:
        """The value of a filled cell, a JSON value; raises `Invalid` with a sentence for people."""
        if len(text) > self.longest:
            raise Invalid(message=_("At most %(longest)d characters fit here.", longest=self.longest))
        return text

    def show(self, value: Any) -> str:
        """A value as people read it, and as a cell in which it can be read back."""
        return "" if value is None else str(value)

    def says(self) -> Label:
        """What may stand in the cell, for the explanations of the template."""
        return _("Text, at most %(longest)d characters", longest=self.longest)


@dataclass(frozen=True)
class NumberCell(TextCell):
    """A whole number between `least` and `most`, with or without its unit (`30人`)."""

    least: int = 0
    most: int = 1_000_000

    @property
    def empty(self) -> Any:
        """No number."""
        return None

    def read(self, text: str) -> Any:
        """The number."""
        found = re.fullmatch(r"([0-9]{1,15})(?:\.0+)?\s?(?:m2|[^0-9\s.,+-]{1,5})?", plain(text).replace(",", ""))
        number = int(found[1]) if found else None
        if number is None or not self.least <= number <= self.most:
            raise Invalid(
                message=_("Please give a number from %(least)d to %(most)d.", least=self.least, most=self.most)
            )
        return number

    def says(self) -> Label:
        """The bounds."""
        return _("A whole number from %(least)d to %(most)d", least=self.least, most=self.most)


@dataclass(frozen=True)
class YesNoCell(TextCell):
    """是 or 否, or what offices write for them."""

    @property
    def empty(self) -> Any:
        """No."""
        return False

    def read(self, text: str) -> Any:
        """Whether it says yes."""
        word = plain(text).lower()
        if word not in _YES and word not in _NO:
            raise Invalid(message=_("Please write yes or no."))
        return word in _YES

    def show(self, value: Any) -> str:
        """The word."""
        return str(_("yes") if value else _("no"))

    def says(self) -> Label:
        """Both words."""
        return f"{self.show(True)} / {self.show(False)}"


@dataclass(frozen=True)
class ChoiceCell(TextCell):
    """One of some words: `choices` are the labels by stored value, `also` further words by what they stand for."""

    choices: Mapping[str, Label] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def read(self, text: str) -> Any:
        """The stored value."""
        word = plain(text).lower()
        for value, label in self.choices.items():
            source = label.message if isinstance(label, LazyText) else label
            if word in (value, plain(str(label)).lower(), plain(source).lower()):
                return value
        for known, value in self.also.items():
            if word == plain(known).lower():
                return value
        raise Invalid(message=_("Please write one of these: %(words)s.", words=self._words()))

    def show(self, value: Any) -> str:
        """The label."""
        return str(self.choices.get(value, value))

    def says(self) -> Label:
        """All labels."""
        return _("One of these: %(words)s", words=self._words())

    def _words(self) -> str:
        return " / ".join(str(label) for label in self.choices.values())


@dataclass(frozen=True)
class WordsCell(TextCell):
    """Several words with 、 or a comma between; the value is the list of them."""

    @property
    def empty(self) -> Any:
        """No words."""
        return []

    def read(self, text: str) -> Any:
        """The words, each once."""
        super().read(text)
        return list(dict.fromkeys(word for word in re.split(r"[、,，;；/\s]+", text) if word))

    def show(self, value: Any) -> str:
        """The words in one line."""
        return "、".join(value or ())

    def says(self) -> Label:
        """How to separate them."""
        return _("Several words with 、 between")


@dataclass(frozen=True)
class ImportColumn:
    """A column of a list: the `label` stands above it in the template, `titles` are what offices write there.

    Columns that are a `key` tell a record from the others and are always `required`. One that is `only_new` says something of
    new records and is never compared. Where a file lacks a `for_all` column, its value can be typed for all rows. `example`
    stands in the template's example row.
    """

    field: str
    label: Label
    cell: TextCell = TextCell()
    titles: tuple[str, ...] = ()
    key: bool = False
    required: bool = False
    only_new: bool = False
    for_all: bool = False
    hint: Label = ""
    example: str = ""

    @property
    def is_needed(self) -> bool:
        """Whether no row goes without it."""
        return self.key or self.required


@dataclass(frozen=True)
class Stored:
    """A record as an import compares it: its reference, and its values by the fields of the columns."""

    ref: Ref
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Import:
    """A list of one community that can be brought in from a table, by holders of `permission` and `core.import`.

    `stored(actor)` gives every record there is. `add(actor, values)` makes one and returns the references of all that it made,
    the record's own first; `change(actor, ref, values)` changes the given values; `remove(actor, refs)` takes back what `add`
    made. Each calls the service that the pages call: `Invalid` and `Refused` make a row one that cannot be imported, and a
    `remove` that refuses says what has been built on the record since. `values` hold what the row says; an empty cell says
    nothing, 无 the cell's `empty`. `page` is where the list is seen: an address below that of the community.
    """

    name: str
    label: Label
    permission: str
    columns: tuple[ImportColumn, ...]
    stored: Callable[[Actor], Iterable[Stored]]
    add: Callable[[Actor, Mapping[str, Any]], Sequence[Ref]]
    change: Callable[[Actor, Ref, Mapping[str, Any]], None]
    remove: Callable[[Actor, Sequence[Ref]], None]
    hint: Label = ""
    page: str = ""

    def column(self, name: str) -> ImportColumn:
        """The column of a field."""
        return next(column for column in self.columns if column.field == name)
