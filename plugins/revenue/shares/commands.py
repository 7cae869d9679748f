"""`linli revenue compute FILE`: dues from a file, on any machine and without an instance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from core import Invalid
from plugins.revenue.commands import revenue
from plugins.revenue.texts import _


@revenue.command("compute")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def compute_file(file: Path) -> None:
    """Compute what is due: FILE holds {"rule": …, "periods": […]}; prints {"results": […]} as JSON.

    An invalid rule or figure exits with 2 and the reason. Needs no instance.
    """
    from plugins.revenue.shares.compute import compute_data

    results = compute_data(_read(file))
    click.echo(json.dumps({"results": [each.as_json() for each in results]}, ensure_ascii=False, indent=1))


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise Invalid(message=_("%(file)s is not JSON: %(why)s", file=file.name, why=str(error)[:200])) from error


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key given twice would let the last one win silently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Invalid(message=_("An entry stands twice in the file."))
    return found
