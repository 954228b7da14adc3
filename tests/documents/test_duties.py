"""The forms in which official text obliges, and what is read from each."""

from __future__ import annotations

from datetime import date

import pytest

from tongxin.documents.reading import Document, read_document


def read(*lines: str) -> Document:
    return read_document("\n".join(lines).encode())


def plan(*lines: str) -> Document:
    """Read lines as the tasks of a work plan of 2026."""
    return read("某市2026年工作方案", "一、重点任务", *lines)


def quotes(document: Document) -> list[str]:
    return [each.quote for each in document.proposals]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("各地要建立职工技能档案。", "各地要建立职工技能档案"),
        ("企业必须足额提取职工教育经费。", "企业必须足额提取职工教育经费"),
        ("市总工会应当开展困难职工帮扶。", "市总工会应当开展困难职工帮扶"),
        ("各单位不得增加企业负担。", "各单位不得增加企业负担"),
        ("各级党委和政府务必落实责任分工。", "各级党委和政府务必落实责任分工"),
    ],
)
def test_a_modal_word_makes_a_duty(sentence, quote):
    assert quotes(read("工作动态报道", sentence)) == [quote]


@pytest.mark.parametrize(
    "sentence",
    [
        "2017年以来，我省取得阶段性成效，建立了联席会议制度。",
        "这项工作意义重大、影响深远。",
        "会议室里挂着“必须持证上岗”的标语。",
        "各地提出了具体要求，内容十分重要。",
        "与会人员实地考察了两家企业。",
    ],
)
def test_what_only_sounds_like_a_duty_is_none(sentence):
    assert quotes(read("工作动态报道", sentence)) == []


def test_side_by_side_clauses_are_one_duty_each_with_their_purpose():
    found = read("报道", "会议要求，要加强组织领导，强化责任分工，打造一批成果，为改革提供有力支撑。")

    assert quotes(found) == ["要加强组织领导", "强化责任分工", "打造一批成果，为改革提供有力支撑"]


def test_items_between_semicolons_are_one_duty_each():
    found = plan("一是摸清底数，建立需求清单；二是优化供给，公布目录；三是严格资金使用。")

    assert quotes(found) == ["摸清底数，建立需求清单", "优化供给，公布目录", "严格资金使用"]


def test_counted_items_are_split_into_as_many_as_the_text_says():
    found = read(
        "全市推进会召开",
        "王文远从明确目标，强化设计；突出重点，抓好任务；有序推进，确保实效和强化统筹，形成合力四个方面，提出了要求。",
    )

    assert quotes(found) == [
        "明确目标，强化设计",
        "突出重点，抓好任务",
        "有序推进，确保实效",
        "强化统筹，形成合力",
    ]


def test_summed_up_experience_is_told_apart_from_tasks():
    found = read(
        "全市推进会召开",
        "某集团工会主席李明远总结了三个坚持：坚持党建引领，凝心聚力；坚持主体作用，提升技能；坚持共建共享，服务职工。",
    )

    assert [each.kind for each in found.proposals] == ["experience"] * 3
    assert {each.speaker for each in found.proposals} == {"李明远"}


def test_results_and_problems_that_are_counted_are_no_duties():
    assert quotes(read("报道", "他介绍了两点体会：改革是企业所需；改革是职工所盼。")) == []


def test_who_leads_and_who_supports_is_read_from_a_note():
    (found,) = plan("1.建立职工技能档案。（省人社厅牵头，省总工会、省教育厅配合）").proposals

    assert found.lead == ("省人社厅",)
    assert found.support == ("省总工会", "省教育厅")


def test_who_leads_and_who_supports_is_read_from_clauses():
    (found,) = plan("由省科技厅牵头，省经信厅、省总工会配合，发布职工创新需求榜单。").proposals

    assert found.quote == "发布职工创新需求榜单"
    assert (found.lead, found.support) == (("省科技厅",), ("省经信厅", "省总工会"))


def test_bodies_that_answer_by_their_duties_all_lead():
    (found,) = plan("完善技能评价办法。（责任单位：省人社厅、省总工会）").proposals

    assert (found.lead, found.support) == (("省人社厅", "省总工会"), ())


def test_an_and_within_a_name_does_not_split_it():
    (found,) = plan(
        "组织职工疗休养。（牵头单位：省文化广电和旅游厅；配合单位：省总工会和省工商联）"
    ).proposals

    assert found.lead == ("省文化广电和旅游厅",)
    assert found.support == ("省总工会", "省工商联")


@pytest.mark.parametrize(
    ("sentence", "target", "day"),
    [
        ("到2035年培养大国工匠2000名左右。", "2000名左右", date(2035, 12, 31)),
        ("于2026年6月底前完成调查。", "", date(2026, 6, 30)),
        ("力争技能人才占比达到36%以上。", "36%以上", None),
        ("年底前新建工作室不少于1,000家。", "不少于1,000家", date(2026, 12, 31)),
    ],
)
def test_targets_and_deadlines_are_read(sentence, target, day):
    (found,) = plan(sentence).proposals

    assert (found.target, found.deadline) == (target, day)


def test_a_time_at_the_front_of_a_sentence_holds_for_all_of_it():
    found = plan("到2027年，培养技能人才2万名，新建工作室150家。")

    assert [each.deadline for each in found.proposals] == [date(2027, 12, 31)] * 2


def test_what_the_text_does_not_say_stays_empty():
    (found,) = read("报道", "各地要加强统筹。").proposals

    assert (found.support, found.deadline, found.deadline_text, found.target, found.speaker) == (
        (),
        None,
        "",
        "",
        None,
    )


def test_rows_of_a_responsibility_table_are_one_proposal_each():
    found = read(
        "2026年重点任务分工表",
        "序号\t重点项目\t牵头单位\t配合单位\t完成时限",
        "1\t举办职业技能大赛\t市人社局\t市总工会、市经信局\t2026年10月",
        "2\t选树工匠不少于50名\t市委宣传部\t—\t6月30日前",
    )

    first, second = found.proposals
    assert (first.quote, first.lead, first.deadline) == (
        "举办职业技能大赛",
        ("市人社局",),
        date(2026, 10, 31),
    )
    assert first.support == ("市总工会", "市经信局")
    assert (second.target, second.support, second.deadline) == ("不少于50名", (), date(2026, 6, 30))


def test_he_and_she_are_the_one_who_was_named_before():
    found = read(
        "全市推进会召开",
        "副市长、市协调小组组长周静远出席会议。她强调，要抓好培训。各县要加强督查。",
        "会议期间各方交流。各单位要认真落实。",
    )

    assert [each.speaker for each in found.proposals] == ["周静远", "周静远", None]


def test_headings_lists_of_attachments_and_contacts_are_no_duties():
    found = plan("（一）强化思想引领。", "附件：1.加强培训的汇编", "2.推进落实情况表", "联系人：陆鸣谦")

    assert quotes(found) == []
