"""Pages of messages: the resident's own, the office's, slips on paper, preferences and hours."""

import datetime

import pytest

from core.actor import command
from core.civic.reaching import calls, contact, messages
from core.civic.reaching.message_records import Message
from core.clock import today
from core.people import permissions
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, sign_in_as
from tests.core.web.office_cases import HERE, THERE, WEST_HILL, person, text


def tell(who, number=1, community=WEST_HILL, **fields):
    """What some module tells a resident."""
    given = {"title": "预约成功", "text": "周三下午两点的调解室订好了。", **fields}
    ref = Ref("rooms.booking", community, number)
    return messages.tell(command(community), who.ref, ref, "decided", given.pop("text"), **given)


@pytest.fixture
def zhang(app):
    """张三丰, a resident."""
    return person()


@pytest.fixture
def resident(app, zhang):
    """张三丰, signed in."""
    return sign_in_as(app, "resident", person=zhang.id)


# --------------------------------------------------------------------------- the resident's own


def test_a_resident_reads_and_says_i_know(resident, zhang):
    told = tell(zhang)
    assert "1 条新消息" in text(resident.get(f"{HERE}/mine"))
    assert '<span class="badge num">1</span>' in text(resident.get(f"{HERE}/"))
    page = text(resident.get(f"{HERE}/mine/messages"))
    assert "周三下午两点的调解室订好了。" in page and "有 1 条消息还没看" in page
    assert Message.get().read_at is None
    assert resident.send(f"{HERE}/mine/messages/{told.id}/read").status_code == 303
    assert Message.get().read_at is not None
    assert "badge num" not in text(resident.get(f"{HERE}/"))


def test_all_of_them_at_once(resident, zhang):
    for number in range(3):
        tell(zhang, number)
    resident.send(f"{HERE}/mine/messages/read")
    assert Message.select().where(Message.read_at.is_null()).count() == 0


def test_pages_of_messages_ask_visitors_to_sign_in(client):
    for path in ("mine/messages", "mine/contact"):
        assert client.get(f"{HERE}/{path}").headers["Location"].startswith("/login?next=")


def test_a_neighbour_and_staff_find_nothing_of_somebody_else(app, as_role, zhang):
    start = 30_000_000
    told = tell(zhang, start_min=start, end_min=start + 60)
    neighbour = sign_in_as(app, "resident", person=person("李四", "13900139000", "1-1-101").id)
    for browser in (neighbour, as_role("director")):
        assert "调解室" not in text(browser.get(f"{HERE}/mine/messages"))
        assert browser.send(f"{HERE}/mine/messages/{told.id}/read").status_code == 404
        assert browser.get(f"{HERE}/mine/messages/{told.id}.ics").status_code == 404
        assert browser.send(f"{HERE}/mine/messages/read").status_code == 303
    assert Message.get().read_at is None


def test_a_resident_keeps_an_appointment_in_the_phone(resident, zhang):
    plain, timed = tell(zhang), tell(zhang, 2, start_min=30_000_000, end_min=30_000_060)
    answer = resident.get(f"{HERE}/mine/messages/{timed.id}.ics")
    assert answer.mimetype == "text/calendar" and "BEGIN:VEVENT" in text(answer)
    assert resident.get(f"{HERE}/mine/messages/{plain.id}.ics").status_code == 422


def test_twenty_messages_to_a_page(resident, zhang):
    for number in range(21):
        tell(zhang, number, title=f"第{number}件")
    first = text(resident.get(f"{HERE}/mine/messages"))
    assert "第20件" in first and "第0件" not in first
    following = first.split('rel="next" href="')[1].split('"')[0]
    assert "第0件" in text(resident.get(following))
    assert resident.get(f"{HERE}/mine/messages?after=nonsense").status_code == 200


def test_a_resident_says_how_to_be_reached(resident, zhang):
    assert "09:00–12:00、14:00–20:00" in text(resident.get(f"{HERE}/mine/contact"))
    assert resident.send(f"{HERE}/mine/contact", way="").status_code == 422
    assert resident.send(f"{HERE}/mine/contact", way="pigeon").status_code == 422
    assert resident.send(f"{HERE}/mine/contact", way="in_app").status_code == 303
    assert contact.way_of(WEST_HILL, zhang.id) == "in_app"


