"""Signing in by name, phone or user name; the same answer for the absent and the mistaken; 换人 and the locked screen."""

import pytest

from core.actor import command
from core.errors import Invalid, NotFound, Refused, SignInRequired, Throttled, Unavailable
from core.people import accounts, credentials, permissions, residents, secrets, sessions, sign_in
from core.people.account_records import Session, SignInAttempt
from core.store.audit import AuditEntry
from tests.core.people.account_cases import (
    ELSEWHERE,
    OFFICE,
    OTHER_PASSWORD,
    OTHER_PIN,
    PASSWORD,
    PHONE,
    PIN,
    own,
    owner,
    resident,
    sign_in_staff,
    staff,
)


def enter(store, name, secret, *, community=None, address=PHONE):
    return sign_in.sign_in(community or store.west, name, secret, address, "browser")


def refusal(store, name, secret, **options):
    with pytest.raises(Invalid) as refused:
        enter(store, name, secret, **options)
    return str(refused.value), {field: [str(each) for each in texts] for field, texts in refused.value.errors.items()}


@pytest.mark.parametrize(
    "typed", ["张三丰", " 张 三丰 ", "13812345678", "138 1234 5678", "+86 138-1234-5678", "0573-82385872"]
)
def test_a_resident_signs_in_by_name_or_any_phone(store, typed):
    account = resident(store, phone="13812345678")
    actor = store.actor("core.people.edit", "core.people.view")
    public_id = residents.Person.get_by_id(account.person_id).public_id
    residents.edit_person(actor, public_id, phone_2="0573-82385872")
    assert enter(store, typed, PIN).account == account.id


def test_full_width_digits_of_an_input_method_are_digits(store):
    account = resident(store, phone="13812345678")
    assert enter(store, "１３８１２３４５６７８", "８３０１７４").account == account.id


def test_staff_and_owners_sign_in_by_user_name_in_any_capitals(store):
    account, boss = staff(store), owner()
    assert enter(store, "WangFang", PASSWORD).account == account.id
    assert sign_in.sign_in(None, "owner", PASSWORD, PHONE, "browser").account == boss.id


def test_a_wrong_secret_and_an_unknown_name_get_the_same_answer(store):
    resident(store, phone="13812345678")
    staff(store)
    answers = {
        str(refusal(store, *attempt))
        for attempt in (("张三丰", OTHER_PIN), ("李四", PIN), ("13812345678", OTHER_PIN), ("13900000000", PIN),
                        ("wangfang", OTHER_PASSWORD), ("nobody", PASSWORD), ("", ""))
    }  # fmt: skip
    assert len(answers) == 1


def test_an_unknown_name_costs_a_verification_as_well(store, monkeypatch):
    resident(store)
    verified = []
    real = secrets.verify
    monkeypatch.setattr(secrets, "verify", lambda stored, secret: verified.append(stored) or real(stored, secret))
    refusal(store, "张三丰", OTHER_PIN)
    refusal(store, "李四", OTHER_PIN)
    assert len(verified) == 2 and verified[1] is None


def test_a_family_shares_a_phone_and_each_gets_their_own_account(store):
    mother = resident(store, "李兰", "13812345678", PIN)
    son = resident(store, "李强", "13812345678", OTHER_PIN)
    assert enter(store, "13812345678", PIN).account == mother.id
    assert enter(store, "13812345678", OTHER_PIN).account == son.id


def test_two_people_of_one_name_and_one_pin_are_asked_for_the_phone(store):
    first = resident(store, "王伟", "13812345678", PIN)
    second = resident(store, "王伟", "13912345678", PIN)
    assert list(refusal(store, "王伟", PIN)[1]) == ["name"]
    assert enter(store, "13812345678", PIN).account == first.id
    assert enter(store, "13912345678", PIN).account == second.id


def test_more_people_of_one_name_than_are_tried_are_asked_for_the_phone(store):
    for each in range(sign_in.MOST_CANDIDATES + 1):
        resident(store, "王伟", f"1381234567{each}", PIN)
    assert list(refusal(store, "王伟", OTHER_PIN)[1]) == ["name"]


def test_residents_of_another_community_are_unknown_here(store):
    resident(store, phone="13812345678")
    refusal(store, "张三丰", PIN, community=store.south)
    refusal(store, "13812345678", PIN, community=store.south)


def test_the_deceased_and_the_closed_do_not_sign_in(store):
    account = resident(store)
    person = residents.Person.get_by_id(account.person_id)
    actor = store.actor("core.people.edit", "core.people.view")
    residents.set_status(actor, person.public_id, "deceased")
    refusal(store, "张三丰", PIN)
    other = staff(store)
    accounts.close_account(command(store.west), other.id)
    refusal(store, "wangfang", PASSWORD)


def test_a_frozen_account_is_told_so_only_with_the_right_secret(store):
    account = resident(store)
    accounts.freeze_account(command(store.west), account.id, "手机被偷")
    refusal(store, "张三丰", OTHER_PIN)
    with pytest.raises(Refused):
        enter(store, "张三丰", PIN)
    accounts.thaw_account(command(store.west), account.id)
    assert enter(store, "张三丰", PIN)


def test_guessing_is_throttled_for_present_and_absent_alike(store, clock):
    resident(store)
    for name in ("张三丰", "没有此人"):
        for _time in range(5):
            refusal(store, name, OTHER_PIN)
        with pytest.raises(Throttled) as refused:
            enter(store, name, PIN)
        assert refused.value.seconds == 30
    clock.forward(seconds=30)
    assert enter(store, "张三丰", PIN)


