"""The text layer of a PDF, and what printing leaves in it: line ends, page numbers and running heads."""

from __future__ import annotations

import time

import pytest
from tests.documents.builders import pdf_of, refusal_of, scan_of

from tongxin.documents.cleaning import clean
from tongxin.documents.refusals import DocumentRefused
from tongxin.documents.sources import read_source

LOCKED = b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32)
LINES = (
    "各市、县人民政府要把产业工人队伍建设改革摆在重",
    "要位置，把改革任务列入年度工作要点，建立健全党",
    "委统一领导、政府有关部门各司其职的工作格局。",
)
PARAGRAPH = "".join(LINES)
HEAD = "浙江省总工会文件"
SENTENCES = [
    "各级工会要加强产业工人思想政治引领工作并抓好落实。",
    "各级工会要搭建产业工人技能提升平台并抓好组织实施。",
    "各级工会要维护产业工人劳动经济权益并抓好督促检查。",
    "各级工会要壮大产业工人队伍规模数量并抓好总结推广。",
    "各级工会要创新产业工人网上服务方式并抓好评估问效。",
    "各级工会要完善产业工人评价使用机制并抓好跟踪问效。",
]


def cleaned(*pages):
    source = read_source(pdf_of(*pages))
    assert source.kind == "pdf"
    found = clean(source.text, has_pages=True)
    for each in found.removed:
        assert source.text[each.start : each.end] == each.text
    assert len(found.text) == len(source.text) - sum(len(each.text) for each in found.removed)
    assert clean(found.text).text == found.text
    return found


def lines_of(*pages):
    return [line for line in cleaned(*pages).text.split("\n") if line]


def test_a_form_feed_stands_between_pages():
    text = read_source(pdf_of(["第一页"], ["第二页"], ["第三页"])).text

    assert [page.strip() for page in text.split("\f")] == ["第一页", "第二页", "第三页"]


def test_a_page_without_text_among_others_keeps_its_place():
    text = read_source(pdf_of(["第一页"], [], ["第三页"])).text

    assert [page.strip() for page in text.split("\f")] == ["第一页", "", "第三页"]


def test_line_ends_within_a_paragraph_are_removals():
    found = cleaned([*LINES, "各地要抓好落实。"])

    assert found.text.split("\n") == [PARAGRAPH, "各地要抓好落实。"]
    assert [(each.reason, each.text.strip()) for each in found.removed] == [("line_end", "")] * 2


def test_a_paragraph_that_ends_with_a_full_line_is_not_joined_to_the_next():
    full = "各级党委和政府要加强对改革的组织领导抓好落实。"

    assert len(full) == len(LINES[0])
    assert lines_of([*LINES, full, "各地要抓好落实。"]) == [PARAGRAPH, full, "各地要抓好落实。"]


@pytest.mark.parametrize(
    "heading", ["一、总体要求", "（一）指导思想", "1.岗位练兵", "第三条 本办法自印发之日起施行"]
)
def test_a_heading_is_not_joined_to_a_full_line_above_it(heading):
    full = "各级党委和政府要加强对改革的组织领导与抓好落实"

    assert lines_of([*LINES, full, heading]) == [PARAGRAPH, full, heading]


def test_short_lines_are_not_joined():
    title = ["浙江省人民政府办公厅", "关于推进改革的意见", "各市、县人民政府："]

    assert lines_of([*title, *LINES]) == [*title, PARAGRAPH]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("— 1 —", "— 2 —"),
        ("- 1 -", "- 2 -"),
        ("\uff0d1\uff0d", "\uff0d2\uff0d"),
        ("第1页 共2页", "第2页 共2页"),
        ("第 1 页，共 2 页", "第 2 页，共 2 页"),
        ("1/2", "2/2"),
        ("1", "2"),
    ],
)
def test_page_numbers_are_removed_and_the_paragraph_goes_on(first, second):
    found = cleaned([*LINES[:2], first], [LINES[2], "各地要抓好落实。", second])

    assert found.text.split("\n")[:2] == [PARAGRAPH, "各地要抓好落实。"]
    assert found.text.strip("\n").count("\n") == 1
    numbers = [each.text.strip() for each in found.removed if each.reason == "page_number"]
    assert numbers == [first, second]


def test_page_numbers_may_stand_above_the_text():
    assert lines_of(["— 1 —", *LINES[:2]], ["— 2 —", LINES[2]]) == [PARAGRAPH]


def test_a_paragraph_goes_on_behind_a_page_without_a_number():
    assert lines_of(list(LINES[:2]), [LINES[2], "各地要抓好落实。"]) == [PARAGRAPH, "各地要抓好落实。"]


