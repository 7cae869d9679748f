"""The reader's language, and times and money as they read them.

Texts themselves come from `core.text`, days from `core.clock`; this module chooses the language per request and gives
Jinja its filters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from core.actor import name_of
from core.clock import day_text, moment_text, short_day_text, weekday_text
from core.money import capital_figures, yuan
from core.text import DEFAULT_LANGUAGE, LANGUAGES, current_language, set_language, translate, translate_plural


def choose_language(wanted: str | None) -> str:
    """Set the language of this request: the cookie's, else the default (Chinese)."""
    language = wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE
    set_language(language)
    return language


def install(app: Flask, domains: set[str]) -> None:
    """Give the templates `_`, `ngettext` and the filters. `domains` are the plugins that have a catalogue.

    The domain of a template is the first part of its path; a sentence its plugin does not know is looked up in core.
    """

    def domain_of(context: Context) -> str:
        first = (context.name or "").partition("/")[0]
        return first if first in domains else "core"

    def marked(domain: str, message: str) -> Markup:
        return Markup(translate(domain, message))  # noqa: S704 - our own sentence

    @lru_cache(maxsize=4096)
    def shown(domain: str, _language: str, message: str) -> Markup:
        # A sentence without variables; templates write `%` as `%%` in all of them.
        return marked(domain, message) % {}

    @pass_context
    def gettext(context: Context, message: str, /, **variables: Any) -> str:
        domain = domain_of(context)
        return marked(domain, message) % variables if variables else shown(domain, current_language(), message)

    @pass_context
    def ngettext(context: Context, singular: str, plural: str, num: int, /, **variables: Any) -> str:
        text = translate_plural(domain_of(context), singular, plural, num)
        return Markup(text) % {"num": num, **variables}  # noqa: S704 - our own sentence

    # Not through Jinja's extension, whose wrappers cost five times what the look-up does.
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    app.jinja_env.filters.update(filters())


def filters() -> dict[str, Callable[..., Any]]:
    """The filters of every template, by name; they need no request."""
    return {
        "day": day_text,
        "weekday": weekday_text,
        "short_day": short_day_text,
        "moment": moment_text,
        "hhmm": hhmm,
        "yuan": yuan,
        "capital_figures": capital_figures,
        "thousands": thousands,
        "spaced": spaced,
        "name_of": name_of,
    }


def hhmm(minute: int | None) -> str:
    """A local wall-clock minute of the day as `09:30`; 1440 is `24:00`."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def spaced(number: str) -> str:
    """A mobile number, whole or masked, in groups as people read it: `138 **** 8000`; any other as it is."""
    return f"{number[:3]} {number[3:7]} {number[7:]}" if len(number) == 11 and number[0] == "1" else number


def thousands(value: Any) -> str:
    """A count with thousands separators."""
    return f"{value:,}"


def languages() -> list[tuple[str, str]]:
    """The languages a reader can choose, each in its own words."""
    return [("zh_Hans", "中文"), ("en", "English")]


def request_language() -> str:
    """What the browser's preferences cookie asks for."""
    return request.cookies.get("linli_lang", DEFAULT_LANGUAGE)
