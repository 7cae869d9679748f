"""Texts in the reader's language: `_()` marks a sentence, and it is translated only when it is shown.

Catalogues are gettext files, one domain per owner (`core` and each plugin). The language is a context variable, so that
commands and jobs translate as well as pages do. Choosing a language for a request is the business of `core.web.i18n`.
"""

from __future__ import annotations

import gettext as _gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from markupsafe import escape

LANGUAGES = ("zh_Hans", "en")
DEFAULT_LANGUAGE = "zh_Hans"

_language: ContextVar[str] = ContextVar("linli_language", default=DEFAULT_LANGUAGE)
_directories: dict[str, Path] = {"core": Path(__file__).parent / "translations"}
_catalogues: dict[tuple[str, str], _gettext.NullTranslations] = {}


class LazyText:
    """A sentence that is looked up in the reader's language each time it is shown."""

    __slots__ = ("domain", "message", "params", "plural")

    def __init__(self, message: str, params: dict[str, Any], domain: str = "core", plural: str | None = None) -> None:
        self.message = message
        self.plural = plural
        self.params = params
        self.domain = domain

    def __str__(self) -> str:
        catalogue = _catalogue(self.domain, _language.get())
        if self.plural is None:
            text = catalogue.gettext(self.message)
        else:
            text = catalogue.ngettext(self.message, self.plural, self.params["num"])
        return text % self.params if self.params else text

    def __repr__(self) -> str:
        return f"LazyText({self.message!r})"

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (LazyText, str)) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.domain, self.message, tuple(sorted(self.params.items(), key=lambda item: item[0]))))

    def __mod__(self, params: dict[str, Any]) -> LazyText:
        return LazyText(self.message, {**self.params, **params}, self.domain, self.plural)

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, part: str) -> bool:
        return part in str(self)


Label = LazyText | str
"""What is shown to people: a sentence to be looked up in their language, or text as it is (names, what was typed)."""


def gettext(message: str, /, **params: Any) -> LazyText:
    """Mark a sentence of core for translation; `%(name)s` is filled from `params`."""
    return LazyText(message, params)


def ngettext(singular: str, plural: str, num: int, /, **params: Any) -> LazyText:
    """Mark a sentence of core that depends on the number `num`, which fills `%(num)d`."""
    return LazyText(singular, {"num": num, **params}, plural=plural)


class Domain:
    """The texts of one plugin: `_ = Domain("rooms").gettext` in its `__init__.py`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def gettext(self, message: str, /, **params: Any) -> LazyText:
        """Mark a sentence of this plugin; falls back to core's catalogue, then to the English source."""
        return LazyText(message, params, self.name)

    def ngettext(self, singular: str, plural: str, num: int, /, **params: Any) -> LazyText:
        """Mark a sentence of this plugin that depends on the number `num`."""
        return LazyText(singular, {"num": num, **params}, self.name, plural)


def add_domain(name: str, directory: Path) -> None:
    """Tell where the catalogue of a plugin lies; called once per plugin when it is loaded."""
    _directories[name] = directory
    for key in [key for key in _catalogues if key[0] == name]:
        del _catalogues[key]


def _catalogue(domain: str, language: str) -> _gettext.NullTranslations:
    found = _catalogues.get((domain, language))
    if found is None:
        directory = _directories.get(domain)
        found = _gettext.translation(domain, directory, [language], fallback=True)
        if domain != "core":
            found.add_fallback(_catalogue("core", language))
        _catalogues[(domain, language)] = found
    return found


def translate(domain: str, message: str) -> str:
    """The sentence in the current language, for templates, which know their domain from their path."""
    return _catalogue(domain, _language.get()).gettext(message)


def translate_plural(domain: str, singular: str, plural: str, num: int) -> str:
    """Like `translate`, by number."""
    return _catalogue(domain, _language.get()).ngettext(singular, plural, num)


def current_language() -> str:
    """The language texts are shown in now: one of `LANGUAGES`."""
    return _language.get()


def set_language(language: str) -> None:
    """Choose the language of this request, command or job; an unknown one is ignored."""
    if language in LANGUAGES:
        _language.set(language)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Show texts in `language` inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(value: str) -> bool:
    """Whether a text can be stored on both engines: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(value) is None


_ = gettext
