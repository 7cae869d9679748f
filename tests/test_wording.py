"""One word for one thing in everything people read in Chinese: the decided words, full-width punctuation, spaces beside digits.

Whether every sentence is translated at all is the business of `test_translations`.
"""

import re
from pathlib import Path

import pytest

from core.operate import demo
from tests import catalogues

ROOT = Path(__file__).resolve().parent.parent
HAN = r"[一-鿿]"

# What must not be written (a pattern) → what is written instead. A new decision is a new line here.
WORDS = {
    r"(?<!花)(?<!调解员)名册": "花名册（调解员名册是法定名称）",
    rf"PIN ?码|{HAN} ?PIN|^PIN": "6 位密码（居民）或换人密码（工作人员）",
    r"6 位数字密码|六位密码": "6 位密码",
    r"(?<!银行)账户(?!管理方)|帐[号户]": "账号",
    r"职务": "角色",
    r"门牌": "房号",
    r"房屋": "住房",
    r"预[定订]": "预约",
    r"改约": "改期",
    r"场地": "房间（一间），阵地（一处）",
    r"分区": "分隔间",
    r"审计|操作日志": "操作记录",
    r"插件(?!接口)": "模块",
    r"一次性码": "一次性验证码",
    r"重设": "重置（工作人员办），重新设置（对居民说）",
    r"开立": "开通（工作人员），开户（居民）",
    r"搬离": "搬出（一处住房），搬走（离开社区）",
    r"逾期": "超期",
    r"尾号|后四位手机": "电话后四位",
    r"固定电话|固话": "座机",
    r"首次设置": "初次设置",
    r"实例": "数据文件夹",
    r"没人接": "无人接听",
    r"隐藏屏幕|屏幕已隐藏": "遮住屏幕",
    r"编辑": "修改",
    r"点击": "点",
}
PUNCTUATION = {
    rf"{HAN}[,;:!?]|[,;:!?]{HAN}": "，；：！？",
    rf"{HAN}\.(?:\s|$)": "。",
    rf"{HAN}\(|\){HAN}": "（）",
    rf"[\"']{HAN}|{HAN}[\"']": "“”",
}
SPACES = {
    rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}": "汉字和数字、字母之间空一格",
    rf"{HAN}%\(\w+\)d|%\(\w+\)d{HAN}": "汉字和数字之间空一格",
}
# Not ours to space: doors as people write them, and what is put in for a name, a date or a door.
LEFT_OUT = re.compile(r"\d+幢\d*单?元?\d*室?|%\(\w+\)s")
# What a resident's own phone says; no word of ours.
OF_THE_PHONE = {"此 Wi-Fi 无法上网", "继续使用"}

Place = tuple[str, str]


def sentences() -> list[Place]:
    """Every Chinese sentence of the catalogues with the place it stands in."""
    found = []
    for domain in catalogues.domains():
        for message in catalogues.load(domain):
            if message.id:
                source = message.id if isinstance(message.id, str) else message.id[0]
                for text in [message.string] if isinstance(message.string, str) else message.string:
                    found.append((f"{domain}.po “{source}”", text))
    return found


def documents() -> list[Path]:
    """The documents that people read: manuals, README, CHANGELOG, and those of the plugins."""
    plugins = sorted((ROOT / "plugins").glob("*/README.md"))
    return [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md", *plugins]


def lines_of_documents() -> list[Place]:
    """Every line of the documents, without commands, file names and addresses of pages."""
    found = []
    for path in documents():
        shown = re.sub(
            r"```.*?```", lambda code: "\n" * code[0].count("\n"), path.read_text(encoding="utf-8"), flags=re.S
        )
        for number, line in enumerate(shown.splitlines(), start=1):
            found.append((f"{path.relative_to(ROOT)}:{number}", re.sub(r"`[^`]*`", "", line)))
    return found


def demo_texts() -> list[Place]:
    """The Chinese that the demo community writes into records."""
    paths = [Path(demo.__file__), *sorted((ROOT / "plugins").glob("*/demo.py"))]
    return [
        (f"{path.relative_to(ROOT)}", text)
        for path in paths
        for text in re.findall(r'"([^"\n]*[一-鿿][^"\n]*)"', path.read_text(encoding="utf-8"))
    ]


def all_places() -> list[Place]:
    return [*sentences(), *lines_of_documents(), *demo_texts()]


def is_chinese(text: str) -> bool:
    """Whether a line is a Chinese sentence, not an English one with a Chinese term in it."""
    return len(re.findall(HAN, text)) > len(re.findall(r"[A-Za-z]+", text))


def wrong(places: list[Place], rules: dict[str, str]) -> list[str]:
    """The places that break a rule, each with the word and what is right."""
    return [
        f"{where}: “{found[0]}” in “{text.strip()}”; right: {right}"
        for where, text in places
        for pattern, right in rules.items()
        if (found := re.search(pattern, LEFT_OUT.sub("…", text)))
    ]


def test_one_word_for_one_thing():
    assert not (found := wrong(all_places(), WORDS)), "\n".join(found)


def test_punctuation_between_chinese_characters_is_full_width():
    assert not (found := wrong([each for each in all_places() if is_chinese(each[1])], PUNCTUATION)), "\n".join(found)


def test_digits_and_latin_letters_stand_apart_from_chinese_characters():
    manuals = [(where, text) for where, text in lines_of_documents() if re.match(rf"docs/{HAN}", where)]
    assert not (found := wrong([*sentences(), *manuals], SPACES)), "\n".join(found)


@pytest.mark.parametrize("manual", sorted((ROOT / "docs").glob("*手册.md")), ids=lambda path: path.stem)
def test_what_a_manual_quotes_stands_on_the_screen(manual):
    shown = {text for _where, text in sentences()} | OF_THE_PHONE
    quoted = re.findall(r"“([^”]+)”", manual.read_text(encoding="utf-8"))
    assert [words for words in quoted if not shown.issuperset(words.split("—"))] == []


@pytest.mark.parametrize(
    "text, rules",
    [
        ("请先导入名册。", WORDS),
        ("忘了 PIN 码", WORDS),
        ("这个账户已冻结", WORDS),
        ("好的,请返回", PUNCTUATION),
        ("已关闭(未答复)", PUNCTUATION),
        ("共3张", SPACES),
        ("共%(count)d张", SPACES),
    ],
)
def test_the_rules_find_what_they_are_for(text, rules):
    assert wrong([("here", text)], rules)


@pytest.mark.parametrize("text", ["导入花名册", "账户管理方", "3幢2单元501室", "例如 hys，共 3 张", "插件接口 1"])
def test_the_rules_let_right_words_pass(text):
    assert wrong([("here", text)], WORDS | PUNCTUATION | SPACES) == []
