"""The commands that plugins add to `linli`. They are needed before the store is opened, so nothing is migrated here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.config import Config
from core.plugin import checks
from core.plugin.discovery import SHIPPED, discover, import_plugin

if TYPE_CHECKING:
    import click

_log = logging.getLogger("linli.plugins")


def installed_commands(config: Config) -> dict[str, click.Command]:
    """The commands that installed plugins declare, by name; a plugin may add one, called like itself.

    A plugin that cannot be imported or asked adds none; why, is told by `linli plugin list` and by its page.
    """
    found: dict[str, click.Command] = {}
    for candidate in discover(config, SHIPPED):
        if config.safe or candidate.name in found:
            continue
        try:
            declaration = checks.check_hooks(import_plugin(candidate))()
            found.update((each.name, each) for each in declaration.commands if each.name == candidate.name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            _log.debug("plugin %s adds no commands: %s", candidate.name, error)
    return found
