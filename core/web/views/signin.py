"""Signing in and out, switching person (换人), hiding the screen, account slips, and one's own account page."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask import session as cookie

from core.clock import local_now
from core.errors import Invalid, NotFound
from core.people import credentials, own_account, privacy_notice, sessions, sign_in, slips
from core.people.sign_in import SignIn
from core.store.community import all_communities
from core.text import _
from core.web import ui
from core.web.forms import Form, RadioField, SecretField, SelectField, StringField, status_of
from core.web.gate import SESSION_COOKIE, current_actor, view

pages = Blueprint("signin", __name__)
LAST_COMMUNITY = "linli_community"
_YEAR = 365 * 86_400


def where_from() -> tuple[str, str]:
    """The address and the browser of this request, as sessions keep them."""
    return request.remote_addr or "", request.user_agent.string[:200]


def token() -> str | None:
    """The session token of this browser."""
    return request.cookies.get(SESSION_COOKIE)


def remember(found: SignIn, target: str) -> Response:
    """Give the browser its session and go on; first residents say what they think of the privacy notice, unless they have, and
    whoever must choose a new secret does so."""
    asking = privacy_notice.asking(found.account)
    if asking is not None and target != ui.url("signin.signed_in"):
        target = f"/c/{asking}/mine/consent?next={quote(target, safe='/')}"
    if found.must_change:
        target = f"/me/secret?next={quote(target, safe='/')}"
    _forget_codes()
    response = ui.after_post(target)
    response.set_cookie(SESSION_COOKIE, found.token, httponly=True, samesite="Lax", path="/")
    return response


def _forget_codes() -> None:
    """What guests' codes opened in this browser is not for whoever signs in or comes next."""
    for key in [key for key in cookie if key.endswith(("_codes", "_receipts"))]:
        cookie.pop(key)


def _next(otherwise: str = "/") -> str:
    return ui.safe_target(request.values.get("next"), otherwise)


# --------------------------------------------------------------------------- in and out


class SignInForm(Form):
    """Residents: name or phone and PIN. Staff: user name and password."""

    community = SelectField(_("Community"))
    name = StringField(_("Name, phone or user name"), required=True, longest=80)
    secret = SecretField(_("PIN or password"))


@pages.route("/login", methods=["GET", "POST"])
@view(public=True)
def login() -> Response:
    """One form for everybody."""
    session = sessions.find_session(token())
    if request.method == "GET" and session is not None:
        if session.phase == "locked":
            return ui.after_post(ui.url("signin.hidden", next=_next()))
        if session.phase == "must_change":
            return ui.after_post(ui.url("signin.change_secret", next=_next()))
    form: Any = SignInForm.from_request(community=_community_in(_next()) or request.cookies.get(LAST_COMMUNITY))
    choices = [(each.code, each.name) for each in all_communities()]
    form.community.choices = choices
    if len(choices) == 1:
        form.community.data = choices[0][0]
    if request.method == "POST" and form.validate():
        try:
            found = sign_in.sign_in(form.community.data or None, form.name.data, form.secret.data, *where_from())
        except Invalid as error:
            form.accept(error)
        else:
            response = remember(found, _after_signing_in(found, form.community.data))
            if form.community.data:
                response.set_cookie(LAST_COMMUNITY, form.community.data, max_age=_YEAR, httponly=True, samesite="Lax")
            return response
    return ui.page("signin/login.html", status=status_of(form), form=form, next=_next(""), offices=all_communities())


def _community_in(target: str) -> str | None:
    parts = target.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "c" else None


def _after_signing_in(found: SignIn, community: str | None) -> str:
    """The page that asked to sign in; from a first page, everybody's own first page: staff want their desk."""
    wanted = _next("")
    return _first_page(found, community) if wanted in ("", "/", f"/c/{community}/") else wanted


def _first_page(found: SignIn, community: str | None) -> str:
    """Residents go to their portal, staff to the desk of a community they work in, an owner without one to the start."""
    if found.kind == "resident":
        return f"/c/{community}/" if community else "/"
    return own_account.first_page_of(found.account, community)


