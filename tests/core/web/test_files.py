"""Files over HTTP: who gets what with which headers, several at once, and what waits in a form."""

import io
import re

import pytest

from core.actor import command, system
from core.store.files import FileUpload, FileUse, StoredFile, path_of
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as, switch_off
from core.web.gate import UPLOAD_LIMIT
from plugins.rooms import service
from tests.pictures import picture, telephone_photo

HOME = f"/c/{WEST_HILL}"


@pytest.fixture
def room(app):
    venue = service.add_venue(command(WEST_HILL), name="邻里中心")
    return service.add_room(command(WEST_HILL), venue.id, name="舞蹈室")


@pytest.fixture
def director(app):
    return sign_in_as(app, "director")


@pytest.fixture
def photo(room):
    """The use of a photo of the room."""
    from core.civic.attachments import keep_upload

    actor = command(WEST_HILL)
    kept = keep_upload(actor, "舞蹈室 一.jpg", telephone_photo(), ("picture",))
    (made,) = service.add_photos(actor, room.id, [(kept.token, "全景")])
    return made


def send_files(browser, path, *chosen, **fields):
    """Post a form with files: (name, bytes) each."""
    files = [(io.BytesIO(data), name) for name, data in chosen]
    data = {
        "csrf_token": browser.token(),
        "idempotency_key": f"files-{len(FileUpload.select())}-{path[-20:]}",
        **fields,
    }
    return browser.post(
        path, data={**data, "photos": [*files, *fields.get("photos", [])]}, content_type="multipart/form-data"
    )


# --------------------------------------------------------------------------- what is sent


@pytest.mark.parametrize("size", ["full", "thumb"])
def test_a_photo_of_a_room_is_sent_to_everybody_with_safe_headers(app, photo, size):
    answer = Browser(app).get(f"{HOME}/files/{photo}/{size}/x.jpg")
    assert answer.status_code == 200 and answer.data.startswith(b"\xff\xd8\xff") and b"Secret" not in answer.data
    headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]
    )
    assert headers["Content-Disposition"].startswith("inline; filename=")
    assert headers["Cache-Control"] == "public, max-age=604800, immutable"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers
    stored = StoredFile.get()
    assert headers["ETag"] == f'"{stored.digest if size == "full" else stored.thumb_digest}"'


def test_a_browser_that_has_it_gets_nothing_again(app, photo):
    first = Browser(app).get(f"{HOME}/files/{photo}/full/x.jpg")
    again = Browser(app).get(f"{HOME}/files/{photo}/full/x.jpg", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Security-Policy" in again.headers


def test_the_name_in_the_address_reaches_no_other_file(app, photo):
    for name in ("a.html", "..%2f..%2flinli.db", "%2e%2e", "secret", "a.svg"):
        answer = Browser(app).get(f"{HOME}/files/{photo}/full/{name}")
        assert answer.status_code == 404 or answer.headers["Content-Type"] == "image/jpeg", name
    for path in ("files/0/full/x", "files/999999/full/x", f"files/{photo}/small/x", f"files/{photo}/full/", "files/../linli.db",
                 "files/-1/full/x", "files/uploads/" + "0" * 32):  # fmt: skip
        assert Browser(app).get(f"{HOME}/{path}", follow_redirects=True).status_code in (200, 404), path
    assert b"SQLite" not in Browser(app).get(f"{HOME}/files/../linli.db", follow_redirects=True).data


def test_another_community_does_not_have_it(app, photo):
    for browser in (Browser(app), sign_in_as(app, "director", community=SOUTH_GARDEN)):
        assert browser.get(f"/c/{SOUTH_GARDEN}/files/{photo}/full/x.jpg").status_code == 404


def test_the_switches_of_the_module_hold_for_its_files(app, photo, director):
    registry, switcher = app.extensions["linli_registry"], system(WEST_HILL, "test")
    address = f"{HOME}/files/{photo}/thumb/x.jpg"
    registry.switch(switcher, "rooms", published=False)
    assert Browser(app).get(address).status_code == 404
    seen = director.get(address)
    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "no-store")
    switch_off(switcher, "rooms")
    assert director.get(address).status_code == 404


def test_a_lost_content_is_told_and_no_failure_on_our_side(app, photo):
    path_of(StoredFile.get().digest).unlink()
    answer = Browser(app).get(f"{HOME}/files/{photo}/full/x.jpg")
    assert answer.status_code == 404 and "办公电脑" in answer.get_data(as_text=True)


def test_a_document_is_handed_over_to_keep_not_shown(app, room, photo, monkeypatch):
    from core.civic import attachments

    monkeypatch.setattr(
        attachments,
        "content_of",
        lambda *_args, **_named: attachments.Content(
            b"%PDF", "0" * 64, "application/pdf", '会议"\r\n记录.pdf', False, False
        ),
    )
    headers = Browser(app).get(f"{HOME}/files/{photo}/full/x.pdf").headers
    assert (
        headers["Content-Disposition"].startswith("attachment; filename=")
        and "\n" not in headers["Content-Disposition"]
    )
    assert headers["Cache-Control"] == "no-store"


# --------------------------------------------------------------------------- the form


def page_of(room):
    return f"{HOME}/rooms/desk/rooms/{room.id}/photos"


