"""How far a value has come: a table worked out by hand, and what holds for all numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongxin.analytics.attainment import attained_percent, has_moved, is_reached

NUMBERS = st.fractions(-1_000_000, 1_000_000, max_denominator=10_000)
PRINTED = st.decimals(-1_000_000, 1_000_000, places=4)
FLAG = st.booleans()


def better(one: Fraction, other: Fraction, *, lower: bool) -> bool:
    """Tell whether the one is the better of two different numbers."""
    return one < other if lower else one > other


# By hand: (value - baseline) / (target - baseline) * 100, held between 0 and 100.
@pytest.mark.parametrize(
    ("value", "target", "baseline", "lower", "percent"),
    [
        (32, 36, 30, False, Fraction(100, 3)),  # 2 of 6
        (35, 40, 30, False, 50),  # 5 of 10
        (50, 200, None, False, 25),  # 50 of 200
        (0, 200, None, False, 0),
        (-5, 200, None, False, 0),  # worse than nothing is nothing
        (29, 36, 30, False, 0),  # behind the baseline
        (36, 36, 30, False, 100),
        (48, 36, 30, False, 100),  # more than all is all
        (3, 2, 4, True, 50),  # 1 of 2 down
        (2.5, 2, 4, True, 75),  # 1.5 of 2 down
        (5, 2, 4, True, 0),  # risen instead
        (1, 2, 4, True, 100),
        (-15, -10, -20, False, 50),  # 5 of 10, below 0
        (Decimal("0.15"), Decimal("0.2"), Decimal("0.1"), False, 50),
        (0.15, Decimal("0.2"), 0.1, False, 50),  # a float says the number that it prints
    ],
)
def test_the_way_from_the_baseline_to_the_target(value, target, baseline, lower, percent) -> None:
    assert attained_percent(value, target, baseline, lower_is_better=lower) == percent


@pytest.mark.parametrize(
    ("value", "target", "baseline", "lower"),
    [
        (3, 2, None, True),  # a number that is to fall has no beginning of its own
        (2, 3, 3, False),  # it stood at the target already
        (2, 3, 5, False),  # it stood beyond the target
        (4, 3, 3, True),
        (4, 3, 1, True),
        (-5, 0, None, False),  # from 0 to 0
        (-5, -2, None, False),  # from 0, which is more than the target
    ],
)
def test_a_way_without_length_or_beginning_is_unknown_until_the_target_is_reached(
    value, target, baseline, lower
) -> None:
    assert attained_percent(value, target, baseline, lower_is_better=lower) is None
    assert attained_percent(target, target, baseline, lower_is_better=lower) == 100


@given(NUMBERS, NUMBERS, st.none() | NUMBERS, FLAG)
def test_all_is_said_of_what_is_reached_and_of_nothing_else(value, target, baseline, lower) -> None:
    percent = attained_percent(value, target, baseline, lower_is_better=lower)

    assert (percent == 100) == is_reached(value, target, lower_is_better=lower)
    assert percent is None or 0 <= percent <= 100


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, FLAG)
def test_a_better_value_has_never_come_less_far(one, other, target, baseline, lower) -> None:
    assume(better(one, other, lower=lower))

    further = attained_percent(one, target, baseline, lower_is_better=lower)
    less = attained_percent(other, target, baseline, lower_is_better=lower)

    if less is not None:
        assert further is not None
        assert further >= less


@given(NUMBERS, NUMBERS, st.fractions(0, 1, max_denominator=1_000))
def test_a_part_of_the_way_is_that_part_in_percent(baseline, target, part) -> None:
    assume(baseline != target)
    value = baseline + part * (target - baseline)

    assert attained_percent(value, target, baseline, lower_is_better=target < baseline) == 100 * part


@given(NUMBERS, NUMBERS, NUMBERS, FLAG)
def test_a_fall_is_a_rise_of_the_opposite_numbers(value, target, baseline, lower) -> None:
    here = attained_percent(value, target, baseline, lower_is_better=lower)
    there = attained_percent(-value, -target, -baseline, lower_is_better=not lower)

    assert here == there


@given(NUMBERS, NUMBERS, NUMBERS, st.fractions(Fraction(1, 100), 100), FLAG)
def test_the_unit_of_the_numbers_does_not_matter(value, target, baseline, factor, lower) -> None:
    here = attained_percent(value, target, baseline, lower_is_better=lower)
    there = attained_percent(value * factor, target * factor, baseline * factor, lower_is_better=lower)

    assert here == there


@given(NUMBERS, NUMBERS)
def test_what_rises_without_a_baseline_begins_at_nothing(value, target) -> None:
    assert attained_percent(value, target) == attained_percent(value, target, 0)


@given(PRINTED, PRINTED, FLAG)
def test_a_float_counts_as_the_number_that_it_prints(value, target, lower) -> None:
    as_float = float(value)
    assume(Decimal(str(as_float)) == value)

    assert is_reached(as_float, target, lower_is_better=lower) == is_reached(
        value, target, lower_is_better=lower
    )
    assert has_moved(as_float, target, lower_is_better=lower) == has_moved(
        value, target, lower_is_better=lower
    )


@given(NUMBERS, NUMBERS, FLAG)
def test_a_target_is_reached_by_itself_and_by_what_is_better(value, target, lower) -> None:
    assert is_reached(target, target, lower_is_better=lower)
    assert is_reached(value, target, lower_is_better=lower) == (
        value == target or better(value, target, lower=lower)
    )


@given(NUMBERS, NUMBERS)
def test_a_value_has_moved_one_way_only_and_not_where_it_stands(value, baseline) -> None:
    assert not has_moved(baseline, baseline)
    assert not has_moved(baseline, baseline, lower_is_better=True)
    assert has_moved(value, baseline) + has_moved(value, baseline, lower_is_better=True) == (
        value != baseline
    )
    assert has_moved(value, baseline) == (value > baseline)
