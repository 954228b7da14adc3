"""Expected names: GB/T 2261.1, GB/T 4658 and the eight skill grades of 2022."""

from __future__ import annotations

import pytest

from tongxin.codes.lists import UnknownCodeError, _build_list, fold, get_list, load_lists

LISTS = sorted(load_lists())


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("education", "大专", "junior_college"),
        ("education", "大学专科", "junior_college"),
        ("education", "本科", "bachelor"),
        ("education", " 大 专 ", "junior_college"),
        ("document_type", "居民身份证", "resident_id"),
        ("document_type", "身份证", "resident_id"),
        ("document_type", "台胞证", "taiwan_permit"),
        ("employment_form", "劳动合同", "contract"),
        ("employment_form", "劳务派遣", "dispatch"),
        ("employment_form", "新业态", "platform"),
        ("yes_no", "是", "yes"),
        ("yes_no", "否", "no"),
        ("yes_no", chr(0xFF39), "yes"),
        ("yes_no", "YES", "yes"),
        ("sex", "男", "male"),
        ("sex", "女性", "female"),
        ("skill_grade", "五级", "junior"),
        ("skill_grade", "三级" + chr(0xFF0F) + "高级工", "senior"),
        ("skill_grade", "高级工（三级）", "senior"),
        ("skill_grade", "高级工(三级)", "senior"),
        ("skill_grade", "首席技师", "chief_technician"),
        ("skill_grade", "无", "none"),
        ("union_membership_state", "保留会籍", "retained"),
        ("agreement_kind", "能级工资", "skill_pay"),
        ("group_role", "办公室主任", "office_director"),
    ],
)
def test_names_and_short_forms_are_found(name, text, code):
    entry = get_list(name).find(text)

    assert entry is not None
    assert entry.code == code


@pytest.mark.parametrize("text", ["", " ", "博士后", "大专生", "junior college x"])
def test_what_no_entry_is_called_is_not_guessed(text):
    assert get_list("education").find(text) is None


def test_the_eight_grades_and_their_certificate_digits():
    grades = [(e.rank, e.zh, e.digit) for e in get_list("skill_grade").entries]

    assert grades == [
        (0, "无", None),
        (1, "学徒工", None),
        (2, "初级工", "5"),
        (3, "中级工", "4"),
        (4, "高级工", "3"),
        (5, "技师", "2"),
        (6, "高级技师", "1"),
        (7, "特级技师", None),
        (8, "首席技师", None),
    ]


def test_the_five_dimensions_have_their_names():
    assert get_list("dimension").labels("zh-hans") == {
        "guidance": "思想引领",
        "contribution": "建功立业",
        "competence": "素质提升",
        "standing": "地位提高",
        "ranks": "队伍壮大",
    }
    assert get_list("dimension").labels("en")["ranks"] == "Ranks"


def test_age_bands_meet_without_gap():
    bands = get_list("age_band").entries

    assert bands[0].lower is None
    assert bands[-1].upper is None
    assert [(band.upper or 0) + 1 for band in bands[:-1]] == [band.lower for band in bands[1:]]


@pytest.mark.parametrize("name", LISTS)
def test_every_code_and_name_finds_its_own_entry(name):
    code_list = get_list(name)

    for entry in code_list.entries:
        assert code_list.entry(entry.code) is entry
        assert entry.code in code_list
        assert all(code_list.find(text) is entry for text in (entry.code, entry.zh, entry.en, *entry.aliases))


@pytest.mark.parametrize("name", LISTS)
def test_every_entry_has_a_plain_code_and_two_names(name):
    for entry in get_list(name).entries:
        assert entry.code.replace("_", "").isalnum()
        assert entry.code == entry.code.lower() or name == "industry_section"
        assert entry.code.isascii()
        assert entry.zh
        assert entry.en.isascii()


@pytest.mark.parametrize("name", [name for name in LISTS if get_list(name).ordered])
def test_ranks_of_an_ordered_list_rise(name):
    ranks = [entry.rank for entry in get_list(name).entries]

    assert ranks == sorted(set(ranks))


def test_an_unknown_list_or_code_is_named():
    with pytest.raises(UnknownCodeError, match="no code list “colour”"):
        get_list("colour")
    with pytest.raises(UnknownCodeError, match="The list sex has no code “男”"):
        get_list("sex").entry("男")


def test_one_text_does_not_name_two_codes():
    entries = [{"code": "a", "zh": "甲", "en": "A"}, {"code": "b", "zh": "乙", "en": "B", "aliases": ["甲"]}]

    with pytest.raises(ValueError, match="The list letters gives “甲” to two codes"):
        _build_list("letters", {"entries": entries})


def test_codes_keep_the_order_of_the_list():
    assert get_list("enterprise_size").codes() == ("micro", "small", "medium", "large")


def test_texts_for_whole_columns_are_folded():
    texts = get_list("yes_no").texts()

    assert texts["是"].code == "yes"
    assert all(fold(text) == text for text in texts)
