"""`linli …`: the commands. Each parses, calls one service and prints; a refusal is one sentence and exit code 2."""

from __future__ import annotations

import gc
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.config import VERSION
from core.errors import LinliError, NotFound
from core.text import _, add_domain

if TYPE_CHECKING:
    from core.actor import Actor
    from core.config import Config
    from core.people.credentials import OneTimeCode
    from core.plugin.registry import Registry


_REGISTRY, _CONFIG, _UNOPENED = "linli.registry", "linli.config", "linli.unopened"


class UnopenedGroup(click.Group):
    """A plugin's commands before which no instance is opened: what needs one asks for it with `opened`.

    Found only when it is called like its plugin; it works with no instance folder at all.
    """


class Commands(click.Group):
    """Core's commands, and those of the installed plugins, which are loaded only when one is asked for."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command by name."""
        return (
            super().get_command(context, name)
            or self._unopened(context, name)
            or self._plugin_commands(context).get(name)
        )

    def _unopened(self, context: click.Context, name: str) -> click.Command | None:
        """The group of the shipped plugin of this name, if it wants no instance opened for it."""
        from core.plugin.discovery import discover, import_plugin

        for candidate in discover(_config(context)):
            if candidate.name == name and candidate.source == "shipped":
                module = import_plugin(candidate)
                found = [each for each in module.declare().commands if each.name == name]
                if found and isinstance(found[0], UnopenedGroup):
                    add_domain(name, Path(module.__file__ or "").parent / "translations")
                    context.meta[_UNOPENED] = True
                    return found[0]
        return None

    def list_commands(self, context: click.Context) -> list[str]:
        """All names, core's first; a plugin's only once there is an instance."""
        return [*super().list_commands(context), *sorted(self._plugin_commands(context))]

    def _plugin_commands(self, context: click.Context) -> dict[str, click.Command]:
        """The commands of the plugins; the instance stays open until the command ends, for it is theirs to use."""
        from core.store.database_file import refuse_unusable

        config = _config(context)
        if not config.database and not config.database_path.exists():
            refuse_unusable(config)  # says so where there was one before
            return {}
        if _REGISTRY not in context.meta:
            from core.app import open_instance
            from core.store.db import close_database

            context.call_on_close(close_database)
            context.meta[_REGISTRY] = open_instance(config)
        return {str(command.name): command for _plugin, command in context.meta[_REGISTRY].declared("commands")}

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; every error made for people ends as one sentence and exit code 2, never as a traceback."""
        # What is logged is for the log file of `serve`; a command says what it has to say itself.
        logging.getLogger("linli").addHandler(logging.NullHandler())
        try:
            return super().main(*args, **kwargs)
        except LinliError as error:
            click.echo(f"linli: {_sentence(error)}", err=True)
            raise SystemExit(2) from error


def _sentence(error: LinliError) -> str:
    lines = [str(error.message)]
    for name, texts in getattr(error, "errors", {}).items():
        lines += [f"  {name}: {text}" for text in texts if str(text) != lines[0]]
    if error.advice and not isinstance(error, NotFound):  # whose advice is about addresses in the browser
        lines.append(str(error.advice))
    return "\n".join(lines)


def _config(context: click.Context) -> Config:
    from core.config import load_config

    if _CONFIG not in context.meta:
        context.meta[_CONFIG] = load_config(context.find_root().params.get("instance"))
    return context.meta[_CONFIG]


@contextmanager
def opened(context: click.Context) -> Iterator[Registry]:
    """The instance, opened as the server opens it and closed again."""
    from core.app import open_instance
    from core.store.db import close_database

    if _REGISTRY in context.meta:
        yield context.meta[_REGISTRY]
        return
    if context.meta.get(_UNOPENED):
        _refuse_absent(_config(context))
    try:
        yield open_instance(_config(context))
    finally:
        close_database()


def _refuse_absent(config: Config) -> None:
    """A plugin's command makes no instance where there is none."""
    from core.errors import InstanceError
    from core.store.database_file import refuse_unusable

    if not config.database and not config.database_path.exists():
        refuse_unusable(config)
        raise InstanceError(
            _("There is no instance in %(folder)s.", folder=str(config.instance)),
            advice=_("Say where it lies with: linli --instance FOLDER …"),
        )


