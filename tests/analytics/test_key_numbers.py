from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongxin.analytics.key_numbers import KeyNumbers, order_of

dense = st.lists(st.integers(0, 40), max_size=60)
sparse = st.lists(st.integers(-(2**60), 2**60), max_size=60)


@given(st.one_of(dense, sparse))
def test_keys_are_put_in_order_as_a_stable_sort_puts_them(keys: list[int]):
    found = order_of(np.array(keys, np.int64))

    assert found.tolist() == sorted(range(len(keys)), key=lambda row: keys[row])


@given(st.one_of(dense, sparse), st.lists(st.integers(-5, 2**60), max_size=20))
def test_a_key_has_its_number_among_those_offered(offered: list[int], others: list[int]):
    known = sorted(set(offered))
    asked = [*offered, *others]

    found = KeyNumbers(np.array(known, np.int64)).numbers(np.array(asked, np.int64))

    assert found.tolist() == [known.index(key) if key in known else -1 for key in asked]
