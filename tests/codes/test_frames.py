"""Whole columns are judged as single codes are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tongxin.codes.credit_codes import is_valid_credit_code
from tongxin.codes.frames import (
    credit_code_valid_expr,
    identity_born_on_expr,
    identity_sex_expr,
    identity_valid_expr,
)
from tongxin.codes.identity_numbers import IdentityNumberError, parse_identity_number

TODAY = date(2026, 11, 23)
CREDIT_CODES = [
    "91110000600037341L",
    "91330109MA2CC0001R",
    "91110000600037341M",
    "91A10000600037341L",
    "91110000600037341l",
    "9111",
    "",
]
NUMBERS = [
    "11010519491231002X",
    "330113200002290014",
    "330113200102290011",
    "330106202611240018",
    "330106202611230012",
    "330106179912310013",
    "440524188001010014",
    "110105194912310021",
    "110105491231002",
    "3.30106E+17",
    "",
]


def is_identity_number(text: str) -> bool:
    try:
        return parse_identity_number(text, TODAY).number == text
    except IdentityNumberError:
        return False


def judge(expression: pl.Expr, values: Sequence[str | None]) -> list[bool | None]:
    table = pl.DataFrame({"value": values}, schema={"value": pl.String})
    return table.select(expression).to_series().to_list()


@given(st.lists(st.sampled_from(CREDIT_CODES) | st.text("0123456789ABXYZ", min_size=17, max_size=19)))
def test_a_column_of_credit_codes_is_judged_like_each_code(codes):
    assert judge(credit_code_valid_expr("value"), codes) == [is_valid_credit_code(code) for code in codes]


@given(st.lists(st.sampled_from(NUMBERS) | st.text("0123456789X", min_size=17, max_size=19)))
def test_a_column_of_identity_numbers_is_judged_like_each_number(numbers):
    assert judge(identity_valid_expr("value", TODAY), numbers) == [is_identity_number(n) for n in numbers]


def test_correct_codes_are_among_those_judged():
    assert judge(credit_code_valid_expr("value"), CREDIT_CODES[:3]) == [True, True, False]
    assert judge(identity_valid_expr("value", TODAY), NUMBERS[:3]) == [True, True, False]


def test_an_empty_cell_is_neither_right_nor_wrong():
    assert judge(credit_code_valid_expr("value"), [None]) == [None]
    assert judge(identity_valid_expr("value", TODAY), [None]) == [None]


def test_birth_date_and_sex_of_a_column():
    table = pl.DataFrame({"value": ["11010519491231002X", "330113200002290014", "330113200102290011", None]})

    read = table.select(born_on=identity_born_on_expr("value"), sex=identity_sex_expr("value"))

    assert read["born_on"].to_list() == [date(1949, 12, 31), date(2000, 2, 29), None, None]
    assert read["sex"].to_list() == ["female", "male", "male", None]
