"""By when: how deadlines are written, and the day that each means (from the calendar)."""

from __future__ import annotations

from datetime import date

import pytest

from tongxin.documents.deadlines import find_deadline, read_cell

ISSUED = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年6月底前", date(2026, 6, 30)),
        ("于2026年5月31日前", date(2026, 5, 31)),
        ("6月30日前", date(2026, 6, 30)),
        ("2月底前", date(2026, 2, 28)),
        ("2028年2月底前", date(2028, 2, 29)),
        ("到2035年", date(2035, 12, 31)),
        ("2027年底", date(2027, 12, 31)),
        ("年底前", date(2026, 12, 31)),
        ("年内", date(2026, 12, 31)),
        ("今年8月底前", date(2026, 8, 31)),
        ("明年1月10日前", date(2027, 1, 10)),
        ("2026年三季度", date(2026, 9, 30)),
        ("于2026年第四季度", date(2026, 12, 31)),
        ("二季度末前", date(2026, 6, 30)),
        ("上半年", date(2026, 6, 30)),
        ("2026年下半年", date(2026, 12, 31)),
        ("“十五五”末", date(2030, 12, 31)),
        ("“五一”前", date(2026, 4, 30)),
        ("本月底前", date(2026, 3, 31)),
        ("通知印发之日起15日内", date(2026, 3, 31)),
    ],
)
def test_a_deadline_means_its_last_day(text, day):
    assert find_deadline(f"{text}完成调查", ISSUED).day == day


@pytest.mark.parametrize(
    "text", ["每季度末", "每月5日前", "每年11月底前", "受理申请后10个工作日内", "长期坚持"]
)
def test_what_is_due_again_and_again_or_from_an_unknown_day_has_no_day(text):
    found = find_deadline(f"{text}报送进展", ISSUED)

    assert (bool(found.text), found.day) == (True, None)


@pytest.mark.parametrize(
    "text", ["2017年以来取得成效", "2025年度工作总结", "30日晚间", "第三季赛事", "2026年工作要点"]
)
def test_a_time_that_is_no_deadline_is_none(text):
    assert find_deadline(text, ISSUED).text == ""


def test_without_a_date_of_the_document_no_year_is_invented():
    assert find_deadline("6月30日前完成", None).day is None
    assert find_deadline("2026年6月30日前完成", None).day == date(2026, 6, 30)


def test_a_day_that_does_not_exist_is_no_day():
    assert find_deadline("2026年2月30日前完成", ISSUED).day is None
    assert find_deadline("13月底前完成", ISSUED).day is None


@pytest.mark.parametrize(
    ("cell", "day"), [("2026年12月", date(2026, 12, 31)), ("2027年", date(2027, 12, 31)), ("—", None)]
)
def test_a_cell_of_a_table_may_hold_a_bare_month_or_year(cell, day):
    assert read_cell(cell, ISSUED).day == day
