"""Handing over what somebody leaves behind: everything that names the account, in one act, and no closing past it."""

from __future__ import annotations

import datetime
import threading

import peewee
import pytest

from core.actor import command
from core.civic import sheets
from core.civic.inbox import deputies, handover_sheet, handovers, todos
from core.civic.inbox.deputies import Deputy
from core.civic.inbox.handovers import CLOSE, ROLES, WORK, Handover, HandoverItem
from core.civic.notices import publishing as notices
from core.civic.notices.wording import NoticeWording
from core.civic.objections import filing as objections
from core.civic.reaching import calls
from core.civic.reaching.calls import CallTask
from core.clock import today
from core.errors import Forbidden, Invalid, LinliError, NotFound, Refused
from core.people import accounts, credentials, permissions, residents, roles, secrets, staff
from core.people.account_records import Account
from core.plugin.declarations import Todo
from core.store.audit import AuditEntry, verify
from core.store.db import transaction
from core.store.ref import Ref
from core.store.violations import violated
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service

PASSWORD = "correct horse battery"
OFFICE = command(WEST_HILL)
pytestmark = pytest.mark.usefixtures("app", "quick_scrypt", "venue")


@pytest.fixture
def quick_scrypt(monkeypatch):
    """The rules are tested here, not the cost of a password."""
    monkeypatch.setattr(secrets, "_COST", 2)
    monkeypatch.setattr(secrets, "_CODE_COST", 2)


@pytest.fixture
def venue(app):
    """An office whose rooms are entered, so that no module has a first step left to do there."""
    service.add_venue(OFFICE, name="邻里中心")


def colleague(username, *grants, community=WEST_HILL):
    """A member of staff as an actor, as whoever signs in would be."""
    made = accounts.create_staff(
        command(community), username, f"{username}同志", PASSWORD, grants=grants or ("staff",), must_change=False
    )
    return staff.colleague(community, made.id)


def given_call(to, number=1, days=0):
    """A call that is made by one colleague, so many days from today."""
    due = today() + datetime.timedelta(days=days)
    ref = Ref("rooms.booking", WEST_HILL, number)
    task = calls.ask_to_call(OFFICE, ref, "x", name="王桂英", why="改到九点", due_day=due)
    return calls.assign_call(OFFICE, task.id, to.account)


def items(who, follows=CLOSE):
    """What is open under somebody's name."""
    return handovers.open_items(OFFICE, Account.get_by_id(who.account), follows)


def choose(found, taker):
    """The same choice for every item that leaves one."""
    return {item.key: taker for item in found if item.takers or taker is None}


def recorded():
    """The acts since the last look, without those that made the ground for them."""
    return [row.action for row in AuditEntry.select().where(AuditEntry.chain == WEST_HILL).order_by(AuditEntry.seq)]


# --------------------------------------------------------------------------- one act


def test_everything_goes_to_colleagues_and_the_account_is_closed_in_one_act():
    chief, zhang, li = colleague("shen", "director"), colleague("zhang"), colleague("lisi")
    due, later = given_call(zhang, 1), given_call(zhang, 2, days=30)
    standing = deputies.enter(OFFICE, chief.account, zhang.account, today(), today() + datetime.timedelta(days=9))
    own = deputies.enter(OFFICE, zhang.account, chief.account, *[today() + datetime.timedelta(days=20)] * 2)
    before = len(recorded())

    found = items(zhang)
    assert [item.source for item in found] == ["calls", "calls", "deputies", "absences"]
    made = handovers.hand_over(chief, zhang.account, CLOSE, choose(found, li.account), "调到街道")

    assert [CallTask.get_by_id(task.id).assigned_to for task in (due, later)] == [li.account] * 2
    [stands_in] = deputies.absences(WEST_HILL)
    assert (stands_in.deputy, stands_in.from_day) == (li.account, today())
    assert all(Deputy.get_by_id(each.id).ended_at for each in (standing, own))
    assert Account.get_by_id(zhang.account).status == "closed"
    assert roles.grants_of(WEST_HILL, zhang.account) == []
    assert (made.label, made.follows, made.reason, made.by_label) == ("zhang同志", "close", "调到街道", "shen同志")
    assert recorded()[before:] == [
        "core.call.assigned", "core.call.assigned", "core.deputy.passed_on", "core.deputy.ended", "core.handover.made",
        "core.role.ended", "core.account.closed",
    ]  # fmt: skip
    assert verify(WEST_HILL) is None


