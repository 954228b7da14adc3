"""The house rules that no linter holds: how long things may be, and where Chinese may stand."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Chinese in literals is data or grammar here; everywhere else it lives in locale, YAML and CSV files.
MAY_HOLD_CHINESE = {
    "config/settings.py": "each language names itself",
    "organisations/subjects.py": "subjects label their fields in both languages",
    "workforce/subjects.py": "subjects label their fields in both languages",
    "workforce/enterprise_subjects.py": "subjects label their fields in both languages",
    "workbooks/dates.py": "the grammar of Chinese dates",
}


@cache
def modules() -> dict[str, ast.Module]:
    """Read every module of the house, migrations aside: tools write those."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for folder in ("src", "tests", "tools", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    }


def docstring_of(node: ast.AST) -> ast.Expr | None:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first if is_text else None


def length_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    text = docstring_of(function)
    return length(function) - (length(text) if text else 0)


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def chinese_literals(tree: ast.Module) -> list[str]:
    """Return the texts with Chinese in them; those for readers of the code, also under a field, aside."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and CHINESE.search(node.value)
    ]


def test_no_file_is_longer_than_500_lines():
    too_long = {
        path.relative_to(ROOT).as_posix(): count
        for folder in ("src", "tests", "tools", "benchmarks")
        for kind in ("*.py", "*.html", "*.css", "*.js")
        for path in (ROOT / folder).rglob(kind)
        if "migrations" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }

    assert too_long == {}


def test_no_function_is_longer_than_60_lines():
    too_long = {
        f"{name}: {node.name}": length_without_docstring(node)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and length_without_docstring(node) > LONGEST_FUNCTION
    }

    assert too_long == {}


def test_imports_are_absolute():
    relative = [
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


@pytest.mark.parametrize("package", ["analytics", "containers", "documents", "workbooks"])
def test_every_module_of_the_pure_libraries_says_what_it_is(package):
    silent = [
        name
        for name, tree in modules().items()
        if name.startswith(f"src/tongxin/{package}/") and tree.body and not ast.get_docstring(tree)
    ]

    assert silent == []


def test_chinese_stands_in_data_files_and_not_in_literals():
    found = {
        name: literals
        for name, tree in modules().items()
        if name.startswith("src/")
        and name.removeprefix("src/tongxin/") not in MAY_HOLD_CHINESE
        and (literals := chinese_literals(tree))
    }

    assert found == {}


def test_every_place_that_may_hold_chinese_does():
    without = [name for name in MAY_HOLD_CHINESE if not chinese_literals(modules()[f"src/tongxin/{name}"])]

    assert without == []
