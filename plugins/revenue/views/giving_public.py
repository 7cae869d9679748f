"""Thanks to donors, for everybody: a page to read. Nobody can give here."""

from __future__ import annotations

from flask import Response

from core import NotFound, asked_number, current_actor, current_community, page, view
from plugins.revenue.giving import thanks
from plugins.revenue.giving.states import BOOKS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, here


@blueprint.get("/giving")
@view(public=True)
def giving() -> Response:
    """Who gave what, as they wished to be shown, the sum by purpose, and what became of it."""
    return page(
        "revenue/giving.html",
        found=thanks.thanks(current_community().code, asked_number("before")),
        base=here("/giving"),
    )


@blueprint.get("/giving/<int:pledge_id>")
@view(public=True)
def giving_one(pledge_id: int) -> Response:
    """One donation and what became of it."""
    given = thanks.thanked(current_community().code, pledge_id)
    if given is None:
        raise NotFound
    desk = here(f"/desk/giving/{pledge_id}") if current_actor().can(BOOKS) else ""
    return page("revenue/giving_one.html", given=given, base=here("/giving"), desk=desk, title=_("Thank you"))
