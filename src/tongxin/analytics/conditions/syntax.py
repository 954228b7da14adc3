"""The text of a condition as celpy's parser sees it: its tree, its places, its written values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn, cast

from celpy.celparser import CELParser
from lark import Lark, Token, Tree, UnexpectedInput, UnexpectedToken

from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.conditions.expressions import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DURATION,
    INTEGER,
    TEXT,
    Constant,
    Place,
)
from tongxin.analytics.conditions.parameters import MOST_DECIMAL_DIGITS, MOST_INTEGER, is_exact
from tongxin.analytics.conditions.typing import refuse

Node = Tree[Token]

MOST_CHARACTERS = 4000
# The interpreter needs some five stack frames a level, and Python allows a thousand in all.
MOST_LEVELS = 120
LONGEST_DAYS = 36525

REFUSED_RULES: Mapping[str, str] = {
    "multiplication_mod": "% is not part of the subset",
    "member_index": "an index […] is not part of the subset",
    "member_object": "an object {…} is not part of the subset",
    "dot_ident": "a leading point is not part of the subset",
    "dot_ident_arg": "a leading point is not part of the subset",
    "map_lit": "a map {…} is not part of the subset",
}


def parse_text(text: str) -> Node:
    """Return celpy's tree of a text.

    Raises
    ------
    ConditionError
        Where the text is empty, too long, nested too deeply, or not CEL.
    """
    if not text.strip():
        raise ConditionError("the condition is empty")
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(f"the condition is longer than {MOST_CHARACTERS} characters")
    try:
        tree: Node = load_parser().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from error
    if count_levels(tree) > MOST_LEVELS:
        raise ConditionError("the condition is nested too deeply: split it, or use in […]")
    return tree


def _syntax_error(text: str, error: UnexpectedInput) -> ConditionError:
    lines = text.splitlines()
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return ConditionError("the condition ends too early", line=len(lines), column=len(lines[-1]) + 1)
    rest = lines[error.line - 1][error.column - 1 :]
    if rest.startswith("=") and not rest.startswith("=="):
        return ConditionError("= does not compare", line=error.line, column=error.column, suggestion="==")
    wrong = rest.split()[0] if rest.split() else rest
    return ConditionError(f"'{wrong}' does not fit here", line=error.line, column=error.column)


class PlacedParser(CELParser):
    """celpy's parser, except that `true` and `false` keep their place in the text."""

    @staticmethod
    def ambiguous_literals(t: Token) -> Token:
        """Return the token of a name, or of a literal that looks like one."""
        return Token.new_borrow_pos("BOOL_LIT", t.value, t) if t.value in ("true", "false") else t


@lru_cache(maxsize=1)
def load_parser() -> Lark:
    """Return the parser; celpy's own, which its class shares, stays as it is."""
    shared, CELParser.CEL_PARSER = CELParser.CEL_PARSER, None
    try:
        PlacedParser()
        return cast(Lark, CELParser.CEL_PARSER)
    finally:
        CELParser.CEL_PARSER = shared


def count_levels(tree: Node) -> int:
    """Return the depth of a tree."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in node.children if isinstance(child, Tree))
    return deepest


def place_of(node: Node | Token) -> Place:
    """Return where a node stands in the text."""
    if isinstance(node, Token):
        return Place(node.start_pos or 0, node.end_pos or 0, node.line or 1, node.column or 1)
    return Place(node.meta.start_pos, node.meta.end_pos, node.meta.line, node.meta.column)


def unwrap(node: Node) -> Node:
    """Return the node inside a chain of rules that each hold one other."""
    while len(node.children) == 1 and isinstance(node.children[0], Tree) and node.data not in _MEANINGFUL:
        node = node.children[0]
    return node


# Rules that mean something even with a single child; parentheses are kept for their place in the text.
_MEANINGFUL = frozenset({"list_lit", "map_lit", "member_object", "paren_expr"})


def subtree(node: Node | Token) -> Node:
    """Return a child that the grammar says is a tree."""
    return cast(Node, node)


def token(node: Node | Token) -> Token:
    """Return a child that the grammar says is a token."""
    return cast(Token, node)


def read_literal(written: Token) -> Constant:
    """Return the constant for a written value."""
    place, text = place_of(written), str(written)
    match written.type:
        case "BOOL_LIT":
            return Constant(place, BOOLEAN, text == "true")
        case "INT_LIT":
            return Constant(place, INTEGER, _read_integer(text, place))
        case "FLOAT_LIT":
            return Constant(place, DECIMAL, _read_decimal(text, place))
        case "STRING_LIT":
            return Constant(place, TEXT, _read_text(text, place))
        case "NULL_LIT":
            refuse_null(place)
        case _:
            refuse(f"{text} is not a kind of value that the subset has", place)


def refuse_null(place: Place) -> NoReturn:
    """Refuse null, which compares as if it were a value."""
    refuse("null is not part of the subset: ask has(…) whether a fact is known", place)


def _read_integer(text: str, place: Place) -> int:
    if "x" in text:
        refuse("a hexadecimal number is not part of the subset", place)
    if abs(int(text)) > MOST_INTEGER:
        refuse(f"{text} is too large", place)
    return int(text)


def _read_decimal(text: str, place: Place) -> Decimal:
    if "e" in text.lower():
        refuse("write the number without an exponent", place)
    value = Decimal(text)
    if not is_exact(value):
        refuse(f"a decimal has at most {MOST_DECIMAL_DIGITS} digits", place)
    return value


def _read_text(text: str, place: Place) -> str:
    if text[0] not in "'\"" or "\\" in text:
        refuse("a string is plain text in quotes: prefixes and backslashes are not part of the subset", place)
    return text[1:-1]


def read_date(written: Constant) -> Constant:
    """Return the date of `date('2025-01-01')`."""
    text = str(written.value)
    try:
        if len(text) != len("2025-01-01"):
            raise ValueError(text)
        value = date.fromisoformat(text)
    except ValueError:
        refuse(f"'{text}' is not a date: write year-month-day, as in 2025-01-01", written.place)
    return Constant(written.place, DATE, value)


def read_duration(written: Constant) -> Constant:
    """Return the whole days of `duration('720h')`."""
    text = str(written.value)
    number = text[:-1].removeprefix("-")
    if not (text.endswith("h") and number.isascii() and number.isdigit() and int(number) % 24 == 0):
        refuse(f"'{text}' is not a number of whole days: write hours, a multiple of 24", written.place)
    days = int(text[:-1]) // 24
    if abs(days) > LONGEST_DAYS:
        refuse("a duration is at most a hundred years", written.place)
    return Constant(written.place, DURATION, days)
