from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongxin.analytics.row_columns import calendar

NEVER = np.iinfo(np.int32).max


@given(st.lists(st.dates(), min_size=1))
def test_days_have_their_months_and_numbers(days: list[date]):
    counted = np.array([(day - date(1970, 1, 1)).days for day in days] + [NEVER], np.int32)

    assert calendar().month(counted).tolist() == [day.year * 12 + day.month for day in days] + [0]
    numbers = [day.year * 10_000 + day.month * 100 + day.day for day in days]
    assert calendar().number(counted).tolist() == [*numbers, 0]
