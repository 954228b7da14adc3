"""A query grows with the text of its condition, and not with a power of it."""

from __future__ import annotations

from datetime import date

import ibis
import pytest
from tests.analytics.conditions import cast

from tongxin.analytics.conditions.compiling import compile_condition


def length(text):
    rows = cast.as_table([{"worker": 1}], cast.COLUMNS)
    return len(ibis.to_sql(compile_condition(cast.parse(text), rows, at=cast.AT), dialect="duckdb"))


@pytest.mark.parametrize(
    "write",
    [
        lambda n: " + ".join(["worker.jobs"] * n) + " > 3",
        lambda n: "-" * n + "worker.jobs > 3",
        lambda n: "(" * n + "worker.employed" + " == worker.employed)" * n,
        lambda n: "(" * n + "worker.employed" + " ? worker.employed : worker.employed)" * n,
        lambda n: "(" + "worker.employed ? worker.jobs : " * n + "worker.jobs) > 3",
        lambda n: "at" + " - duration('24h')" * n + " > worker.born",
    ],
    ids=["sums", "signs", "comparisons", "tests", "choices", "days"],
)
def test_a_step_more_makes_the_query_longer_by_a_step(write):
    two, four, eight = (length(write(number)) for number in (2, 4, 8))

    assert eight - four <= 3 * (four - two)


def test_forty_whole_numbers_are_added_by_both_engines(both):
    text = " + ".join(["worker.jobs"] * 40)

    assert both(f"{text} == 120", {"worker.jobs": 3}) is True
    assert both(f"{text} > 0", {"worker.jobs": 2**63 // 40 + 1}) is None
    assert both(f"{text} > 0", {}) is None


def test_a_sum_that_leaves_64_bits_on_the_way_cannot_be_told(both):
    assert both("worker.jobs + 1 - 1 > 0", {"worker.jobs": 2**63 - 1}) is None
    assert both("worker.jobs - 1 + 1 < 0", {"worker.jobs": -(2**63) + 1}) is True


def test_a_date_that_leaves_the_calendar_on_the_way_cannot_be_told(both):
    there_and_back = "worker.hired + duration('72h') - duration('96h') < at"
    back_and_there = "worker.hired - duration('24h') + duration('48h') < at"

    assert both(there_and_back, {"worker.hired": date(9999, 12, 29)}) is None
    assert both(there_and_back, {"worker.hired": date(9999, 12, 28)}) is False
    assert both(back_and_there, {"worker.hired": date(1, 1, 1)}) is None
    assert both(back_and_there, {"worker.hired": date(1, 1, 2)}) is True
