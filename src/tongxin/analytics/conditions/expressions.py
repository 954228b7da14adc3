"""What a condition can say: a small typed tree, each kind of clause a frozen class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Literal

from tongxin.analytics.conditions.lists import CodeList
from tongxin.analytics.subjects import Field, Subject

ConstantValue = bool | int | Decimal | str | date


class Kind(StrEnum):
    """The kinds of value; a duration is a number of whole days."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    DURATION = "duration"
    CODE = "code"


@dataclass(frozen=True)
class Type:
    """A kind of value and, for a code, its list."""

    kind: Kind
    code_list: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} of list '{self.code_list}'" if self.code_list else str(self.kind)


BOOLEAN = Type(Kind.BOOLEAN)
INTEGER = Type(Kind.INTEGER)
DECIMAL = Type(Kind.DECIMAL)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)
DURATION = Type(Kind.DURATION)


@dataclass(frozen=True)
class Place:
    """Where a clause stands in the text: offsets, and line and column as people count them."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True)
class Expression:
    """Anything with a value."""

    place: Place = field(compare=False, repr=False)
    type: Type


@dataclass(frozen=True)
class Constant(Expression):
    """A value written in the condition; a duration is its number of days, a code its string."""

    value: ConstantValue


@dataclass(frozen=True)
class FieldValue(Expression):
    """The value of a field in the row, or in the related row that a quantifier looks at."""

    variable: str
    """As written: a variable of the subject, or the name that a quantifier gives to a related row."""
    field: Field
    column: str
    """Name of the stored column."""
    related: str | None = None
    """Name of the related subject, for a field of a related row."""


@dataclass(frozen=True)
class EvaluationDate(Expression):
    """`at`: the day for which the condition is asked."""


@dataclass(frozen=True)
class DatedParameter(Expression):
    """The value of a parameter in force at the evaluation date."""

    name: str
    label_en: str
    label_zh: str
    key: Expression | None


@dataclass(frozen=True)
class Comparison(Expression):
    """Two values compared; true, false, or unknown where either is missing."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Membership(Expression):
    """A value that is one of a list of constants."""

    item: Expression
    options: tuple[Constant, ...]


@dataclass(frozen=True)
class Conjunction(Expression):
    """All parts hold."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Disjunction(Expression):
    """At least one part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Negation(Expression):
    """The operand does not hold."""

    operand: Expression


@dataclass(frozen=True)
class Choice(Expression):
    """One value where the test holds, another where it does not, unknown where that is unknown."""

    test: Expression
    positive: Expression
    negative: Expression


@dataclass(frozen=True)
class Arithmetic(Expression):
    """Two numbers, or a date and a duration, combined."""

    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Opposite(Expression):
    """A number with the other sign."""

    operand: Expression


@dataclass(frozen=True)
class Conversion(Expression):
    """A whole number read as a decimal: `double(x)`."""

    operand: Expression


@dataclass(frozen=True)
class Presence(Expression):
    """Whether a fact is known; never unknown itself."""

    of: FieldValue


@dataclass(frozen=True)
class TimeBetween(Expression):
    """Completed years or months from one date to another; negative where the second is earlier."""

    unit: Literal["years", "months"]
    start: Expression
    end: Expression


@dataclass(frozen=True)
class Quantifier(Expression):
    """At least one (`exists`) or each (`all`) of the worker's related rows fulfils the body."""

    form: Literal["exists", "all"]
    related: str
    variable: str
    body: Expression


@dataclass(frozen=True)
class Reading:
    """What a text says: its tree, with the related subjects and code lists that it names."""

    related: Mapping[str, Subject]
    code_lists: Mapping[str, CodeList]
    expression: Expression


@dataclass(frozen=True)
class Condition:
    """A condition on a subject: its text, and what the text says, read when it is first asked for."""

    text: str
    subject: Subject
    read: Callable[[], Reading] = field(compare=False, repr=False)

    @cached_property
    def reading(self) -> Reading:
        """What the text says."""
        return self.read()

    @property
    def related(self) -> Mapping[str, Subject]:
        """The related subjects over which the condition ranges."""
        return self.reading.related

    @property
    def code_lists(self) -> Mapping[str, CodeList]:
        """The code lists of the fields and codes that the condition names."""
        return self.reading.code_lists

    @property
    def expression(self) -> Expression:
        """The tree of the condition."""
        return self.reading.expression


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly inside an expression, in the order of the text."""
    inside: list[Expression] = []
    for spec in fields(expression):
        value = getattr(expression, spec.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Expression):
                inside.append(item)
    return tuple(inside)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all expressions inside it, in the order of the text."""
    yield expression
    for part in parts_of(expression):
        yield from walk(part)


def fields_used(condition: Condition) -> tuple[tuple[str, str], ...]:
    """Return (variable, field) of each field of the row that a condition names, once, in order.

    Fields of related rows are not among them: see `related_fields_used`.
    """
    used = (e for e in walk(condition.expression) if isinstance(e, FieldValue) and e.related is None)
    return tuple(dict.fromkeys((e.variable, e.field.name) for e in used))


def columns_used(condition: Condition) -> tuple[str, ...]:
    """Return the stored columns of the row that a condition reads; `exists` and `all` read `worker`."""
    used: list[str] = []
    for part in walk(condition.expression):
        if isinstance(part, FieldValue) and part.related is None:
            used.append(part.column)
        if isinstance(part, Quantifier):
            used.append("worker")
    return tuple(dict.fromkeys(used))


def related_fields_used(condition: Condition) -> tuple[tuple[str, str], ...]:
    """Return (related subject, field) of each field of related rows that is named, once, in order."""
    used = (e for e in walk(condition.expression) if isinstance(e, FieldValue))
    return tuple(dict.fromkeys((e.related, e.field.name) for e in used if e.related is not None))


def related_used(condition: Condition) -> tuple[str, ...]:
    """Return the names of the related subjects over which a condition ranges, once, in order."""
    used = (e.related for e in walk(condition.expression) if isinstance(e, Quantifier))
    return tuple(dict.fromkeys(used))


def parameters_used(condition: Condition) -> tuple[str, ...]:
    """Return the names of the dated parameters that a condition reads, once, in order."""
    used = (e.name for e in walk(condition.expression) if isinstance(e, DatedParameter))
    return tuple(dict.fromkeys(used))


def needs_date(condition: Condition) -> bool:
    """Tell whether the answer depends on the evaluation date."""
    dated = EvaluationDate | DatedParameter | Quantifier
    return any(isinstance(e, dated) for e in walk(condition.expression))
