"""Followers: told once in the application when something moves, also on what is linked, only what they may see; never called."""

from dataclasses import replace

import pytest

from core.actor import Actor, command, system
from core.civic.notices import news as notice_news
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.objections import filing as objections
from core.civic.privacy import person_data, retention
from core.civic.reaching import calls, contact, message_lists, messages
from core.civic.reaching.message_records import Message
from core.civic.threads import follows, links
from core.civic.threads.follows import Follower
from core.errors import Forbidden, NotFound
from core.people import accounts
from core.people.account_records import Account, RoleGrant
from core.people.person import Person
from core.people.person_data import subject_of
from core.plugin.current import active
from core.store import db
from core.store.audit import AuditEntry
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from core.text import in_language
from plugins.rooms import service
from tests.core.civic.objection_cases import answer, day, file, notice
from tests.core.civic.thread_cases import OFFICE, VISITOR, booking, call, open_room
from tests.core.web.office_cases import person

pytestmark = pytest.mark.usefixtures("app")
SEND = replace(OFFICE, permissions=OFFICE.permissions | {"core.messages.send", "rooms.booking.cancel"})


@pytest.fixture(autouse=True)
def chinese():
    with in_language("zh_Hans"):
        yield


def signed_in(who, community=WEST_HILL):
    """A resident with an account of their own."""
    with db.transaction(community):
        account = Account.create(kind="resident", community=community, person_id=who.id, label=who.name)
    roles = frozenset({"resident"})
    return Actor("resident", account=account.id, person=who.id, community=community, label=who.name, roles=roles)


def neighbour(number=1):
    return signed_in(person(f"住户{number}", f"1390013900{number}", f"{number}-1-101"))


def news(reader):
    """What somebody was told as a follower, the oldest first."""
    return [message.text for message in reversed(message_lists.read_by(reader)) if message.only_here]


def test_a_follower_finds_one_message_when_the_notice_is_withdrawn_and_nobody_calls():
    reader, about = neighbour(), notice(WEST_HILL)
    follows.follow(reader, about.ref)
    assert follows.is_following(reader, about.ref)
    assert [part.ref for part in follows.followed_by(reader)] == [about.ref]
    notices.withdraw_notice(SEND, about.id, "金额写错")
    assert len(news(reader)) == 1 and "金额写错" in news(reader)[0]
    assert calls.CallTask.select().count() == 0
    assert message_lists.messages_of(SEND) == [] and message_lists.slips_to_print(SEND) == []
    told = Message.get()
    messages.mark_read(reader, told.id)
    assert all(message_lists.messages_of(SEND, shown) == [] for shown in message_lists.SHOWN)
    for act in (messages.message_for, messages.told_here, lambda actor, key: messages.withdraw(actor, key, "错")):
        with pytest.raises(NotFound):
            act(SEND, told.id)
    assert not AuditEntry.select().where(AuditEntry.action.startswith("core.message.")).exists()
    contact.prefer(reader, reader.person, contact.PAPER)
    assert message_lists.slips_to_print(SEND) == []


def test_never_two_for_one_moment_however_many_ways_lead_there():
    reader, about = neighbour(), notice(WEST_HILL)
    other = notice(WEST_HILL, title="另一件")
    for rel in ("related", "follows"):
        links.link(OFFICE, other.ref, rel, about.ref)
    for ref in (about.ref, other.ref):
        follows.follow(reader, ref)
    assert follows.tell_followers(OFFICE, about.ref, "moved.1", "有变化") == 1
    assert follows.tell_followers(OFFICE, about.ref, "moved.1", "有变化") == 1
    assert news(reader) == ["有变化"]
    follows.tell_followers(OFFICE, about.ref, "moved.2", "又有变化")
    assert news(reader) == ["有变化", "又有变化"]


def test_followers_of_a_notice_hear_of_its_correction_its_second_and_answers_to_objections():
    reader, about = neighbour(), notice(WEST_HILL, since=-30, until=-15, publish_until=day(-10), serial=901)
    follows.follow(reader, about.ref)
    pair = notice_pairs.open_pair(OFFICE, about.id)
    notices.publish_notice(OFFICE, notice_pairs.draft_after(OFFICE, pair.id).id)
    assert len(news(reader)) == 1
    open_now = notice(WEST_HILL, title="楼栋长人选", serial=902)
    follows.follow(reader, open_now.ref)
    answer(OFFICE, file(VISITOR, open_now).objection_id)
    assert "楼栋长人选" in news(reader)[1]
    notices.withdraw_notice(OFFICE, open_now.id, "写错")
    corrected = notices.correct_notice(OFFICE, open_now.id)
    said = notices.NoticeWording("money", "楼栋长人选（更正）", "收入 1200 元", "顾会计", days=30, objection_days=20)
    notices.edit_draft(OFFICE, corrected.id, said)
    notices.publish_notice(OFFICE, corrected.id)
    assert len(news(reader)) == 4 and "楼栋长人选（更正）" in news(reader)[3]


