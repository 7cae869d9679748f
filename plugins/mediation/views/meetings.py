"""Arranging a meeting, giving it another time, and its record."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Response, request

from core import (
    Actor,
    BooleanField,
    Conflict,
    Form,
    Invalid,
    SelectField,
    StringField,
    TextAreaField,
    add_working_days,
    current_actor,
    local_minute,
    page,
    status_of,
    toast,
    today,
    view,
)
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.models import Case, Session
from plugins.mediation.rules import SIDES
from plugins.mediation.service import Attended, Meeting
from plugins.mediation.texts import _
from plugins.mediation.views.base import back_to, base, blueprint
from plugins.mediation.views.forms import MeetingForm, WhenForm

_START, _END = 14 * 60, 15 * 60 + 30
LATER = (15, 30, 45, 60)


def _asked(planned: Session | None) -> dict[str, Any]:
    """The day and times asked for in the address; else those of the meeting, or the afternoon of the next working day."""
    asked = WhenForm(request.args)
    if request.args and asked.validate():
        return {"day": asked.day.data, "start": asked.start.data, "end": asked.end.data}
    if planned is not None:
        day, start = local_minute(planned.start_min)
        return {"day": day, "start": start, "end": start + planned.end_min - planned.start_min}
    return {"day": add_working_days(today(), 1), "start": _START, "end": _END}


def _party_form(case: Case) -> type[MeetingForm]:
    """The form with two choices for each party: when it comes, and to which of two rooms."""
    later = [
        (0, _("at the beginning")),
        *((minutes, _("%(minutes)d minutes later", minutes=minutes)) for minutes in LATER),
    ]
    fields: dict[str, Any] = {}
    for party in service.parties_of(case, *SIDES):
        fields[f"later_{party.id}"] = SelectField(
            _("%(name)s comes", name=party.name), coerce=int, choices=later, default=0
        )
        fields[f"apart_{party.id}"] = BooleanField(
            _("%(name)s goes to the second room", name=party.name), default=party.side == "respondent"
        )
    return type("PartyMeetingForm", (MeetingForm,), fields)


def _form(actor: Actor, case: Case, planned: Session | None) -> MeetingForm:
    """The form with the rooms that are free at the time it names, as it stands for a meeting that is arranged."""
    kept: dict[str, Any] = {"court_invited": case.source == "court"}
    if planned is not None:
        kept = {
            "court_invited": planned.court_invited,
            "room_id": planned.room_id,
            "second_room": planned.second_room_id or 0,
        }
        for each in service.arrivals_of(planned):
            kept[f"later_{each.party_id}"] = each.come_min - planned.start_min
            if planned.second_room_id is not None:
                kept[f"apart_{each.party_id}"] = each.apart
    form = _party_form(case).from_request(**_asked(planned), **kept)
    free = _free(actor, form.day.data, form.start.data, form.end.data)
    own = (
        [(planned.room_id, planned.place), (planned.second_room_id, planned.second_place)]
        if planned is not None
        else []
    )
    # The own rooms are not free for others at their time.
    rooms = dict([each for each in own if each[0] is not None] + free)
    form.room_id.choices = list(rooms.items())
    form.second_room.choices = [(0, str(_("none: everybody sits together"))), *rooms.items()] if rooms else [(0, "—")]
    return form


def _free(actor: Actor, day: datetime.date | None, start: int | None, end: int | None) -> list[tuple[int, str]]:
    if day is None or start is None or end is None or start >= end:
        return []
    return [(room.room_id, f"{room.venue} {room.name}") for room in service.free_rooms(actor, day, start, end)]


@blueprint.route("/desk/cases/<int:case_id>/meeting", methods=["GET", "POST"])
@view(WORK)
def meeting(case_id: int) -> Response:
    """When, where; with room, mediators and projector taken together. What is taken is answered with free times."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "meeting")
    planned = service.planned_session(case)
    form, taken = _form(actor, case, planned), None
    try:
        if form.act_on_submit(lambda: _arrange(actor, case, planned, form)):
            toast(_("Arranged. Tell both sides when and where.") if planned is None else _("Moved. Tell both sides."))
            return back_to(case_id)
    except Conflict as conflict:
        taken = conflict
    return page(
        "mediation/desk/meeting.html", form=form, case=case, number=service.register_text(case), base=base(),
        planned=planned, taken=taken, offers=_offers(taken), projector=service.has_projector(str(actor.community)),
        matter=service.matter_of(case), parties=service.parties_of(case, *SIDES), mediators=service.assigned_to(case), status=409 if taken else status_of(form),
    )  # fmt: skip


