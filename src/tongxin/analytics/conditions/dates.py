"""Dates and dated parameters in the compiled reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import ibis

from tongxin.analytics.conditions.parameters import Parameter, ParameterValue


def shift_date(day: Any, steps: Sequence[int]) -> Any:
    """Return a date moved by steps of days, unknown where one leaves the years 1 to 9999 that CEL knows.

    All steps are taken at once: one by one, each would double the query.
    """
    ways = list(accumulate(steps))
    first = date.min - timedelta(days=min(0, *ways))
    last = date.max - timedelta(days=max(0, *ways))
    moved = (day + ibis.interval(days=ways[-1])).cast("date")
    return ibis.cases((day.between(ibis.literal(first), ibis.literal(last)), moved))


def count_time(unit: str, start: Any, end: Any) -> Any:
    """Return the completed years or months between two dates, negative where the second is earlier."""
    count = count_years if unit == "years" else count_months
    return ibis.cases((start <= end, count(start, end)), (start > end, -count(end, start)))


def count_months(start: Any, end: Any) -> Any:
    """Return the completed months to a later date."""
    whole = (end.year() - start.year()).cast("int64") * 12 + (end.month() - start.month())
    return whole - (end.day() < start.day()).cast("int64")


def count_years(start: Any, end: Any) -> Any:
    """Return the completed years to a later date."""
    is_before_anniversary = (end.month() * 100 + end.day()) < (start.month() * 100 + start.day())
    return (end.year() - start.year()).cast("int64") - is_before_anniversary.cast("int64")


def write_parameter(
    parameter: Parameter, key: Any, day: Any, write: Callable[[ParameterValue], Any], empty: Any
) -> Any:
    """Return the value in force on a day for a key, unknown where there is none.

    Keys that share a value and its dates share a branch, so the number of branches follows the number of
    decisions made, not of places they are made for.
    """
    branches: dict[tuple[date, date | None, ParameterValue], list[str]] = {}
    by_key: dict[str, list[tuple[date, ParameterValue]]] = {}
    for row in sorted(parameter.rows, key=lambda row: (row.key, row.valid_from)):
        by_key.setdefault(row.key, []).append((row.valid_from, row.value))
    for name, dated in by_key.items():
        untils = [valid_from for valid_from, _ in dated[1:]] + [None]
        for (valid_from, value), until in zip(dated, untils, strict=True):
            branches.setdefault((valid_from, until, value), []).append(name)
    cases = []
    for (valid_from, until, value), keys in branches.items():
        holds = day >= ibis.literal(valid_from)
        if until is not None:
            holds &= day < ibis.literal(until)
        cases.append((holds if key is None else holds & key.isin(keys), write(value)))
    return ibis.cases(*cases) if cases else empty
