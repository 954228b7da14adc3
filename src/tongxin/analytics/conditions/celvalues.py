"""Stored values as celpy's evaluator sees them, and the operators where the product is exact.

Numbers with a fraction are exact here, where CEL has binary doubles; codes of an ordered list compare by
rank; an operator given two errors keeps the left one. All else is celpy's own.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, cast

from celpy import celtypes
from celpy.evaluation import CELEvalError, base_functions

from tongxin.analytics.conditions.expressions import Kind
from tongxin.analytics.conditions.lists import CodeList, rank_codes
from tongxin.analytics.conditions.magnitudes import MOST_STORED
from tongxin.analytics.conditions.names import type_of
from tongxin.analytics.conditions.parameters import ParameterValue
from tongxin.analytics.subjects import Field

Operator = Callable[..., Any]


class StoredNumber(Fraction):
    """A decimal straight from storage; its stored integer decides whether arithmetic may use it."""

    stored: int

    def __new__(cls, stored: int, scale: int) -> StoredNumber:
        """Return the number that a stored integer means."""
        number = super().__new__(cls, stored, scale)
        number.stored = stored
        return number


class CodeValue(celtypes.StringType):
    """A code with its rank, None where its list has no rank for it."""

    rank: int | None

    def __new__(cls, code: str, rank: int | None) -> CodeValue:
        """Return a code beside its rank."""
        value = cast(CodeValue, super().__new__(cls, code))
        value.rank = rank
        return value


def read_stored(field: Field, stored: object, code_lists: Mapping[str, CodeList]) -> Any:
    """Return celpy's value for a stored one.

    Raises
    ------
    TypeError
        Where a value is not what its field stores; a guess would decide about people.
    """
    kind = type_of(field).kind
    match stored:
        case bool() if kind is Kind.BOOLEAN:
            return celtypes.BoolType(stored)
        case bool() | datetime.datetime():
            pass
        case int() if kind is Kind.INTEGER:
            return celtypes.IntType(stored)
        case int() if kind is Kind.DECIMAL:
            return StoredNumber(stored, field.scale)
        case str() if kind is Kind.TEXT:
            return celtypes.StringType(stored)
        case str() if kind is Kind.CODE and field.code_list is not None:
            return read_code(stored, code_lists.get(field.code_list))
        case datetime.date() if kind is Kind.DATE:
            return read_date(stored)
    raise TypeError(f"field {field.name}: {stored!r} is not a stored {kind}")


def read_code(code: str, code_list: CodeList | None) -> CodeValue:
    """Return a code with its rank."""
    return CodeValue(code, rank_codes(code_list).get(code) if code_list is not None else None)


def read_date(day: datetime.date) -> Any:
    """Return the first instant of a day."""
    return celtypes.TimestampType(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC))


def read_parameter_value(value: ParameterValue) -> Any:
    """Return celpy's value for a parameter."""
    match value:
        case bool():
            return celtypes.BoolType(value)
        case int():
            return celtypes.IntType(value)
        case str():
            return celtypes.StringType(value)
        case datetime.date():
            return read_date(value)
        case _:
            return Fraction(value)


def first_error(*values: Any) -> CELEvalError | None:
    """Return the first value that is an error."""
    return next((value for value in values if isinstance(value, CELEvalError)), None)


def read_exact(value: Any) -> Any:
    """Return a written double as the decimal that was written; leave all else as it is."""
    return Fraction(repr(float(value))) if isinstance(value, celtypes.DoubleType) else value


def compare(name: str) -> Operator:
    """Return a comparison that is exact for decimals and by rank for codes."""
    native: Operator = base_functions[name]

    def comparison(left: Any, right: Any) -> Any:
        error = first_error(left, right)
        if error is not None:
            return error
        left, right = read_exact(left), read_exact(right)
        if isinstance(left, CodeValue) and isinstance(right, CodeValue) and name not in ("_==_", "_!=_"):
            if left.rank is None or right.rank is None:
                return CELEvalError("a code without a rank")
            left, right = celtypes.IntType(left.rank), celtypes.IntType(right.rank)
        return native(left, right)

    return comparison


def calculate(name: str) -> Operator:
    """Return an operation that is exact for decimals, and an error for stored ones that are too large."""
    native: Operator = base_functions[name]

    def operation(*operands: Any) -> Any:
        error = first_error(*operands)
        if error is not None:
            return error
        error = first_error(*(check_stored(each) for each in operands))
        return error or native(*(read_exact(each) for each in operands))

    return operation


def check_stored(value: Any) -> Any:
    """Return a value, or an error for a stored decimal too large to compute with."""
    if isinstance(value, StoredNumber) and abs(value.stored) > MOST_STORED:
        return CELEvalError("a stored number too large to compute with")
    return value


def choose(test: Any, positive: Any, negative: Any) -> Any:
    """Return one of two values, or the error of the test."""
    return check_stored(celtypes.logical_condition(test, positive, negative))


def find(item: Any, options: Any) -> Any:
    """Return whether a value is one of a list."""
    error = first_error(item, options)
    if error is not None:
        return error
    return celtypes.BoolType(any(read_exact(item) == read_exact(option) for option in options))


def join(native: Operator) -> Operator:
    """Return && or || that keeps the left of two errors.

    celpy raises a new error that quotes both, so that a row of missing facts doubles the text with each.
    """

    def junction(left: Any, right: Any) -> Any:
        if isinstance(left, CELEvalError) and isinstance(right, CELEvalError):
            return left
        return native(left, right)

    return junction


conjoin = join(celtypes.logical_and)
disjoin = join(celtypes.logical_or)


def fold_answers(form: str, answers: Iterable[Any]) -> Any:
    """Return the answer of `exists` or `all` from the answers for each row."""
    fold, result = (disjoin, False) if form == "exists" else (conjoin, True)
    total = celtypes.BoolType(result)
    for answer in answers:
        total = fold(total, answer)
    return total


OPERATORS: Mapping[str, Operator] = {
    **{name: compare(name) for name in ("_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_")},
    **{name: calculate(name) for name in ("_+_", "_-_", "_*_", "_/_", "-_")},
    "_in_": find,
    "_?_:_": choose,
    "_&&_": conjoin,
    "_||_": disjoin,
}