def _arrange(actor: Actor, case: Case, planned: Session | None, form: Any) -> None:
    parties = [party.id for party in service.parties_of(case, *SIDES)]
    apart = frozenset(key for key in parties if form[f"apart_{key}"].data)
    if form.second_room.data and not 0 < len(apart) < len(parties):
        raise Invalid({"second_room": [_("Say who goes to the second room, and leave somebody in the first.")]})
    wanted = Meeting(
        form.room_id.data, form.day.data, form.start.data, form.end.data, projector=bool(form.projector.data),
        court_invited=bool(form.court_invited.data), second_room=form.second_room.data or None,
        later={key: form[f"later_{key}"].data or 0 for key in parties}, apart=apart,
    )  # fmt: skip
    if planned is None:
        service.schedule(actor, case.id, wanted)
    else:
        service.reschedule(actor, case.id, wanted)


def _offers(taken: Conflict | None) -> list[Any]:
    """Free times instead, each one tap from being looked at."""
    if taken is None or taken.alternatives is None:
        return []
    return [*taken.alternatives.times, *([taken.alternatives.elsewhere] if taken.alternatives.elsewhere else [])]


# --------------------------------------------------------------------------- the record


def _record_form(case: Case) -> tuple[Any, list[Any]]:
    """Who came, one box for each party, and what was said."""
    parties = service.parties_of(case, *SIDES)
    fields: dict[str, Any] = {}
    for party in parties:
        fields[f"came_{party.id}"] = BooleanField(_("%(name)s came", name=party.name), default=True)
        fields[f"signed_{party.id}"] = BooleanField(_("%(name)s signed the record", name=party.name))
    fields["words"] = TextAreaField(_("What was said"), longest=10_000)
    fields["recorder"] = StringField(_("Written by"), longest=60)
    fields["invitees"] = StringField(_("Who was invited to help"), longest=200)
    fields["invitees_agreed"] = BooleanField(_("Both sides agreed that they were invited"))
    return type("RecordForm", (Form,), fields), parties


@blueprint.route("/desk/cases/<int:case_id>/record", methods=["GET", "POST"])
@view(WORK)
def write_record(case_id: int) -> Response:
    """The record of the meeting: who came, what was said. A side that stayed away makes it a missed one."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "record")
    form_class, parties = _record_form(case)
    helpers = "、".join(each.name for each in service.parties_of(case, "invitee"))
    form = form_class.from_request(recorder=actor.label, invitees=helpers, invitees_agreed=bool(helpers))
    if form.act_on_submit(lambda: _recorded(actor, case_id, form, parties)):
        toast(_("The record is written."))
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=_("Record of the meeting"),
        advice=_("If somebody did not come, take the tick away; then another meeting is arranged."), button=_("Save the record"),
        icon="check", kind="primary", status=status_of(form),
    )  # fmt: skip


def _recorded(actor: Actor, case_id: int, form: Any, parties: list[Any]) -> None:
    attended = [
        Attended(party.id, bool(form[f"came_{party.id}"].data), bool(form[f"signed_{party.id}"].data))
        for party in parties
    ]
    service.write_record(
        actor, case_id, attended, form.words.data or "", recorder=form.recorder.data or "",
        invitees=form.invitees.data or "", invitees_agreed=bool(form.invitees_agreed.data),
    )  # fmt: skip
