"""Names are split where people meant it, read as their bearers say them, and found however somebody types them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.door import Door
from core.people.names import PersonName, looks_like_name, pinyin, search_terms, search_text, split_names


def names(text):
    return [person.name for person in split_names(text)]


@pytest.mark.parametrize("between", ["、", "/", "／", ",", "，", ";", "；", "|", "&", "\n", " 、 ", " "])
def test_splits_several_names_of_one_cell(between):
    assert names(f"张三{between}李四") == ["张三", "李四"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("欧阳 娜娜", ["欧阳娜娜"]),
        ("令狐 冲", ["令狐冲"]),
        ("张 三", ["张三"]),
        ("王 小 明", ["王小明"]),
        ("张　三", ["张三"]),
        ("Mary Ann Smith", ["Mary Ann Smith"]),
        ("阿里木·买买提", ["阿里木·买买提"]),
        ("长孙无忌惮、王婷", ["长孙无忌惮", "王婷"]),
        ("张三 小明", ["张三 小明"]),
        ("张三 李四 王五", ["张三", "李四", "王五"]),
        ("海宁市某某有限公司", ["海宁市某某有限公司"]),
    ],
)
def test_a_blank_parts_only_whole_names(typed, expected):
    assert names(typed) == expected


def test_keeps_brackets_as_remarks_and_does_not_split_inside_them():
    assert split_names("张三（配偶：李四、王五）/赵六") == (PersonName("张三", "配偶:李四、王五"), PersonName("赵六"))


def test_an_unclosed_bracket_swallows_nobody():
    assert names("张三(李四、王五") == ["张三(李四", "王五"]


@pytest.mark.parametrize("typed", ["", " ", "无", "-", "/", "、、", "123", "（空关）"])
def test_finds_nobody_where_nobody_is_named(typed):
    assert names(typed) == []


def test_the_same_name_twice_in_a_cell_is_one_person():
    assert names("张三、张三") == ["张三"]


@given(st.text())
def test_splitting_and_reading_never_fail(text):
    for person in split_names(text):
        assert person.name
        assert pinyin(person.name)
    search_terms(text)
    search_text(text, [text], [text], [text])


@pytest.mark.parametrize("typed", ["张三", "欧阳娜娜", "张三、李四", "长孙无忌"])
def test_knows_what_looks_like_a_name(typed):
    assert looks_like_name(typed)


@pytest.mark.parametrize("typed", ["", "出租", "13800138000", "海城名家物业公司", "3-2-501"])
def test_knows_what_does_not_look_like_a_name(typed):
    assert not looks_like_name(typed)


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("张三丰", "zhangsanfeng"),
        ("单雄信", "shanxiongxin"),
        ("解晓东", "xiexiaodong"),
        ("仇志强", "qiuzhiqiang"),
        ("查良镛", "zhaliangyong"),
        ("区楚良", "ouchuliang"),
        ("尉迟恭", "yuchigong"),
        ("曾国藩", "zengguofan"),
        ("盖中华", "gezhonghua"),
        ("朴树", "piaoshu"),
        ("任波", "renbo"),
        ("华罗庚", "hualuogeng"),
        ("纪晓岚", "jixiaolan"),
        ("燕青", "yanqing"),
        ("缪莲仙", "miaolianxian"),
        ("员半千", "yunbanqian"),
        ("乐毅", "yueyi"),
        ("召平", "shaoping"),
        ("种师道", "chongshidao"),
        ("翟天临", "zhaitianlin"),
        ("万俟卨", "moqixie"),
        ("长孙无忌", "zhangsunwuji"),
        ("澹台灭明", "tantaimieming"),
        ("单于", "shanyu"),
        ("冼星海", "xianxinghai"),
        ("欧阳修", "ouyangxiu"),
    ],
)
def test_reads_surnames_as_their_bearers_say_them(name, reading):
    assert "".join(pinyin(name)[0]) == reading


def test_knows_both_readings_where_people_differ():
    readings = {"".join(syllables) for syllables in pinyin("王乐")}
    assert readings == {"wangle", "wangyue"}
    assert {"lvbu", "lyubu", "lubu"} == {"".join(syllables) for syllables in pinyin("吕布")}


def finds(query, text):
    terms = search_terms(query)
    return bool(terms) and all(term in text for term in terms)


ZHANG = search_text("张三丰", ["张君宝"], ["13800138000", "0573-82385872"], ["3-2-501", Door("12", "", "12")])


@pytest.mark.parametrize(
    "query",
    [
        "张三",
        "三丰",
        "张三丰",
        "张 三 丰",
        "zsf",
        "ZSF",
        "zhangsanfeng",
        "Zhang Sanfeng",
        "zhang'san'feng",
        "ｚｓｆ",
        "张君宝",
        "zjb",
        "8000",
        "13800138000",
        "138 0013 8000",
        "1380013",
        "0573-82385872",
        "82385872",
        "5872",
        "3-2-501",
        "３－２－５０１",
        "3幢2单元501",
        "3号楼2单元501室",
        "3#2-501",
        "三幢二单元501",
        "3幢",
        "3幢2单元",
        "3-2",
        "12幢12室",
        "501",
        "张三 8000",
        "3幢2单元501 张三",
        "zs 501",
    ],
)
def test_finds_a_person_however_somebody_types(query):
    assert finds(query, ZHANG)


@pytest.mark.parametrize(
    "query", ["李四", "zss", "8001", "3-2-502", "2-501", "2幢", "0013", "张三 8001", "13900139000"]
)
def test_does_not_find_somebody_else(query):
    assert not finds(query, ZHANG)


@pytest.mark.parametrize("query", ["", " ", "%", "_", "%%%", "'", "-"])
def test_an_empty_query_has_no_terms_and_wildcards_are_none(query):
    assert search_terms(query) == []


def test_a_door_is_not_found_inside_a_longer_building_number():
    assert not finds("3-2-501", search_text("李四", (), (), ["13-2-501"]))


def test_finds_the_surname_that_a_dictionary_misreads():
    assert finds("qzq", search_text("仇志强")) and finds("qiuzhiqiang", search_text("仇志强"))


@given(st.text(max_size=30))
def test_no_term_holds_a_wildcard(query):
    assert not any(character in term for term in search_terms(query) for character in "%_\\")


def test_importing_loads_no_pinyin_and_reading_loads_no_phrases():
    script = (
        "import os, sys\nfrom core.people.names import pinyin\nbefore = 'pypinyin' in sys.modules\npinyin('张三')\n"
        "print(before, 'pypinyin.pinyin_dict' in sys.modules, 'pypinyin.phrases_dict' in sys.modules, "
        "any(key.startswith('PYPINYIN') for key in os.environ))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False", "False"]
