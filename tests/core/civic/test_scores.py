"""Scores: one for a household, changeable until the last day with what it was kept, told from three on, by nobody's name."""

from __future__ import annotations

import dataclasses
import datetime
import threading
from types import SimpleNamespace

import peewee
import pytest

from core.civic import scores
from core.civic.scores import Score, ScoreBefore
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, PluginError, Refused
from core.people.areas import add_estate
from core.people.person import PersonHome
from core.people.person_data import subject_of
from core.people.residents import add_person, move_in
from core.plugin.checks import check_scores
from core.plugin.current import set_active
from core.plugin.declarations import Declaration, ScoreKind
from core.store import db, violations
from core.store.audit import AuditDetail
from core.store.ref import Ref
from core.testing import WEST_HILL
from plugins.rooms.about.ratings import SCORES, closes
from plugins.rooms.models import Room
from tests.core.web.office_cases import person

ENTER = "rooms.desk"


@pytest.fixture
def last():
    """Until when may be rated, by person; everybody else has no say."""
    return {}


@pytest.fixture
def room(store, last):
    """A record that may be rated."""
    kind = ScoreKind("rooms.room", "满意吗？", lambda _ref, person_id: last.get(person_id))
    set_active(SimpleNamespace(declared=lambda _kind: [("rooms", kind)]))
    yield Ref("rooms.room", store.west, 1)
    set_active(None)


@pytest.fixture
def live(store, last):
    """`live("3-2-501")` is a resident of that door who may rate."""
    office = store.actor("core.people.edit", "core.people.view")
    estate = add_estate(office, "海城名家")

    def make(door):
        who = add_person(office, name=f"住户{len(last)}", phone="", estate_id=estate, door=door)
        last[who.id] = today() + datetime.timedelta(days=5)
        return store.actor(kind="resident", account=100 + who.id, person=who.id)

    make.estate, make.office = estate, office
    return make


def test_a_household_has_one_score_which_its_people_change(room, live):
    one, other = live("3-2-501"), live("3-2-501")
    scores.rate(one, room, 2, "太吵")
    scores.rate(other, room, 4)
    assert scores.given(room, one.person) == scores.given(room, other.person)
    assert scores.given(room, one.person)[:2] == (4, "")
    assert Score.select().count() == 1
    assert [(row.value, row.words) for row in ScoreBefore.select()] == [(2, "太吵")]


def test_somebody_with_several_homes_has_one_voice(room, live):
    owner = live("1-1-101")
    second = move_in(live.office, PublicId.of(owner.person), live.estate, "1-1-102", "owner", today())
    scores.rate(owner, room, 5)
    tenant = live("1-1-102")
    scores.rate(tenant, room, 1)
    scores.rate(owner, room, 4)
    assert sorted(row.value for row in Score.select()) == [1, 4]
    assert second in {row.home_id for row in PersonHome.select()}


class PublicId:
    """The key by which services know a person."""

    @staticmethod
    def of(person_id):
        from core.people.person import Person

        return Person.get_by_id(person_id).public_id


def test_mean_and_counts_are_told_from_three_households_on(room, live):
    for number, value in enumerate((5, 4), start=1):
        scores.rate(live(f"2-1-10{number}"), room, value, "好")
    assert scores.summary(room) == scores.Summary(2, None, None)
    scores.rate(live("2-1-103"), room, 1)
    told = scores.summary(room)
    assert (told.count, told.mean, told.counts, told.words) == (3, 3.3, (1, 0, 0, 1, 1), ("好", "好"))


def test_only_until_the_last_day_and_only_by_whom_it_concerns(room, live, last, store):
    member = live("2-1-101")
    last[member.person] = today() - datetime.timedelta(days=1)
    assert not scores.may_rate(member, room)
    with pytest.raises(Refused):
        scores.rate(member, room, 3)
    last.pop(member.person)
    with pytest.raises(Refused):
        scores.rate(member, room, 3)
    with pytest.raises(Forbidden):
        scores.rate(store.actor(kind="anonymous"), room, 3)
    homeless = store.actor(kind="resident", person=999_999)
    last[999_999] = today()
    with pytest.raises(Refused):
        scores.rate(homeless, room, 3)
    assert Score.select().count() == 0


@pytest.mark.parametrize("value, words", [(0, ""), (6, ""), (None, ""), (3, "长" * 201), (3, "甲\x00")])
def test_refuses_what_is_no_score(room, live, value, words):
    with pytest.raises(Invalid):
        scores.rate(live("2-1-101"), room, value, words)


