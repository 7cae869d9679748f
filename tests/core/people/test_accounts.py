"""Accounts are opened for named people, managed by those who may, and end with their sessions and roles."""

import peewee
import pytest

from core.actor import command
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import accounts, credentials, permissions, residents, roles, sessions, sign_in
from core.people.account_records import Account
from core.store import audit
from core.store.audit import AuditEntry
from core.store.db import transaction
from core.store.violations import violated
from tests.core.people.account_cases import (
    OFFICE,
    OTHER_PASSWORD,
    OTHER_PIN,
    PASSWORD,
    PIN,
    grant,
    own,
    owner,
    person,
    resident,
    sign_in_staff,
    staff,
)

MANAGE, ROLES = "core.accounts.manage", "core.roles.manage"


def keeper(store, *permissions_held, community=None):
    return store.actor(MANAGE, *permissions_held, community=community)


def test_there_is_no_account_until_somebody_makes_one(store):
    assert Account.select().count() == 0 and not accounts.has_owner()


def test_a_resident_gets_an_account_with_a_pin_of_their_own(store):
    who = person(store)
    account = accounts.open_account(keeper(store), who.public_id, PIN)
    assert (account.kind, account.person_id, account.label) == ("resident", who.id, "张三丰")
    assert PIN not in account.secret
    assert sign_in.sign_in(store.west, "张三丰", PIN, OFFICE, "browser").account == account.id


def test_a_guessable_pin_opens_no_account(store):
    who = person(store, phone="13835906174", birth_year=1955)
    for pin in ("123456", "906174", "195512", ""):
        with pytest.raises(Invalid):
            accounts.open_account(keeper(store), who.public_id, pin)
    assert Account.select().count() == 0


def test_nobody_has_two_accounts_and_the_deceased_none(store):
    who = person(store)
    accounts.open_account(keeper(store), who.public_id, PIN)
    with pytest.raises(Refused):
        accounts.open_account(keeper(store), who.public_id, OTHER_PIN)
    late = person(store, "李四")
    residents.set_status(store.actor("core.people.edit"), late.public_id, "deceased")
    with pytest.raises(Refused):
        accounts.open_account(keeper(store), late.public_id, PIN)
    with pytest.raises(Refused):
        accounts.create_staff(keeper(store), "lisi", "李四", PASSWORD, public_id=late.public_id)


def test_opening_needs_the_permission_and_the_community(store):
    who = person(store)
    with pytest.raises(Forbidden):
        accounts.open_account(store.actor("core.people.edit"), who.public_id, PIN)
    with pytest.raises(NotFound):
        accounts.open_account(keeper(store, community=store.south), who.public_id, PIN)


def test_staff_are_made_with_roles_in_one_act(store):
    account = accounts.create_staff(
        keeper(store, ROLES), " WangFang ", "王芳", PASSWORD, grants=["staff", ("cashier", None, None)]
    )
    assert account.username == "wangfang" and account.must_change
    assert [held.role for held in roles.grants_of(store.west, account.id)] == ["cashier", "staff"]


def test_a_role_that_is_refused_leaves_no_account_behind(store):
    for grants, refusal in ((["director"], Forbidden), (["supervisor", "cashier"], Refused)):
        actor = keeper(store) if refusal is Forbidden else keeper(store, ROLES)
        with pytest.raises(refusal):
            accounts.create_staff(actor, "wangfang", "王芳", PASSWORD, grants=grants)
    assert Account.select().count() == 0


def test_everything_wrong_is_said_at_once(store):
    with pytest.raises(Invalid) as refused:
        accounts.create_staff(keeper(store), "a b", " ", "linli12345678")
    assert set(refused.value.errors) == {"username", "label", "password"}


@pytest.mark.parametrize("name", ["x", "13812345678", "a b", "x" * 41, "<b>", "张三丰\n", ""])
def test_refuses_user_names_that_cannot_be_told_from_other_things(store, name):
    if name == "张三丰\n":
        assert accounts.create_staff(keeper(store), name, "张三丰", PASSWORD).username == "张三丰"
        return
    with pytest.raises(Invalid) as refused:
        accounts.create_staff(keeper(store), name, "王芳", PASSWORD)
    assert list(refused.value.errors) == ["username"]


