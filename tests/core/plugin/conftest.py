"""Plugins for tests: written as unpacked wheels into the instance of the test, so that they are found as real ones are."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.actor import Actor
from core.plugin import current
from core.plugin.registry import Registry
from core.testing import Store

HEAD = "from core import *\nfrom core import Declaration, Meta, hookimpl\n"


@dataclass
class Workshop:
    """Makes plugins in one instance and loads them."""

    store: Store
    made: list[Path] = field(default_factory=list)

    @property
    def west(self) -> str:
        return self.store.west

    @property
    def south(self) -> str:
        return self.store.south

    def director(self, community: str | None = None) -> Actor:
        """Who may switch plugins."""
        return self.store.actor("core.plugins.switch", community=community)

    def plugin(
        self,
        name: str,
        code: str = "",
        *,
        meta: str = "",
        head: str | None = None,
        migrations: dict[str, str] | None = None,
        version: str = "1.0",
        point: str | None = None,
    ) -> Path:
        """Write a plugin; `code` follows its imports and its META, `meta` are further arguments of that."""
        folder = self.store.config.folder("plugins") / f"{name}-{version}"
        package = folder / f"linli_{name}"
        package.mkdir(parents=True)
        if head is None:
            head = f"{HEAD}META = Meta('{name}', '{name.title()}', '{version}', {meta})\n"
        (package / "__init__.py").write_text(head + textwrap.dedent(code), encoding="utf-8")
        for file, text in (migrations or {}).items():
            (package / "migrations").mkdir(exist_ok=True)
            (package / "migrations" / file).write_text(textwrap.dedent(text), encoding="utf-8")
        info = folder / f"linli_{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: linli-{name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[linli.plugins]\n{name} = {point or f'linli_{name}'}\n")
        self.made.append(package)
        return package

    def load(self, *, strict: bool = False, safe: bool = False, **how: object) -> Registry:
        """A registry of just these plugins, active."""
        config = replace(self.store.config, strict=strict, safe=safe)
        registry = Registry(config, how.pop("reserved", ()), shipped=None)  # type: ignore[arg-type]
        return registry.load(**how).activate()  # type: ignore[arg-type]

    def enable(self, registry: Registry, *names: str, community: str | None = None) -> None:
        """Switch plugins on, in 西山 unless told."""
        for name in names:
            registry.switch(self.director(community), name, enabled=True)

    def module(self, name: str):  # type: ignore[no-untyped-def]
        """The imported package of a plugin."""
        return sys.modules[f"linli_{name}"]


@pytest.fixture
def workshop(store: Store) -> Iterator[Workshop]:
    """A place to make plugins."""
    yield Workshop(store)
    current.set_active(None)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the clock of events and jobs, in minutes from some start."""
    from core.plugin import events, jobs

    start = 1_800_000_000_000

    def set_clock(minutes: int) -> None:
        for module in (events, jobs):
            monkeypatch.setattr(module, "now", lambda: start + minutes * 60_000)

    return set_clock
