"""Who may do what: by role and day, as declared or as the community decided, effective at the next request."""

import datetime

import pytest

from core.actor import Actor
from core.clock import today
from core.errors import Forbidden, NotFound, PluginError, Refused
from core.people import permissions, residents, roles, sign_in
from core.people.account_records import RolePermission
from core.plugin.declarations import Permission
from core.store import audit, db
from tests.core.people.account_cases import OFFICE, PIN, grant, owner, resident, sign_in_staff, staff

MANAGE = "core.roles.manage"
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def declared():
    """A table with two permissions of a plugin, for one test."""
    table = permissions.PermissionTable(
        plugins=(
            Permission("rooms.book", "", ("resident", "staff")),
            Permission("mediation.case.read", "", ("mediator",)),
        )
    )
    permissions.use(table)
    yield table
    permissions.use(permissions.PermissionTable())


def actor_of(account, community, address=OFFICE):
    return permissions.actor_for(sign_in_staff(account), community, address)


def test_a_stranger_is_anonymous_and_holds_nothing(store):
    actor = permissions.actor_for(None, store.west, "192.168.1.7")
    assert (actor.kind, actor.account, actor.permissions) == ("anonymous", None, frozenset())
    assert (actor.community, actor.origin) == (store.west, "192.168.1.7")


def test_staff_hold_what_their_roles_hold_in_that_community_only(store, declared):
    account = staff(store, "wangfang", "王芳", "staff")
    here, there = actor_of(account, store.west), actor_of(account, store.south)
    assert here.permissions == declared.defaults["staff"] and here.can("rooms.book")
    assert (here.kind, here.label, here.roles, here.origin) == ("staff", "王芳", {"staff"}, OFFICE)
    assert there.kind == "staff" and not there.permissions and not there.roles


def test_several_roles_add_up(store, declared):
    account = staff(store, "wangfang", "王芳", "cashier", "mediator")
    held = actor_of(account, store.west).permissions
    assert held == declared.defaults["cashier"] | declared.defaults["mediator"]


def test_a_resident_is_one_where_they_live(store):
    account = resident(store)
    token = sign_in.sign_in(store.west, "张三丰", PIN, OFFICE, "browser").token
    here, there = (permissions.actor_for(token, community, OFFICE) for community in (store.west, store.south))
    assert here.roles == {"resident"} and here.permissions == {"rooms.book"} and here.person == account.person_id
    assert not there.permissions and there.person is None
    assert permissions.actor_for(token, None, OFFICE).person == account.person_id


def test_whoever_moved_away_keeps_the_account_but_not_the_role(store):
    account = resident(store)
    token = sign_in.sign_in(store.west, "张三丰", PIN, OFFICE, "browser").token
    public_id = residents.Person.get_by_id(account.person_id).public_id
    for status, signed_in in (("moved_away", True), ("deceased", False)):
        residents.set_status(store.actor("core.people.edit"), public_id, status)
        actor = permissions.actor_for(token, store.west, OFFICE)
        assert actor.is_signed_in == signed_in and not actor.permissions


def test_a_role_counts_from_its_first_to_its_last_day(store, monkeypatch):
    account = staff(store)
    first, last = today() + DAY, today() + 3 * DAY
    grant(store, account, "staff", first, last)
    token = sign_in_staff(account)
    held = []
    for day in range(5):
        monkeypatch.setattr(permissions, "today", lambda day=day: first + (day - 1) * DAY)
        held.append(permissions.actor_for(token, store.west, OFFICE).can("core.desk"))
    assert held == [False, True, True, True, False]


def test_a_change_of_role_is_effective_at_the_next_request(store):
    account = staff(store)
    token = sign_in_staff(account)
    actor = store.actor(MANAGE)
    assert not permissions.actor_for(token, store.west, OFFICE).can("core.desk")
    given = roles.grant_role(actor, account.id, "staff")
    assert permissions.actor_for(token, store.west, OFFICE).can("core.desk")
    permissions.set_permission(actor, "staff", "core.people.view", False)
    assert not permissions.actor_for(token, store.west, OFFICE).can("core.people.view")
    roles.end_role(actor, given.id)
    assert not permissions.actor_for(token, store.west, OFFICE).permissions


def test_a_request_asks_the_database_twice_at_most(store, monkeypatch):
    account = staff(store, "wangfang", "王芳", "staff", "mediator")
    token = sign_in_staff(account)
    asked = []
    real = db.database.obj.execute_sql
    monkeypatch.setattr(db.database.obj, "execute_sql", lambda *arguments: asked.append(arguments) or real(*arguments))
    permissions.actor_for(token, store.west, OFFICE)
    assert len(asked) == 2
    permissions.actor_for(None, store.west, OFFICE)
    assert len(asked) == 2


def test_the_owner_looks_after_the_machine_and_reads_no_case(store):
    account = owner()
    actor = actor_of(account, store.west)
    assert actor.kind == "owner" and actor.permissions == permissions.OWNER_PERMISSIONS
    for name in (
        "core.desk",
        "core.people.view",
        "core.people.phone",
        "mediation.case.read",
        "rooms.book",
        "core.audit.view",
    ):
        assert not actor.can(name)
    grant(store, account, "mediator")
    token = sign_in_staff(account)
    assert permissions.actor_for(token, store.west, OFFICE).can("mediation.case.read")
    assert not permissions.actor_for(token, store.south, OFFICE).can("mediation.case.read")


