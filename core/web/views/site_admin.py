"""Administration of the installation, for its owner: communities, installed modules with their faults, all accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from core.errors import Invalid
from core.operate import communities, job_list, modules
from core.operate.communities import NewCommunity
from core.people import account_list
from core.people.areas import community_divisions, load_divisions
from core.people.permissions import ROLES
from core.plugin import registry as kernel
from core.store.community import all_communities
from core.text import _
from core.web import ui
from core.web.forms import FileField, Form, PhoneField, StringField, status_of, submit_once
from core.web.gate import current_actor, view
from core.web.reauth import ConfirmedForm
from core.web.views.admin import close_page, code_page, reset_page

pages = Blueprint("site_admin", __name__)
LARGEST_LIST = 5 * 1024 * 1024


# --------------------------------------------------------------------------- communities


@pages.get("/admin/communities")
@view("core.site.admin")
def communities_list() -> Response:
    """Every community of the installation, and whether a job fails there."""
    communities = all_communities()
    failing = [
        (each, job_list.failing(kernel.active(), replace(current_actor(), community=each.code))) for each in communities
    ]
    return ui.page("desk/site/communities.html", communities=communities, failing=failing)


class CommunityForm(Form):
    """Another community."""

    name = StringField(_("Name of the community"), required=True, longest=40)
    code = StringField(_("Its official code, 12 digits"), required=True, longest=20)
    office_name = StringField(_("Full name of the office"), longest=60)
    address = StringField(_("Address"), longest=100)
    duty_phone = PhoneField(_("Duty phone"))
    office_hours = StringField(_("Office hours"), longest=100)
    divisions = FileField(_("List of administrative codes (CSV)"))


@pages.route("/admin/communities/new", methods=["GET", "POST"])
@view("core.site.communities")
def new_community() -> Response:
    """Add a community; its modules are switched on and its staff named afterwards."""
    form: Any = CommunityForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            _load_list()
            code = submit_once(lambda: communities.add_community(current_actor(), _wanted(form)).code)
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("%(name)s was added.", name=form.name.data))
            return ui.after_post(f"/c/{code}/admin/first-steps")
    return ui.page("desk/site/new_community.html", status=status_of(form), form=form, listed=len(community_divisions()))


def _wanted(form: Form) -> NewCommunity:
    values = {name: value or "" for name, value in form.data.items() if name != "divisions"}
    return NewCommunity(**{**values, "code": "".join(values["code"].split())})


def _load_list() -> None:
    upload = request.files.get("divisions")
    content = upload.read(LARGEST_LIST + 1) if upload else b""
    if len(content) > LARGEST_LIST:
        raise Invalid({"divisions": [_("The list is too large. The lines of your county are enough.")]})
    if content:
        load_divisions(content)


# --------------------------------------------------------------------------- modules


@pages.get("/admin/plugins")
@view("core.site.admin")
def plugins() -> Response:
    """What is installed, where it is used, and what is faulty with the technical detail."""
    return ui.page("desk/site/plugins.html", installed=modules.installed(kernel.active(), current_actor()))


@pages.post("/admin/plugins/<name>/faults-seen")
@view("core.site.admin")
def clear_faults(name: str) -> Response:
    """Forget the faults of a module that were dealt with."""
    kernel.active().clear_failures(current_actor(), name)
    ui.toast(_("The faults are marked as dealt with."))
    return ui.after_post(ui.url(".plugins"))


# --------------------------------------------------------------------------- accounts


@pages.get("/admin/accounts")
@view("core.site.admin")
def accounts_list() -> Response:
    """Owners, and the staff of every community."""
    return ui.page("desk/site/accounts.html", rows=account_list.site_rows(current_actor()), names=ROLES)


class OwnerForm(ConfirmedForm):
    """Another owner of the installation."""

    label = StringField(_("Name"), required=True, longest=40)
    username = StringField(_("User name"), required=True, longest=40)


@pages.route("/admin/accounts/new", methods=["GET", "POST"])
@view("core.site.users")
def new_owner() -> Response:
    """Open an account for another owner; shows the one-time code."""
    form: Any = OwnerForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        try:
            code = account_list.open_owner(current_actor(), form.username.data, form.label.data)
        except Invalid as error:
            form.accept(error)
        else:
            return code_page(code, ui.url(".accounts_list"))
    return ui.page("desk/site/new_owner.html", status=status_of(form), form=form)


@pages.route("/admin/accounts/<int:account_id>/reset", methods=["GET", "POST"])
@view("core.site.users")
def reset(account_id: int) -> Response:
    """Reset the secret of an owner or a member of staff."""
    listed = ui.url(".accounts_list")
    return reset_page(account_list.account_page(current_actor(), account_id).row, listed, listed)


@pages.route("/admin/accounts/<int:account_id>/close", methods=["GET", "POST"])
@view("core.site.users")
def close(account_id: int) -> Response:
    """End an account for good."""
    listed = ui.url(".accounts_list")
    return close_page(account_list.account_page(current_actor(), account_id).row, listed, listed)
