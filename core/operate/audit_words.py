"""The plain words for core's own acts in the audit log; plugins tell theirs with the hook `describe_audit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.civic.calls import OUTCOMES
from core.people.disclosure import RELATION_LABELS, STATUS_LABELS
from core.people.permissions import ROLES
from core.plugin.declarations import Label
from core.text import LazyText, _

SENTENCES: Mapping[str, LazyText] = {
    "core.signed_in": _("signed in"),
    "core.account.opened": _("opened a resident's account"),
    "core.staff.created": _("opened a staff account"),
    "core.owner.created": _("opened an account for an owner of the installation"),
    "core.account.pin_set": _("set a PIN for switching persons"),
    "core.account.secret_changed": _("changed the own PIN or password"),
    "core.account.secret_set": _("set a new PIN or password with a one-time code"),
    "core.account.reset": _("reset an account and issued a one-time code"),
    "core.account.handed_over": _("handed an account over to another person"),
    "core.account.linked": _("said which resident works with an account"),
    "core.account.unlinked": _("removed the link between an account and a resident"),
    "core.account.frozen": _("froze an account"),
    "core.account.active": _("let a frozen account be used again"),
    "core.account.closed": _("closed an account"),
    "core.role.granted": _("gave a role"),
    "core.role.ended": _("ended a role"),
    "core.permission.set": _("changed what a role may do"),
    "core.slips.issued": _("printed account slips"),
    "core.slips.revoked": _("made account slips worthless"),
    "core.area.added": _("added an estate, building or unit"),
    "core.grid.added": _("added a grid"),
    "core.grid.assigned": _("laid an area under a grid"),
    "core.grid.removed": _("removed a grid"),
    "core.person.added": _("added a resident"),
    "core.person.edited": _("changed a resident's record"),
    "core.person.linked": _("joined two records of one resident"),
    "core.person.moved_in": _("entered that a resident moved in"),
    "core.person.moved_out": _("entered that a resident moved out"),
    "core.person.phone_shown": _("looked at a resident's phone number"),
    "core.person.status": _("changed a resident's status"),
    "core.person.stay_corrected": _("corrected the dates of a stay"),
    "core.roster.imported": _("imported a roster"),
    "core.roster.taken_back": _("took an import back"),
    "core.call.asked": _("put a call on the list"),
    "core.call.attempted": _("entered the outcome of a call"),
    "core.call.phone_corrected": _("corrected a phone number after a call"),
    "core.call.set_aside": _("set a call aside"),
    "core.call_intake.begin": _("took a call"),
    "core.call_intake.answer": _("marked a call as answered"),
    "core.call_intake.close": _("closed a call without an answer"),
    "core.community.added": _("added the community"),
    "core.community.changed": _("changed the community's name, address or hours"),
    "core.plugin.switched": _("switched a module"),
    "core.plugin.failures_cleared": _("marked a module's faults as dealt with"),
    "core.setting.changed": _("changed a setting"),
    "core.workflow.overridden": _("changed the deadlines of a procedure"),
    "core.list.exported": _("exported a list to Excel"),
}

SUBJECTS: Mapping[str, LazyText] = {
    "core.account": _("Account"),
    "core.person": _("Resident"),
    "core.role": _("Role"),
    "core.plugin": _("Module"),
    "core.community": _("Community"),
    "core.slip_batch": _("Slips"),
    "core.area": _("Area"),
    "core.grid": _("Grid"),
    "core.call_intake": _("Call"),
    "core.call_task": _("Call to make"),
    "core.roster_import": _("Import"),
    "core.setting": _("Setting"),
    "core.list": _("List"),
    "core.workflow_version": _("Deadlines of a procedure"),
    "core.home": _("Home"),
}

# Kinds whose key tells a reader nothing.
NAMELESS = frozenset({"core.person", "core.community", "core.slip_batch"})

# Core's lists that can be exported (`core.operate.export_lists`).
LISTS: Mapping[str, LazyText] = {
    "core.people": _("Residents"),
    "core.doors": _("Doors and who lives there"),
    "core.grids": _("Homes by grid"),
    "core.calls": _("Calls received"),
    "core.calls_to_make": _("Calls to make"),
    "core.staff": _("Staff accounts"),
    "core.accounts": _("Residents' accounts"),
    "core.slips": _("Printed account slips"),
    "core.audit_log": _("Audit log"),
}

ORIGINS: Mapping[str, LazyText] = {"command": _("command at the computer")}

# What the filter of the page offers: beginnings of action names.
GROUPS: tuple[tuple[str, LazyText], ...] = (
    ("", _("Everything")),
    ("core.signed_in", _("Sign-ins")),
    ("core.account", _("Accounts")),
    ("core.role", _("Roles")),
    ("core.permission", _("What roles may do")),
    ("core.person", _("Residents")),
    ("core.roster", _("Imports")),
    ("core.slips", _("Account slips")),
    ("core.call", _("Calls")),
    ("core.plugin", _("Modules")),
    ("core.community", _("Community details")),
    ("core.setting", _("Settings")),
    ("core.list", _("Exported lists")),
)

# Those who act without an account or a name of their own.
ACTORS: Mapping[str, LazyText] = {
    "anonymous": _("a visitor"),
    "guest": _("a visitor"),
    "command": _("Command at this computer"),
    "system": _("Linli by itself"),
}

# What values before and after are called; `action:name` where one name means another thing in one act.
NAMES: Mapping[str, LazyText] = {
    "id": _("No."),
    "community": _("Community"),
    "name": _("Name"),
    "username": _("User name"),
    "with": _("Signed in with"),
    "status": _("Status"),
    "state": _("State"),
    "role": _("Role"),
    "grid": _("Grid"),
    "from": _("From"),
    "until": _("Until"),
    "count": _("How many"),
    "people": _("People"),
    "core.slips.issued:people": _("Residents"),
    "file": _("File"),
    "sha256": _("Fingerprint of the file"),
    "rows": _("Rows"),
    "households": _("Households"),
    "homes": _("Homes"),
    "home": _("Home"),
    "phones": _("Households with a phone"),
    "bad": _("Rows that could not be read"),
    "estates": _("Estates"),
    "estate": _("Estate"),
    "done": _("Carried out"),
    "ended_stays": _("Stays ended"),
    "phones_taken": _("Phone numbers taken over"),
    "new": _("new"),
    "changed": _("changed"),
    "left": _("left"),
    "unchanged": _("unchanged"),
    "duplicate": _("repeated"),
    "door": _("Door"),
    "relation": _("Relation"),
    "sex": _("Sex"),
    "birth_year": _("Year of birth"),
    "phone": _("Phone"),
    "phone_2": _("Second phone"),
    "note": _("Remark"),
    "other": _("The other record"),
    "area": _("Area"),
    "areas": _("Areas"),
    "parent": _("Belongs to"),
    "subject": _("About"),
    "why": _("What to say"),
    "due_day": _("Due"),
    "outcome": _("What came of it"),
    "caller": _("Who is calling"),
    "matter": _("What is it about"),
    "place": _("Where is it"),
    "call_back": _("Call back"),
    "person_id": _("Resident"),
    "requested_on": _("Asked for on"),
    "entered_at": _("Entered"),
    "finished_at": _("Finished"),
    "by_account": _("Entered by"),
    "by_label": _("Entered by (name)"),
    "reason": _("Reason"),
    "workflow_version": _("Version of the procedure"),
    "code": _("Code"),
    "office_name": _("Name of the office"),
    "address": _("Address"),
    "duty_phone": _("Duty phone"),
    "office_hours": _("Office hours"),
    "enabled": _("Switched on"),
    "published": _("Shown to residents"),
    "paused": _("Paused"),
    "list": _("List"),
    "whole_numbers": _("With whole phone numbers"),
    "cut": _("Cut off: there were more rows"),
    "q": _("Searched for"),
    "show": _("Which ones"),
    "closed": _("Also closed ones"),
    "who": _("Who"),
    "action": _("What"),
    "clock_days": _("Calendar days"),
    "verb_labels": _("Names of steps"),
    "state_labels": _("Names of states"),
}

# What is stored as a code, by the name of the value.
WORDS: Mapping[str, Mapping[Any, Label]] = {
    "with": {"password": _("password"), "pin": _("PIN for switching persons"), "slip": _("account slip")},
    "status": {
        **STATUS_LABELS,
        "active": _("In use"),
        "frozen": _("Frozen"),
        "closed": _("Closed"),
    },
    "relation": RELATION_LABELS,
    "sex": {"female": _("Female"), "male": _("Male")},
    "role": {name: role.label for name, role in ROLES.items()},
    "outcome": OUTCOMES,
    "show": {"finished": _("Finished")},
    "closed": {"1": _("yes")},
    "action": {**SENTENCES, **{value: label for value, label in GROUPS if value}},
}

# The records that numbers stand for, by the name of the value, or `action:name`.
ABOUT_RECORDS: Mapping[str, str] = {
    "person_id": "core.person",
    "decided_by": "core.account",
    "core.slips.issued:people": "core.person",
    "by_account": "core.account",
    "home": "core.home",
    "core.person.linked:homes": "core.home",
    "areas": "core.area",
    "area": "core.area",
    "estate": "core.area",
    "parent": "core.grid",
    "core.list.exported:grid": "core.grid",
    "list": "core.list",
}
