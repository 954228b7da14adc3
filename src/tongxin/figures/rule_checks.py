"""Checking a file of definitions without publishing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.utils import DatabaseError
from django.utils.translation import ngettext

from tongxin.analytics.conditions.agreement import check_agreement
from tongxin.analytics.conditions.sentences import write_sentence
from tongxin.analytics.definition_nodes import DefinitionError, Problem
from tongxin.analytics.definitions import Definition, Item
from tongxin.figures.inputs import open_engine
from tongxin.figures.items import starter_items
from tongxin.figures.queries import data_items, parse_definitions


@dataclass(frozen=True)
class Outcome:
    """What is wrong in a file, and what its definitions say in words."""

    definitions: tuple[Definition, ...]
    problems: tuple[Problem, ...]
    sentences: tuple[str, ...]

    @property
    def summary(self) -> str:
        if self.problems:
            count = len(self.problems)
            return ngettext("%(count)d problem.", "%(count)d problems.", count) % {"count": count}
        count = len(self.definitions)
        return ngettext("%(count)d definition, no problem.", "%(count)d definitions, no problem.", count) % {
            "count": count
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.problems,
            "definitions": [
                {"code": each.code, "definition": each.version, "sha256": each.sha256}
                for each in self.definitions
            ],
            "errors": [
                {
                    "line": each.line,
                    "column": each.column,
                    "message": each.message,
                    "suggestion": each.suggestion,
                }
                for each in self.problems
            ],
            "sentences": list(self.sentences),
        }


def check_rules(text: str, file: str) -> Outcome:
    """Read the definitions, and run each condition through both engines on cases made for it."""
    try:
        definitions = parse_definitions(text, known_items(), file=file)
    except DefinitionError as error:
        return Outcome((), error.problems, ())
    if not definitions:
        return Outcome((), (Problem(file, 1, 1, "there is no definition in this file"),), ())
    return Outcome(
        tuple(definitions), tuple(_disagreements(definitions, file)), tuple(_sentences(definitions))
    )


def check_file(path: Path) -> Outcome:
    """Check the definitions of a file, which is written in UTF-8."""
    content = path.read_bytes()
    try:
        return check_rules(content.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        line, begin = content.count(b"\n", 0, error.start) + 1, content.rfind(b"\n", 0, error.start) + 1
        column = len(content[begin : error.start].decode("utf-8", errors="replace")) + 1
        return Outcome((), (Problem(path.name, line, column, "this file is not written in UTF-8"),), ())


def known_items() -> dict[str, Item]:
    """Return what units report here; before the home is prepared, what the product ships."""
    try:
        return data_items()
    except DatabaseError:
        return {
            item.code: Item(item.code, item.name_en, item.name_zh, 10**item.decimals)
            for item in starter_items()
        }


def _disagreements(definitions: list[Definition], file: str) -> list[Problem]:
    with open_engine() as engine:
        return [
            Problem(file, 1, 1, f"{definition.version}: the two engines disagree on {case}")
            for definition in definitions
            for condition in definition.conditions
            for case in check_agreement(condition, connection=engine.connection)
        ]


def _sentences(definitions: list[Definition]) -> list[str]:
    lines = []
    for definition in definitions:
        lines.append(f"{definition.version} {definition.name['zh-hans']}")
        for condition in definition.conditions:
            lines.extend(f"  {write_sentence(condition, language)}" for language in ("zh-hans", "en"))
    return lines
