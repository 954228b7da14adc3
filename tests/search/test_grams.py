"""Grams of texts and of queries, matched here as a full-text index matches them: one after another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.search.grams import LONGEST_GRAM, LONGEST_QUERY, MOST_WORDS, Word, grams_of, words_of
from tongxin.search.normal_texts import normalise, runs_of, spans_in

HAN = st.text("省总工会技师能竞赛维权", min_size=1, max_size=8)
# Few characters, so that words are often nearly in a text; marks, letters and digits between them.
TEXTS = st.text("省总工会技师能竞赛维权，。 \n（）a1", max_size=60)
ANY = st.text(max_size=60)


def is_found(query: str, text: str) -> bool:
    grams = grams_of(normalise(text))
    return all(follows(word, grams) for word in words_of(query))


def follows(word: Word, grams: list[str]) -> bool:
    *first, last = word.grams
    return any(
        grams[at : at + len(first)] == first
        and (grams[at + len(first)].startswith(last) if word.is_open else grams[at + len(first)] == last)
        for at in range(len(grams) - len(first))
    )


def normal_words(query: str) -> list[str]:
    return [word.normal for word in words_of(query)]


@given(TEXTS, HAN, TEXTS)
def test_a_text_is_found_by_each_of_its_parts_of_one_to_eight_characters(before, part, after):
    assert is_found(part, before + part + after)


@given(TEXTS, HAN)
def test_a_text_is_found_by_a_word_exactly_if_it_holds_it(text, word):
    assert is_found(word, text) == (word in text)


@given(TEXTS, HAN, HAN)
def test_a_text_is_found_by_two_words_exactly_if_it_holds_both(text, one, other):
    assert is_found(f"{one} {other}", text) == (one in text and other in text)


@given(TEXTS, TEXTS)
def test_grams_say_neither_more_nor_less_than_the_normal_text(text, phrase):
    phrase = f'"{phrase}"'

    assert is_found(phrase, text) == all(word.is_said_in(normalise(text)) for word in words_of(phrase))


@given(st.text(min_size=1, max_size=8).filter(str.isalnum), ANY)
def test_any_word_of_any_script_finds_what_begins_with_it(word, after):
    text = f"（{word}{after}"

    assert is_found(word, text)


@given(ANY, ANY)
def test_each_part_of_a_text_has_its_own_form(one, other):
    # A mark between them, so that no word goes over from one to the other.
    both = runs_of(normalise(f"{one}。{other}"))

    assert both == [*runs_of(normalise(one)), *runs_of(normalise(other))]


@given(ANY)
def test_grams_hold_nothing_that_a_query_language_reads(text):
    assert all(gram.isalnum() for gram in grams_of(normalise(text)))
    assert all(gram.isalnum() for word in words_of(text) for gram in word.grams)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("省总工会", ["省总", "总工", "工会", "会"]),
        ("维权", ["维权", "权"]),
        ("权", ["权"]),
        ("技能，竞赛", ["技能", "能", "竞赛", "赛"]),
        ("\uff12\uff10\uff12\uff15年 \uff21\uff22\uff23-12号", ["2025", "年", "abc", "12", "号"]),
        ("職業技能競賽", ["职业", "业技", "技能", "能竞", "竞赛", "赛"]),
        ("技\u200b师", ["技师", "师"]),
        ("Cafe\u0301 Café", ["cafe", "cafe"]),
        ("𬭎〇々", ["𬭎〇", "〇々", "々"]),
        ("x" * 300, ["x" * LONGEST_GRAM]),
        ("", []),
        ("……*\"'():^+-{}", []),
    ],
)
def test_a_text_becomes_its_grams(text, expected):
    assert grams_of(normalise(text)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("技师 维权", ["技师", "维权"]),
        ("技师　技師 技师", ["技师"]),
        ('"技能 竞赛" 技师', ["技能 竞赛", "技师"]),
        ("“技能 竞赛” 技师", ["技能 竞赛", "技师"]),
        ('技师"技能 竞赛', ["技师", "技能 竞赛"]),
        ("浙工发〔2025〕12号", ["浙工发 2025 12号"]),
        ("浙工发 [2025]12 号", ["浙工发", " 2025 12", "号"]),
        ("NEAR(技师, 5)*", [" near技师", " 5"]),
        ('"', []),
        ("，。 ** “”", []),
    ],
)
def test_a_query_becomes_words_and_phrases(query, expected):
    assert normal_words(query) == expected


def test_blanks_and_marks_between_characters_and_figures_are_no_difference():
    assert normalise("共 2025 年（A）级") == normalise("共2025年A级")


def test_words_of_two_sentences_are_no_word():
    assert not is_found("师工", "评选技师。工会通知")


def test_a_figure_is_found_by_its_beginning_and_not_by_its_end():
    assert is_found("202", "共2025年")
    assert not is_found("25年", "共2025年")


def test_a_query_longer_than_anybody_types_is_read_as_far_as_its_limit():
    words = words_of("工" * 10_000)
    many = words_of(" ".join(map(str, range(10_000))))

    assert [len(word.normal) for word in words] == [LONGEST_QUERY]
    assert len(many) == MOST_WORDS


def test_only_words_longer_than_a_gram_leave_something_to_compare():
    assert words_of("技师" * 100)[0].is_exact
    assert words_of("a" * LONGEST_GRAM)[0].is_exact
    assert not words_of("a" * (LONGEST_GRAM + 1))[0].is_exact


@given(TEXTS, HAN)
def test_the_places_of_a_word_are_those_of_its_characters(text, word):
    spans = spans_in(text, [word])

    assert bool(spans) == (word in text)
    assert all(text[start : start + len(word)] == word for start, _ in spans)


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("評選技師", "技师", ["技師"]),
        ("〔\uff12\uff10\uff12\uff15〕\uff11\uff12号", "2025 12", ["\uff12\uff10\uff12\uff15〕\uff11\uff12"]),
        ("㈱㎡技师", "技师", ["技师"]),
        ("…技\u200b师。", "技师", ["技\u200b师"]),
        ("Cafe\u0301。", "café", ["Cafe\u0301"]),
        ("技师技师", "技师", ["技师技师"]),
        ("ABC", "ab", ["AB"]),
        ("", "技师", []),
    ],
)
def test_a_word_is_marked_in_the_text_as_it_was_written(text, wanted, expected):
    spans = spans_in(text, normal_words(f'"{wanted}"'))

    assert [text[start:end] for start, end in spans] == expected
