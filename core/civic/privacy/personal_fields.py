"""The register of personal data of calls, procedures, notices and files, and of the log of what was done.

That of residents and accounts is in `core.people.personal_fields`.
"""

from __future__ import annotations

from core.civic.calendar.holiday_list import HolidayList
from core.civic.inbox.deputies import Deputy
from core.civic.inbox.handovers import Handover, HandoverItem
from core.civic.intake import CallIntake
from core.civic.notices.records import Notice, NoticePair
from core.civic.objections.records import Objection, ObjectionDraft, ObjectionWord, Objector
from core.civic.privacy.care_notes import CARE, CareNote
from core.civic.privacy.requests import PrivacyRequest
from core.civic.reaching.calls import CallAttempt, CallTask
from core.civic.reaching.message_records import ContactPreference, Message
from core.civic.scores import Score, ScoreBefore
from core.civic.sheets import Sheet
from core.civic.threads.follows import Follower
from core.civic.workflow.engine import WorkflowStep, WorkflowVersion
from core.people.personal_fields import WORK, signed
from core.plugin.declarations import PersonalField
from core.plugin.events import KEEP_DAYS as KEEP_EVENTS
from core.plugin.events import EventOutbox
from core.plugin.failures import PluginFailure
from core.store.audit import AuditDetail, AuditEntry
from core.store.files import FileUpload, FileUse, StoredFile
from core.store.links import Link
from core.store.request_key import KEEP_DAYS as KEEP_KEYS
from core.store.request_key import RequestKey
from core.text import _

_CARE = _("Care")
_CALLS = _("Calls")
_CALLS_KEPT = _("2 years after it was dealt with, or until it is erased at your request.")
_MESSAGES = _("Messages to you")
_MESSAGES_KEPT = _("2 years after it was told, or until it is erased at your request.")
_PROCEDURES = _("Procedures and the log")
_NOTICES = _("Notices")
_OBJECTIONS = _("Objections")
_SCORES = _("Scores")
_FILES = _("Photos and files")
_MACHINE = _("The machine's own records")

