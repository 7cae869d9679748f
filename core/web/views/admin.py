"""Administration of one community: accounts and their roles, what roles may do, its details, the first steps.

The modules are in `admin_modules`, the audit log in `admin_audit`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.civic.inbox import deputies, handovers
from core.clock import today
from core.errors import Invalid, NotFound, Refused
from core.operate import communities
from core.people import account_list, accounts, credentials, grids, permissions, roles
from core.people.permissions import ROLES
from core.plugin import registry as kernel
from core.text import _
from core.web import ui
from core.web.forms import DayField, Form, PhoneField, SelectField, StringField, status_of
from core.web.gate import current_actor, current_community, view
from core.web.reauth import ConfirmedForm, SureForm, sure_page
from core.web.views import setup
from core.web.views.admin_person import ResidentForm

pages = Blueprint("admin", __name__)


@pages.get("/admin/first-steps")
@view("core.community.edit")
def first_steps() -> Response:
    """What to do next in a new community."""
    return ui.page(
        "desk/admin/first_steps.html",
        new="new" in request.args,
        steps=setup.STEPS,
        modules=ui.plugin_navigation("desk"),
        address=ui.absolute_url("/"),
    )


@pages.get("/admin/poster")
@view("core.community.edit")
def poster() -> Response:
    """The poster for the door and the hall: how phones get in."""
    address = ui.absolute_url(f"/c/{current_community().code}/")
    return ui.page("desk/admin/poster.html", address=ui.absolute_url("/"), matrix=ui.qr_svg(address))


# --------------------------------------------------------------------------- accounts


@pages.get("/admin/accounts")
@view("core.accounts.manage")
def accounts_list() -> Response:
    """Staff accounts with their roles."""
    closed = "closed" in request.args
    rows = account_list.staff_rows(current_actor(), also_closed=closed)
    away = deputies.away_today(current_community().code)
    return ui.page("desk/admin/accounts.html", rows=rows, closed=closed, names=ROLES, away=away)


@pages.get("/admin/accounts/residents")
@view("core.accounts.manage")
def resident_accounts() -> Response:
    """Residents' accounts, newest first."""
    query, after = request.args.get("q", "").strip()[:40], request.args.get("after", type=int)
    found = account_list.resident_accounts(current_actor(), query, after=after)
    following = ui.url(".resident_accounts", q=query or None, after=found.after) if found.after else None
    return ui.page("desk/admin/residents.html", block="results", found=found, query=query, following=following)


def _grid_id(value: str | None) -> int | None:
    return int(value) if value else None


class StaffForm(ResidentForm):
    """A colleague's account."""

    label = StringField(_("Name"), required=True, longest=40)
    username = StringField(_("User name"), required=True, longest=40)
    role = SelectField(_("Role"), required=True)
    grid_id = SelectField(_("Grid"), coerce=_grid_id)
    until_day = DayField(_("Until (last day)"))


@pages.route("/admin/accounts/new", methods=["GET", "POST"])
@view("core.accounts.manage")
def new_account() -> Response:
    """Open a staff account; shows the code with which the colleague chooses a password, once."""
    actor = current_actor()
    form: Any = StaffForm.from_request(role="staff")
    given = actor.can(permissions.MANAGE_ROLES)
    form.role.choices = [(role.name, str(role.label)) for role in ROLES.values() if role.grantable] if given else []
    if given:
        _offer_grids(form)
    else:
        del form.role, form.grid_id, form.until_day
    if request.method == "POST" and form.validate() and form.confirmed():
        grants = [accounts.RoleTerm(form.role.data, today(), form.until_day.data, form.grid_id.data)] if given else []
        try:
            code = account_list.open_staff(actor, form.username.data, form.label.data, grants, public_id=form.public_id)
        except Invalid as error:
            form.accept(error)
        except Refused as error:
            form.accept(Invalid(message=error.message))
        else:
            return code_page(code, ui.url(".accounts_list"))
    return ui.page("desk/admin/new_account.html", status=status_of(form), form=form)


def code_page(code: credentials.OneTimeCode, back: str) -> Response:
    """A one-time code, shown once: it is answered to the post itself and never stored. `back` is an address."""
    address = ui.absolute_url("/slip")
    return ui.page(
        "desk/admin/code.html",
        code=code,
        address=address,
        matrix=ui.qr_svg(f"{address}/{code.code}"),
        back=back,
    )


@pages.get("/admin/accounts/<int:account_id>")
@view("core.accounts.manage")
def account(account_id: int) -> Response:
    """One account: its roles, and what can be done with it."""
    return _account_page(account_id)


class GrantForm(ConfirmedForm):
    """A role with its term."""

    role = SelectField(_("Role"), required=True)
    grid_id = SelectField(_("Grid"), coerce=_grid_id)
    from_day = DayField(_("From"))
    until_day = DayField(_("Until (last day)"))


