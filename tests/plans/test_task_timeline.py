"""Bars on a line of months, by hand: a month is 56 wide."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import begin, enter

from tongxin.plans.task_timeline import MONTH, MOST_MONTHS, draw_line


def test_months_run_from_the_first_day_to_the_last():
    line = draw_line([(date(2025, 11, 20), date(2026, 2, 1)), (None, date(2026, 1, 5))], date(2026, 1, 16))

    assert [(each.number, each.year) for each in line.months] == [
        (11, 2025),
        (12, None),
        (1, 2026),
        (2, None),
    ]
    assert line.width == 4 * MONTH
    # Half of January (15 of 31 days) after two months.
    assert line.today_x == pytest.approx(2 * MONTH + MONTH * 15 / 31, abs=0.1)


def test_a_bar_reaches_from_its_first_day_to_the_end_of_its_last():
    line = draw_line([(date(2026, 1, 1), date(2026, 3, 31))], date(2026, 1, 1))

    bar = line.bar(date(2026, 2, 1), date(2026, 2, 28), 50)

    assert bar.x == MONTH
    assert bar.width == pytest.approx(MONTH, abs=0.5)
    assert bar.done_width == pytest.approx(bar.width / 2, abs=0.1)
    assert not bar.is_point


def test_a_day_without_a_beginning_is_a_point():
    line = draw_line([(None, date(2026, 1, 31))], date(2020, 1, 1))
    bar = line.bar(None, date(2026, 1, 31), None)

    assert (bar.is_point, bar.width, bar.done_width) == (True, 0, 0)
    assert line.today_x is None


def test_what_is_longer_than_can_be_read_is_cut_around_today():
    spans = [(date(2000, 1, 1), date(2099, 12, 31))]
    line = draw_line(spans, date(2026, 6, 1))
    bar = line.bar(*spans[0], 100)

    assert len(line.months) == MOST_MONTHS
    assert line.first == date(2025, 6, 1)
    assert (bar.begins_earlier, bar.ends_later) == (True, True)
    assert (bar.x, bar.width) == (0, line.width)


@pytest.mark.parametrize("due_on", [date(1900, 1, 1), date(2100, 1, 1)])
def test_a_bar_beside_the_drawing_stays_at_its_edge(due_on):
    line = draw_line([(date(1900, 1, 1), date(2100, 1, 1))], date(2026, 6, 1))
    bar = line.bar(due_on, due_on, 10)

    assert 0 <= bar.x <= line.width
    assert bar.width == 0


def test_nothing_at_all_is_the_month_of_today():
    assert [each.number for each in draw_line([], date(2026, 6, 1)).months] == [6]


@time_machine.travel("2026-06-11T12:00:00+08:00", tick=False)
def test_the_page_says_late_in_words_and_lists_what_has_no_day(cast: Cast):
    plan = begin(cast.xiaoshan)
    enter(plan, "late one", starts_on=date(2026, 1, 1), due_on=date(2026, 6, 1))
    enter(plan, "some day", due_text="年底前")

    answer = client_of(cast.office_of_xiaoshan).get(f"/tasks/?at={cast.xiaoshan.code}&view=timeline")

    assert "10 days late" in answer.text
    assert "2026-01-01" in answer.text
    assert [row.task.title for row in answer.context["undated"]] == ["some day"]
    assert "年底前" in answer.text
    assert [each.row.task.title for each in answer.context["drawn"]] == ["late one"]
