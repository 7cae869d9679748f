"""To-dos on the desk: mine, those of my roles, everybody's; narrowed to what is late or due this week."""

from __future__ import annotations

from flask import Blueprint, Response

from core.civic.inbox import deputies, todos
from core.clock import today
from core.plugin import registry as kernel
from core.text import _
from core.web import ui
from core.web.forms import asked_text
from core.web.gate import current_actor, view

pages = Blueprint("inbox", __name__)
MOST_SHOWN = 200


@pages.get("/inbox")
@view("core.desk")
def index() -> Response:
    """What waits for me, late things first; `of` says whose, `show` which."""
    actor, of, show = current_actor(), asked_text("of"), asked_text("show")
    everybody = of == "all" and actor.can(todos.EVERYBODY)
    found = todos.waiting_for_everybody(actor) if everybody else todos.waiting(actor)
    if of == "mine":
        found = [each for each in found if each.account is not None]
    elif of == "roles":
        found = [each for each in found if each.account is None]
    _label, narrow = todos.SHOWN.get(show, todos.SHOWN[""])
    chosen = narrow(found)
    return ui.page(
        "desk/inbox/list.html",
        found=chosen[:MOST_SHOWN],
        more=len(chosen) - MOST_SHOWN,
        roles=todos.roles_of(actor, chosen),
        owners=_owners(),
        of=of if of in ("mine", "roles") or everybody else "",
        show=show if show in todos.SHOWN else "",
        shown={name: (label, len(narrow(found))) for name, (label, narrow) in todos.SHOWN.items()},
        today=today(),
        absences=deputies.absences_of(str(actor.community), actor.account),
        stood_in_for=deputies.stood_in_for(str(actor.community), actor.account),
    )


def _owners() -> dict[str, object]:
    """What the modules are called."""
    return {todos.CORE: _("Office work")} | {
        name: plugin.meta.title for name, plugin in kernel.active().plugins.items()
    }