def _account_page(account_id: int, form: Any = None) -> Response:
    shown = account_list.account_page(current_actor(), account_id)
    form = form or GrantForm(from_day=today())
    _offer_roles(form, shown)
    absences = deputies.absences_of(current_community().code, account_id)
    return ui.page(
        "desk/admin/account.html", status=status_of(form), shown=shown, form=form, names=ROLES, absences=absences
    )


def _offer_roles(form: Any, shown: account_list.AccountPage) -> None:
    form.role.choices = [(name, str(label)) for name, label in account_list.grantable_roles(shown.row)]
    _offer_grids(form)


def _offer_grids(form: Any) -> None:
    listed = [(grid.id, grid.name) for grid in grids.grid_rows(current_community().code)]
    form.grid_id.choices = [("", str(_("the whole community"))), *listed]


@pages.post("/admin/accounts/<int:account_id>/roles")
@view("core.roles.manage")
def grant_role(account_id: int) -> Response:
    """Give a role for a term."""
    actor = current_actor()
    form: Any = GrantForm(request.form)
    _offer_roles(form, account_list.account_page(actor, account_id))
    if form.validate() and form.confirmed():
        try:
            roles.grant_role(actor, account_id, **form.answers)
        except Invalid as error:
            form.accept(error)
        except Refused as error:
            form.accept(Invalid({"role": [error.message]}))
        else:
            ui.toast(_("The role was given. It holds from the next page on."))
            return ui.after_post(ui.url(".account", account_id=account_id))
    return _account_page(account_id, form)


@pages.route("/admin/roles/ended/<int:grant_id>", methods=["GET", "POST"])
@view("core.roles.manage")
def end_role(grant_id: int) -> Response:
    """End a role at once."""
    actor = current_actor()
    held = account_list.grant_of(actor, grant_id)
    form: Any = SureForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        roles.end_role(actor, grant_id, form.reason.data or "")
        ui.toast(_("The role has ended."))
        return ui.after_post(ui.url(".account", account_id=held.account))
    label = ROLES[held.role].label
    return sure_page(
        form,
        _("End the role “%(role)s” of %(name)s?", role=label, name=held.label),
        _("End the role"),
        ui.url(".account", account_id=held.account),
        [
            _("It ends at once: the next page %(name)s opens is without it.", name=held.label),
            _("What was done in this role stays as it is, under the same name."),
            *handovers.open_work(actor, held.account),
        ],
    )


@pages.route("/admin/accounts/<int:account_id>/reset", methods=["GET", "POST"])
@view("core.accounts.manage")
def reset(account_id: int) -> Response:
    """Make the old PIN or password worthless and show a one-time code, once."""
    row = account_list.account_page(current_actor(), account_id).row
    return reset_page(row, ui.url(".account", account_id=account_id), _list_of(row))


def _list_of(row: account_list.AccountRow) -> str:
    return ui.url(".resident_accounts" if row.kind == "resident" else ".accounts_list")


def reset_page(row: account_list.AccountRow, back: str, afterwards: str) -> Response:
    """The question whether to reset an account, and the code that answers yes; `afterwards` is the list it came from."""
    form: Any = ConfirmedForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        return code_page(credentials.reset_secret(current_actor(), row.id), afterwards)
    return sure_page(
        form,
        _("Reset the account of %(name)s?", name=row.label),
        _("Reset and show the code"),
        back,
        [
            _("The old PIN or password stops working at once, everywhere."),
            _("You get a code, shown once. With it %(name)s chooses a new one within 7 days.", name=row.label),
        ],
    )


class HandOverForm(ConfirmedForm):
    """Who gets the account."""

    label = StringField(_("Name of the new person"), required=True, longest=40)


@pages.route("/admin/accounts/<int:account_id>/hand-over", methods=["GET", "POST"])
@view("core.accounts.manage")
def hand_over(account_id: int) -> Response:
    """Give a staff account to another person, who gets a one-time code."""
    actor = current_actor()
    row = account_list.account_page(actor, account_id).row
    along, ending = handovers.changes_hands(actor, account_id)
    form: Any = HandOverForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        try:
            code = credentials.hand_over(actor, account_id, form.label.data)
        except Invalid as error:
            form.accept(error)
        else:
            return code_page(code, ui.url(".accounts_list"))
    return sure_page(
        form,
        _("Hand the account “%(user)s” of %(name)s over?", user=row.username, name=row.label),
        _("Hand over and show the code"),
        ui.url(".account", account_id=account_id),
        [
            _("All roles of %(name)s end; give the new person theirs afterwards.", name=row.label),
            _("What was done before stays under the name of %(name)s.", name=row.label),
            _("The new person gets a code, shown once, and chooses a password with it."),
            *(_("Goes along with the account: %(what)s", what=each.title) for each in along),
            *(_("Ends: %(what)s", what=each.title) for each in ending),
        ],
    )


@pages.route("/admin/accounts/<int:account_id>/close", methods=["GET", "POST"])
@view("core.accounts.manage")
def close(account_id: int) -> Response:
    """End an account for good; where work is open under its name, the checklist comes first."""
    row = account_list.account_page(current_actor(), account_id).row
    if request.method == "GET" and handovers.open_work(current_actor(), account_id):
        return ui.after_post(ui.url("c.handovers.leave", account_id=account_id))
    return close_page(row, ui.url(".account", account_id=account_id), _list_of(row))


