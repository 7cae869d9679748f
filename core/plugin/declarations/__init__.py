"""Everything a plugin can declare, as frozen dataclasses. Pages, docs, the gate and the tests read these; core acts on them.

Lists that can be brought in from tables, with their columns, are in `imports`.
"""

from core.plugin.declarations.manifest import (
    AuditWords,
    Declaration,
    Export,
    Job,
    Meta,
    Permission,
    Service,
    Setting,
)
from core.plugin.declarations.pages import CallUse, Hit, NavItem, NoticeMark, SearchSource, Todo, Widget
from core.plugin.declarations.privacy import CLEARED, Consent, DataSubject, DataTable, PersonalField, Retention
from core.plugin.declarations.records import FileKind, Moment, RecordKind, ScoreKind, SheetContent, SheetKind
from core.plugin.declarations.workflows import Clock, State, Transition, Workflow, WorkflowTodos

__all__ = [
    "CLEARED",
    "AuditWords",
    "CallUse",
    "Clock",
    "Consent",
    "DataSubject",
    "DataTable",
    "Declaration",
    "Export",
    "FileKind",
    "Hit",
    "Job",
    "Meta",
    "Moment",
    "NavItem",
    "NoticeMark",
    "Permission",
    "PersonalField",
    "RecordKind",
    "Retention",
    "ScoreKind",
    "SearchSource",
    "Service",
    "Setting",
    "SheetContent",
    "SheetKind",
    "State",
    "Todo",
    "Transition",
    "Widget",
    "Workflow",
    "WorkflowTodos",
]