@contextmanager
def loading() -> Iterator[None]:
    """While the program is loaded nothing it makes is garbage: looking for some takes a sixth of the start.

    What is loaded then is left out of every later search, which would stop all pages for a moment.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def command_actor(code: str | None) -> Actor:
    """The actor of a command in one community: the code given, or the only community there is."""
    from core.actor import command
    from core.errors import Invalid
    from core.store.community import all_communities

    found = all_communities()
    if not found:
        raise Invalid(message=_("There is no community yet. Run “linli setup” or open the set-up page first."))
    names = ", ".join(f"{each.code} {each.name}" for each in found)
    if code:
        if code not in (each.code for each in found):
            raise Invalid(message=_("There is no community %(code)s. Known: %(names)s", code=code, names=names))
        return command(code)
    if len(found) > 1:
        raise Invalid(message=_("There are several communities; say which with --community: %(names)s", names=names))
    return command(found[0].code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--instance", is_eager=True, type=click.Path(path_type=Path), help="The instance folder (default: ./instance)."
)
@click.version_option(VERSION, prog_name="linli")
def main(instance: Path | None) -> None:
    """Linli 邻里: a local service for residents' communities."""


@main.command()
@click.option("--host", help="The address to listen on (default: all of this machine's).")
@click.option("--port", type=click.IntRange(1, 65535), help="The port (default: 80, else 8080 or the next free one).")
@click.option("--safe", is_flag=True, help="Start the core alone, without any plugin.")
@click.pass_context
def serve(context: click.Context, host: str | None, port: int | None, safe: bool) -> None:
    """Serve the pages to this machine and the LAN."""
    import dataclasses

    config = _config(context)
    config = dataclasses.replace(config, host=host or config.host, port=port or config.port, safe=safe)
    with loading():
        from core import serve as server
        from core.app import create_app
        from core.people import setup_code

        app = create_app(config)
    if not setup_code.installation_is_set_up():
        click.echo(
            str(
                _("First start. To set up from another device, the code is: %(code)s", code=setup_code.new_setup_code())
            )
        )
    server.serve(app, config)


@main.command()
@click.option("--community", required=True, help="The community's name, e.g. 西山社区.")
@click.option("--code", required=True, help="Its official 12-digit code.")
@click.option(
    "--divisions", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV of administrative codes."
)
@click.option("--owner", required=True, help="The user name of the installation's owner.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the owner's password from standard input.")
@click.option("--plugins", default="", help="Modules to switch on, separated by commas.")
@click.pass_context
def setup(
    context: click.Context,
    community: str,
    code: str,
    divisions: Path | None,
    owner: str,
    password_stdin: bool,
    plugins: str,
) -> None:
    """Set up an installation without the pages of the first run."""
    from core.operate import setup as first_run

    password = sys.stdin.readline().rstrip("\r\n")
    with opened(context) as registry:
        first_run.set_up(
            registry,
            first_run.FirstRun(
                name=community,
                code=code,
                owner=owner,
                password=password,
                divisions=divisions.read_bytes() if divisions else None,
                plugins=tuple(name.strip() for name in plugins.split(",") if name.strip()),
            ),
        )
    click.echo(str(_("%(name)s is set up. Start it with: linli serve", name=community)))


