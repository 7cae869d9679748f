"""The pages on which papers of a file are written: investigation, evidence, reports to offices, replies, the note, resting."""

from __future__ import annotations

from typing import Any

from core import Actor, Form, local_minute, now, today, utc_minute
from plugins.mediation import service
from plugins.mediation.models import Case
from plugins.mediation.service import Alarm, Asked, Piece
from plugins.mediation.texts import _
from plugins.mediation.views import forms
from plugins.mediation.views.step import Step


def _interview(actor: Actor, case: Case) -> Form:
    return forms.InterviewForm.from_request(on=today(), asked_by=actor.label, recorder=actor.label)


def _asked(actor: Actor, case_id: int, form: Any) -> None:
    told = Asked(
        form.asked.data, form.place.data, form.words.data, form.asked_by.data, form.relation.data or "",
        form.recorder.data or "",
    )  # fmt: skip
    service.interview(actor, case_id, told, form.on.data)


def _evidence(actor: Actor, case: Case) -> Form:
    return forms.EvidenceForm.from_request(on=today(), is_original="copy")


def _received(actor: Actor, case_id: int, form: Any) -> None:
    piece = Piece(form.item.data, form.given_by.data, form.is_original.data == "original", form.pages.data)
    service.receive(actor, case_id, piece, form.on.data)


def _report(actor: Actor, case: Case) -> Form:
    _day, minute = local_minute(now() // 60_000)
    return forms.ReportForm.from_request(on=today(), at=minute, told_by=actor.label, danger="crime")


def _reported(actor: Actor, case_id: int, form: Any) -> None:
    alarm = Alarm(form.danger.data, form.told_to.data, form.told_by.data, form.words.data, form.answer.data or "")
    service.report_danger(actor, case_id, alarm, utc_minute(form.on.data, form.at.data) * 60_000)


def _reply(actor: Actor, case: Case) -> Form:
    return forms.ReplyForm.from_request(on=today())


def _suspend(actor: Actor, case: Case) -> Form:
    return forms.SuspendForm.from_request(until=case.suspended_until)


def _explain(actor: Actor, case: Case) -> Form:
    return forms.ExplainForm.from_request(words=service.matter_of(case).explanation)


PAPERS: dict[str, Step] = {
    "interview": Step(
        _("Record of an investigation"), _("Save the record"), _interview, _asked,
        _("Whom you asked, and what they said. It stays as it is: print it and have it signed."), "messages-square",
    ),
    "evidence": Step(
        _("Evidence received"), _("Put it on the list"), _evidence, _received,
        _("One line for each thing. Better keep a copy and give the original back."), "file-text",
    ),
    "report": Step(
        _("Reported to the police or another office"), _("Write it down"), _report, _reported,
        _("A possible crime is reported at once: when, to whom, by whom. It stays as it is."), "triangle-alert",
    ),
    "reply": Step(
        _("Tell whoever sent it"), _("Write it down"), _reply,
        lambda actor, case, form: service.reply(actor, case, form.told_to.data, form.words.data, form.on.data),
        _("What became of it, in a sentence. Say nothing of what the sides told you."), "arrow-right",
    ),
    "explain": Step(
        _("Explanatory note"), _("Save"), _explain,
        lambda actor, case, form: service.explain(actor, case, form.words.data or ""),
        _("What somebody who opens the file has to know: a missing paper, a change of mediators, why it took long."),
        done=_("Saved."),
    ),
    "suspend": Step(
        _("Let it rest"), _("It rests until then"), _suspend,
        lambda actor, case, form: service.suspend(actor, case, form.until.data, form.words.data),
        _("For example while an appraisal is made. It comes back to your to-dos on that day."), "hourglass",
    ),
}  # fmt: skip
