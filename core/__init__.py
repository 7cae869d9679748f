"""The public API for plugins: everything a plugin may import, by one name each.

Names are resolved when they are first used, so importing `core` costs nothing. No module of core imports this facade.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_SOURCES = {
    "core.config": ("API", "VERSION"),
    "core.actor": ("Actor", "name_of", "system"),
    "core.errors": (
        "Conflict", "Forbidden", "Invalid", "LinliError", "NotFound", "Refused", "SignInRequired", "Throttled",
        "Unavailable",
    ),
    "core.text": ("Domain", "Label", "LazyText"),
    "core.store.audit": ("acts_on", "record"),
    "core.store.community": ("Community", "CommunityModel", "all_communities", "find_community"),
    "core.store.db": (
        "BaseModel", "Day", "Fen", "Flag", "Integer", "Json", "Text", "Utc", "after_commit", "before_commit", "canonical", "database", "engine_name",
        "execute", "now", "rows", "transaction", "transactional",
    ),
    "core.store.ref": ("Ref",),
    "core.store.schema": (
        "add_guard", "allow_blanking", "create_index", "create_table", "is_postgresql", "keep_rows", "make_append_only",
        "raising_function",
    ),
    "core.store.sequence": ("next_number",),
    "core.store.violations": ("violated",),
    "core.plugin.declarations": (
        "AuditWords", "CLEARED", "CallUse", "Clock", "Consent", "DataSubject", "DataTable", "Declaration", "Export", "FileKind",
        "Hit", "Job", "Meta", "Moment", "NavItem", "NoticeMark", "Permission", "PersonalField", "RecordKind", "Retention",
        "ScoreKind", "SearchSource", "Service", "Setting", "SheetContent", "SheetKind", "State", "Todo", "Transition",
        "Widget", "Workflow", "WorkflowTodos",
    ),
    "core.plugin.declarations.imports": (
        "ChoiceCell", "Import", "ImportColumn", "NumberCell", "Stored", "TextCell", "WordsCell", "YesNoCell",
    ),
    "core.plugin.events": ("emit", "event"),
    "core.plugin.hookspecs": ("hookimpl",),
    "core.plugin.services": ("get_service",),
    "core.plugin.settings": ("get_setting", "set_setting"),
    "core.clock": (
        "day_text", "local_day", "local_minute", "local_now", "local_text", "local_zone", "moment_text", "today",
        "utc_minute", "weekday_text",
    ),
    "core.money": ("capital_figures", "exact_yuan", "fen_of", "yuan"),
    "core.spreadsheet": ("SpreadsheetError", "read_table"),
    "core.people.accounts": ("account_is_active",),
    "core.people.permissions": ("holders_named",),
    "core.people.phone": ("parse_phone",),
    "core.people.directory": ("person_of",),
    "core.people.households": ("known_resident", "nearness"),
    "core.people.staff": ("colleagues",),
    "core.people.names": ("found_in",),
    "core.civic.calendar.days": (
        "add_months", "add_working_days", "day_name", "deadline", "is_holiday", "is_working_day", "working_days_between",
    ),
    "core.civic.attachments": (
        "attach", "describe_file", "files_of", "keep_upload", "move_file", "put_back_file", "remove_file",
    ),
    "core.civic.privacy.consents": ("has_consented",),
    "core.civic.intake": ("call_told", "take_over_call"),
    "core.civic.notices.publishing": (
        "NoticePublished", "NoticeWithdrawn", "correct_notice", "draft_notice", "edit_draft", "publish_notice",
        "withdraw_notice",
    ),
    "core.civic.notices.lists": ("notices_about",),
    "core.civic.notices.wording": ("LONGEST_BODY", "NoticeWording"),
    "core.civic.notices.pairs": ("draft_after", "open_pair"),
    "core.civic.threads.follows": ("tell_followers",),
    "core.civic.threads.links": ("link", "links_of", "unlink"),
    "core.civic.objections.lists": ("objections_of", "open_objections"),
    "core.civic.reaching.messages": ("not_needed", "note_told", "tell", "told_at"),
    "core.civic.reaching.message_lists": ("hall_numbers",),
    "core.ics": ("Appointment", "calendar_text"),
    "core.civic.workflow.engine": ("Action", "actions", "advance", "begin", "history"),
    "core.civic.workflow.together": ("advance_all", "begin_all"),
    "core.web.forms": (
        "BooleanField", "DayField", "FileField", "Form", "IntegerField", "PhoneField", "RadioField", "SelectField",
        "SelectMultipleField", "StringField", "TextAreaField", "TimeField", "asked_number", "request_key", "status_of",
        "submit_once", "was_submitted",
    ),
    "core.web.reauth": ("ConfirmedForm",),
    "core.web.score_form": ("PaperScoreForm", "ScoreForm"),
    "core.web.uploads": ("UploadField",),
    "core.cli": ("UnopenedGroup", "opened"),
    "core.web.gate": ("current_actor", "current_community", "view"),
    "core.web.ui": ("absolute_url", "after_post", "asset", "download", "page", "qr_svg", "toast", "url"),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _SOURCES.items() for name in names}
# Offered whole, because their short names only make sense with the module's.
_MODULES = {"guest_codes": "core.civic.guest_codes", "scores": "core.civic.scores", "throttle": "core.people.throttle"}

if TYPE_CHECKING:
    from core.actor import Actor as Actor
    from core.civic.workflow.engine import actions as actions
    from core.civic.workflow.engine import advance as advance
    from core.civic.workflow.engine import begin as begin
    from core.clock import local_day as local_day
    from core.clock import today as today
    from core.plugin.events import emit as emit
    from core.plugin.events import event as event

__all__ = sorted({*_MODULE_OF, *_MODULES})  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
