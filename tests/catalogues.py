"""Builds the gettext catalogues: extract → update → compile, for core and every plugin (`make translations`).

Run as `python -m tests.catalogues`; `--add FILE` merges a JSON object {English: Chinese} for one domain first.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_Hans"
_NO_DATE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}, "**.txt": {"trimmed": "true", "silent": "false"}}


def domains() -> dict[str, tuple[list[Path], Path]]:
    """Each domain's source folders and the folder of its catalogues."""
    found = {"core": ([ROOT / "core", ROOT / "templates"], ROOT / "core" / "translations")}
    for plugin in sorted((ROOT / "plugins").iterdir()):
        if (plugin / "__init__.py").exists():
            found[plugin.name] = ([plugin], plugin / "translations")
    return found


def python_sentences(
    file: Any, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """What Babel finds in a module, and the sentences inside f-strings, which it passes over before Python 3.12."""
    source = file.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, options)
    within = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.JoinedStr)]
    for call in (node for text in within for node in ast.walk(text)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in keywords:
            said = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if said:
                yield call.lineno, call.func.id, said[0] if len(said) == 1 else tuple(said), []


METHODS: list[tuple[str, Any]] = [("**.py", python_sentences), ("**.html", "jinja2"), ("**.txt", "jinja2")]


def extract(domain: str) -> Catalog:
    """All marked sentences of a domain, without line numbers (they would change with every edit)."""
    sources, _target = domains()[domain]
    catalogue = Catalog(project="Linli", fuzzy=False)
    for source in sources:
        for name, _line, message, comments, context in extract_from_dir(
            source, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        ):
            path = (source / name).relative_to(ROOT).as_posix()
            catalogue.add(message, None, [(path, None)], auto_comments=comments, context=context)
    return catalogue


def path_of(domain: str) -> Path:
    """The .po file of a domain."""
    return domains()[domain][1] / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def load(domain: str) -> Catalog:
    """The catalogue as it is stored; empty when there is none yet."""
    path = path_of(domain)
    if not path.exists():
        return Catalog(locale=LANGUAGE, domain=domain, project="Linli", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain=domain)


def merged(domain: str, additions: dict[str, str] | None = None) -> Catalog:
    """The stored catalogue brought up to the sources, plus `additions`."""
    catalogue = load(domain)
    catalogue.update(extract(domain), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if additions and key in additions:
                message.string = additions[key] if isinstance(message.id, str) else (additions[key],)
                message.flags.discard("fuzzy")
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """English sentences that have no Chinese yet."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and not (message.string if isinstance(message.string, str) else all(message.string or [""]))
    ]


def as_po(catalogue: Catalog) -> bytes:
    """The text of the .po file, sorted, without dates (so that the same sources give the same bytes)."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    dated = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator', b'"Language-Team')
    return b"".join(line for line in buffer.getvalue().splitlines(True) if not line.startswith(dated))


def as_mo(catalogue: Catalog) -> bytes:
    """The compiled catalogue, built from the .po text alone."""
    stored = read_po(io.BytesIO(as_po(catalogue)), locale=LANGUAGE, domain=catalogue.domain)
    # Babel would write the present minute: the same sources must give the same bytes.
    stored.creation_date = stored.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, stored)
    return buffer.getvalue()


def store(domain: str, catalogue: Catalog) -> None:
    """Write the .po and the .mo file."""
    path = path_of(domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_po(catalogue))
    path.with_suffix(".mo").write_bytes(as_mo(catalogue))


def main() -> int:
    """Update every catalogue (or one) and list what has no Chinese yet; exit 1 when something has none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domain", help="only this domain (core or a plugin's name)")
    parser.add_argument("--add", type=Path, help="JSON file {English: Chinese} to merge into --domain first")
    options = parser.parse_args()
    additions = json.loads(options.add.read_text(encoding="utf-8")) if options.add else None
    missing = 0
    for domain in [options.domain] if options.domain else domains():
        catalogue = merged(domain, additions)
        store(domain, catalogue)
        for sentence in untranslated(catalogue):
            print(json.dumps({domain: sentence}, ensure_ascii=False))
            missing += 1
    print(f"{missing} untranslated", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