@pages.get("/signed-in")
@view(public=True)
def signed_in() -> Response:
    """Where signing in ends that was begun in a window of its own, to send a form that was refused."""
    return ui.page("signin/signed_in.html")


@pages.post("/logout")
@view(public=True)
def logout() -> Response:
    """End the session, here and on the server."""
    sessions.sign_out(token())
    _forget_codes()
    response = ui.after_post("/")
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax")
    ui.toast(_("You are signed out."))
    return response


# --------------------------------------------------------------------------- the shared office computer


class SwitchForm(Form):
    """Who takes over, and their PIN."""

    account = RadioField(_("Who takes over?"), required=True, coerce=int)
    pin = SecretField(_("PIN, 6 digits"))


@pages.route("/switch", methods=["GET", "POST"])
@view(public=True)
def switch() -> Response:
    """换人: a colleague takes over this browser by PIN, so that every act stands under the right name."""
    address, agent = where_from()
    colleagues = sign_in.switchable(token(), address)
    form: Any = SwitchForm.from_request()
    form.account.choices = [(each.account, each.label) for each in colleagues]
    if request.method == "POST" and form.validate():
        try:
            found = sign_in.switch_user(token() or "", form.account.data, form.pin.data, address, agent)
        except Invalid as error:
            form.accept(Invalid({"pin": error.errors.get("secret", [error.message])}))
        else:
            ui.toast(_("This screen now belongs to %(name)s.", name=found.label))
            return remember(found, _next())
    return ui.page("signin/switch.html", status=status_of(form), form=form, colleagues=colleagues, next=_next())


class UnlockForm(Form):
    """The PIN (or the password) of whoever hid the screen."""

    secret = SecretField(_("Your PIN or password"))


@pages.post("/hide")
@view(public=True)
def hide() -> Response:
    """Lock this screen at once and show a neutral page."""
    session = sessions.find_session(token())
    if session is not None and session.phase == "open":
        sessions.lock(token() or "")
    return ui.after_post(ui.url("signin.hidden", next=_next()))


@pages.get("/hide")
@view(public=True)
def hidden() -> Response:
    """The neutral page: the time, and a form that opens the screen again."""
    return _hidden(UnlockForm())


@pages.post("/unlock")
@view(public=True)
def unlock() -> Response:
    """Open the locked screen again."""
    form: Any = UnlockForm(request.form)
    if form.validate():
        try:
            sign_in.unlock(token() or "", form.secret.data, where_from()[0])
        except Invalid as error:
            form.accept(error)
        else:
            return ui.after_post(_next())
    return _hidden(form)


def _hidden(form: Form) -> Response:
    session = sessions.find_session(token())
    now = local_now()
    if session is None or session.phase == "ended":
        return ui.after_post(ui.url("signin.login", next=_next()))
    response = ui.page(
        "signin/hidden.html",
        block="clock",
        status=status_of(form),
        form=form,
        session=session,
        next=_next(),
        now=f"{now:%H:%M}",
        day=now.date(),
    )
    return _unstored(response)


def _unstored(response: Response) -> Response:
    """Names a person though nobody has signed in: no copy of it may stay in the browser."""
    response.headers["Cache-Control"] = "no-store"
    return response


# --------------------------------------------------------------------------- account slips


class SlipForm(Form):
    """The eight characters of an account slip."""

    code = StringField(_("Code on the slip"), required=True, longest=40)


@pages.route("/slip", methods=["GET", "POST"])
@view(public=True)
def slip() -> Response:
    """Type the code of an account slip (a phone's camera opens the next page at once)."""
    form: Any = SlipForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            slips.redeem(form.code.data, where_from()[0])
        except Invalid as error:
            form.accept(error)
        else:
            return ui.after_post(ui.url("signin.open_slip", code="".join(form.code.data.split())))
    return ui.page("signin/slip.html", status=status_of(form), form=form)


