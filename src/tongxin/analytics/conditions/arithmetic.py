"""Compiles the numbers of a condition over one table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any, cast

import ibis
import ibis.expr.types as ir

from tongxin.analytics.conditions.dates import count_time, write_parameter
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
    TimeBetween,
)
from tongxin.analytics.conditions.magnitudes import INT64, Magnitude, either, measure_parameter
from tongxin.analytics.conditions.parameters import Parameters, ParameterValue
from tongxin.analytics.conditions.ratios import (
    Ratio,
    bound_integer,
    choose_value,
    join_ratios,
    widen,
    write_constant,
    write_whole,
)


class NumberCompiler(ABC):
    """Turns numbers into ratios over a table; conditions inside them are compiled by its heirs."""

    def __init__(self, table: ir.Table, day: Any, parameters: Parameters) -> None:
        self.table = table
        self.day = day
        self.parameters = parameters

    @abstractmethod
    def compile(self, part: Expression) -> Any:
        """Return the Ibis expression for any clause."""

    def find_column(self, field: FieldValue) -> Any:
        """Return the stored column of a field."""
        return self.table[f"related:{field.column}" if field.related else field.column]

    def compile_number(self, part: Expression) -> Ratio:
        """Return the ratio for a number."""
        match part:
            case Constant(value=value):
                return write_constant(cast(Decimal, value))
            case FieldValue(field=field):
                is_raw = part.type != INTEGER
                size = Magnitude(INT64, field.scale if is_raw else 1, raw=is_raw)
                return Ratio(self.find_column(part).cast("int64"), size.denominator, size)
            case DatedParameter():
                return self._compile_parameter(part)
            case Choice():
                return self._compile_choice(part)
            case Conversion(operand=operand):
                return Ratio(self.compile_number(operand).numerator, 1, Magnitude(INT64, raw=True))
            case TimeBetween(unit=unit, start=start, end=end):
                return Ratio(count_time(unit, self.compile(start), self.compile(end)), 1, Magnitude(INT64))
            case _:
                return self._compile_arithmetic(part)

    def _compile_arithmetic(self, part: Expression) -> Ratio:
        match part:
            case Opposite(operand=operand):
                result = self.compile_number(operand).checked().opposite()
            case Arithmetic(operator=sign, left=left, right=right):
                result = join_ratios(sign, self.compile_number(left), self.compile_number(right))
            case _:
                raise TypeError(f"no compiled form for {type(part).__name__}")
        if part.type != INTEGER:
            return result
        return Ratio(bound_integer(result.numerator, result.size.numerator), 1, Magnitude(INT64))

    def _compile_choice(self, part: Choice) -> Ratio:
        test = self.compile(part.test)
        yes, no = self.compile_number(part.positive).checked(), self.compile_number(part.negative).checked()
        size = either(yes.size, no.size)
        one, other = widen(yes.numerator, size.numerator), widen(no.numerator, size.numerator)
        numerator = choose_value(test, one, other)
        if size.fixed:
            return Ratio(numerator, yes.denominator, size)
        most = size.denominator
        denominator = choose_value(test, widen(yes.denominator, most), widen(no.denominator, most))
        return Ratio(numerator, denominator, size)

    def _compile_parameter(self, part: DatedParameter) -> Ratio:
        parameter = self.parameters[part.name]
        size = Magnitude(INT64) if part.type == INTEGER else measure_parameter(parameter)
        bound = 0 if part.type == INTEGER else size.numerator

        def write(value: ParameterValue) -> Any:
            return widen(write_whole(int(cast(Decimal, value) * size.denominator)), bound)

        key = None if part.key is None else self.compile(part.key)
        empty = widen(ibis.null("int64"), bound)
        return Ratio(write_parameter(parameter, key, self.find_day(), write, empty), size.denominator, size)

    def find_day(self) -> Any:
        """Return the evaluation date of each row."""
        return self.table[self.day] if isinstance(self.day, str) else ibis.literal(self.day)
