"""Deadlines and lateness over the May holiday of 2026: off from 1 to 5 May, Saturday 9 May is worked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tongxin.supervision.days import (
    count_between,
    days_late,
    deadline_of,
    idle_since_before,
    latest_due_late,
    latest_due_soon,
)

SPAN = [date(2026, 4, 20) + timedelta(days=passed) for passed in range(40)]


@pytest.mark.parametrize(
    ("due_on", "deadline"),
    [
        ((4, 30), (4, 30)),  # the last working day before the holiday
        ((5, 1), (5, 6)),  # a day off: the first working day after it
        ((5, 5), (5, 6)),
        ((5, 9), (5, 9)),  # a Saturday that is worked
        ((5, 10), (5, 11)),  # a Sunday that is not
    ],
)
def test_what_falls_due_on_a_day_off_is_due_on_the_next_working_day(due_on, deadline):
    assert deadline_of(date(2026, *due_on)) == date(2026, *deadline)


@pytest.mark.parametrize(
    ("due_on", "day", "late"),
    [
        ((4, 30), (4, 30), 0),
        ((4, 30), (5, 5), 0),  # five days off
        ((4, 30), (5, 6), 1),
        ((4, 30), (5, 9), 4),  # 6, 7, 8 and the worked Saturday
        ((4, 30), (5, 10), 4),  # the Sunday adds nothing
        ((4, 30), (5, 11), 5),
        ((5, 2), (5, 6), 0),
        ((5, 2), (5, 7), 1),
    ],
)
def test_lateness_counts_working_days_alone(due_on, day, late):
    assert days_late(date(2026, *due_on), date(2026, *day)) == late


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_the_bounds_for_the_database_say_the_same_as_counting(n):
    for day in SPAN:
        for other in SPAN:
            assert (days_late(other, day) >= n) == (other <= latest_due_late(day, n)), (other, day)
            assert (count_between(other, day) >= n) == (other < idle_since_before(day, n)), (other, day)
            is_ahead = other > latest_due_late(day)
            is_soon = count_between(day, deadline_of(other)) <= n
            assert (is_ahead and is_soon) == (is_ahead and other <= latest_due_soon(day, n)), (other, day)
