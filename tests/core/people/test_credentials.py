"""PINs and passwords change by their people; keepers reset them without ever reading or choosing one."""

import pytest

from core.actor import command
from core.errors import Forbidden, Invalid, NotFound, Refused, SignInRequired, Throttled
from core.people import account_list, accounts, credentials, permissions, residents, roles, sessions, sign_in, slips
from core.people.account_records import Account, AccountSlip
from tests.core.people.account_cases import (
    OFFICE,
    OTHER_PASSWORD,
    OTHER_PIN,
    PASSWORD,
    PHONE,
    PIN,
    own,
    owner,
    person,
    resident,
    sign_in_staff,
    staff,
)

MANAGE, ROLES = "core.accounts.manage", "core.roles.manage"


def test_changing_the_password_ends_every_other_session(store):
    account = staff(store)
    here, elsewhere = sign_in_staff(account), sign_in_staff(account)
    actor = permissions.actor_for(here, store.west, OFFICE)
    credentials.change_secret(actor, PASSWORD, OTHER_PASSWORD)
    assert sessions.find_session(here) and sessions.find_session(elsewhere) is None
    with pytest.raises(Invalid):
        sign_in_staff(account)
    assert sign_in_staff(account, password=OTHER_PASSWORD)


def test_the_new_secret_follows_the_rules_and_is_new(store):
    wang, zhang = staff(store), resident(store, phone="13835906174")
    for account, old, new, field in (
        (wang, PASSWORD, "wangfang2026", "password"),
        (wang, PASSWORD, PASSWORD, "password"),
        (zhang, PIN, "906174", "pin"),
        (zhang, PIN, PIN, "pin"),
        (zhang, OTHER_PIN, "407391", "old_secret"),
    ):
        with pytest.raises(Invalid) as refused:
            credentials.change_secret(own(account), old, new)
        assert list(refused.value.errors) == [field]
    credentials.change_secret(own(zhang), PIN, OTHER_PIN)
    assert sign_in.sign_in(store.west, "张三丰", OTHER_PIN, PHONE, "browser")


def test_being_asked_again_is_throttled(store):
    account = staff(store)
    credentials.confirm_secret(own(account), PASSWORD)
    for _time in range(5):
        with pytest.raises(Invalid):
            credentials.confirm_secret(own(account), OTHER_PASSWORD)
    with pytest.raises(Throttled):
        credentials.confirm_secret(own(account), PASSWORD)


def test_nobody_signed_in_has_nothing_to_confirm_or_change(store):
    with pytest.raises(SignInRequired):
        credentials.confirm_secret(store.actor(), PASSWORD)
    with pytest.raises(SignInRequired):
        credentials.change_secret(command(store.west), PASSWORD, OTHER_PASSWORD)


def test_a_switch_pin_needs_the_password_and_follows_the_rules(store):
    account = staff(store)
    for password, pin in ((OTHER_PASSWORD, PIN), (PASSWORD, "123456")):
        with pytest.raises(Invalid):
            credentials.set_switch_pin(own(account), password, pin)
    with pytest.raises(Forbidden):
        credentials.set_switch_pin(own(resident(store)), PIN, OTHER_PIN)
    credentials.set_switch_pin(own(account), PASSWORD, PIN)
    assert PIN not in Account.get_by_id(account.id).pin


def test_a_reset_makes_the_old_secret_worthless_and_gives_a_code_once(store):
    account = resident(store)
    token = sign_in.sign_in(store.west, "张三丰", PIN, PHONE, "browser").token
    code = credentials.reset_secret(store.actor(MANAGE), account.id)
    assert code.label == "张三丰" and sessions.find_session(token) is None
    with pytest.raises(Invalid):
        sign_in.sign_in(store.west, "张三丰", PIN, PHONE, "browser")
    assert code.code not in [slip.code_digest for slip in AccountSlip.select()]
    assert slips.redeem(code.code, PHONE).secret == "pin"
    assert slips.open_with_slip(code.code, OTHER_PIN, PHONE, "browser").account == account.id
    with pytest.raises(Invalid):
        slips.open_with_slip(code.code, PIN, PHONE, "browser")
    assert sign_in.sign_in(store.west, "张三丰", OTHER_PIN, PHONE, "browser")


