"""YAML read with the place of every value, so that a wrong one is named by line and column."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import yaml

from tongxin.analytics.conditions.errors import ConditionError, find_nearest
from tongxin.codes.loaders import LOADER


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file of definitions: where, what was found, and the nearest right name."""

    file: str
    line: int
    column: int
    message: str = field(compare=False)
    suggestion: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        hint = f". Did you mean '{self.suggestion}'?" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class DefinitionError(ValueError):
    """A file of definitions with everything that is wrong in it."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class Page:
    """A YAML file being read: its text and the problems met so far."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []
        self._lines = text.splitlines()

    def documents(self) -> list[Entries]:
        """Return the documents of the file that are mappings; others are problems."""
        try:
            if alias := _first_alias(self.text):
                message = "references (&name, *name) are not used in definitions; write the entry out"
                self.problems.append(Problem(self.file, *alias, message))
                return []
            nodes = [node for node in _compose(self.text) if node is not None]
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            column = error.position - self.text.rfind("\n", 0, error.position)
            message = "this is not YAML: a character that cannot be shown"
            self.problems.append(Problem(self.file, line, column, message))
            return []
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.problems.append(Problem(self.file, line, column, f"this is not YAML: {error.problem}"))
            return []
        read = [self.entries(node, "a definition") for node in nodes]
        return [entries for entries in read if entries is not None]

    def refuse(self, node: yaml.Node, message: str, suggestion: str | None = None) -> None:
        """Note a problem at a node."""
        mark = node.start_mark
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, message, suggestion))

    def refuse_name(self, node: yaml.Node, what: str, name: str, known: Collection[str]) -> None:
        """Note an unknown name, with the nearest of those that are known."""
        near = find_nearest(name, known)
        names = "" if near else f"; there is {', '.join(sorted(known)) or 'none'}"
        self.refuse(node, f"unknown {what} '{name}'{names}", near)

    def refuse_condition(self, node: yaml.Node, error: ConditionError) -> None:
        """Note what is wrong in a condition at its place in the file."""
        line, column = self._place_inside(node, error.line, error.column)
        self.problems.append(Problem(self.file, line, column, error.message, error.suggestion))

    def entries(self, node: yaml.Node, what: str) -> Entries | None:
        """Return the entries of a mapping, or note that it is none."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(node, f"{what} is written as names with values, 'name: value'")
            return None
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value in found:
                self.refuse(key, f"'{key.value}' is written twice")
            found[str(key.value)] = value
        return Entries(self, node, found)

    def _place_inside(self, node: yaml.Node, line: int, column: int) -> tuple[int, int]:
        mark, style = node.start_mark, getattr(node, "style", None)
        if style == ">" and line == 1:
            return self._place_folded(mark.line, column)
        if style in ("|", ">"):
            at = min(mark.line + line, len(self._lines) - 1)
            indent = len(self._lines[at]) - len(self._lines[at].lstrip())
            return at + 1, indent + column
        if mark.line != node.end_mark.line:
            # YAML folded the lines into one: only the beginning is known.
            return mark.line + 1, mark.column + 1
        return mark.line + 1, mark.column + (1 if style in ("'", '"') else 0) + column

    def _place_folded(self, begin: int, column: int) -> tuple[int, int]:
        """Return where a character of a folded text stands: its lines are joined by a space each."""
        left = column - 1
        for at in range(begin + 1, len(self._lines)):
            line = self._lines[at]
            indent = len(line) - len(line.lstrip())
            if left < len(line) - indent or at + 1 == len(self._lines):
                return at + 1, indent + left + 1
            left -= len(line) - indent + 1
        return begin + 1, 1


_REFERENCE = re.compile(r"(?<![^\s\[{,:-])[&*][^\s&*]")
"""What a reference looks like. Conditions are full of && and *, and to look closer takes time."""


def _first_alias(text: str) -> tuple[int, int] | None:
    """Return the line and column of a reference: a few lines of them can stand for millions of entries."""
    if not _REFERENCE.search(text):
        return None
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        named = isinstance(event, yaml.AliasEvent) or (
            isinstance(event, yaml.NodeEvent) and event.anchor is not None
        )
        if named and event.start_mark:
            return event.start_mark.line + 1, event.start_mark.column + 1
    return None


def _compose(text: str) -> list[yaml.Node | None]:
    try:
        return list(yaml.compose_all(text, Loader=LOADER))
    except yaml.YAMLError:
        # What is wrong in a file is told in the words of the other loader, wherever it is read.
        return list(yaml.compose_all(text, Loader=yaml.SafeLoader))


@dataclass
class Entries:
    """The entries of one mapping, each with its node."""

    page: Page
    node: yaml.MappingNode
    nodes: dict[str, yaml.Node]

    def allow(self, names: Collection[str]) -> None:
        """Refuse every entry whose name is not among those given."""
        for name, node in self.nodes.items():
            if name not in names:
                self.page.refuse_name(self._key(name) or node, "entry", name, names)

    def get(self, name: str, *, required: bool = False) -> yaml.Node | None:
        """Return the node of an entry, noting the lack of one that is required."""
        if name not in self.nodes and required:
            self.page.refuse(self.node, f"'{name}' is missing")
        return self.nodes.get(name)

    def text(self, name: str, *, required: bool = False) -> str | None:
        """Return the text of an entry."""
        node = self.get(name, required=required)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.page.refuse(node, f"'{name}' is a text")
            return None
        return str(node.value).strip()

    def choice(self, name: str, options: Collection[str], *, default: str | None = None) -> str | None:
        """Return an entry that is one of some options."""
        text = self.text(name)
        if text is not None and text not in options:
            self.page.refuse_name(self.nodes[name], name, text, options)
            return default
        return default if text is None else text

    def day(self, name: str) -> date | None:
        """Return an entry that is a date."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.page.refuse(self.nodes[name], f"'{text}' is not a date; write it as 2026-09-30")
            return None

    def names(self, name: str) -> list[tuple[str, yaml.Node]]:
        """Return an entry that is a list of names, each with its node."""
        node = self.get(name)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.page.refuse(node, f"'{name}' is a list: [one, another]")
            return []
        return [(str(each.value), each) for each in node.value]

    def groups(self, name: str) -> list[tuple[list[tuple[str, yaml.Node]], yaml.Node]]:
        """Return an entry that is a list of names or of lists of names, each name with its node."""
        node = self.get(name)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.page.refuse(node, f"'{name}' is a list: [one, another]")
            return []
        inner = [each.value if isinstance(each, yaml.SequenceNode) else [each] for each in node.value]
        return [
            ([(str(each.value), each) for each in group], outer)
            for group, outer in zip(inner, node.value, strict=True)
        ]

    def _key(self, name: str) -> yaml.Node | None:
        return next((key for key, _ in self.node.value if key.value == name), None)
