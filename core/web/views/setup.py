"""The first run in the browser: four screens and then the first steps. Gone for good once the installation is set up.

Answers wait in a signed cookie of this browser and are stored together at the end (`core.operate.setup`); only the list
of divisions, which is reference data, is loaded when it is chosen, so that the community can be picked from it.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.errors import Invalid, NotFound
from core.operate import communities, setup
from core.operate.setup import FirstRun
from core.people import setup_code, sign_in
from core.people.areas import community_divisions, load_divisions
from core.people.divisions import short_name
from core.plugin import registry as kernel
from core.text import _
from core.web import ui
from core.web.forms import FileField, Form, PhoneField, SecretField, SelectField, SelectMultipleField, StringField
from core.web.gate import view
from core.web.views import signin

pages = Blueprint("setup", __name__)
STEPS = (_("Community"), _("Office details"), _("Modules"), _("Owner"), _("First steps"))
COOKIE = "linli_setup"
KEY_COOKIE = "linli_setup_key"
HOURS = 4
LARGEST_LIST = 5 * 1024 * 1024
_ALWAYS_OPEN = ("/setup", "/static/", "/prefs")


def install(app: Flask) -> None:
    """Send every page to the wizard until the installation is set up; to be called before the gate is mounted."""

    @app.before_request
    def _first_things_first() -> Response | None:
        if app.extensions.get("linli_set_up") or request.path.startswith(_ALWAYS_OPEN):
            return None
        if setup_code.installation_is_set_up():
            app.extensions["linli_set_up"] = True
            return None
        return ui.after_post("/setup")


@pages.before_request
def _only_before_and_only_here() -> Response | None:
    """404 after set-up; before it, only this machine or whoever has typed the printed code."""
    if setup_code.installation_is_set_up():
        raise NotFound
    if request.endpoint == "setup.code" or is_this_machine() or setup_code.may_set_up(request.cookies.get(KEY_COOKIE)):
        return None
    return ui.after_post(ui.url("setup.code"))


def is_this_machine() -> bool:
    """Whether the request comes from the computer that Linli runs on."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


# --------------------------------------------------------------------------- the answers so far


def _signer() -> URLSafeTimedSerializer:
    key = current_app.secret_key
    assert isinstance(key, bytes)
    return URLSafeTimedSerializer(key, salt="linli first run")


def _answers() -> dict[str, Any]:
    try:
        found = _signer().loads(request.cookies.get(COOKIE, ""), max_age=HOURS * 3600)
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _go(endpoint: str, **answers: Any) -> Response:
    """On to another screen, with these answers added to the cookie."""
    response = ui.after_post(ui.url(endpoint))
    value = str(_signer().dumps({**_answers(), **answers}))
    response.set_cookie(COOKIE, value, max_age=HOURS * 3600, path="/setup", httponly=True, samesite="Lax")
    return response


def _screen(step: int, form: Form, **context: Any) -> Response:
    names = ("community", "office", "modules", "owner")
    return ui.page(
        f"setup/{names[step - 1]}.html",
        status=422 if form.errors or form.form_errors else 200,
        form=form,
        step=step,
        steps=STEPS,
        back=ui.url(f"setup.{names[step - 2]}") if step > 1 else None,
        **context,
    )


# --------------------------------------------------------------------------- the screens


class CodeForm(Form):
    """The code that the window of the program shows at the first start."""

    code = StringField(_("Set-up code"), required=True, longest=40)


@pages.route("/setup/code", methods=["GET", "POST"])
@view(public=True)
def code() -> Response:
    """From another device: prove that you can read the window Linli was started in."""
    form: Any = CodeForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            key = setup_code.exchange_setup_code(form.code.data, request.remote_addr or "")
        except Invalid as error:
            form.accept(error)
        else:
            response = ui.after_post(ui.url("setup.community"))
            response.set_cookie(KEY_COOKIE, key, path="/setup", httponly=True, samesite="Lax")
            return response
    return ui.page("setup/code.html", form=form, status=422 if form.errors or form.form_errors else 200)


class CommunityForm(Form):
    """Which community this is: chosen from the list of divisions, or typed."""

    divisions = FileField(_("List of administrative codes (CSV)"))
    choice = SelectField(_("Choose from the list"))
    name = StringField(_("Name of the community"), longest=40)
    code = StringField(_("Its official code, 12 digits"), longest=20)


@pages.route("/setup", methods=["GET", "POST"])
@view(public=True)
def community() -> Response:
    """Screen 1: the community's name and 12-digit code, with a list of codes where there is one."""
    form: Any = CommunityForm.from_request(**_answers())
    _offer(form)
    if request.method == "POST" and form.validate():
        try:
            if loaded := _load_list():
                _offer(form)
            elif form.choice.data or form.name.data or form.code.data:
                name, number = _chosen(form)
                return _go("setup.office", name=name, code=number, choice=form.choice.data or "")
            else:
                form.name.errors = [str(_("Please write the name of the community, for example 西山社区."))]
            if loaded and (form.name.data or form.code.data):
                name, number = _chosen(form)
                return _go("setup.office", name=name, code=number, choice="")
        except Invalid as error:
            form.accept(error)
        else:
            return _screen(1, form, loaded=loaded)
    return _screen(1, form, loaded=0)


