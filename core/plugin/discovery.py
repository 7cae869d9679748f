"""Where plugins are found and how one is imported: shipped folders, installed packages, unpacked wheels.

Nothing is judged here beyond "can it be imported"; the loader's rules lie in `core.plugin.checks`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType

from core.config import Config
from core.errors import PluginError
from core.text import _

GROUP = "linli.plugins"
SHIPPED = Path(__file__).parents[2] / "plugins"

# Folders of unpacked wheels that this process has put on sys.path: metadata finds them there, but they are not
# installed packages.
_unpacked: set[Path] = set()


@dataclass(frozen=True)
class Candidate:
    """A plugin that may be there. `source` is `shipped`, `package` or `unpacked`; `target` is what is imported."""

    name: str
    source: str
    target: str
    where: str
    folder: Path | None = None


def discover(config: Config, shipped: Path | None = SHIPPED) -> list[Candidate]:
    """Every plugin that is there, shipped ones first; of two with one name the first is meant to win."""
    found: list[Candidate] = []
    if shipped is not None:
        found += _shipped(shipped)
    found += _packages()
    found += _wheels(config.instance / "plugins")
    return found


def _shipped(folder: Path) -> Iterator[Candidate]:
    for path in sorted(folder.glob("*/__init__.py")):
        name = path.parent.name
        if not name.startswith(("_", ".")):
            yield Candidate(name, "shipped", f"plugins.{name}", f"plugins/{name}")


def _packages() -> Iterator[Candidate]:
    for point in sorted(metadata.entry_points(group=GROUP)):
        where = Path(str(point.dist.locate_file(""))) if point.dist else None
        if where is None or where.resolve() not in _unpacked:
            label = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
            yield Candidate(point.name, "package", point.value, label)


def _wheels(folder: Path) -> Iterator[Candidate]:
    """Unpacked wheels; one without an entry point is still named, so that its absence is explained."""
    if not folder.is_dir():
        return
    for path in sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith((".", "_"))):
        where = f"plugins/{path.name}"
        points = [
            point
            for distribution in metadata.distributions(path=[str(path)])
            for point in distribution.entry_points
            if point.group == GROUP
        ]
        for point in points:
            yield Candidate(point.name, "unpacked", point.value, where, path)
        if not points:
            yield Candidate(path.name.partition("-")[0], "unpacked", "", where, path)


def import_plugin(candidate: Candidate) -> ModuleType:
    """Import the plugin's module; what it raises is passed on, after its half-imported modules were dropped."""
    if not candidate.target:
        raise PluginError(_("The folder %(folder)s holds no plugin.", folder=candidate.where))
    if candidate.folder is not None:
        _put_on_path(candidate.folder)
    name = candidate.target.partition(":")[0].strip()
    before = set(sys.modules)
    try:
        module = importlib.import_module(name)
    except BaseException:
        for imported in set(sys.modules) - before:
            if imported == name or imported.startswith(f"{name}."):
                del sys.modules[imported]
        raise
    if ":" in candidate.target or module.__file__ is None:
        raise PluginError(_("Its entry point must name a package."))
    if candidate.folder is not None and not Path(module.__file__).resolve().is_relative_to(candidate.folder.resolve()):
        raise PluginError(_("Its package name “%(name)s” is already taken.", name=name))
    return module


def _put_on_path(folder: Path) -> None:
    """At the end of the path, so that a wheel can never take the place of a module that is there."""
    _unpacked.add(folder.resolve())
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
        importlib.invalidate_caches()
