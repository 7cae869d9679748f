"""The quick ways of writing pages give what Jinja's and werkzeug's own ways give."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from markupsafe import Markup

from core.text import LazyText, in_language
from core.web import i18n, templating
from core.web.memory import BrowserMemory
from core.web.routing import LateRule


@pytest.fixture
def site() -> Flask:
    app = Flask("site")
    app.secret_key = b"only for this test"
    app.url_rule_class = LateRule
    app.session_interface = BrowserMemory()
    app.add_url_rule("/rooms/<int:room_id>/book", "book", lambda room_id: str(room_id))
    i18n.install(app, set())
    templating.install(app)
    return app


def rendered(site: Flask, source: str, **values: object) -> str:
    with site.test_request_context("/"):
        return site.jinja_env.from_string(source).render(values)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("张三", "张三"),
        ("<b>&'\"", "&lt;b&gt;&amp;&#39;&#34;"),
        ("a<b", "a&lt;b"),
        (Markup("<b>"), "<b>"),
        (LazyText("<b>", {}), "&lt;b&gt;"),
        (7, "7"),
        (True, "True"),
        (1.5, "1.5"),
        (None, "None"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_values_are_written_as_escape_writes_them(site: Flask, value: object, written: str) -> None:
    assert rendered(site, "{{ value }}", value=value) == written
    assert rendered(site, "{% macro m(v) %}{{ v }}{% endmacro %}{{ m(value) }}", value=value) == written


def test_a_subclass_of_text_is_escaped_as_well(site: Flask) -> None:
    class Word(str):
        def isalnum(self) -> bool:
            return True

    assert rendered(site, "{{ value }}", value=Word("<b>")) == "&lt;b&gt;"


def test_what_is_put_into_a_kept_part_is_escaped(site: Flask) -> None:
    source = '{% macro m(word) %}<a href="@@">{{ word }}</a>{% endmacro %}{{ kept(m, word).replace("@@", address) }}'
    written = rendered(site, source, word="<i>", address='/x?a=1&b="')
    assert written == '<a href="/x?a=1&amp;b=&#34;">&lt;i&gt;</a>'


def test_a_kept_part_is_made_once_for_each_language_and_its_arguments(site: Flask) -> None:
    made: list[str] = []
    kept = site.jinja_env.globals["kept"]

    def part(word: str) -> Markup:
        made.append(word)
        return Markup(str(LazyText("Home", {}))) + word

    shown = [kept(part, "a"), kept(part, "a"), kept(part, "b")]
    with in_language("en"):
        shown.append(kept(part, "a"))
    assert made == ["a", "b", "a"]
    assert shown[0] == shown[1] != shown[2]
    assert shown[3] == "Homea" != shown[0]


def test_sentences_of_templates_are_translated_and_their_values_escaped(site: Flask) -> None:
    assert rendered(site, '{{ _("Home") }}') == "首页"
    assert rendered(site, '{% set x = 1 %}{{ _("<%(word)s> at 100 %%", word=word) }}', word="&") == "<&amp;> at 100 %"
    assert rendered(site, '{{ ngettext("%(num)s dog", "%(num)s dogs", 2) }}') == "2 dogs"


def test_addresses_are_written_and_checked(site: Flask) -> None:
    with site.test_request_context("/"):
        assert url_for("book", room_id=7) == "/rooms/7/book"
        assert url_for("book", room_id=8, date="1&2") == "/rooms/8/book?date=1%262"
    assert site.test_client().get("/rooms/7/book").text == "7"
    assert site.test_client().get("/rooms/x/book").status_code == 404


def test_a_browser_without_anything_to_keep_gets_no_cookie(site: Flask) -> None:
    from flask import session

    site.add_url_rule("/keep", "keep", lambda: session.setdefault("word", "x"))
    site.add_url_rule("/drop", "drop", lambda: session.pop("word", "nothing"))
    browser = site.test_client()
    assert "Set-Cookie" not in browser.get("/rooms/7/book").headers
    assert browser.get("/keep").text == "x"
    assert browser.get("/drop").text == "x"
    assert browser.get_cookie("session") is None
    assert browser.get("/drop").text == "nothing"
