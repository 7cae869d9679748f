"""The words of a notice: nothing a person types becomes more than text, and no text is too much."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.civic.notices.text import difference, excerpt, is_safe_link, plain, rendered
from tests.test_form_fuzz import VALUES

ALLOWED = {
    "p", "h2", "h3", "h4", "h5", "h6", "strong", "em", "ul", "ol", "li", "a", "br", "hr", "blockquote", "table", "thead",
    "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"href", "rel", "title", "start", "style"}
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))", "[a](java\tscript:alert(1))", "[a](<javascript:alert(1)>)", "<javascript:alert(1)>",
    "[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](vbscript:x)", "[a](//evil.example)", "[a](/\\evil.example)",
    "[a](file:///etc/passwd)", "![a](http://evil.example/x.png)", "![a](javascript:alert(1))", "[a]: javascript:alert(1)\n\n[a]",
    '[a](http://x.example "onmouseover=alert(1)")', "[a](http://x.example/\" onclick=alert(1))", "<a href='javascript:x'>y</a>",
    "<svg/onload=alert(1)>", "<!--><script>alert(1)</script>-->", "`<script>`", "```html\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>", "<style>*{display:none}</style>", "# <b onclick=x>y</b>", "| <i> |\n|---|\n| <script> |",
    "**<iframe src=//evil.example>**", "[<img src=x onerror=alert(1)>](http://x.example)", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[a](/login?next=//evil.example)", "[a](?x)", "[a](#x)", "[a](mailto:a@b.cn)", "[a](tel:110)", "http://[::1", "[a](http://[)",
]  # fmt: skip


class Seen(HTMLParser):
    """The tags, attributes and addresses of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attributes}
        self.addresses += [value for name, value in attributes if name == "href"]

    def handle_comment(self, data) -> None:
        self.tags.add("comment")


def assert_harmless(body: str) -> None:
    seen = Seen(str(rendered(body)))
    assert seen.tags <= ALLOWED, seen.tags
    assert seen.attributes <= ATTRIBUTES, seen.attributes
    for address in seen.addresses:
        assert re.match(r"(https?://|/c/)", address), address


@pytest.mark.parametrize("body", [*HOSTILE, *VALUES.values()], ids=lambda body: ascii(body[:24]))
def test_nothing_that_is_typed_becomes_more_than_text(body):
    assert_harmless(body)
    assert_harmless(f"# {body}\n\n- {body}\n\n| {body} |\n|---|\n| {body} |")
    plain(body)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("<>[]()!`*_#|-:/\\\"'&;=\n \t甲javascriptonhref"), max_size=120))
def test_no_mixture_of_marks_becomes_more_than_text(body):
    assert_harmless(body)
    assert isinstance(plain(body), str)


def test_marks_people_use_are_shown():
    html = str(
        rendered(
            "# 收入\n\n第一行\n第二行\n\n- 甲\n- 乙\n\n1. 一\n\n**要紧** [政策](https://example.org) [房间](/c/330481001009/rooms/day)"
        )
    )
    for part in (
        "<h2>收入</h2>",
        "第一行<br />",
        "<li>甲</li>",
        "<ol>",
        "<strong>要紧</strong>",
        'rel="noopener noreferrer nofollow"',
    ):
        assert part in html
    assert '<a href="/c/330481001009/rooms/day">' in html


def test_headings_follow_the_title_without_a_jump():
    html = str(rendered("### 甲\n\n# 乙\n\n###### 丙\n\n## 丁"))
    assert re.findall(r"<h(\d)>", html) == ["2", "2", "3", "3"]


@pytest.mark.parametrize(
    "body",
    [
        "长" * 20_000,
        "*" * 20_000,
        "[" * 20_000,
        "> " * 5_000,
        "- " * 5_000,
        "a\n" * 10_000,
        "`" * 20_000,
        "|" * 20_000,
        "**a " * 5_000,
        "[a](" * 5_000,
    ],
)
def test_no_text_is_too_long_or_too_deep(body):
    assert_harmless(body)
    assert isinstance(difference(body, f"甲\n\n{body}")[0].after, tuple)


def test_plain_words_have_no_marks_and_keep_their_order():
    body = "# 收入\n\n**停车费** 12 元\n第二行\n\n2. 甲\n3. 乙\n\n- 丙\n\n| 项目 | 金额 |\n|---|---|\n| 广告 | 3 |\n\n---\n\n完"
    assert plain(body).splitlines() == [
        "收入",
        "停车费 12 元",
        "第二行",
        "2. 甲",
        "3. 乙",
        "· 丙",
        "项目  金额",
        "广告  3",
        "————",
        "完",
    ]
    assert excerpt("甲" * 100, 10) == "甲" * 9 + "…"


def test_a_difference_is_told_by_lines_and_nothing_changed_is_one_passage():
    same = difference("甲\n\n乙", "甲\n\n乙")
    assert [passage.kind for passage in same] == ["same"]
    kinds = [passage.kind for passage in difference("甲\n\n乙\n\n丙", "乙\n\n丁\n\n戊")]
    assert kinds == ["removed", "same", "changed"]
    assert [passage.kind for passage in difference("甲", "甲\n\n乙")] == ["same", "added"]
    assert difference("**甲**", "甲")[0].kind == "same"


@pytest.mark.parametrize("address", ["http://a.cn/x", "https://a.cn", "/c/330481001009/rooms"])
def test_links_to_the_web_and_to_own_pages_are_links(address):
    assert is_safe_link(address)


@pytest.mark.parametrize("address", ["///evil/c/", "//evil/c/", "////c/x", "/c", "/logout"])
def test_an_address_of_our_own_lies_in_a_community(address):
    assert not is_safe_link(address)
    assert "href" not in rendered(f"[这里]({address})")