def test_what_is_left_goes_to_the_role_and_is_written_down():
    chief, zhang = colleague("shen", "director"), colleague("zhang")
    task = given_call(zhang)
    standing = deputies.enter(OFFICE, chief.account, zhang.account, today(), today())
    made = handovers.hand_over(chief, zhang.account, CLOSE, choose(items(zhang), None))
    assert CallTask.get_by_id(task.id).assigned_to is None
    assert [each.title for each in todos.waiting(chief)] == ["有 1 个电话要打"]
    assert Deputy.get_by_id(standing.id).ended_at is not None
    assert [
        (row.source, row.to_account) for row in HandoverItem.select().where(HandoverItem.handover_id == made.id)
    ] == [
        ("calls", None),
        ("deputies", None),
    ]


def test_nothing_is_done_while_something_is_undecided():
    chief, zhang, li = colleague("shen", "director"), colleague("zhang"), colleague("lisi")
    given_call(zhang, 1)
    second = given_call(zhang, 2)
    found = items(zhang)
    with pytest.raises(Refused) as refused:
        handovers.hand_over(chief, zhang.account, CLOSE, {found[0].key: li.account})
    assert "1" in str(refused.value) and refused.value.advice
    with pytest.raises(Refused):
        handovers.hand_over(chief, zhang.account, CLOSE, {found[0].key: None, found[1].key: 999_999})
    assert {task.assigned_to for task in CallTask.select()} == {zhang.account}
    assert Handover.select().count() == 0 and Account.get_by_id(second.assigned_to).status == "active"
    assert recorded().count("core.call.assigned") == 2  # from making the ground, and none since


@pytest.mark.parametrize(
    ("follows", "held", "status"), [(ROLES, 0, "active"), (WORK, 1, "active"), (CLOSE, 0, "closed")]
)
def test_without_closing_the_account_stays(follows, held, status):
    chief, zhang, li = colleague("shen", "director"), colleague("zhang"), colleague("lisi")
    task = given_call(zhang)
    handovers.hand_over(chief, zhang.account, follows, choose(items(zhang, follows), li.account))
    assert CallTask.get_by_id(task.id).assigned_to == li.account
    assert len(roles.grants_of(WEST_HILL, zhang.account)) == held
    assert Account.get_by_id(zhang.account).status == status
    with pytest.raises(Invalid):
        handovers.hand_over(chief, li.account, "flees", choose(items(li), None))


# --------------------------------------------------------------------------- what names the account


def test_a_role_nobody_else_holds_is_asked_for_where_work_needs_it():
    chief, second = colleague("shen", "director"), colleague("lisi", "secretary")
    [role] = items(chief)
    assert (role.source, role.must) == ("roles", False)
    roles.end_role(OFFICE, roles.grants_of(WEST_HILL, second.account)[0].grant)
    roles.grant_role(OFFICE, second.account, "staff")
    draft = notices.draft_notice(OFFICE, NoticeWording("general", "停水", "周六停水", "某某"))
    notices.submit_draft(OFFICE, draft.id)

    [role] = items(chief)
    assert role.must and "1" in str(role.detail)
    with pytest.raises(Refused):
        accounts.close_account(OFFICE, chief.account)
    with pytest.raises(Refused):
        handovers.hand_over(OFFICE, chief.account, CLOSE, {})
    with pytest.raises(Refused):
        handovers.hand_over(OFFICE, chief.account, CLOSE, {role.key: None})  # nobody could give roles any more
    handovers.hand_over(OFFICE, chief.account, CLOSE, {role.key: second.account})
    assert staff.colleague(WEST_HILL, second.account).roles == {"director", "staff"}
    assert permissions.holders(WEST_HILL, permissions.MANAGE_ROLES) == [second.account]
    assert [each.title for each in todos.waiting(staff.colleague(WEST_HILL, second.account))] == ["待签发：停水"]


def test_a_role_across_supervision_is_refused_and_nothing_is_done():
    chief, watch = colleague("shen", "director"), colleague("jiandu", "supervisor")
    colleague("lisi", "secretary")
    given_call(chief)
    found = items(chief)
    choices = {item.key: (watch.account if item.source == "roles" else None) for item in found}
    with pytest.raises(Refused):
        handovers.hand_over(OFFICE, chief.account, CLOSE, choices)
    assert CallTask.get().assigned_to == chief.account and Handover.select().count() == 0


