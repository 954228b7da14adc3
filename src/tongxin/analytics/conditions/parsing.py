"""From the text of a condition to a checked tree; what is not in the declared subset is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tongxin.analytics.conditions import syntax
from tongxin.analytics.conditions.calls import CallReader
from tongxin.analytics.conditions.expressions import (
    Arithmetic,
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    Expression,
    Membership,
    Reading,
    walk,
)
from tongxin.analytics.conditions.lists import CodeLists
from tongxin.analytics.conditions.magnitudes import is_comparable, measure
from tongxin.analytics.conditions.names import Scope
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.conditions.syntax import Node, place_of, subtree
from tongxin.analytics.conditions.typing import (
    NUMBERS,
    ArithmeticOperator,
    ComparisonOperator,
    Junction,
    check_arithmetic,
    check_boolean,
    check_choice,
    check_comparison,
    check_junction,
    check_membership,
    check_negation,
    check_opposite,
    refuse,
)
from tongxin.analytics.subjects import Subject
from tongxin.codes.lists import get_list

COMPARISONS: Mapping[str, ComparisonOperator] = {
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
}
ARITHMETIC: Mapping[str, ArithmeticOperator] = {
    "addition_add": "+",
    "addition_sub": "-",
    "multiplication_mul": "*",
    "multiplication_div": "/",
}


def parse_condition(
    text: str,
    subject: Subject,
    *,
    subjects: Mapping[str, Subject] | None = None,
    parameters: Parameters | None = None,
    code_lists: CodeLists = get_list,
) -> Condition:
    """Return the checked condition that a text says about a subject.

    Parameters
    ----------
    text : str
        The condition, in the declared subset of CEL (`docs/definitions.md`).
    subject : Subject
        What each row is.
    subjects : mapping of str to Subject, optional
        The related subjects by name, over which `exists` and `all` may range.
    parameters : mapping of str to Parameter, optional
        The dated parameters that the text may name.
    code_lists : callable
        Gives the code list of a name.

    Returns
    -------
    Condition
        The tree with what it was checked against.

    Raises
    ------
    ConditionError
        With line, column and the nearest right name, where the text is not in the subset or does not fit
        the subject.

    Examples
    --------
    >>> from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
    >>> age = Field("age", FieldType.INTEGER, "age", "")
    >>> workers = Subject("workers", "worker", Grain.SPELL, "workers", "", (age,))
    >>> parse_condition("worker.age >= 18", workers).expression.operator
    '>='
    >>> parse_condition("worker.agee >= 18", workers)
    Traceback (most recent call last):
    ...
    tongxin.analytics.conditions.errors.ConditionError: line 1, column 8: worker has no field 'agee'. \
Did you mean 'age'?
    """
    parameters = parameters or {}
    scope = Scope(subject, subjects or {}, parameters, code_lists)
    expression = Reader(scope).read(syntax.parse_text(text))
    check_boolean(expression, "a condition")
    check_magnitudes(expression, parameters)
    reading = Reading(MappingProxyType(scope.ranged), MappingProxyType(scope.lists), expression)
    return Condition(text, subject, lambda: reading)


def check_magnitudes(expression: Expression, parameters: Parameters) -> None:
    """Refuse arithmetic whose numbers could outgrow exact computation."""
    for part in walk(expression):
        match part:
            case Arithmetic() if part.type in NUMBERS:
                fits = measure(part, parameters).is_exact
            case Comparison(left=left, right=right) if left.type in NUMBERS:
                fits = is_comparable(measure(left, parameters), measure(right, parameters))
            case Membership(item=item, options=options) if item.type in NUMBERS:
                size = measure(item, parameters)
                fits = all(is_comparable(size, measure(option, parameters)) for option in options)
            case _:
                fits = True
        if not fits:
            refuse("these numbers could grow too large to stay exact: multiply and divide less", part.place)


class Reader(CallReader):
    """Reads the operators of a tree; names and calls are read by its bases."""

    def read(self, node: Node) -> Expression:
        """Return the checked expression for a node of the tree."""
        node = syntax.unwrap(node)
        match node.data:
            case "paren_expr":
                return self.read(subtree(node.children[0]))
            case "expr":
                test, positive, negative = (self.read(subtree(child)) for child in node.children)
                return check_choice(test, positive, negative, place_of(node))
            case "conditionalor":
                return self._read_junction(Disjunction, node)
            case "conditionaland":
                return self._read_junction(Conjunction, node)
            case "relation":
                return self._read_relation(node)
            case "addition" | "multiplication":
                return self._read_arithmetic(node)
            case "unary":
                return self._read_unary(node)
            case _:
                return self.read_primary(node)

    def _read_junction(self, form: type[Junction], node: Node) -> Junction:
        parts: list[Expression] = []
        rest = node
        # The grammar nests a && b && c to the left; people read it as one list.
        while rest.data == node.data and len(rest.children) == 2:
            parts.insert(0, self.read(subtree(rest.children[1])))
            rest = subtree(rest.children[0])
        parts.insert(0, self.read(rest))
        return check_junction(form, parts, place_of(node))

    def _read_relation(self, node: Node) -> Expression:
        operator, right_node = (subtree(child) for child in node.children)
        left = self.read(subtree(operator.children[0]))
        if operator.data == "relation_in":
            options = self._read_list(syntax.unwrap(right_node))
            return check_membership(left, options, place_of(node), self.scope.lists)
        right = self.read(right_node)
        return check_comparison(COMPARISONS[operator.data], left, right, place_of(node), self.scope.lists)

    def _read_list(self, node: Node) -> list[Expression]:
        if node.data != "list_lit":
            refuse("in needs a written list: in ['a', 'b']", place_of(node))
        listed = subtree(node.children[0]).children if node.children else []
        return [self.read(subtree(item)) for item in listed]

    def _read_arithmetic(self, node: Node) -> Expression:
        operator, right = (subtree(child) for child in node.children)
        if operator.data in syntax.REFUSED_RULES:
            refuse(syntax.REFUSED_RULES[operator.data], place_of(node))
        left = self.read(subtree(operator.children[0]))
        return check_arithmetic(ARITHMETIC[operator.data], left, self.read(right), place_of(node))

    def _read_unary(self, node: Node) -> Expression:
        sign, operand_node = (subtree(child) for child in node.children)
        operand = self.read(operand_node)
        if sign.data == "unary_not":
            return check_negation(operand, place_of(node))
        return check_opposite(operand, place_of(node))