def _offer(form: Any) -> None:
    """Fill the choice from the divisions that are loaded, or leave it out."""
    listed = community_divisions()
    if not listed:
        form.choice.choices = []
        form.choice.validate_choice = False
        return
    form.choice.choices = [("", str(_("– please choose, or type it below –")))]
    form.choice.choices += [(each.code, f"{each.short_name} · {each.street} · {each.code}") for each in listed]


def _load_list() -> int:
    """Load the uploaded list of divisions; returns how many it holds, 0 when none was sent."""
    upload = request.files.get("divisions")
    content = upload.read(LARGEST_LIST + 1) if upload else b""
    if len(content) > LARGEST_LIST:
        raise Invalid({"divisions": [_("The list is too large. The lines of your county are enough.")]})
    return load_divisions(content) if content else 0


def _chosen(form: Any) -> tuple[str, str]:
    """The name and code of the form; what is picked from the list need not be typed. Raises `Invalid`."""
    number = form.choice.data or "".join((form.code.data or "").split())
    name = form.name.data or next((each.short_name for each in community_divisions() if each.code == number), "")
    if not name:
        raise Invalid({"name": [_("Please write the name of the community, for example 西山社区.")]})
    if not number:
        raise Invalid(
            {"code": [_("Please write the 12-digit code. The street office or the statistics bureau knows it.")]}
        )
    communities.check_code(name, number)
    return name, number


class OfficeForm(Form):
    """What residents read at the foot of every page."""

    office_name = StringField(_("Full name of the office"), longest=60)
    address = StringField(_("Address"), longest=100)
    duty_phone = PhoneField(_("Duty phone"))
    office_hours = StringField(_("Office hours"), longest=100)


@pages.route("/setup/office", methods=["GET", "POST"])
@view(public=True)
def office() -> Response:
    """Screen 2: address, duty phone and hours."""
    answers = _answers()
    if not answers.get("code"):
        return ui.after_post(ui.url("setup.community"))
    form: Any = OfficeForm.from_request(**{"office_name": f"{short_name(answers['name'])}居民委员会", **answers})
    if request.method == "POST" and form.validate():
        return _go("setup.modules", **form.data)
    return _screen(2, form, name=answers["name"])


class ModulesForm(Form):
    """The modules to begin with."""

    plugins = SelectMultipleField(_("Modules to begin with"))  # type: ignore[arg-type]


@pages.route("/setup/modules", methods=["GET", "POST"])
@view(public=True)
def modules() -> Response:
    """Screen 3: which modules residents find at once; all can be switched later."""
    answers, registry = _answers(), kernel.active()
    if not answers.get("code"):
        return ui.after_post(ui.url("setup.community"))
    form: Any = ModulesForm.from_request(plugins=answers.get("plugins", ["rooms"]))
    form.plugins.choices = [(name, str(plugin.meta.title)) for name, plugin in registry.plugins.items()]
    if request.method == "POST" and form.validate():
        return _go("setup.owner", plugins=form.plugins.data)
    return _screen(3, form, installed=registry.plugins, faulty=list(registry.quarantined.values()))


class OwnerForm(Form):
    """Whoever looks after this installation."""

    owner_label = StringField(_("Your name"), required=True, longest=40)
    owner = StringField(_("User name"), required=True, longest=40)
    password = SecretField(_("Password"))
    password_again = SecretField(_("Password once more"))


@pages.route("/setup/owner", methods=["GET", "POST"])
@view(public=True)
def owner() -> Response:
    """Screen 4: the owner. Sending it stores everything and signs the owner in."""
    answers = _answers()
    if not answers.get("code"):
        return ui.after_post(ui.url("setup.community"))
    form: Any = OwnerForm.from_request()
    if request.method == "POST" and form.validate():
        if form.password.data != form.password_again.data:
            form.password_again.errors = [str(_("The two passwords are not the same."))]
        else:
            try:
                return _finish(answers, form)
            except Invalid as error:
                form.accept(error)
    return _screen(4, form, name=answers["name"])


def _finish(answers: dict[str, Any], form: Any) -> Response:
    """Store everything, sign the owner in and show the first steps."""
    kept = ("name", "code", "office_name", "address", "duty_phone", "office_hours")
    origin = request.remote_addr or ""
    made = setup.set_up(
        kernel.active(),
        FirstRun(
            **{field: str(answers.get(field) or "") for field in kept},  # type: ignore[arg-type]
            owner=form.owner.data,
            password=form.password.data,
            owner_label=form.owner_label.data,
            plugins=tuple(answers.get("plugins", ())),
        ),
        origin,
    )
    current_app.extensions["linli_set_up"] = True
    address, agent = signin.where_from()
    found = sign_in.sign_in(None, form.owner.data, form.password.data, address, agent)
    response = signin.remember(found, f"/c/{made.code}/admin/first-steps?new=1")
    for cookie in (COOKIE, KEY_COOKIE):
        response.delete_cookie(cookie, path="/setup")
    return response
