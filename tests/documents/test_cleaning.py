"""Noise of scraped pages is removed, and only noise; what is removed can always be pointed at."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tongxin.documents.cleaning import clean

BODY = "各级工会要加强产业工人思想政治引领工作。\n各地要抓好落实。\n"
CAPTION = "图为全省产业工人队伍建设改革推进会现场"


def assert_accounted_for(text, *, has_pages=False):
    """Assert that every removal is in the input where it says, and that nothing else is gone."""
    found = clean(text, has_pages=has_pages)
    at = 0
    for each in found.removed:
        assert at <= each.start < each.end
        assert text[each.start : each.end] == each.text
        at = each.end
    assert len(found.text) == len(text) - sum(len(each.text) for each in found.removed)
    for each in found.corrected:
        assert text[each.start : each.end] == each.text
        assert len(each.text) == len(each.replacement)
    again = clean(found.text)
    assert (again.text, again.removed, again.corrected) == (found.text, (), ())
    return found


def cleaned(text):
    return assert_accounted_for(text).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中国共产党(dang)委员会", "中国共产党委员会"),
        ("中國共產黨(dang)委員會", "中国共产党委员会"),
        ("中国共产党(dǎng)委员会", "中国共产党委员会"),
        ("职工(gong)(gong)人", "职工人"),
        ("产(chǎn)业(yè)工(gōng)人(rén)", "产业工人"),
        ("产（chǎn）业", "产业"),
        ("产（chan）业", "产业"),
        ("产(chan3)业", "产业"),
        ("产(Chan)业", "产业"),
        ("绿(lv)色、女(nǚ)职工、吕(lü)", "绿色、女职工、吕"),
        ("长(zhang)江、长(chang)江", "长江、长江"),
        ("产(cha\u030cn)业", "产业"),
        ("党(dang) 委领导。", "党委领导。"),
        ("产业(chan ye)工人", "产业工人"),
        ("阿(a)姨", "阿姨"),
    ],
)
def test_pinyin_behind_the_character_that_it_reads_is_removed(text, expected):
    found = assert_accounted_for(text)

    assert found.text == expected
    assert {each.reason for each in found.removed} == {"pinyin"}


@pytest.mark.parametrize(
    "text",
    [
        "人工智能(AI)",
        "人工智能（AI）技术",
        "浙江(Zhejiang)",
        "浙江（Zhejiang）省",
        "北京(Beijing)",
        "(一)加强领导",
        "（一）加强领导",
        "近年(2021年)来",
        "五小(小发明、小创造、小革新、小设计、小建议)活动",
        "产业(industry)工人",
        "工(ren)人",
        "工会(labour union)",
        "工业互联网(IoT)",
        "国内生产总值(GDP)增长",
        "技能(A级)证书",
        "第一(1)项",
        "党委(dangwei)",
        "职工(g)",
        "他说(shuo de)好",
        "工(gong",
        "工gong)",
        "工()人",
        "甲(A)、乙(B)",
        "阿(A)级",
        "阿(ABC)",
        "额(E)数",
    ],
)
def test_what_stands_in_brackets_and_is_no_reading_stays(text):
    assert cleaned(text) == text


def test_a_reading_is_noise_on_every_line_and_at_every_end():
    assert cleaned("工(gong)\n人(ren)\n\n党(dang)") == "工\n人\n\n党"


def test_brackets_that_hold_a_reading_and_others_lose_the_reading_alone():
    assert cleaned("工(gong)(AI)人") == "工(AI)人"


def test_the_first_of_repeated_captions_stays():
    lines = [CAPTION, "各级工会要加强引领。", CAPTION, "各地要抓好落实。", CAPTION, "完成任务。"]

    found = assert_accounted_for("\n".join(lines))

    assert found.text.split("\n") == [CAPTION, *lines[1::2]]
    assert [each.reason for each in found.removed] == ["caption"] * 2


def test_captions_that_differ_stay():
    lines = [f"图为全省产业工人队伍建设改革推进会现场{which}" for which in "甲乙丙"]

    assert cleaned("\n".join([*lines, "各地要抓好落实。"])) == "\n".join([*lines, "各地要抓好落实。"])


@pytest.mark.parametrize(
    "line",
    [
        "省人力资源和社会保障厅",
        "省委组织部、省总工会、省经信厅",
        "2024年12月底前完成",
        "各设区市总工会，省级各产业工会",
        "（一）加强组织领导",
        "省总工会\t2024年12月",
        "持续推进。",
        "牵头单位：省总工会",
        "是",
    ],
)
def test_lines_that_a_table_repeats_stay(line):
    text = "\n".join([f"{line}\n{item}、任务" for item in "甲乙丙丁戊"])

    assert cleaned(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "上一篇：关于表彰先进的通知",
        "下一篇：没有了",
        "返回顶部",
        "打印本页 | 关闭窗口",
        "【打印】【关闭】",
        "分享到：微信 微博",
        "扫一扫在手机打开当前页",
        "版权所有：某某省总工会",
        "浙ICP备12345678号",
        "联系我们 | 网站地图",
        "声明：本文转载自网络，版权归原作者所有，如有侵权请联系本站删除。",
        "免责声明：本站转载的内容不代表本站立场。",
    ],
)
def test_the_tail_of_a_page_is_removed(line):
    assert cleaned(f"{BODY}{line}").rstrip("\n") == BODY.rstrip("\n")
    assert cleaned(f"{BODY}\n{line}\n返回顶部\n").rstrip("\n") == BODY.rstrip("\n")


@pytest.mark.parametrize(
    "line", ["首页 > 政务公开 > 通知公告", "当前位置：首页 > 通知", "字体：【大 中 小】", "浏览次数：1024"]
)
def test_the_head_of_a_page_is_removed(line):
    title = "关于推进产业工人队伍建设改革的实施意见\n"

    assert cleaned(f"{line}\n{title}{BODY}") == title + BODY


def test_the_names_of_related_articles_go_with_their_heading():
    tail = "相关阅读\n全省工会工作会议在杭州召开\n劳模风采巡礼\n"

    assert cleaned(BODY + tail) == BODY


def test_any_number_of_navigation_lines_is_removed_at_once():
    assert (
        cleaned("返回首页\n分享到微信\n" * 40 + "实施意见\n" + BODY + "返回顶部\n" * 40).strip()
        == ("实施意见\n" + BODY).strip()
    )


def test_who_wrote_a_text_stays_among_the_lines_of_its_page():
    text = f"{BODY}来源：浙江日报\n责任编辑：张三\n"

    assert cleaned(f"{text}返回顶部\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "要用好微信公众号、抖音号和视频号，打印本页和关闭窗口的做法要纠正。\n",
        "一是返回首页的链接要清楚。\n返回首页\n二是联系我们的电话要畅通。\n",
        "实施意见\n各地要抓好落实。\n微信公众号\n客户端\n各地要抓好宣传。\n",
        "版权所有的作品由省总工会登记。\n各地要抓好落实。\n",
        "各单位要作出声明：本网站转载的内容版权归原作者。\n各地要抓好落实。\n",
    ],
)
def test_words_of_navigation_in_the_body_stay(text):
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("各方麵要配合", "各方面要配合"),
        ("一係列措施", "一系列措施"),
        ("羊誌堅", "羊志坚"),
        ("關於產業工人隊伍建設改革", "关于产业工人队伍建设改革"),
        ("發展、頭髮、乾部、幹部", "发展、头发、干部、干部"),
        ("裡面、裏面", "里面、里面"),
        ("沿著這條道路", "沿着这条道路"),
        ("著名的著作", "著名的著作"),
    ],
)
def test_traditional_characters_are_written_as_simplified_ones(text, expected):
    assert cleaned(text) == expected


def test_characters_that_strayed_into_simplified_text_are_listed_with_their_places():
    rest = "加强产业工人队伍建设，维护职工权益，选树劳动模范，创新网络服务。"

    found = assert_accounted_for(f"各方麵(mian)要采取一係列措施，{rest}")

    assert found.text == f"各方面要采取一系列措施，{rest}"
    assert found.script == "simplified"
    assert [(each.start, each.text, each.replacement) for each in found.corrected] == [
        (2, "麵", "面"),
        (13, "係", "系"),
    ]


def test_a_text_in_the_traditional_script_is_told_and_is_no_list_of_corrections():
    found = assert_accounted_for("關於推進產業工人隊伍建設改革的實施意見")

    assert (found.script, found.corrected) == ("traditional", ())


def test_a_text_that_mixes_the_scripts_is_told():
    assert clean("關於推進產業工人隊伍建設改革\n关于推进产业工人队伍建设改革").script == "mixed"


@pytest.mark.parametrize(
    "text",
    [
        "杭州市临安区於潜镇",
        "王昇同志",
        "李喆、陈堃、赵犇",
        "乾隆年间",
        "甯波",
        "张龢",
        "著名劳模",
        "瞭望",
        "藉口",
        "乾坤",
    ],
)
def test_names_that_simplified_chinese_writes_so_stay(text):
    line = f"{text}出席全国产业工人队伍建设改革经验交流会议。"

    assert cleaned(line) == line


def test_characters_that_no_reader_sees_are_removed():
    assert cleaned("\ufeff产\u200b业\u00ad工人\r\n队伍\x00") == "产业工人\n队伍"


def test_pinyin_is_found_behind_characters_that_no_reader_sees():
    assert cleaned("工\u200b(gong)人") == "工人"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        BODY,
        "一、总体要求\n（一）指导思想。坚持党的领导（2021—2025年）。\n1.加强引领；\n",
        "附件：1.任务分工表\n      2.进度表\n",
        "序号\t任务\t牵头单位\n1\t技能提升\t省总工会\n",
        "浙江省总工会\n2024年3月1日\n",
        "（此件公开发布）\n",
        "12\n34\n",
        "Industrial workers (AI)\n",
    ],
)
def test_cleaning_a_clean_text_changes_nothing(text):
    found = assert_accounted_for(text)

    assert (found.text, found.removed, found.corrected) == (text, (), ())


def test_form_feeds_of_a_text_file_part_pages():
    pages = "\n\f".join(
        f"各级工会要做好第{name}项工作。\n- {n} -" for n, name in enumerate("甲乙丙", start=1)
    )

    assert cleaned(pages).split() == [f"各级工会要做好第{name}项工作。" for name in "甲乙丙"]


HAN = "工人党产业发展面系志坚的一二中国黨產業發麵係誌堅乾著後裡於潜昇著髮行长重乐曾"
WORDS = [
    *(
        "(gong)",
        "（ren）",
        "(dǎng)",
        "(chan ye)",
        "(mian)",
        "(bo)",
        "(zhao)",
        "(fa)",
        "(AI)",
        "(",
        ")",
        "（",
        "）",
    ),
    *("gong", "ren", " ", "  ", "\u3000", "\t", "\n", "\n\n", "\r\n", "\f", "\n\f", "\u200b", "\ufeff", "\r"),
    *(
        "。",
        "；",
        "，",
        "：",
        "、",
        "”",
        "1",
        "12",
        "（一）",
        "一、",
        "— 1 —",
        "第3页 共10页",
        "2/3",
        "\x85",
        "\u2028",
    ),
    *(CAPTION, f"\n{CAPTION}\n", "\n图为签约现场（浙江。）\n", "\n全省工会工作会议在杭州召开\n", "\n召開\n"),
    *(
        "\n返回顶部\n",
        "\n返回頂部\n",
        "\n上一篇：通知\n",
        "\n相关阅读\n",
        "\n來源：日報\n",
        "\n联系我们\n",
        "微信",
    ),
    *(
        "\n声明：本文转载自网络，版权归原作者所有。\n",
        "\n各地要抓好落实。\n",
        "\n浙江省总工会文件\n",
        "声明：版权",
    ),
]
TEXTS = st.lists(st.sampled_from([*HAN, *WORDS]), max_size=60).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.booleans())
@example("乾(gan)", False)
@example("發(bo)展", False)
@example("沿著(zhao)這條發展道路後", False)
@example("工(\ngong\n)返回顶部", False)
@example("— 1 —\n\f— 2 —\n— 3 —\n\f\f", False)
def test_every_removal_is_accounted_for_and_cleaning_again_changes_nothing(text, has_pages):
    assert_accounted_for(text, has_pages=has_pages)


@settings(deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_any_text_at_all_is_cleaned(text, has_pages):
    assert_accounted_for(text, has_pages=has_pages)


@settings(deadline=None)
@given(st.text(alphabet=[*HAN, *"()（） \ngonreda12āo\u0300\u200b\f"], max_size=80))
def test_any_mixture_of_brackets_and_letters_is_cleaned(text):
    assert_accounted_for(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*HAN, *"，。：；\n"]), max_size=60).map("".join))
def test_nothing_is_removed_where_there_are_no_brackets_and_no_lines_of_pages(text):
    assert clean(text).removed == ()


@settings(deadline=None)
@given(
    st.sampled_from("工人党产业长重乐"),
    st.sampled_from(["(一)", "(2021年)", "(AI)", "（试行）", "(Zhejiang)"]),
)
def test_brackets_without_a_reading_stay_behind_every_character(character, bracket):
    text = f"加强{character}{bracket}建设"

    assert clean(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "工" + "(gong)" * 300_000,
        "工" + "(gong)(AI)" * 100_000,
        "工(" + " " * 1_000_000,
        "工(gong" * 300_000,
        "本站转载" * 400_000 + "。",
        "声明：" * 400_000 + "。",
        "1" + " " * 500_000 + "x\n\f1",
        "第" + "\u3000" * 500_000 + "x\n\f1",
        "1\n\f" * 45_000,
        "— 1 —\n" * 45_000 + "\f\n",
        "返回顶部\n" * 45_000,
        "首页" + " " * 500_000 + "\nx",
        "浏览" + " " * 500_000 + "x\n",
        f"{CAPTION}\n" * 45_000,
        "，。" + "）" * 1_000_000 + "x",
        "產業麵係\n" * 45_000,
        "工人\u200b" * 300_000,
        "a\u0300" * 500_000,
    ],
)
@pytest.mark.parametrize("has_pages", [False, True])
def test_cleaning_takes_no_longer_for_a_text_made_to_take_long(text, has_pages):
    begun = time.perf_counter()
    clean(text, has_pages=has_pages)

    assert time.perf_counter() - begun < 20


def test_what_is_removed_from_a_long_text_is_still_pointed_at():
    text = "".join(f"第{number}条　工(gong)人\u200b发(fa)麵展。\n返回顶部\n" for number in range(500))

    found = assert_accounted_for(text)

    assert not re.search(r"[a-z\u200b麵]", found.text)
    assert found.text.count("返回顶部") == 499
