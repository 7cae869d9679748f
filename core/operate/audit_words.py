"""The plain words for core's own acts in the audit log; plugins tell theirs with the hook `describe_audit`."""

from __future__ import annotations

from collections.abc import Mapping

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
    "core.people.exported": _("exported the list of residents"),
    "core.person.status": _("changed a resident's status"),
    "core.person.stay_corrected": _("corrected the dates of a stay"),
    "core.roster.imported": _("imported a roster"),
    "core.roster.taken_back": _("took an import back"),
    "core.call.asked": _("put a call on the list"),
    "core.call.attempted": _("entered the outcome of a call"),
    "core.call.phone_corrected": _("corrected a phone number after a call"),
    "core.call.set_aside": _("set a call aside"),
    "core.call.taken": _("took a call"),
    "core.community.added": _("added the community"),
    "core.community.changed": _("changed the community's name, address or hours"),
    "core.plugin.switched": _("switched a module"),
    "core.plugin.failures_cleared": _("marked a module's faults as dealt with"),
    "core.setting.changed": _("changed a setting"),
    "core.workflow.overridden": _("changed the deadlines of a procedure"),
    "core.audit.exported": _("exported the audit log"),
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
    "core.call": _("Call"),
    "core.roster_import": _("Import"),
    "core.setting": _("Setting"),
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
)
