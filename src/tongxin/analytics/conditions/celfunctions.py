"""The declared functions as celpy calls them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError

from tongxin.analytics.conditions.celvalues import (
    OPERATORS,
    Operator,
    StoredNumber,
    read_code,
    read_date,
    read_parameter_value,
)
from tongxin.analytics.conditions.functions import GRADE_LIST
from tongxin.analytics.conditions.lists import CodeList
from tongxin.analytics.conditions.parameters import Parameters

MONTHS_IN_YEAR = 12


def declare_functions(
    code_lists: Mapping[str, CodeList], parameters: Parameters, at: date | None
) -> Mapping[str, Operator]:
    """Return the functions and operators that the evaluator may call for one row.

    `has` is a macro of celpy and `duration` its own function.
    """

    def give_code(list_name: str, code: str) -> Any:
        return read_code(str(code), code_lists[str(list_name)])

    def give_parameter(name: str, key: str = "") -> Any:
        return look_up(parameters, str(name), str(key), at)

    return {
        **OPERATORS,
        "date": lambda text: read_date(date.fromisoformat(str(text))),
        "grade": lambda code: give_code(GRADE_LIST, code),
        "code": give_code,
        "parameter": give_parameter,
        "double": lambda whole: StoredNumber(int(whole), 1),
        "years_between": lambda start, end: celtypes.IntType(_toward_zero(_months(start, end))),
        "months_between": lambda start, end: celtypes.IntType(_months(start, end)),
    }


def look_up(parameters: Parameters, name: str, key: str, at: date | None) -> Any:
    """Return the value of a parameter in force for a key on a day, or an error where there is none."""
    if name not in parameters:
        raise LookupError(f"the condition needs the parameter {name}, which is not given")
    rows = [row for row in parameters[name].rows if row.key == key or not parameters[name].keyed]
    past = [row for row in rows if at is not None and row.valid_from <= at]
    if not past:
        return CELEvalError(f"no value of {name} for {key} on {at}")
    return read_parameter_value(max(past, key=lambda row: row.valid_from).value)


def _months(start: date, end: date) -> int:
    """Return the completed months between two instants: the largest number that does not pass the end."""
    if end < start:
        return -_months(end, start)
    first, last = (start.year, start.month), (end.year, end.month)
    months = (last[0] - first[0]) * MONTHS_IN_YEAR + last[1] - first[1]
    return months - 1 if end.day < start.day else months


def _toward_zero(months: int) -> int:
    return -(-months // MONTHS_IN_YEAR) if months < 0 else months // MONTHS_IN_YEAR
