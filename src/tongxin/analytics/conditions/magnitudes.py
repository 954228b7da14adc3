"""How large the numbers of a condition can become, so that both engines stay exact.

A decimal is a fraction of two whole numbers. The compiled reading computes it in integers of at most 38
digits; a condition whose numbers could outgrow them is refused before it is ever run.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

from tongxin.analytics.conditions.expressions import (
    INTEGER,
    Arithmetic,
    Choice,
    Constant,
    Conversion,
    DatedParameter,
    Expression,
    FieldValue,
    Opposite,
)
from tongxin.analytics.conditions.parameters import MOST_INTEGER, Parameter, Parameters

INT64 = MOST_INTEGER + 1
MOST_STORED = 10**15
"""A stored number beyond this, in arithmetic on decimals, cannot be told (10 trillion yuan in fen)."""
MOST_EXACT = 10**38 - 1


@dataclass(frozen=True)
class Magnitude:
    """Bounds of a number's numerator and denominator."""

    numerator: int
    denominator: int = 1
    fixed: bool = True
    """The denominator is the same in each row: it equals its bound."""
    raw: bool = False
    """The numerator comes straight from storage, without a check of its size."""

    def checked(self) -> Magnitude:
        """Return the bounds after numbers too large for exact arithmetic have been set aside."""
        return Magnitude(MOST_STORED, self.denominator, self.fixed) if self.raw else self

    @property
    def is_exact(self) -> bool:
        """Whether the number fits into 38 digits."""
        return self.numerator <= MOST_EXACT and self.denominator <= MOST_EXACT


def measure(expression: Expression, parameters: Parameters) -> Magnitude:
    """Return the bounds of a number."""
    match expression:
        case Constant(value=value):
            numerator, denominator = value.as_integer_ratio()  # type: ignore[union-attr]
            return Magnitude(abs(numerator), denominator)
        case FieldValue(field=field) if expression.type != INTEGER:
            return Magnitude(INT64, field.scale, raw=True)
        case DatedParameter(name=name) if expression.type != INTEGER:
            return measure_parameter(parameters[name])
        case Choice(positive=positive, negative=negative):
            return either(measure(positive, parameters).checked(), measure(negative, parameters).checked())
        case Conversion():
            return Magnitude(INT64, raw=True)
        case Opposite(operand=operand):
            inside = measure(operand, parameters)
            return inside if expression.type == INTEGER else inside.checked()
        case Arithmetic(operator=operator, left=left, right=right):
            combined = combine(operator, measure(left, parameters), measure(right, parameters))
            return Magnitude(min(combined.numerator, INT64)) if expression.type == INTEGER else combined
        case _:
            return Magnitude(INT64)


def measure_parameter(parameter: Parameter) -> Magnitude:
    """Return the bounds of a decimal parameter, all of whose values share one denominator."""
    ratios = [row.value.as_integer_ratio() for row in parameter.rows]  # type: ignore[union-attr]
    shared = lcm(*(denominator for _, denominator in ratios))
    largest = max((abs(numerator) * (shared // denominator) for numerator, denominator in ratios), default=0)
    return Magnitude(largest, shared)


def either(one: Magnitude, other: Magnitude) -> Magnitude:
    """Return the bounds of one of two numbers."""
    return Magnitude(
        max(one.numerator, other.numerator),
        max(one.denominator, other.denominator),
        fixed=one.fixed and other.fixed and one.denominator == other.denominator,
    )


def combine(operator: str, left: Magnitude, right: Magnitude) -> Magnitude:
    """Return the bounds of a sum, difference, product or quotient."""
    left, right = left.checked(), right.checked()
    match operator:
        case "+" | "-" if left.fixed and right.fixed and left.denominator == right.denominator:
            return Magnitude(left.numerator + right.numerator, left.denominator)
        case "+" | "-":
            numerator = left.numerator * right.denominator + right.numerator * left.denominator
            return Magnitude(numerator, left.denominator * right.denominator, left.fixed and right.fixed)
        case "*":
            numerator = left.numerator * right.numerator
            return Magnitude(numerator, left.denominator * right.denominator, left.fixed and right.fixed)
        case _:
            numerator = left.numerator * right.denominator
            return Magnitude(numerator, left.denominator * right.numerator, fixed=False)


def is_comparable(left: Magnitude, right: Magnitude) -> bool:
    """Tell whether two numbers can be compared exactly."""
    crosswise = max(left.numerator * right.denominator, right.numerator * left.denominator)
    return left.is_exact and right.is_exact and crosswise <= MOST_EXACT
