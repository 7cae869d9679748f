"""Sentences are translated when they are shown, per owner, and fall back to English rather than fail."""

import pytest

from core import text
from core.text import (
    Domain,
    LazyText,
    _,
    add_domain,
    current_language,
    in_language,
    is_storable,
    ngettext,
    set_language,
)

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

msgid "A plot"
msgstr "一块地"

msgid "Lent to %(name)s"
msgstr "借给%(name)s"

msgid "%(num)d plot"
msgid_plural "%(num)d plots"
msgstr[0] "%(num)d 块地"
"""


@pytest.fixture
def garden(tmp_path):
    """The texts of a plugin with a Chinese catalogue."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "garden.po").write_text(PO, encoding="utf-8")
    with (folder / "garden.po").open("rb") as source, (folder / "garden.mo").open("wb") as target:
        write_mo(target, read_po(source, locale="zh_Hans"))
    add_domain("garden", tmp_path)
    yield Domain("garden")
    text._directories.pop("garden")
    add_domain("garden", tmp_path / "nowhere")
    text._directories.pop("garden")


def test_a_sentence_is_translated_when_it_is_shown(garden):
    sentence = garden.gettext("Lent to %(name)s", name="王桂英")
    assert str(sentence) == "借给王桂英"
    with in_language("en"):
        assert str(sentence) == "Lent to 王桂英"
    assert f"{sentence}。" == "借给王桂英。"


def test_a_sentence_with_a_number(garden):
    assert str(garden.ngettext("%(num)d plot", "%(num)d plots", 3)) == "3 块地"
    with in_language("en"):
        assert str(garden.ngettext("%(num)d plot", "%(num)d plots", 1)) == "1 plot"
        assert str(ngettext("%(num)d plot", "%(num)d plots", 2)) == "2 plots"


def test_an_untranslated_sentence_and_an_unknown_owner_stay_english(garden):
    assert str(garden.gettext("Nobody translated 100% of this")) == "Nobody translated 100% of this"
    assert str(Domain("nobody").gettext("A plot")) == "A plot"
    assert text.translate("garden", "A plot") == "一块地"
    assert text.translate_plural("garden", "%(num)d plot", "%(num)d plots", 2) == "%(num)d 块地"


def test_a_plugin_falls_back_to_the_catalogue_of_core(garden):
    ours = _("This cannot be done now.")
    assert str(garden.gettext("This cannot be done now.")) == str(ours)


def test_a_sentence_can_be_filled_later_and_takes_part_in_texts(garden):
    sentence = garden.gettext("Lent to %(name)s") % {"name": "李明"}
    assert isinstance(sentence, LazyText)
    assert sentence == "借给李明"
    assert sentence + "!" == "借给李明!"
    assert "→" + sentence == "→借给李明"
    assert len(sentence) == 4
    assert "李明" in sentence
    assert sentence != 4


def test_a_sentence_shows_markup_in_values_as_text(garden):
    sentence = garden.gettext("Lent to %(name)s", name="<b>王</b>")
    assert sentence.__html__() == "借给&lt;b&gt;王&lt;/b&gt;"


def test_equal_sentences_count_as_one_in_a_set(garden):
    assert len({garden.gettext("A plot"), garden.gettext("A plot")}) == 1


def test_the_language_is_chosen_for_a_block_or_a_context():
    assert current_language() == "zh_Hans"
    with in_language("en"):
        assert current_language() == "en"
        set_language("klingon")
        assert current_language() == "en"
        set_language("zh_Hans")
        assert current_language() == "zh_Hans"
    assert current_language() == "zh_Hans"


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "\udfffx"])
def test_what_the_engines_cannot_hold_is_not_storable(value):
    assert not is_storable(value)


@pytest.mark.parametrize("value", ["", "王桂英", "🌳", "a\u2028b", "𠮷", "\u202ertl"])
def test_what_people_type_is_storable(value):
    assert is_storable(value)
