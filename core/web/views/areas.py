"""Estates, buildings and doors with the people behind them, and the grids laid over them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.errors import Invalid, Refused
from core.people import areas, households, view_log
from core.people.areas import Area, AreaNode
from core.people.disclosure import RELATION_LABELS, masked_view
from core.people.grids import Grid, GridRow, add_grid, assign_grid, grid_homes, grid_rows, remove_grid
from core.text import _
from core.web import ui
from core.web.forms import Form, SelectField, StringField, asked_numbers, status_of, submit_once
from core.web.gate import current_actor, current_community, view

pages = Blueprint("areas", __name__)


class EstateForm(Form):
    """The name of an estate."""

    estate = StringField(_("Name of the estate"), required=True, longest=areas.LONGEST)


@pages.route("/areas", methods=["GET", "POST"])
@view("core.people.view")
def index() -> Response:
    """The estates with their buildings; adding one."""
    actor = current_actor()
    form = EstateForm.from_request()
    if request.method == "POST":
        actor.require("core.people.edit")
        if form.validate():
            try:
                key = submit_once(lambda: areas.add_estate(actor, form.estate.data or ""))
            except (Invalid, Refused) as error:
                form.accept(_at("estate", error))
            else:
                ui.toast(_("The estate %(name)s is added.", name=form.estate.data))
                return ui.after_post(ui.url(".detail", area_id=key))
    return ui.page("desk/areas/list.html", form=form, tree=areas.tree(current_community().code), status=status_of(form))


def _at(field: str, error: Invalid | Refused) -> Invalid:
    """A refusal shown at the field it is about, so that what was typed stays."""
    return error if isinstance(error, Invalid) else Invalid({field: [error.message]})


@pages.get("/areas/<int:area_id>")
@view("core.people.view", kind=Area, key="area_id")
def detail(area: Area) -> Response:
    """An estate with its buildings, or a building or unit door by door."""
    tree = areas.tree(current_community().code)
    path = _path(tree, area.id)
    actor = current_actor()
    doors = households.doors_of(masked_view(actor), area.id) if area.level != "estate" else []
    view_log.seen(actor, view_log.HOME, [each.public_id for door in doors for each in door.people])
    return ui.page("desk/areas/area.html", path=path, here=path[-1], doors=doors, relations=RELATION_LABELS)


def _path(nodes: tuple[AreaNode, ...], area_id: int) -> list[AreaNode]:
    """The nodes from an estate down to this area."""
    for node in nodes:
        if node.id == area_id:
            return [node]
        below = _path(node.children, area_id)
        if below:
            return [node, *below]
    return []


@pages.get("/areas/homes/<int:home_id>")
@view("core.people.view")
def home(home_id: int) -> Response:
    """Who has a home, and who had it."""
    actor = current_actor()
    found = households.household(masked_view(actor), home_id)
    view_log.seen(actor, view_log.HOME, [each.public_id for each in (*found.people, *found.former)])
    path = _path(areas.tree(current_community().code), found.area_id)
    return ui.page("desk/areas/home.html", home=found, path=path, relations=RELATION_LABELS)


# --------------------------------------------------------------------------- grids


class GridForm(Form):
    """A grid, or a micro-grid of one."""

    name = StringField(_("Name of the grid"), required=True, longest=areas.LONGEST)
    parent_id = SelectField(_("Part of"), coerce=lambda value: int(value) if value else None)


@pages.route("/areas/grids", methods=["GET", "POST"])
@view("core.people.view")
def grids() -> Response:
    """Every grid with its micro-grids; adding one."""
    actor, code = current_actor(), current_community().code
    listed = grid_rows(code)
    form = GridForm.from_request()
    form.parent_id.choices = [
        ("", str(_("a grid of its own"))), *((grid.id, grid.name) for grid in listed if grid.parent_id is None)
    ]  # fmt: skip
    if request.method == "POST":
        actor.require("core.people.edit")
        if form.validate():
            try:
                key = submit_once(lambda: add_grid(actor, form.name.data or "", form.parent_id.data))
            except (Invalid, Refused) as error:
                form.accept(_at("name", error))
            else:
                ui.toast(_("The grid is added. Now say which buildings belong to it."))
                return ui.after_post(ui.url(".assign", grid_id=key))
    return ui.page(
        "desk/areas/grids.html",
        form=form,
        grids=listed,
        names=_area_names(areas.tree(code)),
        status=status_of(form),
    )


def _area_names(nodes: tuple[AreaNode, ...], above: tuple[AreaNode, ...] = ()) -> dict[int, list[AreaNode]]:
    """By area: the nodes of its way down from the estate."""
    names: dict[int, list[AreaNode]] = {}
    for node in nodes:
        names[node.id] = [*above, node]
        names |= _area_names(node.children, (*above, node))
    return names


@pages.get("/areas/grids/<int:grid_id>")
@view("core.people.view", kind=Grid, key="grid_id")
def grid(grid: Grid) -> Response:
    """The homes of a grid, its micro-grids and its areas."""
    code = current_community().code
    listed = grid_rows(code)
    here = next(each for each in listed if each.id == grid.id)
    return ui.page(
        "desk/areas/grid.html",
        grid=here,
        micro=[each for each in listed if each.parent_id == grid.id],
        parent=next((each for each in listed if each.id == grid.parent_id), None),
        names=_area_names(areas.tree(code)),
        homes=grid_homes(code, grid.id),
    )


@pages.route("/areas/grids/<int:grid_id>/areas", methods=["GET", "POST"])
@view("core.people.edit", kind=Grid, key="grid_id")
def assign(grid: Grid) -> Response:
    """Tick the estates, buildings and units a grid lies over."""
    if request.method == "POST":
        wanted = asked_numbers("area")
        submit_once(lambda: assign_grid(current_actor(), grid.id, wanted))
        ui.toast(_("Saved."))
        return ui.after_post(ui.url(".grid", grid_id=grid.id))
    code = current_community().code
    listed = grid_rows(code)
    return ui.page(
        "desk/areas/assign.html",
        grid=next(each for each in listed if each.id == grid.id),
        tree=areas.tree(code),
        owners=_owners(listed),
    )


def _owners(listed: list[GridRow]) -> dict[int, GridRow]:
    """By area: the grid that lies over it."""
    return {area_id: each for each in listed for area_id in each.area_ids}


@pages.route("/areas/grids/<int:grid_id>/remove", methods=["GET", "POST"])
@view("core.people.edit", kind=Grid, key="grid_id")
def remove(grid: Grid) -> Response:
    """Remove a grid after asking; areas and homes stay."""
    if request.method == "POST":
        submit_once(lambda: remove_grid(current_actor(), grid.id))
        ui.toast(_("The grid %(name)s is removed.", name=grid.name))
        return ui.after_post(ui.url(".grids"))
    return ui.page("desk/areas/remove_grid.html", grid=grid)
