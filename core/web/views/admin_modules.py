"""Administration of one community: its modules, with switches that act at once and can be taken back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.errors import Refused
from core.operate import modules
from core.plugin import registry as kernel
from core.plugin.states import SwitchState
from core.text import LazyText, _
from core.web import ui
from core.web.gate import current_actor, current_community, view

pages = Blueprint("admin_modules", __name__)

_FLAGS = ("enabled", "published", "paused")
_DONE: dict[tuple[bool, bool, bool], LazyText] = {
    (False, False, False): _("“%(title)s” is switched off. Its data are kept."),
    (True, False, False): _("“%(title)s” is switched on for staff; residents do not see it."),
    (True, True, False): _("“%(title)s” is open to residents."),
    (True, False, True): _("“%(title)s” is paused: it can be read but not changed."),
    (True, True, True): _("“%(title)s” is paused: it can be read but not changed."),
}


@pages.get("/admin/plugins")
@view("core.plugins.switch")
def plugins() -> Response:
    """Every module: what it does, how it stands, what is wrong."""
    registry = kernel.active()
    return ui.page(
        "desk/admin/plugins.html",
        cards=modules.module_cards(registry, current_actor()),
        faulty=list(registry.quarantined.values()),
    )


@pages.post("/admin/plugins/<name>/switch")
@view("core.plugins.switch")
def switch_plugin(name: str) -> Response:
    """Set switches of a module: `?enabled=1&published=0&paused=0`; those not named stay as they are."""
    registry, actor = kernel.active(), current_actor()
    before = registry.states(current_community().code).get(name, SwitchState())
    wanted = {flag: request.args[flag] == "1" for flag in _FLAGS if flag in request.args}
    try:
        after = registry.switch(actor, name, **wanted)
    except Refused as error:
        ui.toast(f"{error.message} {error.advice or ''}".strip(), kind="bad")
    else:
        title = registry.plugins[name].meta.title
        said = _DONE.get((after.enabled, after.published, after.paused), _("Saved."))
        ui.toast(said % {"title": title}, undo_url=_back_to(name, before))
    return ui.after_post(ui.url(".plugins"))


def _back_to(name: str, state: SwitchState) -> str:
    """The address that sets the switches as they were."""
    if not state.enabled:
        return ui.url(".switch_plugin", name=name, enabled=0)
    values = {flag: int(getattr(state, flag)) for flag in _FLAGS}
    return ui.url(".switch_plugin", name=name, **values)


@pages.post("/admin/plugins/<name>/faults-seen")
@view("core.plugins.switch")
def clear_faults(name: str) -> Response:
    """Forget the faults of a module that were dealt with."""
    kernel.active().clear_failures(current_actor(), name)
    ui.toast(_("The faults are marked as dealt with."))
    return ui.after_post(ui.url(".plugins"))
