"""Every form and every address with hostile values: never a failure on our side, and nothing comes back unescaped."""

from __future__ import annotations

import datetime
import io
import itertools
import secrets
import zlib
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import pytest

from core.actor import command
from core.civic.inbox import todos
from core.clock import today
from core.operate.export_lists import CORE_EXPORTS
from core.people.staff import colleagues
from core.testing import WEST_HILL, Browser, sign_in_as
from plugins.mediation import service as mediation
from tests import town as towns
from tests.town import Town

SCRIPT = "<script>alert(7531)</script>\"'><img src=x onerror=alert(7531)>"
VALUES = {
    "chinese": "欧阳娜娜·买买提",
    "full-width": "１３８００１３８０００　＝１＋１",
    "right to left": "\u202eאבג مرحبا\u202c",
    "emoji": "👨‍👩‍👧‍👦🏠🇨🇳",
    "line separators": "甲\u2028乙\u2029丙\u0085丁\x0b",
    "nul": "甲\x00乙",
    "control": "\x01\x1b[31m\x7f\ufeff\ufffe",
    "100 kB": "长" * 34_000,
    "formula": "=1+1",
    "formula with a command": "@SUM(1)+cmd|' /C calc'!A0",
    "script": SCRIPT,
    "attribute": '" onfocus=alert(7531) autofocus x="',
    "template": "{{7*7}}{%raw%}${7*7}%(name)s%s%",
    "quotes": "'; DROP TABLE person; --\"`\\",
    "2^63": "9223372036854775808",
    "-2^63-1": "-9223372036854775809",
    "400 digits": "9" * 400,
    "other digits": "٣٤٥²½Ⅳ",
    "not a number": "NaN",
    "infinite": "1e309",
    "zero": "0",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "no day": "2027-02-30",
    "late": "24:00",
    "no time": "25:61",
    "blank": "　\u200b \t",
    "empty": "",
    "path": "../../../etc/passwd",
    "address": "javascript:alert(7531)",
}
# Bytes that are no text: a lone surrogate, overlong and broken UTF-8, GBK.
RAW = [b"%ED%A0%80", b"\xed\xa0\x80", b"%FF%FE", b"\xc0\xaf", "张三".encode("gbk"), b"%", b"%zz", b"%00"]
# What these do is tested elsewhere; here they would end the session or take the module away.
LEFT_OUT = ("/logout", "/hide", "/unlock", "/switch?", "/setup")