class NewSecretForm(Form):
    """A PIN or password, chosen twice."""

    secret = SecretField(_("New PIN"))
    secret_again = SecretField(_("The same once more"))

    def matches(self) -> bool:
        """Whether both were typed alike; says so at the second field where not."""
        same = bool(self.secret.data == self.secret_again.data)
        if not same:
            self.secret_again.errors = [str(_("The two are not the same. Please type both again."))]
        return same

    def refuse(self, error: Invalid) -> None:
        """Show a refusal of the new secret at its field, whatever the service calls it."""
        texts = [text for name in ("pin", "password") for text in error.errors.get(name, ())]
        self.accept(Invalid({"secret": texts}) if texts else error)


@pages.route("/slip/<code>", methods=["GET", "POST"])
@view(public=True)
def open_slip(code: str) -> Response:
    """Is that you? Then choose a PIN (staff: a password) twice; the account is open at once."""
    address, agent = where_from()
    try:
        holder = slips.redeem(code, address)
    except Invalid as error:
        form = SlipForm(code=code)
        form.accept(error)
        return ui.page("signin/slip.html", status=422, form=form)
    new: Any = NewSecretForm.from_request()
    if request.method == "POST" and new.validate() and new.matches():
        try:
            found = slips.open_with_slip(code, new.secret.data, address, agent)
        except Invalid as error:
            new.refuse(error)
        else:
            ui.toast(_("Your account is open. You are signed in."))
            return remember(found, _first_page(found, holder.community))
    return _unstored(ui.page("signin/open_slip.html", status=status_of(new), form=new, holder=holder))


# --------------------------------------------------------------------------- my account


@pages.get("/me")
@view(signed_in=True)
def me() -> Response:
    """Who I am here, my roles with their dates, where I am signed in."""
    return ui.page("signin/me.html", mine=own_account.own_account(current_actor()))


class ChangeForm(NewSecretForm):
    """The old secret and a new one, twice."""

    old_secret = SecretField(_("The present one"))


@pages.route("/me/secret", methods=["GET", "POST"])
@view(signed_in=True)
def change_secret() -> Response:
    """Choose another PIN or password; every other browser is signed out."""
    actor = current_actor()
    form: Any = ChangeForm.from_request()
    if request.method == "POST" and form.validate() and form.matches():
        try:
            credentials.change_secret(actor, form.old_secret.data, form.secret.data)
        except Invalid as error:
            form.refuse(error)
        else:
            ui.toast(_("Changed. Other browsers in which you were signed in are signed out."))
            return ui.after_post(_next(ui.url("signin.me")))
    session = sessions.find_session(token())
    forced = session is not None and session.phase == "must_change"
    return ui.page(
        "signin/secret.html", status=status_of(form), form=form, is_pin=actor.kind == "resident", forced=forced
    )


class SwitchPinForm(NewSecretForm):
    """The password, and the six digits for switching persons."""

    password = SecretField(_("Your password"))


@pages.route("/me/pin", methods=["GET", "POST"])
@view(signed_in=True)
def switch_pin() -> Response:
    """Staff: the six digits that unlock the screen and switch persons at the office computer."""
    actor = current_actor()
    if actor.kind == "resident":
        raise NotFound
    form: Any = SwitchPinForm.from_request()
    if request.method == "POST" and form.validate() and form.matches():
        try:
            credentials.set_switch_pin(actor, form.password.data, form.secret.data)
        except Invalid as error:
            wrong = error.errors.get("secret")
            form.accept(Invalid({"password": wrong})) if wrong else form.refuse(error)
        else:
            ui.toast(_("From now on you can unlock this screen with your PIN, and colleagues can switch to you."))
            return ui.after_post(ui.url("signin.me"))
    return ui.page("signin/pin.html", status=status_of(form), form=form)


@pages.post("/me/sessions/<key>/end")
@view(signed_in=True)
def end_session(key: str) -> Response:
    """Sign one of my browsers out."""
    own_account.end_session(current_actor(), key)
    ui.toast(_("That browser is signed out."))
    return ui.after_post(ui.url("signin.me"))
