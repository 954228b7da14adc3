"""Exact numbers in the compiled reading: a numerator over a denominator, both whole and the latter positive.

Whole numbers are kept in 64 bits where the bounds of `magnitudes` allow it, else in 38 digits. Nothing is
rounded, so no row changes sides at a threshold, and no NaN or infinity can arise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import ibis
import ibis.expr.types as ir

from tongxin.analytics.conditions.magnitudes import INT64, MOST_STORED, Magnitude, combine

WIDE = "decimal(38, 0)"
YES = ibis.literal(True)  # noqa: FBT003 a literal has no other argument
NO = ibis.literal(False)  # noqa: FBT003 a literal has no other argument


@dataclass(frozen=True)
class Ratio:
    """A number in each row, with bounds; the denominator is an int where it is the same in each row."""

    numerator: Any
    denominator: Any
    size: Magnitude

    def checked(self) -> Ratio:
        """Return the number, unknown where storage holds one too large for exact arithmetic."""
        if not self.size.raw:
            return self
        fits = self.numerator.between(-MOST_STORED, MOST_STORED)
        return Ratio(ibis.cases((fits, self.numerator)), self.denominator, self.size.checked())

    def opposite(self) -> Ratio:
        """Return the number with the other sign."""
        return Ratio(-widen(self.numerator, self.size.numerator), self.denominator, self.size)


def write_whole(value: int) -> ir.Value:
    """Return a literal whole number."""
    if abs(value) < INT64:
        return ibis.literal(value, type="int64")
    return ibis.literal(Decimal(value), type=WIDE)


def widen(value: Any, bound: int) -> Any:
    """Return a whole number in a type that holds the bound."""
    if isinstance(value, int):
        value = write_whole(value)
    return value if bound < INT64 else value.cast(WIDE)


def write_constant(value: int | Decimal) -> Ratio:
    """Return the number for a written value."""
    numerator, denominator = value.as_integer_ratio()
    return Ratio(write_whole(numerator), denominator, Magnitude(abs(numerator), denominator))


def multiply(left: Any, right: Any, bound: int) -> Any:
    """Return a product of whole numbers whose size is at most the bound."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    if isinstance(right, int) and right == 1:
        return widen(left, bound)
    if isinstance(left, int) and left == 1:
        return widen(right, bound)
    return widen(left, bound) * widen(right, bound)


def join_ratios(operator: str, left: Ratio, right: Ratio) -> Ratio:
    """Return the sum, difference, product or quotient of two numbers; a quotient by zero is unknown."""
    left, right = left.checked(), right.checked()
    size = combine(operator, left.size, right.size)
    most, denominator_most = size.numerator, size.denominator
    if operator == "*":
        return Ratio(
            multiply(left.numerator, right.numerator, most),
            multiply(left.denominator, right.denominator, denominator_most),
            size,
        )
    if operator == "/":
        return divide_ratios(left, right, size)
    if left.size.fixed and right.size.fixed and left.denominator == right.denominator:
        one, other, denominator = left.numerator, right.numerator, left.denominator
    else:
        one = multiply(left.numerator, right.denominator, most)
        other = multiply(right.numerator, left.denominator, most)
        denominator = multiply(left.denominator, right.denominator, denominator_most)
    one, other = widen(one, most), widen(other, most)
    return Ratio(one + other if operator == "+" else one - other, denominator, size)


def divide_ratios(left: Ratio, right: Ratio, size: Magnitude) -> Ratio:
    """Return a quotient whose denominator is positive, unknown where the divisor is zero."""
    divisor = widen(right.numerator, right.size.numerator)
    product = multiply(left.numerator, right.denominator, size.numerator)
    product = widen(product, size.numerator)
    numerator = ibis.cases((divisor > 0, product), (divisor < 0, -product))
    # An unknown numerator is enough to make the quotient unknown; the denominator only must not be zero.
    denominator = multiply(left.denominator, divisor.abs(), size.denominator)
    return Ratio(numerator, denominator, size)


def bound_integer(numerator: Any, bound: int) -> Any:
    """Return a whole number, unknown where it leaves 64 bits: CEL's overflow.

    The number is named once, as everywhere in a chain: named twice, each step would double the query.
    """
    if bound < INT64:
        return numerator
    # DuckDB 1.5 compares with a bare TRY_CAST as if nothing could overflow; | 0 stands in between.
    return numerator.try_cast("int64") | write_whole(0)


def choose_value(test: Any, positive: Any, negative: Any) -> Any:
    """Return one of two values, unknown where the test is; the test is named once."""
    return test.cast("int8").cases((1, positive), (0, negative))


def compare_ratios(
    symbol: str, apply: Callable[[Any, Any], Any], left: Ratio, right: Ratio, constant: Fraction | None
) -> Any:
    """Return the comparison of two numbers; `constant` is the right one where it is written."""
    if constant is not None and left.size.fixed:
        return compare_with_constant(symbol, apply, left.numerator, constant * left.denominator)
    if left.size.fixed and right.size.fixed and left.denominator == right.denominator:
        return apply(left.numerator, right.numerator)
    crosswise = max(
        left.size.numerator * right.size.denominator, right.size.numerator * left.size.denominator
    )
    return apply(
        widen(multiply(left.numerator, right.denominator, crosswise), crosswise),
        widen(multiply(right.numerator, left.denominator, crosswise), crosswise),
    )


def compare_with_constant(
    symbol: str, apply: Callable[[Any, Any], Any], numerator: Any, threshold: Fraction
) -> Any:
    """Return the comparison of a whole number with a threshold that may lie between two whole numbers."""
    if symbol in ("==", "!=") and threshold.denominator != 1:
        return ibis.cases((numerator.notnull(), ibis.literal(symbol == "!=")))
    # At least and below meet at the next whole number up, at most and above at the next one down.
    whole = ceil(threshold) if symbol in (">=", "<") else floor(threshold)
    return apply(numerator, write_whole(whole))


def find_ratio(item: Ratio, constants: Iterable[Fraction]) -> Any:
    """Return whether a number of fixed denominator is one of some constants."""
    wanted = [constant * item.denominator for constant in constants]
    whole = [write_whole(int(value)) for value in wanted if value.denominator == 1]
    if not whole:
        return ibis.cases((item.numerator.notnull(), NO))
    return item.numerator.isin(whole)


SWAPPED: Mapping[str, str] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
