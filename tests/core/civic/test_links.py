"""Links between records: one open link per relation, ended and never deleted, within one community, of records there are."""

from dataclasses import replace

import peewee
import pytest

from core.civic.threads import links
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store import audit, db, violations
from core.store.links import Link
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN
from tests.core.civic.objection_cases import notice
from tests.core.civic.thread_cases import OFFICE, booking, call, open_room
from tests.core.web.office_cases import person

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def two():
    """A call and a notice of 西山."""
    return call(OFFICE), notice(OFFICE.community).ref


def refused(act):
    """The name of the guard that refused a write."""
    with pytest.raises(peewee.PeeweeException) as raised, db.transaction():
        act()
    return violations.violated(raised.value)


def test_two_records_are_linked_once_and_again_after_the_link_was_ended(two):
    src, dst = two
    made = links.link(OFFICE, src, "follows", dst)
    assert links.link(OFFICE, src, "follows", dst).id == made.id
    assert [each.ends for each in links.links_of(dst)] == [(src, dst)]
    assert links.unlink(OFFICE, src, "follows", dst, "关联错了") is True
    assert links.unlink(OFFICE, src, "follows", dst, "关联错了") is False
    assert links.links_of(src) == []
    assert links.link(OFFICE, src, "follows", dst).id != made.id
    ended = Link.get_by_id(made.id)
    assert (ended.ended_by, ended.ended_reason) == ("陆敏", "关联错了")
    acts = [each.action for each in audit.AuditEntry.select().where(audit.AuditEntry.action.startswith("core.link"))]
    assert acts == ["core.link.added", "core.link.ended", "core.link.added"]


def test_the_database_keeps_every_link(two):
    src, dst = two
    made = links.link(OFFICE, src, "about", dst)
    row = {"community": OFFICE.community, "src": str(src), "rel": "about", "dst": str(dst), "by_label": "陆敏"}
    assert refused(lambda: Link.create(**row)) == "link_community_src_rel_dst_unique"
    assert refused(lambda: Link.create(**{**row, "dst": str(src)})) == "link_joins_two"
    for change in ({"dst": "core.notice:9"}, {"rel": "follows"}, {"by_label": "别人"}, {"community": SOUTH_GARDEN}):
        assert refused(lambda change=change: Link.update(**change).where(Link.id == made.id).execute()) == "link_kept"
    assert refused(lambda: Link.delete().where(Link.id == made.id).execute()) == "link_kept"
    assert refused(lambda: Link.update(ended_at=1).where(Link.id == made.id).execute()) == "link_ended_whole"
    links.unlink(OFFICE, src, "about", dst, "关联错了")
    assert refused(lambda: Link.update(ended_reason="改口").execute()) == "link_kept"
    open_again = {"ended_at": None, "ended_by": "", "ended_reason": ""}
    assert refused(lambda: Link.update(**open_again).execute()) == "link_kept"
    with db.transaction(OFFICE.community):
        Link.update(ended_reason="—").where(Link.id == made.id).execute()


def test_only_records_there_are_in_this_community_and_of_a_described_kind(two):
    room = open_room()
    src, dst = two
    abroad = notice(SOUTH_GARDEN).ref
    nobody = person("李四", "13900139000", "1-1-101")
    for other in (
        abroad,
        replace(abroad, community=OFFICE.community),
        replace(dst, id=999),
        replace(dst, id="p1"),
        nobody.ref,
        Ref("rooms.venue", OFFICE.community, room.venue_id),
        Ref("garden.bed", OFFICE.community, 1),
    ):
        with pytest.raises(NotFound):
            links.link(OFFICE, src, "related", other)
        with pytest.raises(NotFound):
            links.link(OFFICE, other, "related", src)
    with pytest.raises(Invalid):
        links.link(OFFICE, src, "loves", dst)
    with pytest.raises(Refused):
        links.link(OFFICE, src, "related", src)
    with pytest.raises(NotFound):
        links.link(replace(OFFICE, community=SOUTH_GARDEN), src, "related", dst)
    assert Link.select().count() == 0


def test_staff_link_only_what_they_may_see(two):
    room = open_room()
    src, dst = two
    mine = booking(room, person())
    assert links.link_by_hand(OFFICE, mine, "follows", src).rel == "follows"
    with pytest.raises(Refused):
        links.link_by_hand(OFFICE, mine, "follows", src)
    without_calls = replace(OFFICE, permissions=OFFICE.permissions - {"core.calls.take", "core.calls.work"})
    with pytest.raises(Invalid):
        links.link_by_hand(without_calls, dst, "related", src)
    with pytest.raises(NotFound):
        links.link_by_hand(without_calls, src, "related", dst)
    with pytest.raises(Invalid):
        links.link_by_hand(OFFICE, src, "objects_to", dst)
    with pytest.raises(Forbidden):
        links.link_by_hand(replace(OFFICE, permissions=frozenset({"core.desk"})), dst, "related", mine)
    assert Link.select().count() == 1


def test_staff_end_a_link_for_a_reason_and_only_once(two):
    made = links.link(OFFICE, *two[:1], "about", two[1])
    for words in ("", "  ", "长" * 501, "坏\x00字"):
        with pytest.raises(Invalid):
            links.end_by_hand(OFFICE, made.id, words)
    with pytest.raises(NotFound):
        links.end_by_hand(replace(OFFICE, community=SOUTH_GARDEN), made.id, "误")
    with pytest.raises(NotFound):
        links.end_by_hand(replace(OFFICE, permissions=frozenset({links.LINK})), made.id, "误")
    with pytest.raises(Forbidden):
        links.end_by_hand(replace(OFFICE, permissions=frozenset()), made.id, "误")
    links.end_by_hand(OFFICE, made.id, "关联错了")
    with pytest.raises(Refused):
        links.end_by_hand(OFFICE, made.id, "再来一次")
