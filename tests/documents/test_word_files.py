"""The text of a DOCX is what Word shows: in its order, with its numbers, without what was deleted."""

from __future__ import annotations

import time

import pytest
from tests.documents.builders import (
    DOCUMENT,
    docx_of,
    docx_of_lists,
    docx_of_xml,
    element_of,
    numbered,
    paragraph,
    refusal_of,
    rewrite,
    run,
    zip_of,
)

from tongxin.documents.sources import read_source

OFFICIAL = [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")]
GROWING = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))


def text_of(content):
    found = read_source(content)
    assert found.kind == "docx"
    return found.text


def lines_of(content):
    return text_of(content).split("\n")


def test_paragraphs_stand_in_their_order_with_their_blank_lines():
    assert lines_of(docx_of("关于印发方案的通知", "", "各市总工会：", "现印发给你们。")) == [
        "关于印发方案的通知",
        "",
        "各市总工会：",
        "现印发给你们。",
    ]


def test_the_runs_of_a_paragraph_are_joined_without_gaps():
    assert text_of(docx_of_xml(paragraph(run("产业"), run("工人"), run("队伍")))) == "产业工人队伍"


def test_lists_are_numbered_as_word_shows_them():
    content = docx_of_lists(
        OFFICIAL,
        numbered("总体要求"),
        numbered("指导思想", level=1),
        numbered("基本原则", level=1),
        numbered("坚持党的领导", level=2),
        numbered("坚持以人为本", level=2),
        numbered("主要任务"),
        numbered("技能提升", level=1),
        numbered("岗位练兵", level=2),
    )

    assert lines_of(content) == [
        "一、总体要求",
        "（一）指导思想",
        "（二）基本原则",
        "1.坚持党的领导",
        "2.坚持以人为本",
        "二、主要任务",
        "（一）技能提升",
        "1.岗位练兵",
    ]


def test_chinese_numbers_go_on_beyond_ten():
    content = docx_of_lists([("chineseCountingThousand", "第%1条")], *[numbered("") for _ in range(21)])

    lines = lines_of(content)

    assert [lines[at - 1] for at in (9, 10, 11, 12, 19, 20, 21)] == [
        "第九条",
        "第十条",
        "第十一条",
        "第十二条",
        "第十九条",
        "第二十条",
        "第二十一条",
    ]


def test_a_number_may_name_the_levels_above_it():
    content = docx_of_lists(
        [("decimal", "%1."), ("decimal", "%1.%2")],
        numbered("a"),
        numbered("b", level=1),
        numbered("c"),
        numbered("d", level=1),
        numbered("e", level=1),
    )

    assert lines_of(content) == ["1.a", "1.1b", "2.c", "2.1d", "2.2e"]


def test_a_list_may_begin_later_than_at_one():
    assert lines_of(docx_of_lists([("decimal", "%1.")], numbered("a"), numbered("b"), start=5)) == [
        "5.a",
        "6.b",
    ]


def test_paragraphs_between_the_items_of_a_list_do_not_stop_its_count():
    content = docx_of_lists(OFFICIAL, numbered("a"), paragraph(run("说明")), numbered("b"))

    assert lines_of(content) == ["一、a", "说明", "二、b"]


def test_a_second_list_of_the_same_form_goes_on_or_begins_anew_as_word_was_told():
    anew = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    on = '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num>'
    items = [numbered("a"), numbered("b"), numbered("c", number=2), numbered("d", number=2)]

    assert lines_of(docx_of_lists(OFFICIAL, *items, lists=on)) == ["一、a", "二、b", "三、c", "四、d"]
    assert lines_of(docx_of_lists(OFFICIAL, *items, lists=anew)) == ["一、a", "二、b", "一、c", "二、d"]


def test_headings_are_numbered_when_their_style_is():
    def number_style(document):
        root = document.part.numbering_part.element
        for each in list(root):
            root.remove(each)
        root.append(
            element_of(
                '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
                '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
            )
        )
        root.append(element_of('<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'))
        style = document.styles["Heading 1"].element
        style.get_or_add_pPr().append(element_of('<w:numPr><w:numId w:val="1"/></w:numPr>'))
        document.styles.add_style("mine", 1).base_style = document.styles["Heading 1"]
        document.add_heading("总体要求", level=1)
        document.add_paragraph("坚持党的领导。")
        document.add_paragraph("主要任务", style="mine")
        document.add_heading("附则", level=1).paragraph_format.element.get_or_add_pPr().append(
            element_of('<w:numPr><w:numId w:val="0"/></w:numPr>')
        )

    assert lines_of(docx_of(change=number_style)) == [
        "一、总体要求",
        "坚持党的领导。",
        "二、主要任务",
        "附则",
    ]


