"""Bank accounts and their statements at the desk: the list, an account, and taking a statement in."""

from __future__ import annotations

from flask import Response, request

from core import (
    Invalid,
    LinliError,
    NotFound,
    SpreadsheetError,
    after_post,
    asked_number,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
    yuan,
)
from plugins.revenue.bank import accounts, cash, matching, reconciling, statements
from plugins.revenue.bank.accounts import BOOKS, MATCH
from plugins.revenue.bank.models import BankAccount, Statement, Upload
from plugins.revenue.bank.reading import FIELDS
from plugins.revenue.ledger.chart import APPROVE
from plugins.revenue.ledger.words import HOLDERS
from plugins.revenue.texts import _
from plugins.revenue.views.bank_forms import BankForm, StatementForm, WhyForm, amount_of, columns_form
from plugins.revenue.views.base import blueprint


@blueprint.get("/desk/bank")
@view(BOOKS)
def banks() -> Response:
    """Every account with its last statement, what the books say, and what waits."""
    actor = current_actor()
    community = current_community().code
    return page(
        "revenue/desk/bank/index.html", lines=accounts.overview(actor), holders=HOLDERS,
        unregistered=accounts.unregistered(community), month=reconciling.next_month(community), actor=actor,
    )  # fmt: skip


@blueprint.route("/desk/bank/new", methods=["GET", "POST"])
@view(MATCH)
def bank_new() -> Response:
    """Enter an account."""
    form = BankForm.from_request(account=request.args.get("account", ""), opens_on=today().replace(day=1))
    form.account.choices = accounts.choices(current_community().code)
    if form.is_submitted() and form.validate():
        try:
            made = submit_once(lambda: _registered(form))
        except Invalid as error:
            form.accept(error)
        else:
            toast(_("Entered. Now take in its first statement."))
            return after_post(url(".bank", bank_id=made))
    may_open = current_actor().can(APPROVE)
    return page("revenue/desk/bank/new.html", form=form, may_open=may_open, status=status_of(form))


def _registered(form: BankForm) -> int:
    opening = amount_of(form, "opening")
    made = accounts.register(
        current_actor(), account=form.account.data, name=form.name.data, bank_name=form.bank_name.data or "",
        tail=form.tail.data or "", opens_on=form.opens_on.data, opening=opening or 0,
    )  # fmt: skip
    return int(made.id)


@blueprint.get("/desk/bank/<int:bank_id>")
@view(BOOKS, kind=BankAccount, key="bank_id")
def bank(bank: BankAccount) -> Response:
    """An account: its statements, or its counts."""
    actor = current_actor()
    line = next(each for each in accounts.overview(actor) if each.bank.id == bank.id)
    return page(
        "revenue/desk/bank/account.html", bank=bank, line=line, holders=HOLDERS, actor=actor,
        statements=[] if bank.is_cash else statements.statements(actor, bank.id),
        counts=cash.counts(actor, bank.id, 12) if bank.is_cash else [],
        month=reconciling.next_month(bank.community),
    )  # fmt: skip


@blueprint.route("/desk/bank/<int:bank_id>/edit", methods=["GET", "POST"])
@view(MATCH, kind=BankAccount, key="bank_id")
def bank_edit(bank: BankAccount) -> Response:
    """Change the words of an account; its beginning while there is no statement."""
    form = BankForm.from_request(
        account=bank.account, name=bank.name, bank_name=bank.bank_name, tail=bank.tail, opens_on=bank.opens_on,
        opening=yuan(bank.opening).replace(",", ""),
    )  # fmt: skip
    form.account.choices = [(bank.account, bank.account)]
    if form.act_on_submit(lambda: _renamed(form, bank)):
        toast(_("Saved."))
        return after_post(url(".bank", bank_id=bank.id))
    return page("revenue/desk/bank/edit.html", form=form, bank=bank, status=status_of(form))


def _renamed(form: BankForm, bank: BankAccount) -> None:
    accounts.rename(
        current_actor(), bank.id, name=form.name.data, bank_name=form.bank_name.data or "", tail=form.tail.data or "",
        opens_on=form.opens_on.data, opening=amount_of(form, "opening") or 0,
    )  # fmt: skip


# --------------------------------------------------------------------------- a statement comes in


@blueprint.route("/desk/bank/<int:bank_id>/import", methods=["GET", "POST"])
@view(MATCH, kind=BankAccount, key="bank_id")
def statement_new(bank: BankAccount) -> Response:
    """Choose a file, or type the lines of a paper."""
    form = StatementForm.from_request()
    if form.is_submitted() and form.validate():
        try:
            made = submit_once(lambda: _uploaded(form, bank))
        except SpreadsheetError as error:
            form.accept(Invalid({"file": [error.message]}))
        except Invalid as error:
            form.accept(error)
        else:
            return after_post(url(".statement_upload", statement_upload_id=made))
    last = accounts.last_statement(bank)
    return page("revenue/desk/bank/import.html", form=form, bank=bank, last=last, status=status_of(form))


