from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.utils import translation

from tongxin.ui.scripts import spoken, to_simplified, to_traditional

NAMES = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
COUNTY = "余杭区"


@pytest.mark.parametrize(("simplified", "traditional"), NAMES.items())
def test_a_name_is_written_as_readers_of_traditional_characters_print_it(simplified, traditional):
    assert to_traditional(simplified) == traditional


@pytest.mark.parametrize("simplified", NAMES)
def test_a_name_typed_in_traditional_characters_finds_what_is_kept(simplified):
    assert to_simplified(NAMES[simplified]) == simplified


@pytest.mark.parametrize(
    ("language", "shown"), [("zh-hans", COUNTY), ("zh-hant", NAMES[COUNTY]), ("en", "Yuhang District")]
)
def test_a_name_of_data_follows_the_language_of_the_page(language, shown):
    with translation.override(language):
        assert spoken(COUNTY, "Yuhang District") == shown


def test_what_has_no_english_name_keeps_its_chinese_one():
    with translation.override("en"):
        assert spoken(COUNTY) == COUNTY


def test_latin_letters_digits_and_named_places_stay_as_they_are():
    assert to_traditional("GB/T 4754 %(count)d {year}") == "GB/T 4754 %(count)d {year}"