def test_a_notice_published_for_later_is_told_of_once_on_the_day_it_goes_up():
    reader, about, earlier = neighbour(), notice(WEST_HILL), db.now() - 2 * 86_400_000
    follows.follow(reader, about.ref)
    linked = (
        notice(WEST_HILL, title="今天张贴", since=0, published_at=earlier),
        notice(WEST_HILL, title="明天张贴", since=1, published_at=earlier),
        notice(WEST_HILL, title="当天发布", since=0, published_at=db.now()),
    )
    for each in linked:
        links.link(OFFICE, each.ref, "related", about.ref)
    for _hour in range(2):
        notice_news.tell_gone_up(system(WEST_HILL, "job"))
    [told] = news(reader)
    assert "今天张贴" in told


def test_followers_inherit_along_links_as_far_as_they_may_see():
    """Notice – call – notice: who may not see what moved is not told, nor what lies behind it by what they cannot see."""
    reader, clerk = neighbour(), replace(OFFICE, account=None)
    with db.transaction(WEST_HILL):
        staff = Account.create(kind="staff", community=WEST_HILL, username="clerk", label="小陆")
    need, done = call(OFFICE), notice(WEST_HILL)
    links.link(OFFICE, done.ref, "answers", need)
    follows.follow(reader, done.ref)
    follows.follow(replace(OFFICE, account=staff.id, roles=frozenset({"staff"})), need)
    assert follows.tell_followers(clerk, need, "moved.1", "有人去看过了") == 0
    assert news(reader) == [] and Message.select().count() == 0
    with db.transaction(WEST_HILL):
        RoleGrant.create(account_id=staff.id, community=WEST_HILL, role="staff", from_day=day(-1))
    assert follows.tell_followers(clerk, need, "moved.2", "有人去看过了") == 1
    assert follows.tell_followers(clerk, done.ref, "moved.3", "装好了") == 2
    assert news(reader) == ["装好了"]
    behind = notice(WEST_HILL, title="另一件")
    links.link(OFFICE, behind.ref, "answers", need)
    assert follows.tell_followers(clerk, behind.ref, "moved.4", "也装好了") == 1
    assert news(reader) == ["装好了"]
    links.link(OFFICE, behind.ref, "related", done.ref)
    assert follows.tell_followers(clerk, behind.ref, "moved.5", "两件一起") == 2
    assert news(reader) == ["装好了", "两件一起"]


def test_whoever_asked_follows_from_the_beginning_and_may_stop():
    who = person()
    reader, room, up = signed_in(who), open_room(), notice(WEST_HILL)
    mine = booking(room, who)
    links.link(OFFICE, mine, "follows", up.ref)
    assert follows.is_following(reader, mine) and Follower.select().count() == 0
    notices.withdraw_notice(OFFICE, up.id, "写错")
    assert len(news(reader)) == 1
    service.move(SEND, int(mine.id), date=day(4).isoformat(), start="10:00", end="11:00")
    assert len(news(reader)) == 1
    assert Message.select().where(Message.subject == str(mine), Message.only_here == False).count() == 1  # noqa: E712
    follows.follow(reader, mine, wanted=False)
    assert not follows.is_following(reader, mine)
    follows.tell_followers(OFFICE, up.ref, "moved.1", "有变化")
    assert len(news(reader)) == 1
    follows.follow(reader, mine)
    assert follows.is_following(reader, mine) and Follower.select().count() == 0


def test_whoever_objected_hears_of_other_answers_only_by_following_the_notice():
    one, other, about = neighbour(1), neighbour(2), notice(WEST_HILL)
    mine = objections.file_objection(one, about.id, "停车费不对")
    objections.file_objection(other, about.id, "太贵了")
    answer(OFFICE, mine.objection_id, "停车费不对")
    assert len(message_lists.read_by(one)) == 1 and message_lists.read_by(other) == []
    follows.follow(other, about.ref)
    answer(OFFICE, file(VISITOR, about).objection_id)
    assert len(news(other)) == 1 and news(one) == []


