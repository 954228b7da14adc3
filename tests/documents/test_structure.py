"""Title, date, issuer, sections, anchors, speakers and occasions."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tongxin.documents.reading import read_document
from tongxin.documents.structure import paragraphs_of

NOTICE = """浙江省产业工人队伍建设改革协调小组办公室
关于做好职工技能提升工作的通知

浙产改办〔2026〕12号

各市协调小组办公室：

一、工作目标
各地要建好基地。
二、重点任务
（一）精准培训
1. 摸清需求。
第三条 各地应当报送进展。

浙江省产业工人队伍建设改革协调小组办公室
二〇二六年三月十六日
"""


def test_a_notice_names_its_title_number_issuer_and_date():
    found = read_document(NOTICE.encode()).heading

    assert found.title == "浙江省产业工人队伍建设改革协调小组办公室关于做好职工技能提升工作的通知"
    assert found.number == "浙产改办〔2026〕12号"
    assert found.source == "浙江省产业工人队伍建设改革协调小组办公室"
    assert found.date == date(2026, 3, 16)


def test_sections_have_number_heading_and_level_and_end_with_the_next_of_their_level():
    document = read_document(NOTICE.encode())

    told = [(each.number, each.title, each.level) for each in document.sections]
    assert told[:4] == [
        ("一、", "工作目标", 1),
        ("二、", "重点任务", 1),
        ("（一）", "精准培训", 2),
        ("1.", "摸清需求", 3),
    ]
    first, second = document.sections[:2]
    assert first.end == second.start
    assert document.cleaned.text[second.start :].startswith("二、重点任务")


def test_a_date_that_does_not_exist_is_none():
    assert read_document("关于开展检查的通知\n某市总工会\n2026年2月30日".encode()).heading.date is None


def test_anchors_stay_when_paragraphs_come_and_numbers_change():
    before = {each.text[-4:]: each.anchor for each in paragraphs_of("一、加强培训\n二、扩大组织覆盖")}
    after = {
        each.text[-4:]: each.anchor
        for each in paragraphs_of("一、强化引领\n二、加强培训。\n\n三、扩大组织覆盖")
    }

    assert before["组织覆盖"] == after["组织覆盖"]
    assert before["加强培训"] == after["强培训。"]


def test_equal_paragraphs_have_different_anchors():
    anchors = [each.anchor for each in paragraphs_of("持续推进\n持续推进\n持续推进")]

    assert len(set(anchors)) == 3
    assert anchors[1] == f"{anchors[0]}-2"


@given(st.text(alphabet="一二三、（）。，；：\n\f 职工要加强培训0123\t“”", max_size=200))
def test_paragraphs_cover_every_character_but_blanks(text):
    found = paragraphs_of(text)

    assert "".join("".join(each.text for each in found).split()) == "".join(text.split())
    assert all(text[each.start : each.end] == each.text for each in found)


def test_persons_are_named_with_their_offices():
    found = read_document(
        "推进会召开\n省委副书记、省协调小组组长骆清和在会上强调，要抓好落实。市总工会主席沈云主持会议。".encode()
    )

    assert [(each.name, each.office) for each in found.speakers] == [
        ("骆清和", "省委副书记、省协调小组组长"),
        ("沈云", "市总工会主席"),
    ]


def test_meetings_instructions_and_demands_are_occasions():
    found = read_document(
        "报道\n5月12日，全省现场推进会在黄岩召开。市协调小组组长方敬庭作出批示。批示要求各县（市、区）要强化数据共享。".encode()
    ).occasions

    assert [(each.kind, each.who) for each in found][:2] == [("meeting", ""), ("instruction", "方敬庭")]
    assert found[0].place == "黄岩"
