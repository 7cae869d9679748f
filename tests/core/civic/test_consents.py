"""Separate consents on both engines: asked one by one, taken back at once, for children by a guardian of the same home."""

import datetime

import peewee
import pytest

from core.actor import Actor
from core.civic.privacy import care_notes, consents
from core.civic.privacy.care_notes import CARE, CareNote
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import accounts, children, residents, sign_in, slips
from core.people.account_records import AccountSlip, Session
from core.people.areas import add_estate
from core.people.children import SEE
from core.people.consent_records import CHILD, SeparateConsent
from core.people.directory import EDIT, VIEW
from core.plugin.current import set_active
from core.store import audit
from core.store.db import transaction
from core.store.violations import violated
from tests.core.plugin.conftest import workshop

__all__ = ["workshop"]
YEAR = today().year
WORDS = "听力不好，请说慢一点"


@pytest.fixture
def office(store, workshop):
    """Somebody of the office, with a registry that has no plugins."""
    set_active(workshop.load())
    return store.actor(EDIT, VIEW, SEE, slips.PRINT)


@pytest.fixture
def home(store):
    """Adds people to one door: `home(name, year)`."""
    actor = store.actor(EDIT, SEE)
    with transaction(store.west):
        estate = add_estate(actor, "海城名家")

    def add(name, year=None, door="3-2-501"):
        return residents.add_person(actor, name=name, birth_year=year, estate_id=estate, door=door)

    return add


def me(store, person, **fields) -> Actor:
    """That resident, signed in."""
    return store.actor(kind="resident", account=100 + person.id, person=person.id, **fields)


# --------------------------------------------------------------------------- one question


def test_nothing_is_agreed_to_before_it_was_asked(store, office, home):
    who = home("张三丰")
    assert not consents.has_consented(store.west, who.id, CARE)
    [asked] = consents.own_questions(me(store, who))
    assert (asked.consent.name, asked.is_new, asked.holds, asked.last) == (CARE, True, False, None)
    with pytest.raises(NotFound):
        consents.has_consented(store.west, who.id, "core.nothing")
    with pytest.raises(NotFound):
        consents.answer(me(store, who), CHILD, True)


def test_words_are_kept_only_while_the_person_agrees(store, office, home):
    who = home("张三丰")
    with pytest.raises(Refused):
        care_notes.write_care(office, who.public_id, WORDS)
    consents.answer(me(store, who), CARE, True)
    care_notes.write_care(office, who.public_id, WORDS)
    assert care_notes.care_of(office, who.id) == WORDS
    consents.answer(me(store, who), CARE, False)
    assert care_notes.care_of(office, who.id) == "" and CareNote.select().count() == 0
    acts = [row.action for row in audit.AuditEntry.select().where(audit.AuditEntry.action.contains("consent"))]
    assert acts == ["core.separate_consent.given", "core.separate_consent.taken_back"]
    assert not audit.AuditDetail.select().where(audit.AuditDetail.payload.contains("听力")).exists()
    assert audit.verify(store.west) is None


def test_the_database_keeps_no_words_without_consent(store, office, home):
    who = home("张三丰")
    row = {"community": store.west, "person_id": who.id, "words": WORDS, "by_label": "x"}
    refused(store, CareNote.insert(**row), "care_note_consented")
    consents.answer(me(store, who), CARE, True)
    care_notes.write_care(office, who.public_id, WORDS)
    no = {"way": "account", "question": "x", "asked_on": today(), "by_label": "x", "version": 1, "given": False}
    with transaction(store.west):
        SeparateConsent.insert(community=store.west, person_id=who.id, name=CARE, **no).execute()
    refused(store, CareNote.update(words="改了"), "care_note_consented")
    assert care_notes.care_of(office, who.id) == "", "hidden although the row is still there"
    assert consents.clear_left(office) == 1 and consents.clear_left(office) == 0


