"""Whatever the text: no exception, literal quotes, anchors that hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.documents.reading import read_document, read_text
from tongxin.documents.sources import Source

WORDS = """
各地要 必须 应当 不得 加强 组织领导 培训 职工 ， 。 ； ： 、 “ ” （ ） ( ) 由省总工会 牵头 配合
到2035年 2000名左右 2026年6月底前 一是 二是 （一） 1. 一、 第三条 四个方面 从 和 他强调 王文远
书记 为 提供 支撑 确保 实效 任务 召开 牵头单位 完成时限 序号 (gong) 附件： 年底前 将 把 以 为重点
取得了 近年来 每季度末 不少于 % 了 的 责任单位：
"""
texts = st.lists(st.sampled_from([*WORDS.split(), "\n", "\t", " "]), min_size=1, max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_mixture_of_official_words_is_read_and_quoted_literally(text):
    document = read_text(Source(text, "text"))

    cleaned = document.cleaned.text
    for each in document.proposals:
        assert cleaned[each.start : each.end] == each.quote.strip() == each.quote
        assert each.quote
        assert each.action in each.quote
        assert each.object in each.quote
    starts = [(each.start, each.end) for each in document.proposals]
    assert starts == sorted(starts)
    assert {each.paragraph for each in document.proposals} <= {each.anchor for each in document.paragraphs}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all_is_read_or_refused(text):
    read_text(Source(text, "text"))


def test_reading_a_cleaned_text_again_gives_the_same_anchors_and_proposals():
    first = read_document("推進會召開\n會議要求，各地要抓好職工(gong)培訓，完善(shan)製度。\n".encode())

    again = read_document(first.cleaned.text.encode())

    assert [each.anchor for each in again.paragraphs] == [each.anchor for each in first.paragraphs]
    assert again.proposals == first.proposals