def test_an_overloaded_machine_counts_no_mistake(store, monkeypatch):
    resident(store)

    def busy(stored, secret):
        raise Unavailable

    monkeypatch.setattr(secrets, "verify", busy)
    with pytest.raises(Unavailable):
        enter(store, "张三丰", PIN)
    assert SignInAttempt.select().count() == 0


def test_each_sign_in_opens_a_new_session_and_that_of_staff_is_audited(store):
    account = staff(store)
    assert sign_in_staff(account) != sign_in_staff(account)
    resident(store)
    enter(store, "张三丰", PIN)
    entries = AuditEntry.select(AuditEntry.account, AuditEntry.origin).where(AuditEntry.action == "core.signed_in")
    assert list(entries.tuples()) == [(account.id, OFFICE)] * 2


def test_whoever_must_change_the_password_can_do_nothing_else(store):
    account = accounts.create_staff(command(store.west), "lihua", "李华", PASSWORD, grants=["director"])
    token = sign_in.sign_in(None, "lihua", PASSWORD, OFFICE, "browser")
    assert token.must_change and sessions.find_session(token.token).phase == "must_change"
    actor = permissions.actor_for(token.token, store.west, OFFICE)
    assert actor.account == account.id and not actor.permissions and not actor.roles and not actor.is_staff
    credentials.change_secret(actor, PASSWORD, OTHER_PASSWORD)
    assert permissions.actor_for(token.token, store.west, OFFICE).can("core.desk")


# --------------------------------------------------------------------------- 换人 and the locked screen


@pytest.fixture
def office(store):
    """Two colleagues with PINs who both signed in at the office PC, and the token of the first."""
    wang, li = staff(store), staff(store, "lihua", "李华", "director")
    for account, pin in ((wang, PIN), (li, OTHER_PIN)):
        credentials.set_switch_pin(own(account), PASSWORD, pin)
    sign_in_staff(li)
    return wang, li, sign_in_staff(wang)


def switch(token, account, pin, address=OFFICE):
    return sign_in.switch_user(token, account.id, pin, address, "browser")


def test_a_colleague_takes_over_by_pin_in_a_new_session(store, office):
    wang, li, token = office
    assert [each.label for each in sign_in.switchable(token, OFFICE)] == ["李华"]
    taken = switch(token, li, OTHER_PIN)
    assert permissions.actor_for(taken.token, store.west, OFFICE).account == li.id
    assert permissions.actor_for(token, store.west, OFFICE).account is None
    assert switch(taken.token, wang, PIN).account == wang.id


def test_the_new_session_lasts_no_longer_than_the_old_one(store, office, clock):
    _wang, li, token = office
    end = sessions.find_session(token).expires_at
    clock.forward(hours=5)
    taken = switch(token, li, OTHER_PIN)
    assert sessions.find_session(taken.token).expires_at == end


def test_a_locked_screen_can_be_taken_over_or_unlocked(store, office):
    _wang, li, token = office
    sessions.lock(token)
    with pytest.raises(Invalid):
        sign_in.unlock(token, OTHER_PIN, OFFICE)
    sign_in.unlock(token, PIN, OFFICE)
    assert permissions.actor_for(token, store.west, OFFICE).is_signed_in
    sessions.lock(token)
    sign_in.unlock(token, PASSWORD, OFFICE)
    sign_in.unlock(token, "not needed while it is open", OFFICE)
    sessions.lock(token)
    assert switch(token, li, OTHER_PIN)


def test_a_wrong_pin_takes_nothing_over_and_is_throttled(store, office):
    _wang, li, token = office
    for _time in range(5):
        with pytest.raises(Invalid):
            switch(token, li, "407391")
    with pytest.raises(Throttled):
        switch(token, li, OTHER_PIN)
    assert permissions.actor_for(token, store.west, OFFICE).is_signed_in


def test_only_those_who_used_this_machine_by_password_are_offered(store, office):
    _wang, li, token = office
    chen = staff(store, "chen", "陈静")
    credentials.set_switch_pin(own(chen), PASSWORD, PIN)
    sign_in_staff(chen, address=ELSEWHERE)
    assert [each.account for each in sign_in.switchable(token, OFFICE)] == [li.id]
    with pytest.raises(NotFound):
        switch(token, chen, PIN)


def test_six_digits_never_open_the_installation(store, office):
    _wang, _li, token = office
    boss = owner()
    credentials.set_switch_pin(own(boss), PASSWORD, PIN)
    sign_in_staff(boss)
    assert boss.id not in [each.account for each in sign_in.switchable(token, OFFICE)]


def test_residents_and_ended_sessions_switch_nothing(store, office, clock):
    _wang, li, token = office
    resident(store)
    phone = enter(store, "张三丰", PIN, address=OFFICE).token
    assert sign_in.switchable(phone, OFFICE) == [] == sign_in.switchable(None, OFFICE)
    with pytest.raises(SignInRequired):
        switch(phone, li, OTHER_PIN)
    clock.forward(hours=12)
    with pytest.raises(SignInRequired):
        switch(token, li, OTHER_PIN)
    with pytest.raises(SignInRequired):
        sign_in.unlock(token, PIN, OFFICE)


def test_a_session_says_with_what_it_was_opened(store, office):
    _wang, li, token = office
    switch(token, li, OTHER_PIN)
    assert Session.select().where(Session.opened_with == "pin").count() == 1