def test_whoever_is_no_resident_has_no_way_to_choose(as_role):
    assert as_role("staff").get(f"{HERE}/mine/contact").status_code == 404


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\u202e倒着", "👵🏽"])
def test_words_stay_words(resident, as_role, zhang, words):
    told = tell(zhang, title=words, text=words)
    office = as_role("staff")
    pages = [resident.get(f"{HERE}/mine/messages")]
    pages += [office.get(f"{HERE}/{path}") for path in (
        "messages", f"messages/{told.id}", f"messages/slips?message={told.id}", "calls/today")]  # fmt: skip
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in text(page)


# --------------------------------------------------------------------------- the office's


def write(browser, who, **fields):
    """Send the form with which staff write to somebody."""
    given = {
        "person": who.public_id,
        "title": "来领体检单",
        "text": "请带身份证",
        "know_by": "",
        "send_on": "",
        **fields,
    }
    return browser.send(f"{HERE}/messages/new", **given)


def test_staff_write_to_a_resident_and_tell_them_at_the_counter(as_role, zhang):
    browser = as_role("staff")
    assert "通知本人" in text(browser.get(f"{HERE}/people/{zhang.public_id}"))
    assert "本人希望：打电话" in text(browser.get(f"{HERE}/messages/new?person={zhang.public_id}"))
    assert write(browser, zhang, in_hall="y").status_code == 303
    told = Message.get()
    assert (told.title, told.hall_number, told.state) == ("来领体检单", 1, "delivered")
    assert "大屏上正在叫：1 号" in text(browser.get(f"{HERE}/messages"))
    assert "来领体检单：请带身份证" in text(browser.get(f"{HERE}/calls/today"))
    assert "当面告知" in text(browser.get(f"{HERE}/messages/{told.id}"))
    assert browser.send(f"{HERE}/messages/{told.id}/told").status_code == 303
    assert "没有要打的电话" in text(browser.get(f"{HERE}/calls/today"))
    assert browser.send(f"{HERE}/messages/{told.id}/told").status_code == 409
    assert "来领体检单" in text(browser.get(f"{HERE}/messages?show=done"))


def test_a_double_tap_writes_one_message(as_role, zhang):
    browser = as_role("staff")
    for _tap in range(2):
        write(browser, zhang, idempotency_key="the-same-key-twice")
    assert Message.select().count() == 1


def test_a_message_for_another_day_waits(as_role, zhang):
    browser = as_role("staff")
    tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
    write(browser, zhang, send_on=tomorrow, on_day=tomorrow, start="14:00", end="15:00", place="二楼")
    assert Message.get().state == "waiting"
    assert "来领体检单" in text(browser.get(f"{HERE}/messages?show=waiting"))
    assert "来领体检单" not in text(browser.get(f"{HERE}/calls/today"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"text": ""}, "text"),
        ({"text": "长" * 100_000}, "text"),
        ({"know_by": "2020-01-01"}, "know_by"),
        ({"send_on": "2020-01-01"}, "send_on"),
        ({"on_day": "2030-01-01"}, "on_day"),
        ({"on_day": "2030-01-01", "start": "15:00", "end": "14:00"}, None),
    ],
)
def test_bad_input_keeps_what_was_typed(as_role, zhang, fields, field):
    answer = write(as_role("staff"), zhang, **{"place": "老年活动室", **fields})
    assert answer.status_code == 422
    assert field is None or f'href="#{field}"' in text(answer)
    assert "老年活动室" in text(answer)
    assert Message.select().count() == 0


def test_the_name_leads_to_the_resident_for_whoever_may_open_the_record(as_role, zhang):
    told, link = tell(zhang), f'href="{HERE}/people/{zhang.public_id}"'
    assert link in text(as_role("staff").get(f"{HERE}/messages/{told.id}"))
    permissions.set_permission(command(WEST_HILL), "staff", "core.people.view", False)
    page = text(as_role("staff").get(f"{HERE}/messages/{told.id}"))
    assert "张三丰" in page and link not in page


def test_withdrawing_needs_a_reason_which_the_person_reads(as_role, resident, zhang):
    told, browser = tell(zhang), as_role("staff")
    assert browser.send(f"{HERE}/messages/{told.id}/withdraw", note="").status_code == 422
    assert browser.send(f"{HERE}/messages/{told.id}/withdraw", note="改到下周").status_code == 303
    page = text(resident.get(f"{HERE}/mine/messages"))
    assert "已作废" in page and "改到下周" in page
    assert browser.send(f"{HERE}/messages/{told.id}/withdraw", note="再来").status_code == 409


