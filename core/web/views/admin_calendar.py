"""The holiday calendar of the installation: a year's days off and make-up workdays, loading an official list, taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from core.civic.calendar import days as calendar
from core.civic.calendar import holiday_list
from core.civic.calendar.holiday_list import EDIT, LAST_YEAR, LONGEST_LIST, LONGEST_NOTICE
from core.civic.calendar.holidays_built_in import FIRST_YEAR
from core.clock import today
from core.errors import Invalid, NotFound
from core.spreadsheet import SpreadsheetError, read_table
from core.text import _
from core.web import ui
from core.web.forms import FileField, Form, IntegerField, StringField, TextAreaField, asked_number, submit_once
from core.web.gate import current_actor, view

if TYPE_CHECKING:
    from core.civic.calendar.holiday_lines import Reading

pages = Blueprint("admin_calendar", __name__)


@pages.get("/admin/calendar")
@view(EDIT)
def index() -> Response:
    """One year as it is counted, where it comes from, and how the next one stands."""
    this = today().year
    year = _asked_year(this)
    years = sorted({this - 1, this, this + 1, year, *(each for each in calendar.known_years() if each > this)})
    return ui.page(
        "desk/calendar/index.html",
        year=calendar.year_of(year),
        periods=calendar.periods_of(year),
        following=calendar.year_of(this + 1),
        years=years,
        loaded=holiday_list.loaded_list(year),
        history=holiday_list.lists_of(year),
    )


def _asked_year(otherwise: int) -> int:
    year = asked_number("year") or otherwise
    return year if FIRST_YEAR <= year <= LAST_YEAR else otherwise


# --------------------------------------------------------------------------- loading


class ListForm(Form):
    """The list of a year: a table, typed lines, or both."""

    year = IntegerField(_("Year"), required=True, minimum=FIRST_YEAR, maximum=LAST_YEAR)
    notice = StringField(_("Number of the notice"), longest=LONGEST_NOTICE)
    file = FileField(_("As a table (.xlsx, .xls or .csv)"))
    lines = TextAreaField(_("Days off and make-up workdays"), longest=LONGEST_LIST)


@pages.route("/admin/calendar/load", methods=["GET", "POST"])
@view(EDIT)
def load() -> Response:
    """Give a list, look at how every line of it was read, then load it for all communities."""
    wanted = _asked_year(calendar.missing_year(today()) or today().year + 1)
    form: Any = ListForm.from_request(**({} if request.method == "POST" else {"year": wanted}))
    reading = _read(form) if request.method == "POST" and form.validate() else None
    if reading is not None and not reading.refused and request.form.get("step") == "load" and _load(form, reading):
        return ui.after_post(ui.url(".index", year=form.year.data))
    wrong = form.errors or form.form_errors or (reading is not None and reading.refused)
    return ui.page(
        "desk/calendar/load.html",
        status=422 if wrong else 200,
        form=form,
        reading=reading,
        left_out=holiday_list.left_out(form.year.data, reading.periods) if reading else [],
        count=len({day for period in reading.periods for day in period}) if reading else 0,
        loaded=holiday_list.loaded_list(form.year.data) if reading else None,
    )


def _read(form: Any) -> Reading | None:
    """The list as given, a table turned into lines that can be corrected; None when the form says what is wrong."""
    # Imported here: its patterns take a part of a start, and it is needed once a year.
    from core.civic.calendar.holiday_lines import lines_of_table, read_lines

    upload = request.files.get("file")
    try:
        if upload is not None and upload.filename:
            table = lines_of_table(read_table(upload.read(), upload.filename))
            form.lines.data = "\n".join(filter(None, (form.lines.data, table)))
        if not form.lines.data:
            raise Invalid({"lines": [_("Choose a table or write the days as text.")]})
        return read_lines(form.lines.data, form.year.data)
    except SpreadsheetError as error:
        form.accept(Invalid({"file": [error.message]}))
    except Invalid as error:
        form.accept(error)
    return None


def _load(form: Any, reading: Reading) -> bool:
    year, before = form.year.data, holiday_list.loaded_list(form.year.data)
    try:
        submit_once(lambda: holiday_list.load_list(current_actor(), year, reading.periods, form.notice.data or ""))
    except Invalid as error:
        form.accept(error)
        return False
    ui.toast(
        _("The list of %(year)s is loaded. It holds for every community here.", year=year),
        undo_url="" if before else ui.url(".take_back", year=year),
    )
    return True


@pages.route("/admin/calendar/<int:year>/take-back", methods=["GET", "POST"])
@view(EDIT)
def take_back(year: int) -> Response:
    """Go by the built-in list of a year again."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    back = ui.url(".index", year=year)
    if holiday_list.loaded_list(year) is None:
        return ui.after_post(back)
    if request.method == "POST":
        submit_once(lambda: holiday_list.use_built_in(current_actor(), year))
        ui.toast(_("The loaded list of %(year)s is taken back.", year=year))
        return ui.after_post(back)
    return ui.page("desk/calendar/take_back.html", year=year, back=back)