def tokens(text):
    return re.findall(r'name="photos" value="([0-9a-f]{32})"', text)


def test_photos_are_chosen_then_described_then_shown(app, room, director):
    chosen = send_files(director, page_of(room), ("一.jpg", picture()), ("二.png", picture("PNG", seed=2)))
    text = chosen.get_data(as_text=True)
    assert chosen.status_code == 200 and "error-summary" not in text and len(tokens(text)) == 2
    assert FileUse.select().count() == 0
    one, two = tokens(text)
    small = director.get(f"{HOME}/files/uploads/{one}")
    assert small.status_code == 200 and small.headers["Cache-Control"] == "no-store"
    forgot = director.send(page_of(room), photos=[one, two], **{f"photos-{one}": "全景"})
    text = forgot.get_data(as_text=True)
    assert forgot.status_code == 422 and tokens(text) == [one, two] and 'value="全景"' in text
    added = director.send(page_of(room), photos=[one, two], **{f"photos-{one}": "全景", f"photos-{two}": "门口"})
    assert added.status_code == 303
    public = Browser(app).get(f"{HOME}/rooms/{room.id}").get_data(as_text=True)
    assert re.search(r'<img src="[^"]+/full/\d+\.jpg" alt="全景" width="640" height="480"', public)
    assert re.search(r'<img src="[^"]+/thumb/\d+\.jpg" alt="门口" width="400" height="300" loading="lazy"', public)


def test_a_photo_left_out_is_not_added(room, director):
    text = send_files(director, page_of(room), ("一.jpg", picture()), ("二.jpg", picture(seed=2))).get_data(
        as_text=True
    )
    one, two = tokens(text)
    assert (
        director.send(page_of(room), photos=[two], **{f"photos-{one}": "x", f"photos-{two}": "门口"}).status_code == 303
    )
    assert [use.caption for use in FileUse.select()] == ["门口"]


def test_a_bad_file_does_not_cost_the_good_ones(room, director):
    answer = send_files(
        director, page_of(room), ("一.jpg", picture()), ("二.svg", b"<svg onload=alert(1)>"), ("三.jpg", b"<html>")
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and len(tokens(text)) == 1
    assert "二.svg" in text and "三.jpg" in text and "<svg onload" not in text


def test_nothing_chosen_is_said(room, director):
    answer = send_files(director, page_of(room))
    assert answer.status_code == 422 and "请选择" in answer.get_data(as_text=True)


def test_the_same_form_twice_adds_once(room, director):
    (one,) = tokens(send_files(director, page_of(room), ("一.jpg", picture())).get_data(as_text=True))
    fields = {"photos": [one], f"photos-{one}": "全景", "idempotency_key": "the-same-key-1"}
    assert director.send(page_of(room), **fields).status_code == 303
    assert director.send(page_of(room), **fields).status_code == 303
    assert FileUse.select().count() == 1
    assert director.send(page_of(room), **{**fields, "idempotency_key": "another-key-2"}).status_code == 409
    assert FileUse.select().count() == 1


def test_somebody_else_s_upload_cannot_be_taken(app, room, director):
    (one,) = tokens(send_files(director, page_of(room), ("一.jpg", picture())).get_data(as_text=True))
    other = sign_in_as(app, "secretary")
    assert other.get(f"{HOME}/files/uploads/{one}").status_code == 404
    answer = other.send(page_of(room), photos=[one], **{f"photos-{one}": "x"})
    assert answer.status_code == 422 and FileUse.select().count() == 0
    assert Browser(app).get(f"{HOME}/files/uploads/{one}").status_code in (303, 401)


def test_several_large_photos_fit_in_one_form_of_those_who_have_signed_in(app, room, director):
    big = picture() + b"\x00" * (11 * 1024 * 1024)
    answer = send_files(director, page_of(room), ("一.jpg", big), ("二.jpg", big + b"\x00"))
    assert answer.status_code == 200 and len(tokens(answer.get_data(as_text=True))) == 2
    assert send_files(Browser(app), page_of(room), ("一.jpg", big), ("二.jpg", big)).status_code == 413
    assert send_files(director, f"{HOME}/calls/new", ("一.jpg", big), ("二.jpg", big)).status_code == 413
    too_much = director.post(
        page_of(room), data=b"x" * (UPLOAD_LIMIT + 1), content_type="multipart/form-data; boundary=x"
    )
    assert too_much.status_code in (403, 413)


def test_staff_without_the_permission_cannot_add(app, room):
    assert send_files(sign_in_as(app, "staff"), page_of(room), ("一.jpg", picture())).status_code == 403
    assert StoredFile.select().count() == 0


# --------------------------------------------------------------------------- the space


def test_the_space_is_shown_and_changed_by_the_director(app, director, photo):
    page = director.get(f"{HOME}/admin/community/files").get_data(as_text=True)
    assert "2048 MB" in page
    assert director.send(f"{HOME}/admin/community/files", space="3").status_code == 422
    assert director.send(f"{HOME}/admin/community/files", space="500").status_code == 303
    assert "500 MB" in director.get(f"{HOME}/admin/community/files").get_data(as_text=True)
    assert sign_in_as(app, "staff").get(f"{HOME}/admin/community/files").status_code == 403
