"""The registry of this process, so that plugins reach services, settings and events without a web request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.plugin.registry import Registry

_registry: Registry | None = None


def active() -> Registry:
    """The registry of this process (one process serves one instance); raises `RuntimeError` before `activate()`."""
    if _registry is None:
        raise RuntimeError("no plugin registry is active: call Registry.activate() first")
    return _registry


def find_active() -> Registry | None:
    """The registry of this process, None before `activate()`."""
    return _registry


def set_active(registry: Registry | None) -> None:
    """Make `registry` the one this process uses."""
    global _registry
    _registry = registry
