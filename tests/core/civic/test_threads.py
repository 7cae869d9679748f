"""Threads: a matter across modules in one order, bounded and without loops, and of each record only what the reader may see."""

import itertools
from dataclasses import replace

import pytest

from core.actor import Actor, system
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices.records import Notice
from core.civic.objections import filing as objections
from core.civic.reaching import calls
from core.civic.reaching.message_records import Message
from core.civic.threads import links, threads
from core.civic.threads.records import Reader
from core.errors import NotFound
from core.plugin.current import active
from core.store import db
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from core.text import in_language
from plugins.rooms import service
from tests.core.civic.objection_cases import answer, day, file, notice
from tests.core.civic.thread_cases import OFFICE, VISITOR, booking, call, open_room
from tests.core.web.office_cases import person

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def chinese():
    """Threads as people here read them."""
    with in_language("zh_Hans"):
        yield


def read(actor, ref):
    """(names of the records, what happened) of a thread, in order."""
    thread = threads.thread_of(actor, ref)
    return [part.ref for part in thread.parts], [each.moment.text for each in thread.told]


def words(actor, ref):
    """Everything a reader of a thread reads."""
    thread = threads.thread_of(actor, ref)
    told = [f"{each.moment.text} {each.moment.detail} {each.moment.who}" for each in thread.told]
    return " ".join([*told, *(f"{part.name} {' '.join(tie.words for tie in part.ties)}" for part in thread.parts)])


def of_resident(who):
    """Somebody who signed in with an account of their own."""
    return Actor(kind="resident", account=100 + who.id, person=who.id, community=WEST_HILL, label=who.name)


def test_a_notice_an_objection_and_its_answer_are_one_thread_for_everybody():
    about = notice(WEST_HILL)
    filed = file(VISITOR, about)
    objection = Ref("core.objection", WEST_HILL, filed.objection_id)
    answer(OFFICE, filed.objection_id)
    for start, expected in ((about.ref, [about.ref, objection]), (objection, [objection, about.ref])):
        refs, told = read(VISITOR, start)
        assert refs == expected
        assert told == ["发布", "有人提出异议：手机（没有账号）", "已答复：调整"]
    thread = threads.thread_of(VISITOR, about.ref)
    assert [part.href for part in thread.parts] == [f"/c/{WEST_HILL}/notices/{about.id}"] * 2
    assert thread.parts[1].ties[0].words == f"对“{thread.parts[0].title}”提出的异议"
    assert [each.moment.at for each in thread.told] == sorted(each.moment.at for each in thread.told)


def test_what_happened_in_one_moment_is_told_in_one_order_from_each_end(monkeypatch):
    moment = threads.now()
    monkeypatch.setattr("time.time_ns", lambda: moment * 1_000_000)
    about = notice(WEST_HILL)
    objection = Ref("core.objection", WEST_HILL, file(VISITOR, about).objection_id)
    assert read(VISITOR, about.ref)[1] == read(VISITOR, objection)[1] == ["发布", "有人提出异议：手机（没有账号）"]


def test_who_objected_stands_there_for_the_office_and_nobody_else():
    about = notice(WEST_HILL)
    filed = file(VISITOR, about, name="王桂英")
    objections.add_word(VISITOR, filed.objection_id, "只给居委会看", code=filed.code)
    objection = Ref("core.objection", WEST_HILL, filed.objection_id)
    assert "王桂英" in words(OFFICE, objection) and "只给居委会看" in words(OFFICE, objection)
    outsiders = (
        VISITOR,
        of_resident(person("张三", "13900139001", "1-1-101")),
        replace(OFFICE, permissions=frozenset({"core.desk"})),
    )
    for other in outsiders:
        assert "王桂英" not in words(other, about.ref) and "只给居委会看" not in words(other, objection)
    in_a_grid = replace(OFFICE, reach=frozenset({1}))
    assert "王桂英" not in words(in_a_grid, about.ref)


def test_corrections_and_pairs_belong_together_without_being_stored():
    said = notices.NoticeWording("general", "停水通知", "周六停水", "陆敏", objection_days=7)
    wrong = notices.publish_notice(OFFICE, notices.draft_notice(OFFICE, said).id)
    notices.withdraw_notice(OFFICE, wrong.id, "日期写错")
    right = notices.correct_notice(OFFICE, wrong.id)
    assert read(OFFICE, wrong.ref)[0] == [wrong.ref, right.ref]
    first = notice(WEST_HILL, since=-30, until=-15, publish_until=day(-10))
    pair = notice_pairs.open_pair(OFFICE, first.id)
    second = notice_pairs.draft_after(OFFICE, pair.id)
    assert read(OFFICE, first.ref)[0] == [first.ref, second.ref]
    assert read(OFFICE, second.ref)[0] == [second.ref, first.ref]
    assert links.links_of(first.ref) == links.links_of(wrong.ref) == []