def refused(store, act, guard):
    """The database refuses this by that name."""
    with pytest.raises(peewee.IntegrityError) as error, transaction(store.west):
        act.execute()
    assert violated(error.value) == guard


def test_what_was_asked_is_kept_word_for_word(store, office, home):
    who = home("张三丰")
    consents.answer(me(store, who), CARE, False)
    said = SeparateConsent.get()
    assert (said.given, said.way, said.asked_on, said.relation) == (False, "account", today(), "")
    assert str(consents.question(who, CARE).consent.purpose) in said.question
    for act in (SeparateConsent.update(given=True), SeparateConsent.delete()):
        refused(store, act, "separate_consent_append_only")


def test_paper_has_its_day_and_does_not_undo_what_was_said_later(store, office, home):
    who = home("张三丰")
    day = today() - datetime.timedelta(days=3)
    consents.enter(office, who.public_id, CARE, True, day)
    assert (SeparateConsent.get().way, SeparateConsent.get().asked_on) == ("paper", day)
    assert audit.AuditEntry.select().order_by(audit.AuditEntry.seq.desc()).first().on_behalf_of == who.id
    consents.answer(me(store, who), CARE, False)
    for bad in (day, today() + datetime.timedelta(days=1)):
        with pytest.raises(Invalid) as error:
            consents.enter(office, who.public_id, CARE, True, bad)
        assert list(error.value.errors) == ["asked_on"]
    assert not consents.has_consented(store.west, who.id, CARE)
    with pytest.raises(Forbidden):
        consents.enter(store.actor(VIEW), who.public_id, CARE, True, today())
    with pytest.raises(NotFound):
        consents.enter(store.actor(EDIT, community=store.south), who.public_id, CARE, True, today())


def test_whoever_was_asked_is_no_double_to_be_joined_away(store, office, home):
    who, other = home("张三丰"), home("张三")
    consents.answer(me(store, who), CARE, True)
    with pytest.raises(Refused):
        residents.link_homes(office, other.public_id, who.public_id)


# --------------------------------------------------------------------------- a module's question

GARDEN = """
held, fail = {}, []
def clear(actor, person):
    if fail:
        raise ValueError("stuck")
    return [Ref("garden.bed", actor.community, 1)] if held.pop(person.id, None) else []
class Bed(CommunityModel):
    kind = "garden.bed"
    allergy = Text()
    class Meta:
        table_name = "garden_bed"
ALLERGY = Consent("garden.allergy", "May we note your allergies?", "So that no plant harms you.", "Until you leave.",
                  "We plant as usual.", clear, version=VERSION)
FIELD = PersonalField(Bed, ("allergy",), "Allergies", "To plant", "consent", "Until you leave", sensitive=True,
                      consent="garden.allergy")
@hookimpl
def declare(): return Declaration(models=(Bed,), personal=(FIELD,), consents=(ALLERGY,))
"""


@pytest.fixture
def garden(workshop):
    """Loads a garden whose question has that version; returns its module."""

    def load(version=1):
        workshop.plugin("garden", GARDEN.replace("VERSION", str(version)))
        registry = workshop.load()
        workshop.enable(registry, "garden")
        set_active(registry)
        return registry.plugins["garden"].module

    return load


def test_a_module_asks_with_one_declared_name(store, garden, home):
    module, who = garden(), home("张三丰")
    assert [each.consent.name for each in consents.own_questions(me(store, who))] == [CARE, "garden.allergy"]
    assert not consents.has_consented(store.west, who.id, "garden.allergy")
    consents.answer(me(store, who), "garden.allergy", True)
    assert consents.has_consented(store.west, who.id, "garden.allergy")
    module.held[who.id] = "花生"
    consents.answer(me(store, who), "garden.allergy", False)
    assert module.held == {} and not consents.has_consented(store.west, who.id, "garden.allergy")


