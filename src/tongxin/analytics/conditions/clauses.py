"""Compiles the clauses of a condition over one table."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any, cast

import ibis
import ibis.expr.types as ir

from tongxin.analytics.conditions.arithmetic import NumberCompiler
from tongxin.analytics.conditions.dates import shift_date, write_parameter
from tongxin.analytics.conditions.expressions import (
    BOOLEAN,
    DURATION,
    Arithmetic,
    Choice,
    Comparison,
    Condition,
    Conjunction,
    Constant,
    DatedParameter,
    Disjunction,
    EvaluationDate,
    Expression,
    FieldValue,
    Kind,
    Membership,
    Negation,
    Presence,
    Quantifier,
)
from tongxin.analytics.conditions.lists import rank_codes
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.conditions.ratios import (
    SWAPPED,
    choose_value,
    compare_ratios,
    find_ratio,
    write_constant,
)
from tongxin.analytics.conditions.typing import NUMBERS

EvaluationDay = str | date
"""The name of a date column, or one day for all rows."""

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class ClauseCompiler(NumberCompiler):
    """Turns clauses into Ibis expressions over a table."""

    def __init__(
        self,
        condition: Condition,
        parameters: Parameters,
        table: ir.Table,
        day: EvaluationDay | None,
        answered: Mapping[Quantifier, str],
    ) -> None:
        """Take the table and, for each quantifier, the column that holds its answer."""
        super().__init__(table, day, parameters)
        self.condition = condition
        self.answered = answered

    def compile(self, part: Expression) -> Any:
        """Return the Ibis expression for a clause."""
        match part:
            case Conjunction(parts=parts):
                return reduce(operator.and_, (self.compile(each) for each in parts))
            case Disjunction(parts=parts):
                return reduce(operator.or_, (self.compile(each) for each in parts))
            case Negation(operand=operand):
                return ~self.compile(operand)
            case Comparison():
                return self._compile_comparison(part)
            case Membership():
                return self._compile_membership(part)
            case Presence(of=field):
                return self.find_column(field).notnull()
            case Quantifier():
                return self.table[self.answered[part]]
            case _:
                return self._compile_value(part)

    def _compile_value(self, part: Expression) -> Any:
        if part.type in NUMBERS:
            return self.compile_number(part).numerator
        match part:
            case Constant(value=value):
                return ibis.literal(value, type="int64") if part.type == DURATION else ibis.literal(value)
            case FieldValue():
                return self.find_column(part)
            case EvaluationDate():
                return self.find_day()
            case DatedParameter():
                return self._compile_dated_value(part)
            case Choice(test=test, positive=positive, negative=negative):
                return choose_value(self.compile(test), self.compile(positive), self.compile(negative))
            case Arithmetic(left=left, right=right) if part.type == DURATION:
                return self.compile(left).delta(self.compile(right), unit="day").cast("int64")
            case Arithmetic():
                return self._compile_shift(part)
            case _:
                raise TypeError(f"no compiled form for {type(part).__name__}")

    def _compile_shift(self, part: Arithmetic) -> Any:
        day: Expression = part
        steps: list[int] = []
        while isinstance(day, Arithmetic):
            days = cast(int, cast(Constant, day.right).value)
            steps.insert(0, days if day.operator == "+" else -days)
            day = day.left
        return shift_date(self.compile(day), steps)

    def _compile_dated_value(self, part: DatedParameter) -> Any:
        key = None if part.key is None else self.compile(part.key)
        stored = {Kind.DATE: "date", Kind.BOOLEAN: "boolean"}.get(part.type.kind, "string")
        parameter = self.parameters[part.name]
        return write_parameter(parameter, key, self.find_day(), ibis.literal, ibis.null(stored))

    def _compile_comparison(self, part: Comparison) -> Any:
        left, right = part.left, part.right
        if left.type in NUMBERS:
            return self._compare_numbers(part.operator, left, right)
        if left.type.kind is Kind.CODE and part.operator not in ("==", "!="):
            return OPERATORS[part.operator](self._compile_rank(left), self._compile_rank(right))
        return OPERATORS[part.operator](self._compile_side(left), self._compile_side(right))

    def _compile_side(self, part: Expression) -> Any:
        """Return a side of a comparison; CAST stands for the brackets that Ibis leaves out of a = NOT b."""
        side = self.compile(part)
        return side.cast("int8") if part.type == BOOLEAN else side

    def _compare_numbers(self, symbol: str, left: Expression, right: Expression) -> Any:
        if isinstance(left, Constant):
            symbol, left, right = SWAPPED[symbol], right, left
        constant = Fraction(cast(Decimal, right.value)) if isinstance(right, Constant) else None
        one, other = self.compile_number(left), self.compile_number(right)
        return compare_ratios(symbol, OPERATORS[symbol], one, other, constant)

    def _compile_rank(self, part: Expression) -> Any:
        """Return the rank of a code, unknown for a code that its list does not rank."""
        ranks = rank_codes(self.condition.code_lists[cast(str, part.type.code_list)])
        if isinstance(part, Constant):
            return ibis.literal(ranks[cast(str, part.value)], type="int64")
        code = self.compile(part)
        return ibis.cases(*((code == name, ibis.literal(rank, type="int64")) for name, rank in ranks.items()))

    def _compile_membership(self, part: Membership) -> Any:
        values = [option.value for option in part.options]
        if part.item.type not in NUMBERS:
            return self.compile(part.item).isin(values)
        item = self.compile_number(part.item)
        if item.size.fixed:
            return find_ratio(item, [Fraction(cast(Decimal, value)) for value in values])
        equals = OPERATORS["=="]
        written = [write_constant(cast(Decimal, value)) for value in values]
        return reduce(operator.or_, (compare_ratios("==", equals, item, each, None) for each in written))
