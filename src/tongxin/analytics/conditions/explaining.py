"""A condition explained for one row: clause by clause, with the answer and the values it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError

from tongxin.analytics.conditions.expressions import (
    BOOLEAN,
    Choice,
    Condition,
    Conjunction,
    DatedParameter,
    Disjunction,
    EvaluationDate,
    Expression,
    FieldValue,
    Negation,
    Quantifier,
    parts_of,
    walk,
)
from tongxin.analytics.conditions.interpreting import RelatedRows, Row, RowReading
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.subjects import Field

ExplainedValue = bool | int | Fraction | str | date | None


@dataclass(frozen=True)
class UsedValue:
    """A value that a clause read: of a field, of a parameter, or the evaluation date; None where missing.

    A decimal is given in the unit that people read, as an exact fraction.
    """

    name: str
    value: ExplainedValue
    field: Field | None = None


@dataclass(frozen=True)
class Explanation:
    """A clause, its answer (None: cannot tell), the values it read, and the clauses inside it, in order."""

    text: str
    expression: Expression
    answer: bool | None
    values: tuple[UsedValue, ...] = ()
    children: tuple[Explanation, ...] = ()
    fact_on: date | None = None
    """The day of the related row that this clause looks at, under `exists` and `all`."""


def explain_condition(
    condition: Condition,
    row: Row,
    *,
    at: date | None = None,
    related: RelatedRows | None = None,
    parameters: Parameters | None = None,
) -> Explanation:
    """Return why a condition answers as it does for one row, given what `interpret_condition` is given.

    Examples
    --------
    >>> from tongxin.analytics.conditions.parsing import parse_condition
    >>> from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
    >>> age = Field("age", FieldType.INTEGER, "age", "")
    >>> workers = Subject("workers", "worker", Grain.SPELL, "workers", "", (age,))
    >>> why = explain_condition(
    ...     parse_condition("worker.age >= 18 && worker.age < 60", workers), {"worker.age": 61}
    ... )
    >>> [(clause.text, clause.answer, clause.values[0].value) for clause in why.children]
    [('worker.age >= 18', True, 61), ('worker.age < 60', False, 61)]
    """
    reading = RowReading(condition, row, at=at, related=related, parameters=parameters)
    return _explain(condition.expression, reading, row, {})


def _explain(
    clause: Expression,
    reading: RowReading,
    row: Row,
    bound: Mapping[str, Any],
    fact_on: date | None = None,
) -> Explanation:
    text = reading.condition.text[clause.place.start : clause.place.end]
    answer = reading.answer(text, bound)
    match clause:
        case Quantifier():
            children = tuple(_explain_facts(clause, reading, row))
        case Conjunction() | Disjunction() | Negation() | Choice():
            inside = (part for part in parts_of(clause) if part.type == BOOLEAN)
            children = tuple(_explain(part, reading, row, bound) for part in inside)
        case _:
            children = ()
    values = () if children else tuple(dict.fromkeys(_values(clause, reading, row, bound)))
    return Explanation(text, clause, answer, values, children, fact_on)


def _explain_facts(quantifier: Quantifier, reading: RowReading, row: Row) -> Iterator[Explanation]:
    for fact in reading.facts[quantifier.related] or ():
        bound = {quantifier.variable: reading.bind_fact(quantifier.related, fact)}
        day = fact.get("on")
        yield _explain(quantifier.body, reading, row, bound, day if isinstance(day, date) else None)


def _values(
    clause: Expression, reading: RowReading, row: Row, bound: Mapping[str, Any]
) -> Iterator[UsedValue]:
    for part in walk(clause):
        text = reading.condition.text[part.place.start : part.place.end]
        match part:
            case FieldValue(variable=variable, field=field) if part.related is None or variable in bound:
                name = f"{variable}.{field.name}"
                yield UsedValue(name, _read_value(reading.evaluate(name, bound)), field)
            case DatedParameter(name=name):
                yield UsedValue(name, _read_value(reading.evaluate(text, bound)))
            case EvaluationDate():
                yield UsedValue("at", reading.at)


def _read_value(value: Any) -> ExplainedValue:
    match value:
        case CELEvalError():
            return None
        case celtypes.BoolType():
            return bool(value)
        case celtypes.IntType():
            return int(value)
        case datetime():
            return value.date()
        case Fraction():
            return Fraction(value)
        case _:
            return str(value)