def close_page(row: account_list.AccountRow, back: str, afterwards: str) -> Response:
    """The question whether to close an account, and closing it."""
    form: Any = SureForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        accounts.close_account(current_actor(), row.id, form.reason.data or "")
        ui.toast(_("The account of %(name)s is closed.", name=row.label))
        return ui.after_post(afterwards)
    return sure_page(
        form,
        _("Close the account of %(name)s?", name=row.label),
        _("Close the account"),
        back,
        [
            _("Nobody can sign in with it again; this cannot be taken back."),
            _("All roles end."),
            _("What was done with it stays as it is."),
            *handovers.open_work(current_actor(), row.id),
        ],
    )


@pages.post("/admin/accounts/<int:account_id>/freeze")
@view("core.accounts.manage")
def freeze(account_id: int) -> Response:
    """Stop an account at once, for example when a phone was stolen."""
    accounts.freeze_account(current_actor(), account_id, "")
    here = ui.url(".account", account_id=account_id)
    ui.toast(_("The account is frozen: nobody can sign in with it."), undo_url=ui.url(".thaw", account_id=account_id))
    return ui.after_post(here)


@pages.post("/admin/accounts/<int:account_id>/thaw")
@view("core.accounts.manage")
def thaw(account_id: int) -> Response:
    """Let a frozen account be used again."""
    accounts.thaw_account(current_actor(), account_id)
    ui.toast(_("The account can be used again."))
    return ui.after_post(ui.url(".account", account_id=account_id))


# --------------------------------------------------------------------------- what roles may do


@pages.get("/admin/roles")
@view("core.roles.manage")
def roles_table() -> Response:
    """Role × permission: every cell opens the page that changes it."""
    rows = permissions.table(current_community().code)
    titles = {"core": _("Office work")} | {name: plugin.meta.title for name, plugin in kernel.active().plugins.items()}
    groups: dict[str, list[permissions.PermissionRow]] = {}
    for row in rows:
        groups.setdefault(row.owner, []).append(row)
    shown = [(titles.get(owner, owner), found) for owner, found in groups.items()]
    held = roles.grants_of(current_community().code)
    return ui.page("desk/admin/roles.html", groups=shown, roles=ROLES, holders=held)


@pages.route("/admin/roles/<role>/<permission>/<any(allow, deny):way>", methods=["GET", "POST"])
@view("core.roles.manage")
def set_permission(role: str, permission: str, way: str) -> Response:
    """Decide whether a role may do something."""
    actor = current_actor()
    found = _permission_row(role, permission)
    label, doing, allow = ROLES[role].label, found.permission.label, way == "allow"
    form: Any = ConfirmedForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        permissions.set_permission(actor, role, permission, allow)
        back = ui.url(".set_permission", role=role, permission=permission, way="deny" if allow else "allow")
        ui.toast(_("Done. It holds from the next page on."), undo_url=back)
        return ui.after_post(ui.url(".roles_table"))
    people = [each.label for each in roles.grants_of(current_community().code) if each.role == role and each.is_current]
    concerned = "、".join(people) if people else _("nobody at present")
    title = _("Allow “%(role)s” to do this: %(what)s?", role=label, what=doing)
    if not allow:
        title = _("Take this from “%(role)s”: %(what)s?", role=label, what=doing)
    return sure_page(
        form,
        title,
        _("Allow") if allow else _("Take away"),
        ui.url(".roles_table"),
        [
            _("It concerns: %(names)s", names=concerned),
            _("It holds in this community only, from the next page on, and can be taken back."),
        ],
    )


def _permission_row(role: str, permission: str) -> permissions.PermissionRow:
    for row in permissions.table(current_community().code):
        if row.permission.name == permission and role in ROLES:
            return row
    raise NotFound


# --------------------------------------------------------------------------- the community's details


class CommunityForm(Form):
    """What every page shows of the office."""

    name = StringField(_("Name of the community"), required=True, longest=40)
    office_name = StringField(_("Full name of the office"), longest=60)
    address = StringField(_("Address"), longest=100)
    duty_phone = PhoneField(_("Duty phone"))
    office_hours = StringField(_("Office hours"), longest=100)


@pages.route("/admin/community", methods=["GET", "POST"])
@view("core.community.edit")
def community() -> Response:
    """Name, address, duty phone and hours, as every page shows them."""
    here = current_community()
    fields = ("name", "office_name", "address", "duty_phone", "office_hours")
    form: Any = CommunityForm.from_request(**{field: getattr(here, field) for field in fields})
    if form.act_on_submit(lambda: _change_community({field: form.data[field] or "" for field in fields})):
        ui.toast(_("Saved. Every page shows it from now on."))
        return ui.after_post(ui.url(".community"))
    return ui.page("desk/admin/community.html", status=status_of(form), form=form, code=here.code)


def _change_community(details: dict[str, str]) -> None:
    communities.change_community(current_actor(), details)
