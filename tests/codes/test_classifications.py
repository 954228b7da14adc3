"""Expected counts: GB/T 4754-2017 as published (20, 97, 473, 1,381), and the occupations of 2022 as announced
(134 green ones; 97 digital ones, of which the source marks 95).
"""

from __future__ import annotations

from collections import Counter

import pytest

from tongxin.codes.industries import industry_named, load_industries, section_of
from tongxin.codes.occupations import find_occupation, load_occupations


def test_industries_are_complete():
    counts = Counter(industry.level for industry in load_industries().values())

    assert counts == {"section": 20, "division": 97, "group": 473, "class": 1381}


def test_manufacturing_is_complete():
    levels = Counter(i.level for i in load_industries().values() if i.code.startswith("C"))

    assert levels == {"section": 1, "division": 31, "group": 179, "class": 609}


def test_every_industry_has_its_parent():
    for industry in load_industries().values():
        assert (industry.parent is None) == (industry.level == "section")
        assert industry.parent is None or industry.parent in load_industries()


@pytest.mark.parametrize("code", ["C3311", "3311", " c3311 "])
def test_an_industry_is_found_with_and_without_its_letter(code):
    industry = industry_named(code)

    assert industry is not None
    assert (industry.code, industry.name_zh, industry.parent) == ("C3311", "金属结构制造", "C331")
    assert section_of(code) == industry_named("C")


@pytest.mark.parametrize("code", ["", "Z", "9999", "A3311", "制造业"])
def test_an_unknown_industry_is_none(code):
    assert industry_named(code) is None
    assert section_of(code) is None


def test_every_section_has_an_english_name():
    sections = [i for i in load_industries().values() if i.level == "section"]

    assert all(section.name_en for section in sections)
    assert [section.code for section in sections] == list("ABCDEFGHIJKLMNOPQRST")


def test_occupations_are_complete():
    occupations = load_occupations().values()

    assert sum(o.level == 1 for o in occupations) == 8
    assert sum(o.level == 4 for o in occupations) == 1632
    assert sum(o.is_green for o in occupations) == 134
    assert sum(o.is_digital for o in occupations) == 95
    assert sum(o.is_green and o.is_digital for o in occupations) == 23


@pytest.mark.parametrize("text", ["6-31-07-01", "工业机器人系统运维员", " 工业机器人 系统运维员"])
def test_an_occupation_is_found_by_code_and_by_name(text):
    occupation = find_occupation(text)

    assert occupation is not None
    assert (occupation.code, occupation.name_zh) == ("6-31-07-01", "工业机器人系统运维员")


@pytest.mark.parametrize("text", ["", "6-31-07-99", "机器人", "甘油制造工"])
def test_an_unknown_or_ambiguous_occupation_is_none(text):
    assert find_occupation(text) is None
