"""The duties of labelled texts are found; how many, and what of their fields, stands in docs/documents.md."""

from __future__ import annotations

import pytest
from tests.documents.scoring import ARTICLE, SETS, Score, score_text, texts_of

from tongxin.documents.reading import read_document

RECALL, PRECISION = 0.85, 0.8


def total_of(name: str) -> Score:
    return sum((score_text(SETS[name], each) for each in texts_of(SETS[name]) if each != "article"), Score())


@pytest.mark.parametrize("name", SETS)
def test_most_duties_are_found_and_most_that_is_proposed_is_one(name):
    score = total_of(name)

    assert score.recall >= RECALL
    assert score.precision >= PRECISION


def test_of_the_duties_that_are_found_most_fields_are_right():
    score = total_of("labelled")

    right = {name: count / score.found for name, count in score.right.items()}
    assert {name: share for name, share in right.items() if share < 0.7} == {}


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the article stands outside the repository")
def test_the_duties_of_the_article_are_found():
    score = score_text(SETS["labelled"], "article")

    assert score.recall >= RECALL
    assert score.precision >= PRECISION


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the article stands outside the repository")
def test_the_article_is_cleaned_of_its_page():
    found = read_document(ARTICLE.read_bytes())

    assert found.heading.source == "传化集团"
    assert found.heading.title.endswith("推进会在传化集团召开")
    assert found.cleaned.text.count(found.heading.title) == 1
    assert {each.reason for each in found.cleaned.removed} == {
        "pinyin",
        "caption",
        "navigation",
        "disclaimer",
    }
    assert {"黄建发", "史济锡", "王文序", "佟桂莉", "羊志坚"} <= {each.name for each in found.speakers}


@pytest.mark.parametrize(
    ("folder", "name"), [(folder, name) for folder in SETS.values() for name in texts_of(folder)]
)
def test_every_quote_stands_literally_where_it_says(folder, name):
    path = ARTICLE if name == "article" else folder / f"{name}.txt"

    found = read_document(path.read_bytes())

    assert found.proposals
    for each in found.proposals:
        assert found.cleaned.text[each.start : each.end] == each.quote
        assert each.target in each.quote or not each.target or "\t" in found.cleaned.text
        assert each.action in each.quote
        assert each.object in each.quote
        told = [*each.lead, *each.support, each.deadline_text, each.speaker or ""]
        assert [text for text in told if text not in found.cleaned.text] == []
