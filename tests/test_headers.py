"""What every answer carries and what none does: policies, cookies, other hosts, banners, echoes, ways off the site."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from core.testing import WEST_HILL, Browser, sign_in_as
from tests import town as towns
from tests.faults.serving import Visitor, linli, served, set_up
from tests.town import Town

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

PASSWORD = "correct horse battery"


@pytest.fixture
def town(app) -> Town:
    """西山社区 with records of every kind."""
    return towns.build(app, WEST_HILL, "西隐")


@pytest.fixture
def people(app, town) -> dict[str, Browser]:
    """Everybody who looks at pages."""
    return {
        "owner": sign_in_as(app, "owner"),
        "director": sign_in_as(app, "director", "staff"),
        "resident": towns.resident(app, town, 0),
        "visitor": Browser(app),
    }


def addresses(app, town: Town) -> list[str]:
    """One address of every page that can be fetched."""
    return [
        towns.address(app, rule, town.code, {**towns.values_for(rule, town), **_of_site(rule)})
        for rule in app.url_map.iter_rules()
        if "GET" in towns.methods(rule)
    ]


def _of_site(rule) -> dict[str, str]:
    return {} if "community" in rule.arguments or "key" not in rule.arguments else {"key": "0" * 16}


def test_every_page_keeps_to_the_rules_whoever_looks(app, town, people):
    """Policies, caches, cookies, inline code and other hosts, on every page there is."""
    pages, cookies = 0, set()
    for who, browser in people.items():
        for path in addresses(app, town):
            answer = browser.get(path)
            where = (who, path, answer.status_code)
            assert answer.status_code < 500, where
            _assert_policies(answer.headers, where)
            cookies |= _checked_cookies(answer)
            if answer.status_code == 200 and path.startswith("/c/") and not _is_public_by_itself(path):
                assert "public" not in answer.headers["Cache-Control"] or who == "visitor", where
                assert "no-store" in answer.headers["Cache-Control"] or who == "visitor", where
            if answer.mimetype == "text/html":
                found, pages = Elements(answer.get_data(as_text=True)), pages + 1
                assert [link for link in found.links if not is_ours(link)] == [], where
                assert found.inline == [], where
    assert pages > 150
    assert cookies >= {"linli_visitor"}


def _is_public_by_itself(path: str) -> bool:
    """A wall screen, and the photo of a room: the same for everybody, whoever has signed in."""
    return "/rooms/screen/" in path or re.search(r"/files/\d+/", path) is not None


def _assert_policies(headers, where) -> None:
    policy = headers["Content-Security-Policy"]
    assert re.match(r"default-src '(self|none)'", policy) and "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy and "*" not in policy and "data:" not in policy, where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), where
    assert "Server" not in headers and "X-Powered-By" not in headers, where


def _checked_cookies(answer) -> set[str]:
    """The names of the cookies an answer sets; each is out of reach of scripts and other sites."""
    lines = answer.headers.getlist("Set-Cookie")
    for line in lines:
        assert "HttpOnly" in line and "SameSite=Lax" in line and "Domain=" not in line, line
    return {line.partition("=")[0] for line in lines}


def test_a_guest_s_own_booking_is_kept_by_no_cache(app, town):
    guest = Browser(app)
    room = town.values["room_id"][0]
    wish = {"date": _free_day(), "start": "09:00", "end": "10:00", "guest_name": "钱多多"}
    booked = guest.send(f"/c/{WEST_HILL}/rooms/{room}/book", **wish)
    assert booked.status_code == 303
    for path in (booked.headers["Location"], f"/c/{WEST_HILL}/rooms/mine"):
        answer = guest.get(path)
        assert "钱多多" in answer.get_data(as_text=True) or "mine" in path
        assert "no-store" in answer.headers["Cache-Control"], path


def _free_day() -> str:
    import datetime

    from core.clock import today

    return (today() + datetime.timedelta(days=5)).isoformat()


def test_the_cookies_of_signing_in_and_of_preferences_are_out_of_reach(app):
    from core.actor import command
    from core.people import accounts

    accounts.create_owner(command(), "zhuanji", "装机员", PASSWORD)
    browser = Browser(app)
    entered = browser.send("/login", community=WEST_HILL, name="zhuanji", secret=PASSWORD)
    assert entered.status_code == 303
    seen = _checked_cookies(entered)
    for answer in (browser.send("/prefs", size="large", theme="dark", lang="en", next="/"), browser.send("/logout")):
        seen |= _checked_cookies(answer)
    assert seen >= {"linli_session", "linli_size", "linli_messages"}


# --------------------------------------------------------------------------- what stands in pages


class Elements(HTMLParser):
    """The addresses a page refers to, and whatever the policy would have to allow inline."""

    ADDRESSES = frozenset({"src", "href", "action", "formaction", "srcset", "poster", "data", "cite", "background", "xlink:href",
                           "hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch", "hx-push-url", "ping", "manifest"})  # fmt: skip

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.inline: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes) -> None:
        names = {name for name, _value in attributes}
        self._within = tag if tag in ("style", "script") and "src" not in names else ""
        for name, value in attributes:
            if name in self.ADDRESSES:
                self.links.append(value or "")
            if name == "style" or name.startswith(("on", "hx-on")):
                self.inline.append(f"<{tag} {name}={value!r}>")
        if tag in ("base", "iframe", "object", "embed", "applet", "frame"):
            self.inline.append(f"<{tag}>")
        if tag == "meta" and "url" in str(dict(attributes).get("content", "")).lower():
            self.inline.append("<meta refresh>")  # a screen may load itself again, but nothing else

    def handle_data(self, data: str) -> None:
        if self._within and data.strip():
            self.inline.append(f"<{self._within}>{data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""


def is_ours(link: str) -> bool:
    """Whether an address stays here (or is a telephone number or a mail)."""
    parts = urlsplit(link.strip())
    if parts.scheme in ("tel", "mailto"):
        return True
    return not parts.scheme and not parts.netloc and not link.startswith(("//", "/\\", "\\"))


def test_static_files_refer_to_no_other_host(app):
    from core.app import ROOT

    for file in [*(ROOT / "core/static").rglob("*.css"), *(ROOT / "plugins").glob("*/static/**/*.css")]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import", text), file
    own = list((ROOT / "core/static").glob("*.js"))
    assert own
    for file in own:
        assert not re.search(r"https?://|eval\(|new Function|innerHTML\s*=", file.read_text(encoding="utf-8")), file


def test_visitors_learn_no_version(app, town, people):
    from core.config import VERSION

    for path in ("/login", f"/c/{WEST_HILL}/", f"/c/{WEST_HILL}/office", "/nowhere"):
        assert VERSION not in people["visitor"].get(path).get_data(as_text=True), path


# --------------------------------------------------------------------------- errors say nothing back

ECHO = "回声鹦鹉echo7531"


def test_error_pages_repeat_nothing_that_was_sent(app, town, people):
    visitor, director = people["visitor"], people["director"]
    token = visitor.token()
    base = f"/c/{WEST_HILL}"
    tried = [
        (404, visitor.get(f"/{ECHO}?x={ECHO}")),
        (404, visitor.get(f"{base}/{ECHO}?x=<b>{ECHO}")),
        (404, director.get(f"{base}/people/{ECHO}?x={ECHO}")),
        (404, visitor.get(f"/c/{ECHO}/")),
        (404, visitor.get(f"/static/{ECHO}/{ECHO}.css")),
        (405, visitor.get(f"/prefs?x={ECHO}")),
        (405, visitor.put(f"{base}/office?x={ECHO}", headers={"X-CSRF-Token": token})),
        (400, visitor.get("/login", headers={"Host": f"{ECHO}.example".encode().decode("latin-1")})),
        (403, visitor.post(f"/prefs?x={ECHO}", data={"size": ECHO})),
        (413, visitor.post("/prefs", data={"csrf_token": token, "size": ECHO + "x" * (13 * 1024 * 1024)})),
        (413, visitor.post("/prefs", data={"csrf_token": token, "size": ECHO, "next": "x" * (3 * 1024 * 1024)},
                           content_type="multipart/form-data")),
    ]  # fmt: skip
    for status, answer in tried:
        _assert_silent(answer, status)


def _assert_silent(answer, status: int) -> None:
    text = answer.get_data(as_text=True)
    where = (status, answer.request.path, answer.status_code)
    assert answer.status_code == status, where
    assert answer.mimetype == "text/html" and "<h1>" in text, where
    assert ECHO not in unquote(text) and "echo7531" not in unquote(text), where
    assert not re.search(r"Traceback|werkzeug|File &#34;|site-packages|\.py\b", text), where
    assert "no-store" in answer.headers["Cache-Control"], where


def test_a_failure_on_our_side_tells_no_more_than_a_number(app, town, people, monkeypatch):
    from core.web.views import portal

    def fail(*_arguments, **_named):
        raise RuntimeError(f"secret {ECHO}")

    monkeypatch.setattr(portal, "_services", fail)
    answer = people["visitor"].get(f"/c/{WEST_HILL}/?q={ECHO}")
    _assert_silent(answer, 500)
    assert re.search(r'class="reference num">[A-Z0-9]{6}<', answer.get_data(as_text=True))


# --------------------------------------------------------------------------- hosts and ways off the site

HOSTILE = [
    "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "https://evil.example/",
    "http:evil.example", "HTTPS:/evil.example", "javascript:alert(1)", "data:text/html,x", " //evil.example", "/\t/evil.example",
    "/%09/evil.example", "/\n/evil.example", "%2F%2Fevil.example", "/..//evil.example", "//evil.example\\@localhost/",
    "http://localhost@evil.example/", "/x\r\nSet-Cookie: evil=1", "／／evil.example", "\u2028//evil.example", "evil.example", "",
]  # fmt: skip


def test_no_next_leads_off_the_site(app):
    for target in HOSTILE:
        for browser in (Browser(app), sign_in_as(app, "owner")):
            for path in ("/login", "/switch", "/hide", "/me/secret", "/slip", "/prefs", "/unlock", "/logout"):
                _assert_stays(browser.get(path, query_string={"next": target}), path)
                _assert_stays(browser.send(path, next=target, size="large"), path)
                _assert_stays(browser.send(f"{path}?{_query(target)}", size="large"), path)


def _query(target: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"next": target})


def _assert_stays(answer, path: str) -> None:
    location = answer.headers.get("Location", "/")
    assert is_ours(location) and location.startswith("/"), (path, location)
    assert not urlsplit(location).path.startswith("//"), (path, location)
    assert is_ours(answer.headers.get("HX-Redirect", "/")), path
    assert "evil=1" not in repr(answer.headers.getlist("Set-Cookie")), path
    if answer.mimetype == "text/html":
        found = Elements(answer.get_data(as_text=True))
        assert [link for link in found.links if not is_ours(link)] == [], path


def test_signing_in_leads_to_no_hostile_address(app):
    from core.actor import command
    from core.people import accounts

    accounts.create_owner(command(), "zhuanji", "装机员", PASSWORD)
    for target in HOSTILE:
        answer = Browser(app).send("/login", community=WEST_HILL, name="zhuanji", secret=PASSWORD, next=target)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        _assert_stays(answer, "/login")
    good = Browser(app).send(
        "/login", community=WEST_HILL, name="zhuanji", secret=PASSWORD, next=f"/c/{WEST_HILL}/people?q=王"
    )
    assert unquote(good.headers["Location"]) == f"/c/{WEST_HILL}/people?q=王"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example", "evil.example:80", "", "[::1].evil.example",
     "localhost/evil.example", "127.0.0.1 evil.example", "0x7f000001.evil.example"],
)  # fmt: skip
def test_a_foreign_host_is_refused(client, host):
    assert client.get("/login", headers={"Host": host}).status_code == 400


def test_the_served_application_has_no_banner_and_believes_no_forwarded_header(tmp_path, engine):
    """Against `linli serve` itself: what stands between the browser and the application."""
    instance = tmp_path / "instance"
    set_up(instance)
    with served(instance) as (port,):
        visitor = Visitor(port)
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "https",
                  "Forwarded": "host=evil.example;for=8.8.8.8"}  # fmt: skip
        answer = visitor.fetch("/login", forged)
        assert answer.status == 200 and "evil.example" not in answer.text
        assert "Server" not in answer.headers and "Via" not in answer.headers
        for raw in (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"\x16\x03\x01 nonsense\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"BREW /tea HTTP/1.1\r\nHost: localhost\r\n\r\n"):  # fmt: skip
            reply = _raw(port, raw)
            assert reply.startswith(b"HTTP/1."), raw
            assert b" 4" in reply.partition(b"\r\n")[0], reply[:80]
            assert b"waitress" not in reply.lower() and b"\r\nserver:" not in reply.lower(), reply[:200]
            assert b"Traceback" not in reply
        large = Visitor(port)
        large.get("/login")
        refused = large.post("/prefs", size="x" * (13 * 1024 * 1024))
        assert refused.status == 413 and "太大" in refused.text


def _raw(port: int, request: bytes) -> bytes:
    import socket

    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        reply = b""
        while chunk := connection.recv(65536):
            reply += chunk
    return reply


def test_a_forged_address_does_not_shut_the_first_run(tmp_path, engine):
    """Before set-up this machine may set up without a code: what counts is the connection, not what the browser says."""
    instance = tmp_path / "instance"
    linli(instance, "verify", check=True)
    with served(instance) as (port,):
        answer = Visitor(port).fetch("/setup", {"X-Forwarded-For": "8.8.8.8", "X-Real-IP": "8.8.8.8"})
        assert answer.status == 200, answer.location
