"""Core's own lists as exports: their columns, and their rows read page by page from where each list is at home.

Who may export, what is masked and what is told to the audit log is decided in `exports`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from core.actor import Actor, community_of, name_of
from core.civic import intake
from core.civic.intake import INTAKE
from core.civic.notices import lists as notice_lists
from core.civic.notices.categories import CATEGORIES, WRITE
from core.civic.objections import lists as objection_lists
from core.civic.objections.records import CHANNELS, ENTER, OBJECTION
from core.civic.objections.records import OUTCOMES as OBJECTION_OUTCOMES
from core.civic.privacy import register as privacy_register
from core.civic.reaching import calls, message_lists
from core.civic.reaching.calls import OUTCOMES, TAKE, WORK
from core.civic.reaching.message_records import STATES as MESSAGE_STATES
from core.civic.reaching.messages import SEND
from core.clock import local_text
from core.operate import audit_log
from core.operate.audit_log import LogFilter
from core.operate.audit_words import LISTS
from core.people import account_list, areas, directory, grids, households, slip_batches, view_report
from core.people.accounts import MANAGE
from core.people.directory import VIEW
from core.people.disclosure import RELATION_LABELS, STATUS_LABELS
from core.people.permissions import PRIVACY, ROLES
from core.people.person import STATUSES
from core.people.roles import Held
from core.people.slips import PRINT
from core.plugin import current
from core.plugin.declarations import Export
from core.text import LazyText, _

AT_ONCE = 1_000

Wanted = Mapping[str, str]
Row = TypeVar("Row")


def every(
    page: Callable[[Any, int], Sequence[Row]], key: Callable[[Row], Any], at_once: int = AT_ONCE
) -> Iterator[Row]:
    """Every row of a list that `page(after, limit)` reads a page of; `key(row)` is the `after` of the rows behind it."""
    after: Any = None
    while True:
        rows = page(after, at_once)
        yield from rows
        if len(rows) < at_once:
            return
        after = key(rows[-1])


def _number(wanted: Wanted, name: str) -> int | None:
    """The id a list is narrowed to; nonsense counts as nothing, as on the page."""
    text = wanted.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _day(wanted: Wanted, name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(wanted.get(name, ""))
    except ValueError:
        return None


def _moment(at: int) -> datetime.datetime:
    """A moment (ms UTC) as a local cell."""
    return local_text(at).replace(tzinfo=None)


# --------------------------------------------------------------------------- people and doors


def _people(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    narrowed = {
        "estate": _number(wanted, "estate"),
        "status": wanted["status"] if wanted.get("status") in STATUSES else None,
    }
    query = wanted.get("q", "")
    for row in every(
        lambda after, limit: directory.list_people(actor, query, after=after, limit=limit, **narrowed).rows,  # type: ignore[arg-type]
        lambda row: row.public_id,
    ):
        phone = row.phone.replace(" ", "")
        yield [row.name, "、".join(row.homes), phone, str(STATUS_LABELS[row.status])]


def _doors(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    """A row for everybody at a door, and one for a door without anybody: of an area, else of the whole community."""
    area = _number(wanted, "area")
    inside = [area] if area else [key for key, _name in areas.estate_names(community_of(actor))]
    for area_id in inside:
        doors = every(
            lambda after, limit, area_id=area_id: households.doors_of(actor, area_id, after=after, limit=limit),  # type: ignore[misc]
            lambda door: door.home_id,
        )
        for door in doors:
            for each in door.people:
                relation = "" if each.relation == "unknown" else str(RELATION_LABELS[each.relation])
                phone, status = each.phone.replace(" ", ""), str(STATUS_LABELS[each.status])
                yield [door.estate, door.door, each.name, relation, phone, status]
            if not door.people:
                yield [door.estate, door.door, "", "", "", ""]


def _grids(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    """The homes of a grid with those of its micro-grids, else of all grids; each home once, under its own grid.

    For whoever works in a grid those of that grid.
    """
    actor.require(VIEW)
    community, chosen = community_of(actor), _number(wanted, "grid")
    if chosen:
        grids.Grid.get_of(community, chosen)
    for grid in grids.grid_rows(community):
        if chosen in (None, grid.id, grid.parent_id):
            homes = every(
                lambda after, limit, grid_id=grid.id: grids.grid_homes(  # type: ignore[misc]
                    community, grid_id, micro=False, inside=actor.reach, after=after, limit=limit
                ),
                lambda home: home.id,
            )
            yield from ([grid.name, home.estate, home.door] for home in homes)


# --------------------------------------------------------------------------- calls


def _calls(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    states = {state.name: str(state.label) for state in INTAKE.states}
    page, key = (
        (intake.finished_intakes, intake.finished_key)
        if wanted.get("show") == "finished"
        else (intake.open_intakes, intake.key_of)
    )
    for call in every(lambda after, limit: page(actor, after, limit), key):
        back = str(_("Call back")) if call.call_back else ""
        day, state = call.requested_on, states[call.state]
        yield [
            day,
            call.caller,
            call.matter,
            call.place,
            call.phone,
            back,
            state,
            call.note,
            str(name_of(call.by_label)),
        ]


def _calls_to_make(actor: Actor, _wanted: Wanted) -> Iterator[list[Any]]:
    for call in every(lambda after, limit: calls.todays_calls(actor, after, limit), lambda call: call.key):
        outcome = str(OUTCOMES[call.last_outcome]) if call.last_outcome else ""
        yield [call.name, call.phone, call.why, call.due_day, call.tries, outcome]


# --------------------------------------------------------------------------- notices


def _notices(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    shown = wanted["show"] if wanted.get("show") in notice_lists.SHOWN else "up"
    category = wanted["category"] if wanted.get("category") in CATEGORIES else ""
    terms = notice_lists.words_of(wanted.get("q", ""))
    for line in every(
        lambda after, limit: notice_lists.desk_list(
            actor, shown, category=category, terms=terms, after=after or "", limit=limit
        ),
        lambda line: line.key,
    ):
        yield [
            line.number, line.title, str(line.label), line.publish_from, line.publish_until, line.objections_until,
            line.responsible, str(notice_lists.PHASES[line.phase][1]),
        ]  # fmt: skip


def _messages(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    shown = wanted["show"] if wanted.get("show") in message_lists.SHOWN else "open"
    for row in every(lambda after, limit: message_lists.messages_of(actor, shown, after, limit), message_lists.key_of):
        told = row.told_at or row.read_at
        state = str(_("told")) if told else str(MESSAGE_STATES[row.state].label)
        yield [
            row.name,
            row.title,
            row.text,
            _moment(row.delivered_at or row.due_at),
            state,
            _moment(told) if told else "",
        ]


# --------------------------------------------------------------------------- accounts


def _state(status: str, waits: bool) -> LazyText:
    if status == "closed":
        return _("account closed")
    if status == "frozen":
        return _("frozen")
    return _("code not used yet") if waits else _("in use")


def _staff(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    for row in account_list.staff_rows(actor, also_closed="closed" in wanted):
        held = "、".join(_held(each) for each in row.roles)
        if row.kind == "owner" and not held:
            held = str(_("Owner of the installation"))
        yield [row.label, row.username, held, str(_state(row.status, row.waits))]


def _held(held: Held) -> str:
    """The role as the page shows it: 网格员 (三网格) (至 2027-03-01)."""
    parts = [str(ROLES[held.role].label)]
    if held.grid:
        parts.append(f"({held.grid})")
    if held.until_day:
        until = _("until %(day)s", day=held.until_day.isoformat())
        parts.append(f"({until})")
    return " ".join(parts)


def _accounts(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    query = wanted.get("q", "")
    for row in every(
        lambda after, limit: account_list.resident_accounts(actor, query, after=after, limit=limit).rows,
        lambda row: row.id,
    ):
        yield [row.label, _moment(row.since), str(_state(row.status, row.waits))]


def _slips(actor: Actor, _wanted: Wanted) -> Iterator[list[Any]]:
    for batch in every(
        lambda after, limit: slip_batches.batches(actor, after=after, limit=limit), lambda batch: batch.key
    ):
        places = "、".join(estate + " " + _("Building %(name)s", name=name) for estate, name in batch.places)
        yield [_moment(batch.at), batch.by, places, batch.slips, batch.used, batch.open, batch.gone]


# --------------------------------------------------------------------------- the audit log


def _audit_log(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    asked = LogFilter(wanted.get("who", ""), wanted.get("action", ""), _day(wanted, "from"), _day(wanted, "until"))
    registry = current.active()
    for entry in every(
        lambda after, limit: audit_log.log_page(registry, actor, asked, after, limit).entries, lambda entry: entry.seq
    ):
        yield [
            entry.seq, _moment(entry.at), entry.who, str(entry.what), entry.about, entry.on_behalf_of, entry.origin,
            entry.reason,
        ]  # fmt: skip


# --------------------------------------------------------------------------- personal data


def _personal_fields(actor: Actor, _wanted: Wanted) -> Iterator[list[Any]]:
    for group, lines in privacy_register.register(current.active(), community_of(actor)).items():
        for line in lines:
            sensitive = str(_("yes")) if line.sensitive else ""
            yield [group, line.label, line.purpose, line.basis, line.kept, sensitive]


def _person_views(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    asked = _number(wanted, "days")
    days, account = asked if asked in view_report.DAYS else 30, _number(wanted, "account")
    for look in every(
        lambda after, limit: view_report.looks(actor, days, account=account, after=after, limit=limit),
        lambda look: look.key,
    ):
        yield [_moment(look.at), look.who, str(look.way), look.whom, look.shown, look.purpose]


# --------------------------------------------------------------------------- declared


def _export(name: str, permission: str, columns: tuple[LazyText, ...], rows: Any, **how: tuple[Any, ...]) -> Export:
    return Export(name, LISTS[name], permission, columns, rows, **how)


def _objections(actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    states = {state.name: str(state.label) for state in OBJECTION.states}
    finished = wanted.get("show") == "finished"
    for row in every(
        lambda after, limit: objection_lists.desk_list(actor, finished, after, limit), lambda row: row.key
    ):
        shown = row.public
        yield [
            row.title, shown.serial, row.name, row.phone, shown.asked_on, str(CHANNELS[shown.channel]), row.words,
            shown.answer_by, states[shown.state], str(OBJECTION_OUTCOMES.get(shown.outcome, "")), shown.answer,
            shown.answered_on, str(shown.lateness),
        ]  # fmt: skip


CORE_EXPORTS: tuple[Export, ...] = (
    _export(
        "core.people", VIEW, (_("Name"), _("Homes"), _("Phone"), _("Status")), _people,
        filters=("q", "estate", "status"), phones=(2,),
    ),
    _export(
        "core.doors", VIEW, (_("Estate"), _("Door"), _("Name"), _("Relation"), _("Phone"), _("Status")), _doors,
        filters=("area",), phones=(4,),
    ),
    _export(
        "core.messages", SEND, (_("Who"), _("Heading"), _("Text"), _("When"), _("State"), _("Told")), _messages,
        filters=("show",),
    ),
    _export("core.grids", VIEW, (_("Grid"), _("Estate"), _("Door")), _grids, filters=("grid",)),
    _export(
        "core.calls", TAKE,
        (_("Day"), _("Who is calling"), _("What is it about"), _("Where is it"), _("Phone"), _("Call back"),
         _("Status"), _("Answer or reason"), _("Taken by")),
        _calls, filters=("show",), phones=(4,),
    ),
    _export(
        "core.calls_to_make", WORK,
        (_("Name"), _("Phone"), _("What to say"), _("Due"), _("Times tried"), _("Last outcome")),
        _calls_to_make, phones=(1,),
    ),
    _export(
        "core.objections", ENTER,
        (_("Notice"), _("No."), _("Who objects"), _("Phone"), _("Brought forward on"), _("How it came in"), _("Words"),
         _("Answer due"), _("Status"), _("What follows from it"), _("Answer"), _("Answered on"), _("Late")),
        _objections, filters=("show",), phones=(3,),
    ),
    _export(
        "core.staff", MANAGE, (_("Name"), _("User name"), _("Roles"), _("State")), _staff, filters=("closed",)
    ),
    _export("core.accounts", MANAGE, (_("Name"), _("Since"), _("State")), _accounts, filters=("q",)),
    _export(
        "core.slips", PRINT,
        (_("Printed"), _("By"), _("Buildings"), _("Slips"), _("Used"), _("Still valid"), _("No longer valid")), _slips,
    ),
    _export(
        "core.notices", WRITE,
        (_("Number"), _("Title"), _("Kind"), _("First day"), _("Last day"), _("Objections until"), _("Responsible"),
         _("Status")),
        _notices, filters=("show", "category", "q"),
    ),
    _export(
        "core.audit_log", audit_log.VIEW,
        (_("No."), _("When"), _("Who"), _("What"), _("About"), _("On behalf of"), _("From where"), _("Reason")),
        _audit_log, filters=("who", "action", "from", "until"),
    ),
    _export(
        "core.personal_fields", PRIVACY,
        (_("Where"), _("What is kept"), _("What for"), _("On what ground"), _("How long"), _("Sensitive")),
        _personal_fields,
    ),
    _export(
        "core.person_views", PRIVACY,
        (_("When"), _("Who"), _("How"), _("Whom"), _("How many people"), _("What for")),
        _person_views, filters=("days", "account"),
    ),
)  # fmt: skip