@main.group()
def roster() -> None:
    """Residents from the lists of the property company or the community."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@click.option("--estate", help="The estate, where the file has no such column.")
@click.option("--community", help="The community's 12-digit code, needed only when there are several.")
@click.pass_context
def roster_import(context: click.Context, file: Path, dry_run: bool, estate: str | None, community: str | None) -> None:
    """Import a roster (.xlsx, .xls or .csv) and print what was found as JSON."""
    from core.people import roster as rosters

    with opened(context):
        actor = command_actor(community)
        found = rosters.import_file(actor, file.name, file.read_bytes(), estate=estate, dry_run=dry_run)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


@main.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@click.option("--community", help="The community's 12-digit code, needed only when there are several.")
@click.pass_context
def import_list(context: click.Context, name: str, file: Path, dry_run: bool, community: str | None) -> None:
    """Bring a list in from a table, e.g. rooms.rooms, and print what was done as JSON.

    With a bad row nothing is imported: each is printed with its reason, and the exit code is 2.
    """
    from core.errors import Invalid
    from core.operate import import_lists, imports

    with opened(context) as registry:
        actor = command_actor(community)
        known = [each.name for each in import_lists.imports_for(registry, actor)]
        if name not in known:
            names = ", ".join(known)
            raise Invalid(message=_("There is no list %(name)s here. Known: %(names)s", name=name, names=names))
        done, bad = imports.import_file(registry, actor, name, file.name, file.read_bytes(), dry_run=dry_run)
        for row in bad:
            click.echo(str(_("Row %(line)d: %(why)s", line=row.line, why=row.message)), err=True)
    click.echo(json.dumps({**done, "bad": len(bad)}, ensure_ascii=False))
    if bad:
        raise SystemExit(2)


@main.group()
def plugin() -> None:
    """Modules: list them and switch them on or off."""


@plugin.command("list")
@click.option("--community", help="The community's 12-digit code.")
@click.pass_context
def plugin_list(context: click.Context, community: str | None) -> None:
    """The installed plugins and their state in a community."""
    with opened(context) as registry:
        actor = command_actor(community)
        states = registry.states(str(actor.community))
        for name, loaded in registry.plugins.items():
            state = states.get(name)
            word = (
                "published"
                if state and state.published and state.enabled
                else "enabled"
                if state and state.enabled
                else "installed"
            )
            click.echo(f"{name}\t{loaded.meta.version}\t{word}\t{loaded.meta.title}")
        for quarantine in registry.quarantined.values():
            click.echo(f"{quarantine.name}\t-\tfaulty\t{quarantine.reason}")


def _switch(context: click.Context, name: str, community: str, **change: bool) -> None:
    with opened(context) as registry:
        registry.switch(command_actor(community), name, **change)
    click.echo(str(_("Done. It is effective at once.")))


@plugin.command("enable")
@click.argument("name")
@click.option("--community", required=True, help="The community's 12-digit code.")
@click.option("--staff-only", is_flag=True, help="Do not open it to residents yet.")
@click.pass_context
def plugin_enable(context: click.Context, name: str, community: str, staff_only: bool) -> None:
    """Switch a plugin on in a community, and open it to residents."""
    _switch(context, name, community, enabled=True, published=not staff_only)


@plugin.command("disable")
@click.argument("name")
@click.option("--community", required=True, help="The community's 12-digit code.")
@click.pass_context
def plugin_disable(context: click.Context, name: str, community: str) -> None:
    """Switch a plugin off in a community; its data stay."""
    _switch(context, name, community, enabled=False)


@main.group()
def user() -> None:
    """Staff accounts."""


@user.command("add")
@click.argument("name")
@click.option("--label", required=True, help="The person's name as others see it.")
@click.option("--role", "roles", multiple=True, help="A role in the community; may be given several times.")
@click.option("--grid", help="The name of the grid, for the role grid_officer.")
@click.option("--community", help="The community's 12-digit code, needed only when there are several.")
@click.pass_context
def user_add(
    context: click.Context, name: str, label: str, roles: tuple[str, ...], grid: str | None, community: str | None
) -> None:
    """Open a staff account; prints a one-time code with which its holder chooses a password."""
    from core.people import account_list

    with opened(context):
        actor = command_actor(community)
        code = account_list.open_staff(actor, name, label, account_list.grants_for(actor, roles, grid))
    _print_code(name, code)


@user.command("reset")
@click.argument("name")
@click.pass_context
def user_reset(context: click.Context, name: str) -> None:
    """Give a staff account or the owner a new one-time code and end its sessions."""
    from core.actor import command
    from core.people import credentials

    with opened(context):
        code = credentials.reset_by_name(command(), name)
    _print_code(name, code)


def _print_code(name: str, code: OneTimeCode) -> None:
    click.echo(str(_("Account %(name)s. One-time code, valid for 7 days: %(code)s", name=name, code=code.code)))
    click.echo(str(_("Enter it on the page /slip to choose a password.")))


@main.command()
@click.option("--code", help="Only say whether the printed notice with this code is genuine.")
@click.pass_context
def verify(context: click.Context, code: str | None) -> None:
    """Check every audit chain, stored file and published notice; exit 1 and name what is not as it was written.

    With --code: exit 0 when the notice is what was published, 1 when it was changed, 2 when there is none.
    """
    from core.operate import verification

    with opened(context):
        found = verification.verify_code(code) if code is not None else verification.verify_all()
    for line in found.told:
        click.echo(str(line))
    for line in found.broken:
        click.echo(str(line), err=True)
    if found.broken:
        raise SystemExit(1)


@main.command()
@click.option("--residents/--no-residents", default=True, help="With the invented residents (default) or without.")
@click.pass_context
def demo(context: click.Context, residents: bool) -> None:
    """Build the demo community 西山社区 in an empty instance."""
    from core.operate import demo as builder

    with opened(context) as registry:
        for line in builder.build(registry, residents=residents):
            click.echo(str(line))


if __name__ == "__main__":
    main()
