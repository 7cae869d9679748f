"""`linli revenue verify`: the books computed anew on the office PC."""

from __future__ import annotations

import click

from core import Invalid, LazyText, all_communities, opened
from plugins.revenue.commands import revenue
from plugins.revenue.ledger.canonical import typed_code
from plugins.revenue.ledger.verification import Break, verify
from plugins.revenue.texts import _

PROBLEMS: dict[str, LazyText] = {
    "missing": _("is missing, or entries after it were cut off"),
    "changed": _("was changed"),
    "movements": _("has other movements than it was sealed with"),
    "register": _("stands on accounts, funds, holds or locks that were changed"),
    "balance": _("does not lead to the balances that are stored"),
    "head": _("is not what was published"),
}


@revenue.command("verify")
@click.option("--community", help="12-digit code; every community unless given.")
@click.option("--head", default="", help="A code printed on a notice, XXXX-XXXX-XXXX: it must have been published.")
@click.pass_context
def verify_books(context: click.Context, community: str | None, head: str) -> None:
    """Recompute the books from their first entry; exit 1 and name the first bad one when anything was changed."""
    with opened(context):
        codes = [item.code for item in all_communities()]
        if community is not None and community not in codes:
            raise Invalid(message=_("There is no community with the code %(code)s here.", code=community))
        chosen = [community] if community is not None else codes
        broken = _broken(chosen, typed_code(head) if head else "")
    for code, found in broken:
        click.echo(
            str(
                _(
                    "%(community)s: entry %(seq)d %(problem)s.",
                    community=code,
                    seq=found.seq,
                    problem=str(PROBLEMS[found.problem]),
                )
            ),
            err=True,
        )
    if broken:
        context.exit(1)
    click.echo(str(_("The books are whole: every entry is as it was written.")))


def _broken(codes: list[str], head: str) -> list[tuple[str, Break]]:
    """The first break of each community's books; a code must be one that any of them published."""
    found = [(code, verify(code)) for code in codes]
    broken = [(code, each) for code, each in found if each]
    if broken or not head:
        return broken
    missed = [(code, verify(code, head)) for code in codes]
    return [] if any(each is None for _code, each in missed) else [(code, each) for code, each in missed if each][:1]