@pytest.fixture(autouse=True)
def nobody_counts_to_dos(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number beside “To-dos” is counted anew after every change: three quarters of the time of thousands of posts. The page
    that lists them all is looked at after the posts like every other page.
    """
    monkeypatch.setattr(todos, "count", lambda actor: todos.Count(0, 0))


@pytest.fixture
def town(app) -> Town:
    """西山社区 with records of every kind."""
    return towns.build(app, WEST_HILL, "西隐")


@pytest.fixture
def office(app, town) -> Browser:
    """Somebody who may open every page of the community and of the installation."""
    browser = sign_in_as(
        app, "owner", "director", "secretary", "staff", "supervisor", "mediator", "bookkeeper", "cashier", community=WEST_HILL
    )  # fmt: skip
    # Whose account was just made sees the cases of mediation as well.
    newest = max(each.account for each in colleagues(WEST_HILL) if each.account)
    mediation.enter(command(WEST_HILL), newest, "", "clerk")
    return browser


# --------------------------------------------------------------------------- the forms that exist


class Forms(HTMLParser):
    """The forms of a page that are posted: address and fields with their kind and value."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, tuple[str, str]]]] = []
        self._fields: dict[str, tuple[str, str]] | None = None
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._fields = {} if given.get("method", "get").lower() == "post" else None
            if self._fields is not None:
                self.found.append((given.get("action", ""), self._fields))
        if self._fields is None:
            return
        name = given.get("name", "")
        if tag == "select":
            self._select = name
            self._fields[name] = ("select", "")
        elif tag == "option" and self._select and given.get("value") and not self._fields[self._select][1]:
            self._fields[self._select] = ("select", given["value"])
        elif tag in ("input", "textarea", "button") and name:
            self._fields.setdefault(name, (given.get("type", tag), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "select":
            self._select = ""


Form = tuple[str, dict[str, tuple[str, str]]]


def forms(app, town: Town, browser: Browser) -> list[Form]:
    """Every kind of form on the pages this browser can open, one of each."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in towns.methods(rule) or rule.rule.startswith(("/static", "/setup")):
            continue
        path = towns.address(app, rule, town.code, _values(rule, town))
        page = browser.get(path)
        assert page.status_code < 500, path
        for action, fields in Forms(page.get_data(as_text=True)).found if page.mimetype == "text/html" else ():
            target = urlsplit(action)
            address = (target.path or path) + (f"?{target.query}" if target.query else "")
            if not any(part in f"{address}?" for part in LEFT_OUT):
                endpoint = _endpoint(app, address)
                found.setdefault((endpoint, tuple(sorted(fields))), (address, fields))
    return list(found.values())


def _endpoint(app, address: str) -> str:
    return str(app.url_map.bind("localhost").match(urlsplit(address).path, method="POST")[0])


def plausible(name: str, kind: str, value: str) -> str:
    """What somebody who means well would send."""
    if kind in ("hidden", "select", "checkbox", "radio", "submit", "button"):
        return value
    if kind == "date" or name in ("date", "day"):
        return (today() + datetime.timedelta(days=3)).isoformat()
    if kind == "time" or name in ("start", "end"):
        return "10:00" if name == "start" else "11:00"
    return {"number": "5", "tel": "13900139000", "password": "not the password"}.get(kind, value or "试一试")


def filled(fields: dict[str, tuple[str, str]], token: str) -> dict[str, str]:
    """A form as somebody who means well would send it."""
    sent = {name: plausible(name, *field) for name, field in fields.items()}
    return {**sent, "csrf_token": token, "idempotency_key": secrets.token_urlsafe(12)}


def is_sound(answer) -> bool:
    """Whether an answer is no failure on our side and holds nothing of what was sent as it was sent."""
    return answer.status_code < 500 and not _is_unescaped(answer)


def _is_unescaped(answer) -> bool:
    if answer.mimetype != "text/html":
        return False
    text = answer.get_data(as_text=True)
    return "<script>alert(" in text or "<img src=x" in text or '" onfocus=alert' in text


def test_no_form_fails_on_hostile_values(app, town, office):
    """Each form wholly hostile, and each field alone among plausible ones; afterwards every page is looked at again."""
    kinds = forms(app, town, office)
    assert len(kinds) > 25
    token, wrong, sent = office.token(), [], 0
    for address, fields in kinds:
        typed = [
            name
            for name, (kind, _value) in fields.items()
            if kind != "file" and name not in ("csrf_token", "idempotency_key")
        ]
        hostile = [(value, typed) for value in VALUES.values()]
        hostile += [(value, [name]) for name in typed for value in _some(address + name)]
        for value, names in hostile:
            data = filled(fields, token) | dict.fromkeys(names, value)
            answer, sent = office.post(address, data=data), sent + 1
            if not is_sound(answer):
                wrong.append((address, names, value[:30], answer.status_code))
    assert wrong == []
    assert sent > 1000
    _assert_pages_are_sound(app, town, office)


def _some(seed: str) -> list[str]:
    """A few of the values, others for every field, always the same ones for the same field."""
    values, start = list(VALUES.values()), zlib.crc32(seed.encode())
    return [values[(start + step * 7) % len(values)] for step in range(4)]


def _assert_pages_are_sound(app, town: Town, office: Browser) -> None:
    wrong = []
    for rule in app.url_map.iter_rules():
        if "GET" in towns.methods(rule) and "community" in rule.arguments:
            for nth in range(towns.count_for(rule, town)):
                path = towns.address(app, rule, town.code, towns.values_for(rule, town, nth))
                if not is_sound(office.get(path)):
                    wrong.append(path)
    assert wrong == []


def test_no_form_fails_on_bytes_that_are_no_text(app, town, office):
    token, wrong = office.token(), []
    for address, fields in forms(app, town, office):
        kept = {
            name: value for name, value in filled(fields, token).items() if name in ("csrf_token", "idempotency_key")
        }
        for raw in RAW:
            body = urlencode(kept).encode() + b"".join(
                b"&" + quote_plus(name).encode() + b"=" + raw for name in fields if name not in kept
            )
            answer = office.post(address, data=body, content_type="application/x-www-form-urlencoded")
            if not is_sound(answer):
                wrong.append((address, raw, answer.status_code))
        broken = office.post(address, data=b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
        if broken.status_code >= 500:
            wrong.append((address, "multipart", broken.status_code))
    assert wrong == []


FILES = [b"", b"\x00" * 50, b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "姓名,电话\n".encode("gbk"), b"<html><script>",
         b"\xff\xfe" + "姓名\t门牌\n张三\t1-1-101\n".encode("utf-16-le"), ("姓名,门牌,电话\n" + f"{SCRIPT},=1+1,1\n" * 3).encode(),
         b'"' * 5000, b"a,b\n" + b"x" * 200_000]  # fmt: skip


def test_no_upload_fails(app, town, office):
    token, wrong, sent = office.token(), [], 0
    for address, fields in forms(app, town, office):
        uploads = [name for name, (kind, _value) in fields.items() if kind == "file"]
        for content, name in itertools.product(
            FILES, ("名单.csv", "名单.xlsx", "x.xls", "../../x.csv", "", SCRIPT + ".csv")
        ):
            for upload in uploads:
                data: dict[str, Any] = filled(fields, token)
                data[upload] = (io.BytesIO(content), name)
                answer, sent = office.post(address, data=data, content_type="multipart/form-data"), sent + 1
                if answer.status_code == 303:
                    answer = office.get(answer.headers["Location"])
                if not is_sound(answer):
                    wrong.append((address, content[:20], name, answer.status_code))
    assert wrong == []
    assert sent >= len(FILES)


QUERIES = ("q", "after", "before", "date", "start", "end", "people", "estate", "status", "for", "person", "key", "name", "door", "page",
           "next", "role", "since", "until", "from", "to", "kind", "who", "venue", "room", "room_id", "grid", "month", "enabled")  # fmt: skip


def test_no_page_fails_on_hostile_queries(app, town, office):
    """Lists and searches with every value in every parameter; pages about one record with a few."""
    wrong = []
    for rule in app.url_map.iter_rules():
        if "GET" not in towns.methods(rule) or rule.rule.startswith(("/static", "/setup")):
            continue
        path = towns.address(app, rule, town.code, _values(rule, town))
        for value in _some(path) if towns.is_about_a_record(rule) else VALUES.values():
            answer = office.get(f"{path}?{urlencode(dict.fromkeys(QUERIES, value[:300]))}")
            if not is_sound(answer):
                wrong.append((path, value[:20], answer.status_code))
    assert wrong == []


def _values(rule, town: Town) -> dict[str, Any]:
    """What fills an address: keys of the town; of a session there is none that fits."""
    known = towns.values_for(rule, town)
    return (
        known if "community" in rule.arguments else {name: "0" * 16 if name == "key" else known[name] for name in known}
    )


def test_no_address_fails_on_hostile_parts(app, town, office):
    """Keys that are no keys: too large for the store, negative, of other digits, half an address."""
    parts = ["9223372036854775808", "9" * 40, "0", "-1", "1.5", "%D9%A3", "%00", "a%00b", "%ED%A0%80", "%FF", "'--", "%3Cscript%3E", "..",
             "%2e%2e", "%E5%BC%A0", "a" * 500, "%0d%0aX: 1", "{{7*7}}"]  # fmt: skip
    token, wrong = office.token(), []
    for rule in app.url_map.iter_rules():
        for name in rule.arguments:
            values = {**towns.values_for(rule, town), "community": WEST_HILL, "key": town.values["key"][0]}
            values |= {"code": "ACDEFHJK", "digest": "0" * 16}
            for part in parts:
                path = _path(rule, values | {name: part})
                for method in towns.methods(rule):
                    data = {"csrf_token": token} if method == "POST" else None
                    answer = office.open(path, method=method, data=data)
                    if not is_sound(answer):
                        wrong.append((method, path, answer.status_code))
    assert wrong == []


def _path(rule, values: dict[str, Any]) -> str:
    """An address with parts as they are, not checked and not quoted."""
    return "".join(str(values[text]) if is_part else text for is_part, text in rule._trace if text != "|")


def test_a_formula_typed_into_a_form_is_text_in_every_export(app, town, office):
    import openpyxl

    base = f"/c/{WEST_HILL}"
    office.send(f"{base}/people/new", name="＝1+1", note="=1+1", phone="")
    office.send(f"{base}/people/new", name="=1+1", note="@SUM(1)", phone="", another="=1+1")
    office.send(f"{base}/calls/new", who="=1+1", what="+1", where="-1", phone="", requested_on=str(today()))
    room = town.values["room_id"][0]
    date = (today() + datetime.timedelta(days=4)).isoformat()
    office.send(f"{base}/rooms/{room}/book", date=date, start="09:00", end="10:00", title="=1+1", guest_name="=2+2")
    director, books = sign_in_as(app, "director", "staff", community=WEST_HILL), set()
    listed = [*CORE_EXPORTS, *(item for _plugin, item in app.extensions["linli_registry"].declared("exports"))]
    for export in listed:
        # What the mediation committee reports is for its head and clerk.
        browser = office if export.name.startswith("mediation.") else director
        answer = browser.send(f"{base}/exports/{export.name}.xlsx", date=date)
        assert answer.status_code == 200, export.name
        for sheet in openpyxl.load_workbook(io.BytesIO(answer.get_data())).worksheets:
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert [cell.coordinate for cell in cells if cell.data_type == "f"] == [], export.name
            books |= {export.name for cell in cells if str(cell.value).startswith(("=", "+"))}
    assert {"core.people", "core.calls", "rooms.day"} <= books
