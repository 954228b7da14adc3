"""Reads the names, values and calls of a tree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, cast

from lark import Token, Tree

from tongxin.analytics.conditions import syntax
from tongxin.analytics.conditions.errors import find_nearest
from tongxin.analytics.conditions.expressions import (
    BOOLEAN,
    TEXT,
    Constant,
    DatedParameter,
    Expression,
    FieldValue,
    Kind,
    Place,
    Presence,
    Quantifier,
    Type,
)
from tongxin.analytics.conditions.functions import FUNCTIONS, GRADE_LIST, MACROS
from tongxin.analytics.conditions.names import Scope
from tongxin.analytics.conditions.syntax import Node, place_of, subtree, token
from tongxin.analytics.conditions.typing import (
    check_boolean,
    check_code,
    check_conversion,
    check_time_between,
    refuse,
)


class CallReader(ABC):
    """Reads all of a tree except its operators."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @abstractmethod
    def read(self, node: Node) -> Expression:
        """Return the checked expression for any node of the tree."""

    def read_primary(self, node: Node) -> Expression:
        """Return the expression for a name, a written value or a call."""
        place = place_of(node)
        match node.data:
            case "literal":
                return syntax.read_literal(token(node.children[0]))
            case "ident":
                return self.scope.find_name(str(token(node.children[0])), place)
            case "member_dot":
                variable, name = self._split_member(node)
                return self.scope.find_field(str(variable), str(name), place, place_of(name))
            case "ident_arg":
                return self._read_call(node)
            case "member_dot_arg":
                return self._read_quantifier(node)
            case "list_lit":
                refuse("a list stands only after in", place)
            case _:
                refuse(syntax.REFUSED_RULES.get(node.data, f"{node.data} is not part of the subset"), place)

    def _split_member(self, node: Node) -> tuple[Token, Token]:
        owner = syntax.unwrap(subtree(node.children[0]))
        if owner.data != "ident":
            refuse("a field is written variable.field", place_of(node))
        return token(owner.children[0]), token(node.children[1])

    def _arguments(self, node: Node, name: str) -> list[Node]:
        declared = FUNCTIONS.get(name) or MACROS[name]
        last = node.children[-1]
        arguments = [subtree(child) for child in last.children] if isinstance(last, Tree) else []
        fewest, most = declared.arguments
        if not fewest <= len(arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} or {most}"
            refuse(f"{name} takes {wanted} argument(s), as in {declared.call}", place_of(node))
        return arguments

    def _read_call(self, node: Node) -> Expression:
        name_token = token(node.children[0])
        name = str(name_token)
        if name not in FUNCTIONS:
            refuse(f"unknown function '{name}'", place_of(name_token), find_nearest(name, FUNCTIONS))
        arguments, place = self._arguments(node, name), place_of(node)
        match name:
            case "date":
                return syntax.read_date(self._written_text(arguments[0], name))
            case "duration":
                return syntax.read_duration(self._written_text(arguments[0], name))
            case "grade" | "code":
                return self._read_code(name, arguments)
            case "parameter":
                return self._read_parameter(arguments, place)
            case "double":
                return check_conversion(self.read(arguments[0]), place)
            case "has":
                return self._read_presence(arguments[0], place)
            case _:
                unit = cast(Literal["years", "months"], name.removesuffix("_between"))
                return check_time_between(unit, self.read(arguments[0]), self.read(arguments[1]), place)

    def _written_text(self, node: Node, function: str) -> Constant:
        part = self.read(node)
        if not isinstance(part, Constant) or part.type != TEXT:
            refuse(f"{function} takes written text, as in {FUNCTIONS[function].call}", part.place)
        return part

    def _read_code(self, function: str, arguments: list[Node]) -> Constant:
        texts = [self._written_text(argument, function) for argument in arguments]
        list_name = str(texts[0].value) if function == "code" else GRADE_LIST
        self.scope.find_list(list_name, texts[0].place)
        return check_code(list_name, str(texts[-1].value), texts[-1].place, self.scope.lists)

    def _read_parameter(self, arguments: list[Node], place: Place) -> DatedParameter:
        name = self._written_text(arguments[0], "parameter")
        parameter = self.scope.find_parameter(str(name.value), name.place)
        keyed = len(arguments) == 2
        if keyed is not parameter.keyed:
            refuse(f"parameter '{parameter.name}' {'needs a' if parameter.keyed else 'has no'} key", place)
        key = self.read(arguments[1]) if keyed else None
        if key is not None and key.type.kind not in (Kind.TEXT, Kind.CODE):
            refuse(f"the key of a parameter is text or a code, and this is {key.type}", key.place)
        value_type = Type(Kind(parameter.type.value))
        return DatedParameter(place, value_type, parameter.name, parameter.label_en, parameter.label_zh, key)

    def _read_presence(self, node: Node, place: Place) -> Presence:
        part = self.read(node)
        if not isinstance(part, FieldValue):
            refuse(f"has takes a field, as in {FUNCTIONS['has'].call}", part.place)
        return Presence(place, BOOLEAN, part)

    def _read_quantifier(self, node: Node) -> Quantifier:
        form_token = token(node.children[1])
        form = str(form_token)
        if form not in MACROS:
            refuse(f"unknown function '.{form}()'", place_of(form_token), find_nearest(form, MACROS))
        if self.scope.is_inside_quantifier:
            refuse("exists and all do not stand inside one another", place_of(node))
        owner = syntax.unwrap(subtree(node.children[0]))
        if owner.data != "member_dot":
            refuse(f"{form} ranges over a worker's facts, as in {MACROS[form].call}", place_of(node))
        owner_name, related_name = self._split_member(owner)
        related = self.scope.find_related(str(owner_name), str(related_name), place_of(related_name))
        variable_node, body_node = self._arguments(node, form)
        variable_node = syntax.unwrap(variable_node)
        if variable_node.data != "ident":
            refuse(f"{form} needs a name for the row, as in {MACROS[form].call}", place_of(variable_node))
        variable = str(token(variable_node.children[0]))
        self.scope.check_new_variable(variable, place_of(variable_node))
        with self.scope.bind(variable, related):
            body = check_boolean(self.read(body_node), f"what {form} asks")
        chosen = cast(Literal["exists", "all"], form)
        return Quantifier(place_of(node), BOOLEAN, chosen, related.name, variable, body)
