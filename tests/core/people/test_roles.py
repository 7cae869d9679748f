"""Roles are given for a time, ended, told in the audit chain, and kept apart where one person must not hold both."""

import datetime

import pytest

from core.actor import command
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import permissions, roles
from core.people.account_records import RoleGrant
from core.store.audit import AuditEntry
from tests.core.people.account_cases import grant, own, owner, resident, staff

MANAGE = "core.roles.manage"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def wang(store):
    return staff(store)


def test_a_role_is_given_from_today_and_told(store, wang):
    given = roles.grant_role(store.actor(MANAGE), wang.id, "staff")
    assert (given.from_day, given.until_day) == (today(), None)
    entry = AuditEntry.select().order_by(AuditEntry.seq.desc()).get()
    assert (entry.action, entry.subject, entry.chain) == ("core.role.granted", f"core.account:{wang.id}", store.west)


def test_giving_and_ending_need_the_right_to_do_so(store, wang):
    given = grant(store, wang, "staff")
    for act in (
        lambda: roles.grant_role(store.actor("core.accounts.manage"), wang.id, "director"),
        lambda: roles.end_role(store.actor("core.accounts.manage"), given.id),
    ):
        with pytest.raises(Forbidden):
            act()


@pytest.mark.parametrize("role", ["resident", "screen", "king", ""])
def test_what_is_no_role_of_people_cannot_be_given(store, wang, role):
    with pytest.raises(Invalid):
        roles.grant_role(store.actor(MANAGE), wang.id, role)


def test_a_term_ends_after_it_began(store, wang):
    with pytest.raises(Invalid):
        roles.grant_role(store.actor(MANAGE), wang.id, "staff", today(), today() - DAY)


def test_whoever_signs_in_with_a_pin_can_be_steward_and_nothing_else(store):
    zhang = resident(store)
    actor = store.actor(MANAGE)
    assert roles.grant_role(actor, zhang.id, "steward")
    for role in ("mediator", "staff", "supervisor"):
        with pytest.raises(Refused):
            roles.grant_role(actor, zhang.id, role)


@pytest.mark.parametrize("role", sorted(roles.SUPERVISED))
def test_whoever_supervises_is_not_among_the_supervised(store, wang, role):
    actor = store.actor(MANAGE)
    roles.grant_role(actor, wang.id, "supervisor")
    with pytest.raises(Refused) as refused:
        roles.grant_role(actor, wang.id, role)
    assert "王芳" in str(refused.value)
    li = staff(store, "lihua", "李华", role)
    with pytest.raises(Refused):
        roles.grant_role(actor, li.id, "supervisor")


def test_supervising_one_after_the_other_or_elsewhere_is_no_clash(store, wang):
    actor = store.actor(MANAGE)
    roles.grant_role(actor, wang.id, "cashier", today(), today() + 5 * DAY)
    with pytest.raises(Refused):
        roles.grant_role(actor, wang.id, "supervisor", today() + 5 * DAY)
    roles.grant_role(actor, wang.id, "supervisor", today() + 6 * DAY)
    grant(store, wang, "supervisor", community=store.south)


def test_a_mediator_may_also_supervise(store, wang):
    roles.grant_role(store.actor(MANAGE), wang.id, "supervisor")
    roles.grant_role(store.actor(MANAGE), wang.id, "mediator")


def test_a_role_is_not_held_twice_at_one_time_but_can_be_renewed(store, wang):
    actor = store.actor(MANAGE)
    roles.grant_role(actor, wang.id, "staff", until_day=today() + DAY)
    with pytest.raises(Refused):
        roles.grant_role(actor, wang.id, "staff", today() + DAY)
    roles.grant_role(actor, wang.id, "staff", today() + 2 * DAY)


def test_ending_keeps_the_record_of_who_ended_it(store, wang):
    boss = staff(store, "lihua", "李华", "director")
    given = grant(store, wang, "staff")
    roles.end_role(own(boss, MANAGE), given.id, "离职")
    roles.end_role(own(boss, MANAGE), given.id, "离职")
    ended = RoleGrant.get_by_id(given.id)
    assert ended.ended_at and ended.ended_by == boss.id
    assert AuditEntry.select().where(AuditEntry.action == "core.role.ended").count() == 1
    assert roles.grants_of(store.west, wang.id) == []
    past = roles.grants_of(store.west, wang.id, also_past=True)
    assert [(held.role, held.is_current, held.is_ended) for held in past] == [("staff", False, True)]


def test_the_last_who_gives_roles_keeps_the_role(store):
    boss = staff(store, "lihua", "李华")
    given = grant(store, boss, "director")
    for actor in (own(boss, MANAGE), command(store.west)):
        with pytest.raises(Refused):
            roles.end_role(actor, given.id)
    assert permissions.holders(store.west, MANAGE) == [boss.id]
    staff(store, "chen", "陈静", "secretary")
    roles.end_role(own(boss, MANAGE), given.id)


def test_roles_and_accounts_of_another_community_are_not_found(store, wang):
    given = grant(store, wang, "staff")
    southern = store.actor(MANAGE, community=store.south)
    with pytest.raises(NotFound):
        roles.end_role(southern, given.id)
    with pytest.raises(NotFound):
        roles.grant_role(southern, wang.id, "staff")
    with pytest.raises(NotFound):
        roles.grant_role(southern, 999_999, "staff")
    boss = owner()
    assert roles.grant_role(own(boss, MANAGE, community=store.south), wang.id, "staff")
    assert roles.grant_role(southern, wang.id, "mediator")


def test_the_list_tells_who_holds_what_now_and_later(store, wang):
    grant(store, wang, "staff")
    grant(store, wang, "mediator", today() + DAY, today() + 9 * DAY)
    grant(store, wang, "director", today() - 9 * DAY, today() - DAY)
    held = [(each.role, each.label, each.is_current) for each in roles.grants_of(store.west)]
    assert held == [("mediator", "王芳", False), ("staff", "王芳", True)]
    assert len(roles.grants_of(store.west, also_past=True)) == 3
    assert roles.grants_of(store.south) == []


def test_a_closed_account_gets_no_role(store, wang):
    from core.people import accounts

    accounts.close_account(command(store.west), wang.id)
    with pytest.raises(Refused):
        roles.grant_role(store.actor(MANAGE), wang.id, "staff")
