"""No column about people is kept without a line in the field register: every model's columns are gone through."""

import importlib
import pkgutil

import peewee
import pytest

import core
from core.civic.privacy import register as privacy_register
from core.operate.export_lists import CORE_EXPORTS
from core.plugin import checks
from core.plugin.declarations import Declaration, PersonalField
from core.store.community import CommunityModel
from core.store.db import BaseModel, Day
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from plugins.rooms import models as rooms_models
from plugins.rooms.models import Booking

BASE = f"/c/{WEST_HILL}"
# Names of columns that hold a word of the program's own, a key, a digest or a day, whatever the table.
NEVER = {
    "action", "batch", "category", "chain", "chain_digest", "code", "community", "detail_digest", "digest",
    "extension", "holder", "kind", "last_outcome", "level", "media_type", "on_idle", "opened_with", "organiser_kind",
    "outcome", "parent_code", "period", "permission", "plugin", "previous", "public_id", "reason_key", "record",
    "relation", "resource_kind", "role", "rule", "scope", "screen_kind", "feed_kind", "sha256", "signature", "source",
    "source_digest", "stage", "state", "status", "subject", "target", "thumb_digest", "token", "verb", "version",
    "workflow",
}  # fmt: skip
# Columns that hold words, but none about a person: names of places and things, what the office says of itself.
PLACES_AND_THINGS = {
    "area": {"name", "sort_key"},
    "community": {"name", "office_name", "address", "duty_phone", "office_hours"},
    "division": {"name"},
    "event_outbox": {"name"},
    "grid": {"name", "sort_key"},
    "handover": {"follows"},
    "holiday_day": {"name"},
    "holiday_list": {"notice"},
    "home": {"building", "unit", "room", "door", "sort_key"},
    "installation": {"key", "value"},
    "job_run": {"name", "message"},
    "link": {"src", "rel", "dst"},
    "notice": {"title", "body", "withdrawn_reason"},
    "notice_pair": {"title"},
    "objection": {"channel"},
    "objection_word": {"side"},
    "objector": {"code_digest"},
    "plugin_failure": {"place", "error"},
    "plugin_state": {"changed_by"},
    "privacy_notice": {"body"},
    "rooms_closure": {"reason"},
    "rooms_equipment": {"name", "kept_at", "bookable_by"},
    "rooms_opening": {"reason"},
    "rooms_room": {"name", "floor", "features", "accessibility", "tags", "note", "bookable_by"},
    "rooms_screen": {"name"},
    "rooms_waiting": {"features"},
    "rooms_venue": {"name", "address", "note"},
    "revenue_proposal": {"proposal_kind", "fund"},
    "revenue_target": {"due_title", "fund"},
    "revenue_decision": {"body", "matter"},
    "revenue_payment": {"key", "payee_kind", "account_code"},
    "import_batch": {"import_name", "given", "columns", "summary"},
    "import_mapping": {"import_name", "columns"},
    "separate_consent": {"name"},
    "sheet": {"name", "word"},
    "setting": {"name", "value", "changed_by"},
    "workflow_version": {"overrides", "reason"},
}
# Numbers and days that say something about a person all the same.
TELLING = ("birth", "age", "sex", "income", "health")


def models() -> list[type[BaseModel]]:
    """Every model of core and of the shipped plugins."""
    for found in pkgutil.walk_packages(core.__path__, "core."):
        if ".migrations" not in found.name and found.name != "core.__main__":
            importlib.import_module(found.name)
    waiting, known = [BaseModel], set()
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            if model.__module__.startswith(("core.", "plugins.")) and model is not CommunityModel:
                known.add(model)
    return sorted(known, key=lambda model: model._meta.table_name)


def holds_words(field: peewee.Field) -> bool:
    """Whether a column can say something about a person: text, JSON and bytes; of numbers those whose name tells."""
    if isinstance(field, Day):
        return False
    return not isinstance(field, (peewee.BigIntegerField, peewee.AutoField)) or field.name.startswith(TELLING)