def test_slips_are_printed_by_door_and_noted(as_role, app):
    browser = as_role("staff")
    people = [person(f"居民{n}", "", f"{9 - n}-1-101") for n in range(7)]
    for number, who in enumerate(people):
        tell(who, number)
    assert "打印今天的通知单（7 张）" in text(browser.get(f"{HERE}/messages"))
    page = text(browser.get(f"{HERE}/messages/slips"))
    assert page.count('<article class="slip">') == 7 and page.count('<article class="sheet') == 2
    assert page.index("居民6") < page.index("居民0")
    assert text(browser.get(f"{HERE}/messages/slips?size=a5")).count('<article class="sheet') == 4
    browser.send(f"{HERE}/messages/slips/printed", message=[row.id for row in Message.select()])
    assert "没有要打印的通知单" in text(browser.get(f"{HERE}/messages/slips"))
    one = Message.select().first().id
    assert text(browser.get(f"{HERE}/messages/slips?message={one}")).count('<article class="slip">') == 1


def test_somebody_is_asked_at_the_counter(as_role, zhang):
    browser = as_role("staff")
    assert browser.send(f"{HERE}/people/{zhang.public_id}/contact", way="").status_code == 422
    assert browser.send(f"{HERE}/people/{zhang.public_id}/contact", way="paper").status_code == 303
    assert "送纸质通知单" in text(browser.get(f"{HERE}/people/{zhang.public_id}"))
    tell(zhang)
    assert "把通知单送上门" in text(browser.get(f"{HERE}/calls/today"))


def test_nobody_is_called_while_people_rest(as_role, zhang, monkeypatch):
    tell(zhang)
    browser = as_role("director")
    for resting, link in (("14:00", False), ("", True)):
        monkeypatch.setattr(contact, "resting_until", lambda community, until=resting: until)
        for path in ("calls/today", "desk"):
            page = text(browser.get(f"{HERE}/{path}"))
            assert ("现在是休息时间，14:00 以后再打" in page) is not link
            assert ("tel:13800138000" in page) is link


def test_the_director_sets_the_hours(as_role):
    chief = as_role("director")
    assert 'value="09:00"' in text(chief.get(f"{HERE}/calls/today/hours"))
    given = {"first": "08:30", "noon": "12:00", "after": "13:30", "last": "21:00"}
    assert chief.send(f"{HERE}/calls/today/hours", **{**given, "after": "11:00"}).status_code == 422
    assert chief.send(f"{HERE}/calls/today/hours", **given).status_code == 303
    assert contact.hours_text(WEST_HILL) == "08:30–12:00、13:30–21:00"
    assert as_role("staff").get(f"{HERE}/calls/today/hours").status_code == 403


def test_messages_are_for_those_who_may_send_them(as_role, zhang):
    told = tell(zhang)
    keeper = as_role("bookkeeper")
    for path in ("messages", f"messages/{told.id}", "messages/slips", f"messages/new?person={zhang.public_id}"):
        assert keeper.get(f"{HERE}/{path}").status_code == 403


def test_messages_of_another_community_do_not_exist(as_role, app):
    south = person("南苑人", community=SOUTH_GARDEN)
    told = tell(south, community=SOUTH_GARDEN)
    browser = as_role("director")
    assert browser.get(f"{HERE}/messages/{told.id}").status_code == 404
    assert browser.send(f"{HERE}/messages/{told.id}/told").status_code == 404
    assert browser.get(f"{HERE}/messages/new?person={south.public_id}").status_code == 404
    assert "预约成功" not in text(browser.get(f"{HERE}/messages/slips?message={told.id}"))
    browser.send(f"{HERE}/messages/slips/printed", message=told.id)
    assert Message.get().printed_at is None
    assert browser.get(f"{THERE}/messages").status_code == 403


def test_the_screen_in_the_hall_shows_numbers_and_nothing_else(as_role, client, zhang):
    from plugins.rooms import service

    _screen, token = service.add_screen(command(WEST_HILL), "hall", name="大厅")
    tell(zhang, in_hall=True)
    page = text(client.get(f"{HERE}/rooms/screen/{token}"))
    assert "请到服务台" in page and "<span>1</span>" in page
    assert "张三丰" not in page and "预约成功" not in page and "1380013" not in page
    calls.record_attempt(command(WEST_HILL), calls.CallTask.get().id, "told_in_person")
    assert "请到服务台" not in text(client.get(f"{HERE}/rooms/screen/{token}"))