PERSONAL: tuple[PersonalField, ...] = (
    PersonalField(
        CareNote, ("words",), _("What you need help with"), _("So that whoever calls or visits you minds it."), "consent",
        _("Until you take your consent back, or it is erased at your request."), _CARE, sensitive=True, consent=CARE,
    ),
    signed(CareNote, "by_label", group=_CARE),
    PersonalField(
        CallIntake, ("caller", "phone", "place"), _("Who called, from which number, about which place"),
        _("To answer what you called about."), "request", _CALLS_KEPT, _CALLS,
    ),
    PersonalField(
        CallIntake, ("matter", "note"), _("What you said and what was answered"), _("To answer what you called about."),
        "request", _CALLS_KEPT, _CALLS, sensitive=True,
    ),
    PersonalField(
        CallTask, ("name", "phone"), _("Whom to call, at which number"), _("To tell you what you ought to know in time."),
        "request", _CALLS_KEPT, _CALLS,
    ),
    PersonalField(
        CallTask, ("why", "note"), _("What to tell you"), _("To tell you what you ought to know in time."), "request",
        _CALLS_KEPT, _CALLS,
    ),
    PersonalField(
        CallAttempt, ("note",), _("What came of a call"), _("To tell you what you ought to know in time."), "request",
        _CALLS_KEPT, _CALLS,
    ),
    *(signed(model, "by_label", group=_CALLS) for model in (CallIntake, CallTask, CallAttempt)),
    signed(Deputy, "by_label", "ended_by", group=_PROCEDURES),
    signed(Handover, "label", "reason", "by_label", group=_PROCEDURES),
    signed(HandoverItem, "to_label", group=_PROCEDURES),
    PersonalField(
        Message, ("recipient", "name", "phone"), _("Who is told something, at which number"),
        _("To tell you what you ought to know in time."), "request", _MESSAGES_KEPT, _MESSAGES,
    ),
    PersonalField(
        Message, ("title", "text", "place", "note", "told_how"), _("What you were told"), _("To tell you what you ought to know in time."),
        "request", _MESSAGES_KEPT, _MESSAGES,
    ),
    PersonalField(
        ContactPreference, ("way", "asked_how"), _("How you want to be reached"), _("To reach you in the way you asked for."), "consent",
        _("Until you change it, or it is erased at your request."), _MESSAGES,
    ),
    *(signed(model, "by_label", group=_MESSAGES) for model in (Message, ContactPreference)),
    PersonalField(
        WorkflowStep, ("reason", "by_label"), _("Who took which step of a procedure, and the reason given"),
        _("So that every step can be followed and checked."), "duty", _("As long as the record of the procedure."),
        _PROCEDURES,
    ),
    PersonalField(
        AuditEntry, ("actor", "origin", "reason"), _("Who did what, when and from which device"), WORK, "security",
        _("At least 6 months, as the Cybersecurity Law asks; the log is never changed."), _PROCEDURES,
        stays=_("The log of who did what must be kept; the values in it are erased."),
    ),
    PersonalField(
        AuditDetail, ("payload", "salt"), _("The values before and after a change"),
        _("To put mistakes right and to answer questions about them."), "security",
        _("Until it is erased at your request."), _PROCEDURES,
    ),
    PersonalField(
        PrivacyRequest, ("ask", "way", "wish", "answer"), _("What you asked about your own data, and the answer"),
        _("So that it can be shown that you were answered in time."), "duty", _("As long as the record."), _PROCEDURES,
    ),
    signed(PrivacyRequest, "by_label", group=_PROCEDURES),
    signed(Sheet, "by_label", group=_PROCEDURES),
    PersonalField(
        Follower, ("subject",), _("What you follow"), _("To tell you in the application when something moves."), "consent",
        _("Until you no longer follow it, or 1 year after nothing more has happened."), _MESSAGES,
    ),
    PersonalField(
        Link, ("ended_reason",), _("Why two records are no longer linked"), WORK, "duty",
        _("As long as the record; the words go when one of the two is erased."), _PROCEDURES,
    ),
    signed(Link, "by_label", "ended_by", group=_PROCEDURES),
    signed(WorkflowVersion, "by_label", group=_PROCEDURES),
    signed(HolidayList, "by_label", group=_PROCEDURES),
    PersonalField(
        Notice, ("responsible",), _("Name of the person responsible for a notice"),
        _("So that everybody knows whom to ask."), "duty", _("As long as the notice, which is never deleted."), _NOTICES,
        stays=_("What was published stays as it was published."),
    ),
    signed(Notice, "by_label", "published_by", "withdrawn_by", group=_NOTICES),
    signed(NoticePair, "by_label", group=_NOTICES),
    PersonalField(
        Objector, ("name", "phone"), _("Who objects to a notice, at which number"),
        _("To call you with the answer; never published."), "request", _("Until it is erased at your request."),
        _OBJECTIONS,
    ),
    PersonalField(
        Objector, ("words",), _("Your objection as you wrote it"), _("So that you and the office can look it up."),
        "request", _("Until it is erased at your request."), _OBJECTIONS,
    ),
    PersonalField(
        ObjectionWord, ("words",), _("What you added to it, and what the office explained"),
        _("So that you and the office can look it up."), "request", _("As long as the objection, which is never deleted."),
        _OBJECTIONS,
    ),
    PersonalField(
        ObjectionDraft, ("words",), _("An objection you have begun and not sent"), _("So that nothing you wrote is lost."),
        "request", _("Until you send it or empty it."), _OBJECTIONS,
    ),
    PersonalField(
        Objection, ("wording", "answer"), _("What is published of an objection, and its answer"),
        _("So that everybody can see how objections are dealt with."), "duty",
        _("As long as the objection, which is never deleted."), _OBJECTIONS,
        stays=_("What was published stays as it was published."),
    ),
    signed(Objection, "entered_by", "answered_by", group=_OBJECTIONS),
    signed(ObjectionWord, "by_label", group=_OBJECTIONS),
    *(
        PersonalField(
            model, ("words",), _("What your household wrote when it rated something"),
            _("So that it gets better; who wrote it is never shown."), "consent",
            _("As long as the scores of what was rated."), _SCORES,
            stays=_("It is the whole household's, and nobody's name stands with it."),
        )
        for model in (Score, ScoreBefore)
    ),
    signed(Score, "entered_by", group=_SCORES),
    signed(ScoreBefore, "entered_by", group=_SCORES),
    PersonalField(
        StoredFile, ("name",), _("Photos and documents, and their names"), _("What each belongs to says what it is for."),
        "request", _("Some days after the last record that shows it was removed."), _FILES,
        stays=_("Only the name of the file stays in the list; what it showed is removed from the disk."),
    ),
    PersonalField(
        FileUse, ("name", "caption"), _("What a photo shows"), _("It is read to those who cannot see the photo."),
        "request", _("As long as the record it belongs to."), _FILES,
    ),
    signed(StoredFile, "by_label", group=_FILES),
    signed(FileUse, "by_label", "ended_by", group=_FILES),
    PersonalField(
        FileUpload, ("name",), _("A file that was chosen in a form and not sent yet"), _("So that nothing chosen is lost."),
        "request", _("1 day."), _FILES,
    ),
    PersonalField(
        EventOutbox, ("payload",), _("Messages between modules"), _("So that modules learn of what concerns them."),
        "request", _("%(days)d days.", days=KEEP_EVENTS), _MACHINE,
    ),
    PersonalField(
        RequestKey, ("key", "result"), _("Which forms were sent"), _("So that a form sent twice is one."), "security",
        _("%(days)d days.", days=KEEP_KEYS), _MACHINE,
    ),
    PersonalField(
        PluginFailure, ("reason", "detail"), _("Reports of faults"), _("To repair what is broken."), "security",
        _("Until the fault is marked as dealt with."), _MACHINE,
    ),
)  # fmt: skip
