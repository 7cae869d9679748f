"""`linli rooms …`: commands for the office PC."""

from __future__ import annotations

import click

from core import all_communities, opened
from plugins.rooms.booking.check import check as check_community
from plugins.rooms.texts import _


@click.group()
def rooms() -> None:
    """Room bookings."""


@rooms.command("check")
@click.option("--community", help="12-digit code; every community unless given.")
@click.pass_context
def check(context: click.Context, community: str | None) -> None:
    """Recompute every interval from bookings and closures; exit 1 when the slot table differs."""
    with opened(context):
        differences = _differences(community)
    if differences:
        for line in differences:
            click.echo(line)
        click.echo(str(_("%(count)d differences found.", count=len(differences))), err=True)
        context.exit(1)
    click.echo(str(_("No differences: every slot agrees with its booking or closure.")))


def _differences(community: str | None) -> list[str]:
    codes = [item.code for item in all_communities()]
    if community is not None and community not in codes:
        raise click.UsageError(str(_("There is no community with the code %(code)s here.", code=community)))
    chosen = [community] if community is not None else codes
    return [f"{code} {difference}" for code in chosen for difference in check_community(code)]
