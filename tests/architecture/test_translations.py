from __future__ import annotations

from pathlib import Path

import allauth
import django
import polib
import pytest
from tools.translations import (
    SIMPLIFIED,
    TRADITIONAL,
    collect,
    faults_of,
    gather,
    key_of,
    path_of,
    read_module,
    read_template,
    text_of,
)

LANGUAGES = [SIMPLIFIED, TRADITIONAL]


def kept(language: str) -> polib.POFile:
    return polib.pofile(str(path_of(language)))


def entries(catalogue) -> dict[tuple[str, str, str], str]:
    return {key_of(entry): text_of(entry) for entry in catalogue if entry.msgid and not entry.obsolete}


def described(catalogue: polib.POFile) -> list[tuple[object, ...]]:
    return [(*key_of(entry), text_of(entry), entry.occurrences, entry.flags) for entry in catalogue]


def test_every_text_is_translated_and_keeps_its_named_places():
    assert list(faults_of(kept(SIMPLIFIED))) == []
    assert list(faults_of(kept(TRADITIONAL))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_doubtful_or_left_over(language):
    assert [entry.msgid for entry in kept(language) if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize(("language", "place"), [(SIMPLIFIED, 0), (TRADITIONAL, 1)])
def test_the_catalogue_is_what_make_translations_would_write_now(language, place):
    """Every text that the code marks, no other, and traditional characters derived from the simplified."""
    assert described(kept(language)) == described(gather()[place])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language):
    compiled = polib.mofile(str(path_of(language, "mo")))

    assert entries(compiled) == entries(kept(language))


def test_a_marking_function_is_known_under_any_name():
    source = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy as _in
from tongxin.containers.marking import gettext_noop as mark
_("one " "text")
ngettext("%(n)d row", "%(n)d rows", n)
_in("dimension", "Ranks")
mark("marked")
_(known_later)
"""

    assert [text.key for text in read_module(source)] == [
        ("one text", "", ""),
        ("%(n)d row", "", "%(n)d rows"),
        ("Ranks", "dimension", ""),
        ("marked", "", ""),
    ]


def test_the_tags_of_a_template_are_read_as_django_reads_them():
    source = (
        """{% load i18n %}<a title="{% translate 'It is (so)' context "answer" %}">"""
        """{{ x|yesno:_("yes,no") }}</a>"""
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} row\n  here{% plural %}{{ n }} rows here"
        "{% endblocktranslate %}"
    )

    assert [text.key for text in read_template(source)] == [
        ("It is (so)", "answer", ""),
        ("yes,no", "", ""),
        ("%(n)s row here", "", "%(n)s rows here"),
    ]


def test_what_is_borrowed_is_what_django_and_allauth_say():
    said = {
        entry.msgid
        for package in (django, allauth)
        for path in Path(package.__file__).parent.rglob("locale/en/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
    }
    borrowed = {text.msgid for text in collect() if text.files == {"ui/borrowed.py"}}

    assert borrowed
    assert borrowed <= said