def test_a_second_reset_makes_the_first_code_worthless(store):
    account = staff(store)
    first = credentials.reset_secret(store.actor(MANAGE), account.id)
    second = credentials.reset_secret(store.actor(MANAGE), account.id)
    with pytest.raises(Invalid):
        slips.redeem(first.code, PHONE)
    assert slips.redeem(second.code, PHONE).secret == "password"
    with pytest.raises(Invalid) as refused:
        slips.open_with_slip(second.code, PIN, PHONE, "browser")
    assert list(refused.value.errors) == ["password"]
    slips.open_with_slip(second.code, OTHER_PASSWORD, PHONE, "browser")
    assert sign_in_staff(account, password=OTHER_PASSWORD)


def test_a_keeper_cannot_take_over_the_director_or_the_owner_by_a_reset(store):
    director = staff(store, "lihua", "李华", "director")
    boss = owner()
    with pytest.raises(Forbidden):
        credentials.reset_secret(store.actor(MANAGE), director.id)
    with pytest.raises(NotFound):
        credentials.reset_secret(store.actor(MANAGE, ROLES), boss.id)
    assert credentials.reset_secret(command(), boss.id)


def test_a_closed_account_gives_no_code(store):
    account = staff(store)
    code = credentials.reset_secret(store.actor(MANAGE), account.id)
    accounts.close_account(store.actor(MANAGE), account.id)
    with pytest.raises(Invalid):
        slips.redeem(code.code, PHONE)
    with pytest.raises(Refused):
        credentials.reset_secret(store.actor(MANAGE), account.id)


def test_handing_over_passes_the_user_name_on_but_no_role_secret_or_session(store):
    staff(store, "lihua", "李华", "director")
    account = staff(store, "qiantai", "王芳", "staff")
    token = sign_in_staff(account)
    successor = person(store, "陈静")
    code = credentials.hand_over(store.actor(MANAGE, ROLES), account.id, "", public_id=successor.public_id)
    now = Account.get_by_id(account.id)
    assert (code.label, now.label, now.person_id) == ("陈静", "陈静", successor.id)
    assert now.secret is None and now.pin is None
    assert roles.grants_of(store.west, account.id) == [] and sessions.find_session(token) is None
    slips.open_with_slip(code.code, OTHER_PASSWORD, OFFICE, "browser")
    assert sign_in_staff(account, password=OTHER_PASSWORD)


def test_what_cannot_be_handed_over_is_refused_with_the_reason(store):
    zhang = resident(store)
    account, director = staff(store), staff(store, "lihua", "李华", "director")
    actor = store.actor(MANAGE, ROLES)
    public_id = residents.Person.get_by_id(zhang.person_id).public_id
    for number, label, public, refusal in (
        (zhang.id, "别人", None, Refused),
        (account.id, "", None, Invalid),
        (account.id, "", public_id, Refused),
        (director.id, "别人", None, Refused),
    ):
        with pytest.raises(refusal):
            credentials.hand_over(actor, number, label, public_id=public)
    assert sign_in_staff(account) and sign_in_staff(director)


def test_an_account_is_handed_over_to_a_resident_of_its_own_community_only(store):
    boss, account = owner(), staff(store, "qiantai", "王芳")
    southerner = person(store, "陈静", community=store.south)
    here, south = (own(boss, MANAGE, ROLES, community=code) for code in (store.west, store.south))
    for actor in (here, south):
        with pytest.raises(NotFound):
            credentials.hand_over(actor, account.id, "", public_id=southerner.public_id)
    with pytest.raises(Refused):
        credentials.hand_over(command(store.west), boss.id, "", public_id=person(store, "陈静").public_id)


def test_an_account_opened_with_a_code_has_no_secret_until_the_code_is_used(store):
    keeper = store.actor(MANAGE, ROLES)
    code = account_list.open_staff(keeper, "shenli", "沈丽", ["staff"])
    account = accounts.account_named("shenli")
    assert (account.secret, account.must_change) == (None, False)
    assert slips.open_with_slip(code.code, OTHER_PASSWORD, "127.0.0.1", "test").account == account.id
    assert sign_in_staff(accounts.account_named("shenli"), password=OTHER_PASSWORD)
    boss = account_list.open_owner(command(), "second", "装机员二")
    assert slips.open_with_slip(boss.code, OTHER_PASSWORD, "127.0.0.1", "test").kind == "owner"