def test_a_user_name_is_given_once_in_any_capitals(store):
    staff(store)
    with pytest.raises(Invalid):
        accounts.create_staff(keeper(store), "WANGFANG", "王芳", PASSWORD)
    assert accounts.account_named("WangFang").label == "王芳"


def test_the_password_of_staff_is_not_made_of_their_names_and_the_communitys(store):
    for password in ("xishan wangfang", "西山社区王芳2026", "057387000001", "wangfang2026"):
        with pytest.raises(Invalid):
            accounts.create_staff(keeper(store), "wangfang", "王芳", password)


def test_a_resident_who_becomes_staff_keeps_one_account_with_a_password(store):
    before = resident(store)
    token = sign_in.sign_in(store.west, "张三丰", PIN, OFFICE, "browser").token
    public_id = residents.Person.get_by_id(before.person_id).public_id
    account = accounts.create_staff(keeper(store), "zhangsf", "张三丰", PASSWORD, public_id=public_id)
    assert account.id == before.id and account.kind == "staff"
    assert sessions.find_session(token) is None
    with pytest.raises(Invalid):
        sign_in.sign_in(store.west, "张三丰", PIN, OFFICE, "browser")
    with pytest.raises(Refused):
        accounts.create_staff(keeper(store), "zhang2", "张三丰", PASSWORD, public_id=public_id)


def test_owners_are_made_by_commands_and_owners_only(store):
    first = owner()
    assert accounts.has_owner()
    with pytest.raises(Forbidden):
        accounts.create_owner(keeper(store, ROLES), "second", "乙", PASSWORD)
    boss = permissions.actor_for(sign_in_staff(first), None, OFFICE)
    assert accounts.create_owner(boss, "second", "乙", OTHER_PASSWORD).community is None


def test_closing_ends_sessions_and_roles_and_frees_the_person(store):
    account = staff(store, "wangfang", "王芳", "staff")
    token = sign_in_staff(account)
    accounts.close_account(keeper(store, ROLES), account.id, "离职")
    assert sessions.find_session(token) is None
    assert roles.grants_of(store.west, account.id) == []
    neighbour = resident(store)
    public_id = residents.Person.get_by_id(neighbour.person_id).public_id
    accounts.close_account(keeper(store), neighbour.id)
    assert accounts.open_account(keeper(store), public_id, OTHER_PIN).id != neighbour.id


def test_the_last_who_gives_roles_and_the_last_owner_cannot_be_closed(store):
    director = staff(store, "lihua", "李华", "director")
    boss = owner()
    with pytest.raises(Refused):
        accounts.close_account(keeper(store, ROLES), director.id)
    assert roles.grants_of(store.west, director.id)
    with pytest.raises(Refused):
        accounts.close_account(command(), boss.id)
    staff(store, "chen", "陈静", "secretary")
    accounts.close_account(keeper(store, ROLES), director.id)


def test_freezing_stops_an_account_at_once_and_thawing_gives_it_back(store):
    account = staff(store, "wangfang", "王芳", "staff")
    token = sign_in_staff(account)
    accounts.freeze_account(keeper(store, ROLES), account.id, "电脑丢失")
    assert not permissions.actor_for(token, store.west, OFFICE).is_signed_in
    accounts.thaw_account(keeper(store, ROLES), account.id)
    assert permissions.actor_for(sign_in_staff(account), store.west, OFFICE).can("core.desk")
    with pytest.raises(Refused):
        accounts.freeze_account(own(account, MANAGE, ROLES), account.id, "")


def test_only_those_who_give_roles_touch_the_accounts_of_those_who_have_one(store):
    director, clerk = staff(store, "lihua", "李华", "director"), staff(store)
    with pytest.raises(Forbidden):
        accounts.managed_account(keeper(store), director.id)
    assert accounts.managed_account(keeper(store, ROLES), director.id)
    assert accounts.managed_account(keeper(store), clerk.id)
    with pytest.raises(Forbidden):
        accounts.managed_account(store.actor(ROLES), clerk.id)