def test_whoever_objected_hears_of_the_withdrawal_once_from_the_objection():
    reader, about = neighbour(), notice(WEST_HILL)
    objections.file_objection(reader, about.id, "停车费不对")
    notices.withdraw_notice(OFFICE, about.id, "金额写错")
    assert len(message_lists.read_by(reader)) == 1 and news(reader) == []


def test_the_actor_a_closed_account_and_the_dead_are_not_told():
    readers, about = [neighbour(number) for number in (1, 2, 3)], notice(WEST_HILL)
    for reader in readers:
        follows.follow(reader, about.ref)
    with db.transaction(WEST_HILL):
        Account.update(status="closed").where(Account.id == readers[1].account).execute()
        Person.update(status="deceased").where(Person.id == readers[2].person).execute()
    assert follows.tell_followers(replace(OFFICE, account=readers[0].account), about.ref, "moved.1", "有变化") == 0
    assert Message.select().count() == 0


def test_only_what_one_may_see_is_followed_and_only_by_whoever_belongs_here():
    reader, about, room = neighbour(), notice(WEST_HILL), open_room()
    for ref in (
        call(OFFICE),
        booking(room, person()),
        Ref("core.notice", WEST_HILL, 999),
        Ref("core.person", WEST_HILL, 1),
    ):
        for wanted in (True, False):
            with pytest.raises(NotFound):
                follows.follow(reader, ref, wanted)
    for other in (VISITOR, replace(reader, person=None, roles=frozenset()), replace(reader, community=SOUTH_GARDEN)):
        with pytest.raises(Forbidden):
            follows.follow(other, about.ref)
    with pytest.raises(NotFound):
        follows.tell_followers(OFFICE, notice(SOUTH_GARDEN).ref, "moved", "有变化")
    assert Follower.select().count() == 0


def test_what_can_no_longer_be_seen_is_not_told_of_and_can_be_let_go():
    reader, room = neighbour(), open_room()
    follows.follow(reader, room.ref)
    switch_off(system(WEST_HILL, "test"), "rooms")
    assert follows.followed_by(reader) == []
    assert follows.tell_followers(OFFICE, room.ref, "moved", "有变化") == 0
    follows.follow(reader, room.ref, wanted=False)
    assert Follower.select().count() == 0


def test_it_is_part_of_one_s_own_data_and_erased_with_the_person():
    reader, about = neighbour(), notice(WEST_HILL)
    follows.follow(reader, about.ref)
    titles = {str(table.title): table.rows for table in person_data.gather(active(), WEST_HILL, reader.person).tables}
    assert titles["您关注的"] == ((f"公示 {about.title}",),)
    follows.follow(
        replace(reader, permissions=OFFICE.permissions), call(OFFICE)
    )  # taken at work, by now a resident only
    [table] = follows.tables(WEST_HILL, subject_of(WEST_HILL, reader.person))
    assert table.rows == ((f"公示 {about.title}",), ("来电",))
    with db.transaction(WEST_HILL):
        follows.erase(OFFICE, subject_of(WEST_HILL, reader.person))
    assert Follower.select().count() == 0


def test_who_gets_the_account_after_somebody_follows_nothing():
    about = notice(WEST_HILL)
    made = accounts.create_staff(command(WEST_HILL), "clerk", "小陆", "correct horse battery", grants=("staff",))
    follows.follow(replace(OFFICE, account=made.id, roles=frozenset({"staff"})), about.ref)
    accounts.close_account(command(WEST_HILL), made.id)
    assert Follower.select().count() == 0


def test_a_follow_ends_a_year_after_nothing_more_has_happened():
    reader, quiet, lively = neighbour(), notice(WEST_HILL), notice(WEST_HILL, title="有动静")
    for each in (quiet, lively):
        follows.follow(reader, each.ref)
    links.link(OFFICE, quiet.ref, "related", lively.ref)
    long_ago = db.now() - 800 * retention.DAY_MS
    with db.transaction(WEST_HILL):
        Follower.update(at=long_ago).execute()
    rule, before = follows.RETENTION, db.now() - 365 * retention.DAY_MS
    assert rule.overdue(WEST_HILL, before) == 0
    with db.transaction(WEST_HILL):
        Follower.update(subject="core.notice:999").where(Follower.subject == str(quiet.ref)).execute()
        assert len(rule.clear(OFFICE, before)) == 1
    assert [row.subject for row in Follower.select()] == [str(lively.ref)]
