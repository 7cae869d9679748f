"""Every sentence has its Chinese, and the compiled catalogues are those of the sources."""

import io
import re

import pytest

from tests import catalogues


@pytest.mark.parametrize("domain", sorted(catalogues.domains()))
def test_every_sentence_has_its_chinese(domain):
    assert catalogues.untranslated(catalogues.merged(domain)) == []


@pytest.mark.parametrize("domain", sorted(catalogues.domains()))
def test_stored_catalogues_are_those_of_the_sources(domain):
    path, merged = catalogues.path_of(domain), catalogues.merged(domain)
    assert path.read_bytes() == catalogues.as_po(merged), "run: make translations"
    assert path.with_suffix(".mo").read_bytes() == catalogues.as_mo(merged), "run: make translations"


@pytest.mark.parametrize("domain", sorted(catalogues.domains()))
def test_translations_fill_the_same_places(domain):
    places = re.compile(r"%\((\w+)\)[sd]")
    for message in catalogues.load(domain):
        for text in [message.string] if isinstance(message.string, str) else message.string:
            source = message.id if isinstance(message.id, str) else message.id[-1]
            if message.id:
                assert set(places.findall(text)) <= set(places.findall(source)), source


def test_sentences_inside_f_strings_are_found():
    source = b"a = f\"{name} ({_('free')})\"\nb = f\"{ngettext('%(num)d day', '%(num)d days', count)}{_(word)}\"\n"
    found = catalogues.python_sentences(io.BytesIO(source), catalogues.KEYWORDS, (), {})
    assert {message for _line, _name, message, _comments in found} == {"free", ("%(num)d day", "%(num)d days")}
