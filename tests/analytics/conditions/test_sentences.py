from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.analytics.conditions.cast import parse

from tongxin.analytics.conditions.sentences import load_phrases, write_sentence

SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("expected", SENTENCES, ids=lambda expected: expected["condition"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_condition_is_written_out_in_both_languages(expected, language):
    assert write_sentence(parse(expected["condition"]), language) == expected[language]


def test_both_languages_have_the_same_phrases():
    def shape(phrases):
        return {name: shape(each) if isinstance(each, dict) else None for name, each in phrases.items()}

    assert shape(load_phrases()["en"]) == shape(load_phrases()["zh-hans"])


def test_a_language_without_phrases_is_refused():
    with pytest.raises(ValueError, match="no phrases in fr"):
        write_sentence(parse("worker.employed"), "fr")
