"""The privacy notice in its versions, and what residents said to them: kept, asked again after a change, entered from paper."""

import datetime

import peewee
import pytest

from core.clock import today
from core.errors import Forbidden, Invalid, NotFound
from core.people import privacy_notice, residents
from core.people.directory import EDIT
from core.people.permissions import PRIVACY
from core.people.privacy_notice import PrivacyConsent, PrivacyNotice
from core.store import audit
from core.store.db import transaction
from core.store.violations import violated


@pytest.fixture
def who(store):
    return residents.add_person(store.actor(EDIT), name="张三丰")


@pytest.fixture
def me(store, who):
    """The resident, signed in."""
    return store.actor(kind="resident", account=7, person=who.id)


def test_the_built_in_text_is_the_first_version_and_kept_once_somebody_answered(store, me):
    assert privacy_notice.current(store.west).version == 1 and PrivacyNotice.select().count() == 0
    assert privacy_notice.is_asked(me)
    privacy_notice.decide(me, 1, True)
    assert not privacy_notice.is_asked(me)
    [kept] = PrivacyNotice.select()
    assert (kept.version, kept.body) == (1, str(privacy_notice.BUILT_IN))


def test_a_change_is_a_new_version_the_old_one_stays_and_everybody_is_asked_again(store, me):
    privacy_notice.decide(me, 1, True)
    assert privacy_notice.publish(store.actor(PRIVACY), " 新的说明\r\n\r\n第二段 ") == 2
    assert privacy_notice.current(store.west).body == "新的说明\n\n第二段"
    assert privacy_notice.version_of(store.west, 1).body == str(privacy_notice.BUILT_IN)
    assert privacy_notice.is_asked(me)
    with pytest.raises(Invalid):
        privacy_notice.decide(me, 1, True)
    privacy_notice.decide(me, 2, False)
    last = privacy_notice.decision_of(store.west, me.person)
    assert (last.version, last.given, last.way, last.asked_on) == (2, False, "account", today())
    assert not privacy_notice.is_asked(me)
    assert privacy_notice.current(store.south).version == 1
    assert audit.verify(store.west) is None
    with pytest.raises(NotFound):
        privacy_notice.version_of(store.west, 3)


@pytest.mark.parametrize("body", ["", " \n ", "长" * 10_001, "\x00", str(privacy_notice.BUILT_IN)])
def test_a_text_that_cannot_hold_is_refused(store, body):
    with pytest.raises(Invalid) as error:
        privacy_notice.publish(store.actor(PRIVACY), body)
    assert list(error.value.errors) == ["body"] and PrivacyNotice.select().count() <= 1


def test_staff_enter_what_was_said_on_paper_with_its_day(store, who):
    day = today() - datetime.timedelta(days=2)
    privacy_notice.enter_decision(store.actor(EDIT), who.public_id, True, day)
    said = privacy_notice.decision_of(store.west, who.id)
    assert (said.way, said.asked_on, said.by_label) == ("paper", day, "测试员")
    assert audit.AuditEntry.select().order_by(audit.AuditEntry.seq.desc()).first().on_behalf_of == who.id
    with pytest.raises(Invalid):
        privacy_notice.enter_decision(store.actor(EDIT), who.public_id, True, today() + datetime.timedelta(days=1))
    with pytest.raises(Forbidden):
        privacy_notice.enter_decision(store.actor(), who.public_id, True, day)
    with pytest.raises(NotFound):
        privacy_notice.enter_decision(store.actor(EDIT, community=store.south), who.public_id, True, day)


def test_who_may_not(store, me):
    with pytest.raises(Forbidden):
        privacy_notice.publish(me, "x")
    with pytest.raises(NotFound):
        privacy_notice.decide(store.actor(), 1, True)
    assert not privacy_notice.is_asked(store.actor()) and not privacy_notice.is_asked(store.actor(person=me.person))


def test_what_was_shown_and_said_is_never_changed(store, me):
    privacy_notice.decide(me, 1, True)
    for model, change in ((PrivacyNotice, {"body": "x"}), (PrivacyConsent, {"given": False})):
        for act in (lambda m=model, c=change: m.update(**c).execute(), lambda m=model: m.delete().execute()):
            with pytest.raises(peewee.IntegrityError) as error, transaction(store.west):
                act()
            assert violated(error.value) == f"{model._meta.table_name}_append_only"