def test_accounts_of_other_communities_and_owners_are_out_of_reach(store):
    southern = staff(store, "chen", "陈静", community=store.south)
    boss = owner()
    for account in (southern, boss):
        with pytest.raises(NotFound):
            accounts.managed_account(keeper(store, ROLES), account.id)
    both = staff(store, "both", "两边", "staff")
    grant(store, both, "staff", community=store.south)
    for community in (store.west, store.south):
        with pytest.raises(Refused):
            accounts.managed_account(keeper(store, ROLES, community=community), both.id)
    assert accounts.managed_account(own(boss, MANAGE), both.id)


def test_the_list_shows_the_staff_of_this_community_only(store):
    here, there = staff(store), staff(store, "chen", "陈静", community=store.south)
    resident(store)
    owner()
    assert [each.id for each in accounts.staff_accounts(keeper(store))] == [here.id]
    grant(store, there, "liaison")
    assert {each.id for each in accounts.staff_accounts(keeper(store))} == {here.id, there.id}
    assert len(accounts.staff_accounts(command(store.west))) == 3


def test_somebody_with_an_account_cannot_be_taken_back_with_their_roster(store):
    account = resident(store)
    reasons = [block(store.west, [account.person_id], []) for block in residents.TAKE_BACK_BLOCKERS]
    assert any("张三丰" in str(reason) for reason in reasons)
    assert accounts._rests_on_account(store.south, [account.person_id], []) is None


@pytest.mark.parametrize(("first", "second"), [("cashier", "supervisor"), ("supervisor", "director")])
def test_nobody_supervises_themselves_under_a_second_account(store, first, second):
    chief = command(store.west)
    who = person(store)
    one = staff(store, "zhang", "张三丰", first, public_id=who.public_id)
    other = staff(store, "sanfeng", "三丰", second)
    with pytest.raises(Refused):
        roles.grant_role(chief, one.id, second)
    for attempt in (
        lambda: accounts.link_person(chief, other.id, who.public_id),
        lambda: credentials.hand_over(chief, other.id, "", public_id=who.public_id),
        lambda: staff(store, "third", "三丰", second, public_id=who.public_id),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert "张三丰" in str(refused.value)
    with pytest.raises(peewee.IntegrityError), transaction():
        Account.update(person_id=who.id).where(Account.id == other.id).execute()
    accounts.close_account(chief, one.id)
    accounts.link_person(chief, other.id, who.public_id)
    with pytest.raises(Refused):
        roles.grant_role(chief, other.id, first)


def test_every_act_is_in_the_audit_chain_without_secrets(store):
    who = person(store)
    account = accounts.open_account(keeper(store), who.public_id, PIN)
    accounts.freeze_account(keeper(store), account.id, "手机被偷")
    accounts.close_account(keeper(store), account.id)
    actions = [row[0] for row in AuditEntry.select(AuditEntry.action).order_by(AuditEntry.seq).tuples()]
    assert actions[-3:] == ["core.account.opened", "core.account.frozen", "core.account.closed"]
    assert audit.verify(store.west) is None
    payloads = " ".join(row[0] for row in audit.AuditDetail.select(audit.AuditDetail.payload).tuples())
    assert PIN not in payloads and "scrypt" not in payloads


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"kind": "resident", "label": "甲"}, "account_resident_named"),
        ({"kind": "staff", "label": "甲"}, "account_username_given"),
        ({"kind": "staff", "label": "甲", "username": "ABC"}, "account_username_lower"),
        ({"kind": "king", "label": "甲", "username": "abc"}, "account_kind_known"),
    ],
)
def test_the_database_itself_refuses_half_an_account(store, fields, guard):
    with pytest.raises(peewee.IntegrityError) as refused, transaction():
        Account.create(**fields)
    assert violated(refused.value) == guard