def test_notices_that_name_somebody_are_taken_over_by_somebody_else():
    chief, zhang, li = colleague("shen", "director"), colleague("zhang"), colleague("lisi")
    up = notices.draft_notice(OFFICE, NoticeWording("general", "停车费", "收支", zhang.label, objection_days=7))
    notices.publish_notice(OFFICE, up.id)
    draft = notices.draft_notice(OFFICE, NoticeWording("general", "草稿", "未定", zhang.label))
    other = notices.draft_notice(OFFICE, NoticeWording("general", "别人的", "x", li.label))
    found = [item for item in items(zhang) if item.source == "notices"]
    assert [item.subject for item in found] == [str(up.ref), str(draft.ref)]
    handovers.hand_over(chief, zhang.account, WORK, choose(found, li.account))
    assert items(zhang) == []
    assert [item.subject for item in items(li) if item.source == "notices"] == [
        str(up.ref),
        str(draft.ref),
        str(other.ref),
    ]
    assert handovers.taken_over(WEST_HILL, "notices", str(up.ref)).to_label == li.label
    assert recorded().count("core.handover.decided") == 2
    accounts.close_account(chief, zhang.account)


def test_a_resident_with_the_name_of_somebody_responsible_is_somebody_else():
    zhang, resident = colleague("zhang"), residents.add_person(OFFICE, name="zhang同志")
    notices.draft_notice(OFFICE, NoticeWording("general", "草稿", "未定", zhang.label))
    account = accounts.open_account(OFFICE, resident.public_id, "739154")
    assert account.label == zhang.label and handovers.open_items(OFFICE, account) == []
    accounts.close_account(OFFICE, account.id)
    assert [item.source for item in items(zhang)] == ["notices"]


def test_a_notice_whose_objections_are_over_is_nobody_s_work_any_more():
    zhang = colleague("zhang")
    up = notices.draft_notice(OFFICE, NoticeWording("general", "停车费", "收支", zhang.label, objection_days=7))
    notices.publish_notice(OFFICE, up.id)
    visitor = command(WEST_HILL).__class__(kind="anonymous", community=WEST_HILL)
    filed = objections.file_objection(visitor, up.id, "不对", name="李阿姨", phone="13600136000")
    assert [item.source for item in items(zhang)] == ["notices"]
    objections.take_back(visitor, filed.objection_id, code=filed.code)
    notices.withdraw_notice(OFFICE, up.id, "写错")
    assert items(zhang) == []


def test_a_to_do_that_only_one_account_can_do_is_named(monkeypatch):
    zhang, li = colleague("zhang"), colleague("lisi")
    changed = dict(todos._sources)
    monkeypatch.setattr(todos, "_sources", changed)
    changed["test"] = lambda actor: (
        [Todo("保险柜", "/safe", account=zhang.account)] * 2 * (actor.account == zhang.account)
    )
    [item] = items(zhang)
    assert (item.source, item.title, item.must) == ("todos", "保险柜", True)
    with pytest.raises(Refused):
        accounts.close_account(OFFICE, zhang.account)
    handovers.hand_over(OFFICE, zhang.account, CLOSE, {item.key: li.account})
    assert HandoverItem.get().to_label == li.label


def test_names_of_residents_are_for_those_who_may_see_them():
    zhang, keeper = colleague("zhang"), colleague("shen", "director")
    given_call(zhang)
    account = Account.get_by_id(zhang.account)
    [seen] = handovers.open_items(keeper, account)
    boss = accounts.create_owner(command(), "boss", "装机员", PASSWORD)
    from core.actor import Actor

    owner = Actor(
        kind="owner", account=boss.id, community=WEST_HILL, permissions=permissions.OWNER_PERMISSIONS, label="装机员"
    )
    [hidden] = handovers.open_items(owner, account)
    assert "王桂英" in str(seen.title) and "王桂英" not in str(hidden.title)
    made = handovers.hand_over(owner, zhang.account, WORK, {hidden.key: None})
    assert "王桂英" not in str(handovers.settled(owner, made)[0].title)
    assert "王桂英" in str(handovers.settled(keeper, made)[0].title)


# --------------------------------------------------------------------------- no way past it


def test_closing_elsewhere_is_refused_with_what_to_do():
    zhang, li = colleague("zhang"), colleague("lisi")
    given_call(zhang, days=9)
    with pytest.raises(Refused) as refused:
        accounts.close_account(OFFICE, zhang.account)
    assert "1" in str(refused.value) and refused.value.advice
    deputies.enter(OFFICE, zhang.account, li.account, today(), today())
    with pytest.raises(Refused):
        accounts.close_account(OFFICE, li.account)
    deputies.end(OFFICE, deputies.absences(WEST_HILL)[0].id)
    accounts.close_account(OFFICE, li.account)