def test_paper_keeps_its_day_and_counts_as_the_household_s(room, live, store):
    member, staff = live("2-1-101"), store.actor(ENTER)
    yesterday = today() - datetime.timedelta(days=1)
    scores.enter_score(staff, room, member.person, 5, "好", asked_on=yesterday, permission=ENTER)
    record = Score.get()
    assert (record.asked_on, record.entered_by, record.value) == (yesterday, "测试员", 5)
    with pytest.raises(Forbidden):
        scores.enter_score(store.actor(), room, member.person, 5, asked_on=today(), permission=ENTER)
    with pytest.raises(Invalid):
        tomorrow = today() + datetime.timedelta(days=1)
        scores.enter_score(staff, room, member.person, 5, asked_on=tomorrow, permission=ENTER)
    stranger = store.actor(ENTER, community=store.south)
    with pytest.raises(NotFound):
        scores.enter_score(stranger, room, member.person, 5, asked_on=today(), permission=ENTER)


def test_no_paper_replaces_what_a_household_gave_itself(room, live, store):
    member, staff, yesterday = live("2-1-101"), store.actor(ENTER), today() - datetime.timedelta(days=1)
    scores.enter_score(staff, room, member.person, 4, asked_on=yesterday, permission=ENTER)
    scores.enter_score(staff, room, member.person, 5, asked_on=yesterday, permission=ENTER)
    scores.rate(member, room, 1)
    with pytest.raises(Refused):
        scores.enter_score(staff, room, member.person, 5, asked_on=today(), permission=ENTER)
    assert Score.get().value == 1


def test_parallel_taps_make_one_score(room, live):
    member, barrier = live("2-1-101"), threading.Barrier(5)

    def tap():
        barrier.wait()
        scores.rate(member, room, 4)
        db.database.close()

    threads = [threading.Thread(target=tap) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Score.select().count() == 1


def test_the_database_keeps_one_for_a_household_and_what_it_was(room, live, store):
    scores.rate(live("2-1-101"), room, 4)
    record = Score.get()

    def refused(act):
        with pytest.raises(peewee.PeeweeException) as error, db.transaction(store.west):
            act()
        return violations.violated(error.value)

    again = {
        "community": store.west,
        "subject": record.subject,
        "home_id": record.home_id,
        "value": 1,
        "asked_on": today(),
    }
    assert refused(lambda: Score.create(**again)) == "score_community_subject_home_id_unique"
    assert refused(lambda: Score.delete().execute()) == "score_kept"
    assert refused(lambda: Score.update(subject="rooms.room:2").execute()) == "score_kept"
    assert refused(lambda: Score.update(value=9).execute()) == "score_value_known"
    scores.rate(live("2-1-101"), room, 5)
    assert refused(lambda: ScoreBefore.delete().execute()) == "score_before_append_only"


def test_the_copy_of_what_is_held_has_the_household_s_scores(room, live, store):
    member, other = live("2-1-101"), live("3-1-101")
    scores.rate(member, room, 1, "保安态度差")
    [table] = scores.tables(store.west, SimpleNamespace(id=member.person))
    assert [row[2] for row in table.rows] == ["保安态度差"]
    assert scores.tables(store.west, SimpleNamespace(id=other.person))[0].rows == ()


@pytest.mark.parametrize(
    "wrong",
    [(ScoreKind("rooms.nothing", "？", closes),), (SCORES, SCORES), (ScoreKind("rooms.room", "？", None),)],
    ids=["no record", "twice", "nobody says until when"],
)
def test_a_plugin_that_declares_scores_wrongly_is_refused(wrong):
    declaration = Declaration(models=(Room,), scores=(SCORES,))
    check_scores(declaration)
    with pytest.raises(PluginError):
        check_scores(dataclasses.replace(declaration, scores=wrong))


def test_the_audit_log_does_not_tell_what_was_written(room, live):
    scores.rate(live("2-1-101"), room, 1, "保安态度差")
    assert not any("保安" in row.payload for row in AuditDetail.select())


def test_who_moves_in_does_not_read_what_the_household_before_wrote(app):
    old, new = person("旧住户", "13900000001", "9-9-909"), person("新住户", "13900000002", "9-9-909")
    home = PersonHome.get(PersonHome.person_id == old.id).home_id
    with db.transaction(WEST_HILL):
        PersonHome.update(until_day=today() - datetime.timedelta(days=10)).where(
            PersonHome.person_id == old.id
        ).execute()
        PersonHome.update(from_day=today() - datetime.timedelta(days=5)).where(PersonHome.person_id == new.id).execute()
        scores.Score.create(
            community=WEST_HILL, subject="rooms.room:1", home_id=home, value=1, words="从前的话",
            asked_on=today() - datetime.timedelta(days=300),
        )  # fmt: skip

    def told(who):
        return [row for table in scores.tables(WEST_HILL, subject_of(WEST_HILL, who.id)) for row in table.rows]

    assert told(new) == [] and len(told(old)) == 1
    assert scores.given(Ref("rooms.room", WEST_HILL, 1), new.id) is None