def test_a_notice_about_a_room_and_what_closed_it_are_one_thread():
    room = open_room()
    manager = replace(OFFICE, permissions=OFFICE.permissions | {"rooms.manage"})
    closed = {"date": day(2).isoformat(), "start": "08:00", "end": "12:00", "reason": "换灯"}
    service.close(manager, room.id, **closed)
    about = notice(WEST_HILL, subject=str(room.ref))
    refs, told = read(VISITOR, about.ref)
    assert refs == [about.ref, room.ref]
    assert any(text.startswith("停用：") for text in told)


def test_a_reader_walks_only_through_what_the_reader_may_see():
    """Notice – call – notice: who may not see the call does not come to the second notice, nor learn that there is a call."""
    one, other = notice(WEST_HILL), notice(WEST_HILL, title="楼道灯更换")
    between = call(OFFICE, "李阿姨", "楼道灯坏了")
    links.link(OFFICE, one.ref, "answers", between)
    links.link(OFFICE, other.ref, "follows", between)
    assert read(OFFICE, one.ref)[0] == [one.ref, between, other.ref]
    assert read(VISITOR, one.ref)[0] == [one.ref]
    assert "李阿姨" not in words(VISITOR, one.ref)
    with pytest.raises(NotFound):
        threads.thread_of(VISITOR, between)
    in_a_grid = replace(OFFICE, account=8, reach=frozenset({1}))
    assert read(in_a_grid, one.ref)[0] == [one.ref]


def test_a_draft_is_the_office_s_and_of_a_withdrawn_notice_the_reason_stays():
    said = notices.NoticeWording("general", "停水通知", "周六停水", "陆敏")
    draft = notices.draft_notice(OFFICE, said)
    up = notice(WEST_HILL)
    links.link(OFFICE, draft.ref, "related", up.ref)
    assert read(VISITOR, up.ref)[0] == [up.ref]
    with pytest.raises(NotFound):
        threads.thread_of(VISITOR, draft.ref)
    assert read(OFFICE, draft.ref)[0] == [draft.ref, up.ref]
    notices.publish_notice(OFFICE, draft.id)
    notices.withdraw_notice(OFFICE, draft.id, "日期写错")
    told = words(VISITOR, draft.ref)
    assert "日期写错" in told and "周六停水" not in told


def test_a_booking_is_the_organiser_s_and_the_desk_s():
    room = open_room()
    who, neighbour = person(), person("李四", "13900139000", "1-1-101")
    mine = booking(room, who)
    service.move(OFFICE, int(mine.id), date=day(4).isoformat(), start="10:00", end="11:00")
    service.cancel(
        replace(OFFICE, permissions=OFFICE.permissions | {"rooms.booking.cancel"}), int(mine.id), reason="停电"
    )
    assert read(of_resident(who), mine)[1] == ["登记预约", "已确认", "改了时间或房间", "已取消"]
    told = words(of_resident(who), mine)
    assert "停电" in told and "陆敏" not in told
    assert "陆敏" in words(OFFICE, mine) and who.name in words(OFFICE, mine)
    for other in (of_resident(neighbour), VISITOR, replace(OFFICE, permissions=frozenset({"core.desk"}))):
        with pytest.raises(NotFound):
            threads.thread_of(other, mine)
    up = notice(WEST_HILL)
    links.link(OFFICE, mine, "follows", up.ref)
    assert read(of_resident(neighbour), up.ref)[0] == [up.ref]
    assert read(of_resident(who), up.ref)[0] == [up.ref, mine]


def test_the_office_told_them_by_telephone():
    room = open_room()
    who = person()
    mine = booking(room, who)
    service.cancel(
        replace(OFFICE, permissions=OFFICE.permissions | {"rooms.booking.cancel"}), int(mine.id), reason="停电"
    )
    task = calls.CallTask.get()
    calls.record_attempt(OFFICE, task.id, "no_answer", note="下午再打")
    calls.record_attempt(OFFICE, task.id, "told")
    assert [text for text in read(OFFICE, mine)[1] if text.startswith("致电")] == [
        f"致电{who.name}：无人接听",
        f"致电{who.name}：已告知",
    ]
    assert read(of_resident(who), mine)[1].count("居委会已告诉您") == 1
    told = Message.get()
    with db.transaction(WEST_HILL):
        Message.update(told_how="in_person").where(Message.id == told.id).execute()
    assert f"{who.name}已知道（当面）" in read(OFFICE, mine)[1]
    assert "下午再打" not in words(of_resident(who), mine)


