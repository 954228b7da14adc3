"""Expected days from the State Council's notices on the holidays of 2025 and 2026, counted on a calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.codes.working_days import (
    add_working_days,
    holidays_known_until,
    is_working_day,
    working_days_between,
)

# Over the edges of what is known, on both sides.
DAYS = st.dates(date(2002, 1, 1), date(2029, 12, 31))
FEW = st.integers(-60, 60)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # National Day and Mid-Autumn 2025: 1 to 8 October off, 28 September and 11 October worked.
        ("2025-09-27", False),
        ("2025-09-28", True),
        ("2025-09-30", True),
        ("2025-10-01", False),
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-10-11", True),
        ("2025-10-12", False),
        # Spring Festival 2026: 15 to 23 February off, 14 and 28 February worked.
        ("2026-02-13", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),
        # New Year 2026: 1 to 3 January off, Sunday 4 January worked.
        ("2026-01-01", False),
        ("2026-01-02", False),
        ("2026-01-04", True),
    ],
)
def test_holidays_are_off_and_make_up_days_on(day: str, expected: bool):
    assert is_working_day(date.fromisoformat(day)) is expected


def test_before_and_after_what_is_known_monday_to_friday_are_worked():
    day = holidays_known_until() + timedelta(days=1)
    week = [day + timedelta(days=passed) for passed in range(7)]

    assert [is_working_day(each) for each in week] == [each.weekday() < 5 for each in week]
    assert is_working_day(date(2003, 10, 1))


def test_what_is_known_ends_with_a_year_that_has_been_announced():
    assert holidays_known_until() >= date(2026, 12, 31)
    assert (holidays_known_until().month, holidays_known_until().day) == (12, 31)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2025-09-30", 4, "2025-10-13"),
        ("2025-10-09", -1, "2025-09-30"),
        ("2025-10-09", -3, "2025-09-28"),
        ("2025-10-03", 0, "2025-10-09"),
        ("2025-10-03", 1, "2025-10-09"),
        ("2025-10-03", -1, "2025-09-30"),
        ("2026-02-12", 2, "2026-02-14"),
        ("2026-02-12", 3, "2026-02-24"),
    ],
)
def test_days_are_added_and_taken_away_as_counted_by_hand(day: str, n: int, expected: str):
    assert add_working_days(date.fromisoformat(day), n) == date.fromisoformat(expected)


def test_the_working_days_of_a_month_are_as_many_as_its_notice_says():
    """October 2025: 23 weekdays, six (1-3 and 6-8) off, Saturday 11 worked. February 2026: 20 - 6 + 2."""
    assert working_days_between(date(2025, 9, 30), date(2025, 10, 31)) == 18
    assert working_days_between(date(2026, 1, 31), date(2026, 2, 28)) == 16
    assert working_days_between(date(2025, 10, 31), date(2025, 9, 30)) == -18


@given(DAYS, FEW)
def test_what_is_added_lies_on_a_working_day(day: date, n: int):
    assert is_working_day(add_working_days(day, n))


@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_agree(day: date, n: int):
    assert working_days_between(day, add_working_days(day, n)) == n


@given(DAYS, FEW)
def test_from_a_working_day_adding_and_counting_agree_in_both_directions(day: date, n: int):
    start = add_working_days(day, 0)

    assert working_days_between(start, add_working_days(start, n)) == n
    assert add_working_days(add_working_days(start, n), -n) == start


@given(DAYS)
def test_nothing_added_to_a_working_day_is_the_day(day: date):
    assert (add_working_days(day, 0) == day) is is_working_day(day)


@given(DAYS, st.integers(0, 300), st.integers(0, 300))
def test_counts_of_spans_that_follow_each_other_add_up(day: date, first: int, second: int):
    middle = day + timedelta(days=first)
    end = middle + timedelta(days=second)

    assert working_days_between(day, end) == working_days_between(day, middle) + working_days_between(
        middle, end
    )
    assert working_days_between(end, day) == -working_days_between(day, end)