def unregistered(all_models, fields) -> list[str]:
    """The columns nobody answers for."""
    declared = {(item.model._meta.table_name, name) for item in fields for name in item.fields}
    open_questions = []
    for model in all_models:
        table = model._meta.table_name
        for field in model._meta.sorted_fields:
            settled = field.name in NEVER or field.name in PLACES_AND_THINGS.get(table, ())
            if holds_words(field) and not settled and (table, field.name) not in declared:
                open_questions.append(f"{table}.{field.name}")
    return open_questions


def all_fields():
    from plugins.mediation.about.privacy import PERSONAL as MEDIATION
    from plugins.revenue import declare
    from plugins.rooms.about.privacy import PERSONAL

    return [*privacy_register.CORE_FIELDS, *PERSONAL, *MEDIATION, *declare().personal]


def test_every_column_about_people_stands_in_the_register():
    found = models()
    assert rooms_models.Booking in found and len(found) > 40
    assert unregistered(found, all_fields()) == []


def test_the_check_finds_what_is_left_out():
    """Without its lines, a person's phone, a birth year and a guest's number are each noticed."""
    without = [item for item in all_fields() if not {"phone", "birth_year", "guest_phone"} & set(item.fields)]
    missing = unregistered(models(), without)
    assert {"person.phone", "person.birth_year", "rooms_booking.guest_phone", "call_intake.phone"} <= set(missing)


def test_the_exceptions_name_columns_there_are():
    known = {model._meta.table_name: {field.name for field in model._meta.sorted_fields} for model in models()}
    for table, columns in PLACES_AND_THINGS.items():
        assert columns <= known[table], table
    for item in privacy_register.CORE_FIELDS:
        assert set(item.fields) <= set(item.model._meta.fields), item.label
        assert item.basis in privacy_register.BASES and str(item.group)


@pytest.mark.parametrize(
    "change", [{"fields": ("nothing",)}, {"fields": ()}, {"basis": "because"}, {"kept": " "}, {"model": BaseModel}]
)
def test_a_plugin_s_register_that_leaves_something_open_is_refused(change):
    said = {"model": Booking, "fields": ("title",), "label": "x", "purpose": "y", "basis": "request", "kept": "z"}
    with pytest.raises(core.errors.PluginError):
        checks.check_personal(Declaration(models=(Booking,), personal=(PersonalField(**{**said, **change}),)))
    checks.check_personal(Declaration(models=(Booking,), personal=(PersonalField(**said),)))


def test_the_public_page_and_the_list_for_inspection_say_the_same(app, client, as_role):
    page = client.get(f"{BASE}/privacy").get_data(as_text=True)
    for words in ("出生年份", "敏感信息", "居委会依法履职需要", "活动室", "没有账号的预约人的电话", "至少保存 6 个月"):
        assert words in page
    assert "导出" not in page
    office = as_role("director")
    assert "导出" in office.get(f"{BASE}/privacy").get_data(as_text=True)
    answer = office.send(f"{BASE}/exports/core.personal_fields.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    assert as_role("staff").send(f"{BASE}/exports/core.personal_fields.xlsx").status_code == 403
    assert "core.personal_fields" in [item.name for item in CORE_EXPORTS]


def test_a_module_that_was_never_on_says_nothing_and_one_that_was_says_all(app, client, as_role):
    from core.actor import system
    from core.plugin.states import PluginState
    from core.store.db import transaction

    switch_off(system(WEST_HILL, "test"), "rooms")
    assert "没有账号的预约人的电话" in client.get(f"{BASE}/privacy").get_data(as_text=True)
    with transaction(SOUTH_GARDEN):
        PluginState.delete().where(PluginState.community == SOUTH_GARDEN).execute()
    assert "没有账号的预约人的电话" not in client.get(f"/c/{SOUTH_GARDEN}/privacy").get_data(as_text=True)
