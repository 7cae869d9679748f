"""Everything held about one person, from core and from every module, to read, as a workbook and as JSON (§45).

A module of core adds its own with one line in `SOURCES`; plugins have the hook `data_about`. What the register and accounts
hold is told in `core.people.person_data`.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import NamedTuple

from core.civic import scores
from core.civic.intake import INTAKE, CallIntake
from core.civic.objections import privacy as objection_privacy
from core.civic.privacy import care_notes, consents
from core.civic.privacy.requests import ASKS, REQUEST, PrivacyRequest
from core.civic.reaching import message_privacy
from core.civic.reaching.calls import OUTCOMES, CallTask
from core.civic.threads import follows
from core.people import person_data
from core.people.person_data import moment
from core.plugin.declarations import DataSubject, DataTable
from core.plugin.registry import Registry
from core.spreadsheet import Sheet, write_workbook
from core.text import Label, _

Source = Callable[[str, DataSubject], list[DataTable]]


def _calls(community: str, person: DataSubject) -> list[DataTable]:
    states = {state.name: str(state.label) for state in INTAKE.states}
    received = tuple(
        (each.requested_on, each.matter, each.place, each.phone, states[each.state], each.note)
        for each in CallIntake.of(community).where(CallIntake.person_id == person.id).order_by(CallIntake.id)
    )
    made = tuple(
        (
            each.due_day,
            each.why,
            each.phone,
            str(OUTCOMES.get(each.last_outcome, "")),
            moment(each.contacted_at),
            each.note,
        )
        for each in CallTask.of(community).where(CallTask.person_id == person.id).order_by(CallTask.id)
    )
    return [
        DataTable(
            _("Calls received"),
            (_("Day"), _("What is it about"), _("Where is it"), _("Phone"), _("Status"), _("Answer or reason")), received,
        ),
        DataTable(
            _("Calls to make"),
            (_("Due"), _("What to say"), _("Phone"), _("Last outcome"), _("Reached"), _("Remark")), made,
        ),
    ]  # fmt: skip


def _requests(community: str, person: DataSubject) -> list[DataTable]:
    states = {state.name: str(state.label) for state in REQUEST.states}
    rows = tuple(
        (each.requested_on, str(ASKS[each.ask]), each.wish, each.due_day, states[each.state], each.answer)
        for each in PrivacyRequest.of(community)
        .where(PrivacyRequest.person_id == person.id)
        .order_by(PrivacyRequest.id)
    )
    columns = (
        _("Asked for on"),
        _("What is asked"),
        _("In your words"),
        _("To be answered by"),
        _("Status"),
        _("Answer"),
    )
    return [DataTable(_("Requests about own data"), columns, rows)]


SOURCES: list[Source] = [
    person_data.tables,
    _calls,
    message_privacy.tables,
    objection_privacy.tables,
    scores.tables,
    care_notes.tables,
    consents.tables,
    follows.tables,
    _requests,
]


class Gathered(NamedTuple):
    """What is held, without empty tables; `silent` names the modules that could not be asked now."""

    tables: tuple[DataTable, ...]
    silent: tuple[Label, ...]


def gather(registry: Registry, community: str, person_id: int) -> Gathered:
    """Everything about a person; also from modules that are off. Raises `NotFound`."""
    person = person_data.subject_of(community, person_id)
    found = [table for source in SOURCES for table in source(community, person)]
    answered = set()
    for plugin, tables in registry.call("data_about", community, person=person):
        with registry.contained(plugin, community, "data_about"):
            found += [_checked(table) for table in tables]
            answered.add(plugin)
    silent = [registry.plugins[name].meta.title for name in registry.offering("data_about") if name not in answered]
    silent += [each.name for each in registry.quarantined.values()]
    return Gathered(tuple(table for table in found if table.rows), tuple(silent))


def _checked(table: DataTable) -> DataTable:
    if not isinstance(table, DataTable) or any(len(row) != len(table.columns) for row in table.rows):
        raise TypeError(f"data_about gives DataTables whose rows have a cell for each column, not {table!r:.200}")
    return table


def as_workbook(gathered: Gathered) -> bytes:
    """The tables as .xlsx, a sheet each."""
    sheets = [
        Sheet(str(table.title), [str(column) for column in table.columns], [list(row) for row in table.rows])
        for table in gathered.tables
    ]
    return write_workbook(sheets)


def as_json(gathered: Gathered) -> bytes:
    """The tables as JSON: a list of objects by title, for other programs (§45: to take one's data elsewhere)."""
    content = {
        str(table.title): [
            {str(name): cell for name, cell in zip(table.columns, row, strict=True)} for row in table.rows
        ]
        for table in gathered.tables
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