def test_nobody_but_the_owner_holds_what_concerns_the_site(store, declared):
    for role, held in declared.defaults.items():
        assert not [name for name in held if name.startswith("core.site.")], role


def test_the_roles_hold_by_default_what_their_work_needs(declared):
    held = declared.defaults
    assert held["screen"] == frozenset() and held["steward"] == frozenset()
    assert held["liaison"] == {"core.desk"}
    assert permissions.ROLES["operator"].by_pin and "core.desk" not in held["operator"]
    for role in ("bookkeeper", "cashier", "supervisor", "mediator", "liaison", "operator", "resident"):
        assert not held[role] & {
            "core.people.view",
            "core.people.edit",
            "core.people.phone",
            MANAGE,
            "core.accounts.manage",
        }
    assert "core.people.view" in held["grid_officer"] and "core.people.edit" not in held["grid_officer"]
    assert held["director"] == held["secretary"] >= held["staff"] - {"rooms.book"}


def test_every_permission_and_role_has_a_label():
    assert all(str(permission.label) for permission in permissions.CORE_PERMISSIONS)
    assert all(str(role.label) for role in permissions.ROLES.values())


def test_a_mistyped_role_or_a_second_declaration_is_refused():
    with pytest.raises(PluginError):
        permissions.PermissionTable(plugins=(Permission("rooms.book", "", ("residents",)),))
    with pytest.raises(PluginError):
        permissions.PermissionTable(plugins=(Permission("core.desk", "", ()),))


# --------------------------------------------------------------------------- the role × permission page


def cell(store, role, permission, community=None):
    rows = {row.permission.name: row for row in permissions.table(community or store.west)}
    return next(each for each in rows[permission].cells if each.role == role)


def test_the_page_shows_every_permission_for_every_role(store):
    rows = permissions.table(store.west)
    assert {row.owner for row in rows} == {"core", "rooms", "mediation"}
    assert all([each.role for each in row.cells] == list(permissions.ROLES) for row in rows)
    assert not [row for row in rows if row.permission.name.startswith("core.site.")]


def test_a_community_decides_for_itself_only(store):
    director = staff(store, "lihua", "李华", "director")
    actor = actor_of(director, store.west)
    permissions.set_permission(actor, "steward", "rooms.book", True)
    assert cell(store, "steward", "rooms.book").allowed and not cell(store, "steward", "rooms.book").is_default
    assert not cell(store, "steward", "rooms.book", store.south).allowed
    with pytest.raises(Forbidden):
        permissions.set_permission(actor_of(director, store.south), "steward", "rooms.book", True)


def test_deciding_as_declared_leaves_no_row_behind(store):
    actor = store.actor(MANAGE)
    permissions.set_permission(actor, "resident", "rooms.book", False)
    assert not cell(store, "resident", "rooms.book").allowed
    permissions.set_permission(actor, "resident", "rooms.book", True)
    permissions.set_permission(actor, "resident", "rooms.book", True)
    assert cell(store, "resident", "rooms.book").is_default
    assert RolePermission.select().count() == 0


def test_each_decision_is_audited_with_before_and_after(store):
    permissions.set_permission(store.actor(MANAGE), "resident", "rooms.book", False)
    entry = audit.AuditEntry.get()
    assert (entry.action, entry.subject, entry.permission) == ("core.permission.set", "core.role:resident", MANAGE)
    assert audit.AuditDetail.get().payload == '{"after":{"rooms.book":false},"before":{"rooms.book":true}}'


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("director", "core.site.admin"),
        ("resident", "core.people.view"),
        ("steward", "core.desk"),
        ("screen", "core.export"),
    ],
)
def test_some_things_no_community_can_decide(store, role, permission):
    with pytest.raises(Refused):
        permissions.set_permission(store.actor(MANAGE), role, permission, True)
    # A row that came in by another way gives nothing either.
    RolePermission.insert(community=store.west, role=role, permission=permission, allowed=True).execute()
    held = permissions.current().held(frozenset({role}), permissions.overrides_of(store.west))
    assert permission not in held


def test_unknown_names_and_strangers_change_nothing(store):
    for role, permission in (("king", "rooms.book"), ("staff", "rooms.fly")):
        with pytest.raises(NotFound):
            permissions.set_permission(store.actor(MANAGE), role, permission, True)
    for actor in (store.actor("core.desk"), Actor(community=store.west)):
        with pytest.raises(Forbidden):
            permissions.set_permission(actor, "staff", "rooms.book", False)
    assert RolePermission.select().count() == 0


def test_the_last_role_that_gives_roles_keeps_that_right(store):
    staff(store, "lihua", "李华", "director")
    actor = store.actor(MANAGE)
    with pytest.raises(Refused):
        permissions.set_permission(actor, "director", MANAGE, False)
    assert cell(store, "director", MANAGE).allowed
    staff(store, "chen", "陈静", "secretary")
    permissions.set_permission(actor, "director", MANAGE, False)
    with pytest.raises(Refused):
        permissions.set_permission(actor, "secretary", MANAGE, False)
