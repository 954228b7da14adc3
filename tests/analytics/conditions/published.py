"""The published conformance cases of CEL, and by which rule one lies outside of the declared subset.

Nothing here asks the package under test whether it knows a case: the rules read the tree of the text.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from lark import Token, Tree, UnexpectedInput

from tongxin.analytics.conditions.functions import FUNCTIONS, MACROS
from tongxin.analytics.conditions.syntax import load_parser, unwrap

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "node_modules/@bufbuild/cel-spec"
PRINT_CASES = """
import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";
console.log(JSON.stringify(tests));
"""
SCALARS = ("boolValue", "int64Value", "doubleValue", "stringValue")
TIMES = ("google.protobuf.Timestamp", "google.protobuf.Duration")
SYNTAX = "syntax that the parser does not read: optional values, quoted names"
TYPE_ONLY = "only a type is asked"
MESSAGES = "messages and enumerations of Protocol Buffers"
KINDS = "null, unsigned numbers, bytes, maps"
LISTS = "lists other than behind `in` or under `exists` and `all`, lists of several kinds, indexes"
UNDECLARED = "functions and macros that the subset does not declare"
WRITING = "text with prefixes, backslashes or three quotes; exponents, hexadecimal numbers, infinity"
INSTANTS = "instants within a day, durations of part of a day"
QUALIFIED = "names of several parts, containers"
REMAINDER = "`%`"
OUTSIDE = (SYNTAX, TYPE_ONLY, MESSAGES, KINDS, UNDECLARED, LISTS, WRITING, INSTANTS, QUALIFIED, REMAINDER)
FORMS = {
    "map_lit": KINDS,
    "member_object": MESSAGES,
    "member_index": LISTS,
    "list_lit": LISTS,
    "dot_ident": QUALIFIED,
    "dot_ident_arg": QUALIFIED,
}


@dataclass(frozen=True)
class Case:
    """One published case: a text, what its names stand for, and its value or an error (None)."""

    key: str
    text: str
    bound: dict[str, dict[str, object]]
    value: dict[str, object] | None
    is_typed_only: bool
    container: str = ""
    declared: dict[str, object] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The conformance file that holds the case."""
        return self.key.split("/")[0]


@cache
def read_cases() -> tuple[Case, ...]:
    """Return all published cases, or skip where they or Node are not installed."""
    if not PACKAGE.is_dir():
        pytest.skip("the conformance cases are not installed: run npm install")
    node = shutil.which("node")
    if node is None:
        pytest.skip("the conformance cases are read by Node, which is not installed")
    command = [node, "--input-type=module", "-e", PRINT_CASES]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    seen: Counter[str] = Counter()
    return tuple(collect_cases(json.loads(printed), (), seen))


def collect_cases(suite, path, seen):
    """Yield the cases of a suite; a name that is given twice is numbered."""
    for test in suite.get("tests", ()):
        original = test["original"]
        key = "/".join([*path, original["name"]])
        seen[key] += 1
        yield read_case(key if seen[key] == 1 else f"{key}#{seen[key]}", original)
    for inner in suite.get("suites", ()):
        yield from collect_cases(inner, (*path, inner["name"]), seen)


def read_case(key, original):
    """Return a case; without any expectation the specification means the value true."""
    typed = original.get("typedResult", {})
    value = original.get("value") or typed.get("result")
    is_error = "evalError" in original
    is_typed_only = bool(original.get("checkOnly")) or ("typedResult" in original and value is None)
    return Case(
        key=key,
        text=original["expr"],
        bound={name: each["value"] for name, each in original.get("bindings", {}).items() if "value" in each},
        value=None if is_error else value or {"boolValue": True},
        is_typed_only=is_typed_only and not is_error,
        container=original.get("container", ""),
        declared={each["name"]: each.get("ident", {}) for each in original.get("typeEnv", ())},
    )


def find_outside(case):
    """Return the rule by which a case lies outside of the declared subset, or None."""
    try:
        tree = load_parser().parse(case.text)
    except UnexpectedInput:
        return SYNTAX
    reasons = {reason for reason in judge_case(case) if reason}
    judge_node(tree, reasons)
    if any(name not in case.bound for name in owners_of(tree)):
        reasons.add(QUALIFIED)
    return next((reason for reason in OUTSIDE if reason in reasons), None)


def judge_case(case):
    """Yield the rules that what surrounds the text breaks."""
    if case.is_typed_only:
        yield TYPE_ONLY
    if case.value is not None:
        yield judge_value(case.value)
    for name, value in case.bound.items():
        if re.search(rf"\b{re.escape(name)}\b", case.text):
            yield QUALIFIED if "." in name else judge_binding(value)
    yield from (QUALIFIED for name in case.declared if "." in name)


def judge_binding(value):
    """Return the rule that a bound value breaks; a map of plain values is a row."""
    if "objectValue" in value:
        return INSTANTS if judge_value(value) == INSTANTS else MESSAGES
    if "mapValue" in value:
        entries = value["mapValue"].get("entries", [])
        return next((KINDS for each in entries if judge_value(each["value"])), None)
    return judge_value(value)


