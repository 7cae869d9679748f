"""The page of a matter's whole life: reached from its records, printed on A4, linked and unlinked by staff."""

import re

import pytest

from core.actor import command, system
from core.civic.notices import publishing as notices
from core.civic.objections.records import Objection
from core.civic.threads import links
from core.civic.threads.follows import Follower
from core.store.links import Link
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from tests.core.civic.objection_cases import answer, file, notice
from tests.core.civic.thread_cases import OFFICE, VISITOR, booking, call, open_room
from tests.core.web.office_cases import HERE, THERE, person, text

pytestmark = pytest.mark.usefixtures("app")


def thread(ref):
    return f"{HERE}/threads/{ref}"


def test_everybody_reads_the_public_thread_from_the_notice(client):
    about = notice(WEST_HILL)
    filed = file(VISITOR, about)
    answer(OFFICE, filed.objection_id)
    assert f"/threads/{about.ref}" in text(client.get(f"{HERE}/notices/{about.id}"))
    page = text(client.get(thread(about.ref)))
    assert "来龙去脉" in page and "已答复" in page and "王桂英" not in page
    assert "关联另一件事" not in page and "/desk" not in page
    sheet = text(client.get(f"{thread(about.ref)}/sheet"))
    assert "已答复" in sheet and "is-numbered" in sheet and "<svg" in sheet


def test_the_records_of_the_desk_lead_to_their_thread(as_role, client):
    room, who = open_room(), person()
    about, made, mine = notice(WEST_HILL), call(OFFICE), booking(room, who)
    filed = file(VISITOR, about)
    staff = as_role("director")
    for page, ref in (
        (f"notices/desk/{about.id}", about.ref),
        (f"objections/{filed.objection_id}/answer", Objection.get_by_id(filed.objection_id).ref),
        (f"calls/{made.id}", made),
        (f"rooms/desk/bookings/{mine.id}", mine),
    ):
        assert f"/threads/{ref}" in text(staff.get(f"{HERE}/{page}")), page
        assert "关联另一件事" in text(staff.get(thread(ref)))
    resident = as_role("resident", person=who.id)
    assert f"/threads/{mine}" in text(resident.get(f"{HERE}/rooms/booking/{mine.id}"))
    assert "登记预约" in text(resident.get(thread(mine)))
    assert client.get(thread(mine)).status_code == 404
    assert client.get(thread(made)).status_code == 404


def test_staff_look_for_a_notice_by_its_number_and_link_it(as_role):
    about, made = notice(WEST_HILL, title="楼道灯更换"), call(OFFICE)
    staff, form = as_role("staff"), f"{thread(made)}/link"
    assert "哪一件事" in text(staff.get(form))
    number = f"公示〔{about.year}〕{about.serial}号"
    for query in (number, f"公示[{about.year}]{about.serial}号", "楼道灯"):
        assert f'value="{about.ref}"' in text(staff.get(form, query_string={"q": query})), query
    assert "没有找到" in text(staff.get(form, query_string={"q": "没有的事"}))
    given = {"q": number, "target": str(about.ref), "rel": "answers", "idempotency_key": "the very same tap"}
    for _tap in range(2):
        assert staff.send(form, **given).status_code == 303
    assert [(each.src, each.rel, each.dst) for each in Link.select()] == [(str(made), "answers", str(about.ref))]
    assert "楼道灯更换" in text(staff.get(thread(made)))
    again = staff.send(form, q=number, target=str(about.ref), rel="answers")
    assert again.status_code == 409 and "已经关联过" in text(again)


def test_a_booking_is_found_by_the_code_of_its_guest(as_role):
    from plugins.rooms import service
    from tests.core.civic.objection_cases import day

    room = open_room()
    wish = {"date": day(3).isoformat(), "start": "09:00", "end": "10:00", "guest_name": "周阿姨"}
    made = service.book(VISITOR, room.id, service.BookingRequest(**wish))
    page = text(as_role("staff").get(f"{thread(call(OFFICE))}/link", query_string={"q": made.code.lower()}))
    assert f'value="rooms.occurrence:{made.occurrence_id}"' in page


def test_what_was_not_offered_is_not_linked_and_what_was_typed_stays(as_role):
    about, made = notice(WEST_HILL), call(OFFICE)
    staff, form = as_role("staff"), f"{thread(made)}/link"
    for given in (
        {"target": "core.notice:999"},
        {"target": "core.person:1"},
        {"target": "x" * 5000},
        {"target": str(made)},
        {"rel": "objects_to"},
        {"rel": "", "target": ""},
    ):
        answer_ = staff.send(form, **{"q": "收支", "target": str(about.ref), "rel": "related", **given})
        assert answer_.status_code == 422, given
        assert 'value="收支"' in text(answer_)
    assert Link.select().count() == 0