def test_a_paragraph_that_ends_with_its_page_stays_apart_from_the_next():
    assert lines_of([PARAGRAPH[:23] + "。"], ["各地要抓好落实。"]) == [
        PARAGRAPH[:23] + "。",
        "各地要抓好落实。",
    ]


def test_a_heading_at_the_top_of_a_page_stays_a_line():
    assert lines_of([*LINES], ["二、主要任务", *LINES]) == [PARAGRAPH, "二、主要任务", PARAGRAPH]


def test_running_heads_are_removed_from_all_pages_with_page_numbers_below():
    pages = [[HEAD, sentence, f"— {number} —"] for number, sentence in enumerate(SENTENCES, start=1)]

    found = cleaned(*pages)

    assert [line for line in found.text.split("\n") if line] == SENTENCES
    assert sum(each.reason == "running_head" for each in found.removed) == len(pages)


def test_running_heads_above_page_numbers_are_removed_together_with_them():
    pages = [[HEAD, f"— {number} —", sentence] for number, sentence in enumerate(SENTENCES, start=1)]

    assert lines_of(*pages) == SENTENCES


def test_a_sentence_that_stands_twice_at_the_edge_of_a_page_is_no_running_head():
    pages = [[SENTENCES[0], SENTENCES[1]], [SENTENCES[0], SENTENCES[2]], [SENTENCES[3]], [SENTENCES[4]]]

    assert lines_of(*pages) == [*SENTENCES[:2], SENTENCES[0], *SENTENCES[2:5]]


def test_what_stands_within_a_page_is_no_page_number():
    body = [SENTENCES[0], "12", "第3页", SENTENCES[1]]

    assert lines_of(body) == body


def test_a_year_at_the_top_of_a_page_is_no_page_number():
    pages = [[SENTENCES[0], "— 1 —"], ["2025", SENTENCES[1], "— 2 —"]]

    assert lines_of(*pages) == [SENTENCES[0], "2025", SENTENCES[1]]


def test_the_cells_of_a_table_that_a_page_cuts_stay():
    pages = [["序号", "11", "12", "13"], ["14", "15", SENTENCES[0]]]

    assert lines_of(*pages) == ["序号", "11", "12", "13", "14", "15", SENTENCES[0]]


def test_traditional_text_is_read_and_written_in_the_simplified_script():
    found = cleaned(["關於推進產業工人隊伍建設改革的實施意見"])

    assert found.text.strip() == "关于推进产业工人队伍建设改革的实施意见"
    assert found.script == "traditional"


def test_a_pdf_without_a_text_layer_is_a_scan_of_so_many_pages():
    refusal = refusal_of(scan_of(12))

    assert refusal.code == "scan"
    assert refusal.params == {"pages": 12}


def test_blank_pages_are_a_scan_too():
    assert refusal_of(pdf_of([], [" "])).code == "scan"


def test_a_protected_pdf_is_named_as_protected():
    assert refusal_of(pdf_of(["意见"], trailer=LOCKED)).code == "encrypted"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF",
        b"%PDF" + b"\x00" * 2_000,
        pdf_of(["意见"])
        .replace(b"/Type/Catalog", b"/Type/Nothing")
        .replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
    ],
)
def test_a_pdf_whose_pages_cannot_be_found_is_damaged(content):
    assert refusal_of(content).code in {"damaged", "scan"}


def test_pages_that_contain_themselves_end():
    looped = pdf_of(["意见"]).replace(b"/Kids[6 0 R]", b"/Kids[2 0 R]")

    begun = time.perf_counter()
    assert refusal_of(looped).code in {"damaged", "scan"}
    assert time.perf_counter() - begun < 10


def test_a_count_of_pages_that_is_not_true_is_no_crash():
    content = pdf_of(["意见"]).replace(b"/Count 1", b"/Count 9")

    assert refusal_of(content).code == "damaged"


def test_a_damaged_pdf_is_not_named_as_protected_because_the_one_before_it_was():
    damaged = pdf_of(["意见"]).replace(b"/Type/Catalog", b"/Type/Nothing").replace(b"/Pages 2", b"/Pages 9")

    assert refusal_of(pdf_of(["意见"], trailer=LOCKED)).code == "encrypted"
    assert refusal_of(damaged).code == "damaged"


def test_a_pdf_of_more_pages_than_are_read_is_refused():
    refusal = refusal_of(pdf_of(*[["a"]] * 2_001))

    assert isinstance(refusal, DocumentRefused)
    assert "2001" in refusal.message.replace(",", "")
    assert "pages" in refusal.message


def test_a_pdf_behind_a_mark_or_blanks_is_still_a_pdf():
    assert read_source(b"\r\n" + pdf_of(["意见"])).kind == "pdf"