def _uploaded(form: StatementForm, bank: BankAccount) -> int:
    sent = request.files.get("file")
    data = sent.read() if sent is not None and sent.filename else b""
    closing = amount_of(form, "closing")
    if not data and not form.typed.data and closing is None:
        raise Invalid({"file": [_("Choose a file, or type the lines and the closing balance.")]})
    if sent is not None and sent.filename and not data:
        raise Invalid({"file": [_("The file is empty.")]})
    return statements.upload(
        current_actor(), bank.id, filename=sent.filename or "" if sent is not None else "", data=data,
        typed=form.typed.data or "", opening=amount_of(form, "opening"), closing=closing, last_day=form.last_day.data,
    )  # fmt: skip


@blueprint.get("/desk/bank/uploads/<int:statement_upload_id>")
@view(MATCH, kind=Upload, key="statement_upload_id")
def statement_upload(statement_upload: Upload) -> Response:
    """How a file is understood, and what stands in the way."""
    return _preview(statement_upload)


def _preview(kept: Upload, error: LinliError | None = None) -> Response:
    found = statements.preview(current_actor(), kept.id)
    width = max((len(row) for row in found.rows), default=0)
    titles = [*found.reading.titles, *[""] * (width - len(found.reading.titles))]
    options = [("", str(_("not in the file")))]
    options += [(str(at), f"{_letters(at)} {title}".strip()) for at, title in enumerate(titles[:60])]
    form = columns_form(options, FIELDS, found.reading.columns)
    return page(
        "revenue/desk/bank/preview.html", found=found, form=form, error=error, letters=[_letters(at) for at in range(width)],
        status=error.status if error else 200,
    )  # fmt: skip


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@blueprint.post("/desk/bank/uploads/<int:statement_upload_id>/columns")
@view(MATCH, kind=Upload, key="statement_upload_id")
def statement_columns(statement_upload: Upload) -> Response:
    """Read the file again with other columns."""
    chosen = {name: _column(request.form.get(f"column_{name}", "")) for name in FIELDS}
    try:
        statements.choose_columns(current_actor(), statement_upload.id, chosen, statement_upload.header)
    except Invalid as error:
        return _preview(statement_upload, error)
    return after_post(url(".statement_upload", statement_upload_id=statement_upload.id))


def _column(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


@blueprint.post("/desk/bank/uploads/<int:statement_upload_id>/take")
@view(MATCH, kind=Upload, key="statement_upload_id")
def statement_take(statement_upload: Upload) -> Response:
    """Store the statement: all its lines or none."""
    try:
        bank_id = submit_once(lambda: _taken(statement_upload.id))
    except Invalid as error:
        return _preview(statement_upload, error)
    toast(_("The statement is taken in. Now match its lines."))
    return after_post(url(".bank_match", bank_id=bank_id))


def _taken(upload_id: int) -> int:
    return int(statements.take_in(current_actor(), upload_id).bank_id)


@blueprint.post("/desk/bank/uploads/<int:statement_upload_id>/discard")
@view(MATCH, kind=Upload, key="statement_upload_id")
def statement_discard(statement_upload: Upload) -> Response:
    """Throw an upload away."""
    statements.discard(current_actor(), statement_upload.id)
    toast(_("Thrown away. Nothing was stored."))
    return after_post(url(".bank", bank_id=statement_upload.bank_id))


@blueprint.get("/desk/bank/statements/<int:statement_id>")
@view(BOOKS, kind=Statement, key="statement_id")
def statement(statement: Statement) -> Response:
    """A statement with its lines."""
    actor = current_actor()
    return page(
        "revenue/desk/bank/statement.html", statement=statement, bank=accounts.bank_of(statement.community, statement.bank_id),
        lines=statements.lines_of(actor, statement.id), actor=actor,
    )  # fmt: skip


@blueprint.route("/desk/bank/statements/<int:statement_id>/withdraw", methods=["GET", "POST"])
@view(MATCH, kind=Statement, key="statement_id")
def statement_withdraw(statement: Statement) -> Response:
    """Take the newest statement back."""
    form = WhyForm.from_request()
    if form.act_on_submit(lambda: statements.withdraw(current_actor(), statement.id, form.why.data)):
        toast(_("Withdrawn. Its lines count no more."))
        return after_post(url(".bank", bank_id=statement.bank_id))
    bank = accounts.bank_of(statement.community, statement.bank_id)
    return page("revenue/desk/bank/withdraw.html", form=form, statement=statement, bank=bank, status=status_of(form))


@blueprint.get("/desk/bank/<int:bank_id>/matches")
@view(BOOKS, kind=BankAccount, key="bank_id")
def bank_matches(bank: BankAccount) -> Response:
    """What was matched, newest first, also what was undone."""
    before = asked_number("before")
    found = matching.matches(current_actor(), bank.id, before)
    if before is not None and not found:
        raise NotFound
    return page("revenue/desk/bank/matches.html", bank=bank, matches=found, ways=matching.WAYS)