def test_loops_end_and_every_record_stands_there_once():
    refs = [notice(WEST_HILL, title=f"公示{number}").ref for number in range(4)]
    for src, dst in zip(refs, [*refs[1:], refs[0]], strict=True):
        links.link(OFFICE, src, "follows", dst)
        links.link(OFFICE, dst, "related", src)
    thread = threads.thread_of(OFFICE, refs[0])
    assert sorted(part.ref.id for part in thread.parts) == sorted(ref.id for ref in refs)
    assert sum(len(part.ties) for part in thread.parts) == 8
    assert {tie.link for part in thread.parts for tie in part.ties} == {
        each.id for ref in refs for each in links.links_of(ref)
    }
    assert not thread.is_cut


def test_a_thread_has_an_end_in_breadth_and_in_depth():
    hub = notice(WEST_HILL).ref
    with db.transaction(WEST_HILL):
        for number in range(threads.MOST_RECORDS + 5):
            links.link(OFFICE, hub, "related", notice(WEST_HILL, title=f"公示{number}").ref)
    thread = threads.thread_of(OFFICE, hub)
    assert (len(thread.parts), thread.is_cut) == (threads.MOST_RECORDS, True)
    chain = [notice(WEST_HILL, title=f"一环{number}").ref for number in range(threads.MOST_STEPS + 2)]
    for src, dst in itertools.pairwise(chain):
        links.link(OFFICE, src, "follows", dst)
    thread = threads.thread_of(OFFICE, chain[0])
    assert (len(thread.parts), thread.is_cut) == (threads.MOST_STEPS + 1, True)
    assert not threads.thread_of(OFFICE, chain[2]).is_cut


def test_of_very_many_objections_no_more_are_asked_about_than_are_told(monkeypatch):
    about, asked = notice(WEST_HILL), []
    for number in range(threads.MOST_RECORDS + 20):
        file(VISITOR, about, phone=f"139{number:08d}")
    sees = Reader.may_see
    monkeypatch.setattr(Reader, "may_see", lambda reader, ref: asked.append(ref) or sees(reader, ref))
    thread = threads.thread_of(VISITOR, about.ref)
    assert (len(thread.parts), len(thread.told), thread.is_cut) == (threads.MOST_RECORDS, threads.MOST_RECORDS, True)
    assert len(asked) == threads.MOST_RECORDS + 1


def test_nothing_of_another_community_is_told():
    here, there = notice(WEST_HILL).ref, notice(SOUTH_GARDEN, title="南苑的公示").ref
    for reader in (OFFICE, VISITOR):
        with pytest.raises(NotFound):
            threads.thread_of(reader, there)
        with pytest.raises(NotFound):
            threads.thread_of(reader, replace(there, community=WEST_HILL))
        assert read(reader, here)[0] == [here]


def test_a_module_that_is_off_leaves_its_records_out_and_staff_read_that():
    room = open_room()
    who = person()
    mine, up = booking(room, who), notice(WEST_HILL).ref
    links.link(OFFICE, mine, "follows", up)
    switch_off(system(WEST_HILL, "test"), "rooms")
    thread = threads.thread_of(OFFICE, up)
    assert [part.ref for part in thread.parts] == [up]
    assert [str(title) for title in thread.off] == ["活动室预约"]
    assert threads.thread_of(of_resident(who), up).off == ()
    with pytest.raises(NotFound):
        threads.thread_of(OFFICE, mine)
    active().switch(system(WEST_HILL, "test"), "rooms", enabled=True, published=False)
    assert read(of_resident(who), up)[0] == [up]
    assert read(OFFICE, up)[0] == [up, mine]


@pytest.mark.parametrize("key", [0, -1, 2**62, "x", "p1"])
def test_a_record_that_is_not_there_has_no_thread(key):
    for kind in ("core.notice", "core.objection", "core.call_intake", "rooms.occurrence", "rooms.room", "core.person"):
        with pytest.raises(NotFound):
            threads.thread_of(OFFICE, Ref(kind, WEST_HILL, key))
    assert Notice.select().count() == 0
