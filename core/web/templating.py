"""How templates call functions and write values, made quick. What they are given is the business of `ui` and `i18n`.

A page makes a hundred calls and writes hundreds of values; as Jinja does it, that costs more than all its queries.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from jinja2 import Environment, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from core.text import current_language

# Macros that show nothing but what they are given: what they gave once is kept.
_PURE = frozenset({"icon", "mark"})


@pass_context
def _asks_for_context(context: Context) -> None:
    """What `pass_context` writes on a function is Jinja's secret; this one carries it."""


_CONTEXT = _asks_for_context.jinja_pass_arg  # type: ignore[attr-defined]


class QuickContext(Context):
    """Hands functions what they ask for with `pass_context`, without Jinja's detours.

    Jinja looks at the `__call__` of every object as well, and copies the whole context wherever `{% set %}` was used
    before; so a function that gets the context here does not see what the template has `set`.
    """

    def call(self, target: Any, /, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **kwargs: Any) -> Any:
        """Call what a template calls."""
        asked = getattr(target, "jinja_pass_arg", None)
        if asked is None:
            return target(*args, **kwargs)
        if asked is _CONTEXT:
            return target(self, *args, **kwargs)
        return super().call(target, *args, **kwargs)


def shown(value: Any) -> str:
    """What `escape` gives, sooner: most of what pages show is markup already, or has nothing that needs escaping."""
    kind = type(value)
    if kind is Markup or (kind is str and value.isalnum()):
        return value
    return str(value) if kind is int else escape(value)


class QuickTemplate(Template):
    """A template that writes values with `shown`."""

    @classmethod
    def _from_namespace(cls, environment: Environment, namespace: Any, globals: Any) -> Template:
        namespace["escape"] = shown
        return super()._from_namespace(environment, namespace, globals)


class Macros:
    """The macros of `_ui.html`, loaded at first use, so that a site override of the file is honoured."""

    def __init__(self, app: Flask) -> None:
        self._environment = app.jinja_env

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._environment.get_template("_ui.html").module, name)
        if self._environment.auto_reload:
            return found
        if name in _PURE:
            found = lru_cache(maxsize=512)(found)
        setattr(self, name, found)
        return found


def kept(app: Flask) -> Callable[..., Any]:
    """`kept(macro, …)` for templates: what a macro gives for these arguments, made once per language and remembered.

    For parts that pages repeat: the macro shows nothing but its (hashable) arguments, words and assets, and is imported
    without `with context`. What differs each time is put in with `replace`, which escapes it.
    """

    @lru_cache(maxsize=1024)
    def made(macro: Any, _language: str, arguments: tuple[Any, ...]) -> Any:
        return macro(*arguments)

    def give(macro: Any, /, *arguments: Any) -> Any:
        """Jinja calls this."""
        return macro(*arguments) if app.jinja_env.auto_reload else made(macro, current_language(), arguments)

    return give


def install(app: Flask) -> None:
    """Make the application's templates quick, and give them the macros as `ui`."""
    app.jinja_env.context_class = QuickContext
    app.jinja_env.template_class = QuickTemplate
    app.jinja_env.globals.update(ui=Macros(app), kept=kept(app))
