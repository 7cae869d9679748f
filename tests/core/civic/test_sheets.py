"""A4 forms: one number per record and form, without gaps, for whom the record is, leading back to it."""

from __future__ import annotations

import peewee
import pytest

from core.civic import sheets
from core.civic.intake import CallIntake, take_call
from core.civic.reaching.calls import TAKE
from core.clock import today
from core.errors import Forbidden, NotFound
from core.store import audit, db, violations
from core.testing import SOUTH_GARDEN, switch_off

NAME = "core.call_record"

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def clerk(app, both_engines):
    """A member of staff who takes calls."""
    from core.testing import Store

    return Store(both_engines).actor(TAKE, account=7)


def call(actor, who="李阿姨"):
    return take_call(actor, who=who, what="楼道灯坏了")


def test_a_record_keeps_the_number_its_form_was_given(clerk):
    first, second = call(clerk), call(clerk, "王大爷")
    assert sheets.form_of(clerk, NAME, first.id).sheet is None

    assert sheets.number_form(clerk, NAME, second.id) == f"来访〔{today().year}〕1号"
    assert sheets.number_form(clerk, NAME, first.id) == f"来访〔{today().year}〕2号"
    assert sheets.number_form(clerk, NAME, second.id) == f"来访〔{today().year}〕1号"
    assert sheets.form_of(clerk, NAME, first.id).sheet.number == f"来访〔{today().year}〕2号"


def test_a_refused_number_leaves_no_gap(clerk):
    one = call(clerk)
    with pytest.raises(RuntimeError), db.transaction(clerk.community):
        sheets.number_form(clerk, NAME, one.id)
        raise RuntimeError
    assert sheets.number_form(clerk, NAME, one.id).endswith("〕1号")


def test_says_what_the_record_says_and_where_it_is(clerk):
    form = sheets.form_of(clerk, NAME, call(clerk).id)
    said = {str(label): value for label, value in form.content.facts}
    assert "李阿姨" in said.values()
    assert "楼道灯坏了" in said.values()
    assert form.path == f"/c/{clerk.community}/calls/{form.subject.id}"
    assert len(form.content.signatures) == 3


def test_only_for_whom_the_record_is(clerk):
    one = call(clerk)
    outsider = clerk.__class__(kind="staff", community=clerk.community, permissions=frozenset())
    with pytest.raises(Forbidden):
        sheets.number_form(outsider, NAME, one.id)
    abroad = clerk.__class__(kind="staff", community=SOUTH_GARDEN, permissions=frozenset({TAKE}))
    with pytest.raises(NotFound):
        sheets.number_form(abroad, NAME, one.id)
    with pytest.raises(NotFound):
        sheets.form_of(clerk, "core.nothing", one.id)
    assert sheets.Sheet.select().count() == 0


def test_a_plugin_that_is_off_has_no_forms(clerk):
    assert sheets.find_sheet(clerk.community, "rooms.use") is not None
    from core.actor import system

    switch_off(system(clerk.community, "test"), "rooms")
    assert sheets.find_sheet(clerk.community, "rooms.use") is None


def test_the_number_is_in_the_audit_log_and_never_changes(clerk):
    one = call(clerk)
    sheets.number_form(clerk, NAME, one.id)
    entry = audit.AuditEntry.select().where(audit.AuditEntry.action == "core.sheet.numbered").get()
    assert (entry.subject, entry.permission) == (str(CallIntake.get_by_id(one.id).ref), TAKE)
    with pytest.raises(peewee.PeeweeException) as refused, db.transaction(clerk.community):
        sheets.Sheet.update(serial=9).execute()
    assert violations.violated(refused.value) == "sheet_append_only"