def test_bullets_are_no_numbers_and_a_list_that_is_switched_off_counts_nothing():
    bullets = docx_of_lists([("bullet", "•")], numbered("a"), numbered("b"))
    off = docx_of_lists(OFFICIAL, numbered("a", number=0), numbered("b"))

    assert lines_of(bullets) == ["a", "b"]
    assert lines_of(off) == ["a", "一、b"]


def test_a_list_that_the_file_does_not_describe_has_no_numbers():
    assert lines_of(docx_of_lists(OFFICIAL, numbered("a", number=9), numbered("b"))) == ["a", "一、b"]


def test_the_rows_of_a_table_are_lines_with_tabs_where_the_table_stands():
    def add_table(document):
        table = document.add_table(2, 3)
        for row, texts in zip(
            table.rows, [("序号", "任务", "牵头单位"), ("1", "技能提升", "省总工会")], strict=True
        ):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        document.add_paragraph("附件")

    assert lines_of(docx_of("任务分工表", change=add_table)) == [
        "任务分工表",
        "序号\t任务\t牵头单位",
        "1\t技能提升\t省总工会",
        "附件",
    ]


def test_an_empty_cell_keeps_its_column():
    def add_table(document):
        table = document.add_table(1, 3)
        table.rows[0].cells[2].text = "省总工会"

    assert text_of(docx_of(change=add_table)) == "\t\t省总工会"


def test_a_cell_of_several_paragraphs_and_tabs_stays_one_cell():
    def add_table(document):
        table = document.add_table(1, 2)
        table.rows[0].cells[0].text = "技能\t提升"
        table.rows[0].cells[0].add_paragraph("岗位练兵")
        table.rows[0].cells[1].text = "省总工会"

    (line,) = lines_of(docx_of(change=add_table))

    assert line.count("\t") == 1
    assert line.split("\t")[1] == "省总工会"
    assert line.split("\t")[0].split() == ["技能", "提升", "岗位练兵"]


def test_a_table_within_a_table_is_said_once():
    def add_table(document):
        outer = document.add_table(1, 2)
        outer.rows[0].cells[0].text = "外"
        inner = outer.rows[0].cells[1].add_table(1, 1)
        inner.rows[0].cells[0].text = "内层文字"

    assert text_of(docx_of(change=add_table)).count("内层文字") == 1


def test_the_items_of_a_table_are_numbered():
    cell = f"<w:tc>{numbered('技能提升')}</w:tc><w:tc>{paragraph(run('省总工会'))}</w:tc>"
    content = docx_of_lists(OFFICIAL, f"<w:tbl><w:tr>{cell}</w:tr><w:tr>{cell}</w:tr></w:tbl>")

    assert lines_of(content) == ["一、技能提升\t省总工会", "二、技能提升\t省总工会"]


def test_insertions_are_kept_and_deletions_left_out():
    inserted = f'<w:ins w:id="1" w:author="a">{run("产业工人")}</w:ins>'
    deleted = '<w:del w:id="2" w:author="a"><w:r><w:delText>职工</w:delText></w:r></w:del>'
    moved = f'<w:moveFrom w:id="3" w:author="a">{run("旧处")}</w:moveFrom>'
    arrived = f'<w:moveTo w:id="4" w:author="a">{run("新处")}</w:moveTo>'

    content = docx_of_xml(paragraph(run("推进"), inserted, deleted, run("队伍建设"), moved, arrived))

    assert text_of(content) == "推进产业工人队伍建设新处"


def test_a_deletion_within_an_insertion_is_left_out():
    within = '<w:del w:id="2" w:author="b"><w:r><w:delText>职工</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="1" w:author="a">{run("产业")}{within}{run("工人")}</w:ins>'

    assert text_of(docx_of_xml(paragraph(inserted))) == "产业工人"


def test_a_table_row_that_was_deleted_is_left_out():
    gone = '<w:trPr><w:del w:id="1" w:author="a"/></w:trPr>'
    deleted = '<w:del w:id="2" w:author="a"><w:r><w:delText>旧任务</w:delText></w:r></w:del>'
    old_row = f"<w:tr>{gone}<w:tc>{paragraph(deleted)}</w:tc></w:tr>"
    new_row = f"<w:tr><w:tc>{paragraph(run('新任务'))}</w:tc></w:tr>"

    assert text_of(docx_of_xml(f"<w:tbl>{old_row}{new_row}</w:tbl>")) == "新任务"


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    deleted_end = '<w:pPr><w:rPr><w:del w:id="1" w:author="a"/></w:rPr></w:pPr>'
    content = docx_of_lists(
        OFFICIAL, numbered("甲"), paragraph(deleted_end, run("产业")), numbered("工人"), numbered("乙")
    )

    assert lines_of(content) == ["一、甲", "二、产业工人", "三、乙"]