def test_work_in_another_community_keeps_the_account_open():
    zhang = colleague("zhang")
    grant = roles.grant_role(command(SOUTH_GARDEN), zhang.account, "staff")
    ref = Ref("rooms.booking", SOUTH_GARDEN, 1)
    task = calls.ask_to_call(command(SOUTH_GARDEN), ref, "x", name="南苑人", why="x")
    calls.assign_call(command(SOUTH_GARDEN), task.id, zhang.account)
    assert items(zhang) == []
    with pytest.raises(Refused):
        handovers.hand_over(OFFICE, zhang.account, CLOSE, {})
    assert Handover.select().count() == 0 and roles.grants_of(WEST_HILL, zhang.account)
    roles.end_role(command(SOUTH_GARDEN), grant.id)
    with pytest.raises(Refused):
        accounts.close_account(OFFICE, zhang.account)


def test_an_account_with_another_holder_keeps_its_calls_and_stands_in_for_nobody():
    chief, zhang = colleague("shen", "director"), colleague("zhang")
    task = given_call(zhang)
    deputies.enter(OFFICE, chief.account, zhang.account, today(), today())
    along, ending = handovers.changes_hands(OFFICE, zhang.account)
    assert [item.source for item in along] == ["calls"] and [item.source for item in ending] == ["deputies"]
    credentials.hand_over(OFFICE, zhang.account, "新来的")
    assert CallTask.get_by_id(task.id).assigned_to == zhang.account
    assert deputies.absences(WEST_HILL) == []
    assert "core.deputy.ended" in recorded()


def test_two_who_close_at_once_make_one_hand_over():
    chief, zhang, li = colleague("shen", "director"), colleague("zhang"), colleague("lisi")
    second = colleague("shuji", "secretary")
    given_call(zhang)
    choices, answers = choose(items(zhang), li.account), []

    def close(actor):
        try:
            answers.append(handovers.hand_over(actor, zhang.account, CLOSE, choices).id)
        except LinliError as error:
            answers.append(type(error))

    threads = [threading.Thread(target=close, args=(actor,)) for actor in (chief, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Refused in answers and Handover.select().count() == 1
    assert recorded().count("core.account.closed") == 1


def test_only_those_who_may_and_only_in_their_community():
    zhang, clerk = colleague("zhang"), colleague("lisi")
    there = colleague("nan", "director", community=SOUTH_GARDEN)
    books = colleague("guji", "bookkeeper")
    for actor, error in ((clerk, Forbidden), (books, Forbidden), (there, NotFound)):
        with pytest.raises(error):
            handovers.hand_over(actor, zhang.account, CLOSE, {})
    made = handovers.hand_over(OFFICE, zhang.account, CLOSE, {})
    assert handovers.hand_overs(command(SOUTH_GARDEN)) == []
    with pytest.raises(NotFound):
        sheets.form_of(there, handover_sheet.SHEET, made.id)


# --------------------------------------------------------------------------- paper and store


def test_the_list_on_paper_has_every_line_and_three_signatures():
    chief, zhang, li = colleague("shen", "director"), colleague("zhang"), colleague("lisi")
    given_call(zhang)
    made = handovers.hand_over(chief, zhang.account, CLOSE, choose(items(zhang), li.account), "调走")
    form = sheets.form_of(chief, handover_sheet.SHEET, made.id)
    said = " ".join(f"{label} {value}" for label, value in form.content.facts)
    assert all(words in said for words in ("zhang同志", "王桂英", "lisi同志", "调走"))
    assert len(form.content.signatures) == 3 and form.path.endswith(f"/admin/handovers/{made.id}")
    assert sheets.number_form(chief, handover_sheet.SHEET, made.id) == f"交接〔{today().year}〕1号"


def test_what_was_handed_over_never_changes():
    chief, zhang = colleague("shen", "director"), colleague("zhang")
    given_call(zhang)
    made = handovers.hand_over(chief, zhang.account, CLOSE, choose(items(zhang), None))
    changes = {
        "handover_append_only": (Handover.update(label="x"), Handover.delete()),
        "handover_item_append_only": (HandoverItem.update(to_account=1, to_label="x"), HandoverItem.delete()),
    }
    for guard, attempts in changes.items():
        for change in attempts:
            with pytest.raises(peewee.IntegrityError) as refused, transaction(WEST_HILL):
                change.execute()
            assert violated(refused.value) == guard
    wrong = {"community": WEST_HILL, "handover_id": made.id, "source": "calls", "subject": "core.call_task:99"}
    with pytest.raises(peewee.IntegrityError) as refused, transaction(WEST_HILL):
        HandoverItem.create(**wrong, to_account=5)
    assert violated(refused.value) == "handover_item_taker_named"
    with pytest.raises(peewee.IntegrityError) as refused, transaction(SOUTH_GARDEN):
        HandoverItem.create(**{**wrong, "community": SOUTH_GARDEN})
    assert violated(refused.value) == "foreign_key"