def test_staff_end_a_link_with_a_reason(as_role):
    about, made = notice(WEST_HILL), call(OFFICE)
    link = links.link(command(WEST_HILL), made, "related", about.ref)
    staff, page = as_role("staff"), f"{HERE}/threads/links/{link.id}/end"
    assert page in text(staff.get(thread(made)))
    assert "李阿姨" in text(staff.get(page))
    assert staff.send(page, reason=" ").status_code == 422
    assert staff.send(page, reason="关联错了").status_code == 303
    assert Link.get().ended_reason == "关联错了"
    assert staff.send(page, reason="再来一次").status_code == 409
    for who in (as_role("supervisor"), as_role("resident", person=person().id)):
        assert who.send(page, reason="误").status_code == 403
        assert who.get(f"{thread(about.ref)}/link").status_code == 403
    assert as_role("staff").get(f"{THERE}/threads/links/{link.id}/end").status_code in (403, 404)


@pytest.mark.parametrize(
    "ref",
    ["x", "core.notice", "core.notice:", "core.notice:zz", "core.notice:-1", f"core.notice:{10**30}", "core.notice:1:2",
     "garden.bed:1", "core.person:1", "core.link:1", "rooms.venue:1", "公示:1", "core.notice:%00", "..", "core.notice:１"],
)  # fmt: skip
def test_an_address_that_names_no_record_is_not_found(as_role, client, ref):
    staff = as_role("director")
    for browser in (staff, client):
        for page in ("", "/sheet"):
            assert browser.get(f"{thread(ref)}{page}").status_code in (404, 400), (ref, page)
    assert staff.get(f"{thread(ref)}/link").status_code in (404, 400)


def test_a_module_that_is_off_is_named_to_staff(as_role, client):
    room, about = open_room(), notice(WEST_HILL)
    mine = booking(room, person())
    links.link(command(WEST_HILL), mine, "follows", about.ref)
    switch_off(system(WEST_HILL, "test"), "rooms")
    staff = as_role("director")
    assert "已停用" in text(staff.get(thread(about.ref)))
    assert "已停用" not in text(client.get(thread(about.ref)))
    assert staff.get(thread(mine)).status_code == 404
    assert not re.search(r"/rooms/", text(staff.get(thread(about.ref))))


def test_words_of_people_are_shown_as_words(as_role):
    made = call(OFFICE, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>\u202e\u2028" + "长" * 1900)
    staff = as_role("staff")
    for page in ("", "/sheet", "/link"):
        assert "<script>alert" not in text(staff.get(f"{thread(made)}{page}"))
        assert "<img src=x" not in text(staff.get(f"{thread(made)}{page}"))


def test_a_resident_follows_a_notice_and_lets_it_go(as_role, client):
    about = notice(WEST_HILL)
    browser, form = as_role("resident", person=person().id), f"{thread(about.ref)}/follow"
    assert "关注" in text(browser.get(f"{HERE}/notices/{about.id}"))
    assert form not in text(client.get(f"{HERE}/notices/{about.id}"))
    for _tap in range(2):
        assert browser.send(form, wanted="1", idempotency_key="the very same tap").status_code == 303
    assert Follower.select().count() == 1
    assert "不再关注" in text(browser.get(thread(about.ref)))
    assert "我关注的" in text(browser.get(f"{HERE}/mine"))
    assert about.title in text(browser.get(f"{HERE}/mine/following"))
    assert about.title not in text(as_role("director").get(f"{HERE}/mine/following"))
    notices.withdraw_notice(OFFICE, about.id, "金额写错")
    inbox = text(browser.get(f"{HERE}/mine/messages"))
    assert "金额写错" in inbox and f"/threads/{about.ref}" in inbox
    answer_ = browser.send(form, wanted="0", list="1")
    assert answer_.status_code == 303 and answer_.location.endswith("/mine/following")
    assert Follower.select().count() == 0
    assert "还没有关注" in text(browser.get(f"{HERE}/mine/following"))


def test_visitors_and_people_of_other_communities_follow_nothing(as_role, client):
    about = notice(WEST_HILL)
    form = f"{thread(about.ref)}/follow"
    assert client.send(form, wanted="1").status_code in (303, 401)
    stranger = as_role("director", community=SOUTH_GARDEN)
    assert stranger.send(form, wanted="1").status_code == 403
    assert stranger.get(f"{HERE}/mine/following").status_code == 404
    assert as_role("owner").send(form, wanted="1").status_code == 403
    assert as_role("director").send(f"{thread('core.notice:999')}/follow", wanted="0").status_code == 404
    assert Follower.select().count() == 0