def test_readings_above_characters_are_no_text():
    ruby = f"<w:r><w:ruby><w:rt>{run('gong')}</w:rt><w:rubyBase>{run('工')}</w:rubyBase></w:ruby></w:r>"

    assert text_of(docx_of_xml(paragraph(run("职"), ruby, run("队伍")))) == "职工队伍"


def test_cells_and_rows_may_stand_in_content_controls():
    cell = f"<w:tc>{paragraph(run('省总工会'))}</w:tc>"
    held = f"<w:sdt><w:sdtContent>{cell}</w:sdtContent></w:sdt>"
    row = f"<w:tr>{cell}{held}</w:tr>"
    content = docx_of_xml(f"<w:tbl>{row}<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>")

    assert lines_of(content) == ["省总工会\t省总工会"] * 2


def test_tabs_and_line_breaks_are_written_out():
    content = docx_of_xml(
        paragraph("<w:r><w:t>省总工会</w:t><w:tab/><w:t>办公室</w:t><w:br/><w:t>2024年</w:t></w:r>")
    )

    assert text_of(content) == "省总工会\t办公室\n2024年"


def test_tab_stops_of_a_paragraph_are_no_tabs():
    stops = '<w:pPr><w:tabs><w:tab w:val="left" w:pos="420"/></w:tabs></w:pPr>'

    assert text_of(docx_of_xml(paragraph(stops, run("省总工会")))) == "省总工会"


def test_links_fields_and_content_controls_show_their_text():
    link = f'<w:hyperlink w:anchor="a">{run("附件1")}</w:hyperlink>'
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("3")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    control = f"<w:sdt><w:sdtContent>{run('省总工会')}</w:sdtContent></w:sdt>"
    block = f"<w:sdt><w:sdtContent>{paragraph(run('目录'))}</w:sdtContent></w:sdt>"

    content = docx_of_xml(block, paragraph(link, field, control))

    assert lines_of(content) == ["目录", "附件13省总工会"]


def test_traditional_text_is_read_as_it_stands():
    assert text_of(docx_of("關於產業工人隊伍建設改革")) == "關於產業工人隊伍建設改革"


@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE r [<!ENTITY a0 "lol">{GROWING}]>',
        '<!DOCTYPE r [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
    ],
)
@pytest.mark.parametrize("gap", ["", " " * 5_000, f"<!--{'x' * 5_000}-->"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", [DOCUMENT, "word/numbering.xml", "[Content_Types].xml", "_rels/.rels"])
def test_no_entity_is_ever_unfolded(declared, gap, encoding, part):
    def declare(xml):
        head, _, body = xml.decode().partition("?>")
        head = head.replace("UTF-8", encoding).replace("utf-8", encoding)
        return f"{head}?>{gap}{declared}{body.replace('意见', '&a9;')}".encode(encoding)

    content = rewrite(docx_of("意见"), part, declare)

    begun = time.perf_counter()
    assert refusal_of(content).code == "damaged"
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize("body", [b"", b"<a", b"\xff\xfe", b"<w:document/>", b"not xml at all"])
def test_a_broken_text_part_is_refused(body):
    assert refusal_of(rewrite(docx_of("意见"), DOCUMENT, lambda _: body)).code in {"damaged", "no_text"}


def test_a_docx_that_lacks_its_directory_of_parts_is_refused():
    assert refusal_of(zip_of([(DOCUMENT, b"<a/>")])).code == "damaged"


def test_numbers_that_are_no_numbers_are_refused_or_read_but_no_crash():
    content = docx_of_lists(OFFICIAL, numbered("a"))
    broken = rewrite(content, "word/numbering.xml", lambda xml: xml.replace(b'w:ilvl="0"', b'w:ilvl="x"'))

    assert refusal_of(broken).code == "damaged"


def test_elements_nested_without_end_are_refused_or_read_but_no_crash():
    deep = "<w:ins>" * 5_000 + run("a") + "</w:ins>" * 5_000
    content = rewrite(
        docx_of("意见"),
        DOCUMENT,
        lambda xml: xml.replace(b"<w:sectPr", f"<w:p>{deep}</w:p><w:sectPr".encode(), 1),
    )

    assert refusal_of(content).code == "damaged"


def test_tables_nested_in_tables_take_little_time():
    nested = "<w:tbl><w:tr><w:tc>" * 60 + paragraph(run("a")) + "</w:tc></w:tr></w:tbl>" * 60

    begun = time.perf_counter()
    content = docx_of_xml(nested, paragraph(run("完")))

    assert text_of(content).split()[-1] == "完"
    assert time.perf_counter() - begun < 10
