"""A published case as a condition on a subject made for it, asked of both engines.

Four things are put another way, since the subset has no bare variables, lists or written errors: a bound
name is a field, a bound map a variable with fields; a written list under `exists` or `all` is the worker's
facts; whole days are `date` and hours; and the written division of whole numbers by zero, which is refused,
is a missing whole number, the subset's other "cannot tell".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce

import pyarrow as pa
from lark import Tree
from tests.analytics.conditions import cast
from tests.analytics.conditions.published import (
    arguments_of,
    items_of,
    translate_time,
    written_call,
    written_time,
)

from tongxin.analytics.conditions.compiling import compile_condition
from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.conditions.interpreting import interpret_condition
from tongxin.analytics.conditions.parsing import parse_condition
from tongxin.analytics.conditions.syntax import load_parser, place_of, read_literal, unwrap
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject

AT = date(2026, 9, 30)
MISSING = "missing"
TYPES = {
    "boolValue": (FieldType.BOOLEAN, pa.bool_()),
    "int64Value": (FieldType.INTEGER, pa.int64()),
    "doubleValue": (FieldType.DECIMAL, pa.int64()),
    "stringValue": (FieldType.TEXT, pa.string()),
}
PRIMITIVES = {"BOOL": "boolValue", "INT64": "int64Value", "DOUBLE": "doubleValue", "STRING": "stringValue"}
LITERALS = {
    "BOOL_LIT": "boolValue",
    "INT_LIT": "int64Value",
    "FLOAT_LIT": "doubleValue",
    "STRING_LIT": "stringValue",
}
ANSWERS = {True: "yes", False: "no", None: "cannot tell"}


@dataclass(frozen=True)
class Outcome:
    """What both engines say of a case, or why the text is refused."""

    says: str
    is_published: bool
    differing: str = ""


class Translation:
    """A case as a text about a subject, with the one row and the facts that it is asked of."""

    def __init__(self, case):
        self.case = case
        self.fields = {"worker": {MISSING: Field(MISSING, FieldType.INTEGER, "", "")}}
        self.columns = {"worker": pa.int64(), f"worker.{MISSING}": pa.int64()}
        self.row = {"worker": 1, f"worker.{MISSING}": None}
        self.lists = {}
        self.edits = []
        self._visit(load_parser().parse(case.text), {})
        edits = sorted(self.edits, reverse=True)
        self.text = reduce(lambda text, edit: text[: edit[0]] + edit[2] + text[edit[1] :], edits, case.text)

    @property
    def subject(self):
        """The subject of the one row."""
        own, *about = [(name, tuple(fields.values())) for name, fields in self.fields.items()]
        return Subject("cases", own[0], Grain.SPELL, "", "", own[1], dict(about), tuple(self.lists))

    @property
    def subjects(self):
        """The related subjects that stand for written lists."""
        return {name: given[0] for name, given in self.lists.items()}

    @property
    def asked(self):
        """The condition to ask, and the answer that the case publishes."""
        value = self.case.value
        if value is None:
            return self.text, None
        if "boolValue" in value:
            return self.text, value["boolValue"]
        return f"({self.text}) == {write_value(value)}", True

    def _visit(self, node, elements):
        node = unwrap(node)
        match node.data:
            case "multiplication" if is_division_by_zero(node):
                self._replace(node, f"worker.{MISSING}")
                return
            case "ident":
                self._name(node, elements)
            case "member_dot":
                self._member(node, elements)
                return
            case "ident_arg" if written_call(node):
                self._replace(node, translate_time(*written_call(node)))
                return
            case "member_dot_arg":
                self._quantify(node, elements)
                return
        for child in node.children:
            if isinstance(child, Tree):
                self._visit(child, elements)

    def _replace(self, node, text):
        place = place_of(node)
        self.edits.append((place.start, place.end, text))

    def _name(self, node, elements):
        name = str(node.children[0])
        if name in elements:
            self._replace(node, f"{name}.value")
        elif name in self.case.bound:
            self._declare("worker", name, self.case.bound[name])
            self._replace(node, f"worker.{name}")

    def _member(self, node, elements):
        owner = str(unwrap(node.children[0]).children[0])
        entries = self.case.bound[owner].get("mapValue", {}).get("entries")
        if entries is None:
            self._visit(node.children[0], elements)
            return
        for entry in entries:
            self._declare(owner, entry["key"]["stringValue"], entry["value"])
        if str(node.children[1]) not in self.fields[owner]:
            declared = self.case.declared[owner]["type"]["mapType"]["valueType"]["primitive"]
            self._declare(owner, str(node.children[1]), {PRIMITIVES[declared]: None})

    def _quantify(self, node, elements):
        receiver = unwrap(node.children[0])
        variable, body = arguments_of(node)
        name = str(unwrap(variable).children[0])
        values = [read_item(item) for item in items_of(receiver)]
        kind = values[0][0] if values else "int64Value"
        listed = f"items{len(self.lists)}"
        field, stored = store("value", {kind: None}, [value for _, value in values])
        facts = [{"worker": 1, "on": AT, f"{listed}.value": value} for value in stored]
        columns = {"worker": pa.int64(), "on": pa.date32(), f"{listed}.value": TYPES[kind][1]}
        self.lists[listed] = (Subject(listed, listed, Grain.EVENT, "", "", (field,)), facts, columns)
        self._replace(receiver, f"worker.{listed}")
        self._visit(body, elements | {name: listed})

    def _declare(self, variable, name, value):
        kind, held = next(iter(value.items()))
        field, [stored] = store(name, value, [held])
        self.fields.setdefault(variable, {})[name] = field
        self.columns[f"{variable}.{name}"] = TYPES[kind][1]
        self.row[f"{variable}.{name}"] = stored


def store(name, value, helds):
    """Return the field for values of one kind, and the values as stored: decimals in whole units."""
    kind = next(iter(value))
    if kind == "doubleValue":
        numbers = [None if held is None else Decimal(repr(float(held))) for held in helds]
        scale = 10 ** max(
            (-number.as_tuple().exponent for number in numbers if number is not None), default=0
        )
        stored = [None if number is None else int(number * scale) for number in numbers]
        return Field(name, TYPES[kind][0], "", "", scale=scale), stored
    stored = [int(held) if kind == "int64Value" and held is not None else held for held in helds]
    return Field(name, TYPES[kind][0], "", ""), stored


def read_item(item):
    """Return the kind and the value of a written item."""
    written = item.children[0]
    return LITERALS[written.type], read_literal(written).value


def is_division_by_zero(node):
    """Tell whether a node divides by a written whole zero."""
    divisor = unwrap(node.children[-1])
    is_zero = (
        divisor.data == "literal" and divisor.children[0].type == "INT_LIT" and divisor.children[0] == "0"
    )
    return is_zero and node.children[0].data == "multiplication_div"


def write_value(value):
    """Return how the subset writes a published value."""
    kind, held = next(iter(value.items()))
    match kind:
        case "objectValue":
            return written_time(held)
        case "doubleValue":
            return repr(float(held))
        case "stringValue":
            return f'"{held}"' if "'" in held else f"'{held}'"
        case _:
            return str(held)


def ask(case, connection):
    """Return what both engines say of a case; they must agree."""
    translation = Translation(case)
    text, published = translation.asked
    try:
        condition = parse_of(text, translation, is_error=case.value is None)
    except ConditionError as refusal:
        return Outcome(f"refused: {refusal.message}", case.value is None)
    facts = {name: given[1] for name, given in translation.lists.items()}
    tables = {
        name: cast.as_table(rows, given[2])
        for name, rows in facts.items()
        for given in [translation.lists[name]]
    }
    interpreted = interpret_condition(condition, translation.row, at=AT, related=facts)
    rows = cast.as_table([translation.row], translation.columns)
    answered = connection.to_pyarrow(compile_condition(condition, rows, at=AT, related=tables))
    [compiled] = answered.column("answer").to_pylist()
    differing = "" if compiled is interpreted else f"compiled {compiled}, interpreted {interpreted}"
    return Outcome(ANSWERS[compiled], compiled is published, differing)


def parse_of(text, translation, *, is_error):
    """Return the condition; an error that is no condition is compared with itself, and stays an error."""

    def parse(written):
        return parse_condition(written, translation.subject, subjects=translation.subjects)

    try:
        return parse(text)
    except ConditionError as refusal:
        if not is_error or not refusal.message.startswith("a condition must be"):
            raise
        return parse(f"({text}) == ({text})")