def test_a_no_holds_though_the_module_fails_and_is_cleared_the_next_day(store, garden, home, monkeypatch):
    module, who = garden(), home("张三丰")
    from core.plugin.current import active

    monkeypatch.setattr(active(), "config", type("Lenient", (), {"strict": False})())
    consents.answer(me(store, who), "garden.allergy", True)
    module.held[who.id] = "花生"
    module.fail.append(True)
    consents.answer(me(store, who), "garden.allergy", False)
    assert not consents.has_consented(store.west, who.id, "garden.allergy") and module.held
    module.fail.clear()
    assert consents.clear_left(store.actor(EDIT)) == 1 and module.held == {}


# --------------------------------------------------------------------------- children


@pytest.mark.parametrize("age, expected", [(0, True), (13, True), (14, True), (15, False), (80, False), (None, False)])
def test_who_is_a_child_goes_by_the_year_and_asks_where_it_cannot_tell(store, office, home, age, expected):
    who = home("小宝", YEAR - age if age is not None else None)
    assert children.is_child(who) is expected
    assert children.may_be_either(who.birth_year) is (age == 14)
    if age == 14:
        consents.say_turned_fourteen(office, who.public_id)
        consents.say_turned_fourteen(office, who.public_id)
        assert not children.is_child(who)
    else:
        with pytest.raises(Refused):
            consents.say_turned_fourteen(office, who.public_id)


def test_a_guardian_of_the_same_home_answers_for_the_child(store, office, home):
    mother, child, elsewhere = home("张桂英", 1988), home("小宝", YEAR - 6), home("邻居", 1980, "1-1-101")
    assert [each.id for each in children.own_children(me(store, mother))] == [child.id]
    assert children.own_children(me(store, elsewhere)) == [] and children.own_children(me(store, child)) == []
    with pytest.raises(Refused):
        consents.answer(me(store, child), CARE, True)
    with pytest.raises(NotFound):
        consents.answer_for_child(me(store, elsewhere), child.public_id, CHILD, True, "parent")
    with pytest.raises(NotFound):
        consents.answer_for_child(me(store, mother), elsewhere.public_id, CARE, True, "parent")
    with pytest.raises(Invalid):
        consents.answer_for_child(me(store, mother), child.public_id, CHILD, True, "")
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, True, "parent")
    said = SeparateConsent.get()
    assert (said.person_id, said.way, said.guardian, said.guardian_id) == (child.id, "guardian", "张桂英", mother.id)
    assert children.guardian_agreed(child) and [each.consent.name for each in consents.questions(child)] == [
        CHILD,
        CARE,
    ]


@pytest.mark.parametrize(("age", "counts"), [(16, False), (17, False), (18, True), (None, True)])
def test_whoever_is_not_of_age_is_no_guardian(store, office, home, age, counts):
    child, other = home("小宝", YEAR - 6), home("张小明", None if age is None else YEAR - age)
    assert [each.id for each in children.own_children(me(store, other))] == [child.id] * counts
    if not counts:
        with pytest.raises(NotFound):
            consents.answer_for_child(me(store, other), child.public_id, CHILD, True, "guardian")
        assert not children.guardian_agreed(child)


def test_somebody_who_moved_out_answers_no_more(store, office, home):
    mother, child = home("张桂英", 1988), home("小宝", YEAR - 6)
    assert children.own_child(me(store, mother), child.public_id).id == child.id
    [stay] = residents.person_page(office, mother.public_id).homes
    residents.move_out(office, mother.public_id, stay.home_id)
    assert children.own_children(me(store, mother)) == []


def test_paper_for_a_child_names_whoever_signed(store, office, home):
    child = home("小宝", YEAR - 6)
    with pytest.raises(Invalid) as error:
        consents.enter(office, child.public_id, CHILD, True, today())
    assert sorted(error.value.errors) == ["guardian", "relation"]
    consents.enter(office, child.public_id, CHILD, True, today(), guardian="张桂英", relation="guardian")
    assert (SeparateConsent.get().guardian, SeparateConsent.get().guardian_id) == ("张桂英", None)