def judge_value(value):
    """Return the rule that an expected or bound value breaks."""
    kind, held = next(iter(value.items()))
    if kind == "listValue":
        return LISTS
    if kind == "objectValue" and held["@type"].rpartition("/")[2] in TIMES:
        return None if written_time(held) else INSTANTS
    if kind not in SCALARS:
        return {"typeValue": TYPE_ONLY, "objectValue": MESSAGES, "enumValue": MESSAGES}.get(kind, KINDS)
    if kind == "doubleValue":
        return WRITING if isinstance(held, str) or "e" in repr(float(held)) else None
    if kind == "stringValue" and ("\\" in held or "\n" in held or {"'", '"'} <= set(held)):
        return WRITING
    return None


def written_time(held):
    """Return how the subset writes a time of a case, or None."""
    name = "timestamp" if held["@type"].endswith("Timestamp") else "duration"
    return translate_time(name, held["value"])


def translate_time(function, text):
    """Return whole days as the subset writes them, or None."""
    if function == "timestamp":
        day = re.fullmatch(r"(\d+-\d\d-\d\d)T00:00:00Z", text)
        return f"date('{day[1]}')" if day else None
    length = re.fullmatch(r"(-?\d+)(h|m|s)", text)
    seconds = int(length[1]) * {"h": 3600, "m": 60, "s": 1}[length[2]] if length else 1
    return f"duration('{seconds // 3600}h')" if seconds % 86400 == 0 else None


def judge_node(node, reasons, *, may_list=False):
    """Add the rules that a tree breaks."""
    node = unwrap(node)
    if node.data in ("ident_arg", "member_dot_arg"):
        judge_call(node, reasons)
        return
    reasons.update(judge_form(node, may_list=may_list))
    if node.data == "relation" and node.children[0].data == "relation_in":
        judge_node(node.children[0].children[0], reasons)
        judge_node(node.children[1], reasons, may_list=True)
        return
    for child in node.children:
        if isinstance(child, Tree):
            judge_node(child, reasons)


def judge_form(node, *, may_list):
    """Yield the rules that a node itself breaks."""
    if node.data in FORMS and not (may_list and node.data == "list_lit"):
        yield FORMS[node.data]
    match node.data:
        case "literal":
            yield from judge_literal(node.children[0])
        case "member_dot" if unwrap(node.children[0]).data != "ident":
            yield QUALIFIED
        case "multiplication" if node.children[0].data == "multiplication_mod":
            yield REMAINDER
        case "ident" if node.children[0] == "null":
            yield KINDS


def judge_literal(written):
    """Yield the rules that a written value breaks."""
    text = str(written)
    if written.type in ("UINT_LIT", "BYTES_LIT", "NULL_LIT"):
        yield KINDS
    elif (
        written.type == "MLSTRING_LIT"
        or (written.type == "STRING_LIT" and (text[0] not in "'\"" or "\\" in text))
        or (written.type in ("INT_LIT", "FLOAT_LIT") and re.search("[ex]", text.lower()))
    ):
        yield WRITING


def judge_call(node, reasons):
    """Add the rules that a call breaks: only times, declared functions, and exists and all over a list."""
    time = written_call(node)
    if time is not None:
        if translate_time(*time) is None:
            reasons.add(INSTANTS)
        return
    is_macro = node.data == "member_dot_arg"
    name = str(node.children[1] if is_macro else node.children[0])
    arguments = arguments_of(node)
    declared = (MACROS if is_macro else FUNCTIONS).get(name)
    if declared is None or (is_macro and len(arguments) > declared.arguments[1]):
        reasons.add(UNDECLARED)
    if is_macro:
        receiver = unwrap(node.children[0])
        judge_node(receiver, reasons, may_list=True)
        if declared is not None and (receiver.data != "list_lit" or len(kinds_of(receiver)) > 1):
            reasons.add(LISTS)
    for argument in arguments:
        judge_node(argument, reasons)


def written_call(node):
    """Return the function and the text of `timestamp('…')` or `duration('…')`, or None."""
    arguments = arguments_of(node)
    if (
        node.data != "ident_arg"
        or str(node.children[0]) not in ("timestamp", "duration")
        or len(arguments) != 1
    ):
        return None
    argument = unwrap(arguments[0])
    if argument.data != "literal" or argument.children[0].type != "STRING_LIT":
        return None
    return str(node.children[0]), str(argument.children[0])[1:-1]


def owners_of(tree):
    """Yield the names before a point."""
    for member in tree.find_data("member_dot"):
        owner = unwrap(member.children[0])
        if owner.data == "ident":
            yield str(owner.children[0])


def arguments_of(node):
    """Return the arguments of a call."""
    last = node.children[-1]
    return list(last.children) if isinstance(last, Tree) and last.data == "exprlist" else []


def items_of(node):
    """Return the items of a written list."""
    return [unwrap(child) for child in node.children[0].children] if node.children else []


def kinds_of(node):
    """Return the kinds of the items of a written list; what is not a written value counts as one too."""
    return {
        item.children[0].type if item.data == "literal" and isinstance(item.children[0], Token) else item.data
        for item in items_of(node)
    }
