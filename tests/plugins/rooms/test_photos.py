"""The photos of a room: the office adds, describes, orders and removes them; residents see them on the room's page."""

import re

import pytest

from core.actor import command
from core.civic.attachments import files_of, keep_upload
from core.operate import audit_log
from core.store.audit import AuditEntry
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from core.text import in_language
from plugins.rooms import service
from tests.pictures import picture, prepare_once

BASE = f"/c/{WEST_HILL}/rooms"


@pytest.fixture(autouse=True)
def decoded_once(monkeypatch):
    """Every picture of these tests is decoded once for all of them."""
    monkeypatch.setattr("core.store.media.prepare", prepare_once)


@pytest.fixture
def room(app):
    venue = service.add_venue(command(WEST_HILL), name="邻里中心")
    return service.add_room(command(WEST_HILL), venue.id, name="舞蹈室", seats=30)


@pytest.fixture
def director(app):
    return sign_in_as(app, "director")


def add(room, *captions):
    actor = command(WEST_HILL)
    wishes = [
        (keep_upload(actor, f"{number}.jpg", picture(seed=number), ("picture",)).token, words)
        for number, words in enumerate(captions)
    ]
    return service.add_photos(actor, room.id, wishes)


def captions(room):
    return [photo.caption for photo in service.photos(WEST_HILL, room.id)]


def desk(room):
    return f"{BASE}/desk/rooms/{room.id}/photos"


def test_a_room_without_photos_shows_none(app, room, director):
    page = Browser(app).get(f"{BASE}/{room.id}").get_data(as_text=True)
    assert "<img" not in page and "picture" not in page
    assert f'{BASE}/desk/rooms/{room.id}/photos"' in director.get(f"{BASE}/desk/rooms/{room.id}/edit").get_data(
        as_text=True
    )


def test_the_first_photo_stands_large_the_others_small_each_with_its_words(app, room):
    add(room, "全景", "门口", '窗边 <b>"')
    page = Browser(app).get(f"{BASE}/{room.id}").get_data(as_text=True)
    found = re.findall(
        r'<img src="[^"]+/(full|thumb)/\d+\.jpg" alt="([^"]+)" width="\d+" height="\d+"( loading="lazy")?', page
    )
    assert found == [
        ("full", "全景", ""), ("thumb", "门口", ' loading="lazy"'), ("thumb", "窗边 &lt;b&gt;&#34;", ' loading="lazy"'),
    ]  # fmt: skip


def test_the_desk_orders_describes_removes_and_puts_back(app, room, director):
    one, two = add(room, "全景", "门口")
    assert director.send(f"{desk(room)}/{two}/move").status_code == 303
    assert captions(room) == ["门口", "全景"]
    assert director.send(f"{desk(room)}/{two}/move", back="1").status_code == 303
    assert captions(room) == ["全景", "门口"]
    assert 'value="全景"' in director.get(f"{desk(room)}/{one}/words").get_data(as_text=True)
    assert director.send(f"{desk(room)}/{one}/words", caption="").status_code == 422
    assert director.send(f"{desk(room)}/{one}/words", caption="三面镜墙").status_code == 303
    director.send(f"{desk(room)}/{one}/remove")
    assert captions(room) == ["门口"]
    page = director.get(desk(room)).get_data(as_text=True)
    assert f"{desk(room)}/{one}/put-back" in page and 'alt="三面镜墙"' not in page
    assert director.send(f"{desk(room)}/{one}/put-back").status_code == 303
    assert captions(room) == ["三面镜墙", "门口"]


def test_six_photos_are_all_it_can_have(room, director):
    add(room, *"一二三四五六")
    page = director.get(desk(room)).get_data(as_text=True)
    assert 'type="file"' not in page and "已经满了" in page
    assert len(files_of(room.ref)) == service.MOST_PHOTOS


def test_only_those_who_manage_rooms_reach_the_photos_of_the_desk(app, room):
    (one,) = add(room, "全景")
    for browser, wanted in ((sign_in_as(app, "staff"), 403), (Browser(app), 303),
                            (sign_in_as(app, "director", community=SOUTH_GARDEN), 403)):  # fmt: skip
        assert browser.get(desk(room)).status_code == wanted
        for act in ("move", "remove", "put-back", "words"):
            assert browser.send(f"{desk(room)}/{one}/{act}", caption="x").status_code in (401, 403)
    assert captions(room) == ["全景"]


def test_the_photo_of_another_room_is_not_found_under_this_one(app, room, director):
    other = service.add_room(command(WEST_HILL), room.venue_id, name="书画室")
    (one,) = add(other, "书画室")
    for act in ("move", "remove", "put-back", "words"):
        assert director.send(f"{desk(room)}/{one}/{act}", caption="x").status_code == 404
    assert director.get(f"{desk(room)}/{one}/words").status_code == 404
    assert captions(other) == ["书画室"]


def test_a_paused_module_shows_photos_and_takes_none(app, room, director):
    (one,) = add(room, "全景")
    app.extensions["linli_registry"].switch(command(WEST_HILL), "rooms", paused=True)
    assert Browser(app).get(f"/c/{WEST_HILL}/files/{one}/full/x.jpg").status_code == 200
    assert director.send(f"{desk(room)}/{one}/remove").status_code == 409


def test_the_log_tells_what_happened_to_which_room(app, room):
    add(room, "全景")
    entry = AuditEntry.select().where(AuditEntry.action == "core.file.added").get()
    with in_language("zh_Hans"):
        detail = audit_log.log_detail(app.extensions["linli_registry"], command(WEST_HILL), entry.seq)
        assert (str(detail.entry.what), detail.entry.about) == ("添加照片或文件", "房间 舞蹈室")
        assert ("说明", "", "全景") in detail.values and ("文件", "", "0.jpg") in detail.values