def test_no_account_without_the_guardian_and_none_any_more_once_it_is_taken_back(store, office, home):
    mother, child = home("张桂英", 1988), home("小宝", YEAR - 6)
    keys = [mother.public_id, child.public_id]
    assert [row[1] for row in slips.prepare(office, keys).people] == [mother.public_id]
    with pytest.raises(Refused):
        accounts.open_account(store.actor(accounts.MANAGE), child.public_id, "830174")
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, True, "parent")
    prepared = slips.prepare(office, [child.public_id])
    [slip] = slips.issue(office, prepared)
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, False, "parent")
    assert AccountSlip.select().where(AccountSlip.revoked_at.is_null()).count() == 0
    with pytest.raises(Invalid):
        slips.redeem(slip.code, "127.0.0.1")
    assert slips.issue(office, prepared) == []
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, True, "parent")
    opened = accounts.open_account(store.actor(accounts.MANAGE), child.public_id, "830174")
    sign_in.sign_in(store.west, "小宝", "830174", "127.0.0.1", "test")
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, False, "parent")
    with pytest.raises(Refused):
        sign_in.sign_in(store.west, "小宝", "830174", "127.0.0.1", "test")
    assert Session.select().where(Session.account_id == opened.id, Session.revoked_at.is_null()).count() == 0
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, True, "parent")
    assert sign_in.sign_in(store.west, "小宝", "830174", "127.0.0.1", "test").account == opened.id


def test_at_fourteen_the_child_is_asked_and_the_guardian_s_word_holds_no_longer(store, office, home):
    child = home("小宝", YEAR - 14)
    consents.enter(office, child.public_id, CARE, True, today(), guardian="张桂英", relation="parent")
    assert consents.has_consented(store.west, child.id, CARE)
    consents.say_turned_fourteen(office, child.public_id)
    assert not consents.has_consented(store.west, child.id, CARE)
    [asked] = consents.own_questions(me(store, child))
    assert asked.is_new
    consents.answer(me(store, child), CARE, True)
    assert consents.has_consented(store.west, child.id, CARE)


def test_the_record_of_a_child_opens_only_for_those_who_look_after_children(store, office, home):
    child = home("小宝", YEAR - 6)
    with pytest.raises(Forbidden):
        residents.person_page(store.actor(VIEW), child.public_id)
    with pytest.raises(Forbidden):
        residents.edit_person(store.actor(EDIT), child.public_id, note="x")
    assert residents.person_page(office, child.public_id).name == "小宝"


def test_the_paper_for_a_child_is_seen_by_those_who_may_open_the_record(store, office, home):
    child, adult, sees = home("小宝", YEAR - 6), home("张桂英", 1988), consents.may_see_scan
    consents.enter(office, child.public_id, CHILD, True, today(), guardian="张桂英", relation="parent")
    consents.enter(office, adult.public_id, CARE, True, today())
    of_child, of_adult = [each.ref for each in SeparateConsent.select().order_by(SeparateConsent.id)]
    editor = store.actor(EDIT, VIEW)
    assert [sees(actor, of_child) for actor in (office, editor, store.actor(VIEW, SEE))] == [True, False, False]
    assert [sees(actor, of_adult) for actor in (office, editor)] == [True, True]


def test_the_own_data_tell_what_was_said_also_as_a_guardian(store, office, home):
    from core.people.person_data import subject_of

    mother, child = home("张桂英", 1988), home("小宝", YEAR - 6)
    consents.answer_for_child(me(store, mother), child.public_id, CHILD, True, "parent")
    for each in (mother, child):
        [table] = consents.tables(store.west, subject_of(store.west, each.id))
        assert len(table.rows) == 1 and table.rows[0][3].startswith("张桂英")
    mine = subject_of(store.west, mother.id)
    with transaction(store.west):
        consents.erase(store.actor(EDIT), mine)
    assert SeparateConsent.get().guardian == "—"
