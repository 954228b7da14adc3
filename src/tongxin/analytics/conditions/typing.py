"""What fits together: each function checks its parts and returns the typed clause, or refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NoReturn, TypeVar, cast

from tongxin.analytics.conditions.errors import ConditionError, find_nearest
from tongxin.analytics.conditions.expressions import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DURATION,
    INTEGER,
    TEXT,
    Arithmetic,
    Choice,
    Comparison,
    Conjunction,
    Constant,
    Conversion,
    Disjunction,
    Expression,
    Kind,
    Membership,
    Negation,
    Opposite,
    Place,
    TimeBetween,
    Type,
)
from tongxin.analytics.conditions.functions import GRADE_LIST
from tongxin.analytics.conditions.lists import CodeList, rank_codes

ComparisonOperator = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOperator = Literal["+", "-", "*", "/"]
NUMBERS = (INTEGER, DECIMAL)
Junction = TypeVar("Junction", Conjunction, Disjunction)


def refuse(message: str, place: Place, suggestion: str | None = None) -> NoReturn:
    """Refuse a condition at a place of its text."""
    raise ConditionError(message, line=place.line, column=place.column, suggestion=suggestion)


def check_code(list_name: str, code: str, place: Place, code_lists: Mapping[str, CodeList]) -> Constant:
    """Return the constant for a code of a list."""
    codes = [entry.code for entry in code_lists[list_name].entries]
    if code not in codes:
        refuse(f"list '{list_name}' has no code '{code}'", place, find_nearest(code, codes))
    return Constant(place, Type(Kind.CODE, list_name), code)


def adapt(part: Expression, wanted: Type, code_lists: Mapping[str, CodeList]) -> Expression:
    """Read a plain string beside a code as a code of the same list; leave all else as it is."""
    if wanted.kind is Kind.CODE and isinstance(part, Constant) and part.type == TEXT:
        return check_code(cast(str, wanted.code_list), str(part.value), part.place, code_lists)
    return part


def check_same_type(left: Expression, right: Expression, place: Place) -> None:
    """Refuse two parts of different types."""
    if left.type == right.type:
        return
    if {left.type, right.type} == set(NUMBERS):
        whole = left if left.type == INTEGER else right
        is_literal = isinstance(whole, Constant)
        hint = f"{whole.value}.0" if isinstance(whole, Constant) else None
        way = "write it as a decimal" if is_literal else "write double(…) around it"
        refuse(f"a whole number and a decimal do not mix: {way}", whole.place, hint)
    refuse(f"{left.type} and {right.type} do not go together", place)


def check_comparison(
    operator: ComparisonOperator,
    left: Expression,
    right: Expression,
    place: Place,
    code_lists: Mapping[str, CodeList],
) -> Comparison:
    """Return the comparison of two values of one type."""
    is_ordered = operator not in ("==", "!=")
    if is_ordered:
        for part, other in ((left, right), (right, left)):
            check_order(part, place, code_lists)
            refuse_text_in_order(part, other, code_lists)
    left, right = adapt(left, right.type, code_lists), adapt(right, left.type, code_lists)
    check_same_type(left, right, place)
    return Comparison(place, BOOLEAN, operator, left, right)


def check_order(part: Expression, place: Place, code_lists: Mapping[str, CodeList]) -> None:
    """Refuse what has no order."""
    if part.type == BOOLEAN:
        refuse("boolean has no order: only == and != compare it", place)
    if part.type.kind is not Kind.CODE:
        return
    code_list = code_lists[cast(str, part.type.code_list)]
    if not code_list.ordered:
        refuse(f"the codes of list '{part.type.code_list}' have no order: use == or in", place)
    if isinstance(part, Constant) and part.value not in rank_codes(code_list):
        refuse(f"code '{part.value}' has no rank in list '{part.type.code_list}'", part.place)


def refuse_text_in_order(part: Expression, other: Expression, code_lists: Mapping[str, CodeList]) -> None:
    """Refuse text in an ordered comparison: as text, 'junior' stands before 'senior' only by its spelling."""
    if part.type != TEXT:
        return
    if other.type.kind is not Kind.CODE or not isinstance(part, Constant):
        refuse("text has no order: only == and != compare it", part.place)
    code = adapt(part, other.type, code_lists)
    list_name, value = cast(str, code.type.code_list), cast(Constant, code).value
    written = f"grade('{value}')" if list_name == GRADE_LIST else f"code('{list_name}', '{value}')"
    refuse("text has no order: name the code", part.place, written)


def check_membership(
    item: Expression, options: list[Expression], place: Place, code_lists: Mapping[str, CodeList]
) -> Membership:
    """Return the test whether a value is one of a list of constants."""
    if not options:
        refuse("the list is empty", place)
    if item.type in (BOOLEAN, DURATION):
        refuse(f"in does not look for {item.type}", place)
    constants: list[Constant] = []
    for written in options:
        option = adapt(written, item.type, code_lists)
        check_same_type(item, option, written.place)
        if not isinstance(option, Constant):
            refuse("a list holds written values only", written.place)
        constants.append(option)
    return Membership(place, BOOLEAN, item, tuple(constants))


def check_boolean(part: Expression, role: str) -> Expression:
    """Return the part where it is true or false."""
    if part.type != BOOLEAN:
        refuse(f"{role} must be true or false, and this is {part.type}", part.place)
    return part


def check_junction(form: type[Junction], parts: list[Expression], place: Place) -> Junction:
    """Return parts joined by && or ||."""
    operator = "&&" if form is Conjunction else "||"
    return form(place, BOOLEAN, tuple(check_boolean(part, f"each side of {operator}") for part in parts))


def check_negation(operand: Expression, place: Place) -> Negation:
    """Return the denial of a condition."""
    return Negation(place, BOOLEAN, check_boolean(operand, "what ! denies"))


def check_choice(
    test: Expression,
    positive: Expression,
    negative: Expression,
    place: Place,
) -> Choice:
    """Return the choice between two values of one type."""
    check_boolean(test, "what stands before ?")
    check_same_type(positive, negative, place)
    return Choice(place, positive.type, test, positive, negative)


def check_arithmetic(
    operator: ArithmeticOperator, left: Expression, right: Expression, place: Place
) -> Arithmetic:
    """Return two numbers, or a date and a duration, combined."""
    if left.type == DATE and operator in ("+", "-") and right.type == DURATION:
        if not isinstance(right, Constant):
            refuse("a date moves by a written duration only", right.place)
        return Arithmetic(place, DATE, operator, left, right)
    if left.type == right.type == DATE and operator == "-":
        return Arithmetic(place, DURATION, operator, left, right)
    if left.type not in NUMBERS or right.type not in NUMBERS:
        refuse(f"{operator} does not join {left.type} and {right.type}", place)
    check_same_type(left, right, place)
    if operator == "/":
        check_division(left, right, place)
    return Arithmetic(place, left.type, operator, left, right)


def check_division(left: Expression, right: Expression, place: Place) -> None:
    """Refuse the division of whole numbers, which loses the remainder, and by a written zero."""
    if left.type == INTEGER:
        refuse("division of whole numbers loses the remainder: write double(…) around both", place)
    if isinstance(right, Constant) and right.value == 0:
        refuse("division by zero", right.place)


def check_opposite(operand: Expression, place: Place) -> Expression:
    """Return a number with the other sign."""
    if operand.type not in NUMBERS:
        refuse(f"- does not go with {operand.type}", place)
    if isinstance(operand, Constant):
        return Constant(place, operand.type, -operand.value)  # type: ignore[operator]
    return Opposite(place, operand.type, operand)


def check_conversion(operand: Expression, place: Place) -> Conversion:
    """Return a whole number read as a decimal."""
    if operand.type != INTEGER:
        refuse(f"double() reads a whole number, and this is {operand.type}", operand.place)
    if isinstance(operand, Constant):
        refuse("a written number needs no double()", operand.place, f"{operand.value}.0")
    return Conversion(place, DECIMAL, operand)


def check_time_between(
    unit: Literal["years", "months"], start: Expression, end: Expression, place: Place
) -> TimeBetween:
    """Return the completed years or months between two dates."""
    for part in (start, end):
        if part.type != DATE:
            refuse(f"{unit}_between() needs dates, and this is {part.type}", part.place)
    return TimeBetween(place, INTEGER, unit, start, end)
