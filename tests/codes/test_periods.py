"""Expected days by the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.codes.periods import (
    Period,
    PeriodError,
    PeriodKind,
    last_complete,
    periods_between,
    window_of,
)

YEAR, QUARTER, MONTH = PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH
KINDS = st.sampled_from(list(PeriodKind))
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
PERIODS = st.builds(Period.containing, DAYS, KINDS)


@pytest.mark.parametrize(
    ("text", "kind", "first_day", "last_day"),
    [
        ("2026", YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        ("2026Q1", QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q3", QUARTER, date(2026, 7, 1), date(2026, 9, 30)),
        ("2024-02", MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-09", MONTH, date(2026, 9, 1), date(2026, 9, 30)),
        ("2026-12", MONTH, date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_lasts_from_its_first_to_its_last_day(text, kind, first_day, last_day):
    period = Period.parse(text)

    assert (period.kind, period.first_day, period.last_day) == (kind, first_day, last_day)
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026Q5", "2026Q0", "2026-13", "2026-00", "2026-9", "2026/09", "20260", "0000", "2026 Q3"],
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(PeriodError):
        Period.parse(text)


def test_the_refusal_says_what_to_write():
    with pytest.raises(PeriodError, match="“2026-Q3” is not a period; write a year 2026, a quarter 2026Q3"):
        Period.parse("2026-Q3")


def test_a_quarter_may_be_written_small():
    assert Period.parse(" 2026q3 ") == Period(QUARTER, 2026, 3)


@pytest.mark.parametrize(
    ("text", "next_text", "previous_text", "year_before"),
    [
        ("2026", "2027", "2025", "2025"),
        ("2026Q4", "2027Q1", "2026Q3", "2025Q4"),
        ("2026Q1", "2026Q2", "2025Q4", "2025Q1"),
        ("2026-12", "2027-01", "2026-11", "2025-12"),
        ("2026-01", "2026-02", "2025-12", "2025-01"),
    ],
)
def test_neighbours_of_a_period(text, next_text, previous_text, year_before):
    period = Period.parse(text)

    assert str(period.next()) == next_text
    assert str(period.previous()) == previous_text
    assert str(period.year_before()) == year_before


@pytest.mark.parametrize("period", [Period(YEAR, 9999), Period(QUARTER, 9999, 4), Period(MONTH, 9999, 12)])
def test_nothing_follows_the_last_period_of_the_calendar(period):
    with pytest.raises(PeriodError):
        period.next()


@given(PERIODS)
def test_reading_what_was_written_gives_the_same_period(period):
    assert Period.parse(str(period)) == period
    assert hash(Period.parse(str(period))) == hash(period)


@given(PERIODS)
def test_periods_of_a_kind_leave_no_gap_and_do_not_overlap(period):
    assert period.next().first_day == period.last_day + timedelta(days=1)
    assert period.next().previous() == period
    assert period.previous() < period < period.next()


@given(DAYS, KINDS)
def test_a_day_lies_in_the_period_that_contains_it(day, kind):
    period = Period.containing(day, kind)

    assert period.first_day <= day <= period.last_day
    assert period.year == day.year


@pytest.mark.parametrize(
    ("cut_on", "kind", "expected"),
    [
        (date(2026, 9, 30), MONTH, "2026-09"),
        (date(2026, 9, 30), QUARTER, "2026Q3"),
        (date(2026, 9, 30), YEAR, "2025"),
        (date(2026, 9, 29), MONTH, "2026-08"),
        (date(2026, 9, 29), QUARTER, "2026Q2"),
        (date(2026, 12, 31), YEAR, "2026"),
        (date(2026, 1, 1), QUARTER, "2025Q4"),
    ],
)
def test_a_period_is_complete_on_its_last_day(cut_on, kind, expected):
    assert str(last_complete(cut_on, kind)) == expected


@given(DAYS, KINDS)
def test_no_later_period_is_complete(cut_on, kind):
    period = last_complete(cut_on, kind)

    assert period.last_day <= cut_on < period.next().last_day


def test_a_range_holds_both_its_ends():
    run = periods_between(Period.parse("2025Q3"), Period.parse("2026Q2"))

    assert [str(period) for period in run] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert periods_between(run[0], run[0]) == (run[0],)
    assert periods_between(run[1], run[0]) == ()


def test_a_range_of_two_kinds_is_refused():
    with pytest.raises(PeriodError, match="2025 is a year and 2026Q2 a quarter"):
        periods_between(Period.parse("2025"), Period.parse("2026Q2"))


@pytest.mark.parametrize(
    ("period", "last", "of", "first_day", "last_day"),
    [
        ("2026Q3", 4, QUARTER, date(2025, 10, 1), date(2026, 9, 30)),
        ("2026-09", 4, QUARTER, date(2025, 10, 1), date(2026, 9, 30)),
        ("2026-08", 4, QUARTER, date(2025, 9, 1), date(2026, 8, 31)),
        ("2026", 4, QUARTER, date(2026, 1, 1), date(2026, 12, 31)),
        ("2026Q2", 1, YEAR, date(2025, 7, 1), date(2026, 6, 30)),
        ("2024-02", 1, MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-01", 2, MONTH, date(2025, 12, 1), date(2026, 1, 31)),
    ],
)
def test_a_window_ends_with_its_period(period, last, of, first_day, last_day):
    assert window_of(Period.parse(period), last, of) == (first_day, last_day)


@given(PERIODS, st.integers(1, 60))
def test_a_window_of_the_same_kind_is_a_run_of_periods(period, last):
    first = period
    for _ in range(last - 1):
        first = first.previous()

    assert window_of(period, last, period.kind) == (first.first_day, period.last_day)


@pytest.mark.parametrize("last", [0, -1])
def test_a_window_holds_at_least_one_period(last):
    with pytest.raises(PeriodError, match="at least one quarter"):
        window_of(Period.parse("2026Q3"), last, QUARTER)


def test_a_window_does_not_begin_before_the_calendar():
    with pytest.raises(PeriodError, match="before the calendar begins"):
        window_of(Period.parse("2026Q3"), 2026, YEAR)


def test_of_periods_that_end_together_the_shorter_comes_first():
    texts = ["2027-01", "2026", "2026Q4", "2026-12", "2026-10", "2026Q3"]

    assert [str(p) for p in sorted(map(Period.parse, texts))] == [
        "2026Q3", "2026-10", "2026-12", "2026Q4", "2026", "2027-01",
    ]  # fmt: skip


@given(PERIODS, PERIODS)
def test_two_periods_are_equal_or_one_is_before(one, other):
    assert (one < other) + (one == other) + (one > other) == 1


def test_a_period_does_not_compare_with_its_text():
    with pytest.raises(TypeError):
        assert Period.parse("2026") < "2027"
